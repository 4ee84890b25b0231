package redisstore

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"meetleaks/scanner"
)

// Acquire implements [scanner.Leases].
func (s *Store) Acquire(ctx context.Context, name, holder string, ttl time.Duration) (scanner.Lease, error) {
	if err := errors.Join(scanner.CheckNames("lease", name, holder), scanner.CheckSpan(ttl)); err != nil {
		return scanner.Lease{}, fmt.Errorf("acquire lease: %w", err)
	}
	l, err := s.lease(ctx, "acquire", scanner.Lease{Name: name, Holder: holder}, ttl, nonce())
	if err != nil {
		return scanner.Lease{}, failure(ctx, "acquire lease "+name, err)
	}
	return l, nil
}

// Renew implements [scanner.Leases].
func (s *Store) Renew(ctx context.Context, l scanner.Lease, ttl time.Duration) (scanner.Lease, error) {
	if err := scanner.CheckSpan(ttl); err != nil {
		return scanner.Lease{}, fmt.Errorf("renew lease: %w", err)
	}
	renewed, err := s.lease(ctx, "renew", l, ttl, strconv.FormatInt(l.Fence, 10))
	if err != nil {
		return scanner.Lease{}, failure(ctx, "renew lease "+l.Name, err)
	}
	return renewed, nil
}

// Release implements [scanner.Leases].
func (s *Store) Release(ctx context.Context, l scanner.Lease) error {
	_, err := s.lease(ctx, "release", l, 0, strconv.FormatInt(l.Fence, 10))
	if errors.Is(err, scanner.ErrLost) {
		return nil
	}
	return failure(ctx, "release lease "+l.Name, err)
}

// lease runs lease.lua.
func (s *Store) lease(ctx context.Context, what string, l scanner.Lease, ttl time.Duration, token string) (scanner.Lease, error) {
	at := leaseSpot(l.Name)
	answer, err := s.run(ctx, "lease", call{at.partition, []any{what, at.tag, l.Holder, ttl.Milliseconds(), token}})
	if err != nil {
		return scanner.Lease{}, err
	}
	f, err := texts(answer)
	switch {
	case err != nil:
		return scanner.Lease{}, err
	case len(f) == 1 && f[0] == "held":
		return scanner.Lease{}, scanner.ErrHeld
	case len(f) == 1 && f[0] == "lost":
		return scanner.Lease{}, scanner.ErrLost
	case len(f) != 3:
		return scanner.Lease{}, fmt.Errorf("a lease with %d fields: %w", len(f), errBroken)
	}
	until, err := integer(f[2])
	if err != nil {
		return scanner.Lease{}, err
	}
	l.Until = fromMS(until)
	l.Fence, err = integer(f[1])
	return l, err
}

// Cursors implements [scanner.Cursors].
func (s *Store) Cursors(ctx context.Context, names []string) (map[string]scanner.Cursor, error) {
	if err := scanner.CheckBatch(len(names)); err != nil {
		return nil, fmt.Errorf("cursors: %w", err)
	}
	cursors := make(map[string]scanner.Cursor, len(names))
	values, err := s.cursorValues(ctx, names)
	if err != nil {
		return nil, failure(ctx, "cursors", err)
	}
	for name, value := range values {
		if cursors[name], err = decodeCursor(name, value); err != nil {
			return nil, failure(ctx, "cursors", err)
		}
	}
	return cursors, nil
}

// cursorValues reads those that there are.
func (s *Store) cursorValues(ctx context.Context, names []string) (map[string]string, error) {
	values := make(map[string]string, len(names))
	if err := s.open(ctx); err != nil || len(names) == 0 {
		return values, err
	}
	pipe := s.client.Pipeline()
	found := make([]*redis.StringCmd, len(names))
	for i, name := range names {
		found[i] = pipe.Get(ctx, s.cursorKey(name))
	}
	if _, err := pipe.Exec(ctx); err != nil && !errors.Is(err, redis.Nil) {
		return nil, err
	}
	for i, cmd := range found {
		value, err := cmd.Result()
		switch {
		case errors.Is(err, redis.Nil):
		case err != nil:
			return nil, err
		default:
			values[names[i]] = value
		}
	}
	return values, nil
}

func (s *Store) cursorKey(name string) string {
	at := leaseSpot(name)
	return s.layout.key(at.partition, "u:"+at.tag)
}

// decodeCursor reads a value: next reading and when it was saved, in the first line.
func decodeCursor(name, text string) (scanner.Cursor, error) {
	first, value, _ := strings.Cut(text, "\n")
	next, saved, _ := strings.Cut(first, "\t")
	at, err := time.Parse(time.RFC3339Nano, next)
	if err != nil {
		return scanner.Cursor{}, fmt.Errorf("next reading of a cursor: %w", errBroken)
	}
	n, err := integer(saved)
	return scanner.Cursor{Name: name, Value: []byte(value), Next: at, Saved: fromMS(n)}, err
}

// SaveCursor implements [scanner.Cursors].
func (s *Store) SaveCursor(ctx context.Context, l scanner.Lease, c scanner.Cursor) error {
	if len(c.Value) > scanner.MaxRecord {
		return fmt.Errorf("save cursor: %d bytes, %d at most: %w", len(c.Value), scanner.MaxRecord, scanner.ErrBadValue)
	}
	at := leaseSpot(l.Name)
	answer, err := s.run(ctx, "cursor", call{at.partition, []any{at.tag, l.Holder, l.Fence, whole(c.Next), c.Value}})
	if err == nil && answer == "lost" {
		err = scanner.ErrLost
	}
	return failure(ctx, "save cursor "+l.Name, err)
}

// ForgetCursor implements [scanner.Cursors].
func (s *Store) ForgetCursor(ctx context.Context, name string) error {
	err := s.open(ctx)
	if err == nil {
		err = s.client.Del(ctx, s.cursorKey(name)).Err()
	}
	return failure(ctx, "forget cursor "+name, err)
}
