package handlers

// One log line a request, at debug; and each counted.

import (
	"bufio"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// logged counts each request, and logs it when debug lines are wanted.
func (s *Server) logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		c := countedOf(w)
		defer func() { s.metrics.answered(c.status) }()
		next.ServeHTTP(c, r)
		if !s.log.Enabled(r.Context(), slog.LevelDebug) {
			return
		}
		s.log.Debug("request", "method", r.Method, "path", r.URL.Path, "status", c.status,
			"bytes", c.bytes, "took", time.Since(began))
	})
}

// counted is a ResponseWriter that remembers what was answered. It has Hijack and Flush itself:
// gorilla/websocket asks for them by type and does not look at Unwrap.
type counted struct {
	http.ResponseWriter
	status   int
	bytes    int64
	begun    bool // the answer's head is written, or nobody may write one
	hijacked bool
}

// countedOf returns w, or what counts it.
func countedOf(w http.ResponseWriter) *counted {
	if c, ok := w.(*counted); ok {
		return c
	}
	return &counted{ResponseWriter: w, status: http.StatusOK}
}

func (c *counted) WriteHeader(status int) {
	if status >= 200 { // others announce the answer
		c.status, c.begun = status, true
	}
	c.ResponseWriter.WriteHeader(status)
}

func (c *counted) Write(p []byte) (int, error) {
	c.begun = true
	n, err := c.ResponseWriter.Write(p)
	c.bytes += int64(n)
	return n, err
}

func (c *counted) Flush() {
	c.begun = true
	// An error here is one that the next Write meets as well.
	_ = http.NewResponseController(c.ResponseWriter).Flush()
}

func (c *counted) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(c.ResponseWriter).Hijack()
	if err == nil {
		c.status, c.begun, c.hijacked = http.StatusSwitchingProtocols, true, true
	}
	return conn, rw, err
}

func (c *counted) Unwrap() http.ResponseWriter { return c.ResponseWriter }
