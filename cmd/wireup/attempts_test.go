package main

// Doing an exercise as a reader would: by raw bytes, by the forge, by a typed answer. The browser
// tests add the page; what is done here is recorded into fixtures and judged in tests.

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"wireup/inspector"
	"wireup/lessons/exercise"
)

// reader is somebody at one exercise, on one wire.
type reader struct {
	t       *testing.T
	address string // of the server
	wire    string
	lesson  string
	id      string // of the exercise
	word    string
	drawn   map[string]string
}

// exerciseNews is what the server says of an exercise.
type exerciseNews struct {
	Kind, Lesson, ID, Word string
	Drawn                  map[string]string
	Verdict                struct {
		State, Say, Mistake string
		Proof               []uint64
	}
	Progress struct {
		Passed, Missed int
		Seen, Kept     bool
	}
	OK  bool
	Why string
}

// follow opens the exercises' socket of a lesson, and returns a function that waits for the next
// message of which ok says yes.
func follow(t *testing.T, address, wire, lesson string) (next func(ok func(exerciseNews) bool) exerciseNews, end func()) {
	t.Helper()
	ws, _, err := websocket.DefaultDialer.Dial("ws://"+address+"/wire/"+wire+"/exercises?lesson="+lesson, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ws.Close() })
	var queue []exerciseNews
	return func(ok func(exerciseNews) bool) exerciseNews {
		t.Helper()
		ws.SetReadDeadline(time.Now().Add(30 * time.Second))
		for {
			for len(queue) > 0 {
				m := queue[0]
				queue = queue[1:]
				if ok(m) {
					return m
				}
			}
			if err := ws.ReadJSON(&queue); err != nil {
				t.Fatalf("the exercises of %s: %v", lesson, err)
			}
		}
	}, func() { ws.Close() }
}

// newReader begins an exercise: it asks the server for the word.
func newReader(t *testing.T, address, wire, name string) *reader {
	t.Helper()
	lesson, id := exercise.SplitName(name)
	next, end := follow(t, address, wire, lesson)
	defer end()
	m := next(func(m exerciseNews) bool { return m.ID == id })
	return &reader{t, address, wire, lesson, id, m.Word, m.Drawn}
}

// fill puts the reader's own values into a text, as the page does.
func (r *reader) fill(text string) string {
	return strings.NewReplacer("{word}", r.word, "{wire}", r.wire, "{host}", r.address).Replace(text)
}

// raw is a connection whose bytes are written by hand.
type raw struct {
	net.Conn
	r  *bufio.Reader
	on *reader
}

func (r *reader) dial() *raw {
	r.t.Helper()
	c, err := net.Dial("tcp", r.address)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(time.Minute))
	return &raw{c, bufio.NewReader(c), r}
}

// send writes bytes in one call, with the reader's values in the braces.
func (c *raw) send(text string) {
	c.on.t.Helper()
	if _, err := io.WriteString(c.Conn, c.on.fill(text)); err != nil {
		c.on.t.Fatal(err)
	}
}

