//go:build browser

package main

// Lesson 12 in Chromium: through each intermediary, back after a drop, a slow reader, a stranger's
// page, compression, and the exercises, right and wrong.

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"wireup/inspector"
	"wireup/lessons/exercise"
)

// set chooses an option of a lab by its value.
func (p *tab) set(lab, value string) {
	p.t.Helper()
	if !eval[bool](p, fmt.Sprintf(`(() => { const s = [...document.querySelectorAll("%s select")].find(s => [...s.options].some(o => o.value === %q)); if (s) { s.value = %q; s.dispatchEvent(new Event("change", { bubbles: true })); } return s !== undefined })()`, lab, value, value)) {
		p.t.Fatalf("%s has no option %q", lab, value)
	}
}

// produce opens a WebSocket of the lab by hand, with more fields, each with its line ending.
func (r *reader) produce(query, fields string, want int) *raw {
	r.t.Helper()
	c := r.dial()
	c.send("GET /lab/production/{word}?wire={wire}" + query + " HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n" + fields + "\r\n")
	if status, _ := c.response("GET"); status != want {
		r.t.Fatalf("%s: answered %d, want %d", query, status, want)
	}
	return c
}

// command tells the lab what to do.
func (r *reader) command(what string) {
	r.t.Helper()
	post(r.t, r.fill("http://{host}/lab/production/control/"+what+"wire={wire}"))
}

// over reads until the connection has ended.
func (c *raw) over() {
	c.on.t.Helper()
	io.Copy(io.Discard, c.r)
	c.Close()
}

const (
	hops   = "wu-production-proxies"
	back   = "wu-production-return"
	slow   = "wu-production-reader"
	small  = "wu-production-squeeze"
	lurker = "wu-production-stranger"
)

func stateOf(lab string) string {
	return fmt.Sprintf(`document.querySelector("%s").dataset.state`, lab)
}
func saidBy(lab string) string {
	return fmt.Sprintf(`document.querySelector("%s > .said").textContent`, lab)
}

// drops opens a socket of the lab of coming back, in a manner, and has it dropped.
func drops(manner, refuse string) func(r *reader, p *tab) {
	return func(r *reader, p *tab) {
		p.here("come-back")
		p.set(back, manner)
		p.set(back, refuse)
		p.press(back, "Open a socket")
		p.until(stateOf(back) + ` === "open"`)
		p.press(back, "Drop it")
		p.until(fmt.Sprintf(`document.querySelectorAll("%s .tries li").length > 0`, back))
	}
}

// lurks opens the stranger's page by its link.
func lurks(p *tab) *tab {
	p.t.Helper()
	link := fmt.Sprintf(`document.querySelector("%s a.btn").href`, lurker)
	p.until(link + `.includes("stranger")`)
	s := newTab(p.t)
	s.do(chromedp.EmulateViewport(900, 700), chromedp.Navigate(eval[string](p, link)))
	s.until(`document.querySelector("#stranger .origin").textContent.startsWith("http")`)
	return s
}

// squeezes sends texts over both sockets of the lab.
func squeezes(p *tab, presets ...string) {
	p.t.Helper()
	for _, name := range presets {
		before := eval[int](p, fmt.Sprintf(`document.querySelectorAll("%s .squeezed tbody tr").length`, small))
		p.press(small+" .presets", name)
		p.press(small+" form", "Send it over both")
		p.until(fmt.Sprintf(`document.querySelectorAll("%s .squeezed tbody tr").length === %d`, small, before+1))
	}
}

// Five letters under a key of zeros, their length in the 16-bit form, and in the 7-bit form.
const (
	fiveIn16 = "81fe00050000000048656c6c6f"
	fiveIn7  = "81850000000048656c6c6f"
)

