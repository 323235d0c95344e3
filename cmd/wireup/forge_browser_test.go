//go:build browser

package main

// The frame forge in a real browser: bits are clicked, bytes are sent, and the page tells the end.

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// openForge opens lesson 8 with its forge in sight.
func openForge(t *testing.T, address string, width, height int64) *tab {
	t.Helper()
	p := newTab(t)
	p.do(chromedp.EmulateViewport(width, height), chromedp.Navigate("http://"+address+"/lessons/frames"))
	p.until(`document.querySelector("wu-forge .bit") !== null`)
	eval[bool](p, `(document.documentElement.style.scrollBehavior = "auto", document.querySelector("wu-forge").scrollIntoView(), true)`)
	return p
}

const (
	forgeHex  = `[...document.querySelectorAll("wu-forge .hexes .byte")].map(b => b.textContent).join(" ")`
	forgeBack = `document.querySelector("wu-forge .came").textContent`
)

// bit clicks a bit of the forge by its name.
func bit(p *tab, name string) {
	p.t.Helper()
	p.do(chromedp.Click(chromedp.CSS(fmt.Sprintf(`wu-forge [data-bit=%q]`, name))))
}

func TestForgeUnmasked(t *testing.T) {
	t.Parallel()
	address, stop := start(t)
	p := openForge(t, address, 1440, 1000)
	if got, want := eval[string](p, forgeHex), "81 85 37 fa 21 3d 7f 9f 4d 51 58"; got != want {
		t.Errorf("the forge begins with %s; want %s, as in RFC 6455 §5.7", got, want)
	}

	bit(p, "MASK")
	p.until(forgeHex + ` === "81 05 48 65 6c 6c 6f"`)
	if pressed := eval[string](p, `document.querySelector("wu-forge [data-bit=MASK]").getAttribute("aria-pressed")`); pressed != "false" {
		t.Errorf("MASK is 0, and aria-pressed is %q", pressed)
	}
	p.press("wu-forge", "Send these bytes")
	p.until(forgeBack + `.includes("close 1002 protocol error") && ` + forgeBack + `.includes("closed the TCP connection")`)
	p.until(`document.querySelector("wu-forge .violation")?.textContent.includes("A client must mask every frame")`)
	if got := eval[string](p, `document.querySelector("wu-forge .forge-answer pre").textContent`); !strings.HasPrefix(got, "88 3f 03 ea ") {
		t.Errorf("the answer in hex is %q; want a close frame with 1002", got)
	}
	// The frame stands open in the panel.
	p.until(`document.querySelector("wu-inspector .pane-details").textContent.includes("Breaks a rule")`)
	p.shoot("forge-unmasked")

	// What crossed is what the forge showed.
	var log struct{ Events []event }
	getJSON(t, "http://"+address+"/wire/"+eval[string](p, `localStorage.getItem("wireup.wire")`)+"/log.json", &log)
	sent := slices.IndexFunc(log.Events, func(e event) bool { return e.Kind == "frame" && e.Direction == "up" && e.Driver == "forge" })
	if sent < 0 || log.Events[sent].Bytes != "810548656c6c6f" {
		t.Errorf("the wire has %+v; want the unmasked frame, marked forge", log.Events)
	}

	// A frame that no message belongs to is found in the panel as well.
	p.press("wu-forge", "ping")
	p.press("wu-forge", "Send these bytes")
	p.until(forgeBack + `.includes("A pong came back, with the ping's 4 bytes.")`)
	p.until(`document.querySelector("wu-inspector .pane-details").textContent.includes("ping frame")`)

	// Nothing that can't be written is sent, and the fault is said.
	p.fill("wu-forge fieldset:nth-of-type(3) input", "37fa21")
	p.until(`document.querySelector("wu-forge .wrong").textContent.includes("eight hex digits")`)
	if !eval[bool](p, `document.querySelector("wu-forge [type=submit]").disabled`) {
		t.Error("a frame with half a key can be sent")
	}
	// The line for a terminal is the same order.
	p.press("wu-forge", "“Hello”, masked")
	want := `curl --json '{"upgrade":"/echo?breakdown=off","writes":[{"bytes":"818537fa213d7f9f4d5158"}]}' 'http://` + address + `/forge?wire=`
	if got := eval[string](p, `document.querySelector("wu-forge wu-terminal pre").textContent`); !strings.HasPrefix(got, want) {
		t.Errorf("the line is %q; want it to begin with %q", got, want)
	}
	if status, said := stop(); status != exitOK {
		t.Errorf("exit %d: %s", status, said)
	}
}

