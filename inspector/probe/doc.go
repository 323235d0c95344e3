// Package probe puts a WebSocket endpoint of somebody else's through a conversation of twelve steps,
// and judges it by the bytes that come back.
//
// # What the endpoint must do
//
// A server under probe is an echo. It takes a WebSocket at the path of the URL that it was named
// with, sends each text or binary message back as one message of the same type and the same
// payload, in as many frames as it likes, and says nothing else: no greeting, no extension that
// was not offered. It answers a ping with its payload, a close frame with one of its own, and then
// ends TCP. What breaks the protocol it doesn't answer: it fails the connection. Messages have
// 70 000 bytes at most.
//
// A client in the lab is the same echo from the other side: it opens one connection, sends each
// message back that comes, answers pings, and answers the close frame that ends it.
//
// # Steps and trials
//
// A [Step] has frames to send and what must come back. [ServerSteps] are played one a connection,
// each behind a handshake of its own, so that a server that fails one may pass the next;
// [ClientSteps] are played on one connection, in their order. A [Trial] judges: it is shown the
// events of one connection and says how far the other side came and what was wrong. It is a pure
// function of these events, so that what it says live, it says again of the log.
//
// [Run] plays the first, and [Converse] the second. Both wait for no longer than they are told to.
package probe
