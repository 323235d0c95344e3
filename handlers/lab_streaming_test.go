package handlers

// Lesson 5 over a real listener: the chunks of a stream as they cross, and all that ends it.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

const streamPath = "/lab/streaming/plum-41"

// chunk reads one chunk by hand; a size of 0 is the last.
func (c *rawClient) chunk() string {
	c.t.Helper()
	line, err := c.r.ReadString('\n')
	if err != nil {
		c.t.Fatalf("read a chunk: %v after %q", err, line)
	}
	n, err := strconv.ParseUint(strings.TrimSuffix(line, "\r\n"), 16, 16)
	if err != nil {
		c.t.Fatalf("the size of a chunk: %q", line)
	}
	data := make([]byte, n+2)
	if _, err := io.ReadFull(c.r, data); err != nil || string(data[n:]) != "\r\n" {
		c.t.Fatalf("a chunk of %d: %q, %v", n, data, err)
	}
	return string(data[:n])
}

// stream opens a stream and reads up to its first event.
func (s *echoServer) stream(fields string) *rawClient {
	s.t.Helper()
	c := s.get(streamPath+cometQuery, fields)
	head := c.head()
	for _, want := range []string{"HTTP/1.1 200 ", "Content-Type: text/event-stream\r\n", "Transfer-Encoding: chunked\r\n"} {
		if !strings.Contains(head, want) {
			s.t.Fatalf("the head lacks %q: %s", want, head)
		}
	}
	if strings.Contains(head, "Content-Encoding") {
		s.t.Errorf("a stream is compressed: %s", head)
	}
	if got := c.chunk(); got != "retry: 2000\n\n" {
		s.t.Fatalf("the first chunk is %q", got)
	}
	return c
}

// quietStreams ends the random events of the lab, so that a test knows what comes.
func (s *echoServer) quietStreams() {
	s.do("/lab/streaming/control/random" + cometQuery + "&mean=0")
}

// says sends a message upstream.
func (s *echoServer) says(text string) {
	s.t.Helper()
	c := s.dial(s.t)
	c.send(fmt.Sprintf("POST %s%s HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n\r\n%s", streamPath, cometQuery, s.addr, len(text), text))
	if code, body := c.answered(); code != 204 {
		s.t.Fatalf("say %q: %d %s", text, code, body)
	}
}

func (c *rawClient) wantsChunk(want string) {
	c.t.Helper()
	if got := c.chunk(); got != want {
		c.t.Errorf("chunk %q; want %q", got, want)
	}
}

func TestStream(t *testing.T) {
	s := startEcho(t, DefaultLimits())
	s.quietStreams()
	c := s.stream("Accept-Encoding: gzip, br\r\n")
	s.says("one")
	c.wantsChunk("id: 1\ndata: one\n\n")
	s.says("two\r\nlines")
	c.wantsChunk("id: 2\ndata: two\ndata: lines\n\n")
	s.do("/lab/streaming/control/chunks" + cometQuery + "&n=2")
	s.says("Zoë é")
	c.wantsChunk("id: 3\ndata")
	c.wantsChunk(": Zoë é\n\n")
	s.do("/lab/streaming/control/random" + cometQuery + "&mean=20")
	if got := c.chunk(); !strings.HasPrefix(got, "id: 4\n") {
		t.Errorf("a random event begins with %q", got)
	}
}

func TestStreamResumes(t *testing.T) {
	s := startEcho(t, DefaultLimits())
	s.quietStreams()
	for _, text := range []string{"one", "two", "three"} {
		s.says(text)
	}
	c := s.stream("Last-Event-ID: 1\r\n")
	c.wantsChunk("id: 2\ndata: two\n\n")
	c.wantsChunk("id: 3\ndata: three\n\n")
	fresh := s.stream("")
	s.says("four")
	fresh.wantsChunk("id: 4\ndata: four\n\n")

	// What the server no longer keeps is counted, as a comment.
	for range sourceKept / sourceFires {
		s.streams.of(labID, streamingLab).source.fire(sourceFires, 0)
	}
	c = s.stream("Last-Event-ID: 1\r\n")
	c.wantsChunk(": 3 events are no longer kept\n\n")
	if got := c.chunk(); !strings.HasPrefix(got, "id: 5\n") {
		t.Errorf("then %q", got)
	}
}

