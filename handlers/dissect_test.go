package handlers

// POST /dissect over a real listener: what it makes of pasted bytes, and how it refuses.

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// dissection is an answer, as far as the tests look at it.
type dissection struct {
	Took, Why, Form string
	Bytes           int
	Events          []struct {
		Seq                                    int
		Kind, Direction, Bytes, Sentence, Note string
		Driver                                 string
		Fields                                 []struct{ Name string }
		Violations                             []struct{ Rule string }
		Frame                                  *struct {
			Text     string
			Inflated *struct{ Text string }
		}
		HTTP *struct{ Method string }
	}
	Places []struct{ Line, Column, EndLine, EndColumn int }
	Faults []struct {
		Seq, Line, Column int
		Rule              string
	}
	Omitted int
	// of a refusal
	Error, Ref   string
	Line, Column int
	Length       int
}

// dissected posts text and reads the answer.
func (s *echoServer) dissected(t *testing.T, query, fields, text string) (code int, d dissection, body string) {
	t.Helper()
	r, b := s.asked(t, "POST /dissect"+query+" HTTP/1.1\r\nHost: "+s.addr+"\r\n"+fields+
		fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(text), text))
	if strings.Contains(r.Header.Get("Content-Type"), "json") {
		if err := json.Unmarshal(b, &d); err != nil {
			t.Fatalf("%s: %v", b, err)
		}
	}
	return r.StatusCode, d, string(b)
}

func TestDissect(t *testing.T) {
	s := startEcho(t, DefaultLimits())
	code, d, body := s.dissected(t, "", "Content-Type: text/plain\r\n", "# RFC 6455 5.7\n81 05 48 65 6c 6c 6f\n81 85 37 fa 21 3d 7f 9f 4d 51 58\n")
	if code != 200 || d.Took != "frames" || d.Bytes != 18 || len(d.Events) != 2 || d.Omitted != 0 {
		t.Fatalf("%d %s", code, body)
	}
	for i, want := range []string{"down", "up"} {
		e := d.Events[i]
		if e.Direction != want || e.Kind != "frame" || e.Seq != i+1 || e.Frame.Text != "Hello" || len(e.Fields) < 8 || e.Sentence == "" || len(e.Violations) > 0 || e.Driver != "page" {
			t.Errorf("event %d: %+v", i, e)
		}
	}
	if p := d.Places[1]; p.Line != 3 || p.Column != 1 || p.EndColumn != 33 {
		t.Errorf("the second frame stands at %+v", p)
	}

	code, d, body = s.dissected(t, "?side=up", "Content-Type: text/plain\r\n", "81 05 48 65 6c 6c 6f")
	if code != 200 || len(d.Faults) != 1 || d.Faults[0].Rule != "unmasked-client-frame" || d.Faults[0].Column != 4 {
		t.Errorf("%d %s", code, body)
	}
	code, d, body = s.dissected(t, "?deflate=on", "", "c1 07 f2 48 cd c9 c9 07 00 c1 05 f2 00 11 00 00")
	if code != 200 || len(d.Events) != 2 || d.Events[1].Frame.Inflated.Text != "Hello" {
		t.Errorf("%d %s", code, body)
	}
	code, d, body = s.dissected(t, "", "Content-Type: text/plain\r\n", `b'GET / HTTP/1.1\r\nHost: a\r\n\r\n'`)
	if code != 200 || d.Took != "request" || d.Events[0].HTTP.Method != "GET" {
		t.Errorf("%d %s", code, body)
	}
	// What curl says of anything; and a form without script, as a person's browser sends it.
	if code, d, body = s.dissected(t, "", "Content-Type: application/x-www-form-urlencoded\r\n", "81 00"); code != 200 || len(d.Events) != 1 {
		t.Errorf("%d %s", code, body)
	}
	form := url.Values{"hex": {"81 05 48 65 6c 6c 6f\r\n"}}.Encode()
	code, _, body = s.dissected(t, "", "Content-Type: application/x-www-form-urlencoded\r\nAccept: text/html\r\n", form)
	if code != 200 || !strings.Contains(body, "↓ down  text frame, 5 bytes") || !strings.Contains(body, "payload length") {
		t.Errorf("%d %s", code, body)
	}
	if got := Route("POST", "/dissect?wire="+string(echoID)); !got.Muted {
		t.Errorf("POST /dissect is routed to %+v; want it muted", got)
	}
}

func TestDissectRefusals(t *testing.T) {
	l := DefaultLimits()
	l.Hex = 64
	s := startEcho(t, l)
	plain := "Content-Type: text/plain\r\n"
	tests := []struct {
		name, query, fields, text string
		code                      int
		says                      string
	}{
		{"no hex", "", plain, "81 zz", 400, "Line 1, column 4: 'z' is no hex digit"},
		{"too long", "", plain, strings.Repeat("8", 65), 413, "limit: --capture-hex"},
		{"too long a form", "", "Content-Type: application/x-www-form-urlencoded\r\n", "hex=" + strings.Repeat("8", 80), 413, "limit: --capture-hex"},
		{"a type nobody asked for", "", "Content-Type: image/png\r\n", "81", 415, "text/plain"},
		{"a type that is none", "", "Content-Type: ;\r\n", "81", 415, "text/plain"},
		{"as", "?as=pcap", plain, "81 00", 400, "as must be"},
		{"side", "?side=left", plain, "81 00", 400, "side must be"},
		{"deflate", "?deflate=yes", plain, "81 00", 400, "deflate must be"},
		{"as and side", "?as=request&side=down", plain, "81 00", 400, "leave side out"},
		{"a name that is none", "?what=x", plain, "81 00", 400, "knows no what"},
		{"another site's page", "", plain + "Origin: http://example.com\r\n", "81 00", 403, "A page of another site"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			code, d, body := s.dissected(t, tt.query, tt.fields, tt.text)
			if code != tt.code || !strings.Contains(d.Error, tt.says) || d.Ref == "" {
				t.Errorf("%d %s; want %d and %q", code, body, tt.code, tt.says)
			}
			if tt.name == "no hex" && (d.Line != 1 || d.Column != 4 || d.Length != 1) {
				t.Errorf("the place is %d:%d, %d long", d.Line, d.Column, d.Length)
			}
		})
	}
	r, b := s.asked(t, "POST /dissect HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 0\r\n\r\n")
	if r.StatusCode != http.StatusMisdirectedRequest {
		t.Errorf("a foreign Host: %d %s", r.StatusCode, b)
	}
}

func TestDissectionsAreCounted(t *testing.T) {
	var d dissections
	from := &http.Request{RemoteAddr: "192.0.2.1:1"}
	begin := func(most int) (func(), error) { return d.begin(from, most, "dissections at work", "--dissections") }
	done, err := begin(1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := begin(1); err == nil || !strings.Contains(err.Error(), "--dissections") {
		t.Errorf("a second one at a limit of one: %v", err)
	}
	done()
	if _, err := begin(1); err != nil {
		t.Errorf("after the first is over: %v", err)
	}
}
