package exercise

// Lesson 4, comet: the answer that waits.

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"wireup/inspector"
	"wireup/wire"
)

var cometExercises = []*Exercise{
	{Lesson: "comet", ID: "hold", Revision: 1, Start: hold},
	{Lesson: "comet", ID: "no-gap", Revision: 1, Start: noGap},
	{Lesson: "comet", ID: "survive", Revision: 1, Start: survive},
}

var cometMistakes = []Wording{
	{"hold-too-soon",
		"This answer came {came} after its request. Let the request wait for longer before anything happens.",
		"five seconds or more", "RFC 9110 §3.4"},
	{"hold-empty",
		"The request was held for {came}, and its answer was 204: nothing happened meanwhile. Fire an event before the server gives up.",
		"an answer with an event in it", "RFC 9110 §15.3.5"},
	{"hold-cut",
		"The intermediary gave up after {came}, and this answer is its own. Ask the server itself, or fire earlier.",
		"an answer with an event in it", "RFC 9110 §15.6.5"},

	{"gap-no-cursor",
		"This request doesn't say which event it had last, so whatever happened before it is not in its answer. Add since={last}.",
		"since={last}", "RFC 9110 §3.3"},
	{"gap-old-cursor",
		"This request says {came}, and event {last} had been delivered already: it comes twice. Take the last number of each answer.",
		"since={last}", "RFC 9110 §3.3"},
	{"gap-ahead",
		"This request says {came}, and the last event delivered was {last}. What lies between is left out.",
		"since={last}", "RFC 9110 §3.3"},

	{"survive-at-once",
		"The next request came {came} after the cut. When a server or a proxy fails quickly, that becomes a storm. Wait a moment first.",
		"0.2 to 3 seconds in between", "RFC 9112 §9.5"},
	{"survive-too-late",
		"The next request came {came} after the cut. Whatever happens is late by as much: ask again sooner.",
		"0.2 to 3 seconds in between", "RFC 9112 §9.5"},
	{"survive-two-at-once",
		"This request came while another was still held ({came}). One is enough: a second costs a connection, and the same event may come twice.",
		"one request at a time", "RFC 9112 §9.4"},
}

// heldLongEnough is what the exercise hold asks for.
const heldLongEnough = 5 * time.Second

// asksLab is a request for the address of a lab with the attempt's word: /lab/LAB/WORD.
func asksLab(a Attempt, lab, method string) []Cond {
	path := "/lab/" + lab + "/" + a.Word
	return []Cond{Method(method), Lab(lab), func(e *wire.Event) bool {
		asked, _, _ := strings.Cut(TargetOf(e), "?")
		return asked == path
	}}
}

// bodyText is what is kept of a piece of a body.
func bodyText(e *wire.Event) string {
	if e.Body == nil || e.Direction != inspector.Down {
		return ""
	}
	return string(e.Body.Data.Of(e.Bytes))
}

// hold: an answer with an event in it, five seconds or more after its request.
func hold(a Attempt) Check {
	awaits := "an answer with an event in it, five seconds or more after its request for /lab/comet/" + a.Word
	return Exchanges(awaits, asksLab(a, "comet", "GET"), func(t *Teller, x *Exchange, e *wire.Event) {
		switch {
		case e == x.Request && t.v.State == Wrong: // a page asks again at once: what was wrong stays to be read
		case e == x.Request:
			t.Await("five seconds of silence, and then an event", e.Seq)
		case x.Cut && t.v.State != Wrong:
			t.Await(awaits)
		case !x.Whole:
		case x.Response.Head.Code == 204:
			t.Wrong(x.Response, Mistake("hold-empty", x.Response.Head.Status.Start, Duration(Between(x.Request, x.Response))))
		case x.Response.Head.Code == 504:
			t.Wrong(x.Response, Mistake("hold-cut", x.Response.Head.Status.Start, Duration(Between(x.Request, x.Response))))
		case x.Response.Head.Code != 200 || !eventNumber.MatchString(bodyText(e)):
			t.Await(awaits)
		default:
			took := Between(x.Request, x.Response)
			if took < heldLongEnough {
				t.Wrong(x.Response, Mistake("hold-too-soon", -1, Duration(took)))
				return
			}
			t.Pass("The request was held for "+Duration(took)+", and then answered with what had happened.", x.Request.Seq, x.Response.Seq, e.Seq)
		}
	})
}