func TestPlug(t *testing.T) {
	s := startEcho(t, DefaultLimits())
	s.quietStreams()
	for how, last := range map[string]string{"fin": "", "reset": "", "end": "0\r\n\r\n"} {
		c := s.stream("")
		s.waitHeld(1)
		if got := s.do("/lab/streaming/control/cut" + cometQuery + "&how=" + how); got != "{\"cut\":1}\n" {
			t.Errorf("cut: %s", got)
		}
		if how == "end" {
			c.wantsChunk("") // the last chunk; the connection stays for the next request
			c.Close()
		} else {
			rest, err := io.ReadAll(c.r)
			if string(rest) != last || errors.Is(err, syscall.ECONNRESET) != (how == "reset") {
				t.Errorf("%s: %q, %v", how, rest, err)
			}
		}
		s.waitHeld(0)
	}
	if code, body := s.ask("POST", "/lab/streaming/control/cut"+cometQuery, "Content-Length: 0\r\n"); code != 404 || !strings.Contains(body, "No stream") {
		t.Errorf("cut without a stream: %d %s", code, body)
	}
}

func TestStreamStops(t *testing.T) {
	s := startEcho(t, DefaultLimits())
	c := s.stream("")
	s.quietStreams()
	s.do("/lab/streaming/control/stop" + cometQuery)
	for c.chunk() != "" { // events that came before the end
	}
	if code, body := s.ask("GET", streamPath+cometQuery, ""); code != 204 || body != "" {
		t.Errorf("after stop: %d %s", code, body)
	}
	s.do("/lab/streaming/control/chunks" + cometQuery + "&n=2")
	if got := s.do("/lab/streaming/control/events" + cometQuery); !strings.Contains(got, `"mean":0,"stopped":true,"halves":true,`) {
		t.Errorf("the lab stands as %s", got)
	}
	s.do("/lab/streaming/control/start" + cometQuery)
	s.stream("").Close()
	s.do("/lab/streaming/control/stop" + cometQuery)
	s.do("/lab/streaming/control/reset" + cometQuery)
	s.stream("").Close()
	s.waitHeld(0)
}

func TestStreamBeats(t *testing.T) {
	l := quick()
	l.BeatTime = 100 * time.Millisecond
	s := startEcho(t, l)
	s.quietStreams()
	c := s.stream("")
	for range 10 { // longer than all deadlines of a plain answer
		c.wantsChunk(": still here\n\n")
	}
	s.says("one")
	c.wantsChunk("id: 1\ndata: one\n\n")
}

func TestStreamDrains(t *testing.T) {
	s := startEcho(t, DefaultLimits())
	s.quietStreams()
	c := s.stream("")
	began := time.Now()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := s.Shutdown(ctx); err != nil || time.Since(began) > 2*time.Second {
		t.Errorf("Shutdown: %v after %s", err, time.Since(began))
	}
	c.wantsChunk("")
	c.end()
}

func TestStreamingRefusals(t *testing.T) {
	s := startEcho(t, DefaultLimits())
	tests := []struct {
		method, target, fields string
		code                   int
		want                   string
	}{
		{"GET", "/lab/streaming/free?wire=nobody", "", 400, "is no wire's id"},
		{"GET", streamPath + cometQuery, "Last-Event-ID: x\r\n", 400, "Last-Event-ID"},
		{"POST", streamPath + cometQuery, "Content-Length: 0\r\n", 400, "is the message"},
		{"POST", "/lab/streaming/control/cut" + cometQuery + "&how=axe", "", 400, "no way to end a stream"},
		{"POST", "/lab/streaming/control/chunks" + cometQuery + "&n=3", "", 400, "n="},
		{"POST", "/lab/streaming/control/dance" + cometQuery, "", 404, "no command"},
	}
	for _, tt := range tests {
		if code, body := s.ask(tt.method, tt.target, tt.fields); code != tt.code || !strings.Contains(body, tt.want) {
			t.Errorf("%s %s: %d %s; want %d and %q", tt.method, tt.target, code, body, tt.code, tt.want)
		}
	}
	long := s.dial(t)
	long.send(fmt.Sprintf("POST %s%s HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n\r\n%s", streamPath, cometQuery, s.addr, longestSaid+1, strings.Repeat("x", longestSaid+1)))
	if code, body := long.answered(); code != 413 || !strings.Contains(string(body), "200 bytes") {
		t.Errorf("too long a message: %d %s", code, body)
	}
}
