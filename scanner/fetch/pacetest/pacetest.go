// Package pacetest is the suite that every pacer passes: what scanner/fetch/pace.go promises, on a clock that only waiting moves.
package pacetest

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"meetleaks/scanner/fetch"
)

// Options are what a pacer of the suite is made with. A budget of 0 is the usual one.
type Options struct {
	HostBudget, DomainBudget, TotalBudget int
	Clock                                 *Clock
}

// Clock is a clock that stands until somebody waits. It is safe for concurrent use.
type Clock struct {
	mu sync.Mutex
	at time.Time
}

// NewClock is a clock at an ordinary moment.
func NewClock() *Clock { return &Clock{at: time.Date(2026, 3, 9, 8, 30, 0, 0, time.UTC)} }

// Now is the time that it shows.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// Sleep moves it by d at once.
func (c *Clock) Sleep(ctx context.Context, d time.Duration) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
	return nil
}

// suite is one test's pacer.
type suite struct {
	fetch.Pacer
	t     *testing.T
	clock *Clock
}

// Run runs the suite, each test on a fresh pacer.
func Run(t *testing.T, fresh func(t *testing.T, o Options) fetch.Pacer) {
	small := Options{HostBudget: 3, DomainBudget: 5, TotalBudget: 8}
	for name, test := range map[string]struct {
		o  Options
		do func(*suite)
	}{
		"the gap grows with the time of the answer":              {Options{}, gaps},
		"Crawl-delay is kept":                                    {Options{}, crawlDelay},
		"Retry-After is obeyed":                                  {Options{}, retryAfter},
		"a long Retry-After gives the host up until then":        {Options{}, longRetryAfter},
		"waits double with each trouble":                         {Options{}, doubling},
		"a host is given up after troubles in a row, for longer": {Options{}, givenUp},
		"budgets hold for host, domain and all":                  {small, budgets},
		"hosts of one domain are not asked all at once":          {Options{}, oneDomain},
		"a turn that is not used costs nobody a wait":            {Options{}, unused},
		"one request at a time, in the order of asking":          {Options{}, order},
		"a wait ends with its context and takes nothing with it": {Options{}, contextEnds},
		"a turn given back twice frees nobody else's":            {Options{}, releasedTwice},
	} {
		t.Run(name, func(t *testing.T) {
			test.o.Clock = NewClock()
			test.do(&suite{fresh(t, test.o), t, test.o.Clock})
		})
	}
}

// asked takes a turn, gives it back with the outcome, and says how long it waited for it.
func (s *suite) asked(host string, o fetch.Outcome) time.Duration {
	s.t.Helper()
	start := s.clock.Now()
	release, err := s.Acquire(s.t.Context(), host)
	if err != nil {
		s.t.Fatal(err)
	}
	waited := s.clock.Now().Sub(start)
	release(o)
	return waited
}

// waits asks again and again, each time with the next outcome, and compares the waits.
func (s *suite) waits(host string, steps []step) {
	s.t.Helper()
	for i, step := range steps {
		if waited := s.asked(host, step.outcome); waited != step.want {
			s.t.Errorf("request %d waited %s, want %s", i, waited, step.want)
		}
	}
}

// step is a request: how long it has to wait, and what comes of it.
type step struct {
	want    time.Duration
	outcome fetch.Outcome
}

// refused asks for a turn that must be refused at once, and says until when it is.
func (s *suite) refused(host, reason string, policy bool) (until time.Time) {
	s.t.Helper()
	start := s.clock.Now()
	_, err := s.Acquire(s.t.Context(), host)
	e, ok := errors.AsType[*fetch.PaceError](err)
	if !ok {
		s.t.Fatalf("the error is %v, no PaceError", err)
	}
	if e.Policy() != policy || !strings.Contains(e.Error(), reason) || e.Host != host {
		s.t.Errorf("policy %v: %v; want %v and %q", e.Policy(), e, policy, reason)
	}
	if waited := s.clock.Now().Sub(start); waited != 0 {
		s.t.Errorf("it waited %s", waited)
	}
	return e.Until
}

