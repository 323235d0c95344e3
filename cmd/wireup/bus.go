package main

// The bus of this instance: embedded in the data folder, or the server that --nats names.

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"wireup/bus"
	"wireup/wire"
)

const (
	closeTime = 5 * time.Second // that the bus has to hand over what was given to it
	leaveTime = 2 * time.Second // that the wires have to find another home
)

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

// leave hands the wires that are at home here over to other instances.
func leave(hub *wire.Hub) {
	ctx, cancel := context.WithTimeout(context.Background(), leaveTime)
	defer cancel()
	hub.Leave(ctx)
}
