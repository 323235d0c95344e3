package handlers

// An intermediary that loses patience: it gives up when the head of an answer doesn't come in time.

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"wireup/wire"
)

// behindPath is where it finds what it stands in front of. The path is that of a command, so the
// inner hop is muted: it is no traffic of the reader's, who would else find each of their requests
// on the wire twice, and a check that counts them would count two at once.
const behindPath = "/lab/comet/control/behind/"

// cutter is the proxy.
type cutter struct {
	*intermediary
	after time.Duration
}

func newCutter(after time.Duration) *cutter {
	c := &cutter{newIntermediary("1.1 cutter", behindPath), after}
	c.proxy.Transport.(*http.Transport).ResponseHeaderTimeout = after
	return c
}

// carry takes the request to the server behind the proxy, and its answer back.
func (c *cutter) carry(s *Server, w http.ResponseWriter, r *http.Request, id wire.ID) error {
	hold, err := s.holds.begin(r, id, cometLab)
	if err != nil {
		return err
	}
	defer hold.over()
	s.hold(w, s.limits.HoldTime)
	failed := c.intermediary.carry(s, w, r, hold)
	var status *StatusError
	if failed == nil || errors.As(failed, &status) {
		return failed
	}
	if hold.Err() != nil {
		return unanswered(w, hold, failed)
	}
	var late interface{ Timeout() bool }
	if errors.As(failed, &late) && late.Timeout() || strings.Contains(failed.Error(), "timeout awaiting response headers") {
		return c.gaveUp(fmt.Sprintf("The intermediary waited %v for an answer and gave up. Ask again, and not at once.", c.after))
	}
	return c.unreachable(failed)
}

// gaveUp is a proxy's own answer when what is behind it takes too long.
func (p *intermediary) gaveUp(text string) error { // no Err: it is what the lab is for
	return &StatusError{Code: http.StatusGatewayTimeout, Ref: "RFC 9110 §15.6.5", Header: http.Header{"Via": {p.via}}, Text: text}
}

// unreachable is a proxy's own answer when there is none from behind it.
func (p *intermediary) unreachable(err error) error {
	return &StatusError{Code: http.StatusBadGateway, Ref: "RFC 9110 §15.6.3", Err: err, Header: http.Header{"Via": {p.via}},
		Text: "The intermediary could not reach the server behind it. Ask again in a moment."}
}

// notForYou refuses whoever asks for what a proxy stands in front of without coming from it.
func notForYou(through string) error {
	return &StatusError{Code: http.StatusNotFound,
		Text: "This address is for the lab's own intermediary. Ask " + through + " to go through it."}
}

// cometBehind is what the proxy stands in front of: the same lab, for nobody else. The request in
// front of the proxy is the one that is counted as held.
func (s *Server) cometBehind(w http.ResponseWriter, r *http.Request) error {
	if !s.cutter.made(r.RemoteAddr) {
		return notForYou("/lab/comet/free?through=cutter")
	}
	id, err := labWire(r)
	if err != nil {
		return err
	}
	plan, err := s.cometPlan(r, id)
	if err != nil {
		return err
	}
	return s.holdComet(w, plan, r.Context())
}
