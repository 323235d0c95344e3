package handlers

// The echo from the outside: handshakes by hand, what each is refused for, and what follows a 101.

import (
	"bufio"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"wireup/wire"
)

const echoID wire.ID = "echoechoecho2"

// echoServer is a server on a port of its own.
type echoServer struct {
	*Server
	t    *testing.T
	addr string
}

func startEcho(t *testing.T, l Limits) *echoServer {
	t.Helper()
	return startWith(t, l, nil, nil)
}

// startWith starts a server that change has changed, on a listener that under has wrapped.
func startWith(t *testing.T, l Limits, change func(*Server), under func(net.Listener) net.Listener) *echoServer {
	t.Helper()
	leaks := goleak.IgnoreCurrent()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := bareConfig(wire.DefaultLimits())
	c.Limits = l
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(s)
	}
	tapped := listener
	if under != nil {
		tapped = under(listener)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(tapped) }()
	t.Cleanup(func() {
		ctx, stop := context.WithTimeout(context.Background(), 10*time.Second)
		defer stop()
		if err := s.Shutdown(ctx); err != nil {
			t.Errorf("Shutdown: %v", err)
		}
		if err := <-served; err != nil {
			t.Errorf("Serve: %v", err)
		}
		goleak.VerifyNone(t, leaks)
	})
	return &echoServer{s, t, listener.Addr().String()}
}

// waitOpen waits until just n sockets are counted.
func (s *echoServer) waitOpen(n int) {
	s.t.Helper()
	for end := time.Now().Add(10 * time.Second); ; runtime.Gosched() {
		s.sockets.mu.Lock()
		open := len(s.sockets.live)
		s.sockets.mu.Unlock()
		if open == n {
			return
		}
		if time.Now().After(end) {
			s.t.Fatalf("%d sockets are counted, want %d", open, n)
		}
	}
}

// rawClient is a TCP connection whose bytes the test writes itself.
type rawClient struct {
	net.Conn
	t *testing.T
	r *bufio.Reader
}

