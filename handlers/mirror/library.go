package mirror

// The same conversation held by gorilla/websocket, with the frames that really crossed.

import (
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"wireup/inspector"
)

// LibraryAnswer is what gorilla/websocket answers to any offer of permessage-deflate.
const LibraryAnswer = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"

// Library is an echo as gorilla/websocket holds it: it reads a message and writes a message.
type Library struct {
	conn     *websocket.Conn
	tap      *inspector.Conn
	options  Options
	patience *patience
	watcher  *watcher // nil without a breakdown
	pinging  atomic.Bool
	stopped  atomic.Bool
}

// NewLibrary makes the conversation on conn, below which is tap.
// o.Deflate says whether conn compresses; what it negotiated is LibraryAnswer then.
func NewLibrary(conn *websocket.Conn, tap *inspector.Conn, o Options) *Library {
	l := &Library{conn: conn, tap: tap, options: o, patience: &usualPatience}
	if o.Breakdown != Off {
		l.watcher = newWatcher(o)
		tap.Tee(l.watcher)
	}
	return l
}

// Start holds the conversation until its connection is closed.
func (l *Library) Start(o Owner) {
	go func() {
		l.run()
		o.Over()
	}()
}

func (l *Library) run() {
	for {
		kind, p, err := l.readMessage()
		if err != nil {
			// gorilla has sent a close frame if it has found a fault.
			drain(l.tap, l.patience)
			return
		}
		if err := l.answer(kind, p); err != nil && !errors.Is(err, websocket.ErrCloseSent) {
			// Whoever does not read what was sent would not read a close frame either.
			_ = l.tap.Reset()
			return
		}
	}
}

// readMessage is gorilla's ReadMessage with a limit that holds after inflation, too.
func (l *Library) readMessage() (kind int, p []byte, err error) {
	kind, r, err := l.conn.NextReader()
	if err != nil {
		return kind, nil, err
	}
	p, err = io.ReadAll(io.LimitReader(r, l.options.MaxMessage+1))
	if int64(len(p)) > l.options.MaxMessage {
		l.sayClose(inspector.CloseMessageTooBig, tooBigReason(l.options.MaxMessage))
		return kind, nil, errors.New(tooBigReason(l.options.MaxMessage))
	}
	return kind, p, err
}

// answer sends the message back, and behind it its breakdown.
func (l *Library) answer(kind int, p []byte) error {
	if err := l.conn.SetWriteDeadline(time.Now().Add(l.patience.write)); err != nil {
		return err
	}
	if l.watcher == nil {
		return l.conn.WriteMessage(kind, p)
	}
	l.conn.EnableWriteCompression(true)
	l.watcher.mirrors(true)
	err := l.conn.WriteMessage(kind, p)
	l.watcher.mirrors(false)
	if err != nil {
		return err
	}
	rep := l.watcher.report()
	var b []byte
	if l.options.Breakdown == Text {
		b = rep.appendText(nil)
	} else {
		b = rep.appendJSON(nil)
	}
	l.conn.EnableWriteCompression(false)
	return l.conn.WriteMessage(websocket.TextMessage, b)
}

// Ping sends a ping from the server and reports whether it went out.
func (l *Library) Ping(payload []byte) bool {
	if !l.pinging.CompareAndSwap(false, true) {
		return false
	}
	defer l.pinging.Store(false)
	return l.conn.WriteControl(websocket.PingMessage, payload, time.Now().Add(l.patience.write)) == nil
}

// Stop makes Run end soon, with close code 1001.
func (l *Library) Stop() {
	if !l.stopped.CompareAndSwap(false, true) {
		return
	}
	// gorilla waits for a write in progress, and Stop must not.
	go func() {
		l.sayClose(inspector.CloseGoingAway, stoppingReason)
		// What run waits for is bounded, too: a write that has taken so long, and the answer.
		_ = l.tap.SetWriteDeadline(time.Now())
		_ = l.tap.SetReadDeadline(time.Now().Add(l.patience.leave))
	}()
}

func (l *Library) sayClose(code inspector.CloseCode, reason string) {
	// Whoever can't be told finds the connection closed.
	_ = l.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(int(code), reason),
		time.Now().Add(l.patience.leave))
}

