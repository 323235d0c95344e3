package tunnel

// The reader's end: it opens connections to the reader's server as it is told, and relays.

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"sync"
	"syscall"
	"time"

	"github.com/gorilla/websocket"

	"wireup/inspector/probe"
)

// stuck is how long a server may take none of what is written to it. The probe has given up before.
const stuck = 10 * time.Second

// ErrCut is returned when the course ended the conversation before it was done.
var ErrCut = errors.New("the course ended the probe before it was over")

// Relay does as the course says until it is done. dial opens a connection to the reader's server,
// and report is told each result.
func Relay(ctx context.Context, ws *websocket.Conn, dial func(ctx context.Context) (net.Conn, error), report func(probe.Result)) error {
	s := &socket{Conn: ws}
	ws.SetReadLimit(MostMessage)
	defer ws.Close()
	defer context.AfterFunc(ctx, func() { _ = ws.Close() })()
	var at relayed
	defer at.close()
	for {
		kind, b, err := s.ReadMessage()
		if err != nil {
			return ErrCut
		}
		if kind == websocket.BinaryMessage {
			at.write(b)
			continue
		}
		var m message
		if err := json.Unmarshal(b, &m); err != nil {
			return ErrCut
		}
		switch {
		case m.Dial != 0:
			at.close()
			answer := message{Dialled: m.Dial}
			conn, err := dial(ctx)
			if err != nil {
				answer = message{Failed: m.Dial, Why: err.Error()}
			}
			if err := s.say(answer); err != nil {
				return ErrCut
			}
			if conn != nil {
				at.open(s, conn, m.Dial)
			}
		case m.Close != 0:
			at.close()
			if err := s.say(message{Closed: m.Close}); err != nil {
				return ErrCut
			}
		case m.Result != nil:
			report(*m.Result)
		case m.Done:
			return nil
		}
	}
}

// relayed is the connection at hand, if there is one.
type relayed struct {
	conn net.Conn
	read sync.WaitGroup
}

// open relays what conn says, until it ends.
func (r *relayed) open(s *socket, conn net.Conn, number int) {
	r.conn = conn
	r.read.Go(func() {
		b := make([]byte, piece)
		for {
			n, err := conn.Read(b)
			if n > 0 && s.write(websocket.BinaryMessage, b[:n]) != nil {
				return
			}
			if err != nil {
				_ = s.say(message{Ended: number, Reset: errors.Is(err, syscall.ECONNRESET)}) // or it has gone
				return
			}
		}
	})
}

// write writes to the connection. That it can't is for its reader to tell.
func (r *relayed) write(b []byte) {
	if r.conn == nil {
		return
	}
	if r.conn.SetWriteDeadline(time.Now().Add(stuck)) == nil {
		_, _ = r.conn.Write(b)
	}
}

// close ends the connection, and waits for what it has said.
func (r *relayed) close() {
	if r.conn != nil {
		_ = r.conn.Close() // an error leaves nothing to do
		r.read.Wait()
		r.conn = nil
	}
}
