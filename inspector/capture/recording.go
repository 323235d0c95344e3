package capture

// A recording: connections that a file holds, and what crossed them, in order.

import (
	"fmt"
	"math"
	"net/netip"
	"time"

	"wireup/inspector"
)

// Recording is what a file of connections holds, as far as it could be read.
type Recording struct {
	Form    string // what the file is, such as "a pcapng capture"
	Packets int    // how many it holds; of a HAR, entries
	Conns   []Conn
	Broken  string   // why reading stopped before the file's end, as a sentence; "" if it did not
	Notes   []string // what is not shown, as sentences
	Made    bool     // a Writer made it, and nobody recorded its packets

	unit    string   // what a Packet is
	rebuilt bool     // the bytes are not the wire's: a HAR doesn't hold those
	chunks  [][]byte // all that crossed
	steps   steps
}

// Conn is a connection of a recording, numbered from 1 in order of appearance.
type Conn struct {
	Client, Server netip.AddrPort
	Host           string // the server's name, if that is all that is known of it
	Joined         bool   // it is older than the recording
	Note           string // what a reader must know of it, as a sentence
}

// Told is an event of a recording.
type Told struct {
	*inspector.Event
	Seq    int           // its number, from 1
	Conn   int           // from 1
	Packet int           // that brought its last byte, from 1
	At     time.Duration // since the recording began
}

// kept is where bytes are kept, or how many are missing: 0 if nobody knows.
type kept struct{ chunk, from, size int32 }

// mostSpeechless is how many events of bytes a connection gets that speaks no protocol that we know.
const mostSpeechless = 16

// mostLook is how many steps are looked ahead for the end of a frame, mostLooks how often, and mostLooked
// how many bytes in all.
const (
	mostLook   = 4096
	mostLooks  = 4096
	mostLooked = 64 << 20
)

// Spoken is how a connection is called in words.
func (c *Conn) String() string {
	switch {
	case !c.Client.IsValid() && !c.Server.IsValid():
		return "to " + c.Host
	case !c.Client.IsValid():
		return "to " + c.Server.String()
	}
	return c.Client.String() + " to " + c.Server.String()
}

// chunkSize is how much room is made at once for bytes: what is kept is never moved.
const chunkSize = 1 << 20

// keep keeps a copy of p.
func (r *Recording) keep(p []byte) kept {
	i := len(r.chunks) - 1
	if i < 0 || len(p) > cap(r.chunks[i])-len(r.chunks[i]) {
		r.chunks = append(r.chunks, make([]byte, 0, max(chunkSize, len(p))))
		i++
	}
	k := kept{int32(i), int32(len(r.chunks[i])), int32(len(p))}
	r.chunks[i] = append(r.chunks[i], p...)
	return k
}

// bytes are those that were kept.
func (r *Recording) bytes(k kept) []byte {
	if k.size == 0 {
		return nil
	}
	return r.chunks[k.chunk][k.from : k.from+k.size]
}

// missing is a gap of so many bytes.
func missing(n int) kept { return kept{size: int32(max(min(n, math.MaxInt32), 0))} }

// chained reports whether the bytes of step i begin a frame for sure: headers and lengths from there on
// lead to a place where a segment ends too. left is how many bytes may be looked at.
func (r *Recording) chained(i int, d inspector.Direction, left *int) bool {
	first := r.steps.at(i)
	chain := inspector.FrameChain{D: d}
	for k := i; k < min(r.steps.size, i+mostLook); k++ {
		s := r.steps.at(k)
		if s.conn != first.conn || s.side != first.side {
			continue
		}
		if s.kind != stepData || *left < int(s.size) {
			return false
		}
		*left -= int(s.size)
		if ends, ok := chain.Add(r.bytes(s.kept)); !ok || ends {
			return ok
		}
	}
	return false
}

// player is a connection while it is being read.
type player struct {
	session *inspector.Session
	spoke   bool // a head or a frame has been told
	dumb    int  // events of bytes before that
	first   int  // the side whose FIN came first, and one more; 0 for none
	fins    int
	over    bool
}

