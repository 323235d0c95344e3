//go:build browser

package main

// Slides: the deck as somebody reads it alone, and what a projector asks of every slide there is.

import (
	"bytes"
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// measureJS says what is wrong with the text on a projector; slidesJS lays every slide of every lesson on one page.
var (
	//go:embed testdata/measure.js
	measureJS string
	//go:embed testdata/slides.js
	slidesJS string
)

func TestDeck(t *testing.T) {
	t.Parallel()
	proxy := serveProxied(t)
	p := newTab(t)
	slides := "http://" + proxy.address + "/lessons/frames/slides"
	p.do(chromedp.EmulateViewport(1280, 720), chromedp.Navigate(slides))
	p.until(`document.querySelector("wu-deck")?.at !== undefined`)
	at := func(want string) {
		t.Helper()
		if got := eval[string](p, `location.hash + " " + document.querySelector(".deck-where").textContent`); got != want {
			t.Errorf("the deck is at %q; want %q", got, want)
		}
	}
	key := func(keys ...string) {
		t.Helper()
		for _, k := range keys {
			p.do(chromedp.KeyEvent(k))
		}
	}
	at("#1 1 of 9")
	key(kb.ArrowRight)
	at("#2 2 of 9")
	key(kb.ArrowLeft, kb.PageDown, " ", kb.ArrowDown)
	at("#4 4 of 9")
	if got, want := eval[string](p, `document.title`), "Slide 4 of 9 · FIN ends a message, not a packet · wireup"; got != want {
		t.Errorf("the title is %q; want %q", got, want)
	}

	// Steps: each is an address of its own, and what waits for one isn't read either.
	waits := `[...document.querySelectorAll(".slide:not([hidden]) [data-step]")].map(n => n.checkVisibility({ visibilityProperty: true })).join()`
	for i, want := range []string{"false,false", "true,false", "true,true"} {
		if got := eval[string](p, waits); got != want {
			t.Errorf("at step %d what is shown of the steps is %s; want %s", i, got, want)
		}
		key(kb.ArrowRight)
	}
	at("#5 5 of 9")
	key(kb.ArrowLeft)
	at("#4.2 4 of 9")
	key(kb.ArrowUp)
	at("#4.1 4 of 9")
	if got := eval[string](p, `document.querySelector("wu-deck > [aria-live]").textContent`); !strings.HasPrefix(got, "Step 1 of 2. FIN marks the last frame") {
		t.Errorf("the live region says %q", got)
	}
	key(kb.End)
	at("#9 9 of 9")
	eval[bool](p, `(history.back(), true)`)
	p.until(`location.hash === "#4.1" && document.querySelector("wu-deck").at.step === 1`)
	eval[bool](p, `(history.forward(), true)`)
	p.until(`location.hash === "#9" && document.querySelector("wu-deck").at.slide === 9`)
	key(kb.Home)
	at("#1 1 of 9")

	// A lab goes on while other slides are shown, and keys are its own while somebody types in it.
	key(kb.ArrowRight)
	p.until(`document.querySelector("wu-echo-lab")?.dataset.state === "open"`)
	p.fill(`wu-echo-lab .send input`, "be +1 ? ")
	key(kb.ArrowLeft, kb.Home, kb.PageDown)
	at("#2 2 of 9")
	eval[bool](p, `(document.querySelector("wu-echo-lab .send button").focus(), true)`)
	key(" ") // presses it
	p.until(`document.querySelector("wu-deck").slide.innerText.includes("your page") || document.querySelector("wu-echo-lab .transcript td") !== null`)
	at("#2 2 of 9")
	eval[bool](p, `(document.querySelector("wu-echo-lab select").focus(), true)`)
	key(kb.End, "b")
	at("#2 2 of 9")
	eval[bool](p, `(document.activeElement.blur(), window.kept = document.querySelector("wu-echo-lab"), true)`)
	key(kb.PageDown, kb.PageUp)
	p.until(`document.querySelector("wu-echo-lab")?.dataset.state === "open"`) // the list took End for another library, and the lab opened anew
	if got := eval[string](p, `window.kept === document.querySelector("wu-echo-lab") ? window.kept.querySelector(".send input").value + window.kept.dataset.state : "another"`); got != "be +1 ? open" {
		t.Errorf("after another slide was shown the lab is %q; want it as it was", got)
	}

	// Blank, help, the wire, and the size.
	key("b")
	p.until(`document.querySelector(".deck-black").checkVisibility()`)
	key(kb.Escape)
	p.until(`!document.querySelector(".deck-black").checkVisibility()`)
	key("?")
	p.until(`document.querySelector(".deck-help").open`)
	key(kb.ArrowRight, kb.Escape)
	p.until(`!document.querySelector(".deck-help").open`)
	at("#2 2 of 9")
	key("i")
	p.until(`document.querySelector(".deck-panel wu-inspector .space [role=row]:not([hidden])")?.checkVisibility()`)
	eval[bool](p, `(document.querySelector(".deck-panel .space [role=row]:not([hidden])").click(), document.querySelector(".deck-panel .grid").focus(), true)`)
	key(kb.ArrowDown, kb.ArrowRight, kb.End)
	at("#2 2 of 9")
	key("i")
	p.until(`!document.querySelector(".deck-panel").checkVisibility()`)
	const label = `document.querySelector(".slide:not([hidden]) label")`
	size := `parseFloat(getComputedStyle(` + label + `).fontSize)`
	before := eval[float64](p, size)
	key("+", "+")
	if after := eval[float64](p, size); after < 1.2*before {
		t.Errorf("after + twice text stands at %v px; it was %v", after, before)
	}
	p.do(chromedp.Reload())
	p.until(`document.querySelector("wu-deck")?.at?.slide === 2 && ` + label + ` !== null`) // a lab's module comes when its slide is shown
	if after := eval[float64](p, size); after < 1.2*before {
		t.Errorf("after a reload text stands at %v px; want it as it was left", after)
	}
	p.do(chromedp.Navigate("http://" + proxy.address + "/lessons/masking/slides#4.2"))
	p.until(`document.querySelector("wu-deck")?.at?.step === 2`)
	if eval[string](p, `document.documentElement.style.getPropertyValue("--deck-size")`) != "1" {
		t.Error("another page took over the size")
	}

	// In all looks; a finger's width is enough for its buttons.
	inAllLooks(t, "document", func(t *testing.T, width, height int64) *tab {
		p := p.in(t)
		p.do(chromedp.EmulateViewport(width, height), chromedp.Navigate(slides+"#2"))
		p.until(`document.querySelector("wu-echo-lab")?.dataset.state === "open"`)
		return p
	}, func(p *tab, look string, _ bool) { p.shoot("slides-" + look) })
}

// TestProjector measures all slides in the projector's theme, at 1280 × 720, and with larger text.
func TestProjector(t *testing.T) {
	t.Parallel()
	proxy := serveProxied(t)
	p := newTab(t)
	p.do(chromedp.EmulateViewport(1280, 720), chromedp.Navigate("http://"+proxy.address+"/lessons/frames/slides"))
	p.until(`document.querySelector("wu-deck")?.at !== undefined`)
	p.wear("projector")
	eval[int](p, measureJS+slidesJS)
	for _, size := range []string{"1", "1.4"} {
		t.Run(size, func(t *testing.T) {
			p := p.in(t)
			faults := eval[[]string](p, fmt.Sprintf(`measureSlides(%s)`, size))
			slices.Sort(faults)
			for _, fault := range faults {
				t.Error(fault)
			}
		})
	}
	// The panel over a slide, with a frame opened in it.
	if faults := eval[[]string](p, `measurePanel()`); len(faults) > 0 {
		t.Errorf("the panel: %s", strings.Join(faults, "\n"))
	}
	p.shoot("slides-panel")
}

// TestPrint: on A4 nothing of the handout is wider than the page, or cut off, so that a browser
// neither clips it nor prints all of it smaller.
func TestPrint(t *testing.T) {
	t.Parallel()
	proxy := serveProxied(t)
	p := newTab(t)
	const width = 673 // pixels of A4 between its margins
	p.do(chromedp.EmulateViewport(width, 1000), chromedp.Navigate("http://"+proxy.address+"/print?notes=1"))
	if _, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"}); err != nil {
		t.Fatal(err)
	}
	for _, fault := range eval[[]string](p, fmt.Sprintf(`[...document.querySelectorAll(".handout *")].filter(n => n.checkVisibility() && !n.closest(".visually-hidden, svg")).flatMap(n => {
		const name = n.localName + "." + n.className + " in " + (n.closest("article")?.id ?? "the front") + ": " + n.textContent.trim().slice(0, 60);
		const { left, right } = n.getBoundingClientRect();
		if (left < -1 || right > %d + 1) return [name + ": to " + Math.round(right)];
		const cut = getComputedStyle(n).overflow !== "visible" && n.clientWidth > 1 && (n.scrollWidth > n.clientWidth + 1 || n.scrollHeight > n.clientHeight + 1);
		return cut ? [name + ": " + n.scrollWidth + "×" + n.scrollHeight + " in " + n.clientWidth + "×" + n.clientHeight] : [];
	})`, width)) {
		t.Error(fault)
	}
	css := true
	paper, err := chromedp.Call(p.ctx, page.PrintToPDF, page.PrintToPDFParams{PreferCSSPageSize: &css})
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(paper.Data, []byte("%PDF-")) || bytes.Count(paper.Data, []byte("/MediaBox [0 0 594.95996 841.91998]")) < 13 {
		t.Errorf("the handout isn't printed on A4: %d bytes, beginning with %.8q", len(paper.Data), paper.Data)
	}
	p.clean(`document.getElementById("lesson-frames")`) // one lesson: all are laid out by one template, and the whole takes the rules half a minute
}
