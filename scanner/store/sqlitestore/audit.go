package sqlitestore

import (
	"context"
	"database/sql"
	"fmt"

	"meetleaks/scanner"
)

// deployment is the number of the trail that belongs to no organisation.
const deployment = 0

// AppendAudit implements [scanner.AuditTrail].
func (s *Store) AppendAudit(ctx context.Context, org string, entries []scanner.Audit) error {
	if len(entries) > scanner.MaxChange {
		return fmt.Errorf("append audit: %d entries, %d at most: %w", len(entries), scanner.MaxChange, scanner.ErrBadValue)
	}
	return s.change(ctx, "append audit", func(t *tx) (err error) {
		id := int64(deployment)
		if org != "" {
			if id, err = t.org(org); err != nil {
				return err
			}
		}
		return t.appendAudit(id, entries)
	})
}

func (t *tx) appendAudit(org int64, entries []scanner.Audit) error {
	for _, entry := range entries {
		body, err := scanner.EncodeRecord(entry)
		if err != nil {
			return err
		}
		if err := t.exec("INSERT INTO audit (org, leak, at, body) VALUES (?, ?, ?, ?)", org, entry.Leak, ms(entry.At), body); err != nil {
			return err
		}
	}
	return nil
}

// ListAudit implements [scanner.AuditTrail].
func (s *Store) ListAudit(ctx context.Context, q scanner.AuditQuery) ([]scanner.AuditEntry, error) {
	before := q.Before
	if before <= 0 {
		before = 1<<63 - 1
	}
	query := "SELECT seq, body FROM audit WHERE org = COALESCE((SELECT id FROM org WHERE name = ?), -1) AND seq < ?"
	args := []any{q.Org, before}
	if q.Org == "" {
		query, args = "SELECT seq, body FROM audit WHERE org = ? AND seq < ?", []any{deployment, before}
	}
	if q.Leak != "" {
		query, args = query+" AND leak = ?", append(args, q.Leak)
	}
	var entries []scanner.AuditEntry
	err := s.view(ctx, "list audit", func(t *tx) error {
		return t.each(func(rows *sql.Rows) error {
			var entry scanner.AuditEntry
			var body []byte
			if err := rows.Scan(&entry.Seq, &body); err != nil {
				return err
			}
			entries = append(entries, entry)
			return decode(body, &entries[len(entries)-1].Audit)
		}, query+" ORDER BY seq DESC LIMIT ?", append(args, scanner.PageLimit(q.Limit))...)
	})
	if err != nil {
		return nil, err
	}
	return entries, nil
}
