package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"meetleaks/scanner"
)

func keepTests() map[string]func(*suite) {
	return map[string]func(*suite){
		"retention takes away what is old, and counts it":           retention,
		"retention keeps what is owed or may come back":             retentionKeeps,
		"retention works in bounded steps":                          retentionSteps,
		"erasing an organisation leaves nothing of it":              erase,
		"erasing goes in steps, and nothing is committed meanwhile": eraseSteps,
		"all who add a key get the same":                            oneKey,
		"a key is wrapped anew only by who knows it":                rewrap,
		"the audit is read in pages, newest first":                  auditPages,
		"the store says how it is":                                  health,
		"a history that is gone is told":                            lost,
		"a closed handle does not answer":                           closed,
	}
}

// policy is the retention of the contract.
func policy() scanner.Retention {
	const day = 24 * time.Hour
	return scanner.Retention{Sighting: 7 * day, Leak: 30 * day, Answer: 90 * day, Audit: 400 * day, Visit: 60 * day}
}

// expire runs retention to its end and adds up.
func (s *suite) expire(r scanner.Retention) scanner.Removed {
	s.t.Helper()
	var all scanner.Removed
	for range 1000 {
		some, err := s.Expire(s.ctx, r, s.Clock.Now())
		s.must(err)
		all.Leaks += some.Leaks
		all.Sightings += some.Sightings
		all.Deliveries += some.Deliveries
		all.Audits += some.Audits
		all.Visits += some.Visits
		all.Items += some.Items
		if !some.More {
			return all
		}
	}
	s.t.Fatal("retention has no end")
	return all
}

// over ends a leak at the clock's time.
func (s *suite) over(l scanner.Leak) {
	s.t.Helper()
	l = s.get(l.Org, l.ID)
	from := l.Account
	l.State, l.Since, l.Account = scanner.StateOver, s.Clock.Now(), scanner.Account{Kind: scanner.AccountSuppressed, Reason: scanner.WithheldOver}
	s.commit(scanner.Change{Org: l.Org, Leaks: []scanner.LeakWrite{{Leak: l}}, Moves: []scanner.Move{{From: from, To: l.Account}}})
}

func retention(s *suite) {
	s.org("acme")
	l, other := aLeak("acme", 1), aLeak("acme", 2)
	s.commit(found(l))
	s.commit(found(other))
	gone := aSighting(other, 2)
	gone.Gone = Start()
	s.commit(scanner.Change{Org: "acme", Sightings: []scanner.Sighting{gone}})
	s.Clock.Advance(time.Hour)
	for _, row := range s.claim(9, 2) {
		row.Delivery = row.Delivery.Accepted(s.Clock.Now())
		s.commit(settle(row))
	}
	s.over(l)
	s.must(s.SaveVisit(s.ctx, "own-site", scanner.Visit{Page: "unread", Next: Start()}))
	s.must(s.SaveVisit(s.ctx, "own-site", scanner.Visit{Page: "later", Next: Start().Add(500 * 24 * time.Hour)}))
	s.must(s.AppendAudit(s.ctx, "", []scanner.Audit{{At: Start(), What: "started"}}))
	at := func(days int, want scanner.Removed) {
		s.t.Helper()
		s.Clock.Advance(Start().Add(time.Duration(days)*24*time.Hour + 2*time.Hour).Sub(s.Clock.Now()))
		s.same(fmt.Sprint("after days: ", days), s.expire(policy()), want)
	}
	at(6, scanner.Removed{})
	at(7, scanner.Removed{Sightings: 1})
	at(29, scanner.Removed{})
	at(30, scanner.Removed{Leaks: 1})
	at(60, scanner.Removed{Visits: 1})
	at(89, scanner.Removed{})
	at(90, scanner.Removed{Deliveries: 1})
	at(399, scanner.Removed{})
	at(400, scanner.Removed{Audits: 3})
	if _, err := s.Leak(s.ctx, "acme", l.ID); !errors.Is(err, scanner.ErrNotFound) {
		s.t.Errorf("the leak that is over: %v", err)
	}
	leaks, err := s.FindLeaks(s.ctx, "acme", l.Keys)
	s.must(err)
	ids, _, err := s.LeaksAt(s.ctx, "acme", aSighting(l, 1).PlaceKey, "")
	s.must(err)
	if len(leaks) != 0 || !slices.Equal(ids, []string{other.ID}) {
		s.t.Errorf("%d leaks by its key, %q at its place", len(leaks), ids)
	}
	books, pending, err := s.Ledger(s.ctx, "acme")
	s.must(err)
	s.must(books.Check(pending))
	s.commit(found(l)) // seen again, it is another
}

