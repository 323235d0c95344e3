package capture

// A HAR in: as Chrome writes one, as our own writer does, and broken ones.

import (
	"bytes"
	"net/netip"
	"strings"
	"testing"
	"time"

	"wireup/inspector"
)

// chrome is what DevTools saves, shortened.
const chrome = `{"log": {"version": "1.2", "creator": {"name": "WebInspector", "version": "537.36"}, "pages": [], "entries": [
{"_connectionId": "12", "_initiator": {"type": "other"}, "_resourceType": "document", "cache": {}, "connection": "8080",
 "request": {"method": "GET", "url": "https://example.com/a?b=c", "httpVersion": "h2", "headers": [{"name": ":authority", "value": "example.com"}, {"name": "accept", "value": "*/*"}], "queryString": [], "cookies": [], "headersSize": -1, "bodySize": 0},
 "response": {"status": 200, "statusText": "", "httpVersion": "h2", "headers": [{"name": "content-encoding", "value": "br"}, {"name": "content-length", "value": "99"}], "cookies": [], "content": {"size": 5, "mimeType": "text/plain", "text": "Hello"}, "redirectURL": "", "headersSize": -1, "bodySize": -1, "_transferSize": 99},
 "serverIPAddress": "[2001:db8::1]", "startedDateTime": "2026-11-25T20:00:00.000Z", "time": 5, "timings": {"blocked": -1, "send": 1, "wait": 2.5, "receive": 1}},
{"_resourceType": "websocket", "_webSocketMessages": [{"type": "send", "time": 1795636801.5, "opcode": 1, "data": "Grüße"}, {"type": "receive", "time": 1795636801.25, "opcode": 2, "data": "AP8="}],
 "request": {"method": "GET", "url": "ws://localhost:8080/echo", "httpVersion": "HTTP/1.1", "headers": [{"name": "Upgrade", "value": "websocket"}, {"name": "Connection", "value": "Upgrade"}], "queryString": [], "cookies": [], "headersSize": 500, "bodySize": 0},
 "response": {"status": 101, "statusText": "Switching Protocols", "httpVersion": "HTTP/1.1", "headers": [{"name": "Upgrade", "value": "websocket"}, {"name": "Connection", "value": "Upgrade"}], "cookies": [], "content": {"size": 0, "mimeType": "x-unknown"}, "redirectURL": "", "headersSize": 129, "bodySize": 0},
 "startedDateTime": "2026-11-25T20:00:01.000Z", "time": 500, "timings": {}}
]}}`

const chromeTold = `1 up GET /a?b=c HTTP/1.1
1 down HTTP/1.1 200 
1 down body, 5 bytes
2 up GET /echo HTTP/1.1
2 down HTTP/1.1 101 Switching Protocols
2 down binary frame, 2 bytes =` + "\x00\xff" + `
2 up text frame, 7 bytes, masked =Grüße
`

func TestHARFromChrome(t *testing.T) {
	r, err := ReadHAR(strings.NewReader(chrome))
	if err != nil || r.Broken != "" || r.Packets != 2 {
		t.Fatalf("%v %+v", err, r)
	}
	if got := play(r); got != chromeTold {
		t.Errorf("told\n%q\nwant\n%q", got, chromeTold)
	}
	notes := ""
	r.Play(Options{}, func(e *Told) { notes += e.Note + "\n" })
	for _, want := range []string{"This crossed as h2", "Rebuilt from what the HAR says", "nobody knows the masking key"} {
		if !strings.Contains(notes, want) {
			t.Errorf("no note says %q:\n%s", want, notes)
		}
	}
}

func TestHARBroken(t *testing.T) {
	r, err := ReadHAR(strings.NewReader(chrome[:len(chrome)-300]))
	if err != nil || r.Packets != 1 || !strings.HasPrefix(r.Broken, "The HAR breaks at entry 2, byte ") || !strings.Contains(play(r), "1 down body, 5 bytes\n") {
		t.Errorf("%v %+v", err, r)
	}
	for _, text := range []string{"", "{}", "[1]", `{"log": 1}`, `{"log": {"entries": {}}}`} {
		if r, err := ReadHAR(strings.NewReader(text)); err == nil {
			t.Errorf("%q: %+v; want an error", text, r)
		}
	}
}

