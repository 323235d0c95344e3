package inspector

// HTTP bodies: where they end, and what each chunk spent on saying so (RFC 9112 §6 and §7).

import "fmt"

// body is a direction's body in progress. Its event gathers the bytes of one chunk, or of the
// whole of a body that has none.
type body struct {
	framing BodyFraming
	left    uint64 // data bytes still to come, of the body or of the chunk
	chunk   int
	step    chunkStep
	digits  int

	size, overhead uint64
	bytes          []byte
	data           Span
	last           bool   // the chunk in progress is the last
	missing        uint64 // bytes that nobody recorded, behind those that are kept
}

// chunkStep is what of a chunk comes next.
type chunkStep uint8

const (
	chunkSize   chunkStep = iota // the first hexadecimal digit
	chunkExt                     // the rest of the size line
	chunkSizeLF                  // its LF
	chunkData
	chunkCR // CR behind the data
	chunkLF
	chunkTrailer   // at the start of a trailer line, or of the blank line
	chunkTrailLine // within a trailer line
	chunkEndLF     // the LF of the blank line
)

func (b *body) start(f BodyFraming, length uint64) {
	*b = body{framing: f, left: length, bytes: b.bytes[:0]}
}

// next makes b ready for the next chunk.
func (b *body) next() {
	b.step, b.digits, b.left, b.last = chunkSize, 0, 0, false
	b.size, b.overhead, b.bytes, b.data, b.missing = 0, 0, b.bytes[:0], Span{}, 0
}

// keep adds p to the event in progress, up to limit bytes.
func (b *body) keep(p []byte, limit int) {
	b.size += uint64(len(p))
	if room := limit - len(b.bytes); room > 0 && b.missing == 0 {
		b.bytes = append(b.bytes, p[:min(room, len(p))]...)
	}
}

func (s *Session) readBody(h *half, p []byte) int {
	b := &h.body
	if b.size == 0 {
		h.began = h.at
	}
	n := len(p)
	if b.framing == BodyLength && uint64(n) > b.left {
		n = int(b.left)
	}
	b.keep(p[:n], s.o.Preview)
	if b.framing == BodyLength {
		if b.left -= uint64(n); b.left == 0 {
			b.last = true
			s.tellBody(h)
			h.phase = inHead
		}
	}
	return n
}

// readChunks reads the chunk in progress as far as p goes, and tells it when it is whole.
func (s *Session) readChunks(h *half, p []byte) int {
	b := &h.body
	if b.size == 0 {
		h.began = h.at
	}
	for i := 0; i < len(p); {
		if b.step == chunkData {
			n := len(p) - i
			if uint64(n) > b.left {
				n = int(b.left)
			}
			if b.data.Len() == 0 {
				b.data = Span{len(b.bytes), len(b.bytes)}
			}
			b.keep(p[i:i+n], s.o.Preview)
			b.data.End = len(b.bytes)
			i += n
			if b.left -= uint64(n); b.left == 0 {
				b.step = chunkCR
			}
			continue
		}
		c := p[i]
		if !b.take(c) {
			h.note = fmt.Sprintf("Byte 0x%02x can't stand here in a chunked body. From here on bytes are shown as bytes.", c)
			s.brokenChunk(h)
			return i
		}
		b.keep(p[i:i+1], s.o.Preview)
		b.overhead++
		i++
		if b.step == chunkSize { // the chunk before is whole
			last := b.last
			s.tellBody(h)
			b.next()
			if last {
				h.phase = inHead
			}
			return i
		}
	}
	return len(p)
}

// take moves on by one byte that is not data; false if it breaks the chunked coding.
func (b *body) take(c byte) bool {
	switch b.step {
	case chunkSize:
		if v, ok := hexDigit(c); ok {
			b.digits = 1
			b.left = uint64(v)
			b.chunk++
			b.step = chunkExt
			return true
		}
		return false
	case chunkExt:
		if v, ok := hexDigit(c); ok && b.digits > 0 {
			if b.digits++; b.digits > 16 { // 64 bits: what others take too
				return false
			}
			b.left = b.left<<4 | uint64(v)
			return true
		}
		switch c {
		case '\r':
			b.step = chunkSizeLF
		case '\n':
			return b.sizeLine()
		default:
			if b.digits > 0 && c != ';' && c != ' ' && c != '\t' {
				return false
			}
			b.digits = 0 // an extension has begun: its letters are no digits
		}
	case chunkSizeLF:
		return c == '\n' && b.sizeLine()
	case chunkCR:
		switch c {
		case '\r':
			b.step = chunkLF
		case '\n':
			b.step = chunkSize
		default:
			return false
		}
	case chunkLF:
		b.step = chunkSize
		return c == '\n'
	case chunkTrailer:
		switch c {
		case '\r':
			b.step = chunkEndLF
		case '\n':
			b.step = chunkSize
		default:
			b.step = chunkTrailLine
		}
	case chunkTrailLine:
		if c == '\n' {
			b.step = chunkTrailer
		}
	case chunkEndLF:
		b.step = chunkSize
		return c == '\n'
	}
	return true
}

// sizeLine is called at the end of a chunk's size line.
func (b *body) sizeLine() bool {
	b.step = chunkData
	if b.left == 0 {
		b.last = true
		b.step = chunkTrailer
	}
	return true
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case c >= '0' && c <= '9':
		return c - '0', true
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10, true
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}

// tellBody tells the piece of body that h has gathered, with the rules that it breaks.
func (s *Session) tellBody(h *half, broken ...Violation) {
	b := &h.body
	if b.framing != BodyChunked {
		b.data = Span{0, len(b.bytes)}
	}
	e := s.begin(h, KindBody)
	e.Size, e.Overhead, e.Bytes = b.size, b.overhead, b.bytes
	e.Truncated = b.size > uint64(len(b.bytes)) || b.missing > 0
	e.Body = &Body{Framing: b.framing, Chunk: b.chunk, Last: b.last, Data: b.data}
	e.Note, h.note = h.note, ""
	e.Violations = broken
	s.emit(e)
}

// brokenChunk tells what came of a chunk that breaks the coding, and goes on as raw bytes.
func (s *Session) brokenChunk(h *half) {
	note := h.note
	h.note = ""
	if h.body.size > 0 {
		s.tellBody(h, Violation{RuleChunkSize, h.body.size, "The chunk breaks off here."})
	}
	s.breakOff(h, note)
}

// bodyCut tells the body that the connection's end cut off, or completed.
func (s *Session) bodyCut(h *half) {
	b := &h.body
	if b.framing == BodyUntilClose {
		b.last = true
	} else {
		h.note = s.cutBy() + " inside this body."
	}
	if b.size > 0 || b.framing == BodyUntilClose {
		s.tellBody(h)
	}
}
