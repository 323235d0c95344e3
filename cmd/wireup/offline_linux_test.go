package main

// The program where there is no network at all, and nothing at home: every page, and a socket.

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/sys/unix"
)

const (
	asOffline = "WIREUP_TEST_OFFLINE" // the folder to be at home in

	coldStart = 2 * time.Second
)

// TestOffline runs this binary in a network of its own, which has a loopback interface and no way out.
func TestOffline(t *testing.T) {
	if raceDetected() {
		t.Skip("the race detector makes the start slower than what is measured")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(self)
	c.Env = append(os.Environ(), asOffline+"="+t.TempDir())
	c.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET, Pdeathsig: syscall.SIGKILL}
	out, err := c.CombinedOutput()
	if errors.Is(err, syscall.EPERM) {
		t.Skip("a network of its own needs root")
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
}

// offline is that other process: it starts the program as a third, and walks through its pages.
func offline(home string) error {
	if err := loopbackUp(); err != nil {
		return fmt.Errorf("the loopback interface: %w", err)
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	c := exec.Command(self, "--listen", "127.0.0.1:0")
	c.Env = []string{"HOME=" + home, asProgram + "=1"}
	c.Stderr = os.Stdout
	c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	stdout, err := c.StdoutPipe()
	if err != nil {
		return err
	}
	began := time.Now()
	if err := c.Start(); err != nil {
		return err
	}
	lines := bufio.NewReader(stdout)
	line, err := lines.ReadString('\n')
	took := time.Since(began)
	if err != nil {
		return err
	}
	go io.Copy(io.Discard, lines)
	_, base, ok := strings.Cut(strings.TrimSpace(line), "wireup is ready: ")
	if !ok {
		return fmt.Errorf("the program says %q", line)
	}
	if took > coldStart {
		return fmt.Errorf("ready after %s; want %s", took, coldStart)
	}
	pages, err := crawl(base)
	if err != nil {
		return err
	}
	ws, _, err := websocket.DefaultDialer.Dial(strings.Replace(base, "http", "ws", 1)+"/echo?breakdown=off", nil)
	if err != nil {
		return err
	}
	defer ws.Close()
	if err := ws.WriteMessage(websocket.TextMessage, []byte("Spang")); err != nil {
		return err
	}
	if _, b, err := ws.ReadMessage(); err != nil || string(b) != "Spang" {
		return fmt.Errorf("the echo says %q, %v", b, err)
	}
	ws.Close()
	if err := c.Process.Signal(os.Interrupt); err != nil {
		return err
	}
	if err := c.Wait(); err != nil {
		return err
	}
	fmt.Printf("ready after %s; %d pages and files\n", took.Round(time.Millisecond), pages)
	return nil
}

// loopbackUp switches the loopback interface of a new network on.
func loopbackUp() error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	lo, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	lo.SetUint16(unix.IFF_UP)
	return unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, lo)
}

var link = regexp.MustCompile(`(?:href|src)="(/[^"#?]*)`)

// crawl asks for every page and file that a page of the program names, and returns how many there are.
func crawl(base string) (int, error) {
	asked := map[string]bool{"/": true}
	for queue := []string{"/"}; len(queue) > 0; queue = queue[1:] {
		res, err := http.Get(base + queue[0])
		if err != nil {
			return 0, err
		}
		b, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil || res.StatusCode != http.StatusOK {
			return 0, fmt.Errorf("GET %s: %s, %v", queue[0], res.Status, err)
		}
		if !strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
			continue
		}
		for _, m := range link.FindAllStringSubmatch(string(b), -1) {
			if !asked[m[1]] {
				asked[m[1]] = true
				queue = append(queue, m[1])
			}
		}
	}
	if len(asked) < 100 {
		return 0, fmt.Errorf("only %d pages and files are named: %v", len(asked), asked)
	}
	return len(asked), nil
}

// This binary as that other process; TestMain, which all systems share, knows nothing of it.
func init() {
	if home := os.Getenv(asOffline); home != "" {
		if err := offline(home); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		os.Exit(0)
	}
}
