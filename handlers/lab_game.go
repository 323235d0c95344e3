package handlers

// Lesson 13: /lab/game/{word}, the map that every reader shares. A WebSocket for those who play, one
// request for a move without it, and what commands the lab.

import (
	"context"
	"fmt"
	"net/http"
	"sync"

	"github.com/gorilla/websocket"

	"wireup/handlers/game"
)

const gameMove = 256 // bytes of a move that comes as a request

// gameWriters holds write buffers, so that a player who is told nothing has none.
var gameWriters sync.Pool

// game upgrades, and lets the reader play until one side ends it.
func (s *Server) game(w http.ResponseWriter, r *http.Request) error {
	id, err := labWire(r)
	if err != nil {
		return err
	}
	if _, err := labWord(r); err != nil {
		return err
	}
	return s.socket(w, r, webSocket{
		wire: id,
		instead: "The game is a WebSocket. Open it with new WebSocket(url), or with a client such as websocat, " +
			`and say [0,"your name"].`,
		upgrader: websocket.Upgrader{ReadBufferSize: 512, WriteBufferSize: 4 << 10, WriteBufferPool: &gameWriters},
		serve:    func(ctx context.Context, conn *websocket.Conn) { s.world.Play(ctx, conn, string(id)) },
	})
}

// gameRequest moves the reader as a frame would, by a request: for what that costs. The answer is
// what the last tick told, as the answer to a poll would be.
func (s *Server) gameRequest(w http.ResponseWriter, r *http.Request) error {
	id, err := labWire(r)
	if err != nil {
		return err
	}
	if _, err := labWord(r); err != nil {
		return err
	}
	b, err := labBody(w, r, gameMove, fmt.Sprintf("A move may have %d bytes. Send one such as [4,39,209].", gameMove))
	if err != nil {
		return err
	}
	x, y, err := game.ParseMove(b)
	if err != nil {
		return &StatusError{Code: http.StatusBadRequest, Err: err,
			Text: fmt.Sprintf("The body of this request is one move, such as [4,39,209], and here: %v.", err)}
	}
	last, ok := s.world.Move(string(id), x, y)
	if !ok {
		return &StatusError{Code: http.StatusNotFound,
			Text: "Nobody plays on this wire. Open the game first: a request moves who is there."}
	}
	writeJSONHead(w)
	if len(last) == 0 {
		last = []byte("[]")
	}
	_, _ = w.Write(append(last[:len(last):len(last)], '\n')) // a client that has gone needs no answer
	return nil
}

// gameCommand is what a page, or a terminal, tells the lab to do. It is not on the wire's log.
func (s *Server) gameCommand(w http.ResponseWriter, r *http.Request) error {
	if _, err := labWire(r); err != nil {
		return err
	}
	switch what := r.PathValue("what"); what {
	case "bots":
		n, err := labNumber(r, "n", game.MostBots, 0, game.MostBots)
		if err != nil {
			return err
		}
		if here := s.world.SetBots(n); here < n {
			return &StatusError{Code: http.StatusNotFound,
				Text: fmt.Sprintf("%d of the bots came. They need somebody to play with, and room on the map.", here)}
		}
	case "here":
	default:
		return unknownCommand(what, "bots and here")
	}
	all, bots := s.world.Here()
	return answerJSON(w, struct {
		Here int     `json:"here"`
		Bots int     `json:"bots"`
		Most int     `json:"mostBots"`
		Side int     `json:"side"`
		Tick float64 `json:"tick"` // milliseconds
		Stay float64 `json:"stay"` // seconds that bots do
	}{all, bots, game.MostBots, game.Side, millis(game.Tick), game.BotsFor.Seconds()})
}
