// Package exercise checks what a reader did, on the bytes that crossed their wire.
//
// # A check
//
// A check looks at the events of one wire, one after the other, and says at any time how the
// exercise stands. It is a pure function of these events and of a word, such as plum-41, which is
// drawn for each attempt and has to stand in the path or in the payload: so an old log passes
// nothing. It asks what crossed, and never whether a library liked it. It has no clock but the
// events' times and waits for nothing.
//
// Most checks are made of steps. A step says which events are meant, by conditions, and what such
// an event has to get right, by demands. What misses a condition is other traffic, and passed over
// in silence. What misses a demand is a mistake, and told.
//
//	func noHost(a Attempt) Check {
//		return Proves("A request without Host drew a 400.",
//			Sequence(
//				Request("a request for a path that holds "+a.Word+", without a Host field", Carries(a.Word)).
//					Must(hasNoHost),
//				Response("its answer").Must(isBadRequest),
//			))
//	}
//
//	func hasNoHost(e *wire.Event) *Fault {
//		if host, ok := FieldOf(e, "Host"); ok {
//			return Mistake("host-is-there", FieldOffset(e, "Host"), "Host: "+host)
//		}
//		return nil
//	}
//
// The steps: [Request], [Response], [Body], [Frame], [Read] (bytes outside any protocol, an event
// a call), [End] (of a connection), [Answer] (typed by the reader), and [Event] for any.
// [Step.Must] adds demands, [Step.Within] demands a time since the step before.
//
// The conditions: [Up], [Down], [By], [Lab], [Carries], [Method], [Under], [Status], [Field],
// [Token], [Opcode], [Text], [Binary], [Data], [Control], [Masked], [CloseCode], [Not], [Either],
// or any func(*wire.Event) bool. The demand [Keeps] takes the inspector's own rules.
//
// Checks out of steps and other checks: [Sequence], [Once], [Count], [Every] (all of them, in any
// order), [SameConnection], [CountsConnections] (says "can't tell here" when a proxy owns the
// connections), [Proves] (what is said when it passes; each exercise has one).
//
// What steps don't say, a function does: [Watch] is called with each event, [Exchanges] with each
// event of the requests that are meant and their answers, counted and timed. Both say how it
// stands through a [Teller], and keep what they need in variables around the function:
//
//	func headerTax(a Attempt) Check {
//		var last *wire.Event
//		return Watch("a request from your browser", func(t *Teller, e *wire.Event) {
//			text, at, answered := Answered(a, "header-tax", e)
//			switch {
//			case answered && last != nil:
//				if n, ok := Number(text); !ok || uint64(n) != last.Size {
//					t.Wrong(e, Mistake("not-the-head", at, text, "size", strconv.FormatUint(last.Size, 10)))
//					return
//				}
//				t.Pass("…", last.Seq, e.Seq)
//			case Carries(a.Word)(e) && By(wire.DriverPage)(e) && !answered:
//				last = e
//				t.Await("your answer, typed into the field", e.Seq)
//			}
//		})
//	}
//
// A typed answer is traffic too: POST /lab/answer/EXERCISE?wire=ID&word=WORD&answer=TEXT.
//
// A check keeps a bounded number of events, and its Event costs microseconds: each open page runs
// every check of its lesson on every event. Only the first 512 bytes of a payload are kept of an
// event, so a word has to stand there. After Passed nothing changes a verdict.
//
// # An exercise
//
// One file a lesson holds its checks, named as the lesson: frames.go. It has two tables, and each
// of them gets one line elsewhere: the exercises in the variable lessons (exercise.go), the
// wordings of mistakes in the variable wordings (mistake.go).
//
//	var requestExercises = []*Exercise{
//		{Lesson: "request", ID: "no-host", Revision: 1, Start: noHost},
//	}
//
//	var requestMistakes = []Wording{
//		{"host-is-there",
//			"This request has a Host field ({came}). Leave it out, and see what the server says.",
//			"no Host field", "RFC 9112 §3.2"},
//	}
//
// Draw is for a task that is different each time (a key, a frame): it returns what the page shows,
// drawn from [Attempt.Rand], so that the check draws the same.
//
// # A wrong answer
//
// A demand returns a [Fault] by [Mistake]: the wording's name, the offset of the wrong byte in its
// event (-1 if it is no byte), and what came, as a phrase. The wording says in one or two plain
// sentences what is wrong and what to do, what was expected, and which rule or definition stands
// behind it: an RFC and its section, which must be in the list of package lessons. There are no
// exclamation marks. {came} is filled in, and other braces from the pairs that Mistake is given.
// Every wording is drawn by at least one fixture.
//
// A wrong answer never blocks: the step stays awaited, and the next right traffic passes.
//
// # A fixture
//
// content/fixtures/LESSON/EXERCISE/ holds recorded attempts: pass*.txt, which pass, and wrong-*.txt
// with each likely mistake. Others, such as a proxied attempt or one that is not finished, may have
// any name. Record them with
//
//	wireup record --exercise frames/smallest content/fixtures/frames/smallest/wrong-more-than-six.txt
//
// and do what the reader would do, with any word of the list (words.go); Ctrl-C writes the file. Or write one by hand where nothing can be recorded, and say so
// in its source. The form:
//
//	# Sends the word, and then a message of one letter.
//	# source: wireup record, 22 November 2026, Chromium 156
//	exercise: frames/smallest
//	word: plum-41
//	wire: aaaaaaaaaaaaa
//	verdict: wrong
//	mistake: more-than-six
//
//	0 1 open page 127.0.0.1:50012
//	0.12 1 up
//	  "GET /echo?wire=aaaaaaaaaaaaa HTTP/1.1\r\n"
//	  "\r\n"
//	0.3 1 down "HTTP/1.1 101 Switching Protocols\r\n" …
//	520.1 1 up
//	  81 87 37fa213d        # text frame, 7 bytes, masked: "plum-41"
//	  47964c531a cecf
//	1034 1 up 8181 37fa213d 4f
//	2000 1 end client closed
//
// A record begins with the milliseconds since the recording began and the number of the
// connection. Then comes what happened: open, with the driver (page, forge, terminal, proxy, probe), the client's
// address, announced if the program announced the connection for the wire, as the forge does,
// raw LAB if it came to that lab's raw port, and owned LAB if all of it is that lab's, as what the probe
// sends to a reader's server; up or down, with bytes; eof, when the client of a raw
// port sends nothing more; end, with the words of the close event, and the error in quotes if there
// was one; or other N, for N exchanges on the same connection that belong to no wire and were left
// out. Bytes are hex or quoted text, as in Go, in any number of words, and lines that are indented go
// on with them. A word times a count repeats it: 61*65000, 5c9a405f*16250. Anything behind a # is a comment.
//
// What a lab does is recorded in the same form, into content/sessions/LESSON/LAB.txt, without exercise,
// word and verdict:
//
//	wireup record --lab frames/echo content/sessions/frames/echo.txt
//
// The runner ([Fixture.Replay]) pushes these bytes through wire.Hub.Watch, as live traffic goes, so
// the events of a fixture are the real thing.
//
// wireup lessons check, and a test, see that each fixture draws its verdict, that no exercise passes
// on an empty log, under another reader's word, or on a log from which the word was taken, and that
// hints, solution, wordings and references are there.
package exercise
