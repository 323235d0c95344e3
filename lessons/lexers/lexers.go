// Package lexers has the languages of code blocks, so that they can be shown in colours. They are
// chroma's, but only those that the course has: with all of them at hand, each command of the program
// would take twice as long to start. To add one, name it in generate.go and run go generate.
package lexers

import (
	"embed"

	"github.com/alecthomas/chroma/v2"
)

//go:generate go run generate.go

//go:embed *.xml
var files embed.FS

// Load returns the languages.
func Load() *chroma.LexerRegistry {
	all := chroma.NewLexerRegistry()
	entries, _ := files.ReadDir(".") // of files that are built in
	for _, e := range entries {
		all.Register(chroma.MustNewXMLLexer(files, e.Name()))
	}
	return all
}
