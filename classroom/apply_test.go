package classroom

// What commands do to documents, without a bus and without a page.

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
)

var course = Outline{
	{ID: "frames", Title: "Frames", Labs: []string{"echo"}, Exercises: []string{"smallest"}, Slides: []Slide{{"Frames", "must", 4, 0}, {"FIN", "must", 4, 2}, {"More", "could", 2, 0}}},
	{ID: "masking", Title: "Masking", Exercises: []string{"two-keys"}, Slides: []Slide{{"Masking", "should", 3, 0}, {"Why", "should", 3, 1}}},
	{ID: "race", Title: "Race", Slides: []Slide{{"Race", "could", 5, 0}, {"Run", "could", 5, 0}}},
}

const (
	ownerToken, screenToken, guestToken = "OWNER", "SCREEN", "GUEST"
)

var t0 = time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)

func newState() *state {
	return &state{Public: Public{Kind: "class", Code: "kvmpt", Rev: 1, Began: t0, Step: course.first()},
		Owner: markOf(ownerToken), Screen: markOf(screenToken), Draw: 0x12345678, Room: "rrrrrrrrrrrrr"}
}

func viewerKey(n int) key { return keyOf("kvmpt", fmt.Sprint("viewer ", n)) }

// by is a command as a page with this token says it.
func by(t testing.TB, token, text string) *Command {
	t.Helper()
	c, err := Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	c.mark, c.from, c.Viewer = markOf(token), viewerKey(1), "teal otter"
	return c
}

// apply is what a keeper of the state does with one command.
func apply(d *state, c *Command, now time.Time) (*state, error) {
	next := d.clone()
	err := d.may(c)
	if err == nil {
		err = next.do(c, course, now)
	}
	if err != nil {
		return d, err
	}
	return next, nil
}

