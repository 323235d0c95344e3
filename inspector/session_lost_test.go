package inspector

// Gaps and late beginnings: what is told of them, and where reading goes on.

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// step is bytes that cross, or a gap of so many.
type lostStep struct {
	d    Direction
	data string
	gap  int // -1: nobody knows how long
}

func TestGaps(t *testing.T) {
	const (
		get    = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
		asked  = "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
		said   = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
		hello  = "\x81\x05Hello"
		masked = "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"
	)
	up := func(s string) lostStep { return lostStep{Up, s, 0} }
	down := func(s string) lostStep { return lostStep{Down, s, 0} }
	open := []lostStep{up(asked), down(said)}
	tests := []struct {
		name   string
		joined bool
		steps  []lostStep
		want   []string
	}{
		{"within a frame's payload", false, append(open[:2:2], down("\x82\x0aab"), lostStep{Down, "", 5}, down("xyz"+hello)),
			[]string{"down gap: 5 bytes missing", "down binary frame, 10 bytes, 5 bytes missing = ab", "down text frame, 5 bytes = Hello"}},
		{"up to a frame's end", false, append(open[:2:2], up("\x81\x85\x37\xfa\x21\x3d\x7f\x9f"), lostStep{Up, "", 3}, up(masked)),
			[]string{"up gap: 3 bytes missing", "up text frame, 5 bytes, masked, 3 bytes missing = He", "up text frame, 5 bytes, masked = Hello"}},
		{"a mask goes on behind it", false, append(open[:2:2], up("\x81\x87\x37\xfa\x21\x3d"), lostStep{Up, "", 2}, up("\x4d\x51\x58\x00\x00"+masked)),
			[]string{"up gap: 2 bytes missing", "up text frame, 7 bytes, masked, 2 bytes missing =", "up text frame, 5 bytes, masked = Hello"}},
		{"over a frame's end: on at whole frames", false, append(open[:2:2], down("\x82\x0aab"), lostStep{Down, "", 20}, down("middle of a frame"), down(hello+"\x8a\x00")),
			[]string{"down binary frame, 10 bytes, cut off after 2 = ab | The recording has a gap inside this frame.", "down gap: 20 bytes missing", "down 17 bytes outside any protocol", "down text frame, 5 bytes = Hello", "down pong frame, 0 bytes ="}},
		{"between frames", false, append(open[:2:2], down(hello), lostStep{Down, "", 7}, down(hello)),
			[]string{"down text frame, 5 bytes = Hello", "down gap: 7 bytes missing", "down text frame, 5 bytes = Hello"}},
		{"a message's first frame is missing", false, append(open[:2:2], lostStep{Down, "", 4}, down("\x80\x02lo"), down("\x80\x00")),
			[]string{"down gap: 4 bytes missing", "down continuation frame, 2 bytes = lo", "down continuation frame, 0 bytes, part 2 of message 0 = !stray-continuation"}},
		{"the 101 is missing", false, []lostStep{up(asked), up(masked), {Down, "", -1}, down(hello)},
			[]string{"up GET / HTTP/1.1", "down gap: bytes are missing", "up text frame, 5 bytes, masked = Hello", "down text frame, 5 bytes = Hello"}},
		{"within a body", false, []lostStep{up(get), down("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"), {Down, "", 3}, down("xyz"), up(get), down("HTTP/1.1 204 No Content\r\n\r\n")},
			[]string{"up GET / HTTP/1.1", "down HTTP/1.1 200 OK", "down gap: 3 bytes missing", "down body, 6 bytes", "up GET / HTTP/1.1", "down HTTP/1.1 204 No Content"}},
		{"over a body's end", false, []lostStep{up(get), down("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"), {Down, "", 30}, down("rest"), up(get), down("HTTP/1.1 204 No Content\r\n\r\n")},
			[]string{"up GET / HTTP/1.1", "down HTTP/1.1 200 OK", "down body, 3 bytes", "down gap: 30 bytes missing", "down 4 bytes outside any protocol", "up GET / HTTP/1.1", "down HTTP/1.1 204 No Content"}},
		{"within a chunk", false, []lostStep{up(get), down("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nab"), {Down, "", 2}, down("\r\n0\r\n\r\n")},
			[]string{"up GET / HTTP/1.1", "down HTTP/1.1 200 OK", "down gap: 2 bytes missing", "down chunk 1, 2 bytes", "down last chunk"}},
		{"joined among frames", true, []lostStep{up("no frame"), up(masked), down(hello)},
			[]string{"up 8 bytes outside any protocol", "up text frame, 5 bytes, masked = Hello", "down text frame, 5 bytes = Hello"}},
		{"joined among compressed frames", true, []lostStep{down("\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00")},
			[]string{"down text frame, 7 bytes, compressed ="}},
		{"joined among requests", true, []lostStep{down("the rest of a body"), up(get), down("HTTP/1.1 204 No Content\r\n\r\n")},
			[]string{"down 18 bytes outside any protocol", "up GET / HTTP/1.1", "down HTTP/1.1 204 No Content"}},
		{"a mask on the wrong side is no sure boundary", true, []lostStep{down(masked)}, []string{"down 11 bytes outside any protocol"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			s := NewSession(Options{}, func(e *Event) {
				line := fmt.Sprintf("%s %s", e.Direction, Summary(e))
				if e.Frame != nil {
					line = strings.TrimRight(line+" = "+string(e.Frame.Plain), " ")
					if e.Frame.Compressed {
						line = line[:strings.Index(line, "=")+1]
					}
					for _, v := range e.Violations {
						line += " !" + v.Rule.ID
					}
					if strings.HasPrefix(e.Note, "The recording") {
						line += " | " + e.Note
					}
				}
				if e.Kind != KindClose {
					got = append(got, line)
				}
			})
			if tt.joined {
				s.Joined()
			}
			at := time.Unix(0, 0)
			for _, step := range tt.steps {
				if step.gap != 0 {
					s.Lost(at, step.d, uint64(max(step.gap, 0)))
					continue
				}
				s.Observe(at, step.d, []byte(step.data))
			}
			s.Ended(at, EndUnknown, nil)
			want := tt.want
			if len(tt.steps) > 1 && tt.steps[0].data == asked && tt.steps[1].data == said {
				want = append([]string{"up GET / HTTP/1.1", "down HTTP/1.1 101 Switching Protocols"}, want...)
			}
			if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w {
				t.Errorf("told\n%s\nwant\n%s", g, w)
			}
		})
	}
}

