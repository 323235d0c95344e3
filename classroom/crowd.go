package classroom

// The crowd: who has come, how they vote, what they ask, whether it goes too fast for them.

import (
	"bytes"
	"encoding/binary"
	"slices"
	"time"

	"wireup/classroom/typed"
)

// crowd is the document. Of a viewer it keeps a number, by the order of their coming; what each of
// thousands has said stands in columns of bytes with that number as the index, so that it all fits.
type crowd struct {
	N         int        `json:"n"` // grows with each change
	Keys      []byte     `json:"keys"`
	Nets      []byte     `json:"nets,omitempty"` // of netSize bytes: which network each came from
	Poll      int        `json:"poll,omitempty"`
	Votes     []byte     `json:"votes,omitempty"` // of that poll, from 1; 0 for none
	Pace      times      `json:"pace,omitempty"`
	Fast      set        `json:"fast,omitempty"` // of those in Pace, the ones it goes too fast for
	Questions []question `json:"questions,omitempty"`
	Last      int        `json:"last,omitempty"` // the id of the newest question
}

type question struct {
	ID       int       `json:"id"`
	Text     string    `json:"text"`
	By       int       `json:"by"`
	At       time.Time `json:"at"`
	Ups      set       `json:"ups,omitempty"`
	Answered bool      `json:"answered,omitempty"`
}

// set is a set of numbers, a bit each.
type set []byte

func (s set) has(n int) bool { return n/8 < len(s) && s[n/8]&(1<<(n%8)) != 0 }

func (s *set) put(n int, in bool) {
	if !in && !s.has(n) {
		return
	}
	*s = grown(*s, n/8+1)
	if in {
		(*s)[n/8] |= 1 << (n % 8)
	} else {
		(*s)[n/8] &^= 1 << (n % 8)
	}
}

func (s set) size() (n int) {
	for _, b := range s {
		for ; b > 0; b &= b - 1 {
			n++
		}
	}
	return n
}

// times is a column of times, each in units of timeUnit since the class began, from 1; 0 for none.
type times []byte

const timeUnit = 15 * time.Second

func (t times) at(n int) (since time.Duration, ok bool) {
	if 2*n+2 > len(t) {
		return 0, false
	}
	v := binary.BigEndian.Uint16(t[2*n:])
	return time.Duration(v-1) * timeUnit, v > 0
}

func (t *times) put(n int, since time.Duration) {
	*t = grown(*t, 2*n+2)
	binary.BigEndian.PutUint16((*t)[2*n:], uint16(1+min(max(0, since/timeUnit), 1<<16-3)))
}

func (t times) clear(n int) {
	if 2*n+2 <= len(t) {
		binary.BigEndian.PutUint16(t[2*n:], 0)
	}
}

func grown[B ~[]byte](b B, size int) B {
	if len(b) < size {
		b = append(b, make([]byte, size-len(b))...)
	}
	return b
}

func (d *crowd) clone() *crowd {
	c := *d
	c.Keys, c.Nets, c.Votes, c.Pace, c.Fast = bytes.Clone(d.Keys), bytes.Clone(d.Nets), bytes.Clone(d.Votes), bytes.Clone(d.Pace), bytes.Clone(d.Fast)
	c.Questions = slices.Clone(d.Questions)
	for i := range c.Questions {
		c.Questions[i].Ups = bytes.Clone(c.Questions[i].Ups)
	}
	return &c
}

// number is the number of the viewer with this key.
func (d *crowd) number(k key) (n int, ok bool) {
	for at := 0; ; at++ {
		i := bytes.Index(d.Keys[at:], []byte(k))
		if i < 0 || k == "" {
			return 0, false
		}
		if at += i; at%keySize == 0 {
			return at / keySize, true
		}
	}
}

func (d *crowd) size() int { return len(d.Keys) / keySize }

// count is the number of the viewer with this key, who is counted in if they are new.
func (d *crowd) count(k key, net string, most int) (n int, err error) {
	if n, ok := d.number(k); ok {
		return n, nil
	}
	if len(k) != keySize || d.size() >= most {
		return 0, refuse("%d viewers have come to this class, which is the limit (--class-viewers). You can watch, and no more.", most)
	}
	if net != "" && d.of(net) >= share(most) {
		return 0, refuse("%d viewers have come to this class from your address, which is the limit (half of --class-viewers). You can watch, and no more.", share(most))
	}
	d.Nets = append(grown(d.Nets, netSize*d.size()), (net + "\x00\x00\x00")[:netSize]...)
	d.Keys = append(d.Keys, k...)
	return d.size() - 1, nil
}

