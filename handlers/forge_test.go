package handlers

// The forge over a real listener: what it sends and hears, and what it refuses.

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"wireup/wire"
)

const forgeID wire.ID = "forgeforgefo2"

// order posts to the forge, on a connection of its own.
func (s *echoServer) order(query, body, fields string) *rawClient {
	s.t.Helper()
	c := s.dial(s.t)
	c.send("POST " + forgePath + query + " HTTP/1.1\r\nHost: " + s.addr + "\r\n" + fields +
		"Content-Length: " + strconv.Itoa(len(body)) + "\r\nConnection: close\r\n\r\n" + body)
	return c
}

// answered reads the response to an order: its status and its body.
func (c *rawClient) answered() (code int, body []byte) {
	c.t.Helper()
	response, err := http.ReadResponse(c.r, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	defer response.Body.Close()
	if body, err = io.ReadAll(response.Body); err != nil {
		c.t.Fatal(err)
	}
	return response.StatusCode, body
}

// forged carries an order out.
func (s *echoServer) forged(query, body string) (a forgeAnswer, received []byte) {
	s.t.Helper()
	code, b := s.order(query, body, "").answered()
	if code != 200 {
		s.t.Fatalf("%s: %d %s", body, code, b)
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&a); err != nil {
		s.t.Fatalf("%s: %v", b, err)
	}
	received, err := hex.DecodeString(a.Received)
	if err != nil {
		s.t.Fatal(err)
	}
	return a, received
}

// connection waits for the end of the connection from port on the wire, and returns its events.
func (s *echoServer) connection(id wire.ID, port int) (events []*wire.Event) {
	s.t.Helper()
	log := s.hub.Wire(id)
	late := time.After(10 * time.Second)
	for {
		changed := log.Changed()
		all, _ := log.After(0, 1000)
		events = events[:0]
		conn := -1
		for _, e := range all {
			if strings.HasSuffix(e.Remote, ":"+strconv.Itoa(port)) {
				conn = e.Conn
			}
			if e.Conn == conn {
				events = append(events, e)
			}
		}
		if n := len(events); n > 0 && events[n-1].Kind.String() == "close" {
			return events
		}
		select {
		case <-changed:
		case <-late:
			s.t.Fatalf("the wire has %d events of port %d and no end", len(events), port)
		}
	}
}

// upward is what the wire saw of a connection from the client, behind its request.
func upward(events []*wire.Event) (b []byte) {
	for _, e := range events {
		if e.Direction.String() == "up" && (e.Kind.String() == "frame" || e.Kind.String() == "bytes") {
			b = append(b, e.Bytes...)
		}
	}
	return b
}

const (
	masked5   = "818537fa213d7f9f4d5158" // RFC 6455 §5.7: "Hello", masked
	unmasked5 = "810548656c6c6f"         // and unmasked
)

// order makes an order of writes with an upgrade to the mirror.
func orderOf(writes ...string) string {
	return `{"upgrade":"/echo?breakdown=off","writes":[` + strings.Join(writes, ",") + `],"wait":100}`
}

func write(bytes string) string { return `{"bytes":"` + bytes + `"}` }

func TestForge(t *testing.T) {
	s := startEcho(t, DefaultLimits())
	query := "?wire=" + string(forgeID)
	tests := []struct {
		name     string
		writes   []string
		received string
		ended    string
		rule     string
	}{
		{"Hello, masked", []string{write(masked5)}, unmasked5, "open", ""},
		{"in two writes, cut in mid-header", []string{write("81"), `{"bytes":"8537fa213d7f9f4d5158","pause":20}`}, unmasked5, "open", ""},
		{"three frames in one write", []string{write(masked5 + "898000000000" + masked5)}, unmasked5 + "8a00" + unmasked5, "open", ""},
		{"white space and upper case", []string{write(`81 85 37FA213D\n7f9f4d5158`)}, unmasked5, "open", ""},
		{"a ping", []string{write("898400000000" + "70696e67")}, "8a0470696e67", "open", ""},
		{"a fragment without its end", []string{write("018500000000" + "48656c6c6f")}, "010548656c6c6f", "open", ""},
		{"half a frame", []string{write("81853")[:len(write("81853"))-3] + `"}`}, "", "open", ""},
		{"a goodbye", []string{write("888200000000" + "03e8")}, "880203e8", "server closed", ""},
		{"unmasked", []string{write(unmasked5)}, "", "server closed", "unmasked-client-frame"},
		{"a reserved bit", []string{write("c1" + masked5[2:])}, "", "server closed", "reserved-bit"},
		{"opcode 3", []string{write("83" + masked5[2:])}, "", "server closed", "reserved-opcode"},
		{"5 in 16 bits", []string{write("81fe000537fa213d7f9f4d5158")}, "", "server closed", "length-not-minimal"},
		{"nothing", nil, "", "open", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			answer, received := s.forged(query, orderOf(tt.writes...))
			if answer.Status != 101 || answer.Ended != tt.ended || answer.Truncated || answer.Note != "" || answer.ReceivedLength != len(received) {
				t.Errorf("answered %+v, want status 101, ended %q", answer, tt.ended)
			}
			var want []byte
			for _, w := range tt.writes {
				var written forgeWrite
				if err := json.Unmarshal([]byte(w), &written); err != nil {
					t.Fatal(err)
				}
				b, err := hex.DecodeString(strings.NewReplacer(" ", "", "\n", "").Replace(written.Bytes))
				if err != nil {
					t.Fatal(err)
				}
				want = append(want, b...)
			}
			events := s.connection(forgeID, answer.Port)
			if got := upward(events); !bytes.Equal(got, want) || answer.Sent != len(want) {
				t.Errorf("the tap saw % x, and the forge says that it sent %d bytes; want % x", got, answer.Sent, want)
			}
			var rules []string
			for _, e := range events {
				if e.Driver != wire.DriverForge {
					t.Errorf("event %d, %s, is marked %q", e.Seq, e.Kind, e.Driver)
				}
				for _, v := range e.Violations {
					rules = append(rules, v.Rule.ID)
				}
			}
			if strings.Join(rules, " ") != tt.rule {
				t.Errorf("broken rules %q, want %q", rules, tt.rule)
			}
			if tt.rule == "" {
				if answer.Received != tt.received {
					t.Errorf("received %s, want %s", answer.Received, tt.received)
				}
				return
			}
			if len(received) < 4 || received[0] != 0x88 || binary.BigEndian.Uint16(received[2:]) != 1002 || !strings.Contains(string(received[4:]), "RFC 6455 §5") {
				t.Errorf("received %q, want close 1002 with its rule", received)
			}
		})
	}
	// The order itself is on no wire.
	all, _ := s.hub.Wire(forgeID).After(0, 1000)
	for _, e := range all {
		if e.Head != nil && strings.Contains(string(e.Head.Raw), forgePath) {
			t.Errorf("event %d is the order: %q", e.Seq, e.Head.Raw)
		}
	}
	if r := Route("POST", forgePath+query); !r.Muted {
		t.Errorf("Route of the forge: %+v, want it muted", r)
	}
}

