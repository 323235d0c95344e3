package classroom

// A class as one instance has it: the documents, who is here, and what they are told.

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"wireup/bus"
)

// Class is a class that is open on this instance.
type Class struct {
	Code string

	all   *Classes
	state *keeper[state, *state]
	crowd *keeper[crowd, *crowd]
	board *keeper[board, *board]
	ctx   context.Context
	stop  func()
	ended chan struct{}
	poke  chan struct{} // there is something to tell about the crowd

	refs   int         // guarded by all.mu
	expiry *time.Timer // likewise; runs while nobody is here

	telling sync.Mutex // held from the look at the documents until what is made of them is told

	mu       sync.Mutex
	people   map[key]*person
	lines    int // of theirs that are open
	of       map[string]held
	unseen   []*Line // at the door, or of who presents; as they came
	paces    map[Role]*pace
	mirrored int    // of them
	room     string // the wire that their frames are shown on
	mirrors  sync.WaitGroup
	closed   bool
	there    map[string]count // on other instances
	told     told
	changed  chan struct{}
}

// count is how many viewers an instance has said it has.
type count struct {
	here int
	at   time.Time
}

// said is what instances say to each other about a class.
type said struct {
	From  string          `json:"from"`
	Here  int             `json:"here"`
	Of    document        `json:"of"`
	Rev   uint64          `json:"rev,omitempty"`   // of the document that was put
	Value json.RawMessage `json:"value,omitempty"` // and itself, if it is the state
	Revs  []uint64        `json:"revs,omitempty"`  // of all three, once a second
}

// newClass begins a class on this instance. Call start on it.
func (a *Classes) newClass(code string) *Class {
	ctx, stop := context.WithCancel(context.Background())
	c := &Class{Code: code, all: a, ctx: ctx, stop: stop, ended: make(chan struct{}), poke: make(chan struct{}, 1),
		people: make(map[key]*person), of: make(map[string]held),
		paces: map[Role]*pace{Owner: newPace(), Driver: newPace(), Screen: newPace()}, there: make(map[string]count), changed: make(chan struct{})}
	c.state = newKeeper(&keeper[state, *state]{key: code + "/state", store: a.store, log: a.log, clock: a.now,
		do: func(d *state, cmd *Command, now time.Time) error {
			err := d.may(cmd)
			if err == nil {
				err = d.do(cmd, a.outline, now)
			}
			if err == nil && cmd.Say != "drive" { // which changes nothing that viewers are told
				d.Rev++
			}
			return err
		},
		news: func(value []byte, revision uint64, own bool) {
			c.moveMirrors()
			c.tellState()
			if own {
				c.publish(said{Of: ofState, Rev: revision, Value: value})
			}
		}})
	c.crowd = newKeeper(&keeper[crowd, *crowd]{key: code + "/crowd", store: a.store, log: a.log, clock: a.now, every: putEvery,
		do: func(d *crowd, cmd *Command, now time.Time) error {
			s, _ := c.state.doc()
			err := s.may(cmd)
			if err == nil {
				err = d.do(cmd, rules{s.Poll, s.Began, a.viewers}, now)
			}
			if err == nil {
				d.N++
			}
			return err
		},
		news: func(_ []byte, revision uint64, own bool) {
			wake(c.poke)
			if own {
				c.publish(said{Of: ofCrowd, Rev: revision})
			}
		}})
	c.board = newKeeper(&keeper[board, *board]{key: code + "/board", store: a.store, log: a.log, clock: a.now, every: putEvery,
		do: func(d *board, cmd *Command, now time.Time) error {
			s, _ := c.state.doc()
			people, _ := c.crowd.doc()
			n, ok := people.number(cmd.from)
			if !ok {
				return errSame // somebody whom the class doesn't know
			}
			err := d.put(cmd.Exercise, n, cmd.stand, now.Sub(s.Began))
			if err == nil {
				d.N++
			}
			return err
		},
		news: func(_ []byte, revision uint64, own bool) {
			wake(c.poke)
			if own {
				c.publish(said{Of: ofBoard, Rev: revision})
			}
		}})
	return c
}

