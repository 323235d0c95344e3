package handlers

import (
	"strings"
	"testing"

	"wireup/inspector"
	"wireup/wire"
)

func TestRequestLab(t *testing.T) {
	s := startEcho(t, DefaultLimits())
	target := "/lab/request/plum-41?wire=" + string(labID)
	if code, body := s.ask("GET", target, ""); code != 200 || body != "You asked for plum-41.\n" {
		t.Errorf("GET %s: %d %q", target, code, body)
	}
	events := s.logged(labID, func(e *wire.Event) bool { return e.Kind == inspector.KindBody })
	for _, e := range events {
		if e.Lab != "request" || e.Driver != wire.DriverTerminal {
			t.Errorf("event %d: lab %q, driver %q", e.Seq, e.Lab, e.Driver)
		}
	}
	if e := events[len(events)-1]; e.Payload() != uint64(len("You asked for plum-41.\n")) {
		t.Errorf("the body has %d bytes of payload", e.Payload())
	}
	if code, _ := s.ask("POST", "/lab/request/control/reset?wire="+string(labID), ""); code != 204 {
		t.Errorf("reset: %d", code)
	}
}

// TestRequestWithoutHost: net/http answers by itself, before any handler, and the wire has it all
// the same, since whose it is stands in the target.
func TestRequestWithoutHost(t *testing.T) {
	s := startEcho(t, DefaultLimits())
	c := s.dial(t)
	c.send("GET /lab/request/plum-41?wire=" + string(labID) + " HTTP/1.1\r\n\r\n")
	if code, body := c.answered(); code != 400 || !strings.Contains(string(body), "Host") {
		t.Errorf("%d %s", code, body)
	}
	events := s.logged(labID, func(e *wire.Event) bool { return e.Kind == inspector.KindResponse })
	if e := events[len(events)-1]; e.Head.Code != 400 || e.Exchange != 1 || e.Lab != "request" {
		t.Errorf("the wire has status %d of exchange %d, lab %q", e.Head.Code, e.Exchange, e.Lab)
	}
}
