package inspector

// The judge of one direction: which rules of RFC 6455 do its frames break?

import (
	"fmt"
	"unicode/utf8"
)

// Judge checks the frames of one direction of one connection, in order.
// For each frame call Header, then Payload for each piece (unmasked) if WantsPayload says so,
// then End. It decodes nothing and stops nothing: what a violation leads to is the caller's choice.
// The violations returned are valid until the next call.
type Judge struct {
	Sender  Direction // who sends: a client's frames must be masked, a server's must not
	Deflate bool      // permessage-deflate is in use: RSV1 may stand on a message's first frame

	header     Header
	message    Opcode // of the message in progress; OpContinuation when there is none
	compressed bool   // the message in progress is
	closed     bool   // a close frame has come
	offset     uint64 // payload bytes of the current frame seen so far
	text       UTF8
	unsure     bool // frames have been missed: nobody knows whether a message is in progress
	bad        bool // the current message has been found not to be UTF-8
	body       [MaxControlPayload]byte
	out        []Violation
}

// Header judges the header of the next frame.
func (j *Judge) Header(h Header) []Violation {
	j.out = j.out[:0]
	j.header, j.offset = h, 0
	control := h.Opcode.Control()
	if extra := h.RSV; extra != 0 {
		if j.Deflate && (h.Opcode == OpText || h.Opcode == OpBinary) {
			extra &^= RSV1
		}
		if extra != 0 {
			j.breaks(RuleReservedBit, 0, rsvNames(extra)+" set.")
		}
	}
	if h.Opcode.Reserved() {
		j.breaks(RuleReservedOpcode, 0, fmt.Sprintf("Opcode 0x%X has no meaning.", uint8(h.Opcode)))
	}
	if j.Sender == Up && !h.Masked {
		j.breaks(RuleUnmaskedClient, 1, "MASK is 0 on a client's frame.")
	}
	if j.Sender == Down && h.Masked {
		j.breaks(RuleMaskedServer, 1, "MASK is 1 on a server's frame.")
	}
	if form := h.LengthForm(); form != h.ShortestForm() && h.Length>>63 == 0 {
		j.breaks(RuleLengthNotMinimal, 1,
			fmt.Sprintf("A length of %d stands in the %d-bit form; %d bits hold it.", h.Length, form, h.ShortestForm()))
	}
	if h.Length>>63 != 0 {
		j.breaks(RuleLengthTopBit, 2, fmt.Sprintf("The length field holds 0x%x.", h.Length))
	}
	if control {
		if !h.Fin {
			j.breaks(RuleControlFragmented, 0, fmt.Sprintf("FIN is 0 on a %s frame.", h.Opcode))
		}
		if h.Length > MaxControlPayload {
			j.breaks(RuleControlTooLong, 1, fmt.Sprintf("This %s frame announces %d bytes.", h.Opcode, h.Length))
		}
	}
	if j.closed && h.Opcode != OpClose {
		j.breaks(RuleAfterClose, 0, fmt.Sprintf("A %s frame follows the close frame.", h.Opcode))
	}
	if !control {
		j.dataHeader(h)
	}
	return j.out
}

// Early judges the front of a header that is not whole: what its first bytes break already,
// however it goes on. It changes nothing of what Header will say.
func (j *Judge) Early(front []byte) []Violation {
	if len(front) == 0 {
		return nil
	}
	// Complete the front with bytes that break nothing more than it does: MASK as the sender must
	// have it, a length that needs its form, and any key.
	var whole [MaxHeaderSize]byte
	n := copy(whole[:], front)
	if n < 2 && j.Sender == Up {
		whole[1] = 0x80
	}
	switch form := whole[1] & 0x7F; {
	case form == 126 && n < 3:
		whole[2] = 1
	case form == 126 && n < 4:
		whole[3] = 0xFF
	case form == 127 && n < 8:
		whole[7] = 1
	}
	h, _, _ := ParseHeader(whole[:])
	trial := *j
	trial.out = nil
	return trial.Header(h)
}

// dataHeader follows the message that data frames make up.
func (j *Judge) dataHeader(h Header) {
	unsure := j.unsure
	j.unsure = unsure && h.Opcode == OpContinuation && !h.Fin
	if h.Opcode == OpContinuation {
		if j.message == OpContinuation && !unsure {
			j.breaks(RuleStrayContinuation, 0, "No message is in progress.")
		}
		return
	}
	if j.message != OpContinuation && !unsure {
		j.breaks(RuleMissingContinuation, 0,
			fmt.Sprintf("A %s frame begins while a %s message is unfinished.", h.Opcode, j.message))
	}
	j.message, j.compressed, j.bad = h.Opcode, j.Deflate && h.RSV&RSV1 != 0, false
	j.text.Reset()
}

