//go:build browser

package main

// The exercises of lessons 8 and 9, right and wrong.

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/gorilla/websocket"

	"wireup/inspector"
)

var aKey = [4]byte{0x37, 0xfa, 0x21, 0x3d}

// sayInEcho types a message into the echo lab and sends it.
func sayInEcho(p *tab, text string) {
	p.t.Helper()
	p.fill("wu-echo-lab .send input", text)
	p.press("wu-echo-lab .send", "Send")
}

// connected waits for the echo lab's connection.
func connected(p *tab) {
	p.t.Helper()
	p.until(`document.querySelector("wu-echo-lab")?.dataset.state === "open"`)
}

var framesAttempts = []attempt{
	{exercise: "frames/three-lengths", fixture: "pass", title: "Three messages of the lab's buttons, one in each form of the length.",
		page: func(r *reader, p *tab) {
			connected(p)
			p.here("three-lengths")
			for _, name := range []string{"125 B", "126 B", "65 536 B"} {
				p.press("wu-echo-lab", name)
			}
		}},
	{exercise: "frames/three-lengths", fixture: "wrong-longer-form", title: "The forge writes the length of a short message in 16 bits.",
		terminal: func(r *reader) {
			r.forge(fmt.Sprintf("81fe0007%x%x", aKey, inspector.AppendMasked(nil, []byte(r.word), aKey, 0)))
		}},
	{exercise: "frames/three-lengths", fixture: "wrong-in-pieces", title: "A client of gorilla's library cuts a long message into frames of its own.",
		terminal: func(r *reader) {
			ws, _, err := (&websocket.Dialer{WriteBufferSize: 4096}).Dial("ws://"+r.address+"/echo?breakdown=off&wire="+r.wire, nil)
			if err != nil {
				r.t.Fatal(err)
			}
			defer ws.Close()
			ws.WriteMessage(websocket.TextMessage, []byte(r.word+strings.Repeat("a", 65536)))
			ws.ReadMessage()
		}},
	{exercise: "frames/three-lengths", fixture: "wrong-unmasked", title: "The forge leaves the mask out.",
		terminal: func(r *reader) { r.forgeFrame(inspector.Header{Fin: true, Opcode: inspector.OpText}, "{word}") }},

	{exercise: "frames/smallest", fixture: "pass", title: "The word, and then the lab's button for an empty message.",
		page: func(r *reader, p *tab) {
			connected(p)
			sayInEcho(p, r.word)
			p.press("wu-echo-lab", "empty")
		}},
	{exercise: "frames/smallest", fixture: "wrong-one-letter", title: "The word, and then a message of one letter.",
		page: func(r *reader, p *tab) {
			connected(p)
			sayInEcho(p, r.word)
			sayInEcho(p, "a")
		}},
	{exercise: "frames/smallest", fixture: "wrong-ping", title: "The word, and then a ping without a payload, by hand.",
		terminal: func(r *reader) {
			c := r.echo()
			c.frame(inspector.Header{Fin: true, Opcode: inspector.OpText, Masked: true, Key: aKey}, "{word}")
			c.read()
			c.frame(inspector.Header{Fin: true, Opcode: inspector.OpPing, Masked: true, Key: aKey}, "")
			c.read()
		}},
	{exercise: "frames/smallest", fixture: "wrong-unmasked", title: "The word, and then an empty frame without a mask, by hand.",
		terminal: func(r *reader) {
			c := r.echo()
			c.frame(inspector.Header{Fin: true, Opcode: inspector.OpText, Masked: true, Key: aKey}, "{word}")
			c.read()
			c.frame(inspector.Header{Fin: true, Opcode: inspector.OpText}, "")
			c.read()
		}},

	{exercise: "frames/chars", fixture: "pass", title: "The word with Zoë behind it.",
		page: func(r *reader, p *tab) { connected(p); sayInEcho(p, r.word+" Zoë") }},
	{exercise: "frames/chars", fixture: "wrong-ascii", title: "The word alone, which is plain ASCII.",
		page: func(r *reader, p *tab) { connected(p); sayInEcho(p, r.word) }},
	{exercise: "frames/chars", fixture: "wrong-compressed", title: "The word with Zoë behind it, on a connection that compresses.",
		page: func(r *reader, p *tab) {
			connected(p)
			eval[bool](p, `(document.querySelector("wu-echo-lab input[type=checkbox]").click(), true)`)
			p.until(`document.querySelector("wu-echo-lab").dataset.state !== "open"`)
			connected(p)
			sayInEcho(p, r.word+" Zoë")
		}},
	{exercise: "frames/chars", fixture: "wrong-binary", title: "The forge sends the word with Zoë behind it as a binary message.",
		terminal: func(r *reader) {
			r.forgeFrame(inspector.Header{Fin: true, Opcode: inspector.OpBinary, Masked: true, Key: aKey}, "{word} Zoë")
		}},
	{exercise: "frames/chars", fixture: "wrong-not-utf8", title: "The forge sends a byte behind the word that is no UTF-8.",
		terminal: func(r *reader) {
			r.forgeFrame(inspector.Header{Fin: true, Opcode: inspector.OpText, Masked: true, Key: aKey}, "{word} Zo\xeb")
		}},
	{exercise: "frames/chars", fixture: "wrong-long", title: "A text of which less is kept than it has, by hand.",
		terminal: func(r *reader) {
			c := r.echo()
			c.frame(inspector.Header{Fin: true, Opcode: inspector.OpText, Masked: true, Key: aKey}, "{word} "+strings.Repeat("ë", 400))
			c.read()
		}},

	{exercise: "frames/read-hex", fixture: "pass", title: "The four numbers, typed into the card.",
		page: func(r *reader, p *tab) { p.typeAnswer("read-hex", reading(r, nil)) }},
	{exercise: "frames/read-hex", fixture: "wrong-form", title: "The header as it stands, typed in.",
		page: func(r *reader, p *tab) { p.typeAnswer("read-hex", r.drawn["frame header"]) }},
	{exercise: "frames/read-hex", fixture: "wrong-fin", title: "FIN read the wrong way round.",
		terminal: func(r *reader) { r.answer(reading(r, func(n []uint64) { n[0] ^= 1 })) }},
	{exercise: "frames/read-hex", fixture: "wrong-opcode", title: "The opcode read with FIN's bit.",
		terminal: func(r *reader) { r.answer(reading(r, func(n []uint64) { n[1] += 8 })) }},
	{exercise: "frames/read-hex", fixture: "wrong-mask", title: "MASK read the wrong way round.",
		terminal: func(r *reader) { r.answer(reading(r, func(n []uint64) { n[2] ^= 1 })) }},
	{exercise: "frames/read-hex", fixture: "wrong-sign", title: "126 or 127 taken for the length.",
		terminal: func(r *reader) {
			for header(r).ShortestForm() == 7 {
				r.again()
			}
			r.answer(reading(r, func(n []uint64) {
				if n[3] = 126; header(r).ShortestForm() == 64 {
					n[3] = 127
				}
			}))
		}},
	{exercise: "frames/read-hex", fixture: "wrong-length", title: "A length that is one too long.",
		terminal: func(r *reader) { r.answer(reading(r, func(n []uint64) { n[3]++ })) }},
}

