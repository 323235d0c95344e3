package handlers

// The log as files, read by real tshark: every frame's fields are what our own decoder says.

import (
	"bytes"
	"compress/flate"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"wireup/inspector"
	"wireup/wire"
)

// fill has the wire carry what a capture can hold: requests with short and long answers, frames of
// every kind and length, split messages, compression, and each way to end.
func (s *echoServer) fill(t *testing.T) {
	t.Helper()
	for _, target := range []string{"/lab/request/hello?wire=" + string(echoID), "/lab/request/again?wire=" + string(echoID)} {
		s.asked(t, "GET "+target+" HTTP/1.1\r\nHost: "+s.addr+"\r\nConnection: close\r\n\r\n")
	}
	long := strings.Repeat("0123456789", 7000)
	c := s.open("/echo?breakdown=off&wire="+string(echoID), "")
	for _, f := range []struct {
		first byte
		text  string
	}{
		{0x81, "Hello"}, {0x82, "\x00\xff"}, {0x81, ""}, {0x89, "are you there"}, {0x8a, "unasked"},
		{0x81, long[:126]}, {0x82, long[:600]}, {0x81, long[:1500]}, {0x01, "frag"}, {0x89, ""}, {0x00, "men"}, {0x80, "ted"},
		{0x82, long}, {0x81, "Grüße"},
	} {
		c.send(frameOf(f.first, f.text))
		if f.first&0xf != 10 {
			c.frame64(t)
		}
	}
	c.send(frameOf(0x88, "\x03\xe8bye"))
	c.end0(t)

	squeezed := s.open("/echo?breakdown=off&deflate=on&wire="+string(echoID), "Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover; server_no_context_takeover\r\n")
	var b bytes.Buffer
	z, _ := flate.NewWriter(&b, 9)
	fmt.Fprint(z, strings.Repeat("again and ", 30))
	z.Flush()
	squeezed.send(frameOf(0xc1, string(b.Bytes()[:b.Len()-4])))
	squeezed.frame64(t)
	if err := squeezed.Conn.(interface{ SetLinger(int) error }).SetLinger(0); err != nil {
		t.Fatal(err)
	}
	squeezed.Close()

	wrong := s.open("/echo?breakdown=off&wire="+string(echoID), "")
	wrong.send("\x83\x80\x01\x02\x03\x04") // a reserved opcode: answered by 1002
	wrong.end0(t)
}

