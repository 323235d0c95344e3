package classroom

// The room's frames: what crosses on the wires of those who are here, on one wire for the projector.

import (
	"context"
	"encoding/json"

	"golang.org/x/time/rate"

	"wireup/wire"
)

// Lab is the lab that a class's own lines are on their viewers' wires. What crosses there from a viewer is
// in no room: a vote is among it.
const Lab = "class"

const (
	// mostMirrored is how many viewers' frames an instance shows on the room's wire.
	mostMirrored = 64

	mirrorRate  = 40 // events a second of one viewer, on the room's wire
	mirrorBurst = 200
)

// mirror begins to show a viewer's frames, if there is room. c.mu is held.
func (c *Class) mirror(k key, p *person) {
	if p.mirror != nil || c.all.hub == nil || c.mirrored >= mostMirrored || c.closed {
		return
	}
	name, room := c.name(k), c.stateNow().Room
	if name == "" {
		return
	}
	c.mirrored++
	ctx, stop := context.WithCancel(c.ctx)
	p.mirror = stop
	allow := rate.NewLimiter(mirrorRate, mirrorBurst)
	c.mirrors.Go(func() {
		c.all.hub.Mirror(ctx, wire.ID(p.wire), wire.ID(room), name, Lab, allow.Allow)
	})
}

// unmirror ends it. c.mu is held.
func (c *Class) unmirror(p *person) {
	if p.mirror != nil {
		p.mirror()
		p.mirror = nil
		c.mirrored--
	}
}

// moveMirrors has the frames shown on another wire, if the room's has changed.
func (c *Class) moveMirrors() {
	room := c.stateNow().Room
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.room == room {
		return
	}
	c.room = room
	for k, p := range c.people {
		if p.mirror != nil {
			c.unmirror(p)
			c.mirror(k, p)
		}
	}
}

// frame finds the frame that is to stand in the spotlight: one of the room's.
func (c *Class) frame(cmd *Command) *spotlighted {
	if c.all.hub == nil {
		return nil
	}
	w, ok := c.all.hub.Lookup(wire.ID(c.stateNow().Room))
	if !ok {
		return nil
	}
	e, ok := w.Event(cmd.Seq)
	if !ok || e.Frame == nil || e.Viewer != cmd.Viewer {
		return nil
	}
	b := wire.AppendEvent(nil, e)
	if len(b) > mostSpot {
		return nil
	}
	return &spotlighted{Viewer: e.Viewer, Seq: e.Seq, Event: json.RawMessage(b)}
}
