package mirror

// What the tests share: a client that writes its bytes by hand, over TCP or a script.

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"wireup/inspector"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// testPatience is short, so that what waits in vain ends soon.
var testPatience = patience{write: 200 * time.Millisecond, leave: 5 * time.Second, drain: 5 * time.Second, flood: 15 * time.Second, rest: time.Hour}

const testLimit = 1 << 20

// unhex reads hex with spaces.
func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		t.Fatalf("hex %q: %v", s, err)
	}
	return b
}

// masked is a client's frame: its first byte, and the payload under a key. It is written by
// hand, apart from the code under test.
func masked(first byte, payload string) []byte {
	key := [4]byte{0x37, 0xfa, 0x21, 0x3d}
	b := []byte{first}
	switch n := len(payload); {
	case n < 126:
		b = append(b, 0x80|byte(n))
	case n < 1<<16:
		b = append(b, 0x80|126, byte(n>>8), byte(n))
	default:
		b = append(b, 0x80|127, 0, 0, 0, 0, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	}
	b = append(b, key[:]...)
	for i := range len(payload) {
		b = append(b, payload[i]^key[i%4])
	}
	return b
}

// unmasked is a server's frame, by hand.
func unmasked(first byte, payload string) []byte {
	b := []byte{first}
	switch n := len(payload); {
	case n < 126:
		b = append(b, byte(n))
	case n < 1<<16:
		b = append(b, 126, byte(n>>8), byte(n))
	default:
		b = append(b, 127, 0, 0, 0, 0, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	}
	return append(b, payload...)
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

// wireFrame is a frame as it came from the server.
type wireFrame struct {
	first   byte
	payload string
}

func (f wireFrame) opcode() byte { return f.first & 0xF }

var errMasked = errors.New("a server's frame is masked")

// readFrame reads a server's frame, by hand.
func readFrame(r io.Reader) (wireFrame, error) {
	var h [10]byte
	if _, err := io.ReadFull(r, h[:2]); err != nil {
		return wireFrame{}, err
	}
	if h[1]&0x80 != 0 {
		return wireFrame{}, errMasked
	}
	n := uint64(h[1])
	switch n {
	case 126:
		if _, err := io.ReadFull(r, h[2:4]); err != nil {
			return wireFrame{}, err
		}
		n = uint64(binary.BigEndian.Uint16(h[2:]))
	case 127:
		if _, err := io.ReadFull(r, h[2:10]); err != nil {
			return wireFrame{}, err
		}
		n = binary.BigEndian.Uint64(h[2:])
	}
	p := make([]byte, n)
	_, err := io.ReadFull(r, p)
	return wireFrame{h[0], string(p)}, err
}

// client is the other end of a conversation over TCP.
type client struct {
	t    testing.TB
	conn net.Conn
	tap  *inspector.Conn
	done chan struct{} // closed when the connection is

	rests chan struct{} // told of rests
}

// start begins a conversation over TCP; make makes it from the server's end.
func start(t testing.TB, make_ func(tap *inspector.Conn) Conversation) (*client, Conversation) {
	t.Helper()
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer inner.Close()
	l := inspector.NewListener(inner, func(*inspector.Conn) inspector.Observer { return nil })
	accepted := make(chan net.Conn)
	go func() {
		c, err := l.Accept()
		if err != nil {
			t.Error(err)
		}
		accepted <- c
	}()
	conn, err := net.Dial("tcp", inner.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	tap := inspector.ConnOf(<-accepted)
	c := &client{t: t, conn: conn, tap: tap, done: make(chan struct{}), rests: make(chan struct{}, 100)}
	talk := make_(tap)
	talk.Start(c)
	t.Cleanup(func() {
		conn.Close()
		<-c.done
	})
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return c, talk
}

// Rests and Over make a client the owner of its own conversation.
func (c *client) Rests() { c.rests <- struct{}{} }
func (c *client) Over()  { close(c.done) }

// echo begins an echo over TCP.
func echo(t testing.TB, o Options) (*client, *Echo) { return patientEcho(t, o, &testPatience) }

func patientEcho(t testing.TB, o Options, p *patience) (*client, *Echo) {
	t.Helper()
	if o.MaxMessage == 0 {
		o.MaxMessage = testLimit
	}
	c, talk := start(t, func(tap *inspector.Conn) Conversation {
		e := New(tap, o)
		e.patience = p
		return e
	})
	return c, talk.(*Echo)
}

func (c *client) send(b []byte) {
	c.t.Helper()
	if _, err := c.conn.Write(b); err != nil {
		c.t.Fatalf("write: %v", err)
	}
}

func (c *client) read() wireFrame {
	c.t.Helper()
	f, err := readFrame(c.conn)
	if err != nil {
		c.t.Fatalf("read a frame: %v", err)
	}
	return f
}

// wants reads bytes and compares them.
func (c *client) wants(want []byte) {
	c.t.Helper()
	got := make([]byte, len(want))
	if n, err := io.ReadFull(c.conn, got); err != nil || !bytes.Equal(got, want) {
		c.t.Fatalf("read % x, %v; want % x", got[:n], err, want)
	}
}

// wantsClose reads the close frame and then the end of the connection.
func (c *client) wantsClose(code uint16, reason string) {
	c.t.Helper()
	f := c.read()
	if f.first != 0x88 {
		c.t.Fatalf("read %#x %q, want a close frame", f.first, f.payload)
	}
	var gotCode uint16
	var gotReason string
	if len(f.payload) >= 2 {
		gotCode, gotReason = binary.BigEndian.Uint16([]byte(f.payload)), f.payload[2:]
	}
	if gotCode != code || gotReason != reason {
		c.t.Errorf("closed with %d %q, want %d %q", gotCode, gotReason, code, reason)
	}
	c.wantsEnd()
}

// wantsEnd reads the server's FIN.
func (c *client) wantsEnd() {
	c.t.Helper()
	if n, err := io.Copy(io.Discard, c.conn); n != 0 || err != nil {
		c.t.Errorf("after the close frame: %d bytes, %v; want the end", n, err)
	}
	c.conn.Close()
	<-c.done
}

// breakdown reads a breakdown in JSON.
func (c *client) breakdown() breakdown {
	c.t.Helper()
	f := c.read()
	if f.first != 0x81 {
		c.t.Fatalf("read %#x %q, want a breakdown", f.first, f.payload)
	}
	return parseBreakdown(c.t, f.payload)
}

func parseBreakdown(t testing.TB, s string) breakdown {
	t.Helper()
	var b breakdown
	if err := json.Unmarshal([]byte(s), &b); err != nil {
		t.Fatalf("breakdown %s: %v", s, err)
	}
	return b
}

// breakdown is the contract's object, as far as tests look at it.
type breakdown struct {
	Message        int         `json:"message"`
	Received       []jsonFrame `json:"received"`
	Mirrored       []jsonFrame `json:"mirrored"`
	Omitted        int         `json:"omitted"`
	Control        []jsonFrame `json:"control"`
	OmittedControl int         `json:"omittedControl"`
}

type jsonFrame struct {
	Direction     string  `json:"direction"`
	RTT           float64 `json:"rtt"`
	Fin           bool    `json:"fin"`
	RSV1          bool    `json:"rsv1"`
	Opcode        int     `json:"opcode"`
	Type          string  `json:"type"`
	Masked        bool    `json:"masked"`
	PayloadLength int     `json:"payloadLength"`
	LengthForm    int     `json:"lengthForm"`
	Header        string  `json:"header"`
	Payload       string  `json:"payload"`
	Unmasked      string  `json:"unmasked"`
	Text          string  `json:"text"`
	Truncated     bool    `json:"truncated"`
	Message       int     `json:"message"`
	Part          int     `json:"part"`
	Compressed    bool    `json:"compressed"`
	Inflated      *struct {
		Compressed int    `json:"compressed"`
		Length     int    `json:"length"`
		Text       string `json:"text"`
	} `json:"inflated"`
	Violations []struct {
		Rule string `json:"rule"`
	} `json:"violations"`
}

// script is a connection whose input is known, cut into given pieces. It needs no goroutine.
type script struct {
	pieces [][]byte
	out    bytes.Buffer
	read   func() // called before each read
	reads  int
	writes int
}

func (s *script) Read(p []byte) (int, error) {
	if s.read != nil {
		s.read()
	}
	for len(s.pieces) > 0 && len(s.pieces[0]) == 0 {
		s.pieces = s.pieces[1:]
	}
	if len(s.pieces) == 0 {
		return 0, io.EOF
	}
	n := copy(p, s.pieces[0])
	s.pieces[0] = s.pieces[0][n:]
	s.reads++
	return n, nil
}

func (s *script) Write(p []byte) (int, error) {
	s.writes++
	return s.out.Write(p)
}

func (s *script) Close() error                     { return nil }
func (s *script) LocalAddr() net.Addr              { return &net.TCPAddr{} }
func (s *script) RemoteAddr() net.Addr             { return &net.TCPAddr{} }
func (s *script) SetDeadline(time.Time) error      { return nil }
func (s *script) SetReadDeadline(time.Time) error  { return nil }
func (s *script) SetWriteDeadline(time.Time) error { return nil }

// converse runs an echo over scripted input and returns all of its output.
func converse(o Options, pieces ...[]byte) []byte {
	if o.MaxMessage == 0 {
		o.MaxMessage = testLimit
	}
	s := &script{pieces: pieces}
	New(inspector.NewConn(s), o).converse()
	return s.out.Bytes()
}

// framesOf cuts a server's output into frames; all of it must be whole, valid frames.
func framesOf(t testing.TB, out []byte) []wireFrame {
	t.Helper()
	var list []wireFrame
	for r := bytes.NewReader(out); r.Len() > 0; {
		f, err := readFrame(r)
		if err != nil {
			t.Fatalf("output ends in no whole frame: %v\n% x", err, out)
		}
		list = append(list, f)
	}
	return list
}

// golden compares got with a file, or rewrites it with -update.
func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs (rewrite it with -update, and read the diff). Got:\n%s", path, got)
	}
}

// difference says where two outputs begin to differ.
func difference(got, want []byte) string {
	i := 0
	for i < len(got) && i < len(want) && got[i] == want[i] {
		i++
	}
	around := func(b []byte) []byte { return b[min(max(i-40, 0), len(b)):min(i+40, len(b))] }
	return fmt.Sprintf("%d bytes, want %d; at %d got …%q…, want …%q…", len(got), len(want), i, around(got), around(want))
}
