package inspector

// The head of an HTTP/1.1 message, as spans into its own bytes (RFC 9112 §2 to §6).

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// ErrNotHTTP is returned for bytes that are no HTTP/1.x head.
var ErrNotHTTP = errors.New("not an HTTP/1.x start line (RFC 9112 §2.1)")

// Span is a range of bytes: from Start up to, not including, End.
type Span struct{ Start, End int }

// Len is how many bytes the span covers.
func (s Span) Len() int { return s.End - s.Start }

// Of returns the bytes of b that s covers.
func (s Span) Of(b []byte) []byte { return b[s.Start:s.End:s.End] }

// Head is a request's or a response's head, up to and with its blank line.
type Head struct {
	Raw     []byte // all of its bytes
	Request bool

	Line           Span // the start line, without its line ending
	Method, Target Span // of a request
	Status, Reason Span // of a response
	Version        Span
	Code           int // the status as a number
	Fields         []HeadField
}

// HeadField is one header field.
type HeadField struct {
	Line  Span // the whole line, without its line ending
	Name  Span // empty for a line without a colon
	Value Span // without the white space around it
}

// ParseHead decodes the head at the front of b and returns how many bytes it took, with the
// rules that it breaks. A return of n == 0 and no error means that b ends too early. It fails
// with ErrNotHTTP, wrapped, as soon as b can't become a head of the kind asked for. The head's
// Raw aliases b.
func ParseHead(b []byte, request bool) (h Head, n int, broken []Violation, err error) {
	err = h.parse(b, request, &broken)
	if err == errShort {
		return Head{}, 0, nil, nil
	}
	if err != nil {
		return Head{}, 0, nil, err
	}
	return h, len(h.Raw), broken, nil
}

var errShort = errors.New("head is not whole yet")

// parse fills h from the front of b, reusing h.Fields.
func (h *Head) parse(b []byte, request bool, broken *[]Violation) error {
	*h = Head{Request: request, Fields: h.Fields[:0]}
	start := 0
	for start < len(b) && (b[start] == '\r' || b[start] == '\n') {
		start++ // a server skips empty lines before a request (RFC 9112 §2.2)
	}
	line, next, whole := lineAt(b, start)
	if err := h.startLine(b, line, whole); err != nil {
		return err
	}
	if !whole {
		return errShort
	}
	h.endOfLine(b, line, next, broken)
	for {
		at := next
		line, next, whole = lineAt(b, at)
		if !whole {
			return errShort
		}
		h.endOfLine(b, line, next, broken)
		if line.Len() == 0 {
			break
		}
		h.field(b, line, broken)
	}
	h.Raw = b[:next:next]
	if request {
		h.checkHost(broken)
	}
	return nil
}

// lineAt returns the line that begins at at, where the next begins, and whether its end has come.
func lineAt(b []byte, at int) (line Span, next int, whole bool) {
	i := bytes.IndexByte(b[at:], '\n')
	if i < 0 {
		return Span{at, len(b)}, len(b), false
	}
	end := at + i
	next = end + 1
	if end > at && b[end-1] == '\r' {
		end--
	}
	return Span{at, end}, next, true
}

func (h *Head) endOfLine(b []byte, line Span, next int, broken *[]Violation) {
	if next-line.End == 1 {
		*broken = append(*broken, Violation{RuleBareLF, uint64(line.End), "A line ends in LF alone."})
	}
}

// startLine cuts the first line. An unfinished one is only checked as far as it goes.
func (h *Head) startLine(b []byte, line Span, whole bool) error {
	text := line.Of(b)
	if !whole {
		if h.Request && !requestPrefix(text) || !h.Request && !statusPrefix(text) {
			return fmt.Errorf("head: %q: %w", preview(text), ErrNotHTTP)
		}
		return nil
	}
	h.Line = line
	ok := false
	if h.Request {
		ok = h.requestLine(b)
	} else {
		ok = h.statusLine(b)
	}
	if !ok {
		return fmt.Errorf("head: %q: %w", preview(text), ErrNotHTTP)
	}
	return nil
}

func (h *Head) requestLine(b []byte) bool {
	line := h.Line.Of(b)
	first, last := bytes.IndexByte(line, ' '), bytes.LastIndexByte(line, ' ')
	if first < 1 || last <= first+1 {
		return false
	}
	at := h.Line.Start
	h.Method = Span{at, at + first}
	h.Target = Span{at + first + 1, at + last}
	h.Version = Span{at + last + 1, h.Line.End}
	for _, c := range h.Method.Of(b) {
		if !tokenByte(c) {
			return false
		}
	}
	return bytes.IndexByte(h.Target.Of(b), ' ') < 0 && httpVersion(h.Version.Of(b))
}

func (h *Head) statusLine(b []byte) bool {
	line := h.Line.Of(b)
	if len(line) < 12 || !httpVersion(line[:8]) || line[8] != ' ' || len(line) > 12 && line[12] != ' ' {
		return false
	}
	for _, c := range line[9:12] {
		if c < '0' || c > '9' {
			return false
		}
		h.Code = h.Code*10 + int(c-'0')
	}
	at := h.Line.Start
	h.Version = Span{at, at + 8}
	h.Status = Span{at + 9, at + 12}
	h.Reason = Span{min(at+13, h.Line.End), h.Line.End}
	return true
}

