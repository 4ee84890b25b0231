package distributed

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"sync"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"meetleaks/scanner"
)

// Options of a queue. Zero fields stand for the defaults.
type Options struct {
	Name string       // of the queue in Redis: a to z, 0 to 9, hyphens, at most 64; "meetleaks"
	Most int          // hints that wait, roughly; 10,000
	Log  *slog.Logger // nil: nothing is logged

	Ask   time.Duration // between two questions for hints, on average; 1 s
	Sweep time.Duration // between two sweeps; 30 s
	Stop  time.Duration // how long Run waits for asynq after all handlers have returned; 20 s
}

func (o Options) withDefaults() Options {
	o.Name = cmp.Or(o.Name, "meetleaks")
	o.Most = cmp.Or(max(o.Most, 0), 10_000)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	o.Ask = cmp.Or(max(o.Ask, 0), time.Second)
	o.Sweep = cmp.Or(max(o.Sweep, 0), 30*time.Second)
	o.Stop = cmp.Or(max(o.Stop, 0), 20*time.Second)
	return o
}

// longest is how long asynq lets a task run before it calls it failed. No pass is longer.
const longest = 24 * time.Hour

// Queue is a queue in Redis. See [scanner.Queue] for what its methods promise.
type Queue struct {
	options   Options
	client    redis.UniversalClient
	tasks     *asynq.Client
	inspector *asynq.Inspector

	mu      sync.Mutex
	running bool
	closed  bool
}

var _ scanner.Queue = (*Queue)(nil)

// New returns the queue of that name. The client becomes the queue's own: a hook is added to it, Close closes it; so it must not
// be the store's. It must have ContextTimeoutEnabled. Nothing is asked of Redis yet.
func New(client redis.UniversalClient, o Options) (*Queue, error) {
	o = o.withDefaults()
	if !regexp.MustCompile(`^[a-z0-9-]{1,64}$`).MatchString(o.Name) {
		return nil, fmt.Errorf("queue: a name has 1 to 64 of a-z, 0-9 and hyphens: %w", scanner.ErrBadValue)
	}
	if single, ok := client.(*redis.Client); ok && !single.Options().ContextTimeoutEnabled {
		return nil, fmt.Errorf("queue: contexts do not bound this client's reads (ContextTimeoutEnabled): %w", scanner.ErrBadValue)
	}
	client.AddHook(patience{})
	return &Queue{
		options: o, client: client,
		tasks: asynq.NewClientFromRedisClient(client), inspector: asynq.NewInspectorFromRedisClient(client),
	}, nil
}

// Offer implements [scanner.Queue].
func (q *Queue) Offer(ctx context.Context, h scanner.Hint) error {
	if err := h.Check(); err != nil {
		return err
	}
	if err := q.usable(ctx); err != nil {
		return fmt.Errorf("offer a hint: %w", err)
	}
	waiting, err := q.client.LLen(ctx, q.key("pending")).Result()
	if err != nil {
		return fmt.Errorf("offer a hint: %w", unavailable(ctx, err))
	}
	if waiting >= int64(q.options.Most) {
		return fmt.Errorf("offer a hint: %d wait: %w", waiting, scanner.ErrFull)
	}
	_, err = q.tasks.EnqueueContext(ctx, encode(h), asynq.Queue(q.options.Name), asynq.TaskID(taskID(h)), asynq.Unique(h.Hold),
		asynq.MaxRetry(1), asynq.Retention(0), asynq.Timeout(longest))
	switch {
	case err == nil, errors.Is(err, asynq.ErrDuplicateTask), errors.Is(err, asynq.ErrTaskIDConflict):
		return nil
	}
	return fmt.Errorf("offer a hint: %w", unavailable(ctx, err))
}

func (q *Queue) usable(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return fmt.Errorf("the queue is closed: %w", scanner.ErrUnavailable)
	}
	return nil
}

// unavailable is the error of a Redis that did not do what it was asked. Texts of go-redis hold addresses but no passwords.
func unavailable(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return fmt.Errorf("%w: %w", scanner.ErrUnavailable, err)
}

// key is one of asynq's keys of this queue.
func (q *Queue) key(part string) string { return "asynq:{" + q.options.Name + "}:" + part }

// Depth is how many hints wait, and how many are handled at this moment in all processes or were when theirs died.
func (q *Queue) Depth(ctx context.Context) (waiting, handled int, err error) {
	if err := q.usable(ctx); err != nil {
		return 0, 0, fmt.Errorf("depth of the queue: %w", err)
	}
	pipe := q.client.Pipeline()
	w, h := pipe.LLen(ctx, q.key("pending")), pipe.LLen(ctx, q.key("active"))
	if _, err := pipe.Exec(ctx); err != nil {
		return 0, 0, fmt.Errorf("depth of the queue: %w", unavailable(ctx, err))
	}
	return int(w.Val()), int(h.Val()), nil
}

// Close implements [scanner.Queue]. While a Run has not come to its end the connections stay open until it has.
func (q *Queue) Close() error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return nil
	}
	q.closed = true
	if q.running {
		return nil
	}
	return q.closeClient()
}

func (q *Queue) closeClient() error {
	if err := q.client.Close(); err != nil {
		return fmt.Errorf("close the queue: %w", err)
	}
	return nil
}
