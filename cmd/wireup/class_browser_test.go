//go:build browser

package main

// A whole class as it is held: a presenter, a projector and five viewers, each a page of its own browser
// context, from joining to the last show of hands.

import (
	"fmt"
	"image"
	"image/color"
	"image/png"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

const classSecret = "rehearsal-secret-of-twenty-six"

// rehearsal is a class and who is in it.
type rehearsal struct {
	*testing.T
	address, code string
	desk, screen  *tab
	viewers       []*tab
	asked         atomic.Int64 // requests of all their pages
}

// at is where a page's deck is, such as frames/2.1.
const deckAt = `(({ at }) => at && at.lesson + "/" + at.slide + "." + at.step)(document.querySelector("main wu-deck:not([still])"))`

// where waits until pages are at a place.
func (r *rehearsal) where(place string, pages ...*tab) {
	r.Helper()
	for _, p := range pages {
		p.until(deckAt + ` === ` + quoted(place))
	}
}

func (r *rehearsal) all() []*tab { return append([]*tab{r.desk, r.screen}, r.viewers...) }

// open opens a page of the class at a size.
func (r *rehearsal) open(path string, width, height int64) *tab {
	r.Helper()
	p := r.tab(newTab(r.T))
	p.do(chromedp.EmulateViewport(width, height), chromedp.Navigate("http://"+r.address+path))
	return p
}

// tab makes a page one for the class, of which each request that leaves for anywhere but the program fails the test.
func (r *rehearsal) tab(p *tab) *tab {
	r.Helper()
	at := func(address string) {
		u, err := url.Parse(address)
		switch {
		case err != nil:
			r.Errorf("a page asked for %q: %v", address, err)
		case u.Scheme == "data" || u.Scheme == "blob":
		case u.Host != r.address:
			r.Errorf("a page asked for %s, which is not on %s", address, r.address)
		default:
			r.asked.Add(1)
		}
	}
	err := chromedp.Listen(p.ctx, func(ev any) {
		switch ev := ev.(type) {
		case *network.EventRequestWillBeSent:
			at(ev.Request.URL)
		case *network.EventWebSocketCreated:
			at(ev.URL)
		}
	})
	if err != nil {
		r.Fatal(err)
	}
	if _, err := chromedp.Call(p.ctx, network.Enable, network.EnableParams{}); err != nil {
		r.Fatal(err)
	}
	return p
}

// polling is the viewer whose network lets no WebSocket through.
const polling = 2

const noSockets = `globalThis.WebSocket = class extends EventTarget {
	static OPEN = 1;
	readyState = 3;
	constructor() { super(); setTimeout(() => this.dispatchEvent(new CloseEvent("close", { code: 1006 }))) }
	close() {}
}`

func (r *rehearsal) join(width, height int64, without bool) *tab {
	r.Helper()
	p := r.tab(newTab(r.T))
	p.do(chromedp.EmulateViewport(width, height))
	if without {
		if _, err := chromedp.Call(p.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: noSockets}); err != nil {
			r.Fatal(err)
		}
	}
	p.do(chromedp.Navigate("http://" + r.address + "/C/" + strings.ToUpper(r.code)))
	p.until(`document.querySelector(".whoami")?.textContent.includes("You are")`)
	return p
}

// lands waits until a page that goes elsewhere by itself is there: what asked meanwhile is asked again.
func (p *tab) lands(expression string) {
	p.t.Helper()
	for {
		_, err := inPage(p, chromedp.Poll[bool](expression, chromedp.WithPollingTimeout(15*time.Second), chromedp.WithPollingInterval(askAgain)))
		if err == nil {
			return
		}
		if !strings.Contains(err.Error(), "navigated") {
			p.shoot("failed-" + p.t.Name())
			p.t.Fatalf("waiting for %s: %v", expression, err)
		}
	}
}

// readable: a part of the screen is as large as a projector asks, in pixels for words.
func (r *rehearsal) readable(part string, least int) {
	r.Helper()
	for _, fault := range eval[[]string](r.screen, fmt.Sprintf(`(() => { %s return measure(document.querySelector(%q), 1, %d) })()`, measureJS, part, least)) {
		r.Errorf("%s on the screen: %s", part, fault)
	}
}

// key presses a key on a page, where nobody types in a field.
func (p *tab) key(keys string) {
	p.t.Helper()
	eval[bool](p, `(document.activeElement?.blur(), true)`)
	p.do(chromedp.KeyEvent(keys))
}

