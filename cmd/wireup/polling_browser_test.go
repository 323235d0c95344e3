//go:build browser

package main

// Lesson 3 in Chromium: the counters against what a proxy saw, and a 304 that the code never sees.

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

func TestPollingLab(t *testing.T) {
	t.Parallel()
	proxy := serveProxied(t)
	p := newTab(t)
	p.do(chromedp.Navigate("http://" + proxy.address + "/lessons/polling"))
	p.until(`document.querySelector("wu-polling-lab .counters div") !== null`)
	pollEvery(p, 0)
	p.press("wu-polling-lab", "Start")
	p.until(`parseInt(` + pollCounter("asked") + `) >= 6`)
	p.press("wu-polling-lab", "Stop")
	asked := eval[int](p, `parseInt(`+pollCounter("asked")+`)`)
	if _, requests := proxy.carrying("GET /lab/polling/free"); requests < asked || requests > asked+1 {
		t.Errorf("a proxy saw %d polls; the lab says %d", requests, asked)
	}
	head := proxy.head(t, "GET /lab/polling/free")
	if up := eval[string](p, pollCounter("sent up")); !strings.HasSuffix(up, "B") || len(head) < 100 {
		t.Errorf("sent up: %q", up)
	}
	if lanes := eval[int](p, `document.querySelectorAll("wu-polling-lab .timeline g.bar").length`); lanes < 6 {
		t.Errorf("%d bars are drawn", lanes)
	}

	// The browser's cache asks whether the empty answer still holds; the code is handed 200.
	eval[bool](p, `(document.querySelector("wu-polling-lab input[type=checkbox]").click(), true)`)
	p.press("wu-polling-lab", "Start")
	p.until(pollCounter("saved by 304") + ` !== "·"`)
	p.press("wu-polling-lab", "Stop")
	if conns, n := proxy.carrying("If-None-Match: \""); conns == 0 || n == 0 {
		t.Error("no request carried If-None-Match")
	}

	// The same with XMLHttpRequest.
	eval[bool](p, `(document.querySelectorAll("wu-polling-lab .choices input[type=radio]")[document.querySelectorAll("wu-polling-lab .choices input[type=radio]").length - 1].click(), true)`)
	if here := eval[string](p, `document.querySelector("wu-polling-lab .code.here").textContent`); !strings.Contains(here, "new XMLHttpRequest()") {
		t.Errorf("the code in use is %q", here)
	}
	p.press("wu-polling-lab", "Start")
	p.until(`parseInt(` + pollCounter("asked") + `) >= 5 && ` + pollCounter("saved by 304") + ` !== "·"`)
	p.press("wu-polling-lab", "Reset")
	p.until(`parseInt(` + pollCounter("asked") + `) === 0 && ` + fmt.Sprintf(`document.querySelector("wu-polling-lab").dataset.state === %q`, "closed"))
}

func TestPollingLooks(t *testing.T) {
	t.Parallel()
	lookAt(t, "polling", "wu-polling-lab, wu-polling-lab .counters, wu-polling-lab .codes", func(p *tab) {
		p.until(`document.querySelector("wu-polling-lab .counters div") !== null`)
		pollEvery(p, 2)
		p.press("wu-polling-lab", "Start")
		p.soon(`parseInt(`+pollCounter("delivered")+`) >= 2`, 40*time.Second) // events come as they like, about every 2 seconds
		eval[bool](p, `(document.querySelector("wu-polling-lab input[type=checkbox]").click(), true)`)
		p.until(pollCounter("saved by 304") + ` !== "·"`)
		p.press("wu-polling-lab", "Stop")
	})
}
