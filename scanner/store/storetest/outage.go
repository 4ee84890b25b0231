package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"meetleaks/scanner"
)

func outageTests() map[string]func(*suite) {
	return map[string]func(*suite){
		"an outage is never read as not found, and ends":      outage,
		"an outage in the middle leaves nothing half done":    outageInTheMiddle,
		"a context that is done is told, and nothing is done": cancelledBefore,
		"a context that ends in the middle leaves no half":    cancelledAmid,
	}
}

// outage accepts of each reading method the right answer or ErrUnavailable, as stores may read while they cannot write.
func outage(s *suite) {
	s.org("acme")
	l := aLeak("acme", 1)
	s.commit(found(l))
	s.must(s.RememberItems(s.ctx, []uint64{5}))
	s.must(s.SaveVisit(s.ctx, "own-site", scanner.Visit{Page: "p"}))
	held := s.lease("stream", "one", time.Hour)
	s.Break(s.t)
	ctx, cancel := context.WithTimeout(s.ctx, 20*time.Second)
	defer cancel()
	for name, read := range map[string]func() (bool, error){
		"find": func() (bool, error) { f, err := s.FindLeaks(ctx, "acme", l.Keys); return len(f) == 1, err },
		"leak": func() (bool, error) { f, err := s.Leak(ctx, "acme", l.ID); return f.ID == l.ID, err },
		"list": func() (bool, error) {
			f, err := s.ListLeaks(ctx, scanner.LeakQuery{Org: "acme"})
			return len(f.Leaks) == 1, err
		},
		"seen":  func() (bool, error) { f, err := s.SeenItems(ctx, []uint64{5}); return len(f) == 1 && f[0], err },
		"visit": func() (bool, error) { _, known, err := s.LoadVisit(ctx, "own-site", "p"); return known, err },
		"key":   func() (bool, error) { key, err := s.OrgKey(ctx, "acme"); return len(key) > 0, err },
		"row":   func() (bool, error) { row, err := s.Delivery(ctx, "acme", aDelivery(l).ID); return row.Fence == 1, err },
		"books": func() (bool, error) { books, n, err := s.Ledger(ctx, "acme"); return books.Found == 1 && n == 1, err },
	} {
		if right, err := read(); err == nil && !right || err != nil && !errors.Is(err, scanner.ErrUnavailable) {
			s.t.Errorf("%s: right %v, %v", name, right, err)
		}
	}
	_, claim := s.ClaimDeliveries(ctx, 5, time.Minute)
	_, wake := s.ClaimWakes(ctx, 5, time.Minute)
	_, acquire := s.Acquire(ctx, "another", "one", time.Minute)
	_, renew := s.Renew(ctx, held, time.Minute)
	_, count := s.CountAlert(ctx, "acme", "U0ANNA", "dl1:1", scanner.Load{})
	_, add := s.AddOrgKey(ctx, "globex", []byte("k"))
	_, expire := s.Expire(ctx, policy(), s.Clock.Now())
	for name, err := range map[string]error{
		"commit": s.Commit(ctx, found(aLeak("acme", 2))), "claim": claim, "wake": wake, "acquire": acquire, "renew": renew,
		"count": count, "add": add, "expire": expire, "remember": s.RememberItems(ctx, []uint64{6}),
		"cursor": s.SaveCursor(ctx, held, scanner.Cursor{}), "visit": s.SaveVisit(ctx, "own-site", scanner.Visit{Page: "q"}),
		"audit": s.AppendAudit(ctx, "acme", []scanner.Audit{{}}),
	} {
		s.wants(name, err, scanner.ErrUnavailable)
	}
	s.Mend(s.t)
	s.commit(found(aLeak("acme", 3)))
	s.must(s.SaveCursor(s.ctx, held, scanner.Cursor{Value: []byte("on")}))
}

// workers commit new leaks until stop, each on a handle of its own, and say which were acknowledged, and how many failed.
func (s *suite) workers(n int, stop <-chan struct{}, ctx func() (context.Context, context.CancelFunc)) (wait func() map[int]bool, failed func() int64) {
	var mu sync.Mutex
	acked := map[int]bool{}
	var running sync.WaitGroup
	var failures atomic.Int64
	for worker := range n {
		st := s.handle()
		running.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				number := i*n + worker
				ctx, cancel := ctx()
				err := st.Commit(ctx, found(aLeak("acme", number)))
				cancel()
				mu.Lock()
				if err == nil {
					acked[number] = true
				} else {
					acked[number] = false
					failures.Add(1)
				}
				mu.Unlock()
			}
		})
	}
	return func() map[int]bool {
		running.Wait()
		return acked
	}, failures.Load
}

