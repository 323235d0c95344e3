package capture

// Captures of packets: pcap and pcapng, read by gopacket, each connection put together by its tcpassembly.

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
	"github.com/gopacket/gopacket/tcpassembly"

	"wireup/inspector"
)

const (
	packetBuffer = 256 << 10

	mostConns = 10_000 // connections of one capture
	// Pages of 1900 bytes that wait for bytes before them: of one direction, and of all.
	mostPages    = 4096
	mostAllPages = 16384
)

// ErrNoCapture is a file that does not begin as a capture does.
var ErrNoCapture = errors.New("these bytes begin no capture")

// source hands out packets.
type source interface {
	ZeroCopyReadPacketData() ([]byte, gopacket.CaptureInfo, error)
}

// IsPackets reports whether a file that begins so is a capture of packets.
func IsPackets(front []byte) bool {
	if len(front) < 4 {
		return false
	}
	switch binary.BigEndian.Uint32(front) {
	case 0xa1b2c3d4, 0xd4c3b2a1, 0xa1b23c4d, 0x4d3cb2a1, 0x0a0d0d0a:
		return true
	}
	return false
}

// ReadPackets reads a capture. Where it breaks, the recording holds what came before and says at which
// packet it broke; an error is for a file of which nothing can be read.
func ReadPackets(r io.Reader) (*Recording, error) {
	buffered := bufio.NewReaderSize(r, packetBuffer)
	front, err := buffered.Peek(4)
	if err != nil || !IsPackets(front) {
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		return nil, ErrNoCapture
	}
	rec := &Recording{Form: "a pcap capture", unit: "packet"}
	var from source
	var link func(gopacket.CaptureInfo) layers.LinkType
	if bytes.Equal(front, []byte{0x0a, 0x0d, 0x0d, 0x0a}) {
		rec.Form = "a pcapng capture"
		last, kind := -1, layers.LinkType(0)
		sectionEnded := func([]pcapgo.NgInterface, pcapgo.NgSectionInfo) { last = -1 } // its interfaces end with it
		ng, err := pcapgo.NewNgReader(bufio.NewReaderSize(&blocks{from: buffered, order: binary.LittleEndian}, packetBuffer), pcapgo.NgReaderOptions{WantMixedLinkType: true, SectionEndCallback: sectionEnded})
		if err != nil {
			return nil, brokenFile(err)
		}
		from = ng
		link = func(ci gopacket.CaptureInfo) layers.LinkType {
			if ci.InterfaceIndex == last {
				return kind
			}
			i, err := ng.Interface(ci.InterfaceIndex)
			if err != nil {
				return 0xffff
			}
			last, kind = ci.InterfaceIndex, i.LinkType
			return kind
		}
	} else {
		pcap, err := pcapgo.NewReader(buffered)
		if err != nil {
			return nil, brokenFile(err)
		}
		from = pcap
		link = func(gopacket.CaptureInfo) layers.LinkType { return pcap.LinkType() }
	}
	a := newAssembly(rec)
	for {
		data, ci, err := from.ZeroCopyReadPacketData()
		if errors.Is(err, io.EOF) && len(data) == 0 {
			break
		}
		if err != nil {
			rec.Broken = fmt.Sprintf("The file breaks at packet %d: %s. What came before it is shown.", rec.Packets+1, brokenWords(err))
			break
		}
		rec.Packets++
		a.packet(link(ci), data, ci.Timestamp)
	}
	a.finish()
	rec.Made = a.decode.made
	return rec, nil
}

func brokenFile(err error) error {
	return fmt.Errorf("the file breaks before its first packet: %s: %w", brokenWords(err), ErrNoCapture)
}

func brokenWords(err error) string {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return "it ends in the middle"
	}
	return err.Error()
}

// assembly puts packets together to connections.
type assembly struct {
	rec     *Recording
	pool    *tcpassembly.Assembler
	conns   map[tuple]*tcpConn
	all     []*tcpConn
	latest  *tcpConn
	decode  packetDecoder
	now     int32 // the packet's number
	at      int64 // and its time
	times   []int64
	skipped map[string]int
	raw     [5]byte
	cut     bool // what is fed stands for bytes that were cut off
	over    int  // packets of connections beyond the limit
}

// tuple is both ends of a connection, the lesser first.
type tuple [2]netip.AddrPort

// tcpConn is one connection. Index 0 is the side of the lesser address.
type tcpConn struct {
	number int32
	ends   [2]netip.AddrPort
	halves [2]half
	client int // which side opened it; -1 if nobody knows
	reset  bool
}

// half is what one side sends; it is tcpassembly's Stream of that.
type half struct {
	a       *assembly
	conn    *tcpConn
	side    uint8
	started bool
	done    bool
	isn     uint32 // of its SYN
	synced  bool   // there was one
	at      int32  // the packet at which all bytes so far had come
	data    bool
}

