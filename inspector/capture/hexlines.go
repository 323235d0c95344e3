package capture

// What a line of pasted hex is: a mark of direction, a line of a dump, or one to leave out.

import (
	"strconv"
	"strings"
	"time"

	"wireup/inspector"
)

// dump is the state of a dump whose lines are being read.
type dump struct {
	open  bool
	waits bool   // a * stands for lines up to the next offset
	next  uint64 // the offset that the next line should have
	last  []byte // the bytes of the last line, for a * behind it
}

// dumpRow is one line of a dump: its offset, and where its bytes stand in the line.
type dumpRow struct {
	offset   uint64
	from, to int
}

func (d *dump) close() { *d = dump{last: d.last[:0]} }

// rowBytes is how many bytes a line has at most that shows text behind them.
const rowBytes = 16

// cut finds the offset and the bytes in a line of a dump; ok is false for any other line.
//
//	00000000: 8185 37fa 213d 7f9f 4d51 58              ..7.!=..MQX     xxd
//	00000000  81 85 37 fa 21 3d 7f 9f  4d 51 58       |..7.!=..MQX|     hexdump -C
//	0000   81 85 37 fa 21 3d 7f 9f 4d 51 58   ..7.!=..MQX              Wireshark
//	0x0000:  8185 37fa 213d 7f9f 4d51 58              ..7.!=..MQX     tcpdump -X
//	0000000 81 85 37 fa 21 3d 7f 9f 4d 51 58                            od -A x -t x1
func (d *dump) cut(s string) (row dumpRow, ok bool) {
	at := leading(s)
	token := s[at:]
	if i := strings.IndexAny(token, " \t:"); i >= 0 {
		token = token[:i]
	}
	number, prefixed := strings.CutPrefix(token, "0x")
	if len(number) < 4 || len(number) > 16 || strings.IndexFunc(number, notDigit) >= 0 {
		return row, false
	}
	offset, err := strconv.ParseUint(number, 16, 64)
	if err != nil {
		return row, false
	}
	behind := at + len(token)
	colon := behind < len(s) && s[behind] == ':' && (behind+1 == len(s) || s[behind+1] == ' ' || s[behind+1] == '\t')
	if colon {
		behind++
	}
	from := behind + leading(s[behind:])
	gap := from - behind
	expected := d.open && (offset == d.next || offset == 0)
	switch {
	case from == len(s) || prefixed && !colon:
		// An offset alone ends a dump; in any other place it is hex.
		if !d.open || offset != d.next && !(d.waits && offset > d.next) || prefixed {
			return row, false
		}
		return d.begin(offset, from, from), true
	case colon, expected && gap > 0:
	case gap >= 2 && (offset == 0 || len(number) >= 6), gap == 1 && offset == 0 && len(number) >= 6:
	default:
		if !d.waits || offset <= d.next || gap == 0 {
			return row, false
		}
	}
	end, ok := dumpBytes(s, from, colon)
	if !ok && !colon {
		return row, false
	}
	return d.begin(offset, from, end), true
}

func (d *dump) begin(offset uint64, from, to int) dumpRow {
	if !d.open {
		d.open, d.next = true, offset
	}
	return dumpRow{offset, from, to}
}

// dumpBytes finds where the bytes of a dump's line end. Behind them may stand what they are as text:
// two spaces before it, or three where the bytes themselves have a gap in their middle.
func dumpBytes(s string, from int, groups bool) (end int, ok bool) {
	n := 0
	for i := from; i < len(s); {
		start := i
		for i < len(s) && s[i] != ' ' && s[i] != '\t' {
			i++
		}
		group := s[start:i]
		if strings.IndexFunc(group, notDigit) >= 0 || !groups && len(group) != 2 {
			// With a colon the line is a dump's for certain: let the reader hear of the digit.
			if groups && (n == 0 || start-end == 1) {
				return i, true
			}
			return end, n > 0 && start-end >= 2 || groups
		}
		end = i
		n += len(group) / 2
		gap := leading(s[i:])
		i += gap
		switch {
		case n >= rowBytes:
			return end, true
		case gap >= 3, gap == 2 && (groups || n != rowBytes/2), gap > 0 && strings.HasPrefix(s[i:], "|"):
			return end, true
		}
	}
	return end, n > 0
}

