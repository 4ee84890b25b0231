package console

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"meetleaks/scanner"
)

// The bounds of one reading of the queue.
const (
	orderPage    = 200              // leaks read at once
	orderTopUp   = 20               // of each organisation, the newest, between whole readings
	orderTopOrgs = 100              // of as many organisations by turns
	orderJudge   = 15 * time.Second // after which all are put in order anew, as time has passed
	orderSlow    = time.Minute      // after which a reading is given up
	orderRest    = 20               // a whole reading is followed by a rest of so many times its length,
	orderRestMin = 5 * time.Second  // at least,
	orderRestMax = 5 * time.Minute  // at most
	firstShown   = 2 * orderPage    // leaks after which the first reading shows what it has
	moreShown    = 25 * orderPage   // and again after so many
	claimsOfPage = scanner.RolePage // whose starts only raise
)

// placed is what the order needs of a leak.
type placed struct {
	org, id string
	state   int       // among scanner.States
	begins  time.Time // the earliest moment its start can mean; zero: not known
	over    time.Time
	first   time.Time
	score   int
	trusted bool
	rank    int // 0 it may be running, 1 it starts, 2 nobody knows, or it has passed
}

func placeOf(org string, l scanner.Leak) placed {
	p := placed{org: org, id: l.ID, state: slices.Index(scanner.States(), l.State), first: l.FirstSeen, score: l.Risk.Score}
	if l.When.Known() {
		p.begins, p.over, p.trusted = l.When.Begins(), l.When.Over(), l.When.By != claimsOfPage
	}
	return p
}

// rankAt is how soon it can do harm.
func (p placed) rankAt(now time.Time) int {
	switch {
	case p.begins.IsZero() || !now.Before(p.over):
		return 2
	case !now.Before(p.begins):
		return 0
	}
	return 1
}

// byHarm: what may be running, starts that are trusted before those that only a page claims; then what starts, the soonest first;
// then by risk, then the newest.
func byHarm(a, b placed) int {
	if c := cmp.Compare(a.rank, b.rank); c != 0 {
		return c
	}
	switch {
	case a.rank == 0 && a.trusted != b.trusted:
		if a.trusted {
			return -1
		}
		return 1
	case a.rank == 1 && !a.begins.Equal(b.begins):
		return a.begins.Compare(b.begins)
	}
	return cmp.Or(cmp.Compare(b.score, a.score), b.first.Compare(a.first), strings.Compare(a.id, b.id))
}

// order is the queue at a moment. It is never changed.
type order struct {
	at       time.Time // when it was read
	judged   time.Time // when all were put in order
	leaks    []placed  // by harm
	complete bool      // false: the first reading is under way
	left     bool      // there are more than are put in order
	err      error     // of the latest reading: what is shown is as it was before
}

// queueOrder keeps the leaks of all organisations in order. A store lists the newest first; what starts soonest is found by reading
// all, so that is done beside the requests, only while somebody looks, and seldom when it takes long. In between the newest of each
// organisation are read. What a page shows of a leak is read anew each time. It is safe for concurrent use.
type queueOrder struct {
	store  Leaks
	orgs   func() []string
	now    func() time.Time
	limits webLimits

	mu      sync.Mutex
	last    *order
	reading chan struct{} // closed when the reading that is under way has something to show; nil: none is
	whole   time.Time     // when the next whole reading is due
	turn    int           // of organisations that are topped up
}

func newQueueOrder(o Options, l webLimits) *queueOrder {
	return &queueOrder{store: o.Store, orgs: o.Organisations, now: o.Now, limits: l}
}

