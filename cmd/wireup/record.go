package main

// wireup record: the server, and what one wire carried as a fixture that a person can review.

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/peterbourgon/ff/v3/ffcli"

	"wireup/handlers"
	"wireup/inspector"
	"wireup/lessons/exercise"
	"wireup/wire"
)

// What is kept while something is recorded, unless the flags say otherwise: all of it.
const (
	recordEvents = 100_000
	recordBytes  = 512 << 20
)

// recordFlags are the flags of record, and the recording in progress. All methods do nothing on
// nil, so that serve needs not ask.
type recordFlags struct {
	file     string
	wire     string
	exercise string
	lab      string
	word     string
	title    string

	limits   wire.Limits
	recorder *exercise.Recorder

	mu   sync.Mutex
	from wire.ID // the wire that is recorded
}

func recordCommand(stdout, stderr, help io.Writer) *ffcli.Command {
	r := &recordFlags{}
	f := &serveFlags{limits: handlers.DefaultLimits(), wires: wire.DefaultLimits(), record: r}
	f.wires.Events, f.wires.Bytes, f.wires.Total = recordEvents, recordBytes, recordBytes
	f.wires.Preview = exercise.RecordPreview
	fs := flag.NewFlagSet("record", flag.ContinueOnError)
	fs.SetOutput(help)
	f.define(fs)
	fs.StringVar(&r.wire, "wire", "", "record the wire with this `id` (default: the first one that appears)")
	fs.StringVar(&r.exercise, "exercise", "", "`LESSON/ID` of the exercise that was done: its check runs, and its verdict is printed")
	fs.StringVar(&r.lab, "lab", "", "`LESSON/LAB` of the lab that was tried: the file stands in for it where there is no network")
	fs.StringVar(&r.word, "word", "", "the attempt's `word` (default: the one that stands in the traffic)")
	fs.StringVar(&r.title, "title", "", "what was done, as a `sentence` for the file's first line")
	return &ffcli.Command{
		Name:       "record",
		ShortUsage: "wireup record [flags] FILE",
		ShortHelp:  "serve, and write what one wire carried into FILE until Ctrl-C",
		LongHelp: "Serves the course as wireup serve does, with the same flags, and keeps every byte of one wire.\n" +
			"Ctrl-C writes them into FILE, which must not exist yet, as a fixture for an exercise, or with\n--lab as the session of a lab.",
		FlagSet: fs,
		Options: flagOptions(),
		Exec: func(ctx context.Context, args []string) error {
			if len(args) != 1 {
				return usageError{errors.New("name one file to record into, behind the flags: wireup record [flags] FILE")}
			}
			r.file = args[0]
			if err := r.check(); err != nil {
				return err
			}
			return f.serve(ctx, stdout, stderr)
		},
	}
}

// check says what is wrong before anything is recorded.
func (r *recordFlags) check() error {
	if _, err := os.Lstat(r.file); err == nil {
		return fmt.Errorf("%s exists already, and is not overwritten: name another file, or remove it", r.file)
	}
	if r.wire != "" {
		id, err := wire.ParseID(r.wire)
		if err != nil {
			return usageError{fmt.Errorf("--wire: %w", err)}
		}
		r.from = id
	}
	if r.lab != "" && (r.exercise != "" || r.word != "") {
		return usageError{errors.New("--lab records what a lab does, of no exercise and with no word: leave --exercise and --word out")}
	}
	if r.exercise != "" {
		if _, err := r.find(); err != nil {
			return usageError{err}
		}
	}
	return nil
}

func (r *recordFlags) find() (*exercise.Exercise, error) {
	lesson, id, _ := strings.Cut(r.exercise, "/")
	x, ok := exercise.Find(lesson, id)
	if ok {
		return x, nil
	}
	var names []string
	for _, x := range exercise.All() {
		names = append(names, x.Name())
	}
	return nil, fmt.Errorf("there is no exercise %q; there are %s", r.exercise, strings.Join(names, ", "))
}

// route notes the first wire that anything belongs to.
func (r *recordFlags) route(route exercise.Route) exercise.Route {
	if r == nil {
		return route
	}
	return func(method, target string) wire.Route {
		to := route(method, target)
		if to.Wire != "" && !to.Muted {
			r.appears(to.Wire)
		}
		return to
	}
}

