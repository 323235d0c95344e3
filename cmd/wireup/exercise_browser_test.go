//go:build browser

package main

// The card of an exercise in each of its states, its help, and the replay in the panel. What the
// server says of an exercise is the test's own here, so that every state can be drawn.

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

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
func openScripted(t *testing.T, address, path, theme string, width, height int64) *tab {
	t.Helper()
	p := newTab(t)
	p.do(chromedp.EmulateViewport(width, height))
	_, err := chromedp.Call(p.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
		Source: scripted + fmt.Sprintf(`; try { localStorage.setItem("wireup.theme", %q) } catch {}`, theme)})
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
	proxy := serveProxied(t)
	p := openScripted(t, proxy.address, "/lessons/request", "light", 1440, 900)
	for _, v := range verdicts {
		p.says(exerciseMessage(v.verdict, v.progress))
		p.until(card + `.innerText.includes(` + quoted(v.say) + `)`)
		if got := eval[string](p, card+`.dataset.stand`); got != v.stand {
			t.Errorf("%s: the card stands as %q; want %q", v.name, got, v.stand)
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
	proxy := serveProxied(t)
	for _, theme := range []string{"light", "dark", "projector"} {
		for _, size := range widths {
			t.Run(theme+"-"+size.name, func(t *testing.T) {
				p := openScripted(t, proxy.address, "/lessons/request", theme, size.width, size.height)
				for _, v := range verdicts {
					p.says(exerciseMessage(v.verdict, v.progress))
					p.until(card + `.innerText.includes(` + quoted(v.say) + `)`)
					eval[bool](p, `(`+card+`.scrollIntoView(), true)`)
					if theme == "light" && size.name == "wide" || v.name == "wrong" || v.name == "passed" {
						p.shoot("exercise-" + v.name + "-" + theme + "-" + size.name)
					}
					for _, fault := range axeIn(p, card) {
						t.Errorf("%s: axe-core: %s", v.name, fault)
					}
					if !eval[bool](p, `document.documentElement.scrollWidth <= innerWidth`) {
						t.Errorf("%s: the page scrolls sideways", v.name)
					}
				}
			})
		}
	}
}

func TestExerciseHelp(t *testing.T) {
	proxy := serveProxied(t)
	p := openScripted(t, proxy.address, "/lessons/request", "light", 1440, 900)
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
	getJSON(t, "http://"+address+"/wire/"+wire+"/log.json", &log)
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

