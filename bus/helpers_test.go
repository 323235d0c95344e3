package bus

import (
	"context"
	"os"
	"testing"
	"time"

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
