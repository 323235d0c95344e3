package main

// What the tests need besides Go: found, installed where that is possible, named where it isn't.

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// modules stands for the packages from npm, which are installed into static/node_modules.
const modules = "npm packages"

// tool is a program that some step needs.
type tool struct {
	name string
	why  string
	find func() string     // its path, or "" when it is not there
	pkgs map[string]string // what it is called by each package manager
}

// tools are all programs that steps need, besides Go.
func tools() []tool {
	return []tool{
		{"chromium", "the browser tests", findChrome, map[string]string{
			"apt-get": "chromium", "dnf": "chromium", "pacman": "chromium", "apk": "chromium", "brew": "--cask chromium"}},
		{"node", "the JavaScript tests", onPath("node"), map[string]string{
			"apt-get": "nodejs", "dnf": "nodejs", "pacman": "nodejs", "apk": "nodejs", "brew": "node"}},
		{"npm", "the JavaScript's type check", onPath("npm"), map[string]string{
			"apt-get": "npm", "dnf": "npm", "pacman": "npm", "apk": "npm", "brew": "node"}},
		{"nc", "the browser tests that use the raw echo as a reader does", onPath("nc"), map[string]string{
			"apt-get": "netcat-openbsd", "dnf": "netcat", "pacman": "openbsd-netcat", "apk": "netcat-openbsd", "brew": "netcat"}},
		{"python3", "the hostile client", onPath("python3"), map[string]string{
			"apt-get": "python3", "dnf": "python3", "pacman": "python", "apk": "python3", "brew": "python"}},
		{"tshark", "the tests that compare with Wireshark", onPath("tshark"), map[string]string{
			"apt-get": "tshark", "dnf": "wireshark-cli", "pacman": "wireshark-cli", "apk": "tshark", "brew": "wireshark"}},
		{"nginx", "the test of the lesson's nginx file", onPath("nginx", "/usr/sbin/nginx"), map[string]string{
			"apt-get": "nginx", "dnf": "nginx", "pacman": "nginx", "apk": "nginx", "brew": "nginx"}},
		{"zbarimg", "the test that reads the QR code off the screen of a class", onPath("zbarimg"), map[string]string{
			"apt-get": "zbar-tools", "dnf": "zbar", "pacman": "zbar", "apk": "zbar", "brew": "zbar"}},
		{"cc", "the race detector", findCompiler, map[string]string{
			"apt-get": "gcc libc6-dev", "dnf": "gcc", "pacman": "gcc", "apk": "gcc musl-dev", "brew": "gcc"}},
	}
}

// managers are the package managers that we know a line for, and how it begins.
var managers = []struct{ name, line string }{
	{"apt-get", "sudo apt-get update && sudo apt-get install -y --no-install-recommends"},
	{"dnf", "sudo dnf install -y"},
	{"pacman", "sudo pacman -S --needed"},
	{"apk", "sudo apk add"},
	{"brew", "brew install"},
}

// raceNeeds are the tools of the Go tests; those of the quick run skip what they don't find.
func raceNeeds(quick bool) []string {
	if quick || !cgoForRace() {
		return nil
	}
	return []string{"cc"}
}

// cgoForRace reports whether the race detector needs a C compiler here.
func cgoForRace() bool { return runtime.GOOS != "darwin" && runtime.GOOS != "windows" }

// wanted are the tools that the steps of this run use, and whether packages from npm are.
func (r *runner) wanted() (all []tool, npm bool) {
	need := make(map[string]bool)
	for _, s := range r.steps {
		for _, name := range s.needs {
			need[name] = true
		}
		if s.name == "test" && slices.Contains(s.needs, "cc") {
			need["tshark"], need["nginx"] = true, true // the whole run skips no test
		}
	}
	if need[modules] {
		need["node"], need["npm"] = true, true
	}
	for _, t := range tools() {
		if need[t.name] {
			all = append(all, t)
		}
	}
	return all, need[modules]
}

// installTools looks for what this run needs and installs what is missing, where it can.
func installTools(ctx context.Context, r *runner) result {
	r.missing = make(map[string]string)
	want, npm := r.wanted()
	var res result
	var failed []error
	if absent := lacking(want); len(absent) > 0 && canInstall() {
		pkgs := packages(absent, "apt-get")
		if out, err := r.aptInstall(ctx, pkgs); err != nil {
			res.output = lastLines(out, 20)
			failed = append(failed, err)
		} else {
			res.what = "installed " + strings.Join(pkgs, ", ")
		}
	}
	absent := lacking(want)
	for _, t := range absent {
		r.missing[t.name] = fmt.Sprintf("%s is missing, see tools", t.name)
	}
	if len(absent) > 0 {
		failed = append(failed, errors.New(typeThis(absent)))
	}
	r.chrome = findChrome()
	if npm && !r.modulesFresh() {
		const missing = "the packages from npm are missing, see tools"
		if r.missing["npm"] != "" { // the line to type is there already
			r.missing[modules] = missing
		} else if out, err := r.installModules(ctx); err != nil {
			res.output = append(res.output, lastLines(out, 20)...)
			failed = append(failed, err)
			r.missing[modules] = missing
		}
	}
	res.err = errors.Join(failed...)
	return res
}

