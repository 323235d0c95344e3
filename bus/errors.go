package bus

// What goes wrong on a bus, in our words.

import (
	"context"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

var (
	ErrURL      = errors.New("no URL of a NATS server")                     // Options.URL can't be one
	ErrAway     = errors.New("the bus is away")                             // the server can't be reached, or doesn't answer in time
	ErrNobody   = errors.New("nobody answers on the bus")                   // no instance has subscribed to what a request asks
	ErrConflict = errors.New("somebody has changed the document meanwhile") // its revision is not the one that a Put replaces
	ErrTooLarge = errors.New("too large for the bus")                       // a value over MaxValue, or a message over MaxMessage
	ErrFull     = errors.New("the bus's store is full")                     // MaxKeys documents, or no space left
)

// What the server says through numbers; those that the client library has no name for.
const (
	codeNoResources jetstream.ErrorCode = 10023
	codeNoMemory    jetstream.ErrorCode = 10028
	codeNoStorage   jetstream.ErrorCode = 10047
	codeStoreFailed jetstream.ErrorCode = 10077
)

// wrapped returns err as one of the errors above, with the library's own words behind it. ctx is
// the caller's: its end is no fault of the bus.
func wrapped(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if cause := ctx.Err(); cause != nil {
		return cause
	}
	kind := kindOf(err)
	if kind == nil {
		return fmt.Errorf("bus: %w", err)
	}
	return fmt.Errorf("%w: %w", kind, err)
}

func kindOf(err error) error {
	if api := (*jetstream.APIError)(nil); errors.As(err, &api) {
		switch api.ErrorCode {
		case jetstream.JSErrCodeStreamWrongLastSequence, jetstream.JSErrCodeStreamWrongLastSequenceConstant:
			return ErrConflict
		case jetstream.JSErrCodeStreamMessageExceedsMaximum:
			return ErrTooLarge
		case codeNoResources, codeNoMemory, codeNoStorage, codeStoreFailed:
			return ErrFull
		}
		if api.Code == 503 {
			return ErrAway // a cluster without a leader, a store that is starting
		}
	}
	switch {
	case errors.Is(err, nats.ErrMaxPayload):
		return ErrTooLarge
	case errors.Is(err, nats.ErrNoResponders):
		return ErrNobody
	}
	for _, away := range []error{
		nats.ErrReconnectBufExceeded, nats.ErrDisconnected, nats.ErrConnectionReconnecting, nats.ErrConnectionClosed,
		nats.ErrConnectionDraining, nats.ErrTimeout, context.DeadlineExceeded,
		jetstream.ErrNoStreamResponse, jetstream.ErrJetStreamNotEnabled, jetstream.ErrJetStreamNotEnabledForAccount,
	} {
		if errors.Is(err, away) {
			return ErrAway
		}
	}
	return nil
}
