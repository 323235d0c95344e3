//go:build browser

package main

// What each lab of a slide does when somebody presses its buttons: recorded, for when there is no
// network, and measured on the projector's screen.

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"wireup/content"
	"wireup/lessons"
)

// labPlay is what a presenter does with a lab.
type labPlay struct {
	lab   string // frames/echo
	title string // what is done, as a sentence: the recording's first line
	play  func(s *stage)
}

// stage is a lab on a slide that is shown.
type stage struct {
	*tab
	lab  string        // its element
	wire string        // of its page
	pace time.Duration // between two presses: as a person’s, where a recording is to be followed
}

// press presses the lab's button.
func (s *stage) press(label string) {
	s.t.Helper()
	s.waits()
	s.tab.press(s.lab, label)
}

// waits is the time that a person takes before the next press.
func (s *stage) waits() { time.Sleep(s.pace) }

// sees waits for an expression that is true of the lab.
func (s *stage) sees(expression string) {
	s.t.Helper()
	s.soon(fmt.Sprintf(`(lab => %s)(document.querySelector(%q))`, expression, s.lab), 30*time.Second)
}

// shows waits for words in a part of the lab.
func (s *stage) shows(part, words string) {
	s.t.Helper()
	s.sees(fmt.Sprintf(`lab.querySelector(%q)?.textContent.includes(%q)`, part, words))
}

// counts waits for as many parts of the lab.
func (s *stage) counts(part string, n int) {
	s.t.Helper()
	s.sees(fmt.Sprintf(`lab.querySelectorAll(%q).length >= %d`, part, n))
}

// picks clicks the part of the lab that is number i.
func (s *stage) picks(part string, i int) {
	s.t.Helper()
	eval[bool](s.tab, fmt.Sprintf(`(document.querySelectorAll("%s %s")[%d].click(), true)`, s.lab, part, i))
}

// chooses takes option number i of the lab's first list.
func (s *stage) chooses(list string, i int) {
	s.t.Helper()
	eval[bool](s.tab, fmt.Sprintf(`(() => { const l = document.querySelector("%s %s"); l.selectedIndex = %d; return l.dispatchEvent(new Event("change", { bubbles: true })) })()`, s.lab, list, i))
}

