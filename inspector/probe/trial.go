package probe

// A trial: the other side's bytes of one connection, judged against the steps.

import (
	"bytes"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"strings"

	"wireup/inspector"
)

// Trial judges one connection. Its methods are not safe for concurrent use.
type Trial struct {
	steps  []Step
	number func(i int) int // of a step among the twelve
	word   string
	from   inspector.Direction // whom it judges: Down a server, Up a client

	at    int // steps that are passed
	fault *Fault
	key   string // that the handshake was made with

	// Of the step at hand.
	kind     inspector.Opcode // of the message that is to come back
	payload  string
	ping     string
	pinged   bool // it has been sent: a pong before it answers nothing
	got      int  // payload bytes of the echo so far
	echoed   bool
	ponged   bool
	farewell bool // the close frame has come
}

// NewServerTrial judges a server on the connection of the step with this number, from 1.
func NewServerTrial(number int, word string) *Trial {
	steps := ServerSteps()
	t := &Trial{word: word, from: inspector.Down, number: func(i int) int { return 1 + i*(number-1) }}
	t.steps = steps[:1:1]
	if number > 1 {
		t.steps = append(t.steps, steps[number-1])
	}
	return t
}

// NewClientTrial judges a client on the one connection of all its steps.
func NewClientTrial(word string) *Trial {
	return &Trial{steps: ClientSteps(), word: word, from: inspector.Up, number: func(i int) int { return i + 1 }}
}

// Passed is how many steps of this connection are passed.
func (t *Trial) Passed() int { return t.at }

// Done reports whether all steps of this connection are passed.
func (t *Trial) Done() bool { return t.at == len(t.steps) }

// Fault is what was wrong, or nil.
func (t *Trial) Fault() *Fault { return t.fault }

// Awaits is what is still to come, as a phrase, and the step that it belongs to.
func (t *Trial) Awaits() (step Step, number int, what string) {
	if t.Done() {
		return Step{}, 0, ""
	}
	return t.steps[t.at], t.number(t.at), t.awaits()
}

// Event is shown the next event of the connection.
func (t *Trial) Event(e *inspector.Event) {
	if t.fault != nil || t.Done() {
		return
	}
	shaking := t.at == 0
	switch {
	case e.Kind == inspector.KindClose:
		t.Ended(ours(e.Close.TCP, t.from))
	case e.Kind == inspector.KindRequest && shaking:
		t.key, _ = e.Head.Get("Sec-WebSocket-Key")
	case e.Kind == inspector.KindResponse && shaking:
		t.response(e)
	case e.Direction != t.from:
		t.sent(e)
	case e.Kind == inspector.KindFrame:
		t.frame(e)
	case e.Kind == inspector.KindBytes && shaking && t.from == inspector.Down:
		t.fail("refused", 0, "bytes that are no HTTP")
	case e.Kind == inspector.KindBytes && !shaking:
		t.fail("rule", 0, "No frame can be cut from these bytes")
	}
}

// sent is shown what the other side was sent.
func (t *Trial) sent(e *inspector.Event) {
	switch {
	case e.Frame == nil:
	case e.Frame.Opcode == inspector.OpPing:
		t.pinged = true
	case e.Frame.Opcode == inspector.OpClose && t.steps[t.at].want.close == 0:
		t.Ended(true) // it says why in its reason
	}
}

// ours reports whether it was the end of the side that is not judged that came first.
func ours(how inspector.Ending, judged inspector.Direction) bool {
	if judged == inspector.Down {
		return how == inspector.EndClient || how == inspector.EndReset
	}
	return how == inspector.EndServer || how == inspector.EndAborted
}

// Ended says that TCP has ended: by the side that is judged, or because the other one gave up.
func (t *Trial) Ended(gaveUp bool) {
	if t.fault != nil || t.Done() {
		return
	}
	want := t.steps[t.at].want
	switch {
	case gaveUp:
		t.fail("silent", -1, "nothing more")
	case t.at > 0 && (want.fail || t.farewell):
		t.pass()
	default:
		t.fail("gone", -1, "TCP ended")
	}
}

