package handlers

// What labs remember of each wire: bounded in number, and let go of when nobody has asked for it
// for a while.

import (
	"container/list"
	"sync"
	"time"

	"wireup/wire"
)

// labKey says whose and which lab's a state is. Readers without a wire share the empty one.
type labKey struct {
	wire wire.ID
	lab  string
}

// labStates keeps one T for each wire and lab.
type labStates[T any] struct {
	fresh func() T
	limit int           // how many are kept; beyond it the longest idle go
	age   time.Duration // how long one is kept that nobody asks for

	mu    sync.Mutex
	kept  map[labKey]*list.Element
	order list.List // of *labState[T], the longest idle at the front
	armed bool      // a call of expire is due
}

type labState[T any] struct {
	key   labKey
	value T
	used  time.Time
}

func newLabStates[T any](l wire.Limits, fresh func() T) *labStates[T] {
	return &labStates[T]{fresh: fresh, limit: l.Wires, age: l.Age, kept: map[labKey]*list.Element{}}
}

// of returns what the lab remembers of the wire, made if it is asked for the first time.
func (s *labStates[T]) of(id wire.ID, lab string) T {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := labKey{id, lab}
	e, ok := s.kept[key]
	if !ok {
		for len(s.kept) >= s.limit {
			s.remove(s.order.Front())
		}
		e = s.order.PushBack(&labState[T]{key: key, value: s.fresh()})
		s.kept[key] = e
		s.arm(s.age)
	}
	state := e.Value.(*labState[T])
	state.used = time.Now()
	s.order.MoveToBack(e)
	return state.value
}

// drop forgets what the lab remembers of the wire, and returns it if there was anything.
func (s *labStates[T]) drop(id wire.ID, lab string) (value T, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, ok := s.kept[labKey{id, lab}]
	if !ok {
		return value, false
	}
	return s.remove(e).value, true
}

func (s *labStates[T]) remove(e *list.Element) *labState[T] {
	state := s.order.Remove(e).(*labState[T])
	delete(s.kept, state.key)
	return state
}

// count is how many are kept.
func (s *labStates[T]) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.kept)
}

// arm sees to it that expire is called after d, or earlier.
func (s *labStates[T]) arm(d time.Duration) {
	if !s.armed {
		s.armed = true
		time.AfterFunc(d, s.expire)
	}
}

// expire lets go of what has been idle for too long, and is due again when the next will have been.
func (s *labStates[T]) expire() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.armed = false
	for e := s.order.Front(); e != nil; e = s.order.Front() {
		if idle := time.Since(e.Value.(*labState[T]).used); idle < s.age {
			s.arm(s.age - idle)
			return
		}
		s.remove(e)
	}
}
