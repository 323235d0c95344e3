package bus

import (
	"context"
	"net"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if folder := os.Getenv(childVariable); folder != "" {
		childMain(folder)
	}
	goleak.VerifyTestMain(m)
}

// open opens a bus that is closed with the test.
func open(t testing.TB, o Options) *Bus {
	t.Helper()
	b, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeBus(t, b) })
	return b
}

func closeBus(t testing.TB, b *Bus) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), waitLimit)
	defer cancel()
	if err := b.Close(ctx); err != nil {
		t.Errorf("Close: %v", err)
	}
}

// outside is a NATS server as somebody else would run it: on a port, stopped and started again.
type outside struct {
	t      testing.TB
	folder string
	port   int
	server *server.Server
}

func newOutside(t testing.TB) *outside {
	o := &outside{t: t, folder: t.TempDir(), port: server.RANDOM_PORT}
	o.start()
	t.Cleanup(o.stop)
	return o
}

func (o *outside) url() string { return "nats://127.0.0.1:" + strconv.Itoa(o.port) }

func (o *outside) start() {
	o.t.Helper()
	s, err := server.NewServer(&server.Options{
		Host: "127.0.0.1", Port: o.port, NoSigs: true, NoLog: true,
		JetStream: true, StoreDir: o.folder, JetStreamMaxStore: 64 << 20, JetStreamMaxMemory: 16 << 20,
	})
	if err != nil {
		o.t.Fatal(err)
	}
	s.Start()
	if !s.ReadyForConnections(10 * time.Second) {
		o.t.Fatal("the outside server is not ready")
	}
	o.server = s
	o.port = s.Addr().(*net.TCPAddr).Port
}

func (o *outside) stop() {
	o.server.Shutdown()
	o.server.WaitForShutdown()
}

// await waits until the bus is up, or isn't.
func await(t testing.TB, b *Bus, up bool) {
	t.Helper()
	late := time.After(10 * time.Second)
	for {
		changed := b.Changed()
		if b.Up() == up {
			return
		}
		select {
		case <-changed:
		case <-late:
			t.Fatalf("Up() is still %t", !up)
		}
	}
}
