package wire

// What instances say to each other of their wires.

import (
	"encoding/binary"
	"strings"
	"time"
)

// codeVersion begins every message. Instances that write another one take no notice of each other.
const codeVersion = 2

// What a message is.
const (
	sayHello   = 1 + iota // I'm there; said again and again, to all
	sayLeave              // I go: my wires need another home
	sayAsk                // is this wire at home with you?
	sayAnswer             // how I stand to it
	sayFollow             // I keep a copy of this wire of yours: send what comes behind what I have
	sayRelease            // I don't need this wire any more
	sayGone               // this wire isn't at home with me
	sayEvents             // from the home: numbered events
	sayForward            // to the home: events to number
	sayHomes              // these wires are at home with me
)

const (
	mostName    = 64   // bytes of an instance's or an origin's name
	mostEntries = 4096 // events of one message
	mostListed  = 500  // wires of one message
	mostOrigins = 256  // instances that a wire knows connections of
	mostConns   = 4096 // connections of one of them that it follows
)

// standing is how an instance stands to a wire.
type standing byte

const (
	stranger  standing = iota // it has never heard of it
	asking                    // it looks for its home
	following                 // it keeps a copy
	home                      // it numbers its events
)

// place is a wire with how much of it somebody has.
type place struct {
	id    ID
	began int64 // of its first event, in nanoseconds since 1970; 0 before it
	last  uint64
}

// sender is where an event of another instance's connection came from.
type sender struct {
	origin string // the copy of the wire that it was appended to
	n      uint64 // its number among what was appended there
	conn   int    // its connection's number there
}

// origin is what the home of a wire knows of another instance's copy.
type origin struct {
	last  uint64      // the number of the last event that was taken
	conns map[int]int // connections there to connections here, until they are closed
}

func begin(b []byte, what byte, from string) []byte {
	return putText(append(b, codeVersion, what), from)
}

func putID(b []byte, id ID) []byte { return append(b, id...) }

func putPlace(b []byte, p place) []byte {
	b = putID(b, p.id)
	b = binary.AppendVarint(b, p.began)
	return binary.AppendUvarint(b, p.last)
}

// open reads how every message begins.
func (r *reader) open() (what byte, from string) {
	r.check(len(r.b) > 2 && r.b[0] == codeVersion, "its version")
	r.byte(codeVersion)
	what = r.byte(sayHomes)
	from = r.name()
	r.check(from != "" && !strings.ContainsAny(from, ".*> \t\r\n"), "a name") // it is part of a subject
	return what, from
}

func (r *reader) name() string { return string(r.bytes(mostName)) }

func (r *reader) id() ID {
	if len(r.b) < IDLength {
		r.fail("an id")
		return ""
	}
	id, err := ParseID(string(r.b[:IDLength]))
	r.b = r.b[IDLength:]
	r.check(err == nil, "an id")
	return id
}

func (r *reader) place() place {
	return place{r.id(), r.signed(), r.number(1<<64 - 1)}
}

// copyOf is a place with the name of the copy that somebody keeps of it.
type copyOf struct {
	place
	name string
}

func (r *reader) places() []place {
	var list []place
	for range r.number(mostListed) {
		list = append(list, r.place())
	}
	return list
}

// putEntry appends an event with who sent it and how, as both kinds of batches carry it.
func putEntry(b []byte, e *Event) []byte {
	b = putText(b, e.Driver)
	b = putText(b, e.Lab)
	b = putText(b, e.Remote)
	b = putText(b, e.Local)
	b = putText(b, e.Viewer)
	return appendCode(b, e.Event)
}

func (r *reader) entry() *Event {
	driver, lab, remote, local, viewer := r.text(), r.text(), r.text(), r.text(), r.text()
	inner := r.event()
	if r.err != nil {
		return nil
	}
	e := Keep(inner) // a copy of its own: one event must not hold on to a whole message
	e.Driver, e.Lab, e.Remote, e.Local, e.Viewer = driver, lab, remote, local, viewer
	return e
}

// forward is a batch on its way to the home: entries n, n+1, … of an origin. What is below floor
// and has not come will never come.
type forward struct {
	id     ID
	origin string
	floor  uint64
	n      uint64
	events []*Event // their Conn is the origin's
}

// append appends the batch, with as many of its events as limit bytes hold, and one at least.
func (f *forward) append(b []byte, limit int) (_ []byte, taken int) {
	b = putID(b, f.id)
	b = putText(b, f.origin)
	b = binary.AppendUvarint(b, f.floor)
	b = binary.AppendUvarint(b, f.n)
	for _, e := range f.events {
		before := len(b)
		b = binary.AppendUvarint(b, uint64(e.Conn))
		b = putEntry(b, e)
		if taken > 0 && len(b) > limit {
			return b[:before], taken
		}
		if taken++; taken == mostEntries {
			break
		}
	}
	return b, taken
}

