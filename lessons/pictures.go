package lessons

// Frames as pictures: bits in cells, bytes in colours, fields in a table, and the same in words.

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"wireup/inspector"
	"wireup/templates"
)

// shownBytes is how many payload bytes a picture draws.
const shownBytes = 16

// fieldClass is the colour of a field, by its name.
func fieldClass(name string) string {
	switch name {
	case inspector.FieldMASK:
		return "mask"
	case inspector.FieldLength, inspector.FieldExtendedLength:
		return "len"
	case inspector.FieldKey:
		return "key"
	case inspector.FieldFIN, inspector.FieldRSV1, inspector.FieldRSV2, inspector.FieldRSV3, inspector.FieldOpcode:
		return "ctl"
	}
	return "pay"
}

// frameView draws e, whose bytes come from source.
func frameView(e *inspector.Event, source string) templates.FrameView {
	f := e.Frame
	v := templates.FrameView{Title: capital(inspector.Summary(e)), Source: source}
	for _, field := range inspector.Dissect(e) {
		v.Fields = append(v.Fields, templates.FieldView{
			Class: fieldClass(field.Name), Name: field.Name, Value: field.Value, Meaning: field.Meaning, Ref: field.Ref,
		})
		v.Cells = append(v.Cells, cells(e, field)...)
	}
	if hidden := f.Length - min(f.Length, shownBytes); hidden > 0 {
		v.Cells = append(v.Cells, templates.CellView{Class: "pay", Bits: 8, Value: "…", Label: "and " + Grouped(hidden) + " more"})
	}
	v.Words = words(e)
	return v
}

// cells draws one field: bits for what is smaller than a byte, a cell a byte for the rest.
func cells(e *inspector.Event, field inspector.Field) []templates.CellView {
	class := fieldClass(field.Name)
	if field.Bits < 8 {
		return []templates.CellView{{Class: class, Bits: field.Bits, Value: bits(e.Bytes, field), Label: bitLabel(field, e.Frame)}}
	}
	var out []templates.CellView
	for i := range field.Bits / 8 {
		at := field.Bit/8 + i
		if at >= e.Frame.Size+shownBytes {
			break
		}
		c := templates.CellView{Class: class, Bits: 8, Value: fmt.Sprintf("%02x", e.Bytes[at])}
		switch class {
		case "key":
			c.Label = fmt.Sprintf("key %d", i)
		case "len":
			c.Label = "length"
		default:
			c.Label = byteLabel(e.Frame, at-e.Frame.Size)
		}
		out = append(out, c)
	}
	return out
}

// bits writes the bits of a field that is smaller than a byte.
func bits(b []byte, field inspector.Field) string {
	var digits []string
	for i := range field.Bits {
		at := field.Bit + i
		digits = append(digits, string('0'+rune(b[at/8]>>(7-at%8)&1)))
	}
	return strings.Join(digits, " ")
}

func bitLabel(field inspector.Field, f *inspector.Frame) string {
	switch field.Name {
	case inspector.FieldOpcode:
		return "opcode: " + f.Opcode.Type()
	case inspector.FieldLength:
		return "length: " + field.Value
	case inspector.FieldRSV1, inspector.FieldRSV2, inspector.FieldRSV3:
		return "R" + strings.TrimPrefix(field.Name, "RSV") // a cell of one bit is narrow
	}
	return field.Name
}

// byteLabel says what a payload byte is once it is unmasked.
func byteLabel(f *inspector.Frame, i int) string {
	if i >= len(f.Plain) {
		return ""
	}
	if f.Text() || f.Opcode == inspector.OpPing || f.Opcode == inspector.OpPong {
		if c := rune(f.Plain[i]); c < utf8.RuneSelf && unicode.IsPrint(c) {
			return "“" + string(c) + "”"
		}
	}
	return "payload"
}

