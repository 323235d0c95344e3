package wire

// The log of one reader: a ring of entries, numbered, bounded, and read by number.

import (
	"sync"
	"sync/atomic"
	"time"
)

// Wire is one reader's log. Connections append to it; any number of viewers read from it, each
// at its own pace and by number. The log itself is the viewers' queue: what has fallen out when
// a viewer asks for it is lost to that viewer, who is told how many.
type Wire struct {
	ID ID

	hub  *Hub
	used atomic.Int64 // when somebody last wrote or looked, on the hub's clock

	mu      sync.Mutex
	ring    []*Event // the kept entries, oldest at head
	head    int
	kept    int
	bytes   int // what the kept entries cost
	last    uint64
	began   time.Time // of the first event
	at      time.Duration
	conns   int
	changed chan struct{} // closed at the next append; nil while nobody waits
	dropped bool
	moved   bool  // to another instance, which is why it was dropped
	part    *part // how other instances have to do with it; nil if none has
	next    *Wire // what took its place, and what it held, when it was dropped

	// The place in the hub's order; guarded by the hub's lock.
	followers int
	stamp     int64
	index     int
}

// Append adds e to the log, which owns it from then on, and gives it its number and its time.
// It returns false, having done nothing, when the hub has dropped the wire: ask for it again.
// It never waits for a viewer.
func (w *Wire) Append(e *Event) bool {
	if e.cost == 0 { // Keep has not made it, so nobody has counted what it holds
		kept := Keep(e.Event)
		e.Event, e.cost = kept.Event, kept.cost
	}
	w.mu.Lock()
	if w.dropped {
		w.mu.Unlock()
		return false
	}
	var total int64
	if w.part == nil || w.part.mine(w, e) {
		total = w.log(e)
	} else {
		total = w.part.hold(w, e)
	}
	w.mu.Unlock()
	w.touch()
	if total > int64(w.hub.limits.Total) {
		w.hub.shrink()
	}
	return true
}

// log gives e its number and its time and keeps it. It returns what all wires hold.
func (w *Wire) log(e *Event) (total int64) {
	if w.last == 0 {
		w.began = e.Event.At
	}
	w.last++
	w.at = max(w.at, e.Event.At.Sub(w.began))
	e.Seq, e.At = w.last, float64(w.at/time.Microsecond)/1000
	total = w.keep(e)
	w.wake()
	return total
}

// keep puts e behind the newest entry, within the limits. It returns what all wires hold.
func (w *Wire) keep(e *Event) (total int64) {
	before := w.bytes
	w.push(e)
	for w.kept > w.hub.limits.Events || w.bytes > w.hub.limits.Bytes {
		w.shift()
	}
	return w.hub.total.Add(int64(w.bytes - before))
}

// wake tells those who wait on Changed.
func (w *Wire) wake() {
	if w.changed != nil {
		close(w.changed)
		w.changed = nil
	}
}

// skip counts n events that have happened and that nobody can have any more. What is kept is
// without gaps, so what came before them goes too.
func (w *Wire) skip(n uint64) {
	before := w.bytes
	for w.kept > 0 {
		w.shift()
	}
	w.hub.total.Add(int64(w.bytes - before))
	w.last += n
	w.wake()
}

// push puts e behind the newest entry. The ring grows as it is needed; the one place more than
// the limit is for the moment between push and shift.
func (w *Wire) push(e *Event) {
	if w.kept == len(w.ring) {
		ring := make([]*Event, min(max(16, 2*len(w.ring)), w.hub.limits.Events+1))
		for i := range w.kept {
			ring[i] = w.entry(i)
		}
		w.ring, w.head = ring, 0
	}
	w.ring[(w.head+w.kept)%len(w.ring)] = e
	w.kept++
	w.bytes += e.cost
}

// shift lets go of the oldest entry.
func (w *Wire) shift() {
	e := w.ring[w.head]
	w.ring[w.head] = nil
	w.head = (w.head + 1) % len(w.ring)
	w.kept--
	w.bytes -= e.cost
}

func (w *Wire) entry(i int) *Event { return w.ring[(w.head+i)%len(w.ring)] }

// connect numbers a connection that appears on the wire. On a wire that other instances have to
// do with the number is only for Append, which knows what it stands for.
func (w *Wire) connect() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.next != nil:
		return w.next.connect()
	case w.part != nil && w.part.mapped:
		w.part.handles++
		return w.part.handles
	}
	w.conns++
	return w.conns
}

// After returns the events behind number seq, at most limit of them and the oldest first, and how
// many between seq and the first of these are no longer kept.
func (w *Wire) After(seq uint64, limit int) (events []*Event, lost uint64) {
	w.touch()
	w.mu.Lock()
	defer w.mu.Unlock()
	if seq >= w.last {
		return nil, 0
	}
	gone := w.last - uint64(w.kept) // the number of the newest that is no longer kept
	if seq < gone {
		lost = gone - seq
		seq = gone
	}
	from := int(seq - gone)
	n := min(w.kept-from, limit)
	if n <= 0 {
		return nil, lost
	}
	events = make([]*Event, n)
	for i := range events {
		events[i] = w.entry(from + i)
	}
	return events, lost
}

// Event returns the event with number seq, while it is kept.
func (w *Wire) Event(seq uint64) (e *Event, ok bool) {
	w.touch()
	w.mu.Lock()
	defer w.mu.Unlock()
	gone := w.last - uint64(w.kept)
	if seq <= gone || seq > w.last {
		return nil, false
	}
	return w.entry(int(seq - gone - 1)), true
}

// Range is the number of the oldest event that is kept and of the last that was appended.
// Nothing is kept when first is above last; both are 1 and 0 before the first event.
func (w *Wire) Range() (first, last uint64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.last - uint64(w.kept) + 1, w.last
}

// Changed is closed at the next append, or when the hub drops the wire. Take it before asking
// After, and wait for it when there was nothing.
func (w *Wire) Changed() <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.changed == nil {
		w.changed = make(chan struct{})
		if w.dropped {
			close(w.changed)
		}
	}
	return w.changed
}

// Dropped reports whether the hub has let go of the wire, which then takes no more events. The
// next wire of the same id counts from 1 again.
func (w *Wire) Dropped() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.dropped
}

// drop empties the wire for good.
func (w *Wire) drop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.dropped = true
	w.hub.total.Add(-int64(w.bytes))
	w.ring, w.head, w.kept, w.bytes = nil, 0, 0, 0
	if w.changed != nil {
		close(w.changed)
	}
	if w.part != nil {
		w.part.end(w)
	}
}

// Began is when the first event happened; zero before it. Two logs of one id that have begun at
// different times are different logs, though their numbers may be the same.
func (w *Wire) Began() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.last == 0 {
		return time.Time{}
	}
	return w.began
}

// Moved reports whether the wire was dropped because another instance keeps its log.
func (w *Wire) Moved() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.dropped && w.moved
}

// empty reports whether nobody has written to the wire.
func (w *Wire) empty() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.last == 0 && (w.part == nil || len(w.part.queue) == 0)
}

func (w *Wire) touch() { w.used.Store(w.hub.now()) }
