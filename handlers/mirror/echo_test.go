package mirror

// The conversation: what is mirrored, what is refused, and how it ends.

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"wireup/inspector"
)

// The example that stands in the contract and in RFC 6455 §5.7, byte for byte.
func TestEchoContract(t *testing.T) {
	c, _ := echo(t, Options{})
	c.send(unhex(t, "81 85 37fa213d 7f9f4d5158"))
	c.wants(unhex(t, "81 05 48656c6c6f"))
	const first = `{"name":"FIN","bit":0,"bits":1,"value":"1","meaning":"last frame of its message","ref":"RFC 6455 §5.2"},` +
		`{"name":"RSV1","bit":1,"bits":1,"value":"0","meaning":"not used","ref":"RFC 6455 §5.2"},` +
		`{"name":"RSV2","bit":2,"bits":1,"value":"0","meaning":"not used","ref":"RFC 6455 §5.2"},` +
		`{"name":"RSV3","bit":3,"bits":1,"value":"0","meaning":"not used","ref":"RFC 6455 §5.2"},` +
		`{"name":"opcode","bit":4,"bits":4,"value":"1","meaning":"text: UTF-8","ref":"RFC 6455 §5.6"},`
	want := `{"message":1,"received":[{` +
		`"fin":true,"rsv1":false,"rsv2":false,"rsv3":false,"opcode":1,"type":"text",` +
		`"masked":true,"maskingKey":"37fa213d","payloadLength":5,"lengthForm":7,` +
		`"headerLength":6,"header":"818537fa213d",` +
		`"payload":"7f9f4d5158","unmasked":"48656c6c6f","text":"Hello","truncated":false,` +
		`"fields":[` + first +
		`{"name":"MASK","bit":8,"bits":1,"value":"1","meaning":"the payload is masked, as a client must send it","ref":"RFC 6455 §5.1"},` +
		`{"name":"payload length","bit":9,"bits":7,"value":"5","meaning":"bytes of payload in this frame","ref":"RFC 6455 §5.2"},` +
		`{"name":"masking key","bit":16,"bits":32,"value":"37fa213d","meaning":"payload byte i is XORed with key byte i mod 4","ref":"RFC 6455 §5.3"}` +
		`],"violations":[]}],"mirrored":[{` +
		`"fin":true,"rsv1":false,"rsv2":false,"rsv3":false,"opcode":1,"type":"text",` +
		`"masked":false,"payloadLength":5,"lengthForm":7,"headerLength":2,"header":"8105",` +
		`"payload":"48656c6c6f","text":"Hello","truncated":false,` +
		`"fields":[` + first +
		`{"name":"MASK","bit":8,"bits":1,"value":"0","meaning":"the payload is not masked, as a server must send it","ref":"RFC 6455 §5.1"},` +
		`{"name":"payload length","bit":9,"bits":7,"value":"5","meaning":"bytes of payload in this frame","ref":"RFC 6455 §5.2"}` +
		`],"violations":[]}]}`
	if got := c.read(); got != (wireFrame{0x81, want}) {
		t.Errorf("breakdown %#x\n%s\nwant\n%s", got.first, got.payload, want)
	}
	c.send(unhex(t, "88 82 00000000 03e8"))
	c.wants(unhex(t, "88 02 03e8"))
	c.wantsEnd()
}