func retentionKeeps(s *suite) {
	s.org("acme")
	for n, change := range []func(*scanner.Leak){
		func(*scanner.Leak) {}, // open
		func(l *scanner.Leak) { l.State = scanner.StateRemoved },
		func(l *scanner.Leak) { l.State, l.Until = scanner.StateMuted, Start().Add(time.Hour) },
		func(l *scanner.Leak) { l.State = scanner.StateSafe },
		func(l *scanner.Leak) { l.State, l.Until = scanner.StateByWord, Start().Add(time.Hour) },
		func(l *scanner.Leak) {
			l.State, l.LastSeen = scanner.StateOver, Start().Add(190*24*time.Hour)
			l.Account = scanner.Account{Kind: scanner.AccountAlerted}
		},
	} {
		l := aLeak("acme", n)
		if n > 1 {
			l.Account = scanner.Account{Kind: scanner.AccountAlerted}
		}
		change(&l)
		s.commit(found(l))
	}
	s.Clock.Advance(200 * 24 * time.Hour)
	s.same("removed", s.expire(policy()), scanner.Removed{})
	s.same("for ever", s.expire(scanner.Retention{}), scanner.Removed{})
	if all := s.pages(scanner.LeakQuery{Org: "acme", Limit: 100}, nil); len(all) != 6 {
		s.t.Errorf("%d leaks are left", len(all))
	}
	s.claim(100, 6) // what is owed is owed still
}

func retentionSteps(s *suite) {
	s.org("acme")
	s.many("acme", 0, 2500, func(_ int, l *scanner.Leak) {
		l.State, l.Account = scanner.StateOver, scanner.Account{Kind: scanner.AccountAlerted}
	})
	s.Clock.Advance(100 * 24 * time.Hour)
	some, err := s.Expire(s.ctx, policy(), s.Clock.Now())
	s.must(err)
	if !some.More || some.Leaks == 0 || some.Leaks >= 2500 {
		s.t.Errorf("the first step: %+v", some)
	}
	rest := s.expire(policy())
	if some.Leaks+rest.Leaks != 2500 {
		s.t.Errorf("%d and %d", some.Leaks, rest.Leaks)
	}
}

func erase(s *suite) {
	for _, org := range []string{"acme", "globex"} {
		_, err := s.AddOrgKey(s.ctx, org, []byte("wrapped-"+org+"-key"))
		s.must(err)
		l := aLeak(org, 1)
		l.MaskedID, l.Sealed, l.Reason = org+"-masked", scanner.Sealed(org+"-sealed"), org+"-reason"
		c := found(l)
		c.Sightings[0].Place = org + "-place"
		c.Deliveries[0].Recipient = org + "-recipient"
		c.Audits[0].Reason = org + "-audit"
		s.commit(c)
		row := s.scan(org)
		row.Receipt = []byte(org + "-receipt")
		s.commit(settle(row))
		_, err = s.CountAlert(s.ctx, org, org+"-counted", "dl1:1", scanner.Load{})
		s.must(err)
		s.must(s.AppendAudit(s.ctx, org, []scanner.Audit{{Reason: org + "-appended"}}))
	}
	s.must(s.AppendAudit(s.ctx, "", []scanner.Audit{{Reason: "the deployment's"}}))
	marks := []string{"-masked", "-reason", "-place", "-recipient", "-audit", "-counted", "-appended"}
	dump := s.Dump(s.t)
	for _, mark := range marks {
		if !bytes.Contains(dump, []byte("acme"+mark)) {
			s.t.Errorf("the dump shows no acme%s", mark)
		}
	}
	for range 100 {
		removed, err := s.EraseOrganisation(s.ctx, "acme")
		s.must(err)
		if !removed.More {
			break
		}
	}
	dump = s.Dump(s.t)
	for _, mark := range append(marks, "-sealed", "-receipt", "wrapped-acme", aLeak("acme", 1).ID, aDelivery(aLeak("acme", 1)).ID) {
		if mark[0] == '-' {
			mark = "acme" + mark
		}
		if bytes.Contains(dump, []byte(mark)) {
			s.t.Errorf("%s is still there", mark)
		}
	}
	names, err := s.Organisations(s.ctx)
	s.must(err)
	s.same("organisations", names, []string{"globex"})
	if _, err := s.OrgKey(s.ctx, "acme"); !errors.Is(err, scanner.ErrNotFound) {
		s.t.Errorf("its key: %v", err)
	}
	s.wants("commit", s.Commit(s.ctx, found(aLeak("acme", 2))), scanner.ErrNoOrganisation)
	if got := s.get("globex", aLeak("globex", 1).ID); got.MaskedID != "globex-masked" {
		s.t.Errorf("the other's leak: %+v", got)
	}
	removed, err := s.EraseOrganisation(s.ctx, "never known")
	s.must(err)
	s.same("of an unknown one", removed, scanner.Removed{})
	if kept, err := s.ListAudit(s.ctx, scanner.AuditQuery{Limit: 5}); err != nil || len(kept) != 1 {
		s.t.Errorf("%d entries of the deployment's own are left, %v", len(kept), err)
	}
	s.org("acme") // registered again, it begins anew
	books, pending, err := s.Ledger(s.ctx, "acme")
	s.must(err)
	s.must(books.Check(pending))
	if page, err := s.ListLeaks(s.ctx, scanner.LeakQuery{Org: "acme", Limit: 9}); err != nil || len(page.Leaks) > 0 || books.Found != 0 {
		s.t.Errorf("%d leaks, %d found, %v", len(page.Leaks), books.Found, err)
	}
	s.commit(found(aLeak("acme", 1)))
}

