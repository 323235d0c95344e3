package exercise

// Lesson 10, conversation: fragments, pings and goodbyes.

import (
	"bytes"
	"fmt"
	"strconv"

	"wireup/inspector"
	"wireup/wire"
)

var conversationExercises = []*Exercise{
	{Lesson: "conversation", ID: "three-frames", Revision: 1, Start: threeFrames},
	{Lesson: "conversation", ID: "ping-between", Revision: 1, Start: pingBetween},
	{Lesson: "conversation", ID: "goodbye", Revision: 1, Start: goodbye},
	{Lesson: "conversation", ID: "abnormal", Revision: 1, Start: abnormal},
	{Lesson: "conversation", ID: "illegal", Revision: 1, Start: illegal},
}

var conversationMistakes = []Wording{
	{"three-count",
		"This message came in {came}. Cut it into three: FIN 0, 0, 1.",
		"a message in three frames", "RFC 6455 §5.4"},
	{"three-begins-again",
		"This frame has opcode {came} in the middle of a message, so it begins another one there. Behind the first frame the opcode is 0, continuation.",
		"opcode 0 and FIN 0 or 1", "RFC 6455 §5.4"},
	{"three-binary",
		"This message is binary: its first frame has opcode 2. Text is asked for.",
		"opcodes 1, 0, 0", "RFC 6455 §5.6"},

	{"between-whole",
		"This message came in one frame, so nothing can stand between its frames. Cut it in two or more.",
		"FIN 0 on the first frame", "RFC 6455 §5.4"},
	{"between-none",
		"The message is whole after {came}, and no ping came between them. Send it before the last one.",
		"opcode 9 between two frames of the message", "RFC 6455 §5.5"},
	{"between-pong",
		"This control frame is a pong, which nobody answers. A ping has opcode 9.",
		"opcode 9", "RFC 6455 §5.5.2"},

	{"goodbye-no-code",
		"This close frame has no code, so the page is told 1005. Say 1000 in it: two bytes of payload, 03 e8.",
		"close code 1000", "RFC 6455 §7.4.1"},
	{"goodbye-other-code",
		"This close frame says {came}. That may be a goodbye too, but 1000, normal closure, is asked for.",
		"close code 1000", "RFC 6455 §7.4.1"},
	{"goodbye-half",
		"The connection is over, and {came}. Both sides send a close frame before TCP ends.",
		"a close frame each way", "RFC 6455 §5.5.1"},

	{"abnormal-goodbye",
		"This connection ended with a close frame: {came}. Have it dropped without one, by the cut or the reset.",
		"the end of TCP without a close frame", "RFC 6455 §7.1.5"},
	{"abnormal-too-soon",
		"“{came}” is typed, and no connection of your page with the word in its path has been dropped yet. Open one and drop it first.",
		"a dropped connection, then the code", "RFC 6455 §7.1.5"},
	{"abnormal-code",
		"“{came}” is not what your page shows. Look at code in its CloseEvent: no close frame came, and the browser has a number for that.",
		"the code of the CloseEvent", "RFC 6455 §7.4.1"},

	{"illegal-legal",
		"This frame breaks no rule, and the server mirrors it. Set a reserved bit, for example, or take an opcode that is not in use.",
		"a frame that breaks a rule", "RFC 6455 §5.2"},
	{"illegal-same",
		"This breaks the same rule as the one before ({came}). Break another one.",
		"another rule than before", "RFC 6455 §7.1.7"},
	{"illegal-code",
		"A rule is broken, and the server answers {came}: that rule has a code of its own. Break one of framing, whose code is 1002.",
		"close code 1002", "RFC 6455 §7.4.1"},
}

// maxAssembled bounds what a check keeps of a message: a word may be cut anywhere.
const maxAssembled = 4 << 10

// assembled is a message of the client's as its frames come.
type assembled struct {
	frames []uint64 // of the events
	first  *wire.Event
	text   []byte
}

// take adds a data frame. It reports false for one that belongs to no message that has begun.
func (m *assembled) take(e *wire.Event) bool {
	if e.Frame.Opcode != inspector.OpContinuation {
		*m = assembled{first: e}
	}
	if m.first == nil {
		return false
	}
	m.frames = append(bounded(m.frames), e.Seq)
	if len(m.text) < maxAssembled {
		m.text = append(m.text, e.Frame.Plain...)
	}
	return true
}

func (m *assembled) open() bool { return m.first != nil }

func (m *assembled) holds(word string) bool { return bytes.Contains(m.text, []byte(word)) }

