package main

// The bus of this instance: embedded in the data folder, or the server that --nats names.

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"wireup/bus"
)

// closeTime is how long the bus has to hand over what was given to it.
const closeTime = 5 * time.Second

func (f *serveFlags) openBus(ctx context.Context, folder string, log *slog.Logger) (*bus.Bus, error) {
	b, err := bus.Open(ctx, bus.Options{URL: f.nats, Dir: folder, Log: log})
	if errors.Is(err, bus.ErrURL) {
		return nil, usageError{fmt.Errorf("--nats: %w", err)}
	}
	return b, err
}

func closeBus(b *bus.Bus) error {
	ctx, cancel := context.WithTimeout(context.Background(), closeTime)
	defer cancel()
	return b.Close(ctx)
}
