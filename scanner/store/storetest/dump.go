package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"meetleaks/scanner"
)

// RunDump is the part of the suite that needs two stores: what a [scanner.Dumper] promises. Each call of fresh gives another
// empty store of one kind, whose clock stands where the clock does.
func RunDump(t *testing.T, fresh func(t *testing.T, clock *Clock) scanner.Store) {
	for name, test := range map[string]func(*dumps){
		"what is loaded is what was dumped":                     roundTrip,
		"a load that fails leaves an empty store":               loadFails,
		"a store that is not empty is not loaded":               loadOver,
		"who is being erased is not in a dump":                  dumpErased,
		"a dump that cannot be written ends with that error":    dumpFails,
		"records that break a bound are refused":                loadHostile,
		"a ledger that does not agree is counted anew":          loadLedger,
		"a key that leads to two leaks stays with the first":    loadKeys,
		"what a cursor has passed is in a dump of a busy store": dumpBusy,
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			d := &dumps{t: t, ctx: ctx, clock: NewClock(Start())}
			d.fresh = func() *suite {
				st := fresh(t, d.clock)
				t.Cleanup(func() {
					if err := st.Close(); err != nil {
						t.Errorf("close: %v", err)
					}
				})
				return &suite{Harness: Harness{Clock: d.clock}, Store: st, t: t, ctx: ctx}
			}
			test(d)
		})
	}
}

// dumps is one test of stores that are dumped.
type dumps struct {
	t     *testing.T
	ctx   context.Context
	clock *Clock
	fresh func() *suite
}

func (s *suite) dumper() scanner.Dumper {
	s.t.Helper()
	d, ok := s.Store.(scanner.Dumper)
	if !ok {
		s.t.Fatalf("%T cannot be dumped", s.Store)
	}
	return d
}

// dumped is a store's dump, in lines.
func (s *suite) dumped() [][]byte {
	s.t.Helper()
	var lines [][]byte
	s.must(s.dumper().Dump(s.ctx, func(record scanner.Dumped) error {
		line, err := scanner.EncodeDumped(record)
		lines = append(lines, line)
		return err
	}))
	return lines
}

// reader gives records of lines.
func reader(lines [][]byte) func() (scanner.Dumped, error) {
	return func() (scanner.Dumped, error) {
		if len(lines) == 0 {
			return scanner.Dumped{}, io.EOF
		}
		line := lines[0]
		lines = lines[1:]
		return scanner.DecodeDumped(line)
	}
}

// records gives records as they are.
func records(all ...scanner.Dumped) func() (scanner.Dumped, error) {
	return func() (scanner.Dumped, error) {
		if len(all) == 0 {
			return scanner.Dumped{}, io.EOF
		}
		first := all[0]
		all = all[1:]
		return first, nil
	}
}

// Fill puts something of each kind into a store, as live writes do.
func Fill(ctx context.Context, t testing.TB, st scanner.Store) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, org := range filledOrgs() {
		_, err := st.AddOrgKey(ctx, org, []byte("wrapped key of "+org))
		must(err)
		for n := range 4 {
			must(st.Commit(ctx, found(aLeak(org, n))))
		}
		must(fillMore(ctx, st, org))
		proved := aClaim(org, strings.Fields(org)[0]+".example")
		proved.State, proved.Proved, proved.Seen = scanner.ClaimProved, Start(), []scanner.ClaimSeen{{Resolver: "192.0.2.1", Right: true, What: "ü"}}
		must(st.SaveClaim(ctx, proved))
		must(st.SaveClaim(ctx, aClaim(org, "shared.example")))
	}
	_, err := st.AddOrgKey(ctx, "hooli", []byte("wrapped key of hooli"))
	must(err)
	must(st.Commit(ctx, found(aLeak("hooli", 1))))
	must(st.SaveClaim(ctx, aClaim("hooli", "hooli.example")))
	_, err = st.EraseOrganisation(ctx, "hooli")
	must(err)
	must(st.AppendAudit(ctx, "", []scanner.Audit{{At: Start(), What: "started"}, {At: Start(), What: "stopped", Reason: "ü 会議"}}))
	for n := range 3 {
		lease, err := st.Acquire(ctx, cursorName(n), "somebody", time.Minute)
		must(err)
		must(st.SaveCursor(ctx, lease, scanner.Cursor{Value: []byte{0, '\n', 0xff, byte(n)}, Next: Start().Add(time.Duration(n) * time.Hour)}))
		must(st.Release(ctx, lease))
		must(st.SaveVisit(ctx, "own-site", scanner.Visit{
			Page: fmt.Sprintf("https://acme.example/%d", n), Next: Start().Add(time.Duration(n) * time.Minute), Data: []byte{'{', 0, '\n', byte(n)},
		}))
	}
	must(st.RememberItems(ctx, []uint64{1, 2, 3}))
}