func TestStateCommands(t *testing.T) {
	const guestHash = "1e1b7e6d1f5d1a0f0e7cbb1f0c8a6c7a3f1bd8b5a0b7f6d5e4c3b2a190807060"
	frame := &spotlighted{Viewer: "teal otter", Seq: 7, Event: json.RawMessage(
		`{"kind":"frame","bytes":"8105","frame":{"text":"secret","payload":"48656c6c6f","fields":[{"name":"FIN","value":"1"}]},"sentence":"says secret"}`)}
	tests := []struct {
		name string
		say  []string // by the owner, but for what begins with a token and a blank
		want func(d *state) bool
		no   string // a part of why the last is refused
	}{
		{"go", []string{`{"say":"go","lesson":"frames","slide":2,"step":1}`}, func(d *state) bool { return d.Step == Step{"frames", 2, 1} }, ""},
		{"go past the last step", []string{`{"say":"go","lesson":"frames","slide":2,"step":3}`}, nil, "steps 0 to 2"},
		{"go before the first", []string{`{"say":"go","lesson":"frames","slide":2,"step":-1}`}, nil, "steps 0 to 2"},
		{"go to no slide", []string{`{"say":"go","lesson":"frames","slide":4}`}, nil, "slides 1 to 3"},
		{"go to slide 0", []string{`{"say":"go","lesson":"frames","slide":0}`}, nil, "slides 1 to 3"},
		{"go to a word", []string{`{"say":"go","lesson":"frames","slide":"2"}`}, nil, "slide is a number"},
		{"go to no lesson", []string{`{"say":"go","lesson":"nope","slide":1}`}, nil, `no lesson called "nope"`},
		{"undo", []string{`{"say":"go","lesson":"frames","slide":2,"step":2}`, `{"say":"go","lesson":"race","slide":1}`, `{"say":"undo"}`},
			func(d *state) bool { return d.Step == Step{"frames", 2, 2} && len(d.Back) == 1 }, ""},
		{"undo nothing", []string{`{"say":"undo"}`}, nil, "no step to go back to"},
		{"undo twice", []string{`{"say":"go","lesson":"frames","slide":2}`, `{"say":"undo"}`, `{"say":"undo"}`}, nil, "no step to go back to"},
		{"lab", []string{`{"say":"lab","slide":"frames/2","values":{"0":"Spang\nagain"},"presses":2}`},
			func(d *state) bool { return d.Lab.Values["0"] == "Spang\nagain" && d.Lab.Presses == 2 }, ""},
		{"view", []string{`{"say":"view","slide":"frames/2","scroll":0.25,"room":true,"edge":"line","replay":"frames/echo","press":3,"button":"Send"}`},
			func(d *state) bool {
				return *d.View == onScreen{"frames/2", 0.25, true, "line", "frames/echo", 3, "Send"}
			}, ""},
		{"view of no slide", []string{`{"say":"view","slide":"frames/9"}`}, nil, "slide is a lesson and a number"},
		{"view beyond the end", []string{`{"say":"view","slide":"frames/2","scroll":1.5}`}, nil, "scroll is a number from 0"},
		{"view with another edge", []string{`{"say":"view","slide":"frames/2","edge":"left"}`}, nil, "edge is"},
		{"view of no session", []string{`{"say":"view","slide":"frames/2","replay":"frames/nope"}`}, nil, `no recorded session called "frames/nope"`},
		{"view with a control", []string{`{"say":"view","slide":"frames/2","press":1,"button":"a\u0007"}`}, nil, "what stands on one"},
		{"lab of no slide", []string{`{"say":"lab","slide":"frames/9"}`}, nil, "slide is a lesson and a number"},
		{"lab too large", []string{`{"say":"lab","slide":"frames/2","values":{"0":"` + strings.Repeat("x", mostLab) + `"}}`}, nil, "2048 bytes together"},
		{"lab with a control", []string{`{"say":"lab","slide":"frames/2","values":{"0":"a\u0007"}}`}, nil, "can be shown"},
		{"poll", []string{`{"say":"poll","question":"HTTP?","options":["Yes","No"]}`},
			func(d *state) bool { return d.Poll.Open && !d.Poll.Shown && d.Poll.ID == 1 }, ""},
		{"poll closed", []string{`{"say":"poll","question":"HTTP?","options":["Yes","No"]}`, `{"say":"poll-close"}`},
			func(d *state) bool { return !d.Poll.Open && d.Poll.Shown }, ""},
		{"poll shown and hidden", []string{`{"say":"poll","question":"HTTP?","options":["Yes","No"]}`, `{"say":"poll-show"}`, `{"say":"poll-show"}`},
			func(d *state) bool { return d.Poll.Open && !d.Poll.Shown }, ""},
		{"poll away", []string{`{"say":"poll","question":"HTTP?","options":["Yes","No"]}`, `{"say":"poll","question":""}`}, func(d *state) bool { return d.Poll == nil }, ""},
		{"poll with one option", []string{`{"say":"poll","question":"HTTP?","options":["Yes"]}`}, nil, "2 to 6 options"},
		{"poll that turns the line", []string{`{"say":"poll","question":"HT\u202eTP?","options":["Yes","No"]}`}, nil, "can be shown"},
		{"poll that isn't there", []string{`{"say":"poll-close"}`}, nil, "no poll"},
		{"activity and hints", []string{`{"say":"activity","exercise":"frames/smallest"}`, `{"say":"hint"}`, `{"say":"hint"}`},
			func(d *state) bool { return *d.Activity == activity{"frames", "smallest", 2} }, ""},
		{"too many hints", []string{`{"say":"activity","exercise":"frames/smallest"}`, `{"say":"hint"}`, `{"say":"hint"}`, `{"say":"hint"}`, `{"say":"hint"}`}, nil, "hint left"},
		{"no exercise", []string{`{"say":"activity","exercise":"frames/nope"}`}, nil, `no exercise called "frames/nope"`},
		{"spot", []string{`{"say":"spot","viewer":"teal otter","seq":7}`}, func(d *state) bool {
			e := string(d.Spot.Event)
			return !strings.Contains(e, "secret") && strings.Contains(e, `"bytes":"8105"`) && strings.Contains(e, `"value":"1"`) && !d.Spot.Text
		}, ""},
		{"spot with text", []string{`{"say":"spot","viewer":"teal otter","seq":7}`, `{"say":"spot-text"}`},
			func(d *state) bool { return strings.Contains(string(d.Spot.Event), "secret") && d.Spot.Text }, ""},
		{"spot off", []string{`{"say":"spot","viewer":"teal otter","seq":7}`, `{"say":"spot-off"}`}, func(d *state) bool { return d.Spot == nil && d.Text == nil }, ""},
		{"text of nothing", []string{`{"say":"spot-text"}`}, nil, "No frame"},
		{"spawn", []string{`{"say":"spawn","count":20}`}, func(d *state) bool { return *d.Spawn == spawned{1, 20} }, ""},
		{"spawn too many", []string{`{"say":"spawn","count":51}`}, nil, "1 to 50"},
		{"blank and back", []string{`{"say":"blank"}`, `{"say":"blank","on":true}`, `{"say":"blank"}`}, func(d *state) bool { return !d.Blank }, ""},
		{"skip a must", []string{`{"say":"skip","part":"frames/1"}`}, nil, "must be in the course"},
		{"skip a lesson", []string{`{"say":"skip","part":"race"}`, `{"say":"skip","part":"race/2","off":true}`},
			func(d *state) bool { return reflect.DeepEqual(d.Clock.Skipped, []string{"race/1"}) }, ""},
		{"skip nothing", []string{`{"say":"skip","part":""}`}, nil, "Nothing is proposed"},
		{"stop in the past", []string{`{"say":"stop","at":5}`}, nil, "within the next"},
		{"end", []string{`{"say":"end"}`, `{"say":"blank"}`}, nil, "is over"},
		{"no such command", []string{`{"say":"explode"}`}, nil, `no command "explode"`},

		{"wheel given", []string{`x {"say":"drive","hash":"` + string(markOf(guestToken)) + `"}`, `{"say":"give","ask":1}`, `GUEST {"say":"go","lesson":"race","slide":1}`},
			func(d *state) bool {
				return d.Step.Lesson == "race" && d.wheel(viewerKey(1)) == "yours" && len(d.Asks) == 0
			}, ""},
		{"who gave it drives no more", []string{`x {"say":"drive","hash":"` + string(markOf(guestToken)) + `"}`, `{"say":"give","ask":1}`, `{"say":"go","lesson":"race","slide":1}`}, nil, "Take the wheel back"},
		{"wheel taken back", []string{`x {"say":"drive","hash":"` + string(markOf(guestToken)) + `"}`, `{"say":"give","ask":1}`, `{"say":"take"}`, `GUEST {"say":"blank"}`}, nil, "Ask for the wheel first"},
		{"wheel refused", []string{`x {"say":"drive","hash":"` + guestHash + `"}`, `{"say":"refuse","ask":1}`}, func(d *state) bool { return d.Guest == "" && d.wheel(viewerKey(1)) == "no" }, ""},
		{"asked again", []string{`x {"say":"drive","hash":"` + guestHash + `"}`, `x {"say":"drive","hash":"` + string(markOf(guestToken)) + `"}`},
			func(d *state) bool {
				return len(d.Asks) == 1 && d.Asks[0].Mark == markOf(guestToken) && d.wheel(viewerKey(1)) == "asked"
			}, ""},
		{"the owner's token as one's own", []string{`x {"say":"drive","hash":"` + string(markOf(ownerToken)) + `"}`}, nil, "hash is"},
		{"no hash", []string{`x {"say":"drive","hash":"GUEST"}`}, nil, "hash is"},
		{"a guest takes nothing", []string{`x {"say":"drive","hash":"` + string(markOf(guestToken)) + `"}`, `{"say":"give","ask":1}`, `GUEST {"say":"end"}`}, nil, "Only who made"},
		{"the projector drives nothing", []string{`SCREEN {"say":"blank"}`}, nil, "Only who drives"},
		{"give nothing", []string{`{"say":"give","ask":1}`}, nil, "Nobody asks"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, err := newState(), error(nil)
			for i, text := range tt.say {
				token := ownerToken
				if !strings.HasPrefix(text, "{") {
					token, text, _ = strings.Cut(text, " ")
				}
				c := by(t, token, text)
				if c.Say == "spot" {
					c.frame = frame
				}
				before, _ := json.Marshal(d)
				var next *state
				if next, err = apply(d, c, t0.Add(time.Minute)); err != nil && i < len(tt.say)-1 {
					t.Fatalf("%s: %v", text, err)
				}
				if after, _ := json.Marshal(d); string(after) != string(before) {
					t.Errorf("%s changed the document that it was applied to", text)
				}
				d = next
			}
			if tt.no == "" && (err != nil || !tt.want(d)) {
				t.Errorf("%v; and the state is %+v", err, d)
			}
			if tt.no != "" && (err == nil || !strings.Contains(err.Error(), tt.no)) {
				t.Errorf("it is refused with %v; want %q", err, tt.no)
			}
		})
	}
}

