package capture

// A log written as a HAR file: one entry a request, with the messages of a connection that switched.

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"wireup/inspector"
)

// HARWriter gathers events into a HAR. Add them in order, then Write.
type HARWriter struct {
	server  netip.AddrPort
	servers map[int]netip.AddrPort
	entries []*harExchange
	open    map[harKey]*harExchange
	omitted int // events that belong to no request that is kept
}

type harKey struct{ conn, exchange int }

// harExchange is an entry in the making.
type harExchange struct {
	harEntry
	began, sent, answered, ended time.Time
	bodies                       [2][]byte // by direction
	sizes                        [2]uint64
	cut                          [2]bool
	switched                     bool
	parts                        [2]harPart // the messages in progress
}

type harPart struct {
	data []byte
	size uint64
	cut  bool
}

// NewHARWriter makes one; server is the address that answered, where Begin names no other.
func NewHARWriter(server netip.AddrPort) *HARWriter {
	return &HARWriter{server: server, servers: make(map[int]netip.AddrPort), open: make(map[harKey]*harExchange)}
}

// Begin says which address a connection's client has reached.
func (w *HARWriter) Begin(conn int, server netip.AddrPort) { w.servers[conn] = server }

func (w *HARWriter) serverOf(conn int) netip.AddrPort {
	if server, ok := w.servers[conn]; ok {
		return server
	}
	return w.server
}

// Add adds an event of a connection.
func (w *HARWriter) Add(conn int, e *inspector.Event) {
	key := harKey{conn, e.Exchange}
	if e.Kind == inspector.KindRequest {
		x := w.begin(conn, e)
		w.open[key] = x
		w.entries = append(w.entries, x)
		return
	}
	x := w.open[key]
	if x == nil {
		if e.Kind != inspector.KindOpen && e.Kind != inspector.KindClose {
			w.omitted++
		}
		return
	}
	if e.Kind != inspector.KindClose {
		x.ended = e.At
	}
	switch e.Kind {
	case inspector.KindResponse:
		x.answer(e)
	case inspector.KindBody:
		i := index(e.Direction)
		x.bodies[i] = append(x.bodies[i], e.Body.Data.Of(e.Bytes)...)
		x.sizes[i] += e.Payload()
		x.cut[i] = x.cut[i] || e.Truncated
		if i == 0 {
			x.sent = e.At
		}
	case inspector.KindFrame:
		x.frame(e)
	case inspector.KindBytes:
		w.omitted++
	}
}

func (w *HARWriter) begin(conn int, e *inspector.Event) *harExchange {
	h := e.Head
	target := string(h.Target.Of(h.Raw))
	host, ok := h.Get("Host")
	if !ok || host == "" {
		host = w.serverOf(conn).String()
	}
	x := &harExchange{began: e.Began, sent: e.At, ended: e.At}
	x.Connection = strconv.Itoa(conn)
	x.Started = e.Began.UTC().Format(time.RFC3339Nano)
	x.ServerAddress = w.serverOf(conn).Addr().String()
	x.Request = harRequest{
		Method: string(h.Method.Of(h.Raw)), URL: "http://" + host + target, HTTPVersion: string(h.Version.Of(h.Raw)),
		Headers: fieldsOf(h), Query: queryFields(target), Cookies: []harField{}, HeadersSize: int64(len(h.Raw)),
	}
	x.Response = harResponse{Headers: []harField{}, Cookies: []harField{}, HeadersSize: -1, BodySize: -1}
	return x
}

func fieldsOf(h *inspector.Head) []harField {
	fields := make([]harField, 0, len(h.Fields))
	for _, f := range h.Fields {
		fields = append(fields, harField{valid(f.Name.Of(h.Raw)), valid(f.Value.Of(h.Raw))})
	}
	return fields
}

func queryFields(target string) []harField {
	fields := []harField{}
	_, query, _ := strings.Cut(target, "?")
	for query != "" {
		var pair string
		pair, query, _ = strings.Cut(query, "&")
		name, value, _ := strings.Cut(pair, "=")
		if n, err := url.QueryUnescape(name); err == nil {
			name = n
		}
		if v, err := url.QueryUnescape(value); err == nil {
			value = v
		}
		fields = append(fields, harField{valid([]byte(name)), valid([]byte(value))})
	}
	return fields
}

func valid(b []byte) string { return strings.ToValidUTF8(string(b), "\uFFFD") }