// What goes in, and what comes back: the vectors of RFC 6455 §5.7, masked where a client must.
func TestEchoMirror(t *testing.T) {
	long := func(n int) string { return strings.Repeat("0123456789abcdef", n/16+1)[:n] }
	tests := []struct {
		name     string
		in, want []byte
	}{
		{"hello", unhex(t, "81 85 37fa213d 7f9f4d5158"), unhex(t, "81 05 48656c6c6f")},
		{"two fragments", join(unhex(t, "01 83 00000000 48656c"), unhex(t, "80 82 00000000 6c6f")), unhex(t, "01 03 48656c 80 02 6c6f")},
		{"three fragments", join(masked(0x02, "a"), masked(0x00, "bcd"), masked(0x80, "")), unhex(t, "02 01 61 00 03 626364 80 00")},
		{"ping", unhex(t, "89 85 37fa213d 7f9f4d5158"), unhex(t, "8a 05 48656c6c6f")},
		{"empty ping", unhex(t, "89 80 01020304"), unhex(t, "8a 00")},
		{"ping of 125", masked(0x89, long(125)), unmasked(0x8a, long(125))},
		{"pong that nobody asked for", join(masked(0x8a, "x"), masked(0x82, "")), unhex(t, "82 00")},
		{"ping between fragments", join(masked(0x01, "He"), masked(0x89, "?"), masked(0x80, "y")), unhex(t, "01 02 4865 8a 01 3f 80 01 79")},
		{"empty text", masked(0x81, ""), unhex(t, "81 00")},
		{"fragments that split a character", join(masked(0x01, "\xe2\x82"), masked(0x80, "\xac")), unhex(t, "01 02 e282 80 01 ac")},
		{"125", masked(0x82, long(125)), unmasked(0x82, long(125))},
		{"126", masked(0x82, long(126)), unmasked(0x82, long(126))},
		{"256", masked(0x82, long(256)), join(unhex(t, "82 7e 0100"), []byte(long(256)))},
		{"65535", masked(0x82, long(65535)), unmasked(0x82, long(65535))},
		{"64 KiB", masked(0x82, long(65536)), join(unhex(t, "82 7f 0000000000010000"), []byte(long(65536)))},
		{"1 MiB", masked(0x81, long(1<<20)), unmasked(0x81, long(1<<20))},
		{"close without a code", unhex(t, "88 80 37fa213d"), unhex(t, "88 00")},
		{"close 1000", masked(0x88, "\x03\xe8"), unhex(t, "88 02 03e8")},
		{"close 4999 with a reason", masked(0x88, "\x13\x87so long"), unhex(t, "88 02 1387")},
		{"nothing behind a close", join(masked(0x88, "\x03\xe9"), masked(0x81, "late")), unhex(t, "88 02 03e9")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, _ := echo(t, Options{Breakdown: Off})
			go func() { _, _ = c.conn.Write(tt.in) }()
			c.wants(tt.want)
		})
	}
}

// fault is a client's input that breaks a rule.
type fault struct {
	name string
	in   []byte
	rule *inspector.Rule
}

