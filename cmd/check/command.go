package main

// Commands that steps run: their output kept within bounds, and nothing of theirs left behind.

import (
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

const (
	outputLimit = 1 << 20          // bytes kept of a command's output: the last ones
	patience    = 10 * time.Second // between asking a command to stop and killing it
)

// command is one program to run.
type command struct {
	dir    string   // below the module's root
	env    []string // on top of ours
	stdout io.Writer
	stderr io.Writer
}

// exec runs the program with its arguments and waits until it and all that it started are done.
func (r *runner) exec(ctx context.Context, c command, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = filepath.Join(r.root, c.dir)
	cmd.Env = append(os.Environ(), c.env...)
	cmd.Stdout, cmd.Stderr = c.stdout, c.stderr
	ownGroup(cmd)
	cmd.Cancel = func() error { return interruptGroup(cmd) }
	cmd.WaitDelay = patience
	err := cmd.Run()
	if ctx.Err() != nil {
		killGroup(cmd)
	}
	return err
}

// output runs a program in the module's root and returns what it wrote to both outputs.
func (r *runner) output(ctx context.Context, name string, args ...string) ([]byte, error) {
	var t tail
	err := r.exec(ctx, command{stdout: &t, stderr: &t}, name, args...)
	return t.b, err
}

// goTool is a step that runs the go command and nothing else.
func goTool(args ...string) func(context.Context, *runner) result {
	return func(ctx context.Context, r *runner) result {
		out, err := r.output(ctx, "go", args...)
		return result{output: out, err: err}
	}
}

// tail keeps the end of what is written to it.
type tail struct{ b []byte }

func (t *tail) Write(p []byte) (int, error) {
	t.b = append(t.b, p...)
	if over := len(t.b) - outputLimit; over > outputLimit {
		t.b = append(t.b[:0], t.b[over:]...)
	}
	return len(p), nil
}
