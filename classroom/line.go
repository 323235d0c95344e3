package classroom

// A line: one page's connection to a class, by whichever transport, and the viewer behind it.

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"wireup/wire"
)

const pollGone = 10 * time.Second // after its last poll a page that polls has gone

// person is a viewer who is here.
type person struct {
	wire    string
	from    string // the address of another machine; empty for one of this
	network string // by which they are counted
	lines   int    // that are open as a viewer's
	all     int    // that are open
	until   time.Time
	pace    *pace

	mirror func() // ends what shows their frames to the room; nil if nothing does
}

// Line is one page's connection. Call Close when it is over.
type Line struct {
	class   *Class
	key     key
	wire    string
	from    string
	network string
	unseen  bool          // what crosses on it is on no wire
	own     *pace         // of one that waits at the door
	out     chan struct{} // closed when it has given way there

	// These change under class.mu, and only when the line itself says something.
	who     *person // once it has a place among the viewers
	shown   mark    // of the token that gave it another
	counted bool    // as a viewer

	mu      sync.Mutex
	greeted bool
	mark    mark
	name    string // once it is known
	last    welcomeMessage
	said    *Message // which is it
}

func (c *Class) line(id, from string, unseen bool) *Line {
	return &Line{class: c, key: keyOf(c.Code, id), wire: id, from: from, network: Network(from), unseen: unseen, own: newPace(), out: make(chan struct{})}
}

// Line opens a line for the page with this wire, at an address that is empty for this machine. Who it is, its
// hello says. A token is taken on one that is unseen, and on no other: a wire is read by more people than
// its owner.
func (c *Class) Line(id, from string, unseen bool) (*Line, error) {
	l := c.line(id, from, unseen)
	c.mu.Lock()
	defer c.mu.Unlock()
	if unseen {
		c.stand(l)
		return l, nil
	}
	return l, c.sit(l)
}

// LineAs opens one that needs no hello, since it is known who has the token; without one that is a viewer.
func (c *Class) LineAs(token, id, from string, unseen bool) (*Line, error) {
	l := c.line(id, from, unseen)
	return l, l.be(markOf(token))
}

// Out is closed when the line has given way to others: it is to be closed.
func (l *Line) Out() <-chan struct{} { return l.out }

// Close ends the line.
func (l *Line) Close() { l.close(0) }

// CloseFor ends a line whose page will open another: until then it counts as here.
func (l *Line) CloseFor() { l.close(pollGone) }

func (l *Line) close(stay time.Duration) {
	c := l.class
	c.mu.Lock()
	c.depart(l)
	if l.counted {
		l.who.lines--
		l.who.until = time.Now().Add(stay)
	}
	if l.who != nil {
		c.rise(l, stay > 0)
	}
	c.mu.Unlock()
	wake(c.poke)
}

// bury forgets pages that poll no more, and instances that say nothing; others may have their room.
func (c *Class) bury(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for k, p := range c.people {
		switch {
		case p.all == 0 && now.After(p.until):
			c.forget(k, p)
		case p.lines > 0:
			c.mirror(k, p) // if there has been no room, or no name, until now
		}
	}
	for name, i := range c.there {
		if now.Sub(i.at) > silent {
			delete(c.there, name)
			c.look() // it may have died between keeping something and saying so
		}
	}
}

// Here is how many viewers are here on this instance.
func (c *Class) Here() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.hereLocked()
}

func (c *Class) hereLocked() (n int) {
	now := time.Now()
	for _, p := range c.people {
		if p.lines > 0 || now.Before(p.until) {
			n++
		}
	}
	return n
}

// outside is from how many machines but this one, and those of who presents, somebody has joined on
// this instance. c.mu is held.
func (c *Class) outside() int {
	joined := make(map[string]bool)
	for _, p := range c.people {
		if p.from != "" && p.lines > 0 {
			joined[p.from] = true
		}
	}
	d := c.stateNow()
	for _, l := range c.unseen {
		if d.role(l.shown) != Viewer {
			delete(joined, l.from)
		}
	}
	return len(joined)
}

