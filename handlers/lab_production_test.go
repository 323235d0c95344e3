package handlers

// Lesson 12 over a real listener: what comes through each intermediary, and what stands on the wire
// of both sides of it.

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"wireup/inspector"
	"wireup/wire"
)

const producePath = "/lab/production/plum-41?wire=" + string(labID)

// some waits until n events of the wire are meant, and returns them.
func (s *echoServer) some(n int, meant func(e *wire.Event) bool) (list []*wire.Event) {
	s.t.Helper()
	seen := make(map[uint64]bool)
	s.logged(labID, func(e *wire.Event) bool {
		if !seen[e.Seq] && meant(e) {
			seen[e.Seq], list = true, append(list, e)
		}
		return len(list) == n
	})
	return list
}

func isKind(k inspector.Kind) func(e *wire.Event) bool {
	return func(e *wire.Event) bool { return e.Kind == k }
}

func TestProductionPlain(t *testing.T) {
	s := startEcho(t, DefaultLimits())
	c := s.open(producePath, "")
	c.send(maskedFrame(0x81, "hi"))
	c.wants(0x81, "hi") // and no breakdown behind it
	c.send(maskedFrame(0x88, "\x03\xe8"))
	c.wants(0x88, "\x03\xe8")
	c.end()
}

// Every intermediary lets a socket through but one; what stands behind it is on the wire too.
func TestProductionNoUpgrade(t *testing.T) {
	s := startEcho(t, DefaultLimits())
	c := s.dial(t)
	c.send(s.shake(producePath+"&through=no-upgrade", "Origin: http://"+s.addr+"\r\n"))
	code, body := c.answered()
	if code != 426 || !strings.Contains(string(body), "needs a handshake") {
		t.Errorf("%d %s; want the server's own 426", code, body)
	}
	hops := s.some(2, isKind(inspector.KindRequest))
	front, back := hops[0], hops[1]
	if _, ok := front.Head.Get("Upgrade"); !ok || front.Driver != wire.DriverTerminal {
		t.Errorf("in front: Upgrade %v, driver %s", ok, front.Driver)
	}
	if v, ok := back.Head.Get("Upgrade"); ok || back.Driver != wire.DriverProxy || back.Lab != productionLab {
		t.Errorf("behind: Upgrade %q, driver %s, lab %s", v, back.Driver, back.Lab)
	}
	for _, name := range []string{"Sec-WebSocket-Key", "Via", "X-Forwarded-For"} {
		if _, ok := back.Head.Get(name); !ok {
			t.Errorf("behind there is no %s", name)
		}
	}
	if host, _ := back.Head.Get("Host"); host != s.addr {
		t.Errorf("behind, Host is %s", host)
	}
}

func TestProductionIdle(t *testing.T) {
	l := DefaultLimits()
	l.IdleTime = 400 * time.Millisecond
	s := startEcho(t, l)
	c := s.open(producePath+"&through=idle", "Origin: http://"+s.addr+"\r\n")
	began := time.Now()
	for time.Since(began) < 2*l.IdleTime { // each message comes back, and begins the time anew
		c.send(maskedFrame(0x81, "hi"))
		c.wants(0x81, "hi")
		<-time.After(l.IdleTime / 4)
	}
	quiet := time.Now()
	c.end()
	if took := time.Since(quiet); took > 3*l.IdleTime {
		t.Errorf("it was cut after %v of silence", took)
	}
	for _, e := range s.some(2, isKind(inspector.KindClose)) {
		if e.Close.Up != nil || e.Close.Down != nil {
			t.Errorf("there was a close frame: %+v", e.Close)
		}
	}
	// A request that is held for longer is answered by the intermediary.
	code, body := s.ask("GET", producePath+"&through=idle&pieces=1&every=5000", "")
	if code != 504 || !strings.Contains(body, "Nothing crossed for 400ms") {
		t.Errorf("a held request: %d %s", code, body)
	}
}

func TestProductionCutter(t *testing.T) {
	l := DefaultLimits()
	l.CutTime = 300 * time.Millisecond
	s := startEcho(t, l)
	c := s.open(producePath+"&through=cutter", "")
	began := time.Now()
	for {
		if _, err := io.WriteString(c, maskedFrame(0x81, "hi")); err != nil {
			break
		}
		if _, err := c.r.Peek(4); err != nil {
			break
		}
		c.wants(0x81, "hi")
	}
	if took := time.Since(began); took < l.CutTime-50*time.Millisecond || took > 5*time.Second {
		t.Errorf("cut after %v", took)
	}
}

// A stream comes in one piece, and its events came one by one.
func TestProductionBuffer(t *testing.T) {
	s := startEcho(t, DefaultLimits())
	code, body := s.ask("GET", producePath+"&through=buffer&pieces=3&every=60", "")
	if code != 200 || strings.Count(body, "data: plum-41") != 3 {
		t.Fatalf("%d %s", code, body)
	}
	pieces := make(map[string]int)
	for _, e := range s.some(4, func(e *wire.Event) bool { return e.Kind == inspector.KindBody && e.Body.Data.Len() > 0 }) {
		pieces[e.Driver]++
	}
	if pieces[wire.DriverProxy] != 3 || pieces[wire.DriverTerminal] != 1 {
		t.Errorf("pieces by driver: %v; want 3 behind the proxy and 1 in front", pieces)
	}
	// A socket is no stream, and is not held back.
	c := s.open(producePath+"&through=buffer", "")
	c.send(maskedFrame(0x81, "hi"))
	c.wants(0x81, "hi")
}

