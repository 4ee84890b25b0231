package scanner

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"
)

// memStore is a store in memory, as far as the pipeline asks: it keeps records as JSON, as stores do. It serves the tests of this
// package; the promises of stores are tested by package storetest.
type memStore struct {
	mu    sync.Mutex
	now   func() time.Time
	keys  map[string][]byte
	leaks map[string]*memLeak // by organisation and id
	owner map[string]string   // by organisation and key: id
	rows  map[string]*memRow  // as leaks
	seen  map[string][]Sighting
	moves map[string][]Move
	audit map[string][]Audit
	items map[uint64]bool
	loads map[string]map[string]time.Time // by organisation and recipient: deliveries
	n     int64                           // numbers rows as they are made
	about map[string][]string             // by organisation and leak: keys of rows
}

type memLeak struct {
	body []byte
	wake time.Time
}

type memRow struct {
	body  []byte
	ready time.Time
	n     int64
	final bool
}

func newMemStore(now func() time.Time) *memStore {
	return &memStore{
		now: now, keys: map[string][]byte{}, leaks: map[string]*memLeak{}, rows: map[string]*memRow{}, seen: map[string][]Sighting{},
		moves: map[string][]Move{}, audit: map[string][]Audit{}, items: map[uint64]bool{}, loads: map[string]map[string]time.Time{},
		about: map[string][]string{}, owner: map[string]string{},
	}
}

func decoded[T any](body []byte) T {
	var v T
	if err := json.Unmarshal(body, &v); err != nil {
		panic(err)
	}
	return v
}

func encoded(v any) []byte {
	body, err := EncodeRecord(v)
	if err != nil {
		panic(err)
	}
	return body
}

func (s *memStore) leaksOf(org string) []Leak {
	var all []Leak
	for _, l := range s.leaks {
		if leak := decoded[Leak](l.body); leak.Org == org {
			all = append(all, leak)
		}
	}
	slices.SortFunc(all, func(a, b Leak) int { return cmp.Or(a.FirstSeen.Compare(b.FirstSeen), cmp.Compare(a.ID, b.ID)) })
	return all
}

func (s *memStore) byKey(org, key string) *Leak {
	at := s.leaks[org+" "+s.owner[org+" "+key]]
	if at == nil {
		return nil
	}
	l := decoded[Leak](at.body)
	return &l
}

func (s *memStore) FindLeaks(_ context.Context, org string, keys []string) ([]Leak, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []Leak
	for _, key := range keys {
		l := s.byKey(org, key)
		if l != nil && !slices.ContainsFunc(found, func(o Leak) bool { return o.ID == l.ID }) {
			found = append(found, *l)
		}
	}
	slices.SortFunc(found, func(a, b Leak) int { return cmp.Or(a.FirstSeen.Compare(b.FirstSeen), cmp.Compare(a.ID, b.ID)) })
	return found, nil
}

func (s *memStore) Leak(_ context.Context, org, id string) (Leak, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if l := s.leaks[org+" "+id]; l != nil {
		return decoded[Leak](l.body), nil
	}
	return Leak{}, ErrNotFound
}

