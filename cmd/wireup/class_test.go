package main

// A class on the whole program: across two instances behind nginx, one of which dies in mid-talk, and
// over a kill -9.

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"wireup/bus/bustest"
)

const presenterSecret = "a-secret-of-tests"

// inClass is somebody in a class, whose page comes back when its socket ends.
type inClass struct {
	t     *testing.T
	url   string
	hello string
	name  string // as it was welcomed first
	ws    *websocket.Conn
	away  bool                    // its server has died, which it may not know yet
	last  map[string]classMessage // what it knows of the class, the crowd, the desk
}

// classMessage is what these tests read of a class's messages.
type classMessage struct {
	Kind, Viewer, You, Error string
	Step                     struct {
		Lesson      string
		Slide, Step int
	}
	Poll  *struct{ ID int }
	Here  int
	Votes *struct {
		Cast   int
		Counts []int
	}
	Questions []struct {
		Text  string
		Votes int
	}
}

// makeClass makes a class, and returns its code and the owner's token.
func makeClass(t *testing.T, address string) (code, owner string) {
	t.Helper()
	r, err := http.NewRequest("POST", "http://"+address+"/classes", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+presenterSecret)
	res, err := plainClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, _ := io.ReadAll(res.Body)
	var made struct{ Code, Owner string }
	if err := json.Unmarshal(b, &made); err != nil || res.StatusCode != http.StatusCreated {
		t.Fatalf("POST /classes: %d %s", res.StatusCode, b)
	}
	return made.Code, made.Owner
}

func joinClass(t *testing.T, address, code string, n int, token string) *inClass {
	t.Helper()
	c := &inClass{t: t, url: fmt.Sprintf("ws://%s/classes/%s/socket?wire=classclassc%c%c", address, code, 'a'+n/26, 'a'+n%26),
		hello: `{"say":"hello","as":"viewer"}`}
	if token != "" {
		c.url += "&as=presenter"
		c.hello = fmt.Sprintf(`{"say":"hello","as":"presenter","token":%q}`, token)
	}
	c.connect()
	return c
}

// connect opens the socket; the server may be on its way back.
func (c *inClass) connect() {
	c.t.Helper()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		ws, _, err := websocket.DefaultDialer.Dial(c.url, nil)
		if err == nil {
			c.ws = ws
			break
		}
		if time.Now().After(end) {
			c.t.Fatalf("%s: %v", c.url, err)
		}
	}
	c.t.Cleanup(func() { c.ws.Close() })
	c.last = make(map[string]classMessage)
	c.say(c.hello)
	m := c.until("the welcome", func(m classMessage) bool { return m.Kind == "welcome" })
	if c.name == "" {
		c.name = m.Viewer
	}
	if m.Viewer != c.name {
		c.t.Errorf("%s is called %s now", c.name, m.Viewer)
	}
}

func (c *inClass) say(text string) {
	c.t.Helper()
	if err := c.ws.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
		c.t.Fatal(err)
	}
}

// until reads up to the message that is ok, if what is known isn't so already. A socket that ends is
// opened again.
func (c *inClass) until(what string, ok func(m classMessage) bool) classMessage {
	c.t.Helper()
	for _, m := range c.last {
		if ok(m) {
			return m
		}
	}
	c.ws.SetReadDeadline(time.Now().Add(20 * time.Second))
	for {
		var m classMessage
		if err := c.ws.ReadJSON(&m); err != nil {
			if !c.away {
				c.t.Fatalf("waiting for %s: %v", what, err)
			}
			c.away = false
			c.ws.Close()
			c.connect()
			c.ws.SetReadDeadline(time.Now().Add(20 * time.Second))
			for _, m := range c.last {
				if ok(m) {
					return m
				}
			}
			continue
		}
		switch m.Kind {
		case "class", "crowd", "desk":
			c.last[m.Kind] = m
		}
		if ok(m) {
			return m
		}
	}
}

// leftAlone says that the server may have died. What it said before doesn't count any more.
func (c *inClass) leftAlone() {
	c.away = true
	clear(c.last)
}

func (c *inClass) does(text string) {
	c.t.Helper()
	c.say(text)
	if m := c.until("the answer to "+text, func(m classMessage) bool { return m.Kind == "ok" || m.Kind == "refused" }); m.Kind != "ok" {
		c.t.Fatalf("%s: %s", text, m.Error)
	}
}

func (c *inClass) isAt(lesson string, slide int) {
	c.t.Helper()
	c.until(fmt.Sprintf("slide %d", slide), func(m classMessage) bool {
		return m.Kind == "class" && m.Step.Lesson == lesson && m.Step.Slide == slide
	})
}

func (c *inClass) counts(want string) {
	c.t.Helper()
	c.until("the counts "+want, func(m classMessage) bool {
		return m.Kind == "crowd" && m.Votes != nil && fmt.Sprint(m.Votes.Counts) == want
	})
}

