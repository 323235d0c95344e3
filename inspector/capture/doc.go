// Package capture turns captured traffic into an inspector's events, and back into files.
//
// # Hex
//
// [ParseHex] reads hex as people paste it: pairs of digits with or without spaces, commas, colons,
// 0x or \x; the dumps of xxd, hexdump -C, od, tcpdump -X and Wireshark, with their offsets and
// their text columns; string literals of Python and C; arrays of C and Go; and recordings such as
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
// # Captures
//
// [ReadPackets] reads pcap and pcapng, and [ReadHAR] a HAR, into a [Recording]: its connections, and
// what crossed them, in the order in which an application could have met it. gopacket reads packets,
// and puts fragments of IPv4 and segments of TCP together; [Recording.Play] has an inspector.Session of
// each connection tell its events. What the capture misses is told as a gap, and reading goes on at the
// next sure boundary, as it does where a capture begins within a connection. A file that breaks says at
// which packet. [Read] tells a capture from a HAR, and [Gunzip] unpacks either.
//
// [Writer] writes events as a pcapng that Wireshark reads: the bytes and times are real, the headers of
// Ethernet, IP and TCP are made up, and the file says so. [HARWriter] writes a HAR as Chrome does, with
// control frames under a key of their own.
//
// Everything is bounded by the caller's limits; nothing here opens a file or a connection.
package capture
