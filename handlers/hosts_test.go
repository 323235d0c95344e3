package handlers

// Names that the server goes by, and others.

import (
	"encoding/json"
	"net"
	"strings"
	"testing"
)

func TestHosts(t *testing.T) {
	h := newHosts([]string{"Course.Example.", "proxy.example:8443"})
	h.machine = "laptop"
	tests := []struct {
		host        string
		local, open bool // whether it is accepted by a server for this machine, or for all
	}{
		{"", true, true},
		{"localhost", true, true},
		{"LocalHost.:8080", true, true},
		{"wireup.localhost:8080", true, true},
		{"127.0.0.1:8080", true, true},
		{"127.9.9.9", true, true},
		{"[::1]", true, true},
		{"[::1]:8080", true, true},
		{"[::ffff:127.0.0.1]:8080", true, true},
		{"course.example", true, true},
		{"course.example:443", true, true},
		{"proxy.example", true, true},
		{"192.0.2.7:8080", false, true},
		{"0.0.0.0:8080", false, true},
		{"[2001:db8::7]:8080", false, true},
		{"laptop:8080", false, true},
		{"laptop.local:8080", false, true},
		{"other.local", false, true},
		{"laptop.evil.example", false, false},
		{"evil.example:8080", false, false},
		{"notlocalhost", false, false},
		{"localhost.evil.example", false, false},
		{"course.example.evil.example", false, false},
		{"127.0.0.1.evil.example", false, false},
		{"local", false, false},
		{"a:b:c", false, false},
	}
	for _, tt := range tests {
		name := hostName(tt.host)
		if got := h.accept(name, false); got != tt.local {
			t.Errorf("for this machine, %q is accepted: %v", tt.host, got)
		}
		if got := h.accept(name, true); got != tt.open {
			t.Errorf("for all, %q is accepted: %v", tt.host, got)
		}
	}
}

func TestMisdirected(t *testing.T) {
	s := startEcho(t, DefaultLimits())
	for _, request := range []string{
		"GET / HTTP/1.1\r\nHost: evil.example:8080\r\n\r\n",
		"GET http://evil.example/ HTTP/1.1\r\nHost: " + s.addr + "\r\n\r\n",
		"POST /forge HTTP/1.1\r\nHost: evil.example\r\nOrigin: http://evil.example\r\nContent-Length: 2\r\n\r\n{}",
		strings.Replace(s.shake("/wire/"+string(echoID)+"/feed", "Origin: http://evil.example\r\n"), s.addr, "evil.example", 1),
	} {
		response, body := s.asked(t, request)
		var e struct{ Error, Ref string }
		if err := json.Unmarshal(body, &e); err != nil || response.StatusCode != 421 || e.Ref != "RFC 9110 §15.5.20" ||
			!strings.Contains(e.Error, "evil.example") || !strings.Contains(e.Error, "--host") || !strings.Contains(e.Error, "http://"+s.addr+"/") {
			t.Errorf("%q: %d %s; want 421 with what to do", request, response.StatusCode, body)
		}
	}
	for _, request := range []string{
		"GET /healthz HTTP/1.0\r\n\r\n",
		"GET /healthz HTTP/1.1\r\nHost:\r\n\r\n",
		"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n",
	} {
		if response, body := s.asked(t, request); response.StatusCode != 200 {
			t.Errorf("%q: %d %s; want 200", request, response.StatusCode, body)
		}
	}
}

// A server that is open to a room goes by its machine's names too.
func TestMisdirectedInARoom(t *testing.T) {
	s := startWith(t, DefaultLimits(), func(s *Server) { s.hosts.machine = "laptop" }, func(l net.Listener) net.Listener { return anyAddress{l} })
	for host, code := range map[string]int{"laptop:8080": 200, "laptop.local": 200, "192.0.2.7": 200, "evil.example": 421} {
		if response, body := s.asked(t, "GET /healthz HTTP/1.1\r\nHost: "+host+"\r\n\r\n"); response.StatusCode != code {
			t.Errorf("%s: %d %s; want %d", host, response.StatusCode, body, code)
		}
	}
}

// anyAddress says that it listens on every address.
type anyAddress struct{ net.Listener }

func (l anyAddress) Addr() net.Addr {
	return &net.TCPAddr{IP: net.IPv6unspecified, Port: l.Listener.Addr().(*net.TCPAddr).Port}
}
