package wire

// The frame object of the contract, appended by hand: breakdown, feed and log have the same.

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"wireup/inspector"
)

// FramePreview is how many payload bytes a frame object shows.
const FramePreview = 64

// frames has what depends on few bits of a frame only, so that appending it is copying. It is made when it
// is first asked for: not every command needs it.
var frames = sync.OnceValue(newFrameTables)

// frameTables is JSON made once, for every first byte of a header and every form of the rest.
// The fields are those of inspector.HeaderFields: nothing of them is written down here.
type frameTables struct {
	opening [2][256]string // by MASK and first byte: the object up to and with "masked", or up to the key
	fields  [256]string    // by first byte: "fields", from FIN to opcode
	shapes  [2][3]shape    // by MASK and the length's form
	types   [16][2]string  // by the message's type and whether it is compressed
}

// shape is the JSON that depends on MASK and on the form of the length. The length's digits
// stand between its first two pieces and between its second two, the key ahead of the last.
type shape struct {
	sizes     string // up to the payload length
	sizesEnd  string // from there to the header's digits
	fields    string // MASK and the payload length, up to its value
	fieldsEnd string // from there up to the key, or to the end
	end       string // behind the key, with no violations
}

func newFrameTables() *frameTables {
	t := new(frameTables)
	for c := range 256 {
		h := headerOf(byte(c), 0)
		opening := string(appendOpening(nil, h))
		t.opening[0][c] = opening + `,"masked":false`
		t.opening[1][c] = opening + `,"masked":true,"maskingKey":"`
		t.fields[c] = `,"fields":[` + elements(inspector.HeaderFields(h)[:5]) + ","
	}
	for mask := range t.shapes {
		for form, length := range []byte{0, in16, in64} {
			t.shapes[mask][form] = shapeOf(headerOf(0x82, byte(mask)<<7|length))
		}
	}
	for o := range t.types {
		for i, compressed := range []string{"false", "true"} {
			t.types[o][i] = `,"messageType":"` + inspector.Opcode(o).Type() + `","compressed":` + compressed
		}
	}
	return t
}

// shapeOf makes the shape of all headers that share h's MASK and form of length.
func shapeOf(h inspector.Header) (s shape) {
	fields := inspector.HeaderFields(h)
	s.sizes = `,"payloadLength":`
	s.sizesEnd = fmt.Sprintf(`,"lengthForm":%d,"headerLength":%d,"header":"`, h.LengthForm(), h.Size)
	length := 6 // payload length, or behind it extended payload length
	if h.LengthForm() != 7 {
		length = 7
	}
	before, after := split(fields[length])
	s.fields = elements(fields[5:length]) + before
	s.fieldsEnd = after
	s.end = noViolations
	if h.Masked {
		before, after := split(fields[len(fields)-1])
		s.sizes = `"` + s.sizes
		s.fieldsEnd += before
		s.end = after + noViolations
	}
	return s
}

// noViolations ends a frame object.
const noViolations = `],"violations":[]}`

// The values of the seven bits that leave the length to the bytes behind them.
const (
	in16 = 126
	in64 = 127
)

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

// AppendFrame appends the contract's frame object to b, and where the frame stands in its
// message. It shows FramePreview bytes of payload at most and allocates nothing but what b needs
// to grow.
func AppendFrame(b []byte, f *inspector.Frame, v []inspector.Violation) []byte {
	return appendFrame(b, f, v, true)
}

// AppendReported is AppendFrame for a breakdown: it leaves out where the frame stands when that
// is a message by itself, since then it says nothing.
func AppendReported(b []byte, f *inspector.Frame, v []inspector.Violation) []byte {
	return appendFrame(b, f, v, !alone(f))
}

// alone reports whether f is a message by itself, and not compressed.
func alone(f *inspector.Frame) bool { return f.Part == 1 && f.Fin && !f.Compressed }

