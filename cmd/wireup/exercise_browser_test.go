//go:build browser

package main

// The card of an exercise in each of its states, its help, and the replay in the panel. What the
// server says of an exercise is the test's own here, so that every state can be drawn.

import (
	"encoding/json"
	"fmt"
	"math"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// scripted puts the test in the server's place for exercises: their socket, and their commands.
// window.exercises.say(…) is a message; .asked lists what the page asked for.
const scripted = `(() => {
	const Real = WebSocket, ask = fetch;
	const state = { asked: [], answers: {}, sockets: new Set(), first: [], refuse: false };
	state.say = (...list) => { state.first.push(...list); for (const s of state.sockets) s.dispatchEvent(new MessageEvent("message", { data: JSON.stringify(list) })); };
	state.cut = () => { for (const s of [...state.sockets]) { state.sockets.delete(s); s.dispatchEvent(new CloseEvent("close", { code: 1012, reason: "" })); } };
	class Fake extends EventTarget {
		constructor(url) {
			super();
			state.asked.push(url.replace(/^ws:\/\/[^/]*/, ""));
			setTimeout(() => {
				if (state.refuse) return this.dispatchEvent(new CloseEvent("close", { code: 1006 }));
				state.sockets.add(this);
				this.dispatchEvent(new Event("open"));
				if (state.first.length) this.dispatchEvent(new MessageEvent("message", { data: JSON.stringify(state.first) }));
			});
		}
		close() { state.sockets.delete(this); }
	}
	globalThis.WebSocket = new Proxy(Real, { construct(target, [url, ...more]) { return /\/exercises(\?|$)/.test(url) ? new Fake(url) : new target(url, ...more); } });
	globalThis.fetch = (url, init) => {
		const command = /\/exercises\/[^/]+\/[^/]+\/(again|hint|solution)$|\/lab\/answer\/|progress\.json/.exec(url);
		if (!command) return ask(url, init);
		state.asked.push((init?.method ?? "GET") + " " + url.replace(/^https?:\/\/[^/]*/, ""));
		const answer = state.answers[command[1] ?? "answer"];
		if (answer === undefined) return Promise.resolve(new Response(null, { status: 204 }));
		if (answer.error) return Promise.resolve(Response.json(answer, { status: 503 }));
		return Promise.resolve(Response.json(answer));
	};
	globalThis.exercises = state;
})()`

// openScripted opens a page whose exercises the test speaks for.
func openScripted(t *testing.T, address, path string, width, height int64) *tab {
	t.Helper()
	p := newTab(t)
	p.do(chromedp.EmulateViewport(width, height))
	_, err := chromedp.Call(p.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
		Source: scripted})
	if err != nil {
		t.Fatal(err)
	}
	p.do(chromedp.Navigate("http://" + address + path))
	p.until(`exercises.sockets.size === 1`)
	return p
}

// exerciseMessage is what the server says of raw-get of lesson 1.
func exerciseMessage(verdict, progress string) string {
	return fmt.Sprintf(`{"kind":"exercise","lesson":"request","id":"raw-get","revision":1,"word":"plum-41","verdict":%s,"progress":%s}`, verdict, progress)
}

func (p *tab) says(messages ...string) {
	p.t.Helper()
	eval[bool](p, `(exercises.say(`+strings.Join(messages, ",")+`), true)`)
}

func (p *tab) asked() []string {
	p.t.Helper()
	return eval[[]string](p, `exercises.asked`)
}

const card = `document.querySelector("#exercise-raw-get")`

