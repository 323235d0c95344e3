//go:build browser

package main

// The decoder in a real browser: what is pasted is decoded as one types, and nothing of it is on the wire.

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

const (
	decodedRows = `document.querySelectorAll("wu-decoded .space [role=row]:not([hidden])").length`
	decodeText  = `document.querySelector("wu-decoder textarea").value`
	decodeSaid  = `document.querySelector("wu-decoder .said").textContent`
)

// openDecoder opens the decoder with a fragment.
func openDecoder(t *testing.T, address, fragment string) *tab {
	t.Helper()
	p := newTab(t)
	p.do(chromedp.EmulateViewport(1440, 900), chromedp.Navigate("http://"+address+"/decode"+fragment))
	p.until(`document.querySelector("wu-decoded .view") !== null`)
	return p
}

func TestDecoder(t *testing.T) {
	t.Parallel()
	proxy := serveProxied(t)
	p := openDecoder(t, proxy.address, "")
	// It begins with the RFC's six frames.
	p.until(decodedRows + ` >= 5 && document.querySelector("wu-decoded .decoded-banner").textContent.includes("DECODED")`)
	p.until(`document.querySelector("wu-decoded .pane-details").textContent.includes("payload length")`)
	p.until(`document.querySelector("wu-decoder .under mark.chosen") !== null`)

	// As one types.
	p.fill("wu-decoder textarea", "81 85 37 fa 21 3d 7f 9f 4d 51 58")
	p.until(decodeSaid + `.startsWith("11 bytes, read from pairs of hex digits: 1 event.") && ` + decodedRows + ` === 1`)
	p.until(`location.hash === "#hex=818537fa213d7f9f4d5158"`)
	p.until(`document.querySelector("wu-decoded .pane-details").textContent.includes("The client → server.")`)
	p.do(chromedp.SendKeys(chromedp.CSS("wu-decoder textarea"), "\n0g"))
	p.until(`document.querySelector("wu-decoder .decode-fault").textContent.includes("Line 2, column 2: 'g' is no hex digit")`)
	p.until(`document.querySelector("wu-decoder .under mark.fault")?.textContent === "g"`)
	p.shoot("decode-fault")
	p.do(chromedp.SendKeys(chromedp.CSS("wu-decoder textarea"), kb.Backspace+kb.Backspace))
	p.until(`document.querySelector("wu-decoder .decode-fault").hidden && ` + decodeSaid + `.startsWith("11 bytes")`)

	// What the reader says of the bytes counts.
	eval[bool](p, `(() => { const s = document.querySelector("wu-decoder select[name=side]"); s.value = "down"; s.dispatchEvent(new Event("change")); return true })()`)
	p.until(`document.querySelector("wu-decoded .violation")?.textContent.includes("A server must not mask") && location.hash.endsWith("&side=down")`)
	p.until(`document.querySelector("wu-decoder .under mark.fault")?.textContent === "85"`)

	// The link holds all of it, and no server is sent it.
	link := eval[string](p, `location.href`)
	other := newTab(t)
	other.do(chromedp.EmulateViewport(1440, 900), chromedp.Navigate(link))
	other.until(`document.querySelector("wu-decoded .violation")?.textContent.includes("A server must not mask")`)
	p.press("wu-decoder", "Copy link")
	p.until(`!document.querySelector("wu-decoder .link").hidden && document.querySelector("wu-decoder .link").textContent === location.href`)
	proxy.mu.Lock()
	for _, c := range proxy.all {
		if up, _ := c.bytes(); strings.Contains(string(up), "hex=8185") {
			t.Errorf("a server was sent the bytes in a URL: %.300s", up)
		}
	}
	proxy.mu.Unlock()

	// The page has no wire, and asks for none.
	if !eval[bool](p, `localStorage.getItem("wireup.wire") === null`) {
		t.Error("the decoder has drawn a wire")
	}
}

