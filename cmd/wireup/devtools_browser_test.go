//go:build browser

package main

// What the panel predicts of DevTools against what Chromium's debugging protocol, from which
// DevTools draws its own panel, tells of the same connections.

import (
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// toldSocket is one socket as the debugging protocol tells of it.
type toldSocket struct {
	asked    bool   // with the request's fields
	answered int    // the status, with the answer's fields
	fault    string // why it failed
	frames   []reported
	closed   bool
}

// toldSockets collects what is told of each socket, by its target: path and query.
type toldSockets struct {
	mu  sync.Mutex
	ids map[network.RequestID]*toldSocket
	all map[string]*toldSocket
}

func listenSockets(p *tab) *toldSockets {
	p.t.Helper()
	s := &toldSockets{ids: map[network.RequestID]*toldSocket{}, all: map[string]*toldSocket{}}
	err := chromedp.Listen(p.ctx, func(ev any) {
		s.mu.Lock()
		defer s.mu.Unlock()
		of := func(id network.RequestID) *toldSocket {
			if s.ids[id] == nil {
				s.ids[id] = &toldSocket{}
			}
			return s.ids[id]
		}
		frame := func(id network.RequestID, arrow string, f *network.WebSocketFrame) {
			x := of(id)
			x.frames = append(x.frames, reported{arrow, int(f.Opcode), f.Mask, f.PayloadData})
		}
		switch ev := ev.(type) {
		case *network.EventWebSocketCreated:
			if u, err := url.Parse(ev.URL); err == nil {
				s.all[u.RequestURI()] = of(ev.RequestID)
			}
		case *network.EventWebSocketWillSendHandshakeRequest:
			of(ev.RequestID).asked = len(ev.Request.Headers) > 0
		case *network.EventWebSocketHandshakeResponseReceived:
			of(ev.RequestID).answered = int(ev.Response.Status)
		case *network.EventWebSocketFrameError:
			of(ev.RequestID).fault = ev.ErrorMessage
		case *network.EventWebSocketFrameSent:
			frame(ev.RequestID, "↑", ev.Response)
		case *network.EventWebSocketFrameReceived:
			frame(ev.RequestID, "↓", ev.Response)
		case *network.EventWebSocketClosed:
			of(ev.RequestID).closed = true
		}
	})
	if err != nil {
		p.t.Fatal(err)
	}
	if _, err := chromedp.Call(p.ctx, network.Enable, network.EnableParams{}); err != nil {
		p.t.Fatal(err)
	}
	return s
}

// predicted is an event of the wire's log, with what is predicted of it.
type predicted struct {
	Seq           int
	Conn          int
	Kind          string
	Direction     string
	Driver        string
	PayloadLength int
	DevTools      string `json:"devtools"`
	HTTP          struct {
		StartLine string
		Status    int
	}
	Frame struct {
		Type, MessageType string
		Fin               bool
		Inflated          *struct{ Length int }
	}
}

// TestDevToolsPredictions: text, binary, a Blob, a message in frames, a compressed one, ping, pong,
// close, and two handshakes that fail.
func TestDevToolsPredictions(t *testing.T) {
	t.Parallel()
	proxy := serveProxied(t)
	p := newTab(t)
	sockets := listenSockets(p)
	p.do(chromedp.EmulateViewport(1440, 1200), chromedp.Navigate("http://"+proxy.address+"/lessons/frames"))
	p.until(`document.querySelector("wu-echo-lab")?.dataset.state === "open"`)
	for _, preset := range []string{"ArrayBuffer", "Blob", "empty", "65 536 B", "ping from the server"} {
		before := eval[int](p, rowCount)
		p.press("wu-echo-lab", preset)
		p.until(fmt.Sprintf(rowCount+` >= %d`, before+2))
		if preset == "Blob" { // which only the page knows from other bytes
			p.until(`[...document.querySelectorAll("wu-inspector .space [role=row]:not([hidden])")].filter(r => r.textContent.includes("binary") && r.querySelector(".tag.empty")).length === 1`)
		}
	}
	wire := eval[string](p, `localStorage.getItem("wireup.wire")`)
	socket := func(target, opened string) string {
		return eval[string](p, fmt.Sprintf(`new Promise(done => { const w = new WebSocket("ws://%s%s"); w.onclose = e => done(String(e.code)); w.onopen = () => { %s } })`, proxy.address, target, opened))
	}
	for _, s := range []struct{ target, opened, code string }{
		{"/echo?breakdown=off&wire=" + wire, `w.onmessage = () => w.close(1000, "bye"); w.send("in frames ".repeat(20000))`, "1000"},
		{"/echo?breakdown=off&deflate=on&wire=" + wire, `w.onmessage = () => w.close(4000); w.send("in little room ".repeat(50))`, "4000"},
		{"/echo?breakdown=nonsense&wire=" + wire, ``, "1006"},
		{"/nowhere?wire=" + wire, ``, "1006"},
	} {
		if code := socket(s.target, s.opened); code != s.code {
			t.Fatalf("%s closed with %s; want %s", s.target, code, s.code)
		}
	}

	var log struct{ Events []predicted }
	settled := func() bool {
		getJSON(t, "http://"+proxy.address+"/wire/"+wire+"/log.json", &log)
		ends := 0
		for _, e := range log.Events {
			if e.Kind == "close" {
				ends++
			}
		}
		return ends >= 3 // Chromium goes on with the connection of the last refusal as it likes
	}
	p.until(`[...document.querySelectorAll("wu-inspector .tab")].some(n => n.textContent.includes("#"))`)
	if !settled() {
		p.until(`document.querySelectorAll("wu-inspector .tab.closed").length >= 3`)
		settled()
	}

	// By connection: the target that was asked for, and what is predicted of what follows.
	targets := make(map[int]string)
	rows := make(map[string][]predicted)
	for _, e := range log.Events {
		if e.Kind == "request" {
			targets[e.Conn] = strings.Fields(e.HTTP.StartLine)[1]
		}
		if target := targets[e.Conn]; target != "" && e.Driver == "page" {
			rows[target] = append(rows[target], e)
		}
	}
	seen := make(map[string]int)
	sockets.mu.Lock()
	for target, list := range rows {
		told := sockets.all[target]
		if told == nil {
			continue // no socket of the page's: a request of its scripts
		}
		checkPredictions(t, target, list, told, seen)
	}
	sockets.mu.Unlock()
	for _, want := range []string{"shown request", "shown response", "empty response", "hidden body", "shown text", "shown binary", "merged text", "hidden ping", "hidden pong", "hidden close", "shown compressed", "empty Blob"} {
		if seen[want] == 0 {
			t.Errorf("nothing was predicted %s: %v", want, seen)
		}
	}

	// Which browser it was measured in stands with each prediction.
	const refused = `[...document.querySelectorAll("wu-inspector .space [role=row]:not([hidden])")].find(r => r.children[2].textContent.trim() === "400")`
	p.until(refused + ` !== undefined`)
	eval[bool](p, `(`+refused+`.click(), true)`)
	p.until(`document.querySelector("wu-inspector .seen .measured")?.textContent.startsWith("Measured in Chromium ")`)
	p.until(`document.querySelector("wu-inspector .seen").textContent.includes("DevTools: empty")`)
	p.shoot("devtools-refused")
	t.Logf("%s: %s", eval[string](p, `navigator.userAgent`), eval[string](p, `document.querySelector("wu-inspector .measured").textContent`))
}

// checkPredictions holds what is predicted of a connection against what was told of its socket, and
// counts the predictions that are right.
func checkPredictions(t *testing.T, target string, list []predicted, told *toldSocket, seen map[string]int) {
	t.Helper()
	next, part := 0, map[string]int{}
	message := func(e predicted, size int) {
		t.Helper()
		if next >= len(told.frames) {
			t.Errorf("%s: event %d is predicted %s, and Chromium told of no more than %d messages", target, e.Seq, e.DevTools, len(told.frames))
			return
		}
		got := told.frames[next]
		next++
		if got.arrow != arrow(e.Direction) || len(got.payload) != size {
			if len(got.payload) == 0 && e.Direction == "up" && e.Frame.MessageType == "binary" {
				seen["empty Blob"]++
				return
			}
			t.Errorf("%s: event %d is predicted as %s %d bytes; Chromium told of %s %d", target, e.Seq, arrow(e.Direction), size, got.arrow, len(got.payload))
		}
	}
	for _, e := range list {
		what := e.Kind
		right := true
		switch e.Kind {
		case "request":
			right = told.asked == (e.DevTools == "shown")
		case "response":
			right = e.DevTools == "shown" && told.answered == e.HTTP.Status ||
				e.DevTools == "empty" && told.answered == 0 && strings.Contains(told.fault, fmt.Sprint(e.HTTP.Status))
		case "body", "open":
			right = e.DevTools == "hidden" // the protocol has no event for either
		case "close":
			right, what = e.DevTools == "hidden", "end"
		case "frame":
			switch what = e.Frame.Type; {
			case e.DevTools == "hidden":
				right = what == "ping" || what == "pong" || what == "close"
			case e.DevTools == "merged":
				what = e.Frame.MessageType
				part[e.Direction] += e.PayloadLength
				if e.Frame.Fin {
					message(e, part[e.Direction])
					part[e.Direction] = 0
				}
			case e.Frame.Inflated != nil:
				what = "compressed"
				message(e, e.Frame.Inflated.Length)
			default:
				message(e, e.PayloadLength)
			}
		}
		if !right {
			t.Errorf("%s: event %d, %s, is predicted %s; Chromium told: %+v", target, e.Seq, what, e.DevTools, *told)
		}
		seen[e.DevTools+" "+what]++
	}
	if next != len(told.frames) {
		t.Errorf("%s: %d messages were predicted, and Chromium told of %d", target, next, len(told.frames))
	}
}
