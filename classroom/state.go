package classroom

// The state: where the class is, who drives it, and what they may change about it.

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"time"

	"wireup/classroom/typed"
)

// Step is a place in the course: slides count from 1, and at step 0 nothing of the later ones shows.
type Step struct {
	Lesson string `json:"lesson"`
	Slide  int    `json:"slide"`
	Step   int    `json:"step"`
}

// Public is what everybody in a class is told.
type Public struct {
	Kind     string       `json:"kind"`
	Code     string       `json:"code"`
	Rev      int          `json:"rev"` // grows with each change
	Began    time.Time    `json:"began"`
	Step     Step         `json:"step"`
	Lab      *lab         `json:"lab"`
	View     *onScreen    `json:"view"`
	Poll     *poll        `json:"poll"`
	Activity *activity    `json:"activity"`
	Spot     *spotlighted `json:"spot"`
	Blank    bool         `json:"blank"`
	Pause    bool         `json:"pause"`
	Spawn    *spawned     `json:"spawn"`
	Ended    bool         `json:"ended"`
}

// What stands behind these pointers is never changed, only replaced.
type (
	lab struct {
		Slide   string            `json:"slide"`
		Values  map[string]string `json:"values"`
		Presses int               `json:"presses"`
	}
	// onScreen is what the projector shows beside the step: the driver's window, in another place.
	onScreen struct {
		Slide  string  `json:"slide"`
		Scroll float64 `json:"scroll"` // of a slide that is taller than its place: 0 is its top, 1 its end
		Room   bool    `json:"room"`   // the room's frames lie over the slide
		Edge   string  `json:"edge"`   // how to join: open, or line; empty: as the slide leaves room
		Replay string  `json:"replay"` // the lab, such as frames/echo, whose recorded session lies over the slide
		Press  int     `json:"press"`  // grows when the driver has pressed a button of the slide's lab
		Button string  `json:"button"` // what stands on it
	}
	poll struct {
		ID       int      `json:"id"`
		Question string   `json:"question"`
		Options  []string `json:"options"`
		Open     bool     `json:"open"`
		Shown    bool     `json:"shown"`
	}
	activity struct {
		Lesson   string `json:"lesson"`
		Exercise string `json:"exercise"`
		Hints    int    `json:"hints"`
	}
	// spotlighted is a frame that everybody is shown: Event is without text until the driver shows it.
	spotlighted struct {
		Viewer string          `json:"viewer"`
		Seq    uint64          `json:"seq"`
		Event  json.RawMessage `json:"event"`
		Text   bool            `json:"text"`
	}
	spawned struct {
		ID    int `json:"id"`
		Count int `json:"count"`
	}
)

// state is the document.
type state struct {
	Public
	Owner  mark            `json:"owner"`
	Screen mark            `json:"screen"`
	Guest  mark            `json:"guest,omitempty"`  // who drives instead of the owner
	Driver []byte          `json:"driver,omitempty"` // and whose page that is
	Asks   []asked         `json:"asks,omitempty"`
	Draw   uint32          `json:"draw"`           // decides on the pseudonyms
	Room   string          `json:"room"`           // the wire of the room's frames
	Back   []Step          `json:"back,omitempty"` // where the class has been
	Text   json.RawMessage `json:"text,omitempty"` // the spotlighted frame with its text
	Last   int             `json:"last"`           // the last id that was given to a poll, an ask or a spawn
	Clock  clock           `json:"clock"`
}

// asked is a viewer who asks for the wheel.
type asked struct {
	ID   int    `json:"id"`
	Name string `json:"name"`
	Mark mark   `json:"mark"`
	Key  []byte `json:"key"`
}

func (d *state) clone() *state {
	c := *d
	c.Asks, c.Back = slices.Clone(d.Asks), slices.Clone(d.Back)
	c.Clock.Used, c.Clock.Skipped = maps.Clone(d.Clock.Used), slices.Clone(d.Clock.Skipped)
	return &c
}

// Role is who somebody is to a class, by their token.
type Role string

const (
	Viewer Role = "viewer"
	Screen Role = "screen"
	Driver Role = "driver"
	Owner  Role = "owner"
)

func (d *state) role(m mark) Role {
	switch {
	case m.is(d.Owner):
		return Owner
	case m.is(d.Guest):
		return Driver
	case m.is(d.Screen):
		return Screen
	}
	return Viewer
}

// driverNow is the mark of whose commands count.
func (d *state) driverNow() mark { return cmp.Or(d.Guest, d.Owner) }

