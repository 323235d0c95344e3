package wire

// Routing: which events of a connection go to which wire, and what that costs when it is none.

import (
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"wireup/inspector"
)

// testRoute reads ?wire=ID and calls the path the lab; /muted is muted.
func testRoute(method, target string) Route {
	u, err := url.ParseRequestURI(target)
	if err != nil {
		return Route{}
	}
	if u.Path == "/muted" {
		return Route{Muted: true}
	}
	id, err := ParseID(u.Query().Get("wire"))
	if err != nil {
		return Route{}
	}
	return Route{Wire: id, Lab: strings.Trim(u.Path, "/")}
}

// quiet is the connection below a tap in tests that call the tap's observer themselves.
type quiet struct {
	net.Conn
	remote net.Addr
}

func (q quiet) RemoteAddr() net.Addr { return q.remote }
func (q quiet) LocalAddr() net.Addr  { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080} }

// line is a watched connection whose bytes a test makes up.
type line struct {
	inspector.Observer
	tap *inspector.Conn
	at  time.Time
}

func newLine(h *Hub, accepted time.Time) *line {
	tap := inspector.NewConn(quiet{remote: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 50012}})
	tap.Accepted = accepted
	return &line{h.Watch(tap), tap, accepted}
}

func (l *line) after(d time.Duration) *line { l.at = l.at.Add(d); return l }
func (l *line) up(s string)                 { l.Observe(l.at, inspector.Up, []byte(s)) }
func (l *line) down(s string)               { l.Observe(l.at, inspector.Down, []byte(s)) }
func (l *line) end()                        { l.Ended(l.at, inspector.EndClient, nil) }
func (l *line) tracker() *tracker           { return l.Observer.(*tracker) }

const (
	ok200      = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
	switching  = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
	clientHi   = "\x81\x82\x00\x00\x00\x00hi"
	serverHi   = "\x81\x02hi"
	browserUA  = "User-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\n"
	terminalUA = "User-Agent: curl/8.14\r\n"
)

func get(target, fields string) string {
	return "GET " + target + " HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n"
}

func upgrade(target, fields string) string {
	return get(target, fields+"Connection: Upgrade\r\nUpgrade: websocket\r\n")
}

