package redisstore

import (
	"context"
	"fmt"

	"meetleaks/scanner"
)

// AlertLoads implements [scanner.AlertCounts].
func (s *Store) AlertLoads(ctx context.Context, org string, recipients []string) (map[string]scanner.Load, error) {
	if err := scanner.CheckBatch(len(recipients)); err != nil {
		return nil, fmt.Errorf("alert loads: %w", err)
	}
	o := orgSpot(org)
	args := []any{o.tag}
	for _, recipient := range recipients {
		args = append(args, recipient)
	}
	answer, err := s.run(ctx, "loads", call{o.partition, args})
	if err != nil {
		return nil, failure(ctx, "alert loads", err)
	}
	counts, err := integers(answer, 2*len(recipients))
	if err != nil {
		return nil, failure(ctx, "alert loads", err)
	}
	loads := make(map[string]scanner.Load, len(recipients))
	for i, recipient := range recipients {
		loads[recipient] = scanner.Load{Hour: int(counts[2*i]), Day: int(counts[2*i+1])}
	}
	return loads, nil
}

// CountAlert implements [scanner.AlertCounts].
func (s *Store) CountAlert(ctx context.Context, org, recipient, delivery string, most scanner.Load) (bool, error) {
	if err := scanner.CheckNames("organisation, recipient or delivery", org, recipient, delivery); err != nil {
		return false, fmt.Errorf("count alert: %w", err)
	}
	o := orgSpot(org)
	answer, err := s.run(ctx, "count", call{o.partition, []any{
		o.tag, recipient, delivery, max(most.Hour, 0), max(most.Day, 0), scanner.MaxCounted,
	}})
	if err != nil {
		return false, failure(ctx, "count alert", err)
	}
	counted, err := integer(answer)
	if counted < 0 {
		err = scanner.ErrNoOrganisation
	}
	return counted == 1, failure(ctx, "count alert", err)
}
