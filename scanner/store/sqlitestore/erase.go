package sqlitestore

import (
	"context"
	"database/sql"
	"errors"

	"meetleaks/scanner"
)

// EraseOrganisation implements [scanner.Keeper]. What is deleted is overwritten in the file; once nothing is left, so is the log.
func (s *Store) EraseOrganisation(ctx context.Context, org string) (scanner.Removed, error) {
	var id int64
	err := s.change(ctx, "erase the key of an organisation", func(t *tx) error {
		err := t.row("UPDATE org SET wrapped = NULL WHERE name = ? RETURNING id", org).Scan(&id)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	if err != nil {
		return scanner.Removed{}, err
	}
	var out scanner.Removed
	if err := s.change(ctx, "erase an organisation", func(t *tx) (err error) {
		out, err = t.erase(id, org)
		return err
	}); err != nil {
		return scanner.Removed{}, err
	}
	if out.More {
		return out, nil
	}
	return out, s.checkpoint(ctx)
}

// erase takes away a step of what is left; when that was all, the organisation itself.
func (t *tx) erase(id int64, org string) (scanner.Removed, error) {
	var out scanner.Removed
	counts := int64(0)
	for _, part := range []struct {
		count *int64
		query string
		owner any
		most  int64
	}{
		{&out.Sightings, "DELETE FROM sighting WHERE (leak, place) IN (SELECT s.leak, s.place FROM leak JOIN sighting s ON s.leak = leak.row WHERE leak.org = ? LIMIT ?)", id, rowsAtOnce},
		{&out.Leaks, "DELETE FROM leak WHERE row IN (SELECT row FROM leak WHERE org = ? LIMIT ?)", id, leaksAtOnce},
		{&out.Deliveries, "DELETE FROM outbox WHERE (org, id) IN (SELECT org, id FROM outbox WHERE org = ? LIMIT ?)", id, rowsAtOnce},
		{&out.Audits, "DELETE FROM audit WHERE seq IN (SELECT seq FROM audit WHERE org = ? LIMIT ?)", id, rowsAtOnce},
		{&counts, "DELETE FROM alert_count WHERE (org, recipient, delivery) IN (SELECT org, recipient, delivery FROM alert_count WHERE org = ? LIMIT ?)", org, rowsAtOnce},
	} {
		if id == deployment && part.owner != org {
			continue // an organisation that is not known
		}
		n, err := t.affected(part.query, part.owner, part.most)
		if err != nil {
			return out, err
		}
		*part.count = n
		if n == part.most {
			out.More = true
			return out, nil
		}
	}
	if id == deployment {
		return out, nil
	}
	return out, errors.Join(
		t.exec("DELETE FROM claim WHERE org = ?", id), // the last: who erases because of a claim finds it until then
		t.exec("DELETE FROM ledger WHERE org = ?", id),
		t.exec("DELETE FROM org WHERE id = ?", id))
}

// checkpoint writes the log into the file and empties it. Readers under way can keep it from that; then the next does it.
func (s *Store) checkpoint(ctx context.Context) error {
	var busy, pages, done int
	err := s.write.db.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &pages, &done)
	if err != nil {
		return failure(ctx, "checkpoint", err)
	}
	return nil
}
