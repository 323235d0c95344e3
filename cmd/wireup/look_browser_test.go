//go:build browser

package main

// Pages in three themes and three widths: pictures to look at, axe-core's opinion, and nothing that
// scrolls sideways.

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

var (
	themes = []string{"light", "dark", "projector"}

	// windows are those in which a page is opened, each with the sizes that it takes there in turn.
	windows = [][]windowSize{{{"wide", 1440, 900}, {"beside-devtools", 720, 720}}, {{"phone", 390, 844}}}
)

type windowSize struct {
	name          string
	width, height int64
}

// inAllLooks opens a page wide, narrows it as DevTools beside it would, and opens it again as on a
// phone; and has it looked at in each theme, which the page changes to as it does for a reader who
// presses the button. A look is called theme-width. In none the page may be wider than its window.
// axe-core, which takes longer than all else here, sees the page, or one node of it given as a
// JavaScript expression, in full looks alone: whole in the first one, without its colours at other
// widths, and its colours in other themes.
func inAllLooks(t *testing.T, node string, open func(t *testing.T, width, height int64) *tab, look func(p *tab, name string, full bool)) {
	for i, sizes := range windows {
		t.Run(sizes[0].name, func(t *testing.T) {
			p := open(t, sizes[0].width, sizes[0].height)
			for k, size := range sizes {
				if k > 0 {
					p.narrow(size.width, size.height)
				}
				for j, theme := range themes {
					t.Run(theme+"-"+size.name, func(t *testing.T) {
						p := p.in(t)
						p.wear(theme)
						first := i+k == 0
						look(p, theme+"-"+size.name, first || j == 0)
						p.fits()
						switch {
						case first && j == 0:
							p.cleanBy(node, allRules)
						case first:
							p.cleanBy(node, onlyContrast)
						case j == 0:
							p.cleanBy(node, noContrast)
						}
					})
				}
			}
		})
	}
}

// narrow changes the window's size, and waits until the page is drawn in it.
func (p *tab) narrow(width, height int64) {
	p.t.Helper()
	p = p.in(p.t)
	p.do(chromedp.EmulateViewport(width, height))
	eval[bool](p, fmt.Sprintf(`new Promise(done => { const look = () => innerWidth === %d ? requestAnimationFrame(() => done(true)) : requestAnimationFrame(look); look() })`, width))
}

// wear changes the page to a theme with its own button, and waits until it is drawn.
func (p *tab) wear(theme string) {
	p.t.Helper()
	got := eval[string](p, fmt.Sprintf(`(async () => {
		const root = document.documentElement;
		for (let i = 0; i < 4 && root.dataset.theme !== %[1]q; i++) document.querySelector("wu-theme button").click();
		await Promise.all(document.getAnimations().filter(a => a.effect.getComputedTiming().endTime !== Infinity).map(a => a.finished.catch(() => {})));
		await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
		return root.dataset.theme;
	})()`, theme))
	if got != theme {
		p.t.Fatalf("the page shows theme %q; want %q", got, theme)
	}
}

// at scrolls a node, given as a JavaScript expression, to the top of the window, and waits until that
// is drawn.
func (p *tab) at(node string) {
	p.t.Helper()
	eval[bool](p, `new Promise(done => {
		`+node+`.scrollIntoView({ block: "start", behavior: "instant" });
		requestAnimationFrame(() => requestAnimationFrame(() => done(true)));
	})`)
}

// fits holds a page to the width of its window, less the scrollbar's.
func (p *tab) fits() {
	p.t.Helper()
	if out := eval[[]string](p, `(({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth ? [] : [...document.querySelectorAll("body *")]
		.filter(n => n.getBoundingClientRect().right > clientWidth && n.checkVisibility())
		.map(n => n.tagName + "." + n.className + " " + Math.round(n.getBoundingClientRect().right)).slice(0, 12))(document.documentElement)`); len(out) > 0 {
		p.t.Errorf("the page scrolls sideways: %s", strings.Join(out, ", "))
	}
}

// clean asks axe-core for what keeps people from using a node, given as a JavaScript expression.
func (p *tab) clean(node string) {
	p.t.Helper()
	p.cleanBy(node, allRules)
}

// cleanBy asks it for what some rules find.
func (p *tab) cleanBy(node, rules string) {
	p.t.Helper()
	for _, fault := range axeIn(p, node, rules) {
		p.t.Errorf("axe-core: %s", fault)
	}
}

// lookAt opens a lesson, brings it to where there is something to see, and takes a picture of each
// lab in the full looks, and of the first one in the others: lesson-theme-width, and the lab's number.
func lookAt(t *testing.T, lesson, labs string, prepare func(p *tab)) {
	proxy := serveProxied(t)
	inAllLooks(t, "document", func(t *testing.T, width, height int64) *tab {
		p := newTab(t)
		p.do(chromedp.EmulateViewport(width, height), chromedp.Navigate("http://"+proxy.address+"/lessons/"+lesson))
		prepare(p)
		return p
	}, func(p *tab, look string, full bool) {
		count := 1
		if full {
			count = eval[int](p, fmt.Sprintf(`document.querySelectorAll(%q).length`, labs))
		}
		for i := range count {
			p.at(fmt.Sprintf(`document.querySelectorAll(%q)[%d]`, labs, i))
			p.shoot(fmt.Sprintf("%s-%s-%d", lesson, look, i))
		}
	})
}

// head is the first request whose head begins with prefix, on any connection: its lines, without
// the blank one.
func (p *proxy) head(t *testing.T, prefix string) string {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.all {
		up, _ := c.bytes()
		if i := bytes.Index(up, []byte(prefix)); i >= 0 {
			head, _, _ := strings.Cut(string(up[i:]), "\r\n\r\n")
			return head
		}
	}
	t.Fatalf("no request began with %q", prefix)
	return ""
}
