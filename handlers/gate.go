package handlers

// What every request must be before a route looks at it.

import (
	"fmt"
	"net/http"
	"strings"
)

// headSlack is how many times the limit of a head net/http reads, so that a head over the limit
// reaches the gate and is answered by name.
const headSlack = 4

// gate lets requests through to next. What net/http refuses itself never comes here, and is
// answered in its own words, as plain text: a request line or a field that can't be parsed, a
// missing or malformed Host (400), an expectation other than 100-continue (417), a head of many
// times the limit (431), a transfer coding (501), a version of HTTP (505). It has no hook for
// those, and to change its bytes on their way out would show another answer than was given.
func (s *Server) gate(next http.Handler) serve {
	origins := http.NewCrossOriginProtection()
	origins.SetDenyHandler(s.funnel(foreignPage))
	next = origins.Handler(next)
	return func(w http.ResponseWriter, r *http.Request) error {
		if over, ok := r.Context().Value(overKey{}).(*StatusError); ok {
			w.Header().Set("Connection", "close")
			if !s.presents(r) {
				return over
			}
		}
		if err := s.admit(r); err != nil {
			return err
		}
		next.ServeHTTP(w, r)
		return nil
	}
}

// admit refuses what no route could answer.
func (s *Server) admit(r *http.Request) error {
	size := headSize(r)
	switch most := s.limits.RequestHead; {
	case r.Method == http.MethodConnect:
		return &StatusError{Code: http.StatusNotImplemented, Ref: "RFC 9110 §9.3.6", Header: http.Header{"Connection": {"close"}},
			Text: "This server is no proxy: it makes no tunnel with CONNECT. Ask for one of its own addresses."}
	case r.ProtoMajor != 1: // the preface of HTTP/2 gets through to here
		return &StatusError{Code: http.StatusHTTPVersionNotSupported, Header: http.Header{"Connection": {"close"}},
			Text: "This server speaks HTTP/1.1, so that its bytes can be read, and no HTTP/2. Ask in that."}
	case r.RequestURI == "*": // net/http answers OPTIONS * itself
		return &StatusError{Code: http.StatusBadRequest, Ref: "RFC 9112 §3.2.4",
			Text: "* stands for the server as a whole, and only OPTIONS may ask for that. Ask for a path."}
	case len(r.RequestURI) > most:
		return overHead(http.StatusRequestURITooLong, "target", len(r.RequestURI), most, "Ask for something shorter.")
	case size > most:
		return overHead(http.StatusRequestHeaderFieldsTooLarge, "head", size, most, "Send fewer or shorter fields.")
	case strings.HasPrefix(r.URL.Path, assetPath) && (r.Method == http.MethodGet || r.Method == http.MethodHead):
		return nil // anybody may have these, and the page of the next refusal is made of them
	}
	return s.checkHost(r)
}

func overHead(code int, what string, size, most int, do string) error {
	return &StatusError{Code: code, Header: http.Header{"Connection": {"close"}},
		Text: fmt.Sprintf("The %s of this request has %d bytes, and it may have %s (limit: --request-head). %s", what, size, sizeWords(int64(most)), do)}
}

// headSize is how many bytes a request's head had, but for white space around values, which is
// gone by now.
func headSize(r *http.Request) int {
	const line = len(": \r\n")
	n := len(r.Method) + len("  \r\n\r\n") + len(r.RequestURI) + len(r.Proto)
	if r.Host != "" {
		n += len("Host") + len(r.Host) + line
	}
	for _, coding := range r.TransferEncoding {
		n += len("Transfer-Encoding") + len(coding) + line
	}
	for name, values := range r.Header {
		for _, v := range values {
			n += len(name) + len(v) + line
		}
	}
	return n
}

// foreignPage refuses what a page of another site sends through its reader's browser.
func foreignPage(http.ResponseWriter, *http.Request) error {
	return &StatusError{Code: http.StatusForbidden,
		Text: "A page of another site sent this, and only pages of this one may. Open the page from here; a program that is no browser may leave Origin out."}
}
