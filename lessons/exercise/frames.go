package exercise

// Lesson 8, frames: what a message costs.

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"

	"wireup/inspector"
	"wireup/wire"
)

var framesExercises = []*Exercise{
	{Lesson: "frames", ID: "three-lengths", Revision: 1, Start: threeLengths},
	{Lesson: "frames", ID: "smallest", Revision: 1, Start: smallest},
	{Lesson: "frames", ID: "chars", Revision: 1, Start: chars},
	{Lesson: "frames", ID: "read-hex", Revision: 1, Start: readHex, Draw: drawHex},
}

var framesMistakes = []Wording{
	{"client-unmasked",
		"MASK is 0 in this frame. A client masks every frame, and the server closes the connection over one that isn't.",
		"MASK 1", "RFC 6455 §5.1"},
	{"cut-in-pieces",
		"FIN is 0: the message goes on in other frames, and this length counts only the {came} of this one. Send the message as a single frame.",
		"FIN 1, a message in one frame", "RFC 6455 §5.4"},

	{"form-not-shortest",
		"This length is written in more bytes than it needs. The shortest form that fits must be used.",
		"the shortest form of the length", "RFC 6455 §5.2"},

	{"control-not-data",
		"This {came} is a control frame. A data frame is asked for: text or binary.",
		"opcode 1 or 2", "RFC 6455 §5.6"},
	{"more-than-six",
		"This frame has {came}. Six are the header alone: two bytes, and four of masking key. Send nothing as the message.",
		"a payload length of 0", "RFC 6455 §5.2"},
	{"no-mask-no-six",
		"MASK is 0 in this frame, so it has no masking key and is shorter than six bytes. A client masks every frame, an empty one too.",
		"MASK 1, and four bytes of masking key", "RFC 6455 §5.1"},

	{"chars-same",
		"This text has {came}, and DevTools counts as many: every character in it is ASCII. Put one into it that takes more than a byte in UTF-8.",
		"a character above U+007F", "RFC 6455 §5.6"},
	{"chars-binary",
		"This message is binary, and of those DevTools counts bytes too. Send text.",
		"opcode 1", "RFC 6455 §5.6"},
	{"chars-not-utf8",
		"This payload is no UTF-8, so it is no text and has no characters to count. {came}.",
		"valid UTF-8", "RFC 6455 §8.1"},
	{"chars-too-long",
		"This text has {came}, and only the first 512 are kept here. Send a shorter one.",
		"512 bytes at most", "RFC 6455 §5.6"},
	{"chars-compressed",
		"This message is compressed, so its length on the wire says nothing about its characters. Switch compression off and send it again.",
		"RSV1 0", "RFC 7692 §6"},

	{"read-form",
		"“{came}” is not four numbers. Write FIN, opcode, MASK and the payload length with spaces between, all in decimal.",
		"four numbers, such as 1 2 0 5", "RFC 6455 §5.2"},
	{"read-fin",
		"FIN is not {came}. It is the first bit of the first byte: set from 80 on.",
		"the bit as it stands", "RFC 6455 §5.2"},
	{"read-opcode",
		"The opcode is not {came}. It is the lower half of the first byte, its second hex digit.",
		"the value of its four bits", "RFC 6455 §5.2"},
	{"read-mask",
		"MASK is not {came}. It is the first bit of the second byte: set from 80 on.",
		"the bit as it stands", "RFC 6455 §5.2"},
	{"read-length-is-a-sign",
		"{came} is no length there. It says that the length stands in the bytes behind it: two behind 126, eight behind 127.",
		"the number behind the sign", "RFC 6455 §5.2"},
	{"read-length",
		"The payload length is not {came}. Take MASK's bit off the second byte; if 126 is left the next two bytes are the length, if 127 the next eight.",
		"the bytes of payload", "RFC 6455 §5.2"},
}

// threeLengths: a message in each form of the length.
func threeLengths(a Attempt) Check {
	form := func(bits int, awaits string) Check {
		return Once(Frame(awaits, Up, Data, Carries(a.Word), lengthForm(bits)).
			Must(Keeps("client-unmasked", inspector.RuleUnmaskedClient), isWhole,
				Keeps("form-not-shortest", inspector.RuleLengthNotMinimal)))
	}
	return Proves("Three messages, three forms: the length stood in 7 bits, in 16 and in 64.", Every(
		form(7, "a message with "+a.Word+" whose length fits into 7 bits: up to 125 bytes"),
		form(16, "a message that begins with "+a.Word+" and whose length takes 16 bits: from 126 bytes on"),
		form(64, "a message that begins with "+a.Word+" and whose length takes 64 bits: from 65 536 bytes on"),
	))
}

func lengthForm(bits int) Cond {
	return func(e *wire.Event) bool { return e.Frame != nil && e.Frame.LengthForm() == bits }
}

// isWhole demands a message in one frame.
func isWhole(e *wire.Event) *Fault {
	if !e.Frame.Fin || e.Frame.Opcode == inspector.OpContinuation {
		return Mistake("cut-in-pieces", 0, plural(e.Frame.Length, "byte"))
	}
	return nil
}

