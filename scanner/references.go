package scanner

import (
	"context"
	"errors"
	"fmt"
)

// MaxReferences bounds what one call of [Pipeline.References] yields.
const MaxReferences = 100_000

// References yields the addresses of the social places of a source at which leaks stand, until yield returns false. A source asks when
// its service does not tell of deletions, or tells of whole accounts alone, to look whether they are there still: for nothing else.
// They are opened in memory; whoever gets them stores, logs and shows none. Of leaks whose organisation is being erased there are
// none. The error is of the store or the context.
func (p *Pipeline) References(ctx context.Context, source string, yield func(reference Secret) bool) error {
	orgs, err := p.store.Organisations(ctx)
	if err != nil {
		return fmt.Errorf("references of %s: %w", source, err)
	}
	left := MaxReferences
	for _, org := range orgs {
		more, err := p.referencesOf(ctx, org, source, func(s Secret) bool {
			left--
			return yield(s) && left > 0
		})
		if err != nil && !errors.Is(err, ErrNoOrganisation) && !errors.Is(err, ErrKeyUnknown) {
			return fmt.Errorf("references of %s: %w", source, err)
		}
		if err == nil && !more {
			return nil
		}
	}
	return nil
}

// referencesOf is References for one organisation. It says whether more are wanted.
func (p *Pipeline) referencesOf(ctx context.Context, org, source string, yield func(Secret) bool) (bool, error) {
	q := LeakQuery{Org: org, Limit: MaxBatch}
	for {
		page, err := p.store.ListLeaks(ctx, q)
		if err != nil {
			return false, err
		}
		for _, leak := range page.Leaks {
			more, err := p.referencesAt(ctx, leak, source, yield)
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

func (p *Pipeline) referencesAt(ctx context.Context, leak Leak, source string, yield func(Secret) bool) (bool, error) {
	if leak.State == StateRemoved || leak.allPlaces(PlaceMark.gone) && leak.MorePlaces == 0 {
		return true, nil
	}
	kept, err := p.store.Sightings(ctx, leak.Org, leak.ID)
	if err != nil {
		return false, err
	}
	for _, s := range kept {
		if s.Source != source || !s.Gone.IsZero() || len(s.Ref) == 0 {
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
