package storetest

import (
	"fmt"
	"math"
	"strings"
	"time"

	"meetleaks/scanner"
)

func hostileTests() map[string]func(*suite) {
	return map[string]func(*suite){
		"texts come back as they were, whatever they are":   hostileTexts,
		"names with a meaning elsewhere are names like any": hostileNames,
		"what breaks a bound is refused whole":              bounds,
		"times at the edges come back":                      edgesOfTime,
	}
}

func hostileTexts(s *suite) {
	s.org("acme")
	texts := []string{
		"", "'; DROP TABLE leak; --", "\x00\x01\x1b[31m", "\u202egnp.exe", "𝄞 ä ü 会議 🕳️", `{"a":[1,{"b":"\u0000"}]}`, "%s%n%00",
		"\r\n*3\r\n$3\r\nSET\r\n", "return redis.call('FLUSHALL')", "<script>alert(1)</script>", "=cmd|' /C calc'!A0", strings.Repeat("会", 3000),
	}
	for n, text := range texts {
		l := aLeak("acme", n)
		l.Reason, l.MaskedID, l.Secrets = text, text, []string{text}
		l.Sealed = scanner.Sealed(text)
		c := found(l)
		c.Sightings[0].Place, c.Sightings[0].Via = text, []string{text, text}
		c.Deliveries[0].Recipient = text
		c.Audits[0].Reason = text
		s.commit(c)
		l.Version = 1
		s.same("leak", s.get("acme", l.ID), l)
		seen, err := s.Sightings(s.ctx, "acme", l.ID)
		s.must(err)
		s.same("sightings", seen, c.Sightings)
		row, err := s.Delivery(s.ctx, "acme", c.Deliveries[0].ID)
		s.must(err)
		s.same("delivery", row.Delivery, c.Deliveries[0])
		audits, err := s.ListAudit(s.ctx, scanner.AuditQuery{Org: "acme", Limit: 1})
		s.must(err)
		s.same("audit", audits[0].Audit, c.Audits[0])
	}
	broken := aLeak("acme", 100)
	broken.Reason = "a\xffb"
	s.commit(found(broken))
	s.same("not UTF-8", s.get("acme", broken.ID).Reason, "a\ufffdb")
}

func hostileNames(s *suite) {
	names := []string{
		"acme", "ACME", "acme ", "a{b}c", "{}", "}{", "a:b", "*", "a?b[c]", "%", "_", "' OR '1'='1", "ä", "a\u0308", "0", "-1", "NULL",
		"..", "/", "🕳️", strings.Repeat("n", scanner.MaxName),
	}
	for n, org := range names {
		s.org(org)
		l := aLeak(org, n)
		l.ID, l.Keys = "lk1:"+org[:min(len(org), 500)], []string{org}
		c := found(l)
		c.Sightings[0].PlaceKey = org
		s.commit(c)
		_, err := s.CountAlert(s.ctx, org, org, org, scanner.Load{})
		s.must(err)
		s.must(s.SaveVisit(s.ctx, org, scanner.Visit{Page: org, Data: []byte(org)}))
		lease := s.lease(org, org, time.Minute)
		s.must(s.SaveCursor(s.ctx, lease, scanner.Cursor{Value: []byte(org)}))
	}
	have, err := s.Organisations(s.ctx)
	s.must(err)
	if len(have) != len(names) {
		s.t.Errorf("%d organisations of %d", len(have), len(names))
	}
	cursors, err := s.Cursors(s.ctx, names)
	s.must(err)
	for _, org := range names {
		leaks, err := s.FindLeaks(s.ctx, org, []string{org})
		s.must(err)
		ids, _, err := s.LeaksAt(s.ctx, org, org, "")
		s.must(err)
		loads, err := s.AlertLoads(s.ctx, org, []string{org})
		s.must(err)
		v, known, err := s.LoadVisit(s.ctx, org, org)
		s.must(err)
		all := s.pages(scanner.LeakQuery{Org: org, Limit: 3}, nil)
		if len(leaks) != 1 || len(ids) != 1 || loads[org].Day != 1 || !known || string(v.Data) != org || len(all) != 1 || string(cursors[org].Value) != org {
			s.t.Errorf("%.40q: %d leaks, %d at the place, load %+v, visit %v, %d listed, cursor %.40q",
				org, len(leaks), len(ids), loads[org], known, len(all), cursors[org].Value)
		}
	}
}

