package game

// Bots: players that walk about by themselves, so that a map with one reader on it has life.

import (
	"fmt"
	"math/rand/v2"
	"time"
)

const (
	// MostBots is how many there may be on an instance.
	MostBots = 20

	// BotsFor is how long they stay.
	BotsFor = 2 * time.Minute

	botEvery = 4 // ticks between two steps of one
	botStep  = 5 // places at most, in each direction
)

// wanderer is a bot on its way somewhere.
type wanderer struct {
	p      *player
	tx, ty int
	wait   int // ticks until its next step
}

// SetBots sees to it that n bots are there, and returns how many are: somebody has to play for
// them to come.
func (w *World) SetBots(n int) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.seats) == 0 {
		return 0
	}
	for n = min(n, MostBots); len(w.bots) > n; w.bots = w.bots[:len(w.bots)-1] {
		w.leave(w.bots[len(w.bots)-1].p)
	}
	for len(w.bots) < n {
		x, y := somewhere()
		p := w.enter(bot, fmt.Sprintf("bot %d", len(w.bots)+1), x, y, true)
		if p == nil {
			break
		}
		w.bots = append(w.bots, &wanderer{p: p, tx: x, ty: y, wait: rand.IntN(botEvery)})
	}
	w.botsEnd = time.Now().Add(BotsFor)
	return len(w.bots)
}

// wander lets the bots take their steps.
func (w *World) wander(now time.Time) {
	if len(w.bots) > 0 && now.After(w.botsEnd) {
		w.endBots()
	}
	for _, b := range w.bots {
		if b.wait--; b.wait > 0 {
			continue
		}
		b.wait = botEvery
		if b.p.x == b.tx && b.p.y == b.ty {
			b.tx, b.ty = somewhere()
		}
		w.put(b.p, toward(b.p.x, b.tx), toward(b.p.y, b.ty))
	}
}

func toward(from, to int) int { return from + max(-botStep, min(botStep, to-from)) }

func (w *World) endBots() {
	for _, b := range w.bots {
		w.leave(b.p)
	}
	w.bots = nil
}
