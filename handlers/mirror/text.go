package mirror

// The breakdown for a terminal: pictures, a line a field, and the payload in hex.

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"wireup/inspector"
	"wireup/wire"
)

// textWidth is how many columns the text takes at most.
const textWidth = 76

// The columns of a field's line, with a space between each two.
const (
	nameWidth  = 14
	valueWidth = 8
	refWidth   = 15
	meansWidth = textWidth - nameWidth - valueWidth - refWidth - 3
)

// appendText appends the breakdown as text.
func (rep *report) appendText(b []byte) []byte {
	b = append(b, rep.title()...)
	b = append(b, '\n')
	for i := range rep.received {
		r := &rep.received[i]
		b = appendFrameText(b, "received", r.view(), len(rep.received)+rep.omitted, r.violations)
	}
	for i := range rep.mirrors() {
		of := len(rep.mirrored)
		if !rep.library {
			of = len(rep.received) + rep.omitted
		}
		b = appendFrameText(b, "mirrored", rep.mirrorAt(i), of, nil)
	}
	if rep.omitted > 0 {
		b = append(b, '\n')
		b = appendFolded(b, fmt.Sprintf("%d more frames of this message came; the first %d are shown.", rep.omitted, maxFrames), "")
	}
	b = rep.appendControlText(b)
	return b[:len(b)-1] // without the last line's end: a client writes its own
}

// title says what the message was.
func (rep *report) title() string {
	n := len(rep.received) + rep.omitted
	var kind inspector.Opcode
	var size uint64
	for i := range rep.received {
		kind = rep.received[i].frame.MessageType
		size += rep.received[i].frame.Received
	}
	if rep.omitted > 0 {
		return fmt.Sprintf("message %d: %s, %s", rep.message, kind, count(n, "frame"))
	}
	return fmt.Sprintf("message %d: %s, %s, %s", rep.message, kind, count(n, "frame"), count(int(size), "byte"))
}

// appendFrameText appends all that is to be said of a data frame.
func appendFrameText(b []byte, way string, f *inspector.Frame, of int, v []inspector.Violation) []byte {
	title := way
	if of > 1 {
		title += fmt.Sprintf(", frame %d of %d", f.Part, of)
	}
	b = append(b, '\n')
	b = appendHeading(b, title+": "+f.Opcode.Type()+" frame")
	b = fmt.Appendf(b, "%s on the wire: %d of header, %d of payload\n\n", count(f.Size+int(f.Received), "byte"), f.Size, f.Received)
	b = appendPicture(b, f)
	b = append(b, '\n')
	for _, field := range inspector.HeaderFields(f.Header) {
		b = appendField(b, field)
	}
	b = appendPayload(b, f)
	if f.Inflated != nil {
		b = appendInflatedText(b, f.Inflated)
	}
	return appendViolations(b, v)
}

// appendHeading appends a title on a line that is filled up.
func appendHeading(b []byte, title string) []byte {
	b = append(b, title...)
	b = append(b, ' ')
	for n := textWidth - columns(title) - 1; n > 0; n-- {
		b = append(b, '=')
	}
	return append(b, '\n')
}

// appendField appends the line of a field: name, value, meaning, section. Long ones go on below.
func appendField(b []byte, f inspector.Field) []byte {
	names, means := fold(f.Name, nameWidth), fold(f.Meaning, meansWidth)
	for y := range max(len(names), len(means)) {
		var name, value, mean, ref string
		if y < len(names) {
			name = names[y]
		}
		if y < len(means) {
			mean = means[y]
		}
		if y == 0 {
			value, ref = f.Value, f.Ref
			if columns(value) > valueWidth {
				means = append([]string{""}, means...)
				mean = ""
			}
		}
		line := pad(pad(pad(name, nameWidth+1)+value, nameWidth+valueWidth+2)+mean, textWidth-refWidth)
		b = append(b, strings.TrimRight(line+ref, " ")...)
		b = append(b, '\n')
	}
	return b
}

// walk is how many payload bytes are unmasked step by step.
const walk = 16

