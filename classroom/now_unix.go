//go:build linux || darwin

package classroom

import (
	"time"

	"golang.org/x/sys/unix"
)

// sinceBoot is how long the machine has been up, sleep included: a talk's end comes also when the laptop was
// closed in between, which time.Since doesn't know of.
func sinceBoot() time.Duration {
	var t unix.Timespec
	_ = unix.ClockGettime(sleepless, &t) // which fails for no clock that there is
	return time.Duration(t.Nano())
}