// watch is who is shown each connection; nil for the hub alone.
func (r *recordFlags) watch(hub *wire.Hub) func(*inspector.Conn) inspector.Observer {
	if r == nil {
		return nil
	}
	r.recorder = exercise.NewRecorder(hub)
	r.limits = hub.Limits()
	return r.recorder.Watch
}

// watchFor is the same for connections to a server of the reader's own, behind watch.
func (r *recordFlags) watchFor() func(*inspector.Conn, wire.Owner) inspector.Observer {
	if r == nil {
		return nil
	}
	return func(c *inspector.Conn, o wire.Owner) inspector.Observer {
		r.appears(o.Wire)
		return r.recorder.WatchFor(c, o)
	}
}

// appears notes a wire that something belongs to.
func (r *recordFlags) appears(id wire.ID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.from == "" {
		r.from = id
	}
}

func (r *recordFlags) announce(w io.Writer) {
	if r == nil {
		return
	}
	r.mu.Lock()
	from := r.from
	r.mu.Unlock()
	which := "the first wire that appears"
	if from != "" {
		which = "the wire " + string(from)
	}
	fmt.Fprintf(w, "recording %s. Ctrl-C writes %s.\n", which, r.file)
}

// save writes the fixture, and says what is in it and what to do next.
func (r *recordFlags) save(stdout io.Writer, hub *wire.Hub) error {
	if r == nil {
		return nil
	}
	r.mu.Lock()
	id := r.from
	r.mu.Unlock()
	log, ok := hub.Lookup(id)
	if !ok {
		return fmt.Errorf("nothing crossed on any wire, so %s was not written: open a lab, or paste its line into a terminal", r.file)
	}
	events, lost := log.After(0, r.limits.Events)
	if lost > 0 {
		return fmt.Errorf("%d events of the wire %s are no longer kept, so %s was not written: raise --wire-events or --wire-bytes", lost, id, r.file)
	}
	records, err := r.recorder.Records(events)
	if err != nil {
		return fmt.Errorf("%s was not written: %w", r.file, err)
	}
	f := &exercise.Fixture{
		Name:     strings.TrimSuffix(filepath.Base(r.file), filepath.Ext(r.file)),
		Title:    r.title,
		Source:   "wireup record, " + time.Now().Format("2 January 2006") + programs(events),
		Exercise: r.exercise,
		Word:     r.word,
		Wire:     id,
		Records:  records,
	}
	if f.Title == "" {
		f.Title = "Say here what was done, as a sentence."
	}
	if r.lab != "" {
		return r.write(stdout, f, events, "look at it: it is content/sessions/"+r.lab+".txt")
	}
	if f.Exercise == "" {
		f.Exercise = "lesson/exercise"
	}
	if f.Word == "" {
		f.Word = wordIn(events)
	}
	return r.judge(stdout, f, events)
}

// judge writes the fixture of an attempt, with the verdict that it draws.
func (r *recordFlags) judge(stdout io.Writer, f *exercise.Fixture, events []*wire.Event) error {
	var (
		verdict exercise.Verdict
		next    = "fill in its exercise and verdict"
	)
	if x, err := r.find(); err == nil && f.Word != "" {
		if verdict, err = f.Judge(x, f.Word, handlers.Route); err != nil {
			return fmt.Errorf("%s was not written: %w", r.file, err)
		}
		f.Verdict, f.Mistake = verdict.State, verdict.Mistake
		next = "read it: what it says of the verdict is what the check says now"
	}
	if f.Word == "" {
		f.Word = "free"
		next = "no word of an attempt stands in it: give one with --word, or do what the exercise asks for"
	}
	if err := r.write(stdout, f, events, next); err != nil || verdict.Say == "" {
		return err
	}
	_, err := fmt.Fprintf(stdout, "%s, word %s: %s\n", r.exercise, f.Word, verdictLine(verdict))
	return err
}