var productionAttempts = []attempt{
	{exercise: "production/stay-alive", fixture: "pass", title: "The lab, through the idle-killer, and the server pings every 10 s.",
		page: func(r *reader, p *tab) {
			p.here("stay-alive")
			p.set(hops, "idle")
			p.set(hops, "10")
			p.press(hops, "Open a socket")
			p.soon(fmt.Sprintf(`document.querySelector(%q)?.dataset.state === "passed"`, cardOf("stay-alive")+" .verdict"), 45*time.Second)
		}},
	{exercise: "production/stay-alive", fixture: "wrong-around", title: "Straight to the server.",
		terminal: func(r *reader) { r.produce("", "", 101) }},
	{exercise: "production/stay-alive", fixture: "wrong-silent", title: "Through the idle-killer, and nobody says anything.",
		terminal: func(r *reader) { r.produce("&through=idle", "", 101).over() }},
	{exercise: "production/stay-alive", fixture: "wrong-goodbye", title: "Through the idle-killer, and closed at once.",
		terminal: func(r *reader) {
			c := r.produce("&through=idle", "", 101)
			c.frame(client(true, inspector.OpClose), "\x03\xe8")
			c.over()
		}},

	{exercise: "production/come-back", fixture: "pass", title: "The lab, with waits drawn at random from a range that doubles, and three refusals.",
		page: func(r *reader, p *tab) {
			// One series in a hundred looks as if nothing had been drawn: take one that doesn't.
			eval[bool](p, `(() => { const drawn = [0.3, 0.2, 0.6, 0.5]; Math.random = () => { drawn.push(drawn.shift()); return drawn.at(-1) }; return true })()`)
			drops("jitter", "3")(r, p)
			p.soon(saidBy(back)+`.startsWith("Back, at try 4")`, 20*time.Second)
		}},
	{exercise: "production/come-back", fixture: "pass-curl", title: "The line for curl.",
		terminal: func(r *reader) {
			// As above: the same waits each time.
			line := strings.Replace(cardLine(r.t, r.lesson, r.id, "curl"), `"$(od -An -N2 -tu2 /dev/urandom)"`, "$((ms * 7))", 1)
			if !strings.Contains(line, "ms * 7") {
				r.t.Fatalf("%s draws nothing", line)
			}
			r.paste("curl", line)
		}},
	{exercise: "production/come-back", fixture: "wrong-at-once", title: "The lab, at once.", page: drops("at once", "3")},
	{exercise: "production/come-back", fixture: "wrong-fixed", title: "The lab, after 1 s each time.", page: drops("fixed", "9")},
	{exercise: "production/come-back", fixture: "wrong-doubling", title: "Waits that double exactly.",
		terminal: func(r *reader) { r.comesBack(4, 500, 1000, 2000, 4000) }},
	{exercise: "production/come-back", fixture: "wrong-six", title: "Six tries, each after a longer wait.",
		terminal: func(r *reader) { r.comesBack(9, 110, 450, 540, 620, 790, 860) }},
	{exercise: "production/come-back", fixture: "wrong-two", title: "One of two connections drops, and a third begins.",
		terminal: func(r *reader) {
			r.produce("", "", 101)
			c := r.produce("", "", 101)
			c.frame(client(true, inspector.OpText), "{word}")
			c.read()
			c.Close()
			r.settled(`"close"`)
			r.produce("", "", 101)
		}},

	{exercise: "production/origin", fixture: "pass", title: "The stranger's page tries, and then the lesson's.",
		page: func(r *reader, p *tab) {
			p.here("origin")
			s := lurks(p)
			s.press("#stranger", "Open a WebSocket")
			s.until(`document.querySelector(".tried .refused") !== null`)
			p.press(lurker, "Try from this page")
		}},
	{exercise: "production/origin", fixture: "pass-terminal", title: "Two handshakes with an Origin each.",
		terminal: func(r *reader) {
			r.produce("", "Origin: http://{host}\r\n", 101)
			r.produce("", "Origin: http://stranger.example\r\n", 403)
		}},
	{exercise: "production/origin", fixture: "wrong-none", title: "A handshake without Origin, as a program sends it.",
		terminal: func(r *reader) { r.produce("", "", 101) }},
	{exercise: "production/origin", fixture: "wrong-let-in", title: "A stranger at the socket that asks nobody.",
		terminal: func(r *reader) { r.produce("&origin=any", "Origin: http://stranger.example\r\n", 101) }},
	{exercise: "production/origin", fixture: "wrong-other", title: "A stranger who offers another version too.",
		terminal: func(r *reader) {
			c := r.dial()
			c.send("GET /lab/production/{word}?wire={wire} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
				"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 8\r\nOrigin: http://stranger.example\r\n\r\n")
			c.response("GET")
		}},

	{exercise: "production/squeeze", fixture: "pass", title: "The lab: forty readings, and then two letters.",
		page: func(r *reader, p *tab) {
			p.here("squeeze")
			squeezes(p, "forty readings", "“hi”")
		}},
	{exercise: "production/squeeze", fixture: "pass-python", title: "The line for Python.",
		terminal: func(r *reader) {
			python := pythonForSamples()
			if python == "" {
				r.t.Skip("install python3-websockets to run this")
			}
			r.paste(python, strings.Replace(cardLine(r.t, r.lesson, r.id, "python"), "python3 ", python+" ", 1))
		}},
	{exercise: "production/squeeze", fixture: "one", title: "The lab: forty readings, and no more.",
		page: func(r *reader, p *tab) {
			p.here("squeeze")
			squeezes(p, "forty readings")
		}},
	{exercise: "production/squeeze", fixture: "wrong-plain", title: "A text without compression.",
		terminal: func(r *reader) {
			c := r.produce("", "", 101)
			c.frame(client(true, inspector.OpText), "{word}")
			c.read()
		}},
	{exercise: "production/squeeze", fixture: "wrong-not-agreed", title: "RSV1 without an agreement.",
		terminal: func(r *reader) {
			r.forgeFrame(inspector.Header{Fin: true, RSV: 4, Opcode: inspector.OpText, Masked: true, Key: aKey}, "{word}")
		}},
	{exercise: "production/squeeze", fixture: "wrong-broken", title: "RSV1, agreed on, before bytes that don't inflate.",
		terminal: func(r *reader) {
			c := r.produce("&deflate=on", "Sec-WebSocket-Extensions: permessage-deflate\r\n", 101)
			c.frame(inspector.Header{Fin: true, RSV: 4, Opcode: inspector.OpText, Masked: true, Key: aKey}, "\xff\xff\xff\xff")
			c.over()
		}},

	{exercise: "production/let-through", fixture: "pass", title: "To gorilla, with the section typed into the page.",
		page: func(r *reader, p *tab) {
			r.forgeTo("/echo?library=gorilla&breakdown=off&word={word}", fiveIn16)
			p.typeAnswer("let-through", "RFC 6455 §5.2")
		}},
	{exercise: "production/let-through", fixture: "pass-forge", title: "The page's forge: the word, and behind it five letters with a length in 16 bits, to the mirror and to gorilla.",
		page: func(r *reader, p *tab) {
			p.here("let-through")
			p.until(fmt.Sprintf(`document.querySelector("wu-forge .words").textContent !== "" && document.querySelector("wu-forge fieldset:nth-of-type(4) input").value === %q`, r.word))
			p.press("wu-forge", "add a frame")
			p.fill("wu-forge fieldset:nth-of-type(4) input", "Hello")
			eval[bool](p, `(document.querySelectorAll("wu-forge fieldset:nth-of-type(2) input[type=radio]")[2].click(), true)`)
			p.until(forgeHex + `.startsWith("81 fe 00 05 ")`)
			p.press("wu-forge", "Send them to gorilla")
			p.until(`document.querySelector("wu-forge .forge-both .said").textContent.startsWith("Of ")`)
			p.typeAnswer("let-through", "5.2")
		}},
	{exercise: "production/let-through", fixture: "pass-curl", title: "The line for curl, its length in 16 bits.",
		terminal: func(r *reader) {
			r.paste("curl", strings.Replace(cardLine(r.t, r.lesson, r.id, "curl"), fiveIn7, fiveIn16, 1))
			r.answer("5.2")
		}},
	{exercise: "production/let-through", fixture: "wrong-form", title: "The line for curl as it stands, with 5 in 7 bits.",
		terminal: func(r *reader) { r.paste("curl", cardLine(r.t, r.lesson, r.id, "curl")) }},
	{exercise: "production/let-through", fixture: "wrong-strict", title: "To the strict mirror.",
		terminal: func(r *reader) { r.forgeTo("/echo?breakdown=off&word={word}", fiveIn16) }},
	{exercise: "production/let-through", fixture: "wrong-too-soon", title: "The section, before any frame.",
		terminal: func(r *reader) { r.answer("5.2") }},
	{exercise: "production/let-through", fixture: "wrong-rule", title: "To gorilla, and a section that is another one.",
		terminal: func(r *reader) {
			r.forgeTo("/echo?library=gorilla&breakdown=off&word={word}", fiveIn16)
			r.answer("§5.5")
		}},
}

