//go:build browser

package main

// Lesson 10 in Chromium: a text cut into frames, round trips, every way to end a socket, one long
// message, many sockets, and the exercises, right and wrong.

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"wireup/content"
	"wireup/inspector"
)

// client is a masked frame's header.
func client(fin bool, op inspector.Opcode) inspector.Header {
	return inspector.Header{Fin: fin, Opcode: op, Masked: true, Key: aKey}
}

// piece is one frame to forge.
type piece struct {
	header  inspector.Header
	payload string
}

// forgePieces has the forge send frames in one write.
func (r *reader) forgePieces(pieces ...piece) {
	r.t.Helper()
	var all []byte
	for _, f := range pieces {
		p := []byte(r.fill(f.payload))
		f.header.Length = uint64(len(p))
		if f.header.Masked {
			p = inspector.AppendMasked(nil, p, f.header.Key, 0)
		}
		all = append(f.header.AppendTo(all), p...)
	}
	r.forge(fmt.Sprintf("%x", all))
}

// compose types a cut text into the composer, says what stands at its cuts, and sends it.
func compose(p *tab, text string, between ...string) {
	p.t.Helper()
	p.fill("wu-conversation-fragments form > input", text)
	for i, what := range between {
		eval[bool](p, fmt.Sprintf(`(() => { const s = document.querySelectorAll("wu-conversation-fragments .behind select")[%d]; s.value = %q; s.dispatchEvent(new Event("change", { bubbles: true })); return true })()`, i, what))
	}
	p.press("wu-conversation-fragments", "Send these frames")
}

const endsState = `document.querySelector("wu-conversation-ends").dataset.state`

// openEnd opens a socket of the lab of ends.
func openEnd(p *tab) {
	p.t.Helper()
	eval[bool](p, `(document.querySelector("wu-conversation-ends .lab-buttons button").click(), true)`)
	p.until(endsState + ` === "open"`)
}

func onPage(way string) func(r *reader, p *tab) {
	return func(r *reader, p *tab) {
		p.here(r.id)
		openEnd(p)
		endWay(p, way)
	}
}

// endWay presses the button with this very name.
func endWay(p *tab, way string) {
	p.t.Helper()
	if !eval[bool](p, fmt.Sprintf(`(() => { const b = [...document.querySelectorAll("wu-conversation-ends .presets button")].find(b => b.textContent === %q); b?.click(); return b !== undefined })()`, way)) {
		p.t.Fatalf("there is no way called %s", way)
	}
	p.until(`document.querySelector("wu-conversation-ends .close-panel") !== null`)
	p.until(`!document.querySelector("wu-conversation-ends .close-panel").textContent.includes("still open")`)
}

// cardLine is the line for a tool that stands on an exercise's card.
func cardLine(t *testing.T, lesson, id, tool string) string {
	t.Helper()
	src, err := fs.ReadFile(content.FS, "lessons/"+lesson+".md")
	if err != nil {
		t.Fatal(err)
	}
	_, card, ok := strings.Cut(string(src), "::: exercise "+id+" ")
	_, line, there := strings.Cut(card, "```"+tool+"\n")
	if !ok || !there {
		t.Fatalf("%s/%s has no line for %s", lesson, id, tool)
	}
	line, _, _ = strings.Cut(line, "\n")
	return line
}

// inPieces runs the card's line for Python, with change made to it, as the reader has to.
func inPieces(change func(line string) string) func(r *reader) {
	return func(r *reader) {
		r.t.Helper()
		python := pythonForSamples()
		if python == "" {
			r.t.Skip("install python3-websockets to run this")
		}
		line := change(cardLine(r.t, r.lesson, r.id, "python"))
		r.paste(python, strings.Replace(line, "python3 ", python+" "+programsDir+"/", 1))
	}
}

