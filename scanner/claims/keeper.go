package claims

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"meetleaks/scanner"
)

// The bounds of one step of the keeper.
const (
	maxLooks     = 64
	looksAtATime = 8
	lookLease    = 10 * time.Minute // a look that was begun is nobody else's for so long
	eraseSteps   = 10_000           // of the store, for one organisation; the next step goes on
)

// Keeper proves claims again each day, and knows who is proved. Any number of processes may each have one on the same store: of those one
// makes each look.
type Keeper struct {
	registry *Registry
	standing atomic.Pointer[standing]
}

// standing is what all claims come to at one moment. It does not change.
type standing struct {
	watched map[string][]string // domains by organisation, sorted
	frozen  map[string][]string // the same
}

// NewKeeper makes a keeper. Nobody is proved before Refresh or Step has read the store.
func NewKeeper(r *Registry) *Keeper {
	k := &Keeper{registry: r}
	k.standing.Store(&standing{})
	return k
}

// Proved says whether the organisation has a domain that is proved, as the store was read last: new things may be looked for beyond
// its own pages.
func (k *Keeper) Proved(org string) bool { return len(k.standing.Load().watched[org]) > 0 }

// Watched returns the organisation's domains of which new pages may be watched, sorted.
func (k *Keeper) Watched(org string) []string { return slices.Clone(k.standing.Load().watched[org]) }

// Frozen returns the organisation's domains whose proof is missing for days, sorted: of them nothing new may be watched, but people are
// told and heard as before.
func (k *Keeper) Frozen(org string) []string { return slices.Clone(k.standing.Load().frozen[org]) }

// Alerted says whether people may be told because of a proof; of organisations that are vouched for that does not matter.
func (k *Keeper) Alerted(org string) bool {
	s := k.standing.Load()
	return len(s.watched[org])+len(s.frozen[org]) > 0
}

// Organisations returns those of which people may be told, sorted: with a domain that is proved, or frozen.
func (k *Keeper) Organisations() []string {
	s := k.standing.Load()
	names := slices.AppendSeq(slices.Collect(maps.Keys(s.watched)), maps.Keys(s.frozen))
	slices.Sort(names)
	return slices.Compact(names)
}

// Refresh reads how all claims stand. One of a domain that could not be claimed any more counts as not proved. Processes that make no looks call it, once a minute say.
func (k *Keeper) Refresh(ctx context.Context) error {
	_, err := k.refresh(ctx)
	return err
}

func (k *Keeper) refresh(ctx context.Context) ([]scanner.DomainClaim, error) {
	all, err := k.registry.List(ctx, "")
	if err != nil {
		return nil, err
	}
	s := &standing{watched: map[string][]string{}, frozen: map[string][]string{}}
	for _, c := range all {
		if k.registry.rules.check(c.Org, c.Domain) != nil {
			continue // whoever runs the service has given the domain to another since
		}
		switch { // in the order of the list
		case c.State.Watched():
			s.watched[c.Org] = append(s.watched[c.Org], c.Domain)
		case c.State.Alerted():
			s.frozen[c.Org] = append(s.frozen[c.Org], c.Domain)
		}
	}
	k.standing.Store(s)
	return all, nil
}

// Step makes the looks that are due, at most 64, and takes away what is purged. more says that others are due. A look that fails does not
// hold back the others.
func (k *Keeper) Step(ctx context.Context) (more bool, err error) {
	all, err := k.refresh(ctx)
	if err != nil {
		return false, err
	}
	now := k.registry.now()
	due := slices.DeleteFunc(all, func(c scanner.DomainClaim) bool { return c.State != scanner.ClaimPurged && c.Next.After(now) })
	if len(due) == 0 {
		return false, nil
	}
	slices.SortStableFunc(due, func(a, b scanner.DomainClaim) int { return a.Next.Compare(b.Next) })
	more = len(due) > maxLooks
	err = k.looks(ctx, due[:min(len(due), maxLooks)])
	return more && err == nil, errors.Join(err, k.Refresh(ctx))
}

