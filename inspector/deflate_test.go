package inspector

import (
	"bytes"
	"compress/flate"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
)

// deflater compresses messages as RFC 7692 §7.2.1 says, with compress/flate.
type deflater struct {
	buf      bytes.Buffer
	w        *flate.Writer
	takeover bool
}

func newDeflater(takeover bool) *deflater {
	d := &deflater{takeover: takeover}
	d.w, _ = flate.NewWriter(&d.buf, 6)
	return d
}

func (d *deflater) message(plain string) []byte {
	d.buf.Reset()
	if !d.takeover {
		d.w.Reset(&d.buf)
	}
	d.w.Write([]byte(plain))
	d.w.Flush()
	return bytes.Clone(bytes.TrimSuffix(d.buf.Bytes(), []byte("\x00\x00\xff\xff")))
}

func TestInflaterVectors(t *testing.T) {
	// The examples of RFC 7692 §7.2.3.
	tests := []struct {
		name     string
		takeover bool
		wire     []string
	}{
		{"one block", false, []string{"f248cdc9c90700"}},
		{"shared window", true, []string{"f248cdc9c90700", "f200110000"}},
		{"no compression", false, []string{"000500faff48656c6c6f00"}},
		{"BFINAL set", false, []string{"f348cdc9c9070000"}},
		{"two blocks", false, []string{"f248050000 00ffff cac9c90700"}},
	}
	for _, tt := range tests {
		i := NewInflater(tt.takeover, 100)
		for _, wire := range tt.wire {
			got, err := i.Message([]byte("> "), unhex(t, wire))
			if string(got) != "> Hello" || err != nil {
				t.Errorf("%s: Message(%s) = %q, %v; want Hello", tt.name, wire, got, err)
			}
		}
	}
}

func TestInflaterTakeover(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, takeover := range []bool{false, true} {
		d := newDeflater(takeover)
		i := NewInflater(takeover, 1<<20)
		for n := range 200 {
			plain := strings.Repeat("the same words again ", r.IntN(400)) + strings.Repeat("x", r.IntN(40000))
			got, err := i.Message(nil, d.message(plain))
			if err != nil || string(got) != plain {
				t.Fatalf("takeover %v, message %d: %d bytes, %v; want %d bytes", takeover, n, len(got), err, len(plain))
			}
		}
	}
}

func TestInflaterLimit(t *testing.T) {
	for _, takeover := range []bool{false, true} {
		d := newDeflater(takeover)
		i := NewInflater(takeover, 1000)
		if got, err := i.Message(nil, d.message(strings.Repeat("a", 1000))); err != nil || len(got) != 1000 {
			t.Errorf("a message of just the limit: %d bytes, %v; want 1000, nil", len(got), err)
		}
		got, err := i.Message(nil, d.message(strings.Repeat("a", 50<<20)))
		if !errors.Is(err, ErrInflateLimit) || len(got) != 1000 || cap(got) > 4096 {
			t.Errorf("a bomb: %d bytes in %d, %v; want 1000 and ErrInflateLimit", len(got), cap(got), err)
		}
		_, err = i.Message(nil, d.message("ok"))
		if (err != nil) != takeover {
			t.Errorf("takeover %v, after a bomb: %v; only with takeover must it fail", takeover, err)
		}
	}
}

func TestInflaterBroken(t *testing.T) {
	i := NewInflater(false, 1000)
	for _, wire := range []string{"ff", "f248cdc9", "06"} {
		if _, err := i.Message(nil, unhex(t, wire)); err == nil {
			t.Errorf("Message(%s) succeeds; want an error", wire)
		}
	}
	many := bytes.Repeat([]byte{0x03, 0x00}, 100000) // empty blocks with BFINAL
	if _, err := i.Message(nil, many); !errors.Is(err, ErrFinalBlocks) || !strings.Contains(err.Error(), "limit: final blocks") {
		t.Errorf("100 000 final blocks: %v; want ErrFinalBlocks, which names the limit", err)
	}
}

func TestParseExtensions(t *testing.T) {
	got, err := ParseExtensions(` permessage-deflate; client_max_window_bits; server_max_window_bits="10" , , x-y;a=b`)
	if err != nil || len(got) != 2 || got[0].Name != "permessage-deflate" || len(got[0].Params) != 2 ||
		got[0].Params[0] != (Param{Name: "client_max_window_bits"}) ||
		got[0].Params[1] != (Param{Name: "server_max_window_bits", Value: "10", HasValue: true}) ||
		got[1].Params[0] != (Param{Name: "a", Value: "b", HasValue: true}) {
		t.Errorf("ParseExtensions = %+v, %v", got, err)
	}
	for _, bad := range []string{"a b", "a;", "a;=b", "a;b=", `a;b="`, `a;b=""`, `a;b="x y"`, "a;b=c d", ";"} {
		if got, err := ParseExtensions(bad); err == nil {
			t.Errorf("ParseExtensions(%q) = %+v; want an error", bad, got)
		}
	}
}

// TestSessionDeflate: RSV1 stands on the first frame only, the last frame carries the message,
// and compression can make it larger.
func TestSessionDeflate(t *testing.T) {
	d := newDeflater(true)
	first, second := d.message("Hello, Hello, Hello, Hello"), d.message("Hello, Hello, Hello, Hello")
	events := observe(t, Options{}, []piece{
		{Up, upgradeRequest},
		{Down, strings.TrimSuffix(upgradeResponse, "\r\n") + "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n"},
		{Down, "\x41\x02" + string(first[:2]) + "\x80" + string(rune(len(first)-2)) + string(first[2:])},
		{Down, "\xc1" + string(rune(len(second))) + string(second)},
		{Down, "\x81\x02ok"},
		{Down, "\xc1\x03\xff\xff\xff"},
	})
	var down []*Frame
	for _, e := range events {
		if e.Kind == KindFrame {
			down = append(down, e.Frame)
		}
	}
	if len(down) != 5 {
		t.Fatalf("%d frames; want 5", len(down))
	}
	for i, want := range []struct {
		inflated string
		err      bool
	}{{"", false}, {"Hello, Hello, Hello, Hello", false}, {"Hello, Hello, Hello, Hello", false}, {"", false}, {"", true}} {
		f := down[i]
		if (f.Inflated != nil) != (want.inflated != "" || want.err) {
			t.Errorf("frame %d: inflated %+v; want %q", i, f.Inflated, want.inflated)
			continue
		}
		if f.Inflated != nil && (string(f.Inflated.Bytes) != want.inflated || (f.Inflated.Err != "") != want.err) {
			t.Errorf("frame %d: inflated %+v; want %q", i, f.Inflated, want.inflated)
		}
	}
	if got := down[1].Inflated.Compressed; got != uint64(len(first)) {
		t.Errorf("the first message took %d compressed bytes; want %d", got, len(first))
	}
	last := events[len(events)-2]
	if len(last.Violations) != 1 || last.Violations[0].Rule != RuleDeflate {
		t.Errorf("broken data draws %v; want %s", last.Violations, RuleDeflate.ID)
	}
}
