package main

// wireup inspect, as it is called in a terminal: every form of file, every form of output.

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wireup/lessons/exercise"
)

// inspected runs wireup inspect and returns its exit status and what it printed.
func inspected(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, said bytes.Buffer
	status = run(context.Background(), append([]string{"inspect"}, args...), &out, &said)
	return status, out.String(), said.String()
}

func TestInspect(t *testing.T) {
	m, _ := exercise.MakeCapture(exercise.Attempt{Word: "plum-41"}, "who-pinged")
	dir := t.TempDir()
	file := filepath.Join(dir, "made.pcapng")
	cut := filepath.Join(dir, "cut.pcapng")
	text := filepath.Join(dir, "text.txt")
	for name, b := range map[string][]byte{file: m.File, cut: m.File[:len(m.File)/2], text: []byte("no hex, this")} {
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	status, out, said := inspected(t, file)
	if status != exitOK || said != "" || !strings.Contains(out, "HTTP/1.1 101 Switching Protocols") || !strings.Contains(out, `"`+m.Ping+`"`) || !strings.Contains(out, "A pcapng capture of ") {
		t.Errorf("text: %d %s%s", status, said, out)
	}

	status, out, said = inspected(t, "--json", file)
	pings, last := 0, 0
	for line := range strings.Lines(out) {
		var e struct {
			Seq, Packet int
			Frame       *struct{ Type, Text string }
		}
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if e.Seq != last+1 || e.Packet < 1 {
			t.Errorf("event %d follows %d, in packet %d", e.Seq, last, e.Packet)
		}
		last = e.Seq
		if e.Frame != nil && e.Frame.Type == "ping" {
			pings++
			if e.Frame.Text != m.Ping {
				t.Errorf("the ping carries %q, want %q", e.Frame.Text, m.Ping)
			}
		}
	}
	if status != exitOK || pings != 1 || !strings.HasPrefix(said, "A pcapng capture of ") {
		t.Errorf("JSON: %d, %d pings, %s", status, pings, said)
	}

	status, out, _ = inspected(t, "--fields", file)
	if rows := strings.Split(out, "\n"); status != exitOK || strings.Count(rows[0], "\t") != 6 || len(rows) < 8 {
		t.Errorf("fields: %d %s", status, out)
	}

	// What came before the break is printed, and the break is a fault.
	status, out, said = inspected(t, cut)
	if status != exitFault || !strings.Contains(out, "GET /chat") || !strings.HasPrefix(said, "wireup: the file breaks at packet ") {
		t.Errorf("cut: %d %s%s", status, said, out)
	}
	status, out, said = inspected(t, "../../content/recorded/spang.hex")
	if status != exitOK || !strings.Contains(out, `text frame, 5 bytes, masked  "Spang"`) {
		t.Errorf("hex: %d %s%s", status, said, out)
	}
	for _, args := range [][]string{{text}, {"--largest", "100", file}, {filepath.Join(dir, "nowhere")}} {
		if status, out, said = inspected(t, args...); status != exitFault || out != "" && args[0] != "--largest" || !strings.HasPrefix(said, "wireup: ") {
			t.Errorf("%v: %d %s%s", args, status, said, out)
		}
	}
	if !strings.Contains(inspectedSaid(t, "--largest", "100", file), "limit: --largest") {
		t.Error("a file that is too large does not name the limit")
	}
	for _, args := range [][]string{{}, {file, file}, {"--json", "--fields", file}} {
		if status, _, said = inspected(t, args...); status != exitUsage {
			t.Errorf("%v: %d %s", args, status, said)
		}
	}

	// What is no capture: the words say what it is, and what to do.
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	_, _ = z.Write(m.File)
	_ = z.Close()
	for _, tt := range []struct {
		name string
		file []byte
		want string // "" for what is read
	}{
		{"in gzip", zipped.Bytes(), ""},
		{"in half a gzip", zipped.Bytes()[:zipped.Len()/2], "wireup: the file breaks at packet"},
		{"gzip and no more", zipped.Bytes()[:5], "can't be unpacked"},
		{"empty", nil, "this file is empty"},
		{"in zstd", []byte("\x28\xb5\x2f\xfd..."), "unpack it first, with unzstd"},
		{"a picture", []byte("\xff\xd8\xff\xe0\x00\x10JFIF"), "it is binary"},
	} {
		if err := os.WriteFile(text, tt.file, 0o600); err != nil {
			t.Fatal(err)
		}
		status, out, said := inspected(t, text)
		if tt.want == "" && (status != exitOK || !strings.Contains(out, m.Ping)) || tt.want != "" && (status != exitFault || !strings.Contains(said, tt.want)) {
			t.Errorf("%s: %d %s%s, want %q", tt.name, status, said, out, tt.want)
		}
	}

	// Standard input.
	var got bytes.Buffer
	f := &inspectFlags{largest: inspectFile}
	if err := f.inspect(bytes.NewReader(m.File), &got, &got); err != nil || !strings.Contains(got.String(), m.Ping) {
		t.Errorf("from a reader: %v %s", err, got.String())
	}
}

func inspectedSaid(t *testing.T, args ...string) string {
	_, _, said := inspected(t, args...)
	return said
}
