package probe

// The steps: what is sent, and what must come back.

import (
	"fmt"

	"wireup/inspector"
)

// Step is one of the twelve.
type Step struct {
	Name  string // one word, which never changes
	Title string // what is sent, as a phrase
	Ref   string // where it stands what must come back

	send func(word string) []frame
	want want
}

// Called is how sentences name the step with this number.
func (s Step) Called(number int) string { return fmt.Sprintf("Step %d, %s", number, s.Title) }

// frame is one to send.
type frame struct {
	open    bool // FIN is 0
	rsv     byte
	opcode  inspector.Opcode
	payload string
	naked   bool // without a mask, though a client sends it
}

// want is what must come back. A step without anything in it wants the handshake alone.
type want struct {
	echo  bool // of the message that was sent
	pong  bool // of the ping that was sent
	close inspector.CloseCode
	fail  bool // the connection is failed: a close frame with the code, or the end of TCP
}

// bulk is how many bytes the long message has: more than 16 bits of length can say.
const bulk = 70_000

// ServerSteps are what a server is put through. Each is a connection of its own.
func ServerSteps() []Step {
	return []Step{
		handshake("RFC 6455 §4.2.2"),
		text, binary, empty, fragments, pingBetween, characters, long,
		{"close", "a close frame with 1000", "RFC 6455 §5.5.1",
			func(string) []frame { return []frame{closing(inspector.CloseNormal)} },
			want{close: inspector.CloseNormal}},
		{"unmasked", "a text without a mask", "RFC 6455 §5.1",
			func(word string) []frame {
				return []frame{{opcode: inspector.OpText, payload: word + " without a mask", naked: true}}
			},
			want{fail: true, close: inspector.CloseProtocolError}},
		{"bad-utf8", "a text that is no UTF-8", "RFC 6455 §8.1",
			func(word string) []frame {
				return []frame{{opcode: inspector.OpText, payload: word + " \xc3\x28"}}
			},
			want{fail: true, close: inspector.CloseInvalidPayload}},
		{"reserved", "a text with RSV1 set", "RFC 6455 §5.2",
			func(word string) []frame {
				return []frame{{opcode: inspector.OpText, rsv: inspector.RSV1, payload: word + " with RSV1"}}
			},
			want{fail: true, close: inspector.CloseProtocolError}},
	}
}

// ClientSteps are what a client is put through, on one connection.
func ClientSteps() []Step {
	return []Step{
		handshake("RFC 6455 §4.1"),
		text, binary, empty, fragments,
		{"ping", "a ping with a payload", "RFC 6455 §5.5.3",
			func(word string) []frame { return []frame{{opcode: inspector.OpPing, payload: "ping " + word}} },
			want{pong: true}},
		pingBetween, characters,
		{"two-bytes", "a text of 300 bytes", "RFC 6455 §5.2",
			func(word string) []frame {
				return []frame{{opcode: inspector.OpText, payload: padded(word+" in 300 bytes ", 300)}}
			},
			want{echo: true}},
		long,
		{"pong", "a pong that nobody asked for, and a text", "RFC 6455 §5.5.3",
			func(word string) []frame {
				return []frame{{opcode: inspector.OpPong, payload: "unasked"}, {opcode: inspector.OpText, payload: word + " behind a pong"}}
			},
			want{echo: true}},
		{"close", "a close frame with 1000", "RFC 6455 §5.5.1",
			func(string) []frame { return []frame{closing(inspector.CloseNormal)} },
			want{close: inspector.CloseNormal}},
	}
}

func handshake(ref string) Step {
	return Step{Name: "handshake", Title: "the opening handshake", Ref: ref}
}

// The steps that both sides have.
var (
	text = Step{"text", "a text", "RFC 6455 §5.6",
		func(word string) []frame { return []frame{{opcode: inspector.OpText, payload: "Hello, " + word}} },
		want{echo: true}}
	binary = Step{"binary", "all 256 bytes, binary", "RFC 6455 §5.6",
		func(word string) []frame {
			b := []byte(word)
			for i := range 256 {
				b = append(b, byte(i))
			}
			return []frame{{opcode: inspector.OpBinary, payload: string(b)}}
		},
		want{echo: true}}
	empty = Step{"empty", "a text without a byte", "RFC 6455 §5.2",
		func(string) []frame { return []frame{{opcode: inspector.OpText}} },
		want{echo: true}}
	fragments = Step{"fragments", "a text in three frames", "RFC 6455 §5.4",
		func(word string) []frame {
			return []frame{
				{opcode: inspector.OpText, open: true, payload: word + " comes "},
				{opcode: inspector.OpContinuation, open: true, payload: "in three "},
				{opcode: inspector.OpContinuation, payload: "frames"},
			}
		},
		want{echo: true}}
	pingBetween = Step{"ping-between", "a ping between two frames of a text", "RFC 6455 §5.5",
		func(word string) []frame {
			return []frame{
				{opcode: inspector.OpText, open: true, payload: word + " before "},
				{opcode: inspector.OpPing, payload: "between"},
				{opcode: inspector.OpContinuation, payload: "and after"},
			}
		},
		want{echo: true, pong: true}}
	characters = Step{"characters", "a text whose characters are cut between frames", "RFC 6455 §5.6",
		func(word string) []frame { // Zoë, €, 𝄞, each cut inside
			return []frame{
				{opcode: inspector.OpText, open: true, payload: word + ": Zo\xc3"},
				{opcode: inspector.OpContinuation, open: true, payload: "\xab, 5 \xe2\x82"},
				{opcode: inspector.OpContinuation, open: true, payload: "\xac, \xf0\x9d"},
				{opcode: inspector.OpContinuation, payload: "\x84\x9e"},
			}
		},
		want{echo: true}}
	long = Step{"long", "70 000 bytes", "RFC 6455 §5.2",
		func(word string) []frame {
			return []frame{{opcode: inspector.OpBinary, payload: padded(word+" and so on ", bulk)}}
		},
		want{echo: true}}
)

// closing is a close frame with a code.
func closing(code inspector.CloseCode) frame {
	return frame{opcode: inspector.OpClose, payload: string([]byte{byte(code >> 8), byte(code)})}
}

// padded repeats s until it has n bytes.
func padded(s string, n int) string {
	b := make([]byte, 0, n+len(s))
	for len(b) < n {
		b = append(b, s...)
	}
	return string(b[:n])
}

// message is the type and the payload of the message in frames, and ping the payload of their ping.
func message(frames []frame) (kind inspector.Opcode, payload, ping string) {
	for _, f := range frames {
		switch {
		case f.opcode == inspector.OpPing:
			ping = f.payload
		case f.opcode.Control():
		default:
			if f.opcode != inspector.OpContinuation {
				kind = f.opcode
			}
			payload += f.payload
		}
	}
	return kind, payload, ping
}

// appendTo appends the frame's bytes; with a mask if a client sends it.
func (f frame) appendTo(b []byte, key *[4]byte) []byte {
	h := inspector.Header{Fin: !f.open, RSV: f.rsv, Opcode: f.opcode, Length: uint64(len(f.payload))}
	if key != nil && !f.naked {
		h.Masked, h.Key = true, *key
		b = h.AppendTo(b)
		return inspector.AppendMasked(b, []byte(f.payload), h.Key, 0)
	}
	return append(h.AppendTo(b), f.payload...)
}
