package mirror

// permessage-deflate: which offers are accepted, and mirrors that the client can inflate.

import (
	"bytes"
	"compress/flate"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/gorilla/websocket"

	"wireup/inspector"
)

func TestNegotiate(t *testing.T) {
	tests := []struct {
		offer    string
		answer   string // empty if it is declined
		takeover bool
	}{
		{"permessage-deflate", "permessage-deflate", true},
		{"permessage-deflate; client_max_window_bits", "permessage-deflate", true},
		{"permessage-deflate; client_max_window_bits=10", "permessage-deflate", true},
		{"permessage-deflate; client_no_context_takeover", "permessage-deflate; client_no_context_takeover", false},
		{"permessage-deflate; server_no_context_takeover",
			"permessage-deflate; server_no_context_takeover; client_no_context_takeover", false},
		{"permessage-deflate; server_no_context_takeover; client_no_context_takeover",
			"permessage-deflate; server_no_context_takeover; client_no_context_takeover", false},
		{"permessage-deflate; server_max_window_bits=15", "permessage-deflate; server_max_window_bits=15", true},
		{"permessage-deflate; server_max_window_bits=10; client_max_window_bits",
			"permessage-deflate; server_max_window_bits=10; client_max_window_bits=10", true},
		{"permessage-deflate; server_max_window_bits=12; client_max_window_bits=9",
			"permessage-deflate; server_max_window_bits=12; client_max_window_bits=9", true},
		{`permessage-deflate; server_max_window_bits="12"; client_max_window_bits`,
			"permessage-deflate; server_max_window_bits=12; client_max_window_bits=12", true},
		// Nothing could bind the client to the window that it asks of us.
		{"permessage-deflate; server_max_window_bits=10", "", false},
		{"permessage-deflate; server_max_window_bits=10, permessage-deflate", "permessage-deflate", true},
		{"x-webkit-deflate-frame, permessage-deflate", "permessage-deflate", true},
		{"permessage-deflate; unknown", "", false},
		{"permessage-deflate; server_no_context_takeover=1", "", false},
		{"permessage-deflate; client_no_context_takeover=0", "", false},
		{"permessage-deflate; server_max_window_bits", "", false},
		{"permessage-deflate; server_max_window_bits=7", "", false},
		{"permessage-deflate; server_max_window_bits=16", "", false},
		{"permessage-deflate; server_max_window_bits=015", "", false},
		{"permessage-deflate; client_max_window_bits=16", "", false},
		{"permessage-deflate; client_max_window_bits; client_max_window_bits", "", false},
		{"permessage-bzip2", "", false},
		{"", "", false},
	}
	for _, tt := range tests {
		offers, err := inspector.ParseExtensions(tt.offer)
		if err != nil {
			t.Fatalf("ParseExtensions(%q): %v", tt.offer, err)
		}
		d, ok := Negotiate(offers)
		if ok != (tt.answer != "") || ok && (d.Answer != tt.answer || d.Takeover != tt.takeover) {
			t.Errorf("Negotiate(%q) = %+v, %v; want %q, takeover %v", tt.offer, d, ok, tt.answer, tt.takeover)
		}
	}
}

// deflater compresses messages as a client does: with takeover it goes on in one window.
type deflater struct {
	buf      bytes.Buffer
	w        *flate.Writer
	takeover bool
}

