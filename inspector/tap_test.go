package inspector

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// recorder keeps what an Observer is shown.
type recorder struct {
	mu    sync.Mutex
	up    []byte
	down  []byte
	order []string
	ended chan Ending
	err   error
}

func newRecorder() *recorder { return &recorder{ended: make(chan Ending, 1)} }

func (r *recorder) Observe(at time.Time, d Direction, p []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if d == Up {
		r.up = append(r.up, p...)
	} else {
		r.down = append(r.down, p...)
	}
	r.order = append(r.order, fmt.Sprintf("%s %s", d, p))
}

func (r *recorder) Ended(at time.Time, how Ending, err error) {
	r.err = err
	r.ended <- how
}

func (r *recorder) bytes() (up, down string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return string(r.up), string(r.down)
}

// listen returns a tapped listener on loopback, and the recorder of its first connection.
func listen(t *testing.T) (*Listener, *recorder) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	r := newRecorder()
	return NewListener(l, func(c *Conn) Observer {
		if c.ID > 1 {
			return nil
		}
		return r
	}), r
}

// pair returns both ends of a tapped connection.
func pair(t *testing.T) (client *net.TCPConn, server *Conn, r *recorder) {
	t.Helper()
	l, r := listen(t)
	accepted := make(chan net.Conn, 1)
	go func() {
		c, err := l.Accept()
		if err != nil {
			t.Error(err)
		}
		accepted <- c
	}()
	dialled, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	server = (<-accepted).(*Conn)
	t.Cleanup(func() { dialled.Close(); server.Close() })
	return dialled.(*net.TCPConn), server, r
}

func TestTapPassesBytesAndErrors(t *testing.T) {
	client, server, r := pair(t)
	client.Write([]byte("ping"))
	buf := make([]byte, 16)
	if n, err := server.Read(buf); string(buf[:n]) != "ping" || err != nil {
		t.Fatalf("Read = %q, %v", buf[:n], err)
	}
	if n, err := server.Write([]byte("pong")); n != 4 || err != nil {
		t.Fatalf("Write = %d, %v", n, err)
	}
	client.CloseWrite()
	if n, err := server.Read(buf); n != 0 || err != io.EOF {
		t.Fatalf("Read after the client's end = %d, %v; want 0, EOF", n, err)
	}
	server.Close()
	if how := <-r.ended; how != EndClient {
		t.Errorf("ended: %s; want %s", how, EndClient)
	}
	if up, down := r.bytes(); up != "ping" || down != "pong" {
		t.Errorf("shown %q up, %q down", up, down)
	}
	if reads, writes := server.Calls(); reads != 1 || writes != 1 {
		t.Errorf("Calls = %d, %d; want 1, 1", reads, writes)
	}
	if ConnOf(server) != server || ConnOf(client) != nil {
		t.Error("ConnOf doesn't find the tap")
	}
}

// errAfter returns bytes and an error at once, as Read may.
type errAfter struct{ net.Conn }

func (errAfter) Read(p []byte) (int, error) { return copy(p, "last"), io.ErrUnexpectedEOF }
func (errAfter) Close() error               { return nil }

func TestTapRecordsBytesThatComeWithAnError(t *testing.T) {
	r := newRecorder()
	c := NewConn(errAfter{})
	c.Tee(r)
	if n, err := c.Read(make([]byte, 8)); n != 4 || err != io.ErrUnexpectedEOF {
		t.Fatalf("Read = %d, %v; want 4 and the error", n, err)
	}
	c.Close()
	if how := <-r.ended; how != EndError || !errors.Is(r.err, io.ErrUnexpectedEOF) {
		t.Errorf("ended: %s, %v; want the error", how, r.err)
	}
	if up, _ := r.bytes(); up != "last" {
		t.Errorf("shown %q; want the bytes that came with the error", up)
	}
}