func newAssembly(rec *Recording) *assembly {
	a := &assembly{rec: rec, conns: make(map[tuple]*tcpConn), skipped: make(map[string]int), times: []int64{0}}
	a.pool = tcpassembly.NewAssembler(tcpassembly.NewStreamPool(a))
	a.pool.MaxBufferedPagesPerConnection, a.pool.MaxBufferedPagesTotal = mostPages, mostAllPages
	return a
}

// New is called by tcpassembly when a side sends first. The flow is ours: the connection's number and
// the side, so that no two connections are mixed up though their ports come round again.
func (a *assembly) New(flow, _ gopacket.Flow) tcpassembly.Stream {
	raw := flow.Src().Raw()
	c := a.all[binary.BigEndian.Uint32(raw)]
	return &c.halves[raw[4]]
}

// packet takes one packet.
func (a *assembly) packet(link layers.LinkType, data []byte, at time.Time) {
	a.now++
	a.at = at.UnixNano()
	if len(a.times) == cap(a.times) {
		a.times = slices.Grow(a.times, max(1024, len(a.times)))
	}
	a.times = append(a.times, a.at)
	src, dst, t, missing, why := a.decode.segment(link, data)
	if why != "" {
		a.skipped[why]++
		return
	}
	c, side := a.connOf(netip.AddrPortFrom(src, uint16(t.SrcPort)), netip.AddrPortFrom(dst, uint16(t.DstPort)), t)
	if c == nil {
		a.over++
		return
	}
	h, other := &c.halves[side], &c.halves[1-side]
	if t.SYN && c.client < 0 {
		c.client = side
		if t.ACK {
			c.client = 1 - side
		}
		a.step(c, uint8(c.client), stepOpen, a.now, kept{})
	}
	a.start(h, t)
	if t.SYN && t.ACK && !other.started { // its own SYN was not recorded
		a.start(other, &layers.TCP{SYN: true, Seq: t.Ack - 1})
	}
	if h.done || c.reset {
		return
	}
	if t.RST {
		c.reset = true
		a.step(c, h.side, stepRST, a.now, kept{})
		return
	}
	if missing > 0 {
		t.FIN = false // it stands behind bytes that are not there
	}
	if t.SYN || !t.FIN && len(t.Payload) == 0 {
		return // a probe that keeps a connection alive may hold a byte: it is one that came before
	}
	a.feed(h, &layers.TCP{Seq: t.Seq, FIN: t.FIN, BaseLayer: layers.BaseLayer{Payload: t.Payload}})
	if missing > 0 && h.at == a.now { // in order, so what was cut off is a gap here and now
		a.cut = true
		a.feed(h, &layers.TCP{Seq: t.Seq + uint32(len(t.Payload)), BaseLayer: layers.BaseLayer{Payload: nothing[:min(missing, len(nothing))]}})
		a.cut = false
	}
}

// start has a side begin at what its first packet says, if it has not begun.
func (a *assembly) start(h *half, t *layers.TCP) {
	if h.started {
		return
	}
	h.started = true
	seq := t.Seq
	if t.SYN {
		h.isn, h.synced = seq, true
	} else {
		seq-- // as if a SYN had stood before it
	}
	a.feed(h, &layers.TCP{SYN: true, Seq: seq})
	if len(t.Payload) > 0 && t.SYN {
		a.feed(h, &layers.TCP{Seq: seq + 1, BaseLayer: layers.BaseLayer{Payload: t.Payload}})
	}
}

// nothing stands for bytes that were cut off: of an IP packet not more than its length can say.
var nothing [64 << 10]byte

// feed gives tcpassembly a segment. Its clock counts packets, so that bytes that come out of it know
// which packet they came in.
func (a *assembly) feed(h *half, t *layers.TCP) {
	flow := append(binary.BigEndian.AppendUint32(a.raw[:0], uint32(h.conn.number)), h.side)
	a.pool.AssembleWithTimestamp(gopacket.NewFlow(gopacket.EndpointInvalid, flow, nil), t, time.Unix(0, int64(a.now)))
}

// connOf finds the connection of a packet and the side that sent it.
func (a *assembly) connOf(src, dst netip.AddrPort, t *layers.TCP) (c *tcpConn, side int) {
	if c = a.latest; c != nil && !t.SYN { // most packets belong to the connection of the one before
		if c.ends[0] == src && c.ends[1] == dst {
			return c, 0
		} else if c.ends[1] == src && c.ends[0] == dst {
			return c, 1
		}
	}
	c, side = a.find(src, dst, t)
	a.latest = c
	return c, side
}

// find does it where the connection may be new.
func (a *assembly) find(src, dst netip.AddrPort, t *layers.TCP) (c *tcpConn, side int) {
	key := tuple{src, dst}
	if dst.Compare(src) < 0 {
		key, side = tuple{dst, src}, 1
	}
	c = a.conns[key]
	if c != nil && t.SYN && !t.ACK {
		h := &c.halves[side]
		if c.reset || h.done || h.synced && h.isn != t.Seq { // the ports have come round again
			c = nil
		}
	}
	if c != nil {
		return c, side
	}
	if len(a.all) == mostConns {
		return nil, 0
	}
	c = &tcpConn{number: int32(len(a.all)), ends: key, client: -1}
	for i := range c.halves {
		c.halves[i] = half{a: a, conn: c, side: uint8(i)}
	}
	a.conns[key] = c
	a.all = append(a.all, c)
	return c, side
}

