package inspector

import (
	"encoding/hex"
	"errors"
	"strings"
	"testing"
)

// unhex decodes hex that may hold spaces.
func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatalf("unhex(%q): %v", s, err)
	}
	return b
}

var headerTests = []struct {
	name string
	wire string // RFC 6455 §5.7 where it has the case
	want Header
	form int
	err  error
}{
	{"text", "8105", Header{Fin: true, Opcode: OpText, Length: 5, Size: 2}, 7, nil},
	{"text masked", "8185 37fa213d", Header{Fin: true, Opcode: OpText, Masked: true, Key: [4]byte{0x37, 0xfa, 0x21, 0x3d}, Length: 5, Size: 6}, 7, nil},
	{"first fragment", "0103", Header{Opcode: OpText, Length: 3, Size: 2}, 7, nil},
	{"last fragment", "8002", Header{Fin: true, Length: 2, Size: 2}, 7, nil},
	{"ping", "8905", Header{Fin: true, Opcode: OpPing, Length: 5, Size: 2}, 7, nil},
	{"pong masked", "8a85 37fa213d", Header{Fin: true, Opcode: OpPong, Masked: true, Key: [4]byte{0x37, 0xfa, 0x21, 0x3d}, Length: 5, Size: 6}, 7, nil},
	{"binary 256", "827e 0100", Header{Fin: true, Opcode: OpBinary, Length: 256, Size: 4}, 16, nil},
	{"binary 64 KiB", "827f 0000000000010000", Header{Fin: true, Opcode: OpBinary, Length: 65536, Size: 10}, 64, nil},
	{"largest length", "827f 7fffffffffffffff", Header{Fin: true, Opcode: OpBinary, Length: 1<<63 - 1, Size: 10}, 64, nil},
	{"all bits", "ffff 0000000000000001 ffffffff", Header{Fin: true, RSV: 7, Opcode: 0xF, Masked: true, Key: [4]byte{255, 255, 255, 255}, Length: 1, Size: 14}, 64, nil},
	{"top bit", "827f 8000000000000001", Header{Fin: true, Opcode: OpBinary, Length: 1<<63 + 1, Size: 10}, 64, ErrLength},
}

func TestParseHeader(t *testing.T) {
	for _, tt := range headerTests {
		t.Run(tt.name, func(t *testing.T) {
			wire := unhex(t, tt.wire)
			got, n, err := ParseHeader(append(wire, 0xAA))
			if got != tt.want || n != len(wire) || !errors.Is(err, tt.err) {
				t.Errorf("ParseHeader(% x) = %+v, %d, %v; want %+v, %d, %v", wire, got, n, err, tt.want, len(wire), tt.err)
			}
			if got := tt.want.LengthForm(); got != tt.form {
				t.Errorf("LengthForm of % x = %d; want %d", wire, got, tt.form)
			}
			for cut := range wire {
				if _, n, err := ParseHeader(wire[:cut]); n != 0 || err != nil {
					t.Errorf("ParseHeader(% x) = %d, %v; want 0, nil: more bytes are needed", wire[:cut], n, err)
				}
			}
			if tt.err == nil && tt.form == tt.want.ShortestForm() {
				if b := tt.want.AppendTo(nil); string(b) != string(wire) {
					t.Errorf("AppendTo(%+v) = % x; want % x", tt.want, b, wire)
				}
			}
		})
	}
}

func TestHeaderFieldsCoverEveryBit(t *testing.T) {
	for _, tt := range headerTests {
		bit := 0
		for _, f := range HeaderFields(tt.want) {
			if f.Bit != bit || f.Bits <= 0 || f.Name == "" || f.Value == "" || f.Meaning == "" || !strings.HasPrefix(f.Ref, "RFC ") {
				t.Errorf("%s: field %+v; want it to begin at bit %d and to be whole", tt.name, f, bit)
			}
			bit += f.Bits
		}
		if bit != tt.want.Size*8 {
			t.Errorf("%s: fields cover %d bits; want %d", tt.name, bit, tt.want.Size*8)
		}
	}
}

func TestMask(t *testing.T) {
	key := [4]byte{0x37, 0xfa, 0x21, 0x3d}
	if got := AppendMasked(nil, []byte("Hello"), key, 0); hex.EncodeToString(got) != "7f9f4d5158" {
		t.Errorf("AppendMasked(Hello) = %x; want 7f9f4d5158 (RFC 6455 §5.7)", got)
	}
	for size := range 40 {
		for at := range uint64(9) {
			plain := make([]byte, size)
			want := make([]byte, size)
			for i := range plain {
				plain[i] = byte(i * 7)
				want[i] = plain[i] ^ key[(at+uint64(i))%4]
			}
			if got := AppendMasked([]byte("x"), plain, key, at); string(got[1:]) != string(want) {
				t.Fatalf("AppendMasked(% x, at %d) = % x; want % x", plain, at, got[1:], want)
			}
		}
	}
}
