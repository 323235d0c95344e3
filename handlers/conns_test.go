package handlers

// Plain connections over a real listener: their deadlines, and what a server that stops does.

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// quick are limits whose times a test can wait for.
func quick() Limits {
	l := DefaultLimits()
	l.RequestTime, l.ResponseTime, l.ForgeTime = 200*time.Millisecond, 400*time.Millisecond, 100*time.Millisecond
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
	const wait = time.Second // more than both times together
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

// asks sends a request that leaves the connection open, and reads the answer's head and body.
func (c *rawClient) asks(request string) (code int, body string) {
	c.t.Helper()
	c.send(request)
	response, err := http.ReadResponse(c.r, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	defer response.Body.Close()
	b, err := io.ReadAll(response.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return response.StatusCode, string(b)
}

// waitIdle waits until n connections are between requests.
func (s *echoServer) waitIdle(n int) {
	s.t.Helper()
	for end := time.Now().Add(10 * time.Second); ; runtime.Gosched() {
		idle := 0
		s.conns.mu.Lock()
		for c := range s.conns.open {
			if c.state == http.StateIdle {
				idle++
			}
		}
		s.conns.mu.Unlock()
		if idle == n {
			return
		}
		if time.Now().After(end) {
			s.t.Fatalf("%d connections are idle, want %d", idle, n)
		}
	}
}

func TestConnectionLimits(t *testing.T) {
	for flag, tt := range map[string]struct {
		limit func(*Limits)
		code  int
		ref   string
	}{
		"--address-connections": {func(l *Limits) { l.AddressConns = 2 }, 429, "RFC 6585 §4"},
		"--connections":         {func(l *Limits) { l.Connections = 2 }, 503, "RFC 9110 §15.6.4"},
	} {
		t.Run(flag, func(t *testing.T) {
			l := DefaultLimits()
			tt.limit(&l)
			s := startEcho(t, l)
			request := "GET /healthz HTTP/1.1\r\nHost: " + s.addr + "\r\n\r\n"
			first, second := s.dial(t), s.dial(t)
			first.asks(request)
			s.waitIdle(1)
			second.asks(request)
			s.waitIdle(2)
			// The first has waited longest: it makes room.
			third := s.dial(t)
			if code, body := third.asks(request); code != 200 {
				t.Errorf("the third: %d %s", code, body)
			}
			if got := first.ends(); got != "" {
				t.Errorf("the first was told %q", got)
			}
			// Who is in mid-request makes none.
			half := "GET /healthz HTTP/1.1\r\n"
			second.send(half)
			third.send(half)
			for waiting := true; waiting; runtime.Gosched() {
				s.conns.mu.Lock()
				waiting = false
				for c := range s.conns.open {
					waiting = waiting || !c.begun.Load()
				}
				s.conns.mu.Unlock()
			}
			code, body := s.dial(t).asks(request)
			if code != tt.code || !strings.Contains(body, flag) || !strings.Contains(body, tt.ref) {
				t.Errorf("over the limit: %d %s; want %d with %s and %s", code, body, tt.code, flag, tt.ref)
			}
			// A WebSocket has limits of its own.
			second.send("Host: " + s.addr + "\r\n\r\n")
			second.asks("")
			second.send(s.shake("/echo", ""))
			second.head()
			s.waitOpen(1)
			if code, body := s.dial(t).asks(request); code != 200 {
				t.Errorf("after an upgrade: %d %s", code, body)
			}
		})
	}
}

// A head that doesn't come in time is answered; a connection that says nothing is not.
func TestSlowHead(t *testing.T) {
	s := startEcho(t, quick())
	whole := "GET /healthz HTTP/1.1\r\nHost: " + s.addr + "\r\n\r\n"
	for _, first := range []string{"", whole} {
		c := s.dial(t)
		if first != "" {
			c.asks(first)
			s.waitIdle(1)
		}
		code, body := c.asks("GET / HTTP/1.1\r\nHo")
		if code != 408 || !strings.Contains(body, "within 200ms (limit: --request-time)") || !strings.Contains(body, "RFC 9110 §15.5.9") {
			t.Errorf("answered %d %s; want 408 by name", code, body)
		}
		if got := c.ends(); got != "" {
			t.Errorf("then it said %q", got)
		}
	}
	if got := s.dial(t).ends(); got != "" {
		t.Errorf("a silent connection was told %q", got)
	}
}
