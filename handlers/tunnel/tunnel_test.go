package tunnel

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/gorilla/websocket"
	"go.uber.org/goleak"

	"wireup/inspector"
	"wireup/inspector/probe"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var upgrader websocket.Upgrader

// echo is a server that passes, or one that resets each connection when it is spoken to.
func echo(t *testing.T, resets bool) *url.URL {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer ws.Close()
		for kind, p, err := ws.ReadMessage(); err == nil; kind, p, err = ws.ReadMessage() {
			if resets {
				ws.NetConn().(*net.TCPConn).SetLinger(0)
				return
			}
			if kind == websocket.TextMessage && !utf8.Valid(p) {
				ws.WriteMessage(websocket.CloseMessage, websocket.FormatCloseMessage(1007, ""))
				return
			}
			ws.WriteMessage(kind, p)
		}
	}))
	t.Cleanup(server.Close)
	u, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// ending notes how connections end.
type ending struct {
	mu  sync.Mutex
	how []inspector.Ending
}

func (e *ending) Observe(time.Time, inspector.Direction, []byte) {}

func (e *ending) Ended(_ time.Time, how inspector.Ending, _ error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.how = append(e.how, how)
}

// course starts the end that probes, and returns the other end's socket and what will be its results.
func course(t *testing.T, server *url.URL, watch inspector.Observer) (*websocket.Conn, chan []probe.Result) {
	t.Helper()
	results := make(chan []probe.Result, 1)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		c := NewCourse(ws)
		list := probe.Run(context.Background(), probe.Options{URL: server, Word: "plum-41", Wait: 2 * time.Second,
			Dial:   func(ctx context.Context) (net.Conn, error) { return c.Dial(ctx, server.Host) },
			Watch:  func(*inspector.Conn) inspector.Observer { return watch },
			Report: c.Report})
		c.Done()
		results <- list
	}))
	t.Cleanup(s.Close)
	ws, _, err := websocket.DefaultDialer.Dial(strings.Replace(s.URL, "http", "ws", 1), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ws.Close() })
	return ws, results
}

func verdicts(results []probe.Result) (list []string) {
	for _, r := range results {
		list = append(list, r.Verdict)
	}
	return list
}

// What the course finds through a tunnel is what it would find by itself, and its reader's end hears
// of each step.
func TestTunnel(t *testing.T) {
	server := echo(t, false)
	ends := new(ending)
	ws, results := course(t, server, ends)
	var heard []probe.Result
	dial := func(ctx context.Context) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", server.Host)
	}
	err := Relay(context.Background(), ws, dial, func(r probe.Result) { heard = append(heard, r) })
	list := <-results
	if err != nil || len(list) != 12 || !slices.Equal(verdicts(heard), verdicts(list)) {
		t.Fatalf("%v: heard %q of %q", err, verdicts(heard), verdicts(list))
	}
	for _, r := range list {
		if r.Verdict != probe.Passed {
			t.Errorf("%s: %s", r.Name, r.Say)
		}
	}
	if len(ends.how) != 12 || slices.ContainsFunc(ends.how, func(how inspector.Ending) bool { return how != inspector.EndServer }) {
		t.Errorf("the connections ended so: %v; want by the server, all twelve", ends.how)
	}
}

// A reset comes through as one.
func TestTunnelResets(t *testing.T) {
	server := echo(t, true)
	ends := new(ending)
	ws, results := course(t, server, ends)
	dial := func(ctx context.Context) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", server.Host)
	}
	if err := Relay(context.Background(), ws, dial, func(probe.Result) {}); err != nil {
		t.Fatal(err)
	}
	<-results
	if !slices.Contains(ends.how, inspector.EndAborted) {
		t.Errorf("the connections ended so: %v; want resets of the server", ends.how)
	}
}

// What the reader's end can't reach is told in its words.
func TestTunnelToNowhere(t *testing.T) {
	ws, results := course(t, &url.URL{Scheme: "ws", Host: "nowhere.example:1"}, nil)
	dial := func(context.Context) (net.Conn, error) { return nil, errors.New("there is no such server") }
	if err := Relay(context.Background(), ws, dial, func(probe.Result) {}); err != nil {
		t.Fatal(err)
	}
	if list := <-results; list[0].Say != "there is no such server." || list[1].Verdict != probe.NotTried {
		t.Errorf("%+v", list[:2])
	}
}

// An end that misbehaves ends the probe, and leaves nothing behind.
func TestTunnelMisused(t *testing.T) {
	for name, misuse := range map[string]func(ws *websocket.Conn){
		"leaves at once":          func(ws *websocket.Conn) {},
		"leaves when asked":       func(ws *websocket.Conn) { ws.ReadMessage() },
		"speaks no JSON":          func(ws *websocket.Conn) { ws.WriteMessage(websocket.TextMessage, []byte("{")) },
		"answers something else":  func(ws *websocket.Conn) { ws.WriteJSON(message{Dialled: 7}); ws.ReadMessage() },
		"sends bytes for nobody":  func(ws *websocket.Conn) { ws.WriteMessage(websocket.BinaryMessage, make([]byte, 1000)) },
		"sends too much":          func(ws *websocket.Conn) { ws.WriteMessage(websocket.BinaryMessage, make([]byte, MostMessage+1)) },
		"says that nothing ended": func(ws *websocket.Conn) { ws.WriteJSON(message{Ended: 3, Reset: true}) },
		"leaves in the middle": func(ws *websocket.Conn) {
			ws.ReadMessage()
			ws.WriteJSON(message{Dialled: 1})
			ws.ReadMessage() // the handshake
			ws.WriteMessage(websocket.BinaryMessage, []byte("HTTP/1.1 101 Swi"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			ws, results := course(t, &url.URL{Scheme: "ws", Host: "localhost:1"}, nil)
			misuse(ws)
			ws.Close()
			if list := <-results; len(list) != 12 || list[0].Verdict != probe.Failed || list[11].Verdict != probe.NotTried {
				t.Errorf("%q", verdicts(list))
			}
		})
	}
}

// Ctrl-C at the reader's end.
func TestRelayStops(t *testing.T) {
	ws, results := course(t, &url.URL{Scheme: "ws", Host: "localhost:1"}, nil)
	ctx, cancel := context.WithCancel(context.Background())
	dial := func(context.Context) (net.Conn, error) { cancel(); return nil, errors.New("stopped") }
	if err := Relay(ctx, ws, dial, func(probe.Result) {}); !errors.Is(err, ErrCut) {
		t.Errorf("%v; want that it was cut", err)
	}
	<-results
}
