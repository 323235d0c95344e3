//go:build browser

package main

// Lesson 5 in Chromium: the lab's table against the bytes that a proxy saw, and each exercise passed
// as a reader would pass it.

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

const streamingState = `document.querySelector("wu-streaming-lab h3 [role=status]").textContent`

// told is how often the page's side of the table begins with text.
func told(text string) string {
	return fmt.Sprintf(`[...document.querySelectorAll("wu-streaming-lab .transcript tbody tr td:first-child")].filter(n => n.textContent.startsWith(%q)).length`, text)
}

func TestStreamingLab(t *testing.T) {
	t.Parallel()
	proxy := serveProxied(t)
	p := openLab(t, proxy.address, "streaming")
	p.press("wu-streaming-lab", "Open an EventSource")
	p.until(streamingState + `.endsWith("EventSource open")`)
	p.until(told("message") + ` >= 2`)

	// Each row is an event beside the chunk that ended it, byte for byte what the proxy saw.
	rows := eval[[][2]string](p, `[...document.querySelectorAll("wu-streaming-lab .transcript tbody tr")].filter(r => r.querySelector(".chunk")).map(r => [r.cells[0].textContent, r.querySelector(".chunk").textContent])`)
	var down []byte
	proxy.mu.Lock()
	for _, c := range proxy.all {
		if up, d := c.bytes(); strings.Contains(string(up), "GET /lab/streaming/free") {
			down = append(down, d...)
		}
	}
	proxy.mu.Unlock()
	seen := strings.NewReplacer("\r", `\r`, "\n", `\n`).Replace(string(down))
	for _, row := range rows {
		if !strings.Contains(seen, row[1]) {
			t.Errorf("the table has the chunk %q; the proxy saw %q", row[1], seen)
		}
	}

	// Half an event is nothing to the page.
	tick(p, "streaming", "two chunks")
	p.until(told("nothing yet: no blank line") + ` >= 1`)
	tick(p, "streaming", "two chunks")

	// The plug, three ways: each time the browser comes back and says where it was.
	for i, how := range []string{"fin", "reset", "end"} {
		choose(p, "streaming", how)
		before := eval[int](p, told("message"))
		p.press("wu-streaming-lab", "Pull the plug")
		p.until(fmt.Sprintf(told("error, readyState 0")+` === %d`, i+1))
		p.until(fmt.Sprintf(`[...document.querySelectorAll("wu-streaming-lab .transcript b")].filter(n => n.textContent.startsWith("Last-Event-ID: ")).length === %d`, i+1))
		p.until(fmt.Sprintf(told("message")+` > %d`, before))
	}
	p.until(figure("streaming", "missing between them") + ` === "0"`)
	if got := eval[string](p, figure("streaming", "answers")); got != "4" {
		t.Errorf("the lab counts %s answers; want 4", got)
	}

	// Up, beside the stream.
	p.fill("wu-streaming-lab form.upstream input", "hello up there")
	p.press("wu-streaming-lab", "Send it up")
	p.until(told("message “hello up there”") + ` === 1`)
	p.shoot("streaming-lab")

	// 204 is the end of it, until script opens another.
	p.press("wu-streaming-lab", "Answer 204")
	p.until(told("error, readyState 2") + ` === 1 && ` + streamingState + `.endsWith("no EventSource")`)
	p.press("wu-streaming-lab", "Answer 200")
	p.press("wu-streaming-lab", "Open an EventSource")
	p.until(streamingState + `.endsWith("EventSource open")`)
	p.press("wu-streaming-lab", "Close it")
	p.until(told("close() by script") + ` === 1`)

	p.press("wu-streaming-lab", "Reset")
	p.until(figure("streaming", "answers") + ` === "0" && document.querySelector("wu-streaming-lab .transcript .none") !== null`)
}

func TestStreamingPrediction(t *testing.T) {
	t.Parallel()
	p := openLab(t, serveProxied(t).address, "streaming")
	eval[bool](p, `(document.querySelectorAll("wu-streaming-lab .prediction input[type=radio]")[0].click(), true)`)
	p.press("wu-streaming-lab", "Predict and pull")
	p.until(`document.querySelector("wu-streaming-lab .fact.truth b")?.textContent === "none"`)
	if said := eval[string](p, `document.querySelector("wu-streaming-lab .because").textContent`); !strings.Contains(said, "with Last-Event-ID: ") {
		t.Errorf("it says %q", said)
	}
}