// comesBack is dropped, and tries again after each of these waits, in milliseconds. Try number got
// gets through.
func (r *reader) comesBack(got int, waits ...time.Duration) {
	r.t.Helper()
	c := r.produce("", "", 101)
	r.command(fmt.Sprintf("drop?refuse=%d&", got-1))
	c.over()
	for i, wait := range waits {
		<-time.After(wait * time.Millisecond) // the exercise is about these times
		want := 503
		if i+1 == got {
			want = 101
		}
		r.produce("", "", want)
	}
}

// settled waits until the wire's log holds an event of a kind.
func (r *reader) settled(kind string) {
	r.t.Helper()
	for end := time.Now().Add(10 * time.Second); ; {
		res, err := httpClient.Get("http://" + r.address + "/wire/" + r.wire + "/log.json")
		if err != nil {
			r.t.Fatal(err)
		}
		b, _ := io.ReadAll(res.Body)
		res.Body.Close()
		if strings.Contains(string(b), kind) {
			return
		}
		if time.Now().After(end) {
			r.t.Fatalf("the wire has no event of the kind %s", kind)
		}
	}
}

// live are mistakes whose words hold a time: they are made again instead of being sent again.
var live = map[string]string{
	"production/stay-alive/wrong-silent":  "of silence. Have something cross it",
	"production/stay-alive/wrong-goodbye": "was closed in order",
	"production/come-back/wrong-at-once":  "everybody who does so hits it together",
	"production/come-back/wrong-fixed":    "that wait was no longer than the last one",
	"production/come-back/wrong-six":      "This is try number 6 after one drop",
	"production/come-back/wrong-two":      "while another connection was open",
}

