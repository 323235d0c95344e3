package handlers

// The funnel: what each refusal looks like, and what a panic becomes.

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// asked sends a request on a connection of its own, and reads the answer.
func (s *echoServer) asked(t *testing.T, request string) (*http.Response, []byte) {
	t.Helper()
	c := s.dial(t)
	c.send(request)
	response, err := http.ReadResponse(c.r, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, body
}

func TestRefusalsByTheGate(t *testing.T) {
	l := DefaultLimits()
	l.RequestHead = 1 << 10
	s := startEcho(t, l)
	host := "Host: " + s.addr + "\r\n"
	fields := func(n int) string { // a head of n bytes
		request := "GET /healthz HTTP/1.1\r\n" + host + "X: \r\n\r\n"
		return strings.Replace(request, "X: ", "X: "+strings.Repeat("x", n-len(request)), 1)
	}
	tests := []struct {
		name, request string
		code          int
		text, ref     string
	}{
		{"from another site", "POST /lab/echo/ping HTTP/1.1\r\n" + host + "Sec-Fetch-Site: cross-site\r\nContent-Length: 0\r\n\r\n", 403, "page of another site", "RFC 9110 §15.5.4"},
		{"a head at the limit", fields(1 << 10), 200, "", ""},
		{"a head over the limit", fields(1<<10 + 1), 431, "has 1025 bytes, and it may have 1 KiB (limit: --request-head)", "RFC 6585 §5"},
		{"a head far over the limit", fields(7 << 10), 431, "(limit: --request-head)", "RFC 6585 §5"},
		{"a target over the limit", "GET /?" + strings.Repeat("x", 1<<10) + " HTTP/1.1\r\n" + host + "\r\n", 414, "(limit: --request-head)", "RFC 9110 §15.5.15"},
		{"CONNECT", "CONNECT example.org:80 HTTP/1.1\r\nHost: example.org:80\r\n\r\n", 501, "no proxy", "RFC 9110 §9.3.6"},
		{"HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "no HTTP/2", "RFC 9110 §15.6.6"},
		{"POST to a feed", "POST /wire/" + string(echoID) + "/feed HTTP/1.1\r\n" + host + "Content-Length: 0\r\n\r\n", 405, "this is POST", "RFC 6455 §4.1"},
		{"a lab's query", "GET /lab/request/free?wire=%zz HTTP/1.1\r\n" + host + "\r\n", 400, `wire=%zz`, "RFC 9110 §15.5.1"},
		{"an asterisk", "GET * HTTP/1.1\r\n" + host + "\r\n", 400, "only OPTIONS", "RFC 9112 §3.2.4"},
		{"OPTIONS of all", "OPTIONS * HTTP/1.1\r\n" + host + "\r\n", 200, "", ""},
		{"nothing there", "GET /no/such/thing HTTP/1.1\r\n" + host + "\r\n", 404, "nothing at this address", "RFC 9110 §15.5.5"},
		{"a bad id", "GET /wire/x/log.json HTTP/1.1\r\n" + host + "\r\n", 400, "no wire's id", "RFC 9110 §15.5.1"},
		{"no Host", "GET /healthz HTTP/1.1\r\n\r\n", 400, "missing required Host", "net/http"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			response, body := s.asked(t, tt.request)
			if response.StatusCode != tt.code || !strings.Contains(string(body), tt.text) {
				t.Errorf("answered %d %s; want %d with %q", response.StatusCode, body, tt.code, tt.text)
			}
			var e struct{ Error, Ref string }
			if tt.ref == "" || tt.ref == "net/http" {
				return
			}
			if err := json.Unmarshal(body, &e); err != nil || e.Ref != tt.ref || response.Header.Get("Content-Type") != "application/json" {
				t.Errorf("answered %s, %v; want JSON with ref %q", body, err, tt.ref)
			}
		})
	}
}

// safeBuffer may be written to and read at the same time.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func TestPanic(t *testing.T) {
	var log safeBuffer
	s := startWith(t, DefaultLimits(), func(s *Server) {
		s.log = slog.New(slog.NewTextHandler(&log, nil))
		mux := http.NewServeMux()
		mux.Handle("/at-once", s.funnel(func(http.ResponseWriter, *http.Request) error { panic("at once") }))
		mux.Handle("/halfway", s.funnel(func(w http.ResponseWriter, _ *http.Request) error {
			_, _ = io.WriteString(w, "half")
			panic("halfway")
		}))
		mux.Handle("/aborted", s.funnel(func(http.ResponseWriter, *http.Request) error { panic(http.ErrAbortHandler) }))
		s.http.Handler = s.logged(mux)
	}, nil)
	request := func(path string) string { return "GET " + path + " HTTP/1.1\r\nHost: " + s.addr + "\r\n\r\n" }

	response, body := s.asked(t, request("/at-once"))
	if response.StatusCode != 500 || !strings.Contains(string(body), "its log says more") {
		t.Errorf("answered %d %s; want 500", response.StatusCode, body)
	}
	if said := log.String(); !strings.Contains(said, "level=ERROR") || !strings.Contains(said, "at once") || !strings.Contains(said, "errors_test.go") {
		t.Errorf("logged %q; want the panic and where it was", said)
	}
	for _, path := range []string{"/halfway", "/aborted"} {
		c := s.dial(t)
		c.send(request(path))
		if got := c.ends(); strings.HasSuffix(got, "half") || strings.Contains(got, "0\r\n\r\n") || strings.Contains(got, "500") {
			t.Errorf("%s: answered %q; want the end of the connection", path, got)
		}
	}
	if said := log.String(); !strings.Contains(said, "halfway") || strings.Contains(said, "aborted") {
		t.Errorf("logged %q; want the second panic, and not the third", said)
	}
}