// No more than so many steps are known to undo, and undo goes them all back.
func TestUndoIsBounded(t *testing.T) {
	d := newState()
	for n := range 3 * mostSteps {
		d, _ = apply(d, by(t, ownerToken, fmt.Sprintf(`{"say":"go","lesson":"frames","slide":2,"step":%d}`, n%3)), t0)
	}
	for n := 3*mostSteps - 1; len(d.Back) > 0; n-- {
		var err error
		if d, err = apply(d, by(t, ownerToken, `{"say":"undo"}`), t0); err != nil || d.Step.Step != (n-1)%3 {
			t.Fatalf("undo leads to %v, %v; want step %d", d.Step, err, (n-1)%3)
		}
	}
}

func TestClock(t *testing.T) {
	d := newState()
	minute := func(n float64) time.Time { return t0.Add(time.Duration(n * float64(time.Minute))) }
	do := func(at float64, text string) {
		t.Helper()
		var err error
		if d, err = apply(d, by(t, ownerToken, text), minute(at)); err != nil {
			t.Fatal(err)
		}
	}
	is := func(at float64, lesson string, minutes float64) {
		t.Helper()
		if got := d.Clock.used(lesson, minute(at)); got != inMillis(minutes) {
			t.Errorf("after %v minutes %s has used %v ms; want %v minutes", at, lesson, got, minutes)
		}
	}
	is(5, "frames", 0) // people are coming
	do(10, `{"say":"go","lesson":"frames","slide":1}`)
	is(13, "frames", 3)
	do(13, `{"say":"pause"}`) // questions
	is(20, "frames", 3)
	do(20, `{"say":"pause"}`)
	is(21, "frames", 4)
	do(22, `{"say":"go","lesson":"masking","slide":1}`)
	is(24, "masking", 2)
	do(24, `{"say":"undo"}`)
	is(25, "frames", 6)

	// Of the first lesson's 10 minutes 4 are left, of the others 16: and there are 13 until the hard stop.
	do(25, fmt.Sprintf(`{"say":"stop","at":%d}`, minute(38).UnixMilli()))
	proposed := func(at float64) (late float64, parts string) {
		ms, skips := d.Clock.late(course, d.Step, minute(at))
		for _, p := range skips {
			parts += p.ID + " "
		}
		return float64(ms) / 60_000, strings.TrimSpace(parts)
	}
	if late, parts := proposed(25); late != 7 || parts != "race" {
		t.Errorf("it is %v minutes late, and %q is to be skipped; want 7 and race", late, parts)
	}
	if late, parts := proposed(36); late != 14 || parts != "race frames/3 masking" {
		t.Errorf("it is %v minutes late, and %q is to be skipped; want 14 and race frames/3 masking", late, parts)
	}
	do(25, `{"say":"skip","part":""}`)
	if late, parts := proposed(25); late != 0 || parts != "" {
		t.Errorf("with that skipped it is %v minutes late, and %q is to be skipped", late, parts)
	}
	if got := course.budget("race", d.Clock.Skipped); got != 0 {
		t.Errorf("what is skipped still has %d ms", got)
	}
	do(25, `{"say":"stop","at":0}`)
	if late, _ := proposed(60); late != 0 {
		t.Error("without a hard stop it is late")
	}
}

