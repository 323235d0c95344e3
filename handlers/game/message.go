package game

// The messages: what a client may say, read strictly, and what it is told.

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"wireup/classroom/typed"
)

// The kinds of messages.
const (
	hello   = 0
	welcome = 1
	spawn   = 2
	despawn = 3
	move    = 4
	chat    = 11
	missed  = 100 // ours: BrowserQuest had no such thing
)

// The kinds of players.
const (
	reader = 1
	bot    = 2
)

const (
	// Side is how many places the map has in each direction: x and y run from 0 to Side-1.
	Side = 256

	messageMost = 256 // bytes
	nameMost    = 16  // characters
	chatMost    = 80
)

// said is a message of a client's.
type said struct {
	kind int
	x, y int    // of a move
	text string // of a hello or a chat
}

// parse reads a message. Its error is what the close frame says.
func parse(p []byte) (m said, err error) {
	var items []json.RawMessage
	if json.Unmarshal(p, &items) != nil || len(items) == 0 {
		return m, errors.New(`a message is a list such as [4,39,209] or [11,"hello"]`)
	}
	kind, ok := number(items[0])
	if !ok {
		return m, errors.New("a message begins with its kind: 0 hello, 4 move, 11 chat")
	}
	m.kind = kind
	switch {
	case kind == move && len(items) == 3:
		var okX, okY bool
		m.x, okX = number(items[1])
		m.y, okY = number(items[2])
		if !okX || !okY || !onMap(m.x, m.y) {
			return m, fmt.Errorf("x and y are whole numbers from 0 to %d", Side-1)
		}
		return m, nil
	case kind == hello && len(items) == 2:
		m.text, err = text(items[1], "a name", nameMost)
		return m, err
	case kind == chat && len(items) == 2:
		m.text, err = text(items[1], "a line", chatMost)
		return m, err
	}
	return m, errors.New(`want [0,"name"], [4,x,y] or [11,"text"]`)
}

// ParseMove reads a move that came without a socket.
func ParseMove(p []byte) (x, y int, err error) {
	m, err := parse(p)
	if err == nil && m.kind != move {
		err = errors.New("want a move: [4,x,y]")
	}
	return m.x, m.y, err
}

// number reads a whole number that is written as such: 4, and neither 4.0 nor 4e0.
func number(b json.RawMessage) (int, bool) {
	n, err := strconv.Atoi(string(b))
	return n, err == nil
}

func onMap(x, y int) bool { return x >= 0 && x < Side && y >= 0 && y < Side }

// text reads a string of 1 to most characters that can be shown, on one line.
func text(b json.RawMessage, what string, most int) (string, error) {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return "", fmt.Errorf("%s is text in quotation marks", what)
	}
	s = strings.TrimSpace(s)
	if !typed.Shows(s, most) {
		return "", fmt.Errorf("%s has 1 to %d characters that can be shown", what, most)
	}
	return s, nil
}

// batch is the list of one tick: [[4,8,13,40],[3,9]].
type batch []byte

// add appends a message made of whole numbers.
func (b *batch) add(numbers ...int) {
	b.begin()
	for i, n := range numbers {
		if i > 0 {
			*b = append(*b, ',')
		}
		*b = strconv.AppendInt(*b, int64(n), 10)
	}
	*b = append(*b, ']')
}

// begin opens the next message.
func (b *batch) begin() {
	if len(*b) > 0 {
		*b = append(*b, ',')
	}
	*b = append(*b, '[')
}

// addText appends a message whose last item is text.
func (b *batch) addText(s string, numbers ...int) {
	b.add(numbers...)
	(*b)[len(*b)-1] = ','
	*b = append(appendText(*b, s), ']')
}

// appendText appends s in quotation marks, as JSON has it. Its characters can be shown, so that
// nothing but these two has to be escaped.
func appendText(b []byte, s string) []byte {
	b = append(b, '"')
	for i := 0; i < len(s); i++ {
		if s[i] == '"' || s[i] == '\\' {
			b = append(b, '\\')
		}
		b = append(b, s[i])
	}
	return append(b, '"')
}

// welcome appends who a reader is. Its name stands in the middle, as BrowserQuest has it.
func (b *batch) welcome(p *player) {
	b.begin()
	*b = append(strconv.AppendInt(append(strconv.AppendInt(*b, welcome, 10), ','), int64(p.id), 10), ',')
	*b = append(appendText(*b, p.name), ',')
	*b = append(strconv.AppendInt(append(strconv.AppendInt(*b, int64(p.x), 10), ','), int64(p.y), 10), ']')
}

func (b *batch) spawn(p *player) { b.addText(p.name, spawn, p.id, p.kind, p.x, p.y) }

// list is the batch as it is sent: a list of lists, always.
func (b batch) list() []byte { return append(append([]byte{'['}, b...), ']') }
