package main

// wireup serve: the server, from its flags to its drain.

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/peterbourgon/ff/v3/ffcli"

	"wireup/classroom"
	"wireup/content"
	"wireup/handlers"
	"wireup/lessons"
	"wireup/static"
	"wireup/wire"
)

// serveFlags are the flags of serve, with their defaults from the packages that they bound.
type serveFlags struct {
	listen     string
	listenFlag string // what the flag for that is called; listen if empty
	hosts      hostNames
	data       string
	nats       string
	level      slog.Level
	maxMessage byteSize
	head       byteSize
	forge      byteSize
	hex        byteSize
	capture    byteSize
	wireBytes  byteSize
	allBytes   byteSize
	preview    byteSize
	drainTime  time.Duration
	presenter  string
	limits     handlers.Limits
	wires      wire.Limits
	raw        rawFlags
	record     *recordFlags // of wireup record; nil when nothing is recorded
	proxy      *proxyFlags  // of wireup proxy; nil when nothing is carried
}

func serveCommand(name string, stdout, stderr, help io.Writer) *ffcli.Command {
	f := &serveFlags{limits: handlers.DefaultLimits(), wires: wire.DefaultLimits()}
	fs := flag.NewFlagSet(name, flag.ContinueOnError)
	fs.SetOutput(help)
	f.define(fs)
	return &ffcli.Command{
		Name:       name,
		ShortUsage: "wireup serve [flags]",
		ShortHelp:  "serve the course (what wireup does without a subcommand)",
		FlagSet:    fs,
		Options:    flagOptions(),
		Exec: func(ctx context.Context, args []string) error {
			if len(args) > 0 {
				return usageError{fmt.Errorf("there is no subcommand %q; wireup --help lists them", args[0])}
			}
			return f.serve(ctx, stdout, stderr)
		},
	}
}

func (f *serveFlags) define(fs *flag.FlagSet) {
	f.maxMessage, f.head, f.forge = byteSize(f.limits.Message), byteSize(f.limits.RequestHead), byteSize(f.limits.Forge)
	f.hex, f.capture = byteSize(f.limits.Hex), byteSize(f.limits.Capture)
	f.wireBytes, f.allBytes, f.preview = byteSize(f.wires.Bytes), byteSize(f.wires.Total), byteSize(f.wires.Preview)
	fs.StringVar(&f.listen, cmp.Or(f.listenFlag, "listen"), "127.0.0.1:8080", "`address` of the pages; :8080 opens them to the network")
	fs.Var(&f.hosts, "host", "`name` that the server goes by, such as its reverse proxy's; more of them with commas or more flags")
	fs.StringVar(&f.data, "data", "", "`folder` for what must last (default: the user's data folder)")
	fs.StringVar(&f.nats, "nats", "", "`URL` of a NATS server that instances share, like nats://host:4222 (default: one inside this process)")
	fs.StringVar(&f.presenter, "presenter", "", "`secret` of whoever may make live classes, the same on all instances (default: drawn at each start)")
	fs.IntVar(&f.limits.Classes, "classes", f.limits.Classes, "live classes that are not over")
	fs.IntVar(&f.limits.ClassViewers, "class-viewers", f.limits.ClassViewers, fmt.Sprintf("viewers of one class on this instance, %d at most", classroom.MostViewers))
	fs.TextVar(&f.level, "log-level", slog.LevelWarn, "what to log: `level` debug, info, warn or error")
	fs.Var(&f.maxMessage, "max-message", "largest message that the echo takes, in `bytes`")
	fs.IntVar(&f.limits.WireSockets, "wire-sockets", f.limits.WireSockets, "WebSockets open at once on one wire")
	fs.IntVar(&f.limits.AddressSockets, "address-sockets", f.limits.AddressSockets, "WebSockets open at once from one client address")
	fs.IntVar(&f.limits.Connections, "connections", f.limits.Connections, "connections open at once, besides WebSockets")
	fs.IntVar(&f.limits.AddressConns, "address-connections", f.limits.AddressConns, "connections open at once from one client address, besides WebSockets")
	fs.Var(&f.head, "request-head", "largest request head, in `bytes`")
	fs.DurationVar(&f.limits.RequestTime, "request-time", f.limits.RequestTime, "`time` in which a request head must have come")
	fs.DurationVar(&f.limits.ResponseTime, "response-time", f.limits.ResponseTime, "`time` in which a client must have taken a response")
	fs.DurationVar(&f.drainTime, "drain-time", cmp.Or(f.drainTime, 10*time.Second), "`time` that requests in flight have when the server stops")
	fs.Var(&f.forge, "forge", "what one forge sends, in `bytes`")
	fs.DurationVar(&f.limits.ForgeTime, "forge-time", f.limits.ForgeTime, "`time` that one forge takes")
	fs.Var(&f.hex, "capture-hex", "hex text that one dissection takes, in `bytes`")
	fs.Var(&f.capture, "capture-file", "largest capture or HAR that somebody uploads, in `bytes`")
	fs.IntVar(&f.limits.Captures, "captures", f.limits.Captures, "uploaded captures at work at once")
	fs.IntVar(&f.limits.Dissections, "dissections", f.limits.Dissections, "dissections of pasted bytes at work at once")
	fs.IntVar(&f.limits.AddressForges, "address-forges", f.limits.AddressForges, "forges at work for one client address")
	fs.IntVar(&f.limits.Forges, "forges", f.limits.Forges, "forges at work")
	fs.IntVar(&f.limits.WireHolds, "wire-holds", f.limits.WireHolds, "requests held at once on one wire, streams among them")
	fs.IntVar(&f.limits.AddressHolds, "address-holds", f.limits.AddressHolds, "requests held at once for one client address")
	fs.DurationVar(&f.limits.HoldTime, "hold-time", f.limits.HoldTime, "`time` that the Comet lab holds a request for")
	fs.DurationVar(&f.limits.CutTime, "cut-time", f.limits.CutTime, "`time` after which the labs' impatient intermediaries cut")
	fs.DurationVar(&f.limits.IdleTime, "idle-time", f.limits.IdleTime, "`time` of silence after which a lab's intermediary closes a connection")
	fs.DurationVar(&f.limits.BeatTime, "beat-time", f.limits.BeatTime, "`time` of silence after which a stream sends a comment")
	f.raw.define(fs, &f.limits)
	fs.IntVar(&f.wires.Events, "wire-events", f.wires.Events, "events kept on one wire")
	fs.Var(&f.wireBytes, "wire-bytes", "memory for the events of one wire, in `bytes`")
	fs.Var(&f.allBytes, "all-bytes", "memory for the events of all wires, in `bytes`; at its peak the whole process takes about 2.4 times as much")
	fs.DurationVar(&f.wires.Age, "wire-age", f.wires.Age, "`time` that an idle wire is kept")
	fs.IntVar(&f.wires.Wires, "wires", f.wires.Wires, "wires kept")
	fs.Var(&f.preview, "preview", "payload kept of one event, in `bytes`")
}