// of is how many have come from a network.
func (d *crowd) of(net string) (n int) {
	for i := 0; i+netSize <= len(d.Nets); i += netSize {
		if string(d.Nets[i:i+netSize]) == net {
			n++
		}
	}
	return n
}

// rules are what a command to the crowd is held to, beside its document.
type rules struct {
	poll  *poll
	began time.Time
	most  int // viewers
}

// do applies c, which may, to d. After an error d is as it was.
func (d *crowd) do(c *Command, r rules, now time.Time) error {
	switch c.Say {
	case "answer", "clear":
		return d.settle(c)
	}
	before, nets := len(d.Keys), len(d.Nets)
	n, err := d.count(c.from, c.net, r.most)
	if err != nil {
		return err
	}
	switch c.Say {
	case "join":
		if len(d.Keys) == before {
			err = errSame
		}
	case "vote":
		err = d.vote(c, n, r.poll)
	case "ask":
		err = d.ask(c, n, now)
	case "up":
		err = d.up(c, n)
	case "pace":
		switch c.Is {
		case "fast", "slow":
			d.Pace.put(n, now.Sub(r.began))
			d.Fast.put(n, c.Is == "fast")
		case "ok":
			d.Pace.clear(n)
		default:
			err = refuse("is says fast, slow or ok.")
		}
	}
	if err != nil {
		d.Keys, d.Nets = d.Keys[:before], d.Nets[:nets]
	}
	return err
}

func (d *crowd) vote(c *Command, n int, p *poll) error {
	switch {
	case p == nil || p.ID != c.Poll:
		return refuse("That poll is over.")
	case !p.Open:
		return refuse("This poll is closed.")
	case c.Choice < 0 || c.Choice >= len(p.Options):
		return refuse("choice is a number from 0 to %d.", len(p.Options)-1)
	}
	if d.Poll != p.ID {
		d.Poll, d.Votes = p.ID, nil
	}
	d.Votes = grown(d.Votes, n+1)
	if d.Votes[n] == byte(1+c.Choice) {
		return errSame
	}
	d.Votes[n] = byte(1 + c.Choice)
	return nil
}

// votes are how many have voted on a poll, and how.
func (d *crowd) votes(p *poll) (cast int, counts []int) {
	counts = make([]int, len(p.Options))
	if d.Poll != p.ID {
		return 0, counts
	}
	for _, v := range d.Votes {
		if v > 0 && int(v) <= len(counts) {
			counts[v-1]++
			cast++
		}
	}
	return cast, counts
}

func (d *crowd) ask(c *Command, n int, now time.Time) error {
	if !typed.Shows(c.Text, mostText) {
		return refuse("A question has 1 to %d characters that can be shown, on one line.", mostText)
	}
	open := 0
	for _, q := range d.Questions {
		if q.By == n && !q.Answered {
			open++
		}
	}
	switch {
	case len(d.Questions) >= mostQuestions:
		return refuse("%d questions were asked, which is the limit (questions). Vote for one that is there.", mostQuestions)
	case open >= mostOpen:
		return refuse("%d of your questions wait for an answer, which is the limit. Let others ask.", mostOpen)
	}
	d.Last++
	d.Questions = append(d.Questions, question{ID: d.Last, Text: c.Text, By: n, At: now.UTC().Truncate(time.Second)})
	return nil
}

// find is the place of the question that c names.
func (d *crowd) find(c *Command) (i int, err error) {
	id, err := c.number(c.Question)
	if err == nil {
		i = slices.IndexFunc(d.Questions, func(q question) bool { return q.ID == id })
	}
	if err != nil || i < 0 {
		return 0, refuse("There is no such question any more.")
	}
	return i, nil
}

func (d *crowd) up(c *Command, n int) error {
	i, err := d.find(c)
	switch {
	case err != nil:
		return err
	case d.Questions[i].By == n:
		return refuse("That question is your own. Others can vote for it.")
	}
	if d.Questions[i].Ups.has(n) {
		return errSame
	}
	d.Questions[i].Ups.put(n, true)
	return nil
}

func (d *crowd) settle(c *Command) error {
	i, err := d.find(c)
	if err != nil {
		return err
	}
	if c.Say == "answer" {
		d.Questions[i].Answered = true
	} else {
		d.Questions = slices.Delete(d.Questions, i, i+1)
	}
	return nil
}

// paces are how many it goes too fast for, and too slow, by votes that still count.
func (d *crowd) paces(began, now time.Time) (fast, slow int) {
	for n := range len(d.Pace) / 2 {
		since, ok := d.Pace.at(n)
		switch {
		case !ok || now.Sub(began)-since >= paceFor:
		case d.Fast.has(n):
			fast++
		default:
			slow++
		}
	}
	return fast, slow
}
