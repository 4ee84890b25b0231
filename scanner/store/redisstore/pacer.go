package redisstore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"meetleaks/scanner"
	"meetleaks/scanner/fetch"
)

// PacerOptions make a Pacer. Zero fields stand for the defaults; a budget below 0 is none.
type PacerOptions struct {
	HostBudget   int // fetch.PaceHostBudget requests to one host in a fetch.PaceWindow, of all processes together
	DomainBudget int // fetch.PaceDomainBudget to one registrable domain
	TotalBudget  int // fetch.PaceTotalBudget to all
	// Hosts is how many are remembered, 100,000 by default; those that may be asked, and were not for longest, are forgotten first.
	Hosts int
	// Sleep waits, or returns early with the context's error; nil: by a timer.
	Sleep func(ctx context.Context, d time.Duration) error
}

// Pacer is a [fetch.Pacer] that all processes on one Redis share, so that they ask a host no faster than one of them would. Its
// rules are those of the pacer of one process, its clock is Redis's. Make it with [Store.Pacer]; it lives as long as the store.
//
// In a process callers get a host's turn in the order in which they asked; processes take turns in the order in which the first of
// their callers asked. A turn that is free is noticed within a quarter of a second. A turn is held for 45 s, and renewed while the
// request goes on, for ten minutes at most: the turn of a process that died is given to the next after at most 45 s, the place in
// line of one that died is given up after at most 20 s.
//
// Where Redis does not answer Acquire fails at once, with a [fetch.PaceError] that is no policy and wraps
// scanner.ErrUnavailable, so that nothing is requested. What came of a request that has been made is then told when
// Redis answers again. After a flush hosts are asked as if for the first time.
//
// All of it lies in one of the store's partitions: about 300 bytes for each host and 150 for each domain, forgotten 49 hours
// after they were asked last.
type Pacer struct {
	store *Store
	o     PacerOptions
	line  line
}

var (
	_ fetch.Pacer  = (*Pacer)(nil)
	_ fetch.Slower = (*Pacer)(nil)
)

// How a turn is waited for and held.
const (
	pacePartition = 0
	holdTurn      = 45 * time.Second
	renewTurn     = 15 * time.Second // a third, so that one lost renewal does no harm
	mostRenewals  = 40
	askAgain      = 250 * time.Millisecond
)

// Pacer makes a pacer on the store's Redis. Pacers of one store, and of others on the same Redis with the same Prefix, share all
// they know.
func (s *Store) Pacer(o PacerOptions) *Pacer {
	o.HostBudget = cmp.Or(o.HostBudget, fetch.PaceHostBudget)
	o.DomainBudget = cmp.Or(o.DomainBudget, fetch.PaceDomainBudget)
	o.TotalBudget = cmp.Or(o.TotalBudget, fetch.PaceTotalBudget)
	o.Hosts = cmp.Or(max(o.Hosts, 0), 100_000)
	if o.Sleep == nil {
		o.Sleep = pause
	}
	return &Pacer{store: s, o: o, line: line{hosts: map[string]*pacedHost{}, now: s.now}}
}

// pause waits, or returns early with the context's error.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Slow is [fetch.Slower.Slow]. The others learn of it with the next turn that this process asks for.
func (p *Pacer) Slow(host string, gap time.Duration) { p.line.slow(host, max(gap, 0)) }

// Acquire is [fetch.Pacer.Acquire].
func (p *Pacer) Acquire(ctx context.Context, host string) (release func(fetch.Outcome), err error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	h, err := p.line.enter(ctx, host)
	if err != nil {
		return nil, err
	}
	t := &turn{pacer: p, host: h, token: nonce(), at: spotOf("host", host), domain: spotOf("domain", fetch.Registrable(host))}
	if err := t.take(ctx); err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		t.giveUp(err)
		p.line.next(h)
		return nil, err
	}
	held, stop := context.WithCancel(context.WithoutCancel(ctx))
	var renewals sync.WaitGroup
	renewals.Go(func() { t.renew(held) })
	var once sync.Once
	return func(o fetch.Outcome) {
		once.Do(func() {
			stop()
			renewals.Wait()
			t.release(o)
			p.line.next(h)
		})
	}, nil
}

// turn is one call's way to a host's turn and back. It is used by one goroutine at a time, but for renew.
type turn struct {
	pacer      *Pacer
	host       *pacedHost
	token      string
	at, domain spot

	asked      bool // Redis may have put the call into the line
	standing   fetch.Standing
	crawlDelay time.Duration
}

// take waits until the turn is the caller's.
func (t *turn) take(ctx context.Context) error {
	if err := t.tellOwed(ctx); err != nil {
		return t.unavailable(err)
	}
	for {
		wait, err := t.ask(ctx)
		if err != nil || wait == 0 {
			return err
		}
		if err := t.pacer.o.Sleep(ctx, wait); err != nil {
			return err
		}
	}
}