// Every rule that a client's frames can break, with the code that it is closed with.
func faults(t *testing.T) []fault {
	return []fault{
		{"RSV1 without an extension", masked(0xc1, "x"), inspector.RuleReservedBit},
		{"RSV2", masked(0xa1, "x"), inspector.RuleReservedBit},
		{"RSV3 on a ping", masked(0x99, "x"), inspector.RuleReservedBit},
		{"opcode 3", masked(0x83, ""), inspector.RuleReservedOpcode},
		{"opcode B", masked(0x8b, ""), inspector.RuleReservedOpcode},
		{"no mask", unhex(t, "81 05 48656c6c6f"), inspector.RuleUnmaskedClient},
		{"5 in 16 bits", unhex(t, "81 fe 0005 00000000 48656c6c6f"), inspector.RuleLengthNotMinimal},
		{"5 in 64 bits", unhex(t, "81 ff 0000000000000005 00000000 48656c6c6f"), inspector.RuleLengthNotMinimal},
		{"65535 in 64 bits", unhex(t, "82 ff 000000000000ffff 00000000"), inspector.RuleLengthNotMinimal},
		{"top bit of the length", unhex(t, "82 ff 8000000000000000 00000000"), inspector.RuleLengthTopBit},
		{"ping in fragments", masked(0x09, "x"), inspector.RuleControlFragmented},
		{"ping of 126", masked(0x89, strings.Repeat("x", 126)), inspector.RuleControlTooLong},
		{"continuation of nothing", masked(0x80, "x"), inspector.RuleStrayContinuation},
		{"a message in a message", join(masked(0x01, "x"), masked(0x81, "y")), inspector.RuleMissingContinuation},
		{"not UTF-8", masked(0x81, "a\xffb"), inspector.RuleInvalidUTF8},
		{"overlong UTF-8", masked(0x81, "\xc0\x80"), inspector.RuleInvalidUTF8},
		{"surrogate", masked(0x81, "\xed\xa0\x80"), inspector.RuleInvalidUTF8},
		{"ends inside a character", masked(0x81, "\xe2\x82"), inspector.RuleInvalidUTF8},
		{"not UTF-8 in the second fragment", join(masked(0x01, "\xe2"), masked(0x80, "a")), inspector.RuleInvalidUTF8},
		{"close body of a byte", masked(0x88, "\x03"), inspector.RuleCloseBody},
		{"close 1005", masked(0x88, "\x03\xed"), inspector.RuleCloseCode},
		{"close 999", masked(0x88, "\x03\xe7"), inspector.RuleCloseCode},
		{"close reason not UTF-8", masked(0x88, "\x03\xe8\xff"), inspector.RuleCloseReasonUTF8},
		// Of two rules the one counts that is broken by the earlier byte.
		{"continuation of nothing, without a mask", unhex(t, "80 12"), inspector.RuleStrayContinuation},
		{"ping with 5 in 16 bits", unhex(t, "89 fe 0005 00000000 48656c6c6f"), inspector.RuleControlTooLong},
	}
}

func TestEchoRules(t *testing.T) {
	for _, tt := range faults(t) {
		t.Run(tt.name, func(t *testing.T) {
			c, _ := echo(t, Options{Breakdown: Off})
			c.send(tt.in)
			reason := closeReason(tt.rule)
			if len(reason) > inspector.MaxCloseReason || !strings.Contains(reason, tt.rule.Ref) {
				t.Errorf("reason %q, want at most %d bytes that name %s", reason, inspector.MaxCloseReason, tt.rule.Ref)
			}
			if bytes.HasPrefix(tt.in, []byte{0x01}) {
				c.read() // the fragment before the fault went back
			}
			c.wantsClose(uint16(tt.rule.Close), reason)
		})
	}
}

// A fault is answered when it is seen, and not when its frame has ended.
func TestEchoStrictAtOnce(t *testing.T) {
	header := func(first byte, length uint64) []byte {
		return append(binary.BigEndian.AppendUint64([]byte{first, 0xff}, length), 0, 0, 0, 0)
	}
	tests := []struct {
		name   string
		in     []byte
		code   uint16
		reason string
	}{
		{"a reserved bit, at the first byte", unhex(t, "c1"), 1002, "A reserved bit must be 0 unless an extension gives it a meaning here (RFC 6455 §5.2)"},
		{"the top bit of a length, before its second byte", unhex(t, "82 ff 80"), 1002, "The top bit of a 64-bit length must be 0 (RFC 6455 §5.2)"},
		{"UTF-8, at byte 3 of a MiB", join(header(0x81, 1<<20), []byte("ab\xff")), 1007, "A text message must be valid UTF-8 (RFC 6455 §8.1)"},
		{"no mask, before any payload", unhex(t, "81 7e 0400"), 1002, "A client must mask every frame that it sends (RFC 6455 §5.1)"},
		{"over the limit, at its header", header(0x82, 1<<20+1), 1009, "message over 1 MiB (limit: max-message)"},
		{"far over the limit", header(0x82, 1<<62), 1009, "message over 1 MiB (limit: max-message)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, _ := echo(t, Options{})
			c.send(tt.in)
			c.wantsClose(tt.code, tt.reason)
		})
	}
}

