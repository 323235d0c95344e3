package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/gorilla/websocket"

	"wireup/inspector/capture"
)

// proxyProgram runs wireup proxy before a server and returns where it listens, where its pages are
// and the wire that it shows, and what stops it.
func proxyProgram(t *testing.T, to string, args ...string) (address, pages, wire string, stop func() (int, string)) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	out, stdout := io.Pipe()
	var stderr bytes.Buffer
	status := make(chan int, 1)
	args = append([]string{"proxy", "--listen", "127.0.0.1:0", "--pages", "127.0.0.1:0", "--to", to}, args...)
	go func() {
		status <- run(ctx, args, stdout, &stderr)
		stdout.Close()
	}()
	t.Cleanup(cancel)
	line, err := bufio.NewReader(out).ReadString('\n')
	go io.Copy(io.Discard, out)
	m := regexp.MustCompile(`^wireup proxy is ready: point your client at (\S+), which goes on to \S+, and open http://(\S+)/wire#show=([a-z2-7]{13})\n$`).FindStringSubmatch(line)
	if m == nil {
		t.Fatalf("the program says %q, %v, %s; want where to point the client, and which page to open", line, err, &stderr)
	}
	return m[1], m[2], m[3], func() (int, string) {
		cancel()
		return <-status, stderr.String()
	}
}

// What a client says to a server of its own stands on the wire that the proxy names, and Ctrl-C
// ends both the proxy and its pages.
func TestProxy(t *testing.T) {
	var upgrader websocket.Upgrader
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !websocket.IsWebSocketUpgrade(r) {
			io.WriteString(w, "plain")
			return
		}
		ws, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer ws.Close()
		for kind, p, err := ws.ReadMessage(); err == nil; kind, p, err = ws.ReadMessage() {
			ws.WriteMessage(kind, p)
		}
	}))
	defer server.Close()
	t.Setenv("TMPDIR", t.TempDir())
	address, pages, id, stop := proxyProgram(t, server.Listener.Addr().String())

	res, err := http.Get("http://" + address + "/there")
	if err != nil {
		t.Fatal(err)
	}
	io.Copy(io.Discard, res.Body)
	res.Body.Close()
	ws, _, err := websocket.DefaultDialer.Dial("ws://"+address+"/chat", nil)
	if err != nil {
		t.Fatal(err)
	}
	ws.WriteMessage(websocket.TextMessage, []byte("through the tap"))
	if _, p, err := ws.ReadMessage(); err != nil || string(p) != "through the tap" {
		t.Errorf("the echo is %q, %v", p, err)
	}
	ws.WriteMessage(websocket.CloseMessage, websocket.FormatCloseMessage(1000, ""))
	ws.ReadMessage()
	ws.Close()

	res, err = http.Get("http://" + pages + "/wire/" + id + "/log.json")
	if err != nil {
		t.Fatal(err)
	}
	var log struct {
		Events []struct{ Kind, Lab, Summary string }
	}
	if err := json.NewDecoder(res.Body).Decode(&log); err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	var told strings.Builder
	for _, e := range log.Events {
		fmt.Fprintf(&told, "%s %s: %s\n", e.Lab, e.Kind, e.Summary)
	}
	for _, want := range []string{"proxy request: GET /there HTTP/1.1", "proxy body: body, 5 bytes", "proxy request: GET /chat HTTP/1.1", "proxy frame: text frame, 15 bytes, masked", "proxy frame: text frame, 15 bytes\n"} {
		if !strings.Contains(told.String(), want) {
			t.Errorf("the wire says\n%s; want %q in it", &told, want)
		}
	}

	// As a capture, its connections are those of the proxy: from the client to where it listens.
	res, err = http.Get("http://" + pages + "/wire/" + id + "/log.pcapng")
	if err != nil {
		t.Fatal(err)
	}
	rec, err := capture.ReadPackets(res.Body)
	res.Body.Close()
	if err != nil || len(rec.Conns) != 2 {
		t.Fatalf("the capture: %v, %+v; want two connections", err, rec)
	}
	for i := range rec.Conns {
		if c := &rec.Conns[i]; c.Server.String() != address || c.Client == c.Server {
			t.Errorf("connection %d of the capture goes %s; want to %s", i+1, c, address)
		}
	}
	http.DefaultClient.CloseIdleConnections()
	if status, said := stop(); status != exitOK || said != "" {
		t.Errorf("exit %d, %q; want 0 and nothing", status, said)
	}
	if left, _ := os.ReadDir(os.Getenv("TMPDIR")); len(left) > 0 {
		t.Errorf("%v is left behind", left)
	}
}

