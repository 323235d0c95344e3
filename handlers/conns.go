package handlers

// The connections that net/http holds: counted against the limits, told when a request's head is
// too slow, and closed when the server stops if they wait for one.

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"wireup/inspector"
)

const (
	// heardOver is how many connections over the limit are heard at once: who presents a class is let in, and
	// others are told of the limit. The one that has waited longest gives way.
	heardOver = 64

	// turnTime is how long a connection that is turned away may take to hear the answer.
	turnTime = time.Second
)

// conns knows every connection that speaks plain HTTP. One that becomes a WebSocket leaves.
type conns struct {
	limits Limits

	mu       sync.Mutex
	open     map[*plainConn]struct{}
	over     map[*plainConn]struct{}            // heard over the limit
	address  map[string]map[*plainConn]struct{} // by client
	draining bool
}

// plainConn is a tapped connection in the hands of net/http.
type plainConn struct {
	*inspector.Conn
	conns *conns
	host  string       // the client's address
	over  *StatusError // why there is no room for it; nil if there is
	begun atomic.Bool  // something has come since the connection began to wait for a request

	// Guarded by conns.mu.
	state http.ConnState
	since time.Time // of its state
	after []func()  // see whenGone
}

func newConns(l Limits) *conns {
	return &conns{
		limits:  l,
		open:    make(map[*plainConn]struct{}),
		over:    make(map[*plainConn]struct{}),
		address: make(map[string]map[*plainConn]struct{}),
	}
}

// NetConn returns the tap, so that inspector.ConnOf finds it.
func (c *plainConn) NetConn() net.Conn { return c.Conn }

// Read reads from the tap. Of a head that doesn't come in time net/http says nothing, or 400 when
// it was cut in mid-line: so what to say is said here.
func (c *plainConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 && !c.begun.Load() {
		c.begun.Store(true)
	}
	if err != nil && errors.Is(err, os.ErrDeadlineExceeded) && c.inHead() {
		late := &StatusError{Code: http.StatusRequestTimeout,
			Text: fmt.Sprintf("The head of this request did not come within %s (limit: --request-time). Send it in one go.", c.conns.limits.RequestTime)}
		_ = c.Conn.SetWriteDeadline(time.Now().Add(turnTime))
		_, _ = c.Conn.Write(late.raw()) // the connection ends whether it arrives or not
		_ = c.Conn.Close()
	}
	return n, err
}

// inHead reports whether a part of a request's head has come, and no more.
func (c *plainConn) inHead() bool {
	c.conns.mu.Lock()
	defer c.conns.mu.Unlock()
	return c.waits() && c.begun.Load()
}

// waits reports whether c is between requests. conns.mu must be held.
func (c *plainConn) waits() bool { return c.state == http.StateNew || c.state == http.StateIdle }

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
		p := &plainConn{Conn: inspector.ConnOf(c), conns: l.conns, host: clientOf(c.RemoteAddr().String()), since: time.Now()}
		if p.over = l.conns.admit(p); p.over != nil && !l.conns.hear(p) {
			_ = c.Close() // without a word
			continue
		}
		return p, nil
	}
}

// clientOf is the address that a client's connections have in common.
func clientOf(remote string) string {
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		return remote // a Unix-domain socket has no port
	}
	return host
}

// count is how many are open.
func (s *conns) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.open)
}

// admit counts c, or says why the server doesn't take it. Where there is no room, the connection
// that has waited longest for its next request makes some.
func (s *conns) admit(c *plainConn) *StatusError {
	s.mu.Lock()
	defer s.mu.Unlock()
	peers := s.address[c.host]
	switch {
	case s.draining:
		return errStopping
	case len(peers) >= s.limits.AddressConns && !s.makeRoom(peers):
		return limitError("connections from one address", s.limits.AddressConns, "--address-connections", "Close one of yours first.")
	case len(s.open) >= s.limits.Connections && !s.makeRoom(s.open):
		return &StatusError{Code: http.StatusServiceUnavailable,
			Text: fmt.Sprintf("There are already %d connections, which is the limit (--connections). Try again in a moment.", s.limits.Connections)}
	}
	if peers = s.address[c.host]; peers == nil {
		peers = make(map[*plainConn]struct{})
		s.address[c.host] = peers
	}
	s.open[c], peers[c] = struct{}{}, struct{}{}
	return nil
}

// hear has a connection heard for which there is no room.
func (s *conns) hear(c *plainConn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.draining {
		return false
	}
	if len(s.over) >= heardOver {
		var longest *plainConn
		for c := range s.over {
			if c.waits() && (longest == nil || c.since.Before(longest.since)) {
				longest = c
			}
		}
		if longest == nil {
			return false
		}
		s.leave(longest)
		_ = longest.Close() // an error leaves nothing to do
	}
	s.over[c] = struct{}{}
	return true
}

// makeRoom closes that one of the connections which has waited longest after an answer.
func (s *conns) makeRoom(of map[*plainConn]struct{}) bool {
	var longest *plainConn
	for c := range of {
		if c.state == http.StateIdle && !c.begun.Load() && (longest == nil || c.since.Before(longest.since)) {
			longest = c
		}
	}
	if longest == nil {
		return false
	}
	s.leave(longest)
	_ = longest.Close() // an error leaves nothing to do
	return true
}

// whenGone calls f, once and soon, when there is no plain connection from remote. It must not
// wait.
func (s *conns) whenGone(remote string, f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.address[clientOf(remote)] {
		if c.RemoteAddr().String() == remote {
			c.after = append(c.after, f)
			return
		}
	}
	time.AfterFunc(leaveWait, f) // it may be about to be accepted
}

func (s *conns) leave(c *plainConn) {
	for _, f := range c.after {
		f()
	}
	c.after = nil
	delete(s.open, c)
	delete(s.over, c)
	peers := s.address[c.host]
	if delete(peers, c); len(peers) == 0 {
		delete(s.address, c.host)
	}
}

// changed is told by net/http what its connections do.
func (s *conns) changed(c net.Conn, state http.ConnState) {
	p, ok := c.(*plainConn)
	if !ok {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p.state, p.since = state, time.Now()
	switch state {
	case http.StateIdle:
		p.begun.Store(false)
	case http.StateClosed, http.StateHijacked:
		s.leave(p)
	}
}

// drain closes what waits for a request, or for the rest of its head. net/http's own Shutdown
// waits up to five seconds for a connection that has not had its first one.
func (s *conns) drain() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.draining = true
	for _, of := range []map[*plainConn]struct{}{s.open, s.over} {
		for c := range of {
			if c.waits() {
				_ = c.Close() // an error leaves nothing to do
			}
		}
	}
}
