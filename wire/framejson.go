package wire

// The frame object of the contract, appended by hand: breakdown, feed and log have the same.

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"wireup/inspector"
)

// FramePreview is how many payload bytes a frame object shows.
const FramePreview = 64

// frames holds what depends on few bits of a frame only, so that appending it is copying.
var frames = newFrameTables()

// frameTables is JSON made once, for every first and every second byte of a header. The fields
// are those of inspector.HeaderFields: nothing of them is written down here.
type frameTables struct {
	opening [2][256]string // by MASK and first byte: the object up to and with "masked", or up to the key
	fields  [256]string    // by first byte: "fields", from FIN to opcode
	shapes  [256]shape     // by second byte
	types   [16][2]string  // by the message's type and whether it is compressed
}

// shape is what the second byte of a header says. If its seven bits hold no length, the length
// stands between two pieces.
type shape struct {
	long        bool
	sizes       string // from payload length to the header's digits, or to the length
	sizesEnd    string
	fields      string // MASK and payload length, up to the key or the length
	fieldsEnd   string
	end         string // behind the key
	endWithNone string // the same, with no violations
}

func newFrameTables() *frameTables {
	t := new(frameTables)
	for c := range 256 {
		h := headerOf(byte(c), 0)
		opening := string(appendOpening(nil, h))
		t.opening[0][c] = opening + `,"masked":false`
		t.opening[1][c] = opening + `,"masked":true,"maskingKey":"`
		t.fields[c] = `,"fields":[` + elements(inspector.HeaderFields(h)[:5]) + ","
		t.shapes[c] = shapeOf(headerOf(0x82, byte(c)))
	}
	for o := range t.types {
		for i, compressed := range []string{"false", "true"} {
			t.types[o][i] = `,"messageType":"` + inspector.Opcode(o).Type() + `","compressed":` + compressed
		}
	}
	return t
}

// shapeOf makes the shape of all headers that share h's second byte.
func shapeOf(h inspector.Header) shape {
	s := shape{long: h.LengthForm() != 7}
	fields := inspector.HeaderFields(h)
	s.sizes = `,"payloadLength":`
	if h.Masked {
		s.sizes = `"` + s.sizes
	}
	s.sizesEnd = fmt.Sprintf(`,"lengthForm":%d,"headerLength":%d,"header":"`, h.LengthForm(), h.Size)
	s.fields = elements(fields[5:7])
	before, after := "", ""
	if h.Masked {
		before, after = split(fields[len(fields)-1])
	}
	if s.long {
		lengthBefore, lengthAfter := split(fields[7])
		s.fields += lengthBefore
		s.fieldsEnd = lengthAfter + before
	} else {
		s.sizes += strconv.FormatUint(h.Length, 10) + s.sizesEnd
		s.fields += before
	}
	s.end = after + `],"violations":`
	s.endWithNone = s.end + `[]}`
	return s
}

// headerOf is the header that begins with two given bytes, all others being zero.
func headerOf(first, second byte) inspector.Header {
	h, _, _ := inspector.ParseHeader([]byte{first, second, inspector.MaxHeaderSize - 1: 0})
	return h
}

func appendOpening(b []byte, h inspector.Header) []byte {
	b = append(b, `{"fin":`...)
	b = strconv.AppendBool(b, h.Fin)
	b = append(b, `,"rsv1":`...)
	b = strconv.AppendBool(b, h.RSV&inspector.RSV1 != 0)
	b = append(b, `,"rsv2":`...)
	b = strconv.AppendBool(b, h.RSV&inspector.RSV2 != 0)
	b = append(b, `,"rsv3":`...)
	b = strconv.AppendBool(b, h.RSV&inspector.RSV3 != 0)
	b = append(b, `,"opcode":`...)
	b = strconv.AppendInt(b, int64(h.Opcode), 10)
	b = append(b, `,"type":"`...)
	b = append(b, h.Opcode.Type()...)
	return append(b, '"')
}

// elements is fields as JSON without the brackets.
func elements(fields []inspector.Field) string {
	b := appendFields(nil, fields)
	return string(b[1 : len(b)-1])
}

// split cuts the JSON of f, which is not the first field, where its value stands.
func split(f inspector.Field) (before, after string) {
	const mark = "\x00"
	f.Value = mark
	before, after, _ = strings.Cut(elements([]inspector.Field{f}), `\u0000`)
	return "," + before, after
}

// AppendFrame appends the contract's frame object to b. It shows FramePreview bytes of payload
// at most and allocates nothing but what b needs to grow.
func AppendFrame(b []byte, f *inspector.Frame, v []inspector.Violation) []byte {
	first, second := headerBytes(&f.Header)
	s := &frames.shapes[second]
	b = append(b, frames.opening[second>>7][first]...)
	key := eightDigits(binary.LittleEndian.Uint32(f.Key[:]))
	if f.Masked {
		b = binary.LittleEndian.AppendUint64(b, key)
	}
	b = append(b, s.sizes...)
	if s.long {
		b = strconv.AppendUint(b, f.Length, 10)
		b = append(b, s.sizesEnd...)
	}
	b = appendDigits(b, f.Raw)
	b = append(b, `","payload":"`...)
	b = appendDigits(b, f.Payload[:min(len(f.Payload), FramePreview)])
	plain := f.Plain[:min(len(f.Plain), FramePreview)]
	if f.Masked {
		b = append(b, `","unmasked":"`...)
		b = appendDigits(b, plain)
	}
	truncated := f.Received > uint64(len(plain))
	if text, ok := frameText(f, plain, truncated); ok {
		b = append(b, `","text":`...)
		b = appendString(b, text)
	} else {
		b = append(b, '"')
	}
	if truncated {
		b = append(b, `,"truncated":true`...)
	} else {
		b = append(b, `,"truncated":false`...)
	}
	b = appendPlace(b, f)
	b = append(b, frames.fields[first]...)
	b = append(b, s.fields...)
	if s.long {
		b = strconv.AppendUint(b, f.Length, 10)
		b = append(b, s.fieldsEnd...)
	}
	if f.Masked {
		b = binary.LittleEndian.AppendUint64(b, key)
	}
	if len(v) == 0 {
		return append(b, s.endWithNone...)
	}
	b = append(b, s.end...)
	b = appendViolations(b, v)
	return append(b, '}')
}

