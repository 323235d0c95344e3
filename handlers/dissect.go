package handlers

// POST /dissect: hex or a capture in, events with dissections out. It touches no wire. Hex is here, and
// captures in dissectfile.go.

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"wireup/inspector"
	"wireup/inspector/capture"
	"wireup/wire"
)

const (
	dissectPath = "/dissect"
	dissectRef  = "POST " + dissectPath + "?as=auto|request|response|frames&side=up|down&deflate=auto|on|off|alone"

	// formField is the field of a form that holds the hex.
	formField = "hex"

	// percentEncoding is how many times a form may be as long as the text in it.
	percentEncoding = 3

	dissectEvents  = 2000
	dissectPreview = 4 << 10 // payload bytes shown of one event
)

// dissect decides what pasted bytes are and cuts them into events. The answer is an object:
//
//	took     what the first bytes were taken for: request, response, frames or bytes
//	why      why, and what else was assumed, as sentences
//	form     what the hex was taken for
//	bytes    how many there are
//	events   in the shape of GET /wire/{id}/events/{seq}; driver is page, so that devtools says what
//	         Chrome's panel would make of each
//	places   for each event, where its bytes stand in the text: line, column, endLine, endColumn
//	faults   for each violation its place in the text, and the seq of its event
//	omitted  how many events there are beyond the limit
//
// Of a file of connections, which is known by its first bytes, the answer has more: see appendRecording.
//
// A browser that posts a form without script gets the same as text.
func (s *Server) dissect(w http.ResponseWriter, r *http.Request) error {
	if err := s.fits(r); err != nil {
		return err
	}
	done, err := s.beginDissection(r)
	if err != nil {
		return err
	}
	defer done()
	q, err := queryOf(r, dissectRef)
	if err != nil {
		return err
	}
	upload := newUpload(w, r)
	if upload.capture() {
		return s.dissectCapture(w, r, q, upload)
	}
	if what := capture.Binary(upload.front); what != "" {
		return badDissect(fmt.Sprintf("This is neither a capture, a HAR nor hex: %s.", what))
	}
	text, form, err := s.hexOf(w, r, upload.body)
	if err != nil {
		return err
	}
	for name, values := range form {
		if name != formField && !q.Has(name) && len(values) == 1 {
			q[name] = values
		}
	}
	o, err := dissectOptions(q)
	if err != nil {
		return err
	}
	o.Preview, o.Events, o.InflateLimit = dissectPreview, dissectEvents, int(s.limits.Message)
	h, d, err := readHex(text, int(s.limits.Hex), o)
	if err != nil {
		return err
	}
	if wantsPage(r) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		_, _ = io.WriteString(w, dissectionText(d)) // a client that has gone needs no answer
		return nil
	}
	p := jsonBuffers.Get().(*[]byte)
	b := appendDissected((*p)[:0], h, d)
	defer func() { putJSONBuffer(p, b) }()
	writeJSONHead(w)
	_, _ = w.Write(b)
	return nil
}

func badDissect(text string) *StatusError {
	return &StatusError{Code: http.StatusBadRequest, Ref: dissectRef, Text: text}
}

