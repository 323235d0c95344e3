package wire

// The clock of a wire, for what happened beside its events.

import "time"

// When is where t stands on the wire's clock: milliseconds since its first event, as Event.At. It
// is false before the first event, when the clock has not begun.
func (w *Wire) When(t time.Time) (at float64, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.last == 0 || w.dropped {
		return 0, false
	}
	return float64(t.Sub(w.began)/time.Microsecond) / 1000, true
}
