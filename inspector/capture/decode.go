package capture

// Deciding what bytes are, and having a session read them.

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	"wireup/inspector"
)

// Kind is what bytes are taken for.
type Kind uint8

const (
	Auto Kind = iota // to be decided
	Request
	Response
	Frames
	Bytes // no protocol explains them
)

func (k Kind) String() string {
	return [...]string{"auto", "request", "response", "frames", "bytes"}[k]
}

// Side says which direction bytes crossed in that carry no mark of it.
type Side uint8

const (
	Either Side = iota // to be decided: of frames one by one, by their mask
	FromClient
	FromServer
)

// Deflate says whether the frames' connection has negotiated permessage-deflate.
type Deflate uint8

const (
	Infer Deflate = iota // it has if a data frame has RSV1 set
	On
	Off
	NoTakeover // on, and each message is compressed by itself
)

// Options say what a reader knows of the bytes, and bound what is kept of them. Limits that are not
// above zero take the defaults of inspector.Options, and 2000 events.
type Options struct {
	As      Kind // Auto, Request, Response or Frames
	Side    Side
	Deflate Deflate

	Preview, InflateLimit, Events int

	// Stop ends the playing of a recording before its end, once it is closed; nil for never.
	Stop <-chan struct{}
}

// Decoded is what bytes turned out to be.
type Decoded struct {
	Took    Kind   // of the first of them
	Why     string // as sentences
	Events  []Event
	Omitted int // events beyond the limit
}

// Event is an event with the place of its bytes in the text.
type Event struct {
	*inspector.Event
	At     time.Duration // since the recording began
	Place  Place
	Faults []Place // of the byte that breaks each of the event's violations
}

const defaultEvents = 2000

// OptionError is an option that can't hold for these bytes.
type OptionError struct{ Text string }

func (e *OptionError) Error() string { return e.Text }

// crossing is bytes that cross in one direction. Those that a decoder must be told of, though the
// text doesn't hold them, have no spots.
type crossing struct {
	direction inspector.Direction
	at        time.Duration
	bytes     []byte
	spots     []spot
}

// Decode decides what the bytes are and reads them.
func (h *Hex) Decode(o Options) (*Decoded, error) {
	if h.Size == 0 {
		return &Decoded{Took: Bytes, Why: "There are no bytes yet."}, nil
	}
	if o.As == Request && o.Side == FromServer || o.As == Response && o.Side == FromClient {
		return nil, &OptionError{"A request goes up and a response comes down: leave side out, or as."}
	}
	d := &decoder{h: h, o: o, out: &Decoded{}}
	if d.o.Events <= 0 {
		d.o.Events = defaultEvents
	}
	if h.Pieces[0].Marked {
		d.marked()
	} else {
		d.unmarked()
	}
	d.run()
	return d.out, nil
}

// decoder is one decoding.
type decoder struct {
	h     *Hex
	o     Options
	out   *Decoded
	plan  []crossing
	raw   bool
	why   []string
	spots [2][]spot // of each direction's bytes, in order
	told  [2]uint64 // of those, how many events have been told of
	quiet bool
}

func (d *decoder) say(why string) { d.why = append(d.why, why) }

// cross adds bytes of the text to the plan.
func (d *decoder) cross(dir inspector.Direction, at time.Duration, b []byte, spots []spot) {
	if len(b) > 0 {
		d.plan = append(d.plan, crossing{dir, at, b, spots})
	}
}

// unmarked plans bytes whose text says no direction: they are one stream.
func (d *decoder) unmarked() {
	var b []byte
	var spots []spot
	for _, p := range d.h.Pieces {
		b, spots = append(b, p.Bytes...), append(spots, p.spots...)
	}
	kind, why := guess(b)
	if d.o.As != Auto {
		kind, why = d.o.As, "Read as "+d.o.As.String()+", as you asked."
	}
	d.out.Took = kind
	d.say(why)
	switch kind {
	case Request, Response:
		d.heads(kind, b, spots)
	case Frames:
		d.handshake(d.deflated(b))
		d.frames(b, spots)
	default:
		d.raw = true
		d.cross(d.side(inspector.Up), 0, b, spots)
	}
}

