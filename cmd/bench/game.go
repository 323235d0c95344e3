package main

// The game: many players who all move, and how late each move is back at the one who made it, over a
// socket that is told of everybody's.

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"wireup/inspector"
)

const (
	gamePlayers = 500
	gameEvery   = 100 * time.Millisecond // between two moves of one player
	gameSide    = 256                    // places of the map in each direction
	gameBuffer  = 64 << 10               // more than a tick of all of them, and than the map as it stands
)

// gameFigures are what the rounds measured.
type gameFigures struct {
	worst, middle spread // milliseconds, of the moves of a round
	cpu           spread // of the server, as a share of one core
	moves         int    // in all
	lost          int    // ticks that some socket was too slow for
}

// gamer is one player. The pacer sends, its own goroutine reads.
type gamer struct {
	*client
	needle []byte // what this player's moves begin with in a tick: [4,17,
	moves  int    // sent so far, by which a move is known

	mu     sync.Mutex
	out    []time.Time // when those were sent that are not back yet, the oldest first
	first  int         // the number of the oldest
	delays []time.Duration
	lost   int
}

// measureGame has all players move in each round, and listens to all of them.
func measureGame(ctx context.Context, p plan, progs programs) (f gameFigures, err error) {
	s, err := progs.start(ctx, "wireup")
	if err != nil {
		return f, err
	}
	defer s.stop()
	if err := raiseFiles(gamePlayers + 100); err != nil {
		return f, err
	}
	gamers := make([]*gamer, gamePlayers)
	failed := make(chan error, gamePlayers)
	defer func() {
		for _, g := range gamers {
			if g != nil {
				g.Close()
			}
		}
	}()
	err = each(ctx, gamePlayers, func(i int, _ []byte) error {
		g, err := joinGame(s.addr, fmt.Sprintf("127.0.0.%d", 2+i/perAddress), i)
		if err != nil {
			return err
		}
		gamers[i] = g
		go func() { failed <- g.listen() }()
		return nil
	})
	if err != nil {
		return f, err
	}
	if err := pace(ctx, gamers, p.gameWindow/3, failed); err != nil { // to warm up
		return f, err
	}
	for range p.gameRounds {
		collect(gamers)
		began, err := cpuTime(s.pid())
		if err != nil {
			return f, err
		}
		if err := pace(ctx, gamers, p.gameWindow, failed); err != nil {
			return f, err
		}
		ended, err := cpuTime(s.pid())
		if err != nil {
			return f, err
		}
		delays, lost := collect(gamers)
		if want := int(p.gameWindow/gameEvery) * gamePlayers; len(delays) < want*9/10 {
			return f, fmt.Errorf("%d moves came back of about %d", len(delays), want)
		}
		slices.Sort(delays)
		f.moves += len(delays)
		f.lost += lost
		f.worst = append(f.worst, millis(delays[len(delays)-1]))
		f.middle = append(f.middle, millis(delays[len(delays)/2]))
		f.cpu = append(f.cpu, float64(ended-began)/float64(p.gameWindow))
	}
	return f, nil
}

