package wire

// Events as bytes, for other instances. What can be derived from the bytes of the wire is not
// sent but derived anew, so that it can't contradict them.

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"wireup/inspector"
)

// errCode is what a message is that we can't have written.
var errCode = errors.New("no message of ours")

// Bounds of what is read from a message; beside them nothing is longer than the message itself.
const (
	mostText       = 1 << 10 // of a name, an address, a sentence
	mostViolations = 1 << 10 // of one event
	mostNumber     = 1 << 31 // of a count within a connection
	mostTime       = 1 << 62 // nanoseconds
)

// The bits that stand with an event's kind.
const (
	bitDown = 1 << iota
	bitTruncated
	bitJoined  // a head's or frame's bytes are the event's
	bitRefused // an upgrade to WebSocket was not granted
)

// The bits of a frame, and of a connection's end.
const (
	bitCompressed = 1 << iota
	bitInflated
	bitClosing
	bitMore
)

const (
	bitWebSocket = 1 << iota
	bitClean
	bitFirstDown
	bitSaidUp
	bitSaidDown
)

func putBytes(b, p []byte) []byte {
	b = binary.AppendUvarint(b, uint64(len(p)))
	return append(b, p...)
}

func putText(b []byte, s string) []byte {
	s = s[:min(len(s), mostText)]
	b = binary.AppendUvarint(b, uint64(len(s)))
	return append(b, s...)
}

func putBits(b []byte, bits ...bool) []byte {
	var x byte
	for i, set := range bits {
		if set {
			x |= 1 << i
		}
	}
	return append(b, x)
}

// appendCode appends what happened, without its place on the wire.
func appendCode(b []byte, e *inspector.Event) []byte {
	joined := true
	switch {
	case e.Frame != nil:
		joined = len(e.Frame.Raw)+len(e.Frame.Payload) == len(e.Bytes)
	case e.Head != nil:
		joined = len(e.Head.Raw) == len(e.Bytes)
	}
	b = append(b, byte(e.Kind))
	b = putBits(b, e.Direction == inspector.Down, e.Truncated, joined, e.Refused)
	b = binary.AppendVarint(b, e.At.UnixNano())
	b = binary.AppendVarint(b, int64(e.At.Sub(e.Began)))
	b = binary.AppendUvarint(b, uint64(e.Exchange))
	b = binary.AppendUvarint(b, e.Size)
	b = binary.AppendUvarint(b, e.Overhead)
	b = putBytes(b, e.Bytes)
	b = putText(b, e.Note)
	b = binary.AppendUvarint(b, uint64(len(e.Violations)))
	for _, v := range e.Violations {
		b = putText(b, v.Rule.ID)
		b = binary.AppendUvarint(b, v.Offset)
		b = putText(b, v.Detail)
	}
	switch e.Kind {
	case inspector.KindRequest, inspector.KindResponse:
		if !joined {
			b = putBytes(b, e.Head.Raw)
		}
	case inspector.KindBody:
		b = append(b, byte(e.Body.Framing))
		b = putBits(b, e.Body.Last)
		b = binary.AppendUvarint(b, uint64(e.Body.Chunk))
		b = binary.AppendUvarint(b, uint64(e.Body.Data.Start))
		b = binary.AppendUvarint(b, uint64(e.Body.Data.End))
	case inspector.KindFrame:
		b = appendFrameCode(b, e.Frame, joined)
	case inspector.KindClose:
		b = appendCloseCode(b, e.Close)
	}
	return b
}

func appendFrameCode(b []byte, f *inspector.Frame, joined bool) []byte {
	if joined {
		b = binary.AppendUvarint(b, uint64(len(f.Raw)))
	} else {
		b = putBytes(b, f.Raw)
		b = putBytes(b, f.Payload)
	}
	i := f.Inflated
	b = putBits(b, f.Compressed, i != nil, f.Close != nil, i != nil && i.Truncated)
	b = append(b, byte(f.MessageType))
	b = binary.AppendUvarint(b, f.Received)
	b = binary.AppendUvarint(b, uint64(f.Message))
	b = binary.AppendUvarint(b, uint64(f.Part))
	b = binary.AppendUvarint(b, uint64(f.RTT))
	if i != nil {
		b = binary.AppendUvarint(b, i.Compressed)
		b = binary.AppendUvarint(b, i.Size)
		b = putBytes(b, i.Bytes)
		b = putText(b, i.Err)
	}
	return b
}

func appendCloseCode(b []byte, c *inspector.Close) []byte {
	b = append(b, byte(c.TCP))
	b = putBits(b, c.WebSocket, c.Clean, c.First == inspector.Down, c.Up != nil, c.Down != nil)
	b = putText(b, c.Err)
	for _, said := range []*inspector.CloseBody{c.Up, c.Down} {
		if said != nil {
			b = binary.AppendUvarint(b, uint64(said.Code))
			b = putText(b, said.Reason)
		}
	}
	return b
}

// reader reads a message from the front. After the first thing that can't be, it reads nothing
// but zeros and err says so.
type reader struct {
	b   []byte
	err error
}

func (r *reader) fail(what string) {
	if r.err == nil {
		r.err = fmt.Errorf("%w: %s", errCode, what)
	}
	r.b = nil
}

func (r *reader) check(ok bool, what string) {
	if !ok {
		r.fail(what)
	}
}

func (r *reader) number(most uint64) uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 || v > most {
		r.fail("a number")
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *reader) count() int { return int(r.number(mostNumber)) }

