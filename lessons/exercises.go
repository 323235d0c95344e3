package lessons

// Exercises: the block with its task, its hints and its solution.

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/a-h/templ"
	"github.com/yuin/goldmark/ast"

	"wireup/templates"
)

// hintsWanted is how many hints an exercise has: where to look, what to do, nearly all of it.
const hintsWanted = 3

// Exercise is an exercise as a lesson words it. What must be done for it is for its check to say.
type Exercise struct {
	ID      string // unique in its lesson
	Title   string
	Fixture string   // the recorded session that the solution replays
	Answer  string   // what the reader types, as a label; empty if nothing
	Ways    []string // how it may be driven, of page, forge and terminal; may be empty
}

// ways says each way to drive an exercise in words.
var ways = map[string]string{
	"page":     "from this page",
	"forge":    "with the forge",
	"terminal": "in a terminal",
}

// fills are the names in braces that the page puts its own values in place of.
var fills = []string{"word", "wire", "host", "hostname", "port", "origin", "wsorigin", "raw", "rawunix"}

var fillText = regexp.MustCompile(`\{([a-z]+)\}`)

// exerciseBlock prepares "::: exercise ID key=value …": a task, then three blocks "::: hint", then
// one "::: solution FIXTURE".
func exerciseBlock(d *document, n *container) (templ.Component, error) {
	switch {
	case d.front == nil:
		return nil, errors.New("only a lesson has exercises")
	case n.Parent() != d.root:
		return nil, errors.New("an exercise stands inside another block")
	}
	words, values, err := arguments(n.args)
	if err != nil {
		return nil, err
	}
	if len(words) != 1 || !slug.MatchString(words[0]) {
		return nil, errors.New("want the exercise's id, of lower-case letters, digits and hyphens, and then only key=value")
	}
	x := Exercise{ID: words[0], Title: titleOf(words[0])}
	v := templates.ExerciseView{Lesson: d.front.ID, ID: x.ID}
	for _, key := range slices.Sorted(maps.Keys(values)) {
		value := values[key]
		if value == "" {
			return nil, fmt.Errorf("%s: %s is empty", x.ID, key)
		}
		switch key {
		case "title":
			x.Title = value
		case "answer":
			x.Answer = value
		case "lab":
			v.Lab = value
		case "ways":
			x.Ways = strings.Fields(value)
			for _, way := range x.Ways {
				if ways[way] == "" {
					return nil, fmt.Errorf("%s: ways: %q: want some of %s", x.ID, way, names(ways))
				}
				v.Ways = append(v.Ways, templates.WayView{Name: way, Words: ways[way]})
			}
		default:
			return nil, fmt.Errorf("%s: an exercise takes no %q; it takes title, ways, answer and lab", x.ID, key)
		}
	}
	for _, other := range d.exercises {
		if other.ID == x.ID {
			return nil, fmt.Errorf("there are two exercises called %s", x.ID)
		}
	}
	if x.Fixture, err = exerciseParts(n); err != nil {
		return nil, fmt.Errorf("%s: %w", x.ID, err)
	}
	if err := d.fillsOf(n); err != nil {
		return nil, fmt.Errorf("%s: %w", x.ID, err)
	}
	d.exercises = append(d.exercises, x)
	v.Title, v.Answer = x.Title, x.Answer
	return templates.Exercise(v), nil
}

// titleOf makes a title of an id: smallest-frame is "Smallest frame".
func titleOf(id string) string {
	s := strings.ReplaceAll(id, "-", " ")
	return strings.ToUpper(s[:1]) + s[1:]
}

// exerciseParts checks what stands in an exercise, and in which order, and returns the fixture of
// its solution.
func exerciseParts(n *container) (fixture string, err error) {
	var task, solutions int
	hints := 0
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		part, _ := c.(*container)
		switch {
		case part != nil && part.name == "hint":
			if solutions > 0 {
				return "", errors.New("a hint behind the solution")
			}
			hints++
		case part != nil && part.name == "solution":
			solutions++
			fixture = part.args
		case hints+solutions > 0:
			return "", errors.New("text behind the hints; the task stands before them")
		default:
			if _, ok := c.(*ast.Paragraph); ok {
				task++
			}
			if _, ok := c.(*ast.Heading); ok {
				return "", errors.New("a heading inside; its title stands on the ::: exercise line")
			}
		}
	}
	switch {
	case task == 0:
		return "", errors.New("no task: want a paragraph that says what to do")
	case hints != hintsWanted:
		return "", fmt.Errorf("%d blocks ::: hint; want %d", hints, hintsWanted)
	case solutions != 1:
		return "", fmt.Errorf("%d blocks ::: solution; want one", solutions)
	case !slug.MatchString(fixture):
		return "", fmt.Errorf("::: solution %s: want the name of the fixture that it replays", fixture)
	}
	return fixture, nil
}

// fillsOf checks that every name in braces is one that the page knows.
func (d *document) fillsOf(n ast.Node) error {
	check := func(text []byte) error {
		for _, m := range fillText.FindAllSubmatch(text, -1) {
			if !slices.Contains(fills, string(m[1])) {
				return fmt.Errorf("%s: the page puts nothing there; it knows {%s}", m[0], strings.Join(fills, "} {"))
			}
		}
		return nil
	}
	return ast.Walk(n, func(c ast.Node, entering bool) (ast.WalkStatus, error) {
		switch {
		case !entering:
		case c.Kind() == ast.KindText:
			return ast.WalkContinue, check(c.(*ast.Text).Value(d.source))
		case c.Kind() == ast.KindFencedCodeBlock, c.Kind() == ast.KindCodeBlock:
			return ast.WalkContinue, check(c.Lines().Value(d.source))
		}
		return ast.WalkContinue, nil
	})
}

// hintBlock prepares "::: hint" inside an exercise.
func hintBlock(n *container) (templ.Component, error) {
	x, ok := n.Parent().(*container)
	switch {
	case !ok || x.name != "exercise":
		return nil, errors.New("a hint belongs into an exercise")
	case n.args != "":
		return nil, errors.New("want nothing behind it")
	case n.FirstChild() == nil:
		return nil, errors.New("it says nothing")
	}
	v := templates.HintView{Number: 1, Of: hintsWanted}
	for c := n.PreviousSibling(); c != nil; c = c.PreviousSibling() {
		if h, ok := c.(*container); ok && h.name == "hint" {
			v.Number++
		}
	}
	return templates.Hint(v), nil
}

// solutionBlock prepares "::: solution FIXTURE" inside an exercise.
func solutionBlock(n *container) (templ.Component, error) {
	if x, ok := n.Parent().(*container); !ok || x.name != "exercise" {
		return nil, errors.New("a solution belongs into an exercise")
	}
	if n.FirstChild() == nil {
		return nil, errors.New("it says nothing")
	}
	return templates.Solution(templates.SolutionView{Fixture: n.args}), nil
}
