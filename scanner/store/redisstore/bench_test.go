package redisstore_test

import (
	"testing"
	"time"

	"meetleaks/scanner"
	"meetleaks/scanner/store/redisstore"
	"meetleaks/scanner/store/redistest"
)

// BenchmarkCommit makes one leak with ten sightings and an alert in one change.
func BenchmarkCommit(b *testing.B) {
	s := begin(b, redistest.Start(b).URL())
	register(b, s, "acme")
	n := 0
	for b.Loop() {
		if err := s.Commit(b.Context(), discovery("acme", n)); err != nil {
			b.Fatal(err)
		}
		n++
	}
}

// BenchmarkClaim claims and settles one delivery.
func BenchmarkClaim(b *testing.B) {
	s := begin(b, redistest.Start(b).URL())
	register(b, s, "acme")
	n := 0
	for b.Loop() {
		if err := s.Commit(b.Context(), discovery("acme", n)); err != nil {
			b.Fatal(err)
		}
		n++
		rows, err := s.ClaimDeliveries(b.Context(), 1, time.Minute)
		if err != nil || len(rows) != 1 {
			b.Fatalf("%d claimed: %v", len(rows), err)
		}
		rows[0].Delivery = rows[0].Delivery.Accepted(time.Now())
		if err := s.Commit(b.Context(), scanner.Change{Org: "acme", Settled: rows}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkList reads pages of 100 of 100,000 leaks with 1,000,000 sightings, far into the list.
func BenchmarkList(b *testing.B) {
	server := redistest.Start(b)
	s := begin(b, server.URL())
	register(b, s, "acme")
	many(b, s, 100_000)
	b.Logf("100,000 leaks and 1,000,000 sightings take %d MB", usedMemory(b, server)>>20)
	for _, q := range []struct {
		name  string
		query scanner.LeakQuery
	}{
		{"all", scanner.LeakQuery{Org: "acme", Limit: 100}},
		{"open", scanner.LeakQuery{Org: "acme", Limit: 100, States: []scanner.State{scanner.StateOpen, scanner.StateMuted}}},
	} {
		b.Run(q.name, func(b *testing.B) {
			query := q.query
			for b.Loop() {
				page, err := s.ListLeaks(b.Context(), query)
				if err != nil || len(page.Leaks) == 0 {
					b.Fatalf("%d leaks: %v", len(page.Leaks), err)
				}
				query.After = page.Next
			}
		})
	}
}

// many makes n leaks, eight in a change.
func many(b *testing.B, s *redisstore.Store, n int) {
	b.Helper()
	for from := 0; from < n; from += 8 {
		all := scanner.Change{Org: "acme"}
		for i := range 8 {
			c := discovery("acme", from+i)
			all.Leaks = append(all.Leaks, c.Leaks...)
			all.Sightings = append(all.Sightings, c.Sightings...)
			all.Moves = append(all.Moves, c.Moves...)
		}
		if err := s.Commit(b.Context(), all); err != nil {
			b.Fatal(err)
		}
	}
}
