package exercise

// Lesson 5, streaming: one answer, many events.

import (
	"fmt"
	"strconv"
	"strings"

	"wireup/wire"
)

var streamingExercises = []*Exercise{
	{Lesson: "streaming", ID: "stream", Revision: 1, Start: streamFive},
	{Lesson: "streaming", ID: "resume", Revision: 1, Start: resume},
	{Lesson: "streaming", ID: "upstream", Revision: 1, Start: upstream},
}

var streamingMistakes = []Wording{
	{"stream-ended-early",
		"This answer ended after {came}. Leave it open until there are five: the next answer counts anew.",
		"five events in one answer", "RFC 9112 §7.1"},
	{"stream-204",
		"The answer was 204: this lab has been told to send every stream away. Let it answer 200 again, or reset it.",
		"an answer 200 that goes on", "RFC 9110 §15.3.5"},

	{"resume-no-id",
		"This request doesn't say which event came last, so what happened since then is missing. An EventSource that script opens anew knows nothing of the old one.",
		"Last-Event-ID: {last}", "RFC 9110 §3.3"},
	{"resume-other-id",
		"This request says that {came} came last, and the last id sent was {last}.",
		"Last-Event-ID: {last}", "RFC 9110 §3.3"},

	{"upstream-no-stream",
		"This message went up while no stream with {word} was open, so nobody was told of it. Open one first, and leave it open.",
		"an open stream", "RFC 9110 §3.3"},
	{"upstream-no-number",
		"“{came}” is no whole number of requests.",
		"a whole number", "RFC 9110 §3.4"},
	{"upstream-forgot-the-stream",
		"{came} is the message alone. The stream's request was open as well: its answer had begun, and has not ended.",
		"the stream counted too", "RFC 9112 §7.1"},
	{"upstream-other-count",
		"Not {came}. A request is open from its first byte to the last of its answer. Count those that were open when your message came.",
		"the requests that were open then", "RFC 9112 §9.2"},
}

// eventReader reads an event stream piece by piece, wherever its bytes were cut.
type eventReader struct {
	rest string
	id   string
	data []string
}

type streamEvent struct{ id, data string }

// mostPending bounds what an eventReader keeps of an event that doesn't end.
const mostPending = 4 << 10

func (r *eventReader) feed(text string) (events []streamEvent) {
	text = r.rest + text
	for {
		line, rest, whole := strings.Cut(text, "\n")
		if !whole {
			r.rest = line[:min(len(line), mostPending)]
			return events
		}
		text = rest
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\r"), ":")
		value = strings.TrimPrefix(value, " ")
		switch {
		case name == "id":
			r.id = value
		case name == "data" && len(r.data) < 64:
			r.data = append(r.data, value)
		case name == "" && value == "" && len(r.data) > 0:
			events = append(events, streamEvent{r.id, strings.Join(r.data, "\n")})
			r.data = nil
		}
	}
}

// streamed follows the streams of an attempt.
type streamed struct {
	readers map[*Exchange]*eventReader // of those that are open
}

func newStreamed() *streamed { return &streamed{readers: make(map[*Exchange]*eventReader)} }

// read returns the events that e has completed in x.
func (s *streamed) read(x *Exchange, e *wire.Event) []streamEvent {
	if x.Response == nil || x.Response.Head.Code != 200 {
		return nil
	}
	r := s.readers[x]
	if r == nil {
		r = &eventReader{}
		s.readers[x] = r
	}
	events := r.feed(bodyText(e))
	if x.Whole || x.Cut {
		delete(s.readers, x)
	}
	return events
}

// streamFive: five events in one answer.
func streamFive(a Attempt) Check {
	const five = 5
	streams := newStreamed()
	counts := make(map[*Exchange]int)
	awaits := "five events in one answer for /lab/streaming/" + a.Word
	return Exchanges(awaits, asksLab(a, "streaming", "GET"), func(t *Teller, x *Exchange, e *wire.Event) {
		events := streams.read(x, e)
		counts[x] += len(events)
		n := counts[x]
		over := x.Whole || x.Cut
		if over {
			delete(counts, x)
		}
		switch {
		case n >= five:
			t.Pass("One request, one answer, and five events in it so far.", x.Request.Seq, x.Response.Seq, e.Seq)
		case over && x.Response != nil && x.Response.Head.Code == 204:
			t.Wrong(x.Response, Mistake("stream-204", x.Response.Head.Status.Start, "204"))
		case over && n > 0:
			t.Wrong(e, Mistake("stream-ended-early", -1, plural(n, "event")))
		case len(events) > 0 && (t.v.State != Wrong || n > 2): // what was wrong stays to be read for a while
			t.Await(fmt.Sprintf("%s (%d of %d came)", awaits, n, five), x.Request.Seq, e.Seq)
		}
	})
}

