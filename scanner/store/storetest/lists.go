package storetest

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"meetleaks/scanner"
)

func listTests() map[string]func(*suite) {
	return map[string]func(*suite){
		"thousands of leaks are listed in pages, each once":       thousands,
		"lists keep to organisation, states and time":             filters,
		"what changes between pages does not move":                stablePages,
		"a page that was made up is refused":                      badPage,
		"leaks at a place are found, those that are gone are not": atPlace,
	}
}

// many creates leaks from..to in as few changes as may be, each fourth with a sighting at one place.
func (s *suite) many(org string, from, to int, adapt func(n int, l *scanner.Leak)) {
	s.t.Helper()
	for from < to {
		c := scanner.Change{Org: org}
		for ; from < to && len(c.Leaks) < scanner.MaxChange; from++ {
			l := aLeak(org, from)
			if adapt != nil {
				adapt(from, &l)
			}
			c.Leaks = append(c.Leaks, scanner.LeakWrite{Leak: l})
			c.Moves = append(c.Moves, opened())
			if from%4 == 0 {
				c.Sightings = append(c.Sightings, aSighting(l, 7))
			}
		}
		s.commit(c)
	}
}

// pages reads a list to its end.
func (s *suite) pages(q scanner.LeakQuery, between func()) []scanner.Leak {
	s.t.Helper()
	var all []scanner.Leak
	for {
		page, err := s.ListLeaks(s.ctx, q)
		s.must(err)
		if len(page.Leaks) > max(q.Limit, 1) || len(page.Leaks) == 0 && page.Next != "" {
			s.t.Fatalf("a page of %d, next %q", len(page.Leaks), page.Next)
		}
		all = append(all, page.Leaks...)
		if page.Next == "" {
			return all
		}
		q.After = page.Next
		if between != nil {
			between()
		}
	}
}

func thousands(s *suite) {
	s.org("acme")
	n := 4 * (scanner.MaxBatch + 100) // of the place two pages
	if long {
		n = 10_000
	}
	s.many("acme", 0, n, func(i int, l *scanner.Leak) { l.FirstSeen = Start().Add(time.Duration(i/10) * time.Second) })
	all := s.pages(scanner.LeakQuery{Org: "acme", Limit: 999}, nil)
	ids := make(map[string]bool, n)
	for i, l := range all {
		ids[l.ID] = true
		if i > 0 && (l.FirstSeen.After(all[i-1].FirstSeen) || l.FirstSeen.Equal(all[i-1].FirstSeen) && l.ID >= all[i-1].ID) {
			s.t.Fatalf("leak %d is out of order", i)
		}
	}
	if len(all) != n || len(ids) != n {
		s.t.Errorf("%d listed, %d of them different", len(all), len(ids))
	}
	var at []string
	for after := ""; ; {
		some, next, err := s.LeaksAt(s.ctx, "acme", aSighting(all[0], 7).PlaceKey, after)
		s.must(err)
		at = append(at, some...)
		if after = next; after == "" {
			break
		}
	}
	if len(at) != n/4 || !slices.IsSorted(at) || len(slices.Compact(at)) != n/4 {
		s.t.Errorf("%d at the place", len(at))
	}
	books, pending, err := s.Ledger(s.ctx, "acme")
	s.must(err)
	if err := books.Check(pending); err != nil || books.Found != int64(n) {
		s.t.Errorf("found %d, %v", books.Found, err)
	}
}

