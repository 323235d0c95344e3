//go:build browser

package main

// Lesson 13 in Chromium: the race against what a proxy saw, the game with two readers, the page of
// what was measured, and the exercise as a reader does it.

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// races begins a race of the reader's, takes part in it by one poll and one socket, and returns what
// the two cost: a poll with one message in it, a frame, and the handshake.
func (r *reader) races(size int) (poll, frame, handshake int) {
	r.t.Helper()
	request := fmt.Sprintf("GET /lab/race/{word}/comet?wire={wire}&rate=20&size=%d HTTP/1.1\r\nHost: {host}\r\n\r\n", size)
	c := r.dial()
	c.send(request) // which waits until there is something to poll for
	c.response("GET")
	request = strings.Replace(request, "/comet", "/poll", 1)
	c.send(request)
	status, head, body := c.counted()
	if status != 200 {
		r.t.Fatalf("a poll is answered %d", status)
	}
	poll = len(r.fill(request)) + head + size
	if body < size {
		r.t.Fatalf("a poll brings %d bytes", body)
	}
	c = r.dial()
	request = "GET /lab/race/{word}/socket?wire={wire} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
	c.send(request)
	status, head, _ = c.counted()
	if status != 101 {
		r.t.Fatalf("the socket is answered %d", status)
	}
	h, payload := c.read() // and stay: who sends this again must not leave before the frame has come
	return poll, h.Size + len(payload), len(r.fill(request)) + head
}

// counted reads a response, and how many bytes its head and its body had.
func (c *raw) counted() (status, head, body int) {
	c.on.t.Helper()
	for {
		line, err := c.r.ReadString('\n')
		if err != nil {
			c.on.t.Fatal(err)
		}
		if head == 0 {
			fmt.Sscanf(line, "HTTP/1.1 %d", &status)
		}
		fmt.Sscanf(line, "Content-Length: %d", &body)
		if head += len(line); line == "\r\n" {
			break
		}
	}
	if _, err := io.CopyN(io.Discard, c.r, int64(body)); err != nil {
		c.on.t.Fatal(err)
	}
	return status, head, body
}

// foretells races and types two numbers, which say makes of the true ones.
func foretells(size int, say func(polls, frames int) string) func(r *reader) {
	return func(r *reader) {
		poll, frame, handshake := r.races(size)
		r.answer(say(1000*poll, handshake+1000*frame))
	}
}

func both(polls, frames int) string { return fmt.Sprintf("%d / %d", polls, frames) }

var chooseAttempts = []attempt{
	{exercise: "choose/predict-bytes", fixture: "pass", title: "Takes one poll and one frame of a race, and works it out.", terminal: foretells(20, both)},
	{exercise: "choose/predict-bytes", fixture: "pass-page", title: "Types both numbers, and lets a race on the page judge them.", page: func(r *reader, p *tab) {
		p.here("predict-bytes")
		setDial(p, 0, "10")
		setDial(p, 3, "200")
		p.press("wu-race-lab", "Start")
		p.until(raced)
		poll := eval[int](p, `fetch("/wire/" + localStorage.getItem("wireup.wire") + "/log.json").then(r => r.json()).then(list => {
			const events = list.events ?? list;
			const request = events.findLast(e => e.http?.target?.includes("/poll?") && events.some(f => f.conn === e.conn && f.exchange === e.exchange && f.http?.status === 200));
			const response = events.find(f => f.conn === request.conn && f.exchange === request.exchange && f.http?.status === 200);
			return request.size + response.size + 20;
		})`)
		p.typeAnswer("predict-bytes", fmt.Sprintf("%d / %d", 1000*poll, 22000+poll))
	}},
	{exercise: "choose/predict-bytes", fixture: "pass-answer-first", title: "Types both numbers first, from the race before, and then races.", terminal: func(r *reader) {
		word := r.word
		r.word = "free"
		poll, frame, handshake := r.races(20)
		r.word = word
		r.answer(both(1000*(poll+3), handshake+1000*frame)) // the word of the exercise is longer
		r.races(20)
	}},
	{exercise: "choose/predict-bytes", fixture: "wrong-no-numbers", title: "Types one number.", terminal: foretells(20, func(polls, _ int) string { return strconv.Itoa(polls) })},
	{exercise: "choose/predict-bytes", fixture: "wrong-turned-round", title: "Types the WebSocket first.", terminal: foretells(20, func(polls, frames int) string { return both(frames, polls) })},
	{exercise: "choose/predict-bytes", fixture: "wrong-polling", title: "Leaves the heads of the answers out.", terminal: foretells(20, func(polls, frames int) string { return both(polls/2, frames) })},
	{exercise: "choose/predict-bytes", fixture: "wrong-socket", title: "Counts a mask on frames that come down.", terminal: foretells(20, func(polls, frames int) string { return both(polls, frames+4000) })},
	{exercise: "choose/predict-bytes", fixture: "wrong-size", title: "Races with messages of 200 bytes.", terminal: func(r *reader) { r.races(200) }},
}

