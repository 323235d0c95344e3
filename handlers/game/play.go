package game

// One reader's socket: what it says is read, bounded and done; what happens is written to it.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/time/rate"

	"wireup/handlers/mirror"
)

const (
	rateMost  = 30               // messages a second, as many more at once
	patience  = 10 * time.Second // that a client may take nothing of what is written to it
	lingering = time.Second      // for the client's part in the closing handshake
)

// quiet is how long somebody may say nothing. It is a variable for the tests.
var quiet = 10 * time.Minute

// seat is a socket of somebody who plays.
type seat struct {
	key   string // whose wire it is on; may be empty
	p     *player
	queue chan *websocket.PreparedMessage
	lost  int // ticks that it was too slow for; guarded by the world's mutex
	born  time.Time
}

// offer gives a seat a tick, or counts that it couldn't. The world's mutex is held.
func (s *seat) offer(m *websocket.PreparedMessage) {
	if s.lost == 0 {
		select {
		case s.queue <- m:
			return
		default:
		}
	}
	s.lost++ // nothing more until it has been told, or it would see moves of people that it has never met
}

// refusal is why a socket is closed: with 1008 unless it says otherwise.
type refusal struct {
	code int
	say  string
}

func (r refusal) Error() string { return r.say }

func policy(format string, a ...any) error {
	return refusal{websocket.ClosePolicyViolation, fmt.Sprintf(format, a...)}
}

// Play holds the conversation of one socket until it is over, or ctx is. key is whose wire it is
// on. Whoever calls it closes conn.
func (w *World) Play(ctx context.Context, conn *websocket.Conn, key string) {
	over := context.AfterFunc(ctx, func() { goodbye(conn, refusal{websocket.CloseGoingAway, "the server is stopping"}) })
	defer over()
	err := w.converse(conn, key)
	var r refusal
	switch {
	case errors.As(err, &r):
	case mirror.TimedOut(err):
		r = refusal{websocket.ClosePolicyViolation, fmt.Sprintf("nothing was said here for %v", quiet)}
	default:
		return // the client has gone, or has said goodbye, which gorilla has answered
	}
	goodbye(conn, r)
	// What is still on its way is taken: to close with unread bytes would be to reset, and the close
	// frame might never be seen.
	_ = conn.SetReadDeadline(time.Now().Add(lingering))
	_, _ = io.CopyN(io.Discard, conn.NetConn(), 1<<20)
}

func goodbye(conn *websocket.Conn, r refusal) {
	// A client that can't be told has gone.
	_ = conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(r.code, r.say), time.Now().Add(lingering))
	_ = conn.SetReadDeadline(time.Now().Add(lingering))
}

// converse reads until there is nothing more to read, and returns why.
func (w *World) converse(conn *websocket.Conn, key string) error {
	pace := rate.NewLimiter(rateMost, rateMost)
	first, err := listen(conn, pace)
	if err != nil {
		return err
	}
	if first.kind != hello {
		return policy(`say hello first: [0,"your name"]`)
	}
	s, greeting, err := w.sit(key, first.text)
	if err != nil {
		return err
	}
	written := make(chan struct{})
	go func() {
		defer close(written)
		w.write(conn, s, greeting)
	}()
	defer func() {
		w.rise(s)
		<-written
	}()
	for {
		m, err := listen(conn, pace)
		if err != nil {
			return err
		}
		if m.kind == hello {
			return policy("hello is said once")
		}
		w.mu.Lock()
		if m.kind == move {
			w.put(s.p, m.x, m.y)
		} else {
			w.say(s.p, m.text)
		}
		w.mu.Unlock()
	}
}

// listen reads one message, within the bounds.
func listen(conn *websocket.Conn, pace *rate.Limiter) (m said, err error) {
	if err := conn.SetReadDeadline(time.Now().Add(quiet)); err != nil {
		return m, err
	}
	kind, r, err := conn.NextReader()
	if err != nil {
		return m, err
	}
	if kind != websocket.TextMessage {
		return m, refusal{websocket.CloseUnsupportedData, "messages here are text"}
	}
	var buffer [messageMost + 1]byte
	n, err := io.ReadFull(r, buffer[:])
	switch {
	case err == nil:
		return m, policy("message over %d bytes", messageMost)
	case !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
		return m, err
	case !pace.Allow():
		return m, policy("over %d messages a second", rateMost)
	}
	if m, err = parse(buffer[:n]); err != nil {
		return m, policy("%v", err)
	}
	return m, nil
}

// sit puts a reader on the map, and returns what they are told first.
func (w *World) sit(key, name string) (*seat, []byte, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return nil, nil, refusal{websocket.CloseGoingAway, "the server is stopping"}
	}
	w.bury(time.Now())
	x, y := somewhere()
	p := w.enter(reader, name, x, y, true)
	if p == nil {
		return nil, nil, policy("there are %d players, which is the limit", mostPlayers)
	}
	// What this tick has brought so far, this arrival too, is in the snapshot and comes once more with the
	// tick: that people are where they are does no harm. To tell everybody now would let whoever joins
	// often fill everybody's queue.
	var b batch
	b.welcome(p)
	w.snapshot(&b, p)
	s := &seat{key: key, p: p, queue: make(chan *websocket.PreparedMessage, queueMost), born: time.Now()}
	w.seats[s] = struct{}{}
	w.start()
	return s, b.list(), nil
}

// rise takes a reader off the map, and ends the writer.
func (w *World) rise(s *seat) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.seats, s)
	w.leave(s.p)
	close(s.queue)
}

// write writes what comes into a seat's queue until that is closed. After an error it takes and
// throws away.
func (w *World) write(conn *websocket.Conn, s *seat, greeting []byte) {
	send := func(write func() error) {
		if conn.SetWriteDeadline(time.Now().Add(patience)) != nil || write() != nil {
			conn.Close() // which ends the reading as well
		}
	}
	text := func(p []byte) { send(func() error { return conn.WriteMessage(websocket.TextMessage, p) }) }
	text(greeting)
	for m := range s.queue {
		send(func() error { return conn.WritePreparedMessage(m) })
		if len(s.queue) > 0 {
			continue
		}
		if p := w.makeUp(s); p != nil {
			text(p)
		}
	}
}

// makeUp is what a socket is told that has lost ticks, once it has taken all that waited for it;
// nil if it has lost none.
func (w *World) makeUp(s *seat) []byte {
	w.mu.Lock()
	defer w.mu.Unlock()
	if s.lost == 0 || len(s.queue) > 0 {
		return nil
	}
	// What this tick has brought so far is in the snapshot, and will be told once more: that people
	// are where they are does no harm.
	var b batch
	b.add(missed, s.lost)
	s.lost = 0
	w.snapshot(&b, nil)
	return b.list()
}

// Move moves the reader whose newest socket is on this wire, without a message of theirs, and
// returns what the last tick told; false if they have none.
func (w *World) Move(key string, x, y int) (last []byte, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var newest *seat
	for s := range w.seats {
		if key != "" && s.key == key && (newest == nil || s.born.After(newest.born)) {
			newest = s
		}
	}
	if newest == nil {
		return nil, false
	}
	w.put(newest.p, x, y)
	return w.last, true
}
