package handlers

// Captures and HARs that somebody uploads, told as events.

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"wireup/inspector"
	"wireup/inspector/capture"
	"wireup/wire"
)

// uploadTime is how long one upload may take; it may not stand still for stallLimit.
const uploadTime = 5 * time.Minute

// dissectTime is how long it may take to read what was uploaded: a small file can hold much work.
const dissectTime = 20 * time.Second

// playing is how an upload is read: until ctx is done, as it is when its sender has gone.
func (s *Server) playing(ctx context.Context) capture.Options {
	return capture.Options{Preview: dissectPreview, InflateLimit: int(s.limits.Message), Stop: ctx.Done()}
}

// captureKinds are the Content-Types that files of connections go by; they are told by their bytes.
func captureKind(kind string) bool {
	switch kind {
	case "application/vnd.tcpdump.pcap", "application/x-pcapng", "application/pcapng", "application/json", "application/har+json":
		return true
	}
	return false
}

// upload is a request's body, whose front can be looked at before it is decided who reads it.
type upload struct {
	body  io.ReadCloser // with its front
	from  io.Reader     // what of it is read
	front []byte
	patience
	size int64
	err  error // what ended the body, if not its end
}

// patience waits for a client that sends slowly, but not for one that sends nothing.
type patience struct {
	control *http.ResponseController
	until   time.Time
}

func (p *patience) wait() {
	until := time.Now().Add(stallLimit)
	if until.After(p.until) {
		until = p.until
	}
	_ = p.control.SetReadDeadline(until) // a server that can't has a time for the whole
}

// newUpload looks at the front of a body, and puts it back: into what it returns, and not into r. net/http
// reads 256 KiB of a body that it doesn't know before it sends an answer.
func newUpload(w http.ResponseWriter, r *http.Request) *upload {
	u := &upload{patience: patience{http.NewResponseController(w), time.Now().Add(uploadTime)}}
	b := bufio.NewReaderSize(r.Body, 512)
	u.front, _ = b.Peek(4) // a shorter body is all of it, and a longer one need not have come yet
	u.body = struct {
		io.Reader
		io.Closer
	}{b, r.Body}
	return u
}

// capture reports whether the body is a file of connections.
func (u *upload) capture() bool {
	return capture.IsFile(u.front)
}

func (u *upload) Read(p []byte) (int, error) {
	u.wait()
	n, err := u.from.Read(p)
	u.size += int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		u.err = err
	}
	return n, err
}

// bounded is a reader that says whether it was too long.
type bounded struct {
	io.Reader
	tooLong *http.MaxBytesError
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	errors.As(err, &b.tooLong)
	return n, err
}

// gunzipped is an upload unpacked, which may be as long as one that isn't packed.
func (u *upload) gunzipped(w http.ResponseWriter, most int64) (io.Reader, error) {
	if !capture.IsGzip(u.front) {
		return u, nil
	}
	unpacked, err := capture.Gunzip(bufio.NewReader(u))
	if err != nil {
		return nil, badDissect(fmt.Sprintf("This file begins as gzip does, and can't be unpacked: %v. Send it as it was before gzip.", err))
	}
	return http.MaxBytesReader(w, io.NopCloser(unpacked), most), nil
}

// recording reads an upload.
func (s *Server) recording(w http.ResponseWriter, u *upload) (*capture.Recording, error) {
	u.from = http.MaxBytesReader(w, u.body, s.limits.Capture)
	in, err := u.gunzipped(w, s.limits.Capture)
	if err != nil {
		return nil, err
	}
	read := &bounded{Reader: in}
	rec, err := capture.Read(read)
	_ = u.control.SetReadDeadline(time.Time{}) // it was for the body alone
	switch {
	case read.tooLong != nil && capture.IsGzip(u.front):
		return nil, s.overFile("Unpacked, the file")
	case read.tooLong != nil:
		return nil, s.overFile("The file")
	case u.err != nil:
		return nil, &StatusError{Code: http.StatusBadRequest, Ref: dissectRef, Err: u.err, Text: "The file did not come whole. Send it again."}
	case errors.Is(err, capture.ErrNoCapture):
		return nil, badDissect(fmt.Sprintf("Nothing of this file can be read: %s. wireup reads pcap, pcapng, HAR and hex.", strings.TrimSuffix(err.Error(), ": "+capture.ErrNoCapture.Error())))
	}
	return rec, err
}

