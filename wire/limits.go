package wire

// What bounds the logs.

import "time"

// Limits bound what a Hub keeps. Fields that are not above zero take their defaults.
type Limits struct {
	Events  int           // events of one wire
	Bytes   int           // bytes that the events of one wire hold in memory
	Age     time.Duration // how long a wire is kept that nobody writes to or looks at
	Wires   int           // wires; beyond it the longest idle go
	Total   int           // bytes of all wires together; beyond it the longest idle go
	Preview int           // payload bytes kept of one event
	Message int           // bytes of a compressed message that is inflated to be shown
}

// DefaultLimits are those of the program when no flag says otherwise.
func DefaultLimits() Limits {
	return Limits{
		Events:  5000,
		Bytes:   8 << 20,
		Age:     time.Hour,
		Wires:   20000,
		Total:   256 << 20,
		Preview: 512,
		Message: 1 << 20,
	}
}

// filled returns l with defaults in the place of what is not set. A wire by itself can never
// fill more than the total, so that making room never needs to look at the newest one.
func (l Limits) filled() Limits {
	d := DefaultLimits()
	for _, f := range []struct{ is, otherwise *int }{
		{&l.Events, &d.Events}, {&l.Bytes, &d.Bytes}, {&l.Wires, &d.Wires},
		{&l.Total, &d.Total}, {&l.Preview, &d.Preview}, {&l.Message, &d.Message},
	} {
		if *f.is <= 0 {
			*f.is = *f.otherwise
		}
	}
	if l.Age <= 0 {
		l.Age = d.Age
	}
	l.Bytes = min(l.Bytes, l.Total)
	return l
}