// Commit checks everything before it writes anything.
func (s *memStore) Commit(_ context.Context, c Change) error {
	if err := c.Check(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.keys[c.Org] == nil {
		return ErrNoOrganisation
	}
	if err := s.checkLeaks(c); err != nil {
		return err
	}
	for _, row := range c.Settled {
		stored := s.rows[c.Org+" "+row.Delivery.ID]
		if stored == nil || decoded[OutboxRow](stored.body).Fence != row.Fence {
			return fmt.Errorf("delivery %s: %w", row.Delivery.ID, ErrConflict)
		}
	}
	s.write(c)
	return nil
}

func (s *memStore) checkLeaks(c Change) error {
	gone := map[string]bool{}
	for _, m := range c.Merged {
		l := s.leaks[c.Org+" "+m.From]
		if l == nil || decoded[Leak](l.body).Version != m.Version {
			return fmt.Errorf("merged %s: %w", m.From, ErrConflict)
		}
		gone[m.From] = true
	}
	for _, w := range c.Leaks {
		version := int64(0)
		if l := s.leaks[c.Org+" "+w.Leak.ID]; l != nil {
			version = decoded[Leak](l.body).Version
		}
		if version != w.Leak.Version {
			return fmt.Errorf("leak %s: %w", w.Leak.ID, ErrConflict)
		}
		for _, key := range w.Leak.Keys {
			other := s.byKey(c.Org, key)
			if other != nil && other.ID != w.Leak.ID && !gone[other.ID] && other.Episode >= w.Leak.Episode {
				return fmt.Errorf("key of %s: %w", w.Leak.ID, ErrConflict)
			}
		}
	}
	return nil
}

func (s *memStore) write(c Change) {
	for _, w := range c.Leaks {
		w.Leak.Version++
		s.leaks[c.Org+" "+w.Leak.ID] = &memLeak{encoded(w.Leak), w.Wake}
		for _, key := range w.Leak.Keys {
			s.owner[c.Org+" "+key] = w.Leak.ID
		}
	}
	for _, m := range c.Merged {
		for _, seen := range s.seen[m.From] {
			seen.Leak = m.Into
			s.keep(seen)
		}
		delete(s.seen, m.From)
		delete(s.leaks, c.Org+" "+m.From)
	}
	for _, seen := range c.Sightings {
		s.keep(seen)
	}
	for _, d := range c.Deliveries {
		if s.rows[c.Org+" "+d.ID] == nil {
			s.n++
			s.rows[c.Org+" "+d.ID] = &memRow{encoded(OutboxRow{Delivery: d, Fence: 1}), d.Due, s.n, d.State != DeliveryPending}
			s.about[c.Org+" "+d.Leak] = append(s.about[c.Org+" "+d.Leak], c.Org+" "+d.ID)
		}
	}
	for _, row := range c.Settled {
		row.Fence++
		row.Lease = time.Time{}
		stored := s.rows[c.Org+" "+row.Delivery.ID]
		stored.body, stored.ready, stored.final = encoded(row), row.Delivery.Due, row.Delivery.State != DeliveryPending
	}
	s.moves[c.Org] = append(s.moves[c.Org], c.Moves...)
	s.audit[c.Org] = append(s.audit[c.Org], c.Audits...)
}

func (s *memStore) keep(seen Sighting) {
	kept := slices.DeleteFunc(s.seen[seen.Leak], func(o Sighting) bool { return o.PlaceKey == seen.PlaceKey })
	if len(kept) < MaxSightings {
		kept = append(kept, seen)
	}
	s.seen[seen.Leak] = kept
}

func (s *memStore) ListLeaks(_ context.Context, q LeakQuery) (LeakPage, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return LeakPage{Leaks: s.leaksOf(q.Org)}, nil
}

func (s *memStore) Sightings(_ context.Context, _, leak string) ([]Sighting, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	kept := slices.Clone(s.seen[leak])
	slices.SortStableFunc(kept, func(a, b Sighting) int { return b.SeenAt.Compare(a.SeenAt) })
	return kept, nil
}

func (s *memStore) LeaksAt(_ context.Context, org, place, _ string) (ids []string, next string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for leak, kept := range s.seen {
		for _, seen := range kept {
			if seen.PlaceKey == place && seen.Gone.IsZero() && s.leaks[org+" "+leak] != nil {
				ids = append(ids, leak)
			}
		}
	}
	slices.Sort(ids)
	return ids, "", nil
}

func (s *memStore) ClaimWakes(_ context.Context, limit int, lease time.Duration) ([]LeakRef, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var refs []LeakRef
	for _, l := range s.leaks {
		if !l.wake.IsZero() && !l.wake.After(s.now()) && len(refs) < limit {
			leak := decoded[Leak](l.body)
			refs = append(refs, LeakRef{leak.Org, leak.ID})
			l.wake = s.now().Add(lease)
		}
	}
	return refs, nil
}

func (s *memStore) ClaimDeliveries(_ context.Context, limit int, lease time.Duration) ([]OutboxRow, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var due []*memRow
	for _, row := range s.rows {
		if !row.final && !row.ready.After(s.now()) {
			due = append(due, row)
		}
	}
	slices.SortFunc(due, func(a, b *memRow) int { return cmp.Or(a.ready.Compare(b.ready), cmp.Compare(a.n, b.n)) })
	var claimed []OutboxRow
	for _, row := range due[:min(limit, len(due))] {
		out := decoded[OutboxRow](row.body)
		out.Fence++
		out.Lease = s.now().Add(lease)
		row.body, row.ready = encoded(out), out.Lease
		claimed = append(claimed, out)
	}
	return claimed, nil
}

func (s *memStore) Deliveries(_ context.Context, org, leak string) ([]OutboxRow, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rowsAt(s.about[org+" "+leak]), nil
}

func (s *memStore) rowsAt(keys []string) []OutboxRow {
	var out []OutboxRow
	for _, key := range keys {
		out = append(out, decoded[OutboxRow](s.rows[key].body))
	}
	slices.SortFunc(out, func(a, b OutboxRow) int {
		return cmp.Or(b.Delivery.Made.Compare(a.Delivery.Made), cmp.Compare(b.Delivery.ID, a.Delivery.ID))
	})
	return out
}

func (s *memStore) Delivery(_ context.Context, org, id string) (OutboxRow, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if row := s.rows[org+" "+id]; row != nil {
		return decoded[OutboxRow](row.body), nil
	}
	return OutboxRow{}, ErrNotFound
}

func (s *memStore) load(org, recipient string) Load {
	var l Load
	for _, at := range s.loads[org+" "+recipient] {
		if s.now().Sub(at) < time.Hour {
			l.Hour++
		}
		if s.now().Sub(at) < 24*time.Hour {
			l.Day++
		}
	}
	return l
}

func (s *memStore) AlertLoads(_ context.Context, org string, recipients []string) (map[string]Load, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[string]Load{}
	for _, recipient := range recipients {
		out[recipient] = s.load(org, recipient)
	}
	return out, nil
}

func (s *memStore) CountAlert(_ context.Context, org, recipient, delivery string, most Load) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	counted := s.loads[org+" "+recipient]
	if _, known := counted[delivery]; known {
		return true, nil
	}
	if l := s.load(org, recipient); most.Hour > 0 && l.Hour >= most.Hour || most.Day > 0 && l.Day >= most.Day {
		return false, nil
	}
	if counted == nil {
		counted = map[string]time.Time{}
		s.loads[org+" "+recipient] = counted
	}
	counted[delivery] = s.now()
	return true, nil
}

