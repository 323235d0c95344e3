package main

// The raw echo's listeners: a TCP port and a path, of which neither keeps the server from starting.

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"syscall"

	"wireup/handlers"
)

const (
	rawOff    = "off"
	rawSocket = "raw.sock" // in the data folder
)

// rawFlags are the flags of the raw echo.
type rawFlags struct {
	tcp, unix string
	bytes     byteSize
}

func (f *rawFlags) define(fs *flag.FlagSet, l *handlers.Limits) {
	f.bytes = byteSize(l.RawBytes)
	fs.StringVar(&f.tcp, "raw", cmp.Or(f.tcp, "127.0.0.1:8081"), "`address` of the raw TCP echo, or off; :8081 opens it to the network")
	fs.StringVar(&f.unix, "raw-unix", f.unix, "`path` of the raw echo's Unix-domain socket, or off (default: "+rawSocket+" in the data folder)")
	fs.IntVar(&l.RawConns, "raw-connections", l.RawConns, "connections to the raw echo open at once")
	fs.Var(&f.bytes, "raw-bytes", "what one connection to the raw echo sends, in `bytes`")
	fs.DurationVar(&l.RawIdle, "raw-idle", l.RawIdle, "`time` of silence after which the raw echo closes a connection")
}

// open opens what the flags name. Of what can't be opened there's a note; only an address that is
// none is an error.
func (f *rawFlags) open(folder string) (handlers.RawEnds, error) {
	var ends handlers.RawEnds
	note := func(format string, args ...any) { ends.Notes = append(ends.Notes, fmt.Sprintf(format, args...)) }
	if f.tcp == rawOff {
		note("There is no raw TCP echo: the server was started with --raw off.")
	} else {
		l, err := net.Listen("tcp", f.tcp)
		if errors.Is(err, syscall.EADDRINUSE) {
			if l, err = net.Listen("tcp", freePort(f.tcp)); err == nil {
				note("%s is in use by another program, so the raw echo took the port %d. --raw chooses another.", f.tcp, l.Addr().(*net.TCPAddr).Port)
			}
		}
		if op := (*net.OpError)(nil); err != nil && errors.As(err, &op) && op.Addr == nil {
			return ends, usageError{fmt.Errorf("can't open a raw echo on %q: %v; write it like 127.0.0.1:8081 or :8081, or off", f.tcp, cause(err))}
		}
		if err != nil {
			note("There is no raw TCP echo: %s could not be opened (%v). --raw chooses another address.", f.tcp, cause(err))
		} else {
			ends.TCP = l
		}
	}
	if f.unix == rawOff {
		note("There is no Unix-domain socket: the server was started with --raw-unix off.")
		return ends, nil
	}
	path := f.unix
	if path == "" {
		path = filepath.Join(folder, rawSocket)
	}
	l, err := listenUnix(path)
	if err != nil {
		note("There is no Unix-domain socket: %s could not be opened (%v). --raw-unix chooses another path.", path, err)
		return ends, nil
	}
	ends.Unix = l
	return ends, nil
}

// freePort is the same address with a port for the system to choose.
func freePort(address string) string {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	return net.JoinHostPort(host, "0")
}

// listenUnix opens a path, for this user alone. What stands there and answers to nobody is left
// from a server that was killed, and goes.
func listenUnix(path string) (net.Listener, error) {
	l, err := net.Listen("unix", path)
	if errors.Is(err, syscall.EADDRINUSE) {
		if info, statErr := os.Lstat(path); statErr != nil || info.Mode()&fs.ModeSocket == 0 {
			return nil, errors.New("something else stands there")
		}
		if c, dialErr := net.Dial("unix", path); dialErr == nil {
			_ = c.Close() // an error leaves nothing to do
			return nil, errors.New("another program listens there")
		}
		if err = os.Remove(path); err == nil {
			l, err = net.Listen("unix", path)
		}
	}
	if errors.Is(err, syscall.EINVAL) {
		return nil, fmt.Errorf("the path has %d bytes, and the system takes about a hundred", len(path))
	}
	if err != nil {
		return nil, cause(err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		_ = l.Close() // it is not to be used
		return nil, reason(err)
	}
	return l, nil
}

func closeRaw(ends handlers.RawEnds) {
	for _, l := range []net.Listener{ends.TCP, ends.Unix} {
		if l != nil {
			_ = l.Close() // the drain has closed it, unless there was none
		}
	}
}

// logRaw says where the raw echo is. It isn't announced: the lab shows it where it is needed.
func logRaw(log *slog.Logger, ends handlers.RawEnds) {
	for _, l := range []net.Listener{ends.TCP, ends.Unix} {
		if l != nil {
			log.Info("raw echo", "network", l.Addr().Network(), "address", l.Addr().String())
		}
	}
	for _, note := range ends.Notes {
		log.Info("raw echo", "note", note)
	}
}
