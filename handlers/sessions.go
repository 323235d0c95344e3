package handlers

// Recorded sessions as pages replay them: those that solve exercises, and those of labs.

import (
	"fmt"
	"io/fs"
	"net/http"
	"sync"

	"wireup/lessons"
	"wireup/lessons/exercise"
	"wireup/wire"
)

// sessions are the files of recorded traffic in the course's content.
type sessions struct {
	content fs.FS    // nil if there are none
	made    sync.Map // by file: the answer to whoever replays it
}

// read is what was recorded into a file; an error that is fs.ErrNotExist where there is none.
func (s *sessions) read(file string) (*exercise.Fixture, error) {
	if s.content == nil {
		return nil, fmt.Errorf("%s: %w", file, fs.ErrNotExist)
	}
	src, err := fs.ReadFile(s.content, file)
	if err != nil {
		return nil, err
	}
	f, err := exercise.ParseFixture(file, src)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return f, nil
}

// replay is what was recorded into a file as JSON, each event explained. It is made once.
func (s *sessions) replay(file string) ([]byte, error) {
	if b, ok := s.made.Load(file); ok {
		return b.([]byte), nil
	}
	f, err := s.read(file)
	if err != nil {
		return nil, err
	}
	events, err := f.Replay(Route, 0)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	head, err := wire.Marshal(map[string]string{"title": f.Title, "source": f.Source})
	if err != nil {
		return nil, err
	}
	b := append(head[:len(head)-1], `,"events":[`...)
	for i, e := range events {
		if i > 0 {
			b = append(b, ',')
		}
		b = wire.AppendDissection(b, e)
	}
	b = append(b, "]}\n"...)
	s.made.Store(file, b)
	return b, nil
}

// fixtureFile is where the attempt lies that solves an exercise of a lesson.
func fixtureFile(l *lessons.Lesson, x lessons.Exercise) string {
	return "fixtures/" + l.ID + "/" + x.ID + "/" + x.Fixture + ".txt"
}

// labFile is where the session of a lesson's lab lies.
func labFile(lesson, lab string) string { return "sessions/" + lesson + "/" + lab + ".txt" }

const recordedRef = "GET /lessons/{id}/recorded.json?lab=NAME"

// recorded answers with the recorded session of a lab, for who has no network when it is wanted.
func (s *Server) recorded(w http.ResponseWriter, r *http.Request) error {
	q, err := queryOf(r, recordedRef)
	if err != nil {
		return err
	}
	id, lab := r.PathValue("id"), q.Get("lab")
	l, ok := s.rooms.course.Lesson(id)
	if !ok || !sessionOf(l, lab) {
		return &StatusError{Code: http.StatusNotFound, Text: fmt.Sprintf("Lesson “%s” has no recorded session of a lab “%s”.", clipped(id), clipped(lab))}
	}
	b, err := s.rooms.sessions.replay(labFile(l.ID, lab))
	if err != nil {
		return err
	}
	writeJSONHead(w)
	_, _ = w.Write(b) // a client that has gone needs no answer
	return nil
}

// sessionOf reports whether a session of a lab belongs to a lesson: one of its slides shows the lab.
func sessionOf(l *lessons.Lesson, lab string) bool {
	for _, slide := range l.Slides {
		if slide.Lab == lab && lab != "" {
			return true
		}
	}
	return false
}