// Without a handshake the bytes are the first ones of their connection.
func TestForgeBare(t *testing.T) {
	s := startEcho(t, DefaultLimits())
	head := "GET /echo?breakdown=off&wire=" + string(forgeID) + " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" + sampleKey + "\r\n"
	answer, received := s.forged("?wire="+string(forgeID), `{"writes":[`+write(hex.EncodeToString([]byte(head)))+`],"wait":100}`)
	if answer.Status != 0 || answer.Sent != len(head) || !strings.Contains(string(received), "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n") {
		t.Errorf("answered %+v: %q", answer, received)
	}
	// A handshake that names no wire doesn't take the forge's away.
	unnamed := strings.Replace(head, "&wire="+string(forgeID), "", 1)
	answer, _ = s.forged("?wire="+string(forgeID), `{"writes":[`+write(hex.EncodeToString([]byte(unnamed)))+`,{"bytes":"`+masked5+`","pause":200}],"wait":100}`)
	if got := upward(s.connection(forgeID, answer.Port)); hex.EncodeToString(got) != masked5 {
		t.Errorf("behind a handshake that names no wire, the forge's wire saw % x; want the frame", got)
	}
	// Bytes that are no HTTP show on the wire too.
	answer, _ = s.forged("?wire="+string(forgeID), `{"writes":[`+write("00010203")+`],"wait":100}`)
	if got := upward(s.connection(forgeID, answer.Port)); hex.EncodeToString(got) != "00010203" {
		t.Errorf("the tap saw % x", got)
	}
	// A connection that says nothing appears as well.
	answer, _ = s.forged("?wire="+string(forgeID), `{"wait":0}`)
	if events := s.connection(forgeID, answer.Port); len(events) != 2 || events[1].Driver != wire.DriverForge {
		t.Errorf("a silent connection has %d events", len(events))
	}
	// Without a wire it is seen nowhere.
	answer, _ = s.forged("", orderOf(write(masked5)))
	if answer.Received != unmasked5 {
		t.Errorf("without a wire: received %s", answer.Received)
	}
	if all, _ := s.hub.Wire(forgeID).After(0, 1000); len(all) == 0 || strings.HasSuffix(all[len(all)-1].Remote, strconv.Itoa(answer.Port)) {
		t.Error("what was forged on no wire shows on one")
	}
}

