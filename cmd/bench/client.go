package main

// The client: a raw connection that costs as little as possible, since it shares the processor.

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"wireup/inspector"
)

// client is one WebSocket connection.
type client struct {
	net.Conn
	answers int    // messages that come back for each that is sent
	buf     []byte // what was read
	r, w    int    // buf[r:w] is not looked at yet
}

// dialTime bounds the connection and its handshake.
const dialTime = 20 * time.Second

// dial connects to addr from an address of this machine and upgrades.
func dial(addr, from, target string, answers int, buf []byte) (*client, error) {
	d := net.Dialer{Timeout: dialTime, LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
	conn, err := d.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	c := &client{Conn: conn, answers: answers, buf: buf}
	if err := c.upgrade(addr, target); err != nil {
		conn.Close()
		return nil, fmt.Errorf("upgrade of %s%s: %w", addr, target, err)
	}
	return c, nil
}

// upgrade sends the request of RFC 6455 §1.3 and reads the head of the answer.
func (c *client) upgrade(host, target string) error {
	if err := c.SetDeadline(time.Now().Add(dialTime)); err != nil {
		return err
	}
	_, err := fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n", target, host)
	if err != nil {
		return err
	}
	end := []byte("\r\n\r\n")
	for !bytes.Contains(c.buf[:c.w], end) {
		if err := c.read(); err != nil {
			return err
		}
	}
	if !bytes.HasPrefix(c.buf, []byte("HTTP/1.1 101 ")) {
		return fmt.Errorf("answered %q", strings.TrimSpace(string(c.buf[:c.w])))
	}
	c.r = bytes.Index(c.buf, end) + len(end)
	return c.SetDeadline(time.Time{})
}

// read reads once, behind what is there.
func (c *client) read() error {
	if c.r == c.w {
		c.r, c.w = 0, 0
	}
	if c.w == len(c.buf) {
		if c.r == 0 {
			return errors.New("the answer's head is longer than the buffer")
		}
		c.w = copy(c.buf, c.buf[c.r:c.w])
		c.r = 0
	}
	n, err := c.Read(c.buf[c.w:])
	c.w += n
	if n > 0 {
		return nil
	}
	return err
}

// await reads until the answers to n messages have come whole.
func (c *client) await(n int) error {
	for n *= c.answers; n > 0; {
		h, size, err := inspector.ParseHeader(c.buf[c.r:c.w])
		if err != nil {
			return err
		}
		if size == 0 {
			if err := c.read(); err != nil {
				return err
			}
			continue
		}
		c.r += size
		if err := c.skip(h.Length); err != nil {
			return err
		}
		switch {
		case h.Opcode == inspector.OpClose:
			return errors.New("the server closed the WebSocket")
		case h.Fin && h.Opcode < inspector.OpClose:
			n--
		}
	}
	return nil
}

// skip reads past n bytes.
func (c *client) skip(n uint64) error {
	for {
		have := min(uint64(c.w-c.r), n)
		c.r += int(have)
		if n -= have; n == 0 {
			return nil
		}
		if err := c.read(); err != nil {
			return err
		}
	}
}

// verify sends one message and demands that it comes back as it was.
func (c *client) verify(payload []byte) error {
	if err := c.SetDeadline(time.Now().Add(dialTime)); err != nil {
		return err
	}
	if _, err := c.Write(appendMasked(nil, payload)); err != nil {
		return err
	}
	for c.w-c.r < 2 {
		if err := c.read(); err != nil {
			return err
		}
	}
	h, size, err := inspector.ParseHeader(c.buf[c.r:c.w])
	if err != nil || size == 0 || h.Length != uint64(len(payload)) {
		return fmt.Errorf("answered with frame %+v, %v; want a payload of %d bytes", h, err, len(payload))
	}
	for c.w-c.r < size+len(payload) {
		if err := c.read(); err != nil {
			return err
		}
	}
	if got := c.buf[c.r+size:][:len(payload)]; !bytes.Equal(got, payload) {
		return fmt.Errorf("answered with %q; want %q", got, payload)
	}
	if err := c.await(1); err != nil { // from the frame's header on
		return err
	}
	return c.SetDeadline(time.Time{})
}

// appendMasked appends payload to b as one masked text frame, written out by hand.
func appendMasked(b, payload []byte) []byte {
	const fin, masked, text = 0x80, 0x80, 0x1
	b = append(b, fin|text)
	switch n := len(payload); {
	case n <= 125:
		b = append(b, masked|byte(n))
	case n <= 0xffff:
		b = binary.BigEndian.AppendUint16(append(b, masked|126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, masked|127), uint64(n))
	}
	key := [4]byte{0x37, 0xfa, 0x21, 0x3d}
	b = append(b, key[:]...)
	for i, x := range payload {
		b = append(b, x^key[i%4])
	}
	return b
}
