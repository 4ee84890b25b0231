package slack

import (
	"context"
	"hash/maphash"
	"sync"
)

// The bounds of what waits to be handled: each lane does one thing at a time, in order.
const (
	lanesWide = 8
	lanesDeep = 32
)

// lanes do things after they were acknowledged, at most lanesWide at once. What has the same key is done in the order in which it
// came. A lane's goroutine lives as long as there is something to do. The zero value with a context is ready.
type lanes struct {
	ctx  context.Context //nolint:containedctx // of what is done: it outlives the request that brought it
	stop context.CancelFunc
	seed maphash.Seed

	mu     sync.Mutex
	queues [lanesWide][]func(context.Context)
	busy   [lanesWide]bool
	closed bool
	all    sync.WaitGroup
}

func newLanes() *lanes {
	l := &lanes{seed: maphash.MakeSeed()}
	l.ctx, l.stop = context.WithCancel(context.Background())
	return l
}

// add hands something over; false when the lane is full or all are closed.
func (l *lanes) add(key string, do func(context.Context)) bool {
	i := maphash.String(l.seed, key) % lanesWide
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed || len(l.queues[i]) >= lanesDeep {
		return false
	}
	l.queues[i] = append(l.queues[i], do)
	if !l.busy[i] {
		l.busy[i] = true
		l.all.Go(func() { l.work(i) })
	}
	return true
}

func (l *lanes) work(i uint64) {
	for {
		l.mu.Lock()
		if len(l.queues[i]) == 0 {
			l.busy[i], l.queues[i] = false, nil
			l.mu.Unlock()
			return
		}
		do := l.queues[i][0]
		l.queues[i] = l.queues[i][1:]
		l.mu.Unlock()
		do(l.ctx)
	}
}

// close takes nothing more, and waits for what was taken; when ctx ends first, what is under way is told to end.
func (l *lanes) close(ctx context.Context) error {
	l.mu.Lock()
	l.closed = true
	l.mu.Unlock()
	done := make(chan struct{})
	go func() { l.all.Wait(); close(done) }()
	defer l.stop()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		l.stop()
		<-done
		return ctx.Err()
	}
}
