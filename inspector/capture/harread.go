package capture

// A HAR read: it holds no bytes of the wire, so heads and frames are rebuilt from what it says.

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"net/url"
	"sort"
	"strings"
	"time"

	"wireup/inspector"
)

// ReadHAR reads a HAR. Where it breaks, the recording holds the entries that came before.
func ReadHAR(r io.Reader) (*Recording, error) {
	rec := &Recording{Form: "a HAR", unit: "entry", rebuilt: true}
	d := json.NewDecoder(r)
	if err := toEntries(d); err != nil {
		return nil, fmt.Errorf("this JSON is no HAR: it has no list of log.entries (%v): %w", err, ErrNoCapture)
	}
	over, messages := 0, 0
	for d.More() {
		var e harEntry
		if err := d.Decode(&e); err != nil {
			rec.Broken = fmt.Sprintf("The HAR breaks at entry %d, byte %d: %s. What came before it is shown.", rec.Packets+1, d.InputOffset(), jsonWords(err))
			break
		}
		rec.Packets++
		if len(rec.Conns) == mostConns {
			over++
			continue
		}
		if messages += len(e.Messages) + len(e.Control); messages > mostMessages {
			rec.Broken = fmt.Sprintf("With entry %d the HAR has more than %d messages (limit: messages of a HAR). What came before it is shown.", rec.Packets, mostMessages)
			break
		}
		rec.entry(&e)
	}
	if over > 0 {
		rec.Notes = append(rec.Notes, fmt.Sprintf("%d entries beyond the first %d are not shown (limit: connections of a capture).", over, mostConns))
	}
	if rec.Broken == "" {
		if _, err := d.Token(); err != nil {
			rec.Broken = fmt.Sprintf("The HAR breaks behind entry %d, byte %d: %s. What came before is shown.", rec.Packets, d.InputOffset(), jsonWords(err))
		}
	}
	rec.steps.sort(func(a, b step) int { return cmp.Compare(a.at, b.at) })
	return rec, nil
}

func jsonWords(err error) string {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return "it ends in the middle"
	}
	return err.Error()
}

// toEntries reads up to the first entry of log.entries.
func toEntries(d *json.Decoder) error {
	for _, name := range []string{"log", "entries"} {
		if t, err := d.Token(); err != nil || t != json.Delim('{') {
			return wrong(err, t)
		}
		for {
			t, err := d.Token()
			if err != nil {
				return err
			}
			if t == json.Delim('}') {
				return fmt.Errorf("no member called %s", name)
			}
			if t == name {
				break
			}
			var other json.RawMessage
			if err := d.Decode(&other); err != nil {
				return err
			}
		}
	}
	if t, err := d.Token(); err != nil || t != json.Delim('[') {
		return wrong(err, t)
	}
	return nil
}

func wrong(err error, t json.Token) error {
	if err == nil {
		err = fmt.Errorf("%s stands in its place", clip(fmt.Sprint(t)))
	}
	return err
}

// harBuilder puts one entry into a recording.
type harBuilder struct {
	rec  *Recording
	conn int32
	b    []byte
	last int64 // nanoseconds since 1970
}

// entry adds one entry as a connection of its own: a HAR doesn't say what crossed on one.
func (r *Recording) entry(e *harEntry) {
	at, err := time.Parse(time.RFC3339Nano, e.Started)
	if err != nil {
		at = time.Unix(0, 0)
	}
	u, err := url.Parse(e.Request.URL)
	if err != nil {
		u = &url.URL{Path: "/"}
	}
	server := netip.AddrPort{}
	if a, err := netip.ParseAddr(strings.Trim(e.ServerAddress, "[]")); err == nil {
		server = netip.AddrPortFrom(a, port(u))
	}
	note := ""
	if v := e.Request.HTTPVersion; v != "" && !strings.EqualFold(v, "HTTP/1.1") && !strings.EqualFold(v, "HTTP/1.0") {
		note = "This crossed as " + clip(v) + ". It stands here as HTTP/1.1 would write it."
	}
	h := &harBuilder{rec: r, conn: int32(len(r.Conns))}
	r.Conns = append(r.Conns, Conn{Server: server, Host: clip(u.Host), Note: note})
	h.request(e, u, at)
	if e.Response.Status <= 0 {
		return
	}
	answered := at.Add(time.Duration((max(e.Timings.Send, 0) + max(e.Timings.Wait, 0)) * float64(time.Millisecond)))
	h.response(e, answered)
	h.messages(e, answered)
}

func port(u *url.URL) uint16 {
	var n uint16
	if _, err := fmt.Sscanf(u.Port(), "%d", &n); err == nil {
		return n
	}
	if u.Scheme == "https" || u.Scheme == "wss" {
		return 443
	}
	return 80
}

