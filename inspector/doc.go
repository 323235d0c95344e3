// Package inspector shows what crosses a connection: HTTP/1.1 and WebSocket, byte by byte.
//
// # A tap
//
// A [Listener] wraps any net.Listener, and each [Conn] that it accepts shows its traffic to an
// [Observer] while it carries it. The tap stands on the listener because nothing above sees all:
// net/http reads ahead into a buffer which a WebSocket library then takes over, so that a wrapper
// put on a hijacked connection sees none of the inbound bytes. The tap changes nothing, delays
// nothing and can't fail. What the server wrote is shown before what the client answered to it.
//
//	l = inspector.NewListener(l, func(c *inspector.Conn) inspector.Observer {
//		return inspector.NewSession(inspector.Options{}, func(e *inspector.Event) {
//			fmt.Println(e.Direction, inspector.Summary(e))
//		})
//	})
//
// # A session
//
// A [Session] is the Observer that turns bytes into [Event] values. Each direction is in one of two states:
// HTTP/1.1 messages (RFC 9112: heads, bodies, chunks, pipelined or not), and, from the response
// 101 on, WebSocket frames (RFC 6455, with permessage-deflate of RFC 7692). Both directions turn
// together. What a client sends behind an upgrade request waits, bounded, until the response says
// what it is. Where the bytes break a protocol so that nothing can be cut from them any more, the
// session says so and goes on with events of plain bytes.
//
// Joined, the bytes of all events of a direction are what crossed the wire in it: each byte
// belongs to one event. How a stream is cut into reads and writes changes no event, but for those
// of plain bytes, which come one a piece.
//
// # Frames without a session
//
// [ParseHeader] reads one frame header and [Header.AppendTo] writes one. [FrameDecoder] cuts a
// stream into frames and holds no payload. They decode what came; a [Judge] says which rules it
// breaks, all of them, each with its section. [HeaderFields] and [Dissect] name each bit.
//
// # Who owns bytes
//
// Slices that are passed to an Observer, a [Sink] or an event callback belong to the connection
// or the session, are valid only during the call, and must not be written to: the application is
// about to read the same bytes. [Event.Clone] makes a copy to keep.
//
// # Bounds
//
// A session keeps at most one head, one preview an event and, with compression, one message a
// direction; see [Options]. A frame that nobody keeps costs no allocation.
package inspector