// A conversation that is open when the proxy stops gets its time, and is reset then; the page is told
// in order.
func TestProxyDrains(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(echoing(true))
	defer server.Close()
	address, pages, id, stop := proxyProgram(t, server.Listener.Addr().String(), "--drain-time", "300ms")
	ws, _, err := websocket.DefaultDialer.Dial("ws://"+address+"/", nil)
	if err != nil {
		_, said := stop()
		t.Fatalf("%v; the program says %q", err, said)
	}
	defer ws.Close()
	feed, _, err := websocket.DefaultDialer.Dial("ws://"+pages+"/wire/"+id+"/feed", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer feed.Close()
	over := make(chan error, 2)
	for _, c := range []*websocket.Conn{ws, feed} {
		go func() {
			var err error
			for err == nil {
				_, _, err = c.ReadMessage()
			}
			over <- err
		}()
	}
	status, said := stop()
	var ends []string
	for range 2 {
		ends = append(ends, fmt.Sprint(<-over))
	}
	all := strings.Join(ends, "; ")
	if status != exitOK || said != "" || !strings.Contains(all, "1001") || !strings.Contains(all, "reset") {
		t.Errorf("exit %d, %q; the sockets end with %s; want a close 1001 and a reset", status, said, all)
	}
}

// A proxy may be started while the course runs, and says what is wrong before it begins.
func TestProxyUsage(t *testing.T) {
	t.Parallel()
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	_, pages, _, stop := proxyProgram(t, "localhost:1", "--pages", busy.Addr().String())
	if pages == busy.Addr().String() {
		t.Errorf("the pages are at %s, which is in use", pages)
	}
	if status, said := stop(); status != exitOK {
		t.Errorf("exit %d, %q", status, said)
	}
	for _, tt := range []struct {
		name   string
		args   []string
		status int
		want   string
	}{
		{"no target", nil, exitUsage, "--to localhost:8765"},
		{"no port", []string{"--to", "localhost"}, exitUsage, "no port"},
		{"a path", []string{"--to", "http://localhost:8765/chat"}, exitUsage, "/chat is a path"},
		{"itself", []string{"--to", busy.Addr().String(), "--listen", busy.Addr().String()}, exitFault, "in use by another program"},
		{"no id", []string{"--to", "localhost:1", "--wire", "x"}, exitUsage, "13 characters"},
		{"no file", []string{"--to", "https://localhost", "--ca", "nowhere.pem"}, exitUsage, "nowhere.pem"},
		{"no certificate", []string{"--to", "https://localhost", "--ca", "proxy_test.go"}, exitUsage, "no certificate in PEM"},
		{"too much", []string{"--to", "localhost:1", "more"}, exitUsage, `"more" stands behind`},
		{"none", []string{"--to", "localhost:1", "--proxy-connections", "0"}, exitUsage, "above zero"},
		{"none of one address", []string{"--to", "localhost:1", "--proxy-address-connections", "0"}, exitUsage, "above zero"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			status := run(context.Background(), append([]string{"proxy"}, tt.args...), &stdout, &stderr)
			if said := stderr.String(); status != tt.status || !strings.Contains(said, tt.want) || strings.Count(said, "\n") != 1 {
				t.Errorf("exit %d, %q; want %d and one line with %q", status, said, tt.status, tt.want)
			}
		})
	}
}
