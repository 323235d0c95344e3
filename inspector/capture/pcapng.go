package capture

// A log written as a capture file: one section, one interface, made-up headers of Ethernet, IP and TCP.

import (
	"fmt"
	"io"
	"net/netip"
	"strings"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"

	"wireup/inspector"
)

// Made is what a reader must know of each file that a Writer writes. It stands in the section's comment.
const Made = "The bytes that TCP carries are those that crossed the connection, at the times when they did. " +
	"The headers of Ethernet, IP and TCP are not real: wireup sees a connection from above TCP and made them up, " +
	"with its handshake, its segments, its acknowledgements and its end."

// Headline is a connection, as the packet that begins it says in its comment.
type Headline struct {
	Client netip.AddrPort // not valid if nobody knows it
	Server netip.AddrPort // the same; then it is the Writer's
	Text   string         // what the connection is, as a sentence
	Whole  bool           // its first event is in the log
}

// Writer writes events of connections as packets. Make one with NewWriter, Write in order of time,
// and Flush. Of an event of which only the front was kept, the packets say how long they were and hold
// that front: they are cut short, as those of a capture with a small snapshot length are.
type Writer struct {
	out    *pcapgo.NgWriter
	server netip.AddrPort
	flows  map[int]*flow
	used   map[netip.AddrPort]bool
	last   time.Time
	packet gopacket.SerializeBuffer
	held   held
}

// held is a head that waits for the event behind it: a body of which only the front was kept is to
// stand in one packet with its head if both left in one piece, or tshark shows neither.
type held struct {
	conn  int
	event *inspector.Event
}

// NewWriter begins a file on w. server is the far end of connections of which nobody knows it; comment
// says what the file is, as sentences.
func NewWriter(w io.Writer, server netip.AddrPort, comment string) (*Writer, error) {
	if !server.IsValid() {
		server = netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), 80)
	}
	out, err := pcapgo.NewNgWriterInterface(w, pcapgo.NgInterface{
		Name: "wireup", Description: "above TCP; see the section's comment",
		LinkType: layers.LinkTypeEthernet, TimestampResolution: 9,
	}, pcapgo.NgWriterOptions{SectionInfo: pcapgo.NgSectionInfo{Application: "wireup", Comment: strings.TrimSpace(comment + " " + Made)}})
	if err != nil {
		return nil, err
	}
	return &Writer{out: out, server: server, flows: make(map[int]*flow), used: make(map[netip.AddrPort]bool),
		packet: gopacket.NewSerializeBuffer()}, nil
}

// Known reports whether the connection has been begun.
func (w *Writer) Known(conn int) bool { return w.flows[conn] != nil }

// Begin makes a connection known, before its first event. A connection whose beginning is in the log
// gets a handshake of TCP.
func (w *Writer) Begin(conn int, at time.Time, h Headline) error {
	if err := w.release(); err != nil {
		return err
	}
	f := w.newFlow(conn, h)
	w.flows[conn] = f
	f.comment(h.Text)
	if !h.Whole {
		f.comment("The beginning of this connection is no longer kept. If it switched to WebSocket, choose Decode As in Wireshark, and then WebSocket, to see its frames.")
		return nil
	}
	return f.open(w.at(at))
}

// Write writes what an event of a connection that has begun carried, or how the connection ended. The
// event must not change until the next call.
func (w *Writer) Write(conn int, e *inspector.Event) error {
	if h := w.held; h.event != nil && h.conn == conn && e.Kind == inspector.KindBody && e.Truncated &&
		e.Direction == h.event.Direction && e.Began.Equal(h.event.At) {
		w.held = held{}
		joined := append(append([]byte(nil), h.event.Bytes...), e.Bytes...)
		return w.send(conn, h.event.At, e, joined)
	}
	if err := w.release(); err != nil {
		return err
	}
	switch e.Kind {
	case inspector.KindOpen:
		return nil
	case inspector.KindClose:
		return w.flows[conn].end(w.at(e.At), e.Close.TCP)
	case inspector.KindRequest, inspector.KindResponse:
		w.held = held{conn, e}
		return nil
	}
	return w.send(conn, e.At, e, e.Bytes)
}

// release writes the head that waits.
func (w *Writer) release() error {
	h := w.held
	w.held = held{}
	if h.event == nil {
		return nil
	}
	return w.send(h.conn, h.event.At, h.event, h.event.Bytes)
}

// send writes the bytes that are kept of an event, and with them how many there were.
func (w *Writer) send(conn int, at time.Time, e *inspector.Event, kept []byte) error {
	f := w.flows[conn]
	missing := e.Size - min(uint64(len(e.Bytes)), e.Size)
	if missing > 0 {
		f.comment(fmt.Sprintf("A log keeps the first bytes of each event. Of this one (%s) %d bytes behind those are not kept, so the packets are cut short.",
			inspector.Summary(e), missing))
	}
	return f.send(w.at(at), index(e.Direction), kept, missing)
}

// Flush writes what is still in a buffer.
func (w *Writer) Flush() error {
	if err := w.release(); err != nil {
		return err
	}
	return w.out.Flush()
}

// at keeps the file's times from going back: each connection stamps on its own.
func (w *Writer) at(t time.Time) time.Time {
	if t.Before(w.last) {
		return w.last
	}
	w.last = t
	return t
}

// write writes one packet, without its last cut bytes.
func (w *Writer) write(at time.Time, comments []string, cut int, parts ...gopacket.SerializableLayer) error {
	err := gopacket.SerializeLayers(w.packet, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, parts...)
	if err != nil {
		return err
	}
	b := w.packet.Bytes()
	whole := len(b)
	b = b[:whole-cut]
	return w.out.WritePacketWithOptions(gopacket.CaptureInfo{Timestamp: at, CaptureLength: len(b), Length: whole}, b,
		pcapgo.NgPacketOptions{Comments: comments})
}
