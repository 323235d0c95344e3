package handlers

// Lesson 2: GET /lab/connections/{word}, which waits, closes or sends as much as its query says,
// as far away as the wire's dial.

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"sync"
	"time"

	"wireup/wire"
)

const (
	connectionsName = "connections"

	longestHeld  = 10 * time.Second
	longestDial  = 300 * time.Millisecond
	mostTransfer = 4 << 20
	transferStep = 16 << 10 // bytes between two looks at the connection
	mostLooks    = 512
	lookEvery    = 2 * time.Millisecond // after the last byte, until it has arrived
	lookAfter    = 500 * time.Millisecond

	// hangUpAfter is long enough for as many requests at once as a browser makes to come, each
	// on a connection of its own.
	hangUpAfter = 80 * time.Millisecond
)

// dial is what the lab remembers of a wire: how far away it pretends to be, and what the kernel
// told of the last transfer.
type dial struct {
	mu       sync.Mutex
	oneWay   time.Duration
	transfer *transfer
}

// transfer is what the kernel told of a connection while it carried an answer.
type transfer struct {
	Mark    string `json:"mark"` // the request's own, so that the page finds its connection
	Size    int    `json:"size"`
	Why     string `json:"why,omitempty"` // why there are no looks
	Control string `json:"control,omitempty"`
	Looks   []look `json:"looks"`
}

// look is one look at a connection.
type look struct {
	At      float64 `json:"at"`   // milliseconds since the transfer began
	Sent    int     `json:"sent"` // bytes of the body that were handed to the kernel
	RTT     float64 `json:"rtt"`  // milliseconds
	Window  uint32  `json:"window"`
	Segment uint32  `json:"segment"`
	Unacked uint32  `json:"unacked"`
	Retrans uint32  `json:"retrans"`
}

func (d *dial) distance() time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.oneWay
}

// waits is what one request waited for, in milliseconds.
type waits struct {
	Setup float64 `json:"setup"` // what setting up the connection would take
	There float64 `json:"there"`
	Held  float64 `json:"held"`
	Back  float64 `json:"back"`
}

func millis(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// connectionsLab answers after the dial's delay there and back, and after as long as it was asked
// to hold the request. The first request of a connection waits a round trip more: what SYN and
// SYN-ACK would take.
func (s *Server) connectionsLab(w http.ResponseWriter, r *http.Request) error {
	id, err := labWire(r)
	if err != nil {
		return err
	}
	word, err := labWord(r)
	if err != nil {
		return err
	}
	held, err := labMillis(r, "hold", 0, longestHeld)
	if err != nil {
		return err
	}
	size, err := labNumber(r, "size", 0, 0, mostTransfer)
	if err != nil {
		return err
	}
	dial := s.labs.dials.of(id, connectionsName)
	oneWay := dial.distance()
	setup := setupTime(r, oneWay)
	if err := s.linger(w, r, id, connectionsName, setup+oneWay, held, oneWay); err != nil {
		return err
	}
	if r.URL.Query().Get("close") == "1" {
		w.Header().Set("Connection", "close")
	}
	if size > 0 {
		s.transfer(w, r, dial, word, size)
		return nil
	}
	return answerJSON(w, struct {
		Word  string `json:"word"`
		Waits waits  `json:"waits"`
	}{word, waits{millis(setup), millis(oneWay), millis(held), millis(oneWay)}})
}

// setupTime is what SYN and SYN-ACK would take before the first request of a connection.
func setupTime(r *http.Request, oneWay time.Duration) time.Duration {
	if tap := tapOf(r); tap != nil {
		// Whatever was answered on this connection was written to it.
		if _, writes := tap.Calls(); writes == 0 {
			return 2 * oneWay
		}
	}
	return 0
}

// linger waits the times one after another. A reset of the lab ends it, and so does the server's
// end. A client that has closed its side does not: it may still read.
func (s *Server) linger(w http.ResponseWriter, r *http.Request, id wire.ID, lab string, times ...time.Duration) error {
	var all time.Duration
	for _, d := range times {
		all += d
	}
	if all == 0 {
		return nil
	}
	h, err := s.holds.begin(r.WithContext(context.WithoutCancel(r.Context())), id, lab)
	if err != nil {
		return err
	}
	defer h.over()
	s.hold(w, all)
	t := time.NewTimer(all)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-h.Done():
		cause := context.Cause(h)
		if errors.Is(cause, errHoldReset) {
			return &StatusError{Code: http.StatusServiceUnavailable, Err: cause, Text: "The lab was reset while this request was held. Ask again."}
		}
		return errStopping
	}
}

