package inspector

// Events: what a Session tells of a connection, one thing at a time, each with its bytes.

import "time"

// Kind is what sort of thing happened.
type Kind uint8

const (
	KindOpen     Kind = iota // the connection was accepted
	KindRequest              // a request's head, up to and with its blank line
	KindResponse             // a response's head
	KindBody                 // a piece of a body: one chunk, the last chunk, or the whole
	KindFrame                // a WebSocket frame
	KindBytes                // bytes that no protocol explains
	KindClose                // the connection is over
)

var kindNames = [...]string{"open", "request", "response", "body", "frame", "bytes", "close"}

func (k Kind) String() string { return kindNames[k] }

// Event is one thing that happened on a connection. Of Head, Body, Frame and Close the one that
// belongs to Kind is set. Joined, the bytes of all events of one direction are the bytes that
// crossed the wire in that direction: each byte belongs to exactly one event.
//
// An Event given to a callback, and all that it points to, is valid only during the call:
// Clone it to keep it.
type Event struct {
	At        time.Time // when its last byte crossed our end of the connection
	Began     time.Time // when its first byte did
	Direction Direction
	Kind      Kind
	Exchange  int    // which request of its connection it belongs to, from 1; 0 before the first
	Size      uint64 // bytes on the wire
	Overhead  uint64 // those of them that are not payload: head, chunk framing, frame header
	Bytes     []byte // the first of them, as they crossed the wire
	Truncated bool   // there were more than Bytes holds
	Gap       bool   // of KindBytes: these crossed, and nobody recorded them; Size is 0 if nobody knows how many
	Refused   bool   // of a response and its body: an upgrade to WebSocket was asked for, and not granted

	Head  *Head
	Body  *Body
	Frame *Frame
	Close *Close

	Note       string // what a reader must know of it, as a sentence: why bytes are bytes, which limit was hit
	Violations []Violation
}

// Payload is how many bytes of the event are payload.
func (e *Event) Payload() uint64 { return e.Size - e.Overhead }

// Frame is one frame as it crossed the wire, with a bounded view of its payload.
type Frame struct {
	Header
	Raw      []byte // the header's bytes
	Payload  []byte // the first payload bytes as they crossed the wire: masked, if Masked
	Plain    []byte // the same, unmasked
	Received uint64 // payload bytes that came: fewer than Length if the connection ended inside the frame
	Missing  uint64 // payload bytes that crossed, and that nobody recorded

	Message     int    // which message of its direction it belongs to, from 1; 0 for a control frame
	Part        int    // which frame of that message it is, from 1
	MessageType Opcode // text or binary: that of the message's first frame
	Compressed  bool   // its message is compressed (RFC 7692)

	Inflated *Inflated     // on the last frame of a compressed message
	Close    *CloseBody    // of a close frame
	RTT      time.Duration // on a pong: since the ping that it answers; 0 if it answers none
}

// Text reports whether the payload is to be read as text: a frame of an uncompressed text message.
func (f *Frame) Text() bool {
	return !f.Opcode.Control() && f.MessageType == OpText && !f.Compressed
}

// Inflated is what a compressed message was before compression.
type Inflated struct {
	Compressed uint64 // payload bytes of the message's frames
	Size       uint64 // bytes after inflation
	Bytes      []byte // the first of them
	Truncated  bool   // there were more
	Err        string // why it could not be inflated, as a sentence; empty if it could
}

// Body is a piece of an HTTP body.
type Body struct {
	Framing BodyFraming
	Chunk   int  // which chunk, from 1
	Last    bool // nothing of this body follows
	Data    Span // where the payload stands in the event's bytes
}

// BodyFraming is how a message says where its body ends (RFC 9112 §6).
type BodyFraming uint8

const (
	BodyNone       BodyFraming = iota // there is none
	BodyLength                        // Content-Length
	BodyChunked                       // Transfer-Encoding: chunked
	BodyUntilClose                    // the connection's end
)

func (f BodyFraming) String() string {
	return [...]string{"none", "length", "chunked", "close"}[f]
}

// Ending is how TCP ended, as our end of the connection saw it.
type Ending uint8

const (
	EndUnknown Ending = iota
	EndClient         // the client closed (its FIN came first)
	EndServer         // we closed first
	EndReset          // the client reset the connection
	EndAborted        // we reset the connection
	EndTimeout        // the client stopped answering
	EndError          // another error
)

func (e Ending) String() string {
	return [...]string{"unknown", "client closed", "server closed", "client reset",
		"server reset", "client silent", "error"}[e]
}

// Close is the truth about a connection's end.
type Close struct {
	TCP Ending
	Err string // the error that ended it, if one did

	WebSocket bool       // the connection had switched
	Up, Down  *CloseBody // each side's close frame; nil if it sent none
	First     Direction  // whose close frame came first; meaningful if one came
	Clean     bool       // both came
}

// Clone returns a copy of e that shares nothing with it but rules.
func (e *Event) Clone() *Event {
	c := *e
	c.Bytes = clone(e.Bytes)
	c.Violations = append([]Violation(nil), e.Violations...)
	if e.Head != nil {
		h := *e.Head
		h.Raw = clone(h.Raw)
		h.Fields = append([]HeadField(nil), h.Fields...)
		c.Head = &h
	}
	if e.Body != nil {
		b := *e.Body
		c.Body = &b
	}
	if e.Frame != nil {
		c.Frame = e.Frame.clone()
	}
	if e.Close != nil {
		x := *e.Close
		x.Up, x.Down = e.Close.Up.clone(), e.Close.Down.clone()
		c.Close = &x
	}
	return &c
}

func (b *CloseBody) clone() *CloseBody {
	if b == nil {
		return nil
	}
	c := *b
	return &c
}

func (f *Frame) clone() *Frame {
	c := *f
	c.Raw, c.Payload, c.Plain = clone(f.Raw), clone(f.Payload), clone(f.Plain)
	if f.Inflated != nil {
		i := *f.Inflated
		i.Bytes = clone(i.Bytes)
		c.Inflated = &i
	}
	c.Close = f.Close.clone()
	return &c
}

func clone(b []byte) []byte { return append([]byte(nil), b...) }
