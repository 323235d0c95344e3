package inspector

// What the Network panel of Chrome's DevTools makes of an event.

// The marks of DevTools.
const (
	DevToolsShown  = "shown"  // as a row of its own
	DevToolsMerged = "merged" // as a part of a row
	DevToolsHidden = "hidden" // not at all
	DevToolsEmpty  = "empty"  // as a row without its data
)

// DevTools predicts what DevTools shows of e, and says why. browser is whether a page of the
// browser that DevTools belongs to drove the connection. Measured against the events of Chrome's
// debugging protocol, from which the panel is drawn. One prediction the wire alone can't make, the
// DevToolsEmpty of a Blob: on the wire it is like any other binary frame.
func DevTools(e *Event, browser bool) (mark, why string) {
	if !browser {
		return DevToolsHidden, "DevTools shows the traffic of its own browser only; another program sent this."
	}
	switch e.Kind {
	case KindResponse:
		if e.Refused {
			return DevToolsEmpty, "DevTools says that the handshake failed, and with which status; it has none of the answer's fields."
		}
		return DevToolsShown, "DevTools shows it on the Headers tab of its row, as names and values."
	case KindRequest:
		return DevToolsShown, "DevTools shows it on the Headers tab of its row, as names and values."
	case KindBody:
		if e.Refused {
			return DevToolsHidden, "DevTools has no body of a handshake that failed: why it was refused, only the wire says."
		}
		if e.Body.Framing == BodyChunked {
			return DevToolsMerged, "DevTools shows the body as a whole, without chunk sizes."
		}
		return DevToolsShown, "DevTools shows it on the Response or the Payload tab."
	case KindFrame:
		return devToolsFrame(e.Frame)
	case KindBytes:
		return DevToolsHidden, "DevTools shows no bytes that it can't read as a message."
	case KindOpen:
		return DevToolsHidden, "DevTools has no row for a TCP connection; its ID stands in the Connection ID column."
	}
	return DevToolsHidden, "DevTools shows neither the close frames nor how TCP ended."
}

func devToolsFrame(f *Frame) (mark, why string) {
	switch {
	case f.Opcode == OpClose:
		return DevToolsHidden, "DevTools shows no close frame; the page sees its code in the CloseEvent."
	case f.Opcode.Control():
		return DevToolsHidden, "DevTools shows no ping or pong, and the page is told of neither."
	case f.Opcode.Reserved():
		return DevToolsHidden, "The browser fails the connection at a reserved opcode."
	case !f.Fin || f.Part > 1:
		return DevToolsMerged, "DevTools shows one row a message; this frame is a part of one."
	case f.Compressed:
		return DevToolsShown, "DevTools shows the message inflated, without its compressed size."
	case f.MessageType == OpText:
		return DevToolsShown, "DevTools shows the text; its length counts characters, not bytes."
	}
	return DevToolsShown, "DevTools shows the bytes of the message, without the frame's header."
}