var verdicts = []struct{ name, verdict, progress, say, stand string }{
	{"not-yet", `{"state":"not yet","say":"No request for /lab/request/plum-41 has come."}`, `{}`, "Not yet. No request for /lab/request/plum-41 has come.", "open"},
	{"begun", `{"state":"not yet","say":"The head has not ended.","proof":[2]}`, `{}`, "Seen so far: event 2", "open"},
	{"passed", `{"state":"passed","say":"One header field, 58 bytes in all.","proof":[2,3]}`, `{"passed":1,"at":"2026-11-22T10:00:00Z","kept":true}`, "Passed. One header field", "passed"},
	{"wrong", `{"state":"wrong","say":"The line ends with LF alone.","proof":[2],"offset":14,"want":"0d 0a","came":"0a","ref":"RFC 9112 §2.2"}`, `{"missed":1}`, "byte 14 of event 2", "wrong"},
	{"cannot-tell", `{"state":"can't tell","say":"A proxy owns the connection: its Via field says so. Run wireup on this machine, and try there.","proof":[2]}`, `{}`, "Can’t tell here.", "cannot"},
	{"changed", `{"state":"not yet","say":"No request has come."}`, `{"passed":1,"at":"2026-11-20T10:00:00Z","changed":true,"kept":true}`, "Changed since you passed.", "changed"},
	{"again", `{"state":"not yet","say":"No request has come."}`, `{"passed":1,"at":"2026-11-20T10:00:00Z","seen":true,"kept":true}`, "You passed it on 20 November 2026: that stays.", "passed"},
	{"not-kept", `{"state":"passed","say":"That was it."}`, `{"passed":1,"kept":false}`, "This is not kept yet", "passed"},
}

func TestExerciseStates(t *testing.T) {
	t.Parallel()
	proxy := serveProxied(t)
	p := openScripted(t, proxy.address, "/lessons/request", 1440, 900)
	for _, v := range verdicts {
		p.says(exerciseMessage(v.verdict, v.progress))
		p.until(card + `.innerText.includes(` + quoted(v.say) + `)`)
		if got := eval[string](p, card+`.dataset.stand`); got != v.stand {
			t.Errorf("%s: the card stands as %q; want %q", v.name, got, v.stand)
		}
		help, want := eval[int](p, card+`.querySelectorAll("details:not([hidden])").length`), 1
		if v.stand == "passed" {
			want = 4 // who is through may read it all
		}
		if help != want {
			t.Errorf("%s: %d of the hints and the solution are there; want %d", v.name, help, want)
		}
	}
	word := eval[string](p, card+`.querySelector(".chip.word code").textContent`)
	line := eval[string](p, card+`.querySelector("wu-terminal code").textContent`)
	task := eval[string](p, card+`.innerText`)
	if word != "plum-41" || !strings.Contains(line, "/lab/request/plum-41?wire=") || !strings.Contains(task, "/lab/request/plum-41?wire=") {
		t.Errorf("the word is %q, in the line %q, in the task %q", word, line, task)
	}
	if strings.Contains(task+line, "{") {
		t.Errorf("a name in braces is left: %s %s", task, line)
	}
}

// quoted is s as a JavaScript string.
func quoted(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}

func TestExerciseLooks(t *testing.T) {
	t.Parallel()
	proxy := serveProxied(t)
	inAllLooks(t, card, func(t *testing.T, width, height int64) *tab {
		return openScripted(t, proxy.address, "/lessons/request", width, height)
	}, func(p *tab, look string, full bool) {
		for _, v := range verdicts {
			if !full && v.name != "wrong" && v.name != "passed" {
				continue
			}
			p.says(exerciseMessage(v.verdict, v.progress))
			p.until(card + `.innerText.includes(` + quoted(v.say) + `)`)
			p.at(card)
			p.shoot("exercise-" + v.name + "-" + look)
			p.fits()
			if full {
				p.clean(card)
			}
		}
	})
}

