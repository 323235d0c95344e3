package inspector

// The head of an HTTP/1.1 message, as spans into its own bytes (RFC 9112 §2 to §5).

// Span is a range of bytes: from Start up to, not including, End.
type Span struct{ Start, End int }

// Len is how many bytes the span covers.
func (s Span) Len() int { return s.End - s.Start }

// Of returns the bytes of b that s covers.
func (s Span) Of(b []byte) []byte { return b[s.Start:s.End] }

// Head is a request's or a response's head, up to and with its blank line.
type Head struct {
	Raw     []byte // all of its bytes
	Request bool

	Line                    Span // the start line, without its line ending
	Method, Target, Version Span // of a request; Version of a response too
	Status, Reason          Span // of a response
	Code                    int  // the status as a number
	Fields                  []HeadField
	Violations              []Violation
}

// HeadField is one header field.
type HeadField struct {
	Line  Span // the whole line, without its line ending
	Name  Span
	Value Span // without the white space around it
}
