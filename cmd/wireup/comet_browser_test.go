//go:build browser

package main

// Lesson 4 in Chromium: what a reader does with the lab, and each of its exercises passed as a
// reader would pass it.

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"wireup/lessons/exercise"
)

const (
	cometState = `document.querySelector("wu-comet-lab h3 [role=status]").textContent`
	cometHeld  = cometState + `.endsWith("a request is held")`
)

// openLab opens a lesson of held requests and waits for its lab.
func openLab(t *testing.T, address, lesson string) *tab {
	t.Helper()
	p := newTab(t)
	p.do(chromedp.EmulateViewport(1440, 1000), chromedp.Navigate("http://"+address+"/lessons/"+lesson))
	p.until(fmt.Sprintf(`document.querySelector("wu-%s-lab .lab-sums dd") !== null`, lesson))
	p.until(`document.querySelector("wu-inspector .tabs") !== null`)
	return p
}

// figure is one of a lab's figures, by its name.
func figure(lesson, name string) string {
	return fmt.Sprintf(`[...document.querySelectorAll("wu-%s-lab .lab-sums > div")].find(d => d.querySelector("dt").textContent === %q).querySelector("dd").textContent`, lesson, name)
}

// tick clicks the box of a lab whose label holds text.
func tick(p *tab, lesson, text string) {
	p.t.Helper()
	if !eval[bool](p, fmt.Sprintf(`(() => { const l = [...document.querySelectorAll("wu-%s-lab .options label")].find(l => l.textContent.includes(%q)); l?.querySelector("input").click(); return l !== undefined })()`, lesson, text)) {
		p.t.Fatalf("there is no box %q", text)
	}
}

// choose sets the select of a lab that has this option.
func choose(p *tab, lesson, value string) {
	p.t.Helper()
	if !eval[bool](p, fmt.Sprintf(`(() => { const s = [...document.querySelectorAll("wu-%s-lab select")].find(s => [...s.options].some(o => o.value === %q)); if (s) { s.value = %q; s.dispatchEvent(new Event("change", { bubbles: true })); } return s !== undefined })()`, lesson, value, value)) {
		p.t.Fatalf("there is no option %q", value)
	}
}

// takesUp begins an exercise and returns its word.
func takesUp(p *tab, id string) string {
	p.t.Helper()
	own := fmt.Sprintf(`document.querySelector("#exercise-%s")`, id)
	p.until(own + `?.querySelector(".chip.word code")?.textContent.match(/^[a-z]+-\d+$/) != null`)
	p.press("#exercise-"+id, "Do it here")
	word := eval[string](p, own+`.querySelector(".chip.word code").textContent`)
	p.until(fmt.Sprintf(`document.querySelector(".word-chip code").textContent === %q`, word))
	return word
}

// standsAs waits for how an exercise stands.
func standsAs(p *tab, id, stand string) {
	p.t.Helper()
	p.soon(fmt.Sprintf(`document.querySelector("#exercise-%s").dataset.stand === %q`, id, stand), 30*time.Second)
}

// wireOf is the wire of the page.
func wireOf(p *tab) string {
	p.t.Helper()
	return eval[string](p, `localStorage.getItem("wireup.wire")`)
}

