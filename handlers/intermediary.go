package handlers

// Intermediaries: real reverse proxies in front of our own listener, each with a fault of its own.

import (
	"context"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync"
	"time"

	"wireup/wire"
)

// intermediary is a proxy that stands in front of a lab of this server. It opens a connection for
// each request, and knows which are its own.
type intermediary struct {
	via    string                        // what it calls itself in Via (RFC 9110 §7.6.3)
	behind string                        // where it finds what it stands in front of: this path, and the word
	under  func(c net.Conn) net.Conn     // what it does to a connection of its own; nil for nothing
	tell   func(net.Addr, string) func() // announces a connection of its own, by its address and via
	proxy  *httputil.ReverseProxy

	mu  sync.Mutex
	own map[string]struct{} // local addresses of its connections
}

// newIntermediary makes a proxy that does nothing wrong.
func newIntermediary(via, behind string) *intermediary {
	p := &intermediary{via: via, behind: behind, own: make(map[string]struct{})}
	p.proxy = &httputil.ReverseProxy{
		Rewrite: p.rewrite,
		ModifyResponse: func(r *http.Response) error {
			r.Header.Add("Via", p.via)
			return nil
		},
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			if k, ok := r.Context().Value(carriedKey{}).(*carried); ok {
				k.failed = err
			}
		},
		Transport: &http.Transport{
			DialContext:        p.dial,
			DisableKeepAlives:  true,
			DisableCompression: true,
		},
	}
	return p
}

type carriedKey struct{}

// carried is one request on its way through.
type carried struct {
	to     string // the address of what is behind
	failed error
}

func (p *intermediary) rewrite(r *httputil.ProxyRequest) {
	if k, ok := r.In.Context().Value(carriedKey{}).(*carried); ok {
		r.SetURL(&url.URL{Scheme: "http", Host: k.to})
	}
	r.Out.URL.Path = p.behind + r.In.PathValue("word")
	r.Out.URL.RawPath = ""
	r.Out.Header.Add("Via", p.via)
}

// dial opens a connection and remembers it as one of the proxy's own.
func (p *intermediary) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	own := &ownConn{Conn: conn, forget: func() {}}
	key := conn.LocalAddr().String()
	forget := func() {}
	if p.tell != nil {
		forget = p.tell(conn.LocalAddr(), wire.DriverProxy)
	}
	own.forget = sync.OnceFunc(func() {
		forget()
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.own, key)
	})
	p.mu.Lock()
	p.own[key] = struct{}{}
	p.mu.Unlock()
	if p.under != nil {
		return p.under(own), nil
	}
	return own, nil
}

// ownConn is a connection of the proxy's own, which it forgets with its end.
type ownConn struct {
	net.Conn
	forget func()
}

func (c *ownConn) Close() error {
	c.forget()
	return c.Conn.Close()
}

// made reports whether the proxy has opened the connection from remote.
func (p *intermediary) made(remote string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, ok := p.own[remote]
	return ok
}

// carry takes a request to the server behind the proxy, which is this one, and its answer back,
// until ctx ends. It returns what went wrong behind the proxy, if nothing has been answered.
func (p *intermediary) carry(s *Server, w http.ResponseWriter, r *http.Request, ctx context.Context) error {
	here, _ := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	to, err := ownAddress(s.listener.Load(), here)
	if err != nil {
		return err
	}
	k := &carried{to: to}
	p.proxy.ServeHTTP(w, r.WithContext(context.WithValue(ctx, carriedKey{}, k)))
	return k.failed
}

// deadline is a connection that is closed when a time has passed: since the last byte crossed, or
// since it began.
type deadline struct {
	net.Conn
	timer *time.Timer
	after time.Duration
	idle  bool // each byte begins the time anew
}

func newDeadline(c net.Conn, after time.Duration, idle bool) *deadline {
	return &deadline{Conn: c, after: after, idle: idle, timer: time.AfterFunc(after, func() { _ = c.Close() })}
}

func (d *deadline) Read(p []byte) (int, error) {
	n, err := d.Conn.Read(p)
	d.crossed(n)
	return n, err
}

func (d *deadline) Write(p []byte) (int, error) {
	n, err := d.Conn.Write(p)
	d.crossed(n)
	return n, err
}

func (d *deadline) crossed(n int) {
	if n > 0 && d.idle && d.timer.Stop() { // one that has fired has closed the connection
		d.timer.Reset(d.after)
	}
}

func (d *deadline) Close() error {
	d.timer.Stop()
	return d.Conn.Close()
}
