//go:build browser

package main

// Lesson 6 in Chromium: calls stepped as a person would, writes to the raw echo from the lab and with
// nc, and the exercises, right and wrong.

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"wireup/lessons/exercise"
)

// rawEnds asks the server where its raw echo is.
func (r *reader) rawEnds() (tcp, unix string) {
	r.t.Helper()
	return rawEndsOf(r.t, r.address, r.wire)
}

func rawEndsOf(t *testing.T, address, wire string) (tcp, unix string) {
	t.Helper()
	res, err := http.Post("http://"+address+"/lab/sockets/control/state?wire="+wire, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var state struct{ Raw struct{ TCP, Unix string } }
	if err := json.NewDecoder(res.Body).Decode(&state); err != nil || state.Raw.TCP == "" {
		t.Fatalf("the raw echo: %s %v", res.Status, err)
	}
	return state.Raw.TCP, state.Raw.Unix
}

// shell runs a line as a reader pastes it, with the page's values in the braces.
func (r *reader) shell(line string) string {
	r.t.Helper()
	if _, err := exec.LookPath("nc"); err != nil {
		r.t.Skip("nc is missing: apt-get install netcat-openbsd")
	}
	tcp, unix := r.rawEnds()
	line = strings.NewReplacer("{raw}", strings.Replace(tcp, ":", " ", 1), "{rawunix}", unix,
		"{size}", fmt.Sprintf(`\%03o`, len(r.word)), "{size+2}", fmt.Sprintf(`\%03o`, len(r.word)+2)).Replace(r.fill(line))
	out, err := exec.Command("sh", "-c", line).Output()
	if err != nil {
		r.t.Fatalf("%s: %v", line, err)
	}
	return string(out)
}

// nc is an attempt with a line for a terminal.
func nc(line string) func(r *reader) { return func(r *reader) { r.shell(line) } }

// byHand is a connection to the raw echo from a program of the reader's.
func (r *reader) byHand() *net.TCPConn {
	r.t.Helper()
	tcp, _ := r.rawEnds()
	c, err := net.Dial("tcp", tcp)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(time.Minute))
	io.WriteString(c, r.word+" bye\n")
	return c.(*net.TCPConn)
}

// startRaw presses one of the lab's beginnings, once the exercise is the lab's.
func startRaw(p *tab, id, name string) {
	p.t.Helper()
	p.here(id)
	p.press("wu-sockets-raw .presets", name)
}

func sendRaw(p *tab) {
	p.t.Helper()
	p.press("wu-sockets-raw", "Write it to the echo")
}

