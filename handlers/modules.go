package handlers

// Which modules a page loads: those of the elements that stand in it, and what they import. What stands
// in a <template> is loaded by the page itself, when it is shown (static/elements.js).

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"wireup/templates"
)

var (
	kept         = regexp.MustCompile(`(?s)<template\b.*?</template>`)
	elementTag   = regexp.MustCompile(`<(wu-[a-z-]+)`)
	importedFrom = regexp.MustCompile(`(?m)^import\s[^;]*?"\./([^"]+)";`)
	elementClass = regexp.MustCompile(`(?m)^export class (Wu\w+) extends HTMLElement`)
)

// modules is what the site knows of its modules, by their source names.
type modules struct {
	imports map[string][]string // those that each imports
	element map[string]string   // the class of the element that one is
}

func newModules(files fs.FS, names []string) (modules, error) {
	m := modules{make(map[string][]string), make(map[string]string)}
	for _, name := range names {
		src, err := fs.ReadFile(files, name)
		if err != nil {
			return modules{}, err
		}
		for _, found := range importedFrom.FindAllSubmatch(src, -1) {
			m.imports[name] = append(m.imports[name], string(found[1]))
		}
		if class := elementClass.FindSubmatch(src); class != nil {
			m.element[name] = string(class[1])
		}
	}
	return m, nil
}

// closure is names, and whatever they import, in order of name.
func (m modules) closure(names ...string) []string {
	var all []string
	for len(names) > 0 {
		name := names[0]
		names = names[1:]
		if !slices.Contains(all, name) {
			all = append(all, name)
			names = append(names, m.imports[name]...)
		}
	}
	slices.Sort(all)
	return all
}

// start is the module that a page starts with: it imports the elements among names and gives them
// to main.js, which begins with them. A browser's load event awaits all that it imports.
func (m modules) start(names []string) []byte {
	var b, classes []byte
	for _, name := range names {
		if class := m.element[name]; class != "" {
			b = fmt.Appendf(b, "import { %s } from \"./%s\";\n", class, name)
			classes = fmt.Appendf(classes, "%s, ", class)
		}
	}
	b = fmt.Appendf(b, "import { begin } from \"./%s\";\n\nbegin([%s]);\n", mainScript, strings.TrimSuffix(string(classes), ", "))
	return append([]byte("// What this page starts with: the elements that stand in it.\n"), b...)
}

// fitted is what a page loads that needs these modules.
func (s *site) fitted(names []string) templates.Site {
	names = s.modules.closure(append(names, mainScript)...)
	start := s.assets.add("start.js", s.modules.start(names))
	view := s.view
	view.Main, view.Modules = assetPath+start, nil
	for _, name := range names {
		view.Modules = append(view.Modules, templates.Module{URL: s.assets.url(name), Integrity: s.assets.integrity(name)})
	}
	return view
}

// fit renders a page twice: to see which elements stand in it, and with what those need.
func (s *site) fit(page func(templates.Site) templ.Component) (templates.Site, error) {
	b, err := render(page(s.view))
	if err != nil {
		return templates.Site{}, err
	}
	var names []string
	for _, found := range elementTag.FindAllSubmatch(kept.ReplaceAll(b, nil), -1) {
		if name := string(found[1]) + ".js"; s.modules.element[name] != "" { // a test of pages finds one that is none
			names = append(names, name)
		}
	}
	return s.fitted(names), nil
}

// renderFitted renders a page once and for all, with no module that it has no use for.
func (s *site) renderFitted(page func(templates.Site) templ.Component) (*encoded, error) {
	view, err := s.fit(page)
	if err != nil {
		return nil, err
	}
	return renderOnce(page(view))
}
