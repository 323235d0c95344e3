package classroom

// Who finds a place in a class: viewers up to its limits, of one address no more than a share; and whoever
// presents, always.

import (
	"errors"
	"fmt"
	"net/netip"

	"golang.org/x/time/rate"
)

const (
	// linesPer is how many lines there may be to a viewer, of all together: the sockets of a class are not
	// counted by the address that they come from.
	linesPer = 3

	// oneRoom is how many viewers one address may bring to any class: a room sits behind one.
	oneRoom = 1000

	// atTheDoor is how many lines may wait that are opened for who presents and have shown no token that
	// counts. The one that has waited longest gives way, of the address that has most of them.
	atTheDoor = 64

	// presenting is how many lines there may be with one token that counts.
	presenting = 32

	ratePer   = 20          // messages a second of one viewer, twice as many at once
	framesPer = 2 * ratePer // frames, likewise: one for a message, and as many for control
)

var (
	// ErrViewers is when a class has no room for one more on this instance.
	ErrViewers = errors.New("the class is full (limit: --class-viewers)")
	// ErrAddress is when it has none for one more of this address.
	ErrAddress = errors.New("your address has its share of the class (limit: half of --class-viewers)")
	// ErrPresenting is when there are too many lines with this token.
	ErrPresenting = fmt.Errorf("%d pages show this token, which is the limit (presenting)", presenting)
	// ErrTooFast is when somebody says more than they may. The text is for the close frame.
	ErrTooFast = fmt.Errorf("over %d messages a second", ratePer)
	// ErrFrames is the same for frames.
	ErrFrames = fmt.Errorf("over %d frames a second", framesPer)
)

// pace is what somebody may say.
type pace struct{ messages, frames *rate.Limiter }

func newPace() *pace {
	return &pace{rate.NewLimiter(ratePer, 2*ratePer), rate.NewLimiter(framesPer, 2*framesPer)}
}

// share is how many of so many viewers one address may bring.
func share(viewers int) int { return max(viewers/2, min(viewers, oneRoom)) }

// Network is what an address is counted by: of IPv6 the 64 bits that a network is known by, since a machine
// there has as many addresses as it likes.
func Network(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil || a.Unmap().Is4() {
		return address
	}
	p, _ := a.WithZone("").Prefix(64) // which IPv6 always has
	return p.String()
}

// sit gives a line its place among the viewers. c.mu is held.
func (c *Class) sit(l *Line) error {
	p := c.people[l.key]
	of := c.of[l.network]
	switch {
	case c.lines >= linesPer*c.all.viewers, p == nil && len(c.people) >= c.all.viewers:
		return ErrViewers
	// Of this machine, behind whose proxy all may sit, there may be as many as there is room for.
	case l.network != "" && of.lines >= linesPer*share(c.all.viewers), p == nil && l.network != "" && of.people >= share(c.all.viewers):
		return ErrAddress
	}
	if p == nil {
		p = &person{wire: l.wire, network: l.network, pace: newPace()}
		c.people[l.key] = p
		of.people++
	}
	p.from = l.from
	p.all++
	c.lines++
	of.lines++
	c.of[l.network] = of
	l.who = p
	return nil
}

// rise takes a line's place away again; the viewer stays here for a while, if stays says so. c.mu is held.
func (c *Class) rise(l *Line, stays bool) {
	p := l.who
	l.who, l.counted = nil, false
	p.all--
	c.lines--
	of := c.of[l.network]
	of.lines--
	c.leave(l.network, of)
	if p.all == 0 && !stays {
		c.forget(l.key, p)
	}
}

// forget forgets a viewer who has gone. c.mu is held.
func (c *Class) forget(k key, p *person) {
	c.unmirror(p)
	delete(c.people, k)
	of := c.of[p.network]
	of.people--
	c.leave(p.network, of)
}

func (c *Class) leave(network string, of held) {
	if of == (held{}) {
		delete(c.of, network)
	} else {
		c.of[network] = of
	}
}

// held is what one address has of a class.
type held struct{ people, lines int }

// present gives a line the place of whoever it shows to be. c.mu is held.
func (c *Class) present(l *Line, as Role) error {
	d, with := c.stateNow(), 0
	for _, other := range c.unseen {
		if other != l && d.role(other.shown) == as {
			with++
		}
	}
	if with >= presenting {
		return ErrPresenting
	}
	c.depart(l)
	c.unseen = append(c.unseen, l)
	return nil
}

// stand lets a line wait at the door, where another gives way to it if need be. c.mu is held.
func (c *Class) stand(l *Line) {
	c.unseen = append(c.unseen, l)
	d := c.stateNow()
	for {
		waiting, of := 0, make(map[string]int)
		for _, l := range c.unseen {
			if d.role(l.shown) == Viewer {
				waiting++
				of[l.network]++
			}
		}
		if waiting <= atTheDoor {
			return
		}
		most := 0
		for _, n := range of {
			most = max(most, n)
		}
		for _, l := range c.unseen {
			if d.role(l.shown) == Viewer && of[l.network] == most {
				c.depart(l)
				close(l.out)
				break
			}
		}
	}
}

// depart takes a line from the door, or from those that present. c.mu is held.
func (c *Class) depart(l *Line) {
	for i, other := range c.unseen {
		if other == l {
			c.unseen = append(c.unseen[:i:i], c.unseen[i+1:]...)
			return
		}
	}
}
