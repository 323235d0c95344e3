package main

import (
	"strings"
	"testing"
)

func TestTestLog(t *testing.T) {
	tests := []struct {
		name                    string
		events                  []string
		passed, failed, skipped int
		says                    string // somewhere in the output
	}{
		{"one passes", []string{
			`{"Action":"run","Package":"p","Test":"TestA"}`,
			`{"Action":"output","Package":"p","Test":"TestA","Output":"=== RUN   TestA\n"}`,
			`{"Action":"pass","Package":"p","Test":"TestA"}`,
			`{"Action":"pass","Package":"p"}`,
		}, 1, 0, 0, ""},
		{"subtests count in their parent's place", []string{
			`{"Action":"run","Package":"p","Test":"TestA"}`,
			`{"Action":"run","Package":"p","Test":"TestA/x"}`,
			`{"Action":"run","Package":"p","Test":"TestA/y"}`,
			`{"Action":"pass","Package":"p","Test":"TestA/x"}`,
			`{"Action":"output","Package":"p","Test":"TestA/y","Output":"    a_test.go:3: got 1, want 2\n"}`,
			`{"Action":"fail","Package":"p","Test":"TestA/y"}`,
			`{"Action":"fail","Package":"p","Test":"TestA"}`,
			`{"Action":"fail","Package":"p"}`,
		}, 1, 1, 0, "got 1, want 2"},
		{"a parent fails by itself", []string{
			`{"Action":"run","Package":"p","Test":"TestA"}`,
			`{"Action":"run","Package":"p","Test":"TestA/x"}`,
			`{"Action":"pass","Package":"p","Test":"TestA/x"}`,
			`{"Action":"output","Package":"p","Test":"TestA","Output":"    after all\n"}`,
			`{"Action":"fail","Package":"p","Test":"TestA"}`,
			`{"Action":"fail","Package":"p"}`,
		}, 1, 1, 0, "after all"},
		{"a build fails", []string{
			`{"Action":"build-output","ImportPath":"p [p.test]","Output":"p_test.go:9:2: undefined: x\n"}`,
			`{"Action":"build-fail","ImportPath":"p [p.test]"}`,
			`{"Action":"fail","Package":"p","FailedBuild":"p [p.test]"}`,
		}, 0, 1, 0, "undefined: x"},
		{"a package fails though its tests pass", []string{
			`{"Action":"run","Package":"p","Test":"TestA"}`,
			`{"Action":"pass","Package":"p","Test":"TestA"}`,
			`{"Action":"output","Package":"p","Output":"goleak: found unexpected goroutines\n"}`,
			`{"Action":"fail","Package":"p"}`,
		}, 1, 1, 0, "unexpected goroutines"},
		{"a test is cut short", []string{
			`{"Action":"run","Package":"p","Test":"TestA"}`,
			`{"Action":"output","Package":"p","Test":"TestA","Output":"panic: test timed out\n"}`,
			`{"Action":"fail","Package":"p"}`,
		}, 0, 1, 0, "never ended"},
		{"one is skipped", []string{
			`{"Action":"run","Package":"p","Test":"TestA"}`,
			`{"Action":"output","Package":"p","Test":"TestA","Output":"    a_test.go:3: needs root\n"}`,
			`{"Action":"output","Package":"p","Test":"TestA","Output":"--- SKIP: TestA (0.00s)\n"}`,
			`{"Action":"skip","Package":"p","Test":"TestA"}`,
			`{"Action":"pass","Package":"p"}`,
		}, 0, 0, 1, ""},
		{"what was skipped is run again", []string{
			`{"Action":"run","Package":"p","Test":"TestA"}`,
			`{"Action":"skip","Package":"p","Test":"TestA"}`,
			`{"Action":"run","Package":"p","Test":"TestB"}`,
			`{"Action":"pass","Package":"p","Test":"TestB"}`,
			`{"Action":"output","Package":"p","Output":"found leaks\n"}`,
			`{"Action":"fail","Package":"p"}`,
			`{"Action":"run","Package":"p","Test":"TestA"}`,
			`{"Action":"pass","Package":"p","Test":"TestA"}`,
			`{"Action":"pass","Package":"p"}`,
		}, 2, 1, 0, "found leaks"},
		{"what is no JSON is shown", []string{"not JSON"}, 0, 0, 0, "not JSON"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			all := strings.Join(tt.events, "\n") + "\n"
			l := newTestLog()
			for i := range len(all) { // however the lines are cut
				if _, err := l.Write([]byte(all[i : i+1])); err != nil {
					t.Fatal(err)
				}
			}
			got := l.result()
			if got.passed != tt.passed || got.failed != tt.failed || len(got.notes) != tt.skipped {
				t.Errorf("counted %d passed, %d failed, %d skipped; want %d, %d, %d",
					got.passed, got.failed, len(got.notes), tt.passed, tt.failed, tt.skipped)
			}
			if !strings.Contains(string(got.output), tt.says) {
				t.Errorf("output %q; want %q in it", got.output, tt.says)
			}
			if tt.skipped > 0 && !strings.HasSuffix(got.notes[0], "needs root") {
				t.Errorf("note %q; want the reason at its end", got.notes[0])
			}
		})
	}
}

func TestCountTAP(t *testing.T) {
	got := countTAP([]byte("TAP version 13\n# Subtest: a\nok 1 - a\n1..4\n# tests 4\n# suites 0\n# pass 2\n# fail 1\n# cancelled 1\n# skipped 0\n# duration_ms 12.5\n"))
	if got.passed != 2 || got.failed != 2 || got.what != "2 passed, 1 fail, 1 cancelled" {
		t.Errorf("countTAP = %+v; want 2 passed and 2 failed, the cancelled one among them", got)
	}
}