func TestTapEndings(t *testing.T) {
	read := func(c *Conn) { c.Read(make([]byte, 1)) }
	tests := []struct {
		name string
		do   func(client *net.TCPConn, server *Conn)
		want Ending
	}{
		{"server closes", func(c *net.TCPConn, s *Conn) { s.Close() }, EndServer},
		{"server resets", func(c *net.TCPConn, s *Conn) { s.Reset() }, EndAborted},
		{"server half-closes, then the client", func(c *net.TCPConn, s *Conn) { s.CloseWrite(); c.Close(); read(s); s.Close() }, EndServer},
		{"client closes", func(c *net.TCPConn, s *Conn) { c.Close(); read(s); s.Close() }, EndClient},
		{"client resets", func(c *net.TCPConn, s *Conn) { c.SetLinger(0); c.Close(); read(s); s.Close() }, EndReset},
		{"a deadline is no end", func(c *net.TCPConn, s *Conn) { s.SetReadDeadline(time.Unix(1, 0)); read(s); s.Close() }, EndServer},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			client, server, r := pair(t)
			tt.do(client, server)
			if how := <-r.ended; how != tt.want {
				t.Errorf("ended: %s; want %s", how, tt.want)
			}
			server.Close()
			select {
			case how := <-r.ended:
				t.Errorf("told twice that it ended: %s", how)
			default:
			}
		})
	}
}

// TestTapShowsCauseBeforeEffect: the client's answer is read before the write that it answers
// has returned, and is shown after it all the same.
func TestTapShowsCauseBeforeEffect(t *testing.T) {
	inner := &slowWriter{wrote: make(chan struct{}), release: make(chan struct{})}
	c := NewConn(inner)
	r := newRecorder()
	c.Tee(r)
	done := make(chan struct{})
	go func() {
		c.Write([]byte("question"))
		close(done)
	}()
	<-inner.wrote
	c.Read(make([]byte, 8))
	close(inner.release)
	<-done
	c.Close()
	<-r.ended
	if got := strings.Join(r.order, ","); got != "down question,up answer" {
		t.Errorf("shown as %s", got)
	}
}

// slowWriter's Write has left, but does not return yet.
type slowWriter struct {
	net.Conn
	wrote, release chan struct{}
}

func (s *slowWriter) Write(p []byte) (int, error) {
	close(s.wrote)
	<-s.release
	return len(p), nil
}
func (s *slowWriter) Read(p []byte) (int, error) { return copy(p, "answer"), nil }
func (s *slowWriter) Close() error               { return nil }

func TestTapBlockedWriteHoldsNothingUp(t *testing.T) {
	inner := &slowWriter{wrote: make(chan struct{}), release: make(chan struct{})}
	c := NewConn(inner)
	r := newRecorder()
	c.Tee(r)
	go c.Write([]byte("never read"))
	<-inner.wrote
	buf := make([]byte, 8)
	for range maxHeld { // reading goes on, and past the bound it is shown
		c.Read(buf)
	}
	up, _ := r.bytes()
	if len(up) < 5*maxHeld || len(up) > 6*maxHeld {
		t.Errorf("%d bytes shown; want all but the held %d of %d", len(up), maxHeld, 6*maxHeld)
	}
	close(inner.release)
}

func TestTapAwaitRead(t *testing.T) {
	client, server, r := pair(t)
	lent, back := 0, 0
	get := func() []byte { lent++; return make([]byte, 8) }
	put := func([]byte) { back++ }
	client.Write([]byte("0123456789"))
	var got []byte
	for len(got) < 10 {
		p, err := server.AwaitRead(get, put)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, p...)
	}
	if string(got) != "0123456789" || lent-back != 2 {
		t.Errorf("read %q with %d buffers kept; want 2", got, lent-back)
	}
	client.Close()
	if p, err := server.AwaitRead(get, put); len(p) != 0 || err != io.EOF {
		t.Errorf("AwaitRead after the end = %q, %v; want EOF", p, err)
	}
	if lent-back != 2 {
		t.Errorf("%d buffers kept after the end; want 2", lent-back)
	}
	server.Close()
	if up, _ := r.bytes(); up != "0123456789" {
		t.Errorf("shown %q", up)
	}
	if how := <-r.ended; how != EndClient {
		t.Errorf("ended: %s", how)
	}
}

func TestTapAwaitReadDeadline(t *testing.T) {
	_, server, _ := pair(t)
	server.SetReadDeadline(time.Now())
	_, err := server.AwaitRead(func() []byte { return make([]byte, 1) }, func([]byte) {})
	if ne, ok := err.(net.Error); !ok || !ne.Timeout() {
		t.Errorf("AwaitRead past a deadline: %v; want a timeout", err)
	}
}

func TestTapUnwatch(t *testing.T) {
	client, server, r := pair(t)
	server.Write([]byte("seen"))
	server.Unwatch()
	server.Write([]byte("unseen"))
	io.ReadFull(client, make([]byte, 10))
	server.Close()
	if _, down := r.bytes(); down != "seen" || len(r.ended) != 0 {
		t.Errorf("shown %q, ended %d times; want nothing after Unwatch", down, len(r.ended))
	}
}

