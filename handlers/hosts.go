package handlers

// The names that the server may be asked for. A name of somebody else's can be made to lead here,
// and a page from there would count as one of ours (DNS rebinding): it could read and command
// everything that its reader may.

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strings"
)

// hosts are the names that the server goes by besides addresses and localhost.
type hosts struct {
	named   map[string]bool // by whoever started it
	machine string          // this machine's own; means nothing to a server for this machine only
}

func newHosts(named []string) hosts {
	h := hosts{named: make(map[string]bool)}
	for _, name := range named {
		h.named[hostName(name)] = true
	}
	if name, err := os.Hostname(); err == nil {
		h.machine = hostName(name)
	}
	return h
}

// hostName is the name in a Host field: without its port, in lower case.
func hostName(field string) string {
	host, _, err := net.SplitHostPort(field)
	if err != nil {
		host = strings.TrimSuffix(strings.TrimPrefix(field, "["), "]")
	}
	return strings.TrimSuffix(strings.ToLower(host), ".")
}

// accept reports whether a server that is open to other machines or not goes by name.
func (h hosts) accept(name string, open bool) bool {
	if name == "" || name == "localhost" || strings.HasSuffix(name, ".localhost") || h.named[name] {
		return true // every browser sends a name; a terminal may leave it out
	}
	if ip, err := netip.ParseAddr(name); err == nil {
		return open || ip.Unmap().IsLoopback() // an address leads nowhere else
	}
	return open && (name == h.machine || strings.HasSuffix(name, ".local"))
}

// checkHost refuses a request for a name that is not ours.
func (s *Server) checkHost(r *http.Request) error {
	open := false
	if l := s.listener.Load(); l != nil {
		tcp, ok := (*l).(*net.TCPAddr)
		if !ok {
			return nil // no browser connects to a Unix-domain socket
		}
		open = !tcp.IP.IsLoopback()
	}
	name := hostName(r.Host)
	if s.hosts.accept(name, open) {
		return nil
	}
	text := fmt.Sprintf("This server doesn't go by the name %s. If that is its name, start it with --host and that name.", clipped(name))
	if here, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr); ok {
		text += " Else open http://" + here.String() + "/."
	}
	return &StatusError{Code: http.StatusMisdirectedRequest, Text: text}
}
