package main

// Two instances of the program on one NATS server: the game is one map.

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"wireup/bus/bustest"
)

// gamer plays on one instance.
type gamer struct {
	t    *testing.T
	ws   *websocket.Conn
	seen [][]any
}

func joinGame(t *testing.T, address, name string) *gamer {
	t.Helper()
	g := &gamer{t: t, ws: dial(t, address, "/lab/game/free?wire="+sharedWire)}
	g.say(fmt.Sprintf(`[0,%q]`, name))
	g.until("the welcome", func(m []any) bool { return m[0] == 1.0 })
	return g
}

func (g *gamer) say(text string) {
	g.t.Helper()
	if err := g.ws.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
		g.t.Fatal(err)
	}
}

// until reads up to the message that is ok.
func (g *gamer) until(what string, ok func(m []any) bool) []any {
	g.t.Helper()
	g.ws.SetReadDeadline(time.Now().Add(20 * time.Second))
	for {
		for len(g.seen) > 0 {
			m := g.seen[0]
			g.seen = g.seen[1:]
			if ok(m) {
				return m
			}
		}
		if err := g.ws.ReadJSON(&g.seen); err != nil {
			g.t.Fatalf("waiting for %s: %v", what, err)
		}
	}
}

// met waits for somebody by name, and returns their number.
func (g *gamer) met(name string) any {
	g.t.Helper()
	return g.until(name, func(m []any) bool { return m[0] == 2.0 && m[5] == name })[1]
}

func TestGameOnTwoInstances(t *testing.T) {
	t.Parallel()
	url := bustest.New(t).URL()
	one, kill := startChild(t, "--nats", url)
	other := startShared(t, url)
	ada, bob := joinGame(t, one, "Ada"), joinGame(t, other, "Bob")
	toAda, toBob := ada.met("Bob"), bob.met("Ada")
	is := func(kind float64, id any, rest string) func(m []any) bool {
		return func(m []any) bool {
			return m[0] == kind && m[1] == id && strings.Trim(fmt.Sprint(m[2:]), "[]") == rest
		}
	}
	ada.say(`[4,39,209]`)
	bob.until("Ada's move", is(4, toBob, "39 209"))
	bob.say(`[4,1,2]`)
	ada.until("Bob's move", is(4, toAda, "1 2"))
	bob.say(`[11,"hello over there"]`)
	ada.until("Bob's line", is(11, toAda, "hello over there"))
	if res, err := http.Post("http://"+one+"/lab/game/control/bots?n=20", "", nil); err != nil || res.Body.Close() != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("bots: %v, %v", res, err)
	}
	for range 20 {
		bob.until("a bot of the other instance", func(m []any) bool { return m[0] == 2.0 && m[2] == 2.0 })
	}
	// Somebody who comes later finds everybody there.
	joinGame(t, other, "Cid").met("Ada")

	// An instance that dies leaves no ghosts.
	kill()
	bob.until("Ada's end", is(3, toBob, ""))
}