// answer notes a response's head. One that only announces another gives way to it.
func (x *harExchange) answer(e *inspector.Event) {
	h := e.Head
	x.answered = e.At
	kind, _ := h.Get("Content-Type")
	where, _ := h.Get("Location")
	x.Response = harResponse{
		Status: h.Code, StatusText: valid(h.Reason.Of(h.Raw)), HTTPVersion: string(h.Version.Of(h.Raw)),
		Headers: fieldsOf(h), Cookies: []harField{}, RedirectURL: where, HeadersSize: int64(len(h.Raw)),
		Content: harContent{MimeType: kind},
	}
	to, _ := h.Get("Upgrade")
	if h.Code == 101 && strings.EqualFold(to, "websocket") {
		x.switched, x.ResourceType = true, "websocket"
		x.Request.URL = "ws" + strings.TrimPrefix(x.Request.URL, "http")
	}
}

// frame notes a message once its last frame is there, and each control frame by itself.
func (x *harExchange) frame(e *inspector.Event) {
	f := e.Frame
	m := harMessage{Type: "send", Time: float64(e.At.UnixMicro()) / 1e6, Opcode: int(f.Opcode)}
	if e.Direction == inspector.Down {
		m.Type = "receive"
	}
	if f.Opcode.Control() || f.Opcode.Reserved() {
		m.put(f.Plain, e.Payload(), e.Truncated, f.Opcode != inspector.OpBinary && utf8.Valid(f.Plain) && f.Opcode != inspector.OpClose)
		x.Control = append(x.Control, m)
		return
	}
	p := &x.parts[index(e.Direction)]
	if f.Part == 1 {
		*p = harPart{}
	}
	if !p.cut {
		p.data = append(p.data, f.Plain...)
	}
	p.size += e.Payload()
	p.cut = p.cut || e.Truncated
	if !f.Fin {
		return
	}
	m.Opcode = int(f.MessageType)
	if in := f.Inflated; in != nil && in.Err == "" {
		*p = harPart{in.Bytes, in.Size, in.Truncated}
	}
	m.put(p.data, p.size, p.cut, f.MessageType == inspector.OpText && (f.Inflated == nil || f.Inflated.Err == ""))
	x.Messages = append(x.Messages, m)
	*p = harPart{}
}

// put sets a message's data: as text, or in base64.
func (m *harMessage) put(data []byte, size uint64, cut, text bool) {
	if text {
		if cut {
			for n := 0; n < utf8.UTFMax-1 && len(data) > 0 && !utf8.Valid(data); n++ { // a character that the log cut
				data = data[:len(data)-1]
			}
		}
		m.Data = valid(data)
	} else {
		m.Data = base64.StdEncoding.EncodeToString(data)
	}
	if cut {
		m.Truncated, m.Length = true, size
	}
}

// finish sets what is known of an entry once nothing more comes.
func (x *harExchange) finish() {
	x.Time = millis(x.ended.Sub(x.began))
	x.Timings.Send = millis(x.sent.Sub(x.began))
	if !x.answered.IsZero() {
		x.Timings.Wait = millis(max(x.answered.Sub(x.sent), 0))
		x.Timings.Receive = millis(max(x.ended.Sub(x.answered), 0))
	}
	x.Request.BodySize = int64(x.sizes[0])
	if x.sizes[0] > 0 {
		kind := ""
		for _, f := range x.Request.Headers {
			if strings.EqualFold(f.Name, "Content-Type") {
				kind = f.Value
			}
		}
		x.Request.PostData = &harPost{MimeType: kind, Text: valid(x.bodies[0]), Comment: cutShort(x.cut[0], x.bodies[0])}
	}
	if x.Response.Status == 0 {
		return
	}
	c := &x.Response.Content
	x.Response.BodySize, c.Size = int64(x.sizes[1]), int64(x.sizes[1])
	c.Comment = cutShort(x.cut[1], x.bodies[1])
	if utf8.Valid(x.bodies[1]) || x.cut[1] && strings.HasPrefix(c.MimeType, "text/") {
		c.Text = valid(x.bodies[1])
	} else {
		c.Text, c.Encoding = base64.StdEncoding.EncodeToString(x.bodies[1]), "base64"
	}
}

func cutShort(cut bool, kept []byte) string {
	if !cut {
		return ""
	}
	return fmt.Sprintf("A log keeps the first bytes of each event: of this body %d bytes are kept.", len(kept))
}

func millis(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// Write writes the file.
func (w *HARWriter) Write(out io.Writer) error {
	log := harLog{Version: "1.2", Creator: harCreator{"wireup", "1"}, Pages: []struct{}{}, Entries: make([]harEntry, 0, len(w.entries))}
	log.Comment = "Times and bytes are those of the connection. A HAR holds messages, not frames: each message stands once, however many frames it took. " +
		"Pings, pongs and closes, which Chrome leaves out, stand under _webSocketControlFrames; of these a close is in base64, for its first two bytes are its code."
	if w.omitted > 0 {
		log.Comment += fmt.Sprintf(" A HAR has no place for %d events of the log, which belong to no request that is kept.", w.omitted)
	}
	for _, x := range w.entries {
		x.finish()
		log.Entries = append(log.Entries, x.harEntry)
	}
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(harFile{log})
}
