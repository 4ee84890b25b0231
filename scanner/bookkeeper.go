package scanner

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Imbalance is an organisation's ledger that does not add up.
type Imbalance struct {
	Org  string
	What string // the sums, in words
}

// CheckBooks compares each organisation's ledger with itself and with what is pending. A mismatch, seen twice in a row, is told to
// the organisation's rooms, once a day at most; the books that were checked last are what Imbalances returns.
func (p *Pipeline) CheckBooks(ctx context.Context) error {
	orgs, err := p.store.Organisations(ctx)
	if err != nil {
		return fmt.Errorf("check books: %w", err)
	}
	found := []Imbalance{}
	var failed []error
	for _, org := range orgs {
		what, err := p.balance(ctx, org)
		if err != nil {
			failed = append(failed, err)
			continue
		}
		if what == "" {
			continue
		}
		found = append(found, Imbalance{org, what})
		if err := p.tellImbalance(ctx, org); err != nil {
			failed = append(failed, err)
		}
	}
	p.lastCheck.Store(&found)
	if err := errors.Join(failed...); err != nil {
		return fmt.Errorf("check books: %w", err)
	}
	return nil
}

// Imbalances is what the last CheckBooks found, for the reasons of readiness.
func (p *Pipeline) Imbalances() []Imbalance {
	if found := p.lastCheck.Load(); found != nil {
		return *found
	}
	return nil
}

// balance is what is wrong with the books, "" when they agree.
func (p *Pipeline) balance(ctx context.Context, org string) (string, error) {
	what := ""
	for range 2 {
		books, pending, err := p.store.Ledger(ctx, org)
		if err != nil {
			return "", err
		}
		wrong := books.Check(pending)
		if wrong == nil {
			return "", nil
		}
		what = wrong.Error()
	}
	return what, nil
}

// tellImbalance puts the fault into the outbox. An organisation without rooms has nobody to be told.
func (p *Pipeline) tellImbalance(ctx context.Context, org string) error {
	now := p.now()
	day := now.Truncate(24 * time.Hour)
	c := Change{Org: org}
	for _, room := range p.faultRooms(org) {
		c.Deliveries = append(c.Deliveries, Delivery{
			ID: DeliveryID(org, 0, ToChannel, Rung(room.recipient()+" ledger"), day), Org: org, To: ToChannel, Channel: room.Channel,
			Recipient: room.recipient(), Kind: DeliveryFault, Rung: RungLedger, Due: now, Made: now, State: DeliveryPending,
		})
	}
	err := p.store.Commit(ctx, c)
	if errors.Is(err, ErrNoOrganisation) {
		return nil // it is being erased
	}
	return err
}
