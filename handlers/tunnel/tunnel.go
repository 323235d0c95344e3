// Package tunnel carries a probe's connections through a WebSocket, so that a course on one machine
// can probe a server that only another machine can reach: its reader's.
//
// The course is the one that probes: it writes each byte, reads each byte and judges them. At the
// reader's end there is nothing but a relay. So what stands on the reader's wire has really
// crossed a socket of the course's, and the course connects to nobody.
//
// Connections follow one another. What they carry goes as binary messages, and what is said about
// them as JSON in text messages:
//
//	course → reader  {"dial":1}                     open a connection to your server
//	reader → course  {"dialled":1}                  or {"failed":1,"why":"…"}
//	both ways        binary                         bytes of connection 1
//	reader → course  {"ended":1,"reset":false}      your server has ended it
//	course → reader  {"close":1}                    close it
//	reader → course  {"closed":1}                   nothing more of it comes
//	course → reader  {"result":{…}}                 of a step
//	course → reader  {"done":true}
package tunnel

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"sync"
	"syscall"
	"time"

	"github.com/gorilla/websocket"

	"wireup/inspector/probe"
)

const (
	piece = 16 << 10

	// MostMessage is the largest message that either end takes.
	MostMessage = 256 << 10

	// patience is how long one end waits for the other, beyond what the probe itself allows.
	patience = 15 * time.Second
)

// message is what is said about connections.
type message struct {
	Dial    int           `json:"dial,omitempty"`
	Dialled int           `json:"dialled,omitempty"`
	Failed  int           `json:"failed,omitempty"`
	Why     string        `json:"why,omitempty"`
	Ended   int           `json:"ended,omitempty"`
	Reset   bool          `json:"reset,omitempty"`
	Close   int           `json:"close,omitempty"`
	Closed  int           `json:"closed,omitempty"`
	Result  *probe.Result `json:"result,omitempty"`
	Done    bool          `json:"done,omitempty"`
}

// socket is a WebSocket that several goroutines write to.
type socket struct {
	*websocket.Conn
	mu sync.Mutex
}

func (s *socket) say(m message) error {
	b, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return s.write(websocket.TextMessage, b)
}

func (s *socket) write(kind int, b []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.SetWriteDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	return s.WriteMessage(kind, b)
}

// Course is the end that probes.
type Course struct {
	ws   *socket
	gone chan struct{} // closed when the other end can't be heard any more
	said chan message  // answers to dial and close

	mu     sync.Mutex
	number int
	far    net.Conn // our end of the pipe of the connection at hand; nil between two
	reset  bool     // it was reset
}

// NewCourse begins to listen to the reader's end. Wait must be called at the end.
func NewCourse(ws *websocket.Conn) *Course {
	c := &Course{ws: &socket{Conn: ws}, gone: make(chan struct{}), said: make(chan message)}
	ws.SetReadLimit(MostMessage)
	go c.listen()
	return c
}

// listen hears the other end until it has gone.
func (c *Course) listen() {
	defer close(c.gone)
	defer c.hangUp(false)
	for {
		kind, b, err := c.ws.ReadMessage()
		if err != nil {
			return
		}
		if kind == websocket.BinaryMessage {
			c.mu.Lock()
			far := c.far
			c.mu.Unlock()
			if far != nil {
				_, _ = far.Write(b) // it fails when the probe has closed: nobody wants it any more
			}
			continue
		}
		var m message
		if json.Unmarshal(b, &m) != nil {
			return
		}
		if m.Ended != 0 {
			c.hangUp(m.Reset)
			continue
		}
		select {
		case c.said <- m:
		case <-time.After(patience): // nobody asked
			return
		}
	}
}

// hangUp ends the connection at hand as the reader's server has.
func (c *Course) hangUp(reset bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.far != nil {
		c.reset = reset
		_ = c.far.Close() // a pipe's doesn't fail
	}
}

var errGone = errors.New("wireup probe has gone")

// Dial has the reader's end open a connection to address, and returns it.
func (c *Course) Dial(ctx context.Context, address string) (net.Conn, error) {
	c.number++
	if err := c.ws.say(message{Dial: c.number}); err != nil {
		return nil, errGone
	}
	m, err := c.answer(ctx)
	switch {
	case err != nil:
		return nil, err
	case m.Failed == c.number && m.Why != "":
		return nil, errors.New(m.Why)
	case m.Dialled != c.number:
		return nil, errGone
	}
	near, far := net.Pipe()
	c.mu.Lock()
	c.far, c.reset = far, false
	c.mu.Unlock()
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		b := make([]byte, piece)
		for {
			n, err := far.Read(b)
			if n > 0 && c.ws.write(websocket.BinaryMessage, b[:n]) != nil || err != nil {
				return
			}
		}
	}()
	return &connection{Conn: near, course: c, number: c.number, address: name(address), sent: sent}, nil
}

// answer waits for what the other end says to the last thing that it was told.
func (c *Course) answer(ctx context.Context) (message, error) {
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case m := <-c.said:
		return m, nil
	case <-c.gone:
	case <-late.C:
		_ = c.ws.Close() // what it says later would be taken for something else
	case <-ctx.Done():
		_ = c.ws.Close()
	}
	return message{}, errGone
}

// Report tells the reader's end of a result.
func (c *Course) Report(r probe.Result) { _ = c.ws.say(message{Result: &r}) } // one that has gone needs none

// Done says that there is nothing more to come, waits until the reader's end has heard it, and ends
// the WebSocket.
func (c *Course) Done() {
	if c.ws.say(message{Done: true}) == nil {
		late := time.NewTimer(patience)
		defer late.Stop()
		select {
		case <-c.gone:
		case <-late.C:
		}
	}
	c.Cut()
}

// Cut ends the WebSocket at once.
func (c *Course) Cut() {
	_ = c.ws.Close() // an error leaves nothing to do
	<-c.gone
}

// connection is one to the reader's server, as the probe holds it.
type connection struct {
	net.Conn
	course  *Course
	number  int
	address name
	sent    chan struct{} // closed when what was written is on its way
	once    sync.Once
}

type name string

func (name) Network() string  { return "tcp" }
func (n name) String() string { return string(n) }

// RemoteAddr is the server's, as the reader named it.
func (c *connection) RemoteAddr() net.Addr { return c.address }

// LocalAddr is on the reader's machine, and not told.
func (c *connection) LocalAddr() net.Addr { return name("") }

// Read says of a reset that it was one.
func (c *connection) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if errors.Is(err, io.EOF) {
		c.course.mu.Lock()
		defer c.course.mu.Unlock()
		if c.course.reset {
			err = &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
		}
	}
	return n, err
}

// Close has the other end close its connection, and waits for its last byte.
func (c *connection) Close() error {
	c.once.Do(func() {
		_ = c.Conn.Close() // a pipe's doesn't fail
		<-c.sent
		if c.course.ws.say(message{Close: c.number}) == nil {
			if m, err := c.course.answer(context.Background()); err == nil && m.Closed != c.number {
				_ = c.course.ws.Close() // it doesn't speak as it should
			}
		}
		c.course.mu.Lock()
		c.course.far = nil
		c.course.mu.Unlock()
	})
	return nil
}
