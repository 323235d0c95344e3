package inspector

// permessage-deflate: messages inflated, with the window that they share (RFC 7692 §7.2).

import (
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io"
)

// windowSize is how far back DEFLATE can refer.
const windowSize = 32 << 10

// ErrInflateLimit is returned when a message holds more than the limit after inflation.
var ErrInflateLimit = errors.New("message is over the limit after inflation")

// MaxFinalBlocks bounds how often a message can make the inflater start again.
const MaxFinalBlocks = 4096

// ErrFinalBlocks is returned when a message has more than MaxFinalBlocks blocks with BFINAL set.
// That breaks no rule: the limit is ours.
var ErrFinalBlocks = fmt.Errorf("more than %d blocks with BFINAL set in one message (limit: final blocks)", MaxFinalBlocks)

// deflateTail closes a message's data: the empty stored block that the sender took off
// (RFC 7692 §7.2.2), and a final one, at which the inflater stops.
const deflateTail = "\x00\x00\xff\xff\x01\x00\x00\xff\xff"

// Inflater inflates the compressed messages of one direction of a connection, in order.
type Inflater struct {
	takeover bool
	limit    int
	window   []byte // the last plain bytes, with takeover
	in       messageReader
	flate    io.ReadCloser
	err      error // once the window is lost, nothing more can be inflated
}

// NewInflater makes an Inflater for messages of at most limit plain bytes. takeover says that
// the sender keeps its window from one message to the next.
func NewInflater(takeover bool, limit int) *Inflater {
	return &Inflater{takeover: takeover, limit: limit}
}

// Message appends the inflated message to dst. Its errors are ErrInflateLimit and ErrFinalBlocks,
// with as much as the limit allows, and those of broken data; all wrapped. With takeover any error is final.
func (i *Inflater) Message(dst, compressed []byte) ([]byte, error) {
	if i.err != nil {
		return dst, i.err
	}
	out, err := i.inflate(dst, compressed)
	if err != nil {
		i.lose(err)
	} else if i.takeover {
		i.keep(out[len(dst):])
	}
	return out, err
}

// lose notes that a message was not inflated: with takeover, none after it can be.
func (i *Inflater) lose(err error) {
	if i.takeover {
		i.err = fmt.Errorf("an earlier message left no window: %w", err)
	}
}

func (i *Inflater) inflate(dst, compressed []byte) ([]byte, error) {
	i.in.reset(compressed)
	start := len(dst)
	// A sender may end a block with BFINAL set and go on behind it (RFC 7692 §7.2.3.4): flate
	// stops there, so it is started again until only our own final block is left.
	for blocks := 0; i.in.left() > 0; blocks++ {
		if blocks > MaxFinalBlocks {
			return dst, fmt.Errorf("inflate: %w", ErrFinalBlocks)
		}
		dict := i.window
		if len(dst) > start {
			dict = lastWindow(i.window, dst[start:])
		}
		if i.flate == nil {
			i.flate = flate.NewReaderDict(&i.in, dict)
		} else if err := i.flate.(flate.Resetter).Reset(&i.in, dict); err != nil {
			return dst, fmt.Errorf("inflate: %w", err)
		}
		for {
			if room := start + i.limit - len(dst); room <= 0 {
				// One byte more tells a message of just the limit from a longer one.
				var extra [1]byte
				n, err := i.flate.Read(extra[:])
				if n > 0 {
					return dst, fmt.Errorf("inflate: %w", ErrInflateLimit)
				}
				if err == nil {
					continue
				}
				if err != io.EOF {
					return dst, fmt.Errorf("inflate: %w", err)
				}
				break
			}
			if len(dst) == cap(dst) {
				dst = append(dst, 0)[:len(dst)]
			}
			room := min(cap(dst)-len(dst), start+i.limit-len(dst))
			n, err := i.flate.Read(dst[len(dst) : len(dst)+room])
			dst = dst[:len(dst)+n]
			if err == io.EOF {
				break
			}
			if err != nil {
				return dst, fmt.Errorf("inflate: %w", err)
			}
		}
	}
	return dst, nil
}

// keep makes plain the end of the window.
func (i *Inflater) keep(plain []byte) {
	if len(plain) == 0 {
		return
	}
	w := lastWindow(i.window, plain)
	if cap(i.window) < windowSize {
		i.window = make([]byte, 0, windowSize)
	}
	i.window = append(i.window[:0], w...)
}

// lastWindow returns the last windowSize bytes of a followed by b.
func lastWindow(a, b []byte) []byte {
	if len(b) >= windowSize {
		return b[len(b)-windowSize:]
	}
	if over := len(a) + len(b) - windowSize; over > 0 {
		a = a[over:]
	}
	return append(append(make([]byte, 0, len(a)+len(b)), a...), b...)
}

// messageReader reads a message's data and then the tail, byte by byte if asked, so that flate
// never reads more than it needs.
type messageReader struct {
	data, tail bytes.Reader
}

func (r *messageReader) reset(data []byte) {
	r.data.Reset(data)
	r.tail.Reset([]byte(deflateTail))
}

func (r *messageReader) left() int { return r.data.Len() + r.tail.Len() }

func (r *messageReader) ReadByte() (byte, error) {
	if r.data.Len() > 0 {
		return r.data.ReadByte()
	}
	return r.tail.ReadByte()
}

func (r *messageReader) Read(p []byte) (int, error) {
	if r.data.Len() > 0 {
		return r.data.Read(p)
	}
	return r.tail.Read(p)
}
