//go:build browser

package main

// Every page in three themes and three widths: pictures to look at, and axe-core's opinion.

import (
	"fmt"
	"os"
	"testing"

	"github.com/chromedp/chromedp"
)

// axe asks axe-core what keeps people from using the page, by the rules of WCAG 2.2 A and AA and
// its best practices. One rule is left out, which axe-core itself calls experimental: it wants a
// name to repeat what is drawn, digit by digit, where the name says it in words.
func axe(p *tab) []string {
	p.t.Helper()
	return axeIn(p, "document")
}

// axeIn asks the same of one node, given as a JavaScript expression.
func axeIn(p *tab, node string) []string {
	p.t.Helper()
	source, err := os.ReadFile("../../static/node_modules/axe-core/axe.min.js")
	if err != nil {
		p.t.Fatalf("%v: run npm ci in static/", err)
	}
	eval[bool](p, string(source)+";true")
	return eval[[]string](p, `axe.run(`+node+`, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], rules: { "label-content-name-mismatch": { enabled: false } } })
		.then(r => r.violations.map(v => v.id + ": " + v.help + ": " + v.nodes.slice(0, 3).map(n => n.target.join(" ") + " (" + (n.any[0]?.message ?? n.failureSummary ?? "").slice(0, 160) + ")").join("; ")))`)
}

var widths = []struct {
	name          string
	width, height int64
}{{"wide", 1440, 900}, {"beside-devtools", 720, 720}, {"phone", 390, 844}}

func TestPagesLook(t *testing.T) {
	proxy := serveProxied(t)
	for _, path := range []string{"/", "/lessons/frames", "/lessons/masking", "/wire"} {
		for _, theme := range []string{"light", "dark", "projector"} {
			for _, size := range widths {
				name := fmt.Sprintf("%s-%s-%s", map[string]string{"/": "home", "/lessons/frames": "frames", "/lessons/masking": "masking", "/wire": "wire"}[path], theme, size.name)
				t.Run(name, func(t *testing.T) {
					p := newTab(t)
					p.do(chromedp.EmulateViewport(size.width, size.height), chromedp.Navigate("http://"+proxy.address+"/"))
					eval[bool](p, fmt.Sprintf(`(localStorage.setItem("wireup.theme", %q), true)`, theme))
					p.do(chromedp.Navigate("http://" + proxy.address + path))
					if path == "/lessons/frames" {
						p.until(`document.querySelector("wu-echo-lab")?.dataset.state === "open"`)
						p.press("wu-echo-lab", "Send")
						p.until(`document.querySelectorAll("wu-inspector .space [role=row]:not([hidden])").length >= 5`)
						p.until(`document.querySelector("wu-inspector .pane-details")?.textContent.includes("masking key")`)
					}
					p.shoot(name)
					for _, fault := range axe(p) {
						t.Errorf("axe-core: %s", fault)
					}
					if got := eval[string](p, `document.documentElement.dataset.theme`); got != theme {
						t.Errorf("the page shows theme %q; want %q", got, theme)
					}
					if got := eval[bool](p, `document.documentElement.scrollWidth <= document.documentElement.clientWidth`); !got {
						t.Errorf("the page scrolls sideways, in %d: %s", size.width, eval[string](p, `[...document.querySelectorAll("body *")]
							.filter(n => n.getBoundingClientRect().right > innerWidth && n.checkVisibility()).map(n => n.tagName + "." + n.className + " " + Math.round(n.getBoundingClientRect().right)).slice(0, 12).join(", ")`))
					}
				})
			}
		}
	}
}
