//go:build browser

package main

// Lesson 1 in Chromium: what the lab says of a request, against the bytes that a proxy saw.

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// askOnce presses the button and waits until the lab shows the bytes of the newest request.
func askOnce(p *tab, label string) {
	p.t.Helper()
	before := eval[int](p, `document.querySelectorAll("wu-request-lab tbody tr").length`)
	p.press("wu-request-lab", label)
	p.until(fmt.Sprintf(`document.querySelectorAll("wu-request-lab .runs tbody tr").length > %d && document.querySelectorAll("wu-request-lab .part-of").length === 3`, before))
}

func TestRequestLab(t *testing.T) {
	t.Parallel()
	proxy := serveProxied(t)
	p := newTab(t)
	p.do(chromedp.Navigate("http://" + proxy.address + "/lessons/request"))
	p.until(`document.querySelector("wu-request-lab .guess input") !== null`)
	p.fill("wu-request-lab .guess input", "80")
	askOnce(p, "Predict and send")

	head := proxy.head(t, "GET /lab/request/free")
	said := eval[string](p, `document.querySelector("wu-request-lab .fact.truth b").textContent`)
	if want := fmt.Sprintf("%d bytes", len(head)+4); said != want {
		t.Errorf("the lab says %q; the request had %q", said, want)
	}
	if guess := eval[string](p, `document.querySelector("wu-request-lab .fact.wrong b").textContent`); guess != "80 bytes" {
		t.Errorf("the guess that stays is %q", guess)
	}
	shown := eval[string](p, `[...document.querySelector("wu-request-lab .part-of .headlines").querySelectorAll(".headline")].map(n => n.textContent).join("\n")`)
	for _, line := range strings.Split(head, "\r\n") {
		if !strings.Contains(shown, line) {
			t.Errorf("the lab doesn't show the line %q; it shows\n%s", line, shown)
		}
	}
	if sum := eval[int](p, `[...document.querySelectorAll("wu-request-lab .share-row.up .share-words b")].reduce((n, b) => n + Number(b.textContent), 0)`); sum != len(head)+4 {
		t.Errorf("the parts of the bar add up to %d; want %d", sum, len(head)+4)
	}

	// A cookie along: more bytes of the same question, and none left afterwards.
	eval[bool](p, `(document.querySelectorAll("wu-request-lab .request-again input")[2].click(), true)`)
	askOnce(p, "Send the GET")
	p.until(`document.querySelector("wu-request-lab .said").textContent.includes("more than the request before")`)
	if row := eval[string](p, `document.querySelector("wu-request-lab tr.chosen").textContent`); !strings.Contains(row, "a cookie of 181\u202fB") {
		t.Errorf("the row of the request with a cookie says %q", row)
	}
	if left := eval[string](p, `document.cookie`); left != "" {
		t.Errorf("cookies are left: %q", left)
	}
	eval[bool](p, `(document.querySelectorAll("wu-request-lab .request-again input")[3].click(), true)`)
	askOnce(p, "Send the GET")
	if row := eval[string](p, `document.querySelector("wu-request-lab tr.chosen").textContent`); !strings.Contains(row, "a query longer by 60\u202fB") {
		t.Errorf("the row of the request with a longer query says %q", row)
	}

	p.press("wu-request-lab", "Reset")
	p.until(`document.querySelectorAll("wu-request-lab tbody tr").length === 0 && document.querySelector("wu-request-lab .fact") === null`)
}

func TestRequestLooks(t *testing.T) {
	t.Parallel()
	lookAt(t, "request", "wu-request-lab, .shares, .request-bytes, wu-terminal, wu-request-raw", func(p *tab) {
		p.until(`document.querySelector("wu-request-lab .guess input") !== null`)
		p.fill("wu-request-lab .guess input", "80")
		askOnce(p, "Predict and send")
		eval[bool](p, `(document.querySelectorAll("wu-request-lab .request-again input")[2].click(), true)`)
		askOnce(p, "Send the GET")
	})
}
