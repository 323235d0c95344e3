package exercise

// Lesson 7, handshake: how an HTTP connection becomes a WebSocket.

import (
	"crypto/sha1"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"wireup/inspector"
	"wireup/wire"
)

var handshakeExercises = []*Exercise{
	{Lesson: "handshake", ID: "accept", Revision: 1, Start: acceptValue, Draw: drawKey},
	{Lesson: "handshake", ID: "by-hand", Revision: 1, Start: byHand},
	{Lesson: "handshake", ID: "three-noes", Revision: 1, Start: threeNoes},
	{Lesson: "handshake", ID: "hello", Revision: 1, Start: hello},
}

var handshakeMistakes = []Wording{
	{"accept-key-alone",
		"This is the SHA-1 of the key alone. Put the GUID behind the key, with nothing between them, and hash both.",
		"the SHA-1 of key and GUID", "RFC 6455 §4.2.2"},
	{"accept-decoded",
		"This is made from the 16 bytes that the key stands for. Take its 24 characters as they are, and decode nothing.",
		"the SHA-1 of the key's text and the GUID", "RFC 6455 §4.2.2"},
	{"accept-line-end",
		"A line end was hashed along with the text, as echo adds one. Use printf, or echo -n.",
		"the SHA-1 of key and GUID, and of nothing else", "RFC 6455 §4.2.2"},
	{"accept-hex",
		"This is the right digest, written in hex. Put its 20 bytes into base64, and not these digits.",
		"the digest in base64", "RFC 6455 §4.2.2"},
	{"accept-other",
		"“{came}” is not what this key makes. A right value has 28 characters, of which the last is =.",
		"the SHA-1 of key and GUID, in base64", "RFC 6455 §4.2.2"},

	{"hand-browser",
		"A browser wrote this request. Write one yourself: with nc, or in the lab that sends your bytes.",
		"a request from nc or the forge", "RFC 6455 §4.1"},
	{"hand-refused",
		"The server refused this handshake with {came}. Its answer says which field is wrong.",
		"101", "RFC 6455 §4.2.2"},

	{"noes-yes",
		"This handshake was right, and drew a 101. Break one thing of it.",
		"426, 400 or 403", "RFC 6455 §4.2.2"},
	{"noes-other",
		"A {came} is a refusal too, but none of the three. Ask for /echo with GET, and break one field of the handshake.",
		"426, 400 or 403", "RFC 6455 §4.2.2"},

	{"hello-browser",
		"A browser made this connection. Take a program of your own: one of those above will do.",
		"a program that is no browser", "RFC 6455 §4.1"},
	{"hello-forge",
		"The forge made this connection, and it holds no conversation. Take a program of your own.",
		"a program of your own", "RFC 6455 §4.1"},
	{"hello-nobody",
		"This message has no letter in it, so it names nobody. Send your name.",
		"a text with a name", "RFC 6455 §5.6"},
	{"hello-binary",
		"Your name came as {came}. Send it as a text message.",
		"a text message", "RFC 6455 §5.6"},
}

// guid is what a server puts behind the key.
const guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

func acceptOf(key string) [sha1.Size]byte { return sha1.Sum([]byte(key + guid)) }

// acceptValue: the reader computes Sec-WebSocket-Accept for a drawn key.
func acceptValue(a Attempt) Check {
	key := drawnKey(a)
	return Proves("That is the value. Whoever knows the RFC can compute it from a key that everybody can read: it says that the server understood, and nothing else.",
		Once(Answer(a, "accept").Must(func(e *wire.Event) *Fault { return accepts(key, e) })))
}

func drawKey(a Attempt) map[string]string {
	return map[string]string{"Sec-WebSocket-Key": drawnKey(a)}
}

func drawnKey(a Attempt) string {
	r := a.Rand()
	b := make([]byte, 16)
	for i := range b {
		b[i] = byte(r.IntN(256))
	}
	return base64.StdEncoding.EncodeToString(b)
}

