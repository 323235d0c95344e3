package handlers

// Live classes over real sockets and held requests: who is told what, who may change it, and what
// becomes of whom.

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"wireup/bus"
	"wireup/classroom"
	"wireup/lessons"
	"wireup/wire"
)

const classSecret = "a-secret-of-tests"

// classroomServer is a server with a course of two lessons that holds classes.
type classroomServer struct {
	*echoServer
	made classroom.Made
}

// startClass makes a class on a server of its own, or on one that shares the bus at url.
func startClass(t *testing.T, l Limits, url string, log io.Writer) *classroomServer {
	t.Helper()
	b, err := bus.Open(t.Context(), bus.Options{URL: url, Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close(context.Background()) })
	if _, _, err := b.Store(classroom.Bucket).Get(t.Context(), "begin"); err != nil { // the bus's goroutines are its own
		t.Fatal(err)
	}
	course := &lessons.Course{Lessons: []*lessons.Lesson{
		{ID: "frames", Written: true, Minutes: 10, Level: lessons.Must, Slides: make([]lessons.Slide, 3), Exercises: []lessons.Exercise{{ID: "smallest"}}},
		{ID: "masking", Written: true, Minutes: 5, Level: lessons.Could, Slides: make([]lessons.Slide, 2), Exercises: []lessons.Exercise{{ID: "two-keys"}}},
	}}
	s := &classroomServer{echoServer: startWith(t, l, func(s *Server) {
		if log != nil {
			s.log = slog.New(slog.NewTextHandler(log, nil))
		}
		s.site.course = course
		s.presenter = classSecret
		s.classes = classroom.New(classroom.Options{Bus: b, Hub: s.hub, Log: s.log, Outline: outlineOf(course), Classes: l.Classes, Viewers: l.ClassViewers, Standings: s.rooms.standings})
		s.rooms.stands = s.classes.Standing
	}, nil)}
	if code := s.ask(t, "POST", "/classes", classSecret, "", &s.made); code != http.StatusCreated {
		t.Fatalf("POST /classes: %d", code)
	}
	return s
}

// ask asks by HTTP, and reads the answer as JSON.
func (s *classroomServer) ask(t *testing.T, method, path, token, body string, into any) int {
	t.Helper()
	r, err := http.NewRequest(method, "http://"+s.addr+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer http.DefaultClient.CloseIdleConnections()
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err == nil && into != nil {
		err = json.Unmarshal(b, into)
	}
	if err != nil {
		t.Fatalf("%s %s: %d %q: %v", method, path, res.StatusCode, b, err)
	}
	return res.StatusCode
}

func (s *classroomServer) path(what string) string { return "/classes/" + s.made.Code + "/" + what }

// pageIn is a page of a class.
type pageIn struct {
	t  *testing.T
	ws *websocket.Conn
}

// message is any message of a class.
type classHeard map[string]any

func wireOf(n int) wire.ID {
	return wire.ID(fmt.Sprintf("viewer%c%c%s", 'a'+n/26%26, 'a'+n%26, "wires")) // 13 characters
}

func (s *classroomServer) page(t *testing.T, n int, as, token string) *pageIn {
	t.Helper()
	ws, _, err := websocket.DefaultDialer.Dial("ws://"+s.addr+s.path("socket?wire=")+string(wireOf(n)), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ws.Close() })
	p := &pageIn{t, ws}
	p.say(fmt.Sprintf(`{"say":"hello","as":%q,"token":%q}`, as, token))
	return p
}

func (p *pageIn) say(text string) {
	p.t.Helper()
	if err := p.ws.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
		p.t.Fatal(err)
	}
}

// until reads up to the message that is ok.
func (p *pageIn) until(what string, ok func(m classHeard) bool) classHeard {
	p.t.Helper()
	p.ws.SetReadDeadline(time.Now().Add(10 * time.Second))
	for {
		var m classHeard
		if err := p.ws.ReadJSON(&m); err != nil {
			p.t.Fatalf("waiting for %s: %v", what, err)
		}
		if ok(m) {
			return m
		}
	}
}

func kind(name string) func(m classHeard) bool {
	return func(m classHeard) bool { return m["kind"] == name }
}

// answered says something and wants the answer to it.
func (p *pageIn) answered(text string) classHeard {
	p.t.Helper()
	p.say(text)
	return p.until("the answer to "+text, func(m classHeard) bool { return m["kind"] == "ok" || m["kind"] == "refused" })
}

func (p *pageIn) does(text string) {
	p.t.Helper()
	if m := p.answered(text); m["kind"] != "ok" {
		p.t.Fatalf("%s: %v", text, m)
	}
}

// at matches a class that stands on a step.
func at(lesson string, slide, step float64) func(m classHeard) bool {
	return func(m classHeard) bool {
		s, _ := m["step"].(map[string]any)
		return m["kind"] == "class" && s["lesson"] == lesson && s["slide"] == slide && s["step"] == step
	}
}