func TestCometLab(t *testing.T) {
	t.Parallel()
	proxy := serveProxied(t)
	p := openLab(t, proxy.address, "comet")

	// Predicted: both. One of the two falls into the pause.
	eval[bool](p, `(document.querySelectorAll("wu-comet-lab .prediction input[type=radio]")[2].click(), true)`)
	p.press("wu-comet-lab", "Predict and fire")
	p.until(`document.querySelector("wu-comet-lab .fact.truth b")?.textContent === "one"`)
	if guess := eval[string](p, `document.querySelector("wu-comet-lab .fact.wrong b").textContent`); guess != "both" {
		t.Errorf("the guess that stays is %q", guess)
	}
	p.until(figure("comet", "lost") + ` === "1"`)
	p.until(`document.querySelector("wu-comet-lab .closer:not([hidden]) g.bar.lost") !== null`)

	// The cursor brings it back.
	p.until(cometHeld)
	tick(p, "comet", "cursor")
	p.until(figure("comet", "lost") + ` === "0" && ` + figure("comet", "delivered") + ` === "2"`)
	p.until(cometHeld)
	p.press("wu-comet-lab", "Fire two")
	p.until(figure("comet", "delivered") + ` === "4" && ` + figure("comet", "lost") + ` === "0"`)
	p.until(`document.querySelector("wu-comet-lab .timeline g.grows title")?.textContent.includes("since=4")`)
	for _, since := range []int{1, 2, 3, 4} {
		proxy.head(t, fmt.Sprintf("GET /lab/comet/free?wire=%s&since=%d ", wireOf(p), since))
	}
	p.shoot("comet-lab")

	// The row of a bar is a press away.
	eval[bool](p, `(document.querySelector("wu-comet-lab .timeline g.grows.leads").dispatchEvent(new MouseEvent("click", { bubbles: true })), true)`)
	p.until(`document.querySelector("wu-inspector .pane-details").textContent.includes("/lab/comet/free")`)

	// Nothing is left of it after a reset.
	began := time.Now()
	p.press("wu-comet-lab", "Reset")
	p.until(figure("comet", "requests") + ` === "0" && ` + figure("comet", "events happened") + ` === "0" && ` + cometState + `.endsWith("not asking")`)
	if took := time.Since(began); took > time.Second {
		t.Errorf("a reset took %s", took)
	}
	if eval[bool](p, `document.querySelector("wu-comet-lab .fact") !== null || !document.querySelector("wu-comet-lab .closer").hidden`) {
		t.Error("something of the prediction is left")
	}

	// What happens while nobody asks is only late for who keeps the cursor.
	p.press("wu-comet-lab", "Fire one")
	p.until(`document.querySelector("wu-comet-lab .said").textContent.includes("not asking")`)
	p.press("wu-comet-lab", "Start asking")
	p.until(figure("comet", "delivered") + ` === "1"`)
	p.press("wu-comet-lab", "Stop asking")
	p.until(cometState + `.endsWith("not asking")`)
}

func TestCometCutter(t *testing.T) {
	t.Parallel()
	address, stop := start(t, "--cut-time", "700ms")
	p := openLab(t, address, "comet")
	p.until(`document.querySelector("wu-comet-lab").textContent.includes("gives up after 0.7 s")`)
	tick(p, "comet", "intermediary")
	choose(p, "comet", "never")
	p.press("wu-comet-lab", "Start asking")
	p.until(`document.querySelector("wu-comet-lab .said").textContent.startsWith("The answer was 504")`)
	p.until(figure("comet", "requests") + ` === "1 (1 cut)"`)
	p.until(`document.querySelector("wu-comet-lab .timeline g.bar.error") !== null`)
	p.until(`[...document.querySelectorAll("wu-inspector .space [role=row]:not([hidden])")].some(r => r.textContent.includes("504"))`)
	// The inner hop is not on the reader's wire.
	var log struct{ Events []event }
	getJSON(t, "http://"+address+"/wire/"+wireOf(p)+"/log.json", &log)
	requests := 0
	for _, e := range log.Events {
		if e.Kind == "request" {
			requests++
		}
	}
	if requests != 1 {
		t.Errorf("the wire has %d requests; want one", requests)
	}
	choose(p, "comet", "a while")
	p.press("wu-comet-lab", "Start asking")
	p.until(cometState + `.includes("waits before it asks again")`)
	p.shoot("comet-cutter")
	if status, said := stop(); status != exitOK {
		t.Errorf("exit %d: %s", status, said)
	}
}