func TestEchoLimitOverFrames(t *testing.T) {
	c, _ := echo(t, Options{Breakdown: Off, MaxMessage: 1000})
	c.send(join(masked(0x01, strings.Repeat("x", 600)), masked(0x00, strings.Repeat("x", 400)), masked(0x80, "")))
	for _, want := range []int{600, 400, 0} {
		if f := c.read(); len(f.payload) != want {
			t.Fatalf("frame of %d bytes, want %d", len(f.payload), want)
		}
	}
	// The next message begins to be counted anew.
	c.send(join(masked(0x01, strings.Repeat("x", 600)), masked(0x00, strings.Repeat("x", 401))))
	c.read()
	c.wantsClose(1009, "message over 1000 bytes (limit: max-message)")
}

// A close frame must arrive although the client goes on sending what nobody reads.
func TestEchoCloseArrives(t *testing.T) {
	c, _ := echo(t, Options{})
	c.send(join(unhex(t, "81 05 48656c6c6f"), bytes.Repeat([]byte("x"), 500_000)))
	c.wantsClose(1002, closeReason(inspector.RuleUnmaskedClient))
}

// It must also arrive at a client that hands over many MiB before it looks, as browsers do.
func TestEchoCloseArrivesBehindMuch(t *testing.T) {
	text := strings.Repeat("x", 16<<20)
	tests := []struct {
		name   string
		limit  int64
		in     []byte
		code   uint16
		reason string
	}{
		{"over the limit", testLimit, masked(0x81, text), 1009, "message over 1 MiB (limit: max-message)"},
		{"not UTF-8", 32 << 20, masked(0x81, "\xff"+text), 1007, closeReason(inspector.RuleInvalidUTF8)},
		{"no mask", testLimit, unmasked(0x81, text), 1002, closeReason(inspector.RuleUnmaskedClient)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, _ := echo(t, Options{MaxMessage: tt.limit})
			c.send(tt.in)
			c.wantsClose(tt.code, tt.reason)
		})
	}
}

// A client that never stops sending is cut off: on a fast way by its bytes, on a slow one by
// the time.
func TestEchoCutsFlood(t *testing.T) {
	t.Run("bytes", func(t *testing.T) {
		c, _ := echo(t, Options{})
		c.send(unhex(t, "81 05"))
		var sent int
		var err error
		for piece := make([]byte, 1<<20); err == nil; {
			var n int
			n, err = c.conn.Write(piece)
			sent += n
		}
		if !errors.Is(err, syscall.ECONNRESET) && !errors.Is(err, syscall.EPIPE) || sent < maxDrain {
			t.Errorf("after %d bytes: %v; want a reset after %d or more", sent, err, maxDrain)
		}
		<-c.done
	})
	t.Run("time", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			server, conn := net.Pipe()
			c := &client{t: t, conn: conn, done: make(chan struct{})}
			e := New(inspector.NewConn(halfCloser{server}), Options{})
			e.Start(c)
			c.send(unhex(t, "81 05"))
			if f := c.read(); f.first != 0x88 {
				t.Fatalf("read %#x, want a close frame", f.first)
			}
			began, err := time.Now(), error(nil)
			for err == nil {
				time.Sleep(usualPatience.drain / 2)
				_, err = conn.Write([]byte("x"))
			}
			if took := time.Since(began); took < usualPatience.flood || took > usualPatience.flood+usualPatience.drain {
				t.Errorf("it was cut after %v, want %v", took, usualPatience.flood)
			}
			<-c.done
		})
	})
}

// halfCloser is a pipe that takes CloseWrite for granted.
type halfCloser struct{ net.Conn }

func (halfCloser) CloseWrite() error { return nil }

