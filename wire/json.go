package wire

// Events as JSON, appended by hand: a feed writes each of them once for each of its viewers.

import (
	"strconv"
	"time"

	"wireup/inspector"
)

// AppendEvent appends e as a JSON object, as the feed and the log carry it.
func AppendEvent(b []byte, e *Event) []byte {
	return append(appendMembers(b, e), '}')
}

// AppendDissection appends what AppendEvent does, and with it every kept byte of e cut into
// fields, and a sentence that says what e is.
func AppendDissection(b []byte, e *Event) []byte {
	b = appendMembers(b, e)
	b = append(b, `,"fields":`...)
	b = appendFields(b, inspector.Dissect(e.Event))
	b = append(b, `,"sentence":`...)
	b = appendString(b, inspector.Sentence(e.Event))
	return append(b, '}')
}

// AppendLost appends what stands in the place of n events that are no longer kept.
func AppendLost(b []byte, n uint64) []byte {
	b = append(b, `{"kind":"lost","count":`...)
	b = strconv.AppendUint(b, n, 10)
	return append(b, '}')
}

// appendMembers appends the object of e without its closing brace.
func appendMembers(b []byte, e *Event) []byte {
	b = append(b, `{"seq":`...)
	b = strconv.AppendUint(b, e.Seq, 10)
	b = append(b, `,"conn":`...)
	b = strconv.AppendInt(b, int64(e.Conn), 10)
	b = append(b, `,"exchange":`...)
	b = strconv.AppendInt(b, int64(e.Exchange), 10)
	b = append(b, `,"at":`...)
	b = strconv.AppendFloat(b, e.At, 'f', -1, 64)
	b = append(b, `,"direction":"`...)
	b = append(b, e.Direction.String()...)
	b = append(b, `","kind":"`...)
	b = append(b, e.Kind.String()...)
	b = append(b, `","driver":`...)
	b = appendString(b, e.Driver)
	b = append(b, `,"lab":`...)
	b = appendString(b, e.Lab)
	if e.Viewer != "" {
		b = append(b, `,"viewer":`...)
		b = appendString(b, e.Viewer)
	}
	b = append(b, `,"size":`...)
	b = strconv.AppendUint(b, e.Size, 10)
	b = append(b, `,"overhead":`...)
	b = strconv.AppendUint(b, e.Overhead, 10)
	b = append(b, `,"payloadLength":`...)
	b = strconv.AppendUint(b, e.Payload(), 10)
	b = append(b, `,"summary":`...)
	b = appendString(b, inspector.Summary(e.Event))
	b = append(b, `,"bytes":`...)
	b = appendHex(b, e.Bytes)
	b = append(b, `,"truncated":`...)
	b = strconv.AppendBool(b, e.Truncated)
	if e.Gap {
		b = append(b, `,"gap":true`...)
	}
	b = appendKind(b, e)
	mark, why := inspector.DevTools(e.Event, e.Driver == DriverPage)
	b = append(b, `,"devtools":`...)
	b = appendString(b, mark)
	b = append(b, `,"devtoolsWhy":`...)
	b = appendString(b, why)
	if e.Note != "" {
		b = append(b, `,"note":`...)
		b = appendString(b, e.Note)
	}
	b = append(b, `,"violations":`...)
	return appendViolations(b, e.Violations)
}

// appendKind appends the member that belongs to the event's kind.
func appendKind(b []byte, e *Event) []byte {
	switch {
	case e.Kind == inspector.KindOpen:
		b = append(b, `,"open":{"remote":`...)
		b = appendString(b, e.Remote)
		b = append(b, `,"local":`...)
		b = appendString(b, e.Local)
		b = append(b, '}')
	case e.Head != nil:
		b = append(b, `,"http":`...)
		b = appendHead(b, e.Head)
	case e.Body != nil:
		b = append(b, `,"body":`...)
		b = appendBody(b, e.Body)
	case e.Frame != nil:
		b = append(b, `,"frame":`...)
		b = AppendFrame(b, e.Frame, e.Violations)
		if rtt := e.Frame.RTT; rtt > 0 {
			b = append(b, `,"rtt":`...)
			b = appendMillis(b, rtt)
		}
	case e.Close != nil:
		b = append(b, `,"close":`...)
		b = appendClose(b, e.Close)
	}
	return b
}