// words says what a picture shows.
func words(e *inspector.Event) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s bytes cross the wire: %s of header and %s of payload.",
		Grouped(e.Size), Grouped(e.Overhead), Grouped(e.Payload()))
	for _, f := range inspector.HeaderFields(e.Frame.Header) {
		fmt.Fprintf(&b, " %s is %s: %s.", capital(f.Name), f.Value, f.Meaning)
	}
	return b.String()
}

// walkView draws how the start of f's payload is unmasked.
func walkView(f *inspector.Frame) templates.WalkView {
	v := templates.WalkView{Key: fmt.Sprintf("% x", f.Key[:])}
	for i := range min(len(f.Plain), shownBytes) {
		s := templates.StepView{Wire: fmt.Sprintf("%02x", f.Payload[i]), Key: fmt.Sprintf("%02x", f.Key[i%4]),
			Plain: fmt.Sprintf("%02x", f.Plain[i])}
		if c := rune(f.Plain[i]); c < utf8.RuneSelf && unicode.IsPrint(c) && f.Text() {
			s.Char = string(c)
		}
		v.Steps = append(v.Steps, s)
	}
	if hidden := f.Length - uint64(len(v.Steps)); hidden > 0 {
		v.More = Grouped(hidden)
	}
	return v
}

// bitXORView draws the XOR of the first payload byte.
func bitXORView(f *inspector.Frame, source string) templates.BitXORView {
	row := func(class, name string, b byte) templates.BitRowView {
		digits := strings.Split(fmt.Sprintf("%08b", b), "")
		return templates.BitRowView{Class: class, Name: name, Hex: fmt.Sprintf("%02x", b), Bits: digits}
	}
	last := row("plain", "= unmasked", f.Plain[0])
	if c := rune(f.Plain[0]); c < utf8.RuneSelf && unicode.IsPrint(c) && f.Text() {
		last.Char = string(c)
	}
	return templates.BitXORView{Source: source, Rows: []templates.BitRowView{
		row("wire", "on the wire", f.Payload[0]), row("key", "⊕ masking key", f.Key[0]), last}}
}

// dumpView writes e's bytes as hex and as text, a few a line, each in the colour of its part.
func dumpView(e *inspector.Event, source string) templates.DumpView {
	const width = 8 // so that it fits beside a panel, and on a telephone
	v := templates.DumpView{Title: capital(inspector.Summary(e)), Source: source}
	f := e.Frame
	for at := 0; at < len(e.Bytes); at += width {
		line := templates.DumpLineView{Offset: fmt.Sprintf("%04x", at)}
		for i := at; i < min(at+width, len(e.Bytes)); i++ {
			b := templates.DumpByteView{Class: "ctl", Hex: fmt.Sprintf("%02x", e.Bytes[i]), Char: "·"}
			switch {
			case i >= f.Size:
				b.Class = "pay"
			case f.Masked && i >= f.Size-len(f.Key):
				b.Class = "key"
			case i > 0:
				b.Class = "len"
			}
			if c := rune(e.Bytes[i]); c < utf8.RuneSelf && unicode.IsPrint(c) {
				b.Char = string(c)
			}
			line.Bytes = append(line.Bytes, b)
		}
		v.Lines = append(v.Lines, line)
	}
	return v
}

// shownPayload is a frame's payload for a list: its text, or its first bytes.
func shownPayload(f *inspector.Frame) string {
	if f.Close != nil {
		return f.Close.Code.String()
	}
	const most = 2 // of binary; the header beside it is what a row is about
	if f.Text() || f.Opcode == inspector.OpPing || f.Opcode == inspector.OpPong {
		return string(f.Plain)
	}
	if len(f.Plain) > most {
		return fmt.Sprintf("% x …", f.Plain[:most])
	}
	return fmt.Sprintf("% x", f.Plain)
}

func headerBytes(f *inspector.Frame) string { return fmt.Sprintf("% x", f.Raw) }

func capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}