func TestStreamingExercises(t *testing.T) {
	t.Parallel()
	address, stop := start(t)
	t.Run("stream", func(t *testing.T) {
		p := openLab(t, address, "streaming")
		takesUp(p, "stream")
		p.press("wu-streaming-lab", "Open an EventSource")
		p.until(told("message") + ` >= 1`)
		p.press("wu-streaming-lab", "Pull the plug")
		standsAs(p, "stream", "wrong")
		standsAs(p, "stream", "passed")
	})
	t.Run("resume", func(t *testing.T) {
		p := openLab(t, address, "streaming")
		takesUp(p, "resume")
		p.press("wu-streaming-lab", "Open an EventSource")
		p.until(told("message") + ` >= 1`)
		p.press("wu-streaming-lab", "Close it")
		p.press("wu-streaming-lab", "Open an EventSource")
		standsAs(p, "resume", "wrong") // a new one knows nothing of the old
		p.until(streamingState + `.endsWith("EventSource open")`)
		p.until(fmt.Sprintf(told("message")+` > %d`, eval[int](p, told("message"))))
		p.press("wu-streaming-lab", "Pull the plug")
		standsAs(p, "resume", "passed")
	})
	t.Run("upstream", func(t *testing.T) {
		p := openLab(t, address, "streaming")
		word := takesUp(p, "upstream")
		url := "http://" + address + "/lab/streaming/" + word + "?wire=" + wireOf(p)
		// As curl -N does it, and the message from the page.
		res, err := httpClient.Get(url)
		if err != nil || res.StatusCode != http.StatusOK {
			t.Fatalf("GET %s: %v, %v", url, res, err)
		}
		defer res.Body.Close()
		p.press("wu-streaming-lab", "Send it up")
		for lines := bufio.NewScanner(res.Body); lines.Scan() && !strings.Contains(lines.Text(), "hello up there"); {
		}
		p.until(`document.querySelector("#exercise-upstream").innerText.includes("how many requests were open")`)
		for _, typed := range []struct{ answer, stand string }{{"1", "wrong"}, {"2", "passed"}} {
			p.fill("#exercise-upstream form input", typed.answer)
			p.do(chromedp.KeyEvent("\r"))
			standsAs(p, "upstream", typed.stand)
		}
		p.shoot("streaming-upstream")
	})
	if status, said := stop(); status != exitOK {
		t.Errorf("exit %d: %s", status, said)
	}
}

func TestStreamingMistakes(t *testing.T) {
	t.Parallel()
	address, stop := start(t)
	// listen opens a stream and takes so many events from it.
	listen := func(r *labReader, events int, fields ...string) io.ReadCloser {
		body := r.open(r.url("streaming", ""), fields...)
		for lines := bufio.NewScanner(body); events > 0 && lines.Scan(); {
			if strings.HasPrefix(lines.Text(), "data:") {
				events--
			}
		}
		return body
	}
	back := func(fields ...string) func(r *labReader) {
		return func(r *labReader) {
			r.command("streaming", "random", "&mean=200")
			ended := r.logged("close")
			body := listen(r, 2)
			r.command("streaming", "cut", "")
			r.awaits("close", ended+1)
			body.Close()
			listen(r, 0, fields...).Close()
		}
	}
	// beside sends a message beside a stream that stays open, and then an answer.
	beside := func(answer string) func(r *labReader) {
		return func(r *labReader) {
			r.command("streaming", "random", "&mean=0")
			defer listen(r, 0).Close()
			says(r)
			r.p.until(`document.querySelector("#exercise-upstream .say").textContent.includes("how many requests were open")`)
			post(r.t, fmt.Sprintf("http://%s/lab/answer/upstream?wire=%s&word=%s&answer=%s", r.address, r.wire, r.word, answer))
		}
	}
	makes(t, address, "streaming", []mistake{
		{"stream", "wrong-204", func(r *labReader) {
			r.command("streaming", "stop", "")
			r.get(r.url("streaming", ""))
		}, "The answer was 204"},
		{"stream", "wrong-twice-three", func(r *labReader) {
			r.command("streaming", "random", "&mean=200")
			listen(r, 3).Close()
		}, "the next answer counts anew"},
		{"resume", "wrong-no-id", back(), "doesn't say which event came last"},
		{"resume", "wrong-older-id", back("Last-Event-ID", "0"), "id 0 came last"},
		{"resume", "wrong-next-id", back("Last-Event-ID", "99"), "id 99 came last"},
		{"upstream", "wrong-no-stream", says, "nobody was told of it"},
		{"upstream", "wrong-one", beside("1"), "is the message alone"},
		{"upstream", "wrong-five", beside("5"), "Not 5."},
		{"upstream", "wrong-word", beside("two"), "is no whole number of requests"},
	})
	if status, said := stop(); status != exitOK {
		t.Errorf("exit %d: %s", status, said)
	}
}

// says sends a message upstream.
func says(r *labReader) {
	res, err := httpClient.Post(r.url("streaming", ""), "text/plain", strings.NewReader("hello up there"))
	if err != nil {
		r.t.Fatal(err)
	}
	res.Body.Close()
}

func TestStreamingLooks(t *testing.T) {
	t.Parallel()
	lookAt(t, "streaming", "wu-streaming-lab, wu-streaming-lab .timeline, wu-streaming-lab .transcript, #exercise-upstream", func(p *tab) {
		p.until(`document.querySelector("wu-streaming-lab .lab-sums dd") !== null`)
		p.press("wu-streaming-lab", "Open an EventSource")
		p.until(told("message") + ` >= 1`)
		tick(p, "streaming", "two chunks")
		p.press("wu-streaming-lab", "Pull the plug")
		p.until(`document.querySelector("wu-streaming-lab .transcript b") !== null`)
		p.press("wu-streaming-lab", "Send it up")
		p.until(told("message “hello up there”") + ` === 1`)
	})
}
