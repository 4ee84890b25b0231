package sqlitestore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"meetleaks/scanner"
)

// commit is a change on its way into the store.
type commit struct {
	*tx
	scanner.Change
	org  int64
	rows map[string]int64 // row numbers of the leaks that were written, by id
}

// Commit implements [scanner.LeakStore].
func (s *Store) Commit(ctx context.Context, c scanner.Change) error {
	if err := c.Check(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return s.change(ctx, "commit", func(t *tx) error {
		org, err := t.org(c.Org)
		if err != nil {
			return err
		}
		todo := commit{t, c, org, make(map[string]int64, len(c.Leaks))}
		for _, step := range []func() error{
			todo.freeMerged, todo.leaks, todo.merge, todo.sightings, todo.deliveries, todo.settled, todo.moves, todo.audits,
		} {
			if err := step(); err != nil {
				return err
			}
		}
		return nil
	})
}

// find is a leak's row and version, both 0 when there is none.
func (c *commit) find(id string) (row, version int64, err error) {
	err = c.row("SELECT row, version FROM leak WHERE org = ? AND id = ?", c.org, id).Scan(&row, &version)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, 0, nil
	}
	return row, version, err
}

// moves adds to the ledger, each sum once.
func (c *commit) moves() error {
	sums := make(map[scanner.Account]int)
	for _, m := range c.Moves {
		if m.From.Kind == scanner.AccountNone {
			sums[scanner.Account{Kind: found}]++
		} else {
			sums[m.From]--
		}
		sums[m.To]++
	}
	for account, n := range sums {
		err := c.exec("INSERT INTO ledger VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n", c.org, account.Kind, account.Reason, n)
		if err != nil {
			return err
		}
	}
	return nil
}

// found is the ledger's first sum, in the column of the accounts.
const found = scanner.AccountKind("found")

func (c *commit) audits() error { return c.appendAudit(c.org, c.Audits) }

// sightings keeps one for each place of a leak.
func (c *commit) sightings() error {
	for _, s := range c.Sightings {
		row, err := c.rowOf(s.Leak)
		if err != nil {
			return err
		}
		body, err := scanner.EncodeRecord(s)
		if err != nil {
			return err
		}
		if err := c.exec(`INSERT INTO sighting (leak, place, org, seen, gone, body)
			SELECT ?1, ?2, ?3, ?4, ?5, ?6
			WHERE EXISTS (SELECT 1 FROM sighting WHERE leak = ?1 AND place = ?2)
			   OR (SELECT COUNT(*) FROM sighting WHERE leak = ?1) < ?7
			ON CONFLICT DO UPDATE SET seen = excluded.seen, gone = excluded.gone, body = excluded.body`,
			row, s.PlaceKey, c.org, ms(s.SeenAt), orNull(s.Gone), body, scanner.MaxSightings); err != nil {
			return err
		}
	}
	return nil
}

// rowOf is the row of a leak that must be stored: what belongs to it is written with it, or after it.
func (c *commit) rowOf(id string) (int64, error) {
	if row, written := c.rows[id]; written {
		return row, nil
	}
	row, _, err := c.find(id)
	if err == nil && row == 0 {
		err = fmt.Errorf("a sighting of leak %s, which is not stored: %w", id, scanner.ErrConflict)
	}
	c.rows[id] = row
	return row, err
}
