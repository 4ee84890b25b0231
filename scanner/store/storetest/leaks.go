package storetest

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"meetleaks/matchers"
	"meetleaks/scanner"
)

func leakTests() map[string]func(*suite) {
	return map[string]func(*suite){
		"a key of an episode leads to one leak, also below a newer one":    oneLeakOfAnEpisode,
		"a leak keeps its episode":                                         sameEpisode,
		"a change is there as it was given":                                theChange,
		"a leak is written at its version only":                            theVersion,
		"two claimants, one winner":                                        oneWinner,
		"two who know a meeting by different keys do not both create it":   oneWinnerByAlias,
		"a change that fails writes nothing":                               wholeOrNothing,
		"keys lead to the newest episode":                                  theNewestEpisode,
		"merging hands over keys and sightings":                            merging,
		"nothing is committed for an organisation without a key":           noOrganisation,
		"of one leak a hundred sightings are kept, one for each place":     hundredSightings,
		"what is not there is not found, and is no error where it is none": notFound,
		"leaks wake when it is time, each to one":                          wakes,
		"organisations see nothing of each other":                          apart,
	}
}

func theChange(s *suite) {
	s.org("acme")
	l := aLeak("acme", 1)
	l.Keys = append(l.Keys, "mk1:alias")
	l.Places = []scanner.PlaceMark{{Key: "pk1:1", Seen: l.FirstSeen, Reach: 9}}
	l.When = scanner.When{Start: scanner.Start{Time: Start().Add(49 * time.Hour)}, By: scanner.RoleCalendar}
	l.Host = "host 1"
	s.commit(found(l))

	l.Version = 1
	s.same("by id", s.get("acme", l.ID), l)
	for _, keys := range [][]string{{l.Keys[0]}, {"mk1:alias"}, {"mk1:none", "mk1:alias", l.Keys[0]}} {
		leaks, err := s.FindLeaks(s.ctx, "acme", keys)
		s.must(err)
		s.same(fmt.Sprint("by ", keys), leaks, []scanner.Leak{l})
	}
	seen, err := s.Sightings(s.ctx, "acme", l.ID)
	s.must(err)
	s.same("sightings", seen, []scanner.Sighting{aSighting(l, 1)})
	rows, err := s.Deliveries(s.ctx, "acme", l.ID)
	s.must(err)
	s.same("deliveries", rows, []scanner.OutboxRow{{Delivery: aDelivery(l), Fence: 1}})
	audits, err := s.ListAudit(s.ctx, scanner.AuditQuery{Org: "acme", Leak: l.ID, Limit: 10})
	s.must(err)
	if len(audits) != 1 || audits[0].What != scanner.Sighted || !audits[0].At.Equal(l.FirstSeen) {
		s.t.Errorf("audits %+v", audits)
	}
	books, pending, err := s.Ledger(s.ctx, "acme")
	s.must(err)
	s.must(books.Check(pending))
	s.same("ledger", books, scanner.Ledger{Found: 1, Pending: 1})
}

func theVersion(s *suite) {
	s.org("acme")
	l := aLeak("acme", 1)
	s.commit(found(l))
	if err := s.Commit(s.ctx, found(l)); !errors.Is(err, scanner.ErrConflict) {
		s.t.Errorf("created twice: %v", err)
	}
	l = s.get("acme", l.ID)
	l.Reason = "first"
	s.commit(scanner.Change{Org: "acme", Leaks: []scanner.LeakWrite{{Leak: l}}})
	l.Reason = "second"
	for _, version := range []int64{0, 1, 3, 1 << 40} {
		l.Version = version
		err := s.Commit(s.ctx, scanner.Change{Org: "acme", Leaks: []scanner.LeakWrite{{Leak: l}}})
		if !errors.Is(err, scanner.ErrConflict) {
			s.t.Errorf("at version %d: %v", version, err)
		}
	}
	if got := s.get("acme", l.ID); got.Version != 2 || got.Reason != "first" {
		s.t.Errorf("version %d, %q", got.Version, got.Reason)
	}
}