func TestHARWrittenIsRead(t *testing.T) {
	w := NewHARWriter(netip.MustParseAddrPort("127.0.0.1:80"))
	s := inspector.NewSession(inspector.Options{}, func(e *inspector.Event) { w.Add(1, e) })
	at := time.Unix(1_800_000_000, 0)
	conversation(s, at)
	s.Observe(at.Add(time.Second), inspector.Up, []byte("\x89\x82\x00\x00\x00\x00hi"))
	s.Observe(at.Add(2*time.Second), inspector.Up, []byte("\x88\x82\x00\x00\x00\x00\x03\xe8"))
	s.Ended(at.Add(3*time.Second), inspector.EndServer, nil)
	var out bytes.Buffer
	if err := w.Write(&out); err != nil {
		t.Fatal(err)
	}
	r, err := ReadHAR(&out)
	if err != nil {
		t.Fatal(err)
	}
	want := "1 up GET /chat HTTP/1.1\n1 down HTTP/1.1 101 Switching Protocols\n1 up text frame, 5 bytes, masked =Hello\n1 down text frame, 5 bytes =Hello\n" +
		"1 up ping frame, 2 bytes, masked =hi\n1 up close frame, 2 bytes, masked, 1000 normal closure\n"
	if got := play(r); got != want {
		t.Errorf("told\n%s\nwant\n%s", got, want)
	}
}

func FuzzReadHAR(f *testing.F) {
	f.Add(chrome)
	f.Fuzz(func(t *testing.T, text string) {
		if r, err := ReadHAR(strings.NewReader(text)); err == nil {
			r.Play(Options{}, func(e *Told) { _ = inspector.Sentence(e.Event) })
		}
	})
}

// A HAR without the server's address names the host, and a clock that was set back changes no order.
func TestHARWithoutAddresses(t *testing.T) {
	r, err := ReadHAR(strings.NewReader(`{"log": {"entries": [{"startedDateTime": "2026-11-20T10:00:00Z",
		"request": {"method": "GET", "url": "ws://example.com/chat", "httpVersion": "HTTP/1.1", "headers": [{"name": "Upgrade", "value": "websocket"}, {"name": "Connection", "value": "Upgrade"}]},
		"response": {"status": 101, "statusText": "Switching Protocols", "httpVersion": "HTTP/1.1", "headers": [{"name": "Upgrade", "value": "websocket"}, {"name": "Connection", "value": "Upgrade"}]},
		"_webSocketMessages": [{"type": "receive", "time": 1763632800, "opcode": 1, "data": "early"}]}]}}`))
	if err != nil || r.Conns[0].String() != "to example.com" {
		t.Fatalf("%v %v", err, r.Conns)
	}
	if got := play(r); !strings.HasPrefix(got, "1 up GET /chat") || !strings.Contains(got, "1 down text frame, 5 bytes =early") {
		t.Errorf("told\n%s", got)
	}
}

// What a file says of itself never reaches a terminal as an order.
func TestHARObeyedByNoTerminal(t *testing.T) {
	r, err := ReadHAR(strings.NewReader(`{"log":{"entries":[{"request":{"httpVersion":"\u001b[2J"},"response":{"status":200,"statusText":"\u001b[2J"}},{"request":{"headers":"\u001b"}}]}}`))
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := r.WriteText(&out, Options{}); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); strings.Contains(got, "\x1b") || strings.Count(got, `\x1b`) != 3 {
		t.Errorf("it says\n%q", got)
	}
	if _, err := ReadHAR(strings.NewReader(`{"log":"\u001b[2J"}`)); err == nil || strings.Contains(err.Error(), "\x1b") {
		t.Errorf("it says %v", err)
	}
}
