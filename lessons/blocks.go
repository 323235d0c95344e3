package lessons

// The blocks that a lesson may hold, and what each shows.

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/a-h/templ"

	"wireup/inspector"
	"wireup/templates"
)

// prepare checks a block's arguments, and makes what it shows around the Markdown inside it, which
// it gets as its children. Slides and notes are not among them, since they leave
// the article.
func (d *document) prepare(n *container) (templ.Component, error) {
	switch n.name {
	case "lab":
		return labBlock(d, n)
	case "exercise":
		return exerciseBlock(d, n)
	case "hint":
		return hintBlock(n)
	case "solution":
		return solutionBlock(n)
	case "misconception":
		return misconceptionBlock(d, n)
	case "devtools":
		return devToolsBlock(d, n)
	case "frame":
		return frameBlock(d, n)
	case "rows":
		return rowsBlock(d, n)
	case "xor":
		return xorBlock(d, n)
	case "bitxor":
		return bitXORBlock(d, n)
	case "dump":
		return dumpBlock(d, n)
	case "costs":
		return costsBlock(n)
	case "lengths":
		return lengthsBlock(d, n)
	case "program":
		return programBlock(d, n)
	case "step":
		return stepBlock(n)
	case "steps":
		return stepsBlock(n)
	case "said":
		return saidBlock(d, n)
	}
	return nil, errors.New("there is no such block; see the package comment of lessons for those that there are")
}

func misconceptionBlock(d *document, n *container) (templ.Component, error) {
	if d.claims[n.args] {
		return nil, fmt.Errorf("%s is answered twice", n.args)
	}
	d.claims[n.args] = true
	return d.misconception(n.args, "misconception-"+n.args)
}

// misconception shows the one of the front matter that is called id, with an anchor if there is one.
func (d *document) misconception(id, anchor string) (templ.Component, error) {
	if d.front == nil {
		return nil, errors.New("only a lesson has misconceptions")
	}
	for _, c := range d.front.Misconceptions {
		if c.ID == id {
			v := templates.MisconceptionView{Anchor: anchor, Said: d.component(c.Said), Source: d.component(c.Source)}
			return templates.Misconception(v), nil
		}
	}
	return nil, fmt.Errorf("the front matter has no misconception called %q", id)
}

func devToolsBlock(d *document, n *container) (templ.Component, error) {
	if d.front == nil {
		return nil, errors.New("only a lesson has a line on DevTools")
	}
	d.tools++
	v := templates.DevToolsView{Look: d.component(d.front.DevTools.Look), Hidden: d.component(d.front.DevTools.Hidden)}
	return templates.DevTools(v), nil
}

// component is a line of Markdown as a component.
func (d *document) component(line string) templ.Component { return templ.Raw(string(d.inline(line))) }

// frameArgument reads the arguments of blocks that show one frame: a recording, and its number there.
func frameArgument(d *document, n *container) (*inspector.Event, *Recording, error) {
	words, values, err := arguments(n.args)
	if err != nil || len(words) != 2 || len(values) > 0 {
		return nil, nil, errors.New("want a recording and the number of a frame in it")
	}
	number, err := strconv.Atoi(words[1])
	if err != nil {
		return nil, nil, fmt.Errorf("%q is no number", words[1])
	}
	e, err := d.event(words[0], number)
	return e, d.recordings[words[0]], err
}

func frameBlock(d *document, n *container) (templ.Component, error) {
	e, r, err := frameArgument(d, n)
	if err != nil {
		return nil, err
	}
	return templates.Frame(frameView(e, r.Source)), nil
}

func bitXORBlock(d *document, n *container) (templ.Component, error) {
	e, r, err := frameArgument(d, n)
	if err != nil {
		return nil, err
	}
	if !e.Frame.Masked || len(e.Frame.Plain) == 0 {
		return nil, fmt.Errorf("%s has no masked payload there", n.args)
	}
	return templates.BitXOR(bitXORView(e.Frame, r.Source)), nil
}

