package exercise

// Verdicts: how an exercise stands, and what proves it.

import "fmt"

// State is the short form of a verdict.
type State uint8

const (
	NotYet   State = iota // nothing wrong, and something still awaited
	Passed                // proven
	Wrong                 // a mistake was made; the next right traffic passes all the same
	CantTell              // what is counted can't be seen from here
)

var stateNames = [...]string{"not yet", "passed", "wrong", "can't tell"}

func (s State) String() string { return stateNames[s] }

// ParseState reads what String writes.
func ParseState(s string) (State, error) {
	for i, name := range stateNames {
		if name == s {
			return State(i), nil
		}
	}
	return 0, fmt.Errorf("%q is no verdict; there are not yet, passed, wrong and can't tell", s)
}

// Verdict is how an exercise stands.
type Verdict struct {
	State State
	Say   string   // a sentence: what is proven, still awaited or wrong, or what to run instead
	Proof []uint64 // Passed: the events that prove it; NotYet: those that count so far; Wrong: the one with the mistake

	// Of a Wrong alone.
	Mistake string // its name in the table of wordings
	Offset  int    // of the byte that is wrong, from the first byte of the event Proof[0]; -1 if it is no byte
	Want    string // what was expected
	Came    string // what came
	Ref     string // the rule: an RFC and its section
}

// Equal reports whether v and o say the same.
func (v Verdict) Equal(o Verdict) bool {
	if v.State != o.State || v.Say != o.Say || v.Mistake != o.Mistake || v.Offset != o.Offset || v.Want != o.Want || v.Came != o.Came || v.Ref != o.Ref || len(v.Proof) != len(o.Proof) {
		return false
	}
	for i := range v.Proof {
		if v.Proof[i] != o.Proof[i] {
			return false
		}
	}
	return true
}

// awaiting is the verdict of a check that misses something.
func awaiting(say string, proof []uint64) Verdict {
	return Verdict{State: NotYet, Say: "Still awaited: " + say + ".", Proof: proof, Offset: -1}
}

func passed(say string, proof []uint64) Verdict {
	return Verdict{State: Passed, Say: say, Proof: proof, Offset: -1}
}
