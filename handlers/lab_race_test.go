package handlers

// Lesson 13 over a real listener: forty updates over each of the four transports, as they happen.

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

const raceTarget = "/lab/race/plum-41/"

// race begins a race, and returns how it stands.
func (s *echoServer) race(query string) (stands raceStands) {
	s.t.Helper()
	if err := json.Unmarshal([]byte(s.do("/lab/race/control/start?wire="+string(labID)+query)), &stands); err != nil {
		s.t.Fatal(err)
	}
	return stands
}

// numbers are the updates that stand at the beginnings of lines, each of which has size bytes.
func numbers(t *testing.T, body string, size int) (list []int) {
	t.Helper()
	for _, line := range strings.Split(strings.TrimSuffix(body, "\n"), "\n") {
		var n int
		if _, err := fmt.Sscanf(line, "%d ", &n); err != nil || len(line) != size {
			t.Fatalf("an update of %d bytes: %q", len(line), line)
		}
		list = append(list, n)
	}
	return list
}

func inOrder(list []int) bool {
	for i, n := range list {
		if n != i+1 {
			return false
		}
	}
	return len(list) == raceUpdates
}

func TestRace(t *testing.T) {
	s := startEcho(t, DefaultLimits())
	if code, body := s.ask("GET", raceTarget+"poll?race=1&wire="+string(labID), ""); code != 404 || !strings.Contains(body, "control/start") {
		t.Errorf("without a race: %d %s", code, body)
	}
	stands := s.race("&rate=20&size=20&seed=7&latency=10")
	if stands.Race == 0 || stands.Updates != raceUpdates || stands.Seed != 7 {
		t.Errorf("it begins as %+v", stands)
	}
	query := fmt.Sprintf("?wire=%s&race=%d", labID, stands.Race)
	came := make(chan []int, 4)
	go func() { // polling
		var got []int
		for len(got) < raceUpdates {
			code, body := s.ask("GET", fmt.Sprintf("%spoll%s&since=%d", raceTarget, query, len(got)), "")
			if code == 200 {
				got = append(got, numbers(t, body, 20)...)
			} else if code != 204 {
				t.Errorf("a poll: %d %s", code, body)
				break
			}
		}
		came <- got
	}()
	go func() { // long polling
		var got []int
		for len(got) < raceUpdates {
			code, body := s.ask("GET", fmt.Sprintf("%scomet%s&since=%d", raceTarget, query, len(got)), "")
			if code != 200 {
				t.Errorf("a held request: %d %s", code, body)
				break
			}
			got = append(got, numbers(t, body, 20)...)
		}
		came <- got
	}()
	go func() { // an event stream
		_, body := s.ask("GET", raceTarget+"stream"+query, "")
		var got []int
		for _, event := range strings.Split(strings.TrimSuffix(body, "\n\n"), "\n\n") {
			id, data, _ := strings.Cut(event, "\ndata: ")
			n := numbers(t, data, 20)
			if id != fmt.Sprintf("id: %d", n[0]) {
				t.Errorf("the event %q", event)
			}
			got = append(got, n...)
		}
		came <- got
	}()
	go func() { // a WebSocket
		var got []int
		ws, _, err := websocket.DefaultDialer.Dial("ws://"+s.addr+raceTarget+"socket"+query, nil)
		if err != nil {
			t.Error(err)
			came <- nil
			return
		}
		defer ws.Close()
		for {
			_, p, err := ws.ReadMessage()
			if err != nil {
				if !websocket.IsCloseError(err, websocket.CloseNormalClosure) {
					t.Errorf("the socket ends with %v", err)
				}
				break
			}
			got = append(got, numbers(t, string(p), 20)...)
		}
		came <- got
	}()
	for range 4 {
		if got := <-came; !inOrder(got) {
			t.Errorf("there came %v", got)
		}
	}
	if err := json.Unmarshal([]byte(s.do("/lab/race/control/state?wire="+string(labID))), &stands); err != nil {
		t.Fatal(err)
	}
	if len(stands.Happened) != raceUpdates {
		t.Errorf("%d updates are known to have happened", len(stands.Happened))
	}
	// Whoever is late gets all of it at once; a held request for more than there is is not held.
	if _, body := s.ask("GET", raceTarget+"poll"+query, ""); !inOrder(numbers(t, body, 20)) {
		t.Error("a late poll doesn't get all of them")
	}
	if code, _ := s.ask("GET", raceTarget+"comet"+query+"&since=40", ""); code != 204 {
		t.Errorf("behind the last update: %d", code)
	}
}