// side is the direction that the reader has named, or else the one given.
func (d *decoder) side(otherwise inspector.Direction) inspector.Direction {
	switch d.o.Side {
	case FromClient:
		return inspector.Up
	case FromServer:
		return inspector.Down
	}
	return otherwise
}

// heads plans a stream that begins with a head. Behind a request its response may stand, and frames
// behind either when they have switched.
func (d *decoder) heads(kind Kind, b []byte, spots []spot) {
	for len(b) > 0 {
		dir := inspector.Up
		if kind == Response {
			dir = inspector.Down
		}
		head, n, _, err := inspector.ParseHead(b, kind == Request)
		if n == 0 || err != nil {
			d.cross(dir, 0, b, spots)
			return
		}
		next, _ := guess(b[n:])
		upgrades := has(&head, "Upgrade", "websocket")
		switch {
		case next == Response && kind == Request:
		case n < len(b) && upgrades && (kind == Request || head.Code == 101):
			d.cross(dir, 0, b[:n], spots[:n])
			if kind == Request {
				d.accepted(&head, d.deflated(b[n:]))
			}
			d.say("Behind the head stand frames.")
			d.frames(b[n:], spots[n:])
			return
		default: // a body, or nothing
			d.cross(dir, 0, b, spots)
			return
		}
		d.cross(dir, 0, b[:n], spots[:n])
		b, spots, kind = b[n:], spots[n:], next
	}
}

// frames plans frames: each in the direction that its mask tells, unless the reader has named one.
func (d *decoder) frames(b []byte, spots []spot) {
	if d.o.Side != Either {
		d.say("All of them crossed in the direction that you named.")
		d.cross(d.side(inspector.Up), 0, b, spots)
		return
	}
	d.say("A masked frame is a client's and went up; one without a mask is a server's and came down.")
	dir := inspector.Up
	for len(b) > 0 {
		h, n, err := inspector.ParseHeader(b)
		if len(b) > 1 {
			dir = inspector.Down
			if b[1]&0x80 != 0 {
				dir = inspector.Up
			}
		}
		end := len(b)
		if n > 0 && err == nil && h.Length < uint64(len(b)-n) {
			end = n + int(h.Length)
		}
		d.cross(dir, 0, b[:end], spots[:end])
		b, spots = b[end:], spots[end:]
	}
}

// marked plans bytes whose text says their directions.
func (d *decoder) marked() {
	var all [2][]byte // by direction
	for _, p := range d.h.Pieces {
		i := index(p.Direction)
		all[i] = append(all[i], p.Bytes...)
	}
	up, _ := guess(all[0])
	down, _ := guess(all[1])
	first := up
	if d.h.Pieces[0].Direction == inspector.Down {
		first = down
	}
	if d.o.As == Frames {
		up, down, first = Frames, Frames, Frames
	}
	d.out.Took = first
	d.say(fmt.Sprintf("Read as %s: the text says who sent what.", map[Kind]string{
		Request: "a conversation that begins with a request", Response: "one that begins with a response",
		Frames: "frames", Bytes: "bytes, which begin no head and no frame"}[first]))
	var request *inspector.Head
	switch {
	case up == Request && down == Frames:
		if head, n, _, err := inspector.ParseHead(all[0], true); n > 0 && err == nil {
			request = &head
		}
	case up != Request && down != Response && (up == Frames || down == Frames):
		d.handshake(d.deflated(all[0]) || d.deflated(all[1]))
	case up == Bytes && down == Bytes || len(all[0]) == 0 && down == Bytes || len(all[1]) == 0 && up == Bytes:
		d.raw = true
	}
	left := 0
	if request != nil {
		left = len(request.Raw)
	}
	for _, p := range d.h.Pieces {
		b, spots := p.Bytes, p.spots
		if request != nil && p.Direction == inspector.Up && left > 0 {
			n := min(left, len(b))
			d.cross(p.Direction, p.At, b[:n], spots[:n])
			if left -= n; left == 0 {
				d.accepted(request, d.deflated(all[1]))
			}
			b, spots = b[n:], spots[n:]
		}
		d.cross(p.Direction, p.At, b, spots)
	}
}

