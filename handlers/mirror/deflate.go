package mirror

// permessage-deflate: which offers a mirror of compressed bytes can accept (RFC 7692 §7.1).

import (
	"strconv"

	"wireup/inspector"
)

// Deflate is what was negotiated.
type Deflate struct {
	// Takeover says that the client keeps its window from one message to the next.
	Takeover bool
	// Answer is the value of Sec-WebSocket-Extensions that says so.
	Answer string
}

const maxWindowBits = 15

// offer is one offer of permessage-deflate.
type offer struct {
	serverNoTakeover bool
	clientNoTakeover bool
	serverBits       int // 0 if it says nothing
	clientBits       int // 0 if it says nothing; 15 for no more than that it can be bound
}

// Negotiate accepts the first offer that a mirror can keep to, or none.
//
// The mirror sends the client's own compressed bytes back. So whatever they refer to must be in
// the window in which the client inflates: that window must go as far back as the one in which
// it deflates. If the client asks us to forget our window after each message, it has to forget
// its own; if it asks us for a small window, its own must be no larger.
func Negotiate(offers []inspector.Extension) (Deflate, bool) {
	for _, x := range offers {
		if x.Name != "permessage-deflate" {
			continue
		}
		o, ok := parseOffer(x.Params)
		if !ok {
			continue
		}
		if d, ok := o.accept(); ok {
			return d, true
		}
	}
	return Deflate{}, false
}

// parseOffer reads the parameters. An offer with one that is unknown, doubled or has a bad value
// must be declined (RFC 7692 §7.1).
func parseOffer(params []inspector.Param) (o offer, ok bool) {
	seen := make(map[string]bool, len(params))
	for _, p := range params {
		if seen[p.Name] {
			return o, false
		}
		seen[p.Name] = true
		switch p.Name {
		case "server_no_context_takeover":
			o.serverNoTakeover, ok = true, !p.HasValue
		case "client_no_context_takeover":
			o.clientNoTakeover, ok = true, !p.HasValue
		case "server_max_window_bits":
			o.serverBits, ok = windowBits(p.Value)
		case "client_max_window_bits":
			o.clientBits, ok = maxWindowBits, true
			if p.HasValue {
				o.clientBits, ok = windowBits(p.Value)
			}
		default:
			ok = false
		}
		if !ok {
			return o, false
		}
	}
	return o, true
}

// windowBits reads a number from 8 to 15 without leading zeros.
func windowBits(s string) (bits int, ok bool) {
	for bits := 8; bits <= maxWindowBits; bits++ {
		if strconv.Itoa(bits) == s {
			return bits, true
		}
	}
	return 0, false
}

// accept answers the offer if a mirror can keep to it.
func (o offer) accept() (Deflate, bool) {
	d := Deflate{Takeover: true, Answer: "permessage-deflate"}
	if o.serverNoTakeover {
		d.Answer += "; server_no_context_takeover"
	}
	if o.serverNoTakeover || o.clientNoTakeover {
		d.Takeover = false
		d.Answer += "; client_no_context_takeover"
	}
	if o.serverBits == 0 {
		return d, true
	}
	d.Answer += "; server_max_window_bits=" + strconv.Itoa(o.serverBits)
	if o.serverBits == maxWindowBits {
		return d, true
	}
	if o.clientBits == 0 {
		return d, false // nothing binds the client to the same window (RFC 7692 §7.1.2.2)
	}
	d.Answer += "; client_max_window_bits=" + strconv.Itoa(min(o.serverBits, o.clientBits))
	return d, true
}