func TestExerciseHelp(t *testing.T) {
	t.Parallel()
	proxy := serveProxied(t)
	p := openScripted(t, proxy.address, "/lessons/request", 1440, 900)
	p.says(exerciseMessage(`{"state":"not yet","say":"Nothing has come."}`, `{}`))
	shown := card + `.querySelectorAll("details:not([hidden])").length`
	for i := 1; i <= 3; i++ {
		if got := eval[int](p, shown); got != i {
			t.Fatalf("before hint %d, %d of the hints and the solution are there; want %d", i, got, i)
		}
		eval[bool](p, fmt.Sprintf(`(%s.querySelectorAll("details.hint summary")[%d].click(), true)`, card, i-1))
		p.until(fmt.Sprintf(shown+` === %d`, i+1))
	}
	events := recordedEvents(t, proxy.address)
	eval[bool](p, `(exercises.answers.solution = { title: "raw-get, passed with nc", events: `+events+` }, true)`)
	solution := card + `.querySelector("details.solution")`
	eval[bool](p, `(`+solution+`.querySelector("summary").focus(), true)`)
	p.do(chromedp.KeyEvent(kb.Enter))
	p.until(card + `.querySelector(".ask-first").checkVisibility() && document.activeElement.textContent === "Open the solution"`)
	if eval[bool](p, solution+`.open`) {
		t.Error("the solution opened before it was asked for")
	}
	eval[bool](p, `(`+card+`.querySelector(".ask-first").scrollIntoView({ block: "center", behavior: "instant" }), true)`)
	p.shoot("exercise-solution-asks")
	p.do(chromedp.KeyEvent(kb.Enter))
	p.until(solution + `.open && document.querySelector(".replay-banner") !== null`)
	asked := strings.Join(p.asked(), "\n")
	if n := strings.Count(asked, "/exercises/request/raw-get/hint"); n != 3 {
		t.Errorf("%d hints were told of; want 3:\n%s", n, asked)
	}
	if n := strings.Count(asked, "POST /wire/"+eval[string](p, `localStorage.getItem("wireup.wire")`)+"/exercises/request/raw-get/solution"); n != 1 {
		t.Errorf("the solution was asked for %d times; want once:\n%s", n, asked)
	}
	p.until(`document.querySelector(".replay .space [role=row]:not([hidden])") !== null`)
	p.press(".replay-banner", "All at once")
	p.until(`[...document.querySelectorAll(".replay .tab")].some(t => t.textContent.startsWith("REPLAY #1"))`)
	p.press(".replay-banner", "Back to your wire")
	p.until(`document.querySelector(".replay") === null && !document.querySelector("wu-inspector > .view").hasAttribute("inert")`)
}

