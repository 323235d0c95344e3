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

	"wireup/bus/bustest"
	"wireup/classroom/classtest"
)

const presenterSecret = "a-secret-of-tests"

// makeClass makes a class, and returns its code and the owner's token.
func makeClass(t *testing.T, address string) (code, owner string) {
	t.Helper()
	status, b := askForClass(t, address)
	var made struct{ Code, Owner string }
	if err := json.Unmarshal(b, &made); err != nil || status != http.StatusCreated {
		t.Fatalf("POST /classes: %d %s", status, b)
	}
	return made.Code, made.Owner
}

func askForClass(t *testing.T, address string) (status int, body []byte) {
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
	body, _ = io.ReadAll(res.Body)
	return res.StatusCode, body
}

func joinClass(t *testing.T, address, code string, n int, token string) *classtest.Page {
	t.Helper()
	as := "viewer"
	if token != "" {
		as = "presenter"
	}
	p := classtest.Open(t, address, code, fmt.Sprintf("classclassc%c%c", 'a'+n/26, 'a'+n%26), as, token)
	p.Until("the welcome", classtest.Kind("welcome"))
	return p
}

// here matches a crowd of so many, with so many questions.
func here(people, questions int) func(m classtest.Message) bool {
	return func(m classtest.Message) bool {
		asked, _ := m["questions"].([]any)
		return m["kind"] == "crowd" && m["here"] == float64(people) && len(asked) == questions
	}
}

// Two instances behind Debian's nginx: one dies in mid-talk, and its viewers go on at the other. That one has
// a presenter's secret of its own: a class that the first has made is presented there all the same.
func TestClassOnTwoInstances(t *testing.T) {
	t.Parallel()
	url := bustest.New(t).URL()
	one, kill := startChild(t, "--nats", url, "--presenter", presenterSecret)
	other, stop := start(t, "--nats", url, "--presenter", "another-secret-of-tests")
	t.Cleanup(func() { stop() })
	front := nginx(t, one, other)
	if status, b := askForClass(t, other); status != http.StatusForbidden || !strings.Contains(string(b), "another --presenter") {
		t.Errorf("the secret of one makes a class at the other: %d %s", status, b)
	}
	code, token := makeClass(t, one)
	owner := joinClass(t, other, code, 0, token)
	viewers := make([]*classtest.Page, 6)
	for n := range viewers {
		at := front // half of them come to the one that dies, at least
		if n%2 == 0 {
			at = one
		}
		viewers[n] = joinClass(t, at, code, n+1, "")
	}
	owner.Until("all of them", here(len(viewers), 0))
	owner.Does(`{"say":"go","lesson":"frames","slide":2}`)
	owner.Does(`{"say":"poll","question":"Who has used HTTP?","options":["Yes","No"]}`)
	for n, v := range viewers {
		v.Until("slide 2", classtest.At("frames", 2, 0))
		poll := v.Until("the poll", func(m classtest.Message) bool { return m["kind"] == "class" && m["poll"] != nil })["poll"].(map[string]any)["id"]
		v.Does(fmt.Sprintf(`{"say":"vote","poll":%v,"choice":%d}`, poll, n%2))
	}
	viewers[0].Does(`{"say":"ask","text":"Why is the mask there?"}`)
	viewers[1].Until("the question", func(m classtest.Message) bool { // which comes from another instance
		asked, _ := m["questions"].([]any)
		return m["kind"] == "crowd" && len(asked) == 1
	})
	viewers[1].Does(`{"say":"up","question":1}`)

	kill()
	for _, v := range viewers {
		v.LeftAlone()
		v.URL = strings.Replace(v.URL, one, front, 1) // pages know nginx alone
	}
	owner.Does(`{"say":"go","lesson":"frames","slide":3}`)
	for _, v := range viewers {
		v.Until("slide 3", classtest.At("frames", 3, 0))
	}
	owner.Does(`{"say":"poll-close"}`)
	for _, v := range viewers {
		v.Until("the counts", classtest.Counts("[3 3]"))
	}
	viewers[0].Does(`{"say":"ask","text":"And who is there?"}`)
	m := owner.Until("all of them again, and both questions", here(len(viewers), 2))
	if first := m["questions"].([]any)[0].(map[string]any); first["votes"] != 1.0 {
		t.Errorf("the first question is %v now; want one vote", first)
	}
}

// A kill -9 and a restart on the same data folder: step, votes and names are kept.
func TestClassSurvivesKill(t *testing.T) {
	t.Parallel()
	args := []string{"--data", t.TempDir(), "--presenter", presenterSecret}
	address, kill := startChild(t, args...)
	code, token := makeClass(t, address)
	owner, viewer := joinClass(t, address, code, 0, token), joinClass(t, address, code, 1, "")
	owner.Does(`{"say":"go","lesson":"masking","slide":2}`)
	owner.Does(`{"say":"poll","question":"Who has used HTTP?","options":["Yes","No"]}`)
	viewer.Does(`{"say":"vote","poll":1,"choice":1}`)
	kill()
	viewer.LeftAlone()
	owner.LeftAlone()
	again, _ := startChild(t, append(args, "--listen", address)...)
	if again != address {
		t.Fatalf("it listens on %s now, and not on %s", again, address)
	}
	for _, p := range []*classtest.Page{viewer, owner} {
		p.Back()
		p.Until("slide 2", classtest.At("masking", 2, 0))
	}
	owner.Does(`{"say":"poll-close"}`)
	viewer.Until("the counts", classtest.Counts("[0 1]"))
	owner.Does(`{"say":"undo"}`)
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
