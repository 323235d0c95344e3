package exercise

// Lesson 12, production: proxies, drops, strangers, compression, and what a library lets through.

import (
	"bytes"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strings"
	"time"

	"wireup/inspector"
	"wireup/wire"
)

var productionExercises = []*Exercise{
	{Lesson: "production", ID: "stay-alive", Revision: 1, Start: stayAlive},
	{Lesson: "production", ID: "come-back", Revision: 1, Start: comeBack},
	{Lesson: "production", ID: "origin", Revision: 1, Start: originDecides},
	{Lesson: "production", ID: "squeeze", Revision: 1, Start: squeeze},
	{Lesson: "production", ID: "let-through", Revision: 1, Start: letThrough},
}

var productionMistakes = []Wording{
	{"alive-around",
		"This connection goes straight to the server. Send it through the intermediary that kills what is idle: through=idle in the query.",
		"through=idle", "RFC 9110 §3.7"},
	{"alive-cut",
		"The intermediary cut this connection after {came} of silence. Have something cross it more often than that, a ping or a message.",
		"a frame at least every few seconds, for 40 s", "RFC 6455 §5.5.2"},
	{"alive-goodbye",
		"This connection was closed in order, {came} after its 101. Leave it open for longer.",
		"40 s between the 101 and the last frame", "RFC 6455 §7.1.4"},

	{"back-at-once",
		"This try came {came} after the one before had failed. When a server is away, everybody who does so hits it together. Wait longer each time.",
		"a wait that grows from try to try", "RFC 6455 §7.2.3"},
	{"back-not-growing",
		"This try came {came} after the one before had failed, and that wait was no longer than the last one ({before}). Wait longer each time.",
		"a longer wait than before", "RFC 6455 §7.2.3"},
	{"back-no-jitter",
		"The waits grow, and by the same factor each time: {came}. Everybody who was dropped with you comes back with you, too. Draw each wait at random from a range that grows.",
		"waits that are drawn at random", "RFC 6455 §7.2.3"},
	{"back-too-many",
		"This is try number {came} after one drop. Give up after five, and say so to your user.",
		"five tries at most", "RFC 6455 §7.2.3"},
	{"back-two-at-once",
		"This try began while another connection was open or being tried ({came}). Wait until it has failed.",
		"one connection at a time", "RFC 6455 §4.1"},

	{"origin-none",
		"This handshake has no Origin, as that of a program that is no browser, and got {came}. Nothing was compared. Say one: a browser always does.",
		"an Origin field", "RFC 6455 §10.2"},
	{"origin-let-in",
		"{came} is another site, and this socket let it in: origin=any asks nobody. Try the one that compares.",
		"403 for another site’s Origin", "RFC 6455 §10.2"},
	{"origin-other",
		"The answer is {came}, so it wasn’t Origin that decided. Make a handshake that is right but for its Origin.",
		"403 or 101", "RFC 6455 §4.2.2"},

	{"squeeze-plain",
		"RSV1 is 0 here: this message is not compressed. Ask for compression with deflate=on, from a client that offers it.",
		"RSV1 1 on the first frame of the message", "RFC 7692 §6"},
	{"squeeze-not-agreed",
		"RSV1 is set, and nobody agreed on compression, so the bit has no meaning and must be 0. Have the handshake agree on it first: deflate=on.",
		"permessage-deflate in the 101", "RFC 6455 §5.2"},
	{"squeeze-broken",
		"RSV1 says that this message is compressed, and its bytes don’t inflate. Send what a compressor has made of your text.",
		"data that inflates", "RFC 7692 §7.2.2"},

	{"let-form",
		"This frame says {came}. Say 5 in the 16-bit form: 126 in the second byte’s seven bits, and 00 05 behind it.",
		"a length of 5 in 16 bits", "RFC 6455 §5.2"},
	{"let-strict",
		"The mirror read this length, and closed the connection with 1002. It lets nothing through. Send the same bytes to the one that a library holds: library=gorilla.",
		"an echo of the frame", "RFC 6455 §7.1.7"},
	{"let-too-soon",
		"“{came}” is typed, and no such frame has come back yet. Have one let through first.",
		"the frame and its echo, then the rule", "RFC 6455 §5.2"},
	{"let-rule",
		"“{came}” is not where that rule stands. Look for the section that draws the frame and says how each field is to be filled.",
		"the section that says how a length is written", "RFC 6455 §5.2"},
}

// aliveFor is how long the exercise stay-alive wants a connection to be open.
const aliveFor = 40 * time.Second

