package handlers

// The audience channel where a network lets no WebSocket through: held requests, and a POST for what
// a page says.

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"wireup/classroom"
)

const pollRef = "GET /classes/{code}/poll?wire=ID&after=CURSOR"

// classPoll answers with what is new in a class behind the cursor, once there is something.
func (s *Server) classPoll(w http.ResponseWriter, r *http.Request) error {
	q, err := queryOf(r, pollRef)
	if err != nil {
		return err
	}
	line, class, id, done, err := s.classRequest(r)
	if err != nil {
		return err
	}
	defer done()
	hold, err := s.holds.begin(r, id, classLab)
	if err != nil {
		return err
	}
	defer hold.over()
	s.hold(w, s.limits.HoldTime)
	ctx, cancel := context.WithTimeoutCause(hold, s.limits.HoldTime, errHeldLongEnough)
	defer cancel()
	seen := classroom.ParseSeen(q.Get("after"))
	for {
		changed := class.Changed()
		if news := line.News(&seen); len(news) > 0 {
			return answerPoll(w, seen, news)
		}
		select {
		case <-changed:
		case <-class.Stopped():
			return errStopping
		case <-ctx.Done():
			switch cause := context.Cause(ctx); {
			case errors.Is(cause, errHeldLongEnough):
				return answerPoll(w, seen, nil)
			case errors.Is(cause, errHoldDrained):
				return errStopping
			}
			panic(http.ErrAbortHandler) // the client has gone: to return would be to answer with an empty 200
		}
	}
}

func answerPoll(w http.ResponseWriter, seen classroom.Seen, news []*classroom.Message) error {
	b := fmt.Appendf(nil, `{"after":"%v","messages":[`, seen)
	for i, m := range news {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, m.Data...)
	}
	writeJSONHead(w)
	_, _ = w.Write(append(b, "]}\n"...)) // a client that has gone needs no answer
	return nil
}

// classSay does what one message says, and answers with what a socket would have been answered.
func (s *Server) classSay(w http.ResponseWriter, r *http.Request) error {
	b, err := labBody(w, r, classroom.MostMessage, fmt.Sprintf("A message to a class may have %d bytes. Send a shorter one.", classroom.MostMessage))
	if err != nil {
		return err
	}
	line, _, _, done, err := s.classRequest(r)
	if err != nil {
		return err
	}
	defer done()
	ctx, cancel := context.WithTimeout(r.Context(), s.limits.HoldTime)
	defer cancel()
	s.hold(w, s.limits.HoldTime)
	answer, err := line.Answer(ctx, b)
	if err != nil {
		return s.classError(err)
	}
	writeJSONHead(w)
	_, _ = w.Write(append(answer.Data[:len(answer.Data):len(answer.Data)], '\n')) // a client that has gone needs no answer
	return nil
}
