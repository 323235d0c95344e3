//go:build browser

package main

// What the browser tests share: the program behind a recording proxy, and a page of Chromium.

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// chrome is the browser of all tests here: one process, a context of its own for each test.
var chrome = sync.OnceValues(func() (context.Context, error) {
	bin, err := findChrome()
	if err != nil {
		return nil, err
	}
	// Behind the tests and the program: drawing can wait, and what the exercises time can't.
	dir, err := os.MkdirTemp("", "wireup-chrome-")
	if err != nil {
		return nil, err
	}
	polite := filepath.Join(dir, "chrome")
	if err := os.WriteFile(polite, fmt.Appendf(nil, "#!/bin/sh\nexec nice -n 10 '%s' \"$@\"\n", bin), 0o700); err != nil {
		return nil, err
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(polite), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("force-color-profile", "srgb"), chromedp.Flag("hide-scrollbars", false),
		// Every window would keep two pages for its address bar, which nobody sees.
		chromedp.Flag("disable-features", "Translate,WebUIOmniboxPopup,WebUIOmniboxAimPopup"))
	alloc, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	ctx, end := chromedp.NewContext(alloc)
	afterTests = func() { end(); stop(); os.RemoveAll(dir) }
	return ctx, chromedp.Do(ctx, chromedp.Navigate("about:blank"))
})

// findChrome looks for a browser in WIREUP_CHROME and on the path.
func findChrome() (string, error) {
	if bin := os.Getenv("WIREUP_CHROME"); bin != "" {
		return bin, nil
	}
	for _, name := range []string{"chromium", "google-chrome", "google-chrome-stable", "chrome", "chromium-browser"} {
		if bin, err := exec.LookPath(name); err == nil {
			return bin, nil
		}
	}
	return "", fmt.Errorf("no Chromium on the path: install it (Debian: apt-get install chromium), or name it in WIREUP_CHROME")
}

// tab is a page of its own browser context, without storage from other tests.
type tab struct {
	t    *testing.T
	ctx  context.Context // bounded in time
	life context.Context // as long as the tab lives
}

func newTab(t *testing.T) *tab {
	t.Helper()
	browser, err := chrome()
	if err != nil {
		t.Fatal(err)
	}
	return tabIn(t, browser, chromedp.WithNewBrowserContext())
}

// tabIn is another tab of a browser.
func tabIn(t *testing.T, browser context.Context, options ...chromedp.ContextOption) *tab {
	t.Helper()
	life, end := chromedp.NewContext(browser, options...)
	t.Cleanup(end)
	if err := chromedp.Do(life, chromedp.Navigate("about:blank")); err != nil { // whose context makes the page ends it, too
		t.Fatal(err)
	}
	return (&tab{life: life}).in(t)
}

// in is the same page for a part of a test: it has a minute, and fails alone.
func (p *tab) in(t *testing.T) *tab {
	ctx, cancel := context.WithTimeout(p.life, time.Minute)
	t.Cleanup(cancel)
	return &tab{t, ctx, p.life}
}

// do runs actions, and fails the test with a picture of the page when one of them fails.
func (p *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, actions...); err != nil {
		p.shoot("failed-" + p.t.Name())
		p.t.Fatal(err)
	}
}

// inPage runs an action in the page's script. The browser may still be taking the last page's
// context for the page's when it has just gone to another; then the action is run again.
func inPage[T any](p *tab, action chromedp.Action[T]) (T, error) {
	for {
		v, err := chromedp.Run(p.ctx, action)
		if err == nil || p.ctx.Err() != nil || !strings.Contains(err.Error(), "Cannot find context with specified id") {
			return v, err
		}
	}
}

