package exercise

// Conditions: which events a step means.

import (
	"bytes"
	"slices"
	"strings"

	"wireup/inspector"
	"wireup/wire"
)

// Cond says whether an event is one that a step means. What a reader has to get right is no
// condition but a Demand: an event that misses a condition is passed over in silence.
type Cond func(e *wire.Event) bool

// Not is the opposite of c.
func Not(c Cond) Cond { return func(e *wire.Event) bool { return !c(e) } }

// Either is any of the conditions.
func Either(conds ...Cond) Cond {
	return func(e *wire.Event) bool {
		return slices.ContainsFunc(conds, func(c Cond) bool { return c(e) })
	}
}

// Up is from the client to the server.
func Up(e *wire.Event) bool { return e.Direction == inspector.Up }

// Down is from the server to the client.
func Down(e *wire.Event) bool { return e.Direction == inspector.Down }

// By is traffic that this driver sent or was answered: wire.DriverPage, DriverForge, DriverTerminal.
func By(driver string) Cond { return func(e *wire.Event) bool { return e.Driver == driver } }

// Lab is traffic of the lab called name, that is of /lab/NAME/… or /echo.
func Lab(name string) Cond { return func(e *wire.Event) bool { return e.Lab == name } }

// Carries is a request with the word in its target, or a frame, a body or bytes with the word in
// what is kept of the payload (the first 512 bytes).
func Carries(word string) Cond {
	return func(e *wire.Event) bool { return bytes.Contains(payload(e), []byte(word)) }
}

// payload is where a word may stand in an event.
func payload(e *wire.Event) []byte {
	switch {
	case e.Kind == inspector.KindRequest:
		return e.Head.Target.Of(e.Head.Raw)
	case e.Frame != nil:
		if i := e.Frame.Inflated; i != nil {
			return i.Bytes
		}
		return e.Frame.Plain
	case e.Body != nil:
		return e.Body.Data.Of(e.Bytes)
	case e.Kind == inspector.KindBytes:
		return e.Bytes
	}
	return nil
}

// Method is a request with this method.
func Method(name string) Cond {
	return func(e *wire.Event) bool {
		return e.Kind == inspector.KindRequest && string(e.Head.Method.Of(e.Head.Raw)) == name
	}
}

// Under is a request for a path that begins so: "/lab/polling/".
func Under(path string) Cond {
	return func(e *wire.Event) bool {
		return e.Kind == inspector.KindRequest && bytes.HasPrefix(e.Head.Target.Of(e.Head.Raw), []byte(path))
	}
}

// Status is a response with one of these codes.
func Status(codes ...int) Cond {
	return func(e *wire.Event) bool {
		return e.Kind == inspector.KindResponse && slices.Contains(codes, e.Head.Code)
	}
}

// Field is a head with this field, whatever its value.
func Field(name string) Cond {
	return func(e *wire.Event) bool { _, ok := FieldOf(e, name); return ok }
}

// Token is a head whose list field name holds token, without regard to case: Token("Connection",
// "close").
func Token(name, token string) Cond {
	return func(e *wire.Event) bool {
		list, _ := FieldOf(e, name)
		return slices.ContainsFunc(strings.Split(list, ","), func(s string) bool {
			return strings.EqualFold(strings.TrimSpace(s), token)
		})
	}
}

// FieldOf is the value of a head's field.
func FieldOf(e *wire.Event, name string) (value string, ok bool) {
	if e.Head == nil {
		return "", false
	}
	return e.Head.Get(name)
}

// TargetOf is a request's target.
func TargetOf(e *wire.Event) string {
	if e.Kind != inspector.KindRequest {
		return ""
	}
	return string(e.Head.Target.Of(e.Head.Raw))
}

// Opcode is a frame with one of these opcodes.
func Opcode(ops ...inspector.Opcode) Cond {
	return func(e *wire.Event) bool { return e.Frame != nil && slices.Contains(ops, e.Frame.Opcode) }
}

// Text, Binary, Data and Control are frames of that sort. Data takes in continuations.
func Text(e *wire.Event) bool    { return e.Frame != nil && e.Frame.Opcode == inspector.OpText }
func Binary(e *wire.Event) bool  { return e.Frame != nil && e.Frame.Opcode == inspector.OpBinary }
func Data(e *wire.Event) bool    { return e.Frame != nil && !e.Frame.Opcode.Control() }
func Control(e *wire.Event) bool { return e.Frame != nil && e.Frame.Opcode.Control() }

// Masked is a frame with MASK set.
func Masked(e *wire.Event) bool { return e.Frame != nil && e.Frame.Masked }

// CloseCode is a close frame with this code.
func CloseCode(code inspector.CloseCode) Cond {
	return func(e *wire.Event) bool {
		return e.Frame != nil && e.Frame.Close != nil && e.Frame.Close.Code == code
	}
}

// FieldOffset is where the line of a head's field begins in its event; -1 if it is not there.
func FieldOffset(e *wire.Event, name string) int {
	if e.Head != nil {
		for _, f := range e.Head.Fields {
			if strings.EqualFold(string(f.Name.Of(e.Head.Raw)), name) {
				return f.Line.Start
			}
		}
	}
	return -1
}
