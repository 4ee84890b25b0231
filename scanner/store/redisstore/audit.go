package redisstore

import (
	"context"
	"fmt"
	"strings"

	"meetleaks/scanner"
)

// AppendAudit implements [scanner.AuditTrail].
func (s *Store) AppendAudit(ctx context.Context, org string, entries []scanner.Audit) error {
	if len(entries) > scanner.MaxChange {
		return fmt.Errorf("append audit: %d entries, %d at most: %w", len(entries), scanner.MaxChange, scanner.ErrBadValue)
	}
	o := orgSpot(org)
	must := 1
	if org == "" {
		must = 0
	}
	a := arguments{o.tag, nonce(), must}
	if err := a.audits(entries); err != nil {
		return fmt.Errorf("append audit: %w", err)
	}
	answer, err := s.run(ctx, "audit", call{o.partition, a})
	if err == nil && answer != "ok" {
		err = scanner.ErrNoOrganisation
	}
	return failure(ctx, "append audit", err)
}

// ListAudit implements [scanner.AuditTrail].
func (s *Store) ListAudit(ctx context.Context, q scanner.AuditQuery) ([]scanner.AuditEntry, error) {
	o := orgSpot(q.Org)
	answer, err := s.run(ctx, "auditlist", call{o.partition, []any{o.tag, q.Leak, max(q.Before, 0), scanner.PageLimit(q.Limit)}})
	if err != nil {
		return nil, failure(ctx, "list audit", err)
	}
	values, err := texts(answer)
	if err != nil {
		return nil, failure(ctx, "list audit", err)
	}
	entries := make([]scanner.AuditEntry, len(values))
	for i, value := range values {
		seq, _, _ := strings.Cut(value, "\t")
		if entries[i].Seq, err = integer(seq); err == nil {
			err = decode(value, &entries[i].Audit)
		}
		if err != nil {
			return nil, failure(ctx, "list audit", err)
		}
	}
	return entries, nil
}
