package capture

// Packets that are handed out from the buffer are those that gopacket reads.

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
)

// ours and gopackets read a pcapng: a line a packet, and what ended it.
func ours(file []byte) string {
	s, err := newNgSource(bufio.NewReaderSize(bytes.NewReader(file), 4096))
	all := ""
	for err == nil {
		var data []byte
		var link layers.LinkType
		var at time.Time
		if data, link, at, err = s.next(); err == nil {
			all += fmt.Sprintf("%d %d %x\n", link, at.UnixNano(), data)
		}
	}
	return all + err.Error()
}

func gopackets(file []byte) string {
	ng, err := pcapgo.NewNgReader(bytes.NewReader(file), pcapgo.NgReaderOptions{WantMixedLinkType: true})
	all := ""
	for err == nil {
		var data []byte
		var ci gopacket.CaptureInfo
		if data, ci, err = ng.ZeroCopyReadPacketData(); err == nil {
			all += fmt.Sprintf("%d %d %x\n", ci.AncillaryData[0], ci.Timestamp.UnixNano(), data)
		}
	}
	return all + err.Error()
}

// pcapngOf writes packets as blocks, with a unit of time (if_tsresol) and an offset (if_tsoffset) of the interface.
func pcapngOf(order binary.AppendByteOrder, resolution byte, offset uint64, all ...string) []byte {
	block := func(kind uint32, body []byte) []byte {
		for len(body)%4 != 0 {
			body = append(body, 0)
		}
		size := uint32(len(body) + 12)
		b := order.AppendUint32(order.AppendUint32(nil, kind), size)
		return order.AppendUint32(append(b, body...), size)
	}
	section := order.AppendUint16(order.AppendUint16(order.AppendUint32(nil, 0x1a2b3c4d), 1), 0)
	file := block(0x0a0d0d0a, order.AppendUint64(section, ^uint64(0)))
	face := order.AppendUint32([]byte{0, 1, 0, 0}, 0)
	if order == binary.AppendByteOrder(binary.LittleEndian) {
		face = []byte{1, 0, 0, 0, 0, 0, 0, 0}
	}
	face = append(order.AppendUint16(order.AppendUint16(face, 9), 1), resolution, 0, 0, 0)
	face = order.AppendUint64(order.AppendUint16(order.AppendUint16(face, 14), 8), offset)
	file = append(file, block(1, order.AppendUint32(face, 0))...)
	for i, data := range all {
		packet := order.AppendUint32(order.AppendUint32(order.AppendUint32(nil, 0), 5), uint32(1000*i+7))
		packet = order.AppendUint32(order.AppendUint32(packet, uint32(len(data))), uint32(len(data)))
		file = append(file, block(6, append(packet, data...))...)
	}
	return file
}

// samples are captures that a shortcut could read otherwise.
func samples(t testing.TB) map[string][]byte {
	little, big := binary.AppendByteOrder(binary.LittleEndian), binary.AppendByteOrder(binary.BigEndian)
	all := []string{"a", "bc", "def", "ghij", string(bytes.Repeat([]byte("k"), 5000)), "", "lmnop"}
	micro := pcapngOf(little, 6, 0, all...)
	short := slices.Clone(micro)
	binary.LittleEndian.PutUint32(short[len(short)-20+4:], 1<<20) // the last packet says that it is longer than its block
	elsewhere := slices.Clone(micro)
	binary.LittleEndian.PutUint32(elsewhere[len(elsewhere)-40+8:], 1) // and that it is from an interface that is not there
	return map[string][]byte{
		"by the Writer, with comments": written(t, "192.0.2.7:50000", "192.0.2.8:50000"),
		"microseconds":                 micro,
		"nanoseconds":                  pcapngOf(little, 9, 0, all...),
		"seconds":                      pcapngOf(little, 0, 0, all...),
		"tenths of nanoseconds":        pcapngOf(little, 10, 0, all...),
		"binary fractions":             pcapngOf(little, 0x80|20, 0, all...),
		"an offset":                    pcapngOf(little, 6, 1_000_000, all...),
		"big-endian":                   pcapngOf(big, 6, 0, all...),
		"little-endian, then big":      append(slices.Clone(micro), pcapngOf(big, 9, 0, all...)...),
		"big-endian, then little":      append(pcapngOf(big, 9, 0, all...), micro...),
		"two sections":                 append(slices.Clone(micro), pcapngOf(little, 9, 7, all...)...),
		"cut short":                    micro[:len(micro)-9],
		"a length that nobody has":     short,
		"an interface that nobody has": elsewhere,
		"no packet":                    pcapngOf(little, 6, 0),
	}
}

func TestSource(t *testing.T) {
	for name, file := range samples(t) {
		if got, want := ours(file), gopackets(file); got != want {
			t.Errorf("%s: read\n%s\nand gopacket\n%s", name, got, want)
		}
	}
}

// TestSourceInBuffer holds that packets are taken from the buffer: the test above can't tell.
func TestSourceInBuffer(t *testing.T) {
	s, err := newNgSource(bufio.NewReader(bytes.NewReader(pcapngOf(binary.LittleEndian, 6, 0, "a", "b", "c"))))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := s.next(); err != nil { // gopacket reads up to it
		t.Fatal(err)
	}
	for _, want := range []string{"b", "c"} {
		if data, _, ok := s.inBuffer(); !ok || string(data) != want {
			t.Errorf("%q %t in the buffer, want %q", data, ok, want)
		}
	}
}

func FuzzSource(f *testing.F) {
	for _, file := range samples(f) {
		f.Add(file)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		if got, want := ours(file), gopackets(file); got != want {
			t.Errorf("read\n%s\nand gopacket\n%s", got, want)
		}
	})
}
