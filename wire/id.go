package wire

// The name of a reader's wire.

import (
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
)

// IDLength is how many characters an ID has: 65 bits of base32.
const IDLength = 13

// ErrID is returned for what can't be a wire's id.
var ErrID = errors.New("a wire's id is 13 characters, each a to z or 2 to 7")

// ID names a wire. The page draws it at random and whoever knows it may read and write the log,
// so it is long enough not to be guessed.
type ID string

// ParseID checks s and returns it in lower case, as ids are compared.
func ParseID(s string) (ID, error) {
	if len(s) != IDLength {
		return "", fmt.Errorf("wire id of %d characters: %w", len(s), ErrID)
	}
	var low [IDLength]byte
	for i := range low {
		c := s[i]
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		if (c < 'a' || c > 'z') && (c < '2' || c > '7') {
			return "", fmt.Errorf("wire id with %q at %d: %w", s[i], i, ErrID)
		}
		low[i] = c
	}
	return ID(low[:]), nil
}

// NewID draws an id, as a page does.
func NewID() ID {
	return ID(strings.ToLower(rand.Text()[:IDLength])) // which is base32
}