// race runs n claimants, each on a handle of its own, at once.
func (s *suite) race(n int, claim func(st scanner.Store, i int) error) (won int64) {
	s.t.Helper()
	var wins atomic.Int64
	var wait sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		st := s.handle()
		wait.Go(func() {
			<-start
			switch err := claim(st, i); {
			case err == nil:
				wins.Add(1)
			case !errors.Is(err, scanner.ErrConflict):
				s.t.Errorf("claimant %d: %v", i, err)
			}
		})
	}
	close(start)
	wait.Wait()
	return wins.Load()
}

func oneWinner(s *suite) {
	s.org("acme")
	for round := range 5 {
		l := aLeak("acme", round)
		won := s.race(6, func(st scanner.Store, i int) error {
			mine := l
			mine.Reason = fmt.Sprint("claimant ", i)
			return st.Commit(s.ctx, found(mine))
		})
		if won != 1 {
			s.t.Errorf("%d winners", won)
		}
	}
	books, pending, err := s.Ledger(s.ctx, "acme")
	s.must(err)
	if err := books.Check(pending); err != nil || books.Found != 5 {
		s.t.Errorf("%+v, %v", books, err)
	}
}

func oneWinnerByAlias(s *suite) {
	s.org("acme")
	won := s.race(6, func(st scanner.Store, i int) error {
		l := aLeak("acme", i)
		l.Keys = append(l.Keys, "mk1:shared")
		return st.Commit(s.ctx, found(l))
	})
	leaks, err := s.FindLeaks(s.ctx, "acme", []string{"mk1:shared"})
	s.must(err)
	if won != 1 || len(leaks) != 1 {
		s.t.Errorf("%d winners, %d leaks", won, len(leaks))
	}
}

func wholeOrNothing(s *suite) {
	s.org("acme")
	first, second, third := aLeak("acme", 1), aLeak("acme", 2), aLeak("acme", 3)
	s.commit(found(first))
	first.Version = 7 // a conflict, after a leak that would go through, and before one
	c := found(second)
	c.Leaks = append(c.Leaks, scanner.LeakWrite{Leak: first}, scanner.LeakWrite{Leak: third})
	stale := scanner.OutboxRow{Delivery: aDelivery(first), Fence: 5}
	late := found(second)
	late.Settled = []scanner.OutboxRow{stale}
	stranger := found(second)
	stranger.Sightings = append(stranger.Sightings, aSighting(third, 1))
	gone := found(second)
	gone.Merged = []scanner.Merge{{From: first.ID, Version: 9, Into: second.ID}}
	for name, c := range map[string]scanner.Change{"leak": c, "settled": late, "sighting": stranger, "merge": gone} {
		if err := s.Commit(s.ctx, c); !errors.Is(err, scanner.ErrConflict) {
			s.t.Errorf("%s: %v", name, err)
		}
	}
	for _, id := range []string{second.ID, third.ID} {
		if _, err := s.Leak(s.ctx, "acme", id); !errors.Is(err, scanner.ErrNotFound) {
			s.t.Errorf("half of a change: %v", err)
		}
		rows, err := s.Deliveries(s.ctx, "acme", id)
		s.must(err)
		seen, err := s.Sightings(s.ctx, "acme", id)
		s.must(err)
		if len(rows)+len(seen) > 0 {
			s.t.Errorf("half of a change: %d deliveries, %d sightings", len(rows), len(seen))
		}
	}
	audits, err := s.ListAudit(s.ctx, scanner.AuditQuery{Org: "acme", Limit: 100})
	s.must(err)
	books, pending, err := s.Ledger(s.ctx, "acme")
	s.must(err)
	if len(audits) != 1 || books.Found != 1 || books.Check(pending) != nil {
		s.t.Errorf("%d audits, ledger %+v, %d pending", len(audits), books, pending)
	}
}