func filledOrgs() []string { return []string{"acme", "globex \u00fc"} }

func cursorName(n int) string { return fmt.Sprintf("source/%d", n) }

// fillMore takes some of the leaks further: one is alerted, one has ended and has a later episode, one has aliases and was merged; and
// there is a digest.
func fillMore(ctx context.Context, st scanner.Store, org string) error {
	alerted, over, into, from := aLeak(org, 0), aLeak(org, 1), aLeak(org, 2), aLeak(org, 3)
	row, err := st.Delivery(ctx, org, aDelivery(alerted).ID)
	if err != nil {
		return err
	}
	row.Delivery, row.Receipt = row.Delivery.Accepted(Start().Add(time.Minute)), []byte("receipt\n1")
	alerted.Version, alerted.Account = 1, scanner.Account{Kind: scanner.AccountAlerted}
	over.Version, over.State, over.Account = 1, scanner.StateOver, scanner.Account{Kind: scanner.AccountSuppressed, Reason: scanner.WithheldOver}
	again := aLeak(org, 9)
	again.Episode, again.Keys = 1, over.Keys
	into.Version, into.Keys = 1, append(into.Keys, from.Keys...)
	digest := aDelivery(into)
	digest.ID, digest.Leak, digest.Kind, digest.Leaks = "dl1:digest", "", scanner.DeliveryDigest, []string{into.ID}
	gone := aSighting(alerted, 2)
	gone.Gone = Start().Add(time.Hour)
	return st.Commit(ctx, scanner.Change{
		Org: org, Merged: []scanner.Merge{{From: from.ID, Version: 1, Into: into.ID}},
		Leaks: []scanner.LeakWrite{
			{Leak: alerted, Wake: Start().Add(time.Minute)}, {Leak: over}, {Leak: again, Wake: Start()}, {Leak: into},
		},
		Sightings: []scanner.Sighting{gone}, Deliveries: []scanner.Delivery{digest, aDelivery(again)}, Settled: []scanner.OutboxRow{row},
		Moves: []scanner.Move{
			{From: scanner.Account{Kind: scanner.AccountPending}, To: alerted.Account}, {From: scanner.Account{Kind: scanner.AccountPending}, To: over.Account},
			{From: scanner.Account{Kind: scanner.AccountPending}, To: scanner.Account{Kind: scanner.AccountSuppressed, Reason: scanner.WithheldDuplicate}}, opened(),
		},
		Audits: []scanner.Audit{{At: Start().Add(time.Minute), Leak: alerted.ID, What: scanner.Reopen, From: scanner.StateOpen, To: scanner.StateOpen}},
	})
}

// Held is all that a store which was filled shows of itself. Numbers of audit entries are left out.
type Held struct {
	Organisations []string
	Keys          map[string][]byte
	Claims        []scanner.DomainClaim
	Leaks         map[string][]scanner.Leak
	Found         map[string][]string
	There         map[string][]string
	Sightings     map[string][]scanner.Sighting
	Deliveries    map[string][]scanner.OutboxRow
	Audits        map[string][]scanner.Audit
	Ledgers       map[string]scanner.Ledger
	Cursors       map[string]scanner.Cursor
	Visits        []scanner.Visit
}

