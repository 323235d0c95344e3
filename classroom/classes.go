package classroom

// All the classes: made, found by their codes, closed.

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"wireup/bus"
	"wireup/wire"
)

// Bucket is the store that classes are kept in.
const Bucket = "classes"

var (
	// ErrNone is when there is no class of that code.
	ErrNone = errors.New("there is no such class")
	// ErrClasses is when there is no room for one more.
	ErrClasses = errors.New("too many classes")
	// ErrNowhere is when nothing is kept anywhere.
	ErrNowhere = errors.New("this server keeps nothing")
)

// Options are what Classes are made from.
type Options struct {
	Bus     *bus.Bus // nil if there can be no classes
	Hub     *wire.Hub
	Log     *slog.Logger
	Outline Outline
	Classes int // that are not over
	Viewers int // of one class

	Now func() time.Time // the clock of its classes; nil for a steady one

	// Standings is asked to tell again, by Standing, how a reader who has joined stands; may be nil.
	Standings func(wire string)
}

// Classes are all that this instance knows.
type Classes struct {
	bus     *bus.Bus
	store   bus.Store
	hub     *wire.Hub
	log     *slog.Logger
	outline Outline
	most    int
	viewers int
	now     func() time.Time
	stop    func() // hearing of exercises; may be nil
	asks    func(wire string)

	mu     sync.Mutex
	open   map[string]*Class
	closed bool
	over   sync.WaitGroup
}

// New makes it. Call Close at the end.
func New(o Options) *Classes {
	a := &Classes{bus: o.Bus, hub: o.Hub, log: o.Log, outline: o.Outline, most: o.Classes,
		viewers: min(o.Viewers, MostViewers), asks: o.Standings, open: make(map[string]*Class), now: o.Now}
	if a.now == nil {
		a.now = steady(time.Now, sinceBoot)
	}
	if o.Bus == nil {
		return a
	}
	a.store = o.Bus.Store(Bucket)
	if o.Bus.Shared() {
		var err error
		if a.stop, err = o.Bus.Subscribe(standingSubject, a.heardStanding); err != nil {
			o.Log.Warn("exercises on other instances are not on the boards of classes", "err", err)
		}
	}
	return a
}

// Made is a class that has just been made.
type Made struct {
	Code   string `json:"code"`
	Owner  string `json:"owner"`
	Screen string `json:"screen"`
}

// index is the document that knows which classes there are.
type index struct {
	Classes []listed `json:"classes"`
}

type listed struct {
	Code string    `json:"code"`
	Made time.Time `json:"made"`
	Over bool      `json:"over,omitempty"`
}

const indexKey = "index"

// Create makes a class.
func (a *Classes) Create(ctx context.Context) (Made, error) {
	if a.store == nil {
		return Made{}, ErrNowhere
	}
	now := a.now().UTC().Truncate(time.Millisecond)
	code, err := a.list(ctx, now)
	if err != nil {
		return Made{}, err
	}
	m := Made{Code: code, Owner: rand.Text(), Screen: rand.Text()}
	var draw [4]byte
	_, _ = rand.Read(draw[:]) // which never fails
	first := a.outline.first()
	d := state{Public: Public{Kind: "class", Code: m.Code, Rev: 1, Began: now, Step: first},
		Owner: markOf(m.Owner), Screen: markOf(m.Screen), Draw: binary.BigEndian.Uint32(draw[:]), Room: string(wire.NewID())}
	for _, part := range []struct {
		name string
		doc  any
	}{{"/crowd", crowd{}}, {"/board", board{}}, {"/state", d}} {
		if err := a.put(ctx, m.Code+part.name, part.doc); err != nil {
			return Made{}, err
		}
	}
	return m, nil
}

// put puts a document over whatever is there.
func (a *Classes) put(ctx context.Context, key string, doc any) error {
	value, err := json.Marshal(doc)
	if err != nil {
		return err
	}
	_, revision, err := a.store.Get(ctx, key)
	if err == nil {
		_, err = a.store.Put(ctx, key, value, revision)
	}
	return err
}