var conversationAttempts = []attempt{
	{exercise: "conversation/three-frames", fixture: "pass", title: "The composer, with two cuts behind the word.",
		page: func(r *reader, p *tab) {
			p.here("three-frames")
			compose(p, r.word+"| in three| frames")
		}},
	{exercise: "conversation/three-frames", fixture: "pass-python", title: "The line for Python, with a second piece.",
		terminal: inPieces(func(line string) string { return line + ` ' in frames'` })},
	{exercise: "conversation/three-frames", fixture: "wrong-two", title: "The line for Python as it stands.",
		terminal: inPieces(func(line string) string { return line })},
	{exercise: "conversation/three-frames", fixture: "wrong-whole", title: "The composer, without a cut.",
		page: func(r *reader, p *tab) {
			p.here("three-frames")
			p.press("wu-conversation-fragments", "Send these frames")
		}},
	{exercise: "conversation/three-frames", fixture: "wrong-opcode", title: "The forge gives each of three frames the opcode 1.",
		terminal: func(r *reader) {
			r.forgePieces(piece{client(false, inspector.OpText), "{word} "}, piece{client(false, inspector.OpText), "in "}, piece{client(true, inspector.OpText), "three"})
		}},
	{exercise: "conversation/three-frames", fixture: "wrong-binary", title: "The forge sends a binary message in three frames.",
		terminal: func(r *reader) {
			r.forgePieces(piece{client(false, inspector.OpBinary), "{word} "}, piece{client(false, inspector.OpContinuation), "in "}, piece{client(true, inspector.OpContinuation), "three"})
		}},
	{exercise: "conversation/three-frames", fixture: "wrong-unmasked", title: "The forge leaves the mask out.",
		terminal: func(r *reader) {
			r.forgePieces(piece{inspector.Header{Opcode: inspector.OpText}, "{word} "}, piece{inspector.Header{Opcode: inspector.OpContinuation}, "in "}, piece{inspector.Header{Fin: true, Opcode: inspector.OpContinuation}, "three"})
		}},

	{exercise: "conversation/ping-between", fixture: "pass", title: "The composer, with one cut and a ping at it.",
		page: func(r *reader, p *tab) {
			p.here("ping-between")
			compose(p, r.word+"| goes on", "ping")
		}},
	{exercise: "conversation/ping-between", fixture: "pass-python", title: "The line for Python, with PING between its pieces.",
		terminal: inPieces(func(line string) string { return strings.Replace(line, "' ' goes", "' PING ' goes", 1) })},
	{exercise: "conversation/ping-between", fixture: "wrong-whole", title: "A ping, and then the text in one frame.",
		terminal: func(r *reader) {
			r.forgePieces(piece{client(true, inspector.OpPing), "there?"}, piece{client(true, inspector.OpText), "{word}"})
		}},
	{exercise: "conversation/ping-between", fixture: "wrong-none", title: "Two frames, and the ping behind them.",
		terminal: func(r *reader) {
			r.forgePieces(piece{client(false, inspector.OpText), "{word}"}, piece{client(true, inspector.OpContinuation), " goes on"}, piece{client(true, inspector.OpPing), "there?"})
		}},
	{exercise: "conversation/ping-between", fixture: "wrong-pong", title: "A pong where the ping was to stand, and no more.",
		terminal: func(r *reader) {
			r.forgePieces(piece{client(false, inspector.OpText), "{word}"}, piece{client(true, inspector.OpPong), "there?"})
		}},

	{exercise: "conversation/goodbye", fixture: "pass", title: "The page closes with 1000, and the server answers.", page: onPage("close(1000)")},
	{exercise: "conversation/goodbye", fixture: "pass-server", title: "The server closes with 1000, and the browser answers.", page: onPage("close 1000")},
	{exercise: "conversation/goodbye", fixture: "wrong-no-code", title: "The page closes without a code.", page: onPage("close()")},
	{exercise: "conversation/goodbye", fixture: "wrong-4000", title: "The page closes with 4000.", page: onPage("close(4000, “bye”)")},
	{exercise: "conversation/goodbye", fixture: "wrong-cut", title: "The server cuts TCP, and nobody says goodbye.", page: onPage("cut it (FIN)")},

	{exercise: "conversation/abnormal", fixture: "pass", title: "The server resets it, and 1006 is typed.",
		page: func(r *reader, p *tab) { onPage("reset it (RST)")(r, p); p.typeAnswer("abnormal", "1006") }},
	{exercise: "conversation/abnormal", fixture: "pass-cut", title: "The server cuts it, and 1006 is typed.",
		page: func(r *reader, p *tab) { onPage("cut it (FIN)")(r, p); p.typeAnswer("abnormal", "1006") }},
	{exercise: "conversation/abnormal", fixture: "wrong-goodbye", title: "The page closes it.", page: onPage("close(1000)")},
	{exercise: "conversation/abnormal", fixture: "wrong-too-soon", title: "1006 typed before anything was dropped.",
		page: func(r *reader, p *tab) { p.typeAnswer("abnormal", "1006") }},
	{exercise: "conversation/abnormal", fixture: "wrong-code", title: "The server cuts it, and 1000 is typed.",
		page: func(r *reader, p *tab) { onPage("cut it (FIN)")(r, p); p.typeAnswer("abnormal", "1000") }},

	{exercise: "conversation/illegal", fixture: "pass", title: "The forge sets RSV1, and then takes opcode 3.",
		terminal: func(r *reader) {
			r.forgePieces(piece{inspector.Header{Fin: true, RSV: 4, Opcode: inspector.OpText, Masked: true, Key: aKey}, "{word}"})
			r.forgePieces(piece{client(true, 3), "{word}"})
		}},
	{exercise: "conversation/illegal", fixture: "pass-composer", title: "The composer puts a text into a message, and the forge sends a ping with FIN 0.",
		page: func(r *reader, p *tab) {
			p.here("illegal")
			compose(p, r.word+"| goes on", "text")
			p.until(`document.querySelector("wu-conversation-fragments .said").textContent.includes("closed with 1002")`)
			r.forgePieces(piece{client(false, inspector.OpPing), "{word}"})
		}},
	{exercise: "conversation/illegal", fixture: "pass-curl", title: "The line for curl, with c1 and with 83 for its first byte.",
		terminal: func(r *reader) {
			for _, first := range []string{"c1", "83"} {
				r.paste("curl", strings.Replace(cardLine(r.t, r.lesson, r.id, "curl"), `"81'`, `"`+first+`'`, 1))
			}
		}},
	{exercise: "conversation/illegal", fixture: "wrong-legal", title: "A frame that breaks no rule.",
		terminal: func(r *reader) { r.forgePieces(piece{client(true, inspector.OpText), "{word}"}) }},
	{exercise: "conversation/illegal", fixture: "wrong-same", title: "RSV1, and then RSV2.",
		terminal: func(r *reader) {
			r.forgePieces(piece{inspector.Header{Fin: true, RSV: 4, Opcode: inspector.OpText, Masked: true, Key: aKey}, "{word}"})
			r.forgePieces(piece{inspector.Header{Fin: true, RSV: 2, Opcode: inspector.OpText, Masked: true, Key: aKey}, "{word}"})
		}},
	{exercise: "conversation/illegal", fixture: "wrong-code", title: "A text that is no UTF-8, which has a code of its own.",
		terminal: func(r *reader) { r.forgePieces(piece{client(true, inspector.OpText), "{word} \xff"}) }},
}

