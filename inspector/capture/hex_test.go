package capture

// Hex in every form that a tool writes it in, and what is said of text that is none.

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"wireup/inspector"
)

const hello = "818537fa213d7f9f4d5158"

func TestParseHex(t *testing.T) {
	sixteen := strings.Repeat("41", 16)
	tests := []struct{ name, text, want string }{
		{"nothing", "", ""},
		{"stream", hello, hello},
		{"spaces", "81 85 37 fa 21 3d 7f 9f 4d 51 58", hello},
		{"upper case and CRLF", "81 85 37 FA\r\n21 3D 7F 9F\r\n4D 51 58\r\n", hello},
		{"commas and 0x", "0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58", hello},
		{"an array of C", "{ 0x81,0x85,\n  0x5, }; // end", "818505"},
		{"xxd -i", "unsigned char frame_bin[] = {\n  0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58\n};\nunsigned int frame_bin_len = 11;\n", hello},
		{"Wireshark's arrays of C", "static const unsigned char pkt1[8] = {\n0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, /* ..{}..;. */\n};\n\nstatic const unsigned char pkt2[3] = {\n0x4d, 0x51, 0x58 /* MQX */\n};\n", hello},
		{"Go", "frame := []byte{0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58}", hello},
		{"colons", "81:85:37:fa:21:3d:7f:9f:4d:51:58", hello},
		{"escapes of a shell", `\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58`, hello},
		{"escapes in quotes", `"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"`, hello},
		{"Python", `b'\x81\x857\xfa!=\x7f\x9fMQX'`, hello},
		{"Python with a quote", `b"\x81\x05it's\n"`, "8105697427730a"},
		{"C", `"\x81\x05Hello"`, "810548656c6c6f"},
		{"hex in quotes", `"8105" "48656c6c6f"`, "810548656c6c6f"},
		{"comments", "# a frame\n81 85 # FIN, text\n37fa213d // key\n\n7f9f4d5158", hello},
		{"xxd", "00000000: 8185 37fa 213d 7f9f 4d51 58              ..7.!=..MQX\n", hello},
		{"xxd -g1", "00000000: 81 85 37 fa 21 3d 7f 9f 4d 51 58                 ..7.!=..MQX\n", hello},
		{"xxd, text of hex and signs", "00000000: 8107 6162 6364 6566 23                   ..abcdef#\n", "810761626364656623"},
		{"xxd, two lines", "00000000: 4141 4141 4141 4141 4141 4141 4141 4141  AAAAAAAAAAAAAAAA\n00000010: 42                                       B\n", sixteen + "42"},
		{"xxd -a", "00000000: 0000 0000 0000 0000 0000 0000 0000 0000  ................\n*\n00000030: 42                                       B\n", strings.Repeat("00", 48) + "42"},
		{"hexdump -C", "00000000  81 85 37 fa 21 3d 7f 9f  4d 51 58                 |..7.!=..MQX|\n0000000b\n", hello},
		{"hexdump -C, whole lines", "00000000  41 41 41 41 41 41 41 41  41 41 41 41 41 41 41 41  |AAAAAAAAAAAAAAAA|\n*\n00000040\n", strings.Repeat(sixteen, 4)},
		{"od", "0000000 81 85 37 fa 21 3d 7f 9f 4d 51 58\n000000b\n", hello},
		{"Wireshark", "0000   81 85 37 fa 21 3d 7f 9f 4d 51 58   ..7.!=..MQX\n", hello},
		{"Wireshark, two lines", "0000   41 41 41 41 41 41 41 41 41 41 41 41 41 41 41 41   AAAAAAAAAAAAAAAA\n0010   62 62   bb\n", sixteen + "6262"},
		{"Wireshark's stream", "00000000  81 85 37 fa 21 3d 7f 9f  4d 51 58                  ..7.!=.. MQX\n", hello},
		{"tcpdump -X", "12:00:00.000000 IP localhost.50012 > localhost.8080: Flags [P.], length 11\n\t0x0000:  8185 37fa 213d 7f9f 4d51 58              ..7.!=..MQX\n", hello},
		{"tcpdump -x, an odd byte", "\t0x0000:  8185 37fa 213d 7f9f 4d51 58", hello},
		{"zeros that are no offset", "0000 0000", "00000000"},
		{"hex that begins like an offset", "8185 37fa 213d 7f9f 4d51 58", hello},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h, err := ParseHex(tt.text, 1<<20)
			if err != nil {
				t.Fatal(err)
			}
			var got []byte
			for _, p := range h.Pieces {
				got = append(got, p.Bytes...)
			}
			if hex.EncodeToString(got) != tt.want {
				t.Errorf("%q is %x; want %s", tt.text, got, tt.want)
			}
		})
	}
}

func TestParseHexDirections(t *testing.T) {
	for _, text := range []string{
		"> 81 80 00 00 00 00\n< 81 00\n",
		"0.000 up 8180   # a comment\n  00000000\n0.081 down 8100\n",
		"→ 8180 00000000\n← 8100",
		"client: 8180 00000000\nserver: 8100",
		"> 2026/11/22 10:00:00.000123  length=6 from=0 to=5\n 81 80 00 00 00 00\n< 2026/11/22 10:00:00.000223  length=2 from=0 to=1\n 81 00\n",
	} {
		h, err := ParseHex(text, 100)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if len(h.Pieces) != 2 || !h.Pieces[0].Marked || h.Pieces[0].Direction != inspector.Up || h.Pieces[1].Direction != inspector.Down ||
			!bytes.Equal(h.Pieces[0].Bytes, []byte("\x81\x80\x00\x00\x00\x00")) || !bytes.Equal(h.Pieces[1].Bytes, []byte("\x81\x00")) {
			t.Errorf("%q: %+v", text, h.Pieces)
		}
	}
	h, err := ParseHex("0.5 up 81\n2.25 down 82", 10)
	if err != nil || h.Pieces[1].At.Microseconds() != 2250 {
		t.Errorf("%+v, %v; want the second piece at 2.25 ms", h, err)
	}
}

