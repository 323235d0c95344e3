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
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"wireup/bus"
	"wireup/classroom"
	"wireup/classroom/classtest"
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
	return startClassOf(t, l, url, log, &lessons.Course{Lessons: []*lessons.Lesson{
		{ID: "frames", Written: true, Minutes: 10, Level: lessons.Must, Slides: make([]lessons.Slide, 3), Exercises: []lessons.Exercise{{ID: "smallest"}}},
		{ID: "masking", Written: true, Minutes: 5, Level: lessons.Could, Slides: make([]lessons.Slide, 2), Exercises: []lessons.Exercise{{ID: "two-keys"}}},
	}})
}

// startClassOf makes a class of a course.
func startClassOf(t *testing.T, l Limits, url string, log io.Writer, course *lessons.Course) *classroomServer {
	t.Helper()
	b, err := bus.Open(t.Context(), bus.Options{URL: url, Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close(context.Background()) })
	if _, _, err := b.Store(classroom.Bucket).Get(t.Context(), "begin"); err != nil { // the bus's goroutines are its own
		t.Fatal(err)
	}
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

func wireOf(n int) wire.ID {
	return wire.ID(fmt.Sprintf("viewer%c%c%s", 'a'+n/26%26, 'a'+n%26, "wires")) // 13 characters
}

func (s *classroomServer) page(t *testing.T, n int, as, token string) *classtest.Page {
	t.Helper()
	return classtest.Open(t, s.addr, s.made.Code, string(wireOf(n)), as, token)
}

func TestClass(t *testing.T) {
	s := startClass(t, DefaultLimits(), "", nil)
	owner := s.page(t, 0, "presenter", s.made.Owner)
	if m := owner.Until("the welcome", classtest.Kind("welcome")); m["you"] != "owner" {
		t.Errorf("the owner is welcomed with %v", m)
	}
	owner.Until("the desk", classtest.Kind("desk"))
	ada, bob := s.page(t, 1, "viewer", ""), s.page(t, 2, "viewer", "")
	names := make(map[any]bool)
	for _, p := range []*classtest.Page{ada, bob} {
		m := p.Until("the welcome", classtest.Kind("welcome"))
		if m["you"] != "viewer" || m["wheel"] != "no" || m["viewer"] == "" {
			t.Errorf("a viewer is welcomed with %v", m)
		}
		names[m["viewer"]] = true
		p.Until("the class", classtest.At("frames", 1, 0))
	}
	if len(names) != 2 {
		t.Errorf("two viewers are called %v", names)
	}
	owner.Does(`{"id":1,"say":"go","lesson":"frames","slide":3,"step":0}`)
	ada.Until("the step", classtest.At("frames", 3, 0))
	owner.Does(`{"id":2,"say":"go","lesson":"masking","slide":2,"step":0}`)
	bob.Until("the step", classtest.At("masking", 2, 0))
	owner.Does(`{"id":3,"say":"undo"}`)
	bob.Until("the step before", classtest.At("frames", 3, 0))
	// Who comes now is where the others are.
	cid := s.page(t, 3, "viewer", "")
	cid.Until("the step", classtest.At("frames", 3, 0))

	owner.Does(`{"say":"poll","question":"Who has used HTTP?","options":["Yes","No"]}`)
	poll := ada.Until("the poll", func(m classtest.Message) bool { return m["kind"] == "class" && m["poll"] != nil })["poll"].(map[string]any)["id"]
	ada.Does(fmt.Sprintf(`{"say":"vote","poll":%v,"choice":0}`, poll))
	ada.Does(fmt.Sprintf(`{"say":"vote","poll":%v,"choice":1}`, poll))
	bob.Does(fmt.Sprintf(`{"say":"vote","poll":%v,"choice":1}`, poll))
	if m := bob.Until("the votes", func(m classtest.Message) bool {
		v, _ := m["votes"].(map[string]any)
		return m["kind"] == "crowd" && v["cast"] == 2.0
	}); m["votes"].(map[string]any)["counts"] != nil {
		t.Errorf("the counts of an open poll are told to viewers: %v", m)
	}
	owner.Does(`{"say":"poll-close"}`)
	bob.Until("the counts", func(m classtest.Message) bool {
		v, _ := m["votes"].(map[string]any)
		return m["kind"] == "crowd" && fmt.Sprint(v["counts"]) == "[0 2]"
	})

	ada.Does(`{"say":"ask","text":"Why is the mask there?"}`)
	bob.Does(`{"say":"up","question":1}`)
	bob.Does(`{"say":"up","question":1}`)
	owner.Does(`{"say":"answer","question":1}`)
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
	owner.Does(`{"say":"end"}`)
	bob.Until("the end", func(m classtest.Message) bool { return m["kind"] == "class" && m["ended"] == true })
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
	var hello classtest.Message
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
	owner.Does(`{"say":"go","lesson":"frames","slide":3,"step":0}`)
	byPoll := <-told
	socket.WS.SetReadDeadline(time.Now().Add(10 * time.Second))
	for {
		_, m, err := socket.WS.ReadMessage()
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
	var said classtest.Message
	s.ask(t, "POST", s.path("say?")+wire, "", `{"id":7,"say":"go","lesson":"frames","slide":1,"step":0}`, &said)
	if said["kind"] != "refused" || said["id"] != 7.0 {
		t.Errorf("a viewer's go by POST is answered with %v", said)
	}
	s.ask(t, "POST", s.path("say?as=presenter&")+wire, s.made.Owner, `{"id":8,"say":"go","lesson":"frames","slide":1,"step":0}`, &said)
	if said["kind"] != "ok" {
		t.Errorf("the owner's go by POST is answered with %v", said)
	}
	socket.Until("it", classtest.At("frames", 1, 0))
}

// tokenOf is a token that nobody has, as far as a class knows.
const strangerToken = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

func TestClassRefusals(t *testing.T) {
	l := DefaultLimits()
	l.Classes, l.ClassViewers, l.AddressSockets, l.WireSockets = 1, 3, 1, 2
	s := startClass(t, l, "", nil)
	wire := "wire=" + string(wireOf(1))
	tests := []struct {
		name, method, path, token, body string
		code                            int
		says                            string
	}{
		{"no secret", "POST", "/classes", "", "", 401, "presenter's link"},
		{"another secret", "POST", "/classes", "a-secret-of-others", "", 403, "printed when it started"},
		{"one class too many", "POST", "/classes", classSecret, "", 429, "--classes"},
		{"no class", "GET", "/classes/zzzzz/poll?" + wire, "", "", 404, "five letters"},
		{"no code", "GET", "/classes/none/poll?" + wire, "", "", 404, "five letters"},
		{"no short code", "GET", "/c/none", "", "", 404, "five letters"},
		{"no wire", "GET", s.path("poll"), "", "", 400, "wire is missing"},
		{"a wire that is none", "POST", s.path("say?wire=short"), "", "{}", 400, "no wire's id"},
		{"a message too long", "POST", s.path("say?" + wire), "", strings.Repeat("x", classroom.MostMessage+1), 413, "8192 bytes"},
		{"no upgrade", "GET", s.path("socket?" + wire), "", "", 426, "poll beside it"},
		{"notes for nobody", "GET", s.path("notes"), "", "", 401, "Bearer"},
		{"notes for the projector", "GET", s.path("notes"), s.made.Screen, "", 403, "doesn't present"},
		{"notes for a stranger", "GET", s.path("notes"), strangerToken, "", 403, "doesn't present"},
		{"questions for the projector", "GET", s.path("questions.json"), s.made.Screen, "", 403, "doesn't present"},
		{"notes as something", "GET", s.path("notes?as=pdf"), s.made.Owner, "", 400, "html or json"},
		{"a code of no scheme", "GET", s.path("qr.svg?scheme=ftp"), "", "", 400, "http or https"},
	}
	for _, tt := range tests {
		var answer struct{ Error string }
		if code := s.ask(t, tt.method, tt.path, tt.token, tt.body, &answer); code != tt.code || !strings.Contains(answer.Error, tt.says) {
			t.Errorf("%s: %d %q; want %d and %q", tt.name, code, answer.Error, tt.code, tt.says)
		}
	}
	// Pages of other sites find nothing here either.
	_, res, err := websocket.DefaultDialer.Dial("ws://"+s.addr+s.path("socket?")+wire, http.Header{"Origin": {"http://stranger.example"}})
	if err == nil || res.StatusCode != 403 {
		t.Errorf("a foreign origin: %v, %v", res, err)
	}
	// A room sits behind one address; its own limits hold.
	for n := range 3 {
		s.page(t, n, "viewer", "").Until("the welcome", classtest.Kind("welcome"))
	}
	late := s.page(t, 9, "viewer", "")
	if _, _, err = late.WS.ReadMessage(); !websocket.IsCloseError(err, websocket.ClosePolicyViolation) || !strings.Contains(err.Error(), "--class-viewers") {
		t.Errorf("a viewer too many: %v", err)
	}
	if code := s.ask(t, "GET", s.path("poll?wire=")+string(wireOf(9)), "", "", &struct{}{}); code != 429 {
		t.Errorf("a viewer too many who polls: %d", code)
	}
	s.page(t, 10, "presenter", s.made.Owner).Until("the welcome of who presents", classtest.Kind("welcome"))
	s.page(t, 2, "viewer", "").Until("the welcome of a second page", classtest.Kind("welcome"))
	if _, res, err = websocket.DefaultDialer.Dial("ws://"+s.addr+s.path("socket?wire=")+string(wireOf(2)), nil); err == nil || res.StatusCode != 429 {
		t.Errorf("a third socket on a wire: %v, %v", res, err)
	}
	flood := s.page(t, 0, "viewer", "")
	var closed error
	for n := 0; closed == nil && n < 1000; n++ {
		closed = flood.WS.WriteMessage(websocket.TextMessage, []byte(`{"say":"beat"}`))
	}
	for closed = nil; closed == nil; {
		_, _, closed = flood.WS.ReadMessage()
	}
	if !websocket.IsCloseError(closed, websocket.ClosePolicyViolation) || !strings.Contains(closed.Error(), "messages a second") {
		t.Errorf("a flood ends with %v", closed)
	}
	long := s.page(t, 10, "presenter", s.made.Owner)
	long.WS.WriteMessage(websocket.TextMessage, bytes.Repeat([]byte(" "), classroom.MostMessage+1))
	for closed = nil; closed == nil; {
		_, _, closed = long.WS.ReadMessage()
	}
	if !websocket.IsCloseError(closed, websocket.CloseMessageTooBig) || !strings.Contains(closed.Error(), "(limit: a message to a class)") {
		t.Errorf("a long message ends with %v", closed)
	}
	html := s.page(t, 1, "viewer", "")
	html.WS.WriteMessage(websocket.BinaryMessage, []byte("{}"))
	for closed = nil; closed == nil; {
		_, _, closed = html.WS.ReadMessage()
	}
	if !websocket.IsCloseError(closed, websocket.CloseUnsupportedData) {
		t.Errorf("a binary message ends with %v", closed)
	}
}

// A page that doesn't say who it is leaves its place to others.
func TestClassWithoutHello(t *testing.T) {
	usual := classHello
	t.Cleanup(func() { classHello = usual }) // when the server has stopped
	classHello = 50 * time.Millisecond
	s := startClass(t, DefaultLimits(), "", nil)
	ws, _, err := websocket.DefaultDialer.Dial("ws://"+s.addr+s.path("socket?wire=")+string(wireOf(1)), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer ws.Close()
	ws.SetReadDeadline(time.Now().Add(10 * time.Second))
	_, _, err = ws.ReadMessage()
	if !websocket.IsCloseError(err, websocket.ClosePolicyViolation) || !strings.Contains(err.Error(), "say hello within") {
		t.Errorf("a page that says nothing: %v", err)
	}
}

// A page that takes nothing is dropped, and the log says so; the others hear everything meanwhile.
func TestClassStuck(t *testing.T) {
	var log safeBuffer
	s := startClass(t, DefaultLimits(), "", &log)
	owner, viewer := s.page(t, 0, "presenter", s.made.Owner), s.page(t, 1, "viewer", "")
	stuck := s.dial(t)
	if err := stuck.Conn.(*net.TCPConn).SetReadBuffer(1 << 10); err != nil {
		t.Fatal(err)
	}
	hello := `{"say":"hello","as":"viewer"}`
	stuck.send("GET " + s.path("socket?wire=") + string(wireOf(2)) + " HTTP/1.1\r\nHost: " + s.addr + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEA==\r\n\r\n")
	stuck.head() // and nothing more
	stuck.send(string([]byte{0x81, 0x80 | byte(len(hello)), 0, 0, 0, 0}) + hello)
	owner.Until("all three", func(m classtest.Message) bool { return m["kind"] == "crowd" && m["here"] == 2.0 })
	long := strings.Repeat("x", 1500)
	for n, end := 0, time.Now().Add(30*time.Second); !strings.Contains(log.String(), "a page that takes nothing is dropped"); n++ {
		if time.Now().After(end) {
			t.Fatalf("after %d changes the page that takes nothing is still there", n)
		}
		// It is told as fast as the bus keeps it, and nobody waits for the one.
		owner.Does(fmt.Sprintf(`{"say":"lab","slide":"frames/1","values":{"0":"%d %s"}}`, n, long))
		viewer.Until("the lab", func(m classtest.Message) bool {
			lab, _ := m["lab"].(map[string]any)
			return lab != nil && strings.HasPrefix(fmt.Sprint(lab["values"]), fmt.Sprintf("map[0:%d ", n))
		})
	}
	owner.Until("the others", func(m classtest.Message) bool { return m["kind"] == "crowd" && m["here"] == 1.0 })
}

// The room's frames are on a wire of their own, under pseudonyms; one of them stands in the spotlight,
// first without its text. The audience channel itself is on the viewers' wires, as lab class.
func TestClassRoom(t *testing.T) {
	s := startClass(t, DefaultLimits(), "", nil)
	owner, ada := s.page(t, 0, "presenter", s.made.Owner), s.page(t, 1, "viewer", "")
	name := ada.Until("the welcome", classtest.Kind("welcome"))["viewer"]
	room := owner.Until("the room", func(m classtest.Message) bool { return m["kind"] == "desk" && m["mirrored"] == 1.0 })["room"].(string)
	if id, err := wire.ParseID(room); err != nil || id == wireOf(1) {
		t.Fatalf("the room's wire is %q", room)
	}
	ada.Until("the step", classtest.At("frames", 1, 0))
	echo, _, err := websocket.DefaultDialer.Dial("ws://"+s.addr+"/echo?breakdown=off&wire="+string(wireOf(1)), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer echo.Close()
	echo.WriteMessage(websocket.TextMessage, []byte("a secret of Ada's"))
	log, stop := s.hub.Follow(wire.ID(room))
	defer stop()
	var frame *wire.Event
	for frame == nil {
		changed := log.Changed()
		events, _ := log.After(0, 1000)
		for _, e := range events {
			if e.Viewer != name || e.Remote != "" {
				t.Errorf("the room has an event of %q from %q", e.Viewer, e.Remote)
			}
			if bytes.Contains(e.Bytes, []byte(wireOf(1))) {
				t.Errorf("the room can read the id of Ada's wire in %q", e.Bytes)
			}
			if e.Frame != nil && e.Lab == "echo" {
				frame = e
			}
		}
		if frame == nil {
			select {
			case <-changed:
			case <-time.After(10 * time.Second):
				t.Fatal("the frame is never in the room")
			}
		}
	}
	spot := func(text bool) string {
		m := ada.Until("the spotlight", func(m classtest.Message) bool {
			s, _ := m["spot"].(map[string]any)
			return s != nil && s["text"] == text
		})
		b, _ := json.Marshal(m["spot"])
		return string(b)
	}
	if m := owner.Answered(fmt.Sprintf(`{"say":"spot","viewer":"somebody else","seq":%d}`, frame.Seq)); m["kind"] != "refused" {
		t.Errorf("a frame of somebody else's: %v", m)
	}
	owner.Does(fmt.Sprintf(`{"say":"spot","viewer":%q,"seq":%d}`, name, frame.Seq))
	if told := spot(false); strings.Contains(told, "secret") || !strings.Contains(told, fmt.Sprintf(`"bytes":"%x"`, frame.Bytes)) {
		t.Errorf("the spotlight is on %s; want its bytes, and no text", told)
	}
	owner.Does(`{"say":"spot-text"}`)
	if told := spot(true); !strings.Contains(told, "a secret of Ada's") {
		t.Errorf("the spotlight is on %s; want its text", told)
	}
	own, _ := s.hub.Wire(wireOf(1)).After(0, 1000)
	classFrames := 0
	for _, e := range own {
		if e.Lab == "class" && e.Frame != nil {
			classFrames++
		}
	}
	if classFrames < 4 {
		t.Errorf("%d frames of the audience channel are on Ada's wire", classFrames)
	}
}

// Who presents may be a viewer in another tab of the same browser, and so on the same wire, which the
// whole room sees: no token is ever there, and none is taken where it would be.
func TestClassTokensAreOnNoWire(t *testing.T) {
	s := startClass(t, DefaultLimits(), "", nil)
	viewer := s.page(t, 1, "viewer", "")
	viewer.Until("the welcome", classtest.Kind("welcome"))
	owner := s.page(t, 1, "presenter", s.made.Owner)
	room := owner.Until("the room", func(m classtest.Message) bool { return m["kind"] == "desk" && m["mirrored"] == 1.0 })["room"].(string)
	log, stop := s.hub.Follow(wire.ID(room))
	defer stop()
	s.page(t, 1, "screen", s.made.Screen).Until("the desk", classtest.Kind("desk"))
	own := "wire=" + string(wireOf(1))
	if code := s.ask(t, "GET", s.path("poll?as=presenter&")+own, s.made.Owner, "", &struct{}{}); code != 200 {
		t.Errorf("the owner polls: %d", code)
	}
	if code := s.ask(t, "POST", s.path("say?as=screen&")+own, s.made.Screen, `{"say":"beat"}`, &struct{}{}); code != 200 {
		t.Errorf("the projector says something: %d", code)
	}
	// A stranger's token stands for one that would be right.
	if m := viewer.Answered(`{"say":"hello","as":"presenter","token":"` + strangerToken + `"}`); m["kind"] != "refused" || !strings.Contains(fmt.Sprint(m["error"]), "&as=presenter") {
		t.Errorf("a token on a wire: %v", m)
	}
	for _, target := range []string{"GET poll?", "POST say?as=viewer&", "GET socket?"} {
		method, what, _ := strings.Cut(target, " ")
		var no struct{ Error string }
		if code := s.ask(t, method, s.path(what)+own, strangerToken, "{}", &no); code != 400 || !strings.Contains(no.Error, "no token belongs there") {
			t.Errorf("%s with a token: %d %q", target, code, no.Error)
		}
	}
	if code := s.ask(t, "GET", s.path("poll?as=somebody&")+own, "", "", &struct{}{}); code != 400 {
		t.Errorf("as somebody: %d", code)
	}
	viewer.Answered(`{"say":"ask","text":"the end of it"}`)
	end := func(e *wire.Event) bool {
		return e.Frame != nil && bytes.Contains(e.Frame.Plain, []byte("the end of it"))
	}
	events := append(s.logged(wireOf(1), end), s.logged(log.ID, end)...)
	for _, e := range events {
		for _, token := range []string{s.made.Owner, s.made.Screen} {
			if bytes.Contains(e.Bytes, []byte(token)) || e.Frame != nil && bytes.Contains(e.Frame.Plain, []byte(token)) {
				t.Errorf("a token is on a wire, in %s of %q", e.Kind, e.Viewer)
			}
		}
	}
}

// Verdicts on a viewer's wire are on the board.
func TestClassBoard(t *testing.T) {
	s := startClass(t, DefaultLimits(), "", nil)
	owner, ada := s.page(t, 0, "presenter", s.made.Owner), s.page(t, 1, "viewer", "")
	name := ada.Until("the welcome", classtest.Kind("welcome"))["viewer"]
	owner.Does(`{"say":"activity","exercise":"frames/smallest"}`)
	s.rooms.course = s.site.course
	sums := func(what, want string) {
		t.Helper()
		owner.Until(what, func(m classtest.Message) bool { return m["kind"] == "desk" && fmt.Sprint(m["more"]) == want })
	}
	p := s.rooms.enter(roomKey{wireOf(1), "frames"})
	defer p.leave()
	word := ""
	for word == "" {
		<-p.wake
		tasks, views, _ := p.news()
		for i, task := range tasks {
			if task.exercise.ID == "smallest" {
				word = views[i].word
			}
		}
	}
	say := func(texts ...string) {
		t.Helper()
		ws, _, err := websocket.DefaultDialer.Dial("ws://"+s.addr+"/echo?breakdown=off&wire="+string(wireOf(1)), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer ws.Close()
		for _, text := range texts {
			ws.WriteMessage(websocket.TextMessage, []byte(text))
			ws.ReadMessage()
		}
	}
	say(word, "x")
	sums("somebody who tries", "[map[exercise:frames/smallest passed:0 stuck:0 trying:1]]")
	say(word, "")
	m := owner.Until("somebody who has passed", func(m classtest.Message) bool {
		return m["kind"] == "desk" && fmt.Sprint(m["more"]) == "[map[exercise:frames/smallest passed:1 stuck:0 trying:0]]"
	})
	if want := fmt.Sprintf("[map[exercises:map[frames/smallest:passed] stuck:false viewer:%v]]", name); fmt.Sprint(m["board"]) != want {
		t.Errorf("the board is %v, want %s", m["board"], want)
	}
	ada.Until("the count", func(m classtest.Message) bool {
		return m["kind"] == "crowd" && fmt.Sprint(m["done"]) == "map[of:1 passed:1]"
	})
}
