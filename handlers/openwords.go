package handlers

// The words of exercises that are open in some page: by them a raw connection finds its wire.

import (
	"regexp"
	"slices"

	"wireup/wire"
)

// wordForm is how an exercise's word looks: plum-41.
var wordForm = regexp.MustCompile(`[a-z]+-[0-9]+`)

// whose looks in p for the word of an exercise that some page of this process has open, and
// returns the page's wire.
func (r *rooms) whose(p []byte) (id wire.ID, ok bool) {
	found := wordForm.FindAllString(string(p), -1)
	if len(found) == 0 {
		return "", false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for key, m := range r.open {
		if key.lesson == socketsLab && m.waitsFor(found) {
			return key.id, true
		}
	}
	return "", false
}

// waitsFor reports whether the word of one of the room's exercises is among words.
func (m *room) waitsFor(words []string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.ContainsFunc(m.items, func(i *task) bool { return slices.Contains(words, i.view.word) })
}
