package console

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"meetleaks/scanner"
)

// shelf is a store of leaks with pages, as far as the queue needs one.
type shelf struct {
	Leaks
	mu    sync.Mutex
	leaks map[string][]scanner.Leak // by organisation, the newest first
	asked int
	fail  error
	block chan struct{} // when not nil, each page after the first ones waits for it
	free  int
}

func (s *shelf) ListLeaks(ctx context.Context, q scanner.LeakQuery) (scanner.LeakPage, error) {
	s.mu.Lock()
	s.asked++
	wait := s.block != nil && s.asked > s.free
	s.mu.Unlock()
	if wait {
		select {
		case <-s.block:
		case <-ctx.Done():
			return scanner.LeakPage{}, ctx.Err()
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail != nil {
		return scanner.LeakPage{}, s.fail
	}
	from, _ := strconv.Atoi(q.After)
	var page scanner.LeakPage
	all := s.leaks[q.Org]
	for ; from < len(all); from++ {
		if len(page.Leaks) == q.Limit {
			page.Next = strconv.Itoa(from)
			break
		}
		if len(q.States) == 0 || slices.Contains(q.States, all[from].State) {
			page.Leaks = append(page.Leaks, all[from])
		}
	}
	return page, nil
}

func (s *shelf) put(org string, n int, now time.Time) {
	for i := range n {
		state := scanner.StateOpen
		if i%4 == 3 {
			state = scanner.StateOver
		}
		s.leaks[org] = append(s.leaks[org], scanner.Leak{
			ID: fmt.Sprintf("%s-%05d", org, i), Org: org, State: state, FirstSeen: now.Add(-time.Duration(i) * time.Minute), Risk: scanner.Risk{Score: i % 90},
		})
	}
}

type orderRig struct {
	*queueOrder
	shelf *shelf
	clock time.Time
}

func newOrderRig(l webLimits, orgs ...string) *orderRig {
	r := &orderRig{shelf: &shelf{leaks: map[string][]scanner.Leak{}}, clock: time.Date(2026, 11, 21, 9, 30, 0, 0, time.UTC)}
	r.queueOrder = newQueueOrder(Options{Store: r.shelf, Organisations: func() []string { return orgs }, Now: func() time.Time { return r.clock }}, l)
	return r
}

// settled waits until no reading is under way.
func (r *orderRig) settled(t *testing.T) *order {
	t.Helper()
	for {
		o, err := r.get(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		r.mu.Lock()
		reading := r.reading
		r.mu.Unlock()
		if reading == nil && o.complete {
			return o
		}
		if reading != nil {
			<-reading
		}
	}
}

// patient limits let requests wait for what is read anew.
func patient() webLimits {
	l := ownWebLimits()
	l.wait = 10 * time.Second
	return l
}

// What starts first stands first, however long ago it was found.
func TestTheOldestLeakCanBeTheFirst(t *testing.T) {
	r := newOrderRig(patient(), "acme", "globex")
	r.shelf.put("acme", 3000, r.clock)
	r.shelf.put("globex", 700, r.clock)
	old := &r.shelf.leaks["acme"][2998]
	old.When = scanner.When{Start: scanner.Start{Time: r.clock.Add(5 * time.Minute)}, By: scanner.RoleCalendar}
	o := r.settled(t)
	if len(o.leaks) != 3700 || o.leaks[0].id != old.ID || o.left || !o.complete {
		t.Errorf("%d leaks, the first is %s, left %v", len(o.leaks), o.leaks[0].id, o.left)
	}
	if !slices.IsSortedFunc(o.leaks, byHarm) {
		t.Error("not in order")
	}
	p := o.pick("globex", slices.Index(scanner.States(), scanner.StateOver), 10, 50, r.clock)
	if p.found != 175 || len(p.page) != 50 || p.counts[1] != 525 || p.page[0].org != "globex" {
		t.Errorf("found %d, page %d, counts %v", p.found, len(p.page), p.counts)
	}
}

// The first request does not wait until all is read.
func TestTheFirstReadingShowsParts(t *testing.T) {
	r := newOrderRig(patient(), "acme")
	r.shelf.put("acme", 5000, r.clock)
	r.shelf.block, r.shelf.free = make(chan struct{}), 3
	o, err := r.get(t.Context())
	if err != nil || o.complete || len(o.leaks) < firstShown || len(o.leaks) > 1000 {
		t.Fatalf("order %+v, %v", o, err)
	}
	close(r.shelf.block)
	if o := r.settled(t); len(o.leaks) != 5000 {
		t.Errorf("%d leaks at the end", len(o.leaks))
	}
}

func TestTheOrderIsBounded(t *testing.T) {
	l := patient()
	l.most = 1000
	r := newOrderRig(l, "acme", "globex")
	r.shelf.put("acme", 5000, r.clock)
	r.shelf.put("globex", 300, r.clock)
	o := r.settled(t)
	if !o.left || len(o.leaks) > 1000+orderPage {
		t.Errorf("left %v, %d leaks", o.left, len(o.leaks))
	}
	if p := o.pick("globex", everyState, 0, 1, r.clock); p.found < 200 {
		t.Errorf("%d leaks of the small organisation: the large one took its room", p.found)
	}
}

// Between whole readings new leaks show, and the pages that are asked for stay few.
func TestNewLeaksShowBetweenWholeReadings(t *testing.T) {
	r := newOrderRig(patient(), "acme")
	r.shelf.put("acme", 3000, r.clock)
	r.settled(t)
	before := r.shelf.asked
	if r.settled(t); r.shelf.asked != before {
		t.Error("what is fresh is read again")
	}
	r.clock = r.clock.Add(3 * time.Second)
	r.shelf.mu.Lock()
	r.shelf.leaks["acme"] = slices.Insert(r.shelf.leaks["acme"], 0, scanner.Leak{ID: "new", Org: "acme", State: scanner.StateOpen, FirstSeen: r.clock, Risk: scanner.Risk{Score: 99}})
	r.shelf.mu.Unlock()
	if o := r.settled(t); o.leaks[0].id != "new" || len(o.leaks) != 3001 || r.shelf.asked != before+1 {
		t.Errorf("first %s of %d after %d questions", o.leaks[0].id, len(o.leaks), r.shelf.asked-before)
	}
	r.clock = r.clock.Add(orderRestMin)
	r.shelf.mu.Lock()
	r.shelf.leaks["acme"] = r.shelf.leaks["acme"][:10]
	r.shelf.mu.Unlock()
	if o := r.settled(t); len(o.leaks) != 10 {
		t.Errorf("%d leaks after a whole reading, want 10: what is gone stays", len(o.leaks))
	}
}

// A reading that fails leaves the order as it was, and says so.
func TestAReadingThatFails(t *testing.T) {
	r := newOrderRig(patient(), "acme")
	r.shelf.fail = scanner.ErrUnavailable
	if _, err := r.get(t.Context()); err == nil {
		t.Fatal("a store that does not answer is an empty queue")
	}
	r.shelf.fail = nil
	r.shelf.put("acme", 10, r.clock)
	at := r.settled(t).at
	r.clock = r.clock.Add(time.Minute)
	r.shelf.fail = scanner.ErrUnavailable
	o, err := r.get(t.Context())
	if err != nil || o.err == nil || len(o.leaks) != 10 || !o.at.Equal(at) {
		t.Errorf("order of %s with %v, %v", o.at, o.err, err)
	}
	r.shelf.fail = nil
	if o := r.settled(t); o.err != nil {
		t.Errorf("the failure stays: %v", o.err)
	}
}

func TestTheOrderIsSafeForManyAtOnce(t *testing.T) {
	r := newOrderRig(ownWebLimits(), "acme", "globex")
	r.limits.fresh = 0
	r.shelf.put("acme", 2000, r.clock)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 20 {
				o, err := r.get(t.Context())
				if err != nil {
					t.Error(err)
					return
				}
				o.pick("", everyState, 0, 50, r.clock)
				r.note(scanner.Leak{ID: "acme-00007", Org: "acme", State: scanner.StateMuted})
			}
		})
	}
	all.Wait()
	if o := r.settled(t); len(o.leaks) != 2000 {
		t.Errorf("%d leaks", len(o.leaks))
	}
}

func TestByHarm(t *testing.T) {
	now := time.Date(2026, 11, 21, 9, 30, 0, 0, time.UTC)
	leak := func(id string, score int, in time.Duration, by scanner.Role) scanner.Leak {
		l := scanner.Leak{ID: id, State: scanner.StateOpen, FirstSeen: now, Risk: scanner.Risk{Score: score}}
		if by != "" {
			l.When = scanner.When{Start: scanner.Start{Time: now.Add(in)}, By: by}
		}
		return l
	}
	var o order
	got := o.with([]scanner.Leak{
		leak("risk", 99, 0, ""), leak("passed", 98, -48*time.Hour, scanner.RoleCalendar), leak("claims to run", 97, -time.Minute, scanner.RolePage),
		leak("runs", 10, -time.Minute, scanner.RoleCalendar), leak("tomorrow", 90, 24*time.Hour, scanner.RoleInventory), leak("soon", 1, time.Minute, scanner.RolePage),
	}, now)
	var ids []string
	for _, p := range got.leaks {
		ids = append(ids, p.id)
	}
	if want := []string{"runs", "claims to run", "soon", "tomorrow", "risk", "passed"}; !slices.Equal(ids, want) {
		t.Errorf("order %q, want %q", ids, want)
	}
}
