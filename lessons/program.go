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

// programBlock prepares "::: program FILE": the whole file, as it is.
func programBlock(d *document, n *container) (templ.Component, error) {
	language := languages[filepath.Ext(n.args)]
	if language == "" {
		return nil, fmt.Errorf("%q: want a file of content/programs that ends in one of %s", n.args, names(languages))
	}
	if d.content == nil {
		return nil, fmt.Errorf("%s: there are no programs here", n.args)
	}
	src, err := fs.ReadFile(d.content, "programs/"+n.args)
	if err != nil {
		return nil, err
	}
	const quote = "````"
	if bytes.Contains(src, []byte(quote)) {
		return nil, fmt.Errorf("%s holds %s, which would end the block of code", n.args, quote)
	}
	var code strings.Builder
	if err := d.md.Convert(fmt.Appendf(nil, "%s%s\n%s%s\n", quote, language, src, quote), &code); err != nil {
		return nil, err
	}
	// A long program scrolls in its box, so the keyboard has to reach it.
	html := strings.Replace(code.String(), "<pre ", `<pre tabindex="0" role="region" aria-label="`+templ.EscapeString(n.args)+`" `, 1)
	return templates.Program(templates.ProgramView{File: n.args, Code: templ.Raw(html)}), nil
}
