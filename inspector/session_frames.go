package inspector

// The frames of one direction of a Session: judged, previewed, inflated, timed.

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"time"
)

// frameReader is the Sink of one direction. Everything that it keeps of a frame is bounded by
// the preview, but for a compressed message, which is kept whole up to the inflate limit.
type frameReader struct {
	session *Session
	half    *half
	decoder FrameDecoder
	judge   Judge
	frame   Frame
	broken  []Violation

	bytes []byte // header and payload preview, as on the wire
	plain []byte // payload preview, unmasked
	chunk [512]byte

	missing uint64 // payload bytes of the frame in progress that nobody recorded
	lost    string // what is to be said of them

	message  int // messages begun
	part     int
	said     *CloseBody // what the first close frame said
	deflated deflated
}

// deflated is the compressed message in progress, and what inflates it.
type deflated struct {
	inflater *Inflater
	data     []byte // the message's compressed bytes
	size     uint64
	over     bool // too many to keep
	lost     bool // bytes of it are missing
	unsure   bool // messages before the recording may have left a window
	limited  bool // a limit of ours, and not the data, stopped the inflation
	result   Inflated
	plain    []byte
}

// ping is one that has not been answered.
type ping struct {
	from    Direction
	at      time.Time
	payload []byte
}

// maxPings bounds the pings whose pongs are awaited.
const maxPings = 16

func (r *frameReader) start(sender Direction, extensions []Extension, o Options) {
	r.judge = Judge{Sender: sender}
	for _, x := range extensions {
		if !strings.EqualFold(x.Name, "permessage-deflate") {
			continue
		}
		r.judge.Deflate = true
		takeover := true
		for _, p := range x.Params {
			if sender == Up && p.Name == "client_no_context_takeover" || sender == Down && p.Name == "server_no_context_takeover" {
				takeover = false
			}
		}
		r.deflated.inflater = NewInflater(takeover, o.InflateLimit)
	}
}

func (r *frameReader) read(p []byte) int {
	if r.decoder.Idle() {
		r.half.began = r.half.at
	}
	n, err := r.decoder.Feed(p, r)
	if err != nil {
		r.tell("No payload can be as long as this header says. From here on bytes are shown as bytes.")
		r.half.phase = inRaw
	}
	return n
}

// FrameHeader begins a frame.
func (r *frameReader) FrameHeader(h Header, raw []byte) {
	r.bytes = append(r.bytes[:0], raw...)
	r.plain = r.plain[:0]
	r.broken = append(r.broken[:0], r.judge.Header(h)...)
	r.frame = Frame{Header: h}
	r.missing, r.lost = 0, ""
	if !h.Opcode.Control() {
		if h.Opcode != OpContinuation {
			r.message++
			r.part = 0
			r.deflated.data, r.deflated.size, r.deflated.over = r.deflated.data[:0], 0, false
			r.deflated.lost = false
		}
		r.part++
		r.frame.Message, r.frame.Part = r.message, r.part
		r.frame.MessageType, r.frame.Compressed = r.judge.Message()
	}
}

// FramePayload looks at a piece of payload, as far as somebody wants to know what is in it.
func (r *frameReader) FramePayload(piece []byte) {
	at := r.frame.Received + r.missing
	r.frame.Received += uint64(len(piece))
	if room := r.session.o.Preview - len(r.plain); room > 0 && r.missing == 0 {
		front := piece[:min(room, len(piece))]
		r.bytes = append(r.bytes, front...)
		if r.frame.Masked {
			r.plain = AppendMasked(r.plain, front, r.frame.Key, at)
		} else {
			r.plain = append(r.plain, front...)
		}
	}
	compressed := r.frame.Compressed && !r.frame.Opcode.Control()
	if !compressed && !r.judge.WantsPayload() {
		r.judge.Payload(piece)
		return
	}
	for len(piece) > 0 {
		part := piece[:min(len(piece), len(r.chunk))]
		plain := part
		if r.frame.Masked {
			plain = AppendMasked(r.chunk[:0], part, r.frame.Key, at)
		}
		r.broken = append(r.broken, r.judge.Payload(plain)...)
		if compressed {
			r.deflated.keep(plain, r.session.o.InflateLimit)
		}
		at += uint64(len(part))
		piece = piece[len(part):]
	}
}

