package main

import (
	"context"
	"errors"
	"slices"
	"time"
)

// What a service is made of does not change while it works. When something else is registered than it was made of, the process makes
// another one, on the same store and behind the same doors, just as if it had been started now; that one takes over, and the one before
// comes to its end as on SIGTERM. For a moment both work, as two processes on one store do. Nobody finds the doors shut, and what people
// press is handled by the one that took it.

// The bounds of a change of services.
const (
	lookBound = 5 * time.Second       // for the first look of the next one at its sources: before it nothing is known of them
	lookPause = 20 * time.Millisecond // between questions whether it has looked
	leaseTry  = 2 * time.Second       // between attempts to take a lease over that another service holds
)

// shift is a service at work.
type shift struct {
	*service
	stop  context.CancelCauseFunc
	ended chan error // once: what came of it, and of closing what it had opened
}

// begin lets the parts of the service run until ctx is done, or stop is called. Then, within drainAll, all is ended and closed.
func (s *service) begin(ctx context.Context) *shift {
	ctx, stop := context.WithCancelCause(ctx)
	s.working = time.Now()
	s.mind(s.working)
	now := &shift{s, stop, make(chan error, 1)}
	go func() {
		defer stop(nil)
		err := s.together(ctx, stop, s.parts(), drainAll)
		now.ended <- errors.Join(err, s.closeSoon(closeBound))
	}()
	return now
}

// run does the work of the roles until ctx is done, one service after another, and returns when all is ended and closed. When a part
// fails for good, all are ended. The doors are open already.
func (s *service) run(ctx context.Context) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	s.greet()
	if s.options.ready != nil {
		s.options.ready(s)
	}
	shut := make(chan error, 1)
	go func() {
		err := s.front.serve(ctx)
		stop(err)
		shut <- err
	}()
	now := s.begin(ctx)
	for {
		select {
		case next := <-now.relief:
			var err error
			if now, err = now.handOver(ctx, next); err != nil {
				stop(err)
				return errors.Join(err, <-now.ended, <-shut)
			}
		case err := <-now.ended:
			stop(err)
			return errors.Join(err, <-shut)
		}
	}
}

// handOver lets the next service work, and this one come to its end: first what it was asked at the doors, then the rest. What goes
// wrong at that end is told, and is the error only when something may never end, or when all is to end.
func (s *shift) handOver(ctx context.Context, next *service) (*shift, error) {
	next.follow(s.service)
	now := next.begin(ctx)
	next.firstLook(ctx)
	s.front.hand(next.replies)
	s.replies.empty(drainFront)
	s.stop(context.Canceled)
	err := <-s.ended
	if err != nil && !errors.Is(err, errStuck) && ctx.Err() == nil {
		s.log.Error("the service before did not end in order; the next one works all the same", "error", err)
		err = nil
	}
	s.log.Info("another service works in this process, with what is registered now",
		"organisations", len(next.loaded.Organisations), "sources", len(next.loaded.Sources))
	return now, err
}

// follow takes over from the service before what this process knows, and no store.
func (s *service) follow(before *service) {
	s.front = before.front
	s.console.TakeOver(before.console)
	s.history.follow(before.history)
	s.faults.follow(&before.faults)
	s.minded = before.minded
}

// mind notes since when this process minds each source of this service: those of the service before since then.
func (s *service) mind(now time.Time) {
	before := s.minded
	s.minded = make(map[string]time.Time, len(s.loaded.Sources))
	for _, source := range s.loaded.Sources {
		s.minded[source.Name] = now
		if since, known := before[source.Name]; known {
			s.minded[source.Name] = since
		}
	}
}

// firstLook returns when the service has looked at its sources, or after lookBound.
func (s *service) firstLook(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, lookBound)
	defer cancel()
	ticker := time.NewTicker(lookPause)
	defer ticker.Stop()
	for s.outlook.Ready() != nil {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// relieve makes the service that takes over from this one, as a start does, and hands it on: then this one is told to end. It waits
// until this one has worked for a minute: whatever is registered, there is no more than one change a minute. When none can be made,
// this one goes on, and it is tried again at the next look.
func (s *service) relieve(ctx context.Context) {
	rest := time.NewTimer(max(s.rhythm()-time.Since(s.working), 0))
	defer rest.Stop()
	select {
	case <-ctx.Done():
		return
	case <-rest.C:
	}
	next, err := s.app.assemble(ctx, s.options, s.file, s.log)
	if err == nil && !slices.Equal(next.registered, s.registered) {
		s.log.Info("what is registered has changed: another service takes over", "before", len(s.registered), "now", len(next.registered))
		select {
		case s.relief <- next:
			<-ctx.Done() // this one is told to end
			return
		case <-ctx.Done():
		}
	}
	if err != nil && ctx.Err() == nil {
		s.log.Error("another service cannot take over, though what is registered has changed: this one goes on as it is", "error", err)
	}
	if err := next.closeSoon(closeBound); err != nil {
		s.log.Warn("a service that never worked does not let go of what it opened", "error", err)
	}
}

// attend waits, when the service ends, until what it was asked at the doors is answered.
func (s *service) attend(ctx context.Context) error {
	<-ctx.Done()
	s.replies.empty(drainFront)
	return nil
}
