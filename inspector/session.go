package inspector

// The session of one connection: HTTP/1.1 both ways until a 101, frames both ways after it.

import (
	"bytes"
	"strings"
	"time"
)

// Options bound what a Session keeps of what it is shown. Zero fields take the defaults.
type Options struct {
	Preview      int // payload bytes kept of an event; 512, and never below 125
	HeadLimit    int // bytes of one head, and of bytes that wait for an answer; 64 KiB
	InflateLimit int // bytes of one message, before and after inflation; 1 MiB
}

const (
	defaultPreview      = 512
	defaultHeadLimit    = 64 << 10
	defaultInflateLimit = 1 << 20

	// maxExchanges bounds the pipelined requests whose answers are awaited.
	maxExchanges = 128
)

// Session turns what crosses one connection into events. It is an Observer: give it to a tap,
// or feed it recorded bytes. It can't fail: what breaks the protocol is told as events with
// violations, and where no frame or head can be cut any more the rest is told as bytes.
// How the bytes are cut makes no difference, but for events of KindBytes, one a piece.
// A Session is not safe for concurrent use; a Conn serialises its calls.
type Session struct {
	emit  func(*Event)
	o     Options
	up    half
	down  half
	event Event // the one that is being told; reused

	exchanges int        // requests so far
	awaiting  []exchange // requests whose final response has not begun, oldest first
	answering exchange   // the one that the current response belongs to
	webSocket bool
	upgrade   int  // the exchange that switched
	upFirst   bool // whose close frame came first
	pings     []ping
	over      bool
	ended     bool // and nobody knows how: what was looked at is over, and perhaps not the connection
	gap       bool // what is unfinished was cut off by a gap, and not by the connection's end
	joined    bool // the connection is older than the recording
}

// exchange is one request, for reading its response.
type exchange struct {
	number int
	method string
	waits  bool // what follows the request depends on the response
	opens  bool // it asks for an upgrade to WebSocket
}

// phase is what a direction is in the middle of.
type phase uint8

const (
	inHead phase = iota
	inBody       // of a known length, or up to the end
	inChunks
	inWait // behind an upgrade request that has not been answered
	inFrames
	inRaw
	inSeek // behind a gap, up to a sure boundary
)

// half is one direction of a Session.
type half struct {
	dir      Direction
	phase    phase
	began    time.Time // of the event in progress
	at       time.Time // of the bytes being read
	head     []byte    // the head in progress, or what waits
	lined    bool      // its start line is whole
	parsed   Head
	broken   []Violation
	exchange int
	body     body
	frames   frameReader
	note     string // for the next event of bytes
	sure     bool   // what comes next begins a frame
}

// NewSession makes a Session that tells emit each event. The event and all that it points to
// are valid only during the call.
func NewSession(o Options, emit func(*Event)) *Session {
	if o.Preview <= 0 {
		o.Preview = defaultPreview
	}
	o.Preview = max(o.Preview, MaxControlPayload) // control frames are read from their preview
	if o.HeadLimit <= 0 {
		o.HeadLimit = defaultHeadLimit
	}
	if o.InflateLimit <= 0 {
		o.InflateLimit = defaultInflateLimit
	}
	s := &Session{emit: emit, o: o}
	s.up.dir, s.down.dir = Up, Down
	s.up.frames.half, s.down.frames.half = &s.up, &s.down
	s.up.frames.session, s.down.frames.session = s, s
	return s
}

// Opened tells the event of KindOpen. It is for whoever knows when the connection was accepted.
func (s *Session) Opened(at time.Time) {
	s.event = Event{At: at, Began: at, Kind: KindOpen, Direction: Up}
	s.emit(&s.event)
}

// Observe decodes p, which crossed in direction d.
func (s *Session) Observe(at time.Time, d Direction, p []byte) {
	h := &s.up
	if d == Down {
		h = &s.down
	}
	s.feed(h, at, p)
}

func (s *Session) feed(h *half, at time.Time, p []byte) {
	h.at = at
	for len(p) > 0 {
		n := 0
		switch h.phase {
		case inHead:
			n = s.readHead(h, p)
		case inBody:
			n = s.readBody(h, p)
		case inChunks:
			n = s.readChunks(h, p)
		case inWait:
			n = s.hold(h, p)
		case inFrames:
			n = h.frames.read(p)
		case inRaw:
			n = s.readRaw(h, p)
		case inSeek:
			n = s.sought(h, p)
		}
		p = p[n:]
	}
}

