package sqlitestore

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"slices"

	"meetleaks/scanner"
)

// Load implements [scanner.Dumper], whole or not at all: in one transaction, which ends when next has come to its end.
func (s *Store) Load(ctx context.Context, next func() (scanner.Dumped, error)) (scanner.Loaded, error) {
	l := loading{orgs: map[string]int64{}, books: map[string]scanner.Ledger{}, most: s.opts.MaxVisits}
	err := s.change(ctx, "load", func(t *tx) error {
		l.tx = t
		if err := t.empty(); err != nil {
			return err
		}
		for {
			record, err := next()
			if errors.Is(err, io.EOF) {
				return l.finish()
			}
			if err != nil {
				l.stopped = err
				return err
			}
			if err := l.take(record); err != nil {
				return err
			}
		}
	})
	if l.stopped != nil {
		return scanner.Loaded{}, l.stopped // the caller's own, which is no outage of the store
	}
	if err != nil {
		return scanner.Loaded{}, err
	}
	return l.loaded, nil
}

// empty says when something is in the store.
func (t *tx) empty() error {
	var any bool
	err := t.row(`SELECT EXISTS (SELECT 1 FROM org) OR EXISTS (SELECT 1 FROM leak) OR EXISTS (SELECT 1 FROM cursor)
		OR EXISTS (SELECT 1 FROM visit_source) OR EXISTS (SELECT 1 FROM audit) OR EXISTS (SELECT 1 FROM item)
		OR EXISTS (SELECT 1 FROM lease)`).Scan(&any)
	if err == nil && any {
		err = fmt.Errorf("the store is not empty: %w", scanner.ErrConflict)
	}
	return err
}

// loading is a load on its way.
type loading struct {
	*tx
	orgs    map[string]int64          // numbers by name, at most scanner.MaxDumpedOrganisations
	books   map[string]scanner.Ledger // of organisations that there are
	most    int                       // pages of a source
	loaded  scanner.Loaded
	stopped error // what next returned
}

func (l *loading) take(d scanner.Dumped) error {
	if err := d.Check(); err != nil {
		return err
	}
	switch {
	case d.Cursor != nil:
		return l.cursor(d.Cursor)
	case d.Visit != nil:
		return l.visit(d.Visit)
	case d.Key != nil:
		return l.organisation(d.Org, d.Key)
	case d.Audit != nil && d.Org == "":
		return l.appendAudit(deployment, []scanner.Audit{*d.Audit})
	}
	org, known := l.orgs[d.Org]
	if !known {
		return fmt.Errorf("a %s of an organisation that did not come before: %w", d.Kind(), scanner.ErrBadValue)
	}
	switch {
	case d.Claim != nil:
		return l.claim(org, *d.Claim)
	case d.Leak != nil:
		return l.leak(org, *d.Leak)
	case d.Sighting != nil:
		return l.sighting(org, d.Org, *d.Sighting)
	case d.Delivery != nil:
		return l.delivery(org, *d.Delivery)
	case d.Audit != nil:
		return l.appendAudit(org, []scanner.Audit{*d.Audit})
	}
	if _, twice := l.books[d.Org]; !twice {
		l.books[d.Org] = *d.Ledger
	}
	return nil
}

func (l *loading) cursor(c *scanner.DumpedCursor) error {
	if c.Name == "" {
		return fmt.Errorf("a cursor without its name, as Redis gives it: it can be restored into Redis only: %w", scanner.ErrBadValue)
	}
	return l.exec("INSERT OR IGNORE INTO cursor (name, value, next, saved) VALUES (?, ?, ?, ?)", c.Name, c.Value, ms(c.Next), ms(c.Saved))
}

func (l *loading) visit(v *scanner.DumpedVisit) error {
	var id int64
	var pages int
	err := l.row("INSERT INTO visit_source (name, pages) VALUES (?, 0) ON CONFLICT DO UPDATE SET pages = pages RETURNING id, pages", v.Source).
		Scan(&id, &pages)
	if err != nil {
		return err
	}
	if pages >= l.most {
		return fmt.Errorf("%d pages of one source: %w", pages, scanner.ErrFull)
	}
	n, err := l.affected("INSERT OR IGNORE INTO visit (source, page, next, data) VALUES (?, ?, ?, ?)", id, v.Page, ms(v.Next), v.Data)
	if err != nil {
		return err
	}
	return l.exec("UPDATE visit_source SET pages = pages + ? WHERE id = ?", n, id)
}

func (l *loading) organisation(name string, wrapped []byte) error {
	if _, twice := l.orgs[name]; twice {
		return fmt.Errorf("an organisation comes twice: %w", scanner.ErrBadValue)
	}
	if len(l.orgs) >= scanner.MaxDumpedOrganisations {
		return fmt.Errorf("more than %d organisations: %w", scanner.MaxDumpedOrganisations, scanner.ErrFull)
	}
	var id int64
	err := l.row("INSERT INTO org (name, wrapped) VALUES (?, ?) RETURNING id", name, wrapped).Scan(&id)
	l.orgs[name] = id
	return err
}

