package handlers

// GET /lab/streaming/<word>: one answer that goes on, as server-sent events; a message upstream
// beside it; and what commands the lab.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"wireup/wire"
)

const (
	streamingLab = "streaming"

	streamingMean = time.Second     // between two random events
	streamRetry   = 2 * time.Second // until a page asks again: long enough for events to be missed
	longestSaid   = 200             // bytes of a message upstream
)

// errHoldStopped ends a stream that is not to be asked for again.
var errHoldStopped = errors.New("the lab answers 204 from now on")

// errHeartbeat ends a wait so that the silence is broken.
var errHeartbeat = errors.New("nothing happened for the time of a heartbeat")

// streamLab is what the lab remembers of a wire.
type streamLab struct {
	source  *source
	stopped atomic.Bool // it answers 204
	halves  atomic.Bool // it writes each event in two chunks
}

type streamLabs = labStates[*streamLab]

func newStreamLabs(l wire.Limits) *streamLabs {
	return newLabStates(l, func() *streamLab { return &streamLab{source: quietSource(streamingMean)} })
}

// plugPulled ends a stream as its reader has asked.
type plugPulled struct{ how string } // fin, reset or end

func (p plugPulled) Error() string { return "the plug was pulled: " + p.how }

// streaming answers with the events behind Last-Event-ID, or those from now on, as they happen.
func (s *Server) streaming(w http.ResponseWriter, r *http.Request) error {
	id, err := labWire(r)
	if err != nil {
		return err
	}
	if _, err := labWord(r); err != nil {
		return err
	}
	lab := s.streams.of(id, streamingLab)
	from, err := lastEventID(r, lab.source)
	if err != nil {
		return err
	}
	if lab.stopped.Load() {
		return done(w)
	}
	hold, err := s.holds.begin(r, id, streamingLab)
	if err != nil {
		return err
	}
	defer hold.over()
	// Not to be compressed: a coder holds back what a reader waits for, and the chunks on the wire
	// would be its own. Nothing on the way is to keep or change it either.
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store, no-transform")
	st := &stream{server: s, w: w, control: http.NewResponseController(w), lab: lab, sent: from}
	err = st.run(hold)
	var pulled plugPulled
	switch tap := tapOf(r); {
	case r.Context().Err() != nil: // the client has gone: there is no last chunk to send it
	case !errors.As(err, &pulled), pulled.how == "end", tap == nil:
		return nil // the answer ends with its last chunk
	case pulled.how == "reset":
		_ = tap.Reset() // what can't be closed is gone
	default:
		_ = tap.Close()
	}
	panic(http.ErrAbortHandler)
}

// lastEventID is the number of the last event that the client has.
func lastEventID(r *http.Request, source *source) (uint64, error) {
	v := r.Header.Get("Last-Event-ID")
	if v == "" {
		return source.newest(), nil
	}
	n, err := strconv.ParseUint(v, 10, 64)
	if err != nil {
		return 0, &StatusError{Code: http.StatusBadRequest, Err: err,
			Text: fmt.Sprintf("Last-Event-ID %q is no number of an event. Send back the last id that came, or leave it out.", clipped(v))}
	}
	return n, nil
}

// stream is one answer that goes on.
type stream struct {
	server  *Server
	w       http.ResponseWriter
	control *http.ResponseController
	lab     *streamLab
	sent    uint64 // the number of the last event in it
}

// run streams until the hold ends or the client takes nothing more, and returns why.
func (st *stream) run(hold *hold) error {
	beat := st.server.limits.BeatTime
	if err := st.write(fmt.Sprintf("retry: %d\n\n", streamRetry.Milliseconds())); err != nil {
		return err
	}
	for {
		ctx, cancel := context.WithTimeoutCause(hold, beat, errHeartbeat)
		events, _, lost, err := st.lab.source.wait(ctx, st.sent)
		cause := context.Cause(ctx)
		cancel()
		switch {
		case err == nil:
		case errors.Is(cause, errHeartbeat):
			if err := st.write(": still here\n\n"); err != nil {
				return err
			}
			continue
		case cause != nil:
			return cause
		default:
			return err
		}
		if lost > 0 {
			// A comment: what is lost has no number to go on from.
			if err := st.write(fmt.Sprintf(": %d events are no longer kept\n\n", lost)); err != nil {
				return err
			}
		}
		for _, e := range events {
			if err := st.event(e); err != nil {
				return err
			}
			st.sent = e.ID
		}
	}
}

