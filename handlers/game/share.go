package game

// The map between instances: what ours did is published, what others' did is heard.

import (
	"encoding/json"
	"time"

	"wireup/bus"
	"wireup/classroom/typed"
)

const (
	subject = "game"

	fullEvery     = time.Second     // between two publications of all of our players
	silentAfter   = 3 * time.Second // an instance that says nothing has gone
	mostInstances = 64
	mostHeard     = 1 << 20 // bytes of one publication
)

// publication is what an instance says in one tick. A player is in it when it has come or moved;
// in a full one all of them are.
type publication struct {
	From    string         `json:"from"`
	Full    bool           `json:"full,omitempty"`
	Players []sharedPlayer `json:"players,omitempty"`
	Gone    []int          `json:"gone,omitempty"`
	Chats   []sharedChat   `json:"chats,omitempty"`
}

// sharedPlayer has a name and a kind when it is new, or in a full publication.
type sharedPlayer struct {
	ID   int    `json:"id"`
	X    int    `json:"x"`
	Y    int    `json:"y"`
	Kind int    `json:"kind,omitempty"`
	Name string `json:"name,omitempty"`
}

type sharedChat struct {
	ID   int    `json:"id"`
	Text string `json:"text"`
}

// ownNews is what ours did since the last publication, but for moves.
type ownNews struct {
	gone  []int
	chats []sharedChat
	full  time.Time // when all of ours were last published
}

// instance is another one, as we know it.
type instance struct {
	heard   time.Time
	players map[int]*player // by their numbers over there
}

// share subscribes to what other instances do, if there can be any.
func (w *World) share(b *bus.Bus) {
	if b == nil || !b.Shared() {
		return
	}
	w.bus, w.self = b, b.Instance()
	stop, err := b.Subscribe(subject, func(m *bus.Message) { w.hear(m.Data) })
	if err != nil {
		w.log.Warn("the game is this instance's alone", "err", err)
		w.bus = nil
		return
	}
	w.stop = stop
}

// publication is what is to be published now; nil if nothing is. The mutex is held.
func (w *World) publication(now time.Time, over bool) *publication {
	if w.bus == nil {
		w.own = ownNews{}
		return nil
	}
	out := &publication{From: w.self, Gone: w.own.gone, Chats: w.own.chats}
	out.Full = over || now.Sub(w.own.full) >= fullEvery
	for _, p := range w.players {
		switch {
		case !p.ours:
		case p.fresh || out.Full:
			p.fresh, p.dirty = false, false
			out.Players = append(out.Players, sharedPlayer{p.id, p.x, p.y, p.kind, p.name})
		case p.dirty:
			p.dirty = false
			out.Players = append(out.Players, sharedPlayer{ID: p.id, X: p.x, Y: p.y})
		}
	}
	w.own.gone, w.own.chats = nil, nil
	if out.Full {
		w.own.full = now
	} else if len(out.Players)+len(out.Gone)+len(out.Chats) == 0 {
		return nil
	}
	return out
}

// publish sends what publication made. While the bus is away nobody hears it, and a full one
// mends that later.
func (w *World) publish(out *publication) {
	if out == nil {
		return
	}
	b, err := json.Marshal(out)
	if err == nil {
		err = w.bus.Publish(subject, b)
	}
	if err != nil {
		w.log.Debug("the game's publication", "err", err)
	}
}

// hear does what another instance says. Nothing in it is believed that a client couldn't have done.
func (w *World) hear(data []byte) {
	var in publication
	if len(data) > mostHeard {
		w.log.Debug("what another instance says of the map is over the limit", "bytes", len(data), "limit", mostHeard)
		return
	}
	if json.Unmarshal(data, &in) != nil || in.From == w.self || in.From == "" {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	i := w.away[in.From]
	if i == nil {
		if !in.Full || len(in.Players) == 0 {
			return // the next full one comes within a second
		}
		if len(w.away) >= mostInstances {
			w.log.Debug("another instance's players stay off the map: there are too many instances", "limit", mostInstances)
			return
		}
		i = &instance{players: make(map[int]*player)}
		w.away[in.From] = i
	}
	i.heard = time.Now()
	w.follow(i, in)
	if !w.running {
		// Nobody plays here: whoever comes gets the map as it stands.
		w.news, w.moved = w.news[:0], w.moved[:0]
		for _, p := range w.players {
			p.moved = false
		}
	}
}

func (w *World) follow(i *instance, in publication) {
	there := make(map[int]bool, len(in.Players))
	for _, s := range in.Players {
		there[s.ID] = true
		p := i.players[s.ID]
		switch {
		case !onMap(s.X, s.Y):
		case p != nil && (p.x != s.X || p.y != s.Y):
			w.put(p, s.X, s.Y)
		case p == nil && (s.Kind == reader || s.Kind == bot) && typed.Shows(s.Name, nameMost):
			if p := w.enter(s.Kind, s.Name, s.X, s.Y, false); p != nil {
				i.players[s.ID] = p
			}
		}
	}
	for _, c := range in.Chats {
		if p := i.players[c.ID]; p != nil && typed.Shows(c.Text, chatMost) {
			w.say(p, c.Text)
		}
	}
	for _, id := range in.Gone {
		w.forget(i, id)
	}
	if in.Full {
		for id := range i.players {
			if !there[id] {
				w.forget(i, id)
			}
		}
	}
}

func (w *World) forget(i *instance, id int) {
	if p := i.players[id]; p != nil {
		w.leave(p)
		delete(i.players, id)
	}
}

// bury takes those off the map whose instance has been silent for too long. The mutex is held.
func (w *World) bury(now time.Time) {
	for name, i := range w.away {
		if now.Sub(i.heard) < silentAfter {
			continue
		}
		for id := range i.players {
			w.forget(i, id)
		}
		delete(w.away, name)
	}
}
