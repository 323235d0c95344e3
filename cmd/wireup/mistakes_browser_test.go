//go:build browser

package main

// Mistakes that are made live, because sending the bytes of their recording again doesn't make them:
// what is wrong is who opened the connection, or how it ended.

import (
	"io/fs"
	"strings"
	"testing"

	"wireup/content"
	"wireup/handlers"
	"wireup/lessons/exercise"
)

// makesMistakes does each of the attempts that live names, on the page of its lesson, and sees the
// card say what the recording of that mistake draws.
func makesMistakes(t *testing.T, attempts []attempt, live map[string]string) {
	t.Parallel() // most of it is waiting
	address, stop := start(t)
	made := 0
	for _, a := range attempts {
		name := a.exercise + "/" + a.fixture
		if _, ok := live[name]; !ok {
			continue
		}
		made++
		t.Run(name, func(t *testing.T) {
			lesson, id := exercise.SplitName(a.exercise)
			want := recordedVerdict(t, a)
			wire := freshWire()
			p := openLesson(t, address, lesson, wire)
			a.page(newReader(t, address, wire, a.exercise), p)
			p.verdict(id, exercise.Wrong, want.Say)
		})
	}
	if made != len(live) {
		t.Errorf("%d of %d mistakes were made", made, len(live))
	}
	if status, said := stop(); status != exitOK {
		t.Errorf("exit %d: %s", status, said)
	}
}

// recordedVerdict is what the recording of an attempt draws.
func recordedVerdict(t *testing.T, a attempt) exercise.Verdict {
	t.Helper()
	src, err := fs.ReadFile(content.FS, "fixtures/"+a.exercise+"/"+a.fixture+".txt")
	if err != nil {
		t.Fatal(err)
	}
	f, err := exercise.ParseFixture(a.fixture, src)
	if err != nil {
		t.Fatal(err)
	}
	lesson, id := exercise.SplitName(a.exercise)
	x, ok := exercise.Find(lesson, id)
	if !ok {
		t.Fatalf("there is no exercise %s", a.exercise)
	}
	events, err := f.Replay(handlers.Route, 0)
	if err != nil {
		t.Fatal(err)
	}
	v := exercise.Run(x.Start(exercise.Attempt{Word: f.Word}), events)
	if v.State != exercise.Wrong || strings.TrimSpace(v.Say) == "" {
		t.Fatalf("the recording draws %v %q; want a mistake", v.State, v.Say)
	}
	return v
}
