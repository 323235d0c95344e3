package bus

// Open and Close, and whether the server is there.

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

const (
	waitLimit  = 5 * time.Second        // the longest that any call waits for the server
	firstDial  = 500 * time.Millisecond // what Open waits for a server that doesn't answer
	retryEvery = 250 * time.Millisecond // and as much again at random

	pingEvery    = 2 * time.Second // a server that has gone without a word is noticed after
	pingsMissed  = 2               // so many of them
	inboxPrefix  = "_INBOX_wireup"
	subjectStart = "wireup."
	bucketStart  = "wireup-"
)

// Options say which bus to open.
type Options struct {
	URL string // of an outside server, or several separated by commas; embedded when empty
	Dir string // the data folder, which the embedded server keeps its store in
	Log *slog.Logger
}

// Bus is a connection to a NATS server, and that server itself when it is embedded.
type Bus struct {
	log      *slog.Logger
	instance string
	embedded *embedded
	nc       *nats.Conn
	js       jetstream.JetStream
	closed   chan struct{} // when nc is closed for good
	close    func() error

	mu      sync.Mutex
	up      bool
	changed chan struct{}
	stores  map[string]*store
}

// Open starts the embedded server, or connects to an outside one. Only what a person must put
// right is an error: a folder that is in use, a URL that is none. An outside server that doesn't
// answer is awaited behind the scenes.
func Open(ctx context.Context, o Options) (*Bus, error) {
	b := &Bus{
		log:      o.Log,
		instance: rand.Text(),
		closed:   make(chan struct{}),
		changed:  make(chan struct{}),
		stores:   make(map[string]*store),
	}
	if b.log == nil {
		b.log = slog.New(slog.DiscardHandler)
	}
	b.close = sync.OnceValue(b.shut)
	options := b.options()
	if o.URL == "" {
		var err error
		if b.embedded, err = startEmbedded(ctx, o.Dir, b.log); err != nil {
			return nil, err
		}
		options = append(options, nats.InProcessServer(b.embedded.server))
	} else {
		if err := checkURL(o.URL); err != nil {
			return nil, err
		}
		options = append(options, nats.SetCustomDialer(&dialer{}))
	}
	nc, err := nats.Connect(o.URL, options...)
	if err == nil {
		b.nc = nc
		b.js, err = jetstream.New(nc, jetstream.WithDefaultTimeout(waitLimit))
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("the bus: %w", err), b.shut())
	}
	b.setUp(nc.IsConnected())
	if o.URL != "" && !nc.IsConnected() {
		b.log.Warn("the NATS server does not answer; it is tried again and again", "url", redacted(o.URL))
	}
	return b, nil
}

func (b *Bus) options() []nats.Option {
	return []nats.Option{
		nats.Name("wireup " + b.instance),
		nats.CustomInboxPrefix(inboxPrefix),
		nats.RetryOnFailedConnect(true),
		nats.MaxReconnects(-1),
		nats.IgnoreAuthErrorAbort(), // an operator puts the account right while we run
		nats.ReconnectBufSize(-1),   // what can't be sent now fails now
		nats.ReconnectWait(retryEvery),
		nats.ReconnectJitter(retryEvery, retryEvery),
		nats.Timeout(waitLimit),
		nats.DrainTimeout(waitLimit),
		nats.PingInterval(pingEvery),
		nats.MaxPingsOutstanding(pingsMissed),
		nats.ConnectHandler(func(*nats.Conn) { b.setUp(true) }),
		nats.ReconnectHandler(func(*nats.Conn) {
			b.setUp(true)
			b.log.Info("the bus is back")
		}),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			b.setUp(false)
			if err != nil {
				b.log.Warn("the bus is away; it is tried again and again", "err", err)
			}
		}),
		nats.ErrorHandler(func(_ *nats.Conn, s *nats.Subscription, err error) {
			if errors.Is(err, nats.ErrSlowConsumer) {
				b.log.Warn("messages on the bus were dropped: this instance takes them too slowly", "subject", s.Subject)
				return
			}
			b.log.Warn("the bus", "err", err)
		}),
		nats.ClosedHandler(func(*nats.Conn) {
			b.setUp(false)
			close(b.closed)
		}),
	}
}

// Instance is the name of this instance on the bus: no other has it, nor had it before.
func (b *Bus) Instance() string { return b.instance }

// Shared reports whether other instances can be on the bus, which isn't so when its server is
// inside this process.
func (b *Bus) Shared() bool { return b.embedded == nil }

// Up reports whether the server is there.
func (b *Bus) Up() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.up
}

// Changed is closed when Up changes. Take it before asking Up.
func (b *Bus) Changed() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.changed
}

func (b *Bus) setUp(up bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.up != up {
		b.up = up
		close(b.changed)
		b.changed = make(chan struct{})
	}
}

// Close lets what was received be handled and what was published leave, for as long as ctx lasts,
// then ends the connection, and the embedded server with it. It may be called again.
func (b *Bus) Close(ctx context.Context) error {
	// A connection that is away has nothing to drain, and Drain closes it.
	if err := b.nc.Drain(); err == nil {
		select {
		case <-b.closed:
		case <-ctx.Done():
		}
	}
	return b.close()
}

// shut ends what Open began.
func (b *Bus) shut() error {
	if b.nc != nil {
		b.nc.Close()
		<-b.closed
	}
	if b.embedded != nil {
		return b.embedded.close()
	}
	return nil
}

// dialer dials an outside server. Its first try is short, because Open waits for it.
type dialer struct{ again atomic.Bool }

func (d *dialer) Dial(network, address string) (net.Conn, error) {
	timeout := firstDial
	if d.again.Swap(true) {
		timeout = waitLimit
	}
	return net.DialTimeout(network, address, timeout)
}

// checkURL finds what can't be a server's URL before it is tried for ever.
func checkURL(list string) error {
	for _, s := range strings.Split(list, ",") {
		s = strings.TrimSpace(s)
		if !strings.Contains(s, "://") {
			s = "nats://" + s
		}
		u, err := url.Parse(s)
		if err != nil || u.Hostname() == "" || !schemes[u.Scheme] {
			return fmt.Errorf("%q is %w; write it like nats://127.0.0.1:4222", redacted(s), ErrURL)
		}
	}
	return nil
}

var schemes = map[string]bool{"nats": true, "tls": true, "ws": true, "wss": true}

// redacted is a URL that may be shown: a password in it may not.
func redacted(list string) string {
	var shown []string
	for _, s := range strings.Split(list, ",") {
		u, err := url.Parse(strings.TrimSpace(s))
		switch {
		case err == nil && u.User == nil:
			shown = append(shown, s)
		case err == nil:
			u.User = url.User("xxxxx") // a lone name may be a token
			shown = append(shown, u.String())
		default:
			_, host, found := strings.Cut(s, "@")
			if !found {
				host = s
			}
			shown = append(shown, host)
		}
	}
	return strings.Join(shown, ",")
}
