package bus

// The server inside the process, and the lock on its folder.

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"

	"github.com/gofrs/flock"
	"github.com/nats-io/nats-server/v2/server"
)

const (
	embeddedDisk   = 1 << 30
	embeddedMemory = 64 << 20
)

// embedded is a NATS server without a port, and the lock on its folder.
type embedded struct {
	server *server.Server
	lock   *flock.Flock
}

// startEmbedded takes the folder and starts a server on it.
func startEmbedded(ctx context.Context, folder string, log *slog.Logger) (*embedded, error) {
	lock, err := takeFolder(folder)
	if err != nil {
		return nil, err
	}
	s, err := startServer(ctx, filepath.Join(folder, "nats"), log)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("the bus can't start in the data folder %s: %w", folder, err), lock.Close())
	}
	return &embedded{s, lock}, nil
}

// takeFolder locks the data folder for this process.
func takeFolder(folder string) (*flock.Flock, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("the data folder: %w", err)
	}
	lock := flock.New(filepath.Join(folder, "lock"), flock.SetPermissions(0o600))
	taken, err := lock.TryLock()
	switch {
	case err != nil:
		return nil, fmt.Errorf("the data folder %s can't be locked: %w; name another with --data", folder, err)
	case !taken:
		return nil, fmt.Errorf("the data folder %s is in use by another wireup: stop that one, or name another folder with --data", folder)
	}
	return lock, nil
}

func startServer(ctx context.Context, store string, log *slog.Logger) (*server.Server, error) {
	s, err := server.NewServer(&server.Options{
		ServerName:             "wireup",
		DontListen:             true,
		NoSigs:                 true,
		JetStream:              true,
		StoreDir:               store,
		SyncAlways:             true, // or a Put is acknowledged before it is on the disk
		JetStreamMaxStore:      embeddedDisk,
		JetStreamMaxMemory:     embeddedMemory,
		DisableJetStreamBanner: true,
	})
	if err != nil {
		return nil, err
	}
	said := &serverLog{log: log}
	s.SetLoggerV2(said, false, false, false)
	started := make(chan struct{})
	go func() {
		defer close(started)
		s.Start()
	}()
	select {
	case <-started:
		err = said.fault()
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err != nil {
		s.Shutdown()
		<-started
		s.WaitForShutdown()
		return nil, err
	}
	return s, nil
}

func (e *embedded) close() error {
	e.server.Shutdown()
	e.server.WaitForShutdown()
	return e.lock.Close()
}

// serverLog hands the server's log on. What a server of its own would announce is detail here.
type serverLog struct {
	log *slog.Logger

	mu    sync.Mutex
	fatal string
}

func (l *serverLog) say(level slog.Level, format string, v []any) {
	if ctx := context.Background(); l.log.Enabled(ctx, level) {
		l.log.Log(ctx, level, "nats: "+fmt.Sprintf(format, v...))
	}
}

func (l *serverLog) Noticef(format string, v ...any) { l.say(slog.LevelDebug, format, v) }
func (l *serverLog) Warnf(format string, v ...any)   { l.say(slog.LevelWarn, format, v) }
func (l *serverLog) Errorf(format string, v ...any)  { l.say(slog.LevelError, format, v) }
func (l *serverLog) Debugf(format string, v ...any)  { l.say(slog.LevelDebug, format, v) }
func (l *serverLog) Tracef(format string, v ...any)  { l.say(slog.LevelDebug, format, v) }

// Fatalf is where a server of its own would exit: its Start returns, and we say why.
func (l *serverLog) Fatalf(format string, v ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.fatal = fmt.Sprintf(format, v...)
}

func (l *serverLog) fault() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fatal == "" {
		return nil
	}
	return errors.New(l.fatal)
}
