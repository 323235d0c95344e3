package handlers

// The pages of a class, and what they are told that no message to viewers holds.

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"wireup/classroom/classtest"
	"wireup/content"
	"wireup/lessons"
)

// What slides suggest to a presenter is what a class takes: each poll, and the recorded session of each lab.
func TestSlidesOnStage(t *testing.T) {
	course, err := lessons.Load(content.FS)
	if err != nil {
		t.Fatal(err)
	}
	s := startClassOf(t, DefaultLimits(), "", nil, course)
	s.rooms.course, s.rooms.sessions.content = course, content.FS
	owner := s.page(t, 0, "presenter", s.made.Owner)
	polls, seen := 0, make(map[string]bool)
	for _, part := range deckView(course).Parts {
		for _, slide := range part.Slides {
			if slide.Poll != nil {
				polls++
				asks, err := json.Marshal(map[string]any{"say": "poll", "question": slide.Poll.Question, "options": slide.Poll.Options})
				if err != nil {
					t.Fatal(err)
				}
				owner.Does(string(asks))
			}
			if seen[slide.Replay] {
				continue
			}
			seen[slide.Replay] = true
			owner.Does(fmt.Sprintf(`{"say":"view","slide":"%s/1","replay":%q}`, part.Lesson.ID, slide.Replay))
			lesson, lab, _ := strings.Cut(slide.Replay, "/")
			var recorded struct {
				Title, Source string
				Events        []json.RawMessage
			}
			if code := s.ask(t, "GET", "/lessons/"+lesson+"/recorded.json?lab="+lab, "", "", &recorded); code != http.StatusOK || recorded.Title == "" || recorded.Source == "" || len(recorded.Events) < 3 {
				t.Errorf("the session of %s: %d, %q, by %q, of %d events", slide.Replay, code, recorded.Title, recorded.Source, len(recorded.Events))
			}
		}
	}
	if polls < len(course.Lessons) || len(seen) < 2*len(course.Lessons) {
		t.Errorf("%d polls and %d recorded sessions in %d lessons", polls, len(seen), len(course.Lessons))
	}
}

func TestClassPages(t *testing.T) {
	s := startClass(t, DefaultLimits(), "", nil)
	tests := []struct {
		path, accept string
		code         int
		want         string // in the body, or in Location
	}{
		{"/present", "text/html", 200, "<wu-class-new>"},
		{"/join", "text/html", 200, "<wu-class-join>"},
		{"/join?code=KV+MPT", "text/html", 303, "/c/KV%20MPT"},
		{"/classes/" + s.made.Code, "text/html", 200, "<wu-class-room>"},
		{s.path("present"), "text/html", 200, "<wu-class-desk>"},
		{s.path("screen"), "text/html", 200, "<wu-class-screen>"},
		{s.path("screen"), "text/html", 200, `<html lang="en-GB" data-theme="projector">`}, // before anything is drawn
		{"/C/" + strings.ToUpper(s.made.Code), "text/html", 302, "/classes/" + s.made.Code},
		{"/classes/zzzzz", "text/html", 404, "There is no class with this code. Ask the presenter"},
		{"/classes/zzzzz/screen", "text/html", 404, "There is no class with this code."},
		{"/lessons/none/recorded.json?lab=echo", "", 404, "no recorded session of a lab"},
		{"/lessons/frames/recorded.json?lab=none", "", 404, "no recorded session of a lab"},
		{"/lessons/frames/recorded.json?lab=../echo", "", 404, "no recorded session of a lab"},
		{"/lessons/frames/recorded.json", "", 404, "no recorded session of a lab"},
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer client.CloseIdleConnections()
	for _, tt := range tests {
		r, err := http.NewRequest("GET", "http://"+s.addr+tt.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Accept", tt.accept)
		res, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		body := string(b)
		if res.StatusCode != tt.code || !strings.Contains(res.Header.Get("Location")+body, tt.want) {
			t.Errorf("GET %s: %d, %q, %.200q; want %d and %q", tt.path, res.StatusCode, res.Header.Get("Location"), body, tt.code, tt.want)
		}
		for _, secret := range []string{s.made.Owner, s.made.Screen} {
			if strings.Contains(body, secret) {
				t.Errorf("GET %s tells a token", tt.path)
			}
		}
	}
}

// The link for a phone holds a token: only who has it gets it.
func TestClassPhone(t *testing.T) {
	s := startClass(t, DefaultLimits(), "", nil)
	for token, want := range map[string]int{s.made.Owner: 200, s.made.Screen: 403, "": 401} {
		r, err := http.NewRequest("GET", "http://"+s.addr+s.path("phone.svg"), nil)
		if err != nil {
			t.Fatal(err)
		}
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if drawn := res.Header.Get("Content-Type") == "image/svg+xml"; res.StatusCode != want || drawn != (want == 200) {
			t.Errorf("with token %q: %d %s; want %d", token, res.StatusCode, res.Header.Get("Content-Type"), want)
		}
	}
	http.DefaultClient.CloseIdleConnections()
}

// A presenter is told from how many other machines somebody has joined: none of this one, and none of
// those that present.
func TestClassAddresses(t *testing.T) {
	s := startClass(t, DefaultLimits(), "", nil)
	from := func(address string, n int, as, token string) {
		classtest.OpenFrom(t, address, s.addr, s.made.Code, string(wireOf(n)), as, token)
	}
	desk := s.page(t, 0, "presenter", s.made.Owner)
	s.page(t, 1, "viewer", "")
	from("127.0.0.9", 2, "presenter", s.made.Owner)
	from("127.0.0.9", 3, "viewer", "")
	from("127.0.0.8", 4, "viewer", "")
	from("127.0.0.7", 5, "viewer", "")
	desk.Until("four viewers", func(m classtest.Message) bool { return m["kind"] == "crowd" && m["here"] == 4.0 })
	desk.Does(`{"say":"pause","on":true}`)
	m := desk.Until("the pause", func(m classtest.Message) bool {
		clock, _ := m["clock"].(map[string]any)
		return m["kind"] == "desk" && clock["paused"] == true
	})
	if m["addresses"] != 2.0 {
		t.Errorf("somebody has joined from %v addresses; want 2", m["addresses"])
	}
}