// send adds what has been built in b.
func (h *harBuilder) send(at time.Time, side uint8) {
	r := h.rec
	h.last = max(h.last, at.UnixNano()) // a clock that was set back
	r.steps.add(step{at: h.last, packet: int32(r.Packets), conn: h.conn, side: side, kind: stepData, kept: r.keep(h.b)})
	h.b = h.b[:0]
}

// line keeps a value of the HAR within its line.
func line(v string) string { return strings.NewReplacer("\r", " ", "\n", " ").Replace(v) }

// word keeps it within a word, too.
func word(v, otherwise string) string {
	if v = strings.ReplaceAll(line(v), " ", "%20"); v == "" {
		return otherwise
	}
	return v
}

func (h *harBuilder) request(e *harEntry, u *url.URL, at time.Time) {
	target := u.RequestURI()
	if u.Scheme == "" || u.Opaque != "" {
		target = "/"
	}
	h.b = append(h.b, word(e.Request.Method, "GET")+" "+word(target, "/")+" HTTP/1.1\r\n"...)
	body := ""
	if p := e.Request.PostData; p != nil {
		body = p.Text
	}
	host := false
	for _, f := range e.Request.Headers {
		host = host || strings.EqualFold(f.Name, "Host")
	}
	if !host {
		h.b = append(h.b, "Host: "+line(u.Host)+"\r\n"...)
	}
	h.fields(e.Request.Headers, len(body))
	h.send(at, 0)
	if body != "" {
		h.b = append(h.b, body...)
		h.send(at, 0)
	}
}

func (h *harBuilder) response(e *harEntry, at time.Time) {
	p := &e.Response
	h.b = append(h.b, fmt.Sprintf("HTTP/1.1 %03d %s\r\n", p.Status%1000, line(p.StatusText))...)
	body := []byte(p.Content.Text)
	if p.Content.Encoding == "base64" {
		if b, err := base64.StdEncoding.DecodeString(p.Content.Text); err == nil {
			body = b
		}
	}
	if p.Status == 101 || p.Status == 204 || p.Status == 304 || strings.EqualFold(e.Request.Method, "HEAD") {
		body = nil
		h.fields(p.Headers, 0)
	} else {
		h.b = append(h.b, fmt.Sprintf("Content-Length: %d\r\n", len(body))...)
		h.fields(p.Headers, 0)
	}
	h.send(at, 1)
	if len(body) > 0 {
		h.b = append(h.b, body...)
		h.send(at, 1)
	}
}

// fields writes header fields. The body stands in a HAR as it was after every coding was undone, so
// its length is that, and what said otherwise is left out.
func (h *harBuilder) fields(fields []harField, body int) {
	for _, f := range fields {
		if strings.HasPrefix(f.Name, ":") || strings.EqualFold(f.Name, "Content-Length") || strings.EqualFold(f.Name, "Transfer-Encoding") {
			continue
		}
		h.b = append(h.b, word(f.Name, "_")+": "+line(f.Value)+"\r\n"...)
	}
	if body > 0 {
		h.b = append(h.b, fmt.Sprintf("Content-Length: %d\r\n", body)...)
	}
	h.b = append(h.b, "\r\n"...)
}

// messages writes each message as a frame of its own.
func (h *harBuilder) messages(e *harEntry, at time.Time) {
	all := append(append([]harMessage(nil), e.Messages...), e.Control...)
	sort.SliceStable(all, func(i, k int) bool { return all[i].Time < all[k].Time })
	for _, m := range all {
		opcode := inspector.Opcode(m.Opcode & 0xF)
		data := []byte(m.Data)
		if opcode != inspector.OpText && opcode != inspector.OpPing && opcode != inspector.OpPong {
			if b, err := base64.StdEncoding.DecodeString(m.Data); err == nil {
				data = b
			}
		}
		header := inspector.Header{Fin: true, Opcode: opcode, Masked: m.Type == "send", Length: uint64(len(data))}
		h.b = append(header.AppendTo(h.b), data...)
		side := uint8(1)
		if header.Masked {
			side = 0
		}
		when := at
		if m.Time > 0 {
			when = time.UnixMicro(int64(m.Time * 1e6))
		}
		h.send(when, side)
	}
}

// rebuiltNote says of an event of a HAR what is not the wire's.
func rebuiltNote(e *inspector.Event) string {
	switch e.Kind {
	case inspector.KindRequest, inspector.KindResponse:
		return "Rebuilt from what the HAR says: these are not the bytes of the wire."
	case inspector.KindFrame:
		if e.Frame.Masked {
			return "A HAR holds messages, not frames. This header is rebuilt; nobody knows the masking key, so zeros stand for it."
		}
		return "A HAR holds messages, not frames. This header is rebuilt."
	}
	return ""
}

// clip is a value of the HAR, short enough for a sentence.
func clip(s string) string {
	if len(s) > 20 {
		s = strings.ToValidUTF8(s[:20], "") + "…"
	}
	return inspector.Visible(s)
}