var labPlays = []labPlay{
	{"request/request", "A GET by the page, and the same with a cookie.", func(s *stage) {
		s.press("Send it")
		s.counts(".fact.truth", 1)
		s.picks("label input[type=radio]", 1)
		s.press("Send the GET")
		s.shows(".said", "more than the request before")
	}},
	{"request/terminal", "A GET from a terminal, with one header field.", func(s *stage) {
		line := eval[string](s.tab, fmt.Sprintf(`document.querySelector("%s pre.line:not([hidden])").textContent`, s.lab))
		if out, err := exec.Command("sh", "-c", line).CombinedOutput(); err != nil {
			s.t.Fatalf("%s: %v\n%s", line, err, out)
		}
	}},
	{"connections/connections", "Ten requests at once, and ten one after another.", func(s *stage) {
		s.press("Ask")
		s.counts(".fact.truth", 1)
		s.press("Ten clicks")
		s.shows(".sum", "10 requests on ")
		s.sees(`document.querySelectorAll("wu-connections-lab .timeline g.bar.delivered").length === 10`)
	}},
	{"connections/latency", "Five requests to a server as far away as San Francisco is from Boston.", func(s *stage) {
		s.press("Boston")
		s.press("Ask 5 times")
		s.sees(`[...lab.querySelectorAll(".runs tbody tr")].filter(r => r.cells[5].textContent !== "").length === 5`)
	}},
	{"connections/window", "One answer of some length.", func(s *stage) {
		s.press("Draw it")
		s.press("Send it for real")
		s.counts(".live-window p", 1)
	}},
	{"polling/polling", "Six polls, a second apart.", func(s *stage) {
		s.press("Start polling")
		s.sees(`parseInt([...lab.querySelectorAll(".counters div")].find(d => d.querySelector("dt").textContent === "asked").querySelector("b").textContent) >= 6`)
		s.press("Stop")
		s.sees(`lab.dataset.state === "closed"`)
	}},
	{"comet/comet", "Requests that are held, and two events, 50 milliseconds apart.", func(s *stage) {
		s.press("Start asking")
		s.until(cometHeld)
		s.press("Fire one event")
		s.until(figure("comet", "delivered") + ` === "1"`)
		s.until(cometHeld)
		s.press("Fire two")
		s.until(figure("comet", "events happened") + ` === "3" && ` + cometHeld)
		s.press("Stop asking")
		s.until(cometState + `.endsWith("not asking")`)
	}},
	{"streaming/streaming", "A stream of events that is cut, taken up again, and closed.", func(s *stage) {
		s.press("Open an EventSource")
		s.until(told("message") + ` >= 3`)
		s.press("Pull the plug")
		s.until(`[...document.querySelectorAll("wu-streaming-lab .transcript b")].some(n => n.textContent.startsWith("Last-Event-ID: "))`)
		s.until(told("message") + ` >= 6`)
		s.press("Close it")
		s.until(told("close() by script") + ` === 1`)
	}},
	{"sockets/sockets", "A program calls connect, and send twice, and closes.", func(s *stage) {
		s.shows(".call-next", "Next: socket, by the server")
		for range 4 { // socket, bind, listen; socket
			stepCall(s.tab)
		}
		s.press("Connect")
		s.until(lastCall + `.textContent.includes("has not called accept")`)
		for eval[bool](s.tab, `!`+nextCall+`.disabled`) {
			stepCall(s.tab)
		}
		// What the page's two programs say to each other is on no wire. A program of the reader's makes the
		// same calls at the raw port.
		s.waits()
		tcp, _ := rawEndsOf(s.t, eval[string](s.tab, `location.host`), s.wire)
		host, port, _ := strings.Cut(tcp, ":")
		if out, err := exec.Command("sh", "-c", fmt.Sprintf(`(printf 'wire %s\nSpang\n'; sleep 1; echo and again; sleep 1) | nc -N %s %s`, s.wire, host, port)).CombinedOutput(); err != nil {
			s.t.Fatalf("%v: %s", err, out)
		}
	}},
	{"sockets/raw", "Two writes to the raw echo, and both in one.", func(s *stage) {
		s.press("Write it to the echo")
		s.shows(".judged", "read")
		s.press("Glue")
		s.press("Write it to the echo")
		s.shows(".judged", "1 read")
	}},
	{"handshake/handshake", "A WebSocket is opened.", func(s *stage) {
		s.press("Open a WebSocket")
		s.sees(`lab.querySelectorAll(".part-of").length === 2 && lab.querySelector(".because") !== null`)
	}},
	{"handshake/break-it", "A handshake without its key, and one of another version.", func(s *stage) {
		for i := 1; i <= 2; i++ {
			s.chooses("select", i)
			s.press("Send these bytes")
			s.counts("tbody tr", i)
		}
	}},
	{"frames/echo", "A word, 126 letters, eight bytes, nothing, and a ping by the server.", func(s *stage) {
		s.sees(`lab.dataset.state === "open"`)
		for i, what := range []string{"Send", "126 B", "ArrayBuffer", "empty"} {
			s.press(what)
			s.counts(".transcript tbody tr", 2*(i+1))
		}
		s.press("ping from the server")
		s.counts(".transcript tbody tr", 9)
	}},
	{"frames/forge", "A frame without a mask, and what it costs.", func(s *stage) {
		s.press("unmasked")
		s.press("Send these bytes")
		s.shows(".forge-answer", "close 1002")
		s.shows(".forge-answer", "closed the TCP connection")
	}},
	{"masking/masking", "One text three times, under three keys.", func(s *stage) {
		s.press("Show me")
		s.counts(".fact.truth", 1)
	}},
	{"conversation/fragments", "One message in three frames, with a ping between two of them.", func(s *stage) {
		s.waits()
		compose(s.tab, "web|soc|kets", "ping")
		s.shows(".said", "The pong came before the mirror's last frame.")
	}},
	{"conversation/long", "One message of many letters, without compression.", func(s *stage) {
		s.press("Send without compression")
		s.counts(".long-run", 1)
	}},
	{"conversation/pings", "Ten pings by the server, and their pongs.", func(s *stage) {
		s.press("Ten in a row")
		s.counts(".rtt-list li", 10)
	}},
	{"conversation/ends", "The page closes with 1000, and the server answers.", func(s *stage) {
		openEnd(s.tab)
		s.waits()
		endWay(s.tab, "close 1000")
	}},
	{"conversation/many", "Twenty sockets of one page, and a word from each.", func(s *stage) {
		s.press("Spawn 20")
		s.shows("h3", "20 of 20 open")
		s.press("Everyone says something")
		s.sees(`[...lab.querySelectorAll(".player small")].every(n => n.textContent === "4 frames")`)
		s.press("Close all")
		s.shows("h3", "0 of 20 open")
	}},
	{"capture/capture-save", "A socket that says Spang, hears it back, and says goodbye.", func(s *stage) {
		s.press("Say Spang")
		s.shows(".capture-held", "4 frames")
	}},
	{"capture/capture-open", "What a capture of one socket holds: a greeting, a ping of the server’s, and a goodbye.", func(s *stage) {
		const talk = `new Promise((done, fail) => {
			const s = new WebSocket("ws://" + location.host + "/echo?breakdown=off&ping=now&wire=" + localStorage.getItem("wireup.wire"));
			s.onopen = () => s.send("Spang");
			s.onmessage = () => s.close(1000, "goodbye");
			s.onclose = () => done(true);
			s.onerror = fail;
		})`
		eval[bool](s.tab, talk)
		s.until(`(async () => {
			const wire = localStorage.getItem("wireup.wire");
			const file = new File([await (await fetch("/wire/" + wire + "/log.pcapng")).blob()], "greeting.pcapng");
			const chosen = new DataTransfer();
			chosen.items.add(file);
			const input = document.querySelector("wu-capture-open input[type=file]");
			input.files = chosen.files;
			return input.dispatchEvent(new Event("change", { bubbles: true }));
		})()`)
		s.until(`document.querySelector("wu-inspector .replay .space [role=row]:not([hidden])") !== null`)
	}},
	{"choose/race", "Forty updates over four transports at once.", func(s *stage) {
		s.press("Race")
		s.until(raced)
	}},
	{"choose/game", "A player who joins, and moves, and says something.", func(s *stage) {
		s.fill("wu-game-lab .lab-row input", "Ada")
		s.press("Join")
		s.counts(".dot.me", 1)
		s.press("Move there")
		s.until(figure("game", "as requests") + ` !== "·" && ` + figure("game", "your moves") + ` !== "·"`)
		s.fill("wu-game-lab .game-chat input", "hello")
		s.press("Say it")
		s.shows(".game-lines p", "hello")
		s.press("Reset")
		s.until(gameState + ` === "game · you are not on the map"`)
	}},
	{"production/proxies", "A socket through an intermediary that ends what is silent.", func(s *stage) {
		s.press("Show me")
		s.counts(".fact.truth b", 1)
		s.counts(".timeline g.bar.error", 2)
	}},
	{"production/return", "A socket that is cut, and comes back.", func(s *stage) {
		s.press("Open a socket")
		s.sees(`lab.dataset.state === "open"`)
		s.press("Drop it")
		s.shows(".said", "Back, at try")
	}},
	{"production/slow-reader", "A reader who is slow, and what the writer does not know of it.", func(s *stage) {
		s.press("Show me")
		s.counts(".fact.truth b", 1)
	}},
	{"production/stranger", "This page’s own socket, and a stranger’s fetch and sockets.", func(s *stage) {
		s.press("Show me")
		o := lurks(s.tab)
		for _, way := range []string{"Fetch with a GET", "Open a WebSocket", "Open one that asks"} {
			s.waits()
			o.press("#stranger", way)
		}
		o.until(`document.querySelectorAll(".tried li").length === 3 && document.querySelectorAll(".tried li")[2].textContent.includes("I may read what comes")`)
		s.press("Try from this page")
		s.counts(".strangers tbody tr", 4)
	}},
	{"production/squeeze", "One text twice: as it is, and compressed.", func(s *stage) {
		s.press("Show me")
		s.counts(".fact.truth b", 1)
		s.counts(".squeezed tbody tr", 1)
	}},
}

