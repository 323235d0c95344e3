package exercise

// The captures that are made for an attempt at lesson 11, and what is to be found in them.

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"time"

	"wireup/inspector"
	"wireup/inspector/capture"
)

// Made is a capture that is drawn for an attempt. Packets are numbered from 1.
type Made struct {
	File   []byte
	Switch int      // the packet with the 101
	Asked  int      // that with the request that it answers
	Others []int    // those with other responses
	Ping   string   // the payload of the ping
	Pinged string   // who sent it: client or server
	Stray  string   // the payload of a pong that answers nothing
	Masked string   // of the masked one of ping and pong, the payload as it crossed, in hex
	Spoken []string // the texts
}

// MakeCapture makes the capture of an exercise of lesson 11; ok is false if it has none.
func MakeCapture(a Attempt, id string) (m *Made, ok bool) {
	switch id {
	case "find-101":
		return found(a), true
	case "who-pinged":
		return pinged(a), true
	}
	return nil, false
}

// stage is where a made conversation is played.
type stage struct {
	out  bytes.Buffer
	w    *capture.Writer
	r    *rand.Rand
	at   time.Time
	on   map[int]*inspector.Session
	fail error

	accept string // of the last handshake
}

func newStage(a Attempt) *stage {
	s := &stage{r: a.Rand(), at: time.Date(2026, 1, 5, 9, 30, 0, 0, time.UTC), on: make(map[int]*inspector.Session)}
	s.at = s.at.Add(time.Duration(s.r.Int64N(int64(200 * 24 * time.Hour))))
	s.w, s.fail = capture.NewWriter(&s.out, netip.MustParseAddrPort("192.0.2.80:8765"), "Made by wireup for an exercise: nobody recorded these packets.")
	return s
}

// pass lets a moment pass.
func (s *stage) pass() { s.at = s.at.Add(time.Duration(2+s.r.IntN(90)) * time.Millisecond) }

func (s *stage) open(conn int) {
	s.pass()
	client := netip.AddrPortFrom(netip.AddrFrom4([4]byte{192, 0, 2, byte(10 + conn)}), uint16(49152+s.r.IntN(16000)))
	s.keep(s.w.Begin(conn, s.at, capture.Headline{Client: client, Whole: true, Text: fmt.Sprintf("Connection %d.", conn)}))
	s.on[conn] = inspector.NewSession(inspector.Options{Preview: 4 << 10}, func(e *inspector.Event) { s.keep(s.w.Write(conn, e.Clone())) })
}

func (s *stage) keep(err error) {
	if s.fail == nil {
		s.fail = err
	}
}

func (s *stage) up(conn int, b string) {
	s.pass()
	s.on[conn].Observe(s.at, inspector.Up, []byte(b))
}

func (s *stage) down(conn int, b string) {
	s.pass()
	s.on[conn].Observe(s.at, inspector.Down, []byte(b))
}

func (s *stage) end(conn int) {
	s.pass()
	s.on[conn].Ended(s.at, inspector.EndServer, nil)
}

// get is a request and its answer.
func (s *stage) get(conn int, path, status, body string) {
	s.up(conn, "GET "+path+" HTTP/1.1\r\nHost: example.com:8765\r\n\r\n")
	s.down(conn, fmt.Sprintf("HTTP/1.1 %s\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%s", status, len(body), body))
}

// shake is a handshake's request.
func (s *stage) shake(conn int, version string) {
	key := make([]byte, 16)
	for i := range key {
		key[i] = byte(s.r.IntN(256))
	}
	s.up(conn, fmt.Sprintf("GET /chat HTTP/1.1\r\nHost: example.com:8765\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: %s\r\n%s\r\n", base64Of(key), version))
	sum := acceptOf(base64Of(key))
	s.accept = base64Of(sum[:])
}

