package main

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"meetleaks/scanner"
)

// hearer is a service that has a store and a log, as far as leases go.
func hearer(store scanner.Store, holder string) *service {
	return &service{opened: &openedStore{store: store}, holder: holder, log: slog.New(slog.DiscardHandler)}
}

// TestOneProcessListens: while one holds the lease the others wait; when it stops another takes over.
func TestOneProcessListens(t *testing.T) {
	store := testStore(t)
	const ttl = 150 * time.Millisecond
	var listening, most atomic.Int64
	entered := make(chan string, 8)
	listen := func(name string) func(context.Context) error {
		return func(ctx context.Context) error {
			n := listening.Add(1)
			defer listening.Add(-1)
			for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
			}
			entered <- name
			<-ctx.Done()
			return ctx.Err()
		}
	}
	stops, ended := map[string]context.CancelFunc{}, make(chan error, 2)
	for _, name := range []string{"a", "b"} {
		ctx, stop := context.WithCancel(t.Context())
		stops[name] = stop
		go func() { ended <- hearer(store, name).leased(ctx, "test/lease", ttl, listen(name)) }()
	}
	first := waitFor(t, entered)
	stops[first]()
	if second := waitFor(t, entered); second == first {
		t.Errorf("%s listens again", second)
	}
	for _, stop := range stops {
		stop()
	}
	for range stops {
		if err := waitFor(t, ended); err != nil {
			t.Error(err)
		}
	}
	if most.Load() != 1 {
		t.Errorf("%d listened at once", most.Load())
	}
}

func waitFor[T any](t *testing.T, from <-chan T) (got T) {
	t.Helper()
	select {
	case got = <-from:
	case <-time.After(20 * time.Second):
		t.Fatal("nothing happens")
	}
	return got
}

// lossy is a store whose leases cannot be kept.
type lossy struct {
	scanner.Store
	err error
}

func (l lossy) Renew(context.Context, scanner.Lease, time.Duration) (scanner.Lease, error) {
	return scanner.Lease{}, l.err
}

// TestALeaseThatIsLostEndsTheConnection: when another has it, or when the store does not say so for too long, before it runs out.
func TestALeaseThatIsLostEndsTheConnection(t *testing.T) {
	for name, err := range map[string]error{"lost": scanner.ErrLost, "no answer": scanner.ErrUnavailable} {
		store := testStore(t)
		const ttl = 2 * time.Second
		lease, acquired := store.Acquire(t.Context(), "test/lease", "a", ttl)
		must(t, acquired)
		began := time.Now()
		var after time.Duration
		got := hearer(lossy{store, err}, "a").hold(t.Context(), lease, ttl, func(ctx context.Context) error {
			<-ctx.Done()
			after = time.Since(began)
			return nil
		})
		if got != nil && !errors.Is(got, scanner.ErrLost) || after >= ttl {
			t.Errorf("%s: it ended after %s, %v", name, after, got)
		}
	}
}

// failing acquires nothing at first.
type failing struct {
	scanner.Store
	left atomic.Int64
}

func (f *failing) Acquire(ctx context.Context, name, holder string, ttl time.Duration) (scanner.Lease, error) {
	if f.left.Add(-1) >= 0 {
		return scanner.Lease{}, scanner.ErrUnavailable
	}
	return f.Store.Acquire(ctx, name, holder, ttl)
}

// TestAnOutageIsOverAtOnce: people press and wait, so what listens is back soon after the store.
func TestAnOutageIsOverAtOnce(t *testing.T) {
	store := &failing{Store: testStore(t)}
	store.left.Store(3)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	entered, ended := make(chan string, 1), make(chan error, 1)
	const ttl = 1500 * time.Millisecond // thirty times the pause of ten that an outage brings elsewhere
	began := time.Now()
	go func() {
		ended <- hearer(store, "a").leased(ctx, "test/lease", ttl, func(ctx context.Context) error {
			entered <- "a"
			<-ctx.Done()
			return nil
		})
	}()
	waitFor(t, entered)
	if took := time.Since(began); took > 8*time.Second {
		t.Errorf("it listens after %s", took)
	}
	stop()
	must(t, waitFor(t, ended))
}
