package inspector

import (
	"bytes"
	"testing"
	"unicode/utf8"
)

// firstBad is the definition, slow and plain: the length of the shortest prefix that no bytes
// behind it can turn into valid UTF-8, less one.
func firstBad(b []byte) int {
	for n := 1; n <= len(b); n++ {
		if !canBecomeUTF8(b[:n]) {
			return n - 1
		}
	}
	return -1
}

// canBecomeUTF8 tries each way to complete the last character.
func canBecomeUTF8(b []byte) bool {
	for len(b) > 0 {
		r, size := utf8.DecodeRune(b)
		if r == utf8.RuneError && size == 1 {
			break
		}
		b = b[size:]
	}
	if len(b) == 0 {
		return true
	}
	if len(b) > 3 {
		return false
	}
	edge := []byte{0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF}
	for _, x := range edge {
		for _, y := range edge {
			for _, z := range edge {
				for n := 1; n <= 3; n++ {
					c := append(append([]byte{}, b...), []byte{x, y, z}[:n]...)
					if utf8.Valid(c) && utf8.RuneCount(c) == 1 {
						return true
					}
				}
			}
		}
	}
	return false
}

func checkUTF8(t *testing.T, b []byte) {
	t.Helper()
	want := firstBad(b)
	for cut := 0; cut <= len(b); cut++ {
		var u UTF8
		got := u.Write(b[:cut])
		if got < 0 {
			if got = u.Write(b[cut:]); got >= 0 {
				got += cut
			}
		}
		if got != want {
			t.Fatalf("UTF8 of % x cut at %d: first bad byte %d; want %d", b, cut, got, want)
		}
		if want < 0 && u.Complete() != utf8.Valid(b) {
			t.Fatalf("UTF8 of % x: Complete() = %v; want %v", b, u.Complete(), utf8.Valid(b))
		}
	}
}

func TestUTF8(t *testing.T) {
	// Every first byte with a second from either side of each edge, and each byte as a third or
	// fourth behind the edges.
	for a := range 256 {
		for _, b := range []byte{0, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC2, 0xE0, 0xFF} {
			checkUTF8(t, []byte{byte(a), b})
		}
	}
	for _, lead := range []string{"\xe0\xa0", "\xed\x9f", "\xef\xbf", "\xf0\x90\x80", "\xf4\x8f\xbf", "\xf1\x80"} {
		for b := range 256 {
			checkUTF8(t, append([]byte(lead), byte(b), 'x'))
		}
	}
	checkUTF8(t, []byte("plain ASCII over eight bytes, then κόσμε and 😀 and the end"))
	checkUTF8(t, append(bytes.Repeat([]byte("a"), 20), 0xC0, 0x80))
}

// Long texts are checked in stretches; where they end must not show.
func TestUTF8Stretches(t *testing.T) {
	for _, c := range []string{"a", "é", "日", "😀", "aé日😀"} {
		for shift := range 4 {
			text := append(bytes.Repeat([]byte("x"), shift), bytes.Repeat([]byte(c), 3*stretch/len(c))...)
			var u UTF8
			if got := u.Write(text); got >= 0 || !u.Complete() {
				t.Fatalf("UTF8 of %q again and again, behind %d bytes: first bad byte %d", c, shift, got)
			}
			for at := stretch - 6; at < stretch+6; at++ {
				bad := bytes.Clone(text)
				bad[at] = 0xFF
				var u UTF8
				if got := u.Write(bad); got != at {
					t.Fatalf("UTF8 of %q again and again, behind %d bytes, with 0xff at %d: first bad byte %d", c, shift, at, got)
				}
			}
		}
	}
}

func FuzzUTF8(f *testing.F) {
	f.Add([]byte("κόσμε\xed\xa0\x80"))
	f.Add([]byte("\xf4\x90\x80\x80"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) < 64 {
			checkUTF8(t, b)
		}
	})
}
