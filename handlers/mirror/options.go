package mirror

// What a conversation is told at its start, and how patient it is.

import "time"

// Breakdown is the form in which a message is explained.
type Breakdown uint8

const (
	JSON Breakdown = iota // the contract's object
	Text                  // the RFC's bit picture and a line a field, for a terminal
	Off                   // a pure mirror
)

var breakdownNames = [...]string{"json", "text", "off"}

func (b Breakdown) String() string { return breakdownNames[b] }

// ParseBreakdown finds the form called name.
func ParseBreakdown(name string) (b Breakdown, ok bool) {
	for i, n := range breakdownNames {
		if n == name {
			return Breakdown(i), true
		}
	}
	return JSON, false
}

// Options say how one conversation is to be held.
type Options struct {
	Breakdown  Breakdown
	Deflate    *Deflate // what was negotiated; nil for no compression
	MaxMessage int64    // bytes of one message, before and after inflation
}

// Conversation is an echo in progress, whoever holds it.
type Conversation interface {
	// Start holds the conversation, in a goroutine of its own, until its connection is closed.
	Start(o Owner)
	// Ping sends a ping and reports whether it went out. It waits for the peer as long as a
	// write may.
	Ping(payload []byte) bool
	// Stop makes the conversation end soon, with close code 1001. It does not wait.
	Stop()
}

// Owner is told how a conversation goes.
type Owner interface {
	// Rests says that the conversation has been idle for a while and left memory behind.
	Rests()
	// Over says that its connection is closed.
	Over()
}

var (
	_ Conversation = (*Echo)(nil)
	_ Conversation = (*Library)(nil)
)

// patience is how long a conversation waits for its peer.
type patience struct {
	write time.Duration // for room to write into
	leave time.Duration // for the answer to our close frame, when the server stops
	drain time.Duration // for more from the peer or its FIN, after our FIN
	flood time.Duration // for the FIN of a peer that goes on sending
	rest  time.Duration // for the next message, before it goes on with a new stack
}

var usualPatience = patience{write: 10 * time.Second, leave: time.Second, drain: time.Second, flood: 8 * time.Second, rest: 250 * time.Millisecond}

const (
	// readSize is the size of the buffers that are read into.
	readSize = 16 << 10
	// flushAt is how many bytes may wait to be sent.
	flushAt = 64 << 10
	// directAt is from how many missing bytes on a frame's payload is read into its place.
	directAt = 4 << 10
	// maxDrain is how much is read, after our FIN, from a peer that goes on sending: a browser hands
	// a message of many MiB over in one piece, and looks at our close frame when it is out.
	maxDrain = 64 << 20
	// maxFrames is how many frames of a message a breakdown lists.
	maxFrames = 64
	// maxControls is how many control frames wait for the next breakdown.
	maxControls = 32
	// maxPings is how many pings of ours may wait for their pongs.
	maxPings = 16
	// bulk is the size from which on gobwas/ws's Cipher pays.
	bulk = 128
	// maxKept is the largest buffer that goes back into the pool.
	maxKept = 2 << 20
)