// claim writes a claim, unless there is one of the same, or one that holds the domain.
func (l *loading) claim(org int64, c scanner.DomainClaim) error {
	body, err := scanner.EncodeRecord(c)
	if err == nil {
		err = l.mayHold(org, c)
	}
	if err == nil {
		err = l.addClaim(org, c, body)
	}
	if errors.Is(err, scanner.ErrConflict) {
		return nil
	}
	return err
}

// leak writes a leak as it was, without the keys that lead to another.
func (l *loading) leak(org int64, d scanner.DumpedLeak) error {
	c := commit{tx: l.tx, org: org}
	if row, _, err := c.find(d.Leak.ID); err != nil || row != 0 {
		return err
	}
	keys := slices.Compact(slices.Sorted(slices.Values(slices.Concat(d.Keys, d.Leak.Keys))))
	taken, err := l.takenKeys(org, d.Leak.Episode, keys)
	if err != nil {
		return err
	}
	l.loaded.Keys += len(taken)
	d.Leak.Keys = scanner.FreeKeys(d.Leak.Keys, taken)
	if len(d.Leak.Keys) == 0 {
		return fmt.Errorf("all keys of leak %s lead to others: %w", d.Leak.ID, scanner.ErrBadValue)
	}
	d.Leak.Version-- // it is raised when it is written
	row, err := c.writeLeak(0, scanner.LeakWrite{Leak: d.Leak, Wake: d.Wake})
	for _, key := range scanner.FreeKeys(keys, taken) {
		err = cmp.Or(err, l.exec("INSERT INTO leak_key (org, key, episode, leak) VALUES (?, ?, ?, ?)", org, key, d.Leak.Episode, row))
	}
	return err
}

func (l *loading) takenKeys(org int64, episode int, keys []string) ([]string, error) {
	wanted, err := list(keys)
	if err != nil {
		return nil, err
	}
	var taken []string
	err = l.each(func(rows *sql.Rows) error {
		var key string
		err := rows.Scan(&key)
		taken = append(taken, key)
		return err
	}, "SELECT key FROM leak_key WHERE org = ? AND episode = ? AND key IN (SELECT value FROM json_each(?))", org, episode, wanted)
	return taken, err
}

// sighting writes a sighting of a leak that came before, unless there is one of its place.
func (l *loading) sighting(org int64, name string, s scanner.Sighting) error {
	c := commit{l.tx, scanner.Change{Org: name, Sightings: []scanner.Sighting{s}}, org, map[string]int64{}}
	row, _, err := c.find(s.Leak)
	if err == nil && row == 0 {
		err = fmt.Errorf("a sighting of a leak that did not come before: %w", scanner.ErrBadValue)
	}
	if err != nil {
		return err
	}
	c.rows[s.Leak] = row
	var there bool
	if err := l.row("SELECT EXISTS (SELECT 1 FROM sighting WHERE leak = ? AND place = ?)", row, s.PlaceKey).Scan(&there); err != nil || there {
		return err
	}
	return c.sightings()
}

func (l *loading) delivery(org int64, row scanner.OutboxRow) error {
	d := row.Delivery
	body, err := scanner.EncodeRecord(d)
	if err != nil {
		return err
	}
	return l.exec(`INSERT OR IGNORE INTO outbox (org, id, leak, pending, ready, lease, fence, made, done, body, receipt)
		VALUES (?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?)`,
		org, d.ID, d.Leak, d.State == scanner.DeliveryPending, ms(d.Due), row.Fence, ms(d.Made), orNull(d.Done), body, row.Receipt)
}

// finish writes the ledgers, each as it must be for the leaks that came.
func (l *loading) finish() error {
	for name, org := range l.orgs {
		var pending int64
		if err := l.row("SELECT COUNT(*) FROM leak WHERE org = ? AND pending = 1", org).Scan(&pending); err != nil {
			return err
		}
		books, mended := l.books[name].Recounted(pending)
		if mended {
			l.loaded.Ledgers++
		}
		if err := l.ledger(org, books); err != nil {
			return err
		}
	}
	return nil
}

func (l *loading) ledger(org int64, b scanner.Ledger) error {
	sums := map[scanner.Account]int64{
		{Kind: found}: b.Found, {Kind: scanner.AccountAlerted}: b.Alerted, {Kind: scanner.AccountPending}: b.Pending,
	}
	for reason, n := range b.Suppressed {
		sums[scanner.Account{Kind: scanner.AccountSuppressed, Reason: reason}] = n
	}
	for account, n := range sums {
		if n == 0 {
			continue
		}
		if err := l.exec("INSERT INTO ledger (org, kind, reason, n) VALUES (?, ?, ?, ?)", org, account.Kind, account.Reason, n); err != nil {
			return err
		}
	}
	return nil
}