// response judges the answer to the handshake.
func (t *Trial) response(e *inspector.Event) {
	h := e.Head
	if h.Code < 200 && h.Code != 101 {
		return // the final one is still to come
	}
	status := fmt.Sprintf("%d %s", h.Code, clipped(string(h.Reason.Of(h.Raw))))
	if t.from == inspector.Up {
		if h.Code != 101 {
			t.fail("handshake", -1, status)
			return
		}
		t.pass()
		return
	}
	has := func(name, token string) bool {
		list, _ := h.Get(name)
		for part := range strings.SplitSeq(list, ",") {
			if strings.EqualFold(strings.TrimSpace(part), token) {
				return true
			}
		}
		return false
	}
	accept, there := h.Get("Sec-WebSocket-Accept")
	sum := sha1.Sum([]byte(t.key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	switch {
	case h.Code != 101:
		t.fail("refused", h.Status.Start, status)
	case !has("Upgrade", "websocket"):
		t.fail("refused", h.Status.Start, "101, and no Upgrade: websocket")
	case !has("Connection", "Upgrade"):
		t.fail("refused", h.Status.Start, "101, and no Connection: Upgrade")
	case !there:
		t.fail("accept", -1, "not there")
	case accept != base64.StdEncoding.EncodeToString(sum[:]):
		t.fail("accept", offsetOf(h, "Sec-WebSocket-Accept"), clipped(accept))
	default:
		for _, name := range []string{"Sec-WebSocket-Extensions", "Sec-WebSocket-Protocol"} {
			if v, ok := h.Get(name); ok {
				t.fail("unoffered", offsetOf(h, name), name+": "+clipped(v))
				return
			}
		}
		t.pass()
	}
}

func offsetOf(h *inspector.Head, name string) int {
	for _, f := range h.Fields {
		if strings.EqualFold(string(f.Name.Of(h.Raw)), name) {
			return f.Line.Start
		}
	}
	return -1
}

// frame judges a frame of the other side.
func (t *Trial) frame(e *inspector.Event) {
	f, want := e.Frame, t.steps[t.at].want
	if f.Received < f.Length {
		return // cut off: the end of the connection follows
	}
	if want.fail && !f.Opcode.Control() {
		t.fail("swallowed", 0, described(e)) // and whatever it breaks itself
		return
	}
	if len(e.Violations) > 0 {
		v := e.Violations[0]
		t.fail("rule", int(v.Offset), strings.TrimSuffix(v.Detail, ".")+" ("+v.Rule.Ref+")")
		return
	}
	switch {
	case f.Opcode == inspector.OpClose:
		t.closing(e)
	case f.Opcode == inspector.OpPong && want.pong && t.pinged && !t.ponged:
		t.pong(e)
	case f.Opcode.Control(): // a ping, or a pong that nobody asked for: both are allowed
	case !want.echo || t.echoed:
		t.fail("message", 0, described(e))
	default:
		t.echo(e)
	}
}

// closing judges a close frame.
func (t *Trial) closing(e *inspector.Event) {
	want := t.steps[t.at].want
	code := e.Frame.Close.Code
	switch {
	case want.close == 0:
		t.fail("gone", 0, "a close frame came, with "+code.String())
	case code != want.close:
		t.fail("code", min(e.Frame.Size, int(e.Size)), "a close frame with "+code.String())
	case want.fail || t.from == inspector.Up:
		t.pass()
	default:
		t.farewell = true // and a server ends TCP
	}
}

// pong judges a pong that is awaited.
func (t *Trial) pong(e *inspector.Event) {
	if string(e.Frame.Plain) != t.ping {
		t.fail("pong", e.Frame.Size, described(e))
		return
	}
	t.ponged = true
	t.settle()
}

// echo judges a data frame of the message that is to come back.
func (t *Trial) echo(e *inspector.Event) {
	f := e.Frame
	if f.Opcode != inspector.OpContinuation && f.Opcode != t.kind {
		t.fail("message", 0, described(e))
		return
	}
	rest := t.payload[t.got:]
	for i, b := range f.Plain[:min(len(f.Plain), len(rest))] {
		if b != rest[i] {
			t.fail("message", f.Size+i, described(e))
			return
		}
	}
	if f.Received > uint64(len(rest)) {
		t.fail("message", f.Size+len(rest), fmt.Sprintf("a message of %d bytes or more", t.got+int(f.Received)))
		return
	}
	t.got += int(f.Received)
	if !f.Fin {
		return
	}
	if t.got < len(t.payload) {
		t.fail("message", int(e.Size), fmt.Sprintf("a message of %d bytes", t.got))
		return
	}
	t.echoed = true
	if t.steps[t.at].want.pong && !t.ponged {
		t.fail("late-pong", -1, described(e))
		return
	}
	t.settle()
}

// settle passes the step once all that it wants has come.
func (t *Trial) settle() {
	want := t.steps[t.at].want
	if want.echo == t.echoed && want.pong == t.ponged {
		t.pass()
	}
}

// pass goes on with the next step.
func (t *Trial) pass() {
	t.at++
	t.got, t.echoed, t.pinged, t.ponged, t.farewell = 0, false, false, false, false
	if !t.Done() && t.steps[t.at].send != nil {
		t.kind, t.payload, t.ping = message(t.steps[t.at].send(t.word))
	}
}

func (t *Trial) fail(name string, offset int, came string) {
	t.fault = &Fault{Step: t.steps[t.at], Number: t.number(t.at), Name: name, Want: t.awaits(), Came: came, Offset: offset}
}

// awaits is what must come back, as a phrase.
func (t *Trial) awaits() string {
	want := t.steps[t.at].want
	var echo string
	if want.echo {
		echo = fmt.Sprintf("the same message, %s, %s", t.kind.Type(), plural(len(t.payload), "byte"))
		if len(t.payload) > 0 && len(t.payload) <= shownBytes {
			echo += " (" + quoted(t.payload) + ")"
		}
	}
	switch {
	case t.at == 0:
		return "101 Switching Protocols"
	case want.fail:
		return "a close frame with " + want.close.String() + ", or the end of TCP"
	case t.farewell:
		return "the end of TCP, behind both close frames"
	case want.close != 0:
		return "a close frame with " + want.close.String()
	case want.pong && want.echo && !t.ponged:
		return fmt.Sprintf("a pong with %s, and then %s", quoted(t.ping), echo)
	case want.pong && !t.ponged:
		return "a pong with " + quoted(t.ping)
	}
	return echo
}

const shownBytes = 48 // of a payload, in a phrase

// described is a frame as a phrase, with the front of what it holds.
func described(e *inspector.Event) string {
	s := inspector.Summary(e)
	if p := e.Frame.Plain; len(p) > 0 && e.Frame.Close == nil {
		front := p[:min(len(p), shownBytes)]
		s += " (" + quoted(string(front))
		if len(front) < int(e.Frame.Received) {
			s += "…"
		}
		s += ")"
	}
	return "a " + s
}

// quoted is payload as a person reads it: text in quotation marks, anything else in hex.
func quoted(s string) string {
	clean := strings.ToValidUTF8(s, "")
	if clean == s && !bytes.ContainsFunc([]byte(s), func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return "“" + s + "”"
	}
	return fmt.Sprintf("%.*x", shownBytes, s)
}

// clipped is a value from the wire, short enough for a sentence.
func clipped(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if r := []rune(s); len(r) > shownBytes {
		return string(r[:shownBytes]) + "…"
	}
	return s
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
