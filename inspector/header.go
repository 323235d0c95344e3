package inspector

// The header of a WebSocket frame: its bits, read and written.

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// MaxHeaderSize is the longest header: two bytes, a 64-bit length and a masking key.
const MaxHeaderSize = 2 + 8 + 4

// MaxControlPayload is the most a control frame may carry (RFC 6455 §5.5).
const MaxControlPayload = 125

// ErrLength is returned for a 64-bit length whose top bit is set: no frame can be cut from it.
var ErrLength = errors.New("payload length has its top bit set (RFC 6455 §5.2)")

// Header is one frame header as it stood on the wire (RFC 6455 §5.2).
//
//	 0               1
//	 0 1 2 3 4 5 6 7 0 1 2 3 4 5 6 7
//	+-+-+-+-+-------+-+-------------+ - - - - - - - - - - - +- - - - - - -+
//	|F|R|R|R| opcode|M|   length    |  length in 16 or 64   |  masking    |
//	|I|S|S|S|       |A|   in 7      |  bits, if the 7 are   |  key in 32, |
//	|N|V|V|V|       |S|             |  126 or 127           |  if MASK    |
//	| |1|2|3|       |K|             |                       |             |
//	+-+-+-+-+-------+-+-------------+ - - - - - - - - - - - +- - - - - - -+
type Header struct {
	Fin    bool
	RSV    byte // RSV1, RSV2 and RSV3 as bits 2, 1 and 0
	Opcode Opcode
	Masked bool
	Key    [4]byte // meaningful only if Masked
	Length uint64  // payload bytes that follow
	Size   int     // bytes the header itself took, 2 to MaxHeaderSize
}

// RSV1, RSV2 and RSV3 as they stand in Header.RSV.
const (
	RSV1 byte = 4
	RSV2 byte = 2
	RSV3 byte = 1
)

// ParseHeader decodes the header at the front of b and returns how many bytes it took.
// A return of n == 0 and no error means that b ends too early: call again with more bytes.
// It rejects only what cannot be framed (ErrLength, with the header as read);
// what the header breaks otherwise is for a Judge to say.
func ParseHeader(b []byte) (h Header, n int, err error) {
	if len(b) < 2 {
		return Header{}, 0, nil
	}
	h = Header{
		Fin:    b[0]&0x80 != 0,
		RSV:    b[0] >> 4 & 7,
		Opcode: Opcode(b[0] & 0xF),
		Masked: b[1]&0x80 != 0,
		Length: uint64(b[1] & 0x7F),
	}
	h.Size = 2
	switch h.Length {
	case 126:
		h.Size += 2
	case 127:
		h.Size += 8
	}
	if h.Masked {
		h.Size += 4
	}
	if len(b) < h.Size {
		return Header{}, 0, nil
	}
	switch h.Length {
	case 126:
		h.Length = uint64(binary.BigEndian.Uint16(b[2:]))
	case 127:
		h.Length = binary.BigEndian.Uint64(b[2:])
	}
	if h.Masked {
		h.Key = [4]byte(b[h.Size-4 : h.Size])
	}
	if h.Length>>63 != 0 {
		return h, h.Size, fmt.Errorf("frame header: length %#x: %w", h.Length, ErrLength)
	}
	return h, h.Size, nil
}

// AppendTo appends the shortest encoding of h to b; h.Size is not consulted.
func (h Header) AppendTo(b []byte) []byte {
	first := h.RSV&7<<4 | byte(h.Opcode)&0xF
	if h.Fin {
		first |= 0x80
	}
	var mask byte
	if h.Masked {
		mask = 0x80
	}
	switch {
	case h.Length <= 125:
		b = append(b, first, mask|byte(h.Length))
	case h.Length <= 0xFFFF:
		b = append(b, first, mask|126)
		b = binary.BigEndian.AppendUint16(b, uint16(h.Length))
	default:
		b = append(b, first, mask|127)
		b = binary.BigEndian.AppendUint64(b, h.Length)
	}
	if h.Masked {
		b = append(b, h.Key[:]...)
	}
	return b
}

// LengthForm is how many bits the header spent on the length: 7, 16 or 64.
func (h Header) LengthForm() int {
	size := h.Size
	if h.Masked {
		size -= 4
	}
	switch size {
	case 4:
		return 16
	case 10:
		return 64
	}
	return 7
}

// ShortestForm is the form that RFC 6455 §5.2 requires for h.Length: 7, 16 or 64.
func (h Header) ShortestForm() int {
	switch {
	case h.Length <= 125:
		return 7
	case h.Length <= 0xFFFF:
		return 16
	}
	return 64
}
