package mirror

// The echo: one connection's conversation, from the upgrade to the end of TCP.

import (
	"errors"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"wireup/inspector"
)

// Echo mirrors the frames of one connection. It is kept small, since most conversations are idle:
// all that is of a message on its way stands in work.
type Echo struct {
	tap      *inspector.Conn
	limit    int64 // bytes of a message
	patience *patience
	owner    Owner
	inflater *inspector.Inflater // nil without compression

	// What follows belongs to the goroutine of run.
	work      *work
	messages  uint32 // how many messages the client has begun
	said      uint32 // and we
	breakdown Breakdown
	over      bool          // our close frame is the last thing in out, or the client's close has come
	leaving   bool          // we have said that we go; only the client's close frame matters
	failed    bool          // nothing more can be written
	pinging   atomic.Bool   // a Ping is on its way; it stands here since there is room
	now       time.Duration // of the last write, since began
	restBy    time.Duration // the deadline of the next read, since began; 0 for none

	controls atomic.Pointer[controls]

	write  sync.Mutex // held while bytes are written, so that frames stay whole
	closed bool       // nothing may be written any more; guarded by write

	stopping bool // guarded by state
	ending   bool
	state    sync.Mutex
	writeBy  time.Duration // the deadline of writes, since began; 0 for none; guarded by state
}

// began is what deadlines are counted from: a time of eight bytes.
var began = time.Now()

// New makes the conversation on tap, whose handshake is over.
func New(tap *inspector.Conn, o Options) *Echo {
	e := &Echo{tap: tap, breakdown: o.Breakdown, limit: o.MaxMessage, patience: &usualPatience}
	if o.Deflate != nil {
		e.inflater = inspector.NewInflater(o.Deflate.Takeover, int(o.MaxMessage))
	}
	return e
}

// Start holds the conversation until its connection is closed.
func (e *Echo) Start(o Owner) {
	e.owner = o
	go e.run()
}

// run holds the conversation until it is over or at rest. To answer a message takes a larger
// stack than to wait for one, and a stack never becomes as small again as a new one is: so a
// conversation that rests goes on in a new goroutine.
func (e *Echo) run() {
	if e.converse() {
		go e.run()
		e.owner.Rests()
		return
	}
	e.owner.Over()
}

// converse holds the conversation and reports whether it is at rest: otherwise its connection
// is closed.
func (e *Echo) converse() (rests bool) {
	defer e.letGo()
	for {
		if !e.flush() {
			// Whoever does not read what was sent would not read a close frame either.
			_ = e.tap.Reset()
			return false
		}
		if e.over {
			e.end()
			return false
		}
		e.limitWait()
		err := e.read()
		if err == nil {
			continue
		}
		if errors.Is(err, os.ErrDeadlineExceeded) {
			if e.leave() {
				continue
			}
			if e.restBy != 0 && !e.leaving {
				e.waitForEver()
				if e.work == nil {
					return true
				}
				continue
			}
		}
		if e.leaving {
			e.end()
		} else {
			_ = e.tap.Close()
		}
		return false
	}
}

// limitWait lets the next read end when the conversation may be at rest. Like that of writes
// the deadline is not set anew each time.
func (e *Echo) limitWait() {
	if e.now == 0 || e.leaving || e.restBy != 0 && e.restBy-e.now > e.patience.rest/2 {
		return
	}
	e.restBy = e.now + e.patience.rest
	e.setReadDeadline(began.Add(e.restBy))
}

// waitForEver takes the deadline from the reads up to the next write.
func (e *Echo) waitForEver() {
	e.now, e.restBy = 0, 0
	e.setReadDeadline(time.Time{})
}

// setReadDeadline sets the deadline of reads, unless Stop has set the last one.
func (e *Echo) setReadDeadline(at time.Time) {
	e.state.Lock()
	defer e.state.Unlock()
	if !e.stopping {
		// A connection that takes no deadline is a closed one, as the read will tell.
		_ = e.tap.SetReadDeadline(at)
	}
}

// read waits for bytes and decodes them.
func (e *Echo) read() error {
	if w := e.work; w != nil && w.decoder.Left() >= directAt && !e.leaving {
		w.offer(w.decoder.Left(), w.at)
		p, err := e.tap.AwaitRead(w.get, keepLent)
		w.lent = true
		e.feed(p)
		w.lent, w.lend = false, nil
		return unless(len(p) > 0, err)
	}
	p, err := e.tap.AwaitRead(borrow, giveBack)
	if len(p) > 0 {
		e.begin()
		e.feed(p)
		giveBack(p)
	}
	return unless(len(p) > 0, err)
}

// unless leaves an error that came with bytes to the next read, which meets it again.
func unless(bytes bool, err error) error {
	if bytes {
		return nil
	}
	return err
}

// begin takes in hand what a message needs, if that isn't there.
func (e *Echo) begin() {
	if e.work == nil {
		e.work = newWork(e.inflater != nil)
	}
}

