package inspector

// What a status code says, and where it is defined.

// knownStatus holds the codes that a reader of this server, or of one like it, may meet.
var knownStatus = map[int]struct{ meaning, ref string }{
	100: {"go on: send the rest of the request", "RFC 9110 §15.2.1"},
	101: {"the server switches to the protocol in Upgrade", "RFC 9110 §15.2.2"},
	200: {"it worked", "RFC 9110 §15.3.1"},
	204: {"it worked, and there is no content", "RFC 9110 §15.3.5"},
	206: {"it worked, and a part of the content follows", "RFC 9110 §15.3.7"},
	304: {"what you have is still good", "RFC 9110 §15.4.5"},
	400: {"the request breaks a rule", "RFC 9110 §15.5.1"},
	403: {"understood and refused", "RFC 9110 §15.5.4"},
	404: {"there is nothing at this target", "RFC 9110 §15.5.5"},
	405: {"the target doesn't take this method: see Allow", "RFC 9110 §15.5.6"},
	408: {"the request took too long to come", "RFC 9110 §15.5.9"},
	411: {"the request has to say its length", "RFC 9110 §15.5.12"},
	413: {"the content is larger than the server takes", "RFC 9110 §15.5.14"},
	414: {"the target is longer than the server takes", "RFC 9110 §15.5.15"},
	421: {"this server does not answer for that host", "RFC 9110 §15.5.20"},
	426: {"only over another protocol: see Upgrade", "RFC 9110 §15.5.22"},
	429: {"too many; a limit was hit", "RFC 6585 §4"},
	431: {"the header fields are larger than the server takes", "RFC 6585 §5"},
	500: {"the server failed", "RFC 9110 §15.6.1"},
	501: {"the server can't do what is asked", "RFC 9110 §15.6.2"},
	502: {"an intermediary got no proper answer", "RFC 9110 §15.6.3"},
	503: {"not now: the server is too busy, or stops", "RFC 9110 §15.6.4"},
	504: {"an intermediary waited for an answer, and gave up", "RFC 9110 §15.6.5"},
	505: {"the server doesn't speak this version", "RFC 9110 §15.6.6"},
}

// status returns what a code means and the section that says so: that of its class at least.
func status(code int) (meaning, ref string) {
	if known, ok := knownStatus[code]; ok {
		return known.meaning, known.ref
	}
	switch code / 100 {
	case 1:
		return "interim", "RFC 9110 §15.2"
	case 2:
		return "success", "RFC 9110 §15.3"
	case 3:
		return "redirection", "RFC 9110 §15.4"
	case 4:
		return "the client's fault", "RFC 9110 §15.5"
	case 5:
		return "the server's fault", "RFC 9110 §15.6"
	}
	return "", "RFC 9110 §15"
}
