package lessons

import (
	"bytes"
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"

	"wireup/content"
)

const (
	columns = 90 // of a line of prose
	lines   = 5  // of a paragraph
)

// banned are words that sell, and words that a British dictionary spells otherwise.
var banned = regexp.MustCompile(`(?i)\b(?:simply|just|easy|easily|powerful|seamless\w*|robust|amazing|awesome|magic\w*|blazing\w*|cutting.edge|` +
	`colou?rful|leverage\w*|delve\w*|color\w*|behavior\w*|center\w*|analyze\w*|organiz\w*|recogniz\w*|favorite\w*)\b`)

// TestProse holds the text of the course to its habits.
func TestProse(t *testing.T) {
	names, err := fs.Glob(content.FS, "lessons/*.md")
	if err != nil {
		t.Fatal(err)
	}
	recordings, errs := loadRecordings(content.FS)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	m := newMarkdown(recordings)
	for _, name := range append(names, "course.md") {
		src, err := fs.ReadFile(content.FS, name)
		if err != nil {
			t.Fatal(err)
		}
		var meta any = &front{}
		if name == "course.md" {
			meta = &outline{}
		}
		d, err := m.parse(name, src, meta)
		if err != nil {
			t.Fatal(err)
		}
		proseOf(t, d, d.root)
		for _, s := range d.slides {
			proseOf(t, d, s.node)
			for _, n := range s.notes {
				proseOf(t, d, n)
			}
		}
		for i, line := range strings.Split(string(src), "\n") {
			if utf8.RuneCountInString(line) > 110 && !strings.ContainsAny(line, "|:") {
				t.Errorf("%s:%d: %d characters; break the line", name, i+1, utf8.RuneCountInString(line))
			}
		}
	}
}

func proseOf(t *testing.T, d *document, root ast.Node) {
	level := 1
	where := func(n ast.Node) string {
		return fmt.Sprintf("%s:%d", d.name, 1+bytes.Count(d.source[:max(n.Pos(), 0)], []byte("\n")))
	}
	_ = ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Heading:
			if n.Level > level+1 {
				t.Errorf("%s: a heading of level %d below one of level %d", where(n), n.Level, level)
			}
			level = n.Level
		case *ast.Paragraph, *ast.TextBlock:
			text := plainText(n, d.source)
			if wrapped := wrap(text, columns); wrapped > lines {
				t.Errorf("%s: a paragraph of %d lines of %d columns; want at most %d: %.60s…", where(n), wrapped, columns, lines, text)
			}
			if strings.Contains(text, "!") {
				t.Errorf("%s: an exclamation mark: %s", where(n), text)
			}
			for _, word := range banned.FindAllString(text, -1) {
				t.Errorf("%s: %q: %s", where(n), word, text)
			}
			if strings.Contains(text, ":::") {
				t.Errorf("%s: a ::: inside a paragraph: %s", where(n), text)
			}
		}
		return ast.WalkContinue, nil
	})
}

// plainText is what a reader sees of n, without code.
func plainText(n ast.Node, source []byte) string {
	var b strings.Builder
	_ = ast.Walk(n, func(c ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch c := c.(type) {
		case *ast.CodeSpan:
			b.WriteString("code")
			return ast.WalkSkipChildren, nil
		case *figure:
			b.WriteString(c.value)
		case *ast.Text:
			b.Write(c.Segment.Value(source))
			if c.SoftLineBreak() || c.HardLineBreak() {
				b.WriteByte(' ')
			}
		case *ast.String:
			b.Write(c.Value)
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}

// wrap counts the lines that text takes.
func wrap(text string, columns int) int {
	count, used := 1, 0
	for _, word := range strings.Fields(text) {
		n := utf8.RuneCountInString(word)
		if used > 0 && used+1+n > columns {
			count, used = count+1, 0
		}
		if used > 0 {
			used++
		}
		used += n
	}
	return count
}