// may says why whoever says c may not, if so.
func (d *state) may(c *Command) error {
	word, ok := words[c.Say]
	switch role := d.role(c.mark); {
	case !ok:
		return refuse("There is no command %q in a class.", clipped(c.Say))
	case d.Ended:
		return refuse("This class is over. Its questions are kept.")
	case word.who == owners && role != Owner:
		return refuse("Only who made this class may say %q.", c.Say)
	case word.who == drivers && role == Owner && !c.mark.is(d.driverNow()):
		return refuse("A guest drives this class. Take the wheel back first.")
	case word.who == drivers && !c.mark.is(d.driverNow()):
		return refuse("Only who drives this class may say %q. Ask for the wheel first.", c.Say)
	}
	return nil
}

func clipped(s string) string {
	if len(s) > 40 {
		s = s[:40] + "…"
	}
	return s
}

// do applies c, which may, to d. After an error d is as it was.
func (d *state) do(c *Command, o Outline, now time.Time) error {
	switch c.Say {
	case "go":
		return d.goTo(c, o, now)
	case "undo":
		if len(d.Back) == 0 {
			return refuse("There is no step to go back to.")
		}
		d.move(d.Back[len(d.Back)-1], now)
		d.Back = d.Back[:len(d.Back)-1]
	case "lab":
		return d.setLab(c, o)
	case "view":
		return d.setView(c, o)
	case "poll":
		return d.newPoll(c)
	case "poll-close", "poll-show":
		if d.Poll == nil {
			return refuse("There is no poll.")
		}
		p := *d.Poll
		if c.Say == "poll-close" {
			p.Open, p.Shown = false, true
		} else {
			p.Shown = !p.Shown || !p.Open
		}
		d.Poll = &p
	case "activity":
		if c.Exercise == "" {
			d.Activity = nil
			return nil
		}
		if !o.has(c.Exercise) {
			return refuse("There is no exercise called %q. Name one such as frames/smallest.", clipped(c.Exercise))
		}
		lesson, exercise := cut(c.Exercise)
		d.Activity = &activity{Lesson: lesson, Exercise: exercise}
	case "hint":
		if d.Activity == nil || d.Activity.Hints >= mostHints {
			return refuse("There is no exercise under way with a hint left to give.")
		}
		a := *d.Activity
		a.Hints++
		d.Activity = &a
	case "spot":
		if c.frame == nil {
			return refuse("That frame is no longer kept. Take a newer one.")
		}
		bare := *c.frame
		d.Text, bare.Event = c.frame.Event, withoutText(c.frame.Event)
		d.Spot = &bare
	case "spot-text":
		if d.Spot == nil {
			return refuse("No frame is in the spotlight.")
		}
		shown := *d.Spot
		shown.Event, shown.Text = d.Text, true
		d.Spot = &shown
	case "spot-off":
		d.Spot, d.Text = nil, nil
	case "spawn":
		if c.Count < 1 || c.Count > MostSpawned {
			return refuse("The projector opens 1 to %d sockets at once.", MostSpawned)
		}
		d.Last++
		d.Spawn = &spawned{d.Last, c.Count}
	case "blank":
		d.Blank = c.on(d.Blank)
	case "pause":
		d.Pause = c.on(d.Pause)
		d.Clock.run(d.Step.Lesson, !d.Pause && d.Clock.Began > 0, now)
	case "stop":
		return d.Clock.setStop(c.At, now)
	case "skip":
		return d.Clock.skip(c, o, d.Step, now)
	case "drive":
		return d.ask(c)
	case "give", "refuse":
		i := slices.IndexFunc(d.Asks, func(a asked) bool { return a.ID == c.Ask })
		if i < 0 {
			return refuse("Nobody asks for the wheel under that number any more.")
		}
		if c.Say == "give" {
			d.seat(d.Asks[i].Mark, d.Asks[i].Key, c)
		}
		d.Asks = slices.Delete(d.Asks, i, i+1)
	case "take":
		d.seat("", nil, c)
	case "end":
		d.Ended = true
		d.Clock.run(d.Step.Lesson, false, now)
	}
	return nil
}

// seat has a guest drive, or the owner. The room's frames go on under another id than a guest who drives no
// more was told.
func (d *state) seat(guest mark, driver []byte, c *Command) {
	if d.Guest != "" && d.Guest != guest {
		d.Room = c.room
	}
	d.Guest, d.Driver = guest, driver
}

func (c *Command) on(now bool) bool {
	if c.On != nil {
		return *c.On
	}
	return !now
}

func (d *state) goTo(c *Command, o Outline, now time.Time) error {
	slide, err := c.number(c.Slide)
	if err != nil {
		return refuse("slide is a number, from 1.")
	}
	to := Step{c.Lesson, slide, c.Step}
	if err := o.holds(to); err != nil {
		return err
	}
	if d.Clock.Began == 0 { // the first step begins the talk
		d.Clock.Began = now.UnixMilli()
		d.Clock.run(d.Step.Lesson, !d.Pause, now)
	} else if to == d.Step {
		return errSame
	}
	if to == d.Step {
		return nil
	}
	if d.Back = append(d.Back, d.Step); len(d.Back) > mostSteps {
		d.Back = d.Back[1:]
	}
	d.move(to, now)
	return nil
}

