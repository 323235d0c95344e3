package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"wireup/handlers"
	"wireup/lessons/exercise"
	"wireup/wire"
)

// recordProgram runs wireup record and returns its address, and what stops it and returns its exit
// status, standard output and standard error.
func recordProgram(t *testing.T, args ...string) (address string, stop func() (int, string, string)) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	out, stdout := io.Pipe()
	var said, stderr bytes.Buffer
	status := make(chan int, 1)
	args = append([]string{"record", "--listen", "127.0.0.1:0", "--data", t.TempDir()}, args...)
	go func() {
		status <- run(ctx, args, stdout, &stderr)
		stdout.Close()
	}()
	t.Cleanup(cancel)
	lines := bufio.NewReader(out)
	line, err := lines.ReadString('\n')
	read := make(chan struct{})
	go func() { io.Copy(&said, lines); close(read) }()
	m := regexp.MustCompile(`^wireup is ready: http://(\S+)\n$`).FindStringSubmatch(line)
	if m == nil {
		cancel()
		t.Fatalf("the program says %q, %v, exit %d, %s; want its address", line, err, <-status, &stderr)
	}
	return m[1], func() (int, string, string) {
		cancel()
		code := <-status
		<-read
		return code, said.String(), stderr.String()
	}
}

// What is recorded replays to the same events, byte for byte: a page's requests on a connection
// that carries others too, masked frames, long runs, the forge, and how each connection ended.
func TestRecordReplaysTheSame(t *testing.T) {
	t.Parallel()
	const id = "recordedwires"
	file := filepath.Join(t.TempDir(), "new", "pass.txt")
	address, stop := recordProgram(t, "--exercise", "frames/smallest", "--title", "Everything at once.", file)

	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 1}}
	ask := func(method, path, body string) {
		t.Helper()
		req, err := http.NewRequest(method, "http://"+address+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("User-Agent", "Mozilla/5.0 (X11) Chrome/156.0.0.0")
		res, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		io.Copy(io.Discard, res.Body)
		res.Body.Close()
	}
	ask("GET", "/", "")
	ask("GET", "/echo?wire="+id, "") // refused: it is no upgrade
	ask("GET", "/lessons/frames", "")
	ask("GET", "/healthz", "")
	ask("GET", "/echo?wire="+id+"&breakdown=xml", "")
	ask("POST", "/forge?wire="+id, `{"upgrade":"/echo?breakdown=off","writes":[{"bytes":"810548656c"},{"bytes":"6c6f","pause":5}]}`)

	ws, _, err := websocket.DefaultDialer.Dial("ws://"+address+"/echo?wire="+id, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range []string{"plum-41", strings.Repeat("a", 65536), "", "Zoë"} {
		if err := ws.WriteMessage(websocket.TextMessage, []byte(m)); err != nil {
			t.Fatal(err)
		}
		for range 2 { // the mirror and the breakdown
			if _, _, err := ws.ReadMessage(); err != nil {
				t.Fatal(err)
			}
		}
	}
	ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(1000, "done"), time.Now().Add(time.Second))
	ws.ReadMessage()
	ws.Close()
	client.CloseIdleConnections()

	raw, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(raw, "GET /echo?wire=%s HTTP/1.1\r\n\r\n", id)
	io.Copy(io.Discard, raw)
	raw.Close()

	var log struct{ Events []json.RawMessage }
	getJSON := func() {
		res, err := http.Get("http://" + address + "/wire/" + id + "/log.json")
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		if err := json.NewDecoder(res.Body).Decode(&log); err != nil {
			t.Fatal(err)
		}
	}
	getJSON()
	http.DefaultClient.CloseIdleConnections()
	status, said, wrong := stop()
	if status != exitOK || wrong != "" {
		t.Fatalf("exit %d: %s", status, wrong)
	}
	for _, want := range []string{"wrote " + file, "Nothing was left out", "frames/smallest, word plum-41: passed", "next: "} {
		if !strings.Contains(said, want) {
			t.Errorf("it says %q; want %q in it", said, want)
		}
	}
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if len(src) > 2*65536 {
		t.Errorf("the file has %d bytes; want the long run written as one word", len(src))
	}
	f, err := exercise.ParseFixture("pass", src)
	if err != nil {
		t.Fatal(err)
	}
	events, err := f.Replay(handlers.Route, exercise.RecordPreview)
	if err != nil {
		t.Fatal(err)
	}
	if len(events) < len(log.Events) {
		t.Errorf("%d events; the server told %d", len(events), len(log.Events))
	}
	for i, was := range log.Events {
		was = serverAddress.ReplaceAll(was, []byte(`"local":""`)) // which a recording leaves out
		if is := wire.AppendEvent(nil, events[i]); !bytes.Equal(is, was) {
			t.Errorf("event %d is\n%.300s\nwant\n%.300s", i+1, is, was)
		}
	}
	if again := f.AppendTo(nil); !bytes.Equal(again, src) {
		t.Errorf("written again it is another text")
	}
}