// stageOf shows the slide of a play's lab, and waits for the lab.
func (l labPlay) stageOf(t *testing.T, p *tab, address, wire string) *stage {
	t.Helper()
	lesson, lab := l.names()
	course, err := lessons.Load(content.FS)
	if err != nil {
		t.Fatal(err)
	}
	of, ok := course.Lesson(lesson)
	if !ok {
		t.Fatalf("there is no lesson %s", lesson)
	}
	for i, s := range of.Slides {
		if s.Lab != lab {
			continue
		}
		p.do(chromedp.EmulateViewport(1280, 720), chromedp.Navigate("http://"+address+"/healthz"))
		eval[bool](p, fmt.Sprintf(`(localStorage.clear(), sessionStorage.clear(), localStorage.setItem("wireup.wire", %q), true)`, wire))
		p.do(chromedp.Navigate(fmt.Sprintf("http://%s/lessons/%s/slides#%d.%d", address, lesson, i+1, s.Steps)))
		p.until(`document.querySelector("wu-deck")?.slide?.querySelector(".lab:defined") != null`)
		return &stage{tab: p, wire: wire, lab: eval[string](p, `document.querySelector("wu-deck").slide.querySelector(".lab").localName`)}
	}
	t.Fatalf("no slide shows the lab %s", l.lab)
	return nil
}

