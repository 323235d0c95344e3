package wire

// From a connection to the logs: each exchange's events go to the wire that its request named.

import (
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"wireup/inspector"
)

const (
	// maxAppearances bounds the wires that one connection is followed on.
	maxAppearances = 64

	// longBefore is from when on an open says how long ago it was.
	longBefore = time.Second
)

// tracker is the Observer of one connection.
type tracker struct {
	hub     *Hub
	conn    *inspector.Conn
	session *inspector.Session

	note      string // what there is to say of it as a whole
	dialed    bool   // our end is the client's
	asked     bool   // whether the connection was announced has been looked up
	announced announcement

	// The exchanges from number first on. The session awaits a bounded number of answers, and
	// what comes before the one being answered is forgotten.
	exchanges []exchange
	first     int

	seen []*appearance
}

// exchange is whom the events of one request and its answer belong to.
type exchange struct {
	wire        ID // empty: nobody
	driver, lab string
}

// appearance is the connection as one of the wires knows it.
type appearance struct {
	wire     *Wire
	conn     int
	exchange exchange // the last one there
}

// Watch returns the Observer of c, which logs what c carries. Give Watch to an
// inspector.Listener. A connection that switches to frames that belong to no wire is let go of:
// from then on it costs nothing.
func (h *Hub) Watch(c *inspector.Conn) inspector.Observer {
	t := &tracker{hub: h, conn: c, first: 1}
	t.session = inspector.NewSession(inspector.Options{
		Preview:      h.limits.Preview,
		InflateLimit: h.limits.Message,
	}, t.event)
	return t
}

// Owner is whose log a connection is on as a whole, whatever its requests name.
type Owner struct {
	Wire   ID
	Driver string // empty: each request says whether a page or a terminal sent it
	Lab    string
	Note   string // what there is to say of the connection, as a sentence
	Dialed bool   // our end is the client's
}

// WatchFor is Watch for a connection that doesn't talk to this server: one that goes to a server of
// the reader's own. Every byte of it is on the owner's wire.
func (h *Hub) WatchFor(c *inspector.Conn, o Owner) inspector.Observer {
	t := h.Watch(c).(*tracker)
	t.asked, t.announced = true, announcement{o.Driver, o.Wire, o.Lab, true}
	t.note, t.dialed = o.Note, o.Dialed
	return t
}

// Observe is told what crossed the connection.
func (t *tracker) Observe(at time.Time, d inspector.Direction, p []byte) {
	t.session.Observe(at, d, p)
}

// Ended is told how the connection ended.
func (t *tracker) Ended(at time.Time, how inspector.Ending, err error) {
	t.session.Ended(at, how, err)
}

// event routes one event. It is valid only during the call.
func (t *tracker) event(e *inspector.Event) {
	if !t.asked {
		// Now and not at once: who announces a connection has first to open it.
		t.asked = true
		t.announced, _ = t.hub.announced(address(t.conn.RemoteAddr()))
	}
	switch e.Kind {
	case inspector.KindClose:
		t.closed(e)
		return
	case inspector.KindRequest:
		t.request(e)
	case inspector.KindResponse:
		t.forget(e.Exchange)
	}
	x := t.exchange(e.Exchange)
	if x.wire != "" {
		t.log(x, e)
		return
	}
	if e.Kind == inspector.KindResponse && e.Head.Code == 101 && len(t.seen) == 0 {
		t.conn.Unwatch()
	}
}

// request notes whom the exchange that e begins belongs to.
func (t *tracker) request(e *inspector.Event) {
	h := e.Head
	var (
		x     exchange
		route Route
	)
	if t.announced.whole {
		route.Lab = t.announced.lab
	} else {
		route = t.hub.route(string(h.Method.Of(h.Raw)), string(h.Target.Of(h.Raw)))
	}
	if !route.Muted {
		x = exchange{route.Wire, t.announced.driver, route.Lab}
		if x.wire == "" {
			x.wire = t.announced.wire
		}
		if x.wire != "" && x.driver == "" {
			x.driver = driverOf(h)
		}
	}
	t.exchanges = append(t.exchanges, x)
}

// driverOf tells a page from a program: every browser's User-Agent begins with Mozilla/.
func driverOf(h *inspector.Head) string {
	agent, _ := h.Get("User-Agent")
	if strings.HasPrefix(agent, "Mozilla/") {
		return DriverPage
	}
	return DriverTerminal
}

