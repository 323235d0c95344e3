package handlers

// What readers have passed: kept in memory while it is looked at, and in the bus's store for good.

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"wireup/bus"
	"wireup/lessons/exercise"
	"wireup/wire"
)

const (
	// progressBucket is the store's name on the bus.
	progressBucket = "progress"

	// progressTries is how often a document is merged with what somebody else has put meanwhile.
	progressTries = 16

	// progressRetry is how long a document waits that could not be stored though the bus is up.
	progressRetry = 5 * time.Second

	// maxUnkept bounds the documents that wait in memory for the store to come back.
	maxUnkept = 20000

	// maxIdleDocs bounds the documents that stay in memory though nobody looks at them.
	maxIdleDocs = 1000
)

// progressStore is the part of a bus.Store that is used here.
type progressStore interface {
	Get(ctx context.Context, key string) (value []byte, revision uint64, err error)
	Put(ctx context.Context, key string, value []byte, revision uint64) (uint64, error)
}

// busState is the part of a bus.Bus that says whether it is there.
type busState interface {
	Up() bool
	Changed() <-chan struct{}
}

// keeper keeps the progress of every wire that is looked at.
type keeper struct {
	log   *slog.Logger
	store progressStore // nil if nothing lasts
	bus   busState

	mu     sync.Mutex
	docs   map[wire.ID]*progressDoc
	unkept map[wire.ID]*progressDoc // those that the store lacks something of
	idle   []*progressDoc           // oldest first; some may have been taken up again
	state  keeping
	told   chan struct{} // closed when state changes
	wake   chan struct{}
	done   chan struct{}
}

// keeping is whether what is passed lasts, and why not.
type keeping struct {
	ok  bool
	why string
}

// progressDoc is one wire's document.
type progressDoc struct {
	keeper *keeper
	id     wire.ID
	users  int // guarded by the keeper's lock

	putting sync.Mutex // held while the document is on its way to the store

	mu       sync.Mutex // guards what follows, and is never held while waiting
	doc      exercise.Progress
	revision uint64
	loaded   bool
	dirty    uint64          // counts changes
	stored   uint64          // the count at the last Put that was acknowledged
	safe     map[string]int  // by exercise, the passed revision that the store is known to have
	held     map[string]bool // passes that are on their way to the store for the first time
	changed  chan struct{}
}

const (
	whyNothing = "This server keeps nothing, so what you pass is forgotten when it stops."
	whyAway    = "The store can't be reached at the moment. What you pass is kept in memory, and stored when it is back."
	whyFull    = "The store is full, so what you pass is forgotten when the server stops."
	whyUnkept  = "The store has been away for so long that no more is kept (limit: documents that wait). Export your progress as a file."
)

// newKeeper makes a keeper on a store; without one it keeps what there is in memory alone.
func newKeeper(log *slog.Logger, store progressStore, b busState) *keeper {
	k := &keeper{
		log: log, store: store, bus: b,
		docs:   make(map[wire.ID]*progressDoc),
		unkept: make(map[wire.ID]*progressDoc),
		told:   make(chan struct{}),
		wake:   make(chan struct{}, 1),
		done:   make(chan struct{}),
	}
	k.state = keeping{ok: true}
	switch {
	case store == nil:
		k.state = keeping{why: whyNothing}
	case !b.Up():
		k.state = keeping{why: whyAway}
	}
	return k
}

// run stores what could not be stored, as soon as it can. It returns when ctx is over.
func (k *keeper) run(ctx context.Context) {
	defer close(k.done)
	if k.store == nil {
		return
	}
	for {
		changed := k.bus.Changed()
		var again <-chan time.Time
		if k.bus.Up() {
			if k.flush(ctx) {
				k.say(keeping{ok: true})
			} else {
				again = time.After(progressRetry)
			}
		} else {
			k.say(keeping{why: whyAway})
		}
		select {
		case <-changed:
		case <-again:
		case <-k.wake:
		case <-ctx.Done():
			return
		}
	}
}

// flush stores every document that waits, and reports whether none is left.
func (k *keeper) flush(ctx context.Context) bool {
	k.mu.Lock()
	var list []*progressDoc
	for _, d := range k.unkept {
		list = append(list, d)
	}
	k.mu.Unlock()
	for _, d := range list {
		if d.put(ctx) != nil {
			return false
		}
	}
	return true
}

// say tells who listens whether what is passed lasts.
func (k *keeper) say(s keeping) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if s != k.state {
		k.state = s
		close(k.told)
		k.told = make(chan struct{})
	}
}

// keeps is whether what is passed lasts; the channel is closed when that changes.
func (k *keeper) keeps() (keeping, <-chan struct{}) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.state, k.told
}

// open takes the document of a wire up, read anew: another instance, or another device, may have
// changed it. Call close on it when it is no longer looked at.
func (k *keeper) open(ctx context.Context, id wire.ID) *progressDoc {
	k.mu.Lock()
	d := k.docs[id]
	if d == nil {
		d = &progressDoc{keeper: k, id: id, safe: make(map[string]int), held: make(map[string]bool), changed: make(chan struct{})}
		k.docs[id] = d
	}
	d.users++
	k.mu.Unlock()
	d.load(ctx)
	return d
}

// close says that whoever opened the document looks at it no longer.
func (d *progressDoc) close() {
	k := d.keeper
	k.mu.Lock()
	defer k.mu.Unlock()
	if d.users--; d.users == 0 {
		k.rest(d)
	}
}

