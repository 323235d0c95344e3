//go:build browser

package main

// A panel on which nothing stands yet: the line that it offers is one that fits the page.

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

func TestEmptyPanelOffersALine(t *testing.T) {
	t.Parallel()
	proxy := serveProxied(t)
	p := newTab(t)
	for _, tc := range []struct{ path, line string }{
		{"/lessons/request", "curl -v 'http://{host}/lab/request/free?wire={wire}'"},
		{"/lessons/comet", "curl -v 'http://{host}/lab/comet/free?wire={wire}&since=0'"},
		{"/lessons/streaming", "curl -N 'http://{host}/lab/streaming/free?wire={wire}'"},
		{"/lessons/masking", "websocat 'ws://{host}/echo?wire={wire}&breakdown=text'"},
		{"/wire", "curl -v 'http://{host}/lab/request/free?wire={wire}'"},
	} {
		p.do(chromedp.EmulateViewport(1440, 900), chromedp.Navigate("http://"+proxy.address+tc.path))
		p.until(`document.querySelector("wu-inspector .nothing pre:not([hidden]) code")?.textContent !== ""`)
		want := strings.NewReplacer("{host}", proxy.address, "{wire}", wireOf(p)).Replace(tc.line)
		if got := eval[string](p, `document.querySelector("wu-inspector .nothing pre:not([hidden]) code").textContent`); got != want {
			t.Errorf("%s offers %s; want %s", tc.path, got, want)
		}
		says := eval[string](p, `document.querySelector("wu-inspector .nothing").innerText`)
		if typed := strings.Contains(says, "type a word"); typed != strings.HasPrefix(tc.line, "websocat") {
			t.Errorf("%s: %q beside %s", tc.path, says, tc.line)
		}
	}
	p.shoot("empty-wire")
}
