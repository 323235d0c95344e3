package exercise

// Checks written as functions, for what steps don't say: numbers, cursors, connections compared.

import (
	"bytes"
	"net/url"
	"strconv"
	"strings"

	"wireup/inspector"
	"wireup/wire"
)

// Teller takes the verdict of a check that is a function. What is told last counts, and after a
// pass nothing does.
type Teller struct {
	progress
}

// Await says what is still awaited, as a phrase, and which events count so far.
func (t *Teller) Await(awaits string, proof ...uint64) { t.v = awaiting(awaits, bounded(proof)) }

// Pass says what is proven, and by which events.
func (t *Teller) Pass(say string, proof ...uint64) { t.v = passed(say, bounded(proof)) }

// Wrong says that e has the fault f.
func (t *Teller) Wrong(e *wire.Event, f *Fault) { t.v = f.verdict(e) }

// bounded keeps the newest of a long proof.
func bounded(proof []uint64) []uint64 {
	if n := len(proof); n > maxProof {
		proof = proof[n-maxProof:]
	}
	return append([]uint64(nil), proof...)
}

// Watch is a check that is a function, called with each event. What it has to remember are
// variables around it, and bounded.
func Watch(awaits string, f func(t *Teller, e *wire.Event)) Check {
	w := &watch{f: f}
	w.Await(awaits)
	return w
}

type watch struct {
	Teller
	f func(t *Teller, e *wire.Event)
}

func (w *watch) Event(e *wire.Event) {
	if !w.over() {
		w.f(&w.Teller, e)
	}
}

// Exchange is a request with its answer, as far as they have come.
type Exchange struct {
	Conn, Number int // the connection, and which request of it
	Request      *wire.Event
	Response     *wire.Event // its final head; nil until it has come
	Whole        bool        // nothing of the response is still to come
	Cut          bool        // the connection ended first
	Up, Down     uint64      // bytes that crossed, heads and framing included
	Pieces       int         // pieces of the response's body that came: chunks, or 1
	Body         uint64      // payload bytes of the response's body
}

// Target is the request's target.
func (x *Exchange) Target() string { return TargetOf(x.Request) }

// Query is a parameter of the request's target; empty if it is not there.
func (x *Exchange) Query(key string) string { return QueryOf(x.Request, key) }

// QueryOf is a parameter of a request's target; empty if it is not there.
func QueryOf(e *wire.Event, key string) string {
	_, query, _ := strings.Cut(TargetOf(e), "?")
	values, _ := url.ParseQuery(query) // what can't be read is not there
	return values.Get(key)
}

// Exchanges is a check that is a function, called with each event of the exchanges whose request
// meets all of where: when the request comes, its response, each piece of a body, and with the
// end of the connection when that cut the exchange off. x is the same each time, up to date.
func Exchanges(awaits string, where []Cond, f func(t *Teller, x *Exchange, e *wire.Event)) Check {
	w := &exchanges{where: where, f: f, open: make(map[place]*Exchange)}
	w.Await(awaits)
	return w
}

type place struct{ conn, number int }

type exchanges struct {
	Teller
	where []Cond
	f     func(t *Teller, x *Exchange, e *wire.Event)
	open  map[place]*Exchange
}

func (w *exchanges) Event(e *wire.Event) {
	if w.over() {
		return
	}
	if e.Kind == inspector.KindClose {
		for at, x := range w.open {
			if at.conn == e.Conn {
				delete(w.open, at)
				x.Cut = true
				w.f(&w.Teller, x, e)
			}
		}
		return
	}
	at := place{e.Conn, e.Exchange}
	x := w.open[at]
	if e.Kind == inspector.KindRequest && meets(e, w.where) && len(w.open) < maxParts {
		x = &Exchange{Conn: e.Conn, Number: e.Exchange, Request: e}
		w.open[at] = x
	}
	if x == nil {
		return
	}
	x.add(e)
	if x.Whole {
		delete(w.open, at)
	}
	w.f(&w.Teller, x, e)
}

func meets(e *wire.Event, conds []Cond) bool {
	for _, c := range conds {
		if !c(e) {
			return false
		}
	}
	return true
}

func (x *Exchange) add(e *wire.Event) {
	if Up(e) {
		x.Up += e.Size
		return
	}
	x.Down += e.Size
	switch {
	case e.Kind == inspector.KindResponse:
		if e.Head.Code < 200 && e.Head.Code != 101 {
			return
		}
		x.Response = e
		x.Whole = !hasBody(e, x.Request)
	case e.Body != nil:
		x.Pieces++
		x.Body += e.Payload()
		x.Whole = e.Body.Last
	}
}

// hasBody reports whether a body follows a response's head (RFC 9112 §6.3).
func hasBody(response, request *wire.Event) bool {
	code := response.Head.Code
	if code < 200 || code == 204 || code == 304 || Method("HEAD")(request) {
		return false
	}
	length, _ := FieldOf(response, "Content-Length")
	return length != "0"
}

// AnswerPath is where a typed answer goes: POST /lab/answer/EXERCISE?wire=ID&word=WORD&answer=TEXT.
const AnswerPath = "/lab/answer/"

// Answer is an answer to the exercise id of this attempt, typed into the page or sent from a
// terminal.
func Answer(a Attempt, id string) *Step {
	return Request("your answer, typed into the field", answers(a, id))
}

func answers(a Attempt, id string) Cond {
	path := []byte(AnswerPath + id + "?")
	return func(e *wire.Event) bool {
		return e.Kind == inspector.KindRequest && bytes.HasPrefix(e.Head.Target.Of(e.Head.Raw), path) && QueryOf(e, "word") == a.Word
	}
}

// Answered is the text of an answer to the exercise id of this attempt, and where in the event its
// first byte stands. It is for checks that are functions.
func Answered(a Attempt, id string, e *wire.Event) (text string, offset int, ok bool) {
	if !answers(a, id)(e) {
		return "", 0, false
	}
	return strings.TrimSpace(QueryOf(e, "answer")), AnswerOffset(e), true
}

// AnswerOf is the text of an answer that a step means.
func AnswerOf(e *wire.Event) string { return strings.TrimSpace(QueryOf(e, "answer")) }

// AnswerOffset is where the answer's text stands in its event; -1 if there is none.
func AnswerOffset(e *wire.Event) int {
	const key = "answer="
	target := e.Head.Target.Of(e.Head.Raw)
	for from := 0; ; {
		i := bytes.Index(target[from:], []byte(key))
		if i < 0 {
			return -1
		}
		at := from + i
		if c := target[at-1]; c == '?' || c == '&' {
			return e.Head.Target.Start + at + len(key)
		}
		from = at + len(key)
	}
}

// Number reads an answer as a whole number; digits may be grouped by spaces, commas or apostrophes.
func Number(text string) (n int, ok bool) {
	n, err := strconv.Atoi(strings.NewReplacer(" ", "", ",", "", "'", "", "\u202f", "", "\u00a0", "").Replace(text))
	return n, err == nil
}
