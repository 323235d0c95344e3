package game

import (
	"encoding/json"
	"testing"
)

// Whatever a client says: what is taken of it makes JSON again.
func FuzzParse(f *testing.F) {
	for _, text := range []string{`[0,"Spang"]`, `[4,39,209]`, `[11,"a\"b\\c\u202e"]`, `[4,-0,00]`, `[0,"\ud800"]`, `[[]]`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := parse(text)
		if err != nil {
			return
		}
		var b batch
		b.welcome(&player{name: m.text, x: m.x, y: m.y})
		b.addText(m.text, chat, 1)
		b.add(move, 1, m.x, m.y)
		if !onMap(m.x, m.y) || !json.Valid(b.list()) {
			t.Errorf("%q becomes %s", text, b.list())
		}
	})
}
