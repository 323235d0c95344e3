package handlers

// A forged connection: opened to our own listener, written to as ordered, and listened to.

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"syscall"
	"time"

	"wireup/inspector"
	"wireup/wire"
)

// leaveWait is how long the server has to close a forged connection after the forge has.
const leaveWait = 250 * time.Millisecond

// forgeAnswer is what became of an order.
type forgeAnswer struct {
	Sent           int    `json:"sent"`           // bytes of the writes
	Received       string `json:"received"`       // in hex: what came after the 101, or all that came
	ReceivedLength int    `json:"receivedLength"` // bytes of that, the cut ones too
	Truncated      bool   `json:"truncated"`
	Status         int    `json:"status,omitempty"`     // that answered the handshake
	Extensions     string `json:"extensions,omitempty"` // that the 101 agreed to
	Ended          string `json:"ended"`                // open: the forge was the first to leave
	Port           int    `json:"port"`                 // the forge's own, which the wire's log calls remote
	Note           string `json:"note,omitempty"`       // which limit cut it short
}

// carryOut opens a connection and does as planned. here is the address on which the order came.
func (s *Server) carryOut(ctx context.Context, plan forgePlan, here net.Addr) (*forgeAnswer, error) {
	listener := s.listener.Load()
	if plan.raw {
		if s.raw.ends.TCP == nil {
			return nil, &StatusError{Code: http.StatusServiceUnavailable, Ref: forgeRef,
				Text: "This server has no raw echo on TCP, so the forge has nothing to connect to. Start it with --raw and an address."}
		}
		address := s.raw.ends.TCP.Addr()
		listener = &address
	}
	to, err := ownAddress(listener, here)
	if err != nil {
		return nil, err
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", to)
	if err != nil {
		return nil, &StatusError{Code: http.StatusServiceUnavailable, Ref: forgeRef, Err: err,
			Text: "The server takes no new connection, not even its own. Try again in a moment."}
	}
	defer conn.Close()
	forget := s.hub.Driver(conn.LocalAddr(), wire.DriverForge, plan.wire)
	disown := s.forges.note(conn.LocalAddr())
	// The server may have requests of this connection before it still: they are the forge's until
	// its side has closed too.
	defer s.conns.whenGone(conn.LocalAddr().String(), func() { forget(); disown() })
	defer context.AfterFunc(ctx, func() {
		_ = conn.SetDeadline(time.Unix(1, 0)) // an error here is one that the next call meets as well
	})()

	answer := &forgeAnswer{Port: conn.LocalAddr().(*net.TCPAddr).Port}
	in := bufio.NewReader(conn)
	e := &ear{most: int(s.limits.Forge), came: make(chan struct{}, 1), done: make(chan struct{})}
	if plan.target != "" {
		head := knock(conn, in, to, plan.target, plan.offer)
		if h, n, _, err := inspector.ParseHead(head, false); n > 0 && err == nil {
			answer.Status = h.Code
			answer.Extensions, _ = h.Get("Sec-WebSocket-Extensions")
		}
		if answer.Status != http.StatusSwitchingProtocols {
			e.keep(head)
			plan.writes = nil
		}
	}
	go e.listen(in)
	answer.Sent = e.send(ctx, conn, plan.writes)
	answer.Ended = e.silence(ctx, plan.wait)
	e.leave(conn)

	answer.Received, answer.ReceivedLength = hex.EncodeToString(e.received), e.length
	answer.Truncated = e.length > len(e.received)
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		answer.Note = fmt.Sprintf("The forge stopped after %s (limit: --forge-time).", s.limits.ForgeTime)
	case answer.Truncated:
		answer.Note = fmt.Sprintf("received holds the first %s of %d bytes (limit: --forge).", sizeWords(s.limits.Forge), e.length)
	}
	return answer, nil
}

// ownAddress is where the listener can be reached from this machine. Of one that listens on every
// address it is the loopback address of the family in which a request has reached it.
func ownAddress(listener *net.Addr, here net.Addr) (string, error) {
	if listener == nil {
		return "", errors.New("forge: the server has no listener")
	}
	tcp, ok := (*listener).(*net.TCPAddr)
	if !ok {
		return "", &StatusError{Code: http.StatusNotImplemented, Ref: forgeRef,
			Text: "The forge needs a server that listens on TCP. Start this one with --listen and a port."}
	}
	own := *tcp
	if len(own.IP) == 0 || own.IP.IsUnspecified() {
		own.IP, own.Zone = net.IPv6loopback, ""
		if h, ok := here.(*net.TCPAddr); !ok || h.IP.To4() != nil {
			own.IP = net.IPv4(127, 0, 0, 1)
		}
	}
	return own.String(), nil
}

