package main

// Go tests: run through go test -json, which tells each test apart.

import "context"

// testTime bounds the tests of one package.
const testTime = "-timeout=5m"

// goTests runs every Go test that needs no browser.
func goTests(race bool) func(context.Context, *runner) result {
	if race {
		return func(ctx context.Context, r *runner) result {
			return r.goTest(ctx, "go test -race ./...", nil, "-race", "./...")
		}
	}
	return func(ctx context.Context, r *runner) result { return r.goTest(ctx, "go test ./...", nil, "./...") }
}

// goTest runs go test with args and counts the tests.
func (r *runner) goTest(ctx context.Context, what string, env []string, args ...string) result {
	var errs tail
	tests := newTestLog()
	args = append([]string{"test", "-json", testTime}, args...)
	err := r.exec(ctx, command{env: env, stdout: tests, stderr: &errs}, "go", args...)
	res := tests.result()
	if res.failed == 0 || ctx.Err() != nil {
		res.err = err // otherwise the tests themselves say what failed
		res.output = append(res.output, errs.b...)
	}
	res.what = what + ": " + res.what
	return res
}
