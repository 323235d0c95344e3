package main

import (
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wireup/handlers"
)

func openRaw(t *testing.T, f rawFlags, folder string) handlers.RawEnds {
	t.Helper()
	ends, err := f.open(folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeRaw(ends) })
	return ends
}

func said(ends handlers.RawEnds) string {
	var b strings.Builder
	logRaw(slog.New(slog.NewTextHandler(&b, nil)), ends)
	return b.String()
}

func TestRawEnds(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, rawSocket)
	ends := openRaw(t, rawFlags{tcp: "127.0.0.1:0"}, folder)
	if got := said(ends); !strings.Contains(got, "address="+ends.TCP.Addr().String()) || !strings.Contains(got, "address="+path) {
		t.Errorf("it says %q, want both addresses", got)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%s: %v, %v; want it for this user alone", path, info, err)
	}

	// Neither what is in use nor what is wrong keeps the server from starting.
	busy := ends.TCP.Addr().String()
	other := openRaw(t, rawFlags{tcp: busy}, folder)
	if other.TCP == nil || other.Unix != nil || !strings.Contains(said(other), busy+" is in use by another program, so the raw echo took the port") ||
		!strings.Contains(said(other), "another program listens there") {
		t.Errorf("a second one says %q", said(other))
	}
	off := openRaw(t, rawFlags{tcp: rawOff, unix: rawOff}, folder)
	if off.TCP != nil || off.Unix != nil || !strings.Contains(said(off), "There is no raw TCP echo") {
		t.Errorf("off says %q", said(off))
	}
	long := openRaw(t, rawFlags{tcp: rawOff, unix: filepath.Join(folder, strings.Repeat("x", 120))}, folder)
	if long.Unix != nil || !strings.Contains(said(long), "about a hundred") {
		t.Errorf("a long path says %q", said(long))
	}
	file := filepath.Join(folder, "file")
	if err := os.WriteFile(file, []byte("kept"), 0o600); err != nil {
		t.Fatal(err)
	}
	if taken := openRaw(t, rawFlags{tcp: rawOff, unix: file}, folder); taken.Unix != nil || !strings.Contains(said(taken), "something else") {
		t.Errorf("a file says %q", said(taken))
	}
	if b, err := os.ReadFile(file); string(b) != "kept" {
		t.Errorf("the file holds %q, %v", b, err)
	}
	if _, err := (&rawFlags{tcp: "nonsense"}).open(folder); err == nil {
		t.Error("an address that is none is taken")
	}

	// What a server that was killed has left goes.
	left, err := net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Join(folder, "left"), Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	left.SetUnlinkOnClose(false)
	left.Close()
	if again := openRaw(t, rawFlags{tcp: rawOff, unix: filepath.Join(folder, "left")}, folder); again.Unix == nil {
		t.Errorf("what a killed server left is in the way: %q", said(again))
	}
}

// TestRawServed goes through the whole program, on both ends.
func TestRawServed(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	_, stop := start(t, "--data", folder)
	c, err := net.Dial("unix", filepath.Join(folder, rawSocket))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	io.WriteString(c, "hello\n")
	c.(*net.UnixConn).CloseWrite()
	if b, err := io.ReadAll(c); string(b) != "hello\n" || err != nil {
		t.Errorf("came back %q, %v", b, err)
	}
	if status, said := stop(); status != exitOK || said != "" {
		t.Errorf("exit %d: %s", status, said)
	}
	if _, err := os.Stat(filepath.Join(folder, rawSocket)); err == nil {
		t.Error("the path is still there")
	}
}
