// Package typed checks what people have typed before others are shown it.
package typed

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Shows reports whether s is 1 to most characters on one line that can be seen: valid UTF-8 without
// controls, without what turns the direction of a line, and with something in it that leaves ink.
func Shows(s string, most int) bool {
	return s != "" && prints(s, most) && strings.ContainsFunc(s, inks)
}

// ShowsLines reports the same of text of several lines, which may also be empty or blank, and hold
// tabs.
func ShowsLines(s string, most int) bool {
	return prints(strings.NewReplacer("\r\n", " ", "\n", " ", "\t", " ").Replace(s), most)
}

func prints(s string, most int) bool {
	return utf8.RuneCountInString(s) <= most &&
		!strings.ContainsFunc(s, func(c rune) bool { return c == utf8.RuneError || !unicode.IsPrint(c) })
}

// blanks count as letters and signs, and look like nothing: fillers of Hangul, and Braille without a dot.
const blanks = "\u115f\u1160\u3164\uffa0\u2800"

// inks reports whether a printable character is seen when it stands by itself.
func inks(c rune) bool { return c != ' ' && !unicode.IsMark(c) && !strings.ContainsRune(blanks, c) }