func TestCrowdCommands(t *testing.T) {
	p := &poll{ID: 3, Question: "HTTP?", Options: []string{"Yes", "No"}, Open: true}
	r := rules{poll: p, began: t0, most: 4}
	d := new(crowd)
	say := func(n int, text string) error {
		c := by(t, "", text)
		c.from = viewerKey(n)
		next := d.clone()
		before, _ := json.Marshal(d)
		err := next.do(c, r, t0.Add(time.Minute))
		if after, _ := json.Marshal(d); string(after) != string(before) {
			t.Fatalf("%s changed the document that it was applied to", text)
		}
		if err == nil {
			d = next
		}
		return err
	}
	steps := []struct {
		viewer int
		say    string
		no     string
	}{
		{1, `{"say":"join"}`, ""},
		{1, `{"say":"join"}`, "so already"},
		{1, `{"say":"vote","poll":3,"choice":0}`, ""},
		{1, `{"say":"vote","poll":3,"choice":1}`, ""},
		{1, `{"say":"vote","poll":3,"choice":1}`, "so already"},
		{2, `{"say":"vote","poll":3,"choice":1}`, ""},
		{2, `{"say":"vote","poll":3,"choice":2}`, "from 0 to 1"},
		{2, `{"say":"vote","poll":3,"choice":-1}`, "from 0 to 1"},
		{2, `{"say":"vote","poll":2,"choice":0}`, "over"},
		{3, `{"say":"ask","text":"Why?"}`, ""},
		{3, `{"say":"ask","text":""}`, "1 to 280"},
		{3, `{"say":"ask","text":"` + strings.Repeat("x", 281) + `"}`, "1 to 280"},
		{3, `{"say":"ask","text":"a\u202eb"}`, "1 to 280"},
		{3, `{"say":"up","question":1}`, "your own"},
		{1, `{"say":"up","question":1}`, ""},
		{1, `{"say":"up","question":1}`, "so already"},
		{2, `{"say":"up","question":1}`, ""},
		{2, `{"say":"up","question":9}`, "no such question"},
		{2, `{"say":"up","question":"1"}`, "no such question"},
		{1, `{"say":"pace","is":"fast"}`, ""},
		{2, `{"say":"pace","is":"slow"}`, ""},
		{3, `{"say":"pace","is":"slow"}`, ""},
		{3, `{"say":"pace","is":"ok"}`, ""},
		{3, `{"say":"pace","is":"warp"}`, "fast, slow or ok"},
		{4, `{"say":"join"}`, ""},
		{5, `{"say":"join"}`, "--class-viewers"},
		{5, `{"say":"vote","poll":3,"choice":1}`, "--class-viewers"},
	}
	for _, s := range steps {
		if err := say(s.viewer, s.say); s.no == "" && err != nil || s.no != "" && (err == nil || !strings.Contains(err.Error(), s.no)) {
			t.Errorf("viewer %d: %s: %v; want %q", s.viewer, s.say, err, s.no)
		}
	}
	if cast, counts := d.votes(p); cast != 2 || fmt.Sprint(counts) != "[0 2]" {
		t.Errorf("%d votes, %v; want 2, both for the second", cast, counts)
	}
	if cast, _ := d.votes(&poll{ID: 4, Options: p.Options}); cast != 0 {
		t.Errorf("the next poll begins with %d votes", cast)
	}
	if n := d.Questions[0].Ups.size(); n != 2 {
		t.Errorf("%d votes for the question, want 2", n)
	}
	if fast, slow := d.paces(t0, t0.Add(90*time.Second)); fast != 1 || slow != 1 {
		t.Errorf("pace: %d fast, %d slow; want one of each", fast, slow)
	}
	if fast, slow := d.paces(t0, t0.Add(4*time.Minute)); fast+slow != 0 {
		t.Errorf("after a while the votes on the pace still count: %d, %d", fast, slow)
	}
	p.Open = false
	if err := say(1, `{"say":"vote","poll":3,"choice":0}`); err == nil {
		t.Error("a closed poll takes votes")
	}
	for range mostOpen - 1 {
		if err := say(3, `{"say":"ask","text":"And why?"}`); err != nil {
			t.Fatal(err)
		}
	}
	if err := say(3, `{"say":"ask","text":"And why?"}`); err == nil || !strings.Contains(err.Error(), "which is the limit") {
		t.Errorf("one too many of a viewer's questions: %v", err)
	}
	_ = say(0, `{"say":"answer","question":1}`)
	_ = say(0, `{"say":"clear","question":2}`)
	if !d.Questions[0].Answered || d.Questions[1].ID != 3 {
		t.Errorf("the questions are %+v", d.Questions)
	}
}