// After a drop as many handshakes are refused as were asked for.
func TestProductionDrop(t *testing.T) {
	s := startEcho(t, DefaultLimits())
	if code, body := s.ask("POST", "/lab/production/control/drop?wire="+string(labID), "Content-Length: 0\r\n"); code != 404 {
		t.Errorf("nothing to drop: %d %s", code, body)
	}
	c, other := s.open(producePath+"&socket=mine", ""), s.open(producePath+"&socket=other", "")
	s.do("/lab/production/control/drop?refuse=2&socket=mine&wire=" + string(labID))
	c.end()
	other.send(maskedFrame(0x81, "still here"))
	other.wants(0x81, "still here")
	for _, want := range []int{503, 503, 101} {
		c := s.dial(t)
		c.send(s.shake(producePath, ""))
		if head := c.head(); !strings.HasPrefix(head, fmt.Sprintf("HTTP/1.1 %d ", want)) {
			t.Errorf("answered %.30q; want %d", head, want)
		}
	}
	s.do("/lab/production/control/drop?refuse=9&wire=" + string(labID))
	s.do("/lab/production/control/reset?wire=" + string(labID))
	s.open(producePath, "")
}

// The lab's reset ends what goes through an intermediary; a server that stops says goodbye through it.
func TestProductionEnds(t *testing.T) {
	s := startEcho(t, DefaultLimits())
	c := s.open(producePath+"&through=idle", "")
	s.do("/lab/production/control/reset?wire=" + string(labID))
	for {
		if _, err := c.r.ReadByte(); err != nil {
			break
		}
	}
	s.waitOpen(0)
	c = s.open(producePath+"&through=idle", "")
	s.sockets.mu.Lock()
	for k := range s.sockets.live {
		go k.stop()
	}
	s.sockets.mu.Unlock()
	c.wants(0x88, "\x03\xe9the server is stopping")
	c.send(maskedFrame(0x88, "\x03\xe9"))
	c.end()
}

func TestProductionOrigin(t *testing.T) {
	s := startEcho(t, DefaultLimits())
	const foreign = "Origin: http://stranger.example\r\n"
	refused := func(target string, want int) {
		t.Helper()
		c := s.dial(t)
		c.send(s.shake(target, foreign))
		if code, body := c.answered(); code != want {
			t.Errorf("%s: %d %s; want %d", target, code, body, want)
		}
	}
	refused(producePath, 403)
	refused(producePath+"&through=idle", 403)
	refused(producePath+"&origin=all", 400)
	c := s.open(producePath+"&origin=any", foreign)
	c.send(maskedFrame(0x81, "hi"))
	c.wants(0x81, "hi")
}

// The slow reader takes what it takes in its own time, and says how much is too much.
func TestProductionSlow(t *testing.T) {
	s := startEcho(t, DefaultLimits())
	c := s.open(producePath+"&read=256", "")
	frame := string([]byte{0x82, 0x80 | 126, 0x40, 0, 0, 0, 0, 0}) + strings.Repeat("x", 16<<10)
	began := time.Now()
	go func() {
		for range 12 {
			if _, err := io.WriteString(c, frame); err != nil {
				return
			}
		}
	}()
	s.some(12, isKind(inspector.KindFrame))
	// 192 KiB at 256 KiB a second.
	if took := time.Since(began); took < 500*time.Millisecond || took > 4*time.Second {
		t.Errorf("192 KiB at 256 KiB a second took %v", took)
	}
	c.send(maskedFrame(0x88, "\x03\xe8"))
	c.wants(0x88, "\x03\xe8")
	c.end()
}

func TestStrangerPage(t *testing.T) {
	s := startEcho(t, DefaultLimits())
	_, port, _ := strings.Cut(s.addr, ":")
	var state struct{ Stranger string }
	if err := json.Unmarshal([]byte(s.do("/lab/production/control/state?wire="+string(labID))), &state); err != nil {
		t.Fatal(err)
	}
	if want := "http://localhost:" + port + strangerPath; state.Stranger != want {
		t.Errorf("the stranger is at %s; want %s", state.Stranger, want)
	}
	page := strangerPath + "?wire=" + string(labID) + "&word=free&to="
	c := s.get(page+s.addr+"&sandbox=on", "Connection: close\r\n")
	head := c.head()
	for _, want := range []string{"200 OK", "connect-src http://" + s.addr + " ws://" + s.addr, "sandbox allow-scripts", "default-src 'none'"} {
		if !strings.Contains(head, want) {
			t.Errorf("the head lacks %q: %s", want, head)
		}
	}
	for _, to := range []string{"stranger.example", "127.0.0.1:1;%20script-src%20*", "", "127.0.0.1%20x", "a,b"} {
		if code, body := s.ask("GET", page+to, ""); code != 400 {
			t.Errorf("to=%s: %d %.200s", to, code, body)
		}
	}
}

func TestProductionRefuses(t *testing.T) {
	s := startEcho(t, DefaultLimits())
	for target, want := range map[string]string{
		producePath + "&through=tunnel":                        "is no intermediary",
		producePath + "&pieces=21":                             "out of range",
		producePath + "&pieces=2&every=40000":                  "out of range",
		producePath:                                            "needs a handshake",
		"/lab/production/behind/plum-41?wire=" + string(labID): "own intermediary",
		"/lab/production/a%20b":                                "no word for a lab",
	} {
		if code, body := s.ask("GET", target, ""); code < 400 || !strings.Contains(body, want) {
			t.Errorf("%s: %d %s; want %q", target, code, body, want)
		}
	}
	for _, target := range []string{producePath + "&ping=61", producePath + "&read=0", producePath + "&read=5000"} {
		c := s.dial(t)
		c.send(s.shake(target, ""))
		if code, body := c.answered(); code != 400 || !strings.Contains(string(body), "out of range") {
			t.Errorf("%s: %d %s", target, code, body)
		}
	}
}
