package handlers

// Bodies that never change: compressed once, when somebody first asks for them, and served in the coding
// that the client prefers.

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
)

// encoded is one body in each coding that makes it smaller.
type encoded struct {
	contentType string
	variants    func() []variant // the smallest coding first; the last one is identity
}

// variant is a body in one coding.
type variant struct {
	coding string
	body   []byte
	etag   string // strong: each coding is a representation of its own
}

const identity = "identity"

// encodings are the bodies of this process, by their types and sums. A program has one server and each
// body once; its tests start hundreds of servers, and would compress little else.
var encodings sync.Map

// encode is a body that is served for as long as the program runs.
func encode(contentType string, body []byte) *encoded {
	e, _ := encodings.LoadOrStore(fmt.Sprintf("%s %x", contentType, sha256.Sum256(body)), newEncoded(contentType, body))
	return e.(*encoded)
}

func newEncoded(contentType string, body []byte) *encoded {
	return &encoded{contentType, sync.OnceValue(func() (all []variant) {
		for _, c := range []struct {
			name string
			pool *sync.Pool
		}{{"br", &brotlis}, {"gzip", &gzips}} {
			if b := compress(c.pool, body); len(b) < len(body) {
				all = append(all, newVariant(c.name, b))
			}
		}
		return append(all, newVariant(identity, body))
	})}
}

func newVariant(coding string, body []byte) variant {
	sum := sha256.Sum256(body)
	return variant{coding, body, `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`}
}

// brotlis and gzips are writers for reuse: a new one for each file has its tables to allocate,
// which is a good half of the time that it takes.
var (
	// A window of 64 KiB holds any of our files, and spares the tables of megabytes that a larger
	// one would have cleared for each of them.
	brotlis = sync.Pool{New: func() any {
		return brotli.NewWriterOptions(nil, brotli.WriterOptions{Quality: 9, LGWin: 16})
	}}
	gzips = sync.Pool{New: func() any {
		w, err := gzip.NewWriterLevel(nil, gzip.BestCompression)
		if err != nil {
			panic(err) // there is no such level
		}
		return w
	}}
)

// compressor is what a brotli and a gzip writer have in common.
type compressor interface {
	io.WriteCloser
	Reset(to io.Writer)
}

// compress writes body through a writer of pool.
func compress(pool *sync.Pool, body []byte) []byte {
	var b bytes.Buffer
	w := pool.Get().(compressor)
	defer pool.Put(w)
	w.Reset(&b)
	// Neither writer fails where what is below it doesn't, and a buffer doesn't.
	_, _ = w.Write(body)
	_ = w.Close()
	return b.Bytes()
}

// serve answers r with e: in the coding that r prefers, and with 304 if the client has it.
func (e *encoded) serve(w http.ResponseWriter, r *http.Request, cacheControl string) error {
	h := w.Header()
	h.Set("Vary", "Accept-Encoding")
	v, ok := e.choose(r.Header.Values("Accept-Encoding"))
	if !ok {
		return &StatusError{Code: http.StatusNotAcceptable, Ref: "RFC 9110 §12.5.3",
			Text: "Your Accept-Encoding refuses every coding that this server has. Allow identity, gzip or br."}
	}
	h.Set("Cache-Control", cacheControl)
	h.Set("ETag", v.etag)
	if matches(r.Header.Values("If-None-Match"), v.etag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	h.Set("Content-Type", e.contentType)
	h.Set("Content-Length", strconv.Itoa(len(v.body)))
	if v.coding != identity {
		h.Set("Content-Encoding", v.coding)
	}
	if r.Method == http.MethodHead {
		return nil
	}
	// An error here means that the client is gone, and there's nobody left to tell.
	_, _ = w.Write(v.body)
	return nil
}

// choose finds the variant that the Accept-Encoding fields prefer; of equals, the smallest.
func (e *encoded) choose(fields []string) (v variant, ok bool) {
	best := 0.0
	for _, candidate := range e.variants() {
		if q := quality(fields, candidate.coding); q > best {
			v, ok, best = candidate, true, q
		}
	}
	return v, ok
}

// quality is how much the Accept-Encoding fields want coding: 0 if not at all (RFC 9110 §12.5.3).
func quality(fields []string, coding string) float64 {
	// Identity is acceptable unless it is refused, and yet the last thing to choose.
	const unnamed = 0.0001
	q, any, named := 0.0, -1.0, false
	for item := range strings.SplitSeq(strings.Join(fields, ","), ",") {
		name, params, _ := strings.Cut(item, ";")
		weight := 1.0
		if value, ok := strings.CutPrefix(strings.ToLower(strings.TrimSpace(params)), "q="); ok {
			var err error
			if weight, err = strconv.ParseFloat(value, 64); err != nil || weight < 0 || weight > 1 {
				continue // what isn't a weight is no wish
			}
		}
		switch strings.ToLower(strings.TrimSpace(name)) {
		case coding:
			q, named = weight, true
		case "x-" + coding: // x-gzip is gzip
			q, named = weight, true
		case "*":
			any = weight
		}
	}
	switch {
	case named:
		return q
	case any >= 0:
		return any
	case coding == identity:
		return unnamed
	}
	return 0
}

// matches reports whether the If-None-Match fields hold etag; the comparison is weak, as RFC 9110
// §13.1.2 says.
func matches(fields []string, etag string) bool {
	for item := range strings.SplitSeq(strings.Join(fields, ","), ",") {
		item = strings.TrimSpace(item)
		if item == "*" || strings.TrimPrefix(item, "W/") == etag {
			return true
		}
	}
	return false
}
