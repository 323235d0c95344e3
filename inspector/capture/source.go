package capture

// Packets out of a file, one by one: gopacket reads it. What most of a pcapng is made of, packets with
// nothing else to say, is handed out where it lies in the buffer, which takes a quarter of the time.

import (
	"bufio"
	"encoding/binary"
	"time"

	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
)

// source hands out packets: bytes that are valid until the next one, what they begin with, and when they came.
type source func() (data []byte, link layers.LinkType, at time.Time, err error)

func pcapSource(r *bufio.Reader) (source, error) {
	pcap, err := pcapgo.NewReader(r)
	if err != nil {
		return nil, err
	}
	return func() ([]byte, layers.LinkType, time.Time, error) {
		data, ci, err := pcap.ZeroCopyReadPacketData()
		return data, pcap.LinkType(), ci.Timestamp, err
	}, nil
}

// ngSource hands out the packets of a pcapng.
type ngSource struct {
	file *bufio.Reader
	ng   *pcapgo.NgReader // reads from the same buffer
	near bool             // packets are looked for in the buffer: it is the first section, and little-endian

	last  int // the interface of the packet before; -1 for none
	link  layers.LinkType
	scale uint64 // nanoseconds of its unit of time; 0 for one that has to be worked out
}

func newNgSource(r *bufio.Reader) (*ngSource, error) {
	checked := bufio.NewReaderSize(&blocks{from: r, order: binary.LittleEndian}, r.Size())
	s := &ngSource{file: checked, last: -1}
	front, err := r.Peek(12)
	s.near = err == nil && binary.LittleEndian.Uint32(front[8:]) == 0x1a2b3c4d
	sectionEnded := func([]pcapgo.NgInterface, pcapgo.NgSectionInfo) { s.near, s.last = false, -1 } // its interfaces end with it
	s.ng, err = pcapgo.NewNgReader(checked, pcapgo.NgReaderOptions{WantMixedLinkType: true, SectionEndCallback: sectionEnded})
	return s, err
}

func (s *ngSource) next() ([]byte, layers.LinkType, time.Time, error) {
	if data, at, ok := s.inBuffer(); ok {
		return data, s.link, at, nil
	}
	data, ci, _, err := s.ng.ZeroCopyReadPacketDataWithOptions() // without options it would copy more
	if err == nil {
		s.on(ci.InterfaceIndex)
	}
	return data, s.link, ci.Timestamp, err
}

// on says which interface the packets are from.
func (s *ngSource) on(i int) {
	if i == s.last {
		return
	}
	face, err := s.ng.Interface(i)
	if err != nil {
		face.LinkType = 0xffff
	}
	s.last, s.link, s.scale = i, face.LinkType, 0
	if r := face.TimestampResolution; err == nil && !r.Binary() && r.Exponent() <= 9 && face.TimestampOffset == 0 {
		s.scale = 1
		for range 9 - r.Exponent() {
			s.scale *= 10
		}
	}
}

// An enhanced packet block: type, length, interface, two halves of the time, how much was recorded, how
// long the packet was; then what was recorded, padded to 4; perhaps options; and the length again.
const (
	packetBlock     = 6
	packetBlockHead = 28
	packetBlockEnd  = 4
)

// inBuffer hands out the packet that comes next, if it lies whole in the buffer, without options, and comes
// from the interface of the one before. All else is left to gopacket.
func (s *ngSource) inBuffer() (data []byte, at time.Time, ok bool) {
	if !s.near || s.scale == 0 {
		return nil, at, false
	}
	little := binary.LittleEndian
	head, err := s.file.Peek(packetBlockHead)
	if err != nil || little.Uint32(head) != packetBlock || little.Uint32(head[8:]) != uint32(s.last) {
		return nil, at, false
	}
	size, recorded := uint64(little.Uint32(head[4:])), uint64(little.Uint32(head[20:]))
	if size != packetBlockHead+(recorded+3)&^3+packetBlockEnd || size > uint64(s.file.Size()) {
		return nil, at, false
	}
	block, err := s.file.Peek(int(size))
	if err != nil {
		return nil, at, false
	}
	_, _ = s.file.Discard(int(size)) // they are in the buffer, and stay there until it is filled again
	units := uint64(little.Uint32(block[12:]))<<32 | uint64(little.Uint32(block[16:]))
	second := uint64(time.Second) / s.scale
	return block[packetBlockHead : packetBlockHead+recorded], time.Unix(int64(units/second), int64(units%second*s.scale)), true
}
