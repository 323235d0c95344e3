package game

// The map over real sockets: what is said, what is bounded, and what becomes of a slow reader.

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"go.uber.org/goleak"

	"wireup/bus"
	"wireup/bus/bustest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serve serves a map, and returns where.
func serve(t *testing.T, b *bus.Bus) (*World, string) {
	t.Helper()
	w := New(b, slog.New(slog.DiscardHandler))
	ctx, stop := context.WithCancel(context.Background())
	var upgrader websocket.Upgrader
	s := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		conn, err := upgrader.Upgrade(rw, r, nil)
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		w.Play(ctx, conn, r.URL.Query().Get("wire"))
	}))
	t.Cleanup(func() {
		stop()
		s.Close()
		w.Close()
	})
	return w, "ws" + strings.TrimPrefix(s.URL, "http")
}

// client is somebody who plays.
type client struct {
	t    *testing.T
	conn *websocket.Conn
	id   int
	seen [][]any // messages, in order
}

func join(t *testing.T, url, name string) *client {
	t.Helper()
	c := open(t, url)
	c.say(fmt.Sprintf(`[0,%q]`, name))
	m := c.until("the welcome", func(m []any) bool { return m[0] == 1.0 })
	c.id = int(m[1].(float64))
	return c
}

func open(t *testing.T, url string) *client {
	t.Helper()
	dialer := websocket.Dialer{NetDial: func(network, addr string) (net.Conn, error) {
		c, err := net.Dial(network, addr)
		if err == nil && strings.HasSuffix(url, "wire=slow") {
			err = c.(*net.TCPConn).SetReadBuffer(256 << 10) // or the kernel takes megabytes for it
		}
		return c, err
	}}
	conn, _, err := dialer.Dial(url, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return &client{t: t, conn: conn}
}

func (c *client) say(text string) {
	c.t.Helper()
	if err := c.conn.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
		c.t.Fatal(err)
	}
}

// until reads up to the message that is ok.
func (c *client) until(what string, ok func(m []any) bool) []any {
	c.t.Helper()
	for {
		for len(c.seen) > 0 {
			m := c.seen[0]
			c.seen = c.seen[1:]
			if ok(m) {
				return m
			}
		}
		c.conn.SetReadDeadline(time.Now().Add(10 * time.Second))
		if err := c.conn.ReadJSON(&c.seen); err != nil {
			c.t.Fatalf("waiting for %s: %v", what, err)
		}
	}
}

func is(want string) func(m []any) bool {
	return func(m []any) bool {
		b, _ := json.Marshal(m)
		return string(b) == want
	}
}

func TestMove(t *testing.T) {
	w, url := serve(t, nil)
	a := join(t, url+"?wire=aa", "Ada")
	b := join(t, url, `B"o\b`)
	met := a.until("the other", func(m []any) bool { return m[0] == 2.0 && int(m[1].(float64)) == b.id })
	if met[5] != `B"o\b` || met[2] != 1.0 {
		t.Errorf("the other is told as %v", met)
	}
	a.say(`[4,39,209]`)
	b.until("the move", is(fmt.Sprintf(`[4,%d,39,209]`, a.id)))
	a.until("the own move", is(fmt.Sprintf(`[4,%d,39,209]`, a.id)))
	b.say(`[11,"hello <b>there</b>"]`)
	a.until("the line", func(m []any) bool { return m[0] == 11.0 && m[2] == "hello <b>there</b>" })

	// The same by a request, for the newest socket of that wire.
	if last, ok := w.Move("aa", 1, 2); !ok || !json.Valid(last) {
		t.Errorf("Move: %s, %v", last, ok)
	}
	b.until("the move by request", is(fmt.Sprintf(`[4,%d,1,2]`, a.id)))
	if _, ok := w.Move("", 1, 2); ok {
		t.Error("a reader without a wire was moved")
	}

	a.conn.Close()
	b.until("the other's end", is(fmt.Sprintf(`[3,%d]`, a.id)))
}