func accepts(key string, e *wire.Event) *Fault {
	at, said := AnswerOffset(e), AnswerOf(e)
	said = strings.ReplaceAll(said, " ", "+") // a query writes + for a space, and base64 has no space
	sum := acceptOf(key)
	base := base64.StdEncoding.EncodeToString
	if said == base(sum[:]) {
		return nil
	}
	if strings.EqualFold(said, hex.EncodeToString(sum[:])) {
		return Mistake("accept-hex", at, said)
	}
	nonce, _ := base64.StdEncoding.DecodeString(key) // drawn, so it is base64
	for mistake, hashed := range map[string]string{
		"accept-key-alone": key,
		"accept-decoded":   string(nonce) + guid,
		"accept-line-end":  key + guid + "\n",
	} {
		if sum := sha1.Sum([]byte(hashed)); said == base(sum[:]) {
			return Mistake(mistake, at, said)
		}
	}
	return Mistake("accept-other", at, said)
}

// handshakes are requests for the echo with the word in their target.
func handshakes(a Attempt) []Cond { return []Cond{Under("/echo"), Carries(a.Word)} }

// byHand: a 101 for a request that no browser wrote.
func byHand(a Attempt) Check {
	return Proves("101, to bytes of your own. From here on the connection speaks WebSocket, and it's the same connection.",
		Sequence(
			Request("a handshake of your own for /echo, with "+a.Word+" in its target", handshakes(a)...).
				Must(notBy(wire.DriverPage, "hand-browser")),
			Response("its answer, a 101").Must(func(e *wire.Event) *Fault {
				if e.Head.Code != 101 {
					return Mistake("hand-refused", e.Head.Status.Start, fmt.Sprint(e.Head.Code))
				}
				return nil
			}),
		))
}

func notBy(driver, mistake string) Demand {
	return func(e *wire.Event) *Fault {
		if e.Driver == driver {
			return Mistake(mistake, e.Head.Method.Start, driver)
		}
		return nil
	}
}

// refusals are the three that threeNoes collects.
var refusals = []int{426, 400, 403}

// threeNoes: a 426, a 400 and a 403, in any order.
func threeNoes(a Attempt) Check {
	proof := make(map[int]*wire.Event)
	missing := func() string {
		var list []string
		for _, code := range refusals {
			if proof[code] == nil {
				list = append(list, fmt.Sprint(code))
			}
		}
		if n := len(list); n > 1 {
			list = append(list[:n-2], list[n-2]+" and "+list[n-1])
		}
		return strings.Join(list, ", ") + " from /echo, to requests with " + a.Word + " in their targets"
	}
	return Exchanges("a "+missing(), handshakes(a), func(t *Teller, x *Exchange, e *wire.Event) {
		if e != x.Response {
			return
		}
		code := e.Head.Code
		switch {
		case code == 101:
			t.Wrong(e, Mistake("noes-yes", e.Head.Status.Start, "101"))
		case !slices.Contains(refusals, code):
			t.Wrong(e, Mistake("noes-other", e.Head.Status.Start, fmt.Sprint(code)))
		default:
			proof[code] = e
			var seqs []uint64
			for _, code := range refusals {
				if e := proof[code]; e != nil {
					seqs = append(seqs, e.Seq)
				}
			}
			slices.Sort(seqs)
			if len(proof) == len(refusals) {
				t.Pass("426 says that another protocol or version is needed, 400 that a rule was broken, 403 that this origin isn't welcome.", seqs...)
				return
			}
			t.Await("a "+missing(), seqs...)
		}
	})
}

// hello: a name, said by a program of the reader's own.
func hello(a Attempt) Check {
	return Proves("A program of your own asked for the switch, got it, masked your name and had it back: a whole WebSocket client.",
		SameConnection(func() Check {
			return Sequence(
				Request("a handshake for /echo from a program of your own, with "+a.Word+" in its target", handshakes(a)...).
					Must(notBy(wire.DriverPage, "hello-browser"), notBy(wire.DriverForge, "hello-forge")),
				Response("its answer, a 101", Status(101)),
				Frame("your name, in a text message", Up, Data).
					Must(Keeps("client-unmasked", inspector.RuleUnmaskedClient), isName),
				Frame("the echo of it", Down, Data),
			)
		}))
}

func isName(e *wire.Event) *Fault {
	if !Text(e) {
		return Mistake("hello-binary", 0, "a "+e.Frame.Opcode.String()+" frame")
	}
	if !strings.ContainsFunc(string(payload(e)), unicode.IsLetter) {
		return Mistake("hello-nobody", e.Frame.Size, fmt.Sprintf("%.40q", payload(e)))
	}
	return nil
}
