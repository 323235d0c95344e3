package lessons

// Figures: numbers and bytes in prose, computed from a recording instead of typed.

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"

	"wireup/inspector"
)

// figure is {RECORDING N WHAT} in a line of text.
type figure struct {
	ast.BaseInline
	recording string
	number    int
	what      string
	value     string
	hex       bool // the value is bytes in hex
}

var kindFigure = ast.NewNodeKind("Figure")

func (n *figure) Kind() ast.NodeKind { return kindFigure }

func (n *figure) Dump(source []byte, level int) {
	ast.DumpHelper(n, source, level, map[string]string{"what": n.what}, nil)
}

// figures is what can be said of a frame, by its name in a lesson.
var figures = map[string]func(e *inspector.Event) string{
	"size":    func(e *inspector.Event) string { return Grouped(e.Size) },
	"header":  func(e *inspector.Event) string { return Grouped(e.Overhead) },
	"payload": func(e *inspector.Event) string { return Grouped(e.Payload()) },
	"key":     func(e *inspector.Event) string { return fmt.Sprintf("% x", e.Frame.Key[:]) },
	"text":    func(e *inspector.Event) string { return string(e.Frame.Plain) },
	"wire":    func(e *inspector.Event) string { return fmt.Sprintf("% x", e.Frame.Payload) },
	"bytes":   func(e *inspector.Event) string { return fmt.Sprintf("% x", e.Frame.Raw) },
	"share":   func(e *inspector.Event) string { return share(e.Overhead, e.Size) },
}

var hexFigures = []string{"key", "wire", "bytes"}

var figureText = regexp.MustCompile(`^\{([a-z][a-z0-9-]*) ([0-9]+) ([a-z]+)\}`)

type figureParser struct{}

func (figureParser) Trigger() []byte { return []byte{'{'} }

func (figureParser) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, segment := block.PeekLine()
	m := figureText.FindSubmatch(line)
	if m == nil {
		return nil
	}
	n := &figure{recording: string(m[1]), what: string(m[3])}
	n.number, _ = strconv.Atoi(string(m[2])) // too large a number is no frame's number
	n.SetPos(segment.Start)
	block.Advance(len(m[0]))
	return n
}

// figure computes n.
func (d *document) figure(n *figure) error {
	e, err := d.event(n.recording, n.number)
	if err != nil {
		return err
	}
	value, ok := figures[n.what]
	if !ok {
		return fmt.Errorf("a frame has no %q; see figures.go for what it has", n.what)
	}
	n.value = value(e)
	n.hex = slices.Contains(hexFigures, n.what)
	return nil
}

// event finds a frame by its recording and its number there, from 1.
func (d *document) event(recording string, number int) (*inspector.Event, error) {
	r, ok := d.recordings[recording]
	if !ok {
		return nil, fmt.Errorf("there is no recording called %q", recording)
	}
	if number < 1 || number > len(r.Events) {
		return nil, fmt.Errorf("%s has no frame %d; it has %d", recording, number, len(r.Events))
	}
	return r.Events[number-1], nil
}

// Grouped writes a number with a narrow space between thousands.
func Grouped(n uint64) string {
	s := strconv.FormatUint(n, 10)
	if len(s) < 5 {
		return s
	}
	var b strings.Builder
	for i, digit := range s {
		if i > 0 && (len(s)-i)%3 == 0 {
			b.WriteRune('\u202f')
		}
		b.WriteRune(digit)
	}
	return b.String()
}

// share is a part of a whole in per cent, with as many places as say something.
func share(part, whole uint64) string {
	if whole == 0 {
		return "0%"
	}
	p := 100 * float64(part) / float64(whole)
	switch {
	case p >= 10 || part == 0:
		return strconv.FormatFloat(p, 'f', 0, 64) + "%"
	case p >= 0.1:
		return strconv.FormatFloat(p, 'f', 1, 64) + "%"
	}
	return strconv.FormatFloat(p, 'f', 3, 64) + "%"
}
