package exercise

// Recording: what crosses the server's connections, and of it what belongs to one wire.

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"wireup/inspector"
	"wireup/wire"
)

const (
	// maxRecorded bounds the bytes that a Recorder keeps, of all connections together.
	maxRecorded = 64 << 20

	// RecordPreview is how many payload bytes an event needs to keep while a Recorder works, so
	// that nothing of it is missing.
	RecordPreview = 16 << 20
)

// ErrRecordFull is returned when more crossed than a Recorder keeps.
var ErrRecordFull = errors.New("more crossed than is kept (limit: 64 MiB of one recording)")

// Recorder keeps what crosses connections, in order. Give Watch to an inspector.Listener.
type Recorder struct {
	hub *wire.Hub

	mu    sync.Mutex
	all   []recorded
	conns int
	bytes int
	full  bool
}

// recorded is a record before it is known whether it belongs to the wire.
type recorded struct {
	at     time.Time
	conn   int
	record Record
}

// NewRecorder makes a Recorder that passes all on to hub.
func NewRecorder(hub *wire.Hub) *Recorder { return &Recorder{hub: hub} }

// Watch returns the Observer of c: the hub's, behind one that records.
func (r *Recorder) Watch(c *inspector.Conn) inspector.Observer {
	return r.watch(c, r.hub.Watch(c), "")
}

// WatchFor is the same for a connection to a server of the reader's own.
func (r *Recorder) WatchFor(c *inspector.Conn, o wire.Owner) inspector.Observer {
	return r.watch(c, r.hub.WatchFor(c, o), o.Lab)
}