// whole checks that of all that was tried what was acknowledged is there, and of the rest all or nothing.
func (s *suite) whole(tried map[int]bool) {
	s.t.Helper()
	there, acked := int64(0), 0
	for n, acknowledged := range tried {
		l := aLeak("acme", n)
		_, err := s.Leak(s.ctx, "acme", l.ID)
		if err != nil && !errors.Is(err, scanner.ErrNotFound) {
			s.t.Fatal(err)
		}
		if acknowledged && err != nil {
			s.t.Errorf("leak %d was acknowledged and is not there", n)
		}
		if acknowledged {
			acked++
		}
		leaks, err2 := s.FindLeaks(s.ctx, "acme", l.Keys)
		s.must(err2)
		rows, err2 := s.Deliveries(s.ctx, "acme", l.ID)
		s.must(err2)
		seen, err2 := s.Sightings(s.ctx, "acme", l.ID)
		s.must(err2)
		want := 0
		if err == nil {
			there, want = there+1, 1
		}
		if len(rows) != want || len(seen) != want || len(leaks) != want {
			s.t.Errorf("leak %d: there %d, by key %d, deliveries %d, sightings %d", n, want, len(leaks), len(rows), len(seen))
		}
	}
	books, pending, err := s.Ledger(s.ctx, "acme")
	s.must(err)
	if err := books.Check(pending); err != nil || books.Found != there {
		s.t.Errorf("%d are there, ledger %+v, %v", there, books, err)
	}
	s.t.Logf("%d tried, %d acknowledged, %d there", len(tried), acked, there)
}

func outageInTheMiddle(s *suite) {
	s.org("acme")
	stop := make(chan struct{})
	wait, failed := s.workers(3, stop, func() (context.Context, context.CancelFunc) { return context.WithTimeout(s.ctx, 5*time.Second) })
	for n := range 3 {
		s.until(fmt.Sprint("progress before outage ", n), func() bool { return s.countFound() > int64(20*(n+1)) })
		s.Break(s.t)
		before := failed()
		s.until(fmt.Sprint("failure in outage ", n), func() bool { return failed() > before })
		s.Mend(s.t)
	}
	s.until("progress after the last", func() bool { return s.countFound() > 80 })
	close(stop)
	tried := wait()
	s.whole(tried)
}

func (s *suite) countFound() int64 {
	books, _, err := s.Ledger(s.ctx, "acme")
	if err != nil && !errors.Is(err, scanner.ErrUnavailable) {
		s.t.Fatal(err)
	}
	return books.Found
}

// until asks again and again, until the test's time is over.
func (s *suite) until(what string, done func() bool) {
	s.t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-s.ctx.Done():
			s.t.Fatalf("no %s", what)
		}
	}
}

func cancelledBefore(s *suite) {
	s.org("acme")
	s.commit(found(aLeak("acme", 1)))
	ctx, cancel := context.WithCancel(s.ctx)
	cancel()
	_, find := s.FindLeaks(ctx, "acme", []string{"mk1:1"})
	_, claim := s.ClaimDeliveries(ctx, 5, time.Minute)
	_, acquire := s.Acquire(ctx, "stream", "one", time.Minute)
	_, seen := s.SeenItems(ctx, []uint64{1})
	_, list := s.ListLeaks(ctx, scanner.LeakQuery{Org: "acme"})
	for name, err := range map[string]error{
		"commit": s.Commit(ctx, found(aLeak("acme", 2))), "find": find, "claim": claim, "acquire": acquire, "seen": seen,
		"list": list, "remember": s.RememberItems(ctx, []uint64{1}),
		"due": s.DueVisits(ctx, "own-site", Start(), func(scanner.Visit) bool { return true }),
	} {
		s.wants(name, err, context.Canceled)
	}
	s.whole(map[int]bool{1: true, 2: false})
	s.claim(5, 0) // not due before its second
	s.Clock.Advance(time.Minute)
	s.claim(5, 1)
	if s.seen(1)[0] {
		s.t.Error("an item was remembered")
	}
	s.lease("stream", "two", time.Minute)
}

func cancelledAmid(s *suite) {
	s.org("acme")
	stop := make(chan struct{})
	var mu sync.Mutex
	n := 0
	wait, failed := s.workers(3, stop, func() (context.Context, context.CancelFunc) {
		mu.Lock()
		defer mu.Unlock()
		n++
		if n > 300 {
			return context.WithCancel(s.ctx)
		}
		return context.WithTimeout(s.ctx, time.Duration(n%40)*50*time.Microsecond)
	})
	s.until("end of the cancelled", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return n > 330
	})
	close(stop)
	s.whole(wait())
	s.t.Logf("%d were cancelled", failed())
}
