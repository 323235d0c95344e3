//go:build browser

package main

// A lesson's labs in three themes and three widths: pictures to look at, axe-core's opinion, and
// nothing that scrolls sideways.

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// lookAt opens a lesson in each theme and width, brings it to where there is something to see, and
// takes a picture of each lab: name-theme-width, and the number of the lab.
func lookAt(t *testing.T, lesson, labs string, prepare func(p *tab)) {
	proxy := serveProxied(t)
	for _, theme := range []string{"light", "dark", "projector"} {
		for _, size := range widths {
			name := fmt.Sprintf("%s-%s-%s", lesson, theme, size.name)
			t.Run(name, func(t *testing.T) {
				p := newTab(t)
				p.do(chromedp.EmulateViewport(size.width, size.height), chromedp.Navigate("http://"+proxy.address+"/"))
				eval[bool](p, fmt.Sprintf(`(localStorage.setItem("wireup.theme", %q), true)`, theme))
				p.do(chromedp.Navigate("http://" + proxy.address + "/lessons/" + lesson))
				prepare(p)
				count := eval[int](p, fmt.Sprintf(`document.querySelectorAll(%q).length`, labs))
				for i := range count {
					eval[bool](p, fmt.Sprintf(`(document.querySelectorAll(%q)[%d].scrollIntoView({block: "start", behavior: "instant"}), true)`, labs, i))
					eval[bool](p, `new Promise(done => requestAnimationFrame(() => setTimeout(() => done(true), 120)))`)
					p.shoot(fmt.Sprintf("%s-%d", name, i))
				}
				for _, fault := range axe(p) {
					t.Errorf("axe-core: %s", fault)
				}
				if !eval[bool](p, `document.documentElement.scrollWidth <= innerWidth`) {
					t.Errorf("the page scrolls sideways, in %d: %s", size.width, eval[string](p, `[...document.querySelectorAll("body *")]
						.filter(n => n.getBoundingClientRect().right > innerWidth && n.checkVisibility()).map(n => n.tagName + "." + n.className + " " + Math.round(n.getBoundingClientRect().right)).slice(0, 12).join(", ")`))
				}
			})
		}
	}
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
