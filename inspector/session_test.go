package inspector

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// piece is bytes that cross in one direction.
type piece struct {
	dir   Direction
	bytes string
}

// observe runs pieces through a session and returns its events, checked and cloned.
func observe(t testing.TB, o Options, pieces []piece) []*Event {
	t.Helper()
	var events []*Event
	s := NewSession(o, func(e *Event) {
		checkCover(t, e)
		events = append(events, e.Clone())
	})
	at := time.Unix(0, 0)
	for _, p := range pieces {
		at = at.Add(time.Millisecond)
		buf := []byte(p.bytes)
		s.Observe(at, p.dir, buf)
		if string(buf) != p.bytes {
			t.Fatalf("the session wrote into the bytes that it was shown: %q; want %q", buf, p.bytes)
		}
		for i := range buf {
			buf[i] = 0xEE // whoever kept an alias reads this
		}
	}
	s.Ended(at, EndClient, nil)
	return events
}

// lines writes events one a line: direction, kind, exchange, bytes, and what was noticed.
// Adjacent events of bytes are joined.
func lines(events []*Event, dir Direction) []string {
	var out []string
	var joined []byte // of adjacent events of bytes
	exchange := 0
	flush := func() {
		if joined != nil {
			out = append(out, fmt.Sprintf("%s %d %q", KindBytes, exchange, joined))
			joined = nil
		}
	}
	for _, e := range events {
		if e.Direction != dir || e.Kind == KindClose {
			continue
		}
		if e.Kind == KindBytes && (joined == nil || e.Note == "") {
			joined, exchange = append(joined, e.Bytes...), e.Exchange
			continue
		}
		flush()
		if e.Kind == KindBytes {
			joined, exchange = append(joined, e.Bytes...), e.Exchange
			continue
		}
		line := fmt.Sprintf("%s %d %q", e.Kind, e.Exchange, e.Bytes)
		if e.Frame != nil {
			line = fmt.Sprintf("%s %d %s %q", e.Kind, e.Exchange, Summary(e), e.Frame.Plain)
			if e.Frame.Inflated != nil {
				line += fmt.Sprintf(" inflated %q %s", e.Frame.Inflated.Bytes, e.Frame.Inflated.Err)
			}
		}
		if e.Body != nil {
			line += fmt.Sprintf(" %s payload %d last %v", e.Body.Framing, e.Payload(), e.Body.Last)
		}
		for _, v := range e.Violations {
			line += fmt.Sprintf(" %s@%d", v.Rule.ID, v.Offset)
		}
		out = append(out, line)
	}
	flush()
	return out
}

const (
	upgradeRequest  = "GET /echo?wire=abc HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
	upgradeResponse = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
	helloMasked     = "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"
	hello           = "\x81\x05Hello"
)

