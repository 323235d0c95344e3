package exercise

// Captures that are made for an attempt: the same for the same word, and what is asked for is in them
// once, as tshark sees it too.

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"wireup/inspector"
	"wireup/inspector/capture"
)

func TestMadeCaptures(t *testing.T) {
	places := map[int]bool{}
	pingers := map[string]bool{}
	for _, noun := range nouns[:60] {
		a := Attempt{Word: noun + "-41"}
		for _, id := range []string{"find-101", "who-pinged"} {
			m, ok := MakeCapture(a, id)
			again, _ := MakeCapture(a, id)
			if !ok || !bytes.Equal(m.File, again.File) {
				t.Fatalf("%s for %s is not the same twice", id, a.Word)
			}
			rec, err := capture.ReadPackets(bytes.NewReader(m.File))
			if err != nil || rec.Broken != "" || !rec.Made {
				t.Fatalf("%s for %s: %v %+v", id, a.Word, err, rec)
			}
			switches, pings := 0, 0
			rec.Play(capture.Options{}, func(e *capture.Told) {
				if len(e.Violations) > 0 {
					t.Errorf("%s for %s breaks a rule: %v", id, a.Word, e.Violations)
				}
				if e.Kind == inspector.KindResponse && e.Head.Code == 101 {
					switches++
				}
				if e.Frame != nil && e.Frame.Opcode == inspector.OpPing {
					pings++
				}
			})
			if switches != 1 || m.Switch <= m.Asked || slices.Contains(m.Others, m.Switch) {
				t.Errorf("%s for %s: %d times 101, at %d after %d", id, a.Word, switches, m.Switch, m.Asked)
			}
			if id == "who-pinged" {
				if pingers[m.Pinged] = true; pings != 1 || m.Ping == m.Stray || m.Masked == "" || slices.Contains(m.Spoken, m.Ping) {
					t.Errorf("%s for %s: %d pings, %+v", id, a.Word, pings, m.Ping)
				}
				continue
			}
			places[m.Switch] = true
		}
	}
	if len(places) < 10 || len(pingers) != 2 {
		t.Errorf("the 101 stands at %d places, and %v ping: too easy to guess", len(places), pingers)
	}
	if _, ok := MakeCapture(Attempt{Word: "plum-41"}, "sniff"); ok {
		t.Error("a capture is made for an exercise that has none")
	}
}

func TestMadeCaptureInTshark(t *testing.T) {
	if _, err := exec.LookPath("tshark"); err != nil {
		t.Skip("no tshark here")
	}
	m, _ := MakeCapture(Attempt{Word: "plum-41"}, "find-101")
	file := filepath.Join(t.TempDir(), "made.pcapng")
	if err := os.WriteFile(file, m.File, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("tshark", "-r", file, "-Y", "http.response.code == 101 || tcp.analysis.flags || _ws.expert.severity >= 0x00600000", "-T", "fields", "-e", "frame.number").Output()
	if got := strings.TrimSpace(string(out)); err != nil || got != strconv.Itoa(m.Switch) {
		t.Errorf("tshark finds the 101, or a fault, at %q, %v; want %d alone", got, err, m.Switch)
	}
}