// get returns the order: as it is when it is fresh, else anew when that comes soon, else the old one. The first time it waits.
func (q *queueOrder) get(ctx context.Context) (*order, error) {
	reading, last := q.current(ctx)
	if reading != nil {
		var soon <-chan time.Time
		if last != nil {
			timer := time.NewTimer(q.limits.wait)
			defer timer.Stop()
			soon = timer.C
		}
		select {
		case <-reading:
		case <-soon:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		q.mu.Lock()
		last = q.last
		q.mu.Unlock()
	}
	if last.leaks == nil && last.err != nil {
		return nil, last.err
	}
	return last, nil
}

// current begins a reading when the order is old.
func (q *queueOrder) current(ctx context.Context) (<-chan struct{}, *order) {
	q.mu.Lock()
	defer q.mu.Unlock()
	now := q.now()
	if q.reading != nil {
		return q.reading, q.last
	}
	if q.last != nil {
		if age := now.Sub(q.last.at); age >= 0 && age < q.limits.fresh && q.last.err == nil {
			return nil, q.last
		}
	}
	q.reading = make(chan struct{})
	go q.read(context.WithoutCancel(ctx), q.last, !now.Before(q.whole))
	return q.reading, q.last
}

// read reads all, or tops up, and shows what came of it.
func (q *queueOrder) read(ctx context.Context, old *order, whole bool) {
	ctx, cancel := context.WithTimeout(ctx, orderSlow)
	defer cancel()
	began := q.now()
	var next *order
	var err error
	if whole || old == nil || !old.complete {
		r := orderReading{queueOrder: q, seen: make(map[string]int), show: old == nil}
		next, err = r.all(ctx)
	} else {
		next, err = q.topUp(ctx, old)
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	now := q.now()
	switch {
	case err != nil:
		kept := order{at: now}
		if q.last != nil {
			kept = *q.last
		}
		kept.err = err
		q.last, q.whole = &kept, now
	default:
		next.at = now
		q.last = next
		if whole {
			q.whole = now.Add(min(max(orderRest*now.Sub(began), orderRestMin), orderRestMax))
		}
	}
	close(q.reading)
	q.reading = nil
}

// orderReading is one whole reading.
type orderReading struct {
	*queueOrder
	leaks []placed
	seen  map[string]int // by id: one that changes its state meanwhile comes twice
	left  bool
	show  bool // show parts
	shown int
}

// all reads the open leaks of all organisations by turns, then the others.
func (r *orderReading) all(ctx context.Context) (*order, error) {
	ended := slices.DeleteFunc(scanner.States()[1:], func(s scanner.State) bool { return s == scanner.StateOpen })
	for _, states := range [][]scanner.State{{scanner.StateOpen}, ended} {
		if err := r.each(ctx, states); err != nil {
			return nil, err
		}
	}
	return orderOf(r.leaks, r.now(), true, r.left), nil
}

// each reads the leaks in some states, a page of each organisation at a time.
func (r *orderReading) each(ctx context.Context, states []scanner.State) error {
	names := r.orgs()
	names = slices.Clone(names[:min(len(names), maxLedgers)])
	after := make(map[string]string, len(names))
	for len(names) > 0 {
		going := names[:0]
		for _, org := range names {
			if len(r.leaks) >= r.limits.most {
				r.left = true
				return nil
			}
			page, err := r.store.ListLeaks(ctx, scanner.LeakQuery{Org: org, States: states, After: after[org], Limit: orderPage})
			if err != nil {
				return err
			}
			r.add(org, page.Leaks)
			if page.Next != "" && page.Next != after[org] {
				after[org] = page.Next
				going = append(going, org)
			}
			r.showPart()
		}
		names = going
	}
	return nil
}

func (r *orderReading) add(org string, leaks []scanner.Leak) {
	for _, l := range leaks {
		if at, again := r.seen[l.ID]; again {
			r.leaks[at] = placeOf(org, l)
			continue
		}
		r.seen[l.ID] = len(r.leaks)
		r.leaks = append(r.leaks, placeOf(org, l))
	}
}

// showPart lets the first request have what there is so far.
func (r *orderReading) showPart() {
	if !r.show || len(r.leaks) < firstShown || r.shown > 0 && len(r.leaks) < r.shown+moreShown {
		return
	}
	part := orderOf(slices.Clone(r.leaks), r.now(), false, false)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.last = part
	if r.shown == 0 {
		close(r.reading)
		r.reading = make(chan struct{})
	}
	r.shown = len(r.leaks)
}

func orderOf(leaks []placed, now time.Time, complete, left bool) *order {
	for i := range leaks {
		leaks[i].rank = leaks[i].rankAt(now)
	}
	slices.SortFunc(leaks, byHarm)
	if leaks == nil {
		leaks = []placed{}
	}
	return &order{at: now, judged: now, leaks: leaks, complete: complete, left: left}
}

// topUp reads the newest leaks of each organisation, or of some by turns when there are many.
func (q *queueOrder) topUp(ctx context.Context, old *order) (*order, error) {
	names := q.orgs()
	var newest []scanner.Leak
	for i := range min(len(names), orderTopOrgs) {
		page, err := q.store.ListLeaks(ctx, scanner.LeakQuery{Org: names[(q.turn+i)%len(names)], Limit: orderTopUp})
		if err != nil {
			return nil, err
		}
		newest = append(newest, page.Leaks...)
	}
	q.turn += orderTopOrgs // only one reads at a time
	if now := q.now(); now.Sub(old.judged) < orderJudge {
		return old.patched(newest, now), nil
	}
	return old.with(newest, q.now()), nil
}

// without is the order without some leaks, and these as they are now.
func (o *order) without(leaks []scanner.Leak) (rest []placed, changed map[string]placed) {
	changed = make(map[string]placed, len(leaks))
	for _, l := range leaks {
		changed[l.ID] = placeOf(l.Org, l)
	}
	rest = make([]placed, 0, len(o.leaks)+len(leaks))
	for _, p := range o.leaks {
		if _, ok := changed[p.id]; !ok {
			rest = append(rest, p)
		}
	}
	return rest, changed
}

// with is the order with some leaks as they are now, all judged anew.
func (o *order) with(leaks []scanner.Leak, now time.Time) *order {
	all, changed := o.without(leaks)
	for _, p := range changed {
		all = append(all, p)
	}
	return orderOf(all, now, o.complete, o.left)
}

// patched is with for a few leaks: only they are judged, and put where they belong. It is quick enough for a request to wait for it.
func (o *order) patched(leaks []scanner.Leak, now time.Time) *order {
	next := *o
	rest, changed := o.without(leaks)
	few := make([]placed, 0, len(changed))
	for _, p := range changed {
		p.rank = p.rankAt(now)
		few = append(few, p)
	}
	slices.SortFunc(few, byHarm)
	next.leaks = make([]placed, 0, len(rest)+len(few))
	for _, p := range few {
		place, _ := slices.BinarySearchFunc(rest, p, byHarm)
		next.leaks = append(append(next.leaks, rest[:place]...), p)
		rest = rest[place:]
	}
	next.leaks = append(next.leaks, rest...)
	return &next
}

// note takes over leaks that were just read or changed.
func (q *queueOrder) note(leaks ...scanner.Leak) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.last != nil && q.last.complete && len(leaks) > 0 {
		q.last = q.last.patched(leaks, q.now())
	}
}

// picked is what a page shows of the order.
type picked struct {
	page   []placed
	found  int   // that fit
	counts []int // of the organisation's leaks, by state
	soon   int   // of those that are open: running, or starting within the hour
}

// everyState stands for all of scanner.States.
const everyState = -1

// pick finds the leaks of an organisation ("": all) in a state from a place on.
func (o *order) pick(org string, state, from, limit int, now time.Time) picked {
	p := picked{counts: make([]int, len(scanner.States()))}
	open := slices.Index(scanner.States(), scanner.StateOpen)
	for _, l := range o.leaks {
		if org != "" && l.org != org || l.state < 0 {
			continue
		}
		p.counts[l.state]++
		if l.state == open && l.soon(now) {
			p.soon++
		}
		if state != everyState && l.state != state {
			continue
		}
		if p.found >= from && len(p.page) < limit {
			p.page = append(p.page, l)
		}
		p.found++
	}
	return p
}

// soon says whether it may be running, or starts within the hour.
func (p placed) soon(now time.Time) bool {
	return !p.begins.IsZero() && now.Before(p.over) && p.begins.Sub(now) <= time.Hour
}
