package main

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/gorilla/websocket"

	"wireup/inspector/probe"
)

// echoing answers with a server's echo; one that looks at its text refuses what is no UTF-8, as
// gorilla leaves to its users.
func echoing(looks bool) http.HandlerFunc {
	var upgrader websocket.Upgrader
	return func(w http.ResponseWriter, r *http.Request) {
		ws, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer ws.Close()
		for kind, p, err := ws.ReadMessage(); err == nil; kind, p, err = ws.ReadMessage() {
			if looks && kind == websocket.TextMessage && !utf8.Valid(p) {
				ws.WriteMessage(websocket.CloseMessage, websocket.FormatCloseMessage(1007, "no UTF-8"))
				return
			}
			ws.WriteMessage(kind, p)
		}
	}
}

// probed runs wireup probe and returns its exit status and what it says.
func probed(args ...string) (status int, stdout, stderr string) {
	var out, wrong bytes.Buffer
	status = run(context.Background(), append([]string{"probe"}, args...), &out, &wrong)
	return status, out.String(), wrong.String()
}

func TestProbe(t *testing.T) {
	good := httptest.NewServer(echoing(true))
	defer good.Close()
	url := strings.Replace(good.URL, "http", "ws", 1) + "/chat?room=1"
	status, said, wrong := probed(url)
	if status != exitOK || wrong != "" {
		t.Errorf("exit %d, %q", status, wrong)
	}
	for _, want := range []string{url + ", in twelve steps", " 5  passed      a text in three frames  (RFC 6455 §5.4)\n      up    01", "down  880a 03ef", "GET /chat?room=1 HTTP/1.1", "passed all 12 steps"} {
		if !strings.Contains(said, want) {
			t.Errorf("it says\n%s; want %q in it", said, want)
		}
	}

	lax := httptest.NewServer(echoing(false))
	defer lax.Close()
	status, said, wrong = probed("--json", lax.URL)
	var report struct {
		URL        string
		Passed, Of int
		Steps      []probe.Result
	}
	if err := json.Unmarshal([]byte(said), &report); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	if bad := report.Steps[10]; status != exitFault || report.Passed != 11 || report.Of != 12 || bad.Verdict != probe.Failed || bad.Name != "bad-utf8" || !strings.Contains(wrong, "passed 11 of 12 steps") {
		t.Errorf("exit %d, %q, %d of %d, %+v", status, wrong, report.Passed, report.Of, bad)
	}

	status, said, _ = probed("ws://127.0.0.1:1")
	if status != exitFault || !strings.Contains(said, "127.0.0.1:1 refuses the connection") || !strings.Contains(said, "11 steps were not tried") {
		t.Errorf("exit %d, %s", status, said)
	}
}

func TestProbeOverTLS(t *testing.T) {
	server := httptest.NewTLSServer(echoing(true))
	defer server.Close()
	url := strings.Replace(server.URL, "https", "wss", 1)
	if status, said, _ := probed(url); status != exitFault || !strings.Contains(said, "--ca FILE") {
		t.Errorf("exit %d, %s; want it to name --ca", status, said)
	}
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	if status, said, wrong := probed("--ca", file, url); status != exitOK {
		t.Errorf("exit %d, %s%s", status, said, wrong)
	}
}

func TestProbeUsage(t *testing.T) {
	for _, tt := range []struct {
		name string
		args []string
		want string
	}{
		{"no server", nil, "name one server"},
		{"two", []string{"ws://a", "ws://b"}, "name one server"},
		{"no address", []string{"nowhere"}, "no port"},
		{"another scheme", []string{"ftp://localhost"}, "scheme ftp"},
		{"no time", []string{"--wait", "0", "ws://localhost"}, "--wait"},
		{"no file", []string{"--ca", "nowhere.pem", "ws://localhost"}, "nowhere.pem"},
	} {
		if status, said, wrong := probed(tt.args...); status != exitUsage || said != "" || !strings.Contains(wrong, tt.want) || strings.Count(wrong, "\n") != 1 {
			t.Errorf("%s: exit %d, %q, %q; want one line with %q", tt.name, status, said, wrong, tt.want)
		}
	}
}

// Whoever is probed can't give orders to the terminal.
func TestProbeObeyedByNoTerminal(t *testing.T) {
	r := probe.Result{Step: 1, Verdict: probe.Failed, Title: "t\x1b[2J", Say: "s\u009b", Frames: []probe.Shown{{Summary: "\x1b]0;x\a"}}}
	if got := seen(resultLines(r)); strings.ContainsAny(got, "\x1b\a\u009b") || strings.Count(got, "\n") != 4 {
		t.Errorf("it prints %q", got)
	}
}
