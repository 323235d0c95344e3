package wire

// The frame object, against the contract's example and against the dissection it is made from.

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"

	"wireup/inspector"
)

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatalf("hex %q: %v", s, err)
	}
	return b
}

// frameOf is a frame that came whole, from its bytes.
func frameOf(t *testing.T, wire []byte) *inspector.Frame {
	t.Helper()
	h, n, err := inspector.ParseHeader(wire)
	if n == 0 || err != nil {
		t.Fatalf("ParseHeader(% x) = %d, %v", wire, n, err)
	}
	f := &inspector.Frame{Header: h, Raw: wire[:n], Payload: wire[n:], Plain: wire[n:], Received: h.Length}
	if h.Masked {
		f.Plain = inspector.AppendMasked(nil, wire[n:], h.Key, 0)
	}
	if !h.Opcode.Control() {
		f.Message, f.Part, f.MessageType = 1, 1, h.Opcode
	}
	return f
}

// The example that stands in the contract, byte for byte but for the fields that it leaves out.
func TestAppendFrameContract(t *testing.T) {
	tests := []struct {
		name, wire, want string
	}{
		{"received", "818537fa213d7f9f4d5158",
			`{"fin":true,"rsv1":false,"rsv2":false,"rsv3":false,"opcode":1,"type":"text",` +
				`"masked":true,"maskingKey":"37fa213d","payloadLength":5,"lengthForm":7,` +
				`"headerLength":6,"header":"818537fa213d",` +
				`"payload":"7f9f4d5158","unmasked":"48656c6c6f","text":"Hello","truncated":false,` +
				`"message":1,"part":1,"messageType":"text","compressed":false,"fields":[` +
				`{"name":"FIN","bit":0,"bits":1,"value":"1","meaning":"last frame of its message","ref":"RFC 6455 §5.2"},` +
				`{"name":"RSV1","bit":1,"bits":1,"value":"0","meaning":"not used","ref":"RFC 6455 §5.2"},` +
				`{"name":"RSV2","bit":2,"bits":1,"value":"0","meaning":"not used","ref":"RFC 6455 §5.2"},` +
				`{"name":"RSV3","bit":3,"bits":1,"value":"0","meaning":"not used","ref":"RFC 6455 §5.2"},` +
				`{"name":"opcode","bit":4,"bits":4,"value":"1","meaning":"text: UTF-8","ref":"RFC 6455 §5.6"},` +
				`{"name":"MASK","bit":8,"bits":1,"value":"1","meaning":"the payload is masked, as a client must send it","ref":"RFC 6455 §5.1"},` +
				`{"name":"payload length","bit":9,"bits":7,"value":"5","meaning":"bytes of payload in this frame","ref":"RFC 6455 §5.2"},` +
				`{"name":"masking key","bit":16,"bits":32,"value":"37fa213d","meaning":"payload byte i is XORed with key byte i mod 4","ref":"RFC 6455 §5.3"}` +
				`],"violations":[]}`},
		{"mirrored", "810548656c6c6f",
			`{"fin":true,"rsv1":false,"rsv2":false,"rsv3":false,"opcode":1,"type":"text",` +
				`"masked":false,"payloadLength":5,"lengthForm":7,"headerLength":2,"header":"8105",` +
				`"payload":"48656c6c6f","text":"Hello","truncated":false,` +
				`"message":1,"part":1,"messageType":"text","compressed":false,"fields":[` +
				`{"name":"FIN","bit":0,"bits":1,"value":"1","meaning":"last frame of its message","ref":"RFC 6455 §5.2"},` +
				`{"name":"RSV1","bit":1,"bits":1,"value":"0","meaning":"not used","ref":"RFC 6455 §5.2"},` +
				`{"name":"RSV2","bit":2,"bits":1,"value":"0","meaning":"not used","ref":"RFC 6455 §5.2"},` +
				`{"name":"RSV3","bit":3,"bits":1,"value":"0","meaning":"not used","ref":"RFC 6455 §5.2"},` +
				`{"name":"opcode","bit":4,"bits":4,"value":"1","meaning":"text: UTF-8","ref":"RFC 6455 §5.6"},` +
				`{"name":"MASK","bit":8,"bits":1,"value":"0","meaning":"the payload is not masked, as a server must send it","ref":"RFC 6455 §5.1"},` +
				`{"name":"payload length","bit":9,"bits":7,"value":"5","meaning":"bytes of payload in this frame","ref":"RFC 6455 §5.2"}` +
				`],"violations":[]}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := AppendFrame(nil, frameOf(t, unhex(t, tt.wire)), nil)
			if string(got) != tt.want {
				t.Errorf("AppendFrame(%s) =\n%s\nwant\n%s", tt.wire, got, tt.want)
			}
		})
	}
}

// The tables must say of every header what inspector.HeaderFields says.
func TestAppendFrameFields(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	lengths := []uint64{0, 1, 125, 126, 127, 65535, 65536, 1 << 40, 1<<63 + 5}
	check := func(h inspector.Header) {
		t.Helper()
		f := &inspector.Frame{Header: h, Received: h.Length}
		var got struct {
			Fields []inspector.Field `json:"fields"`
		}
		object := AppendFrame(nil, f, nil)
		if err := json.Unmarshal(object, &got); err != nil {
			t.Fatalf("AppendFrame(%+v) = %s: %v", h, object, err)
		}
		if want := inspector.HeaderFields(h); !reflect.DeepEqual(got.Fields, want) {
			t.Fatalf("AppendFrame(%+v) has the fields\n%+v\nwant\n%+v", h, got.Fields, want)
		}
	}
	for first := range 256 {
		for second := range 256 {
			h := headerOf(byte(first), byte(second))
			if h.LengthForm() != 7 {
				h.Length = lengths[random.IntN(len(lengths))]
			}
			if h.Masked {
				h.Key = [4]byte{byte(random.Uint32()), 0, 0xFF, byte(random.Uint32())}
			}
			check(h)
		}
	}
}

func TestAppendFrameParts(t *testing.T) {
	long := bytes.Repeat([]byte("é"), 40) // byte 64 ends a character, byte 63 is inside one
	text := func(payload []byte) *inspector.Frame {
		wire := append([]byte{0x81, byte(len(payload))}, payload...)
		return frameOf(t, wire)
	}
	tests := []struct {
		name  string
		frame *inspector.Frame
		has   []string
		lacks []string
	}{
		{"long text", text(long), []string{`"truncated":true`, `"text":"` + string(long[:64]) + `"`}, nil},
		{"long text cut inside a character", text(append([]byte("a"), long...)),
			[]string{`"truncated":true`, `"text":"a` + string(long[:62]) + `"`}, nil},
		{"fragment that ends inside a character", text([]byte("a\xc3")),
			[]string{`"text":"a` + "\uFFFD" + `"`, `"truncated":false`}, nil},
		{"what JSON must escape", text([]byte("\"\\\x00\n\x1b")), []string{`"text":"\"\\\u0000\n\u001b"`}, nil},
		{"empty text", text(nil), []string{`"payload":""`, `"text":""`, `"truncated":false`}, []string{`"unmasked"`}},
		{"binary", frameOf(t, unhex(t, "82054865")), []string{`"messageType":"binary"`}, []string{`"text":`}},
		{"compressed text", &inspector.Frame{Header: inspector.Header{Fin: true, RSV: inspector.RSV1, Opcode: inspector.OpText, Length: 7, Size: 2},
			Message: 1, Part: 1, MessageType: inspector.OpText, Compressed: true, Received: 7,
			Inflated: &inspector.Inflated{Compressed: 7, Size: 5, Bytes: []byte("Hello")}},
			[]string{`"compressed":true`, `"inflated":{"compressed":7,"length":5,"payload":"48656c6c6f","text":"Hello","truncated":false,"ratio":1.4}`},
			nil},
		{"ping with text", frameOf(t, unhex(t, "890568656c6c6f")), []string{`"type":"ping"`, `"text":"hello"`}, []string{`"message":`, `"part":`}},
		{"ping with bytes", frameOf(t, unhex(t, "8901ff")), nil, []string{`"text":`}},
		{"empty ping", frameOf(t, unhex(t, "8900")), nil, []string{`"text":`}},
		{"close", &inspector.Frame{Header: inspector.Header{Fin: true, Opcode: inspector.OpClose, Length: 5, Size: 2}, Received: 5,
			Plain: []byte("\x03\xe8bye"), Payload: []byte("\x03\xe8bye"), Close: &inspector.CloseBody{Code: 1000, Reason: "bye"}},
			[]string{`"close":{"code":1000,"name":"normal closure","reason":"bye"}`}, []string{`"text":`}},
		{"cut by the end", &inspector.Frame{Header: inspector.Header{Fin: true, Opcode: inspector.OpBinary, Length: 9, Size: 2}, Received: 2,
			Plain: []byte("ab"), Payload: []byte("ab")}, []string{`"received":2`, `"truncated":false`}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := AppendFrame(nil, tt.frame, nil)
			if !json.Valid(got) {
				t.Fatalf("AppendFrame = %s, which is no JSON", got)
			}
			for _, part := range tt.has {
				if !bytes.Contains(got, []byte(part)) {
					t.Errorf("AppendFrame = %s\nwant it to have %s", got, part)
				}
			}
			for _, part := range tt.lacks {
				if bytes.Contains(got, []byte(part)) {
					t.Errorf("AppendFrame = %s\nwant it without %s", got, part)
				}
			}
		})
	}
}

func TestAppendFrameViolations(t *testing.T) {
	f := frameOf(t, unhex(t, "810548656c6c6f"))
	judge := inspector.Judge{Sender: inspector.Up}
	got := AppendFrame(nil, f, judge.Header(f.Header))
	want := `"violations":[{"rule":"unmasked-client-frame","ref":"RFC 6455 §5.1","text":"A client must mask every frame that it sends.","detail":"MASK is 0 on a client's frame.","offset":1}]}`
	if !bytes.HasSuffix(got, []byte(want)) {
		t.Errorf("AppendFrame = %s\nwant it to end in %s", got, want)
	}
}

func TestAppendDigits(t *testing.T) {
	for n := range 12 {
		for c := range 256 {
			p := bytes.Repeat([]byte{byte(c), byte(c + 1), byte(255 - c)}, 4)[:n]
			if got, want := string(appendDigits([]byte("x"), p)), "x"+hex.EncodeToString(p); got != want {
				t.Fatalf("appendDigits(% x) = %q, want %q", p, got, want)
			}
		}
	}
}

func TestAppendFrameAllocs(t *testing.T) {
	f := frameOf(t, unhex(t, "818537fa213d7f9f4d5158"))
	b := make([]byte, 0, 4096)
	if n := testing.AllocsPerRun(100, func() { b = AppendFrame(b[:0], f, nil) }); n != 0 {
		t.Errorf("AppendFrame allocates %v times, want 0", n)
	}
}

func BenchmarkAppendFrame(b *testing.B) {
	for _, size := range []int{5, 64} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			raw := []byte{0x81, 0x80 | byte(size), 0x37, 0xfa, 0x21, 0x3d}
			h, _, _ := inspector.ParseHeader(raw)
			plain := bytes.Repeat([]byte("x"), size)
			f := &inspector.Frame{Header: h, Raw: raw, Payload: inspector.AppendMasked(nil, plain, h.Key, 0), Plain: plain,
				Received: h.Length, Message: 1, Part: 1, MessageType: inspector.OpText}
			out := make([]byte, 0, 4096)
			b.ReportAllocs()
			for b.Loop() {
				out = AppendFrame(out[:0], f, nil)
			}
			b.SetBytes(int64(len(out)))
		})
	}
}
