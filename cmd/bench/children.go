package main

// Server processes: built, started, found, stopped.

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

const (
	root      = "../.." // wireup's own module, from here
	readyTime = 30 * time.Second
)

// programs are the binaries that serve.
type programs struct {
	wireup, self, data string
}

// build builds wireup and finds this program.
func build(ctx context.Context, dir string) (programs, error) {
	p := programs{wireup: filepath.Join(dir, "wireup"), data: filepath.Join(dir, "data")}
	if _, err := goRun(ctx, "build", "-o", p.wireup, "./cmd/wireup"); err != nil {
		return p, err
	}
	var err error
	p.self, err = os.Executable()
	return p, err
}

// goRun runs the go command in wireup's module and returns what it printed.
func goRun(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go %s: %w\n%s", strings.Join(args, " "), err, out)
	}
	return string(out), nil
}

// server is a child process that serves.
type server struct {
	cmd  *exec.Cmd
	addr string
}

// start starts the server called name, "wireup" or a peer, and waits until it is ready.
func (p programs) start(ctx context.Context, name string) (*server, error) {
	return p.startWith(ctx, name, os.Stderr)
}

// startWith does the same with more flags, and its log elsewhere.
func (p programs) startWith(ctx context.Context, name string, log io.Writer, flags ...string) (*server, error) {
	args := []string{p.self, "peer", name}
	if name == "wireup" {
		args = []string{p.wireup, "serve", "--listen", "127.0.0.1:0", "--data", p.data}
	}
	args = append(args, flags...)
	s := &server{cmd: exec.CommandContext(ctx, args[0], args[1:]...)}
	s.cmd.Stderr = log
	s.cmd.Cancel = func() error { return s.cmd.Process.Signal(os.Interrupt) }
	s.cmd.WaitDelay = 5 * time.Second
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	late := time.AfterFunc(readyTime, func() { s.cmd.Process.Kill() })
	line, err := bufio.NewReader(out).ReadString('\n')
	late.Stop()
	_, addr, ok := strings.Cut(strings.TrimSpace(line), "http://")
	if err != nil || !ok {
		s.stop()
		return nil, fmt.Errorf("%s said %q and not its address: %v", name, line, err)
	}
	s.addr = addr
	return s, nil
}

func (s *server) pid() int { return s.cmd.Process.Pid }

// stop ends the process; how it ends is of no interest.
func (s *server) stop() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
}