// told is a wire's whole log, a line an event.
func told(t *testing.T, h *Hub, id ID) string {
	t.Helper()
	w, ok := h.Lookup(id)
	if !ok {
		return ""
	}
	var b strings.Builder
	events, lost := w.After(0, 1000)
	if lost > 0 {
		fmt.Fprintf(&b, "lost %d\n", lost)
	}
	for _, e := range events {
		fmt.Fprintf(&b, "%d %s %s %s/%s", e.Conn, e.Direction, e.Kind, e.Driver, e.Lab)
		if e.Head != nil {
			fmt.Fprintf(&b, " %s", e.Head.Line.Of(e.Head.Raw))
		}
		if e.Note != "" {
			fmt.Fprintf(&b, " (%s)", e.Note)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func wantTold(t *testing.T, h *Hub, id ID, want string) {
	t.Helper()
	if got := told(t, h, id); got != want {
		t.Errorf("wire %s holds\n%s\nwant\n%s", id, got, want)
	}
}

func TestOneExchange(t *testing.T) {
	h := NewHub(Limits{}, testRoute)
	l := newLine(h, epoch)
	l.after(time.Millisecond).up(get("/request?wire="+string(testID), browserUA))
	l.after(time.Millisecond).down(ok200)
	l.after(time.Millisecond).end()
	wantTold(t, h, testID, `1 up open page/request
1 up request page/request GET /request?wire=aaaaaaaaaaaaa HTTP/1.1
1 down response page/request HTTP/1.1 200 OK
1 down body page/request
1 up close page/request
`)
	w, _ := h.Lookup(testID)
	events, _ := w.After(0, 10)
	for i, want := range []float64{0, 1, 2, 2, 3} {
		if events[i].At != want {
			t.Errorf("event %d is at %v; want %v", i, events[i].At, want)
		}
	}
	if got := events[0].Local; got != "127.0.0.1:8080" {
		t.Errorf("the client reached %q", got)
	}
	if got := events[0].Remote; got != "127.0.0.1:50012" {
		t.Errorf("the open's remote is %q", got)
	}
}

func TestDrivers(t *testing.T) {
	tests := []struct{ name, fields, want string }{
		{"browser", browserUA, DriverPage},
		{"curl", terminalUA, DriverTerminal},
		{"none", "", DriverTerminal},
		{"Mozilla elsewhere", "User-Agent: not Mozilla/5.0\r\n", DriverTerminal},
		{"name in capitals", "USER-AGENT: Mozilla/5.0\r\n", DriverPage},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := NewHub(Limits{}, testRoute)
			newLine(h, epoch).up(get("/?wire="+string(testID), tt.fields))
			if e, ok := h.Wire(testID).Event(1); !ok || e.Driver != tt.want {
				t.Errorf("the driver is %q; want %q", e.Driver, tt.want)
			}
		})
	}
}

func TestConnectionsAreNumberedByAppearance(t *testing.T) {
	h := NewHub(Limits{}, testRoute)
	first, second, third := newLine(h, epoch), newLine(h, epoch), newLine(h, epoch)
	first.up(get("/elsewhere", ""))
	third.up(get("/a?wire="+string(testID), ""))
	second.up(get("/b?wire="+string(testID), ""))
	third.down(ok200)
	third.up(get("/c?wire="+string(testID), ""))
	wantTold(t, h, testID, `1 up open terminal/a
1 up request terminal/a GET /a?wire=aaaaaaaaaaaaa HTTP/1.1
2 up open terminal/b
2 up request terminal/b GET /b?wire=aaaaaaaaaaaaa HTTP/1.1
1 down response terminal/a HTTP/1.1 200 OK
1 down body terminal/a
1 up request terminal/c GET /c?wire=aaaaaaaaaaaaa HTTP/1.1
`)
}

// TestPipelinedRequestsOfSeveralWires: answers go where their requests went, though all requests
// came first, and what belongs to nobody, or is muted, goes nowhere.
func TestPipelinedRequestsOfSeveralWires(t *testing.T) {
	h := NewHub(Limits{}, testRoute)
	l := newLine(h, epoch)
	one, two := idOf(1), idOf(2)
	l.up(get("/a?wire="+string(one), "") + get("/b?wire="+string(two), "") + get("/nobody", "") +
		get("/muted?wire="+string(one), "") + get("/c?wire="+string(one), ""))
	for range 5 {
		l.down(ok200)
	}
	l.end()
	wantTold(t, h, one, `1 up open terminal/a
1 up request terminal/a GET /a?wire=aaaaaaaaaaaab HTTP/1.1
1 up request terminal/c GET /c?wire=aaaaaaaaaaaab HTTP/1.1
1 down response terminal/a HTTP/1.1 200 OK
1 down body terminal/a
1 down response terminal/c HTTP/1.1 200 OK
1 down body terminal/c
1 up close terminal/c
`)
	wantTold(t, h, two, `1 up open terminal/b (The connection was opened 0.000 s before; it has carried other requests.)
1 up request terminal/b GET /b?wire=aaaaaaaaaaaac HTTP/1.1
1 down response terminal/b HTTP/1.1 200 OK
1 down body terminal/b
1 up close terminal/b
`)
}

// TestLateBody: a body that goes on after its answer has come is still its exchange's.
func TestLateBody(t *testing.T) {
	h := NewHub(Limits{}, testRoute)
	l := newLine(h, epoch)
	l.up("POST /p?wire=" + string(testID) + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
	l.down(ok200)
	l.up("2\r\nhi\r\n0\r\n\r\n")
	wantTold(t, h, testID, `1 up open terminal/p
1 up request terminal/p POST /p?wire=aaaaaaaaaaaaa HTTP/1.1
1 down response terminal/p HTTP/1.1 200 OK
1 down body terminal/p
1 up body terminal/p
1 up body terminal/p
`)
}

func TestFramesBelongToTheUpgrade(t *testing.T) {
	h := NewHub(Limits{}, testRoute)
	l := newLine(h, epoch)
	l.up(get("/before?wire="+string(idOf(1)), browserUA))
	l.down(ok200)
	l.up(upgrade("/echo?wire="+string(testID), browserUA))
	l.down(switching)
	l.up(clientHi)
	l.down(serverHi)
	l.end()
	wantTold(t, h, testID, `1 up open page/echo (The connection was opened 0.000 s before; it has carried other requests.)
1 up request page/echo GET /echo?wire=aaaaaaaaaaaaa HTTP/1.1
1 down response page/echo HTTP/1.1 101 Switching Protocols
1 up frame page/echo
1 down frame page/echo
1 up close page/echo
`)
	wantTold(t, h, idOf(1), `1 up open page/before
1 up request page/before GET /before?wire=aaaaaaaaaaaab HTTP/1.1
1 down response page/before HTTP/1.1 200 OK
1 down body page/before
1 up close page/before
`)
}

func TestOpenedBefore(t *testing.T) {
	tests := []struct {
		name  string
		drive func(l *line)
		note  string
		at    time.Duration // of the open, after the connection was accepted
	}{
		{"at once", func(l *line) { l.after(999 * time.Millisecond) }, "", 0},
		{"kept in reserve", func(l *line) { l.after(3200 * time.Millisecond) },
			"The connection was opened 3.2 s before.", 3200 * time.Millisecond},
		{"used before", func(l *line) {
			l.up(get("/elsewhere", ""))
			l.down(ok200)
			l.after(40 * time.Millisecond)
		}, "The connection was opened 0.040 s before; it has carried other requests.", 40 * time.Millisecond},
		{"used long before", func(l *line) {
			l.up(get("/elsewhere", ""))
			l.down(ok200)
			l.after(2 * time.Minute)
		}, "The connection was opened 120 s before; it has carried other requests.", 2 * time.Minute},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := NewHub(Limits{}, testRoute)
			l := newLine(h, epoch)
			tt.drive(l)
			l.up(get("/?wire="+string(testID), ""))
			e, ok := h.Wire(testID).Event(1)
			if !ok || e.Kind != inspector.KindOpen || e.Note != tt.note || !e.Event.At.Equal(epoch.Add(tt.at)) {
				t.Errorf("the open is %+v at %v; want the note %q at %v", e.Event, e.Event.At.Sub(epoch), tt.note, tt.at)
			}
		})
	}
}

