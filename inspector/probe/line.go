package probe

// One connection at work: steps are sent on it, and what comes back goes to its trial.

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"wireup/inspector"
)

const (
	readPiece = 32 << 10
	mostShown = 24 // frames of one step that a report keeps

	// closeWait is how long the other side has for its part of a goodbye that is not judged.
	closeWait = time.Second
)

// line is a connection in the middle of its trial.
type line struct {
	tap    *inspector.Conn
	client bool // our side is the client's: what it sends is masked
	word   string
	wait   time.Duration

	changed chan struct{} // holds one when the trial may have gone on
	ended   chan struct{} // closed when reading has ended
	cut     bool          // by the other side; set before ended is closed

	mu    sync.Mutex
	trial *Trial
	shown []Shown
	more  int // frames beyond those
}

// newLine begins to watch and to read what comes on tap. session is told of the bytes, and tells
// the line of events.
func newLine(tap *inspector.Conn, client bool, word string, wait time.Duration, trial *Trial) *line {
	return &line{tap: tap, client: client, word: word, wait: wait, trial: trial,
		changed: make(chan struct{}, 1), ended: make(chan struct{})}
}

// event is told what the session sees.
func (l *line) event(e *inspector.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e.Kind == inspector.KindClose {
		return // how it ended is known here before the session is told
	}
	if len(l.shown) < mostShown {
		l.shown = append(l.shown, shownOf(e))
	} else {
		l.more++
	}
	l.trial.Event(e)
	l.signal()
}

func (l *line) signal() {
	select {
	case l.changed <- struct{}{}:
	default:
	}
}

// read reads until the connection ends; the tap shows what comes.
func (l *line) read() {
	defer close(l.ended)
	b := make([]byte, readPiece)
	for {
		if _, err := l.tap.Read(b); err != nil {
			l.cut = !errors.Is(err, os.ErrDeadlineExceeded)
			return
		}
	}
}

// write sends p, and gives up when the other side takes none of it for too long.
func (l *line) write(p []byte) {
	_ = l.tap.SetWriteDeadline(time.Now().Add(l.wait)) // the write meets the same error
	n, err := l.tap.Write(p)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		l.giveUp(fmt.Sprintf("only %d of %d bytes were read within %s", n, len(p), l.wait))
	}
	// Any other error is the connection's end, and what came before it is still being read.
}

// send sends a step's frames.
func (l *line) send(s Step) {
	var b []byte
	for _, f := range s.send(l.word) {
		b = l.frame(b, f)
	}
	l.write(b)
}

func (l *line) frame(b []byte, f frame) []byte {
	if !l.client {
		return f.appendTo(b, nil)
	}
	var key [4]byte
	_, _ = rand.Read(key[:]) // never fails
	return f.appendTo(b, &key)
}

// giveUp says that nothing more is waited for, and why.
func (l *line) giveUp(why string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	had := l.trial.Fault() != nil
	if l.trial.Ended(true); !had && l.trial.Fault() != nil {
		l.trial.Fault().Came = why
	}
}

// await waits until so many steps are passed; it reports false when that can't happen any more.
func (l *line) await(ctx context.Context, steps int) bool {
	late := time.NewTimer(l.wait)
	defer late.Stop()
	ended := l.ended
	for {
		l.mu.Lock()
		passed, fault := l.trial.Passed() >= steps, l.trial.Fault()
		l.mu.Unlock()
		if passed || fault != nil {
			return passed
		}
		select {
		case <-l.changed:
		case <-ended:
			// Not before: the tap shows nothing that comes within a write before the write is over.
			ended = nil
			l.mu.Lock()
			if l.cut {
				l.trial.Ended(false)
			}
			l.mu.Unlock()
		case <-late.C:
			l.giveUp(fmt.Sprintf("nothing more within %s", l.wait))
		case <-ctx.Done():
			l.giveUp("the server is stopping")
		}
	}
}

// over reports whether the other side has ended TCP.
func (l *line) over() bool {
	select {
	case <-l.ended:
		return l.cut
	default:
		return false
	}
}

// Shown is one thing that crossed, for a report.
type Shown struct {
	Direction string `json:"direction"`
	Kind      string `json:"kind"`
	Summary   string `json:"summary"`
	Size      uint64 `json:"size"`
	Header    string `json:"header,omitempty"` // of a frame, in hex
	Bytes     string `json:"bytes"`            // the front of what it carries, in hex
	Truncated bool   `json:"truncated"`
}

const mostHex = 32 // bytes of a payload in a report

func shownOf(e *inspector.Event) Shown {
	s := Shown{Direction: e.Direction.String(), Kind: e.Kind.String(), Summary: inspector.Summary(e), Size: e.Size}
	b := e.Bytes
	if f := e.Frame; f != nil {
		s.Header = fmt.Sprintf("%x", f.Raw)
		b = f.Payload
	}
	front := b[:min(len(b), mostHex)]
	s.Bytes = fmt.Sprintf("%x", front)
	s.Truncated = uint64(len(front)+len(s.Header)/2) < e.Size
	return s
}
