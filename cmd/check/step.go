package main

// Steps: run one after the other, each told in one line, and counted.

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"time"
)

// stepLimit bounds a step: one that hangs fails, and the next ones still run.
const stepLimit = 20 * time.Minute

// step is one thing to check.
type step struct {
	name  string
	what  string
	slow  bool     // left out by --quick
	needs []string // tools without which it can't run
	run   func(context.Context, *runner) result
}

// result is how a step went.
type result struct {
	what           string   // what was done, where that says more than the step's own words
	counts         bool     // passed and failed are counted; else the step is one
	passed, failed int      // tests
	skipped        []testID // tests, which count as neither
	notes          []string // shown below the line however it went, such as tests that were skipped
	output         []byte   // shown below the line of a failure
	err            error    // why the step failed
}

// runner runs steps and says how they went.
type runner struct {
	root    string
	out     io.Writer
	live    bool              // out is a terminal: show what is running
	missing map[string]string // tools that are not there, and why
	chrome  string            // Chromium's binary
	steps   []step            // of this run

	passed, failed int
}

// run runs the steps and returns the exit code.
func (r *runner) run(ctx context.Context, steps []step) int {
	r.steps = steps
	for _, s := range steps {
		if ctx.Err() != nil {
			fmt.Fprintln(r.out, "interrupted: what was still to do was not run")
			break
		}
		r.one(ctx, s)
	}
	fmt.Fprintf(r.out, "%d passed, %d failed\n", r.passed, r.failed)
	if r.failed > 0 || ctx.Err() != nil {
		return 1
	}
	return 0
}

// one runs a step, prints its line and counts it.
func (r *runner) one(ctx context.Context, s step) {
	if r.live {
		fmt.Fprintf(r.out, "%-12s …", s.name)
	}
	start := time.Now()
	res := r.try(ctx, s)
	took := time.Since(start)
	if r.live {
		fmt.Fprint(r.out, "\r\x1b[K")
	}

	bad := res.err != nil || res.failed > 0
	switch {
	case !res.counts && bad:
		r.failed++
	case !res.counts:
		r.passed++
	default:
		r.passed += res.passed
		r.failed += res.failed
		if bad && res.failed == 0 {
			r.failed++
		}
	}
	what, verdict := s.what, "ok"
	if res.what != "" {
		what = res.what
	}
	if bad {
		verdict = "FAILED"
	}
	fmt.Fprintf(r.out, "%-12s %-62s %6.1f s  %s\n", s.name, what, took.Seconds(), verdict)
	for _, note := range res.notes {
		fmt.Fprintf(r.out, "    %s\n", note)
	}
	if bad {
		r.explain(res)
	}
}

// try runs a step within its time, if all that it needs is there.
func (r *runner) try(ctx context.Context, s step) result {
	for _, tool := range s.needs {
		if why, ok := r.missing[tool]; ok {
			return result{err: fmt.Errorf("not run: %s", why)}
		}
	}
	inTime, cancel := context.WithTimeout(ctx, stepLimit)
	defer cancel()
	res := s.run(inTime, r)
	if res.err != nil && ctx.Err() != nil {
		res.err = fmt.Errorf("interrupted")
	} else if res.err != nil && inTime.Err() != nil {
		res.err = fmt.Errorf("not done after %v, the limit of a step: %w", stepLimit, res.err)
	}
	return res
}

// explain prints what is known of a failure, indented, below its line.
func (r *runner) explain(res result) {
	text := strings.TrimRight(string(bytes.ToValidUTF8(res.output, []byte("�"))), "\n")
	if res.err != nil {
		text = strings.TrimRight(text+"\n"+res.err.Error(), "\n")
	}
	for line := range strings.Lines(strings.TrimLeft(text, "\n")) {
		fmt.Fprintf(r.out, "    %s\n", strings.TrimRight(line, "\r\n"))
	}
}
