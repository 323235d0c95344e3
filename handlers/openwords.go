package handlers

// The words of exercises that are open in some page: by them a raw connection finds its wire.

import (
	"regexp"
	"slices"
	"sync"

	"wireup/wire"
)

// wordForm is how an exercise's word looks: plum-41.
var wordForm = regexp.MustCompile(`[a-z]+-[0-9]+`)

// openWords knows which wire has drawn which word. The zero value is ready.
type openWords struct {
	mu    sync.Mutex
	wires map[string][]wire.ID // of each word, the newest last
}

// add says that a page of the wire id waits for word, until remove is called.
func (o *openWords) add(word string, id wire.ID) (remove func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.wires == nil {
		o.wires = make(map[string][]wire.ID)
	}
	o.wires[word] = append(o.wires[word], id)
	return sync.OnceFunc(func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		list := o.wires[word]
		if i := slices.Index(list, id); i >= 0 {
			list = slices.Delete(list, i, i+1)
		}
		if o.wires[word] = list; len(list) == 0 {
			delete(o.wires, word)
		}
	})
}

// find looks for a word in p, and returns whose it is.
func (o *openWords) find(p []byte) (id wire.ID, ok bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.wires) == 0 {
		return "", false
	}
	for _, word := range wordForm.FindAll(p, -1) {
		if list := o.wires[string(word)]; len(list) > 0 {
			return list[len(list)-1], true
		}
	}
	return "", false
}
