package scanner

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"meetleaks/matchers"
)

// Work runs passes, at most Workers at a time, until ctx is done. Then it takes no more, ends streams, waits for the other passes
// up to Drain, ends those too, and returns: nil, or ErrNotDrained when one does not end, or the error of the queue. Passes that
// were ended so are due still: another process goes on from the cursor that they saved.
func (s *Scheduler) Work(ctx context.Context) error {
	passes, end := context.WithCancelCause(context.WithoutCancel(ctx))
	defer end(errStopped)
	done := make(chan error, 1)
	go func() {
		done <- s.plan.Queue.Run(ctx, s.plan.Workers, func(_ context.Context, h Hint) error { return s.handle(passes, ctx, h) })
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	for _, bound := range []time.Duration{s.plan.Drain, drainGrace} {
		select {
		case err := <-done:
			return err
		case <-time.After(bound):
			end(errStopped)
		}
	}
	return fmt.Errorf("work: %w", ErrNotDrained)
}

// handle makes the pass that a hint is about, unless there is nothing to do. passes bounds it; stopping says that the process
// is about to stop.
func (s *Scheduler) handle(passes, stopping context.Context, h Hint) error {
	w, found := s.watches[h.Source]
	if !found {
		return fmt.Errorf("hint: no such source here: %w", ErrBadValue)
	}
	lease, err := s.plan.Store.Acquire(passes, LeaseOfSource(w.Source), s.plan.Holder, w.leaseFor())
	if errors.Is(err, ErrHeld) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("hint: %w", err)
	}
	p := &passing{Scheduler: s, watch: w, lease: lease, good: time.Now()}
	defer p.release(passes)
	due, err := p.begin(passes)
	if err != nil || !due {
		return err
	}
	return p.run(passes, stopping)
}

// passing is a pass in the making: it owns the lease.
type passing struct {
	*Scheduler
	watch Watch

	mu    sync.Mutex // held while the store is written
	lease Lease
	good  time.Time // when the last successful call for the lease began
	state watched
	due   time.Time

	telling sync.Mutex    // guards told, so that telling does not wait for the store
	told    *SourceHealth // since it was taken over; nil: nothing new
	before  SourceHealth  // what of this pass was taken over
}

// tell is Pass.Tell.
func (p *passing) tell(h SourceHealth) {
	p.telling.Lock()
	p.told = &h
	p.telling.Unlock()
}

// listen takes over what was told. The caller holds mu.
func (p *passing) listen() {
	p.telling.Lock()
	told := p.told
	p.told = nil
	p.telling.Unlock()
	if told != nil {
		p.state = p.watch.heard(p.state, *told, p.before, time.Now())
		p.before = p.state.Health
	}
}

// begin reads the state and says whether the watch is due; if so, it moves Next on.
func (p *passing) begin(ctx context.Context) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, p.watch.leaseFor()/2)
	defer cancel()
	cursors, err := p.plan.Store.Cursors(ctx, []string{p.lease.Name})
	if err != nil {
		return false, fmt.Errorf("begin a pass: %w", err)
	}
	now := time.Now()
	p.state, p.due = p.read(p.watch, cursors[p.lease.Name], now)
	if p.due.After(now) {
		return false, nil
	}
	p.state.Running = now
	if p.state.Began.IsZero() {
		p.state.Began = now
	}
	if err := p.save(ctx, p.afterLease()); err != nil {
		return false, fmt.Errorf("begin a pass: %w", err)
	}
	return true, nil
}

// afterLease is when the watch is due if this process dies now.
func (p *passing) afterLease() time.Time { return time.Now().Add(p.watch.leaseFor()) }

// save writes the state. The caller holds mu, or nobody else knows of p yet.
func (p *passing) save(ctx context.Context, next time.Time) error {
	p.listen()
	value, err := p.state.encode()
	if err != nil {
		return err
	}
	return p.plan.Store.SaveCursor(ctx, p.lease, Cursor{Value: value, Next: next})
}

