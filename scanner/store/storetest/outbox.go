package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"meetleaks/scanner"
)

func outboxTests() map[string]func(*suite) {
	return map[string]func(*suite){
		"a delivery that is there stays as it is":                        sameDelivery,
		"a delivery is claimed when it is due, by one":                   claimDue,
		"a claim ends by time, and the late holder writes nothing":       claimEnds,
		"a failed delivery comes again when it is due again":             failedAgain,
		"an accepted one keeps its receipt and never comes again":        acceptedOnce,
		"many senders get each delivery once":                            manySenders,
		"a flood of one organisation does not hold back another":         takingTurns,
		"two who settle one row: one writes":                             settleOnce,
		"alerts are counted by hour and day, each once":                  alertCounts,
		"of many who count at once no more than the cap are let through": capHolds,
		"a clock that goes back neither keeps claims nor counts":         claimOfTheFuture,
		"of an organisation without a key nothing is counted":            countOfNobody,
	}
}

// deliver puts n deliveries into an organisation's outbox, the i-th due i seconds after the clock's start.
func (s *suite) deliver(org string, n int) {
	s.t.Helper()
	for i := 0; i < n; {
		c := scanner.Change{Org: org}
		for ; i < n && len(c.Leaks) < scanner.MaxChange; i++ {
			l := aLeak(org, i)
			c.Leaks = append(c.Leaks, scanner.LeakWrite{Leak: l})
			c.Deliveries = append(c.Deliveries, aDelivery(l))
			c.Moves = append(c.Moves, opened())
		}
		s.commit(c)
	}
}

// claim claims and expects so many.
func (s *suite) claim(limit, want int) []scanner.OutboxRow {
	s.t.Helper()
	rows, err := s.ClaimDeliveries(s.ctx, limit, time.Minute)
	s.must(err)
	if len(rows) != want {
		s.t.Fatalf("%d are claimed, want %d", len(rows), want)
	}
	return rows
}

func settle(row scanner.OutboxRow) scanner.Change {
	return scanner.Change{Org: row.Delivery.Org, Settled: []scanner.OutboxRow{row}}
}

func sameDelivery(s *suite) {
	s.org("acme")
	s.deliver("acme", 1)
	first := aDelivery(aLeak("acme", 0))
	again := first
	again.Recipient, again.Due = "somebody else", Start().Add(time.Hour)
	s.commit(scanner.Change{Org: "acme", Deliveries: []scanner.Delivery{again}})
	row := s.claim(9, 1)[0]
	s.same("the delivery", row.Delivery, first)
	row.Delivery = row.Delivery.Accepted(s.Clock.Now())
	s.commit(settle(row))
	s.commit(scanner.Change{Org: "acme", Deliveries: []scanner.Delivery{first}})
	s.Clock.Advance(time.Hour)
	s.claim(9, 0)
}

func claimDue(s *suite) {
	s.org("acme")
	s.deliver("acme", 5)
	s.claim(9, 1) // the first second
	s.Clock.Advance(2 * time.Second)
	rows := s.claim(1, 1)
	if rows[0].Delivery.ID != aDelivery(aLeak("acme", 1)).ID || !rows[0].Lease.Equal(s.Clock.Now().Add(time.Minute)) || rows[0].Fence != 2 {
		s.t.Errorf("%+v", rows[0])
	}
	s.claim(9, 1)
	s.claim(9, 0)
	s.Clock.Advance(10 * time.Second)
	rows = s.claim(9, 2)
	if !rows[0].Delivery.Due.Before(rows[1].Delivery.Due) {
		s.t.Error("not in the order of what is due")
	}
	row, err := s.Delivery(s.ctx, "acme", rows[1].Delivery.ID)
	s.must(err)
	s.same("as it is stored", row, rows[1])
	for _, lease := range []time.Duration{0, -time.Second, 2 * time.Hour} {
		if _, err := s.ClaimDeliveries(s.ctx, 1, lease); !errors.Is(err, scanner.ErrBadValue) {
			s.t.Errorf("a claim of %s: %v", lease, err)
		}
	}
}