func theNewestEpisode(s *suite) {
	s.org("acme")
	old := aLeak("acme", 1)
	old.Platform = "google-meet"
	s.commit(found(old))
	newer := old
	newer.Episode = 1
	newer.ID = scanner.LeakID([]byte("index key"), "acme", old.Keys[0], 1)
	newer.FirstSeen = old.FirstSeen.Add(400 * 24 * time.Hour)
	s.commit(found(newer))
	leaks, err := s.FindLeaks(s.ctx, "acme", old.Keys)
	s.must(err)
	if len(leaks) != 1 || leaks[0].ID != newer.ID {
		s.t.Errorf("found %d leaks", len(leaks))
	}
	// The old one can be changed still, and does not take the key back.
	old = s.get("acme", old.ID)
	old.State = scanner.StateOver
	s.commit(scanner.Change{Org: "acme", Leaks: []scanner.LeakWrite{{Leak: old}}})
	leaks, err = s.FindLeaks(s.ctx, "acme", old.Keys)
	s.must(err)
	if len(leaks) != 1 || leaks[0].ID != newer.ID || s.get("acme", old.ID).State != scanner.StateOver {
		s.t.Errorf("found %d leaks", len(leaks))
	}
	// Who has not seen the newer episode cannot begin an older one.
	late := aLeak("acme", 2)
	late.Keys = append(late.Keys, old.Keys[0])
	if err := s.Commit(s.ctx, found(late)); !errors.Is(err, scanner.ErrConflict) {
		s.t.Errorf("an older episode: %v", err)
	}
}

// oneLeakOfAnEpisode lets a leak learn a key that belongs to another of its episode, while a newer episode has the key too.
func oneLeakOfAnEpisode(s *suite) {
	s.org("acme")
	owner, other := aLeak("acme", 1), aLeak("acme", 2)
	newer := owner
	newer.Episode, newer.ID = 1, scanner.LeakID([]byte("index key"), "acme", owner.Keys[0], 1)
	for _, l := range []scanner.Leak{owner, other, newer} {
		s.commit(found(l))
	}
	other = s.get("acme", other.ID)
	other.Keys = append(other.Keys, owner.Keys[0])
	learn := scanner.Change{Org: "acme", Leaks: []scanner.LeakWrite{{Leak: other}}}
	s.wants("a key of another leak", s.Commit(s.ctx, learn), scanner.ErrConflict)
	if got := s.get("acme", other.ID); len(got.Keys) != 1 || got.Version != 1 {
		s.t.Errorf("version %d with %d keys", got.Version, len(got.Keys))
	}
	learn.Merged = []scanner.Merge{{From: owner.ID, Version: 1, Into: other.ID}}
	s.commit(learn)
}

func sameEpisode(s *suite) {
	s.org("acme")
	s.commit(found(aLeak("acme", 1)))
	l := s.get("acme", aLeak("acme", 1).ID)
	l.Episode++
	s.wants("another episode", s.Commit(s.ctx, scanner.Change{Org: "acme", Leaks: []scanner.LeakWrite{{Leak: l}}}), scanner.ErrBadValue)
}

