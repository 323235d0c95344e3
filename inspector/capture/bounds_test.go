package capture

// Files that mean harm: small on a disk, large in memory or long to read.

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
	"testing/iotest"

	"wireup/inspector"
)

// block is a block of a pcapng.
func block(order binary.AppendByteOrder, kind uint32, body []byte) []byte {
	b := order.AppendUint32(nil, kind)
	size := uint32(12 + len(body))
	return order.AppendUint32(append(order.AppendUint32(b, size), body...), size)
}

func TestSectionsAreBounded(t *testing.T) {
	for name, order := range map[string]binary.AppendByteOrder{"little": binary.LittleEndian, "big": binary.BigEndian} {
		head := order.AppendUint16(order.AppendUint16(order.AppendUint32(nil, 0x1a2b3c4d), 1), 0)
		section := block(order, blockSection, order.AppendUint64(head, 1<<64-1))
		one := block(order, blockInterface, make([]byte, 8))
		many := bytes.Repeat(one, mostInterfaces)
		names := block(order, blockNames, append(bytes.Repeat(append(order.AppendUint16(order.AppendUint16(nil, 1), 6), "\x0a\x00\x00\x01a\x00\x00\x00"...), mostNames/12), 0, 0, 0, 0))
		for what, c := range map[string]struct {
			file []byte
			want string
		}{
			"as many interfaces as may be": {append(bytes.Clone(section), many...), ""},
			"the same in two sections":     {append(append(append(bytes.Clone(section), many...), section...), many...), ""},
			"one interface too many":       {append(append(bytes.Clone(section), many...), one...), "more than 4096 interfaces (limit: interfaces of a section)"},
			"a megabyte of names":          {append(bytes.Clone(section), names...), "bytes of names (limit: names of a section)"},
		} {
			r, err := ReadPackets(iotest.HalfReader(bytes.NewReader(c.file)))
			if err != nil || c.want == "" && r.Broken != "" || !strings.Contains(r.Broken, c.want) {
				t.Errorf("%s, %s: %v, %q; want %q", name, what, err, r.Broken, c.want)
			}
		}
	}
}

func TestHARsAreBounded(t *testing.T) {
	list := func(n int) string { return "[" + strings.Repeat("{},", n) + "{}]" }
	har := func(entries string) string { return `{"log":{"entries":[` + entries + `]}}` }
	for _, c := range []struct {
		text    string
		entries int
		conns   int
		want    string
	}{
		{har(`{"request":{"headers":null}}`), 1, 1, ""},
		{har(`{"request":{"headers":` + list(mostFields-1) + `}}`), 1, 1, ""},
		{har(`{},{"request":{"headers":` + list(mostFields) + `}}`), 1, 1, "more than 4096 header fields (limit: header fields of a HAR)"},
		{har(`{},{"_webSocketMessages":` + list(mostMessages-1) + `,"_webSocketControlFrames":[{}]}`), 2, 1, "With entry 2 the HAR has more than 262144 messages (limit: messages of a HAR)"},
		{har(strings.Repeat("{},", mostConns) + "{}"), mostConns + 1, mostConns, "1 entries beyond the first 10000 are not shown (limit: connections of a capture)"},
	} {
		r, err := ReadHAR(strings.NewReader(c.text))
		if err != nil {
			t.Fatal(err)
		}
		said := r.Broken + strings.Join(r.Notes, " ")
		if r.Packets != c.entries || len(r.Conns) != c.conns || c.want == "" && said != "" || !strings.Contains(said, c.want) {
			t.Errorf("%.60s: %d entries, %d connections, %q; want %d, %d, %q", c.text, r.Packets, len(r.Conns), said, c.entries, c.conns, c.want)
		}
	}
}

// Frames that never end where a segment does are looked for within a budget, and playing can be stopped.
func TestPlayingIsBounded(t *testing.T) {
	left := 10
	r := &Recording{unit: "packet", Conns: make([]Conn, 1)}
	for i := range 4 {
		r.steps.add(step{packet: int32(i + 1), side: 1, kind: stepData, kept: r.keep([]byte{0x82, 126, 0xff, 0xff})})
	}
	if r.chained(0, inspector.Down, &left) || left != 2 {
		t.Errorf("%d bytes are left to look at; want 2", left)
	}
	stop := make(chan struct{})
	close(stop)
	r.Play(Options{Stop: stop}, func(e *Told) { t.Errorf("told %v", e.Kind) })
	if got := strings.Join(r.Notes, " "); !strings.Contains(got, "from packet 1 on, was not read: it took too long (limit: time of a dissection)") {
		t.Errorf("notes: %s", got)
	}
}
