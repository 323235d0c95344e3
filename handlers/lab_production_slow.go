package handlers

// The slow reader of lesson 12: a server that takes in so many bytes a second, and no more.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/gorilla/websocket"

	"wireup/handlers/mirror"
	"wireup/wire"
)

const (
	slowRate    = 4096            // KiB a second at most
	slowMost    = 16 << 20        // bytes of payload that one slow reader reads
	slowMessage = 256 << 10       // bytes of one message
	slowTime    = 2 * time.Minute // that one reader takes at most
	slowWindow  = 64 << 10        // bytes that the kernel is to take in ahead of it
	slowStep    = 4 << 10         // bytes of one read
	slowTick    = 20 * time.Millisecond
)

// readSlowly upgrades, and reads as fast as the query says.
func (s *Server) readSlowly(w http.ResponseWriter, r *http.Request, id wire.ID) error {
	kib, err := labNumber(r, "read", 64, 1, slowRate)
	if err != nil {
		return err
	}
	tap := tapOf(r)
	if tap == nil {
		return errors.New("slow reader: the connection has no tap")
	}
	if tcp := tcpOf(tap); tcp != nil {
		_ = tcp.SetReadBuffer(slowWindow) // else the kernel reads megabytes ahead, and nobody waits
	}
	ctx, stop := context.WithTimeout(context.Background(), slowTime)
	defer stop()
	socket, err := s.sockets.open(r.RemoteAddr, id, stop)
	if err != nil {
		return err
	}
	defer socket.close()
	conn, err := upgradePlain(w, r, slowStep)
	if conn == nil {
		return err
	}
	defer conn.Close()
	conn.SetReadLimit(slowMessage)
	wake := context.AfterFunc(ctx, func() { _ = conn.SetReadDeadline(time.Now()) })
	defer wake()
	code, reason := websocket.CloseNormalClosure, ""
	switch err := readAtPace(ctx, conn, kib<<10); {
	case errors.Is(err, errSlowMost):
		code, reason = websocket.CloseMessageTooBig, fmt.Sprintf("this reader takes %s", sizeWords(slowMost))
	case ctx.Err() != nil:
		code, reason = websocket.CloseGoingAway, "the server is stopping, or two minutes are over"
	default:
		mirror.End(tap) // gorilla has answered the close frame, or said what was wrong
		return nil
	}
	_ = conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, reason), time.Now().Add(talkLinger)) // a client that can't be told has gone
	mirror.End(tap)
	return nil
}

var errSlowMost = errors.New("more than the slow reader takes")

// readAtPace reads messages at so many bytes a second, until the connection or ctx ends.
func readAtPace(ctx context.Context, conn *websocket.Conn, rate int) error {
	tick := time.NewTicker(slowTick)
	defer tick.Stop()
	var (
		buf  = make([]byte, slowStep)
		all  int
		owed = 0 // bytes that may be read before the next pause
		last = time.Now()
	)
	for {
		_, message, err := conn.NextReader()
		if err != nil {
			return err
		}
		for {
			for owed <= 0 {
				select {
				case <-ctx.Done():
					return ctx.Err()
				case now := <-tick.C:
					owed += int(now.Sub(last).Seconds() * float64(rate))
					owed = min(owed, rate) // what was not used up in a second is gone
					last = now
				}
			}
			n, err := message.Read(buf[:min(len(buf), owed)])
			owed -= n
			if all += n; all > slowMost {
				return errSlowMost
			}
			if err == io.EOF {
				break
			}
			if err != nil {
				return err
			}
		}
	}
}