func TestSession(t *testing.T) {
	req := fmt.Sprintf("%q", upgradeRequest)
	res := fmt.Sprintf("%q", upgradeResponse)
	tests := []struct {
		name   string
		pieces []piece
		up     []string
		down   []string
	}{
		{"keep-alive", []piece{
			{Up, "GET /1 HTTP/1.1\r\nHost: x\r\n\r\n"}, {Down, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"},
			{Up, "GET /2 HTTP/1.1\r\nHost: x\r\n\r\n"}, {Down, "HTTP/1.1 204 No Content\r\n\r\n"},
		}, []string{
			`request 1 "GET /1 HTTP/1.1\r\nHost: x\r\n\r\n"`,
			`request 2 "GET /2 HTTP/1.1\r\nHost: x\r\n\r\n"`,
		}, []string{
			`response 1 "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"`,
			`body 1 "hi" length payload 2 last true`,
			`response 2 "HTTP/1.1 204 No Content\r\n\r\n"`,
		}},
		{"pipelined, one of them HEAD, a 100 between", []piece{
			{Up, "HEAD /1 HTTP/1.0\r\n\r\nPOST /2 HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc"},
			{Down, "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nz"},
		}, []string{
			`request 1 "HEAD /1 HTTP/1.0\r\n\r\n"`,
			`request 2 "POST /2 HTTP/1.0\r\nContent-Length: 3\r\n\r\n"`,
			`body 2 "abc" length payload 3 last true`,
		}, []string{
			`response 1 "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"`,
			`response 2 "HTTP/1.1 100 Continue\r\n\r\n"`,
			`response 2 "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n"`,
			`body 2 "z" length payload 1 last true`,
		}},
		{"chunks", []piece{
			{Up, "GET / HTTP/1.0\r\n\r\n"},
			{Down, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1;x=ab\r\n!\r\n0\r\nT: v\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"},
		}, []string{`request 1 "GET / HTTP/1.0\r\n\r\n"`}, []string{
			`response 1 "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"`,
			`body 1 "5\r\nhello\r\n" chunked payload 5 last false`,
			`body 1 "1;x=ab\r\n!\r\n" chunked payload 1 last false`,
			`body 1 "0\r\nT: v\r\n\r\n" chunked payload 0 last true`,
			`response 1 "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"`,
		}},
		{"a chunk that breaks", []piece{
			{Up, "GET / HTTP/1.0\r\n\r\n"},
			{Down, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n"},
		}, []string{`request 1 "GET / HTTP/1.0\r\n\r\n"`}, []string{
			`response 1 "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"`,
			`body 1 "2\r\nhe" chunked payload 2 last false chunk-size@5`,
			`bytes 1 "llo\r\n"`,
		}},
		{"a transfer coding in HTTP/1.0", []piece{
			{Up, "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n5\n"},
			{Down, "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n"},
		}, []string{
			`request 1 "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n" transfer-coding-in-1.0@0`,
			`body 1 "5\n" length payload 2 last true`,
		}, []string{
			`response 1 "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" transfer-coding-in-1.0@0`,
			`body 1 "5\r\n" close payload 3 last true`,
		}},
		{"the longest chunk size, and one digit more", []piece{
			{Up, "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0000000000000001\r\na\r\n00000000000000001\r\n"},
		}, []string{
			`request 1 "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"`,
			`body 1 "0000000000000001\r\na\r\n" chunked payload 1 last false`,
			`body 1 "0000000000000000" chunked payload 0 last false chunk-size@16`,
			`bytes 1 "1\r\n"`,
		}, nil},
		{"a body up to the end", []piece{
			{Up, "GET / HTTP/1.0\r\n\r\n"}, {Down, "HTTP/1.0 200 OK\r\n\r\nall of it"},
		}, []string{`request 1 "GET / HTTP/1.0\r\n\r\n"`}, []string{
			`response 1 "HTTP/1.0 200 OK\r\n\r\n"`,
			`body 1 "all of it" close payload 9 last true`,
		}},
		{"a switch", []piece{
			{Up, upgradeRequest}, {Down, upgradeResponse + "\x89\x00"}, {Up, helloMasked}, {Down, hello},
		}, []string{"request 1 " + req, `frame 1 text frame, 5 bytes, masked "Hello"`},
			[]string{"response 1 " + res, `frame 1 ping frame, 0 bytes ""`, `frame 1 text frame, 5 bytes "Hello"`}},
		{"frames behind the upgrade request", []piece{
			{Up, upgradeRequest + helloMasked + "\x81"}, {Down, upgradeResponse}, {Up, "\x80\x00\x00\x00\x00"},
		}, []string{"request 1 " + req, `frame 1 text frame, 5 bytes, masked "Hello"`, `frame 1 text frame, 0 bytes, masked ""`},
			[]string{"response 1 " + res}},
		{"an upgrade refused, and a request behind it", []piece{
			{Up, upgradeRequest + "GET / HTTP/1.0\r\n\r\n"}, {Down, "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"},
			{Down, "HTTP/1.1 204 No Content\r\n\r\n"},
		}, []string{"request 1 " + req, `request 2 "GET / HTTP/1.0\r\n\r\n"`},
			[]string{`response 1 "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"`, `response 2 "HTTP/1.1 204 No Content\r\n\r\n"`}},
		{"a switch to something else", []piece{
			{Up, "GET / HTTP/1.0\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n"},
			{Down, "HTTP/1.1 101 Go\r\nUpgrade: h2c\r\n\r\nab"}, {Down, "cd"},
		}, []string{`request 1 "GET / HTTP/1.0\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n"`},
			[]string{`response 1 "HTTP/1.1 101 Go\r\nUpgrade: h2c\r\n\r\n"`, `bytes 1 "abcd"`}},
		{"a tunnel", []piece{
			{Up, "CONNECT a:1 HTTP/1.0\r\n\r\nxy"}, {Down, "HTTP/1.1 200 OK\r\n\r\nz"},
		}, []string{`request 1 "CONNECT a:1 HTTP/1.0\r\n\r\n"`, `bytes 1 "xy"`},
			[]string{`response 1 "HTTP/1.1 200 OK\r\n\r\n"`, `bytes 1 "z"`}},
		{"no HTTP at all", []piece{
			{Up, "hello\r\n"}, {Down, "HTTP/1.1 400 Bad Request\r\nContent-Length: 1\r\n\r\n!"}, {Up, "more"},
		}, []string{`bytes 0 "hello\r\nmore"`},
			[]string{`response 0 "HTTP/1.1 400 Bad Request\r\nContent-Length: 1\r\n\r\n"`, `body 0 "!" length payload 1 last true`}},
		{"two lengths", []piece{
			{Up, "POST / HTTP/1.0\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"},
		}, []string{`request 1 "POST / HTTP/1.0\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n" length-conflict@0`, `bytes 1 "ab"`}, nil},
		{"an impossible length", []piece{
			{Up, upgradeRequest}, {Down, upgradeResponse}, {Up, "\x82\xff\x80\x00\x00\x00\x00\x00\x00\x00abcdrest"},
		}, []string{"request 1 " + req,
			`frame 1 binary frame, 9223372036854775808 bytes, masked, cut off after 0 "" length-top-bit@2`, `bytes 1 "rest"`},
			[]string{"response 1 " + res}},
		{"cut inside everything", []piece{
			{Up, upgradeRequest}, {Down, upgradeResponse}, {Up, "\x81\x85\x00\x00\x00\x00He"}, {Down, "\x82"},
		}, []string{"request 1 " + req, `frame 1 text frame, 5 bytes, masked, cut off after 2 "He"`},
			[]string{"response 1 " + res, `bytes 1 "\x82"`}},
		{"fragments, and a ping with its pong", []piece{
			{Up, upgradeRequest}, {Down, upgradeResponse},
			{Down, "\x89\x01a"}, {Up, "\x01\x81\x00\x00\x00\x00H\x8a\x81\x00\x00\x00\x00a\x80\x81\x00\x00\x00\x00i"},
		}, []string{"request 1 " + req,
			`frame 1 text frame, 1 byte, masked, part 1 of message 1 "H"`,
			`frame 1 pong frame, 1 byte, masked, after 1.00 ms "a"`,
			`frame 1 continuation frame, 1 byte, masked, part 2 of message 1 "i"`},
			[]string{"response 1 " + res, `frame 1 ping frame, 1 byte "a"`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			check := func(how string, pieces []piece) {
				events := observe(t, Options{}, pieces)
				for dir, want := range map[Direction][]string{Up: tt.up, Down: tt.down} {
					got := lines(events, dir)
					if how != "whole" { // the time between the pieces is another then
						got, want = []string{maskTimes(got)}, []string{maskTimes(want)}
					}
					if strings.Join(got, "\n") != strings.Join(want, "\n") {
						t.Fatalf("%s, %s:\n%s\nwant\n%s", how, dir, strings.Join(got, "\n"), strings.Join(want, "\n"))
					}
				}
				checkJoined(t, pieces, events)
			}
			check("whole", tt.pieces)
			for step := 1; step < 40; step++ {
				check(fmt.Sprintf("steps of %d", step), cutPieces(tt.pieces, func(left int) int { return min(step, left) }))
			}
		})
	}
}

// firstDifference shows the first line in which cut and whole differ.
func firstDifference(cut, whole string) string {
	a, b := strings.Split(cut, "\n"), strings.Split(whole, "\n")
	for i := range a {
		if i >= len(b) || a[i] != b[i] {
			return fmt.Sprintf("line %d, cut:\n%.600s\nwhole:\n%.600s", i, a[i], strings.Join(b[min(i, len(b)):min(i+1, len(b))], ""))
		}
	}
	return "whole goes on:\n" + fmt.Sprintf("%.600s", strings.Join(b[len(a):], "\n"))
}

func maskTimes(lines []string) string {
	s := strings.Join(lines, "\n")
	for {
		i := strings.Index(s, ", after ")
		if i < 0 {
			return s
		}
		j := strings.Index(s[i:], " ms")
		s = s[:i] + s[i+j+3:]
	}
}

func cutPieces(pieces []piece, size func(left int) int) []piece {
	var out []piece
	for _, p := range pieces {
		for b := p.bytes; b != ""; {
			n := size(len(b))
			out = append(out, piece{p.dir, b[:n]})
			b = b[n:]
		}
	}
	return out
}

// checkJoined fails unless the events' bytes, joined, are what crossed. It needs a preview that
// is longer than any event.
func checkJoined(t testing.TB, pieces []piece, events []*Event) {
	t.Helper()
	var want, got [2]bytes.Buffer
	for _, p := range pieces {
		want[p.dir].WriteString(p.bytes)
	}
	for _, e := range events {
		if e.Kind == KindClose {
			continue
		}
		got[e.Direction].Write(e.Bytes)
		if e.Size != uint64(len(e.Bytes)) || e.Overhead > e.Size {
			t.Fatalf("%s of %d bytes, %d of them overhead, keeps %d", e.Kind, e.Size, e.Overhead, len(e.Bytes))
		}
	}
	for _, d := range []Direction{Up, Down} {
		if !bytes.Equal(got[d].Bytes(), want[d].Bytes()) {
			t.Fatalf("%s: events hold %q; want %q", d, got[d].Bytes(), want[d].Bytes())
		}
	}
}

// TestGeneratedSessions makes 1 010 connections at random, whole and broken ones, and cuts each
// in another way: no byte may be lost, doubled or given to another direction.
func TestGeneratedSessions(t *testing.T) {
	for seed := range uint64(1010) {
		r := rand.New(rand.NewPCG(seed, 1))
		pieces := generate(r)
		whole := observe(t, Options{Preview: 1 << 30}, pieces)
		checkJoined(t, pieces, whole)
		cut := cutPieces(pieces, func(left int) int { return 1 + r.IntN(min(left, 1+r.IntN(60))) })
		again := observe(t, Options{Preview: 1 << 30}, cut)
		checkJoined(t, cut, again)
		for _, d := range []Direction{Up, Down} {
			if a, b := maskTimes(lines(whole, d)), maskTimes(lines(again, d)); a != b {
				t.Fatalf("seed %d, %s: %s", seed, d, firstDifference(b, a))
			}
		}
	}
}

// generate makes a conversation: some exchanges, often a switch and frames, sometimes garbage.
// Its encoder is not the one under test.
func generate(r *rand.Rand) []piece {
	var p []piece
	add := func(d Direction, s string) { p = append(p, piece{d, s}) }
	text := func(n int) string {
		b := make([]byte, r.IntN(n+1))
		for i := range b {
			b[i] = byte(' ' + r.IntN(94))
		}
		return string(b)
	}
	for range r.IntN(4) {
		body := text(300)
		switch r.IntN(4) {
		case 0:
			add(Up, fmt.Sprintf("POST /%d HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", r.IntN(99), len(body), body))
		case 1:
			add(Up, "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"+chunked(r, body))
		default:
			add(Up, "GET / HTTP/1.1\r\nHost: x\r\nX: "+text(600)+"\r\n\r\n")
		}
		body = text(700)
		switch r.IntN(4) {
		case 0:
			add(Down, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"+chunked(r, body))
		case 1:
			add(Down, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n")
		default:
			add(Down, fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(body), body))
		}
	}
	switch r.IntN(8) {
	case 0:
		add(Up, text(50)+"\r\n"+text(50))
		add(Down, "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"+text(50))
		return p
	case 1:
		add(Up, "GET /unfinished HTTP/1.1\r\nHos")
		return p
	}
	deflate := r.IntN(3) == 0
	extensions := ""
	if deflate {
		extensions = "Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover; server_no_context_takeover\r\n"
	}
	add(Up, upgradeRequest)
	add(Down, strings.TrimSuffix(upgradeResponse, "\r\n")+extensions+"\r\n")
	for range r.IntN(12) {
		d := Direction(r.IntN(2))
		switch r.IntN(7) {
		case 0:
			add(d, frame(r, d, 0x89, text(125)))
		case 1:
			add(d, frame(r, d, 0x8A, text(125)))
		case 2:
			add(d, frame(r, d, 0x01, text(20))+frame(r, d, 0x00, text(400))+frame(r, d, 0x80, text(20)))
		case 3:
			if deflate {
				var b bytes.Buffer
				w, _ := flate.NewWriter(&b, 6)
				w.Write([]byte(text(2000)))
				w.Flush()
				add(d, frame(r, d, 0xC1, strings.TrimSuffix(b.String(), "\x00\x00\xff\xff")))
			}
		case 4:
			size := r.IntN(600)
			if r.IntN(24) == 0 {
				size = 65530 + r.IntN(12) // either side of the third form of the length
			}
			b := make([]byte, size)
			add(d, frame(r, d, 0x82, string(b)))
		case 5:
			b := make([]byte, r.IntN(30)) // anything, even no frame at all
			for i := range b {
				b[i] = byte(r.Uint32())
			}
			add(d, string(b))
		default:
			add(d, frame(r, d, 0x81, text(200)))
		}
	}
	if r.IntN(2) == 0 {
		add(Up, frame(r, Up, 0x88, "\x03\xe8bye"))
		add(Down, frame(r, Down, 0x88, "\x03\xe8bye"))
	}
	return p
}

func chunked(r *rand.Rand, body string) string {
	var b strings.Builder
	for body != "" {
		n := 1 + r.IntN(len(body))
		fmt.Fprintf(&b, "%x\r\n%s\r\n", n, body[:n])
		body = body[n:]
	}
	return b.String() + "0\r\n\r\n"
}

func frame(r *rand.Rand, d Direction, first byte, payload string) string {
	b := []byte{first, 0}
	switch n := len(payload); {
	case n < 126:
		b[1] = byte(n)
	case n < 65536:
		b[1] = 126
		b = binary.BigEndian.AppendUint16(b, uint16(n))
	default:
		b[1] = 127
		b = binary.BigEndian.AppendUint64(b, uint64(n))
	}
	if d == Down {
		return string(b) + payload
	}
	b[1] |= 0x80
	key := binary.LittleEndian.AppendUint32(nil, r.Uint32())
	b = append(b, key...)
	for i := range payload {
		b = append(b, payload[i]^key[i%4])
	}
	return string(b)
}

func TestSessionClose(t *testing.T) {
	key := "\x00\x00\x00\x00"
	tests := []struct {
		name   string
		pieces []piece
		how    Ending
		want   string
	}{
		{"client first", []piece{{Up, "\x88\x85" + key + "\x03\xe8bye"}, {Down, "\x88\x02\x03\xe8"}}, EndServer,
			"The server closed the TCP connection first. The client sent close 1000 normal closure. The server sent close 1000 normal closure. The closing handshake is complete."},
		{"server first", []piece{{Down, "\x88\x02\x03\xea"}, {Up, "\x88\x80" + key}}, EndServer,
			"The server closed the TCP connection first. The server sent close 1002 protocol error. The client sent a close frame without a code. The closing handshake is complete."},
		{"nobody said a word", nil, EndReset,
			"The client reset the TCP connection. The server sent no close frame. The client sent no close frame."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var last *Event
			s := NewSession(Options{}, func(e *Event) { last = e.Clone() })
			at := time.Now()
			s.Observe(at, Up, []byte(upgradeRequest))
			s.Observe(at, Down, []byte(upgradeResponse))
			for _, p := range tt.pieces {
				s.Observe(at, p.dir, []byte(p.bytes))
			}
			s.Ended(at, tt.how, nil)
			if got := Sentence(last); last.Kind != KindClose || got != tt.want {
				t.Errorf("%s event says %q; want %q", last.Kind, got, tt.want)
			}
		})
	}
}

func TestSessionLimitsSayTheirName(t *testing.T) {
	tests := []struct {
		name   string
		pieces []piece
		want   string
	}{
		{"request head", []piece{{Up, "GET / HTTP/1.1\r\nX: " + strings.Repeat("a", 2000)}}, "limit: request head"},
		{"behind an upgrade", []piece{{Up, upgradeRequest}, {Up, strings.Repeat("a", 2000)}}, "limit: request head"},
		{"pipelined", []piece{{Up, strings.Repeat("GET / HTTP/1.0\r\n\r\n", 130)}}, "limit: pipelined requests"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			events := observe(t, Options{HeadLimit: 1024}, tt.pieces)
			for _, e := range events {
				if strings.Contains(e.Note, tt.want) {
					return
				}
			}
			t.Errorf("no event's note says %q", tt.want)
		})
	}
}

// TestSessionAllocs: a frame that nobody keeps costs nothing.
func TestSessionAllocs(t *testing.T) {
	frames := 0
	s := NewSession(Options{}, func(e *Event) {
		if e.Kind == KindFrame {
			frames++
		}
	})
	at := time.Now()
	s.Observe(at, Up, []byte(upgradeRequest))
	s.Observe(at, Down, []byte(upgradeResponse))
	up := []byte(helloMasked + helloMasked)
	down := []byte(hello)
	if n := testing.AllocsPerRun(1000, func() {
		s.Observe(at, Up, up[:4])
		s.Observe(at, Up, up[4:])
		s.Observe(at, Down, down)
	}); n != 0 {
		t.Errorf("three frames allocate %v times; want 0", n)
	}
	if frames < 3000 {
		t.Errorf("%d frames were told; want over 3000", frames)
	}
}

func BenchmarkSession(b *testing.B) {
	s := NewSession(Options{}, func(e *Event) {})
	at := time.Now()
	s.Observe(at, Up, []byte(upgradeRequest))
	s.Observe(at, Down, []byte(upgradeResponse))
	up := []byte(helloMasked)
	b.ReportAllocs()
	for b.Loop() {
		s.Observe(at, Up, up)
	}
}

func FuzzSession(f *testing.F) {
	f.Add([]byte(upgradeRequest+helloMasked), []byte(upgradeResponse+hello), uint8(3))
	f.Add([]byte("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n"), []byte("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n"), uint8(1))
	f.Add([]byte("CONNECT a HTTP/1.1\r\n\r\nxx"), []byte("HTTP/1.1 200 OK\r\n\r\nyy"), uint8(2))
	f.Add([]byte(upgradeRequest), []byte("HTTP/1.1 101 \r\nUpgrade: websocket\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00"), uint8(9))
	f.Fuzz(func(t *testing.T, up, down []byte, step uint8) {
		pieces := []piece{{Up, string(up)}, {Down, string(down)}}
		whole := observe(t, Options{Preview: 1 << 30}, pieces)
		checkJoined(t, pieces, whole)
		cut := cutPieces(pieces, func(left int) int { return min(left, 1+int(step)) })
		again := observe(t, Options{Preview: 1 << 30}, cut)
		checkJoined(t, cut, again)
		for _, d := range []Direction{Up, Down} {
			if a, b := maskTimes(lines(whole, d)), maskTimes(lines(again, d)); a != b {
				t.Fatalf("%s, in steps of %d: %s", d, int(step)+1, firstDifference(b, a))
			}
		}
	})
}
