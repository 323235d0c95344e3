package inspector

// What is predicted of DevTools, from bytes; the browser tests hold it against a real Chromium.

import (
	"strings"
	"testing"
)

const askUpgrade = "GET /echo HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"

func marks(events []*Event) string {
	var list []string
	for _, e := range events {
		mark, _ := DevTools(e, true)
		list = append(list, e.Kind.String()+" "+mark)
	}
	return strings.Join(list, ", ")
}

func TestDevToolsOfHandshakes(t *testing.T) {
	plain := "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
	no := "HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\nno"
	for _, tt := range []struct {
		name   string
		pieces []piece
		want   string
	}{
		{"refused", []piece{{Up, askUpgrade}, {Down, no}}, "request shown, response empty, body hidden, close hidden"},
		{"refused, and then a page", []piece{{Up, askUpgrade}, {Down, no}, {Up, plain}, {Down, no}},
			"request shown, response empty, body hidden, request shown, response shown, body shown, close hidden"},
		{"granted", []piece{{Up, askUpgrade}, {Down, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"}, {Down, "\x81\x02hi\x89\x00"}},
			"request shown, response shown, frame shown, frame hidden, close hidden"},
		{"no handshake", []piece{{Up, plain}, {Down, no}}, "request shown, response shown, body shown, close hidden"},
	} {
		if got := marks(observe(t, Options{}, tt.pieces)); got != tt.want {
			t.Errorf("%s: %s; want %s", tt.name, got, tt.want)
		}
	}
	for _, e := range observe(t, Options{}, []piece{{Up, askUpgrade}, {Down, no}}) {
		if e.Kind == KindResponse && !strings.HasSuffix(Sentence(e), "So this handshake failed, and no WebSocket begins here. Its body, the next row of this connection, says why.") {
			t.Errorf("of the refusal is said %q", Sentence(e))
		}
		if mark, _ := DevTools(e, false); mark != DevToolsHidden {
			t.Errorf("%s of another program is %s", e.Kind, mark)
		}
	}
}