// knock sends an opening handshake and returns the head that answers it, or what came of one.
// offer is a value for Sec-WebSocket-Extensions, or empty.
func knock(conn net.Conn, in *bufio.Reader, host, target, offer string) (head []byte) {
	key := make([]byte, 16)
	_, _ = rand.Read(key) // never fails
	if offer != "" {
		offer = "Sec-WebSocket-Extensions: " + offer + "\r\n"
	}
	_, err := io.WriteString(conn, "GET "+target+" HTTP/1.1\r\nHost: "+host+"\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "+base64.StdEncoding.EncodeToString(key)+"\r\n"+offer+"\r\n")
	if err != nil {
		return nil
	}
	for len(head) < maxAnswerHead && !bytes.HasSuffix(head, []byte("\r\n\r\n")) {
		line, err := in.ReadSlice('\n')
		head = append(head, line...)
		if err != nil && err != bufio.ErrBufferFull {
			break
		}
	}
	return head
}

// maxAnswerHead bounds the head of an answer of our own server.
const maxAnswerHead = 64 << 10

// ear hears what comes back on a forged connection, and keeps the first most bytes of it.
type ear struct {
	most int
	came chan struct{} // something has come since it was last looked at
	done chan struct{} // closed when nothing more will come

	// What follows belongs to listen until done is closed.
	received []byte
	length   int
	err      error
}

func (e *ear) keep(p []byte) {
	e.length += len(p)
	e.received = append(e.received, p[:min(len(p), e.most-len(e.received))]...)
}

// listen hears until the connection ends.
func (e *ear) listen(in io.Reader) {
	defer close(e.done)
	buf := make([]byte, 16<<10)
	for e.err == nil {
		var n int
		if n, e.err = in.Read(buf); n == 0 {
			continue
		}
		e.keep(buf[:n])
		select {
		case e.came <- struct{}{}:
		default:
		}
	}
}

// send does the writes, each with its pause before it, and returns how many bytes went out. It
// stops when the server has closed: there is nobody left to read.
func (e *ear) send(ctx context.Context, conn net.Conn, writes []plannedWrite) (sent int) {
	for _, w := range writes {
		if w.pause > 0 {
			pause := time.NewTimer(w.pause)
			select {
			case <-pause.C:
			case <-e.done:
			case <-ctx.Done():
			}
			pause.Stop()
		}
		select {
		case <-e.done:
			return sent
		default:
		}
		if w.end {
			if half, ok := conn.(*net.TCPConn); ok {
				_ = half.CloseWrite() // an error means that it is closed already
			}
			return sent
		}
		n, err := conn.Write(w.bytes)
		sent += n
		if err != nil {
			return sent
		}
	}
	return sent
}

// silence waits until nothing has come for so long, and says how the connection stands then.
func (e *ear) silence(ctx context.Context, wait time.Duration) string {
	quiet := time.NewTimer(wait)
	defer quiet.Stop()
	for {
		select {
		case <-e.came:
			quiet.Reset(wait)
			continue
		case <-e.done:
		case <-quiet.C:
			return "open"
		case <-ctx.Done():
			return "open"
		}
		switch {
		case errors.Is(e.err, syscall.ECONNRESET):
			return inspector.EndAborted.String()
		case errors.Is(e.err, os.ErrDeadlineExceeded):
			return "open"
		}
		return inspector.EndServer.String()
	}
}

// leave closes so that the server sees an end and no reset: our FIN first, then its own. A server
// that goes on is reset, so that it answers nothing more of what was sent.
func (e *ear) leave(conn net.Conn) {
	if half, ok := conn.(*net.TCPConn); ok && half.CloseWrite() == nil {
		end := time.NewTimer(leaveWait)
		defer end.Stop()
		select {
		case <-e.done:
		case <-end.C:
			_ = half.SetLinger(0) // fails only on what is closed
		}
	}
	_ = conn.Close()
	<-e.done
}
