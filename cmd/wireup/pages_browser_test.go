//go:build browser

package main

// Pages in every look, and what axe-core has to say of them.

import (
	"os"
	"testing"

	"github.com/chromedp/chromedp"
)

// axe asks axe-core what keeps people from using the page.
func axe(p *tab) []string {
	p.t.Helper()
	return axeIn(p, "document", allRules)
}

// The rules of axe-core that are asked for: those of WCAG 2.2 A and AA, and its best practices. One is
// left out, which axe-core itself calls experimental: it wants a name to repeat what is drawn, digit by
// digit, where the name says it in words.
const (
	axeRules = `runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], rules: { "label-content-name-mismatch": { enabled: false }`

	allRules     = axeRules + ` }`
	noContrast   = axeRules + `, "color-contrast": { enabled: false } }`   // which another width doesn't change
	onlyContrast = `runOnly: { type: "rule", values: ["color-contrast"] }` // which is all that a theme changes
)

// axeIn asks axe-core what some rules find in one node, given as a JavaScript expression.
func axeIn(p *tab, node, rules string) []string {
	p.t.Helper()
	if !eval[bool](p, `"axe" in globalThis`) {
		source, err := os.ReadFile("../../static/node_modules/axe-core/axe.min.js")
		if err != nil {
			p.t.Fatalf("%v: run npm ci in static/", err)
		}
		eval[bool](p, string(source)+";true")
	}
	return eval[[]string](p, `axe.run(`+node+`, { `+rules+`, preload: false, iframes: false, resultTypes: ["violations"] })
		.then(r => r.violations.map(v => v.id + ": " + v.help + ": " + v.nodes.slice(0, 3).map(n => n.target.join(" ") + " (" + (n.any[0]?.message ?? n.failureSummary ?? "").slice(0, 160) + ")").join("; ")))`)
}

func TestPagesLook(t *testing.T) {
	t.Parallel()
	proxy := serveProxied(t)
	for _, page := range []struct{ name, path string }{
		{"home", "/"}, {"frames", "/lessons/frames"}, {"masking", "/lessons/masking"}, {"wire", "/wire"},
	} {
		t.Run(page.name, func(t *testing.T) {
			inAllLooks(t, "document", func(t *testing.T, width, height int64) *tab {
				p := newTab(t)
				p.do(chromedp.EmulateViewport(width, height), chromedp.Navigate("http://"+proxy.address+page.path))
				if page.name == "frames" {
					p.until(`document.querySelector("wu-echo-lab")?.dataset.state === "open"`)
					p.press("wu-echo-lab", "Send")
					p.until(`document.querySelectorAll("wu-inspector .space [role=row]:not([hidden])").length >= 5`)
					p.until(`document.querySelector("wu-inspector .pane-details")?.textContent.includes("masking key")`)
				}
				return p
			}, func(p *tab, look string, _ bool) {
				p.shoot(page.name + "-" + look)
			})
		})
	}
}

// A theme that was chosen is there before a page is first painted.
func TestThemeIsKept(t *testing.T) {
	t.Parallel()
	proxy := serveProxied(t)
	p := newTab(t)
	p.do(chromedp.Navigate("http://" + proxy.address + "/"))
	for _, theme := range themes {
		p.wear(theme)
		p.do(chromedp.Navigate("http://" + proxy.address + "/lessons/frames"))
		if got := eval[string](p, `document.documentElement.dataset.theme`); got != theme {
			t.Errorf("the next page shows theme %q; want %q", got, theme)
		}
	}
}