// switched is the answer that a handshake wants.
func (s *stage) switched(conn int) {
	s.down(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "+s.accept+"\r\n\r\n")
}

func base64Of(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

// frame is one whole frame; a client's is masked. It returns a masked payload as it crosses, in hex.
func (s *stage) frame(conn int, d inspector.Direction, op inspector.Opcode, payload string) (masked string) {
	h := inspector.Header{Fin: true, Opcode: op, Masked: d == inspector.Up, Length: uint64(len(payload))}
	if !h.Masked {
		s.down(conn, string(h.AppendTo(nil))+payload)
		return ""
	}
	for i := range h.Key {
		h.Key[i] = byte(1 + s.r.IntN(255))
	}
	crossed := inspector.AppendMasked(nil, []byte(payload), h.Key, 0)
	s.up(conn, string(h.AppendTo(nil))+string(crossed))
	return fmt.Sprintf("%x", crossed)
}

// noun draws a noun that has not been drawn.
func (s *stage) noun(taken *[]string) string {
	for {
		n := nouns[s.r.IntN(len(nouns))]
		if !slices.Contains(*taken, n) {
			*taken = append(*taken, n)
			return n
		}
	}
}

// done is the file, with the numbers of the packets in it as our own reader finds them.
func (s *stage) done(m *Made) *Made {
	s.keep(s.w.Flush())
	m.File = s.out.Bytes()
	rec, err := capture.ReadPackets(bytes.NewReader(m.File))
	if s.keep(err); s.fail != nil {
		panic(s.fail) // it is all ours, into memory
	}
	asked := map[int]int{}
	rec.Play(capture.Options{}, func(e *capture.Told) {
		switch {
		case e.Kind == inspector.KindRequest:
			asked[e.Conn] = e.Packet
		case e.Kind == inspector.KindResponse && e.Head.Code == 101:
			m.Switch, m.Asked = e.Packet, asked[e.Conn]
		case e.Kind == inspector.KindResponse:
			m.Others = append(m.Others, e.Packet)
		}
	})
	return m
}

// found is a capture with one 101 among other answers, on several connections.
func found(a Attempt) *Made {
	s := newStage(a)
	var taken []string
	s.open(1)
	for range 1 + s.r.IntN(4) {
		s.get(1, "/"+s.noun(&taken), "200 OK", "Room 101 is on the first floor.")
	}
	s.open(2)
	s.shake(2, "Sec-WebSocket-Version: 8\r\n")
	s.down(2, "HTTP/1.1 426 Upgrade Required\r\nSec-WebSocket-Version: 13\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
	s.end(2)
	for range s.r.IntN(3) {
		s.get(1, "/101/"+s.noun(&taken), "404 Not Found", "")
	}
	s.open(3)
	s.shake(3, "Sec-WebSocket-Version: 13\r\n")
	for range s.r.IntN(3) { // packets of another connection stand between
		s.get(1, "/"+s.noun(&taken), "200 OK", "ok")
	}
	s.switched(3)
	for range 2 + s.r.IntN(3) {
		s.frame(3, inspector.Up, inspector.OpText, s.noun(&taken))
		s.frame(3, inspector.Down, inspector.OpText, "101 "+s.noun(&taken))
	}
	s.get(1, "/"+s.noun(&taken), "200 OK", "ok")
	s.frame(3, inspector.Up, inspector.OpClose, "\x03\xe8")
	s.frame(3, inspector.Down, inspector.OpClose, "\x03\xe8")
	s.end(3)
	return s.done(&Made{})
}

// pinged is a capture of a conversation with one ping in it, by either side, its pong, and a pong that
// answers nothing.
func pinged(a Attempt) *Made {
	s := newStage(a)
	m := &Made{}
	var taken []string
	s.open(1)
	s.shake(1, "Sec-WebSocket-Version: 13\r\n")
	s.switched(1)
	says := func(d inspector.Direction) {
		word := s.noun(&taken)
		m.Spoken = append(m.Spoken, word)
		s.frame(1, d, inspector.OpText, word)
	}
	sides := []inspector.Direction{inspector.Up, inspector.Down}
	talk := func() {
		for range 1 + s.r.IntN(3) {
			says(sides[s.r.IntN(2)])
		}
	}
	who := s.r.IntN(2)
	m.Pinged = []string{"client", "server"}[who]
	m.Ping, m.Stray = s.noun(&taken)+" "+s.noun(&taken), s.noun(&taken)+" "+s.noun(&taken)
	ping := func() {
		one := s.frame(1, sides[who], inspector.OpPing, m.Ping)
		talk()
		m.Masked = one + s.frame(1, sides[1-who], inspector.OpPong, m.Ping)
	}
	stray := func() { s.frame(1, sides[who], inspector.OpPong, m.Stray) }
	acts := []func(){ping, stray}
	if s.r.IntN(2) == 0 {
		slices.Reverse(acts)
	}
	talk()
	for _, act := range acts {
		act()
		talk()
	}
	s.frame(1, inspector.Up, inspector.OpClose, "\x03\xe8")
	s.frame(1, inspector.Down, inspector.OpClose, "\x03\xe8")
	s.end(1)
	return s.done(m)
}
