package fetch

import (
	"container/list"
	"context"
	"fmt"
	"sync"
	"time"
)

// localPacer is the Pacer of one process. It starts no goroutine.
type localPacer struct {
	o     paceOptions
	turns int // requests under way to one host

	mu      sync.Mutex
	hosts   map[string]*pacedHost
	used    *list.List // of *pacedHost, the last asked first; at most PaceHosts
	domains map[string]*pacedDomain
	total   budget
}

func newPacer(o paceOptions) *localPacer {
	p := &localPacer{o: o.withDefaults(), turns: 1, hosts: map[string]*pacedHost{}, used: list.New(), domains: map[string]*pacedDomain{}}
	if o.Free {
		p.turns = freeTurns
	}
	return p
}

// Acquire is [Pacer.Acquire].
func (p *localPacer) Acquire(ctx context.Context, host string) (release func(Outcome), err error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	h, err := p.turn(ctx, host)
	if err != nil {
		return nil, err
	}
	if err := p.gap(ctx, h); err != nil {
		p.pass(h)
		return nil, err
	}
	var once sync.Once
	return func(o Outcome) { once.Do(func() { p.release(h, o) }) }, nil
}

// Slow is [Slower.Slow].
func (p *localPacer) Slow(host string, gap time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if h, err := p.host(host); err == nil {
		h.asked = max(gap, 0)
	}
}

// turn waits until the caller has one of the host's turns.
func (p *localPacer) turn(ctx context.Context, name string) (*pacedHost, error) {
	p.mu.Lock()
	h, err := p.host(name)
	if err == nil {
		err = p.refusal(h)
	}
	if err == nil && h.queue.Len() >= PaceWaiters {
		err = BudgetError(name, PaceTooMany, p.o.Now())
	}
	if err != nil {
		p.mu.Unlock()
		return nil, err
	}
	if h.busy < p.turns { // then nobody waits, see next
		h.busy++
		p.mu.Unlock()
		return h, nil
	}
	ready := make(chan struct{}, 1)
	place := h.queue.PushBack(ready)
	p.mu.Unlock()

	select {
	case <-ready:
		return h, nil
	case <-ctx.Done():
		p.leave(h, place, ready)
		return nil, context.Cause(ctx)
	}
}

// leave takes a caller out of the queue; if it has just been given the turn, the next one gets it.
func (p *localPacer) leave(h *pacedHost, place *list.Element, ready chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-ready:
		p.next(h)
	default:
		h.queue.Remove(place)
	}
}

// gap waits until the host may be asked again, and charges the budgets. The caller has the turn. Of a host that was given up
// meanwhile it returns at once, so that all who stand behind learn it too, one after the other and without a wait.
func (p *localPacer) gap(ctx context.Context, h *pacedHost) error {
	for {
		p.mu.Lock()
		wait, err := p.wait(h), p.refusal(h)
		if err == nil && wait <= 0 {
			p.charge(h)
		}
		p.mu.Unlock()
		if err != nil || wait <= 0 {
			return err
		}
		if err := p.o.Sleep(ctx, wait); err != nil {
			return err
		}
	}
}

// wait is how long the host is to be left alone. A time further ahead than any lesson's comes from a clock that ran ahead, and is
// forgotten. The caller holds mu.
func (p *localPacer) wait(h *pacedHost) time.Duration {
	now := p.o.Now()
	for _, until := range [...]*time.Time{&h.notBefore, &h.domain.notBefore} {
		if until.Sub(now) > maxBackoff {
			*until = time.Time{}
		}
	}
	return max(h.notBefore.Sub(now), h.domain.notBefore.Sub(now))
}

// pass gives a turn back that was not used.
func (p *localPacer) pass(h *pacedHost) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.next(h)
}

func (p *localPacer) release(h *pacedHost, o Outcome) {
	p.mu.Lock()
	defer p.mu.Unlock()
	h.note(o, p.o.Now(), p.o.Free)
	if o == (Outcome{}) {
		h.domain.notBefore = time.Time{} // a turn that was not used costs nobody a wait
	}
	p.next(h)
}

// next takes the turn back and gives it to who has waited longest. The caller holds mu.
func (p *localPacer) next(h *pacedHost) {
	h.busy--
	if first := h.queue.Front(); first != nil {
		h.busy++
		h.queue.Remove(first).(chan struct{}) <- struct{}{}
	}
}

// host finds or makes the record of a host, and forgets another when there are too many. The caller holds mu.
func (p *localPacer) host(name string) (*pacedHost, error) {
	if h := p.hosts[name]; h != nil {
		p.used.MoveToFront(h.place)
		return h, nil
	}
	if p.used.Len() >= PaceHosts && !p.forget(true) && !p.forget(false) {
		return nil, BudgetError(name, PaceTooBusy, p.o.Now())
	}
	h := &pacedHost{name: name, domain: p.domain(Registrable(name))}
	h.place = p.used.PushFront(h)
	p.hosts[name] = h
	return h, nil
}

// forget drops the host that was not asked for longest and for which nobody waits; atRest spares those that must be left
// in peace for now. The caller holds mu.
func (p *localPacer) forget(atRest bool) bool {
	now := p.o.Now()
	for el := p.used.Back(); el != nil; el = el.Prev() {
		h := el.Value.(*pacedHost)
		if h.busy > 0 || h.queue.Len() > 0 || atRest && (h.givenUpUntil.After(now) || h.notBefore.After(now)) {
			continue
		}
		p.used.Remove(el)
		delete(p.hosts, h.name)
		if h.domain.hosts--; h.domain.hosts == 0 {
			delete(p.domains, h.domain.name)
		}
		return true
	}
	return false
}

func (p *localPacer) domain(name string) *pacedDomain {
	d := p.domains[name]
	if d == nil {
		d = &pacedDomain{name: name}
		p.domains[name] = d
	}
	d.hosts++
	return d
}

// refusal says why the host is not to be asked now, or nil. The caller holds mu.
func (p *localPacer) refusal(h *pacedHost) error {
	now := p.o.Now()
	if err := h.givenUp(now); err != nil {
		return err
	}
	for _, b := range [...]struct {
		spent  *budget
		limit  int
		reason string
	}{
		{&h.spent, p.o.HostBudget, PaceHostSpent},
		{&h.domain.spent, p.o.DomainBudget, fmt.Sprintf(PaceDomainSpent, h.domain.name)},
		{&p.total, p.o.TotalBudget, PaceTotalSpent},
	} {
		if b.limit > 0 && b.spent.used(now) >= b.limit {
			return BudgetError(h.name, b.reason, b.spent.since.Add(PaceWindow))
		}
	}
	return nil
}

func (p *localPacer) charge(h *pacedHost) {
	now := p.o.Now()
	for _, b := range [...]*budget{&h.spent, &h.domain.spent, &p.total} {
		b.spend(now)
	}
	if !p.o.Free {
		h.domain.notBefore = now.Add(PaceDomainGap)
	}
}