func TestProductionExercises(t *testing.T) { passes(t, productionAttempts) }
func TestRecordProduction(t *testing.T)    { recordAttempts(t, productionAttempts) }

func TestProductionMistakes(t *testing.T) {
	except := map[string]string{
		"production/come-back/wrong-doubling": "its waits have to be exact to a few hundredths, which no busy machine keeps to: its recording is checked with all the others",
	}
	for name := range live {
		except[name] = "its words hold a time, or a server has to act: see TestProductionLive"
	}
	showsMistakes(t, "production", except)
}

// TestProductionLive makes the mistakes that showsMistakes can't, and sees the page say so.
func TestProductionLive(t *testing.T) {
	t.Parallel()
	address, stop := start(t, "--idle-time", "1s")
	page := newTab(t)
	for _, a := range productionAttempts {
		say, ok := live[a.exercise+"/"+a.fixture]
		if !ok {
			continue
		}
		t.Run(a.exercise+"/"+a.fixture, func(t *testing.T) {
			lesson, id := exercise.SplitName(a.exercise)
			wire := freshWire()
			p := page.in(t)
			p.lesson(address, lesson, wire)
			r := newReader(t, address, wire, a.exercise)
			if a.page != nil {
				a.page(r, p)
			} else {
				a.terminal(r)
			}
			p.verdict(id, exercise.Wrong, say)
		})
	}
	if status, said := stop(); status != exitOK {
		t.Errorf("exit %d: %s", status, said)
	}
}

func openProduction(t *testing.T, address string) *tab {
	t.Helper()
	p := newTab(t)
	p.do(chromedp.EmulateViewport(1440, 1000), chromedp.Navigate("http://"+address+"/lessons/production"))
	p.until(fmt.Sprintf(`document.querySelector("%s h3") !== null && document.querySelector("wu-inspector .tabs") !== null`, lurker))
	return p
}

