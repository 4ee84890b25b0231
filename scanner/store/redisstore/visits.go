package redisstore

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"meetleaks/scanner"
)

// visitsAtOnce bounds what is read of the visits that are due in one step, beside its bytes.
const visitsAtOnce = 256

// DueVisits implements [scanner.Visits]. Nothing is held while yield runs.
func (s *Store) DueVisits(ctx context.Context, source string, now time.Time, yield func(scanner.Visit) bool) error {
	before := sortableMS(ms(now) + 1)
	for after := ""; ; {
		visits, next, err := s.dueVisits(ctx, source, after, before)
		if err != nil {
			return failure(ctx, "due visits", err)
		}
		for _, v := range visits {
			if ctx.Err() != nil {
				return failure(ctx, "due visits", context.Cause(ctx))
			}
			if !yield(v) {
				return nil
			}
		}
		if next == "" {
			return nil
		}
		after = next
	}
}

// dueVisits is one step, and where the next begins, "" when there is none.
func (s *Store) dueVisits(ctx context.Context, source, after, before string) ([]scanner.Visit, string, error) {
	at := sourceSpot(source)
	answer, err := s.run(ctx, "visitdue", call{at.partition, []any{at.tag, after, before, visitsAtOnce}})
	if err != nil {
		return nil, "", err
	}
	items, err := texts(answer)
	if err != nil || len(items)%2 != 1 {
		return nil, "", fmt.Errorf("visits that are due: %w", errors.Join(errBroken, err))
	}
	var visits []scanner.Visit
	for i := 0; i+1 < len(items); i += 2 {
		v, err := decodeVisit(items[i], items[i+1])
		if err != nil {
			return nil, "", err
		}
		visits = append(visits, v)
	}
	return visits, items[len(items)-1], nil
}

// decodeVisit reads a value: its next look, sortable and in full, in the first line.
func decodeVisit(page, text string) (scanner.Visit, error) {
	first, data, _ := strings.Cut(text, "\n")
	_, next, _ := strings.Cut(first, "\t")
	at, err := time.Parse(time.RFC3339Nano, next)
	if err != nil {
		return scanner.Visit{}, fmt.Errorf("next look of a visit: %w", errBroken)
	}
	return scanner.Visit{Page: page, Next: at, Data: []byte(data)}, nil
}

// LoadVisit implements [scanner.Visits].
func (s *Store) LoadVisit(ctx context.Context, source, page string) (scanner.Visit, bool, error) {
	if err := s.open(ctx); err != nil {
		return scanner.Visit{}, false, failure(ctx, "load visit", err)
	}
	at := sourceSpot(source)
	value, err := s.client.HGet(ctx, s.layout.key(at.partition, "v:"+at.tag+":data"), page).Result()
	if errors.Is(err, redis.Nil) {
		return scanner.Visit{}, false, nil
	}
	if err != nil {
		return scanner.Visit{}, false, failure(ctx, "load visit", err)
	}
	v, err := decodeVisit(page, value)
	return v, err == nil, failure(ctx, "load visit", err)
}

// SaveVisit implements [scanner.Visits].
func (s *Store) SaveVisit(ctx context.Context, source string, v scanner.Visit) error {
	if err := v.Check(source); err != nil {
		return fmt.Errorf("save visit: %w", err)
	}
	answer, err := s.run(ctx, "visitsave", saveVisit(source, v, s.maxVisits))
	if err == nil && answer == "full" {
		err = fmt.Errorf("%d pages: %w", s.maxVisits, scanner.ErrFull)
	}
	return failure(ctx, "save visit", err)
}

// saveVisit is a call of visitsave.
func saveVisit(source string, v scanner.Visit, most int) call {
	at, next := sourceSpot(source), sortable(v.Next)
	value := next + "\t" + whole(v.Next) + "\n" + string(v.Data)
	return call{at.partition, []any{at.tag, source, v.Page, next, value, most, v.Was}}
}

// ForgetVisits implements [scanner.Visits].
func (s *Store) ForgetVisits(ctx context.Context, source string) (int, error) {
	n, err := s.dropVisits(ctx, sourceSpot(source), "", scanner.MaxBatch)
	return int(n), failure(ctx, "forget visits", err)
}

// dropVisits takes away visits that are due before a moment; "" for all.
func (s *Store) dropVisits(ctx context.Context, at spot, before string, most int) (int64, error) {
	answer, err := s.run(ctx, "visitdrop", call{at.partition, []any{at.tag, before, most}})
	if err != nil {
		return 0, err
	}
	return integer(answer)
}
