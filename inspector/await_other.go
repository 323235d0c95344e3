//go:build !unix

package inspector

// AwaitRead where a socket can't be waited for without lending it a buffer.

type waiter struct{}

// AwaitRead reads once into a buffer from get and returns the bytes read, a prefix of that
// buffer, which the caller owns from then on. A buffer that nothing was read into goes back
// through put. One AwaitRead at a time.
func (c *Conn) AwaitRead(get func() []byte, put func([]byte)) ([]byte, error) {
	return c.awaitPlain(get, put)
}
