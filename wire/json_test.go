package wire

// The JSON of events, read back by the standard library.

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"wireup/inspector"
)

// eventJSON is the contract's event, as somebody else's program would read it.
type eventJSON struct {
	Seq           uint64           `json:"seq"`
	Conn          int              `json:"conn"`
	Exchange      int              `json:"exchange"`
	At            float64          `json:"at"`
	Direction     string           `json:"direction"`
	Kind          string           `json:"kind"`
	Driver        string           `json:"driver"`
	Lab           string           `json:"lab"`
	Size          uint64           `json:"size"`
	Overhead      uint64           `json:"overhead"`
	PayloadLength uint64           `json:"payloadLength"`
	Summary       string           `json:"summary"`
	Bytes         string           `json:"bytes"`
	Truncated     bool             `json:"truncated"`
	Open          *openJSON        `json:"open"`
	HTTP          *httpJSON        `json:"http"`
	Body          *bodyJSON        `json:"body"`
	Frame         *json.RawMessage `json:"frame"`
	RTT           float64          `json:"rtt"`
	Close         *closeJSON       `json:"close"`
	DevTools      string           `json:"devtools"`
	DevToolsWhy   string           `json:"devtoolsWhy"`
	Note          string           `json:"note"`
	Violations    []violationJSON  `json:"violations"`
	Fields        []fieldJSON      `json:"fields"`
	Sentence      string           `json:"sentence"`
}

type openJSON struct {
	Remote string `json:"remote"`
	Local  string `json:"local"`
}

type httpJSON struct {
	StartLine string `json:"startLine"`
	Method    string `json:"method"`
	Target    string `json:"target"`
	Version   string `json:"version"`
	Status    int    `json:"status"`
	Reason    string `json:"reason"`
	Fields    []struct {
		Name   string `json:"name"`
		Value  string `json:"value"`
		Offset int    `json:"offset"`
		Length int    `json:"length"`
	} `json:"fields"`
	HeaderLength int `json:"headerLength"`
}

type bodyJSON struct {
	Framing string `json:"framing"`
	Chunk   int    `json:"chunk"`
	Last    bool   `json:"last"`
	Offset  int    `json:"offset"`
	Length  int    `json:"length"`
}

type closeJSON struct {
	TCP       string         `json:"tcp"`
	Error     string         `json:"error"`
	WebSocket bool           `json:"websocket"`
	Clean     bool           `json:"clean"`
	First     string         `json:"first"`
	Up        *closeBodyJSON `json:"up"`
	Down      *closeBodyJSON `json:"down"`
}

type closeBodyJSON struct {
	Code   uint16 `json:"code"`
	Name   string `json:"name"`
	Reason string `json:"reason"`
}

type violationJSON struct {
	Rule   string `json:"rule"`
	Ref    string `json:"ref"`
	Text   string `json:"text"`
	Detail string `json:"detail"`
	Offset uint64 `json:"offset"`
}

type fieldJSON struct {
	Name    string `json:"name"`
	Bit     int    `json:"bit"`
	Bits    int    `json:"bits"`
	Value   string `json:"value"`
	Meaning string `json:"meaning"`
	Ref     string `json:"ref"`
}

// readEvent reads an event as JSON; a member that eventJSON does not know fails, too.
func readEvent(t *testing.T, b []byte) eventJSON {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	var e eventJSON
	if err := d.Decode(&e); err != nil {
		t.Fatalf("%s: %v", b, err)
	}
	return e
}

// text is what JSON makes of bytes that need not be UTF-8: the standard library's opinion.
func text(b []byte) string {
	j, err := json.Marshal(string(b))
	if err != nil {
		panic(err)
	}
	var s string
	if err := json.Unmarshal(j, &s); err != nil {
		panic(err)
	}
	return s
}

func entryOf(e *inspector.Event) *Event {
	k := Keep(e)
	k.Seq, k.Conn, k.At, k.Driver, k.Lab, k.Remote, k.Local = 17, 3, 5120.412, DriverPage, "echo", "127.0.0.1:50012", "127.0.0.1:8080"
	return k
}