// look takes a picture of a lab.
func (p *tab) look(lab, name string) {
	p.t.Helper()
	eval[bool](p, fmt.Sprintf(`(document.querySelector(%q).scrollIntoView({ block: "start", behavior: "instant" }), true)`, lab))
	p.shoot(name)
}

// resets presses a lab's Reset, and sees it done within a second.
func (p *tab) resets(lab, done string) {
	p.t.Helper()
	began := time.Now()
	p.press(lab, "Reset")
	p.until(done)
	if took := time.Since(began); took > time.Second {
		p.t.Errorf("the reset of %s took %v", lab, took)
	}
}

func TestProductionProxies(t *testing.T) {
	t.Parallel()
	address, stop := start(t, "--idle-time", "1s", "--cut-time", "1500ms")
	p := openProduction(t, address)
	p.until(fmt.Sprintf(`document.querySelector("%s select").textContent.includes("silent for 1 s")`, hops))

	// Predicted, waited for, and measured on both sides.
	eval[bool](p, fmt.Sprintf(`(document.querySelector("%s .prediction input[value='1000']").click(), true)`, hops))
	p.press(hops, "Predict, open, and wait")
	p.until(fmt.Sprintf(`document.querySelector("%s .fact.truth b")?.textContent === "1006, abnormal"`, hops))
	if why := eval[string](p, fmt.Sprintf(`document.querySelector("%s .because").textContent`, hops)); !strings.Contains(why, "After 1.0") {
		t.Errorf("the wire is quoted with %q", why)
	}
	p.until(fmt.Sprintf(`document.querySelectorAll("%s .timeline g.bar.error").length === 2`, hops))

	// Without Upgrade: the heads side by side, and the page's 1006.
	p.set(hops, "no-upgrade")
	p.press(hops, "Open a socket")
	p.until(saidBy(hops) + ` === "Your page was told: CloseEvent 1006, wasClean false. It never was open."`)
	row := func(name string) string {
		return fmt.Sprintf(`[...document.querySelectorAll("%s .hops tr")].find(r => r.querySelector("th").textContent.endsWith(%q))?.textContent`, hops, name)
	}
	p.until(row("Upgrade") + ` === "≠ Upgradewebsocketnot there"`)
	p.until(row("Via") + ` === "≠ Vianot there1.1 no-upgrade"`)
	p.until(fmt.Sprintf(`[...document.querySelectorAll("%s .timeline g.error title")].filter(n => n.textContent.includes("426")).length === 2`, hops))
	p.look(hops, "production-no-upgrade")

	// A message goes through, and the one with a time of its own cuts all the same.
	p.set(hops, "cutter")
	p.press(hops, "Open a socket")
	p.until(stateOf(hops) + ` === "open"`)
	p.press(hops, "Say hello")
	p.until(saidBy(hops) + ` === "Your page was handed “hello from free”."`)
	p.until(saidBy(hops) + ` === "Your page was told: CloseEvent 1006, wasClean false."`)

	// A stream that is held back comes all at once.
	p.set(hops, "buffer")
	p.press(hops, "Stream 5 events")
	p.until(saidBy(hops) + `.startsWith("Your page was handed 5 events")`)
	p.until(fmt.Sprintf(`document.querySelectorAll("%s .timeline g.bar.delivered").length >= 8`, hops)) // 1 and its echo on each side, 5 behind, 1 in front
	p.look(hops, "production-buffer")
	p.resets(hops, saidBy(hops)+` === "" && `+fmt.Sprintf(`document.querySelectorAll("%s .timeline g.bar").length === 0 && document.querySelector("%s .fact") === null`, hops, hops))
	if status, said := stop(); status != exitOK {
		t.Errorf("exit %d: %s", status, said)
	}
}

