package scanner

import (
	"context"
	"errors"
	"time"
)

// settling is how a delivery ends, or goes on.
type settling struct {
	become  func(Delivery) Delivery
	event   LeakEvent  // for its leak; no Kind: none
	also    []Delivery // what it brings about besides the event
	receipt []byte     // nil: the row's own stays
	// won says that the channel accepted it: that is so whoever else claimed or settled it meanwhile.
	won bool
}

// settle writes what became of a delivery, together with what it means to its leak. Somebody else who has it by now settles it
// instead, unless it was accepted.
func (s *Sender) settle(ctx context.Context, row OutboxRow, how settling) error {
	org, id := row.Delivery.Org, row.Delivery.ID
	err := s.p.again(ctx, "record a delivery", func(n int) error {
		if n > 0 {
			stored, err := s.p.store.Delivery(ctx, org, id)
			if err != nil {
				return err
			}
			if stored.Fence != row.Fence && (!how.won || stored.Delivery.State == DeliveryAccepted) {
				return nil
			}
			row = stored
		}
		return s.write(ctx, row, how)
	})
	if errors.Is(err, ErrNoOrganisation) || errors.Is(err, ErrNotFound) {
		return nil // it was erased, or has come to the end of its days
	}
	return err
}

func (s *Sender) write(ctx context.Context, row OutboxRow, how settling) error {
	row.Delivery = how.become(row.Delivery)
	if how.receipt != nil {
		row.Receipt = how.receipt
	}
	alone := Change{Org: row.Delivery.Org, Settled: []OutboxRow{row}}
	if how.event.Kind == "" {
		return s.p.store.Commit(ctx, alone)
	}
	d, err := s.p.openDraft(ctx, row.Delivery.Org, row.Delivery.Leak)
	if errors.Is(err, ErrNotFound) { // merged, or at the end of its days
		return s.p.store.Commit(ctx, alone)
	}
	if err != nil {
		return err
	}
	d.crowd, d.known = row.Delivery.Crowd, row.Delivery.Known
	if err := d.apply(how.event); err != nil {
		return err
	}
	for _, row := range how.also {
		d.deliver(row)
	}
	d.change.Settled = alone.Settled
	return s.p.commit(ctx, d)
}

// postpone lets a delivery be due later. That is no attempt.
func (s *Sender) postpone(ctx context.Context, row OutboxRow, until time.Time) error {
	return s.settle(ctx, row, settling{become: func(d Delivery) Delivery {
		d.Due = until
		return d
	}})
}

// supersede settles a delivery in whose place another goes.
func (s *Sender) supersede(ctx context.Context, row OutboxRow) error {
	now := s.p.now()
	return s.settle(ctx, row, settling{become: func(d Delivery) Delivery { return d.Suppress(WithheldOutdated, now) }})
}

// withhold settles a delivery that is not sent on purpose.
func (s *Sender) withhold(ctx context.Context, row OutboxRow, reason Withheld) error {
	s.p.counts.withheld.Add(1)
	now := s.p.now()
	how := settling{become: func(d Delivery) Delivery { return d.Suppress(reason, now) }}
	if d := row.Delivery; d.Leak != "" && d.Kind != DeliveryUpdate {
		how.event = LeakEvent{Kind: Withhold, Withheld: reason, Round: d.Round, To: d.To}
	}
	return s.settle(ctx, row, how)
}

// giveUp settles a delivery that cannot be delivered: the ladder goes on to the next audience.
func (s *Sender) giveUp(ctx context.Context, row OutboxRow, why string) error {
	s.p.counts.givenUp.Add(1)
	return s.settle(ctx, row, s.failing(row, why, true, 0))
}

// failing is a failure, that passes or not.
func (s *Sender) failing(row OutboxRow, why string, permanent bool, after time.Duration) settling {
	now := s.p.now()
	how := settling{become: func(d Delivery) Delivery { return d.Failed(why, permanent, after, now) }}
	d := how.become(row.Delivery)
	if d.State == DeliveryGivenUp && d.Leak != "" && d.Kind != DeliveryUpdate {
		how.event = LeakEvent{Kind: GivenUp, To: d.To, Round: d.Round, Delivery: d.ID}
	}
	return how
}

// told records what was accepted: until this is written it may be sent again, so a store that does not answer is asked again
// while there is time.
func (s *Sender) told(ctx context.Context, l *letter, receipt []byte) error {
	d := l.row.Delivery
	if len(receipt) > MaxReceipt {
		receipt = nil // it cannot be found again; that it was accepted counts
	}
	switch d.Kind {
	case DeliveryDigest:
		return s.patiently(ctx, func() error { return s.toldDigest(ctx, l, receipt) })
	case DeliveryUpdate:
		return s.patiently(ctx, func() error { return s.changed(ctx, l) })
	}
	now := s.p.now()
	how := settling{won: true, receipt: receipt, become: func(d Delivery) Delivery {
		d.Recipient = l.recipient
		return d.Accepted(now)
	}}
	if d.Leak != "" {
		how.event = LeakEvent{Kind: Accepted, To: d.To, Round: d.Round}
		how.also = l.takeBack(now)
	}
	return s.patiently(ctx, func() error { return s.settle(ctx, l.row, how) })
}