// reads waits until an element's text contains words.
func (p *tab) reads(selector, words string) {
	p.t.Helper()
	p.until(fmt.Sprintf(`document.querySelector(%q)?.innerText.includes(%q)`, selector, words))
}

func TestClassRehearsal(t *testing.T) {
	address, stop := start(t, "--presenter", classSecret)
	r := &rehearsal{T: t, address: address}

	// The presenter's link makes a class; its secret leaves the address.
	r.desk = r.open("/present#"+classSecret, 1440, 900)
	r.desk.lands(`location.pathname.endsWith("/present") && location.pathname.startsWith("/classes/") && document.querySelector(".this-slide")?.at !== undefined`)
	r.code = eval[string](r.desk, `location.pathname.split("/")[2]`)
	screen := eval[string](r.desk, `JSON.parse(localStorage["wireup.classes"])[`+quoted(r.code)+`].screen`)
	// The screen is a window of the presenter's browser.
	r.screen = r.tab(tabIn(r.T, r.desk.life))
	r.screen.do(chromedp.EmulateViewport(1280, 720), chromedp.Navigate("http://"+r.address+"/classes/"+r.code+"/screen#"+screen))
	r.screen.until(deckAt + ` !== undefined`)
	for i := range 5 {
		size := [2]int64{390, 844}
		if i >= 3 {
			size = [2]int64{1440, 900}
		}
		r.viewers = append(r.viewers, r.join(size[0], size[1], i == polling))
	}
	r.viewers[polling].reads(".link-light", "by long polling")
	r.viewers[0].reads(".link-light", "by WebSocket")
	r.screen.reads(".screen-here", "5 are here")
	r.shoot("begun")
	r.readable(".screen-edge", 28)
	t.Run("QR", r.qr)
	t.Run("Tall", r.tall)

	r.steps()
	r.lab()
	r.presses()
	r.late()
	r.wander()
	r.hands()
	r.questions()
	r.exercise()
	r.spotlight()
	r.wheel()
	r.undo()
	r.last()
	if r.asked.Load() == 0 {
		t.Error("no request of any page was seen")
	}
	t.Logf("%d requests, all to the program", r.asked.Load())
	if status, said := stop(); status != exitOK {
		t.Errorf("exit %d: %s", status, said)
	}
	r.alone()
}

// shoot takes pictures of the presenter's page, the screen, a phone and a laptop.
func (r *rehearsal) shoot(stage string) {
	r.desk.shoot("class-" + stage + "-desk")
	r.screen.shoot("class-" + stage + "-screen")
	r.viewers[0].shoot("class-" + stage + "-phone")
	r.viewers[3].shoot("class-" + stage + "-laptop")
}

// qr: a phone in the last row reads the address off the screen, of which its picture has a sixteenth.
func (r *rehearsal) qr(t *testing.T) {
	zbar, err := exec.LookPath("zbarimg")
	if err != nil {
		t.Skip("zbarimg is not installed (Debian: apt-get install zbar-tools)")
	}
	shot, err := os.Open(r.screen.in(t).shoot("class-screen-qr"))
	if err != nil {
		t.Fatal(err)
	}
	defer shot.Close()
	whole, err := png.Decode(shot)
	if err != nil {
		t.Fatal(err)
	}
	small, err := os.Create(filepath.Join(t.TempDir(), "small.png"))
	if err != nil {
		t.Fatal(err)
	}
	defer small.Close()
	if err := png.Encode(small, quarter(whole)); err != nil {
		t.Fatal(err)
	}
	got, err := exec.Command(zbar, "--quiet", "--raw", small.Name()).Output()
	if want := strings.ToUpper("http://" + r.address + "/c/" + r.code); strings.TrimSpace(string(got)) != want {
		t.Errorf("the QR code at a quarter of its size reads %q, %v; want %q", got, err, want)
	}
}

// quarter is a picture at a quarter of its size: each pixel the mean of sixteen.
func quarter(whole image.Image) image.Image {
	size := whole.Bounds().Size().Div(4)
	small := image.NewGray(image.Rectangle{Max: size})
	for y := range size.Y {
		for x := range size.X {
			sum := 0
			for i := range 16 {
				sum += int(color.GrayModel.Convert(whole.At(4*x+i%4, 4*y+i/4)).(color.Gray).Y)
			}
			small.SetGray(x, y, color.Gray{Y: uint8(sum / 16)})
		}
	}
	return small
}