// appendHead appends a head: its start line and what that says, and each field with where its
// line stands in the event's bytes.
func appendHead(b []byte, h *inspector.Head) []byte {
	b = append(b, `{"startLine":`...)
	b = appendString(b, h.Line.Of(h.Raw))
	if h.Request {
		b = append(b, `,"method":`...)
		b = appendString(b, h.Method.Of(h.Raw))
		b = append(b, `,"target":`...)
		b = appendString(b, h.Target.Of(h.Raw))
	} else {
		b = append(b, `,"status":`...)
		b = strconv.AppendInt(b, int64(h.Code), 10)
		b = append(b, `,"reason":`...)
		b = appendString(b, h.Reason.Of(h.Raw))
	}
	b = append(b, `,"version":`...)
	b = appendString(b, h.Version.Of(h.Raw))
	b = append(b, `,"fields":[`...)
	for i, f := range h.Fields {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"name":`...)
		b = appendString(b, f.Name.Of(h.Raw))
		b = append(b, `,"value":`...)
		b = appendString(b, f.Value.Of(h.Raw))
		b = append(b, `,"offset":`...)
		b = strconv.AppendInt(b, int64(f.Line.Start), 10)
		b = append(b, `,"length":`...)
		b = strconv.AppendInt(b, int64(f.Line.Len()), 10)
		b = append(b, '}')
	}
	b = append(b, `],"headerLength":`...)
	b = strconv.AppendInt(b, int64(len(h.Raw)), 10)
	return append(b, '}')
}

// appendBody appends a piece of a body; offset and length say where its data stands in the
// event's bytes.
func appendBody(b []byte, p *inspector.Body) []byte {
	b = append(b, `{"framing":"`...)
	b = append(b, p.Framing.String()...)
	b = append(b, `","chunk":`...)
	b = strconv.AppendInt(b, int64(p.Chunk), 10)
	b = append(b, `,"last":`...)
	b = strconv.AppendBool(b, p.Last)
	b = append(b, `,"offset":`...)
	b = strconv.AppendInt(b, int64(p.Data.Start), 10)
	b = append(b, `,"length":`...)
	b = strconv.AppendInt(b, int64(p.Data.Len()), 10)
	return append(b, '}')
}

// appendClose appends how a connection ended. What each side's close frame said is there only if
// it sent one.
func appendClose(b []byte, c *inspector.Close) []byte {
	b = append(b, `{"tcp":"`...)
	b = append(b, c.TCP.String()...)
	b = append(b, '"')
	if c.Err != "" {
		b = append(b, `,"error":`...)
		b = appendString(b, c.Err)
	}
	b = append(b, `,"websocket":`...)
	b = strconv.AppendBool(b, c.WebSocket)
	b = append(b, `,"clean":`...)
	b = strconv.AppendBool(b, c.Clean)
	if c.Up != nil || c.Down != nil {
		b = append(b, `,"first":"`...)
		b = append(b, c.First.String()...)
		b = append(b, '"')
	}
	if c.Up != nil {
		b = append(b, `,"up":`...)
		b = appendCloseBody(b, c.Up)
	}
	if c.Down != nil {
		b = append(b, `,"down":`...)
		b = appendCloseBody(b, c.Down)
	}
	return append(b, '}')
}

// appendMillis appends d as milliseconds with three decimals at most.
func appendMillis(b []byte, d time.Duration) []byte {
	return strconv.AppendFloat(b, float64(d/time.Microsecond)/1000, 'f', -1, 64)
}
