package sqlitestore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"meetleaks/scanner"
)

// ListClaims implements [scanner.Claims].
func (s *Store) ListClaims(ctx context.Context, q scanner.ClaimQuery) (scanner.ClaimPage, error) {
	var org, domain string
	if q.After != "" {
		var err error
		if org, domain, err = scanner.CutClaimKey(q.After); err != nil {
			return scanner.ClaimPage{}, fmt.Errorf("list claims: %w", err)
		}
	}
	limit := scanner.PageLimit(q.Limit)
	var page scanner.ClaimPage
	err := s.view(ctx, "list claims", func(t *tx) error {
		return t.each(func(rows *sql.Rows) error {
			c, err := scanClaim(rows.Scan)
			if len(page.Claims) == limit {
				last := page.Claims[limit-1]
				page.Next = scanner.ClaimKey(last.Org, last.Domain)
				return err
			}
			page.Claims = append(page.Claims, c)
			return err
		}, `SELECT c.version, c.body FROM claim c JOIN org o ON o.id = c.org
			WHERE (? = '' OR o.name = ?) AND (o.name, c.domain) > (?, ?) ORDER BY o.name, c.domain LIMIT ?`,
			q.Org, q.Org, org, domain, limit+1)
	})
	if err != nil {
		return scanner.ClaimPage{}, err
	}
	return page, nil
}

func scanClaim(scan func(...any) error) (scanner.DomainClaim, error) {
	var body []byte
	var version int64
	if err := scan(&version, &body); err != nil {
		return scanner.DomainClaim{}, err
	}
	var c scanner.DomainClaim
	err := decode(body, &c)
	c.Version = version
	return c, err
}

// Claim implements [scanner.Claims].
func (s *Store) Claim(ctx context.Context, org, domain string) (scanner.DomainClaim, error) {
	var c scanner.DomainClaim
	err := s.view(ctx, "claim", func(t *tx) (err error) {
		c, err = scanClaim(t.row(`SELECT c.version, c.body FROM claim c JOIN org o ON o.id = c.org WHERE o.name = ? AND c.domain = ?`,
			org, domain).Scan)
		if errors.Is(err, sql.ErrNoRows) {
			err = scanner.ErrNotFound
		}
		return err
	})
	if err != nil {
		return scanner.DomainClaim{}, err
	}
	return c, nil
}

// SaveClaim implements [scanner.Claims].
func (s *Store) SaveClaim(ctx context.Context, c scanner.DomainClaim) error {
	body, err := scanner.EncodeRecord(c)
	if err := errors.Join(c.Check(), err); err != nil {
		return fmt.Errorf("save claim: %w", err)
	}
	return s.change(ctx, "save claim", func(t *tx) error {
		org, err := t.org(c.Org)
		if err != nil {
			return err
		}
		if err := t.mayHold(org, c); err != nil {
			return err
		}
		if c.Version == 0 {
			return t.addClaim(org, c, body)
		}
		n, err := t.affected("UPDATE claim SET version = version + 1, held = ?, body = ? WHERE org = ? AND domain = ? AND version = ?",
			c.State.Held(), body, org, c.Domain, c.Version)
		if err == nil && n == 0 {
			err = scanner.ErrConflict
		}
		return err
	})
}

// mayHold refuses a domain that another organisation holds.
func (t *tx) mayHold(org int64, c scanner.DomainClaim) error {
	if !c.State.Held() {
		return nil
	}
	var taken bool
	err := t.row("SELECT COUNT(*) FROM claim WHERE domain = ? AND held = 1 AND org <> ?", c.Domain, org).Scan(&taken)
	if err == nil && taken {
		err = scanner.DomainTaken(c.Domain)
	}
	return err
}

func (t *tx) addClaim(org int64, c scanner.DomainClaim, body []byte) error {
	var all, own int
	var there bool
	err := t.row("SELECT COUNT(*), COALESCE(SUM(org = ?), 0), COALESCE(MAX(org = ? AND domain = ?), 0) FROM claim", org, org, c.Domain).
		Scan(&all, &own, &there)
	switch {
	case err != nil:
		return err
	case there:
		return scanner.ErrConflict
	case all >= scanner.MaxClaims || own >= scanner.MaxOrgClaims:
		return fmt.Errorf("%d claims, %d of the organisation: %w", all, own, scanner.ErrFull)
	}
	return t.exec("INSERT INTO claim VALUES (?, ?, 1, ?, ?)", org, c.Domain, c.State.Held(), body)
}

// ForgetClaim implements [scanner.Claims].
func (s *Store) ForgetClaim(ctx context.Context, c scanner.DomainClaim) error {
	return s.change(ctx, "forget claim", func(t *tx) error {
		var version int64
		err := t.row("SELECT c.version FROM claim c JOIN org o ON o.id = c.org WHERE o.name = ? AND c.domain = ?", c.Org, c.Domain).Scan(&version)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return scanner.ErrNotFound
		case err != nil:
			return err
		case version != c.Version:
			return scanner.ErrConflict
		}
		return t.exec("DELETE FROM claim WHERE org = (SELECT id FROM org WHERE name = ?) AND domain = ?", c.Org, c.Domain)
	})
}
