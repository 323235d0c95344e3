//go:build browser

package main

// The home page as a reader comes back to it: where to go on, what to do again, and progress that
// is carried elsewhere. What the server says of exercises is the test's own.

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// stands is a message on an exercise of lesson 1.
func stands(id, state, progress string) string {
	return fmt.Sprintf(`{"kind":"exercise","lesson":"request","id":%q,"revision":2,"word":"plum-41","verdict":{"state":%q},"progress":%s}`, id, state, progress)
}

// someProgress is a reader's in the middle of lesson 1.
var someProgress = []string{
	stands("raw-get", "not yet", `{"passed":2,"at":"2026-11-20T10:00:00Z","missed":1,"kept":true}`),
	stands("header-tax", "not yet", `{"hints":2,"missed":3}`),
	stands("no-host", "not yet", `{"passed":1,"changed":true,"at":"2026-11-19T10:00:00Z","kept":true}`),
}

func TestHomeProgress(t *testing.T) {
	t.Parallel()
	proxy := serveProxied(t)
	inAllLooks(t, "document", func(t *testing.T, width, height int64) *tab {
		p := openScripted(t, proxy.address, "/", width, height)
		if asked := p.asked(); len(asked) != 1 || !strings.HasSuffix(asked[0], "/exercises") {
			t.Errorf("the page asked for %q; want the exercises of all lessons", asked)
		}
		p.says(someProgress...)
		p.until(`document.querySelector("wu-progress .sum")?.textContent.startsWith("1 of 3 exercises passed")`)
		if got, want := eval[string](p, `document.querySelector("wu-continue a").textContent`), "What your browser pays"; !strings.HasPrefix(got, "Continue: ") || !strings.Contains(got, want) {
			t.Errorf("the way on is %q; want %q in it", got, want)
		}
		redo := eval[string](p, `document.querySelector("wu-progress .redo").innerText`)
		for _, want := range []string{"one try was wrong", "3 tries were wrong; you took 2 hints", "it has changed since you passed"} {
			if !strings.Contains(redo, want) {
				t.Errorf("what to do again lacks %q:\n%s", want, redo)
			}
		}
		eval[bool](p, `(document.querySelector("li[data-lesson=request] details").open = document.querySelector(".elsewhere").open = true)`)
		return p
	}, func(p *tab, look string, _ bool) {
		p.shoot("progress-" + look)
	})
}

func TestStoreAway(t *testing.T) {
	t.Parallel()
	proxy := serveProxied(t)
	for _, path := range []string{"/", "/lessons/request"} {
		p := openScripted(t, proxy.address, path, 1440, 900)
		p.says(someProgress...)
		p.until(`document.querySelector("wu-progress .stand") !== null`)
		if eval[bool](p, `document.body.innerText.includes("Progress isn’t being kept")`) {
			t.Errorf("%s says that progress isn't kept; it is", path)
		}
		p.says(`{"kind":"keeping","ok":false,"why":"The store can’t be reached."}`)
		p.until(`document.querySelector("wu-progress .keeping").innerText === "Progress isn’t being kept. The store can’t be reached."`)
		p.shoot("store-away" + strings.ReplaceAll(path, "/", "-"))
		p.says(`{"kind":"keeping","ok":true}`)
		p.until(`document.querySelector("wu-progress .keeping").innerText === ""`)
	}
}

// TestStorageBlocked: a browser that stores nothing goes on, and says what it costs.
func TestStorageBlocked(t *testing.T) {
	t.Parallel()
	proxy := serveProxied(t)
	p := newTab(t)
	_, err := chromedp.Call(p.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
		Source: `Object.defineProperty(window, "localStorage", { get() { throw new DOMException("blocked", "SecurityError") } })`})
	if err != nil {
		t.Fatal(err)
	}
	p.do(chromedp.EmulateViewport(1440, 900), chromedp.Navigate("http://"+proxy.address+"/lessons/request"))
	p.until(`document.querySelector("wu-progress .keeping")?.innerText.startsWith("Progress isn’t being kept. This browser stores nothing")`)
	p.until(`document.querySelector("#exercise-raw-get wu-terminal code").textContent.includes("wire=")`)
	p.shoot("storage-blocked")
	for _, fault := range axe(p) {
		t.Errorf("axe-core: %s", fault)
	}
	p.do(chromedp.Navigate("http://" + proxy.address + "/#wire=abcdefghijklm"))
	p.until(`document.querySelector("dialog[open]") !== null`)
	p.press("dialog", "Take it over")
	p.until(`document.querySelector("dialog .said").textContent.startsWith("This browser stores nothing")`)
}

