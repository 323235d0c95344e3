package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"go.uber.org/goleak"
)

// suite runs the tests, and then ends what they shared.
type suite struct{ *testing.M }

var afterTests = func() {}

func (s suite) Run() int {
	defer func() { afterTests() }()
	return s.M.Run()
}

// asProgram is set in the environment of a test binary that is to be the program itself.
const asProgram = "WIREUP_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	// The clock of the highlighter's regular expressions stops by itself, a while after its last use.
	goleak.VerifyTestMain(suite{m}, goleak.IgnoreAnyFunction("github.com/dlclark/regexp2/v2.runClock"))
}

// start runs the program on a free port and returns its address, and a function that stops it
// as Ctrl-C does and returns its exit status and what it wrote to standard error.
func start(t *testing.T, args ...string) (address string, stop func() (int, string)) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	out, stdout := io.Pipe()
	var stderr bytes.Buffer
	status := make(chan int, 1)
	args = append([]string{"--listen", "127.0.0.1:0", "--raw", "127.0.0.1:0", "--data", t.TempDir()}, args...)
	go func() {
		status <- run(ctx, args, stdout, &stderr)
		stdout.Close()
	}()
	t.Cleanup(cancel)
	line, err := bufio.NewReader(out).ReadString('\n')
	go io.Copy(io.Discard, out)
	m := regexp.MustCompile(`^wireup is ready: http://(\S+)\n$`).FindStringSubmatch(line)
	if m == nil {
		t.Fatalf("the program says %q, %v; want its address", line, err)
	}
	return m[1], func() (int, string) {
		cancel()
		return <-status, stderr.String()
	}
}

func TestServeIsReadyInASecond(t *testing.T) {
	if raceDetected() {
		t.Skip("the race detector makes the start slower than what is measured")
	}
	began := time.Now()
	_, stop := start(t)
	if took := time.Since(began); took > time.Second {
		t.Errorf("ready after %s; want under a second", took)
	}
	stop()
}

// raceDetected reports whether the race detector is on.
func raceDetected() bool {
	info, ok := debug.ReadBuildInfo()
	return ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}

func TestServeIsReadyAndQuiet(t *testing.T) {
	t.Parallel()
	address, stop := start(t)
	res, err := http.Get("http://" + address + "/readyz")
	if err != nil || res.StatusCode != 200 {
		t.Fatalf("GET /readyz: %v, %v", res, err)
	}
	res.Body.Close()
	http.DefaultClient.CloseIdleConnections()
	if status, said := stop(); status != exitOK || said != "" {
		t.Errorf("exit %d, standard error %q; want 0 and nothing", status, said)
	}
}

func TestDrain(t *testing.T) {
	t.Parallel()
	address, stop := start(t, "--presenter", presenterSecret)
	code, _ := makeClass(t, address)
	var sockets []*websocket.Conn
	for _, path := range []string{"/echo", "/echo?library=gorilla", "/echo?wire=aaaaaaaaaaaaa", "/wire/aaaaaaaaaaaaa/feed", "/classes/" + code + "/socket?wire=aaaaaaaaaaaaa"} {
		ws, _, err := websocket.DefaultDialer.Dial("ws://"+address+path, nil)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		defer ws.Close()
		sockets = append(sockets, ws)
	}
	stopped := make(chan int, 1)
	go func() {
		status, said := stop()
		if said != "" {
			t.Errorf("standard error: %q", said)
		}
		stopped <- status
	}()
	for _, ws := range sockets {
		var err error
		for err == nil {
			_, _, err = ws.ReadMessage()
		}
		if !websocket.IsCloseError(err, websocket.CloseGoingAway) {
			t.Errorf("the socket ended with %v; want close 1001", err)
		}
	}
	if status := <-stopped; status != exitOK {
		t.Errorf("exit %d; want 0", status)
	}
}

func TestUsage(t *testing.T) {
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name   string
		args   []string
		env    string
		status int
		want   string
	}{
		{"unknown flag", []string{"--bogus"}, "", exitUsage, "-bogus"},
		{"unknown subcommand", []string{"nope"}, "", exitUsage, `no subcommand "nope"`},
		{"flag of serve", []string{"serve", "--max-message", "many"}, "", exitUsage, "write it like 512, 64KiB or 1MiB"},
		{"zero", []string{"--wire-events", "0"}, "", exitUsage, "--wire-events must be above zero"},
		{"environment", nil, "WIREUP_LOG_LEVEL=loud", exitUsage, "WIREUP_LOG_LEVEL"},
		{"no host name", []string{"--host", "http://course.example/"}, "", exitUsage, "write it like course.example"},
		{"no port", []string{"--listen", "foo"}, "", exitUsage, "write it like 127.0.0.1:8080"},
		{"port in use", []string{"--data", t.TempDir(), "--listen", busy.Addr().String()}, "", exitFault, "in use by another program"},
		{"data is a file", []string{"--data", filepath.Join(file, "x"), "--listen", "127.0.0.1:0"}, "", exitFault, "can't be written to"},
		{"help", []string{"--help"}, "", exitOK, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if k, v, ok := strings.Cut(tt.env, "="); ok {
				t.Setenv(k, v)
			}
			var stdout, stderr bytes.Buffer
			status := run(context.Background(), tt.args, &stdout, &stderr)
			said := stderr.String()
			if status != tt.status || !strings.Contains(said, tt.want) || strings.Count(said, "\n") > 1 {
				t.Errorf("exit %d, standard error %q; want %d and one line with %q", status, said, tt.status, tt.want)
			}
			if tt.status != exitOK && stdout.Len() > 0 {
				t.Errorf("standard output %q; want nothing", stdout.String())
			}
			if tt.status == exitOK && !strings.Contains(stdout.String(), "-max-message") {
				t.Errorf("help says %q; want the flags", stdout.String())
			}
		})
	}
}

func TestEnvironmentSetsFlags(t *testing.T) {
	t.Setenv("WIREUP_MAX_MESSAGE", "16B")
	address, stop := start(t)
	ws, _, err := websocket.DefaultDialer.Dial("ws://"+address+"/echo", nil)
	if err != nil {
		t.Fatal(err)
	}
	ws.WriteMessage(websocket.TextMessage, []byte("seventeen bytes !"))
	_, _, err = ws.ReadMessage()
	if !websocket.IsCloseError(err, websocket.CloseMessageTooBig) || !strings.Contains(err.Error(), "max-message") {
		t.Errorf("17 bytes with a limit of 16: %v; want close 1009 that names max-message", err)
	}
	ws.Close()
	if status, said := stop(); status != exitOK {
		t.Errorf("exit %d: %s", status, said)
	}
}

func TestHostsAreNames(t *testing.T) {
	t.Setenv("WIREUP_HOST", "a.example, b.example")
	address, stop := start(t)
	for host, want := range map[string]int{"a.example": 200, "b.example:80": 200, "c.example": 421} {
		r, err := http.NewRequest("GET", "http://"+address+"/healthz", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = host
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != want {
			t.Errorf("%s: %d, want %d", host, response.StatusCode, want)
		}
	}
	http.DefaultClient.CloseIdleConnections()
	if status, said := stop(); status != exitOK {
		t.Errorf("exit %d: %s", status, said)
	}
}
