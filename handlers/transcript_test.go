package handlers

import (
	"bytes"
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	"wireup/content"
	"wireup/inspector"
	"wireup/wire"
)

// TestTranscripts: each event of the sessions that are printed has a row or is counted, and what a row
// shows in hex are the bytes that crossed, in their order.
func TestTranscripts(t *testing.T) {
	s, _ := pageServer(t)
	recorded := &sessions{content: content.FS}
	printed := 0
	for _, l := range s.site.course.Lessons {
		for _, slide := range l.Slides {
			if slide.Lab == "" {
				continue
			}
			f, err := recorded.read(labFile(l.ID, slide.Lab))
			if err != nil {
				t.Fatal(err)
			}
			v, err := transcriptOf(f)
			if err != nil {
				t.Fatal(err)
			}
			events, err := f.Replay(Route, 0)
			if err != nil {
				t.Fatal(err)
			}
			events = slices.DeleteFunc(events, func(e *wire.Event) bool { return e.Kind == inspector.KindOpen })
			if len(v.Rows)+v.More != len(events) || v.Title == "" || v.Source == "" {
				t.Errorf("%s: %d rows and %d more of %d events; %q, %q", f.Name, len(v.Rows), v.More, len(events), v.Title, v.Source)
			}
			for i, row := range v.Rows {
				e := events[i]
				shown, err := hex.DecodeString(strings.ReplaceAll(row.Header+row.Payload, " ", ""))
				if err != nil || e.Frame != nil && !bytes.HasPrefix(e.Bytes, shown) || len(shown) == 0 && e.Frame != nil {
					t.Errorf("%s, row %d shows %s %s; % x crossed", f.Name, i, row.Header, row.Payload, e.Bytes)
				}
				if e.Head != nil && strings.Count(string(e.Head.Raw), "\r\n") != len(row.Lines)+row.More+row.Again+1 {
					t.Errorf("%s, row %d: %d lines, %d more, %d again, of\n%s", f.Name, i, len(row.Lines), row.More, row.Again, e.Head.Raw)
				}
				printed++
			}
		}
	}
	if printed < 100 {
		t.Errorf("only %d rows are printed", printed)
	}
}

// TestPaperLines: what came from the wire steers no printer, and is no wider than the page.
func TestPaperLines(t *testing.T) {
	for _, x := range []struct{ in, want string }{
		{"", ""},
		{"a\r\nb\r\n\r\n", "a|b"},
		{"\x1b[31mred\xff", `\x1b[31mred` + "\uFFFD"},
		{strings.Repeat("x", paperChars+1), strings.Repeat("x", paperChars-1) + "…"},
	} {
		if got := strings.Join(linesOf([]byte(x.in)), "|"); got != x.want {
			t.Errorf("%q is printed as %q; want %q", x.in, got, x.want)
		}
	}
}