func TestEchoBreakdown(t *testing.T) {
	t.Run("three frames", func(t *testing.T) {
		c, _ := echo(t, Options{})
		c.send(join(masked(0x01, "one "), masked(0x00, "two "), masked(0x80, "three")))
		c.wants(join(unmasked(0x01, "one "), unmasked(0x00, "two "), unmasked(0x80, "three")))
		b := c.breakdown()
		if len(b.Received) != 3 || len(b.Mirrored) != 3 || b.Message != 1 || b.Omitted != 0 || b.Control != nil {
			t.Fatalf("breakdown %+v", b)
		}
		for i, want := range []string{"one ", "two ", "three"} {
			r, m := b.Received[i], b.Mirrored[i]
			if r.Text != want || m.Text != want || r.Part != i+1 || m.Part != i+1 || r.Opcode != m.Opcode || r.Fin != m.Fin {
				t.Errorf("frame %d: %+v\n%+v\nwant text %q", i, r, m, want)
			}
		}
	})
	t.Run("messages are counted", func(t *testing.T) {
		c, _ := echo(t, Options{})
		for i := range 3 {
			c.send(masked(0x82, "x"))
			c.read()
			b := c.breakdown()
			if b.Message != i+1 {
				t.Errorf("message %d, want %d", b.Message, i+1)
			}
		}
		// What we send is mirror, breakdown, mirror, …, each a message.
		c.send(join(masked(0x02, "x"), masked(0x80, "y")))
		c.read()
		c.read()
		if b := c.breakdown(); b.Message != 4 || b.Received[1].Message != 4 || b.Mirrored[1].Message != 7 {
			t.Errorf("message %d, received %d, mirrored %d; want 4, 4, 7", b.Message, b.Received[1].Message, b.Mirrored[1].Message)
		}
	})
	t.Run("preview", func(t *testing.T) {
		c, _ := echo(t, Options{})
		c.send(masked(0x81, strings.Repeat("é", 40)))
		c.read()
		r := c.breakdown().Received[0]
		if len(r.Payload) != 128 || len(r.Unmasked) != 128 || !r.Truncated || r.Text != strings.Repeat("é", 32) || r.PayloadLength != 80 {
			t.Errorf("received %+v", r)
		}
	})
	t.Run("more than 64 frames", func(t *testing.T) {
		c, _ := echo(t, Options{})
		in := masked(0x02, "0")
		for range 98 {
			in = append(in, masked(0x00, "x")...)
		}
		c.send(append(in, masked(0x80, "")...))
		for range 100 {
			c.read()
		}
		b := c.breakdown()
		if len(b.Received) != 64 || len(b.Mirrored) != 64 || b.Omitted != 36 {
			t.Errorf("%d received, %d mirrored, %d omitted; want 64, 64, 36", len(b.Received), len(b.Mirrored), b.Omitted)
		}
		c.send(masked(0x81, "next"))
		c.read()
		if b := c.breakdown(); b.Omitted != 0 || len(b.Received) != 1 || b.Message != 2 {
			t.Errorf("the next breakdown is %+v", b)
		}
	})
	t.Run("control frames", func(t *testing.T) {
		c, _ := echo(t, Options{})
		c.send(join(masked(0x01, "a"), masked(0x89, "ping"), masked(0x80, "b"), masked(0x8a, "late")))
		c.wants(join(unmasked(0x01, "a"), unmasked(0x8a, "ping"), unmasked(0x80, "b")))
		b := c.breakdown()
		if len(b.Control) != 2 || b.Control[0].Direction != "up" || b.Control[0].Type != "ping" ||
			b.Control[1].Direction != "down" || b.Control[1].Type != "pong" || b.Control[1].Text != "ping" || b.Control[1].Masked {
			t.Errorf("control %+v, want a ping up and a pong down", b.Control)
		}
		c.send(masked(0x81, ""))
		c.read()
		if b := c.breakdown(); len(b.Control) != 1 || b.Control[0].Text != "late" || b.Control[0].RTT != 0 {
			t.Errorf("control %+v, want the pong", b.Control)
		}
	})
	t.Run("many control frames", func(t *testing.T) {
		c, _ := echo(t, Options{})
		c.send(append(bytes.Repeat(masked(0x8a, ""), 50), masked(0x81, "x")...))
		c.read()
		if b := c.breakdown(); len(b.Control) != maxControls || b.OmittedControl != 50-maxControls {
			t.Errorf("%d control frames, %d omitted; want %d, %d", len(b.Control), b.OmittedControl, maxControls, 50-maxControls)
		}
	})
}