// event writes one event: as one chunk, or cut in the middle of its text.
func (st *stream) event(e sourceEvent) error {
	text := fmt.Sprintf("id: %d\ndata: %s\n\n", e.ID, strings.ReplaceAll(e.Text, "\n", "\ndata: "))
	if !st.lab.halves.Load() {
		return st.write(text)
	}
	half := len(text) / 2
	for !utf8.RuneStart(text[half]) {
		half--
	}
	if err := st.write(text[:half]); err != nil {
		return err
	}
	return st.write(text[half:])
}

// write sends text as one chunk.
func (st *stream) write(text string) error {
	st.server.hold(st.w, st.server.limits.BeatTime)
	if _, err := io.WriteString(st.w, text); err != nil {
		return err
	}
	return st.control.Flush()
}

// say makes an event of a message that came upstream. A line break in it becomes a second line of
// data.
func (s *source) say(text string) uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	s.advance(now)
	s.happen(now)
	s.events[len(s.events)-1].Text = text
	s.tell()
	return s.last
}

// streamingSay takes a message, which turns up in the stream: the way up is a request of its own.
func (s *Server) streamingSay(w http.ResponseWriter, r *http.Request) error {
	id, err := labWire(r)
	if err != nil {
		return err
	}
	if _, err := labWord(r); err != nil {
		return err
	}
	b, err := labBody(w, r, longestSaid, fmt.Sprintf("A message upstream may have %d bytes here. Say it in fewer.", longestSaid))
	if err != nil {
		return err
	}
	text := strings.ReplaceAll(strings.TrimSpace(strings.ReplaceAll(string(b), "\r\n", "\n")), "\r", "\n")
	if text == "" || !utf8.ValidString(text) {
		return &StatusError{Code: http.StatusBadRequest,
			Text: "The body of this request is the message: some text in UTF-8. An event stream carries nothing else."}
	}
	s.streams.of(id, streamingLab).source.say(text)
	return done(w)
}

// streamingCommand is what the page, or a terminal, tells the lab to do. It is not on the wire's
// log.
func (s *Server) streamingCommand(w http.ResponseWriter, r *http.Request) error {
	id, err := labWire(r)
	if err != nil {
		return err
	}
	lab := s.streams.of(id, streamingLab)
	switch what := r.PathValue("what"); what {
	case "cut":
		return s.cutStreams(w, r, id)
	case "stop":
		lab.stopped.Store(true)
		s.holds.end(id, streamingLab, errHoldStopped)
		return done(w)
	case "start":
		lab.stopped.Store(false)
		return done(w)
	case "chunks":
		n, err := labNumber(r, "n", 1, 1, 2)
		if err != nil {
			return err
		}
		lab.halves.Store(n == 2)
		return done(w)
	case "random":
		return paceEvents(w, r, lab.source, streamingMean)
	case "events":
		stands, err := s.stands(r, id, lab.source)
		if err != nil {
			return err
		}
		stands.Stopped, stands.Halves = lab.stopped.Load(), lab.halves.Load()
		return answerJSON(w, stands)
	case "reset":
		s.holds.end(id, streamingLab, errHoldReset)
		if lab, ok := s.streams.drop(id, streamingLab); ok {
			lab.source.reset()
		}
		return done(w)
	default:
		return unknownCommand(what, "cut, stop, start, chunks, random, events and reset")
	}
}

// cutStreams pulls the plug: the connections of the wire's streams end without a last chunk, with
// a FIN or with a reset; or the answers end as they should, for comparison.
func (s *Server) cutStreams(w http.ResponseWriter, r *http.Request, id wire.ID) error {
	how := r.URL.Query().Get("how")
	switch how {
	case "":
		how = "fin"
	case "fin", "reset", "end":
	default:
		return &StatusError{Code: http.StatusBadRequest,
			Text: fmt.Sprintf("how=%q is no way to end a stream: take fin, reset, or end for one that ends with its last chunk.", clipped(how))}
	}
	cut := s.holds.end(id, streamingLab, plugPulled{how})
	if cut == 0 {
		return &StatusError{Code: http.StatusNotFound,
			Text: "No stream of this wire is open. Open one, then pull the plug."}
	}
	return answerJSON(w, struct {
		Cut int `json:"cut"`
	}{cut})
}
