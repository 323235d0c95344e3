//go:build browser

package main

// Exercises in Chromium: done as a reader does them, and every recorded mistake seen to draw its
// verdict on the page.

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"wireup/content"
	"wireup/handlers"
	"wireup/inspector"
	"wireup/lessons/exercise"
	"wireup/wire"
)

// attempt is one way to do an exercise, right or wrong.
type attempt struct {
	exercise string // frames/smallest
	fixture  string // what it is recorded as: pass, wrong-one-letter
	title    string // what is done, as a sentence: the fixture's first line
	page     func(r *reader, p *tab)
	terminal func(r *reader) // the forge too; nil where page is set
}

// openLesson opens a lesson in a tab of its own.
func openLesson(t *testing.T, address, lesson, wire string) *tab {
	t.Helper()
	p := newTab(t)
	p.lesson(address, lesson, wire)
	return p
}

// lesson opens a lesson's page on a wire, and waits for its words. What the tab kept before is gone,
// but for the files: to fetch and compile them takes longer than all else.
func (p *tab) lesson(address, lesson, wire string) {
	p.t.Helper()
	p.do(chromedp.EmulateViewport(1440, 1000), chromedp.Navigate("http://"+address+"/healthz"))
	eval[bool](p, fmt.Sprintf(`(localStorage.clear(), sessionStorage.clear(), localStorage.setItem("wireup.wire", %q), true)`, wire))
	p.do(chromedp.Navigate("http://" + address + "/lessons/" + lesson))
	p.until(`document.querySelector("wu-exercise .chip.word:not([disabled])") !== null`)
	eval[bool](p, `(document.documentElement.style.scrollBehavior = "auto", true)`)
}

// cardOf is the element of an exercise.
func cardOf(id string) string { return fmt.Sprintf(`wu-exercise[data-exercise=%q]`, id) }

// verdict waits until the card of an exercise shows a state, and in its sentence these words.
func (p *tab) verdict(id string, state exercise.State, say string) {
	p.t.Helper()
	p.until(fmt.Sprintf(`document.querySelector(%q)?.dataset.state === %q && document.querySelector(%q).textContent.includes(%q)`,
		cardOf(id)+" .verdict", state.String(), cardOf(id)+" .say", say))
}

// here sets the lesson's labs to an exercise.
func (p *tab) here(id string) {
	p.t.Helper()
	p.press(cardOf(id), "Do it here")
	p.until(fmt.Sprintf(`document.querySelector(%q).hasAttribute("data-here")`, cardOf(id)))
}

// typeAnswer types an answer into the card of an exercise, and sends it.
func (p *tab) typeAnswer(id, text string) {
	p.t.Helper()
	p.fill(cardOf(id)+" .answer-form input", text)
	p.press(cardOf(id)+" .answer-form", "Check it")
}

// freshWire is a wire for a test: its name says nothing, and no other test has it.
func freshWire() string {
	const letters = "abcdefghijklmnopqrstuvwxyz234567"
	b := make([]byte, 13)
	n := time.Now().UnixNano()
	for i := range b {
		b[i] = letters[n&31]
		n >>= 5
	}
	return string(b)
}

// passes does each attempt that is recorded as one that passes, on a page of the lesson, and sees
// the card say so.
func passes(t *testing.T, attempts []attempt) {
	t.Parallel() // most of it is waiting
	address, stop := start(t)
	page := newTab(t)
	for _, a := range attempts {
		if !strings.HasPrefix(a.fixture, "pass") {
			continue
		}
		t.Run(a.exercise+"/"+a.fixture, func(t *testing.T) {
			lesson, id := exercise.SplitName(a.exercise)
			wire := freshWire()
			p := page.in(t)
			p.lesson(address, lesson, wire)
			r := newReader(t, address, wire, a.exercise)
			p.verdict(id, exercise.NotYet, "")
			if a.page != nil {
				a.page(r, p)
			} else {
				a.terminal(r)
			}
			p.verdict(id, exercise.Passed, "")
			if proof := eval[int](p, fmt.Sprintf(`document.querySelectorAll(%q).length`, cardOf(id)+" .proof button")); proof == 0 {
				t.Error("no event is named that proves it")
			}
		})
	}
	if status, said := stop(); status != exitOK {
		t.Errorf("exit %d: %s", status, said)
	}
}