// readHead collects a head, and tells it once it is whole. It consumes from p what belongs to it.
func (s *Session) readHead(h *half, p []byte) int {
	if len(h.head) == 0 {
		h.began = h.at
	}
	had := len(h.head)
	h.head = append(h.head, p...)
	h.broken = h.broken[:0]
	err := errShort
	if !h.lined || headMayEnd(h.head, had) {
		err = h.parsed.parse(h.head, h.dir == Up, &h.broken)
		h.lined = h.parsed.Line.Len() > 0
	}
	switch {
	case err == errShort && len(h.head) > s.o.HeadLimit:
		s.giveUp(h, "The head is over "+size(s.o.HeadLimit)+" (limit: request head). From here on bytes are shown as bytes.")
		return len(p)
	case err == errShort:
		return len(p)
	case err != nil:
		s.giveUp(h, "These bytes are no HTTP/1.x message. From here on bytes are shown as bytes.")
		return len(p)
	}
	n := len(h.parsed.Raw) - had
	s.tellHead(h)
	h.head, h.lined = h.head[:0], false
	if cap(h.head) > s.o.HeadLimit {
		h.head = nil
	}
	return n
}

// headMayEnd reports whether an empty line ends within b, of which the first had bytes are known
// to hold none.
func headMayEnd(b []byte, had int) bool {
	b = b[max(had-2, 0):]
	return bytes.Contains(b, []byte("\n\r\n")) || bytes.Contains(b, []byte("\n\n"))
}

// tellHead tells a whole head, and sets what follows it.
func (s *Session) tellHead(h *half) {
	kind := KindResponse
	if h.dir == Up {
		kind = KindRequest
		s.request(h)
	} else {
		s.response(h)
	}
	raw := h.parsed.Raw
	e := s.begin(h, kind)
	e.Size, e.Overhead, e.Bytes = uint64(len(raw)), uint64(len(raw)), raw
	e.Head, e.Violations = &h.parsed, h.broken
	s.emit(e)
	if h.dir == Down {
		s.responseTold()
	}
}

// request notes an exchange and sets what follows its head.
func (s *Session) request(h *half) {
	s.exchanges++
	h.exchange = s.exchanges
	head := &h.parsed
	x := exchange{number: s.exchanges, method: string(head.Method.Of(head.Raw))}
	x.opens = head.hasToken("Upgrade", "websocket")
	x.waits = x.method == "CONNECT" || head.hasToken("Connection", "upgrade")
	s.follow(h, x.method)
	if x.waits && h.phase == inHead {
		h.phase = inWait
	} else {
		x.waits = false
	}
	if len(s.awaiting) == maxExchanges {
		s.breakOff(h, "More than 128 requests await their answer (limit: pipelined requests). From here on bytes are shown as bytes.")
		return
	}
	s.awaiting = append(s.awaiting, x)
}

// response finds the exchange that a response belongs to and sets what follows its head.
func (s *Session) response(h *half) {
	s.answering = exchange{number: s.exchanges}
	if len(s.awaiting) > 0 {
		s.answering = s.awaiting[0]
		if h.parsed.Code >= 200 || h.parsed.Code == 101 {
			s.awaiting = s.awaiting[:copy(s.awaiting, s.awaiting[1:])]
		}
	}
	h.exchange = s.answering.number
	if h.parsed.Code == 101 {
		s.switched(h)
		return
	}
	if s.answering.method == "CONNECT" && h.parsed.Code/100 == 2 {
		s.tunnel("A tunnel: what it carries is shown as bytes.")
		return
	}
	s.follow(h, s.answering.method)
}

// responseTold lets the client's bytes go on that waited for this response.
func (s *Session) responseTold() {
	if code := s.down.parsed.Code; !s.answering.waits || code < 200 && code != 101 {
		return
	}
	s.answering.waits = false
	if s.up.phase == inWait {
		s.up.phase = inHead
	}
	held := s.up.head
	s.up.head, s.up.lined = nil, false
	s.feed(&s.up, s.up.at, held)
}

// switched sets both directions to what a 101 says.
func (s *Session) switched(h *half) {
	if !h.parsed.hasToken("Upgrade", "websocket") {
		to, _ := h.parsed.Get("Upgrade")
		s.tunnel("The connection switched to " + quote(to) + ", which is shown as bytes.")
		return
	}
	s.webSocket, s.upgrade = true, s.answering.number
	s.answering.waits = true
	list, _ := h.parsed.Get("Sec-WebSocket-Extensions")
	extensions, _ := ParseExtensions(list) // a broken list negotiates nothing
	for _, half := range []*half{&s.up, &s.down} {
		if half.phase == inRaw {
			continue
		}
		if half.phase == inBody || half.phase == inChunks {
			s.bodyCut(half) // nobody asked for this switch
		}
		half.phase = inFrames
		half.exchange = s.upgrade
		half.frames.start(half.dir, extensions, s.o)
	}
}

// tunnel sets both directions to raw bytes, as the protocol asks.
func (s *Session) tunnel(note string) {
	s.answering.waits = true
	if s.up.phase == inBody || s.up.phase == inChunks {
		s.bodyCut(&s.up) // nobody asked for this tunnel
	}
	for _, h := range []*half{&s.up, &s.down} {
		h.phase, h.note, h.exchange = inRaw, note, s.answering.number
	}
}

