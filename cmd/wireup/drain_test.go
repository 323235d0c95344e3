package main

// A drain that requests in flight would hold up.

import (
	"fmt"
	"net"
	"strings"
	"testing"
	"time"
)

func TestDrainCutsOffWhatDoesNotEnd(t *testing.T) {
	t.Parallel()
	address, stop := start(t, "--drain-time", "100ms", "--request-time", "1m")
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST /forge HTTP/1.1\r\nHost: %s\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n", address)
	if _, err := conn.Read(make([]byte, 64)); err != nil { // 100 Continue: the handler waits for the body
		t.Fatal(err)
	}
	if status, said := stop(); status != exitOK || !strings.Contains(said, "drain-time=100ms") {
		t.Errorf("exit %d, standard error %q; want 0, and what was cut off", status, said)
	}
}

func TestDrainOfSilentConnections(t *testing.T) {
	t.Parallel()
	address, stop := start(t)
	for _, said := range []string{"", "GET / HTTP/1.1\r\nHost: "} {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		fmt.Fprint(conn, said)
	}
	began := time.Now()
	status, said := stop()
	if took := time.Since(began); status != exitOK || said != "" || took > 2*time.Second {
		t.Errorf("exit %d after %s, standard error %q; want 0 at once and nothing", status, took, said)
	}
}