func bounds(s *suite) {
	s.org("acme")
	long := strings.Repeat("x", scanner.MaxRecord)
	change := func(adapt func(c *scanner.Change)) scanner.Change {
		c := found(aLeak("acme", 1))
		adapt(&c)
		return c
	}
	for name, c := range map[string]scanner.Change{
		"no organisation":    change(func(c *scanner.Change) { c.Org = "" }),
		"another's leak":     change(func(c *scanner.Change) { c.Leaks[0].Leak.Org = "globex" }),
		"another's delivery": change(func(c *scanner.Change) { c.Deliveries[0].Org = "globex" }),
		"no key":             change(func(c *scanner.Change) { c.Leaks[0].Leak.Keys = nil }),
		"no id":              change(func(c *scanner.Change) { c.Leaks[0].Leak.ID = "" }),
		"a control in an id": change(func(c *scanner.Change) { c.Leaks[0].Leak.ID = "a\x00b" }),
		"no state":           change(func(c *scanner.Change) { c.Leaks[0].Leak.State = "" }),
		"many keys":          change(func(c *scanner.Change) { c.Leaks[0].Leak.Keys = make([]string, scanner.MaxLeakKeys+1) }),
		"a long leak":        change(func(c *scanner.Change) { c.Leaks[0].Leak.Reason = long }),
		"a long sighting":    change(func(c *scanner.Change) { c.Sightings[0].Place = long }),
		"a long delivery":    change(func(c *scanner.Change) { c.Deliveries[0].Recipient = long }),
		"a long audit":       change(func(c *scanner.Change) { c.Audits[0].Reason = long }),
		"one leak twice":     change(func(c *scanner.Change) { c.Leaks = append(c.Leaks, c.Leaks[0]) }),
		"many sightings":     change(func(c *scanner.Change) { c.Sightings = make([]scanner.Sighting, scanner.MaxSightings+1) }),
		"many audits":        change(func(c *scanner.Change) { c.Audits = make([]scanner.Audit, scanner.MaxChange+1) }),
		"no such move":       change(func(c *scanner.Change) { c.Moves = []scanner.Move{{}} }),
		"no such reason": change(func(c *scanner.Change) {
			c.Moves = []scanner.Move{{To: scanner.Account{Kind: scanner.AccountSuppressed, Reason: "whim"}}}
		}),
		"a row without fence": change(func(c *scanner.Change) { c.Settled = []scanner.OutboxRow{{Delivery: aDelivery(aLeak("acme", 1))}} }),
		"a long receipt": change(func(c *scanner.Change) {
			c.Settled = []scanner.OutboxRow{{Delivery: aDelivery(aLeak("acme", 1)), Fence: 1, Receipt: make([]byte, scanner.MaxReceipt+1)}}
		}),
		"merged into none": change(func(c *scanner.Change) { c.Merged = []scanner.Merge{{From: "lk1:a", Version: 1, Into: "lk1:b"}} }),
	} {
		s.wants(name, s.Commit(s.ctx, c), scanner.ErrBadValue)
	}
	_, err := s.FindLeaks(s.ctx, "acme", make([]string, scanner.MaxLeakKeys+1))
	s.wants("keys", err, scanner.ErrBadValue)
	_, err = s.Cursors(s.ctx, make([]string, scanner.MaxBatch+1))
	s.wants("cursors", err, scanner.ErrBadValue)
	_, err = s.AddOrgKey(s.ctx, "a\nb", []byte("k"))
	s.wants("organisation", err, scanner.ErrBadValue)
	_, err = s.CountAlert(s.ctx, "acme", "", "dl1:1", scanner.Load{})
	s.wants("recipient", err, scanner.ErrBadValue)
	s.whole(map[int]bool{1: false})
}

func edgesOfTime(s *suite) {
	s.org("acme")
	times := []time.Time{
		{}, time.Unix(0, 1), time.Date(1, 1, 1, 0, 0, 0, 1e6, time.UTC), time.Date(1969, 12, 31, 23, 59, 59, 999e6, time.UTC),
		time.Date(2026, 3, 9, 8, 30, 0, 123456789, time.FixedZone("", 19800)), time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC),
	}
	for n, at := range times {
		l := aLeak("acme", n)
		l.FirstSeen, l.Since, l.LastSeen = at, at, at
		c := found(l)
		c.Leaks[0].Wake = at
		c.Sightings[0].SeenAt, c.Sightings[0].Gone = at, at
		c.Deliveries[0].Due, c.Deliveries[0].Made = at, at
		s.commit(c)
		l.Version = 1
		s.same(fmt.Sprint(at), s.get("acme", l.ID), l)
	}
	if all := s.pages(scanner.LeakQuery{Org: "acme", Limit: 2}, nil); len(all) != len(times) {
		s.t.Errorf("%d of %d are listed", len(all), len(times))
	}
	s.claim(100, len(times)-1) // but for the year 9999
	l := aLeak("acme", 50)
	l.Reach, l.Sightings = math.MaxInt64, math.MaxInt
	s.commit(found(l))
	if got := s.get("acme", l.ID); got.Reach != math.MaxInt64 || got.Sightings != math.MaxInt {
		s.t.Errorf("reach %d, sightings %d", got.Reach, got.Sightings)
	}
}
