//go:build ignore

// Writes chroma's definitions of the languages that a course has code in.
package main

import (
	"log"
	"os"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/lexers"
)

func main() {
	for _, name := range []string{"bash", "go", "javascript", "json", "nginx", "python"} {
		l := lexers.Get(name).(*chroma.RegexLexer)
		if name == "go" {
			l = withoutTemplates(l)
		}
		b, err := chroma.Marshal(l)
		if err != nil {
			log.Fatalf("%s: %v", name, err)
		}
		if err := os.WriteFile(name+".xml", append(b, '\n'), 0o644); err != nil {
			log.Fatal(err)
		}
	}
}

// withoutTemplates leaves raw strings of Go strings: chroma looks for templates in them, with a lexer
// that can't be written down.
func withoutTemplates(l *chroma.RegexLexer) *chroma.RegexLexer {
	rules, err := l.Rules()
	if err != nil {
		log.Fatal(err)
	}
	for i, r := range rules["root"] {
		if r.Pattern == "(`)([^`]*)(`)" {
			rules["root"][i] = chroma.Rule{Pattern: "`[^`]*`", Type: chroma.LiteralString}
		}
	}
	return chroma.MustNewLexer(l.Config(), func() chroma.Rules { return rules })
}