func TestAppendEvent(t *testing.T) {
	for name, e := range everyKind() {
		t.Run(name, func(t *testing.T) {
			entry := entryOf(e)
			got := readEvent(t, AppendEvent(nil, entry))
			checkCommon(t, got, entry)
			if got.Fields != nil || got.Sentence != "" {
				t.Error("AppendEvent dissects")
			}
			full := readEvent(t, AppendDissection([]byte{}, entry))
			checkCommon(t, full, entry)
			checkDissection(t, full, entry)
		})
	}
}

func checkCommon(t *testing.T, got eventJSON, e *Event) {
	t.Helper()
	mark, why := inspector.DevTools(e.Event, true)
	want := eventJSON{Seq: 17, Conn: 3, At: 5120.412, Driver: "page", Lab: "echo",
		Exchange: e.Exchange, Direction: e.Direction.String(), Kind: e.Kind.String(),
		Size: e.Size, Overhead: e.Overhead, PayloadLength: e.Size - e.Overhead,
		Summary: text([]byte(inspector.Summary(e.Event))), Bytes: hex.EncodeToString(e.Bytes), Truncated: e.Truncated,
		DevTools: mark, DevToolsWhy: why, Note: e.Note}
	have := got
	have.Open, have.HTTP, have.Body, have.Frame, have.RTT, have.Close = nil, nil, nil, nil, 0, nil
	have.Violations, have.Fields, have.Sentence = nil, nil, ""
	h, _ := json.Marshal(have)
	w, _ := json.Marshal(want)
	if !bytes.Equal(h, w) {
		t.Errorf("common members are\n%s\nwant\n%s", h, w)
	}
	if got.Violations == nil || len(got.Violations) != len(e.Violations) {
		t.Fatalf("violations are %+v; want %d of them, in an array", got.Violations, len(e.Violations))
	}
	for i, v := range e.Violations {
		want := violationJSON{v.Rule.ID, v.Rule.Ref, v.Rule.Text, text([]byte(v.Detail)), v.Offset}
		if got.Violations[i] != want {
			t.Errorf("violation %d is %+v; want %+v", i, got.Violations[i], want)
		}
	}
	checkKind(t, got, e)
}

func checkKind(t *testing.T, got eventJSON, e *Event) {
	t.Helper()
	there := map[string]bool{"open": got.Open != nil, "http": got.HTTP != nil, "body": got.Body != nil,
		"frame": got.Frame != nil, "close": got.Close != nil}
	want := map[inspector.Kind]string{inspector.KindOpen: "open", inspector.KindRequest: "http", inspector.KindResponse: "http",
		inspector.KindBody: "body", inspector.KindFrame: "frame", inspector.KindClose: "close"}[e.Kind]
	for member, is := range there {
		if is != (member == want) {
			t.Errorf("member %s is there: %v, in an event of kind %s", member, is, e.Kind)
		}
	}
	switch {
	case got.Open != nil:
		if got.Open.Remote != e.Remote || got.Open.Local != e.Local {
			t.Errorf("open is %+v; want remote %s and local %s", got.Open, e.Remote, e.Local)
		}
	case got.HTTP != nil:
		checkHead(t, got.HTTP, e.Head)
	case got.Body != nil:
		b := e.Body
		if want := (bodyJSON{b.Framing.String(), b.Chunk, b.Last, b.Data.Start, b.Data.Len()}); *got.Body != want {
			t.Errorf("body is %+v; want %+v", *got.Body, want)
		}
	case got.Frame != nil:
		if want := AppendFrame(nil, e.Frame, e.Violations); !bytes.Equal(*got.Frame, want) {
			t.Errorf("frame is %s; want %s", *got.Frame, want)
		}
		if want := float64(e.Frame.RTT/time.Microsecond) / 1000; got.RTT != want {
			t.Errorf("rtt is %v; want %v", got.RTT, want)
		}
	case got.Close != nil:
		checkClose(t, got.Close, e.Close)
	}
}