func (s *echoServer) dial(t *testing.T) *rawClient {
	t.Helper()
	conn, err := net.Dial("tcp", s.addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return &rawClient{conn, t, bufio.NewReader(conn)}
}

func (c *rawClient) send(s string) {
	c.t.Helper()
	if _, err := io.WriteString(c, s); err != nil {
		c.t.Fatal(err)
	}
}

// head reads a response's head, as it stands.
func (c *rawClient) head() string {
	c.t.Helper()
	var b strings.Builder
	for {
		line, err := c.r.ReadString('\n')
		b.WriteString(line)
		if err != nil {
			c.t.Fatalf("read a head: %v after %q", err, b.String())
		}
		if line == "\r\n" {
			return b.String()
		}
	}
}

// frame reads a server's frame of less than 64 KiB, by hand.
func (c *rawClient) frame() (first byte, payload string) {
	c.t.Helper()
	var h [4]byte
	if _, err := io.ReadFull(c.r, h[:2]); err != nil {
		c.t.Fatalf("read a frame: %v", err)
	}
	n := int(h[1])
	if n == 126 {
		if _, err := io.ReadFull(c.r, h[2:]); err != nil {
			c.t.Fatalf("read a frame: %v", err)
		}
		n = int(h[2])<<8 | int(h[3])
	}
	p := make([]byte, n)
	if _, err := io.ReadFull(c.r, p); err != nil {
		c.t.Fatalf("read a frame: %v", err)
	}
	return h[0], string(p)
}

// wants reads a frame and compares it.
func (c *rawClient) wants(first byte, payload string) {
	c.t.Helper()
	if f, p := c.frame(); f != first || p != payload {
		c.t.Fatalf("read frame %#x %q, want %#x %q", f, p, first, payload)
	}
}

// end reads up to the end of the connection.
func (c *rawClient) end() {
	c.t.Helper()
	if rest, err := io.ReadAll(c.r); len(rest) > 0 || err != nil {
		c.t.Errorf("read %q, %v; want the end", rest, err)
	}
}

const sampleKey = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"

// shake is a handshake with more fields, each with its line ending.
func (s *echoServer) shake(target, fields string) string {
	return "GET " + target + " HTTP/1.1\r\nHost: " + s.addr + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Version: 13\r\n" + sampleKey + fields + "\r\n"
}

// open opens an echo.
func (s *echoServer) open(target, fields string) *rawClient {
	s.t.Helper()
	c := s.dial(s.t)
	c.send(s.shake(target, fields))
	if head := c.head(); !strings.HasPrefix(head, "HTTP/1.1 101 ") {
		s.t.Fatalf("handshake for %s answered by %q", target, head)
	}
	return c
}

// The server's half of the handshake, byte for byte, with the key and accept of RFC 6455 §1.3.
func TestEchoHandshake(t *testing.T) {
	s := startEcho(t, DefaultLimits())
	const want = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
	tests := []struct {
		name, target, fields, more string
	}{
		{"as bare as can be", "/echo", "", ""},
		{"from our own page", "/echo", "Origin: http://" + s.addr + "\r\nUser-Agent: browser\r\n", ""},
		{"a subprotocol", "/echo", "Sec-WebSocket-Protocol: chat\r\n", "Sec-WebSocket-Protocol: chat\r\n"},
		{"the first of two", "/echo", "Sec-WebSocket-Protocol: one, two\r\n", "Sec-WebSocket-Protocol: one\r\n"},
		{"the first of two fields", "/echo", "Sec-WebSocket-Protocol: one\r\nSec-WebSocket-Protocol: two\r\n", "Sec-WebSocket-Protocol: one\r\n"},
		{"no compression unless asked for", "/echo", "Sec-WebSocket-Extensions: permessage-deflate\r\n", ""},
		{"compression", "/echo?deflate=on", "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n",
			"Sec-WebSocket-Extensions: permessage-deflate\r\n"},
		{"compression, symmetrical", "/echo?deflate=on", "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover\r\n",
			"Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover\r\n"},
		{"compression, the second offer", "/echo?deflate=on",
			"Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=10\r\nSec-WebSocket-Extensions: permessage-deflate\r\n",
			"Sec-WebSocket-Extensions: permessage-deflate\r\n"},
		{"compression that nobody offered", "/echo?deflate=on", "", ""},
		{"compression by gorilla", "/echo?deflate=on&library=gorilla", "Sec-WebSocket-Extensions: permessage-deflate\r\n",
			"Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover\r\n"},
		{"every option", "/echo?wire=ECHOECHOECHO2&breakdown=off&deflate=off&library=gorilla", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := s.dial(t)
			c.send(s.shake(tt.target, tt.fields))
			if got := c.head(); got != want+tt.more+"\r\n" {
				t.Errorf("answered\n%q\nwant\n%q", got, want+tt.more+"\r\n")
			}
			c.send("\x89\x80\x00\x00\x00\x00")
			c.wants(0x8a, "")
		})
	}
	t.Run("a key whose last bits are not zero", func(t *testing.T) {
		c := s.dial(t)
		c.send(strings.Replace(s.shake("/echo", ""), "dGhlIHNhbXBsZSBub25jZQ==", "AQIDBAUGBwgJCgsMDQ4PEC==", 1))
		if got := c.head(); !strings.Contains(got, " 101 ") {
			t.Errorf("answered %q", got)
		}
	})
	t.Run("lists with empty elements, and with a protocol's version", func(t *testing.T) {
		c := s.dial(t)
		c.send("GET /echo HTTP/1.1\r\nHost: localhost\r\nUpgrade: , h2c/2, websocket\r\nConnection: , ,Upgrade,\r\nSec-WebSocket-Version: 13\r\n" +
			sampleKey + "\r\n")
		if got := c.head(); !strings.Contains(got, " 101 ") {
			t.Errorf("answered %q", got)
		}
	})
	t.Run("names in any case, lists", func(t *testing.T) {
		c := s.dial(t)
		c.send("GET /echo HTTP/1.1\r\nhOST: localhost\r\nUPGRADE: h2c, WebSocket\r\nconnection: keep-alive, UPGRADE\r\nsec-websocket-version:13\r\n" +
			sampleKey + "\r\n")
		if got := c.head(); !strings.Contains(got, " 101 ") {
			t.Errorf("answered %q", got)
		}
	})
}

