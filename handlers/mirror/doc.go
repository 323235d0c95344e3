// Package mirror holds the conversation of /echo: what explains a frame also mirrors it.
//
// An Echo runs inspector's decoder and judge on the connection itself. Each data frame goes back
// as it came, in its own frame, with the same FIN, opcode and payload; only the mask is gone, for
// a server's frames have none. A message that came in three frames goes back in three frames of
// the same sizes. Behind the last one goes one text frame more, the breakdown: what the frames
// were, bit by bit. A ping is answered by its pong in the order of arrival, a close frame by one
// with the same code. The first byte that breaks a rule of RFC 6455 ends the conversation, with
// a close frame whose reason names the rule and its section.
//
// # How the bytes go
//
// A conversation that has nothing in hand holds nothing: it waits until the socket is readable,
// and only then borrows a buffer to read into. The payload of a frame is unmasked where it will
// be sent from: its mirror's header stands in front of it before its first byte has come. So a
// large frame is copied once, by the kernel. Buffers grow with what has come and never by the
// length that a peer claims.
//
// What is to be sent waits until the next read (or until it is 64 KiB), so that sixteen messages
// that came together are answered by one write. It never waits for more input: the read comes
// after the flush. A ping from the server, sent from another goroutine, takes the same lock as
// the flush; since a flush writes whole frames only, the ping stands between two of them.
//
// To answer a message takes a larger stack than to wait for one, and a goroutine's stack does not
// become as small again as a new one is. So a conversation that has been idle for a while goes
// on in a new goroutine, and tells its Owner that memory can be collected. Ten thousand idle
// ones then cost what they cost before their first message.
//
// # Compression
//
// With permessage-deflate (RFC 7692) the mirror of a compressed message is its own compressed
// bytes. The client can inflate them only if the window of what it receives holds all that the
// window of what it sends did, so Negotiate accepts an offer only where that is so. Breakdowns
// are not compressed, which the extension allows, and so stay out of the window. Every compressed
// message is inflated, too, since only then can it be known to be valid, and within the limit.
// The window and what inflates it stay with the connection, some 80 KiB: they are the price of
// asking for compression.
//
// # The library
//
// A Library is the same conversation held by gorilla/websocket, as most programs hold theirs.
// It reads and writes messages; an observer on the tap sees the frames. The two breakdowns side
// by side show what a library merges, answers by itself and lets through.
package mirror
