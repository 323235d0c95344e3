package calls

// The calls as Linux has them: flags of their own spare a second call, and send and recv are
// sendto and recvfrom.

import (
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	socketFlags     = unix.SOCK_NONBLOCK | unix.SOCK_CLOEXEC
	socketFlagNames = " | SOCK_NONBLOCK | SOCK_CLOEXEC"
	sendFlagNames   = "MSG_NOSIGNAL"

	// reconnects: a socket whose connect failed may try again.
	reconnects = true
)

// unblock has nothing to do: the flags have done it.
func (p *Pair) unblock(Side, int) {}

func accept(fd int) (int, error) {
	conn, _, err := unix.Accept4(fd, unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC)
	return conn, err
}

func acceptKernel(fd int) string {
	return fmt.Sprintf("accept4(%d, …, SOCK_NONBLOCK | SOCK_CLOEXEC)", fd)
}

// send is what libc makes of it: sendto without an address. x/sys has it without its result.
func send(fd int, b []byte) (int, error) {
	n, _, errno := unix.Syscall6(unix.SYS_SENDTO, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(b))),
		uintptr(len(b)), unix.MSG_NOSIGNAL, 0, 0)
	if errno != 0 {
		return -1, errno
	}
	return int(n), nil
}

func sendKernel(args string) string { return "sendto(" + args + ", NULL, 0)" }

func recv(fd int, b []byte) (int, error) {
	n, _, err := unix.Recvfrom(fd, b, 0)
	return n, err
}

func recvKernel(args string) string { return "recvfrom(" + args + ", NULL, NULL)" }
