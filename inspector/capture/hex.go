package capture

// Hex as people paste it, turned into bytes that remember where they stood.

import (
	"fmt"
	"sort"
	"strings"
	"time"
	"unicode/utf8"

	"wireup/inspector"
)

// Piece is bytes that stand together in a text, and crossed in one direction.
type Piece struct {
	Direction inspector.Direction // meaningful only if Marked
	Marked    bool                // the text says the direction
	At        time.Duration       // since the recording began; 0 if the text doesn't say
	Bytes     []byte
	spots     []spot
}

// spot is where a byte stands in the text: from, and to the offset behind it.
type spot struct{ from, to int32 }

// Place is a part of a text. Lines and columns count from 1, columns in characters; the end is the
// place behind the last character.
type Place struct{ Line, Column, EndLine, EndColumn int }

// Hex is a text that has been read.
type Hex struct {
	Pieces []Piece
	Form   string // what it was taken for, such as "a dump with offsets"
	Size   int    // bytes in all pieces
	text   string
	lines  []int // where each line begins
}

// HexError is a text that is no hex, with the place that is wrong.
type HexError struct {
	Line, Column int    // in characters, from 1
	Length       int    // characters that are wrong, at least 1
	Text         string // what is wrong and what to do, as sentences
}

func (e *HexError) Error() string {
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Text)
}

// SizeError is a text that holds more bytes than the limit.
type SizeError struct{ Limit int }

func (e *SizeError) Error() string { return fmt.Sprintf("more than %d bytes of hex", e.Limit) }

// ParseHex reads text, which may hold at most limit bytes. Its errors are *HexError and *SizeError.
func ParseHex(text string, limit int) (*Hex, error) {
	text = arrays(text)
	p := &hexParser{h: &Hex{text: text, lines: []int{0}}, limit: limit, starred: -1}
	for i := range len(text) {
		if text[i] == '\n' {
			p.h.lines = append(p.h.lines, i+1)
		}
	}
	for i, from := range p.h.lines {
		to := len(text)
		if i+1 < len(p.h.lines) {
			to = p.h.lines[i+1] - 1
		}
		if to > from && text[to-1] == '\r' {
			to--
		}
		p.at, p.line = from, text[from:to]
		if err := p.read(); err != nil {
			return nil, err
		}
	}
	if err := p.unanswered(); err != nil {
		return nil, err
	}
	return p.h, p.finish()
}

// hexParser reads a text line by line.
type hexParser struct {
	h     *Hex
	limit int
	at    int // where the line begins in the text
	line  string

	began     bool // a direction has been said
	direction inspector.Direction
	when      time.Duration
	fresh     bool // the next byte begins a piece

	dump    dump
	starred int // where a * stands that waits for the next offset; -1 if none does
	forms   [4]bool
}

// The forms of a text, for Hex.Form.
const (
	formPlain = iota
	formDump
	formLiteral
	formRecorded
)

var formNames = [...]string{"pairs of hex digits", "a dump with offsets", "a string literal", "a recording with directions"}

func (p *hexParser) finish() error {
	for i := len(formNames) - 1; i >= 0; i-- {
		if p.forms[i] {
			p.h.Form = formNames[i]
			break
		}
	}
	if len(p.h.Pieces) > 0 && p.began && !p.h.Pieces[0].Marked {
		s := p.h.Pieces[0].spots[0]
		return p.wrong(int(s.from), int(s.to-s.from),
			"Some lines say their direction, and this one stands before them. Begin it with > for what a client sent, or < for what a server sent.")
	}
	return nil
}

// wrong is an error at an offset of the text.
func (p *hexParser) wrong(at, length int, text string) error {
	pl := p.h.place(spot{int32(at), int32(at)})
	n := utf8.RuneCountInString(p.h.text[at:min(at+length, len(p.h.text))])
	return &HexError{Line: pl.Line, Column: pl.Column, Length: max(n, 1), Text: text}
}

// unanswered is an error if a * still waits for the offset that says what it stands for.
func (p *hexParser) unanswered() error {
	if p.starred < 0 {
		return nil
	}
	return p.wrong(p.starred, 1, "A * stands for lines like the one before it, and no offset behind it says how many. Add the dump's next line.")
}

// add puts one byte to the piece that is being read.
func (p *hexParser) add(b byte, from, to int) error {
	if p.h.Size == p.limit {
		return &SizeError{Limit: p.limit}
	}
	if p.fresh || len(p.h.Pieces) == 0 {
		p.h.Pieces = append(p.h.Pieces, Piece{Direction: p.direction, Marked: p.began, At: p.when})
		p.fresh = false
	}
	last := &p.h.Pieces[len(p.h.Pieces)-1]
	last.Bytes = append(last.Bytes, b)
	last.spots = append(last.spots, spot{int32(from), int32(to)})
	p.h.Size++
	return nil
}

