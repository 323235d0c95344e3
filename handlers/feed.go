package handlers

// The feed: a wire's events as they happen, over a WebSocket of its own, which is muted.

import (
	"context"
	"errors"
	"io"
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"wireup/wire"
)

const (
	// feedEvery is the least time from one message of a feed to the next: one frame of a screen.
	feedEvery = 16 * time.Millisecond

	// batchBytes ends a batch of events once it holds that much JSON.
	batchBytes = 256 << 10

	// feedInbound bounds what a viewer may send in a message; none means anything.
	feedInbound = 1 << 10

	feedPing   = 25 * time.Second
	feedSilent = 60 * time.Second // without a pong, or anything else, for so long, a viewer is gone
	feedLinger = time.Second      // for the viewer's part in the closing handshake
)

const feedRef = "GET /wire/{id}/feed?after=SEQ"

// feedWriters holds write buffers, so that a feed has none while it waits.
var feedWriters sync.Pool

// feed sends a viewer the events of a wire, from those behind number after on, in messages that
// are arrays. It reads the log at the viewer's pace; a viewer too slow for it loses events, and
// is told how many.
func (s *Server) feed(w http.ResponseWriter, r *http.Request) error {
	id, err := wireID(r)
	if err != nil {
		return err
	}
	q, err := queryOf(r, feedRef)
	if err != nil {
		return err
	}
	var after uint64
	if v := q.Get("after"); v != "" {
		if after, err = eventNumber("after", v, 0); err != nil {
			return err
		}
	}
	return s.view(w, r, id, "log.json", func(ctx context.Context, f *feed) {
		f.asks, f.began = q.Has("began"), q.Get("began")
		f.write(ctx, s.hub, id, after)
	})
}

// view upgrades to a socket that only tells, and lets serve tell until ctx or the viewer is gone.
// beside is what the same may be read from without a WebSocket.
func (s *Server) view(w http.ResponseWriter, r *http.Request, id wire.ID, beside string, serve func(ctx context.Context, f *feed)) error {
	return s.socket(w, r, webSocket{
		wire:    id,
		instead: "This is a WebSocket. Open it with new WebSocket(url), or ask for " + beside + " beside it.",
		upgrader: websocket.Upgrader{
			ReadBufferSize:    1 << 10,
			WriteBufferSize:   32 << 10,
			WriteBufferPool:   &feedWriters,
			EnableCompression: true,
		},
		serve: func(ctx context.Context, conn *websocket.Conn) {
			f := &feed{conn: conn, gone: make(chan struct{})}
			go f.read()
			serve(ctx, f)
			conn.Close() // ends read, if it hasn't ended
			<-f.gone
		},
	})
}

// feed is one viewer's connection.
type feed struct {
	conn *websocket.Conn
	gone chan struct{} // closed when nothing more can be read
	sent time.Time     // when the last message began

	asks  bool   // the viewer wants to be told which log this is
	began string // which one it knew, if any
}

// read answers pings and notices the end. What a viewer sends means nothing.
func (f *feed) read() {
	defer close(f.gone)
	alive := func() error { return f.conn.SetReadDeadline(time.Now().Add(feedSilent)) }
	f.conn.SetPongHandler(func(string) error { return alive() })
	for alive() == nil {
		_, m, err := f.conn.NextReader()
		if err != nil {
			return
		}
		n, err := io.Copy(io.Discard, io.LimitReader(m, feedInbound+1))
		if n > feedInbound {
			f.close(websocket.CloseMessageTooBig, "message over 1 KiB to a feed, which takes none")
			f.drain()
			return
		}
		if err != nil {
			return
		}
	}
}

// drain reads on for a moment without a look: closing a connection with unread bytes resets it,
// and the close frame might never be seen.
func (f *feed) drain() {
	_ = f.conn.SetReadDeadline(time.Now().Add(feedLinger))
	_, _ = io.CopyN(io.Discard, f.conn.NetConn(), 1<<20)
}

