package handlers

// Codes that somebody guesses: five letters are found by trying, if trying costs nothing.

import (
	"errors"
	"net/http"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"wireup/classroom"
)

const (
	guessRate  = 1  // wrong codes a second from one address
	guessBurst = 60 // as many at once: a room may have misread one
	guessers   = 4096
)

// guessPause is how late codes are looked up for an address that has used up its wrong ones. A right code is
// never refused; but somebody who guesses can't tell it sooner. It is a variable for the tests.
var guessPause = time.Second

// guesses counts the wrong codes of each address.
type guesses struct {
	mu sync.Mutex
	of map[string]*rate.Limiter
}

// spent reports whether an address has used up its wrong codes.
func (g *guesses) spent(address string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	l := g.of[address]
	return l != nil && l.Tokens() < 1
}

// wrong notes one more, and reports whether it was one too many.
func (g *guesses) wrong(address string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	l := g.of[address]
	if l == nil {
		if len(g.of) >= guessers {
			g.forget()
		}
		if g.of == nil {
			g.of = make(map[string]*rate.Limiter)
		}
		l = rate.NewLimiter(guessRate, guessBurst)
		g.of[address] = l
	}
	return !l.Allow()
}

// forget makes room: of those who have guessed nothing for long, or else of anybody. mu is held.
func (g *guesses) forget() {
	for address, l := range g.of {
		if l.Tokens() >= guessBurst {
			delete(g.of, address)
		}
	}
	for address := range g.of {
		if len(g.of) < guessers {
			return
		}
		delete(g.of, address)
	}
}

// find looks for the class that a request's path names, by look.
func (s *Server) find(r *http.Request, look func(code string) error) error {
	address := classroom.Network(clientOf(r.RemoteAddr))
	code, ok := classroom.ParseCode(r.PathValue("code"))
	if s.guesses.spent(address) && !s.classes.Knows(code, r.URL.Query().Get("wire"), bearer(r)) {
		pause := time.NewTimer(guessPause)
		defer pause.Stop()
		select {
		case <-pause.C:
		case <-r.Context().Done():
		}
	}
	err := classroom.ErrNone
	if ok {
		err = look(code)
	}
	if errors.Is(err, classroom.ErrNone) && s.guesses.wrong(address) {
		return &StatusError{Code: http.StatusTooManyRequests, Err: err, Header: http.Header{"Retry-After": {"1"}},
			Text: "Your address has asked for too many classes that there aren't (limit: 60, and then one a second). Wait a second. " + classAgain}
	}
	if err != nil {
		return s.classError(err)
	}
	return nil
}
