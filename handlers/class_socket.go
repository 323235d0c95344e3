package handlers

// The audience channel: a class over a WebSocket.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"wireup/classroom"
	"wireup/handlers/mirror"
)

const (
	classPing   = 20 * time.Second
	classSilent = 45 * time.Second // without a pong, or anything else, for so long, a page is gone
	classStall  = 5 * time.Second  // that a page may take nothing of what is written to it

	// classBuffer is what the kernel may hold for one page: a page that reads nothing is noticed
	// by it, and thousands of them hold little.
	classBuffer = 16 << 10
)

// classHello is within how long a page says hello, and classShow, one that has to show a token. They are
// variables for the tests.
var (
	classHello = 10 * time.Second
	classShow  = 3 * time.Second
)

// classWriters holds write buffers, so that a page that is told nothing has none.
var classWriters sync.Pool

// classSocket upgrades, and lets a page into a class until one side ends it.
func (s *Server) classSocket(w http.ResponseWriter, r *http.Request) error {
	from, err := comerOf(r)
	if err != nil {
		return err
	}
	class, release, err := s.openClass(r)
	if err != nil {
		return err
	}
	defer release()
	line, full := class.Line(string(from.id), from.from, from.unseen)
	if full == nil {
		defer line.Close()
	}
	hello := classHello
	if from.unseen {
		hello = classShow
	}
	tap := tapOf(r)
	return s.socket(w, r, webSocket{
		wire: from.id, apart: true,
		instead: "This is the WebSocket of a class. Open it with new WebSocket(url), or poll beside it: " +
			"GET /classes/{code}/poll and POST /classes/{code}/say.",
		wrap:     func(c net.Conn) net.Conn { return &framed{Conn: c, frame: line.Frame} },
		upgrader: websocket.Upgrader{ReadBufferSize: 512, WriteBufferSize: 4 << 10, WriteBufferPool: &classWriters},
		serve: func(ctx context.Context, conn *websocket.Conn) {
			if tap != nil {
				if tcp, ok := tap.Conn.(*net.TCPConn); ok {
					_ = tcp.SetWriteBuffer(classBuffer) // with another it only takes longer to notice
				}
			}
			p := &classPage{Server: s, conn: conn, line: line, class: class, hello: hello,
				answers: make(chan *classroom.Message), gone: make(chan struct{})}
			if full != nil { // which a browser tells its page of in a close frame, and in no other way
				p.bye(classRefusal{websocket.ClosePolicyViolation, full.Error()})
				p.drain()
				return
			}
			reading, stop := context.WithCancel(context.Background())
			go p.read(reading)
			p.write(ctx)
			stop()
			p.linger()
			conn.Close() // ends read, if it hasn't ended
			<-p.gone
		},
	})
}

// classPage is one page's socket.
type classPage struct {
	*Server
	conn    *websocket.Conn
	line    *classroom.Line
	class   *classroom.Class
	hello   time.Duration // within which it says that
	answers chan *classroom.Message
	gone    chan struct{} // closed when nothing more is read
	why     error         // and why, if it is for us to say
}

// read does what the page says, one message after the other: each is answered before the next is read.
func (p *classPage) read(ctx context.Context) {
	defer close(p.gone)
	late := time.Now().Add(p.hello)
	alive := func() error {
		if !p.line.Greeted() {
			return p.conn.SetReadDeadline(late)
		}
		return p.conn.SetReadDeadline(time.Now().Add(classSilent))
	}
	p.conn.SetPongHandler(func(string) error { return alive() })
	for alive() == nil {
		kind, m, err := p.conn.NextReader()
		if err != nil {
			p.ended(err)
			return
		}
		if kind != websocket.TextMessage {
			p.why = classRefusal{websocket.CloseUnsupportedData, "messages here are text"}
			return
		}
		b, err := io.ReadAll(io.LimitReader(m, classroom.MostMessage+1))
		if err != nil {
			p.ended(err)
			return
		}
		if len(b) > classroom.MostMessage {
			p.why = classRefusal{websocket.CloseMessageTooBig, fmt.Sprintf("message over %d bytes (limit: a message to a class)", classroom.MostMessage)}
			return
		}
		answer, err := p.line.Answer(ctx, b)
		if err != nil {
			p.why = classRefusal{websocket.ClosePolicyViolation, err.Error()}
			return
		}
		select {
		case p.answers <- answer:
		case <-ctx.Done():
			return
		}
	}
}