// write sends batches until the viewer has gone, ctx is over, or the wire has been dropped.
func (f *feed) write(ctx context.Context, hub *wire.Hub, id wire.ID, seq uint64) {
	log, unfollow := hub.Follow(id)
	defer unfollow()
	select {
	case <-log.Ready():
	case <-ctx.Done(): // which is told below
	case <-f.gone:
		return
	}
	if _, last := log.Range(); seq > last || f.asks && f.began != beganOf(log) {
		seq = 0 // the number is from before the server started, or before the log was dropped
	}
	ping := time.NewTicker(feedPing)
	defer ping.Stop()
	err := f.tellLog(log)
	for err == nil {
		changed := log.Changed()
		if log.Dropped() {
			f.close(websocket.CloseServiceRestart, whyDropped(log))
			err = websocket.ErrCloseSent
			break
		}
		var due <-chan time.Time
		if _, last := log.Range(); last > seq {
			changed, due = nil, time.After(feedEvery-time.Since(f.sent))
		}
		select {
		case <-changed:
		case <-due:
			seq, err = f.batch(log, seq)
		case <-ping.C:
			err = f.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(stallLimit))
		case <-ctx.Done():
			f.close(websocket.CloseGoingAway, "the server is stopping")
			err = websocket.ErrCloseSent
		case <-f.gone:
			return
		}
	}
	if errors.Is(err, websocket.ErrCloseSent) {
		f.linger()
	}
}

// batch sends the next events behind seq as one message, and returns the number of the last.
func (f *feed) batch(log *wire.Wire, seq uint64) (uint64, error) {
	p := jsonBuffers.Get().(*[]byte)
	b := append((*p)[:0], '[')
	first := f.asks
	if first {
		b = appendLog(b, beganOf(log))
	}
	b, to, members := appendEvents(b, log, seq, math.MaxUint64, first)
	defer func() { putJSONBuffer(p, b) }()
	if members == 0 {
		return seq, nil // dropped between the look and the taking
	}
	f.asks = false
	return to, f.send(append(b, ']'))
}

func (f *feed) send(b []byte) error {
	f.sent = time.Now()
	if err := f.conn.SetWriteDeadline(f.sent.Add(stallLimit)); err != nil {
		return err
	}
	return f.conn.WriteMessage(websocket.TextMessage, b)
}

// tellLog tells a viewer that knows a log whether this is the same: its numbers are of no use if
// it isn't, and the next event may be long in coming. Other viewers are told with the first event.
func (f *feed) tellLog(log *wire.Wire) error {
	if f.began == "" {
		return nil
	}
	f.asks = false
	return f.send(append(appendLog([]byte{'['}, beganOf(log)), ']'))
}

// beganOf tells one log of a wire from another, which may have the same numbers: when its first
// event was, in milliseconds since 1970; empty before that.
func beganOf(log *wire.Wire) string {
	if t := log.Began(); !t.IsZero() {
		return strconv.FormatInt(t.UnixMilli(), 10)
	}
	return ""
}

// appendLog appends the item that says which log follows; null is one without events.
func appendLog(b []byte, began string) []byte {
	b = append(b, `{"kind":"wire","began":`...)
	if began == "" {
		began = "null"
	}
	return append(append(b, began...), '}')
}

// whyDropped is what a viewer is told when its log has gone.
func whyDropped(log *wire.Wire) string {
	if log.Moved() {
		return "another instance of the server keeps this log now"
	}
	return "the log was dropped (limit: --wires, or --all-bytes)"
}

// close sends a close frame. It may be called beside write.
func (f *feed) close(code int, reason string) {
	// A viewer that can't be told has gone, which read notices.
	_ = f.conn.WriteControl(websocket.CloseMessage,
		websocket.FormatCloseMessage(code, reason), time.Now().Add(feedLinger))
}

// linger gives the viewer a moment for its part in the closing handshake.
func (f *feed) linger() {
	over := time.NewTimer(feedLinger)
	defer over.Stop()
	select {
	case <-f.gone:
	case <-over.C:
	}
}
