package main

// wireup inspect: what a capture, a HAR or hex holds, in a terminal.

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"

	"github.com/peterbourgon/ff/v3/ffcli"

	"wireup/inspector/capture"
	"wireup/wire"
)

const (
	inspectFile    = 1 << 30  // bytes of a file, unless the flag says otherwise
	inspectHex     = 16 << 20 // bytes of hex
	inspectPreview = 512
	inspectMessage = 1 << 20
	inspectGC      = 800 // most of what is kept stays to the end: to look for what does not is in vain
)

// inspectFlags are the flags of inspect.
type inspectFlags struct {
	json, fields bool
	largest      byteSize
}

func inspectCommand(stdin io.Reader, stdout, stderr, help io.Writer) *ffcli.Command {
	f := &inspectFlags{largest: inspectFile}
	fs := flag.NewFlagSet("inspect", flag.ContinueOnError)
	fs.SetOutput(help)
	fs.BoolVar(&f.json, "json", false, "print each event as a line of JSON, in the shape of log.json")
	fs.BoolVar(&f.fields, "fields", false, "print each frame as a line of packet, FIN, RSV, opcode, MASK, masking key and payload length, with tabs between them")
	fs.Var(&f.largest, "largest", "largest file that is read, in `bytes`")
	return &ffcli.Command{
		Name:       "inspect",
		ShortUsage: "wireup inspect [flags] FILE",
		ShortHelp:  "say what a capture (pcap, pcapng), a HAR or hex holds",
		LongHelp:   "Says what a capture (pcap, pcapng), a HAR or hex holds, in gzip or not: connections, requests, frames.\nFILE may be - for the standard input, as in: tcpdump -i lo -U -w - 'tcp port 8765' | wireup inspect -\nCtrl-C ends tcpdump, and what it caught is printed then.",
		FlagSet:    fs,
		Options:    flagOptions(),
		Exec: func(_ context.Context, args []string) error {
			if len(args) != 1 || f.json && f.fields {
				return usageError{errors.New("inspect takes one FILE, or - for the standard input, and one of --json and --fields")}
			}
			in := stdin
			if args[0] != "-" {
				file, err := os.Open(args[0])
				if err != nil {
					return err
				}
				defer file.Close()
				in = file
			}
			return f.inspect(in, stdout, stderr)
		},
	}
}

// atMost reads up to left bytes, and says when there are more.
type atMost struct {
	from io.Reader
	left int64
	over bool
}

func (l *atMost) Read(p []byte) (int, error) {
	if int64(len(p)) > l.left+1 {
		p = p[:l.left+1]
	}
	n, err := l.from.Read(p)
	if int64(n) > l.left {
		l.over = true
		return int(l.left), errTooLarge
	}
	l.left -= int64(n)
	return n, err
}

var errTooLarge = errors.New("the file goes on, but no more of it is read (limit: --largest)")

// inspect reads a file and prints what it holds.
func (f *inspectFlags) inspect(in io.Reader, stdout, stderr io.Writer) error {
	defer debug.SetGCPercent(debug.SetGCPercent(inspectGC))
	unzipped, err := capture.Gunzip(bufio.NewReaderSize(in, 512))
	if err != nil {
		return fmt.Errorf("this file begins as gzip does, and can't be unpacked: %w", err)
	}
	limited := &atMost{from: unzipped, left: int64(f.largest)}
	from := bufio.NewReaderSize(limited, 256<<10)
	front, err := from.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if !capture.IsFile(front) {
		return f.hex(from, stdout, stderr)
	}
	rec, err := capture.Read(from)
	if err != nil {
		return fmt.Errorf("nothing of this file can be read: %s; inspect reads pcap, pcapng, HAR and hex", strings.TrimSuffix(err.Error(), ": "+capture.ErrNoCapture.Error()))
	}
	if limited.over {
		rec.Broken = fmt.Sprintf("Reading stopped behind %d %s: the file is larger than %s (limit: --largest). What came before is shown.", rec.Packets, rec.Unit(rec.Packets), &f.largest)
	}
	o := capture.Options{Preview: inspectPreview, InflateLimit: inspectMessage}
	if f.fields {
		o.Preview = 1 // no payload is shown
	}
	if !f.json && !f.fields {
		err = rec.WriteText(stdout, o)
	} else {
		out := bufio.NewWriterSize(stdout, 256<<10)
		var line []byte
		rec.Play(o, func(e *capture.Told) {
			line = f.line(line[:0], e)
			_, _ = out.Write(line) // Flush returns what went wrong
		})
		err = out.Flush()
		fmt.Fprintln(stderr, rec.Words())
	}
	if err == nil && rec.Broken != "" {
		broke, _, _ := strings.Cut(rec.Broken, ":") // the rest has been printed
		err = errors.New(lowerFirst(broke))
	}
	return err
}

// line appends an event as a line of the form asked for; nothing if it has none.
func (f *inspectFlags) line(b []byte, e *capture.Told) []byte {
	switch {
	case f.json:
		b = wire.AppendEvent(b, &wire.Event{Seq: uint64(e.Seq), Conn: e.Conn, At: float64(e.At.Microseconds()) / 1000, Event: e.Event})
		if e.Packet > 0 {
			b = fmt.Appendf(b[:len(b)-1], `,"packet":%d}`, e.Packet)
		}
		return append(b, '\n')
	case f.fields && e.Frame != nil:
		return capture.AppendFields(b, e)
	case f.fields:
		return b
	}
	return capture.AppendLine(b, e)
}

// hex reads hex and prints what it stands for.
func (f *inspectFlags) hex(from *bufio.Reader, stdout, stderr io.Writer) error {
	front, _ := from.Peek(512) // a shorter file is all of it
	if len(front) == 0 {
		return errors.New("this file is empty")
	}
	if what := capture.Binary(front); what != "" {
		return fmt.Errorf("this file is neither a capture, a HAR nor hex: %s", what)
	}
	text, err := io.ReadAll(io.LimitReader(from, inspectHex+1))
	if err != nil {
		return err
	}
	if len(text) > inspectHex {
		return fmt.Errorf("this file is neither a capture nor a HAR, and as hex it is over %d bytes (limit: hex)", inspectHex)
	}
	h, err := capture.ParseHex(string(text), inspectHex)
	if err != nil {
		return fmt.Errorf("this file is neither a capture nor a HAR, and it is no hex: %w", err)
	}
	d, err := h.Decode(capture.Options{Preview: inspectPreview, InflateLimit: inspectMessage, Events: inspectHex})
	if err != nil {
		return err
	}
	var out []byte
	for i := range d.Events {
		e := &d.Events[i]
		out = f.line(out, &capture.Told{Event: e.Event, Seq: i + 1, Conn: 1, At: e.At})
	}
	if _, err := stdout.Write(out); err != nil {
		return err
	}
	words := io.Writer(stderr)
	if !f.json && !f.fields {
		words = stdout
	}
	_, err = fmt.Fprintf(words, "%d bytes of %s. %s\n", h.Size, h.Form, d.Why)
	return err
}

func lowerFirst(s string) string { return strings.ToLower(s[:1]) + s[1:] }