// TestForgeByKeyboard needs no pointer: Space switches a bit, Enter sends.
func TestForgeByKeyboard(t *testing.T) {
	t.Parallel()
	address, stop := start(t)
	p := openForge(t, address, 1440, 1000)
	eval[bool](p, `(document.querySelector("wu-forge [data-bit=FIN]").focus(), true)`)
	p.do(chromedp.KeyEvent(" "))
	p.until(forgeHex + `.startsWith("01 85 ")`)
	const payload = `wu-forge fieldset:nth-of-type(4) input`
	p.fill(payload, "Zoë")
	p.until(forgeHex + ` === "01 84 37 fa 21 3d 6d 95 e2 96"`)
	p.do(chromedp.KeyEvent("\r"))
	p.until(forgeBack + `.includes("“Zoë”. FIN is 0 here as well: the server waits for the rest")`)

	// Bytes that are no text stay in hex.
	choose := func(as string) {
		eval[bool](p, fmt.Sprintf(`(() => { const s = document.querySelector("wu-forge fieldset:nth-of-type(4) select"); s.value = %q; s.dispatchEvent(new Event("input", { bubbles: true })); return true })()`, as))
	}
	choose("hex")
	p.until(fmt.Sprintf(`document.querySelector(%q).value === "5a 6f c3 ab"`, payload))
	p.fill(payload, "5a ff")
	choose("text")
	p.until(`document.querySelector("wu-forge .wrong").textContent.includes("stay in hex")`)
	if got := eval[string](p, fmt.Sprintf(`document.querySelector(%q).value`, payload)); got != "5a ff" {
		t.Errorf("the payload is now %q", got)
	}
	if status, said := stop(); status != exitOK {
		t.Errorf("exit %d: %s", status, said)
	}
}

// TestForgePlan has several frames in one plan, cuts set by hand and by keyboard, and pauses.
func TestForgePlan(t *testing.T) {
	t.Parallel()
	address, stop := start(t)
	p := openForge(t, address, 1440, 1000)
	const strip = `[...document.querySelectorAll("wu-forge .cut-byte")]`
	const writes = `document.querySelector("wu-forge .forge-plan summary span").textContent`
	eval[bool](p, `(document.querySelector("wu-forge .forge-plan summary").click(), true)`)
	p.until(strip + `.length === 11 && ` + writes + ` === "1 frame in 1 write"`)

	// A pointer cuts before a byte, and Space before the one that the arrow keys lead to.
	eval[bool](p, strip+`[1].click(), true`)
	p.until(writes + ` === "1 frame in 2 writes"`)
	eval[bool](p, `(`+strip+`[1].focus(), true)`)
	for range 7 {
		p.do(chromedp.KeyEvent(kb.ArrowRight))
	}
	p.do(chromedp.KeyEvent(" "))
	p.until(writes + ` === "1 frame in 3 writes" && document.activeElement.getAttribute("aria-label") === "4d, byte 8 of frame 1, a write begins here"`)
	p.fill("wu-forge .forge-writes li:nth-child(2) input", "40")
	p.until(writes + ` === "1 frame in 3 writes, with 40 milliseconds of pauses"`)

	// A ping goes behind it, in a write of its own, and then another frame.
	p.press("wu-forge", "add a frame")
	p.until(`document.querySelectorAll("wu-forge .forge-frames button").length === 2`)
	eval[bool](p, `(() => { const s = document.querySelector("wu-forge fieldset select"); s.value = "9"; s.dispatchEvent(new Event("input", { bubbles: true })); return true })()`)
	p.press("wu-forge", "add a frame")
	p.press("wu-forge", "earlier")
	p.until(`[...document.querySelectorAll("wu-forge .forge-frames button")].map(b => b.textContent).join() === "1 · text,2 · text,3 · ping"`)
	p.press("wu-forge", "Send these bytes")
	p.until(`document.querySelectorAll("wu-forge .crossed li").length === 6`)
	want := "text text ping text text pong"
	if got := eval[string](p, `[...document.querySelectorAll("wu-forge .crossed button")].map(b => b.textContent.split(" ")[0]).join(" ")`); len(strings.Fields(got)) != 6 || strings.Count(got, "text") != 4 {
		t.Errorf("crossed %q, want in some order %q", got, want)
	}
	line := eval[string](p, `document.querySelector("wu-forge wu-terminal pre").textContent`)
	if want := `"writes":[{"bytes":"81"},{"bytes":"8537fa213d7f9f","pause":40},{"bytes":"4d5158"},{"bytes":"818537fa213d7f9f4d5158"},{"bytes":"898537fa213d7f9f4d5158"}]`; !strings.Contains(line, want) {
		t.Errorf("the line is %s; want in it %s", line, want)
	}
	// A cut by its number, and what can't be one.
	p.fill("wu-forge .forge-tools input[type=number]", "20")
	p.do(chromedp.KeyEvent(kb.Enter))
	p.until(`document.querySelector("wu-forge .wrong").textContent === "" && ` + strip + `[20].classList.contains("cut")`)
	p.fill("wu-forge .forge-tools input[type=number]", "33")
	eval[bool](p, `([...document.querySelectorAll("wu-forge .forge-tools button")].find(b => b.textContent === "cut").click(), true)`)
	p.until(`document.querySelector("wu-forge .wrong").textContent.includes("of 1 to 32")`)
	p.shoot("forge-plan")
	if status, said := stop(); status != exitOK {
		t.Errorf("exit %d: %s", status, said)
	}
}

