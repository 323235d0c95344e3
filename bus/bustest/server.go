// Package bustest is a NATS server as somebody else would run it, for tests: on a port of its own,
// stopped and started again when the test wants.
package bustest

import (
	"net"
	"strconv"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// Server is a NATS server on a loopback port, with JetStream in a folder of the test's.
type Server struct {
	t      testing.TB
	folder string
	port   int
	server *server.Server
}

// New starts a server that ends with the test.
func New(t testing.TB) *Server {
	t.Helper()
	s := &Server{t: t, folder: t.TempDir(), port: server.RANDOM_PORT}
	s.Start()
	t.Cleanup(s.Stop)
	return s
}

// URL is where clients find it, also when it has been started again.
func (s *Server) URL() string { return "nats://127.0.0.1:" + strconv.Itoa(s.port) }

// Start starts it again, with what it kept.
func (s *Server) Start() {
	s.t.Helper()
	var err error
	s.server, err = server.NewServer(&server.Options{
		Host: "127.0.0.1", Port: s.port, NoSigs: true, NoLog: true,
		JetStream: true, StoreDir: s.folder, JetStreamMaxStore: 64 << 20, JetStreamMaxMemory: 16 << 20,
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.server.Start()
	if !s.server.ReadyForConnections(10 * time.Second) {
		s.t.Fatal("the outside server is not ready")
	}
	s.port = s.server.Addr().(*net.TCPAddr).Port
}

// Stop stops it, if it runs.
func (s *Server) Stop() {
	s.server.Shutdown()
	s.server.WaitForShutdown()
}