// FrameEnd tells the frame.
func (r *frameReader) FrameEnd() {
	r.broken = append(r.broken, r.judge.End()...)
	f := &r.frame
	if f.Compressed && f.Fin && !f.Opcode.Control() {
		f.Inflated = r.deflated.inflate(r.session.o)
		switch {
		case f.Inflated.Err != "":
			if r.deflated.limited {
				break // our limit, no fault of the data
			}
			r.broken = append(r.broken, Violation{RuleDeflate, uint64(f.Size) + f.Received, f.Inflated.Err})
		case f.MessageType == OpText:
			r.broken = append(r.broken, r.judge.Inflated(r.deflated.plain)...)
		}
	}
	switch f.Opcode {
	case OpClose:
		body, _ := ParseCloseBody(r.plain)
		f.Close = &body
		if r.said == nil {
			said := body
			r.said = &said
			if r.session.other(r.half).frames.said == nil {
				r.session.upFirst = r.half.dir == Up
			}
		}
	case OpPing:
		r.session.pinged(r.half, r.plain)
	case OpPong:
		f.RTT = r.session.ponged(r.half, r.plain)
	}
	r.tell(r.lost)
	r.half.began = r.half.at
}

// tell emits the frame as far as it has come.
func (r *frameReader) tell(note string) {
	f := &r.frame
	f.Raw, f.Payload, f.Plain = r.bytes[:f.Size], r.bytes[f.Size:], r.plain
	e := r.session.begin(r.half, KindFrame)
	e.Size, e.Overhead, e.Bytes = uint64(f.Size)+f.Received, uint64(f.Size), r.bytes
	e.Truncated = e.Size > uint64(len(r.bytes)) || r.missing > 0
	e.Frame, e.Violations, e.Note = f, r.broken, note
	r.session.emit(e)
}

// cut tells a frame that the connection's end cut off.
func (r *frameReader) cut() {
	if rest := r.decoder.Pending(); len(rest) > 0 {
		r.half.note = r.session.cutBy() + " inside this frame header."
		r.session.readRaw(r.half, rest)
	} else if !r.decoder.Idle() {
		r.tell(r.session.cutBy() + " inside this frame.")
	}
}

func (s *Session) other(h *half) *half {
	if h == &s.up {
		return &s.down
	}
	return &s.up
}

// pinged remembers a ping, for the pong that answers it.
func (s *Session) pinged(h *half, payload []byte) {
	if len(s.pings) == maxPings {
		copy(s.pings, s.pings[1:])
		s.pings = s.pings[:maxPings-1]
	}
	s.pings = append(s.pings, ping{h.dir, h.at, clone(payload)})
}

// ponged returns the time since the last ping from the other side with the same payload, and
// forgets that ping and those before it: a pong answers the latest (RFC 6455 §5.5.3).
func (s *Session) ponged(h *half, payload []byte) time.Duration {
	for i := len(s.pings) - 1; i >= 0; i-- {
		p := s.pings[i]
		if p.from == h.dir || !bytes.Equal(p.payload, payload) {
			continue
		}
		kept := s.pings[:0]
		for k, q := range s.pings {
			if k > i || q.from != p.from {
				kept = append(kept, q)
			}
		}
		s.pings = kept
		return h.at.Sub(p.at)
	}
	return 0
}

func (d *deflated) keep(plain []byte, limit int) {
	d.size += uint64(len(plain))
	if d.size > uint64(limit) {
		d.over = true
		return
	}
	d.data = append(d.data, plain...)
}

// inflate inflates the message that has been kept.
func (d *deflated) inflate(o Options) *Inflated {
	d.result = Inflated{Compressed: d.size}
	r := &d.result
	d.limited = d.over || d.lost
	if d.lost {
		d.inflater.lose(errGap)
		r.Err = "Bytes of the compressed message are missing from the recording; it is not inflated."
		return r
	}
	if d.over {
		d.inflater.lose(ErrInflateLimit)
		r.Err = "The compressed message is over " + size(o.InflateLimit) + " (limit: message); it is not inflated."
		return r
	}
	plain, err := d.inflater.Message(d.plain[:0], d.data)
	d.plain = plain
	r.Size = uint64(len(plain))
	r.Bytes = plain[:min(len(plain), o.Preview)]
	r.Truncated = len(plain) > len(r.Bytes)
	switch {
	case errors.Is(err, ErrInflateLimit):
		d.limited = true
		r.Err = "The message holds more than " + size(o.InflateLimit) + " (limit: message); it is not inflated further."
	case errors.Is(err, ErrFinalBlocks):
		d.limited = true
		r.Err = fmt.Sprintf("The message has more than %d blocks with BFINAL set (limit: final blocks); it is not inflated further.", MaxFinalBlocks)
	case err != nil && (d.unsure || errors.Is(err, errGap)):
		d.limited = true
		r.Err = "It can't be inflated: it may refer to messages that the recording does not hold."
	case err != nil:
		r.Err = "It can't be inflated: " + err.Error() + "."
	}
	return r
}
