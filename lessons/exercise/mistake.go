package exercise

// Mistakes: what can be wrong about an attempt, worded in one table.

import (
	"fmt"
	"slices"
	"strings"

	"wireup/inspector"
	"wireup/wire"
)

// Wording is how one mistake is put. Braces hold what Mistake fills in: {came} always, others by
// name.
type Wording struct {
	Name string // lower case with dashes, unique among all exercises: "control-not-data"
	Say  string // one or two plain sentences: what is wrong, and what to do
	Want string // what was expected, as a phrase
	Ref  string // the rule or definition behind it: "RFC 6455 §5.2"
}

// wordings are the mistakes of each lesson, beside its checks. Together they are the one table.
var wordings = [][]Wording{
	requestMistakes,
	connectionsMistakes,
	pollingMistakes,
	cometMistakes,
	streamingMistakes,
	socketsMistakes,
	handshakeMistakes,
	framesMistakes,
	maskingMistakes,
	conversationMistakes,
	captureMistakes,
	productionMistakes,
	chooseMistakes,
	ownMistakes(),
}

// Wordings returns the whole table.
func Wordings() []Wording { return slices.Concat(wordings...) }

// Fault is a mistake that an event made.
type Fault struct {
	Name   string // in the table
	Offset int    // of the wrong byte in its event; -1 if it is no byte
	Came   string // what came, as a phrase
	fill   []string
}

// Mistake says that the mistake called name was made at the byte at offset (-1 for none), where
// came stood. fill holds names and values for the braces of the wording, in turn.
func Mistake(name string, offset int, came string, fill ...string) *Fault {
	return &Fault{name, offset, came, fill}
}

// verdict words the fault that e has.
func (f *Fault) verdict(e *wire.Event) Verdict {
	v := Verdict{State: Wrong, Say: "This is not what was asked for.", Mistake: f.Name,
		Offset: f.Offset, Came: f.Came, Proof: []uint64{e.Seq}}
	for _, list := range wordings {
		for _, w := range list {
			if w.Name != f.Name {
				continue
			}
			braces := strings.NewReplacer(f.braces()...)
			v.Say, v.Want, v.Ref = braces.Replace(w.Say), braces.Replace(w.Want), w.Ref
		}
	}
	return v
}

func (f *Fault) braces() []string {
	pairs := []string{"{came}", f.Came}
	for i := 0; i+1 < len(f.fill); i += 2 {
		pairs = append(pairs, "{"+f.fill[i]+"}", f.fill[i+1])
	}
	return pairs
}

// Demand says what is wrong with an event that a step means; nil if it is right.
type Demand func(e *wire.Event) *Fault

// Keeps demands that the event breaks none of these rules of the inspector, or none at all when
// no rule is named.
func Keeps(mistake string, rules ...*inspector.Rule) Demand {
	return func(e *wire.Event) *Fault {
		for _, v := range e.Violations {
			if len(rules) == 0 || slices.Contains(rules, v.Rule) {
				return Mistake(mistake, int(v.Offset), strings.TrimSuffix(v.Detail, "."))
			}
		}
		return nil
	}
}

// plural writes a count with its noun: 1 byte, 2 bytes.
func plural[N int | uint64](n N, noun string) string {
	if n == 1 {
		return fmt.Sprintf("1 %s", noun)
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