func TestBots(t *testing.T) {
	w, url := serve(t, nil)
	if n := w.SetBots(MostBots); n != 0 {
		t.Errorf("%d bots walk about with nobody to see them", n)
	}
	a := join(t, url, "Ada")
	if n := w.SetBots(MostBots + 5); n != MostBots {
		t.Errorf("%d bots; want %d", n, MostBots)
	}
	a.until("a bot", func(m []any) bool { return m[0] == 2.0 && m[2] == 2.0 })
	a.until("a bot's step", func(m []any) bool { return m[0] == 4.0 })
	if n := w.SetBots(0); n != 0 {
		t.Errorf("%d bots are left", n)
	}
	a.until("a bot's end", func(m []any) bool { return m[0] == 3.0 })
}

func TestBounds(t *testing.T) {
	_, url := serve(t, nil)
	tests := []struct {
		name string
		say  []string
		want string
	}{
		{"no hello", []string{`[4,1,2]`}, "say hello first"},
		{"hello twice", []string{`[0,"a"]`, `[0,"a"]`}, "hello is said once"},
		{"no list", []string{`{"a":1}`}, "a message is a list"},
		{"no JSON", []string{`[4,`}, "a message is a list"},
		{"empty", []string{`[]`}, "a message is a list"},
		{"kind", []string{`[0,"a"]`, `[5,1,2]`}, "want [0,"},
		{"kind as text", []string{`["4",1,2]`}, "begins with its kind"},
		{"name too long", []string{`[0,"` + strings.Repeat("ä", nameMost+1) + `"]`}, "a name has 1 to 16 characters"},
		{"name of blanks", []string{`[0,"   "]`}, "a name has 1 to 16 characters"},
		{"name with a control", []string{`[0,"a\u0007b"]`}, "a name has 1 to 16 characters"},
		{"name that turns the line", []string{`[0,"a\u202eb"]`}, "a name has 1 to 16 characters"},
		{"name that nobody sees", []string{`[0,"\u3164\u0301\u2800"]`}, "a name has 1 to 16 characters"},
		{"name as number", []string{`[0,7]`}, "a name is text"},
		{"off the map", []string{`[0,"a"]`, `[4,256,0]`}, "from 0 to 255"},
		{"below it", []string{`[0,"a"]`, `[4,-1,0]`}, "from 0 to 255"},
		{"half a place", []string{`[0,"a"]`, `[4,1.5,0]`}, "whole numbers"},
		{"a place as text", []string{`[0,"a"]`, `[4,"1",0]`}, "whole numbers"},
		{"a huge number", []string{`[0,"a"]`, `[4,1e99,0]`}, "whole numbers"},
		{"line too long", []string{`[0,"a"]`, `[11,"` + strings.Repeat("x", chatMost+1) + `"]`}, "a line has 1 to 80"},
		{"message too long", []string{`[0,"a"]`, `[11,"` + strings.Repeat("x", 300) + `"]`}, "message over 256 bytes"},
		{"a flood", append([]string{`[0,"a"]`}, strings.Split(strings.Repeat("[4,1,2] ", 3*rateMost), " ")[:3*rateMost]...), "over 30 messages a second"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := open(t, url)
			for _, text := range tt.say {
				if c.conn.WriteMessage(websocket.TextMessage, []byte(text)) != nil {
					break // closed meanwhile, which is read below
				}
			}
			var err error
			for err == nil {
				c.conn.SetReadDeadline(time.Now().Add(10 * time.Second))
				_, _, err = c.conn.ReadMessage()
			}
			closed, ok := err.(*websocket.CloseError)
			if !ok || closed.Code != websocket.ClosePolicyViolation || !strings.Contains(closed.Text, tt.want) {
				t.Errorf("it ends with %v; want 1008 and %q", err, tt.want)
			}
		})
	}
	t.Run("binary", func(t *testing.T) {
		c := open(t, url)
		c.conn.WriteMessage(websocket.BinaryMessage, []byte{4})
		if _, _, err := c.conn.ReadMessage(); !websocket.IsCloseError(err, websocket.CloseUnsupportedData) {
			t.Errorf("it ends with %v; want 1003", err)
		}
	})
}