// forget lets go of the exchanges before number: answers come in the order of their requests.
func (t *tracker) forget(number int) {
	if n := min(number-t.first, len(t.exchanges)); n > 0 {
		t.exchanges = t.exchanges[:copy(t.exchanges, t.exchanges[n:])]
		t.first += n
	}
}

// exchange returns the exchange with this number. What comes before the first, or outside of
// any, belongs to the wire that the connection was announced for, if it was.
func (t *tracker) exchange(number int) exchange {
	if i := number - t.first; i >= 0 && i < len(t.exchanges) {
		return t.exchanges[i]
	}
	if number == 0 {
		return exchange{t.announced.wire, t.announced.driver, t.announced.lab}
	}
	return exchange{}
}

// log keeps e on the wire of its exchange.
func (t *tracker) log(x exchange, e *inspector.Event) {
	a := t.appearance(x, e)
	if a == nil {
		return
	}
	a.exchange = x
	for !a.append(Keep(e)) {
		// The wire was dropped meanwhile. Its successor knows nothing of this connection.
		t.open(a, e, "its earlier events are no longer kept")
	}
}

// append puts an entry on the wire, as one of this connection; false if the wire was dropped and
// nothing has taken over what it held.
func (a *appearance) append(e *Event) bool {
	e.Conn, e.Driver, e.Lab = a.conn, a.exchange.driver, a.exchange.lab
	for !a.wire.Append(e) {
		next := a.wire.successor()
		if next == nil {
			return false
		}
		a.wire = next
	}
	return true
}

// appearance finds the connection's appearance on the wire of x, or makes it when e is the first
// of its events there. It returns nil when the connection has appeared on too many others.
func (t *tracker) appearance(x exchange, e *inspector.Event) *appearance {
	for _, a := range t.seen {
		if a.wire.ID == x.wire {
			return a
		}
	}
	a := &appearance{exchange: x}
	if len(t.seen) == maxAppearances {
		if e.Kind == inspector.KindRequest {
			t.open(a, e, fmt.Sprintf("it has appeared on %d other wires (limit: wires of one connection), "+
				"so what it carries is not shown here", maxAppearances))
		}
		return nil
	}
	past := ""
	if e.Exchange > 1 {
		past = "it has carried other requests"
	}
	t.open(a, e, past)
	t.seen = append(t.seen, a)
	return a
}

// open tells the wire of a.exchange that the connection is there; e is what it is about to log.
// past is what the connection has behind it, when there is anything to say.
func (t *tracker) open(a *appearance, e *inspector.Event, past string) {
	o := inspector.Event{At: t.conn.Accepted, Kind: inspector.KindOpen, Direction: inspector.Up, Note: t.note}
	if age := e.Began.Sub(t.conn.Accepted); past != "" || age >= longBefore {
		o.At = e.Began
		o.Note = strings.TrimSpace(o.Note + " The connection was opened " + seconds(age) + " before")
		if past != "" {
			o.Note += "; " + past
		}
		o.Note += "."
	}
	o.Began = o.At
	for done := false; !done; {
		a.wire = t.hub.Wire(a.exchange.wire)
		a.conn = a.wire.connect()
		entry := Keep(&o)
		client, server := t.conn.RemoteAddr(), t.conn.LocalAddr()
		if t.dialed {
			client, server = server, client
		}
		entry.Remote, entry.Local = named(client), named(server)
		done = a.append(entry)
	}
}

func named(a net.Addr) string {
	if a == nil {
		return ""
	}
	return a.String()
}

// closed tells every wire that the connection appeared on how it ended. A connection that was
// announced and never said a word appears for that.
func (t *tracker) closed(e *inspector.Event) {
	if len(t.seen) == 0 && t.announced.wire != "" && t.first+len(t.exchanges) == 1 {
		t.log(t.exchange(0), e)
		return
	}
	for _, a := range t.seen {
		a.append(Keep(e)) // a wire that was dropped needn't hear of it
	}
}

// seconds writes a duration as a person says it: 3.2 s, 0.04 s, 120 s.
func seconds(d time.Duration) string {
	s := max(d, 0).Seconds()
	digits := 1
	switch {
	case s >= 100:
		digits = 0
	case s < 0.1:
		digits = 3
	}
	return strconv.FormatFloat(s, 'f', digits, 64) + " s"
}