// smallest: a data frame of six bytes. An empty payload has no room for the word, so a message
// with the word goes before it on the same connection.
func smallest(a Attempt) Check {
	return Proves("Six bytes crossed: two of header, four of masking key, and a message of nothing.",
		SameConnection(func() Check {
			return Sequence(
				Frame("a message that holds "+a.Word+", and behind it on the same connection the smallest data frame", Up, Data, Carries(a.Word)),
				Frame("a data frame of six bytes, on the connection that carried "+a.Word, Up, Not(Opcode(inspector.OpClose)), Not(Carries(a.Word))).
					Must(isData, isMasked, isSixBytes),
			)
		}))
}

func isData(e *wire.Event) *Fault {
	if Control(e) {
		return Mistake("control-not-data", 0, e.Frame.Opcode.Type())
	}
	return nil
}

func isMasked(e *wire.Event) *Fault {
	if !Masked(e) {
		return Mistake("no-mask-no-six", 1, "MASK 0")
	}
	return nil
}

func isSixBytes(e *wire.Event) *Fault {
	if e.Size != 6 {
		return Mistake("more-than-six", 1, plural(e.Size, "byte"))
	}
	return nil
}

// chars: a text that is longer on the wire than DevTools says.
func chars(a Attempt) Check {
	return Proves("On the wire the payload length counts the bytes of UTF-8. DevTools' Length counts UTF-16 code units, as JavaScript does, and comes to less.",
		Once(Frame("a text that holds "+a.Word+" and is longer on the wire than in DevTools", Up, Either(Text, Binary), Carries(a.Word)).
			Must(Keeps("client-unmasked", inspector.RuleUnmaskedClient), isText, isWhole, isPlain,
				Keeps("chars-not-utf8", inspector.RuleInvalidUTF8), isKept, countsDiffer)))
}

func isText(e *wire.Event) *Fault {
	if !Text(e) {
		return Mistake("chars-binary", 0, "opcode "+strconv.Itoa(int(e.Frame.Opcode)))
	}
	return nil
}

func isPlain(e *wire.Event) *Fault {
	if e.Frame.Compressed {
		return Mistake("chars-compressed", 0, "RSV1 1")
	}
	return nil
}

func isKept(e *wire.Event) *Fault {
	if n := e.Frame.Length; n > uint64(len(e.Frame.Plain)) {
		return Mistake("chars-too-long", 1, plural(n, "byte"))
	}
	return nil
}

func countsDiffer(e *wire.Event) *Fault {
	units := len(utf16.Encode([]rune(string(e.Frame.Plain))))
	if uint64(units) == e.Frame.Length {
		return Mistake("chars-same", 1, plural(e.Frame.Length, "byte"))
	}
	return nil
}

// readHex: a drawn header, read by hand.
func readHex(a Attempt) Check {
	h := drawHeader(a)
	return Proves("You read the header as a receiver does: FIN, opcode, MASK and the length, from the bytes alone.",
		Once(Answer(a, "read-hex").Must(func(e *wire.Event) *Fault { return readsHeader(h, e) })))
}

func drawHex(a Attempt) map[string]string {
	return map[string]string{"frame header": spaced(drawHeader(a).AppendTo(nil))}
}

// drawHeader draws a header without a fault. Most have a length that doesn't fit into seven bits.
func drawHeader(a Attempt) inspector.Header {
	r := a.Rand()
	h := inspector.Header{
		Fin:    r.IntN(2) == 0,
		Opcode: []inspector.Opcode{inspector.OpText, inspector.OpBinary, inspector.OpContinuation, inspector.OpPing, inspector.OpPong}[r.IntN(5)],
		Masked: r.IntN(2) == 0,
		Key:    [4]byte{byte(r.IntN(256)), byte(r.IntN(256)), byte(r.IntN(256)), byte(r.IntN(256))},
	}
	switch {
	case h.Opcode.Control():
		h.Fin, h.Length = true, uint64(1+r.IntN(inspector.MaxControlPayload))
	case r.IntN(4) == 0:
		h.Length = uint64(65536 + r.IntN(9_000_000))
	default:
		h.Length = uint64(126 + r.IntN(65000))
	}
	return h
}

// readsHeader compares an answer with the header that was drawn.
func readsHeader(h inspector.Header, e *wire.Event) *Fault {
	at, text := AnswerOffset(e), AnswerOf(e)
	words := strings.Fields(strings.ReplaceAll(text, ",", " "))
	var said [4]uint64
	for i, w := range words {
		n, err := strconv.ParseUint(w, 10, 63)
		if err != nil || len(words) != len(said) {
			return Mistake("read-form", at, text)
		}
		said[i] = n
	}
	if len(words) != len(said) {
		return Mistake("read-form", at, text)
	}
	bit := func(set bool) uint64 {
		if set {
			return 1
		}
		return 0
	}
	for i, field := range []struct {
		mistake string
		want    uint64
	}{
		{"read-fin", bit(h.Fin)}, {"read-opcode", uint64(h.Opcode)}, {"read-mask", bit(h.Masked)}, {"read-length", h.Length},
	} {
		if said[i] == field.want {
			continue
		}
		name := field.mistake
		if i == 3 && (said[i] == 126 || said[i] == 127) && h.Length > 125 {
			name = "read-length-is-a-sign"
		}
		return Mistake(name, at, strconv.FormatUint(said[i], 10))
	}
	return nil
}

// spaced writes bytes in hex with a space between, as the page's dumps do.
func spaced(b []byte) string { return fmt.Sprintf("% x", b) }
