package handlers

// The game over a real listener: a socket, a request, and the commands.

import (
	"strconv"
	"strings"
	"testing"

	"github.com/gorilla/websocket"
)

const gameTarget = "/lab/game/plum-41?wire=" + string(labID)

// moves sends a move as a request, and returns the answer.
func (s *echoServer) moves(move string) (int, string) {
	s.t.Helper()
	c := s.dial(s.t)
	c.send("POST " + gameTarget + " HTTP/1.1\r\nHost: " + s.addr + "\r\nContent-Length: " + strconv.Itoa(len(move)) + "\r\n\r\n" + move)
	code, body := c.answered()
	return code, string(body)
}

func TestGame(t *testing.T) {
	s := startEcho(t, DefaultLimits())
	if code, body := s.moves("[4,1,2]"); code != 404 || !strings.Contains(body, "Open the game first") {
		t.Errorf("a move with nobody there: %d %s", code, body)
	}
	if code, body := s.ask("POST", "/lab/game/control/bots?n=20&wire="+string(labID), ""); code != 404 || !strings.Contains(body, "somebody to play with") {
		t.Errorf("bots with nobody there: %d %s", code, body)
	}
	ws, _, err := websocket.DefaultDialer.Dial("ws://"+s.addr+gameTarget, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer ws.Close()
	until := func(part string) string {
		t.Helper()
		for {
			_, p, err := ws.ReadMessage()
			if err != nil {
				t.Fatalf("waiting for %q: %v", part, err)
			}
			if strings.Contains(string(p), part) {
				return string(p)
			}
		}
	}
	ws.WriteMessage(websocket.TextMessage, []byte(`[0,"Spang"]`))
	until(`"Spang"`)
	ws.WriteMessage(websocket.TextMessage, []byte(`[4,39,209]`))
	told := until(`,39,209]`)
	code, body := s.moves("[4,40,209]")
	if code != 200 || body != told+"\n" {
		t.Errorf("a move by request gets %d %q; want the last tick, %q", code, body, told)
	}
	until(`,40,209]`)
	for body, want := range map[string]int{"[4,256,1]": 400, `[11,"x"]`: 400, "x": 400, strings.Repeat("x", 300): 413} {
		if code, said := s.moves(body); code != want {
			t.Errorf("%.20q: %d %s", body, code, said)
		}
	}
	if got := s.do("/lab/game/control/bots?n=20&wire=" + string(labID)); !strings.Contains(got, `"bots":20`) || !strings.Contains(got, `"here":21`) {
		t.Errorf("twenty bots: %s", got)
	}
	if code, _ := s.ask("POST", "/lab/game/control/bots?n=21&wire="+string(labID), ""); code != 400 {
		t.Errorf("21 bots: %d", code)
	}
	if code, _ := s.ask("GET", gameTarget, ""); code != 426 {
		t.Errorf("a GET without an upgrade: %d", code)
	}
}
