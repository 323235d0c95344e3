package handlers

// The one funnel through which errors become responses and log lines.

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// StatusError is an error with a status and a text that is safe to show: what happened, and
// what to do.
type StatusError struct {
	Code   int
	Text   string
	Ref    string      // the rule or document behind it; may be empty
	Header http.Header // what the status requires beside it, such as Allow; may be nil
	Err    error       // for the log only
}

func (e *StatusError) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("%d %s: %v", e.Code, e.Text, e.Err)
	}
	return fmt.Sprintf("%d %s", e.Code, e.Text)
}

func (e *StatusError) Unwrap() error { return e.Err }

// funnel answers with the error that serve returns. Only it logs them.
func (s *Server) funnel(serve serve) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := serve(w, r)
		if err == nil {
			return
		}
		var status *StatusError
		if !errors.As(err, &status) {
			status = &StatusError{Code: http.StatusInternalServerError,
				Text: "Something failed in the server. Try again; its log says more.", Err: err}
		}
		if status.Code >= 500 {
			s.log.Error("request failed", "method", r.Method, "path", r.URL.Path, "err", err)
		} else {
			s.log.Debug("request refused", "method", r.Method, "path", r.URL.Path, "err", err)
		}
		s.refuse(w, r, status)
	})
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
	_ = json.NewEncoder(w).Encode(struct {
		Error string `json:"error"`
		Ref   string `json:"ref,omitempty"`
	}{e.Text, e.Ref})
}

// wantsPage reports whether a person's browser asks for a page to show.
func wantsPage(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Accept"), "text/html") && r.Header.Get("Upgrade") == ""
}
