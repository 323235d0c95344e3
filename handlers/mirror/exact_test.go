package mirror

// The targets that are exact: calls and allocations an echo with breakdown.

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"wireup/inspector"
)

// steady answers inFlight messages a call, by a client that allocates nothing.
func steady(t testing.TB, payload string, inFlight int) (c *client, round func()) {
	t.Helper()
	c, _ = echo(t, Options{})
	frames := bytes.Repeat(masked(0x82, payload), inFlight)
	buf := make([]byte, 64<<10)
	var header [8]byte
	// What comes back is read frame by frame: a mirror and a breakdown for each message.
	skip := func(n int) {
		for n > 0 {
			k, err := c.conn.Read(buf[:min(n, len(buf))])
			if err != nil {
				t.Fatal(err)
			}
			n -= k
		}
	}
	round = func() {
		if _, err := c.conn.Write(frames); err != nil {
			t.Fatal(err)
		}
		for range 2 * inFlight {
			if _, err := io.ReadFull(c.conn, header[:2]); err != nil {
				t.Fatal(err)
			}
			n := int(header[1])
			switch n {
			case 126:
				if _, err := io.ReadFull(c.conn, header[:2]); err != nil {
					t.Fatal(err)
				}
				n = int(header[0])<<8 | int(header[1])
			case 127:
				if _, err := io.ReadFull(c.conn, header[:8]); err != nil {
					t.Fatal(err)
				}
				n = int(header[4])<<24 | int(header[5])<<16 | int(header[6])<<8 | int(header[7])
			}
			skip(n)
		}
	}
	return c, round
}

func TestEchoAllocs(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector makes pools forget at random")
	}
	for _, size := range []int{16, 1 << 10, 64 << 10, 1 << 20} {
		_, round := steady(t, strings.Repeat("x", size), 1)
		for range 20 {
			round() // what is made once is made
		}
		if n := testing.AllocsPerRun(200, round); n != 0 {
			t.Errorf("an echo of %d bytes with its breakdown allocates %v times, want 0", size, n)
		}
	}
	t.Run("16 in flight", func(t *testing.T) {
		_, round := steady(t, strings.Repeat("x", 16), 16)
		for range 20 {
			round()
		}
		if n := testing.AllocsPerRun(200, round); n != 0 {
			t.Errorf("16 echoes with their breakdowns allocate %v times, want 0", n)
		}
	})
}

func TestEchoCalls(t *testing.T) {
	tests := []struct {
		inFlight int
		want     float64 // calls an echo, at most
	}{{1, 2.2}, {16, .15}}
	for _, tt := range tests {
		c, round := steady(t, strings.Repeat("x", 16), tt.inFlight)
		round()
		const rounds = 500
		reads, writes := c.tap.Calls()
		for range rounds {
			round()
		}
		r, w := c.tap.Calls()
		got := float64(r-reads+w-writes) / float64(rounds*tt.inFlight)
		t.Logf("%d in flight: %.3f calls an echo", tt.inFlight, got)
		if got > tt.want {
			t.Errorf("%d in flight: %.3f read and write calls an echo with its breakdown, want at most %v", tt.inFlight, got, tt.want)
		}
	}
}

// pipeline echoes a scripted input without end, for benchmarks of the engine alone.
type pipeline struct {
	script
	frame []byte
	left  int
}

func (p *pipeline) Read(b []byte) (int, error) {
	if p.left == 0 {
		return 0, io.EOF
	}
	p.left--
	return copy(b, p.frame), nil
}

func (p *pipeline) Write(b []byte) (int, error) { return len(b), nil }

func BenchmarkEcho(b *testing.B) {
	for _, size := range []int{16, 1 << 10} {
		for _, form := range []Breakdown{JSON, Off, Text} {
			for _, inFlight := range []int{1, 16} {
				b.Run(fmt.Sprintf("%v/%s/%d", form, byteCount(int64(size)), inFlight), func(b *testing.B) {
					b.ReportAllocs()
					frames := bytes.Repeat(masked(0x82, strings.Repeat("x", size)), inFlight)
					p := &pipeline{frame: frames[:min(len(frames), readSize)], left: b.N/inFlight + 1}
					New(inspector.NewConn(p), Options{Breakdown: form, MaxMessage: testLimit}).converse()
				})
			}
		}
	}
}
