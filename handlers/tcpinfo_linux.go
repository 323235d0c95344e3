package handlers

// TCP_INFO, which Linux tells of every connection.

import (
	"errors"
	"net"
	"time"

	"golang.org/x/sys/unix"
)

var errNoTCP = errors.New("the connection is not TCP")

// tcpInfoOf reads what the kernel knows of the connection at the bottom of c.
func tcpInfoOf(c net.Conn) (info tcpInfo, err error) {
	tcp := tcpOf(c)
	if tcp == nil {
		return info, errNoTCP
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return info, err
	}
	var failed error
	err = raw.Control(func(fd uintptr) {
		var t *unix.TCPInfo
		if t, failed = unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO); failed != nil {
			return
		}
		info = tcpInfo{
			RTT:    time.Duration(t.Rtt) * time.Microsecond,
			Window: t.Snd_cwnd, Segment: t.Snd_mss, Unacked: t.Unacked, Retrans: t.Total_retrans,
		}
		// The numbers are worth telling without the algorithm's name.
		info.Control, _ = unix.GetsockoptString(int(fd), unix.IPPROTO_TCP, unix.TCP_CONGESTION)
	})
	return info, errors.Join(err, failed)
}