// resume: a stream that is cut off, and another that goes on behind the last id.
func resume(a Attempt) Check {
	streams := newStreamed()
	lastOf := make(map[*Exchange]string) // the last id that each open stream has sent
	var (
		cut  *wire.Event // the end of the stream that ended last, after an event
		last string      // its last id
		next *Exchange   // the stream that came behind it with that id
	)
	awaits := "a stream for /lab/streaming/" + a.Word + " that is cut off after an event"
	return Exchanges(awaits, asksLab(a, "streaming", "GET"), func(t *Teller, x *Exchange, e *wire.Event) {
		if e == x.Request {
			if cut == nil || next != nil {
				return
			}
			switch id, has := FieldOf(e, "Last-Event-ID"); {
			case !has:
				t.Wrong(e, Mistake("resume-no-id", e.Head.Line.Start, "no Last-Event-ID", "last", last))
				cut = nil
			case id != last:
				t.Wrong(e, Mistake("resume-other-id", FieldOffset(e, "Last-Event-ID"), "id "+id, "last", last))
				cut = nil
			default:
				next = x
				t.Await("the event behind "+last+", in the answer to this request", cut.Seq, e.Seq)
			}
			return
		}
		for _, event := range streams.read(x, e) {
			lastOf[x] = event.id
			if x != next {
				continue
			}
			before, _ := strconv.Atoi(last) // an id that is no number has none behind it
			if id, err := strconv.Atoi(event.id); err == nil && id == before+1 {
				t.Pass("The new request said "+last+", and its answer went on with "+event.id+": nothing is missing.", cut.Seq, x.Request.Seq, e.Seq)
				return
			}
			next, cut = nil, nil // the server no longer keeps what is missing
		}
		if !x.Whole && !x.Cut {
			return
		}
		id, had := lastOf[x]
		delete(lastOf, x)
		if x == next {
			next = nil
		}
		if had {
			if cut, last = e, id; t.v.State == Wrong {
				return // what was wrong stays to be read until it is right
			}
			t.Await("a new request that says Last-Event-ID: "+last, e.Seq)
		}
	})
}

// upstream: a message sent while a stream is open, which comes down in it, and how many requests
// were open then.
func upstream(a Attempt) Check {
	const id = "upstream"
	var (
		streams = newStreamed()
		open    = make(map[*Exchange]bool) // streams and messages
		message *Exchange                  // the one that went up last, beside an open stream
		beside  []uint64                   // the streams that were open then
		count   int                        // how many requests were, its own among them
		text    string                     // what it said
		heard   *wire.Event                // the chunk that brought it down
	)
	isStream, isMessage := asksLab(a, "streaming", "GET"), asksLab(a, "streaming", "POST")
	awaits := "a message for /lab/streaming/" + a.Word + ", sent while a stream of the same address is open"
	either := []Cond{func(e *wire.Event) bool { return meets(e, isStream) || meets(e, isMessage) }}
	followed := Exchanges(awaits, either, func(t *Teller, x *Exchange, e *wire.Event) {
		posts := Method("POST")(x.Request)
		if e == x.Request {
			open[x] = true
		}
		if x.Whole || x.Cut {
			delete(open, x)
		}
		switch {
		case e == x.Request && posts:
			message, beside, count, text, heard = nil, nil, len(open), "", nil
			for o := range open {
				if o.Response != nil && o.Response.Head.Code == 200 && Method("GET")(o.Request) {
					beside = append(beside, o.Request.Seq)
				}
			}
			if len(beside) == 0 {
				t.Wrong(e, Mistake("upstream-no-stream", e.Head.Method.Start, "no stream", "word", a.Word))
				return
			}
			message = x
			t.Await("your message, coming down in the stream", append(beside, e.Seq)...)
		case posts && x == message && e.Body != nil && Up(e):
			text = firstLine(string(e.Body.Data.Of(e.Bytes)))
		case !posts:
			for _, event := range streams.read(x, e) {
				if message != nil && heard == nil && text != "" && firstLine(event.data) == text {
					heard = e
					t.Await("how many requests were open when your message came, typed into the field", append(beside, message.Request.Seq, e.Seq)...)
				}
			}
		}
	})
	return Watch(awaits, func(t *Teller, e *wire.Event) {
		typed, at, answered := Answered(a, id, e)
		if !answered {
			before := followed.Verdict()
			followed.Event(e)
			if now := followed.Verdict(); !now.Equal(before) {
				t.v = now
			}
			return
		}
		if heard == nil {
			return
		}
		switch n, ok := Number(typed); {
		case !ok:
			t.Wrong(e, Mistake("upstream-no-number", at, typed))
		case n == count:
			t.Pass(fmt.Sprintf("%s were open: the message, and what was going on beside it. The stream did not stop for it.", plural(count, "request")),
				append(beside, message.Request.Seq, heard.Seq, e.Seq)...)
		case n == 1:
			t.Wrong(e, Mistake("upstream-forgot-the-stream", at, typed))
		default:
			t.Wrong(e, Mistake("upstream-other-count", at, typed))
		}
	})
}

// firstLine is the first line of a message, as it comes back in a stream.
func firstLine(s string) string {
	s, _, _ = strings.Cut(strings.TrimSpace(s), "\n")
	return strings.TrimRight(s, "\r")
}