func TestDecoderCompression(t *testing.T) {
	t.Parallel()
	address, stop := start(t)
	defer stop()
	p := openDecoder(t, address, "")
	p.until(decodedRows + ` >= 5`)
	sample := func(name string) {
		t.Helper()
		if !eval[bool](p, fmt.Sprintf(`(() => { const s = document.querySelector("wu-decoder .samples select"); const o = [...s.options].find(o => o.textContent.startsWith(%q)); if (!o) return false; s.value = o.value; s.dispatchEvent(new Event("change")); return true })()`, name)) {
			t.Fatalf("there is no sample %q", name)
		}
	}
	sample("Context takeover")
	p.until(decodedRows + ` === 2 && ` + decodeSaid + `.startsWith("16 bytes")`)
	eval[bool](p, `([...document.querySelectorAll("wu-decoded .space [role=row]:not([hidden])")].find(r => r.getAttribute("aria-rowindex") === "3" || true).click(), true)`)
	p.until(`document.querySelector("wu-decoded .deflate")?.textContent.includes("RSV1 is 1") && document.querySelector("wu-decoded .deflate").textContent.includes("Hello")`)
	eval[bool](p, `(() => { const s = document.querySelector("wu-decoder select[name=deflate]"); s.value = "alone"; s.dispatchEvent(new Event("change")); return true })()`)
	p.until(decodeSaid + `.includes("1 broken rule")`)

	sample("A block that is not compressed")
	p.until(`document.querySelector("wu-decoded .deflate")?.textContent.includes("Compression made it larger")`)

	sample("A handshake that negotiates")
	p.until(decodedRows + ` === 3`)
	p.until(`document.querySelector("wu-decoded .negotiated") !== null`)
	rows := eval[string](p, `[...document.querySelectorAll("wu-decoded .negotiated tbody tr")].map(r => [...r.cells].slice(0, 3).map(c => c.textContent).join(" ")).join("; ")`)
	want := "permessage-deflate yes yes; server_no_context_takeover no no; client_no_context_takeover no yes; server_max_window_bits no no; client_max_window_bits yes no"
	if rows != want {
		t.Errorf("negotiated: %s; want %s", rows, want)
	}
	p.shoot("decode-negotiated")
}

