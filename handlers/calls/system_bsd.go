//go:build darwin || freebsd || netbsd || openbsd || dragonfly

package calls

// The calls as macOS and the BSDs have them.

import (
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

const (
	socketFlags     = 0
	socketFlagNames = ""
	sendFlagNames   = "0"

	// reconnects: a socket whose connect failed is of no more use.
	reconnects = false
)

// unblock makes a descriptor non-blocking, and keeps it from programs that this one may start.
func (p *Pair) unblock(side Side, fd int) {
	unix.CloseOnExec(fd)
	began := time.Now()
	err := unix.SetNonblock(fd, true)
	p.made(side, "fcntl", fmt.Sprintf("%d, F_SETFL, O_NONBLOCK", fd), "0", began, err,
		"No call on this descriptor waits.").Follows = true
}

func accept(fd int) (int, error) {
	conn, _, err := unix.Accept(fd)
	return conn, err
}

func acceptKernel(int) string { return "" }

// send goes out as sendmsg, whose result says how much went.
func send(fd int, b []byte) (int, error) { return unix.SendmsgN(fd, b, nil, nil, 0) }

func sendKernel(args string) string { return "sendmsg(…)" }

func recv(fd int, b []byte) (int, error) {
	n, _, err := unix.Recvfrom(fd, b, 0)
	return n, err
}

func recvKernel(args string) string { return "recvfrom(" + args + ", NULL, NULL)" }
