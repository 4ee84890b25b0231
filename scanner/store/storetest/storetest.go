// Package storetest is the suite that every store passes: what scanner/store.go promises, on a controlled clock, with several
// handles and several processes on one store, and with outages in the middle. A store's test calls [Run], and [Main] from its
// TestMain so that its test binary can be started again as another process.
//
// The suite never sleeps and never opens a connection: whatever is special to a store is in its [Harness].
package storetest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"meetleaks/matchers"
	"meetleaks/scanner"
)

// Harness is a fresh, empty store as the suite is given it, once for each of its tests.
type Harness struct {
	// Open opens one more handle on the store, as another process would. The suite closes it.
	Open func(t testing.TB) scanner.Store
	// Clock rules the store; it is that of all handles.
	Clock *Clock
	// Where is with what another process opens the store, see Main.
	Where string
	// Break makes the store unable to answer, or at least to write, until Mend, which waits until it answers again.
	Break, Mend func(t testing.TB)
	// Lose takes the history away under the open handles: a flush, a file that is replaced.
	Lose func(t testing.TB)
	// Dump is everything that is stored, as it is stored.
	Dump func(t testing.TB) []byte
}

// Clock is a clock that stands until it is moved. It is safe for concurrent use.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock stands at now.
func NewClock(now time.Time) *Clock { return &Clock{now: now} }

// Start is when the clocks of suites begin.
func Start() time.Time { return time.Date(2026, 3, 9, 8, 30, 0, 0, time.UTC) }

// Now is the time that it shows.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves it.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// suite is one test's store.
type suite struct {
	Harness
	scanner.Store
	t   *testing.T
	ctx context.Context
}

// Run runs the suite, each test on a harness of its own.
func Run(t *testing.T, fresh func(t *testing.T) Harness) {
	for _, tests := range []map[string]func(*suite){
		leakTests(), listTests(), outboxTests(), leaseTests(), memoryTests(), keepTests(), claimTests(), ledgerTests(), outageTests(),
		hostileTests(), processTests(),
	} {
		for name, test := range tests {
			t.Run(name, func(t *testing.T) {
				h := fresh(t)
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				s := &suite{Harness: h, t: t, ctx: ctx}
				s.Store = s.handle()
				test(s)
			})
		}
	}
}

// handle is one more handle, closed after the test.
func (s *suite) handle() scanner.Store {
	s.t.Helper()
	st := s.Harness.Open(s.t)
	s.t.Cleanup(func() {
		if err := st.Close(); err != nil {
			s.t.Errorf("close: %v", err)
		}
	})
	return st
}

// must ends the test at an error.
func (s *suite) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// org adds an organisation.
func (s *suite) org(name string) {
	s.t.Helper()
	_, err := s.AddOrgKey(s.ctx, name, []byte("wrapped key of "+name))
	s.must(err)
}

// commit makes a change that must succeed.
func (s *suite) commit(c scanner.Change) {
	s.t.Helper()
	s.must(s.Commit(s.ctx, c))
}

// get reads a leak that must be there.
func (s *suite) get(org, id string) scanner.Leak {
	s.t.Helper()
	l, err := s.Leak(s.ctx, org, id)
	s.must(err)
	return l
}

// same compares what came back with what was given.
func (s *suite) same(what string, got, want any) {
	s.t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		s.t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// aLeak is the n-th leak of an organisation, new and pending, found n seconds after the clock's start.
func aLeak(org string, n int) scanner.Leak {
	at := Start().Add(time.Duration(n) * time.Second)
	key := fmt.Sprintf("mk1:%032x", n)
	return scanner.Leak{
		ID: scanner.LeakID([]byte("index key"), org, key, 0), Org: org, Keys: []string{key}, Platform: "zoom",
		Kind: matchers.Meeting, Class: matchers.JoinWithSecret, MaskedID: "849•••••116", Secrets: []string{"pwd"},
		Sealed: scanner.Sealed("sealed bytes"), Rank: 2, State: scanner.StateOpen, Since: at, FirstSeen: at, LastSeen: at,
		Sightings: 1, Distinct: 1, Risk: scanner.Risk{Score: 62, Level: "high", Reasons: []string{"the passcode is in the link"}},
		Ladder: scanner.Ladder{Round: 1, Since: at}, Account: scanner.Account{Kind: scanner.AccountPending},
	}
}

// aSighting is a leak at its n-th place.
func aSighting(l scanner.Leak, n int) scanner.Sighting {
	return scanner.Sighting{
		Leak: l.ID, Place: fmt.Sprintf("acme.example/events/%d", n), PlaceKey: fmt.Sprintf("pk1:%032x", n), Line: 3,
		Source: "own-site", SeenAt: l.FirstSeen.Add(time.Duration(n) * time.Second), Via: []string{"safelinks"},
	}
}

// aDelivery is what is told of a leak to its host at once.
func aDelivery(l scanner.Leak) scanner.Delivery {
	return scanner.Delivery{
		ID: scanner.DeliveryID(l.ID, 1, scanner.ToHost, scanner.RungFirst, time.Time{}), Leak: l.ID, Org: l.Org, Round: 1,
		To: scanner.ToHost, Kind: scanner.DeliveryNew, Rung: scanner.RungFirst, Due: l.FirstSeen, Made: l.FirstSeen,
		State: scanner.DeliveryPending,
	}
}

// opened is the move of a leak that is found.
func opened() scanner.Move { return scanner.Move{To: scanner.Account{Kind: scanner.AccountPending}} }

// found is the change with which a leak's life begins: the leak, a sighting, an alert, a move, an audit entry.
func found(l scanner.Leak) scanner.Change {
	return scanner.Change{
		Org: l.Org, Leaks: []scanner.LeakWrite{{Leak: l}}, Sightings: []scanner.Sighting{aSighting(l, 1)},
		Deliveries: []scanner.Delivery{aDelivery(l)}, Moves: []scanner.Move{opened()},
		Audits: []scanner.Audit{{At: l.FirstSeen, Leak: l.ID, What: scanner.Sighted, To: l.State}},
	}
}