// However gaps fall, a session must not panic, and tells every byte that it was shown.
func FuzzLost(f *testing.F) {
	f.Add([]byte("GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"), []byte("HTTP/1.1 101 S\r\nUpgrade: websocket\r\n\r\n\x81\x05Hello"), uint16(90), uint8(3), true)
	f.Add([]byte("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"), []byte("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n"), uint16(3), uint8(7), false)
	f.Fuzz(func(t *testing.T, up, down []byte, gap uint16, step uint8, joined bool) {
		var told, shown, gaps, lost uint64
		s := NewSession(Options{}, func(e *Event) {
			if e.Gap {
				gaps += e.Size
			} else {
				told += e.Size
			}
		})
		if joined {
			s.Joined()
		}
		at := time.Unix(0, 0)
		for i := 0; len(up)+len(down) > 0; i++ {
			d, p := Up, &up
			if i%2 == 1 {
				d, p = Down, &down
			}
			n := min(int(step)+1, len(*p))
			if i%5 == 4 {
				s.Lost(at, d, uint64(gap))
				lost += uint64(gap)
			}
			s.Observe(at, d, (*p)[:n])
			shown += uint64(n)
			*p = (*p)[n:]
		}
		s.Ended(at, EndUnknown, nil)
		if told != shown || gaps != lost {
			t.Errorf("told of %d bytes and %d missing, shown %d and %d", told, gaps, shown, lost)
		}
	})
}

// TestLostNotes holds that several gaps of one payload are told as their sum, and that what ends with the
// recording is not said to end with the connection.
func TestLostNotes(t *testing.T) {
	at := time.Unix(0, 0)
	var notes []string
	s := NewSession(Options{Preview: 100}, func(e *Event) {
		if e.Kind == KindFrame || e.Kind == KindBody {
			notes = append(notes, e.Note)
		}
	})
	s.Observe(at, Up, []byte("GET / HTTP/1.1\r\nHost: a\r\n\r\n"))
	s.Observe(at, Down, []byte("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\na"))
	s.Lost(at, Down, 3)
	s.Observe(at, Down, []byte("b"))
	s.Lost(at, Down, 4)
	s.Observe(at, Up, []byte("GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"))
	s.Observe(at, Down, []byte("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n\x82\x0aab"))
	s.Lost(at, Down, 2)
	s.Observe(at, Down, []byte("cd"))
	s.Lost(at, Down, 4)
	s.Observe(at, Up, []byte("\x81\x85\x37\xfa\x21\x3d\x7f"))
	s.Ended(at, EndUnknown, nil)
	want := []string{"7 bytes of its payload are missing from the recording.", "6 bytes of its payload are missing from the recording.", "The recording ends inside this frame."}
	if fmt.Sprint(notes) != fmt.Sprint(want) {
		t.Errorf("notes:\n%s\nwant\n%s", strings.Join(notes, "\n"), strings.Join(want, "\n"))
	}
}
