// Check runs everything that a change to wireup has to pass, as one command:
//
//	go run ./cmd/check            the whole run
//	go run ./cmd/check --quick    without the race detector, staticcheck, the hostile client and the browser
//	go run ./cmd/check vet tsc    only these steps
//
// It first installs what the tests need and the machine lacks, where it can: on Debian, as root.
// Where it can't it says the one line to type, and the steps that need the tool fail; no step is
// ever left out in silence. A step that fails doesn't stop those behind it. Each step has one
// line; what failed stands below it. The last line is "N passed, N failed", where a test counts
// as one and so does a step without tests. The exit code is 0 only when nothing failed.
//
// # The hostile client
//
// In cmd/check/hostile is a client in Python, which shares no code with the server. It plays RFC 6455
// and RFC 7692 against the running program, and each of its cases counts as a test. By itself it
// prints a line for each: python3 cmd/check/hostile/hostile.py --help
//
// # Tests that need Chromium
//
// They are Go tests in files with the build tag browser, so that go test ./... passes without one.
// Check finds these files and runs their tests alone, with the binary in WIREUP_CHROME and, in
// WIREUP_SHOTS, the folder (test-output) for the screenshots that are kept.
package main

// The command: its flags, its steps in their order, and its exit code.

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run is the command; it returns the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("check", flag.ContinueOnError)
	flags.SetOutput(stderr)
	quick := flags.Bool("quick", false, "leave out what is slow: race detector, staticcheck, the hostile client, the bench's module, browser")
	all := steps(false)
	flags.Usage = func() {
		fmt.Fprintln(stderr, "usage: go run ./cmd/check [--quick] [step ...]")
		flags.PrintDefaults()
		fmt.Fprintln(stderr, "steps:", strings.Join(names(all), ", "))
	}
	if err := flags.Parse(args); err != nil {
		return 2
	}
	for _, name := range flags.Args() {
		if !slices.Contains(names(all), name) {
			fmt.Fprintf(stderr, "check: there is no step called %q; the steps are %s\n", name, strings.Join(names(all), ", "))
			return 2
		}
	}
	root, err := moduleRoot()
	if err != nil {
		fmt.Fprintln(stderr, "check:", err)
		return 2
	}
	r := &runner{root: root, out: stdout, live: terminal(stdout)}
	return r.run(ctx, chosen(steps(*quick), *quick, flags.Args()))
}

// steps are all there is to do, in their order.
func steps(quick bool) []step {
	return []step{
		{name: "tools", what: "what the tests need besides Go", run: installTools},
		{name: "gofmt", what: "formatting of the Go files", run: formatting},
		{name: "vet", what: "go vet ./...", run: goTool("vet", "-tags", browserTag, "./...")},
		{name: "staticcheck", what: "staticcheck ./...", slow: true,
			run: goTool("tool", "-modfile=tools.mod", "staticcheck", "-tags", browserTag, "./...")},
		{name: "generated", what: "generated files are up to date", run: generated},
		{name: "test", what: "Go tests", run: goTests(!quick), needs: raceNeeds(quick)},
		{name: "hostile", what: "hostile client", slow: true, run: hostileClient, needs: []string{"python3"}},
		{name: "bench", what: "the bench builds: go -C cmd/bench vet ./...", slow: true, run: goTool("-C", "cmd/bench", "vet", "./...")},
		{name: "tsc", what: "types of the JavaScript", run: types, needs: []string{"node", "npm", modules}},
		{name: "node", what: "JavaScript tests", run: nodeTests, needs: []string{"node"}},
		{name: "browser", what: "browser tests", slow: true, run: browserTests, needs: []string{"chromium", "nc", "zbarimg", modules}},
	}
}

// chosen are the steps that this run takes. The tools always come first, and only those are looked
// for that a chosen step needs.
func chosen(all []step, quick bool, only []string) []step {
	var s []step
	for _, st := range all {
		named := slices.Contains(only, st.name)
		if st.name == "tools" || named || len(only) == 0 && !(quick && st.slow) {
			s = append(s, st)
		}
	}
	return s
}

func names(all []step) []string {
	var n []string
	for _, s := range all {
		n = append(n, s.name)
	}
	return n
}

// moduleRoot is the folder of wireup's go.mod: here, or above.
func moduleRoot() (string, error) {
	here, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for dir := here; ; dir = filepath.Dir(dir) {
		b, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && strings.HasPrefix(string(b), "module wireup\n") {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("%s is not inside wireup: there is no go.mod with \"module wireup\" here or above", here)
		}
	}
}

// terminal reports whether w shows what is written to a person at once.
func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
