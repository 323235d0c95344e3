package lessons

// Container blocks: "::: name arguments" up to a line ":::", with Markdown between.

import (
	"fmt"
	"strings"

	"github.com/a-h/templ"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

const fence = ":::"

// container is a block between ":::" lines. What its name means is for the blocks table to say.
type container struct {
	ast.BaseBlock
	name   string
	args   string // the rest of the opening line
	closed bool
	step   int             // of a step: its number in the slide
	view   templ.Component // what the block shows around its children; nil until it is resolved
}

var kindContainer = ast.NewNodeKind("Container")

func (n *container) Kind() ast.NodeKind { return kindContainer }

func (n *container) Dump(source []byte, level int) {
	ast.DumpHelper(n, source, level, map[string]string{"name": n.name, "args": n.args}, nil)
}

// containerParser opens a container at each ":::" line with a name. A line ":::" alone closes the
// innermost one; where none is open it is kept as a container without a name, so that it can be
// reported.
type containerParser struct{}

var openContainers = parser.NewContextKey()

func (containerParser) Trigger() []byte { return []byte{':'} }

func (containerParser) Open(_ ast.Node, r text.Reader, pc parser.Context) (ast.Node, parser.State) {
	line, _ := r.PeekLine()
	rest, ok := strings.CutPrefix(strings.TrimSpace(string(line)), fence)
	if !ok {
		return nil, parser.NoChildren
	}
	n := &container{}
	n.name, n.args, _ = strings.Cut(strings.TrimSpace(rest), " ")
	n.args = strings.TrimSpace(n.args)
	r.AdvanceToEOL()
	if n.name == "" {
		return n, parser.NoChildren
	}
	open, _ := pc.Get(openContainers).([]*container)
	pc.Set(openContainers, append(open, n))
	return n, parser.HasChildren
}

func (containerParser) Continue(node ast.Node, r text.Reader, pc parser.Context) parser.State {
	n := node.(*container)
	if n.name == "" {
		return parser.Close
	}
	line, _ := r.PeekLine()
	if strings.TrimSpace(string(line)) != fence {
		return parser.Continue | parser.HasChildren
	}
	open, _ := pc.Get(openContainers).([]*container)
	if len(open) == 0 || open[len(open)-1] != n {
		return parser.Continue | parser.HasChildren // the line closes one inside this
	}
	if _, code := pc.LastOpenedBlock().Node.(*ast.FencedCodeBlock); code {
		return parser.Continue | parser.HasChildren
	}
	n.closed = true
	r.AdvanceToEOL()
	return parser.Close
}

func (containerParser) Close(node ast.Node, _ text.Reader, pc parser.Context) {
	open, _ := pc.Get(openContainers).([]*container)
	if len(open) > 0 && open[len(open)-1] == node {
		pc.Set(openContainers, open[:len(open)-1])
	}
}

func (containerParser) CanInterruptParagraph() bool { return true }
func (containerParser) CanAcceptIndentedLine() bool { return false }

// arguments splits an opening line into its words and its key=value pairs. A value, and a word,
// may stand in double quotes.
func arguments(s string) (words []string, values map[string]string, err error) {
	values = make(map[string]string)
	for s = strings.TrimSpace(s); s != ""; s = strings.TrimSpace(s) {
		key := ""
		if i := strings.IndexAny(s, `= "`); i > 0 && s[i] == '=' {
			key, s = s[:i], s[i+1:]
		}
		var value string
		if strings.HasPrefix(s, `"`) {
			end := strings.IndexByte(s[1:], '"')
			if end < 0 {
				return nil, nil, fmt.Errorf(`%s: the quotation mark is never closed`, s)
			}
			value, s = s[1:1+end], s[2+end:]
		} else {
			value, s, _ = strings.Cut(s, " ")
		}
		if key == "" {
			words = append(words, value)
			continue
		}
		if _, twice := values[key]; twice {
			return nil, nil, fmt.Errorf("%s is given twice", key)
		}
		values[key] = value
	}
	return words, values, nil
}
