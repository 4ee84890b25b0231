package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/scanner"
)

// keeper keeps the store: each organisation has its data key, under the newest master key, and what has come to the end of its days
// is taken away and counted.
type keeper struct {
	store         scanner.Store
	ring          *scanner.Keyring
	organisations []string
	retention     scanner.Retention
	now           func() time.Time
	log           *slog.Logger
	count         func(scanner.Removed) // is told what was taken away; nil: nobody
}

// visitsKept is how long a page is remembered that nobody came for.
const visitsKept = 90 * 24 * time.Hour

func newKeeper(store scanner.Store, ring *scanner.Keyring, c config.Config, now func() time.Time, log *slog.Logger) *keeper {
	k := &keeper{store: store, ring: ring, now: now, log: log, retention: scanner.Retention{
		Sighting: time.Duration(c.Retention.Sighting), Leak: time.Duration(c.Retention.Leak),
		Answer: time.Duration(c.Retention.Answer), Audit: time.Duration(c.Retention.Audit), Visit: visitsKept,
	}}
	for _, o := range c.Organisations {
		k.organisations = append(k.organisations, o.Name)
	}
	return k
}

// keys gives a data key to each organisation of the configuration that has none: it is new, or the store has lost its history. Keys
// under an older master key are wrapped anew. Any number of processes may do it at the same time.
func (k *keeper) keys(ctx context.Context) error {
	var failed []error
	for _, org := range k.organisations {
		if err := k.key(ctx, org); err != nil {
			failed = append(failed, fmt.Errorf("data key of %s: %w", org, err))
		}
		if ctx.Err() != nil {
			break
		}
	}
	return errors.Join(failed...)
}

func (k *keeper) key(ctx context.Context, org string) error {
	wrapped, err := k.store.OrgKey(ctx, org)
	if errors.Is(err, scanner.ErrNotFound) {
		return k.addKey(ctx, org)
	}
	if err != nil {
		return err
	}
	again, changed, err := k.ring.Rewrap(org, wrapped)
	if err != nil || !changed {
		return err
	}
	if err := k.store.ReplaceOrgKey(ctx, org, wrapped, again); err != nil && !errors.Is(err, scanner.ErrConflict) {
		return err
	}
	k.log.Info("a data key is wrapped by the newest master key", "organisation", org)
	return nil
}

func (k *keeper) addKey(ctx context.Context, org string) error {
	_, wrapped, err := k.ring.NewDataKey(org)
	if err != nil {
		return err
	}
	_, err = k.store.AddOrgKey(ctx, org, wrapped)
	return err
}

// missingKeys says whether an organisation of the configuration has lost its key.
func (k *keeper) missingKeys(ctx context.Context) (bool, error) {
	have, err := k.store.Organisations(ctx)
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(k.organisations, func(org string) bool { return !slices.Contains(have, org) }), nil
}

// mend is one look for missing keys.
func (k *keeper) mend(ctx context.Context) (bool, error) {
	missing, err := k.missingKeys(ctx)
	if err != nil || !missing {
		return false, err
	}
	k.log.Warn("organisations have no data key in the store: they get new ones; what was known of their meetings is gone")
	return false, k.keys(ctx)
}

// maxExpireSteps bounds one round of retention; what is left is taken in the next.
const maxExpireSteps = 10_000

// expire is one round of retention.
func (k *keeper) expire(ctx context.Context) (bool, error) {
	for range maxExpireSteps {
		r, err := k.store.Expire(ctx, k.retention, k.now())
		k.note(r)
		if err != nil || !r.More {
			return false, err
		}
	}
	return true, nil
}

// note counts and logs what was taken away.
func (k *keeper) note(r scanner.Removed) {
	if k.count != nil {
		k.count(r)
	}
	if r.Leaks+r.Sightings+r.Deliveries+r.Audits > 0 {
		k.log.Info("what came to the end of its days was taken away",
			"leaks", r.Leaks, "sightings", r.Sightings, "deliveries", r.Deliveries, "audits", r.Audits)
	}
}