// header is the one that was drawn for the reader.
func header(r *reader) inspector.Header {
	r.t.Helper()
	var b []byte
	for _, two := range strings.Fields(r.drawn["frame header"]) {
		n, err := strconv.ParseUint(two, 16, 8)
		if err != nil {
			r.t.Fatal(err)
		}
		b = append(b, byte(n))
	}
	h, n, err := inspector.ParseHeader(b)
	if n != len(b) || err != nil {
		r.t.Fatalf("%q is no header: %v", r.drawn["frame header"], err)
	}
	return h
}

// reading is what the drawn header says, and what change makes of it.
func reading(r *reader, change func(n []uint64)) string {
	h := header(r)
	n := []uint64{0, uint64(h.Opcode), 0, h.Length}
	if h.Fin {
		n[0] = 1
	}
	if h.Masked {
		n[2] = 1
	}
	if change != nil {
		change(n)
	}
	return strings.Trim(fmt.Sprint(n), "[]")
}

// unmasked is the drawn payload, unmasked.
func unmasked(r *reader) string {
	var key, payload []byte
	for _, part := range []struct {
		name string
		to   *[]byte
	}{{"masking key", &key}, {"payload on the wire", &payload}} {
		for _, two := range strings.Fields(r.drawn[part.name]) {
			n, err := strconv.ParseUint(two, 16, 8)
			if err != nil {
				r.t.Fatal(err)
			}
			*part.to = append(*part.to, byte(n))
		}
	}
	for i := range payload {
		payload[i] ^= key[i%4]
	}
	return string(payload)
}