func TestParseHexFaults(t *testing.T) {
	tests := []struct {
		text                 string
		line, column, length int
		says                 string
	}{
		{"81 85 zz", 1, 7, 1, `'z' is no hex digit`},
		{"81 85\n  3", 2, 3, 1, `"3" has an odd number of digits`},
		{"81 857", 1, 6, 1, "two of them"},
		{"0000000 8581 fa37\n0000004", 1, 1, 7, "hexdump -C"},
		{"unsigned char a[] = {\n  0x81, 0xzz\n};", 2, 11, 1, "'z' is no hex digit"},
		{"# é\n81 é", 2, 4, 1, `'é' is no hex digit`},
		{"GET / HTTP/1.1", 1, 1, 1, "This is text, and not hex"},
		{"00000000: 8185 3x7f", 1, 17, 1, `'x' is no hex digit`},
		{`b'\x8'`, 1, 3, 2, "This escape is none of"},
		{"b'abc", 1, 1, 1, "no closing quote"},
		{"0x", 1, 1, 2, "No digits follow"},
		{"81\n> 82", 1, 1, 2, "stands before them"},
		{"00000000  81 85\n*\n", 2, 1, 1, "Add the dump's next line"},
		{"00000000: 8185 8185  ....\n*\n00000007: 81  .\n", 2, 1, 1, "does not fit"},
	}
	for _, tt := range tests {
		_, err := ParseHex(tt.text, 100)
		var fault *HexError
		if !errors.As(err, &fault) {
			t.Errorf("%q: %v; want a HexError", tt.text, err)
			continue
		}
		if fault.Line != tt.line || fault.Column != tt.column || fault.Length != tt.length || !strings.Contains(fault.Text, tt.says) {
			t.Errorf("%q: %+v; want %d:%d, %d long, %q", tt.text, fault, tt.line, tt.column, tt.length, tt.says)
		}
	}
	var tooLong *SizeError
	if _, err := ParseHex("818182", 2); !errors.As(err, &tooLong) || tooLong.Limit != 2 {
		t.Errorf("three bytes with a limit of two: %v", err)
	}
	if _, err := ParseHex("00000000: 0000 0000 0000 0000 0000 0000 0000 0000  ................\n*\nffffffff0: 00  .\n", 1<<10); !errors.As(err, &tooLong) {
		t.Errorf("a * for a gigabyte: %v; want the limit", err)
	}
}

// Whatever is pasted: no panic, no more bytes than the limit, every byte with a place, and what is
// written out again reads the same.
func FuzzParseHex(f *testing.F) {
	f.Add("00000000: 8185 37fa 213d 7f9f 4d51 58              ..7.!=..MQX\n*\n00000020: 81")
	f.Add("0.000 up 81 85 # x\n  b'\\x81a' 0x5,\n0.1 down \"\\x81\"")
	f.Add("00000000  81 85  |..|\n0000   81  .\n> 2026 length=1 from=0 to=0\n81")
	f.Fuzz(func(t *testing.T, text string) {
		h, err := ParseHex(text, 1000)
		if err != nil {
			var fault *HexError
			if errors.As(err, &fault) && (fault.Line < 1 || fault.Column < 1 || fault.Length < 1 || fault.Text == "") {
				t.Fatalf("%q: a fault nowhere: %+v", text, fault)
			}
			return
		}
		size := 0
		for _, p := range h.Pieces {
			if size += len(p.Bytes); len(p.spots) != len(p.Bytes) || len(p.Bytes) == 0 {
				t.Fatalf("%q: %d bytes have %d places", text, len(p.Bytes), len(p.spots))
			}
			for _, s := range p.spots {
				if s.from < 0 || s.to <= s.from || int(s.to) > len(text) {
					t.Fatalf("%q: a byte stands at %v", text, s)
				}
			}
		}
		if size != h.Size || size > 1000 {
			t.Fatalf("%q: %d bytes in pieces, %d counted", text, size, h.Size)
		}
		again, err := ParseHex(string(AppendHex(nil, h.Pieces)), 1000)
		if err != nil {
			t.Fatalf("%q, written as %q: %v", text, AppendHex(nil, h.Pieces), err)
		}
		var a, b []byte
		for _, p := range h.Pieces {
			a = append(a, p.Bytes...)
		}
		for _, p := range again.Pieces {
			b = append(b, p.Bytes...)
		}
		if !bytes.Equal(a, b) {
			t.Fatalf("%q, written and read again: %x; want %x", text, b, a)
		}
		d, err := h.Decode(Options{})
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		var told uint64
		for _, e := range d.Events {
			told += e.Size
			if e.Size > 0 && e.Place.Line == 0 {
				t.Fatalf("%q: %s has no place", text, inspector.Summary(e.Event))
			}
		}
		if d.Omitted == 0 && told != uint64(size) {
			t.Fatalf("%q: events of %d bytes; want %d", text, told, size)
		}
	})
}
