package handlers

// Which modules a page loads: those of the elements that stand in it, and what they import.

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"wireup/templates"
)

var (
	elementTag   = regexp.MustCompile(`<(wu-[a-z-]+)`)
	importedFrom = regexp.MustCompile(`(?m)^import\s[^;]*?"\./([^"]+)";`)
)

// imports maps each module to those that it imports, by their source names.
func imports(files fs.FS, modules []string) (map[string][]string, error) {
	m := make(map[string][]string, len(modules))
	for _, name := range modules {
		src, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		for _, found := range importedFrom.FindAllSubmatch(src, -1) {
			m[name] = append(m[name], string(found[1]))
		}
	}
	return m, nil
}

// closure is names, and whatever they import, in order of name.
func closure(imports map[string][]string, names ...string) []string {
	var all []string
	for len(names) > 0 {
		name := names[0]
		names = names[1:]
		if !slices.Contains(all, name) {
			all = append(all, name)
			names = append(names, imports[name]...)
		}
	}
	slices.Sort(all)
	return all
}

// fitted is what a page loads that holds these elements, by their tags.
func (s *site) fitted(tags []string) templates.Site {
	names := []string{mainScript}
	for _, tag := range tags {
		names = append(names, tag+".js")
	}
	view := s.view
	view.Elements, view.Modules = nil, nil
	for _, name := range closure(s.imports, names...) {
		if s.assets.url(name) == "" {
			continue // a tag without a module: a test of pages finds it
		}
		view.Modules = append(view.Modules, templates.Module{URL: s.assets.url(name), Integrity: s.assets.integrity(name)})
		if tag, isScript := strings.CutSuffix(name, ".js"); isScript && strings.HasPrefix(tag, "wu-") {
			view.Elements = append(view.Elements, tag)
		}
	}
	return view
}

// fit renders a page twice: to see which elements stand in it, and with what those need.
func (s *site) fit(page func(templates.Site) templ.Component) (templates.Site, error) {
	b, err := render(page(s.view))
	if err != nil {
		return templates.Site{}, err
	}
	var tags []string
	for _, found := range elementTag.FindAllSubmatch(b, -1) {
		tags = append(tags, string(found[1]))
	}
	return s.fitted(tags), nil
}

// renderFitted renders a page once and for all, with no module that it has no use for.
func (s *site) renderFitted(page func(templates.Site) templ.Component) (*encoded, error) {
	view, err := s.fit(page)
	if err != nil {
		return nil, err
	}
	return renderOnce(page(view))
}
