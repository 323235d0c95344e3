package handlers

// What many handshakes leave behind, given back to the system.

import (
	"runtime/debug"
	"sync"
	"time"
)

const (
	// surgeSize is how many upgrades leave enough behind to be worth a collection.
	surgeSize = 64
	// surgeQuiet is for how long no such number must have come.
	surgeQuiet = time.Second
)

// surge watches for the end of a surge of upgrades. A handshake leaves three times the memory
// behind that its connection goes on with, and idle connections allocate nothing: the collection
// that would find it may be minutes away. The zero value is ready.
type surge struct {
	mu       sync.Mutex
	upgrades int
	ending   *time.Timer
	free     func() // debug.FreeOSMemory, but in a test
}

// upgraded counts one more.
func (s *surge) upgraded() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.upgrades++; s.upgrades%surgeSize != 0 {
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
