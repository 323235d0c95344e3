package exercise

// Lesson 9, masking: why the client wears a mask.

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strings"

	"wireup/inspector"
	"wireup/wire"
)

var maskingExercises = []*Exercise{
	{Lesson: "masking", ID: "unmask", Revision: 1, Start: unmask, Draw: drawUnmask},
	{Lesson: "masking", ID: "two-keys", Revision: 1, Start: twoKeys},
	{Lesson: "masking", ID: "zero-key", Revision: 1, Start: zeroKey},
	{Lesson: "masking", ID: "naked", Revision: 1, Start: naked},
}

var maskingMistakes = []Wording{
	{"unmask-hex",
		"These are the right bytes, still in hex. Read each of them as a character of ASCII: 61 is a.",
		"eight letters", "RFC 6455 §5.3"},
	{"unmask-four",
		"The first four letters are right. The key has four bytes: behind the fourth byte of the payload it begins again.",
		"payload byte i with key byte i mod 4", "RFC 6455 §5.3"},
	{"unmask-other",
		"“{came}” is not what the payload says: letter {letter} is the first that is wrong. XOR that byte with its byte of the key once more.",
		"payload byte i with key byte i mod 4", "RFC 6455 §5.3"},

	{"other-text",
		"This text is another one than the one before, so two keys prove nothing about it. Send the same text twice.",
		"the text of the frame before", "RFC 6455 §5.3"},
	{"same-key",
		"Both frames have the key {came}. A client draws a new key for each frame, one that nobody can predict.",
		"another key than the frame before", "RFC 6455 §5.3"},

	{"zero-no-mask",
		"MASK is 0 here, so there is no key at all. Leave MASK at 1 and make the key four zeros.",
		"MASK 1, masking key 00 00 00 00", "RFC 6455 §5.1"},
	{"key-not-zero",
		"The key is {came}. A page's script can't choose it: set it to 00 00 00 00 in the forge, or in a program of your own.",
		"masking key 00 00 00 00", "RFC 6455 §5.3"},

	{"naked-masked",
		"MASK is 1 in this frame, as it should be. Clear it and leave the key out, then see what the server does.",
		"MASK 0", "RFC 6455 §5.1"},
}

// unmask: a drawn payload, read by hand.
func unmask(a Attempt) Check {
	text, _, _ := drawMasked(a)
	return Proves("Eight bytes, each XORed with its byte of the key: you needed nothing but the frame.",
		Once(Answer(a, "unmask").Must(func(e *wire.Event) *Fault { return unmasks(text, e) })))
}

func drawUnmask(a Attempt) map[string]string {
	_, key, masked := drawMasked(a)
	return map[string]string{"masking key": spaced(key[:]), "payload on the wire": spaced(masked)}
}

// drawMasked draws eight letters, and what they look like on the wire.
func drawMasked(a Attempt) (text string, key [4]byte, masked []byte) {
	r := a.Rand()
	text = nouns[r.IntN(len(nouns))] + nouns[r.IntN(len(nouns))]
	for i := range key {
		key[i] = byte(1 + r.IntN(255))
	}
	return text, key, inspector.AppendMasked(nil, []byte(text), key, 0)
}

func unmasks(text string, e *wire.Event) *Fault {
	at, said := AnswerOffset(e), strings.ToLower(AnswerOf(e))
	if said == text {
		return nil
	}
	if b, err := hex.DecodeString(strings.ReplaceAll(said, " ", "")); err == nil && string(b) == text {
		return Mistake("unmask-hex", at, said)
	}
	letter := 0
	for letter < min(len(said), len(text)) && said[letter] == text[letter] {
		letter++
	}
	if letter == 4 && len(said) == len(text) {
		return Mistake("unmask-four", at, said)
	}
	return Mistake("unmask-other", at, said, "letter", fmt.Sprint(letter+1))
}

// twoKeys: the same text twice, masked with two keys.
func twoKeys(a Attempt) Check {
	means := Frame("", Up, Text, Carries(a.Word)).Must(Keeps("client-unmasked", inspector.RuleUnmaskedClient))
	var before *wire.Event
	return Watch("a text that holds "+a.Word, func(t *Teller, e *wire.Event) {
		if !means.means(e, nil) {
			return
		}
		first := before
		if f := means.fault(e, nil); f != nil {
			t.Wrong(e, f)
			return
		}
		before = e
		switch {
		case first == nil:
			t.Await("the same text once more", e.Seq)
		case !bytes.Equal(e.Frame.Plain, first.Frame.Plain) || e.Frame.Length != first.Frame.Length:
			t.Wrong(e, Mistake("other-text", e.Frame.Size, fmt.Sprintf("%.40q", e.Frame.Plain)))
		case e.Frame.Key == first.Frame.Key:
			t.Wrong(e, Mistake("same-key", e.Frame.Size-4, spaced(e.Frame.Key[:])))
		default:
			t.Pass("The same text crossed twice, and no byte of its payload had to be the same: each frame had a key of its own.", first.Seq, e.Seq)
		}
	})
}

// zeroKey: a mask that hides nothing.
func zeroKey(a Attempt) Check {
	return Proves("XOR with zeros changes nothing: the text stood on the wire as it is, and the server could not tell. The rule binds whoever runs other people's code.",
		Once(Frame("a frame that holds "+a.Word+" and has a key of zeros", Up, Data, Carries(a.Word)).Must(hasZeroKey)))
}

func hasZeroKey(e *wire.Event) *Fault {
	if !Masked(e) {
		return Mistake("zero-no-mask", 1, "MASK 0")
	}
	if e.Frame.Key != [4]byte{} {
		return Mistake("key-not-zero", e.Frame.Size-4, spaced(e.Frame.Key[:]))
	}
	return nil
}

// naked: a frame without a mask, and the close that it draws.
func naked(a Attempt) Check {
	return Proves("An unmasked frame, and the server closed with 1002, protocol error: it took none of the message.",
		SameConnection(func() Check {
			return Sequence(
				Frame("a frame that holds "+a.Word+" and isn't masked", Up, Carries(a.Word)).Must(isNaked),
				Frame("the server's close frame with 1002", Down, CloseCode(inspector.CloseProtocolError)),
			)
		}))
}

func isNaked(e *wire.Event) *Fault {
	if Masked(e) {
		return Mistake("naked-masked", 1, "MASK 1")
	}
	return nil
}
