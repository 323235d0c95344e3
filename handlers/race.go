package handlers

// A race's updates: when each of the forty happens, by a seed, and what it says.

import (
	"context"
	"errors"
	"math/rand/v2"
	"strconv"
	"sync"
	"time"

	"wireup/wire"
)

const (
	raceUpdates  = 40
	raceLead     = 500 * time.Millisecond // from the start to the first second of the updates
	raceRate     = 4                      // updates a second, on average
	mostRaceRate = 20
	raceSize     = 20 // bytes of an update
	leastUpdate  = 4
	mostUpdate   = 2000
	mostSeed     = 1 << 20

	// raceRest is how long after its last update a race is the one that a request means which
	// names none.
	raceRest = 5 * time.Second
)

// errRaceOver ends what is held for a race that another has taken the place of.
var errRaceOver = errors.New("another race has begun, or the lab was reset")

// races keeps one for each wire.
type races struct{ *labStates[*raceLane] }

func newRaces(l wire.Limits) *races {
	return &races{newLabStates(l, func() *raceLane { return new(raceLane) })}
}

// raceLane is what the lab remembers of a wire: its last race.
type raceLane struct {
	mu   sync.Mutex
	last *race
	ids  int
}

// race is forty updates, each with its time. Once begun nothing in it changes.
type race struct {
	id     int
	seed   int
	rate   int
	size   int
	oneWay time.Duration // what the lab delays bytes for
	began  time.Time     // update n happens at began + at[n-1]
	at     []time.Duration
	ctx    context.Context
	end    context.CancelCauseFunc
	late   *time.Timer // ends it a while after its last update
}

// begin makes a race the last one, and ends the one before.
func (l *raceLane) begin(r *race) *race {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.last != nil {
		l.last.late.Stop() // it would keep a race for minutes, and thousands can be begun
		l.last.end(errRaceOver)
	}
	if l.ids++; r != nil {
		r.id = l.ids
		r.ctx, r.end = context.WithCancelCause(context.Background())
		// Whoever takes part has had time to connect: TCP's round trip, the handshake's, and some.
		r.began = time.Now().Add(raceLead + 6*r.oneWay)
		r.at = raceTimes(r.seed, r.rate)
		// What is still on its way when the last update has happened comes within this.
		r.late = time.AfterFunc(time.Until(r.when(raceUpdates))+time.Minute, func() { r.end(errRaceOver) })
	}
	l.last = r
	return r
}

// current is the last race; nil if there is none.
func (l *raceLane) current() *race {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last
}

// raceTimes draws when the updates happen: at random, and all of them in as long as the rate says.
// The same seed and rate draw the same.
func raceTimes(seed, rate int) []time.Duration {
	random := rand.New(rand.NewPCG(uint64(seed), raceUpdates))
	gaps := make([]float64, raceUpdates)
	var sum float64
	for i := range gaps {
		gaps[i] = min(random.ExpFloat64(), 4) + .05
		sum += gaps[i]
	}
	whole := float64(raceUpdates*time.Second) / float64(rate)
	at := make([]time.Duration, raceUpdates)
	var so float64
	for i, gap := range gaps {
		so += gap
		at[i] = time.Duration(so / sum * whole)
	}
	return at
}

// when is when update n happens, from 1.
func (r *race) when(n int) time.Time { return r.began.Add(r.at[n-1]) }

// over reports whether the last update has happened a while ago.
func (r *race) over() bool { return time.Now().After(r.when(raceUpdates).Add(r.oneWay + raceRest)) }

// happened is how many updates have happened by now.
func (r *race) happened(now time.Time) int {
	n := 0
	for n < raceUpdates && !r.when(n+1).After(now) {
		n++
	}
	return n
}

// text is what update n says: its number, and letters to make up its size.
func (r *race) text(n int) string {
	b := append(strconv.AppendInt(make([]byte, 0, r.size), int64(n), 10), ' ')
	random := rand.New(rand.NewPCG(uint64(r.seed), uint64(n)))
	for len(b) < r.size {
		b = append(b, byte('a'+random.IntN(26)))
	}
	return string(b)
}

// until waits until t, the end of the race, or that of ctx, and returns what ended it.
func (r *race) until(ctx context.Context, t time.Time) error {
	timer := time.NewTimer(time.Until(t))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-r.ctx.Done():
		return context.Cause(r.ctx)
	}
}
