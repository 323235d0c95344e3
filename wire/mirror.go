package wire

// A wire that shows what crosses on others, so that one log holds a whole room's frames.

import (
	"context"
	"fmt"

	"wireup/inspector"
)

const (
	mirrorEvents = 500  // taken from a log at once
	mirrorConns  = 1024 // of one wire that are told apart
)

// Mirror copies what crosses on one wire, from now on, to another, until ctx is over. There the
// connections have numbers of that wire, their addresses are left out, and viewer stands with each
// event. What allow has no room for is left out; the next event that is copied says how many.
func (h *Hub) Mirror(ctx context.Context, from, to ID, viewer string, allow func() bool) {
	log, stop := h.Follow(from)
	defer func() { stop() }()
	select {
	case <-log.Ready():
	case <-ctx.Done():
		return
	}
	m := &mirror{hub: h, to: to, viewer: viewer, conns: make(map[int]int)}
	for _, seq := log.Range(); ; {
		changed := log.Changed()
		if log.Dropped() {
			stop()
			log, stop = h.Follow(from)
			seq = 0
			clear(m.conns)
			continue
		}
		events, lost := log.After(seq, mirrorEvents)
		m.missed, seq = m.missed+lost, seq+lost+uint64(len(events))
		for _, e := range events {
			if allow() {
				m.copy(e)
			} else {
				m.missed++
			}
		}
		if len(events) > 0 || lost > 0 {
			continue
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return
		}
	}
}

// mirror is one wire on its way to another.
type mirror struct {
	hub    *Hub
	to     ID
	viewer string
	wire   *Wire
	conns  map[int]int // the numbers of its connections there
	missed uint64
}

// copy appends a copy of e.
func (m *mirror) copy(e *Event) {
	c := *e // what it points to is never changed
	c.Seq, c.Remote, c.Local, c.Viewer, c.sender = 0, "", "", m.viewer, nil
	if m.missed > 0 {
		inner := *e.Event
		inner.Note = fmt.Sprintf("%d events of this viewer before it are left out (limit: the room's frames).", m.missed)
		c.Event, m.missed = &inner, 0
	}
	for {
		if m.wire == nil {
			m.wire = m.hub.Wire(m.to)
			clear(m.conns)
		}
		number, ok := m.conns[e.Conn]
		if !ok {
			if len(m.conns) >= mirrorConns {
				clear(m.conns)
			}
			number = m.wire.connect()
			m.conns[e.Conn] = number
		}
		c.Conn = number
		if m.wire.Append(&c) {
			break
		}
		m.wire = m.wire.successor() // which knows the numbers; a wire that was dropped has none
	}
	if e.Kind == inspector.KindClose {
		delete(m.conns, e.Conn)
	}
}
