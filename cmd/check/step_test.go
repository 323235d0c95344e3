package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// fixed is a step that goes as res says.
func fixed(name string, res result) step {
	return step{name: name, what: "what " + name + " does", run: func(context.Context, *runner) result { return res }}
}

func TestRunCounts(t *testing.T) {
	var out bytes.Buffer
	code := (&runner{out: &out, missing: map[string]string{"browser": "the browser is missing"}}).run(t.Context(), []step{
		fixed("good", result{}),
		fixed("bad", result{output: []byte("line one\nline two\n"), err: errors.New("exit status 1")}),
		fixed("tests", result{counts: true, what: "12 tests", passed: 10, failed: 2}),
		fixed("broken", result{counts: true, err: errors.New("no test was run")}),
		{name: "lacking", needs: []string{"browser"}, run: func(context.Context, *runner) result { panic("must not run") }},
		fixed("last", result{counts: true, passed: 3, notes: []string{"skipped p TestA: needs root"}}),
	})
	if code != 1 {
		t.Errorf("exit code %d; want 1", code)
	}
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	if got, want := lines[len(lines)-1], "14 passed, 5 failed"; got != want {
		t.Errorf("last line %q; want %q", got, want)
	}
	for _, want := range []string{
		"good         what good does", "    line one\n    line two\n    exit status 1\n", "12 tests",
		"    not run: the browser is missing\n", "last         what last does", "    skipped p TestA: needs root\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
	if got := strings.Count(out.String(), " s  FAILED\n"); got != 4 {
		t.Errorf("%d lines end with FAILED; want 4\n%s", got, out.String())
	}
}

func TestRunGood(t *testing.T) {
	var out bytes.Buffer
	code := (&runner{out: &out}).run(t.Context(), []step{fixed("good", result{}), fixed("tests", result{counts: true, passed: 7})})
	if code != 0 || !strings.HasSuffix(out.String(), " s  ok\n8 passed, 0 failed\n") {
		t.Errorf("exit code %d, output\n%s\nwant 0 and 8 passed, 0 failed", code, out.String())
	}
}

// An interrupt ends what a command started in turn, fails the step, and runs no other.
func TestRunInterrupted(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("needs a shell")
	}
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	var out bytes.Buffer
	code := (&runner{root: t.TempDir(), out: &out}).run(ctx, []step{
		{name: "long", run: func(ctx context.Context, r *runner) result {
			return result{err: r.exec(ctx, command{stdout: on(interrupt)}, "sh", "-c", `sh -c "echo started; exec sleep 600"; echo no`)}
		}},
		fixed("next", result{}),
	})
	if code != 1 {
		t.Errorf("exit code %d; want 1", code)
	}
	if got := out.String(); !strings.Contains(got, "    interrupted\n") || strings.Contains(got, "next") || !strings.HasSuffix(got, "0 passed, 1 failed\n") {
		t.Errorf("output\n%s\nwant the step interrupted and no other run", got)
	}
}

// on calls itself when something is written to it.
type on func()

func (f on) Write(p []byte) (int, error) {
	f()
	return len(p), nil
}

func TestChosen(t *testing.T) {
	tests := []struct {
		name  string
		quick bool
		only  []string
		want  string
	}{
		{"quick", true, nil, "tools gofmt vet generated test tsc node"},
		{"whole", false, nil, "tools gofmt vet staticcheck generated test hostile bench tsc node browser"},
		{"named", false, []string{"vet"}, "tools vet"},
		{"named though slow", true, []string{"browser"}, "tools browser"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := strings.Join(names(chosen(steps(tt.quick), tt.quick, tt.only)), " "); got != tt.want {
				t.Errorf("steps %s; want %s", got, tt.want)
			}
		})
	}
}

// Only what the chosen steps need is looked for, and so installed.
func TestWanted(t *testing.T) {
	tests := []struct {
		name  string
		quick bool
		only  []string
		want  string
	}{
		{"quick", true, nil, "node npm"},
		{"whole", false, nil, "chromium node npm nc python3 tshark nginx zbarimg cc"},
		{"vet", false, []string{"vet"}, ""},
		{"node", false, []string{"node"}, "node"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := &runner{steps: chosen(steps(tt.quick), tt.quick, tt.only)}
			want, _ := r.wanted()
			var got []string
			for _, tool := range want {
				got = append(got, tool.name)
			}
			if s := strings.Join(got, " "); s != tt.want {
				t.Errorf("wanted %q; want %q", s, tt.want)
			}
		})
	}
}

func TestPackages(t *testing.T) {
	if got, want := strings.Join(packages(tools(), "apt-get"), " "), "chromium nodejs npm netcat-openbsd python3 tshark nginx zbar-tools gcc libc6-dev"; got != want {
		t.Errorf("for apt-get %q; want %q", got, want)
	}
	if got, want := strings.Join(packages(tools(), "dnf"), " "), "chromium nodejs npm netcat python3 wireshark-cli nginx zbar gcc"; got != want {
		t.Errorf("for dnf %q; want %q", got, want)
	}
}

func TestDiffering(t *testing.T) {
	sum := func(s string) [sha256.Size]byte { return sha256.Sum256([]byte(s)) }
	before := map[string][sha256.Size]byte{"same": sum("1"), "changed": sum("2"), "gone": sum("3")}
	after := map[string][sha256.Size]byte{"same": sum("1"), "changed": sum("4"), "new": sum("5")}
	if got, want := differing(before, after), []string{"changed", "gone", "new"}; !slices.Equal(got, want) {
		t.Errorf("differing = %q; want %q", got, want)
	}
}

func TestFormatting(t *testing.T) {
	dir := t.TempDir()
	for name, src := range map[string]string{"good.go": "package p\n", "bad.go": "package  p\n", "no.go": "package\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(src), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got := formatting(t.Context(), &runner{root: dir})
	if got.err == nil || !strings.HasSuffix(got.err.Error(), "gofmt -w bad.go no.go") {
		t.Errorf("formatting = %v; want bad.go and no.go named", got.err)
	}
	if got.what != "formatting of 3 Go files" || !strings.HasPrefix(string(got.output), "no.go:") {
		t.Errorf("formatting says %q and %q; want 3 files, and why no.go is no Go", got.what, got.output)
	}
}