// dropped are the mistakes that need a server which drops the connection, as a recording's bytes
// don't make it do.
var dropped = map[string]string{
	"conversation/goodbye/wrong-cut":   "the server has to cut the connection: see TestConversationCut",
	"conversation/abnormal/wrong-code": "the server has to cut the connection: see TestConversationCut",
}

func TestConversationExercises(t *testing.T) { passes(t, conversationAttempts) }
func TestConversationMistakes(t *testing.T)  { showsMistakes(t, "conversation", dropped) }

func TestRecordConversation(t *testing.T) { recordAttempts(t, conversationAttempts) }

// TestConversationCut makes the mistakes that showsMistakes can't, and sees the page say so.
func TestConversationCut(t *testing.T) { makesMistakes(t, conversationAttempts, dropped) }

func openConversation(t *testing.T, address string) *tab {
	t.Helper()
	p := newTab(t)
	p.do(chromedp.EmulateViewport(1440, 1000), chromedp.Navigate("http://"+address+"/lessons/conversation"))
	p.until(`document.querySelector("wu-conversation-many h3") !== null && document.querySelectorAll("wu-inspector").length > 0`)
	return p
}

func TestConversationFragments(t *testing.T) {
	t.Parallel()
	proxy := serveProxied(t)
	p := openConversation(t, proxy.address)
	const said = `document.querySelector("wu-conversation-fragments .said").textContent`
	compose(p, "Hel|lo", "ping")
	p.until(said + `.includes("The pong came before the mirror's last frame.")`)
	if got := eval[string](p, said); !strings.Contains(got, "2 frames up, one message: 3, 2 bytes of payload. The mirror came back in frames of the same sizes: 3, 2.") {
		t.Errorf("the lab says %q", got)
	}
	rows := eval[[]string](p, `[...document.querySelectorAll("wu-conversation-fragments .crossed tbody tr")].map(r => r.textContent)`)
	if len(rows) != 6 {
		t.Errorf("the lab lists %d frames: %q", len(rows), rows)
	}
	p.press("wu-conversation-fragments .crossed", "FIN 1 · 9 ping")
	p.until(`document.querySelector("wu-inspector .pane-details").textContent.includes("ping")`)
	eval[bool](p, `(document.querySelector("wu-conversation-fragments input[type=checkbox]").click(), true)`)
	compose(p, "one|two|three")
	p.until(said + `.includes("3 frames up, one message: 3, 3, 5 bytes")`)
	p.until(`document.querySelectorAll("wu-conversation-fragments .crossed tbody tr").length === 8`)
	if order := eval[string](p, `[...document.querySelectorAll("wu-conversation-fragments .crossed tbody td:first-child")].map(n => n.textContent).join("")`); !strings.HasPrefix(order, "↑↓↑") {
		t.Errorf("with pauses the frames cross as %s; want each mirrored before the next", order)
	}
	p.fill("wu-conversation-fragments form > input", strings.Repeat("|", 20))
	p.until(`document.querySelector("wu-conversation-fragments .wrong").textContent.includes("16 at most")`)
	p.press("wu-conversation-fragments", "Reset")
	p.until(`document.querySelector("wu-conversation-fragments .said").textContent === "" && document.querySelector("wu-conversation-fragments .transcript").hidden`)
}

