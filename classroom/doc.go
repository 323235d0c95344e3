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
// without addresses (wire.Hub.Mirror). Its id is told to who presents. A frame from there can stand in
// the spotlight: everybody sees its bytes, and its text once the driver shows it.
//
// # Bounds
//
// They are in limits.go; how many classes and viewers there may be is the caller's to say. Text of
// people is checked by classroom/typed before others are shown it.
package classroom
