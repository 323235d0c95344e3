package exercise

// Checks made of steps and of other checks.

import (
	"fmt"
	"slices"
	"strings"

	"wireup/inspector"
	"wireup/wire"
)

// maxProof bounds the events that a verdict names.
const maxProof = 64

// progress is the verdict that a check keeps and changes.
type progress struct{ v Verdict }

func (p *progress) Verdict() Verdict { return p.v }

func (p *progress) over() bool { return p.v.State == Passed }

// Sequence passes when its steps have happened in their order. Other events may stand between
// them. A step that gets something wrong is told, and awaited again; another event that the first
// step means begins the sequence anew.
//
// Steps of a Sequence may lie on different connections, but for a Response or a Body, which
// belongs to the exchange of the step before. Put the whole into SameConnection for all the others.
func Sequence(steps ...*Step) Check {
	c := &sequence{steps: steps}
	c.v = awaiting(steps[0].awaits, nil)
	return c
}

type sequence struct {
	progress
	steps []*Step
	at    int
	last  *wire.Event // of the step before
	proof []uint64
}

func (c *sequence) Event(e *wire.Event) {
	if c.over() {
		return
	}
	step := c.steps[c.at]
	if !step.means(e, c.last) {
		// A new beginning takes the place of one that has not come to its end.
		if c.at == 0 || !c.steps[0].means(e, nil) {
			return
		}
		c.at, c.last, c.proof = 0, nil, nil
		step = c.steps[0]
	}
	if f := step.fault(e, c.last); f != nil {
		c.v = f.verdict(e)
		return
	}
	c.last = e
	c.proof = append(c.proof[:len(c.proof):len(c.proof)], e.Seq)
	if c.at++; c.at == len(c.steps) {
		c.v = passed("", c.proof)
		return
	}
	c.v = awaiting(c.steps[c.at].awaits, c.proof)
}

// Once passes at the first event of one step.
func Once(step *Step) Check { return Sequence(step) }

// Count passes when the step has happened n times. One that gets something wrong is told, and
// doesn't count.
func Count(n int, step *Step) Check {
	c := &count{n: n, step: step}
	c.await()
	return c
}

type count struct {
	progress
	n     int
	step  *Step
	last  *wire.Event
	proof []uint64
}

func (c *count) Event(e *wire.Event) {
	if c.over() || !c.step.means(e, nil) {
		return
	}
	if f := c.step.fault(e, c.last); f != nil {
		c.v = f.verdict(e)
		return
	}
	c.last = e
	c.proof = append(c.proof[:len(c.proof):len(c.proof)], e.Seq)
	if len(c.proof) == c.n {
		c.v = passed("", c.proof)
		return
	}
	c.await()
}

func (c *count) await() {
	say := c.step.awaits
	if len(c.proof) > 0 {
		say += fmt.Sprintf(" (%d of %d came)", len(c.proof), c.n)
	}
	c.v = awaiting(say, c.proof)
}

// Every passes when each of the checks has, in any order.
func Every(checks ...Check) Check {
	c := &every{checks: checks}
	c.settle()
	return c
}

type every struct {
	progress
	checks []Check
}

func (c *every) Event(e *wire.Event) {
	if c.over() {
		return
	}
	var (
		wrong    Verdict
		advanced bool
	)
	for _, check := range c.checks {
		before := check.Verdict()
		if before.State == Passed {
			continue
		}
		check.Event(e)
		switch now := check.Verdict(); {
		case now.Equal(before):
		case now.State == Wrong:
			wrong = now
		default:
			advanced = true
		}
	}
	switch {
	case advanced:
		c.settle()
	case wrong.State == Wrong:
		c.v = wrong
	}
}

// settle says which of the checks is awaited first.
func (c *every) settle() {
	var (
		proof []uint64
		open  []Verdict
	)
	for _, check := range c.checks {
		v := check.Verdict()
		if v.State == Wrong {
			v = Verdict{State: NotYet, Say: "Still awaited: the rest.", Offset: -1}
		}
		if v.State != Passed {
			open = append(open, v)
		}
		proof = append(proof, v.Proof...)
	}
	slices.Sort(proof)
	proof = slices.Compact(proof)
	if len(open) == 0 {
		c.v = passed("", proof)
		return
	}
	c.v = open[0]
	c.v.Proof = proof
}

// maxParts bounds the connections that SameConnection, and the exchanges that Exchanges, follow
// at once.
const maxParts = 256

// SameConnection passes when a check of those that begin makes has passed on the events of one
// connection alone. The verdict is that of the connection that last got further.
func SameConnection(begin func() Check) Check {
	c := &sameConnection{begin: begin, parts: make(map[int]Check)}
	c.v = begin().Verdict()
	return c
}

type sameConnection struct {
	progress
	begin func() Check
	parts map[int]Check
	order []int
}

func (c *sameConnection) Event(e *wire.Event) {
	if c.over() {
		return
	}
	part, ok := c.parts[e.Conn]
	if !ok {
		part = c.begin()
		c.parts[e.Conn] = part
		if c.order = append(c.order, e.Conn); len(c.order) > maxParts {
			delete(c.parts, c.order[0])
			c.order = c.order[1:]
		}
	}
	before := part.Verdict()
	part.Event(e)
	if now := part.Verdict(); !now.Equal(before) {
		c.v = now
	}
}

// Proves says what a check has proven once it passes: a sentence or two.
func Proves(say string, c Check) Check { return &proves{c, say} }

type proves struct {
	Check
	say string
}

func (c *proves) Verdict() Verdict {
	v := c.Check.Verdict()
	if v.State == Passed {
		v.Say = c.say
	}
	return v
}

// Proxied reports whether a request came through a proxy that says so, in Via, Forwarded or a
// field that begins with X-Forwarded-.
func Proxied(e *wire.Event) bool {
	if e.Kind != inspector.KindRequest {
		return false
	}
	for _, f := range e.Head.Fields {
		name := string(f.Name.Of(e.Head.Raw))
		switch {
		case len(name) == 3 && strings.EqualFold(name, "Via"), strings.EqualFold(name, "Forwarded"),
			len(name) > 12 && strings.EqualFold(name[:12], "X-Forwarded-"):
			return true
		}
	}
	return false
}

// CountsConnections is for a check that can't tell anything about connections that belong to a
// proxy. It keeps their traffic from the check, and says instead what to run locally: a sentence.
// Traffic that came without a proxy passes it all the same.
func CountsConnections(instead string, c Check) Check {
	return &countsConnections{check: c, instead: instead, proxied: make(map[int]bool)}
}

type countsConnections struct {
	check   Check
	instead string
	proxied map[int]bool
	hidden  Verdict // CantTell while the last request came through a proxy
}

func (c *countsConnections) Event(e *wire.Event) {
	if Proxied(e) {
		if len(c.proxied) < maxParts {
			c.proxied[e.Conn] = true
		}
		c.hidden = Verdict{State: CantTell, Offset: -1, Proof: []uint64{e.Seq},
			Say: "A proxy owns the connection that this came on, so it says nothing about yours. " + c.instead}
	} else if e.Kind == inspector.KindRequest && !c.proxied[e.Conn] {
		c.hidden = Verdict{}
	}
	if !c.proxied[e.Conn] {
		c.check.Event(e)
	}
}

func (c *countsConnections) Verdict() Verdict {
	v := c.check.Verdict()
	if v.State != Passed && c.hidden.State == CantTell {
		return c.hidden
	}
	return v
}
