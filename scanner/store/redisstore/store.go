package redisstore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"meetleaks/scanner"
)

// Options say where a store is. Zero fields stand for the defaults.
type Options struct {
	Address Address
	// Prefix begins all keys, "meetleaks" by default: 1 to 64 letters, digits, dots and hyphens. Stores with different ones on one Redis
	// know nothing of each other.
	Prefix string
	// Timeout bounds one try of a command, 2 seconds by default; all tries together take twice that at most.
	Timeout time.Duration
	// MaxVisits is scanner.MaxVisits by default.
	MaxVisits int
	// Now is a clock for tests; nil: Redis's own, which all processes share.
	Now func() time.Time
}

// Store implements [scanner.Store]. Make it with [Open].
type Store struct {
	client    redis.UniversalClient
	kind      kind
	layout    layout
	scripts   scripts
	now       func() time.Time
	maxVisits int
	epochs    [partitions]string
	lost      atomic.Bool
	shut      atomic.Bool
	turns     turns
}

var _ scanner.Store = (*Store)(nil)

// Open connects, and begins the store's history where there is none. It fails with [scanner.ErrUnavailable] when Redis does
// not answer.
func Open(ctx context.Context, o Options) (*Store, error) {
	if o.Address.kind == "" {
		return nil, errors.New("open store: no address is given")
	}
	o.Prefix = cmp.Or(o.Prefix, "meetleaks")
	bad := func(r rune) bool {
		return !strings.ContainsRune("-.0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", r)
	}
	if len(o.Prefix) > 64 || strings.ContainsFunc(o.Prefix, bad) {
		return nil, errors.New("open store: a prefix has 1 to 64 letters, digits, dots and hyphens")
	}
	all, err := loadScripts()
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	s := &Store{
		client: o.Address.Client(o.Timeout), kind: o.Address.kind, layout: layout{o.Prefix}, scripts: all, now: o.Now,
		maxVisits: cmp.Or(max(o.MaxVisits, 0), scanner.MaxVisits),
	}
	if err := s.begin(ctx); err != nil {
		return nil, errors.Join(failure(ctx, "open store "+o.Address.String(), err), s.Close())
	}
	return s, nil
}

// begin notes the epochs with which the store is opened, and begins them where there are none.
func (s *Store) begin(ctx context.Context) error {
	err := s.everywhere(ctx, "epoch", []any{nonce()}, func(i int, answer any) (err error) {
		s.epochs[i], err = text(answer)
		return err
	})
	if redis.HasErrorPrefix(err, "Error compiling script") {
		return fmt.Errorf("the server is no Redis 7.0 or newer: %w", err)
	}
	return err
}

// Close implements [scanner.Keeper].
func (s *Store) Close() error {
	if s.shut.Swap(true) {
		return nil
	}
	if err := s.client.Close(); err != nil {
		return fmt.Errorf("close store: %w", err)
	}
	return nil
}