// read reads one line.
func (p *hexParser) read() error {
	at := p.mark()
	if at > 0 {
		if err := p.unanswered(); err != nil {
			return err
		}
		p.dump.close()
	}
	rest := p.line[at:]
	if skipped(rest) {
		return nil
	}
	if strings.TrimSpace(rest) == "*" && p.dump.open {
		p.starred, p.dump.waits = p.at+at+strings.IndexByte(rest, '*'), true
		return nil
	}
	if row, ok := p.dump.cut(rest); ok {
		p.forms[formDump] = true
		return p.row(row, at)
	}
	if err := p.unanswered(); err != nil {
		return err
	}
	p.dump.close()
	return p.plain(at)
}

// mark reads "[milliseconds] direction" from the front of the line, and returns where the rest begins.
func (p *hexParser) mark() int {
	at := leading(p.line)
	rest := p.line[at:]
	when, timed, n := timeMark(rest)
	d, m := directionMark(rest[n:])
	if m == 0 {
		return 0 // what looks like a time alone may be an offset
	}
	p.began, p.direction, p.fresh, p.when = true, d, true, 0
	if timed {
		p.when = when
	}
	p.forms[formRecorded] = true
	at += n + m
	if socatHead(p.line[at:]) {
		return len(p.line)
	}
	return at
}

// row takes the bytes of a dump's line. at is where the line's rest begins.
func (p *hexParser) row(row dumpRow, at int) error {
	base := p.at + at
	if p.starred >= 0 {
		star := p.starred
		p.starred, p.dump.waits = -1, false
		if err := p.repeat(star, row); err != nil {
			return err
		}
	}
	if row.offset == 0 && p.dump.next != 0 {
		p.fresh = true // another packet, or another file
	}
	p.dump.next, p.dump.last = row.offset, p.dump.last[:0]
	return p.digits(p.line[at+row.from:at+row.to], base+row.from, true)
}

// repeat puts the dump's last line once more, as often as a * stands for it.
func (p *hexParser) repeat(star int, row dumpRow) error {
	n := len(p.dump.last)
	missing := row.offset - p.dump.next
	if n == 0 || row.offset < p.dump.next || missing%uint64(n) != 0 {
		return p.wrong(star, 1, "A * stands for lines like the one before it, but the next offset does not fit. Paste the whole dump, or make it again with xxd, or with hexdump -C -v.")
	}
	last := append([]byte(nil), p.dump.last...)
	for ; missing > 0; missing -= uint64(n) {
		for _, b := range last {
			if err := p.add(b, star, star+1); err != nil {
				return err
			}
		}
	}
	return nil
}

// plain reads a line that is no dump: hex with whatever stands between it, and literals.
func (p *hexParser) plain(at int) error {
	rest := p.line[at:]
	for i := 0; i < len(rest); {
		c := rest[i]
		switch {
		case c == '#', strings.HasPrefix(rest[i:], "//"):
			return nil
		case separator(c):
			i++
		case c == 'b' && i+1 < len(rest) && (rest[i+1] == '\'' || rest[i+1] == '"'), c == '"' && literal(rest[i:]), c == '\'' && literal(rest[i:]):
			n, err := p.quoted(rest[i:], p.at+at+i)
			if err != nil {
				return err
			}
			i += n
		case c == '"', c == '\'':
			i++
		default:
			n := strings.IndexFunc(rest[i:], func(c rune) bool { return c < 0x80 && (separator(byte(c)) || c == '#' || c == '"' || c == '\'') })
			if n < 0 {
				n = len(rest) - i
			}
			p.forms[formPlain] = true
			if err := p.digits(rest[i:i+n], p.at+at+i, false); err != nil {
				return err
			}
			i += n
		}
	}
	return nil
}

