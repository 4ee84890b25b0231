package sqlitestore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"meetleaks/scanner"
)

// DueVisits implements [scanner.Visits]. Nothing is held while yield runs.
func (s *Store) DueVisits(ctx context.Context, source string, now time.Time, yield func(scanner.Visit) bool) error {
	const batch = 500
	next, page := int64(-1<<63), ""
	for {
		visits, err := s.dueVisits(ctx, source, next, page, ms(now), batch)
		if err != nil {
			return err
		}
		for _, v := range visits {
			if err := ctx.Err(); err != nil {
				return fmt.Errorf("due visits: %w", context.Cause(ctx))
			}
			next, page = ms(v.Next), v.Page
			if !yield(v) {
				return nil
			}
		}
		if len(visits) < batch {
			return nil
		}
	}
}

func (s *Store) dueVisits(ctx context.Context, source string, next int64, page string, now int64, batch int) ([]scanner.Visit, error) {
	var due []scanner.Visit
	err := s.view(ctx, "due visits", func(t *tx) error {
		return t.each(func(rows *sql.Rows) error {
			var v scanner.Visit
			var at int64
			err := rows.Scan(&v.Page, &at, &v.Data)
			v.Next = fromMS(at)
			due = append(due, v)
			return err
		}, `SELECT page, next, data FROM visit WHERE source = (SELECT id FROM visit_source WHERE name = ?)
			AND next <= ? AND (next, page) > (?, ?) ORDER BY next, page LIMIT ?`, source, now, next, page, batch)
	})
	return due, err
}

// LoadVisit implements [scanner.Visits].
func (s *Store) LoadVisit(ctx context.Context, source, page string) (scanner.Visit, bool, error) {
	v := scanner.Visit{Page: page}
	known := false
	err := s.view(ctx, "load visit", func(t *tx) error {
		var next int64
		err := t.row("SELECT next, data FROM visit WHERE source = (SELECT id FROM visit_source WHERE name = ?) AND page = ?", source, page).
			Scan(&next, &v.Data)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		v.Next, known = fromMS(next), err == nil
		return err
	})
	if err != nil || !known {
		return scanner.Visit{}, false, err
	}
	return v, true, nil
}

// SaveVisit implements [scanner.Visits].
func (s *Store) SaveVisit(ctx context.Context, source string, v scanner.Visit) error {
	if err := v.Check(source); err != nil {
		return fmt.Errorf("save visit: %w", err)
	}
	return s.change(ctx, "save visit", func(t *tx) error {
		var id int64
		var pages int
		err := t.row("INSERT INTO visit_source (name, pages) VALUES (?, 0) ON CONFLICT DO UPDATE SET pages = pages RETURNING id, pages", source).
			Scan(&id, &pages)
		if err != nil {
			return err
		}
		gone := int64(0)
		if v.Was != "" && v.Was != v.Page {
			if gone, err = t.affected("DELETE FROM visit WHERE source = ? AND page = ?", id, v.Was); err != nil {
				return err
			}
		}
		known, err := t.affected("UPDATE visit SET next = ?, data = ? WHERE source = ? AND page = ?", ms(v.Next), v.Data, id, v.Page)
		if err == nil && known == 0 {
			if pages-int(gone) >= s.opts.MaxVisits {
				return fmt.Errorf("%d pages: %w", pages, scanner.ErrFull)
			}
			err = t.exec("INSERT INTO visit VALUES (?, ?, ?, ?)", id, v.Page, ms(v.Next), v.Data)
		}
		if err != nil || gone+known == 1 { // as many as before
			return err
		}
		return t.exec("UPDATE visit_source SET pages = pages + ? WHERE id = ?", 1-known-gone, id)
	})
}

// ForgetVisits implements [scanner.Visits].
func (s *Store) ForgetVisits(ctx context.Context, source string) (int, error) {
	n := int64(0)
	err := s.change(ctx, "forget visits", func(t *tx) (err error) {
		n, err = t.affected(`DELETE FROM visit WHERE (source, page) IN (SELECT source, page FROM visit
			WHERE source = (SELECT id FROM visit_source WHERE name = ?) LIMIT ?)`, source, scanner.MaxBatch)
		if err != nil {
			return err
		}
		if n == 0 {
			return t.exec("DELETE FROM visit_source WHERE name = ?", source)
		}
		return t.exec("UPDATE visit_source SET pages = pages - ? WHERE name = ?", n, source)
	})
	return int(n), err
}