// stayAlive: one connection through the idle-killer, with a frame 40 s after its 101.
func stayAlive(a Attempt) Check {
	type held struct{ request, opened, last *wire.Event }
	open := make(map[int]*held)
	asked := asksLab(a, "production", "GET")
	awaits := "a WebSocket to /lab/production/" + a.Word + "?through=idle, open for 40 s"
	return Watch(awaits, func(t *Teller, e *wire.Event) {
		h := open[e.Conn]
		switch {
		case meets(e, asked) && Token("Upgrade", "websocket")(e):
			if len(open) < maxParts {
				open[e.Conn] = &held{request: e}
			}
		case h == nil:
		case e.Kind == inspector.KindResponse && e.Head.Code != 101:
			delete(open, e.Conn)
		case e.Kind == inspector.KindResponse:
			if QueryOf(h.request, "through") != "idle" {
				delete(open, e.Conn)
				t.Wrong(h.request, Mistake("alive-around", h.request.Head.Target.End, "no through=idle"))
				return
			}
			h.opened, h.last = e, e
			t.Await("40 s on this connection, with a frame at their end", h.request.Seq, e.Seq)
		case h.opened == nil:
		case e.Frame != nil && Between(h.opened, e) >= aliveFor:
			t.Pass("The connection was open for "+Duration(Between(h.opened, e))+", through somebody who cuts what is silent: something crossed in time, every time.",
				h.request.Seq, h.opened.Seq, e.Seq)
		case e.Frame != nil:
			h.last = e
			t.Await(fmt.Sprintf("40 s on this connection (%.0f s are over)", Between(h.opened, e).Seconds()), h.request.Seq, h.opened.Seq, e.Seq)
		case e.Kind == inspector.KindClose:
			delete(open, e.Conn)
			if either(e.Close) != nil {
				t.Wrong(e, Mistake("alive-goodbye", -1, Duration(Between(h.opened, e))))
			} else {
				t.Wrong(e, Mistake("alive-cut", -1, Duration(Between(h.last, e))))
			}
		}
	})
}

// What the exercise come-back asks for. The first wait may be anything, as RFC 6455 §7.2.3 has it:
// those behind it have to grow.
const (
	backTries = 4 // at least, so that there are waits to compare
	backMost  = 5
	backLeast = 400 * time.Millisecond
	backNoise = 20 // what part of a wait a timer may add by itself: that is no growth
)

// comeBack: after a drop, tries whose waits grow and are drawn at random, at most five, the last of
// which gets through.
func comeBack(a Attempt) Check {
	var (
		asked   = asksLab(a, "production", "GET")
		trying  = make(map[int]bool) // handshakes without an answer, by connection
		open    = make(map[int]bool) // those that got through
		dropped *wire.Event
		failed  *wire.Event // what ended the last try, or the drop
		waits   []time.Duration
		proof   []uint64
	)
	awaits := "a WebSocket to /lab/production/" + a.Word + ", and then its drop"
	over := func() { dropped, failed, waits, proof = nil, nil, nil, nil }
	return Watch(awaits, func(t *Teller, e *wire.Event) {
		switch {
		case meets(e, asked) && Token("Upgrade", "websocket")(e):
			others := len(trying) + len(open)
			if len(trying) < maxParts {
				trying[e.Conn] = true
			}
			if dropped == nil {
				return
			}
			if others > 0 {
				over()
				t.Wrong(e, Mistake("back-two-at-once", -1, plural(others, "connection")))
				return
			}
			waits = append(waits, Between(failed, e))
			proof = append(proof, e.Seq)
			if f := waitFault(waits); f != nil {
				over()
				t.Wrong(e, f)
				return
			}
			t.Await(fmt.Sprintf("the answer to try %d of %d", len(waits), backMost), proof...)
		case trying[e.Conn] && e.Kind == inspector.KindResponse && e.Head.Code == 101:
			delete(trying, e.Conn)
			if len(open) < maxParts {
				open[e.Conn] = true
			}
			if dropped == nil {
				if t.v.State != Wrong { // what was wrong stays to be read until the next drop
					t.Await("a drop: the connection ends, and nobody has said goodbye", e.Seq)
				}
				return
			}
			said := waitWords(waits)
			switch {
			case len(waits) < backTries:
				t.Await(fmt.Sprintf("a drop with more refusals: this one let you back in at try %d, and %d waits are wanted to compare", len(waits), backTries), proof...)
			case steady(waits):
				t.Wrong(e, Mistake("back-no-jitter", -1, said))
			default:
				t.Pass(fmt.Sprintf("Back after %d tries, with waits of %s: they grow, and no two clients draw the same.", len(waits), said), append(proof, e.Seq)...)
			}
			over()
		case trying[e.Conn] && (e.Kind == inspector.KindResponse || e.Kind == inspector.KindClose):
			delete(trying, e.Conn)
			failed = e
			if dropped != nil {
				t.Await(fmt.Sprintf("try %d of %d, after a longer wait", len(waits)+1, backMost), proof...)
			}
		case open[e.Conn] && e.Kind == inspector.KindClose:
			delete(open, e.Conn)
			if either(e.Close) != nil {
				return // a goodbye is no drop
			}
			over()
			dropped, failed, proof = e, e, []uint64{e.Seq}
			t.Await("the first try to come back", e.Seq)
		}
	})
}

