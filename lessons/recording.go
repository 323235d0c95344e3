package lessons

// Recorded traffic, kept as text that a person can review.

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"wireup/inspector"
)

// Recording is the traffic of one connection after its handshake, from a file such as:
//
//	# What it shows, as a sentence.
//	# source: where it comes from
//
//	0.000 up 81 85 5f 0a 1d e0   # anything behind a # is a comment
//	  0c 7a 7c 8e 38
//	0.081 down 81 05
//	  53 70 61 6e 67
//
// A record begins with its direction, and before that the milliseconds since the first one if
// they are known. Lines that are indented go on with it. "+65000" at a record's end says that so
// many more bytes crossed and were not kept.
type Recording struct {
	Name   string
	Title  string
	Source string
	Events []*inspector.Event
}

// preview is how much of a payload an event of a recording holds.
const preview = 128

// record is one entry of a file: bytes that crossed in one direction.
type record struct {
	line      int
	at        time.Duration
	direction inspector.Direction
	bytes     []byte
	missing   int // bytes that followed and were not kept
}

// parseRecording reads the file name, whose text is src.
func parseRecording(name string, src []byte) (*Recording, error) {
	r := &Recording{Name: name}
	records, err := r.parse(string(src))
	if err != nil {
		return nil, err
	}
	switch {
	case r.Title == "":
		return nil, fmt.Errorf("line 1: want a comment that says what is recorded")
	case r.Source == "":
		return nil, fmt.Errorf("want a line \"# source: …\"")
	case len(records) == 0:
		return nil, fmt.Errorf("no records")
	}
	return r, r.replay(records)
}

func (r *Recording) parse(src string) ([]record, error) {
	var records []record
	for i, text := range strings.Split(src, "\n") {
		line := i + 1
		body, comment, commented := strings.Cut(text, "#")
		if comment = strings.TrimSpace(comment); commented && strings.TrimSpace(body) == "" {
			if source, ok := strings.CutPrefix(comment, "source: "); ok {
				r.Source = source
			} else if r.Title == "" {
				r.Title = comment
			}
			continue
		}
		words := strings.Fields(body)
		if len(words) == 0 {
			continue
		}
		if body[0] != ' ' && body[0] != '\t' {
			rec, rest, err := beginRecord(words)
			if err != nil {
				return nil, fmt.Errorf("line %d: %w", line, err)
			}
			rec.line = line
			records = append(records, rec)
			words = rest
		} else if len(records) == 0 {
			return nil, fmt.Errorf("line %d: bytes before the first record", line)
		}
		if err := records[len(records)-1].add(words); err != nil {
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
	}
	return records, nil
}

// beginRecord reads "[milliseconds] up|down" from the front of words.
func beginRecord(words []string) (record, []string, error) {
	var rec record
	if ms, err := strconv.ParseFloat(words[0], 64); err == nil && strings.Contains(words[0], ".") {
		rec.at = time.Duration(ms * float64(time.Millisecond))
		words = words[1:]
	}
	if len(words) == 0 {
		return rec, nil, fmt.Errorf("want a direction, up or down")
	}
	switch words[0] {
	case "up":
		rec.direction = inspector.Up
	case "down":
		rec.direction = inspector.Down
	default:
		return rec, nil, fmt.Errorf("%q is no direction; want up or down", words[0])
	}
	return rec, words[1:], nil
}

// add reads bytes in hex, and at their end the count of those that are missing.
func (rec *record) add(words []string) error {
	for _, w := range words {
		if rec.missing > 0 {
			return fmt.Errorf("%q follows bytes that were not kept", w)
		}
		if count, ok := strings.CutPrefix(w, "+"); ok {
			n, err := strconv.Atoi(count)
			if err != nil || n <= 0 || n > 1<<24 {
				return fmt.Errorf("%q: want a count of bytes behind the +", w)
			}
			if least := inspector.MaxHeaderSize + preview; len(rec.bytes) < least {
				return fmt.Errorf("only %d bytes are kept; want at least %d before %q", len(rec.bytes), least, w)
			}
			rec.missing = n
			continue
		}
		b, err := hex.DecodeString(w)
		if err != nil {
			return fmt.Errorf("%q is not hex", w)
		}
		rec.bytes = append(rec.bytes, b...)
	}
	return nil
}

// A session reads frames only behind a handshake, so replay begins with one that it doesn't keep.
const (
	handshakeUp   = "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
	handshakeDown = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
)

// replay feeds the records to a session and keeps the frames that it tells of.
func (r *Recording) replay(records []record) error {
	var start time.Time // the zero time is as good as any: only differences are shown
	session := inspector.NewSession(inspector.Options{Preview: preview}, func(e *inspector.Event) {
		if e.Kind != inspector.KindRequest && e.Kind != inspector.KindResponse {
			r.Events = append(r.Events, e.Clone())
		}
	})
	session.Observe(start, inspector.Up, []byte(handshakeUp))
	session.Observe(start, inspector.Down, []byte(handshakeDown))
	for _, rec := range records {
		before := len(r.Events)
		// Bytes that were not kept stand past every preview, so zeros in their place show nowhere.
		session.Observe(start.Add(rec.at), rec.direction, append(bytes.Clone(rec.bytes), make([]byte, rec.missing)...))
		if len(r.Events) == before {
			return fmt.Errorf("line %d: the record ends inside a frame", rec.line)
		}
		for _, e := range r.Events[before:] {
			if e.Kind != inspector.KindFrame {
				return fmt.Errorf("line %d: these bytes are not frames: %s", rec.line, e.Note)
			}
			if len(e.Violations) > 0 {
				return fmt.Errorf("line %d: %s", rec.line, e.Violations[0].Detail)
			}
		}
	}
	return nil
}

// At is when e crossed, in milliseconds since the recording began.
func (r *Recording) At(e *inspector.Event) float64 {
	return float64(e.At.Sub(time.Time{})) / float64(time.Millisecond)
}
