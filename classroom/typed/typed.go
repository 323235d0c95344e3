// Package typed checks what people have typed before others are shown it.
package typed

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Shows reports whether s is 1 to most characters on one line, each of which can be seen: valid
// UTF-8 without controls, and without what turns the direction of a line.
func Shows(s string, most int) bool {
	n := utf8.RuneCountInString(s)
	return n >= 1 && n <= most && !strings.ContainsFunc(s, func(c rune) bool { return c == utf8.RuneError || !unicode.IsPrint(c) })
}

// ShowsLines does the same for text of several lines, which may also be empty and hold tabs.
func ShowsLines(s string, most int) bool {
	flat := strings.NewReplacer("\r\n", " ", "\n", " ", "\t", " ").Replace(s)
	return flat == "" || Shows(flat, most)
}
