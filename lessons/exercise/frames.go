package exercise

// Lesson 8, frames: what a message costs.

import (
	"wireup/inspector"
	"wireup/wire"
)

var framesExercises = []*Exercise{
	{Lesson: "frames", ID: "smallest", Revision: 1, Start: smallest},
}

var framesMistakes = []Wording{
	{"control-not-data",
		"This {came} is a control frame. A data frame is asked for: text or binary.",
		"opcode 1 or 2", "RFC 6455 §5.6"},
	{"more-than-six",
		"This frame has {came}. Six are the header alone: two bytes, and four of masking key. Send nothing as the message.",
		"a payload length of 0", "RFC 6455 §5.2"},
	{"no-mask-no-six",
		"MASK is 0 in this frame, so it has no masking key and is shorter than six bytes. A client masks every frame, an empty one too.",
		"MASK 1, and four bytes of masking key", "RFC 6455 §5.1"},
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
