package redisstore_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"meetleaks/scanner"
	"meetleaks/scanner/fetch"
	"meetleaks/scanner/fetch/pacetest"
	"meetleaks/scanner/store/redisstore"
	"meetleaks/scanner/store/redistest"
)

func TestPacerSingle(t *testing.T)   { runPacers(t, alone(t)) }
func TestPacerCluster(t *testing.T)  { runPacers(t, clustered(t)) }
func TestPacerSentinel(t *testing.T) { runPacers(t, watched(t)) }

func runPacers(t *testing.T, d deployment) {
	n := 0
	met := map[string]int{}
	pacetest.Run(t, func(t *testing.T, o pacetest.Options) fetch.Pacer {
		n++
		t.Cleanup(func() { everyKeyIsInTheTable(t, d, met) })
		return paced(t, d.url, fmt.Sprintf("pace-%d", n), o.Clock, redisstore.PacerOptions{
			HostBudget: o.HostBudget, DomainBudget: o.DomainBudget, TotalBudget: o.TotalBudget,
		})
	})
	for _, kind := range keyKinds(t) {
		if kind.name[0] == 'p' && kind.name[1] != 'w' && kind.name[1] != 'l' && met[kind.name] == 0 { // nobody waits at the end
			t.Errorf("the suite left no key %s", kind.name)
		}
	}
}

// paced is the pacer of a process of its own.
func paced(t testing.TB, url, prefix string, clock *pacetest.Clock, o redisstore.PacerOptions) *redisstore.Pacer {
	t.Helper()
	address, err := redisstore.ParseAddress(url)
	if err != nil {
		t.Fatal(err)
	}
	s, err := redisstore.Open(t.Context(), redisstore.Options{Address: address, Prefix: prefix, Now: clock.Now, Timeout: impatient})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	o.Sleep = clock.Sleep
	return s.Pacer(o)
}

func take(t testing.TB, p *redisstore.Pacer, host string) func(fetch.Outcome) {
	t.Helper()
	release, err := p.Acquire(t.Context(), host)
	if err != nil {
		t.Fatal(err)
	}
	return release
}

// wait says how long a turn is waited for, which is given back unused.
func wait(t testing.TB, p *redisstore.Pacer, clock *pacetest.Clock, host string) time.Duration {
	t.Helper()
	start := clock.Now()
	release := take(t, p, host)
	waited := clock.Now().Sub(start)
	release(fetch.Outcome{})
	return waited
}

func TestManyProcessesAskAHostNoFasterThanOne(t *testing.T) {
	server, clock := redistest.Start(t), pacetest.NewClock()
	var mu sync.Mutex
	var ended time.Time
	busy, total, turns := 0, 0, [3]int{}
	var callers sync.WaitGroup
	for i := range turns {
		p := paced(t, server.URL(), "", clock, redisstore.PacerOptions{})
		for range 2 {
			callers.Go(func() {
				for range 5 {
					release, err := p.Acquire(t.Context(), "acme.example")
					if err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					if busy++; busy > 1 {
						t.Error("two requests at a time")
					}
					if gap := clock.Now().Sub(ended); total > 0 && gap < time.Second {
						t.Errorf("a gap of %s", gap)
					}
					turns[i]++
					if total++; total == 15 && min(turns[0], turns[1], turns[2]) < 2 {
						t.Errorf("processes do not take turns: %v", turns)
					}
					busy, ended = busy-1, clock.Now()
					mu.Unlock()
					release(fetch.Outcome{Status: 200})
				}
			})
		}
	}
	callers.Wait()
	if total != 30 {
		t.Errorf("%d of 30 had their turn", total)
	}
}

func TestProcessesLearnFromEachOther(t *testing.T) {
	server, clock := redistest.Start(t), pacetest.NewClock()
	o := redisstore.PacerOptions{TotalBudget: 4}
	one, two := paced(t, server.URL(), "", clock, o), paced(t, server.URL(), "", clock, o)
	one.Slow("acme.example", 30*time.Second)
	take(t, one, "acme.example")(fetch.Outcome{Status: 200})
	if waited := wait(t, two, clock, "acme.example"); waited != 30*time.Second {
		t.Errorf("waited %s", waited)
	}
	take(t, two, "acme.example")(fetch.Outcome{Status: 200}) // it has not read robots.txt, and keeps the gap all the same
	start := clock.Now()
	release := take(t, one, "acme.example")
	if waited := clock.Now().Sub(start); waited != 30*time.Second {
		t.Errorf("waited %s", waited)
	}
	release(fetch.Outcome{Status: 429, RetryAfter: time.Hour})
	e, ok := errors.AsType[*fetch.PaceError](func() error { _, err := two.Acquire(t.Context(), "acme.example"); return err }())
	if !ok || e.Policy() || !strings.Contains(e.Reason, "come back later (429)") || !e.Until.Equal(clock.Now().Add(time.Hour)) {
		t.Errorf("%+v", e)
	}
	e, ok = errors.AsType[*fetch.PaceError](func() error { _, err := two.Acquire(t.Context(), "globex.example"); return err }())
	if !ok || !e.Policy() || e.Reason != fetch.PaceTotalSpent {
		t.Errorf("%+v", e)
	}
}

