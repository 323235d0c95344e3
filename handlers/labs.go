package handlers

// What the labs of a lesson share: whose wire a request names, what a lab remembers of it, and how
// its query is read.

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"time"

	"wireup/wire"
)

// labs is what the labs remember.
type labs struct {
	sources *sources // of lesson 3
	dials   *labStates[*dial]
}

func newLabs(l wire.Limits) *labs {
	return &labs{
		sources: newSources(l),
		dials:   newLabStates(l, func() *dial { return new(dial) }),
	}
}

// labWire is the wire that a lab's request names; empty if it names none, which is no error: a
// lab answers everybody.
func labWire(r *http.Request) (wire.ID, error) {
	q, err := queryOf(r, "")
	if err != nil {
		return "", err
	}
	s := q.Get("wire")
	if s == "" {
		return "", nil
	}
	id, err := wire.ParseID(s)
	if err != nil {
		return "", &StatusError{Code: http.StatusBadRequest, Err: err,
			Text: fmt.Sprintf("wire=%q is no wire's id. An id is 13 characters, each a to z or 2 to 7.", clipped(s))}
	}
	return id, nil
}

// labNumber reads a number from a lab's query: otherwise if there is none, an error if it isn't
// between least and most.
func labNumber(r *http.Request, name string, otherwise, least, most int) (int, error) {
	s := r.URL.Query().Get(name)
	if s == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < least || n > most {
		return 0, &StatusError{Code: http.StatusBadRequest, Err: err,
			Text: fmt.Sprintf("%s=%q is out of range. Give a whole number from %d to %d.", name, clipped(s), least, most)}
	}
	return n, nil
}

// labMillis reads a time in milliseconds from a lab's query.
func labMillis(r *http.Request, name string, otherwise, most time.Duration) (time.Duration, error) {
	n, err := labNumber(r, name, int(otherwise/time.Millisecond), 0, int(most/time.Millisecond))
	return time.Duration(n) * time.Millisecond, err
}

// labBody reads a request's body of at most so many bytes. tooLong says what to do when it has more.
func labBody(w http.ResponseWriter, r *http.Request, most int64, tooLong string) ([]byte, error) {
	b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, most))
	var over *http.MaxBytesError
	switch {
	case errors.As(err, &over):
		return nil, &StatusError{Code: http.StatusRequestEntityTooLarge, Err: err, Text: tooLong}
	case err != nil:
		return nil, &StatusError{Code: http.StatusBadRequest, Err: err, Text: "The message did not come whole. Send it again."}
	}
	return b, nil
}

// resetSource forgets a lab's source of events, and ends the waits for it.
func (l *labs) resetSource(id wire.ID, lab string) {
	if source, ok := l.sources.drop(id, lab); ok {
		source.reset()
	}
}

// done answers a command that has nothing to tell.
func done(w http.ResponseWriter) error {
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusNoContent)
	return nil
}

var labWordForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// labWord is the word in a lab's path: an exercise's, or any other.
func labWord(r *http.Request) (string, error) {
	word := r.PathValue("word")
	if !labWordForm.MatchString(word) {
		return "", &StatusError{Code: http.StatusBadRequest,
			Text: fmt.Sprintf("%q is no word for a lab. Take up to 64 letters, digits, dots and hyphens, such as plum-41.", clipped(word))}
	}
	return word, nil
}
