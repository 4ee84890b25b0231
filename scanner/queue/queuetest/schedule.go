package queuetest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"meetleaks/scanner"
)

// notes is what a scheduler needs of a store, in memory.
type notes struct {
	mu      sync.Mutex
	leases  map[string]scanner.Lease
	cursors map[string]scanner.Cursor
	fence   int64
}

func (n *notes) Acquire(_ context.Context, name, holder string, ttl time.Duration) (scanner.Lease, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.leases[name].Until.After(time.Now()) {
		return scanner.Lease{}, scanner.ErrHeld
	}
	n.fence++
	n.leases[name] = scanner.Lease{Name: name, Holder: holder, Fence: n.fence, Until: time.Now().Add(ttl)}
	return n.leases[name], nil
}

func (n *notes) held(l scanner.Lease) bool {
	return n.leases[l.Name].Fence == l.Fence && n.leases[l.Name].Until.After(time.Now())
}

func (n *notes) Renew(_ context.Context, l scanner.Lease, ttl time.Duration) (scanner.Lease, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.held(l) {
		return scanner.Lease{}, scanner.ErrLost
	}
	l.Until = time.Now().Add(ttl)
	n.leases[l.Name] = l
	return l, nil
}

func (n *notes) Release(_ context.Context, l scanner.Lease) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.held(l) {
		delete(n.leases, l.Name)
	}
	return nil
}

func (n *notes) Cursors(_ context.Context, names []string) (map[string]scanner.Cursor, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	found := map[string]scanner.Cursor{}
	for _, name := range names {
		if c, ok := n.cursors[name]; ok {
			found[name] = c
		}
	}
	return found, nil
}

func (n *notes) SaveCursor(_ context.Context, l scanner.Lease, c scanner.Cursor) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !n.held(l) {
		return scanner.ErrLost
	}
	n.cursors[l.Name] = c
	return nil
}

func (n *notes) ForgetCursor(context.Context, string) error { return nil }

// schedule lets two processes (one, where hints are not shared) schedule and read five sources, through a server that loses
// everything in the middle where there is one. No source waits longer than twice its interval, none is read twice at a time.
func schedule(t *testing.T, h Harness) {
	const sources, passes, every = 5, 5, 4 * time.Second
	count := newTally()
	var mu sync.Mutex
	last := map[string]time.Time{}
	read := func(_ context.Context, p scanner.Pass) (scanner.Outcome, error) {
		count.begin(p.Source)
		defer count.end(p.Source)
		mu.Lock()
		defer mu.Unlock()
		if gap := time.Since(last[p.Source]); !last[p.Source].IsZero() && gap > 2*every {
			t.Errorf("%s was read after %v", p.Source, gap)
		}
		last[p.Source] = time.Now()
		return scanner.Outcome{Documents: 1, News: 1}, nil
	}
	var watches []scanner.Watch
	for n := range sources {
		watches = append(watches, scanner.Watch{Source: fmt.Sprint("site-", n), Every: every, Read: read})
	}
	store := &notes{leases: map[string]scanner.Lease{}, cursors: map[string]scanner.Cursor{}}
	ctx, cancel := context.WithCancel(context.Background())
	var roles sync.WaitGroup
	defer roles.Wait()
	defer cancel()
	for n := range 2 {
		if n > 0 && !h.Shared {
			break
		}
		s, err := scanner.NewScheduler(scanner.SchedulePlan{
			Watches: watches, Store: store, Queue: h.Open(t), Holder: fmt.Sprint("process-", n), Tick: 100 * time.Millisecond,
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, role := range []func(context.Context) error{s.Schedule, s.Work} {
			roles.Go(func() {
				if err := role(ctx); err != nil {
					t.Error(err)
				}
			})
		}
	}
	count.wait(t, sources*passes/2)
	if h.Restart != nil {
		h.Restart(t)
	}
	count.wait(t, sources*passes)
	count.mu.Lock()
	defer count.mu.Unlock()
	if len(count.done) != sources || len(count.twice) > 0 {
		t.Errorf("%d sources were read, two at a time: %v", len(count.done), count.twice)
	}
}
