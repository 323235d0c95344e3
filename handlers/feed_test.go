package handlers

// The feed and the log, end to end: real connections under the tap, or pipes and fake time.

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"
	"go.uber.org/goleak"

	"wireup/inspector"
	"wireup/lessons"
	"wireup/wire"
)

const feedID wire.ID = "feedfeedfeed2"

// feedServer is a server on a port of its own, which the test's end shuts down.
type feedServer struct {
	*Server
	t    *testing.T
	addr string
}

// bareConfig is a server's without lessons and assets.
func bareConfig(l wire.Limits) Config {
	return Config{Log: slog.New(slog.DiscardHandler), Hub: wire.NewHub(l, Route), Limits: DefaultLimits(),
		Static: fstest.MapFS{}, Course: &lessons.Course{}}
}

func startFeedServer(t *testing.T, l wire.Limits) *feedServer {
	t.Helper()
	leaks := goleak.IgnoreCurrent()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(bareConfig(l))
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(listener) }()
	t.Cleanup(func() {
		ctx, stop := context.WithTimeout(context.Background(), 10*time.Second)
		defer stop()
		if err := s.Shutdown(ctx); err != nil {
			t.Errorf("Shutdown: %v", err)
		}
		if err := <-served; err != nil {
			t.Errorf("Serve: %v", err)
		}
		http.DefaultClient.CloseIdleConnections()
		goleak.VerifyNone(t, leaks)
	})
	return &feedServer{s, t, listener.Addr().String()}
}

// viewer reads a feed.
type viewer struct {
	*websocket.Conn
	t *testing.T
}

func (s *feedServer) view(query string) *viewer {
	s.t.Helper()
	c, _, err := websocket.DefaultDialer.Dial("ws://"+s.addr+"/wire/"+string(feedID)+"/feed"+query, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { c.Close() })
	return &viewer{c, s.t}
}

// item is an event of the feed, or a gap.
type item struct {
	Seq       uint64
	Conn      int
	Kind      string
	Direction string
	Driver    string
	Lab       string
	Bytes     string
	Note      string
	Count     uint64
	HTTP      *struct{ StartLine string }
	Frame     *struct {
		Type, Text string
		Fields     []struct{ Name string }
	}
}

// message reads one message of the feed. What doesn't come in a minute doesn't come.
func (v *viewer) message() []item {
	v.t.Helper()
	if err := v.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		v.t.Fatal(err)
	}
	_, b, err := v.ReadMessage()
	if err != nil {
		v.t.Fatal(err)
	}
	var items []item
	if err := json.Unmarshal(b, &items); err != nil {
		v.t.Fatalf("%v in %s", err, b)
	}
	if len(items) == 0 {
		v.t.Error("a message without events")
	}
	return items
}

// until reads items up to one that ok accepts.
func (v *viewer) until(ok func(item) bool) []item {
	v.t.Helper()
	var all []item
	for {
		for _, i := range v.message() {
			all = append(all, i)
			if ok(i) {
				return all
			}
		}
	}
}

// closed reads until the server closes, and returns how.
func (v *viewer) closed() *websocket.CloseError {
	v.t.Helper()
	for {
		_, _, err := v.ReadMessage()
		if err == nil {
			continue
		}
		var c *websocket.CloseError
		if !errors.As(err, &c) {
			v.t.Fatalf("the feed ended without a close frame: %v", err)
		}
		return c
	}
}

// pushText logs n text frames on the feed's wire.
func pushText(h *wire.Hub, n int) {
	for range n {
		logFrame(h.Wire(feedID))
	}
}

// logFrame appends a text frame as a connection would.
func logFrame(w *wire.Wire) {
	at := time.Now()
	raw := []byte("\x81\x05Hello")
	header, n, _ := inspector.ParseHeader(raw)
	e := wire.Keep(&inspector.Event{
		At: at, Began: at, Direction: inspector.Down, Kind: inspector.KindFrame, Size: 7, Overhead: 2, Bytes: raw,
		Frame: &inspector.Frame{Header: header, Raw: raw[:n], Payload: raw[n:], Plain: raw[n:], Received: 5,
			Message: 1, Part: 1, MessageType: inspector.OpText},
	})
	e.Conn, e.Driver = 1, wire.DriverTerminal
	w.Append(e)
}