// leastSecret is how long a presenter's secret must be that somebody has thought of.
const leastSecret = 12

var secretForm = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// check says which flag makes no sense.
func (f *serveFlags) check() error {
	for _, n := range []struct {
		flag  string
		value int
	}{
		{"wire-sockets", f.limits.WireSockets}, {"address-sockets", f.limits.AddressSockets},
		{"connections", f.limits.Connections}, {"address-connections", f.limits.AddressConns},
		{"raw-connections", f.limits.RawConns}, {"raw-idle", int(f.limits.RawIdle)},
		{"wire-events", f.wires.Events}, {"wires", f.wires.Wires},
		{"address-forges", f.limits.AddressForges}, {"forges", f.limits.Forges},
		{"classes", f.limits.Classes}, {"class-viewers", f.limits.ClassViewers},
		{"dissections", f.limits.Dissections}, {"captures", f.limits.Captures},
		{"wire-holds", f.limits.WireHolds}, {"address-holds", f.limits.AddressHolds},
		{"hold-time", int(f.limits.HoldTime)}, {"cut-time", int(f.limits.CutTime)}, {"beat-time", int(f.limits.BeatTime)}, {"idle-time", int(f.limits.IdleTime)},
		{"request-time", int(f.limits.RequestTime)}, {"response-time", int(f.limits.ResponseTime)},
		{"drain-time", int(f.drainTime)}, {"forge-time", int(f.limits.ForgeTime)}, {"wire-age", int(f.wires.Age)},
	} {
		if n.value <= 0 {
			return usageError{fmt.Errorf("--%s must be above zero", n.flag)}
		}
	}
	if f.limits.ClassViewers > classroom.MostViewers {
		return usageError{fmt.Errorf("--class-viewers may be %d at most: a class's documents have room for no more", classroom.MostViewers)}
	}
	if f.presenter == "" {
		f.presenter = rand.Text()
	} else if len(f.presenter) < leastSecret || !secretForm.MatchString(f.presenter) {
		return usageError{fmt.Errorf("--presenter must have %d letters and digits at least: whoever guesses it presents", leastSecret)}
	}
	return nil
}

