package wire

// The commonest breakdown, appended at once: a message in one frame, which went back as it came.

import (
	"strconv"
	"strings"
	"sync"

	"wireup/inspector"
)

// echoes holds, for a text and for a binary frame and each form of the length, what depends on
// no more than that of the two frames of an echo.
var echoes = sync.OnceValue(newEchoTables)

// echoTables are frameTables joined: the pieces that stand next to each other are one.
type echoTables [2][3]echoPieces

// echoPieces are in the order in which they are appended, and lie in one piece of memory.
type echoPieces struct {
	opening  string // up to the key
	length   string // up to the length
	header   string // up to the header's digits
	fields   string // behind the payload, up to the length
	key      string // up to the key
	mirror   string // up to the length of the mirror
	sent     string // up to its header's digits
	meanings string // behind its payload, up to its length
	end      string
}

func newEchoTables() *echoTables {
	t, e := frames(), new(echoTables)
	for i, o := range []inspector.Opcode{inspector.OpText, inspector.OpBinary} {
		first := firstByte(&inspector.Header{Fin: true, Opcode: o})
		for form := range e[i] {
			up, down := &t.shapes[1][form], &t.shapes[0][form]
			pieces := []string{
				`"received":[` + t.opening[1][first],
				up.sizes,
				up.sizesEnd,
				t.fields[first] + up.fields,
				up.fieldsEnd,
				up.end + `],"mirrored":[` + t.opening[0][first] + down.sizes,
				down.sizesEnd,
				t.fields[first] + down.fields,
				down.fieldsEnd + down.end + "]",
			}
			all := strings.Join(pieces, "")
			for k, into := range e[i][form].list() {
				*into, all = all[:len(pieces[k])], all[len(pieces[k]):]
			}
		}
	}
	return e
}

func (p *echoPieces) list() []*string {
	return []*string{&p.opening, &p.length, &p.header, &p.fields, &p.key, &p.mirror, &p.sent, &p.meanings, &p.end}
}

// AppendEcho appends the members "received" and "mirrored" of a breakdown, if f is a client's
// frame without a fault and a message by itself, of text or binary, which went back as it came.
// Otherwise it appends nothing and returns false. What it appends is what AppendReported does
// for both frames.
func AppendEcho(b []byte, f *inspector.Frame) (_ []byte, ok bool) {
	if !alone(f) || !f.Masked || f.RSV != 0 || f.Received != f.Length || f.Inflated != nil ||
		f.Opcode != inspector.OpText && f.Opcode != inspector.OpBinary {
		return b, false
	}
	p := &echoes()[f.Opcode-inspector.OpText][form(&f.Header)]
	var digits [20]byte
	length := strconv.AppendUint(digits[:0], f.Length, 10)
	b = append(b, p.opening...)
	b = appendDigits(b, f.Key[:])
	key := b[len(b)-2*len(f.Key):]
	b = append(b, p.length...)
	b = append(b, length...)
	b = append(b, p.header...)
	b = appendDigits(b, f.Raw)
	b = append(b, `","payload":"`...)
	b = appendDigits(b, f.Payload[:min(len(f.Payload), FramePreview)])
	b = append(b, `","unmasked":"`...)
	shown := len(b)
	b = appendDigits(b, f.Plain[:min(len(f.Plain), FramePreview)])
	b = appendShown(b, f)
	shownEnd := len(b)
	b = append(b, p.fields...)
	b = append(b, length...)
	b = append(b, p.key...)
	b = append(b, key...)
	b = append(b, p.mirror...)
	b = append(b, length...)
	b = append(b, p.sent...)
	// The mirror's header is the same without MASK and key, its payload what was unmasked.
	var raw [inspector.MaxHeaderSize]byte
	header := raw[:copy(raw[:], f.Raw[:f.Size-len(f.Key)])]
	header[1] &^= 0x80
	b = appendDigits(b, header)
	b = append(b, `","payload":"`...)
	b = append(b, b[shown:shownEnd]...)
	b = append(b, p.meanings...)
	b = append(b, length...)
	return append(b, p.end...), true
}
