package wire

// How other instances have to do with a wire: the home numbers its events, the others hold theirs
// until they come back with a number.

import (
	"time"

	"wireup/inspector"
)

// part is what a wire has beside its log when other instances have to do with it. It is guarded
// by the wire's lock.
type part struct {
	share *share
	name  string // of this copy of the wire, as the origin of its connections' events
	stand standing
	home  string // the instance that numbers, while following

	mapped  bool // connections have numbers of their own here, which conns of the own origin translates
	handles int  // how many of them
	origins map[string]*origin

	// Of who follows: events that have no number yet. The first of them is number floor of this origin.
	queue  []*Event
	held   int // bytes
	floor  uint64
	sent   uint64 // the last that is on its way
	behind bool   // something is missing: say from where on
	lost   bool   // the home is no more

	answers  map[string]answer   // of who asks
	replicas map[string]*replica // of the home, by instance

	poke    chan struct{} // wakes who keeps the wire
	ended   chan struct{} // closed when the wire is dropped
	ready   chan struct{} // closed when the log is as the home has it
	isReady bool
}

// answer is how another instance stands to a wire.
type answer struct {
	standing
	last uint64
}

// settled is what Ready returns for a wire that need not ask anybody.
var settled = func() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

func (s *share) newPart(stand standing) *part {
	p := &part{
		share:   s,
		name:    s.copyName(),
		stand:   stand,
		mapped:  stand != home,
		origins: make(map[string]*origin),
		floor:   1,
		poke:    make(chan struct{}, 1),
		ended:   make(chan struct{}),
		ready:   make(chan struct{}),
	}
	if stand == home {
		p.settle()
	}
	return p
}

func (p *part) wake() {
	select {
	case p.poke <- struct{}{}:
	default:
	}
}

func (p *part) settle() {
	if !p.isReady {
		p.isReady = true
		close(p.ready)
	}
}

// Ready is closed when the log is what it is on every instance: at once when nobody else has to
// do with it, else when its home is found and what it has kept has come. A viewer that goes on
// from a number waits for it.
func (w *Wire) Ready() <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.part == nil || w.dropped {
		return settled
	}
	return w.part.ready
}

// mine reports whether this instance numbers e, whose connection then gets its number.
func (p *part) mine(w *Wire, e *Event) bool {
	if p.stand != home {
		return false
	}
	if p.mapped {
		p.translate(w, e, &sender{origin: p.name, conn: e.Conn})
	}
	return true
}

// translate gives e the number of its connection on the wire, and notes where it came from.
func (p *part) translate(w *Wire, e *Event, from *sender) {
	o := p.origin(from.origin)
	number, ok := o.conns[from.conn]
	if !ok {
		w.conns++
		number = w.conns
	}
	e.Conn, e.sender = number, from
	o.note(e)
}

// note remembers what e says of its connection.
func (o *origin) note(e *Event) {
	o.last = max(o.last, e.sender.n)
	if e.Kind == inspector.KindClose {
		delete(o.conns, e.sender.conn)
	} else if len(o.conns) < mostConns {
		o.conns[e.sender.conn] = e.Conn
	}
}

// origin returns what is known of an origin. The number of origins is bounded: one without open
// connections makes room, or else any.
func (p *part) origin(name string) *origin {
	o, ok := p.origins[name]
	if ok {
		return o
	}
	if len(p.origins) >= mostOrigins {
		out := ""
		for other, known := range p.origins {
			if out == "" || len(known.conns) == 0 {
				out = other
			}
		}
		delete(p.origins, out)
	}
	o = &origin{conns: make(map[int]int)}
	p.origins[name] = o
	return o
}

// hold keeps e until it has a number. It returns what all wires hold.
func (p *part) hold(w *Wire, e *Event) (total int64) {
	p.queue = append(p.queue, e)
	p.held += e.cost
	more := e.cost
	for len(p.queue) > w.hub.limits.Events || p.held > w.hub.limits.Bytes {
		more -= p.forget(1)
	}
	p.wake()
	return w.hub.total.Add(int64(more))
}

// forget lets go of the n oldest events of the queue, and returns how many bytes they held.
func (p *part) forget(n int) (bytes int) {
	for _, e := range p.queue[:n] {
		bytes += e.cost
	}
	clear(p.queue[:n])
	p.queue = p.queue[n:]
	p.held -= bytes
	p.floor += uint64(n)
	return bytes
}