// What is held ends when another race begins.
func TestRaceAgain(t *testing.T) {
	s := startEcho(t, DefaultLimits())
	first := s.race("&rate=1")
	query := fmt.Sprintf("?wire=%s&race=%d&since=30", labID, first.Race)
	comet := s.get(raceTarget+"comet"+query, "")
	stream := s.get(raceTarget+"stream"+query, "")
	s.waitHeld(2)
	ws, _, err := websocket.DefaultDialer.Dial("ws://"+s.addr+raceTarget+"socket"+query, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer ws.Close()
	second := s.race("")
	if second.Race == first.Race {
		t.Error("two races have one number")
	}
	if code, _ := comet.answered(); code != 204 {
		t.Errorf("a held request is answered %d", code)
	}
	if code, body := stream.answered(); code != 200 || len(body) > 0 {
		t.Errorf("the stream ends with %d %q", code, body)
	}
	if _, _, err := ws.ReadMessage(); !websocket.IsCloseError(err, websocket.CloseNormalClosure) {
		t.Errorf("the socket ends with %v", err)
	}
	if code, body := s.ask("GET", raceTarget+"poll"+query, ""); code != 404 || !strings.Contains(body, "is over") {
		t.Errorf("a poll for the first race: %d %s", code, body)
	}
	s.do("/lab/race/control/reset?wire=" + string(labID))
	if code, _ := s.ask("GET", raceTarget+"poll?since=1&wire="+string(labID), ""); code != 404 {
		t.Errorf("after a reset: %d", code)
	}
	// Who asks without having begun one begins it, with dials of their own.
	if _, body := s.ask("GET", raceTarget+"comet?rate=20&size=30&wire="+string(labID), ""); len(strings.Split(body, "\n")[0]) != 30 {
		t.Errorf("the first update of a race that a request began is %q", body)
	}
}

func TestRaceTimes(t *testing.T) {
	one, same, other := raceTimes(7, 4), raceTimes(7, 4), raceTimes(8, 4)
	if fmt.Sprint(one) != fmt.Sprint(same) || fmt.Sprint(one) == fmt.Sprint(other) {
		t.Error("the same seed has to draw the same times, and another seed others")
	}
	if last := one[raceUpdates-1]; last < 10*time.Second-time.Millisecond || last > 10*time.Second+time.Millisecond {
		t.Errorf("forty updates at four a second take %v", last)
	}
	r := &race{size: 4, seed: 1}
	if a, b := r.text(40), r.text(1); len(a) != 4 || len(b) != 4 || r.text(40) != a {
		t.Errorf("%q, %q", a, b)
	}
}

func TestRaceBounds(t *testing.T) {
	s := startEcho(t, DefaultLimits())
	for _, query := range []string{"&rate=0", "&rate=21", "&size=3", "&size=2001", "&seed=0", "&seed=-1", "&latency=301", "&latency=x"} {
		if code, body := s.ask("POST", "/lab/race/control/start?wire="+string(labID)+query, ""); code != 400 || !strings.Contains(body, "whole number") {
			t.Errorf("%s: %d %s", query, code, body)
		}
	}
	s.race("")
	for target, want := range map[string]int{
		raceTarget + "poll?wire=" + string(labID) + "&since=41": 400,
		raceTarget + "poll?wire=nonsense":                       400,
		raceTarget + "poll?wire=raceraceraced&rate=99":          400,
		"/lab/race/-/poll?wire=" + string(labID):                400,
		raceTarget + "socket?wire=" + string(labID):             426,
		raceTarget + "carrier-pigeon?wire=" + string(labID):     404,
	} {
		if code, body := s.ask("GET", target, ""); code != want {
			t.Errorf("%s: %d %s", target, code, body)
		}
	}
	if code, body := s.ask("POST", "/lab/race/control/fly", ""); code != 404 || !strings.Contains(body, "start, state and reset") {
		t.Errorf("%d %s", code, body)
	}
}
