package redisstore

import (
	"context"
	"fmt"
	"strconv"

	"meetleaks/scanner"
)

// window is the length of the windows into which the memory of items is cut (see lua/remember.lua). What is remembered at the
// end of one is kept for ItemsKept from then; at its beginning, for ItemsKeptMost.
const window = scanner.ItemsKeptMost - scanner.ItemsKept

// SeenItems implements [scanner.Items].
func (s *Store) SeenItems(ctx context.Context, prints []uint64) ([]bool, error) {
	seen := make([]bool, len(prints))
	err := s.items(ctx, "seen", prints, func(at []int, answer any) error {
		found, err := integers(answer, len(at))
		if err != nil {
			return err
		}
		for i, place := range at {
			seen[place] = found[i] == 1
		}
		return nil
	})
	if err != nil {
		return nil, failure(ctx, "seen items", err)
	}
	return seen, nil
}

// RememberItems implements [scanner.Items]. After an error some of them may be remembered.
func (s *Store) RememberItems(ctx context.Context, prints []uint64) error {
	return failure(ctx, "remember items", s.items(ctx, "remember", prints, func([]int, any) error { return nil }))
}

// items runs a script in each partition that has some of the prints. take gets their places in prints, and the answer.
func (s *Store) items(ctx context.Context, script string, prints []uint64, take func([]int, any) error) error {
	if err := scanner.CheckBatch(len(prints)); err != nil {
		return err
	}
	var places [partitions][]int
	for i, print := range prints {
		places[group(print)] = append(places[group(print)], i)
	}
	var calls []call
	for partition, at := range places {
		if len(at) == 0 {
			continue
		}
		c := call{partition, []any{window.Milliseconds(), scanner.ItemsKept.Milliseconds()}}
		for _, i := range at {
			c.args = append(c.args, strconv.FormatInt(int64(prints[i]), 10), mix(prints[i])) //nolint:gosec // the same 64 bits
		}
		calls = append(calls, c)
	}
	answers, failed := s.runAll(ctx, script, calls)
	for i, c := range calls {
		err := failed[i]
		if err == nil {
			err = take(places[c.partition], answers[i])
		}
		if err != nil {
			return fmt.Errorf("partition %x: %w", c.partition, err)
		}
	}
	return nil
}
