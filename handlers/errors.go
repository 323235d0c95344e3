package handlers

// The one funnel through which errors become responses and log lines.

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"

	"wireup/wire"
)

// StatusError is an error with a status and a text that is safe to show: what happened, and
// what to do.
type StatusError struct {
	Code   int
	Text   string
	Ref    string      // the rule or document behind it; empty for what defines the status
	Header http.Header // what the status requires beside it, such as Allow; may be nil
	Err    error       // for the log only
	Place  *textPlace  // where in a text that was sent; may be nil
}

// textPlace is the part of a text that is wrong: its line and column, from 1, and its length, in
// characters.
type textPlace struct{ Line, Column, Length int }

func (e *StatusError) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("%d %s: %v", e.Code, e.Text, e.Err)
	}
	return fmt.Sprintf("%d %s", e.Code, e.Text)
}

func (e *StatusError) Unwrap() error { return e.Err }

// definedIn is where the statuses that we answer with are defined: the rule behind an error that
// names none of its own.
var definedIn = map[int]string{
	http.StatusBadRequest:                  "RFC 9110 §15.5.1",
	http.StatusForbidden:                   "RFC 9110 §15.5.4",
	http.StatusNotFound:                    "RFC 9110 §15.5.5",
	http.StatusMethodNotAllowed:            "RFC 9110 §15.5.6",
	http.StatusNotAcceptable:               "RFC 9110 §15.5.7",
	http.StatusRequestTimeout:              "RFC 9110 §15.5.9",
	http.StatusRequestEntityTooLarge:       "RFC 9110 §15.5.14",
	http.StatusRequestURITooLong:           "RFC 9110 §15.5.15",
	http.StatusMisdirectedRequest:          "RFC 9110 §15.5.20",
	http.StatusUpgradeRequired:             "RFC 9110 §15.5.22",
	http.StatusUnsupportedMediaType:        "RFC 9110 §15.5.16",
	http.StatusTooManyRequests:             "RFC 6585 §4",
	http.StatusRequestHeaderFieldsTooLarge: "RFC 6585 §5",
	http.StatusInternalServerError:         "RFC 9110 §15.6.1",
	http.StatusNotImplemented:              "RFC 9110 §15.6.2",
	http.StatusServiceUnavailable:          "RFC 9110 §15.6.4",
	http.StatusHTTPVersionNotSupported:     "RFC 9110 §15.6.6",
}

// ref is the rule behind e.
func (e *StatusError) ref() string {
	if e.Ref != "" {
		return e.Ref
	}
	return definedIn[e.Code]
}

const faultText = "Something failed in the server. Try again; its log says more."

// funnel answers with the error that serve returns, and to a panic with 500. Only it logs them.
func (s *Server) funnel(serve serve) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := countedOf(w)
		defer s.rescue(c, r)
		if err := serve(c, r); err != nil {
			s.fail(c, r, err)
		}
	})
}

// fail logs err, and answers with it if there is no answer yet.
func (s *Server) fail(c *counted, r *http.Request, err error) {
	var status *StatusError
	if !errors.As(err, &status) {
		status = &StatusError{Code: http.StatusInternalServerError, Text: faultText, Err: err}
	}
	level, what := slog.LevelDebug, "request refused"
	// Of a client that has gone nothing more is to be learned, and 501 is the client's doing.
	if status.Code >= 500 && status.Err != nil && r.Context().Err() == nil {
		level, what = slog.LevelError, "request failed"
	}
	s.log.Log(r.Context(), level, what, "method", r.Method, "path", r.URL.Path, "err", err)
	if !c.begun {
		s.refuse(c, r, status)
	}
}

// rescue answers for a handler that has panicked.
func (s *Server) rescue(c *counted, r *http.Request) {
	p := recover()
	switch p {
	case nil:
		return
	case http.ErrAbortHandler:
		panic(p)
	}
	s.log.Error("a handler panicked", "method", r.Method, "path", r.URL.Path, "panic", p, "stack", string(debug.Stack()))
	switch {
	case c.hijacked:
	case c.begun:
		panic(http.ErrAbortHandler) // half an answer must not look like a whole one
	default:
		s.refuse(c, r, &StatusError{Code: http.StatusInternalServerError, Text: faultText})
	}
}

// refuse writes e as a page to whoever asks for one, and as JSON to everybody else.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, e *StatusError) {
	for name, values := range e.Header {
		w.Header()[name] = values
	}
	w.Header().Set("Cache-Control", "no-store")
	if wantsPage(r) {
		s.errorPage(w, r, e)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(e.Code)
	// The client may be gone; there's nobody left to tell.
	_, _ = w.Write(e.json())
}

// json is e as whoever asks for no page gets it.
func (e *StatusError) json() []byte {
	body := struct {
		Error  string `json:"error"`
		Ref    string `json:"ref,omitempty"`
		Line   int    `json:"line,omitempty"`
		Column int    `json:"column,omitempty"`
		Length int    `json:"length,omitempty"`
	}{Error: e.Text, Ref: e.ref()}
	if p := e.Place; p != nil {
		body.Line, body.Column, body.Length = p.Line, p.Column, p.Length
	}
	b, _ := wire.Marshal(body) // strings and numbers don't fail
	return append(b, '\n')
}

// raw is e as a whole response, for a connection that net/http doesn't hold, or not yet.
func (e *StatusError) raw() []byte {
	body := e.json()
	return fmt.Appendf(nil, "HTTP/1.1 %d %s\r\nContent-Type: application/json\r\nCache-Control: no-store\r\n"+
		"Content-Length: %d\r\nConnection: close\r\n\r\n%s", e.Code, http.StatusText(e.Code), len(body), body)
}

// wantsPage reports whether a person's browser asks for a page to show.
func wantsPage(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Accept"), "text/html") && r.Header.Get("Upgrade") == ""
}