func TestChooseExercises(t *testing.T) { passes(t, slices.Concat(chooseAttempts, ownAttempts)) }
func TestChooseMistakes(t *testing.T)  { showsMistakes(t, "choose", probedByUs()) }
func TestRecordChoose(t *testing.T) {
	recordAttempts(t, slices.Concat(chooseAttempts, ownAttempts))
}

// raced holds when a race of the page's is over.
const raced = `document.querySelector("wu-race-lab").dataset.state === "closed" && [...document.querySelectorAll("wu-race-lab .race-table tbody tr")].slice(0, 4).every(r => r.cells[1].textContent === "40 of 40")`

// setDial sets the race's dial with this number, from 0.
func setDial(p *tab, n int, value string) {
	p.t.Helper()
	eval[bool](p, fmt.Sprintf(`(document.querySelectorAll("wu-race-lab .race-dials select")[%d].value = %q, true)`, n, value))
}

func TestRace(t *testing.T) {
	t.Parallel() // most of it is waiting
	proxy := serveProxied(t)
	p := newTab(t)
	p.do(chromedp.EmulateViewport(1440, 1000), chromedp.Navigate("http://"+proxy.address+"/lessons/choose"))
	p.until(`document.querySelector("wu-race-lab .race-table") !== null`)
	setDial(p, 0, "20")
	p.press("wu-race-lab", "Start")
	p.until(raced)
	for row, path := range []string{"poll", "comet", "stream", "socket"} {
		_, requests := proxy.carrying("GET /lab/race/free/" + path)
		told := eval[string](p, fmt.Sprintf(`document.querySelectorAll("wu-race-lab .race-table tbody tr")[%d].cells[2].textContent`, row))
		if n, _, _ := strings.Cut(told, ","); n != strconv.Itoa(requests) {
			t.Errorf("%s: a proxy saw %d requests; the lab says %q", path, requests, told)
		}
	}
	// The same seed: the same moments.
	moments := `fetch("/lab/race/control/state?wire=" + localStorage.getItem("wireup.wire"), { method: "POST" }).then(r => r.json()).then(s => s.happened.map(t => Math.round(t - s.happened[0])).join())`
	first := eval[string](p, moments)
	p.press("wu-race-lab", "Start")
	p.until(`document.querySelector("wu-race-lab").dataset.state === "open"`)
	p.until(raced)
	if second := eval[string](p, moments); first != second || len(first) < 40 {
		t.Errorf("the same seed had its updates at %s, and then at %s", first, second)
	}
	p.until(`document.querySelector("wu-race-lab .race-track svg").getAttribute("aria-label").startsWith("Polling: 40 of 40 updates in ")`)

	// Somebody at a terminal gets a lane of their own, in a race that the page hasn't begun too.
	wire := eval[string](p, `localStorage.getItem("wireup.wire")`)
	res, err := httpClient.Get("http://" + proxy.address + "/lab/race/free/stream?rate=20&wire=" + wire)
	if err != nil {
		t.Fatal(err)
	}
	io.Copy(io.Discard, res.Body)
	res.Body.Close()
	p.until(`[...document.querySelectorAll("wu-race-lab .race-table tbody tr")].some(r => r.cells[0].textContent === "Event stream, from a terminal" && r.cells[1].textContent === "40 of 40")`)

	// What was measured is on the page to print.
	p.do(chromedp.Navigate("http://" + proxy.address + "/measured"))
	p.until(`document.querySelector("[data-race] table") !== null && document.querySelector("td[data-measure=race]:not(.unmeasured)") !== null`)
	if text := eval[string](p, `document.querySelector("td[data-measure=header]").textContent`); !strings.Contains(text, "of header") {
		t.Errorf("the header is said as %q", text)
	}
	p.shoot("measured")

	p.do(chromedp.Navigate("http://" + proxy.address + "/lessons/choose"))
	p.until(`document.querySelector("wu-race-lab .race-table tbody td") !== null`)
	p.press("wu-race-lab", "Reset")
	p.until(`document.querySelector("wu-race-lab .race-table tbody td").textContent === "0 of 40"`)
}