// What a full class needs fits into its documents.
func TestDocumentsFit(t *testing.T) {
	const most = 256 << 10 // bus.MaxValue
	d, b := new(crowd), new(board)
	p := &poll{ID: 3, Options: []string{"Yes", "No"}, Open: true}
	r := rules{p, t0, MostViewers}
	late := t0.Add(classAge)
	for n := range MostViewers {
		for _, text := range []string{`{"say":"vote","poll":3,"choice":1}`, `{"say":"pace","is":"fast"}`} {
			c := by(t, "", text)
			if c.from = viewerKey(n); d.do(c, r, late) != nil {
				t.Fatal("a viewer finds no room")
			}
		}
		for e := range mostBoard {
			if err := b.put(fmt.Sprintf("conversation/exercise-with-a-name-%d", e), n, passed, late.Sub(t0)); err != nil {
				t.Fatal(err)
			}
		}
	}
	for n := range mostQuestions {
		c := by(t, "", `{"say":"ask","text":"`+strings.Repeat("😀", mostText)+`"}`)
		if c.from = viewerKey(n); d.do(c, r, late) != nil {
			t.Fatal("a question finds no room")
		}
		d.Questions[n].Ups = make(set, MostViewers/8)
	}
	s := newState()
	s.Last = 1 << 30
	for range 2 * mostSteps {
		s.Back = append(s.Back[:min(len(s.Back), mostSteps-1)], Step{"conversation", 99, 99})
	}
	s.Text = make(json.RawMessage, 0)
	for name, doc := range map[string]any{"crowd": d, "board": b} {
		v, err := json.Marshal(doc)
		if err != nil || len(v) > most {
			t.Errorf("the %s of a full class has %d bytes, %v; room is for %d", name, len(v), err, most)
		}
	}
	if err := b.put("one/more", 1, passed, 0); err == nil {
		t.Error("the board takes any number of exercises")
	}
}

