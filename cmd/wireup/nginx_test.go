package main

// The nginx file of lesson 12, as a real nginx reads it, in front of the program.

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// nginx starts it with the lesson's file, in front of one address or several, and returns where it
// listens. Only the addresses are changed, and where it may write.
func nginx(t *testing.T, addresses ...string) string {
	t.Helper()
	bin, err := exec.LookPath("nginx")
	if err != nil {
		if bin = "/usr/sbin/nginx"; exec.Command(bin, "-v").Run() != nil {
			t.Skip("install nginx to run this")
		}
	}
	src, err := os.ReadFile(filepath.Join(programsDir, "nginx.conf"))
	if err != nil {
		t.Fatal(err)
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	front := free.Addr().String()
	free.Close()
	conf := string(src)
	upstream := "upstream instances { server " + strings.Join(addresses, " max_fails=0; server ") + " max_fails=0; }\n"
	for _, change := range []struct{ from, to string }{
		{"proxy_pass http://127.0.0.1:8080;", "proxy_pass http://instances;"},
		{"listen 127.0.0.1:8000;", "listen " + front + ";"},
		{"http {\n", "http {\n" + upstream + "client_body_temp_path a; proxy_temp_path b; fastcgi_temp_path c; uwsgi_temp_path d; scgi_temp_path e;\n"},
	} {
		if strings.Count(conf, change.from) != 1 {
			t.Fatalf("the file has %q %d times, want it once", change.from, strings.Count(conf, change.from))
		}
		conf = strings.Replace(conf, change.from, change.to, 1)
	}
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil { // its workers are another user's
		t.Fatal(err)
	}
	file := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(file, []byte(conf), 0o644); err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	cmd := exec.Command(bin, "-p", dir, "-c", file, "-e", "stderr")
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	t.Cleanup(func() {
		cmd.Process.Signal(os.Interrupt) // it ends its workers too
		<-ended
	})
	for end := time.Now().Add(10 * time.Second); ; {
		select {
		case err := <-ended:
			ended <- err
			t.Fatalf("nginx: %v\n%s", err, &said)
		default:
		}
		if res, err := plainClient.Get("http://" + front + "/readyz"); err == nil {
			res.Body.Close()
			if res.StatusCode == 200 {
				return front
			}
		}
		if time.Now().After(end) {
			t.Fatal("nginx does not answer")
		}
	}
}

// plainClient keeps no connection.
var plainClient = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

// behindNginx opens a WebSocket through nginx, as a page that nginx has served would.
func behindNginx(t *testing.T, front, path string) *websocket.Conn {
	t.Helper()
	ws, res, err := websocket.DefaultDialer.Dial("ws://"+front+path, http.Header{"Origin": {"http://" + front}})
	if err != nil {
		t.Fatalf("%s: %v %v", path, err, res)
	}
	t.Cleanup(func() { ws.Close() })
	return ws
}

// echoes sends a message, and wants it back.
func echoes(t *testing.T, ws *websocket.Conn, text string) {
	t.Helper()
	if err := ws.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
		t.Fatal(err)
	}
	if _, p, err := ws.ReadMessage(); err != nil || string(p) != text {
		t.Fatalf("%q came back as %q, %v", text, p, err)
	}
}

func TestNginx(t *testing.T) {
	t.Parallel() // most of it is silence
	address, stop := start(t)
	front := nginx(t, address)
	const wire = "?wire=nginxnginxngi"
	t.Run("through", func(t *testing.T) {
		t.Run("echo", func(t *testing.T) {
			t.Parallel()
			echoes(t, behindNginx(t, front, "/echo"+wire+"&breakdown=off"), "hello through nginx")
		})
		t.Run("foreign origin", func(t *testing.T) {
			t.Parallel()
			_, res, err := websocket.DefaultDialer.Dial("ws://"+front+"/echo", http.Header{"Origin": {"http://stranger.example"}})
			if err == nil || res == nil || res.StatusCode != 403 {
				t.Errorf("%v, %v; want 403", res, err)
			}
		})
		t.Run("long poll", func(t *testing.T) {
			t.Parallel()
			answered := make(chan string, 1)
			go func() {
				res, err := plainClient.Get("http://" + front + "/lab/comet/nginx" + wire)
				if err != nil {
					answered <- err.Error()
					return
				}
				defer res.Body.Close()
				b, _ := io.ReadAll(res.Body)
				answered <- fmt.Sprint(res.StatusCode, " ", string(b))
			}()
			for late := time.After(20 * time.Second); ; {
				// The event may happen before the request is held: then the next one finds it.
				res, err := plainClient.Post("http://"+front+"/lab/comet/control/fire"+wire, "", nil)
				if err != nil || res.StatusCode != 200 {
					t.Fatalf("fire: %v, %v", res, err)
				}
				res.Body.Close()
				select {
				case got := <-answered:
					if !strings.HasPrefix(got, "200 ") || !strings.Contains(got, `"word":"nginx"`) {
						t.Errorf("the held request is answered %s", got)
					}
					return
				case <-late:
					t.Fatal("the held request is never answered")
				case <-time.After(200 * time.Millisecond):
				}
			}
		})
		t.Run("stream", func(t *testing.T) {
			t.Parallel()
			const apart = 400 * time.Millisecond
			res, err := plainClient.Get("http://" + front + "/lab/production/nginx" + wire + "&pieces=4&every=400")
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			var times []time.Time
			for lines := bufio.NewScanner(res.Body); lines.Scan(); {
				if strings.HasPrefix(lines.Text(), "data: ") {
					times = append(times, time.Now())
				}
			}
			if len(times) != 4 {
				t.Fatalf("%d events came, want 4", len(times))
			}
			if spread := times[3].Sub(times[0]); spread < 2*apart {
				t.Errorf("four events came within %v: they were held back", spread)
			}
		})
		// As long as it says in the lesson, and longer than nginx waits for a silent backend.
		const silence = 70 * time.Second
		t.Run("silence with pings", func(t *testing.T) {
			t.Parallel()
			ws := behindNginx(t, front, "/lab/production/nginx"+wire+"&ping=20")
			pings := 0
			pong := ws.PingHandler()
			ws.SetPingHandler(func(payload string) error { pings++; return pong(payload) })
			echoes(t, ws, "before")
			time.AfterFunc(silence, func() { ws.WriteMessage(websocket.TextMessage, []byte("after")) })
			ws.SetReadDeadline(time.Now().Add(silence + 10*time.Second))
			if _, p, err := ws.ReadMessage(); err != nil || string(p) != "after" {
				t.Errorf("after %v: %q, %v", silence, p, err)
			}
			if pings != 3 {
				t.Errorf("%d pings came, want 3", pings)
			}
		})
		t.Run("silence without", func(t *testing.T) {
			t.Parallel()
			ws := behindNginx(t, front, "/lab/production/nginx"+wire)
			echoes(t, ws, "before")
			quiet := time.Now()
			ws.SetReadDeadline(quiet.Add(silence))
			_, _, err := ws.ReadMessage()
			if took := time.Since(quiet); !websocket.IsCloseError(err, websocket.CloseAbnormalClosure) || took < 50*time.Second {
				t.Errorf("after %v: %v; want it cut, without a close frame, after a minute", took, err)
			}
		})
	})
	if status, said := stop(); status != exitOK {
		t.Errorf("exit %d: %s", status, said)
	}
}
