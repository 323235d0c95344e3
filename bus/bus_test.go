package bus

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wireup/bus/bustest"
)

// both runs a test on the embedded server and on one outside: the code is the same.
func both(t *testing.T, f func(t *testing.T, o Options)) {
	t.Run("embedded", func(t *testing.T) { f(t, Options{Dir: t.TempDir()}) })
	t.Run("outside", func(t *testing.T) { f(t, Options{URL: bustest.New(t).URL()}) })
}

func TestPublishAndSubscribe(t *testing.T) {
	both(t, func(t *testing.T, o Options) {
		b := open(t, o)
		got := make(chan *Message, 10)
		stop, err := b.Subscribe("room.*", func(m *Message) { got <- m })
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{"one", "two"} {
			if err := b.Publish("room.red", []byte(text)); err != nil {
				t.Fatal(err)
			}
			if m := <-got; m.Subject != "room.red" || string(m.Data) != text || m.Asked() {
				t.Errorf("got %q on %q, asked %t; want %q on room.red", m.Data, m.Subject, m.Asked(), text)
			}
		}
		stop()
		stop()
	})
}

func TestRequest(t *testing.T) {
	both(t, func(t *testing.T, o Options) {
		b := open(t, o)
		if _, err := b.Request(t.Context(), "who", nil); !errors.Is(err, ErrNobody) {
			t.Errorf("a request that nobody takes: %v; want ErrNobody", err)
		}
		stop, err := b.Subscribe("who", func(m *Message) {
			if string(m.Data) == "mute" {
				return
			}
			if err := m.Respond([]byte(b.Instance())); err != nil {
				t.Error(err)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		defer stop()
		m, err := b.Request(t.Context(), "who", []byte("?"))
		if err != nil || string(m.Data) != b.Instance() {
			t.Errorf("answer %v, %v; want %s", m, err, b.Instance())
		}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		if _, err := b.Request(ctx, "who", []byte("mute")); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a request whose context ends: %v; want its error", err)
		}
	})
}

func TestMessageTooLarge(t *testing.T) {
	both(t, func(t *testing.T, o Options) {
		b := open(t, o)
		if err := b.Publish("x", make([]byte, b.MaxMessage()+1)); !errors.Is(err, ErrTooLarge) {
			t.Errorf("Publish of MaxMessage+1 bytes: %v; want ErrTooLarge", err)
		}
	})
}

func TestOneProcessAFolder(t *testing.T) {
	folder := t.TempDir()
	first := open(t, Options{Dir: folder})
	_, err := Open(t.Context(), Options{Dir: folder})
	if err == nil || !strings.Contains(err.Error(), folder) || !strings.Contains(err.Error(), "--data") ||
		strings.Contains(err.Error(), "\n") {
		t.Fatalf("the second on a folder: %v; want one line that names it and --data", err)
	}
	if _, err := first.Store("s").Put(t.Context(), "k", []byte("v"), 0); err != nil {
		t.Errorf("the first, afterwards: %v", err)
	}
	closeBus(t, first)
	closeBus(t, open(t, Options{Dir: folder}))
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	file := filepath.Join(t.TempDir(), "nats")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		o    Options
		want string
	}{
		{"a file in the store's place", Options{Dir: filepath.Dir(file)}, filepath.Dir(file)},
		{"no host", Options{URL: "nats://"}, "no URL of a NATS server"},
		{"another scheme", Options{URL: "http://127.0.0.1:4222"}, "no URL of a NATS server"},
		{"a bad port", Options{URL: "nats://127.0.0.1:port"}, "no URL of a NATS server"},
		{"the second of two", Options{URL: "127.0.0.1:4222,nats://"}, "no URL of a NATS server"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b, err := Open(t.Context(), tt.o)
			if err == nil {
				closeBus(t, b)
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("Open: %v; want one line with %q", err, tt.want)
			}
		})
	}
}

func TestPasswordsAreNotShown(t *testing.T) {
	for _, url := range []string{"nats://me:secret@host:4222", "nats://secret@host", "nats://a:secret@ho st:x"} {
		if s := redacted(url); strings.Contains(s, "secret") || !strings.Contains(s, "ho") {
			t.Errorf("redacted(%q) = %q", url, s)
		}
	}
}

