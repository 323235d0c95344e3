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
	"capture-open": {view: templates.CaptureOpenLab},
	"capture-save": {view: templates.CaptureSaveLab},
	"connections":  {view: templates.ConnectionsLab},
	"comet":        {view: templates.CometLab},
	"choice":       {view: templates.ChoiceLab},
	"echo": {
		keys: map[string]keyCheck{"value": anyText},
		view: templates.EchoLab,
	},
	"ends":      {view: templates.EndsLab},
	"forge":     {view: templates.ForgeLab},
	"game":      {view: templates.GameLab},
	"handshake": {view: templates.HandshakeLab},
	"break-it":  {view: templates.BreakLab},
	"fragments": {view: templates.FragmentsLab},
	"latency":   {view: templates.LatencyLab},
	"long":      {view: templates.LongLab},
	"many":      {view: templates.ManyLab},
	"masking": {
		keys: map[string]keyCheck{"value": anyText, "times": numberTo(9)},
		view: templates.MaskingLab,
	},
	"pings":       {view: templates.PingsLab},
	"proxies":     {view: templates.ProxiesLab},
	"return":      {view: templates.ReturnLab},
	"slow-reader": {view: templates.SlowReaderLab},
	"squeeze":     {view: templates.SqueezeLab},
	"stranger":    {view: templates.StrangerLab},
	"polling":     {view: templates.PollingLab},
	"predict": {
		keys: map[string]keyCheck{"send": anyText, "repeat": numberTo(1 << 17), "side": oneOf("up", "down"),
			"of": oneOf("size", "overhead", "payload"), "unit": anyText},
		view: templates.PredictLab,
	},
	"race":      {view: templates.RaceLab},
	"raw":       {view: templates.SocketsRawLab},
	"sockets":   {view: templates.SocketsCallsLab},
	"streaming": {view: templates.StreamingLab},
	"raw-request": {
		keys: map[string]keyCheck{"lesson": oneOf("request", "connections")},
		view: templates.RawRequestLab,
	},
	"request":  {view: templates.RequestLab},
	"terminal": {view: templates.TerminalLab},
	"window":   {view: templates.WindowLab},
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
	if words[0] == "latency" {
		v.World = world()
	}
	if words[0] == "terminal" {
		if v.Lines, err = d.terminalLines(n); err != nil {
			return nil, err
		}
	}
	return l.view(v), nil
}

// plainLine makes of a terminal's line what works without knowing the reader's wire: it counts for
// no exercise.
var plainLine = strings.NewReplacer(
	`wire {wire}\n`, "", "{rawunix}", "raw.sock", "{raw}", "127.0.0.1 8081", "?wire={wire}&", "?", "?wire={wire}", "", "&wire={wire}", "", "/wire/{wire}/", "/wire/ID/",
	"{host}", "127.0.0.1:8080", "{hostname}", "127.0.0.1", "{port}", "8080", "{word}", "free")

// terminalLines takes the code out of a terminal block: one line to paste, or one for each of
// several tools, whose names stand where the language of a code block stands. {host} and {wire}
// are where the address of the server and the id of the reader's wire belong; for the raw echo it is
// {raw} or {rawunix}, and the wire is found by the {word} or by a line before the others.
func (d *document) terminalLines(n ast.Node) ([]templates.TerminalLine, error) {
	var lines []templates.TerminalLine
	for {
		code, ok := n.FirstChild().(*ast.FencedCodeBlock)
		if !ok {
			break
		}
		if code.Lines().Len() != 1 {
			return nil, errors.New("want one line in each code block")
		}
		line := strings.TrimSpace(string(code.Lines().Value(d.source)))
		raw := strings.Contains(line, "{raw}") || strings.Contains(line, "{rawunix}")
		named := strings.Contains(line, "wire {wire}") || strings.Contains(line, "{word}")
		if raw && !named {
			return nil, fmt.Errorf("%q: want {word} in it, or a line wire {wire} first", line)
		}
		if !raw && !strings.Contains(line, "{host}") && !strings.Contains(line, "{hostname}") || !raw && !strings.Contains(line, "wire={wire}") && !strings.Contains(line, "/wire/{wire}/") {
			return nil, fmt.Errorf("%q: want {host} and wire={wire} in it, or /wire/{wire}/", line)
		}
		lines = append(lines, templates.TerminalLine{Tool: string(code.Language(d.source)), Line: line, Plain: plainLine.Replace(line)})
		n.RemoveChild(n, code)
	}
	if len(lines) == 0 {
		return nil, errors.New("want one line in a code block first")
	}
	if len(lines) > 1 && slices.ContainsFunc(lines, func(l templates.TerminalLine) bool { return l.Tool == "" }) {
		return nil, errors.New("several lines: want the tool of each where the code block's language stands")
	}
	return lines, nil
}

// names lists the keys of a table.
func names[V any](table map[string]V) string {
	if len(table) == 0 {
		return "none"
	}
	return strings.Join(slices.Sorted(maps.Keys(table)), ", ")
}
