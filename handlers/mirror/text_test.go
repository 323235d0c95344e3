package mirror

// The breakdown for a terminal, as it looks.

import (
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"wireup/inspector"
)

func TestTextGolden(t *testing.T) {
	tests := []struct {
		name string
		in   []byte
	}{
		{"hello", masked(0x81, "Hello")},
		{"fragments", join(masked(0x01, "He"), masked(0x89, "are you there?"), masked(0x00, ""), masked(0x80, "llo"))},
		{"length16", masked(0x82, strings.Repeat("\x00\x1b[31m", 50))},
		{"length64", masked(0x81, strings.Repeat("grüße ", 20_000))},
		{"deflate", masked(0xc1, newDeflater(t, false).message("Hello, Hello, Hello"))},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			out := framesOf(t, converse(Options{Breakdown: Text, Deflate: &Deflate{}}, tt.in))
			got := out[len(out)-1].payload
			checkText(t, got)
			golden(t, "testdata/"+tt.name+".golden", []byte(got+"\n"))
		})
	}
}

// checkText wants what every terminal can show: lines of 76 columns, nothing that steers it, and
// pictures in ASCII.
func checkText(t *testing.T, s string) {
	t.Helper()
	if !utf8.ValidString(s) {
		t.Errorf("not UTF-8: %q", s)
	}
	for _, line := range strings.Split(s, "\n") {
		if n := utf8.RuneCountInString(line); n > textWidth {
			t.Errorf("%d columns: %s", n, line)
		}
		if strings.TrimRight(line, " ") != line {
			t.Errorf("ends in a space: %q", line)
		}
		for _, r := range line {
			if !unicode.IsPrint(r) {
				t.Errorf("%U in %q", r, line)
			}
			if r >= utf8.RuneSelf && strings.ContainsAny(line, "|+") {
				t.Errorf("a picture with %q: %s", r, line)
			}
		}
	}
	if strings.HasSuffix(s, "\n") {
		t.Error("ends in an empty line")
	}
}

// Whatever a frame is, its text keeps the width and does not steer a terminal.
func TestTextWidth(t *testing.T) {
	key := [4]byte{1, 2, 3, 4}
	for _, length := range []uint64{0, 1, 2, 3, 4, 5, 6, 7, 9, 125, 126, 65535, 65536, 1 << 20, 1 << 40} {
		for first := range 256 {
			if length > 7 && first&0x70 != 0 {
				continue // reserved bits look the same before any length
			}
			for _, mask := range []bool{false, true} {
				h := inspector.Header{Fin: first&0x80 != 0, RSV: byte(first) >> 4 & 7, Opcode: inspector.Opcode(first & 0xF), Masked: mask, Key: key, Length: length}
				raw := h.AppendTo(nil)
				h.Size = len(raw)
				var r record
				r.start(h, raw)
				payload := []byte(strings.Repeat("\x1b]0;\u202e\xff", 10))[:min(length, 64)]
				r.keepWire(payload)
				r.keepPlain(payload)
				r.frame.Received = length
				r.frame.Message, r.frame.Part, r.frame.MessageType = 1, 1, inspector.OpText
				rep := report{message: 1, received: []record{r}, omitted: 3, control: []record{r}, omittedControl: 1}
				rep.control[0].frame.Received = min(length, inspector.MaxControlPayload)
				rep.control[0].frame.RTT = 1234 * time.Microsecond
				rep.control[0].violations = []inspector.Violation{{Rule: inspector.RuleReservedBit, Detail: "RSV1 is set."}}
				checkText(t, string(rep.appendText(nil)))
				if t.Failed() {
					t.Fatalf("header %+v", h)
				}
			}
		}
	}
}
