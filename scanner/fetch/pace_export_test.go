package fetch

import (
	"context"
	"time"
)

// NewLocalPacer is the pacer of one process, for the suite of pacers.
func NewLocalPacer(host, domain, total int, now func() time.Time, sleep func(context.Context, time.Duration) error) Pacer {
	return newPacer(paceOptions{HostBudget: host, DomainBudget: domain, TotalBudget: total, Now: now, Sleep: sleep})
}
