package sqlitestore

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"meetleaks/scanner"
)

// deliveries puts new rows into the outbox.
func (c *commit) deliveries() error {
	for _, d := range c.Deliveries {
		body, err := scanner.EncodeRecord(d)
		if err != nil {
			return err
		}
		if err := c.exec(`INSERT OR IGNORE INTO outbox (org, id, leak, pending, ready, lease, fence, made, done, body)
			VALUES (?, ?, ?, ?, ?, 0, 1, ?, ?, ?)`,
			c.org, d.ID, d.Leak, d.State == scanner.DeliveryPending, ms(d.Due), ms(d.Made), orNull(d.Done), body); err != nil {
			return err
		}
	}
	return nil
}

// settled replaces rows that are still as they were read or claimed.
func (c *commit) settled() error {
	for _, row := range c.Settled {
		d := row.Delivery
		body, err := scanner.EncodeRecord(d)
		if err != nil {
			return err
		}
		n, err := c.affected(`UPDATE outbox SET leak = ?, pending = ?, ready = ?, lease = 0, fence = fence + 1, made = ?, done = ?,
			body = ?, receipt = ? WHERE org = ? AND id = ? AND fence = ?`,
			d.Leak, d.State == scanner.DeliveryPending, ms(d.Due), ms(d.Made), orNull(d.Done), body, row.Receipt, c.org, d.ID, row.Fence)
		if err != nil {
			return err
		}
		if n == 0 {
			return fmt.Errorf("delivery %s was claimed or settled since: %w", d.ID, scanner.ErrConflict)
		}
	}
	return nil
}

// ClaimDeliveries implements [scanner.Outbox].
func (s *Store) ClaimDeliveries(ctx context.Context, limit int, lease time.Duration) ([]scanner.OutboxRow, error) {
	if err := scanner.CheckSpan(lease); err != nil {
		return nil, fmt.Errorf("claim deliveries: %w", err)
	}
	var claimed []claimedRow
	err := s.change(ctx, "claim deliveries", func(t *tx) error {
		now := s.nowMS()
		orgs, err := t.orgsReady(now)
		if err != nil || len(orgs) == 0 {
			return err
		}
		start := int(s.turn.Add(1) % uint64(len(orgs)))
		orgs = append(orgs[start:len(orgs):len(orgs)], orgs[:start]...)
		claimed, err = t.claimInTurns(orgs, scanner.PageLimit(limit), now, now+lease.Milliseconds())
		return err
	})
	if err != nil {
		return nil, err
	}
	rows, err := readable(claimed)
	if err != nil {
		return nil, failure(ctx, "claim deliveries", err)
	}
	return rows, nil
}

// claimedRow is a row that was claimed, and its delivery as it is stored.
type claimedRow struct {
	scanner.OutboxRow
	id   string
	body []byte
}

// readable reads claimed rows. One that cannot be read holds back no others: it is told once no other is left beside it, and
// waits, for all to see in Health, until somebody mends it.
func readable(claimed []claimedRow) ([]scanner.OutboxRow, error) {
	var rows []scanner.OutboxRow
	var broken error
	for _, c := range claimed {
		if err := decode(c.body, &c.Delivery); err != nil {
			broken = cmp.Or(broken, err)
			continue
		}
		rows = append(rows, c.OutboxRow)
	}
	if len(rows) > 0 {
		broken = nil
	}
	return rows, broken
}

// orgsReady lists the organisations with something to tell, each found by one step in the index.
func (t *tx) orgsReady(now int64) ([]int64, error) {
	var orgs []int64
	err := t.each(func(rows *sql.Rows) error {
		var org int64
		err := rows.Scan(&org)
		orgs = append(orgs, org)
		return err
	}, `WITH RECURSIVE o (org) AS (
			SELECT (SELECT MIN(org) FROM outbox WHERE pending = 1)
			UNION ALL
			SELECT (SELECT MIN(org) FROM outbox WHERE pending = 1 AND org > o.org) FROM o WHERE o.org IS NOT NULL
		) SELECT o.org FROM o JOIN org ON org.id = o.org AND org.wrapped IS NOT NULL
		WHERE EXISTS (SELECT 1 FROM outbox b WHERE b.pending = 1 AND b.org = o.org AND b.ready <= ?)`, now)
	return orgs, err
}