var socketsAttempts = []attempt{
	{exercise: "sockets/glue", fixture: "pass", title: "Two lines from one printf, through nc.", terminal: nc(`printf '{word} one\n{word} two\n' | nc -N {raw}`)},
	{exercise: "sockets/glue", fixture: "pass-unix", title: "Two lines from one printf, through nc and the path.", terminal: nc(`printf '{word} one\n{word} two\n' | nc -N -U {rawunix}`)},
	{exercise: "sockets/glue", fixture: "pass-lab", title: "Two writes of the lab, glued.",
		page: func(r *reader, p *tab) {
			startRaw(p, "glue", "two writes, apart")
			p.press("wu-sockets-raw .raw-writes", "Glue")
			sendRaw(p)
		}},
	{exercise: "sockets/glue", fixture: "wrong-two-reads", title: "Two writes of the lab, with a pause between them.",
		page: func(r *reader, p *tab) {
			startRaw(p, "glue", "two writes, apart")
			sendRaw(p)
		}},
	{exercise: "sockets/glue", fixture: "wrong-one-line", title: "One line, through nc.", terminal: nc(`printf '{word} one\n' | nc -N {raw}`)},
	{exercise: "sockets/glue", fixture: "wrong-unended", title: "Two lines through nc, and no end to the second.", terminal: nc(`printf '{word} one\n{word} two' | nc -N {raw}`)},

	{exercise: "sockets/tear", fixture: "pass", title: "A line in two parts with a pause between them, through nc.", terminal: nc(`(printf '{word} to'; sleep 0.4; printf 'rn\n') | nc -N {raw}`)},
	{exercise: "sockets/tear", fixture: "pass-lab", title: "A write of the lab, torn.",
		page: func(r *reader, p *tab) {
			startRaw(p, "tear", "one write")
			p.press("wu-sockets-raw .raw-writes", "Tear")
			sendRaw(p)
		}},
	{exercise: "sockets/tear", fixture: "wrong-one-read", title: "A line in one write of the lab.",
		page: func(r *reader, p *tab) {
			startRaw(p, "tear", "one write")
			sendRaw(p)
		}},
	{exercise: "sockets/tear", fixture: "wrong-unended", title: "Two parts through nc, and no end of the line.", terminal: nc(`(printf '{word} to'; sleep 0.4; printf 'rn') | nc -N {raw}`)},

	{exercise: "sockets/half-close", fixture: "pass", title: "A line through nc with -N.", terminal: nc(`printf '{word} bye\n' | nc -N {raw}`)},
	{exercise: "sockets/half-close", fixture: "pass-lab", title: "A write of the lab, and then the end of its side.",
		page: func(r *reader, p *tab) {
			startRaw(p, "half-close", "one write")
			p.do(chromedp.Click(chromedp.CSS(`wu-sockets-raw .options input[type=checkbox]`)))
			sendRaw(p)
		}},
	{exercise: "sockets/half-close", fixture: "wrong-late", title: "A program reads all of the echo, and then ends its side.",
		terminal: func(r *reader) {
			c := r.byHand()
			io.ReadFull(c, make([]byte, len(r.word+" bye\n")))
			c.CloseWrite()
			io.Copy(io.Discard, c)
		}},
	{exercise: "sockets/half-close", fixture: "wrong-gone", title: "A program writes, and closes both directions.", terminal: func(r *reader) { r.byHand().Close() }},
	{exercise: "sockets/half-close", fixture: "wrong-never", title: "A program writes, and resets the connection.",
		terminal: func(r *reader) {
			c := r.byHand()
			io.ReadFull(c, make([]byte, 1)) // so that the server has read
			c.SetLinger(0)
			c.Close()
		}},

	{exercise: "sockets/prefix", fixture: "pass", title: "Three messages with their lengths from one printf, through nc.", terminal: nc(`printf '\0\003one\0{size}{word}\0\005three' | nc -N {raw}`)},
	{exercise: "sockets/prefix", fixture: "pass-lab", title: "Three messages with their lengths in one write of the lab.",
		page: func(r *reader, p *tab) {
			startRaw(p, "prefix", "one write")
			p.fill(`wu-sockets-raw .raw-writes input[data-part=text]`, fmt.Sprintf(`\0\x03one\0\x%02x%s\0\x05three`, len(r.word), r.word))
			sendRaw(p)
		}},
	{exercise: "sockets/prefix", fixture: "wrong-digits", title: "The lengths as digits.", terminal: nc(`printf '03one07{word}05three' | nc -N {raw}`)},
	{exercise: "sockets/prefix", fixture: "wrong-little-endian", title: "The lengths with the low byte first.", terminal: nc(`printf '\003\0one{size}\0{word}\005\0three' | nc -N {raw}`)},
	{exercise: "sockets/prefix", fixture: "wrong-counts-itself", title: "Lengths that count themselves.", terminal: nc(`printf '\0\005one\0{size+2}{word}\0\007three' | nc -N {raw}`)},
	{exercise: "sockets/prefix", fixture: "wrong-one-byte", title: "Lengths of one byte.", terminal: nc(`printf '\003one{size}{word}\005three' | nc -N {raw}`)},
	{exercise: "sockets/prefix", fixture: "wrong-too-long", title: "A last length that says too much.", terminal: nc(`printf '\0\003one\0{size}{word}\0\011three' | nc -N {raw}`)},
	{exercise: "sockets/prefix", fixture: "wrong-rest", title: "Three messages, and a line end behind them.", terminal: nc(`printf '\0\003one\0{size}{word}\0\005three\n' | nc -N {raw}`)},
	{exercise: "sockets/prefix", fixture: "wrong-count", title: "Two messages.", terminal: nc(`printf '\0\003one\0{size}{word}' | nc -N {raw}`)},
	{exercise: "sockets/prefix", fixture: "wrong-several-writes", title: "Three messages, each in a write of its own.",
		terminal: nc(`(printf '\0\003one'; sleep 0.3; printf '\0{size}{word}'; sleep 0.3; printf '\0\005three') | nc -N {raw}`)},
}

