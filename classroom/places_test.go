package classroom

// Places in a class: who finds one, and who gives way.

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"wireup/bus"
)

func TestNetwork(t *testing.T) {
	for address, want := range map[string]string{
		"": "", "192.0.2.7": "192.0.2.7", "@": "@",
		"2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64", "2001:db8:1:2::1": "2001:db8:1:2::/64", "fe80::1%eth0": "fe80::/64",
		"::ffff:192.0.2.7": "::ffff:192.0.2.7",
	} {
		if got := Network(address); got != want {
			t.Errorf("%s is counted as %s; want %s", address, got, want)
		}
	}
	for viewers, want := range map[int]int{1: 1, 300: 300, 1500: 1000, 5000: 2500} {
		if got := share(viewers); got != want {
			t.Errorf("of %d places an address has %d; want %d", viewers, got, want)
		}
	}
}

// One machine that comes on wire after wire leaves half of a class to others, now and for good.
func TestOneAddressFillsNoClass(t *testing.T) {
	a := instance(t, bus.Options{Dir: t.TempDir()})
	a.viewers = 2200
	made, err := a.Create(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c := open(t, a, made.Code)
	const hog, room = "192.0.2.7", "192.0.2.8"
	var lines []*Line
	for n := 0; ; n++ {
		l, err := c.LineAs("", fmt.Sprint("hog ", n), hog, false)
		if errors.Is(err, ErrAddress) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, l)
	}
	if len(lines) != 1100 {
		t.Errorf("one address has %d of 2200 places", len(lines))
	}
	for n := 0; ; n++ { // and lines upon lines
		l, err := c.LineAs("", fmt.Sprint("hog ", n%1100), hog, false)
		if errors.Is(err, ErrAddress) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, l)
	}
	for n := range 1000 { // a room of several hundred behind one address comes at once
		l, err := c.LineAs("", fmt.Sprint("room ", n), room, false)
		if err != nil {
			t.Fatalf("viewer %d of a room: %v", n, err)
		}
		lines = append(lines, l)
	}
	here, _ := c.LineAs("", "here", "", false) // behind this machine's own proxy
	if lines = append(lines, here); here.who == nil {
		t.Error("nobody on this machine finds a place")
	}
	for _, l := range lines {
		l.Close()
	}
	if c.lines != 0 || len(c.people) != 0 || len(c.of) != 0 {
		t.Errorf("when all have gone, %d lines, %d people and %v are left", c.lines, len(c.people), c.of)
	}

	d := new(crowd)
	come := func(n int, network string) error {
		return d.do(&Command{Say: "join", from: viewerKey(n), net: netOf(c.Code, network)}, rules{most: 2200}, t0)
	}
	for n := range 3000 {
		err = come(n, hog)
	}
	if d.size() != 1100 || err == nil || !strings.Contains(err.Error(), "1100 viewers have come to this class from your address") {
		t.Errorf("one address has %d of 2200 numbers, and then: %v", d.size(), err)
	}
	if err := come(7, hog); err != errSame {
		t.Errorf("who has a number comes again: %v", err)
	}
	for n := 10_000; n < 11_000; n++ {
		if err := come(n, room); err != nil {
			t.Fatalf("viewer %d of a room: %v", n, err)
		}
	}
	if d.of(netOf(c.Code, room)) != 1000 || len(d.Nets) != netSize*d.size() {
		t.Errorf("of %d viewers, %d came from the room", d.size(), d.of(netOf(c.Code, room)))
	}
	old := &crowd{Keys: []byte(viewerKey(1))} // as it was kept before networks were
	if err := old.do(&Command{Say: "join", from: viewerKey(2), net: "abc"}, rules{most: 2}, t0); err != nil || string(old.Nets) != "\x00\x00\x00abc" {
		t.Errorf("a crowd without networks has %q, %v", old.Nets, err)
	}
}

// However many say that they present, who does gets in: the others give way, of the same address too.
func TestWhoPresentsGetsIn(t *testing.T) {
	a := instance(t, bus.Options{Dir: t.TempDir()})
	a.viewers = 1
	made, err := a.Create(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c := open(t, a, made.Code)
	sit(t, c, "the only viewer", "")
	out := 0
	flood := func(from string, n int) (lines []*Line) {
		for i := range n {
			l, err := c.Line(fmt.Sprint("flood ", i), from, true)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(l.Close)
			lines = append(lines, l)
		}
		return lines
	}
	gone := func(l *Line) bool {
		select {
		case <-l.Out():
			return true
		default:
			return false
		}
	}
	first := flood("192.0.2.7", 500)
	owner, err := c.Line("owner", "192.0.2.9", true)
	if err != nil {
		t.Fatal(err)
	}
	defer owner.Close()
	for _, l := range append(first, flood("192.0.2.7", 500)...) {
		if gone(l) {
			out++
		}
	}
	if gone(owner) || out != 1000+1-atTheDoor {
		t.Errorf("of a thousand at the door %d gave way; whoever presents did: %v", out, gone(owner))
	}
	hello := func(l *Line, token string) string {
		m, err := l.Answer(t.Context(), []byte(`{"say":"hello","as":"presenter","token":"`+token+`"}`))
		if err != nil {
			return err.Error()
		}
		return string(m.Data)
	}
	if m := hello(owner, made.Owner); !strings.Contains(m, `"you":"owner"`) {
		t.Errorf("whoever presents is answered with %s", m)
	}
	flood("192.0.2.9", 2*atTheDoor)
	if gone(owner) {
		t.Error("whoever presents has given way after the hello")
	}
	for n := range presenting {
		l, err := c.Line("owner", "", true)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(l.Close)
		switch m := hello(l, made.Owner); {
		case n < presenting-1 && !strings.Contains(m, `"welcome"`), n == presenting-1 && m != ErrPresenting.Error():
			t.Errorf("page %d of the owner's is answered with %s", n+2, m)
		}
	}
	if _, err := c.LineAs(made.Screen, "screen", "", true); err != nil {
		t.Errorf("the projector finds no place beside the owner's pages: %v", err)
	}
}