func TestEchoPing(t *testing.T) {
	for _, form := range []Breakdown{JSON, Off} {
		t.Run(form.String(), func(t *testing.T) {
			c, e := echo(t, Options{Breakdown: form})
			if !e.Ping([]byte("ping 1")) {
				t.Fatal("Ping = false")
			}
			c.wants(unmasked(0x89, "ping 1"))
			c.send(join(masked(0x8a, "ping 1"), masked(0x81, "x")))
			c.wants(unmasked(0x81, "x"))
			if form == Off {
				return
			}
			b := c.breakdown()
			if len(b.Control) != 2 || b.Control[0].Type != "ping" || b.Control[0].Direction != "down" ||
				b.Control[1].Type != "pong" || b.Control[1].Direction != "up" || b.Control[1].RTT <= 0 {
				t.Errorf("control %+v, want our ping and its pong with a time", b.Control)
			}
		})
	}
}

// A server's ping stands between two frames, never inside one.
func TestEchoPingWhileWriting(t *testing.T) {
	c, e := patientEcho(t, Options{Breakdown: Off}, &usualPatience)
	const messages, size = 200, 50_000
	payload := strings.Repeat("x", size)
	frame := masked(0x82, payload)
	go func() {
		for range messages {
			if _, err := c.conn.Write(frame); err != nil {
				return
			}
		}
	}()
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			default:
				e.Ping([]byte("between"))
			}
		}
	}()
	pings := 0
	for n := 0; n < messages; {
		switch f := c.read(); f.opcode() {
		case 0x9:
			pings++
			if f.payload != "between" {
				t.Fatalf("ping %q", f.payload)
			}
		case 0x2:
			n++
			if f.payload != payload {
				t.Fatal("a mirror is not what was sent")
			}
		default:
			t.Fatalf("frame %#x", f.first)
		}
	}
	close(stop)
	go func() { _, _ = io.Copy(io.Discard, c.conn) }()
	<-stopped
	if pings == 0 {
		t.Error("no ping came")
	}
}

func TestEchoStop(t *testing.T) {
	t.Run("idle", func(t *testing.T) {
		c, e := echo(t, Options{})
		c.send(masked(0x81, "x"))
		c.read()
		c.read()
		e.Stop()
		f := c.read()
		if f != (wireFrame{0x88, "\x03\xe9" + stoppingReason}) {
			t.Fatalf("read %#x %q, want close 1001", f.first, f.payload)
		}
		// What comes now is too late, but for the answer.
		c.send(join(masked(0x81, "late"), masked(0x88, "\x03\xe9")))
		c.wantsEnd()
		if e.Ping([]byte("x")) {
			t.Error("Ping = true after the end")
		}
	})
	t.Run("inside a frame", func(t *testing.T) {
		c, e := echo(t, Options{})
		c.send(join(masked(0x89, "now"), masked(0x82, strings.Repeat("x", 20_000))[:10_000]))
		c.wants(unmasked(0x8a, "now"))
		e.Stop()
		if f := c.read(); f.first != 0x88 {
			t.Fatalf("read %#x, want a close frame", f.first)
		}
		c.conn.Close()
		<-c.done
	})
	t.Run("no answer", func(t *testing.T) {
		c, e := patientEcho(t, Options{}, &patience{write: time.Second, leave: 50 * time.Millisecond, drain: 50 * time.Millisecond, flood: 50 * time.Millisecond, rest: time.Hour})
		e.Stop()
		e.Stop()
		if f := c.read(); f.first != 0x88 {
			t.Fatalf("read %#x, want a close frame", f.first)
		}
		<-c.done
	})
	t.Run("never reads", func(t *testing.T) {
		c, e := patientEcho(t, Options{}, &patience{write: time.Hour, leave: 50 * time.Millisecond, drain: 50 * time.Millisecond, flood: 50 * time.Millisecond, rest: time.Hour})
		full := make(chan struct{})
		go func() {
			defer close(full)
			for frame := masked(0x82, strings.Repeat("x", 60_000)); ; {
				_ = c.conn.SetWriteDeadline(time.Now().Add(300 * time.Millisecond))
				if _, err := c.conn.Write(frame); err != nil {
					return
				}
			}
		}()
		<-full // now the server waits for room to write into
		e.Stop()
		<-c.done
	})
}

