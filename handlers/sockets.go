package handlers

// The WebSockets that are open: counted against the limits, and told when the server stops.

import (
	"context"
	"fmt"
	"net/http"
	"sync"

	"github.com/gorilla/websocket"

	"wireup/wire"
)

// sockets knows every open WebSocket of the server.
type sockets struct {
	limits Limits

	mu       sync.Mutex
	live     map[*socket]struct{}
	wires    map[wire.ID]int
	address  map[string]int
	draining bool
	empty    chan struct{} // closed when draining and the last socket has gone
}

// socket is one open WebSocket.
type socket struct {
	all  *sockets
	id   wire.ID
	addr string
	stop func()
}

func newSockets(l Limits) *sockets {
	return &sockets{
		limits:  l,
		live:    make(map[*socket]struct{}),
		wires:   make(map[wire.ID]int),
		address: make(map[string]int),
		empty:   make(chan struct{}),
	}
}

// open counts one more WebSocket from remote (a RemoteAddr), on the wire id, unless these are
// empty. stop is called once, from another goroutine, when the server stops: it must send close
// 1001 and not block. Call close on the socket when it is over; whoever gets an error must not
// upgrade.
func (s *sockets) open(remote string, id wire.ID, stop func()) (*socket, error) {
	host := clientOf(remote)
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.draining:
		return nil, errStopping
	case id != "" && s.wires[id] >= s.limits.WireSockets:
		return nil, limitError("sockets on one wire", s.limits.WireSockets, "--wire-sockets", "Close one of yours first.")
	case host != "" && s.address[host] >= s.limits.AddressSockets:
		return nil, limitError("sockets from one address", s.limits.AddressSockets, "--address-sockets", "Close one of yours first.")
	}
	k := &socket{all: s, id: id, addr: host, stop: stop}
	s.live[k] = struct{}{}
	if id != "" {
		s.wires[id]++
	}
	if host != "" {
		s.address[host]++
	}
	return k, nil
}

// count is how many are open.
func (s *sockets) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.live)
}

// close says that the WebSocket is over.
func (k *socket) close() {
	s := k.all
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.live[k]; !ok {
		return
	}
	delete(s.live, k)
	decrement(s.wires, k.id)
	decrement(s.address, k.addr)
	if s.draining && len(s.live) == 0 {
		close(s.empty)
	}
}

// drain tells every socket to stop and waits until all are over or ctx is.
func (s *sockets) drain(ctx context.Context) error {
	s.mu.Lock()
	again := s.draining
	s.draining = true
	stops := make([]func(), 0, len(s.live))
	for k := range s.live {
		stops = append(stops, k.stop)
	}
	if len(stops) == 0 && !again {
		close(s.empty)
	}
	s.mu.Unlock()
	for _, stop := range stops {
		stop()
	}
	select {
	case <-s.empty:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("waiting for WebSockets to close: %w", ctx.Err())
	}
}

// upgradePlain upgrades for gorilla to hold, with buffers of size, once checkHandshake has had its say.
// It returns neither a connection nor an error when there is nobody left to answer.
func upgradePlain(w http.ResponseWriter, r *http.Request, size int) (*websocket.Conn, error) {
	upgrader := websocket.Upgrader{
		ReadBufferSize:   size,
		WriteBufferSize:  size,
		HandshakeTimeout: upgradeTimeout,
		CheckOrigin:      func(*http.Request) bool { return true },
		Error:            func(http.ResponseWriter, *http.Request, int, error) {}, // the funnel answers
	}
	watched := &hijacked{ResponseWriter: w}
	conn, err := upgrader.Upgrade(watched, r, nil)
	if err != nil && watched.done {
		return nil, nil
	}
	return conn, err
}

func decrement[K comparable](m map[K]int, k K) {
	if m[k]--; m[k] <= 0 {
		delete(m, k)
	}
}

var errStopping = &StatusError{Code: http.StatusServiceUnavailable, Text: "The server is stopping. Try again in a moment."}

// limitError says which limit was hit, which flag sets it, and what to do.
func limitError(name string, limit int, flag, do string) *StatusError {
	return &StatusError{Code: http.StatusTooManyRequests,
		Text: fmt.Sprintf("There are already %d %s, which is the limit (%s). %s", limit, name, flag, do)}
}