func merging(s *suite) {
	s.org("acme")
	older, newer := aLeak("acme", 1), aLeak("acme", 2)
	newer.Keys = append(newer.Keys, "mk1:alias of 2")
	s.commit(found(older))
	c := found(newer)
	for n := range 9 {
		c.Sightings = append(c.Sightings, aSighting(newer, n+2))
	}
	s.commit(c)
	leaks, err := s.FindLeaks(s.ctx, "acme", []string{newer.Keys[0], older.Keys[0]})
	s.must(err)
	if len(leaks) != 2 || leaks[0].ID != older.ID {
		s.t.Fatalf("found %d leaks", len(leaks))
	}
	older = leaks[0]
	older.Keys = append(older.Keys, newer.Keys...)
	merge := scanner.Change{
		Org: "acme", Merged: []scanner.Merge{{From: newer.ID, Version: 1, Into: older.ID}},
		Leaks: []scanner.LeakWrite{{Leak: older}},
		Moves: []scanner.Move{{
			From: newer.Account, To: scanner.Account{Kind: scanner.AccountSuppressed, Reason: scanner.WithheldDuplicate},
		}},
	}
	s.commit(merge)
	if err := s.Commit(s.ctx, merge); !errors.Is(err, scanner.ErrConflict) {
		s.t.Errorf("merged twice: %v", err)
	}
	leaks, err = s.FindLeaks(s.ctx, "acme", newer.Keys)
	s.must(err)
	if len(leaks) != 1 || leaks[0].ID != older.ID {
		s.t.Errorf("the keys lead to %d leaks", len(leaks))
	}
	if _, err := s.Leak(s.ctx, "acme", newer.ID); !errors.Is(err, scanner.ErrNotFound) {
		s.t.Errorf("the merged leak: %v", err)
	}
	seen, err := s.Sightings(s.ctx, "acme", older.ID)
	s.must(err)
	if len(seen) != 10 || !seen[9].SeenAt.Equal(aSighting(newer, 1).SeenAt) || seen[0].Leak != older.ID {
		s.t.Errorf("%d sightings: %+v", len(seen), seen)
	}
	books, pending, err := s.Ledger(s.ctx, "acme")
	s.must(err)
	s.must(books.Check(pending))
	ids, _, err := s.LeaksAt(s.ctx, "acme", aSighting(newer, 5).PlaceKey, "")
	s.must(err)
	s.same("at a place of the merged", ids, []string{older.ID})
}

func noOrganisation(s *suite) {
	l := aLeak("acme", 1)
	if err := s.Commit(s.ctx, found(l)); !errors.Is(err, scanner.ErrNoOrganisation) {
		s.t.Errorf("commit: %v", err)
	}
	if err := s.AppendAudit(s.ctx, "acme", []scanner.Audit{{What: "added"}}); !errors.Is(err, scanner.ErrNoOrganisation) {
		s.t.Errorf("audit: %v", err)
	}
	names, err := s.Organisations(s.ctx)
	s.must(err)
	if len(names) != 0 {
		s.t.Errorf("organisations %q", names)
	}
}

func hundredSightings(s *suite) {
	s.org("acme")
	l := aLeak("acme", 1)
	s.commit(found(l))
	for from := 0; from < 300; from += scanner.MaxSightings {
		c := scanner.Change{Org: "acme"}
		for n := range scanner.MaxSightings {
			c.Sightings = append(c.Sightings, aSighting(l, from+n))
		}
		s.commit(c)
	}
	again := aSighting(l, 1)
	again.SeenAt, again.Reach, again.Gone = l.FirstSeen.Add(time.Hour), 700, l.FirstSeen.Add(2*time.Hour)
	s.commit(scanner.Change{Org: "acme", Sightings: []scanner.Sighting{again, aSighting(l, 1000)}})
	seen, err := s.Sightings(s.ctx, "acme", l.ID)
	s.must(err)
	if len(seen) != scanner.MaxSightings {
		s.t.Fatalf("%d are kept", len(seen))
	}
	s.same("the newest", seen[0], again)
	for i := 1; i < len(seen); i++ {
		if seen[i].SeenAt.After(seen[i-1].SeenAt) || seen[i].PlaceKey == again.PlaceKey {
			s.t.Errorf("sighting %d: %+v", i, seen[i])
		}
	}
}