// write writes the file, if it replays to the same events, and says what to do next.
func (r *recordFlags) write(stdout io.Writer, f *exercise.Fixture, events []*wire.Event, next string) error {
	text := f.AppendTo(nil)
	if err := sameAgain(f.Name, text, events, r.limits.Preview); err != nil {
		return fmt.Errorf("%s was not written: %w", r.file, err)
	}
	if err := os.MkdirAll(filepath.Dir(r.file), 0o755); err != nil {
		return err
	}
	file, err := os.OpenFile(r.file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, os.ErrExist) {
		return fmt.Errorf("%s exists by now, and is not overwritten", r.file)
	} else if err != nil {
		return err
	}
	_, err = file.Write(text)
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "wrote %s: %d events of the wire %s. Nothing was left out or changed in them, so look for what should not be seen by others.\n", r.file, len(events), f.Wire)
	fmt.Fprintf(stdout, "next: %s; then run wireup lessons check\n", next)
	return nil
}

// sameAgain replays a fixture's text and sees that it gives the same events.
func sameAgain(name string, text []byte, events []*wire.Event, preview int) error {
	f, err := exercise.ParseFixture(name, text)
	if err != nil {
		return fmt.Errorf("what was recorded can't be read back: %w", err)
	}
	again, err := f.Replay(handlers.Route, preview)
	if err != nil {
		return fmt.Errorf("what was recorded can't be replayed: %w", err)
	}
	for i := range max(len(events), len(again)) {
		var was, is []byte
		if i < len(events) {
			recorded := *events[i]
			recorded.Local = "" // where this server was is of no interest to anybody later
			was = wire.AppendEvent(nil, &recorded)
		}
		if i < len(again) {
			is = wire.AppendEvent(nil, again[i])
		}
		if string(was) != string(is) {
			const most = 400
			return fmt.Errorf("replayed, event %d is another than it was; it was\n%.*s\nand is\n%.*s", i+1, most, was, most, is)
		}
	}
	return nil
}

// verdictLine is a verdict on one line.
func verdictLine(v exercise.Verdict) string {
	s := v.State.String() + ". " + v.Say
	if v.State != exercise.Wrong {
		return s
	}
	if v.Offset >= 0 {
		s += fmt.Sprintf(" Event %d, byte %d:", v.Proof[0], v.Offset)
	}
	return s + fmt.Sprintf(" want %s, came %s (%s; mistake %s)", v.Want, v.Came, v.Ref, v.Mistake)
}

// wordIn is the last word of an attempt that stands in the traffic; empty if none does. A word may
// be torn over two reads.
func wordIn(events []*wire.Event) string {
	last := ""
	tail := make(map[int][]byte) // what came before on the same connection
	for _, e := range events {
		if e.Direction != inspector.Up {
			continue
		}
		text := e.Bytes
		switch {
		case e.Frame != nil && e.Frame.Inflated != nil:
			text = e.Frame.Inflated.Bytes
		case e.Frame != nil:
			text = e.Frame.Plain
		}
		text = append(tail[e.Conn], text...)
		for word := exercise.FindWord(text); word != ""; word = exercise.FindWord(text) {
			last = word
			text = text[bytes.Index(text, []byte(word))+1:]
		}
		tail[e.Conn] = append([]byte(nil), text[max(len(text)-len("plum-41")+1, 0):]...)
	}
	return last
}

var agents = []struct {
	name    string
	version *regexp.Regexp
}{
	{"Firefox", regexp.MustCompile(`Firefox/(\d+)`)},
	{"Chromium", regexp.MustCompile(`Chrome/(\d+)`)},
	{"Safari", regexp.MustCompile(`Version/(\d+).*Safari/`)},
}

// programs names who sent what was recorded.
func programs(events []*wire.Event) string {
	var list []string
	for _, e := range events {
		name := ""
		switch {
		case e.Driver == wire.DriverForge:
			name = "the forge"
		case e.Driver == wire.DriverProbe:
			name = "the probe"
		case e.Kind == inspector.KindRequest:
			name, _ = e.Head.Get("User-Agent")
			for _, a := range agents {
				if m := a.version.FindStringSubmatch(name); m != nil {
					name = a.name + " " + m[1]
					break
				}
			}
		}
		if name != "" && len(name) < 60 && !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	if len(list) == 0 {
		return ""
	}
	return ", " + strings.Join(list, ", ")
}
