// Package capture turns captured traffic into an inspector's events, and back into files.
//
// # Hex
//
// [ParseHex] reads hex as people paste it: pairs of digits with or without spaces, commas, colons,
// 0x or \x; the dumps of xxd, hexdump -C, od, tcpdump -X and Wireshark, with their offsets and
// their text columns; string literals of Python and C; and recordings such as
//
//	# What it shows.
//	0.000 up 81 85 5f 0a 1d e0   # anything behind a # is a comment
//	  0c 7a 7c 8e 38
//	0.081 down 81 05 53 70 61 6e 67
//
// A line may begin with the direction in which its bytes crossed: > or up for what a client sent,
// < or down for what a server sent. Lines without one go on with that of the line before. Of what it
// can't read it says the line, the column, and what to do.
//
// [Hex.Decode] then decides what the bytes are, and has an inspector.Session read them: a request, a
// response, a conversation, frames, or bytes that no protocol explains. It remembers where in the
// text each byte stands, so that an event, or the byte that breaks a rule, can be shown in its place.
//
// Everything is bounded by the caller's limits; nothing here opens a file or a connection.
package capture