// waitFault is what is wrong with the last of the waits.
func waitFault(waits []time.Duration) *Fault {
	n := len(waits)
	last := waits[n-1]
	switch {
	case n > backMost:
		return Mistake("back-too-many", -1, fmt.Sprint(n))
	case n == 1:
	case last < backLeast:
		return Mistake("back-at-once", -1, Duration(last))
	case n > 2 && last < waits[n-2]+waits[n-2]/backNoise:
		return Mistake("back-not-growing", -1, Duration(last), "before", Duration(waits[n-2]))
	}
	return nil
}

// steady reports whether the waits behind the first grow by the same factor, as programs that draw
// nothing have it, as far as a timer keeps to it. Of waits that are drawn about one series in a
// hundred looks so too.
func steady(waits []time.Duration) bool {
	const apart = .04
	return slices.ContainsFunc([]float64{1.5, 2, 3}, func(factor float64) bool {
		for i := 2; i < len(waits); i++ {
			if r := float64(waits[i]) / float64(waits[i-1]); math.Abs(r-factor) > apart*factor {
				return false
			}
		}
		return len(waits) > 2
	})
}

func waitWords(waits []time.Duration) string {
	words := make([]string, len(waits))
	for i, d := range waits {
		words[i] = Duration(d)
	}
	return strings.Join(words, ", ")
}

// originDecides: 403 to a handshake from another site, 101 to one from our own.
func originDecides(a Attempt) Check {
	var refused, taken []uint64
	awaits := func() string {
		var list []string
		if refused == nil {
			list = append(list, "a 403 to a handshake whose Origin is another site")
		}
		if taken == nil {
			list = append(list, "a 101 to one whose Origin is this server’s")
		}
		return strings.Join(list, ", and ") + ", with " + a.Word + " in the path or the query"
	}
	where := []Cond{Either(Under("/echo"), Under("/lab/production/"+a.Word)), Carries(a.Word), Token("Upgrade", "websocket")}
	return Exchanges(awaits(), where, func(t *Teller, x *Exchange, e *wire.Event) {
		if e != x.Response {
			return
		}
		code := e.Head.Code
		origin, said := FieldOf(x.Request, "Origin")
		host, _ := FieldOf(x.Request, "Host")
		own := said && sameOrigin(origin, host)
		switch {
		case code != 403 && code != 101:
			t.Wrong(e, Mistake("origin-other", e.Head.Status.Start, fmt.Sprint(code)))
			return
		case !said:
			t.Wrong(x.Request, Mistake("origin-none", -1, fmt.Sprintf("a %d", code)))
			return
		case code == 101 && !own:
			t.Wrong(x.Request, Mistake("origin-let-in", FieldOffset(x.Request, "Origin"), fmt.Sprintf("%.60s", origin)))
			return
		case code == 403 && !own:
			refused = []uint64{x.Request.Seq, e.Seq}
		case code == 101:
			taken = []uint64{x.Request.Seq, e.Seq}
		}
		proof := slices.Concat(refused, taken)
		slices.Sort(proof)
		if refused != nil && taken != nil {
			t.Pass("The same handshake but for one field, and two answers. A browser writes Origin itself, so a page can’t make one up; whatever is no browser can.", proof...)
			return
		}
		t.Await(awaits(), proof...)
	})
}

// sameOrigin reports whether an Origin field names the host of a Host field.
func sameOrigin(origin, host string) bool {
	u, err := url.Parse(origin)
	return err == nil && u.Host != "" && strings.EqualFold(u.Host, host)
}

