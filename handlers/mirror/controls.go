package mirror

// Control frames: kept for the next breakdown, and pings timed until their pongs.

import (
	"sync"
	"sync/atomic"
	"time"

	"wireup/inspector"
)

// controls are the control frames that wait for the next breakdown, and our unanswered pings.
type controls struct {
	waiting atomic.Bool // frames is not empty

	mu      sync.Mutex // guards what follows: Ping is called from other goroutines
	frames  []record
	omitted int
	pings   []sentPing
}

type sentPing struct {
	at      time.Time
	payload string
}

// control returns the conversation's, and makes them when the first control frame is there.
func (e *Echo) control() *controls {
	if c := e.controls.Load(); c != nil {
		return c
	}
	e.controls.CompareAndSwap(nil, new(controls)) // Run and Ping may both be the first
	return e.controls.Load()
}

// saw keeps a control frame that crossed in direction d.
func (c *controls) saw(d inspector.Direction, r *record) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.keep(d, r)
}

func (c *controls) keep(d inspector.Direction, r *record) {
	c.waiting.Store(true)
	k := add(&c.frames, maxControls)
	if k == nil {
		c.omitted++
		return
	}
	*k = *r
	k.direction = d
}

// pinged notes a ping of ours, given as the frame that it is; listed says whether a breakdown
// is to have it.
func (c *controls) pinged(at time.Time, frame []byte, listed bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	h, n, _ := inspector.ParseHeader(frame)
	if len(c.pings) == maxPings {
		c.pings = c.pings[:copy(c.pings, c.pings[1:])]
	}
	c.pings = append(c.pings, sentPing{at, string(frame[n:])})
	if listed {
		r := new(record)
		r.hold(h, frame[:n], frame[n:])
		c.keep(inspector.Down, r)
	}
}

// ponged returns the time since the ping that a pong with this payload answers, and forgets that
// ping and those before it: a pong answers the latest one (RFC 6455 §5.5.3). It returns 0 for a
// pong that nobody asked for.
func (c *controls) ponged(at time.Time, payload []byte) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := len(c.pings) - 1; i >= 0; i-- {
		if p := c.pings[i]; p.payload == string(payload) {
			c.pings = c.pings[:copy(c.pings, c.pings[i+1:])]
			return at.Sub(p.at)
		}
	}
	return 0
}

// take moves what waits into a report.
func (c *controls) take(rep *report) {
	if !c.waiting.Load() {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	rep.control = append(rep.control[:0], c.frames...)
	rep.omittedControl = c.omitted
	c.frames, c.omitted = nil, 0
	c.waiting.Store(false)
}

// hold makes r the record of a whole frame whose payload is not masked.
func (r *record) hold(h inspector.Header, raw, payload []byte) {
	r.start(h, raw)
	r.keepPlain(payload)
}