func TestClass(t *testing.T) {
	s := startClass(t, DefaultLimits(), "", nil)
	owner := s.page(t, 0, "presenter", s.made.Owner)
	if m := owner.until("the welcome", kind("welcome")); m["you"] != "owner" {
		t.Errorf("the owner is welcomed with %v", m)
	}
	owner.until("the desk", kind("desk"))
	ada, bob := s.page(t, 1, "viewer", ""), s.page(t, 2, "viewer", "")
	names := make(map[any]bool)
	for _, p := range []*pageIn{ada, bob} {
		m := p.until("the welcome", kind("welcome"))
		if m["you"] != "viewer" || m["wheel"] != "no" || m["viewer"] == "" {
			t.Errorf("a viewer is welcomed with %v", m)
		}
		names[m["viewer"]] = true
		p.until("the class", at("frames", 1, 0))
	}
	if len(names) != 2 {
		t.Errorf("two viewers are called %v", names)
	}
	owner.does(`{"id":1,"say":"go","lesson":"frames","slide":3,"step":0}`)
	ada.until("the step", at("frames", 3, 0))
	owner.does(`{"id":2,"say":"go","lesson":"masking","slide":2,"step":0}`)
	bob.until("the step", at("masking", 2, 0))
	owner.does(`{"id":3,"say":"undo"}`)
	bob.until("the step before", at("frames", 3, 0))
	// Who comes now is where the others are.
	cid := s.page(t, 3, "viewer", "")
	cid.until("the step", at("frames", 3, 0))

	owner.does(`{"say":"poll","question":"Who has used HTTP?","options":["Yes","No"]}`)
	poll := ada.until("the poll", func(m classHeard) bool { return m["kind"] == "class" && m["poll"] != nil })["poll"].(map[string]any)["id"]
	ada.does(fmt.Sprintf(`{"say":"vote","poll":%v,"choice":0}`, poll))
	ada.does(fmt.Sprintf(`{"say":"vote","poll":%v,"choice":1}`, poll))
	bob.does(fmt.Sprintf(`{"say":"vote","poll":%v,"choice":1}`, poll))
	if m := bob.until("the votes", func(m classHeard) bool {
		v, _ := m["votes"].(map[string]any)
		return m["kind"] == "crowd" && v["cast"] == 2.0
	}); m["votes"].(map[string]any)["counts"] != nil {
		t.Errorf("the counts of an open poll are told to viewers: %v", m)
	}
	owner.does(`{"say":"poll-close"}`)
	bob.until("the counts", func(m classHeard) bool {
		v, _ := m["votes"].(map[string]any)
		return m["kind"] == "crowd" && fmt.Sprint(v["counts"]) == "[0 2]"
	})

	ada.does(`{"say":"ask","text":"Why is the mask there?"}`)
	bob.does(`{"say":"up","question":1}`)
	bob.does(`{"say":"up","question":1}`)
	owner.does(`{"say":"answer","question":1}`)
	var kept struct {
		Questions []struct {
			Text     string
			Votes    int
			Answered bool
		}
	}
	if code := s.ask(t, "GET", s.path("questions.json"), s.made.Owner, "", &kept); code != 200 || len(kept.Questions) != 1 ||
		kept.Questions[0].Votes != 1 || !kept.Questions[0].Answered {
		t.Errorf("the questions are kept as %d %+v", code, kept)
	}
	owner.does(`{"say":"end"}`)
	bob.until("the end", func(m classHeard) bool { return m["kind"] == "class" && m["ended"] == true })
}

// The same by long polling: what a page hears that way is what a socket hears.
func TestClassByPolling(t *testing.T) {
	s := startClass(t, DefaultLimits(), "", nil)
	owner := s.page(t, 0, "presenter", s.made.Owner)
	type answer struct {
		After    string
		Messages []json.RawMessage
	}
	wire := "wire=" + string(wireOf(5))
	socket := s.page(t, 6, "viewer", "")
	var hello classHeard
	s.ask(t, "POST", s.path("say?")+wire, "", `{"say":"hello","as":"viewer"}`, &hello)
	if hello["kind"] != "welcome" || hello["viewer"] == "" {
		t.Errorf("hello is answered with %v", hello)
	}
	var first answer
	s.ask(t, "GET", s.path("poll?")+wire, "", "", &first)
	if len(first.Messages) != 3 {
		t.Fatalf("the first poll tells %s; want welcome, class and crowd", first.Messages)
	}
	told := make(chan answer, 1)
	go func() {
		var next answer
		for after := first.After; ; after = next.After {
			next = answer{}
			s.ask(t, "GET", s.path("poll?")+wire+"&after="+after, "", "", &next)
			for _, m := range next.Messages {
				if bytes.Contains(m, []byte(`"slide":3`)) {
					next.Messages = []json.RawMessage{m}
					told <- next
					return
				}
			}
		}
	}()
	owner.does(`{"say":"go","lesson":"frames","slide":3,"step":0}`)
	byPoll := <-told
	socket.ws.SetReadDeadline(time.Now().Add(10 * time.Second))
	for {
		_, m, err := socket.ws.ReadMessage()
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(m, []byte(`"slide":3`)) {
			if !bytes.Equal(m, byPoll.Messages[0]) {
				t.Errorf("by polling %s, by socket %s", byPoll.Messages[0], m)
			}
			break
		}
	}
	var said classHeard
	s.ask(t, "POST", s.path("say?")+wire, "", `{"id":7,"say":"go","lesson":"frames","slide":1,"step":0}`, &said)
	if said["kind"] != "refused" || said["id"] != 7.0 {
		t.Errorf("a viewer's go by POST is answered with %v", said)
	}
	s.ask(t, "POST", s.path("say?")+wire, s.made.Owner, `{"id":8,"say":"go","lesson":"frames","slide":1,"step":0}`, &said)
	if said["kind"] != "ok" {
		t.Errorf("the owner's go by POST is answered with %v", said)
	}
	socket.until("it", at("frames", 1, 0))
}