// transfer sends size bytes, and keeps what the kernel tells of the connection meanwhile.
func (s *Server) transfer(w http.ResponseWriter, r *http.Request, dial *dial, word string, size int) {
	t := &transfer{Mark: clipped(r.URL.Query().Get("mark")), Size: size}
	began := time.Now()
	sent := 0
	tap := tapOf(r)
	looking := func() bool {
		if tap == nil || len(t.Looks) >= mostLooks {
			return false
		}
		info, err := tcpInfoOf(tap)
		if err != nil {
			t.Why = err.Error()
			return false
		}
		t.Control = info.Control
		t.Looks = append(t.Looks, look{millis(time.Since(began)), sent, millis(info.RTT), info.Window, info.Segment, info.Unacked, info.Retrans})
		return info.Unacked > 0
	}
	defer func() {
		dial.mu.Lock()
		defer dial.mu.Unlock()
		dial.transfer = t
	}()

	line := append([]byte(word), '\n')
	piece := make([]byte, 0, transferStep+len(line))
	for len(piece) < transferStep {
		piece = append(piece, line...)
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(size))
	w.Header().Set("Cache-Control", "no-store")
	control := http.NewResponseController(w)
	looking()
	for sent < size {
		n, err := w.Write(piece[:min(transferStep, size-sent)])
		sent += n
		if err != nil {
			return // the client has gone
		}
		if err := control.Flush(); err != nil {
			return
		}
		looking()
	}
	for late := time.Now().Add(lookAfter); looking() && time.Now().Before(late); {
		time.Sleep(lookEvery)
	}
}

// connectionsState tells how the dial stands, and of the last transfer.
func (s *Server) connectionsState(w http.ResponseWriter, r *http.Request) error {
	id, err := labWire(r)
	if err != nil {
		return err
	}
	d := s.labs.dials.of(id, connectionsName)
	d.mu.Lock()
	defer d.mu.Unlock()
	return answerJSON(w, struct {
		OneWay   float64   `json:"oneWay"`
		Transfer *transfer `json:"transfer,omitempty"`
	}{millis(d.oneWay), d.transfer})
}

// connectionsDial sets how far away the lab is, in milliseconds one way.
func (s *Server) connectionsDial(w http.ResponseWriter, r *http.Request) error {
	id, err := labWire(r)
	if err != nil {
		return err
	}
	if id == "" {
		return &StatusError{Code: http.StatusBadRequest, Text: "A dial belongs to a wire: name yours with wire=."}
	}
	oneWay, err := labMillis(r, "ms", 0, longestDial)
	if err != nil {
		return err
	}
	d := s.labs.dials.of(id, connectionsName)
	d.mu.Lock()
	d.oneWay = oneWay
	d.mu.Unlock()
	return done(w)
}

// connectionsHangUp closes the connection that it was asked on, after a moment: a page that asks as
// often at once as its browser has connections has none left, and the next request sets one up.
func (s *Server) connectionsHangUp(w http.ResponseWriter, r *http.Request) error {
	id, err := labWire(r)
	if err != nil {
		return err
	}
	if err := s.linger(w, r, id, connectionsName, hangUpAfter); err != nil {
		return err
	}
	w.Header().Set("Connection", "close")
	return done(w)
}

// connectionsReset forgets the dial and ends what is held.
func (s *Server) connectionsReset(w http.ResponseWriter, r *http.Request) error {
	id, err := labWire(r)
	if err != nil {
		return err
	}
	s.labs.dials.drop(id, connectionsName)
	s.holds.end(id, connectionsName, errHoldReset)
	return done(w)
}