// A refused handshake is an answer.
func TestForgeRefusedHandshake(t *testing.T) {
	s := startEcho(t, DefaultLimits())
	tests := []struct {
		upgrade string
		code    int
	}{{"/echo?breakdown=xml", 400}, {"/healthz", 200}, {"/no/such/thing", 404}}
	for _, tt := range tests {
		answer, received := s.forged("?wire="+string(forgeID), `{"upgrade":"`+tt.upgrade+`","writes":[`+write(masked5)+`],"wait":50}`)
		if answer.Status != tt.code || answer.Sent != 0 || !strings.HasPrefix(string(received), fmt.Sprintf("HTTP/1.1 %d ", tt.code)) ||
			!strings.Contains(string(received), "\r\n\r\n") {
			t.Errorf("%s: %+v, %q; want status %d and nothing sent", tt.upgrade, answer, received, tt.code)
		}
	}
}

func TestForgeRefusals(t *testing.T) {
	l := DefaultLimits()
	l.Forge, l.ForgeTime = 32, 2*time.Second
	s := startEcho(t, l)
	upgrade := func(to string) string { return `{"upgrade":"` + to + `","writes":[]}` }
	tests := []struct {
		name, query, body, fields string
		code                      int
		text                      string
	}{
		{"no JSON", "", "hello", "", 400, "invalid character"},
		{"nothing", "", "", "", 400, "ends too early"},
		{"half", "", `{"writes":[`, "", 400, "ends too early"},
		{"two", "", `{} {}`, "", 400, "behind the object"},
		{"a key twice", "", `{"writes":[],"wait":1,"writes":[]}`, "", 400, `"writes" stands twice`},
		{"a key twice, in another case", "", `{"wait":1,"WAIT":2}`, "", 400, `"WAIT" stands twice`},
		{"a key twice, in a write", "", `{"writes":[{"bytes":"81"},{"bytes":"81","pause":1,"bytes":"82"}]}`, "", 400, `"bytes" stands twice`},
		{"an array", "", `[]`, "", 400, "JSON array"},
		{"a name of no meaning", "", `{"host":"example.org"}`, "", 400, `unknown field "host"`},
		{"a number as text", "", `{"wait":"1"}`, "", 400, "wait holds a JSON string"},
		{"a wait below zero", "", `{"wait":-1}`, "", 400, "wait is below zero"},
		{"a pause below zero", "", `{"writes":[{"bytes":"","pause":-5}]}`, "", 400, "before write 1 is below zero"},
		{"no hex", "", `{"writes":[{"bytes":"81"},{"bytes":"8 1G2"}]}`, "", 400, "Write 2, character 4: 'G' is no hex digit"},
		{"half a byte", "", `{"writes":[{"bytes":"810"}]}`, "", 400, "Write 1, character 3: the last byte has one digit"},
		{"a bad wire", "?wire=me", "{}", "", 400, "13 characters"},
		{"two wires", "?wire=" + string(forgeID) + "&wire=" + string(echoID), "{}", "", 400, "more than once"},
		{"a wire that can't be read", "?wire=%zz", "{}", "", 400, `"wire=%zz"`},

		{"another host", "", upgrade("http://example.org/echo"), "", 400, "path on this server"},
		{"our own host", "", upgrade("http://" + s.addr + "/echo"), "", 400, "path on this server"},
		{"a host without a scheme", "", upgrade("//example.org/echo"), "", 400, "path on this server"},
		{"no slash", "", upgrade("echo"), "", 400, "path on this server"},
		{"only a query", "", upgrade("?x"), "", 400, "path on this server"},
		{"an asterisk", "", upgrade("*"), "", 400, "path on this server"},
		{"a line of its own", "", upgrade(`/echo HTTP/1.1\r\nHost: example.org`), "", 400, "path on this server"},
		{"a space", "", upgrade("/echo x"), "", 400, "path on this server"},
		{"letters beyond ASCII", "", upgrade("/écho"), "", 400, "path on this server"},
		{"itself", "", upgrade("/forge"), "", 400, "itself"},
		{"itself, with a query", "", upgrade("/forge?x=1"), "", 400, "itself"},
		{"itself, in disguise", "", upgrade("/x/../%66orge/"), "", 400, "itself"},
		{"a wire of its own", "", upgrade("/echo?wire=" + string(echoID)), "", 400, "wire of its own"},

		{"too many bytes", "", `{"writes":[` + write(strings.Repeat("00", 16)) + "," + write(strings.Repeat("00", 17)) + `]}`, "", 413, "32 bytes (limit: --forge)"},
		{"too long an order", "", `{"writes":[` + write(strings.Repeat(" ", 128)) + `]}`, "", 413, "limit: --forge"},
		{"too long a wait", "", `{"wait":2001}`, "", 413, "limit: --forge-time"},
		{"too long a pause", "", `{"writes":[{"pause":2001}]}`, "", 413, "limit: --forge-time"},
		{"too long a sum", "", `{"writes":[{"pause":1500},{"pause":1500}]}`, "", 413, "add up to 3s"},

		{"from a page of another site", "", "{}", "Sec-Fetch-Site: cross-site\r\n", 403, "page of another site"},
		{"from a page of another origin", "", "{}", "Origin: http://example.org\r\n", 403, "page of another site"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			code, body := s.order(tt.query, tt.body, tt.fields).answered()
			var e struct{ Error, Ref string }
			if json.Unmarshal(body, &e) != nil {
				t.Fatalf("the body is no error: %s", body)
			}
			ref := "POST /forge"
			if tt.code == 403 {
				ref = "RFC 9110 §15.5.4"
			}
			if code != tt.code || !strings.Contains(e.Error, tt.text) || e.Ref != ref {
				t.Errorf("answered %d %s, want %d with %q", code, body, tt.code, tt.text)
			}
		})
	}
	t.Run("too many writes", func(t *testing.T) {
		l := DefaultLimits()
		s := startEcho(t, l)
		code, body := s.order("", `{"writes":[`+strings.Repeat(`{},`, maxForgeWrites)+`{}]}`, "").answered()
		if code != 413 || !strings.Contains(string(body), "limit: writes of a forge") {
			t.Errorf("65 writes: %d %s", code, body)
		}
		if answer, _ := s.forged("", `{"writes":[`+strings.Repeat(`{"bytes":"00"},`, maxForgeWrites-1)+`{"bytes":"00"}],"wait":0}`); answer.Sent == 0 {
			t.Errorf("64 writes: %+v", answer)
		}
	})
	t.Run("GET", func(t *testing.T) {
		c := s.dial(t)
		c.send("GET " + forgePath + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
		if code, body := c.answered(); code != 405 || !strings.Contains(string(body), "Use POST") {
			t.Errorf("GET: %d %s", code, body)
		}
	})
}

