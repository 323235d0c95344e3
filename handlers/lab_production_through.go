package handlers

// The intermediaries of lesson 12: what each does wrong, and how a request goes through one.

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

	"wireup/wire"
)

const (
	// behindProduction is what the intermediaries stand in front of. It is on the reader's wire: what
	// comes out behind a proxy is what the lab shows.
	behindProduction = "/lab/production/behind/"

	bufferedBytes = 1 << 20 // that the buffering intermediary keeps of one answer
)

// throughs are the names of the intermediaries, as a sentence says them.
const throughs = "no-upgrade, idle, buffer and cutter"

// productions is what the lab has of all wires: the intermediaries, and each wire's state.
type productions struct {
	through map[string]*intermediary
	wires   *labStates[*production]
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
