package handlers

// The log of a wire over plain HTTP: all of it, or one event with its dissection.

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"
	"unicode"

	"wireup/wire"
)

const (
	// logEvents is how many events are taken from a log at once; in between it may move on.
	logEvents = 500

	// stallLimit is how long a client may take nothing of what is written to it.
	stallLimit = 10 * time.Second

	// keptBuffer is the largest buffer that is put back for the next reader.
	keptBuffer = 1 << 20
)

// jsonBuffers holds the buffers in which events become JSON, so that a reader who waits has none.
var jsonBuffers = sync.Pool{New: func() any { return new([]byte) }}

func putJSONBuffer(p *[]byte, b []byte) {
	if cap(b) > keptBuffer {
		return
	}
	*p = b[:0]
	jsonBuffers.Put(p)
}

// wireID is the id in the request's path.
func wireID(r *http.Request) (wire.ID, error) {
	s := r.PathValue("id")
	id, err := wire.ParseID(s)
	if err != nil {
		return "", &StatusError{Code: http.StatusBadRequest, Err: err,
			Text: fmt.Sprintf("%q is no wire's id. An id is 13 characters, each a to z or 2 to 7.", clipped(s))}
	}
	return id, nil
}

// eventNumber reads the number of an event, at least first; name is what the request calls it.
func eventNumber(name, s string, first uint64) (uint64, error) {
	n, err := strconv.ParseUint(s, 10, 64)
	if err == nil && n < first {
		err = strconv.ErrRange
	}
	if err != nil {
		return 0, &StatusError{Code: http.StatusBadRequest, Err: err,
			Text: fmt.Sprintf("%s=%q is no number of an event. Give one from %d on, in decimal digits.", name, clipped(s), first)}
	}
	return n, nil
}

// clipped is as much of what a client sent as an error repeats: characters that can be shown.
func clipped(s string) string {
	const most = 64
	shown := make([]rune, 0, most)
	for _, c := range s { // what is no UTF-8 comes as U+FFFD
		if len(shown) == most {
			return string(shown) + "…"
		}
		if !unicode.IsPrint(c) {
			c = unicode.ReplacementChar
		}
		shown = append(shown, c)
	}
	return string(shown)
}

func writeJSONHead(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
}

// event answers with one event, every byte of it explained.
func (s *Server) event(w http.ResponseWriter, r *http.Request) error {
	id, err := wireID(r)
	if err != nil {
		return err
	}
	seq, err := eventNumber("seq", r.PathValue("seq"), 1)
	if err != nil {
		return err
	}
	if _, err := queryOf(r, "GET /wire/{id}/events/{seq}"); err != nil {
		return err
	}
	log, ok := s.hub.Lookup(id)
	if !ok {
		return &StatusError{Code: http.StatusNotFound,
			Text: "Nothing is kept of this wire. Send something with its id, then ask again."}
	}
	e, ok := log.Event(seq)
	if !ok {
		return notKept(log, seq)
	}
	p := jsonBuffers.Get().(*[]byte)
	b := append(wire.AppendDissection((*p)[:0], e), '\n')
	defer func() { putJSONBuffer(p, b) }()
	writeJSONHead(w)
	_, _ = w.Write(b) // a client that has gone needs no answer
	return nil
}

// notKept says why there is no event seq on the wire.
func notKept(log *wire.Wire, seq uint64) error {
	first, last := log.Range()
	text := fmt.Sprintf("There is no event %d on this wire: its last is %d. Ask for that or an earlier one.", seq, last)
	switch {
	case last == 0:
		text = "There is no event on this wire yet. Send something with its id, then ask again."
	case seq < first && first <= last:
		text = fmt.Sprintf("Event %d is no longer kept: a wire keeps the newest only. The oldest now is %d; do again what you want to look at.", seq, first)
	case seq <= last:
		text = fmt.Sprintf("Event %d is no longer kept: it alone is over the wire's limit of bytes. Send something smaller.", seq)
	}
	return &StatusError{Code: http.StatusNotFound, Text: text}
}

// logJSON answers with the whole log as it is now, oldest event first. A client so slow that
// the log moves on under it finds in its place how many events it lost.
func (s *Server) logJSON(w http.ResponseWriter, r *http.Request) error {
	id, err := wireID(r)
	if err != nil {
		return err
	}
	if _, err := queryOf(r, "GET /wire/{id}/log.json"); err != nil {
		return err
	}
	writeJSONHead(w)
	p := jsonBuffers.Get().(*[]byte)
	b := append((*p)[:0], `{"wire":"`...)
	b = append(b, id...)
	b = append(b, `","events":[`...)
	defer func() { putJSONBuffer(p, b) }()
	if log, ok := s.hub.Lookup(id); ok {
		control := http.NewResponseController(w)
		_, last := log.Range()
		for seq, n := uint64(0), 0; seq < last; {
			var members int
			b, seq, members = appendEvents(b, log, seq, last, n > 0)
			n += members
			if err := control.SetWriteDeadline(time.Now().Add(stallLimit)); err != nil && !errors.Is(err, http.ErrNotSupported) {
				return nil
			}
			if _, err := w.Write(b); err != nil {
				return nil // the client has gone, or takes nothing
			}
			b = b[:0]
		}
	}
	b = append(b, "]}\n"...)
	_, _ = w.Write(b) // a client that has gone needs no answer
	return nil
}

// appendEvents appends the next events behind seq, up to last, as members of a JSON array, and
// returns the number of the last one it accounts for and how many members it made. What is no
// longer kept is accounted for by a member that says how many. more is whether a member stands
// before them.
func appendEvents(b []byte, log *wire.Wire, seq, last uint64, more bool) (_ []byte, to uint64, members int) {
	events, lost := log.After(seq, logEvents)
	comma := func() {
		if more {
			b = append(b, ',')
		}
		more = true
		members++
	}
	if lost = min(lost, last-seq); lost > 0 {
		comma()
		b = wire.AppendLost(b, lost)
		seq += lost
	}
	for _, e := range events {
		if e.Seq > last || len(b) > batchBytes {
			break
		}
		comma()
		b = wire.AppendEvent(b, e)
		seq = e.Seq
	}
	if len(events) == 0 && lost == 0 {
		seq = last // the wire was dropped: nothing more will come
	}
	return b, seq, members
}
