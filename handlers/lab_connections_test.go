package handlers

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"wireup/inspector"
	"wireup/wire"
)

const connectionsTarget = "/lab/connections/plum-41?wire=" + string(labID)

// answer reads one answer, without the connection's end.
func (c *rawClient) answer() (*http.Response, []byte) {
	c.t.Helper()
	response, err := http.ReadResponse(c.r, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return response, body
}

// waited asks on c, and says what the server waited for, and how long that took.
func (c *rawClient) waited(host, query string) (waits, time.Duration) {
	c.t.Helper()
	began := time.Now()
	c.send("GET " + connectionsTarget + query + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n")
	response, body := c.answer()
	took := time.Since(began)
	var answer struct{ Waits waits }
	if err := json.Unmarshal(body, &answer); err != nil || response.StatusCode != 200 {
		c.t.Fatalf("%d %s: %v", response.StatusCode, body, err)
	}
	return answer.Waits, took
}

func TestConnectionsDial(t *testing.T) {
	s := startEcho(t, DefaultLimits())
	c := s.dial(t)
	if w, _ := c.waited(s.addr, ""); w != (waits{}) {
		t.Errorf("without a dial, the server waited for %+v", w)
	}
	if code, body := s.ask("POST", "/lab/connections/control/dial?ms=20&wire="+string(labID), ""); code != 204 {
		t.Fatalf("dial: %d %s", code, body)
	}
	if w, took := c.waited(s.addr, ""); w != (waits{There: 20, Back: 20}) || took < 40*time.Millisecond {
		t.Errorf("on a connection that is there, it waited for %+v, %v in all", w, took)
	}
	if w, took := s.dial(t).waited(s.addr, "&hold=30"); w != (waits{Setup: 40, There: 20, Held: 30, Back: 20}) || took < 110*time.Millisecond {
		t.Errorf("on a new connection, it waited for %+v, %v in all", w, took)
	}
	if code, _ := s.ask("POST", "/lab/connections/control/reset?wire="+string(labID), ""); code != 204 {
		t.Errorf("reset: %d", code)
	}
	if w, _ := c.waited(s.addr, ""); w != (waits{}) {
		t.Errorf("after a reset, it waited for %+v", w)
	}
	for target, want := range map[string]string{
		"/lab/connections/control/dial?ms=301&wire=" + string(labID): "from 0 to 300",
		"/lab/connections/control/dial?ms=20":                        "belongs to a wire",
	} {
		if code, body := s.ask("POST", target, ""); code != 400 || !strings.Contains(body, want) {
			t.Errorf("POST %s: %d %s; want 400 and %q", target, code, body, want)
		}
	}
}

func TestConnectionsClose(t *testing.T) {
	s := startEcho(t, DefaultLimits())
	c := s.dial(t)
	c.send("GET " + connectionsTarget + "&close=1 HTTP/1.1\r\nHost: " + s.addr + "\r\n\r\n")
	if response, _ := c.answer(); !response.Close {
		t.Errorf("the answer doesn't say close: %v", response.Header)
	}
	c.end()
	s.logged(labID, func(e *wire.Event) bool { return e.Kind == inspector.KindClose && e.Close.TCP == inspector.EndServer })
}

func TestConnectionsHangUp(t *testing.T) {
	s := startEcho(t, DefaultLimits())
	c := s.dial(t)
	c.send("POST /lab/connections/control/hangup?wire=" + string(labID) + " HTTP/1.1\r\nHost: " + s.addr + "\r\nContent-Length: 0\r\n\r\n")
	if response, _ := c.answer(); response.StatusCode != 204 || !response.Close {
		t.Errorf("%d, %v", response.StatusCode, response.Header)
	}
	c.end()
}

// TestConnectionsHalfClosed: a client such as nc -N closes its side behind the request, and is
// answered as late as everybody.
func TestConnectionsHalfClosed(t *testing.T) {
	s := startEcho(t, DefaultLimits())
	c := s.dial(t)
	began := time.Now()
	c.send("GET " + connectionsTarget + "&hold=150 HTTP/1.1\r\nHost: " + s.addr + "\r\n\r\n")
	if err := c.Conn.(interface{ CloseWrite() error }).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if response, _ := c.answer(); response.StatusCode != 200 || time.Since(began) < 150*time.Millisecond {
		t.Errorf("%d after %v", response.StatusCode, time.Since(began))
	}
}

func TestConnectionsReset(t *testing.T) {
	s := startEcho(t, DefaultLimits())
	c := s.dial(t)
	c.send("GET " + connectionsTarget + "&hold=10000 HTTP/1.1\r\nHost: " + s.addr + "\r\n\r\n")
	s.logged(labID, func(e *wire.Event) bool { return e.Kind == inspector.KindRequest })
	for {
		s.ask("POST", "/lab/connections/control/reset?wire="+string(labID), "")
		s.holds.mu.Lock()
		left := len(s.holds.live)
		s.holds.mu.Unlock()
		events, _ := s.hub.Wire(labID).After(0, 100)
		if left == 0 && events[len(events)-1].Kind != inspector.KindRequest {
			break // the reset came after the hold had begun
		}
	}
	if response, body := c.answer(); response.StatusCode != 503 || !strings.Contains(string(body), "reset") {
		t.Errorf("%d %s", response.StatusCode, body)
	}
}

func TestConnectionsTransfer(t *testing.T) {
	s := startEcho(t, DefaultLimits())
	c := s.dial(t)
	const size = 300_000
	c.send(fmt.Sprintf("GET %s&size=%d&mark=abcd HTTP/1.1\r\nHost: %s\r\n\r\n", connectionsTarget, size, s.addr))
	response, body := c.answer()
	if response.ContentLength != size || len(body) != size || !strings.HasPrefix(string(body), "plum-41\nplum-41\n") {
		t.Errorf("%d bytes of %d, beginning %.20q", len(body), response.ContentLength, body)
	}
	c.waited(s.addr, "") // answered when the transfer is over
	code, state := s.ask("GET", "/lab/connections/control/state?wire="+string(labID), "")
	var told struct {
		OneWay   float64
		Transfer transfer
	}
	if err := json.Unmarshal([]byte(state), &told); err != nil || code != 200 {
		t.Fatalf("%d %s: %v", code, state, err)
	}
	got := told.Transfer
	if got.Mark != "abcd" || got.Size != size {
		t.Errorf("the state is of %+v", got)
	}
	if got.Why != "" {
		if len(got.Looks) > 0 {
			t.Errorf("%d looks, and none because %s", len(got.Looks), got.Why)
		}
		return
	}
	if n := len(got.Looks); n < 3 || n > mostLooks || got.Looks[n-1].Sent != size || got.Looks[0].Window == 0 || got.Looks[0].Segment == 0 {
		t.Errorf("%d looks: %+v", n, got.Looks)
	}
}
