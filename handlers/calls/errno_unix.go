//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package calls

// What an error means here, in words for somebody who sees it for the first time.

import "golang.org/x/sys/unix"

// means says what err means as the result of a call.
func (p *Pair) means(side Side, call string, err error) string {
	switch err {
	case unix.EBADF:
		return "-1 is no descriptor: this side has no socket yet, or no more."
	case unix.EINPROGRESS:
		return "No error: the handshake goes on in the kernel, and this descriptor doesn't wait for it. What became of it, the next two calls ask."
	case unix.EAGAIN:
		switch call {
		case "accept":
			return "Nobody is waiting. A descriptor that blocks would wait here until somebody connects; this one says so and goes on."
		case "recv":
			return "Nothing has come. A descriptor that blocks would wait here until something does; this one says so and goes on."
		}
		return "Not now: the call would have to wait, and this descriptor doesn't."
	case unix.ECONNREFUSED:
		if p.family == Unix {
			return "The path is there, and nobody listens behind it."
		}
		if p.port == 0 {
			return "No program has bound a port yet, so the client has none to name, and nobody answers at port 0. TCP answers with a reset."
		}
		return "Nobody listens at that port. TCP answers the first segment with a reset."
	case unix.ENOENT:
		return "There is nothing at that path: bind makes it, and unlink takes it away."
	case unix.EADDRINUSE:
		if p.family == Unix {
			return "Something stands at that path already. That is also what a server meets that was started again and never removed its old path."
		}
		return "Another socket has this address: it is the one that this page came from. Two programs can't both have it."
	case unix.EPIPE:
		if side == Client && !p.connected && p.client >= 0 {
			return "The socket is connected to nothing, so nothing can be sent."
		}
		return "Broken pipe: nobody can receive this any more. Without MSG_NOSIGNAL the kernel also sends the signal SIGPIPE, which ends a program that hasn't thought of it."
	case unix.ECONNRESET:
		return "The other side has reset the connection. What was on its way is lost."
	case unix.ECONNABORTED:
		return "What is left of the connect before, which failed: Linux tells it once more, and then the socket may try again. Other systems want a new socket."
	case unix.ENOTCONN:
		return "The socket is connected to nothing."
	case unix.EISCONN:
		return "The socket is connected already. One socket, one connection."
	case unix.EALREADY:
		return "An earlier connect of this socket is still under way."
	case unix.EDESTADDRREQ:
		return "The socket has no address yet: bind comes first."
	case unix.EINVAL:
		switch call {
		case "bind":
			return "The socket has an address already, and keeps it."
		case "accept":
			return "This socket doesn't listen. listen comes first."
		case "listen":
			return "A Unix-domain socket without a path can't listen. bind comes first."
		}
		return "The kernel can't do that with this socket in this state."
	case unix.EOPNOTSUPP:
		return "This socket listens, and a socket that listens carries no data."
	}
	return "The kernel refused: " + err.Error() + "."
}