// showsMistakes sends the bytes of every fixture of a lesson that isn't right, under its word and on
// its wire, and sees the page of the lesson say what is wrong. except names fixtures that can't be
// sent again, each with a reason.
func showsMistakes(t *testing.T, lesson string, except map[string]string) {
	t.Parallel() // most of it is waiting
	address, stop := start(t)
	files, err := fs.Glob(content.FS, "fixtures/"+lesson+"/*/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	page := newTab(t)
	seen := 0
	for _, file := range files {
		src, err := fs.ReadFile(content.FS, file)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(path.Base(file), ".txt")
		f, err := exercise.ParseFixture(name, src)
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if f.Verdict != exercise.Wrong {
			continue
		}
		seen++
		t.Run(f.Exercise+"/"+name, func(t *testing.T) {
			if why, ok := except[f.Exercise+"/"+name]; ok {
				t.Skip(why)
			}
			_, id := exercise.SplitName(f.Exercise)
			x, ok := exercise.Find(lesson, id)
			if !ok {
				t.Fatalf("there is no exercise %s", f.Exercise)
			}
			events, err := f.Replay(handlers.Route, 0)
			if err != nil {
				t.Fatal(err)
			}
			want := exercise.Run(x.Start(exercise.Attempt{Word: f.Word}), events)
			useWord(t, address, string(f.Wire), f.Exercise, f.Word)
			p := page.in(t)
			p.lesson(address, lesson, string(f.Wire))
			p.until(fmt.Sprintf(`document.querySelector(%q).textContent.includes(%q)`, cardOf(id)+" .chip.word", f.Word))
			resend(t, address, f)
			p.verdict(id, exercise.Wrong, want.Say)
			list := eval[string](p, fmt.Sprintf(`document.querySelector(%q)?.textContent ?? ""`, cardOf(id)+" .fault-list"))
			for _, part := range []string{want.Want, want.Ref} {
				if !strings.Contains(list, part) {
					t.Errorf("the card says %q; want %q in it", list, part)
				}
			}
			if os.Getenv("WIREUP_SHOTS") != "" {
				eval[bool](p, fmt.Sprintf(`(document.querySelector(%q).scrollIntoView({ block: "center" }), true)`, cardOf(id)+" .verdict"))
				p.shoot("mistake-" + f.Exercise + "-" + name)
			}
		})
	}
	if seen == 0 {
		t.Errorf("lesson %s has no fixture of a mistake", lesson)
	}
	if status, said := stop(); status != exitOK {
		t.Errorf("exit %d: %s", status, said)
	}
}

// longestPause bounds how long resend waits where a recording did.
const longestPause = 12 * time.Second

// resend sends what the clients of a fixture sent, on as many connections, with its pauses, and each
// part when the server has said what it said before it.
func resend(t *testing.T, address string, f *exercise.Fixture) {
	t.Helper()
	lines := make(map[int]net.Conn)
	heard := make(map[int]chan struct{}) // told of each piece that comes
	awaits := make(map[int]bool)         // the server has to speak before the client goes on
	behind := make(map[int]bool)         // connections that no client opens
	hear := func(r exercise.Record) {    // waits until the server has said what it said before
		if !awaits[r.Conn] {
			return
		}
		awaits[r.Conn] = false
		select {
		case <-heard[r.Conn]:
		case <-time.After(longestPause):
			t.Fatalf("line %d: the server says nothing", r.Line)
		}
	}
	var at time.Duration
	for _, r := range f.Records {
		if gap := min(r.At-at, longestPause); gap > 20*time.Millisecond && r.What != exercise.RecordOpen {
			time.Sleep(gap) // the recording's own time, which the check may count
		}
		at = max(at, r.At)
		if behind[r.Conn] = behind[r.Conn] || r.Driver == wire.DriverProxy; behind[r.Conn] {
			continue // a lab's own intermediary opens it once more
		}
		switch r.What {
		case exercise.RecordOpen:
			network, to := "tcp", address
			if r.Raw != "" {
				tcp, unix := rawEndsOf(t, address, string(f.Wire))
				if to = tcp; r.Remote == "unix" {
					network, to = "unix", unix
				}
			}
			c, err := net.Dial(network, to)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { c.Close() })
			c.SetDeadline(time.Now().Add(time.Minute))
			lines[r.Conn], heard[r.Conn] = c, make(chan struct{}, 1)
			go func(c net.Conn, told chan struct{}) {
				defer close(told)
				b := make([]byte, 64<<10)
				for {
					if _, err := c.Read(b); err != nil {
						return
					}
					select {
					case told <- struct{}{}:
					default:
					}
				}
			}(c, heard[r.Conn])
		case exercise.RecordBytes:
			if r.Direction == inspector.Down {
				awaits[r.Conn] = true
				continue
			}
			hear(r)
			if _, err := lines[r.Conn].Write(r.Bytes); err != nil && !errors.Is(err, io.EOF) {
				t.Logf("line %d: %v", r.Line, err) // the server may have closed, as it had to
			}
		case exercise.RecordEOF:
			hear(r)
			if half, ok := lines[r.Conn].(interface{ CloseWrite() error }); ok {
				half.CloseWrite()
			}
		case exercise.RecordEnd:
			if strings.HasPrefix(r.Ending.String(), "client") {
				hear(r)
				if tcp, ok := lines[r.Conn].(*net.TCPConn); ok && r.Ending == inspector.EndReset {
					tcp.SetLinger(0)
				}
				lines[r.Conn].Close()
			}
		}
	}
}

// recordAttempts records the attempts into files under the folder that WIREUP_FIXTURES names, those
// that aren't there yet: content/fixtures for the real ones.
func recordAttempts(t *testing.T, attempts []attempt) {
	dir := os.Getenv("WIREUP_FIXTURES")
	if dir == "" {
		t.Skip("WIREUP_FIXTURES names no folder to record into")
	}
	for _, a := range attempts {
		file := filepath.Join(dir, filepath.FromSlash(a.exercise), a.fixture+".txt")
		if _, err := os.Stat(file); err == nil {
			continue
		}
		t.Run(a.exercise+"/"+a.fixture, func(t *testing.T) {
			lesson, id := exercise.SplitName(a.exercise)
			wire := freshWire()
			address, stop := recordProgram(t, "--raw", "127.0.0.1:0", "--wire", wire,
				"--exercise", a.exercise, "--title", a.title, file)
			var p *tab
			if a.page != nil {
				p = openLesson(t, address, lesson, wire)
			}
			r := newReader(t, address, wire, a.exercise)
			next, end := follow(t, address, wire, lesson)
			if a.page != nil {
				a.page(r, p)
			} else {
				a.terminal(r)
			}
			if strings.HasPrefix(a.fixture, "pass") || strings.HasPrefix(a.fixture, "wrong-") {
				// The file says which verdict it draws: the recording server keeps more of a payload.
				next(func(m exerciseNews) bool { return m.ID == id && m.Verdict.State != "not yet" })
			}
			end()
			status, said, wrong := stop()
			if status != exitOK {
				t.Fatalf("exit %d: %s", status, wrong)
			}
			t.Log(said)
		})
	}
}
