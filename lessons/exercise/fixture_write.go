package exercise

// Writing a fixture: each event's bytes on lines of their own, with words beside them.

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"wireup/inspector"
)

const (
	hexLine  = 16 // bytes of hex on one line
	textLine = 80 // characters of quoted text on one line
	leastRun = 24 // bytes of a repeated pattern that are written as one word

	longestPattern = 96 // a phrase of 23 letters, masked
	textSeen       = 60 // characters of a payload that stand in a comment
)

// AppendTo appends the fixture's text.
func (f *Fixture) AppendTo(b []byte) []byte {
	b = fmt.Appendf(b, "# %s\n# source: %s\n", f.Title, f.Source)
	if f.Exercise != "" {
		b = fmt.Appendf(b, "exercise: %s\nword: %s\n", f.Exercise, f.Word)
	}
	b = fmt.Appendf(b, "wire: %s\n", f.Wire)
	if f.Exercise != "" {
		b = fmt.Appendf(b, "verdict: %s\n", f.Verdict)
	}
	if f.Mistake != "" {
		b = fmt.Appendf(b, "mistake: %s\n", f.Mistake)
	}
	b = append(b, '\n')
	cut := cutEvents(f.Records)
	offset := make(map[side]int)
	for _, r := range f.Records {
		b = append(b, formatMillis(r.At)...)
		b = append(b, ' ')
		b = strconv.AppendInt(b, int64(r.Conn), 10)
		switch r.What {
		case RecordOpen:
			b = fmt.Appendf(b, " open %s %s", r.Driver, r.Remote)
			if r.Announced {
				b = append(b, " announced"...)
			}
			if r.Raw != "" {
				b = fmt.Appendf(b, " raw %s", r.Raw)
			}
			if r.Owned != "" {
				b = fmt.Appendf(b, " owned %s", r.Owned)
			}
		case RecordEOF:
			b = append(b, " eof"...)
		case RecordOther:
			b = fmt.Appendf(b, " other %d", r.Others)
		case RecordEnd:
			b = fmt.Appendf(b, " end %s", r.Ending)
			if r.Err != "" {
				b = fmt.Appendf(b, " %s", strconv.Quote(r.Err))
			}
		case RecordBytes:
			b = fmt.Appendf(b, " %s", r.Direction)
			at := side{r.Conn, r.Direction}
			for _, p := range pieces(cut[at], offset[at], r.Bytes) {
				b = p.appendTo(b)
			}
			offset[at] += len(r.Bytes)
		}
		b = append(b, '\n')
	}
	return b
}

// formatMillis writes a time in milliseconds, with the digits that it needs.
func formatMillis(d time.Duration) string {
	return strconv.FormatFloat(float64(d)/float64(time.Millisecond), 'f', -1, 64)
}

// side is one direction of one connection.
type side struct {
	conn int
	dir  inspector.Direction
}

// span is where an event lies in the bytes of a side.
type span struct {
	from, header, to int // header is where a frame's payload begins
	frame            bool
	comment          string
}

// cutEvents finds the events in the bytes of each side.
func cutEvents(records []Record) map[side][]span {
	found := make(map[side][]span)
	sessions := make(map[int]*inspector.Session)
	at := make(map[side]int)
	skip := make(map[side]bool) // while an exchange that was left out is told
	for _, r := range records {
		session, ok := sessions[r.Conn]
		if !ok {
			session = inspector.NewSession(inspector.Options{}, func(e *inspector.Event) {
				s := side{r.Conn, e.Direction}
				if e.Kind == inspector.KindClose || e.Kind == inspector.KindOpen || skip[s] {
					return
				}
				p := span{from: at[s], to: at[s] + int(e.Size), header: at[s]}
				if e.Frame != nil {
					p.frame = true
					p.header += e.Frame.Size
					p.comment = frameComment(e)
				}
				at[s] = p.to
				found[s] = append(found[s], p)
			})
			if r.Raw != "" {
				session.Raw()
			}
			sessions[r.Conn] = session
		}
		when := time.Unix(0, 0).Add(r.At)
		switch r.What {
		case RecordBytes:
			session.Observe(when, r.Direction, r.Bytes)
		case RecordOther:
			skip[side{r.Conn, inspector.Up}], skip[side{r.Conn, inspector.Down}] = true, true
			for range r.Others {
				session.Observe(when, inspector.Up, []byte(otherUp))
				session.Observe(when, inspector.Down, []byte(otherDown))
			}
			skip[side{r.Conn, inspector.Up}], skip[side{r.Conn, inspector.Down}] = false, false
		case RecordEnd:
			session.Ended(when, r.Ending, nil)
		}
	}
	return found
}