func notDigit(c rune) bool { return c >= 0x80 || hexValue(byte(c)) < 0 }

// timeMark reads milliseconds with their decimals, as a recording has them before a direction.
func timeMark(s string) (at time.Duration, ok bool, n int) {
	word, _, found := strings.Cut(s, " ")
	if !found || !strings.Contains(word, ".") || strings.Trim(word, "0123456789.") != "" {
		return 0, false, 0
	}
	ms, err := strconv.ParseFloat(word, 64)
	if err != nil || ms > float64(24*time.Hour/time.Millisecond) {
		return 0, false, 0
	}
	n = len(word) + leading(s[len(word):])
	return time.Duration(ms * float64(time.Millisecond)), true, n
}

// marks are the words and signs for a direction, the longer before those that they begin with.
var marks = []struct {
	text string
	d    inspector.Direction
}{
	{"client:", inspector.Up}, {"server:", inspector.Down}, {"up", inspector.Up}, {"down", inspector.Down},
	{"-->", inspector.Up}, {"<--", inspector.Down}, {"->", inspector.Up}, {"<-", inspector.Down},
	{">>>", inspector.Up}, {"<<<", inspector.Down}, {">>", inspector.Up}, {"<<", inspector.Down},
	{">", inspector.Up}, {"<", inspector.Down}, {"→", inspector.Up}, {"←", inspector.Down},
	{"↑", inspector.Up}, {"↓", inspector.Down},
}

// directionMark reads a direction, and returns how many bytes it took; 0 if there is none.
func directionMark(s string) (d inspector.Direction, n int) {
	for _, m := range marks {
		if len(s) < len(m.text) || !strings.EqualFold(s[:len(m.text)], m.text) {
			continue
		}
		n = len(m.text)
		if n < len(s) && s[n] == ':' {
			n++
		}
		word := m.text[0] >= 'a' && m.text[0] <= 'z'
		if word && n < len(s) && s[n] != ' ' && s[n] != '\t' && s[n-1] != ':' {
			continue
		}
		return m.d, n
	}
	return 0, 0
}

// socatHead reports whether s is what socat -x writes behind its mark, ahead of the bytes.
func socatHead(s string) bool {
	return strings.Contains(s, "length=") && strings.Contains(s, "from=") && strings.Contains(s, "to=")
}

// skipped reports whether a line holds no bytes: it is empty, a comment, or what tcpdump writes above
// a packet.
func skipped(s string) bool {
	s = strings.TrimSpace(s)
	return s == "" || s[0] == '#' || strings.HasPrefix(s, "//") ||
		len(s) > 9 && s[2] == ':' && s[5] == ':' && strings.Contains(s, " IP") && strings.Contains(s, " > ")
}

// looksLikeHTTP reports whether a text is a head and not its hex.
func looksLikeHTTP(s string) bool {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	return strings.Contains(line, "HTTP/1.")
}

// arrays blanks what stands around the bytes in arrays, as xxd -i and Wireshark write them for C, and
// programs in Go. Each character that stays keeps its place.
func arrays(text string) string {
	front, _, ok := strings.Cut(text, "{")
	front = strings.TrimRight(front, " \t\r\n")
	if !ok || strings.Contains(front, "#") || !strings.Contains(front, "[") || !strings.HasSuffix(front, "=") && !strings.HasSuffix(front, "[]byte") {
		return text
	}
	b := []byte(text)
	inside, comment := false, false
	for i, c := range b {
		end := comment && c == '/' && text[i-1] == '*'
		comment = comment || c == '/' && strings.HasPrefix(text[i:], "/*")
		switch {
		case comment:
		case c == '{':
			inside = true
		case c == '}':
			inside = false
		}
		if c != '\n' && (!inside || comment || c == '{') {
			b[i] = ' '
		}
		comment = comment && !end
	}
	return string(b)
}
