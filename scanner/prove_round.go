package scanner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// The bounds of one step of a round.
const (
	provePage  = 100              // leaks that are looked at
	proveStep  = 40 * time.Second // after which no further leak is read; what is left comes in the next step
	proveLease = 2 * time.Minute  // longer than a step and one more leak
	proveRest  = 20 * time.Second // between the end of a round and the next
)

// provingLease is the name of the lease, and of the cursor, under which rounds go.
const provingLease = "proving"

// progress is how far a round has come: in the organisation Org, behind the page that ends at After. Empty: at the beginning.
type provingAt struct {
	Org   string `json:"org"`
	After string `json:"after,omitempty"`
}

// Round is one step of a walk over all leaks: it looks at a page of one organisation's and reads those that are due. more says that
// the walk is not at its end. One process at a time takes a step; where it stands is kept in the store. A platform that fails does
// not hold back the others, and its leaks are due again in the next round.
func (p *Proving) Round(ctx context.Context) (more bool, err error) {
	lease, err := p.o.Store.Acquire(ctx, provingLease, p.o.Holder, proveLease)
	if errors.Is(err, ErrHeld) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look at meetings: %w", err)
	}
	more, err = p.step(ctx, lease)
	if gone := p.o.Store.Release(context.WithoutCancel(ctx), lease); err == nil && gone != nil {
		err = gone
	}
	if err != nil {
		return false, fmt.Errorf("look at meetings: %w", err)
	}
	return more, nil
}

func (p *Proving) step(ctx context.Context, lease Lease) (more bool, err error) {
	cursors, err := p.o.Store.Cursors(ctx, []string{provingLease})
	if err != nil {
		return false, err
	}
	cursor := cursors[provingLease]
	now := p.o.Now()
	if wait := cursor.Next.Sub(now); wait > 0 && wait <= proveRest {
		return false, nil
	}
	var at provingAt
	if json.Unmarshal(cursor.Value, &at) != nil {
		at = provingAt{} // damaged: the round begins anew
	}
	orgs, err := p.o.Store.Organisations(ctx)
	if err != nil || len(orgs) == 0 {
		return false, err
	}
	next, err := p.page(ctx, at.on(orgs))
	if err != nil {
		return false, err
	}
	return p.save(ctx, lease, next.on(orgs), next.Org != "" && next.Org <= orgs[len(orgs)-1], now)
}

// save keeps where the round stands.
func (p *Proving) save(ctx context.Context, lease Lease, at provingAt, more bool, now time.Time) (bool, error) {
	c := Cursor{Next: now.Add(proveRest)}
	if more {
		value, err := json.Marshal(at)
		if err != nil {
			return false, err
		}
		c = Cursor{Value: value}
	}
	return more, p.o.Store.SaveCursor(ctx, lease, c)
}

// on is the same place, or that of the next organisation when its own is gone. orgs is sorted.
func (at provingAt) on(orgs []string) provingAt {
	i, found := slices.BinarySearch(orgs, at.Org)
	switch {
	case found:
		return at
	case i < len(orgs):
		return provingAt{Org: orgs[i]}
	}
	return provingAt{Org: orgs[0]}
}

// page reads what is due of one page, and says where to go on.
func (p *Proving) page(ctx context.Context, at provingAt) (next provingAt, err error) {
	page, err := p.o.Store.ListLeaks(ctx, LeakQuery{
		Org: at.Org, States: []State{StateOpen, StateSafe, StateByWord}, After: at.After, Limit: provePage,
	})
	if errors.Is(err, ErrBadValue) && at.After != "" {
		return provingAt{Org: at.Org}, nil
	}
	if err != nil {
		return at, err
	}
	whole, err := p.pageLeaks(ctx, page.Leaks)
	switch {
	case err != nil:
		return at, err
	case !whole:
		return at, nil
	case page.Next != "":
		return provingAt{at.Org, page.Next}, nil
	}
	return provingAt{Org: at.Org + "\x00"}, nil // the next that sorts behind it
}

// pageLeaks reads those that are due, until the time of a step is over. A platform that failed is not asked again on this page.
func (p *Proving) pageLeaks(ctx context.Context, leaks []Leak) (whole bool, err error) {
	due, err := p.due(ctx, leaks)
	if err != nil {
		return false, err
	}
	began := time.Now()
	failed := map[account]bool{}
	for _, l := range due {
		at := account{l.Org, l.Platform}
		switch {
		case failed[at]:
			continue
		case ctx.Err() != nil:
			return false, ctx.Err()
		case time.Since(began) > proveStep:
			return false, nil
		}
		err := p.Prove(ctx, LeakRef{l.Org, l.ID})
		switch {
		case err == nil:
		case errors.Is(err, ErrUnavailable), ctx.Err() != nil:
			return false, err
		default:
			failed[at] = true
			p.o.Log.Warn("a meeting could not be read; it is tried again", "organisation", l.Org, "leak", l.ID, "error", err.Error())
		}
	}
	return true, nil
}

// due is those of the leaks that were not read since they had to be, those that start first before the others.
func (p *Proving) due(ctx context.Context, leaks []Leak) ([]Leak, error) {
	now := p.o.Now()
	var list []Leak
	var prints []uint64
	for _, l := range leaks {
		if slot, ok := provingSlot(l, now); ok && p.may(l) {
			list, prints = append(list, l), append(prints, p.slotPrint(l, slot))
		}
	}
	if len(list) == 0 {
		return nil, nil
	}
	seen, err := p.o.Store.SeenItems(ctx, prints)
	if err != nil {
		return nil, err
	}
	if len(seen) != len(list) {
		return nil, errors.New("the store answered for another number of items")
	}
	var out []Leak
	for i, l := range list {
		if !seen[i] {
			out = append(out, l)
		}
	}
	slices.SortStableFunc(out, func(a, b Leak) int { return soonerStart(a, b, now) })
	return out, nil
}

// soonerStart orders leaks by their next start; those without one come last.
func soonerStart(a, b Leak, now time.Time) int {
	key := func(l Leak) time.Time {
		if !l.When.Known() || !now.Before(l.When.Over()) {
			return now.Add(MaxQuietEnd)
		}
		return l.When.Begins()
	}
	return key(a).Compare(key(b))
}