// hexOf reads the text that a request carries: as plain text, or in a form.
func (s *Server) hexOf(w http.ResponseWriter, r *http.Request, from io.ReadCloser) (text string, form url.Values, err error) {
	kind := r.Header.Get("Content-Type")
	if kind != "" {
		if kind, _, err = mime.ParseMediaType(kind); err != nil {
			return "", nil, unsupported(r.Header.Get("Content-Type"))
		}
	}
	most := s.limits.Hex
	switch kind {
	case "", "text/plain", "application/octet-stream":
	case "application/x-www-form-urlencoded": // also what curl says of anything
		most *= percentEncoding
	default:
		if !captureKind(kind) {
			return "", nil, unsupported(kind)
		}
	}
	if r.ContentLength > most { // said before it is sent
		return "", nil, s.overHex()
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, from, most))
	var tooLong *http.MaxBytesError
	switch {
	case errors.As(err, &tooLong):
		return "", nil, s.overHex()
	case err != nil:
		return "", nil, &StatusError{Code: http.StatusBadRequest, Ref: dissectRef, Err: err, Text: "The hex did not come whole. Send it again, in one go."}
	}
	text = string(body)
	if kind == "application/x-www-form-urlencoded" && (strings.HasPrefix(text, formField+"=") || strings.Contains(text, "&"+formField+"=")) {
		form, refused := parseQuery(text)
		if refused != nil {
			refused.Ref = dissectRef
			return "", nil, refused
		}
		text = form.Get(formField)
		if int64(len(text)) > s.limits.Hex {
			return "", nil, s.overHex()
		}
		return text, form, nil
	}
	if int64(len(text)) > s.limits.Hex {
		return "", nil, s.overHex()
	}
	return text, nil, nil
}

func unsupported(kind string) error {
	return &StatusError{Code: http.StatusUnsupportedMediaType, Ref: dissectRef,
		Text: fmt.Sprintf("This address reads hex as text/plain, and captures and HARs as application/octet-stream, and not %s. Send what you have with the Content-Type that fits.", clipped(kind))}
}

func (s *Server) overHex() error {
	return &StatusError{Code: http.StatusRequestEntityTooLarge, Ref: dissectRef,
		Text: fmt.Sprintf("The text is longer than %s (limit: --capture-hex). Paste a part of it.", sizeWords(s.limits.Hex))}
}

// dissectOptions reads what the query says of the bytes.
func dissectOptions(q url.Values) (o capture.Options, err error) {
	for name := range q {
		if name != "as" && name != "side" && name != "deflate" {
			return o, badDissect(fmt.Sprintf("This address knows no %s. It takes as, side and deflate.", clipped(name)))
		}
	}
	as, ok := choose(q.Get("as"), map[string]capture.Kind{"": capture.Auto, "auto": capture.Auto, "request": capture.Request, "response": capture.Response, "frames": capture.Frames})
	if !ok {
		return o, badDissect("as must be request, response, frames or auto.")
	}
	side, ok := choose(q.Get("side"), map[string]capture.Side{"": capture.Either, "auto": capture.Either, "up": capture.FromClient, "down": capture.FromServer})
	if !ok {
		return o, badDissect("side must be up, for what a client sent, or down. Leave it out to have each frame's mask tell.")
	}
	deflate, ok := choose(q.Get("deflate"), map[string]capture.Deflate{"": capture.Infer, "auto": capture.Infer, "on": capture.On, "off": capture.Off, "alone": capture.NoTakeover})
	if !ok {
		return o, badDissect("deflate must be on, off, alone (each message compressed by itself) or auto.")
	}
	o.As, o.Side, o.Deflate = as, side, deflate
	return o, nil
}

func choose[T any](word string, from map[string]T) (T, bool) {
	v, ok := from[word]
	return v, ok
}

// readHex reads text and decodes it; what is wrong becomes an error of the contract's shape, with the
// place in the text.
func readHex(text string, limit int, o capture.Options) (*capture.Hex, *capture.Decoded, error) {
	h, err := capture.ParseHex(text, limit)
	if err == nil {
		var d *capture.Decoded
		if d, err = h.Decode(o); err == nil {
			return h, d, nil
		}
	}
	var (
		fault    *capture.HexError
		tooLong  *capture.SizeError
		conflict *capture.OptionError
	)
	switch {
	case errors.As(err, &fault):
		e := badDissect(fmt.Sprintf("Line %d, column %d: %s", fault.Line, fault.Column, fault.Text))
		e.Place = &textPlace{fault.Line, fault.Column, fault.Length}
		return nil, nil, e
	case errors.As(err, &tooLong):
		return nil, nil, &StatusError{Code: http.StatusRequestEntityTooLarge, Ref: dissectRef,
			Text: fmt.Sprintf("The text stands for more than %s (limit: --capture-hex). Paste a part of it.", sizeWords(int64(tooLong.Limit)))}
	case errors.As(err, &conflict):
		return nil, nil, badDissect(conflict.Text)
	}
	return nil, nil, err
}

