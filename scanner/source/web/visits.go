package web

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"meetleaks/matchers"
	"meetleaks/scanner"
)

// visitMemory is the Memory of one source in a store of visits. The address is the store's key; all else of a Visit is its data, as
// JSON without the address. Data that cannot be read is taken for none: the page is read in full.
type visitMemory struct {
	visits scanner.Visits
	source string
}

// Due implements [Memory].
func (m visitMemory) Due(ctx context.Context, now time.Time, yield func(Visit) bool) error {
	err := m.visits.DueVisits(ctx, m.source, now, func(v scanner.Visit) bool {
		visit, _ := decodeVisit(v)
		return yield(visit)
	})
	if err != nil {
		return fmt.Errorf("list visits: %w", err)
	}
	return nil
}

// Load implements [Memory].
func (m visitMemory) Load(ctx context.Context, url string) (Visit, bool, error) {
	v, known, err := m.visits.LoadVisit(ctx, m.source, url)
	if err != nil || !known {
		return Visit{URL: url}, false, err
	}
	visit, ok := decodeVisit(v)
	return visit, ok, nil
}

// Save implements [Memory]. The error wraps scanner.ErrFull when there is no room, and scanner.ErrBadValue where the address itself
// holds a passcode or a meeting's number: such a page is read again in each pass that comes to it, and nothing of it is kept.
func (m visitMemory) Save(ctx context.Context, v Visit) error {
	if matchers.Mask(v.URL) != v.URL || matchers.Mask(v.To) != v.To {
		return fmt.Errorf("save a visit: its address is not to be kept: %w", scanner.ErrBadValue)
	}
	data, err := scanner.EncodeRecord(v)
	if err != nil {
		return fmt.Errorf("save a visit: %w", err)
	}
	// Stores count milliseconds: a look must not come before its time, or it would not count.
	next := v.Next.Truncate(time.Millisecond)
	if next.Before(v.Next) {
		next = next.Add(time.Millisecond)
	}
	return m.visits.SaveVisit(ctx, m.source, scanner.Visit{Page: v.URL, Next: next, Data: data})
}

// decodeVisit is what a store kept, false when it cannot be read or is no visit that this package wrote.
func decodeVisit(kept scanner.Visit) (Visit, bool) {
	var v Visit
	err := json.Unmarshal(kept.Data, &v)
	if err != nil || v.Depth < 0 || v.Depth > maxDepth || len(v.Claims) > maxClaims || v.Interval < 0 {
		return Visit{URL: kept.Page, Next: kept.Next}, false
	}
	v.URL, v.Next = kept.Page, kept.Next
	v.Fails, v.Gone, v.LeakLooks, v.LeakGone, v.Claimed = max(v.Fails, 0), max(v.Gone, 0), max(v.LeakLooks, 0), max(v.LeakGone, 0), max(v.Claimed, 0)
	return v, true
}