// tall: a slide that is too tall beside the edge of the screen has the edge's width, too; none without a lab
// is cut off then, and what a lab has more scrolls. How to join stands there all the time.
func (r *rehearsal) tall(t *testing.T) {
	faults := eval[[]string](r.screen.in(t), `(async () => {
		const deck = document.querySelector("main wu-deck"), screen = document.querySelector("wu-class-screen"), view = deck.querySelector(".deck-view");
		const at = deck.at, faults = [];
		let folded = 0;
		const drawn = () => new Promise(requestAnimationFrame);
		const show = deck.show.bind(deck);
		deck.show = () => true; // the class stands still meanwhile
		for (const { id, slides } of deck.outline) {
			for (const [i, { steps, lab }] of slides.entries()) {
				show({ lesson: id, slide: i + 1, step: steps });
				while (deck.slide.querySelector(":not(:defined)")) await drawn();
				if (lab) await drawn();
				const line = screen.hasAttribute("data-line"), over = view.scrollHeight > view.clientHeight + 1;
				folded += line;
				if (over && !line) faults.push(id + "/" + (i + 1) + " is too tall, and the edge leaves it no room");
				if (over && lab === undefined) faults.push(id + "/" + (i + 1) + " is cut off: " + view.scrollHeight + " px in " + view.clientHeight);
				if (document.documentElement.scrollHeight > innerHeight) faults.push(id + "/" + (i + 1) + ": the window scrolls, and not the slide");
				const code = document.querySelector(".screen-join b").getBoundingClientRect();
				if (code.height < 24 || code.bottom > innerHeight) faults.push(id + "/" + (i + 1) + ": how to join does not stand there");
			}
		}
		if (folded < 5) faults.push("only " + folded + " slides need the edge's room");
		delete deck.show;
		deck.show(at);
		return faults;
	})()`)
	for _, fault := range faults {
		t.Error(fault)
	}
}

// steps: everybody goes where the presenter goes.
func (r *rehearsal) steps() {
	r.desk.key(kb.ArrowRight)
	r.where("request/2.0", r.all()...)
	r.desk.key("u")
	r.where("request/1.0", r.all()...)
	eval[bool](r.desk, `(() => { const jump = document.querySelector(".jump"); jump.value = "frames"; return jump.dispatchEvent(new Event("change")) })()`)
	r.where("frames/1.0", r.all()...)
	r.desk.key(kb.ArrowRight)
	r.where("frames/2.0", r.all()...)
	r.desk.key("b")
	r.screen.until(`document.querySelector("wu-deck").blank`)
	r.viewers[0].until(`!document.querySelector(".blank-note").hidden`)
	r.desk.key("b")
	r.viewers[0].until(`document.querySelector(".blank-note").hidden`)
	r.screen.until(`!document.querySelector("wu-deck").blank`)
}

const labInput = `document.querySelector(".slide:not([hidden]) wu-echo-lab input[type=text]")`

// lab: what the presenter sets is set for all, but for who has touched the lab.
func (r *rehearsal) lab() {
	own := r.viewers[1]
	own.until(labInput + ` !== null`)
	own.fill(".slide:not([hidden]) wu-echo-lab input[type=text]", "mine")
	r.desk.fill(".slide:not([hidden]) wu-echo-lab input[type=text]", "Hello, room")
	for _, p := range []*tab{r.screen, r.viewers[0], r.viewers[2], r.viewers[3], r.viewers[4]} {
		p.until(labInput + `?.value === "Hello, room"`)
	}
	own.reads(".touched", "no longer follows")
	if got := eval[string](own, labInput+`.value`); got != "mine" {
		r.Errorf("the lab of somebody who touched it says %q; want what they typed", got)
	}
	r.shoot("lab")
}

const labButton = `document.querySelector(".slide:not([hidden]) wu-echo-lab .send button")`

