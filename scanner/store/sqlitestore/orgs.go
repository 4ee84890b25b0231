package sqlitestore

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"

	"meetleaks/scanner"
)

// OrgKey implements [scanner.OrgKeys].
func (s *Store) OrgKey(ctx context.Context, org string) ([]byte, error) {
	var wrapped []byte
	err := s.view(ctx, "key of organisation", func(t *tx) (err error) {
		wrapped, err = t.key(org)
		if err == nil && wrapped == nil {
			err = scanner.ErrNotFound
		}
		return err
	})
	return wrapped, err
}

// key is nil when there is none.
func (t *tx) key(org string) ([]byte, error) {
	var wrapped []byte
	err := t.row("SELECT wrapped FROM org WHERE name = ?", org).Scan(&wrapped)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return wrapped, err
}

// AddOrgKey implements [scanner.OrgKeys].
func (s *Store) AddOrgKey(ctx context.Context, org string, wrapped []byte) ([]byte, error) {
	if err := errors.Join(scanner.CheckName("organisation", org), checkKey(wrapped)); err != nil {
		return nil, fmt.Errorf("add key: %w", err)
	}
	var stored []byte
	err := s.change(ctx, "add key", func(t *tx) (err error) {
		if err = t.erased(org); err != nil {
			return err
		}
		if stored, err = t.key(org); err != nil || stored != nil {
			return err
		}
		stored = bytes.Clone(wrapped)
		return t.exec("INSERT INTO org (name, wrapped) VALUES (?, ?)", org, wrapped)
	})
	if err != nil {
		return nil, err
	}
	return stored, nil
}

// erased says when the organisation is being erased: what is left of it must not become the new one's.
func (t *tx) erased(org string) error {
	var half bool
	if err := t.row("SELECT COUNT(*) FROM org WHERE name = ? AND wrapped IS NULL", org).Scan(&half); err != nil || !half {
		return err
	}
	return fmt.Errorf("the organisation is being erased: %w", scanner.ErrConflict)
}

func checkKey(wrapped []byte) error {
	if len(wrapped) == 0 || len(wrapped) > scanner.MaxReceipt {
		return fmt.Errorf("a wrapped key of %d bytes: %w", len(wrapped), scanner.ErrBadValue)
	}
	return nil
}

// ReplaceOrgKey implements [scanner.OrgKeys].
func (s *Store) ReplaceOrgKey(ctx context.Context, org string, old, wrapped []byte) error {
	if err := errors.Join(checkKey(old), checkKey(wrapped)); err != nil {
		return fmt.Errorf("replace key: %w", err)
	}
	return s.change(ctx, "replace key", func(t *tx) error {
		n, err := t.affected("UPDATE org SET wrapped = ? WHERE name = ? AND wrapped = ?", wrapped, org, old)
		if err == nil && n == 0 {
			err = scanner.ErrConflict
		}
		return err
	})
}

// Organisations implements [scanner.OrgKeys].
func (s *Store) Organisations(ctx context.Context) ([]string, error) {
	var names []string
	err := s.view(ctx, "organisations", func(t *tx) error {
		return t.each(func(rows *sql.Rows) error {
			var name string
			err := rows.Scan(&name)
			names = append(names, name)
			return err
		}, "SELECT name FROM org ORDER BY name")
	})
	if err != nil {
		return nil, err
	}
	return names, nil
}

// Ledger implements [scanner.Books].
func (s *Store) Ledger(ctx context.Context, org string) (scanner.Ledger, int64, error) {
	var b scanner.Ledger
	var pending int64
	err := s.view(ctx, "ledger", func(t *tx) error {
		err := t.each(func(rows *sql.Rows) error {
			var kind scanner.AccountKind
			var reason scanner.Withheld
			var n int64
			err := rows.Scan(&kind, &reason, &n)
			enter(&b, kind, reason, n)
			return err
		}, "SELECT kind, reason, n FROM ledger WHERE org = (SELECT id FROM org WHERE name = ?)", org)
		if err != nil {
			return err
		}
		return t.row("SELECT COUNT(*) FROM leak WHERE org = (SELECT id FROM org WHERE name = ?) AND pending = 1", org).Scan(&pending)
	})
	if err != nil {
		return scanner.Ledger{}, 0, err
	}
	return b, pending, nil
}

// enter takes one sum over.
func enter(b *scanner.Ledger, kind scanner.AccountKind, reason scanner.Withheld, n int64) {
	switch kind {
	case found:
		b.Found = n
	case scanner.AccountAlerted:
		b.Alerted = n
	case scanner.AccountPending:
		b.Pending = n
	case scanner.AccountSuppressed:
		if b.Suppressed == nil {
			b.Suppressed = make(map[scanner.Withheld]int64)
		}
		b.Suppressed[reason] = n
	}
}