func TestConversationPings(t *testing.T) {
	t.Parallel()
	address, stop := start(t)
	p := openConversation(t, address)
	p.press("wu-conversation-pings", "Ten in a row")
	p.until(`document.querySelectorAll("wu-conversation-pings .rtt-list li").length === 10`)
	if dots := eval[int](p, `document.querySelectorAll("wu-conversation-pings .trip").length`); dots != 10 {
		t.Errorf("the plot has %d dots, want 10", dots)
	}
	if said := eval[string](p, `document.querySelector("wu-conversation-pings .caption").textContent`); !strings.HasPrefix(said, "10 pongs: ") || !strings.HasSuffix(said, "handed 0 messages.") {
		t.Errorf("the lab says %q", said)
	}
	if api := eval[string](p, `document.querySelector("wu-conversation-pings .why").textContent`); !strings.Contains(api, "send()") || strings.Contains(api, "ping()") {
		t.Errorf("the API is told as %q", api)
	}
	if status, said := stop(); status != exitOK {
		t.Errorf("exit %d: %s", status, said)
	}
}

// TestConversationEnds: each way, with the wire's close and the page's side by side.
func TestConversationEnds(t *testing.T) {
	t.Parallel()
	address, stop := start(t)
	p := openConversation(t, address)
	const panel = `document.querySelector("wu-conversation-ends .close-panel").textContent`
	for _, tt := range []struct {
		way  string
		want []string
	}{
		{"close(1000)", []string{"first to closeyour page", "close 1000 normal closure", "code1000", "wasCleantrue"}},
		{"close(4000, “bye”)", []string{"your page sentclose 4000", "the server sentclose 4000", "code4000"}},
		{"close()", []string{"a close frame without a code", "code1005", "wasCleantrue", "never crosses the wire"}},
		{"close 1000", []string{"first to closethe server", "code1000", "wasCleantrue"}},
		{"close 4001 “enough”", []string{"the server sentclose 4001", "“enough”", "code4001"}},
		{"close, no code", []string{"first to closethe server", "code1005"}},
		{"cut it (FIN)", []string{"first to closeneither", "no close frame", "TCPserver closed", "code1006", "wasCleanfalse"}},
		{"reset it (RST)", []string{"first to closeneither", "TCPserver reset", "code1006", "wasCleanfalse"}},
	} {
		openEnd(p)
		endWay(p, tt.way)
		text := eval[string](p, panel)
		for _, want := range tt.want {
			if !strings.Contains(text, want) {
				t.Errorf("%s: the panel says %q; want %q in it", tt.way, text, want)
			}
		}
	}
	// Silence: the handshake of closing never completes, until somebody ends TCP.
	openEnd(p)
	p.press("wu-conversation-ends .presets", "fall silent")
	p.until(`document.querySelector("wu-conversation-ends h3").textContent.includes("the server is silent")`)
	eval[bool](p, `([...document.querySelectorAll("wu-conversation-ends .presets button")].find(b => b.textContent === "close(1000)").click(), true)`)
	p.until(`document.querySelector("wu-conversation-ends .waiting").textContent.includes("closing for 1 s")`)
	if state := eval[string](p, endsState); state != "closing" {
		t.Errorf("the page's socket is %s; want it closing", state)
	}
	p.shoot("conversation-silence")
	endWay(p, "reset it (RST)")
	text := eval[string](p, panel)
	for _, want := range []string{"your page sentclose 1000", "the server sentno close frame", "TCPserver reset", "code1006", "wasCleanfalse"} {
		if !strings.Contains(text, want) {
			t.Errorf("after silence the panel says %q; want %q in it", text, want)
		}
	}
	// The prediction, wrong and right.
	p.press("wu-conversation-ends", "Reset")
	eval[bool](p, `(document.querySelectorAll("wu-conversation-ends .prediction input")[2].click(), true)`)
	p.press("wu-conversation-ends .prediction", "Predict and reset it")
	p.until(`document.querySelector("wu-conversation-ends .answer").textContent.includes("1006")`)
	if status, said := stop(); status != exitOK {
		t.Errorf("exit %d: %s", status, said)
	}
}

