package handlers

// GET /echo: the handshake, and the conversation that it begins.

import (
	"bufio"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"wireup/handlers/mirror"
	"wireup/inspector"
	"wireup/wire"
)

// upgradeTimeout is how long a client may take to receive the 101.
const upgradeTimeout = 5 * time.Second

// echo upgrades and leaves the conversation to its own goroutine. The request is checked here
// and not by gorilla, so that each refusal can name its rule.
func (s *Server) echo(w http.ResponseWriter, r *http.Request) error {
	shake, err := checkHandshake(r)
	if errors.Is(err, errNoUpgrade) && wantsText(r) {
		return sayUpgrade(w, r)
	}
	if err != nil {
		return err
	}
	o, err := parseEchoQuery(r)
	if err != nil {
		return err
	}
	return s.converse(w, r, shake, o, &echoTalk{})
}

// converse upgrades, and holds talk's conversation.
func (s *Server) converse(w http.ResponseWriter, r *http.Request, shake handshake, o echoOptions, talk *echoTalk) (err error) {
	tap := tapOf(r)
	if tap == nil {
		return errors.New("echo: the connection has no tap")
	}
	talk.server, talk.wire = s, o.wire
	talk.handshake.Add(1)
	if talk.socket, err = s.sockets.open(r.RemoteAddr, o.wire, talk.stop); err != nil {
		return err
	}
	// Whoever has the 101 may ask for a ping: so the wire knows of the echo before.
	s.echoes.add(o.wire, talk)
	conversation, err := s.upgrade(w, r, tap, shake, o)
	talk.begin(conversation)
	if conversation == nil {
		talk.Over()
		return err
	}
	s.echoes.surge.left()
	conversation.Start(talk)
	return nil
}

// upgrade sends the 101, and returns who holds the conversation behind it. It returns neither
// that nor an error when there is nobody left to answer.
func (s *Server) upgrade(w http.ResponseWriter, r *http.Request, tap *inspector.Conn, shake handshake, o echoOptions) (mirror.Conversation, error) {
	options := mirror.Options{Breakdown: o.breakdown, MaxMessage: s.limits.Message}
	header := http.Header{}
	if len(shake.protocols) > 0 {
		header.Set("Sec-WebSocket-Protocol", shake.protocols[0])
	}
	upgrader := websocket.Upgrader{
		HandshakeTimeout:  upgradeTimeout,
		CheckOrigin:       func(*http.Request) bool { return true }, // checkHandshake has done so
		EnableCompression: o.deflate && o.library,
		Error:             func(http.ResponseWriter, *http.Request, int, error) {}, // the funnel answers
	}
	switch {
	case o.deflate && o.library:
		for _, x := range shake.extensions {
			if x.Name == "permessage-deflate" {
				options.Deflate = &mirror.Deflate{Answer: mirror.LibraryAnswer}
			}
		}
	case o.deflate:
		if d, ok := mirror.Negotiate(shake.extensions); ok {
			options.Deflate = &d
			// gorilla keeps this field for itself, under its canonical name. Under the RFC's own
			// spelling it is sent as it stands.
			header["Sec-WebSocket-Extensions"] = []string{d.Answer}
		}
	}
	watched := &hijacked{ResponseWriter: w}
	conn, err := upgrader.Upgrade(watched, r, header)
	if err != nil {
		if watched.done {
			s.log.Debug("echo: handshake failed", "remote", r.RemoteAddr, "err", err)
			return nil, nil
		}
		return nil, err
	}
	if o.library {
		return mirror.NewLibrary(conn, tap, options), nil
	}
	return mirror.New(tap, options), nil
}

// hijacked is a ResponseWriter that notes whether its connection has been taken over, and
// refuses a client that did not wait for the 101: gorilla would close without a word.
type hijacked struct {
	http.ResponseWriter
	done bool
	wrap func(net.Conn) net.Conn // may be nil
}

var errEarly = errors.New("the client sent bytes before the handshake was answered")

// early is the refusal, by hand: a hijacked connection has no ResponseWriter.
var early = (&StatusError{Code: http.StatusBadRequest, Ref: "RFC 6455 §4.1",
	Text: "You sent bytes before the handshake was answered. Wait for the 101."}).raw()

func (h *hijacked) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(h.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	h.done = true
	if rw.Reader.Buffered() > 0 {
		_ = conn.SetWriteDeadline(time.Now().Add(upgradeTimeout))
		_, err := conn.Write(early)
		if tap := inspector.ConnOf(conn); tap != nil {
			mirror.End(tap)
		}
		return nil, nil, errors.Join(errEarly, err, conn.Close())
	}
	if h.wrap != nil {
		conn = h.wrap(conn)
	}
	return conn, rw, nil
}

