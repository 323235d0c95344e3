//go:build browser

package main

// The exercises of lessons 1 to 3, as a reader does them: with the labs, curl, nc and raw bytes.

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"wireup/lessons/exercise"
)

// paste runs a line in a shell as a reader pastes it, with the reader's values in the braces.
func (r *reader) paste(tool, line string) {
	r.t.Helper()
	if _, err := exec.LookPath(tool); err != nil {
		r.t.Fatalf("%v: install %s", err, tool)
	}
	host, port, _ := strings.Cut(r.address, ":")
	line = r.fill(strings.NewReplacer("{hostname}", host, "{port}", port).Replace(line))
	if out, err := exec.Command("sh", "-c", line).CombinedOutput(); err != nil {
		r.t.Fatalf("%s: %v\n%s", line, err, out)
	}
}

const ncLine = ` | nc -N {hostname} {port}`

var requestAttempts = []attempt{
	{exercise: "request/raw-get", fixture: "pass", terminal: func(r *reader) {
		r.paste("nc", `printf 'GET /lab/request/{word}?wire={wire} HTTP/1.1\r\nHost: {host}\r\n\r\n'`+ncLine)
	}},
	{exercise: "request/raw-get", fixture: "pass-forge", page: func(r *reader, p *tab) {
		p.here("raw-get")
		writeByHand(p, "Host: "+r.address+"\n\n")
	}},
	{exercise: "request/header-tax", fixture: "pass", page: func(r *reader, p *tab) {
		p.here("header-tax")
		p.press("wu-request-lab", "Send it")
		p.until(`document.querySelector("wu-request-lab .fact.truth b") !== null`)
		p.typeAnswer("header-tax", eval[string](p, `parseInt(document.querySelector("wu-request-lab .fact.truth b").textContent).toString()`))
	}},
	{exercise: "request/no-host", fixture: "pass-forge", page: func(r *reader, p *tab) {
		p.here("no-host")
		writeByHand(p, "\n")
	}},
	{exercise: "request/no-host", fixture: "pass", terminal: func(r *reader) {
		r.paste("nc", `printf 'GET /lab/request/{word}?wire={wire} HTTP/1.1\r\n\r\n'`+ncLine)
	}},
}

// writeByHand adds lines to the field for a request by hand, and has them sent.
func writeByHand(p *tab, more string) {
	p.t.Helper()
	p.until(`document.querySelector("wu-request-raw textarea").value.startsWith("GET /lab/") && !document.querySelector("wu-request-raw textarea").value.includes("/free?")`)
	eval[bool](p, fmt.Sprintf(`(() => { const t = document.querySelector("wu-request-raw textarea"); t.value += %q; t.dispatchEvent(new Event("input")); return true })()`, more))
	p.press("wu-request-raw", "Send these")
	p.until(`!document.querySelector("wu-request-raw pre").hidden`)
}

var connectionsAttempts = []attempt{
	{exercise: "connections/five-on-one", fixture: "pass", page: func(r *reader, p *tab) {
		p.here("five-on-one")
		p.press("wu-connections-lab", "Ten clicks")
	}},
	{exercise: "connections/five-on-one", fixture: "pass-curl", terminal: func(r *reader) {
		r.paste("curl", `curl -s 'http://{host}/lab/connections/{word}?wire={wire}&n=[1-5]'`)
	}},
	{exercise: "connections/close-it", fixture: "pass", terminal: func(r *reader) {
		r.paste("curl", `curl -s -H 'Connection: close' 'http://{host}/lab/connections/{word}?wire={wire}'`)
	}},
	{exercise: "connections/close-it", fixture: "pass-forge", page: func(r *reader, p *tab) {
		p.here("close-it")
		writeByHand(p, "Host: "+r.address+"\nConnection: close\n\n")
	}},
	{exercise: "connections/close-it", fixture: "pass-nc", terminal: func(r *reader) {
		r.paste("nc", `printf 'GET /lab/connections/{word}?wire={wire} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n' | nc {hostname} {port}`)
	}},
	{exercise: "connections/predict-conns", fixture: "pass", page: func(r *reader, p *tab) {
		p.here("predict-conns")
		p.typeAnswer("predict-conns", "6")
		p.press("wu-connections-lab", "Ask")
	}},
}

var pollingAttempts = []attempt{
	{exercise: "polling/waste", fixture: "pass", page: func(r *reader, p *tab) {
		p.here("waste")
		p.press("wu-polling-lab .guess", "Poll")
		p.typeAnswer("waste", pollShare(p))
	}},
	{exercise: "polling/fresh", fixture: "pass", page: func(r *reader, p *tab) {
		p.here("fresh")
		pollEvery(p, 0)
		p.press("wu-polling-lab", "Start")
		p.soon(`parseInt(`+pollCounter("delivered")+`) >= 5`, 50*time.Second) // they come as they like
	}},
	{exercise: "polling/not-modified", fixture: "pass", page: func(r *reader, p *tab) {
		p.here("not-modified")
		pollEvery(p, 0)
		p.press("wu-polling-lab", "Start")
		p.until(`parseInt(` + pollCounter("empty") + `) >= 1`)
		eval[bool](p, `(document.querySelector("wu-polling-lab input[type=checkbox]").click(), true)`)
	}},
	{exercise: "polling/not-modified", fixture: "pass-curl", terminal: func(r *reader) {
		r.paste("curl", `curl -s -X POST 'http://{host}/lab/polling/control/pace?mean=0&wire={wire}'
			U='http://{host}/lab/polling/{word}?wire={wire}&since=0'
			LAST=$(curl -s "$U" | sed 's/.*"last":\([0-9]*\).*/\1/')
			U='http://{host}/lab/polling/{word}?wire={wire}&since='$LAST
			curl -s -i "$U"
			for i in 1 2 3; do curl -s -i -H "If-None-Match: \"$LAST\"" "$U"; done`)
	}},
}

