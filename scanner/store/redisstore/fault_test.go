package redisstore_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"meetleaks/scanner"
	"meetleaks/scanner/store/redisstore"
	"meetleaks/scanner/store/redistest"
)

// begin opens a store on a deployment, on Redis's own clock.
func begin(t testing.TB, url string) *redisstore.Store { return beginWithin(t, url, 0) }

// beginWithin opens one that waits so long for an answer, 0 for the default.
func beginWithin(t testing.TB, url string, timeout time.Duration) *redisstore.Store {
	t.Helper()
	s, err := openOn(t.Context(), url, timeout)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func openOn(ctx context.Context, url string, timeout time.Duration) (*redisstore.Store, error) {
	address, err := redisstore.ParseAddress(url)
	if err != nil {
		return nil, err
	}
	return redisstore.Open(ctx, redisstore.Options{Address: address, Timeout: timeout})
}

func register(t testing.TB, s *redisstore.Store, orgs ...string) {
	t.Helper()
	for _, org := range orgs {
		if _, err := s.AddOrgKey(t.Context(), org, []byte("wrapped key")); err != nil {
			t.Fatal(err)
		}
	}
}

// discovery is a change with which the n-th leak of an organisation begins.
func discovery(org string, n int) scanner.Change {
	at := time.Date(2026, 3, 9, 8, 30, 0, 0, time.UTC).Add(time.Duration(n) * time.Millisecond)
	l := scanner.Leak{
		ID: fmt.Sprintf("lk1:%032x", n), Org: org, Keys: []string{fmt.Sprintf("mk1:%032x", n)}, Platform: "zoom", MaskedID: "849•••••116",
		State: scanner.StateOpen, FirstSeen: at, LastSeen: at, Since: at, Account: scanner.Account{Kind: scanner.AccountPending},
		Risk: scanner.Risk{Score: 62, Level: "high", Reasons: []string{"the passcode is in the link", "it starts within a day"}},
	}
	c := scanner.Change{
		Org: org, Leaks: []scanner.LeakWrite{{Leak: l}},
		Moves: []scanner.Move{{To: scanner.Account{Kind: scanner.AccountPending}}},
	}
	for i := range 10 {
		c.Sightings = append(c.Sightings, scanner.Sighting{
			Leak: l.ID, Place: "acme.example/events", PlaceKey: fmt.Sprintf("pk1:%032x", n*10+i), Source: "own-site", SeenAt: at,
		})
	}
	c.Deliveries = []scanner.Delivery{{
		ID: fmt.Sprintf("dl1:%032x", n), Leak: l.ID, Org: org, To: scanner.ToHost, Due: at, Made: at, State: scanner.DeliveryPending,
	}}
	return c
}

func TestAFullServerRefusesWritesWholeAndAnswersReads(t *testing.T) {
	server := redistest.Start(t)
	s := begin(t, server.URL())
	register(t, s, "acme")
	if err := s.Commit(t.Context(), discovery("acme", 1)); err != nil {
		t.Fatal(err)
	}
	server.LimitMemory(1)
	for n := 2; n < 5; n++ {
		if err := s.Commit(t.Context(), discovery("acme", n)); !errors.Is(err, scanner.ErrUnavailable) {
			t.Errorf("commit: %v", err)
		}
	}
	if err := s.RememberItems(t.Context(), []uint64{1}); !errors.Is(err, scanner.ErrUnavailable) {
		t.Errorf("remember: %v", err)
	}
	if l, err := s.Leak(t.Context(), "acme", discovery("acme", 1).Leaks[0].Leak.ID); err != nil || l.Version != 1 {
		t.Errorf("leak: %v", err)
	}
	if books, pending, err := s.Ledger(t.Context(), "acme"); err != nil || books.Found != 1 || books.Check(pending) != nil {
		t.Errorf("ledger %+v, %d pending, %v", books, pending, err)
	}
	later := time.Now().Add(1000 * 24 * time.Hour)
	if _, err := s.Expire(t.Context(), scanner.Retention{Leak: time.Hour, Answer: time.Hour}, later); err != nil {
		t.Errorf("what makes room is refused: %v", err)
	}
	server.LimitMemory(0)
	if err := s.Commit(t.Context(), discovery("acme", 2)); err != nil {
		t.Errorf("with room again: %v", err)
	}
}

func TestARestartedEmptyServerIsALostHistory(t *testing.T) {
	server := redistest.Start(t)
	s := beginWithin(t, server.URL(), impatient)
	register(t, s, "acme")
	before, err := s.Incarnation(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	again, err := s.Incarnation(t.Context())
	if err != nil || again != before {
		t.Errorf("the same servers are %s and %s: %v", before, again, err)
	}
	server.Kill()
	for range 3 {
		if _, err := s.OrgKey(t.Context(), "acme"); !errors.Is(err, scanner.ErrUnavailable) || errors.Is(err, scanner.ErrNotFound) {
			t.Errorf("without a server: %v", err)
		}
	}
	if other, err := openOn(t.Context(), server.URL(), impatient); !errors.Is(err, scanner.ErrUnavailable) {
		t.Errorf("opened without a server: %v, %v", other, err)
	}
	server.Restart()
	eventually(t.Context(), t, "an answer after the restart", func() bool {
		_, err = s.Health(t.Context())
		return err == nil
	})
	if h, err := s.Health(t.Context()); err != nil || !h.Lost || h.Bytes == 0 {
		t.Errorf("%+v, %v", h, err)
	}
	if after, err := s.Incarnation(t.Context()); err != nil || after == before {
		t.Errorf("another server is still %s: %v", after, err)
	}
}

func TestOneMasterOfAClusterThatLosesItsPartIsALostHistory(t *testing.T) {
	c := redistest.StartCluster(t)
	s := begin(t, c.URL())
	if h, err := s.Health(t.Context()); err != nil || h.Lost {
		t.Fatalf("%+v, %v", h, err)
	}
	c.Nodes[1].Flush()
	if h, err := s.Health(t.Context()); err != nil || !h.Lost {
		t.Errorf("%+v, %v", h, err)
	}
}

func TestACommandForAMasterThatIsGoneIsUnavailable(t *testing.T) {
	c := redistest.StartCluster(t)
	s := beginWithin(t, c.URL(), impatient)
	var orgs []string
	for n := range 24 {
		orgs = append(orgs, fmt.Sprint("organisation ", n))
	}
	register(t, s, orgs...)
	c.Nodes[2].Kill()
	answered := 0
	for _, org := range orgs {
		err := s.Commit(t.Context(), discovery(org, 1))
		switch {
		case err == nil:
			answered++
		case !errors.Is(err, scanner.ErrUnavailable):
			t.Errorf("%s: %v", org, err)
		}
	}
	if answered == 0 || answered == len(orgs) {
		t.Errorf("%d of %d were committed", answered, len(orgs))
	}
	if _, err := s.ClaimDeliveries(t.Context(), 10, time.Minute); !errors.Is(err, scanner.ErrUnavailable) {
		t.Errorf("a part of what is due was taken for the whole: %v", err)
	}
}

func TestPasswordsAreInNoError(t *testing.T) {
	const password = "Vfpz7-qkw"
	server := redistest.Start(t, "--requirepass", "another")
	for _, credentials := range []string{":" + password + "@", "bob:" + password + "@", ""} {
		_, err := openOn(t.Context(), strings.Replace(server.URL(), "://", "://"+credentials, 1), 0)
		if !errors.Is(err, scanner.ErrUnavailable) || strings.Contains(err.Error(), password) || strings.Contains(err.Error(), "bob") {
			t.Errorf("with %q: %v", credentials, err)
		}
	}
	s := begin(t, strings.Replace(server.URL(), "://", "://:another@", 1))
	register(t, s, "acme")
}

// writer commits discoveries until stop and notes what was acknowledged.
type writer struct {
	mu    sync.Mutex
	acked map[int]bool
}

func (w *writer) run(ctx context.Context, s *redisstore.Store, from int, stop <-chan struct{}) {
	for n := from; ; n += 2 {
		select {
		case <-stop:
			return
		default:
		}
		err := s.Commit(ctx, discovery("acme", n))
		w.mu.Lock()
		w.acked[n] = err == nil
		w.mu.Unlock()
	}
}

func (w *writer) count() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := 0
	for _, acked := range w.acked {
		if acked {
			n++
		}
	}
	return n
}

// TestAFailoverInTheMiddleLeavesNoHalf commits while the master dies: what is there afterwards is whole, and no more is lost than was
// acknowledged but not replicated.
func TestAFailoverInTheMiddleLeavesNoHalf(t *testing.T) {
	pair := redistest.StartSentinel(t)
	s := beginWithin(t, pair.URL(), impatient)
	register(t, s, "acme")
	before, err := s.Incarnation(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	stop := make(chan struct{})
	w := &writer{acked: map[int]bool{}}
	var wait sync.WaitGroup
	for from := range 2 {
		wait.Go(func() { w.run(t.Context(), s, from, stop) })
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	eventually(ctx, t, "progress", func() bool { return w.count() > 50 })
	pair.AwaitReplicated()
	pair.FailOver()
	at := w.count()
	eventually(ctx, t, "progress after the failover", func() bool { return w.count() > at+50 })
	close(stop)
	wait.Wait()
	checkWhole(t, s, w)
	if after, err := s.Incarnation(t.Context()); err != nil || after == before {
		t.Errorf("the failover does not show: %v", err)
	}
	if h, err := s.Health(t.Context()); err != nil || h.Lost {
		t.Errorf("%+v, %v", h, err)
	}
}

func checkWhole(t *testing.T, s *redisstore.Store, w *writer) {
	t.Helper()
	there, lost := int64(0), 0
	for n, acked := range w.acked {
		c := discovery("acme", n)
		_, err := s.Leak(t.Context(), "acme", c.Leaks[0].Leak.ID)
		seen, errSeen := s.Sightings(t.Context(), "acme", c.Leaks[0].Leak.ID)
		_, errRow := s.Delivery(t.Context(), "acme", c.Deliveries[0].ID)
		switch {
		case err == nil && errSeen == nil && errRow == nil && len(seen) == 10:
			there++
		case errors.Is(err, scanner.ErrNotFound) && errors.Is(errRow, scanner.ErrNotFound) && errSeen == nil && len(seen) == 0:
			if acked {
				lost++
			}
		default:
			t.Errorf("half of leak %d: %v, %v, %v, %d sightings", n, err, errRow, errSeen, len(seen))
		}
	}
	books, pending, err := s.Ledger(t.Context(), "acme")
	if err != nil || books.Check(pending) != nil || books.Found != there {
		t.Errorf("%d are there, ledger %+v, %d pending, %v", there, books, pending, err)
	}
	t.Logf("%d tried, %d there, %d acknowledged and lost", len(w.acked), there, lost)
	if lost > 50 {
		t.Errorf("%d acknowledged changes are lost", lost)
	}
}

// TestAProcessStartsOnAFullServer: who could not start could make no room either.
func TestAProcessStartsOnAFullServer(t *testing.T) {
	server := redistest.Start(t)
	register(t, begin(t, server.URL()), "acme")
	server.LimitMemory(1)
	s := begin(t, server.URL())
	if _, err := s.Health(t.Context()); !errors.Is(err, scanner.ErrUnavailable) {
		t.Errorf("a full server is well: %v", err)
	}
	if err := s.Commit(t.Context(), discovery("acme", 1)); !errors.Is(err, scanner.ErrUnavailable) {
		t.Errorf("commit: %v", err)
	}
	if removed, err := s.EraseOrganisation(t.Context(), "acme"); err != nil || removed.More {
		t.Errorf("what makes room is refused: %+v, %v", removed, err)
	}
	server.LimitMemory(0)
	if h, err := s.Health(t.Context()); err != nil || h.Lost {
		t.Errorf("with room again: %+v, %v", h, err)
	}
}

// TestAHandleWorksOnAfterAFlush: only Lost stays.
func TestAHandleWorksOnAfterAFlush(t *testing.T) {
	server := redistest.Start(t)
	s, other := begin(t, server.URL()), begin(t, server.URL())
	ctx := t.Context()
	register(t, s, "acme")
	if err := s.Commit(ctx, discovery("acme", 1)); err != nil {
		t.Fatal(err)
	}
	held, err := s.Acquire(ctx, "pass:own-site", "one", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	server.Flush()
	server.Do("SCRIPT", "FLUSH")
	if h, err := other.Health(ctx); err != nil || !h.Lost { // it begins the new history
		t.Errorf("%+v, %v", h, err)
	}
	if err := s.Commit(ctx, discovery("acme", 2)); !errors.Is(err, scanner.ErrNoOrganisation) {
		t.Errorf("commit: %v", err)
	}
	if err := s.SaveCursor(ctx, held, scanner.Cursor{}); !errors.Is(err, scanner.ErrLost) {
		t.Errorf("cursor: %v", err)
	}
	next, err := other.Acquire(ctx, "pass:own-site", "two", time.Minute)
	if err != nil || next.Fence <= held.Fence {
		t.Errorf("fence %d after %d: %v", next.Fence, held.Fence, err)
	}
	register(t, s, "acme")
	for _, st := range []*redisstore.Store{s, other} {
		if h, err := st.Health(ctx); err != nil || !h.Lost {
			t.Errorf("%+v, %v", h, err)
		}
	}
	if err := s.Commit(ctx, discovery("acme", 1)); err != nil {
		t.Errorf("commit: %v", err)
	}
	if rows, err := other.ClaimDeliveries(ctx, 5, time.Minute); err != nil || len(rows) != 1 {
		t.Errorf("%d deliveries, %v", len(rows), err)
	}
	if err := other.SaveCursor(ctx, next, scanner.Cursor{Value: []byte("1")}); err != nil {
		t.Errorf("cursor: %v", err)
	}
	if books, pending, err := s.Ledger(ctx, "acme"); err != nil || books.Found != 1 || books.Check(pending) != nil {
		t.Errorf("ledger %+v, %d pending, %v", books, pending, err)
	}
}
