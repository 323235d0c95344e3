package main

// Two instances of the program on one NATS server: connections on one, the page on the other.

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"wireup/bus/bustest"
)

const sharedWire = "sharedsharedw"

// startChild runs the program as a process of its own, which can be killed.
func startChild(t *testing.T, args ...string) (address string, kill func()) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(self, append([]string{"--listen", "127.0.0.1:0", "--data", t.TempDir()}, args...)...)
	c.Env = append(os.Environ(), asProgram+"=1")
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	kill = func() {
		_ = c.Process.Kill() // it may have gone already
		_ = c.Wait()
	}
	t.Cleanup(kill)
	line, err := bufio.NewReader(out).ReadString('\n')
	address, ok := strings.CutPrefix(strings.TrimSpace(line), "wireup is ready: http://")
	if !ok {
		t.Fatalf("the program says %q, %v; want its address", line, err)
	}
	return address, kill
}

// startShared runs the program in this process until all that the test dials is closed.
func startShared(t *testing.T, url string) (address string) {
	t.Helper()
	address, stop := start(t, "--nats", url)
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		if status, said := stop(); status != exitOK || said != "" {
			t.Errorf("exit %d: %s", status, said)
		}
	})
	return address
}

// dial opens a WebSocket of the test's.
func dial(t *testing.T, address, path string) *websocket.Conn {
	t.Helper()
	dialer := websocket.Dialer{WriteBufferSize: 128 << 10} // or it cuts a message into many frames
	ws, _, err := dialer.Dial("ws://"+address+path, nil)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	t.Cleanup(func() { ws.Close() })
	return ws
}

// mirror sends texts to an echo without breakdowns and takes them back.
func mirror(t *testing.T, ws *websocket.Conn, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if err := ws.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
			t.Fatal(err)
		}
		if _, b, err := ws.ReadMessage(); err != nil || string(b) != text {
			t.Fatalf("the echo of %.20q is %.20q, %v", text, b, err)
		}
	}
}

// feedItem is what these tests read of an event.
type feedItem struct {
	Seq       uint64
	Conn      int
	Kind      string
	Direction string
	Count     uint64
	HTTP      *struct{ StartLine string }
	Frame     *struct {
		Type, Text    string
		PayloadLength int
	}
}

// pageFeed reads a feed, event by event, each of which must be the next.
type pageFeed struct {
	t       *testing.T
	address string
	ws      *websocket.Conn
	last    uint64
	items   []feedItem
}

func followFeed(t *testing.T, address string, after uint64) *pageFeed {
	t.Helper()
	f := &pageFeed{t: t, address: address, last: after}
	f.connect()
	return f
}

func (f *pageFeed) connect() {
	f.t.Helper()
	f.ws = dial(f.t, f.address, fmt.Sprintf("/wire/%s/feed?after=%d", sharedWire, f.last))
}

// until reads up to the event that is ok.
func (f *pageFeed) until(what string, ok func(feedItem) bool) {
	f.t.Helper()
	for {
		f.ws.SetReadDeadline(time.Now().Add(20 * time.Second))
		_, b, err := f.ws.ReadMessage()
		if websocket.IsCloseError(err, websocket.CloseServiceRestart) {
			// Two instances that had not met yet had both begun the log. The page comes back, too.
			f.ws.Close()
			f.connect()
			continue
		}
		if err != nil {
			f.t.Fatalf("behind event %d, waiting for %s: %v", f.last, what, err)
		}
		var items []feedItem
		if err := json.Unmarshal(b, &items); err != nil {
			f.t.Fatal(err)
		}
		found := false
		for _, i := range items {
			if i.Seq != f.last+1 {
				f.t.Fatalf("event %d (%+v) behind %d", i.Seq, i, f.last)
			}
			f.last = i.Seq
			f.items = append(f.items, i)
			found = found || ok(i)
		}
		if found {
			return
		}
	}
}

// untilText reads up to the mirror of a text.
func (f *pageFeed) untilText(text string) {
	f.t.Helper()
	f.until(text, func(i feedItem) bool { return i.Direction == "down" && i.Frame != nil && i.Frame.Text == text })
}

// texts are the texts that went up, in order.
func (f *pageFeed) texts() (list []string) {
	for _, i := range f.items {
		if i.Direction == "up" && i.Frame != nil && i.Frame.Type == "text" {
			list = append(list, i.Frame.Text)
		}
	}
	return list
}

func numbered(name string, from, to int) (list []string) {
	for n := from; n <= to; n++ {
		list = append(list, fmt.Sprintf("%s %d", name, n))
	}
	return list
}

func get(t *testing.T, url string) []byte {
	t.Helper()
	res, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %s, %v: %s", url, res.Status, err, b)
	}
	return b
}

const quietEcho = "/echo?breakdown=off&wire=" + sharedWire

