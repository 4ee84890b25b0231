package scanner

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// A clock that ran ahead and was set right leaves times behind that lie in the future: what is due would wait for them, for days
// or years. So a leak's times that cannot be are taken for now whenever something happens to it, and a process that sees its own
// clock go back looks at all leaks at once.

// clockSlack is how far a time may lie ahead: clocks of processes differ.
const clockSlack = 5 * time.Minute

// setRight takes times of the leak that lie ahead of now for now. What ended only because of them is opened anew.
func (t *turn) setRight() {
	l, most := &t.l, t.now.Add(clockSlack)
	over := l.State == StateOver && l.Since.After(most) && l.By.Role == l.When.By
	times := []*time.Time{
		&l.Since, &l.FirstSeen, &l.LastSeen, &l.Ladder.Since, &l.Ladder.Handed, &l.Ladder.Host.At, &l.Ladder.Host.Accepted,
		&l.Ladder.Delegate.At, &l.Ladder.Delegate.Accepted, &l.Ladder.Channel.At, &l.Ladder.Channel.Accepted,
	}
	for i := range l.Places {
		times = append(times, &l.Places[i].Seen, &l.Places[i].GoneAt)
	}
	for _, at := range times {
		if at.After(most) {
			*at = t.now.Add(-1) // so that what happens now is later
		}
	}
	if longest := t.now.Add(MaxSnooze); l.Ladder.Snooze.After(longest.Add(clockSlack)) {
		l.Ladder.Snooze = longest
	}
	if longest := t.now.Add(MaxQuietEnd); (l.State == StateMuted || l.State == StatePublic) && l.Until.After(longest.Add(clockSlack)) {
		l.Until = longest
	}
	if over && l.When.Trusted() && t.now.Before(l.When.Over()) {
		ev := t.ev
		t.ev.By, t.ev.Reason = Actor{Role: RoleClock}, "a clock had run ahead"
		t.reopen()
		t.ev, t.was = ev, t.l.State
	}
}

// wentBack says whether this process's clock went back, by more than clockSlack, since it was looked at last.
func (p *Pipeline) wentBack() bool {
	now := p.now().UnixNano()
	latest := p.latest.Load()
	if now < latest-int64(clockSlack) {
		return true
	}
	p.latest.Store(max(now, latest))
	return false
}

// setRight looks at all leaks, after the clock went back: when they wake was said by the clock that ran ahead, and so was when
// their deliveries are due. With an error it is done again.
func (p *Pipeline) setRight(ctx context.Context) error {
	orgs, err := p.store.Organisations(ctx)
	if err != nil {
		return fmt.Errorf("set times right: %w", err)
	}
	now := p.now()
	var failed []error
	for _, org := range orgs {
		if err := p.setOrgRight(ctx, org); err != nil && !errors.Is(err, ErrNoOrganisation) {
			failed = append(failed, err)
		}
	}
	if err := errors.Join(failed...); err != nil {
		return fmt.Errorf("set times right: %w", err)
	}
	p.latest.Store(now.UnixNano())
	return nil
}

// atOnce is the leaks that are read in one step.
const atOnce = 100

func (p *Pipeline) setOrgRight(ctx context.Context, org string) error {
	query := LeakQuery{Org: org, Limit: atOnce}
	for {
		page, err := p.store.ListLeaks(ctx, query)
		if err != nil {
			return err
		}
		for _, l := range page.Leaks {
			if err := p.setLeakRight(ctx, LeakRef{org, l.ID}); err != nil && !errors.Is(err, ErrNotFound) {
				return err
			}
		}
		if query.After = page.Next; query.After == "" {
			return nil
		}
	}
}

// setLeakRight lets time pass for the leak, and its deliveries be due.
func (p *Pipeline) setLeakRight(ctx context.Context, ref LeakRef) error {
	if err := p.tick(ctx, ref); err != nil {
		return err
	}
	rows, err := p.store.Deliveries(ctx, ref.Org, ref.ID)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if err := p.setRowRight(ctx, row); err != nil {
			return err
		}
	}
	return nil
}

// setRowRight lets a delivery of the clock that ran ahead, and the digest that names it, be due now. Whoever has it claimed settles
// it instead.
func (p *Pipeline) setRowRight(ctx context.Context, row OutboxRow) error {
	d, now := row.Delivery, p.now()
	if d.State != DeliveryPending {
		return nil
	}
	if d.Digest != "" {
		part, err := p.store.Delivery(ctx, d.Org, d.Digest)
		if err == nil {
			part.Delivery.Digest = ""
			err = p.setRowRight(ctx, part)
		}
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
	}
	if most := now.Add(clockSlack); !d.Made.After(most) && !d.Due.After(most.Add(looksOpen)) {
		return nil
	}
	row.Delivery.Made, row.Delivery.Due = now, now
	err := p.store.Commit(ctx, Change{Org: d.Org, Settled: []OutboxRow{row}})
	if errors.Is(err, ErrConflict) {
		return nil
	}
	return err
}
