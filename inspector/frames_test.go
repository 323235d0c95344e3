package inspector

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
)

// lineSink writes what a FrameDecoder tells, with adjacent payload pieces joined.
type lineSink struct {
	out     bytes.Buffer
	payload []byte
	copied  []byte
}

func (s *lineSink) FrameHeader(h Header, raw []byte) {
	fmt.Fprintf(&s.out, "%+v % x;", h, raw)
	s.copied = append(s.copied, raw...)
}
func (s *lineSink) FramePayload(p []byte) {
	s.payload = append(s.payload, p...)
	s.copied = append(s.copied, p...)
}
func (s *lineSink) FrameEnd() {
	fmt.Fprintf(&s.out, " %x end\n", s.payload)
	s.payload = s.payload[:0]
}

func feed(wire []byte, cuts ...int) (string, []byte, error) {
	var d FrameDecoder
	var s lineSink
	from := 0
	for _, to := range append(cuts, len(wire)) {
		n, err := d.Feed(wire[from:to], &s)
		if err != nil {
			return s.out.String(), s.copied[:min(from+n, len(s.copied))], err
		}
		from = to
	}
	return s.out.String(), s.copied, nil
}

func TestFrameDecoderAnyCut(t *testing.T) {
	wire := unhex(t, "8185 37fa213d 7f9f4d5158  0103 48656c  8900  8002 6c6f  827e 0100")
	wire = append(wire, make([]byte, 256)...)
	wire = append(wire, unhex(t, "82ff 0000000000000003 01020304 aabbcc 8800")...)
	want, copied, err := feed(wire)
	if err != nil || !bytes.Equal(copied, wire) {
		t.Fatalf("Feed: %v, told % x; want % x", err, copied, wire)
	}
	for a := 0; a <= len(wire); a++ {
		for b := a; b <= len(wire); b += 1 + (b-a)/16 {
			got, _, err := feed(wire, a, b)
			if err != nil || got != want {
				t.Fatalf("cut at %d and %d: %v\n%s\nwant\n%s", a, b, err, got, want)
			}
		}
	}
}

func TestFrameDecoderStopsAtImpossibleLength(t *testing.T) {
	wire := unhex(t, "8100 827f 8000000000000001 aaaa")
	for cut := range wire {
		got, copied, err := feed(wire, cut)
		if !errors.Is(err, ErrLength) || len(copied) != 12 {
			t.Errorf("cut at %d: %v after %d bytes, %q; want ErrLength after 12", cut, err, len(copied), got)
		}
	}
}

func TestFrameDecoderAllocs(t *testing.T) {
	wire := unhex(t, "8185 37fa213d 7f9f4d5158 8185 37fa213d 7f9f4d5158")
	var d FrameDecoder
	var s countSink
	if n := testing.AllocsPerRun(1000, func() {
		d.Feed(wire[:3], &s)
		d.Feed(wire[3:], &s)
	}); n != 0 {
		t.Errorf("Feed allocates %v times; want 0", n)
	}
	if s.frames == 0 {
		t.Error("no frame was decoded")
	}
}

type countSink struct{ frames, bytes int }

func (s *countSink) FrameHeader(Header, []byte) {}
func (s *countSink) FramePayload(p []byte)      { s.bytes += len(p) }
func (s *countSink) FrameEnd()                  { s.frames++ }

func BenchmarkParseHeader(b *testing.B) {
	wire := unhex(b, "8185 37fa213d")
	for b.Loop() {
		if _, n, _ := ParseHeader(wire); n != 6 {
			b.Fatal(n)
		}
	}
}

func BenchmarkFeed(b *testing.B) {
	wire := bytes.Repeat(unhex(b, "8185 37fa213d 7f9f4d5158"), 1000)
	var d FrameDecoder
	var s countSink
	b.SetBytes(int64(len(wire)))
	for b.Loop() {
		d.Feed(wire, &s)
	}
}

func FuzzFeed(f *testing.F) {
	f.Add([]byte("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58\x88\x02\x03\xe8"), uint8(1))
	f.Add([]byte("\x82\x7f\x80\x00\x00\x00\x00\x00\x00\x01"), uint8(2))
	f.Fuzz(func(t *testing.T, wire []byte, step uint8) {
		want, copied, err := feed(wire)
		if !bytes.HasPrefix(wire, copied) {
			t.Fatalf("told % x of % x", copied, wire)
		}
		var cuts []int
		for at := int(step) + 1; at < len(wire); at += int(step) + 1 {
			cuts = append(cuts, at)
		}
		got, _, gotErr := feed(wire, cuts...)
		if got != want || errors.Is(gotErr, ErrLength) != errors.Is(err, ErrLength) {
			t.Fatalf("in steps of %d: %v\n%s\nwant %v\n%s", int(step)+1, gotErr, got, err, want)
		}
		if h, n, err := ParseHeader(wire); n > 0 && err == nil {
			back, m, err := ParseHeader(h.AppendTo(nil))
			h.Size, back.Size = 0, 0
			if err != nil || m == 0 || back != h {
				t.Fatalf("ParseHeader(AppendTo(%+v)) = %+v, %v", h, back, err)
			}
		}
	})
}
