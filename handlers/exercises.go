package handlers

// The exercises of a page: a WebSocket that tells how they stand, and the page's commands.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/gorilla/websocket"

	"wireup/bus"
	"wireup/lessons"
	"wireup/lessons/exercise"
	"wireup/wire"
)

const exercisesRef = "GET /wire/{id}/exercises?lesson=ID"

// exerciseRooms is what the handlers of exercises share.
type exerciseRooms struct {
	*rooms
	course   *lessons.Course
	sessions *sessions
}

func newExerciseRooms(c Config) *exerciseRooms {
	var (
		store progressStore
		state busState
	)
	if c.Bus != nil {
		store, state = c.Bus.Store(progressBucket), c.Bus
	}
	k := newKeeper(c.Log, store, state)
	return &exerciseRooms{rooms: newRooms(c.Log, c.Hub, k, exercise.All()), course: c.Course, sessions: &sessions{content: c.Content}}
}

var _ progressStore = bus.Store(nil)

// exercises tells a page of its lesson's exercises, as they change; a page that names no lesson is
// told of all, and nothing is checked for it.
func (s *Server) exercises(w http.ResponseWriter, r *http.Request) error {
	id, err := wireID(r)
	if err != nil {
		return err
	}
	q, err := queryOf(r, exercisesRef)
	if err != nil {
		return err
	}
	lesson := q.Get("lesson")
	if _, ok := s.rooms.course.Lesson(lesson); lesson != "" && !ok {
		return &StatusError{Code: http.StatusNotFound, Ref: exercisesRef,
			Text: fmt.Sprintf("There is no lesson called %q. See all lessons on the first page.", clipped(lesson))}
	}
	return s.view(w, r, id, "progress.json", func(ctx context.Context, f *feed) {
		p := s.rooms.enter(roomKey{id, lesson})
		defer p.leave()
		f.attend(ctx, s.rooms.keeper, p)
	})
}

// attend sends what is new in a room until the page has gone or ctx is over.
func (f *feed) attend(ctx context.Context, k *keeper, p *pupil) {
	ping := time.NewTicker(feedPing)
	defer ping.Stop()
	var (
		said keeping
		once bool
		err  error
	)
	for err == nil {
		keeps, told := k.keeps()
		if tasks, views, ready := p.news(); ready {
			messages := []any{}
			for n, i := range tasks {
				messages = append(messages, i.message(views[n]))
			}
			if !once || keeps != said {
				messages = append(messages, keeps.message())
			}
			once, said = true, keeps
			if len(messages) > 0 {
				err = f.tell(messages)
				continue
			}
		}
		select {
		case <-p.wake:
		case <-told:
		case <-ping.C:
			err = f.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(stallLimit))
		case <-ctx.Done():
			f.close(websocket.CloseGoingAway, "the server is stopping")
			f.linger()
			return
		case <-f.gone:
			return
		}
	}
}

// tell sends one message of JSON, and lets a screen's frame pass before the next.
func (f *feed) tell(v any) error {
	b, err := wire.Marshal(v)
	if err != nil {
		return err
	}
	pause := time.NewTimer(feedEvery - time.Since(f.sent))
	defer pause.Stop()
	select {
	case <-pause.C:
	case <-f.gone:
		return nil
	}
	f.sent = time.Now()
	if err := f.conn.SetWriteDeadline(f.sent.Add(stallLimit)); err != nil {
		return err
	}
	return f.conn.WriteMessage(websocket.TextMessage, b)
}

// command finds what a command of a page is about, and the document that it changes. Call close on
// the document.
func (s *Server) command(r *http.Request) (*exercise.Exercise, *progressDoc, error) {
	id, err := wireID(r)
	if err != nil {
		return nil, nil, err
	}
	x, ok := exercise.Find(r.PathValue("lesson"), r.PathValue("exercise"))
	if !ok {
		return nil, nil, noExercise(r.PathValue("lesson") + "/" + r.PathValue("exercise"))
	}
	return x, s.rooms.keeper.open(r.Context(), id), nil
}

