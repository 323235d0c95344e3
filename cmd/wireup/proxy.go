package main

// wireup proxy: a tap before a server of the reader's own, and the pages that show what crosses it.

import (
	"context"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"

	"github.com/peterbourgon/ff/v3/ffcli"

	"wireup/handlers"
	"wireup/handlers/relay"
	"wireup/inspector"
	"wireup/wire"
)

const (
	proxyLab   = "proxy"
	proxyDrain = 3 * time.Second // a WebSocket that is carried ends by itself or not at all
)

// proxyFlags are the flags of proxy, and the relay at work. All methods do nothing on nil, so that
// serve needs not ask.
type proxyFlags struct {
	listen string
	to     string
	ca     string
	wire   string
	most   int
	one    int // of most, for one client address

	target   relay.Target
	roots    *x509.CertPool
	id       wire.ID
	listener net.Listener
	relay    *relay.Relay
	done     chan struct{} // closed when Serve has returned
}

func proxyCommand(stdout, stderr, help io.Writer) *ffcli.Command {
	p := &proxyFlags{}
	f := &serveFlags{limits: handlers.DefaultLimits(), wires: wire.DefaultLimits(), proxy: p,
		listenFlag: "pages", drainTime: proxyDrain, raw: rawFlags{tcp: rawOff, unix: rawOff}}
	fs := flag.NewFlagSet("proxy", flag.ContinueOnError)
	fs.SetOutput(help)
	f.define(fs)
	fs.StringVar(&p.listen, "listen", "127.0.0.1:8766", "`address` that clients connect to; :8766 opens it to the network")
	fs.StringVar(&p.to, "to", "", "`address` of your server, like localhost:8765, or https://example.com for TLS behind the tap")
	fs.StringVar(&p.ca, "ca", "", "`file` of certificates in PEM that your server's may be signed by, besides those that this system trusts")
	fs.StringVar(&p.wire, "wire", "", "show it on the wire with this `id` (default: a new one)")
	fs.IntVar(&p.most, "proxy-connections", 256, "connections carried at once")
	fs.IntVar(&p.one, "proxy-address-connections", 128, "the same, from one client address")
	return &ffcli.Command{
		Name:       "proxy",
		ShortUsage: "wireup proxy --to ADDRESS [flags]",
		ShortHelp:  "carry connections to a server of your own, and show what crosses them",
		LongHelp: "Takes connections at --listen, carries them to --to, and changes no byte: not a header field, not the\n" +
			"Host, not how a connection ends. So a server that asks for its own name in Host has to be given it by\n" +
			"your client. The pages, at --pages, show live what crosses. They are wireup serve, with the same flags.\n" +
			"Without --data nothing is kept when it ends.",
		FlagSet: fs,
		Options: flagOptions(),
		Exec: func(ctx context.Context, args []string) error {
			if len(args) > 0 {
				return usageError{fmt.Errorf("%q stands behind the flags: name your server with --to", args[0])}
			}
			if err := p.check(); err != nil {
				return err
			}
			if f.data == "" {
				folder, err := os.MkdirTemp("", "wireup-proxy-")
				if err != nil {
					return err
				}
				defer os.RemoveAll(folder)
				f.data = folder
			}
			return f.serve(ctx, stdout, stderr)
		},
	}
}

// check says which flag makes no sense.
func (p *proxyFlags) check() (err error) {
	if p.to == "" {
		return usageError{errors.New("say where to carry to, like wireup proxy --to localhost:8765")}
	}
	if p.target, err = relay.ParseTarget(p.to); err != nil {
		return usageError{fmt.Errorf("--to: %w", err)}
	}
	if rest := strings.TrimSuffix(p.target.URL.RequestURI(), "/"); rest != "" {
		return usageError{fmt.Errorf("--to: %s is a path, and a proxy that changes no byte carries those that its client asks for. Leave it out", rest)}
	}
	if p.roots, err = relay.Trust(p.ca); err != nil {
		return usageError{fmt.Errorf("--ca: %w", err)}
	}
	if p.most <= 0 {
		return usageError{errors.New("--proxy-connections must be above zero")}
	}
	if p.one <= 0 {
		return usageError{errors.New("--proxy-address-connections must be above zero")}
	}
	p.id = wire.NewID()
	if p.wire != "" {
		if p.id, err = wire.ParseID(p.wire); err != nil {
			return usageError{fmt.Errorf("--wire: %w", err)}
		}
	}
	return nil
}

