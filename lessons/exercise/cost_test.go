package exercise

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"wireup/inspector"
	"wireup/wire"
)

const costWord = "plum-41"

// busyLog is a full wire: requests of every lab, each with the word and answered, and frames that
// carry it, on many connections.
func busyLog(tb testing.TB) []*wire.Event {
	tb.Helper()
	const id = "aaaaaaaaaaaaa"
	f := &Fixture{Word: costWord, Wire: id}
	add := func(r Record) {
		r.At = time.Duration(len(f.Records)) * time.Millisecond
		f.Records = append(f.Records, r)
	}
	both := func(conn int, up, down string) {
		add(Record{Conn: conn, What: RecordBytes, Direction: inspector.Up, Bytes: []byte(up)})
		add(Record{Conn: conn, What: RecordBytes, Direction: inspector.Down, Bytes: []byte(down)})
	}
	labs := []string{"request", "connections", "polling", "comet", "streaming"}
	for conn := 1; conn <= 40; conn++ {
		add(Record{Conn: conn, What: RecordOpen, Driver: wire.DriverTerminal, Remote: fmt.Sprintf("127.0.0.1:%d", 50000+conn)})
		if conn%2 == 0 {
			for i := range 42 {
				both(conn, fmt.Sprintf("GET /lab/%s/%s?wire=%s&since=%d HTTP/1.1\r\nHost: x\r\nUser-Agent: Mozilla/5.0\r\nIf-None-Match: \"1\"\r\n\r\n", labs[(conn/2+i)%len(labs)], costWord, id, i),
					"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"+strings.Repeat("x", 100))
			}
			continue
		}
		both(conn, "GET /echo?wire="+id+" HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
			"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
		for i := range 63 {
			text := fmt.Sprintf("%s %d %s", costWord, i, strings.Repeat("x", 100))
			h := inspector.Header{Fin: i%3 > 0, Opcode: inspector.OpText, Masked: true, Key: [4]byte{1, 2, 3, byte(i)}, Length: uint64(len(text))}
			up := inspector.AppendMasked(h.AppendTo(nil), []byte(text), h.Key, 0)
			h.Masked = false
			both(conn, string(up), string(append(h.AppendTo(nil), text...)))
		}
	}
	events, err := f.Replay(testRoute, 0)
	if err != nil {
		tb.Fatal(err)
	}
	if len(events) < 5000 {
		tb.Fatalf("%d events; want a full wire", len(events))
	}
	return events[:5000]
}

// BenchmarkEvent is what one event costs all exercises of the course together, on a wire with
// 5 000 events.
func BenchmarkEvent(b *testing.B) {
	events := busyLog(b)
	var checks []Check
	for i := 0; b.Loop(); i++ {
		if i%len(events) == 0 {
			checks = checks[:0]
			for _, x := range All() {
				checks = append(checks, x.Start(Attempt{Word: costWord}))
			}
		}
		e := events[i%len(events)]
		for _, c := range checks {
			c.Event(e)
			if c.Verdict().State == CantTell {
				b.Fatal("a proxy")
			}
		}
	}
}

// An event costs less than a millisecond for all exercises together, also the last of 5 000: what a
// check does must not grow with the log. The bound is generous for a busy machine.
func TestEventCost(t *testing.T) {
	events := busyLog(t)
	var checks []Check
	for _, x := range All() {
		checks = append(checks, x.Start(Attempt{Word: costWord}))
	}
	began := time.Now()
	for _, e := range events {
		for _, c := range checks {
			c.Event(e)
			_ = c.Verdict()
		}
	}
	each := time.Since(began) / time.Duration(len(events))
	t.Logf("%d exercises: %s an event", len(checks), each)
	if each > time.Millisecond {
		t.Errorf("%s an event for %d exercises; want under 1 ms", each, len(checks))
	}
}
