package main

// The sample programs of the lessons: each client against each server, and against the echo. What is
// run here is what a lesson shows.

import (
	"bufio"
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const programsDir = "../../content/programs"

// sampleTools finds what runs the samples of each language; a language that isn't installed is skipped.
func sampleTools(t *testing.T) map[string]func(name string, args ...string) *exec.Cmd {
	t.Helper()
	bin := t.TempDir()
	tools := make(map[string]func(string, ...string) *exec.Cmd)
	if python := pythonForSamples(); python != "" {
		tools["py"] = func(name string, args ...string) *exec.Cmd {
			return exec.Command(python, append([]string{filepath.Join(programsDir, name+".py")}, args...)...)
		}
	}
	build := exec.Command("go", "build", "-o", bin, "./...")
	build.Dir = programsDir
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("the programs in Go: %v\n%s", err, out)
	}
	tools["go"] = func(name string, args ...string) *exec.Cmd { return exec.Command(filepath.Join(bin, name), args...) }
	if node := nodeFor(t); node != nil {
		tools["mjs"] = node
	}
	return tools
}

// pythonForSamples is a Python that has the library of the samples; empty if there is none.
func pythonForSamples() string {
	for _, python := range []string{"python3", "/usr/bin/python3"} {
		if exec.Command(python, "-c", "import websockets").Run() == nil {
			return python
		}
	}
	return ""
}

// nodeFor copies the programs to beside the packages that npm installed, since Node looks for ws there.
func nodeFor(t *testing.T) func(name string, args ...string) *exec.Cmd {
	t.Helper()
	packages, err := filepath.Abs("../../static/node_modules")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(packages, "ws")); err != nil {
		return nil
	}
	if _, err := exec.LookPath("node"); err != nil {
		return nil
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(programsDir)); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(packages, filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	var flags []string
	if exec.Command("node", "-e", "process.exit(typeof WebSocket === 'function' ? 0 : 1)").Run() != nil {
		flags = append(flags, "--experimental-websocket") // Node 20
	}
	return func(name string, args ...string) *exec.Cmd {
		return exec.Command("node", append(append(flags[:len(flags):len(flags)], filepath.Join(dir, name+".mjs")), args...)...)
	}
}

// serveSample starts a server and returns the URL that it prints.
func serveSample(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var wrong bytes.Buffer
	cmd.Stderr = &wrong
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "ws://") {
		t.Fatalf("the server says %q, %v, %s; want its URL", line, err, &wrong)
	}
	return strings.TrimSpace(line)
}

// runSample runs a client and returns what it prints.
func runSample(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	var out, wrong bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &wrong
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	late := time.AfterFunc(30*time.Second, func() { cmd.Process.Kill() })
	defer late.Stop()
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%s: %v\n%s%s", cmd, err, &out, &wrong)
	}
	return strings.TrimSpace(out.String())
}

func TestSamplePrograms(t *testing.T) {
	t.Parallel()
	tools := sampleTools(t)
	address, stop := start(t)
	const wire = "aaaaaaaaaaaah"
	servers := map[string]string{"echo": "ws://" + address + "/echo?breakdown=off&wire=" + wire}
	for _, language := range []string{"py", "go", "mjs"} {
		if tool := tools[language]; tool != nil {
			servers[language] = serveSample(t, tool("hello-server", "0"))
		}
	}
	said := 0
	for _, language := range []string{"py", "go", "mjs"} {
		for _, client := range []string{"hello-client", "by-hand"} {
			t.Run(client+"/"+language, func(t *testing.T) {
				tool := tools[language]
				if tool == nil {
					t.Skip("install python3-websockets, or Node and ws (npm ci --prefix static), to run this")
				}
				for server, url := range servers {
					for _, name := range []string{"", "Zoë"} {
						args, want := []string{url}, "Spang"
						if name != "" {
							args, want = append(args, name), name
						}
						if server != "echo" {
							want = "Hello, " + want + "!"
						}
						if server == "echo" {
							said++
						}
						if got := runSample(t, tool(client, args...)); got != want {
							t.Errorf("%s in %s against %s prints %q; want %q", client, language, server, got, want)
						}
					}
				}
			})
		}
	}
	// With the reader's id in the URL, what they say stands on the wire.
	res, err := http.Get("http://" + address + "/wire/" + wire + "/log.json")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var log struct {
		Events []struct {
			Kind, Direction, Driver string
			Frame                   struct{ Type, Text string }
		}
	}
	if err := json.NewDecoder(res.Body).Decode(&log); err != nil {
		t.Fatal(err)
	}
	names := 0
	for _, e := range log.Events {
		if e.Kind == "frame" && e.Direction == "up" && e.Driver == "terminal" && e.Frame.Type == "text" && (e.Frame.Text == "Spang" || e.Frame.Text == "Zoë") {
			names++
		}
	}
	if names != said || said == 0 {
		t.Errorf("the wire shows %d names; %d were said", names, said)
	}
	ownPrograms(t, tools, address)
	if status, said := stop(); status != exitOK {
		t.Errorf("exit %d: %s", status, said)
	}
}

// TestShortPrograms: a client by hand is shorter than 40 lines.
func TestShortPrograms(t *testing.T) {
	for _, file := range []string{"by-hand.py", "by-hand.mjs", "by-hand/main.go"} {
		src, err := os.ReadFile(filepath.Join(programsDir, file))
		if err != nil {
			t.Fatal(err)
		}
		if n := bytes.Count(src, []byte("\n")); n >= 40 {
			t.Errorf("%s has %d lines; want fewer than 40", file, n)
		}
	}
}