// A seat that takes nothing loses ticks, is told how many, and gets the map as it stands.
func TestSlow(t *testing.T) {
	w, url := serve(t, nil)
	a := join(t, url, "Ada")
	w.mu.Lock()
	s := &seat{p: w.enter(reader, "slow", 1, 1, true), queue: make(chan *websocket.PreparedMessage, queueMost)}
	w.seats[s] = struct{}{}
	w.mu.Unlock()
	for n := range 2 * queueMost {
		a.say(fmt.Sprintf(`[4,%d,7]`, n))
		a.until("the tick", is(fmt.Sprintf(`[4,%d,%d,7]`, a.id, n)))
	}
	for range queueMost {
		<-s.queue
		if len(s.queue) > 0 {
			if b := w.makeUp(s); b != nil {
				t.Fatalf("with ticks in its queue it is told %s", b)
			}
		}
	}
	var told [][]any
	if err := json.Unmarshal(w.makeUp(s), &told); err != nil {
		t.Fatal(err)
	}
	if lost := told[0]; lost[0] != 100.0 || lost[1].(float64) < queueMost-1 {
		t.Errorf("it is told %v", told[0])
	}
	where := fmt.Sprintf(`[2,%d,1,%d,7,"Ada"]`, a.id, 2*queueMost-1)
	found := false
	for _, m := range told {
		found = found || is(where)(m)
	}
	if !found {
		t.Errorf("it is told %v; want %s in it", told, where)
	}
	if b := w.makeUp(s); b != nil {
		t.Errorf("it is told again: %s", b)
	}
	w.rise(s)
}

// However many join within a tick, nobody loses one by it, and each who joins meets all the others.
func TestManyJoin(t *testing.T) {
	w := New(nil, slog.New(slog.DiscardHandler))
	var seats []*seat
	for n := range 10 * queueMost {
		s, greeting, err := w.sit("", "a")
		var told [][]any
		if err != nil || json.Unmarshal(greeting, &told) != nil || len(told) != n+1 {
			t.Fatalf("number %d is told %s, %v; want itself and the %d before it", n, greeting, err, n)
		}
		seats = append(seats, s)
	}
	w.mu.Lock()
	lost := seats[0].lost
	w.mu.Unlock()
	if lost > 0 {
		t.Errorf("the first has lost %d ticks", lost)
	}
	for _, s := range seats {
		w.rise(s)
	}
	w.Close()
}

// The same over a real socket that nobody reads for a while; the others are told everything meanwhile.
func TestSlowSocket(t *testing.T) {
	w, url := serve(t, nil)
	slow := join(t, url+"?wire=slow", "slow")
	fast := join(t, url, "fast")
	line := strings.Repeat("x", chatMost)
	lost := func() (lost int) {
		w.mu.Lock()
		defer w.mu.Unlock()
		for s := range w.seats {
			for range 1500 { // more than such a socket takes in a tick
				w.say(s.p, line)
			}
			if s.key == "slow" {
				lost = s.lost
			}
		}
		return lost
	}
	for lost() == 0 {
		fast.until("a line", func(m []any) bool { return m[0] == 11.0 })
		fast.seen = nil
	}
	fast.say(`[4,39,209]`)
	fast.until("the own move", func(m []any) bool { // or the map, if this machine is busy
		return is(fmt.Sprintf(`[4,%d,39,209]`, fast.id))(m) || is(fmt.Sprintf(`[2,%d,1,39,209,"fast"]`, fast.id))(m)
	})
	m := slow.until("what was lost", func(m []any) bool { return m[0] == 100.0 })
	if n := m[1].(float64); n < 1 {
		t.Errorf("%v ticks were lost", n)
	}
	slow.until("the other, as they stand now", is(fmt.Sprintf(`[2,%d,1,39,209,"fast"]`, fast.id)))
}

