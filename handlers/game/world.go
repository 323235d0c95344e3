package game

// The map: who stands where, what happened since the last tick, and the tick itself.

import (
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"wireup/bus"
)

const (
	// Tick is how often what happened is told: twenty times a second.
	Tick = 50 * time.Millisecond

	mostPlayers = 1000 // on the map, those of other instances too
	numbers     = 10 * mostPlayers
	queueMost   = 8 // ticks that wait for a socket
)

// player is somebody on the map.
type player struct {
	id    int
	kind  int
	name  string
	x, y  int
	moved bool // since the last tick
	ours  bool // of this instance, and not heard of over the bus
	fresh bool // ours, and not yet published
	dirty bool // ours, and moved since it was
}

// World is the map. Its zero value is of no use: see New.
type World struct {
	log  *slog.Logger
	bus  *bus.Bus // nil if nobody else can be on it
	self string
	stop func() // the subscription

	mu      sync.Mutex
	players map[int]*player
	next    int // the number that is tried first: none comes again soon
	seats   map[*seat]struct{}
	bots    []*wanderer
	botsEnd time.Time
	news    batch     // of this tick, but for moves
	moved   []*player // of this tick, in order
	last    []byte    // what the last tick that told anything told
	running bool
	closed  bool
	idle    sync.WaitGroup // the loop
	away    map[string]*instance
	own     ownNews
}

// New makes the map. b may be nil. Close it at the end.
func New(b *bus.Bus, log *slog.Logger) *World {
	w := &World{log: log, players: make(map[int]*player), seats: make(map[*seat]struct{}), away: make(map[string]*instance)}
	w.share(b)
	return w
}

// Close ends the subscription and the ticking. Sockets are not told: whoever serves them does that
// before.
func (w *World) Close() {
	w.mu.Lock()
	w.closed = true
	stop := w.stop
	w.stop = nil
	w.mu.Unlock()
	if stop != nil {
		stop()
	}
	w.idle.Wait()
}

// Here is how many are on the map, and how many of them are bots.
func (w *World) Here() (all, bots int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, p := range w.players {
		if p.kind == bot {
			bots++
		}
	}
	return len(w.players), bots
}

// enter puts somebody on the map; nil if it is full.
func (w *World) enter(kind int, name string, x, y int, ours bool) *player {
	if len(w.players) >= mostPlayers {
		return nil
	}
	id := w.next
	for w.players[id] != nil || id == 0 {
		id = (id + 1) % numbers
	}
	w.next = (id + 1) % numbers
	p := &player{id: id, kind: kind, name: name, x: x, y: y, ours: ours, fresh: ours}
	w.players[id] = p
	w.news.spawn(p)
	return p
}

// leave takes somebody off the map.
func (w *World) leave(p *player) {
	if w.players[p.id] != p {
		return
	}
	delete(w.players, p.id)
	w.news.add(despawn, p.id)
	if p.ours && !p.fresh {
		w.own.gone = append(w.own.gone, p.id)
	}
}

// put moves somebody. How often within a tick is of no interest: the last place counts.
func (w *World) put(p *player, x, y int) {
	p.x, p.y = x, y
	p.dirty = p.ours
	if !p.moved {
		p.moved = true
		w.moved = append(w.moved, p)
	}
}

// say tells everybody a line.
func (w *World) say(p *player, line string) {
	w.news.addText(line, chat, p.id)
	if p.ours {
		w.own.chats = append(w.own.chats, sharedChat{p.id, line})
	}
}

// start begins ticking, if it isn't done already.
func (w *World) start() {
	if w.running || w.closed {
		return
	}
	w.running = true
	w.idle.Add(1)
	go w.run()
}

// run ticks until the last socket has gone.
func (w *World) run() {
	defer w.idle.Done()
	tick := time.NewTicker(Tick)
	defer tick.Stop()
	for now := range tick.C {
		if !w.tick(now) {
			return
		}
	}
}

// tick tells every socket what happened, and says whether to go on.
func (w *World) tick(now time.Time) bool {
	w.mu.Lock()
	over := len(w.seats) == 0 || w.closed
	if over {
		w.endBots()
		w.running = false
	} else {
		w.wander(now)
	}
	w.bury(now)
	out := w.publication(now, over)
	w.tell()
	w.mu.Unlock()
	w.publish(out)
	return !over
}

// tell makes the tick's message, and puts it into every queue.
func (w *World) tell() {
	b := w.news
	for _, p := range w.moved {
		p.moved = false
		if w.players[p.id] == p {
			b.add(move, p.id, p.x, p.y)
		}
	}
	w.moved = w.moved[:0]
	if len(b) == 0 {
		return
	}
	w.last = b.list()
	w.news = b[:0]
	message, err := websocket.NewPreparedMessage(websocket.TextMessage, w.last)
	if err != nil {
		w.log.Error("the game's tick", "err", err) // there is no way to this
		return
	}
	for s := range w.seats {
		s.offer(message)
	}
}

// snapshot is the map as it stands, for a socket that joins or has lost ticks.
func (w *World) snapshot(b *batch, but *player) {
	for _, p := range w.players {
		if p != but {
			b.spawn(p)
		}
	}
}

// somewhere is a place to begin at.
func somewhere() (x, y int) { return rand.IntN(Side), rand.IntN(Side) }
