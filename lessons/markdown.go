package lessons

// From Markdown to documents: parsing, and the errors that only the whole text shows.

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/a-h/templ"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
	"go.abhg.dev/goldmark/frontmatter"
)

// markdown parses and renders the files of one course.
type markdown struct {
	md         goldmark.Markdown
	recordings map[string]*Recording
	content    fs.FS // for programs
}

// document is one file, parsed.
type document struct {
	*markdown
	name   string
	source []byte
	root   ast.Node
	errs   []error

	front   *front          // of a lesson; nil for the outline
	claims  map[string]bool // the misconceptions that are answered
	tools   int             // devtools blocks
	slides  []*slide
	opening []ast.Node // the notes of the title's slide

	openingPoll *Poll

	exercises []Exercise
}

func newMarkdown(recordings map[string]*Recording) *markdown {
	m := &markdown{recordings: recordings}
	m.md = goldmark.New(
		goldmark.WithExtensions(
			extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute)),
			extension.DefinitionList,
			extension.Footnote,
			extension.Typographer,
			&frontmatter.Extender{Formats: []frontmatter.Format{yamlFormat}},
		),
		goldmark.WithParserOptions(
			parser.WithAutoHeadingID(),
			parser.WithBlockParsers(util.Prioritized(containerParser{}, 90)),
			parser.WithInlineParsers(util.Prioritized(figureParser{}, 90)),
		),
		goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(nodeRenderer{m}, 90), util.Prioritized(newHighlighter(), 200))),
	)
	return m
}

// parse reads the file called name, and its front matter into meta.
func (m *markdown) parse(name string, src []byte, meta any) (*document, error) {
	d := &document{markdown: m, name: name, source: src, claims: make(map[string]bool)}
	pc := parser.NewContext()
	d.root = m.md.Parser().Parse(text.NewReader(src), parser.WithContext(pc))
	data := frontmatter.Get(pc)
	if data == nil {
		return nil, fmt.Errorf("%s:1: want front matter between --- lines", name)
	}
	if err := data.Decode(meta); err != nil {
		return nil, fmt.Errorf("%s: front matter: %w", name, err)
	}
	d.front, _ = meta.(*front)
	d.resolve()
	return d, nil
}

// lesson reads the lesson in the file called name, which stands at number in the outline.
func (m *markdown) lesson(content fs.FS, name string, number int) (*Lesson, error) {
	src, err := fs.ReadFile(content, name)
	if err != nil {
		return nil, err
	}
	var f front
	d, err := m.parse(name, src, &f)
	if err != nil {
		return nil, err
	}
	if err := f.check(); err != nil {
		d.errs = append(d.errs, fmt.Errorf("%s: front matter: %w", name, err))
	}
	if want := "lessons/" + f.ID + ".md"; name != want {
		d.errs = append(d.errs, fmt.Errorf("%s: front matter: id %q belongs in %s", name, f.ID, want))
	}
	if f.Number != number {
		d.errs = append(d.errs, fmt.Errorf("%s: front matter: number %d, but course.md has it at %d", name, f.Number, number))
	}
	for _, c := range f.Misconceptions {
		if !d.claims[c.ID] {
			d.errs = append(d.errs, fmt.Errorf("%s: nothing answers the misconception %s; want a block ::: misconception %s", name, c.ID, c.ID))
		}
	}
	if d.tools != 1 {
		d.errs = append(d.errs, fmt.Errorf("%s: %d blocks ::: devtools; want one", name, d.tools))
	}
	l := f.lesson(number)
	l.Written, l.Revision, l.Sources = true, f.Revision, f.Sources
	for _, o := range f.Objectives {
		l.Objectives = append(l.Objectives, d.inline(o))
	}
	l.Next = d.inline(f.Next)
	l.Exercises = d.exercises
	l.Body = d.html(d.root)
	l.Slides = d.slidesOf(l)
	if len(d.errs) > 0 {
		return nil, errors.Join(d.errs...)
	}
	return l, nil
}

