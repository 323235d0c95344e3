package handlers

// Lesson 13's labs for programs of the reader's own, over a real listener. The programs themselves are
// run in cmd/wireup.

import (
	"strings"
	"testing"

	"wireup/inspector"
	"wireup/wire"
)

const ownClientTarget = "/lab/own/client/plum-41?wire=" + string(labID)

// A client that sends something else back is told so in the close frame, and TCP ends.
func TestOwnClientIsTold(t *testing.T) {
	s := startEcho(t, DefaultLimits())
	c := s.open(ownClientTarget, "")
	c.wants(0x81, "Hello, plum-41")
	c.send(maskedFrame(0x81, "hello, plum-41"))
	c.wants(0x88, "\x03\xf0step 2, text: a text frame, 14 bytes, masked (“hello, plum-41”)")
	c.send(maskedFrame(0x88, "\x03\xf0"))
	c.end()
	events := s.logged(labID, func(e *wire.Event) bool { return e.Kind == inspector.KindClose })
	if last := events[len(events)-1]; last.Lab != ownLab || last.Close.TCP != inspector.EndServer || !last.Close.Clean {
		t.Errorf("the wire says %+v of lab %s", last.Close, last.Lab)
	}
}

// A server that stops says goodbye to a client in the middle of its steps.
func TestOwnClientDrains(t *testing.T) {
	s := startEcho(t, DefaultLimits())
	c := s.open(ownClientTarget, "")
	c.wants(0x81, "Hello, plum-41")
	go s.Shutdown(t.Context())
	c.wants(0x88, "\x03\xe9step 2, text: the server is stopping")
	c.send(maskedFrame(0x88, "\x03\xe9"))
	c.end()
}

func TestOwnLabsRefuse(t *testing.T) {
	s := startEcho(t, DefaultLimits())
	const shake = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEA==\r\n"
	for _, tt := range []struct {
		target, fields, want string
		code                 int
	}{
		{ownClientTarget, "", "tests clients", 426},
		{"/lab/own/client/plum%2041?wire=" + string(labID), shake, "no word", 400},
		{"/lab/own/client/plum-41?wire=x", shake, "no wire's id", 400},
		{ownProbePath + "plum-41?wire=" + string(labID), shake, "url must be", 400},
		{ownProbePath + "plum-41?url=ws://localhost:1", shake, "names none", 400},
		{ownProbePath + "plum-41?url=ws://localhost:1&wire=" + string(labID), "", "Only wireup probe", 426},
		{ownProbePath + "plum-41?url=ws://localhost:1&wire=" + string(labID), shake + "Origin: http://elsewhere.example\r\n", "", 403},
	} {
		if code, body := s.ask("GET", tt.target, tt.fields); code != tt.code || !strings.Contains(body, tt.want) {
			t.Errorf("%s: %d %s; want %d and %q", tt.target, code, body, tt.code, tt.want)
		}
	}
}

// What commands the probe is not on the wire: only what the probe says to a server is.
func TestOwnProbeIsMuted(t *testing.T) {
	if r := Route("GET", ownProbePath+"plum-41?wire="+string(labID)); !r.Muted {
		t.Errorf("%+v; want it muted", r)
	}
	if r := Route("GET", ownClientTarget); r.Muted || r.Wire != labID || r.Lab != ownLab {
		t.Errorf("%+v; want it on the wire", r)
	}
}
