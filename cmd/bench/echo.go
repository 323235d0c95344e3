package main

// The echo: CPU a message and messages a second, for each server, size and depth.

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

const (
	connections = 64
	// A batch over this size is written beside the reading: a server that answers before it has
	// read all would wait for us, and we for it.
	inlineBatch = 128 << 10
)

var (
	sizes  = []int{16, 1 << 10, 64 << 10}
	depths = []int{1, 16} // messages in flight: sent in one write, answered before the next ones
)

// echoes are the servers in the order of the table, gorilla, which the others are measured by, in
// their midst.
var echoes = []struct {
	name, server, target string
	answers              int
}{
	{"wireup, breakdown", "wireup", "/echo", 2},
	{"wireup, breakdown, kept on a wire", "wireup", "/echo?wire=abcdefghijklm", 2},
	{"wireup, mirror alone", "wireup", "/echo?breakdown=off", 1},
	{"gorilla", "gorilla", "/echo", 1},
	{"go-httpbin", "go-httpbin", "/websocket/echo", 1},
	{"coder", "coder", "/echo", 1},
	{"gws", "gws", "/echo", 1},
}

const (
	withBreakdown = "wireup, breakdown"
	mirrorAlone   = "wireup, mirror alone"
	baseline      = "gorilla"
)

// cell is one figure's place.
type cell struct {
	echo        string
	size, depth int
}

// echoFigures are the figures of all rounds.
type echoFigures struct {
	cpu  map[cell]spread // µs a message
	rate map[cell]spread // messages a second
}

// better is how many times the CPU of a message that gorilla takes to that of name.
func (f echoFigures) better(name string, size, depth int) spread {
	return f.cpu[cell{baseline, size, depth}].over(f.cpu[cell{name, size, depth}])
}

// measureEcho starts every server, connects to each, and loads them in turns.
func measureEcho(ctx context.Context, p plan, progs programs, say func(string, ...any)) (echoFigures, error) {
	f := echoFigures{make(map[cell]spread), make(map[cell]spread)}
	servers := make(map[string]*server)
	clients := make(map[string][]*client)
	defer func() {
		for _, all := range clients {
			for _, c := range all {
				c.Close()
			}
		}
		for _, s := range servers {
			s.stop()
		}
	}()
	for _, e := range echoes {
		if servers[e.server] == nil {
			s, err := progs.start(ctx, e.server)
			if err != nil {
				return f, err
			}
			servers[e.server] = s
		}
		for range connections {
			c, err := dial(servers[e.server].addr, "127.0.0.1", e.target, e.answers, make([]byte, 80<<10))
			if err != nil {
				return f, err
			}
			clients[e.name] = append(clients[e.name], c)
			for _, size := range sizes {
				if err := c.verify(bytes.Repeat([]byte("x"), size)); err != nil {
					return f, fmt.Errorf("%s: %w", e.name, err)
				}
			}
		}
	}
	for round := range p.rounds {
		for _, size := range sizes {
			for _, depth := range depths {
				batch := bytes.Repeat(appendMasked(nil, bytes.Repeat([]byte("x"), size)), depth)
				for i := range echoes {
					e := echoes[(i+round)%len(echoes)] // nobody is always behind the same one
					l := load{clients[e.name], batch, depth}
					if _, err := l.run(ctx, p.warm); err != nil {
						return f, fmt.Errorf("%s: %w", e.name, err)
					}
					cpu, rate, err := l.measure(ctx, servers[e.server].pid(), p.window)
					if err != nil {
						return f, fmt.Errorf("%s: %w", e.name, err)
					}
					at := cell{e.name, size, depth}
					f.cpu[at], f.rate[at] = append(f.cpu[at], cpu), append(f.rate[at], rate)
				}
			}
		}
		say("echo: round %d of %d done", round+1, p.rounds)
	}
	return f, nil
}

// load is what all clients send over and over.
type load struct {
	clients []*client
	batch   []byte // depth messages
	depth   int
}

// measure loads the server in process pid for d.
func (l load) measure(ctx context.Context, pid int, d time.Duration) (micros, rate float64, err error) {
	before, err := cpuTime(pid)
	if err != nil {
		return 0, 0, err
	}
	start := time.Now()
	messages, err := l.run(ctx, d)
	took := time.Since(start)
	if err != nil {
		return 0, 0, err
	}
	after, err := cpuTime(pid)
	if err != nil {
		return 0, 0, err
	}
	n := float64(messages)
	return float64(after-before) / 1e3 / n, n / took.Seconds(), nil
}

// run sends batches on every connection until d is over, and returns how many messages were
// answered. When it returns, nothing is in flight.
func (l load) run(ctx context.Context, d time.Duration) (messages int64, err error) {
	var stop atomic.Bool
	timer := time.AfterFunc(d, func() { stop.Store(true) })
	defer timer.Stop()
	interrupted := context.AfterFunc(ctx, func() {
		for _, c := range l.clients {
			c.SetDeadline(time.Unix(1, 0)) // long ago
		}
	})
	defer interrupted()
	var group sync.WaitGroup
	counts := make([]int64, len(l.clients))
	errs := make([]error, len(l.clients))
	for i, c := range l.clients {
		group.Go(func() {
			for !stop.Load() && errs[i] == nil {
				errs[i] = l.once(c)
				counts[i] += int64(l.depth)
			}
		})
	}
	group.Wait()
	for _, n := range counts {
		messages += n
	}
	return messages, errors.Join(append(errs, ctx.Err())...)
}

// once sends one batch and waits for all of its answers.
func (l load) once(c *client) error {
	if len(l.batch) <= inlineBatch {
		if _, err := c.Write(l.batch); err != nil {
			return err
		}
		return c.await(l.depth)
	}
	wrote := make(chan error, 1)
	go func() {
		_, err := c.Write(l.batch)
		wrote <- err
	}()
	err := c.await(l.depth)
	if err != nil {
		c.Close() // or the writer never ends
	}
	return errors.Join(err, <-wrote)
}
