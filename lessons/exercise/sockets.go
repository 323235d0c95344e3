package exercise

// Lesson 6, sockets: what the raw echo read, call by call.

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"wireup/inspector"
	"wireup/wire"
)

var socketsExercises = []*Exercise{
	{Lesson: "sockets", ID: "glue", Revision: 1, Start: glue},
	{Lesson: "sockets", ID: "tear", Revision: 1, Start: tear},
	{Lesson: "sockets", ID: "half-close", Revision: 1, Start: halfClose},
	{Lesson: "sockets", ID: "prefix", Revision: 1, Start: prefix},
}

var socketsMistakes = []Wording{
	{"glue-two-reads",
		"The second line came in a read of its own ({came}). Give both lines to one write, or send the second before the server has read the first.",
		"two lines in one read", "RFC 9293 §2.2"},
	{"glue-one-line",
		"Only one line came ({came}). Send a second one with it, in the same write.",
		"two lines in one read", "RFC 9293 §2.2"},
	{"glue-unended",
		"What stands behind the first line is no line yet: nothing ends it. Put \\n at its end.",
		"a second \\n", "RFC 9293 §2.2"},

	{"tear-one-read",
		"The whole line came in one read ({came}). Write its first part, wait a moment, and write the rest.",
		"a line whose bytes come from two reads", "RFC 9293 §2.2"},
	{"tear-unended",
		"The line came in {came}, and its end never did: without \\n it is no line.",
		"\\n at the end", "RFC 9293 §2.2"},

	{"half-late",
		"You ended your side when all {came} were back. End it at once: the echo keeps what it reads for a moment.",
		"the end of your side, and bytes of the echo after it", "RFC 9293 §3.6"},
	{"half-gone",
		"You closed both directions: of {came} nobody took the last. End the sending side alone, and go on reading.",
		"a client that still reads", "RFC 9293 §3.6"},
	{"half-never",
		"The connection ended ({came}), and your side was never ended before. Ask nc to do so with -N, or tick it in the lab.",
		"the end of your side", "RFC 9293 §3.6"},

	{"prefix-digits",
		"The length is written in digits here ({came}). A two-byte length is a number in two bytes, the high one first.",
		"two bytes of length", "RFC 6455 §5.2"},
	{"prefix-little-endian",
		"These two bytes ({came}) have the low one first. Network byte order has the high one first.",
		"the high byte first", "RFC 6455 §5.2"},
	{"prefix-counts-itself",
		"This length ({came}) counts its own two bytes. Count what follows it alone.",
		"the bytes behind the length", "RFC 6455 §5.2"},
	{"prefix-one-byte",
		"These lengths have one byte ({came}), and two are asked for. Put a zero byte before each.",
		"two bytes of length", "RFC 6455 §5.2"},
	{"prefix-too-long",
		"The length here says that {came}. Count the bytes again.",
		"a length that the bytes behind it have", "RFC 9293 §2.2"},
	{"prefix-rest",
		"Behind the third message comes more: {came}. Whoever reads it takes it for a length. echo adds \\n at the end of all, printf doesn't.",
		"three messages, and nothing behind them", "RFC 9293 §2.2"},
	{"prefix-count",
		"This read holds {came}. Three are asked for, in one write.",
		"three messages", "RFC 9293 §2.2"},
	{"prefix-several-writes",
		"The messages come one by one: this read holds {came}, and the ones before it came earlier. Give all three to one write.",
		"three messages in one read", "RFC 9293 §2.2"},
}

// rawConn is what a check knows of a connection to the raw echo.
type rawConn struct {
	word  bool        // it has carried the word
	first *wire.Event // its first read with the word
	last  *wire.Event // its last read

	lines int    // ended so far
	line  []byte // the line that has not ended, as far as it is kept
	parts int    // reads that it comes from
	proof []uint64

	up, down uint64 // bytes that are echoed, and that have been
	fin      *wire.Event
	messages int
}

// rawLine bounds what is kept of a line.
const rawLine = 2 << 10

// onRaw is a check that is told each call of the raw echo, with its connection. Connections are
// told from the first read on; of those that the program knows by their word alone that may be one
// before the word.
func onRaw(awaits string, f func(t *Teller, c *rawConn, e *wire.Event, data []byte, at int)) Check {
	conns := make(map[int]*rawConn)
	return Watch(awaits, func(t *Teller, e *wire.Event) {
		if e.Lab != "sockets" || e.Kind != inspector.KindBytes && e.Kind != inspector.KindClose {
			return
		}
		c := conns[e.Conn]
		if c == nil {
			if len(conns) == maxParts {
				clear(conns)
			}
			c = &rawConn{}
			conns[e.Conn] = c
		}
		data, at := rawData(e)
		f(t, c, e, data, at)
		if e.Kind == inspector.KindClose {
			delete(conns, e.Conn)
		}
	})
}

