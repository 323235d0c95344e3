package wire

// Being a wire's home: numbering what others send, and sending them all of it.

import (
	"errors"
	"maps"
	"time"

	"wireup/bus"
)

const (
	batchEvents = 500                    // taken from the log at once
	tryAfter    = 250 * time.Millisecond // what could not be sent
)

// replica is an instance that keeps a copy of a wire of ours. It is guarded by the wire's lock.
type replica struct {
	name   string        // of its copy
	cursor uint64        // the last event that it was sent
	tell   bool          // it wants to know of every origin
	poke   chan struct{} // it has said where it is
	gone   chan struct{} // closed when it is there no more
}

// serve begins to send a wire to an instance, from where it is, or begins again.
func (s *share) serve(peer string, c copyOf) {
	w := s.hub.peek(c.id)
	if w == nil || !w.serve(s, peer, c) {
		_ = s.say(peer, putID(begin(nil, sayGone, s.self), c.id)) // it asks again
	}
}

func (w *Wire) serve(s *share, peer string, c copyOf) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.dropped || !w.athome() {
		return false
	}
	if w.part == nil {
		w.part = s.newPart(home)
	}
	p := w.part
	r := p.replicas[peer]
	if r == nil {
		if len(p.replicas) >= mostPeers || !s.start() {
			return false
		}
		r = &replica{poke: make(chan struct{}, 1), gone: make(chan struct{})}
		if p.replicas == nil {
			p.replicas = make(map[string]*replica)
		}
		p.replicas[peer] = r
		go s.replicate(w, peer, r)
	}
	r.name, r.cursor, r.tell = c.name, c.last, true
	if c.last > 0 && c.began != w.where().began {
		r.cursor = 0 // another log: what we send says so
	}
	select {
	case r.poke <- struct{}{}:
	default:
	}
	return true
}

// start counts one more that works on a wire; false when the hub is leaving.
func (s *share) start() bool {
	select {
	case <-s.draining:
		return false
	default:
		s.work.Add(1)
		return true
	}
}

// replicate sends the log of w to an instance as it grows. The log itself is the queue: one that
// is too slow loses what falls out of it, as any viewer.
func (s *share) replicate(w *Wire, peer string, r *replica) {
	defer s.work.Done()
	var due <-chan time.Time
	draining := s.draining
	for {
		changed := w.Changed()
		if due == nil {
			t, ok := w.behind(r)
			if !ok {
				_ = s.say(peer, putID(begin(nil, sayGone, s.self), w.ID)) // it finds out
				return
			}
			switch {
			case t != nil:
				due = time.After(s.sendBatch(w, peer, r, t))
				continue
			case draining == nil:
				return
			}
		} else {
			changed = nil
		}
		select {
		case <-changed:
		case <-due:
			due = nil
		case <-r.poke:
		case <-draining:
			draining = nil
		case <-r.gone:
			return
		case <-s.stopped:
			return
		}
	}
}

// behind is what comes behind the replica's cursor, or nil when that is nothing; ok is false when
// the wire isn't at home here any more.
func (w *Wire) behind(r *replica) (t *batch, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.dropped || !w.athome() {
		return nil, false
	}
	r.cursor = min(r.cursor, w.last) // it has more than we: what we send says so
	if r.cursor == w.last && !r.tell {
		return nil, true
	}
	t = &batch{place: w.where(), after: r.cursor, base: max(r.cursor, w.last-uint64(w.kept)), conns: w.conns}
	from := int(t.base - (w.last - uint64(w.kept)))
	t.events = make([]*Event, min(w.kept-from, batchEvents))
	for i := range t.events {
		t.events[i] = w.entry(from + i)
	}
	t.whole = from+len(t.events) == w.kept
	if o := w.part.origins[r.name]; o != nil {
		t.ack = o.last
	}
	if r.tell && t.whole {
		t.known = make(map[string]*origin, len(w.part.origins))
		for name, o := range w.part.origins {
			t.known[name] = &origin{o.last, maps.Clone(o.conns)}
		}
	}
	return t, true
}

// sendBatch sends a batch and returns how long to wait before the next.
func (s *share) sendBatch(w *Wire, peer string, r *replica, t *batch) time.Duration {
	b, taken := t.append(begin(nil, sayEvents, s.self), batchLimit)
	err := s.say(peer, b)
	w.mu.Lock()
	defer w.mu.Unlock()
	if r.cursor != t.after {
		return 0 // it has said meanwhile that it is elsewhere
	}
	switch {
	case err == nil:
		r.cursor = t.base + uint64(taken)
		r.tell = r.tell && t.known == nil
		if t.whole {
			return pace
		}
		return 0
	case errors.Is(err, bus.ErrTooLarge):
		r.cursor = t.base + uint64(taken) // an event alone, or what is known of all origins
		r.tell = r.tell && taken > 0
		s.log.Warn("an event is too large for the bus and is lost to other instances (limit: message of the bus)", "wire", w.ID)
		return 0
	}
	return tryAfter
}

// release is told that an instance needs no copy any more.
func (s *share) release(from string, id ID) {
	w := s.hub.peek(id)
	if w == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if p := w.part; p != nil && p.replicas[from] != nil {
		close(p.replicas[from].gone)
		delete(p.replicas, from)
	}
}

// number gives the events of another instance's connections their numbers.
func (s *share) number(from string, f *forward) {
	w := s.hub.peek(f.id)
	if w == nil {
		_ = s.say(from, putID(begin(nil, sayGone, s.self), f.id)) // it sends again, and so do we
		return
	}
	athome, total := w.take(f)
	if !athome {
		_ = s.say(from, putID(begin(nil, sayGone, s.self), f.id))
		return
	}
	w.touch()
	if total > int64(s.hub.limits.Total) {
		s.hub.shrink()
	}
}