// ended notes why nothing more is read, if that is for us to say.
func (p *classPage) ended(err error) {
	switch {
	case errors.Is(err, classroom.ErrFrames):
		p.why = classRefusal{websocket.ClosePolicyViolation, err.Error()}
	case !mirror.TimedOut(err):
	case p.line.Greeted():
		p.why = errClassStuck
	default:
		p.why = classRefusal{websocket.ClosePolicyViolation, fmt.Sprintf("say hello within %v", p.hello)}
	}
}

// classRefusal is why a socket is closed by us.
type classRefusal struct {
	code int
	say  string
}

func (r classRefusal) Error() string { return r.say }

// errGaveWay is when others came behind one that showed no token.
var errGaveWay = classRefusal{websocket.ClosePolicyViolation, "too many wait that show no token; say hello at once"}

// errClassStuck is when a page takes nothing any more.
var errClassStuck = classRefusal{websocket.CloseTryAgainLater, "you took nothing for too long; come back"}

// write tells the page what is new, until it has gone or ctx is over.
func (p *classPage) write(ctx context.Context) {
	ping := time.NewTicker(classPing)
	defer ping.Stop()
	var (
		seen classroom.Seen
		err  error
	)
	for err == nil {
		changed := p.class.Changed()
		for _, m := range p.line.News(&seen) {
			if err = p.tell(m); err != nil {
				break
			}
		}
		if err != nil {
			break
		}
		select {
		case m := <-p.answers:
			seen.See(m)
			err = p.tell(m)
		case <-changed:
		case <-ping.C:
			err = p.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(classStall))
		case <-ctx.Done():
			err = classRefusal{websocket.CloseGoingAway, "the server is stopping"}
		case <-p.line.Out():
			err = errGaveWay
		case <-p.class.Stopped():
			err = classRefusal{websocket.CloseGoingAway, "the class is closed here; come back"}
		case <-p.gone:
			err = p.why
			if err == nil {
				return
			}
		}
	}
	if mirror.TimedOut(err) {
		err = errClassStuck
	}
	var r classRefusal
	if !errors.As(err, &r) {
		return // the page has gone
	}
	if r == errClassStuck {
		p.log.Info("a page that takes nothing is dropped from its class", "class", p.class.Code, "address", p.conn.RemoteAddr())
	}
	p.bye(r)
}

// bye closes the socket for a reason. A page that can't be told has gone.
func (p *classPage) bye(r classRefusal) {
	_ = p.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(r.code, r.say), time.Now().Add(feedLinger))
}

// drain takes what is still on its way.
func (p *classPage) drain() {
	_ = p.conn.SetReadDeadline(time.Now().Add(feedLinger))
	err := classroom.ErrFrames // which may come once here, where messages were too many before the frames were
	for errors.Is(err, classroom.ErrFrames) {
		_, err = io.CopyN(io.Discard, p.conn.NetConn(), 1<<20)
	}
}

// linger gives the page a moment for its part in the closing handshake, and takes what is still on
// its way: to close with unread bytes would be to reset, and the close frame might never be seen.
func (p *classPage) linger() {
	over := time.NewTimer(feedLinger)
	defer over.Stop()
	select {
	case <-p.gone:
		if p.why != nil {
			p.drain()
		}
	case <-over.C:
	}
}

func (p *classPage) tell(m *classroom.Message) error {
	prepared, _ := m.Frame(func(data []byte) any {
		frame, err := websocket.NewPreparedMessage(websocket.TextMessage, data)
		if err != nil {
			return nil
		}
		return frame
	}).(*websocket.PreparedMessage)
	if err := p.conn.SetWriteDeadline(time.Now().Add(classStall)); err != nil {
		return err
	}
	return p.conn.WritePreparedMessage(prepared)
}
