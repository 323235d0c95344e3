package relay

import (
	"bufio"
	"bytes"
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"go.uber.org/goleak"

	"wireup/inspector"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is for what must happen, and a deadline for what would hang.
const patience = 20 * time.Second

// seen are the bytes that the tap showed of one connection, and how it ended.
type seen struct {
	mu       sync.Mutex
	up, down bytes.Buffer
	how      chan inspector.Ending
}

func (s *seen) Observe(_ time.Time, d inspector.Direction, p []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if d == inspector.Up {
		s.up.Write(p)
	} else {
		s.down.Write(p)
	}
}

func (s *seen) Ended(_ time.Time, how inspector.Ending, _ error) { s.how <- how }

// started is a relay to a server.
type started struct {
	*Relay
	address string
	taps    chan *seen
	notes   chan string
	dials   chan struct{}
}

// relayTo starts a relay before the server at target.
func relayTo(t *testing.T, target string, roots *x509.CertPool, most int) *started {
	t.Helper()
	to, err := ParseTarget(target)
	if err != nil {
		t.Fatal(err)
	}
	s := &started{taps: make(chan *seen, 100), notes: make(chan string, 100), dials: make(chan struct{}, 100)}
	s.Relay = New(Options{
		Dial: func(ctx context.Context) (net.Conn, error) {
			defer func() { s.dials <- struct{}{} }()
			return to.Dial(ctx, roots)
		},
		Watch: func(*inspector.Conn) inspector.Observer {
			o := &seen{how: make(chan inspector.Ending, 1)}
			s.taps <- o
			return o
		},
		Most: most, MostOfOne: max(most-1, 1),
		Note: func(text string) { s.notes <- text },
	})
	l := listen(t)
	s.address = l.Addr().String()
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		s.Shutdown(ctx)
		if err := <-served; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	return s
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// pair is a connection through a relay, and the server's end of it.
func pair(t *testing.T) (client, server *net.TCPConn, s *started) {
	t.Helper()
	l := listen(t)
	s = relayTo(t, l.Addr().String(), nil, 8)
	c, err := net.Dial("tcp", s.address)
	if err != nil {
		t.Fatal(err)
	}
	far, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []net.Conn{c, far} {
		c.SetDeadline(time.Now().Add(patience))
		t.Cleanup(func() { c.Close() })
	}
	return c.(*net.TCPConn), far.(*net.TCPConn), s
}

// sendCut writes b in pieces of random sizes, and then ends that direction.
func sendCut(c *net.TCPConn, b []byte, r *rand.Rand) error {
	for len(b) > 0 {
		n := min(1+r.IntN(1<<r.IntN(17)), len(b))
		if _, err := c.Write(b[:n]); err != nil {
			return err
		}
		b = b[n:]
	}
	return c.CloseWrite()
}

func noise(n int, r *rand.Rand) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

// However both sides cut their bytes, what comes out is what went in, and the tap saw the same.
func TestBytesPassUnchanged(t *testing.T) {
	for seed := range uint64(8) {
		r := rand.New(rand.NewPCG(seed, 13))
		up, down := noise(r.IntN(3<<20), r), noise(r.IntN(3<<20), r)
		client, server, s := pair(t)
		sent := make(chan error, 2)
		go func() { sent <- sendCut(client, up, rand.New(rand.NewPCG(seed, 1))) }()
		go func() { sent <- sendCut(server, down, rand.New(rand.NewPCG(seed, 2))) }()
		var gotUp []byte
		read := make(chan error, 1)
		go func() {
			var err error
			gotUp, err = io.ReadAll(server)
			read <- err
		}()
		gotDown, err := io.ReadAll(client)
		for _, err := range []error{err, <-read, <-sent, <-sent} {
			if err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
		}
		if !bytes.Equal(gotUp, up) || !bytes.Equal(gotDown, down) {
			t.Errorf("seed %d: %d bytes up became %d, %d down became %d, or others", seed, len(up), len(gotUp), len(down), len(gotDown))
		}
		tap := <-s.taps
		<-tap.how
		if !bytes.Equal(tap.up.Bytes(), up) || !bytes.Equal(tap.down.Bytes(), down) {
			t.Errorf("seed %d: the tap saw other bytes than crossed", seed)
		}
	}
}

// One side's end ends that direction alone.
func TestHalfClose(t *testing.T) {
	for _, first := range []string{"client", "server"} {
		client, server, s := pair(t)
		one, other, want := client, server, inspector.EndClient
		if first == "server" {
			one, other, want = server, client, inspector.EndServer
		}
		if err := one.CloseWrite(); err != nil {
			t.Fatal(err)
		}
		if b, err := io.ReadAll(other); err != nil || len(b) > 0 {
			t.Fatalf("the %s has ended, and the other side reads %q, %v", first, b, err)
		}
		if _, err := other.Write([]byte("still here")); err != nil {
			t.Fatal(err)
		}
		other.Close()
		if b, err := io.ReadAll(one); err != nil || string(b) != "still here" {
			t.Errorf("the %s ended its side and then read %q, %v; want what came after", first, b, err)
		}
		if how := <-(<-s.taps).how; how != want {
			t.Errorf("the %s ended first, and the tap says %v", first, how)
		}
	}
}

// A reset on one side is one on the other.
func TestReset(t *testing.T) {
	for _, first := range []string{"client", "server"} {
		client, server, s := pair(t)
		one, other, want := client, server, inspector.EndReset
		if first == "server" {
			one, other, want = server, client, inspector.EndAborted
		}
		one.SetLinger(0)
		one.Close()
		if _, err := other.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("the %s reset, and the other side reads %v", first, err)
		}
		if how := <-(<-s.taps).how; how != want {
			t.Errorf("the %s reset, and the tap says %v; want %v", first, how, want)
		}
	}
}

// Who doesn't read stops who writes, and nothing is lost when reading begins again.
func TestBackPressure(t *testing.T) {
	client, server, _ := pair(t)
	client.SetWriteBuffer(64 << 10)
	server.SetReadBuffer(64 << 10)
	client.SetWriteDeadline(time.Now().Add(500 * time.Millisecond))
	const most = 64 << 20
	sent, block := 0, noise(64<<10, rand.New(rand.NewPCG(1, 1)))
	var err error
	for err == nil && sent < most {
		var n int
		n, err = client.Write(block)
		sent += n
	}
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("%d bytes went to a server that reads none: %v", sent, err)
	}
	client.CloseWrite()
	if got, err := io.Copy(io.Discard, server); err != nil || got != int64(sent) {
		t.Errorf("the server reads %d bytes, %v; want the %d that were taken", got, err, sent)
	}
}

