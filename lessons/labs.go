package lessons

// The labs that a lesson may hold, each with the keys that it takes.

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/yuin/goldmark/ast"

	"wireup/templates"
)

// lab is one custom element that a lesson can place.
type lab struct {
	keys map[string]keyCheck
	view func(v templates.LabView) templ.Component
}

// keyCheck says what is wrong with a value, or returns nil.
type keyCheck func(value string) error

var labs = map[string]lab{
	"echo": {
		keys: map[string]keyCheck{"value": anyText},
		view: templates.EchoLab,
	},
	"forge": {view: templates.ForgeLab},
	"masking": {
		keys: map[string]keyCheck{"value": anyText, "times": numberTo(9)},
		view: templates.MaskingLab,
	},
	"predict": {
		keys: map[string]keyCheck{"send": anyText, "repeat": numberTo(1 << 17), "side": oneOf("up", "down"),
			"of": oneOf("size", "overhead", "payload"), "unit": anyText},
		view: templates.PredictLab,
	},
	"terminal": {view: templates.TerminalLab},
}

func anyText(string) error { return nil }

func numberTo(most int) keyCheck {
	return func(value string) error {
		if n, err := strconv.Atoi(value); err != nil || n < 1 || n > most {
			return fmt.Errorf("want a number from 1 to %d", most)
		}
		return nil
	}
}

func oneOf(words ...string) keyCheck {
	return func(value string) error {
		if !slices.Contains(words, value) {
			return fmt.Errorf("want one of %s", strings.Join(words, ", "))
		}
		return nil
	}
}

// labBlock prepares "::: lab NAME key=value …".
func labBlock(d *document, n *container) (templ.Component, error) {
	words, values, err := arguments(n.args)
	if err != nil {
		return nil, err
	}
	if len(words) != 1 {
		return nil, errors.New("want the lab's name, and then only key=value")
	}
	l, ok := labs[words[0]]
	if !ok {
		return nil, fmt.Errorf("there is no lab called %q; there are %s", words[0], names(labs))
	}
	v := templates.LabView{}
	for _, key := range slices.Sorted(maps.Keys(values)) {
		check, ok := l.keys[key]
		if !ok {
			return nil, fmt.Errorf("%s takes no %q; it takes %s", words[0], key, names(l.keys))
		}
		if err := check(values[key]); err != nil {
			return nil, fmt.Errorf("%s=%q: %w", key, values[key], err)
		}
		v.Attributes = append(v.Attributes, templ.KV[string, any](key, values[key]))
	}
	if n.FirstChild() == nil {
		return nil, errors.New("want text inside, for a reader without JavaScript")
	}
	if words[0] == "terminal" {
		if v.Line, err = d.terminalLine(n); err != nil {
			return nil, err
		}
		v.Plain = plainLine.Replace(v.Line)
	}
	return l.view(v), nil
}

// plainLine makes of a terminal's line what works without knowing the reader's wire.
var plainLine = strings.NewReplacer(
	"?wire={wire}&", "?", "?wire={wire}", "", "&wire={wire}", "",
	"{host}", "127.0.0.1:8080")

// terminalLine takes the one line of code out of a terminal block: the line to paste, with {host}
// and {wire} where the address of the server and the id of the reader's wire belong.
func (d *document) terminalLine(n ast.Node) (string, error) {
	code, ok := n.FirstChild().(*ast.FencedCodeBlock)
	if !ok || code.Lines().Len() != 1 {
		return "", errors.New("want one line in a code block first")
	}
	line := strings.TrimSpace(string(code.Lines().Value(d.source)))
	if !strings.Contains(line, "{host}") || !strings.Contains(line, "wire={wire}") {
		return "", fmt.Errorf("%q: want {host} and wire={wire} in it", line)
	}
	n.RemoveChild(n, code)
	return line, nil
}

// names lists the keys of a table.
func names[V any](table map[string]V) string {
	if len(table) == 0 {
		return "none"
	}
	return strings.Join(slices.Sorted(maps.Keys(table)), ", ")
}
