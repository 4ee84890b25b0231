package fetch

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

var (
	_ Pacer  = (*localPacer)(nil)
	_ Slower = (*localPacer)(nil)
)

// inPaceBubble runs a test on a controlled clock.
func inPaceBubble(t *testing.T, o paceOptions, test func(t *testing.T, p *localPacer)) {
	synctest.Test(t, func(t *testing.T) { test(t, newPacer(o)) })
}

// waited takes a turn, gives it back with the outcome, and says how long it waited for it.
func waited(t *testing.T, p *localPacer, host string, o Outcome) time.Duration {
	t.Helper()
	start := time.Now()
	release, err := p.Acquire(t.Context(), host)
	if err != nil {
		t.Fatal(err)
	}
	took := time.Since(start)
	release(o)
	return took
}

func wantPaceError(t *testing.T, err error, reason string, policy bool) *PaceError {
	t.Helper()
	e, ok := errors.AsType[*PaceError](err)
	if !ok {
		t.Fatalf("the error is %v, no PaceError", err)
	}
	if e.Policy() != policy || !strings.Contains(e.Error(), reason) {
		t.Errorf("policy %v: %v; want %v and %q", e.Policy(), e, policy, reason)
	}
	return e
}

func fine(took time.Duration) Outcome { return Outcome{Took: took, Status: 200} }

func TestTheGapGrowsWithTheAnswersTime(t *testing.T) {
	inPaceBubble(t, paceOptions{}, func(t *testing.T, p *localPacer) {
		for i, step := range []struct {
			took, wait time.Duration // of this request, before it
		}{
			{0, 0}, {50 * time.Millisecond, time.Second}, {300 * time.Millisecond, time.Second}, {2 * time.Second, 3 * time.Second},
			{time.Hour, 20 * time.Second}, {0, time.Minute}, {0, time.Second},
		} {
			if wait := waited(t, p, "acme.example", fine(step.took)); wait != step.wait {
				t.Errorf("request %d waited %s, want %s", i, wait, step.wait)
			}
		}
		if wait := waited(t, p, "globex.example", fine(0)); wait != 0 {
			t.Errorf("another host waited %s", wait)
		}
	})
}

func TestTheGapCountsFromTheEndOfTheRequestBefore(t *testing.T) {
	inPaceBubble(t, paceOptions{}, func(t *testing.T, p *localPacer) {
		release, err := p.Acquire(t.Context(), "acme.example")
		if err != nil {
			t.Fatal(err)
		}
		later(30 * time.Second)
		release(fine(time.Millisecond))
		if wait := waited(t, p, "acme.example", fine(0)); wait != time.Second {
			t.Errorf("waited %s", wait)
		}
	})
}

func TestCrawlDelayIsKept(t *testing.T) {
	inPaceBubble(t, paceOptions{}, func(t *testing.T, p *localPacer) {
		p.Slow("acme.example", 7*time.Second)
		waited(t, p, "acme.example", fine(0))
		p.Slow("acme.example", 900*time.Second)
		if wait := waited(t, p, "acme.example", fine(0)); wait != 7*time.Second {
			t.Errorf("waited %s", wait)
		}
		p.Slow("acme.example", 0)
		if wait := waited(t, p, "acme.example", fine(0)); wait != maxGap {
			t.Errorf("waited %s", wait)
		}
		if wait := waited(t, p, "acme.example", fine(0)); wait != time.Second {
			t.Errorf("waited %s", wait)
		}
	})
}

func TestOneRequestAtATimeInTheOrderOfAsking(t *testing.T) {
	inPaceBubble(t, paceOptions{}, func(t *testing.T, p *localPacer) {
		var mu sync.Mutex
		var order []int
		busy := 0
		var callers sync.WaitGroup
		for i := range 20 {
			callers.Go(func() {
				release, err := p.Acquire(t.Context(), "acme.example")
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				order = append(order, i)
				busy++
				if busy > 1 {
					t.Error("two requests at a time")
				}
				mu.Unlock()
				later(100 * time.Millisecond)
				mu.Lock()
				busy--
				mu.Unlock()
				release(fine(0))
				release(fine(0)) // must not give a turn that is another's
			})
			synctest.Wait() // the caller stands in the queue
		}
		start := time.Now()
		callers.Wait()
		for i, n := range order {
			if n != i {
				t.Fatalf("the order is %v", order)
			}
		}
		if took, want := time.Since(start), 19*time.Second+20*100*time.Millisecond; took != want {
			t.Errorf("20 requests took %s, want %s", took, want)
		}
	})
}