func (r *reader) forward() *forward {
	f := &forward{id: r.id(), origin: r.name(), floor: r.number(1<<63 - 1), n: r.number(1<<63 - 1)}
	for len(r.b) > 0 && len(f.events) < mostEntries {
		conn := r.count()
		e := r.entry()
		if r.err != nil {
			break
		}
		e.Conn = conn
		f.events = append(f.events, e)
	}
	r.check(len(r.b) == 0 && f.floor <= f.n, "a batch to number")
	return f
}

// batch is what a home sends to one who follows: the events behind number after. Those up to
// number base are no longer kept. The batch that reaches the last event says how things stand then.
type batch struct {
	place         // with the home's last number, which a later batch may bring
	after  uint64 // where the batch before it ended
	base   uint64
	events []*Event
	whole  bool               // it reaches the last event, so what follows is there
	conns  int                // how many connections have been numbered
	ack    uint64             // the last event of the follower's own that has been taken
	known  map[string]*origin // what the home knows of each, for who follows from now on
}

// append appends the batch, with as many of its events as limit bytes hold, and one at least.
func (t *batch) append(b []byte, limit int) (_ []byte, taken int) {
	b = putPlace(b, t.place)
	b = binary.AppendUvarint(b, t.after)
	b = binary.AppendUvarint(b, t.base)
	at := len(b)
	b = append(b, 0)
	for _, e := range t.events {
		before := len(b)
		b = append(b, 1)
		b = binary.AppendUvarint(b, uint64(e.Conn))
		b = binary.AppendUvarint(b, uint64(e.At*1000+0.5))
		if s := e.sender; s != nil {
			b = putText(b, s.origin)
			b = binary.AppendUvarint(b, s.n)
			b = binary.AppendUvarint(b, uint64(s.conn))
		} else {
			b = putText(b, "")
		}
		b = putEntry(b, e)
		if taken > 0 && len(b) > limit {
			b = b[:before]
			break
		}
		if taken++; taken == mostEntries {
			break
		}
	}
	b = append(b, 0)
	if !t.whole || taken < len(t.events) {
		t.whole = false
		return b, taken
	}
	b[at] = 1
	b = binary.AppendUvarint(b, uint64(t.conns))
	b = binary.AppendUvarint(b, t.ack)
	b = binary.AppendUvarint(b, uint64(len(t.known)))
	for name, o := range t.known {
		b = putText(b, name)
		b = binary.AppendUvarint(b, o.last)
		b = binary.AppendUvarint(b, uint64(len(o.conns)))
		for there, here := range o.conns {
			b = binary.AppendUvarint(b, uint64(there))
			b = binary.AppendUvarint(b, uint64(here))
		}
	}
	return b, taken
}

func (r *reader) batch() *batch {
	t := &batch{place: r.place(), after: r.number(1<<63 - 1), base: r.number(1<<63 - 1)}
	t.whole = r.byte(1) == 1
	for r.byte(1) == 1 && len(t.events) < mostEntries {
		conn := r.count()
		at := r.number(mostTime)
		var s *sender
		if name := r.name(); name != "" {
			s = &sender{name, r.number(1<<63 - 1), r.count()}
		}
		e := r.entry()
		if r.err != nil {
			return nil
		}
		e.Conn, e.At, e.sender = conn, float64(at)/1000, s
		t.events = append(t.events, e)
	}
	r.check(t.after <= t.base && t.base+uint64(len(t.events)) <= t.last && (t.last == 0) == (t.began == 0), "the numbers of a batch")
	if t.whole {
		r.check(t.base+uint64(len(t.events)) == t.last, "the end of a batch")
		t.conns, t.ack = r.count(), r.number(1<<63-1)
		t.known = r.origins()
	}
	r.check(len(r.b) == 0, "what follows a batch")
	return t
}

func (r *reader) origins() map[string]*origin {
	known := make(map[string]*origin)
	for range r.number(mostOrigins) {
		name, o := r.name(), &origin{last: r.number(1<<63 - 1), conns: make(map[int]int)}
		for range r.number(mostConns) {
			there, here := r.count(), r.count()
			if r.err != nil {
				return nil
			}
			o.conns[there] = here
		}
		if r.err != nil {
			return nil
		}
		known[name] = o
	}
	return known
}

// nanos is a time as places carry it.
func nanos(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}
