package handlers

// Lesson 4 over a real listener: requests that are held, and all that ends them.

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"wireup/inspector"
	"wireup/wire"
)

const cometQuery = "?wire=" + string(labID)

// get sends a GET on a connection of its own and leaves it to wait.
func (s *echoServer) get(target, fields string) *rawClient {
	s.t.Helper()
	c := s.dial(s.t)
	c.send("GET " + target + " HTTP/1.1\r\nHost: " + s.addr + "\r\n" + fields + "\r\n")
	return c
}

// waitHeld waits until just n requests are held.
func (s *echoServer) waitHeld(n int) {
	s.t.Helper()
	for end := time.Now().Add(10 * time.Second); ; runtime.Gosched() {
		s.holds.mu.Lock()
		held := len(s.holds.live)
		s.holds.mu.Unlock()
		if held == n {
			return
		}
		if time.Now().After(end) {
			s.t.Fatalf("%d requests are held, want %d", held, n)
		}
	}
}

// do sends a command and wants it to be carried out.
func (s *echoServer) do(target string) string {
	s.t.Helper()
	code, body := s.ask("POST", target, "Content-Length: 0\r\n")
	if code >= 300 {
		s.t.Fatalf("POST %s: %d %s", target, code, body)
	}
	return body
}

// cometOf reads the answer to a held request.
func cometOf(t *testing.T, c *rawClient) cometAnswer {
	t.Helper()
	code, body := c.answered()
	var a cometAnswer
	if err := json.Unmarshal(body, &a); code != 200 || err != nil {
		t.Fatalf("answered %d %s", code, body)
	}
	return a
}

func (a cometAnswer) ids() string {
	var ids []string
	for _, e := range a.Events {
		ids = append(ids, fmt.Sprint(e.ID))
	}
	return strings.Join(ids, " ")
}

func TestCometHoldsUntilSomethingHappens(t *testing.T) {
	s := startEcho(t, DefaultLimits())
	c := s.get("/lab/comet/plum-41"+cometQuery+"&since=0", "")
	s.waitHeld(1)
	s.do("/lab/comet/control/fire" + cometQuery)
	a := cometOf(t, c)
	if a.Word != "plum-41" || a.Last != 1 || a.ids() != "1" || a.Events[0].Text == "" || a.Events[0].At <= 0 {
		t.Errorf("answered %+v", a)
	}
	// With a cursor what happened meanwhile is there at once, a few at a time.
	s.do("/lab/comet/control/fire" + cometQuery + "&n=8")
	a = cometOf(t, s.get("/lab/comet/plum-41"+cometQuery+"&since=1", ""))
	if a.ids() != "2 3 4 5 6 7" || a.Last != 7 {
		t.Errorf("since=1 gave %+v", a)
	}
	if b, err := json.Marshal(a); err != nil || len(b) > wire.DefaultLimits().Preview {
		t.Errorf("an answer has %d bytes, more than a wire keeps of one", len(b))
	}
	// Without one, what happened while nobody waited is gone.
	c = s.get("/lab/comet/plum-41"+cometQuery, "")
	s.waitHeld(1)
	s.do("/lab/comet/control/fire" + cometQuery)
	if a := cometOf(t, c); a.ids() != "10" {
		t.Errorf("without since it gave %s; want 10 alone", a.ids())
	}
	var list struct{ Events []toldEvent }
	if err := json.Unmarshal([]byte(s.do("/lab/comet/control/events"+cometQuery+"&after=7")), &list); err != nil || len(list.Events) != 3 {
		t.Errorf("the server's own list has %+v, %v; want 8, 9 and 10", list, err)
	}
	s.waitHeld(0)
}

func TestCometOutlivesDeadlines(t *testing.T) {
	l := quick()
	s := startEcho(t, l)
	c := s.get("/lab/comet/free"+cometQuery, "")
	s.waitHeld(1)
	<-time.After(l.ResponseTime + 2*l.RequestTime)
	s.do("/lab/comet/control/fire" + cometQuery)
	if a := cometOf(t, c); a.ids() != "1" {
		t.Errorf("answered %+v", a)
	}
}

