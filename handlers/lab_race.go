package handlers

// Lesson 13: the same forty updates over four transports, /lab/race/{word}/poll, comet, stream and
// socket, and what commands the lab.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"wireup/wire"
)

const raceName = "race"

// racer is what every request to the race names: whose it is, in which race, and from where on.
type racer struct {
	wire  wire.ID
	race  *race
	since int // the number of the last update that the client has
}

func (s *Server) racer(r *http.Request) (e racer, err error) {
	if e.wire, err = labWire(r); err != nil {
		return e, err
	}
	if _, err := labWord(r); err != nil {
		return e, err
	}
	if e.since, err = labNumber(r, "since", 0, 0, raceUpdates); err != nil {
		return e, err
	}
	id, err := labNumber(r, "race", 0, 0, mostCursor)
	if err != nil {
		return e, err
	}
	if last := r.Header.Get("Last-Event-ID"); last != "" {
		if n, err := strconv.Atoi(last); err == nil && n >= 0 && n <= raceUpdates {
			e.since = n
		}
	}
	lane := s.races.of(e.wire, raceName)
	if e.race = lane.current(); id == 0 && e.since == 0 && (e.race == nil || e.race.over()) {
		// Somebody at a terminal, who has begun none: this request does, with its own dials.
		drawn, err := raceOf(r)
		if err != nil {
			return e, err
		}
		e.race = lane.begin(drawn)
	}
	switch {
	case e.race == nil:
		return e, &StatusError{Code: http.StatusNotFound,
			Text: "There is no race on this wire. Begin one: POST /lab/race/control/start, or ask without since and race."}
	case id != 0 && id != e.race.id:
		return e, &StatusError{Code: http.StatusNotFound,
			Text: fmt.Sprintf("Race %d is over: race %d has begun on this wire since, from another tab or a terminal. Begin another, or leave race out.", id, e.race.id)}
	}
	return e, nil
}

// arrive reads a request, and holds it for as long as it is on its way.
func (s *Server) arrive(w http.ResponseWriter, r *http.Request) (e racer, err error) {
	if e, err = s.racer(r); err != nil {
		return e, err
	}
	return e, s.linger(w, r, e.wire, raceName, setupTime(r, e.race.oneWay)+e.race.oneWay)
}

// racePoll answers at once with the updates behind since, or with 204 if there are none.
func (s *Server) racePoll(w http.ResponseWriter, r *http.Request) error {
	e, err := s.arrive(w, r)
	if err != nil {
		return err
	}
	last := e.race.happened(time.Now())
	if err := s.linger(w, r, e.wire, raceName, e.race.oneWay); err != nil {
		return err
	}
	return e.answer(w, last)
}

// answer tells the updates behind since up to last, each on a line.
func (e racer) answer(w http.ResponseWriter, last int) error {
	if last <= e.since {
		return done(w)
	}
	var b strings.Builder
	for n := e.since + 1; n <= last; n++ {
		if n > e.since+1 {
			b.WriteByte('\n')
		}
		b.WriteString(e.race.text(n))
	}
	w.Header().Set("Content-Type", "text/plain")
	w.Header().Set("Content-Length", strconv.Itoa(b.Len()))
	w.Header().Set("Cache-Control", "no-store")
	_, _ = io.WriteString(w, b.String()) // a client that has gone needs no answer
	return nil
}

// raceComet answers as a poll does, but waits until there is an update.
func (s *Server) raceComet(w http.ResponseWriter, r *http.Request) error {
	e, err := s.arrive(w, r)
	if err != nil {
		return err
	}
	if e.since == raceUpdates {
		return done(w)
	}
	if err := s.raceWait(w, r, e); err != nil {
		return err
	}
	last := e.race.happened(time.Now())
	if err := s.linger(w, r, e.wire, raceName, e.race.oneWay); err != nil {
		return err
	}
	return e.answer(w, last)
}

// raceWait waits for the update behind since, for as long as a request is held.
func (s *Server) raceWait(w http.ResponseWriter, r *http.Request, e racer) error {
	hold, err := s.holds.begin(r, e.wire, raceName)
	if err != nil {
		return err
	}
	defer hold.over()
	s.hold(w, s.limits.HoldTime)
	ctx, cancel := context.WithTimeoutCause(hold, s.limits.HoldTime, errHeldLongEnough)
	defer cancel()
	switch err := e.race.until(ctx, e.race.when(e.since+1)); {
	case err == nil, errors.Is(err, errHeldLongEnough), errors.Is(err, errRaceOver), errors.Is(err, errHoldReset):
		return nil // with the updates that there are, if any
	case errors.Is(err, errHoldDrained):
		return errStopping
	}
	panic(http.ErrAbortHandler) // the client has gone
}

