package distributed

import (
	"context"
	"errors"
	"time"

	"github.com/redis/go-redis/v9"
)

// patience is a hook that holds back the errors of a Redis that refuses: asynq asks again as soon as it has one.
type patience struct{}

const holdBack = 250 * time.Millisecond

// DialHook implements redis.Hook.
func (patience) DialHook(next redis.DialHook) redis.DialHook { return next }

// ProcessPipelineHook implements redis.Hook.
func (patience) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

// ProcessHook implements redis.Hook.
func (patience) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		err := next(ctx, cmd)
		if err == nil || errors.Is(err, redis.Nil) || redis.HasErrorPrefix(err, "NOSCRIPT") || redis.HasErrorPrefix(err, "NOT FOUND") {
			return err
		}
		timer := time.NewTimer(holdBack)
		defer timer.Stop()
		select {
		case <-ctx.Done():
		case <-timer.C:
		}
		return err
	}
}