func wake(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// read reads the documents. It fails with ErrNone when there is no such class.
func (c *Class) read(ctx context.Context) error {
	for _, read := range []func(context.Context) error{c.state.read, c.crowd.read, c.board.read} {
		if err := read(ctx); err != nil {
			return err
		}
	}
	if _, revision := c.state.doc(); revision == 0 {
		return ErrNone
	}
	c.tellCrowd()
	return nil
}

// run keeps the class until it is stopped.
func (c *Class) run() {
	defer close(c.ended)
	var keepers sync.WaitGroup
	defer keepers.Wait()
	defer func() {
		c.mu.Lock()
		c.closed = true // no more mirrors
		c.mu.Unlock()
		c.mirrors.Wait()
	}()
	keepers.Go(func() { c.state.run(c.ctx) })
	keepers.Go(func() { c.crowd.run(c.ctx) })
	keepers.Go(func() { c.board.run(c.ctx) })
	if c.all.bus.Shared() {
		stop, err := c.all.bus.Subscribe("class."+c.Code, c.hear)
		if err != nil {
			c.all.log.Warn("a class is this instance's alone", "class", c.Code, "err", err)
		} else {
			defer stop()
		}
	}
	second := time.NewTicker(presence)
	defer second.Stop()
	var calm <-chan time.Time // set while nothing new of the crowd is told
	for {
		back, poke := c.all.bus.Changed(), c.poke
		if calm != nil {
			poke = nil
		}
		select {
		case <-poke:
			calm = time.After(crowdPause(c.tellCrowd(), c.Here()))
		case <-calm:
			calm = nil
		case <-second.C:
			c.bury(time.Now())
			c.publish(said{Here: c.Here(), Revs: c.revisions()})
			wake(c.poke)
		case <-back:
			c.look()
		case <-c.ctx.Done():
			return
		}
	}
}

// look has the documents looked at, since somebody may have changed them and not have said so.
func (c *Class) look() {
	for _, stale := range []chan struct{}{c.state.stale, c.crowd.stale, c.board.stale} {
		wake(stale)
	}
}

func (c *Class) revisions() []uint64 {
	_, s := c.state.doc()
	_, p := c.crowd.doc()
	_, b := c.board.doc()
	return []uint64{s, p, b}
}

// publish tells the other instances.
func (c *Class) publish(s said) {
	b := c.all.bus
	if !b.Shared() {
		return
	}
	s.From = b.Instance()
	s.Here = c.Here()
	m, err := json.Marshal(s)
	if err == nil {
		err = b.Publish("class."+c.Code, m)
	}
	if err != nil && b.Up() {
		c.all.log.Warn("the other instances are not told of a class", "class", c.Code, "err", err)
	}
}

// hear takes what another instance says.
func (c *Class) hear(m *bus.Message) {
	var s said
	if json.Unmarshal(m.Data, &s) != nil || s.From == c.all.bus.Instance() {
		return
	}
	c.mu.Lock()
	if _, known := c.there[s.From]; known || len(c.there) < mostInstances {
		c.there[s.From] = count{min(max(0, s.Here), c.all.viewers), time.Now()}
	}
	c.mu.Unlock()
	switch {
	case len(s.Revs) == 3:
		c.state.hear(nil, s.Revs[0])
		c.crowd.hear(nil, s.Revs[1])
		c.board.hear(nil, s.Revs[2])
	case s.Of == ofState:
		c.state.hear(s.Value, s.Rev)
	case s.Of == ofCrowd:
		c.crowd.hear(nil, s.Rev)
	case s.Of == ofBoard:
		c.board.hear(nil, s.Rev)
	}
	wake(c.poke)
}

func (c *Class) stateNow() *state {
	d, _ := c.state.doc()
	return d
}

// view is the class as it stands.
func (c *Class) view() view {
	v := view{outline: c.all.outline, now: c.all.now()}
	v.state, _ = c.state.doc()
	v.crowd, _ = c.crowd.doc()
	v.board, _ = c.board.doc()
	c.mu.Lock()
	defer c.mu.Unlock()
	v.here, v.mirrored, v.outside = c.hereLocked(), c.mirrored, c.outside()
	for _, i := range c.there {
		v.here += i.here
	}
	return v
}

// tellState tells of a new state, at once.
func (c *Class) tellState() {
	c.telling.Lock()
	defer c.telling.Unlock()
	v := c.view()
	c.tell(told{class: newMessage(v.state.Public), desk: v.deskMessage(false).message(v), screen: v.deskMessage(true).message(v)})
	wake(c.poke)
}

// crowdPause is how long to wait behind a message about the crowd that goes to so many pages: what all
// their questions make of it is not to fill everybody's network because somebody changes a vote.
func crowdPause(size, pages int) time.Duration {
	full := time.Duration(float64(size) * float64(pages) / crowdRate * float64(time.Second))
	return min(max(crowdEvery, full), crowdLate)
}

// tellCrowd tells of the crowd, if anything about it has changed, and returns the message's size.
func (c *Class) tellCrowd() (size int) {
	c.telling.Lock()
	defer c.telling.Unlock()
	v := c.view()
	crowd := newMessage(v.crowdMessage())
	c.tell(told{crowd: crowd, desk: v.deskMessage(false).message(v), screen: v.deskMessage(true).message(v)})
	return len(crowd.Data)
}

// tell gives pages what is new to them.
func (c *Class) tell(t told) {
	c.mu.Lock()
	defer c.mu.Unlock()
	news := false
	for _, m := range []struct{ old, now **Message }{
		{&c.told.class, &t.class}, {&c.told.crowd, &t.crowd}, {&c.told.desk, &t.desk}, {&c.told.screen, &t.screen},
	} {
		if *m.now != nil && (*m.old == nil || (*m.old).sum != (*m.now).sum) {
			*m.old, news = *m.now, true
		}
	}
	if news {
		close(c.changed)
		c.changed = make(chan struct{})
	}
}

// Changed is closed when there is something new to tell. Take it before asking for News.
func (c *Class) Changed() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.changed
}

// Stopped is closed when the class is closed on this instance.
func (c *Class) Stopped() <-chan struct{} { return c.ctx.Done() }

// Kept are the questions, for after the talk.
func (c *Class) Kept() any {
	return struct {
		Code      string          `json:"code"`
		Questions []askedQuestion `json:"questions"`
	}{c.Code, c.view().questions(true)}
}

// Role is who somebody with this token is.
func (c *Class) Role(token string) Role {
	d, _ := c.state.doc()
	return d.role(markOf(token))
}
