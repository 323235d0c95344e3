package handlers

// GET /lab/conversation/<word>: a WebSocket that answers what it is told, until the lab has it end:
// with a goodbye, with none, or in silence.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/gorilla/websocket"

	"wireup/handlers/mirror"
	"wireup/inspector"
	"wireup/wire"
)

const (
	conversationRef = "GET /lab/conversation/{word}"

	talkMost      = 4 << 10         // bytes of a message
	talkQuiet     = 5 * time.Minute // without a message, it closes
	talkSilence   = 2 * time.Minute // for so long at most it answers nothing: longer than a browser waits
	talkLinger    = time.Second     // for the client's part in the closing handshake
	longestReason = 123             // bytes: a control frame has 125, and the code takes two
)

// talks knows the conversations of each wire. The zero value is ready.
type talks struct {
	mu    sync.Mutex
	wires map[wire.ID]map[*talk]struct{}
}

func (t *talks) add(id wire.ID, k *talk) {
	if id == "" {
		return // one on no wire can't be commanded
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.wires == nil {
		t.wires = make(map[wire.ID]map[*talk]struct{})
	}
	if t.wires[id] == nil {
		t.wires[id] = make(map[*talk]struct{})
	}
	t.wires[id][k] = struct{}{}
}

func (t *talks) remove(id wire.ID, k *talk) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.wires[id], k)
	if len(t.wires[id]) == 0 {
		delete(t.wires, id)
	}
}

// of returns the conversations of a wire: those whose page calls them socket, or all.
func (t *talks) of(id wire.ID, socket string) []*talk {
	t.mu.Lock()
	var list []*talk
	for k := range t.wires[id] {
		if socket == "" || k.name == socket {
			list = append(list, k)
		}
	}
	t.mu.Unlock()
	return slices.DeleteFunc(list, func(k *talk) bool {
		<-k.shook
		return k.conn == nil
	})
}

// talk is one conversation. gorilla holds it: only its end is of interest.
type talk struct {
	name  string // by which its page calls it
	tap   *inspector.Conn
	shook chan struct{}   // closed when the handshake is over
	conn  *websocket.Conn // nil if it failed

	silent atomic.Bool // nothing is answered any more
	gone   atomic.Bool // TCP was ended without a goodbye
	said   atomic.Bool // our close frame is on its way
}

// conversation upgrades, and echoes messages until one side ends it.
func (s *Server) conversation(w http.ResponseWriter, r *http.Request) error {
	id, err := labWire(r)
	if err != nil {
		return err
	}
	if _, err := labWord(r); err != nil {
		return err
	}
	if _, err := checkHandshake(r); errors.Is(err, errNoUpgrade) {
		return refusal(http.StatusUpgradeRequired, noUpgradeRef,
			"This lab is a WebSocket. Open it with new WebSocket(url), or with a client such as websocat.", upgradeFields())
	} else if err != nil {
		return err
	}
	tap := tapOf(r)
	if tap == nil {
		return errors.New("conversation: the connection has no tap")
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	socket, err := s.sockets.open(r.RemoteAddr, id, stop)
	if err != nil {
		return err
	}
	defer socket.close()
	// Whoever has the 101 may ask for its end: so the lab knows of it before.
	k := &talk{name: r.URL.Query().Get("socket"), tap: tap, shook: make(chan struct{})}
	s.talks.add(id, k)
	defer s.talks.remove(id, k)
	k.conn, err = upgradePlain(w, r, talkMost)
	close(k.shook)
	if k.conn == nil {
		return err
	}
	leave := context.AfterFunc(ctx, func() { k.bye(websocket.CloseGoingAway, "the server is stopping") })
	defer leave()
	k.hold()
	return nil
}

// hold echoes messages until the conversation is over, and ends TCP.
func (k *talk) hold() {
	k.conn.SetReadLimit(talkMost)
	k.conn.SetPingHandler(func(payload string) error {
		if k.silent.Load() {
			return nil
		}
		_ = k.conn.WriteControl(websocket.PongMessage, []byte(payload), time.Now().Add(talkLinger)) // the next read meets what is wrong
		return nil
	})
	k.conn.SetCloseHandler(func(code int, _ string) error {
		if !k.silent.Load() && k.said.CompareAndSwap(false, true) {
			_ = k.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""), time.Now().Add(talkLinger))
		}
		return nil
	})
	err := k.echo()
	switch {
	case k.gone.Load():
	case k.silent.Load():
		// What still comes is read, so that the wire shows it, and not answered.
		_ = k.conn.NetConn().SetReadDeadline(time.Now().Add(talkSilence))
		_, _ = io.Copy(io.Discard, k.conn.NetConn())
	default:
		if mirror.TimedOut(err) {
			k.bye(websocket.ClosePolicyViolation, fmt.Sprintf("nothing was said here for %v", talkQuiet))
		}
		mirror.End(k.tap) // the server ends TCP first (RFC 6455 §7.1.1)
	}
	_ = k.conn.Close()
}