// TestForge: a connection that was announced shows on the wire that it was announced for, also
// when its bytes are no HTTP, name no wire, or don't come at all.
func TestForge(t *testing.T) {
	tests := []struct {
		name  string
		drive func(l *line)
		want  string
	}{
		{"no HTTP", func(l *line) {
			l.up("\x00\x01 what")
			l.down("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
		}, `1 up open forge/
1 up bytes forge/ (These bytes are no HTTP/1.x message. From here on bytes are shown as bytes.)
1 down response forge/ HTTP/1.1 400 Bad Request
1 up close forge/
`},
		{"no wire", func(l *line) { l.up(get("/echo", browserUA)); l.down(ok200) }, `1 up open forge/
1 up request forge/ GET /echo HTTP/1.1
1 down response forge/ HTTP/1.1 200 OK
1 down body forge/
1 up close forge/
`},
		{"its wire", func(l *line) { l.up(get("/echo?wire="+string(testID), "")) }, `1 up open forge/echo
1 up request forge/echo GET /echo?wire=aaaaaaaaaaaaa HTTP/1.1
1 up close forge/echo
`},
		{"nothing", func(*line) {}, `1 up open forge/
1 up close forge/
`},
		{"muted", func(l *line) { l.up(get("/muted", "")); l.down(ok200) }, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := NewHub(Limits{}, testRoute)
			l := newLine(h, epoch)
			forget := h.Driver(l.tap.RemoteAddr(), DriverForge, testID) // accepted, then announced
			tt.drive(l)
			if tt.name != "nothing" {
				forget() // what is known of a connection stays known
			}
			l.end()
			forget()
			wantTold(t, h, testID, tt.want)
		})
	}
}

func TestForgeOfAnotherWire(t *testing.T) {
	h := NewHub(Limits{}, testRoute)
	l := newLine(h, epoch)
	defer h.Driver(l.tap.RemoteAddr(), DriverForge, "")()
	l.up(get("/a?wire="+string(idOf(1)), ""))
	l.down(ok200)
	l.up("\x00")
	wantTold(t, h, "", "")
	if n := len(h.ids()); n != 1 {
		t.Errorf("there are %d wires; want the one that was named", n)
	}
}