// What a forge may hear and how long it may take is bounded, and the limit is named.
func TestForgeLimits(t *testing.T) {
	t.Run("all the bytes", func(t *testing.T) {
		s := startEcho(t, DefaultLimits())
		const header = 8
		payload := strings.Repeat("00", 64<<10-header)
		answer, received := s.forged("", orderOf(write(fmt.Sprintf("82fe%04x00000000", 64<<10-header)+payload)))
		if answer.Sent != 64<<10 || answer.Truncated || len(received) != 64<<10-4 {
			t.Errorf("64 KiB: sent %d, received %d, truncated %v, %q", answer.Sent, len(received), answer.Truncated, answer.Note)
		}
	})
	t.Run("received", func(t *testing.T) {
		l := DefaultLimits()
		l.Forge = 256
		s := startEcho(t, l)
		answer, received := s.forged("", `{"upgrade":"/echo","writes":[`+write(masked5)+`],"wait":100}`)
		if !answer.Truncated || len(received) != 256 || answer.ReceivedLength <= 256 || !strings.Contains(answer.Note, "first 256 bytes of") ||
			!strings.Contains(answer.Note, "limit: --forge") || !strings.HasPrefix(answer.Received, unmasked5) {
			t.Errorf("answered %+v", answer)
		}
	})
	t.Run("time", func(t *testing.T) {
		l := DefaultLimits()
		l.ForgeTime = 200 * time.Millisecond
		s := startEcho(t, l)
		began := time.Now()
		answer, _ := s.forged("", `{"upgrade":"/echo","writes":[`+write(masked5)+`,{"bytes":"`+masked5+`","pause":150}],"wait":200}`)
		if answer.Ended != "open" || answer.Sent != 22 || !strings.Contains(answer.Note, "200ms (limit: --forge-time)") {
			t.Errorf("answered %+v after %s", answer, time.Since(began))
		}
	})
	t.Run("a slow order", func(t *testing.T) {
		l := DefaultLimits()
		l.ForgeTime = 50 * time.Millisecond
		s := startEcho(t, l)
		c := s.dial(t)
		c.send("POST " + forgePath + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{")
		if code, body := c.answered(); code != 408 || !strings.Contains(string(body), "limit: --forge-time") {
			t.Errorf("answered %d %s", code, body)
		}
		s.waitForges(0)
	})
	for name, limit := range map[string]func(*Limits){
		"for one address": func(l *Limits) { l.AddressForges = 1 },
		"at work":         func(l *Limits) { l.Forges = 1 },
	} {
		t.Run(name, func(t *testing.T) {
			l := DefaultLimits()
			limit(&l)
			s := startEcho(t, l)
			first := s.order("", `{"wait":5000}`, "")
			s.waitForges(1)
			if code, body := s.order("", `{}`, "").answered(); code != 429 || !strings.Contains(string(body), name) {
				t.Errorf("a second forge: %d %s", code, body)
			}
			// Whoever goes makes room, and does not wait for the end.
			first.Close()
			s.waitForges(0)
			s.forged("", `{"wait":0}`)
		})
	}
}

// waitForges waits until just n forges are at work.
func (s *echoServer) waitForges(n int) {
	s.t.Helper()
	for end := time.Now().Add(4 * time.Second); ; runtime.Gosched() {
		s.forges.mu.Lock()
		open := s.forges.open
		s.forges.mu.Unlock()
		if open == n {
			return
		}
		if time.Now().After(end) {
			s.t.Fatalf("%d forges are at work, want %d", open, n)
		}
	}
}

// A forged connection can't have another forged.
func TestForgeNotItself(t *testing.T) {
	s := startEcho(t, DefaultLimits())
	inner := "POST " + forgePath + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}"
	_, received := s.forged("", `{"writes":[`+write(hex.EncodeToString([]byte(inner)))+`],"wait":100}`)
	if !strings.HasPrefix(string(received), "HTTP/1.1 403 ") || !strings.Contains(string(received), "can't use the forge") {
		t.Errorf("received %q", received)
	}
}

// A request that the server reaches when the forge has left is the forge's still: it can't have
// another forged.
func TestForgeNotItselfLater(t *testing.T) {
	late := make(chan bool, 1)
	s := startWith(t, DefaultLimits(), func(s *Server) {
		all := s.http.Handler
		s.http.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/slow" {
				<-time.After(4 * leaveWait)
				late <- s.forges.made(r.RemoteAddr)
				return
			}
			all.ServeHTTP(w, r)
		})
	}, nil)
	order := orderOf(write(masked5))
	inner := "GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n" +
		"POST " + forgePath + "?wire=" + string(echoID) + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + strconv.Itoa(len(order)) + "\r\n\r\n" + order
	s.forged("", `{"writes":[`+write(hex.EncodeToString([]byte(inner)))+`],"wait":0}`)
	own := func() int {
		s.forges.mu.Lock()
		defer s.forges.mu.Unlock()
		return len(s.forges.own)
	}
	if !<-late {
		t.Error("the connection is nobody's while the server has requests of it before it")
	}
	for end := time.Now().Add(10 * time.Second); own() > 0; runtime.Gosched() {
		if time.Now().After(end) {
			t.Fatal("the connection is the forge's for ever")
		}
	}
	if _, ok := s.hub.Lookup(echoID); ok {
		t.Error("what was forged has forged")
	}
}

