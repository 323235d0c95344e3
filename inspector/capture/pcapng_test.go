package capture

// What is written where a log isn't whole, or addresses are not to be had, read by real tshark.

import (
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wireup/inspector"
)

// ask runs tshark on file and returns what it prints.
func ask(t *testing.T, file string, args ...string) string {
	t.Helper()
	out, err := exec.Command("tshark", append([]string{"-r", file}, args...)...).Output()
	if err != nil {
		t.Fatalf("tshark %v: %v", args, err)
	}
	return string(out)
}

// conversation feeds s a handshake and a greeting, with a body between them that no preview holds.
func conversation(s *inspector.Session, at time.Time) {
	s.Observe(at, inspector.Up, []byte(upgrade))
	s.Observe(at, inspector.Down, []byte(accepted))
	s.Observe(at.Add(time.Millisecond), inspector.Up, []byte("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"))
	s.Observe(at.Add(2*time.Millisecond), inspector.Down, []byte("\x81\x05Hello"))
}

func TestWriterWithHoles(t *testing.T) {
	file := filepath.Join(t.TempDir(), "log.pcapng")
	out, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	w, err := NewWriter(out, netip.MustParseAddrPort("192.0.2.1:8080"), "A test.")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Unix(1_800_000_000, 123_456_789)
	same := netip.MustParseAddrPort("192.0.2.7:50000")
	for conn, h := range map[int]Headline{
		1: {Client: same, Text: "One.", Whole: true},
		2: {Client: same, Text: "Two, from the same port.", Whole: true},
		3: {Client: netip.MustParseAddrPort("[2001:db8::7%eth0]:50000"), Text: "Three, over IPv6.", Whole: true},
		4: {Text: "Four, over a Unix socket.", Whole: true},
		5: {Client: netip.MustParseAddrPort("192.0.2.9:50077"), Text: "Five, begun long ago."},
	} {
		if err := w.Begin(conn, at, h); err != nil {
			t.Fatal(err)
		}
	}
	for conn, how := range map[int]inspector.Ending{1: inspector.EndServer, 2: inspector.EndAborted, 3: inspector.EndClient, 4: inspector.EndTimeout, 5: inspector.EndServer} {
		s := inspector.NewSession(inspector.Options{}, func(e *inspector.Event) {
			if conn == 5 && e.Head != nil {
				return // out of the log
			}
			if err := w.Write(conn, e.Clone()); err != nil {
				t.Error(err)
			}
		})
		conversation(s, at)
		s.Ended(at.Add(time.Second), how, nil)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	if odd := ask(t, file, "-Y", "tcp.analysis.flags"); odd != "" {
		t.Errorf("tcp.analysis.flags matches:\n%s", odd)
	}
	if odd := ask(t, file, "-Y", "_ws.expert.severity >= 0x00600000 && !tcp.flags.reset == 1"); odd != "" {
		t.Errorf("warnings:\n%s", odd)
	}
	if got := ask(t, file, "-Y", "websocket", "-T", "fields", "-e", "websocket.payload.text"); got != strings.Repeat("Hello\n", 8) {
		t.Errorf("texts of four connections that are whole: %q", got)
	}
	if got := ask(t, file, "-d", "tcp.port==50077,websocket", "-Y", "websocket && tcp.port == 50077", "-T", "fields", "-e", "websocket.payload.text"); got != "Hello\nHello\n" {
		t.Errorf("texts of the one that is not, after Decode As: %q", got)
	}
	if got := ask(t, file, "-Y", `frame.comment contains "Decode As"`, "-T", "fields", "-e", "tcp.port"); got != "50077,8080\n" {
		t.Errorf("the advice to decode stands on ports %q", got)
	}
	if got := ask(t, file, "-Y", "tcp.flags.syn == 1 && tcp.flags.ack == 0", "-T", "fields", "-e", "tcp.srcport"); len(strings.Fields(got)) != 4 || strings.Count(got, "50000") != 2 {
		t.Errorf("handshakes from ports %q", got)
	}
	if got := ask(t, file, "-Y", "tcp.flags.reset == 1", "-T", "fields", "-e", "tcp.srcport"); got != "8080\n" {
		t.Errorf("resets from ports %q", got)
	}
	if got := ask(t, file, "-Y", "tcp.flags.fin == 1 && ipv6", "-T", "fields", "-e", "ipv6.src"); !strings.HasPrefix(got, "2001:db8::7\n") {
		t.Errorf("of the one over IPv6 the client closed first; FINs from %q", got)
	}
	if got := ask(t, file, "-c", "1", "-T", "fields", "-e", "frame.time_epoch"); !strings.HasPrefix(got, "1800000000.123456789") {
		t.Errorf("the first time is %s", got)
	}
}