func (e *Echo) feed(p []byte) {
	w := e.work
	// An error of the decoder is one that the judge has found in the same header.
	_, _ = w.decoder.Feed(p, e)
	if !e.deaf() && !e.leaving {
		e.breaksFront(&w.judge, w.decoder.Pending())
	}
}

// flush writes what waits, and lets go of what an idle conversation needs not. It reports
// whether that went well.
func (e *Echo) flush() bool {
	if e.work == nil {
		return true
	}
	e.send()
	if w := e.work; !e.failed && w.part == 0 && w.decoder.Idle() {
		e.letGo()
	}
	return !e.failed
}

// send writes the whole frames that wait.
func (e *Echo) send() {
	w := e.work
	if w.whole == 0 || e.failed {
		return
	}
	e.write.Lock()
	defer e.write.Unlock()
	e.now = e.allowWrite()
	if _, err := e.tap.Write(w.out[:w.whole]); err != nil {
		e.failed = true
	}
	e.closed = e.closed || e.failed || e.over
	w.sent()
}

// letGo gives back what the conversation had in hand.
func (e *Echo) letGo() {
	if e.work != nil {
		e.work.release()
		e.work = nil
	}
}

// allowWrite sets the deadline of a write, and returns what time it is. The deadline is not set
// anew for each: that is a timer each.
func (e *Echo) allowWrite() (now time.Duration) {
	now = time.Since(began)
	e.state.Lock()
	defer e.state.Unlock()
	if e.stopping || e.writeBy != 0 && e.writeBy-now > e.patience.write*9/10 {
		return now // the last one has been set by Stop, or is far enough
	}
	e.writeBy = now + e.patience.write
	// A connection that takes no deadline is a closed one, as the write will tell.
	_ = e.tap.SetWriteDeadline(began.Add(e.writeBy))
	return now
}

// Ping sends a ping from the server and reports whether it went out.
func (e *Echo) Ping(payload []byte) bool {
	if !e.pinging.CompareAndSwap(false, true) {
		return false // one is still waiting for its turn
	}
	defer e.pinging.Store(false)
	h := inspector.Header{Fin: true, Opcode: inspector.OpPing, Length: uint64(len(payload))}
	var b [2 + inspector.MaxControlPayload]byte
	frame := append(h.AppendTo(b[:0]), payload...)
	e.write.Lock()
	defer e.write.Unlock()
	if e.closed {
		return false
	}
	// Before the write, or the pong may come first.
	e.control().pinged(time.Now(), frame, e.breakdown != Off)
	e.allowWrite()
	if _, err := e.tap.Write(frame); err != nil {
		// A part of it may have gone out, and no frame can stand behind that.
		e.closed = true
		_ = e.tap.Reset()
		return false
	}
	return true
}

// Stop makes the conversation end soon, with close code 1001.
func (e *Echo) Stop() {
	e.state.Lock()
	defer e.state.Unlock()
	if e.stopping || e.ending {
		return
	}
	e.stopping = true
	now := time.Now()
	// The deadlines wake run, which does the rest.
	_ = e.tap.SetReadDeadline(now)
	_ = e.tap.SetWriteDeadline(now.Add(e.patience.leave))
}

// leave sends close 1001 if Stop has asked for it, once. It reports whether it has.
func (e *Echo) leave() bool {
	e.state.Lock()
	asked := e.stopping && !e.leaving
	if asked {
		_ = e.tap.SetReadDeadline(time.Now().Add(e.patience.leave))
	}
	e.state.Unlock()
	if !asked {
		return false
	}
	e.leaving = true
	e.begin()
	e.work.part = 0
	e.appendClose(inspector.CloseGoingAway, stoppingReason)
	e.write.Lock()
	e.closed = true // but by run itself
	e.write.Unlock()
	return true
}

// end closes TCP so that what was sent arrives: our FIN first, then the peer's, for a while.
// To close with unread input would reset the connection, and our close frame with it.
func (e *Echo) end() {
	e.state.Lock()
	e.ending = true
	e.state.Unlock()
	drain(e.tap, e.patience)
}

// End closes a connection below which a last answer is on its way, so that it arrives.
func End(tap *inspector.Conn) { drain(tap, &usualPatience) }

// drain half-closes the connection, reads until the peer's FIN, and closes it. A peer that falls
// silent is left after p.drain, and one that goes on sending after p.flood or maxDrain bytes.
func drain(tap *inspector.Conn, p *patience) {
	defer tap.Close()
	if tap.CloseWrite() != nil {
		return
	}
	last := time.Now().Add(p.flood)
	for left := maxDrain; left > 0; {
		by := time.Now().Add(p.drain)
		if by.After(last) {
			by = last
		}
		if tap.SetReadDeadline(by) != nil {
			return
		}
		b, err := tap.AwaitRead(borrow, giveBack)
		if err != nil {
			return
		}
		left -= len(b)
		giveBack(b)
	}
}
