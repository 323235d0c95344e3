//go:build browser

package main

// Lesson 7 in Chromium: the handshake card against the bytes that a proxy saw, broken handshakes, and
// the exercises, right and wrong.

import (
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// shakes opens a WebSocket from the lab, and waits for the card.
func shakes(p *tab) {
	p.t.Helper()
	p.until(`document.querySelector("wu-handshake-lab .btn.primary") !== null`)
	p.press("wu-handshake-lab", "Open a WebSocket")
	p.until(`document.querySelectorAll("wu-handshake-lab .part-of").length === 2 && document.querySelector("wu-handshake-lab .because") !== null`)
}

// breaks chooses a way to break the handshake, and sends it.
func breaks(p *tab, how, guess string) {
	p.t.Helper()
	before := eval[int](p, `document.querySelectorAll("wu-handshake-break tbody tr").length`)
	choose := func(which, text string) {
		eval[bool](p, fmt.Sprintf(`(() => { const s = document.querySelectorAll("wu-handshake-break select")[%s]; s.value = [...s.options].find(o => o.text === %q).value; s.dispatchEvent(new Event("change")); return true })()`, which, text))
	}
	choose("0", how)
	choose("1", guess)
	p.press("wu-handshake-break", "Send these bytes")
	p.until(fmt.Sprintf(`document.querySelectorAll("wu-handshake-break tbody tr").length === %d`, before+1))
}

func TestHandshakeCard(t *testing.T) {
	t.Parallel()
	proxy := serveProxied(t)
	p := newTab(t)
	p.do(chromedp.EmulateViewport(1440, 1000), chromedp.Navigate("http://"+proxy.address+"/lessons/handshake"))
	shakes(p)
	shown := eval[string](p, `[...document.querySelectorAll("wu-handshake-lab .part-of .headline")].map(n => n.textContent).join("\n")`)
	head := proxy.head(t, "GET /echo?")
	for _, line := range strings.Split(head, "\r\n") {
		if !strings.Contains(shown, line) {
			t.Errorf("the card doesn't show the line %q; it shows\n%s", line, shown)
		}
	}
	_, key, _ := strings.Cut(head, "Sec-WebSocket-Key: ")
	key, _, _ = strings.Cut(key, "\r\n")
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	steps := eval[string](p, `document.querySelector("wu-handshake-lab .accept-steps").textContent`)
	for _, want := range []string{key, fmt.Sprintf("% x", sum), base64.StdEncoding.EncodeToString(sum[:]), "The same."} {
		if !strings.Contains(steps, want) {
			t.Errorf("the steps don't show %q; they show %s", want, steps)
		}
	}
	if need := eval[string](p, `[...document.querySelectorAll("wu-handshake-lab .up li")].find(n => n.textContent.startsWith("Origin")).querySelector(".need").textContent`); need != "required of a browser" {
		t.Errorf("of Origin the card says %q", need)
	}
	if tops := eval[[]float64](p, `[...document.querySelectorAll("wu-handshake-lab .part-of")].map(n => Math.round(n.getBoundingClientRect().top))`); tops[0] != tops[1] {
		t.Errorf("request and answer begin at %v; want them side by side", tops)
	}
	p.press("wu-handshake-lab", "Reset")
	p.until(`document.querySelector("wu-handshake-lab .part-of") === null`)
	shakes(p)

	// Each program can be copied, and all of it: what is shown is the file.
	src, err := os.ReadFile(programsDir + "/hello-server.py")
	if err != nil {
		t.Fatal(err)
	}
	if got := eval[string](p, `document.querySelector("wu-program pre").textContent`); got != string(src) {
		t.Errorf("the page shows %q; want %q", got, src)
	}
	p.press("wu-program", "Copy")
	p.until(`/^(Copied|Selected)/.test(document.querySelector("wu-program .said").textContent)`)
}

func TestHandshakeBroken(t *testing.T) {
	t.Parallel()
	address, stop := start(t)
	p := openLesson(t, address, "handshake", freshWire())
	for _, c := range []struct{ how, status string }{
		{"nothing: as it should be", "101"}, {"POST instead of GET", "405"}, {"HTTP/1.0", "400"}, {"no Host", "400"},
		{"no Upgrade", "426"}, {"Upgrade to something else", "426"}, {"no Connection", "400"}, {"Connection: keep-alive alone", "400"},
		{"Connection: keep-alive, Upgrade", "101"}, {"no version", "426"}, {"version 8", "426"}, {"no key", "400"},
		{"a key that is too short", "400"}, {"a key twice", "400"}, {"an Origin of another site", "403"},
		{"a subprotocol twice", "400"}, {"extensions that can't be read", "400"}, {"a body announced", "400"},
	} {
		breaks(p, c.how, "403")
		row := eval[string](p, `[...document.querySelector("wu-handshake-break tbody tr").children].map(n => n.textContent).join(" | ")`)
		mark := "403 ✗"
		if c.status == "403" {
			mark = "403 ✓"
		}
		if !strings.HasPrefix(row, c.how+" | "+mark+" | "+c.status+" | ") || len(row) < len(c.how)+30 {
			t.Errorf("%s: the row says %q; want %s", c.how, row, c.status)
		}
		if c.status != "101" && c.how != "no Host" && !strings.Contains(row, "RFC ") {
			t.Errorf("%s: the row names no rule: %q", c.how, row)
		}
	}
	breaks(p, "no key", "no guess")
	p.until(`[...document.querySelectorAll("wu-inspector .row")].some(n => n.textContent.includes("no Sec-WebSocket-Key"))`)
	p.shoot("handshake-broken")
	if status, said := stop(); status != exitOK {
		t.Errorf("exit %d: %s", status, said)
	}
}

// acceptFor is the value for the drawn key, or what change makes of the text that is hashed.
func acceptFor(r *reader, change func(key, guid string) string) string {
	key, guid := r.drawn["Sec-WebSocket-Key"], "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
	text := key + guid
	if change != nil {
		text = change(key, guid)
	}
	sum := sha1.Sum([]byte(text))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// greets runs a sample client with the reader's URL.
func greets(name string, args ...string) func(r *reader) {
	return func(r *reader) {
		r.t.Helper()
		if _, err := exec.LookPath("python3"); err != nil {
			r.t.Skip("python3 is missing")
		}
		all := append([]string{programsDir + "/" + name, r.fill("ws://{host}/echo?wire={wire}&word={word}&breakdown=off")}, args...)
		if out, err := exec.Command("python3", all...).CombinedOutput(); err != nil {
			r.t.Fatalf("%s: %v\n%s", name, err, out)
		}
	}
}

// shakeWith sends a handshake by hand, with more lines, and reads the answer.
func shakeWith(method string, fields ...string) func(r *reader) {
	return func(r *reader) {
		r.t.Helper()
		c := r.dial()
		c.send(method + " /echo?wire={wire}&word={word}&breakdown=off HTTP/1.1\r\nHost: {host}\r\n" + strings.Join(fields, "\r\n") + "\r\n\r\n")
		c.response(method)
		c.Close()
	}
}

var wholeShake = []string{"Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="}

// sayFrame opens the echo with the word in its URL, and sends one frame by hand.
func sayFrame(frame string) func(r *reader) {
	return func(r *reader) {
		r.t.Helper()
		c := r.dial()
		c.send("GET /echo?wire={wire}&word={word}&breakdown=off HTTP/1.1\r\nHost: {host}\r\n" + strings.Join(wholeShake, "\r\n") + "\r\n\r\n")
		c.response("GET")
		c.Write([]byte(frame))
		c.read()
		c.Close()
	}
}

const ncShake = `printf 'GET /echo?wire={wire}&word={word} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n'`

var handshakeAttempts = []attempt{
	{exercise: "handshake/accept", fixture: "pass", title: "The value, typed into the card.",
		page: func(r *reader, p *tab) { p.typeAnswer("accept", acceptFor(r, nil)) }},
	{exercise: "handshake/accept", fixture: "wrong-key-alone", title: "The key hashed without the GUID.",
		terminal: func(r *reader) { r.answer(acceptFor(r, func(key, _ string) string { return key })) }},
	{exercise: "handshake/accept", fixture: "wrong-decoded", title: "The key decoded before it is hashed.",
		terminal: func(r *reader) {
			r.answer(acceptFor(r, func(key, guid string) string {
				b, _ := base64.StdEncoding.DecodeString(key)
				return string(b) + guid
			}))
		}},
	{exercise: "handshake/accept", fixture: "wrong-line-end", title: "A line end hashed along.",
		terminal: func(r *reader) { r.answer(acceptFor(r, func(key, guid string) string { return key + guid + "\n" })) }},
	{exercise: "handshake/accept", fixture: "wrong-hex", title: "The digest in hex.",
		terminal: func(r *reader) {
			b, _ := base64.StdEncoding.DecodeString(acceptFor(r, nil))
			r.answer(fmt.Sprintf("%x", b))
		}},
	{exercise: "handshake/accept", fixture: "wrong-other", title: "The key itself, typed in.",
		terminal: func(r *reader) { r.answer(r.drawn["Sec-WebSocket-Key"]) }},

	{exercise: "handshake/by-hand", fixture: "pass", title: "Writes the handshake with printf, and sends it with nc.",
		terminal: func(r *reader) { r.paste("nc", ncShake+ncLine) }},
	{exercise: "handshake/by-hand", fixture: "pass-forge", title: "Sends the lab's handshake as it is.",
		page: func(r *reader, p *tab) {
			p.here("by-hand")
			breaks(p, "nothing: as it should be", "101")
		}},
	{exercise: "handshake/by-hand", fixture: "wrong-browser", title: "Opens a WebSocket from the page.",
		page: func(r *reader, p *tab) {
			p.here("by-hand")
			shakes(p)
		}},
	{exercise: "handshake/by-hand", fixture: "wrong-refused", title: "Leaves the key out.",
		terminal: shakeWith("GET", wholeShake[:3]...)},

	{exercise: "handshake/three-noes", fixture: "pass", title: "Three of the lab's ways to break it.",
		page: func(r *reader, p *tab) {
			p.here("three-noes")
			for _, how := range []string{"no version", "no key", "an Origin of another site"} {
				breaks(p, how, "no guess")
			}
		}},
	{exercise: "handshake/three-noes", fixture: "wrong-yes", title: "A handshake that is right.",
		terminal: shakeWith("GET", wholeShake...)},
	{exercise: "handshake/three-noes", fixture: "wrong-method", title: "A handshake with the method HEAD.",
		terminal: shakeWith("HEAD", wholeShake...)},

	{exercise: "handshake/hello", fixture: "pass", title: "Runs by-hand.py with a name.",
		terminal: greets("by-hand.py", "Ada")},
	{exercise: "handshake/hello", fixture: "wrong-browser", title: "Opens a WebSocket from the page.",
		page: func(r *reader, p *tab) {
			p.here("hello")
			shakes(p)
		}},
	{exercise: "handshake/hello", fixture: "wrong-forge", title: "Sends the lab's handshake.",
		page: func(r *reader, p *tab) {
			p.here("hello")
			breaks(p, "nothing: as it should be", "101")
		}},
	{exercise: "handshake/hello", fixture: "wrong-nobody", title: "Sends a text without a letter in it.",
		terminal: sayFrame("\x81\x82\x00\x00\x00\x0042")},
	{exercise: "handshake/hello", fixture: "wrong-binary", title: "Sends the name as a binary message.",
		terminal: sayFrame("\x82\x83\x00\x00\x00\x00Ada")},
	{exercise: "handshake/hello", fixture: "wrong-unmasked", title: "Sends the name without a mask.",
		terminal: sayFrame("\x81\x03Ada")},
}

func TestHandshakeExercises(t *testing.T) { passes(t, handshakeAttempts) }

// forgedShake is the mistake that a test's own connection can't make: what makes it one is that the
// forge has opened the connection.
var forgedShake = map[string]string{
	"handshake/hello/wrong-forge": "the forge has to make the connection: see TestHandshakeForged",
}

func TestHandshakeMistakes(t *testing.T) { showsMistakes(t, "handshake", forgedShake) }

// TestHandshakeForged makes the mistake that showsMistakes can't, with the lab, and sees the page say so.
func TestHandshakeForged(t *testing.T) { makesMistakes(t, handshakeAttempts, forgedShake) }

func TestRecordHandshake(t *testing.T) { recordAttempts(t, handshakeAttempts) }

func TestHandshakeLooks(t *testing.T) {
	t.Parallel()
	lookAt(t, "handshake", "wu-handshake-lab, .accept-steps, wu-handshake-break, figure.program, wu-exercise", func(p *tab) {
		shakes(p)
		breaks(p, "no version", "400")
		breaks(p, "an Origin of another site", "403")
	})
}

// TestHelloInBrowser pastes the sample for a browser into a page of each server's own, and into the
// lesson's.
func TestHelloInBrowser(t *testing.T) {
	t.Parallel()
	src, err := os.ReadFile(filepath.Join(programsDir, "hello-browser.js"))
	if err != nil {
		t.Fatal(err)
	}
	says := func(p *tab, url, want string) {
		t.Helper()
		if got := eval[string](p, fmt.Sprintf("%s\nhello(%q, \"Zoë\").catch(String)", src, url)); got != want {
			t.Errorf("hello(%q) answers %q; want %q", url, got, want)
		}
	}
	address, stop := start(t)
	wire := freshWire()
	p := openLesson(t, address, "handshake", wire)
	says(p, "ws://"+address+"/echo?breakdown=off&wire="+wire, "Zoë")
	p.until(`[...document.querySelectorAll("wu-inspector .space [role=row]")].some(r => r.textContent.includes("Zoë") && !r.textContent.includes("terminal"))`)
	tools := sampleTools(t)
	for _, language := range []string{"py", "go", "mjs"} {
		if tool := tools[language]; tool != nil {
			url := serveSample(t, tool("hello-server", "0"))
			other := newTab(t)
			other.do(chromedp.Navigate("http" + strings.TrimPrefix(url, "ws"))) // it refuses the page, which is one of its own all the same
			says(other, url, "Hello, Zoë!")
		}
	}
	if status, said := stop(); status != exitOK {
		t.Errorf("exit %d: %s", status, said)
	}
}
