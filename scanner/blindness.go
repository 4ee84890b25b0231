package scanner

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// RungBlind is that of faults about sources that are blind: Delivery.About says which and why.
const RungBlind Rung = "blind"

// BlindGrace is how long a source is blind before somebody is told: most outages are over sooner.
const BlindGrace = 10 * time.Minute

// TellBlind tells the rooms of all organisations that a source is blind: once for each time it became so, however often it is called and
// by however many processes. It says whether there is anything to be told of it by now.
func (p *Pipeline) TellBlind(ctx context.Context, o Outlook) (bool, error) {
	if o.Blind == "" || o.Since.IsZero() || p.now().Sub(o.Since) < BlindGrace {
		return false, nil
	}
	orgs, err := p.store.Organisations(ctx)
	if err != nil {
		return false, fmt.Errorf("tell of a blind source: %w", err)
	}
	var failed []error
	for _, org := range orgs {
		failed = append(failed, p.tellBlind(ctx, org, o))
	}
	if err := errors.Join(failed...); err != nil {
		return true, fmt.Errorf("tell of a blind source: %w", err)
	}
	return true, nil
}

func (p *Pipeline) tellBlind(ctx context.Context, org string, o Outlook) error {
	now := p.now()
	c := Change{Org: org}
	for _, room := range p.faultRooms(org) {
		c.Deliveries = append(c.Deliveries, Delivery{
			ID:  DeliveryID(org, 0, ToChannel, Rung(room.recipient()+" blind "+o.Source), o.Since.Truncate(time.Second)),
			Org: org, To: ToChannel, Channel: room.Channel, Recipient: room.recipient(), Kind: DeliveryFault, Rung: RungBlind,
			About: shortLine(o.Source) + ": " + shortLine(o.Blind), Due: now, Made: now, State: DeliveryPending,
		})
	}
	if len(c.Deliveries) == 0 {
		return nil
	}
	err := p.store.Commit(ctx, c)
	if errors.Is(err, ErrNoOrganisation) {
		return nil // it is being erased
	}
	return err
}