func (s *memStore) SeenItems(_ context.Context, prints []uint64) ([]bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]bool, len(prints))
	for i, print := range prints {
		out[i] = s.items[print]
	}
	return out, nil
}

func (s *memStore) RememberItems(_ context.Context, prints []uint64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, print := range prints {
		s.items[print] = true
	}
	return nil
}

func (s *memStore) OrgKey(_ context.Context, org string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if key := s.keys[org]; key != nil {
		return key, nil
	}
	return nil, ErrNotFound
}

func (s *memStore) AddOrgKey(_ context.Context, org string, wrapped []byte) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.keys[org] == nil {
		s.keys[org] = wrapped
	}
	return s.keys[org], nil
}

func (s *memStore) ReplaceOrgKey(context.Context, string, []byte, []byte) error { return ErrNotFound }

func (s *memStore) Organisations(context.Context) ([]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var orgs []string
	for org := range s.keys {
		orgs = append(orgs, org)
	}
	slices.Sort(orgs)
	return orgs, nil
}

func (s *memStore) Ledger(_ context.Context, org string) (Ledger, int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var books Ledger
	for _, m := range s.moves[org] {
		books.add(m.To, 1)
		if m.From.Kind == AccountNone {
			books.Found++
		} else {
			books.add(m.From, -1)
		}
	}
	pending := int64(0)
	for _, l := range s.leaksOf(org) {
		if l.Account.Kind == AccountPending {
			pending++
		}
	}
	return books, pending, nil
}

// dump is everything that is stored.
func (s *memStore) dump(t *testing.T) string {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	var out bytes.Buffer
	for key, l := range s.leaks {
		fmt.Fprintf(&out, "%s %s\n", key, l.body)
	}
	for key, row := range s.rows {
		fmt.Fprintf(&out, "%s %s\n", key, row.body)
	}
	for _, part := range []any{s.seen, s.moves, s.audit, s.loads} {
		body, err := json.Marshal(part)
		if err != nil {
			t.Fatal(err)
		}
		out.Write(body)
	}
	return out.String()
}
