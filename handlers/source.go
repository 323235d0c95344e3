package handlers

// Events at random times, for the labs that ask for them, wait for them or are streamed them.

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"wireup/wire"
)

const (
	sourceKept   = 256              // events that a source keeps
	sourceRest   = 30 * time.Second // a source that nobody has asked for as long makes no more events
	sourceMean   = 2 * time.Second  // between two events, unless a lab says otherwise
	sourceFires  = 64               // events that may be fired and not yet due
	shortestGap  = 50 * time.Millisecond
	longestMeans = 4 // the longest gap, in means: nobody waits for ever
)

// errSourceReset ends the wait of whoever waits for an event of a source that was reset.
var errSourceReset = errors.New("the source of events was reset")

// sources keeps one source for each wire and lab.
type sources = labStates[*source]

func newSources(l wire.Limits) *sources {
	return newLabStates(l, func() *source { return newSource(rand.Uint64()) })
}

// sourceEvent is one thing that happened, as a lab tells it.
type sourceEvent struct {
	ID   uint64 // from 1, without gaps
	At   time.Time
	Text string
}

// source makes events at random times, about one every mean, for as long as somebody asks. It has
// no goroutine: whoever asks is told what has happened since, at the time that it happened.
type source struct {
	mu      sync.Mutex
	random  *rand.Rand
	mean    time.Duration // 0: only what is fired
	began   time.Time
	asked   time.Time // when somebody last asked; a wait asks until it ends
	waiting int
	next    time.Time   // when the next random event happens
	due     []time.Time // when the fired ones happen, in order
	events  []sourceEvent
	last    uint64
	changed chan struct{} // closed when next or due change; nil while nobody waits
	ended   bool          // by reset
}

// newSource makes a source. Two with the same seed have the same gaps and texts.
func newSource(seed uint64) *source {
	now := time.Now()
	s := &source{random: rand.New(rand.NewPCG(seed, seed)), mean: sourceMean, began: now, asked: now}
	s.draw(now)
	return s
}

// since is when something happened, counted from when the source was made.
func (s *source) since(at time.Time) time.Duration { return at.Sub(s.began) }

// pace sets the mean gap between random events from now on; 0 for none.
func (s *source) pace(mean time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	s.advance(now)
	s.mean = mean
	s.draw(now)
	s.tell()
}

// fire makes n events happen, the first at once and each of the others gap later. It returns how
// many it took: so many may be on their way and no more.
func (s *source) fire(n int, gap time.Duration) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	s.advance(now)
	n = max(0, min(n, sourceFires-len(s.due)))
	for i := range n {
		s.insert(now.Add(time.Duration(i) * gap))
	}
	s.advance(now)
	s.tell()
	return n
}

// insert notes a fired event in order of time.
func (s *source) insert(at time.Time) {
	i := len(s.due)
	for i > 0 && at.Before(s.due[i-1]) {
		i--
	}
	s.due = append(s.due, time.Time{})
	copy(s.due[i+1:], s.due[i:])
	s.due[i] = at
}

// after returns the kept events behind number n, the number of the newest event, and how many
// behind n are no longer kept. A number that this source hasn't reached is from before a reset,
// and begins again.
func (s *source) after(n uint64) (events []sourceEvent, last, lost uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	s.advance(now)
	s.asked = now
	return s.behind(n)
}

func (s *source) behind(n uint64) (events []sourceEvent, last, lost uint64) {
	if n > s.last {
		n = 0
	}
	gone := s.last - uint64(len(s.events))
	if n < gone {
		lost = gone - n
		n = gone
	}
	return append([]sourceEvent(nil), s.events[n-gone:]...), s.last, lost
}

// wait returns what after does, and waits until there is something. It ends with ctx's error, or
// with errSourceReset.
func (s *source) wait(ctx context.Context, n uint64) (events []sourceEvent, last, lost uint64, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting++
	defer func() {
		s.waiting--
		s.asked = time.Now()
	}()
	for {
		now := time.Now()
		s.advance(now)
		if events, last, lost = s.behind(n); len(events) > 0 {
			return events, last, lost, nil
		}
		if s.ended {
			return nil, last, lost, errSourceReset
		}
		if s.changed == nil {
			s.changed = make(chan struct{})
		}
		changed := s.changed
		next := make(<-chan time.Time)
		if at, ok := s.soonest(); ok {
			timer := time.NewTimer(at.Sub(now))
			defer timer.Stop()
			next = timer.C
		}
		s.mu.Unlock()
		select {
		case <-ctx.Done():
			err = ctx.Err()
		case <-next:
		case <-changed:
		}
		s.mu.Lock()
		if err != nil {
			return nil, s.last, 0, err
		}
	}
}

// newest is the number of the newest event: where a reader without a cursor begins.
func (s *source) newest() uint64 {
	_, last, _ := s.after(0)
	return last
}

// reset ends every wait. Who keeps the source must have let go of it.
func (s *source) reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = true
	s.tell()
}

func (s *source) tell() {
	if s.changed != nil {
		close(s.changed)
		s.changed = nil
	}
}

// soonest is when the next event happens, if one does.
func (s *source) soonest() (at time.Time, ok bool) {
	if s.mean > 0 {
		at, ok = s.next, true
	}
	if len(s.due) > 0 && (!ok || s.due[0].Before(at)) {
		at, ok = s.due[0], true
	}
	return at, ok
}

// advance makes the events that have happened by now. A source that nobody asked has rested
// meanwhile: it goes on from now.
func (s *source) advance(now time.Time) {
	until := now
	if rest := s.asked.Add(sourceRest); s.waiting == 0 && rest.Before(now) {
		until = rest
	}
	for {
		at, ok := s.soonest()
		fired := len(s.due) > 0 && !at.Before(s.due[0])
		if !ok || at.After(now) || (!fired && at.After(until)) {
			break
		}
		if fired {
			s.due = s.due[1:]
		} else {
			s.draw(at)
		}
		s.happen(at)
	}
	if s.mean > 0 && !s.next.After(now) {
		s.draw(now)
	}
}

// draw chooses when the next random event happens, counted from the last.
func (s *source) draw(from time.Time) {
	gap := time.Duration(s.random.ExpFloat64() * float64(s.mean))
	s.next = from.Add(min(max(gap, shortestGap), longestMeans*s.mean+shortestGap))
}

func (s *source) happen(at time.Time) {
	s.last++
	s.events = append(s.events, sourceEvent{ID: s.last, At: at, Text: s.text()})
	if extra := len(s.events) - sourceKept; extra > 0 {
		s.events = append(s.events[:0], s.events[extra:]...)
	}
}

// text says what happened: a departure, since those come at times that nobody can predict.
func (s *source) text() string {
	lines := [...]string{"bus", "tram", "train", "ferry"}
	return fmt.Sprintf("%s %d leaves from %c", lines[s.random.IntN(len(lines))], 1+s.random.IntN(99), 'A'+rune(s.random.IntN(8)))
}
