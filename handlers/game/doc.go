// Package game is the map of lesson 13, which every reader on the instances of one bus shares.
//
// # What is said
//
// Messages are lists whose first item says what they are, as BrowserQuest's were (its gametypes.js
// of 2012 has the numbers). A client says
//
//	[0,"Spang"]      hello, first of all and once
//	[4,39,209]       I go there
//	[11,"hello"]     to everybody
//
// and is told, in one frame a tick and only if something has happened,
//
//	[1,7,"Spang",39,209]      welcome: you are number 7, and stand there
//	[2,8,1,12,40,"Ada"]       somebody is there: number, kind (1 reader, 2 bot), place, name
//	[3,8]                     somebody has left
//	[4,8,13,40]               somebody has moved
//	[11,8,"hello"]            somebody says
//	[100,3]                   you were too slow for 3 ticks, and here is the map as it stands
//
// several of them as a list of lists. Numbers are an instance's own: two readers on two instances
// see the same people under other numbers, so that no two instances have to agree on any.
//
// # How it goes out
//
// A tick makes one message of all that happened since the one before, and the same bytes go to every
// socket (gorilla's PreparedMessage). Each socket has a bounded queue and a writer of its own. One
// whose queue is full loses ticks; once it has taken what was in the queue it is told how many, and
// gets the whole map. Nobody waits for it.
//
// # Between instances
//
// An instance publishes what its own players did, once a tick, and all of them once a second, on one
// subject of the bus; it has one subscription. Who hears an instance for the first time learns its
// players within that second. One that has been silent for three is taken off the map. While nobody
// plays on an instance it publishes nothing.
//
// # Bounds
//
// All of them are constants below, and flags have no say in them: a message's bytes, messages a
// second, a name's and a line's characters, places, players, bots. A client that breaks one is closed
// with 1008 and the limit's name.
package game
