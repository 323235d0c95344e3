package wire

// The instances that share a bus: who is there, and what they say to each other.

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"wireup/bus"
)

const (
	beatEvery   = 500 * time.Millisecond  // an instance says that it is there
	silentAfter = 2250 * time.Millisecond // and is taken for dead after that
	greetLimit  = 250 * time.Millisecond  // what a start waits for an answer

	// pace is the least time between two batches of a wire: one frame of a screen.
	pace = 16 * time.Millisecond

	// batchLimit ends a batch once it holds that many bytes.
	batchLimit = 128 << 10

	// mostPeers bounds the instances that are listened to.
	mostPeers = 64
)

const (
	toAll = "wires.all"
	toOne = "wires.to."
)

// share is a hub's part in a bus that other instances are on.
type share struct {
	hub    *Hub
	bus    *bus.Bus
	log    *slog.Logger
	self   string
	copies atomic.Uint64
	count  atomic.Int32 // of peers

	mu      sync.Mutex
	peers   map[string]time.Time // when each was last heard
	strange bool                 // a message was not ours to read, which was logged

	work     sync.WaitGroup
	draining chan struct{} // no wire is begun any more, and each goes on only until it has said all
	stopped  chan struct{}
	stops    []func()
}

// Share makes the hub one of those that share the wires over a bus. Without other instances on it
// nothing is sent but a sign of life, and when there can be none not even that. Call it before
// connections come, and Leave at the end.
func (h *Hub) Share(ctx context.Context, b *bus.Bus, log *slog.Logger) error {
	if !b.Shared() {
		return nil
	}
	s := &share{
		hub:      h,
		bus:      b,
		log:      log,
		self:     b.Instance(),
		peers:    make(map[string]time.Time),
		draining: make(chan struct{}),
		stopped:  make(chan struct{}),
	}
	s.greet(ctx)
	h.mu.Lock()
	h.share = s
	h.mu.Unlock()
	for _, subject := range []string{toOne + s.self, toAll} {
		stop, err := b.Subscribe(subject, s.hear)
		if err != nil {
			s.end()
			return err
		}
		s.stops = append(s.stops, stop)
	}
	s.work.Add(1)
	go s.beat()
	return nil
}

// greet finds out whether somebody is there before we are: the bus says at once if nobody is.
func (s *share) greet(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, greetLimit)
	defer cancel()
	m, err := s.bus.Request(ctx, toAll, begin(nil, sayHello, s.self))
	if err != nil {
		return // nobody, or nobody that we know of yet
	}
	r := &reader{b: m.Data}
	if what, from := r.open(); r.err == nil && what == sayHello {
		s.peers[from] = time.Now()
		s.count.Store(1)
	}
}

// Leave hands over what other instances have to know, for as long as ctx lasts, and says goodbye.
func (h *Hub) Leave(ctx context.Context) {
	h.mu.Lock()
	s := h.share
	h.share = nil
	h.mu.Unlock()
	if s == nil {
		return
	}
	close(s.draining)
	done := make(chan struct{})
	go func() {
		s.work.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-ctx.Done():
	}
	for _, peer := range s.alive() {
		s.say(peer, begin(nil, sayLeave, s.self))
	}
	s.end()
	<-done
}

func (s *share) end() {
	close(s.stopped)
	for _, stop := range s.stops {
		stop()
	}
}

// copyName names one copy of a wire; none ever had the same.
func (s *share) copyName() string {
	return s.self + "-" + strconv.FormatUint(s.copies.Add(1), 36)
}

// say sends a message to one instance. What is lost on the way is noticed by its receiver, or
// asked for again.
func (s *share) say(to string, p []byte) error { return s.bus.Publish(toOne+to, p) }

// alive are the other instances, as far as we know.
func (s *share) alive() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]string, 0, len(s.peers))
	for peer := range s.peers {
		list = append(list, peer)
	}
	return list
}

// beat says that we are there, and notices who is no more.
func (s *share) beat() {
	defer s.work.Done()
	tick := time.NewTicker(beatEvery)
	defer tick.Stop()
	hello := begin(nil, sayHello, s.self)
	last := time.Now()
	for {
		_ = s.bus.Publish(toAll, hello) // while the bus is away nobody hears anybody
		changed := s.bus.Changed()
		select {
		case <-tick.C:
			now := time.Now()
			s.bury(now, now.Sub(last) > 2*beatEvery)
			last = now
		case <-changed:
			if s.bus.Up() {
				s.catchUp("")
			}
		case <-s.draining:
			return
		}
	}
}

