package handlers

// The requests that are held until something happens: counted against the limits, and ended when
// the server stops, a lab is reset, or its reader pulls the plug.

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"

	"wireup/wire"
)

// What ends a wait before its time, as the cause of its context.
var (
	errHoldDrained = errors.New("the server stops")
	errHoldReset   = errors.New("the lab was reset")
)

// holds knows every request that is held.
type holds struct {
	limits Limits

	mu       sync.Mutex
	live     map[*hold]struct{}
	wires    map[wire.ID]int
	address  map[string]int
	draining bool
}

// hold is one request that is held. Its context ends with the request's, or with a cause.
type hold struct {
	context.Context
	all  *holds
	id   wire.ID
	lab  string
	addr string
	end  context.CancelCauseFunc
}

func newHolds(l Limits) *holds {
	return &holds{limits: l, live: make(map[*hold]struct{}), wires: make(map[wire.ID]int), address: make(map[string]int)}
}

// begin counts r as held on the wire id by lab. Call over when it has been answered.
func (s *holds) begin(r *http.Request, id wire.ID, lab string) (*hold, error) {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr // a Unix-domain socket has no port
	}
	if lab == classLab {
		host = "" // a whole room of them sits behind one address: the class counts them itself
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.draining:
		return nil, errStopping
	case id != "" && s.wires[id] >= s.limits.WireHolds:
		return nil, limitError("requests held on one wire", s.limits.WireHolds, "--wire-holds", "End one of yours first, or reset the lab.")
	case host != "" && s.address[host] >= s.limits.AddressHolds:
		return nil, limitError("requests held for one address", s.limits.AddressHolds, "--address-holds", "End one of yours first.")
	}
	h := &hold{all: s, id: id, lab: lab, addr: host}
	h.Context, h.end = context.WithCancelCause(r.Context())
	s.live[h] = struct{}{}
	if id != "" {
		s.wires[id]++
	}
	if host != "" {
		s.address[host]++
	}
	return h, nil
}

// count is how many are held.
func (s *holds) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.live)
}

// over says that the request has been answered, or can't be any more.
func (h *hold) over() {
	h.end(nil)
	s := h.all
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.live, h)
	decrement(s.wires, h.id)
	decrement(s.address, h.addr)
}

// end ends what lab holds on the wire id, and returns how many requests that were.
func (s *holds) end(id wire.ID, lab string, cause error) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for h := range s.live {
		if h.id == id && h.lab == lab {
			h.end(cause)
			n++
		}
	}
	return n
}

// drain ends all of them, and lets no more begin.
func (s *holds) drain() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.draining = true
	for h := range s.live {
		h.end(errHoldDrained)
	}
}
