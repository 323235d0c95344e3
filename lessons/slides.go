package lessons

// Slides: what a lesson shows a room, in which steps, and for how long.

import (
	"context"
	"errors"
	"fmt"
	"html"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/a-h/templ"
	"github.com/yuin/goldmark/ast"

	"wireup/templates"
)

// slide is a slide of a document, taken out of its tree.
type slide struct {
	title   string
	level   Level   // empty for the lesson's
	minutes float64 // 0 for an equal share
	steps   int
	lab     string
	said    bool
	poll    *Poll
	node    ast.Node
	notes   []ast.Node
}

func (d *document) slide(n *container) bool {
	if _, top := n.Parent().(*ast.Document); !top {
		d.errorf(n, "a slide stands inside another block")
	}
	s := &slide{node: n}
	if err := s.opening(n.args); err != nil {
		d.errorf(n, "::: slide: %v", err)
	}
	_ = ast.Walk(n, func(c ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch c := c.(type) {
		case *ast.Heading:
			d.errorf(c, "a heading inside a slide; its title stands on the ::: slide line")
		case *container:
			if c.name == "lab" && s.lab != "" {
				d.errorf(c, "a second lab on a slide; want one idea a screen")
			}
			s.holds(c)
		}
		return ast.WalkContinue, nil
	})
	d.slides = append(d.slides, s)
	return true
}

// opening reads a slide's line: its title, and what it says of itself in braces.
func (s *slide) opening(args string) error {
	title, braces, said := strings.Cut(args, "{")
	s.title = strings.TrimSpace(title)
	if s.title == "" {
		return errors.New("want its title on the same line")
	}
	if !said {
		return nil
	}
	inside, closed := strings.CutSuffix(strings.TrimSpace(braces), "}")
	words, values, err := arguments(inside)
	if err != nil {
		return err
	}
	if !closed || len(words) > 0 {
		return fmt.Errorf("{%s: want {level=… minutes=…} at its end", braces)
	}
	for key, value := range values {
		switch key {
		case "level":
			if s.level = Level(value); !s.level.known() {
				return fmt.Errorf("level %q: want must, should or could", value)
			}
		case "minutes":
			if s.minutes, err = strconv.ParseFloat(value, 64); err != nil || s.minutes <= 0 {
				return fmt.Errorf("minutes %q: want a number, such as 0.5", value)
			}
		default:
			return fmt.Errorf("a slide takes no %q; it takes level and minutes", key)
		}
	}
	return nil
}

// holds notes what stands in a slide, and counts its steps.
func (s *slide) holds(c *container) {
	switch c.name {
	case "lab":
		s.lab, _, _ = strings.Cut(c.args, " ")
	case "said":
		s.said = true
	case "step":
		s.steps++
		c.step = s.steps
	case "steps":
		list, ok := c.FirstChild().(*ast.List)
		if !ok {
			return // stepsBlock says so
		}
		for item := list.FirstChild(); item != nil; item = item.NextSibling() {
			s.steps++
			item.SetAttributeString("data-step", []byte(strconv.Itoa(s.steps)))
		}
	}
}

// inSlide says whether n stands in a slide.
func inSlide(n ast.Node) bool {
	for p := n.Parent(); p != nil; p = p.Parent() {
		if c, ok := p.(*container); ok && c.name == "slide" {
			return true
		}
	}
	return false
}

var errOutsideSlide = errors.New("it belongs into a slide")

func stepBlock(n *container) (templ.Component, error) {
	switch {
	case !inSlide(n):
		return nil, errOutsideSlide
	case n.args != "":
		return nil, errors.New("want nothing behind it; steps are counted in their order")
	case n.FirstChild() == nil:
		return nil, errors.New("it shows nothing")
	}
	return templates.Step(n.step), nil
}

func stepsBlock(n *container) (templ.Component, error) {
	switch list, ok := n.FirstChild().(*ast.List); {
	case !inSlide(n):
		return nil, errOutsideSlide
	case n.args != "":
		return nil, errors.New("want nothing behind it; steps are counted in their order")
	case !ok || list.NextSibling() != nil:
		return nil, errors.New("want one list inside, and nothing else")
	}
	return templates.Steps(), nil
}