// appendPayload appends the payload as it came, how its mask comes off, and what is below.
func appendPayload(b []byte, f *inspector.Frame) []byte {
	if f.Received == 0 {
		return b
	}
	b = append(b, '\n')
	b = appendHexDump(b, "payload", f.Payload, f.Received)
	if !f.Masked {
		return b
	}
	n := min(len(f.Plain), walk)
	b = append(b, "\nunmasked: byte i XOR key byte i mod 4 (RFC 6455 §5.3)\n"...)
	var key [walk]byte
	for i := range key {
		key[i] = f.Key[i%4]
	}
	for _, line := range []struct {
		name  string
		bytes []byte
	}{{"masked", f.Payload[:n]}, {"key", key[:n]}, {"plain", f.Plain[:n]}} {
		b = append(b, pad("  "+line.name, 10)...)
		b = fmt.Appendf(b, "% x\n", line.bytes)
	}
	b = append(b, pad("", 10)...)
	for _, c := range f.Plain[:n] {
		b = append(b, ' ', printable(c), ' ')
	}
	b = append(trimRight(b), '\n')
	if len(f.Plain) > walk {
		b = append(b, '\n')
		b = appendHexDump(b, "unmasked", f.Plain, f.Received)
	}
	return b
}

// appendHexDump appends the front of a payload, 16 bytes a line.
func appendHexDump(b []byte, name string, p []byte, size uint64) []byte {
	b = append(b, name...)
	if size > uint64(len(p)) {
		b = fmt.Appendf(b, ", the first %d of %d bytes", len(p), size)
	}
	b = append(b, '\n')
	for at := 0; at < len(p); at += 16 {
		line := p[at:min(at+16, len(p))]
		b = fmt.Appendf(b, "  %04x  %-47s  |", at, fmt.Sprintf("% x", line))
		for _, c := range line {
			b = append(b, printable(c))
		}
		b = append(b, "|\n"...)
	}
	return b
}

func appendInflatedText(b []byte, i *inspector.Inflated) []byte {
	b = fmt.Appendf(b, "\ninflated (RFC 7692 §7.2.2): %s were %s\n", count(int(i.Compressed), "byte"), count(int(i.Size), "byte"))
	return appendHexDump(b, "plain", i.Bytes, i.Size)
}

func appendViolations(b []byte, v []inspector.Violation) []byte {
	for i := range v {
		b = append(b, '\n')
		b = appendFolded(b, "violation: "+v[i].String(), "  ")
	}
	return b
}

// appendControlText appends the control frames since the last breakdown, a few lines each.
func (rep *report) appendControlText(b []byte) []byte {
	if len(rep.control) == 0 {
		return b
	}
	b = append(b, '\n')
	b = appendHeading(b, "control frames since the last breakdown")
	for i := range rep.control {
		r := &rep.control[i]
		f := r.view()
		way := "received"
		if r.direction == inspector.Down {
			way = "sent"
		}
		line := fmt.Sprintf("%s %s, %s of payload", way, f.Opcode.Type(), count(int(f.Received), "byte"))
		if f.RTT > 0 {
			line += ", " + string(appendMillis(nil, f.RTT)) + " ms after its ping"
		}
		b = append(b, line...)
		b = append(b, '\n')
		all := append(append(make([]byte, 0, inspector.MaxHeaderSize+wire.FramePreview), f.Raw...), f.Payload...)
		for at := 0; at < len(all); at += 16 {
			b = fmt.Appendf(b, "  %s\n", spaced(all[at:min(at+16, len(all))]))
		}
		if text := visible(f.Plain); text != "" {
			b = fmt.Appendf(b, "  text: %s\n", text)
		}
		b = appendViolations(b, r.violations)
	}
	if rep.omittedControl > 0 {
		b = fmt.Appendf(b, "and %s more\n", count(rep.omittedControl, "control frame"))
	}
	return b
}

func spaced(p []byte) string {
	var s strings.Builder
	for i := range p {
		if i > 0 {
			s.WriteByte(' ')
		}
		s.WriteString(hex.EncodeToString(p[i : i+1]))
	}
	return s.String()
}

// visible is p as text if a terminal can show all of it.
func visible(p []byte) string {
	if !utf8.Valid(p) {
		return ""
	}
	s := string(p)
	for _, r := range s {
		if !unicode.IsPrint(r) {
			return ""
		}
	}
	return s
}

// printable is c if it stands for itself in ASCII, and a dot otherwise: nothing that came from
// the wire may steer a terminal.
func printable(c byte) byte {
	if c >= 0x20 && c < 0x7F {
		return c
	}
	return '.'
}

// appendFolded appends a sentence, folded, each line behind indent.
func appendFolded(b []byte, s, indent string) []byte {
	for _, line := range fold(s, textWidth-len(indent)) {
		b = append(append(append(b, indent...), line...), '\n')
	}
	return b
}

// count writes a number with its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

func columns(s string) int { return utf8.RuneCountInString(s) }

// pad fills s up to n columns.
func pad(s string, n int) string { return s + strings.Repeat(" ", max(n-columns(s), 0)) }

func trimRight(b []byte) []byte {
	for len(b) > 0 && b[len(b)-1] == ' ' {
		b = b[:len(b)-1]
	}
	return b
}
