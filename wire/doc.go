// Package wire keeps the log of each reader: what their connections carried, numbered, bounded,
// and read by anybody who knows its id.
//
// # A wire
//
// A [Wire] is one reader's private log. A page draws its [ID] at random and puts it into every
// URL that it asks for, and a reader pastes the same URL into a terminal; so a browser, the forge
// and curl write to one log. Its events are numbered from 1 without gaps, and their time is in
// milliseconds since the first of them and never decreases, though connections stamp their
// events on their own.
//
// # From connections to wires
//
// [Hub.Watch] gives each connection of an inspector.Listener an observer: a session, which turns
// bytes into events, and behind it the routing. A request's method and target say which wire its
// exchange belongs to, which lab it asked, or that it is muted: what reads a log must not write
// to it. The answer goes where the request went, also when requests of several wires stand in one
// pipeline, and after a 101 all frames belong to the exchange that switched. Bytes before any
// request belong to nobody, but for a connection that its own program has announced with
// [Hub.Driver].
//
// A wire numbers the connections that appear on it, and is told when one does and how it ended.
// The open says so when the connection is older than its appearance: browsers keep connections
// in reserve and use them again. An exchange that belongs to nobody is decoded up to its heads
// and forgotten; a connection that switches to frames that belong to nobody is let go of and
// costs nothing from then on.
//
// # Viewers
//
// A viewer asks [Wire.After] for what came behind the last number that it has seen, and waits on
// [Wire.Changed] when that is nothing. So the log itself is the queue of every viewer: it holds
// nothing for any one of them, a viewer that comes back goes on where it left, and one that is
// too slow finds that events have fallen out, and how many. A connection never waits for a
// viewer: [Wire.Append] takes a short lock and two allocations, one for the entry and one for its
// bytes, which no one changes from then on.
//
//	wire, stop := hub.Follow(id)
//	defer stop()
//	for seq := uint64(0); ; {
//		changed := wire.Changed() // before looking, or a change in between is missed
//		events, lost := wire.After(seq, 500)
//		…
//		if lost == 0 && len(events) == 0 {
//			<-changed
//		}
//	}
//
// # Bounds
//
// [Limits] bound a wire by events and by bytes of memory, and all wires by number, by bytes
// together, and by the time that nobody has written to or looked at one. The longest idle go
// first; one that somebody follows counts as used a while later than it was. A wire that was
// dropped takes no more events, and says so to who follows it; the next one of its id counts from
// 1 again. One connection is followed on a bounded number of wires, and tells those beyond.
//
// # Instances
//
// With [Hub.Share] wires are shared by all instances on a bus, so that a viewer may sit on another
// than the connections. A wire has one home, the instance that numbers its events. Without others
// every instance is the home of what it is told of, and an Append costs what it cost before: a look
// at a pointer. With others an instance that first has to do with a wire asks them; if it is at
// home with nobody, it is at home here.
//
// Who isn't the home forwards its connections' events, in batches, under numbers of its own, and
// holds them until they come back numbered. From what the home sends to all who follow it keeps a
// copy of the log, which its viewers read as any other. A batch that was lost shows as a gap in
// the numbers, on the way there as on the way back, and is sent again; one that came twice is
// known by its numbers. What is sent is bounded in time by one frame of a screen and in bytes, and
// what is received is checked before it is believed.
//
// A home that leaves says so, and one that dies is missed after two seconds and a half: of those
// who have a copy the one with the longest goes on with its numbers. Instances that can't hear
// each other go on alone. When they can again, a wire that is at home with two stays with the one
// whose name is lower. If both have only just begun it, the other hands over what it has;
// otherwise it drops its log ([Wire.Moved]), and who comes back finds the one that stayed.
// [Wire.Began] tells such logs apart. A connection that was lost with its instance never closes
// in the log: nobody has seen how it ended.
//
//	find.go     who is the home
//	follow.go   forwarding, and the copy
//	home.go     numbering for others, and sending it all
//	settle.go   two homes
//	message.go  what instances say, in bytes; code.go: an event in bytes
//
// # JSON
//
// [AppendEvent], [AppendDissection] and [AppendFrame] write the shapes that programs outside rely
// on, by hand into the caller's buffer. Text that came from the wire is escaped, and what of it is
// no UTF-8 becomes U+FFFD; the bytes themselves stand beside it in hex.
package wire
