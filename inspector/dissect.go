package inspector

// Dissection: the kept bytes of any event, cut into named fields.

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Dissect covers every kept byte of e once, in order. What was not kept (see Event.Truncated) has no
// field. Values are readable text, and need escaping like any other bytes from the wire.
func Dissect(e *Event) []Field {
	c := cutter{b: e.Bytes}
	switch e.Kind {
	case KindRequest:
		c.request(e.Head)
	case KindResponse:
		c.response(e.Head)
	case KindBody:
		c.body(e.Body)
	case KindFrame:
		c.frame(e.Frame)
	case KindBytes:
		c.rest("bytes", "no protocol explains them", "")
	}
	return c.fields
}

// cutter cuts bytes into fields from the front.
type cutter struct {
	b      []byte
	at     int
	fields []Field
}

// to cuts everything up to end as one field; nothing if it has been cut already.
func (c *cutter) to(end int, name, meaning, ref string) {
	end = min(end, len(c.b))
	if end <= c.at {
		return
	}
	c.fields = append(c.fields, Field{name, c.at * 8, (end - c.at) * 8, readable(c.b[c.at:end]), meaning, ref})
	c.at = end
}

func (c *cutter) rest(name, meaning, ref string) { c.to(len(c.b), name, meaning, ref) }

func (c *cutter) request(h *Head) {
	c.to(h.Line.Start, "empty line", "skipped before a request", "RFC 9112 §2.2")
	c.to(h.Method.End, "method", methodMeaning(string(h.Method.Of(h.Raw))), "RFC 9110 §9")
	c.to(h.Target.Start, "space", "", "RFC 9112 §3")
	c.to(h.Target.End, "target", "what is asked for: path and query", "RFC 9112 §3.2")
	c.to(h.Version.Start, "space", "", "RFC 9112 §3")
	c.to(h.Version.End, "version", "the HTTP version of this message", "RFC 9112 §2.3")
	c.headerFields(h)
}

func (c *cutter) response(h *Head) {
	c.to(h.Line.Start, "empty line", "", "RFC 9112 §2.2")
	c.to(h.Version.End, "version", "the HTTP version of this message", "RFC 9112 §2.3")
	c.to(h.Status.Start, "space", "", "RFC 9112 §4")
	meaning, ref := status(h.Code)
	c.to(h.Status.End, "status code", meaning, ref)
	c.to(h.Reason.Start, "space", "", "RFC 9112 §4")
	c.to(h.Reason.End, "reason phrase", "for people; programs ignore it", "RFC 9112 §4")
	c.headerFields(h)
}

func (c *cutter) headerFields(h *Head) {
	for _, f := range h.Fields {
		c.to(f.Line.Start, "line end", "", "RFC 9112 §2.2")
		known := knownFields[strings.ToLower(string(f.Name.Of(h.Raw)))]
		if known.ref == "" {
			known.ref = "RFC 9110 §5"
		}
		c.to(f.Name.End, "field name", known.meaning, known.ref)
		c.to(f.Value.Start, "colon", "", "RFC 9112 §5")
		c.to(f.Value.End, "field value", "", known.ref)
		c.to(f.Line.End, "white space", "belongs to no value", "RFC 9112 §5.1")
	}
	blank := len(h.Raw) - 1
	if blank > 0 && h.Raw[blank-1] == '\r' {
		blank--
	}
	c.to(blank, "line end", "", "RFC 9112 §2.2")
	c.to(len(h.Raw), "blank line", "the head ends here", "RFC 9112 §2.1")
}

