//go:build browser

package main

// The frame forge in a real browser: bits are clicked, bytes are sent, and the page tells the end.

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// openForge opens lesson 8 with its forge in sight.
func openForge(t *testing.T, address string, width, height int64, theme string) *tab {
	t.Helper()
	p := newTab(t)
	p.do(chromedp.EmulateViewport(width, height), chromedp.Navigate("http://"+address+"/"))
	eval[bool](p, fmt.Sprintf(`(localStorage.setItem("wireup.theme", %q), true)`, theme))
	p.do(chromedp.Navigate("http://" + address + "/lessons/frames"))
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
	address, stop := start(t)
	p := openForge(t, address, 1440, 1000, "light")
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
	address, stop := start(t)
	p := openForge(t, address, 1440, 1000, "light")
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

func TestForgeLooks(t *testing.T) {
	address, stop := start(t)
	for _, theme := range []string{"light", "dark", "projector"} {
		for _, size := range widths {
			t.Run(theme+"-"+size.name, func(t *testing.T) {
				p := openForge(t, address, size.width, size.height, theme)
				p.press("wu-forge", "opcode 3")
				p.press("wu-forge", "Send these bytes")
				p.until(`document.querySelector("wu-forge .violation") !== null`)
				p.until(`document.querySelector("wu-inspector .pane-details").textContent.includes("Breaks a rule")`)
				p.shoot("forge-" + theme + "-" + size.name)
				eval[bool](p, `(document.querySelector("wu-forge .forge-send").scrollIntoView(), true)`)
				p.shoot("forge-answer-" + theme + "-" + size.name)
				for _, fault := range axeIn(p, `document.querySelector("wu-forge")`) {
					t.Errorf("axe-core: %s", fault)
				}
				if out := eval[[]string](p, `[...document.querySelectorAll("wu-forge, wu-forge *")].filter(n => n.getBoundingClientRect().right > document.documentElement.clientWidth).map(n => n.tagName + "." + n.className)`); len(out) > 0 {
					t.Errorf("these stand out of the window: %v", out)
				}
			})
		}
	}
	if status, said := stop(); status != exitOK {
		t.Errorf("exit %d: %s", status, said)
	}
}
