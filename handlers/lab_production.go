package handlers

// GET /lab/production/<word>: a mirror, a stream or a slow reader, behind a faulty intermediary if
// the query names one, and what commands the lab.

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
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

	// behindProduction is what the intermediaries stand in front of. It is on the reader's wire: what
	// comes out behind a proxy is what the lab shows.
	behindProduction = "/lab/production/behind/"

	longestBeat   = time.Minute // between two pings of the server's
	mostPieces    = 20          // events of one stream
	longestPause  = 30 * time.Second
	usualPause    = time.Second
	mostRefused   = 20
	usualRefused  = 3
	bufferedBytes = 1 << 20 // that the buffering intermediary keeps of one answer
)

// throughs are the names of the intermediaries, as a sentence says them.
const throughs = "no-upgrade, idle, buffer and cutter"

// productions is what the lab has of all wires: the intermediaries, and each wire's state.
type productions struct {
	through map[string]*intermediary
	wires   *labStates[*production]
}

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

func newProductions(hub *wire.Hub, l Limits) *productions {
	p := &productions{
		through: make(map[string]*intermediary),
		wires: newLabStates(hub.Limits(), func() *production {
			return &production{sockets: make(map[*echoTalk]producedSocket)}
		}),
	}
	for _, name := range []string{"no-upgrade", "idle", "buffer", "cutter"} {
		m := newIntermediary("1.1 "+name, behindProduction)
		m.tell = func(a net.Addr, driver string) func() { return hub.Driver(a, driver, "") }
		p.through[name] = m
		rewrite := m.proxy.Rewrite
		// As a page's origin is compared with Host, a proxy has to leave Host as it came.
		m.proxy.Rewrite = func(r *httputil.ProxyRequest) {
			rewrite(r)
			r.Out.Host = r.In.Host
			r.SetXForwarded()
			if name == "no-upgrade" {
				r.Out.Header.Del("Upgrade")
				r.Out.Header.Del("Connection")
			}
		}
		switch name {
		case "idle":
			m.under = func(c net.Conn) net.Conn { return newDeadline(c, l.IdleTime, true) }
		case "cutter":
			m.under = func(c net.Conn) net.Conn { return newDeadline(c, l.CutTime, false) }
		case "buffer":
			modify := m.proxy.ModifyResponse
			m.proxy.ModifyResponse = func(r *http.Response) error { return errors.Join(modify(r), buffer(r)) }
		}
	}
	return p
}

// buffer takes an answer whole before any of it goes on.
func buffer(r *http.Response) error {
	if r.StatusCode == http.StatusSwitchingProtocols {
		return nil // what follows a 101 is no answer
	}
	b, err := io.ReadAll(io.LimitReader(r.Body, bufferedBytes))
	if err != nil {
		return err
	}
	_ = r.Body.Close() // all of it that is wanted has come
	r.Body = io.NopCloser(bytes.NewReader(b))
	r.ContentLength, r.TransferEncoding = int64(len(b)), nil
	r.Header.Set("Content-Length", strconv.Itoa(len(b)))
	return nil
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

// carryThrough sends a request through m.
func (s *Server) carryThrough(w http.ResponseWriter, r *http.Request, id wire.ID, name string, m *intermediary) error {
	hold, err := s.holds.begin(r, id, productionLab)
	if err != nil {
		return err
	}
	defer hold.over()
	socket := hasToken(r.Header, "Upgrade", "websocket")
	ctx, cancel := context.WithCancel(context.WithoutCancel(r.Context()))
	defer cancel()
	// A socket isn't cut when the server stops: the close frame of what is behind has to come through.
	stop := context.AfterFunc(hold, func() {
		if !socket || !errors.Is(context.Cause(hold), errHoldDrained) {
			cancel()
		}
	})
	defer stop()
	if socket {
		counted, err := s.sockets.open(r.RemoteAddr, id, func() {})
		if err != nil {
			return err
		}
		defer counted.close()
	} else {
		s.hold(w, mostPieces*longestPause)
	}
	failed := m.carry(s, w, r, ctx)
	var status *StatusError
	switch {
	case failed == nil || errors.As(failed, &status):
		return failed
	case hold.Err() != nil:
		return unanswered(w, hold, failed)
	case name == "idle":
		return m.gaveUp(fmt.Sprintf("Nothing crossed for %v, and the intermediary closed the connection behind it.", s.limits.IdleTime))
	case name == "cutter":
		return m.gaveUp(fmt.Sprintf("The intermediary gives a request %v, and no more.", s.limits.CutTime))
	}
	return m.unreachable(failed)
}

// productionBehind is what the intermediaries stand in front of: the same lab, for nobody else.
func (s *Server) productionBehind(w http.ResponseWriter, r *http.Request) error {
	for _, m := range s.produced.through {
		if m.made(r.RemoteAddr) {
			id, err := labWire(r)
			if err != nil {
				return err
			}
			return s.produce(w, r, id)
		}
	}
	return notForYou("/lab/production/free?through=idle")
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
