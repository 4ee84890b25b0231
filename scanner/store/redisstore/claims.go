package redisstore

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"meetleaks/scanner"
)

// Claims of domains lie in one partition, whosever they are: what they have to agree on is who holds a domain. There are few, and each
// is read and written a few times a day.

func claimPartition() int { return spotOf("claims", "").partition }

// claimsOf are the bounds of an organisation's claims in their order, of all organisations for "".
func claimsOf(org string) (first, last string) {
	if org == "" {
		return "-", "+"
	}
	return "[" + org + "\t", "(" + org + "\n"
}

// ListClaims implements [scanner.Claims].
func (s *Store) ListClaims(ctx context.Context, q scanner.ClaimQuery) (scanner.ClaimPage, error) {
	page, err := s.listClaims(ctx, q)
	if err != nil {
		return scanner.ClaimPage{}, failure(ctx, "list claims", err)
	}
	return page, nil
}

func (s *Store) listClaims(ctx context.Context, q scanner.ClaimQuery) (scanner.ClaimPage, error) {
	var page scanner.ClaimPage
	first, last := claimsOf(q.Org)
	if q.After != "" {
		org, _, err := scanner.CutClaimKey(q.After)
		if err != nil {
			return page, err
		}
		if q.Org == "" || q.Org == org {
			first = "(" + q.After
		}
	}
	limit := scanner.PageLimit(q.Limit)
	answer, err := s.run(ctx, "claimlist", call{claimPartition(), []any{first, last, limit + 1}})
	if err != nil {
		return page, err
	}
	items, err := texts(answer)
	if err != nil || len(items)%2 != 0 {
		return page, errors.Join(errBroken, err)
	}
	for i := 0; i < len(items); i += 2 {
		if len(page.Claims) == limit {
			page.Next = items[i-2]
			break
		}
		c, err := decodeClaim(items[i+1])
		if err != nil {
			return page, err
		}
		page.Claims = append(page.Claims, c)
	}
	return page, nil
}

// decodeClaim reads a value: its version in the first line.
func decodeClaim(value string) (scanner.DomainClaim, error) {
	var c scanner.DomainClaim
	if err := decode(value, &c); err != nil {
		return scanner.DomainClaim{}, err
	}
	version, _, _ := strings.Cut(value, "\n")
	var err error
	c.Version, err = integer(version)
	return c, err
}

// Claim implements [scanner.Claims].
func (s *Store) Claim(ctx context.Context, org, domain string) (scanner.DomainClaim, error) {
	key := scanner.ClaimKey(org, domain)
	answer, err := s.run(ctx, "claimlist", call{claimPartition(), []any{"[" + key, "[" + key, 1}})
	if err != nil {
		return scanner.DomainClaim{}, failure(ctx, "claim", err)
	}
	items, err := texts(answer)
	switch {
	case err != nil:
		return scanner.DomainClaim{}, failure(ctx, "claim", err)
	case len(items) != 2:
		return scanner.DomainClaim{}, failure(ctx, "claim", scanner.ErrNotFound)
	}
	c, err := decodeClaim(items[1])
	return c, failure(ctx, "claim", err)
}

// SaveClaim implements [scanner.Claims]. The organisation's key lies in another partition: it is looked at before and after, and a claim
// that came while the organisation was being erased is taken away again.
func (s *Store) SaveClaim(ctx context.Context, c scanner.DomainClaim) error {
	body, err := scanner.EncodeRecord(c)
	if err := errors.Join(c.Check(), err); err != nil {
		return fmt.Errorf("save claim: %w", err)
	}
	if err := s.hasKey(ctx, c.Org); err != nil {
		return failure(ctx, "save claim", err)
	}
	if err := s.saveClaim(ctx, c, body); err != nil {
		return failure(ctx, "save claim", err)
	}
	err = s.hasKey(ctx, c.Org)
	if errors.Is(err, scanner.ErrNoOrganisation) {
		err = errors.Join(err, s.dropClaims(ctx, c.Org))
	}
	return failure(ctx, "save claim", err)
}

func (s *Store) hasKey(ctx context.Context, org string) error {
	_, err := s.get(ctx, s.layout.ofOrg(orgSpot(org), "key"))
	if errors.Is(err, scanner.ErrNotFound) {
		return scanner.ErrNoOrganisation
	}
	return err
}

func (s *Store) saveClaim(ctx context.Context, c scanner.DomainClaim, body []byte) error {
	held := 0
	if c.State.Held() {
		held = 1
	}
	first, last := claimsOf(c.Org)
	answer, err := s.run(ctx, "claimsave", call{claimPartition(), []any{
		nonce(), scanner.ClaimKey(c.Org, c.Domain), c.Domain, first, last, c.Version, held, scanner.MaxClaims, scanner.MaxOrgClaims, body,
	}})
	switch {
	case err != nil:
		return err
	case answer == "conflict":
		return scanner.ErrConflict
	case answer == "taken":
		return scanner.DomainTaken(c.Domain)
	case answer == "full":
		return scanner.ErrFull
	}
	return nil
}

// ForgetClaim implements [scanner.Claims].
func (s *Store) ForgetClaim(ctx context.Context, c scanner.DomainClaim) error {
	key := "[" + scanner.ClaimKey(c.Org, c.Domain)
	answer, err := s.run(ctx, "claimdrop", call{claimPartition(), []any{nonce(), key, key, c.Version}})
	switch {
	case err != nil:
	case answer == "conflict":
		err = scanner.ErrConflict
	case answer == "none":
		err = scanner.ErrNotFound
	}
	return failure(ctx, "forget claim", err)
}

// dropClaims takes away all of an organisation.
func (s *Store) dropClaims(ctx context.Context, org string) error {
	first, last := claimsOf(org)
	_, err := s.run(ctx, "claimdrop", call{claimPartition(), []any{nonce(), first, last, ""}})
	return err
}
