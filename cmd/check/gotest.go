package main

// Go tests: run through go test -json, which tells each test apart.

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

const (
	testTime   = "-timeout=10m" // of one package
	testAtOnce = "-parallel=6"  // tests of one package that may run beside each other: they wait more than they work
)

// goTests runs every Go test that needs no browser. What doesn't run under the race detector,
// such as a count of mallocs, is run again without it.
func goTests(race bool) func(context.Context, *runner) result {
	if !race {
		return func(ctx context.Context, r *runner) result {
			return r.goTest(ctx, "go test ./...", newTestLog(), nil, "./...")
		}
	}
	return func(ctx context.Context, r *runner) result {
		const what = "go test -race ./..."
		tests := newTestLog()
		res := r.goTest(ctx, what, tests, nil, "-race", "./...")
		if len(res.skipped) == 0 || ctx.Err() != nil {
			return res
		}
		names, pkgs := namesOf(res.skipped)
		again := r.goTest(ctx, what, tests, nil, append([]string{"-run", names}, pkgs...)...)
		if again.err == nil {
			again.err = res.err
		}
		return again
	}
}

// goTest runs go test with args, and counts the tests that are in the log then.
func (r *runner) goTest(ctx context.Context, what string, tests *testLog, env []string, args ...string) result {
	var errs tail
	args = append([]string{"test", "-json", testTime, testAtOnce}, args...)
	err := r.exec(ctx, command{env: env, stdout: tests, stderr: &errs}, "go", args...)
	res := tests.result()
	if res.failed == 0 || ctx.Err() != nil {
		res.err = err // otherwise the tests themselves say what failed
		res.output = append(res.output, errs.b...)
	}
	res.what = what + ": " + res.counted()
	return res
}

// counted says how many tests went how.
func (r result) counted() string {
	s := fmt.Sprintf("%d passed", r.passed)
	if r.failed > 0 {
		s += fmt.Sprintf(", %d failed", r.failed)
	}
	if len(r.skipped) > 0 {
		s += fmt.Sprintf(", %d skipped", len(r.skipped))
	}
	return s
}

// namesOf is a pattern for go test -run that has each of the tests, and their packages. It names
// whole tests, so that a subtest brings its siblings with it.
func namesOf(ids []testID) (pattern string, pkgs []string) {
	var tests []string
	for _, id := range ids {
		name, _, _ := strings.Cut(id.test, "/")
		tests, pkgs = append(tests, name), append(pkgs, id.pkg)
	}
	slices.Sort(tests)
	slices.Sort(pkgs)
	return "^(" + strings.Join(slices.Compact(tests), "|") + ")$", slices.Compact(pkgs)
}
