//go:build browser

package main

// Lesson 2 in Chromium: lanes against the connections that a proxy counted, the dial against a
// clock, and the window against arithmetic.

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// carrying is how many connections carried a request that begins so, and how many such requests.
func (p *proxy) carrying(prefix string) (conns, requests int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.all {
		up, _ := c.bytes()
		if n := strings.Count(string(up), prefix); n > 0 {
			conns++
			requests += n
		}
	}
	return conns, requests
}

const (
	connectionsSum = `document.querySelector("wu-connections-lab .sum").textContent`
	connectionsBar = `document.querySelectorAll("wu-connections-lab .timeline g.bar.delivered").length`
)

func TestConnectionsLab(t *testing.T) {
	t.Parallel()
	proxy := serveProxied(t)
	p := newTab(t)
	p.do(chromedp.Navigate("http://" + proxy.address + "/lessons/connections"))
	p.until(`document.querySelector("wu-connections-lab .guess input") !== null`)

	p.press("wu-connections-lab", "Ten clicks")
	p.until(connectionsSum + `.startsWith("10 requests on ") && ` + connectionsBar + ` === 10`)
	conns, requests := proxy.carrying("GET /lab/connections/free")
	if said := eval[string](p, connectionsSum); requests != 10 || !strings.HasPrefix(said, fmt.Sprintf("10 requests on %d connection", conns)) {
		t.Errorf("a proxy saw %d requests on %d connections; the lab says %q", requests, conns, said)
	}
	if conns >= requests/2 { // which of its idle connections it takes is the browser's affair
		t.Errorf("ten clicks took %d connections; want them used again", conns)
	}

	eval[bool](p, `(document.querySelector("wu-connections-lab .lab-row input").click(), true)`)
	p.press("wu-connections-lab", "Ten clicks")
	p.until(connectionsSum + `.startsWith("10 requests on 10 connections") && ` + connectionsBar + ` === 10`)
	eval[bool](p, `(document.querySelector("wu-connections-lab .lab-row input").click(), true)`)

	p.fill("wu-connections-lab .guess input", "10")
	p.press("wu-connections-lab", "Predict and ask")
	p.until(`document.querySelector("wu-connections-lab .fact.truth") !== null`)
	conns, _ = proxy.carrying("&hold=2000")
	if said := eval[string](p, `document.querySelector("wu-connections-lab .fact.truth b").textContent`); said != strconv.Itoa(conns)+" connections" || conns != 6 {
		t.Errorf("ten at once took %d connections by the proxy; the lab says %q", conns, said)
	}
	if !eval[bool](p, `document.querySelector("wu-connections-lab .fact.wrong").textContent.includes("10 connections")`) {
		t.Error("the guess is gone")
	}

	began := time.Now()
	p.press("wu-connections-lab", "Ten at once again")
	p.until(`document.querySelector("wu-connections-lab .timeline g.bar.wait") !== null`)
	p.press("wu-connections-lab", "Reset")
	p.until(connectionsSum + ` === "" && document.querySelector("wu-connections-lab .fact") === null`)
	if took := time.Since(began); took > 8*time.Second {
		t.Errorf("asking and the reset took %v", took)
	}
}

