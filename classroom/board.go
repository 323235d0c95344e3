package classroom

// The board: how each viewer stands with each exercise.

import (
	"bytes"
	"maps"
	"slices"
	"time"
)

// board is the document: by exercise, a column with an entry for each viewer.
type board struct {
	N     int               `json:"n"`
	Tries map[string]column `json:"tries"`
}

// column says of each viewer when they began to try, and whether they have passed.
type column struct {
	Began  times `json:"began"`
	Passed set   `json:"passed"`
}

// standing is how a viewer stands with an exercise.
type standing uint8

const (
	notStarted standing = iota
	trying
	passed
)

var standingNames = [...]string{"not started", "trying", "passed"}

func (s standing) String() string { return standingNames[s] }

func (d *board) clone() *board {
	c := *d
	c.Tries = make(map[string]column, len(d.Tries))
	for name, k := range d.Tries {
		c.Tries[name] = column{bytes.Clone(k.Began), bytes.Clone(k.Passed)}
	}
	return &c
}

// put notes how viewer n stands. Who has passed stays so.
func (d *board) put(exercise string, n int, s standing, since time.Duration) error {
	k, ok := d.Tries[exercise]
	if !ok && len(d.Tries) >= mostBoard {
		return refuse("%d exercises are on the board, which is the limit.", mostBoard)
	}
	if now, _ := k.of(n, since); now >= s {
		return errSame
	}
	if _, begun := k.Began.at(n); !begun {
		k.Began.put(n, since)
	}
	if s == passed {
		k.Passed.put(n, true)
	}
	if d.Tries == nil {
		d.Tries = make(map[string]column)
	}
	d.Tries[exercise] = k
	return nil
}

// of is how viewer n stands, and whether they have been trying for too long.
func (k column) of(n int, since time.Duration) (s standing, stuck bool) {
	if k.Passed.has(n) {
		return passed, false
	}
	if began, ok := k.Began.at(n); ok {
		return trying, since-began >= stuckAfter
	}
	return notStarted, false
}

// exercises are the names of those that somebody has begun.
func (d *board) exercises() []string { return slices.Sorted(maps.Keys(d.Tries)) }
