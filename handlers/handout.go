package handlers

// The handout: the whole course on one page, for paper.

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"wireup/lessons"
	"wireup/templates"
)

// handouts are the two forms of the handout, each made when it is first asked for: it is as long as all
// other pages together, and most runs of the program never print it.
type handouts struct {
	plain func() (*encoded, error)
	notes func() (*encoded, error) // with what the speaker knows
}

func newHandouts(v templates.Site, course *lessons.Course, recorded *sessions) handouts {
	form := func(notes bool) func() (*encoded, error) {
		return sync.OnceValues(func() (*encoded, error) { return renderHandout(v, course, recorded, notes) })
	}
	return handouts{plain: form(false), notes: form(true)}
}

func renderHandout(v templates.Site, course *lessons.Course, recorded *sessions, notes bool) (*encoded, error) {
	v.Main, v.Theme = "", "" // nothing runs on paper, and it is white
	view := templates.HandoutView{Site: v, Title: course.Title, Summary: course.Summary, Notes: notes}
	for _, l := range course.Lessons {
		if !l.Written {
			continue
		}
		sessions, err := labSessions(l, recorded)
		if err != nil {
			return nil, fmt.Errorf("handout: lesson %s: %w", l.ID, err)
		}
		part, err := handoutPart(l, sessions, notes)
		if err != nil {
			return nil, fmt.Errorf("handout: lesson %s: %w", l.ID, err)
		}
		view.Lessons = append(view.Lessons, part)
	}
	return renderOnce(templates.Handout(view))
}

func handoutPart(l *lessons.Lesson, sessions map[string]lessons.HTML, notes bool) (templates.HandoutPart, error) {
	p := paper{lesson: l.ID, sessions: sessions}
	part := templates.HandoutPart{Lesson: link(l)}
	text := func(h lessons.HTML) templates.Paper { return templates.Paper(p.text(h)) }
	part.Body = text(l.Body)
	for _, o := range l.Objectives {
		part.Objectives = append(part.Objectives, text(o))
	}
	if notes {
		for i, s := range l.Slides {
			part.Notes = append(part.Notes, templates.NoteView{Number: i + 1, Title: s.Title, Text: text(s.Notes)})
		}
	}
	for _, s := range l.Sources {
		part.Sources = append(part.Sources, templates.SourceView(s))
	}
	part.Links = p.links
	return part, p.err
}

// headings of a lesson stand one level lower on a page of all lessons.
var headings = map[atom.Atom]atom.Atom{atom.H2: atom.H3, atom.H3: atom.H4, atom.H4: atom.H5}

// paper makes of a lesson's markup what can be printed.
type paper struct {
	lesson   string
	sessions map[string]lessons.HTML // by the element of the lab that they stand in for
	links    []string                // the addresses, in the order of their numbers
	err      error
}

// text is h without what only lives on a screen, its links numbered, and its anchors the lesson's own.
func (p *paper) text(h lessons.HTML) string {
	body := &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body}
	nodes, err := html.ParseFragment(strings.NewReader(string(h)), body)
	if err != nil {
		p.err = err
		return ""
	}
	var b strings.Builder
	for _, n := range nodes {
		body.AppendChild(n)
	}
	p.visit(body)
	for n := body.FirstChild; n != nil; n = n.NextSibling {
		if err := html.Render(&b, n); err != nil {
			p.err = err
		}
	}
	return b.String()
}

// visit changes what is below n.
func (p *paper) visit(n *html.Node) {
	var next *html.Node
	for c := n.FirstChild; c != nil; c = next {
		next = c.NextSibling
		switch {
		case c.Type != html.ElementNode:
			continue
		case c.DataAtom == atom.Noscript, c.DataAtom == atom.Details:
			n.RemoveChild(c) // hints and solutions, and a word for who has no script
			continue
		case strings.Contains(c.Data, "-"):
			p.lab(c)
		}
		if lower, ok := headings[c.DataAtom]; ok {
			c.Data, c.DataAtom = lower.String(), lower
		}
		p.anchors(c)
		p.visit(c)
		if c.DataAtom == atom.A {
			p.number(c)
		}
	}
}

// lab makes a plain block of a custom element. Whoever reads it finds it on the lesson's page, and here
// a session of it that was recorded.
func (p *paper) lab(n *html.Node) {
	session, recorded := p.sessions[n.Data]
	delete(p.sessions, n.Data) // once is enough
	n.Data, n.DataAtom = "div", atom.Div
	fallback := nextElement(n.FirstChild)
	if !classed(n, "lab") || !classed(fallback, "fallback") {
		return // what it holds reads as it is
	}
	word := &html.Node{Type: html.ElementNode, Data: "p", DataAtom: atom.P, Attr: []html.Attribute{{Key: "class", Val: "on-page"}}}
	word.AppendChild(&html.Node{Type: html.TextNode, Data: "A lab: it runs on the page /lessons/" + p.lesson})
	n.InsertBefore(word, n.FirstChild)
	if !recorded {
		return
	}
	nodes, err := html.ParseFragment(strings.NewReader(string(session)), n)
	if err != nil {
		p.err = err
	}
	for _, c := range nodes {
		n.InsertBefore(c, fallback.NextSibling)
	}
	n.RemoveChild(fallback) // what would be there is
}

// nextElement is n, or the element behind it.
func nextElement(n *html.Node) *html.Node {
	for n != nil && n.Type != html.ElementNode {
		n = n.NextSibling
	}
	return n
}

func classed(n *html.Node, class string) bool {
	return n != nil && slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "class" && a.Val == class })
}

// anchors makes n's id and where it leads to the lesson's own, since all lessons are on one page.
func (p *paper) anchors(n *html.Node) {
	n.Attr = slices.DeleteFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "tabindex" })
	for i, a := range n.Attr {
		switch {
		case a.Key == "id":
			n.Attr[i].Val = p.lesson + "-" + a.Val
		case a.Key == "href" && strings.HasPrefix(a.Val, "#"):
			n.Attr[i].Val = "#" + p.lesson + "-" + a.Val[1:]
		}
	}
}

// number puts the number of its address behind a link.
func (p *paper) number(n *html.Node) {
	i := slices.IndexFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "href" })
	if i < 0 || strings.HasPrefix(n.Attr[i].Val, "#") {
		return
	}
	at := slices.Index(p.links, n.Attr[i].Val)
	if at < 0 {
		p.links = append(p.links, n.Attr[i].Val)
		at = len(p.links) - 1
	}
	mark := &html.Node{Type: html.ElementNode, Data: "sup", DataAtom: atom.Sup, Attr: []html.Attribute{{Key: "class", Val: "link-number"}}}
	mark.AppendChild(&html.Node{Type: html.TextNode, Data: fmt.Sprintf("[%d]", at+1)})
	n.Parent.InsertBefore(mark, n.NextSibling)
}

func (s *Server) handout(w http.ResponseWriter, r *http.Request) error {
	var form func() (*encoded, error)
	switch r.URL.Query().Get("notes") {
	case "", "0":
		form = s.site.handouts.plain
	case "1":
		form = s.site.handouts.notes
	default:
		return &StatusError{Code: http.StatusBadRequest, Text: "notes: want 1 for a handout with the speaker’s notes, or nothing."}
	}
	page, err := form()
	if err != nil {
		return err
	}
	return s.page(w, r, page)
}
