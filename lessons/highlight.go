package lessons

// Code blocks in colours: chroma's classes, which the stylesheet gives a meaning. No style of chroma's
// is used, and to load them all would take longer than the rest of the program's start.

import (
	"bytes"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/formatters/html"
	"github.com/alecthomas/chroma/v2/lexers"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"
)

// highlighter renders fenced code blocks.
type highlighter struct {
	formatter *html.Formatter
	style     *chroma.Style
}

func newHighlighter() *highlighter {
	return &highlighter{
		formatter: html.New(html.WithClasses(true), html.WithPreWrapper(codeBlock{})),
		style:     chroma.MustNewStyle("classes", chroma.StyleEntries{chroma.Background: "#000000 bg:#ffffff"}),
	}
}

// RegisterFuncs implements renderer.NodeRenderer.
func (h *highlighter) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(ast.KindFencedCodeBlock, h.render)
}

func (h *highlighter) render(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	n := node.(*ast.FencedCodeBlock)
	var code bytes.Buffer
	for i := range n.Lines().Len() {
		line := n.Lines().At(i)
		code.Write(line.Value(source))
	}
	lexer := lexers.Get(string(n.Language(source)))
	if lexer == nil { // no language, or one that nobody knows
		_, _ = w.WriteString(codeBlock{}.Start(true, "")) // the writer keeps its error for the end
		_, _ = w.Write(util.EscapeHTML(code.Bytes()))
		_, _ = w.WriteString(codeBlock{}.End(true) + "\n")
		return ast.WalkContinue, nil
	}
	tokens, err := chroma.Coalesce(lexer).Tokenise(nil, code.String())
	if err != nil {
		return ast.WalkStop, err
	}
	return ast.WalkContinue, h.formatter.Format(w, h.style, tokens)
}

// codeBlock is what stands around highlighted code: the keyboard can scroll it.
type codeBlock struct{}

func (codeBlock) Start(code bool, attributes string) string {
	if !code {
		return `<pre tabindex="0"` + attributes + `>`
	}
	return `<pre tabindex="0"` + attributes + `><code>`
}

func (codeBlock) End(code bool) string {
	if !code {
		return "</pre>"
	}
	return "</code></pre>"
}
