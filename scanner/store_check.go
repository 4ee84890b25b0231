package scanner

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
	"unicode"
	"unicode/utf8"
)

// Check says whether a change keeps the bounds that all stores share: an error is an ErrBadValue that names the field, never
// a value. Stores call it before they write.
func (c Change) Check() error {
	if err := CheckName("organisation", c.Org); err != nil {
		return err
	}
	for _, list := range []struct {
		name       string
		have, most int
	}{
		{"merged", len(c.Merged), MaxChange}, {"leaks", len(c.Leaks), MaxChange}, {"sightings", len(c.Sightings), MaxSightings},
		{"deliveries", len(c.Deliveries), MaxChange}, {"settled", len(c.Settled), MaxChange}, {"moves", len(c.Moves), MaxChange},
		{"audits", len(c.Audits), MaxChange},
	} {
		if list.have > list.most {
			return fmt.Errorf("%d %s in a change, %d at most: %w", list.have, list.name, list.most, ErrBadValue)
		}
	}
	for _, check := range []func() error{c.checkLeaks, c.checkMerged, c.checkSightings, c.checkDeliveries, c.checkMoves} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func (c Change) checkLeaks() error {
	written := make(map[string]bool, len(c.Leaks))
	for _, w := range c.Leaks {
		l := w.Leak
		if err := CheckNames("leak id", l.ID); err != nil {
			return err
		}
		if err := CheckNames("key of a leak", l.Keys...); err != nil {
			return err
		}
		switch {
		case l.Org != c.Org:
			return fmt.Errorf("a leak of another organisation: %w", ErrBadValue)
		case l.State == StateNew || l.Version < 0 || l.Episode < 0 || len(l.Keys) == 0 || len(l.Keys) > MaxLeakKeys:
			return fmt.Errorf("leak %s without state or key, or with a number below 0: %w", l.ID, ErrBadValue)
		case written[l.ID]:
			return fmt.Errorf("leak %s stands twice in a change: %w", l.ID, ErrBadValue)
		}
		written[l.ID] = true
	}
	return nil
}

func (c Change) checkMerged() error {
	gone := make(map[string]bool, len(c.Merged))
	for _, m := range c.Merged {
		if err := CheckNames("merged leak", m.From, m.Into); err != nil {
			return err
		}
		into := false
		for _, w := range c.Leaks {
			into = into || w.Leak.ID == m.Into
			if w.Leak.ID == m.From {
				return fmt.Errorf("leak %s is merged and written: %w", m.From, ErrBadValue)
			}
		}
		if !into || gone[m.From] || m.Version < 1 {
			return fmt.Errorf("leak %s is merged twice, or into none of the change: %w", m.From, ErrBadValue)
		}
		gone[m.From] = true
	}
	return nil
}

func (c Change) checkSightings() error {
	for _, s := range c.Sightings {
		if err := CheckNames("sighting", s.Leak, s.PlaceKey); err != nil {
			return err
		}
	}
	return nil
}

func (c Change) checkDeliveries() error {
	rows := make([]OutboxRow, 0, len(c.Deliveries)+len(c.Settled))
	for _, d := range c.Deliveries {
		rows = append(rows, OutboxRow{Delivery: d, Fence: 1})
	}
	rows = append(rows, c.Settled...)
	settled := make(map[string]bool, len(c.Settled))
	for i, row := range rows {
		d := row.Delivery
		if err := CheckNames("delivery id", d.ID); err != nil {
			return err
		}
		if d.Leak != "" {
			if err := CheckNames("leak of a delivery", d.Leak); err != nil {
				return err
			}
		}
		switch {
		case d.Org != c.Org || d.State == "" || row.Fence < 1 || len(row.Receipt) > MaxReceipt:
			return fmt.Errorf("delivery %s of another organisation, without state or fence, or with a long receipt: %w", d.ID, ErrBadValue)
		case i >= len(c.Deliveries) && settled[d.ID]:
			return fmt.Errorf("delivery %s is settled twice: %w", d.ID, ErrBadValue)
		}
		settled[d.ID] = i >= len(c.Deliveries)
	}
	return nil
}

func (c Change) checkMoves() error {
	for _, m := range c.Moves {
		if !m.From.valid() || !m.To.valid() || m.To.Kind == AccountNone {
			return fmt.Errorf("no such move of the ledger: %w", ErrBadValue)
		}
	}
	return nil
}

// CheckName says whether s is a name as stores keep it: 1 to MaxName bytes of UTF-8 without control characters.
func CheckName(what, s string) error { return checkText(what, s, MaxName) }

// CheckNames is CheckName of several.
func CheckNames(what string, names ...string) error {
	for _, name := range names {
		if err := CheckName(what, name); err != nil {
			return err
		}
	}
	return nil
}

// CheckPage is CheckName for the address of a page: up to MaxLongName bytes.
func CheckPage(page string) error { return checkText("page", page, MaxLongName) }

// Check says whether a visit of a source keeps the bounds that all stores share. Its error is as [Change.Check]'s.
func (v Visit) Check(source string) error {
	was := error(nil)
	if v.Was != "" {
		was = CheckPage(v.Was)
	}
	return errors.Join(CheckName("source", source), CheckPage(v.Page), was, checkMost("bytes of a visit", int64(len(v.Data)), MaxRecord))
}

func checkText(what, s string, most int) error {
	if s == "" || len(s) > most {
		return fmt.Errorf("%s of %d bytes, 1 to %d are kept: %w", what, len(s), most, ErrBadValue)
	}
	for i, r := range s {
		if unicode.IsControl(r) || r == utf8.RuneError && s[i] != 0xef {
			return fmt.Errorf("%s with control characters or not in UTF-8: %w", what, ErrBadValue)
		}
	}
	return nil
}

// CheckBatch says whether n items may be given at once.
func CheckBatch(n int) error {
	if n > MaxBatch {
		return fmt.Errorf("%d at once, %d at most: %w", n, MaxBatch, ErrBadValue)
	}
	return nil
}

// CheckSpan says whether a lease or claim may last that long: a millisecond to MaxLease.
func CheckSpan(d time.Duration) error {
	if d < time.Millisecond || d > MaxLease {
		return fmt.Errorf("a lease of %s, a millisecond to %s are given: %w", d, MaxLease, ErrBadValue)
	}
	return nil
}

// PageLimit is the number of items of a page for a limit that was asked for: 1 to MaxBatch.
func PageLimit(limit int) int { return min(max(limit, 1), MaxBatch) }

// EncodeRecord is a record as stores keep it: JSON, at most MaxRecord bytes, or ErrBadValue. Bytes of texts that are not UTF-8
// come back as U+FFFD.
func EncodeRecord(record any) ([]byte, error) {
	body, err := json.Marshal(record)
	switch {
	case err != nil:
		return nil, fmt.Errorf("encode %T: %w: %w", record, ErrBadValue, err)
	case len(body) > MaxRecord:
		return nil, fmt.Errorf("%T of %d bytes, %d at most: %w", record, len(body), MaxRecord, ErrBadValue)
	}
	return body, nil
}

// Ended is the moment from which retention counts a leak's days: zero while it has to be kept, because something is owed, or
// could still come of it. What is open, muted for a time, or covered by a word is kept. What is safe is kept while it stands
// in public, as it may drift.
func (l Leak) Ended() time.Time {
	if l.Account.Kind == AccountPending {
		return time.Time{}
	}
	at := l.Since
	switch {
	case l.State == StateOver || l.State == StateRemoved || l.State == StateNotOurs:
	case l.State == StatePublic && l.Until.IsZero():
	case l.State == StateSafe && l.allPlaces(PlaceMark.gone):
		for _, m := range l.Places {
			at = later(at, m.GoneAt)
		}
	default:
		return time.Time{}
	}
	return later(at, l.LastSeen)
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
