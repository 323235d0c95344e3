package wire

// The short way to the commonest breakdown must say what the long way does.

import (
	"fmt"
	"strings"
	"testing"

	"wireup/inspector"
)

// echoOf is a client's frame that came whole, and its mirror.
func echoOf(o inspector.Opcode, payload string) (received, mirrored *inspector.Frame) {
	h := inspector.Header{Fin: true, Opcode: o, Length: uint64(len(payload))}
	frame := func(h inspector.Header) *inspector.Frame {
		raw := h.AppendTo(nil)
		h, _, _ = inspector.ParseHeader(raw)
		plain := []byte(payload)[:min(len(payload), FramePreview)]
		f := &inspector.Frame{Header: h, Raw: raw, Plain: plain, Payload: plain, Received: h.Length, Message: 1, Part: 1, MessageType: o}
		if h.Masked {
			f.Payload = inspector.AppendMasked(nil, plain, h.Key, 0)
		}
		return f
	}
	mirrored = frame(h)
	h.Masked, h.Key = true, [4]byte{0x37, 0xfa, 0x21, 0x3d}
	return frame(h), mirrored
}

func TestAppendEcho(t *testing.T) {
	for _, o := range []inspector.Opcode{inspector.OpText, inspector.OpBinary} {
		for _, payload := range []string{
			"", "H", "Hello", "0123456789abcdef", `a "quoted" word`, "back\\slash", "\x00\x1f\x7f", "\n", "Ünïcode", "a\xc3",
			strings.Repeat("é", 40), "x" + strings.Repeat("é", 40), strings.Repeat("x", 63), strings.Repeat("x", 64),
			strings.Repeat("x", 65), strings.Repeat("x", 125), strings.Repeat("x", 126), strings.Repeat("x", 65535), strings.Repeat("x", 65536),
		} {
			received, mirrored := echoOf(o, payload)
			want := `"received":[` + string(AppendReported(nil, received, nil)) + `],"mirrored":[` + string(AppendReported(nil, mirrored, nil)) + "]"
			if got, ok := AppendEcho(nil, received); !ok || string(got) != want {
				t.Errorf("AppendEcho of a %v frame, %.20q =\n%s, %v\nwant\n%s", o, payload, got, ok, want)
			}
		}
	}
}

// What the short way can't say goes the long one.
func TestAppendEchoDeclines(t *testing.T) {
	tests := []struct {
		name   string
		change func(f *inspector.Frame)
	}{
		{"a first frame", func(f *inspector.Frame) { f.Fin = false }},
		{"a last frame", func(f *inspector.Frame) { f.Opcode, f.Part = inspector.OpContinuation, 2 }},
		{"a control frame", func(f *inspector.Frame) { f.Opcode = inspector.OpPing }},
		{"a reserved bit", func(f *inspector.Frame) { f.RSV = inspector.RSV2 }},
		{"compressed", func(f *inspector.Frame) { f.Compressed = true }},
		{"no mask", func(f *inspector.Frame) { f.Masked = false }},
		{"cut off", func(f *inspector.Frame) { f.Received-- }},
	}
	for _, tt := range tests {
		f, _ := echoOf(inspector.OpText, "Hello")
		tt.change(f)
		if got, ok := AppendEcho([]byte("x"), f); ok || string(got) != "x" {
			t.Errorf("%s: AppendEcho = %q, %v; want nothing appended", tt.name, got, ok)
		}
	}
}

// A frame that is a message by itself needs no place in it; any other does.
func TestAppendReported(t *testing.T) {
	f, _ := echoOf(inspector.OpText, "Hello")
	const place = `"message":1,"part":1,"messageType":"text","compressed":`
	if got := string(AppendReported(nil, f, nil)); strings.Contains(got, place) {
		t.Errorf("AppendReported = %s\nwant it without %s", got, place)
	}
	if got := string(AppendFrame(nil, f, nil)); !strings.Contains(got, place) {
		t.Errorf("AppendFrame = %s\nwant it with %s", got, place)
	}
	f.Fin = false
	if got := string(AppendReported(nil, f, nil)); !strings.Contains(got, place) {
		t.Errorf("AppendReported of a first frame = %s\nwant it with %s", got, place)
	}
}

func TestPlainASCII(t *testing.T) {
	for n := 1; n <= 17; n++ {
		for at := range n {
			for c := range 256 {
				p := []byte(strings.Repeat("~", n))
				p[at] = byte(c)
				want := c >= 0x20 && c < 0x7F && c != '"' && c != '\\'
				if got := plainASCII(p); got != want {
					t.Fatalf("plainASCII(%q) = %v, want %v", p, got, want)
				}
			}
		}
	}
}

func BenchmarkAppendEcho(b *testing.B) {
	for _, size := range []int{16, 1 << 10} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			f, _ := echoOf(inspector.OpText, strings.Repeat("x", size))
			out := make([]byte, 0, 4096)
			b.ReportAllocs()
			for b.Loop() {
				out, _ = AppendEcho(out[:0], f)
			}
			b.SetBytes(int64(len(out)))
		})
	}
}
