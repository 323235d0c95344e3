package exercise

// Fixtures: recorded traffic of an attempt, as text that a person can review.

import (
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"wireup/inspector"
	"wireup/wire"
)

const (
	maxFixtureBytes   = 16 << 20 // that cross in one fixture
	maxFixtureRecords = 100000
	maxFixtureOthers  = 10000
)

// Fixture is one file of recorded traffic: of an attempt, with the verdict that it must draw, or of a
// lab that somebody tried. See the package comment for the form.
type Fixture struct {
	Name     string // its file without the ending: "pass", "wrong-two-fields"
	Title    string // what the reader did, as a sentence
	Source   string // with what it was recorded, and when
	Exercise string // "frames/smallest"; empty for a lab's, which has no word and no verdict either
	Word     string // the one of the attempt
	Wire     wire.ID
	Verdict  State
	Mistake  string // of a Wrong
	Records  []Record
}

// Record is one entry of a fixture: something that happened on one connection.
type Record struct {
	Line int           // where it begins in the file
	At   time.Duration // since the recording began
	Conn int           // which connection of the file
	What What

	Direction inspector.Direction // of RecordBytes
	Bytes     []byte              // that crossed in one piece

	Driver    string // of RecordOpen: page, forge, terminal, proxy or probe
	Remote    string // of RecordOpen: the client's address
	Announced bool   // of RecordOpen: the program announced the connection for the wire, as the forge does
	Raw       string // of RecordOpen: the lab whose raw port it came to; empty for HTTP
	Owned     string // of RecordOpen: the lab that it is of as a whole, whatever its requests name; empty for none

	Ending inspector.Ending // of End
	Err    string           // of RecordEnd: the error that ended it; may be empty

	Others int // of RecordOther: how many exchanges
}

// What says what a record is.
type What uint8

const (
	RecordOpen  What = iota // a connection was accepted
	RecordBytes             // bytes crossed
	RecordEOF               // the client sends nothing more: a read of a raw port returned 0
	RecordEnd               // the connection ended
	RecordOther             // exchanges on the same connection that don't belong to the wire, left out
)

// ParseFixture reads the fixture called name, whose text is src.
func ParseFixture(name string, src []byte) (*Fixture, error) {
	p := &fixtureParser{f: &Fixture{Name: name}}
	for i, text := range strings.Split(string(src), "\n") {
		if err := p.line(i+1, strings.TrimRight(text, "\r")); err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
	}
	return p.f, p.f.check()
}

type fixtureParser struct {
	f      *Fixture
	bytes  int
	others int
}

var setting = regexp.MustCompile(`^([a-z]+): (.*)$`)

func (p *fixtureParser) line(number int, text string) error {
	words, comment, err := tokens(text)
	if err != nil {
		return err
	}
	f := p.f
	if len(words) == 0 {
		if source, ok := strings.CutPrefix(comment, "source: "); ok {
			f.Source = source
		} else if f.Title == "" && len(f.Records) == 0 {
			f.Title = comment
		}
		return nil
	}
	if text[0] == ' ' || text[0] == '\t' {
		if len(f.Records) == 0 || f.Records[len(f.Records)-1].What != RecordBytes {
			return errors.New("an indented line goes on with bytes, and there are none before it")
		}
		return p.add(words)
	}
	if m := setting.FindStringSubmatch(strings.TrimSpace(text)); m != nil {
		value, _, _ := strings.Cut(m[2], " #")
		return f.set(m[1], strings.TrimSpace(value))
	}
	if len(f.Records) == maxFixtureRecords {
		return fmt.Errorf("more than %d records", maxFixtureRecords)
	}
	return p.record(number, words)
}

func (f *Fixture) set(key, value string) (err error) {
	switch key {
	case "exercise":
		f.Exercise = value
	case "word":
		f.Word = value
	case "wire":
		f.Wire, err = wire.ParseID(value)
	case "verdict":
		f.Verdict, err = ParseState(value)
	case "mistake":
		f.Mistake = value
	default:
		return fmt.Errorf("there is no setting %q; there are exercise, word, wire, verdict and mistake", key)
	}
	return err
}