// rest lets a document that nobody looks at stay for a while; k.mu is held.
func (k *keeper) rest(d *progressDoc) {
	k.idle = append(k.idle, d)
	for len(k.idle) > maxIdleDocs {
		old := k.idle[0]
		k.idle = k.idle[1:]
		if old.users == 0 && k.unkept[old.id] == nil && k.docs[old.id] == old {
			delete(k.docs, old.id)
		}
	}
}

// load merges what is stored into what is here.
func (d *progressDoc) load(ctx context.Context) {
	k := d.keeper
	if k.store == nil {
		return
	}
	value, revision, err := k.store.Get(ctx, string(d.id))
	if err != nil {
		if !errors.Is(err, context.Canceled) {
			k.missed(d, err)
		}
		return
	}
	d.take(value, revision)
}

// take merges a stored document into this one.
func (d *progressDoc) take(value []byte, revision uint64) {
	var stored exercise.Progress
	if len(value) > 0 {
		var err error
		if stored, err = exercise.ParseProgress(value, time.Now()); err != nil {
			d.keeper.log.Error("a progress document can't be read, and is replaced at its next change", "wire", d.id, "err", err)
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	before := d.doc.Clone()
	d.doc.Merge(stored)
	d.revision, d.loaded = revision, true
	d.secure(stored)
	if !before.Equal(d.doc) {
		d.tell()
	}
}

// tell wakes who waits for a change; d.mu is held.
func (d *progressDoc) tell() {
	close(d.changed)
	d.changed = make(chan struct{})
}

// secure notes what the store has; d.mu is held.
func (d *progressDoc) secure(p exercise.Progress) {
	for name, s := range p.Exercises {
		d.safe[name] = max(d.safe[name], s.Passed)
	}
}

// now is the document as it stands, and what is closed at its next change.
func (d *progressDoc) now() (doc exercise.Progress, changed <-chan struct{}) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.doc.Clone(), d.changed
}

// standing is what is known of one exercise; whether its pass is stored; and whether it is not to
// be shown yet, since the store has still to say.
func (d *progressDoc) standing(name string) (s exercise.Standing, kept, held bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	s = d.doc.Exercises[name]
	kept = s.Passed > 0 && d.safe[name] >= s.Passed
	return s, kept, d.held[name] && !kept
}

// pass notes a pass. Who calls it calls keep next: until that has ended the pass is not shown.
func (d *progressDoc) pass(name string, revision int) {
	d.change(func(p *exercise.Progress) {
		d.held[name] = true
		p.Change(name, func(s *exercise.Standing) { s.Passed, s.At = revision, stamp() })
	})
}

// change changes the document here; keep stores it.
func (d *progressDoc) change(f func(p *exercise.Progress)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	before := d.doc.Clone()
	f(&d.doc)
	if !before.Equal(d.doc) {
		d.dirty++
		d.tell()
	}
}

// keep stores what has changed, and returns nil once the store has acknowledged it. If it can't,
// the document waits in memory until it can.
func (d *progressDoc) keep(ctx context.Context) error {
	k := d.keeper
	err := error(bus.ErrAway)
	if k.store != nil {
		err = d.put(ctx)
	}
	if err == nil {
		return nil
	}
	if k.store != nil {
		k.missed(d, err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	clear(d.held)
	d.tell()
	return err
}

// missed notes that d could not be stored or read, and says so to the readers.
func (k *keeper) missed(d *progressDoc, err error) {
	why := whyAway
	if errors.Is(err, bus.ErrFull) || errors.Is(err, bus.ErrTooLarge) {
		why = whyFull
	}
	if !errors.Is(err, bus.ErrAway) {
		k.log.Warn("progress could not be stored", "wire", d.id, "err", err)
	}
	k.mu.Lock()
	if len(k.unkept) < maxUnkept {
		k.unkept[d.id] = d
	} else if k.unkept[d.id] == nil {
		why = whyUnkept
	}
	k.mu.Unlock()
	k.say(keeping{why: why})
	select {
	case k.wake <- struct{}{}:
	default:
	}
}

// put stores the document, merged with what others have put meanwhile.
func (d *progressDoc) put(ctx context.Context) error {
	k := d.keeper
	d.mu.Lock()
	wanted := d.dirty
	d.mu.Unlock()
	d.putting.Lock() // one at a time: the next one stores what came in between as well
	defer d.putting.Unlock()
	for range progressTries {
		d.mu.Lock()
		loaded, revision, count := d.loaded, d.revision, d.dirty
		done := loaded && d.stored >= wanted
		doc := d.doc.Clone()
		d.mu.Unlock()
		if done {
			k.kept(d)
			return nil
		}
		if loaded {
			value, err := doc.Encode()
			if err != nil {
				return fmt.Errorf("%w: %w", bus.ErrTooLarge, err)
			}
			next, err := k.store.Put(ctx, string(d.id), value, revision)
			if err == nil {
				d.mu.Lock()
				d.revision, d.stored = next, count
				d.secure(doc)
				d.tell()
				d.mu.Unlock()
				continue
			}
			if !errors.Is(err, bus.ErrConflict) {
				// It may have arrived all the same: the next try reads first.
				d.mu.Lock()
				d.loaded = false
				d.mu.Unlock()
				return err
			}
		}
		stored, revision, err := k.store.Get(ctx, string(d.id))
		if err != nil {
			return err
		}
		d.take(stored, revision)
	}
	return fmt.Errorf("others changed the document %d times meanwhile", progressTries)
}

// kept notes that nothing of d waits any more.
func (k *keeper) kept(d *progressDoc) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.unkept[d.id] == nil {
		return
	}
	delete(k.unkept, d.id)
	if d.users == 0 {
		k.rest(d)
	}
}
