package handlers

// GET /lab/production/<word>: a mirror, a stream or a slow reader, behind a faulty intermediary if
// the query names one, and what commands the lab.

import (
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"wireup/handlers/mirror"
	"wireup/inspector"
	"wireup/wire"
)

const (
	productionLab = "production"
	productionRef = "GET /lab/production/{word}"

	longestBeat  = time.Minute // between two pings of the server's
	mostPieces   = 20          // events of one stream
	longestPause = 30 * time.Second
	usualPause   = time.Second
	mostRefused  = 20
	usualRefused = 3
)

// production is what the lab remembers of a wire.
type production struct {
	mu      sync.Mutex
	refuse  int // handshakes that are still to be refused
	sockets map[*echoTalk]producedSocket
}

// producedSocket is one that can be dropped.
type producedSocket struct {
	name string // by which its page calls it
	tap  *inspector.Conn
}

// production answers as the query asks: itself, or through an intermediary.
func (s *Server) production(w http.ResponseWriter, r *http.Request) error {
	id, err := labWire(r)
	if err != nil {
		return err
	}
	if _, err := labWord(r); err != nil {
		return err
	}
	q, err := queryOf(r, productionRef)
	if err != nil {
		return err
	}
	name := q.Get("through")
	if name == "" {
		return s.produce(w, r, id)
	}
	m, ok := s.produced.through[name]
	if !ok {
		return &StatusError{Code: http.StatusBadRequest, Ref: productionRef,
			Text: fmt.Sprintf("through=%q is no intermediary of this lab. There are %s; leave it out to ask the server itself.", clipped(name), throughs)}
	}
	return s.carryThrough(w, r, id, name, m)
}

// produce answers without anybody in between.
func (s *Server) produce(w http.ResponseWriter, r *http.Request, id wire.ID) error {
	q, err := queryOf(r, productionRef)
	if err != nil {
		return err
	}
	if q.Has("pieces") {
		return s.producePieces(w, r, id)
	}
	state := s.produced.wires.of(id, productionLab)
	if left, refused := state.refused(); refused {
		return &StatusError{Code: http.StatusServiceUnavailable,
			Text: fmt.Sprintf("The lab plays a server that is away, and refuses %d more. Try again later, and later each time.", left)}
	}
	origin := checkOrigin
	switch v := q.Get("origin"); v {
	case "", "check":
	case "any":
		// What a stranger gets is a mirror of what it says itself, within the limits of everybody.
		origin = func([]string, string) error { return nil }
	default:
		return &StatusError{Code: http.StatusBadRequest, Ref: productionRef,
			Text: fmt.Sprintf("origin=%q means nothing here: take check, or any to let every page in.", clipped(v))}
	}
	shake, err := checkHandshakeFrom(r, origin)
	if err != nil {
		return err
	}
	if q.Has("read") {
		return s.readSlowly(w, r, id)
	}
	beat, err := labNumber(r, "ping", 0, 0, int(longestBeat/time.Second))
	if err != nil {
		return err
	}
	o, err := parseEchoQuery(r)
	if err != nil {
		return err
	}
	if !q.Has("breakdown") {
		o.breakdown = mirror.Off
	}
	ended := make(chan struct{})
	talk := &echoTalk{}
	talk.over = func() {
		close(ended)
		state.forget(talk)
	}
	state.keep(talk, producedSocket{q.Get("socket"), tapOf(r)})
	if err := s.converse(w, r, shake, o, talk); err != nil {
		state.forget(talk)
		return err
	}
	if beat > 0 {
		go talk.beat(time.Duration(beat)*time.Second, ended)
	}
	return nil
}

// beat pings every so often until ended is closed.
func (t *echoTalk) beat(every time.Duration, ended <-chan struct{}) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for n := 1; ; n++ {
		select {
		case <-ended:
			return
		case <-tick.C:
			t.ping(strconv.AppendInt([]byte("beat "), int64(n), 10))
		}
	}
}

func (p *production) keep(t *echoTalk, k producedSocket) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sockets[t] = k
}

