// Package classtest is a page of a live class, for tests against a listener: it joins over a WebSocket,
// says what it is made to, and reads what it is told.
package classtest

import (
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

const patience = 20 * time.Second // that a test has with a class, and with a server on its way back

// Message is one that a class tells.
type Message map[string]any

// Kind matches messages of a kind.
func Kind(name string) func(m Message) bool {
	return func(m Message) bool { return m["kind"] == name }
}

// At matches a class that stands on a step.
func At(lesson string, slide, step int) func(m Message) bool {
	return func(m Message) bool {
		s, _ := m["step"].(map[string]any)
		return m["kind"] == "class" && s["lesson"] == lesson && s["slide"] == float64(slide) && s["step"] == float64(step)
	}
}

// Counts matches a crowd whose votes are counted so, such as "[3 3]".
func Counts(want string) func(m Message) bool {
	return func(m Message) bool {
		v, _ := m["votes"].(map[string]any)
		return m["kind"] == "crowd" && fmt.Sprint(v["counts"]) == want
	}
}

// Page is one page.
type Page struct {
	URL string // of its socket
	WS  *websocket.Conn

	t      testing.TB
	dialer websocket.Dialer
	hello  string
	name   string // as it was welcomed first
	away   bool   // its server has died, which it may not know yet
	last   map[any]Message
}

// Open opens a page on the wire with this id, and says hello as viewer, presenter or screen.
func Open(t testing.TB, address, code, wire, as, token string) *Page {
	t.Helper()
	return OpenFrom(t, "", address, code, wire, as, token)
}

// OpenFrom opens one on another machine, for which an address of this one stands, such as 127.0.0.9. Where
// there are no such addresses the test is skipped.
func OpenFrom(t testing.TB, from, address, code, wire, as, token string) *Page {
	t.Helper()
	p := &Page{t: t, URL: fmt.Sprintf("ws://%s/classes/%s/socket?as=%s&wire=%s", address, code, as, wire),
		hello: fmt.Sprintf(`{"say":"hello","as":%q,"token":%q}`, as, token), dialer: From(t, from)}
	p.connect()
	return p
}

// From dials from an address of this machine, or from any if it is empty.
func From(t testing.TB, address string) websocket.Dialer {
	t.Helper()
	if address == "" {
		return websocket.Dialer{}
	}
	local := &net.TCPAddr{IP: net.ParseIP(address)}
	l, err := net.ListenTCP("tcp", local)
	if err != nil {
		t.Skipf("this machine has no address %s: %v", address, err)
	}
	l.Close()
	return websocket.Dialer{NetDial: (&net.Dialer{LocalAddr: local}).Dial}
}

func (p *Page) connect() {
	p.t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(100 * time.Millisecond) {
		ws, _, err := p.dialer.Dial(p.URL, nil)
		if err == nil {
			p.WS = ws
			break
		}
		if !p.away || time.Now().After(end) {
			p.t.Fatalf("%s: %v", p.URL, err)
		}
	}
	p.t.Cleanup(func() { p.WS.Close() })
	p.last = make(map[any]Message)
	p.Say(p.hello)
}

// Say says something.
func (p *Page) Say(text string) {
	p.t.Helper()
	if err := p.WS.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
		p.t.Fatal(err)
	}
}

// Until reads up to the message that is ok, if what is known isn't so already. A page whose server has
// died comes back, under the name that it had.
func (p *Page) Until(what string, ok func(m Message) bool) Message {
	p.t.Helper()
	for _, m := range p.last {
		if ok(m) {
			return m
		}
	}
	p.WS.SetReadDeadline(time.Now().Add(patience))
	for {
		var m Message
		if err := p.WS.ReadJSON(&m); err != nil {
			if !p.away {
				p.t.Fatalf("waiting for %s: %v", what, err)
			}
			p.WS.Close()
			p.connect()
			p.away = false
			p.WS.SetReadDeadline(time.Now().Add(patience))
			continue
		}
		switch m["kind"] {
		case "class", "crowd", "desk":
			p.last[m["kind"]] = m
		case "welcome":
			name, _ := m["viewer"].(string)
			if p.name != "" && name != p.name {
				p.t.Errorf("%s is called %s now", p.name, name)
			}
			p.name = name
		}
		if ok(m) {
			return m
		}
	}
}

// Answered says something, and returns the answer to it.
func (p *Page) Answered(text string) Message {
	p.t.Helper()
	p.Say(text)
	return p.Until("the answer to "+text, func(m Message) bool { return m["kind"] == "ok" || m["kind"] == "refused" })
}

// Does says something that is not refused.
func (p *Page) Does(text string) {
	p.t.Helper()
	if m := p.Answered(text); m["kind"] != "ok" {
		p.t.Fatalf("%s: %v", text, m)
	}
}

// LeftAlone says that the page's server may have died. What it said before doesn't count any more.
func (p *Page) LeftAlone() {
	p.away = true
	clear(p.last)
}

// Back waits until a page whose server has died is connected again.
func (p *Page) Back() {
	p.t.Helper()
	p.Until("the end of the old socket", func(Message) bool { return !p.away })
}