var maskingAttempts = []attempt{
	{exercise: "masking/unmask", fixture: "pass", title: "The eight letters, typed into the card.",
		page: func(r *reader, p *tab) { p.typeAnswer("unmask", unmasked(r)) }},
	{exercise: "masking/unmask", fixture: "wrong-hex", title: "The right bytes in hex, typed into the card.",
		page: func(r *reader, p *tab) { p.typeAnswer("unmask", fmt.Sprintf("% x", unmasked(r))) }},
	{exercise: "masking/unmask", fixture: "wrong-four", title: "The first four letters right and the others not.",
		terminal: func(r *reader) { r.answer(unmasked(r)[:4] + "????") }},
	{exercise: "masking/unmask", fixture: "wrong-other", title: "Another letter at the end.",
		terminal: func(r *reader) { r.answer(unmasked(r)[:7] + "?") }},

	{exercise: "masking/two-keys", fixture: "pass", title: "The word twice, from the lab.",
		page: func(r *reader, p *tab) {
			for range 2 {
				walkWith(p, r.word)
			}
		}},
	{exercise: "masking/two-keys", fixture: "wrong-other-text", title: "The word, and then the word with a stop behind it.",
		page: func(r *reader, p *tab) {
			walkWith(p, r.word)
			walkWith(p, r.word+".")
		}},
	{exercise: "masking/two-keys", fixture: "wrong-same-key", title: "A program that draws one key for all of its frames.",
		terminal: func(r *reader) {
			c := r.echo()
			for range 2 {
				c.frame(inspector.Header{Fin: true, Opcode: inspector.OpText, Masked: true, Key: aKey}, "{word}")
				c.read()
			}
		}},
	{exercise: "masking/two-keys", fixture: "wrong-unmasked", title: "The forge leaves the mask out.",
		terminal: func(r *reader) { r.forgeFrame(inspector.Header{Fin: true, Opcode: inspector.OpText}, "{word}") }},

	{exercise: "masking/zero-key", fixture: "pass", title: "The forge, with a key of zeros.",
		page: func(r *reader, p *tab) {
			p.fill(`wu-forge fieldset:nth-of-type(4) input`, r.word)
			p.press("wu-forge", "zeros")
			p.press("wu-forge", "Send these bytes")
		}},
	{exercise: "masking/zero-key", fixture: "wrong-browser", title: "The word from the lab: the browser draws the key.",
		page: func(r *reader, p *tab) { walkWith(p, r.word) }},
	{exercise: "masking/zero-key", fixture: "wrong-unmasked", title: "The forge leaves the mask out.",
		terminal: func(r *reader) { r.forgeFrame(inspector.Header{Fin: true, Opcode: inspector.OpText}, "{word}") }},

	{exercise: "masking/naked", fixture: "pass", title: "The forge, with MASK cleared.",
		page: func(r *reader, p *tab) {
			p.fill(`wu-forge fieldset:nth-of-type(4) input`, r.word)
			bit(p, "MASK")
			p.press("wu-forge", "Send these bytes")
		}},
	{exercise: "masking/naked", fixture: "wrong-masked", title: "The word from the lab: the browser masks it.",
		page: func(r *reader, p *tab) { walkWith(p, r.word) }},
}

// walkWith sends a text from the masking lab, and waits until its frame can be walked through.
func walkWith(p *tab, text string) {
	p.t.Helper()
	p.fill("wu-masking-lab .send input", text)
	before := eval[int](p, `window.walked ??= 0`)
	eval[bool](p, `(window.walks ??= (() => { new MutationObserver(() => window.walked++).observe(document.querySelector("wu-masking-lab"), { childList: true, subtree: true }); return true })())`)
	p.press("wu-masking-lab .send", "Send and walk")
	p.until(fmt.Sprintf(`window.walked > %d`, before))
}

func TestFramesExercises(t *testing.T)  { passes(t, framesAttempts) }
func TestMaskingExercises(t *testing.T) { passes(t, maskingAttempts) }

func TestFramesMistakes(t *testing.T)  { showsMistakes(t, "frames", nil) }
func TestMaskingMistakes(t *testing.T) { showsMistakes(t, "masking", nil) }

func TestRecordFramesAndMasking(t *testing.T) {
	recordAttempts(t, framesAttempts)
	recordAttempts(t, maskingAttempts)
}
