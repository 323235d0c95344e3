package wire

// All the wires: found by id, kept within the limits, the longest idle dropped first.

import (
	"container/heap"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Route is what a request's target says about whom its exchange belongs to.
type Route struct {
	Wire  ID     // whose log; empty if nobody's
	Lab   string // which lab was asked
	Muted bool   // stay out of every log: what reads a log must not write to it
}

// Hub holds every wire of the process and routes what connections tell to them.
type Hub struct {
	limits Limits
	route  func(method, target string) Route
	began  time.Time
	total  atomic.Int64 // what all kept entries cost

	mu       sync.Mutex
	wires    map[ID]*Wire
	idle     order // those that nobody follows, the longest idle first
	followed order // the others
	armed    bool  // a call of expire is due
	drivers  map[string]announcement
	share    *share // nil if no other instance can have to do with our wires
}

// announcement is what a program of ours has said of a connection.
type announcement struct {
	driver string // empty: what its requests say
	wire   ID
	lab    string
	whole  bool // all that it carries belongs to wire, whatever its requests name
}

// NewHub makes a hub without wires. route is asked once for each request, before any handler
// has seen it; it must be quick, and it may be called from many goroutines.
func NewHub(l Limits, route func(method, target string) Route) *Hub {
	return &Hub{
		limits:  l.filled(),
		route:   route,
		began:   time.Now(),
		wires:   make(map[ID]*Wire),
		drivers: make(map[string]announcement),
	}
}

// Kept is how many wires there are, and how many bytes of memory their events hold.
func (h *Hub) Kept() (wires, bytes int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.wires), int(h.total.Load())
}

// Limits are the hub's limits, with defaults filled in.
func (h *Hub) Limits() Limits { return h.limits }

// Wire returns the wire with this id, and makes it if there is none.
func (h *Hub) Wire(id ID) *Wire {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.wire(id)
}

func (h *Hub) wire(id ID) *Wire {
	w, ok := h.wires[id]
	if ok {
		w.touch()
		return w
	}
	for len(h.wires) >= h.limits.Wires {
		h.dropLongestIdle()
	}
	w = &Wire{ID: id, hub: h}
	w.touch()
	w.stamp = w.used.Load()
	h.wires[id] = w
	if s := h.share; s != nil && s.count.Load() > 0 && s.start() {
		w.part = s.newPart(asking)
		go s.keep(w, "")
	}
	heap.Push(&h.idle, w)
	h.arm(h.limits.Age)
	return w
}

// Lookup returns the wire with this id if there is one, on whichever instance. It waits a moment
// for what other instances have of it.
func (h *Hub) Lookup(id ID) (w *Wire, ok bool) {
	h.mu.Lock()
	w, ok = h.wires[id]
	if ok {
		w.touch()
	}
	shared := h.share != nil && h.share.count.Load() > 0
	h.mu.Unlock()
	if !shared {
		return w, ok
	}
	w, stop := h.Follow(id)
	defer stop() // which drops it when nobody has written to it
	late := time.NewTimer(lookupLimit)
	defer late.Stop()
	select {
	case <-w.Ready():
	case <-late.C:
	}
	if w.empty() && !ok {
		return nil, false
	}
	return w, true
}

// Follow returns the wire with this id, made if need be, for a viewer that stays: until stop is
// called the wire's age doesn't count, and of too many wires it goes late.
func (h *Hub) Follow(id ID) (w *Wire, stop func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	w = h.wire(id)
	if w.followers++; w.followers == 1 {
		h.move(w, &h.idle, &h.followed)
	}
	return w, sync.OnceFunc(func() { h.unfollow(w) })
}

func (h *Hub) unfollow(w *Wire) {
	h.mu.Lock()
	defer h.mu.Unlock()
	w.followers--
	if w.followers > 0 || h.wires[w.ID] != w {
		return
	}
	if w.empty() {
		// Nobody has written to it: a page that has been opened and closed again leaves nothing.
		heap.Remove(&h.followed, w.index)
		h.drop(w)
		return
	}
	w.touch()
	h.move(w, &h.followed, &h.idle)
	h.arm(h.limits.Age)
}

