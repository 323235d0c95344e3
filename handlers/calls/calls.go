// Package calls makes the calls of the socket API one at a time, for somebody who watches: each
// with the arguments that it really has, and each with what the kernel answered.
//
// A [Pair] is two programs in one: a server that listens, and a client that connects to it. They
// hold real sockets, of the Unix domain or of TCP on loopback, and any call may be made at any
// time, so that a wrong order shows the error that it really earns. No call waits: every
// descriptor is non-blocking, and where the kernel needs a moment the pair polls for a bounded
// time, and says so. A call is never made on a descriptor that has been closed, whose number may
// be somebody else's by now; -1 stands in its place, as in a program that has none yet.
package calls

// What a pair tells: its calls, and which comes next.

import "errors"

// Family is what the sockets of a pair speak.
type Family string

const (
	Unix Family = "unix" // AF_UNIX: an address is a path
	TCP  Family = "tcp"  // AF_INET on loopback
)

// Side is one of the two programs.
type Side string

const (
	Server Side = "server"
	Client Side = "client"
)

// Step names a call that may be made.
type Step struct {
	Side Side   `json:"side"`
	Call string `json:"call"`
}

// Order is a step with what can be chosen of it. Only Side and Call are needed.
type Order struct {
	Step
	Taken bool   // of bind: to an address that is in use
	Data  string // of send
	Room  int    // of recv: how many bytes the buffer takes
}

// Bounds of a pair.
const (
	MaxCalls = 200 // calls of one pair
	MaxConns = 4   // connections that its server has accepted and not closed
	MaxData  = 64  // bytes of one send, and of one recv's buffer
)

// Call is one call that was made.
type Call struct {
	Number  int     `json:"n"`
	Side    Side    `json:"side"`
	Name    string  `json:"call"`
	Args    string  `json:"args"`
	Result  string  `json:"result"`
	Errno   string  `json:"errno,omitempty"`  // ECONNREFUSED
	Error   string  `json:"error,omitempty"`  // its text
	Kernel  string  `json:"kernel,omitempty"` // the system call that it was, where that has another name
	Says    string  `json:"says"`             // what that means, as sentences
	Micros  float64 `json:"micros"`           // how long it took
	Follows bool    `json:"follows"`          // made by the lab after the one before, and not chosen by the reader
}

// Descriptors are the numbers that a pair holds; -1 where there is none.
type Descriptors struct {
	Listener int   `json:"listener"`
	Conns    []int `json:"conns"`
	Client   int   `json:"client"`
}

// State is all that a page shows of a pair.
type State struct {
	Family      Family      `json:"family"`
	Address     string      `json:"address"` // that the server is bound to; empty before
	Calls       []Call      `json:"calls"`
	Next        *Step       `json:"next"` // nil when the story is over
	Descriptors Descriptors `json:"descriptors"`
	Waiting     bool        `json:"waiting"` // a connection is established and has not been accepted
}

// Refusal is why a call was not made at all, as a sentence.
type Refusal string

func (r Refusal) Error() string { return string(r) }

// ErrUnsupported says that this system's socket calls are not shown.
var ErrUnsupported = errors.New("on this operating system the lab makes no calls of its own: it needs Linux, macOS or a BSD")

// steps are the calls that each side knows, in the order in which a story has them.
var steps = map[Side][]string{
	Server: {"socket", "bind", "listen", "accept", "recv", "send", "shutdown", "close", "unlink"},
	Client: {"socket", "connect", "send", "recv", "shutdown", "close"},
}

// Known reports whether there is such a step in a family.
func Known(f Family, s Step) bool {
	if s.Call == "unlink" && f != Unix {
		return false
	}
	for _, name := range steps[s.Side] {
		if name == s.Call {
			return true
		}
	}
	return false
}
