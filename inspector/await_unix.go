//go:build unix

package inspector

// AwaitRead where a socket can be waited for without lending it a buffer.

import (
	"io"
	"net"
	"os"
	"syscall"
)

// waiter is what one AwaitRead needs between the runtime and the socket. Its step is made
// once a connection, so that a read allocates nothing.
type waiter struct {
	get func() []byte
	put func([]byte)
	buf []byte // what was read into it
	// step is handed to RawConn.Read: it tries one read, and says whether it is done.
	step func(fd uintptr) bool
}

// AwaitRead waits until the connection is readable, holding no buffer meanwhile; then it takes
// one from get, reads once into it, and returns the bytes read, a prefix of that buffer, which
// the caller owns from then on. A buffer that nothing was read into goes back through put.
// Where the system can't wait like that it reads as Read does. One AwaitRead at a time.
func (c *Conn) AwaitRead(get func() []byte, put func([]byte)) ([]byte, error) {
	if c.raw == nil && !c.rawConn() {
		return c.awaitPlain(get, put)
	}
	w := &c.wait
	w.get, w.put = get, put
	w.buf, c.errno = nil, 0
	err := c.raw.Read(w.step)
	w.get, w.put = nil, nil
	if err == nil && c.errno != 0 {
		err = os.NewSyscallError("read", syscall.Errno(c.errno))
		err = &net.OpError{Op: "read", Net: c.LocalAddr().Network(), Source: c.LocalAddr(), Addr: c.RemoteAddr(), Err: err}
	}
	p := w.buf
	w.buf = nil
	if err == nil && len(p) == 0 {
		err = io.EOF
	}
	c.sawRead(p, err)
	if len(p) == 0 && p != nil {
		put(p[:0])
		p = nil
	}
	return p, err
}

// rawConn finds the system's socket below, and makes the step.
func (c *Conn) rawConn() bool {
	s, ok := c.Conn.(syscall.Conn)
	if !ok {
		return false
	}
	raw, err := s.SyscallConn()
	if err != nil {
		return false
	}
	w := &c.wait
	w.step = func(fd uintptr) bool {
		b := w.get()
		for {
			n, err := syscall.Read(int(fd), b)
			switch err {
			case syscall.EINTR:
				continue
			case syscall.EAGAIN:
				w.put(b)
				return false
			}
			w.buf = b[:max(n, 0)]
			if errno, ok := err.(syscall.Errno); ok {
				c.errno = int32(errno)
			}
			return true
		}
	}
	c.raw = raw
	return true
}