// Reassembled is told of bytes in their order.
func (h *half) Reassembled(pieces []tcpassembly.Reassembly) {
	for i := range pieces {
		p := &pieces[i]
		packet := int32(p.Seen.UnixNano())
		if len(p.Bytes) > 0 || p.End {
			h.at = max(h.at, packet)
		}
		if p.Skip != 0 {
			h.a.step(h.conn, h.side, stepGap, h.at, missing(p.Skip))
		}
		switch {
		case len(p.Bytes) == 0:
		case h.a.cut && i == 0:
			h.a.step(h.conn, h.side, stepGap, h.at, missing(len(p.Bytes)))
		default:
			h.data = true
			h.a.step(h.conn, h.side, stepData, h.at, h.a.rec.keep(p.Bytes))
		}
		if p.End {
			h.a.step(h.conn, h.side, stepFIN, h.at, kept{})
		}
	}
}

// ReassemblyComplete is told when nothing more will come.
func (h *half) ReassemblyComplete() { h.done = true }

func (a *assembly) step(c *tcpConn, side uint8, kind stepKind, packet int32, k kept) {
	a.rec.add(step{at: a.times[packet], kept: k, packet: packet, conn: c.number, side: side, kind: kind})
}

// finish tells of what waited in vain, and finds out who is who.
func (a *assembly) finish() {
	a.pool.FlushAll()
	rec := a.rec
	rec.sort()
	first := make([][2][]byte, len(a.all)) // what each side said first
	for i := range rec.steps {
		s := &rec.steps[i]
		if s.kind == stepData && first[s.conn][s.side] == nil {
			first[s.conn][s.side] = rec.bytes(s)
		}
	}
	// Connections without bytes are not shown: numbers go to the others, in order of appearance.
	numbers, n, silent := make([]int32, len(a.all)), int32(0), 0
	for i, c := range a.all {
		numbers[i] = -1
		if !c.halves[0].data && !c.halves[1].data {
			silent++
			continue
		}
		numbers[i] = n
		n++
		joined := c.client < 0
		if joined {
			c.client = guessClient(c.ends, first[i])
		}
		up, down := first[i][c.client], first[i][1-c.client]
		rec.Conns = append(rec.Conns, Conn{Client: c.ends[c.client], Server: c.ends[1-c.client], Joined: joined, Note: protocolNote(up, down)})
	}
	kept := rec.steps[:0]
	for _, s := range rec.steps {
		c := a.all[s.conn]
		if numbers[s.conn] < 0 {
			continue
		}
		if c.client == 1 {
			s.side = 1 - s.side
		}
		s.conn = numbers[s.conn]
		kept = append(kept, s)
	}
	rec.steps = kept
	a.notes(silent)
}

// guessClient finds the side that opened a connection whose beginning was not recorded.
func guessClient(ends [2]netip.AddrPort, first [2][]byte) int {
	for side, p := range first {
		kind, _ := guess(p)
		switch {
		case len(p) == 0:
		case kind == Request, inspector.BeginsFrames(p, inspector.Up):
			return side
		case kind == Response, inspector.BeginsFrames(p, inspector.Down):
			return 1 - side
		}
	}
	if ends[0].Port() < ends[1].Port() {
		return 1 // the server's port is the lower one, as a rule
	}
	return 0
}

// protocolNote says what a connection speaks that we can't read.
func protocolNote(up, down []byte) string {
	for _, p := range [][]byte{up, down} {
		if len(p) > 2 && p[0] == 0x16 && p[1] == 3 {
			return "This is TLS: what it carries can't be read without its keys."
		}
	}
	if bytes.HasPrefix(up, []byte("PRI * HTTP/2.0\r\n")) {
		return "This is HTTP/2, which is no text any more: wireup shows its bytes."
	}
	return ""
}

func (a *assembly) notes(silent int) {
	note := func(n int, one, more string) {
		switch {
		case n == 1:
			a.rec.Notes = append(a.rec.Notes, one)
		case n > 1:
			a.rec.Notes = append(a.rec.Notes, fmt.Sprintf(more, n))
		}
	}
	note(silent, "One connection carried no byte and is not shown.", "%d connections carried no byte and are not shown.")
	for _, why := range skipWords {
		note(a.skipped[why], "One packet "+why+".", "%d packets "+why+".")
	}
	if a.over > 0 {
		a.rec.Notes = append(a.rec.Notes, fmt.Sprintf("%d packets belong to connections beyond the first %d and are not shown (limit: connections of a capture).", a.over, mostConns))
	}
}
