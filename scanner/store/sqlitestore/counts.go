package sqlitestore

import (
	"context"
	"fmt"
	"time"

	"meetleaks/scanner"
)

// The windows of [scanner.Load].
const (
	hour = time.Hour
	day  = 24 * time.Hour
)

// AlertLoads implements [scanner.AlertCounts].
func (s *Store) AlertLoads(ctx context.Context, org string, recipients []string) (map[string]scanner.Load, error) {
	if err := scanner.CheckBatch(len(recipients)); err != nil {
		return nil, fmt.Errorf("alert loads: %w", err)
	}
	loads := make(map[string]scanner.Load, len(recipients))
	err := s.view(ctx, "alert loads", func(t *tx) error {
		for _, recipient := range recipients {
			load, err := t.load(org, recipient, s.opts.Now())
			if err != nil {
				return err
			}
			loads[recipient] = load
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return loads, nil
}

func (t *tx) load(org, recipient string, now time.Time) (scanner.Load, error) {
	var l scanner.Load
	err := t.row("SELECT COUNT(*), COALESCE(SUM(at > ?), 0) FROM alert_count WHERE org = ? AND recipient = ? AND at > ? AND at <= ?",
		ms(now.Add(-hour)), org, recipient, ms(now.Add(-day)), last(ms(now))).Scan(&l.Day, &l.Hour)
	return l, err
}

// CountAlert implements [scanner.AlertCounts].
func (s *Store) CountAlert(ctx context.Context, org, recipient, delivery string, most scanner.Load) (bool, error) {
	if err := scanner.CheckNames("organisation, recipient or delivery", org, recipient, delivery); err != nil {
		return false, fmt.Errorf("count alert: %w", err)
	}
	counted := false
	err := s.change(ctx, "count alert", func(t *tx) error {
		now := s.opts.Now()
		if _, err := t.org(org); err != nil {
			return err
		}
		var at int64
		err := t.row("SELECT COALESCE(MAX(at), 0) FROM alert_count WHERE org = ? AND recipient = ? AND delivery = ?",
			org, recipient, delivery).Scan(&at)
		if err != nil {
			return err
		}
		load, err := t.load(org, recipient, now)
		switch {
		case err != nil:
			return err
		case at > ms(now.Add(-day)) && at <= last(ms(now)):
			counted = true
			return nil
		case most.Hour > 0 && load.Hour >= most.Hour || most.Day > 0 && load.Day >= most.Day:
			return nil
		}
		counted = true
		if load.Day >= scanner.MaxCounted {
			return nil
		}
		return t.exec("INSERT OR REPLACE INTO alert_count VALUES (?, ?, ?, ?)", org, recipient, delivery, ms(now))
	})
	return counted && err == nil, err
}
