package capture

// Captures in: each link type, what networks do to segments, what captures miss, and broken files.

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"

	"wireup/inspector"
)

// play returns a line an event of a recording: connection, packet, direction and summary.
func play(r *Recording) string {
	var b strings.Builder
	r.Play(Options{}, func(e *Told) {
		fmt.Fprintf(&b, "%d %s %s", e.Conn, e.Direction, inspector.Summary(e.Event))
		if e.Frame != nil && e.Frame.Opcode != inspector.OpClose {
			fmt.Fprintf(&b, " =%.8s", e.Frame.Plain)
		}
		for _, v := range e.Violations {
			fmt.Fprintf(&b, " !%s", v.Rule.ID)
		}
		b.WriteByte('\n')
	})
	return b.String()
}

// written is a capture by our Writer of a conversation from each client.
func written(t testing.TB, clients ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	server := netip.MustParseAddrPort("192.0.2.1:9999")
	if strings.HasPrefix(clients[0], "[") {
		server = netip.MustParseAddrPort("[2001:db8::1]:9999")
	}
	w, err := NewWriter(&out, server, "")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Unix(1_800_000_000, 0)
	for i, client := range clients {
		if err := w.Begin(i+1, at, Headline{Client: netip.MustParseAddrPort(client), Whole: true}); err != nil {
			t.Fatal(err)
		}
	}
	for i := range clients {
		s := inspector.NewSession(inspector.Options{Preview: 4000}, func(e *inspector.Event) {
			if err := w.Write(i+1, e.Clone()); err != nil {
				t.Error(err)
			}
		})
		conversation(s, at)
		s.Observe(at, inspector.Down, append([]byte("\x82\x7e\x0b\xb8"), bytes.Repeat([]byte("three000"), 375)...))
		s.Observe(at, inspector.Down, []byte("\x81\x04last"))
		s.Observe(at, inspector.Up, []byte("\x88\x82\x00\x00\x00\x00\x03\xe8"))
		s.Observe(at, inspector.Down, []byte("\x88\x02\x03\xe8"))
		s.Ended(at, inspector.EndServer, nil)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// told is what such a capture tells of a connection.
func whole(conn int) string {
	return strings.ReplaceAll(`# up connection opened
# up GET /chat HTTP/1.1
# down HTTP/1.1 101 Switching Protocols
# up text frame, 5 bytes, masked =Hello
# down text frame, 5 bytes =Hello
# down binary frame, 3000 bytes =three000
# down text frame, 4 bytes =last
# up close frame, 2 bytes, masked, 1000 normal closure
# down close frame, 2 bytes, 1000 normal closure
# down connection closed: server closed
`, "#", fmt.Sprint(conn))
}

// packets are those of a capture.
func packets(t testing.TB, file []byte) (all [][]byte) {
	t.Helper()
	r, err := pcapgo.NewNgReader(bytes.NewReader(file), pcapgo.DefaultNgReaderOptions)
	if err != nil {
		t.Fatal(err)
	}
	for {
		b, _, err := r.ReadPacketData()
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, b)
	}
}

// pcap writes packets as tcpdump does.
func pcap(t testing.TB, link layers.LinkType, all [][]byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := pcapgo.NewWriter(&out)
	if err := w.WriteFileHeader(262144, link); err != nil {
		t.Fatal(err)
	}
	for i, b := range all {
		ci := gopacket.CaptureInfo{Timestamp: time.Unix(1_800_000_000, int64(i)*1000), CaptureLength: len(b), Length: len(b)}
		if err := w.WritePacket(ci, b); err != nil {
			t.Fatal(err)
		}
	}
	return out.Bytes()
}

// read reads a capture of which nothing is broken.
func read(t testing.TB, file []byte) *Recording {
	t.Helper()
	r, err := ReadPackets(bytes.NewReader(file))
	if err != nil || r.Broken != "" {
		t.Fatalf("%v %+v", err, r)
	}
	return r
}

func TestWhatWasWrittenIsRead(t *testing.T) {
	r := read(t, written(t, "192.0.2.7:50000"))
	if got := play(r); got != whole(1) || r.Form != "a pcapng capture" || r.Packets != 26 {
		t.Errorf("%d packets of %s:\n%s", r.Packets, r.Form, got)
	}
	if c := r.Conns[0]; c.String() != "192.0.2.7:50000 to 192.0.2.1:9999" || c.Joined {
		t.Errorf("%+v", c)
	}
	var at []int
	r.Play(Options{}, func(e *Told) { at = append(at, e.Packet) })
	if want := []int{1, 4, 6, 8, 10, 16, 18, 20, 22, 25}; !slices.Equal(at, want) {
		t.Errorf("events came in packets %v, want %v", at, want)
	}
	r = read(t, written(t, "192.0.2.7:50000", "192.0.2.7:50001"))
	if got := play(r); !strings.Contains(got, "2 up GET") || strings.Count(got, "=Hello") != 4 {
		t.Errorf("two connections:\n%s", got)
	}
}

func TestLinkTypes(t *testing.T) {
	v4, v6 := packets(t, written(t, "192.0.2.7:50000")), packets(t, written(t, "[2001:db8::7]:50000"))
	front := func(hex string) func([]byte, bool) []byte {
		return func(ip []byte, six bool) []byte {
			h := hex
			if six {
				h = strings.ReplaceAll(strings.ReplaceAll(strings.ReplaceAll(h, "0800", "86dd"), "AF", "1e"), "v", "")
			}
			h = strings.ReplaceAll(strings.ReplaceAll(h, "AF", "02"), "v", "")
			var b []byte
			fmt.Sscanf(h, "%x", &b)
			return append(b, ip...)
		}
	}
	tests := []struct {
		name string
		link layers.LinkType
		wrap func(ip []byte, six bool) []byte
	}{
		{"Ethernet", 1, front("0200000000020200000000010800")},
		{"one VLAN tag", 1, front("0200000000020200000000018100000a0800")},
		{"two VLAN tags", 1, front("02000000000202000000000188a8000a8100000b0800")},
		{"Linux cooked 1", 113, front("00000304000600000000000000000800")},
		{"Linux cooked 2", 276, front("0800000000000001030400060000000000000000")},
		{"NULL, little-endian", 0, front("AF000000")},
		{"NULL, big-endian", 0, front("000000AF")},
		{"LOOP", 108, front("000000AF")},
		{"raw", 101, front("")},
		{"raw, as 12", 12, front("")},
		{"raw IPv4 or IPv6", 228, front("")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for six, all := range map[bool][][]byte{false: v4, true: v6} {
				link := tt.link
				if link == 228 && six {
					link = 229
				}
				var out [][]byte
				for _, b := range all {
					out = append(out, tt.wrap(b[14:], six))
				}
				if got := play(read(t, pcap(t, link, out))); got != whole(1) {
					t.Errorf("IPv6 %t:\n%s", six, got)
				}
			}
		})
	}
}