func (f *serveFlags) serve(ctx context.Context, stdout, stderr io.Writer) (err error) {
	if err := f.check(); err != nil {
		return err
	}
	f.limits.Message, f.limits.RequestHead, f.limits.Forge = int64(f.maxMessage), int(f.head), int64(f.forge)
	f.limits.RawBytes, f.limits.Hex, f.limits.Capture = int64(f.raw.bytes), int64(f.hex), int64(f.capture)
	f.wires.Bytes, f.wires.Total, f.wires.Preview, f.wires.Message = int(f.wireBytes), int(f.allBytes), int(f.preview), int(f.maxMessage)
	log := slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: f.level}))

	folder, err := makeData(f.data)
	if err != nil {
		return err
	}
	if err := f.proxy.open(); err != nil {
		return err
	}
	defer f.proxy.close()
	listener, err := f.listenPages()
	if err != nil {
		return err
	}
	defer listener.Close()
	rawEnds, err := f.raw.open(folder)
	if err != nil {
		return err
	}
	defer closeRaw(rawEnds)
	shared, err := f.openBus(ctx, folder, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeBus(shared)) }() // after everything that speaks on it
	course, err := lessons.Load(content.FS)
	if err != nil {
		return err
	}
	hub := wire.NewHub(f.wires, f.record.route(handlers.Route))
	if err := hub.Share(ctx, shared, log); err != nil {
		return err
	}
	defer leave(hub)
	server, err := handlers.New(handlers.Config{
		Log:      log,
		Hub:      hub,
		Watch:    f.record.watch(hub),
		WatchFor: f.record.watchFor(),
		Bus:      shared,
		Limits:   f.limits,
		Hosts:    f.hosts,
		Static:   static.FS,
		Content:  content.FS,
		Course:   course,
		Raw:      rawEnds,

		Presenter: f.presenter,
	})
	if err != nil {
		return err
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	f.proxy.start(hub, stderr)
	if f.proxy != nil {
		f.proxy.announce(stdout, listener.Addr())
	} else {
		announce(stdout, listener.Addr(), f.presenter)
	}
	logRaw(log, rawEnds)
	f.record.announce(stdout)

	select {
	case err := <-served:
		return fmt.Errorf("serving on %s: %w", listener.Addr(), err)
	case <-ctx.Done():
	}
	recorded := f.record.save(stdout, hub) // before the drain, which ends connections
	drain, cancel := context.WithTimeout(context.Background(), f.drainTime)
	defer cancel()
	relayed := f.proxy.drain(drain, stdout)
	if err := server.Shutdown(drain); err != nil {
		log.Warn("not all that was in flight has ended: it is cut off", "drain-time", f.drainTime, "err", err)
		_ = server.Close() // there is nothing to do about what can't be closed: the process ends
	}
	<-relayed
	return errors.Join(recorded, <-served)
}

// listenPages opens the address of the pages. A proxy takes another port when that one is in use:
// the course itself may be there.
func (f *serveFlags) listenPages() (net.Listener, error) {
	if f.proxy == nil {
		return listen(f.listen, "listen")
	}
	l, err := net.Listen("tcp", f.listen)
	if errors.Is(err, syscall.EADDRINUSE) {
		return listen(freePort(f.listen), f.listenFlag)
	} else if err != nil {
		return listen(f.listen, f.listenFlag) // which says what is wrong
	}
	return l, nil
}

// listen opens the address, and says what to do when it can't: name is the flag that chose it.
func listen(address, name string) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	switch {
	case err == nil:
		return l, nil
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("%s is in use by another program: stop it, or choose another address with --%s", address, name)
	case errors.Is(err, syscall.EACCES):
		return nil, fmt.Errorf("%s may not be opened by this user: choose a port above 1023 with --%s", address, name)
	}
	return nil, usageError{fmt.Errorf("can't listen on %q: %v; write it like 127.0.0.1:8080 or :8080", address, cause(err))}
}

// cause is what a network error says without what was tried.
func cause(err error) error {
	if op := (*net.OpError)(nil); errors.As(err, &op) {
		return op.Err
	}
	return err
}

// makeData makes sure that the data folder can be written to, and returns its name.
func makeData(folder string) (string, error) {
	if folder == "" {
		var err error
		if folder, err = userData(); err != nil {
			return "", fmt.Errorf("no data folder: %v; name one with --data", err)
		}
	}
	err := os.MkdirAll(folder, 0o700)
	if err == nil {
		var probe *os.File
		if probe, err = os.CreateTemp(folder, ".probe-"); err == nil {
			err = errors.Join(probe.Close(), os.Remove(probe.Name()))
		}
	}
	if err != nil {
		return "", fmt.Errorf("the data folder %s can't be written to: %v; name another with --data", folder, reason(err))
	}
	return folder, nil
}

// reason is what a file error says without the path.
func reason(err error) error {
	if path := (*os.PathError)(nil); errors.As(err, &path) {
		return path.Err
	}
	return err
}

// userData is where this system keeps a program's data for its user.
func userData() (string, error) {
	if runtime.GOOS == "linux" || strings.HasSuffix(runtime.GOOS, "bsd") {
		if dir := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(dir) {
			return filepath.Join(dir, "wireup"), nil
		}
		home, err := os.UserHomeDir()
		return filepath.Join(home, ".local", "share", "wireup"), err
	}
	dir, err := os.UserConfigDir()
	return filepath.Join(dir, "wireup"), err
}
