package inspector

// Decoding against gorilla/websocket's view of the same bytes.

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// bytesConn is a connection whose client has sent some bytes and gone.
type bytesConn struct {
	in  *bytes.Reader
	out bytes.Buffer
}

func (c *bytesConn) Read(p []byte) (int, error)         { return c.in.Read(p) }
func (c *bytesConn) Write(p []byte) (int, error)        { return c.out.Write(p) }
func (c *bytesConn) Close() error                       { return nil }
func (c *bytesConn) LocalAddr() net.Addr                { return &net.TCPAddr{} }
func (c *bytesConn) RemoteAddr() net.Addr               { return &net.TCPAddr{} }
func (c *bytesConn) SetDeadline(t time.Time) error      { return nil }
func (c *bytesConn) SetReadDeadline(t time.Time) error  { return nil }
func (c *bytesConn) SetWriteDeadline(t time.Time) error { return nil }

type hijacker struct {
	*httptest.ResponseRecorder
	c net.Conn
}

func (h hijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return h.c, bufio.NewReadWriter(bufio.NewReader(h.c), bufio.NewWriter(h.c)), nil
}

type message struct {
	opcode Opcode
	data   string
}

// gorillaMessages is what gorilla's server makes of wire, and whether it read to its end.
func gorillaMessages(t *testing.T, wire []byte) (list []message, err error) {
	c := &bytesConn{in: bytes.NewReader(nil)}
	req := httptest.NewRequest("GET", "/", nil)
	for k, v := range map[string]string{"Connection": "Upgrade", "Upgrade": "websocket",
		"Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="} {
		req.Header.Set(k, v)
	}
	var up websocket.Upgrader
	ws, err := up.Upgrade(hijacker{httptest.NewRecorder(), c}, req, http.Header{})
	if err != nil {
		t.Fatal(err)
	}
	c.in.Reset(wire)
	for {
		kind, p, err := ws.ReadMessage()
		if err != nil {
			return list, err
		}
		list = append(list, message{Opcode(kind), string(p)})
	}
}

// ourMessages joins the frames of whole messages up to the first violation or close frame. What
// an unfinished header breaks counts too.
func ourMessages(t *testing.T, wire []byte) (list []message, broken []Violation) {
	var data []byte
	done := false
	s := NewSession(Options{Preview: 1 << 30}, func(e *Event) {
		if done || e.Direction != Up || e.Kind == KindRequest || e.Kind == KindClose {
			return
		}
		if len(e.Violations) > 0 || e.Kind != KindFrame || e.Frame.Received < e.Frame.Length {
			broken, done = append(broken, e.Violations...), true
			return
		}
		f := e.Frame
		switch {
		case f.Opcode == OpClose:
			done = true
		case f.Opcode.Control():
		default:
			if f.Part == 1 {
				data = data[:0]
			}
			if data = append(data, f.Plain...); f.Fin {
				list = append(list, message{f.MessageType, string(data)})
			}
		}
	})
	at := time.Now()
	s.Observe(at, Up, []byte(upgradeRequest))
	s.Observe(at, Down, []byte(upgradeResponse))
	s.Observe(at, Up, wire)
	if !done {
		broken = s.up.frames.judge.Early(s.up.frames.decoder.Pending())
	}
	s.Ended(at, EndClient, nil)
	return list, broken
}

// FuzzAgainstGorilla: up to the first byte that we object to, both see the same messages; what
// breaks no rule of ours is no fault in gorilla's eyes either.
func FuzzAgainstGorilla(f *testing.F) {
	f.Add([]byte(helloMasked))
	f.Add([]byte("\x01\x81\x00\x00\x00\x00H\x89\x80\x00\x00\x00\x00\x80\x81\x00\x00\x00\x00i"))
	f.Add([]byte("\x82\xfe\x00\x80\x01\x02\x03\x04" + string(make([]byte, 128))))
	f.Add([]byte("\x88\x82\x00\x00\x00\x00\x03\xe8"))
	f.Add([]byte("\x88\x82\x00\x00\x00\x00\x03\xed"))
	f.Add([]byte("\xf1\x80")) // found: gorilla judges a header that is not whole
	f.Fuzz(func(t *testing.T, wire []byte) {
		ours, broken := ourMessages(t, wire)
		theirs, err := gorillaMessages(t, wire)
		if len(theirs) < len(ours) {
			t.Fatalf("gorilla sees %d messages and stops with %v; we see %d", len(theirs), err, len(ours))
		}
		for i, m := range ours {
			if theirs[i] != m {
				t.Fatalf("message %d: gorilla sees %v, we see %v", i, theirs[i], m)
			}
		}
		if len(broken) == 0 && len(theirs) > len(ours) {
			t.Fatalf("gorilla sees %d messages; we see %d and object to nothing", len(theirs), len(ours))
		}
		if err == websocket.ErrReadLimit {
			return // it adds up the lengths that the fragments announce; a frame here is judged by itself
		}
		if _, isClose := err.(*websocket.CloseError); len(broken) == 0 && err != io.EOF && err != io.ErrUnexpectedEOF && !isClose {
			t.Fatalf("gorilla objects: %v; we don't", err)
		}
	})
}
