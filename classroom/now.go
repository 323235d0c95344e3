package classroom

// The clock that a class's times are told on.

import "time"

// steady is a clock that begins with the time of day, and then goes on by how long the machine has been up:
// when somebody sets the time of day, or a network does, a talk neither begins anew nor ends.
func steady(day func() time.Time, up func() time.Duration) func() time.Time {
	began, before := day().Round(0), up()
	return func() time.Time { return began.Add(up() - before) }
}
