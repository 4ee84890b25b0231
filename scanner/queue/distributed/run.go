package distributed

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/hibiken/asynq"

	"meetleaks/scanner"
)

// ErrNotStopped is the error of a Run whose handlers have all returned while asynq still waits for Redis. Its goroutines end when
// Redis answers or refuses.
var ErrNotStopped = errors.New("the queue's server did not stop in time")

// errStopping gives a task back to the other processes.
var errStopping = errors.New("this worker stops")

// run is one Run.
type run struct {
	*Queue
	stopping context.Context
	handle   func(context.Context, scanner.Hint) error
	slots    chan struct{} // one for each handler that may run
}

// Run implements [scanner.Queue].
func (q *Queue) Run(ctx context.Context, workers int, handle func(context.Context, scanner.Hint) error) error {
	if err := scanner.CheckWorkers(workers); err != nil {
		return fmt.Errorf("run the queue: %w", err)
	}
	if err := q.begin(); err != nil {
		return fmt.Errorf("run the queue: %w", err)
	}
	r := &run{Queue: q, stopping: ctx, handle: handle, slots: make(chan struct{}, workers)}
	server := asynq.NewServerFromRedisClient(q.client, r.config(workers))
	if err := server.Start(asynq.HandlerFunc(r.process)); err != nil {
		q.end()
		return fmt.Errorf("run the queue: %w", err)
	}
	r.sweepUntil(ctx)
	return r.stop(server)
}

func (q *Queue) begin() error {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case q.closed:
		return fmt.Errorf("it is closed: %w", scanner.ErrUnavailable)
	case q.running:
		return fmt.Errorf("it runs already: %w", scanner.ErrBadValue)
	}
	q.running = true
	return nil
}

func (q *Queue) end() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.running = false
	if !q.closed {
		return
	}
	if err := q.closeClient(); err != nil {
		q.options.Log.Warn("the queue's connections", "error", err)
	}
}

func (r *run) config(workers int) asynq.Config {
	return asynq.Config{
		Concurrency:              workers,
		Queues:                   map[string]int{r.options.Name: 1},
		TaskCheckInterval:        r.options.Ask,
		DelayedTaskCheckInterval: r.options.Ask,
		ShutdownTimeout:          time.Second, // by then all handlers have returned
		Logger:                   logger{r.options.Log},
		LogLevel:                 asynq.InfoLevel,
		IsFailure:                func(err error) bool { return !errors.Is(err, errStopping) },
		RetryDelayFunc: func(_ int, err error, _ *asynq.Task) time.Duration {
			if errors.Is(err, errStopping) {
				return 0
			}
			return time.Second
		},
	}
}

// process is asynq's handler. ctx ends when asynq has given the task up; the hint's handler goes on regardless, as its pass has
// a lease of the store.
func (r *run) process(ctx context.Context, task *asynq.Task) error {
	h, err := decode(task.Type(), task.Payload(), task.Headers())
	if err != nil {
		r.options.Log.Warn("a task was dropped", "error", err)
		return nil
	}
	select {
	case r.slots <- struct{}{}:
		defer func() { <-r.slots }()
	case <-r.stopping.Done():
		return errStopping
	case <-ctx.Done():
		return errStopping
	}
	if r.stopping.Err() != nil {
		return errStopping
	}
	if err := scanner.HandleHint(context.WithoutCancel(r.stopping), h, r.handle); err != nil {
		r.options.Log.Warn("a hint was not handled", "source", h.Source, "error", err)
	}
	r.mendBeforeFinish()
	return nil
}

// stop takes no more hints, waits for the handlers, then for asynq.
func (r *run) stop(server *asynq.Server) error {
	var handlers sync.WaitGroup
	handlers.Go(r.waitForHandlers)
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		defer r.end()
		server.Stop()
		handlers.Wait()
		server.Shutdown()
	}()
	handlers.Wait()
	late := time.NewTimer(r.options.Stop)
	defer late.Stop()
	select {
	case <-stopped:
		return nil
	case <-late.C:
		return fmt.Errorf("run the queue: %w", ErrNotStopped)
	}
}

// waitForHandlers takes every slot for good: what comes later is given back.
func (r *run) waitForHandlers() {
	for range cap(r.slots) {
		r.slots <- struct{}{}
	}
}
