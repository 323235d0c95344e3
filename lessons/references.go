package lessons

// References: "RFC 6455 §5.2" in prose becomes a link to that section.

import (
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"

	"wireup/templates"
)

// reference is an RFC, a section of one, or a section alone, which is one of RFC 6455.
var reference = regexp.MustCompile(`RFC \d+(?: §[0-9]+(?:\.[0-9]+)*)?|§[0-9]+(?:\.[0-9]+)*`)

// ownRFC is the one whose sections are named without its number.
const ownRFC = "RFC 6455"

// sections lists the sections of the RFCs that lessons may name.
var sections = map[string]string{
	"RFC 33":   "",
	"RFC 147":  "",
	"RFC 6202": "1",
	"RFC 6455": "1 1.1 1.2 1.3 1.4 1.5 1.6 1.7 1.8 1.9 2 2.1 3 4 4.1 4.2 4.2.1 4.2.2 4.3 4.4 " +
		"5 5.1 5.2 5.3 5.4 5.5 5.5.1 5.5.2 5.5.3 5.6 5.7 5.8 6 6.1 6.2 " +
		"7 7.1 7.1.1 7.1.2 7.1.3 7.1.4 7.1.5 7.1.6 7.1.7 7.2 7.2.1 7.2.2 7.2.3 7.3 7.4 7.4.1 7.4.2 " +
		"8 8.1 8.2 9 9.1 9.2 10 10.1 10.2 10.3 10.4 10.5 10.6 10.7 10.8 " +
		"11 11.1 11.1.1 11.1.2 11.2 11.3 11.3.1 11.3.2 11.3.3 11.3.4 11.3.5 11.4 11.5 11.6 11.7 11.8 12 13 14 14.1 14.2",
	"RFC 6928": "1 2",
	"RFC 7692": "1 2 3 4 5 6 6.1 6.2 7 7.1 7.1.1 7.1.2 7.2 7.2.1 7.2.2 7.2.3 8 8.1 8.2",
	"RFC 8441": "1 2 3 4 5 5.1 6 7 8",
	"RFC 9110": "1 1.1 1.2 1.3 1.4 2 2.1 2.2 2.3 2.4 2.5 3 3.1 3.2 3.3 3.4 3.5 3.6 3.7 3.8 3.9 " +
		"4 4.1 4.2 4.2.1 4.2.2 4.2.3 4.2.4 4.2.5 4.3 4.3.1 4.3.2 4.3.3 4.3.4 4.3.5 " +
		"5 5.1 5.2 5.3 5.4 5.5 5.6 5.6.1 5.6.2 5.6.3 5.6.4 5.6.5 5.6.6 5.6.7 6 6.1 6.2 6.3 6.4 6.4.1 6.4.2 6.5 6.5.1 6.5.2 6.6 6.6.1 6.6.2 " +
		"7 7.1 7.2 7.3 7.3.1 7.3.2 7.3.3 7.4 7.5 7.6 7.6.1 7.6.2 7.6.3 7.7 7.8 " +
		"8 8.1 8.2 8.3 8.3.1 8.3.2 8.3.3 8.4 8.4.1 8.5 8.5.1 8.6 8.7 8.8 8.8.1 8.8.2 8.8.3 8.8.4 " +
		"9 9.1 9.2 9.2.1 9.2.2 9.2.3 9.3 9.3.1 9.3.2 9.3.3 9.3.4 9.3.5 9.3.6 9.3.7 9.3.8 10 10.1 10.2 11 12 12.5 " +
		"13 13.1 13.1.1 13.1.2 13.1.3 13.1.4 13.1.5 13.2 13.2.1 13.2.2 14 15 15.1 15.2 15.2.1 15.2.2 15.3 15.3.1 15.3.5 " +
		"15.4 15.4.5 15.5 15.5.1 15.5.4 15.5.5 15.5.22 15.6 15.6.1 15.6.4 15.6.5 16 17 18 19",
	"RFC 9112": "1 1.1 1.2 2 2.1 2.2 2.3 3 3.1 3.2 3.2.1 3.2.2 3.2.3 3.2.4 3.3 4 5 5.1 5.2 6 6.1 6.2 6.3 " +
		"7 7.1 7.1.1 7.1.2 7.1.3 7.2 7.3 7.4 8 9 9.1 9.2 9.3 9.3.1 9.3.2 9.4 9.5 9.6 9.7 9.8 10 10.1 10.2 11 11.1 11.2 11.3",
	"RFC 9113": "1 2 2.1 2.2 3 3.1 3.2 3.3 3.4 4 4.1 4.2 4.3 5 5.1 6 7 8 8.1 8.2 8.2.1 8.2.2 8.2.3 8.3 8.3.1 8.3.2 8.4 8.5 8.6 8.7 9 10",
	"RFC 9204": "1 2 3 4",
	"RFC 9220": "1 2 3 4",
	"RFC 9293": "1 2 2.1 2.2 3 3.1 3.2 3.3 3.4 3.5 3.6 3.6.1 3.7 3.7.4 3.8 3.9 3.9.1 3.10 4 5 6 7",
}

