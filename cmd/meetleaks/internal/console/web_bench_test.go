package console

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"meetleaks/matchers"
	"meetleaks/scanner"
	"meetleaks/scanner/store/redisstore"
	"meetleaks/scanner/store/redistest"
	"meetleaks/scanner/store/sqlitestore"
)

const benchLeaks = 100_000

func benchID(n int) string { return fmt.Sprintf("lk1:%032x", n*7919+13) }

// benchLeak is of the size that leaks have; every fifth has a start, every third is open.
func benchLeak(n int, now time.Time) scanner.Leak {
	l := scanner.Leak{
		ID: benchID(n), Org: rigOrg, Keys: []string{fmt.Sprintf("mk1:%032x", n)}, Platform: "zoom", Kind: matchers.Meeting, Class: matchers.JoinWithSecret,
		MaskedID: "849•••••116", Sealed: make(scanner.Sealed, 60), Secrets: []string{"pwd"}, State: scanner.StateOpen, Since: now,
		FirstSeen: now.Add(-time.Duration(n) * 25 * time.Second), LastSeen: now, Sightings: 3, Distinct: 3, Reach: int64(n % 900),
		Risk:    scanner.Risk{Score: n % 101, Level: "high", Reasons: []string{"the passcode is in the link", "many can see it"}},
		Account: scanner.Account{Kind: scanner.AccountAlerted},
	}
	for i := range 3 {
		l.Places = append(l.Places, scanner.PlaceMark{Key: fmt.Sprintf("pk1:%032x", n*3+i), Seen: l.FirstSeen, Reach: 40})
	}
	if n%3 > 0 {
		l.State = scanner.States()[2+n%7]
	}
	if n%5 == 0 {
		l.When = scanner.When{Start: scanner.Start{Time: now.Add(time.Duration(n%4000-60) * time.Minute)}, By: scanner.RoleCalendar}
	}
	return l
}

// fill writes benchLeaks leaks, each with a sighting, a delivery and two entries of the audit.
func fill(b *testing.B, s scanner.Store, now time.Time) {
	b.Helper()
	if _, err := s.AddOrgKey(b.Context(), rigOrg, []byte("wrapped")); err != nil {
		b.Fatal(err)
	}
	for n := 0; n < benchLeaks; {
		c := scanner.Change{Org: rigOrg}
		for ; n < benchLeaks && len(c.Leaks) < 30; n++ {
			l := benchLeak(n, now)
			c.Leaks = append(c.Leaks, scanner.LeakWrite{Leak: l})
			c.Moves = append(c.Moves, scanner.Move{To: l.Account})
			c.Sightings = append(c.Sightings, scanner.Sighting{Leak: l.ID, PlaceKey: l.Places[0].Key, Place: "acme.example/events/page", Line: 7, Source: "own-site", SeenAt: l.FirstSeen})
			for range 2 {
				c.Audits = append(c.Audits, scanner.Audit{At: l.FirstSeen, Leak: l.ID, What: scanner.Sighted, To: scanner.StateOpen})
			}
			c.Deliveries = append(c.Deliveries, scanner.Delivery{
				ID: scanner.DeliveryID(l.ID, 1, scanner.ToHost, scanner.RungFirst, time.Time{}), Leak: l.ID, Org: rigOrg, Round: 1, To: scanner.ToHost,
				Kind: scanner.DeliveryNew, State: scanner.DeliveryAccepted, Due: l.FirstSeen, Made: l.FirstSeen, Done: l.FirstSeen,
			})
		}
		if err := s.Commit(b.Context(), c); err != nil {
			b.Fatal(err)
		}
	}
}

func benchSQLite(b *testing.B) scanner.Store {
	s, err := sqlitestore.Open(b.Context(), sqlitestore.Options{Path: filepath.Join(b.TempDir(), "bench.db")})
	if err != nil {
		b.Fatal(err)
	}
	return s
}

func benchRedis(b *testing.B) scanner.Store {
	address, err := redisstore.ParseAddress(redistest.Start(b).URL())
	if err != nil {
		b.Fatal(err)
	}
	s, err := redisstore.Open(b.Context(), redisstore.Options{Address: address})
	if err != nil {
		b.Fatal(err)
	}
	return s
}

// BenchmarkPages asks for pages with 100,000 leaks and prints the time within which 99 of 100 are answered. With -benchtime 10s the order
// of the queue is read anew beside them, as it is when somebody looks for a while.
func BenchmarkPages(b *testing.B) {
	for name, open := range map[string]func(*testing.B) scanner.Store{"sqlite": benchSQLite, "redis": benchRedis} {
		b.Run(name, func(b *testing.B) {
			s := open(b)
			b.Cleanup(func() { s.Close() })
			now := time.Now()
			fill(b, s, now)
			r := newRigWith(b, ownLimits(), Options{})
			r.web.c.o.Store, r.web.queue.store, r.web.c.o.Now, r.web.queue.now, r.web.sessions.now = s, s, time.Now, time.Now, time.Now
			v := signedIn(b, r)
			began := time.Now()
			page := v.get("/", http.StatusOK)
			first := time.Since(began)
			for o, _ := r.web.queue.get(b.Context()); !o.complete; o, _ = r.web.queue.get(b.Context()) {
			}
			whole := time.Since(began)
			for _, page := range [][2]string{
				{"queue", "/"}, {"any page of all", "/?state=all&page=%d"}, {"leak", "/leaks/acme/%s"}, {"sources", "/sources"}, {"ledger", "/ledger"},
			} {
				b.Run(page[0], func(b *testing.B) { timePage(b, v, page[1]) })
			}
			b.Run("first page", func(b *testing.B) { // what came before the others, once
				for b.Loop() {
					v.get("/style.css", http.StatusOK)
				}
				b.ReportMetric(float64(first.Milliseconds()), "until-shown-ms")
				b.ReportMetric(float64(whole.Milliseconds()), "until-in-order-ms")
				b.ReportMetric(float64(len(page)+len(r.web.style))/1024, "KB-with-style")
			})
		})
	}
}

func timePage(b *testing.B, v *visitor, path string) {
	var times []time.Duration
	for b.Loop() {
		address := path
		switch path {
		case "/?state=all&page=%d":
			address = fmt.Sprintf(path, 1+rand.IntN(benchLeaks/queueRows))
		case "/leaks/acme/%s":
			address = fmt.Sprintf(path, benchID(rand.IntN(benchLeaks)))
		}
		req := httptest.NewRequest(http.MethodGet, address, nil)
		req.AddCookie(v.cookies["meetleaks"])
		rec := httptest.NewRecorder()
		began := time.Now()
		v.r.Private().ServeHTTP(rec, req)
		times = append(times, time.Since(began))
		if rec.Code != http.StatusOK {
			b.Fatalf("%s: %d %s", address, rec.Code, rec.Body)
		}
	}
	slices.Sort(times)
	b.ReportMetric(float64(times[len(times)*99/100].Microseconds())/1000, "p99-ms")
	b.ReportMetric(float64(times[len(times)/2].Microseconds())/1000, "p50-ms")
}