const gameState = `document.querySelector("wu-game-lab h3 [role=status]").textContent`

func TestGame(t *testing.T) {
	t.Parallel() // most of it is waiting
	address, stop := start(t)
	join := func(wire, name string) *tab {
		p := openLesson(t, address, "choose", wire)
		p.fill("wu-game-lab .lab-row input", name)
		p.press("wu-game-lab", "Join")
		p.until(`document.querySelector("wu-game-lab .dot.me") !== null`)
		return p
	}
	a := join(freshWire(), "Ada")
	b := join(freshWire(), "<b>Bob</b>")
	a.until(gameState + ` === "game · 2 players on the map"`)
	a.until(`[...document.querySelectorAll("wu-game-lab .dot text")].some(t => t.textContent === "<b>Bob</b>")`)
	if eval[int](a, `document.querySelectorAll("wu-game-lab .dot b").length`) != 0 {
		t.Error("a name became markup")
	}
	// An arrow key, wherever the page is scrolled to: whoever has joined steers. Then a click, and a touch.
	where := `(() => { const d = document.querySelector("wu-game-lab .dot.me").getAttribute("transform"); return d })()`
	eval[bool](a, `(() => { const m = document.querySelector("wu-game-lab .game-map"); const r = m.getBoundingClientRect(); m.dispatchEvent(new MouseEvent("click", { bubbles: true, clientX: r.left + r.width * 39.5 / 256, clientY: r.top + r.height * 209.5 / 256 })); return true })()`)
	a.until(where + ` === "translate(39.5 209.5)"`)
	b.until(`[...document.querySelectorAll("wu-game-lab .dot")].some(d => d.getAttribute("transform") === "translate(39.5 209.5)")`)
	a.do(chromedp.KeyEvent(kb.ArrowRight))
	b.until(`[...document.querySelectorAll("wu-game-lab .dot")].some(d => d.getAttribute("transform") === "translate(43.5 209.5)")`)
	touch(b, `document.querySelector("wu-game-lab .game-map")`, .25, .75)
	a.until(`[...document.querySelectorAll("wu-game-lab .dot")].some(d => d.getAttribute("transform") === "translate(64.5 192.5)")`)
	// What can't be shown is left out, instead of costing the socket.
	eval[bool](b, `(document.querySelector("wu-game-lab .game-chat input").value = "\u202ehello\u200d\u00a0<i>you</i>", true)`)
	b.press("wu-game-lab .game-chat", "Say it")
	a.until(`document.querySelector("wu-game-lab .game-lines p")?.textContent === "<b>Bob</b> hello <i>you</i>"`)

	// Moves are priced by the request that the page has sent.
	a.until(figure("game", "as requests") + ` !== "·" && ` + figure("game", "your moves") + ` !== "·"`)
	a.press("wu-game-lab", "Twenty bots")
	a.until(gameState + ` === "game · 22 players on the map"`)
	a.until(`parseInt(` + figure("game", "frames a second") + `.split(", ")[1]) >= 10`)
	a.shoot("game")
	b.press("wu-game-lab .lab-row", "Leave")
	a.until(gameState + ` === "game · 21 players on the map"`)
	a.press("wu-game-lab", "Reset")
	a.until(gameState + ` === "game · you are not on the map"`)

	// Predict, then run: the first move is the frame of the talk.
	a.fill("wu-game-lab .guess input", "16")
	a.press("wu-game-lab .guess", "Predict and move")
	a.until(`document.querySelector("wu-game-lab .fact.right") !== null`)
	if status, said := stop(); status != exitOK {
		t.Errorf("exit %d: %s", status, said)
	}
}