func TestSocketsExercises(t *testing.T) { passes(t, socketsAttempts) }
func TestSocketsMistakes(t *testing.T) {
	showsMistakes(t, "sockets", map[string]string{
		"sockets/half-close/wrong-gone": "how a client ends its side and how it closes look alike to whoever recorded it: see TestSocketsGone",
	})
}

func TestRecordSockets(t *testing.T) { recordAttempts(t, socketsAttempts) }

// TestSocketsGone closes both directions where one was to be closed, and sees the page say so.
func TestSocketsGone(t *testing.T) {
	address, stop := start(t)
	wire := freshWire()
	p := openLesson(t, address, "sockets", wire)
	r := newReader(t, address, wire, "sockets/half-close")
	p.verdict("half-close", exercise.NotYet, "")
	for _, a := range socketsAttempts {
		if a.exercise == "sockets/half-close" && a.fixture == "wrong-gone" {
			a.terminal(r)
		}
	}
	p.verdict("half-close", exercise.Wrong, "You closed both directions")
	// What is right passes after it.
	r.shell(`printf '{word} bye\n' | nc -N {raw}`)
	p.verdict("half-close", exercise.Passed, "")
	if status, said := stop(); status != exitOK {
		t.Errorf("exit %d: %s", status, said)
	}
}

const (
	nextCall  = `document.querySelector("wu-sockets-calls .call-next button")`
	lastCall  = `document.querySelector("wu-sockets-calls .call-list li:last-child")`
	callCount = `document.querySelectorAll("wu-sockets-calls .call-list li").length`
)

// openSockets opens lesson 6 with its labs alive.
func openSockets(t *testing.T, address string) *tab {
	t.Helper()
	p := newTab(t)
	p.do(chromedp.EmulateViewport(1440, 900), chromedp.Navigate("http://"+address+"/lessons/sockets"))
	eval[bool](p, `(document.documentElement.style.scrollBehavior = "auto", true)`)
	socketsReady(p)
	return p
}

func socketsReady(p *tab) {
	p.t.Helper()
	p.until(nextCall + `?.textContent === "Next: socket, by the server"`)
}

// stepCall presses the button for the next call, and waits for its row.
func stepCall(p *tab) {
	p.t.Helper()
	before := eval[int](p, callCount)
	p.press("wu-sockets-calls .call-next", "Next:")
	p.until(fmt.Sprintf(callCount+` > %d`, before))
}

func TestSocketsStepped(t *testing.T) {
	t.Parallel()
	address, stop := start(t)
	p := openSockets(t, address)
	for range 4 { // socket, bind, listen; socket
		stepCall(p)
	}
	// A guess before the connect, and the truth beside it.
	p.until(`document.querySelector("wu-sockets-calls .prediction form") !== null`)
	eval[bool](p, `(document.querySelectorAll("wu-sockets-calls .prediction input")[1].click(), true)`)
	p.press("wu-sockets-calls .prediction", "Predict and connect")
	p.until(`document.querySelector("wu-sockets-calls .prediction .fact.wrong")?.textContent.includes("you said")`)
	p.until(lastCall + `.textContent.includes("has not called accept")`)
	for eval[bool](p, `!`+nextCall+`.disabled`) {
		stepCall(p)
	}
	text := eval[string](p, `document.querySelector("wu-sockets-calls .call-list").textContent`)
	for _, want := range []string{"socket(AF_UNIX, SOCK_STREAM", "accept(", "as sendto(", `"Spang"`, "the end of the stream", "unlink("} {
		if !strings.Contains(text, want) {
			t.Errorf("the log holds no %q", want)
		}
	}
	p.shoot("sockets-story")

	// Reset, and what goes wrong, over TCP.
	began := time.Now()
	p.press("wu-sockets-calls h3", "Reset")
	p.until(callCount + ` === 0`)
	if took := time.Since(began); took > time.Second {
		t.Errorf("the reset took %s", took)
	}
	eval[bool](p, `(document.querySelectorAll("wu-sockets-calls .choices input")[1].click(), document.querySelector("wu-sockets-calls details").open = true, true)`)
	p.until(`document.querySelector("wu-sockets-calls [aria-label='Calls of the server'] .chip:nth-last-child(2)").disabled`) // no unlink
	call := func(side, name, want string) {
		t.Helper()
		before := eval[int](p, callCount)
		p.press(fmt.Sprintf("wu-sockets-calls [aria-label='Calls of the %s']", side), name)
		p.until(fmt.Sprintf(callCount+` > %d && `+lastCall+`.textContent.includes(%q)`, before, want))
	}
	call("client", "connect", "EBADF")
	call("client", "socket", "AF_INET")
	call("client", "connect", "ECONNREFUSED")
	call("server", "socket", "AF_INET")
	call("server", "bind to an address in use", "EADDRINUSE")
	call("server", "bind", "127.0.0.1")
	call("server", "listen", "= 0")
	call("client", "connect", "ECONNABORTED") // Linux tells the failure once more
	call("client", "connect", "has not called accept")
	call("server", "accept", "A second descriptor")
	call("server", "recv", "EAGAIN")
	call("client", "send", `"Spang"`)
	call("client", "send", `"Spang"`)
	call("server", "recv", "2 calls of send")
	call("client", "close", "= 0")
	call("server", "send", "nobody will ever read")
	call("server", "send", "EPIPE")
	p.shoot("sockets-errors")

	// A reload finds the sockets as they were left.
	before := eval[int](p, callCount)
	p.do(chromedp.Navigate("http://" + address + "/lessons/sockets"))
	p.until(fmt.Sprintf(callCount+` === %d`, before))
	if status, said := stop(); status != exitOK {
		t.Errorf("exit %d: %s", status, said)
	}
}

