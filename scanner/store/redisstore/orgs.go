package redisstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/redis/go-redis/v9"

	"meetleaks/scanner"
)

// OrgKey implements [scanner.OrgKeys].
func (s *Store) OrgKey(ctx context.Context, org string) ([]byte, error) {
	value, err := s.get(ctx, s.layout.ofOrg(orgSpot(org), "key"))
	if err != nil {
		return nil, failure(ctx, "key of organisation", err)
	}
	return []byte(value), nil
}

// AddOrgKey implements [scanner.OrgKeys]. While an organisation is being erased it is an ErrConflict: what is left of it must
// not become the new one's.
func (s *Store) AddOrgKey(ctx context.Context, org string, wrapped []byte) ([]byte, error) {
	if err := errors.Join(scanner.CheckName("organisation", org), checkKey(wrapped)); err != nil {
		return nil, fmt.Errorf("add key: %w", err)
	}
	stored, err := s.orgKey(ctx, org, "add", wrapped, nil)
	if err != nil {
		return nil, failure(ctx, "add key", err)
	}
	return []byte(stored), nil
}

// ReplaceOrgKey implements [scanner.OrgKeys].
func (s *Store) ReplaceOrgKey(ctx context.Context, org string, old, wrapped []byte) error {
	if err := errors.Join(checkKey(old), checkKey(wrapped)); err != nil {
		return fmt.Errorf("replace key: %w", err)
	}
	_, err := s.orgKey(ctx, org, "replace", wrapped, old)
	return failure(ctx, "replace key", err)
}

// orgKey runs orgkey.lua.
func (s *Store) orgKey(ctx context.Context, org, what string, wrapped, old []byte) (string, error) {
	o := orgSpot(org)
	answer, err := s.run(ctx, "orgkey", call{o.partition, []any{o.tag, org, what, wrapped, old}})
	if err != nil {
		return "", err
	}
	stored, err := text(answer)
	if err == nil && stored == "" {
		err = scanner.ErrConflict
	}
	return stored, err
}

func checkKey(wrapped []byte) error {
	if len(wrapped) == 0 || len(wrapped) > scanner.MaxReceipt {
		return fmt.Errorf("a wrapped key of %d bytes: %w", len(wrapped), scanner.ErrBadValue)
	}
	return nil
}

// Organisations implements [scanner.OrgKeys].
func (s *Store) Organisations(ctx context.Context) ([]string, error) {
	tags, err := s.names(ctx, "orgs")
	if err != nil {
		return nil, failure(ctx, "organisations", err)
	}
	var names []string
	for _, of := range tags {
		for _, name := range of {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, nil
}

// names reads the names of organisations or sources, by partition and tag.
func (s *Store) names(ctx context.Context, of string) ([partitions]map[string]string, error) {
	var out [partitions]map[string]string
	if err := s.open(ctx); err != nil {
		return out, err
	}
	pipe := s.client.Pipeline()
	var sent [partitions]*redis.MapStringStringCmd
	for i := range sent {
		sent[i] = pipe.HGetAll(ctx, s.layout.key(i, of))
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return out, err
	}
	for i, cmd := range sent {
		out[i] = cmd.Val()
	}
	return out, nil
}

// Ledger implements [scanner.Books].
func (s *Store) Ledger(ctx context.Context, org string) (scanner.Ledger, int64, error) {
	b, pending, err := s.ledger(ctx, orgSpot(org))
	if err != nil {
		return scanner.Ledger{}, 0, failure(ctx, "ledger", err)
	}
	return b, pending, nil
}

func (s *Store) ledger(ctx context.Context, o spot) (scanner.Ledger, int64, error) {
	answer, err := s.run(ctx, "books", call{o.partition, []any{o.tag}})
	if err != nil {
		return scanner.Ledger{}, 0, err
	}
	f, err := texts(answer)
	if err != nil || len(f)%2 != 1 {
		return scanner.Ledger{}, 0, fmt.Errorf("ledger: %w", errors.Join(errBroken, err))
	}
	pending, err := integer(f[0])
	if err != nil {
		return scanner.Ledger{}, 0, err
	}
	var b scanner.Ledger
	for pair := range slices.Chunk(f[1:], 2) {
		n, err := integer(pair[1])
		if err != nil {
			return scanner.Ledger{}, 0, err
		}
		enter(&b, pair[0], n)
	}
	return b, pending, nil
}

// enter takes one sum over.
func enter(b *scanner.Ledger, field string, n int64) {
	switch field {
	case "found":
		b.Found = n
	case string(scanner.AccountAlerted):
		b.Alerted = n
	case string(scanner.AccountPending):
		b.Pending = n
	default:
		if b.Suppressed == nil {
			b.Suppressed = make(map[scanner.Withheld]int64)
		}
		b.Suppressed[scanner.Withheld(strings.TrimPrefix(field, suppressedField))] = n
	}
}
