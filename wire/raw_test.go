package wire

import (
	"net"
	"strings"
	"testing"
	"time"

	"wireup/inspector"
)

const rawID = ID("rawaaaaaaaaaa")

// rawConn is a connection that is never read: its bytes are told by hand.
type rawConn struct{ net.Conn }

func (rawConn) LocalAddr() net.Addr  { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8081} }
func (rawConn) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 50012} }

func watchRaw(h *Hub) *Raw {
	tap := inspector.NewConn(rawConn{})
	tap.Accepted = time.Unix(0, 0)
	return h.WatchRaw(tap, "sockets")
}

func at(ms int) time.Time { return time.Unix(0, 0).Add(time.Duration(ms) * time.Millisecond) }

func TestRawHoldsUntilKnown(t *testing.T) {
	h := NewHub(Limits{}, nil)
	r := watchRaw(h)
	r.Observe(at(1), inspector.Up, []byte("GET plum-"))
	r.Observe(at(2), inspector.Up, []byte("41\n"))
	if _, ok := h.Lookup(rawID); ok || r.Known() != "" {
		t.Fatal("it is on a wire before anybody knows whose it is")
	}
	r.To(rawID, DriverTerminal)
	r.To("otheraaaaaaaa", DriverPage) // only the first counts
	r.EndOfStream(at(3))
	r.Observe(at(4), inspector.Down, []byte("GET plum-41\n"))
	r.Ended(at(5), inspector.EndClient, nil)

	w, ok := h.Lookup(rawID)
	if !ok {
		t.Fatal("it is on no wire")
	}
	events, _ := w.After(0, 100)
	var told []string
	for _, e := range events {
		if e.Lab != "sockets" || e.Driver != DriverTerminal || e.Conn != 1 {
			t.Errorf("%+v: want lab, driver and connection", e)
		}
		told = append(told, e.Kind.String()+" "+e.Direction.String()+" "+string(e.Bytes))
	}
	want := "open up |bytes up GET plum-|bytes up 41\n|bytes up |bytes down GET plum-41\n|close up "
	if got := strings.Join(told, "|"); got != want {
		t.Errorf("told %q, want %q", got, want)
	}
	if fin := events[3]; fin.Size != 0 || !strings.Contains(fin.Note, "returned 0") || inspector.Summary(fin.Event) != "end of stream" {
		t.Errorf("the end of the stream is told as %+v", fin.Event)
	}
}

func TestRawAnnounced(t *testing.T) {
	h := NewHub(Limits{}, nil)
	forget := h.Driver(rawConn{}.RemoteAddr(), DriverForge, rawID)
	defer forget()
	r := watchRaw(h)
	r.Ended(at(5), inspector.EndClient, nil) // without a byte it appears all the same
	w, ok := h.Lookup(rawID)
	if !ok {
		t.Fatal("it is on no wire")
	}
	if events, _ := w.After(0, 9); len(events) != 2 || events[1].Driver != DriverForge {
		t.Errorf("told %+v", events)
	}
}

func TestRawHoldsNotForEver(t *testing.T) {
	h := NewHub(Limits{}, nil)
	r := watchRaw(h)
	for range maxRawHeld + 1 {
		r.Observe(at(1), inspector.Up, []byte("x"))
	}
	if len(r.held) > 0 {
		t.Errorf("%d events are held", len(r.held))
	}
	r.To(rawID, DriverTerminal)
	r.Observe(at(2), inspector.Up, []byte("y"))
	r.Observe(at(3), inspector.Up, []byte("z"))
	w, _ := h.Lookup(rawID)
	events, _ := w.After(0, 9)
	if len(events) != 3 || !strings.Contains(events[1].Note, "limit: held bytes of a raw connection") || strings.Contains(events[2].Note, "limit") {
		t.Errorf("told %+v", events)
	}
}