// run reads, and records what came of it.
func (p *passing) run(passes, stopping context.Context) error {
	reading, end := context.WithCancelCause(passes)
	defer end(errOver)
	if p.watch.Kind == Stream {
		defer context.AfterFunc(stopping, func() { end(errStopped) })()
	}
	deadline := time.Now().Add(p.watch.Limit)
	reading, cancel := context.WithDeadline(reading, deadline)
	defer cancel()

	pass := Pass{
		Source: p.watch.Source, Kind: p.watch.Kind, Due: p.due, Deadline: deadline, Fence: p.lease.Fence,
		Cursor: p.state.Cursor, Save: p.saveCursor, Tell: p.tell,
	}
	var keeper sync.WaitGroup
	over := make(chan struct{})
	keeper.Go(func() { p.keep(reading, over, end) })
	got, err := p.readOnce(reading, pass)
	close(over)
	keeper.Wait()
	return p.record(passes, reading, got, err)
}

// readOnce calls the reader.
func (p *passing) readOnce(ctx context.Context, pass Pass) (got Outcome, err error) {
	err = contained(func() error {
		var failed error
		got, failed = p.watch.Read(ctx, pass)
		return failed
	})
	return got, err
}

// saveCursor is Pass.Save.
func (p *passing) saveCursor(ctx context.Context, cursor string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.listen()
	before := p.state
	p.state = p.watch.progress(p.state, cursor, time.Now())
	if err := p.save(ctx, p.afterLease()); err != nil {
		p.state = before
		return fmt.Errorf("save a cursor: %w", err)
	}
	return nil
}

// keep prolongs the lease and moves Next on, three times in its life, until over. When it is lost, or may be, it ends the pass.
func (p *passing) keep(ctx context.Context, over <-chan struct{}, end context.CancelCauseFunc) {
	ttl := p.watch.leaseFor()
	ticker := time.NewTicker(ttl / 3)
	defer ticker.Stop()
	for {
		select {
		case <-over:
			return
		case <-ticker.C:
		}
		err := p.prolong(context.WithoutCancel(ctx), ttl)
		if errors.Is(err, ErrLost) || err != nil && time.Since(p.good) >= ttl*2/3-ttl/12 {
			end(ErrLost)
			return
		}
	}
}

func (p *passing) prolong(ctx context.Context, ttl time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, ttl/5)
	defer cancel()
	p.mu.Lock()
	defer p.mu.Unlock()
	began := time.Now()
	lease, err := p.plan.Store.Renew(ctx, p.lease, ttl)
	if err != nil {
		return err
	}
	p.lease, p.good = lease, began
	return p.save(ctx, p.afterLease())
}

// record writes what came of the pass. One that was ended by a stop stays due; one that lost its lease writes nothing.
func (p *passing) record(ctx, reading context.Context, got Outcome, err error) error {
	cause := context.Cause(reading)
	if errors.Is(cause, ErrLost) || errors.Is(err, ErrLost) {
		return fmt.Errorf("pass: %w", ErrLost)
	}
	if err == nil && errors.Is(cause, context.DeadlineExceeded) && p.watch.Kind == Poll {
		err = cause
	}
	if p.watch.Kind == Stream && errors.Is(cause, context.DeadlineExceeded) {
		err = nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	next := p.due
	if errors.Is(cause, errStopped) && (err != nil || p.watch.Kind == Stream) {
		p.state.Running = time.Time{}
	} else {
		p.log(err)
		p.state, next = p.watch.after(p.state, got, err, time.Now())
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), p.watch.leaseFor()/3)
	defer cancel()
	if err := p.save(ctx, next); err != nil {
		return fmt.Errorf("record a pass: %w", err)
	}
	return nil
}

func (p *passing) log(err error) {
	if err == nil {
		p.plan.Log.Debug("a pass ended", "source", p.watch.Source)
		return
	}
	p.plan.Log.Warn("a pass failed", "source", p.watch.Source, "error", matchers.Mask(err.Error()))
}

func (p *passing) release(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), p.watch.leaseFor()/3)
	defer cancel()
	if err := p.plan.Store.Release(ctx, p.lease); err != nil {
		p.plan.Log.Debug("a lease ends by itself", "source", p.watch.Source, "error", err)
	}
}