// startFrom chooses a preset from the list of all.
func startFrom(p *tab, id string) {
	p.t.Helper()
	eval[bool](p, fmt.Sprintf(`(() => { const s = document.querySelector("wu-forge .presets select"); s.value = %q; s.dispatchEvent(new Event("change", { bubbles: true })); return s.value === %q })()`, id, id))
}

// TestForgePresetsOnPage takes every preset in the page, and its answer must be the one of the table.
func TestForgePresetsOnPage(t *testing.T) {
	t.Parallel()
	address, stop := start(t)
	p := openForge(t, address, 1440, 1000)
	ids := eval[[]string](p, `[...document.querySelectorAll("wu-forge .presets option")].map(o => o.value).filter(v => v !== "")`)
	if len(ids) < 20 {
		t.Fatalf("there are %d presets", len(ids))
	}
	for _, id := range ids {
		startFrom(p, id)
		p.until(`document.querySelector("wu-forge .preset-why").textContent !== "" && !document.querySelector("wu-forge [type=submit]").disabled`)
		p.press("wu-forge", "Send these bytes")
		p.until(forgeBack + `.includes("this preset must be answered") || ` + forgeBack + `.includes("This preset must be answered")`)
		if got := eval[string](p, forgeBack); !strings.Contains(got, "As this preset must be answered") {
			t.Errorf("%s: %s", id, got)
		}
	}
	if status, said := stop(); status != exitOK {
		t.Errorf("exit %d: %s", status, said)
	}
}

// TestForgeBoth sends the same bytes to the mirror and to gorilla.
func TestForgeBoth(t *testing.T) {
	t.Parallel()
	address, stop := start(t)
	p := openForge(t, address, 1440, 1000)
	for _, tt := range []struct{ id, marks string }{
		{"three-fragments", "merged merged merged"},
		{"ping-between", "merged hid merged"},
		{"length-5-in-16", "let pass"},
		{"invalid-utf8", "let pass"},
		{"close-body", "let pass"},
		{"unmasked", "refused"},
		{"length-top-bit", "refused"},
		{"takeover", " refused"},
		{"hello", ""},
	} {
		startFrom(p, tt.id)
		p.press("wu-forge", "Send them to gorilla")
		marks := `[...document.querySelectorAll("wu-forge .forge-both tbody tr")].map(r => r.dataset.mark ?? "").join(" ")`
		p.until(`document.querySelector("wu-forge .forge-both .said").textContent.startsWith("Of ") && document.querySelector("wu-forge .preset-why").textContent !== ""`)
		p.until(fmt.Sprintf(`%s === %q`, marks, tt.marks))
		p.shoot("forge-both-" + tt.id)
	}
	if status, said := stop(); status != exitOK {
		t.Errorf("exit %d: %s", status, said)
	}
}