// follow sets what comes behind the head that h has read.
func (s *Session) follow(h *half, method string) {
	framing, length, err := h.parsed.bodyFraming(method)
	if err != nil {
		h.broken = append(h.broken, Violation{RuleLengthConflict, 0, "The body can't be delimited: " + err.Error() + "."})
		h.phase, h.note = inRaw, "Nothing says where this body ends. From here on bytes are shown as bytes."
		return
	}
	if h.parsed.codingIn10() {
		h.broken = append(h.broken, Violation{RuleCodingIn10, 0, "Transfer-Encoding is read as if it were not there."})
	}
	if _, both := h.parsed.Get("Content-Length"); both && framing == BodyChunked {
		h.broken = append(h.broken, Violation{RuleLengthConflict, 0,
			"Both Transfer-Encoding and Content-Length are there; the first one counts."})
	}
	h.body.start(framing, length)
	switch framing {
	case BodyNone:
		h.phase = inHead
	case BodyChunked:
		h.phase = inChunks
	default:
		h.phase = inBody
	}
}

// hold keeps what a client sends behind an upgrade request until it is answered.
func (s *Session) hold(h *half, p []byte) int {
	h.head = append(h.head, p...)
	if len(h.head) > s.o.HeadLimit {
		s.giveUp(h, "More than "+size(s.o.HeadLimit)+" came behind an upgrade request that is not answered (limit: request head). From here on bytes are shown as bytes.")
	}
	return len(p)
}

// giveUp tells what h has collected as bytes, and all that follows as bytes too.
func (s *Session) giveUp(h *half, note string) {
	held := h.head
	h.head = nil
	s.breakOff(h, note)
	s.readRaw(h, held)
}

func (s *Session) breakOff(h *half, note string) { h.phase, h.note = inRaw, note }

func (s *Session) readRaw(h *half, p []byte) int {
	if len(p) == 0 {
		return 0
	}
	h.began = h.at
	e := s.begin(h, KindBytes)
	e.Size = uint64(len(p))
	s.preview(e, p)
	e.Note, h.note = h.note, ""
	s.emit(e)
	return len(p)
}

// preview keeps the front of p as the event's bytes.
func (s *Session) preview(e *Event, p []byte) {
	e.Bytes = p
	if len(p) > s.o.Preview {
		e.Bytes, e.Truncated = p[:s.o.Preview], true
	}
}

// begin makes the reused event ready for h.
func (s *Session) begin(h *half, kind Kind) *Event {
	s.event = Event{At: h.at, Began: h.began, Direction: h.dir, Kind: kind, Exchange: h.exchange}
	s.event.Refused = h.dir == Down && (kind == KindResponse || kind == KindBody) && s.answering.opens && h.parsed.Code >= 200
	return &s.event
}

// Ended tells what was unfinished, and then how the connection ended.
func (s *Session) Ended(at time.Time, how Ending, err error) {
	if s.over {
		return
	}
	s.over, s.ended = true, how == EndUnknown
	for _, h := range []*half{&s.up, &s.down} {
		h.at = at
		s.unfinished(h)
	}
	s.event = Event{At: at, Began: at, Direction: Down, Kind: KindClose, Exchange: s.upgrade}
	if how == EndClient || how == EndReset || how == EndTimeout {
		s.event.Direction = Up
	}
	c := &Close{TCP: how, WebSocket: s.webSocket, Up: s.up.frames.said, Down: s.down.frames.said}
	if err != nil {
		c.Err = err.Error()
	}
	c.Clean = c.Up != nil && c.Down != nil
	if !s.upFirst {
		c.First = Down
	}
	s.event.Close = c
	s.emit(&s.event)
}

// unfinished tells what a direction was in the middle of.
func (s *Session) unfinished(h *half) {
	switch h.phase {
	case inHead, inWait:
		if len(h.head) > 0 {
			h.note = s.cutBy() + " inside this head."
			if h.phase == inWait {
				h.note = s.cutBy() + " before the upgrade request was answered."
			}
			s.readRaw(h, h.head)
			h.head = nil
		}
	case inBody, inChunks:
		s.bodyCut(h)
	case inFrames:
		h.frames.cut()
	}
}

// cutBy begins the sentence that says what cut something off.
func (s *Session) cutBy() string {
	if s.gap {
		return "The recording has a gap"
	}
	if s.ended {
		return "The recording ends"
	}
	return "The connection ended"
}

// quote puts a value from the wire into a sentence.
func quote(v string) string {
	if len(v) > 40 {
		v = v[:40] + "…"
	}
	return "“" + strings.ToValidUTF8(v, "\uFFFD") + "”"
}
