package capture

// Captures of packets: pcap and pcapng, read by gopacket, each connection put together by its tcpassembly.

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
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
	var next source
	if bytes.Equal(front, []byte{0x0a, 0x0d, 0x0d, 0x0a}) {
		rec.Form = "a pcapng capture"
		var ng *ngSource
		ng, err = newNgSource(buffered)
		next = ng.next
	} else {
		next, err = pcapSource(buffered)
	}
	if err != nil {
		return nil, brokenFile(err)
	}
	a := newAssembly(rec)
	for {
		data, link, at, err := next()
		if errors.Is(err, io.EOF) && len(data) == 0 {
			break
		}
		if err != nil {
			rec.Broken = fmt.Sprintf("The file breaks at packet %d: %s. What came before it is shown.", rec.Packets+1, brokenWords(err))
			break
		}
		rec.Packets++
		a.packet(link, data, at)
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
	now     moment   // that of the packet at hand
	fed     []moment // those of the packets that tcpassembly got
	skipped map[string]int
	raw     [5]byte
	cut     bool // what is fed stands for bytes that were cut off
	over    int  // packets of connections beyond the limit

	latestStep int32 // the packet of the step that was added last
	unsorted   bool  // it was not always later
}

// moment is a packet's number and its time.
type moment struct {
	packet int32
	at     int64 // nanoseconds since 1970
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

// half is what one side sends. As long as its segments come in order it takes them as they come; from
// the first that does not, tcpassembly puts them in order, and this is its Stream.
type half struct {
	a       *assembly
	conn    *tcpConn
	side    uint8
	started bool
	done    bool
	isn     uint32 // of its SYN
	synced  bool   // there was one
	next    uint32 // the number of the byte that comes next
	strayed bool   // tcpassembly has it
	all     moment // when all bytes so far had come
	first   kept   // what it says first
	data    bool   // it says something
}

func newAssembly(rec *Recording) *assembly {
	a := &assembly{rec: rec, conns: make(map[tuple]*tcpConn), skipped: make(map[string]int)}
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
	a.now.packet++
	a.now.at = at.UnixNano()
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
		a.step(&c.halves[c.client], stepOpen, a.now, kept{})
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
		a.step(h, stepRST, a.now, kept{})
		return
	}
	if missing > 0 {
		t.FIN = false // it stands behind bytes that are not there
	}
	if t.SYN || !t.FIN && len(t.Payload) == 0 {
		return // a probe that keeps a connection alive may hold a byte: it is one that came before
	}
	a.take(h, t.Seq, t.Payload, t.FIN)
	if missing > 0 {
		a.lack(h, t.Seq+uint32(len(t.Payload)), missing)
	}
}

// start has a side begin at what its first packet says, if it has not begun.
func (a *assembly) start(h *half, t *layers.TCP) {
	if h.started {
		return
	}
	h.started = true
	h.next = t.Seq
	if t.SYN {
		h.isn, h.synced = t.Seq, true
		h.next++
		if len(t.Payload) > 0 {
			a.take(h, h.next, t.Payload, false)
		}
	}
}

// take takes a segment of a side.
func (a *assembly) take(h *half, seq uint32, payload []byte, fin bool) {
	if h.strayed || seq != h.next {
		a.feed(h, &layers.TCP{Seq: seq, FIN: fin, BaseLayer: layers.BaseLayer{Payload: payload}})
		return
	}
	h.next += uint32(len(payload))
	h.all = a.now
	if len(payload) > 0 {
		h.add(payload)
	}
	if fin {
		h.end()
	}
}

// lack takes what was cut off a segment: where that came in order, it is a gap here and now.
func (a *assembly) lack(h *half, seq uint32, n int) {
	n = min(n, len(nothing))
	switch {
	case h.strayed && h.all == a.now:
		a.cut = true
		a.feed(h, &layers.TCP{Seq: seq, BaseLayer: layers.BaseLayer{Payload: nothing[:n]}})
		a.cut = false
	case !h.strayed && h.next == seq:
		h.next += uint32(n)
		h.all = a.now
		a.step(h, stepGap, h.all, missing(n))
	}
}

// nothing stands for bytes that were cut off: of an IP packet not more than its length can say.
var nothing [64 << 10]byte

