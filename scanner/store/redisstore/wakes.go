package redisstore

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"meetleaks/scanner"
)

// ClaimWakes implements [scanner.Wakes]. As with deliveries, partitions propose and the first over all of them are claimed.
func (s *Store) ClaimWakes(ctx context.Context, limit int, lease time.Duration) ([]scanner.LeakRef, error) {
	if err := scanner.CheckSpan(lease); err != nil {
		return nil, fmt.Errorf("claim leaks: %w", err)
	}
	var rows []dueRow
	var names []string
	err := s.claimFirst(ctx, func() (lost bool, err error) {
		if rows, err = s.wakeRows(ctx, scanner.PageLimit(limit)); err != nil {
			return false, err
		}
		names, err = s.claim(ctx, "wakeclaim", lease, rows)
		return nothing(names), err
	})
	if err != nil {
		return nil, failure(ctx, "claim leaks", err)
	}
	var refs []scanner.LeakRef
	for i, name := range names {
		if name != "" {
			refs = append(refs, scanner.LeakRef{Org: name, ID: rows[i].id})
		}
	}
	return refs, nil
}

func (s *Store) wakeRows(ctx context.Context, limit int) ([]dueRow, error) {
	var rows []dueRow
	err := s.everywhere(ctx, "wakepeek", []any{limit}, func(partition int, answer any) error {
		items, err := texts(answer)
		if err != nil {
			return err
		}
		for pair := range slices.Chunk(items, 2) {
			if len(pair) != 2 || len(pair[0]) <= tagLength {
				return fmt.Errorf("a look without its leak: %w", errBroken)
			}
			due, err := strconv.ParseFloat(pair[1], 64)
			if err != nil {
				return fmt.Errorf("a look without its time: %w", errBroken)
			}
			rows = append(rows, dueRow{partition: partition, due: due, tag: pair[0][:tagLength], id: pair[0][tagLength:]})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(rows, func(a, b dueRow) int { return cmp.Or(cmp.Compare(a.due, b.due), strings.Compare(a.id, b.id)) })
	return rows[:min(len(rows), limit)], nil
}