// Hold reads what a filled store holds. Ledgers must agree with the leaks.
func Hold(ctx context.Context, t testing.TB, st scanner.Store) Held {
	t.Helper()
	h := Held{
		Keys: map[string][]byte{}, Leaks: map[string][]scanner.Leak{}, Found: map[string][]string{}, There: map[string][]string{},
		Sightings: map[string][]scanner.Sighting{}, Deliveries: map[string][]scanner.OutboxRow{}, Audits: map[string][]scanner.Audit{},
		Ledgers: map[string]scanner.Ledger{},
	}
	var err error
	if h.Organisations, err = st.Organisations(ctx); err != nil {
		t.Fatal(err)
	}
	for _, org := range append(filledOrgs(), "") {
		if err := h.organisation(ctx, st, org); err != nil {
			t.Fatalf("%q: %v", org, err)
		}
	}
	page, err := st.ListClaims(ctx, scanner.ClaimQuery{Limit: 100})
	if err != nil || len(page.Claims) != 2*len(filledOrgs()) {
		t.Fatalf("%d claims, %v", len(page.Claims), err)
	}
	h.Claims = page.Claims
	h.Cursors, err = st.Cursors(ctx, []string{cursorName(0), cursorName(1), cursorName(2)})
	if err == nil {
		err = st.DueVisits(ctx, "own-site", Start().Add(time.Hour), func(v scanner.Visit) bool {
			h.Visits = append(h.Visits, v)
			return true
		})
	}
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func (h *Held) organisation(ctx context.Context, st scanner.Store, org string) error {
	entries, err := st.ListAudit(ctx, scanner.AuditQuery{Org: org, Limit: 100})
	if err != nil {
		return err
	}
	for _, entry := range entries {
		h.Audits[org] = append(h.Audits[org], entry.Audit)
	}
	if org == "" {
		return nil
	}
	if h.Keys[org], err = st.OrgKey(ctx, org); err != nil {
		return err
	}
	books, pending, err := st.Ledger(ctx, org)
	if err == nil {
		err = books.Check(pending)
	}
	if err != nil {
		return err
	}
	h.Ledgers[org] = books
	return h.leaks(ctx, st, org)
}

func (h *Held) leaks(ctx context.Context, st scanner.Store, org string) error {
	page, err := st.ListLeaks(ctx, scanner.LeakQuery{Org: org, Limit: 100})
	if err != nil {
		return err
	}
	h.Leaks[org] = page.Leaks
	ids := []string{aLeak(org, 3).ID} // merged: its delivery is left
	for _, l := range page.Leaks {
		if ids = append(ids, l.ID); err != nil {
			return err
		}
		if h.Sightings[l.ID], err = st.Sightings(ctx, org, l.ID); err != nil {
			return err
		}
		for _, key := range l.Keys {
			leaks, err := st.FindLeaks(ctx, org, []string{key})
			if err != nil {
				return err
			}
			for _, found := range leaks {
				h.Found[org+" "+key] = append(h.Found[org+" "+key], found.ID)
			}
		}
		place := aSighting(l, 2).PlaceKey
		if h.There[org+" "+place], _, err = st.LeaksAt(ctx, org, place, ""); err != nil {
			return err
		}
	}
	for _, id := range ids {
		if h.Deliveries[org+" "+id], err = st.Deliveries(ctx, org, id); err != nil {
			return err
		}
	}
	row, err := st.Delivery(ctx, org, "dl1:digest")
	h.Deliveries[org] = []scanner.OutboxRow{row}
	return err
}

// Differ compares what two stores hold; "" when it is the same.
func Differ(want, got Held) string { return cmp.Diff(want, got, cmpopts.EquateEmpty()) }

// owed claims all that is due and wants to be looked at, and returns the ids.
func (s *suite) owed() []string {
	s.t.Helper()
	rows, err := s.ClaimDeliveries(s.ctx, 100, time.Minute)
	s.must(err)
	refs, err := s.ClaimWakes(s.ctx, 100, time.Minute)
	s.must(err)
	var ids []string
	for _, row := range rows {
		ids = append(ids, fmt.Sprint(row.Delivery.Org, " ", row.Delivery.ID, " ", row.Fence))
	}
	for _, ref := range refs {
		ids = append(ids, ref.Org+" "+ref.ID)
	}
	slices.Sort(ids)
	return ids
}

func roundTrip(d *dumps) {
	from, into := d.fresh(), d.fresh()
	Fill(d.ctx, d.t, from.Store)
	want, lines := Hold(d.ctx, d.t, from.Store), from.dumped()
	if bytes.Contains(bytes.Join(lines, nil), []byte("hooli")) {
		d.t.Error("an erased organisation is in the dump")
	}
	loaded, err := into.dumper().Load(d.ctx, reader(lines))
	into.must(err)
	into.same("put right", loaded, scanner.Loaded{})
	if diff := Differ(want, Hold(d.ctx, d.t, into.Store)); diff != "" {
		d.t.Errorf("(-dumped +loaded):\n%s", diff)
	}
	into.same("dumped again", len(into.dumped()), len(lines))
	seen, err := into.SeenItems(d.ctx, []uint64{1})
	into.must(err)
	into.same("items are left out", seen, []bool{false})
	d.clock.Advance(2 * time.Hour)
	wanted := from.owed()
	if into.same("due", into.owed(), wanted); len(wanted) < 8 {
		d.t.Errorf("only %d are due", len(wanted))
	}
	goesOn(into)
}

// goesOn works with a store that was loaded.
func goesOn(s *suite) {
	l := s.get("acme", aLeak("acme", 2).ID)
	l.Reason = "after the restore"
	s.commit(scanner.Change{Org: "acme", Leaks: []scanner.LeakWrite{{Leak: l}}, Sightings: []scanner.Sighting{aSighting(l, 3)},
		Audits: []scanner.Audit{{At: Start(), Leak: l.ID, What: scanner.Mute}}})
	audits, err := s.ListAudit(s.ctx, scanner.AuditQuery{Org: "acme", Leak: l.ID, Limit: 1})
	s.must(err)
	s.same("the last entry", audits[0].What, scanner.Mute)
	s.conflict(found(aLeak("acme", 1)))
	s.must(s.SaveVisit(s.ctx, "own-site", scanner.Visit{Page: "another"}))
	for {
		removed, err := s.EraseOrganisation(s.ctx, "acme")
		s.must(err)
		if !removed.More {
			break
		}
	}
	names, err := s.Organisations(s.ctx)
	s.must(err)
	s.same("after erasing", names, filledOrgs()[1:])
}

// conflict wants a change to be refused.
func (s *suite) conflict(c scanner.Change) {
	s.t.Helper()
	if err := s.Commit(s.ctx, c); !errors.Is(err, scanner.ErrConflict) {
		s.t.Errorf("%v, not a conflict", err)
	}
}

func loadFails(d *dumps) {
	from, into := d.fresh(), d.fresh()
	Fill(d.ctx, d.t, from.Store)
	lines := from.dumped()
	torn := errors.New("torn")
	for _, at := range []int{0, 1, 8, len(lines) / 2, len(lines)} {
		next, n := reader(lines), 0
		_, err := into.dumper().Load(d.ctx, func() (scanner.Dumped, error) {
			if n++; n > at {
				return scanner.Dumped{}, torn
			}
			return next()
		})
		if !errors.Is(err, torn) || errors.Is(err, scanner.ErrUnavailable) {
			d.t.Errorf("torn after %d: %v", at, err)
		}
		into.same("left", len(into.dumped()), 0)
		names, err := into.Organisations(d.ctx)
		into.must(err)
		into.same("organisations", names, []string(nil))
	}
	gone, cancel := context.WithCancelCause(d.ctx)
	next, stop := reader(lines), errors.New("stop")
	_, err := into.dumper().Load(gone, func() (scanner.Dumped, error) {
		cancel(stop)
		return next()
	})
	if !errors.Is(err, stop) {
		d.t.Errorf("a context that ends: %v", err)
	}
	_, err = into.dumper().Load(d.ctx, reader(lines))
	into.must(err)
}

func loadOver(d *dumps) {
	for name, fill := range map[string]func(*suite) error{
		"an organisation": func(s *suite) error { _, err := s.AddOrgKey(s.ctx, "acme", []byte("key")); return err },
		"a visit":         func(s *suite) error { return s.SaveVisit(s.ctx, "own-site", scanner.Visit{Page: "p"}) },
		"an item":         func(s *suite) error { return s.RememberItems(s.ctx, []uint64{5}) },
		"an entry":        func(s *suite) error { return s.AppendAudit(s.ctx, "", []scanner.Audit{{At: Start()}}) },
		"a lease that is held": func(s *suite) error {
			_, err := s.Acquire(s.ctx, "source/1", "service", time.Minute)
			return err
		},
		"a cursor": func(s *suite) error {
			l, err := s.Acquire(s.ctx, "source/1", "service", time.Minute)
			return errors.Join(err, s.SaveCursor(s.ctx, l, scanner.Cursor{}), s.Release(s.ctx, l))
		},
	} {
		s := d.fresh()
		s.must(fill(s))
		before := s.dumped()
		if _, err := s.dumper().Load(d.ctx, records(organisation("globex"))); !errors.Is(err, scanner.ErrConflict) {
			d.t.Errorf("over %s: %v", name, err)
		}
		s.same(name, s.dumped(), before)
	}
}

func organisation(name string) scanner.Dumped {
	return scanner.Dumped{Org: name, Key: []byte("wrapped key")}
}

func dumpErased(d *dumps) {
	s := d.fresh()
	s.org("acme")
	s.commit(found(aLeak("acme", 1)))
	s.org("hooli")
	s.many("hooli", 0, 2500, func(int, *scanner.Leak) {})
	s.must(s.AppendAudit(d.ctx, "hooli", []scanner.Audit{{At: Start(), What: scanner.Mute}}))
	wanted := len(s.dumped())
	for {
		removed, err := s.EraseOrganisation(d.ctx, "hooli")
		s.must(err)
		if lines := s.dumped(); bytes.Contains(bytes.Join(lines, nil), []byte("hooli")) || len(lines) >= wanted {
			d.t.Fatalf("%d records of %d, more is left: %t", len(lines), wanted, removed.More)
		}
		if wanted = len(s.dumped()) + 1; !removed.More {
			break
		}
	}
	s.same("what is left", s.dumped()[0], mustEncode(d.t, scanner.Dumped{Org: "acme", Key: []byte("wrapped key of acme")}))
}

func mustEncode(t *testing.T, d scanner.Dumped) []byte {
	t.Helper()
	line, err := scanner.EncodeDumped(d)
	if err != nil {
		t.Fatal(err)
	}
	return line
}

func dumpFails(d *dumps) {
	s := d.fresh()
	Fill(d.ctx, d.t, s.Store)
	full := errors.New("disk full")
	for at := range len(s.dumped()) {
		n := 0
		err := s.dumper().Dump(d.ctx, func(scanner.Dumped) error {
			if n++; n > at {
				return full
			}
			return nil
		})
		if !errors.Is(err, full) || errors.Is(err, scanner.ErrUnavailable) {
			d.t.Errorf("after %d records: %v", at, err)
		}
	}
	ended, cancel := context.WithCancel(d.ctx)
	cancel()
	if err := s.dumper().Dump(ended, func(scanner.Dumped) error { return nil }); !errors.Is(err, context.Canceled) {
		d.t.Errorf("without a context: %v", err)
	}
}

// stored is a leak as it is dumped.
func stored(l scanner.Leak) scanner.Dumped {
	l.Version = 1
	return scanner.Dumped{Org: l.Org, Leak: &scanner.DumpedLeak{Leak: l, Keys: l.Keys}}
}

func loadHostile(d *dumps) {
	s := d.fresh()
	l := aLeak("acme", 1)
	sighting, row := aSighting(l, 1), scanner.OutboxRow{Delivery: aDelivery(l), Fence: 1}
	for name, record := range map[string]scanner.Dumped{
		"nothing":              {},
		"another organisation": stored(aLeak("globex", 1)),
		"a sighting of none":   {Org: "acme", Sighting: &sighting},
		"two kinds":            {Org: "acme", Sighting: &sighting, Delivery: &row},
		"twice":                organisation("acme"),
		"no name":              organisation(""),
		"a bad name":           organisation("a\nb"),
		"a cursor of nothing":  {Cursor: &scanner.DumpedCursor{}},
		"a long cursor":        {Cursor: &scanner.DumpedCursor{Name: "n", Value: make([]byte, scanner.MaxRecord+1)}},
		"a bad tag":            {Cursor: &scanner.DumpedCursor{Tag: "*}:o:x"}},
		"a visit of no page":   {Visit: &scanner.DumpedVisit{Source: "s"}},
		"a ledger's reason":    {Org: "acme", Ledger: &scanner.Ledger{Suppressed: map[scanner.Withheld]int64{"made up": 1}}},
		"no version":           {Org: "acme", Leak: &scanner.DumpedLeak{Leak: l}},
		"a delivery's fence":   {Org: "acme", Delivery: &scanner.OutboxRow{Delivery: aDelivery(l)}},
	} {
		_, err := s.dumper().Load(d.ctx, records(organisation("acme"), record))
		if !errors.Is(err, scanner.ErrBadValue) || errors.Is(err, scanner.ErrUnavailable) {
			d.t.Errorf("%s: %v", name, err)
		}
		s.same(name, len(s.dumped()), 0)
	}
}

func loadLedger(d *dumps) {
	s := d.fresh()
	loaded, err := s.dumper().Load(d.ctx, records(organisation("acme"), organisation("globex"), stored(aLeak("acme", 1)), stored(aLeak("acme", 1)),
		scanner.Dumped{Org: "acme", Ledger: &scanner.Ledger{
			Found: 9, Alerted: 4, Pending: 5, Suppressed: map[scanner.Withheld]int64{scanner.WithheldOver: -1, scanner.WithheldMuted: 2},
		}}))
	s.must(err)
	s.same("put right", loaded, scanner.Loaded{Ledgers: 1})
	books, pending, err := s.Ledger(d.ctx, "acme")
	s.must(err)
	s.must(books.Check(pending))
	s.same("ledger", books, scanner.Ledger{Found: 7, Alerted: 4, Pending: 1, Suppressed: map[scanner.Withheld]int64{scanner.WithheldMuted: 2}})
}

func loadKeys(d *dumps) {
	s := d.fresh()
	first, second := aLeak("acme", 1), aLeak("acme", 2)
	second.Keys = append(second.Keys, first.Keys...)
	loaded, err := s.dumper().Load(d.ctx, records(organisation("acme"), stored(first), stored(second)))
	s.must(err)
	s.same("put right", loaded, scanner.Loaded{Ledgers: 1, Keys: 1})
	for _, l := range []scanner.Leak{first, second} {
		l := s.get("acme", l.ID)
		l.Reason = "each can still be written"
		s.commit(scanner.Change{Org: "acme", Leaks: []scanner.LeakWrite{{Leak: l}}})
	}
	leaks, err := s.FindLeaks(d.ctx, "acme", second.Keys)
	s.must(err)
	s.same("both are found, to be merged", len(leaks), 2)
	third := aLeak("acme", 3)
	third.Keys = first.Keys
	if _, err := d.fresh().dumper().Load(d.ctx, records(organisation("acme"), stored(first), stored(third))); !errors.Is(err, scanner.ErrBadValue) {
		d.t.Errorf("a leak without a key of its own: %v", err)
	}
}

// dumpBusy dumps while somebody finds leaks and notes in a cursor how many.
func dumpBusy(d *dumps) {
	s := d.fresh()
	s.org("acme")
	ctx, stop := context.WithCancel(d.ctx)
	defer stop()
	ended, begun := make(chan error, 1), make(chan struct{})
	go func() { ended <- s.find(ctx, begun) }()
	select {
	case <-begun:
	case err := <-ended:
		d.t.Fatal(err)
	}
	for range 3 {
		lines, into := s.dumped(), d.fresh()
		_, err := into.dumper().Load(d.ctx, reader(lines))
		into.must(err)
		books, pending, err := into.Ledger(d.ctx, "acme")
		into.must(err)
		into.must(books.Check(pending))
		cursors, err := into.Cursors(d.ctx, []string{"source/1"})
		into.must(err)
		passed := int(cursors["source/1"].Next.Sub(Start()) / time.Second)
		for n := range passed {
			l := into.get("acme", aLeak("acme", n).ID)
			rows, err := into.Deliveries(d.ctx, "acme", l.ID)
			into.must(err)
			if len(rows) != 1 {
				d.t.Errorf("leak %d has %d deliveries", n, len(rows))
			}
		}
	}
	stop()
	if err := <-ended; err != nil {
		d.t.Error(err)
	}
}

// find finds leaks until ctx is done. begun is closed when there are some.
func (s *suite) find(ctx context.Context, begun chan struct{}) error {
	const most = 3000
	for n := 0; n < most && ctx.Err() == nil; n++ {
		lease, err := s.Acquire(s.ctx, "source/1", "finder", time.Minute)
		err = errors.Join(err, s.Commit(s.ctx, found(aLeak("acme", n))),
			s.SaveCursor(s.ctx, lease, scanner.Cursor{Next: Start().Add(time.Duration(n+1) * time.Second)}), s.Release(s.ctx, lease))
		if err != nil {
			return err
		}
		if n == 20 {
			close(begun)
		}
	}
	return nil
}
