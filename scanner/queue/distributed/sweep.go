package distributed

import (
	"context"
	_ "embed"
	"errors"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"
)

//go:embed mend.lua
var mendLua string

const (
	leaseFor   = 30 * time.Second // as asynq's own leases
	sweepWhile = 10 * time.Second
	mendWhile  = 2 * time.Second
)

// sweepUntil sweeps now and then until ctx is done.
func (r *run) sweepUntil(ctx context.Context) {
	ticker := time.NewTicker(r.options.Sweep)
	defer ticker.Stop()
	for {
		if err := r.sweep(ctx); err != nil && ctx.Err() == nil {
			r.options.Log.Warn("the queue was not swept", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// sweep mends what asynq does not: tasks without a lease, archived tasks.
func (q *Queue) sweep(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, sweepWhile)
	defer cancel()
	mended, err := q.mend(ctx)
	if err != nil {
		return unavailable(ctx, err)
	}
	if mended > 0 {
		q.options.Log.Warn("tasks had lost their lease entries", "tasks", mended)
	}
	// After a flush asynq forgets to name the queue again, and then does not find it.
	if err := q.client.SAdd(ctx, "asynq:queues", q.options.Name).Err(); err != nil {
		return unavailable(ctx, err)
	}
	_, err = q.inspector.DeleteAllArchivedTasks(q.options.Name)
	if err != nil && !errors.Is(err, asynq.ErrQueueNotFound) {
		return unavailable(ctx, err)
	}
	return nil
}

// mend runs mend.lua and returns the number of tasks that it found broken.
func (q *Queue) mend(ctx context.Context) (int64, error) {
	script := redis.NewScript(mendLua)
	keys := []string{q.key("active"), q.key("lease")}
	return script.Run(ctx, q.client, keys, time.Now().Add(leaseFor).Unix(), q.key("t:")).Int64()
}

// mendBeforeFinish makes sure that asynq can finish a task. Where it fails, the task is recovered, and its hint comes twice.
func (q *Queue) mendBeforeFinish() {
	ctx, cancel := context.WithTimeout(context.Background(), mendWhile)
	defer cancel()
	if _, err := q.mend(ctx); err != nil {
		q.options.Log.Debug("a hint may come twice", "error", err)
	}
}