// threeFrames: opcodes 1, 0, 0 with FIN 0, 0, 1.
func threeFrames(a Attempt) Check {
	unmasked := Keeps("client-unmasked", inspector.RuleUnmaskedClient)
	awaits := "a text that holds " + a.Word + ", in three frames"
	return SameConnection(func() Check {
		var (
			m      assembled
			broken bool // the server reads no further
		)
		return Watch(awaits, func(t *Teller, e *wire.Event) {
			if e.Frame == nil || !Up(e) || Control(e) || broken {
				return
			}
			began := e.Frame.Opcode
			if f := unmasked(e); f != nil && (m.open() || Carries(a.Word)(e)) {
				broken = true
				t.Wrong(e, f)
				return
			}
			if began != inspector.OpContinuation && m.open() {
				broken = true
				t.Wrong(e, Mistake("three-begins-again", 0, strconv.Itoa(int(began))))
				return
			}
			if !m.take(e) {
				return
			}
			if !e.Frame.Fin {
				t.Await("the rest of the message: its last frame has FIN 1", m.frames...)
				return
			}
			whole := m
			m = assembled{}
			switch {
			case !whole.holds(a.Word):
				if len(whole.frames) > 1 {
					t.Await(awaits)
				}
			case len(whole.frames) != 3:
				t.Wrong(e, Mistake("three-count", 0, plural(len(whole.frames), "frame")))
			case whole.first.Frame.Opcode != inspector.OpText:
				t.Wrong(whole.first, Mistake("three-binary", 0, "opcode 2"))
			default:
				t.Pass("One message in three frames: opcode 1 begins it, 0 goes on with it, and FIN stands on the last. The word may lie across the cuts: nobody reads it before the message is whole.", whole.frames...)
			}
		})
	})
}

// pingBetween: a ping between two fragments, answered before the message is echoed.
func pingBetween(a Attempt) Check {
	awaits := "a text that holds " + a.Word + ", in two frames or more, with a ping between them"
	return SameConnection(func() Check {
		var (
			m    assembled
			ping *wire.Event // between frames of the message
			pong *wire.Event // its answer
			over bool        // the message is whole, and holds the word
		)
		begin := func() { m, ping, pong, over = assembled{}, nil, nil, false }
		return Watch(awaits, func(t *Teller, e *wire.Event) {
			if e.Frame == nil {
				return
			}
			op := e.Frame.Opcode
			switch {
			case Down(e) && op == inspector.OpPong && ping != nil && pong == nil && bytes.Equal(e.Frame.Plain, ping.Frame.Plain):
				pong = e
				if over {
					t.Await("the echo of the message", ping.Seq, pong.Seq)
				} else {
					t.Await("the rest of the message, and its echo", ping.Seq, pong.Seq)
				}
			case Down(e) && over && !Control(e) && e.Frame.Fin && pong != nil:
				t.Pass("The ping stood in the middle of a message, and its pong came before the echo was whole: control frames don't wait for the message to end.",
					append(append([]uint64{}, m.frames...), ping.Seq, pong.Seq, e.Seq)...)
			case Down(e):
			case op == inspector.OpPing && m.open() && !over:
				if ping == nil {
					ping = e
					t.Await("its pong", append(append([]uint64{}, m.frames...), ping.Seq)...)
				}
			case op == inspector.OpPong && m.open() && !over:
				t.Wrong(e, Mistake("between-pong", 0, "opcode 10"))
			case Data(e):
				if op != inspector.OpContinuation {
					begin()
				}
				if !m.take(e) {
					return
				}
				switch {
				case !e.Frame.Fin && ping == nil:
					t.Await("a ping, before the last frame of the message", m.frames...)
				case !e.Frame.Fin:
				case !m.holds(a.Word):
					if len(m.frames) > 1 {
						t.Await(awaits)
					}
					begin()
				case len(m.frames) == 1:
					begin()
					t.Wrong(e, Mistake("between-whole", 0, "FIN 1"))
				case ping == nil:
					n := len(m.frames)
					begin()
					t.Wrong(e, Mistake("between-none", 0, plural(n, "frame")))
				default:
					over = true
					t.Await("the pong, and the echo behind it", append(append([]uint64{}, m.frames...), ping.Seq)...)
				}
			}
		})
	})
}

