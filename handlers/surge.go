package handlers

// What many connections leave behind at once, given back to the system.

import (
	"runtime/debug"
	"sync"
	"time"
)

const (
	// surgeSize is how many times something must have been left to be worth a collection.
	surgeSize = 64
	// surgeQuiet is for how long it must not have been that many again.
	surgeQuiet = 200 * time.Millisecond
)

// surge watches for the end of a surge of connections. A handshake leaves three times the memory
// behind that its connection goes on with, and a first message its stack; idle connections
// allocate nothing, so that the collection that would find it may be minutes away. The zero
// value is ready.
type surge struct {
	mu     sync.Mutex
	times  int
	ending *time.Timer
	free   func() // debug.FreeOSMemory, but in a test
}

// left says that a connection has left memory behind.
func (s *surge) left() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.times++; s.times%surgeSize != 0 {
		return
	}
	if s.ending != nil {
		s.ending.Reset(surgeQuiet)
		return
	}
	if s.free == nil {
		s.free = debug.FreeOSMemory
	}
	s.ending = time.AfterFunc(surgeQuiet, s.free)
}
