package handlers

// The labs for programs of the reader's own: GET /lab/own/client/<word>, which puts a client
// through twelve steps, and GET /lab/own/control/probe/<word>, through which wireup probe puts
// the reader's server through them.

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/gorilla/websocket"

	"wireup/handlers/mirror"
	"wireup/handlers/tunnel"
	"wireup/inspector"
	"wireup/inspector/probe"
	"wireup/wire"
)

const (
	ownLab        = "own"
	ownClientPath = "/lab/own/client/"
	ownProbePath  = "/lab/own/control/probe/"
	ownProbeRef   = "wireup probe --wire"

	stepTime  = 5 * time.Second // that a program has for each answer
	probeTime = 3 * time.Minute // that a whole probe may take
)

// ownClient upgrades, and holds the conversation of twelve steps with whoever has connected.
func (s *Server) ownClient(w http.ResponseWriter, r *http.Request) error {
	id, word, err := wireAndWord(r)
	if err != nil {
		return err
	}
	ws, tap, ctx, end, err := s.ownSocket(w, r, id, "This lab is a WebSocket, and tests clients. Connect with yours.")
	if err != nil || ws == nil {
		return err
	}
	defer end()
	if fault := probe.Converse(ctx, tap, word, stepTime); fault != nil {
		s.log.Debug("a client of a reader's own failed", "remote", r.RemoteAddr, "fault", fault)
	}
	mirror.End(tap) // the server ends TCP first (RFC 6455 §7.1.1)
	return nil
}

// ownServer upgrades, and probes the server that is at the other end of the tunnel.
func (s *Server) ownServer(w http.ResponseWriter, r *http.Request) error {
	id, word, err := wireAndWord(r)
	if err != nil {
		return err
	}
	if id == "" {
		return &StatusError{Code: http.StatusBadRequest, Ref: ownProbeRef,
			Text: "The probe shows on a wire, and this URL names none. Take the line that the exercise shows."}
	}
	server, err := url.Parse(r.URL.Query().Get("url"))
	if err != nil || server.Host == "" {
		return &StatusError{Code: http.StatusBadRequest, Ref: ownProbeRef, Err: err,
			Text: "url must be that of your server, like ws://localhost:8765. wireup probe sends it."}
	}
	ws, _, ctx, end, err := s.ownSocket(w, r, id, "Only wireup probe can use this URL, with --wire.")
	if err != nil || ws == nil {
		return err
	}
	defer end()
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	course := tunnel.NewCourse(ws)
	defer context.AfterFunc(ctx, course.Cut)()
	owner := wire.Owner{Wire: id, Driver: wire.DriverProbe, Lab: ownLab, Dialed: true, Note: "wireup probe opened it to " + server.Host + "."}
	probe.Run(ctx, probe.Options{
		URL: server, Word: word, Wait: stepTime,
		Dial:   func(ctx context.Context) (net.Conn, error) { return course.Dial(ctx, server.Host) },
		Watch:  func(c *inspector.Conn) inspector.Observer { return s.watchFor(c, owner) },
		Report: course.Report,
	})
	course.Done()
	return nil
}

// wireAndWord are what a request of these labs names.
func wireAndWord(r *http.Request) (id wire.ID, word string, err error) {
	if id, err = labWire(r); err == nil {
		word, err = labWord(r)
	}
	return id, word, err
}

// ownSocket upgrades a request of these labs. Neither an error nor a socket comes back when there
// is nobody left to answer. ctx is done when the server stops; end must be called at last.
func (s *Server) ownSocket(w http.ResponseWriter, r *http.Request, id wire.ID, what string) (ws *websocket.Conn, tap *inspector.Conn, ctx context.Context, end func(), err error) {
	if _, err = checkHandshake(r); errors.Is(err, errNoUpgrade) {
		err = refusal(http.StatusUpgradeRequired, noUpgradeRef, what, upgradeFields())
	}
	if err != nil {
		return nil, nil, nil, nil, err
	}
	if tap = tapOf(r); tap == nil {
		return nil, nil, nil, nil, fmt.Errorf("%s: the connection has no tap", r.URL.Path)
	}
	ctx, stop := context.WithCancel(context.Background())
	socket, err := s.sockets.open(r.RemoteAddr, id, stop)
	if err != nil {
		stop()
		return nil, nil, nil, nil, err
	}
	end = func() { stop(); socket.close() }
	upgrader := websocket.Upgrader{
		HandshakeTimeout: upgradeTimeout,
		CheckOrigin:      func(*http.Request) bool { return true },                // checkHandshake has done so
		Error:            func(http.ResponseWriter, *http.Request, int, error) {}, // the funnel answers
	}
	watched := &hijacked{ResponseWriter: w}
	ws, err = upgrader.Upgrade(watched, r, nil)
	if err == nil {
		return ws, tap, ctx, end, nil
	}
	end()
	if watched.done {
		err = nil
	}
	return nil, nil, nil, nil, err
}
