package main

// The hostile client: RFC 6455 and RFC 7692 against the running program, by a script in Python.

import (
	"bytes"
	"context"
	"fmt"
)

const hostileScript = "cmd/check/hostile/hostile.py"

// hostileClient runs the script, which builds and starts the program itself, and counts its cases.
func hostileClient(ctx context.Context, r *runner) result {
	var cases, errs tail
	err := r.exec(ctx, command{stdout: &cases, stderr: &errs}, "python3", hostileScript)
	res := countCases(cases.b)
	if res.failed == 0 || ctx.Err() != nil {
		res.err = err // otherwise the cases themselves say what failed
		res.output = append(res.output, errs.b...)
	}
	return res
}

// countCases reads the lines of the cases, and the sum behind them: without one nothing was played
// to the end.
func countCases(out []byte) result {
	res := result{counts: true}
	var passed, failed int
	sum := false
	for line := range bytes.Lines(out) {
		switch n, _ := fmt.Sscanf(string(line), "%d passed, %d failed\n", &passed, &failed); {
		case n == 2:
			sum = true
		case bytes.HasPrefix(line, []byte("ok ")):
			res.passed++
		case bytes.HasPrefix(line, []byte("FAIL ")):
			res.failed++
			res.output = append(res.output, line...)
		}
	}
	res.what = "hostile client: " + res.counted()
	if !sum || passed != res.passed || failed != res.failed {
		res.failed++
		res.output = append(res.output, "the run ended before its sum\n"...)
	}
	return res
}