// TestCometExercises passes each exercise of the lesson from the page, and hold from a terminal's
// connection too.
func TestCometExercises(t *testing.T) {
	t.Parallel()
	address, stop := start(t, "--cut-time", "700ms")
	t.Run("hold", func(t *testing.T) {
		p := openLab(t, address, "comet")
		word := takesUp(p, "hold")
		p.press("wu-comet-lab", "Start asking")
		p.until(cometHeld)
		p.press("wu-comet-lab", "Fire one")
		standsAs(p, "hold", "wrong")
		p.press("wu-comet-lab", "Stop asking")
		// As curl does it: ask, wait for the time that is asked for, and fire.
		base := "http://" + address + "/lab/comet/"
		answered := make(chan string, 1)
		go func() {
			res, err := httpClient.Get(base + word + "?wire=" + wireOf(p))
			if err != nil {
				answered <- err.Error()
				return
			}
			defer res.Body.Close()
			b, _ := io.ReadAll(res.Body)
			answered <- string(b)
		}()
		<-time.After(5200 * time.Millisecond) // the exercise is about this time
		post(t, base+"control/fire?wire="+wireOf(p))
		if got := <-answered; !strings.Contains(got, word) {
			t.Errorf("answered %s", got)
		}
		standsAs(p, "hold", "passed")
	})
	t.Run("no-gap", func(t *testing.T) {
		p := openLab(t, address, "comet")
		takesUp(p, "no-gap")
		post(t, "http://"+address+"/lab/comet/control/random?mean=200&wire="+wireOf(p))
		tick(p, "comet", "cursor")
		p.press("wu-comet-lab", "Start asking")
		standsAs(p, "no-gap", "wrong")
		tick(p, "comet", "cursor")
		standsAs(p, "no-gap", "passed")
	})
	t.Run("survive", func(t *testing.T) {
		p := openLab(t, address, "comet")
		takesUp(p, "survive")
		tick(p, "comet", "intermediary")
		choose(p, "comet", "a while") // "at once" is wrong only while the page is quick: see TestCometMistakes
		p.press("wu-comet-lab", "Start asking")
		standsAs(p, "survive", "passed")
		p.shoot("comet-survived")
	})
	if status, said := stop(); status != exitOK {
		t.Errorf("exit %d: %s", status, said)
	}
}

// labReader does in a terminal what a reader may get wrong, at the words that a page shows.
type labReader struct {
	t                   *testing.T
	p                   *tab
	address, wire, word string
}

// mistake is one of the recorded ones, done again for the page to see.
type mistake struct {
	exercise, fixture string
	do                func(r *labReader)
	says              string // in the verdict
}

// url is the address of a lab, with the word and the wire.
func (r *labReader) url(lesson, query string) string {
	return fmt.Sprintf("http://%s/lab/%s/%s?wire=%s%s", r.address, lesson, r.word, r.wire, query)
}

// command tells a lab what to do.
func (r *labReader) command(lesson, what, query string) {
	r.t.Helper()
	post(r.t, fmt.Sprintf("http://%s/lab/%s/control/%s?wire=%s%s", r.address, lesson, what, r.wire, query))
}

// logged is how many events of a kind the wire has.
func (r *labReader) logged(kind string) (n int) {
	r.t.Helper()
	var log struct{ Events []struct{ Kind string } }
	getJSON(r.t, "http://"+r.address+"/wire/"+r.wire+"/log.json", &log)
	for _, e := range log.Events {
		if e.Kind == kind {
			n++
		}
	}
	return n
}

// awaits waits until the wire has so many events of a kind: what has come here is there a moment
// later, since the tap sees a write when it is over.
func (r *labReader) awaits(kind string, n int) {
	r.t.Helper()
	for end := time.Now().Add(15 * time.Second); r.logged(kind) < n; {
		if time.Now().After(end) {
			r.t.Fatalf("the wire has not %d events of the kind %s", n, kind)
		}
	}
}

// open asks, with header fields in pairs, and returns the answer's body once its head has come.
func (r *labReader) open(url string, fields ...string) io.ReadCloser {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.t.Context(), "GET", url, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	for i := 0; i+1 < len(fields); i += 2 {
		req.Header.Set(fields[i], fields[i+1])
	}
	before := r.logged("response")
	res, err := httpClient.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	r.awaits("response", before+1)
	return res.Body
}

// get asks and takes the answer whole.
func (r *labReader) get(url string) {
	r.t.Helper()
	before := r.logged("body")
	body := r.open(url)
	defer body.Close()
	switch n, err := io.Copy(io.Discard, body); {
	case err != nil:
		r.t.Error(err)
	case n > 0:
		r.awaits("body", before+1)
	}
}

