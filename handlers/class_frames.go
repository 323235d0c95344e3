package handlers

// The frames that come on a class's socket, counted: gorilla takes control frames and empty fragments
// without a word to whoever reads messages.

import (
	"math"
	"net"

	"wireup/classroom"
	"wireup/inspector"
)

// framed is a connection whose frames are counted as they are read. It fails with classroom.ErrFrames at one
// too many, once; what comes behind it is for whoever drains the connection.
type framed struct {
	net.Conn
	frame func() bool // counts one; false if that is one too many
	head  []byte      // of a header that hasn't come whole
	rest  uint64      // bytes of the payload that is on its way
	over  bool
}

func (c *framed) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if !c.over && !c.count(p[:n]) {
		c.over = true
		return 0, classroom.ErrFrames
	}
	return n, err
}

// NetConn returns the connection below, so that inspector.ConnOf finds the tap.
func (c *framed) NetConn() net.Conn { return c.Conn }

func (c *framed) count(b []byte) bool {
	for len(b) > 0 {
		if c.rest > 0 {
			skip := min(c.rest, uint64(len(b)))
			b, c.rest = b[skip:], c.rest-skip
			continue
		}
		had := len(c.head)
		c.head = append(c.head, b[:min(len(b), inspector.MaxHeaderSize-had)]...)
		h, n, err := inspector.ParseHeader(c.head)
		if err != nil {
			c.rest = math.MaxUint64 // gorilla ends it
			return true
		}
		if n == 0 {
			return true
		}
		b, c.head, c.rest = b[n-had:], c.head[:0], h.Length
		if !c.frame() {
			return false
		}
	}
	return true
}
