package handlers

// POST /lab/answer/{exercise}: an answer that somebody typed. It is traffic like any other, so that
// a check finds it in the log.

import (
	"net/http"
	"slices"
	"unicode/utf8"

	"wireup/lessons/exercise"
	"wireup/wire"
)

const (
	answerRef = "POST /lab/answer/{exercise}?wire=ID&word=WORD&answer=TEXT"

	// maxAnswer bounds an answer, in bytes.
	maxAnswer = 200
)

// answer takes an answer. Whether it is right is for the check to say, on the wire.
func (s *Server) answer(w http.ResponseWriter, r *http.Request) error {
	q, err := queryOf(r, answerRef)
	if err != nil {
		return err
	}
	if _, err := wire.ParseID(q.Get("wire")); err != nil {
		return &StatusError{Code: http.StatusBadRequest, Err: err, Ref: answerRef,
			Text: "wire must be the 13 characters that the page shows, each a to z or 2 to 7."}
	}
	id := r.PathValue("exercise")
	if !slices.ContainsFunc(exercise.All(), func(x *exercise.Exercise) bool { return x.ID == id }) {
		return noExercise(id)
	}
	text := q.Get("answer")
	switch {
	case !exercise.ValidWord(q.Get("word")):
		return &StatusError{Code: http.StatusBadRequest, Ref: answerRef,
			Text: "word must be the one that the page shows beside the exercise, such as plum-41."}
	case len(text) == 0:
		return &StatusError{Code: http.StatusBadRequest, Ref: answerRef, Text: "answer is empty. Put what you would type into the page there."}
	case len(text) > maxAnswer || !utf8.ValidString(text):
		return &StatusError{Code: http.StatusBadRequest, Ref: answerRef, Text: "answer must be text of 200 bytes at most (limit: answer)."}
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