// raceStream answers with one event for each update, as it happens.
func (s *Server) raceStream(w http.ResponseWriter, r *http.Request) error {
	e, err := s.racer(r)
	if err != nil {
		return err
	}
	oneWay := e.race.oneWay
	if err := s.linger(w, r, e.wire, raceName, setupTime(r, oneWay)+oneWay, oneWay); err != nil {
		return err
	}
	hold, err := s.holds.begin(r, e.wire, raceName)
	if err != nil {
		return err
	}
	defer hold.over()
	// As the streaming lab's: nobody on the way is to hold it back, or to change its chunks.
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store, no-transform")
	control := http.NewResponseController(w)
	if err := control.Flush(); err != nil {
		return nil // the client has gone
	}
	for n := e.since + 1; n <= raceUpdates; n++ {
		at := e.race.when(n).Add(oneWay)
		s.hold(w, time.Until(at))
		if err := e.race.until(hold, at); err != nil {
			break // the answer ends, whatever ended it
		}
		if _, err := fmt.Fprintf(w, "id: %d\ndata: %s\n\n", n, e.race.text(n)); err != nil {
			break
		}
		if err := control.Flush(); err != nil {
			break
		}
	}
	if r.Context().Err() != nil {
		panic(http.ErrAbortHandler) // there is no last chunk to send to a client that has gone
	}
	return nil
}

// raceWriters holds write buffers, so that a socket of the race has none while it waits.
var raceWriters = new(sync.Pool)

// raceSocket upgrades, and sends one text frame for each update, as it happens.
func (s *Server) raceSocket(w http.ResponseWriter, r *http.Request) error {
	e, err := s.racer(r)
	if err != nil {
		return err
	}
	oneWay := e.race.oneWay
	return s.socket(w, r, webSocket{
		wire:     e.wire,
		instead:  "This lane of the race is a WebSocket. Open it with new WebSocket(url); poll, comet and stream beside it are answered to a GET.",
		before:   func() error { return s.linger(w, r, e.wire, raceName, setupTime(r, oneWay)+oneWay, oneWay) },
		upgrader: websocket.Upgrader{ReadBufferSize: 512, WriteBufferSize: 4 << 10, WriteBufferPool: raceWriters},
		serve: func(ctx context.Context, conn *websocket.Conn) {
			f := &feed{conn: conn, gone: make(chan struct{})}
			go f.read()
			e.race.send(ctx, f, e.since)
			conn.Close()
			<-f.gone
		},
	})
}

// send sends the updates behind since, and closes.
func (r *race) send(ctx context.Context, f *feed, since int) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		select {
		case <-f.gone:
			stop()
		case <-ctx.Done():
		}
	}()
	for n := since + 1; n <= raceUpdates; n++ {
		switch err := r.until(ctx, r.when(n).Add(r.oneWay)); {
		case errors.Is(err, errRaceOver):
			f.close(websocket.CloseNormalClosure, "the race is over")
			f.linger()
			return
		case err != nil:
			f.close(websocket.CloseGoingAway, "the server is stopping") // or the client has gone
			f.linger()
			return
		}
		if f.send([]byte(r.text(n))) != nil {
			return
		}
	}
	f.close(websocket.CloseNormalClosure, "all updates have come")
	f.linger()
}

// raceStands is how a race stands: what has happened so far, whoever was told of it.
type raceStands struct {
	Race     int       `json:"race"` // 0: there is none
	Updates  int       `json:"updates"`
	Seed     int       `json:"seed"`
	Rate     int       `json:"rate"`
	Size     int       `json:"size"`
	OneWay   float64   `json:"oneWay"`
	Happened []float64 `json:"happened"` // when, in milliseconds of the wire's clock
}

// raceCommand is what a page, or a terminal, tells the lab to do. It is not on the wire's log.
func (s *Server) raceCommand(w http.ResponseWriter, r *http.Request) error {
	id, err := labWire(r)
	if err != nil {
		return err
	}
	lane := s.races.of(id, raceName)
	switch what := r.PathValue("what"); what {
	case "start":
		drawn, err := raceOf(r)
		if err != nil {
			return err
		}
		return answerJSON(w, s.raceStands(id, lane.begin(drawn)))
	case "state":
		return answerJSON(w, s.raceStands(id, lane.current()))
	case "reset":
		s.holds.end(id, raceName, errHoldReset)
		lane.begin(nil)
		return done(w)
	default:
		return unknownCommand(what, "start, state and reset")
	}
}

// raceOf is the race that a request asks for.
func raceOf(r *http.Request) (*race, error) {
	var d race
	for _, n := range []struct {
		name                   string
		to                     *int
		otherwise, least, most int
	}{
		{"seed", &d.seed, 1, 1, mostSeed},
		{"rate", &d.rate, raceRate, 1, mostRaceRate},
		{"size", &d.size, raceSize, leastUpdate, mostUpdate},
	} {
		var err error
		if *n.to, err = labNumber(r, n.name, n.otherwise, n.least, n.most); err != nil {
			return nil, err
		}
	}
	var err error
	d.oneWay, err = labMillis(r, "latency", 0, longestDial)
	return &d, err
}

func (s *Server) raceStands(id wire.ID, r *race) raceStands {
	if r == nil {
		return raceStands{Updates: raceUpdates, Happened: []float64{}}
	}
	stands := raceStands{Race: r.id, Updates: raceUpdates, Seed: r.seed, Rate: r.rate, Size: r.size, OneWay: millis(r.oneWay), Happened: []float64{}}
	log, _ := s.hub.Lookup(id)
	for n := 1; log != nil && n <= r.happened(time.Now()); n++ {
		at, ok := log.When(r.when(n))
		if !ok {
			break
		}
		stands.Happened = append(stands.Happened, at)
	}
	return stands
}