// TestOpenInDecoder: each row leads there, with its bytes and what the wire knows of them, and the
// decoder reads them; a row without bytes says so.
func TestOpenInDecoder(t *testing.T) {
	t.Parallel()
	proxy := serveProxied(t)
	p, _ := openEcho(t, proxy)
	say(p, "Spang")
	p.press("wu-echo-lab", "ping from the server")
	wire := eval[string](p, `localStorage.getItem("wireup.wire")`)
	eval[string](p, fmt.Sprintf(`new Promise(done => { const w = new WebSocket("ws://%[1]s/echo?breakdown=off&deflate=on&wire=%[2]s"); w.onclose = e => done(e.reason); w.onmessage = () => w.close(1000, "bye"); w.onopen = () => w.send("no ".repeat(70000)) })
		.then(() => new Promise(done => { const w = new WebSocket("ws://%[1]s/echo?breakdown=nonsense&wire=%[2]s"); w.onclose = e => done("") }))`, proxy.address, wire))
	const rows = `[...document.querySelectorAll("wu-inspector .space [role=row]:not([hidden])")]`
	p.until(rows + `.some(r => r.children[2].textContent.trim() === "body") && ` + rows + `.some(r => r.children[2].textContent.trim() === "pong")`)
	eval[bool](p, `(document.querySelector("wu-inspector .grid").focus(), true)`)
	p.do(chromedp.KeyEvent(kb.Home))
	links := make(map[string]string)
	var order []string
	for last := ""; ; {
		const chosen = `document.querySelector("wu-inspector .row.selected")`
		p.until(chosen + ` !== null && ` + chosen + `.getAttribute("aria-rowindex") !== ` + quoted(last) +
			` && !document.querySelector("wu-inspector .details[aria-busy]") && document.querySelector("wu-inspector .elsewhere") !== null`)
		last = eval[string](p, chosen+`.getAttribute("aria-rowindex")`)
		kind := eval[string](p, chosen+`.children[2].textContent.trim()`)
		links[kind] = eval[string](p, `document.querySelector("wu-inspector .elsewhere a")?.href ?? document.querySelector("wu-inspector .elsewhere").textContent`)
		order = append(order, kind)
		if last == eval[string](p, `document.querySelector("wu-inspector .grid").getAttribute("aria-rowcount")`) {
			break
		}
		p.do(chromedp.KeyEvent(kb.ArrowDown))
	}
	t.Log(strings.Join(order, ", "))
	for _, kind := range []string{"open", "GET", "101", "text", "ping", "pong", "close", "400", "body"} {
		if links[kind] == "" {
			t.Errorf("no row of kind %s was there", kind)
		}
	}
	other := openDecoder(t, proxy.address, "")
	for kind, link := range links {
		if kind == "open" || kind == "end" {
			if link != "No byte crossed here, so the decoder has nothing to read." {
				t.Errorf("%s: %q", kind, link)
			}
			continue
		}
		_, fragment, _ := strings.Cut(link, "#")
		eval[bool](other, fmt.Sprintf(`(document.querySelector("wu-decoder .said").textContent = "", location.hash = %q, true)`, fragment))
		other.until(decodedRows + ` >= 1 && ` + decodeSaid + ` !== ""`)
		if fault := eval[string](other, `[...document.querySelectorAll("wu-decoder .decode-fault:not([hidden]), wu-decoded .violation")].map(n => n.textContent).join("; ")`); fault != "" {
			t.Errorf("%s: the decoder says %q of %.100s", kind, fault, link)
		}
		t.Logf("%s: %s", kind, eval[string](other, decodeSaid+` + " " + [...document.querySelectorAll("wu-decoded .space [role=row]:not([hidden])")].map(r => r.children[2].textContent).join()`))
	}
}

func TestDecoderByKeyboard(t *testing.T) {
	t.Parallel()
	address, stop := start(t)
	defer stop()
	p := openDecoder(t, address, "#hex=8105&side=down")
	p.until(`document.querySelector("wu-decoder .said").textContent.startsWith("2 bytes")`)
	eval[bool](p, `(document.querySelector("wu-decoder textarea").focus(), true)`)
	reached := make(map[string]bool)
	for range 16 {
		p.do(chromedp.KeyEvent(kb.Tab))
		reached[eval[string](p, `document.activeElement.name || document.activeElement.getAttribute("role") || document.activeElement.textContent.slice(0, 9)`)] = true
	}
	for _, want := range []string{"as", "side", "deflate", "Copy link", "treegrid"} {
		if !reached[want] {
			t.Errorf("Tab does not reach %q: %v", want, reached)
		}
	}
}

func TestDecoderLooks(t *testing.T) {
	t.Parallel()
	proxy := serveProxied(t)
	inAllLooks(t, "document", func(t *testing.T, width, height int64) *tab {
		p := newTab(t)
		p.do(chromedp.EmulateViewport(width, height), chromedp.Navigate("http://"+proxy.address+"/decode"))
		p.until(decodedRows + ` >= 4 && document.querySelector("wu-decoder .under mark.chosen") !== null`)
		return p
	}, func(p *tab, look string, _ bool) {
		p.shoot("decode-" + look)
	})
}