func (d *state) move(to Step, now time.Time) {
	if to.Lesson != d.Step.Lesson {
		d.Clock.run(d.Step.Lesson, false, now)
		d.Clock.run(to.Lesson, !d.Pause && d.Clock.Began > 0, now)
	}
	d.Step = to
}

// named is the slide that c names, such as frames/2.
func (c *Command) named(o Outline) (string, error) {
	slide, err := c.text(c.Slide)
	lesson, number := cut(slide)
	n, numberErr := strconv.Atoi(number)
	if err != nil || numberErr != nil || o.holds(Step{lesson, n, 0}) != nil {
		return "", refuse(`slide is a lesson and a number, such as "frames/2".`)
	}
	return slide, nil
}

func (d *state) setView(c *Command, o Outline) error {
	slide, err := c.named(o)
	switch {
	case err != nil:
		return err
	case !(c.Scroll >= 0 && c.Scroll <= 1):
		return refuse("scroll is a number from 0, a slide's top, to 1, its end.")
	case c.Edge != "" && c.Edge != "open" && c.Edge != "line":
		return refuse(`edge is "open", "line", or "".`)
	case c.Replay != "" && !o.records(c.Replay):
		return refuse("There is no recorded session called %q. Name one such as frames/echo.", clipped(c.Replay))
	case c.Press < 0 || c.Press > mostPress || c.Button != "" && !typed.Shows(c.Button, mostOption):
		return refuse("press is a number to %d, and button what stands on one, of %d characters at most.", mostPress, mostOption)
	}
	d.View = &onScreen{slide, c.Scroll, c.Room, c.Edge, c.Replay, c.Press, c.Button}
	return nil
}

func (d *state) setLab(c *Command, o Outline) error {
	slide, err := c.named(o)
	if err != nil {
		return err
	}
	size := 0
	for name, value := range c.Values {
		size += len(name) + len(value)
		if !typed.Shows(name, 20) || !typed.ShowsLines(value, mostLab) {
			return refuse("A lab's values are text that can be shown.")
		}
	}
	if len(c.Values) > mostValues || size > mostLab || c.Presses < 0 || c.Presses > mostPress {
		return refuse("A lab has at most %d values, of %d bytes together, and %d presses.", mostValues, mostLab, mostPress)
	}
	d.Lab = &lab{slide, c.Values, c.Presses}
	return nil
}

func (d *state) newPoll(c *Command) error {
	question, err := c.text(c.Question)
	if err != nil {
		return refuse("A poll has a question, as text.")
	}
	if question == "" {
		d.Poll = nil
		return nil
	}
	if !typed.Shows(question, mostPoll) {
		return refuse("A poll's question has 1 to %d characters that can be shown.", mostPoll)
	}
	if len(c.Options) < 2 || len(c.Options) > mostOptions ||
		slices.ContainsFunc(c.Options, func(s string) bool { return !typed.Shows(s, mostOption) }) {
		return refuse("A poll has 2 to %d options, of 1 to %d characters that can be shown.", mostOptions, mostOption)
	}
	d.Last++
	d.Poll = &poll{ID: d.Last, Question: question, Options: c.Options, Open: true}
	return nil
}

// ask notes that a viewer would like to drive. Who asks again has asked with the newer token.
func (d *state) ask(c *Command) error {
	m, ok := parseMark(c.Hash)
	if !ok || m.is(d.Owner) || m.is(d.Screen) {
		return refuse("hash is the SHA-256 of a token that your page drew, in hex.")
	}
	a := asked{Name: c.Viewer, Mark: m, Key: []byte(c.from)}
	if i := slices.IndexFunc(d.Asks, func(a asked) bool { return key(a.Key) == c.from }); i >= 0 {
		if d.Asks[i].Mark.is(m) {
			return errSame
		}
		a.ID = d.Asks[i].ID
		d.Asks[i] = a
		return nil
	}
	if len(d.Asks) >= mostAsks {
		return refuse("%d viewers ask for the wheel already, which is the limit (asks). Wait for an answer to them.", mostAsks)
	}
	d.Last++
	a.ID = d.Last
	d.Asks = append(d.Asks, a)
	return nil
}

// wheel is what a viewer is told of their wish to drive.
func (d *state) wheel(k key) string {
	switch {
	case d.Guest != "" && key(d.Driver) == k:
		return "yours"
	case slices.ContainsFunc(d.Asks, func(a asked) bool { return key(a.Key) == k }):
		return "asked"
	}
	return "no"
}
