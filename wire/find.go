package wire

// Finding a wire's home, and being it when nobody else is.

import "time"

const (
	findLimit = 1500 * time.Millisecond // for all of it
	askFirst  = 20 * time.Millisecond   // until those who are not ready to say are asked again
	askLast   = 200 * time.Millisecond
)

// keep finds the home of a wire and follows it, until this instance is its home itself or the
// wire is dropped. at is the home if it is known already.
func (s *share) keep(w *Wire, at string) {
	defer s.work.Done()
	for {
		if at == "" {
			var ok bool
			if at, ok = s.find(w); !ok {
				return
			}
		}
		if at == "" {
			w.comeHome()
			s.claim(w)
			return
		}
		if !s.follow(w, at) {
			return
		}
		at = ""
	}
}

// claim says that a wire is at home here: who came meanwhile may have begun it as well.
func (s *share) claim(w *Wire) {
	w.mu.Lock()
	at, ours := w.where(), !w.dropped && w.athome()
	w.mu.Unlock()
	if !ours {
		return
	}
	for _, peer := range s.alive() {
		s.sayHomes(peer, []place{at})
	}
}

// find asks the others for the home of w. It is empty when there is none but us; ok is false when
// the wire was dropped.
//
// Of several who look for it at the same time the one with the longest copy is preferred, and of
// those the one with the lowest name: the others wait until that one has found out.
func (s *share) find(w *Wire) (at string, ok bool) {
	w.mu.Lock()
	p := w.part
	p.stand, p.home, p.lost, p.answers = asking, "", false, make(map[string]answer)
	w.mu.Unlock()
	limit := time.NewTimer(findLimit)
	defer limit.Stop()
	for again := askFirst; ; again = min(2*again, askLast) {
		peers := s.alive()
		if len(peers) == 0 || !s.bus.Up() {
			return "", true
		}
		ask := putID(begin(nil, sayAsk, s.self), w.ID)
		for _, peer := range peers {
			_ = s.say(peer, ask) // who doesn't answer is asked again
		}
		retry := time.NewTimer(again)
		for waiting := true; waiting; {
			at, all := w.verdict(s.self, peers)
			if at != "" || all {
				retry.Stop()
				return at, true
			}
			select {
			case <-p.poke:
			case <-retry.C:
				waiting = false
			case <-limit.C:
				retry.Stop()
				return "", true
			case <-p.ended:
				retry.Stop()
				return "", false
			case <-s.stopped:
				retry.Stop()
				return "", true
			}
		}
	}
}

// verdict is what the answers come to: where the wire's home is, or that all have answered and
// nobody is preferred to us.
func (w *Wire) verdict(self string, peers []string) (at string, nobody bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	nobody = true
	for _, peer := range peers {
		a, answered := w.part.answers[peer]
		switch {
		case !answered:
			nobody = false
		case a.standing == home:
			if at == "" || peer < at {
				at = peer
			}
		case a.standing != stranger && (a.last > w.last || a.last == w.last && peer < self):
			nobody = false
		}
	}
	return at, nobody
}

// answer says how we stand to a wire.
func (s *share) answer(to string, id ID) {
	at, stand := place{id: id}, stranger
	if w := s.hub.peek(id); w != nil {
		w.mu.Lock()
		if !w.dropped {
			at, stand = w.where(), home
			if w.part != nil {
				stand = w.part.stand
			}
		}
		w.mu.Unlock()
	}
	_ = s.say(to, append(putPlace(begin(nil, sayAnswer, s.self), at), byte(stand)))
}

// answered notes how another instance stands to a wire that we asked for.
func (s *share) answered(from string, at place, stand standing) {
	w := s.hub.peek(at.id)
	if w == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if p := w.part; p != nil && p.stand == asking && p.answers != nil && len(p.answers) < mostPeers {
		p.answers[from] = answer{stand, at.last}
		p.wake()
	}
}
