package inspector

// The frame decoder of one direction: frames out of bytes, however they are cut.

// Sink is told what a FrameDecoder finds, in wire order.
type Sink interface {
	// FrameHeader is called once a header is whole. raw is the header's bytes, h.Size of them;
	// it aliases the decoder's or the caller's buffer and is valid only during the call.
	FrameHeader(h Header, raw []byte)
	// FramePayload is called for each piece of payload. The piece aliases the caller's buffer and
	// is still masked: copy what must outlive the call, and never write to it, for the
	// application is about to read the same bytes.
	FramePayload(piece []byte)
	// FrameEnd is called after the last byte of a frame, also of one without payload.
	FrameEnd()
}

// FrameDecoder cuts one direction of a connection into frames. The zero value is ready.
// It keeps at most a header's bytes and a count between calls, and never the payload.
type FrameDecoder struct {
	carry [MaxHeaderSize]byte
	have  int    // bytes of an unfinished header in carry
	left  uint64 // payload bytes of the current frame still to come
	in    bool   // between a header and its FrameEnd
	err   error
}

// Feed decodes p, whatever frame boundaries it straddles, and tells to.
// It returns how many bytes of p it consumed: all of them, unless an error
// (only ErrLength, wrapped) stopped it. The header that broke the framing is consumed and told;
// the bytes behind it are not. After an error it consumes nothing more and returns the same error.
func (d *FrameDecoder) Feed(p []byte, to Sink) (n int, err error) {
	if d.err != nil {
		return 0, d.err
	}
	for n < len(p) {
		if d.in {
			k := len(p) - n
			if uint64(k) > d.left {
				k = int(d.left)
			}
			if k > 0 {
				to.FramePayload(p[n : n+k : n+k])
				n += k
				d.left -= uint64(k)
			}
			if d.left == 0 {
				d.in = false
				to.FrameEnd()
			}
			continue
		}
		used, err := d.header(p[n:], to)
		n += used
		if err != nil {
			d.err = err
			return n, err
		}
	}
	return n, nil
}

// header consumes header bytes from the front of p, and tells to when one is whole.
func (d *FrameDecoder) header(p []byte, to Sink) (used int, err error) {
	raw := p
	if d.have > 0 {
		fill := copy(d.carry[d.have:], p)
		raw = d.carry[:d.have+fill]
	}
	h, n, err := ParseHeader(raw)
	if n == 0 {
		if d.have == 0 {
			copy(d.carry[:], p)
		}
		d.have += len(p)
		return len(p), nil
	}
	used = n - d.have
	d.have = 0
	to.FrameHeader(h, raw[:n:n])
	if err != nil {
		return used, err
	}
	d.left, d.in = h.Length, true
	if h.Length == 0 {
		d.in = false
		to.FrameEnd()
	}
	return used, nil
}

// Idle reports whether the decoder stands between two frames.
func (d *FrameDecoder) Idle() bool { return !d.in && d.have == 0 }

// Pending returns the bytes of a header that has begun and not ended; valid until the next Feed.
func (d *FrameDecoder) Pending() []byte { return d.carry[:d.have] }

// Left is how many payload bytes of the current frame are still to come.
func (d *FrameDecoder) Left() uint64 { return d.left }
