package main

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
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
	holder        string // this process among all that share the store
	ring          *scanner.Keyring
	organisations []string
	retention     scanner.Retention
	now           func() time.Time
	log           *slog.Logger
	count         func(scanner.Removed) // is told what was taken away; nil: nobody
}

// visitsKept is how long a page is remembered that nobody came for.
const visitsKept = 90 * 24 * time.Hour

func newKeeper(store scanner.Store, holder string, ring *scanner.Keyring, c config.Config, now func() time.Time, log *slog.Logger) *keeper {
	k := &keeper{store: store, holder: cmp.Or(holder, newHolder()), ring: ring, now: now, log: log, retention: scanner.Retention{
		Sighting: time.Duration(c.Retention.Sighting), Leak: time.Duration(c.Retention.Leak),
		Answer: time.Duration(c.Retention.Answer), Audit: time.Duration(c.Retention.Audit), Visit: visitsKept,
	}}
	for _, o := range c.Organisations {
		k.organisations = append(k.organisations, o.Name)
	}
	return k
}

// The mark of the index key.
const (
	markName  = "store/keys"     // of its lease and cursor
	markBound = 10 * time.Second // to write it, or to see it written
	markLease = 3 * time.Second
	markPause = 50 * time.Millisecond
)

// errOtherIndex says that leaks and places in the store have other names than this process would give them.
var errOtherIndex = errors.New("its index key is not the one of this configuration")

// ready lets a store be used: the mark first, so that nothing is written under a wrong key.
func (k *keeper) ready(ctx context.Context) error {
	if err := k.checkMark(ctx); err != nil {
		return err
	}
	return k.keys(ctx)
}

// checkMark compares the index key with the one that the store was made with: with another one nothing that is stored would be found
// again, and all would be alerted anew. The first process to come leaves the mark.
func (k *keeper) checkMark(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, markBound)
	defer cancel()
	own := k.mark()
	for {
		cursors, err := k.store.Cursors(ctx, []string{markName})
		if err != nil {
			return fmt.Errorf("look at the mark of the index key: %w", err)
		}
		switch kept := cursors[markName].Value; {
		case hmac.Equal(kept, own):
			return nil
		case len(kept) > 0:
			return errOtherIndex
		}
		if err := k.leaveMark(ctx, own); err != nil {
			return fmt.Errorf("leave a mark of the index key: %w", err)
		}
	}
}

// mark says nothing about the key but whether it is the same.
func (k *keeper) mark() []byte {
	sum := hmac.New(sha256.New, k.ring.IndexKey())
	sum.Write([]byte("meetleaks mark of the index key v1"))
	return []byte(hex.EncodeToString(sum.Sum(nil)[:16]))
}

// leaveMark writes it, or waits a little while another process does.
func (k *keeper) leaveMark(ctx context.Context, mark []byte) error {
	lease, err := k.store.Acquire(ctx, markName, k.holder, markLease)
	if errors.Is(err, scanner.ErrHeld) {
		timer := time.NewTimer(markPause)
		defer timer.Stop()
		select {
		case <-timer.C:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if err != nil {
		return err
	}
	cursors, err := k.store.Cursors(ctx, []string{markName}) // another one may have been faster
	if err == nil && len(cursors[markName].Value) == 0 {
		err = k.store.SaveCursor(ctx, lease, scanner.Cursor{Value: mark})
	}
	return errors.Join(err, k.store.Release(ctx, lease))
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

// mend is one look for missing keys. A store that has lost its history has lost the mark too.
func (k *keeper) mend(ctx context.Context) (bool, error) {
	if err := k.checkMark(ctx); err != nil {
		return false, err
	}
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
