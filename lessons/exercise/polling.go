package exercise

// Lesson 3, polling: freshness bought with empty answers.

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"

	"wireup/wire"
)

var pollingExercises = []*Exercise{
	{Lesson: "polling", ID: "waste", Revision: 1, Start: waste},
	{Lesson: "polling", ID: "fresh", Revision: 1, Start: fresh},
	{Lesson: "polling", ID: "not-modified", Revision: 1, Start: notModified},
}

var pollingMistakes = []Wording{
	{"waste-no-number",
		"“{came}” is no whole number of per cent.",
		"a whole number from 0 to 100", "RFC 9110 §15.3.1"},
	{"waste-too-short",
		"Your last run had {came}, and twenty seconds of one a second are asked for. Poll on, and answer without a long pause in between.",
		"twenty polls, one a second", "RFC 9110 §9.3.1"},
	{"waste-other-pace",
		"Your last run asked every {came}, and not once a second. Set the interval to 1 s and begin again.",
		"a poll about every second", "RFC 9110 §9.3.1"},
	{"waste-not-so",
		"{came} is not the share of empty answers in your last run. The lab counts them: take its number as it stands when you stop.",
		"the share of empty answers in per cent", "RFC 9110 §15.3.1"},

	{"fresh-too-late",
		"Your last five events waited {came} on average. Ask more often.",
		"less than 300 ms", "RFC 9110 §9.3.1"},

	{"modified-not-asked",
		"These polls were empty and whole, {came} by now. They didn't say what they had got before: send If-None-Match, with the ETag of the answer that you have.",
		"If-None-Match", "RFC 9110 §13.1.2"},
	{"modified-other-tag",
		"The tag in {came} is not that of the answer, so the server sent it whole. Take the ETag as it stood there, with its quotation marks, and keep since as it was.",
		"the ETag of your last answer", "RFC 9110 §8.8.3"},
}

// toPollingLab is a GET for the lab of lesson 3 with the word in its path.
func toPollingLab(a Attempt) []Cond {
	return []Cond{Lab("polling"), Method("GET"), Under("/lab/polling/" + a.Word)}
}

// pollAnswer is what an answer told.
type pollAnswer struct {
	Events []struct {
		At, Age float64
	}
}

// toldBy reads the events out of an answer's body; false for a body that isn't the lab's.
func toldBy(e *wire.Event) (p pollAnswer, ok bool) {
	if e.Body == nil || Up(e) {
		return p, false
	}
	return p, json.Unmarshal(bytes.TrimSpace(e.Body.Data.Of(e.Bytes)), &p) == nil
}

// emptyAnswer reports whether x has come to its end and brought nothing; told is false while that
// can't be said.
func emptyAnswer(x *Exchange, e *wire.Event) (empty, told bool) {
	switch {
	case !x.Whole || x.Response == nil:
		return false, false
	case Status(304)(x.Response):
		return true, true
	case Status(200)(x.Response):
		p, ok := toldBy(e)
		return ok && len(p.Events) == 0, ok
	}
	return false, false
}

// waste: twenty seconds of polling once a second, and the share of answers that were empty.
func waste(a Attempt) Check {
	const (
		id      = "waste"
		polls   = 20
		pause   = 2500 * time.Millisecond // a longer one begins a new run
		fastest = 750 * time.Millisecond
		slowest = 1500 * time.Millisecond
		off     = 1.5 // per cent, for a poll in flight
	)
	var (
		first, last   *wire.Event
		count, nobody int
	)
	run := Cond(func(e *wire.Event) bool { return answers(a, id)(e) || meets(e, toPollingLab(a)) })
	awaits := "twenty seconds of polling /lab/polling/" + a.Word + " once a second, and the share of empty answers"
	return Exchanges(awaits, []Cond{run}, func(t *Teller, x *Exchange, e *wire.Event) {
		text, at, answered := Answered(a, id, x.Request)
		switch {
		case answered && e == x.Request:
			n, ok := Number(strings.TrimSpace(strings.TrimSuffix(text, "%")))
			if !ok || n < 0 || n > 100 {
				t.Wrong(e, Mistake("waste-no-number", at, text))
				return
			}
			if count < polls-1 {
				t.Wrong(e, Mistake("waste-too-short", -1, plural(count, "poll")))
				return
			}
			if every := Between(first, last) / time.Duration(max(count-1, 1)); every < fastest || every > slowest {
				t.Wrong(e, Mistake("waste-other-pace", -1, Duration(every)))
				return
			}
			if share := 100 * float64(nobody) / float64(count); math.Abs(share-float64(n)) > off {
				t.Wrong(e, Mistake("waste-not-so", at, strconv.Itoa(n)+"%"))
				return
			}
			t.Pass(strconv.Itoa(nobody)+" of "+strconv.Itoa(count)+" answers said that nothing had happened.", first.Seq, last.Seq, e.Seq)
		case answered:
		case e == x.Request:
			if last == nil || Between(last, e) > pause {
				first, count, nobody = e, 0, 0
			}
			last = e
		default:
			empty, told := emptyAnswer(x, e)
			if !told {
				return
			}
			count++
			if empty {
				nobody++
			}
			if count < polls {
				t.Await("twenty seconds of polling once a second ("+strconv.Itoa(count)+" of "+strconv.Itoa(polls)+" polls came)", first.Seq, e.Seq)
			} else {
				t.Await("the share of answers that were empty, in per cent, typed into the field", first.Seq, e.Seq)
			}
		}
	})
}

