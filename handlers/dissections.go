package handlers

// How many dissections are at work: a small text can take long to inflate, and a large one to come.

import (
	"net/http"
	"sync"

	"wireup/wire"
)

// dissections counts those at work. The zero value is ready.
type dissections struct {
	mu      sync.Mutex
	open    int
	address map[string]int // by client
}

// begin counts one more, for the client of r. Half of those that may be at work is what one client
// gets, so that one who sends slowly leaves room for others. Call done when it is over.
func (d *dissections) begin(r *http.Request, most int, what, flag string) (done func(), err error) {
	from, half := clientOf(r.RemoteAddr), (most+1)/2
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.open >= most:
		return nil, limitError(what, most, flag, "Try again in a moment.")
	case d.address[from] >= half:
		return nil, limitError(what+" for one address", half, "half of "+flag, "Try again in a moment.")
	}
	if d.address == nil {
		d.address = make(map[string]int)
	}
	d.open++
	d.address[from]++
	return func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.open--
		decrement(d.address, from)
	}, nil
}

// beginDissection counts one more dissection of whatever kind.
func (s *Server) beginDissection(r *http.Request) (done func(), err error) {
	return s.dissections.begin(r, s.limits.Dissections, "dissections at work", "--dissections")
}

// beginCapture counts one more that is a file's.
func (s *Server) beginCapture(r *http.Request) (done func(), err error) {
	return s.captures.begin(r, s.limits.Captures, "captures at work", "--captures")
}

// appendJSONString appends s as a JSON string.
func appendJSONString(b []byte, s string) []byte {
	quoted, _ := wire.Marshal(s) // a string doesn't fail
	return append(b, quoted...)
}