// echoTalk stands for a conversation from before its 101 on.
type echoTalk struct {
	server    *Server
	wire      wire.ID
	socket    *socket
	handshake sync.WaitGroup // done when conversation is set, or never will be
	over      func()         // called when it is over; may be nil

	mu           sync.Mutex
	conversation mirror.Conversation
	stopped      bool
}

// begin says how the handshake has ended: with a conversation, or nil.
func (t *echoTalk) begin(c mirror.Conversation) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.conversation = c
	t.handshake.Done()
	if t.stopped && c != nil {
		c.Stop()
	}
}

// Rests is told by the conversation when it has left memory behind.
func (t *echoTalk) Rests() { t.server.echoes.surge.left() }

// Over is told when the connection is closed, or there never was a conversation on it.
func (t *echoTalk) Over() {
	t.server.echoes.remove(t.wire, t)
	t.socket.close()
	if t.over != nil {
		t.over()
	}
}

func (t *echoTalk) stop() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.stopped = true
	if t.conversation != nil {
		t.conversation.Stop()
	}
}

// ping sends a ping, once there is a conversation, and reports whether it went out.
func (t *echoTalk) ping(payload []byte) bool {
	t.handshake.Wait()
	return t.conversation != nil && t.conversation.Ping(payload)
}

// echoOptions is what the query asks for.
type echoOptions struct {
	wire      wire.ID
	breakdown mirror.Breakdown
	deflate   bool
	library   bool
}

// parseEchoQuery reads the parameters that are there. A value that means nothing is refused:
// to guess would show something else than what was asked for.
func parseEchoQuery(r *http.Request) (o echoOptions, err error) {
	q, err := queryOf(r, echoRef)
	if err != nil {
		return o, err
	}
	if v, ok := q["wire"]; ok {
		if o.wire, err = wire.ParseID(v[0]); err != nil {
			return o, badQuery("wire must be the 13 characters that the page shows, each a to z or 2 to 7. Leave it out to echo unseen.")
		}
	}
	if v, ok := q["breakdown"]; ok {
		if o.breakdown, ok = mirror.ParseBreakdown(v[0]); !ok {
			return o, badQuery("breakdown must be json, text or off.")
		}
	}
	if v, ok := q["deflate"]; ok {
		if o.deflate = v[0] == "on"; !o.deflate && v[0] != "off" {
			return o, badQuery("deflate must be on or off.")
		}
	}
	if v, ok := q["library"]; ok {
		if o.library = v[0] == "gorilla"; !o.library {
			return o, badQuery("library must be gorilla. Leave it out for the mirror of frames.")
		}
	}
	return o, nil
}

const echoRef = "GET /echo"

func badQuery(text string) error {
	return &StatusError{Code: http.StatusBadRequest, Text: text, Ref: echoRef}
}

// wantsText reports whether a refusal is read in a terminal: by whoever asks neither for a page
// nor for JSON.
func wantsText(r *http.Request) bool {
	accept := r.Header.Get("Accept")
	return !strings.Contains(accept, "text/html") && !strings.Contains(accept, "json")
}

// sayUpgrade tells whoever asked without a handshake what to type.
func sayUpgrade(w http.ResponseWriter, r *http.Request) error {
	host := shellHost(r)
	var b strings.Builder
	b.WriteString(noUpgradeText + " (" + noUpgradeRef + ")\n\n")
	b.WriteString("Talk to it with a WebSocket client:\n\n")
	b.WriteString("  websocat 'ws://" + host + "/echo?breakdown=text'\n\n")
	b.WriteString("Or see the handshake with curl:\n\n")
	b.WriteString("  curl --http1.1 -iN -H 'Connection: Upgrade' -H 'Upgrade: websocket' \\\n")
	b.WriteString("    -H 'Sec-WebSocket-Version: 13' \\\n")
	b.WriteString("    -H 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==' \\\n")
	b.WriteString("    http://" + host + "/echo\n")
	h := w.Header()
	for name, values := range upgradeFields() {
		h[name] = values
	}
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusUpgradeRequired)
	// The client may be gone; there's nobody left to tell.
	_, _ = w.Write([]byte(b.String()))
	return nil
}

// shellHost is the host to type: the one that was asked for, if it means nothing to a shell.
func shellHost(r *http.Request) string {
	plain := strings.IndexFunc(r.Host, func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && !strings.ContainsRune(".-:[]", c)
	}) < 0
	if plain && r.Host != "" {
		return r.Host
	}
	if a, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr); ok {
		return a.String()
	}
	return "localhost"
}