func TestEchoRefusals(t *testing.T) {
	s := startEcho(t, DefaultLimits())
	host := "Host: " + s.addr + "\r\n"
	const upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\n"
	const version = "Sec-WebSocket-Version: 13\r\n"
	whole := func(more string) string { return s.shake("/echo", more) }
	tests := []struct {
		name    string
		request string
		code    int
		ref     string
		text    string            // a part of the error
		fields  map[string]string // that the answer must have
	}{
		{"POST", "POST /echo HTTP/1.1\r\n" + host + upgrade + version + sampleKey + "Content-Length: 0\r\n\r\n",
			405, "RFC 6455 §4.1", "this is POST", map[string]string{"Allow": "GET"}},
		{"HTTP/1.0", "GET /echo HTTP/1.0\r\n" + host + upgrade + version + sampleKey + "\r\n",
			400, "RFC 6455 §4.1", "this is HTTP/1.0", nil},
		{"no Upgrade", "GET /echo HTTP/1.1\r\n" + host + "Accept: application/json\r\n\r\n",
			426, "RFC 6455 §4.2.1", "Upgrade: websocket", map[string]string{"Upgrade": "websocket", "Connection": "Upgrade"}},
		{"Upgrade to something else", "GET /echo HTTP/1.1\r\n" + host + "Upgrade: h2c\r\nConnection: Upgrade\r\nAccept: application/json\r\n\r\n",
			426, "RFC 6455 §4.2.1", "Upgrade: websocket", map[string]string{"Upgrade": "websocket", "Connection": "Upgrade"}},
		{"no Connection", "GET /echo HTTP/1.1\r\n" + host + "Upgrade: websocket\r\n" + version + sampleKey + "\r\n",
			400, "RFC 6455 §4.2.1", "Connection: Upgrade", nil},
		{"Connection without the token", "GET /echo HTTP/1.1\r\n" + host + "Upgrade: websocket\r\nConnection: keep-alive\r\n" + version + sampleKey + "\r\n",
			400, "RFC 6455 §4.2.1", "Connection: Upgrade", nil},
		{"a body", whole("Content-Length: 5\r\n"), 400, "RFC 9110 §7.8", "announces a body", nil},
		{"a body in chunks", whole("Transfer-Encoding: chunked\r\n"), 400, "RFC 9110 §7.8", "announces a body", nil},
		{"no version", "GET /echo HTTP/1.1\r\n" + host + upgrade + sampleKey + "\r\n",
			426, "RFC 6455 §4.4", "Sec-WebSocket-Version: 13", map[string]string{"Sec-Websocket-Version": "13", "Upgrade": "websocket", "Connection": "Upgrade"}},
		{"version 8", "GET /echo HTTP/1.1\r\n" + host + upgrade + sampleKey + "Sec-WebSocket-Version: 8\r\n\r\n",
			426, "RFC 6455 §4.4", "Sec-WebSocket-Version: 13", map[string]string{"Sec-Websocket-Version": "13"}},
		{"two versions", "GET /echo HTTP/1.1\r\n" + host + upgrade + sampleKey + version + version + "\r\n",
			426, "RFC 6455 §4.4", "once", nil},
		{"no key", "GET /echo HTTP/1.1\r\n" + host + upgrade + version + "\r\n",
			400, "RFC 6455 §4.1", "no Sec-WebSocket-Key", nil},
		{"two keys", whole(sampleKey), 400, "RFC 6455 §11.3.1", "more than once", nil},
		{"a key that is no base64", strings.Replace(whole(""), "dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZ!==", 1),
			400, "RFC 6455 §4.1", "16 bytes in base64", nil},
		{"a key of 15 bytes", strings.Replace(whole(""), "dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25j", 1),
			400, "RFC 6455 §4.1", "16 bytes in base64", nil},
		{"a foreign page", whole("Origin: http://evil.example\r\n"), 403, "RFC 6455 §10.2", "another site", nil},
		{"a page on another port", whole("Origin: http://127.0.0.1:1\r\n"), 403, "RFC 6455 §10.2", "another site", nil},
		{"a page from nowhere", whole("Origin: null\r\n"), 403, "RFC 6455 §10.2", "another site", nil},
		{"two origins", whole("Origin: http://" + s.addr + "\r\nOrigin: http://" + s.addr + "\r\n"), 403, "RFC 6455 §10.2", "another site", nil},
		{"an empty subprotocol", whole("Sec-WebSocket-Protocol: a, , b\r\n"), 400, "RFC 6455 §4.1", "Sec-WebSocket-Protocol", nil},
		{"a subprotocol with a space", whole("Sec-WebSocket-Protocol: a b\r\n"), 400, "RFC 6455 §4.1", "Sec-WebSocket-Protocol", nil},
		{"a subprotocol twice", whole("Sec-WebSocket-Protocol: a, b, a\r\n"), 400, "RFC 6455 §4.1", "offers a twice", nil},
		{"an extension without a name", whole("Sec-WebSocket-Extensions: ; x=1\r\n"), 400, "RFC 6455 §9.1", "Sec-WebSocket-Extensions", nil},
		{"an empty list of extensions", whole("Sec-WebSocket-Extensions: \r\n"), 400, "RFC 6455 §9.1", "Sec-WebSocket-Extensions", nil},
		{"a bad wire", s.shake("/echo?wire=me", ""), 400, "GET /echo", "13 characters", nil},
		{"a bad breakdown", s.shake("/echo?breakdown=xml", ""), 400, "GET /echo", "json, text or off", nil},
		{"a bad deflate", s.shake("/echo?deflate=maybe", ""), 400, "GET /echo", "on or off", nil},
		{"a bad library", s.shake("/echo?library=ws", ""), 400, "GET /echo", "gorilla", nil},
		{"a wire that can't be read", s.shake("/echo?wire=%zz", ""), 400, "GET /echo", `"wire=%zz"`, nil},
		{"a semicolon", s.shake("/echo?breakdown=off;wire=x", ""), 400, "GET /echo", `"breakdown=off;wire=x"`, nil},
		{"two wires", s.shake("/echo?wire="+string(echoID)+"&wire="+string(echoID), ""), 400, "GET /echo", "more than once", nil},
		{"an option twice", s.shake("/echo?breakdown=off&breakdown=json", ""), 400, "GET /echo", "more than once", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := s.dial(t)
			c.send(tt.request)
			response, err := http.ReadResponse(c.r, nil)
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			var body struct{ Error, Ref string }
			if err := json.NewDecoder(response.Body).Decode(&body); err != nil {
				t.Fatalf("body: %v", err)
			}
			if response.StatusCode != tt.code || body.Ref != tt.ref || !strings.Contains(body.Error, tt.text) {
				t.Errorf("answered %d %q (%s), want %d with %q (%s)", response.StatusCode, body.Error, body.Ref, tt.code, tt.text, tt.ref)
			}
			for name, want := range tt.fields {
				if got := response.Header.Get(name); got != want {
					t.Errorf("%s: %q, want %q", name, got, want)
				}
			}
		})
	}
}