// frameOf is a client's frame, by hand.
func frameOf(first byte, text string) string {
	key := [4]byte{0x37, 0xfa, 0x21, 0x3d}
	b := []byte{first}
	switch n := len(text); {
	case n < 126:
		b = append(b, 0x80|byte(n))
	case n < 1<<16:
		b = append(b, 0xfe, byte(n>>8), byte(n))
	default:
		b = append(b, 0xff, 0, 0, 0, 0, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	}
	b = append(b, key[:]...)
	for i := range len(text) {
		b = append(b, text[i]^key[i%4])
	}
	return string(b)
}

// frame64 reads one frame of any length.
func (c *rawClient) frame64(t *testing.T) {
	t.Helper()
	front, err := c.r.Peek(2)
	if err != nil {
		t.Fatal(err)
	}
	size := map[byte]int{126: 4, 127: 10}[front[1]]
	if size == 0 {
		size = 2
	}
	head := make([]byte, size)
	if _, err := io.ReadFull(c.r, head); err != nil {
		t.Fatal(err)
	}
	h, _, _ := inspector.ParseHeader(head)
	if _, err := io.CopyN(io.Discard, c.r, int64(h.Length)); err != nil {
		t.Fatal(err)
	}
}

// end0 reads to the end of the connection, whatever comes before it, and closes.
func (c *rawClient) end0(t *testing.T) {
	t.Helper()
	if _, err := io.Copy(io.Discard, c.r); err != nil {
		t.Fatal(err)
	}
	c.Close()
}

// closedLog waits until n connections of the wire are over, and returns its log.
func (s *echoServer) closedLog(t *testing.T, n int) []*wire.Event {
	t.Helper()
	log, stop := s.hub.Follow(echoID)
	defer stop()
	for {
		changed := log.Changed()
		events, _ := log.After(0, 5000)
		over := 0
		for _, e := range events {
			if e.Kind == inspector.KindClose {
				over++
			}
		}
		if over >= n {
			return events
		}
		<-changed
	}
}

// tshark runs it on a file.
func tshark(t *testing.T, file string, args ...string) string {
	t.Helper()
	var said bytes.Buffer
	cmd := exec.Command("tshark", append([]string{"-r", file, "-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE"}, args...)...)
	cmd.Stderr = &said
	out, err := cmd.Output()
	for line := range strings.Lines(said.String()) {
		if !strings.Contains(line, "Running as user") {
			t.Errorf("tshark says: %s", line)
		}
	}
	if err != nil {
		t.Fatalf("tshark %v: %v", args, err)
	}
	return string(out)
}

// download keeps a file of the log.
func (s *echoServer) download(t *testing.T, name string) string {
	t.Helper()
	res, err := http.Get("http://" + s.addr + "/wire/" + string(echoID) + "/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != 200 || !strings.Contains(res.Header.Get("Content-Disposition"), "wireup-"+string(echoID)) {
		t.Fatalf("%s: %v %v %s", name, res.Status, err, res.Header)
	}
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// pdml is what tshark makes of packets: fields with fields in them.
type pdml struct {
	Packets []struct {
		Protocols []pdmlField `xml:"proto"`
	} `xml:"packet"`
}

type pdmlField struct {
	Name   string      `xml:"name,attr"`
	Show   string      `xml:"show,attr"`
	Value  string      `xml:"value,attr"`
	At     int         `xml:"pos,attr"`
	Size   int         `xml:"size,attr"`
	Fields []pdmlField `xml:"field"`
	Inner  []pdmlField `xml:"proto"`
}

// all calls f for p and all that is in it.
func (p pdmlField) all(f func(pdmlField)) {
	f(p)
	for _, x := range append(p.Fields, p.Inner...) {
		x.all(f)
	}
}

// rows are the frames that tshark has found, a line each.
func rows(t *testing.T, text string) (lines []string) {
	t.Helper()
	var doc pdml
	if err := xml.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatal(err)
	}
	for _, packet := range doc.Packets {
		has := map[string]pdmlField{}
		for _, p := range packet.Protocols {
			if p.Name == "tcp" || p.Name == "websocket" {
				p.all(func(f pdmlField) { has[f.Name] = f })
			}
		}
		if _, ok := has["websocket.opcode"]; !ok {
			continue
		}
		length, form := has["websocket.payload_length"].Show, 7
		if f, ok := has["websocket.payload_length_ext_16"]; ok {
			length, form = f.Show, 16
		} else if f, ok := has["websocket.payload_length_ext_64"]; ok {
			length, form = f.Show, 64
		}
		p, ok := has["websocket.masked_payload"]
		if !ok {
			p = has["websocket.payload"]
		}
		payload := "" // where it stands in the packet's bytes
		if from := 2 * (p.At - has["tcp.payload"].At); p.Size > 0 && from+2*p.Size <= len(has["tcp.payload"].Value) {
			payload = has["tcp.payload"].Value[from : from+2*p.Size]
		}
		rsv, _ := strconv.ParseUint(has["websocket.rsv"].Show, 0, 8)
		lines = append(lines, fmt.Sprintf("stream %s fin %s rsv %d opcode %s mask %s key %s length %s form %d payload %s", has["tcp.stream"].Show,
			has["websocket.fin"].Show, rsv>>4&7|rsv&7, has["websocket.opcode"].Show, has["websocket.mask"].Show, has["websocket.masking_key"].Value, length, form, payload))
	}
	return lines
}

// frames are the frames of our own log, in the same lines.
func frames(events []*wire.Event) (lines []string) {
	bit := map[bool]int{true: 1}
	for _, e := range events {
		f := e.Frame
		if f == nil {
			continue
		}
		key := ""
		if f.Masked {
			key = hex.EncodeToString(f.Key[:])
		}
		payload := hex.EncodeToString(f.Payload)
		if e.Truncated && !f.Masked {
			payload = "" // of a packet that was cut short tshark gives what is masked only
		}
		lines = append(lines, fmt.Sprintf("stream %d fin %d rsv %d opcode %d mask %d key %s length %d form %d payload %s", e.Conn-1,
			bit[f.Fin], f.RSV, f.Opcode, bit[f.Masked], key, f.Length, f.LengthForm(), payload))
	}
	return lines
}

func TestPcapngInTshark(t *testing.T) {
	s := startEcho(t, DefaultLimits())
	s.fill(t)
	events := s.closedLog(t, 5)
	file := s.download(t, "log.pcapng")
	got, want := rows(t, tshark(t, file, "-T", "pdml", "-Y", "websocket")), frames(events)
	for i := range max(len(got), len(want)) {
		g, w := "nothing", "nothing"
		if i < len(got) {
			g = got[i]
		}
		if i < len(want) {
			w = want[i]
		}
		if g != w {
			t.Errorf("frame %d: tshark says\n%.200s\nand the log\n%.200s", i+1, g, w)
		}
	}
	if len(want) < 30 {
		t.Errorf("the log holds %d frames only", len(want))
	}
	if odd := tshark(t, file, "-Y", "tcp.analysis.flags"); odd != "" {
		t.Errorf("tcp.analysis.flags matches:\n%s", odd)
	}
	if odd := tshark(t, file, "-Y", "tcp.checksum.status == 0 || ip.checksum.status == 0"); odd != "" {
		t.Errorf("wrong checksums:\n%s", odd)
	}
	// A reset is a warning to tshark whoever sends one, and this client did; nothing else may be.
	if odd := tshark(t, file, "-Y", "_ws.expert.severity >= 0x00600000 && !tcp.flags.reset == 1"); odd != "" {
		t.Errorf("warnings:\n%s", odd)
	}
	if got := tshark(t, file, "-Y", "tcp.flags.reset == 1", "-T", "fields", "-e", "tcp.stream"); got != "3\n" {
		t.Errorf("streams with a reset: %q, want that of connection 4", got)
	}
	heads := strings.Fields(tshark(t, file, "-Y", "http", "-T", "fields", "-E", "separator=,", "-e", "tcp.stream", "-e", "http.request.method", "-e", "http.response.code"))
	slices.Sort(heads)
	if got := strings.Join(heads, " "); got != "0,,200 0,GET, 1,,200 1,GET, 2,,101 2,GET, 3,,101 3,GET, 4,,101 4,GET," {
		t.Errorf("http: %s", got)
	}
	if said, err := exec.Command("capinfos", file).Output(); err != nil || !bytes.Contains(said, []byte("are not real")) {
		t.Errorf("capinfos: %v %s", err, said)
	}
}

func TestHAR(t *testing.T) {
	s := startEcho(t, DefaultLimits())
	s.fill(t)
	s.closedLog(t, 5)
	b, err := os.ReadFile(s.download(t, "log.har"))
	if err != nil {
		t.Fatal(err)
	}
	var har struct {
		Log struct {
			Entries []struct {
				Request struct {
					Method, URL string
					HeadersSize int
				}
				Response struct {
					Status  int
					Content struct{ Text string }
				}
				Kind     string `json:"_resourceType"`
				Messages []struct {
					Type, Data string
					Opcode     int
					Time       float64
					Length     int  `json:"_length"`
					Truncated  bool `json:"_truncated"`
				} `json:"_webSocketMessages"`
				Control []struct{ Opcode int } `json:"_webSocketControlFrames"`
			}
		}
	}
	if err := json.Unmarshal(b, &har); err != nil {
		t.Fatal(err)
	}
	e := har.Log.Entries
	if len(e) != 5 || e[0].Request.Method != "GET" || e[0].Response.Status != 200 || e[0].Response.Content.Text == "" || e[0].Request.HeadersSize < 30 {
		t.Fatalf("%+v", e)
	}
	chat := e[2]
	if chat.Kind != "websocket" || !strings.HasPrefix(chat.Request.URL, "ws://"+s.addr+"/echo") || chat.Response.Status != 101 {
		t.Errorf("%+v", chat)
	}
	texts := ""
	for _, m := range chat.Messages {
		texts += fmt.Sprintf("%s %d %.12s %d;", m.Type, m.Opcode, m.Data, m.Length)
	}
	for _, want := range []string{"send 1 Hello 0;receive 1 Hello 0;", "send 2 AP8= 0;", "send 1 fragmented 0;receive 1 fragmented 0;", "send 2 MDEyMzQ1Njc4 70000;", "send 1 Grüße 0;"} {
		if !strings.Contains(texts, want) {
			t.Errorf("%q is missing in %s", want, texts)
		}
	}
	if len(chat.Control) != 7 { // two pings and their pongs, one pong more, and a close each way
		t.Errorf("control frames: %+v", chat.Control)
	}
	if m := e[3].Messages; len(m) != 2 || m[0].Data != strings.Repeat("again and ", 30) || m[1].Data != m[0].Data {
		t.Errorf("compressed: %+v", m)
	}
}
