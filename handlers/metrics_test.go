package handlers

// What /metrics says is what there is.

import (
	"strings"
	"testing"

	"github.com/gorilla/websocket"
)

func TestMetrics(t *testing.T) {
	s := startEcho(t, DefaultLimits())
	if code, body := s.ask("GET", "/nowhere", ""); code != 404 {
		t.Fatalf("%d %s", code, body)
	}
	ws, _, err := websocket.DefaultDialer.Dial("ws://"+s.addr+"/echo?breakdown=off&wire="+string(labID), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer ws.Close()
	ws.WriteMessage(websocket.TextMessage, []byte("Spang"))
	if _, _, err := ws.ReadMessage(); err != nil {
		t.Fatal(err)
	}
	code, body := s.ask("GET", "/metrics", "")
	for _, line := range []string{`wireup_requests_total{code="404"} 1`, `wireup_requests_total{code="101"} 1`, "wireup_websockets 1",
		"wireup_wires 1", "wireup_connections 1", "wireup_held_requests 0", "wireup_players 0", "wireup_bus_up 0", "wireup_classes 0"} {
		if !strings.Contains(body, "\n"+line+"\n") {
			t.Errorf("%d: there is no line %s in\n%s", code, line, body)
		}
	}
	if strings.Contains(body, string(labID)) {
		t.Error("the metrics name a wire")
	}
}
