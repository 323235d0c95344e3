package handlers

// An intermediary that loses patience: a real reverse proxy in front of our own listener, which
// gives up when the head of an answer doesn't come in time.

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"time"

	"wireup/wire"
)

// cutterName is what it calls itself in Via (RFC 9110 §7.6.3).
const cutterName = "1.1 cutter"

// behindPath is where it finds what it stands in front of. The path is that of a command, so the
// inner hop is muted: it is no traffic of the reader's, who would else find each of their requests
// on the wire twice, and a check that counts them would count two at once.
const behindPath = "/lab/comet/control/behind/"

// cutter is the proxy. It opens a connection for each request, and knows which are its own.
type cutter struct {
	proxy *httputil.ReverseProxy
	after time.Duration

	mu  sync.Mutex
	own map[string]struct{} // local addresses of its connections
}

func newCutter(after time.Duration) *cutter {
	c := &cutter{after: after, own: make(map[string]struct{})}
	c.proxy = &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			if to, ok := r.In.Context().Value(cutterKey{}).(string); ok {
				r.SetURL(&url.URL{Scheme: "http", Host: to})
			}
			r.Out.URL.Path = behindPath + r.In.PathValue("word")
			r.Out.URL.RawPath = ""
			r.Out.Header.Add("Via", cutterName)
		},
		ModifyResponse: func(r *http.Response) error {
			r.Header.Add("Via", cutterName)
			return nil
		},
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			if failed, ok := r.Context().Value(cutterErrorKey{}).(*error); ok {
				*failed = err
			}
		},
		Transport: &http.Transport{
			DialContext:           c.dial,
			DisableKeepAlives:     true,
			DisableCompression:    true,
			ResponseHeaderTimeout: after,
		},
	}
	return c
}

type (
	cutterKey      struct{}
	cutterErrorKey struct{}
)

// dial opens a connection and remembers it as one of the proxy's own.
func (c *cutter) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	own := &cutterConn{Conn: conn, cutter: c, key: conn.LocalAddr().String()}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.own[own.key] = struct{}{}
	return own, nil
}

// cutterConn is a connection of the proxy's own, which it forgets with its end.
type cutterConn struct {
	net.Conn
	cutter *cutter
	key    string
}

func (c *cutterConn) Close() error {
	c.cutter.mu.Lock()
	delete(c.cutter.own, c.key)
	c.cutter.mu.Unlock()
	return c.Conn.Close()
}

// made reports whether the proxy has opened the connection from remote.
func (c *cutter) made(remote string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, ok := c.own[remote]
	return ok
}

// carry takes the request to the server behind the proxy, which is this one, and its answer back.
func (c *cutter) carry(s *Server, w http.ResponseWriter, r *http.Request, id wire.ID) error {
	here, _ := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	to, err := ownAddress(s.listener.Load(), here)
	if err != nil {
		return err
	}
	hold, err := s.holds.begin(r, id, cometLab)
	if err != nil {
		return err
	}
	defer hold.over()
	s.hold(w, s.limits.HoldTime)
	var failed error
	ctx := context.WithValue(context.WithValue(hold.Context, cutterKey{}, to), cutterErrorKey{}, &failed)
	c.proxy.ServeHTTP(w, r.WithContext(ctx))
	if failed == nil {
		return nil
	}
	if hold.Err() != nil {
		return unanswered(w, hold, failed)
	}
	var late interface{ Timeout() bool }
	if errors.As(failed, &late) && late.Timeout() || strings.Contains(failed.Error(), "timeout awaiting response headers") {
		return &StatusError{Code: http.StatusGatewayTimeout, Ref: "RFC 9110 §15.6.5", // no Err: it is what the lab is for
			Header: http.Header{"Via": {cutterName}},
			Text:   fmt.Sprintf("The intermediary waited %v for an answer and gave up. Ask again, and not at once.", c.after)}
	}
	return &StatusError{Code: http.StatusBadGateway, Ref: "RFC 9110 §15.6.3", Err: failed,
		Header: http.Header{"Via": {cutterName}},
		Text:   "The intermediary could not reach the server behind it. Ask again in a moment."}
}

// cometBehind is what the proxy stands in front of: the same lab, for nobody else. The request in
// front of the proxy is the one that is counted as held.
func (s *Server) cometBehind(w http.ResponseWriter, r *http.Request) error {
	if !s.cutter.made(r.RemoteAddr) {
		return &StatusError{Code: http.StatusNotFound,
			Text: "This address is for the lab's own intermediary. Ask /lab/comet/free?through=cutter to go through it."}
	}
	id, err := labWire(r)
	if err != nil {
		return err
	}
	plan, err := s.cometPlan(r, id)
	if err != nil {
		return err
	}
	return s.holdComet(w, plan, r.Context())
}