// A peer that never reads is dropped when a write has waited long enough.
func TestEchoNeverReads(t *testing.T) {
	c, _ := echo(t, Options{})
	frame := masked(0x82, strings.Repeat("x", 60_000))
	var err error
	for err == nil {
		_, err = c.conn.Write(frame)
	}
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		t.Fatalf("write: %v; want the connection to be reset", err)
	}
	if !errors.Is(err, syscall.ECONNRESET) && !errors.Is(err, syscall.EPIPE) {
		t.Errorf("write: %v, want a reset", err)
	}
	<-c.done
}

// A conversation at rest goes on in a new goroutine, as if nothing had been.
func TestEchoRests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, conn := net.Pipe()
		c := &client{t: t, conn: conn, done: make(chan struct{}), rests: make(chan struct{}, 100)}
		e := New(inspector.NewConn(server), Options{Breakdown: Off, MaxMessage: testLimit})
		e.Start(c)
		rests := func(want int) {
			t.Helper()
			time.Sleep(time.Minute)
			synctest.Wait()
			if got := len(c.rests); got != want {
				t.Errorf("it has rested %d times, want %d", got, want)
			}
		}
		rests(0) // nothing has been yet
		for i := range 3 {
			c.send(masked(0x81, "x"))
			c.wants(unmasked(0x81, "x"))
			rests(i + 1)
		}
		c.send(masked(0x01, "x"))
		c.wants(unmasked(0x01, "x"))
		rests(3) // in the middle of a message it does not
		c.send(masked(0x89, ""))
		c.wants(unmasked(0x8a, ""))
		rests(3)
		c.send(masked(0x80, "y"))
		c.wants(unmasked(0x80, "y"))
		rests(4)
		e.Stop()
		if f := c.read(); f != (wireFrame{0x88, "\x03\xe9" + stoppingReason}) {
			t.Errorf("read %#x %q, want close 1001", f.first, f.payload)
		}
		c.send(masked(0x88, "\x03\xe9"))
		<-c.done
	})
}

// A ping that can't go out ends the connection: a part of it may be on its way.
func TestEchoPingNeverReads(t *testing.T) {
	server, conn := net.Pipe()
	p := testPatience
	p.write = 20 * time.Millisecond
	c := &client{t: t, conn: conn, done: make(chan struct{})}
	e := New(inspector.NewConn(server), Options{})
	e.patience = &p
	e.Start(c)
	if e.Ping([]byte("x")) {
		t.Error("Ping = true, and nobody has read")
	}
	<-c.done
}

// A client that half-closes gets its answers, and then the end.
func TestEchoHalfClosed(t *testing.T) {
	c, _ := echo(t, Options{Breakdown: Off})
	c.send(masked(0x81, "bye"))
	if err := c.conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	c.wants(unmasked(0x81, "bye"))
	c.wantsEnd()
}

