package handlers

// The link that takes a wire to another device, as a QR code.

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"

	"rsc.io/qr"
)

const (
	resumeRef = "GET /wire/{id}/resume.svg?scheme=http"

	quietZone = 4 // modules of white around a QR code, as ISO/IEC 18004 wants them
)

// resume draws the resume link of a wire. The page's script shows the same as text.
func (s *Server) resume(w http.ResponseWriter, r *http.Request) error {
	id, err := wireID(r)
	if err != nil {
		return err
	}
	return s.drawLink(w, r, resumeRef, qr.M, "/#wire="+string(id))
}

// drawLink answers with a QR code of the URL of path on this server, as the browser's page is reached.
func (s *Server) drawLink(w http.ResponseWriter, r *http.Request, ref string, level qr.Level, path string) error {
	q, err := queryOf(r, ref)
	if err != nil {
		return err
	}
	scheme := q.Get("scheme")
	switch scheme {
	case "":
		scheme = "http"
	case "http", "https":
	default:
		return &StatusError{Code: http.StatusBadRequest, Ref: ref,
			Text: fmt.Sprintf("There is no scheme %q here. Use http or https.", clipped(scheme))}
	}
	link := scheme + "://" + r.Host + path
	if path == strings.ToUpper(path) {
		link = strings.ToUpper(link) // scheme and host mean the same, and capitals alone take fewer modules
	}
	code, err := qr.Encode(link, level)
	if err != nil {
		return &StatusError{Code: http.StatusBadRequest, Ref: ref, Err: err,
			Text: "The address of this server is too long for a QR code. Copy the link instead."}
	}
	w.Header().Set("Content-Type", "image/svg+xml")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(drawQR(code)) // a client that has gone needs no answer
	return nil
}

// drawQR draws a code as one path of black runs on white: readers want dark on light, in each theme.
func drawQR(code *qr.Code) []byte {
	var b bytes.Buffer
	size := code.Size + 2*quietZone
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h%dv%dH0z"/><path d="`, size, size, size, size)
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			n := 0
			for code.Black(x+n, y) { // false beyond the edge
				n++
			}
			if n > 0 {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", x+quietZone, y+quietZone, n, n)
				x += n
			}
		}
	}
	b.WriteString(`"/></svg>`)
	return b.Bytes()
}
