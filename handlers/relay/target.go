package relay

// Where to carry to: an address, or a URL that may ask for TLS.

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"
	"syscall"
)

// Target is a server of the reader's own.
type Target struct {
	Host string // with its port
	TLS  bool
	URL  *url.URL // as it was written; of a bare address http://address
}

var schemes = map[string]struct {
	port string
	tls  bool
}{"http": {"80", false}, "ws": {"80", false}, "https": {"443", true}, "wss": {"443", true}}

// ParseTarget reads host:port, or a URL with http, https, ws or wss.
func ParseTarget(s string) (Target, error) {
	text := s
	if !strings.Contains(text, "://") {
		text = "http://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" {
		return Target{}, fmt.Errorf("%q is no address; write it like localhost:8765 or https://example.com", s)
	}
	scheme, ok := schemes[u.Scheme]
	if !ok {
		return Target{}, fmt.Errorf("%q has the scheme %s; there are http, https, ws and wss", s, u.Scheme)
	}
	port := u.Port()
	if port == "" {
		if text != s {
			return Target{}, fmt.Errorf("%q has no port; write it like %s:8765", s, u.Host)
		}
		port = scheme.port
	}
	if _, err := net.LookupPort("tcp", port); err != nil {
		return Target{}, fmt.Errorf("%q has no port that there is; write it like localhost:8765", s)
	}
	return Target{Host: net.JoinHostPort(u.Hostname(), port), TLS: scheme.tls, URL: u}, nil
}

// Trust reads a file of certificates in PEM, to believe in besides those of the system. Without a
// name there is nothing to add, and the result is nil.
func Trust(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("the certificates in %s can't be read: %w", file, cause(err))
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s holds no certificate in PEM", file)
	}
	return pool, nil
}

// Dial opens a connection. Its error is a sentence for whoever named the target. roots are who may
// have signed its certificate; nil for whom the system trusts.
func (t Target) Dial(ctx context.Context, roots *x509.CertPool) (net.Conn, error) {
	c, err := (&net.Dialer{}).DialContext(ctx, "tcp", t.Host)
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return nil, fmt.Errorf("%s refuses the connection: nothing listens there. Start your server, or name another address", t.Host)
	case errors.Is(err, context.DeadlineExceeded):
		return nil, fmt.Errorf("%s does not answer: TCP got no connection within the time. Is the address right?", t.Host)
	case err != nil:
		return nil, fmt.Errorf("%s can't be reached: %w", t.Host, cause(err))
	case !t.TLS:
		return c, nil
	}
	over := tls.Client(c, &tls.Config{ServerName: t.URL.Hostname(), RootCAs: roots, NextProtos: []string{"http/1.1"}})
	if err := over.HandshakeContext(ctx); err != nil {
		_ = c.Close() // it is of no use
		var unknown x509.UnknownAuthorityError
		var plain tls.RecordHeaderError
		switch {
		case errors.As(err, &unknown):
			return nil, fmt.Errorf("%s shows a certificate that nobody known has signed. Give the signer's with --ca FILE", t.Host)
		case errors.As(err, &plain):
			return nil, fmt.Errorf("%s speaks no TLS. Name it with http:// or ws://", t.Host)
		case errors.Is(err, context.DeadlineExceeded):
			return nil, fmt.Errorf("%s takes the connection and begins no TLS within the time", t.Host)
		}
		return nil, fmt.Errorf("TLS with %s failed: %w", t.Host, cause(err))
	}
	return over, nil
}

// cause is what an error says without what was tried.
func cause(err error) error {
	if op := (*net.OpError)(nil); errors.As(err, &op) {
		return op.Err
	}
	if path := (*os.PathError)(nil); errors.As(err, &path) {
		return path.Err
	}
	return err
}