// fresh: five events that waited for less than 300 ms on average.
func fresh(a Attempt) Check {
	const (
		five  = 5
		limit = 300.0 // milliseconds
	)
	type told struct {
		age float64
		seq uint64
	}
	var (
		began  float64 // when the run's first poll came: what happened before is no fault of it
		last   *wire.Event
		events []told
	)
	const pause = 12 * time.Second // longer than the longest interval of the lab
	awaits := "five events by polls of /lab/polling/" + a.Word + ", which waited less than 300 ms on average"
	return Exchanges(awaits, toPollingLab(a), func(t *Teller, x *Exchange, e *wire.Event) {
		if e == x.Request {
			if last == nil || Between(last, e) > pause {
				began, events = e.At, nil
			}
			last = e
			return
		}
		p, ok := toldBy(e)
		if !ok {
			return
		}
		fresher := false
		for _, happened := range p.Events {
			if happened.At < began {
				continue
			}
			fresher = true
			if events = append(events, told{happened.Age, e.Seq}); len(events) > five {
				events = events[1:]
			}
		}
		if !fresher {
			return
		}
		var sum float64
		var proof []uint64
		for _, one := range events {
			sum += one.age
			if n := len(proof); n == 0 || proof[n-1] != one.seq {
				proof = append(proof, one.seq)
			}
		}
		mean := time.Duration(sum / float64(len(events)) * float64(time.Millisecond))
		switch {
		case len(events) < five:
			t.Await(awaits+" ("+strconv.Itoa(len(events))+" came, "+Duration(mean)+" late)", proof...)
		case sum/five < limit:
			t.Pass("Five events waited "+Duration(mean)+" on average.", proof...)
		default:
			t.Wrong(e, Mistake("fresh-too-late", -1, Duration(mean)))
		}
	})
}

// notModified: three conditional polls, answered 304 and smaller than an answer without.
func notModified(a Attempt) Check {
	const three = 3
	var (
		whole  uint64 // bytes of the last answer that was empty and complete
		seq    uint64
		plain  int // such answers in a row that nobody had put a condition on
		proof  []uint64
		awaits = "an empty answer to a poll of /lab/polling/" + a.Word + ", and three polls like it with If-None-Match, answered 304"
	)
	return Exchanges(awaits, toPollingLab(a), func(t *Teller, x *Exchange, e *wire.Event) {
		empty, told := emptyAnswer(x, e)
		if !told || !empty {
			return
		}
		tag, asked := FieldOf(x.Request, "If-None-Match")
		if Status(200)(x.Response) {
			if whole, seq = x.Down, x.Response.Seq; asked {
				plain = 0
				t.Wrong(x.Request, Mistake("modified-other-tag", FieldOffset(x.Request, "If-None-Match"), "If-None-Match: "+tag))
				return
			}
			if plain++; plain > three {
				t.Wrong(x.Request, Mistake("modified-not-asked", -1, plural(plain, "answer")))
				return
			}
			t.Await("three polls with If-None-Match, answered 304", seq)
			return
		}
		plain = 0
		if !asked || whole == 0 || x.Down >= whole {
			return
		}
		if proof = append(proof, x.Response.Seq); len(proof) == three {
			t.Pass("Three answers of 304, the last of "+plural(x.Down, "byte")+" instead of "+strconv.FormatUint(whole, 10)+".", append([]uint64{seq}, proof...)...)
			return
		}
		t.Await("three polls with If-None-Match, answered 304 ("+strconv.Itoa(len(proof))+" of "+strconv.Itoa(three)+" came)", proof...)
	})
}