func (p *production) forget(t *echoTalk) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.sockets, t)
}

// refused reports whether a handshake is to be refused, and how many more are.
func (p *production) refused() (left int, yes bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.refuse == 0 {
		return 0, false
	}
	p.refuse--
	return p.refuse, true
}

// drop cuts the sockets whose page calls them name, or all, and has the next n handshakes refused. It
// returns how many were cut.
func (p *production) drop(name string, n int) int {
	p.mu.Lock()
	var taps []*inspector.Conn
	for _, k := range p.sockets {
		if name == "" || k.name == name {
			taps = append(taps, k.tap)
		}
	}
	if len(taps) > 0 {
		p.refuse = n
	}
	p.mu.Unlock()
	for _, tap := range taps {
		_ = tap.Close() // what can't be closed has gone
	}
	return len(taps)
}

// stop says goodbye to every socket, and refuses nobody.
func (p *production) stop() {
	p.mu.Lock()
	p.refuse = 0
	talks := make([]*echoTalk, 0, len(p.sockets))
	for t := range p.sockets {
		talks = append(talks, t)
	}
	p.mu.Unlock()
	for _, t := range talks {
		t.stop()
	}
}

// producePieces streams pieces events, every milliseconds apart, and ends.
func (s *Server) producePieces(w http.ResponseWriter, r *http.Request, id wire.ID) error {
	word, err := labWord(r)
	if err != nil {
		return err
	}
	pieces, err := labNumber(r, "pieces", 1, 1, mostPieces)
	if err != nil {
		return err
	}
	every, err := labMillis(r, "every", usualPause, longestPause)
	if err != nil {
		return err
	}
	hold, err := s.holds.begin(r, id, productionLab)
	if err != nil {
		return err
	}
	defer hold.over()
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store, no-transform")
	control := http.NewResponseController(w)
	tick := time.NewTimer(every)
	defer tick.Stop()
	for n := 1; n <= pieces; n++ {
		select {
		case <-hold.Done():
			if n == 1 {
				return unanswered(w, hold, hold.Err())
			}
			panic(http.ErrAbortHandler) // half a stream must not look like a whole one
		case <-tick.C:
			tick.Reset(every)
		}
		s.hold(w, longestPause)
		if _, err := fmt.Fprintf(w, "id: %d\ndata: %s, piece %d of %d\n\n", n, word, n, pieces); err != nil {
			return nil // the client has gone
		}
		if err := control.Flush(); err != nil {
			return nil
		}
	}
	return nil
}

// productionCommand is what the page, or a terminal, tells the lab to do. It is not on the wire's
// log.
func (s *Server) productionCommand(w http.ResponseWriter, r *http.Request) error {
	id, err := labWire(r)
	if err != nil {
		return err
	}
	switch what := r.PathValue("what"); what {
	case "drop":
		n, err := labNumber(r, "refuse", usualRefused, 0, mostRefused)
		if err != nil {
			return err
		}
		dropped := s.produced.wires.of(id, productionLab).drop(r.URL.Query().Get("socket"), n)
		if dropped == 0 {
			return &StatusError{Code: http.StatusNotFound, Ref: productionRef,
				Text: "No socket of this lab is open on your wire. Open one, then drop it."}
		}
		return answerJSON(w, struct {
			Dropped int `json:"dropped"`
			Refuse  int `json:"refuse"`
		}{dropped, n})
	case "state":
		return answerJSON(w, struct {
			Idle     float64 `json:"idle"` // seconds
			Cut      float64 `json:"cut"`
			Stranger string  `json:"stranger"` // where a page of another origin is
		}{s.limits.IdleTime.Seconds(), s.limits.CutTime.Seconds(), strangerURL(r, s.openToOthers())})
	case "reset":
		s.holds.end(id, productionLab, errHoldReset)
		s.produced.wires.of(id, productionLab).stop()
		return done(w)
	default:
		return unknownCommand(what, "drop, state and reset")
	}
}