// Two instances behind Debian's nginx: one dies in mid-talk, and its viewers go on at the other.
func TestClassOnTwoInstances(t *testing.T) {
	t.Parallel()
	url := bustest.New(t).URL()
	one, kill := startChild(t, "--nats", url, "--presenter", presenterSecret)
	other, stop := start(t, "--nats", url, "--presenter", presenterSecret)
	t.Cleanup(func() { stop() })
	front := nginx(t, one, other)
	code, token := makeClass(t, front)
	owner := joinClass(t, other, code, 0, token)
	viewers := make([]*inClass, 6)
	for n := range viewers {
		at := front // half of them come to the one that dies, at least
		if n%2 == 0 {
			at = one
		}
		viewers[n] = joinClass(t, at, code, n+1, "")
	}
	owner.until("all of them", func(m classMessage) bool { return m.Kind == "crowd" && m.Here == len(viewers) })
	owner.does(`{"say":"go","lesson":"frames","slide":2}`)
	owner.does(`{"say":"poll","question":"Who has used HTTP?","options":["Yes","No"]}`)
	for n, v := range viewers {
		v.isAt("frames", 2)
		m := v.until("the poll", func(m classMessage) bool { return m.Kind == "class" && m.Poll != nil })
		v.does(fmt.Sprintf(`{"say":"vote","poll":%d,"choice":%d}`, m.Poll.ID, n%2))
	}
	viewers[0].does(`{"say":"ask","text":"Why is the mask there?"}`)
	viewers[1].does(`{"say":"up","question":1}`)

	kill()
	for _, v := range viewers {
		v.leftAlone()
		v.url = strings.Replace(v.url, one, front, 1) // pages know nginx alone
	}
	owner.does(`{"say":"go","lesson":"frames","slide":3}`)
	for _, v := range viewers {
		v.isAt("frames", 3)
	}
	owner.does(`{"say":"poll-close"}`)
	for _, v := range viewers {
		v.counts("[3 3]")
	}
	viewers[0].does(`{"say":"ask","text":"And who is there?"}`)
	owner.until("all of them again, and both questions", func(m classMessage) bool {
		return m.Here == len(viewers) && len(m.Questions) == 2 && m.Questions[0].Votes == 1
	})
}

// A kill -9 and a restart on the same data folder: step, votes and names are kept.
func TestClassSurvivesKill(t *testing.T) {
	t.Parallel()
	args := []string{"--data", t.TempDir(), "--presenter", presenterSecret}
	address, kill := startChild(t, args...)
	code, token := makeClass(t, address)
	owner, viewer := joinClass(t, address, code, 0, token), joinClass(t, address, code, 1, "")
	owner.does(`{"say":"go","lesson":"masking","slide":2}`)
	owner.does(`{"say":"poll","question":"Who has used HTTP?","options":["Yes","No"]}`)
	viewer.does(`{"say":"vote","poll":1,"choice":1}`)
	kill()
	viewer.leftAlone()
	owner.leftAlone()
	again, _ := startChild(t, append(args, "--listen", address)...)
	if again != address {
		t.Fatalf("it listens on %s now, and not on %s", again, address)
	}
	for _, p := range []*inClass{viewer, owner} {
		p.until("the end of the old socket", func(classMessage) bool { return !p.away })
		p.isAt("masking", 2)
	}
	owner.does(`{"say":"poll-close"}`)
	viewer.counts("[0 1]")
	owner.does(`{"say":"undo"}`)
}

func TestPresenterLink(t *testing.T) {
	for _, tt := range []struct{ args, want string }{
		{"--presenter short", "12 letters and digits"},
		{"--presenter a-secret/of-tests", "letters and digits"},
		{"--class-viewers 5001", "5000 at most"},
		{"--classes 0", "above zero"},
	} {
		var said strings.Builder
		if status := run(t.Context(), strings.Fields(tt.args), io.Discard, &said); status != exitUsage || !strings.Contains(said.String(), tt.want) {
			t.Errorf("%s: exit %d, %q; want %d and %q", tt.args, status, &said, exitUsage, tt.want)
		}
	}
	var said strings.Builder
	announce(&said, &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080}, "SECRET")
	if got, want := said.String(), "wireup is ready: http://127.0.0.1:8080\nto present:      http://127.0.0.1:8080/present#SECRET\n"; got != want {
		t.Errorf("on loopback it says %q; want %q", got, want)
	}
	said.Reset()
	announce(&said, &net.TCPAddr{IP: net.IPv4(192, 0, 2, 7), Port: 8080}, "SECRET")
	if got := said.String(); !strings.Contains(got, "\nto join a class: http://192.0.2.7:8080/join\n") || !strings.Contains(got, "█") {
		t.Errorf("for a room it says %q; want where to join, and a QR code", got)
	}
}