// later lets time go by.
func (s *suite) later(d time.Duration) {
	s.t.Helper()
	if err := s.clock.Sleep(s.t.Context(), d); err != nil {
		s.t.Fatal(err)
	}
}

func fine(took time.Duration) fetch.Outcome { return fetch.Outcome{Took: took, Status: 200} }

func gaps(s *suite) {
	s.waits("acme.example", []step{
		{0, fine(0)}, {time.Second, fine(50 * time.Millisecond)}, {time.Second, fine(300 * time.Millisecond)},
		{3 * time.Second, fine(2 * time.Second)}, {20 * time.Second, fine(time.Hour)}, {time.Minute, fine(0)}, {time.Second, fine(0)},
	})
	s.waits("globex.example", []step{{0, fine(0)}})
	release, err := s.Acquire(s.t.Context(), "globex.example")
	if err != nil {
		s.t.Fatal(err)
	}
	s.later(30 * time.Second)
	release(fine(time.Millisecond))
	s.waits("globex.example", []step{{time.Second, fine(0)}}) // from the end of the request before
}

func crawlDelay(s *suite) {
	slower, ok := s.Pacer.(fetch.Slower)
	if !ok {
		s.t.Fatal("the pacer does not obey Crawl-delay")
	}
	slower.Slow("acme.example", 7*time.Second)
	s.waits("acme.example", []step{{0, fine(0)}})
	slower.Slow("acme.example", 900*time.Second)
	s.waits("acme.example", []step{{7 * time.Second, fine(0)}})
	slower.Slow("acme.example", 0)
	s.waits("acme.example", []step{{time.Minute, fine(0)}, {time.Second, fine(0)}})
}

func retryAfter(s *suite) {
	for host, status := range map[string]int{"acme.example": 429, "globex.example": 503} {
		s.waits(host, []step{
			{0, fetch.Outcome{Status: status, RetryAfter: 90 * time.Second}},
			{90 * time.Second, fetch.Outcome{Status: status, RetryAfter: time.Millisecond}}, {time.Second, fine(0)},
		})
	}
}

func longRetryAfter(s *suite) {
	const long = 5*time.Minute + time.Second
	s.waits("acme.example", []step{{0, fetch.Outcome{Status: 503, RetryAfter: long}}})
	until := s.refused("acme.example", "acme.example: the site asks us to come back later (503)", false)
	if want := s.clock.Now().Add(long); !until.Equal(want) {
		s.t.Errorf("until %s, want %s", until, want)
	}
	s.waits("globex.example", []step{{0, fine(0)}})
	s.later(long)
	s.waits("acme.example", []step{{0, fetch.Outcome{Status: 429, RetryAfter: 1000 * time.Hour}}})
	s.later(fetch.MaxRetryAfter)
	s.waits("acme.example", []step{{0, fine(0)}})
}

func doubling(s *suite) {
	s.waits("acme.example", []step{
		{0, fetch.Outcome{Status: 503}}, {5 * time.Second, fetch.Outcome{Failed: true}}, {10 * time.Second, fetch.Outcome{Failed: true}},
		{20 * time.Second, fetch.Outcome{Failed: true}}, {40 * time.Second, fetch.Outcome{Status: 404}}, // an answer like any other
		{time.Second, fetch.Outcome{Status: 500}}, {time.Second, fetch.Outcome{Status: 503}}, {5 * time.Second, fine(0)},
	})
}

func givenUp(s *suite) {
	broken := fetch.Outcome{Failed: true}
	for range 5 {
		s.asked("acme.example", broken)
	}
	for rest := time.Hour; rest <= 64*time.Hour; rest *= 2 {
		rest := min(rest, 24*time.Hour)
		s.refused("acme.example", "given up after 5 failures in a row (no answer)", false)
		s.later(rest - time.Millisecond)
		s.refused("acme.example", "given up after 5 failures in a row (no answer)", false)
		s.later(time.Millisecond)
		s.asked("acme.example", broken) // one more try
	}
	s.later(24 * time.Hour)
	s.asked("acme.example", fine(0))
	for range 5 { // all is forgotten
		s.asked("acme.example", broken)
	}
	s.later(time.Hour)
	s.asked("acme.example", fine(0))
}