// TestTapSeesAllOfHTTP: a body that net/http could hand over by ReadFrom, and requests of which
// its background read takes the first byte.
func TestTapSeesAllOfHTTP(t *testing.T) {
	l, r := listen(t)
	big := bytes.Repeat([]byte("0123456789abcdef"), 64<<10)
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		http.ServeContent(w, req, "x.bin", time.Time{}, bytes.NewReader(big))
	})}
	go srv.Serve(l)
	defer srv.Close()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	request := "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
	var got bytes.Buffer
	br := bufio.NewReader(io.TeeReader(c, &got))
	for range 3 {
		io.WriteString(c, request)
		res, err := http.ReadResponse(br, nil)
		if err != nil {
			t.Fatal(err)
		}
		io.Copy(io.Discard, res.Body)
	}
	c.Close()
	<-r.ended
	up, down := r.bytes()
	if up != strings.Repeat(request, 3) || down != got.String() {
		t.Errorf("shown %d bytes up, %d down; the client sent %d and received %d", len(up), len(down), 3*len(request), got.Len())
	}
}

// TestTapUnderGorilla: a library that reuses net/http's reader and unmasks in place changes nothing
// of what is shown, and the session's frames are those that the client sent.
func TestTapUnderGorilla(t *testing.T) {
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var events []*Event
	raw := newRecorder()
	l := NewListener(inner, func(c *Conn) Observer {
		c.Tee(NewSession(Options{}, func(e *Event) {
			mu.Lock()
			defer mu.Unlock()
			events = append(events, e.Clone())
		}))
		return raw // the last to be told of the end, which is waited for
	})
	up := websocket.Upgrader{}
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		c, err := up.Upgrade(w, req, nil)
		if err != nil {
			return
		}
		defer c.Close()
		if ConnOf(c.NetConn()) == nil {
			t.Error("the tap is not under gorilla's connection")
		}
		for {
			kind, p, err := c.ReadMessage()
			if err != nil {
				return
			}
			c.WriteMessage(kind, p)
		}
	})}
	go srv.Serve(l)
	defer srv.Close()
	ws, _, err := websocket.DefaultDialer.Dial("ws://"+inner.Addr().String(), nil)
	if err != nil {
		t.Fatal(err)
	}
	ws.WriteControl(websocket.PingMessage, []byte("abcd"), time.Now().Add(time.Second))
	long := strings.Repeat("long ", 6400)
	ws.WriteMessage(websocket.TextMessage, []byte(long))
	if _, p, err := ws.ReadMessage(); err != nil || string(p) != long {
		t.Fatalf("echo: %d bytes, %v", len(p), err)
	}
	ws.WriteMessage(websocket.CloseMessage, websocket.FormatCloseMessage(1000, "bye"))
	ws.ReadMessage()
	ws.Close()
	<-raw.ended
	mu.Lock()
	defer mu.Unlock()
	var got []string
	var text uint64
	for _, e := range events {
		if e.Kind == KindFrame {
			if !e.Frame.Opcode.Control() {
				text += e.Frame.Received
				if e.Frame.Part > 1 || e.Direction == Down && e.Frame.Part != 1 {
					continue
				}
			}
			got = append(got, fmt.Sprintf("%s %s %.4s", e.Direction, e.Frame.Opcode, e.Frame.Plain))
		}
	}
	want := "up ping abcd,down pong abcd,up text long,down text long,up close \x03\xe8by,down close \x03\xe8"
	if strings.Join(got, ",") != want {
		t.Errorf("frames %q; want %q", strings.Join(got, ","), want)
	}
	if text != 2*uint64(len(long)) {
		t.Errorf("data frames carry %d bytes; want %d", text, 2*len(long))
	}
	last := events[len(events)-1]
	if last.Kind != KindClose || !last.Close.Clean || last.Close.First != Up || last.Close.Up.Reason != "bye" {
		t.Errorf("close event %+v", last.Close)
	}
}

func BenchmarkTapUnwatched(b *testing.B) {
	c := NewConn(discard{})
	p := make([]byte, 16)
	b.ReportAllocs()
	for b.Loop() {
		c.Write(p)
	}
}

type discard struct{ net.Conn }

func (discard) Write(p []byte) (int, error) { return len(p), nil }
