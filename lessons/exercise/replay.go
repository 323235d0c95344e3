package exercise

// Replaying a fixture: the bytes go through the same session and the same log as live ones.

import (
	"errors"
	"fmt"
	"net"
	"time"

	"wireup/inspector"
	"wireup/wire"
)

// Route says which wire and lab a request belongs to: that of package handlers, for the program.
type Route = func(method, target string) wire.Route

// replayLimits keep everything of a fixture, with the preview of a live wire: a check sees no
// more of a fixture than of the reader's own traffic.
func replayLimits(preview int) wire.Limits {
	return wire.Limits{Events: maxFixtureRecords, Bytes: 8 * maxFixtureBytes, Total: 16 * maxFixtureBytes,
		Age: time.Minute, Wires: 64, Preview: preview}
}

// Replay returns the events that the fixture's traffic makes on its wire. preview is how many
// payload bytes are kept of one; 0 for as many as live.
func (f *Fixture) Replay(route Route, preview int) ([]*wire.Event, error) {
	hub := wire.NewHub(replayLimits(preview), route)
	epoch := time.Unix(0, 0)
	lines := make(map[int]*stub)
	for _, r := range f.Records {
		at := epoch.Add(r.At)
		c := lines[r.Conn]
		switch r.What {
		case RecordOpen:
			c = newStub(hub, f.Wire, r, at)
			lines[r.Conn] = c
			if r.Announced {
				defer hub.Driver(c.tap.RemoteAddr(), r.Driver, f.Wire)()
			} else if r.Driver == wire.DriverForge || r.Driver == wire.DriverProxy {
				defer hub.Driver(c.tap.RemoteAddr(), r.Driver, "")()
			}
		case RecordBytes:
			c.Observe(at, r.Direction, r.Bytes)
		case RecordEOF:
			raw, ok := c.Observer.(*wire.Raw)
			if !ok {
				return nil, fmt.Errorf("line %d: eof is for the connections of a raw port", r.Line)
			}
			raw.EndOfStream(at)
		case RecordOther:
			for range r.Others {
				c.Observe(at, inspector.Up, []byte(otherUp))
				c.Observe(at, inspector.Down, []byte(otherDown))
			}
		case RecordEnd:
			var err error
			if r.Err != "" {
				err = errors.New(r.Err)
			}
			c.Ended(at, r.Ending, err)
		}
	}
	log, ok := hub.Lookup(f.Wire)
	if !ok {
		if len(f.Records) == 0 {
			return nil, nil
		}
		return nil, fmt.Errorf("none of its traffic belongs to the wire %s", f.Wire)
	}
	events, lost := log.After(0, maxFixtureRecords)
	if lost > 0 {
		return nil, fmt.Errorf("%d events are too many for a wire", lost)
	}
	return events, nil
}

// Other exchanges keep the count of a connection's exchanges right, and leave no event.
const (
	otherUp   = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
	otherDown = "HTTP/1.1 204 No Content\r\n\r\n"
)

// stub is a connection whose bytes a fixture knows.
type stub struct {
	inspector.Observer
	tap *inspector.Conn
}

func newStub(hub *wire.Hub, id wire.ID, r Record, at time.Time) *stub {
	tap := inspector.NewConn(stubConn{remote: stubAddr(r.Remote)})
	tap.ID, tap.Accepted = uint64(r.Conn), at
	switch {
	case r.Owned != "":
		return &stub{hub.WatchFor(tap, wire.Owner{Wire: id, Driver: r.Driver, Lab: r.Owned}), tap}
	case r.Raw == "":
		return &stub{hub.Watch(tap), tap}
	}
	raw := hub.WatchRaw(tap, r.Raw)
	raw.To(id, r.Driver)
	return &stub{raw, tap}
}

type stubConn struct {
	net.Conn
	remote stubAddr
}

func (c stubConn) RemoteAddr() net.Addr { return c.remote }
func (c stubConn) LocalAddr() net.Addr  { return stubAddr("") }

type stubAddr string

func (stubAddr) Network() string  { return "tcp" }
func (a stubAddr) String() string { return string(a) }

// Run feeds events to a check and returns its last verdict.
func Run(c Check, events []*wire.Event) Verdict {
	for _, e := range events {
		c.Event(e)
	}
	return c.Verdict()
}

// Judge replays the fixture and returns the verdict of its exercise, under the given word.
func (f *Fixture) Judge(x *Exercise, word string, route Route) (Verdict, error) {
	events, err := f.Replay(route, 0)
	if err != nil {
		return Verdict{}, err
	}
	return Run(x.Start(Attempt{Word: word}), events), nil
}
