package main

// What go test -json writes, read as it comes: which tests passed, and what the others printed.

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// testOutput bounds what is kept of one test's output: the end of it.
const testOutput = 64 << 10

// testEvent is one line of go test -json (go doc test2json).
type testEvent struct {
	Action      string
	Package     string
	ImportPath  string // of a package that is built
	Test        string // empty for the package itself
	Output      string
	FailedBuild string // the package whose build failed
}

// testID names a test, or, without a test, its package.
type testID struct{ pkg, test string }

type testState struct {
	action string // the last one: run, pass, fail or skip
	parent bool   // has subtests, which are counted in its place
	output []byte
	build  string // FailedBuild
}

// testLog gathers the events of a run, or of several: what a later one says of a test replaces
// what was known, unless it has failed. It is an io.Writer for the command's output.
type testLog struct {
	rest   []byte // a line that has not ended yet
	stray  []byte // what was no JSON
	tests  map[testID]*testState
	builds map[string][]byte
}

func newTestLog() *testLog {
	return &testLog{tests: make(map[testID]*testState), builds: make(map[string][]byte)}
}

func (l *testLog) Write(p []byte) (int, error) {
	l.rest = append(l.rest, p...)
	for {
		line, rest, ok := bytes.Cut(l.rest, []byte("\n"))
		if !ok {
			return len(p), nil
		}
		var e testEvent
		if json.Unmarshal(line, &e) == nil {
			l.add(e)
		} else {
			l.stray = keepEnd(append(append(l.stray, line...), '\n'))
		}
		l.rest = rest
	}
}

func (l *testLog) add(e testEvent) {
	if e.Action == "build-output" {
		l.builds[e.ImportPath] = keepEnd(append(l.builds[e.ImportPath], e.Output...))
		return
	}
	if e.Package == "" {
		return
	}
	s := l.test(testID{e.Package, e.Test})
	if s.action == "fail" && e.Action != "output" {
		return // a second run makes nothing good
	}
	switch e.Action {
	case "output":
		if !frame(e.Output) {
			s.output = keepEnd(append(s.output, e.Output...))
		}
	case "run":
		s.action = e.Action
		if i := strings.LastIndexByte(e.Test, '/'); i >= 0 {
			l.test(testID{e.Package, e.Test[:i]}).parent = true
		}
	case "pass":
		s.action, s.output = e.Action, nil
	case "fail", "skip":
		s.action, s.build = e.Action, e.FailedBuild
	}
}

func (l *testLog) test(id testID) *testState {
	s, ok := l.tests[id]
	if !ok {
		s = new(testState)
		l.tests[id] = s
	}
	return s
}

// frame reports whether a line of output only says that a test goes on.
func frame(line string) bool {
	for _, p := range []string{"=== RUN ", "=== PAUSE ", "=== CONT ", "=== NAME "} {
		if strings.HasPrefix(line, p) {
			return true
		}
	}
	return false
}

func keepEnd(b []byte) []byte {
	if over := len(b) - testOutput; over > testOutput {
		return append(b[:0], b[over:]...)
	}
	return b
}

// result counts the tests. A test with subtests counts only if it failed and none of them did; a
// package counts only if it failed and none of its tests did.
func (l *testLog) result() result {
	res := result{counts: true}
	ids := slices.SortedFunc(maps.Keys(l.tests), func(a, b testID) int {
		return cmp.Or(cmp.Compare(a.pkg, b.pkg), cmp.Compare(a.test, b.test))
	})
	below := make(map[testID]bool) // something below it failed
	for _, id := range ids {
		if l.tests[id].failed() {
			above(id, func(up testID) { below[up] = true })
		}
	}
	for _, id := range ids {
		s := l.tests[id]
		switch {
		case s.action == "pass" && !s.parent && id.test != "":
			res.passed++
		case s.action == "skip" && id.test != "":
			res.skipped = append(res.skipped, id)
			res.notes = append(res.notes, fmt.Sprintf("skipped %s %s: %s", id.pkg, id.test, reason(s.output)))
		case s.failed() && !below[id]:
			res.failed++
			res.output = append(res.output, l.story(id, s)...)
		case s.failed() && s.panicked(): // it explains more than what failed below
			res.output = append(res.output, l.story(id, s)...)
		}
	}
	res.output = append(res.output, l.stray...)
	return res
}

// above calls f for each test that id is a subtest of, and for the package.
func above(id testID, f func(testID)) {
	for id.test != "" {
		id.test = id.test[:max(0, strings.LastIndexByte(id.test, '/'))]
		f(id)
	}
}

// failed reports whether the test or package failed; one that never ended was cut short.
func (s *testState) failed() bool { return s.action == "fail" || s.action == "run" }

// panicked reports whether the output tells of a panic or a race that stands beside its tests.
func (s *testState) panicked() bool {
	return bytes.Contains(s.output, []byte("panic: ")) || bytes.Contains(s.output, []byte("DATA RACE"))
}

// story is what there is to read about a failure.
func (l *testLog) story(id testID, s *testState) []byte {
	b := fmt.Appendf(nil, "%s\n", strings.TrimSpace(id.pkg+" "+id.test))
	if s.action == "run" {
		b = append(b, "    cut short: it began and never ended\n"...)
	}
	for _, text := range [][]byte{l.builds[s.build], s.output} {
		for line := range bytes.Lines(text) {
			b = append(append(b, "    "...), line...)
		}
	}
	return b
}

// reason is why a test says it was skipped: the line before "--- SKIP".
func reason(output []byte) string {
	var last string
	for line := range strings.Lines(string(output)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "--- SKIP") {
			last = line
		}
	}
	return last
}