func TestProductionReturn(t *testing.T) {
	t.Parallel()
	address, stop := start(t)
	p := openProduction(t, address)
	p.fill(back+" .prediction input", "4")
	p.press(back, "Predict and drop")
	p.until(fmt.Sprintf(`document.querySelector("%s .fact.truth b") !== null`, back))
	if got := eval[string](p, fmt.Sprintf(`document.querySelector("%s .fact.truth b").textContent`, back)); got != "8 seconds" && got != "7 seconds" && got != "9 seconds" { // a busy machine adds to each
		t.Errorf("it took %s; want half a second, one, two and four", got)
	}
	if n := eval[int](p, fmt.Sprintf(`document.querySelectorAll("%s .tries li").length`, back)); n != 4 {
		t.Errorf("%d tries are told; want 4", n)
	}
	p.look(back, "production-return")
	p.set(back, "at once")
	p.set(back, "9")
	p.press(back, "Drop it")
	p.until(saidBy(back) + ` === "Back, at try 10."`)
	p.resets(back, stateOf(back)+` === "closed" && `+fmt.Sprintf(`document.querySelectorAll("%s .tries li").length === 0`, back))
	if status, said := stop(); status != exitOK {
		t.Errorf("exit %d: %s", status, said)
	}
}

// TestProductionSlowReader: what waits in the browser is plotted beside what the server has read,
// and a page that looks at it lets little wait.
func TestProductionSlowReader(t *testing.T) {
	t.Parallel()
	address, stop := start(t)
	p := openProduction(t, address)
	p.press(slow, "Show me")
	p.until(fmt.Sprintf(`document.querySelector("%s .fact.truth b") !== null`, slow))
	// The same in words, a line a second: the most that waited at any of them.
	eval[bool](p, fmt.Sprintf(`(document.querySelector("%s details").open = true, true)`, slow))
	most := fmt.Sprintf(`Math.max(0, ...[...document.querySelectorAll("%s .told tr")].map(r => Number(r.children[2].textContent.replaceAll("\u202f", "")) || 0))`, slow)
	p.until(most + ` > 1_000_000`)
	p.look(slow, "production-reader")
	p.set(slow, "4096")
	eval[bool](p, fmt.Sprintf(`(document.querySelector("%s input[type=checkbox]").click(), true)`, slow))
	p.press(slow, "Send 8")
	p.until(fmt.Sprintf(`document.querySelector("%s h3").textContent.includes("all of it is read")`, slow))
	if n := eval[float64](p, most); n > 200_000 {
		t.Errorf("a careful page let %v bytes wait: %s", n, eval[string](p, saidBy(slow)))
	}
	p.resets(slow, fmt.Sprintf(`document.querySelector("%s .reader-plot") === null || document.querySelector("%s .picture").hidden`, slow, slow))
	if status, said := stop(); status != exitOK {
		t.Errorf("exit %d: %s", status, said)
	}
}

func TestProductionSqueeze(t *testing.T) {
	t.Parallel()
	proxy := serveProxied(t)
	p := openProduction(t, proxy.address)
	p.fill(small+" .prediction input", "1")
	p.press(small, "Predict and send")
	p.until(fmt.Sprintf(`document.querySelector("%s .fact.truth b") !== null`, small))
	squeezes(p, "forty readings", "forty readings", "300 random")
	rows := eval[[][]string](p, fmt.Sprintf(`[...document.querySelectorAll("%s .squeezed tbody tr")].map(r => [...r.children].map(n => n.textContent))`, small))
	if len(rows) != 4 {
		t.Fatalf("%d rows: %q", len(rows), rows)
	}
	for i, want := range []string{"grew", "shrank", "shrank", "shrank"} { // letters are 26 of 256 bytes
		if !strings.HasSuffix(rows[i][3], want) || rows[i][4] != "1" {
			t.Errorf("row %d: %q; want %s, and RSV1 1", i, rows[i], want)
		}
	}
	// The frame as a proxy saw it: as long as the lab says.
	up, _ := proxy.find(t, "GET /lab/production/free?").bytes()
	if _, frames, ok := strings.Cut(string(up), "\r\n\r\n"); !ok || len(frames) == 0 {
		t.Error("the proxy saw no frame of the plain socket")
	}
	truth := eval[string](p, fmt.Sprintf(`document.querySelector("%s .fact.truth b").textContent`, small))
	if truth != strings.ReplaceAll(rows[0][2], "\u202fB", " bytes") {
		t.Errorf("predicted against %s, and the row says %s", truth, rows[0][2])
	}
	p.until(fmt.Sprintf(`document.querySelector("%s .deflate .bars") !== null`, small))
	p.look(small, "production-squeeze")
	p.resets(small, stateOf(small)+` !== "open" && `+fmt.Sprintf(`document.querySelector("%s .squeezed").hidden`, small))
}