// isRead is a read that returned bytes.
func isRead(e *wire.Event) bool { return e.Kind == inspector.KindBytes && Up(e) && e.Size > 0 }

// isFin is a read that returned 0.
func isFin(e *wire.Event) bool { return e.Kind == inspector.KindBytes && Up(e) && e.Size == 0 }

// rawData is what a read returned, without the line that names the wire, and where it begins.
func rawData(e *wire.Event) (data []byte, at int) {
	const line = len("wire 0123456789abc")
	b := e.Bytes
	if isRead(e) && len(b) > line && bytes.HasPrefix(b, []byte("wire ")) {
		if end := bytes.IndexByte(b, '\n'); end == line || end == line+1 && b[line] == '\r' {
			return b[end+1:], end + 1
		}
	}
	return b, 0
}

// saw notes a read.
func (c *rawConn) saw(a Attempt, e *wire.Event) {
	if !c.word && Carries(a.Word)(e) {
		c.word, c.first = true, e
	}
	c.last = e
}

// glue: two lines in one read.
func glue(a Attempt) Check {
	awaits := "two lines in one read of the server, one of them with " + a.Word
	return onRaw(awaits, func(t *Teller, c *rawConn, e *wire.Event, data []byte, at int) {
		if !isRead(e) {
			if c.word && c.lines == 1 && c.first == c.last && (isFin(e) || e.Kind == inspector.KindClose) {
				if n := len(c.line); n > 0 {
					t.Wrong(c.first, Mistake("glue-unended", len(c.first.Bytes)-1, plural(n, "byte")))
				} else {
					t.Wrong(c.first, Mistake("glue-one-line", -1, plural(c.first.Size, "byte")))
				}
			}
			return
		}
		c.saw(a, e)
		n := bytes.Count(data, []byte("\n"))
		before := c.lines
		c.lines += n
		c.line = append([]byte(nil), data[bytes.LastIndexByte(data, '\n')+1:]...)
		switch {
		case n >= 2 && Carries(a.Word)(e):
			t.Pass(fmt.Sprintf("One read returned %s with %s in it. Nothing between them says where one send ended.", plural(e.Size, "byte"), plural(n, "line")), e.Seq)
		case c.word && n > 0 && before > 0:
			t.Wrong(e, Mistake("glue-two-reads", at, plural(e.Size, "byte")))
		case c.word:
			t.Await(awaits, e.Seq)
		}
	})
}

// tear: one line over two reads.
func tear(a Attempt) Check {
	awaits := "a line with " + a.Word + " whose bytes come from two reads of the server"
	return onRaw(awaits, func(t *Teller, c *rawConn, e *wire.Event, data []byte, at int) {
		if !isRead(e) {
			if bytes.Contains(c.line, []byte(a.Word)) && (isFin(e) || e.Kind == inspector.KindClose) {
				t.Wrong(c.last, Mistake("tear-unended", len(c.last.Bytes)-1, plural(c.parts, "read")))
				c.line = nil
			}
			return
		}
		c.last = e
		for len(data) > 0 {
			end := bytes.IndexByte(data, '\n')
			piece := data
			if end >= 0 {
				piece = data[:end+1]
			}
			c.line = append(c.line, piece[:min(len(piece), rawLine-len(c.line))]...)
			if c.parts++; len(c.proof) < maxProof {
				c.proof = append(c.proof, e.Seq)
			}
			hasWord := bytes.Contains(c.line, []byte(a.Word))
			switch {
			case end < 0 && hasWord:
				t.Await("the rest of the line that holds "+a.Word+", in another read", c.proof...)
			case end >= 0 && hasWord && c.parts >= 2:
				t.Pass(fmt.Sprintf("The line came in %s. A program that takes each read for a line would have seen other lines.", plural(c.parts, "read")), c.proof...)
				return
			case end >= 0 && hasWord:
				t.Wrong(e, Mistake("tear-one-read", at, plural(len(piece), "byte")))
			}
			if end < 0 {
				return
			}
			c.line, c.parts, c.proof = nil, 0, nil
			data, at = data[len(piece):], at+len(piece)
		}
	})
}

