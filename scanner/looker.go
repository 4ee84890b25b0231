package scanner

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Gone tells that a source looked at a place and found nothing there any more (not found, taken down; never: not reached). It is
// believed after two looks, an hour or more apart. From then on, for a month at least, every version of the place is matched,
// also one that was read before.
func (p *Pipeline) Gone(ctx context.Context, uri string) error {
	return p.lost(ctx, uri, LeakEvent{Kind: Gone})
}

// Deleted tells that the place's own service says that it was deleted, or is shown to nobody any more for itself alone. That is the first
// look; the second is that an hour later the source has not read it again. A poster who deletes what was copied meanwhile so silences
// nobody at once.
func (p *Pipeline) Deleted(ctx context.Context, uri string) error {
	return p.lost(ctx, uri, LeakEvent{Kind: Gone, Deleted: true})
}

// Away tells that the place's own service shows its account to nobody any more. It is Deleted, and that the place may be shown again with
// the account is remembered: see [Pipeline.AwayReferences].
func (p *Pipeline) Away(ctx context.Context, uri string) error {
	return p.lost(ctx, uri, LeakEvent{Kind: Gone, Deleted: true, Away: true})
}

// lost lets a look find nothing at a place, of which ev is what is known.
func (p *Pipeline) lost(ctx context.Context, uri string, ev LeakEvent) error {
	if err := p.canariesLost(ctx, uri); err != nil {
		return fmt.Errorf("place gone: %w", err)
	}
	known, again := p.print("known place", uri), p.print("look again", uri)
	seen, err := p.store.SeenItems(ctx, []uint64{known})
	if err != nil {
		return fmt.Errorf("place gone: %w", err)
	}
	if !seen[0] {
		return nil
	}
	if err := p.store.RememberItems(ctx, []uint64{again, known}); err != nil {
		return fmt.Errorf("place gone: %w", err)
	}
	err = p.lookAt(ctx, uri, func(ctx context.Context, org, id, where string) error {
		ev.Place = where
		return p.goneFrom(ctx, org, id, ev)
	})
	if err != nil {
		return fmt.Errorf("place gone: %w", err)
	}
	return nil
}

// Back tells that a source found a place there again without reading its text. It takes back a look that found it gone, and lets
// retention know that what was leaked there is still in public. A place that is believed gone comes back by its text alone, see
// [Pipeline.Take]: the meeting may have been edited out of a page that stands.
func (p *Pipeline) Back(ctx context.Context, uri string) error {
	if err := p.lookAt(ctx, uri, p.backAt); err != nil {
		return fmt.Errorf("place back: %w", err)
	}
	return nil
}

// Reappeared tells that the place's own service shows it again as it was, and says so: an account that was switched off is on again.
// It is Back, and opens leaks again that were removed because the place was believed gone.
func (p *Pipeline) Reappeared(ctx context.Context, uri string) error {
	if err := p.Back(ctx, uri); err != nil {
		return err
	}
	seen, err := p.store.SeenItems(ctx, []uint64{p.print("look again", uri)})
	if err == nil && seen[0] { // something was gone from there: leaks at places that are believed gone are not found by their place
		err = p.reappeared(ctx, uri)
	}
	if err != nil {
		return fmt.Errorf("place back: %w", err)
	}
	return nil
}

// reappeared opens the leaks again that were removed when a place was believed gone.
func (p *Pipeline) reappeared(ctx context.Context, uri string) error {
	orgs, err := p.store.Organisations(ctx)
	if err != nil {
		return err
	}
	for _, org := range orgs {
		where := PlaceKey(p.placeKey, org, uri)
		q := LeakQuery{Org: org, States: []State{StateRemoved}, Limit: MaxBatch}
		for range maxAt / MaxBatch {
			page, err := p.store.ListLeaks(ctx, q)
			if err != nil {
				return err
			}
			for _, leak := range page.Leaks {
				mark := leak.place(where)
				if mark == nil || !mark.gone() {
					continue
				}
				if err := p.showAgain(ctx, org, leak.ID, where); err != nil && !errors.Is(err, ErrNotFound) && !errors.Is(err, ErrNoOrganisation) {
					return err
				}
			}
			if q.After = page.Next; q.After == "" {
				break
			}
		}
	}
	return nil
}

// showAgain lets a place that was believed gone be back, in the leak and in its kept sighting.
func (p *Pipeline) showAgain(ctx context.Context, org, id, where string) error {
	return p.again(ctx, "look", func(int) error {
		d, err := p.openDraft(ctx, org, id)
		if err != nil {
			return err
		}
		if mark := d.leak.place(where); mark == nil || !mark.gone() {
			return nil
		}
		if err := d.apply(LeakEvent{Kind: Back, Place: where}); err != nil {
			return err
		}
		kept, err := p.store.Sightings(ctx, org, id)
		if err != nil {
			return err
		}
		for _, s := range kept {
			if s.PlaceKey == where && !s.Gone.IsZero() {
				s.Gone = time.Time{}
				d.change.Sightings = append(d.change.Sightings, s)
			}
		}
		if err := p.refresh(ctx, d); err != nil {
			return err
		}
		return p.commit(ctx, d)
	})
}