// tcpFlags are those of a packet over IPv4 on Ethernet.
func sequence(b []byte) uint32 { return binary.BigEndian.Uint32(b[14+20+4:]) }

func TestWhatNetworksDo(t *testing.T) {
	all := packets(t, written(t, "192.0.2.7:50000")) // 3 of the handshake; 3 GET, 5 101, 7 Hello, 9 Hello, 11 13 15 three000, 17 last, 19 and 21 closes
	at := func(order ...int) (out [][]byte) {
		for _, i := range order {
			out = append(out, all[i])
		}
		return out
	}
	upTo := func(n int) []int {
		var out []int
		for i := range n {
			out = append(out, i)
		}
		return out
	}
	lines := strings.SplitAfter(whole(1), "\n")
	without := func(from, to int, instead string) string {
		return strings.Join(lines[:from], "") + instead + strings.Join(lines[to:], "")
	}
	cut := slices.Clone(all[13])[:100] // 46 of its 1460 bytes
	tests := []struct {
		name    string
		packets [][]byte
		want    string
	}{
		{"everything twice", func() (out [][]byte) {
			for _, b := range all {
				out = append(out, b, b)
			}
			return out
		}(), whole(1)},
		{"segments in another order", append(append(at(upTo(11)...), at(15, 13, 11)...), at(16, 17, 18, 19, 20, 21, 22, 23, 24, 25)...), whole(1)},
		{"a segment that overlaps", append(append(at(upTo(13)...), overlap(all[11], all[13])), all[14:]...), whole(1)},
		{"a segment sent again later", append(append(at(upTo(18)...), all[11], all[7]), all[18:]...), whole(1)},
		{"a segment lost within a payload", slices.Delete(slices.Clone(all), 13, 14),
			without(5, 6, "1 down gap: 1460 bytes missing\n1 down binary frame, 3000 bytes, 1460 bytes missing =three000\n")},
		{"a frame lost", slices.Delete(slices.Clone(all), 9, 10), without(4, 5, "1 down gap: 7 bytes missing\n")},
		{"a frame's beginning lost", slices.Delete(slices.Clone(all), 11, 12),
			without(5, 6, "1 down gap: 1460 bytes missing\n1 down 1460 bytes outside any protocol\n1 down 84 bytes outside any protocol\n")},
		{"a segment cut short by the snapshot length", append(append(at(upTo(13)...), cut), all[14:]...),
			without(5, 6, "1 down gap: 1414 bytes missing\n1 down binary frame, 3000 bytes, 1414 bytes missing =three000\n")},
		{"the SYN lost", all[1:], whole(1)},
		{"the handshake of TCP lost", all[3:], without(0, 1, "")},
		{"begun behind the 101", all[7:], without(0, 3, "")},
		{"begun within a payload", all[13:],
			without(0, 6, "1 down 1460 bytes outside any protocol\n1 down 84 bytes outside any protocol\n")},
		{"ports that come round again", append(slices.Clone(all), again(all)...), whole(1) + whole(2)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := play(read(t, pcap(t, 1, tt.packets))); got != tt.want {
				t.Errorf("told\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

// overlap is the second of two packets that follow each other, with the last 10 bytes of the first before its own.
func overlap(a, b []byte) []byte {
	const head = 14 + 20 + 20
	out := slices.Clone(b[:head])
	binary.BigEndian.PutUint32(out[14+20+4:], sequence(b)-10)
	binary.BigEndian.PutUint16(out[14+2:], binary.BigEndian.Uint16(b[14+2:])+10)
	return append(append(out, a[len(a)-10:]...), b[head:]...)
}

// again is a connection over the same ports, with other numbers.
func again(all [][]byte) (out [][]byte) {
	for _, b := range all {
		c := slices.Clone(b)
		binary.BigEndian.PutUint32(c[14+20+4:], sequence(b)+5_000_000)
		binary.BigEndian.PutUint32(c[14+20+8:], binary.BigEndian.Uint32(b[14+20+8:])+5_000_000)
		out = append(out, c)
	}
	return out
}

// fragmented cuts the payload of a packet over IPv4 into fragments.
func fragmented(b []byte, size int) (out [][]byte) {
	const head = 14 + 20
	for at := 0; at < len(b)-head; at += size {
		end := min(at+size, len(b)-head)
		c := append(slices.Clone(b[:head]), b[head+at:head+end]...)
		binary.BigEndian.PutUint16(c[14+2:], uint16(20+end-at))
		place := uint16(at / 8)
		if end < len(b)-head {
			place |= 1 << 13
		}
		binary.BigEndian.PutUint16(c[14+6:], place)
		out = append(out, c)
	}
	return out
}

func TestFragments(t *testing.T) {
	all := packets(t, written(t, "192.0.2.7:50000"))
	pieces := fragmented(all[11], 512)
	with := func(pieces ...[]byte) []byte {
		return pcap(t, 1, slices.Concat(all[:11], pieces, all[12:]))
	}
	if len(pieces) != 3 {
		t.Fatalf("%d pieces", len(pieces))
	}
	for name, file := range map[string][]byte{
		"in order":          with(pieces...),
		"in another order":  with(pieces[2], pieces[0], pieces[1]),
		"one of them twice": with(pieces[0], pieces[0], pieces[1], pieces[2]),
	} {
		if r := read(t, file); play(r) != whole(1) || len(r.Notes) != 0 {
			t.Errorf("%s: %v\n%s", name, r.Notes, play(r))
		}
	}
	r := read(t, with(pieces[0], pieces[2]))
	if got := play(r); !strings.Contains(got, "gap: 1460 bytes missing") || len(r.Notes) != 1 || !strings.HasPrefix(r.Notes[0], "One IP packet came in fragments") {
		t.Errorf("one of them lost: %v\n%s", r.Notes, got)
	}
	if r = read(t, with(pieces[0], pieces[1][:200], pieces[2])); len(r.Notes) == 0 || !strings.HasPrefix(r.Notes[0], "One fragment of a packet was cut short") {
		t.Errorf("one of them cut short: %v", r.Notes)
	}
}

// TestPagesOfASegment holds that a segment which waited for another is told as one: not as the pages in
// which tcpassembly kept it, which would hide that it begins a frame.
func TestPagesOfASegment(t *testing.T) {
	all := packets(t, written(t, "192.0.2.7:50000"))
	big := slices.Clone(all[11][:14+20+20])
	binary.BigEndian.PutUint16(big[14+2:], 40+5000)
	big = append(big, make([]byte, 5000)...) // it begins no frame, and no page of it does
	for i := range 5000 {
		big[54+i] = 0x70
	}
	r := read(t, pcap(t, 1, append(slices.Clone(all[:9]), big)))
	if got := play(r); strings.Count(got, "outside any protocol") != 1 || !strings.Contains(got, "5000 bytes outside any protocol") {
		t.Errorf("a segment behind a gap:\n%s", got)
	}
}

func TestBrokenCaptures(t *testing.T) {
	all := packets(t, written(t, "192.0.2.7:50000"))
	file := pcap(t, 1, all)
	r, err := ReadPackets(bytes.NewReader(file[:24+8*16+len(all[0])+len(all[1])+len(all[2])+len(all[3])+len(all[4])+len(all[5])+len(all[6])+30]))
	if err != nil || r.Packets != 7 || !strings.HasPrefix(r.Broken, "The file breaks at packet 8: it ends in the middle.") {
		t.Fatalf("%v %+v", err, r)
	}
	if got := play(r); got != strings.Join(strings.SplitAfter(whole(1), "\n")[:3], "") {
		t.Errorf("before the break:\n%s", got)
	}
	for name, b := range map[string][]byte{"empty": nil, "text": []byte("GET / HTTP/1.1"), "a magic alone": file[:4], "half a header": file[:20]} {
		if r, err := ReadPackets(bytes.NewReader(b)); err == nil {
			t.Errorf("%s: %+v; want an error", name, r)
		}
	}
	long := slices.Clone(file[:24+16])
	binary.LittleEndian.PutUint32(long[24+8:], 0xfffffff0)
	binary.LittleEndian.PutUint32(long[24+12:], 0xfffffff0)
	if r, err := ReadPackets(bytes.NewReader(long)); err != nil || !strings.Contains(r.Broken, "packet 1") {
		t.Errorf("a length that nobody has: %v %+v", err, r)
	}
	udp := slices.Clone(all[0])
	udp[14+9] = 17
	frag := slices.Clone(all[0])
	frag[14+6] = 0x20
	r = read(t, pcap(t, 1, [][]byte{udp, frag, all[0][:20], all[0]}))
	if got := strings.Join(r.Notes, " "); got != "One connection carried no byte and is not shown. One packet carried no TCP and was left out. One packet broke off inside its headers and was left out. One IP packet came in fragments of which some are missing, and was left out." {
		t.Errorf("notes: %s", got)
	}
	if r = read(t, pcap(t, 105, all)); !strings.Contains(strings.Join(r.Notes, " "), "26 packets came from a link whose type wireup doesn't read, and were left out.") {
		t.Errorf("802.11: %v", r.Notes)
	}
}

func FuzzReadPackets(f *testing.F) {
	file := written(f, "192.0.2.7:50000")
	f.Add(file)
	f.Add(pcap(f, 1, packets(f, file)))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := ReadPackets(bytes.NewReader(b))
		if err != nil {
			return
		}
		r.Play(Options{}, func(e *Told) { _ = inspector.Sentence(e.Event) })
	})
}

// A file is told from text by its first bytes: pictures and programs by four.
func TestBinary(t *testing.T) {
	for text, binary := range map[string]bool{"\xff\xd8\xff\xe0": true, "\x89PNG": true, "\x7fELF": true, "\x28\xb5\x2f\xfd": true, "PK\x03\x04": true,
		"": false, "8105": false, "# é": false, "\ufeff81": false, "81\r\n\t05": false, "→ 81": false} {
		if what := Binary([]byte(text)); (what != "") != binary {
			t.Errorf("%q: %q", text, what)
		}
	}
}
