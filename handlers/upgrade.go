package handlers

// A request that becomes a WebSocket which gorilla holds: what all of ours have in common.

import (
	"context"
	"errors"
	"net"
	"net/http"

	"github.com/gorilla/websocket"

	"wireup/wire"
)

// webSocket is what becomes of such a request.
type webSocket struct {
	wire     wire.ID                                         // that it counts on; may be empty
	apart    bool                                            // a whole room of them sits behind one address: it isn't counted there
	instead  string                                          // what somebody is told who asks for no upgrade
	before   func() error                                    // between the checks and the 101; may be nil
	wrap     func(net.Conn) net.Conn                         // what gorilla gets of the connection; may be nil
	upgrader websocket.Upgrader                              // buffers, and whether it compresses
	serve    func(ctx context.Context, conn *websocket.Conn) // until the end; ctx is over when the server stops
}

// socket checks the handshake, counts the socket against the limits, upgrades and serves.
func (s *Server) socket(w http.ResponseWriter, r *http.Request, ws webSocket) error {
	if _, err := checkHandshake(r); errors.Is(err, errNoUpgrade) {
		return refusal(http.StatusUpgradeRequired, noUpgradeRef, ws.instead, upgradeFields())
	} else if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	remote := r.RemoteAddr
	if ws.apart {
		remote = ""
	}
	socket, err := s.sockets.open(remote, ws.wire, stop)
	if err != nil {
		return err
	}
	defer socket.close()
	if ws.before != nil {
		if err := ws.before(); err != nil {
			return err
		}
	}
	u := ws.upgrader
	u.HandshakeTimeout = upgradeTimeout
	u.CheckOrigin = func(*http.Request) bool { return true }          // checkHandshake has done so
	u.Error = func(http.ResponseWriter, *http.Request, int, error) {} // the funnel answers
	watched := &hijacked{ResponseWriter: w, wrap: ws.wrap}
	conn, err := u.Upgrade(watched, r, nil)
	if err != nil && watched.done {
		return nil // there is nobody left to answer
	}
	if err != nil {
		return err
	}
	defer conn.Close()
	ws.serve(ctx, conn)
	return nil
}