var drivers = []string{wire.DriverPage, wire.DriverForge, wire.DriverTerminal, wire.DriverProxy, wire.DriverProbe}

// record begins a record: "MILLISECONDS CONNECTION what …".
func (p *fixtureParser) record(line int, words []string) error {
	if len(words) < 3 {
		return errors.New("want the milliseconds, the connection's number, and open, up, down, eof, other or end")
	}
	at, err := parseMillis(words[0])
	if err != nil {
		return err
	}
	conn, err := strconv.Atoi(words[1])
	if err != nil || conn < 1 {
		return fmt.Errorf("%q is no connection's number", words[1])
	}
	r := Record{Line: line, At: at, Conn: conn}
	rest := words[3:]
	switch words[2] {
	case "open":
		r.What = RecordOpen
		if len(rest) < 2 {
			return errors.New("want: open DRIVER ADDRESS")
		}
		r.Driver, r.Remote = rest[0], rest[1]
		for more := rest[2:]; len(more) > 0; more = more[1:] {
			switch {
			case more[0] == "announced":
				r.Announced = true
			case more[0] == "raw" && len(more) > 1:
				r.Raw, more = more[1], more[1:]
			case more[0] == "owned" && len(more) > 1:
				r.Owned, more = more[1], more[1:]
			default:
				return fmt.Errorf("%q behind the address; there may be announced, raw LAB and owned LAB", more[0])
			}
		}
		if !slices.Contains(drivers, r.Driver) {
			return fmt.Errorf("%q is no driver; there are %s", r.Driver, strings.Join(drivers, ", "))
		}
	case "up", "down":
		r.What = RecordBytes
		if words[2] == "down" {
			r.Direction = inspector.Down
		}
		p.f.Records = append(p.f.Records, r)
		return p.add(rest)
	case "eof":
		r.What = RecordEOF
		if len(rest) > 0 {
			return errors.New("want nothing behind eof")
		}
	case "other":
		r.What, r.Others = RecordOther, 1
		if len(rest) == 1 {
			r.Others, err = strconv.Atoi(rest[0])
		}
		if err != nil || len(rest) > 1 || r.Others < 1 || r.Others > maxFixtureOthers-p.others {
			return fmt.Errorf("want: other, and how many exchanges, %d at most in one fixture", maxFixtureOthers)
		}
		p.others += r.Others
	case "end":
		r.What = RecordEnd
		said := strings.Join(rest, " ")
		if n := len(rest); n > 0 && strings.HasPrefix(rest[n-1], `"`) {
			if r.Err, err = strconv.Unquote(rest[n-1]); err != nil {
				return err
			}
			said = strings.Join(rest[:n-1], " ")
		}
		for r.Ending.String() != said && r.Ending < inspector.EndError {
			r.Ending++
		}
		if r.Ending.String() != said {
			return fmt.Errorf("%q is no end of a connection; it is as the close event says it: client closed, server closed, client reset …", said)
		}
	default:
		return fmt.Errorf("%q: want open, up, down, eof, other or end", words[2])
	}
	p.f.Records = append(p.f.Records, r)
	return nil
}

func parseMillis(s string) (time.Duration, error) {
	whole, part, _ := strings.Cut(s, ".")
	ms, err := strconv.ParseUint(whole, 10, 32)
	if err != nil || len(part) > 6 {
		return 0, fmt.Errorf("%q is no time; want milliseconds such as 12.04", s)
	}
	ns := uint64(0)
	if part != "" {
		if ns, err = strconv.ParseUint((part + "000000")[:6], 10, 32); err != nil {
			return 0, fmt.Errorf("%q is no time; want milliseconds such as 12.04", s)
		}
	}
	return time.Duration(ms)*time.Millisecond + time.Duration(ns), nil
}