func (c *cutter) body(b *Body) {
	if b.Framing != BodyChunked {
		c.rest("body", "the content of the message", "RFC 9112 §6")
		return
	}
	line := bytes.IndexByte(c.b, '\n')
	if line < 0 {
		c.rest("chunk size", "unfinished", "RFC 9112 §7.1")
		return
	}
	size := line
	if size > 0 && c.b[size-1] == '\r' {
		size--
	}
	digits := 0
	for digits < size {
		if _, ok := hexDigit(c.b[digits]); !ok {
			break
		}
		digits++
	}
	meaning := "no data follows: the body ends"
	if n, err := strconv.ParseUint(string(c.b[:digits]), 16, 64); err == nil && n > 0 {
		meaning = fmt.Sprintf("hexadecimal: %s of data follow", count(n, "byte"))
	}
	c.to(digits, "chunk size", meaning, "RFC 9112 §7.1")
	c.to(size, "chunk extension", "", "RFC 9112 §7.1.1")
	c.to(line+1, "line end", "", "RFC 9112 §7.1")
	if !b.Last {
		c.to(b.Data.End, "chunk data", "content of the message", "RFC 9112 §7.1")
		c.rest("line end", "", "RFC 9112 §7.1")
		return
	}
	if i := bytes.LastIndex(bytes.TrimRight(c.b, "\r\n"), []byte("\n")); i > line {
		c.to(len(bytes.TrimRight(c.b, "\r\n")), "trailer section", "fields that came after the content", "RFC 9112 §7.1.2")
		c.rest("blank line", "the body ends here", "RFC 9112 §7.1")
		return
	}
	c.rest("blank line", "the body ends here", "RFC 9112 §7.1")
}

func (c *cutter) frame(f *Frame) {
	c.fields = HeaderFields(f.Header)
	c.at = f.Size
	payload := func(end int, name, value, meaning, ref string) {
		if end > c.at {
			c.fields = append(c.fields, Field{name, c.at * 8, (end - c.at) * 8, value, meaning, ref})
			c.at = end
		}
	}
	if f.Opcode == OpClose && len(f.Plain) >= 2 {
		body, _ := ParseCloseBody(f.Plain)
		payload(f.Size+2, "status code", strconv.Itoa(int(body.Code)), body.Code.Name(), "RFC 6455 §7.4")
		payload(len(c.b), "reason", readable([]byte(body.Reason)), "for people and logs, in UTF-8", "RFC 6455 §5.5.1")
		return
	}
	meaning := "as it stands on the wire"
	if f.Masked {
		meaning = "unmasked; on the wire each byte is XORed with the key"
	}
	if f.Compressed && !f.Opcode.Control() {
		meaning += "; compressed"
	}
	payload(len(c.b), FieldPayload, readable(f.Plain), meaning, "RFC 6455 §5.2")
}

// readable writes bytes as text if they are text, and else as hex.
func readable(b []byte) string {
	const most = 120
	cut := ""
	if len(b) > most {
		b, cut = b[:most], "…"
		for i := 0; i < utf8.UTFMax-1 && len(b) > 0 && !utf8.RuneStart(b[len(b)-1]); i++ {
			b = b[:len(b)-1]
		}
		if len(b) > 0 && b[len(b)-1] >= utf8.RuneSelf {
			b = b[:len(b)-1]
		}
	}
	if !utf8.Valid(b) {
		return fmt.Sprintf("% x", b) + cut
	}
	return Visible(controls.Replace(string(b))) + cut
}

// Visible escapes what can't be seen, and what a terminal would obey.
func Visible(s string) string {
	const joiner = '\u200d' // makes one picture of several
	hidden := func(c rune) bool { return !strconv.IsPrint(c) && c != joiner }
	if !strings.ContainsFunc(s, hidden) {
		return s
	}
	var out strings.Builder
	for _, c := range s {
		if hidden(c) {
			quoted := strconv.QuoteRune(c)
			out.WriteString(quoted[1 : len(quoted)-1])
		} else {
			out.WriteRune(c)
		}
	}
	return out.String()
}

// controls names the control characters that heads and lines are made of.
var controls = strings.NewReplacer("\r", "CR ", "\n", "LF ", "\t", "TAB ")

func methodMeaning(m string) string {
	switch m {
	case "GET":
		return "asks for a representation of the target"
	case "HEAD":
		return "as GET, but for the head only"
	case "POST":
		return "hands the content to the target to work on"
	case "PUT":
		return "makes the content the target's new state"
	case "DELETE":
		return "asks to remove the target"
	case "OPTIONS":
		return "asks what may be done"
	case "CONNECT":
		return "asks for a tunnel"
	}
	return ""
}