func TestFeedOnAnotherInstance(t *testing.T) {
	t.Parallel()
	for _, order := range []string{"feed first", "echo first"} {
		t.Run(order, func(t *testing.T) {
			url := bustest.New(t).URL()
			a, b := startShared(t, url), startShared(t, url)
			var feed *pageFeed
			if order == "feed first" {
				feed = followFeed(t, b, 0)
			}
			echo := dial(t, a, quietEcho)
			mirror(t, echo, numbered("one", 1, 50)...)
			if order == "echo first" {
				feed = followFeed(t, b, 0)
			}
			feed.untilText("one 50")

			// The page was away, and comes back behind what it has seen.
			seen := feed.last
			feed.ws.Close()
			mirror(t, echo, numbered("two", 1, 50)...)
			back := followFeed(t, b, seen)
			back.untilText("two 50")

			// A terminal on the page's side, on the same wire, at the same time.
			terminal := dial(t, b, quietEcho)
			done := make(chan struct{})
			go func() {
				defer close(done)
				mirror(t, terminal, numbered("three", 1, 50)...)
			}()
			mirror(t, echo, numbered("four", 1, 50)...)
			<-done

			// Large frames, as fast as they go.
			large := strings.Repeat("x", 64<<10)
			for range 100 {
				mirror(t, echo, large)
			}
			mirror(t, terminal, "end")
			back.until("the end", func(i feedItem) bool { return i.Direction == "down" && i.Frame != nil && i.Frame.Text == "end" })
			// The two sides' events cross on the way: wait for all of them.
			for count(back.items, func(i feedItem) bool { return i.Frame != nil && i.Frame.PayloadLength == 64<<10 }) < 200 {
				back.until("large frames", func(i feedItem) bool { return true })
			}

			whole := followFeed(t, a, 0)
			whole.until("the last event", func(i feedItem) bool { return i.Seq == back.last })
			both := append(append([]feedItem(nil), feed.items...), back.items...)
			if got, want := fmt.Sprint(kinds(whole.items)), fmt.Sprint(kinds(both)); got != want {
				t.Errorf("the feed of the connections' instance has\n%s\nand the other's\n%s", got, want)
			}
			if got, want := feed.texts(), numbered("one", 1, 50); fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("first there are %q", got)
			}
			for name, want := range map[string]int{"two": 50, "three": 50, "four": 50, "end": 1, "x": 100} {
				var got []string
				for _, text := range back.texts() {
					if strings.HasPrefix(text, name) {
						got = append(got, text)
					}
				}
				if len(got) != want || len(name) > 3 && name != "x" && fmt.Sprint(got) != fmt.Sprint(numbered(name, 1, want)) {
					t.Errorf("of %s there is %.200q; want %d in order", name, got, want)
				}
			}
			for _, path := range []string{"/log.json", "/events/7", fmt.Sprint("/events/", back.last)} {
				path = "/wire/" + sharedWire + path
				if one, other := get(t, "http://"+a+path), get(t, "http://"+b+path); !bytes.Equal(one, other) {
					t.Errorf("%s differs: %d and %d bytes", path, len(one), len(other))
				}
			}
		})
	}
}

func count(items []feedItem, ok func(feedItem) bool) (n int) {
	for _, i := range items {
		if ok(i) {
			n++
		}
	}
	return n
}

// kinds is what each event is, in a word or two.
func kinds(items []feedItem) (list []string) {
	for _, i := range items {
		text := ""
		if i.Frame != nil {
			text = fmt.Sprintf(" %.10q", i.Frame.Text)
		} else if i.HTTP != nil {
			text = " " + i.HTTP.StartLine
		}
		list = append(list, fmt.Sprint(i.Seq, " ", i.Conn, " ", i.Direction, " ", i.Kind, text))
	}
	return list
}

// The instance that numbers a wire's events is killed while another's connection talks: the page
// on that other one, and one that comes later, see every event once.
func TestHomeIsKilled(t *testing.T) {
	url := bustest.New(t).URL()
	home, kill := startChild(t, "--nats", url)
	mirror(t, dial(t, home, quietEcho), "first") // so that it is the wire's home
	b := startShared(t, url)
	feed := followFeed(t, b, 0)
	feed.untilText("first")
	echo := dial(t, b, quietEcho)
	mirror(t, echo, numbered("a", 1, 20)...)
	feed.untilText("a 20")
	kill()
	killed := time.Now()
	mirror(t, echo, numbered("b", 1, 500)...)
	feed.untilText("b 500")
	if took := time.Since(killed); took > 3*time.Second && !raceDetected() {
		t.Errorf("after %s the page goes on; want 3 s", took)
	}
	want := append(append([]string{"first"}, numbered("a", 1, 20)...), numbered("b", 1, 500)...)
	if got := feed.texts(); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("the page saw %q", got)
	}
	late := followFeed(t, b, 0)
	late.untilText("b 500")
	if fmt.Sprint(kinds(late.items)) != fmt.Sprint(kinds(feed.items)) {
		t.Error("a page that comes later sees another log")
	}
}

// The instance that numbers a wire's events is stopped: the others go on at once.
func TestHomeIsStopped(t *testing.T) {
	url := bustest.New(t).URL()
	home, stopHome := start(t, "--nats", url)
	first := dial(t, home, quietEcho)
	mirror(t, first, "first")
	go func() {
		_, _, _ = first.ReadMessage() // which answers the close frame of a server that stops
	}()
	b := startShared(t, url)
	feed := followFeed(t, b, 0)
	feed.untilText("first")
	echo := dial(t, b, quietEcho)
	mirror(t, echo, "before")
	feed.untilText("before")
	if status, said := stopHome(); status != exitOK || said != "" {
		t.Errorf("exit %d: %s", status, said)
	}
	// Its connection's end is told before it goes.
	feed.until("the end of the first connection", func(i feedItem) bool { return i.Kind == "close" && i.Conn == 1 })
	mirror(t, echo, "after")
	feed.untilText("after")
}
