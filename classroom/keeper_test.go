package classroom

// Documents on a real bus: two instances that change one class, and a bus that goes away.

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"wireup/bus"
	"wireup/bus/bustest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// instance is one program with classes, on the outside server at url, or on a bus of its own.
func instance(t *testing.T, o bus.Options) *Classes {
	t.Helper()
	b, err := bus.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	a := New(Options{Bus: b, Log: slog.New(slog.DiscardHandler), Outline: course, Classes: 3, Viewers: MostViewers})
	t.Cleanup(func() {
		a.Close()
		b.Close(context.Background())
	})
	return a
}

func open(t *testing.T, a *Classes, code string) *Class {
	t.Helper()
	c, release, err := a.Open(t.Context(), code)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(release)
	return c
}

// seat is a line, with what its page says and hears.
type seat struct {
	t *testing.T
	*Line
	seen Seen
}

func sit(t *testing.T, c *Class, wire, token string) *seat {
	t.Helper()
	l, err := c.Line(wire, "", token != "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	s := &seat{t: t, Line: l}
	as := "viewer"
	if token != "" {
		as = "presenter"
	}
	if m := s.say(fmt.Sprintf(`{"say":"hello","as":%q,"token":%q}`, as, token)); !strings.Contains(m, `"welcome"`) {
		t.Fatalf("hello is answered with %s", m)
	}
	return s
}

func (s *seat) say(text string) string {
	s.t.Helper()
	m, err := s.Answer(s.t.Context(), []byte(text))
	if err != nil {
		s.t.Fatal(err)
	}
	return string(m.Data)
}

func (s *seat) does(text string) {
	s.t.Helper()
	if m := s.say(text); !strings.Contains(m, `"ok"`) {
		s.t.Fatalf("%s: %s", text, m)
	}
}

// until waits for a message with all of the parts in it.
func (s *seat) until(parts ...string) string {
	s.t.Helper()
	late := time.After(10 * time.Second)
	last := ""
	for {
		changed := s.class.Changed()
	next:
		for _, m := range s.News(&s.seen) {
			last += "\n" + string(m.Data)
			for _, part := range parts {
				if !strings.Contains(string(m.Data), part) {
					continue next
				}
			}
			return string(m.Data)
		}
		select {
		case <-changed:
		case <-late:
			s.t.Fatalf("%q is never told; only%s", parts, last)
		}
	}
}

func TestTwoInstancesLoseNoVote(t *testing.T) {
	url := bustest.New(t).URL()
	one, other := instance(t, bus.Options{URL: url}), instance(t, bus.Options{URL: url})
	made, err := one.Create(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	classes := []*Class{open(t, one, made.Code), open(t, other, strings.ToLower(made.Code))}
	owner := sit(t, classes[0], "owner", made.Owner)
	owner.does(`{"say":"poll","question":"HTTP?","options":["Yes","No"]}`)
	const each = 20
	var viewers sync.WaitGroup
	for i := range 2 * each {
		s := sit(t, classes[i%2], fmt.Sprint("viewer", i), "")
		s.until(`"kind":"class"`, `"open":true`)
		viewers.Go(func() {
			for _, choice := range []int{0, 1} { // two votes of one viewer are one
				if m := s.say(fmt.Sprintf(`{"say":"vote","poll":1,"choice":%d}`, choice)); !strings.Contains(m, `"ok"`) {
					t.Errorf("a vote is answered with %s", m)
				}
			}
		})
	}
	viewers.Wait()
	for _, c := range classes {
		s := sit(t, c, "late", "")
		s.until(`"kind":"crowd"`, fmt.Sprintf(`"here":%d`, 2*each+1), fmt.Sprintf(`"cast":%d`, 2*each))
		s.Close()
	}
	owner.until(`"kind":"desk"`, fmt.Sprintf(`"counts":[0,%d]`, 2*each))

	// Exercises are checked on whichever instance; the board knows the viewer on the other.
	other.Standing("viewer0", "frames/smallest", false)
	owner.until(`"kind":"desk"`, `"trying":1,"passed":0`)
	one.Standing("viewer1", "frames/smallest", true)
	owner.until(`"kind":"desk"`, `"trying":1,"passed":1`)

	// A guest at the other instance drives, until the owner takes the wheel back.
	guest := sit(t, classes[1], "viewer1", "")
	guest.does(`{"say":"drive","hash":"` + string(markOf("a token of the guest's")) + `"}`)
	owner.until(`"asks":[{"id":2,`)
	owner.does(`{"say":"give","ask":2}`)
	guest.until(`"kind":"welcome"`, `"wheel":"yours"`)
	if m := guest.say(`{"say":"hello","as":"presenter","token":"a token of the guest's"}`); !strings.Contains(m, "no token belongs there") {
		t.Errorf("a token on a wire that others read is answered with %s", m)
	}
	desk := sit(t, classes[1], "viewer1", "a token of the guest's")
	desk.does(`{"say":"go","lesson":"race","slide":2}`)
	owner.until(`"kind":"class"`, `"lesson":"race","slide":2`)
	owner.does(`{"say":"take"}`)
	desk.until(`"kind":"welcome"`, `"you":"viewer","wheel":"no"`)
	if m := desk.say(`{"say":"undo"}`); !strings.Contains(m, `"refused"`) {
		t.Errorf("a guest whose wheel was taken back says undo, and is answered with %s", m)
	}
}

// What was acknowledged is there again after a restart; while the bus is away, commands are refused
// in words, and the class goes on showing what it has.
func TestBusAway(t *testing.T) {
	server := bustest.New(t)
	a := instance(t, bus.Options{URL: server.URL()})
	made, err := a.Create(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c := open(t, a, made.Code)
	owner := sit(t, c, "owner", made.Owner)
	owner.does(`{"say":"go","lesson":"frames","slide":2,"step":2}`)
	server.Stop()
	for a.bus.Up() {
		<-a.bus.Changed()
	}
	if m := owner.say(`{"id":5,"say":"undo"}`); !strings.Contains(m, `"refused"`) || !strings.Contains(m, "the bus is away") || !strings.Contains(m, `"id":5`) {
		t.Errorf("without a bus undo is answered with %s", m)
	}
	late := sit(t, c, "late", "")
	late.until(`"kind":"class"`, `"slide":2,"step":2`)
	server.Start()
	for !a.bus.Up() {
		<-a.bus.Changed()
	}
	owner.does(`{"id":5,"say":"undo"}`)
	late.until(`"kind":"class"`, `"slide":1,"step":0`)

	b := instance(t, bus.Options{URL: server.URL()})
	again := sit(t, open(t, b, made.Code), "again", made.Owner)
	again.until(`"kind":"class"`, `"slide":1,"step":0`)
}

func TestClassesAreBounded(t *testing.T) {
	a := instance(t, bus.Options{Dir: t.TempDir()})
	var made Made
	for range 3 {
		var err error
		if made, err = a.Create(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := a.Create(t.Context()); err != ErrClasses {
		t.Errorf("the fourth of three: %v", err)
	}
	c := open(t, a, made.Code)
	sit(t, c, "owner", made.Owner).does(`{"say":"end"}`)
	if _, err := a.Create(t.Context()); err != nil {
		t.Errorf("one is over, and there is no room for another: %v", err)
	}
	if _, _, err := a.Open(t.Context(), "zzzzz"); err != ErrNone {
		t.Errorf("a class that isn't: %v", err)
	}
	a.viewers = 2
	first := sit(t, c, "first", "")
	sit(t, c, "second", "")
	if _, err := c.Line("one more", "", false); err != ErrViewers {
		t.Errorf("a viewer too many: %v", err)
	}
	sit(t, c, "owner", made.Owner) // who presents finds room
	first.Close()
	if l, err := c.Line("one more", "", false); err != nil {
		t.Errorf("one has gone, and there is no room for another: %v", err)
	} else {
		defer l.Close()
	}
	if l, err := c.Line("second", "", true); err != nil {
		t.Fatal(err)
	} else if _, err := l.Answer(t.Context(), []byte(`{"say":"hello","as":"viewer"}`)); err != nil {
		t.Errorf("a viewer who is here has no room on a line for who presents: %v", err)
	} else {
		defer l.Close()
	}
	if l, err := c.Line("others", "", true); err != nil {
		t.Fatal(err)
	} else if _, err := l.Answer(t.Context(), []byte(`{"say":"hello","as":"viewer"}`)); err != ErrViewers {
		t.Errorf("a viewer too many on a line for who presents: %v", err)
	} else {
		defer l.Close()
	}
	var err error
	for range linesPer * a.viewers {
		var l *Line
		if l, err = c.Line("second", "", false); err != nil {
			break
		}
		defer l.Close()
	}
	if err != ErrViewers {
		t.Errorf("any number of pages of one viewer: %v", err)
	}
}

// An instance that dies between keeping a step and telling of it leaves the step to the others.
func TestKilledBeforeItTells(t *testing.T) {
	url := bustest.New(t).URL()
	one, other := instance(t, bus.Options{URL: url}), instance(t, bus.Options{URL: url})
	made, err := one.Create(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c := open(t, other, made.Code)
	viewer := sit(t, c, "viewer", "")
	viewer.until(`"kind":"class"`, `"slide":1`)
	d, revision := c.state.doc()
	next := d.clone()
	next.Rev, next.Step = next.Rev+1, Step{"frames", 2, 0}
	put(t, one, c.state.key, next, revision)
	c.hear(&bus.Message{Data: []byte(`{"from":"somebody who has died","here":1}`)})
	c.bury(time.Now().Add(2 * silent))
	viewer.until(`"kind":"class"`, `"slide":2`)
}

func TestCrowdPause(t *testing.T) {
	for _, tt := range []struct {
		size, pages int
		want        time.Duration
	}{{300, 50, crowdEvery}, {4 << 10, 2000, crowdEvery}, {16 << 10, 2048, time.Second}, {110 << 10, 5000, crowdLate}} {
		if got := crowdPause(tt.size, tt.pages); got != tt.want {
			t.Errorf("behind %d bytes for %d pages: %v; want %v", tt.size, tt.pages, got, tt.want)
		}
	}
}

// Who asks for the wheel again and again makes no news for the others.
func TestAskingForTheWheelIsQuiet(t *testing.T) {
	a := instance(t, bus.Options{Dir: t.TempDir()})
	made, err := a.Create(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c := open(t, a, made.Code)
	owner, asker, other := sit(t, c, "owner", made.Owner), sit(t, c, "asker", ""), sit(t, c, "other", "")
	other.until(`"kind":"class"`)
	nobody, err := c.LineAs("", "nobody", "", false)
	if err != nil {
		t.Fatal(err)
	}
	defer nobody.Close()
	if m := (&seat{t: t, Line: nobody}).say(`{"say":"drive","hash":"` + string(markOf("one")) + `"}`); !strings.Contains(m, "Say hello again") {
		t.Errorf("who has no name asks for the wheel, and is answered with %s", m)
	}
	for _, token := range []string{"one", "one", "two", "one"} {
		asker.does(`{"say":"drive","hash":"` + string(markOf(token)) + `"}`)
	}
	owner.until(`"kind":"desk"`, `"asks":[{"id":1,`)
	for _, m := range other.News(&other.seen) {
		if strings.Contains(string(m.Data), `"kind":"class"`) {
			t.Errorf("a viewer is told %s", m.Data)
		}
	}
	_, revision := c.state.doc()
	asker.does(`{"say":"drive","hash":"` + string(markOf("one")) + `"}`)
	if _, now := c.state.doc(); now != revision {
		t.Error("the same ask once more is kept once more")
	}
}

// Another instance has taken the wheel back, and the word of it was lost: the guest who drove changes nothing.
func TestLostTakeBack(t *testing.T) {
	url := bustest.New(t).URL()
	one := instance(t, bus.Options{URL: url})
	made, err := one.Create(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c := open(t, one, made.Code)
	owner, guest := sit(t, c, "owner", made.Owner), sit(t, c, "guest", "")
	guest.does(`{"say":"ask","text":"Why?"}`)
	guest.does(`{"say":"drive","hash":"` + string(markOf(guestToken)) + `"}`)
	owner.does(`{"say":"give","ask":1}`)
	driver := sit(t, c, "guest", guestToken)
	driver.does(`{"say":"go","lesson":"frames","slide":2}`)
	for _, say := range []string{`{"say":"go","lesson":"frames","slide":3}`, `{"say":"answer","question":1}`, `{"say":"clear","question":1}`, `{"say":"blank"}`} {
		// As the other instance does it, but for what it says to this one.
		d, revision := c.state.doc()
		taken := d.clone()
		if err := taken.do(&Command{Say: "take", room: "anotherwirexx"}, course, t0); err != nil {
			t.Fatal(err)
		}
		put(t, one, made.Code+"/state", taken, revision)
		if m := driver.say(say); !strings.Contains(m, `"refused"`) || !strings.Contains(m, "Only who drives") {
			t.Errorf("of a guest from whom the wheel was taken, %s is answered with %s", say, m)
		}
		now, revision := c.state.doc()
		if now.Guest != "" || now.Step.Slide != 2 || now.Room != "anotherwirexx" {
			t.Errorf("after %s the state is %+v", say, now)
		}
		put(t, one, made.Code+"/state", d, revision) // and again
		if err := c.state.read(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if people, _ := c.crowd.doc(); len(people.Questions) != 1 || people.Questions[0].Answered {
		t.Errorf("the questions are %+v", people.Questions)
	}
}

// put puts a document as another instance does that isn't heard.
func put(t *testing.T, a *Classes, key string, doc any, revision uint64) {
	t.Helper()
	value, err := json.Marshal(doc)
	if err == nil {
		_, err = a.store.Put(t.Context(), key, value, revision)
	}
	if err != nil {
		t.Fatal(err)
	}
}
