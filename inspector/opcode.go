package inspector

// What a frame is for: its opcode, and which side of a connection sent it.

import "fmt"

// Direction is the way bytes travel on a connection.
type Direction uint8

const (
	Up   Direction = iota // client to server
	Down                  // server to client
)

func (d Direction) String() string {
	if d == Up {
		return "up"
	}
	return "down"
}

// Other returns the opposite direction.
func (d Direction) Other() Direction { return d ^ 1 }

// Opcode is the four-bit type of a frame (RFC 6455 §5.2).
type Opcode uint8

const (
	OpContinuation Opcode = 0x0
	OpText         Opcode = 0x1
	OpBinary       Opcode = 0x2
	OpClose        Opcode = 0x8
	OpPing         Opcode = 0x9
	OpPong         Opcode = 0xA
)

// Control reports whether o is a control opcode, known or reserved (0x8 to 0xF).
func (o Opcode) Control() bool { return o&0x8 != 0 }

// Reserved reports whether RFC 6455 gives o no meaning.
func (o Opcode) Reserved() bool { return o > OpBinary && o < OpClose || o > OpPong }

// Type is the RFC's word for o: continuation, text, binary, close, ping, pong, or reserved.
func (o Opcode) Type() string {
	switch o {
	case OpContinuation:
		return "continuation"
	case OpText:
		return "text"
	case OpBinary:
		return "binary"
	case OpClose:
		return "close"
	case OpPing:
		return "ping"
	case OpPong:
		return "pong"
	}
	return "reserved"
}

// String is Type, with the number when the opcode is reserved.
func (o Opcode) String() string {
	if o.Reserved() {
		return fmt.Sprintf("reserved opcode 0x%X", uint8(o))
	}
	return o.Type()
}
