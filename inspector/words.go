package inspector

// Events in words: a line for a list, and sentences for a reader.

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Summary says in a line what e is: "text frame, 5 bytes, masked". It may hold text from the wire.
func Summary(e *Event) string {
	switch e.Kind {
	case KindOpen:
		return "connection opened"
	case KindRequest, KindResponse:
		return readable(e.Head.Line.Of(e.Head.Raw))
	case KindBody:
		return bodySummary(e)
	case KindFrame:
		return frameSummary(e)
	case KindBytes:
		switch {
		case e.Gap && e.Size == 0:
			return "gap: bytes are missing"
		case e.Gap:
			return "gap: " + count(e.Size, "byte") + " missing"
		case e.Size == 0:
			return "end of stream"
		}
		return count(e.Size, "byte") + " outside any protocol"
	}
	return "connection closed: " + e.Close.TCP.String()
}

func bodySummary(e *Event) string {
	switch {
	case e.Body.Framing == BodyChunked && e.Body.Last:
		return "last chunk"
	case e.Body.Framing == BodyChunked:
		return fmt.Sprintf("chunk %d, %s", e.Body.Chunk, count(e.Payload(), "byte"))
	}
	return "body, " + count(e.Payload(), "byte")
}

func frameSummary(e *Event) string {
	f := e.Frame
	var b strings.Builder
	b.WriteString(f.Opcode.String())
	b.WriteString(" frame, ")
	b.WriteString(count(f.Length, "byte"))
	if f.Masked {
		b.WriteString(", masked")
	}
	if f.Part > 1 || f.Part == 1 && !f.Fin {
		fmt.Fprintf(&b, ", part %d of message %d", f.Part, f.Message)
	}
	if f.Compressed {
		b.WriteString(", compressed")
	}
	if f.Close != nil {
		b.WriteString(", ")
		b.WriteString(f.Close.Code.String())
	}
	if f.RTT > 0 {
		b.WriteString(", after ")
		b.WriteString(milliseconds(f.RTT))
	}
	switch {
	case f.Missing > 0:
		fmt.Fprintf(&b, ", %s missing", count(f.Missing, "byte"))
	case f.Received < f.Length:
		fmt.Fprintf(&b, ", cut off after %d", f.Received)
	}
	return b.String()
}

// Sentence says what e is to somebody who has just opened it.
func Sentence(e *Event) string {
	who := "The client"
	if e.Direction == Down {
		who = "The server"
	}
	switch e.Kind {
	case KindOpen:
		return "A TCP connection was accepted. Nothing has been sent on it yet."
	case KindRequest:
		h := e.Head
		return fmt.Sprintf("%s asks for %s: %s of head, of which the request line takes %d.",
			who, readable(h.Target.Of(h.Raw)), count(e.Size, "byte"), h.Line.Len())
	case KindResponse:
		h := e.Head
		s := fmt.Sprintf("%s answers %d: %s of head.", who, h.Code, count(e.Size, "byte"))
		if h.Code == 101 {
			s += " From here on both sides speak the new protocol."
		}
		if e.Refused {
			s += " So this handshake failed, and no WebSocket begins here."
			if length, ok := h.Get("Content-Length"); ok && length != "0" {
				s += " Its body, the next row of this connection, says why."
			}
		}
		return s
	case KindBody:
		return bodySentence(e, who)
	case KindFrame:
		return frameSentence(e, who)
	case KindBytes:
		switch {
		case e.Gap && e.Size == 0:
			return who + " sent bytes that the recording does not hold."
		case e.Gap:
			return fmt.Sprintf("%s sent %s that the recording does not hold.", who, count(e.Size, "byte"))
		case e.Size == 0:
			return who + " says that it sends nothing more. It can still receive."
		}
		return fmt.Sprintf("%s sent %s that no protocol explains.", who, count(e.Size, "byte"))
	}
	return closeSentence(e.Close)
}