// What the exercise no-gap asks for: so many events, in so many answers at least, so that the
// cursor has been used.
const (
	gaplessEvents  = 10
	gaplessAnswers = 3
)

var eventNumber = regexp.MustCompile(`"id":(\d+)`)

// noGap: ten events in a row, each request's since being the last number delivered.
func noGap(a Attempt) Check {
	var (
		last    int  // the number of the last event delivered
		begun   bool // one has been
		count   int
		answers int
		proof   []uint64
	)
	awaits := func() string {
		if count == 0 {
			return "ten events for /lab/comet/" + a.Word + ", none missing"
		}
		return fmt.Sprintf("ten events for /lab/comet/%s, none missing (%d of %d came)", a.Word, min(count, gaplessEvents), gaplessEvents)
	}
	again := func() { begun, count, answers, proof = false, 0, 0, nil }
	return Exchanges(awaits(), asksLab(a, "comet", "GET"), func(t *Teller, x *Exchange, e *wire.Event) {
		if e == x.Request {
			if !begun {
				return
			}
			if f := sinceFault(x, last); f != nil {
				again()
				t.Wrong(e, f)
				return
			}
			proof = append(proof, e.Seq)
			return
		}
		ids := eventNumber.FindAllStringSubmatch(bodyText(e), -1)
		if len(ids) == 0 || x.Response == nil || x.Response.Head.Code != 200 {
			return
		}
		for _, m := range ids {
			id, err := strconv.Atoi(m[1])
			switch {
			case err != nil || begun && id <= last:
				continue
			case begun && id != last+1: // the server no longer keeps what is missing
				again()
			}
			begun, last = true, id
			count++
		}
		answers++
		if proof = bounded(append(proof, e.Seq)); count >= gaplessEvents && answers >= gaplessAnswers {
			t.Pass(fmt.Sprintf("%d events came in %d answers, and none is missing: each request said which one it had last.", count, answers), proof...)
			return
		}
		if t.v.State != Wrong || answers > 1 { // what was wrong stays to be read until the cursor is right
			t.Await(awaits(), proof...)
		}
	})
}

// sinceFault is what is wrong with a request's cursor, when last is the event that came last.
func sinceFault(x *Exchange, last int) *Fault {
	said := x.Query("since")
	fill := []string{"last", strconv.Itoa(last)}
	at := x.Request.Head.Target.End
	if i := strings.Index(x.Target(), "since="); i >= 0 {
		at = x.Request.Head.Target.Start + i
	}
	n, err := strconv.Atoi(said)
	switch {
	case said == "" || err != nil:
		return Mistake("gap-no-cursor", at, "no cursor", fill...)
	case n < last:
		return Mistake("gap-old-cursor", at, "since="+said, fill...)
	case n > last:
		return Mistake("gap-ahead", at, "since="+said, fill...)
	}
	return nil
}

// How long the exercise survive lets a client wait before it asks again.
const (
	soonest = 200 * time.Millisecond
	latest  = 3 * time.Second
)

// survive: after a 204 or a 504, another request within a moment, and never two at once.
func survive(a Attempt) Check {
	var (
		cut  *wire.Event // the answer without an event that came last
		open = make(map[*Exchange]bool)
	)
	return Exchanges("an answer 204 or 504 to a request for /lab/comet/"+a.Word, asksLab(a, "comet", "GET"), func(t *Teller, x *Exchange, e *wire.Event) {
		if e != x.Request {
			if x.Whole || x.Cut {
				delete(open, x)
			}
			if x.Whole && Status(204, 504)(x.Response) {
				if cut = x.Response; t.v.State == Wrong {
					return // what was wrong stays to be read until it is right
				}
				t.Await("the next request, 0.2 to 3 seconds after this answer", x.Request.Seq, cut.Seq)
			} else if x.Whole {
				cut = nil
			}
			return
		}
		if held := len(open); held > 0 {
			t.Wrong(e, Mistake("survive-two-at-once", -1, plural(held, "request")))
			cut = nil
		} else if cut != nil {
			switch took := Between(cut, e); {
			case took < soonest:
				t.Wrong(e, Mistake("survive-at-once", -1, Duration(took)))
			case took > latest:
				t.Wrong(e, Mistake("survive-too-late", -1, Duration(took)))
			default:
				t.Pass("The answer was "+strconv.Itoa(cut.Head.Code)+", and the next request came "+Duration(took)+" later, alone.", cut.Seq, e.Seq)
			}
			cut = nil
		}
		open[x] = true
	})
}
