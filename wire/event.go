package wire

// One entry of a log: an inspector's event with its place on the wire.

import (
	"bytes"

	"wireup/inspector"
)

// Event is one entry of a log. It is never changed once it is appended, so readers share it.
type Event struct {
	Seq    uint64  // its number on the wire, from 1, without gaps
	Conn   int     // which connection of the wire, numbered in order of appearance
	At     float64 // milliseconds since the wire's first event; never less than that of the one before
	Driver string  // who sent or was answered: page, forge, terminal, proxy or probe
	Lab    string  // which lab's URL the exchange asked for; empty when it is not known
	Remote string  // the client's address; of an open only
	Local  string  // the address at which it reached its server; of an open only
	Viewer string  // whose it is, on a wire that mirrors others; empty on a reader's own

	*inspector.Event

	cost   int     // bytes of memory that it accounts for
	sender *sender // of a connection on another instance
}

// The drivers. A page is told by its User-Agent, the forge and the labs' own proxies announce
// themselves through Hub.Driver, and whatever else speaks to the server was started by hand.
const (
	DriverPage     = "page"
	DriverForge    = "forge"
	DriverTerminal = "terminal"
	DriverProbe    = "probe" // ours, to a server of the reader's own
	DriverProxy    = "proxy"
)

// What an event costs beside its bytes: at least the memory of the structs that Keep makes.
const (
	baseCost      = 336
	frameCost     = 256
	headCost      = 192
	bodyCost      = 32
	closeCost     = 64
	closeBodyCost = 32
	inflatedCost  = 96
	fieldCost     = 48
	violationCost = 32
)

// keptFrame, keptHead and keptOther are an entry with what belongs to its kind, so that an entry
// is one allocation for its structs and one for its bytes.
type keptFrame struct {
	Event
	inner inspector.Event
	frame inspector.Frame
}

type keptHead struct {
	Event
	inner inspector.Event
	head  inspector.Head
}

type keptOther struct {
	Event
	inner inspector.Event
	body  inspector.Body
	close inspector.Close
}

// Keep copies e, which is valid only while it is being told, into an entry for Wire.Append.
// Slices that hold the same bytes, as an event's and its head's do, share one copy.
func Keep(e *inspector.Event) *Event {
	var (
		entry *Event
		inner *inspector.Event
		cost  = baseCost
	)
	switch {
	case e.Frame != nil:
		k := &keptFrame{frame: *e.Frame}
		entry, inner = &k.Event, &k.inner
		*inner = *e
		inner.Frame = &k.frame
		cost += frameCost + keepFrame(inner, &k.frame)
	case e.Head != nil:
		k := &keptHead{head: *e.Head}
		entry, inner = &k.Event, &k.inner
		*inner = *e
		inner.Head = &k.head
		cost += headCost + keepHead(inner, &k.head)
	default:
		k := &keptOther{}
		entry, inner = &k.Event, &k.inner
		*inner = *e
		inner.Bytes = clip(e.Bytes)
		cost += bodyCost + closeCost + len(e.Bytes)
		if e.Body != nil {
			k.body = *e.Body
			inner.Body = &k.body
		}
		if e.Close != nil {
			k.close = *e.Close
			inner.Close = &k.close
			k.close.Up, k.close.Down = cloneOf(e.Close.Up), cloneOf(e.Close.Down)
			cost += len(k.close.Err) + closeBodySize(k.close.Up) + closeBodySize(k.close.Down)
		}
	}
	cost += len(e.Note)
	if len(e.Violations) > 0 {
		inner.Violations = append([]inspector.Violation(nil), e.Violations...)
		for _, v := range e.Violations {
			cost += violationCost + len(v.Detail)
		}
	} else {
		inner.Violations = nil
	}
	entry.Event = inner
	entry.cost = cost
	return entry
}

// keepFrame gives the bytes of a frame's event a buffer of their own and returns what it costs.
// The event's bytes are the header and the payload's front; payload and plain text of an
// unmasked frame are the same.
func keepFrame(e *inspector.Event, f *inspector.Frame) int {
	raw, payload, plain := f.Raw, f.Payload, f.Plain
	joined := len(raw)+len(payload) == len(e.Bytes) &&
		bytes.HasPrefix(e.Bytes, raw) && bytes.HasSuffix(e.Bytes, payload)
	same := bytes.Equal(payload, plain)
	size := len(e.Bytes)
	if !joined {
		size += len(raw) + len(payload)
	}
	if !same {
		size += len(plain)
	}
	var inflated []byte
	if f.Inflated != nil {
		inflated = f.Inflated.Bytes
		size += len(inflated)
	}
	b := buffer(make([]byte, 0, size))
	e.Bytes = b.add(e.Bytes)
	if joined {
		n := len(raw)
		f.Raw, f.Payload = e.Bytes[:n:n], e.Bytes[n:]
	} else {
		f.Raw, f.Payload = b.add(raw), b.add(payload)
	}
	f.Plain = f.Payload
	if !same {
		f.Plain = b.add(plain)
	}
	cost := size
	if f.Inflated != nil {
		i := *f.Inflated
		i.Bytes = b.add(inflated)
		f.Inflated = &i
		cost += inflatedCost + len(i.Err)
	}
	f.Close = cloneOf(f.Close)
	return cost + closeBodySize(f.Close)
}

// keepHead does the same for a head, whose bytes are usually the event's.
func keepHead(e *inspector.Event, h *inspector.Head) int {
	raw := h.Raw
	size := len(raw)
	joined := bytes.HasPrefix(raw, e.Bytes)
	if !joined {
		size += len(e.Bytes)
	}
	b := buffer(make([]byte, 0, size))
	h.Raw = b.add(raw)
	if n := len(e.Bytes); joined {
		e.Bytes = h.Raw[:n:n]
	} else {
		e.Bytes = b.add(e.Bytes)
	}
	h.Fields = append([]inspector.HeadField(nil), h.Fields...)
	return size + fieldCost*len(h.Fields)
}

// buffer hands out parts of one allocation.
type buffer []byte

func (b *buffer) add(p []byte) []byte {
	n := len(*b)
	*b = append(*b, p...)
	return (*b)[n:len(*b):len(*b)]
}

func clip(p []byte) []byte {
	if len(p) == 0 {
		return nil
	}
	return append(make([]byte, 0, len(p)), p...)
}

func cloneOf[T any](p *T) *T {
	if p == nil {
		return nil
	}
	c := *p
	return &c
}

func closeBodySize(c *inspector.CloseBody) int {
	if c == nil {
		return 0
	}
	return closeBodyCost + len(c.Reason)
}
