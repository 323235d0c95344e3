package handlers

// Lesson 6: the raw echo, which speaks no protocol at all. What it reads it sends back a moment
// later, and each of its reads and writes is an event on the reader's wire.

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"sync"
	"time"

	"wireup/inspector"
	"wireup/templates"
	"wireup/wire"
)

const (
	socketsLab = "sockets"

	// rawBuffer is how much one read may return: more than loopback hands over at once, so that
	// what is cut was cut by the sender.
	rawBuffer = 64 << 10

	// rawPending bounds what waits to be sent back; beyond it nothing is read.
	rawPending = 256 << 10

	// rawHold is how long the echo keeps what it has read. In that time a client can close its
	// side, and see that the rest still comes.
	rawHold = 250 * time.Millisecond

	// rawLast is how long the last byte waits behind the others when the client has ended its side.
	// Whoever has closed both directions answers the others with a reset, and never gets this one.
	rawLast = 50 * time.Millisecond

	// rawLeave is how long a client has to close after it was told why the server does.
	rawLeave = 250 * time.Millisecond

	// rawTail is how much of what came is kept for a word that was torn between reads.
	rawTail = 64
)

// RawEnds are the listeners of the raw echo.
type RawEnds struct {
	TCP, Unix net.Listener // nil where there is none
	Notes     []string     // what a reader has to know of them, a sentence each
}

// view says where they are, for pages.
func (e RawEnds) view() (v templates.RawView) {
	if e.TCP != nil {
		if tcp, ok := e.TCP.Addr().(*net.TCPAddr); ok {
			host := tcp.IP.String()
			if tcp.IP.IsUnspecified() {
				host = "*"
			}
			v.TCP = host + " " + strconv.Itoa(tcp.Port)
		}
	}
	if e.Unix != nil {
		v.Unix = e.Unix.Addr().String()
	}
	return v
}

// rawEcho is the raw echo.
type rawEcho struct {
	ends   RawEnds
	hub    *wire.Hub
	limits Limits
	whose  func(p []byte) (wire.ID, bool) // whose exercise waits for a word in p

	mu       sync.Mutex
	open     map[*rawConn]struct{}
	draining bool
	stop     chan struct{} // closed when the server stops
	running  sync.WaitGroup
}

func newRawEcho(ends RawEnds, hub *wire.Hub, l Limits, whose func(p []byte) (wire.ID, bool)) *rawEcho {
	return &rawEcho{ends: ends, hub: hub, limits: l, whose: whose,
		open: make(map[*rawConn]struct{}), stop: make(chan struct{})}
}

// start accepts connections until drain.
func (e *rawEcho) start() {
	for _, l := range []net.Listener{e.ends.TCP, e.ends.Unix} {
		if l == nil {
			continue
		}
		e.mu.Lock()
		if !e.draining {
			e.running.Go(func() { e.accept(l) })
		}
		e.mu.Unlock()
	}
}

func (e *rawEcho) accept(l net.Listener) {
	for {
		c, err := l.Accept()
		switch {
		case err == nil:
			e.admit(c)
			continue
		case errors.Is(err, net.ErrClosed):
			return
		}
		// Too many open files, or a client that has gone: the next may be luckier.
		pause := time.NewTimer(100 * time.Millisecond)
		select {
		case <-pause.C:
		case <-e.stop:
			pause.Stop()
			return
		}
	}
}

// admit begins to serve c, if there's room.
func (e *rawEcho) admit(c net.Conn) {
	if c.RemoteAddr().Network() == "unix" {
		c = unixClient{c}
	}
	tap := inspector.NewConn(c)
	r := &rawConn{echo: e, tap: tap, log: e.hub.WatchRaw(tap, socketsLab), moved: time.Now()}
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case e.draining:
		_ = c.Close() // an error leaves nothing to do
	case len(e.open) >= e.limits.RawConns:
		e.running.Go(func() {
			_ = c.SetDeadline(time.Now().Add(rawLeave)) // so that whoever doesn't read holds nobody up
			_, _ = fmt.Fprintf(c, "wireup: %d connections to the raw echo are open (limit: raw-connections). Close one, and try again.\n", e.limits.RawConns)
			_ = c.Close()
		})
	default:
		tap.Tee(r.log)
		e.open[r] = struct{}{}
		e.running.Go(r.serve)
	}
}

