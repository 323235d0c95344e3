package capture

// Files of connections: which kind one is, by its first bytes.

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"io"
)

// gzipMagic is how gzip begins.
var gzipMagic = []byte{0x1f, 0x8b}

// packers are what files are compressed with that wireup doesn't unpack.
var packers = []struct{ magic, name, unpack string }{
	{"\x28\xb5\x2f\xfd", "zstd", "unzstd"},
	{"\x04\x22\x4d\x18", "LZ4", "unlz4"},
	{"BZh", "bzip2", "bunzip2"},
	{"\xfd7zX", "xz", "unxz"},
	{"PK\x03\x04", "zip", "unzip"},
}

// IsFile reports whether a file that begins so is one that Read may read: a capture, a HAR, or one of them in gzip.
func IsFile(front []byte) bool {
	return IsPackets(front) || IsGzip(front) || isJSON(front)
}

// IsGzip reports whether a file that begins so is compressed with gzip.
func IsGzip(front []byte) bool { return bytes.HasPrefix(front, gzipMagic) }

func isJSON(front []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(front, " \t\r\n\ufeff"), []byte("{"))
}

// Gunzip unpacks what begins as gzip does, and returns anything else as it is.
func Gunzip(r *bufio.Reader) (io.Reader, error) {
	if front, _ := r.Peek(len(gzipMagic)); !IsGzip(front) { // what can't be read is not read either
		return r, nil
	}
	return gzip.NewReader(r)
}

// Read reads a capture or a HAR, without gzip. Where it breaks, the recording holds what came before.
func Read(r io.Reader) (*Recording, error) {
	buffered := bufio.NewReaderSize(r, 256<<10)
	if front, _ := buffered.Peek(4); isJSON(front) { // ReadPackets meets the error again
		return ReadHAR(buffered)
	}
	return ReadPackets(buffered)
}

// Binary says what a file is that is neither a capture nor text, by how it begins, and what to do with
// it; "" of text.
func Binary(front []byte) string {
	for _, p := range packers {
		if bytes.HasPrefix(front, []byte(p.magic)) {
			return "it is compressed with " + p.name + ", which wireup doesn't read: unpack it first, with " + p.unpack
		}
	}
	for i, c := range front {
		control := c < '\t' || c > '\r' && c < ' ' && c != 0x1b || c == 0x7f
		if control || c >= 0xf5 || i == 0 && c&0xc0 == 0x80 { // the latter two are in no UTF-8
			return "it is binary, and begins with none of the bytes that captures begin with"
		}
	}
	return ""
}
