package mirror

// Any bytes from a client: the output is always a server's valid frames, however they are cut.

import (
	"bytes"
	"io"
	"testing"
	"unicode/utf8"

	"github.com/gobwas/ws"
)

func FuzzEcho(f *testing.F) {
	f.Add(join(masked(0x01, "He"), masked(0x89, "!"), masked(0x80, "llo"), masked(0x88, "\x03\xe8")), uint8(1), uint8(0), false)
	f.Add(masked(0x81, "a\xff"), uint8(3), uint8(1), true)
	f.Add(masked(0xc1, newDeflater(f, true).message("Hello, Hello")), uint8(2), uint8(0), true)
	f.Add(join(masked(0x02, string(make([]byte, 200))), masked(0x80, "")), uint8(100), uint8(2), false)
	f.Add([]byte{0x01, 3, 'a', 'b', 'c', 0x89, 0, 0x80, 2, 0xc3, 0xa9, 0x88, 0}, uint8(7), uint8(8), false)
	f.Fuzz(func(t *testing.T, in []byte, step, how uint8, deflate bool) {
		in = in[:min(len(in), 2000)] // a breakdown is far longer than an empty message
		if how&8 != 0 {
			in = asFrames(in)
		}
		o := Options{Breakdown: Breakdown(how % 3), MaxMessage: 1000}
		if deflate {
			o.Deflate = &Deflate{Takeover: how&4 != 0}
		}
		want := converse(o, bytes.Clone(in))
		checkOutput(t, want, deflate)
		var pieces [][]byte
		for rest := bytes.Clone(in); len(rest) > 0; {
			n := min(int(step)+1, len(rest))
			pieces = append(pieces, rest[:n:n])
			rest = rest[n:]
		}
		if got := converse(o, pieces...); !bytes.Equal(got, want) {
			t.Errorf("in pieces of %d: %s", int(step)+1, difference(got, want))
		}
	})
}

// asFrames makes client frames of any bytes: a first byte, a length, as much payload.
func asFrames(in []byte) []byte {
	var out []byte
	for len(in) >= 2 {
		n := min(int(in[1]), len(in)-2)
		out = append(out, masked(in[0], string(in[2:2+n]))...)
		in = in[2+n:]
	}
	return out
}

// checkOutput reads with gobwas/ws what a client would.
func checkOutput(t *testing.T, out []byte, deflate bool) {
	t.Helper()
	r := bytes.NewReader(out)
	state := ws.StateClientSide
	if deflate {
		state = state.Set(ws.StateExtended)
	}
	var message []byte
	var text, compressed, closed bool
	for r.Len() > 0 {
		h, err := ws.ReadHeader(r)
		if err != nil {
			t.Fatalf("output %x: %v", out, err)
		}
		if closed {
			t.Fatalf("output %x: a frame behind the close frame", out)
		}
		if err := ws.CheckHeader(h, state); err != nil || h.Masked {
			t.Fatalf("output %x: header %+v: %v", out, h, err)
		}
		p := make([]byte, h.Length)
		if _, err := io.ReadFull(r, p); err != nil {
			t.Fatalf("output %x: %v", out, err)
		}
		switch {
		case h.OpCode == ws.OpClose:
			closed = true
			if len(p) > 0 {
				if err := ws.CheckCloseFrameData(ws.ParseCloseFrameData(p)); err != nil {
					t.Fatalf("close frame %x: %v", p, err)
				}
			}
			continue
		case h.OpCode.IsControl():
			continue
		case h.OpCode != ws.OpContinuation:
			message, text, compressed = nil, h.OpCode == ws.OpText, h.Rsv1()
		}
		message = append(message, p...)
		if state = state.Clear(ws.StateFragmented); !h.Fin {
			state = state.Set(ws.StateFragmented)
		}
		if !h.Fin || !text {
			continue
		}
		if !compressed && !utf8.Valid(message) {
			t.Fatalf("output %x: text %q", out, message)
		}
	}
}