// drain closes the listeners, has every connection send back what it holds and close, and waits
// for that until ctx is done.
func (e *rawEcho) drain(ctx context.Context) error {
	e.mu.Lock()
	if !e.draining {
		e.draining = true
		close(e.stop)
	}
	for _, l := range []net.Listener{e.ends.TCP, e.ends.Unix} {
		if l != nil {
			_ = l.Close() // it may be closed already
		}
	}
	for r := range e.open {
		r.wake()
	}
	e.mu.Unlock()
	ended := make(chan struct{})
	go func() { e.running.Wait(); close(ended) }()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
	}
	e.mu.Lock()
	for r := range e.open {
		_ = r.tap.NetConn().Close() // cut off, as the time is over; the log ends with its own goroutine
	}
	e.mu.Unlock()
	<-ended
	return fmt.Errorf("waiting for raw connections to close: %w", ctx.Err())
}

// rawConn is one connection to the raw echo. Its goroutine alone reads and writes.
type rawConn struct {
	echo *rawEcho
	tap  *inspector.Conn
	log  *wire.Raw

	deadline sync.Mutex // guards the read deadline: wake must not be undone
	woken    bool

	pending []rawChunk // read, and not sent back yet
	size    int        // bytes of that
	total   int64      // bytes read
	moved   time.Time  // when something last crossed

	lead    []byte // the front of the stream, while it may be the line that names the wire
	settled bool   // it is not, or has been read
	tail    []byte // the last bytes, for a word that was torn
}

// rawChunk is what one read returned.
type rawChunk struct {
	due   time.Time
	bytes []byte
}

func (r *rawConn) serve() {
	e := r.echo
	defer func() {
		_ = r.tap.Close() // an error leaves nothing to do
		e.mu.Lock()
		delete(e.open, r)
		e.mu.Unlock()
	}()
	buf := make([]byte, rawBuffer)
	for {
		if r.size >= rawPending {
			if !r.sendNext() {
				return
			}
			continue
		}
		r.waitUntil()
		n, err := r.tap.Read(buf)
		now := time.Now()
		if n > 0 {
			r.moved = now
			r.take(buf[:n], now)
		}
		switch {
		case r.total > e.limits.RawBytes:
			r.tell(fmt.Sprintf("more than %s came (limit: raw-bytes). The connection ends here.", sizeWords(e.limits.RawBytes)))
			return
		case err == nil:
		case errors.Is(err, os.ErrDeadlineExceeded) && r.stopped():
			r.sendAll()
			return
		case errors.Is(err, os.ErrDeadlineExceeded):
			if !r.sendDue(now) {
				return
			}
			if len(r.pending) == 0 && now.Sub(r.moved) >= e.limits.RawIdle {
				r.tell(fmt.Sprintf("nothing came for %s (limit: raw-idle). The connection ends here.", e.limits.RawIdle))
				return
			}
		case errors.Is(err, io.EOF):
			r.log.EndOfStream(now)
			r.settle(now)
			r.splitLast()
			r.sendAll()
			return
		default:
			return
		}
	}
}

// waitUntil sets until when the next read may wait: until something is to be sent back, or until
// the client has been silent for too long.
func (r *rawConn) waitUntil() {
	until := r.moved.Add(r.echo.limits.RawIdle)
	if len(r.pending) > 0 {
		until = r.pending[0].due
	}
	r.deadline.Lock()
	defer r.deadline.Unlock()
	if !r.woken {
		_ = r.tap.SetReadDeadline(until) // the read meets the same error
	}
}

// wake ends the wait of a read: the server stops.
func (r *rawConn) wake() {
	r.deadline.Lock()
	defer r.deadline.Unlock()
	r.woken = true
	_ = r.tap.SetReadDeadline(time.Unix(1, 0))
}

func (r *rawConn) stopped() bool {
	select {
	case <-r.echo.stop:
		return true
	default:
		return false
	}
}

// take has what one read returned sent back later, and looks for whose it is.
func (r *rawConn) take(p []byte, now time.Time) {
	r.total += int64(len(p))
	if r.settled {
		r.keep(p, now)
	} else {
		r.lead = append(r.lead, p...)
		id, n, more := wireLine(r.lead)
		if more {
			return
		}
		r.log.To(id, wire.DriverTerminal)
		p = r.lead[n:]
		r.lead = p
		r.settle(now)
	}
	if r.log.Known() == "" {
		r.tail = append(r.tail, p...)
		if id, ok := r.echo.whose(r.tail); ok {
			r.log.To(id, wire.DriverTerminal)
			r.tail = nil
		} else if n := len(r.tail) - rawTail; n > 0 {
			r.tail = append([]byte(nil), r.tail[n:]...)
		}
	}
}