// digits reads hex digits in groups between white space; at is where they stand. In a dump a group
// has its digits and nothing else.
func (p *hexParser) digits(s string, at int, inDump bool) error {
	for i := 0; i < len(s); {
		if s[i] == ' ' || s[i] == '\t' {
			i++
			continue
		}
		start := i
		prefixed := false
		if !inDump && (strings.HasPrefix(s[i:], "0x") || strings.HasPrefix(s[i:], "0X") || strings.HasPrefix(s[i:], `\x`)) {
			i += 2
			prefixed = true
		}
		from := i
		for i < len(s) && hexValue(s[i]) >= 0 {
			i++
		}
		glued := i < len(s) && s[i] != ' ' && s[i] != '\t' && !strings.HasPrefix(s[i:], `\x`)
		switch n := i - from; {
		case n == 0, glued:
			return p.notHex(s, start, i, at)
		case n == 1 && prefixed: // 0x5, as programs write it
			if err := p.take(byte(hexValue(s[from])), at+start, at+i); err != nil {
				return err
			}
		case n%2 == 1:
			if i-start == 7 && at+start == p.at {
				return p.wrong(at+start, 7, fmt.Sprintf("%q is an offset as hexdump and od write it, whose bytes may stand in another order. Make the dump with xxd or hexdump -C.", s[start:i]))
			}
			return p.wrong(at+i-1, 1, fmt.Sprintf("%q has an odd number of digits. Each byte is two of them: put a 0 before the single one, or what is missing behind it.", short(s[start:i])))
		default:
			for ; from < i; from += 2 {
				b := byte(hexValue(s[from])<<4 | hexValue(s[from+1]))
				if err := p.take(b, at+from, at+from+2); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// take adds a byte, and counts it if it is a dump's.
func (p *hexParser) take(b byte, from, to int) error {
	if p.dump.open {
		p.dump.next++
		p.dump.last = append(p.dump.last, b)
	}
	return p.add(b, from, to)
}

// notHex says what stands where digits should.
func (p *hexParser) notHex(s string, start, i, at int) error {
	c, size := utf8.DecodeRuneInString(s[i:])
	if size == 0 {
		return p.wrong(at+start, i-start, fmt.Sprintf("No digits follow %q. Each byte is two of 0 to 9 and a to f.", s[start:i]))
	}
	if p.h.Size == 0 && looksLikeHTTP(p.h.text) {
		return p.wrong(at+i, size, "This is text, and not hex. Make hex of it with xxd, or write it as a string of Python: b'GET / HTTP/1.1\\r\\n…'.")
	}
	return p.wrong(at+i, size, fmt.Sprintf("%q is no hex digit. Write each byte as two of 0 to 9 and a to f; put a # before what is a comment.", c))
}

// quoted reads a literal, as Python and C write them, and returns how many characters it took.
func (p *hexParser) quoted(s string, at int) (int, error) {
	p.forms[formLiteral] = true
	i := 0
	if s[0] == 'b' {
		i++
	}
	quote := s[i]
	for i++; i < len(s); {
		if s[i] == quote {
			return i + 1, nil
		}
		b, n := s[i], 1
		if s[i] == '\\' {
			if b, n = escaped(s[i:]); n == 0 {
				return 0, p.wrong(at+i, min(2, len(s)-i), `This escape is none of \xNN, \n, \r, \t, \0, \', \" and \\. Write the byte as \x and two digits.`)
			}
		}
		if err := p.add(b, at+i, at+i+n); err != nil {
			return 0, err
		}
		i += n
	}
	return 0, p.wrong(at, 1, "This literal has no closing quote on its line. Add it.")
}

// escaped reads an escape, and returns its byte and its length; 0 if it is none.
func escaped(s string) (byte, int) {
	if len(s) < 2 {
		return 0, 0
	}
	switch s[1] {
	case 'x':
		if len(s) >= 4 && hexValue(s[2]) >= 0 && hexValue(s[3]) >= 0 {
			return byte(hexValue(s[2])<<4 | hexValue(s[3])), 4
		}
		return 0, 0
	case 'n':
		return '\n', 2
	case 'r':
		return '\r', 2
	case 't':
		return '\t', 2
	case 'a':
		return '\a', 2
	case 'b':
		return '\b', 2
	case 'f':
		return '\f', 2
	case 'v':
		return '\v', 2
	case '0':
		return 0, 2
	case '\\', '\'', '"':
		return s[1], 2
	}
	return 0, 0
}

// literal reports whether a quoted string holds escapes, and so is more than hex in quotes.
func literal(s string) bool {
	end := strings.IndexByte(s[1:], s[0])
	return end >= 0 && strings.Contains(s[:end+1], `\`) && !onlyEscapedHex(s[1:end+1])
}

// onlyEscapedHex reports whether s is \x81\x85… and nothing else, which reads the same either way.
func onlyEscapedHex(s string) bool {
	return strings.Trim(strings.ReplaceAll(s, `\x`, ""), "0123456789abcdefABCDEF") == ""
}

func hexValue(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// separator reports whether c may stand between bytes and means nothing.
func separator(c byte) bool { return strings.IndexByte(" \t\v\f,:;-|[](){}", c) >= 0 }

func leading(s string) int { return len(s) - len(strings.TrimLeft(s, " \t")) }

func short(s string) string {
	if len(s) > 24 {
		return s[:24] + "…"
	}
	return s
}

// place is where a spot stands, for people.
func (h *Hex) place(s spot) Place {
	line, column := h.lineColumn(int(s.from))
	endLine, endColumn := h.lineColumn(int(s.to))
	return Place{line, column, endLine, endColumn}
}

func (h *Hex) lineColumn(at int) (line, column int) {
	i := sort.SearchInts(h.lines, at+1) - 1
	return i + 1, utf8.RuneCountInString(h.text[h.lines[i]:at]) + 1
}

// AppendHex appends pieces as a recording that ParseHex reads.
func AppendHex(b []byte, pieces []Piece) []byte {
	const digits = "0123456789abcdef"
	for _, p := range pieces {
		if p.Marked {
			if p.At > 0 {
				b = fmt.Appendf(b, "%.3f ", float64(p.At)/float64(time.Millisecond))
			}
			b = append(b, p.Direction.String()...)
			b = append(b, ' ')
		}
		for i, c := range p.Bytes {
			if i > 0 && i%16 == 0 {
				b = append(b, "\n  "...)
			} else if i > 0 {
				b = append(b, ' ')
			}
			b = append(b, digits[c>>4], digits[c&15])
		}
		b = append(b, '\n')
	}
	return b
}
