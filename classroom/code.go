package classroom

// Names that nobody guesses and everybody can type: codes, tokens, and what is kept of them.

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"strings"
)

// codeLetters have no vowels, so that no words come of them, and none looks like another.
const codeLetters = "bcdfghjkmnpqrstvwxz"

const codeLength = 5

// ParseCode reads a code as somebody typed it: in any case, with blanks around it.
func ParseCode(s string) (code string, ok bool) {
	s = strings.ToLower(strings.TrimSpace(s))
	if len(s) != codeLength || strings.Trim(s, codeLetters) != "" {
		return "", false
	}
	return s, true
}

// newCode draws a code.
func newCode() string {
	var code []byte
	for b := make([]byte, 1); len(code) < codeLength; {
		_, _ = rand.Read(b) // which never fails
		if n := int(b[0]); n < 256/len(codeLetters)*len(codeLetters) {
			code = append(code, codeLetters[n%len(codeLetters)])
		}
	}
	return string(code)
}

// mark is what a document keeps of a token: its SHA-256, in hex. The empty mark is nobody's.
type mark string

// markOf returns the mark of a token.
func markOf(token string) mark {
	if token == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(token))
	return mark(hex.EncodeToString(sum[:]))
}

// parseMark reads a mark that somebody else has made.
func parseMark(s string) (m mark, ok bool) {
	b, err := hex.DecodeString(s)
	return mark(strings.ToLower(s)), err == nil && len(b) == sha256.Size
}

// is compares two marks in constant time.
func (m mark) is(other mark) bool {
	return m != "" && subtle.ConstantTimeCompare([]byte(m), []byte(other)) == 1
}

// key is what a class knows a viewer by: a hash of the wire's id, which itself is in no document.
type key string

func keyOf(code string, wire string) key {
	sum := sha256.Sum256([]byte(code + "/" + wire))
	return key(sum[:keySize])
}

const keySize = 9

// netOf is what a class counts a network by, likewise.
func netOf(code, network string) string {
	if network == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(code + "/" + network))
	return string(sum[:netSize])
}

const netSize = 3