func notFound(s *suite) {
	for _, org := range []string{"acme", "globex"} {
		_, leak := s.Leak(s.ctx, org, "lk1:none")
		_, delivery := s.Delivery(s.ctx, org, "dl1:none")
		for _, err := range []error{leak, delivery} {
			if !errors.Is(err, scanner.ErrNotFound) || errors.Is(err, scanner.ErrUnavailable) {
				s.t.Errorf("not found: %v", err)
			}
		}
		leaks, err := s.FindLeaks(s.ctx, org, []string{"mk1:none"})
		s.must(err)
		none, err := s.FindLeaks(s.ctx, org, nil)
		s.must(err)
		page, err := s.ListLeaks(s.ctx, scanner.LeakQuery{Org: org, Limit: 10})
		s.must(err)
		seen, err := s.Sightings(s.ctx, org, "lk1:none")
		s.must(err)
		ids, next, err := s.LeaksAt(s.ctx, org, "pk1:none", "")
		s.must(err)
		rows, err := s.Deliveries(s.ctx, org, "lk1:none")
		s.must(err)
		audits, err := s.ListAudit(s.ctx, scanner.AuditQuery{Org: org, Limit: 5})
		s.must(err)
		books, pending, err := s.Ledger(s.ctx, org)
		s.must(err)
		if len(leaks)+len(none)+len(page.Leaks)+len(seen)+len(ids)+len(rows)+len(audits) > 0 || page.Next+next != "" {
			s.t.Error("something is there")
		}
		s.must(books.Check(pending))
		s.org("acme") // the second time round it is there, and empty
	}
}

func wakes(s *suite) {
	s.org("acme")
	s.org("globex")
	for n, org := range []string{"acme", "globex", "acme", "acme"} {
		l := aLeak(org, n)
		w := scanner.LeakWrite{Leak: l, Wake: Start().Add(time.Duration(10-n) * time.Minute)}
		if n == 3 {
			w.Wake = time.Time{}
		}
		s.commit(scanner.Change{Org: org, Leaks: []scanner.LeakWrite{w}})
	}
	claim := func(limit int, want ...int) {
		s.t.Helper()
		refs, err := s.ClaimWakes(s.ctx, limit, time.Minute)
		s.must(err)
		var due []scanner.LeakRef
		for _, n := range want {
			org := "acme"
			if n == 1 {
				org = "globex"
			}
			due = append(due, scanner.LeakRef{Org: org, ID: aLeak(org, n).ID})
		}
		s.same("due", refs, due)
	}
	claim(10)
	s.Clock.Advance(9*time.Minute + 30*time.Second)
	claim(1, 2)
	s.Clock.Advance(time.Second)
	claim(10, 1)
	claim(10)
	s.Clock.Advance(time.Minute) // nobody came to commit them
	claim(10, 0, 2, 1)
	l := s.get("globex", aLeak("globex", 1).ID)
	s.commit(scanner.Change{Org: "globex", Leaks: []scanner.LeakWrite{{Leak: l}}})
	s.Clock.Advance(time.Hour)
	claim(10, 0, 2)
}

func apart(s *suite) {
	s.org("acme")
	s.org("globex")
	ours, theirs := aLeak("acme", 1), aLeak("globex", 1)
	theirs.ID, theirs.Class = ours.ID, matchers.NumberOnly // even with one id
	s.commit(found(ours))
	s.commit(found(theirs))
	if s.get("acme", ours.ID).Class != ours.Class || s.get("globex", ours.ID).Class != theirs.Class {
		s.t.Error("one wrote the other's leak")
	}
	ids, _, err := s.LeaksAt(s.ctx, "globex", aSighting(ours, 1).PlaceKey, "")
	s.must(err)
	leaks, err := s.FindLeaks(s.ctx, "globex", ours.Keys)
	s.must(err)
	audits, err := s.ListAudit(s.ctx, scanner.AuditQuery{Org: "globex", Limit: 9})
	s.must(err)
	books, _, err := s.Ledger(s.ctx, "globex")
	s.must(err)
	if len(ids) != 1 || len(leaks) != 1 || leaks[0].Org != "globex" || len(audits) != 1 || books.Found != 1 {
		s.t.Errorf("%d at the place, %d leaks, %d audits, %d found", len(ids), len(leaks), len(audits), books.Found)
	}
}
