package classroom

// How viewers stand with their exercises, told by whichever instance checks them.

import (
	"encoding/json"

	"wireup/bus"
)

const standingSubject = "standing"

// stood is what one instance tells another of an exercise.
type stood struct {
	Wire     string `json:"wire"`
	Exercise string `json:"exercise"`
	Passed   bool   `json:"passed"`
}

// Standing notes that the reader with this wire tries an exercise, or has passed it, in each class
// that they are in. It doesn't wait.
func (a *Classes) Standing(wire, exercise string, isPassed bool) {
	if a.bus == nil {
		return
	}
	s := stood{wire, exercise, isPassed}
	if a.note(s) || !a.bus.Shared() {
		return
	}
	if b, err := json.Marshal(s); err == nil {
		_ = a.bus.Publish(standingSubject, b) // the exercise's own room says it again
	}
}

// note passes it on to the classes that are open here, and reports whether the reader is in one.
func (a *Classes) note(s stood) (here bool) {
	if !a.outline.has(s.Exercise) {
		return false
	}
	c := &Command{Say: "standing", Exercise: s.Exercise, stand: trying}
	if s.Passed {
		c.stand = passed
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, class := range a.open {
		k := keyOf(class.Code, s.Wire)
		class.mu.Lock()
		_, in := class.people[k]
		class.mu.Unlock()
		if !in {
			continue
		}
		here = true
		one := *c
		one.from = k
		select {
		case class.board.jobs <- job{&one, make(chan error, 1)}:
		default: // so many wait that the board is behind for good
		}
	}
	return here
}

func (a *Classes) heardStanding(m *bus.Message) {
	var s stood
	if json.Unmarshal(m.Data, &s) == nil {
		a.note(s)
	}
}
