package handlers

// What all labs share, and how a lab's requests reach the wire: by their targets alone.

import (
	"strings"
	"testing"
	"time"

	"wireup/wire"
)

const labID wire.ID = "labslabslabs2"

func TestRouteOfLabs(t *testing.T) {
	tests := []struct {
		target string
		lab    string
		muted  bool
	}{
		{"/lab/request/plum-41?wire=" + string(labID), "request", false},
		{"/lab/polling/free?since=3&wire=" + string(labID), "polling", false},
		{"/lab/polling/control/reset?wire=" + string(labID), "", true},
		{"/lab/polling/control?wire=" + string(labID), "", true},
		{"/lab/polling/controls?wire=" + string(labID), "polling", false},
		{"/lessons/polling?wire=" + string(labID), "", true},
	}
	for _, tt := range tests {
		r := Route("GET", tt.target)
		if r.Muted != tt.muted || r.Lab != tt.lab || (r.Wire == labID) == tt.muted {
			t.Errorf("Route(%s) = %+v; want muted %v, lab %q", tt.target, r, tt.muted, tt.lab)
		}
	}
}

// ask sends one request on a connection of its own and returns the status and the body.
func (s *echoServer) ask(method, target, fields string) (code int, body string) {
	s.t.Helper()
	c := s.dial(s.t)
	c.send(method + " " + target + " HTTP/1.1\r\nHost: " + s.addr + "\r\n" + fields + "Connection: close\r\n\r\n")
	code, b := c.answered()
	return code, string(b)
}

// logged waits until the wire has an event that ok accepts, and returns all up to it.
func (s *echoServer) logged(id wire.ID, ok func(e *wire.Event) bool) []*wire.Event {
	s.t.Helper()
	log := s.hub.Wire(id)
	late := time.After(10 * time.Second)
	for {
		changed := log.Changed()
		all, _ := log.After(0, 5000)
		for i, e := range all {
			if ok(e) {
				return all[:i+1]
			}
		}
		select {
		case <-changed:
		case <-late:
			s.t.Fatalf("the wire has %d events, and none that was waited for", len(all))
		}
	}
}

func TestLabRefusals(t *testing.T) {
	s := startEcho(t, DefaultLimits())
	tests := []struct{ target, want string }{
		{"/lab/request/plum-41?wire=nobody", "is no wire's id"},
		{"/lab/request/a%20b", "is no word for a lab"},
		{"/lab/request/" + strings.Repeat("x", 65), "is no word for a lab"},
	}
	for _, tt := range tests {
		if code, body := s.ask("GET", tt.target, ""); code != 400 || !strings.Contains(body, tt.want) {
			t.Errorf("GET %s: %d %s; want 400 and %q", tt.target, code, body, tt.want)
		}
	}
}