// TestStranger: a page of another origin is answered 403, reads nothing of a fetch, and is let in
// where nobody asks; a sandboxed one has no origin but null.
func TestStranger(t *testing.T) {
	t.Parallel()
	address, stop := start(t)
	p := openProduction(t, address)
	p.press(lurker, "Show me")
	s := lurks(p)
	if origin := eval[string](s, `location.origin`); origin == "http://"+address || !strings.HasPrefix(origin, "http://localhost:") {
		t.Errorf("the stranger's origin is %s", origin)
	}
	told := func(i int) string { return fmt.Sprintf(`document.querySelectorAll(".tried li")[%d]?.textContent`, i) }
	s.press("#stranger", "Fetch with a GET")
	s.until(told(0) + `?.includes("TypeError")`)
	s.press("#stranger", "Open a WebSocket")
	s.until(told(1) + `?.includes("CloseEvent 1006")`)
	s.press("#stranger", "Open one that asks")
	s.until(told(2) + `?.includes("I may read what comes")`)
	s.shoot("production-stranger")
	s.clean("document")
	p.until(fmt.Sprintf(`document.querySelector("%s .fact.truth b")?.textContent.startsWith("the server")`, lurker))
	p.press(lurker, "Try from this page")
	rows := fmt.Sprintf(`[...document.querySelectorAll("%s .strangers tbody tr")].map(r => r.children[2].textContent).join(" ")`, lurker)
	p.until(rows + ` === "200 403 101 101"`)
	p.look(lurker, "production-strangers")
	// Where this machine has no second name: the same address, sandboxed.
	url := strings.Replace(eval[string](p, fmt.Sprintf(`document.querySelector("%s a.btn").href`, lurker)), "localhost:", "127.0.0.1:", 1)
	s.do(chromedp.Navigate(url + "&sandbox=on"))
	s.until(`document.querySelector("#stranger .origin").textContent === "null"`)
	s.press("#stranger", "Open a WebSocket")
	s.until(told(0) + `?.includes("CloseEvent 1006")`)
	p.until(rows + ` === "200 403 101 101 403"`)
	p.resets(lurker, fmt.Sprintf(`document.querySelector("%s .strangers").hidden`, lurker))
	if status, said := stop(); status != exitOK {
		t.Errorf("exit %d: %s", status, said)
	}
}

func TestProductionLooks(t *testing.T) {
	t.Parallel()
	lookAt(t, "production", strings.Join([]string{hops, back, slow, small, lurker, "#exercise-come-back"}, ", "), func(p *tab) {
		p.until(fmt.Sprintf(`document.querySelector("%s h3") !== null`, lurker))
		p.set(hops, "no-upgrade")
		p.press(hops, "Open a socket")
		p.press(slow, "Show me")
		p.set(back, "at once")
		p.press(back, "Open a socket")
		p.press(small, "Show me")
		p.press(lurker, "Try from this page")
		// After a drop the next handshakes are refused, whichever lab's they are.
		p.soon(fmt.Sprintf(`%s === "open" && document.querySelector("%s .deflate") !== null`, stateOf(back), small), 40*time.Second)
		p.press(back, "Drop it")
		p.until(saidBy(back) + `.startsWith("Back")`)
		p.soon(fmt.Sprintf(`document.querySelector("%s .hops") !== null && document.querySelector("%s .fact.truth") !== null && document.querySelector("%s .strangers tbody tr") !== null`, hops, slow, lurker), 40*time.Second)
	})
}