// presses: what the presenter presses in the lab is pressed on the screen, and by everybody when asked.
func (r *rehearsal) presses() {
	counts := `(` + labButton + `.addEventListener("click", () => globalThis.presses = (globalThis.presses ?? 0) + 1), true)`
	for _, p := range r.all() {
		eval[bool](p, counts)
	}
	r.desk.do(chromedp.Click(chromedp.CSS(".this-slide .slide:not([hidden]) wu-echo-lab .send button")))
	r.screen.until(`globalThis.presses === 1`)
	r.desk.key("e")
	for _, p := range r.viewers {
		p.until(`globalThis.presses === 1`)
	}
	for _, p := range []*tab{r.desk, r.screen} {
		p.until(`globalThis.presses === 2`)
	}
	r.screen.key("i")
	r.screen.until(`document.querySelectorAll(".screen-room .tabs [role=tab]").length >= 5`)
	r.screen.key("i")
	// Both are made to scroll: the screen follows, though it is in another browser.
	eval[bool](r.screen, `(document.documentElement.style.setProperty("--deck-size", "2"), true)`)
	eval[bool](r.desk, `(view => { view.style.maxHeight = "9rem"; view.scrollTop = 9999; return true })(document.querySelector(".this-slide .deck-view"))`)
	r.screen.until(`document.querySelector(".deck-view").scrollTop > 50`)
	eval[bool](r.screen, `(document.documentElement.style.removeProperty("--deck-size"), true)`)
	eval[bool](r.desk, `(document.querySelector(".this-slide .deck-view").style.removeProperty("max-height"), true)`)
	r.desk.key("j")
	r.screen.until(`!document.querySelector("wu-class-screen").hasAttribute("data-line") && document.querySelector(".screen-qr").checkVisibility()`)
	r.desk.key("j")
	r.screen.until(`document.querySelector("wu-class-screen").hasAttribute("data-line")`)
	r.desk.key("j")
}

// late: who comes late, or again, is at the step and the lab of now within a second.
func (r *rehearsal) late() {
	late := r.open("/classes/"+r.code, 720, 720)
	landed := `new Promise(done => { const look = () => (` + deckAt + ` === "frames/2.0" && ` + labInput + `?.value === "Hello, room") ? done(performance.now()) : requestAnimationFrame(look); look() })`
	for _, way := range []string{"comes", "reloads"} {
		took := eval[float64](late, landed)
		r.Logf("who %s late is at the step %.0f ms after the page was asked for", way, took)
		if took > 1000 && !raceDetected() {
			r.Errorf("who %s is at the step after %.0f ms; want a second", way, took)
		}
		late.do(chromedp.Reload())
	}
	late.fits()
	late.shoot("class-late")
	late.do(chromedp.Navigate("about:blank"))
	r.screen.reads(".screen-here", "5 are here")
}

// wander: who goes elsewhere is told where the class is, and goes back.
func (r *rehearsal) wander() {
	p := r.viewers[0]
	p.press(".deck-turn", "→")
	r.where("frames/3.0", p)
	r.desk.key(kb.ArrowLeft)
	r.where("frames/1.0", r.desk, r.viewers[3])
	p.reads(".back-to-live", "lesson 8, slide 1 of")
	p.shoot("class-wander-phone")
	p.press(".class-main", "Back to live")
	r.where("frames/1.0", p)
	p.until(`document.querySelector(".back-to-live").hidden`)
	r.desk.key(kb.ArrowRight)
	r.where("frames/2.0", r.all()...)
}

// poll asks for a show of hands as the presenter does.
func (r *rehearsal) poll(typed string) {
	r.desk.press(".desk-tabs", "Hands")
	r.desk.fill(".poll-form input", typed)
	r.desk.press(".poll-form", "Ask")
	for _, p := range r.viewers {
		p.until(`document.querySelectorAll(".poll button.option").length > 0`)
	}
}

// hands: hidden until closed, one vote each, which may change.
func (r *rehearsal) hands() {
	r.desk.key("h")
	for i, p := range r.viewers {
		p.reads(".poll h2", "Five letters")
		p.press(".poll", fmt.Sprint(1+i%2))
	}
	r.desk.reads(".poll-state", "5 hands of 5")
	r.viewers[1].press(".poll", "1")
	r.desk.until(`[...document.querySelectorAll(".desk-poll .hand-count")].map(c => c.textContent.trim()).join() === "4 · 80%,1 · 20%,0 · 0%,0 · 0%"`)
	if eval[int](r.screen, `document.querySelectorAll(".hand-bars").length`) != 0 {
		r.Error("the screen shows a result that is not closed")
	}
	r.shoot("hands-open")
	r.readable(".poll", 28)
	r.desk.key("h")
	for _, p := range []*tab{r.screen, r.viewers[0]} {
		p.until(`[...document.querySelectorAll(".poll .hand-count")].map(c => c.textContent.trim()).join() === "4 · 80%,1 · 20%,0 · 0%,0 · 0%"`)
	}
	r.shoot("hands-closed")
	r.readable(".poll", 28)
	r.desk.key("h")
	r.screen.until(`document.querySelector(".poll").hidden`)
}

