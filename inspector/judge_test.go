package inspector

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// judgeSink runs a Judge over decoded frames and notes what it says: "rule@offset" with the
// offset in the stream.
type judgeSink struct {
	j     Judge
	h     Header
	seen  uint64
	start uint64
	said  []string
}

func (s *judgeSink) note(v []Violation) {
	for _, v := range v {
		s.said = append(s.said, fmt.Sprintf("%s@%d", v.Rule.ID, s.start+v.Offset))
	}
}

func (s *judgeSink) FrameHeader(h Header, raw []byte) {
	s.h, s.seen = h, 0
	s.note(s.j.Header(h))
}

func (s *judgeSink) FramePayload(p []byte) {
	if s.h.Masked {
		p = AppendMasked(nil, p, s.h.Key, s.seen)
	}
	s.seen += uint64(len(p))
	s.note(s.j.Payload(p))
}

func (s *judgeSink) FrameEnd() {
	s.note(s.j.End())
	s.start += uint64(s.h.Size) + s.seen
}

func TestJudge(t *testing.T) {
	const z = "00000000" // a key of zeros leaves the payload readable here
	tests := []struct {
		name    string
		sender  Direction
		deflate bool
		wire    string
		want    string
	}{
		{"hello from a client", Up, false, "8185 37fa213d 7f9f4d5158", ""},
		{"hello from a server", Down, false, "8105 48656c6c6f", ""},
		{"unmasked client frame", Up, false, "8105 48656c6c6f", "unmasked-client-frame@1"},
		{"masked server frame", Down, false, "8185 37fa213d 7f9f4d5158", "masked-server-frame@1"},
		{"RSV1 alone", Up, false, "c180" + z, "reserved-bit@0"},
		{"RSV2 and RSV3", Up, false, "b180" + z, "reserved-bit@0"},
		{"RSV1 with deflate", Up, true, "c180" + z, ""},
		{"RSV1 on a continuation", Up, true, "4180" + z + "c080" + z, "reserved-bit@6"},
		{"RSV1 on a ping", Up, true, "c980" + z, "reserved-bit@0"},
		{"RSV2 with deflate", Up, true, "a180" + z, "reserved-bit@0"},
		{"opcode 3", Up, false, "8380" + z, "reserved-opcode@0"},
		{"opcode B, fragmented", Up, false, "0b80" + z, "reserved-opcode@0 control-fragmented@0"},
		{"length 5 in 16 bits", Up, false, "82fe 0005" + z + "0102030405", "length-not-minimal@1"},
		{"length 125 in 64 bits", Up, false, "82ff 000000000000007d" + z, "length-not-minimal@1"},
		{"length 65535 in 64 bits", Down, false, "827f 000000000000ffff", "length-not-minimal@1"},
		{"length with top bit", Up, false, "82ff 8000000000000000" + z, "length-top-bit@2"},
		{"ping in two", Up, false, "0980" + z, "control-fragmented@0"},
		{"ping of 126", Up, false, "89fe 007e" + z, "control-too-long@1"},
		{"stray continuation", Up, false, "8080" + z, "stray-continuation@0"},
		{"message in a message", Up, false, "0180" + z + "8180" + z, "missing-continuation@6"},
		{"ping between fragments", Up, false, "0183" + z + "48656c 8981" + z + "21 8082" + z + "6c6f", ""},
		{"two messages", Up, false, "0180" + z + "8080" + z + "8280" + z, ""},
		{"bad UTF-8", Up, false, "8185" + z + "48 c0 656c6c", "invalid-utf8@7"},
		{"bad UTF-8 across fragments", Up, false, "0181" + z + "e2 8082" + z + "82 41", "invalid-utf8@14"},
		{"a character over two fragments", Up, false, "0181" + z + "e2 8082" + z + "82ac", ""},
		{"text ends inside a character", Up, false, "8182" + z + "e282", "invalid-utf8@8"},
		{"surrogate", Up, false, "8183" + z + "eda080", "invalid-utf8@7"},
		{"binary may be anything", Up, false, "8282" + z + "c0ff", ""},
		{"compressed text is not looked at", Up, true, "c182" + z + "c0ff", ""},
		{"close, empty", Up, false, "8880" + z, ""},
		{"close 1000", Up, false, "8882" + z + "03e8", ""},
		{"close, one byte", Up, false, "8881" + z + "03", "close-body-one-byte@6"},
		{"close 1005", Up, false, "8882" + z + "03ed", "close-code@6"},
		{"close 999", Up, false, "8882" + z + "03e7", "close-code@6"},
		{"close 2999", Up, false, "8882" + z + "0bb7", "close-code@6"},
		{"close 1015", Up, false, "8882" + z + "03f7", "close-code@6"},
		{"close 1014", Up, false, "8882" + z + "03f6", ""},
		{"close 3000 and 4999", Down, false, "8802 0bb8", ""},
		{"close 5000", Down, false, "8802 1388", "close-code@2"},
		{"close reason not UTF-8", Up, false, "8885" + z + "03e8 62 c0 79", "close-reason-utf8@9"},
		{"close reason cut in a character", Down, false, "8804 03e8 e282", "close-reason-utf8@6"},
		{"text after close", Down, false, "8800 8100", "frame-after-close@2"},
		{"many at once", Up, false, "7305 0000000000", "reserved-bit@0 reserved-opcode@0 unmasked-client-frame@1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			wire := unhex(t, tt.wire)
			for step := 1; step <= len(wire); step++ {
				s := judgeSink{j: Judge{Sender: tt.sender, Deflate: tt.deflate}}
				var d FrameDecoder
				for at := 0; at < len(wire); at += step {
					if _, err := d.Feed(wire[at:min(at+step, len(wire))], &s); err != nil {
						break
					}
				}
				if got := strings.Join(s.said, " "); got != tt.want {
					t.Fatalf("% x in steps of %d: violations %q; want %q", wire, step, got, tt.want)
				}
			}
		})
	}
}

