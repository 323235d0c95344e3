package inspector

// UTF-8, checked as it arrives: the first bad byte is found before the message has ended.

import (
	"encoding/binary"
	"unicode/utf8"
)

// UTF8 checks a text for valid UTF-8 in pieces, cut anywhere. The zero value is ready.
type UTF8 struct {
	need byte // continuation bytes still to come
	lo   byte // the range that the next one must be in
	hi   byte
}

// Write checks the next piece of the text. It returns the index in p of the first byte at which
// the text can no longer be valid UTF-8, or -1. After that the checker must be reset.
func (u *UTF8) Write(p []byte) int {
	i, stretched := 0, false
	for i < len(p) {
		if u.need > 0 {
			if p[i] < u.lo || p[i] > u.hi {
				return i
			}
			u.need--
			u.lo, u.hi = 0x80, 0xBF
			i++
			continue
		}
		if p[i] < utf8.RuneSelf {
			if i += ascii(p[i:]); i == len(p) {
				return -1
			}
		}
		if !stretched {
			stretched = true
			if n := stretches(p[i:]); n > 0 {
				i += n
				continue
			}
		}
		if !u.start(p[i]) {
			return i
		}
		i++
	}
	return -1
}

// Complete reports whether the text so far ends between two characters.
func (u *UTF8) Complete() bool { return u.need == 0 }

// Reset makes the checker ready for another text.
func (u *UTF8) Reset() { *u = UTF8{} }

// start takes a first byte that is not ASCII; the ranges are those of RFC 3629 §4.
func (u *UTF8) start(c byte) bool {
	u.lo, u.hi = 0x80, 0xBF
	switch {
	case c >= 0xC2 && c <= 0xDF:
		u.need = 1
	case c >= 0xE0 && c <= 0xEF:
		u.need = 2
		switch c {
		case 0xE0:
			u.lo = 0xA0 // shorter forms exist below
		case 0xED:
			u.hi = 0x9F // surrogates above
		}
	case c >= 0xF0 && c <= 0xF4:
		u.need = 3
		switch c {
		case 0xF0:
			u.lo = 0x90
		case 0xF4:
			u.hi = 0x8F // nothing above U+10FFFF
		}
	default:
		return false
	}
	return true
}

// stretch is how much is checked at once.
const stretch = 4 << 10

// stretches returns how many bytes at the front of p are valid UTF-8 up to the end of a
// character, as the standard library finds: it checks many bytes much faster than one by one.
// The last bytes are left to the caller, and the stretch with the first bad byte.
func stretches(p []byte) int {
	i := 0
	for len(p)-i > stretch {
		n := stretch
		for n > stretch-utf8.UTFMax && !utf8.RuneStart(p[i+n]) {
			n-- // a stretch ends where a character begins
		}
		if !utf8.Valid(p[i : i+n]) {
			break
		}
		i += n
	}
	return i
}

// ascii returns how many bytes at the front of p are ASCII. It looks at 32 at once, then at 8.
func ascii(p []byte) int {
	const tops = 0x8080808080808080
	i := 0
	for ; i+32 <= len(p); i += 32 {
		q := p[i : i+32 : i+32]
		if (binary.LittleEndian.Uint64(q)|binary.LittleEndian.Uint64(q[8:])|
			binary.LittleEndian.Uint64(q[16:])|binary.LittleEndian.Uint64(q[24:]))&tops != 0 {
			break
		}
	}
	for ; i+8 <= len(p); i += 8 {
		if binary.LittleEndian.Uint64(p[i:])&tops != 0 {
			break
		}
	}
	for i < len(p) && p[i] < utf8.RuneSelf {
		i++
	}
	return i
}