// Two maps on one bus are one map.
func TestShared(t *testing.T) {
	url := bustest.New(t).URL()
	var worlds [2]*World
	var urls [2]string
	for i := range worlds {
		b, err := bus.Open(t.Context(), bus.Options{URL: url})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { b.Close(context.Background()) })
		worlds[i], urls[i] = serve(t, b)
	}
	a := join(t, urls[0], "Ada")
	b := join(t, urls[1], "Bob")
	toA := a.until("Bob", func(m []any) bool { return m[0] == 2.0 && m[5] == "Bob" })[1]
	toB := b.until("Ada", func(m []any) bool { return m[0] == 2.0 && m[5] == "Ada" })[1]
	a.say(`[4,39,209]`)
	b.until("Ada's move", is(fmt.Sprintf(`[4,%v,39,209]`, toB)))
	b.say(`[11,"hello"]`)
	a.until("Bob's line", is(fmt.Sprintf(`[11,%v,"hello"]`, toA)))
	worlds[1].SetBots(3)
	for range 3 {
		a.until("a bot of the other instance", func(m []any) bool { return m[0] == 2.0 && m[2] == 2.0 })
	}
	b.conn.Close()
	a.until("Bob's end", is(fmt.Sprintf(`[3,%v]`, toA)))
	worlds[0].mu.Lock()
	defer worlds[0].mu.Unlock()
	for _, i := range worlds[0].away {
		i.heard = time.Now().Add(-silentAfter)
	}
	worlds[0].bury(time.Now())
	if len(worlds[0].players) != 1 || len(worlds[0].away) != 0 {
		t.Errorf("behind an instance that is silent there are %d players, %d instances", len(worlds[0].players), len(worlds[0].away))
	}
}

// What another instance says is bounded as what a client says.
func TestHostileInstance(t *testing.T) {
	w := New(nil, slog.New(slog.DiscardHandler))
	defer w.Close()
	for _, data := range []string{
		`nonsense`, `{"from":""}`, `{"from":"x","players":[{"id":1,"x":1,"y":1,"kind":1,"name":"a"}]}`,
		`{"from":"x","full":true,"players":[{"id":1,"x":-1,"y":1,"kind":1,"name":"a"},{"id":2,"x":1,"y":1,"kind":9,"name":"a"},{"id":3,"x":1,"y":1,"kind":1,"name":"\u0000"},{"id":4,"x":1,"y":1,"kind":1}]}`,
		`{"from":"x","chats":[{"id":4,"text":"a"}],"gone":[4]}`,
	} {
		w.hear([]byte(data))
	}
	if len(w.players) != 0 {
		t.Errorf("%d players came of it", len(w.players))
	}
	many := publication{From: "x", Full: true}
	for n := range 2 * mostPlayers {
		many.Players = append(many.Players, sharedPlayer{n, 1, 1, reader, "a"})
	}
	b, _ := json.Marshal(many)
	w.hear(b)
	if len(w.players) != mostPlayers {
		t.Errorf("%d players came; want %d at most", len(w.players), mostPlayers)
	}
	for n := range 2 * mostInstances {
		w.hear(fmt.Appendf(nil, `{"from":"i%d","full":true,"players":[{"id":1,"x":1,"y":1,"kind":1,"name":"a"}]}`, n))
	}
	if len(w.away) > mostInstances {
		t.Errorf("%d instances are known", len(w.away))
	}
}

// Who says nothing for long is told why the socket closes.
func TestQuiet(t *testing.T) {
	usual := quiet
	t.Cleanup(func() { quiet = usual }) // when nobody plays any more
	quiet = 50 * time.Millisecond
	_, url := serve(t, nil)
	c := open(t, url)
	c.conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	_, _, err := c.conn.ReadMessage()
	if !websocket.IsCloseError(err, websocket.ClosePolicyViolation) || !strings.Contains(err.Error(), "nothing was said here for") {
		t.Errorf("after a silence the socket ends with %v", err)
	}
}