func dumpBlock(d *document, n *container) (templ.Component, error) {
	e, r, err := frameArgument(d, n)
	if err != nil {
		return nil, err
	}
	return templates.Dump(dumpView(e, r.Source)), nil
}

// recordingArgument is the one word of blocks that take a recording.
func recordingArgument(d *document, n *container) (*Recording, error) {
	r, ok := d.recordings[n.args]
	if !ok {
		return nil, fmt.Errorf("there is no recording called %q", n.args)
	}
	return r, nil
}

func rowsBlock(d *document, n *container) (templ.Component, error) {
	name, last, limited := strings.Cut(n.args, " ")
	r, ok := d.recordings[name]
	if !ok {
		return nil, fmt.Errorf("there is no recording called %q", name)
	}
	events := r.Events
	if limited {
		count, err := strconv.Atoi(last)
		if err != nil || count < 1 || count > len(events) {
			return nil, fmt.Errorf("%q: want how many of its %d frames, from the first", last, len(events))
		}
		events = events[:count]
	}
	v := templates.RowsView{Title: r.Title, Source: r.Source}
	for _, e := range events {
		mark, why := inspector.DevTools(e, true)
		v.Rows = append(v.Rows, templates.RowView{
			Up: e.Direction == inspector.Up, Type: e.Frame.Opcode.String(), Data: shownPayload(e.Frame),
			Header: headerBytes(e.Frame), Payload: Grouped(e.Payload()), Overhead: Grouped(e.Overhead),
			Mark: mark, Why: why,
		})
	}
	return templates.Rows(v), nil
}

func xorBlock(d *document, n *container) (templ.Component, error) {
	r, err := recordingArgument(d, n)
	if err != nil {
		return nil, err
	}
	v := templates.WalksView{Source: r.Source}
	for _, e := range r.Events {
		if e.Frame.Masked && !e.Frame.Opcode.Control() {
			v.Walks = append(v.Walks, walkView(e.Frame))
		}
	}
	if len(v.Walks) == 0 {
		return nil, fmt.Errorf("%s has no masked data frame", r.Name)
	}
	return templates.Walks(v), nil
}

func costsBlock(n *container) (templ.Component, error) {
	var v templates.CostsView
	for _, word := range strings.Fields(n.args) {
		payload, err := strconv.ParseUint(word, 10, 63)
		if err != nil {
			return nil, fmt.Errorf("%q is no payload length", word)
		}
		up := uint64(len(inspector.Header{Length: payload, Masked: true}.AppendTo(nil)))
		down := uint64(len(inspector.Header{Length: payload}.AppendTo(nil)))
		v.Rows = append(v.Rows, templates.CostView{
			Payload: Grouped(payload), Form: strconv.Itoa(inspector.Header{Length: payload}.ShortestForm()),
			Up: Grouped(up), Down: Grouped(down), Share: share(up, up+payload),
		})
	}
	if len(v.Rows) == 0 {
		return nil, errors.New("want payload lengths")
	}
	return templates.Costs(v), nil
}

func lengthsBlock(d *document, n *container) (templ.Component, error) {
	r, err := recordingArgument(d, n)
	if err != nil {
		return nil, err
	}
	v := templates.LengthsView{Source: r.Source}
	for _, e := range r.Events {
		if e.Direction != inspector.Up || !e.Frame.Text() || e.Truncated {
			continue
		}
		text := string(e.Frame.Plain)
		v.Rows = append(v.Rows, templates.LengthView{
			Text: text, Bytes: fmt.Sprintf("% x", text), Points: strconv.Itoa(utf8.RuneCountInString(text)),
			Units: strconv.Itoa(len(utf16.Encode([]rune(text)))), Payload: Grouped(e.Frame.Length),
		})
	}
	if len(v.Rows) == 0 {
		return nil, fmt.Errorf("%s has no text that went up", r.Name)
	}
	return templates.Lengths(v), nil
}
