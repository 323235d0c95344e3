package handlers

// Lesson 1: a GET and an answer so short that what they carry can be told from what they cost.

import (
	"io"
	"net/http"
)

// requestLab answers GET /lab/request/{word} with a line that says what was asked for.
func (s *Server) requestLab(w http.ResponseWriter, r *http.Request) error {
	if _, err := labWire(r); err != nil {
		return err
	}
	word, err := labWord(r)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = io.WriteString(w, "You asked for "+word+".\n") // a client that has gone needs no answer
	return nil
}

// requestReset answers that there is nothing to go back to: this lab remembers nothing.
func (s *Server) requestReset(w http.ResponseWriter, r *http.Request) error { return done(w) }