// feed gives tcpassembly a segment. Its clock counts packets, so that bytes that come out of it know
// which packet they came in.
func (a *assembly) feed(h *half, t *layers.TCP) {
	flow := gopacket.NewFlow(gopacket.EndpointInvalid, append(binary.BigEndian.AppendUint32(a.raw[:0], uint32(h.conn.number)), h.side), nil)
	now := time.Unix(0, int64(a.now.packet))
	if !h.strayed {
		h.strayed = true
		a.pool.AssembleWithTimestamp(flow, &layers.TCP{SYN: true, Seq: h.next - 1}, now) // as if all before had been its SYN
	}
	if len(a.fed) == 0 || a.fed[len(a.fed)-1] != a.now {
		a.fed = append(a.fed, a.now)
	}
	a.pool.AssembleWithTimestamp(flow, t, now)
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

// Reassembled is told of bytes that tcpassembly has in order.
func (h *half) Reassembled(pieces []tcpassembly.Reassembly) {
	for i := 0; i < len(pieces); i++ {
		p := pieces[i]
		for i+1 < len(pieces) && !p.End && pieces[i+1].Skip == 0 && pieces[i+1].Seen.Equal(p.Seen) && !h.a.cut { // it waited in pages
			i++
			p.Bytes, p.End = append(p.Bytes[:len(p.Bytes):len(p.Bytes)], pieces[i].Bytes...), pieces[i].End
		}
		if packet := int32(p.Seen.UnixNano()); packet > h.all.packet && (len(p.Bytes) > 0 || p.End) {
			k, _ := slices.BinarySearchFunc(h.a.fed, packet, func(m moment, packet int32) int { return cmp.Compare(m.packet, packet) })
			h.all = h.a.fed[k]
		}
		if p.Skip != 0 {
			h.a.step(h, stepGap, h.all, missing(p.Skip))
		}
		switch {
		case len(p.Bytes) == 0:
		case h.a.cut && i == 0:
			h.a.step(h, stepGap, h.all, missing(len(p.Bytes)))
		default:
			h.add(p.Bytes)
		}
		if p.End {
			h.end()
		}
	}
}

// add tells of bytes in their order.
func (h *half) add(p []byte) {
	k := h.a.rec.keep(p)
	if !h.data {
		h.data, h.first = true, k
	}
	h.a.step(h, stepData, h.all, k)
}

// end tells of a FIN.
func (h *half) end() {
	h.done = true
	h.a.step(h, stepFIN, h.all, kept{})
}

// ReassemblyComplete is told when nothing more will come.
func (h *half) ReassemblyComplete() { h.done = true }

func (a *assembly) step(h *half, kind stepKind, m moment, k kept) {
	a.unsorted = a.unsorted || m.packet < a.latestStep
	a.latestStep = m.packet
	a.rec.steps.add(step{at: m.at, kept: k, packet: m.packet, conn: h.conn.number, side: h.side, kind: kind})
}

// finish tells of what waited in vain, and finds out who is who.
func (a *assembly) finish() {
	a.pool.FlushAll()
	rec := a.rec
	if a.unsorted { // into the order in which an application could have met them
		rec.steps.sort(func(a, b step) int { return cmp.Compare(a.packet, b.packet) })
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
		first := [2][]byte{rec.bytes(c.halves[0].first), rec.bytes(c.halves[1].first)}
		joined := c.client < 0
		if joined {
			c.client = guessClient(c.ends, first)
		}
		up, down := first[c.client], first[1-c.client]
		rec.Conns = append(rec.Conns, Conn{Client: c.ends[c.client], Server: c.ends[1-c.client], Joined: joined, Note: protocolNote(up, down)})
	}
	rec.steps.keep(func(s *step) bool {
		c := a.all[s.conn]
		if c.client == 1 {
			s.side = 1 - s.side
		}
		s.conn = numbers[s.conn]
		return s.conn >= 0
	})
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
	for _, w := range skipWords {
		note(a.skipped[w.why], w.one, w.more)
	}
	note(a.decode.unjoined(), "One IP packet came in fragments of which some are missing, and was left out.", "%d IP packets came in fragments of which some are missing, and were left out.")
	if a.over > 0 {
		a.rec.Notes = append(a.rec.Notes, fmt.Sprintf("%d packets belong to connections beyond the first %d and are not shown (limit: connections of a capture).", a.over, mostConns))
	}
}