// The output must not depend on how the input is cut.
func TestEchoCuts(t *testing.T) {
	in := join(masked(0x01, "He\xe2"), masked(0x89, "!"), masked(0x80, "\x82\xac"), masked(0x82, ""), masked(0x8a, "p"),
		masked(0x82, strings.Repeat("z", 130)), masked(0x88, "\x03\xe8bye"))
	for _, form := range []Breakdown{JSON, Text, Off} {
		want := converse(Options{Breakdown: form}, in)
		if n := len(framesOf(t, want)); n < 6 {
			t.Fatalf("%v: %d frames came back", form, n)
		}
		for i := range in {
			for j := i; j < len(in); j++ {
				if form != Off && j-i > 1 {
					break // one form is enough for all pairs of cuts
				}
				if got := converse(Options{Breakdown: form}, bytes.Clone(in[:i]), bytes.Clone(in[i:j]), bytes.Clone(in[j:])); !bytes.Equal(got, want) {
					t.Fatalf("%v, cut at %d and %d: %s", form, i, j, difference(got, want))
				}
			}
		}
	}
}

// Nor must the verdict.
func TestEchoFaultCuts(t *testing.T) {
	for _, tt := range faults(t) {
		want := converse(Options{Breakdown: Off}, bytes.Clone(tt.in))
		for i := range tt.in {
			if got := converse(Options{Breakdown: Off}, bytes.Clone(tt.in[:i]), bytes.Clone(tt.in[i:])); !bytes.Equal(got, want) {
				t.Errorf("%s, cut at %d: %s", tt.name, i, difference(got, want))
			}
		}
	}
}

// Large frames are read into their place, whatever the pieces.
func TestEchoCutsLarge(t *testing.T) {
	payload := strings.Repeat("The quick brown fox. ", 5000)
	in := join(masked(0x01, payload), masked(0x89, "?"), masked(0x80, payload[:70_000]), masked(0x81, "x"), masked(0x88, ""))
	want := converse(Options{Breakdown: Off}, in)
	if f := framesOf(t, want); len(f) != 5 || f[0].payload != payload || f[2].payload != payload[:70_000] {
		t.Fatalf("%d frames came back", len(f))
	}
	for _, step := range []int{1, 13, 4095, 4096, 5000, 16384, 16400, 70_001} {
		var pieces [][]byte
		for rest := bytes.Clone(in); len(rest) > 0; {
			n := min(step, len(rest))
			pieces = append(pieces, rest[:n:n])
			rest = rest[n:]
		}
		if got := converse(Options{Breakdown: Off}, pieces...); !bytes.Equal(got, want) {
			t.Errorf("in pieces of %d: %d bytes, want %d, and the same", step, len(got), len(want))
		}
	}
}

// A length that is claimed costs nothing until the bytes come, and an idle conversation holds
// nothing.
func TestEchoHoldsLittle(t *testing.T) {
	t.Run("claimed length", func(t *testing.T) {
		s := &script{pieces: [][]byte{unhex(t, "82 ff 0000000000100000 00000000"), make([]byte, 5000)}}
		e := New(inspector.NewConn(s), Options{MaxMessage: testLimit})
		w := new(work) // a fresh one, and not one that has grown before
		w.get = func() []byte { return w.lend }
		w.judge.Sender = inspector.Up
		e.work = w
		reads := 0
		s.read = func() {
			reads++
			if reads == 4 && cap(e.work.out) > 64<<10 {
				t.Errorf("after 5000 bytes of 1 MiB the buffer holds %d", cap(e.work.out))
			}
		}
		e.converse()
		if reads < 3 {
			t.Errorf("%d reads", reads)
		}
	})
	t.Run("idle", func(t *testing.T) {
		s := &script{pieces: [][]byte{masked(0x81, "x"), masked(0x89, ""), masked(0x01, "y"), masked(0x80, "z")}}
		e := New(inspector.NewConn(s), Options{MaxMessage: testLimit})
		var held []bool
		s.read = func() { held = append(held, e.work != nil) }
		e.converse()
		if want := fmt.Sprint([]bool{false, false, false, true, false}); fmt.Sprint(held) != want {
			t.Errorf("held something before each read: %v, want %s (only inside a message)", held, want)
		}
	})
}