func TestFreePaceHasNoGapsAndSeveralTurns(t *testing.T) {
	inPaceBubble(t, paceOptions{Free: true}, func(t *testing.T, p *localPacer) {
		start := time.Now()
		var releases []func(Outcome)
		for range freeTurns {
			release, err := p.Acquire(t.Context(), "127.0.0.1:8088")
			if err != nil {
				t.Fatal(err)
			}
			releases = append(releases, release)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := p.Acquire(ctx, "127.0.0.1:8088"); !errors.Is(err, context.DeadlineExceeded) {
			t.Error("more turns than there are:", err)
		}
		for _, release := range releases {
			release(fine(time.Second))
		}
		for range 200_000 {
			waited(t, p, "127.0.0.1:8088", fine(time.Second))
		}
		if took := time.Since(start); took != time.Second {
			t.Errorf("waited %s", took-time.Second)
		}
		release, err := p.Acquire(t.Context(), "127.0.0.1:8088")
		if err != nil {
			t.Fatal(err)
		}
		release(Outcome{Status: 503, RetryAfter: 4 * time.Second})
		if wait := waited(t, p, "127.0.0.1:8088", fine(0)); wait != 4*time.Second {
			t.Errorf("what the server asked for was not kept: %s", wait)
		}
	})
}

func TestRetryAfterIsObeyed(t *testing.T) {
	for _, status := range []int{429, 503} {
		inPaceBubble(t, paceOptions{}, func(t *testing.T, p *localPacer) {
			waited(t, p, "acme.example", Outcome{Status: status, RetryAfter: 90 * time.Second})
			if wait := waited(t, p, "acme.example", fine(0)); wait != 90*time.Second {
				t.Errorf("%d: waited %s", status, wait)
			}
			if wait := waited(t, p, "acme.example", Outcome{Status: status, RetryAfter: time.Millisecond}); wait != time.Second {
				t.Errorf("%d: waited %s", status, wait)
			}
			if wait := waited(t, p, "acme.example", fine(0)); wait != time.Second {
				t.Errorf("%d: a Retry-After shorter than the gap shortened it: %s", status, wait)
			}
		})
	}
}

func TestALongRetryAfterGivesTheHostUpUntilThen(t *testing.T) {
	inPaceBubble(t, paceOptions{}, func(t *testing.T, p *localPacer) {
		waited(t, p, "acme.example", Outcome{Status: 503, RetryAfter: maxBackoff + time.Second})
		start := time.Now()
		_, err := p.Acquire(t.Context(), "acme.example")
		e := wantPaceError(t, err, "acme.example: the site asks us to come back later (503)", false)
		if time.Since(start) != 0 || !e.Until.Equal(start.Add(maxBackoff+time.Second)) {
			t.Errorf("waited %s, until %s", time.Since(start), e.Until)
		}
		if wait := waited(t, p, "globex.example", fine(0)); wait != 0 {
			t.Errorf("another host waited %s", wait)
		}
		later(maxBackoff + time.Second)
		waited(t, p, "acme.example", Outcome{Status: 429, RetryAfter: 1000 * time.Hour})
		later(MaxRetryAfter)
		waited(t, p, "acme.example", fine(0))
	})
}

func TestWaitsDoubleWithEachTrouble(t *testing.T) {
	inPaceBubble(t, paceOptions{}, func(t *testing.T, p *localPacer) {
		waited(t, p, "acme.example", Outcome{Status: 503})
		for i, want := range []time.Duration{5 * time.Second, 10 * time.Second, 20 * time.Second} {
			if wait := waited(t, p, "acme.example", Outcome{Failed: true}); wait != want {
				t.Errorf("after trouble %d waited %s, want %s", i, wait, want)
			}
		}
		waited(t, p, "acme.example", Outcome{Status: 404}) // an answer like any other
		if wait := waited(t, p, "acme.example", Outcome{Status: 500}); wait != time.Second {
			t.Errorf("after an answer waited %s", wait)
		}
		waited(t, p, "acme.example", Outcome{Status: 503})
		if wait := waited(t, p, "acme.example", fine(0)); wait != 5*time.Second {
			t.Errorf("the count began anew with %s", wait)
		}
	})
}

func TestAHostIsGivenUpAfterTroublesInARow(t *testing.T) {
	for _, c := range []struct {
		outcome Outcome
		reason  string
	}{
		{Outcome{Failed: true}, "given up after 5 failures in a row (no answer)"},
		{Outcome{Status: 200, Failed: true}, "(broken answers)"},
		{Outcome{Status: 503}, "(status 503)"},
		{Outcome{Status: 429}, "(status 429)"},
	} {
		inPaceBubble(t, paceOptions{}, func(t *testing.T, p *localPacer) {
			for range maxTroubles {
				waited(t, p, "acme.example", c.outcome)
			}
			for rest := firstGiveUp; rest <= 64*time.Hour; rest *= 2 {
				rest := min(rest, maxGiveUp)
				_, err := p.Acquire(t.Context(), "acme.example")
				wantPaceError(t, err, c.reason, false)
				later(rest - time.Nanosecond)
				_, err = p.Acquire(t.Context(), "acme.example")
				wantPaceError(t, err, c.reason, false)
				later(time.Nanosecond)
				waited(t, p, "acme.example", c.outcome) // one more try
			}
			later(maxGiveUp)
			waited(t, p, "acme.example", fine(0))
			for range maxTroubles { // all is forgotten
				waited(t, p, "acme.example", c.outcome)
			}
			later(firstGiveUp)
			waited(t, p, "acme.example", fine(0))
		})
	}
}

func TestAllWhoWaitAreSentAwayWhenAHostIsGivenUp(t *testing.T) {
	inPaceBubble(t, paceOptions{}, func(t *testing.T, p *localPacer) {
		release, err := p.Acquire(t.Context(), "acme.example")
		if err != nil {
			t.Fatal(err)
		}
		errs := make(chan error, 10)
		for range 10 {
			go func() {
				_, err := p.Acquire(t.Context(), "acme.example")
				errs <- err
			}()
		}
		synctest.Wait()
		release(Outcome{Status: 429, RetryAfter: time.Hour})
		synctest.Wait()
		if len(errs) != 10 {
			t.Fatalf("%d of 10 were told", len(errs))
		}
		for range 10 {
			wantPaceError(t, <-errs, "come back later (429)", false)
		}
		later(time.Hour)
		waited(t, p, "acme.example", fine(0))
	})
}

func TestBudgetsHoldForHostDomainAndAll(t *testing.T) {
	inPaceBubble(t, paceOptions{HostBudget: 3, DomainBudget: 5, TotalBudget: 8}, func(t *testing.T, p *localPacer) {
		refused := func(host, reason string) *PaceError {
			t.Helper()
			start := time.Now()
			_, err := p.Acquire(t.Context(), host)
			if time.Since(start) != 0 {
				t.Error("waited before refusing")
			}
			return wantPaceError(t, err, reason, true)
		}
		begin := time.Now()
		for range 3 {
			waited(t, p, "a.acme.co.uk", fine(0))
		}
		e := refused("a.acme.co.uk", "requests for this host are used up")
		if !e.Until.Equal(begin.Add(PaceWindow)) {
			t.Errorf("until %s", e.Until)
		}
		waited(t, p, "b.acme.co.uk:8443", fine(0))
		waited(t, p, "acme.co.uk", fine(0))
		refused("c.acme.co.uk", "requests for the domain acme.co.uk are used up")
		waited(t, p, "globex.co.uk", fine(0))
		waited(t, p, "10.1.2.3", fine(0))
		waited(t, p, "10.9.2.3", fine(0))
		refused("hooli.example", "all hosts together")
		later(PaceWindow)
		waited(t, p, "a.acme.co.uk", fine(0))
	})
}

// Whoever owns a domain can give all names under it the address of somebody else's machine.
func TestHostsOfOneDomainAreNotAskedAllAtOnce(t *testing.T) {
	inPaceBubble(t, paceOptions{}, func(t *testing.T, p *localPacer) {
		start := time.Now()
		var asking sync.WaitGroup
		for i := range 9 {
			asking.Go(func() { waited(t, p, fmt.Sprintf("n%d.initech.example", i), fine(0)) })
		}
		asking.Wait()
		if took := time.Since(start); took != 8*PaceDomainGap {
			t.Errorf("nine hosts of one domain were asked within %s", took)
		}
		if wait := waited(t, p, "globex.example", fine(0)); wait != 0 {
			t.Errorf("another domain waited %s", wait)
		}
	})
}

func TestAnUnusedTurnCostsNoWaitAndTroublesNobody(t *testing.T) {
	inPaceBubble(t, paceOptions{}, func(t *testing.T, p *localPacer) {
		for range 2 * maxTroubles {
			if wait := waited(t, p, "acme.example", Outcome{}); wait != 0 {
				t.Errorf("waited %s", wait)
			}
		}
	})
}

func TestAllWaitsEndWithTheirContext(t *testing.T) {
	inPaceBubble(t, paceOptions{HostBudget: 2}, func(t *testing.T, p *localPacer) {
		waited(t, p, "acme.example", Outcome{Status: 503, RetryAfter: time.Minute})
		gone := errors.New("gone home")
		ctx, cancel := context.WithCancelCause(t.Context())
		errs := make(chan error, 3)
		for range 3 { // the first waits out the gap, the others stand in the queue
			go func() {
				_, err := p.Acquire(ctx, "acme.example")
				errs <- err
			}()
		}
		synctest.Wait()
		start := time.Now()
		cancel(gone)
		for range 3 {
			if err := <-errs; !errors.Is(err, gone) {
				t.Error(err)
			}
		}
		if time.Since(start) != 0 {
			t.Errorf("it took %s", time.Since(start))
		}
		if _, err := p.Acquire(ctx, "globex.example"); !errors.Is(err, gone) {
			t.Error(err)
		}
		// They have used up neither turn nor budget.
		if wait := waited(t, p, "acme.example", fine(0)); wait != time.Minute {
			t.Errorf("waited %s", wait)
		}
	})
}

func TestATurnGivenToOneWhoLeavesGoesToTheNext(t *testing.T) {
	inPaceBubble(t, paceOptions{}, func(t *testing.T, p *localPacer) {
		for range 200 { // the two events race; whichever comes first, no turn may be lost
			release, err := p.Acquire(t.Context(), "acme.example")
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan struct{})
			go func() {
				defer close(done)
				if release, err := p.Acquire(ctx, "acme.example"); err == nil {
					release(Outcome{})
				}
			}()
			synctest.Wait()
			go cancel()
			release(Outcome{})
			<-done
			waited(t, p, "acme.example", Outcome{})
		}
		if h := p.hosts["acme.example"]; h.busy != 0 || h.queue.Len() != 0 {
			t.Errorf("%d turns are taken, %d wait", h.busy, h.queue.Len())
		}
	})
}

