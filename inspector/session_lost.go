package inspector

// Gaps: what a session makes of bytes that crossed and that nobody recorded, and where it goes on.

import (
	"bytes"
	"errors"
	"fmt"
	"time"
)

// errGap is why a message that lacks bytes can't be inflated.
var errGap = errors.New("bytes of it are missing from the recording")

// Lost tells s that n bytes crossed in direction d that nobody recorded; 0 if nobody knows how many.
// The gap is told as an event. Where it lies within a payload whose end is known, reading goes on
// behind it; elsewhere it goes on at the next sure boundary: a piece shown to Observe that begins a
// head, or that is cut into whole frames without a rest.
func (s *Session) Lost(at time.Time, d Direction, n uint64) {
	h := s.half(d)
	h.at = at
	within := n > 0 && s.within(h, n)
	if !within {
		s.gap = true
		s.unfinished(h)
		s.gap = false
		h.head, h.lined = nil, false
		s.seek(h)
	}
	e := s.begin(h, KindBytes)
	e.Began = at
	e.Size, e.Gap, e.Truncated = n, true, n > 0
	switch {
	case within:
		e.Note = "The end of the payload that they belong to is known: reading goes on behind the gap."
	case h.phase == inRaw:
	default:
		e.Note = "Reading goes on at the next sure boundary."
	}
	s.emit(e)
	if within {
		s.skipped(h, n)
	}
}

// Joined tells s that its connection is older than the recording: in both directions reading begins
// at the first sure boundary. Call it before the first Observe.
func (s *Session) Joined() {
	s.joined = true
	s.seek(&s.up)
	s.seek(&s.down)
}

// Seeking reports whether reading in direction d waits for a sure boundary.
func (s *Session) Seeking(d Direction) bool { return s.half(d).phase == inSeek }

// Sure tells s that the next bytes shown in direction d begin a frame: for who knows more than s does,
// such as what comes behind them.
func (s *Session) Sure(d Direction) { s.half(d).sure = true }

func (s *Session) half(d Direction) *half {
	if d == Down {
		return &s.down
	}
	return &s.up
}

// FrameChain tells whether pieces of a stream can be nothing but frames that crossed in direction D,
// if the first begins with one: each header is one that such a sender writes.
type FrameChain struct {
	D    Direction
	left uint64 // of a payload
}

// Add adds a piece. ok is false if it goes on with no such frame, or with a part of a header; ends is
// whether a frame ends where the piece ends.
func (c *FrameChain) Add(p []byte) (ends, ok bool) {
	for len(p) > 0 {
		if c.left > 0 {
			n := min(c.left, uint64(len(p)))
			c.left -= n
			p = p[n:]
			continue
		}
		h, n, err := ParseHeader(p)
		if n == 0 || err != nil || h.Masked != (c.D == Up) || h.RSV&(RSV2|RSV3) != 0 || h.Opcode.Reserved() || h.LengthForm() != h.ShortestForm() {
			return false, false
		}
		if h.Opcode.Control() && (!h.Fin || h.RSV != 0 || h.Length > MaxControlPayload) {
			return false, false
		}
		c.left = h.Length
		p = p[n:]
	}
	return c.left == 0, true
}

// BeginsFrames reports whether p can be nothing but frames of a WebSocket that crossed in direction d,
// the last of which ends where p ends.
func BeginsFrames(p []byte, d Direction) bool {
	c := FrameChain{D: d}
	ends, ok := c.Add(p)
	return ok && ends
}

// within reports whether the next n bytes of h are payload whose end is known.
func (s *Session) within(h *half, n uint64) bool {
	switch h.phase {
	case inBody:
		return h.body.framing == BodyUntilClose || n <= h.body.left
	case inChunks:
		return h.body.step == chunkData && n <= h.body.left
	case inFrames:
		return h.frames.decoder.in && n <= h.frames.decoder.left
	}
	return false
}

// skipped moves on by n bytes of payload.
func (s *Session) skipped(h *half, n uint64) {
	switch h.phase {
	case inBody, inChunks:
		b := &h.body
		b.missing += n
		h.note = missingNote(b.missing)
		if b.framing == BodyUntilClose {
			return
		}
		if b.left -= n; b.left > 0 {
			return
		}
		if h.phase == inChunks {
			b.step = chunkCR
			return
		}
		b.last = true
		s.tellBody(h)
		h.phase = inHead
	case inFrames:
		h.frames.skip(n)
	}
}

func missingNote(n uint64) string {
	return fmt.Sprintf("%s of its payload are missing from the recording.", count(n, "byte"))
}

// skip moves on by n bytes of the frame's payload.
func (r *frameReader) skip(n uint64) {
	r.missing += n
	r.frame.Missing = r.missing
	r.lost = missingNote(r.missing)
	r.judge.Lose()
	r.deflated.lost = r.frame.Compressed
	if r.decoder.left -= n; r.decoder.left == 0 {
		r.decoder.in = false
		r.FrameEnd()
	}
}

// seek has h look for a sure boundary.
func (s *Session) seek(h *half) {
	if h.phase == inRaw {
		return // bytes are bytes, with or without a gap
	}
	h.phase = inSeek
	h.note = "Where the next head or frame begins is not sure yet, so these bytes are shown as bytes."
	h.frames.judge.Lose()
	h.frames.decoder = FrameDecoder{}
	if h.frames.deflated.inflater != nil {
		h.frames.deflated.inflater.lose(errGap)
	}
	if h.dir == Up {
		s.awaiting = s.awaiting[:0]
	}
}

// sought looks whether p begins at a sure boundary, and tells it as bytes if it does not.
func (s *Session) sought(h *half, p []byte) int {
	sure := h.sure
	h.sure = false
	switch {
	case !s.webSocket && beginsHead(p, h.dir):
		h.phase, h.note = inHead, ""
	case sure || BeginsFrames(p, h.dir):
		if !s.webSocket {
			s.presume(p)
		}
		h.phase, h.note = inFrames, ""
	default:
		return s.readRaw(h, p)
	}
	return 0
}

// beginsHead reports whether p begins as a head of its direction does, up to its first line's end.
func beginsHead(p []byte, d Direction) bool {
	line, _, whole := bytes.Cut(p, []byte("\n"))
	if !whole {
		return false
	}
	var h Head
	h.Request = d == Up
	return h.startLine(p, Span{0, len(bytes.TrimSuffix(line, []byte("\r")))}, true) == nil
}

// presume takes a switch to WebSocket as given that the recording doesn't hold. p is frames.
func (s *Session) presume(p []byte) {
	s.webSocket, s.upgrade = true, max(s.exchanges, 1)
	var extensions []Extension
	if p[0]&0x40 != 0 {
		extensions = []Extension{{Name: "permessage-deflate"}}
	}
	for _, h := range []*half{&s.up, &s.down} {
		if h.phase == inRaw {
			continue
		}
		held := h.head
		h.head, h.lined = nil, false
		h.exchange = s.upgrade
		s.seek(h)
		h.frames.start(h.dir, extensions, s.o)
		h.frames.judge.Lose()
		h.frames.deflated.unsure = true
		if len(held) > 0 {
			s.feed(h, h.at, held)
		}
	}
}
