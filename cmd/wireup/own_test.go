package main

// Lesson 13's sample programs, in their three languages: each client through the course's steps, and
// each server through those of wireup probe, by itself and for the course.

import (
	"fmt"
	"net/http"
	"os/exec"
	"strings"
	"testing"
)

// ownPrograms is a part of TestSamplePrograms, since it takes long to build them.
func ownPrograms(t *testing.T, tools map[string]func(name string, args ...string) *exec.Cmd, address string) {
	for i, language := range []string{"py", "go", "mjs"} {
		t.Run("own/"+language, func(t *testing.T) {
			tool := tools[language]
			if tool == nil {
				t.Skip("install python3-websockets, or Node and ws (npm ci --prefix static), to run this")
			}
			wire := fmt.Sprintf("ownprograms%c%c", 'a'+i, 'a'+i)
			client := newReader(t, address, wire, "choose/own-client")
			server := newReader(t, address, wire, "choose/own-server")
			next, end := follow(t, address, wire, "choose")
			defer end()
			passes := func(id string) func(exerciseNews) bool {
				return func(m exerciseNews) bool { return m.ID == id && m.Verdict.State == "passed" }
			}
			if got := runSample(t, tool("own-client", client.fill("ws://{host}/lab/own/client/{word}?wire={wire}"))); got != "1000" {
				t.Errorf("own-client says %q; want the close code 1000", got)
			}
			next(passes("own-client"))
			url := serveSample(t, tool("own-server", "0"))
			course := server.fill("http://{host}/lab/own/control/probe/{word}?wire={wire}")
			for _, args := range [][]string{{url}, {"--wire", course, url}} {
				if status, said, wrong := probed(args...); status != exitOK || !strings.Contains(said, "passed all 12 steps") {
					t.Errorf("own-server: exit %d, %s%s", status, said, wrong)
				}
			}
			next(passes("own-server"))
		})
	}
	http.DefaultClient.CloseIdleConnections()
}
