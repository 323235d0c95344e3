package capture

// A recording in words, and as text: a line an event.

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"io"
	"strconv"
	"strings"

	"wireup/inspector"
)

// Words says what the recording is, as sentences.
func (r *Recording) Words() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s of %d %s with %s that carried bytes.", strings.ToUpper(r.Form[:1])+r.Form[1:], r.Packets, r.Unit(r.Packets), plural(len(r.Conns), "connection"))
	if r.rebuilt {
		b.WriteString(" A HAR doesn't say which requests shared a connection: each stands on one of its own.")
	}
	for i := range r.Conns {
		if r.Conns[i].Joined {
			b.WriteString(" It begins in the middle of a connection, which is read from the first sure boundary on.")
			break
		}
	}
	for _, note := range r.Notes {
		b.WriteString(" " + note)
	}
	if r.Broken != "" {
		b.WriteString(" " + r.Broken)
	}
	return b.String()
}

// Unit is what n Packets are called.
func (r *Recording) Unit(n int) string {
	switch {
	case n == 1:
		return r.unit
	case r.unit == "packet":
		return "packets"
	}
	return "entries"
}

func plural(n int, unit string) string {
	if n == 1 {
		return "one " + unit
	}
	return fmt.Sprintf("%d %ss", n, unit)
}

// WriteText writes each event as a line, with what it breaks and a part of what it carries.
func (r *Recording) WriteText(out io.Writer, o Options) error {
	w := bufio.NewWriterSize(out, 64<<10)
	for i := range r.Conns {
		fmt.Fprintf(w, "connection %d: %s\n", i+1, r.Conns[i].String())
	}
	var line []byte
	r.Play(o, func(e *Told) {
		line = AppendLine(line[:0], e)
		_, _ = w.Write(line) // Flush returns what went wrong
	})
	fmt.Fprintln(w, r.Words())
	return w.Flush()
}

// shownText is how many characters of a payload stand in a line.
const shownText = 60

// AppendLine appends an event as a line: packet, seconds, connection, direction, what it is, and the
// text or the first bytes that it carries.
func AppendLine(b []byte, e *Told) []byte {
	arrow := "↑"
	if e.Direction == inspector.Down {
		arrow = "↓"
	}
	b = fmt.Appendf(b, "%6d %10.6f  %d %s  %s", e.Packet, e.At.Seconds(), e.Conn, arrow, inspector.Summary(e.Event))
	if f := e.Frame; f != nil && len(f.Plain) > 0 && f.Close == nil {
		b = appendPayload(append(b, "  "...), f)
	}
	b = append(b, '\n')
	if e.Note != "" {
		b = append(append(append(b, "       "...), inspector.Visible(e.Note)...), '\n')
	}
	for _, v := range e.Violations {
		b = fmt.Appendf(b, "       breaks a rule at byte %d: %s\n", v.Offset, inspector.Visible(v.String()))
	}
	return b
}

// AppendFields appends a frame's header as a line with tabs: packet, FIN, RSV, opcode, MASK, masking
// key in hex, payload length.
func AppendFields(b []byte, e *Told) []byte {
	f := e.Frame
	bit := func(set bool) byte {
		if set {
			return '1'
		}
		return '0'
	}
	b = append(strconv.AppendInt(b, int64(e.Packet), 10), '\t', bit(f.Fin), '\t')
	b = append(strconv.AppendUint(b, uint64(f.RSV), 10), '\t')
	b = append(strconv.AppendUint(b, uint64(f.Opcode), 10), '\t', bit(f.Masked), '\t')
	if f.Masked {
		b = hex.AppendEncode(b, f.Key[:])
	}
	return append(strconv.AppendUint(append(b, '\t'), f.Length, 10), '\n')
}

func appendPayload(b []byte, f *inspector.Frame) []byte {
	plain, text := f.Plain, f.Text() || f.Opcode == inspector.OpPing || f.Opcode == inspector.OpPong
	if f.Inflated != nil && f.Inflated.Err == "" {
		plain, text = f.Inflated.Bytes, f.MessageType == inspector.OpText
	}
	more := ""
	if len(plain) > shownText {
		plain, more = plain[:shownText], "…"
	}
	if text {
		return append(fmt.Appendf(b, "%q", strings.ToValidUTF8(string(plain), "\uFFFD")), more...)
	}
	return append(fmt.Appendf(b, "%x", plain), more...)
}
