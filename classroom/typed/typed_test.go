package typed

import (
	"strings"
	"testing"
)

func TestShows(t *testing.T) {
	tests := []struct {
		name, text  string
		line, lines bool
	}{
		{"plain", "Why is the mask there?", true, true},
		{"emoji and umlaut", "Größe 👋", true, true},
		{"empty", "", false, true},
		{"ten", strings.Repeat("ä", 30), true, true},
		{"too long", strings.Repeat("ä", 31), false, false},
		{"two lines", "a\nb", false, true},
		{"control", "a\x07b", false, false},
		{"turns the line", "a\u202eb", false, false},
		{"isolates", "a\u2066b", false, false},
		{"blank", "  ", false, true},
		{"letters that look like nothing", "\u3164\u2800", false, true},
		{"a mark that stands on nothing", "\u0301", false, true},
		{"no UTF-8", "a\xff", false, false},
	}
	for _, tt := range tests {
		if got := Shows(tt.text, 30); got != tt.line {
			t.Errorf("Shows(%s) = %v", tt.name, got)
		}
		if got := ShowsLines(tt.text, 30); got != tt.lines {
			t.Errorf("ShowsLines(%s) = %v", tt.name, got)
		}
	}
}