// takeBack is the change of the card that the same recipient had before, if there is one: it is answered no more. Those of security
// operations stay: each asks something else.
func (l *letter) takeBack(now time.Time) []Delivery {
	d := l.row.Delivery
	for _, row := range l.rows { // the newest first
		o := row.Delivery
		if d.To == Analysts || o.ID == d.ID || o.Recipient != l.recipient || o.Digest != "" || !l.isCard(row) {
			continue
		}
		n := Notice{ID: DeliveryID(o.ID, 0, o.To, "past", time.Time{}), To: o.To, Kind: DeliveryUpdate, Due: now}
		back := NewDelivery(l.leak, n, now)
		back.Channel, back.Recipient, back.Of = o.Channel, o.Recipient, o.ID
		return []Delivery{back}
	}
	return nil
}

// changeAgain is how long a card waits that may show what is past.
const changeAgain = time.Second

// changed records that a card was changed. What became of the leak meanwhile may stand there already, put by a faster sender, and be
// gone again by this: then the card is changed once more.
func (s *Sender) changed(ctx context.Context, l *letter) error {
	now := s.p.now()
	leak, err := s.p.store.Leak(ctx, l.leak.Org, l.leak.ID)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	stale := err == nil && l.past(leak)
	followed, err := s.followed(ctx, l)
	if err != nil {
		return err
	}
	return s.settle(ctx, l.row, settling{won: !stale && !followed, become: func(d Delivery) Delivery {
		if followed {
			d.Of = l.card
		}
		if stale || followed {
			d.Due = now.Add(changeAgain)
			return d
		}
		return d.Accepted(now)
	}})
}

// followed says whether a later message was sent while a card was changed, which has brought back what that one took from it.
func (s *Sender) followed(ctx context.Context, l *letter) (bool, error) {
	d := l.row.Delivery
	if d.Of != "" || d.To == Analysts {
		return false, nil
	}
	rows, err := s.p.store.Deliveries(ctx, d.Org, d.Leak)
	if err != nil {
		return false, err
	}
	for _, row := range rows { // the newest first
		if row.Delivery.Recipient == l.recipient && l.isCard(row) {
			return row.Delivery.ID != l.card && row.Delivery.Digest == "", nil
		}
	}
	return false, nil
}

// past says whether what a card says of the leak is not so any more. More places are none of it: they bring a change of their own, one
// a minute, or a flood of them would change the card without end.
func (l *letter) past(now Leak) bool {
	return now.State != l.leak.State || !now.Since.Equal(l.leak.Since) || now.Ask.What != l.leak.Ask.What || !now.When.same(l.leak.When)
}

// patiently tries again while the store does not answer, until ctx is done.
func (s *Sender) patiently(ctx context.Context, record func() error) error {
	for wait := againFirst; ; wait = min(2*wait, time.Second) {
		err := record()
		if !errors.Is(err, ErrUnavailable) || rest(ctx, jittered(wait)) != nil {
			return err
		}
	}
}

// missed records a failure.
func (s *Sender) missed(ctx context.Context, l *letter, e *TellError) error {
	s.p.counts.failures.Add(1)
	if e.Unsure {
		s.p.counts.repeatsPossible.Add(1)
	}
	d := l.row.Delivery
	switch {
	case e.Class == TellGone && d.Kind == DeliveryUpdate:
		return s.giveUp(ctx, l.row, e.Reason)
	case e.Class == TellGone && len(l.receipt) > 0:
		return s.settle(ctx, l.row, s.sendAnew())
	case e.Class == TellPermanent && d.To == ToDelegate && d.Leak != "" && d.Kind != DeliveryUpdate:
		return s.delegateMissed(ctx, l, e)
	case e.Class == TellPermanent || e.Class == TellRejected || e.Class == TellGone:
		return s.giveUp(ctx, l.row, e.Reason)
	}
	now := s.p.now()
	s.lanes.failed(l.to.Room.Channel, e.After, now)
	if e.Class == TellConfig && d.Kind != DeliveryUpdate { // what is owed waits for the operator; a change of a card does not
		return s.settle(ctx, l.row, settling{become: func(d Delivery) Delivery { return d.Stuck(e.Reason, e.After, now) }})
	}
	return s.settle(ctx, l.row, s.failing(l.row, e.Reason, false, e.After))
}

// sendAnew forgets a message that is not there any more.
func (s *Sender) sendAnew() settling {
	return settling{receipt: []byte{}, become: func(d Delivery) Delivery {
		d.Attempts++
		return d
	}}
}

// delegateMissed hands the delivery to the next delegate.
func (s *Sender) delegateMissed(ctx context.Context, l *letter, e *TellError) error {
	next, err := s.nextDelegate(ctx, l)
	if err != nil {
		return err
	}
	if next == "" {
		return s.giveUp(ctx, l.row, e.Reason)
	}
	now := s.p.now()
	return s.settle(ctx, l.row, settling{become: func(d Delivery) Delivery {
		d.Recipient, d.LastError, d.Due = next, e.Reason, now
		return d
	}})
}