// goodbye: a close frame with 1000 each way.
func goodbye(a Attempt) Check {
	awaits := "a connection that carries " + a.Word + ", in its path or in a payload, and is closed with 1000"
	return SameConnection(func() Check {
		var (
			word bool
			said [2]*wire.Event // up, down: a close frame with 1000
			came [2]bool        // a close frame, whatever it said
		)
		return Watch(awaits, func(t *Teller, e *wire.Event) {
			if Carries(a.Word)(e) && !word && !answers(a, "goodbye")(e) {
				word = true
				t.Await("a close frame with 1000 each way, on the connection that carries "+a.Word, e.Seq)
			}
			if !word {
				return
			}
			if e.Kind == inspector.KindClose && e.Close.WebSocket && (!came[0] || !came[1]) {
				missed := "neither side has sent a close frame"
				switch {
				case came[0]:
					missed = "the server has sent no close frame"
				case came[1]:
					missed = "your side has sent no close frame"
				}
				t.Wrong(e, Mistake("goodbye-half", -1, missed))
				return
			}
			if e.Frame == nil || e.Frame.Close == nil {
				return
			}
			way := 0
			if Down(e) {
				way = 1
			}
			came[way] = true
			code := e.Frame.Close.Code
			switch {
			case code == inspector.CloseNoStatus:
				t.Wrong(e, Mistake("goodbye-no-code", 1, "no code"))
			case code != inspector.CloseNormal:
				t.Wrong(e, Mistake("goodbye-other-code", e.Frame.Size, code.String()))
			default:
				if said[way] == nil {
					said[way] = e
				}
				if said[0] != nil && said[1] != nil {
					t.Pass("Both sides have said 1000. Only then did TCP have to end, and each side knew that the other had heard everything.", said[0].Seq, said[1].Seq)
				} else {
					t.Await("the other side's close frame", e.Seq)
				}
			}
		})
	})
}

// abnormal: a page's connection is dropped, and the page's code typed.
func abnormal(a Attempt) Check {
	awaits := "a connection of your page with " + a.Word + " in its path, dropped without a close frame"
	open := make(map[int]bool) // connections of the page with the word
	var dropped *wire.Event
	return Watch(awaits, func(t *Teller, e *wire.Event) {
		text, at, answered := Answered(a, "abnormal", e)
		switch {
		case answered && dropped == nil:
			t.Wrong(e, Mistake("abnormal-too-soon", at, fmt.Sprintf("%.20s", text)))
		case answered:
			if n, ok := Number(text); !ok || n != int(inspector.CloseAbnormal) {
				t.Wrong(e, Mistake("abnormal-code", at, fmt.Sprintf("%.20s", text)))
				return
			}
			t.Pass("1006 crossed nowhere: TCP ended without a close frame, and the browser made the number up. Your page is told the same for a reset, a timeout, and a server that was never there.", dropped.Seq, e.Seq)
		case e.Kind == inspector.KindRequest && By(wire.DriverPage)(e) && Carries(a.Word)(e):
			if len(open) < maxParts {
				open[e.Conn] = true
			}
		case e.Kind == inspector.KindClose && open[e.Conn] && e.Close.WebSocket:
			delete(open, e.Conn)
			if body := either(e.Close); body != nil {
				t.Wrong(e, Mistake("abnormal-goodbye", -1, body.Code.String()))
				return
			}
			dropped = e
			t.Await("the code that your page shows, typed into the field", e.Seq)
		}
	})
}

// either is the body of a close frame that came, if one did.
func either(c *inspector.Close) *inspector.CloseBody {
	if c.Up != nil {
		return c.Up
	}
	return c.Down
}

// illegal: two rules broken, on two connections, each answered by 1002.
func illegal(a Attempt) Check {
	type breach struct {
		word bool
		by   *wire.Event
	}
	conns := make(map[int]*breach)
	var order []int
	var first, firstClose *wire.Event
	return Watch("a frame that breaks a rule, with "+a.Word+" in it or in the connection's query", func(t *Teller, e *wire.Event) {
		b := conns[e.Conn]
		if b == nil {
			b = &breach{}
			conns[e.Conn] = b
			if order = append(order, e.Conn); len(order) > maxParts {
				delete(conns, order[0])
				order = order[1:]
			}
		}
		if Up(e) && Carries(a.Word)(e) {
			b.word = true
		}
		if e.Frame == nil || !b.word {
			return
		}
		switch {
		case Up(e) && b.by == nil && len(e.Violations) > 0:
			b.by = e
			t.Await("the server's close frame with 1002", e.Seq)
		case Up(e) && b.by == nil && Data(e) && e.Frame.Fin:
			t.Wrong(e, Mistake("illegal-legal", 0, e.Frame.Opcode.Type()+" frame"))
		case Down(e) && b.by != nil && e.Frame.Close != nil:
			by, code := b.by, e.Frame.Close.Code
			rule := by.Violations[0].Rule
			switch {
			case code != inspector.CloseProtocolError:
				t.Wrong(e, Mistake("illegal-code", e.Frame.Size, code.String()))
			case first == nil:
				first, firstClose = by, e
				t.Await("a second one, that breaks another rule", by.Seq, e.Seq)
			case rule == first.Violations[0].Rule:
				t.Wrong(by, Mistake("illegal-same", int(by.Violations[0].Offset), rule.Ref))
			default:
				t.Pass("Two rules, and the same answer: 1002, protocol error. After it there is nothing to agree on, so the server ends TCP.", first.Seq, firstClose.Seq, by.Seq, e.Seq)
			}
		}
	})
}