// Requests keep their connection, and the server sees the fields that the client wrote.
func TestKeepAlive(t *testing.T) {
	conns := make(map[string]bool)
	hosts := make(map[string]bool)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conns[r.RemoteAddr], hosts[r.Host] = true, true
		if n := len(r.Header); r.Header.Get("X-Forwarded-For")+r.Header.Get("Via") != "" {
			t.Errorf("%d fields came, some of them a proxy's", n)
		}
		body, _ := io.ReadAll(r.Body)
		w.Write(body)
	}))
	defer server.Close()
	s := relayTo(t, server.URL, nil, 8)
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	for i := range 5 {
		text := strings.Repeat("x", i*40000)
		res, err := client.Post("http://"+s.address+"/there", "text/plain", strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil || string(got) != text {
			t.Errorf("request %d: %d bytes back, %v; want %d", i, len(got), err, len(text))
		}
	}
	if len(conns) != 1 || !hosts[s.address] {
		t.Errorf("the server saw %d connections, for the hosts %v; want 1, for the address that was asked", len(conns), hosts)
	}
}

// A WebSocket whose messages come in fragments, each of them read apart.
func TestWebSocketFragments(t *testing.T) {
	var upgrader websocket.Upgrader
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer ws.Close()
		for {
			kind, p, err := ws.ReadMessage()
			if err != nil {
				return
			}
			ws.WriteMessage(kind, p)
		}
	}))
	defer server.Close()
	s := relayTo(t, strings.Replace(server.URL, "http", "ws", 1), nil, 8)
	c, err := net.Dial("tcp", s.address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(patience))
	fmt.Fprintf(c, "GET / HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEA==\r\n\r\n", s.address)
	in := bufio.NewReader(c)
	res, err := http.ReadResponse(in, nil)
	if err != nil || res.StatusCode != 101 {
		t.Fatal(res, err)
	}
	// "Hello" in two frames under a key of zeros, with a ping between them, and a close.
	c.Write([]byte("\x01\x83\x00\x00\x00\x00Hel\x89\x82\x00\x00\x00\x00hi\x80\x82\x00\x00\x00\x00lo\x88\x82\x00\x00\x00\x00\x03\xe8"))
	want := "\x8a\x02hi\x81\x05Hello\x88\x02\x03\xe8"
	got, err := io.ReadAll(in)
	if string(got) != want || err != nil {
		t.Errorf("% x, %v came back; want % x", got, err, want)
	}
	c.Close()
	tap := <-s.taps
	if <-tap.how; !strings.HasSuffix(tap.down.String(), want) {
		t.Errorf("the tap saw % x come down", tap.down.String())
	}
}