// fits refuses a body that says of itself that it is larger than any file may be. It reads none of it,
// so that a client that asks first (Expect: 100-continue) sends none.
func (s *Server) fits(r *http.Request) error {
	if r.ContentLength > max(s.limits.Capture, percentEncoding*s.limits.Hex) {
		return s.overFile("The file")
	}
	return nil
}

func (s *Server) overFile(what string) error {
	return &StatusError{Code: http.StatusRequestEntityTooLarge, Ref: dissectRef,
		Text: fmt.Sprintf("%s is larger than %s (limit: --capture-file). Capture less, or cut it with editcap -c 10000 IN OUT.", what, sizeWords(s.limits.Capture))}
}

// dissectCapture answers with what a capture or a HAR holds.
func (s *Server) dissectCapture(w http.ResponseWriter, r *http.Request, q url.Values, u *upload) error {
	for name := range q {
		if name != "after" {
			return badDissect(fmt.Sprintf("Of a capture or a HAR this address knows no %s. It takes after, the number of an event.", clipped(name)))
		}
	}
	after := uint64(0)
	if q.Has("after") {
		var err error
		if after, err = eventNumber("after", q.Get("after"), 0); err != nil {
			return err
		}
	}
	done, err := s.beginCapture(r)
	if err != nil {
		return err
	}
	defer done()
	rec, err := s.recording(w, u)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(r.Context(), dissectTime)
	defer cancel()
	out := &patient{w: w, control: http.NewResponseController(w)}
	if wantsPage(r) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		_ = rec.WriteText(out, s.playing(ctx)) // a client that has gone needs no answer
		return nil
	}
	p := jsonBuffers.Get().(*[]byte)
	b := s.appendRecording(ctx, (*p)[:0], rec, u.size, after)
	defer func() { putJSONBuffer(p, b) }()
	writeJSONHead(w)
	_, _ = out.Write(b)
	return nil
}

// appendRecording appends the answer to a capture. It has the members of a dissection of hex, of which
// places and faults are empty, and
//
//	packets  for each event, which packet (of a HAR, which entry) brought its last byte
//	conns    of each connection its client and server, whether it is older than the recording (joined),
//	         and a note if there is one
//	broken   at which packet the file broke, as a sentence; empty if it did not
//	notes    what is not shown, as sentences
//	earlier  how many events come before the first of these: those up to ?after=
func (s *Server) appendRecording(ctx context.Context, b []byte, rec *capture.Recording, size int64, after uint64) []byte {
	b = append(b, `{"took":"capture","form":`...)
	b = appendJSONString(b, rec.Form)
	b = append(b, `,"bytes":`...)
	b = strconv.AppendInt(b, size, 10)
	b = append(b, `,"events":[`...)
	var packets []int
	omitted, n := 0, uint64(0)
	rec.Play(s.playing(ctx), func(e *capture.Told) {
		n = uint64(e.Seq)
		switch {
		case n <= after:
			return
		case len(packets) == dissectEvents || len(b) > mostAnswer:
			omitted++
			return
		case len(packets) > 0:
			b = append(b, ',')
		}
		packets = append(packets, e.Packet)
		b = wire.AppendDissection(b, &wire.Event{Seq: n, Conn: e.Conn, At: float64(e.At.Microseconds()) / 1000, Driver: wire.DriverPage,
			Remote: remoteOf(rec, e), Event: e.Event})
	})
	b = append(b, `],"packets":[`...)
	for i, p := range packets {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, int64(p), 10)
	}
	b = append(b, `],"conns":[`...)
	for i := range rec.Conns {
		c := &rec.Conns[i]
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"name":`...)
		b = appendJSONString(b, c.String())
		b = fmt.Appendf(b, `,"joined":%t,"note":`, c.Joined)
		b = append(appendJSONString(b, c.Note), '}')
	}
	b = append(b, `],"why":`...)
	b = appendJSONString(b, rec.Words())
	b = append(b, `,"broken":`...)
	b = appendJSONString(b, rec.Broken)
	b = append(b, `,"notes":[`...)
	for i, note := range rec.Notes {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendJSONString(b, note)
	}
	b = fmt.Appendf(b, `],"places":[],"faults":[],"earlier":%d,"omitted":%d`, min(after, n), omitted)
	return append(b, "}\n"...)
}

// mostAnswer is how long the events of one answer may be before no more are added.
const mostAnswer = 32 << 20

func remoteOf(rec *capture.Recording, e *capture.Told) string {
	if c := &rec.Conns[e.Conn-1]; e.Kind == inspector.KindOpen && c.Client.IsValid() {
		return c.Client.String()
	}
	return ""
}
