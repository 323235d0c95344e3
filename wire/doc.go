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
// # JSON
//
// [AppendEvent], [AppendDissection] and [AppendFrame] write the shapes that programs outside rely
// on, by hand into the caller's buffer. Text that came from the wire is escaped, and what of it is
// no UTF-8 becomes U+FFFD; the bytes themselves stand beside it in hex.
package wire