// Behind the tap there is TLS, and before it none.
func TestTLSBehindTheTap(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "over "+r.Proto) }))
	defer server.Close()
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	roots, err := Trust(file)
	if err != nil {
		t.Fatal(err)
	}
	s := relayTo(t, server.URL, roots, 8)
	c, err := net.Dial("tcp", s.address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(patience))
	io.WriteString(c, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
	got, err := io.ReadAll(c)
	if err != nil || !strings.HasPrefix(string(got), "HTTP/1.1 200") || !strings.HasSuffix(string(got), "over HTTP/1.1") {
		t.Errorf("%q, %v", got, err)
	}
	c.Close()
	tap := <-s.taps
	if <-tap.how; tap.down.String() != string(got) {
		t.Errorf("the tap saw %q; want the plain side", tap.down.String())
	}

	stranger := relayTo(t, server.URL, nil, 8)
	refused(t, stranger)
	if note := <-stranger.notes; !strings.Contains(note, "--ca FILE") {
		t.Errorf("of a certificate that nobody signed it says %q", note)
	}
}

// refused connects and expects a reset.
func refused(t *testing.T, s *started) {
	t.Helper()
	c, err := net.Dial("tcp", s.address)
	if err == nil {
		defer c.Close()
		c.SetDeadline(time.Now().Add(patience))
		_, err = c.Read(make([]byte, 1))
	}
	if !errors.Is(err, syscall.ECONNRESET) { // it may come within the dial
		t.Errorf("the connection ends with %v; want a reset", err)
	}
}

func TestRefusingTarget(t *testing.T) {
	l := listen(t)
	address := l.Addr().String()
	l.Close()
	s := relayTo(t, address, nil, 8)
	for range 3 {
		refused(t, s)
		<-s.dials
	}
	if note := <-s.notes; !strings.Contains(note, address+" refuses the connection") {
		t.Errorf("it says %q", note)
	}
	if len(s.notes) > 0 {
		t.Errorf("it says so again: %q", <-s.notes)
	}
}

// There is a limit of all connections, and one of an address, which leaves room for others.
func TestMost(t *testing.T) {
	for most, want := range map[int]string{
		1: "1 connections are open, which is the limit (--proxy-connections)",
		3: "2 connections of 127.0.0.1 are open, which is the limit for one address (--proxy-address-connections)",
	} {
		s := relayTo(t, listen(t).Addr().String(), nil, most)
		for range max(most-1, 1) {
			c, err := net.Dial("tcp", s.address)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			<-s.dials
		}
		refused(t, s)
		if note := <-s.notes; !strings.Contains(note, want) {
			t.Errorf("of %d it says %q", most, note)
		}
	}
}

// A relay that stops waits for what it carries, and resets it when the time is over.
func TestShutdown(t *testing.T) {
	client, server, s := pair(t)
	ctx, cancel := context.WithCancel(context.Background())
	over := make(chan int)
	go func() { over <- s.Shutdown(ctx) }()
	server.Write([]byte("while it stops"))
	if _, err := io.ReadFull(client, make([]byte, 14)); err != nil {
		t.Errorf("a connection in a drain: %v", err)
	}
	cancel()
	if cut := <-over; cut != 1 {
		t.Errorf("%d connections were cut; want 1", cut)
	}
	for _, c := range []net.Conn{client, server} {
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("it ends with %v; want a reset", err)
		}
	}
}

func TestParseTarget(t *testing.T) {
	for in, want := range map[string]string{
		"localhost:8765":          "localhost:8765 false",
		"http://localhost":        "localhost:80 false",
		"wss://example.com/chat":  "example.com:443 true",
		"https://[::1]:8443":      "[::1]:8443 true",
		"ws://127.0.0.1:8765/a?b": "127.0.0.1:8765 false",
		"localhost":               "no port",
		"ftp://localhost":         "scheme ftp",
		"localhost:90000":         "no port that there is",
		":8765":                   "no address",
		"http://%zz":              "no address",
		"":                        "no address",
	} {
		got, err := ParseTarget(in)
		said := fmt.Sprint(got.Host, " ", got.TLS)
		if err != nil {
			said = err.Error()
		}
		if !strings.Contains(said, want) {
			t.Errorf("ParseTarget(%q) = %q; want %q", in, said, want)
		}
	}
}