// claimInTurns gives each organisation its share of the limit, and what is left to those that have more.
func (t *tx) claimInTurns(orgs []int64, limit int, now, until int64) ([]claimedRow, error) {
	var claimed []claimedRow
	for len(orgs) > 0 && len(claimed) < limit {
		var more []int64
		for i, org := range orgs {
			left := len(orgs) - i
			share := (limit - len(claimed) + left - 1) / left
			if share == 0 {
				break
			}
			rows, err := t.claim(org, share, now, until)
			if err != nil {
				return nil, err
			}
			claimed = append(claimed, rows...)
			if len(rows) == share {
				more = append(more, org)
			}
		}
		orgs = more
	}
	return claimed, nil
}

// claim takes the first rows of one organisation.
func (t *tx) claim(org int64, limit int, now, until int64) ([]claimedRow, error) {
	var rows []claimedRow
	err := t.each(func(found *sql.Rows) error {
		c := claimedRow{OutboxRow: scanner.OutboxRow{Lease: fromMS(until)}}
		err := found.Scan(&c.id, &c.body, &c.Receipt, &c.Fence)
		c.Fence++
		rows = append(rows, c)
		return err
	}, "SELECT id, body, receipt, fence FROM outbox WHERE org = ? AND pending = 1 AND ready <= ? ORDER BY ready, id LIMIT ?", org, now, limit)
	if err != nil {
		return nil, err
	}
	for _, c := range rows {
		if err := t.exec("UPDATE outbox SET fence = ?, lease = ?, ready = ? WHERE org = ? AND id = ?",
			c.Fence, until, until, org, c.id); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

func (t *tx) outboxRows(where string, args ...any) ([]scanner.OutboxRow, error) {
	var out []scanner.OutboxRow
	err := t.each(func(rows *sql.Rows) error {
		var row scanner.OutboxRow
		var body []byte
		var lease int64
		if err := rows.Scan(&body, &row.Receipt, &row.Fence, &lease); err != nil {
			return err
		}
		row.Lease = fromMS(lease)
		out = append(out, row)
		return decode(body, &out[len(out)-1].Delivery)
	}, "SELECT body, receipt, fence, lease FROM outbox "+where, args...)
	return out, err
}

// Deliveries implements [scanner.Outbox].
func (s *Store) Deliveries(ctx context.Context, org, leak string) ([]scanner.OutboxRow, error) {
	var out []scanner.OutboxRow
	err := s.view(ctx, "deliveries of a leak", func(t *tx) (err error) {
		out, err = t.outboxRows("WHERE org = (SELECT id FROM org WHERE name = ?) AND leak = ? ORDER BY made DESC, id DESC LIMIT ?",
			org, leak, scanner.MaxBatch)
		return err
	})
	return out, err
}

// Delivery implements [scanner.Outbox].
func (s *Store) Delivery(ctx context.Context, org, id string) (scanner.OutboxRow, error) {
	var out []scanner.OutboxRow
	err := s.view(ctx, "delivery", func(t *tx) (err error) {
		out, err = t.outboxRows("WHERE org = (SELECT id FROM org WHERE name = ?) AND id = ?", org, id)
		if err == nil && len(out) == 0 {
			err = scanner.ErrNotFound
		}
		return err
	})
	if err != nil {
		return scanner.OutboxRow{}, err
	}
	return out[0], nil
}

// ClaimWakes implements [scanner.Wakes].
func (s *Store) ClaimWakes(ctx context.Context, limit int, lease time.Duration) ([]scanner.LeakRef, error) {
	if err := scanner.CheckSpan(lease); err != nil {
		return nil, fmt.Errorf("claim leaks: %w", err)
	}
	var refs []scanner.LeakRef
	err := s.change(ctx, "claim leaks", func(t *tx) error {
		now := s.nowMS()
		var rows []int64
		err := t.each(func(r *sql.Rows) error {
			var row int64
			var ref scanner.LeakRef
			err := r.Scan(&row, &ref.Org, &ref.ID)
			rows, refs = append(rows, row), append(refs, ref)
			return err
		}, `SELECT leak.row, org.name, leak.id FROM leak JOIN org ON org.id = leak.org
			WHERE leak.wake IS NOT NULL AND leak.wake <= ? ORDER BY leak.wake LIMIT ?`, now, scanner.PageLimit(limit))
		for _, row := range rows {
			err = errors.Join(err, t.exec("UPDATE leak SET wake = ? WHERE row = ?", now+lease.Milliseconds(), row))
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return refs, nil
}
