package inspector

// The rules that frames can break: one table of names, sections and sentences.

import "fmt"

// Rule is one requirement that bytes on the wire can break.
type Rule struct {
	ID    string    // stable name, such as "unmasked-client-frame"
	Ref   string    // where it stands: "RFC 6455 §5.1"
	Text  string    // the rule as a plain sentence
	Close CloseCode // the code with which an endpoint fails the connection; 0 for a rule of HTTP
}

// Violation is a rule that some bytes break.
type Violation struct {
	Rule   *Rule
	Offset uint64 // of the byte that breaks it, from the first byte of its event
	Detail string // what was seen, as a plain sentence
}

func (v Violation) String() string {
	return fmt.Sprintf("%s %s (%s)", v.Detail, v.Rule.Text, v.Rule.Ref)
}

// The rules of frames.
var (
	RuleReservedBit = &Rule{"reserved-bit", "RFC 6455 §5.2",
		"A reserved bit must be 0 unless an extension gives it a meaning here.", CloseProtocolError}
	RuleReservedOpcode = &Rule{"reserved-opcode", "RFC 6455 §5.2",
		"An endpoint that receives an unknown opcode must fail the connection.", CloseProtocolError}
	RuleUnmaskedClient = &Rule{"unmasked-client-frame", "RFC 6455 §5.1",
		"A client must mask every frame that it sends.", CloseProtocolError}
	RuleMaskedServer = &Rule{"masked-server-frame", "RFC 6455 §5.1",
		"A server must not mask any frame that it sends.", CloseProtocolError}
	RuleLengthNotMinimal = &Rule{"length-not-minimal", "RFC 6455 §5.2",
		"The length must use the shortest of its three forms.", CloseProtocolError}
	RuleLengthTopBit = &Rule{"length-top-bit", "RFC 6455 §5.2",
		"The top bit of a 64-bit length must be 0.", CloseProtocolError}
	RuleControlFragmented = &Rule{"control-fragmented", "RFC 6455 §5.5",
		"A control frame must not be fragmented.", CloseProtocolError}
	RuleControlTooLong = &Rule{"control-too-long", "RFC 6455 §5.5",
		"A control frame carries 125 bytes at most.", CloseProtocolError}
	RuleStrayContinuation = &Rule{"stray-continuation", "RFC 6455 §5.4",
		"A continuation frame must continue a message that has begun.", CloseProtocolError}
	RuleMissingContinuation = &Rule{"missing-continuation", "RFC 6455 §5.4",
		"The frames of two messages must not be interleaved.", CloseProtocolError}
	RuleInvalidUTF8 = &Rule{"invalid-utf8", "RFC 6455 §8.1",
		"A text message must be valid UTF-8.", CloseInvalidPayload}
	RuleCloseBody = &Rule{"close-body-one-byte", "RFC 6455 §5.5.1",
		"A close frame's body, if there is one, begins with a two-byte code.", CloseProtocolError}
	RuleCloseCode = &Rule{"close-code", "RFC 6455 §7.4",
		"This close code must not stand in a close frame.", CloseProtocolError}
	RuleCloseReasonUTF8 = &Rule{"close-reason-utf8", "RFC 6455 §5.5.1",
		"The reason in a close frame must be valid UTF-8.", CloseInvalidPayload}
	RuleAfterClose = &Rule{"frame-after-close", "RFC 6455 §5.5.1",
		"After its close frame an endpoint must not send data.", CloseProtocolError}
	RuleDeflate = &Rule{"deflate-data", "RFC 7692 §7.2.2",
		"The payload of a compressed message must be valid DEFLATE data.", CloseInvalidPayload}
)

// The rules of HTTP heads.
var (
	RuleBareLF = &Rule{"bare-lf", "RFC 9112 §2.2",
		"A line of the head ends in CR LF.", 0}
	RuleNoHost = &Rule{"no-host", "RFC 9112 §3.2",
		"An HTTP/1.1 request must carry exactly one Host field.", 0}
	RuleFieldName = &Rule{"field-name", "RFC 9110 §5.1",
		"A field name is a token: letters, digits and a few signs, with no space before the colon.", 0}
	RuleObsoleteFold = &Rule{"obsolete-fold", "RFC 9112 §5.2",
		"A field must not be folded over several lines.", 0}
	RuleLengthConflict = &Rule{"length-conflict", "RFC 9112 §6.3",
		"A message must say its body's length in one way only.", 0}
	RuleCodingIn10 = &Rule{"transfer-coding-in-1.0", "RFC 9112 §6.1",
		"HTTP/1.0 knows no Transfer-Encoding: a message that has one is framed wrongly.", 0}
	RuleChunkSize = &Rule{"chunk-size", "RFC 9112 §7.1",
		"A chunk begins with its size in hexadecimal and CR LF.", 0}
)

// rules are all of them, by their names.
var rules = func() map[string]*Rule {
	m := make(map[string]*Rule)
	for _, r := range []*Rule{
		RuleReservedBit, RuleReservedOpcode, RuleUnmaskedClient, RuleMaskedServer, RuleLengthNotMinimal,
		RuleLengthTopBit, RuleControlFragmented, RuleControlTooLong, RuleStrayContinuation,
		RuleMissingContinuation, RuleInvalidUTF8, RuleCloseBody, RuleCloseCode, RuleCloseReasonUTF8,
		RuleAfterClose, RuleDeflate,
		RuleBareLF, RuleNoHost, RuleFieldName, RuleObsoleteFold, RuleLengthConflict, RuleCodingIn10, RuleChunkSize,
	} {
		m[r.ID] = r
	}
	return m
}()

// FindRule returns the rule with this ID, or nil.
func FindRule(id string) *Rule { return rules[id] }