func appendFrame(b []byte, f *inspector.Frame, v []inspector.Violation, place bool) []byte {
	var digits [20]byte
	length := strconv.AppendUint(digits[:0], f.Length, 10)
	first, mask := firstByte(&f.Header), 0
	if f.Masked {
		mask = 1
	}
	frames := frames()
	s := &frames.shapes[mask][form(&f.Header)]
	b = append(b, frames.opening[mask][first]...)
	if f.Masked {
		b = appendDigits(b, f.Key[:])
	}
	b = append(b, s.sizes...)
	b = append(b, length...)
	b = append(b, s.sizesEnd...)
	b = appendDigits(b, f.Raw)
	b = append(b, `","payload":"`...)
	b = appendDigits(b, f.Payload[:min(len(f.Payload), FramePreview)])
	if f.Masked {
		b = append(b, `","unmasked":"`...)
		b = appendDigits(b, f.Plain[:min(len(f.Plain), FramePreview)])
	}
	b = appendShown(b, f)
	if place {
		b = appendPlace(b, f)
	}
	b = appendRare(b, f)
	b = append(b, frames.fields[first]...)
	b = append(b, s.fields...)
	b = append(b, length...)
	b = append(b, s.fieldsEnd...)
	if f.Masked {
		b = appendDigits(b, f.Key[:])
	}
	b = append(b, s.end...)
	if len(v) > 0 {
		b = appendViolations(b[:len(b)-len("[]}")], v)
		b = append(b, '}')
	}
	return b
}

// appendShown ends the digits of the payload, and appends it as text if it is text.
func appendShown(b []byte, f *inspector.Frame) []byte {
	plain := f.Plain[:min(len(f.Plain), FramePreview)]
	truncated := f.Received > uint64(len(plain))
	if text, ok := frameText(f, plain, truncated); ok {
		b = append(b, `","text":`...)
		b = appendText(b, text)
	} else {
		b = append(b, '"')
	}
	if truncated {
		return append(b, `,"truncated":true`...)
	}
	return append(b, `,"truncated":false`...)
}

// appendText appends p as a JSON string, at once if all of it can stand as it is.
func appendText(b, p []byte) []byte {
	if !plainASCII(p) {
		return appendString(b, p)
	}
	b = append(b, '"')
	b = append(b, p...)
	return append(b, '"')
}

// plainASCII reports whether p is ASCII of which JSON escapes nothing. It looks at eight bytes
// at once: a subtraction borrows from the top bit of a byte that is too small. It may take a
// byte for one to be escaped, but only beside such a one.
func plainASCII(p []byte) bool {
	const ones, tops = 0x0101_0101_0101_0101, 0x8080_8080_8080_8080
	for len(p) >= 8 {
		v := binary.LittleEndian.Uint64(p)
		quote, slash, del := v^ones*'"', v^ones*'\\', v^ones*0x7F
		bad := v | (v - ones*0x20) | (quote - ones) | (slash - ones) | (del - ones)
		if bad&tops != 0 {
			return false
		}
		p = p[8:]
	}
	for _, c := range p {
		if c < 0x20 || c >= 0x7F || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}

// hexPairs are the two digits of every byte, as they stand in memory.
var hexPairs = func() (pairs [256]uint16) {
	for c := range pairs {
		pairs[c] = uint16(hexDigits[c>>4]) | uint16(hexDigits[c&0xF])<<8
	}
	return pairs
}()

// appendDigits appends p as hex, without quotes, four bytes at a time.
func appendDigits(b, p []byte) []byte {
	n := len(b)
	b = slices.Grow(b, 2*len(p))[:n+2*len(p)]
	d := b[n:]
	for len(p) >= 4 && len(d) >= 8 {
		binary.LittleEndian.PutUint64(d, uint64(hexPairs[p[0]])|uint64(hexPairs[p[1]])<<16|
			uint64(hexPairs[p[2]])<<32|uint64(hexPairs[p[3]])<<48)
		p, d = p[4:], d[8:]
	}
	for i, c := range p {
		binary.LittleEndian.PutUint16(d[2*i:], hexPairs[c])
	}
	return b
}

// firstByte returns the first byte of the header.
func firstByte(h *inspector.Header) byte {
	first := h.RSV&7<<4 | byte(h.Opcode)&0xF
	if h.Fin {
		first |= 0x80
	}
	return first
}

// form is the form of the length as an index: 0, 1 and 2 for 7, 16 and 64 bits.
func form(h *inspector.Header) int {
	switch h.LengthForm() {
	case 16:
		return 1
	case 64:
		return 2
	}
	return 0
}

// appendPlace appends where a data frame stands in its message.
func appendPlace(b []byte, f *inspector.Frame) []byte {
	if f.Message == 0 {
		return b
	}
	compressed := 0
	if f.Compressed {
		compressed = 1
	}
	b = append(b, `,"message":`...)
	b = strconv.AppendInt(b, int64(f.Message), 10)
	b = append(b, `,"part":`...)
	b = strconv.AppendInt(b, int64(f.Part), 10)
	return append(b, frames().types[f.MessageType&0xF][compressed]...)
}

// appendRare appends what applies to few frames.
func appendRare(b []byte, f *inspector.Frame) []byte {
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