func saidBlock(d *document, n *container) (templ.Component, error) {
	if !inSlide(n) {
		return nil, errOutsideSlide
	}
	return d.misconception(n.args, "")
}

func (d *document) notes(n *container) bool {
	if len(d.slides) == 0 {
		d.opening = append(d.opening, n)
		return true
	}
	last := d.slides[len(d.slides)-1]
	last.notes = append(last.notes, n)
	return true
}

// poll reads what a room is asked for a show of hands: its options are a list.
func (d *document) poll(n *container) bool {
	p := &Poll{Question: n.args}
	list, ok := n.FirstChild().(*ast.List)
	if ok && list.NextSibling() == nil {
		for item := list.FirstChild(); item != nil; item = item.NextSibling() {
			p.Options = append(p.Options, spoken(item, d.source))
		}
	}
	if err := p.check(); err != nil {
		d.errorf(n, "::: poll: %v", err)
	}
	into := &d.openingPoll
	if len(d.slides) > 0 {
		into = &d.slides[len(d.slides)-1].poll
	}
	if *into != nil {
		d.errorf(n, "a second poll for one slide")
	}
	*into = p
	return true
}

// What a class takes as a poll (see classroom/limits.go; a test of handlers holds each lesson's to it).
const (
	mostQuestion = 140 // characters
	mostOptions  = 6
	mostOption   = 60 // characters
)

func (p *Poll) check() error {
	if n := utf8.RuneCountInString(p.Question); n == 0 || n > mostQuestion {
		return fmt.Errorf("want the question on the same line, of %d characters at most", mostQuestion)
	}
	if len(p.Options) < 2 || len(p.Options) > mostOptions {
		return fmt.Errorf("want a list of 2 to %d options inside, and nothing else", mostOptions)
	}
	for _, o := range p.Options {
		if n := utf8.RuneCountInString(o); n == 0 || n > mostOption {
			return fmt.Errorf("the option %q: want 1 to %d characters", o, mostOption)
		}
	}
	return nil
}

// spoken is what n says, without its marks, on one line.
func spoken(n ast.Node, source []byte) string {
	var b strings.Builder
	_ = ast.Walk(n, func(c ast.Node, entering bool) (ast.WalkStatus, error) {
		switch c := c.(type) {
		case *ast.Text:
			if entering {
				b.Write(c.Value(source))
				if c.SoftLineBreak() {
					b.WriteByte(' ')
				}
			}
		case *ast.String:
			if entering {
				b.WriteString(html.UnescapeString(string(c.Value)))
			}
		}
		return ast.WalkContinue, nil
	})
	return strings.TrimSpace(b.String())
}

// slidesOf makes the slides of l, which has everything else by now.
func (d *document) slidesOf(l *Lesson) []Slide {
	shared, left := 1, float64(l.Minutes) // the title's takes a share, too
	for _, s := range d.slides {
		if left -= s.minutes; s.minutes == 0 {
			shared++
		}
	}
	if left <= 0 {
		d.errs = append(d.errs, fmt.Errorf("%s: its slides take all of its %d minutes, and leave none to the others", d.name, l.Minutes))
	}
	share := left / float64(shared)
	v := templates.OpeningView{Minutes: l.Minutes, Level: string(l.Level), Summary: l.Summary}
	for _, o := range l.Objectives {
		v.Objectives = append(v.Objectives, templ.Raw(string(o)))
	}
	slides := []Slide{{Title: l.Title, Level: l.Level, Minutes: share, Opens: true, Poll: d.openingPoll,
		Notes: d.children(d.opening...), Body: d.rendered(templates.Opening(v))}}
	for _, s := range d.slides {
		one := Slide{Title: s.title, Level: s.level, Minutes: s.minutes, Steps: s.steps, Lab: s.lab, Said: s.said, Poll: s.poll,
			Body: d.children(s.node), Notes: d.children(s.notes...)}
		if one.Level == "" {
			one.Level = l.Level
		}
		if one.Minutes == 0 {
			one.Minutes = share
		}
		slides = append(slides, one)
	}
	return slides
}

// rendered is a component's markup.
func (d *document) rendered(c templ.Component) HTML {
	var b strings.Builder
	if err := c.Render(context.Background(), &b); err != nil {
		d.errs = append(d.errs, fmt.Errorf("%s: %w", d.name, err))
	}
	return HTML(b.String())
}
