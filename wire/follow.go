package wire

// Following a wire whose home is another instance: own events go there, and everybody's come back.

import (
	"encoding/binary"
	"errors"
	"time"

	"wireup/bus"
)

const (
	resendAfter = 500 * time.Millisecond // what has not come back with a number by then is sent again
	askAfter    = 500 * time.Millisecond // and the home is asked again that has sent nothing
	renewEvery  = 20 * time.Second       // the home is told that we still follow
	homeLimit   = 3 * time.Second        // a home that sends nothing for so long is none
)

// follower is what one stretch of following needs beside the wire.
type follower struct {
	share *share
	wire  *Wire
	home  string
	began time.Time

	told time.Time // when the home was last told where we are
	sent time.Time // when the last batch left
	came time.Time // when the queue last became shorter, or began
	at   uint64    // its floor then
}

// follow keeps w as a copy of what at has. It reports whether another home must be found, which
// isn't so when the wire was dropped.
func (s *share) follow(w *Wire, at string) (again bool) {
	w.mu.Lock()
	p := w.part
	p.stand, p.home, p.lost, p.behind, p.answers = following, at, false, true, nil
	p.sent = p.floor - 1
	w.mu.Unlock()
	now := time.Now()
	f := &follower{share: s, wire: w, home: at, began: now, came: now}
	draining := s.draining
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-p.poke:
		case <-timer.C:
		case <-draining:
			draining = nil
		case <-p.ended:
			_ = s.say(at, putID(begin(nil, sayRelease, s.self), w.ID)) // or it finds out
			return false
		case <-s.stopped:
			return false
		}
		wait, lost, idle := f.step(time.Now())
		if lost {
			return true
		}
		if idle && draining == nil {
			return false
		}
		timer.Reset(wait)
	}
}

// step does what is due, and returns after how long something will be again, whether the home is
// lost, and whether everything of ours has its number.
func (f *follower) step(now time.Time) (wait time.Duration, lost, idle bool) {
	w, p := f.wire, f.wire.part
	w.mu.Lock()
	if p.lost || !p.isReady && now.Sub(f.began) > homeLimit {
		w.mu.Unlock()
		return 0, true, false
	}
	idle = len(p.queue) == 0
	if idle || p.floor != f.at {
		f.at, f.came = p.floor, now
	} else if p.sent >= p.floor && now.Sub(f.came) >= resendAfter {
		p.sent, f.came = p.floor-1, now
	}
	tellAfter := renewEvery
	if !p.isReady {
		tellAfter = askAfter
	}
	tell := p.behind && now.Sub(f.told) >= pace || now.Sub(f.told) >= tellAfter
	where := w.where()
	if tell {
		p.behind = false
	}
	var batch *forward
	if next := max(p.sent+1, p.floor); next < p.floor+uint64(len(p.queue)) && now.Sub(f.sent) >= pace {
		batch = &forward{id: w.ID, origin: p.name, floor: p.floor, n: next, events: p.queue[next-p.floor:]}
		batch.events = append([]*Event(nil), batch.events[:min(len(batch.events), mostEntries)]...)
	}
	wait = resendAfter
	if p.behind || p.sent+1 < p.floor+uint64(len(p.queue)) {
		wait = pace
	}
	w.mu.Unlock()
	if tell {
		f.told = now
		_ = f.share.say(f.home, putText(putPlace(begin(nil, sayFollow, f.share.self), where), p.name)) // it is told again
	}
	if batch != nil {
		f.sent = now
		f.send(batch)
	}
	return wait, false, idle
}

// send sends a batch to the home.
func (f *follower) send(t *forward) {
	b, taken := t.append(begin(nil, sayForward, f.share.self), batchLimit)
	err := f.share.say(f.home, b)
	w := f.wire
	w.mu.Lock()
	defer w.mu.Unlock()
	p := w.part
	switch {
	case err == nil:
		p.sent = max(p.sent, t.n+uint64(taken)-1)
	case errors.Is(err, bus.ErrTooLarge) && p.floor == t.n:
		p.taken(w, t.n) // one event that no bus carries
		f.share.log.Warn("an event is too large for the bus and is lost to other instances (limit: message of the bus)", "wire", w.ID)
	}
}

// copyBatch adds what a home has sent to our copy.
func (s *share) copyBatch(from string, t *batch) {
	w := s.hub.peek(t.id)
	if w == nil {
		_ = s.say(from, putID(begin(nil, sayRelease, s.self), t.id)) // it sends again, and so do we
		return
	}
	same, total := w.apply(from, t)
	if !same {
		// The home has another log than we had: who looks at ours is told that it begins anew.
		s.hub.discard(w)
	}
	if total > int64(s.hub.limits.Total) {
		s.hub.shrink()
	}
}

// gone is told that a wire isn't at home with from.
func (s *share) gone(from string, id ID) {
	w := s.hub.peek(id)
	if w == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if p := w.part; p != nil && p.stand == following && p.home == from {
		p.lost = true
		p.wake()
	}
}

// tellHomes tells another instance which wires are at home here: while we did not know of each
// other some may have been at home with both.
func (s *share) tellHomes(peer string) {
	var list []place
	for _, w := range s.hub.all() {
		w.mu.Lock()
		if !w.dropped && w.athome() {
			list = append(list, w.where())
		}
		w.mu.Unlock()
	}
	for len(list) > 0 {
		n := min(len(list), mostListed)
		s.sayHomes(peer, list[:n])
		list = list[n:]
	}
}

func (s *share) sayHomes(peer string, list []place) {
	b := binary.AppendUvarint(begin(nil, sayHomes, s.self), uint64(len(list)))
	for _, p := range list {
		b = putPlace(b, p)
	}
	_ = s.say(peer, b) // who doesn't hear it finds out by following
}

// compare settles wires that are at home with two. A log that nobody has written to gives way to
// one that has been, and else the lower name keeps it. Who keeps it says so.
func (s *share) compare(from string, list []place) {
	var ours []place
	for _, theirs := range list {
		w := s.hub.peek(theirs.id)
		if w == nil {
			continue
		}
		w.mu.Lock()
		conflict, mine := !w.dropped && w.athome(), w.where()
		w.mu.Unlock()
		yields := from < s.self
		if (mine.last == 0) != (theirs.last == 0) {
			yields = mine.last == 0
		}
		switch {
		case !conflict:
		case yields:
			s.hub.yield(w, from)
		default:
			ours = append(ours, mine)
		}
	}
	if len(ours) > 0 {
		s.sayHomes(from, ours)
	}
}
