package wire

import (
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
	mirrors.Go(func() { h.Mirror(ctx, a, room, "teal otter", allow) })
	mirrors.Go(func() { h.Mirror(ctx, b, room, "shy wren", func() bool { return true }) })
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
