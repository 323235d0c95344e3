package handlers

// Lesson 6: a server and a client in this process, whose socket calls the reader makes one by one.

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"wireup/handlers/calls"
	"wireup/wire"
)

const (
	// maxPairs bounds the pairs of all readers; beyond it the longest idle goes.
	maxPairs = 64

	// pairAge is how long a pair is kept that nobody makes a call on.
	pairAge = 10 * time.Minute
)

// pairs holds the pair of each wire.
type pairs struct {
	mu       sync.Mutex
	wires    map[wire.ID]*pair
	draining bool
}

// pair is the sockets of one reader, and when they were last used.
type pair struct {
	mu     sync.Mutex // held while a call is made
	closed bool
	*calls.Pair
	used   time.Time   // guarded by pairs.mu
	expiry *time.Timer // closes it
}

func newPairs() *pairs { return &pairs{wires: make(map[wire.ID]*pair)} }

// open makes a pair for a wire, in the place of the one that it had.
func (s *pairs) open(id wire.ID, f calls.Family, inUse string) (*pair, error) {
	made, err := calls.Open(f, inUse)
	if err != nil {
		return nil, err
	}
	p := &pair{Pair: made}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.draining {
		made.Close()
		return nil, &StatusError{Code: http.StatusServiceUnavailable, Text: "The server is stopping. Try again in a moment."}
	}
	s.drop(id)
	for len(s.wires) >= maxPairs {
		s.drop(s.longestIdle())
	}
	p.used = time.Now()
	p.expiry = time.AfterFunc(pairAge, func() { s.expire(id, p) })
	s.wires[id] = p
	return p, nil
}

// of returns the pair of a wire, and counts that as a use; nil if it has none.
func (s *pairs) of(id wire.ID) *pair {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.wires[id]
	if p != nil {
		p.used = time.Now()
		p.expiry.Reset(pairAge)
	}
	return p
}

func (s *pairs) reset(id wire.ID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drop(id)
}

func (s *pairs) expire(id wire.ID, p *pair) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.wires[id] == p && time.Since(p.used) >= pairAge {
		s.drop(id)
	}
}

// drop closes the sockets of a wire's pair. A call under way takes a fraction of a second.
func (s *pairs) drop(id wire.ID) {
	p := s.wires[id]
	if p == nil {
		return
	}
	delete(s.wires, id)
	p.expiry.Stop()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	p.Close()
}

func (s *pairs) longestIdle() (id wire.ID) {
	for k, p := range s.wires {
		if id == "" || p.used.Before(s.wires[id].used) {
			id = k
		}
	}
	return id
}

// drain closes all of them, and lets nobody open another.
func (s *pairs) drain() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.draining = true
	for id := range s.wires {
		s.drop(id)
	}
}

// do makes a call.
func (p *pair) do(o calls.Order) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return gone
	}
	return p.Do(o)
}

// next makes the call that comes next.
func (p *pair) next() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return gone
	}
	step := p.Next()
	if step == nil {
		return calls.Refusal("Every call of this run has been made. Press Reset to begin again.")
	}
	return p.Do(calls.Order{Step: *step})
}

func (p *pair) state() *calls.State {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil
	}
	state := p.State()
	return &state
}

// gone is for a pair that was closed while somebody waited for it.
var gone = calls.Refusal("These sockets have been closed meanwhile. Press Reset to begin again.")

// socketsState is what the lab's page is told.
type socketsState struct {
	Pair *calls.State `json:"pair"` // null before the first call
	Why  string       `json:"why,omitempty"`
	Raw  rawState     `json:"raw"`
}

// rawState says where the raw echo is.
type rawState struct {
	TCP   string   `json:"tcp"`   // host:port; empty if there is none
	Unix  string   `json:"unix"`  // a path; empty if there is none
	Notes []string `json:"notes"` // what there is to know of them
}

func (e *rawEcho) state() rawState {
	s := rawState{Notes: append([]string{}, e.ends.Notes...)}
	if e.ends.TCP != nil {
		s.TCP = e.ends.TCP.Addr().String()
	}
	if e.ends.Unix != nil {
		s.Unix = e.ends.Unix.Addr().String()
	}
	return s
}

// socketsCommand answers POST /lab/sockets/control/{what}:
//
//   - open?family=unix|tcp begins a run
//   - step makes the call that comes next
//   - call?side=server|client&call=NAME makes any other, with taken=1, data=TEXT or room=BYTES
//   - state changes nothing
//   - reset closes all sockets
//
// Each answers with the whole state.
func (s *Server) socketsCommand(w http.ResponseWriter, r *http.Request) error {
	id, err := labWire(r)
	if err != nil {
		return err
	}
	if id == "" {
		return &StatusError{Code: http.StatusBadRequest, Text: "These sockets belong to a wire. Add wire=ID, with the 13 characters that the page shows."}
	}
	q, err := queryOf(r, "")
	if err != nil {
		return err
	}
	p := s.pairs.of(id)
	what := r.PathValue("what")
	if p == nil && (what == "step" || what == "call") {
		return &StatusError{Code: http.StatusConflict, Text: "No run has begun, or it has ended since nobody made a call for a while. Press Reset to begin again."}
	}
	switch what {
	case "open":
		f := calls.Family(q.Get("family"))
		if f != calls.Unix && f != calls.TCP {
			return &StatusError{Code: http.StatusBadRequest, Text: "family is unix or tcp."}
		}
		p, err = s.pairs.open(id, f, s.inUse(r))
	case "step":
		err = p.next()
	case "call":
		o := calls.Order{Step: calls.Step{Side: calls.Side(q.Get("side")), Call: q.Get("call")}, Taken: q.Get("taken") != "", Data: q.Get("data")}
		if o.Room, err = labNumber(r, "room", 0, 1, calls.MaxData); err == nil {
			err = p.do(o)
		}
	case "state":
	case "reset":
		s.pairs.reset(id)
		p = nil
	default:
		return &StatusError{Code: http.StatusNotFound, Text: fmt.Sprintf("This lab has no command %q. It has open, step, call, state and reset.", clipped(what))}
	}
	if err = socketsError(err); err != nil {
		return err
	}
	answer := socketsState{Raw: s.raw.state()}
	if p != nil {
		answer.Pair = p.state()
	}
	if !calls.Supported {
		answer.Why = sentence(calls.ErrUnsupported)
	}
	return answerJSON(w, answer)
}

// socketsError words why a call was not made.
func socketsError(err error) error {
	var refusal calls.Refusal
	switch {
	case errors.As(err, &refusal) && strings.Contains(string(refusal), "(limit: "):
		return &StatusError{Code: http.StatusTooManyRequests, Text: string(refusal)}
	case errors.As(err, &refusal):
		return &StatusError{Code: http.StatusConflict, Text: string(refusal)}
	case errors.Is(err, calls.ErrUnsupported):
		return &StatusError{Code: http.StatusNotImplemented, Text: sentence(err)}
	}
	return err
}

// sentence makes a sentence of an error.
func sentence(err error) string {
	text := err.Error()
	return strings.ToUpper(text[:1]) + text[1:] + "."
}

// inUse is an IPv4 address that a socket of ours has: the one that the request came to.
func (s *Server) inUse(r *http.Request) string {
	here, _ := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if tcp, ok := here.(*net.TCPAddr); ok && tcp.IP.To4() != nil {
		return tcp.AddrPort().Addr().Unmap().String() + fmt.Sprintf(":%d", tcp.Port)
	}
	return ""
}
