package main

import "testing"

func TestCountCases(t *testing.T) {
	tests := []struct {
		name           string
		out            string
		passed, failed int
		shown          string
	}{
		{"all well", "ok   5.2 one: closed 1002\nok   5.4 two: mirrored 2 [1.2 s]\n2 passed, 0 failed\n", 2, 0, ""},
		{"one failed", "ok   5.2 one: closed 1002\nFAIL 5.4 two: expected 1, got 2\n1 passed, 1 failed\n", 1, 1, "FAIL 5.4 two: expected 1, got 2\n"},
		{"cut short", "ok   5.2 one: closed 1002\n", 1, 1, "the run ended before its sum\n"},
		{"a sum of something else", "ok   5.2 one: closed 1002\n9 passed, 0 failed\n", 1, 1, "the run ended before its sum\n"},
		{"nothing", "", 0, 1, "the run ended before its sum\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			res := countCases([]byte(tt.out))
			if res.passed != tt.passed || res.failed != tt.failed || string(res.output) != tt.shown {
				t.Errorf("countCases(%q) = %d, %d, %q; want %d, %d, %q", tt.out, res.passed, res.failed, res.output, tt.passed, tt.failed, tt.shown)
			}
		})
	}
}
