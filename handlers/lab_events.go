package handlers

// What a lab tells of its source of events, and the commands that every lab with one has.

import (
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"time"

	"wireup/wire"
)

// mostCursor bounds the numbers that a client may give as the last event that it has.
const mostCursor = math.MaxInt32

// quietSource is a source that makes random events every mean, or none.
func quietSource(mean time.Duration) *source {
	s := newSource(rand.Uint64())
	s.pace(mean)
	return s
}

// toldEvent is an event as a lab tells it. When it happened is on the wire's clock.
type toldEvent struct {
	ID   uint64  `json:"id"`
	At   float64 `json:"at"`
	Text string  `json:"text"`
}

// told puts events on the clock of a wire.
func (s *Server) told(id wire.ID, events []sourceEvent) []toldEvent {
	list := make([]toldEvent, 0, len(events))
	log, _ := s.hub.Lookup(id)
	for _, e := range events {
		t := toldEvent{ID: e.ID, Text: e.Text}
		if log != nil {
			t.At, _ = log.When(e.At)
		}
		list = append(list, t)
	}
	return list
}

// answerJSON writes v. A client that has gone needs no answer.
func answerJSON(w http.ResponseWriter, v any) error { return answerJSONWith(w, http.StatusOK, v) }

func answerJSONWith(w http.ResponseWriter, code int, v any) error {
	b, err := wire.Marshal(v)
	if err != nil {
		return err
	}
	writeJSONHead(w)
	w.WriteHeader(code)
	_, _ = w.Write(append(b, '\n'))
	return nil
}

// fireEvents makes events happen: n of them, gap milliseconds apart.
func fireEvents(w http.ResponseWriter, r *http.Request, source *source) error {
	n, err := labNumber(r, "n", 1, 1, mostFired)
	if err != nil {
		return err
	}
	gap, err := labMillis(r, "gap", 0, longestSpread)
	if err != nil {
		return err
	}
	fired := source.fire(n, gap)
	if fired < n {
		return &StatusError{Code: http.StatusTooManyRequests,
			Text: fmt.Sprintf("%d fired events are on their way, which is the limit. Wait until some have happened.", sourceFires)}
	}
	return answerJSON(w, struct {
		Fired int `json:"fired"`
	}{fired})
}

// paceEvents begins random events, every mean milliseconds; with mean=0 it ends them.
func paceEvents(w http.ResponseWriter, r *http.Request, source *source, otherwise time.Duration) error {
	mean, err := labMillis(r, "mean", otherwise, time.Minute)
	if err != nil {
		return err
	}
	source.pace(mean)
	return answerJSON(w, struct {
		Mean int64 `json:"mean"`
	}{mean.Milliseconds()})
}

// labStands is how a lab stands: what has happened, whoever was told of it, and how it is set. How
// long the labs wait for what is in seconds, for the page to say.
type labStands struct {
	Last    uint64      `json:"last"`
	Lost    uint64      `json:"lost"`
	Mean    int64       `json:"mean"` // milliseconds between random events; 0 for none
	Stopped bool        `json:"stopped,omitempty"`
	Halves  bool        `json:"halves,omitempty"`
	Hold    float64     `json:"hold"`
	Cut     float64     `json:"cut"`
	Beat    float64     `json:"beat"`
	Events  []toldEvent `json:"events"`
}

// stands is how a lab with this source stands, with the events behind number after.
func (s *Server) stands(r *http.Request, id wire.ID, source *source) (labStands, error) {
	after, err := labNumber(r, "after", 0, 0, mostCursor)
	if err != nil {
		return labStands{}, err
	}
	events, last, lost := source.after(uint64(after))
	return labStands{Last: last, Lost: lost, Mean: source.paced().Milliseconds(), Hold: s.limits.HoldTime.Seconds(),
		Cut: s.limits.CutTime.Seconds(), Beat: s.limits.BeatTime.Seconds(), Events: s.told(id, events)}, nil
}

// paced is the mean gap between random events; 0 if there are none.
func (s *source) paced() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.mean
}

// unknownCommand refuses a command that a lab doesn't have.
func unknownCommand(what, known string) error {
	return &StatusError{Code: http.StatusNotFound,
		Text: fmt.Sprintf("This lab has no command %q. It has %s.", clipped(what), known)}
}