// TestForgePaused: while the panel is paused, what was forged is found in it all the same.
func TestForgePaused(t *testing.T) {
	t.Parallel()
	address, stop := start(t)
	p := openForge(t, address, 1440, 1000)
	p.press("wu-forge", "Send these bytes")
	p.until(`document.querySelector("wu-inspector .pane-details").textContent.includes("text frame")`)
	p.press("wu-inspector", "Pause")
	p.press("wu-forge", "ping")
	p.press("wu-forge", "Send these bytes")
	p.until(`document.querySelector("wu-inspector .pane-details").textContent.includes("ping frame")`)
	p.press("wu-forge", "opcode 3")
	p.press("wu-forge", "Send these bytes")
	p.until(`document.querySelector("wu-inspector .pane-details").textContent.includes("Breaks a rule")`)
	p.press("wu-forge", "Show the frame in the panel")
	p.until(`document.querySelector("wu-inspector .pane-details").textContent.includes("Breaks a rule")`)
	p.shoot("forge-paused")
	if status, said := stop(); status != exitOK {
		t.Errorf("exit %d: %s", status, said)
	}
}

// TestForgePayloads takes a payload out of a file, and has one compressed.
func TestForgePayloads(t *testing.T) {
	t.Parallel()
	address, stop := start(t)
	p := openForge(t, address, 1440, 1000)
	choose := func(as string) {
		eval[bool](p, fmt.Sprintf(`(() => { const s = document.querySelector("wu-forge fieldset:nth-of-type(4) select"); s.value = %q; s.dispatchEvent(new Event("input", { bubbles: true })); return true })()`, as))
	}
	give := func(size int) {
		eval[bool](p, fmt.Sprintf(`(() => { const i = document.querySelector("wu-forge input[type=file]"), d = new DataTransfer(); d.items.add(new File([new Uint8Array(%d).fill(0xab)], "some.bin")); i.files = d.files; i.dispatchEvent(new Event("change", { bubbles: true })); return true })()`, size))
	}
	choose("file")
	p.until(`document.querySelector("wu-forge .wrong").textContent.includes("Choose a file")`)
	give(70_000)
	p.until(`document.querySelector("wu-forge .wrong").textContent.includes("one forge sends")`)
	give(300)
	p.until(forgeHex + `.startsWith("81 fe 01 2c 37 fa 21 3d 9c 51 8a 96")`)
	choose("hex")
	p.until(`document.querySelector("wu-forge fieldset:nth-of-type(4) input").value.startsWith("ab ab ")`)

	p.press("wu-forge", "“Hello”, masked")
	p.press("wu-forge", "compress this payload")
	p.until(forgeHex + `.startsWith("c1 ")`)
	p.press("wu-forge", "Send these bytes")
	p.until(forgeBack + `.includes("agreed to permessage-deflate.") && ` + forgeBack + `.includes("The mirror came back")`)
	p.until(`document.querySelector("wu-inspector .pane-details").textContent.includes("Hello")`)
	if status, said := stop(); status != exitOK {
		t.Errorf("exit %d: %s", status, said)
	}
}

func TestForgeLooks(t *testing.T) {
	t.Parallel()
	address, stop := start(t)
	inAllLooks(t, `document.querySelector("wu-forge")`, func(t *testing.T, width, height int64) *tab {
		p := openForge(t, address, width, height)
		p.press("wu-forge", "opcode 3")
		p.press("wu-forge", "Send these bytes")
		p.until(`document.querySelector("wu-forge .violation") !== null`)
		p.until(`document.querySelector("wu-inspector .pane-details").textContent.includes("Breaks a rule")`)
		for _, theme := range themes {
			p.wear(theme)
			p.at(`document.querySelector("wu-forge")`)
			p.shoot(fmt.Sprintf("forge-%s-%d", theme, width))
			p.at(`document.querySelector("wu-forge .forge-send")`)
			p.shoot(fmt.Sprintf("forge-answer-%s-%d", theme, width))
			p.fits()
		}
		startFrom(p, "cut-header")
		startFrom(p, "ping-between")
		p.press("wu-forge", "a write for each frame")
		p.press("wu-forge", "Send them to gorilla")
		p.until(`document.querySelectorAll("wu-forge .forge-both tbody tr").length === 3`)
		return p
	}, func(p *tab, look string, full bool) {
		for i, place := range []string{".presets", ".forge-plan", ".forge-answer", ".forge-both"} {
			if !full && i > 0 {
				break
			}
			p.at(fmt.Sprintf(`document.querySelector("wu-forge %s")`, place))
			p.shoot(fmt.Sprintf("forge-plan-%s-%d", look, i))
		}
	})
	if status, said := stop(); status != exitOK {
		t.Errorf("exit %d: %s", status, said)
	}
}
