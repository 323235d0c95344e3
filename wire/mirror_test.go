package wire

import (
	"bytes"
	"context"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"wireup/inspector"
)

// Two wires on one that mirrors them: each connection has a number of its own there, and no address.
func TestMirror(t *testing.T) {
	h := NewHub(Limits{}, nil)
	ctx, stop := context.WithCancel(t.Context())
	const a, b, room ID = "aaaaaaaaaaaaa", "bbbbbbbbbbbbb", "rrrrrrrrrrrrr"
	say := func(id ID, conn int, note string) {
		h.Wire(id).Append(&Event{Conn: conn, Remote: "192.0.2.1:5",
			Event: &inspector.Event{At: time.Now(), Kind: inspector.KindOpen, Note: note}})
	}
	until := func(note string) *Event {
		for end := time.Now().Add(10 * time.Second); time.Now().Before(end); runtime.Gosched() {
			events, _ := h.Wire(room).After(0, 10_000)
			for _, e := range events {
				if strings.HasSuffix(e.Note, note) {
					return e
				}
			}
		}
		t.Fatalf("%q is never mirrored", note)
		return nil
	}
	say(a, 1, "before")
	var (
		mirrors sync.WaitGroup
		full    atomic.Bool
		seen    atomic.Int32
	)
	allow := func() bool { seen.Add(1); return !full.Load() }
	mirrors.Go(func() { h.Mirror(ctx, a, room, "teal otter", "class", allow) })
	mirrors.Go(func() { h.Mirror(ctx, b, room, "shy wren", "class", func() bool { return true }) })
	for seen.Load() == 0 { // from when on it mirrors, nobody outside can tell
		say(a, 1, "warm")
		runtime.Gosched()
	}
	say(a, 1, "one")
	one := until("one")
	for len(h.Wire(room).conned("shy wren")) == 0 {
		say(b, 1, "other")
		runtime.Gosched()
	}
	if one.Viewer != "teal otter" || one.Remote != "" {
		t.Errorf("the mirror has an event of %q from %q", one.Viewer, one.Remote)
	}
	if other := until("other"); other.Viewer != "shy wren" || other.Conn == one.Conn {
		t.Errorf("%q has connection %d, as the first has %d", other.Viewer, other.Conn, one.Conn)
	}
	full.Store(true)
	before := seen.Load()
	say(a, 2, "left out")
	for seen.Load() == before {
		runtime.Gosched()
	}
	full.Store(false)
	say(a, 2, "two")
	if told := until("are left out (limit: the room's frames)."); !strings.HasPrefix(told.Note, "1 events of this viewer") || told.Conn == one.Conn {
		t.Errorf("what was left out is told as %q, on connection %d", told.Note, told.Conn)
	}
	for _, e := range h.Wire(room).conned("teal otter") {
		if e.Note == "before" || e.Note == "left out" {
			t.Errorf("the mirror has the event %q", e.Note)
		}
	}
	stop()
	mirrors.Wait()
}

// conned are the kept events of a viewer.
func (w *Wire) conned(viewer string) (list []*Event) {
	events, _ := w.After(0, 10_000)
	for _, e := range events {
		if e.Viewer == viewer {
			list = append(list, e)
		}
	}
	return list
}

// What is a reader's own is under asterisks in the room: the wire's id, cookies, where they are. The
// reader's own log keeps it.
func TestMirrorHidesWhatIsPersonal(t *testing.T) {
	const id ID = "aaaaaaaaaaaaa"
	raw := "GET /echo?wire=aaaaaaaaaaaaa HTTP/1.1\r\nHost: h\r\nCOOKIE: session=1\r\nX-Forwarded-For: 192.0.2.7\r\nAccept: */*\r\n" +
		"Referer: http://h/#wire=aaaaaaaaaaaaa\r\n\r\n"
	want := "GET /echo?wire=************* HTTP/1.1\r\nHost: h\r\nCOOKIE: *********\r\nX-Forwarded-For: *********\r\nAccept: */*\r\n" +
		"Referer: http://h/#wire=*************\r\n\r\n"
	head, _, _, err := inspector.ParseHead([]byte(raw), true)
	if err != nil {
		t.Fatal(err)
	}
	e := &inspector.Event{Kind: inspector.KindRequest, Head: &head, Bytes: head.Raw}
	if got := bare(e, id); string(got.Bytes) != want || string(got.Head.Raw) != want {
		t.Errorf("a head is mirrored as %q, and its event as %q", got.Head.Raw, got.Bytes)
	}
	if string(head.Raw) != raw {
		t.Errorf("the reader's own head has become %q", head.Raw)
	}
	body := &inspector.Event{Kind: inspector.KindBody, Body: new(inspector.Body), Bytes: []byte("is aaaaaaaaaaaaa")}
	if got := bare(body, id); string(got.Bytes) != "is *************" || string(body.Bytes) != "is aaaaaaaaaaaaa" {
		t.Errorf("a body is mirrored as %q, and has become %q", got.Bytes, body.Bytes)
	}
	frame := &inspector.Event{Kind: inspector.KindFrame, Frame: &inspector.Frame{Plain: []byte("aaaaaaaaaaaaa")}}
	if got := bare(frame, id); got != nil {
		t.Errorf("a frame that holds the wire's id is mirrored as %+v", got)
	}
	frame.Frame.Plain = []byte("aaaa")
	if got := bare(frame, id); got != frame {
		t.Error("a frame of nothing personal is not mirrored as it is")
	}
}