// bury parts from those who have been silent for too long. When we have been asleep ourselves,
// nobody could be heard.
func (s *share) bury(now time.Time, asleep bool) {
	var dead []string
	s.mu.Lock()
	for peer, heard := range s.peers {
		if asleep {
			s.peers[peer] = now
		} else if now.Sub(heard) > silentAfter {
			dead = append(dead, peer)
		}
	}
	s.mu.Unlock()
	for _, peer := range dead {
		s.partFrom(peer)
	}
}

// meet notes that an instance is there.
func (s *share) meet(peer string) {
	s.mu.Lock()
	_, known := s.peers[peer]
	full := !known && len(s.peers) >= mostPeers
	if !full {
		s.peers[peer] = time.Now()
		s.count.Store(int32(len(s.peers)))
	}
	s.mu.Unlock()
	if known {
		return
	}
	if full {
		s.logStrange(errors.New("too many instances share the bus (limit: 64)"))
		return
	}
	s.log.Info("another instance shares the wires", "instance", peer)
	_ = s.say(peer, begin(nil, sayHello, s.self)) // it says hello again, and so shall we
	s.tellHomes(peer)
}

// partFrom forgets an instance that has gone.
func (s *share) partFrom(peer string) {
	s.mu.Lock()
	_, known := s.peers[peer]
	delete(s.peers, peer)
	s.count.Store(int32(len(s.peers)))
	s.mu.Unlock()
	if !known {
		return
	}
	s.log.Info("another instance has gone", "instance", peer)
	for _, w := range s.hub.all() {
		w.partFrom(peer)
	}
}

// partFrom does what an instance's end means for the wire.
func (w *Wire) partFrom(peer string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	p := w.part
	if p == nil || w.dropped {
		return
	}
	if r := p.replicas[peer]; r != nil {
		delete(p.replicas, peer)
		close(r.gone)
	}
	if p.stand == following && p.home == peer {
		p.lost = true
	}
	p.wake()
}

// catchUp asks a home, or every home, for what was missed: while the bus was away, or because the
// home took us for dead.
func (s *share) catchUp(home string) {
	for _, w := range s.hub.all() {
		w.mu.Lock()
		if w.part != nil && w.part.stand == following && (home == "" || home == w.part.home) {
			w.part.behind = true
			w.part.wake()
		}
		w.mu.Unlock()
	}
}

// hear takes a message. One that can't be read is no reason to stop.
func (s *share) hear(m *bus.Message) {
	r := &reader{b: m.Data}
	what, from := r.open()
	if r.err == nil && from != s.self {
		s.understand(m, r, what, from)
	}
	if r.err != nil {
		s.logStrange(r.err)
	}
}

// logStrange logs the first message that can't be read: another version's, or nobody's.
func (s *share) logStrange(err error) {
	s.mu.Lock()
	again := s.strange
	s.strange = true
	s.mu.Unlock()
	if !again {
		s.log.Warn("what is said on the bus can't all be understood: does another version of wireup use it?", "err", err)
	}
}

func (s *share) understand(m *bus.Message, r *reader, what byte, from string) {
	switch what {
	case sayHello:
		if m.Asked() {
			_ = m.Respond(begin(nil, sayHello, s.self)) // it hears us sooner or later
		}
		s.meet(from)
		if m.Subject != toAll {
			s.catchUp(from) // it did not know us, any more perhaps: then it sends us nothing
		}
	case sayLeave:
		s.partFrom(from)
	case sayAsk:
		if id := r.id(); r.err == nil {
			s.answer(from, id)
		}
	case sayAnswer:
		if at, stand := r.place(), standing(r.byte(byte(home))); r.err == nil {
			s.answered(from, at, stand)
		}
	case sayFollow:
		if c := (copyOf{r.place(), r.name()}); r.err == nil {
			s.serve(from, c)
		}
	case sayRelease:
		if id := r.id(); r.err == nil {
			s.release(from, id)
		}
	case sayGone:
		if id := r.id(); r.err == nil {
			s.gone(from, id)
		}
	case sayEvents:
		if t := r.batch(); r.err == nil {
			s.copyBatch(from, t)
		}
	case sayForward:
		if f := r.forward(); r.err == nil {
			s.number(from, f)
		}
	case sayHomes:
		if list := r.places(); r.err == nil {
			s.compare(from, list)
		}
	}
}
