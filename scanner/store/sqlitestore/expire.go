package sqlitestore

import (
	"context"
	"time"

	"meetleaks/scanner"
)

// What one step of retention takes away at most, of each kind. A leak takes up to MaxSightings sightings with it.
const (
	rowsAtOnce  = 2000
	leaksAtOnce = 200
)

// Expire implements [scanner.Keeper].
func (s *Store) Expire(ctx context.Context, r scanner.Retention, now time.Time) (scanner.Removed, error) {
	var out scanner.Removed
	for _, part := range []struct {
		kept  time.Duration
		count *int64
		most  int64
		take  func(*tx, int64) (int64, error)
	}{
		{r.Leak, &out.Leaks, leaksAtOnce, (*tx).expireLeaks},
		{r.Sighting, &out.Sightings, rowsAtOnce, func(t *tx, end int64) (int64, error) {
			return t.affected("DELETE FROM sighting WHERE (leak, place) IN (SELECT leak, place FROM sighting WHERE gone IS NOT NULL AND gone <= ? LIMIT ?)", end, rowsAtOnce)
		}},
		{r.Answer, &out.Deliveries, rowsAtOnce, func(t *tx, end int64) (int64, error) {
			return t.affected("DELETE FROM outbox WHERE (org, id) IN (SELECT org, id FROM outbox WHERE done IS NOT NULL AND done <= ? LIMIT ?)", end, rowsAtOnce)
		}},
		{r.Audit, &out.Audits, rowsAtOnce, func(t *tx, end int64) (int64, error) {
			return t.affected("DELETE FROM audit WHERE seq IN (SELECT seq FROM audit WHERE at <= ? LIMIT ?)", end, rowsAtOnce)
		}},
		{r.Visit, &out.Visits, rowsAtOnce, (*tx).expireVisits},
	} {
		if part.kept <= 0 {
			continue
		}
		err := s.change(ctx, "expire", func(t *tx) (err error) {
			*part.count, err = part.take(t, ms(now.Add(-part.kept)))
			return err
		})
		if err != nil {
			*part.count = 0
			return out, err
		}
		out.More = out.More || *part.count >= part.most
	}
	return out, s.expireOwn(ctx, &out)
}

// expireLeaks takes leaks with their keys and sightings (see the schema), and what was told of them.
func (t *tx) expireLeaks(end int64) (int64, error) {
	err := t.exec(`DELETE FROM outbox WHERE (org, id) IN (SELECT outbox.org, outbox.id FROM
		(SELECT org, id FROM leak WHERE ended IS NOT NULL AND ended <= ? ORDER BY ended LIMIT ?) AS gone
		JOIN outbox ON outbox.org = gone.org AND outbox.leak = gone.id)`, end, leaksAtOnce)
	if err != nil {
		return 0, err
	}
	return t.affected("DELETE FROM leak WHERE row IN (SELECT row FROM leak WHERE ended IS NOT NULL AND ended <= ? ORDER BY ended LIMIT ?)", end, leaksAtOnce)
}

func (t *tx) expireVisits(end int64) (int64, error) {
	const those = " (SELECT source, page FROM visit WHERE next <= ? ORDER BY next, source, page LIMIT ?) "
	err := t.exec("UPDATE visit_source SET pages = pages - (SELECT COUNT(*) FROM"+those+"WHERE source = visit_source.id)", end, rowsAtOnce)
	if err != nil {
		return 0, err
	}
	return t.affected("DELETE FROM visit WHERE (source, page) IN"+those, end, rowsAtOnce)
}

// expireOwn takes away what ended by itself, by the store's clock.
func (s *Store) expireOwn(ctx context.Context, out *scanner.Removed) error {
	return s.change(ctx, "expire", func(t *tx) error {
		_, oldest := s.bucket()
		now := s.nowMS()
		n, err := t.affected("DELETE FROM item WHERE (bucket, print) IN (SELECT bucket, print FROM item WHERE bucket < ? LIMIT ?)", oldest, rowsAtOnce)
		if err != nil {
			return err
		}
		out.Items = n
		if err := t.endClaims(now); err != nil {
			return err
		}
		out.More = out.More || n == rowsAtOnce
		for _, old := range []struct {
			query string
			end   int64
		}{
			{"DELETE FROM alert_count WHERE (org, recipient, delivery) IN (SELECT org, recipient, delivery FROM alert_count WHERE at <= ? LIMIT ?)", now - day.Milliseconds()},
			{"DELETE FROM lease WHERE name IN (SELECT name FROM lease WHERE until <= ? LIMIT ?)", now},
		} {
			if n, err = t.affected(old.query, old.end, rowsAtOnce); err != nil {
				return err
			}
			out.More = out.More || n == rowsAtOnce
		}
		return nil
	})
}

// endClaims ends claims that were given before the clock went back: nobody would get the rows before it has come so far again.
func (t *tx) endClaims(now int64) error {
	return t.exec(`UPDATE outbox SET ready = ?, lease = 0 WHERE (org, id) IN
		(SELECT org, id FROM outbox WHERE pending = 1 AND lease > ? LIMIT ?)`, now, last(now), rowsAtOnce)
}
