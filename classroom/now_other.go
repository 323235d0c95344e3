//go:build !linux && !darwin

package classroom

import "time"

var start = time.Now()

// sinceBoot is how long the program has been up.
func sinceBoot() time.Duration { return time.Since(start) }
