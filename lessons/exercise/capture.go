package exercise

// Lesson 11, capture: the same bytes in tools that see packets.

import (
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"sync"

	"wireup/inspector"
	"wireup/wire"
)

var captureExercises = []*Exercise{
	{Lesson: "capture", ID: "find-101", Revision: 1, Start: find101},
	{Lesson: "capture", ID: "who-pinged", Revision: 1, Start: whoPinged},
	{Lesson: "capture", ID: "sniff", Revision: 1, Start: sniff},
}

var captureMistakes = []Wording{
	{"find-no-number",
		"“{came}” is no number of a packet. Type the number in the first column.",
		"a packet’s number", "RFC 6455 §4.2.2"},
	{"find-request",
		"Packet {came} asks for the switch. The one that is asked for answers it, with the status 101.",
		"the packet with the status line 101", "RFC 9110 §15.2.2"},
	{"find-refused",
		"Packet {came} holds an answer of another status. Look for 101, Switching Protocols.",
		"the packet with the status line 101", "RFC 9110 §15.2.2"},
	{"find-other",
		"The 101 is not in packet {came}. The display filter http.response.code == 101 leaves one row.",
		"the packet with the status line 101", "RFC 9110 §15.2.2"},

	{"pinged-masked",
		"These are the bytes as they crossed, under the mask. Type what they say without it: both tools show that too.",
		"the payload, unmasked", "RFC 6455 §5.3"},
	{"pinged-stray",
		"“{came}” is in a pong that answers nothing. A ping has opcode 9.",
		"the payload of the frame with opcode 9", "RFC 6455 §5.5.3"},
	{"pinged-text",
		"“{came}” is a message. A ping is a control frame, and has opcode 9.",
		"the payload of the frame with opcode 9", "RFC 6455 §5.5.2"},
	{"pinged-other",
		"“{came}” is not in the ping. The display filter websocket.opcode == 9 leaves one row.",
		"the payload of the frame with opcode 9", "RFC 6455 §5.5.2"},

	{"sniff-unreadable",
		"The server can’t read this file as a capture. Send what tcpdump -w wrote, as it is.",
		"a pcap or pcapng file", "RFC 9293 §3.1"},
	{"sniff-made",
		"wireup wrote this file itself, out of its log: its headers of TCP are made up. Record packets with tcpdump or Wireshark.",
		"packets that were recorded", "RFC 9293 §3.1"},
	{"sniff-no-frames",
		"This capture has {came}, and no frame of a WebSocket in them. Record on the loopback interface, lo or lo0, and begin before you connect.",
		"frames of a WebSocket", "RFC 6455 §5.2"},
	{"sniff-no-word",
		"This capture has {came}, and the client sent the word in none of them. Begin it, then send the word, then stop it.",
		"a client’s frame that carries the word", "RFC 6455 §5.2"},
}

// lazily makes the capture of an exercise when it is first asked for: a page that opens the lesson
// starts every check.
func lazily(a Attempt, id string) func() *Made {
	return sync.OnceValue(func() *Made {
		m, _ := MakeCapture(a, id)
		return m
	})
}

// find101: the number of the packet that holds the 101, in a capture made for the attempt.
func find101(a Attempt) Check {
	made := lazily(a, "find-101")
	return Proves("That packet ends HTTP on its connection: behind it both sides send frames.",
		Once(Answer(a, "find-101").Must(func(e *wire.Event) *Fault {
			at, said, m := AnswerOffset(e), AnswerOf(e), made()
			n, ok := Number(strings.TrimPrefix(said, "#"))
			switch {
			case !ok || n < 1:
				return Mistake("find-no-number", at, said)
			case n == m.Switch:
				return nil
			case n == m.Asked:
				return Mistake("find-request", at, said)
			case slices.Contains(m.Others, n):
				return Mistake("find-refused", at, said)
			}
			return Mistake("find-other", at, said)
		})))
}

// whoPinged: what the ping in a capture made for the attempt carries.
func whoPinged(a Attempt) Check {
	made := lazily(a, "who-pinged")
	return Proves("That is what the ping carries. The pong that carries the same payload answers it; DevTools would have shown neither.",
		Once(Answer(a, "who-pinged").Must(func(e *wire.Event) *Fault {
			at, said, m := AnswerOffset(e), AnswerOf(e), made()
			plain := strings.Join(strings.Fields(strings.ToLower(strings.Trim(said, `"'“”`))), " ")
			switch digits := strings.NewReplacer(" ", "", ":", "").Replace(plain); {
			case plain == m.Ping, digits == hexOf(m.Ping): // tshark prints the field in hex
				return nil
			case digits == m.Masked:
				return Mistake("pinged-masked", at, said)
			case plain == m.Stray:
				return Mistake("pinged-stray", at, said)
			case slices.Contains(m.Spoken, plain):
				return Mistake("pinged-text", at, said)
			}
			return Mistake("pinged-other", at, said)
		})))
}

func hexOf(s string) string { return hex.EncodeToString([]byte(s)) }

// Sniffed is what the server says of an uploaded capture. All of it is kept of a response's body.
type Sniffed struct {
	Packets int  `json:"packets"`
	Frames  int  `json:"frames"`
	Made    bool `json:"made"`
	Word    bool `json:"word"`             // a client's frame carries it
	Packet  int  `json:"packet,omitempty"` // which packet ends that frame
}

// sniff: a recorded capture, sent to the lab, in which a frame carries the word.
func sniff(a Attempt) Check {
	where := []Cond{Lab("capture"), Method("POST"), Under("/lab/capture/" + a.Word)}
	return Exchanges("a capture of your own, sent to /lab/capture/"+a.Word, where, func(t *Teller, x *Exchange, e *wire.Event) {
		if x.Response == nil {
			return
		}
		if x.Response.Head.Code != 200 {
			if e == x.Response && x.Response.Head.Code == 400 {
				t.Wrong(x.Request, Mistake("sniff-unreadable", -1, "no capture"))
			}
			return
		}
		if e.Kind != inspector.KindBody || !Down(e) {
			return
		}
		var s Sniffed
		if json.Unmarshal(e.Body.Data.Of(e.Bytes), &s) != nil {
			return
		}
		switch {
		case s.Made:
			t.Wrong(x.Request, Mistake("sniff-made", -1, "a file of wireup's"))
		case s.Frames == 0:
			t.Wrong(x.Request, Mistake("sniff-no-frames", -1, plural(s.Packets, "packet")))
		case !s.Word:
			t.Wrong(x.Request, Mistake("sniff-no-word", -1, plural(s.Frames, "frame")))
		default:
			t.Pass("Packet "+strconv.Itoa(s.Packet)+" of your capture carries the word: you have seen it from outside, and the wire has it from inside.", x.Request.Seq, e.Seq)
		}
	})
}
