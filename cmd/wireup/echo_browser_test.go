//go:build browser

package main

// The heart of the product in a real browser: what the panel shows against what Chromium's own
// debugging protocol reported, and against the bytes that a proxy between them saw.

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"unicode/utf16"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// reported is one frame as Chromium's debugging protocol told it.
type reported struct {
	arrow   string
	opcode  int
	masked  bool
	payload []byte
}

// cdpSocket collects what the debugging protocol reports of the page's sockets, by path.
type cdpSocket struct {
	mu     sync.Mutex
	paths  map[network.RequestID]string
	frames map[string][]reported
	closed map[string]int
}

func watchSockets(p *tab) *cdpSocket {
	p.t.Helper()
	s := &cdpSocket{paths: map[network.RequestID]string{}, frames: map[string][]reported{}, closed: map[string]int{}}
	note := func(id network.RequestID, arrow string, f *network.WebSocketFrame) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.frames[s.paths[id]] = append(s.frames[s.paths[id]], reported{arrow, int(f.Opcode), f.Mask, f.PayloadData})
	}
	err := chromedp.Listen(p.ctx, func(ev any) {
		switch ev := ev.(type) {
		case *network.EventWebSocketCreated:
			_, rest, _ := strings.Cut(ev.URL, "://")
			_, path, _ := strings.Cut(rest, "/")
			path, _, _ = strings.Cut(path, "?")
			s.mu.Lock()
			s.paths[ev.RequestID] = "/" + path
			s.mu.Unlock()
		case *network.EventWebSocketFrameSent:
			note(ev.RequestID, "↑", ev.Response)
		case *network.EventWebSocketFrameReceived:
			note(ev.RequestID, "↓", ev.Response)
		case *network.EventWebSocketClosed:
			s.mu.Lock()
			s.closed[s.paths[ev.RequestID]]++
			s.mu.Unlock()
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

func (s *cdpSocket) of(path string) []reported {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.frames[path])
}

// event is what this test reads of the wire's log.
type event struct {
	Seq           int
	Conn          int
	Kind          string
	Direction     string
	Size          int
	Overhead      int
	PayloadLength int
	DevTools      string `json:"devtools"`
	Bytes         string
	Truncated     bool
	Lab           string
	Driver        string
	Frame         struct {
		Opcode   int
		Type     string
		Masked   bool
		Header   string
		Payload  string
		Unmasked string
	}
}

func arrow(direction string) string {
	if direction == "up" {
		return "↑"
	}
	return "↓"
}

// openEcho opens lesson 8 in a tab, connected, with Chromium's reports being collected.
func openEcho(t *testing.T, proxy *proxy) (*tab, *cdpSocket) {
	t.Helper()
	p := newTab(t)
	sockets := watchSockets(p)
	p.do(chromedp.EmulateViewport(1440, 1200), chromedp.Navigate("http://"+proxy.address+"/lessons/frames"))
	p.until(`document.querySelector("wu-echo-lab")?.dataset.state === "open"`)
	p.until(rowCount + ` >= 3`) // its opening, its request and the 101
	return p, sockets
}

const rowCount = `document.querySelectorAll("wu-inspector .space [role=row]:not([hidden])").length`

// say types text into the echo lab as a reader does, and presses Send.
func say(p *tab, text string) {
	p.t.Helper()
	p.fill(`wu-echo-lab form.send input`, text)
	p.do(chromedp.Click(chromedp.CSS(`wu-echo-lab form.send button[type=submit]`)))
}

func TestPanelShowsWhatCrossed(t *testing.T) {
	t.Parallel()
	proxy := serveProxied(t)
	p, sockets := openEcho(t, proxy)

	say(p, "Hello, Zoë 👋")
	p.until(rowCount + ` >= 6`)
	p.press("wu-echo-lab", "ping from the server")
	p.until(rowCount + ` >= 8`)
	p.press("wu-echo-lab", "126 B")
	p.until(rowCount + ` >= 11`)
	p.press("wu-echo-lab", "ArrayBuffer")
	p.until(rowCount + ` >= 14`)

	wire := eval[string](p, `localStorage.getItem("wireup.wire")`)
	var log struct{ Events []event }
	getJSON(t, "http://"+proxy.address+"/wire/"+wire+"/log.json", &log)

	// The panel's rows are the log's events, in order.
	rows := p.rows()
	if len(rows) != len(log.Events) {
		t.Fatalf("the panel has %d rows; the log has %d events", len(rows), len(log.Events))
	}
	var frames []event
	for i, e := range log.Events {
		r := rows[i]
		if r.Arrow != arrow(e.Direction) || digits(r.Payload) != e.PayloadLength || digits(r.Overhead) != e.Overhead {
			t.Errorf("row %d shows %+v; the wire carried %+v", i, r, e)
		}
		if e.Kind == "frame" {
			frames = append(frames, e)
			if r.Type != e.Frame.Type || r.DevTools != e.DevTools {
				t.Errorf("row %d shows %+v; want type %s and DevTools %s", i, r, e.Frame.Type, e.DevTools)
			}
		}
	}

	// Without the rows marked hidden, they are what Chromium reported, frame by frame.
	var shown []event
	hidden := 0
	for _, e := range frames {
		if e.DevTools == "hidden" {
			hidden++
		} else {
			shown = append(shown, e)
		}
	}
	told := sockets.of("/echo")
	if len(told) != len(shown) || hidden != 2 {
		t.Fatalf("Chromium reported %d frames, the panel shows %d, and %d hidden ones; want a ping and a pong hidden", len(told), len(shown), hidden)
	}
	for i, e := range shown {
		payload := told[i].payload
		seen := hex.EncodeToString(payload[:min(len(payload), 64)])
		plain := e.Frame.Payload
		if e.Frame.Masked {
			plain = e.Frame.Unmasked
		}
		if told[i].arrow != arrow(e.Direction) || told[i].opcode != e.Frame.Opcode || len(payload) != e.PayloadLength || seen != plain {
			t.Errorf("frame %d: Chromium reported %s, opcode %d, %d bytes, %s; the wire carried %+.300v", i, told[i].arrow, told[i].opcode, len(payload), seen, e)
		}
	}

	// The bytes are those that the proxy saw.
	up, down := proxy.find(t, "GET /echo").bytes()
	var wireUp, wireDown []byte
	for _, e := range log.Events {
		if e.Conn != frames[0].Conn {
			continue
		}
		b, err := hex.DecodeString(e.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		from := &wireUp
		seen := up
		if e.Direction == "down" {
			from, seen = &wireDown, down
		}
		at := len(*from)
		if at+len(b) > len(seen) || string(seen[at:at+len(b)]) != string(b) {
			t.Fatalf("event %d: % x at byte %d %s; the proxy saw another thing", e.Seq, b, at, e.Direction)
		}
		*from = append(*from, seen[at:at+e.Size]...)
	}
	if len(wireUp) != len(up) || len(wireDown) != len(down) {
		t.Errorf("the events account for %d bytes up and %d down; the proxy saw %d and %d", len(wireUp), len(wireDown), len(up), len(down))
	}

	// The opened row names those bytes: header fields as the proxy saw them.
	first := frames[0]
	at := strings.Index(string(up), "\r\n\r\n") + 4
	header := up[at : at+first.Overhead]
	eval[bool](p, `([...document.querySelectorAll("wu-inspector .space [role=row]:not([hidden])")].find(r => r.textContent.includes("Hello, Zoë")).click(), true)`)
	p.until(fmt.Sprintf(`document.querySelector("wu-inspector .pane-details").innerText.includes("masked with the key % x")`, header[2:6]))
	details := eval[string](p, `document.querySelector("wu-inspector .pane-details").innerText`)
	if want := strconv.Itoa(int(header[1] & 0x7F)); !strings.Contains(details, want) {
		t.Errorf("the details don't show the payload length %s that the proxy saw", want)
	}
	// DevTools counts UTF-16 code units, and so is another number.
	if units := len(utf16.Encode([]rune("Hello, Zoë 👋"))); units == first.PayloadLength {
		t.Errorf("the text has %d bytes and as many code units; choose another", units)
	}
	p.shoot("panel-after-conversation")
}

// TestColumnsStay: the rows' columns stand where they stood when there are so many rows that they
// scroll, and the tab that stays in sight lies over no other.
func TestColumnsStay(t *testing.T) {
	t.Parallel()
	p, _ := openEcho(t, serveProxied(t))
	const columns = `[...document.querySelectorAll("wu-inspector .head > *")].map(n => Math.round(n.getBoundingClientRect().left)).join(" ")`
	before := eval[string](p, columns)
	const grid = `document.querySelector("wu-inspector .grid")`
	for eval[bool](p, grid+`.scrollHeight <= `+grid+`.clientHeight`) {
		n := eval[int](p, rowCount)
		say(p, "another row")
		p.until(fmt.Sprintf(rowCount+` > %d || `+grid+`.scrollHeight > `+grid+`.clientHeight`, n))
	}
	if after := eval[string](p, columns); after != before {
		t.Errorf("the columns begin at %s; they began at %s", after, before)
	}
	p.do(chromedp.EmulateViewport(390, 844))
	p.until(`innerWidth === 390 && document.querySelector("wu-inspector .tab .kind").checkVisibility() === false`)
	first := eval[string](p, `(([all, one]) => all.getBoundingClientRect().right <= one.getBoundingClientRect().left ? "" : all.textContent + " over " + one.textContent)([...document.querySelectorAll("wu-inspector .tab")])`)
	if first != "" {
		t.Errorf("in 390 pixels a tab lies over the next: %s", first)
	}
	p.shoot("tabs-phone")
}

// digits reads a number from a cell that groups its thousands.
func digits(s string) int {
	var b strings.Builder
	for _, r := range s {
		if r >= '0' && r <= '9' {
			b.WriteRune(r)
		}
	}
	n, err := strconv.Atoi(b.String())
	if err != nil {
		return -1
	}
	return n
}

func TestLinkedHighlight(t *testing.T) {
	t.Parallel()
	p, _ := openEcho(t, serveProxied(t))
	say(p, "Spang")
	p.until(`document.querySelector("wu-inspector .pane-details")?.textContent.includes("masking key")`)
	// The same field is lit in the picture, the hex and the table, whichever of them is pointed at
	// or has the focus: the key is four bytes, from the third on.
	const lit = `["picture", "hexes", "fieldtable"].map(c => document.querySelectorAll("wu-inspector .pane-details ." + c + " .lit").length > 0).join() + " " +
		[...document.querySelectorAll("wu-inspector .pane-details .hexes .byte.lit")].map(n => n.dataset.at).join()`
	for _, light := range []struct{ name, js string }{
		{"the pointer on the picture", `document.querySelector("wu-inspector .bit.f-key").dispatchEvent(new PointerEvent("pointerover", { bubbles: true }))`},
		{"the keyboard in the table", `[...document.querySelectorAll("wu-inspector .fieldtable th")].find(n => n.textContent === "masking key").focus()`},
	} {
		eval[bool](p, `(`+light.js+`, true)`)
		if got := eval[string](p, lit); got != "true,true,true 2,3,4,5" {
			t.Errorf("%s lights %q; want picture, hex and table, and bytes 2 to 5", light.name, got)
		}
		eval[bool](p, `(document.activeElement.blur(), document.querySelector("wu-inspector .pane-details").dispatchEvent(new PointerEvent("pointerleave")), true)`)
	}
	// A byte lights its field.
	eval[bool](p, `(document.querySelector("wu-inspector .byte[data-at='6']").dispatchEvent(new PointerEvent("pointerover", { bubbles: true })), true)`)
	if got := eval[string](p, `document.querySelector("wu-inspector .fieldtable .lit").textContent`); !strings.Contains(got, "payload data") {
		t.Errorf("byte 6 lights the row %q; want the payload's", got)
	}
	p.shoot("linked-highlight")
}

func TestPauseFilterAndHide(t *testing.T) {
	t.Parallel()
	p, _ := openEcho(t, serveProxied(t))
	say(p, "one")
	p.until(rowCount + ` >= 6`)

	p.press("wu-inspector", "Pause")
	say(p, "two")
	p.until(`[...document.querySelectorAll("wu-inspector button")].some(b => /Resume · [3-9] waiting/.test(b.textContent))`)
	if n := len(p.rows()); n != 6 {
		t.Errorf("paused, the panel has %d rows; want the 6 from before", n)
	}
	p.press("wu-inspector", "Resume")
	p.until(rowCount + ` >= 9`)

	filter := `wu-inspector input.filter`
	p.fill(filter, `dir:up kind:frame "two"`)
	p.until(rowCount + ` === 1`)
	if r := p.rows()[0]; r.Data != "two" || r.Arrow != "↑" {
		t.Errorf("filtered: %+v", r)
	}
	p.fill(filter, `len>`)
	p.until(`document.querySelector("wu-inspector .fault")?.hidden === false`)
	p.shoot("filter-fault")
	p.fill(filter, "\b")
	p.until(rowCount + ` >= 9`)

	p.press("wu-echo-lab", "ping from the server")
	p.until(rowCount + ` >= 11`)
	p.press("wu-inspector", "Hide control")
	p.until(`[...document.querySelectorAll("wu-inspector button")].some(b => b.textContent === "Control: 2 hidden")`)
	p.until(rowCount + ` === 9`)
}

// TestCloseSidesStandTogether: the wire's close beside the page's CloseEvent.
func TestCloseSidesStandTogether(t *testing.T) {
	t.Parallel()
	p, sockets := openEcho(t, serveProxied(t))
	p.press("wu-echo-lab", "close 4000")
	p.until(`document.querySelector("wu-echo-lab").dataset.state === "closed"`)
	p.until(`[...document.querySelectorAll("wu-inspector .space [role=row]:not([hidden])")].filter(r => r.textContent.includes("close")).length >= 2`)
	if told := sockets.of("/echo"); len(told) != 0 {
		t.Errorf("Chromium reported %+v; want no close frame", told)
	}
	p.shoot("close-4000")
}