func TestSocketsRaw(t *testing.T) {
	t.Parallel()
	address, stop := start(t)
	p := openSockets(t, address)
	const reads = `document.querySelector("wu-sockets-raw .judged").textContent`
	p.fill("wu-sockets-raw .raw-send input", "1")
	sendRaw(p)
	p.until(reads + ` === "You said 1 ✗ · 2 reads"`)
	p.press("wu-sockets-raw .raw-writes", "Glue")
	sendRaw(p)
	p.until(reads + `.includes("✓ · 1 read")`)
	p.fill("wu-sockets-raw .raw-writes input[data-part=text]", `\q`)
	p.until(`document.querySelector("wu-sockets-raw .wrong").textContent.includes("stands for no byte")`)
	if !eval[bool](p, `document.querySelector("wu-sockets-raw [type=submit]").disabled`) {
		t.Error("what can't be written can be sent")
	}

	// nc shows in the same log, when its first line names the wire; the panel shows each call.
	wire := eval[string](p, `localStorage.getItem("wireup.wire")`)
	r := &reader{t: t, address: address, wire: wire}
	line := eval[string](p, `[...document.querySelectorAll("wu-terminal pre.line code")].map(n => n.textContent).find(s => s.includes("wire "+localStorage.getItem("wireup.wire")))`)
	if out := r.shell(line); out != "hello\n" {
		t.Errorf("%s answers %q", line, out)
	}
	p.until(`document.querySelector("wu-sockets-raw .raw-conn").textContent.includes("terminal")`)
	p.press("wu-sockets-raw .raw-conn", "read = 0")
	p.until(`document.querySelector("wu-inspector .pane-details").textContent.includes("closed its sending side")`)
	p.shoot("sockets-raw")
	p.press("wu-sockets-raw h3", "Reset")
	p.until(`document.querySelector("wu-sockets-raw .raw-conn") === null && document.querySelectorAll("wu-sockets-raw .raw-writes li").length === 2`)
	if status, said := stop(); status != exitOK {
		t.Errorf("exit %d: %s", status, said)
	}
}

func TestSocketsLooks(t *testing.T) {
	t.Parallel()
	lookAt(t, "sockets", "wu-sockets-calls, wu-sockets-raw, wu-exercise", func(p *tab) {
		socketsReady(p)
		for range 8 {
			stepCall(p)
		}
		eval[bool](p, `(document.querySelector("wu-sockets-calls details").open = true, true)`)
		p.press("wu-sockets-raw .raw-writes", "Tear")
		p.fill("wu-sockets-raw .raw-send input", "2")
		sendRaw(p)
		p.until(`document.querySelector("wu-sockets-raw .judged").textContent.includes("3 reads")`)
	})
}
