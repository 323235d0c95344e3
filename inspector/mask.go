package inspector

// Masking: the XOR that a client wears over its payload (RFC 6455 §5.3).

import "encoding/binary"

// Mask XORs p with key in place, as if p stood at offset at of its payload.
// Masking and unmasking are the same operation. p must be the caller's own to write.
func Mask(p []byte, key [4]byte, at uint64) {
	k := rotate(key, at)
	k64 := uint64(k) | uint64(k)<<32
	for len(p) >= 8 {
		binary.LittleEndian.PutUint64(p, binary.LittleEndian.Uint64(p)^k64)
		p = p[8:]
	}
	for i := range p {
		p[i] ^= byte(k >> (8 * (i & 3)))
	}
}

// AppendMasked appends p, XORed with key as if it stood at offset at of its payload, to dst.
// It leaves p as it is.
func AppendMasked(dst, p []byte, key [4]byte, at uint64) []byte {
	n := len(dst)
	dst = append(dst, p...)
	Mask(dst[n:], key, at)
	return dst
}

// rotate turns key so that its first byte is the one for offset at, as a little-endian word.
func rotate(key [4]byte, at uint64) uint32 {
	k := binary.LittleEndian.Uint32(key[:])
	turn := 8 * (at & 3)
	return k>>turn | k<<(32-turn)
}