func filters(s *suite) {
	s.org("acme")
	s.org("globex")
	states := scanner.States()[1:]
	s.many("acme", 0, 80, func(n int, l *scanner.Leak) { l.State = states[n%len(states)] })
	s.many("globex", 0, 5, nil)
	for _, test := range []struct {
		q    scanner.LeakQuery
		want int
	}{
		{scanner.LeakQuery{Org: "acme"}, 80}, {scanner.LeakQuery{Org: "globex"}, 5}, {scanner.LeakQuery{Org: "initech"}, 0},
		{scanner.LeakQuery{Org: "acme", States: []scanner.State{scanner.StateOpen}}, 10},
		{scanner.LeakQuery{Org: "acme", States: []scanner.State{scanner.StateOpen, scanner.StateOver, scanner.StateOpen}}, 20},
		{scanner.LeakQuery{Org: "acme", States: states}, 80},
		{scanner.LeakQuery{Org: "acme", Since: Start().Add(40 * time.Second)}, 40},
		{scanner.LeakQuery{Org: "acme", Since: Start().Add(40 * time.Second), States: []scanner.State{scanner.StateMuted}}, 5},
	} {
		for _, limit := range []int{1, 7, 20, 1000} {
			test.q.Limit = limit
			all := s.pages(test.q, nil)
			if len(all) != test.want {
				s.t.Errorf("%+v: %d", test.q, len(all))
			}
			for _, l := range all {
				if l.Org != test.q.Org || len(test.q.States) > 0 && !slices.Contains(test.q.States, l.State) {
					s.t.Errorf("%+v: %s of %s", test.q, l.State, l.Org)
				}
			}
		}
	}
}

func stablePages(s *suite) {
	s.org("acme")
	s.many("acme", 0, 50, nil)
	n := 50
	all := s.pages(scanner.LeakQuery{Org: "acme", Limit: 4}, func() {
		// New ones come, and all that are there change.
		s.commit(found(aLeak("acme", n)))
		l := s.get("acme", aLeak("acme", n%50).ID)
		l.LastSeen, l.State = l.LastSeen.Add(time.Hour), scanner.StateSafe
		s.commit(scanner.Change{Org: "acme", Leaks: []scanner.LeakWrite{{Leak: l}}})
		n++
	})
	ids := map[string]int{}
	for _, l := range all {
		ids[l.ID]++
	}
	for i := range 50 {
		if ids[aLeak("acme", i).ID] != 1 {
			s.t.Errorf("leak %d came %d times", i, ids[aLeak("acme", i).ID])
		}
	}
}

func badPage(s *suite) {
	s.org("acme")
	s.many("acme", 0, 3, nil)
	for _, after := range []string{"x", "1", " ", "1 ", "9999999999999999999999 lk1:0", "1\x00lk1:0", "' OR 1=1 --"} {
		if page, err := s.ListLeaks(s.ctx, scanner.LeakQuery{Org: "acme", After: after, Limit: 5}); !errors.Is(err, scanner.ErrBadValue) {
			s.t.Errorf("after %q: %d leaks, %v", after, len(page.Leaks), err)
		}
	}
	for limit, want := range map[int]int{-5: 1, 0: 1, 2: 2, 1 << 30: 3} {
		page, err := s.ListLeaks(s.ctx, scanner.LeakQuery{Org: "acme", Limit: limit})
		s.must(err)
		if len(page.Leaks) != want {
			s.t.Errorf("limit %d: %d leaks", limit, len(page.Leaks))
		}
	}
}

func atPlace(s *suite) {
	s.org("acme")
	var want []string
	for n := range 5 {
		l := aLeak("acme", n)
		c := found(l)
		c.Sightings = append(c.Sightings, aSighting(l, 50))
		s.commit(c)
		want = append(want, l.ID)
	}
	gone := aSighting(aLeak("acme", 2), 50)
	gone.Gone = Start().Add(time.Hour)
	s.commit(scanner.Change{Org: "acme", Sightings: []scanner.Sighting{gone}})
	check := func(want []string) {
		s.t.Helper()
		slices.Sort(want)
		ids, next, err := s.LeaksAt(s.ctx, "acme", gone.PlaceKey, "")
		s.must(err)
		s.same(fmt.Sprint("at the place, next ", next), ids, want)
	}
	check(slices.Delete(slices.Clone(want), 2, 3))
	gone.Gone = time.Time{}
	s.commit(scanner.Change{Org: "acme", Sightings: []scanner.Sighting{gone}})
	check(want)
}