// settle takes what stands in front of the stream for what it is.
func (r *rawConn) settle(now time.Time) {
	if !r.settled {
		r.settled = true
		r.keep(r.lead, now)
		r.lead = nil
	}
}

func (r *rawConn) keep(p []byte, now time.Time) {
	if len(p) > 0 {
		r.pending = append(r.pending, rawChunk{now.Add(rawHold), append([]byte(nil), p...)})
		r.size += len(p)
	}
}

// splitLast has the last byte sent by itself.
func (r *rawConn) splitLast() {
	if len(r.pending) == 0 {
		return
	}
	last := &r.pending[len(r.pending)-1]
	if n := len(last.bytes) - 1; n > 0 {
		rest := rawChunk{last.due.Add(rawLast), last.bytes[n:]}
		last.bytes = last.bytes[:n]
		r.pending = append(r.pending, rest)
	}
}

// sendDue sends back what has waited long enough; false if the client takes no more.
func (r *rawConn) sendDue(now time.Time) bool {
	for len(r.pending) > 0 && !r.pending[0].due.After(now) {
		if !r.send() {
			return false
		}
	}
	return true
}

// sendNext waits until the first of what is pending is due, and sends it back.
func (r *rawConn) sendNext() bool {
	wait := time.NewTimer(time.Until(r.pending[0].due))
	defer wait.Stop()
	select {
	case <-wait.C:
	case <-r.echo.stop:
	}
	return r.send()
}

// sendAll sends back everything that is left.
func (r *rawConn) sendAll() {
	r.settle(time.Now())
	for len(r.pending) > 0 && r.sendNext() {
	}
}

// send sends back the first of what is pending, in one write.
func (r *rawConn) send() bool {
	p := r.pending[0].bytes
	r.pending = r.pending[1:]
	r.size -= len(p)
	by := r.echo.limits.RawIdle
	if r.stopped() {
		by = rawLeave
	}
	_ = r.tap.SetWriteDeadline(time.Now().Add(by)) // the write meets the same error
	_, err := r.tap.Write(p)
	r.moved = time.Now()
	return err == nil
}

// tell sends back what is left, says why the connection ends, and gives the client a moment to
// read it: to close with bytes unread would reset the connection.
func (r *rawConn) tell(why string) {
	r.sendAll()
	_ = r.tap.SetDeadline(time.Now().Add(rawLeave))
	if _, err := fmt.Fprintf(r.tap, "wireup: %s\n", why); err != nil {
		return
	}
	_ = r.tap.CloseWrite() // where it can't, Close says the same
	_, _ = io.Copy(io.Discard, io.LimitReader(r.tap.NetConn(), rawPending))
}

// wireLine looks for the line "wire ID" at the front of a stream. It returns the wire and the
// length of that line, or 0 if the stream begins otherwise; more says that it can't be told yet.
func wireLine(p []byte) (id wire.ID, n int, more bool) {
	const word = "wire "
	const longest = len(word) + 13 + len("\r\n")
	line, _, whole := bytes.Cut(p, []byte("\n"))
	if !whole {
		front := min(len(p), len(word))
		return "", 0, len(p) < longest && string(p[:front]) == word[:front]
	}
	name, ok := bytes.CutPrefix(line, []byte(word))
	if !ok {
		return "", 0, false
	}
	id, err := wire.ParseID(string(bytes.TrimSuffix(name, []byte("\r"))))
	if err != nil {
		return "", 0, false
	}
	return id, len(line) + 1, false
}

// unixClient gives a name to a client that has none: a Unix-domain socket's client is bound to no
// path.
type unixClient struct{ net.Conn }

func (c unixClient) RemoteAddr() net.Addr { return unixName{} }

// CloseWrite ends the sending side, as the connection below does.
func (c unixClient) CloseWrite() error {
	if half, ok := c.Conn.(*net.UnixConn); ok {
		return half.CloseWrite()
	}
	return errors.ErrUnsupported
}

type unixName struct{}

func (unixName) Network() string { return "unix" }
func (unixName) String() string  { return "unix" }
