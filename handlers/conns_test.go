package handlers

// Plain connections over a real listener: their deadlines, and what a server that stops does.

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// quick are limits whose times a test can wait for.
func quick() Limits {
	l := DefaultLimits()
	l.RequestTime, l.ResponseTime, l.ForgeTime = 50*time.Millisecond, 200*time.Millisecond, 100*time.Millisecond
	return l
}

// ends reads up to the end of the connection, however it ends, and returns what came before.
func (c *rawClient) ends() string {
	c.t.Helper()
	b, err := io.ReadAll(c.r)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		c.t.Errorf("the connection has not ended; it said %q", b)
	}
	return string(b)
}

// A body that never comes holds its connection for as long as a request may take.
func TestBodyThatNeverComes(t *testing.T) {
	s := startEcho(t, quick())
	for _, path := range []string{"/", "/healthz", "/echo", "/no/such/thing", forgePath, pingPath, "/wire/" + string(echoID) + "/feed"} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			c := s.dial(t)
			c.send("POST " + path + " HTTP/1.1\r\nHost: " + s.addr + "\r\nContent-Length: 10\r\n\r\n")
			if got := c.ends(); !strings.HasPrefix(got, "HTTP/1.1 4") {
				t.Errorf("answered %q; want a refusal", got)
			}
		})
	}
}

// smallBuffers makes a listener's connections hold little of what their clients don't read.
type smallBuffers struct{ net.Listener }

func (l smallBuffers) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err == nil {
		err = c.(*net.TCPConn).SetWriteBuffer(4 << 10)
	}
	return c, err
}

// Who asks for page after page and reads none is let go of.
func TestClientThatNeverReads(t *testing.T) {
	s := startWith(t, quick(), nil, func(l net.Listener) net.Listener { return smallBuffers{l} })
	c := s.dial(t)
	if err := c.Conn.(*net.TCPConn).SetReadBuffer(4 << 10); err != nil {
		t.Fatal(err)
	}
	requests := strings.Repeat("GET /no/such/thing HTTP/1.1\r\nHost: "+s.addr+"\r\nAccept: text/html\r\n\r\n", 1000)
	for err := error(nil); err == nil; {
		if _, err = io.WriteString(c, requests); errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatal("the connection has not ended")
		}
	}
}

// A WebSocket has none of the deadlines of its handshake.
func TestWebSocketOutlivesDeadlines(t *testing.T) {
	l := quick()
	s := startEcho(t, l)
	open := []*rawClient{
		s.open("/echo?breakdown=off", ""),
		s.open("/echo?library=gorilla&breakdown=off", ""),
		s.open("/wire/"+string(echoID)+"/feed", ""),
	}
	// The time of a connection that came later is over: so is that of theirs.
	late := s.dial(t)
	late.send("POST / HTTP/1.1\r\nHost: " + s.addr + "\r\nContent-Length: 10\r\n\r\n")
	late.ends()
	<-time.After(l.ResponseTime)
	for _, c := range open {
		c.send("\x89\x80\x00\x00\x00\x00")
		c.wants(0x8a, "")
	}
}

// A handler that waits can have more time than others.
func TestHold(t *testing.T) {
	l := quick()
	const wait = 500 * time.Millisecond // more than both times together
	var s *Server
	long := func(held bool) serve {
		return func(w http.ResponseWriter, r *http.Request) error {
			if held {
				s.hold(w, wait)
			}
			select {
			case <-time.After(wait):
			case <-r.Context().Done():
			}
			_, err := io.WriteString(w, "waited\n")
			return err
		}
	}
	server := startWith(t, l, func(made *Server) {
		s = made
		mux := http.NewServeMux()
		mux.Handle("/held", s.funnel(long(true)))
		mux.Handle("/other", s.funnel(long(false)))
		s.http.Handler = s.logged(mux)
	}, nil)
	for path, want := range map[string]bool{"/held": true, "/other": false} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			c := server.dial(t)
			began := time.Now()
			c.send("GET " + path + " HTTP/1.1\r\nHost: " + server.addr + "\r\nConnection: close\r\n\r\n")
			got := c.ends()
			if whole := strings.HasSuffix(got, "waited\n") && time.Since(began) >= wait; whole != want {
				t.Errorf("answered %q after %s; want it whole: %v", got, time.Since(began), want)
			}
		})
	}
}

// What waits for a request does not keep a server that stops.
func TestShutdownClosesWhatWaits(t *testing.T) {
	s := startEcho(t, DefaultLimits())
	silent, half, idle, second := s.dial(t), s.dial(t), s.dial(t), s.dial(t)
	half.send("GET / HTTP/1.1\r\nHost: ")
	for _, c := range []*rawClient{idle, second} {
		c.send("GET /healthz HTTP/1.1\r\nHost: " + s.addr + "\r\n\r\n")
		if c.head(); c.r.Buffered() < 3 {
			c.r.Peek(3)
		}
		c.r.Discard(3)
	}
	second.send("GET /heal")
	began := time.Now()
	if err := s.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("Shutdown took %s", took)
	}
	for _, c := range []*rawClient{silent, half, idle, second} {
		if got := c.ends(); got != "" {
			t.Errorf("the server said %q", got)
		}
	}
}

// What is in flight when the time for it is up is cut off.
func TestCloseAfterShutdown(t *testing.T) {
	var once sync.Once
	arrived := make(chan struct{})
	s := startWith(t, DefaultLimits(), func(s *Server) {
		s.http.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			once.Do(func() { close(arrived) })
			<-r.Context().Done()
		})
	}, nil)
	c := s.dial(t)
	c.send("GET / HTTP/1.1\r\nHost: " + s.addr + "\r\n\r\n")
	<-arrived
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Shutdown(over); !errors.Is(err, context.Canceled) {
		t.Errorf("Shutdown: %v; want that its time was up", err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	c.ends()
}
