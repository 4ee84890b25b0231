package main

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
)

// However many ask for figures, the store is asked once in a while; that it did not answer is an answer too.
func TestFiguresAreAskedForOnceInAWhile(t *testing.T) {
	var asked atomic.Int64
	down := errors.New("down")
	f := &fresh[int]{ask: func(context.Context) (int, error) { return int(asked.Add(1)), down }}
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if n, err := f.get(t.Context()); n == 0 || !errors.Is(err, down) {
				t.Errorf("%d, %v", n, err)
			}
		})
	}
	all.Wait()
	if n := asked.Load(); n < 1 || n > 10 {
		t.Errorf("asked %d times", n)
	}
	f.at = f.at.Add(-2 * freshFor)
	before := asked.Load()
	if n, _ := f.get(t.Context()); int64(n) != before+1 {
		t.Errorf("what is old is believed: %d after %d", n, before)
	}
}