// response reads a response to a request with this method, with its body.
func (c *raw) response(method string) (status int, body []byte) {
	c.on.t.Helper()
	res, err := http.ReadResponse(c.r, &http.Request{Method: method})
	if err != nil {
		c.on.t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusSwitchingProtocols {
		body, err = io.ReadAll(res.Body)
	}
	if err != nil {
		c.on.t.Fatal(err)
	}
	return res.StatusCode, body
}

// echo opens a connection to the echo by hand.
func (r *reader) echo() *raw {
	r.t.Helper()
	c := r.dial()
	c.send("GET /echo?wire={wire}&breakdown=off HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
	if status, _ := c.response("GET"); status != 101 {
		r.t.Fatalf("the echo answers %d", status)
	}
	return c
}

// frame sends one frame, masked if its header says so.
func (c *raw) frame(h inspector.Header, payload string) {
	c.on.t.Helper()
	p := []byte(c.on.fill(payload))
	h.Length = uint64(len(p))
	if h.Masked {
		p = inspector.AppendMasked(nil, p, h.Key, 0)
	}
	if _, err := c.Write(append(h.AppendTo(nil), p...)); err != nil {
		c.on.t.Fatal(err)
	}
}

// read reads one frame that the server sent.
func (c *raw) read() (inspector.Header, []byte) {
	c.on.t.Helper()
	var b []byte
	for {
		one, err := c.r.ReadByte()
		if err != nil {
			c.on.t.Fatal(err)
		}
		b = append(b, one)
		h, n, err := inspector.ParseHeader(b)
		if err != nil {
			c.on.t.Fatal(err)
		}
		if n > 0 {
			payload := make([]byte, h.Length)
			if _, err := io.ReadFull(c.r, payload); err != nil {
				c.on.t.Fatal(err)
			}
			return h, payload
		}
	}
}

// forge has the server send bytes to itself, behind a handshake of its own.
func (r *reader) forge(hex string) {
	r.t.Helper()
	r.forgeTo("/echo?breakdown=off", hex)
}

// forgeTo does so behind a handshake for target.
func (r *reader) forgeTo(target, hex string) {
	r.t.Helper()
	order := fmt.Sprintf(`{"upgrade":%q,"writes":[{"bytes":%q}],"wait":200}`, r.fill(target), hex)
	res, err := http.Post("http://"+r.address+"/forge?wire="+r.wire, "application/json", strings.NewReader(order))
	if err != nil {
		r.t.Fatal(err)
	}
	defer res.Body.Close()
	if b, err := io.ReadAll(res.Body); res.StatusCode != 200 || err != nil {
		r.t.Fatalf("the forge answers %s %s %v", res.Status, b, err)
	}
}

// forgeFrame has the server send a frame to itself.
func (r *reader) forgeFrame(h inspector.Header, payload string) {
	r.t.Helper()
	p := []byte(r.fill(payload))
	h.Length = uint64(len(p))
	if h.Masked {
		p = inspector.AppendMasked(nil, p, h.Key, 0)
	}
	r.forge(fmt.Sprintf("%x%x", h.AppendTo(nil), p))
}

// answer sends an answer, as a program of the reader's does.
func (r *reader) answer(text string) {
	r.t.Helper()
	q := url.Values{"wire": {r.wire}, "word": {r.word}, "answer": {text}}
	res, err := http.Post("http://"+r.address+"/lab/answer/"+r.id+"?"+q.Encode(), "", nil)
	if err != nil {
		r.t.Fatal(err)
	}
	defer res.Body.Close()
	if b, _ := io.ReadAll(res.Body); res.StatusCode != http.StatusNoContent {
		r.t.Fatalf("the answer %q: %s %s", text, res.Status, b)
	}
}

// again draws a new word.
func (r *reader) again() {
	r.t.Helper()
	res, err := http.Post("http://"+r.address+"/wire/"+r.wire+"/exercises/"+r.lesson+"/"+r.id+"/again", "", nil)
	if err != nil {
		r.t.Fatal(err)
	}
	defer res.Body.Close()
	var said struct{ Word string }
	if err := json.NewDecoder(res.Body).Decode(&said); err != nil || said.Word == "" {
		r.t.Fatalf("a new word: %s %v", res.Status, err)
	}
	r.word = said.Word
	x, _ := exercise.Find(r.lesson, r.id)
	if x.Draw != nil {
		r.drawn = x.Draw(exercise.Attempt{Word: r.word})
	}
}

// useWord makes a wire use a given word for an exercise, as a file of progress from elsewhere does.
func useWord(t *testing.T, address, wire, name, word string) {
	t.Helper()
	doc, err := exercise.Progress{Exercises: map[string]exercise.Standing{name: {Word: word, Drawn: time.Now()}}}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.Post("http://"+address+"/wire/"+wire+"/progress", "application/json", bytes.NewReader(doc))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if b, _ := io.ReadAll(res.Body); res.StatusCode != 200 {
		t.Fatalf("import of a word: %s %s", res.Status, b)
	}
}