// questions: asked, voted up, answered; and the pace.
func (r *rehearsal) questions() {
	r.viewers[2].fill(".ask-form input", "Why is the mask four bytes?")
	r.viewers[2].press(".ask-form", "Ask")
	r.viewers[3].until(`document.querySelector(".questions .class-up") !== null`)
	r.viewers[3].press(".questions", "▲")
	r.viewers[4].press(".pace-buttons", "Too fast")
	r.viewers[3].press(".pace-buttons", "Too fast")
	r.desk.press(".desk-tabs", "Questions")
	r.desk.until(`document.querySelector(".of-questions .class-up")?.textContent === "1"`)
	r.desk.reads(".pace-gauge", "2 too fast")
	r.shoot("questions")
	r.desk.press(".of-questions", "Answered")
	r.viewers[2].until(`document.querySelector(".questions .answered") !== null`)
	r.desk.key("p")
	r.desk.reads(".lesson-left", "questions")
	r.desk.key("p")
	r.desk.until(`!document.querySelector(".lesson-left").textContent.includes("questions")`)
}

// exercise: everybody does one, and the presenter sees who is not done.
func (r *rehearsal) exercise() {
	r.desk.press(".desk-tabs", "Exercise")
	r.desk.press(".of-activity", "Begin")
	for _, p := range []*tab{r.viewers[0], r.viewers[3]} {
		p.until(`document.querySelector(".activity wu-exercise .word code")?.textContent.includes("-")`)
	}
	// One of them passes: with the three lengths that the exercise asks for.
	for _, chip := range []string{"125 B", "126 B", "65 536 B"} {
		r.viewers[3].press(".activity wu-echo-lab .presets", chip)
	}
	r.desk.reads(".of-activity", "1 of 5 have passed")
	r.desk.reads(".board", "✓ 1 passed")
	r.desk.reads(".of-activity", "Hint to all")
	r.desk.press(".of-activity", "Hint to all")
	r.viewers[0].reads(".given-hints", "Hint 1")
	r.shoot("exercise")
	r.readable(".screen-edge", 28)
	r.desk.press(".of-activity", "End the exercise")
	r.viewers[0].until(`document.querySelector(".activity").hidden`)
}

// spotlight: a viewer's frame for all, its text when the presenter shows it.
func (r *rehearsal) spotlight() {
	r.desk.press(".desk-tabs", "Frames")
	r.screen.key("i")
	r.viewers[3].press(".slide:not([hidden]) wu-echo-lab", "Send")
	r.screen.until(`[...document.querySelectorAll(".screen-room .space [role=row]:not([hidden])")].some(r => r.textContent.includes("48 65 6c 6c 6f"))`)
	r.screen.until(`document.querySelector(".screen-room [role=treegrid] [aria-selected=true]") !== null`)
	if name := eval[string](r.viewers[3], `document.querySelector(".whoami b").textContent`); !eval[bool](r.screen, `document.querySelector(".screen-room .tabs").innerText.includes(`+quoted(name)+`)`) {
		r.Errorf("no connection of the room is %s's", name)
	}
	if text := eval[string](r.screen, `document.querySelector(".screen-room").innerText`); strings.Contains(text, "Hello, room") {
		r.Errorf("the room's frames tell what somebody wrote: %q", text)
	}
	r.screen.until(`document.querySelector(".screen-room .hexes") !== null`) // the newest stands open, bit by bit
	r.screen.shoot("class-room-screen")
	r.readable(".screen-room:not([hidden])", 24)
	r.screen.key("i")
	sent := `[...document.querySelectorAll(".room-frames li")].find(li => li.innerText.includes("↑") && li.innerText.includes("text frame, 11 bytes"))`
	r.desk.until(sent + ` !== undefined`)
	eval[bool](r.desk, `(`+sent+`.querySelector("button").click(), true)`)
	r.screen.until(`!document.querySelector(".spot").hidden && document.querySelector(".spot-hex").textContent.length > 10`)
	if text := eval[string](r.screen, `document.querySelector(".spot").innerText`); strings.Contains(text, "Hello, room") {
		r.Errorf("the spotlight shows text before the presenter does: %q", text)
	}
	r.desk.reads(".of-room", "Show its text")
	r.desk.press(".of-room", "Show its text")
	r.viewers[0].reads(".spot-text", "Hello, room")
	r.shoot("spotlight")
	r.readable(".spot", 28)
	r.desk.press(".of-room", "Out of the spotlight")
	r.screen.until(`document.querySelector(".spot").hidden`)
}