// TestFeedShowsAnEcho sends bytes of a client to the echo and compares what the feed says with
// what crossed the client's socket. The feed itself shows nowhere.
func TestFeedShowsAnEcho(t *testing.T) {
	s := startFeedServer(t, wire.Limits{})
	v := s.view("")
	c, err := net.Dial("tcp", s.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	var up, down bytes.Buffer
	send := func(b string) {
		up.WriteString(b)
		if _, err := io.WriteString(c, b); err != nil {
			t.Fatal(err)
		}
	}
	send("GET /echo?breakdown=off&wire=" + string(feedID) + " HTTP/1.1\r\nHost: " + s.addr + "\r\nUser-Agent: by hand\r\n" +
		"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
	r := bufio.NewReader(io.TeeReader(c, &down))
	for line := ""; line != "\r\n"; {
		if line, err = r.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
	}
	send("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58")       // RFC 6455 §5.7: "Hello", masked
	if _, err := io.ReadFull(r, make([]byte, 7)); err != nil { // its mirror
		t.Fatal(err)
	}
	send("\x88\x82\x00\x00\x00\x00\x03\xe8")
	if _, err := io.Copy(io.Discard, r); err != nil {
		t.Fatal(err)
	}
	c.Close()

	items := v.until(func(i item) bool { return i.Kind == "close" })
	var kinds []string
	got := map[string]string{}
	for n, i := range items {
		if i.Seq != uint64(n+1) || i.Conn != 1 || i.Lab != "echo" || i.Driver != "terminal" {
			t.Errorf("item %d is %+v; want number %d on connection 1, of the echo and a terminal", n, i, n+1)
		}
		kinds = append(kinds, i.Direction+" "+i.Kind)
		b, err := hex.DecodeString(i.Bytes)
		if err != nil {
			t.Errorf("bytes of item %d: %v", n, err)
		}
		got[i.Direction] += string(b)
	}
	if got["up"] != up.String() || got["down"] != down.String() {
		t.Errorf("the feed's bytes are\n%q up,\n%q down; want\n%q,\n%q", got["up"], got["down"], up.String(), down.String())
	}
	want := "[up open up request down response up frame down frame up frame down frame up close]"
	if list := fmt.Sprint(kinds); list != want && list != strings.Replace(want, "up close]", "down close]", 1) {
		t.Errorf("the feed told %v; want %v", list, want)
	}
	if f := items[3].Frame; f == nil || f.Type != "text" || f.Text != "Hello" || len(f.Fields) != 8 {
		t.Errorf("the first frame is %+v", f)
	}
	if _, last := s.hub.Wire(feedID).Range(); last != uint64(len(items)) {
		t.Errorf("the log holds %d events, of which the feed showed %d", last, len(items))
	}
}

// TestReplay reconnects again and again while events are appended: each comes once, in order.
func TestReplay(t *testing.T) {
	const total = 3000
	s := startFeedServer(t, wire.Limits{})
	var wg sync.WaitGroup
	wg.Go(func() { pushText(s.hub, total) })
	defer wg.Wait()
	seq := uint64(0)
	for rounds := 0; seq < total; rounds++ {
		v := s.view(fmt.Sprintf("?after=%d", seq))
		for range 1 + rounds%3 {
			if seq == total {
				break
			}
			for _, i := range v.message() {
				if i.Kind == "lost" || i.Seq != seq+1 {
					t.Fatalf("%+v came behind %d", i, seq)
				}
				seq = i.Seq
			}
		}
		v.Close()
	}
}

// TestReplayFromTheStart: a number that the log has not reached is from before a restart.
func TestReplayFromTheStart(t *testing.T) {
	s := startFeedServer(t, wire.Limits{})
	pushText(s.hub, 3)
	for _, after := range []string{"4", "700", "18446744073709551615"} {
		if first := s.view("?after=" + after).message()[0]; first.Seq != 1 {
			t.Errorf("after=%s begins at %d; want 1", after, first.Seq)
		}
	}
	v := s.view("?after=3") // is up to date
	pushText(s.hub, 1)
	if first := v.message()[0]; first.Seq != 4 {
		t.Errorf("after=3 goes on at %d; want 4", first.Seq)
	}
}

func TestGapBeforeTheLog(t *testing.T) {
	s := startFeedServer(t, wire.Limits{Events: 10})
	pushText(s.hub, 25)
	items := s.view("?after=2").message()
	if len(items) != 11 || items[0].Kind != "lost" || items[0].Count != 13 || items[1].Seq != 16 || items[10].Seq != 25 {
		t.Errorf("after=2 of 25, with 10 kept: %+v; want 13 lost and 16 to 25", items)
	}
}

// TestNothingIsKept: events that are over the limit of bytes by themselves are told as lost, once.
func TestNothingIsKept(t *testing.T) {
	s := startFeedServer(t, wire.Limits{Bytes: 1})
	v := s.view("")
	pushText(s.hub, 1)
	for n := range 3 {
		if items := v.message(); len(items) != 1 || items[0].Kind != "lost" || items[0].Count != 1 {
			t.Fatalf("message %d is %+v; want 1 lost", n, items)
		}
		pushText(s.hub, 1)
	}
}

// TestAppendEvents: what is asked up to a number accounts for each event up to it, and no other.
func TestAppendEvents(t *testing.T) {
	hub := wire.NewHub(wire.Limits{Events: 10}, Route)
	log := hub.Wire(feedID)
	pushText(hub, 25)
	for _, tt := range []struct {
		seq, last   uint64
		lost        uint64
		first, upTo uint64 // of the events; 0 for none
	}{
		{0, 25, 15, 16, 25},
		{0, 12, 12, 0, 0}, // the log has moved on while it was being read
		{12, 15, 3, 0, 0},
		{12, 20, 3, 16, 20},
		{15, 16, 0, 16, 16},
	} {
		b, to, members := appendEvents([]byte("["), log, tt.seq, tt.last, false)
		var items []item
		if err := json.Unmarshal(append(b, ']'), &items); err != nil {
			t.Fatalf("%v in %s", err, b)
		}
		if to != tt.last || members != len(items) {
			t.Errorf("appendEvents(%d, %d) accounts for events to %d with %d of %d members", tt.seq, tt.last, to, members, len(items))
		}
		if tt.lost > 0 {
			if items[0].Kind != "lost" || items[0].Count != tt.lost {
				t.Errorf("appendEvents(%d, %d) begins with %+v; want %d lost", tt.seq, tt.last, items[0], tt.lost)
			}
			items = items[1:]
		}
		if tt.first == 0 && len(items) > 0 ||
			tt.first > 0 && (len(items) == 0 || items[0].Seq != tt.first || items[len(items)-1].Seq != tt.upTo) {
			t.Errorf("appendEvents(%d, %d) holds %+v; want %d to %d", tt.seq, tt.last, items, tt.first, tt.upTo)
		}
	}
}

// TestSlowViewer: one that doesn't read while a lot happens gets each event once in the end, or
// counted as lost.
func TestSlowViewer(t *testing.T) {
	const total = 30000
	s := startFeedServer(t, wire.Limits{Events: 100})
	v := s.view("")
	pushText(s.hub, total)
	seq, lost, gaps := uint64(0), uint64(0), 0
	for seq < total {
		for _, i := range v.message() {
			switch {
			case i.Kind == "lost":
				seq += i.Count
				lost += i.Count
				gaps++
			case i.Seq != seq+1:
				t.Fatalf("%d came behind %d", i.Seq, seq)
			default:
				seq = i.Seq
			}
		}
	}
	if seq != total || lost == 0 {
		t.Errorf("the viewer accounts for %d events, %d of them lost; want %d, some lost", seq, lost, total)
	}
	t.Logf("%d of %d lost in %d gaps", lost, total, gaps)
}

// TestBlockedViewer: the same over a pipe, which holds nothing, so that the numbers are exact.
func TestBlockedViewer(t *testing.T) {
	inFakeTime(t, wire.Limits{Events: 100}, func(t *testing.T, s *Server, view func() *viewer) {
		v := view()
		pushText(s.hub, 1)
		synctest.Wait() // the feed writes its first message, which nobody reads
		began := time.Now()
		pushText(s.hub, 10000)
		if d := time.Since(began); d != 0 {
			t.Errorf("appending took %v while a viewer reads nothing", d)
		}
		time.Sleep(stallLimit / 2)
		if first := v.message(); len(first) != 1 || first[0].Seq != 1 {
			t.Errorf("the message that waited holds %+v; want event 1", first)
		}
		rest := v.message()
		if len(rest) != 101 || rest[0].Count != 9900 || rest[1].Seq != 9902 || rest[100].Seq != 10001 {
			t.Errorf("the next holds %d items, first %+v; want 9900 lost, and 9902 to 10001", len(rest), rest[0])
		}
	})
}

func TestFeedRefusals(t *testing.T) {
	s := startFeedServer(t, wire.Limits{})
	pushText(s.hub, 2)
	upgrade := http.Header{"Connection": {"Upgrade"}, "Upgrade": {"websocket"}, "Sec-Websocket-Version": {"13"},
		"Sec-Websocket-Key": {"dGhlIHNhbXBsZSBub25jZQ=="}}
	with := func(name, value string) http.Header {
		h := upgrade.Clone()
		h.Set(name, value)
		return h
	}
	base := "/wire/" + string(feedID)
	tests := []struct {
		name, path string
		header     http.Header
		status     int
		text       string // must stand in the error
	}{
		{"bad id", "/wire/nosuchwire/feed", upgrade, 400, "13 characters"},
		{"bad after", base + "/feed?after=-1", upgrade, 400, `after="-1"`},
		{"after is no number", base + "/feed?after=x%00%22", upgrade, 400, "decimal digits"},
		{"after of 21 digits", base + "/feed?after=184467440737095516150", upgrade, 400, "decimal digits"},
		{"no upgrade", base + "/feed", nil, 426, "new WebSocket"},
		{"another origin", base + "/feed", with("Origin", "http://elsewhere.example"), 403, "another site"},
		{"version 8", base + "/feed", with("Sec-WebSocket-Version", "8"), 426, "no other version"},
		{"short key", base + "/feed", with("Sec-WebSocket-Key", "short"), 400, "Key"},
		{"a subprotocol twice", base + "/feed", with("Sec-WebSocket-Protocol", "a, a"), 400, "offers a twice"},
		{"an empty extension", base + "/feed", with("Sec-WebSocket-Extensions", ";"), 400, "must list extensions"},
		{"after twice", base + "/feed?after=1&after=2", upgrade, 400, "after stands more than once"},
		{"a query of no meaning", base + "/feed?after=%zz", upgrade, 400, `"after=%zz"`},
		{"an event's query", base + "/events/1?a;b", nil, 400, `"a;b"`},
		{"a log's query", base + "/log.json?x=1&x=2", nil, 400, "x stands more than once"},
		{"bad id of an event", "/wire/x/events/1", nil, 400, "13 characters"},
		{"bad number", base + "/events/one", nil, 400, `seq="one"`},
		{"number 0", base + "/events/0", nil, 400, "from 1 on"},
		{"not yet", base + "/events/3", nil, 404, "its last is 2"},
		{"unknown wire", "/wire/aaaaaaaaaaaaa/events/1", nil, 404, "Send something"},
		{"bad id of a log", "/wire/AAAAAAAAAAAA1/log.json", nil, 400, "13 characters"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, err := http.NewRequest("GET", "http://"+s.addr+tt.path, nil)
			if err != nil {
				t.Fatal(err)
			}
			if tt.header != nil {
				r.Header = tt.header
			}
			answer, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close()
			var e struct{ Error string }
			if err := json.NewDecoder(answer.Body).Decode(&e); err != nil {
				t.Fatalf("the answer is no JSON: %v", err)
			}
			if answer.StatusCode != tt.status || !strings.Contains(e.Error, tt.text) || answer.Header.Get("Content-Type") != "application/json" {
				t.Errorf("GET %s: %d %q; want %d with %q", tt.path, answer.StatusCode, e.Error, tt.status, tt.text)
			}
			if tt.status == 426 && answer.Header.Get("Upgrade") != "websocket" {
				t.Error("426 without Upgrade")
			}
			if tt.name == "version 8" && answer.Header.Get("Sec-WebSocket-Version") != "13" {
				t.Error("426 without the version that the server speaks")
			}
		})
	}
}

func TestFeedIsCompressed(t *testing.T) {
	s := startFeedServer(t, wire.Limits{})
	d := websocket.Dialer{EnableCompression: true}
	c, answer, err := d.Dial("ws://"+s.addr+"/wire/"+string(feedID)+"/feed", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if got := answer.Header.Get("Sec-WebSocket-Extensions"); !strings.HasPrefix(got, "permessage-deflate") {
		t.Errorf("the extensions are %q", got)
	}
	pushText(s.hub, 50)
	if i := (&viewer{c, t}).message()[0]; i.Seq != 1 || i.Frame.Text != "Hello" {
		t.Errorf("the first event is %+v", i)
	}
}

func TestFeedSaysWhyItEnds(t *testing.T) {
	t.Run("the server stops", func(t *testing.T) {
		s := startFeedServer(t, wire.Limits{})
		v := s.view("")
		stopped := make(chan error, 1)
		go func() { stopped <- s.Shutdown(context.Background()) }()
		if c := v.closed(); c.Code != websocket.CloseGoingAway {
			t.Errorf("closed with %v; want 1001", c)
		}
		if err := <-stopped; err != nil {
			t.Error(err)
		}
	})
	t.Run("the log is dropped", func(t *testing.T) {
		s := startFeedServer(t, wire.Limits{Wires: 1})
		v := s.view("")
		pushText(s.hub, 1)
		v.message()
		s.hub.Wire("aaaaaaaaaaaaa")
		if c := v.closed(); c.Code != websocket.CloseServiceRestart || !strings.Contains(c.Text, "limit") {
			t.Errorf("closed with %v; want 1012 and the limit", c)
		}
	})
	t.Run("too much inbound", func(t *testing.T) {
		s := startFeedServer(t, wire.Limits{})
		v := s.view("")
		if err := v.WriteMessage(websocket.TextMessage, make([]byte, 1024)); err != nil {
			t.Fatal(err)
		}
		pushText(s.hub, 1)
		v.message() // up to 1 KiB is ignored
		if err := v.WriteMessage(websocket.BinaryMessage, make([]byte, 100_000)); err != nil {
			t.Fatal(err)
		}
		if c := v.closed(); c.Code != websocket.CloseMessageTooBig || !strings.Contains(c.Text, "1 KiB") {
			t.Errorf("closed with %v; want 1009 and the limit", c)
		}
	})
	t.Run("the viewer closes", func(t *testing.T) {
		s := startFeedServer(t, wire.Limits{})
		v := s.view("")
		bye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
		if err := v.WriteControl(websocket.CloseMessage, bye, time.Now().Add(time.Second)); err != nil {
			t.Fatal(err)
		}
		if c := v.closed(); c.Code != websocket.CloseNormalClosure {
			t.Errorf("closed with %v; want 1000", c)
		}
	})
}

func TestFeedsAreCounted(t *testing.T) {
	s := startFeedServer(t, wire.Limits{})
	url := "ws://" + s.addr + "/wire/" + string(feedID) + "/feed"
	for range s.limits.WireSockets {
		s.view("")
	}
	_, answer, err := websocket.DefaultDialer.Dial(url, nil)
	if err == nil || answer == nil || answer.StatusCode != http.StatusTooManyRequests {
		t.Fatalf("one socket more than the limit: %v, %v; want 429", answer, err)
	}
	var e struct{ Error string }
	if err := json.NewDecoder(answer.Body).Decode(&e); err != nil || !strings.Contains(e.Error, "limit") {
		t.Errorf("the answer is %q, %v; want the limit", e.Error, err)
	}
}

func TestLog(t *testing.T) {
	s := startFeedServer(t, wire.Limits{Events: 1200})
	read := func(id wire.ID) (items []item) {
		t.Helper()
		answer, err := http.Get("http://" + s.addr + "/wire/" + string(id) + "/log.json")
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		var log struct {
			Wire   wire.ID
			Events []item
		}
		if err := json.NewDecoder(answer.Body).Decode(&log); err != nil {
			t.Fatal(err)
		}
		if log.Wire != feedID && id == feedID || log.Events == nil {
			t.Errorf("the log is of %q, with %v", log.Wire, log.Events)
		}
		return log.Events
	}
	if items := read(feedID); len(items) != 0 {
		t.Errorf("a wire that nobody wrote to holds %+v", items)
	}
	if _, ok := s.hub.Lookup(feedID); ok {
		t.Error("asking for a log makes a wire")
	}
	pushText(s.hub, 1200)
	if items := read(feedID); len(items) != 1200 || items[0].Seq != 1 || items[1199].Seq != 1200 {
		t.Errorf("the log holds %d events", len(items))
	}
	pushText(s.hub, 3)
	items := read(wire.ID(strings.ToUpper(string(feedID))))
	if len(items) != 1201 || items[0].Count != 3 || items[1].Seq != 4 || items[1200].Seq != 1203 {
		t.Errorf("the log that has lost 3 holds %d items, %+v first", len(items), items[0])
	}
}

func TestEvent(t *testing.T) {
	s := startFeedServer(t, wire.Limits{Events: 2})
	pushText(s.hub, 4)
	fetch := func(seq int) (int, string) {
		t.Helper()
		answer, err := http.Get(fmt.Sprintf("http://%s/wire/%s/events/%d", s.addr, feedID, seq))
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		b, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return answer.StatusCode, string(b)
	}
	status, body := fetch(4)
	var e struct {
		Seq      uint64
		Fields   []struct{ Name string }
		Sentence string
	}
	if err := json.Unmarshal([]byte(body), &e); err != nil || status != 200 || e.Seq != 4 || len(e.Fields) != 8 || e.Sentence == "" {
		t.Errorf("event 4 is %d %s (%v); want it with 8 fields and a sentence", status, body, err)
	}
	if status, body := fetch(2); status != 404 || !strings.Contains(body, "no longer kept") || !strings.Contains(body, "oldest now is 3") {
		t.Errorf("event 2 is %d %s; want 404 and what to do", status, body)
	}
}

// pipeListener accepts the server ends of pipes.
type pipeListener struct {
	conns chan net.Conn
	once  sync.Once
	over  chan struct{}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.over:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error   { l.once.Do(func() { close(l.over) }); return nil }
func (l *pipeListener) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "unix"} }

// inFakeTime runs a test in a bubble whose time stands still while somebody works. view opens a
// feed over a pipe, which holds nothing that is not read.
func inFakeTime(t *testing.T, limits wire.Limits, test func(t *testing.T, s *Server, view func() *viewer)) {
	synctest.Test(t, func(t *testing.T) {
		s, err := New(bareConfig(limits))
		if err != nil {
			t.Fatal(err)
		}
		l := &pipeListener{conns: make(chan net.Conn), over: make(chan struct{})}
		served := make(chan error, 1)
		go func() { served <- s.Serve(l) }()
		var viewers []*viewer
		test(t, s, func() *viewer {
			d := websocket.Dialer{NetDial: func(string, string) (net.Conn, error) {
				client, server := net.Pipe()
				l.conns <- server
				return client, nil
			}}
			c, _, err := d.Dial("ws://wireup.test/wire/"+string(feedID)+"/feed", nil)
			if err != nil {
				t.Fatal(err)
			}
			v := &viewer{c, t}
			viewers = append(viewers, v)
			return v
		})
		for _, v := range viewers {
			v.Close()
		}
		if err := s.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
}

// TestFeedIsPaced: however events come, messages keep their distance, and nothing waits longer.
func TestFeedIsPaced(t *testing.T) {
	inFakeTime(t, wire.Limits{}, func(t *testing.T, s *Server, view func() *viewer) {
		v := view()
		go func() {
			for i := range 300 {
				pushText(s.hub, 1+i%3)
				time.Sleep(time.Duration(1+i%5) * time.Millisecond)
			}
			pushText(s.hub, 2000)
		}()
		total := 600 + 2000
		var last time.Time
		seq := 0
		for seq < total {
			items := v.message()
			now := time.Now()
			if since := now.Sub(last); since < feedEvery {
				t.Errorf("a message came %v after the one before", since)
			}
			if len(items) > logEvents {
				t.Errorf("a message holds %d events", len(items))
			}
			for _, i := range items {
				if seq++; i.Seq != uint64(seq) {
					t.Fatalf("%+v came as number %d", i, seq)
				}
			}
			last = now
		}
		// An event that comes when nothing has for a while is told at once.
		time.Sleep(time.Second)
		began := time.Now()
		pushText(s.hub, 1)
		v.message()
		if d := time.Since(began); d != 0 {
			t.Errorf("an event after a pause was told after %v", d)
		}
	})
}

func TestFeedPings(t *testing.T) {
	inFakeTime(t, wire.Limits{}, func(t *testing.T, s *Server, view func() *viewer) {
		v := view()
		var pings atomic.Int64
		var silent atomic.Bool
		answer := v.PingHandler()
		v.SetPingHandler(func(m string) error {
			pings.Add(1)
			if silent.Load() {
				return nil
			}
			return answer(m)
		})
		over := make(chan error, 1)
		go func() {
			_, _, err := v.ReadMessage()
			over <- err
		}()
		time.Sleep(10*time.Minute + time.Second)
		synctest.Wait()
		select {
		case err := <-over:
			t.Fatalf("a viewer that answers was given up: %v", err)
		default:
		}
		if n := pings.Load(); n != 24 {
			t.Errorf("%d pings in 10 minutes; want 24, one in 25 s", n)
		}
		silent.Store(true)
		began := time.Now()
		<-over
		if d := time.Since(began); d > feedSilent {
			t.Errorf("a viewer that is silent was given up after %v; want %v at most", d, feedSilent)
		}
	})
}

// TestClosingHandshake: the server waits for the viewer's close frame, and not for ever.
func TestClosingHandshake(t *testing.T) {
	inFakeTime(t, wire.Limits{}, func(t *testing.T, s *Server, view func() *viewer) {
		v := view()
		v.SetCloseHandler(func(int, string) error { return nil }) // which doesn't answer
		go s.Shutdown(context.Background())
		if c := v.closed(); c.Code != websocket.CloseGoingAway {
			t.Errorf("closed with %v; want 1001", c)
		}
		began := time.Now()
		if _, err := v.NetConn().Read(make([]byte, 1)); err != io.EOF {
			t.Errorf("behind the close frame came %v; want the end", err)
		}
		if d := time.Since(began); d != feedLinger {
			t.Errorf("the connection was closed after %v; want %v", d, feedLinger)
		}
	})
}

// TestStalledViewer: one that takes nothing at all is given up, and appending goes on meanwhile.
func TestStalledViewer(t *testing.T) {
	inFakeTime(t, wire.Limits{}, func(t *testing.T, s *Server, view func() *viewer) {
		view() // its pipe holds nothing: the first message waits for it
		began := time.Now()
		pushText(s.hub, 10000)
		if d := time.Since(began); d != 0 {
			t.Errorf("appending took %v while a viewer reads nothing", d)
		}
		time.Sleep(stallLimit + 2*feedLinger)
		synctest.Wait()
		s.sockets.mu.Lock()
		defer s.sockets.mu.Unlock()
		if n := len(s.sockets.live); n != 0 {
			t.Errorf("%d sockets are open after the viewer took nothing for %v", n, stallLimit)
		}
	})
}
