package inspector

// A session that begins elsewhere than at an HTTP request: among bytes of no protocol, or frames.

import "time"

// Raw makes a session tell bytes from the start, an event a piece: for a connection that is not
// HTTP. Call it before the first Observe.
func (s *Session) Raw() {
	s.breakOff(&s.up, "")
	s.breakOff(&s.down, "")
}

// EndOfStream tells that direction d has ended while the connection goes on: an event of KindBytes
// without a byte. It is for whoever has read that end.
func (s *Session) EndOfStream(at time.Time, d Direction) {
	h := &s.up
	if d == Down {
		h = &s.down
	}
	h.at, h.began = at, at
	s.emit(s.begin(h, KindBytes))
}

// WebSocket makes a session tell frames from the start: for a connection whose handshake somebody
// else has seen. Call it before the first Observe.
func (s *Session) WebSocket() {
	s.webSocket = true
	for _, half := range []*half{&s.up, &s.down} {
		half.phase = inFrames
		half.frames.start(half.dir, nil, s.o)
	}
}