func checkHead(t *testing.T, got *httpJSON, h *inspector.Head) {
	t.Helper()
	of := func(s inspector.Span) string { return text(s.Of(h.Raw)) }
	if got.StartLine != of(h.Line) || got.Method != of(h.Method) || got.Target != of(h.Target) ||
		got.Version != of(h.Version) || got.Status != h.Code || got.Reason != of(h.Reason) || got.HeaderLength != len(h.Raw) {
		t.Errorf("http is %+v; want that of %q", got, h.Raw)
	}
	if len(got.Fields) != len(h.Fields) {
		t.Fatalf("http has %d fields; want %d", len(got.Fields), len(h.Fields))
	}
	for i, f := range h.Fields {
		g := got.Fields[i]
		if g.Name != of(f.Name) || g.Value != of(f.Value) || g.Offset != f.Line.Start || g.Length != f.Line.Len() {
			t.Errorf("field %d is %+v; want that of %q", i, g, f.Line.Of(h.Raw))
		}
	}
}

func checkClose(t *testing.T, got *closeJSON, c *inspector.Close) {
	t.Helper()
	if got.TCP != c.TCP.String() || got.Error != text([]byte(c.Err)) || got.WebSocket != c.WebSocket || got.Clean != c.Clean {
		t.Errorf("close is %+v; want that of %+v", got, c)
	}
	if first := c.First.String(); c.Up == nil && c.Down == nil && got.First != "" || (c.Up != nil || c.Down != nil) && got.First != first {
		t.Errorf("first is %q; want %q if one came", got.First, first)
	}
	for _, side := range []struct {
		got  *closeBodyJSON
		want *inspector.CloseBody
	}{{got.Up, c.Up}, {got.Down, c.Down}} {
		if (side.got == nil) != (side.want == nil) {
			t.Errorf("a side is %+v; want %+v", side.got, side.want)
		} else if w := side.want; w != nil && *side.got != (closeBodyJSON{uint16(w.Code), w.Code.Name(), text([]byte(w.Reason))}) {
			t.Errorf("a side is %+v; want %+v", side.got, w)
		}
	}
}

func checkDissection(t *testing.T, got eventJSON, e *Event) {
	t.Helper()
	fields := inspector.Dissect(e.Event)
	if got.Fields == nil || len(got.Fields) != len(fields) {
		t.Fatalf("fields are %+v; want %d of them, in an array", got.Fields, len(fields))
	}
	for i, f := range fields {
		want := fieldJSON{f.Name, f.Bit, f.Bits, text([]byte(f.Value)), text([]byte(f.Meaning)), f.Ref}
		if got.Fields[i] != want {
			t.Errorf("field %d is %+v; want %+v", i, got.Fields[i], want)
		}
	}
	if want := text([]byte(inspector.Sentence(e.Event))); got.Sentence != want {
		t.Errorf("sentence is %q; want %q", got.Sentence, want)
	}
}

// TestDevToolsHidesOtherPrograms: only a page's traffic shows in the browser's own panel.
func TestDevToolsHidesOtherPrograms(t *testing.T) {
	for _, tt := range []struct{ driver, want string }{{DriverPage, "shown"}, {DriverForge, "hidden"}, {DriverTerminal, "hidden"}} {
		e := entryOf(textEvent(0, 5))
		e.Driver = tt.driver
		if got := readEvent(t, AppendEvent(nil, e)); got.DevTools != tt.want {
			t.Errorf("%s: devtools is %q; want %q", tt.driver, got.DevTools, tt.want)
		}
	}
}

func TestAppendLost(t *testing.T) {
	if got, want := string(AppendLost([]byte("["), 18446744073709551615)), `[{"kind":"lost","count":18446744073709551615}`; got != want {
		t.Errorf("AppendLost = %s; want %s", got, want)
	}
}