// list puts one more class into the index and returns its code. When the index is full, the class
// that was over first gives its code, and its documents, to the new one.
func (a *Classes) list(ctx context.Context, now time.Time) (code string, err error) {
	for range mostTries {
		value, revision, err := a.store.Get(ctx, indexKey)
		if err != nil {
			return "", err
		}
		var all index
		if revision > 0 {
			if err := json.Unmarshal(value, &all); err != nil {
				return "", err
			}
		}
		live := 0
		for i := range all.Classes {
			c := &all.Classes[i]
			c.Over = c.Over || now.Sub(c.Made) > classAge
			if !c.Over {
				live++
			}
		}
		for i := range all.Classes {
			if c := &all.Classes[i]; live >= a.most && !c.Over && a.isOver(ctx, c.Code) {
				c.Over = true
				live--
			}
		}
		if live >= a.most {
			return "", ErrClasses
		}
		taken := func(code string) bool {
			return slices.ContainsFunc(all.Classes, func(c listed) bool { return c.Code == code })
		}
		for code = newCode(); taken(code); {
			code = newCode()
		}
		if i := slices.IndexFunc(all.Classes, func(c listed) bool { return c.Over }); i >= 0 && len(all.Classes) >= mostKept {
			code = all.Classes[i].Code
			all.Classes = slices.Delete(all.Classes, i, i+1)
		}
		all.Classes = append(all.Classes, listed{Code: code, Made: now})
		if value, err = json.Marshal(all); err != nil {
			return "", err
		}
		if _, err = a.store.Put(ctx, indexKey, value, revision); !errors.Is(err, bus.ErrConflict) {
			return code, err
		}
	}
	return "", bus.ErrConflict
}

func (a *Classes) isOver(ctx context.Context, code string) bool {
	value, _, err := a.store.Get(ctx, code+"/state")
	var d state
	return err == nil && json.Unmarshal(value, &d) == nil && d.Ended
}

// Exists reports whether there is a class of that code.
func (a *Classes) Exists(ctx context.Context, code string) (bool, error) {
	if a.store == nil {
		return false, nil
	}
	a.mu.Lock()
	_, ok := a.open[code]
	a.mu.Unlock()
	if ok {
		return true, nil
	}
	_, revision, err := a.store.Get(ctx, code+"/state")
	return revision > 0, err
}

// Knows reports whether somebody with this wire is in the class here, or whether the token is one of who
// presents it.
func (a *Classes) Knows(code, id, token string) bool {
	a.mu.Lock()
	c := a.open[code]
	a.mu.Unlock()
	if c == nil {
		return false
	}
	people, _ := c.crowd.doc()
	_, in := people.number(keyOf(code, id))
	return in || c.Role(token) != Viewer
}

// Open returns the class of that code, for as long as release isn't called.
func (a *Classes) Open(ctx context.Context, code string) (c *Class, release func(), err error) {
	if a.store == nil {
		return nil, nil, ErrNone
	}
	if c := a.take(code); c != nil {
		return c, sync.OnceFunc(func() { a.release(c) }), nil
	}
	fresh := a.newClass(code)
	if err := fresh.read(ctx); err != nil {
		fresh.stop()
		return nil, nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	c = a.open[code]
	switch {
	case a.closed:
		fresh.stop()
		return nil, nil, errOver
	case c != nil: // somebody else was faster
		fresh.stop()
	default:
		c = fresh
		a.open[code] = c
		a.over.Add(1)
		go func() {
			defer a.over.Done()
			c.run()
		}()
	}
	c.refs++
	if c.expiry != nil {
		c.expiry.Stop()
	}
	return c, sync.OnceFunc(func() { a.release(c) }), nil
}

func (a *Classes) take(code string) *Class {
	a.mu.Lock()
	defer a.mu.Unlock()
	c := a.open[code]
	if c != nil {
		c.refs++
		if c.expiry != nil {
			c.expiry.Stop()
		}
	}
	return c
}

// release closes a class on this instance when nobody has come to it for a while.
func (a *Classes) release(c *Class) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if c.refs--; c.refs > 0 || a.closed {
		return
	}
	c.expiry = time.AfterFunc(linger, func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		if c.refs == 0 && a.open[c.Code] == c {
			delete(a.open, c.Code)
			c.stop()
		}
	})
}

// Here is how many classes this instance has to do with, and how many people are in them here.
func (a *Classes) Here() (classes, people int) {
	a.mu.Lock()
	open := slices.Collect(maps.Values(a.open))
	a.mu.Unlock()
	for _, c := range open {
		c.mu.Lock()
		people += len(c.people)
		c.mu.Unlock()
	}
	return len(open), people
}

// Close closes all classes on this instance. What was acknowledged is kept.
func (a *Classes) Close() {
	if a.stop != nil {
		a.stop()
	}
	a.mu.Lock()
	a.closed = true
	for _, c := range a.open {
		c.stop()
		if c.expiry != nil {
			c.expiry.Stop()
		}
	}
	a.mu.Unlock()
	a.over.Wait()
}
