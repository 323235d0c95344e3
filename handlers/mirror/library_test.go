package mirror

// What gorilla makes of the same bytes, and what of it the breakdown shows.

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"wireup/inspector"
)

func testDeadline() time.Time { return time.Now().Add(20 * time.Second) }

// library begins a conversation held by gorilla, over TCP.
func library(t *testing.T, o Options) (*client, *Library) {
	t.Helper()
	o.MaxMessage = testLimit
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &client{t: t, done: make(chan struct{})}
	talks := make(chan *Library, 1)
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		u := websocket.Upgrader{EnableCompression: o.Deflate != nil}
		conn, err := u.Upgrade(w, r, nil)
		if err != nil {
			t.Error(err)
			return
		}
		c.tap = inspector.ConnOf(conn.NetConn())
		l := NewLibrary(conn, c.tap, o)
		l.patience = &testPatience
		talks <- l
		l.Start(c)
	})}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(inspector.NewListener(inner, func(*inspector.Conn) inspector.Observer { return nil }))
	}()
	if c.conn, err = net.Dial("tcp", inner.Addr().String()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.conn.Close()
		<-c.done
		server.Close()
		<-served
	})
	if err := c.conn.SetDeadline(testDeadline()); err != nil {
		t.Fatal(err)
	}
	request := "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
	if o.Deflate != nil {
		request += "Sec-WebSocket-Extensions: permessage-deflate\r\n"
	}
	c.send([]byte(request + "\r\n"))
	// A byte at a time, or what stands behind the head would be lost.
	r := bufio.NewReaderSize(oneByte{c.conn}, 16)
	for line := "-"; strings.TrimSpace(line) != ""; {
		if line, err = r.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
	}
	return c, <-talks
}

type oneByte struct{ io.Reader }

func (r oneByte) Read(p []byte) (int, error) { return r.Reader.Read(p[:1]) }

func TestLibraryMerges(t *testing.T) {
	c, _ := library(t, Options{})
	c.send(join(masked(0x01, "one "), masked(0x89, "?"), masked(0x00, "two "), masked(0x80, "three")))
	c.wants(join(unmasked(0x8a, "?"), unmasked(0x81, "one two three")))
	b := c.breakdown()
	if b.Message != 1 || len(b.Received) != 3 || len(b.Mirrored) != 1 || b.Mirrored[0].Text != "one two three" {
		t.Errorf("breakdown %+v, want three frames merged into one", b)
	}
	if b.Received[0].Text != "one " || b.Received[0].Unmasked != "6f6e6520" || b.Received[2].Part != 3 {
		t.Errorf("received %+v", b.Received)
	}
	if len(b.Control) != 2 || b.Control[0].Type != "ping" || b.Control[1].Type != "pong" || b.Control[1].Direction != "down" {
		t.Errorf("control %+v", b.Control)
	}
}

// gorilla lets through what RFC 6455 forbids; the breakdown says so.
func TestLibraryLetsThrough(t *testing.T) {
	tests := []struct {
		name string
		in   []byte
		want []byte
		rule *inspector.Rule
	}{
		{"text that is not UTF-8", masked(0x81, "a\xff"), unmasked(0x81, "a\xff"), inspector.RuleInvalidUTF8},
		{"5 in 16 bits", unhex(t, "81 fe 0005 00000000 48656c6c6f"), unmasked(0x81, "Hello"), inspector.RuleLengthNotMinimal},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, _ := library(t, Options{})
			c.send(tt.in)
			c.wants(tt.want)
			b := c.breakdown()
			if len(b.Received) != 1 || len(b.Received[0].Violations) != 1 || b.Received[0].Violations[0].Rule != tt.rule.ID {
				t.Errorf("received %+v, want the violation %s", b.Received, tt.rule.ID)
			}
			c.send(masked(0x81, "and on"))
			c.wants(unmasked(0x81, "and on"))
		})
	}
}