// recordedEvents is a session with fields and sentences, as the server would answer it: a wire of
// the terminal's own.
func recordedEvents(t *testing.T, address string) string {
	t.Helper()
	const wire = "abcdefghijklm"
	c := terminal(t, address, "/echo?breakdown=off&wire="+wire)
	c.Write([]byte("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"))
	if _, err := c.Read(make([]byte, 7)); err != nil {
		t.Fatal(err)
	}
	var log struct{ Events []struct{ Seq int } }
	for end := time.Now().Add(15 * time.Second); len(log.Events) < 5; { // the tap sees a write when it is over
		if time.Now().After(end) {
			t.Fatalf("the wire has %d events; want those of one message and its mirror", len(log.Events))
		}
		getJSON(t, "http://"+address+"/wire/"+wire+"/log.json", &log)
	}
	list := make([]json.RawMessage, len(log.Events))
	for i, e := range log.Events {
		getJSON(t, fmt.Sprintf("http://%s/wire/%s/events/%d", address, wire, e.Seq), &list[i])
	}
	b, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestExerciseForReal does what a reader does, with the program's own checks: a wrong try from a
// terminal, the byte that is wrong, the right try, and the same card after a reload.
func TestExerciseForReal(t *testing.T) {
	t.Parallel()
	proxy := serveProxied(t)
	p := newTab(t)
	p.do(chromedp.EmulateViewport(1440, 900), chromedp.Navigate("http://"+proxy.address+"/lessons/request"))
	p.until(card + `.querySelector(".verdict").dataset.state === "not yet"`)
	wire := eval[string](p, `localStorage.getItem("wireup.wire")`)
	word := eval[string](p, card+`.querySelector(".chip.word code").textContent`)
	try := func(head string) {
		t.Helper()
		c, err := net.Dial("tcp", proxy.address)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		fmt.Fprintf(c, strings.ReplaceAll(head, "TARGET", "/lab/request/"+word+"?wire="+wire), proxy.address)
		if _, err := c.Read(make([]byte, 64)); err != nil {
			t.Fatal(err)
		}
	}

	try("GET TARGET HTTP/1.1\nHost: %s\n\n")
	p.until(card + `.dataset.stand === "wrong"`)
	p.shoot("exercise-for-real-wrong")
	eval[bool](p, `(`+card+`.scrollIntoView({ behavior: "instant" }), true)`)
	top := card + `.getBoundingClientRect().top` // a lab above may still grow, which the browser's scrolling makes up for
	before := eval[float64](p, top)
	eval[bool](p, `(`+card+`.querySelector(".fault-list button").click(), true)`)
	p.until(`document.querySelector("wu-inspector .pointed")?.textContent.startsWith("The exercise points at byte") && document.querySelector("wu-inspector .hexes .byte.lit") !== null`)
	where := eval[string](p, card+`.querySelector(".fault-list button").textContent`)
	if lit := eval[string](p, `document.querySelector("wu-inspector .hexes .byte.lit").dataset.at`); !strings.HasPrefix(where, "byte "+lit+" of event ") {
		t.Errorf("the card says %q, and byte %s is lit", where, lit)
	}
	if after := eval[float64](p, top); math.Abs(after-before) > 2 { // less is rounding
		t.Errorf("the card goes from %v to %v on the page; want it where the reader is", before, after)
	}
	p.shoot("exercise-for-real-byte")

	try("GET TARGET HTTP/1.1\r\nHost: %s\r\n\r\n")
	p.until(card + `.dataset.stand === "passed" && ` + card + `.querySelector(".proof button") !== null`)
	p.until(`document.querySelector("wu-progress .summary").textContent.startsWith("1 of ")`)
	eval[bool](p, `(`+card+`.querySelector(".proof button").click(), true)`)
	p.until(`document.querySelector("wu-inspector .row.selected")?.textContent.includes("GET")`)
	p.shoot("exercise-for-real-passed")

	// The rows of the page are gone, and the server still has the event.
	p.press("wu-inspector", "Clear")
	p.until(`document.querySelectorAll("wu-inspector .space [role=row]:not([hidden])").length === 0`)
	eval[bool](p, `([...`+card+`.querySelectorAll(".proof button")].at(-1).click(), true)`)
	p.until(`!document.querySelector("wu-inspector .panes").hidden && document.querySelector("wu-inspector .pane-details").textContent.includes("Server → your terminal.")`)

	p.press("#exercise-raw-get", "New word")
	p.until(card + `.querySelector(".chip.word code").textContent !== ` + quoted(word))
	p.until(card + `.querySelector(".verdict").dataset.state === "not yet" && ` + card + `.dataset.stand === "passed"`)

	p.do(chromedp.Navigate("http://" + proxy.address + "/"))
	p.until(`document.querySelector("wu-progress .sum").textContent.startsWith("1 of ") && document.querySelector("wu-progress .redo").textContent.includes("one try was wrong")`)
	p.until(`document.querySelector("wu-continue a").textContent.includes("What your browser pays")`)
	if first := eval[string](p, `document.querySelector(".start a").textContent`); !strings.HasPrefix(first, "Continue") {
		t.Errorf("Tab comes to %q first; want to go on", first)
	}
}

// TestSolutionForReal: the solution's own recording, from its text to the replay.
func TestSolutionForReal(t *testing.T) {
	t.Parallel()
	proxy := serveProxied(t)
	p := newTab(t)
	p.do(chromedp.EmulateViewport(1440, 900), chromedp.Navigate("http://"+proxy.address+"/lessons/request"))
	p.until(card + `.querySelector(".verdict").dataset.state === "not yet"`)
	eval[bool](p, `(`+card+`.querySelectorAll("details.hint").forEach(d => d.open = true), true)`)
	p.until(card + `.querySelector("details.solution").checkVisibility()`)
	eval[bool](p, `(`+card+`.querySelector("details.solution summary").click(), true)`)
	p.press("#exercise-raw-get", "Open the solution")
	p.until(`document.querySelector(".replay-banner") !== null`)
	p.press(".replay-banner", "All at once")
	p.until(`document.querySelector(".replay .pane-details").textContent.includes("TCP connection")`)
	p.shoot("solution-for-real")
	p.until(card + `.querySelector(".tags").textContent.includes("solution seen")`)
	if got := eval[string](p, card+`.dataset.stand`); got != "open" {
		t.Errorf("after a replay the card stands as %q; a replay passes nothing", got)
	}
}

// TestAtTheLab: the lab takes the exercise's word over, keeps it over a reload, and gives it back.
func TestAtTheLab(t *testing.T) {
	t.Parallel()
	proxy := serveProxied(t)
	p := newTab(t)
	p.do(chromedp.EmulateViewport(1440, 900), chromedp.Navigate("http://"+proxy.address+"/lessons/request"))
	tax := `document.querySelector("#exercise-header-tax")`
	p.until(tax + `.querySelector(".verdict").dataset.state === "not yet"`)
	word := eval[string](p, tax+`.querySelector(".chip.word code").textContent`)
	chip := `document.querySelector("wu-request-lab .word-chip code").textContent`
	if got := eval[string](p, chip); got != "free" {
		t.Errorf("the lab's word is %q; want free", got)
	}
	p.press("#exercise-header-tax", "Do it here")
	p.until(chip + ` === ` + quoted(word) + ` && document.activeElement.closest("wu-request-lab") !== null`)
	p.do(chromedp.Navigate("http://" + proxy.address + "/lessons/request"))
	p.until(chip + ` === ` + quoted(word) + ` && ` + tax + `.hasAttribute("data-here")`)
	p.shoot("at-the-lab")
	p.press("wu-request-lab .word-chip", "Leave it")
	p.until(chip + ` === "free" && !` + tax + `.hasAttribute("data-here")`)

	p.fill("#exercise-header-tax form input", "1")
	p.press("#exercise-header-tax", "Check it")
	p.until(tax + `.querySelector(".verdict").innerText.trim() !== ""`)
	p.until(`[...document.querySelectorAll("wu-inspector .space [role=row]:not([hidden])")].some(r => r.textContent.includes("/lab/answer/header-tax"))`)
}

// TestDoItHere: the way from a card ends at a lab in which it can be done, with the word where the
// reader types it, and not at the button that clears the lab.
func TestDoItHere(t *testing.T) {
	t.Parallel()
	proxy := serveProxied(t)
	p := newTab(t)
	for _, tc := range []struct{ lesson, exercise, lab, field string }{
		{"frames", "three-lengths", "wu-echo-lab", "form.send input"},
		{"frames", "chars", "wu-echo-lab", "form.send input"},
		{"masking", "two-keys", "wu-masking-lab", "form.send input"},
		{"masking", "naked", "wu-forge", "fieldset:nth-of-type(4) input"},
		{"comet", "hold", "wu-comet-lab", ""},
		{"streaming", "stream", "wu-streaming-lab", ""},
	} {
		p.do(chromedp.EmulateViewport(1440, 900), chromedp.Navigate("http://"+proxy.address+"/lessons/"+tc.lesson))
		own := `document.querySelector("#exercise-` + tc.exercise + `")`
		p.until(own + `?.querySelector(".chip.word:not([disabled])") != null`)
		word := eval[string](p, own+`.querySelector(".chip.word code").textContent`)
		p.press("#exercise-"+tc.exercise, "Do it here")
		if !eval[bool](p, `document.activeElement.closest("`+tc.lab+`") !== null && document.activeElement.textContent !== "Reset"`) {
			t.Errorf("%s: the focus is on %s", tc.exercise, eval[string](p, `document.activeElement.outerHTML`))
		}
		if tc.field == "" {
			continue
		}
		value := `document.querySelector("` + tc.lab + ` ` + tc.field + `").value`
		if got := eval[string](p, value); got != word {
			t.Errorf("%s: the lab's field holds %q; want %q", tc.exercise, got, word)
		}
		if tc.exercise == "naked" {
			p.press("wu-forge", "unmasked")
			if got := eval[string](p, value); got != word {
				t.Errorf("a frame to start from holds %q; want %q", got, word)
			}
		}
		p.press("#exercise-"+tc.exercise, "New word")
		p.until(own + `.querySelector(".chip.word code").textContent !== ` + quoted(word))
		p.until(value + ` === ` + own + `.querySelector(".chip.word code").textContent`)
	}
}

// TestNamesFilled: no name in braces is left on a card once its word has come.
func TestNamesFilled(t *testing.T) {
	t.Parallel()
	proxy := serveProxied(t)
	p := newTab(t)
	for _, lesson := range []string{"request", "connections", "polling", "comet", "streaming", "sockets", "frames", "masking"} {
		p.do(chromedp.EmulateViewport(1440, 900), chromedp.Navigate("http://"+proxy.address+"/lessons/"+lesson))
		p.until(`document.querySelectorAll("wu-exercise").length > 0 && document.querySelector("wu-exercise .chip.word[disabled]") === null`)
		if left := eval[[]string](p, `[...document.querySelectorAll("wu-exercise > :not(noscript)")].flatMap(n => n.textContent.match(/\{(host|hostname|port|origin|wire|word|raw|rawunix)\}/g) ?? [])`); len(left) > 0 {
			t.Errorf("%s: %q", lesson, left)
		}
	}
}

// TestExercisesCutOff: the card says so when the server is away, and goes on when it is back.
func TestExercisesCutOff(t *testing.T) {
	t.Parallel()
	proxy := serveProxied(t)
	p := openScripted(t, proxy.address, "/lessons/request", 1440, 900)
	p.says(exerciseMessage(`{"state":"not yet","say":"Nothing has come."}`, `{}`))
	p.until(card + `.innerText.includes("Nothing has come.")`)
	eval[bool](p, `(exercises.refuse = true, exercises.cut(), true)`)
	p.until(card + `.innerText.includes("The server does not answer")`)
	p.shoot("exercise-cut-off")
	eval[bool](p, `(exercises.refuse = false, dispatchEvent(new Event("online")), true)`)
	p.until(`!` + card + `.innerText.includes("The server does not answer")`)
	eval[bool](p, `(exercises.answers.again = { error: "The server is stopping. Try again in a moment." }, true)`)
	p.press("#exercise-raw-get", "New word")
	p.until(card + `.querySelector(".bench > .said").textContent === "The server is stopping. Try again in a moment."`)
}

// TestLongAnswer: a verdict quotes what came, however long it is, and the page stays as wide as it was.
func TestLongAnswer(t *testing.T) {
	t.Parallel()
	proxy := serveProxied(t)
	p := openScripted(t, proxy.address, "/lessons/request", 1440, 900)
	long := strings.Repeat("9", 190)
	p.says(exerciseMessage(`{"state":"wrong","say":"“`+long+`” is not it.","proof":[1],"offset":4,"want":"a number","came":"`+long+`","ref":"RFC 9112 §3"}`, `{}`))
	p.until(card + `.innerText.includes("` + long + `")`)
	if n := eval[int](p, card+`.querySelector(".verdict").innerText.split("`+long+`").length - 1`); n != 1 {
		t.Errorf("the answer stands on the card %d times", n)
	}
	if eval[bool](p, `document.documentElement.scrollWidth > document.documentElement.clientWidth`) {
		t.Error("the page scrolls sideways")
	}
}

// TestDrawnTask: what an exercise draws stands there as text, to copy.
func TestDrawnTask(t *testing.T) {
	t.Parallel()
	proxy := serveProxied(t)
	p := openScripted(t, proxy.address, "/lessons/request", 1440, 900)
	m := exerciseMessage(`{"state":"not yet","say":"Nothing has come."}`, `{}`)
	p.says(strings.Replace(m, `"verdict"`, `"drawn":{"key":"37fa213d","frame, in hex":"818537fa213d7f9f4d5158<b>"},"verdict"`, 1))
	p.until(card + `.querySelectorAll(".drawn dd").length === 2`)
	if got := eval[string](p, card+`.querySelectorAll(".drawn dd code")[1].textContent`); got != "818537fa213d7f9f4d5158<b>" {
		t.Errorf("the page shows %q", got)
	}
	if above := eval[bool](p, `Boolean(`+card+`.querySelector(".drawn").compareDocumentPosition(`+card+`.querySelector("wu-terminal")) & Node.DOCUMENT_POSITION_FOLLOWING)`); !above {
		t.Error("what is drawn stands below the line for a terminal, far from the task")
	}
	p.press("#exercise-raw-get .drawn", "Copy")
	p.until(`/^(Copied|Selected)/.test(` + card + `.querySelector(".bench > .said").textContent)`)
	eval[bool](p, `(`+card+`.scrollIntoView({ behavior: "instant" }), true)`)
	p.shoot("exercise-drawn")
	for _, fault := range axeIn(p, card, allRules) {
		t.Errorf("axe-core: %s", fault)
	}
}

// TestExerciseWithoutJavaScript: the task, its hints and its solution are text, and the card says
// what is missing.
func TestExerciseWithoutJavaScript(t *testing.T) {
	t.Parallel()
	proxy := serveProxied(t)
	p := newTab(t)
	if _, err := chromedp.Call(p.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	p.do(chromedp.EmulateViewport(1280, 800), chromedp.Navigate("http://"+proxy.address+"/lessons/request#exercise-raw-get"))
	text, err := chromedp.Run(p.ctx, chromedp.Text(chromedp.CSS("#exercise-raw-get")))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Without JavaScript nothing here is checked", "Send the smallest GET", "Hint 1 of 3", "Hint 3 of 3", "Solution"} {
		if !strings.Contains(text, want) {
			t.Errorf("the card lacks %q:\n%s", want, text)
		}
	}
	p.shoot("exercise-without-javascript")
}