// A client that has gone is no fault of the server's.
func TestGoneClientIsNoFault(t *testing.T) {
	var log safeBuffer
	ended := make(chan struct{})
	s := startWith(t, DefaultLimits(), func(s *Server) {
		s.log = slog.New(slog.NewTextHandler(&log, nil))
		failing := s.funnel(func(w http.ResponseWriter, r *http.Request) error {
			<-r.Context().Done()
			return &StatusError{Code: http.StatusServiceUnavailable, Text: "No.", Err: r.Context().Err()}
		})
		s.http.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			defer close(ended)
			failing.ServeHTTP(w, r)
		})
	}, nil)
	c := s.dial(t)
	c.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
	c.Close()
	<-ended
	if said := log.String(); said != "" {
		t.Errorf("logged %q", said)
	}
}

// A server that stops ends what was forged, and the forge says so.
func TestForgeShutdown(t *testing.T) {
	s := startEcho(t, DefaultLimits())
	c := s.order("", `{"upgrade":"/echo","wait":5000}`, "")
	s.waitOpen(1)
	stopped := make(chan error, 1)
	go func() { stopped <- s.Shutdown(t.Context()) }()
	code, body := c.answered()
	if code != 200 || !strings.Contains(string(body), `"ended":"server closed"`) || !strings.Contains(string(body), "03e9") {
		t.Errorf("answered %d %s", code, body)
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}

func TestOwnAddress(t *testing.T) {
	tcp := func(s string) net.Addr {
		a, err := net.ResolveTCPAddr("tcp", s)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	tests := []struct {
		listener, here net.Addr
		want           string
	}{
		{tcp("127.0.0.1:8080"), tcp("127.0.0.1:8080"), "127.0.0.1:8080"},
		{tcp("192.0.2.7:8080"), tcp("192.0.2.7:8080"), "192.0.2.7:8080"},
		{tcp("[::1]:8080"), tcp("[::1]:8080"), "[::1]:8080"},
		{tcp("0.0.0.0:8080"), tcp("192.0.2.7:8080"), "127.0.0.1:8080"},
		{tcp("[::]:8080"), tcp("192.0.2.7:8080"), "127.0.0.1:8080"},
		{tcp("[::]:8080"), tcp("[2001:db8::7]:8080"), "[::1]:8080"},
		{tcp("[::]:8080"), nil, "127.0.0.1:8080"},
		{&net.TCPAddr{Port: 8080}, tcp("[::1]:8080"), "[::1]:8080"},
		{&net.UnixAddr{Net: "unix", Name: "/x"}, nil, ""},
	}
	for _, tt := range tests {
		if got, err := ownAddress(&tt.listener, tt.here); got != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("ownAddress(%v, %v) = %q, %v; want %q", tt.listener, tt.here, got, err, tt.want)
		}
	}
	if _, err := ownAddress(nil, nil); err == nil {
		t.Error("a server without a listener has an address")
	}
}
