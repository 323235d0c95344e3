package handlers

// GET /lab/comet/<word>: the answer that waits for an event, and what commands the lab.

import (
	"context"
	"errors"
	"net/http"
	"time"

	"wireup/wire"
)

const (
	cometLab = "comet"

	// cometEvents is how many events one answer carries, so that the part of it that a wire keeps
	// holds them all. Whoever asks with a cursor gets the rest at once.
	cometEvents = 6

	cometMean     = 1200 * time.Millisecond // between two random events, when they are asked for
	mostFired     = 10
	longestSpread = 10 * time.Second // between two fired events
)

// errHeldLongEnough ends a wait in which nothing happened.
var errHeldLongEnough = errors.New("nothing happened in the time that a request is held")

// newComets makes the lab's sources: nothing happens until somebody makes it happen.
func newComets(l wire.Limits) *sources {
	return newLabStates(l, func() *source { return quietSource(0) })
}

// cometAnswer is what a held request gets in the end.
type cometAnswer struct {
	Word   string      `json:"word"`
	Last   uint64      `json:"last"` // the cursor: what the next request's since is
	Lost   uint64      `json:"lost,omitempty"`
	Events []toldEvent `json:"events"`
}

// comet holds the request until something has happened behind since, and then tells it. Without
// since it tells what happens while it is held, as a server does that keeps nothing.
func (s *Server) comet(w http.ResponseWriter, r *http.Request) error {
	id, err := labWire(r)
	if err != nil {
		return err
	}
	switch r.URL.Query().Get("through") {
	case "":
	case "cutter":
		return s.cutter.carry(s, w, r, id)
	default:
		return &StatusError{Code: http.StatusBadRequest,
			Text: "through names an intermediary. There is one: cutter. Leave it out to ask this server itself."}
	}
	plan, err := s.cometPlan(r, id)
	if err != nil {
		return err
	}
	hold, err := s.holds.begin(r, id, cometLab)
	if err != nil {
		return err
	}
	defer hold.over()
	return s.holdComet(w, plan, hold)
}

// cometPlan is what a request asks to wait for.
type cometPlan struct {
	wire   wire.ID
	word   string
	source *source
	from   uint64 // the number of the last event that the client has
	most   time.Duration
}

func (s *Server) cometPlan(r *http.Request, id wire.ID) (p cometPlan, err error) {
	p.wire, p.source = id, s.comets.of(id, cometLab)
	if p.word, err = labWord(r); err != nil {
		return p, err
	}
	if p.most, err = labMillis(r, "timeout", s.limits.HoldTime, s.limits.HoldTime); err != nil {
		return p, err
	}
	since, err := labNumber(r, "since", -1, 0, mostCursor)
	if p.from = uint64(max(since, 0)); since < 0 {
		p.from = p.source.newest()
	}
	return p, err
}

// holdComet answers when something has happened, or when ctx ends.
func (s *Server) holdComet(w http.ResponseWriter, p cometPlan, ctx context.Context) error {
	s.hold(w, p.most)
	ctx, cancel := context.WithTimeoutCause(ctx, p.most, errHeldLongEnough)
	defer cancel()
	events, _, lost, err := p.source.wait(ctx, p.from)
	if err != nil {
		return unanswered(w, ctx, err)
	}
	events = events[:min(len(events), cometEvents)]
	return answerJSON(w, cometAnswer{p.word, events[len(events)-1].ID, lost, s.told(p.wire, events)})
}

// unanswered ends a request for which nothing has happened.
func unanswered(w http.ResponseWriter, ctx context.Context, err error) error {
	switch cause := context.Cause(ctx); {
	case errors.Is(cause, errHoldDrained):
		return errStopping
	case errors.Is(err, errSourceReset), errors.Is(cause, errHoldReset), errors.Is(cause, errHeldLongEnough):
		return done(w)
	}
	panic(http.ErrAbortHandler) // the client has gone: to return would be to answer with an empty 200
}

// cometCommand is what the page, or a terminal, tells the lab to do. It is not on the wire's log.
func (s *Server) cometCommand(w http.ResponseWriter, r *http.Request) error {
	id, err := labWire(r)
	if err != nil {
		return err
	}
	switch what := r.PathValue("what"); what {
	case "fire":
		return fireEvents(w, r, s.comets.of(id, cometLab))
	case "random":
		return paceEvents(w, r, s.comets.of(id, cometLab), cometMean)
	case "events":
		stands, err := s.stands(r, id, s.comets.of(id, cometLab))
		if err != nil {
			return err
		}
		return answerJSON(w, stands)
	case "reset":
		s.holds.end(id, cometLab, errHoldReset)
		if source, ok := s.comets.drop(id, cometLab); ok {
			source.reset()
		}
		return done(w)
	default:
		return unknownCommand(what, "fire, random, events and reset")
	}
}
