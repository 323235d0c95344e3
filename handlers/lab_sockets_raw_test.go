package handlers

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"wireup/inspector"
	"wireup/wire"
)

const rawWire = wire.ID("rawaaaaaaaaaa")

// rawServer is a server with a raw echo on TCP and on a Unix-domain socket.
type rawServer struct {
	*echoServer
	tcp, unix string
	word      atomic.Pointer[string] // that a page of rawWire waits for
}

func startRaw(t *testing.T, l Limits) *rawServer {
	t.Helper()
	ends := RawEnds{}
	var err error
	if ends.TCP, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "raw.sock")
	if ends.Unix, err = net.Listen("unix", path); err != nil {
		t.Fatal(err)
	}
	r := &rawServer{tcp: ends.TCP.Addr().String(), unix: path}
	whose := func(p []byte) (wire.ID, bool) {
		word := r.word.Load()
		return rawWire, word != nil && bytes.Contains(p, []byte(*word))
	}
	r.echoServer = startWith(t, l, func(s *Server) { s.raw = newRawEcho(ends, s.hub, l, whose) }, nil)
	return r
}

// rawPeer is a client of the raw echo.
type rawPeer struct {
	t *testing.T
	net.Conn
}

func (s *rawServer) raw(network string) *rawPeer {
	s.t.Helper()
	address := s.tcp
	if network == "unix" {
		address = s.unix
	}
	c, err := net.Dial(network, address)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { c.Close() })
	_ = c.SetDeadline(time.Now().Add(10 * time.Second))
	return &rawPeer{s.t, c}
}

func (c *rawPeer) send(text string) {
	c.t.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		c.t.Fatal(err)
	}
}

func (c *rawPeer) end() {
	c.t.Helper()
	if err := c.Conn.(interface{ CloseWrite() error }).CloseWrite(); err != nil {
		c.t.Fatal(err)
	}
}

// rest is all that still comes.
func (c *rawPeer) rest() string {
	c.t.Helper()
	b, err := io.ReadAll(c)
	if err != nil {
		c.t.Fatal(err)
	}
	return string(b)
}

// upTo reads until text has come.
func (c *rawPeer) upTo(text string) {
	c.t.Helper()
	b := make([]byte, len(text))
	if _, err := io.ReadFull(c, b); err != nil || string(b) != text {
		c.t.Fatalf("came %q, %v; want %q", b, err, text)
	}
}

// toldOn waits until the wire has n events, and writes them in words.
func toldOn(t *testing.T, hub *wire.Hub, id wire.ID, n int) []string {
	t.Helper()
	w := hub.Wire(id)
	deadline := time.After(10 * time.Second)
	for {
		changed := w.Changed()
		events, _ := w.After(0, 1000)
		if len(events) >= n {
			var list []string
			for _, e := range events {
				s := e.Kind.String()
				if e.Kind == inspector.KindBytes {
					s = fmt.Sprintf("%s %d %q", e.Direction, e.Size, e.Bytes)
				}
				list = append(list, s)
			}
			return list
		}
		select {
		case <-changed:
		case <-deadline:
			t.Fatalf("%d events came, want %d", len(events), n)
		}
	}
}

func TestRawEcho(t *testing.T) {
	s := startRaw(t, DefaultLimits())
	for _, network := range []string{"tcp", "unix"} {
		t.Run(network, func(t *testing.T) {
			id := wire.ID("raw" + strings.Repeat(network[:1], 10))
			c := s.raw(network)
			c.send("wire " + strings.ToUpper(string(id)) + "\r\none\ntwo\n")
			c.upTo("one\ntwo\n")
			c.send("three")
			c.end()
			if got := c.rest(); got != "three" {
				t.Errorf("after the half-close came %q", got)
			}
			c.Close()
			want := []string{"open",
				fmt.Sprintf("up 28 %q", "wire "+strings.ToUpper(string(id))+"\r\none\ntwo\n"),
				`down 8 "one\ntwo\n"`, `up 5 "three"`, `up 0 ""`, `down 4 "thre"`, `down 1 "e"`, "close"}
			if got := toldOn(t, s.hub, id, len(want)); strings.Join(got, "|") != strings.Join(want, "|") {
				t.Errorf("told %q\nwant %q", got, want)
			}
		})
	}
}

func TestRawWord(t *testing.T) {
	s := startRaw(t, DefaultLimits())
	word := "plum-41"
	s.word.Store(&word)
	c := s.raw("tcp")
	c.send("hello plu")
	c.upTo("hello plu") // so that the word lies in two reads
	c.send("m-41")
	c.end()
	if got := c.rest(); got != "m-41" {
		t.Errorf("came %q", got)
	}
	c.Close()
	want := `open|up 9 "hello plu"|down 9 "hello plu"|up 4 "m-41"|up 0 ""|down 3 "m-4"|down 1 "1"|close`
	if got := strings.Join(toldOn(t, s.hub, rawWire, 8), "|"); got != want {
		t.Errorf("told %s\nwant %s", got, want)
	}
	s.word.Store(nil)

	// Whose it is nobody knows: it is echoed, and shown nowhere.
	c = s.raw("tcp")
	c.send("wire plum-41\nwire")
	c.end()
	if got := c.rest(); got != "wire plum-41\nwire" {
		t.Errorf("came %q", got)
	}
}

