package scanner

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"meetleaks/matchers"
)

// claim is a meeting in a document, for one of the organisations it belongs to.
type claim struct {
	place
	f     *Finding
	owner matchers.Owner
	keys  []string // the own key first, then those of the aliases; at most MaxLeakKeys
	who   whois
	asked bool // the resolver answered
	// called is what the document says as a calendar of the organisation.
	called called
	crowd  string
}

// shownAt is the place, with the ids of the document's meetings hidden.
func (c *claim) shownAt() string { return cut(c.f.Hide(c.shown)) }

// lookUp makes the keys, and asks who the host is. A resolver that does not answer is asked again later.
func (p *Pipeline) lookUp(ctx context.Context, key DataKey, c *claim) error {
	c.keys = p.meetingKeys(c.f.Link)
	w, err := p.ask(ctx, key, c.f.Link)
	var asked *resolverError
	switch {
	case errors.As(err, &asked):
		return ctx.Err()
	case err != nil:
		return err
	}
	c.who, c.asked = w, true
	return nil
}

// meetingKeys are the printable identities of a meeting.
func (p *Pipeline) meetingKeys(l matchers.Link) []string {
	keys := []string{matchers.KeyID(p.indexKey, l)}
	for _, alias := range l.Aliases {
		other, ok := LinkOfKey(alias)
		if !ok || len(keys) == MaxLeakKeys {
			continue
		}
		if key := matchers.KeyID(p.indexKey, other); !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	return keys
}

// claim writes one sighting: of any number of processes exactly one makes the leak, the others add to it.
func (p *Pipeline) claim(ctx context.Context, key DataKey, c *claim) (id string, isNew bool, err error) {
	merged := 0
	err = p.again(ctx, "claim a leak", func(attempt int) error {
		d, others, err := p.claimDraft(ctx, key, c, attempt)
		if err != nil {
			return err
		}
		id, isNew, merged = d.leak.ID, d.leak.State == StateNew, len(others)
		before := d.leak.Sightings
		if err := p.sight(d, key, c); err != nil {
			return err
		}
		if d.effects == 0 && d.leak.Sightings == before {
			return nil // this reading of the place was counted before
		}
		p.counts.sightings.Add(1)
		return p.commit(ctx, d)
	})
	if err != nil {
		return "", false, err
	}
	p.counts.merged.Add(int64(merged))
	if isNew {
		p.counts.opened.Add(1)
	}
	return id, isNew, nil
}

// claimDraft finds the leak of a claim, makes it when there is none, and unites it with others that turn out to be the same.
func (p *Pipeline) claimDraft(ctx context.Context, key DataKey, c *claim, attempt int) (d *draft, others []Leak, err error) {
	org := c.owner.Org
	leaks, err := p.store.FindLeaks(ctx, org, c.keys)
	if err != nil {
		return nil, nil, err
	}
	episode := 0
	for _, l := range leaks {
		episode = max(episode, NextEpisode(l, p.now()))
	}
	leaks = slices.DeleteFunc(leaks, func(l Leak) bool { return NextEpisode(l, p.now()) > l.Episode })
	if len(leaks) == 0 {
		l, err := p.newLeak(ctx, key, c, episode, attempt)
		if err != nil {
			return nil, nil, err
		}
		return p.draftFor(c, l, p.viewOf(org, c.contact())), nil, nil
	}
	view, err := p.view(ctx, leaks[0])
	if err != nil {
		return nil, nil, err
	}
	d = p.draftFor(c, leaks[0], view)
	if len(leaks) > 1 {
		err = p.unite(ctx, d, leaks[1:])
	}
	return d, leaks[1:], err
}

func (p *Pipeline) draftFor(c *claim, l Leak, view HostView) *draft {
	if !c.asked && l.Host == "" {
		view = HostView{}
	}
	d := p.newDraft(l, view)
	d.crowd, d.known = c.crowd, c.who.known
	return d
}

// maxStale bounds the search for an identity that no delivery has used.
const maxStale = 64

// stillMaking is how often a leak that was not there a moment ago is looked for again before its identity counts as used up.
const stillMaking = 3

// newLeak is a leak that is not stored yet. Deliveries are kept longer than leaks: an identity whose deliveries are still there
// would find its first alert told already, so it takes the next. ErrConflict when somebody else makes the leak at this moment: then
// the deliveries are that leak's.
func (p *Pipeline) newLeak(ctx context.Context, key DataKey, c *claim, episode, attempt int) (Leak, error) {
	l := Leak{
		Org: c.owner.Org, Keys: slices.Clone(c.keys), Platform: c.f.Link.Platform, MaskedID: c.f.Link.MaskedID(),
	}
	for n := range maxStale {
		l.Episode = episode + n
		l.ID = LeakID(p.leakKey, l.Org, c.keys[0], l.Episode)
		rows, err := p.store.Deliveries(ctx, l.Org, l.ID)
		if err != nil {
			return Leak{}, err
		}
		if len(rows) == 0 {
			err := sealID(key, c.f.Link, &l)
			return l, err
		}
		switch _, err := p.store.Leak(ctx, l.Org, l.ID); {
		case err == nil && attempt < stillMaking:
			return Leak{}, fmt.Errorf("another made the leak meanwhile: %w", ErrConflict)
		case err != nil && !errors.Is(err, ErrNotFound):
			return Leak{}, err
		}
	}
	return Leak{}, fmt.Errorf("a meeting found and forgotten %d times: %w", maxStale, ErrBadValue)
}

// sealID keeps the clear id, encrypted, where a platform may be asked by it.
func sealID(key DataKey, link matchers.Link, l *Leak) error {
	if !callable(link.Platform) || len(link.Key()) > MaxClearBytes {
		return nil
	}
	sealed, err := key.Seal(l.ID, SealedMeeting, link.Key())
	l.Sealed = sealed
	return err
}

// unite takes the others into the draft's leak, and settles what they had to tell.
func (p *Pipeline) unite(ctx context.Context, d *draft, others []Leak) error {
	l, effects := unite(d.leak, others, d.view, d.now)
	d.leak = l
	d.take(effects, false)
	for _, other := range others {
		d.change.Merged = append(d.change.Merged, Merge{From: other.ID, Version: other.Version, Into: l.ID})
		rows, err := p.store.Deliveries(ctx, l.Org, other.ID)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if row.Delivery.State == DeliveryPending && len(d.change.Settled) < MaxChange {
				d.takeOver(row.Delivery)
				row.Delivery = row.Delivery.Suppress(WithheldDuplicate, d.now)
				d.change.Settled = append(d.change.Settled, row)
			}
		}
	}
	return nil
}