func claimEnds(s *suite) {
	s.org("acme")
	s.deliver("acme", 1)
	late := s.claim(9, 1)[0]
	s.Clock.Advance(time.Minute - time.Millisecond)
	s.claim(9, 0)
	s.Clock.Advance(time.Millisecond)
	row := s.claim(9, 1)[0]
	if row.Fence <= late.Fence {
		s.t.Errorf("the fence went from %d to %d", late.Fence, row.Fence)
	}
	late.Delivery = late.Delivery.Failed("timeout", true, 0, s.Clock.Now())
	c := settle(late)
	c.Moves = []scanner.Move{opened()}
	if err := s.Commit(s.ctx, c); !errors.Is(err, scanner.ErrConflict) {
		s.t.Errorf("the late holder: %v", err)
	}
	row.Delivery = row.Delivery.Accepted(s.Clock.Now())
	s.commit(settle(row))
	stored, err := s.Delivery(s.ctx, "acme", row.Delivery.ID)
	s.must(err)
	if stored.Delivery.State != scanner.DeliveryAccepted || stored.Fence != row.Fence+1 || !stored.Lease.IsZero() {
		s.t.Errorf("stored %+v", stored)
	}
	// A holder whose claim ended, but whom nobody followed, may still tell the truth.
	s.many("acme", 10, 11, nil)
	s.commit(scanner.Change{Org: "acme", Deliveries: []scanner.Delivery{aDelivery(aLeak("acme", 10))}})
	alone := s.claim(9, 1)[0]
	s.Clock.Advance(time.Hour)
	alone.Delivery = alone.Delivery.Accepted(s.Clock.Now())
	s.commit(settle(alone))
	s.claim(9, 0)
}

func failedAgain(s *suite) {
	s.org("acme")
	s.deliver("acme", 1)
	for attempt := 1; attempt <= 4; attempt++ {
		row := s.claim(9, 1)[0]
		if row.Delivery.Attempts != attempt-1 {
			s.t.Errorf("attempt %d, stored %d", attempt, row.Delivery.Attempts)
		}
		row.Delivery = row.Delivery.Failed("rate-limited", false, time.Minute, s.Clock.Now())
		s.commit(settle(row))
		s.Clock.Advance(59 * time.Second)
		s.claim(9, 0)
		s.Clock.Advance(time.Second)
	}
}

func acceptedOnce(s *suite) {
	s.org("acme")
	s.deliver("acme", 1)
	row := s.claim(9, 1)[0]
	row.Delivery = row.Delivery.Accepted(s.Clock.Now())
	row.Receipt = []byte("C0\x00\xff 1712.000")
	l := s.get("acme", row.Delivery.Leak)
	from := l.Account
	l.Account = scanner.Account{Kind: scanner.AccountAlerted}
	c := settle(row)
	c.Leaks = []scanner.LeakWrite{{Leak: l}}
	c.Moves = []scanner.Move{{From: from, To: l.Account}}
	s.commit(c)
	s.Clock.Advance(48 * time.Hour)
	s.claim(9, 0)
	rows, err := s.Deliveries(s.ctx, "acme", l.ID)
	s.must(err)
	if len(rows) != 1 || string(rows[0].Receipt) != string(row.Receipt) || rows[0].Delivery.State != scanner.DeliveryAccepted {
		s.t.Errorf("%+v", rows)
	}
	books, pending, err := s.Ledger(s.ctx, "acme")
	s.must(err)
	s.must(books.Check(pending))
	s.same("ledger", books, scanner.Ledger{Found: 1, Alerted: 1})
}

