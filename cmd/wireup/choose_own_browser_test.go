//go:build browser

package main

// Lesson 13's exercises for programs of the reader's own, by an echo with one bad habit at a time.

import (
	"net/url"

	"wireup/inspector/probe/probetest"
)

// connects has a client of this habit hold the course's conversation.
func connects(habit string) func(r *reader) {
	return func(r *reader) {
		u, err := url.Parse(r.fill("ws://{host}/lab/own/client/{word}?wire={wire}"))
		if err == nil {
			err = probetest.Client(u, habit)
		}
		if err != nil {
			r.t.Fatal(err)
		}
	}
}

// isProbed has the course probe a server of this habit.
func isProbed(habit string) func(r *reader) {
	return func(r *reader) {
		probed("--wire", r.fill("http://{host}/lab/own/control/probe/{word}?wire={wire}"), probetest.Serve(r.t, habit).String())
	}
}

var ownAttempts = []attempt{
	{exercise: "choose/own-client", fixture: "pass", title: "Connects a client that has no bad habit.", terminal: connects("has none")},
	{exercise: "choose/own-client", fixture: "wrong-handshake", title: "Forgets Sec-WebSocket-Key.", terminal: connects("sends no key")},
	{exercise: "choose/own-client", fixture: "wrong-capitals", title: "Sends each message back in capitals.", terminal: connects("shouts")},
	{exercise: "choose/own-client", fixture: "wrong-each-frame", title: "Sends each frame back as a message.", terminal: connects("echoes frames")},
	{exercise: "choose/own-client", fixture: "wrong-empty-pong", title: "Answers pings, and forgets their payload.", terminal: connects("pongs emptily")},
	{exercise: "choose/own-client", fixture: "wrong-unmasked", title: "Sends its frames without a mask.", terminal: connects("masks wrongly")},
	{exercise: "choose/own-client", fixture: "wrong-leaves", title: "Hangs up at the first message.", terminal: connects("leaves at once")},
	{exercise: "choose/own-client", fixture: "wrong-silent", title: "Reads the messages, and sends none back.", terminal: connects("answers nothing")},
	{exercise: "choose/own-client", fixture: "wrong-code", title: "Passes all but the goodbye, where it says 1001.", terminal: connects("closes with 1001")},

	{exercise: "choose/own-server", fixture: "pass", title: "Probes a server that has no bad habit.", terminal: isProbed("has none")},
	{exercise: "choose/own-server", fixture: "wrong-not-found", title: "Probes a server that knows no such page.", terminal: isProbed("has no such page")},
	{exercise: "choose/own-server", fixture: "wrong-other-key", title: "Probes a server that answers each handshake with the RFC's sample value.", terminal: isProbed("accepts another key")},
	{exercise: "choose/own-server", fixture: "wrong-compresses", title: "Probes a server that chooses an extension which nobody offered.", terminal: isProbed("compresses unasked")},
	{exercise: "choose/own-server", fixture: "wrong-takes-anything", title: "Probes a server that takes frames without a mask, text that is no UTF-8, and reserved bits.", terminal: isProbed("takes anything")},
	{exercise: "choose/own-server", fixture: "wrong-late-pong", title: "Probes a server that answers a ping when it has read the whole message.", terminal: isProbed("answers pings late")},
}

// probedByUs are the fixtures that nobody can send again: the course itself speaks in them, or it is
// its patience that they are about.
func probedByUs() map[string]string {
	list := map[string]string{"choose/own-client/wrong-silent": "the client goes on when the course has given up, and not at a time of its own"}
	for _, a := range ownAttempts {
		if a.exercise == "choose/own-server" {
			list[a.exercise+"/"+a.fixture] = "the course itself sends it; the probe's own tests have each of these habits"
		}
	}
	return list
}