func TestRawLimits(t *testing.T) {
	t.Run("connections", func(t *testing.T) {
		l := DefaultLimits()
		l.RawConns = 1
		s := startRaw(t, l)
		first := s.raw("tcp")
		first.send("x")
		first.upTo("x")
		if got := s.raw("unix").rest(); !strings.Contains(got, "limit: raw-connections") {
			t.Errorf("the second was told %q", got)
		}
	})
	t.Run("bytes", func(t *testing.T) {
		l := DefaultLimits()
		l.RawBytes = 1 << 10
		s := startRaw(t, l)
		c := s.raw("tcp")
		c.send(strings.Repeat("x", 1<<10+1))
		if got := c.rest(); !strings.HasPrefix(got, strings.Repeat("x", 1<<10+1)) || !strings.Contains(got, "more than 1 KiB came (limit: raw-bytes)") {
			t.Errorf("came %d bytes that end %q", len(got), got[max(0, len(got)-80):])
		}
	})
	t.Run("idle", func(t *testing.T) {
		l := DefaultLimits()
		l.RawIdle = 300 * time.Millisecond
		s := startRaw(t, l)
		c := s.raw("tcp")
		c.send("w")
		if got := c.rest(); !strings.HasPrefix(got, "wwireup: nothing came for 300ms (limit: raw-idle)") {
			t.Errorf("came %q", got)
		}
	})
}

// Much at once comes back whole, through the bound on what is pending.
func TestRawMuch(t *testing.T) {
	l := DefaultLimits()
	l.RawBytes = 4 << 20
	s := startRaw(t, l)
	c := s.raw("tcp")
	sent := bytes.Repeat([]byte("0123456789abcdef"), 1<<16)
	go func() { _, _ = c.Write(sent); _ = c.Conn.(*net.TCPConn).CloseWrite() }()
	if got := c.rest(); got != string(sent) {
		t.Errorf("%d bytes came of %d", len(got), len(sent))
	}
}

// A server that stops sends back what it holds.
func TestRawDrain(t *testing.T) {
	s := startRaw(t, DefaultLimits())
	c := s.raw("tcp")
	word := "plum-41"
	s.word.Store(&word)
	c.send("plum-41")
	toldOn(t, s.hub, rawWire, 2)
	idle := s.raw("unix")
	idle.send("x")
	idle.upTo("x") // so that it has been accepted
	if err := s.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if got := c.rest(); got != "plum-41" {
		t.Errorf("came %q", got)
	}
	if got := idle.rest(); got != "" {
		t.Errorf("came %q", got)
	}
	if _, err := net.Dial("unix", s.unix); err == nil {
		t.Error("the Unix-domain socket still takes connections")
	}
}

func TestWireLine(t *testing.T) {
	const id = "aaaaaaaaaaaaa"
	for _, tt := range []struct {
		in   string
		id   wire.ID
		n    int
		more bool
	}{
		{"", "", 0, true},
		{"wi", "", 0, true},
		{"wire ", "", 0, true},
		{"wire " + id, "", 0, true},
		{"wire " + id + "\r", "", 0, true},
		{"wire " + id + "\n", id, 19, false},
		{"wire " + id + "\r\nx", id, 20, false},
		{"wire " + id + "x", "", 0, true},
		{"wire " + id + "xx", "", 0, false},
		{"wire " + id + "x\n", "", 0, false},
		{"wired\n", "", 0, false},
		{"x", "", 0, false},
		{"\nwire " + id + "\n", "", 0, false},
	} {
		if id, n, more := wireLine([]byte(tt.in)); id != tt.id || n != tt.n || more != tt.more {
			t.Errorf("wireLine(%q) = %q, %d, %v", tt.in, id, n, more)
		}
	}
}

// TestRoomsKnowTheirWords: a page that has the lesson open is found by a word of its exercises.
func TestRoomsKnowTheirWords(t *testing.T) {
	r := &rooms{open: map[roomKey]*room{
		{rawWire, socketsLab}:        {items: []*task{{view: view{word: "plum-41"}}, {view: view{word: "fig-7"}}}},
		{"otheraaaaaaaa", "request"}: {items: []*task{{view: view{word: "pear-12"}}}},
	}}
	for text, want := range map[string]wire.ID{
		"": "", "plum": "", "plum-4": "", "apple-1 plum-41\n": rawWire, "05fig-705": rawWire, "\x00\x05fig-7": rawWire,
		"pear-12": "", // another lesson's
	} {
		if id, ok := r.whose([]byte(text)); id != want || ok != (want != "") {
			t.Errorf("whose(%q) = %q, %v; want %q", text, id, ok, want)
		}
	}
}

// Who closes both directions never gets the last byte, and the log shows it.
func TestRawGone(t *testing.T) {
	s := startRaw(t, DefaultLimits())
	word := "plum-41"
	s.word.Store(&word)
	c := s.raw("tcp")
	c.send("plum-41\n")
	c.Close()
	want := `open|up 8 "plum-41\n"|up 0 ""|down 7 "plum-41"|close`
	if got := strings.Join(toldOn(t, s.hub, rawWire, 5), "|"); got != want {
		t.Errorf("told %s\nwant %s", got, want)
	}
}