func TestEveryRuleIsDrawn(t *testing.T) {
	// TestJudge and the head tests draw each rule; this holds the texts to their form.
	for _, r := range []*Rule{RuleReservedBit, RuleReservedOpcode, RuleUnmaskedClient, RuleMaskedServer,
		RuleLengthNotMinimal, RuleLengthTopBit, RuleControlFragmented, RuleControlTooLong, RuleStrayContinuation,
		RuleMissingContinuation, RuleInvalidUTF8, RuleCloseBody, RuleCloseCode, RuleCloseReasonUTF8, RuleAfterClose,
		RuleDeflate, RuleBareLF, RuleNoHost, RuleFieldName, RuleObsoleteFold, RuleLengthConflict, RuleCodingIn10, RuleChunkSize} {
		if !strings.HasPrefix(r.Ref, "RFC ") || !strings.Contains(r.Ref, "§") || !strings.HasSuffix(r.Text, ".") {
			t.Errorf("rule %s: ref %q, text %q; want an RFC with a section, and a sentence", r.ID, r.Ref, r.Text)
		}
		if len(r.Text)+len(r.Ref)+2 > MaxCloseReason {
			t.Errorf("rule %s: text and ref take %d bytes; a close reason holds %d", r.ID, len(r.Text)+len(r.Ref)+2, MaxCloseReason)
		}
	}
}

func TestJudgeEarly(t *testing.T) {
	tests := []struct{ front, want string }{
		{"81", ""}, {"8185", ""}, {"82fe", ""}, {"82ff00", ""}, {"89", ""}, {"8885", ""},
		{"c1", "reserved-bit"}, {"83", "reserved-opcode"}, {"09", "control-fragmented"}, {"80", "stray-continuation"},
		{"8105", "unmasked-client-frame"}, {"89fe", "control-too-long"}, {"8aff0000", "control-too-long"},
		{"82fe00", ""}, {"82fe0005", "length-not-minimal"}, {"82fe007e", ""}, {"82ff80", "length-top-bit"}, {"82ff8000000000000000", "length-top-bit"},
		{"82ff0000000000", ""}, {"82ff000000000000", "length-not-minimal"}, {"82ff0000000000000001", "length-not-minimal"}, {"82ff0000000000010000", ""}, {"82ff0000000000200000000000", ""},
	}
	for _, tt := range tests {
		j := Judge{Sender: Up}
		got := ""
		for _, v := range j.Early(unhex(t, tt.front)) {
			got += v.Rule.ID
		}
		if got != tt.want {
			t.Errorf("Early(%s) = %q; want %q", tt.front, got, tt.want)
		}
		if v := j.Header(Header{Fin: true, Opcode: OpText, Masked: true, Size: 6}); len(v) != 0 {
			t.Errorf("after Early(%s) a good header breaks %v", tt.front, v)
		}
	}
}

// TestJudgeEarlyIsNeverTooEarly: what it objects to, every completion of the header breaks too.
func TestJudgeEarlyIsNeverTooEarly(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 200_000 {
		var b [MaxHeaderSize]byte
		for i := range b {
			b[i] = byte(r.Uint32()) & byte(-int8(r.IntN(2))) // half of them zeros, as in real lengths
		}
		if r.IntN(2) == 0 {
			b[1] = b[1]&0x80 | byte(126+r.IntN(2))
		}
		h, n, _ := ParseHeader(b[:])
		j := Judge{Sender: Direction(r.IntN(2))}
		early := len(j.Early(b[:r.IntN(n)])) > 0
		if broken := j.Header(h); early && len(broken) == 0 {
			t.Fatalf("Early objects to the front of % x, which breaks nothing", b[:n])
		}
	}
}