func TestResumeAsksFirst(t *testing.T) {
	t.Parallel()
	proxy := serveProxied(t)
	p := newTab(t)
	const other = "abcdefghijklm"
	p.do(chromedp.EmulateViewport(1440, 900), chromedp.Navigate("http://"+proxy.address+"/"))
	mine := eval[string](p, `localStorage.getItem("wireup.wire")`)
	loaded := make(chan struct{}, 1)
	err := chromedp.Listen(p.ctx, func(ev any) {
		if _, ok := ev.(*page.EventLoadEventFired); ok {
			select {
			case loaded <- struct{}{}:
			default:
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, answer := range []string{"Keep my own", "Take it over"} {
		eval[bool](p, `(location.hash = "#wire=`+other+`", true)`)
		p.until(`document.querySelector("dialog[open]") !== null`)
		if got := eval[string](p, `document.querySelector("dialog").innerText`); !strings.Contains(got, other) || !strings.Contains(got, "/#wire="+mine) {
			t.Errorf("the page asks %q; want both wires in it", got)
		}
		p.shoot("resume-asks")
		for _, fault := range axeIn(p, `document.querySelector("dialog")`, allRules) {
			t.Errorf("axe-core: %s", fault)
		}
		if got := eval[string](p, `localStorage.getItem("wireup.wire")`); got != mine {
			t.Fatalf("the wire is %s before the reader has said so; want %s", got, mine)
		}
		p.press("dialog", answer)
		if answer == "Keep my own" {
			p.until(`document.querySelector("dialog") === null`)
		}
	}
	select {
	case <-loaded:
	case <-p.ctx.Done():
		t.Fatal("the page was not loaded again")
	}
	p.until(`localStorage.getItem("wireup.wire") === "` + other + `" && document.readyState === "complete" && document.querySelector(".resume code")?.textContent.endsWith("` + other + `")`)
	if got := eval[string](p, `location.hash`); got != "" {
		t.Errorf("the address still ends in %s", got)
	}
	eval[bool](p, `(location.hash = "#wire=`+other+`", true)`)
	p.until(`location.hash === ""`)
	if eval[bool](p, `document.querySelector("dialog") !== null`) {
		t.Error("the page asks about the wire that it has")
	}
}

// TestImport: a file of progress goes to the server as it is, and a refusal is told in its words.
func TestImport(t *testing.T) {
	t.Parallel()
	proxy := serveProxied(t)
	p := newTab(t)
	p.do(chromedp.EmulateViewport(1440, 900), chromedp.Navigate("http://"+proxy.address+"/"))
	p.until(`document.querySelector("input[type=file]") !== null`)
	choose := func(name, text string) {
		t.Helper()
		file := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		root, err := chromedp.Call(p.ctx, dom.GetDocument, dom.GetDocumentParams{})
		if err != nil {
			t.Fatal(err)
		}
		input, err := chromedp.Call(p.ctx, dom.QuerySelector, dom.QuerySelectorParams{NodeID: root.Root.NodeID, Selector: "input[type=file]"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := chromedp.Call(p.ctx, dom.SetFileInputFiles, dom.SetFileInputFilesParams{Files: []string{file}, NodeID: input.NodeID}); err != nil {
			t.Fatal(err)
		}
	}
	said := `document.querySelector("wu-progress .said").textContent`
	choose("big.json", strings.Repeat(" ", 64<<10+1))
	p.until(said + `.includes("is over 64 KiB")`)
	choose("wrong.json", `{"recipes":[]}`)
	p.until(said + `.includes("is no progress that wireup has exported")`)
	choose("mine.json", `{"exercises":{"request/raw-get":{"passed":1,"at":"2026-11-20T10:00:00Z"}}}`)
	p.until(said + `.includes("1 exercise is passed on this wire now")`)
	p.until(`document.querySelector("wu-progress .sum").textContent.startsWith("1 of ")`)
	href := eval[string](p, `document.querySelector("a[download]").href`)
	var exported struct {
		Exercises map[string]struct{ Passed int }
	}
	getJSON(t, href, &exported)
	if exported.Exercises["request/raw-get"].Passed != 1 {
		t.Errorf("the export lacks what was imported: %+v", exported)
	}
}