// deflated reports whether the frames in b, which may begin behind a head, are of a connection that
// compresses.
func (d *decoder) deflated(b []byte) bool {
	switch d.o.Deflate {
	case On, NoTakeover:
		return true
	case Off:
		return false
	}
	for len(b) > 0 {
		h, n, err := inspector.ParseHeader(b)
		if n == 0 || err != nil {
			return false
		}
		if h.RSV&inspector.RSV1 != 0 && (h.Opcode == inspector.OpText || h.Opcode == inspector.OpBinary) {
			return true
		}
		if h.Length >= uint64(len(b)-n) {
			return false
		}
		b = b[n+int(h.Length):]
	}
	return false
}

// A session reads frames only behind a handshake. What the text doesn't hold of it is taken as given
// and told of in words.
const (
	givenRequest  = "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
	givenResponse = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
)

// handshake plans the handshake that frames without one must have had.
func (d *decoder) handshake(deflate bool) {
	d.plan = append(d.plan, crossing{direction: inspector.Up, bytes: []byte(givenRequest)}, d.answer(deflate))
	switch {
	case deflate && d.o.Deflate == Infer:
		d.say("RSV1 is set on a data frame, so permessage-deflate is taken as negotiated, with context takeover.")
	case deflate && d.o.Deflate == On:
		d.say("permessage-deflate is taken as negotiated, with context takeover.")
	case deflate:
		d.say("permessage-deflate is taken as negotiated, without context takeover.")
	}
}

// accepted plans the 101 to a request that has none.
func (d *decoder) accepted(request *inspector.Head, deflate bool) {
	offered := has(request, "Sec-WebSocket-Extensions", "permessage-deflate") || d.o.Deflate == On || d.o.Deflate == NoTakeover
	d.plan = append(d.plan, d.answer(deflate && offered))
	d.say("The server's 101 is missing, and taken as given.")
}

func (d *decoder) answer(deflate bool) crossing {
	head := givenResponse
	if deflate {
		head += "Sec-WebSocket-Extensions: permessage-deflate"
		if d.o.Deflate == NoTakeover {
			head += "; server_no_context_takeover; client_no_context_takeover"
		}
		head += "\r\n"
	}
	return crossing{direction: inspector.Down, bytes: []byte(head + "\r\n")}
}

// run has a session read what is planned.
func (d *decoder) run() {
	for _, c := range d.plan {
		i := index(c.direction)
		d.spots[i] = append(d.spots[i], c.spots...)
	}
	var start time.Time
	s := inspector.NewSession(inspector.Options{Preview: d.o.Preview, InflateLimit: d.o.InflateLimit}, d.event)
	if d.raw {
		s.Raw()
	}
	last := start
	for _, c := range d.plan {
		d.quiet = c.spots == nil
		last = start.Add(max(c.at, last.Sub(start)))
		s.Observe(last, c.direction, c.bytes)
	}
	d.quiet = false
	s.Ended(last, inspector.EndUnknown, nil)
	d.out.Why = strings.Join(d.why, " ")
}

// event keeps an event, with the place of its bytes.
func (d *decoder) event(e *inspector.Event) {
	if d.quiet || e.Kind == inspector.KindOpen || e.Kind == inspector.KindClose {
		return
	}
	i := index(e.Direction)
	from := d.told[i]
	d.told[i] += e.Size
	if len(d.out.Events) == d.o.Events {
		d.out.Omitted++
		return
	}
	kept := Event{Event: e.Clone(), At: e.At.Sub(time.Time{}), Place: d.placeOf(i, from, d.told[i])}
	kept.Note = strings.Replace(kept.Note, "The recording ends", "The bytes end", 1)
	for _, v := range e.Violations {
		at := min(from+v.Offset, d.told[i]-1) // what is missing is missed behind the last byte
		kept.Faults = append(kept.Faults, d.placeOf(i, at, at+1))
	}
	d.out.Events = append(d.out.Events, kept)
}

