package handlers

// What the kernel knows of a TCP connection, as far as it tells.

import (
	"net"
	"time"
)

// tcpInfo is the server's own view of a connection: of the data that it sends.
type tcpInfo struct {
	RTT     time.Duration // smoothed
	Window  uint32        // congestion window, in segments
	Segment uint32        // bytes of a segment
	Unacked uint32        // segments that are on their way
	Retrans uint32        // segments that were sent again, ever
	Control string        // the algorithm of congestion control, such as cubic
}

// tcpOf is the TCP connection under a tap, or nil if it is another sort.
func tcpOf(c net.Conn) *net.TCPConn {
	for c != nil {
		if tcp, ok := c.(*net.TCPConn); ok {
			return tcp
		}
		under, ok := c.(interface{ NetConn() net.Conn })
		if !ok {
			return nil
		}
		c = under.NetConn()
	}
	return nil
}