// A plain GET is told what to type, in the form that its sender reads.
func TestEchoPlainGet(t *testing.T) {
	s := startEcho(t, DefaultLimits())
	tests := []struct{ accept, kind, has string }{
		{"*/*", "text/plain; charset=utf-8", "websocat 'ws://" + s.addr + "/echo?breakdown=text'"},
		{"", "text/plain; charset=utf-8", "curl --http1.1"},
		{"application/json", "application/json", `"ref":"RFC 6455 §4.2.1"`},
		{"text/html,*/*", "text/html; charset=utf-8", "Upgrade: websocket"},
	}
	for _, tt := range tests {
		t.Run(tt.accept, func(t *testing.T) {
			c := s.dial(t)
			c.send("GET /echo HTTP/1.1\r\nHost: " + s.addr + "\r\nAccept: " + tt.accept + "\r\n\r\n")
			response, err := http.ReadResponse(c.r, nil)
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			body, err := io.ReadAll(response.Body)
			if err != nil {
				t.Fatal(err)
			}
			h := response.Header
			if response.StatusCode != 426 || h.Get("Upgrade") != "websocket" || h.Get("Connection") != "Upgrade" || h.Get("Content-Type") != tt.kind {
				t.Errorf("answered %d, %v", response.StatusCode, h)
			}
			if !strings.Contains(string(body), tt.has) {
				t.Errorf("body\n%s\nwant it to have %q", body, tt.has)
			}
		})
	}
	t.Run("a host that a shell would act on", func(t *testing.T) {
		c := s.dial(t)
		c.send("GET /echo HTTP/1.1\r\nHost: x';reboot;'.localhost\r\n\r\n")
		response, err := http.ReadResponse(c.r, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		if body, _ := io.ReadAll(response.Body); strings.Contains(string(body), "reboot") || !strings.Contains(string(body), s.addr) {
			t.Errorf("body\n%s", body)
		}
	})
}

// The command that a plain GET is told to type is a handshake.
func TestEchoTypedHandshake(t *testing.T) {
	s := startEcho(t, DefaultLimits())
	c := s.dial(t)
	c.send("GET /echo HTTP/1.1\r\nHost: " + s.addr + "\r\nUser-Agent: curl/8\r\nAccept: */*\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
	if head := c.head(); !strings.HasPrefix(head, "HTTP/1.1 101 ") {
		t.Errorf("answered %q", head)
	}
}

// Who does not wait for the 101 is told so.
func TestEchoEarlyBytes(t *testing.T) {
	s := startEcho(t, DefaultLimits())
	for _, target := range []string{"/echo", "/wire/" + string(echoID) + "/feed"} {
		response, body := s.asked(t, s.shake(target, "")+"\x81\x80\x00\x00\x00\x00")
		if response.StatusCode != 400 || !strings.Contains(string(body), "Wait for the 101") {
			t.Errorf("%s: answered %d %q", target, response.StatusCode, body)
		}
	}
	s.waitOpen(0)
}

func TestEchoLimits(t *testing.T) {
	refused := func(t *testing.T, s *echoServer, target, text string) {
		t.Helper()
		c := s.dial(t)
		c.send(s.shake(target, ""))
		response, err := http.ReadResponse(c.r, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		body, _ := io.ReadAll(response.Body)
		if response.StatusCode != 429 || !strings.Contains(string(body), text) {
			t.Errorf("answered %d %s, want 429 with %q", response.StatusCode, body, text)
		}
	}
	l := DefaultLimits()
	l.WireSockets, l.AddressSockets = 2, 3
	s := startEcho(t, l)
	target := "/echo?breakdown=off&wire=" + string(echoID)
	first := s.open(target, "")
	s.open(target, "")
	refused(t, s, target, "sockets on one wire")
	s.open("/echo", "")
	refused(t, s, "/echo", "sockets from one address")
	// Whoever goes makes room.
	first.send("\x88\x82\x00\x00\x00\x00\x03\xe8")
	first.wants(0x88, "\x03\xe8")
	first.end()
	first.Close()
	s.waitOpen(2)
	s.open(target, "")
}

func TestEchoMessageLimit(t *testing.T) {
	l := DefaultLimits()
	l.Message = 100
	s := startEcho(t, l)
	for _, target := range []string{"/echo", "/echo?library=gorilla"} {
		c := s.open(target, "")
		c.send("\x82\xe5\x00\x00\x00\x00" + strings.Repeat("x", 101))
		c.wants(0x88, "\x03\xf1message over 100 bytes (limit: max-message)")
		c.end()
	}
}

// What the wire's log shows of an echo: the bytes that crossed.
func TestEchoOnItsWire(t *testing.T) {
	for _, query := range []string{"", "&library=gorilla"} {
		s := startEcho(t, DefaultLimits())
		c := s.open("/echo?wire="+string(echoID)+query, "")
		c.send("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58")
		c.wants(0x81, "Hello")
		_, breakdown := c.frame()
		c.send("\x88\x82\x00\x00\x00\x00\x03\xe8")
		c.wants(0x88, "\x03\xe8")
		c.end()
		c.Close()
		log := s.hub.Wire(echoID)
		var events []*wire.Event
		for {
			changed := log.Changed()
			if events, _ = log.After(0, 100); len(events) > 0 && events[len(events)-1].Kind.String() == "close" {
				break
			}
			<-changed
		}
		var got []string
		for _, e := range events {
			line := e.Kind.String() + " " + e.Direction.String()
			if e.Frame != nil {
				line += " " + hex.EncodeToString(e.Bytes[:min(len(e.Bytes), 11)])
			}
			got = append(got, line)
		}
		down := "frame down 817e" + fmt.Sprintf("%04x", len(breakdown)) + hex.EncodeToString([]byte(`{"messa`))
		want := []string{"open up", "request up", "response down", "frame up 818537fa213d7f9f4d5158", "frame down 810548656c6c6f",
			down, "frame up 88820000000003e8", "frame down 880203e8", "close down"}
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("%q: events\n%s\nwant\n%s", query, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

func TestEchoShutdown(t *testing.T) {
	s := startEcho(t, DefaultLimits())
	clients := []*rawClient{s.open("/echo", ""), s.open("/echo?library=gorilla", ""), s.open("/echo?breakdown=off&wire="+string(echoID), "")}
	done := make(chan error, 1)
	go func() {
		ctx, stop := context.WithTimeout(context.Background(), 10*time.Second)
		defer stop()
		done <- s.Shutdown(ctx)
	}()
	for _, c := range clients {
		c.wants(0x88, "\x03\xe9the server is stopping")
		c.send("\x88\x82\x00\x00\x00\x00\x03\xe9")
		c.end()
		c.Close()
	}
	if err := <-done; err != nil {
		t.Errorf("Shutdown: %v", err)
	}
}

// post pings the wire.
func (s *echoServer) post(query string) (code int, body string) {
	s.t.Helper()
	c := s.dial(s.t)
	c.send("POST " + pingPath + query + " HTTP/1.1\r\nHost: " + s.addr + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
	response, err := http.ReadResponse(c.r, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	b, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return response.StatusCode, strings.TrimSpace(string(b))
}

func TestPing(t *testing.T) {
	s := startEcho(t, DefaultLimits())
	query := "?wire=" + string(echoID)
	if code, body := s.post(query); code != 404 || !strings.Contains(body, "no echo connection") {
		t.Errorf("without an echo: %d %s", code, body)
	}
	if code, body := s.post("?wire=x"); code != 400 || !strings.Contains(body, "13 characters") {
		t.Errorf("without a wire: %d %s", code, body)
	}
	one, two := s.open("/echo"+query, ""), s.open("/echo"+query+"&library=gorilla", "")
	s.open("/echo?wire=anotheranothe", "")
	code, body := s.post(query)
	if want := `{"pinged":2,"payload":"` + hex.EncodeToString([]byte("ping 1")) + `"}`; code != 200 || body != want {
		t.Errorf("ping: %d %s, want 200 %s", code, body, want)
	}
	for _, c := range []*rawClient{one, two} {
		c.wants(0x89, "ping 1")
		c.send("\x8a\x86\x00\x00\x00\x00ping 1\x81\x80\x00\x00\x00\x00")
		c.wants(0x81, "")
		_, breakdown := c.frame()
		var b struct {
			Control []struct {
				Direction, Type, Text string
				RTT                   float64
			}
		}
		if err := json.Unmarshal([]byte(breakdown), &b); err != nil {
			t.Fatal(err)
		}
		if len(b.Control) != 2 || b.Control[0].Direction != "down" || b.Control[0].Type != "ping" ||
			b.Control[1].Direction != "up" || b.Control[1].Type != "pong" || b.Control[1].Text != "ping 1" || b.Control[1].RTT <= 0 {
			t.Errorf("control %+v", b.Control)
		}
	}
	events, _ := s.hub.Wire(echoID).After(0, 100)
	pongs := 0
	for _, e := range events {
		if e.Frame != nil && e.Frame.Opcode.Type() == "pong" && e.Frame.RTT > 0 {
			pongs++
		}
		if e.Head != nil && strings.Contains(string(e.Head.Raw), pingPath) {
			t.Error("the POST is on the wire's log")
		}
	}
	if pongs != 2 {
		t.Errorf("%d pongs with a time on the wire's log, want 2", pongs)
	}
	if _, body := s.post(query); !strings.Contains(body, hex.EncodeToString([]byte("ping 2"))) {
		t.Errorf("the second ping: %s, want a payload of its own", body)
	}
}

func TestSameHost(t *testing.T) {
	tests := []struct {
		origin, host string
		want         bool
	}{
		{"http://example.org", "example.org", true},
		{"http://EXAMPLE.org", "example.ORG", true},
		{"http://example.org:80", "example.org", true},
		{"http://example.org", "example.org:80", true},
		{"https://example.org", "example.org:443", true},
		{"https://example.org", "example.org:80", false},
		{"http://example.org:8080", "example.org:8080", true},
		{"http://example.org:8080", "example.org", false},
		{"http://[::1]:8080", "[::1]:8080", true},
		{"http://example.org.evil", "example.org", false},
		{"null", "null", false},
		{"http://", "", false},
	}
	for _, tt := range tests {
		if got := checkOrigin([]string{tt.origin}, tt.host) == nil; got != tt.want {
			t.Errorf("checkOrigin(%q, %q) accepts: %v, want %v", tt.origin, tt.host, got, tt.want)
		}
	}
}
