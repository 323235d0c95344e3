package wire

// What an entry keeps of an event, and what it accounts for.

import (
	"reflect"
	"testing"
	"time"
	"unsafe"

	"wireup/inspector"
)

// everyKind is one event of each kind, with all that may hang on it.
func everyKind() map[string]*inspector.Event {
	at := epoch.Add(time.Second)
	request := []byte("GET /echo?wire=x HTTP/1.1\r\nHost: localhost\r\nX-Bad\xff: \x01 \r\n\r\n")
	head, _, broken, err := inspector.ParseHead(request, true)
	if err != nil {
		panic(err)
	}
	response := []byte("HTTP/1.1 404 Not \"Found\"\r\nContent-Length: 0\r\n\r\n")
	answer, _, _, err := inspector.ParseHead(response, false)
	if err != nil {
		panic(err)
	}
	masked := []byte{0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58}
	maskedHeader, _, _ := inspector.ParseHeader(masked)
	closing := []byte{0x88, 0x05, 0x03, 0xe8, 'b', 'y', 0xff}
	closingHeader, _, _ := inspector.ParseHeader(closing)
	deflated := []byte{0xc1, 0x07, 0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00}
	deflatedHeader, _, _ := inspector.ParseHeader(deflated)
	chunk := []byte("5\r\nhello\r\n")
	return map[string]*inspector.Event{
		"open": {At: at, Began: at, Kind: inspector.KindOpen, Note: "The connection was opened 3.2 s before."},
		"request": {At: at, Began: at, Kind: inspector.KindRequest, Exchange: 1, Size: uint64(len(request)),
			Overhead: uint64(len(request)), Bytes: request, Head: &head, Violations: broken},
		"response": {At: at, Began: at, Direction: inspector.Down, Kind: inspector.KindResponse, Exchange: 1,
			Size: uint64(len(response)), Overhead: uint64(len(response)), Bytes: response, Head: &answer},
		"body": {At: at, Began: at, Direction: inspector.Down, Kind: inspector.KindBody, Exchange: 1, Refused: true, Size: 10,
			Overhead: 5, Bytes: chunk, Body: &inspector.Body{Framing: inspector.BodyChunked, Chunk: 2, Data: inspector.Span{Start: 3, End: 8}}},
		"masked": {At: at, Began: at, Kind: inspector.KindFrame, Exchange: 1, Size: 11, Overhead: 6, Bytes: masked,
			Frame: &inspector.Frame{Header: maskedHeader, Raw: masked[:6], Payload: masked[6:], Plain: []byte("Hello"), Received: 5,
				Message: 1, Part: 1, MessageType: inspector.OpText}},
		"close frame": {At: at, Began: at, Direction: inspector.Down, Kind: inspector.KindFrame, Exchange: 1, Size: 7,
			Overhead: 2, Bytes: closing, Frame: &inspector.Frame{Header: closingHeader, Raw: closing[:2], Payload: closing[2:],
				Plain: closing[2:], Received: 5, Close: &inspector.CloseBody{Code: 1000, Reason: "by\xff"}},
			Violations: []inspector.Violation{{Rule: inspector.RuleCloseReasonUTF8, Offset: 6, Detail: "Byte 0xff \"here\"."}}},
		"pong": {At: at, Began: at, Kind: inspector.KindFrame, Exchange: 1, Size: 2, Overhead: 2, Bytes: []byte{0x8a, 0},
			Frame: &inspector.Frame{Header: inspector.Header{Fin: true, Opcode: inspector.OpPong, Size: 2}, Raw: []byte{0x8a, 0},
				RTT: 1234567 * time.Nanosecond}},
		"deflated": {At: at, Began: at, Direction: inspector.Down, Kind: inspector.KindFrame, Exchange: 1, Size: 9, Overhead: 2,
			Bytes: deflated, Frame: &inspector.Frame{Header: deflatedHeader, Raw: deflated[:2], Payload: deflated[2:], Plain: deflated[2:],
				Received: 7, Message: 1, Part: 1, MessageType: inspector.OpText, Compressed: true,
				Inflated: &inspector.Inflated{Compressed: 7, Size: 5, Bytes: []byte("Hello")}}},
		"bytes": {At: at, Began: at, Kind: inspector.KindBytes, Size: 600, Bytes: []byte("\x00\x1f\x7f\x80<&>\u2028"), Truncated: true,
			Note: "These bytes are no HTTP/1.x message."},
		"close": {At: at, Began: at, Kind: inspector.KindClose, Exchange: 1, Close: &inspector.Close{TCP: inspector.EndReset,
			Err: "read: connection reset by peer", WebSocket: true, Up: &inspector.CloseBody{Code: 1005},
			Down: &inspector.CloseBody{Code: 4000, Reason: "bye"}, First: inspector.Down, Clean: true}},
	}
}