// open opens the address that clients connect to.
func (p *proxyFlags) open() (err error) {
	if p == nil {
		return nil
	}
	if p.listener, err = listen(p.listen, "listen"); err != nil {
		return err
	}
	if p.leadsHere() {
		return usageError{errors.Join(fmt.Errorf("--to %s is the address of the proxy itself: name your server", p.to), p.listener.Close())}
	}
	return nil
}

// leadsHere reports whether the target is the proxy's own address.
func (p *proxyFlags) leadsHere() bool {
	own, ok := p.listener.Addr().(*net.TCPAddr)
	to, err := net.ResolveTCPAddr("tcp", p.target.Host)
	if !ok || err != nil || to.Port != own.Port {
		return false
	}
	return own.IP.Equal(to.IP) || own.IP.IsUnspecified() && to.IP.IsLoopback()
}

func (p *proxyFlags) close() {
	if p != nil && p.listener != nil {
		_ = p.listener.Close() // the drain has closed it, unless there was none
	}
}

// start carries connections from now on.
func (p *proxyFlags) start(hub *wire.Hub, stderr io.Writer) {
	if p == nil {
		return
	}
	owner := wire.Owner{Wire: p.id, Lab: proxyLab, Note: "wireup proxy carries it on to " + p.to + "."}
	p.relay = relay.New(relay.Options{
		Dial:  func(ctx context.Context) (net.Conn, error) { return p.target.Dial(ctx, p.roots) },
		Watch: func(c *inspector.Conn) inspector.Observer { return hub.WatchFor(c, owner) },
		Most:  p.most, MostOfOne: p.one,
		Note: func(text string) { fmt.Fprintf(stderr, "wireup: %s\n", text) },
	})
	p.done = make(chan struct{})
	go func() {
		defer close(p.done)
		_ = p.relay.Serve(p.listener) // it ends with the drain
	}()
}

// announce says where a client is to connect, and where to look.
func (p *proxyFlags) announce(w io.Writer, pages net.Addr) {
	fmt.Fprintf(w, "wireup proxy is ready: point your client at %s, which goes on to %s, and open http://%s/wire#show=%s\n",
		reachable(p.listener.Addr()), p.to, reachable(pages), p.id)
}

// reachable is an address at which this machine can reach a listener.
func reachable(a net.Addr) string {
	tcp, ok := a.(*net.TCPAddr)
	if !ok || !tcp.IP.IsUnspecified() {
		return a.String()
	}
	return fmt.Sprintf("127.0.0.1:%d", tcp.Port)
}

// drain gives what is carried time to end, and then resets it. It returns at once; the channel is
// closed when nothing is carried any more.
func (p *proxyFlags) drain(ctx context.Context, stdout io.Writer) <-chan struct{} {
	drained := make(chan struct{})
	if p == nil {
		close(drained)
		return drained
	}
	go func() {
		defer close(drained)
		p.wind(ctx, stdout)
	}()
	return drained
}

// wind winds the relay up.
func (p *proxyFlags) wind(ctx context.Context, stdout io.Writer) {
	if n := p.relay.Open(); n > 0 {
		fmt.Fprintf(stdout, "%s still carried: close your client, or press Ctrl-C again to cut it off\n", plural(n, "connection is", "connections are"))
	}
	if cut := p.relay.Shutdown(ctx); cut > 0 {
		fmt.Fprintf(stdout, "%s reset\n", plural(cut, "connection was", "connections were"))
	}
	<-p.done
}

func plural(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, more)
}