func TestLatencyDial(t *testing.T) {
	t.Parallel()
	proxy := serveProxied(t)
	p := newTab(t)
	p.do(chromedp.Navigate("http://" + proxy.address + "/lessons/connections"))
	p.until(`document.querySelector("wu-connections-latency .distances button") !== null`)
	p.press(`wu-connections-latency tr[data-route="london-sydney"]`, "London")
	want := eval[int](p, `Math.round(document.querySelector('tr[data-route="london-sydney"]').dataset.oneway)`)
	if got := eval[int](p, `Number(document.querySelector("wu-connections-latency input[type=range]").value)`); got != want {
		t.Errorf("the dial stands at %d; want %d", got, want)
	}
	if !eval[bool](p, `document.querySelector('g[data-route="london-sydney"]').classList.contains("here")`) {
		t.Error("the map doesn't show the way")
	}
	eval[bool](p, `(document.querySelector("wu-connections-latency .lab-row input").click(), true)`)
	p.press("wu-connections-latency", "Ask 5 times")
	p.until(`[...document.querySelectorAll("wu-connections-latency .runs tbody tr")].filter(r => r.cells[5].textContent !== "").length === 5`)
	times := eval[[]float64](p, `[...document.querySelectorAll("wu-connections-latency .runs tbody tr")].map(r => ((t) => parseFloat(t) * (t.endsWith("ms") ? 1 : 1000))(r.cells[4].textContent))`)
	for i, ms := range times {
		// The first may have found a connection that stood already.
		if ms < float64(2*want)-1 || i > 0 && ms < float64(4*want)-1 {
			t.Errorf("request %d took %.1f ms on the wire, at %d ms one way on a new connection", i+1, ms, want)
		}
	}
	if seen := eval[float64](p, `parseFloat(document.querySelector("wu-connections-latency .runs tbody tr").cells[5].textContent)`); seen <= 0 {
		t.Errorf("the page saw %v ms", seen)
	}
	p.do(chromedp.Reload())
	p.until(fmt.Sprintf(`Number(document.querySelector("wu-connections-latency input[type=range]")?.value) === %d`, want))
	p.press("wu-connections-latency", "Reset")
	p.until(`Number(document.querySelector("wu-connections-latency input[type=range]").value) === 0`)
}

func TestWindowLab(t *testing.T) {
	t.Parallel()
	proxy := serveProxied(t)
	p := newTab(t)
	p.do(chromedp.Navigate("http://" + proxy.address + "/lessons/connections"))
	p.until(`document.querySelector("wu-connections-window .guess input") !== null`)
	p.fill("wu-connections-window .guess input", "7")
	p.press("wu-connections-window", "Predict")
	p.until(`document.querySelectorAll("wu-connections-window .rounds li").length === 3`)
	if said := eval[string](p, `document.querySelector("wu-connections-window .fact.truth b").textContent`); said != "3 round trips" {
		t.Errorf("100 kB take %q", said)
	}
	eval[bool](p, `(document.querySelectorAll("wu-connections-window .choices input[type=radio]")[2].click(), true)`)
	p.until(`document.querySelectorAll("wu-connections-window .rounds li").length === 7`)
	p.press("wu-connections-window", "Send it")
	p.until(`document.querySelector("wu-connections-window .live-window p") !== null`)
	if said := eval[string](p, `document.querySelector("wu-connections-window .live-window").textContent`); !strings.Contains(said, "1.00\u202fMB on connection #") {
		t.Errorf("of the transfer it says %q", said)
	}
	p.press("wu-connections-window", "Reset")
	p.until(`document.querySelector("wu-connections-window .live-window p") === null && document.querySelector("wu-connections-window .rounds").hidden`)
}

func TestConnectionsLook(t *testing.T) {
	t.Parallel()
	lookAt(t, "connections", "wu-connections-lab, wu-connections-latency, wu-connections-window, .live-window, wu-exercise", func(p *tab) {
		p.until(`document.querySelector("wu-connections-lab .guess input") !== null && document.querySelector("wu-connections-window .guess input") !== null`)
		p.press("wu-connections-lab", "Ask")
		p.until(`document.querySelector("wu-connections-lab .fact.truth") !== null`)
		p.press(`wu-connections-latency tr[data-route="boston-sf"]`, "Boston")
		eval[bool](p, `(document.querySelector("wu-connections-latency .lab-row input").click(), true)`)
		p.press("wu-connections-latency", "Ask 5 times")
		p.until(`[...document.querySelectorAll("wu-connections-latency .runs tbody tr")].filter(r => r.cells[5].textContent !== "").length === 5`)
		eval[bool](p, `(document.querySelectorAll("wu-connections-window .choices input[type=radio]")[2].click(), true)`)
		p.press("wu-connections-window", "Draw it")
		p.press("wu-connections-window", "Send it")
		p.until(`document.querySelector("wu-connections-window .live-window p") !== null`)
	})
}
