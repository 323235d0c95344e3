package main

// What wireup's own tests and benchmarks measure, read from their output.

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
)

// exactFigures are those that tests hold exactly.
type exactFigures struct {
	calls map[int]float64 // read and write calls an echo with breakdown, by depth
}

var callsLine = regexp.MustCompile(`(\d+) in flight: ([\d.]+) calls an echo`)

// readExact runs the tests of the mirror's calls and mallocs. They fail when a target is missed.
func readExact(ctx context.Context) (exactFigures, error) {
	f := exactFigures{make(map[int]float64)}
	out, err := goRun(ctx, "test", "-count=1", "-v", "-run", "^(TestEchoCalls|TestEchoAllocs)$", "./handlers/mirror")
	if err != nil {
		return f, err
	}
	for _, m := range callsLine.FindAllStringSubmatch(out, -1) {
		depth, err := strconv.Atoi(m[1])
		if err != nil {
			return f, err
		}
		if f.calls[depth], err = strconv.ParseFloat(m[2], 64); err != nil {
			return f, err
		}
	}
	if len(f.calls) == 0 {
		return f, fmt.Errorf("the test of the echo's calls no longer says them:\n%s", out)
	}
	return f, nil
}

// pageFigures are nanoseconds a lesson page, by how it is made: rendered and compressed once,
// rendered each time but not compressed (plain), or both each time (each).
type pageFigures map[string]spread

var pageLine = regexp.MustCompile(`BenchmarkPage/(once|plain|each)\S*\s+\d+\s+([\d.]+) ns/op`)

// rows are the targets for pages.
func (f pageFigures) rows() []row {
	return []row{
		{what: "lesson page, rendered once, against rendering it each time", atLeast: true, target: 25, measured: f["plain"].over(f["once"]), note: " times as fast"},
		{what: "the same, against rendering and compressing it each time", atLeast: true, target: 25, measured: f["each"].over(f["once"]), note: " times as fast"},
	}
}

// measurePage runs the benchmark of the pages, round by round, from one test binary.
func measurePage(ctx context.Context, p plan, dir string) (pageFigures, error) {
	f := make(pageFigures)
	binary := filepath.Join(dir, "handlers.test")
	if _, err := goRun(ctx, "test", "-c", "-o", binary, "./handlers"); err != nil {
		return f, err
	}
	for range p.rounds {
		cmd := exec.CommandContext(ctx, binary, "-test.run=^$", "-test.bench=^BenchmarkPage$", "-test.benchtime="+p.benchWindow.String())
		cmd.Dir = filepath.Join(root, "handlers")
		out, err := cmd.CombinedOutput()
		if err != nil {
			return f, fmt.Errorf("the benchmark of the pages: %w\n%s", err, out)
		}
		for _, m := range pageLine.FindAllSubmatch(out, -1) {
			ns, err := strconv.ParseFloat(string(m[2]), 64)
			if err != nil {
				return f, err
			}
			f[string(m[1])] = append(f[string(m[1])], ns)
		}
	}
	return f, nil
}