func TestLibraryMessagesTogether(t *testing.T) {
	for _, form := range []Breakdown{JSON, Off} {
		c, _ := library(t, Options{Breakdown: form})
		c.send(join(masked(0x81, "a"), masked(0x82, "b"), masked(0x8a, "pong"), masked(0x81, "c"), masked(0x88, "\x03\xe8")))
		for i, want := range []string{"a", "b", "c"} {
			if f := c.read(); f.payload != want {
				t.Errorf("%v: echo %d is %q, want %q", form, i, f.payload, want)
			}
			if form == Off {
				continue
			}
			b := c.breakdown()
			if b.Message != i+1 || len(b.Received) != 1 || b.Received[0].Text != want && i != 1 ||
				b.Mirrored[0].PayloadLength != 1 || len(b.Control) != i/2 {
				t.Errorf("breakdown %d: %+v", i, b)
			}
		}
		c.wantsClose(1000, "")
	}
}

func TestLibraryRefuses(t *testing.T) {
	t.Run("no mask", func(t *testing.T) {
		c, _ := library(t, Options{})
		c.send(unhex(t, "81 05 48656c6c6f"))
		if f := c.read(); f.first != 0x88 || f.payload[:2] != "\x03\xea" {
			t.Errorf("read %#x %q, want close 1002", f.first, f.payload)
		}
		c.wantsEnd()
	})
	t.Run("too long", func(t *testing.T) {
		c, _ := library(t, Options{})
		c.send(masked(0x82, strings.Repeat("x", testLimit+1)))
		c.wantsClose(1009, "message over 1 MiB (limit: max-message)")
	})
	t.Run("a bomb", func(t *testing.T) {
		c, _ := library(t, Options{Deflate: &Deflate{Answer: LibraryAnswer}})
		c.send(masked(0xc2, newDeflater(t, false).message(strings.Repeat("x", 4<<20))))
		c.wantsClose(1009, "message over 1 MiB (limit: max-message)")
	})
	t.Run("never reads", func(t *testing.T) {
		c, _ := library(t, Options{})
		frame := masked(0x82, strings.Repeat("x", 60_000))
		for {
			if _, err := c.conn.Write(frame); err != nil {
				break
			}
		}
		<-c.done
	})
}

func TestLibraryDeflate(t *testing.T) {
	c, _ := library(t, Options{Deflate: &Deflate{Answer: LibraryAnswer}})
	text := strings.Repeat("again ", 100)
	for range 2 {
		c.send(masked(0xc1, newDeflater(t, false).message(text)))
		if f := c.read(); f.first != 0xc1 || len(f.payload) >= len(text) {
			t.Errorf("mirrored as %#x with %d bytes, want it compressed", f.first, len(f.payload))
		}
		b := c.breakdown()
		if i := b.Received[0].Inflated; i == nil || i.Length != len(text) {
			t.Errorf("received %+v", b.Received[0])
		}
		if i := b.Mirrored[0].Inflated; i == nil || i.Length != len(text) {
			t.Errorf("mirrored %+v", b.Mirrored[0])
		}
	}
}

func TestLibraryPingAndStop(t *testing.T) {
	c, l := library(t, Options{})
	if !l.Ping([]byte("ping 7")) {
		t.Fatal("Ping = false")
	}
	c.wants(unmasked(0x89, "ping 7"))
	c.send(join(masked(0x8a, "ping 7"), masked(0x81, "x")))
	c.read()
	b := c.breakdown()
	if len(b.Control) != 2 || b.Control[0].Direction != "down" || b.Control[1].RTT <= 0 {
		t.Errorf("control %+v, want our ping, and its pong with a time", b.Control)
	}
	l.Stop()
	l.Stop()
	if f := c.read(); f != (wireFrame{0x88, "\x03\xe9" + stoppingReason}) {
		t.Errorf("read %#x %q, want close 1001", f.first, f.payload)
	}
	c.send(masked(0x88, "\x03\xe9"))
	c.wantsEnd()
	if l.Ping([]byte("x")) {
		t.Error("Ping = true after the end")
	}
}

func TestLibraryText(t *testing.T) {
	c, _ := library(t, Options{Breakdown: Text})
	c.send(masked(0x81, "a\xff"))
	c.read()
	if f := c.read(); !strings.Contains(f.payload, "violation: Byte 0xff") {
		t.Errorf("breakdown\n%s\nwant the violation in it", f.payload)
	}
}