func TestCometEnds(t *testing.T) {
	l := DefaultLimits()
	l.WireHolds = 2
	s := startEcho(t, l)
	target := "/lab/comet/free" + cometQuery
	if code, body := s.ask("GET", target+"&timeout=50", ""); code != 204 || body != "" {
		t.Errorf("nothing happened, and it answered %d %s", code, body)
	}

	one, two := s.get(target, ""), s.get(target, "")
	s.waitHeld(2)
	if code, body := s.ask("GET", target, ""); code != 429 || !strings.Contains(body, "2 requests held on one wire") || !strings.Contains(body, "--wire-holds") {
		t.Errorf("one too many: %d %s", code, body)
	}
	two.Close()
	s.waitHeld(1)

	s.do("/lab/comet/control/fire" + cometQuery)
	if a := cometOf(t, one); a.Last != 1 {
		t.Errorf("answered %+v", a)
	}
	one = s.get(target, "")
	s.waitHeld(1)
	began := time.Now()
	s.do("/lab/comet/control/reset" + cometQuery)
	if code, body := one.answered(); code != 204 || time.Since(began) > time.Second {
		t.Errorf("a reset answered %d %s after %s", code, body, time.Since(began))
	}
	one = s.get(target+"&since=0", "")
	s.waitHeld(1) // nothing is left of before
	s.do("/lab/comet/control/fire" + cometQuery)
	if a := cometOf(t, one); a.ids() != "1" {
		t.Errorf("after the reset: %+v", a)
	}
}

func TestCometRefusals(t *testing.T) {
	s := startEcho(t, DefaultLimits())
	tests := []struct {
		method, target string
		code           int
		want           string
	}{
		{"GET", "/lab/comet/free?wire=nobody", 400, "is no wire's id"},
		{"GET", "/lab/comet/a%20b" + cometQuery, 400, "is no word"},
		{"GET", "/lab/comet/free" + cometQuery + "&since=x", 400, "since="},
		{"GET", "/lab/comet/free" + cometQuery + "&timeout=26000", 400, "timeout="},
		{"GET", "/lab/comet/free" + cometQuery + "&through=nginx", 400, "There is one: cutter"},
		{"GET", behindPath + "free" + cometQuery, 404, "own intermediary"},
		{"POST", "/lab/comet/control/fire" + cometQuery + "&n=11", 400, "n="},
		{"POST", "/lab/comet/control/dance" + cometQuery, 404, `no command \"dance\"`},
	}
	for _, tt := range tests {
		if code, body := s.ask(tt.method, tt.target, ""); code != tt.code || !strings.Contains(body, tt.want) {
			t.Errorf("%s %s: %d %s; want %d and %q", tt.method, tt.target, code, body, tt.code, tt.want)
		}
	}
	s.waitHeld(0)
}

func TestCometRandomEvents(t *testing.T) {
	s := startEcho(t, DefaultLimits())
	s.do("/lab/comet/control/random" + cometQuery + "&mean=20")
	for since := uint64(0); since < 10; {
		a := cometOf(t, s.get(fmt.Sprintf("/lab/comet/free%s&since=%d", cometQuery, since), ""))
		if a.Events[0].ID != since+1 {
			t.Fatalf("after %d came %s", since, a.ids())
		}
		since = a.Last
	}
}

func TestCutter(t *testing.T) {
	l := DefaultLimits()
	l.CutTime = 500 * time.Millisecond
	s := startEcho(t, l)
	through := "/lab/comet/plum-41" + cometQuery + "&through=cutter"
	began := time.Now()
	c := s.get(through, "")
	head := c.head()
	c.Close()
	if !strings.HasPrefix(head, "HTTP/1.1 504 ") || !strings.Contains(head, "Via: 1.1 cutter\r\n") || time.Since(began) < l.CutTime {
		t.Errorf("after %s: %s", time.Since(began), head)
	}
	c = s.get(through+"&since=0", "")
	s.do("/lab/comet/control/fire" + cometQuery)
	res, err := http.ReadResponse(c.r, nil)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != 200 || res.Header.Get("Via") != "1.1 cutter" || !strings.Contains(string(body), `"word":"plum-41"`) {
		t.Errorf("through the cutter: %s %v %s, %v", res.Status, res.Header, body, err)
	}
	// A reset reaches through it, and the reader's wire has each request once.
	c = s.get(through, "")
	s.waitHeld(1)
	s.do("/lab/comet/control/reset" + cometQuery)
	if code, body := c.answered(); code != 204 {
		t.Errorf("a reset answered %d %s", code, body)
	}
	requests := 0
	for _, e := range s.logged(labID, func(e *wire.Event) bool { return e.Kind == inspector.KindResponse && e.Head.Code == 204 }) {
		if e.Kind == inspector.KindRequest {
			requests++
		}
	}
	if requests != 3 {
		t.Errorf("the wire has %d requests; want the reader's own three", requests)
	}
}

func TestCometDrains(t *testing.T) {
	s := startEcho(t, DefaultLimits())
	direct, through := s.get("/lab/comet/free"+cometQuery, ""), s.get("/lab/comet/free"+cometQuery+"&through=cutter", "")
	s.waitHeld(2)
	began := time.Now()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := s.Shutdown(ctx); err != nil || time.Since(began) > 2*time.Second {
		t.Errorf("Shutdown: %v after %s", err, time.Since(began))
	}
	for _, c := range []*rawClient{direct, through} {
		if code, body := c.answered(); code != 503 || !strings.Contains(string(body), "stopping") {
			t.Errorf("answered %d %s", code, body)
		}
	}
}
