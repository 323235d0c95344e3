package inspector

// The tap: a listener and its connections, which show their traffic and change none of it.

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// Observer is shown what crosses a connection. Conn serialises the calls, and orders them as
// cause and effect: what the server wrote comes before what the client answered.
// An Observer must be quick and must not fail: the connection goes on when it returns.
type Observer interface {
	// Observe is shown bytes that crossed; at is when. p is the connection's own buffer, valid
	// only during the call and never to be written to.
	Observe(at time.Time, d Direction, p []byte)
	// Ended is told once, after the last Observe. err is the error that ended the connection,
	// nil when it was closed in order.
	Ended(at time.Time, how Ending, err error)
}

// maxHeld bounds the inbound bytes that wait for a write in flight to be shown first.
const maxHeld = 64 << 10

// Listener hands out the connections of another listener, each with a tap.
type Listener struct {
	net.Listener
	watch func(c *Conn) Observer
	last  atomic.Uint64
}

// NewListener taps l. watch is called once for each connection, before its first byte, and
// returns who is to be shown it; nil for nobody.
func NewListener(l net.Listener, watch func(c *Conn) Observer) *Listener {
	return &Listener{Listener: l, watch: watch}
}

// Accept waits for the next connection and taps it.
func (l *Listener) Accept() (net.Conn, error) {
	inner, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	c := NewConn(inner)
	c.ID = l.last.Add(1)
	if o := l.watch(c); o != nil {
		c.Tee(o)
	}
	return c, nil
}

// Conn is a net.Conn that shows its traffic to its observers and changes none of it: bytes and
// errors pass untouched. It embeds the interface, never *net.TCPConn: a promoted ReadFrom or
// WriteTo would carry bytes past the tap.
type Conn struct {
	net.Conn
	ID       uint64 // numbers the connections of one Listener, from 1
	Accepted time.Time

	watched       atomic.Bool
	closed        atomic.Bool
	reads, writes atomic.Uint64

	mu       sync.Mutex // guards writing and watching; held while observers are told, never during I/O
	writing  int32      // writes in flight
	errno    int32      // of the wait; it stands here since there is room
	watching *watching  // nil when nobody watches: most connections are idle, and of those there are many

	raw  syscall.RawConn // for AwaitRead; nil until its first use, and where there is none
	wait waiter
}

// watching is what a connection needs while somebody watches.
type watching struct {
	observers []Observer
	held      []byte // inbound bytes read while a write was in flight
	heldAt    time.Time
	how       Ending
	err       error
	finished  bool // observers have been told the end
}

// NewConn taps one connection, with no observer yet; see Tee.
func NewConn(c net.Conn) *Conn {
	return &Conn{Conn: c, Accepted: time.Now()}
}

// ConnOf returns the tap in c or below it (reached through NetConn methods), or nil.
func ConnOf(c net.Conn) *Conn {
	for c != nil {
		if tap, ok := c.(*Conn); ok {
			return tap
		}
		under, ok := c.(interface{ NetConn() net.Conn })
		if !ok {
			return nil
		}
		c = under.NetConn()
	}
	return nil
}

// NetConn returns the connection below the tap. What it carries is not seen.
func (c *Conn) NetConn() net.Conn { return c.Conn }

// Tee adds an observer, which is told of all that comes from now on.
func (c *Conn) Tee(o Observer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.watching == nil {
		c.watching = new(watching)
	}
	w := c.watching
	w.observers = append(w.observers[:len(w.observers):len(w.observers)], o)
	c.watched.Store(true)
}

// Unwatch drops all observers; none of them is told of the end. From then on the tap costs
// a load and an add a call. It may be called from within an Observer's own call.
func (c *Conn) Unwatch() {
	c.watched.Store(false)
	if c.mu.TryLock() { // fails within an Observer's call, and then tell lets go of them
		c.watching = nil
		c.mu.Unlock()
	}
}

// Calls is how many reads and writes moved bytes.
func (c *Conn) Calls() (reads, writes uint64) { return c.reads.Load(), c.writes.Load() }

// Read reads from the connection below. Bytes are shown also when an error came with them.
func (c *Conn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.sawRead(p[:max(n, 0)], err)
	return n, err
}