// watcher sees the frames below gorilla, and sorts them by the messages that it makes of them.
type watcher struct {
	mu        sync.Mutex // the tap tells in one goroutine, run asks in another
	session   *inspector.Session
	inbox     []seen // the client's messages that have not been reported
	whole     int    // how many of the client's messages have ended
	reported  int
	mirroring bool // what is written now is a mirror
	mirrored  []record
	control   []heard
	omitted   int // control frames
}

// seen is a message of the client's.
type seen struct {
	frames  []record
	omitted int
}

// heard is a control frame, and how many of the client's messages had ended before it.
// gorilla reads ahead: what stands behind a message is not part of its breakdown.
type heard struct {
	record
	after int
}

func newWatcher(o Options) *watcher {
	w := &watcher{}
	w.session = inspector.NewSession(inspector.Options{InflateLimit: int(o.MaxMessage)}, w.event)
	// The session begins before a handshake, which is over here: it is given one in short.
	answer := "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
	if o.Deflate != nil {
		answer += "Sec-WebSocket-Extensions: " + LibraryAnswer + "\r\n"
	}
	now := time.Now()
	w.session.Observe(now, inspector.Up, []byte("GET /echo HTTP/1.1\r\nHost: echo\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"))
	w.session.Observe(now, inspector.Down, []byte(answer+"\r\n"))
	return w
}

// Observe is shown what crosses the connection.
func (w *watcher) Observe(at time.Time, d inspector.Direction, p []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.session.Observe(at, d, p)
}

// Ended is told of the end, of which there is nothing to report.
func (w *watcher) Ended(time.Time, inspector.Ending, error) {}

// event sorts a frame.
func (w *watcher) event(e *inspector.Event) {
	f := e.Frame
	switch {
	case f == nil || f.Received < f.Length:
	case f.Opcode.Control():
		if len(w.control) == maxControls {
			w.omitted++
			return
		}
		h := heard{record: *copyOf(e)}
		if e.Direction == inspector.Up {
			h.after = w.whole
		}
		w.control = append(w.control, h)
	case e.Direction == inspector.Down:
		if w.mirroring && len(w.mirrored) < maxFrames {
			w.mirrored = append(w.mirrored, *copyOf(e))
		}
	default:
		w.received(e)
	}
}

func (w *watcher) received(e *inspector.Event) {
	if e.Frame.Opcode != inspector.OpContinuation {
		w.inbox = append(w.inbox, seen{})
	}
	if len(w.inbox) == 0 {
		return // it continues nothing, and gorilla ends the conversation
	}
	m := &w.inbox[len(w.inbox)-1]
	if len(m.frames) == maxFrames {
		m.omitted++
	} else {
		m.frames = append(m.frames, *copyOf(e))
	}
	if e.Frame.Fin {
		w.whole++
	}
}

// copyOf is the record of a frame that a session has told.
func copyOf(e *inspector.Event) *record {
	f := e.Frame
	r := &record{frame: *f, direction: e.Direction, violations: append([]inspector.Violation(nil), e.Violations...)}
	copy(r.raw[:], f.Raw)
	copy(r.wire[:], f.Payload)
	r.kept = copy(r.plain[:], f.Plain)
	if f.Inflated != nil {
		i := *f.Inflated
		i.Bytes = append([]byte(nil), i.Bytes...)
		r.frame.Inflated = &i
	}
	return r
}

// mirrors says whether what is written from now on is a mirror.
func (w *watcher) mirrors(yes bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.mirroring = yes
}

// report is the breakdown of the oldest message that has none, whose mirror has been written.
func (w *watcher) report() *report {
	w.mu.Lock()
	defer w.mu.Unlock()
	rep := &report{library: true, mirrored: w.mirrored, omittedControl: w.omitted}
	w.mirrored, w.omitted = nil, 0
	w.reported++
	rep.message = w.reported
	if len(w.inbox) > 0 {
		rep.received, rep.omitted = w.inbox[0].frames, w.inbox[0].omitted
		w.inbox = w.inbox[1:]
	}
	later := w.control[:0]
	for _, h := range w.control {
		if h.after < rep.message {
			rep.control = append(rep.control, h.record)
		} else {
			later = append(later, h)
		}
	}
	w.control = later
	return rep
}
