package handlers

// POST /lab/echo/ping: a ping from the server on every echo of a wire.

import (
	"encoding/hex"
	"net/http"
	"strconv"
	"sync"

	"wireup/wire"
)

// echoes knows the echoes of each wire. The zero value is ready.
type echoes struct {
	mu    sync.Mutex
	wires map[wire.ID]map[*echoTalk]struct{}
	pings uint64 // counts the POSTs, so that each has a payload of its own

	surge surge
}

// add notes an echo on a wire; one on no wire can't be asked for.
func (e *echoes) add(id wire.ID, t *echoTalk) {
	if id == "" {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.wires == nil {
		e.wires = make(map[wire.ID]map[*echoTalk]struct{})
	}
	if e.wires[id] == nil {
		e.wires[id] = make(map[*echoTalk]struct{})
	}
	e.wires[id][t] = struct{}{}
}

func (e *echoes) remove(id wire.ID, t *echoTalk) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.wires[id], t)
	if len(e.wires[id]) == 0 {
		delete(e.wires, id)
	}
}

// next returns the echoes of a wire, and the payload of the next ping.
func (e *echoes) next(id wire.ID) (list []*echoTalk, payload []byte) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for t := range e.wires[id] {
		list = append(list, t)
	}
	if len(list) > 0 {
		e.pings++
	}
	return list, strconv.AppendUint([]byte("ping "), e.pings, 10)
}

// ping sends a ping on each echo of the wire. A browser can't send one, and shows none that
// comes: the wire shows it, and its pong with the time between them.
func (s *Server) ping(w http.ResponseWriter, r *http.Request) error {
	const ref = "POST " + pingPath
	q, err := queryOf(r, ref)
	if err != nil {
		return err
	}
	id, err := wire.ParseID(q.Get("wire"))
	if err != nil {
		return &StatusError{Code: http.StatusBadRequest, Err: err, Ref: ref,
			Text: "wire must be the 13 characters that the page shows, each a to z or 2 to 7."}
	}
	list, payload := s.echoes.next(id)
	if len(list) == 0 {
		return &StatusError{Code: http.StatusNotFound, Ref: echoRef,
			Text: "This wire has no echo connection. Open one first, then ping it."}
	}
	sent := make(chan bool, len(list))
	for _, t := range list {
		go func() { sent <- t.ping(payload) }() // each waits for its own peer, for as long as a write may
	}
	pinged := 0
	for range list {
		if <-sent {
			pinged++
		}
	}
	return answerJSON(w, struct {
		Pinged  int    `json:"pinged"`
		Payload string `json:"payload"`
	}{pinged, hex.EncodeToString(payload)})
}
