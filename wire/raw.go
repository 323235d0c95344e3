package wire

// Connections that speak no protocol: which wire one belongs to is found out while it talks.

import (
	"fmt"
	"time"

	"wireup/inspector"
)

const (
	// maxRawHeld and maxRawBytes bound what is held of a connection while nobody knows whose it is.
	maxRawHeld  = 256
	maxRawBytes = 64 << 10
)

// Raw is the Observer of a connection that is not HTTP. Each read and each write of the server is
// an event. As long as it isn't known which wire the connection belongs to, its events are held,
// within bounds. Its calls are those of the connection's own goroutine, and need no lock.
type Raw struct {
	tracker tracker
	owner   exchange
	held    []*inspector.Event
	size    int
	lost    bool   // more came than is held
	missed  string // what the next event says of that
}

// WatchRaw returns the Observer of c for a raw port. lab is the lab that the port belongs to.
func (h *Hub) WatchRaw(c *inspector.Conn, lab string) *Raw {
	r := &Raw{tracker: tracker{hub: h, conn: c, first: 1}, owner: exchange{lab: lab}}
	r.tracker.session = inspector.NewSession(inspector.Options{Preview: h.limits.Preview}, r.event)
	r.tracker.session.Raw()
	return r
}

// Observe is told what one call moved.
func (r *Raw) Observe(at time.Time, d inspector.Direction, p []byte) {
	r.tracker.session.Observe(at, d, p)
}

// EndOfStream is told that the client sends nothing more.
func (r *Raw) EndOfStream(at time.Time) { r.tracker.session.EndOfStream(at, inspector.Up) }

// Ended is told how the connection ended.
func (r *Raw) Ended(at time.Time, how inspector.Ending, err error) {
	r.tracker.session.Ended(at, how, err)
}

// To says whose the connection is. What was held goes there first; only the first call counts.
func (r *Raw) To(id ID, driver string) {
	if r.owner.wire != "" || id == "" {
		return
	}
	r.owner.wire, r.owner.driver = id, driver
	for _, e := range r.held {
		r.event(e)
	}
	r.held = nil
	if r.lost {
		r.missed = fmt.Sprintf("What came before this is not shown: more than %d KiB or %d events came before anybody knew whose connection it is (limit: held bytes of a raw connection). ",
			maxRawBytes>>10, maxRawHeld)
	}
}

// Known is the wire that the connection belongs to; empty as long as nobody knows.
func (r *Raw) Known() ID { return r.owner.wire }

func (r *Raw) event(e *inspector.Event) {
	t := &r.tracker
	if !t.asked {
		t.asked = true
		if a, ok := t.hub.announced(address(t.conn.RemoteAddr())); ok {
			r.owner.wire, r.owner.driver = a.wire, a.driver
		}
	}
	if r.owner.wire == "" {
		r.hold(e)
		return
	}
	e.Note = r.missed + rawNote(e)
	r.missed = ""
	if e.Kind == inspector.KindClose && len(t.seen) > 0 {
		t.closed(e)
		return
	}
	t.log(r.owner, e)
}

// hold keeps a copy of e, unless there's too much already.
func (r *Raw) hold(e *inspector.Event) {
	r.size += len(e.Bytes)
	if r.lost = r.lost || len(r.held) == maxRawHeld || r.size > maxRawBytes; r.lost {
		r.held = nil
		return
	}
	r.held = append(r.held, e.Clone())
}

// rawNote says which call it was.
func rawNote(e *inspector.Event) string {
	switch {
	case e.Kind != inspector.KindBytes:
		return ""
	case e.Size == 0:
		return "A read of the server returned 0: the client has closed its sending side. What has not been sent back yet still goes out."
	case e.Direction == inspector.Up:
		return "One read of the server."
	}
	return "One write of the server."
}
