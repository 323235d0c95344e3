package inspector

// Frame headers cut into fields: each bit with its name, value, meaning and section.

import (
	"encoding/hex"
	"fmt"
	"strconv"
)

// Field is one named part of an event's bytes.
type Field struct {
	Name    string // the RFC's own: FIN, opcode, payload length, method, field name …
	Bit     int    // the first bit, counted from the first bit of the event
	Bits    int
	Value   string
	Meaning string // a phrase: what this value says
	Ref     string // where it is defined: "RFC 6455 §5.2"
}

// The names of the fields of a frame.
const (
	FieldFIN            = "FIN"
	FieldRSV1           = "RSV1"
	FieldRSV2           = "RSV2"
	FieldRSV3           = "RSV3"
	FieldOpcode         = "opcode"
	FieldMASK           = "MASK"
	FieldLength         = "payload length"
	FieldExtendedLength = "extended payload length"
	FieldKey            = "masking key"
	FieldPayload        = "payload data"
)

// HeaderFields covers every bit of a frame header once, in order. It describes the header as
// it stands: the meaning of a value that breaks a rule says so, and a Judge says which rule.
func HeaderFields(h Header) []Field {
	fields := make([]Field, 0, 9)
	bit := 0
	add := func(name string, bits int, value, meaning, ref string) {
		fields = append(fields, Field{name, bit, bits, value, meaning, ref})
		bit += bits
	}
	add(FieldFIN, 1, bitValue(h.Fin), finMeaning(h), "RFC 6455 §5.2")
	add(FieldRSV1, 1, bitValue(h.RSV&RSV1 != 0), rsv1Meaning(h), rsv1Ref(h))
	add(FieldRSV2, 1, bitValue(h.RSV&RSV2 != 0), rsvMeaning(h.RSV&RSV2 != 0), "RFC 6455 §5.2")
	add(FieldRSV3, 1, bitValue(h.RSV&RSV3 != 0), rsvMeaning(h.RSV&RSV3 != 0), "RFC 6455 §5.2")
	add(FieldOpcode, 4, strconv.Itoa(int(h.Opcode)), opcodeMeaning(h.Opcode), opcodeRef(h.Opcode))
	add(FieldMASK, 1, bitValue(h.Masked), maskMeaning(h.Masked), "RFC 6455 §5.1")
	switch h.LengthForm() {
	case 7:
		add(FieldLength, 7, strconv.FormatUint(h.Length, 10), "bytes of payload in this frame", "RFC 6455 §5.2")
	case 16:
		add(FieldLength, 7, "126", "the next 16 bits hold the length", "RFC 6455 §5.2")
		add(FieldExtendedLength, 16, strconv.FormatUint(h.Length, 10), "bytes of payload in this frame", "RFC 6455 §5.2")
	default:
		add(FieldLength, 7, "127", "the next 64 bits hold the length", "RFC 6455 §5.2")
		add(FieldExtendedLength, 64, strconv.FormatUint(h.Length, 10), "bytes of payload in this frame", "RFC 6455 §5.2")
	}
	if h.Masked {
		add(FieldKey, 32, hex.EncodeToString(h.Key[:]), "payload byte i is XORed with key byte i mod 4", "RFC 6455 §5.3")
	}
	return fields
}

func bitValue(set bool) string {
	if set {
		return "1"
	}
	return "0"
}

func finMeaning(h Header) string {
	switch {
	case !h.Fin && h.Opcode.Control():
		return "more frames follow, which a control frame must not say"
	case !h.Fin:
		return "more frames of this message follow"
	case h.Opcode.Control():
		return "a control frame is always whole"
	}
	return "last frame of its message"
}

func rsv1Meaning(h Header) string {
	switch {
	case h.RSV&RSV1 == 0:
		return "not used"
	case h.Opcode == OpText || h.Opcode == OpBinary:
		return "the message is compressed, if permessage-deflate was negotiated"
	}
	return "reserved: must be 0 here"
}

func rsv1Ref(h Header) string {
	if h.RSV&RSV1 != 0 && (h.Opcode == OpText || h.Opcode == OpBinary) {
		return "RFC 7692 §6"
	}
	return "RFC 6455 §5.2"
}

func rsvMeaning(set bool) string {
	if set {
		return "reserved: must be 0 unless an extension uses it"
	}
	return "not used"
}

func opcodeMeaning(o Opcode) string {
	switch o {
	case OpContinuation:
		return "continuation: goes on with the message begun before"
	case OpText:
		return "text: UTF-8"
	case OpBinary:
		return "binary: any bytes"
	case OpClose:
		return "close: the sender is done"
	case OpPing:
		return "ping: asks for a pong with the same payload"
	case OpPong:
		return "pong: answers a ping"
	}
	if o.Control() {
		return fmt.Sprintf("0x%X is reserved for control frames yet to be defined", uint8(o))
	}
	return fmt.Sprintf("0x%X is reserved for data frames yet to be defined", uint8(o))
}

func opcodeRef(o Opcode) string {
	switch o {
	case OpContinuation:
		return "RFC 6455 §5.4"
	case OpText, OpBinary:
		return "RFC 6455 §5.6"
	case OpClose:
		return "RFC 6455 §5.5.1"
	case OpPing:
		return "RFC 6455 §5.5.2"
	case OpPong:
		return "RFC 6455 §5.5.3"
	}
	return "RFC 6455 §5.2"
}

func maskMeaning(masked bool) string {
	if masked {
		return "the payload is masked, as a client must send it"
	}
	return "the payload is not masked, as a server must send it"
}