// halfClose: the client's side ends before the last byte has come back.
func halfClose(a Attempt) Check {
	awaits := "bytes with " + a.Word + ", then the end of your side, and then the rest of the echo"
	return onRaw(awaits, func(t *Teller, c *rawConn, e *wire.Event, _ []byte, at int) {
		switch {
		case isRead(e):
			c.saw(a, e)
			c.up += e.Size - uint64(at)
			if c.word {
				t.Await("the end of your side, before the echo has sent everything back", e.Seq)
			}
		case !c.word:
		case isFin(e):
			c.fin = e
			if c.down == c.up {
				t.Wrong(e, Mistake("half-late", -1, plural(c.up, "byte")))
				return
			}
			t.Await("the rest of the echo: "+plural(c.up-c.down, "byte"), c.first.Seq, e.Seq)
		case e.Kind == inspector.KindBytes:
			late := c.down == c.up // what the server says beyond the echo
			c.down += e.Size
			if c.fin != nil && c.down == c.up && !late {
				t.Pass("Your side had ended, and the rest of the echo came all the same: the two directions of a connection end one by one.", c.first.Seq, c.fin.Seq, e.Seq)
			}
		case c.fin == nil:
			t.Wrong(e, Mistake("half-never", -1, e.Close.TCP.String()))
		case c.down < c.up:
			t.Wrong(c.fin, Mistake("half-gone", -1, plural(c.up, "byte")))
		}
	})
}

// prefix: three messages with two-byte lengths in one write.
func prefix(a Attempt) Check {
	awaits := "three messages in one read, each behind its length in two bytes, and " + a.Word + " in one of them"
	return onRaw(awaits, func(t *Teller, c *rawConn, e *wire.Event, data []byte, at int) {
		if !isRead(e) {
			return
		}
		c.saw(a, e)
		n, used := messages(data, bigEndian)
		whole := used == len(data)
		if !c.word {
			if whole {
				c.messages += n
			}
			return
		}
		offset := at + used
		came := func(from int) string { return fmt.Sprintf("% x", data[from:min(from+2, len(data))]) }
		switch {
		case n == 3 && whole && !e.Truncated && Carries(a.Word)(e):
			t.Pass(fmt.Sprintf("Three messages in one read of %s, and each of them can be told from the next: the lengths are a framing.", plural(e.Size, "byte")), e.Seq)
		case whole && n > 0 && c.messages > 0:
			t.Wrong(e, Mistake("prefix-several-writes", at, plural(n, "message")))
		case whole && n > 0:
			c.messages += n
			t.Wrong(e, Mistake("prefix-count", at, plural(n, "message")))
		case n == 0 && len(data) > 1 && digit(data[0]) && digit(data[1]):
			t.Wrong(e, Mistake("prefix-digits", at, fmt.Sprintf("%q", data[:2])))
		case reads(data, littleEndian):
			t.Wrong(e, Mistake("prefix-little-endian", at, came(0)))
		case reads(data, countsItself):
			t.Wrong(e, Mistake("prefix-counts-itself", at, came(0)))
		case reads(data, oneByte):
			t.Wrong(e, Mistake("prefix-one-byte", at, fmt.Sprintf("%02x", data[0])))
		case n >= 3:
			t.Wrong(e, Mistake("prefix-rest", offset, plural(len(data)-used, "byte")))
		default:
			t.Wrong(e, Mistake("prefix-too-long", offset, claims(data[used:])))
		}
	})
}

// lengthOf reads a length at the front of b: its size, and what it says.
type lengthOf func(b []byte) (size, n int, ok bool)

func bigEndian(b []byte) (size, n int, ok bool) {
	if len(b) < 2 {
		return 0, 0, false
	}
	return 2, int(binary.BigEndian.Uint16(b)), true
}

func littleEndian(b []byte) (size, n int, ok bool) {
	if len(b) < 2 {
		return 0, 0, false
	}
	return 2, int(binary.LittleEndian.Uint16(b)), true
}

func countsItself(b []byte) (size, n int, ok bool) {
	size, n, ok = bigEndian(b)
	return size, n - 2, ok && n >= 2
}

func oneByte(b []byte) (size, n int, ok bool) {
	if len(b) == 0 {
		return 0, 0, false
	}
	return 1, int(b[0]), true
}

// messages counts the whole messages at the front of b, and their bytes.
func messages(b []byte, length lengthOf) (n, used int) {
	for used < len(b) {
		size, payload, ok := length(b[used:])
		if !ok || payload > len(b)-used-size {
			break
		}
		n, used = n+1, used+size+payload
	}
	return n, used
}

// reads reports whether b would be three messages, if its lengths were written otherwise. What
// echo adds at the end is not held against it.
func reads(b []byte, length lengthOf) bool {
	n, used := messages(bytes.TrimSuffix(b, []byte("\n")), length)
	return n == 3 && used >= len(b)-1
}

func digit(b byte) bool { return b >= '0' && b <= '9' }

// claims says what a length promises and what there is.
func claims(b []byte) string {
	_, n, ok := bigEndian(b)
	if !ok {
		return "it goes on, and one byte is there where two should be"
	}
	return fmt.Sprintf("%s follow, and %d do", plural(n, "byte"), len(b)-2)
}