// Reposted tells that a place was passed on: its reach rises, it never falls.
func (p *Pipeline) Reposted(ctx context.Context, uri string, reach int64) error {
	err := p.lookAt(ctx, uri, func(ctx context.Context, org, id, where string) error {
		return p.happen(ctx, org, id, LeakEvent{Kind: Reposted, Place: where, Seen: Seen{Reach: reach}})
	})
	if err != nil {
		return fmt.Errorf("place passed on: %w", err)
	}
	return nil
}

// missing lets the meetings be gone that stood at a place and were not found there this time. found is the leaks that were. Those of
// which the reading says nothing are counted.
func (p *Pipeline) missing(ctx context.Context, at place, found map[string][]string, t *Taken) error {
	marked, unjudged := false, p.unjudgedAt(at)
	return p.lookAt(ctx, at.URI, func(ctx context.Context, org, id, where string) error {
		if slices.Contains(found[org], id) {
			return nil
		}
		if holds, err := unjudged.holds(ctx, org, id); holds || err != nil {
			t.Unjudged++
			return err
		}
		if !marked { // before the look is written: a version that was read before may bring it back
			if err := p.store.RememberItems(ctx, []uint64{at.again}); err != nil {
				return err
			}
			marked = true
		}
		return p.goneFrom(ctx, org, id, LeakEvent{Kind: Gone, Place: where})
	})
}

// maxAt bounds the leaks of one organisation at one place that are looked at.
const maxAt = 100 * MaxBatch

// lookAt calls f for each leak that stands at a place, of whatever organisation.
func (p *Pipeline) lookAt(ctx context.Context, uri string, f func(ctx context.Context, org, id, where string) error) error {
	orgs, err := p.store.Organisations(ctx)
	if err != nil {
		return err
	}
	for _, org := range orgs {
		where := PlaceKey(p.placeKey, org, uri)
		after := ""
		for range maxAt / MaxBatch {
			ids, next, err := p.store.LeaksAt(ctx, org, where, after)
			if err != nil {
				return err
			}
			for _, id := range ids {
				if err := f(ctx, org, id, where); err != nil && !errors.Is(err, ErrNotFound) && !errors.Is(err, ErrNoOrganisation) {
					return err
				}
			}
			if after = next; after == "" {
				break
			}
		}
	}
	return nil
}

// goneFrom lets a look find a place gone, and marks the sighting once that is believed.
func (p *Pipeline) goneFrom(ctx context.Context, org, id string, ev LeakEvent) error {
	p.counts.gone.Add(1)
	return p.again(ctx, "look", func(int) error {
		d, err := p.openDraft(ctx, org, id)
		if err != nil {
			return err
		}
		was := d.leak.place(ev.Place)
		if err := d.apply(ev); err != nil {
			return err
		}
		mark := d.leak.place(ev.Place)
		if mark == nil || was != nil && mark.Gone == was.Gone && mark.Deleted == was.Deleted && mark.Away == was.Away && !mark.gone() {
			return nil // of no mark, or nothing new within the hour after another look
		}
		if mark.gone() {
			if err := p.markGone(ctx, d, ev.Place); err != nil {
				return err
			}
		}
		return p.commit(ctx, d)
	})
}

// believe lets deletions be believed that were told of long enough ago, as part of a step.
func (p *Pipeline) believe(ctx context.Context, d *draft) error {
	var due []PlaceMark
	for _, mark := range d.leak.Places {
		if at := mark.believedAt(); !at.IsZero() && !d.now.Before(at) {
			due = append(due, mark)
		}
	}
	for _, mark := range due {
		if err := d.apply(LeakEvent{Kind: Gone, Place: mark.Key, Deleted: true, Away: mark.Away}); err != nil {
			return err
		}
		if err := p.markGone(ctx, d, mark.Key); err != nil {
			return err
		}
	}
	return nil
}

// markGone writes into the kept sighting that its place is believed gone.
func (p *Pipeline) markGone(ctx context.Context, d *draft, where string) error {
	kept, err := p.store.Sightings(ctx, d.leak.Org, d.leak.ID)
	if err != nil {
		return err
	}
	for _, s := range kept {
		if s.PlaceKey == where && s.Gone.IsZero() {
			s.Gone = d.now
			d.change.Sightings = append(d.change.Sightings, s)
		}
	}
	return nil
}

func (p *Pipeline) backAt(ctx context.Context, org, id, where string) error {
	return p.happen(ctx, org, id, LeakEvent{Kind: Back, Place: where})
}

// happen lets an event of no person happen to a leak; when it changes nothing, nothing is written.
func (p *Pipeline) happen(ctx context.Context, org, id string, ev LeakEvent) error {
	return p.again(ctx, string(ev.Kind), func(int) error {
		d, err := p.openDraft(ctx, org, id)
		if err != nil {
			return err
		}
		looks, seen := goneLooksAt(d.leak, ev.Place), d.leak.LastSeen
		if err := d.apply(ev); err != nil {
			return err
		}
		if d.effects == 0 && goneLooksAt(d.leak, ev.Place) == looks && d.leak.LastSeen.Equal(seen) {
			return nil
		}
		if err := p.refresh(ctx, d); err != nil {
			return err
		}
		return p.commit(ctx, d)
	})
}

func goneLooksAt(l Leak, where string) int {
	if mark := l.place(where); mark != nil {
		return mark.Gone
	}
	return 0
}