// lacking are those of all that are not on this machine.
func lacking(all []tool) []tool {
	return slices.DeleteFunc(slices.Clone(all), func(t tool) bool { return t.find() != "" })
}

// canInstall reports whether we may install packages: on Debian and its children, as root.
func canInstall() bool { return os.Geteuid() == 0 && onPath("apt-get")() != "" }

// aptInstall installs packages. The lists of a fresh image are empty and those of an old one
// stale, so a first failure fetches them.
func (r *runner) aptInstall(ctx context.Context, pkgs []string) ([]byte, error) {
	if _, err := os.Stat("/etc/ssl/certs/ca-certificates.crt"); err != nil {
		pkgs = append(pkgs, "ca-certificates")
	}
	install := append([]string{"install", "-y", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=120"}, pkgs...)
	out, err := r.apt(ctx, install...)
	if err == nil {
		return out, nil
	}
	if out, err = r.apt(ctx, "update"); err != nil {
		return out, fmt.Errorf("apt-get update: %w", err)
	}
	if out, err = r.apt(ctx, install...); err != nil {
		err = fmt.Errorf("apt-get install: %w", err)
	}
	return out, err
}

// lastLines are the last n lines of what a package manager has to say.
func lastLines(b []byte, n int) []byte {
	lines := bytes.SplitAfter(b, []byte("\n"))
	return bytes.Join(lines[max(0, len(lines)-n-1):], nil)
}

func (r *runner) apt(ctx context.Context, args ...string) ([]byte, error) {
	var t tail
	err := r.exec(ctx, command{env: []string{"DEBIAN_FRONTEND=noninteractive"}, stdout: &t, stderr: &t}, "apt-get", args...)
	return t.b, err
}

// packages are the names of the tools' packages.
func packages(all []tool, manager string) []string {
	var p []string
	for _, t := range all {
		if name := t.pkgs[manager]; !slices.Contains(p, name) {
			p = append(p, strings.Fields(name)...)
		}
	}
	return slices.Compact(p)
}

// typeThis is the one line to type for tools that we can't install.
func typeThis(absent []tool) string {
	var what []string
	for _, t := range absent {
		what = append(what, t.name+" (for "+t.why+")")
	}
	missing := "missing: " + strings.Join(what, ", ")
	for _, m := range managers {
		if onPath(m.name)() != "" {
			return fmt.Sprintf("%s\ntype this, then run again: %s %s", missing, m.line, strings.Join(packages(absent, m.name), " "))
		}
	}
	return missing + "\ninstall these with your package manager, then run again"
}

// installModules installs the packages from npm that static/package-lock.json names.
func (r *runner) installModules(ctx context.Context) ([]byte, error) {
	out, err := r.output(ctx, "npm", "ci", "--prefix", "static", "--no-audit", "--no-fund")
	if err != nil {
		err = fmt.Errorf("npm ci --prefix static: %w", err)
	}
	return out, err
}

// modulesFresh reports whether npm has installed since the lock file last changed.
func (r *runner) modulesFresh() bool {
	lock, err := os.Stat(filepath.Join(r.root, "static", "package-lock.json"))
	if err != nil {
		return false
	}
	done, err := os.Stat(filepath.Join(r.root, "static", "node_modules", ".package-lock.json")) // npm writes it last
	return err == nil && !done.ModTime().Before(lock.ModTime())
}

// onPath looks for the first of names that is on PATH.
func onPath(names ...string) func() string {
	return func() string {
		for _, name := range names {
			if path, err := exec.LookPath(name); err == nil {
				return path
			}
		}
		return ""
	}
}

// findChrome looks for Chromium or a browser made from it.
func findChrome() string {
	if path := os.Getenv("WIREUP_CHROME"); path != "" {
		return onPath(path)()
	}
	return onPath("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome",
		"/Applications/Chromium.app/Contents/MacOS/Chromium",
		"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")()
}

// findCompiler looks for the compiler that the go command would use for cgo.
func findCompiler() string {
	if cc := strings.Fields(os.Getenv("CC")); len(cc) > 0 {
		return onPath(cc[0])()
	}
	return onPath("gcc", "clang", "cc")()
}