// be makes the line that of whoever has the token of a mark, and counts a viewer as here.
func (l *Line) be(m mark) error {
	c := l.class
	role := c.stateNow().role(m)
	c.mu.Lock()
	changes, err := l.move(role, m)
	c.mu.Unlock()
	if err != nil {
		return err
	}
	if changes {
		wake(c.poke)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.mark, l.greeted = m, true // from here on the line is told
	return nil
}

// move gives the line the place of a role. class.mu is held.
func (l *Line) move(to Role, m mark) (changes bool, err error) {
	c := l.class
	if to != Viewer {
		if err := c.present(l, to); err != nil {
			return false, err
		}
		if changes = l.counted; changes {
			l.who.lines--
		}
		if l.who != nil {
			c.rise(l, false)
		}
		l.shown, l.counted = m, false
		return changes, nil
	}
	if l.who == nil {
		if err := c.sit(l); err != nil {
			return false, err
		}
		c.depart(l)
	}
	if changes = !l.counted; changes {
		l.who.lines++
	}
	l.shown, l.counted = "", true
	return changes, nil
}

// pace is what whoever is at the line may say.
func (l *Line) pace() *pace {
	if l.who != nil {
		return l.who.pace
	}
	if p := l.class.paces[l.class.stateNow().role(l.shown)]; p != nil {
		return p
	}
	return l.own
}

// Frame counts a frame that has come on the line, or a request. It is false if that is one too many.
func (l *Line) Frame() bool { return l.pace().frames.Allow() }

// Answer does what a message says, and returns the answer to it. Its error is a reason to end the
// line.
func (l *Line) Answer(ctx context.Context, message []byte) (*Message, error) {
	if p := l.pace(); l.drives() {
		_ = p.messages.Wait(ctx) // who drags a slider is slowed down, and not thrown out of the own class
	} else if !p.messages.Allow() {
		return nil, ErrTooFast
	}
	c, err := Parse(message)
	if err != nil {
		var id json.RawMessage
		if c != nil {
			id = c.ID
		}
		return answer(id, refuse("%v.", err)), nil
	}
	l.mu.Lock()
	greeted := l.greeted
	c.mark, c.from, c.net = l.mark, l.key, netOf(l.class.Code, l.network)
	l.mu.Unlock()
	switch {
	case c.Say == "beat":
		return newMessage(struct {
			Kind string      `json:"kind"`
			T    json.Number `json:"t"`
			At   int64       `json:"at"`
		}{"beat", orZero(c.T), l.class.all.now().UnixMilli()}), nil
	case c.Say == "hello":
		return l.hello(ctx, c)
	case !greeted:
		return answer(c.ID, refuse(`Say hello first: {"say":"hello","as":"viewer"}.`)), nil
	}
	return answer(c.ID, l.class.command(ctx, c)), nil
}

// Greeted reports whether it is known who the line is.
func (l *Line) Greeted() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.greeted
}

// drives reports whether the line is the driver's, or the owner's.
func (l *Line) drives() bool {
	d := l.class.stateNow()
	l.mu.Lock()
	defer l.mu.Unlock()
	role := d.role(l.mark)
	return role == Owner || role == Driver
}

func orZero(n json.Number) json.Number {
	if n == "" {
		return "0"
	}
	return n
}

// command does what a page wants, wherever it belongs.
func (c *Class) command(ctx context.Context, cmd *Command) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(c.ctx, cancel)()
	if word := words[cmd.Say]; word.of == ofCrowd && word.who != anybody && c.all.bus.Shared() {
		// Who drives is in the state, which isn't put with the crowd: of that, the newest counts.
		if err := c.state.read(ctx); err != nil {
			return unkept(err)
		}
	}
	d, _ := c.state.doc()
	if err := d.may(cmd); err != nil {
		return err // which spares the queue, and is looked at again there
	}
	switch cmd.Say {
	case "drive":
		if cmd.Viewer = c.name(cmd.from); cmd.Viewer == "" {
			return refuse("The class has no name for you yet, and nobody without one drives. Say hello again, and then ask.")
		}
	case "spot":
		cmd.frame = c.frame(cmd)
	case "give", "take":
		cmd.room = string(wire.NewID())
	}
	if words[cmd.Say].of == ofCrowd {
		return c.crowd.change(ctx, cmd)
	}
	return c.state.change(ctx, cmd)
}

