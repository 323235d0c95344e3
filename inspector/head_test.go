package inspector

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestParseHead(t *testing.T) {
	tests := []struct {
		name    string
		request bool
		wire    string // \n stands for CR LF, | for LF alone
		want    string // start line parts and fields
		broken  string
		err     error
	}{
		{"get", true, "GET /a?b=1 HTTP/1.1\nHost: x\nAccept:  */* \n\n", "GET,/a?b=1,HTTP/1.1 Host=x Accept=*/*", "", nil},
		{"no host", true, "GET / HTTP/1.1\n\n", "GET,/,HTTP/1.1", "no-host", nil},
		{"no host in 1.0", true, "GET / HTTP/1.0\n\n", "GET,/,HTTP/1.0", "", nil},
		{"two hosts", true, "GET / HTTP/1.1\nHost: a\nhost: b\n\n", "GET,/,HTTP/1.1 Host=a host=b", "no-host", nil},
		{"empty line first", true, "\nGET / HTTP/1.0\n\n", "GET,/,HTTP/1.0", "", nil},
		{"bare LF", true, "GET / HTTP/1.0|A: b||", "GET,/,HTTP/1.0 A=b", "bare-lf bare-lf bare-lf", nil},
		{"space before colon", true, "GET / HTTP/1.0\nA : b\n\n", "GET,/,HTTP/1.0 A =b", "field-name", nil},
		{"no colon", true, "GET / HTTP/1.0\nwhat\n\n", "GET,/,HTTP/1.0 =what", "field-name", nil},
		{"folded", true, "GET / HTTP/1.0\nA: b\n c\n\n", "GET,/,HTTP/1.0 A=b = c", "obsolete-fold", nil},
		{"status", false, "HTTP/1.1 101 Switching Protocols\nUpgrade: websocket\n\n", "HTTP/1.1,101,Switching Protocols Upgrade=websocket", "", nil},
		{"no reason", false, "HTTP/1.1 204 \n\n", "HTTP/1.1,204,", "", nil},
		{"no reason, no space", false, "HTTP/1.1 204\n\n", "HTTP/1.1,204,", "", nil},
		{"two spaces", true, "GET  / HTTP/1.1\n\n", "", "", ErrNotHTTP},
		{"not HTTP", true, "hello\n", "", "", ErrNotHTTP},
		{"HTTP/2 preface", true, "PRI * HTTP/2.0\n\n", "", "", ErrNotHTTP},
		{"binary", true, "\x16\x03\x01", "", "", ErrNotHTTP},
		{"no status", false, "HTTP/1.1 OK\n\n", "", "", ErrNotHTTP},
		{"a request as a response", false, "GET / HTTP/1.1\n\n", "", "", ErrNotHTTP},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			wire := []byte(strings.NewReplacer("\n", "\r\n", "|", "\n").Replace(tt.wire))
			h, n, broken, err := ParseHead(append(wire, "more"...)[:len(wire)], tt.request)
			if !errors.Is(err, tt.err) {
				t.Fatalf("ParseHead: %v; want %v", err, tt.err)
			}
			if err != nil {
				return
			}
			if got := headLine(&h); got != tt.want || n != len(wire) {
				t.Errorf("ParseHead = %q, %d; want %q, %d", got, n, tt.want, len(wire))
			}
			var rules []string
			for _, v := range broken {
				rules = append(rules, v.Rule.ID)
			}
			if got := strings.Join(rules, " "); got != tt.broken {
				t.Errorf("ParseHead breaks %q; want %q", got, tt.broken)
			}
			for cut := range wire {
				if _, n, _, err := ParseHead(wire[:cut], tt.request); n != 0 || err != nil {
					t.Errorf("ParseHead(%q) = %d, %v; want 0, nil: more bytes are needed", wire[:cut], n, err)
				}
			}
			e := Event{Kind: KindResponse, Head: &h, Bytes: h.Raw}
			if tt.request {
				e.Kind = KindRequest
			}
			checkCover(t, &e)
		})
	}
}

func headLine(h *Head) string {
	s := fmt.Sprintf("%s,%s,%s", h.Method.Of(h.Raw), h.Target.Of(h.Raw), h.Version.Of(h.Raw))
	if !h.Request {
		s = fmt.Sprintf("%s,%s,%s", h.Version.Of(h.Raw), h.Status.Of(h.Raw), h.Reason.Of(h.Raw))
	}
	for _, f := range h.Fields {
		s += fmt.Sprintf(" %s=%s", f.Name.Of(h.Raw), f.Value.Of(h.Raw))
	}
	return s
}

// checkCover fails unless the dissection of e covers its kept bytes once, in order.
func checkCover(t testing.TB, e *Event) {
	t.Helper()
	bit := 0
	for _, f := range Dissect(e) {
		if f.Bit != bit || f.Bits <= 0 || f.Name == "" {
			t.Fatalf("%s %q: field %+v; want it to begin at bit %d", e.Kind, e.Bytes, f, bit)
		}
		bit += f.Bits
	}
	if bit != len(e.Bytes)*8 {
		t.Fatalf("%s %q: fields cover %d bits; want %d", e.Kind, e.Bytes, bit, len(e.Bytes)*8)
	}
	if Summary(e) == "" || !strings.HasSuffix(Sentence(e), ".") {
		t.Fatalf("%s %q: summary %q, sentence %q", e.Kind, e.Bytes, Summary(e), Sentence(e))
	}
}

func FuzzHead(f *testing.F) {
	f.Add([]byte("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), true)
	f.Add([]byte("HTTP/1.1 200 OK\nA : b\n\n"), false)
	f.Add([]byte("GET / HTTP/1.0\r\n\t\r\n:\r\n\r\n"), true)
	f.Fuzz(func(t *testing.T, b []byte, request bool) {
		h, n, _, err := ParseHead(b, request)
		if n == 0 || err != nil {
			return
		}
		e := Event{Kind: KindResponse, Head: &h, Bytes: h.Raw}
		if request {
			e.Kind = KindRequest
		}
		checkCover(t, &e)
		for cut := range n {
			if _, n, _, err := ParseHead(b[:cut], request); n != 0 || err != nil {
				t.Fatalf("ParseHead(%q) = %d, %v; want 0, nil, since more makes it a head", b[:cut], n, err)
			}
		}
	})
}