// again begins a new attempt, with a new word.
func (s *Server) again(w http.ResponseWriter, r *http.Request) error {
	x, doc, err := s.command(r)
	if err != nil {
		return err
	}
	defer doc.close()
	word := exercise.NewWord()
	doc.change(func(p *exercise.Progress) {
		p.Change(x.Name(), func(s *exercise.Standing) {
			for word == s.Word {
				word = exercise.NewWord()
			}
			s.Word, s.Drawn = word, later(s.Drawn)
		})
	})
	_ = doc.keep(r.Context()) // what can't be stored waits, and the page says so
	return answerJSON(w, map[string]string{"word": word})
}

// later is now, or at least a moment behind t: of two words the one drawn later counts.
func later(t time.Time) time.Time {
	now := stamp()
	if !now.After(t) {
		now = t.Add(time.Millisecond)
	}
	return now
}

// hint notes that a hint was opened.
func (s *Server) hint(w http.ResponseWriter, r *http.Request) error {
	return s.note(w, r, func(s *exercise.Standing) { s.Hints = min(s.Hints+1, 1000) })
}

// note changes what is known of an exercise, and answers nothing.
func (s *Server) note(w http.ResponseWriter, r *http.Request, f func(s *exercise.Standing)) error {
	x, doc, err := s.command(r)
	if err != nil {
		return err
	}
	defer doc.close()
	doc.change(func(p *exercise.Progress) { p.Change(x.Name(), f) })
	_ = doc.keep(r.Context()) // what can't be stored waits, and the page says so
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// solution notes that the solution was opened, and answers with the recorded session that solves
// the exercise, each event explained. It stays out of every wire.
func (s *Server) solution(w http.ResponseWriter, r *http.Request) error {
	x, doc, err := s.command(r)
	if err != nil {
		return err
	}
	defer doc.close()
	b, err := s.rooms.solution(x)
	if err != nil {
		return err
	}
	doc.change(func(p *exercise.Progress) {
		p.Change(x.Name(), func(s *exercise.Standing) { s.Seen = true })
	})
	_ = doc.keep(r.Context()) // what can't be stored waits, and the page says so
	writeJSONHead(w)
	_, _ = w.Write(b) // a client that has gone needs no answer
	return nil
}

// solution is the replay of an exercise's fixture, as JSON.
func (r *exerciseRooms) solution(x *exercise.Exercise) ([]byte, error) {
	if l, ok := r.course.Lesson(x.Lesson); ok {
		for _, one := range l.Exercises {
			if one.ID == x.ID {
				return r.sessions.replay(fixtureFile(l, one))
			}
		}
	}
	return nil, &StatusError{Code: http.StatusNotFound, Text: "This exercise has no recorded solution."}
}

// progress answers with the document of a wire, as a file that can be imported elsewhere.
func (s *Server) progress(w http.ResponseWriter, r *http.Request) error {
	id, err := wireID(r)
	if err != nil {
		return err
	}
	doc := s.rooms.keeper.open(r.Context(), id)
	defer doc.close()
	return writeProgress(w, doc, id)
}

func writeProgress(w http.ResponseWriter, doc *progressDoc, id wire.ID) error {
	p, _ := doc.now()
	b, err := p.Encode()
	if err != nil {
		return err
	}
	writeJSONHead(w)
	w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="wireup-progress-%s.json"`, id[:4]))
	_, _ = w.Write(append(b, '\n')) // a client that has gone needs no answer
	return nil
}

// importProgress merges a document into that of a wire, and answers with what came of it. What the
// wire has passed stays passed.
func (s *Server) importProgress(w http.ResponseWriter, r *http.Request) error {
	id, err := wireID(r)
	if err != nil {
		return err
	}
	b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, exercise.MaxProgress))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return &StatusError{Code: http.StatusRequestEntityTooLarge, Err: err,
			Text: "The file is over 64 KiB (limit: progress). Choose one that was exported here."}
	} else if err != nil {
		return &StatusError{Code: http.StatusBadRequest, Err: err, Text: "The file did not come whole. Send it again."}
	}
	p, err := exercise.ParseProgress(b, time.Now())
	if err != nil {
		return &StatusError{Code: http.StatusBadRequest, Err: err,
			Text: "This is no progress that wireup has exported, so nothing was changed. Choose the file wireup-progress-….json."}
	}
	doc := s.rooms.keeper.open(r.Context(), id)
	defer doc.close()
	doc.change(func(mine *exercise.Progress) { mine.Merge(p) })
	_ = doc.keep(r.Context()) // what can't be stored waits, and the page says so
	return writeProgress(w, doc, id)
}