// echo answers messages, and returns why there are no more.
func (k *talk) echo() error {
	for {
		if !k.said.Load() && !k.silent.Load() {
			if err := k.conn.SetReadDeadline(time.Now().Add(talkQuiet)); err != nil {
				return err
			}
		}
		kind, p, err := k.conn.ReadMessage()
		if err != nil {
			return err
		}
		if k.silent.Load() || k.said.Load() {
			continue
		}
		if err := k.conn.SetWriteDeadline(time.Now().Add(stallLimit)); err != nil {
			return err
		}
		if err := k.conn.WriteMessage(kind, p); err != nil {
			return err
		}
	}
}

// bye sends a close frame, and gives the client a moment for its own. code 0 is a close frame
// without one.
func (k *talk) bye(code int, reason string) {
	if k.silent.Load() {
		k.cut((*inspector.Conn).Close)
		return
	}
	if !k.said.CompareAndSwap(false, true) {
		return
	}
	var body []byte
	if code != 0 {
		body = websocket.FormatCloseMessage(code, reason)
	}
	_ = k.conn.WriteControl(websocket.CloseMessage, body, time.Now().Add(talkLinger)) // a client that can't be told has gone
	_ = k.conn.SetReadDeadline(time.Now().Add(talkLinger))
}

// cut ends TCP as how does it.
func (k *talk) cut(how func(*inspector.Conn) error) {
	k.gone.Store(true)
	_ = how(k.tap) // what can't be ended has ended
}

// fallSilent has the conversation answer nothing from now on.
func (k *talk) fallSilent() {
	k.silent.Store(true)
	_ = k.conn.SetReadDeadline(time.Now().Add(talkSilence))
}

// conversationCommand is what the page, or a terminal, tells the lab to do. It is not on the
// wire's log.
func (s *Server) conversationCommand(w http.ResponseWriter, r *http.Request) error {
	id, err := labWire(r)
	if err != nil {
		return err
	}
	switch what := r.PathValue("what"); what {
	case "end":
		return s.endTalks(w, r, id)
	case "reset":
		for _, k := range s.talks.of(id, "") {
			k.bye(websocket.CloseNormalClosure, "the lab begins again")
		}
		return done(w)
	default:
		return unknownCommand(what, "end and reset")
	}
}

// endTalks ends conversations of a wire: how=close with a code and a reason, how=none with a close
// frame without a code, how=cut and how=reset without a word, how=silence by not answering.
func (s *Server) endTalks(w http.ResponseWriter, r *http.Request, id wire.ID) error {
	q, err := queryOf(r, conversationRef)
	if err != nil {
		return err
	}
	var end func(k *talk)
	switch how := q.Get("how"); how {
	case "", "close":
		code, err := labNumber(r, "code", websocket.CloseNormalClosure, 0, 1<<16-1)
		if err != nil {
			return err
		}
		reason := q.Get("reason")
		if c := inspector.CloseCode(code); !c.MaySend() {
			return &StatusError{Code: http.StatusBadRequest, Ref: "RFC 6455 §7.4",
				Text: fmt.Sprintf("%d must not stand in a close frame. Take 1000, or 3000 to 4999 for codes of your own.", code)}
		}
		if len(reason) > longestReason || !utf8.ValidString(reason) {
			return &StatusError{Code: http.StatusBadRequest, Ref: "RFC 6455 §5.5",
				Text: fmt.Sprintf("A reason is UTF-8, and has %d bytes at most: a close frame carries 125, and two are the code.", longestReason)}
		}
		end = func(k *talk) { k.bye(code, reason) }
	case "none":
		end = func(k *talk) { k.bye(0, "") }
	case "cut":
		end = func(k *talk) { k.cut((*inspector.Conn).Close) }
	case "reset":
		end = func(k *talk) { k.cut((*inspector.Conn).Reset) }
	case "silence":
		end = (*talk).fallSilent
	default:
		return &StatusError{Code: http.StatusBadRequest,
			Text: fmt.Sprintf("how=%q is no way to end it: take close, none, cut, reset or silence.", clipped(how))}
	}
	list := s.talks.of(id, q.Get("socket"))
	if len(list) == 0 {
		return &StatusError{Code: http.StatusNotFound, Ref: conversationRef,
			Text: "No conversation of this wire is open. Open one, then end it."}
	}
	for _, k := range list {
		end(k)
	}
	return answerJSON(w, struct {
		Ended int `json:"ended"`
	}{len(list)})
}