// Play reads the recording and tells each event, which is valid only during the call. Of o the
// fields Preview, InflateLimit and Stop count.
func (r *Recording) Play(o Options, tell func(*Told)) {
	players := make([]player, len(r.Conns))
	if r.steps.size == 0 {
		return
	}
	var now *step
	var start time.Time
	last := int64(0)
	told := Told{}
	hidden, seq, looks, left := 0, 0, 0, mostLooked
	at := func(s *step) time.Time {
		last = max(last, s.at) // a clock that was set back
		return time.Unix(0, last)
	}
	start = at(r.steps.at(0))
	begin := func(conn int32) *player {
		p, c := &players[conn], &r.Conns[conn]
		note := c.Note
		p.session = inspector.NewSession(inspector.Options{Preview: o.Preview, InflateLimit: o.InflateLimit}, func(e *inspector.Event) {
			switch e.Kind {
			case inspector.KindBytes:
				if !p.spoke && !e.Gap {
					if p.dumb++; p.dumb > mostSpeechless {
						hidden++
						return
					}
				}
			case inspector.KindClose:
				if e.Close.TCP == inspector.EndUnknown {
					return // the recording ended, and not the connection
				}
			case inspector.KindOpen:
			default:
				p.spoke = true
			}
			if note != "" && e.Kind != inspector.KindOpen {
				e.Note, note = joined(e.Note, note), ""
			}
			if r.rebuilt {
				e.Note = joined(e.Note, rebuiltNote(e))
			}
			seq++
			told = Told{Event: e, Seq: seq, Conn: int(conn) + 1, Packet: int(now.packet), At: e.At.Sub(start)}
			tell(&told)
		})
		if c.Joined {
			p.session.Joined()
		}
		return p
	}
	for i := range r.steps.size {
		s := r.steps.at(i)
		if stopped(o.Stop) {
			r.Notes = append(r.Notes, fmt.Sprintf("The rest, from %s %d on, was not read: it took too long (limit: time of a dissection).", r.unit, s.packet))
			break
		}
		now = s
		p := &players[s.conn]
		if p.session == nil {
			p = begin(s.conn)
		}
		if p.over {
			continue
		}
		t, d := at(s), inspector.Up
		if s.side == 1 {
			d = inspector.Down
		}
		switch s.kind {
		case stepOpen:
			p.session.Opened(t)
		case stepData:
			if p.session.Seeking(d) && looks < mostLooks {
				looks++
				if r.chained(i, d, &left) {
					p.session.Sure(d)
				}
			}
			p.session.Observe(t, d, r.bytes(s.kept))
		case stepGap:
			p.session.Lost(t, d, uint64(s.size))
		case stepFIN:
			if p.first == 0 {
				p.first = int(s.side) + 1
			}
			if p.fins++; p.fins == 2 {
				p.end(t, [...]inspector.Ending{inspector.EndUnknown, inspector.EndClient, inspector.EndServer}[p.first])
			}
		case stepRST:
			p.end(t, [...]inspector.Ending{inspector.EndReset, inspector.EndAborted}[s.side])
		}
	}
	for i := range players { // of those that go on
		if p := &players[i]; p.session != nil && !p.over {
			p.end(time.Unix(0, last), inspector.EndUnknown)
		}
	}
	if hidden > 0 {
		r.Notes = append(r.Notes, fmt.Sprintf("%d pieces of connections that speak neither HTTP nor WebSocket are not shown (limit: %d pieces a connection without HTTP).", hidden, mostSpeechless))
	}
}

func stopped(stop <-chan struct{}) bool {
	select {
	case <-stop:
		return true
	default:
		return false
	}
}

func (p *player) end(at time.Time, how inspector.Ending) {
	p.over = true
	p.session.Ended(at, how, nil)
}

// joined puts two notes together.
func joined(a, b string) string {
	switch {
	case a == "":
		return b
	case b == "":
		return a
	}
	return a + " " + b
}