// errorf adds an error at n's line.
func (d *document) errorf(n ast.Node, format string, args ...any) {
	line := 1 + bytes.Count(d.source[:max(n.Pos(), 0)], []byte("\n"))
	d.errs = append(d.errs, fmt.Errorf("%s:%d: %s", d.name, line, fmt.Sprintf(format, args...)))
}

// resolve finds out what each block, figure and reference means, and takes the slides out.
func (d *document) resolve() {
	var out []ast.Node // what leaves the tree, once the walk is over
	_ = ast.Walk(d.root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *container:
			if d.block(n) {
				out = append(out, n)
			}
		case *figure:
			if err := d.figure(n); err != nil {
				d.errorf(n, "%v", err)
			}
		case *ast.Heading:
			if n.Level == 1 {
				d.errorf(n, "a heading of the first level; the title is the only one")
			}
		}
		return ast.WalkContinue, nil
	})
	for _, n := range out {
		n.Parent().RemoveChild(n.Parent(), n)
	}
	d.linkReferences(d.root)
	for _, n := range d.opening {
		d.linkReferences(n)
	}
	for _, s := range d.slides {
		d.linkReferences(s.node)
		for _, n := range s.notes {
			d.linkReferences(n)
		}
	}
}

// block prepares n, and reports whether it leaves the article.
func (d *document) block(n *container) (leaves bool) {
	switch {
	case n.name == "":
		d.errorf(n, "this ::: closes nothing")
		return false
	case !n.closed:
		d.errorf(n, "::: %s is never closed", n.name)
		return false
	case n.name == "slide":
		return d.slide(n)
	case n.name == "notes":
		return d.notes(n)
	case n.name == "poll":
		return d.poll(n)
	}
	var err error
	if n.view, err = d.prepare(n); err != nil {
		d.errorf(n, "::: %s: %v", n.name, err)
	}
	return false
}

// html renders n.
func (d *document) html(n ast.Node) HTML {
	var b strings.Builder
	if err := d.md.Renderer().Render(&b, d.source, n); err != nil {
		d.errs = append(d.errs, fmt.Errorf("%s: %w", d.name, err))
	}
	return HTML(b.String())
}

// children renders what stands inside each of the nodes.
func (d *document) children(nodes ...ast.Node) HTML {
	var h HTML
	for _, n := range nodes {
		for c := n.FirstChild(); c != nil; c = c.NextSibling() {
			h += d.html(c)
		}
	}
	return h
}

// inline renders a line of Markdown from the front matter, without a paragraph around it.
func (d *document) inline(line string) HTML {
	in := &document{markdown: d.markdown, name: d.name + ": front matter", source: []byte(line)}
	in.root = d.md.Parser().Parse(text.NewReader(in.source))
	in.resolve()
	p, ok := in.root.FirstChild().(*ast.Paragraph)
	if !ok || p.NextSibling() != nil {
		in.errs = append(in.errs, fmt.Errorf("%s: %q: want one line of text", in.name, line))
		p = ast.NewParagraph()
	}
	h := in.children(p)
	d.errs = append(d.errs, in.errs...)
	return h
}

// nodeRenderer renders the nodes that are ours.
type nodeRenderer struct{ m *markdown }

func (r nodeRenderer) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(kindContainer, r.container)
	reg.Register(kindFigure, r.figure)
}

func (r nodeRenderer) container(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	n := node.(*container)
	if !entering || n.view == nil { // the renderer comes again on the way out, even after a skip
		return ast.WalkSkipChildren, nil
	}
	body := templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		for c := n.FirstChild(); c != nil; c = c.NextSibling() {
			if err := r.m.md.Renderer().Render(w, source, c); err != nil {
				return err
			}
		}
		return nil
	})
	return ast.WalkSkipChildren, n.view.Render(templ.WithChildren(context.Background(), body), w)
}

func (r nodeRenderer) figure(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	n := node.(*figure)
	html := string(util.EscapeHTML([]byte(n.value)))
	if n.hex {
		html = "<code>" + html + "</code>"
	}
	_, err := w.WriteString(html)
	return ast.WalkContinue, err
}