// eval evaluates a JavaScript expression, waiting for a promise, and reads its value into T.
func eval[T any](p *tab, expression string) T {
	p.t.Helper()
	v, err := inPage(p, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// askAgain is how often a page asks itself what a test waits for. At each frame would be sooner, but a
// browser whose page stands still may make none.
const askAgain = 30 * time.Millisecond

// until waits for a JavaScript expression to become true.
func (p *tab) until(expression string) {
	p.t.Helper()
	p.soon(expression, 15*time.Second)
}

// soon waits for an expression for as long as it may take.
func (p *tab) soon(expression string, most time.Duration) {
	p.t.Helper()
	_, err := inPage(p, chromedp.Poll[bool](expression, chromedp.WithPollingTimeout(most), chromedp.WithPollingInterval(askAgain)))
	if err != nil {
		p.shoot("failed-" + p.t.Name())
		p.t.Fatalf("waiting for %s: %v", expression, err)
	}
}

// fill replaces what stands in an input by typing keys.
func (p *tab) fill(selector, keys string) {
	p.t.Helper()
	eval[bool](p, fmt.Sprintf(`(() => { const i = document.querySelector(%q); i.focus(); i.select(); return true })()`, selector))
	p.do(chromedp.SendKeys(chromedp.CSS(selector), keys))
}

// press clicks the first button in scope whose text begins with label.
func (p *tab) press(scope, label string) {
	p.t.Helper()
	js := fmt.Sprintf(`(() => { const b = [...document.querySelectorAll(%q + " button")].find(b => b.textContent.trim().startsWith(%q)); b?.click(); return b !== undefined })()`, scope, label)
	if !eval[bool](p, js) {
		p.t.Fatalf("there is no button %q in %s", label, scope)
	}
}

// shoot keeps a picture of the page as test output and returns its path.
func (p *tab) shoot(name string) string {
	fast := true // to compress a picture well takes longer than to draw it
	shot, err := chromedp.Call(p.ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{OptimizeForSpeed: &fast})
	if err != nil {
		p.t.Logf("no picture of %s: %v", name, err)
		return ""
	}
	dir := shotDir()
	path := filepath.Join(dir, strings.NewReplacer("/", "-", " ", "-").Replace(name)+".png")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(path, shot.Data, 0o644); err != nil {
		p.t.Fatal(err)
	}
	return path
}

// shotDir is where pictures are kept: WIREUP_SHOTS, or a folder beside the test's sources that
// git ignores.
func shotDir() string {
	if dir := os.Getenv("WIREUP_SHOTS"); dir != "" {
		return dir
	}
	return "testdata/shots"
}

// row is one row of the inspector, as a reader sees it.
type row struct {
	Arrow, Type, Data, DevTools, Payload, Overhead string
	Broken                                         bool
}

// rows reads the panel's rows from its grid. It holds all of them only while they fit.
func (p *tab) rows() []row {
	p.t.Helper()
	raw := eval[json.RawMessage](p, `[...document.querySelectorAll("wu-inspector .space [role=row]:not([hidden])")]
		.map(r => ({ y: r.getBoundingClientRect().y, c: [...r.querySelectorAll("[role=gridcell]")] }))
		.sort((a, b) => a.y - b.y)
		.map(({ c }) => ({ Arrow: c[1].textContent.trim(), Type: c[2].textContent.trim(), Data: c[3].querySelector(".text").textContent,
			DevTools: c[4].textContent.trim(), Payload: c[5].textContent.trim(), Overhead: c[6].textContent.trim(),
			Broken: c[3].querySelector(".broken").textContent !== "" }))`)
	var list []row
	if err := json.Unmarshal(raw, &list); err != nil {
		p.t.Fatal(err)
	}
	return list
}

// conversation is what a proxy saw of one connection.
type conversation struct {
	mu       sync.Mutex
	up, down []byte
}

func (c *conversation) bytes() (up, down []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]byte(nil), c.up...), append([]byte(nil), c.down...)
}

// proxy is a TCP proxy that records every byte, and shares no code with the program.
type proxy struct {
	address string
	mu      sync.Mutex
	all     []*conversation
}

func newProxy(t *testing.T, target string) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{address: l.Addr().String()}
	var wg sync.WaitGroup
	var open sync.Map
	wg.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("tcp", target)
			if err != nil {
				client.Close()
				continue
			}
			open.Store(client, true)
			open.Store(server, true)
			c := &conversation{}
			p.mu.Lock()
			p.all = append(p.all, c)
			p.mu.Unlock()
			wg.Go(func() { c.carry(server, client, &c.up) })
			wg.Go(func() { c.carry(client, server, &c.down) })
		}
	})
	t.Cleanup(func() {
		l.Close()
		open.Range(func(c, _ any) bool { c.(net.Conn).Close(); return true })
		wg.Wait()
	})
	return p
}

func (c *conversation) carry(to, from net.Conn, record *[]byte) {
	defer to.(*net.TCPConn).CloseWrite()
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		c.mu.Lock()
		*record = append(*record, buf[:n]...)
		c.mu.Unlock()
		if n > 0 {
			if _, err := to.Write(buf[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// find returns the conversation whose client's bytes begin with prefix.
func (p *proxy) find(t *testing.T, prefix string) *conversation {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.all {
		if up, _ := c.bytes(); strings.HasPrefix(string(up), prefix) {
			return c
		}
	}
	t.Fatalf("no connection began with %q", prefix)
	return nil
}

// serveProxied starts the program and a proxy in front of it.
func serveProxied(t *testing.T) *proxy {
	t.Helper()
	address, stop := start(t)
	p := newProxy(t, address)
	t.Cleanup(func() {
		if status, said := stop(); status != exitOK {
			t.Errorf("exit %d: %s", status, said)
		}
	})
	return p
}

// getJSON reads a JSON document over HTTP.
var httpClient = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

func getJSON(t *testing.T, url string, into any) {
	t.Helper()
	res, err := httpClient.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != 200 {
		t.Fatalf("GET %s: %d, %v, %.200s", url, res.StatusCode, err, body)
	}
	if err := json.Unmarshal(body, into); err != nil {
		t.Fatalf("GET %s: %v", url, err)
	}
}