func TestTheQueueOfAHostIsBounded(t *testing.T) {
	inPaceBubble(t, paceOptions{}, func(t *testing.T, p *localPacer) {
		ctx, cancel := context.WithCancel(t.Context())
		var callers sync.WaitGroup
		for range PaceWaiters + 1 {
			callers.Go(func() {
				if _, err := p.Acquire(ctx, "acme.example"); err == nil {
					<-ctx.Done()
				}
			})
		}
		synctest.Wait()
		_, err := p.Acquire(t.Context(), "acme.example")
		wantPaceError(t, err, "too many requests wait for this host", true)
		cancel()
		callers.Wait()
	})
}

func TestRememberedHostsAreBounded(t *testing.T) {
	inPaceBubble(t, paceOptions{TotalBudget: -1, DomainBudget: -1}, func(t *testing.T, p *localPacer) {
		waited(t, p, "closed.example", Outcome{Status: 429, RetryAfter: 20 * time.Hour})
		release, err := p.Acquire(t.Context(), "busy.example")
		if err != nil {
			t.Fatal(err)
		}
		for i := range PaceHosts - 2 {
			waited(t, p, fmt.Sprintf("h%d.d%d.example", i, i/4), fine(0))
		}
		later(time.Minute)
		for i := range PaceHosts - 2 {
			waited(t, p, fmt.Sprintf("h%d.hooli.example", i), fine(0))
		}
		if len(p.hosts) != PaceHosts || p.used.Len() != PaceHosts || len(p.domains) != 3 {
			t.Errorf("%d hosts, %d in order, %d domains", len(p.hosts), p.used.Len(), len(p.domains))
		}
		_, err = p.Acquire(t.Context(), "closed.example")
		wantPaceError(t, err, "come back later", false) // hosts at rest are forgotten first
		waited(t, p, "vandelay.example", fine(0))       // all must be left in peace for now: the oldest gives way
		if len(p.hosts) != PaceHosts || p.hosts["busy.example"] == nil {
			t.Error("a host with a request under way was forgotten")
		}
		release(fine(0))
	})
}