// touch touches a node, given as a JavaScript expression, at a share of its width and its height.
func touch(p *tab, node string, x, y float64) {
	p.t.Helper()
	at := eval[[]float64](p, fmt.Sprintf(`(() => { const n = %s; n.scrollIntoView({ block: "center", behavior: "instant" }); const r = n.getBoundingClientRect(); return [r.left + r.width * %v + .5, r.top + r.height * %v + .5] })()`, node, x, y))
	must := func(_ cdp.Empty, err error) {
		if err != nil {
			p.t.Fatal(err)
		}
	}
	must(chromedp.Call(p.ctx, emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: true}))
	must(chromedp.Call(p.ctx, input.DispatchTouchEvent, input.DispatchTouchEventParams{Type: input.DispatchTouchEventTypeTouchStart, TouchPoints: []*input.TouchPoint{{X: at[0], Y: at[1]}}}))
	must(chromedp.Call(p.ctx, input.DispatchTouchEvent, input.DispatchTouchEventParams{Type: input.DispatchTouchEventTypeTouchEnd, TouchPoints: []*input.TouchPoint{}}))
}

func TestChooseLooks(t *testing.T) {
	t.Parallel()
	lookAt(t, "choose", "wu-race-lab, wu-race-lab .race, wu-game-lab, wu-game-lab .game, wu-measured", func(p *tab) {
		p.until(`document.querySelector("wu-race-lab .race-table") !== null`)
		setDial(p, 0, "20")
		p.press("wu-race-lab", "Start")
		p.press("wu-game-lab", "Join")
		p.until(`document.querySelector("wu-game-lab .dot.me") !== null`)
		p.press("wu-game-lab", "Twenty bots")
		p.until(raced)
	})
}

// The page to print is whole without the bar and its buttons.
func TestMeasuredPrints(t *testing.T) {
	t.Parallel()
	address, stop := start(t)
	p := newTab(t)
	p.do(chromedp.Navigate("http://" + address + "/measured"))
	p.until(`document.querySelector("wu-measured [data-tools] button") !== null`)
	for _, fault := range axe(p) {
		t.Errorf("axe-core: %s", fault)
	}
	// Whoever has done it all has the longest page.
	eval[bool](p, fmt.Sprintf(`(localStorage.setItem("wireup.measured", %q), true)`, everything))
	p.do(chromedp.Reload())
	p.until(`document.querySelectorAll(".measures .unmeasured").length === 0 && document.querySelector("[data-race] table") !== null`)
	sheet, err := chromedp.Call(p.ctx, page.PrintToPDF, page.PrintToPDFParams{})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(regexp.MustCompile(`/Type\s*/Page\b`).FindAll(sheet.Data, -1)); n < 1 || n > 2 {
		t.Errorf("it prints on %d pages; want two at most", n)
	}
	if status, said := stop(); status != exitOK {
		t.Errorf("exit %d: %s", status, said)
	}
}

// everything is each of the measures, as the page keeps them.
const everything = `{"header":{"until":1,"size":549,"intent":71},"connections":{"until":1,"requests":125,"connections":6},
"polling":{"until":1,"asked":40,"empty":10,"bytes":30000},"comet":{"until":1,"answers":16,"bytes":11648},"streaming":{"until":1,"events":40,"bytes":1640},
"handshake":{"until":1,"up":572,"down":129},"frames":{"until":1,"count":1270,"overhead":3180,"payload":92890},"pings":{"until":1,"rtt":0.3},
"squeeze":{"until":1,"messages":8,"plain":9289,"wire":620},"game":{"until":1,"moves":4,"bytes":68,"request":766},
"race":{"until":1,"seed":7,"rate":4,"size":20,"oneWay":75,"every":1000,"lanes":[{"how":"poll","requests":12,"up":6583,"down":2246,"median":487,"worst":1190},
{"how":"comet","requests":40,"up":21997,"down":5873,"median":113,"worst":416},{"how":"stream","requests":1,"up":556,"down":1792,"median":75,"worst":194},{"how":"socket","requests":1,"up":570,"down":1034,"median":75,"worst":89}]}}`
