package handlers

// One log line a request, at debug.

import (
	"bufio"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// logged logs each request when debug lines are wanted.
func (s *Server) logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.log.Enabled(r.Context(), slog.LevelDebug) {
			next.ServeHTTP(w, r)
			return
		}
		began := time.Now()
		c := &counted{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(c, r)
		s.log.Debug("request", "method", r.Method, "path", r.URL.Path, "status", c.status,
			"bytes", c.bytes, "took", time.Since(began))
	})
}

// counted is a ResponseWriter that remembers what was answered. It has Hijack and Flush itself:
// gorilla/websocket asks for them by type and does not look at Unwrap.
type counted struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (c *counted) WriteHeader(status int) {
	c.status = status
	c.ResponseWriter.WriteHeader(status)
}

func (c *counted) Write(p []byte) (int, error) {
	n, err := c.ResponseWriter.Write(p)
	c.bytes += int64(n)
	return n, err
}

func (c *counted) Flush() {
	// An error here is one that the next Write meets as well.
	_ = http.NewResponseController(c.ResponseWriter).Flush()
}

func (c *counted) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(c.ResponseWriter).Hijack()
	if err == nil {
		c.status = http.StatusSwitchingProtocols
	}
	return conn, rw, err
}

func (c *counted) Unwrap() http.ResponseWriter { return c.ResponseWriter }