func TestTheHostNotAskedForLongestIsForgottenFirst(t *testing.T) {
	inPaceBubble(t, paceOptions{}, func(t *testing.T, p *localPacer) {
		for i := range PaceHosts {
			waited(t, p, fmt.Sprintf("h%d.example", i), Outcome{})
		}
		waited(t, p, "h0.example", Outcome{})
		waited(t, p, "acme.example", Outcome{})
		if p.hosts["h0.example"] == nil || p.hosts["h1.example"] != nil {
			t.Error("the order is not that of asking")
		}
	})
}

func TestHostsInUseAreNeverForgotten(t *testing.T) {
	inPaceBubble(t, paceOptions{}, func(t *testing.T, p *localPacer) {
		var releases []func(Outcome)
		for i := range PaceHosts {
			release, err := p.Acquire(t.Context(), fmt.Sprintf("h%d.example", i))
			if err != nil {
				t.Fatal(err)
			}
			releases = append(releases, release)
		}
		_, err := p.Acquire(t.Context(), "acme.example")
		wantPaceError(t, err, "too many hosts are being asked", true)
		p.Slow("acme.example", time.Second)
		if len(p.hosts) != PaceHosts {
			t.Errorf("%d hosts", len(p.hosts))
		}
		releases[7](fine(0))
		waited(t, p, "acme.example", fine(0))
	})
}

