package wire

// A wire that shows what crosses on others, so that one log holds a whole room's frames.

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"wireup/inspector"
)

const (
	mirrorEvents = 500  // taken from a log at once
	mirrorConns  = 1024 // of one wire that are told apart
)

// Mirror copies what crosses on one wire, from now on, to another, until ctx is over. There the
// connections have numbers of that wire, their addresses are left out, and viewer stands with each
// event. What allow has no room for is left out; the next event that is copied says how many. What
// would let others act as the reader, or find them, is under asterisks: see bare. Of the lab in private
// nobody else is shown what the reader says: see unsaid.
func (h *Hub) Mirror(ctx context.Context, from, to ID, viewer, private string, allow func() bool) {
	log, stop := h.Follow(from)
	defer func() { stop() }()
	select {
	case <-log.Ready():
	case <-ctx.Done():
		return
	}
	m := &mirror{hub: h, from: from, to: to, viewer: viewer, private: private, conns: make(map[int]int)}
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
			switch {
			case e.Viewer != "": // a copy itself: two wires that mirror each other would never be done
			case allow():
				m.copy(e)
			default:
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
	from   ID
	to     ID
	viewer string

	private string // a lab
	wire    *Wire
	conns   map[int]int // the numbers of its connections there
	missed  uint64
}

// copy appends a copy of e.
func (m *mirror) copy(e *Event) {
	c := *e // what it points to is never changed
	if c.Event = bare(e.Event, m.from); c.Event == nil {
		m.missed++
		return
	}
	if m.private != "" && e.Lab == m.private && e.Direction == inspector.Up {
		c.Event = unsaid(c.Event)
	}
	c.Seq, c.Remote, c.Local, c.Viewer, c.sender = 0, "", "", m.viewer, nil
	if m.missed > 0 {
		inner := *c.Event
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

// unsaid is e without its payload: a frame's header and an event's size stay. It is e itself where there is
// none.
func unsaid(e *inspector.Event) *inspector.Event {
	c := *e
	switch {
	case e.Frame != nil && !e.Frame.Opcode.Control():
		f := *e.Frame
		f.Payload, f.Plain, f.Inflated = nil, nil, nil
		c.Frame, c.Bytes = &f, f.Raw
	case e.Kind == inspector.KindBody, e.Kind == inspector.KindBytes:
		c.Bytes = nil
	default:
		return e
	}
	c.Truncated = c.Payload() > 0
	c.Violations = nil
	c.Note = "The payload is left out here: what a viewer says to the class is for the class alone. Their own wire has it."
	return &c
}

// personal are the fields whose values are the reader's own: keys to what they use, and where they are.
var personal = map[string]bool{
	"cookie": true, "set-cookie": true, "authorization": true, "proxy-authorization": true,
	"forwarded": true, "x-forwarded-for": true, "x-real-ip": true,
}

// bare is e with asterisks over each of its values in personal, and over the wire's id, which is as
// good as a key. It is e itself where there is nothing of that, and nil for a frame that holds the id:
// those bytes are under a mask, or compressed.
func bare(e *inspector.Event, id ID) *inspector.Event {
	switch {
	case e.Frame != nil:
		if i := e.Frame.Inflated; holds(e.Frame.Plain, id) || i != nil && holds(i.Bytes, id) {
			return nil
		}
	case e.Head != nil:
		if holds(e.Head.Raw, id) || slices.ContainsFunc(e.Head.Fields, isPersonal(e.Head)) {
			return bareHead(e, id)
		}
	case holds(e.Bytes, id):
		e = e.Clone()
		cover(e.Bytes, id)
	}
	return e
}

func bareHead(e *inspector.Event, id ID) *inspector.Event {
	e = e.Clone()
	h := e.Head
	for _, f := range h.Fields {
		if isPersonal(h)(f) {
			value := f.Value.Of(h.Raw)
			copy(value, bytes.Repeat([]byte("*"), len(value)))
		}
	}
	cover(h.Raw, id)
	e.Bytes = h.Raw // a head's event has all of it
	return e
}

func isPersonal(h *inspector.Head) func(f inspector.HeadField) bool {
	return func(f inspector.HeadField) bool { return personal[strings.ToLower(string(f.Name.Of(h.Raw)))] }
}

func holds(b []byte, id ID) bool { return bytes.Contains(b, []byte(id)) }

// cover puts asterisks over the id.
func cover(b []byte, id ID) {
	for {
		i := bytes.Index(b, []byte(id))
		if i < 0 {
			return
		}
		copy(b[i:], strings.Repeat("*", len(id)))
	}
}
