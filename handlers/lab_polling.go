package handlers

// Lesson 3: GET /lab/polling/{word}, which answers at once whether anything has happened.

import (
	"net/http"
	"strconv"
	"time"

	"wireup/wire"
)

const (
	pollingName = "polling"

	// pollingEvents is how many events one answer carries, so that the part of it that a wire
	// keeps holds them all. Whoever asks with a cursor gets the rest next time.
	pollingEvents = 5
)

// pollAnswer is what a poll gets.
type pollAnswer struct {
	Since  uint64        `json:"since"`
	Last   uint64        `json:"last"` // the cursor: what the next poll's since is
	Lost   uint64        `json:"lost,omitempty"`
	Events []polledEvent `json:"events"`
}

// polledEvent is an event and how old it was when it was told, in milliseconds.
type polledEvent struct {
	ID   uint64  `json:"id"`
	At   float64 `json:"at"`
	Age  float64 `json:"age"`
	Text string  `json:"text"`
}

// pollingLab answers with what has happened behind the number since. An answer without events has
// an ETag, so that the same poll can ask whether that still holds: it gets 304, without a body.
func (s *Server) pollingLab(w http.ResponseWriter, r *http.Request) error {
	id, err := labWire(r)
	if err != nil {
		return err
	}
	if _, err := labWord(r); err != nil {
		return err
	}
	since, err := labNumber(r, "since", 0, 0, mostCursor)
	if err != nil {
		return err
	}
	source := s.labs.sources.of(id, pollingName)
	events, last, lost := source.after(uint64(since))
	answer := pollAnswer{Since: uint64(since), Last: last, Lost: lost, Events: []polledEvent{}}
	now := time.Now()
	if len(events) > pollingEvents {
		events = events[:pollingEvents]
		answer.Last = events[pollingEvents-1].ID
	}
	log, _ := s.hub.Lookup(id)
	for _, e := range events {
		p := polledEvent{ID: e.ID, Age: millis(now.Sub(e.At)), Text: e.Text}
		if log != nil {
			p.At, _ = log.When(e.At)
		}
		answer.Events = append(answer.Events, p)
	}
	body, err := wire.Marshal(answer)
	if err != nil {
		return err
	}
	h := w.Header()
	if len(events) == 0 {
		// A cache may keep this one, and has to ask each time whether it still holds.
		tag := `"` + strconv.FormatUint(last, 10) + `"`
		h.Set("ETag", tag)
		h.Set("Cache-Control", "no-cache")
		if matches(r.Header.Values("If-None-Match"), tag) {
			w.WriteHeader(http.StatusNotModified)
			return nil
		}
	} else {
		h.Set("Cache-Control", "no-store")
	}
	h.Set("Content-Type", "application/json")
	_, _ = w.Write(append(body, '\n')) // a client that has gone needs no answer
	return nil
}

// pollingCommand is what a page tells the lab to do.
func (s *Server) pollingCommand(w http.ResponseWriter, r *http.Request) error {
	id, err := labWire(r)
	if err != nil {
		return err
	}
	switch what := r.PathValue("what"); what {
	case "reset":
		s.labs.resetSource(id, pollingName)
		return done(w)
	case "fire":
		return fireEvents(w, r, s.labs.sources.of(id, pollingName))
	case "pace":
		return paceEvents(w, r, s.labs.sources.of(id, pollingName), sourceMean)
	default:
		return unknownCommand(what, "reset, fire and pace")
	}
}
