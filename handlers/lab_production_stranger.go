package handlers

// The stranger of lesson 12: a page of another origin, that tries to use what is its reader's.

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"strings"

	"wireup/templates"
	"wireup/wire"
)

const (
	// strangerPath is a command's path: to open the page is on no wire, and what it does is.
	strangerPath   = "/lab/production/control/stranger"
	strangerScript = "stranger.js"
)

// openToOthers reports whether the server listens for other machines too.
func (s *Server) openToOthers() bool {
	l := s.listener.Load()
	if l == nil {
		return false
	}
	tcp, ok := (*l).(*net.TCPAddr)
	return ok && !tcp.IP.IsLoopback()
}

// strangerURL is where a page stands that has another origin than the page that asks. On this
// machine it is the same server under its other name: to a browser 127.0.0.1 and localhost are two
// hosts. Elsewhere the same address answers with a page that is sandboxed, and has an origin that
// is equal to no other.
func strangerURL(r *http.Request, open bool) string {
	name, port, err := net.SplitHostPort(r.Host)
	if err != nil {
		name, port = r.Host, ""
	}
	other := ""
	if ip, err := netip.ParseAddr(name); err == nil && ip == netip.AddrFrom4([4]byte{127, 0, 0, 1}) {
		other = "localhost"
	} else if strings.EqualFold(name, "localhost") && !open {
		other = "127.0.0.1"
	}
	if other == "" {
		return strangerPath + "?sandbox=on"
	}
	if port != "" {
		other = net.JoinHostPort(other, port)
	}
	return "http://" + other + strangerPath
}

// hostForm is a host, with a port or without, that means nothing to a policy but itself.
var hostForm = regexp.MustCompile(`^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?$`)

// strangerPage answers with the page. to is the host that it tries to reach, which is ours.
func (s *Server) strangerPage(w http.ResponseWriter, r *http.Request) error {
	q, err := queryOf(r, "GET "+strangerPath)
	if err != nil {
		return err
	}
	id, err := wire.ParseID(q.Get("wire"))
	if err != nil {
		return &StatusError{Code: http.StatusBadRequest, Err: err,
			Text: "This page needs the wire of the lesson that opened it. Open it from there: press the link once more."}
	}
	word, to := q.Get("word"), q.Get("to")
	if !labWordForm.MatchString(word) {
		return &StatusError{Code: http.StatusBadRequest, Text: "This page needs a word, such as free or plum-41. Open it from its lesson."}
	}
	if !hostForm.MatchString(to) || !s.hosts.accept(hostName(to), s.openToOthers()) {
		return &StatusError{Code: http.StatusBadRequest,
			Text: fmt.Sprintf("This page tries to reach this server alone, and to=%q is none of its names.", clipped(to))}
	}
	view := templates.StrangerView{Site: s.site.view, Script: s.site.assets.url(strangerScript), To: to,
		Wire: string(id), Word: word, Sandboxed: q.Get("sandbox") == "on"}
	b, err := render(templates.Stranger(view))
	if err != nil {
		return err
	}
	s.site.pageHeader(w)
	h := w.Header()
	h.Set("Content-Security-Policy", strangerPolicy(to, view.Sandboxed))
	h.Set("Content-Type", pageType)
	h.Set("Cache-Control", "no-store")
	_, _ = w.Write(b) // a client that has gone needs no page
	return nil
}

// strangerPolicy lets the page reach the host that it is about, and nothing else.
func strangerPolicy(to string, sandboxed bool) string {
	var from []string
	for _, scheme := range []string{"http", "ws", "https", "wss"} {
		from = append(from, (&url.URL{Scheme: scheme, Host: to}).String())
	}
	policy := "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src " + strings.Join(from, " ") + "; " +
		"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
	if sandboxed {
		policy += "; sandbox allow-scripts"
	}
	return policy
}
