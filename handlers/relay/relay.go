// Package relay carries connections to another server and changes no byte of them. The client's
// side is tapped: what crosses it is shown while it crosses.
//
// How a connection ends passes as it is. The end of one direction ends that direction on the other
// side, and the other direction goes on. A reset resets the other side. A side that doesn't read
// stops the one that writes, once the buffers between them are full: one here, and those of TCP.
package relay

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"wireup/inspector"
)

const (
	piece    = 32 << 10 // bytes carried at once
	dialTime = 10 * time.Second
	again    = 100 * time.Millisecond // after an accept that failed
)

// Options are what a Relay is made from.
type Options struct {
	// Dial opens a connection to the other server.
	Dial func(ctx context.Context) (net.Conn, error)
	// Watch returns who is shown a connection's traffic.
	Watch func(c *inspector.Conn) inspector.Observer
	// Most is how many connections may be open at once, and MostOfOne how many of them for one client
	// address. One more is reset.
	Most, MostOfOne int
	// Note is told, as a sentence, why a connection was not carried. It says nothing twice in a row.
	Note func(text string)
}

// Relay carries the connections of a listener.
type Relay struct {
	o       Options
	ctx     context.Context // ends what is being dialled
	stop    context.CancelFunc
	running sync.WaitGroup

	mu       sync.Mutex
	listener net.Listener
	open     map[*link]struct{}
	address  map[string]int // how many of them, by client
	draining bool
	noted    string
}

// New makes a Relay.
func New(o Options) *Relay {
	ctx, stop := context.WithCancel(context.Background())
	return &Relay{o: o, ctx: ctx, stop: stop, open: make(map[*link]struct{}), address: make(map[string]int)}
}

// link is a connection of a client's, and the one that carries on with it.
type link struct {
	client *inspector.Conn
	server net.Conn // nil as long as it is being dialled
	abort  sync.Once
}

// from is the address of the client, without its port.
func (k *link) from() string {
	remote := k.client.RemoteAddr().String()
	if host, _, err := net.SplitHostPort(remote); err == nil {
		return host
	}
	return remote
}

// Serve accepts connections until Shutdown; then it returns nil.
func (r *Relay) Serve(l net.Listener) error {
	r.mu.Lock()
	r.listener = l
	draining := r.draining
	r.mu.Unlock()
	if draining {
		return l.Close()
	}
	tapped := inspector.NewListener(l, r.o.Watch)
	for {
		c, err := tapped.Accept()
		switch {
		case err == nil:
			r.admit(&link{client: inspector.ConnOf(c)})
			continue
		case errors.Is(err, net.ErrClosed):
			return nil
		}
		// Too many open files, or a client that has gone: the next may be luckier.
		pause := time.NewTimer(again)
		select {
		case <-pause.C:
		case <-r.ctx.Done():
			pause.Stop()
		}
	}
}

// admit begins to carry a connection, if there is room.
func (r *Relay) admit(k *link) {
	r.mu.Lock()
	defer r.mu.Unlock()
	from := k.from()
	switch {
	case r.draining:
	case len(r.open) >= r.o.Most:
		r.note(fmt.Sprintf("%d connections are open, which is the limit (--proxy-connections), so one more was reset. Close one first.", r.o.Most))
	case r.address[from] >= r.o.MostOfOne:
		r.note(fmt.Sprintf("%d connections of %s are open, which is the limit for one address (--proxy-address-connections), so one more was reset. Close one first.", r.o.MostOfOne, from))
	default:
		r.open[k] = struct{}{}
		r.address[from]++
		r.running.Go(func() {
			r.carry(k)
			r.mu.Lock()
			defer r.mu.Unlock()
			delete(r.open, k)
			if r.address[from]--; r.address[from] == 0 {
				delete(r.address, from)
			}
		})
		return
	}
	_ = k.client.Reset() // it has gone either way
}

// note tells of a connection that was not carried, unless the last one wasn't for the same reason.
// r.mu must be held.
func (r *Relay) note(text string) {
	if text != r.noted && text != "" {
		r.o.Note(text)
	}
	r.noted = text
}

// carry carries one connection from its beginning to its end.
func (r *Relay) carry(k *link) {
	ctx, cancel := context.WithTimeout(r.ctx, dialTime)
	server, err := r.o.Dial(ctx)
	cancel()
	r.mu.Lock()
	if err == nil {
		r.note("") // the next failure is news again
	} else if r.ctx.Err() == nil {
		r.note(err.Error())
	}
	k.server = server
	r.mu.Unlock()
	if err != nil {
		_ = k.client.Reset() // as the server itself would have done
		return
	}
	if r.ctx.Err() != nil { // cut since, when there was no server to cut
		k.cut()
	}
	var up sync.WaitGroup
	up.Go(func() { k.pass(server, k.client) })
	k.pass(k.client, server)
	up.Wait()
	_ = server.Close() // both have ended: an error leaves nothing to do
	_ = k.client.Close()
}

// pass carries one direction until it ends, and passes on how.
func (k *link) pass(to, from net.Conn) {
	b := buffers.Get().(*[piece]byte)
	defer buffers.Put(b)
	for {
		n, err := from.Read(b[:])
		if n > 0 {
			if _, err := to.Write(b[:n]); err != nil {
				// What was taken can't be delivered, so whoever sent it must hear of that.
				k.abort.Do(func() { _ = to.Close(); reset(from) })
				return
			}
		}
		switch {
		case err == nil:
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF): // over TLS, FIN alone is the second
			if half, ok := to.(interface{ CloseWrite() error }); ok {
				_ = half.CloseWrite() // it may have ended too, and then the other direction says so
			}
			return
		default:
			k.abort.Do(func() { _ = from.Close(); reset(to) })
			return
		}
	}
}

var buffers = sync.Pool{New: func() any { return new([piece]byte) }}

// cut resets both sides.
func (k *link) cut() {
	k.abort.Do(func() {
		_ = k.client.Reset()
		if k.server != nil {
			reset(k.server)
		}
	})
}

// reset ends a connection with a TCP reset, also below TLS.
func reset(c net.Conn) {
	if tap, ok := c.(*inspector.Conn); ok {
		_ = tap.Reset() // an error leaves nothing to do
		return
	}
	if over, ok := c.(interface{ NetConn() net.Conn }); ok {
		c = over.NetConn()
	}
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // fails only on what is closed
	}
	_ = c.Close()
}

// Open is how many connections are carried.
func (r *Relay) Open() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.open)
}

// Shutdown accepts nothing more, waits until all connections have ended or ctx is done, and then
// resets those that are left. A relay can't say goodbye for the server behind it.
func (r *Relay) Shutdown(ctx context.Context) (cut int) {
	r.mu.Lock()
	r.draining = true
	if r.listener != nil {
		_ = r.listener.Close() // it may be closed already
	}
	r.mu.Unlock()
	ended := make(chan struct{})
	go func() { r.running.Wait(); close(ended) }()
	select {
	case <-ended:
		r.stop()
		return 0
	case <-ctx.Done():
	}
	r.stop()
	r.mu.Lock()
	cut = len(r.open)
	for k := range r.open {
		if k.server != nil {
			k.cut()
		}
	}
	r.mu.Unlock()
	<-ended
	return cut
}