// TestConversationLong: the frames that the page counts are those that a proxy between saw.
func TestConversationLong(t *testing.T) {
	t.Parallel()
	proxy := serveProxied(t)
	p := openConversation(t, proxy.address)
	const title = `document.querySelector("wu-conversation-long .long-run h4").textContent`
	p.press("wu-conversation-long", "Send without compression")
	p.until(`document.querySelector("wu-conversation-long .long-run") !== null`)
	shown := eval[int](p, `document.querySelectorAll("wu-conversation-long .frame-bar").length`)
	seen := clientFrames(t, proxy.find(t, "GET /echo"))
	var payload uint64
	for _, h := range seen {
		payload += h.Length
	}
	if shown != len(seen) || payload != 200_000 || shown < 1 {
		t.Errorf("the lab shows %d frames; the proxy saw %d, of %d bytes", shown, len(seen), payload)
	}
	t.Logf("one send() of 200 000 characters left in %d frames", shown)
	p.press("wu-conversation-long", "Send with compression")
	p.until(title + `.includes("permessage-deflate")`)
	if list := eval[string](p, `document.querySelector("wu-conversation-long .long-list").textContent`); !strings.Contains(list, "FIN 1 · text · RSV1") {
		t.Errorf("with compression the frames are %q; want one", list)
	}
	eval[bool](p, `(document.querySelector("wu-conversation-long select").value = "random", true)`)
	p.press("wu-conversation-long", "Send with compression")
	p.until(title + `.includes("random letters")`)
	p.shoot("conversation-long")
}