// add reads bytes: hex, "quoted text", and either of them times a count, as in 61*65000.
func (p *fixtureParser) add(words []string) error {
	r := &p.f.Records[len(p.f.Records)-1]
	for _, w := range words {
		times := 1
		if i := strings.LastIndexByte(w, '*'); i > 0 && !strings.HasSuffix(w, `"`) && !strings.HasSuffix(w, "`") {
			n, err := strconv.Atoi(w[i+1:])
			if err != nil || n < 1 {
				return fmt.Errorf("%q: want a count behind the *", w)
			}
			w, times = w[:i], n
		}
		var b []byte
		if w[0] == '"' || w[0] == '`' {
			s, err := strconv.Unquote(w)
			if err != nil {
				return fmt.Errorf("%s is no quoted text", w)
			}
			b = []byte(s)
		} else {
			var err error
			if b, err = hex.DecodeString(w); err != nil {
				return fmt.Errorf("%q is not hex", w)
			}
		}
		if times > 1 && len(b) == 0 {
			return fmt.Errorf("%q repeats nothing", w)
		}
		if times > maxFixtureBytes || p.bytes+times*len(b) > maxFixtureBytes {
			return fmt.Errorf("more than %d bytes in one fixture", maxFixtureBytes)
		}
		p.bytes += times * len(b)
		for range times {
			r.Bytes = append(r.Bytes, b...)
		}
	}
	return nil
}

// tokens cuts a line into words and its comment. A quoted text is one word, and may hold a #.
func tokens(text string) (words []string, comment string, err error) {
	for s := strings.TrimLeft(text, " \t"); s != ""; s = strings.TrimLeft(s, " \t") {
		switch s[0] {
		case '#':
			return words, strings.TrimSpace(s[1:]), nil
		case '"', '`':
			quoted, err := strconv.QuotedPrefix(s)
			if err != nil {
				return nil, "", fmt.Errorf("%s: the quotation mark is never closed", s)
			}
			s = s[len(quoted):]
			if n := strings.IndexAny(s+" ", " \t"); strings.HasPrefix(s, "*") {
				quoted, s = quoted+s[:n], s[n:]
			}
			words = append(words, quoted)
		default:
			n := strings.IndexAny(s+" ", " \t")
			words = append(words, s[:n])
			s = s[n:]
		}
	}
	return words, "", nil
}

// check says what is missing or makes no sense.
func (f *Fixture) check() error {
	switch {
	case f.Title == "":
		return errors.New("want a first line \"# …\" that says what was done")
	case f.Source == "":
		return errors.New("want a line \"# source: …\"")
	case f.Exercise == "" && (f.Word != "" || f.Verdict != NotYet):
		return errors.New("want a line \"exercise: LESSON/ID\", since it has a word or a verdict")
	case f.Exercise != "" && f.Word == "":
		return errors.New("want a line \"word: …\"")
	case f.Wire == "":
		return errors.New("want a line \"wire: …\"")
	case (f.Mistake != "") != (f.Verdict == Wrong):
		return errors.New("a mistake belongs to the verdict wrong, and only to it")
	}
	open := make(map[int]bool)
	ended := make(map[int]bool)
	for _, r := range f.Records {
		switch {
		case r.What == RecordOpen && (open[r.Conn] || ended[r.Conn]):
			return fmt.Errorf("line %d: connection %d is opened twice", r.Line, r.Conn)
		case r.What == RecordOpen:
			open[r.Conn] = true
		case ended[r.Conn]:
			return fmt.Errorf("line %d: connection %d has ended before", r.Line, r.Conn)
		case !open[r.Conn]:
			return fmt.Errorf("line %d: connection %d is not open yet", r.Line, r.Conn)
		case r.What == RecordEnd:
			ended[r.Conn] = true
		}
	}
	return nil
}
