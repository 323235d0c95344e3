package classroom

// What pages say: a command, read from JSON and not yet believed.

import (
	"encoding/json"
	"errors"
	"fmt"
)

// Command is one message of a page's. Which of its fields mean something depends on what it says.
type Command struct {
	ID    json.RawMessage `json:"id"`    // the page's own, echoed in the answer
	Say   string          `json:"say"`   // what is wanted
	As    string          `json:"as"`    // hello: viewer, presenter or screen
	Token string          `json:"token"` // hello

	Lesson string `json:"lesson"` // go
	Step   int    `json:"step"`   // go

	// Slide is a number when it says go, and such as "frames/2" when it says lab or view.
	Slide   json.RawMessage   `json:"slide"`
	Values  map[string]string `json:"values"`  // lab
	Presses int               `json:"presses"` // lab

	Scroll float64 `json:"scroll"` // view
	Room   bool    `json:"room"`   // view
	Edge   string  `json:"edge"`   // view
	Replay string  `json:"replay"` // view
	Press  int     `json:"press"`  // view
	Button string  `json:"button"` // view

	Poll   int `json:"poll"`   // vote
	Choice int `json:"choice"` // vote

	// Question is text when it says poll, and a number when it says up, answer or clear.
	Question json.RawMessage `json:"question"`
	Options  []string        `json:"options"`  // poll
	Text     string          `json:"text"`     // ask
	Is       string          `json:"is"`       // pace
	Hash     string          `json:"hash"`     // drive
	Exercise string          `json:"exercise"` // activity
	Viewer   string          `json:"viewer"`   // spot
	Seq      uint64          `json:"seq"`      // spot
	Count    int             `json:"count"`    // spawn
	At       int64           `json:"at"`       // stop: milliseconds since 1970
	Part     string          `json:"part"`     // skip
	Off      bool            `json:"off"`      // skip
	On       *bool           `json:"on"`       // blank, pause
	Ask      int             `json:"ask"`      // give, refuse
	T        json.Number     `json:"t"`        // beat

	from  key          // whose page says it
	net   string       // what that page's network is counted by; empty if it isn't
	mark  mark         // of the token that the page has shown
	frame *spotlighted // spot: the frame, found before it is applied
	stand standing     // standing: what became of Exercise
	room  string       // give, take: a new id for the wire of the room's frames
}

// Parse reads a message. Its error says what is wrong with it.
func Parse(b []byte) (*Command, error) {
	var c Command
	if len(b) > MostMessage {
		return nil, fmt.Errorf("a message has at most %d bytes, and this one has %d", MostMessage, len(b))
	}
	if err := json.Unmarshal(b, &c); err != nil {
		return nil, fmt.Errorf(`a message is a JSON object such as {"say":"vote","poll":1,"choice":0}: %w`, err)
	}
	if len(c.ID) > mostID {
		return &Command{}, fmt.Errorf("id has at most %d bytes", mostID)
	}
	return &c, nil
}

func (c *Command) text(raw json.RawMessage) (s string, err error) {
	if json.Unmarshal(raw, &s) != nil {
		return "", errors.New("want text in quotation marks there")
	}
	return s, nil
}

func (c *Command) number(raw json.RawMessage) (n int, err error) {
	if json.Unmarshal(raw, &n) != nil {
		return 0, errors.New("want a whole number there")
	}
	return n, nil
}

// who may say something.
type who uint8

const (
	anybody who = iota
	drivers
	owners
)

// words are all that a page may say to a class, who may, and which document it changes.
var words = map[string]struct {
	who who
	of  document
}{
	"drive": {anybody, ofState},
	"join":  {anybody, ofCrowd},
	"vote":  {anybody, ofCrowd},
	"ask":   {anybody, ofCrowd},
	"up":    {anybody, ofCrowd},
	"pace":  {anybody, ofCrowd},

	"go":         {drivers, ofState},
	"undo":       {drivers, ofState},
	"lab":        {drivers, ofState},
	"view":       {drivers, ofState},
	"poll":       {drivers, ofState},
	"poll-close": {drivers, ofState},
	"poll-show":  {drivers, ofState},
	"activity":   {drivers, ofState},
	"hint":       {drivers, ofState},
	"spot":       {drivers, ofState},
	"spot-text":  {drivers, ofState},
	"spot-off":   {drivers, ofState},
	"spawn":      {drivers, ofState},
	"blank":      {drivers, ofState},
	"pause":      {drivers, ofState},
	"stop":       {drivers, ofState},
	"skip":       {drivers, ofState},
	"give":       {drivers, ofState},
	"refuse":     {drivers, ofState},
	"answer":     {drivers, ofCrowd},
	"clear":      {drivers, ofCrowd},

	"take": {owners, ofState},
	"end":  {owners, ofState},
}

// document is one of those that a class consists of.
type document uint8

const (
	ofState document = iota
	ofCrowd
	ofBoard
)

// errSame says that a command has changed nothing, because what it wants is so already.
var errSame = errors.New("that is so already")

// refused is an answer to somebody who wants what can't be done.
type refused string

func (r refused) Error() string { return string(r) }

func refuse(format string, a ...any) error { return refused(fmt.Sprintf(format, a...)) }
