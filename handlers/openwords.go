package handlers

// The words of exercises that are open in some page: by them a raw connection finds its wire.

import (
	"bytes"
	"slices"

	"wireup/wire"
)

// whose looks in p for the word of an exercise that some page of this process has open, and
// returns the page's wire.
func (r *rooms) whose(p []byte) (id wire.ID, ok bool) {
	if !bytes.Contains(p, []byte("-")) { // which every word has
		return "", false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for key, m := range r.open {
		if key.lesson == socketsLab && m.waitsFor(p) {
			return key.id, true
		}
	}
	return "", false
}

// waitsFor reports whether the word of one of the room's exercises stands in p.
func (m *room) waitsFor(p []byte) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.ContainsFunc(m.items, func(i *task) bool {
		return i.view.word != "" && bytes.Contains(p, []byte(i.view.word))
	})
}
