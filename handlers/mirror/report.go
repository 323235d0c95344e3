package mirror

// What is to be told of a message, and the contract's JSON of it.

import (
	"strconv"
	"time"

	"wireup/inspector"
	"wireup/wire"
)

// record is a frame with a bounded view of its payload, all in one piece of memory.
type record struct {
	frame inspector.Frame // its slices are set by view
	raw   [inspector.MaxHeaderSize]byte
	wire  [wire.FramePreview]byte // the first payload bytes as they came
	plain [wire.FramePreview]byte // the same, unmasked
	kept  int                     // how many of them

	direction  inspector.Direction // of a control frame
	violations []inspector.Violation
}

// start makes r the record of a frame with this header, of whose payload nothing has come.
func (r *record) start(h inspector.Header, raw []byte) {
	r.frame = inspector.Frame{Header: h}
	copy(r.raw[:], raw)
	r.kept, r.direction, r.violations = 0, inspector.Up, nil
}

// keepWire keeps the front of a payload piece as it came; keepPlain, the same piece unmasked,
// must follow.
func (r *record) keepWire(piece []byte) { copy(r.wire[r.kept:], piece) }

func (r *record) keepPlain(piece []byte) {
	r.kept += copy(r.plain[r.kept:], piece)
	r.frame.Received += uint64(len(piece))
}

// view returns the frame with its slices, which are valid as long as r stays where it is.
func (r *record) view() *inspector.Frame {
	f := &r.frame
	f.Raw, f.Plain = r.raw[:f.Size], r.plain[:r.kept]
	f.Payload = f.Plain
	if f.Masked {
		f.Payload = r.wire[:r.kept]
	}
	return f
}

// report is one breakdown before it is written down.
type report struct {
	message  int      // which message of the client's, from 1
	received []record // its first frames
	omitted  int      // its frames beyond those

	// A library sends what it likes, so mirrored lists it. Otherwise each received frame went
	// back as it came, and sent is which message of the server's that made.
	library  bool
	mirrored []record
	sent     int

	control        []record // control frames since the last breakdown
	omittedControl int

	mirror record // the mirror of the frame that is being written down
}

func (r *report) reset() {
	r.received, r.mirrored, r.control = r.received[:0], r.mirrored[:0], r.control[:0]
	r.omitted, r.omittedControl, r.library = 0, 0, false
}

// add returns the record for the next frame of the message, or nil if there are enough.
func add(list *[]record, limit int) *record {
	n := len(*list)
	if n == limit {
		return nil
	}
	if n == cap(*list) {
		*list = append(*list, record{})
	} else {
		*list = (*list)[:n+1]
	}
	return &(*list)[n]
}

// mirrorOf is the frame that r went back as.
func (rep *report) mirrorOf(r *record) *inspector.Frame {
	m := &rep.mirror
	f := &m.frame
	*f = r.frame
	f.Masked, f.Key = false, [4]byte{}
	raw := f.Header.AppendTo(m.raw[:0])
	f.Size, f.Raw = len(raw), raw
	f.Plain = r.plain[:r.kept]
	f.Payload = f.Plain
	f.Message = rep.sent
	return f
}

// appendFrame appends the text frame that holds the breakdown.
func (rep *report) appendFrame(b []byte, form Breakdown) []byte {
	start := len(b)
	b = openText(b)
	if form == Text {
		b = rep.appendText(b)
	} else {
		b = rep.appendJSON(b)
	}
	return sealText(b, start)
}

// appendJSON appends the contract's breakdown object.
func (rep *report) appendJSON(b []byte) []byte {
	b = append(b, `{"message":`...)
	b = strconv.AppendInt(b, int64(rep.message), 10)
	b = append(b, ',')
	b = rep.appendFrames(b)
	if rep.omitted > 0 {
		b = append(b, `,"omitted":`...)
		b = strconv.AppendInt(b, int64(rep.omitted), 10)
	}
	if len(rep.control) > 0 {
		b = rep.appendControl(b)
	}
	return append(b, '}')
}

// appendFrames appends the frames that came, and those that went back.
func (rep *report) appendFrames(b []byte) []byte {
	if len(rep.received) == 1 && !rep.library {
		if b, ok := wire.AppendEcho(b, rep.received[0].view()); ok {
			return b
		}
	}
	b = append(b, `"received":[`...)
	for i := range rep.received {
		if i > 0 {
			b = append(b, ',')
		}
		r := &rep.received[i]
		b = wire.AppendReported(b, r.view(), r.violations)
	}
	b = append(b, `],"mirrored":[`...)
	for i := range rep.mirrors() {
		if i > 0 {
			b = append(b, ',')
		}
		b = wire.AppendReported(b, rep.mirrorAt(i), nil)
	}
	return append(b, ']')
}

// mirrors is how many frames went back, as far as they are listed.
func (rep *report) mirrors() int {
	if rep.library {
		return len(rep.mirrored)
	}
	return len(rep.received)
}

// mirrorAt is the i-th of them.
func (rep *report) mirrorAt(i int) *inspector.Frame {
	if rep.library {
		return rep.mirrored[i].view()
	}
	return rep.mirrorOf(&rep.received[i])
}

// appendControl appends the control frames: frame objects that say their direction.
func (rep *report) appendControl(b []byte) []byte {
	b = append(b, `,"control":[`...)
	for i := range rep.control {
		if i > 0 {
			b = append(b, ',')
		}
		r := &rep.control[i]
		b = append(b, `{"direction":"`...)
		b = append(b, r.direction.String()...)
		b = append(b, '"')
		if r.frame.RTT > 0 {
			b = append(b, `,"rtt":`...)
			b = appendMillis(b, r.frame.RTT)
		}
		object := len(b)
		b = wire.AppendFrame(b, r.view(), r.violations)
		b[object] = ',' // in the place of its opening brace
	}
	b = append(b, ']')
	if rep.omittedControl > 0 {
		b = append(b, `,"omittedControl":`...)
		b = strconv.AppendInt(b, int64(rep.omittedControl), 10)
	}
	return b
}

// appendMillis appends d as milliseconds with three decimals at most.
func appendMillis(b []byte, d time.Duration) []byte {
	return strconv.AppendFloat(b, float64(d.Microseconds())/1000, 'f', -1, 64)
}