// takeOver keeps what waits for an analyst, of a leak that is merged into the draft's.
func (d *draft) takeOver(row Delivery) {
	if row.To != Analysts {
		return
	}
	row.ID = DeliveryID(row.ID, 0, Analysts, "taken over", time.Time{})
	row.Leak, row.Round, row.Attempts, row.LastError = d.leak.ID, d.leak.Ladder.Round, 0, ""
	d.deliver(row)
}

// apart divides a claim whose keys lead to leaks of different hosts: a page that writes meetings side by side does not make them one,
// or what one host says would end the other's leak. Keys of no leak, or of one without a host, go with the first.
func (p *Pipeline) apart(ctx context.Context, c *claim) ([]*claim, error) {
	if len(c.keys) < 2 {
		return []*claim{c}, nil
	}
	leaks, err := p.store.FindLeaks(ctx, c.owner.Org, c.keys)
	if err != nil {
		return nil, fmt.Errorf("claim a leak: %w", err)
	}
	first := *c
	parts, hosts := []*claim{&first}, []HostRef{""}
	for _, l := range leaks {
		switch {
		case l.Host == "" || slices.Contains(hosts, l.Host):
		case hosts[0] == "":
			hosts[0] = l.Host
		default:
			other := *c
			hosts, parts = append(hosts, l.Host), append(parts, &other)
		}
	}
	if len(parts) == 1 {
		return []*claim{c}, nil
	}
	for i, part := range parts {
		part.keys = keysOf(c.keys, leaks, hosts, i)
		if part.who.host != hosts[i] {
			part.who, part.asked = whois{}, false
		}
		if part.called.host != hosts[i] {
			part.called = called{}
		}
	}
	return parts, nil
}

// keysOf is those of the keys that belong to part of the hosts.
func keysOf(keys []string, leaks []Leak, hosts []HostRef, part int) []string {
	return slices.DeleteFunc(slices.Clone(keys), func(key string) bool {
		for _, l := range leaks {
			if slices.Contains(l.Keys, key) {
				return max(slices.Index(hosts, l.Host), 0) != part
			}
		}
		return part != 0
	})
}

// sight lets the sighting happen to the draft's leak, and what the resolver said after it.
func (p *Pipeline) sight(d *draft, key DataKey, c *claim) error {
	where := PlaceKey(p.placeKey, d.leak.Org, c.URI)
	before := d.leak.Sightings
	err := d.apply(LeakEvent{
		Kind: Sighted, By: Actor{Role: RolePage}, Place: where, Site: SiteKey(p.placeKey, d.leak.Org, c.site),
		Seen: Seen{
			At: c.At, Kind: c.f.Link.Kind, Class: c.f.Link.Class, Secrets: c.f.Link.Secrets, Keys: c.keys, Rank: c.owner.Rank,
			Reach: c.Reach, Risk: c.f.Risk, Raid: c.f.Raid, Public: c.owner.Public, When: When{Start: c.f.Start, By: RolePage},
		},
	})
	if err != nil {
		return err
	}
	if d.leak.Sightings > before && d.leak.place(where) != nil {
		seen, err := c.sighting(key, d.leak.ID, where)
		if err != nil {
			return err
		}
		d.change.Sightings = append(d.change.Sightings, seen)
	}
	if err := p.heed(d, c); err != nil {
		return err
	}
	if c.asked {
		return p.meet(d, c.who)
	}
	return nil
}

// sighting is the row of the claim's place. Its reference is sealed for the place, not for the leak: leaks are merged.
func (c *claim) sighting(key DataKey, leak, where string) (Sighting, error) {
	s := Sighting{Leak: leak, Place: c.shownAt(), PlaceKey: where, Source: c.Source, SeenAt: c.At, Reach: max(c.Reach, 0)}
	if len(c.f.Places) > 0 {
		first := c.f.Places[0]
		s.Line, s.Page, s.Via = first.Line, first.Page, first.Via
	}
	reference := c.Reference.Text()
	if reference == "" || len(reference) > MaxClearBytes {
		return s, nil
	}
	var err error
	s.Ref, err = key.Seal(where, SealedPlace, reference)
	return s, err
}
