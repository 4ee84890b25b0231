package sqlitestore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"meetleaks/scanner"
)

// last is the latest moment in which a lease or claim that is given now can end. What ends later was given before the clock went back.
func last(now int64) int64 { return now + scanner.MaxLease.Milliseconds() }

// Acquire implements [scanner.Leases].
func (s *Store) Acquire(ctx context.Context, name, holder string, ttl time.Duration) (scanner.Lease, error) {
	if err := errors.Join(scanner.CheckNames("lease", name, holder), scanner.CheckSpan(ttl)); err != nil {
		return scanner.Lease{}, fmt.Errorf("acquire lease: %w", err)
	}
	l := scanner.Lease{Name: name, Holder: holder}
	err := s.change(ctx, "acquire lease "+name, func(t *tx) error {
		now := s.nowMS()
		var until int64
		err := t.row("SELECT until FROM lease WHERE name = ?", name).Scan(&until)
		switch {
		case err != nil && !errors.Is(err, sql.ErrNoRows):
			return err
		case until > now && until <= last(now):
			return scanner.ErrHeld
		}
		// One count for all leases, so that those that ended can be forgotten and fences rise all the same.
		err = t.row("UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE name = 'fence' RETURNING CAST(value AS INTEGER)").Scan(&l.Fence)
		if err != nil {
			return err
		}
		until = now + ttl.Milliseconds()
		l.Until = fromMS(until)
		return t.exec("INSERT OR REPLACE INTO lease VALUES (?, ?, ?, ?)", name, holder, l.Fence, until)
	})
	if err != nil {
		return scanner.Lease{}, err
	}
	return l, nil
}

// Renew implements [scanner.Leases].
func (s *Store) Renew(ctx context.Context, l scanner.Lease, ttl time.Duration) (scanner.Lease, error) {
	if err := scanner.CheckSpan(ttl); err != nil {
		return scanner.Lease{}, fmt.Errorf("renew lease: %w", err)
	}
	err := s.change(ctx, "renew lease "+l.Name, func(t *tx) error {
		now := s.nowMS()
		n, err := t.affected("UPDATE lease SET until = ? WHERE name = ? AND holder = ? AND fence = ? AND until > ? AND until <= ?",
			now+ttl.Milliseconds(), l.Name, l.Holder, l.Fence, now, last(now))
		if err == nil && n == 0 {
			err = scanner.ErrLost
		}
		l.Until = fromMS(now + ttl.Milliseconds())
		return err
	})
	if err != nil {
		return scanner.Lease{}, err
	}
	return l, nil
}

// Release implements [scanner.Leases].
func (s *Store) Release(ctx context.Context, l scanner.Lease) error {
	return s.change(ctx, "release lease "+l.Name, func(t *tx) error {
		return t.exec("DELETE FROM lease WHERE name = ? AND holder = ? AND fence = ?", l.Name, l.Holder, l.Fence)
	})
}

// Cursors implements [scanner.Cursors].
func (s *Store) Cursors(ctx context.Context, names []string) (map[string]scanner.Cursor, error) {
	if err := scanner.CheckBatch(len(names)); err != nil {
		return nil, fmt.Errorf("cursors: %w", err)
	}
	cursors := make(map[string]scanner.Cursor, len(names))
	err := s.view(ctx, "cursors", func(t *tx) error {
		for _, name := range names {
			c := scanner.Cursor{Name: name}
			var next, saved int64
			err := t.row("SELECT value, next, saved FROM cursor WHERE name = ?", name).Scan(&c.Value, &next, &saved)
			if errors.Is(err, sql.ErrNoRows) {
				continue
			}
			if err != nil {
				return err
			}
			c.Next, c.Saved = fromMS(next), fromMS(saved)
			cursors[name] = c
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return cursors, nil
}

// SaveCursor implements [scanner.Cursors].
func (s *Store) SaveCursor(ctx context.Context, l scanner.Lease, c scanner.Cursor) error {
	if len(c.Value) > scanner.MaxRecord {
		return fmt.Errorf("save cursor: %d bytes, %d at most: %w", len(c.Value), scanner.MaxRecord, scanner.ErrBadValue)
	}
	return s.change(ctx, "save cursor "+l.Name, func(t *tx) error {
		now := s.nowMS()
		n, err := t.affected(`INSERT OR REPLACE INTO cursor SELECT name, ?, ?, ? FROM lease
			WHERE name = ? AND holder = ? AND fence = ? AND until > ? AND until <= ?`,
			c.Value, ms(c.Next), now, l.Name, l.Holder, l.Fence, now, last(now))
		if err == nil && n == 0 {
			err = scanner.ErrLost
		}
		return err
	})
}

// ForgetCursor implements [scanner.Cursors].
func (s *Store) ForgetCursor(ctx context.Context, name string) error {
	return s.change(ctx, "forget cursor "+name, func(t *tx) error { return t.exec("DELETE FROM cursor WHERE name = ?", name) })
}