// What a reader says to the private lab is nobody else's to read: the bytes stay on the reader's own wire.
func TestUnsaid(t *testing.T) {
	header := []byte{0x81, 0x85, 1, 2, 3, 4}
	frame := &inspector.Event{Kind: inspector.KindFrame, Direction: inspector.Up, Size: 11, Overhead: 6, Bytes: append(header[:6:6], "voted"...),
		Frame: &inspector.Frame{Header: inspector.Header{Fin: true, Opcode: inspector.OpText, Masked: true, Length: 5}, Raw: header,
			Payload: []byte("voted"), Plain: []byte("choic"), Received: 5, MessageType: inspector.OpText}}
	got := unsaid(frame)
	if !bytes.Equal(got.Bytes, header) || got.Frame.Payload != nil || got.Frame.Plain != nil || !got.Truncated || got.Size != 11 || got.Note == "" {
		t.Errorf("a frame is shown as %+v %+v", got, got.Frame)
	}
	if told := AppendEvent(nil, &Event{Event: got}); bytes.Contains(told, []byte("choic")) || !bytes.Contains(told, []byte(`"payloadLength":5`)) || !bytes.Contains(told, []byte("left out here")) {
		t.Errorf("it is told as %s", told)
	}
	AppendDissection(nil, &Event{Event: got}) // which takes no byte that isn't there
	if string(frame.Frame.Plain) != "choic" || frame.Note != "" {
		t.Errorf("the reader's own frame has become %+v", frame)
	}
	body := &inspector.Event{Kind: inspector.KindBody, Direction: inspector.Up, Size: 5, Bytes: []byte("voted"), Body: &inspector.Body{Data: inspector.Span{End: 5}}}
	if got := unsaid(body); got.Bytes != nil || !got.Truncated {
		t.Errorf("a body is shown as %+v", got)
	}
	AppendDissection(nil, &Event{Event: unsaid(body)})
	ping := &inspector.Event{Kind: inspector.KindFrame, Frame: &inspector.Frame{Header: inspector.Header{Opcode: inspector.OpPing}}}
	if unsaid(ping) != ping {
		t.Error("a ping is not shown as it is")
	}
}

// Two wires that mirror each other, as two classes' rooms may be made to, show each event once.
func TestMirrorsOfEachOther(t *testing.T) {
	h := NewHub(Limits{}, nil)
	ctx, stop := context.WithCancel(t.Context())
	const a, b ID = "aaaaaaaaaaaaa", "bbbbbbbbbbbbb"
	var mirrors sync.WaitGroup
	for from, to := range map[ID]ID{a: b, b: a} {
		mirrors.Go(func() { h.Mirror(ctx, from, to, "teal otter", "class", func() bool { return true }) })
	}
	log := func(id ID, note string) int {
		n := 0
		events, _ := h.Wire(id).After(0, 10_000)
		for _, e := range events {
			if e.Note == note {
				n++
			}
		}
		return n
	}
	say := func(id ID, note string) {
		h.Wire(id).Append(&Event{Conn: 1, Event: &inspector.Event{At: time.Now(), Kind: inspector.KindOpen, Note: note}})
	}
	for log(b, "warm") == 0 || log(a, "cold") == 0 {
		say(a, "warm")
		say(b, "cold")
		runtime.Gosched()
	}
	say(a, "one")
	for log(b, "one") == 0 {
		runtime.Gosched()
	}
	say(b, "two") // which is mirrored behind all that came before it
	for log(a, "two") == 0 {
		runtime.Gosched()
	}
	if n := log(a, "one") + log(b, "one"); n != 2 {
		t.Errorf("one event is %d times on two wires that mirror each other", n)
	}
	stop()
	mirrors.Wait()
}
