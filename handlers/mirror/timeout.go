package mirror

// What gorilla makes of a deadline.

import (
	"errors"
	"net"
)

// TimedOut reports whether a deadline has passed: gorilla hides which error it was.
func TimedOut(err error) bool {
	var n net.Error
	return errors.As(err, &n) && n.Timeout()
}
