package main

// The browser modules' own checks: types by TypeScript, unit tests by Node.

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
)

// types runs the type check that static/package.json calls check.
func types(ctx context.Context, r *runner) result {
	out, err := r.output(ctx, "npm", "run", "--silent", "--prefix", "static", "check")
	return result{output: out, err: err}
}

// nodeTests runs the unit tests with Node's own runner: TAP to count, prose to show.
func nodeTests(ctx context.Context, r *runner) result {
	files, err := filepath.Glob(filepath.Join(r.root, "static", "test", "*.test.js"))
	if err != nil || len(files) == 0 {
		return result{err: errors.Join(err, errors.New("there is no test in static/test"))}
	}
	older, err := r.olderNode(ctx)
	if err != nil {
		return result{err: err}
	}
	args := append(older, "--test", "--test-reporter=tap", "--test-reporter-destination=stdout",
		"--test-reporter=spec", "--test-reporter-destination=stderr")
	var tap, prose tail
	err = r.exec(ctx, command{stdout: &tap, stderr: &prose}, "node", append(args, files...)...)
	res := countTAP(tap.b)
	if res.err = err; err != nil {
		res.output = failures(prose.b)
	}
	if res.failed > 0 && ctx.Err() == nil {
		res.err = nil // the tests themselves say what failed
	}
	res.what = fmt.Sprintf("node --test: %s in %d files", res.what, len(files))
	return res
}

// olderNode are the flags that give Node 18, which Debian 12 has, the globals that browsers and
// newer ones have.
func (r *runner) olderNode(ctx context.Context) ([]string, error) {
	var version tail
	if err := r.exec(ctx, command{stdout: &version}, "node", "--version"); err != nil {
		return nil, fmt.Errorf("node --version: %w", err)
	}
	digits, _, _ := strings.Cut(strings.TrimPrefix(string(version.b), "v"), ".")
	major, err := strconv.Atoi(digits)
	switch {
	case err != nil:
		return nil, fmt.Errorf("node --version says %q", version.b)
	case major < 18:
		return nil, fmt.Errorf("this is Node %d, and its test runner is too old; install 18 or newer", major)
	case major < 20:
		return []string{"--experimental-global-customevent", "--experimental-global-webcrypto"}, nil
	}
	return nil, nil
}

// countTAP reads the counts that stand as comments at the end of the report.
func countTAP(tap []byte) result {
	counts := make(map[string]int)
	for line := range strings.Lines(string(tap)) {
		name, n, ok := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "# "), " ")
		if v, err := strconv.Atoi(n); ok && err == nil && strings.HasPrefix(line, "# ") {
			counts[name] = v
		}
	}
	res := result{counts: true, passed: counts["pass"], failed: counts["fail"] + counts["cancelled"]}
	res.what = fmt.Sprintf("%d passed", res.passed)
	for _, name := range []string{"fail", "cancelled", "skipped", "todo"} {
		if counts[name] > 0 {
			res.what += fmt.Sprintf(", %d %s", counts[name], name)
		}
	}
	return res
}

// failures is the part of the prose that repeats what failed, if there is one.
func failures(prose []byte) []byte {
	if i := bytes.Index(prose, []byte("failing tests:")); i >= 0 {
		return prose[i:]
	}
	return prose
}