// wheel: asked for, given, used, taken back.
func (r *rehearsal) wheel() {
	guest := r.viewers[4]
	guest.press(".wheel", "I would like to drive")
	r.desk.until(`document.querySelector(".asks button") !== null`)
	r.desk.shoot("class-wheel-asked")
	r.desk.press(".asks", "Give the wheel")
	guest.lands(`location.pathname.endsWith("/present") && document.querySelector(".this-slide")?.at !== undefined`)
	r.where("frames/2.0", guest)
	guest.key(kb.ArrowRight)
	r.where("frames/3.0", r.desk, r.screen, r.viewers[0], r.viewers[3])
	guest.shoot("class-wheel-guest")
	r.desk.reads(".asks", "Take the wheel back")
	r.desk.press(".asks", "Take the wheel back")
	guest.lands(`!location.pathname.endsWith("/present") && document.querySelector(".whoami")?.textContent.includes("You are")`)
	r.where("frames/3.0", guest)
}

// undo returns to the exact step: into the middle of a slide.
func (r *rehearsal) undo() {
	eval[bool](r.desk, `(() => { const jump = document.querySelector(".jump"); jump.value = "request"; return jump.dispatchEvent(new Event("change")) })()`)
	for range 3 {
		r.desk.key(kb.ArrowRight)
	}
	r.where("request/3.1", r.all()...)
	if got := eval[int](r.viewers[0], `document.querySelectorAll(".slide:not([hidden]) [data-step][data-waits]").length`); got != 2 {
		r.Errorf("%d steps of the slide wait on a phone; want 2", got)
	}
	r.desk.key(kb.Home)
	r.where("request/1.0", r.all()...)
	r.desk.key("u")
	r.where("request/3.1", r.all()...)
}

// last is the last show of hands, and the end.
func (r *rehearsal) last() {
	r.poll("Would you come again?")
	for _, p := range r.viewers {
		p.press(".poll", "1")
	}
	r.desk.reads(".poll-state", "5 hands of 5")
	r.desk.press(".desk-poll", "Close and show")
	r.screen.until(`document.querySelector(".poll .hand-count")?.textContent === "5 · 100%"`)
	r.shoot("last")
	for _, p := range r.all() {
		p.fits()
	}
	for _, p := range []*tab{r.desk, r.screen, r.viewers[0]} {
		p.clean("document")
	}
}

// alone: the server is gone, and the presenter goes on, with the lab's recorded session.
func (r *rehearsal) alone() {
	for _, p := range []*tab{r.desk, r.screen} {
		p.until(`document.querySelector(".link-light[data-is=gone], .screen-link:not([hidden])") !== null`)
	}
	// One key plays it, here and on the screen, and stops it.
	const replay = `(sign => sign !== undefined && document.elementFromPoint(sign.x + 9, sign.y + 9)?.closest(".replay") !== null)(document.querySelector(".replay .sign")?.getBoundingClientRect())`
	for range 2 {
		r.desk.key("r")
		for _, p := range []*tab{r.desk, r.screen} {
			p.until(replay + ` && document.querySelectorAll(".replay .space [role=row]:not([hidden])").length > 2`)
		}
		r.desk.key("r")
		for _, p := range []*tab{r.desk, r.screen} {
			p.until(`!` + replay)
		}
	}
	r.desk.key("r")
	r.screen.until(replay)
	r.screen.press(".replay-banner", "All at once")
	r.screen.until(`document.querySelector(".replay .place").textContent.startsWith(document.querySelector(".replay .place").textContent.split(" ").at(-1))`)
	r.screen.until(`document.querySelector(".replay .details").innerText.includes("The server sent 20 bytes of body")`)
	r.screen.shoot("class-alone-replay")
	r.readable(".replay", 24)
	r.screen.press(".replay-banner", "Back to the slide")
	r.screen.until(`!` + replay + ` && document.querySelector(".deck-view").checkVisibility()`)
	r.desk.key(kb.ArrowRight)
	r.where("request/3.2", r.desk)
	r.desk.reads(".class-told", "go on alone")
	r.viewers[0].reads(".link-light", "the line is down")
	r.desk.shoot("class-alone-desk")
	r.screen.shoot("class-alone-screen")
}
