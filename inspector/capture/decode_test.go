package capture

// What pasted bytes are taken for, and the events that they make.

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"

	"wireup/inspector"
)

// decode reads text and returns a line an event: direction, kind, summary.
func decode(t *testing.T, text string, o Options) (*Decoded, string) {
	t.Helper()
	h, err := ParseHex(text, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	d, err := h.Decode(o)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, e := range d.Events {
		fmt.Fprintf(&b, "%s %s", e.Direction, inspector.Summary(e.Event))
		for _, v := range e.Violations {
			fmt.Fprintf(&b, " !%s", v.Rule.ID)
		}
		if e.Frame != nil && e.Frame.Inflated != nil {
			fmt.Fprintf(&b, " =%s", e.Frame.Inflated.Bytes)
		}
		b.WriteByte('\n')
	}
	return d, b.String()
}

// literally writes s as a literal of Python.
func literally(s string) string {
	return "b'" + strings.NewReplacer("\r", `\r`, "\n", `\n`, "'", `\'`).Replace(s) + "'"
}

const (
	upgrade  = "GET /chat HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
	accepted = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
)

func TestDecode(t *testing.T) {
	tests := []struct {
		name, text string
		o          Options
		took       Kind
		why        string
		want       []string
	}{
		{"RFC 6455 5.7, all of it", "81 05 48 65 6c 6c 6f\n81 85 37 fa 21 3d 7f 9f 4d 51 58\n01 03 48 65 6c\n80 02 6c 6f\n89 05 48 65 6c 6c 6f\n8a 85 37 fa 21 3d 7f 9f 4d 51 58\n",
			Options{}, Frames, "0x81 can begin a frame", []string{"down text frame, 5 bytes", "up text frame, 5 bytes, masked", "down text frame, 3 bytes", "down continuation", "down ping", "up pong"}},
		{"a side that is named shows what is wrong", "81 05 48 65 6c 6c 6f", Options{Side: FromClient}, Frames, "direction that you named", []string{"!unmasked-client-frame"}},
		{"a request", literally("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), Options{}, Request, "A request", []string{"up GET / HTTP/1.1"}},
		{"an unfinished request", literally("POST /x HTT"), Options{}, Request, "not whole", []string{"up 11 bytes"}},
		{"a response with a body", literally("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"), Options{}, Response, "A response", []string{"down HTTP/1.1 200 OK", "down "}},
		{"request and response in one stream", literally("GET / HTTP/1.1\r\nHost: a\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"), Options{}, Request, "", []string{"up GET", "down HTTP/1.1 204"}},
		{"an upgrade and its frames", literally(upgrade+accepted) + " 81 80 00 00 00 00 81 00", Options{}, Request, "Behind the head stand frames", []string{"up GET", "down HTTP/1.1 101", "up text frame, 0 bytes, masked", "down text frame, 0 bytes"}},
		{"an upgrade whose 101 is missing", literally(upgrade) + " 81 80 00 00 00 00", Options{}, Request, "101 is missing", []string{"up GET", "up text frame, 0 bytes, masked"}},
		{"marked, and its 101 is missing", "> " + literally(upgrade) + "\n< 81 00", Options{}, Request, "101 is missing", []string{"up GET", "down text frame, 0 bytes"}},
		{"marked frames", "> 81 00\n< 81 00", Options{}, Frames, "the text says who", []string{"!unmasked-client-frame", "down text"}},
		{"marked, downwards only", "< 81 00", Options{}, Frames, "", []string{"down text frame, 0 bytes"}},
		{"what nobody explains", "48 65 6c 6c 6f", Options{}, Bytes, "control frame without FIN", []string{"up 5 bytes"}},
		{"the same, asked for as frames", "48 65 6c 6c 6f", Options{As: Frames}, Frames, "as you asked", []string{"!control-fragmented"}},
		{"a cut frame", "81 7e ff", Options{}, Frames, "", []string{"3 bytes"}},
		{"compressed, as RFC 7692 7.2.3.1 has it", "c1 07 f2 48 cd c9 c9 07 00", Options{}, Frames, "RSV1 is set", []string{"=Hello"}},
		{"with the window of the first, 7.2.3.2", "c1 07 f2 48 cd c9 c9 07 00 c1 05 f2 00 11 00 00", Options{}, Frames, "", []string{"=Hello", "=Hello"}},
		{"without a window", "c1 07 f2 48 cd c9 c9 07 00 c1 05 f2 00 11 00 00", Options{Deflate: NoTakeover}, Frames, "without context takeover", []string{"=Hello", "!deflate-data"}},
		{"a stored block, 7.2.3.3", "c1 0b 00 05 00 fa ff 48 65 6c 6c 6f 00", Options{}, Frames, "", []string{"=Hello"}},
		{"BFINAL, 7.2.3.4", "c1 08 f3 48 cd c9 c9 07 00 00", Options{}, Frames, "", []string{"=Hello"}},
		{"two blocks, 7.2.3.5", "c1 0d f2 48 05 00 00 00 ff ff ca c9 c9 07 00", Options{}, Frames, "", []string{"=Hello"}},
		{"fragments", "41 03 f2 48 cd 80 04 c9 c9 07 00", Options{}, Frames, "", []string{"text frame", "=Hello"}},
		{"not compressed, as you say", "c1 07 f2 48 cd c9 c9 07 00", Options{Deflate: Off}, Frames, "", []string{"!reserved-bit"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, got := decode(t, tt.text, tt.o)
			if d.Took != tt.took || !strings.Contains(d.Why, tt.why) {
				t.Errorf("took %s: %s; want %s: %s", d.Took, d.Why, tt.took, tt.why)
			}
			lines := strings.Split(strings.TrimSpace(got), "\n")
			if len(lines) != len(tt.want) {
				t.Fatalf("%d events; want %d:\n%s", len(lines), len(tt.want), got)
			}
			for i, line := range lines {
				if !strings.Contains(line, tt.want[i]) {
					t.Errorf("event %d is %q; want %q", i, line, tt.want[i])
				}
			}
		})
	}
}

func TestDecodePlaces(t *testing.T) {
	h, err := ParseHex("# two frames\n81 00 81\n  03 48 69 ff", 100)
	if err != nil {
		t.Fatal(err)
	}
	d, err := h.Decode(Options{})
	if err != nil || len(d.Events) != 2 {
		t.Fatalf("%+v, %v", d, err)
	}
	if got, want := d.Events[0].Place, (Place{2, 1, 2, 6}); got != want {
		t.Errorf("the first frame stands at %+v; want %+v", got, want)
	}
	if got, want := d.Events[1].Place, (Place{2, 7, 3, 14}); got != want {
		t.Errorf("the second frame stands at %+v; want %+v", got, want)
	}
	if got, want := d.Events[1].Faults, (Place{3, 12, 3, 14}); len(got) != 1 || got[0] != want {
		t.Errorf("its bad byte stands at %+v; want %+v", got, want)
	}
}

func TestDecodeBounds(t *testing.T) {
	h, err := ParseHex(strings.Repeat("8100", 50), 1000)
	if err != nil {
		t.Fatal(err)
	}
	d, err := h.Decode(Options{Events: 20})
	if err != nil || len(d.Events) != 20 || d.Omitted != 30 {
		t.Errorf("%d events and %d omitted, %v; want 20 and 30", len(d.Events), d.Omitted, err)
	}
	var conflict *OptionError
	if _, err := h.Decode(Options{As: Request, Side: FromServer}); !errors.As(err, &conflict) {
		t.Errorf("a request from a server: %v", err)
	}
}

// A whole packet is no frame: the words say where what TCP carries begins.
func TestDecodePacket(t *testing.T) {
	file := packets(t, written(t, "192.0.2.7:50000"))[7]
	for name, b := range map[string][]byte{"with Ethernet": file, "from IP on": file[14:]} {
		h, err := ParseHex(hex.EncodeToString(b), 1000)
		if err != nil {
			t.Fatal(err)
		}
		d, err := h.Decode(Options{})
		want := fmt.Sprintf("behind its first %d bytes", len(b)-11)
		if err != nil || d.Took != Bytes || !strings.Contains(d.Why, want) {
			t.Errorf("%s: %v %+v; want %q", name, err, d, want)
		}
	}
}
