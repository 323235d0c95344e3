package main

// Idle connections: what one costs in memory, before it was ever used and after.

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

const (
	dialers    = 32
	perAddress = 200 // connections from one client address, below wireup's limit
	warmUps    = 128 // connections that come and go before the first reading
	settleStep = 500 * time.Millisecond
	settleMost = 10 * time.Second
)

// idleFigures are KiB of RSS a connection, by server.
type idleFigures struct {
	fresh map[string]spread // upgraded, and silent since
	used  map[string]spread // one message was echoed
}

// measureIdle starts each server anew in each round, so that neither has a past.
func measureIdle(ctx context.Context, p plan, progs programs) (idleFigures, error) {
	f := idleFigures{make(map[string]spread), make(map[string]spread)}
	if err := raiseFiles(uint64(p.idle) + 100); err != nil {
		return f, err
	}
	for range p.idleRounds {
		for _, of := range []struct {
			name    string
			answers int
		}{{"wireup", 2}, {"gorilla", 1}} {
			fresh, used, err := idle(ctx, p, progs, of.name, of.answers)
			if err != nil {
				return f, fmt.Errorf("idle connections of %s: %w", of.name, err)
			}
			f.fresh[of.name] = append(f.fresh[of.name], fresh)
			f.used[of.name] = append(f.used[of.name], used)
		}
	}
	return f, nil
}

// idle is what p.idle connections to a new server add to its RSS, in KiB each: as soon as they
// are open, and when one message has been echoed on each.
func idle(ctx context.Context, p plan, progs programs, name string, answers int) (fresh, used float64, err error) {
	s, err := progs.start(ctx, name)
	if err != nil {
		return 0, 0, err
	}
	defer s.stop()
	// What a start leaves behind, and what is made once, is out of the way before the first
	// reading: a server that gives memory back later would look better than it is.
	err = each(ctx, warmUps, func(i int, buf []byte) error {
		c, err := dial(s.addr, "127.0.0.1", "/echo", answers, buf)
		if err != nil {
			return err
		}
		defer c.Close()
		return c.verify([]byte("0123456789abcdef"))
	})
	if err != nil {
		return 0, 0, err
	}
	clients := make([]*client, p.idle)
	defer func() {
		for _, c := range clients {
			if c != nil {
				c.Close()
			}
		}
	}()
	var at [3]int64 // RSS before, with fresh connections, with used ones
	for i, step := range []func(i int, buf []byte) error{
		func(int, []byte) error { return nil },
		func(i int, buf []byte) (err error) {
			clients[i], err = dial(s.addr, fmt.Sprintf("127.0.0.%d", 2+i/perAddress), "/echo", answers, buf)
			return err
		},
		func(i int, _ []byte) error { return clients[i].verify([]byte("0123456789abcdef")) },
	} {
		if err := each(ctx, p.idle, step); err != nil {
			return 0, 0, err
		}
		if at[i], err = settled(ctx, s.pid()); err != nil {
			return 0, 0, err
		}
	}
	kib := func(bytes int64) float64 { return float64(bytes) / 1024 / float64(p.idle) }
	return kib(at[1] - at[0]), kib(at[2] - at[0]), nil
}

// each calls do for every connection from a few goroutines; each has a buffer
// of its own, and the same connections each time.
func each(ctx context.Context, n int, do func(i int, buf []byte) error) error {
	errs := make([]error, dialers)
	var group sync.WaitGroup
	for worker := range dialers {
		group.Go(func() {
			buf := make([]byte, 16<<10) // of whichever connection is in use
			for i := worker; i < n && ctx.Err() == nil; i += dialers {
				if err := do(i, buf); err != nil {
					errs[worker] = fmt.Errorf("connection %d: %w", i+1, err)
					return
				}
			}
		})
	}
	group.Wait()
	return errors.Join(append(errs, ctx.Err())...)
}

// settled waits until the RSS of a process stays within a percent for a second, and returns it.
func settled(ctx context.Context, pid int) (int64, error) {
	var last int64
	still := 0
	for end := time.Now().Add(settleMost); ; {
		now, err := rss(pid)
		if err != nil {
			return 0, err
		}
		if max(now-last, last-now) > last/100 {
			still = 0
		} else {
			still++
		}
		if still >= 2 || time.Now().After(end) {
			return now, nil
		}
		last = now
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-time.After(settleStep):
		}
	}
}