// Lose tells j that it has missed bytes: what they held is not held against those that follow.
func (j *Judge) Lose() {
	j.unsure, j.bad, j.message = true, true, OpContinuation
}

// WantsPayload reports whether the payload of the current frame can break a rule.
func (j *Judge) WantsPayload() bool {
	if j.header.Opcode == OpClose {
		return j.header.Length <= MaxControlPayload
	}
	return !j.header.Opcode.Control() && j.message == OpText && !j.compressed && !j.bad
}

// Payload judges the next piece of the current frame's payload, unmasked.
func (j *Judge) Payload(piece []byte) []Violation {
	j.out = j.out[:0]
	at := j.offset
	j.offset += uint64(len(piece))
	if !j.WantsPayload() {
		return nil
	}
	if j.header.Opcode == OpClose {
		if at < uint64(len(j.body)) {
			copy(j.body[at:], piece)
		}
		return nil
	}
	if i := j.text.Write(piece); i >= 0 {
		j.bad = true
		j.breaks(RuleInvalidUTF8, uint64(j.header.Size)+at+uint64(i),
			fmt.Sprintf("Byte 0x%02x at payload offset %d fits no UTF-8 sequence.", piece[i], at+uint64(i)))
	}
	return j.out
}

// End judges what only the end of the current frame tells.
func (j *Judge) End() []Violation {
	j.out = j.out[:0]
	switch {
	case j.header.Opcode == OpClose:
		j.closed = true
		if j.header.Length <= MaxControlPayload {
			j.closeBody(j.body[:j.offset])
		}
	case j.header.Opcode.Control():
	case j.header.Fin:
		if j.message == OpText && !j.compressed && !j.bad && !j.text.Complete() {
			j.breaks(RuleInvalidUTF8, uint64(j.header.Size)+j.offset, "The message ends inside a character.")
		}
		j.message = OpContinuation
	}
	return j.out
}

// Inflated judges the text of a compressed text message, after inflation. Call it after the
// End of the message's last frame; offsets are those of that frame's end.
func (j *Judge) Inflated(text []byte) []Violation {
	j.out = j.out[:0]
	var u UTF8
	at := uint64(j.header.Size) + j.offset
	if i := u.Write(text); i >= 0 {
		j.breaks(RuleInvalidUTF8, at,
			fmt.Sprintf("After inflation, byte 0x%02x at offset %d fits no UTF-8 sequence.", text[i], i))
	} else if !u.Complete() {
		j.breaks(RuleInvalidUTF8, at, "After inflation, the message ends inside a character.")
	}
	return j.out
}

// Message is the opcode of the message in progress, and whether it is compressed;
// OpContinuation when there is none.
func (j *Judge) Message() (o Opcode, compressed bool) {
	if j.message == OpContinuation {
		return OpContinuation, false
	}
	return j.message, j.compressed
}

func (j *Judge) closeBody(p []byte) {
	at := uint64(j.header.Size)
	b, ok := ParseCloseBody(p)
	if !ok {
		j.breaks(RuleCloseBody, at, "The body is one byte long.")
		return
	}
	if len(p) == 0 {
		return
	}
	if !b.Code.MaySend() {
		j.breaks(RuleCloseCode, at, fmt.Sprintf("The code is %s.", b.Code))
	}
	if !utf8.ValidString(b.Reason) {
		var u UTF8
		i := u.Write(p[2:])
		if i < 0 {
			i = len(p) - 2
		}
		j.breaks(RuleCloseReasonUTF8, at+2+uint64(i), fmt.Sprintf("The reason stops being UTF-8 at its byte %d.", i))
	}
}

func (j *Judge) breaks(r *Rule, offset uint64, detail string) {
	j.out = append(j.out, Violation{Rule: r, Offset: offset, Detail: detail})
}

func rsvNames(bits byte) string {
	var s string
	for i, bit := range []byte{RSV1, RSV2, RSV3} {
		if bits&bit != 0 {
			if s != "" {
				s += " and "
			}
			s += fmt.Sprintf("RSV%d", i+1)
		}
	}
	if bits&(bits-1) == 0 {
		return s + " is"
	}
	return s + " are"
}
