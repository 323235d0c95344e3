package exercise

// Steps: one thing that must happen, described by the events that are meant and what each of them
// must get right.

import (
	"strconv"
	"strings"
	"time"

	"wireup/inspector"
	"wireup/wire"
)

// Step is one thing that must happen.
type Step struct {
	awaits  string
	conds   []Cond
	demands []Demand
	between []between
	answers bool // in the exchange of the step before
}

// between demands something of the time since the step before.
type between struct {
	least, most time.Duration
	mistake     string
}

// Event is a step of any kind. awaits completes "Still awaited: ", so it is a phrase without a
// stop: "a GET for a path that holds plum-41".
func Event(awaits string, conds ...Cond) *Step { return &Step{awaits: awaits, conds: conds} }

// Request is a request's head.
func Request(awaits string, conds ...Cond) *Step { return ofKind(inspector.KindRequest, awaits, conds) }

// Response is a response's head. Behind a Request in a Sequence it is the answer to that request,
// and not to another.
func Response(awaits string, conds ...Cond) *Step {
	s := ofKind(inspector.KindResponse, awaits, conds)
	s.answers = true
	return s
}

// Body is a piece of a body: a chunk, or the whole of one that has none. Down, behind a Request
// or a Response in a Sequence, it belongs to the same exchange.
func Body(awaits string, conds ...Cond) *Step {
	s := ofKind(inspector.KindBody, awaits, conds)
	s.answers = true
	return s
}

// Frame is a whole WebSocket frame, of either direction unless Up or Down is among the conditions.
func Frame(awaits string, conds ...Cond) *Step { return ofKind(inspector.KindFrame, awaits, conds) }

// Read is bytes outside any protocol, in one piece as the server read or wrote them: what a raw
// port tells, an event a call.
func Read(awaits string, conds ...Cond) *Step { return ofKind(inspector.KindBytes, awaits, conds) }

// End is the end of a connection.
func End(awaits string, conds ...Cond) *Step { return ofKind(inspector.KindClose, awaits, conds) }

func ofKind(k inspector.Kind, awaits string, conds []Cond) *Step {
	kind := func(e *wire.Event) bool { return e.Kind == k }
	return Event(awaits, append([]Cond{kind}, conds...)...)
}

// Must adds what an event that is meant has to get right. The first demand that finds a fault
// names it.
func (s *Step) Must(demands ...Demand) *Step {
	s.demands = append(s.demands, demands...)
	return s
}

// Within demands that the step comes at least and at most so long after the one before it in a
// Sequence. The mistake's wording may use {came}, the time that it took.
func (s *Step) Within(least, most time.Duration, mistake string) *Step {
	s.between = append(s.between, between{least, most, mistake})
	return s
}

// means reports whether the step means e, with before the event of the step before it, or nil.
func (s *Step) means(e, before *wire.Event) bool {
	if s.answers && before != nil && (e.Conn != before.Conn || e.Exchange != before.Exchange) {
		return false
	}
	for _, c := range s.conds {
		if !c(e) {
			return false
		}
	}
	return true
}

// fault is what is wrong with e.
func (s *Step) fault(e, before *wire.Event) *Fault {
	for _, d := range s.demands {
		if f := d(e); f != nil {
			return f
		}
	}
	for _, b := range s.between {
		if before == nil {
			continue
		}
		took := Between(before, e)
		if took < b.least || took > b.most {
			return Mistake(b.mistake, -1, Duration(took))
		}
	}
	return nil
}

// Between is the time from the end of one event to the end of another.
func Between(from, to *wire.Event) time.Duration {
	return time.Duration((to.At - from.At) * float64(time.Millisecond))
}

// Duration writes a time as the pages do: 9.5 ms, 527 ms, 1.74 s, 12.3 s.
func Duration(d time.Duration) string {
	n, unit, digits := float64(d)/float64(time.Millisecond), " ms", 0
	switch {
	case n < 9.95:
		digits = 1
	case n < 999.5:
	case n < 9995:
		n, unit, digits = n/1000, " s", 2
	default:
		n, unit, digits = n/1000, " s", 1
	}
	return strings.TrimSuffix(strconv.FormatFloat(n, 'f', digits, 64), ".0") + unit
}
