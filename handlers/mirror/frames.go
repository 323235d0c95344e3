package mirror

// The echo as the decoder's Sink: each frame judged, unmasked in its mirror's place, answered.

import (
	"errors"
	"time"

	"wireup/inspector"
	"wireup/wire"
)

// deaf reports whether nothing that comes matters any more.
func (e *Echo) deaf() bool { return e.over || e.failed }

// FrameHeader judges a header and puts that of the answer into out, ahead of its payload.
func (e *Echo) FrameHeader(h inspector.Header, raw []byte) {
	if e.deaf() {
		return
	}
	w := e.work
	w.frame, w.at = h, 0
	if e.leaving {
		return
	}
	before := w.judge
	if v := w.judge.Header(h); len(v) > 0 {
		if !e.breaksFront(&before, raw[:len(raw)-1]) {
			e.breaks(v)
		}
		return
	}
	answer := inspector.Header{Fin: h.Fin, RSV: h.RSV, Opcode: h.Opcode, Length: h.Length}
	switch {
	case h.Opcode == inspector.OpPing:
		answer.Opcode = inspector.OpPong
		w.out = answer.AppendTo(w.out)
	case h.Opcode.Control():
		// A pong has no answer; that of a close frame is not its payload.
	default:
		if h.Length > uint64(e.limit)-w.size {
			e.tooBig()
			return
		}
		w.size += h.Length
		w.out = answer.AppendTo(w.out)
		e.dataHeader(h, raw)
		return
	}
	w.current = nil
	if e.breakdown != Off {
		w.current = &w.control
		w.current.start(h, raw)
	}
}

// dataHeader counts a data frame, and begins its record.
func (e *Echo) dataHeader(h inspector.Header, raw []byte) {
	w := e.work
	if h.Opcode != inspector.OpContinuation {
		e.messages++
		e.said++
	}
	w.part++
	w.kind, w.deflated = w.judge.Message()
	w.current = nil
	if e.breakdown == Off {
		return
	}
	w.current = add(&w.report.received, maxFrames)
	if w.current == nil {
		w.report.omitted++
		return
	}
	w.current.start(h, raw)
	f := &w.current.frame
	f.Message, f.Part = int(e.messages), int(w.part)
	f.MessageType, f.Compressed = w.kind, w.deflated
}

// FramePayload unmasks a piece in the place that it will be sent from, and judges it.
func (e *Echo) FramePayload(piece []byte) {
	if e.deaf() || e.leaving {
		return
	}
	w := e.work
	start := len(w.out)
	if w.lent {
		w.out = w.out[:start+len(piece)] // it has been read into its place
	} else {
		w.out = append(w.out, piece...)
	}
	p := w.out[start:]
	if w.current != nil {
		w.current.keepWire(p)
	}
	unmask(p, w.frame.Key, w.at)
	if w.current != nil {
		w.current.keepPlain(p)
	}
	w.at += uint64(len(p))
	if w.deflated && !w.frame.Opcode.Control() {
		w.compressed = append(w.compressed, p...)
	}
	e.breaks(w.judge.Payload(p))
}

// FrameEnd answers the frame.
func (e *Echo) FrameEnd() {
	if e.deaf() {
		return
	}
	w := e.work
	if e.leaving {
		e.over = w.frame.Opcode == inspector.OpClose
		return
	}
	if e.breaks(w.judge.End()) {
		return
	}
	switch w.frame.Opcode {
	case inspector.OpPing:
		if w.current != nil {
			e.control().saw(inspector.Up, w.current)
			pong := w.out[w.whole:]
			h, n, _ := inspector.ParseHeader(pong)
			w.control.hold(h, pong[:n], pong[n:])
			e.control().saw(inspector.Down, &w.control)
		}
		w.whole = len(w.out)
	case inspector.OpPong:
		rtt := e.control().ponged(time.Now(), w.out[w.whole:])
		w.out = w.out[:w.whole]
		if w.current != nil {
			w.current.frame.RTT = rtt
			e.control().saw(inspector.Up, w.current)
		}
	case inspector.OpClose:
		said, _ := inspector.ParseCloseBody(w.out[w.whole:])
		e.close(said.Code, "")
	default:
		e.dataEnd()
	}
	if w.whole >= flushAt && !e.over {
		e.send()
	}
}

// dataEnd lets the mirror of a data frame go, and explains the message if it was the last one.
func (e *Echo) dataEnd() {
	w := e.work
	if w.frame.Fin && w.deflated && !e.inflate() {
		return
	}
	w.whole = len(w.out)
	if !w.frame.Fin {
		return
	}
	if e.breakdown != Off {
		e.explain()
	}
	w.size, w.part = 0, 0
	w.compressed = w.compressed[:0]
	w.report.reset()
}

// inflate judges the compressed message that has come.
func (e *Echo) inflate() bool {
	w := e.work
	plain, err := e.inflater.Message(w.plain[:0], w.compressed)
	w.plain = plain
	switch {
	case errors.Is(err, inspector.ErrInflateLimit):
		e.tooBig()
		return false
	case errors.Is(err, inspector.ErrFinalBlocks):
		e.close(inspector.ClosePolicyViolation, finalBlocksReason)
		return false
	case err != nil:
		e.fail(inspector.RuleDeflate)
		return false
	case w.kind == inspector.OpText && e.breaks(w.judge.Inflated(plain)):
		return false
	}
	if w.current != nil {
		w.inflated = inspector.Inflated{
			Compressed: uint64(len(w.compressed)),
			Size:       uint64(len(plain)),
			Bytes:      plain[:min(len(plain), wire.FramePreview)],
			Truncated:  len(plain) > wire.FramePreview,
		}
		w.current.frame.Inflated = &w.inflated
	}
	return true
}

// explain appends the breakdown of the message that has ended.
func (e *Echo) explain() {
	w := e.work
	rep := &w.report
	rep.message, rep.sent = int(e.messages), int(e.said)
	if c := e.controls.Load(); c != nil {
		c.take(rep)
	}
	w.out = rep.appendFrame(w.out, e.breakdown)
	w.whole = len(w.out)
	e.said++
}

// breaks ends the conversation if there are violations.
func (e *Echo) breaks(v []inspector.Violation) bool {
	if len(v) == 0 {
		return false
	}
	e.fail(v[0].Rule)
	return true
}

// breaksFront ends the conversation if the front of a header breaks a rule: for the first of
// its bytes that does, as if it had come byte by byte. How it was cut must not show.
func (e *Echo) breaksFront(judge *inspector.Judge, front []byte) bool {
	for n := range front {
		if e.breaks(judge.Early(front[:n+1])) {
			return true
		}
	}
	return false
}

// fail ends the conversation for a rule that was broken.
func (e *Echo) fail(r *inspector.Rule) { e.close(r.Close, closeReason(r)) }

// tooBig ends the conversation for a message over the limit.
func (e *Echo) tooBig() {
	e.close(inspector.CloseMessageTooBig, tooBigReason(e.limit))
}

// close appends our close frame, behind which nothing goes out. The answer to the frame in
// progress is dropped.
func (e *Echo) close(code inspector.CloseCode, reason string) {
	e.appendClose(code, reason)
	e.over = true
}

func (e *Echo) appendClose(code inspector.CloseCode, reason string) {
	w := e.work
	w.out = appendClose(w.out[:w.whole], code, reason)
	w.whole = len(w.out)
}