// taken lets go of what has a number: the events up to n.
func (p *part) taken(w *Wire, n uint64) {
	if n < p.floor {
		return
	}
	count := min(n-p.floor+1, uint64(len(p.queue)))
	w.hub.total.Add(-int64(p.forget(int(count))))
}

// end lets go of everything, when the wire is dropped.
func (p *part) end(w *Wire) {
	w.hub.total.Add(-int64(p.forget(len(p.queue))))
	p.settle()
	close(p.ended)
}

// comeHome makes this instance the wire's home: what has no number yet gets one.
func (w *Wire) comeHome() {
	w.mu.Lock()
	defer w.mu.Unlock()
	p := w.part
	if w.dropped || p.stand == home {
		return
	}
	p.stand, p.home, p.answers = home, "", nil
	queue, n := p.queue, p.floor
	p.queue = nil
	w.hub.total.Add(-int64(p.held))
	p.held = 0
	for i, e := range queue {
		p.translate(w, e, &sender{p.name, n + uint64(i), e.Conn})
		w.log(e)
	}
	p.floor = n + uint64(len(queue))
	p.settle()
}

// where is how much of the wire is here.
func (w *Wire) where() place {
	p := place{id: w.ID, last: w.last}
	if w.last > 0 {
		p.began = nanos(w.began)
	}
	return p
}

// successor is what took the wire's place and what it held, or nil.
func (w *Wire) successor() *Wire {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.next
}

// apply adds what the home has sent. It reports whether it can belong to the same log.
func (w *Wire) apply(from string, t *batch) (same bool, total int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	p := w.part
	if w.dropped || p == nil || p.stand != following || p.home != from {
		return true, 0
	}
	if w.last > 0 && (t.began != nanos(w.began) || t.last < w.last) {
		return false, 0
	}
	if t.after > w.last {
		p.behind = true // a batch was lost on the way
		p.wake()
		return true, 0
	}
	if w.last == 0 && t.last > 0 {
		w.began = time.Unix(0, t.began)
	}
	if t.base > w.last {
		w.skip(t.base - w.last)
	}
	for i, e := range t.events {
		if seq := t.base + uint64(i) + 1; seq > w.last {
			total = w.copied(e, seq)
		}
	}
	if t.whole {
		w.conns = max(w.conns, t.conns)
		for name, o := range t.known {
			if len(p.origins) < mostOrigins {
				p.origins[name] = o
			}
		}
		p.taken(w, t.ack)
		p.settle()
	}
	p.wake()
	w.wake()
	return true, total
}

// copied keeps an event that the home has numbered.
func (w *Wire) copied(e *Event, seq uint64) (total int64) {
	e.Seq, w.last = seq, seq
	w.at = max(w.at, time.Duration(e.At*1000+0.5)*time.Microsecond)
	w.conns = max(w.conns, e.Conn)
	if e.sender != nil {
		w.part.origin(e.sender.origin).note(e)
		if e.sender.origin == w.part.name {
			w.part.taken(w, e.sender.n)
		}
	}
	return w.keep(e)
}

// take numbers what an instance that follows has sent. It reports whether this is the home, and
// what all wires hold.
func (w *Wire) take(f *forward) (home bool, total int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.dropped || !w.athome() || w.part == nil {
		return false, 0
	}
	o, known := w.part.origins[f.origin]
	if !known {
		o = w.part.origin(f.origin)
		o.last = f.floor - 1
	}
	if f.floor > o.last+1 {
		if w.last == 0 {
			w.began = time.Now()
		}
		w.skip(f.floor - o.last - 1)
		o.last = f.floor - 1
	}
	if f.n > o.last+1 {
		return true, 0 // a batch was lost on the way, and comes again
	}
	now := time.Now()
	for i, e := range f.events {
		n := f.n + uint64(i)
		if n <= o.last {
			continue
		}
		if e.Event.At.After(now) {
			e.Event.At = now // another machine's clock
		}
		w.part.translate(w, e, &sender{f.origin, n, e.Conn})
		total = w.log(e)
	}
	return true, total
}

// athome reports whether this instance numbers the wire's events.
func (w *Wire) athome() bool { return w.part == nil || w.part.stand == home }
