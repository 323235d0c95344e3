//go:build browser

package main

// A replay in the panel: nobody takes it for live traffic, and the live log is the same behind it.

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// replay shows a recorded session in the panel, as an exercise's solution does.
func (p *tab) replay(events string) {
	p.t.Helper()
	eval[bool](p, `(document.dispatchEvent(new CustomEvent("wire-replay", { detail: { title: "three-lengths, passed in a terminal", events: `+events+` } })), true)`)
	p.until(`document.querySelector(".replay") !== null`)
}

const replayRows = `document.querySelectorAll(".replay .space [role=row]:not([hidden])").length`

func TestReplayLooks(t *testing.T) {
	t.Parallel()
	proxy := serveProxied(t)
	events := recordedEvents(t, proxy.address)
	inAllLooks(t, "document", func(t *testing.T, width, height int64) *tab {
		p := newTab(t)
		p.do(chromedp.EmulateViewport(width, height), chromedp.Navigate("http://"+proxy.address+"/lessons/frames"))
		p.until(`document.querySelector("wu-echo-lab")?.dataset.state === "open"`)
		p.replay(events)
		p.press(".replay-banner", "All at once")
		p.until(replayRows + ` >= 5`)
		p.until(`document.querySelector(".replay .pane-details").textContent.includes("recorded terminal") || document.querySelector(".replay .pane-details").offsetParent === null`)
		return p
	}, func(p *tab, look string, _ bool) {
		p.shoot("replay-" + look)
		if !eval[bool](p, `document.querySelector(".replay .sign").checkVisibility() && document.querySelector(".replay .sign").textContent === "REPLAY"`) {
			p.t.Error("the banner is not to be seen")
		}
		if got := eval[string](p, `document.querySelector(".replay .tabs").innerText`); !strings.Contains(got, "REPLAY #1 ") {
			p.t.Errorf("the tabs are %q; want the word on each", got)
		}
	})
}

func TestReplayLeavesTheLiveLogAlone(t *testing.T) {
	proxy := serveProxied(t)
	events := recordedEvents(t, proxy.address)
	p, _ := openEcho(t, proxy)
	say(p, "before")
	p.until(rowCount + ` >= 5`)
	eval[bool](p, `([...document.querySelectorAll("wu-inspector .space [role=row]:not([hidden])")].find(r => r.textContent.includes("GET")).click(), true)`)
	p.until(`document.querySelector("wu-inspector .pane-details").textContent.includes("Sec-WebSocket-Key")`)
	p.fill(`wu-inspector input.filter`, "dir:up")
	p.until(`document.querySelector("wu-inspector .matches").textContent.includes("match")`)
	matches := eval[string](p, `document.querySelector("wu-inspector .matches").textContent`)

	p.replay(events)
	if got := eval[string](p, `document.activeElement.textContent`); !strings.HasPrefix(got, "REPLAY") {
		t.Errorf("the keyboard is at %q; want the banner's heading", got)
	}
	p.until(`document.querySelector("wu-inspector > .view").checkVisibility({ visibilityProperty: true }) === false`)
	// Step by step, with the keyboard alone: the heading, Back, Play or Pause, Step.
	p.do(chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(kb.Tab), chromedp.KeyEvent(kb.Tab))
	p.until(`document.activeElement.textContent === "Step"`)
	total := eval[int](p, `Number(document.querySelector(".replay .place").textContent.split(" of ")[1])`)
	for range total {
		p.do(chromedp.KeyEvent(kb.Enter))
	}
	p.until(fmt.Sprintf(`document.querySelector(".replay .place").textContent === "%d of %d"`, total, total))
	p.until(`[...document.querySelectorAll(".replay [aria-live=polite]")].some(n => n.textContent !== "")`)
	if got := eval[string](p, `document.querySelector(".replay-banner .pace button").textContent`); got != "Play again" {
		t.Errorf("at the end the first button says %q", got)
	}
	eval[bool](p, `(document.querySelector(".replay [role=treegrid]").focus(), true)`)
	p.do(chromedp.KeyEvent(kb.Home), chromedp.KeyEvent(kb.Enter))
	p.until(`document.querySelector(".replay .pane-details").textContent.trim() !== ""`)

	say(p, "meanwhile")
	p.press(".replay-banner", "Play again")
	p.press(".replay-banner", "Back to your wire")
	p.until(`document.querySelector(".replay") === null`)
	if got := eval[string](p, `document.querySelector("wu-inspector input.filter").value`); got != "dir:up" {
		t.Errorf("the filter is %q; want what it was", got)
	}
	p.until(`document.querySelector("wu-inspector .matches").textContent !== ` + quoted(matches)) // what came meanwhile
	p.until(`[...document.querySelectorAll("wu-inspector .space [role=row]:not([hidden])")].some(r => r.textContent.includes("meanwhile"))`)
	var log struct{ Events []struct{ Seq int } }
	getJSON(t, "http://"+proxy.address+"/wire/"+eval[string](p, `localStorage.getItem("wireup.wire")`)+"/log.json", &log)
	if len(log.Events) < 8 {
		t.Errorf("the wire's own log has %d events", len(log.Events))
	}

	// A row of the live wire that is asked for ends a replay.
	p.replay(events)
	eval[bool](p, `(document.dispatchEvent(new CustomEvent("wire-select", { detail: { seq: 2, fault: { offset: 4, want: "2f", came: "20" } } })), true)`)
	p.until(`document.querySelector(".replay") === null && document.querySelector("wu-inspector .pointed")?.textContent.includes("points at byte 4")`)
	p.until(`document.querySelector("wu-inspector .hexes .byte.lit")?.dataset.at === "4"`)
	p.shoot("byte-pointed-at")
}
