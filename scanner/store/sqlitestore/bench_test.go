package sqlitestore

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"meetleaks/scanner"
	"meetleaks/scanner/store/storetest"
)

// benchLeak is of the size that leaks have.
func benchLeak(n int) scanner.Leak {
	l := leakOf(n)
	l.Reason, l.MaskedID, l.Sealed = "", "849•••••116", scanner.Sealed(strings.Repeat("s", 60))
	l.Risk = scanner.Risk{Score: 62, Level: "high", Reasons: []string{"the passcode is in the link", "many can see it"}}
	for i := range 10 {
		l.Places = append(l.Places, scanner.PlaceMark{Key: fmt.Sprintf("pk1:%032x", n%5000*10+i), Seen: l.FirstSeen, Reach: 40})
	}
	return l
}

func benchChange(n int) scanner.Change {
	l := benchLeak(n)
	c := scanner.Change{
		Org: "acme", Leaks: []scanner.LeakWrite{{Leak: l, Wake: l.FirstSeen}},
		Moves:  []scanner.Move{{To: l.Account}},
		Audits: []scanner.Audit{{At: l.FirstSeen, Leak: l.ID, What: scanner.Sighted, To: l.State}},
		Deliveries: []scanner.Delivery{{
			ID: scanner.DeliveryID(l.ID, 1, scanner.ToHost, scanner.RungFirst, time.Time{}), Leak: l.ID, Org: "acme", Round: 1,
			To: scanner.ToHost, Kind: scanner.DeliveryNew, State: scanner.DeliveryPending, Due: l.FirstSeen, Made: l.FirstSeen,
		}},
	}
	return c
}

func benchSightings(l scanner.Leak) []scanner.Sighting {
	var out []scanner.Sighting
	for i, m := range l.Places {
		out = append(out, scanner.Sighting{
			Leak: l.ID, PlaceKey: m.Key, Place: fmt.Sprint("acme.example/events/page-", i), Line: 7, Source: "own-site", SeenAt: l.FirstSeen,
		})
	}
	return out
}

func benchStore(b *testing.B) *Store {
	b.Helper()
	s, err := Open(b.Context(), Options{Path: filepath.Join(b.TempDir(), "bench.db"), Now: storetest.Start})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() }) //nolint:errcheck // of a benchmark
	if _, err := s.AddOrgKey(b.Context(), "acme", []byte("wrapped")); err != nil {
		b.Fatal(err)
	}
	return s
}

// BenchmarkCommit writes a new leak with its sighting, alert, move and audit entry.
func BenchmarkCommit(b *testing.B) {
	s := benchStore(b)
	n := 0
	for b.Loop() {
		c := benchChange(n)
		c.Sightings = benchSightings(c.Leaks[0].Leak)[:1]
		if err := s.Commit(b.Context(), c); err != nil {
			b.Fatal(err)
		}
		n++
	}
}

// BenchmarkList reads pages of 50 from anywhere in 100,000 leaks with 1,000,000 sightings, and finds leaks by a key.
func BenchmarkList(b *testing.B) {
	s := benchStore(b)
	const leaks = 100_000
	for n := 0; n < leaks; {
		var all scanner.Change
		for ; len(all.Leaks) < 10; n++ {
			c := benchChange(n)
			c.Leaks[0].Leak.State = scanner.States()[1+n%3]
			all.Org = c.Org
			all.Leaks, all.Moves = append(all.Leaks, c.Leaks...), append(all.Moves, c.Moves...)
			all.Deliveries = append(all.Deliveries, c.Deliveries...)
			all.Sightings = append(all.Sightings, benchSightings(c.Leaks[0].Leak)...)
		}
		if err := s.Commit(b.Context(), all); err != nil {
			b.Fatal(err)
		}
	}
	h, err := s.Health(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	page := func(b *testing.B, states ...scanner.State) {
		for b.Loop() {
			at := leakOf(rand.IntN(leaks))
			got, err := s.ListLeaks(b.Context(), scanner.LeakQuery{
				Org: "acme", States: states, Limit: 50, After: pagePlace{first: ms(at.FirstSeen), id: at.ID}.String(),
			})
			if err != nil || len(got.Leaks) == 0 && got.Next != "" {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(h.Bytes)/leaks, "bytes/leak")
	}
	b.Run("page", func(b *testing.B) { page(b) })
	b.Run("page of three states", func(b *testing.B) { page(b, scanner.States()[1:4]...) })
	b.Run("find", func(b *testing.B) {
		for b.Loop() {
			if got, err := s.FindLeaks(b.Context(), "acme", leakOf(rand.IntN(leaks)).Keys); err != nil || len(got) != 1 {
				b.Fatal(len(got), err)
			}
		}
	})
	b.Run("ledger", func(b *testing.B) {
		for b.Loop() {
			if _, pending, err := s.Ledger(b.Context(), "acme"); err != nil || pending != leaks {
				b.Fatal(pending, err)
			}
		}
	})
	b.Run("claim", func(b *testing.B) {
		for b.Loop() {
			if _, err := s.ClaimDeliveries(b.Context(), 20, time.Minute); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkItems remembers fingerprints, 1,000 at once, and says what one takes.
func BenchmarkItems(b *testing.B) {
	s := benchStore(b)
	var first, last scanner.Health
	first, err := s.Health(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	prints := make([]uint64, scanner.MaxBatch)
	n := 0
	for b.Loop() {
		for i := range prints {
			prints[i] = rand.Uint64()
		}
		if err := s.RememberItems(b.Context(), prints); err != nil {
			b.Fatal(err)
		}
		n += len(prints)
	}
	if err := s.checkpoint(b.Context()); err != nil {
		b.Fatal(err)
	}
	if last, err = s.Health(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(last.Bytes-first.Bytes)/float64(n), "bytes/item")
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "items/s")
}