func (l labPlay) names() (lesson, lab string) {
	lesson = filepath.Dir(l.lab)
	return lesson, filepath.Base(l.lab)
}

// TestLabsOnTheWall plays each lab on a slide at the size of a projector: what came of it is read from the
// last row, and stands on the screen whole.
func TestLabsOnTheWall(t *testing.T) {
	t.Parallel() // most of it is waiting
	address, stop := start(t, "--idle-time", "2s", "--raw", "127.0.0.1:0")
	p := newTab(t)
	for _, l := range labPlays {
		t.Run(l.lab, func(t *testing.T) {
			s := l.stageOf(t, p.in(t), address, freshWire())
			s.wear("projector")
			l.play(s)
			s.shoot("wall-" + l.lab)
			if tall := eval[string](s.tab, `(view => view.scrollHeight > view.clientHeight ? view.scrollHeight + " px in " + view.clientHeight : "")(document.querySelector(".deck-view"))`); tall != "" {
				t.Errorf("what came of it doesn’t stand on the screen whole: %s", tall)
			}
			for _, fault := range eval[[]string](s.tab, `(() => { `+measureJS+` return measure(document.querySelector("wu-deck").slide, 1) })()`) {
				t.Error(fault)
			}
		})
	}
	if status, said := stop(); status != exitOK {
		t.Errorf("exit %d: %s", status, said)
	}
}

// TestRecordLabs records what each lab does, those that aren't there yet, into files under the folder
// that WIREUP_SESSIONS names: content/sessions for the real ones.
func TestRecordLabs(t *testing.T) {
	dir := os.Getenv("WIREUP_SESSIONS")
	if dir == "" {
		t.Skip("WIREUP_SESSIONS names no folder to record into")
	}
	for _, l := range labPlays {
		file := filepath.Join(dir, filepath.FromSlash(l.lab)+".txt")
		if _, err := os.Stat(file); err == nil {
			continue
		}
		t.Run(l.lab, func(t *testing.T) {
			wire := freshWire()
			address, stop := recordProgram(t, "--raw", "127.0.0.1:0", "--wire", wire, "--lab", l.lab, "--title", l.title, file)
			s := l.stageOf(t, newTab(t), address, wire)
			s.pace = 1200 * time.Millisecond
			s.shoot("lab-" + l.lab + "-before")
			l.play(s)
			s.shoot("lab-" + l.lab)
			status, said, wrong := stop()
			if status != exitOK {
				t.Fatalf("exit %d: %s", status, wrong)
			}
			t.Log(said)
		})
	}
}
