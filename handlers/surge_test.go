package handlers

// The end of a surge, in fake time.

import (
	"testing"
	"testing/synctest"
	"time"
)

// Memory goes back once after a surge, when it is over, and not for a few connections.
func TestSurge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		freed := 0
		s := surge{free: func() { freed++ }}
		wants := func(n int) {
			t.Helper()
			time.Sleep(surgeQuiet)
			synctest.Wait()
			if freed != n {
				t.Errorf("freed %d times, want %d", freed, n)
			}
		}
		for range surgeSize - 1 {
			s.left()
		}
		wants(0)
		for range 10 * surgeSize {
			s.left()
			time.Sleep(surgeQuiet / surgeSize / 2)
		}
		wants(1)
		for range surgeSize {
			s.left()
		}
		wants(2)
	})
}