// answer is the answer to a command.
func answer(id json.RawMessage, err error) *Message {
	m := struct {
		Kind  string          `json:"kind"`
		ID    json.RawMessage `json:"id,omitempty"`
		Error string          `json:"error,omitempty"`
	}{Kind: "ok", ID: id}
	if err != nil {
		m.Kind, m.Error = "refused", err.Error()
	}
	return newMessage(m)
}

func (l *Line) hello(ctx context.Context, c *Command) (*Message, error) {
	d, _ := l.class.state.doc()
	m := markOf(c.Token)
	role := d.role(m)
	switch {
	case c.As == "viewer":
		m = ""
	case c.As != "presenter" && c.As != "screen":
		return answer(c.ID, refuse("as says viewer, presenter or screen.")), nil
	case !l.unseen:
		return answer(c.ID, refuse("Others may read this wire, and no token belongs there. Open the line with &as=%s in its address, which keeps it off the wire.", c.As)), nil
	case c.As == "presenter" && role != Owner && role != Driver:
		return answer(c.ID, refuse("This link doesn't drive the class. Open the presenter's link again, or watch as a viewer.")), nil
	case c.As == "screen" && role != Screen && role != Owner:
		return answer(c.ID, refuse("This link doesn't show the class. Open the projector's page from the presenter's.")), nil
	}
	joins := m == "" && !d.Ended
	if joins && l.class.name(l.key) == "" {
		_ = l.class.command(ctx, &Command{Say: "join", from: l.key, net: netOf(l.class.Code, l.network)}) // without a name one may watch
	}
	if err := l.be(m); err != nil {
		return nil, err
	}
	if joins {
		l.class.mu.Lock()
		l.class.mirror(l.key, l.who)
		l.class.mu.Unlock()
		if l.class.all.asks != nil {
			l.class.all.asks(l.wire)
		}
	}
	l.mu.Lock()
	l.said = nil // what time it is, a page hears with each
	l.mu.Unlock()
	return l.welcome(), nil
}

// name is a viewer's pseudonym; empty if the class doesn't know them yet.
func (c *Class) name(k key) string {
	d, _ := c.state.doc()
	people, _ := c.crowd.doc()
	if n, ok := people.number(k); ok {
		return nameOf(d.Draw, n)
	}
	return ""
}

func (l *Line) welcome() *Message {
	d := l.class.stateNow()
	l.mu.Lock()
	defer l.mu.Unlock()
	m := welcomeMessage{Kind: "welcome", Viewer: l.name, You: d.role(l.mark), Wheel: d.wheel(l.key)}
	if m.Viewer == "" {
		l.name = l.class.name(l.key)
		m.Viewer = l.name
	}
	if l.said == nil || m != l.last {
		l.last = m
		bare := newMessage(m)
		m.At = l.class.all.now().UnixMilli()
		l.said = newMessage(m)
		l.said.sum = bare.sum
	}
	return l.said
}

// Seen is what a page has had of a class's messages.
type Seen [4]uint64

// ParseSeen reads what String has written. What can't be read has seen nothing.
func ParseSeen(s string) (n Seen) {
	for i, word := range strings.Split(s, ".") {
		if i < len(n) {
			n[i], _ = strconv.ParseUint(word, 16, 64)
		}
	}
	return n
}

func (n Seen) String() string {
	return fmt.Sprintf("%x.%x.%x.%x", n[0], n[1], n[2], n[3])
}

// See notes an answer that is a message of its own.
func (n *Seen) See(m *Message) {
	if strings.HasPrefix(string(m.Data), `{"kind":"welcome"`) {
		n[0] = m.sum
	}
}

// News are the messages that a page hasn't had, the newest of each kind alone.
func (l *Line) News(seen *Seen) (list []*Message) {
	if !l.Greeted() {
		return nil
	}
	l.class.mu.Lock()
	t := l.class.told
	l.class.mu.Unlock()
	all := [4]*Message{l.welcome(), t.class, t.crowd, nil}
	l.mu.Lock()
	d, _ := l.class.state.doc()
	switch d.role(l.mark) {
	case Owner, Driver:
		all[3] = t.desk
	case Screen:
		all[3] = t.screen
	}
	l.mu.Unlock()
	for i, m := range all {
		if m != nil && m.sum != seen[i] {
			seen[i] = m.sum
			list = append(list, m)
		}
	}
	return list
}