// looks makes looks, some at a time.
func (k *Keeper) looks(ctx context.Context, due []scanner.DomainClaim) error {
	failed := make([]error, len(due))
	room := make(chan struct{}, looksAtATime)
	var under sync.WaitGroup
	for i, c := range due {
		room <- struct{}{}
		under.Go(func() {
			defer func() { <-room }()
			if ctx.Err() == nil {
				failed[i] = k.look(ctx, c)
			}
		})
	}
	under.Wait()
	return errors.Join(failed...)
}

// look proves one claim again, unless somebody else does.
func (k *Keeper) look(ctx context.Context, c scanner.DomainClaim) error {
	if c.State == scanner.ClaimPurged {
		return k.registry.purge(ctx, c)
	}
	taken := c
	taken.Next = k.registry.now().Add(lookLease)
	err := k.registry.store.SaveClaim(ctx, taken)
	if err == nil {
		taken.Version++
		_, err = k.registry.Verify(ctx, taken, scanner.Actor{Role: scanner.RoleClock, Ref: clockRef})
	}
	if errors.Is(err, scanner.ErrConflict) || errors.Is(err, scanner.ErrNotFound) || errors.Is(err, scanner.ErrNoOrganisation) {
		return nil // somebody else went on with it, or took it away
	}
	return err
}

// purge takes a claim away that is over, and with it the organisation when nothing else keeps it. What is interrupted goes on with the next step:
// the claim goes last.
func (r *Registry) purge(ctx context.Context, c scanner.DomainClaim) error {
	own, err := r.List(ctx, c.Org)
	if err != nil {
		return err
	}
	there := slices.ContainsFunc(own, func(o scanner.DomainClaim) bool { return o.Domain == c.Domain && o.Version == c.Version })
	switch {
	case !there: // somebody else has purged it; what is there now may be new
		return nil
	case r.rules.isVouched(c.Org) || kept(c, own):
		return r.forgetPurged(ctx, c)
	}
	return r.erase(ctx, c)
}

// erase takes an organisation away because of a claim that is over. The deployment's own trail says why.
func (r *Registry) erase(ctx context.Context, c scanner.DomainClaim) error {
	entry := scanner.Audit{At: r.now(), By: scanner.Actor{Role: scanner.RoleClock, Ref: clockRef}, What: Erased, Reason: c.Org + ": " + c.Domain + " is not proved any more"}
	if c.Proved.IsZero() {
		entry.Reason = c.Org + ": " + c.Domain + " was never proved"
	}
	if err := r.store.AppendAudit(ctx, "", []scanner.Audit{entry}); err != nil {
		return err
	}
	for range eraseSteps {
		removed, err := r.store.EraseOrganisation(ctx, c.Org)
		if err != nil {
			return fmt.Errorf("erase %s: %w", c.Org, err)
		}
		if !removed.More {
			r.log.Warn("an organisation was erased: it has no proved domain any more", "organisation", c.Org, "domain", c.Domain)
			return nil
		}
	}
	return nil
}

// kept says whether other claims keep the organisation: of one that lost its proof only those that are proved, or have days left.
func kept(c scanner.DomainClaim, own []scanner.DomainClaim) bool {
	for _, other := range own {
		if other.Domain == c.Domain {
			continue
		}
		if other.State.Held() || other.State == scanner.ClaimStopped || other.State == scanner.ClaimPending && c.Proved.IsZero() {
			return true
		}
	}
	return false
}

func (r *Registry) forgetPurged(ctx context.Context, c scanner.DomainClaim) error {
	if err := r.store.AppendAudit(ctx, c.Org, c.Owed); err != nil {
		return err
	}
	err := r.store.ForgetClaim(ctx, c)
	if errors.Is(err, scanner.ErrNotFound) {
		err = nil
	}
	return err
}
