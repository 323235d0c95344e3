package handlers

// POST /dissect with captures and HARs, over a real listener.

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
)

// recordingAnswer is the answer to a capture, as far as the tests look at it.
type recordingAnswer struct {
	Took, Form, Why, Broken string
	Notes                   []string
	Events                  []struct {
		Seq, Conn           int
		Kind, Summary, Note string
		Gap                 bool
		Fields              []struct{ Name string }
	}
	Packets []int
	Conns   []struct {
		Name   string
		Joined bool
	}
	Earlier, Omitted int
	Error            string
}

// upload posts a file.
func (s *echoServer) upload(t *testing.T, query, kind string, file []byte) (int, recordingAnswer) {
	t.Helper()
	res, err := http.Post("http://"+s.addr+"/dissect"+query, kind, bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	var a recordingAnswer
	if err := json.Unmarshal(b, &a); err != nil {
		t.Fatalf("%s: %v", b, err)
	}
	return res.StatusCode, a
}

func TestDissectFiles(t *testing.T) {
	s := startEcho(t, DefaultLimits())
	s.fill(t)
	s.closedLog(t, 5)
	for _, name := range []string{"log.pcapng", "log.har"} {
		file, err := os.ReadFile(s.download(t, name))
		if err != nil {
			t.Fatal(err)
		}
		code, a := s.upload(t, "", "application/octet-stream", file)
		if code != 200 || a.Took != "capture" || len(a.Conns) != 5 || len(a.Packets) != len(a.Events) || a.Broken != "" || a.Omitted != 0 {
			t.Fatalf("%s: %d %+v", name, code, a)
		}
		said := ""
		for _, e := range a.Events {
			said += e.Summary + "\n"
			if e.Kind == "frame" && len(e.Fields) < 7 {
				t.Errorf("%s: event %d has fields %v", name, e.Seq, e.Fields)
			}
		}
		for _, want := range []string{"GET /lab/request/hello", "text frame, 5 bytes, masked\n", "pong frame, 13 bytes", "binary frame, 70000 bytes, masked"} {
			if name == "log.har" {
				want = strings.Replace(want, "70000", "512", 1) // as much as the log keeps
			}
			if !strings.Contains(said, want) {
				t.Errorf("%s: no event %q in\n%s", name, want, said)
			}
		}
		code, rest := s.upload(t, "?after=10", "", file)
		if code != 200 || rest.Earlier != 10 || rest.Events[0].Seq != 11 || len(rest.Events) != len(a.Events)-10 {
			t.Errorf("%s after 10: %d %d %+v", name, code, len(rest.Events), rest.Events[0])
		}
		// Cut anywhere, what came before is there and the place of the break is named.
		code, a = s.upload(t, "", "", file[:len(file)*2/3])
		if code != 200 || !strings.Contains(a.Broken, " breaks at ") || len(a.Events) < 5 || !strings.Contains(a.Why, a.Broken) {
			t.Errorf("%s cut off: %d %+v", name, code, a)
		}
	}
}

func TestDissectFileRefusals(t *testing.T) {
	l := DefaultLimits()
	l.Capture = 2000
	s := startEcho(t, l)
	zipped := func(text string) string {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, _ = z.Write([]byte(text))
		_ = z.Close()
		return b.String()
	}
	magic := "\x0a\x0d\x0d\x0a"
	for _, tt := range []struct {
		name, query, kind, file string
		code                    int
		says                    string
	}{
		{"too large", "", "", `{"log": {"entries": [` + strings.Repeat(" ", 3000) + "]}}", 413, "limit: --capture-file"},
		{"too large when it is unpacked", "", "", zipped(`{"log": {"entries": [` + strings.Repeat(" ", 3000) + "]}}"), 413, "Unpacked, the file is larger than"},
		{"gzip that breaks off", "", "", zipped("{}")[:5], 400, "can't be unpacked"},
		{"gzip of text", "", "", zipped("81 05"), 400, "these bytes begin no capture"},
		{"a picture", "", "application/octet-stream", "\xff\xd8\xff\xe0\x00\x10JFIF", 400, "it is binary"},
		{"zstd", "", "application/octet-stream", "\x28\xb5\x2f\xfd", 400, "unpack it first, with unzstd"},
		{"nothing behind the magic", "", "application/x-pcapng", magic, 400, "the file breaks before its first packet: it ends in the middle"},
		{"JSON that is no HAR", "", "application/json", `{"a": 1}`, 400, "no list of log.entries"},
		{"a query for hex", "?as=frames", "", `{"log": {"entries": []}}`, 400, "knows no as"},
		{"an odd number", "?after=x", "", `{"log": {"entries": []}}`, 400, "no number of an event"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if code, a := s.upload(t, tt.query, tt.kind, []byte(tt.file)); code != tt.code || !strings.Contains(a.Error, tt.says) {
				t.Errorf("%d %+v; want %d and %q", code, a, tt.code, tt.says)
			}
		})
	}
	if code, a := s.upload(t, "", "", []byte(`{"log": {"entries": []}}`)); code != 200 || len(a.Events) != 0 || !strings.HasPrefix(a.Why, "A HAR of 0 entries with 0 connections") {
		t.Errorf("an empty HAR: %d %+v", code, a)
	}
	if code, a := s.upload(t, "", "", []byte(zipped(`{"log": {"entries": []}}`))); code != 200 || !strings.HasPrefix(a.Why, "A HAR of 0 entries") {
		t.Errorf("an empty HAR in gzip: %d %+v", code, a)
	}
	for _, tt := range []struct {
		from []string
		says string
	}{
		{[]string{"192.0.2.1:1", "192.0.2.1:2", "192.0.2.2:1", "192.0.2.2:2"}, "(--captures)"},
		{[]string{"127.0.0.1:1", "127.0.0.1:2"}, "for one address, which is the limit (half of --captures)"},
	} {
		var over []func()
		for _, from := range tt.from {
			done, err := s.beginCapture(&http.Request{RemoteAddr: from})
			if err != nil {
				t.Fatal(err)
			}
			over = append(over, done)
		}
		if code, a := s.upload(t, "", "", []byte(`{"log": {"entries": []}}`)); code != 429 || !strings.Contains(a.Error, tt.says) {
			t.Errorf("while %v are at work: %d %+v", tt.from, code, a)
		}
		for _, done := range over {
			done()
		}
	}
}

// What says of itself that it is too large is refused before it is sent.
func TestDissectRefusesEarly(t *testing.T) {
	s := startEcho(t, DefaultLimits())
	for _, tt := range []struct{ path, length, front, says string }{
		{"/dissect", "67108865", "", "--capture-file"},
		{capturePath + "free?wire=" + string(labID), "67108865", "", "--capture-file"},
		{"/dissect", "1048577", "8105", "--capture-hex"},
	} {
		c := s.dial(t)
		c.send("POST " + tt.path + " HTTP/1.1\r\nHost: " + s.addr + "\r\nContent-Type: text/plain\r\nExpect: 100-continue\r\nContent-Length: " + tt.length + "\r\n\r\n")
		if tt.front != "" {
			if head := c.head(); !strings.Contains(head, " 100 ") {
				t.Fatalf("%s is not asked for: %s", tt.length, head)
			}
			c.send(tt.front)
		}
		if code, body := c.answered(); code != 413 || !strings.Contains(string(body), tt.says) {
			t.Errorf("%s of %s bytes: %d %s", tt.path, tt.length, code, body)
		}
	}
}