func TestBytesOfNobody(t *testing.T) {
	h := NewHub(Limits{}, testRoute)
	l := newLine(h, epoch)
	l.up("\x16\x03\x01\x02\x00 a TLS hello\n")
	l.down("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
	l.end()
	if n := len(h.ids()); n != 0 {
		t.Errorf("bytes that belong to nobody made %d wires", n)
	}
}

// TestWatchedByNobody: after a 101 that belongs to no wire the tap's observer is gone, unless a
// wire still waits to hear of the connection's end.
func TestWatchedByNobody(t *testing.T) {
	tests := []struct {
		name    string
		before  string
		target  string
		watched bool
	}{
		{"no wire", "", "/echo", false},
		{"muted", "", "/muted?wire=" + string(testID), false},
		{"a wire's", "", "/echo?wire=" + string(testID), true},
		{"muted, on a connection that a wire has seen", "/?wire=" + string(testID), "/muted", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := NewHub(Limits{}, testRoute)
			server, client := net.Pipe()
			defer client.Close()
			defer server.Close()
			var calls int
			l := inspector.NewListener(&oneConn{server}, func(c *inspector.Conn) inspector.Observer {
				return counted{h.Watch(c), &calls}
			})
			c, err := l.Accept()
			if err != nil {
				t.Fatal(err)
			}
			ask := func(request, answer string) {
				t.Helper()
				go client.Write([]byte(request))
				b := make([]byte, len(request))
				if _, err := c.Read(b); err != nil {
					t.Fatal(err)
				}
				got := make(chan error, 1)
				go func() {
					_, err := client.Read(make([]byte, len(answer)))
					got <- err
				}()
				if _, err := c.Write([]byte(answer)); err != nil {
					t.Fatal(err)
				}
				if err := <-got; err != nil {
					t.Fatal(err)
				}
			}
			if tt.before != "" {
				ask(get(tt.before, ""), ok200)
			}
			ask(upgrade(tt.target, ""), switching)
			seen := calls
			ask(clientHi, serverHi)
			if got := calls > seen; got != tt.watched {
				t.Errorf("after the 101 the observer was told: %v; want %v", got, tt.watched)
			}
		})
	}
}

// oneConn is a listener with a single connection.
type oneConn struct{ net.Conn }

func (o *oneConn) Accept() (net.Conn, error) { return o.Conn, nil }
func (o *oneConn) Addr() net.Addr            { return o.Conn.LocalAddr() }

// counted counts what its observer is shown.
type counted struct {
	inspector.Observer
	calls *int
}

func (c counted) Observe(at time.Time, d inspector.Direction, p []byte) {
	*c.calls++
	c.Observer.Observe(at, d, p)
}

// TestManyWiresOnOneConnection: beyond the limit the connection says so, on each wire that it
// appears on then, and is followed on the others.
func TestManyWiresOnOneConnection(t *testing.T) {
	h := NewHub(Limits{}, testRoute)
	l := newLine(h, epoch)
	for n := range maxAppearances + 2 {
		l.up(get("/?wire="+string(idOf(n)), ""))
		l.down(ok200)
	}
	l.up(get("/?wire="+string(idOf(0)), ""))
	l.end()
	wantTold(t, h, idOf(maxAppearances), fmt.Sprintf("1 up open terminal/ (The connection was opened 0.000 s before; "+
		"it has appeared on %d other wires (limit: wires of one connection), so what it carries is not shown here.)\n", maxAppearances))
	if got := told(t, h, idOf(0)); strings.Count(got, " request ") != 2 || !strings.HasSuffix(got, "1 up close terminal/\n") {
		t.Errorf("the first wire holds\n%s", got)
	}
	if n := len(l.tracker().seen); n != maxAppearances {
		t.Errorf("the connection is known to %d wires; want %d", n, maxAppearances)
	}
}

// TestPipelineIsBounded: however many requests come before any answer, what is kept of them is
// bounded, by the session that awaits their answers.
func TestPipelineIsBounded(t *testing.T) {
	h := NewHub(Limits{}, testRoute)
	l := newLine(h, epoch)
	for range 10000 {
		l.up(get("/?wire="+string(testID), ""))
	}
	if n := len(l.tracker().exchanges); n > 200 {
		t.Errorf("%d exchanges are kept", n)
	}
	for range 10000 {
		l.down(ok200)
	}
	if n := len(l.tracker().exchanges); n > 1 {
		t.Errorf("%d exchanges are kept after the answers", n)
	}
	l = newLine(h, epoch)
	for range 10000 {
		l.up(get("/?wire="+string(testID), ""))
		l.down(ok200)
	}
	if n, c := len(l.tracker().exchanges), cap(l.tracker().exchanges); n > 1 || c > 4 {
		t.Errorf("%d exchanges are kept, room for %d, after as many answers as requests", n, c)
	}
}