func TestAppendString(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"empty", "", `""`},
		{"plain", "Hello", `"Hello"`},
		{"quotes", `a"b\c/`, `"a\"b\\c/"`},
		{"controls", "\x00\b\t\n\f\r\x1f\x7f", `"\u0000\u0008\t\n\u000c\r\u001f\u007f"`},
		{"characters of 2, 3 and 4 bytes", "é€😀", `"é€😀"`},
		{"a byte that is none", "a\xffb", "\"a\uFFFDb\""},
		{"cut off", "a\xe2\x82", "\"a\uFFFD\uFFFD\""},
		{"surrogate", "\xed\xa0\x80", "\"\uFFFD\uFFFD\uFFFD\""},
		{"overlong", "\xc0\xaf", "\"\uFFFD\uFFFD\""},
		{"U+FFFD itself", "\uFFFD", "\"\uFFFD\""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := string(appendString(nil, tt.in)); got != tt.want {
				t.Errorf("of a string: %s; want %s", got, tt.want)
			}
			if got := string(appendString(nil, []byte(tt.in))); got != tt.want {
				t.Errorf("of bytes: %s; want %s", got, tt.want)
			}
		})
	}
}

func FuzzAppendString(f *testing.F) {
	for _, s := range []string{"", "Hello", "\x00\x1f\x7f\"\\", "é\xe2\x82€\xff", "\xf4\x90\x80\x80", "\u2028</script>"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, s []byte) {
		for _, b := range [][]byte{appendString(nil, s), appendString(nil, string(s))} {
			var got string
			if err := json.Unmarshal(b, &got); err != nil {
				t.Fatalf("appendString(%q) = %s: %v", s, b, err)
			}
			if want := text(s); got != want {
				t.Errorf("appendString(%q) reads as %q; want %q", s, got, want)
			}
			if i := bytes.IndexFunc(b, func(r rune) bool { return r < 0x20 || r == 0x7f }); i >= 0 {
				t.Errorf("appendString(%q) leaves a control character at %d", s, i)
			}
		}
	})
}

// FuzzEvents feeds a session whatever comes, and reads what is made of its events.
func FuzzEvents(f *testing.F) {
	get := "GET /echo?wire=" + string(testID) + " HTTP/1.1\r\nHost: x\r\n"
	f.Add([]byte(get+"\r\n"), []byte("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=\"\r\nhi\r\n0\r\nT: 1\r\n\r\n"))
	f.Add([]byte(get+"Connection: upgrade\r\nUpgrade: websocket\r\n\r\n\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58\x88\x82\x00\x00\x00\x00\x03\xe8"),
		[]byte("HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00\x89\x01\xff\x88\x03\x03\xe8\xff"))
	f.Add([]byte("\x00\xff\"\\"), []byte("HTTP/1.1 400 \xff\"\r\nA\x01: \xfe\r\n\r\n"))
	f.Add([]byte(get+"\xff\x01:\x02\xfe\r\n\r\n"), []byte(strings.Repeat("a", 600)))
	f.Fuzz(func(t *testing.T, up, down []byte) {
		check := func(e *inspector.Event) {
			entry := entryOf(e)
			checkCommon(t, readEvent(t, AppendEvent(nil, entry)), entry)
			checkDissection(t, readEvent(t, AppendDissection(nil, entry)), entry)
			if want := e.Clone(); entry.Size != want.Size || !bytes.Equal(entry.Bytes, want.Bytes) {
				t.Errorf("the entry holds %d bytes, %x; want %d, %x", entry.Size, entry.Bytes, want.Size, want.Bytes)
			}
		}
		s := inspector.NewSession(inspector.Options{}, check)
		s.Observe(epoch, inspector.Up, up)
		s.Observe(epoch, inspector.Down, down)
		s.Observe(epoch, inspector.Up, down)
		s.Ended(epoch, inspector.EndReset, nil)
	})
}

func BenchmarkAppendEvent(b *testing.B) {
	for name, e := range map[string]*inspector.Event{"frame": everyKind()["masked"], "request": everyKind()["request"]} {
		b.Run(name, func(b *testing.B) {
			entry := entryOf(e)
			var out []byte
			b.ReportAllocs()
			for b.Loop() {
				out = AppendEvent(out[:0], entry)
			}
			b.SetBytes(int64(len(out)))
		})
	}
}
