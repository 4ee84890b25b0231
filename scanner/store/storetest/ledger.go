package storetest

import (
	"errors"
	"fmt"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"meetleaks/matchers"
	"meetleaks/scanner"
)

func ledgerTests() map[string]func(*suite) {
	return map[string]func(*suite){
		"whatever happens in whatever order, the ledger is balanced":    interleavings,
		"many who change the same leaks at once keep the ledger":        crowd,
		"the ledger shows a mismatch instead of refusing to be written": mismatch,
	}
}

// apply makes of a leak and an event the change that the pipeline would make of it.
func apply(l scanner.Leak, ev scanner.LeakEvent, now time.Time) (scanner.Change, error) {
	after, effects, err := l.Apply(ev, now)
	if err != nil {
		return scanner.Change{}, err
	}
	c := scanner.Change{Org: l.Org, Leaks: []scanner.LeakWrite{{Leak: after}}}
	for _, e := range effects {
		switch e.Kind {
		case scanner.EffectKeep:
			c.Sightings = append(c.Sightings, scanner.Sighting{Leak: l.ID, PlaceKey: ev.Place, SeenAt: ev.Seen.At})
		case scanner.EffectAlert:
			c.Deliveries = append(c.Deliveries, scanner.NewDelivery(after, e.Notice, now))
		case scanner.EffectLedger:
			c.Moves = append(c.Moves, e.Move)
		case scanner.EffectAudit:
			c.Audits = append(c.Audits, e.Audit)
		}
	}
	return c, nil
}

// event is the n-th of those that move the ledger.
func event(n, place int, round int, now time.Time) scanner.LeakEvent {
	host := scanner.Actor{Role: scanner.RoleHost, Ref: "U0HOST"}
	analyst := scanner.Actor{Role: scanner.RoleAnalyst, Ref: "U0SEC"}
	seen := scanner.Seen{At: now, Kind: matchers.Meeting, Class: matchers.JoinWithSecret, Rank: 2}
	events := []scanner.LeakEvent{
		{Kind: scanner.Sighted, By: scanner.Actor{Role: scanner.RolePage}, Place: fmt.Sprint("pk1:", place), Site: "sk1:1", Seen: seen},
		{Kind: scanner.Accepted, To: scanner.ToHost, Round: round},
		{Kind: scanner.Withhold, Withheld: scanner.WithheldObserve, Round: round},
		{Kind: scanner.Done, By: host},
		{Kind: scanner.Mute, By: analyst, Reason: "a drill", Until: now.Add(48 * time.Hour)},
		{Kind: scanner.Reopen, By: analyst},
		{Kind: scanner.Disowned, By: analyst},
		{Kind: scanner.Proved, By: scanner.Actor{Role: scanner.RolePlatform}},
		{Kind: scanner.Drifted, By: scanner.Actor{Role: scanner.RolePlatform}},
		{Kind: scanner.Gone, Place: fmt.Sprint("pk1:", place)},
		{Kind: scanner.Tick, By: scanner.Actor{Role: scanner.RoleClock}},
	}
	return events[n%len(events)]
}

const eventsOfLedger = 11

// unborn is a leak of an organisation before its first sighting.
func unborn(org string, n int) scanner.Leak {
	l := aLeak(org, n)
	return scanner.Leak{ID: l.ID, Org: org, Keys: l.Keys, Platform: l.Platform, MaskedID: l.MaskedID}
}