// placeOf is where bytes of a direction stand in the text: from the first to the last of them.
func (d *decoder) placeOf(i int, from, to uint64) Place {
	spots := d.spots[i]
	if from >= to || to > uint64(len(spots)) {
		return Place{}
	}
	return d.h.place(spot{spots[from].from, spots[to-1].to})
}

func index(d inspector.Direction) int {
	if d == inspector.Down {
		return 1
	}
	return 0
}

func has(h *inspector.Head, field, token string) bool {
	v, _ := h.Get(field)
	return strings.Contains(strings.ToLower(v), token)
}

// methods are those whose name at the front of an unfinished head makes it a request's.
var methods = []string{"GET ", "POST ", "HEAD ", "PUT ", "OPTIONS ", "DELETE ", "PATCH ", "CONNECT ", "TRACE "}

// guess decides what bytes begin with, and says why.
func guess(b []byte) (Kind, string) {
	if len(b) == 0 {
		return Bytes, ""
	}
	text := bytes.TrimLeft(b, "\r\n")
	if bytes.HasPrefix(text, []byte("HTTP/1.")) {
		return Response, "A response, since the first line begins with HTTP/1."
	}
	if _, n, _, err := inspector.ParseHead(b, true); n > 0 && err == nil {
		return Request, "A request, since the first line is a method, a target and a version of HTTP."
	}
	for _, m := range methods {
		if bytes.HasPrefix(text, []byte(m)) {
			return Request, "A request that is not whole, since the first word is a method of HTTP."
		}
	}
	if n := packetHead(b); n > 0 {
		return Bytes, fmt.Sprintf("Bytes: this is a whole packet, as tcpdump -X and Wireshark show it, and what TCP carries begins behind its first %d bytes. Delete those, or open the capture itself.", n)
	}
	if odd := noFrame(b); odd != "" {
		return Bytes, "Bytes: no head of HTTP begins so, and no frame: " + odd + " Ask for frames to read them as such all the same."
	}
	return Frames, fmt.Sprintf("Frames, since byte 0x%02x can begin a frame, and no head of HTTP begins so.", b[0])
}

// packetHead is how many bytes the headers of a packet take that b is: of Ethernet if it has one, IPv4 and
// TCP. It is 0 if b is none.
func packetHead(b []byte) int {
	const ethernet, least = 14, 40
	link := 0
	if len(b) > ethernet && b[12] == 8 && b[13] == 0 {
		link = ethernet
	}
	ip := b[link:]
	if len(ip) < least || ip[0] != 0x45 || ip[9] != 6 || int(binary.BigEndian.Uint16(ip[2:])) > len(ip) {
		return 0
	}
	return link + 20 + int(ip[32]>>4)*4
}

// noFrame says why b begins no frame that anybody would send; "" if it may.
func noFrame(b []byte) string {
	first := b[0]
	opcode := inspector.Opcode(first & 0x0F)
	switch {
	case opcode.Reserved():
		return fmt.Sprintf("byte 0x%02x has the opcode 0x%X, which means nothing.", first, uint8(opcode))
	case first&0x30 != 0:
		return fmt.Sprintf("byte 0x%02x has RSV2 or RSV3 set, and no extension in use gives them a meaning.", first)
	case opcode.Control() && first&0x80 == 0:
		return fmt.Sprintf("byte 0x%02x would be a control frame without FIN.", first)
	case opcode.Control() && len(b) > 1 && b[1]&0x7F > inspector.MaxControlPayload:
		return fmt.Sprintf("byte 0x%02x would give a control frame more than 125 bytes.", b[1])
	}
	return ""
}
