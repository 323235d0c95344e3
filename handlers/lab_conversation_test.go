package handlers

// Lesson 10 over a real listener: every way in which a conversation ends, as a client sees it and as
// the wire tells it.

import (
	"errors"
	"io"
	"strings"
	"syscall"
	"testing"

	"wireup/inspector"
	"wireup/wire"
)

const talkPath = "/lab/conversation/plum-41?wire=" + string(labID) + "&socket=abcd"

// endings commands the lab.
func (s *echoServer) ends(query string) (code int, body string) {
	s.t.Helper()
	return s.ask("POST", "/lab/conversation/control/end?wire="+string(labID)+query, "Content-Length: 0\r\n")
}

// closed is the end of the lab's connection as the wire tells it.
func (s *echoServer) closed() *inspector.Close {
	s.t.Helper()
	all := s.logged(labID, func(e *wire.Event) bool { return e.Kind == inspector.KindClose })
	return all[len(all)-1].Close
}

// maskedFrame is a client's frame under a key of zeros.
func maskedFrame(first byte, payload string) string {
	return string([]byte{first, 0x80 | byte(len(payload)), 0, 0, 0, 0}) + payload
}

func TestConversationEnds(t *testing.T) {
	tests := []struct {
		name, query string
		client      func(c *rawClient)
		want        inspector.Ending
		up, down    inspector.CloseCode
	}{
		{"close", "&how=close&code=4000&reason=bye", func(c *rawClient) {
			c.wants(0x88, "\x0f\xa0bye")
			c.send(maskedFrame(0x88, "\x0f\xa0"))
			c.end()
		}, inspector.EndServer, 4000, 4000},
		{"a close frame without a code", "&how=none", func(c *rawClient) {
			c.wants(0x88, "")
			c.send(maskedFrame(0x88, ""))
			c.end()
		}, inspector.EndServer, inspector.CloseNoStatus, inspector.CloseNoStatus},
		{"cut", "&how=cut", func(c *rawClient) { c.end() }, inspector.EndServer, 0, 0},
		{"reset", "&how=reset", func(c *rawClient) {
			if _, err := io.ReadAll(c.r); !errors.Is(err, syscall.ECONNRESET) {
				c.t.Errorf("the end is %v, want a reset", err)
			}
		}, inspector.EndAborted, 0, 0},
		{"silence", "&how=silence&socket=abcd", func(c *rawClient) {
			c.send(maskedFrame(0x89, "there?") + maskedFrame(0x81, "hello?") + maskedFrame(0x88, "\x03\xe8"))
			if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
				half.CloseWrite()
			}
			c.end() // and not a byte before
		}, inspector.EndClient, 1000, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := startEcho(t, DefaultLimits())
			c := s.open(talkPath, "")
			c.send(maskedFrame(0x81, "hi") + maskedFrame(0x89, "ping"))
			c.wants(0x81, "hi")
			c.wants(0x8a, "ping")
			if code, body := s.ends(tt.query); code != 200 || !strings.Contains(body, `{"ended":1}`) {
				t.Fatalf("the command: %d %s", code, body)
			}
			tt.client(c)
			got := s.closed()
			if got.TCP != tt.want || codeOf(got.Up) != tt.up || codeOf(got.Down) != tt.down {
				t.Errorf("the wire says %v, up %v, down %v; want %v, %d, %d", got.TCP, got.Up, got.Down, tt.want, tt.up, tt.down)
			}
		})
	}
}

func codeOf(b *inspector.CloseBody) inspector.CloseCode {
	if b == nil {
		return 0
	}
	return b.Code
}

// The client closes first: the same code comes back, and the server ends TCP.
func TestConversationAnswersClose(t *testing.T) {
	s := startEcho(t, DefaultLimits())
	c := s.open(talkPath, "")
	c.send(maskedFrame(0x88, "\x03\xe8that was it"))
	c.wants(0x88, "\x03\xe8")
	c.end()
	if got := s.closed(); got.TCP != inspector.EndServer || !got.Clean || got.First != inspector.Up {
		t.Errorf("the wire says %+v", got)
	}
}

func TestConversationRefuses(t *testing.T) {
	s := startEcho(t, DefaultLimits())
	for query, want := range map[string]string{
		"&how=close&code=1006":                          "1006 must not stand in a close frame",
		"&how=close&code=1005":                          "1005 must not stand",
		"&how=close&code=70000":                         "out of range",
		"&how=close&reason=" + strings.Repeat("a", 124): "123 bytes at most",
		"&how=politely":                                 "no way to end it",
		"&how=reset":                                    "No conversation of this wire is open",
	} {
		if code, body := s.ends(query); code < 400 || !strings.Contains(body, want) {
			t.Errorf("%s: %d %s; want %q", query, code, body, want)
		}
	}
	if code, body := s.ask("GET", "/lab/conversation/free", ""); code != 426 || !strings.Contains(body, "WebSocket") {
		t.Errorf("without a handshake: %d %s", code, body)
	}
	if code, body := s.ask("POST", "/lab/conversation/control/shout?wire="+string(labID), "Content-Length: 0\r\n"); code != 404 {
		t.Errorf("an unknown command: %d %s", code, body)
	}
}

// A reset of the lab, and a server that stops, both say goodbye; another page's socket stays.
func TestConversationReset(t *testing.T) {
	s := startEcho(t, DefaultLimits())
	c := s.open(talkPath, "")
	if code, _ := s.ends("&how=cut&socket=zzzz"); code != 404 {
		t.Errorf("a socket that isn't there: %d", code)
	}
	s.do("/lab/conversation/control/reset?wire=" + string(labID))
	c.wants(0x88, "\x03\xe8the lab begins again")
	c.send(maskedFrame(0x88, "\x03\xe8"))
	c.end()
}