func budgets(s *suite) {
	begin := s.clock.Now()
	for range 3 {
		s.asked("a.acme.co.uk", fine(0))
	}
	if until := s.refused("a.acme.co.uk", "requests for this host are used up", true); !until.Equal(begin.Add(24 * time.Hour)) {
		s.t.Errorf("until %s", until)
	}
	s.asked("b.acme.co.uk:8443", fine(0))
	s.asked("acme.co.uk", fine(0))
	s.refused("c.acme.co.uk", "requests for the domain acme.co.uk are used up", true)
	s.asked("globex.co.uk", fine(0))
	s.asked("10.1.2.3", fine(0))
	s.asked("10.9.2.3", fine(0))
	s.refused("hooli.example", "all hosts together", true)
	s.later(24 * time.Hour)
	s.asked("a.acme.co.uk", fine(0))
}

func oneDomain(s *suite) {
	s.waits("a.initech.example", []step{{0, fine(0)}})
	s.waits("b.initech.example", []step{{fetch.PaceDomainGap, fine(0)}})
	s.waits("globex.example", []step{{0, fine(0)}})
	s.waits("c.initech.example", []step{{fetch.PaceDomainGap, fine(0)}})
}

func unused(s *suite) {
	for range 10 {
		s.waits("acme.example", []step{{0, fetch.Outcome{}}})
	}
}

// order lets many ask at the same time. The clock runs while they wait, so that only the shortest gap is compared.
func order(s *suite) {
	var mu sync.Mutex
	var ended time.Time
	busy, done := 0, 0
	var callers sync.WaitGroup
	for range 8 {
		callers.Go(func() {
			release, err := s.Acquire(s.t.Context(), "acme.example")
			if err != nil {
				s.t.Error(err)
				return
			}
			mu.Lock()
			if busy++; busy > 1 {
				s.t.Error("two requests at a time")
			}
			if gap := s.clock.Now().Sub(ended); done > 0 && gap < time.Second {
				s.t.Errorf("a gap of %s", gap)
			}
			mu.Unlock()
			mu.Lock()
			busy, done, ended = busy-1, done+1, s.clock.Now()
			mu.Unlock()
			release(fine(0))
		})
	}
	callers.Wait()
	if done != 8 {
		s.t.Errorf("%d of 8 had their turn", done)
	}
}

func contextEnds(s *suite) {
	release, err := s.Acquire(s.t.Context(), "acme.example")
	if err != nil {
		s.t.Fatal(err)
	}
	gone := errors.New("gone home")
	ctx, cancel := context.WithCancelCause(s.t.Context())
	errs := make(chan error, 3)
	for range 3 {
		go func() {
			_, err := s.Acquire(ctx, "acme.example")
			errs <- err
		}()
	}
	cancel(gone)
	for range 3 {
		if err := <-errs; !errors.Is(err, gone) {
			s.t.Error(err)
		}
	}
	if _, err := s.Acquire(ctx, "globex.example"); !errors.Is(err, gone) {
		s.t.Error(err)
	}
	release(fine(0))
	s.waits("acme.example", []step{{time.Second, fine(0)}})
}

func releasedTwice(s *suite) {
	first, err := s.Acquire(s.t.Context(), "acme.example")
	if err != nil {
		s.t.Fatal(err)
	}
	first(fetch.Outcome{})
	second, err := s.Acquire(s.t.Context(), "acme.example")
	if err != nil {
		s.t.Fatal(err)
	}
	first(fetch.Outcome{Failed: true})
	ctx, cancel := context.WithCancel(s.t.Context())
	got := make(chan error, 1)
	go func() {
		_, err := s.Acquire(ctx, "acme.example")
		got <- err
	}()
	cancel()
	if err := <-got; !errors.Is(err, context.Canceled) {
		s.t.Errorf("a third has the turn: %v", err)
	}
	second(fetch.Outcome{})
	s.waits("acme.example", []step{{0, fine(0)}})
}