// clientFrames are the headers of the first message's frames that a client sent.
func clientFrames(t *testing.T, c *conversation) (list []inspector.Header) {
	t.Helper()
	up, _ := c.bytes()
	at := strings.Index(string(up), "\r\n\r\n") + 4
	for at < len(up) {
		h, n, err := inspector.ParseHeader(up[at:])
		if n == 0 || err != nil {
			t.Fatalf("byte %d: %v", at, err)
		}
		list = append(list, h)
		if h.Fin {
			return list
		}
		at += n + int(h.Length)
	}
	t.Fatal("the message has no end")
	return nil
}

func TestConversationMany(t *testing.T) {
	t.Parallel()
	address, stop := start(t)
	p := openConversation(t, address)
	const state = `document.querySelector("wu-conversation-many h3 [role=status]").textContent`
	p.press("wu-conversation-many", "Spawn 20")
	p.until(state + `.includes("20 of 20 open")`)
	p.press("wu-conversation-many", "Everyone says something")
	p.until(`[...document.querySelectorAll("wu-conversation-many .player small")].every(n => n.textContent === "4 frames")`)
	if sum := eval[string](p, `document.querySelector("wu-conversation-many .caption").textContent`); !strings.HasPrefix(sum, "The newest 60 frames") {
		t.Errorf("the lab says %q", sum)
	}
	p.shoot("conversation-many")
	// The limit of a wire is named when it is hit.
	for range 3 {
		p.press("wu-conversation-many", "Spawn 20 more")
	}
	p.until(`document.querySelector("wu-conversation-many .said").textContent.includes("--wire-sockets")`)
	p.until(`document.querySelectorAll("wu-conversation-many .player:not([data-state])").length === 0`)
	p.shoot("conversation-limit")
	p.press("wu-conversation-many", "Close all")
	p.until(state + `.startsWith("many sockets · 0 of 80")`)
	if status, said := stop(); status != exitOK {
		t.Errorf("exit %d: %s", status, said)
	}
}

func TestConversationLooks(t *testing.T) {
	t.Parallel()
	lookAt(t, "conversation", "wu-conversation-fragments, wu-conversation-long, wu-conversation-pings, wu-conversation-ends, wu-conversation-many, wu-exercise", func(p *tab) {
		p.until(`document.querySelector("wu-conversation-many h3") !== null`)
		compose(p, "one |message |in pieces", "ping", "text")
		p.until(`document.querySelector("wu-conversation-fragments .said").textContent.includes("closed with 1002")`)
		p.press("wu-conversation-long", "Send without compression")
		p.until(`document.querySelector("wu-conversation-long .long-run") !== null`)
		p.press("wu-conversation-pings", "Ten in a row")
		openEnd(p)
		endWay(p, "cut it (FIN)")
		p.press("wu-conversation-many", "Spawn 20")
		p.until(`document.querySelector("wu-conversation-many h3").textContent.includes("20 of 20 open")`)
		p.until(`document.querySelectorAll("wu-conversation-pings .rtt-list li").length === 10`)
	})
}