func manySenders(s *suite) {
	s.org("acme")
	s.org("globex")
	s.deliver("acme", 150)
	s.deliver("globex", 50)
	s.Clock.Advance(time.Hour)
	var mu sync.Mutex
	sent := map[string]int{}
	var wait sync.WaitGroup
	for range 5 {
		st := s.handle()
		wait.Go(func() {
			for {
				rows, err := st.ClaimDeliveries(s.ctx, 7, time.Minute)
				if err != nil {
					s.t.Errorf("claim: %v", err)
					return
				}
				if len(rows) == 0 {
					return
				}
				for _, row := range rows {
					row.Delivery = row.Delivery.Accepted(s.Clock.Now())
					if err := st.Commit(s.ctx, settle(row)); err != nil {
						s.t.Errorf("settle: %v", err)
					}
					mu.Lock()
					sent[row.Delivery.ID]++
					mu.Unlock()
				}
			}
		})
	}
	wait.Wait()
	for id, n := range sent {
		if n != 1 {
			s.t.Errorf("%s was sent %d times", id, n)
		}
	}
	if len(sent) != 200 {
		s.t.Errorf("%d were sent", len(sent))
	}
}

func takingTurns(s *suite) {
	for _, org := range []string{"acme", "globex", "initech"} {
		s.org(org)
	}
	s.deliver("acme", 500)
	s.Clock.Advance(2 * time.Hour)
	for round := range 4 { // whoever's turn it is first
		late := map[string]int{"globex": 3, "initech": 2}
		for org, n := range late {
			for i := range n {
				s.commit(found(aLeak(org, 3000+10*round+i)))
			}
		}
		have := map[string]int{}
		for _, row := range s.claim(60, 60) {
			have[row.Delivery.Org]++
		}
		for org, n := range late {
			if have[org] != n {
				s.t.Errorf("round %d: %s got %d of %d turns", round, org, have[org], n)
			}
		}
	}
	s.claim(1000, 500-4*(60-5))
	// With less room than organisations, each has its turn all the same.
	for n := range 4 {
		for _, org := range []string{"acme", "globex", "initech"} {
			l := aLeak(org, 1000+n)
			s.commit(scanner.Change{Org: org, Leaks: []scanner.LeakWrite{{Leak: l}}, Deliveries: []scanner.Delivery{aDelivery(l)}})
		}
	}
	turns := map[string]bool{}
	for range 9 {
		rows, err := s.ClaimDeliveries(s.ctx, 1, time.Minute)
		s.must(err)
		for _, row := range rows {
			turns[row.Delivery.Org] = true
		}
	}
	if len(turns) != 3 {
		s.t.Errorf("turns of %v", turns)
	}
}

func settleOnce(s *suite) {
	s.org("acme")
	s.deliver("acme", 1)
	row := s.claim(9, 1)[0]
	row.Delivery = row.Delivery.Accepted(s.Clock.Now())
	won := s.race(5, func(st scanner.Store, i int) error {
		mine := row
		mine.Receipt = fmt.Append(nil, i)
		return st.Commit(s.ctx, settle(mine))
	})
	if won != 1 {
		s.t.Errorf("%d wrote", won)
	}
}

func alertCounts(s *suite) {
	s.org("acme")
	count := func(recipient, delivery string, most scanner.Load, want bool) {
		s.t.Helper()
		ok, err := s.CountAlert(s.ctx, "acme", recipient, delivery, most)
		s.must(err)
		if ok != want {
			s.t.Errorf("%s to %s: %v", delivery, recipient, ok)
		}
	}
	most := scanner.Load{Hour: 2, Day: 3}
	count("U0ANNA", "dl1:1", most, true)
	count("U0ANNA", "dl1:1", most, true)
	count("U0ANNA", "dl1:2", most, true)
	count("U0ANNA", "dl1:3", most, false)
	count("U0ANNA", "dl1:2", most, true) // it is counted already
	count("U0ANNA", "dl1:known", scanner.Load{}, true)
	count("U0BERT", "dl1:3", most, true)
	loads := func(want map[string]scanner.Load) {
		s.t.Helper()
		got, err := s.AlertLoads(s.ctx, "acme", []string{"U0ANNA", "U0BERT", "U0NOBODY"})
		s.must(err)
		for recipient := range want {
			if got[recipient] != want[recipient] {
				s.t.Errorf("%s: %+v, want %+v", recipient, got[recipient], want[recipient])
			}
		}
	}
	loads(map[string]scanner.Load{"U0ANNA": {Hour: 3, Day: 3}, "U0BERT": {Hour: 1, Day: 1}, "U0NOBODY": {}})
	other, err := s.AlertLoads(s.ctx, "globex", []string{"U0ANNA"})
	s.must(err)
	if other["U0ANNA"] != (scanner.Load{}) {
		s.t.Errorf("another organisation's load %+v", other["U0ANNA"])
	}
	s.Clock.Advance(time.Hour)
	loads(map[string]scanner.Load{"U0ANNA": {Day: 3}, "U0BERT": {Day: 1}})
	count("U0ANNA", "dl1:4", most, false) // by the day
	count("U0BERT", "dl1:4", most, true)
	s.Clock.Advance(23 * time.Hour)
	loads(map[string]scanner.Load{"U0ANNA": {}, "U0BERT": {Day: 1}})
	count("U0ANNA", "dl1:3", most, true)
	if _, err := s.AlertLoads(s.ctx, "acme", make([]string, scanner.MaxBatch+1)); !errors.Is(err, scanner.ErrBadValue) {
		s.t.Errorf("too many recipients: %v", err)
	}
}

