package handlers

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"wireup/handlers/calls"
	"wireup/wire"
)

// socketsCommanded sends a command to the lab of sockets.
func (s *echoServer) socketsCommanded(t *testing.T, query string) (int, socketsState, string) {
	t.Helper()
	c := s.dial(t)
	c.send("POST /lab/sockets/control/" + query + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
	code, body := c.answered()
	var state socketsState
	var refused struct{ Error string }
	if err := json.Unmarshal(body, &state); err != nil {
		t.Fatalf("%s: %s: %v", query, body, err)
	}
	_ = json.Unmarshal(body, &refused)
	return code, state, refused.Error
}

// openDescriptors counts what this process has open; -1 where that can't be told.
func openDescriptors() int {
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return -1
	}
	return len(list)
}

const pairWire = "pairaaaaaaaaa"

func TestSocketsStepped(t *testing.T) {
	if !calls.Supported {
		t.Skip(calls.ErrUnsupported)
	}
	s := startRaw(t, DefaultLimits())
	for _, family := range []string{"unix", "tcp"} {
		_, state, _ := s.socketsCommanded(t, "open?wire="+pairWire+"&family="+family)
		if state.Pair == nil || state.Pair.Next == nil || state.Raw.TCP != s.tcp || state.Raw.Unix != s.unix {
			t.Fatalf("%s: open answers %+v", family, state)
		}
		steps := 0
		for ; state.Pair.Next != nil; steps++ {
			if _, state, _ = s.socketsCommanded(t, "step?wire="+pairWire); state.Pair == nil || steps > 30 {
				t.Fatalf("%s: step %d answers %+v", family, steps, state)
			}
		}
		if code, _, said := s.socketsCommanded(t, "step?wire="+pairWire); code != 409 || !strings.Contains(said, "Press Reset") {
			t.Errorf("%s: after the last step: %d %q", family, code, said)
		}
		if _, again, _ := s.socketsCommanded(t, "state?wire="+pairWire); len(again.Pair.Calls) != len(state.Pair.Calls) {
			t.Errorf("%s: state changes something", family)
		}
	}
	if _, ok := s.hub.Lookup(pairWire); ok {
		t.Error("commands stand on the wire's log")
	}
}

func TestSocketsErrors(t *testing.T) {
	if !calls.Supported {
		t.Skip(calls.ErrUnsupported)
	}
	s := startEcho(t, DefaultLimits())
	for _, tt := range []struct {
		query string
		code  int
		text  string
	}{
		{"step?wire=" + pairWire, 409, "No run has begun"},
		{"open?family=unix", 400, "belong to a wire"},
		{"open?wire=" + pairWire + "&family=ipx", 400, "unix or tcp"},
		{"boil?wire=" + pairWire, 404, "no command"},
		{"open?wire=" + pairWire + "&family=tcp", 200, ""},
		{"call?wire=" + pairWire + "&side=server&call=fork", 409, "no call"},
		{"call?wire=" + pairWire + "&side=server&call=recv&room=65", 400, "out of range"},
		{"call?wire=" + pairWire + "&side=server&call=socket", 200, ""},
		{"call?wire=" + pairWire + "&side=server&call=bind&taken=1", 200, ""},
		{"reset?wire=" + pairWire, 200, ""},
	} {
		code, state, said := s.socketsCommanded(t, tt.query)
		if code != tt.code || !strings.Contains(said, tt.text) {
			t.Errorf("%s: %d %q; want %d %q", tt.query, code, said, tt.code, tt.text)
		}
		if strings.Contains(tt.query, "taken") {
			if last := state.Pair.Calls[len(state.Pair.Calls)-1]; last.Errno != "EADDRINUSE" || !strings.Contains(last.Args, s.addr[strings.LastIndex(s.addr, ":")+1:]) {
				t.Errorf("the server's own address is free: %+v", last)
			}
		}
		if strings.HasPrefix(tt.query, "reset") && state.Pair != nil {
			t.Errorf("after a reset there is %+v", state.Pair)
		}
	}
}

// Descriptors are closed by a reset, by age, by too many pairs, and by the end.
func TestSocketsClose(t *testing.T) {
	if !calls.Supported {
		t.Skip(calls.ErrUnsupported)
	}
	s := newPairs()
	before := openDescriptors()
	fill := func(id wire.ID) *pair {
		p, err := s.open(id, calls.Unix, "")
		if err != nil {
			t.Fatal(err)
		}
		for range 6 { // up to accept
			if err := p.next(); err != nil {
				t.Fatal(err)
			}
		}
		if d := p.state().Descriptors; d.Listener < 0 || d.Client < 0 || len(d.Conns) != 1 {
			t.Fatalf("the pair holds %+v", d)
		}
		return p
	}
	check := func(when string, more int) {
		t.Helper()
		if after := openDescriptors(); before >= 0 && after != before+more {
			t.Errorf("%s: %d descriptors more, want %d", when, after-before, more)
		}
	}
	id := func(i int) wire.ID { return wire.ID("pairaaaaaaa" + string(rune('a'+i/26)) + string(rune('a'+i%26))) }
	p := fill(id(0))
	check("open", 3)
	fill(id(0))
	check("open again", 3)
	s.reset(id(0))
	check("reset", 0)
	if err := p.next(); err != gone {
		t.Errorf("a call on closed sockets: %v", err)
	}
	p = fill(id(0))
	s.expire(id(0), p)
	check("used a moment ago", 3)
	p.used = p.used.Add(-pairAge)
	s.expire(id(0), p)
	check("too old", 0)
	for i := range maxPairs + 3 {
		fill(id(i))
	}
	check("too many", 3*maxPairs)
	s.drain()
	check("drained", 0)
	if _, err := s.open(id(0), calls.TCP, ""); err == nil {
		t.Error("a pair is opened while the server stops")
	}
	check("refused", 0)
}