// makes does each mistake under a word of its own, and sees the page say what was wrong.
func makes(t *testing.T, address, lesson string, list []mistake) {
	t.Helper()
	page := openLab(t, address, lesson)
	for _, m := range list {
		t.Run(m.exercise+"/"+m.fixture, func(t *testing.T) {
			p := page.in(t)
			chip := fmt.Sprintf(`document.querySelector("#exercise-%s .chip.word code")`, m.exercise)
			p.until(chip + `?.textContent.match(/^[a-z]+-\d+$/) != null`)
			old := eval[string](p, chip+`.textContent`)
			p.press("#exercise-"+m.exercise, "New word")
			p.until(chip + `.textContent !== ` + quoted(old))
			post(t, fmt.Sprintf("http://%s/lab/%s/control/reset?wire=%s", address, lesson, wireOf(p)))
			m.do(&labReader{t, p, address, wireOf(p), eval[string](p, chip+`.textContent`)})
			p.verdict(m.exercise, exercise.Wrong, m.says)
		})
	}
}

func TestCometMistakes(t *testing.T) {
	t.Parallel()
	address, stop := start(t, "--cut-time", "300ms")
	comet := func(queries ...string) func(r *labReader) {
		return func(r *labReader) {
			for _, q := range queries {
				r.get(r.url("comet", q))
			}
		}
	}
	fired := func(queries ...string) func(r *labReader) {
		return func(r *labReader) {
			r.command("comet", "fire", "&n=3")
			comet(queries...)(r)
		}
	}
	makes(t, address, "comet", []mistake{
		{"hold", "wrong-too-soon", fired("&since=0"), "Let the request wait for longer"},
		{"hold", "wrong-timeout", comet("&timeout=50"), "its answer was 204"},
		{"hold", "wrong-cut", comet("&through=cutter"), "The intermediary gave up after"},
		{"no-gap", "wrong-no-cursor", fired("&since=0", "&timeout=50"), "Add since=3"},
		{"no-gap", "wrong-always-zero", fired("&since=0", "&since=0"), "it comes twice"},
		{"no-gap", "wrong-one-more", fired("&since=0", "&since=4&timeout=50"), "What lies between is left out"},
		{"survive", "wrong-at-once", comet("&timeout=50", "&timeout=50"), "that becomes a storm"},
		{"survive", "wrong-late", func(r *labReader) {
			comet("&timeout=50")(r)
			<-time.After(3100 * time.Millisecond) // the exercise is about this time
			comet("&timeout=50")(r)
		}, "late by as much"},
		{"survive", "wrong-two", func(r *labReader) {
			before := r.logged("request")
			done := make(chan struct{})
			go func() { comet("&timeout=2000")(r); close(done) }()
			r.awaits("request", before+1)
			comet("&timeout=50")(r)
			<-done
		}, "while another was still held (1 request)"},
	})
	if status, said := stop(); status != exitOK {
		t.Errorf("exit %d: %s", status, said)
	}
}

// post sends a command as a terminal would.
func post(t *testing.T, url string) {
	t.Helper()
	res, err := httpClient.Post(url, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode >= 300 {
		t.Fatalf("POST %s: %s", url, res.Status)
	}
}

func TestCometLooks(t *testing.T) {
	t.Parallel()
	lookAt(t, "comet", "wu-comet-lab, wu-comet-lab .timeline, wu-terminal, #exercise-hold", func(p *tab) {
		p.until(`document.querySelector("wu-comet-lab .lab-sums dd") !== null`)
		eval[bool](p, `(document.querySelectorAll("wu-comet-lab .prediction input[type=radio]")[2].click(), true)`)
		p.press("wu-comet-lab", "Predict and fire")
		p.until(`document.querySelector("wu-comet-lab .fact.truth") !== null`)
		p.until(`document.querySelector("wu-comet-lab .closer:not([hidden]) g.bar.lost") !== null`)
	})
}