// CheckReference says what is wrong with a reference to an RFC or a section of one, such as
// "RFC 6455 §5.2"; "" if nothing is.
func CheckReference(ref string) string { return checkReference(ref) }

// checkReference says what is wrong with ref; "" if nothing is.
func checkReference(ref string) string {
	rfc, section, in := strings.Cut(ref, " §")
	known, ok := sections[rfc]
	switch {
	case !ok:
		return rfc + " is not in the list of references.go"
	case in && !strings.Contains(" "+known+" ", " "+section+" "):
		return rfc + " has no section " + section
	}
	return ""
}

// linkReferences makes links of the references in the text below root.
func (d *document) linkReferences(root ast.Node) {
	var texts []*ast.Text
	_ = ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		switch n := n.(type) {
		case *ast.CodeSpan, *ast.Link, *ast.FencedCodeBlock, *ast.CodeBlock:
			return ast.WalkSkipChildren, nil
		case *ast.Text:
			if entering {
				texts = append(texts, n)
			}
		}
		return ast.WalkContinue, nil
	})
	for _, t := range texts {
		if t.Parent() != nil { // else it is part of one before it
			d.join(t)
			d.linkIn(t)
		}
	}
}

// join takes into t the texts that follow it in the source: the parser cuts a text wherever something
// might begin, which can be in the middle of a section's number.
func (d *document) join(t *ast.Text) {
	for {
		next, ok := t.NextSibling().(*ast.Text)
		if !ok || !t.Merge(next, d.source) {
			return
		}
		t.Parent().RemoveChild(t.Parent(), next)
	}
}

// linkIn splits t around each reference in it.
func (d *document) linkIn(t *ast.Text) {
	value := t.Segment.Value(d.source)
	found := reference.FindAllIndex(value, -1)
	if len(found) == 0 {
		return
	}
	parent := t.Parent()
	piece := func(from, to int) *ast.Text {
		return ast.NewTextSegment(text.NewSegment(t.Segment.Start+from, t.Segment.Start+to))
	}
	at := 0
	for _, f := range found {
		ref := string(value[f[0]:f[1]])
		if strings.HasPrefix(ref, "§") {
			ref = ownRFC + " " + ref
		}
		if wrong := checkReference(ref); wrong != "" {
			t.SetPos(t.Segment.Start)
			d.errorf(t, "%s", wrong)
			continue
		}
		if f[0] > at {
			parent.InsertBefore(parent, t, piece(at, f[0]))
		}
		link := ast.NewLink()
		url, _ := templates.RefURL(ref)
		link.Destination = []byte(url)
		link.SetAttributeString("class", []byte("ref"))
		link.AppendChild(link, piece(f[0], f[1]))
		parent.InsertBefore(parent, t, link)
		at = f[1]
	}
	t.Segment = t.Segment.WithStart(t.Segment.Start + at)
}
