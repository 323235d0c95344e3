package handlers

// The connections that net/http holds: which of them wait for a request, so that a server that
// stops need not wait for them.

import (
	"net"
	"net/http"
	"sync"

	"wireup/inspector"
)

// conns knows every connection that speaks plain HTTP. One that becomes a WebSocket leaves.
type conns struct {
	mu       sync.Mutex
	open     map[*plainConn]struct{}
	draining bool
}

// plainConn is a tapped connection in the hands of net/http.
type plainConn struct {
	*inspector.Conn
	state http.ConnState // guarded by conns.mu
}

// NetConn returns the tap, so that inspector.ConnOf finds it.
func (c *plainConn) NetConn() net.Conn { return c.Conn }

func newConns() *conns {
	return &conns{open: make(map[*plainConn]struct{})}
}

// plainListener hands out the connections of a tapped listener, each of them counted.
type plainListener struct {
	net.Listener
	conns *conns
}

// Accept waits for a connection that the server takes.
func (l *plainListener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		p := &plainConn{Conn: inspector.ConnOf(c)}
		if l.conns.admit(p) {
			return p, nil
		}
		_ = p.Close() // an error leaves nothing to do
	}
}

// admit notes c, unless the server stops.
func (s *conns) admit(c *plainConn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.draining {
		return false
	}
	s.open[c] = struct{}{}
	return true
}

// changed is told by net/http what its connections do.
func (s *conns) changed(c net.Conn, state http.ConnState) {
	p, ok := c.(*plainConn)
	if !ok {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p.state = state
	if state == http.StateClosed || state == http.StateHijacked {
		delete(s.open, p)
	}
}

// drain closes what waits for a request, or for the rest of its head. net/http's own Shutdown
// waits up to five seconds for a connection that has not had its first one.
func (s *conns) drain() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.draining = true
	for c := range s.open {
		if c.state == http.StateNew || c.state == http.StateIdle {
			_ = c.Close() // an error leaves nothing to do
		}
	}
}
