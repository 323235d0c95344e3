package classroom

// The keeper of one document: commands in batches, each Put compared with what others have put.

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"wireup/bus"
	"wireup/wire"
)

// kept is what a keeper keeps: a pointer to a document.
type kept[D any] interface {
	*D
	clone() *D
}

// keeper changes one document for the pages of this instance. Whoever reads it gets the newest that
// this instance knows of, and must not change it.
type keeper[D any, P kept[D]] struct {
	key   string
	store bus.Store
	log   *slog.Logger
	clock func() time.Time
	every time.Duration                              // between two Puts
	do    func(d P, c *Command, now time.Time) error // after an error d is as it was
	news  func(value []byte, revision uint64, own bool)

	jobs  chan job
	stale chan struct{} // somebody else has put a newer one

	mu       sync.Mutex
	now      P
	revision uint64
}

type job struct {
	c    *Command
	done chan error
}

func newKeeper[D any, P kept[D]](k *keeper[D, P]) *keeper[D, P] {
	k.jobs, k.stale, k.now = make(chan job, mostJobs), make(chan struct{}, 1), new(D)
	return k
}

// doc is the document as it is known here.
func (k *keeper[D, P]) doc() (P, uint64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.now, k.revision
}

// adopt takes over a document that is newer than ours.
func (k *keeper[D, P]) adopt(d P, value []byte, revision uint64, own bool) {
	k.mu.Lock()
	newer := revision > k.revision
	if newer {
		k.now, k.revision = d, revision
	}
	k.mu.Unlock()
	if newer {
		k.news(value, revision, own)
	}
}

// hear takes over what another instance has put, or looks for it if it didn't say what.
func (k *keeper[D, P]) hear(value []byte, revision uint64) {
	if _, have := k.doc(); revision <= have {
		return
	}
	d := P(new(D))
	if len(value) > 0 && json.Unmarshal(value, d) == nil {
		k.adopt(d, value, revision, false)
		return
	}
	wake(k.stale)
}

// change applies a command, and returns when it is kept, or why it isn't.
func (k *keeper[D, P]) change(ctx context.Context, c *Command) error {
	j := job{c, make(chan error, 1)}
	select {
	case k.jobs <- j:
	default:
		return refuse("%d commands wait for this class already, which is the limit. Try again in a moment.", mostJobs)
	}
	select {
	case err := <-j.done:
		return err
	case <-ctx.Done():
		return errOver
	}
}

// errOver is the answer to commands that come when the class is being closed here.
var errOver = refused("The server is stopping. Try again in a moment.")

// run keeps the document until ctx is over.
func (k *keeper[D, P]) run(ctx context.Context) {
	for ctx.Err() == nil {
		select {
		case <-k.stale:
			_ = k.read(ctx) // it is said again
		case j := <-k.jobs:
			k.settle(ctx, k.batch(j))
		case <-ctx.Done():
		}
		if k.every > 0 {
			wait(ctx, k.every)
		}
	}
}

func wait(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// batch is everything that waits.
func (k *keeper[D, P]) batch(first job) []job {
	jobs := []job{first}
	for {
		select {
		case j := <-k.jobs:
			jobs = append(jobs, j)
		default:
			return jobs
		}
	}
}

// read takes over the document as the store has it.
func (k *keeper[D, P]) read(ctx context.Context) error {
	value, revision, err := k.store.Get(ctx, k.key)
	if err != nil || revision == 0 {
		return err
	}
	d := P(new(D))
	if err := json.Unmarshal(value, d); err != nil {
		return fmt.Errorf("%s: %w", k.key, err)
	}
	k.adopt(d, value, revision, false)
	return nil
}

// settle applies jobs to the newest document until one Put of them all succeeds, and answers them.
func (k *keeper[D, P]) settle(ctx context.Context, jobs []job) {
	var (
		answers = make([]error, len(jobs))
		err     error
	)
	for try := range mostTries {
		if try > 0 {
			wait(ctx, rand.N(time.Duration(try)*5*time.Millisecond)) // or two instances meet again and again
			if err = k.read(ctx); err != nil {
				break
			}
		}
		old, revision := k.doc()
		next, now, changes := P(old.clone()), k.clock(), 0
		for i, j := range jobs {
			if answers[i] = k.do(next, j.c, now); answers[i] == nil {
				changes++
			} else if answers[i] == errSame {
				answers[i] = nil
			}
		}
		if err = nil; changes == 0 {
			break
		}
		var value []byte
		if value, err = wire.Marshal(next); err != nil {
			break
		}
		var put uint64
		if put, err = k.store.Put(ctx, k.key, value, revision); err == nil {
			k.adopt(next, value, put, true)
			break
		} else if !errors.Is(err, bus.ErrConflict) {
			wake(k.stale) // it may have arrived
			break
		}
	}
	if err != nil {
		k.log.Warn("a class can't be kept", "key", k.key, "commands", len(jobs), "err", err)
	}
	for i, j := range jobs {
		var no refused
		if err != nil && !errors.As(answers[i], &no) {
			answers[i] = unkept(err)
		}
		j.done <- answers[i]
	}
}

// unkept says in words why nothing could be changed.
func unkept(err error) error {
	switch {
	case errors.Is(err, bus.ErrFull):
		return refuse("Nothing can be kept, since there is no room left for it. Whoever runs the server has to make some.")
	case errors.Is(err, bus.ErrTooLarge):
		return refuse("This class is full: nothing more can be kept of it (limit: 256 KiB a document).")
	case errors.Is(err, bus.ErrConflict):
		return refuse("Too many change this class at once. Try again in a moment.")
	}
	return refuse("Nothing can be kept at the moment, since the bus is away. The class goes on with what it has; try again.")
}