// squeeze: a compressed message that is shorter on the wire, and one that is longer.
func squeeze(a Attempt) Check {
	var shorter, longer *wire.Event
	word := make(map[int]bool) // connections that carry it
	awaits := func() string {
		switch {
		case shorter == nil && longer == nil:
			return "a compressed message that is shorter on the wire than its text, and one that is longer, on a connection with " + a.Word + " in its path or in a message"
		case shorter == nil:
			return "a compressed message that is shorter on the wire than its text"
		}
		return "a compressed message that is longer on the wire than its text"
	}
	return Watch(awaits(), func(t *Teller, e *wire.Event) {
		if e.Kind == inspector.KindClose {
			delete(word, e.Conn)
		}
		if !Up(e) {
			return
		}
		if Carries(a.Word)(e) && e.Driver != wire.DriverProxy && !answers(a, "squeeze")(e) && len(word) < maxParts {
			word[e.Conn] = true
		}
		if !word[e.Conn] || !Data(e) {
			return
		}
		f := e.Frame
		switch {
		case f.RSV&4 != 0 && !f.Compressed && f.Opcode != inspector.OpContinuation:
			t.Wrong(e, Mistake("squeeze-not-agreed", 0, "RSV1 1"))
			return
		case !f.Compressed:
			t.Wrong(e, Mistake("squeeze-plain", 0, "RSV1 0"))
			return
		case f.Inflated == nil: // the message goes on in other frames
			return
		case f.Inflated.Err != "":
			t.Wrong(e, Mistake("squeeze-broken", f.Size, f.Inflated.Err))
			return
		case f.Inflated.Compressed < f.Inflated.Size && shorter == nil:
			shorter = e
		case f.Inflated.Compressed > f.Inflated.Size && longer == nil:
			longer = e
		}
		var proof []uint64
		for _, e := range []*wire.Event{shorter, longer} {
			if e != nil {
				proof = append(proof, e.Seq)
			}
		}
		slices.Sort(proof)
		if len(proof) == 2 {
			t.Pass(fmt.Sprintf("%s became %s, and %s became %s. RSV1 stands on both: it says that a message is compressed, and not that it was worth it.",
				plural(shorter.Frame.Inflated.Size, "byte"), plural(shorter.Frame.Inflated.Compressed, "byte"),
				plural(longer.Frame.Inflated.Size, "byte"), plural(longer.Frame.Inflated.Compressed, "byte")), proof...)
			return
		}
		t.Await(awaits(), proof...)
	})
}

// letThrough: a length of 5 in the 16-bit form comes back, and the reader names the rule.
func letThrough(a Attempt) Check {
	var (
		word = make(map[int]bool)
		sent = make(map[int]*wire.Event) // the frame, by connection
		back []uint64                    // the frame and its echo
	)
	awaits := "a data frame with a length of 5 in the 16-bit form, and its echo, on a connection with " + a.Word + " in its query or in a frame before"
	return Watch(awaits, func(t *Teller, e *wire.Event) {
		if text, at, answered := Answered(a, "let-through", e); answered {
			switch {
			case back == nil:
				t.Wrong(e, Mistake("let-too-soon", at, fmt.Sprintf("%.40s", text)))
			case !namesSection(text, "5.2"):
				t.Wrong(e, Mistake("let-rule", at, fmt.Sprintf("%.40s", text)))
			default:
				t.Pass("A length is written in the shortest form that fits (RFC 6455 §5.2). A library that reads it anyway sees the same message, and a filter before it may see another one.", append(back, e.Seq)...)
			}
			return
		}
		if e.Kind == inspector.KindClose {
			delete(word, e.Conn)
			delete(sent, e.Conn)
		}
		if Up(e) && Carries(a.Word)(e) && e.Driver != wire.DriverProxy {
			if len(word) < maxParts {
				word[e.Conn] = true
			}
			return
		}
		if !word[e.Conn] || e.Frame == nil {
			return
		}
		first := sent[e.Conn]
		switch {
		case Up(e) && Data(e) && first == nil && e.Frame.LengthForm() == 16 && e.Frame.Length == 5:
			sent[e.Conn] = e
			t.Await("its echo", e.Seq)
		case Up(e) && Data(e) && first == nil:
			t.Wrong(e, Mistake("let-form", 1, fmt.Sprintf("%d in %d bits", e.Frame.Length, e.Frame.LengthForm())))
		case Down(e) && first != nil && e.Frame.Close != nil && back == nil:
			t.Wrong(first, Mistake("let-strict", 1, e.Frame.Close.Code.String()))
		case Down(e) && first != nil && Data(e) && e.Frame.Length == 5 && bytes.Equal(e.Frame.Plain, first.Frame.Plain):
			back = []uint64{first.Seq, e.Seq}
			t.Await("the section of RFC 6455 whose rule this breaks, typed into the field", back...)
		}
	})
}

// namesSection reports whether a text names a section by its number, however it is written.
func namesSection(text, section string) bool {
	words := strings.FieldsFunc(text, func(c rune) bool { return (c < '0' || c > '9') && c != '.' })
	return slices.ContainsFunc(words, func(w string) bool { return strings.Trim(w, ".") == section })
}