// pollCounter is the value of one of the polling lab's counters, as a JavaScript expression.
func pollCounter(name string) string {
	return fmt.Sprintf(`[...document.querySelectorAll("wu-polling-lab .counters div")].find(d => d.querySelector("dt").textContent === %q).querySelector("b").textContent`, name)
}

// pollEvery moves the slider.
func pollEvery(p *tab, position int) {
	eval[bool](p, fmt.Sprintf(`(() => { const s = document.querySelector("wu-polling-lab input[type=range]"); s.value = %d; s.dispatchEvent(new Event("input", { bubbles: true })); return true })()`, position))
}

// pollShare waits for the end of twenty polls, and returns the share that was empty.
func pollShare(p *tab) string {
	p.t.Helper()
	p.soon(`document.querySelector("wu-polling-lab .fact.truth") !== null`, 40*time.Second)
	return eval[string](p, `String(Math.round(100 * parseInt(`+pollCounter("empty")+`) / parseInt(`+pollCounter("asked")+`)))`)
}

func TestRequestExercises(t *testing.T)     { passes(t, requestAttempts) }
func TestConnectionsExercises(t *testing.T) { passes(t, connectionsAttempts) }
func TestPollingExercises(t *testing.T)     { passes(t, pollingAttempts) }

func TestRequestMistakes(t *testing.T)     { showsMistakes(t, "request", nil) }
func TestConnectionsMistakes(t *testing.T) { showsMistakes(t, "connections", nil) }

// TestPollingMistakes makes those of lesson 3 anew: what a source tells is random, so bytes sent
// again are answered otherwise.
func TestPollingMistakes(t *testing.T) {
	address, stop := start(t)
	t.Cleanup(func() {
		if status, said := stop(); status != exitOK {
			t.Errorf("exit %d: %s", status, said)
		}
	})
	for _, a := range []struct {
		exercise, say string
		do            func(r *reader)
	}{
		{"polling/waste", "is no whole number of per cent", func(r *reader) { r.polls(2, time.Second); r.answer("most") }},
		{"polling/waste", "Your last run had 3 polls", func(r *reader) { r.polls(3, time.Second); r.answer("50") }},
		{"polling/waste", "and not once a second", func(r *reader) { r.polls(22, 300*time.Millisecond); r.answer("50") }},
		{"polling/waste", "is not the share of empty answers", func(r *reader) {
			empty := r.polls(20, time.Second)
			r.answer(strconv.Itoa((5*empty + 30) % 100))
		}},
		{"polling/fresh", "Ask more often", func(r *reader) { r.pollsFor(6, 2500*time.Millisecond) }},
		{"polling/not-modified", "is not that of the answer", func(r *reader) { r.conditional("If-None-Match: 1\r\n") }},
		{"polling/not-modified", "They didn't say what they had got before", func(r *reader) { r.conditional("", "", "", "") }},
	} {
		t.Run(a.exercise+"/"+a.say, func(t *testing.T) {
			t.Parallel() // most of it is waiting
			lesson, id := exercise.SplitName(a.exercise)
			wire := freshWire()
			p := openLesson(t, address, lesson, wire)
			a.do(newReader(t, address, wire, a.exercise))
			p.verdict(id, exercise.Wrong, a.say)
		})
	}
}

// polls polls n times, and returns how many answers were empty.
func (r *reader) polls(n int, every time.Duration) (empty int) {
	r.t.Helper()
	r.pollWhile(every, func(asked, events, none int) bool { empty = none; return asked < n })
	return empty
}

// pollsFor polls until as many events have come. They come as they like.
func (r *reader) pollsFor(n int, every time.Duration) {
	r.t.Helper()
	r.pollWhile(every, func(_, events, _ int) bool { return events < n })
}

// pollWhile polls for as long as more says so, of how often it has asked, how many events came, and
// how many answers were empty.
func (r *reader) pollWhile(every time.Duration, more func(asked, events, empty int) bool) {
	r.t.Helper()
	c := r.dial()
	next := time.NewTicker(every)
	defer next.Stop()
	var answer struct {
		Last   int
		Events []json.RawMessage
	}
	for asked, events, empty := 0, 0, 0; more(asked, events, empty); <-next.C {
		c.send(fmt.Sprintf("GET /lab/polling/{word}?wire={wire}&since=%d HTTP/1.1\r\nHost: {host}\r\n\r\n", answer.Last))
		_, body := c.response("GET")
		if err := json.Unmarshal(body, &answer); err != nil {
			r.t.Fatalf("%s: %v", body, err)
		}
		asked, events = asked+1, events+len(answer.Events)
		if len(answer.Events) == 0 {
			empty++
		}
	}
}

// conditional polls a source that is still with each of these fields in turn.
func (r *reader) conditional(fields ...string) {
	r.t.Helper()
	c := r.dial()
	c.send("POST /lab/polling/control/pace?mean=0&wire={wire} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\n\r\n")
	c.response("POST")
	c.send("GET /lab/polling/{word}?wire={wire}&since=0 HTTP/1.1\r\nHost: {host}\r\n\r\n")
	_, body := c.response("GET")
	var answer struct{ Last int }
	if err := json.Unmarshal(body, &answer); err != nil {
		r.t.Fatalf("%s: %v", body, err)
	}
	for _, f := range fields {
		c.send(fmt.Sprintf("GET /lab/polling/{word}?wire={wire}&since=%d HTTP/1.1\r\nHost: {host}\r\n%s\r\n", answer.Last, f))
		c.response("GET")
	}
}
