package main

// The peers' echo servers, each as its own documentation writes one.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	coder "github.com/coder/websocket"
	"github.com/gorilla/websocket"
	"github.com/lxzan/gws"
	"github.com/mccutchen/go-httpbin/v2/httpbin"
)

// peers are the handlers of GET /echo, by name.
var peers = map[string]func() http.Handler{
	"gorilla":    gorillaEcho,
	"go-httpbin": httpbinEcho,
	"coder":      coderEcho,
	"gws":        gwsEcho,
}

// servePeer is the child process: it serves one peer until ctx is done.
func servePeer(ctx context.Context, name string, stdout io.Writer) error {
	make, ok := peers[name]
	if !ok {
		return fmt.Errorf("there is no peer called %q", name)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: make(), ReadHeaderTimeout: 10 * time.Second}
	context.AfterFunc(ctx, func() { server.Close() })
	fmt.Fprintf(stdout, "%s is ready: http://%s\n", name, l.Addr())
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func gorillaEcho() http.Handler {
	upgrader := websocket.Upgrader{} // use default options
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer c.Close()
		for {
			kind, message, err := c.ReadMessage()
			if err != nil {
				return
			}
			if err := c.WriteMessage(kind, message); err != nil {
				return
			}
		}
	})
}

// httpbinEcho is the program's own handler, with its limits on time out of the way.
func httpbinEcho() http.Handler {
	app := httpbin.New(httpbin.WithMaxDuration(time.Hour))
	return http.HandlerFunc(app.WebSocketEcho)
}

func coderEcho() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := coder.Accept(w, r, nil)
		if err != nil {
			return
		}
		defer c.CloseNow()
		c.SetReadLimit(1 << 20) // the default is 32 KiB
		for {
			kind, message, err := c.Read(r.Context())
			if err != nil {
				return
			}
			if err := c.Write(r.Context(), kind, message); err != nil {
				return
			}
		}
	})
}

func gwsEcho() http.Handler {
	upgrader := gws.NewUpgrader(gwsEvents{}, nil)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := upgrader.Upgrade(w, r)
		if err != nil {
			return
		}
		go c.ReadLoop() // outside the handler, so that the request can be collected
	})
}

type gwsEvents struct{ gws.BuiltinEventHandler }

func (gwsEvents) OnMessage(c *gws.Conn, m *gws.Message) {
	defer m.Close()
	_ = c.WriteMessage(m.Opcode, m.Bytes()) // gws closes the connection on an error
}