// A log saved as a capture and as a HAR, opened again: the same frames in the same inspector.
func TestDecoderFiles(t *testing.T) {
	t.Parallel()
	proxy := serveProxied(t)
	address := proxy.address
	p, _ := openEcho(t, proxy)
	say(p, "Spang")
	p.until(`[...document.querySelectorAll("wu-inspector .space [role=row]")].some(r => r.textContent.includes("Spang"))`)
	wire := wireOf(p)
	folder := t.TempDir()
	d := newTab(t)
	d.do(chromedp.EmulateViewport(1440, 900), chromedp.Navigate("http://"+address+"/decode"))
	d.until(`document.querySelector("wu-decoded .view") !== null`)
	for _, ending := range []string{"pcapng", "har"} {
		href := eval[string](p, `document.querySelector(".save a[href$='.`+ending+`']").href`)
		if want := "http://" + address + "/wire/" + wire + "/log." + ending; href != want {
			t.Errorf("the link to save leads to %s, want %s", href, want)
		}
		file := filepath.Join(folder, "log."+ending)
		save(t, href, file)
		d.do(chromedp.SetUploadFiles(chromedp.CSS("wu-decoder input[type=file]"), []string{file}))
		d.until(`document.querySelector("wu-decoder .opened").textContent.includes("log.` + ending + `")`)
		d.until(`[...document.querySelectorAll("wu-decoded [role=row]")].some(r => r.textContent.includes("Spang"))`)
		d.until(`/(Packet|Entry) \d+ of the file/.test(document.querySelector("wu-decoded .pane-details").textContent)`)
		d.shoot("decode-" + ending)
	}
	// A file that breaks says where, above what came before.
	b, err := os.ReadFile(filepath.Join(folder, "log.pcapng"))
	if err != nil {
		t.Fatal(err)
	}
	broken := filepath.Join(folder, "broken.pcapng")
	if err := os.WriteFile(broken, b[:len(b)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	d.do(chromedp.SetUploadFiles(chromedp.CSS("wu-decoder input[type=file]"), []string{broken}))
	d.until(`document.querySelector("wu-decoder .opened .decode-fault")?.textContent.startsWith("The file breaks at packet ")`)
	// On a slow line a bar says how far the file is, and the reader can stop it.
	if _, err := chromedp.Call(d.ctx, network.Enable, network.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	d.uploads(50_000)
	long := filepath.Join(folder, "long.har")
	if err := os.WriteFile(long, []byte(`{"log": {"entries": [`+strings.Repeat(" ", 2_000_000)+"]}}"), 0o600); err != nil {
		t.Fatal(err)
	}
	d.do(chromedp.SetUploadFiles(chromedp.CSS("wu-decoder input[type=file]"), []string{long}))
	d.until(`!document.querySelector("wu-decoder .uploading").hidden && document.querySelector("wu-decoder .uploading progress").max === 2000024`)
	d.shoot("decode-uploading")
	d.press("wu-decoder .uploading", "Stop")
	d.until(`document.querySelector("wu-decoder .decode-editor > .decode-fault:not([hidden])")?.textContent.startsWith("long.har: Stopped.") && document.querySelector("wu-decoder .uploading").hidden`)
	d.uploads(-1)
	// Hex in a file goes on as text, and a drop does what the picker does.
	eval[bool](d, `(() => { const t = new DataTransfer(); t.items.add(new File(["81 00"], "a.hex")); document.querySelector("wu-decoder").dispatchEvent(new DragEvent("drop", {dataTransfer: t, bubbles: true, cancelable: true})); return true })()`)
	d.until(decodeText + ` === "81 00" && document.querySelector("wu-decoder .opened").hidden && ` + decodedRows + ` === 1`)
}

// save keeps what an address answers.
func save(t *testing.T, address, file string) {
	t.Helper()
	res, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err == nil {
		err = os.WriteFile(file, b, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// uploads sets how many bytes a second the page may send; -1 sets no bound. Which of the two places for
// offline is asked for depends on the version of Chromium, which ignores the other.
func (p *tab) uploads(rate float64) {
	p.t.Helper()
	emulate := cdp.Command[map[string]any, cdp.Empty]{Method: network.CommandEmulateNetworkConditionsByRule}
	line := map[string]any{"urlPattern": "", "latency": 1, "downloadThroughput": -1, "uploadThroughput": rate, "offline": false}
	if _, err := chromedp.Call(p.ctx, emulate, map[string]any{"offline": false, "matchedNetworkConditions": []any{line}}); err != nil {
		p.t.Fatal(err)
	}
}
