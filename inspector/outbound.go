package inspector

// A connection of which our end is the client's: its two directions the other way round.

import "time"

// Outbound is the Observer of a connection that this program has opened itself, in the terms of o,
// which takes Up for what the client sends: our writes go up, and what we read has come down.
func Outbound(o Observer) Observer { return &outbound{o} }

type outbound struct{ to Observer }

func (o *outbound) Observe(at time.Time, d Direction, p []byte) {
	o.to.Observe(at, d.Other(), p)
}

func (o *outbound) Ended(at time.Time, how Ending, err error) {
	switch how {
	case EndClient: // the peer's FIN came first
		how = EndServer
	case EndServer:
		how = EndClient
	case EndReset:
		how = EndAborted
	case EndAborted:
		how = EndReset
	case EndTimeout: // there is no word for a server that is silent
		how = EndError
	}
	o.to.Ended(at, how, err)
}
