// Package probetest is an echo on a bare socket, written apart from what is tested, which can have a bad
// habit: for tests of what is to be found out.
package probetest

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"
)

// lazy is for how long a server that reads nothing keeps its connection.
const lazy = 750 * time.Millisecond

// peer is one end of a connection, with one habit that it should not have.
type peer struct {
	habit  string
	masks  bool // it is a client
	conn   net.Conn
	in     *bufio.Reader
	opcode byte
	whole  []byte
	pongs  [][]byte
	frames int
}

// shake answers a handshake; false if there is nothing more to do.
func (p *peer) shake() bool {
	if p.habit == "says nothing" {
		io.Copy(io.Discard, p.conn)
		return false
	}
	if p.habit == "speaks no HTTP" {
		io.WriteString(p.conn, "SSH-2.0-OpenSSH_9.2\r\n")
		io.Copy(io.Discard, p.conn)
		return false
	}
	r, err := http.ReadRequest(p.in)
	if err != nil {
		return false
	}
	sum := sha1.Sum([]byte(r.Header.Get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	status, upgrade, connection, more := "101 Switching Protocols", "websocket", "Upgrade", ""
	accept := "Sec-WebSocket-Accept: " + base64.StdEncoding.EncodeToString(sum[:]) + "\r\n"
	switch p.habit {
	case "has no such page":
		status = "404 Not Found\r\nContent-Length: 0"
	case "upgrades to nothing":
		upgrade = "h2c"
	case "keeps the connection":
		connection = "keep-alive"
	case "accepts without a value":
		accept = ""
	case "accepts another key":
		accept = "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
	case "compresses unasked":
		more = "Sec-WebSocket-Extensions: permessage-deflate\r\n"
	case "says 100 first":
		io.WriteString(p.conn, "HTTP/1.1 103 Early Hints\r\n\r\n")
	}
	fmt.Fprintf(p.conn, "HTTP/1.1 %s\r\nupgrade: %s\r\nCONNECTION: keep-alive, %s\r\n%s%s\r\n", status, strings.ToUpper(upgrade), connection, accept, more)
	if p.habit == "greets" {
		p.send(0x81, []byte("welcome"))
	}
	if p.habit == "pings" {
		p.send(0x89, []byte("are you there"))
		p.send(0x8a, nil)
	}
	return true
}

// send sends one frame.
func (p *peer) send(first byte, payload []byte) {
	b := []byte{first}
	mask := byte(0)
	if p.masks != (p.habit == "masks wrongly") {
		mask = 0x80
	}
	switch n := len(payload); {
	case n < 126 && p.habit == "writes long lengths":
		b = append(b, mask|126, 0, byte(n))
	case n < 126:
		b = append(b, mask|byte(n))
	case n < 1<<16:
		b = append(b, mask|126, byte(n>>8), byte(n))
	default:
		b = append(b, mask|127, 0, 0, 0, 0, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	}
	if mask != 0 {
		b = append(b, 1, 2, 3, 4)
		for i, c := range payload {
			b = append(b, c^byte(1+i%4))
		}
	} else {
		b = append(b, payload...)
	}
	p.conn.Write(b)
}

func (p *peer) fail(code int) {
	switch {
	case p.habit == "fails by a reset":
		p.conn.(*net.TCPConn).SetLinger(0)
		return
	case p.habit == "fails without a word":
		return
	case p.habit == "fails with 1008":
		code = 1008
	}
	p.send(0x88, []byte{byte(code >> 8), byte(code)})
}

// talk echoes until the connection is over.
func (p *peer) talk() {
	for {
		if p.habit == "reads nothing" {
			p.conn.(*net.TCPConn).SetReadBuffer(4 << 10)
			<-time.After(lazy)
			return
		}
		head := make([]byte, 2)
		if _, err := io.ReadFull(p.in, head); err != nil {
			return
		}
		n := int(head[1] & 0x7f)
		for i, size := range map[int]int{126: 2, 127: 8} {
			if n == i {
				long := make([]byte, size)
				io.ReadFull(p.in, long)
				n = 0
				for _, b := range long {
					n = n<<8 | int(b)
				}
				break
			}
		}
		var key [4]byte
		masked := head[1]&0x80 != 0
		if masked {
			io.ReadFull(p.in, key[:])
		}
		payload := make([]byte, n)
		if _, err := io.ReadFull(p.in, payload); err != nil {
			return
		}
		for i := range payload {
			payload[i] ^= key[i%4]
		}
		if !p.frame(head[0], masked, payload) {
			return
		}
	}
}

// frame answers one; false when the connection is over.
func (p *peer) frame(first byte, masked bool, payload []byte) bool {
	if p.frames++; p.habit == "leaves at once" {
		return false
	}
	fin, opcode := first&0x80 != 0, first&0xf
	lax := p.habit == "takes anything"
	if !lax && (first&0x70 != 0 || masked == p.masks) {
		p.fail(1002)
		return false
	}
	switch opcode {
	case 8:
		switch p.habit {
		case "closes without a code":
			payload = nil
		case "closes with 1001":
			payload = []byte{3, 0xe9}
		case "closes silently":
			return false
		}
		p.send(0x88, payload)
		if p.habit == "never ends TCP" {
			io.Copy(io.Discard, p.conn)
		}
		return p.masks // a client waits for the server's end
	case 9:
		switch p.habit {
		case "answers no ping":
		case "answers pings late":
			p.pongs = append(p.pongs, payload)
		case "pongs emptily":
			p.send(0x8a, nil)
		default:
			p.send(0x8a, payload)
		}
		return true
	case 10:
		if p.habit == "answers a pong" {
			p.send(0x81, payload)
		}
		return true
	case 1, 2:
		p.opcode, p.whole = opcode, nil
	}
	p.whole = append(p.whole, payload...)
	if p.habit == "echoes frames" {
		p.send(0x80|p.opcode, payload)
		return true
	}
	if !fin {
		return true
	}
	if p.opcode == 1 && !lax && !utf8.Valid(p.whole) {
		p.fail(1007)
		return false
	}
	p.echo()
	for _, payload := range p.pongs {
		p.send(0x8a, payload)
	}
	p.pongs = nil
	return true
}

// echo sends the message back.
func (p *peer) echo() {
	first, b := 0x80|p.opcode, p.whole
	switch p.habit {
	case "answers nothing":
		return
	case "shouts":
		b = bytes.ToUpper(b)
	case "echoes text alone":
		first = 0x81
	case "takes 65535 bytes":
		if len(b) > 65535 {
			p.send(0x88, []byte{3, 0xf1})
			return
		}
	case "drops the end":
		b = b[:len(b)-min(len(b), 1)]
	case "echoes twice":
		p.send(first, b)
	case "adds a line end":
		b = append(b, '\n')
	case "echoes in pieces":
		for len(b) > 3 {
			p.send(first&0x7f, b[:3])
			first, b = 0x80, b[3:]
		}
	}
	p.send(first, b)
}

// Serve is a server of this habit on a free port, until the test is over.
func Serve(t *testing.T, habit string) *url.URL {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var running sync.WaitGroup
	t.Cleanup(func() { l.Close(); running.Wait() })
	running.Go(func() {
		for n := 1; ; n++ {
			c, err := l.Accept()
			if err != nil {
				return
			}
			if habit == "crashes" && n == 5 {
				l.Close()
			}
			running.Go(func() {
				defer c.Close()
				p := &peer{habit: habit, conn: c, in: bufio.NewReader(c)}
				if p.shake() {
					p.talk()
				}
			})
		}
	})
	return &url.URL{Scheme: "ws", Host: l.Addr().String(), Path: "/chat"}
}

// Client talks to the server at u as a client of this habit, until the connection is over.
func Client(u *url.URL, habit string) error {
	c, err := net.Dial("tcp", u.Host)
	if err != nil {
		return err
	}
	defer c.Close()
	in := bufio.NewReader(c)
	key := make([]byte, 16)
	_, _ = rand.Read(key) // never fails
	field := "Sec-WebSocket-Key: " + base64.StdEncoding.EncodeToString(key) + "\r\n"
	if habit == "sends no key" {
		field = ""
	}
	fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n%s\r\n", u.RequestURI(), u.Host, field)
	res, err := http.ReadResponse(in, nil)
	if err != nil || res.StatusCode != 101 {
		return err
	}
	Talk(c, in, habit)
	return nil
}

// Talk is the client's part behind its handshake.
func Talk(c net.Conn, in *bufio.Reader, habit string) {
	(&peer{habit: habit, masks: true, conn: c, in: in}).talk()
}