// TestKeep overwrites an event after it was kept, as the session that told it will, and compares
// the entry with the same event made anew.
func TestKeep(t *testing.T) {
	for name, e := range everyKind() {
		t.Run(name, func(t *testing.T) {
			want := everyKind()[name]
			kept := Keep(e)
			clear(e.Bytes)
			if e.Head != nil {
				clear(e.Head.Raw)
				clear(e.Head.Fields)
			}
			if f := e.Frame; f != nil {
				clear(f.Raw)
				clear(f.Payload)
				clear(f.Plain)
				if f.Inflated != nil {
					clear(f.Inflated.Bytes)
					*f.Inflated = inspector.Inflated{}
				}
				if f.Close != nil {
					*f.Close = inspector.CloseBody{}
				}
				*f = inspector.Frame{}
			}
			if c := e.Close; c != nil {
				*c.Up, *c.Down = inspector.CloseBody{}, inspector.CloseBody{}
				*c = inspector.Close{}
			}
			if e.Body != nil {
				*e.Body = inspector.Body{}
			}
			clear(e.Violations)
			*e = inspector.Event{}
			if got := kept.Event; !reflect.DeepEqual(plain(got), plain(want)) {
				t.Errorf("Keep made\n%+v\nwant\n%+v", got, want)
			}
		})
	}
}

// plain returns e with empty slices in place of nil ones, which mean the same.
func plain(e *inspector.Event) *inspector.Event {
	e = e.Clone()
	fix := func(b *[]byte) {
		if *b == nil {
			*b = []byte{}
		}
	}
	fix(&e.Bytes)
	if e.Frame != nil {
		fix(&e.Frame.Raw)
		fix(&e.Frame.Payload)
		fix(&e.Frame.Plain)
	}
	return e
}

// TestKeepOddFrames: a frame whose slices don't follow from each other keeps them all the same.
func TestKeepOddFrames(t *testing.T) {
	e := &inspector.Event{Kind: inspector.KindFrame, Bytes: []byte{0x81, 1, 'x'},
		Frame: &inspector.Frame{Raw: []byte{0x81, 1}, Payload: []byte("yz"), Plain: []byte("uvw")}}
	if got := Keep(e).Event; !reflect.DeepEqual(got, e) {
		t.Errorf("Keep made\n%+v\nwant\n%+v", got, e)
	}
}

// TestCostCoversMemory: what an entry accounts for is at least what it takes.
func TestCostCoversMemory(t *testing.T) {
	type sizes struct {
		name       string
		cost, need uintptr
	}
	place := unsafe.Sizeof((*Event)(nil)) * 2 // in the ring, which may be half empty
	for _, s := range []sizes{
		{"frame", baseCost + frameCost, unsafe.Sizeof(keptFrame{}) + place},
		{"head", baseCost + headCost, unsafe.Sizeof(keptHead{}) + place},
		{"other", baseCost + bodyCost + closeCost, unsafe.Sizeof(keptOther{}) + place},
		{"close body", closeBodyCost, unsafe.Sizeof(inspector.CloseBody{})},
		{"inflated", inflatedCost, unsafe.Sizeof(inspector.Inflated{})},
		{"field", fieldCost, unsafe.Sizeof(inspector.HeadField{})},
		{"violation", violationCost, unsafe.Sizeof(inspector.Violation{})},
	} {
		if s.cost < s.need || s.cost > s.need+s.need/2 {
			t.Errorf("%s: the cost is %d for %d bytes; want at least as much and not half more", s.name, s.cost, s.need)
		}
	}
}

// TestCostOfBytes: bytes that are kept once are counted once, all others as often as they are kept.
func TestCostOfBytes(t *testing.T) {
	const structs = baseCost + frameCost
	events := everyKind()
	for _, tt := range []struct {
		name string
		want int
	}{
		{"masked", structs + 11 + 5}, // as it crossed the wire, and unmasked
		{"close frame", structs + 7 + closeBodyCost + len("by\xff") + violationCost + len("Byte 0xff \"here\".")},
		{"deflated", structs + 9 + 5 + inflatedCost},
		{"response", baseCost + headCost + len(events["response"].Bytes) + fieldCost},
		{"bytes", baseCost + bodyCost + closeCost + len(events["bytes"].Bytes) + len(events["bytes"].Note)},
		{"close", baseCost + bodyCost + closeCost + len(events["close"].Close.Err) + 2*closeBodyCost + len("bye")},
	} {
		if got := Keep(events[tt.name]).cost; got != tt.want {
			t.Errorf("%s: the cost is %d; want %d", tt.name, got, tt.want)
		}
	}
}