func TestAProcessThatDiedBlocksAHostForLessThanAMinute(t *testing.T) {
	server, clock := redistest.Start(t), pacetest.NewClock()
	dead, alive := paced(t, server.URL(), "", clock, redisstore.PacerOptions{}), paced(t, server.URL(), "", clock, redisstore.PacerOptions{})
	late := take(t, dead, "acme.example")
	start := clock.Now()
	release := take(t, alive, "acme.example")
	if waited := clock.Now().Sub(start); waited < 40*time.Second || waited > 50*time.Second {
		t.Errorf("waited %s", waited)
	}
	// It was only slow: what it learned holds, but the turn is the other's.
	late(fetch.Outcome{Status: 429, RetryAfter: 10 * time.Second})
	release(fetch.Outcome{})
	if waited := wait(t, alive, clock, "acme.example"); waited != 10*time.Second {
		t.Errorf("waited %s", waited)
	}
}

func TestWithoutRedisNothingIsRequestedAndNothingForgotten(t *testing.T) {
	server, clock := redistest.Start(t), pacetest.NewClock()
	p := paced(t, server.URL(), "", clock, redisstore.PacerOptions{})
	release := take(t, p, "acme.example")
	server.Pause()
	release(fetch.Outcome{Status: 429, RetryAfter: 90 * time.Second})
	for _, host := range []string{"acme.example", "globex.example"} {
		_, err := p.Acquire(t.Context(), host)
		e, ok := errors.AsType[*fetch.PaceError](err)
		if !ok || e.Policy() || !errors.Is(err, scanner.ErrUnavailable) || !strings.Contains(err.Error(), "does not answer") {
			t.Errorf("%s: %v", host, err)
		}
	}
	server.Resume()
	start, waited := clock.Now(), time.Duration(0)
	eventually(t.Context(), t, "a turn after the outage", func() bool {
		start = clock.Now()
		release, err := p.Acquire(t.Context(), "acme.example")
		if err == nil {
			waited = clock.Now().Sub(start)
			release(fetch.Outcome{})
		}
		return err == nil
	})
	if waited != 90*time.Second {
		t.Errorf("what the site asked for was forgotten: waited %s", waited)
	}
	server.Flush()
	if waited := wait(t, p, clock, "acme.example"); waited != 0 {
		t.Errorf("after a flush waited %s", waited)
	}
}

func TestAFullServerGivesNoTurnsButTakesThemBack(t *testing.T) {
	server, clock := redistest.Start(t), pacetest.NewClock()
	p := paced(t, server.URL(), "", clock, redisstore.PacerOptions{})
	release := take(t, p, "acme.example")
	server.LimitMemory(1)
	if _, err := p.Acquire(t.Context(), "globex.example"); !errors.Is(err, scanner.ErrUnavailable) {
		t.Error(err)
	}
	release(fetch.Outcome{Status: 200})
	server.LimitMemory(0)
	if waited := wait(t, p, clock, "acme.example"); waited != time.Second {
		t.Errorf("waited %s", waited)
	}
}

func TestAClockThatGoesBackBlocksNoHost(t *testing.T) {
	server, clock := redistest.Start(t), pacetest.NewClock()
	p := paced(t, server.URL(), "", clock, redisstore.PacerOptions{HostBudget: 2})
	if err := clock.Sleep(t.Context(), 5000*time.Hour); err != nil {
		t.Fatal(err)
	}
	take(t, p, "acme.example")(fetch.Outcome{Status: 200})
	take(t, p, "acme.example")(fetch.Outcome{Status: 429, RetryAfter: time.Hour})
	take(t, p, "globex.example")
	if err := clock.Sleep(t.Context(), -5000*time.Hour); err != nil {
		t.Fatal(err)
	}
	other := paced(t, server.URL(), "", clock, redisstore.PacerOptions{HostBudget: 2})
	for _, host := range []string{"acme.example", "globex.example"} {
		if waited := wait(t, other, clock, host); waited != 0 {
			t.Errorf("%s: waited %s", host, waited)
		}
	}
}

func TestRememberedHostsAreBoundedInRedis(t *testing.T) {
	server, clock := redistest.Start(t), pacetest.NewClock()
	p := paced(t, server.URL(), "", clock, redisstore.PacerOptions{Hosts: 5, DomainBudget: -1})
	take(t, p, "closed.example")(fetch.Outcome{Status: 429, RetryAfter: 20 * time.Hour})
	busy := take(t, p, "busy.example")
	for i := range 40 {
		take(t, p, fmt.Sprintf("h%d.initech.example", i))(fetch.Outcome{Status: 200})
		if err := clock.Sleep(t.Context(), time.Minute/8); err != nil {
			t.Fatal(err)
		}
	}
	keys, _ := server.Do("KEYS", "meetleaks:{0}:ph:*").([]any)
	if len(keys) != 5 {
		t.Errorf("%d hosts are remembered", len(keys))
	}
	if _, err := p.Acquire(t.Context(), "closed.example"); err == nil {
		t.Error("hosts at rest are not forgotten first")
	}
	busy(fetch.Outcome{})
}

// TestTheClockOfThePaceIsThatOfRedis waits a second for a turn.
func TestTheClockOfThePaceIsThatOfRedis(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	one, two := begin(t, server.URL()).Pacer(redisstore.PacerOptions{}), begin(t, server.URL()).Pacer(redisstore.PacerOptions{})
	take(t, one, "acme.example")(fetch.Outcome{Status: 200})
	start := time.Now()
	short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := two.Acquire(short, "acme.example"); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	take(t, two, "acme.example")(fetch.Outcome{})
	if waited := time.Since(start); waited < 900*time.Millisecond || waited > 10*time.Second {
		t.Errorf("waited %s", waited)
	}
}