func capHolds(s *suite) {
	s.org("acme")
	won := s.race(6, func(st scanner.Store, i int) error {
		for n := range 3 {
			if ok, err := st.CountAlert(context.WithoutCancel(s.ctx), "acme", "C0ROOM", fmt.Sprint("dl1:", i, n), scanner.Load{Hour: 5}); err != nil {
				return err
			} else if ok {
				s.t.Logf("claimant %d: %d", i, n)
			}
		}
		return nil
	})
	loads, err := s.AlertLoads(s.ctx, "acme", []string{"C0ROOM"})
	s.must(err)
	if won != 6 || loads["C0ROOM"] != (scanner.Load{Hour: 5, Day: 5}) {
		s.t.Errorf("%d came through, load %+v", won, loads["C0ROOM"])
	}
}

// claimOfTheFuture is what a machine leaves that starts with a wrong clock and then learns the right one: Expire ends the claims.
func claimOfTheFuture(s *suite) {
	s.org("acme")
	s.deliver("acme", 2)
	s.Clock.Advance(1000 * time.Hour)
	old := s.claim(1, 1)[0]
	count := func(delivery string) {
		s.t.Helper()
		ok, err := s.CountAlert(s.ctx, "acme", "U0ANNA", delivery, scanner.Load{Hour: 1, Day: 1})
		s.must(err)
		if !ok {
			s.t.Errorf("%s is over the cap", delivery)
		}
	}
	count("dl1:1")
	s.Clock.Advance(-999 * time.Hour)
	loads, err := s.AlertLoads(s.ctx, "acme", []string{"U0ANNA"})
	s.must(err)
	if loads["U0ANNA"] != (scanner.Load{}) {
		s.t.Errorf("load %+v", loads["U0ANNA"])
	}
	count("dl1:2")
	s.claim(9, 1)
	_, err = s.Expire(s.ctx, scanner.Retention{}, s.Clock.Now())
	s.must(err)
	row := s.claim(9, 1)[0]
	if row.Delivery.ID != old.Delivery.ID || row.Fence <= old.Fence {
		s.t.Errorf("claimed %+v", row)
	}
	s.wants("the late holder", s.Commit(s.ctx, settle(old)), scanner.ErrConflict)
}

func countOfNobody(s *suite) {
	_, err := s.CountAlert(s.ctx, "acme", "U0ANNA", "dl1:1", scanner.Load{})
	s.wants("never added", err, scanner.ErrNoOrganisation)
	s.org("acme")
	_, err = s.CountAlert(s.ctx, "acme", "U0ANNA", "dl1:1", scanner.Load{})
	s.must(err)
	_, err = s.EraseOrganisation(s.ctx, "acme")
	s.must(err)
	_, err = s.CountAlert(s.ctx, "acme", "U0ANNA", "dl1:2", scanner.Load{})
	s.wants("erased", err, scanner.ErrNoOrganisation)
}
