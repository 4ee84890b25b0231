package scanner

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// MaxReferences bounds what one call of [Pipeline.References], or of [Pipeline.AwayReferences], yields.
const MaxReferences = 100_000

// References yields the addresses of the social places of a source at which leaks stand, until yield returns false. A source asks when
// its service does not tell of deletions, or tells of whole accounts alone, to look whether they are there still: for nothing else.
// They are opened in memory; whoever gets them stores, logs and shows none. Of leaks whose organisation is being erased there are
// none. The error is of the store or the context.
func (p *Pipeline) References(ctx context.Context, source string, yield func(reference Secret) bool) error {
	return p.references(ctx, wanted{
		leak:     mayStand,
		sighting: func(_ Leak, s Sighting) bool { return s.Source == source && s.Gone.IsZero() },
	}, yield)
}

// AwayReferences yields as References does, but the places that went away with their accounts: for the day on which a service shows an
// account again. A sighting is kept for some days after its place is believed gone, and so is its reference.
func (p *Pipeline) AwayReferences(ctx context.Context, source string, yield func(reference Secret) bool) error {
	return p.references(ctx, wanted{
		leak: func(l Leak) bool { return slices.ContainsFunc(l.Places, func(m PlaceMark) bool { return m.Away }) },
		sighting: func(l Leak, s Sighting) bool {
			mark := l.place(s.PlaceKey)
			return s.Source == source && mark != nil && mark.Away
		},
	}, yield)
}

// wanted says which places are asked for.
type wanted struct {
	leak     func(Leak) bool           // may stand at one
	sighting func(Leak, Sighting) bool // of the leak is at one
}

// mayStand says whether a place of a leak may not be gone.
func mayStand(l Leak) bool {
	return l.State != StateRemoved && (!l.allPlaces(PlaceMark.gone) || l.MorePlaces > 0)
}

func (p *Pipeline) references(ctx context.Context, want wanted, yield func(reference Secret) bool) error {
	orgs, err := p.store.Organisations(ctx)
	if err != nil {
		return fmt.Errorf("list references: %w", err)
	}
	left := MaxReferences
	for _, org := range orgs {
		more, err := p.referencesOf(ctx, org, want, func(s Secret) bool {
			left--
			return yield(s) && left > 0
		})
		if err != nil && !errors.Is(err, ErrNoOrganisation) && !errors.Is(err, ErrKeyUnknown) {
			return fmt.Errorf("list references: %w", err)
		}
		if err == nil && !more {
			return nil
		}
	}
	return nil
}

// referencesOf is References for one organisation. It says whether more are wanted.
func (p *Pipeline) referencesOf(ctx context.Context, org string, want wanted, yield func(Secret) bool) (bool, error) {
	q := LeakQuery{Org: org, Limit: MaxBatch}
	for {
		page, err := p.store.ListLeaks(ctx, q)
		if err != nil {
			return false, err
		}
		for _, leak := range page.Leaks {
			more, err := p.referencesAt(ctx, leak, want, yield)
			if err != nil || !more {
				return more, err
			}
		}
		if page.Next == "" || page.Next == q.After {
			return true, nil
		}
		q.After = page.Next
	}
}

func (p *Pipeline) referencesAt(ctx context.Context, leak Leak, want wanted, yield func(Secret) bool) (bool, error) {
	if !want.leak(leak) {
		return true, nil
	}
	kept, err := p.store.Sightings(ctx, leak.Org, leak.ID)
	if err != nil {
		return false, err
	}
	for _, s := range kept {
		if len(s.Ref) == 0 || !want.sighting(leak, s) {
			continue
		}
		reference, err := p.Where(ctx, leak.Org, s)
		switch {
		case errors.Is(err, ErrNotSealed):
			continue
		case err != nil:
			return false, err
		case !yield(NewSecret(reference)):
			return false, nil
		}
	}
	return true, nil
}