// ask asks once; wait is 0 when the turn is the caller's.
func (t *turn) ask(ctx context.Context) (wait time.Duration, err error) {
	o := t.pacer.o
	t.asked = true
	answer, err := t.pacer.store.run(ctx, "paceturn", call{pacePartition, []any{
		t.at.tag, t.domain.tag, t.token, t.pacer.line.crawlDelay(t.host), holdTurn.Milliseconds(), fetch.PaceWindow.Milliseconds(),
		fetch.PaceDomainGap.Milliseconds(), askAgain.Milliseconds(), o.HostBudget, o.DomainBudget, o.TotalBudget, o.Hosts, fetch.PaceWaiters,
	}})
	if err != nil {
		return 0, t.unavailable(err)
	}
	f, err := texts(answer)
	switch {
	case err != nil:
	case len(f) == 2 && f[0] == "wait":
		var n int64
		if n, err = integer(f[1]); err == nil {
			return max(time.Duration(n), 1) * time.Millisecond, nil
		}
	case len(f) == 4 && f[0] == "refused":
		return 0, t.refused(f[1], f[2], f[3])
	case len(f) == 4 && f[0] == "go":
		if err = t.learn(f[1:]); err == nil {
			return 0, nil
		}
	default:
		err = fmt.Errorf("a turn with %d fields: %w", len(f), errBroken)
	}
	return 0, t.unavailable(err)
}

// learn takes over what Redis knows of the host.
func (t *turn) learn(fields []string) error {
	var n [3]int64
	for i := range n {
		var err error
		if n[i], err = integer(fields[i]); err != nil {
			return err
		}
	}
	t.standing = fetch.Standing{Troubles: int(n[0]), GivenUp: int(n[1])}
	t.crawlDelay = time.Duration(n[2]) * time.Millisecond
	return nil
}

// refused says why Redis gives no turn.
func (t *turn) refused(why, until, reason string) error {
	n, err := integer(until)
	if err != nil {
		return t.unavailable(err)
	}
	switch why {
	case "rest":
		return &fetch.PaceError{Host: t.host.name, Reason: reason, Until: fromMS(n)}
	case "domain":
		reason = fmt.Sprintf(fetch.PaceDomainSpent, fetch.Registrable(t.host.name))
	default:
		reason = map[string]string{
			"host": fetch.PaceHostSpent, "all": fetch.PaceTotalSpent, "waiters": fetch.PaceTooMany, "hosts": fetch.PaceTooBusy,
		}[why]
	}
	return fetch.BudgetError(t.host.name, reason, fromMS(n))
}

// unavailable is the error of a Redis that did not answer, or not to the question. That is no policy: what was not read is unread.
func (t *turn) unavailable(err error) error {
	return &fetch.PaceError{
		Host: t.host.name, Reason: "the store that keeps whose turn it is does not answer", Until: t.pacer.line.time(),
		Err: failure(context.Background(), "pace", err),
	}
}

// renew keeps the turn while the request goes on. A turn that is lost all the same (a flush) is given back as any other.
func (t *turn) renew(ctx context.Context) {
	ticker := time.NewTicker(renewTurn)
	defer ticker.Stop()
	for range mostRenewals {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			_ = t.give(ctx, t.args("renew")) // the next one tries again
		}
	}
}

// giveUp leaves the line after an error. Of a Redis that does not answer that is asked later: nobody waits for it here, and a place in
// line ends by itself, as does a turn.
func (t *turn) giveUp(err error) {
	switch {
	case !t.asked:
	case errors.Is(err, scanner.ErrUnavailable):
		t.pacer.line.owe(t.host, t.args("leave"))
	default:
		_ = t.give(context.Background(), t.args("leave")) // it ends by itself
	}
}

// release gives the turn back with what was learned, now or before this process asks for the host again.
func (t *turn) release(o fetch.Outcome) {
	args := t.args("leave")
	if o != (fetch.Outcome{}) {
		l := t.standing.Learn(o, t.crawlDelay, false)
		args = t.args("release", upToMS(l.Wait), upToMS(l.Rest), l.Reason, l.Standing.Troubles, l.Standing.GivenUp)
	}
	if err := t.give(context.Background(), args); err != nil {
		t.pacer.line.owe(t.host, args)
	}
}

// tellOwed tells what Redis did not take when a turn before was given back.
func (t *turn) tellOwed(ctx context.Context) error {
	args := t.pacer.line.owed(t.host)
	if args == nil {
		return nil
	}
	err := t.give(ctx, args)
	if err != nil {
		t.pacer.line.owe(t.host, args)
	}
	return err
}

func (t *turn) args(what string, more ...any) []any {
	args := []any{what, t.at.tag, t.domain.tag, t.token, holdTurn.Milliseconds(), fetch.PaceWindow.Milliseconds()}
	return append(args, more...)
}

func (t *turn) give(ctx context.Context, args []any) error {
	_, err := t.pacer.store.run(ctx, "pacegive", call{pacePartition, args})
	return err
}

// upToMS is a time in whole milliseconds, not shorter than it is.
func upToMS(d time.Duration) int64 { return (d + time.Millisecond - 1).Milliseconds() }