// Write writes to the connection below, and shows what was written.
func (c *Conn) Write(p []byte) (int, error) {
	if !c.watched.Load() {
		n, err := c.Conn.Write(p)
		if n > 0 {
			c.writes.Add(1)
		}
		return n, err
	}
	c.mu.Lock()
	c.writing++
	c.mu.Unlock()
	at := time.Now() // before the write, or the peer's answer can be stamped earlier
	n, err := c.Conn.Write(p)
	if n > 0 {
		c.writes.Add(1)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.writing--
	if n > 0 {
		c.tell(at, Down, p[:n])
	}
	if err != nil {
		c.noteEnd(err, false)
	}
	if c.writing == 0 {
		c.release()
	}
	return n, err
}

// sawRead shows inbound bytes and notes how reading ended. While a write is in flight the bytes
// may answer it, and the answer must not be shown first: they wait until it has been shown.
func (c *Conn) sawRead(p []byte, err error) {
	if len(p) > 0 {
		c.reads.Add(1)
	}
	if !c.watched.Load() {
		return
	}
	at := time.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(p) > 0 {
		if w := c.watching; w != nil && c.writing > 0 && len(w.held)+len(p) <= maxHeld {
			if len(w.held) == 0 {
				w.heldAt = at
			}
			w.held = append(w.held, p...)
		} else {
			c.release()
			c.tell(at, Up, p)
		}
	}
	if err != nil {
		c.noteEnd(err, true)
	}
}

// release shows what was held back.
func (c *Conn) release() {
	if w := c.watching; w != nil && len(w.held) > 0 {
		c.tell(w.heldAt, Up, w.held)
		w.held = nil
	}
}

func (c *Conn) tell(at time.Time, d Direction, p []byte) {
	w := c.watching
	if w == nil || w.finished {
		return
	}
	for _, o := range w.observers {
		if !c.watched.Load() {
			break
		}
		o.Observe(at, d, p)
	}
	if !c.watched.Load() {
		c.watching = nil
	}
}

// noteEnd keeps the first thing that ended the connection. A deadline is no end: net/http
// stops its background read with one when a handler hijacks.
func (c *Conn) noteEnd(err error, reading bool) {
	w := c.watching
	if w == nil || w.how != EndUnknown || c.closed.Load() || errors.Is(err, os.ErrDeadlineExceeded) {
		return
	}
	switch {
	case reading && errors.Is(err, io.EOF):
		w.how = EndClient
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		w.how, w.err = EndReset, err
	case errors.Is(err, syscall.ETIMEDOUT):
		w.how, w.err = EndTimeout, err
	case errors.Is(err, net.ErrClosed):
	default:
		w.how, w.err = EndError, err
	}
}

// Close closes the connection and tells the observers how it ended.
func (c *Conn) Close() error { return c.end(EndServer) }

// Reset closes the connection with a TCP reset, as a crashed program's kernel would.
func (c *Conn) Reset() error {
	if l, ok := c.Conn.(interface{ SetLinger(sec int) error }); ok {
		if err := l.SetLinger(0); err != nil {
			return errors.Join(err, c.end(EndServer))
		}
		return c.end(EndAborted)
	}
	return c.end(EndServer)
}

// CloseWrite sends our FIN and goes on reading, where the connection below can.
func (c *Conn) CloseWrite() error {
	half, ok := c.Conn.(interface{ CloseWrite() error })
	if !ok {
		return errors.ErrUnsupported
	}
	err := half.CloseWrite()
	if err == nil {
		c.mu.Lock()
		if w := c.watching; w != nil && w.how == EndUnknown {
			w.how = EndServer
		}
		c.mu.Unlock()
	}
	return err
}

func (c *Conn) end(how Ending) error {
	first := c.closed.CompareAndSwap(false, true)
	err := c.Conn.Close()
	if !first || !c.watched.Load() {
		return err
	}
	at := time.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.release()
	w := c.watching
	if w == nil {
		return err
	}
	if w.how == EndUnknown || how == EndAborted {
		w.how, w.err = how, nil
	}
	w.finished = true
	for _, o := range w.observers {
		o.Ended(at, w.how, w.err)
	}
	w.observers = nil
	return err
}

// awaitPlain is AwaitRead for a connection that is no system socket.
func (c *Conn) awaitPlain(get func() []byte, put func([]byte)) ([]byte, error) {
	b := get()
	n, err := c.Read(b)
	if n == 0 {
		put(b)
		return nil, err
	}
	return b[:n], err
}