// appendDigits appends p as hex, without quotes.
func appendDigits(b, p []byte) []byte {
	for ; len(p) >= 8; p = p[8:] {
		b = binary.LittleEndian.AppendUint64(b, eightDigits(binary.LittleEndian.Uint32(p)))
		b = binary.LittleEndian.AppendUint64(b, eightDigits(binary.LittleEndian.Uint32(p[4:])))
	}
	if len(p) >= 4 {
		b = binary.LittleEndian.AppendUint64(b, eightDigits(binary.LittleEndian.Uint32(p)))
		p = p[4:]
	}
	for _, c := range p {
		b = append(b, hexDigits[c>>4], hexDigits[c&0xF])
	}
	return b
}

// eightDigits is the hex of four bytes at once: each nibble in a byte of its own, and then
// '0' added to it, and the distance from '9' to 'a' where it is ten or more.
func eightDigits(v uint32) uint64 {
	x := uint64(v)
	x = (x | x<<16) & 0x0000_FFFF_0000_FFFF
	x = (x | x<<8) & 0x00FF_00FF_00FF_00FF
	x = x>>4&0x000F_000F_000F_000F | x&0x000F_000F_000F_000F<<8
	letters := (x + 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
	return x + 0x3030_3030_3030_3030 + letters*('a'-'9'-1)
}

// headerBytes returns the first two bytes of the header.
func headerBytes(h *inspector.Header) (first, second byte) {
	first = h.RSV&7<<4 | byte(h.Opcode)&0xF
	if h.Fin {
		first |= 0x80
	}
	switch h.LengthForm() {
	case 7:
		second = byte(h.Length) & 0x7F
	case 16:
		second = 126
	default:
		second = 127
	}
	if h.Masked {
		second |= 0x80
	}
	return first, second
}

// appendPlace appends where the frame stands in its message, and what applies to few frames.
func appendPlace(b []byte, f *inspector.Frame) []byte {
	if f.Message > 0 {
		compressed := 0
		if f.Compressed {
			compressed = 1
		}
		b = append(b, `,"message":`...)
		b = strconv.AppendInt(b, int64(f.Message), 10)
		b = append(b, `,"part":`...)
		b = strconv.AppendInt(b, int64(f.Part), 10)
		b = append(b, frames.types[f.MessageType&0xF][compressed]...)
	}
	if f.Received < f.Length {
		b = append(b, `,"received":`...)
		b = strconv.AppendUint(b, f.Received, 10)
	}
	if f.Close != nil {
		b = append(b, `,"close":`...)
		b = appendCloseBody(b, f.Close)
	}
	if f.Inflated != nil {
		b = append(b, `,"inflated":`...)
		b = appendInflated(b, f.Inflated, f.MessageType == inspector.OpText)
	}
	return b
}

// appendInflated appends what a compressed message was before compression.
func appendInflated(b []byte, i *inspector.Inflated, text bool) []byte {
	b = append(b, `{"compressed":`...)
	b = strconv.AppendUint(b, i.Compressed, 10)
	b = append(b, `,"length":`...)
	b = strconv.AppendUint(b, i.Size, 10)
	shown := i.Bytes[:min(len(i.Bytes), FramePreview)]
	truncated := i.Truncated || i.Size > uint64(len(shown))
	b = append(b, `,"payload":`...)
	b = appendHex(b, shown)
	if text {
		if truncated {
			shown = wholeText(shown)
		}
		b = append(b, `,"text":`...)
		b = appendString(b, shown)
	}
	b = append(b, `,"truncated":`...)
	b = strconv.AppendBool(b, truncated)
	if i.Compressed > 0 && i.Size > 0 {
		b = append(b, `,"ratio":`...)
		percent := float64(i.Compressed*100/i.Size) / 100
		b = strconv.AppendFloat(b, percent, 'f', -1, 64)
	}
	if i.Err != "" {
		b = append(b, `,"error":`...)
		b = appendString(b, i.Err)
	}
	return append(b, '}')
}

// frameText is the payload shown as text: always for a text message's frame, and for a ping or
// pong that happens to hold some.
func frameText(f *inspector.Frame, plain []byte, truncated bool) (text []byte, ok bool) {
	if truncated {
		plain = wholeText(plain)
	}
	switch {
	case f.Text():
		return plain, true
	case f.Opcode == inspector.OpPing, f.Opcode == inspector.OpPong:
		return plain, len(plain) > 0 && utf8.Valid(plain)
	}
	return nil, false
}

// wholeText is p without the beginning of a character that a preview cut off.
func wholeText(p []byte) []byte {
	for i := len(p) - 1; i >= 0 && i >= len(p)-utf8.UTFMax+1; i-- {
		if utf8.RuneStart(p[i]) {
			if !utf8.FullRune(p[i:]) {
				return p[:i]
			}
			break
		}
	}
	return p
}