func TestBoard(t *testing.T) {
	b := new(board)
	put := func(n int, s standing, at time.Duration) { _ = b.put("frames/smallest", n, s, at) }
	put(0, trying, 0)
	put(1, trying, 0)
	put(1, passed, time.Minute)
	put(1, trying, time.Minute) // who has passed stays so
	put(3, trying, 4*time.Minute)
	k := b.Tries["frames/smallest"]
	for n, want := range []string{"trying true", "passed false", "not started false", "trying false"} {
		s, stuck := k.of(n, 6*time.Minute)
		if got := fmt.Sprint(s, " ", stuck); got != want {
			t.Errorf("viewer %d is %s after six minutes; want %s", n, got, want)
		}
	}
}

// Every viewer that a class can know has a name of their own, in each class.
func TestNames(t *testing.T) {
	for _, draw := range []uint32{0, 1, 0xffffffff, 0x12345678, 0x80008000} {
		seen := make(map[string]bool)
		for n := range MostViewers {
			seen[nameOf(draw, n)] = true
		}
		if len(seen) != MostViewers {
			t.Errorf("draw %x: %d names for %d viewers (there are %d × %d words)", draw, len(seen), MostViewers, len(adjectives), len(animals))
		}
	}
}

func TestCodes(t *testing.T) {
	for range 100 {
		if code := newCode(); len(code) != codeLength || strings.Trim(code, codeLetters) != "" {
			t.Fatalf("the code is %q", code)
		}
	}
	for text, want := range map[string]string{"KvMpT": "kvmpt", " kvmpt ": "kvmpt", "kvmp": "", "kvmpta": "", "kvmpa": "", "kv/mp": ""} {
		if got, ok := ParseCode(text); got != want || ok != (want != "") {
			t.Errorf("ParseCode(%q) = %q, %v", text, got, ok)
		}
	}
}