// TestDroppedWireBeginsAnew: a connection that outlives a wire opens on its successor.
func TestDroppedWireBeginsAnew(t *testing.T) {
	h := NewHub(Limits{Wires: 1}, testRoute)
	l := newLine(h, epoch)
	l.up(upgrade("/echo?wire="+string(testID), ""))
	l.down(switching)
	h.Wire(idOf(1)) // drops it
	l.after(5 * time.Second).up(clientHi)
	wantTold(t, h, testID, `1 up open terminal/echo (The connection was opened 5.0 s before; its earlier events are no longer kept.)
1 up frame terminal/echo
`)
	h.Wire(idOf(1))
	l.end() // is no reason for a new wire
	wantTold(t, h, testID, "")
}

// TestFramesOfNobodyAllocateNothing: once a connection belongs to nobody its frames cost no
// more than its observer being told, should it still be.
func TestFramesOfNobodyAllocateNothing(t *testing.T) {
	h := NewHub(Limits{}, testRoute)
	l := newLine(h, epoch)
	l.up(upgrade("/echo", ""))
	l.down(switching)
	p := []byte(clientHi)
	l.Observe(epoch, inspector.Up, p)
	if n := testing.AllocsPerRun(100, func() { l.Observe(epoch, inspector.Up, p) }); n != 0 {
		t.Errorf("a frame that belongs to nobody allocates %v times", n)
	}
}

func BenchmarkFrameToWire(b *testing.B) {
	h := NewHub(Limits{}, testRoute)
	l := newLine(h, epoch)
	l.up(upgrade("/echo?wire="+string(testID), ""))
	l.down(switching)
	p := []byte(clientHi)
	b.ReportAllocs()
	for b.Loop() {
		l.Observe(epoch, inspector.Up, p)
	}
}

// A connection that goes to another server is on its owner's wire, whatever its requests name.
func TestWatchForAnOwner(t *testing.T) {
	const own, named = ID("aaaaaaaaaaaaa"), "bbbbbbbbbbbbb"
	h := NewHub(Limits{}, testRoute)
	l := newLine(h, time.Unix(1000, 0))
	l.Observer = h.WatchFor(l.tap, Owner{Wire: own, Lab: "proxy"})
	l.up("GET /muted HTTP/1.1\r\nHost: x\r\n\r\nGET /there?wire=" + named + " HTTP/1.1\r\nHost: x\r\nUser-Agent: Mozilla/5.0\r\n\r\n")
	l.down(ok200 + ok200)
	l.up("neither HTTP nor anything\n")
	l.end()
	if _, there := h.Lookup(named); there {
		t.Error("the wire that a request names has something on it")
	}
	w, _ := h.Lookup(own)
	events, _ := w.After(0, 100)
	var told []string
	for _, e := range events {
		told = append(told, fmt.Sprintf("%s %s %s", e.Kind, e.Driver, e.Lab))
	}
	want := []string{"open terminal proxy", "request terminal proxy", "request page proxy", "response terminal proxy", "body terminal proxy",
		"response page proxy", "body page proxy", "bytes page proxy", "close page proxy"}
	if !slices.Equal(told, want) {
		t.Errorf("told\n%q; want\n%q", told, want)
	}

	silent := newLine(h, time.Unix(1001, 0))
	silent.Observer = h.WatchFor(silent.tap, Owner{Wire: own, Driver: DriverProbe, Lab: "choose", Note: "It is ours.", Dialed: true})
	silent.end()
	events, _ = w.After(uint64(len(want)), 100)
	if len(events) != 2 || events[0].Driver != DriverProbe || events[1].Kind != inspector.KindClose {
		t.Errorf("a connection that says nothing: %+v; want that it opened and closed", events)
	}
	if e := events[0]; e.Remote != "127.0.0.1:8080" || e.Local != "127.0.0.1:50012" || e.Note != "It is ours." {
		t.Errorf("a connection that we opened: from %s to %s, %q; want our end as its client, and the note", e.Remote, e.Local, e.Note)
	}
}