func millis(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// joinGame opens a socket, says hello and learns the number that the player has.
func joinGame(addr, from string, i int) (*gamer, error) {
	c, err := dial(addr, from, "/lab/game/free", 1, make([]byte, gameBuffer))
	if err != nil {
		return nil, err
	}
	g := &gamer{client: c}
	if _, err := c.Write(appendMasked(nil, fmt.Appendf(nil, `[0,"player %d"]`, i))); err != nil {
		c.Close()
		return nil, err
	}
	for g.needle == nil {
		payload, err := c.next()
		if err != nil {
			c.Close()
			return nil, err
		}
		if rest, ok := strings.CutPrefix(string(payload), "[[1,"); ok {
			id, _, _ := strings.Cut(rest, ",")
			g.needle = []byte("[4," + id + ",")
		}
	}
	return g, nil
}

// next reads one frame of a message, and returns its payload, which holds until the next call. Pings
// are answered.
func (c *client) next() ([]byte, error) {
	for {
		h, size, err := inspector.ParseHeader(c.buf[c.r:c.w])
		if err != nil {
			return nil, err
		}
		if size > 0 && uint64(c.w-c.r-size) >= h.Length {
			payload := c.buf[c.r+size : c.r+size+int(h.Length)]
			c.r += size + int(h.Length)
			if h.Opcode == inspector.OpClose {
				return nil, fmt.Errorf("the server closed the WebSocket: %q", payload)
			}
			if h.Opcode == inspector.OpPing {
				if _, err := c.Write(pong(payload)); err != nil {
					return nil, err
				}
				continue
			}
			return payload, nil
		}
		if err := c.read(); err != nil {
			return nil, err
		}
	}
}

// pong is the answer to a ping: a frame like those of messages, with another opcode.
func pong(payload []byte) []byte {
	b := appendMasked(nil, payload)
	b[0] = 0x80 | byte(inspector.OpPong)
	return b
}

// listen reads until the socket is closed, and times the player's own moves.
func (g *gamer) listen() error {
	for {
		payload, err := g.next()
		if err != nil {
			return err
		}
		now := time.Now()
		if bytes.HasPrefix(payload, []byte("[[100,")) {
			g.mu.Lock()
			g.lost++
			g.out, g.first = nil, g.moves // what was under way is not to be found in a map
			g.mu.Unlock()
		}
		at := bytes.Index(payload, g.needle)
		if at < 0 {
			continue
		}
		place, _, _ := bytes.Cut(payload[at+len(g.needle):], []byte("]"))
		one, two, _ := bytes.Cut(place, []byte(","))
		x, errX := strconv.Atoi(string(one))
		y, errY := strconv.Atoi(string(two))
		if errX != nil || errY != nil {
			return fmt.Errorf("a move to %q", place)
		}
		g.back(x+y*gameSide, now)
	}
}

// back notes that the move with this number has come back, and with it those before: within a tick
// the last place counts.
func (g *gamer) back(number int, now time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for len(g.out) > 0 && g.first <= number {
		g.delays = append(g.delays, now.Sub(g.out[0]))
		g.out, g.first = g.out[1:], g.first+1
	}
}

// send sends the next move: to a place that says which it is.
func (g *gamer) send(b []byte) error {
	g.mu.Lock()
	number := g.moves % (gameSide * gameSide)
	g.moves++
	g.out = append(g.out, time.Now())
	g.mu.Unlock()
	_, err := g.Write(appendMasked(b[:0], fmt.Appendf(nil, "[4,%d,%d]", number%gameSide, number/gameSide)))
	return err
}

// pace has every player move at its own time within each tenth of a second, for d.
func pace(ctx context.Context, gamers []*gamer, d time.Duration, failed <-chan error) error {
	const step = gameEvery / 50
	tick := time.NewTicker(step)
	defer tick.Stop()
	buf := make([]byte, 64)
	began := time.Now()
	for due, sent := 0, 0; sent < int(d/step); {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-failed:
			return errors.Join(errors.New("a player's socket ended"), err)
		case <-tick.C:
			due = min(int(time.Since(began)/step), int(d/step)) // a late tick is made up for
		}
		for ; sent < due; sent++ {
			for i := sent % int(gameEvery/step); i < len(gamers); i += int(gameEvery / step) {
				if err := gamers[i].send(buf); err != nil {
					return err
				}
			}
		}
	}
	// What is under way comes back within a few ticks, or is counted with the next round.
	time.Sleep(5 * gameEvery)
	return nil
}

// collect takes the delays of the moves that are back.
func collect(gamers []*gamer) (delays []time.Duration, lost int) {
	for _, g := range gamers {
		g.mu.Lock()
		delays = append(delays, g.delays...)
		lost += g.lost
		g.delays, g.lost = g.delays[:0], 0
		g.mu.Unlock()
	}
	return delays, lost
}

// row is the target of the game beside what was measured.
func (f gameFigures) row() row {
	return row{what: fmt.Sprintf("the game: %d players, ten moves a second each: the worst of all moves, from the sending to the tick that tells it", gamePlayers),
		target: 100, measured: f.worst, note: " ms"}
}

// String is what stands below the table.
func (f gameFigures) String() string {
	return fmt.Sprintf("The game in ms, %d moves, players on the same cores: median %v, worst %v. The server took %v of a core. Sockets that lost ticks: %d.",
		f.moves, f.middle, f.worst, f.cpu, f.lost)
}