func (h *Head) field(b []byte, line Span, broken *[]Violation) {
	text := line.Of(b)
	f := HeadField{Line: line, Name: Span{line.Start, line.Start}, Value: line}
	switch colon := bytes.IndexByte(text, ':'); {
	case text[0] == ' ' || text[0] == '\t':
		*broken = append(*broken, Violation{RuleObsoleteFold, uint64(line.Start), "A field goes on in a second line."})
	case colon < 1:
		*broken = append(*broken, Violation{RuleFieldName, uint64(line.Start), "A line of the head has no name before a colon."})
	default:
		f.Name = Span{line.Start, line.Start + colon}
		f.Value = trim(b, Span{f.Name.End + 1, line.End})
		for i, c := range f.Name.Of(b) {
			if !tokenByte(c) {
				*broken = append(*broken, Violation{RuleFieldName, uint64(line.Start + i),
					fmt.Sprintf("Byte 0x%02x stands in a field name.", c)})
				break
			}
		}
	}
	h.Fields = append(h.Fields, f)
	h.Raw = b // Get looks here while the head is being read
}

func (h *Head) checkHost(broken *[]Violation) {
	hosts := 0
	for _, f := range h.Fields {
		if foldEqual(f.Name.Of(h.Raw), "host") {
			hosts++
		}
	}
	if hosts != 1 && string(h.Version.Of(h.Raw)) == "HTTP/1.1" {
		*broken = append(*broken, Violation{RuleNoHost, uint64(h.Line.Start),
			fmt.Sprintf("The request carries %d Host fields.", hosts)})
	}
}

// Get returns the value of the field name, its values joined with a comma when there are
// several, and whether there is one. Names are compared without regard to case.
func (h *Head) Get(name string) (value string, ok bool) {
	for _, f := range h.Fields {
		if !foldEqual(f.Name.Of(h.Raw), name) {
			continue
		}
		if v := string(f.Value.Of(h.Raw)); ok {
			value += ", " + v
		} else {
			value, ok = v, true
		}
	}
	return value, ok
}

// hasToken reports whether the list in field name holds token, without regard to case.
func (h *Head) hasToken(name, token string) bool {
	list, _ := h.Get(name)
	for list != "" {
		var one string
		one, list, _ = strings.Cut(list, ",")
		if strings.EqualFold(strings.TrimSpace(one), token) {
			return true
		}
	}
	return false
}

// codingIn10 reports whether an HTTP/1.0 message names a transfer coding, which it can't have.
func (h *Head) codingIn10() bool {
	_, coded := h.Get("Transfer-Encoding")
	return coded && string(h.Version.Of(h.Raw)) == "HTTP/1.0"
}

// bodyFraming says how the body behind h is delimited, and how long it is when its length is
// told (RFC 9112 §6.3). method is that of the request that a response answers.
func (h *Head) bodyFraming(method string) (f BodyFraming, length uint64, err error) {
	if !h.Request && (h.Code < 200 || h.Code == 204 || h.Code == 304 || method == "HEAD") {
		return BodyNone, 0, nil
	}
	coding, hasCoding := h.Get("Transfer-Encoding")
	if h.codingIn10() {
		hasCoding = false // as Go's net/http and most others read it
	}
	said, hasLength := h.Get("Content-Length")
	switch {
	case hasCoding:
		last := coding[strings.LastIndexByte(coding, ',')+1:]
		if strings.EqualFold(strings.TrimSpace(last), "chunked") {
			return BodyChunked, 0, nil
		}
		if h.Request {
			return BodyNone, 0, fmt.Errorf("transfer coding %q of a request does not end in chunked", coding)
		}
		return BodyUntilClose, 0, nil
	case hasLength:
		first, rest, _ := strings.Cut(said, ",")
		for rest != "" {
			var again string
			again, rest, _ = strings.Cut(rest, ",")
			if strings.TrimSpace(again) != strings.TrimSpace(first) {
				return BodyNone, 0, fmt.Errorf("Content-Length says both %s and %s", first, strings.TrimSpace(again))
			}
		}
		length, err = strconv.ParseUint(strings.TrimSpace(first), 10, 63)
		if err != nil {
			return BodyNone, 0, fmt.Errorf("Content-Length %q is no length", said)
		}
		if length == 0 {
			return BodyNone, 0, nil
		}
		return BodyLength, length, nil
	case h.Request:
		return BodyNone, 0, nil
	}
	return BodyUntilClose, 0, nil
}

// requestPrefix reports whether an unfinished line can become a request line.
func requestPrefix(b []byte) bool {
	for _, c := range b {
		if c == ' ' {
			return true
		}
		if !tokenByte(c) {
			return false
		}
	}
	return true
}

// statusPrefix reports whether an unfinished line can become a status line.
func statusPrefix(b []byte) bool {
	const start = "HTTP/1."
	n := min(len(b), len(start))
	return string(b[:n]) == start[:n]
}

// httpVersion reports whether b is the version of an HTTP/1.x message.
func httpVersion(b []byte) bool {
	return len(b) == 8 && string(b[:7]) == "HTTP/1." && b[7] >= '0' && b[7] <= '9'
}

func trim(b []byte, s Span) Span {
	for s.Start < s.End && (b[s.Start] == ' ' || b[s.Start] == '\t') {
		s.Start++
	}
	for s.End > s.Start && (b[s.End-1] == ' ' || b[s.End-1] == '\t') {
		s.End--
	}
	return s
}

// foldEqual compares a field name with a name known to be ASCII.
func foldEqual(b []byte, name string) bool {
	return len(b) == len(name) && strings.EqualFold(string(b), name)
}

// preview is the front of b, for an error text.
func preview(b []byte) []byte { return b[:min(len(b), 40)] }
