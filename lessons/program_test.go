package lessons

import (
	"strings"
	"testing"
	"testing/fstest"
)

func TestProgramBlock(t *testing.T) {
	files := fstest.MapFS{
		"programs/hello.py": {Data: []byte("import sys\n\nprint(\"<b>\", sys.argv)\n")},
		"programs/quote.go": {Data: []byte("package main // ````\n")},
	}
	m := newMarkdown(nil)
	m.content = files
	for text, want := range map[string]string{
		"::: program hello.py\nAs it runs.\n:::\n": "hello.py</strong>",
		"::: program gone.py\nText.\n:::\n":        "file does not exist",
		"::: program hello.sh\nText.\n:::\n":       "want a file of content/programs",
		"::: program quote.go\nText.\n:::\n":       "would end the block",
	} {
		d, err := m.parse("x.md", []byte("---\ntitle: x\n---\n\n"+text), &outline{})
		if err != nil {
			t.Fatal(err)
		}
		got := string(d.html(d.root))
		for _, err := range d.errs {
			got += err.Error()
		}
		if !strings.Contains(got, want) {
			t.Errorf("%s gives\n%s\nwant %q in it", text, got, want)
		}
		if len(d.errs) == 0 && (!strings.Contains(got, "&lt;b&gt;") || !strings.Contains(got, "As it runs.")) {
			t.Errorf("the program is shown as\n%s", got)
		}
	}
}
