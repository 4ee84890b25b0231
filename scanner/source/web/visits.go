package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"meetleaks/matchers"
	"meetleaks/scanner"
)

// visitMemory is the Memory of one source in a store of visits. An address may hold a meeting's number that nobody can tell from other
// numbers, so none is kept in clear: a page is known by an HMAC of its address, and what is remembered of it is sealed. Pages are asked for
// again when they are due, for which their addresses lie in what is sealed; that of a sitemap, which is only ever looked up, is not kept.
// What cannot be read is taken for nothing: the page is read in full once something leads to it.
type visitMemory struct {
	visits scanner.Visits
	key    scanner.VisitKey
	source string
}

// remembered is what is sealed, as JSON.
type remembered struct {
	Address string `json:"address,omitempty"`
	Visit
}

// Due implements [Memory]. What was kept in clear is kept as all else from then on.
func (m visitMemory) Due(ctx context.Context, now time.Time, yield func(Visit) bool) error {
	var broken error
	err := m.visits.DueVisits(ctx, m.source, now, func(kept scanner.Visit) bool {
		var v Visit
		if inClear(kept) {
			v, broken = m.adopt(ctx, kept)
		} else {
			v, _ = m.open(kept)
		}
		return broken == nil && (v.URL == "" || yield(v))
	})
	if err == nil {
		err = broken
	}
	if err != nil {
		return fmt.Errorf("list visits: %w", err)
	}
	return nil
}

// Load implements [Memory].
func (m visitMemory) Load(ctx context.Context, url string) (Visit, bool, error) {
	kept, known, err := m.visits.LoadVisit(ctx, m.source, m.key.Name(m.source, url))
	if err != nil || !known {
		return Visit{URL: url}, false, err
	}
	v, ok := m.open(kept)
	v.URL = url
	return v, ok, nil
}

// Save implements [Memory]. The error wraps scanner.ErrFull when there is no room, and scanner.ErrBadValue where the address itself
// is seen to hold a passcode or a meeting's number: such a page is read again in each pass that comes to it, and nothing of it is kept,
// since a passcode may not be kept sealed either.
func (m visitMemory) Save(ctx context.Context, v Visit) error {
	if !mayKeep(v.URL) {
		return fmt.Errorf("save a visit: its address is not to be kept: %w", scanner.ErrBadValue)
	}
	return m.save(ctx, v, "")
}

func mayKeep(address string) bool { return matchers.Mask(address) == address }

// save keeps a visit in place of the one that was known by another name. A page that leads to what may not be kept is read in full.
func (m visitMemory) save(ctx context.Context, v Visit, was string) error {
	if !mayKeep(v.To) {
		v = v.unread()
		v.To = ""
	}
	record := remembered{v.URL, v}
	if strings.HasSuffix(v.URL, sitemapMark) {
		record.Address = ""
	}
	name := m.key.Name(m.source, v.URL)
	data, err := scanner.EncodeRecord(record)
	if err == nil {
		data, err = m.key.Seal(m.source, name, data)
	}
	if err != nil {
		return fmt.Errorf("save a visit: %w", err)
	}
	// Stores count milliseconds: a look must not come before its time, or it would not count.
	next := v.Next.Truncate(time.Millisecond)
	if next.Before(v.Next) {
		next = next.Add(time.Millisecond)
	}
	return m.visits.SaveVisit(ctx, m.source, scanner.Visit{Page: name, Next: next, Data: data, Was: was})
}

// inClear says whether a visit is one that an older version kept under the page's address.
func inClear(kept scanner.Visit) bool { return strings.Contains(kept.Page, "://") }

// adopt keeps what an older version kept in clear, unless more is known by now. The visit is without an address where that may not be kept:
// then what takes its place is forgotten at once, as if nobody had come for it for long.
func (m visitMemory) adopt(ctx context.Context, kept scanner.Visit) (Visit, error) {
	old, _ := decodeVisit(kept.Data)
	v, known, err := m.Load(ctx, kept.Page)
	if err != nil {
		return Visit{}, err
	}
	if !known || v.At.Before(old.At) {
		v = old.Visit
		v.URL, v.Next = kept.Page, kept.Next
	}
	if strings.HasSuffix(v.URL, sitemapMark) {
		v.Next = v.At // older versions kept it for ever
	}
	if !mayKeep(v.URL) {
		v = Visit{}
	}
	err = m.save(ctx, v, kept.Page)
	if errors.Is(err, scanner.ErrBadValue) { // sealed it is too long: then the page is read in full
		v = v.unread()
		err = m.save(ctx, v, kept.Page)
	}
	return v, err
}

// open reads what was kept of a page, false when it cannot be read.
func (m visitMemory) open(kept scanner.Visit) (Visit, bool) {
	data, err := m.key.Open(m.source, kept.Page, kept.Data)
	if err != nil {
		return Visit{}, false
	}
	record, ok := decodeVisit(data)
	record.URL, record.Next = record.Address, kept.Next
	return record.Visit, ok
}

// decodeVisit reads what was sealed, or what an older version kept in clear; false when it is no visit that this package wrote: then only
// the address is believed.
func decodeVisit(data []byte) (remembered, bool) {
	var r remembered
	err := json.Unmarshal(data, &r)
	if err != nil || r.Depth < 0 || r.Depth > maxDepth || len(r.Claims) > maxClaims || r.Interval < 0 {
		return remembered{Address: r.Address}, false
	}
	r.Fails, r.Gone, r.LeakLooks, r.LeakGone, r.Claimed = max(r.Fails, 0), max(r.Gone, 0), max(r.LeakLooks, 0), max(r.LeakGone, 0), max(r.Claimed, 0)
	return r, true
}