// interleavings lets three workers read and write a few leaks in turns: what one holds may be old when it is written.
func interleavings(s *suite) {
	run := 0
	rapid.Check(s.t, func(t *rapid.T) {
		run++
		org := fmt.Sprint("org ", run)
		s.org(org)
		type held struct{ leaks [3]scanner.Leak }
		workers := [3]held{}
		for w := range workers {
			for n := range workers[w].leaks {
				workers[w].leaks[n] = unborn(org, n)
			}
		}
		var model scanner.Ledger
		for range rapid.IntRange(1, 25).Draw(t, "steps") {
			s.Clock.Advance(time.Duration(rapid.IntRange(0, 600).Draw(t, "minutes")) * time.Minute)
			w := &workers[rapid.IntRange(0, 2).Draw(t, "worker")]
			n := rapid.IntRange(0, 2).Draw(t, "leak")
			if rapid.Bool().Draw(t, "reads") {
				if l, err := s.Leak(s.ctx, org, w.leaks[n].ID); err == nil {
					w.leaks[n] = l
				}
			}
			ev := event(rapid.IntRange(0, eventsOfLedger-1).Draw(t, "event"), rapid.IntRange(0, 3).Draw(t, "place"), w.leaks[n].Ladder.Round, s.Clock.Now())
			c, err := apply(w.leaks[n], ev, s.Clock.Now())
			if err != nil {
				continue // refused by the leak itself
			}
			switch err := s.Commit(s.ctx, c); {
			case err == nil:
				for _, m := range c.Moves {
					if err := model.Apply(m); err != nil {
						t.Fatal(err)
					}
				}
			case !errors.Is(err, scanner.ErrConflict):
				t.Fatal(err)
			}
		}
		books, pending, err := s.Ledger(s.ctx, org)
		if err != nil {
			t.Fatal(err)
		}
		if err := books.Check(pending); err != nil {
			t.Fatal(err)
		}
		maps.DeleteFunc(model.Suppressed, func(_ scanner.Withheld, n int64) bool { return n == 0 })
		maps.DeleteFunc(books.Suppressed, func(_ scanner.Withheld, n int64) bool { return n == 0 })
		if diff := cmp.Diff(model, books, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("the ledger (-model +store):\n%s", diff)
		}
	})
}

func crowd(s *suite) {
	s.org("acme")
	var wait sync.WaitGroup
	var written atomic.Int64
	for worker := range 4 {
		st := s.handle()
		wait.Go(func() {
			for step := range 40 {
				n := (step + worker) % 5
				l, err := st.Leak(s.ctx, "acme", aLeak("acme", n).ID)
				if errors.Is(err, scanner.ErrNotFound) {
					l, err = unborn("acme", n), nil
				}
				if err != nil {
					s.t.Error(err)
					return
				}
				c, err := apply(l, event(step*7+worker, step%4, l.Ladder.Round, s.Clock.Now()), s.Clock.Now())
				if err != nil {
					continue
				}
				switch err := st.Commit(s.ctx, c); {
				case err == nil:
					written.Add(1)
				case !errors.Is(err, scanner.ErrConflict):
					s.t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	books, pending, err := s.Ledger(s.ctx, "acme")
	s.must(err)
	s.must(books.Check(pending))
	if books.Found == 0 || written.Load() == 0 {
		s.t.Errorf("%d written, %+v", written.Load(), books)
	}
	versions := int64(0)
	for _, l := range s.pages(scanner.LeakQuery{Org: "acme", Limit: 100}, nil) {
		versions += l.Version
	}
	if versions != written.Load() {
		s.t.Errorf("%d were acknowledged, the versions add up to %d", written.Load(), versions)
	}
}

func mismatch(s *suite) {
	s.org("acme")
	l := aLeak("acme", 1)
	c := found(l)
	c.Moves = nil // a fault of ours
	s.commit(c)
	books, pending, err := s.Ledger(s.ctx, "acme")
	s.must(err)
	if books.Check(pending) == nil {
		s.t.Error("a leak that nobody counted is not told")
	}
	l = s.get("acme", l.ID)
	from := l.Account
	l.Account = scanner.Account{Kind: scanner.AccountAlerted}
	s.commit(scanner.Change{Org: "acme", Leaks: []scanner.LeakWrite{{Leak: l}}, Moves: []scanner.Move{{From: from, To: l.Account}}})
	books, pending, err = s.Ledger(s.ctx, "acme")
	s.must(err)
	if books.Check(pending) == nil || books.Alerted != 1 || books.Pending != -1 {
		s.t.Errorf("%+v", books)
	}
}