// Nothing at the default level is said at start, nor at the start after that.
func TestQuiet(t *testing.T) {
	var said bytes.Buffer
	folder := t.TempDir()
	for range 2 {
		b := open(t, Options{Dir: folder, Log: slog.New(slog.NewTextHandler(&said, nil))})
		_, revision, err := b.Store("s").Get(t.Context(), "k")
		if err == nil {
			_, err = b.Store("s").Put(t.Context(), "k", []byte("v"), revision)
		}
		if err != nil {
			t.Fatal(err)
		}
		closeBus(t, b)
	}
	if said.Len() > 0 {
		t.Errorf("the log says %s", said.String())
	}
}

func TestServerAwayAndBack(t *testing.T) {
	o := bustest.New(t)
	b := open(t, Options{URL: o.URL()})
	await(t, b, true)
	got := make(chan string, 1000)
	stop, err := b.Subscribe("x", func(m *Message) { got <- string(m.Data) })
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	store := b.Store("s")
	revision, err := store.Put(t.Context(), "k", []byte("v"), 0)
	if err != nil {
		t.Fatal(err)
	}

	o.Stop()
	await(t, b, false)
	began := time.Now()
	if err := b.Publish("x", []byte("never")); !errors.Is(err, ErrAway) {
		t.Errorf("Publish while the server is away: %v; want ErrAway", err)
	}
	if _, err := b.Request(t.Context(), "x", nil); !errors.Is(err, ErrAway) {
		t.Errorf("Request while the server is away: %v; want ErrAway", err)
	}
	if _, _, err := store.Get(t.Context(), "k"); !errors.Is(err, ErrAway) {
		t.Errorf("Get while the server is away: %v; want ErrAway", err)
	}
	if _, err := store.Put(t.Context(), "k", []byte("w"), revision); !errors.Is(err, ErrAway) {
		t.Errorf("Put while the server is away: %v; want ErrAway", err)
	}
	if took := time.Since(began); took > time.Second {
		t.Errorf("failing took %s; want at once", took)
	}

	o.Start()
	await(t, b, true)
	if err := b.Publish("x", []byte("again")); err != nil {
		t.Fatal(err)
	}
	if text := <-got; text != "again" {
		t.Errorf("after the server came back there came %q first; want what was published then", text)
	}
	value, again, err := store.Get(t.Context(), "k")
	if err != nil || string(value) != "v" || again != revision {
		t.Errorf("Get: %q, %d, %v; want v, %d", value, again, err, revision)
	}
	if _, err := store.Put(t.Context(), "k", []byte("w"), revision); err != nil {
		t.Errorf("Put: %v", err)
	}
}

func TestStartWhileServerIsAway(t *testing.T) {
	o := bustest.New(t)
	o.Stop()
	began := time.Now()
	b := open(t, Options{URL: o.URL()})
	if took := time.Since(began); took > time.Second || b.Up() {
		t.Errorf("Open took %s and is up: %t; want it at once and not up", took, b.Up())
	}
	got := make(chan string, 10)
	stop, err := b.Subscribe("x", func(m *Message) { got <- string(m.Data) })
	if err != nil {
		t.Fatalf("Subscribe while the server is away: %v", err)
	}
	defer stop()
	if err := b.Publish("x", []byte("never")); !errors.Is(err, ErrAway) {
		t.Errorf("Publish before the server was there: %v; want ErrAway", err)
	}
	if _, _, err := b.Store("s").Get(t.Context(), "k"); !errors.Is(err, ErrAway) {
		t.Errorf("Get before the server was there: %v; want ErrAway", err)
	}
	o.Start()
	await(t, b, true)
	if err := b.Publish("x", []byte("now")); err != nil {
		t.Fatal(err)
	}
	if text := <-got; text != "now" {
		t.Errorf("got %q; want what was published when the server was there", text)
	}
}

func TestCloseWhileServerIsAway(t *testing.T) {
	o := bustest.New(t)
	b := open(t, Options{URL: o.URL()})
	await(t, b, true)
	o.Stop()
	await(t, b, false)
	began := time.Now()
	closeBus(t, b)
	if took := time.Since(began); took > time.Second {
		t.Errorf("Close took %s; want at once", took)
	}
	if b.Up() {
		t.Error("a closed bus is up")
	}
	if err := b.Publish("x", nil); !errors.Is(err, ErrAway) {
		t.Errorf("Publish on a closed bus: %v; want ErrAway", err)
	}
}
