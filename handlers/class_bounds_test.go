package handlers

// What bounds a page of a class, against a listener: how fast it may be, and who gives way to whom.

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"wireup/classroom/classtest"
)

// closing reads up to the end of a socket.
func closing(ws *websocket.Conn) error {
	ws.SetReadDeadline(time.Now().Add(10 * time.Second))
	for {
		if _, _, err := ws.ReadMessage(); err != nil {
			return err
		}
	}
}

func beat(p *classtest.Page) {
	p.Say(`{"say":"beat","t":1}`)
	p.Until("a beat", classtest.Kind("beat"))
}

// Control frames and fragments without a payload are frames like others; what a page really sends is not
// too much.
func TestClassFrameRate(t *testing.T) {
	s := startClass(t, DefaultLimits(), "", nil)
	for n, flood := range []string{"\x89\x80\x00\x00\x00\x00", "\x8a\x80\x00\x00\x00\x00", "\x00\x80\x00\x00\x00\x00"} {
		p := s.page(t, 1+n, "viewer", "")
		p.Until("the welcome", classtest.Kind("welcome"))
		for range 30 { // a page that presses on
			beat(p)
		}
		first := ""
		if flood[0] == 0 {
			first = "\x01\x80\x00\x00\x00\x00"
		}
		if _, err := p.WS.NetConn().Write([]byte(first + strings.Repeat(flood, 1000))); err != nil {
			t.Fatal(err)
		}
		if err := closing(p.WS); !websocket.IsCloseError(err, websocket.ClosePolicyViolation) || !strings.Contains(err.Error(), "over 40 frames a second") {
			t.Errorf("a flood of %x ends with %v", flood, err)
		}
	}
	// A line for who presents has the same bounds, before anybody knows who it is.
	ws, _, err := websocket.DefaultDialer.Dial("ws://"+s.addr+s.path("socket?as=presenter&wire=")+string(wireOf(9)), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer ws.Close()
	ws.NetConn().Write([]byte(strings.Repeat("\x89\x80\x00\x00\x00\x00", 1000)))
	if err := closing(ws); !websocket.IsCloseError(err, websocket.ClosePolicyViolation) || !strings.Contains(err.Error(), "over 40 frames") {
		t.Errorf("a flood as presenter ends with %v", err)
	}
}

// Requests of one viewer are bounded as frames are, and what they say, as messages.
func TestClassRequestRate(t *testing.T) {
	s := startClass(t, DefaultLimits(), "", nil)
	for n, tt := range []struct{ method, what, body, says string }{
		{"GET", "poll?", "", "over 40 frames a second"},
		{"POST", "say?", `{"say":"beat"}`, "over 20 messages a second"},
	} {
		status, tries := 0, 0
		var last struct{ Error string }
		for ; status != http.StatusTooManyRequests && tries < 2000; tries++ {
			last.Error = ""
			status = s.ask(t, tt.method, s.path(tt.what)+"wire="+string(wireOf(n)), "", tt.body, &last)
		}
		if !strings.Contains(last.Error, tt.says) || tries < 40 {
			t.Errorf("%s %s is answered with %d %q after %d", tt.method, tt.what, status, last.Error, tries)
		}
		if status := s.ask(t, tt.method, s.path(tt.what)+"wire="+string(wireOf(9)), "", tt.body, nil); status != http.StatusOK {
			t.Errorf("another viewer's %s %s is answered with %d", tt.method, tt.what, status)
		}
	}
}

// A room that comes back at once, all of it from one address and each of them with what a page says first,
// meets no limit.
func TestClassComesAtOnce(t *testing.T) {
	s := startClass(t, DefaultLimits(), "", nil)
	var room sync.WaitGroup
	for n := range 300 {
		room.Go(func() {
			p := classtest.OpenFrom(t, "127.0.0.9", s.addr, s.made.Code, string(wireOf(n)), "viewer", "")
			p.Until("the welcome", classtest.Kind("welcome"))
			beat(p)
		})
	}
	room.Wait()
	owner := s.page(t, 600, "presenter", s.made.Owner)
	owner.Until("all of them", func(m classtest.Message) bool { return m["kind"] == "crowd" && m["here"] == 300.0 })
}

// Who says to present and shows no token gives way to who does, soon and by name.
func TestClassDoor(t *testing.T) {
	usual := classShow
	t.Cleanup(func() { classShow = usual }) // when the server has stopped
	classShow = time.Minute
	l := DefaultLimits()
	l.ClassViewers = 1
	s := startClass(t, l, "", nil)
	s.page(t, 1, "viewer", "").Until("the welcome", classtest.Kind("welcome"))
	var waiting []*websocket.Conn
	dialer := classtest.From(t, "127.0.0.9")
	for n := range 100 {
		ws, _, err := dialer.Dial("ws://"+s.addr+s.path("socket?as=presenter&wire=")+string(wireOf(n)), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer ws.Close()
		waiting = append(waiting, ws)
	}
	if err := closing(waiting[0]); !websocket.IsCloseError(err, websocket.ClosePolicyViolation) || !strings.Contains(err.Error(), "show no token") {
		t.Errorf("the first at the door ends with %v", err)
	}
	s.page(t, 200, "presenter", s.made.Owner).Until("the desk", classtest.Kind("desk"))
	s.page(t, 201, "screen", s.made.Screen).Until("the desk", classtest.Kind("desk"))
	classtest.OpenFrom(t, "127.0.0.9", s.addr, s.made.Code, string(wireOf(202)), "presenter", s.made.Owner).Until("the desk", classtest.Kind("desk"))
}

// One who shows no token for too long leaves the door.
func TestClassShow(t *testing.T) {
	usual := classShow
	t.Cleanup(func() { classShow = usual })
	classShow = 50 * time.Millisecond
	s := startClass(t, DefaultLimits(), "", nil)
	ws, _, err := websocket.DefaultDialer.Dial("ws://"+s.addr+s.path("socket?as=screen&wire=")+string(wireOf(1)), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer ws.Close()
	if err := closing(ws); !websocket.IsCloseError(err, websocket.ClosePolicyViolation) || !strings.Contains(err.Error(), "say hello within 50ms") {
		t.Errorf("a projector that shows no token: %v", err)
	}
}

// A refusal is read in terminals.
func TestClassRefusalIsPlain(t *testing.T) {
	s := startClass(t, DefaultLimits(), "", nil)
	p := s.page(t, 1, "viewer", "")
	p.Until("the welcome", classtest.Kind("welcome"))
	p.Say(`{"say":"<b>&"}`)
	for {
		_, m, err := p.WS.ReadMessage()
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(m, []byte("no command")) {
			if !bytes.Contains(m, []byte(`<b>&`)) {
				t.Errorf("a refusal says %s", m)
			}
			return
		}
	}
}

func TestFramed(t *testing.T) {
	var wire []byte
	for range 5 {
		wire = append(wire, "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58\x89\x80\x00\x00\x00\x00\x82\xfe\x00\x7e\x00\x00\x00\x00"...)
		wire = append(wire, make([]byte, 126)...)
	}
	for step := 1; step < len(wire); step++ {
		frames := 0
		c := &framed{frame: func() bool { frames++; return true }}
		for at := 0; at < len(wire); at += step {
			c.count(wire[at:min(at+step, len(wire))])
		}
		if frames != 15 || c.rest != 0 || len(c.head) != 0 {
			t.Fatalf("in pieces of %d: %d frames, %d and %d bytes left", step, frames, c.rest, len(c.head))
		}
	}
}

// Whatever is said on a viewer's socket, and on that of a guest from whom the wheel was taken, is refused.
func TestClassSaysOverSockets(t *testing.T) {
	s := startClass(t, DefaultLimits(), "", nil)
	owner, guest, viewer := s.page(t, 0, "presenter", s.made.Owner), s.page(t, 1, "viewer", ""), s.page(t, 2, "viewer", "")
	const token = "ATOKENTHATTHEPAGEHASDRAWNX"
	guest.Does(`{"say":"drive","hash":"` + fmt.Sprintf("%x", sha256.Sum256([]byte(token))) + `"}`)
	owner.Does(`{"say":"give","ask":1}`)
	driver := s.page(t, 1, "presenter", token)
	room := driver.Until("the guest's desk", classtest.Kind("desk"))["room"]
	driver.Does(`{"say":"go","lesson":"frames","slide":2}`)
	owner.Does(`{"say":"take"}`)
	owner.Until("another room", func(m classtest.Message) bool { return m["kind"] == "desk" && m["room"] != room })
	class := owner.Until("the class", classtest.At("frames", 2, 0))
	for _, p := range []*classtest.Page{viewer, driver} {
		for _, say := range []string{"go", "undo", "lab", "view", "poll", "poll-close", "poll-show", "activity", "hint", "spot", "spot-text",
			"spot-off", "spawn", "blank", "pause", "stop", "skip", "give", "refuse", "answer", "clear", "take", "end", "wheel", "show"} {
			m := p.Answered(`{"say":"` + say + `","lesson":"frames","slide":"frames/2","step":0,"scroll":1,"room":true,"values":{"0":"x"},"question":"x?","options":["a","b"],` +
				`"exercise":"frames/smallest","viewer":"teal otter","seq":1,"count":20,"ask":1,"on":true,"part":"masking"}`)
			if m["kind"] != "refused" {
				t.Errorf("%s of somebody who doesn't drive is answered with %v", say, m)
			}
		}
	}
	if now := viewer.Until("the class", classtest.Kind("class")); fmt.Sprint(now["rev"]) != fmt.Sprint(class["rev"]) {
		t.Errorf("the class has gone from revision %v to %v", class["rev"], now["rev"])
	}
}

// Who tries codes is slowed down, and told so; a right one is answered all the same, and at once to who is
// in that class.
func TestClassGuesses(t *testing.T) {
	usual := guessPause
	t.Cleanup(func() { guessPause = usual }) // when the server has stopped
	guessPause = 300 * time.Millisecond
	s := startClass(t, DefaultLimits(), "", nil)
	p := s.page(t, 1, "viewer", "")
	p.Until("the welcome", classtest.Kind("welcome"))
	var answer struct{ Error string }
	status, tries := 0, 0
	for ; status != http.StatusTooManyRequests && tries < 500; tries++ {
		path := []string{"/classes/zzzzz/poll?wire=" + string(wireOf(tries)), "/c/none", "/classes/zzzzz"}[tries%3]
		status = s.ask(t, "GET", path, "", "", &answer)
		if status != http.StatusNotFound && status != http.StatusTooManyRequests {
			t.Fatalf("%s: %d", path, status)
		}
	}
	if tries < guessBurst || !strings.Contains(answer.Error, "limit: 60") {
		t.Errorf("after %d wrong codes: %d %q", tries, status, answer.Error)
	}
	timed := func(method, path, token, body string, want int) time.Duration {
		t.Helper()
		began := time.Now()
		if status := s.ask(t, method, path, token, body, nil); status != want {
			t.Errorf("%s %s while somebody guesses: %d; want %d", method, path, status, want)
		}
		return time.Since(began)
	}
	if took := timed("GET", s.path("poll?wire=")+string(wireOf(2)), "", "", 200); took < guessPause {
		t.Errorf("a right code is told after %v while somebody guesses", took)
	}
	for _, path := range []string{"say?wire=" + string(wireOf(1)), "say?as=presenter&wire=" + string(wireOf(3))} {
		token := ""
		if strings.Contains(path, "presenter") {
			token = s.made.Owner
		}
		if took := timed("POST", s.path(path), token, `{"say":"beat"}`, 200); took >= guessPause {
			t.Errorf("who is in the class waits for %v: %s", took, path)
		}
	}
	if g := &s.guesses; g.spent("192.0.2.7") || len(g.of) != 1 {
		t.Errorf("guesses are kept of %d addresses", len(g.of))
	}
	var g guesses
	for n := range 3 * guessers {
		g.wrong(fmt.Sprint(n))
	}
	if len(g.of) > guessers {
		t.Errorf("guesses are kept of %d addresses", len(g.of))
	}
}

// Who presents gets in when every connection is taken, and is told as ever; others are told of the limit.
func TestClassOverConnections(t *testing.T) {
	l := DefaultLimits()
	l.Connections = 3
	s := startClass(t, l, "", nil)
	http.DefaultClient.CloseIdleConnections()
	var slow []*rawClient
	for range l.Connections {
		c := s.dial(t)
		c.send("GET /healthz HTTP/1.1\r\n") // and no more
		slow = append(slow, c)
	}
	for taken := false; !taken; runtime.Gosched() {
		s.conns.mu.Lock()
		taken = len(s.conns.open) == l.Connections
		for c := range s.conns.open {
			taken = taken && c.begun.Load()
		}
		s.conns.mu.Unlock()
	}
	for range 3 * heardOver { // and more that say nothing
		s.dial(t)
	}
	var refused struct{ Error string }
	for path, token := range map[string]string{
		"/healthz": "", s.path("poll?wire=") + string(wireOf(1)): "", s.path("poll?as=screen&wire=") + string(wireOf(1)): strangerToken,
	} {
		if status := s.ask(t, "GET", path, token, "", &refused); status != 503 || !strings.Contains(refused.Error, "--connections") {
			t.Errorf("%s: %d %q", path, status, refused.Error)
		}
	}
	owner := s.page(t, 2, "presenter", s.made.Owner)
	owner.Until("the desk", classtest.Kind("desk"))
	owner.Does(`{"say":"go","lesson":"frames","slide":2}`)
	if status := s.ask(t, "GET", s.path("poll?as=screen&wire=")+string(wireOf(3)), s.made.Screen, "", nil); status != 200 {
		t.Errorf("the projector polls: %d", status)
	}
	if status := s.ask(t, "POST", "/classes", classSecret, "", nil); status != 201 {
		t.Errorf("whoever presents makes a class: %d", status)
	}
	s.conns.mu.Lock()
	if n := len(s.conns.over); n > heardOver {
		t.Errorf("%d connections are heard over the limit", n)
	}
	s.conns.mu.Unlock()
	for _, c := range slow {
		c.Close()
	}
}