func TestTheClockAndTheWaitingCanBeGiven(t *testing.T) {
	now := time.Unix(1_795_253_400, 0)
	p := newPacer(paceOptions{
		Now:   func() time.Time { return now },
		Sleep: func(_ context.Context, d time.Duration) error { now = now.Add(d); return nil },
	})
	before := runtime.NumGoroutine()
	for range 50 {
		release, err := p.Acquire(t.Context(), "acme.example")
		if err != nil {
			t.Fatal(err)
		}
		release(fine(0))
	}
	if got := now.Unix() - 1_795_253_400; got != 49 {
		t.Errorf("%d seconds went by", got)
	}
	if runtime.NumGoroutine() > before {
		t.Error("goroutines are left")
	}
}

func TestTheRegistrableDomainIsFound(t *testing.T) {
	for host, want := range map[string]string{
		"acme.example": "acme.example", "a.b.acme.example": "acme.example", "a.acme.co.uk": "acme.co.uk", "a.acme.co.uk.:443": "acme.co.uk",
		"co.uk": "co.uk", "localhost": "localhost", "127.0.0.1:80": "127.0.0.1", "[::1]:80": "::1", "10.1.2.3": "10.1.2.3",
		"acme.github.io": "acme.github.io", "": "", "...": "..",
	} {
		if got := Registrable(host); got != want {
			t.Errorf("%q: %q, want %q", host, got, want)
		}
	}
}