func (r *reader) signed() int64 {
	v, n := binary.Varint(r.b)
	if n <= 0 || v > mostTime || v < -mostTime {
		r.fail("a number with a sign")
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *reader) byte(most byte) byte {
	if len(r.b) == 0 || r.b[0] > most {
		r.fail("a byte")
		return 0
	}
	c := r.b[0]
	r.b = r.b[1:]
	return c
}

// bytes returns a part of the message itself.
func (r *reader) bytes(most int) []byte {
	n := r.number(uint64(most))
	if n > uint64(len(r.b)) {
		r.fail("a length")
		return nil
	}
	p := r.b[:n:n]
	r.b = r.b[n:]
	return p
}

func (r *reader) text() string { return string(r.bytes(mostText)) }

// event reads what appendCode has written. Its slices are parts of the message.
func (r *reader) event() *inspector.Event {
	const most = 1<<63 - 1
	e := &inspector.Event{Kind: inspector.Kind(r.byte(byte(inspector.KindClose)))}
	bits := r.byte(bitDown | bitTruncated | bitJoined | bitRefused)
	if bits&bitDown != 0 {
		e.Direction = inspector.Down
	}
	e.Truncated, e.Refused = bits&bitTruncated != 0, bits&bitRefused != 0
	e.At = time.Unix(0, r.signed())
	e.Began = e.At.Add(-time.Duration(r.signed()))
	e.Exchange = r.count()
	e.Size, e.Overhead = r.number(1<<64-1), r.number(1<<64-1)
	r.check(e.Overhead <= e.Size, "an overhead")
	e.Bytes = r.bytes(most)
	e.Note = r.text()
	if n := r.number(mostViolations); n > 0 {
		for range n {
			v := inspector.Violation{Rule: inspector.FindRule(r.text()), Offset: r.number(1<<64 - 1), Detail: r.text()}
			if r.check(v.Rule != nil, "a rule"); r.err != nil {
				return nil
			}
			e.Violations = append(e.Violations, v)
		}
	}
	switch e.Kind {
	case inspector.KindRequest, inspector.KindResponse:
		raw := e.Bytes
		if bits&bitJoined == 0 {
			raw = r.bytes(most)
		}
		e.Head = r.head(raw, e.Kind == inspector.KindRequest)
	case inspector.KindBody:
		e.Body = r.body(e)
	case inspector.KindFrame:
		e.Frame = r.frame(e.Bytes, bits&bitJoined != 0)
	case inspector.KindClose:
		e.Close = r.close()
	}
	if r.err != nil {
		return nil
	}
	return e
}

func (r *reader) head(raw []byte, request bool) *inspector.Head {
	h, n, _, err := inspector.ParseHead(raw, request)
	r.check(err == nil && n == len(raw) && n > 0, "a head")
	return &h
}

func (r *reader) body(e *inspector.Event) *inspector.Body {
	b := &inspector.Body{Framing: inspector.BodyFraming(r.byte(byte(inspector.BodyUntilClose)))}
	b.Last = r.byte(1) == 1
	b.Chunk = r.count()
	b.Data.Start, b.Data.End = int(r.number(1<<62)), int(r.number(1<<62))
	r.check(b.Data.Start <= b.Data.End && (b.Data.End <= len(e.Bytes) || e.Truncated), "where data stands")
	return b
}

func (r *reader) frame(all []byte, joined bool) *inspector.Frame {
	const most = 1<<63 - 1
	f := &inspector.Frame{}
	if joined {
		n := int(r.number(inspector.MaxHeaderSize))
		if r.check(n <= len(all), "a frame's header"); r.err != nil {
			return nil
		}
		f.Raw, f.Payload = all[:n:n], all[n:]
	} else {
		f.Raw, f.Payload = r.bytes(inspector.MaxHeaderSize), r.bytes(most)
	}
	h, n, _ := inspector.ParseHeader(f.Raw) // a length with its top bit set was told as a frame too
	r.check(n > 0 && n == len(f.Raw), "a frame's header")
	f.Header, f.Plain = h, f.Payload
	if h.Masked {
		f.Plain = inspector.AppendMasked(nil, f.Payload, h.Key, 0)
	}
	bits := r.byte(bitCompressed | bitInflated | bitClosing | bitMore)
	f.Compressed = bits&bitCompressed != 0
	f.MessageType = inspector.Opcode(r.byte(0xF))
	f.Received = r.number(1<<64 - 1)
	f.Message, f.Part = r.count(), r.count()
	f.RTT = time.Duration(r.number(mostTime))
	if bits&bitInflated != 0 {
		f.Inflated = &inspector.Inflated{Compressed: r.number(1<<64 - 1), Size: r.number(1<<64 - 1),
			Bytes: r.bytes(most), Err: r.text(), Truncated: bits&bitMore != 0}
	}
	if bits&bitClosing != 0 {
		said, _ := inspector.ParseCloseBody(f.Plain)
		f.Close = &said
	}
	return f
}

func (r *reader) close() *inspector.Close {
	c := &inspector.Close{TCP: inspector.Ending(r.byte(byte(inspector.EndError)))}
	bits := r.byte(bitWebSocket | bitClean | bitFirstDown | bitSaidUp | bitSaidDown)
	c.WebSocket, c.Clean = bits&bitWebSocket != 0, bits&bitClean != 0
	if bits&bitFirstDown != 0 {
		c.First = inspector.Down
	}
	c.Err = r.text()
	said := func() *inspector.CloseBody {
		return &inspector.CloseBody{Code: inspector.CloseCode(r.number(0xFFFF)), Reason: r.text()}
	}
	if bits&bitSaidUp != 0 {
		c.Up = said()
	}
	if bits&bitSaidDown != 0 {
		c.Down = said()
	}
	return c
}
