//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package calls

// Where the system is none that the lab knows: it says so.

// Supported reports whether pairs can be made here.
const Supported = false

// Pair can't be made on this system.
type Pair struct{}

// Open returns ErrUnsupported.
func Open(Family, string) (*Pair, error) { return nil, ErrUnsupported }

// Do returns ErrUnsupported.
func (*Pair) Do(Order) error { return ErrUnsupported }

// Next returns nil.
func (*Pair) Next() *Step { return nil }

// State returns nothing.
func (*Pair) State() State { return State{} }

// Close does nothing.
func (*Pair) Close() {}
