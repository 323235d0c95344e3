package wire

// What is an id and what is none.

import (
	"errors"
	"testing"
)

func TestParseID(t *testing.T) {
	tests := []struct {
		name, in string
		want     ID
		ok       bool
	}{
		{"lower", "abcdefghijklm", "abcdefghijklm", true},
		{"digits", "2345672345672", "2345672345672", true},
		{"upper is lowered", "ABCDEFGHIJKLz", "abcdefghijklz", true},
		{"empty", "", "", false},
		{"short", "abcdefghijkl", "", false},
		{"long", "abcdefghijklmn", "", false},
		{"digit 1", "abcdefghijkl1", "", false},
		{"digit 8", "abcdefghijkl8", "", false},
		{"slash", "abcdefghijkl/", "", false},
		{"NUL", "abcdefghijkl\x00", "", false},
		{"13 bytes, 12 characters", "abcdefghijké", "", false},
		{"13 characters of two bytes", "ééééééééééééé", "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ParseID(tt.in)
			if got != tt.want || (err == nil) != tt.ok || err != nil && !errors.Is(err, ErrID) {
				t.Errorf("ParseID(%q) = %q, %v; want %q, ok %v", tt.in, got, err, tt.want, tt.ok)
			}
		})
	}
}