func (h *Hub) move(w *Wire, from, to *order) {
	heap.Remove(from, w.index)
	w.stamp = w.used.Load()
	heap.Push(to, w)
}

// Driver announces a connection that the program itself has opened to its own listener, before
// anything is sent on it: local is that connection's own address, driver is who sends. Its
// exchanges are marked so. What names no wire of its own on it, bytes that are no HTTP too,
// goes to the wire id unless that is empty. Call forget when the connection is over.
func (h *Hub) Driver(local net.Addr, driver string, id ID) (forget func()) {
	key := address(local)
	if key == "" {
		return func() {}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.drivers[key] = announcement{driver: driver, wire: id}
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.drivers, key)
	}
}

// announced returns what has been said of the connection from remote.
func (h *Hub) announced(remote string) (a announcement, ok bool) {
	if remote == "" {
		return announcement{}, false
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	a, ok = h.drivers[remote]
	return a, ok
}

// address is what tells a connection's end from all others; empty for an end without a name, as
// that of a client on a Unix-domain socket.
func address(a net.Addr) string {
	if a == nil || a.String() == "@" {
		return ""
	}
	return a.String()
}

// shrink drops the longest idle wires until the rest fits into the total.
func (h *Hub) shrink() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for h.total.Load() > int64(h.limits.Total) && len(h.wires) > 1 {
		h.dropLongestIdle()
	}
}

// dropLongestIdle drops one wire. One that somebody follows counts as used an Age later than it
// was: it stays while there are others that nobody has looked at for a while.
func (h *Hub) dropLongestIdle() {
	from, w := &h.idle, h.idle.first()
	if f := h.followed.first(); f != nil && (w == nil || f.stamp+int64(h.limits.Age) < w.stamp) {
		from, w = &h.followed, f
	}
	if w != nil {
		heap.Remove(from, w.index)
		h.drop(w)
	}
}

func (h *Hub) drop(w *Wire) {
	delete(h.wires, w.ID)
	w.drop()
}

// arm sees to it that expire is called after d, or earlier.
func (h *Hub) arm(d time.Duration) {
	if !h.armed {
		h.armed = true
		time.AfterFunc(d, h.expire)
	}
}

// expire drops the wires that have been idle for too long, and is due again when the next will
// have been.
func (h *Hub) expire() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.armed = false
	for {
		w := h.idle.first()
		if w == nil {
			return
		}
		idle := time.Duration(h.now() - w.stamp)
		if idle < h.limits.Age {
			h.arm(h.limits.Age - idle)
			return
		}
		heap.Remove(&h.idle, w.index)
		h.drop(w)
	}
}

// now is the hub's clock: nanoseconds since it was made.
func (h *Hub) now() int64 { return int64(time.Since(h.began)) }

// order is a heap of wires by when they were last used. Use is noted on the wire alone, so that
// it takes no lock; a wire's place is put right when it comes to the front.
type order struct{ wires []*Wire }

// first returns the wire that has been idle longest, or nil. Every stamp is at most what it
// stands for, so a front whose stamp is right is the first of all.
func (o *order) first() *Wire {
	for len(o.wires) > 0 {
		w := o.wires[0]
		used := w.used.Load()
		if used == w.stamp {
			return w
		}
		w.stamp = used
		heap.Fix(o, 0)
	}
	return nil
}

func (o *order) Len() int           { return len(o.wires) }
func (o *order) Less(i, k int) bool { return o.wires[i].stamp < o.wires[k].stamp }

func (o *order) Swap(i, k int) {
	o.wires[i], o.wires[k] = o.wires[k], o.wires[i]
	o.wires[i].index, o.wires[k].index = i, k
}

func (o *order) Push(x any) {
	w := x.(*Wire)
	w.index = len(o.wires)
	o.wires = append(o.wires, w)
}

func (o *order) Pop() any {
	last := len(o.wires) - 1
	w := o.wires[last]
	o.wires[last] = nil
	o.wires = o.wires[:last]
	return w
}
