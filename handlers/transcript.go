package handlers

// Transcripts: what crossed in a recorded session, as rows for paper.

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"unicode/utf8"

	"wireup/inspector"
	"wireup/lessons"
	"wireup/lessons/exercise"
	"wireup/templates"
	"wireup/wire"
)

// How much of a session is printed. What is left out is counted.
const (
	paperRows  = 14  // events
	paperLines = 14  // of a head
	paperText  = 2   // lines of a payload
	paperChars = 110 // of a line
	paperHex   = 48  // bytes of a payload
)

// labSessions are the recorded sessions of a lesson's labs, as markup, by the labs' elements.
func labSessions(l *lessons.Lesson, recorded *sessions) (map[string]lessons.HTML, error) {
	found := make(map[string]lessons.HTML)
	for _, s := range l.Slides {
		element := labElement.FindStringSubmatch(string(s.Body))
		if s.Lab == "" || element == nil {
			continue
		}
		f, err := recorded.read(labFile(l.ID, s.Lab))
		if errors.Is(err, fs.ErrNotExist) {
			continue // wireup lessons check says so
		} else if err != nil {
			return nil, err
		}
		v, err := transcriptOf(f)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
		var b strings.Builder
		if err := templates.Transcript(v).Render(context.Background(), &b); err != nil {
			return nil, err
		}
		found[element[1]] = lessons.HTML(b.String())
	}
	return found, nil
}

var labElement = regexp.MustCompile(`<(wu-[a-z-]+)[^>]* class="lab`)

// transcriptOf is a recorded session for paper.
func transcriptOf(f *exercise.Fixture) (templates.TranscriptView, error) {
	events, err := f.Replay(Route, 0)
	if err != nil {
		return templates.TranscriptView{}, err
	}
	v := templates.TranscriptView{Title: f.Title, Source: f.Source}
	conns := make(map[int]bool)
	for _, e := range events {
		conns[e.Conn] = true
	}
	v.Conns = len(conns)
	var heads [2]map[string]bool // by direction: the lines of the last head
	for _, e := range events {
		if e.Kind == inspector.KindOpen { // says no more than that there is a first row
			continue
		}
		if len(v.Rows) == paperRows {
			v.More++
			continue
		}
		row := crossedView(e)
		if e.Head != nil {
			row.Lines, row.Again, heads[e.Direction] = newLines(row.Lines, heads[e.Direction])
			row.Lines, row.More = firstOf(row.Lines, paperLines)
		}
		v.Rows = append(v.Rows, row)
	}
	return v, nil
}

// newLines are a head's first line and those that the head before it had not, and how many it had.
func newLines(lines []string, before map[string]bool) (fresh []string, again int, all map[string]bool) {
	all = make(map[string]bool)
	for i, line := range lines {
		if all[line] = true; i > 0 && before[line] {
			again++
		} else {
			fresh = append(fresh, line)
		}
	}
	return fresh, again, all
}

func firstOf(lines []string, most int) (first []string, more int) {
	n := min(len(lines), most)
	return lines[:n], len(lines) - n
}

// crossedView is one event for paper.
func crossedView(e *wire.Event) templates.CrossedView {
	v := templates.CrossedView{Conn: e.Conn, At: fmt.Sprintf("%.1f", e.At), Up: e.Direction == inspector.Up,
		Type: e.Kind.String(), Size: lessons.Grouped(e.Size)}
	switch e.Kind {
	case inspector.KindRequest, inspector.KindResponse:
		v.Lines = linesOf(e.Head.Raw)
	case inspector.KindFrame:
		f := e.Frame
		v.Type, v.What = f.Opcode.Type(), inspector.Summary(e.Event)
		v.Header = fmt.Sprintf("% x", f.Raw)
		v.Payload, v.Left = paperBytes(f.Payload, e.Payload())
		switch {
		case f.Text() || f.Opcode == inspector.OpPing || f.Opcode == inspector.OpPong:
			v.Lines, v.More = firstOf(linesOf(f.Plain), paperText)
		case f.Close != nil:
			v.Lines = []string{inspector.Visible(fmt.Sprintf("%s %s", f.Close.Code, f.Close.Reason))}
		}
	case inspector.KindBody:
		v.What = inspector.Summary(e.Event)
		data := e.Bytes[min(e.Body.Data.Start, len(e.Bytes)):min(e.Body.Data.End, len(e.Bytes))]
		if utf8.Valid(data) {
			v.Lines, v.More = firstOf(linesOf(data), paperText)
		} else {
			v.Payload, v.Left = paperBytes(data, e.Payload())
		}
	case inspector.KindClose:
		v.What, v.Size = inspector.Summary(e.Event), ""
	default:
		v.What = inspector.Summary(e.Event)
		v.Payload, v.Left = paperBytes(e.Bytes, e.Size)
	}
	return v
}

// paperBytes writes the first of a payload's bytes in hex, and how many are left out.
func paperBytes(b []byte, size uint64) (hex string, left string) {
	shown := b[:min(len(b), paperHex)]
	if rest := size - uint64(len(shown)); rest > 0 {
		left = lessons.Grouped(rest)
	}
	return fmt.Sprintf("% x", shown), left
}

// linesOf is text as lines, none wider than a page has room for.
func linesOf(b []byte) []string {
	text := strings.TrimRight(strings.ReplaceAll(string(b), "\r\n", "\n"), "\n")
	if text == "" {
		return nil
	}
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if line = inspector.Visible(strings.ToValidUTF8(line, "\uFFFD")); utf8.RuneCountInString(line) > paperChars {
			line = string([]rune(line)[:paperChars-1]) + "…"
		}
		lines[i] = line
	}
	return lines
}