// frameComment is a frame in words, with the front of its text.
func frameComment(e *inspector.Event) string {
	s := inspector.Summary(e)
	if e.Frame.Text() && len(e.Frame.Plain) > 0 && e.Frame.Masked {
		text := strings.ToValidUTF8(string(e.Frame.Plain), "\uFFFD")
		if r := []rune(text); len(r) > textSeen {
			text = string(r[:textSeen]) + "…"
		}
		s += ": " + strconv.Quote(text)
	}
	return s
}

// piece is a part of a record that belongs to one event.
type piece struct {
	header, rest []byte // a frame's header, and whatever else
	frame        bool
	comment      string
}

// pieces cuts b, which begins at offset at of its side, along the events.
func pieces(events []span, at int, b []byte) []piece {
	var list []piece
	for _, e := range events {
		if len(b) == 0 {
			break
		}
		if e.to <= at {
			continue
		}
		n := min(e.to-at, len(b))
		p := piece{rest: b[:n], frame: e.frame}
		if e.frame {
			h := min(max(e.header-at, 0), n)
			p.header, p.rest = b[:h], b[h:n]
		}
		if at == e.from {
			p.comment = e.comment
		}
		list = append(list, p)
		at, b = at+n, b[n:]
	}
	if len(b) > 0 {
		list = append(list, piece{rest: b})
	}
	return list
}

func (p piece) appendTo(b []byte) []byte {
	if len(p.header) > 0 {
		b = append(b, "\n  "...)
		b = append(b, hex.EncodeToString(p.header)...)
		if p.comment != "" {
			b = append(b, "  # "...)
			b = append(b, oneLine(p.comment)...)
		}
	}
	for rest := p.rest; len(rest) > 0; {
		plain, pattern, times := nextRun(rest)
		b = appendPlain(b, plain)
		if times > 0 {
			b = append(b, "\n  "...)
			b = append(b, hex.EncodeToString(pattern)...)
			b = append(b, '*')
			b = strconv.AppendInt(b, int64(times), 10)
		}
		rest = rest[len(plain)+len(pattern)*times:]
	}
	return b
}

func oneLine(s string) string { return strings.NewReplacer("\n", " ", "\r", " ").Replace(s) }

// nextRun splits off what stands before the next run of a repeated pattern: of one byte, of four as
// a masking key makes them, of any up to longestPattern. times is 0 if there is none.
func nextRun(b []byte) (plain, pattern []byte, times int) {
	for i := range b {
		for n := 1; n <= longestPattern && i+2*n <= len(b); n++ {
			k := i + n
			for k < len(b) && b[k] == b[k-n] {
				k++
			}
			if t := (k - i) / n; t*n >= leastRun && (t > 4 || n <= 4) {
				return b[:i], b[i : i+n], t
			}
		}
	}
	return b, nil, 0
}

// appendPlain appends bytes without a run: as quoted text if they read as text, else as hex.
func appendPlain(b, p []byte) []byte {
	if !readable(p) {
		for len(p) > 0 {
			n := min(hexLine, len(p))
			b = append(b, "\n  "...)
			b = append(b, hex.EncodeToString(p[:n])...)
			p = p[n:]
		}
		return b
	}
	for len(p) > 0 {
		n := len(p)
		if i := strings.IndexByte(string(p[:min(n, textLine)]), '\n'); i >= 0 {
			n = i + 1
		} else if n > textLine {
			n = textLine
			for n > textLine-utf8.UTFMax && !utf8.RuneStart(p[n]) {
				n--
			}
		}
		b = append(b, "\n  "...)
		if text := string(p[:n]); strings.Contains(text, `"`) && strconv.CanBackquote(text) {
			b = append(b, "`"+text+"`"...) // JSON reads better so
		} else {
			b = strconv.AppendQuote(b, text)
		}
		p = p[n:]
	}
	return b
}

// readable reports whether p is text that a quoted string shows as it is.
func readable(p []byte) bool {
	if !utf8.Valid(p) {
		return false
	}
	for _, r := range string(p) {
		if r != '\r' && r != '\n' && r != '\t' && !strconv.IsPrint(r) {
			return false
		}
	}
	return true
}