func newDeflater(t testing.TB, takeover bool) *deflater {
	d := &deflater{takeover: takeover}
	w, err := flate.NewWriter(&d.buf, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	d.w = w
	return d
}

func (d *deflater) message(s string) string {
	d.buf.Reset()
	if !d.takeover {
		d.w.Reset(&d.buf)
	}
	_, _ = io.WriteString(d.w, s)
	_ = d.w.Flush()
	return strings.TrimSuffix(d.buf.String(), "\x00\x00\xff\xff")
}

// inflater is the client's other half, apart from ours: one stream over all messages.
type inflater struct{ all bytes.Buffer }

func (i *inflater) message(s string) (string, error) {
	had := i.plain()
	i.all.WriteString(s + "\x00\x00\xff\xff")
	now := i.plain()
	if !strings.HasPrefix(now, had) {
		return "", fmt.Errorf("the stream broke")
	}
	return now[len(had):], nil
}

func (i *inflater) plain() string {
	p, _ := io.ReadAll(flate.NewReader(bytes.NewReader(i.all.Bytes()))) // ends in the middle, always
	return string(p)
}

func TestEchoDeflate(t *testing.T) {
	for _, takeover := range []bool{true, false} {
		t.Run(fmt.Sprintf("takeover %v", takeover), func(t *testing.T) {
			c, _ := echo(t, Options{Deflate: &Deflate{Takeover: takeover}})
			out, in := newDeflater(t, takeover), new(inflater)
			var sizes []int
			for i := range 6 {
				text := "The same words, again and again. The same words, again and again. Ünïcode."
				compressed := out.message(text)
				sizes = append(sizes, len(compressed))
				// Whole, and in fragments with a ping between: RSV1 stands on the first only.
				if i%2 == 0 {
					c.send(masked(0xc1, compressed))
					c.wants(unmasked(0xc1, compressed))
				} else {
					c.send(join(masked(0x41, compressed[:3]), masked(0x89, ""), masked(0x80, compressed[3:])))
					c.wants(join(unmasked(0x41, compressed[:3]), unmasked(0x8a, ""), unmasked(0x80, compressed[3:])))
				}
				b := c.breakdown() // not compressed, as RSV1 says
				r := b.Received[len(b.Received)-1]
				if !r.Compressed || r.Inflated == nil || r.Inflated.Length != len(text) || r.Inflated.Compressed != len(compressed) ||
					!strings.HasPrefix(text, r.Inflated.Text) || len(r.Inflated.Text) != 64 || r.Text != "" {
					t.Errorf("message %d: received %+v, inflated %+v", i, r, r.Inflated)
				}
				if !takeover {
					continue
				}
				// The mirror is the client's own stream come back.
				if got, err := in.message(compressed); err != nil || got != text {
					t.Errorf("message %d inflates to %q, %v", i, got, err)
				}
			}
			if takeover && sizes[1] >= sizes[0]/2 {
				t.Errorf("sizes %v: the window was not taken over in the test itself", sizes)
			}
			// An uncompressed message may stand between.
			c.send(masked(0x81, "plain"))
			c.wants(unmasked(0x81, "plain"))
			if r := c.breakdown().Received[0]; r.Compressed || r.Text != "plain" {
				t.Errorf("received %+v", r)
			}
		})
	}
}

func TestEchoDeflateRules(t *testing.T) {
	random := make([]byte, 2000)
	_, _ = rand.Read(random)
	deflate := func(s string) string { return newDeflater(t, false).message(s) }
	tests := []struct {
		name   string
		in     []byte
		code   uint16
		reason string
	}{
		{"a bomb", masked(0xc2, deflate(strings.Repeat("\x00", 4<<20))), 1009, "message over 1 MiB (limit: max-message)"},
		{"one byte over", masked(0xc2, deflate(strings.Repeat("x", 1<<20+1))), 1009, "message over 1 MiB (limit: max-message)"},
		{"just so many final blocks", join(masked(0xc2, strings.Repeat("\x03\x00", inspector.MaxFinalBlocks)+"\x00"), masked(0x88, "")), 0, ""},
		{"too many final blocks", masked(0xc2, strings.Repeat("\x03\x00", inspector.MaxFinalBlocks+1)), 1008,
			"message over 4096 blocks with BFINAL set (limit: final blocks)"},
		{"no deflate data", masked(0xc2, "\xff\xff\xff"), 1007, closeReason(inspector.RuleDeflate)},
		{"not UTF-8 inside", masked(0xc1, deflate("ab\xff")), 1007, closeReason(inspector.RuleInvalidUTF8)},
		{"RSV1 on a continuation", join(masked(0x41, "x"), masked(0xc0, "y")), 1002, closeReason(inspector.RuleReservedBit)},
		{"RSV1 on a ping", masked(0xc9, ""), 1002, closeReason(inspector.RuleReservedBit)},
		{"RSV2", masked(0xe1, ""), 1002, closeReason(inspector.RuleReservedBit)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, _ := echo(t, Options{Deflate: &Deflate{Takeover: true}})
			c.send(tt.in)
			if tt.in[0] == 0x41 {
				c.read()
			}
			if tt.code == 0 { // it breaks no limit, and is mirrored and explained
				c.read()
				c.read()
			}
			c.wantsClose(tt.code, tt.reason)
		})
	}
	t.Run("just the limit", func(t *testing.T) {
		c, _ := echo(t, Options{Breakdown: Off, Deflate: &Deflate{}})
		in := deflate(strings.Repeat("x", 1<<20))
		c.send(masked(0xc2, in))
		c.wants(unmasked(0xc2, in))
	})
}

// gorilla's client inflates what comes back, and takes the breakdown that is not compressed.
func TestEchoDeflateGorillaClient(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := &client{done: make(chan struct{}), rests: make(chan struct{}, 100)}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		offers, _ := inspector.ParseExtensions(r.Header.Get("Sec-WebSocket-Extensions"))
		d, ok := Negotiate(offers)
		if !ok {
			t.Errorf("offer %q is declined", r.Header.Get("Sec-WebSocket-Extensions"))
			return
		}
		u := websocket.Upgrader{}
		conn, err := u.Upgrade(w, r, http.Header{"Sec-WebSocket-Extensions": {d.Answer}})
		if err != nil {
			t.Error(err)
			return
		}
		New(inspector.ConnOf(conn.NetConn()), Options{Deflate: &d, MaxMessage: testLimit}).Start(ended)
	})}
	go func() {
		_ = server.Serve(inspector.NewListener(l, func(*inspector.Conn) inspector.Observer { return nil }))
	}()
	defer server.Close()
	dialer := websocket.Dialer{EnableCompression: true}
	conn, response, err := dialer.DialContext(context.Background(), "ws://"+l.Addr().String()+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if got := response.Header["Sec-Websocket-Extensions"]; len(got) != 1 || !strings.Contains(got[0], "client_no_context_takeover") {
		t.Errorf("answered %q", got)
	}
	for i := range 5 {
		text := strings.Repeat(fmt.Sprintf("message %d ", i), 1<<i*10)
		if err := conn.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
			t.Fatal(err)
		}
		if _, p, err := conn.ReadMessage(); err != nil || string(p) != text {
			t.Fatalf("echo %d: %d bytes, %v", i, len(p), err)
		}
		_, p, err := conn.ReadMessage()
		if err != nil {
			t.Fatal(err)
		}
		if b := parseBreakdown(t, string(p)); b.Message != i+1 || !b.Received[0].RSV1 || !b.Mirrored[0].RSV1 {
			t.Errorf("breakdown %d: %+v", i, b)
		}
	}
	if err := conn.WriteControl(websocket.CloseMessage, []byte("\x03\xe8"), testDeadline()); err != nil {
		t.Fatal(err)
	}
	if _, _, err := conn.ReadMessage(); !websocket.IsCloseError(err, 1000) {
		t.Errorf("read %v, want close 1000", err)
	}
	conn.Close()
	<-ended.done
}