// scan reads the one delivery of an organisation's first leak.
func (s *suite) scan(org string) scanner.OutboxRow {
	s.t.Helper()
	row, err := s.Delivery(s.ctx, org, aDelivery(aLeak(org, 1)).ID)
	s.must(err)
	return row
}

func eraseSteps(s *suite) {
	s.org("acme")
	s.many("acme", 0, 3000, nil)
	s.deliverMore(3000, 3010)
	first, err := s.EraseOrganisation(s.ctx, "acme")
	s.must(err)
	if first.Leaks >= 3010 || !first.More {
		s.t.Errorf("the first step: %+v", first)
	}
	s.wants("commit", s.Commit(s.ctx, found(aLeak("acme", 5000))), scanner.ErrNoOrganisation)
	_, err = s.AddOrgKey(s.ctx, "acme", []byte("another"))
	s.wants("add", err, scanner.ErrConflict)
	rows, err := s.ClaimDeliveries(s.ctx, 100, time.Minute)
	s.must(err)
	if len(rows) > 0 {
		s.t.Errorf("%d are told still", len(rows))
	}
	leaks := first.Leaks
	for more := true; more; {
		some, err := s.EraseOrganisation(s.ctx, "acme")
		s.must(err)
		leaks, more = leaks+some.Leaks, some.More
	}
	if leaks != 3010 {
		s.t.Errorf("%d leaks were erased", leaks)
	}
	s.org("acme")
}

func (s *suite) deliverMore(from, to int) {
	s.t.Helper()
	for n := from; n < to; n++ {
		s.commit(found(aLeak("acme", n)))
	}
	s.Clock.Advance(2 * time.Hour)
}

func oneKey(s *suite) {
	var mu sync.Mutex
	got := map[string]bool{}
	s.race(6, func(st scanner.Store, i int) error {
		key, err := st.AddOrgKey(s.ctx, "acme", fmt.Append(nil, "wrapped by ", i))
		mu.Lock()
		got[string(key)] = true
		mu.Unlock()
		return err
	})
	stored, err := s.OrgKey(s.ctx, "acme")
	s.must(err)
	if len(got) != 1 || !got[string(stored)] {
		s.t.Errorf("they got %d keys, stored is %q", len(got), stored)
	}
	for _, bad := range [][]byte{nil, {}, make([]byte, 1<<20)} {
		_, err := s.AddOrgKey(s.ctx, "globex", bad)
		s.wants("a key that is none", err, scanner.ErrBadValue)
	}
}

func rewrap(s *suite) {
	s.org("acme")
	old, err := s.OrgKey(s.ctx, "acme")
	s.must(err)
	s.wants("by a stranger", s.ReplaceOrgKey(s.ctx, "acme", []byte("guess"), []byte("mine")), scanner.ErrConflict)
	s.wants("of nobody", s.ReplaceOrgKey(s.ctx, "globex", old, []byte("mine")), scanner.ErrConflict)
	s.must(s.ReplaceOrgKey(s.ctx, "acme", old, []byte("\x00anew\xff")))
	s.wants("twice", s.ReplaceOrgKey(s.ctx, "acme", old, []byte("again")), scanner.ErrConflict)
	key, err := s.OrgKey(s.ctx, "acme")
	s.must(err)
	if string(key) != "\x00anew\xff" {
		s.t.Errorf("%q", key)
	}
}

