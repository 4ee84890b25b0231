package scanner

import (
	"context"
	"errors"
)

// maxTold bounds the sightings of a telling.
const maxTold = 5

// compose makes the plain data of a letter.
func (s *Sender) compose(ctx context.Context, l *letter) (Telling, error) {
	t := Telling{
		Delivery: l.row.Delivery, To: l.to, Leak: l.leak.clone(), Topic: l.topic, For: l.forWhom, Zone: l.zone, Receipt: l.receipt, Known: l.known,
		Past: l.row.Delivery.Of != "",
	}
	t.Delivery.Recipient = ""
	t.Leak.Sealed, t.Leak.Host, t.Leak.NotHosts = nil, "", nil
	switch l.row.Delivery.Kind {
	case DeliveryDigest:
		return t, s.items(ctx, &t)
	case DeliveryFault:
		return t, nil
	}
	kept, err := s.p.store.Sightings(ctx, l.leak.Org, l.leak.ID)
	if err != nil {
		return t, err
	}
	for _, seen := range kept {
		seen.Ref = nil
		if seen.Gone.IsZero() && len(t.Sightings) < maxTold {
			t.Sightings = append(t.Sightings, seen)
		}
	}
	if len(l.receipt) == 0 {
		t.Earlier = l.earlier()
	}
	return t, nil
}

// earlier finds the latest message about the leak that the same recipient has.
func (l *letter) earlier() []byte {
	for _, row := range l.rows { // the newest first
		d := row.Delivery
		if d.State == DeliveryAccepted && d.Recipient == l.recipient && d.Kind != DeliveryUpdate && len(row.Receipt) > 0 {
			return row.Receipt
		}
	}
	return nil
}

// items reads the leaks that a digest names. Those that are not there any more are counted.
func (s *Sender) items(ctx context.Context, t *Telling) error {
	d := t.Delivery
	for _, id := range d.Leaks[:min(len(d.Leaks), MaxDigestItems)] {
		leak, err := s.p.store.Leak(ctx, d.Org, id)
		if errors.Is(err, ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		leak.Sealed, leak.Host, leak.NotHosts = nil, "", nil
		t.Items = append(t.Items, leak)
	}
	t.More = len(d.Leaks) - len(t.Items)
	return nil
}
