package classroom

// Only the driver drives: whatever a viewer's page says, nothing changes that isn't theirs to change,
// and nobody hears of it.

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"wireup/bus"
)

// fields are values that the members of a message may have, right ones among them.
func fields(r *rand.Rand, owner string) map[string]any {
	pick := func(values ...any) any { return values[r.IntN(len(values))] }
	all := map[string]any{
		"id": pick(1, "a", nil, -1), "as": pick("viewer", "presenter", "screen", "owner", ""),
		"token":  pick("", "guess", strings.ToLower(owner), owner[:len(owner)-1], 7, nil),
		"lesson": pick("frames", "race", "nope", "", 5), "step": pick(0, 1, 2, -1, 1<<40, "1"),
		"slide":  pick(1, 2, 99, -1, "frames/2", "race/1", nil, []int{1}),
		"values": pick(map[string]string{"0": "x"}, map[string]any{"0": 1}, nil, "x"), "presses": pick(0, 3, -1, 1<<30),
		"scroll": pick(0.5, -1, 7, "x"), "room": pick(true, false, 1), "edge": pick("line", "open", "", "nope"), "replay": pick("frames/echo", "nope", 3), "press": pick(1, -1), "button": pick("Send", "\a"),
		"question": pick("HTTP?", "", 1, 2, -1, nil, []string{"x"}), "options": pick([]string{"Yes", "No"}, []string{}, "x", nil),
		"exercise": pick("frames/smallest", "", "nope"), "viewer": pick("teal otter", "", 5), "seq": pick(1, 0, -1),
		"count": pick(20, 0, 1<<20), "at": pick(0, 1, int64(1)<<62, -5), "part": pick("", "race", "frames/3"), "off": pick(true, false),
		"on": pick(true, false, nil), "ask": pick(1, 2, 0),
	}
	for name := range all {
		if r.IntN(3) == 0 {
			delete(all, name)
		}
	}
	return all
}

func TestViewersDriveNothing(t *testing.T) {
	a := instance(t, bus.Options{Dir: t.TempDir()})
	made, err := a.Create(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c := open(t, a, made.Code)
	owner, other := sit(t, c, "owner", made.Owner), sit(t, c, "other", "")
	viewer := sit(t, c, "viewer", "")
	// Something to change in each part.
	other.does(`{"say":"ask","text":"Why?"}`)
	for _, text := range []string{`{"say":"go","lesson":"frames","slide":2,"step":1}`, `{"say":"poll","question":"HTTP?","options":["Yes","No"]}`,
		`{"say":"activity","exercise":"frames/smallest"}`, `{"say":"lab","slide":"frames/2","values":{"0":"Spang"}}`} {
		owner.does(text)
	}
	screen, err := c.LineAs(made.Screen, "screen", "", true)
	if err != nil {
		t.Fatal(err)
	}
	defer screen.Close()
	// Who drove until a moment ago.
	other.does(`{"say":"drive","hash":"` + string(markOf(guestToken)) + `"}`)
	owner.does(`{"say":"give","ask":2}`)
	guest := sit(t, c, "other", guestToken)
	guest.does(`{"say":"view","slide":"frames/2"}`)
	room := c.stateNow().Room
	owner.does(`{"say":"take"}`)
	if now := c.stateNow().Room; now == room || now == "" {
		t.Errorf("who drove knows the room's frames by %s, and they go on under %q", room, now)
	}
	viewer.does(`{"say":"drive","hash":"` + string(markOf("token")) + `"}`)
	c.tellCrowd()
	look := func() []any {
		s, stateRev := c.state.doc()
		p, crowdRev := c.crowd.doc()
		c.mu.Lock()
		defer c.mu.Unlock()
		return []any{*s.clone(), stateRev, *p.clone(), crowdRev, c.told.class, c.told.desk}
	}
	var says []string
	for say, word := range words {
		if word.who != anybody {
			says = append(says, say)
		}
	}
	says = append(says, "spotlight", "show", "wheel", "standing", "", "hello", "beat", "HELLO", "end ", "take\x00")
	slices.Sort(says)
	r := rand.New(rand.NewPCG(1, 2))
	before := look()
	tried := 0
	for round := range 40 {
		for _, say := range says {
			m := fields(r, made.Owner)
			m["say"] = say
			text, err := json.Marshal(m)
			if err != nil {
				t.Fatal(err)
			}
			for name, line := range map[string]*Line{"viewer": viewer.Line, "screen": screen, "guest": guest.Line} {
				if say == "hello" && (name == "screen" || m["as"] == "viewer") {
					continue // which would only make it a viewer, or a viewer again
				}
				line.pace().messages.SetLimit(1e9)
				answer, err := line.Answer(t.Context(), text)
				if err != nil {
					t.Fatal(err)
				}
				tried++
				if k := kindOf(answer); k != "refused" && (say != "beat" || k != "beat") {
					t.Errorf("round %d: a %s's %s is answered with %s", round, name, text, answer.Data)
				}
			}
		}
	}
	if after := look(); !reflect.DeepEqual(before, after) {
		t.Errorf("%d messages of a viewer's changed the class from\n%+v\nto\n%+v", tried, before, after)
	}
	if tried < 1000 {
		t.Errorf("only %d messages were tried", tried)
	}
}

func kindOf(m *Message) string {
	var k struct{ Kind string }
	_ = json.Unmarshal(m.Data, &k)
	return k.Kind
}

// FuzzAnswer says anything at all, as a viewer.
func FuzzAnswer(f *testing.F) {
	for say := range words {
		f.Add(fmt.Sprintf(`{"say":%q,"lesson":"frames","slide":1,"question":1}`, say))
	}
	f.Add(`{"say":"hello","as":"presenter","token":"x"}`)
	f.Fuzz(func(t *testing.T, text string) {
		c, err := Parse([]byte(text))
		if err != nil {
			return
		}
		d := newState()
		before := d.clone()
		c.from = viewerKey(1)
		if next, err := apply(d, c, t0); err == nil && words[c.Say].who != anybody {
			t.Errorf("%q made %+v of the class", text, next)
		}
		if !reflect.DeepEqual(d, before) {
			t.Errorf("%q changed the document that it was applied to", text)
		}
	})
}
