package inspector

// A connection that speaks no protocol: what each call moved, and where the stream ended.

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
