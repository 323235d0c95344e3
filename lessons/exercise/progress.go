package exercise

// Progress: what a reader has passed, as one document that lasts and can be merged.

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Bounds of a document.
const (
	MaxProgress      = 64 << 10 // bytes of its JSON
	maxProgressNames = 512
	maxProgressCount = 1_000_000 // of what is counted
	maxRevision      = 10_000
)

// Progress is the document of one wire: by exercise, what was passed and which word is in use.
type Progress struct {
	Exercises map[string]Standing `json:"exercises"` // by Exercise.Name
}

// Standing is what lasts of one exercise.
type Standing struct {
	Word   string    `json:"word,omitempty"`   // of the attempt in use
	Drawn  time.Time `json:"drawn,omitzero"`   // when the word was
	Passed int       `json:"passed,omitempty"` // the highest revision that was passed
	At     time.Time `json:"at,omitzero"`      // when that revision was first passed
	Seen   bool      `json:"seen,omitempty"`   // the solution was opened
	Hints  int       `json:"hints,omitempty"`  // that were opened
	Missed int       `json:"missed,omitempty"` // wrong verdicts
}

// merge takes of each part what is more, later or, of two times of one pass, earlier.
func (s Standing) merge(o Standing) Standing {
	if o.Drawn.After(s.Drawn) || o.Drawn.Equal(s.Drawn) && o.Word > s.Word {
		s.Word, s.Drawn = o.Word, o.Drawn
	}
	switch {
	case o.Passed > s.Passed:
		s.Passed, s.At = o.Passed, o.At
	case o.Passed == s.Passed && o.Passed > 0 && o.At.Before(s.At):
		s.At = o.At
	}
	s.Seen = s.Seen || o.Seen
	s.Hints, s.Missed = max(s.Hints, o.Hints), max(s.Missed, o.Missed)
	return s
}

// Merge takes what o has into p. A pass never gets lost by it, and neither the order of merges nor
// their number makes a difference.
func (p *Progress) Merge(o Progress) {
	for name, s := range o.Exercises {
		p.Change(name, func(mine *Standing) { *mine = mine.merge(s) })
	}
}

// Change changes what is known of one exercise.
func (p *Progress) Change(name string, f func(s *Standing)) {
	if p.Exercises == nil {
		p.Exercises = make(map[string]Standing)
	}
	s := p.Exercises[name]
	f(&s)
	p.Exercises[name] = s
}

// Clone returns a copy that shares nothing with p.
func (p Progress) Clone() Progress { return Progress{maps.Clone(p.Exercises)} }

// Equal reports whether p and o say the same.
func (p Progress) Equal(o Progress) bool { return maps.Equal(p.Exercises, o.Exercises) }

var progressName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,39}/[a-z][a-z0-9-]{0,39}$`)

// ErrProgress is returned for what is no progress document.
var ErrProgress = errors.New("this is no progress of wireup")

// ParseProgress reads a document, from a store or from a reader's file. Exercises that this
// program doesn't know are kept: another version may know them. now bounds the times in it, so
// that no document claims the future.
func ParseProgress(b []byte, now time.Time) (Progress, error) {
	var p Progress
	if len(b) > MaxProgress {
		return p, fmt.Errorf("%w: it has %d bytes (limit: %d)", ErrProgress, len(b), MaxProgress)
	}
	if err := json.Unmarshal(b, &p); err != nil {
		return Progress{}, fmt.Errorf("%w: %w", ErrProgress, err)
	}
	if p.Exercises == nil {
		return Progress{}, fmt.Errorf(`%w: it has no "exercises"`, ErrProgress)
	}
	if n := len(p.Exercises); n > maxProgressNames {
		return Progress{}, fmt.Errorf("%w: it has %d exercises (limit: %d)", ErrProgress, n, maxProgressNames)
	}
	for _, name := range slices.Sorted(maps.Keys(p.Exercises)) {
		s := p.Exercises[name]
		wrong := ""
		switch {
		case !progressName.MatchString(name):
			wrong = "its name is no LESSON/EXERCISE"
		case s.Word != "" && !ValidWord(s.Word):
			wrong = "its word is none of ours"
		case s.Passed < 0 || s.Passed > maxRevision:
			wrong = fmt.Sprintf("there is no revision %d", s.Passed)
		case s.Missed < 0 || s.Missed > maxProgressCount || s.Hints < 0 || s.Hints > maxProgressCount:
			wrong = "it has an impossible count"
		}
		if wrong != "" {
			return Progress{}, fmt.Errorf("%w: %.60q: %s", ErrProgress, name, wrong)
		}
		for _, t := range []*time.Time{&s.At, &s.Drawn} {
			if t.After(now) {
				*t = now
			}
			*t = t.UTC().Truncate(time.Millisecond)
		}
		if s.Passed == 0 {
			s.At = time.Time{}
		}
		p.Exercises[name] = s
	}
	return p, nil
}

// Encode writes the document as JSON.
func (p Progress) Encode() ([]byte, error) {
	if p.Exercises == nil {
		p.Exercises = make(map[string]Standing)
	}
	b, err := json.Marshal(p)
	if err == nil && len(b) > MaxProgress {
		err = fmt.Errorf("%w: it has %d bytes (limit: %d)", ErrProgress, len(b), MaxProgress)
	}
	return b, err
}

// SplitName cuts "frames/smallest" in two.
func SplitName(name string) (lesson, id string) {
	lesson, id, _ = strings.Cut(name, "/")
	return lesson, id
}
