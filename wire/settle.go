package wire

// The hub's side of sharing: wires found without being used, given up, and given away.

import (
	"container/heap"
	"time"
)

const (
	// lookupLimit is how long a Lookup waits for other instances.
	lookupLimit = 2 * time.Second

	// youngFor is how long two instances may both have begun a log before one of them is taken
	// for another log, and not for the same begun twice.
	youngFor = 5 * time.Second
)

// peek returns the wire with this id, or nil, and doesn't count as a use.
func (h *Hub) peek(id ID) *Wire {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.wires[id]
}

// all are the wires as they are now.
func (h *Hub) all() []*Wire {
	h.mu.Lock()
	defer h.mu.Unlock()
	list := make([]*Wire, 0, len(h.wires))
	for _, w := range h.wires {
		list = append(list, w)
	}
	return list
}

// discard drops a wire because another instance has another log of it. Who comes back to it finds
// that one.
func (h *Hub) discard(w *Wire) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.wires[w.ID] == w {
		h.out(w)
	}
}

// out drops a wire, which has moved.
func (h *Hub) out(w *Wire) {
	w.mu.Lock()
	w.moved = true
	w.mu.Unlock()
	if w.followers > 0 {
		heap.Remove(&h.followed, w.index)
	} else {
		heap.Remove(&h.idle, w.index)
	}
	h.drop(w)
}

// yield gives a wire that is at home with two to the other. When both have only just begun it,
// what this one has is handed over; when it has gone on for a while, because the two could not
// hear each other, it is dropped, and who comes back to it finds the other's.
func (h *Hub) yield(w *Wire, to string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.wires[w.ID] != w || h.share == nil {
		return
	}
	next := h.heir(w)
	h.out(w)
	if next == nil || !h.share.start() {
		return
	}
	next.touch()
	next.stamp = next.used.Load()
	h.wires[w.ID] = next
	heap.Push(&h.idle, next)
	h.arm(h.limits.Age)
	go h.share.keep(next, to)
}

// heir is a wire that takes over what w holds, to forward it; nil when w is too old for that.
func (h *Hub) heir(w *Wire) *Wire {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.last > 0 && time.Since(w.began) > youngFor {
		return nil
	}
	next := &Wire{ID: w.ID, hub: h, part: h.share.newPart(asking)}
	p := next.part
	p.handles = w.conns
	mapped := w.part != nil && w.part.mapped
	if mapped {
		p.handles = w.part.handles
	}
	others := make(map[int]int) // connections of further instances
	for i := range w.kept {
		e := *w.entry(i)
		switch {
		case e.sender == nil:
		case mapped && e.sender.origin == w.part.name:
			e.Conn = e.sender.conn
		default:
			if others[e.Conn] == 0 {
				p.handles++
				others[e.Conn] = p.handles
			}
			e.Conn = others[e.Conn]
		}
		e.sender = nil
		p.hold(next, &e)
	}
	w.next, w.dropped = next, true // from now on who appends goes there
	return next
}