var serverAddress = regexp.MustCompile(`"local":"[^"]*"`)

func TestRecordRefuses(t *testing.T) {
	dir := t.TempDir()
	there := filepath.Join(dir, "there.txt")
	if err := os.WriteFile(there, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name   string
		args   []string
		status int
		want   string
	}{
		{"a file that exists", []string{there}, exitFault, "is not overwritten"},
		{"no file", nil, exitUsage, "name one file"},
		{"no such exercise", []string{"--exercise", "frames/none", filepath.Join(dir, "x")}, exitUsage, "frames/smallest"},
		{"a lab with an exercise", []string{"--lab", "frames/echo", "--exercise", "frames/smallest", filepath.Join(dir, "x")}, exitUsage, "leave --exercise and --word out"},
		{"no id", []string{"--wire", "x", filepath.Join(dir, "x")}, exitUsage, "13 characters"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			status := run(context.Background(), append([]string{"record"}, tt.args...), &stdout, &stderr)
			if status != tt.status || !strings.Contains(stderr.String(), tt.want) {
				t.Errorf("exit %d, %q; want %d and %q", status, stderr.String(), tt.status, tt.want)
			}
		})
	}
	if b, _ := os.ReadFile(there); string(b) != "mine" {
		t.Errorf("the file now holds %q", b)
	}
}

// The session of a lab is of no exercise, and needs no word.
func TestRecordLab(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "echo.txt")
	address, stop := recordProgram(t, "--lab", "frames/echo", "--title", "A word.", file)
	ws, _, err := websocket.DefaultDialer.Dial("ws://"+address+"/echo?wire=recordedwires", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer ws.Close()
	if err := ws.WriteMessage(websocket.TextMessage, []byte("Spang")); err != nil {
		t.Fatal(err)
	}
	if _, b, err := ws.ReadMessage(); err != nil || string(b) != "Spang" {
		t.Fatalf("%q, %v", b, err)
	}
	status, said, wrong := stop()
	if status != exitOK || !strings.Contains(said, "next: look at it: it is content/sessions/frames/echo.txt") {
		t.Fatalf("exit %d: %s%s", status, said, wrong)
	}
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	f, err := exercise.ParseFixture(file, src)
	if err != nil {
		t.Fatal(err)
	}
	if f.Exercise != "" || f.Word != "" || f.Title != "A word." || !bytes.Contains(src, []byte(`"Spang"`)) {
		t.Errorf("the file holds\n%s", src)
	}
}

// Without any traffic there is no file, and a reason.
func TestRecordNothing(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "x.txt")
	_, stop := recordProgram(t, file)
	status, _, wrong := stop()
	if _, err := os.Stat(file); status != exitFault || !strings.Contains(wrong, "nothing crossed") || err == nil {
		t.Errorf("exit %d, %q, file %v", status, wrong, err)
	}
}