// entry is e as a wire's log would hold it.
func entry(i int, e *capture.Event) *wire.Event {
	return &wire.Event{Seq: uint64(i + 1), Conn: 1, At: float64(e.At.Microseconds()) / 1000, Driver: wire.DriverPage, Event: e.Event}
}

func appendDissected(b []byte, h *capture.Hex, d *capture.Decoded) []byte {
	b = fmt.Appendf(b, `{"took":%q,"why":`, d.Took)
	b = appendJSONString(b, d.Why)
	b = fmt.Appendf(b, `,"form":%q,"bytes":%d,"events":[`, h.Form, h.Size)
	for i := range d.Events {
		if i > 0 {
			b = append(b, ',')
		}
		b = wire.AppendDissection(b, entry(i, &d.Events[i]))
	}
	b = append(b, `],"places":[`...)
	for i, e := range d.Events {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendPlace(append(b, '{'), e.Place), '}')
	}
	b = append(b, `],"faults":[`...)
	more := false
	for i, e := range d.Events {
		for k, place := range e.Faults {
			if more {
				b = append(b, ',')
			}
			more = true
			b = append(b, `{"seq":`...)
			b = strconv.AppendInt(b, int64(i+1), 10)
			b = append(b, `,"rule":`...)
			b = appendJSONString(b, e.Violations[k].Rule.ID)
			b = append(appendPlace(append(b, ','), place), '}')
		}
	}
	b = append(b, `],"omitted":`...)
	b = strconv.AppendInt(b, int64(d.Omitted), 10)
	return append(b, "}\n"...)
}

func appendPlace(b []byte, p capture.Place) []byte {
	return fmt.Appendf(b, `"line":%d,"column":%d,"endLine":%d,"endColumn":%d`, p.Line, p.Column, p.EndLine, p.EndColumn)
}

// dissectionText is a dissection for whoever has no script: each event with its fields.
func dissectionText(d *capture.Decoded) string {
	var b strings.Builder
	b.WriteString(d.Why + "\n")
	for i, e := range d.Events {
		arrow := "↑ up  "
		if e.Direction == inspector.Down {
			arrow = "↓ down"
		}
		fmt.Fprintf(&b, "\n%d %s  %s\n   %s\n", i+1, arrow, inspector.Summary(e.Event), inspector.Sentence(e.Event))
		if e.Note != "" {
			fmt.Fprintf(&b, "   %s\n", e.Note)
		}
		for _, v := range e.Violations {
			fmt.Fprintf(&b, "   Breaks a rule at byte %d: %s\n", v.Offset, v)
		}
		for _, f := range inspector.Dissect(e.Event) {
			if strings.Trim(f.Name, " ") == "space" || f.Name == "line end" || f.Name == "colon" {
				continue
			}
			fmt.Fprintf(&b, "   %-24s %-28s %s\n", f.Name, f.Value, strings.TrimSpace(f.Meaning+"  "+f.Ref))
		}
		if in := inflatedOf(e.Event); in != nil && in.Err == "" {
			fmt.Fprintf(&b, "   inflated: %d bytes of %d: %q\n", in.Size, in.Compressed, in.Bytes)
		}
	}
	if d.Omitted > 0 {
		fmt.Fprintf(&b, "\n%d more events are not shown (limit: %d events of one dissection).\n", d.Omitted, dissectEvents)
	}
	return b.String()
}

func inflatedOf(e *inspector.Event) *inspector.Inflated {
	if e.Frame == nil {
		return nil
	}
	return e.Frame.Inflated
}
