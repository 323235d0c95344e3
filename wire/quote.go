package wire

// The small pieces of JSON, appended by hand: strings, hex, fields, violations.

import (
	"bytes"
	"encoding/json"
	"strconv"
	"unicode/utf8"

	"wireup/inspector"
)

// Marshal is v as JSON. It leaves <, > and & as they are, which people read in terminals: no JSON goes into
// HTML but the import map, which is made elsewhere.
func Marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

const hexDigits = "0123456789abcdef"

// appendString appends s as a JSON string. s may come from the wire: what is not UTF-8 becomes
// U+FFFD, one for each byte, and control characters are escaped.
func appendString[T ~string | ~[]byte](b []byte, s T) []byte {
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c >= 0x20 && c != '"' && c != '\\' && c != 0x7F {
				i++
				continue
			}
			b = append(b, s[start:i]...)
			b = appendEscape(b, c)
			i++
			start = i
			continue
		}
		// A copy of at most one character: a slice of T can't be decoded in place.
		var char [utf8.UTFMax]byte
		r, n := utf8.DecodeRune(char[:copy(char[:], s[i:])])
		if r == utf8.RuneError && n == 1 {
			b = append(b, s[start:i]...)
			b = append(b, "\uFFFD"...)
			i++
			start = i
			continue
		}
		i += n
	}
	b = append(b, s[start:]...)
	return append(b, '"')
}

// appendEscape appends the escape of an ASCII character that can't stand as it is.
func appendEscape(b []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(b, '\\', c)
	case '\n':
		return append(b, '\\', 'n')
	case '\r':
		return append(b, '\\', 'r')
	case '\t':
		return append(b, '\\', 't')
	}
	return append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&0xF])
}

// appendHex appends p as a JSON string of lower-case hex.
func appendHex(b, p []byte) []byte {
	b = append(b, '"')
	for _, c := range p {
		b = append(b, hexDigits[c>>4], hexDigits[c&0xF])
	}
	return append(b, '"')
}

// appendFields appends the fields of a dissection as a JSON array.
func appendFields(b []byte, fields []inspector.Field) []byte {
	b = append(b, '[')
	for i := range fields {
		f := &fields[i]
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"name":`...)
		b = appendString(b, f.Name)
		b = append(b, `,"bit":`...)
		b = strconv.AppendInt(b, int64(f.Bit), 10)
		b = append(b, `,"bits":`...)
		b = strconv.AppendInt(b, int64(f.Bits), 10)
		b = append(b, `,"value":`...)
		b = appendString(b, f.Value)
		b = append(b, `,"meaning":`...)
		b = appendString(b, f.Meaning)
		b = append(b, `,"ref":`...)
		b = appendString(b, f.Ref)
		b = append(b, '}')
	}
	return append(b, ']')
}

// appendViolations appends v as a JSON array.
func appendViolations(b []byte, v []inspector.Violation) []byte {
	b = append(b, '[')
	for i := range v {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"rule":`...)
		b = appendString(b, v[i].Rule.ID)
		b = append(b, `,"ref":`...)
		b = appendString(b, v[i].Rule.Ref)
		b = append(b, `,"text":`...)
		b = appendString(b, v[i].Rule.Text)
		b = append(b, `,"detail":`...)
		b = appendString(b, v[i].Detail)
		b = append(b, `,"offset":`...)
		b = strconv.AppendUint(b, v[i].Offset, 10)
		b = append(b, '}')
	}
	return append(b, ']')
}

// appendCloseBody appends what a close frame says as a JSON object.
func appendCloseBody(b []byte, c *inspector.CloseBody) []byte {
	b = append(b, `{"code":`...)
	b = strconv.AppendUint(b, uint64(c.Code), 10)
	b = append(b, `,"name":`...)
	b = appendString(b, c.Code.Name())
	b = append(b, `,"reason":`...)
	b = appendString(b, c.Reason)
	return append(b, '}')
}
