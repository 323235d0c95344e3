package inspector_test

import (
	"net"
	"slices"
	"testing"
	"time"

	"wireup/inspector"
)

// A connection that we opened ourselves is told as a client's: what we wrote went up, and whoever
// ended it is called what it is.
func TestOutbound(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for _, tt := range []struct {
		name string
		end  func(ours *inspector.Conn, theirs *net.TCPConn)
		want inspector.Ending
	}{
		{"we close", func(ours *inspector.Conn, _ *net.TCPConn) {}, inspector.EndClient},
		{"we reset", func(ours *inspector.Conn, _ *net.TCPConn) { ours.Reset() }, inspector.EndReset},
		{"the server closes", func(_ *inspector.Conn, theirs *net.TCPConn) { theirs.Close() }, inspector.EndServer},
		{"the server resets", func(_ *inspector.Conn, theirs *net.TCPConn) { theirs.SetLinger(0); theirs.Close() }, inspector.EndAborted},
	} {
		conn, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		far, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		var told []string
		var how inspector.Ending
		tap := inspector.NewConn(conn)
		tap.Tee(inspector.Outbound(inspector.NewSession(inspector.Options{}, func(e *inspector.Event) {
			if e.Close != nil {
				how = e.Close.TCP
				return
			}
			told = append(told, e.Direction.String()+" "+e.Kind.String())
		})))
		b := make([]byte, 100)
		tap.Write([]byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n"))
		far.Read(b)
		far.Write([]byte("HTTP/1.1 204 No Content\r\n\r\n"))
		tap.Read(b)
		tt.end(tap, far.(*net.TCPConn))
		if tt.want == inspector.EndServer || tt.want == inspector.EndAborted {
			tap.Read(b)
		}
		tap.Close()
		far.Close()
		if want := []string{"up request", "down response"}; !slices.Equal(told, want) || how != tt.want {
			t.Errorf("%s: %v, and the end is %v; want %v and %v", tt.name, told, how, want, tt.want)
		}
	}
}

// A session may begin behind the handshake.
func TestSessionWebSocket(t *testing.T) {
	var told []string
	s := inspector.NewSession(inspector.Options{}, func(e *inspector.Event) { told = append(told, inspector.Summary(e)) })
	s.WebSocket()
	s.Observe(time.Now(), inspector.Down, []byte("\x81\x02hi"))
	s.Observe(time.Now(), inspector.Up, []byte("\x81\x02hi"))
	if want := []string{"text frame, 2 bytes", "text frame, 2 bytes"}; !slices.Equal(told, want) {
		t.Errorf("%q; want %q", told, want)
	}
}
