package inspector

// Sec-WebSocket-Extensions: offers and answers, read (RFC 6455 §9.1, RFC 7692 §7).

import (
	"fmt"
	"strings"
)

// Extension is one extension with its parameters, as offered or accepted.
type Extension struct {
	Name   string
	Params []Param
}

// Param is one parameter of an extension.
type Param struct {
	Name     string
	Value    string // without quotes
	HasValue bool
}

// ParseExtensions reads the value of a Sec-WebSocket-Extensions field, or several joined with
// commas. An empty value lists nothing.
func ParseExtensions(s string) ([]Extension, error) {
	p := extensionParser{rest: s}
	var list []Extension
	for {
		p.space()
		if p.rest == "" {
			return list, nil
		}
		if p.take(',') {
			continue
		}
		name, err := p.token()
		if err != nil {
			return nil, err
		}
		ext := Extension{Name: name}
		for p.space(); p.take(';'); p.space() {
			param, err := p.param()
			if err != nil {
				return nil, err
			}
			ext.Params = append(ext.Params, param)
		}
		list = append(list, ext)
		if p.rest != "" && !p.take(',') {
			return nil, p.fail("a comma or a semicolon")
		}
	}
}

type extensionParser struct{ rest string }

func (p *extensionParser) space() { p.rest = strings.TrimLeft(p.rest, " \t") }

func (p *extensionParser) take(c byte) bool {
	if p.rest == "" || p.rest[0] != c {
		return false
	}
	p.rest = p.rest[1:]
	return true
}

func (p *extensionParser) fail(want string) error {
	return fmt.Errorf("extension list: %s expected at %q", want, p.rest)
}

func (p *extensionParser) token() (string, error) {
	n := 0
	for n < len(p.rest) && tokenByte(p.rest[n]) {
		n++
	}
	if n == 0 {
		return "", p.fail("a token")
	}
	t := p.rest[:n]
	p.rest = p.rest[n:]
	return t, nil
}

func (p *extensionParser) param() (Param, error) {
	p.space()
	name, err := p.token()
	if err != nil {
		return Param{}, err
	}
	param := Param{Name: name}
	p.space()
	if !p.take('=') {
		return param, nil
	}
	param.HasValue = true
	p.space()
	if !p.take('"') {
		param.Value, err = p.token()
		return param, err
	}
	// A quoted value must be a token once it is unquoted (RFC 6455 §9.1).
	var b strings.Builder
	for {
		if p.rest == "" {
			return Param{}, p.fail("a closing quote")
		}
		c := p.rest[0]
		p.rest = p.rest[1:]
		if c == '"' {
			break
		}
		if c == '\\' && p.rest != "" {
			c = p.rest[0]
			p.rest = p.rest[1:]
		}
		if !tokenByte(c) {
			return Param{}, p.fail("a quoted token")
		}
		b.WriteByte(c)
	}
	if b.Len() == 0 {
		return Param{}, p.fail("a value in the quotes")
	}
	param.Value = b.String()
	return param, nil
}

// tokenByte reports whether c may stand in a token (RFC 9110 §5.6.2).
func tokenByte(c byte) bool {
	switch {
	case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
		return true
	}
	return strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0
}