func auditPages(s *suite) {
	s.org("acme")
	for n := range 5 {
		var entries []scanner.Audit
		for i := range 20 {
			leak := ""
			if i%4 == 0 {
				leak = "lk1:one"
			}
			entries = append(entries, scanner.Audit{At: Start(), Leak: leak, By: scanner.Actor{Role: scanner.RoleAnalyst, Ref: "U0SEC"}, Reason: fmt.Sprint(n*20 + i)})
		}
		s.must(s.AppendAudit(s.ctx, "acme", entries))
	}
	s.must(s.AppendAudit(s.ctx, "", []scanner.Audit{{Reason: "the deployment's"}}))
	for leak, want := range map[string]int{"": 100, "lk1:one": 25, "lk1:none": 0} {
		var all []scanner.AuditEntry
		for before := int64(0); ; {
			some, err := s.ListAudit(s.ctx, scanner.AuditQuery{Org: "acme", Leak: leak, Before: before, Limit: 7})
			s.must(err)
			if len(some) == 0 {
				break
			}
			all = append(all, some...)
			before = some[len(some)-1].Seq
		}
		for i, entry := range all {
			if i > 0 && entry.Seq >= all[i-1].Seq || leak != "" && entry.Leak != leak {
				s.t.Errorf("entry %d: %+v", i, entry)
			}
		}
		if len(all) != want || want == 100 && (all[0].Reason != "99" || all[99].Reason != "0") {
			s.t.Errorf("leak %q: %d entries", leak, len(all))
		}
	}
	ours, err := s.ListAudit(s.ctx, scanner.AuditQuery{Limit: 7})
	s.must(err)
	if len(ours) != 1 || ours[0].Reason != "the deployment's" {
		s.t.Errorf("the deployment's: %+v", ours)
	}
	s.wants("too many", s.AppendAudit(s.ctx, "acme", make([]scanner.Audit, scanner.MaxChange+1)), scanner.ErrBadValue)
}

func health(s *suite) {
	h, err := s.Health(s.ctx)
	s.must(err)
	if h.Lost || h.Since.After(s.Clock.Now()) || !h.Now.Equal(s.Clock.Now()) || h.Due != 0 {
		s.t.Errorf("%+v", h)
	}
	s.org("acme")
	s.deliver("acme", 3)
	s.Clock.Advance(time.Hour)
	s.claim(1, 1)
	since := h.Since
	h, err = s.handle().Health(s.ctx)
	s.must(err)
	if h.Lost || !h.Since.Equal(since) || h.Due != 2 || !h.OldestDue.Equal(Start().Add(time.Second)) {
		s.t.Errorf("%+v", h)
	}
}

func lost(s *suite) {
	s.org("acme")
	s.commit(found(aLeak("acme", 1)))
	s.Clock.Advance(time.Hour)
	s.Lose(s.t)
	h, err := s.Health(s.ctx)
	s.must(err)
	if !h.Lost {
		s.t.Errorf("the old handle: %+v", h)
	}
	s.Clock.Advance(time.Hour)
	st := s.handle()
	h, err = st.Health(s.ctx)
	s.must(err)
	if h.Lost || h.Since.Before(Start().Add(time.Hour)) {
		s.t.Errorf("a new handle: %+v", h)
	}
	s.wants("commit", st.Commit(s.ctx, found(aLeak("acme", 1))), scanner.ErrNoOrganisation)
	h, err = s.Health(s.ctx)
	s.must(err)
	if !h.Lost {
		s.t.Errorf("the old handle, later: %+v", h)
	}
}

func closed(s *suite) {
	s.org("acme")
	st := s.Open(s.t)
	s.must(st.Close())
	s.must(st.Close())
	_, err := st.FindLeaks(s.ctx, "acme", []string{"mk1:1"})
	s.wants("find", err, scanner.ErrUnavailable)
	s.wants("commit", st.Commit(s.ctx, found(aLeak("acme", 1))), scanner.ErrUnavailable)
	_, err = st.Health(s.ctx)
	s.wants("health", err, scanner.ErrUnavailable)
}
