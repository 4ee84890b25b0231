package sourcetest

import (
	"context"
	"sync"
	"testing"
	"time"

	"meetleaks/scanner"
)

// Listener drives a source that listens to a stream: its passes run beside the test. Everything is in memory.
type Listener struct {
	Taker *Taker

	t     *testing.T
	mu    sync.Mutex
	saved []string
	told  []scanner.SourceHealth
}

// NewListener makes one.
func NewListener(t *testing.T) *Listener { return &Listener{Taker: NewTaker(), t: t} }

// Listening is a pass under way, which ends with the test at the latest. Out and Err are valid once it has ended.
type Listening struct {
	Out scanner.Outcome
	Err error

	t      *testing.T
	cancel context.CancelFunc
	done   chan struct{}
}

// listenBound is how long what has to come may take.
const listenBound = 10 * time.Second

// Begin begins a pass, and returns when it has saved a cursor, as a pass does that listens, or when it has ended.
func (l *Listener) Begin(source string, read Read, cursor string) *Listening {
	l.t.Helper()
	ctx, cancel := context.WithCancel(l.t.Context())
	p := &Listening{t: l.t, cancel: cancel, done: make(chan struct{})}
	listening := make(chan struct{})
	var once sync.Once
	given := scanner.Pass{
		Source: source, Kind: scanner.Stream, Cursor: cursor,
		Save: func(_ context.Context, c string) error {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.saved = append(l.saved, c)
			once.Do(func() { close(listening) })
			return nil
		},
		Tell: func(h scanner.SourceHealth) { l.mu.Lock(); defer l.mu.Unlock(); l.told = append(l.told, h) },
	}
	go func() {
		defer close(p.done)
		p.Out, p.Err = read(ctx, given)
	}()
	l.t.Cleanup(func() { cancel(); <-p.done })
	select {
	case <-listening:
	case <-p.done:
	case <-time.After(listenBound):
		l.t.Fatal("it neither listens nor ends")
	}
	return p
}

// End ends a pass, or waits for it to end by itself.
func (p *Listening) End(byItself bool) error {
	p.t.Helper()
	if !byItself {
		p.cancel()
	}
	select {
	case <-p.done:
	case <-time.After(listenBound):
		p.t.Fatal("the pass goes on")
	}
	return p.Err
}

// Ended says whether the pass has ended.
func (p *Listening) Ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// Cursor is the one that was saved last.
func (l *Listener) Cursor() string { return last(&l.mu, &l.saved) }

// Health is what a pass told last of how it is doing.
func (l *Listener) Health() scanner.SourceHealth { return last(&l.mu, &l.told) }

// last is the last of a list, the zero value when it is empty.
func last[T any](mu *sync.Mutex, list *[]T) (one T) {
	mu.Lock()
	defer mu.Unlock()
	if n := len(*list); n > 0 {
		one = (*list)[n-1]
	}
	return one
}

// Await waits for a call of the taker.
func (l *Listener) Await(what, uri string) Took {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(l.t.Context(), listenBound)
	defer cancel()
	took, ok := l.Taker.Await(ctx, func(k Took) bool { return k.What == what && k.URI == uri })
	if !ok {
		l.t.Fatalf("%s %s did not come; %+v", what, uri, l.Health())
	}
	return took
}

// Within repeats a check until it holds.
func (l *Listener) Within(what string, holds func() bool) {
	l.t.Helper()
	ticker := time.NewTicker(2 * time.Millisecond)
	defer ticker.Stop()
	for range listenBound / (2 * time.Millisecond) {
		if holds() {
			return
		}
		<-ticker.C
	}
	l.t.Fatalf("not within %s: %s; %+v", listenBound, what, l.Health())
}