func bodySentence(e *Event, who string) string {
	switch e.Body.Framing {
	case BodyChunked:
		if e.Body.Last {
			return "The last chunk: its size is 0, and the body ends."
		}
		return fmt.Sprintf("Chunk %d of the body: %s of data, and %d to frame it.", e.Body.Chunk, count(e.Payload(), "byte"), e.Overhead)
	case BodyUntilClose:
		return fmt.Sprintf("%s sent %s of body. The end of the connection ends it.", who, count(e.Payload(), "byte"))
	}
	return fmt.Sprintf("%s sent %s of body, as many as Content-Length said.", who, count(e.Payload(), "byte"))
}

func frameSentence(e *Event, who string) string {
	f := e.Frame
	var b strings.Builder
	fmt.Fprintf(&b, "%s sent ", who)
	kind := f.Opcode.String()
	switch {
	case f.Opcode.Control():
		fmt.Fprintf(&b, "a %s frame", kind)
	case f.Fin && f.Part <= 1:
		fmt.Fprintf(&b, "one final %s frame", kind)
	case f.Fin:
		fmt.Fprintf(&b, "the last frame, number %d, of a %s message", f.Part, f.MessageType)
	case f.Part <= 1:
		fmt.Fprintf(&b, "the first frame of a %s message", f.MessageType)
	default:
		fmt.Fprintf(&b, "frame %d of a %s message", f.Part, f.MessageType)
	}
	fmt.Fprintf(&b, ": %s of header, %s of payload", count(uint64(f.Size), "byte"), count(f.Length, "byte"))
	if f.Masked {
		fmt.Fprintf(&b, ", masked with the key % x", f.Key[:])
	}
	b.WriteString(".")
	switch {
	case f.Missing > 0:
		fmt.Fprintf(&b, " The recording lacks %s of it.", count(f.Missing, "byte"))
	case f.Received < f.Length:
		fmt.Fprintf(&b, " Only %s of it came.", count(f.Received, "byte"))
	}
	if f.Close != nil {
		switch {
		case f.Close.Code == CloseNoStatus:
			b.WriteString(" It gives no code, which the API on the other side reports as 1005.")
		default:
			fmt.Fprintf(&b, " Its code is %s.", f.Close.Code)
		}
	}
	if f.RTT > 0 {
		fmt.Fprintf(&b, " It answers a ping after %s.", milliseconds(f.RTT))
	}
	if i := f.Inflated; i != nil && i.Err == "" {
		fmt.Fprintf(&b, " The message took %s compressed and holds %s.", count(i.Compressed, "byte"), count(i.Size, "byte"))
		if i.Compressed > i.Size {
			b.WriteString(" Compression made it larger.")
		}
	}
	return b.String()
}

func closeSentence(c *Close) string {
	var b strings.Builder
	switch c.TCP {
	case EndClient:
		b.WriteString("The client closed the TCP connection first.")
	case EndServer:
		b.WriteString("The server closed the TCP connection first.")
	case EndReset:
		b.WriteString("The client reset the TCP connection.")
	case EndAborted:
		b.WriteString("The server reset the TCP connection.")
	case EndTimeout:
		b.WriteString("The client stopped answering, and TCP gave up.")
	default:
		b.WriteString("The TCP connection ended.")
	}
	if !c.WebSocket {
		return b.String()
	}
	side := func(name string, body *CloseBody) {
		switch {
		case body == nil:
			fmt.Fprintf(&b, " %s sent no close frame.", name)
		case body.Code == CloseNoStatus:
			fmt.Fprintf(&b, " %s sent a close frame without a code.", name)
		default:
			fmt.Fprintf(&b, " %s sent close %s.", name, body.Code)
		}
	}
	first, second := "The client", "The server"
	one, two := c.Up, c.Down
	if c.First == Down {
		first, second, one, two = second, first, two, one
	}
	side(first, one)
	side(second, two)
	if c.Clean {
		b.WriteString(" The closing handshake is complete.")
	}
	return b.String()
}

// count writes a number with its unit: 1 byte, 2 bytes.
func count(n uint64, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return strconv.FormatUint(n, 10) + " " + unit + "s"
}

func milliseconds(d time.Duration) string {
	return strconv.FormatFloat(float64(d)/float64(time.Millisecond), 'f', 2, 64) + " ms"
}
