package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // time zones of the configuration, on machines that have none
)

// untilInterrupted returns a context that the first interrupt (Ctrl-C) or SIGTERM cancels: what was found so far is still
// printed. After it signals have their ordinary effect, so that the second one ends the process.
func untilInterrupted() (context.Context, context.CancelFunc) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}
