package exercise

// Lesson 13, choose: what a transport costs, foretold and measured.

import (
	"math"
	"strconv"
	"strings"

	"wireup/inspector"
	"wireup/wire"
)

var chooseExercises = []*Exercise{
	{Lesson: "choose", ID: "predict-bytes", Revision: 1, Start: predictBytes},
}

var chooseMistakes = []Wording{
	{"bytes-no-numbers",
		"“{came}” is not two whole numbers. Type the bytes for polling, a stroke, and the bytes for the WebSocket.",
		"two numbers, as in 5000 / 400", "RFC 9112 §2.1"},
	{"bytes-turned-round",
		"{came} has the two numbers the wrong way round: polling stands first.",
		"polling, a stroke, the WebSocket", "RFC 9112 §2.1"},
	{"bytes-polling-off",
		"{came} for polling is more than 10% off. Add up one poll of yours that brought something: the request, the head of its answer, and the message. Then a thousand of them.",
		"a thousand polls as your browser sends them, each with one message of 20 bytes", "RFC 9112 §2.1"},
	{"bytes-socket-off",
		"{came} for the WebSocket is more than 10% off. Add up one frame on its way down, a thousand times, and the handshake once.",
		"a thousand frames with 20 bytes each, and one handshake", "RFC 6455 §5.2"},
	{"bytes-other-size",
		"A message here had {came}, and 20 bytes are asked for. Set the size to 20 bytes and race again.",
		"messages of 20 bytes", "RFC 6455 §5.2"},
}

// predictBytes: what a thousand messages of 20 bytes take by polling and over a WebSocket, within 10%
// of what one of each took on the reader's own connection. It is all the same which comes first, the
// answer or the traffic.
func predictBytes(a Attempt) Check {
	const (
		id       = "predict-bytes"
		messages = 1000
		size     = 20
		off      = .1
	)
	var (
		poll, socket, handshake uint64 // bytes: one poll with one message, one frame, the opening
		pollSeq, frameSeq       uint64
		conn                    int // of the newest socket
		answer                  *wire.Event
		text                    string
		at                      int
	)
	awaits := "a race under /lab/race/" + a.Word + " with messages of 20 bytes, and your two numbers"
	near := func(n int, truth uint64) bool { return math.Abs(float64(n)-float64(truth)) <= off*float64(truth) }
	judge := func(t *Teller) {
		switch {
		case poll == 0 || frameSeq == 0:
			if answer != nil {
				t.Await("a race under /lab/race/"+a.Word+" with messages of 20 bytes: your numbers are there", answer.Seq)
			}
			return
		case answer == nil:
			t.Await("your two numbers: bytes by polling / bytes by WebSocket", pollSeq, frameSeq)
			return
		}
		byPoll, bySocket, ok := twoNumbers(text)
		polls, frames := messages*poll, handshake+messages*socket
		switch {
		case !ok:
			t.Wrong(answer, Mistake("bytes-no-numbers", at, text))
		case near(byPoll, polls) && near(bySocket, frames):
			t.Pass("A thousand messages take "+plural(polls, "byte")+" by polling and "+plural(frames, "byte")+
				" over a WebSocket, by what one of each took on your connection.", pollSeq, frameSeq, answer.Seq)
		case near(byPoll, frames) && near(bySocket, polls):
			t.Wrong(answer, Mistake("bytes-turned-round", at, text))
		case !near(byPoll, polls):
			t.Wrong(answer, Mistake("bytes-polling-off", at, strconv.Itoa(byPoll)))
		default:
			t.Wrong(answer, Mistake("bytes-socket-off", at, strconv.Itoa(bySocket)))
		}
	}
	var teller *Teller
	race := []Cond{Lab("race"), Method("GET"), Under("/lab/race/" + a.Word)}
	exchanges := Exchanges("", race, func(_ *Teller, x *Exchange, e *wire.Event) {
		path, _, _ := strings.Cut(x.Target(), "?")
		switch {
		case !x.Whole || x.Response == nil:
		case strings.HasSuffix(path, "/socket") && Status(101)(x.Response):
			conn, handshake = x.Conn, x.Up+x.Down
		case strings.HasSuffix(path, "/poll") && Status(200)(x.Response):
			// Each message stands on a line of its own.
			if (x.Body+1)%(size+1) != 0 {
				teller.Wrong(e, Mistake("bytes-other-size", -1, plural(x.Body, "byte")))
				return
			}
			poll, pollSeq = x.Up+x.Down-x.Body+size, x.Response.Seq
			judge(teller)
		}
	})
	return Watch(awaits, func(t *Teller, e *wire.Event) {
		teller = t
		if typed, offset, ok := Answered(a, id, e); ok {
			answer, text, at = e, typed, offset
			judge(t)
			return
		}
		exchanges.Event(e)
		if e.Kind != inspector.KindFrame || e.Conn != conn || Up(e) || !Text(e) || frameSeq != 0 {
			return
		}
		if e.Payload() != size {
			t.Wrong(e, Mistake("bytes-other-size", -1, plural(e.Payload(), "byte")))
			return
		}
		socket, frameSeq = e.Size, e.Seq
		judge(t)
	})
}

// twoNumbers reads two numbers with a stroke between them, or with a space.
func twoNumbers(text string) (first, second int, ok bool) {
	one, two, found := strings.Cut(text, "/")
	if !found {
		one, two, _ = strings.Cut(strings.TrimSpace(text), " ")
	}
	first, okFirst := Number(one)
	second, okSecond := Number(two)
	return first, second, okFirst && okSecond && first >= 0 && second >= 0
}
