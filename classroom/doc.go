// Package classroom is a live class: one presenter, a projector, and a room that follows.
//
// # What a class is
//
// Three documents on the bus, under the class's code, that outlive every process:
//
//	CODE/state   where the class is, its poll, its clock, who drives: small, and shown to all but for its marks
//	CODE/crowd   who has come, votes, questions, pace: columns of bytes with a viewer's number as the index
//	CODE/board   how each viewer stands with each exercise, likewise
//
// A fourth, index, knows which classes there are; a class that is over gives its place, and in the end
// its code, to a new one. A class begins with the presenter's secret, which the caller checks, and is
// then known by tokens: the document keeps their SHA-256, and they are compared in constant time.
//
// # How it changes
//
// A page says a [Command]. What it does to a document is a pure function (state.do, crowd.do,
// board.put), so that it can be applied again. A keeper takes everything that waits for its document,
// applies it to the newest that it knows, and puts that in the place of the revision that it read. If
// somebody else was faster it reads, and applies all of it again; so no two instances have to agree on
// who leads. A command is answered when its Put is. Whether whoever says it may is looked at in the
// same breath: a token that drove a moment ago drives no more.
//
// While the bus is away commands are refused in words, and the class goes on showing what it has.
//
// # How it is told
//
// What pages are told is whole, always: the class, the crowd, and to who presents the desk. So there is
// no backlog to keep for anybody: a page that is slow skips what a newer message has taken the place of,
// one that comes back needs nothing but the present, and one that polls is told the same as one with a
// socket. [Line.News] is what a page hasn't had; [Seen], what it has had, can be written into a URL.
// The bytes are made once for all pages of an instance. The state is told at once, the crowd at most
// four times a second, and less often when all the questions go to thousands (crowdPause).
//
// Between instances the state itself is published, and of the other documents that there is a newer
// one. Each instance says once a second how many are here, and which revisions it knows, so that a
// message that was lost is found out. One that says nothing for three seconds has no viewers.
//
// # Who is who
//
// A viewer is known by their wire's id, whose hash alone is kept. What others see is a pseudonym of two
// words, which follows from the order of their coming, so that no two are alike. One viewer has one
// vote, however many pages they have open.
//
// How viewers stand with exercises is told by whoever checks them, by [Classes.Standing], on whichever
// instance.
//
// # The room's frames
//
// What crosses on the wires of the viewers is copied to a wire of the class's own, under pseudonyms and
// without addresses (wire.Hub.Mirror). Of what a viewer says to the class itself the header and the length
// are shown, and no payload: a vote is among it. The wire's id is told to who presents; it is another one
// as soon as a guest drives no more. A frame from there can stand in the spotlight: everybody sees its
// bytes, and its text once the driver shows it.
//
// # What time it is
//
// A class has a clock of its own, which began with the time of day when the program did and goes on with
// the machine's: to set the time of day moves no budget and no end (now.go). Pages are told what time it
// is with each beat, and count on from there by themselves. Of two instances each has its own, so their
// machines' clocks are to agree when they start.
//
// # Bounds
//
// They are in limits.go and places.go; how many classes and viewers there may be is the caller's to say.
// Text of people is checked by classroom/typed before others are shown it.
//
// A viewer says 20 messages a second, in 40 frames or requests, and twice as many at once, on all lines
// together. A line that goes beyond is closed, and says which limit it was. Who drives is slowed down.
//
// Of the places of a class, here and in the document, one address has half, or 1 000 if that is more: a
// room behind one address gets in, and one machine that draws wire after wire leaves the rest to others.
// An IPv6 address counts by its network of 64 bits. This machine's own address has no such bound, since a
// proxy may stand there and everybody behind it; what a proxy on another machine brings is one address.
// Nobody's place is ever given to somebody else, so that names and votes stay with whom they belong to.
//
// Who presents needs no viewer's place. Until a token is shown, a line that says to be a presenter's waits
// at the door for three seconds; there are 64 such places, and the oldest line of the address that has
// most of them gives way. Each token has 32 lines.
package classroom