func (r *Recorder) watch(c *inspector.Conn, hub inspector.Observer, owned string) inspector.Observer {
	remote := ""
	if a := c.RemoteAddr(); a != nil {
		remote = a.String()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.conns++
	o := &recording{r, r.conns, hub}
	r.all = append(r.all, recorded{c.Accepted, o.conn, Record{What: RecordOpen, Remote: remote, Owned: owned}})
	return o
}

// recording is the Observer of one connection.
type recording struct {
	all  *Recorder
	conn int
	hub  inspector.Observer
}

// Observe holds the one lock over the hub's part too, so that the recording has the order of the
// wire's log.
func (o *recording) Observe(at time.Time, d inspector.Direction, p []byte) {
	r := o.all
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.bytes += len(p); r.bytes > maxRecorded {
		r.full = true
	} else {
		r.all = append(r.all, recorded{at, o.conn, Record{What: RecordBytes, Direction: d, Bytes: append([]byte(nil), p...)}})
	}
	o.hub.Observe(at, d, p)
}

func (o *recording) Ended(at time.Time, how inspector.Ending, err error) {
	r := o.all
	r.mu.Lock()
	defer r.mu.Unlock()
	e := Record{What: RecordEnd, Ending: how}
	if err != nil {
		e.Err = err.Error()
	}
	r.all = append(r.all, recorded{at, o.conn, e})
	o.hub.Ended(at, how, err)
}

// Records returns what belongs to the wire, given all of its events: the bytes of its exchanges,
// and counts of the others that shared a connection with them.
func (r *Recorder) Records(events []*wire.Event) ([]Record, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.full {
		return nil, ErrRecordFull
	}
	if len(events) == 0 {
		return nil, errors.New("nothing crossed on this wire")
	}
	if events[0].Seq != 1 {
		return nil, fmt.Errorf("the first %d events are no longer kept (limit: events or bytes of a wire)", events[0].Seq-1)
	}
	kept := r.belongs(events)
	var (
		out    []Record
		number = make(map[int]int) // of a connection in the fixture
		base   time.Time
		left   = make(map[int]map[int]bool) // exchanges that were left out and are counted
	)
	for _, rec := range r.all {
		c := kept[rec.conn]
		if c == nil {
			continue
		}
		if base.IsZero() {
			base = rec.at
		}
		o := rec.record
		o.At = rec.at.Sub(base)
		if o.At < 0 { // accepted before, told after
			o.At = 0
		}
		switch o.What {
		case RecordOpen:
			number[rec.conn] = len(number) + 1
			o.Conn = number[rec.conn]
			o.Driver, o.Announced = c.driver, c.announced
			out = append(out, o)
			left[rec.conn] = make(map[int]bool)
		case RecordEnd:
			o.Conn = number[rec.conn]
			out = append(out, o)
		case RecordBytes:
			o.Conn = number[rec.conn]
			out = c.cut(out, o, left[rec.conn])
		}
	}
	return merge(out, rawRecords(events, kept, len(number), base)), nil
}

// rawRecords are the records of the connections to raw ports, which the Recorder doesn't watch:
// there each event is one call, with all of its bytes.
func rawRecords(events []*wire.Event, kept map[int]*keptConn, numbers int, base time.Time) []Record {
	watched := make(map[string]bool)
	for _, c := range kept {
		watched[c.remote] = true
	}
	var out []Record
	number := make(map[int]int)
	for _, e := range events {
		if e.Kind == inspector.KindOpen && !watched[e.Remote] {
			number[e.Conn] = numbers + len(number) + 1
		}
		if number[e.Conn] == 0 {
			continue
		}
		if base.IsZero() {
			base = e.Event.At
		}
		r := Record{At: max(e.Event.At.Sub(base), 0), Conn: number[e.Conn]}
		switch {
		case e.Kind == inspector.KindOpen:
			r.What, r.Driver, r.Remote, r.Raw = RecordOpen, e.Driver, e.Remote, e.Lab
			r.Announced = e.Driver == wire.DriverForge
		case e.Kind == inspector.KindClose:
			r.What, r.Ending, r.Err = RecordEnd, e.Close.TCP, e.Close.Err
		case e.Size == 0:
			r.What = RecordEOF
		default:
			r.What, r.Direction, r.Bytes = RecordBytes, e.Direction, e.Bytes
		}
		out = append(out, r)
	}
	return out
}

// merge puts b's records among a's by their times.
func merge(a, b []Record) []Record {
	if len(b) == 0 {
		return a
	}
	out := make([]Record, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		if b[0].At < a[0].At {
			out, b = append(out, b[0]), b[1:]
		} else {
			out, a = append(out, a[0]), a[1:]
		}
	}
	return append(append(out, a...), b...)
}

// keptConn is what is known of a connection that appeared on the wire.
type keptConn struct {
	remote    string
	driver    string
	announced bool
	exchanges map[int]bool // those that belong to the wire
	events    map[inspector.Direction][]owned
	at        map[inspector.Direction]int
}

// owned is a stretch of one direction's bytes and the exchange that it belongs to.
type owned struct{ to, exchange int }

// belongs finds the connections of the wire among all, and cuts their bytes into exchanges.
func (r *Recorder) belongs(events []*wire.Event) map[int]*keptConn {
	type seen struct {
		conn      int
		exchanges map[int]bool
		driver    string
	}
	byRemote := make(map[string][]*seen) // a port may be used again
	byConn := make(map[int]*seen)
	for _, e := range events {
		s := byConn[e.Conn]
		if s == nil {
			s = &seen{conn: e.Conn, exchanges: make(map[int]bool)}
			byConn[e.Conn] = s
		}
		switch e.Kind {
		case inspector.KindOpen:
			byRemote[e.Remote] = append(byRemote[e.Remote], s)
			s.driver = e.Driver
		case inspector.KindClose:
		default:
			s.exchanges[e.Exchange] = true
			if s.driver == "" || e.Driver == wire.DriverForge {
				s.driver = e.Driver
			}
		}
	}
	kept := make(map[int]*keptConn)
	for _, rec := range r.all {
		if rec.record.What != RecordOpen {
			continue
		}
		list := byRemote[rec.record.Remote]
		if len(list) == 0 {
			continue
		}
		s := list[0]
		byRemote[rec.record.Remote] = list[1:]
		c := &keptConn{remote: rec.record.Remote, driver: s.driver, exchanges: s.exchanges,
			events: make(map[inspector.Direction][]owned), at: make(map[inspector.Direction]int)}
		c.announced = s.driver == wire.DriverForge
		kept[rec.conn] = c
	}
	// The same sessions as live ones, to say which bytes belong to which exchange.
	sessions := make(map[int]*inspector.Session)
	for _, rec := range r.all {
		c := kept[rec.conn]
		if c == nil {
			continue
		}
		session := sessions[rec.conn]
		if session == nil {
			session = inspector.NewSession(inspector.Options{}, func(e *inspector.Event) {
				if e.Kind == inspector.KindClose || e.Kind == inspector.KindOpen {
					return
				}
				list := c.events[e.Direction]
				from := 0
				if len(list) > 0 {
					from = list[len(list)-1].to
				}
				c.events[e.Direction] = append(list, owned{from + int(e.Size), e.Exchange})
			})
			sessions[rec.conn] = session
		}
		switch rec.record.What {
		case RecordBytes:
			session.Observe(rec.at, rec.record.Direction, rec.record.Bytes)
		case RecordEnd:
			session.Ended(rec.at, rec.record.Ending, nil)
		}
	}
	return kept
}

// cut appends what of the record o belongs to the wire, and for the rest the count of exchanges.
func (c *keptConn) cut(out []Record, o Record, left map[int]bool) []Record {
	at := c.at[o.Direction]
	c.at[o.Direction] += len(o.Bytes)
	rest := o.Bytes
	own := -1 // the record of this piece that the next event may go on with
	for _, e := range c.events[o.Direction] {
		if len(rest) == 0 {
			return out
		}
		if e.to <= at {
			continue
		}
		n := min(e.to-at, len(rest))
		part := o
		part.Bytes = rest[:n]
		at, rest = at+n, rest[n:]
		if c.exchanges[e.exchange] {
			if own >= 0 {
				out[own].Bytes = out[own].Bytes[:len(out[own].Bytes)+n]
				continue
			}
			own = len(out)
			out = append(out, part)
			continue
		}
		own = -1
		if left[e.exchange] {
			continue
		}
		left[e.exchange] = true
		if k := len(out) - 1; k >= 0 && out[k].What == RecordOther && out[k].Conn == o.Conn {
			out[k].Others++
			continue
		}
		out = append(out, Record{At: o.At, Conn: o.Conn, What: RecordOther, Others: 1})
	}
	if len(rest) > 0 { // no event tells of them: the connection goes on
		part := o
		part.Bytes = rest
		out = append(out, part)
	}
	return out
}
