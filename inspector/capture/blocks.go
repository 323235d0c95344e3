package capture

// What gopacket keeps of a pcapng besides its packets has no bound there: here it gets one.

import (
	"encoding/binary"
	"fmt"
	"io"
)

const (
	mostInterfaces = 4096    // of one section
	mostNames      = 1 << 20 // bytes of its name resolution
)

// The types of the blocks that are kept, and of the one that begins a section, which forgets them.
const (
	blockSection   = 0x0a0d0d0a
	blockInterface = 1
	blockNames     = 4
)

// blocks reads a pcapng and fails where a section holds more than it may. It follows the blocks by
// their lengths and changes nothing.
type blocks struct {
	from       io.Reader
	order      binary.ByteOrder
	head       [12]byte
	have       int    // bytes of a block's head
	rest       uint64 // bytes up to the next one
	interfaces int
	names      uint64
}

func (b *blocks) Read(p []byte) (int, error) {
	n, err := b.from.Read(p)
	for at := 0; at < n; {
		if skip := min(b.rest, uint64(n-at)); skip > 0 {
			b.rest -= skip
			at += int(skip)
			continue
		}
		k := copy(b.head[b.have:b.wants()], p[at:n])
		b.have += k
		at += k
		if b.have == b.wants() {
			if over := b.begin(); over != nil {
				return at, over
			}
		}
	}
	return n, err
}

// wants is how many bytes a block's head has: a section's says its byte order behind its length.
func (b *blocks) wants() int {
	if b.have >= 4 && binary.BigEndian.Uint32(b.head[:]) == blockSection {
		return 12
	}
	return 8
}

// begin counts the block whose head has come.
func (b *blocks) begin() error {
	if b.have == 12 {
		b.interfaces, b.names, b.order = 0, 0, binary.LittleEndian
		if b.head[8] == 0x1a {
			b.order = binary.BigEndian
		}
	}
	kind, size := b.order.Uint32(b.head[:]), uint64(b.order.Uint32(b.head[4:]))
	b.rest = max(size, uint64(b.have)) - uint64(b.have)
	b.have = 0
	switch kind {
	case blockInterface:
		b.interfaces++
	case blockNames:
		b.names += size
	}
	switch {
	case b.interfaces > mostInterfaces:
		return fmt.Errorf("it has more than %d interfaces (limit: interfaces of a section)", mostInterfaces)
	case b.names > mostNames:
		return fmt.Errorf("it has more than %d bytes of names (limit: names of a section)", mostNames)
	}
	return nil
}
