package lessons

// Sample programs: shown from the files that the tests run.

import (
	"bytes"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/a-h/templ"

	"wireup/templates"
)

// languages are those of the programs, by the ends of their files' names.
var languages = map[string]string{".py": "python", ".go": "go", ".mjs": "js", ".js": "js", ".conf": "nginx"}

// programBlock prepares "::: program FILE [FROM-TO]": the file, or some of its lines, as it is.
func programBlock(d *document, n *container) (templ.Component, error) {
	file, lines, some := strings.Cut(n.args, " ")
	language := languages[filepath.Ext(file)]
	if language == "" {
		return nil, fmt.Errorf("%q: want a file of content/programs that ends in one of %s", file, names(languages))
	}
	if d.content == nil {
		return nil, fmt.Errorf("%s: there are no programs here", file)
	}
	src, err := fs.ReadFile(d.content, "programs/"+file)
	if err != nil {
		return nil, err
	}
	if some {
		if src, err = linesOf(src, lines); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
	}
	const quote = "````"
	if bytes.Contains(src, []byte(quote)) {
		return nil, fmt.Errorf("%s holds %s, which would end the block of code", file, quote)
	}
	var code strings.Builder
	if err := d.md.Convert(fmt.Appendf(nil, "%s%s\n%s%s\n", quote, language, src, quote), &code); err != nil {
		return nil, err
	}
	// A long program scrolls in its box, so the keyboard has to reach it.
	html := strings.Replace(code.String(), "<pre ", `<pre tabindex="0" role="region" aria-label="`+templ.EscapeString(file)+`" `, 1)
	return templates.Program(templates.ProgramView{File: file, Code: templ.Raw(html)}), nil
}

// linesOf takes the lines FROM-TO out of src, without the space that all of them begin with.
func linesOf(src []byte, span string) ([]byte, error) {
	all := bytes.SplitAfter(src, []byte("\n"))
	var from, to int
	if _, err := fmt.Sscanf(span, "%d-%d", &from, &to); err != nil || from < 1 || to < from || to > len(all) {
		return nil, fmt.Errorf("%q: want lines such as 3-9, of %d", span, len(all)-1)
	}
	taken := all[from-1 : to]
	indent := -1
	for _, line := range taken {
		if text := bytes.TrimLeft(line, " \t"); len(bytes.TrimSpace(line)) > 0 && (indent < 0 || len(line)-len(text) < indent) {
			indent = len(line) - len(text)
		}
	}
	var out []byte
	for _, line := range taken {
		out = append(out, line[min(max(indent, 0), len(bytes.TrimRight(line, "\r\n"))):]...)
	}
	return out, nil
}
