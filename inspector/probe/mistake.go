package probe

// What can be wrong about what came back, worded in one table.

import "strings"

// Mistake is one way to fail a step. Braces stand for what a Fault fills in.
type Mistake struct {
	Name string // one word or two with a dash, which never changes
	Say  string // what is wrong and what to do, as sentences
	Ref  string // the rule behind it
}

// Mistakes are all of them.
func Mistakes() []Mistake {
	return []Mistake{
		{"refused", "Your server answers the handshake with {came}. Answer 101, with Upgrade: websocket and Connection: Upgrade.", "RFC 6455 §4.2.2"},
		{"accept", "Sec-WebSocket-Accept is {came}. Hash the key as it came with the GUID behind it, and put the SHA-1 into base64.", "RFC 6455 §4.2.2"},
		{"unoffered", "Your server chose {came}, and nothing of that was offered. Leave the field out.", "RFC 6455 §4.1"},
		{"handshake", "The handshake of your client was answered with {came}. The answer says what is missing.", "RFC 6455 §4.1"},
		{"message", "{step}: {came} came back. Send a message back as it came: one message, of the same type and the same bytes.", "RFC 6455 §5.6"},
		{"pong", "{step}: {came} came back. A pong carries the payload of its ping, all of it.", "RFC 6455 §5.5.3"},
		{"late-pong", "{step}: the echo was whole before the pong came. Answer a ping when you read it, and not behind the message.", "RFC 6455 §5.5.2"},
		{"rule", "{step}: what came back breaks a rule. {came}.", "RFC 6455 §5.2"},
		{"gone", "{step}: {came}, and {want} had not come.", "RFC 6455 §7.1.7"},
		{"silent", "{step}: {want} did not come, and the wait for it was given up.", "RFC 6455 §7.1.1"},
		{"swallowed", "{step}: it was taken, and {came} came back. Such a frame fails the connection: send a close frame that says why, and end TCP.", "RFC 6455 §7.1.7"},
		{"code", "{step}: {came} came back, and its code should be another.", "RFC 6455 §7.4.1"},
	}
}

// Fault is what a trial found wrong.
type Fault struct {
	Step   Step
	Number int    // of the step, from 1
	Name   string // of the Mistake
	Want   string // what should have come, as a phrase
	Came   string // what came, as a phrase
	Offset int    // of the wrong byte in its event; -1 if it is no byte
}

// Fill are the names in the braces of a mistake's wording, each with what stands for it.
func (f *Fault) Fill() []string {
	return []string{"step", f.Step.Called(f.Number), "want", f.Want, "came", f.Came}
}

// String words the fault.
func (f *Fault) String() string {
	fill := f.Fill()
	for i := 0; i < len(fill); i += 2 {
		fill[i] = "{" + fill[i] + "}"
	}
	for _, m := range Mistakes() {
		if m.Name == f.Name {
			return strings.NewReplacer(fill...).Replace(m.Say)
		}
	}
	return f.Name
}
