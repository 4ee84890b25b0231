package redisstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"meetleaks/scanner"
)

// The steps of a load.
const (
	loadAtOnce  = 200     // records
	loadBytes   = 1 << 20 // about, of records that are sent together
	renewEvery  = 500     // steps
	wipeWithin  = 5 * time.Minute
	loadingName = "store/load" // of the lease
)

// Load implements [scanner.Dumper]. It refuses a store in which anything lies but ended leases, or in which somebody holds a lease: a
// service is running. Organisations get their keys at the end, each when all of it is there: until then they are as if they
// were being erased. After an error everything is taken away again. A load that is killed leaves such organisations; they can be erased, and
// nothing can be loaded beside them.
func (s *Store) Load(ctx context.Context, next func() (scanner.Dumped, error)) (scanner.Loaded, error) {
	lease, err := s.Acquire(ctx, loadingName, nonce(), scanner.MaxLease)
	if err != nil {
		return scanner.Loaded{}, fmt.Errorf("load: %w", err)
	}
	l := loading{Store: s, lease: lease, next: next, orgs: map[string]*loadedOrg{}}
	if err = l.vacant(ctx); err == nil {
		if err = l.run(ctx); err != nil {
			err = errors.Join(err, s.wipe(ctx))
		}
	}
	released := s.Release(context.WithoutCancel(ctx), l.lease) // the client bounds it
	switch {
	case l.stopped != nil:
		return scanner.Loaded{}, errors.Join(err, released) // the caller's own, which is no outage of the store
	case err != nil:
		return scanner.Loaded{}, failure(ctx, "load", errors.Join(err, released))
	}
	return l.loaded, released
}

// loadedOrg is an organisation whose key is not written yet.
type loadedOrg struct {
	spot
	key   []byte
	books *scanner.Ledger
}

// loading is a load on its way.
type loading struct {
	*Store
	lease   scanner.Lease
	next    func() (scanner.Dumped, error)
	orgs    map[string]*loadedOrg // at most scanner.MaxDumpedOrganisations
	loaded  scanner.Loaded
	stopped error // what next returned

	batch []scanner.Dumped
	bytes int
	steps int
}

// vacant says when something is in the store, or somebody uses it.
func (l *loading) vacant(ctx context.Context) error {
	parts, err := l.parts(ctx)
	if err != nil {
		return err
	}
	own := l.layout.key(leaseSpot(loadingName).partition, "e:"+leaseSpot(loadingName).tag)
	return l.eachKey(ctx, "*", func(key string) error {
		switch name := l.nameOf(key); {
		case name == "epoch" || strings.HasPrefix(name, "n:") || key == own:
			return nil
		case strings.HasPrefix(name, "e:"):
			return l.unheld(ctx, key, parts[0].now)
		}
		return fmt.Errorf("the store is not empty: %w", scanner.ErrConflict)
	})
}

// nameOf is a key without prefix and hash tag.
func (s *Store) nameOf(key string) string {
	return key[min(len(s.layout.prefix)+len(":{0}:"), len(key)):]
}

func (l *loading) unheld(ctx context.Context, key string, now int64) error {
	value, err := l.get(ctx, key)
	if errors.Is(err, scanner.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	first, _, _ := strings.Cut(value, "\n")
	fields := strings.Split(first, "\t")
	if len(fields) != 4 {
		return fmt.Errorf("a lease with %d fields: %w", len(fields), errBroken)
	}
	until, err := integer(fields[2])
	if err == nil && until > now {
		err = fmt.Errorf("a service works on the store: stop it first: %w", scanner.ErrConflict)
	}
	return err
}

// wipe takes away everything but epochs and leases.
func (s *Store) wipe(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), wipeWithin)
	defer cancel()
	var doomed []string
	take := func() error {
		pipe := s.client.Pipeline()
		for _, key := range doomed {
			pipe.Unlink(ctx, key)
		}
		doomed = nil
		_, err := pipe.Exec(ctx)
		return err
	}
	err := s.eachKey(ctx, "*", func(key string) error {
		if name := s.nameOf(key); name == "epoch" || strings.HasPrefix(name, "e:") {
			return nil
		}
		if doomed = append(doomed, key); len(doomed) < scanAtOnce {
			return nil
		}
		return take()
	})
	if err = errors.Join(err, take()); err != nil {
		return fmt.Errorf("what was written is left: %w", err)
	}
	return nil
}

func (l *loading) run(ctx context.Context) error {
	for {
		record, err := l.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			l.stopped = err
			return err
		}
		if err := l.take(ctx, record); err != nil {
			return err
		}
	}
	if err := l.flush(ctx); err != nil {
		return err
	}
	return l.finish(ctx)
}

// take checks a record and puts it with those that are written next.
func (l *loading) take(ctx context.Context, d scanner.Dumped) error {
	if err := d.Check(); err != nil {
		return err
	}
	org, known := l.orgs[d.Org]
	switch kind := d.Kind(); {
	case kind == "organisation":
		return l.organisation(ctx, d.Org, d.Key)
	case kind == "cursor", kind == "visit", kind == "audit" && d.Org == "":
	case !known:
		return fmt.Errorf("a %s of an organisation that did not come before: %w", kind, scanner.ErrBadValue)
	case kind == "ledger":
		if org.books == nil {
			org.books = d.Ledger
		}
		return nil
	}
	l.batch = append(l.batch, d)
	l.bytes += weight(d)
	if len(l.batch) < loadAtOnce && l.bytes < loadBytes {
		return nil
	}
	return l.flush(ctx)
}

// weight is about the bytes of what may be large.
func weight(d scanner.Dumped) int {
	switch {
	case d.Cursor != nil:
		return len(d.Cursor.Value)
	case d.Visit != nil:
		return len(d.Visit.Data)
	}
	return loadBytes / loadAtOnce
}

func (l *loading) organisation(ctx context.Context, name string, key []byte) error {
	if _, twice := l.orgs[name]; twice {
		return fmt.Errorf("an organisation comes twice: %w", scanner.ErrBadValue)
	}
	if len(l.orgs) >= scanner.MaxDumpedOrganisations {
		return fmt.Errorf("more than %d organisations: %w", scanner.MaxDumpedOrganisations, scanner.ErrFull)
	}
	org := &loadedOrg{spot: orgSpot(name), key: key}
	l.orgs[name] = org
	return l.client.HSet(ctx, l.layout.key(org.partition, "orgs"), org.tag, name).Err()
}

// flush writes the batch: leaks before what belongs to them.
func (l *loading) flush(ctx context.Context) error {
	batch := l.batch
	l.batch, l.bytes = nil, 0
	if l.steps++; l.steps%renewEvery == 0 {
		var err error
		if l.lease, err = l.Renew(ctx, l.lease, scanner.MaxLease); err != nil {
			return err
		}
	}
	for _, part := range []func(context.Context, []scanner.Dumped) error{l.cursors, l.visits, l.claims, l.leaks, l.belongings, l.audits} {
		if err := part(ctx, batch); err != nil {
			return err
		}
	}
	return nil
}

func (l *loading) cursors(ctx context.Context, batch []scanner.Dumped) error {
	for _, d := range batch {
		if d.Cursor == nil {
			continue
		}
		key := l.cursorKey(d.Cursor.Name)
		if d.Cursor.Name == "" {
			partition, tag, ok := parseCursorTag(d.Cursor.Tag)
			if !ok {
				return fmt.Errorf("tag of a cursor: %w", scanner.ErrBadValue)
			}
			key = l.layout.key(partition, "u:"+tag)
		}
		value := whole(d.Cursor.Next) + "\t" + strconv.FormatInt(ms(d.Cursor.Saved), 10) + "\n" + string(d.Cursor.Value)
		if err := l.client.SetNX(ctx, key, value, 0).Err(); err != nil {
			return err
		}
	}
	return nil
}

// parseCursorTag reads what cursorTag made.
func parseCursorTag(text string) (partition int, tag string, ok bool) {
	digit, tag, found := strings.Cut(text, ":")
	n, err := strconv.ParseUint(digit, 16, 4)
	hex := strings.Trim(tag, "0123456789abcdef") == ""
	return int(n), tag, found && err == nil && len(digit) == 1 && digit == strings.ToLower(digit) && hex && len(tag) == tagLength //nolint:gosec // 4 bits
}

func (l *loading) visits(ctx context.Context, batch []scanner.Dumped) error {
	var calls []call
	for _, d := range batch {
		if v := d.Visit; v != nil {
			calls = append(calls, saveVisit(v.Source, scanner.Visit{Page: v.Page, Next: v.Next, Data: v.Data}, l.maxVisits))
		}
	}
	answers, failed := l.runAll(ctx, "visitsave", calls)
	for i, answer := range answers {
		if failed[i] != nil {
			return failed[i]
		}
		if answer == "full" {
			return fmt.Errorf("%d pages of one source: %w", l.maxVisits, scanner.ErrFull)
		}
	}
	return nil
}

// claims writes claims, but for those that are there, and those of a domain that another holds.
func (l *loading) claims(ctx context.Context, batch []scanner.Dumped) error {
	for _, d := range batch {
		if d.Claim == nil {
			continue
		}
		c := *d.Claim
		c.Version = 0 // here it is new
		body, err := scanner.EncodeRecord(c)
		if err == nil {
			err = l.saveClaim(ctx, c, body)
		}
		if err != nil && !errors.Is(err, scanner.ErrConflict) {
			return err
		}
	}
	return nil
}

func (l *loading) leaks(ctx context.Context, batch []scanner.Dumped) error {
	batch = slices.DeleteFunc(slices.Clone(batch), func(d scanner.Dumped) bool { return d.Leak == nil })
	answers, err := l.each(ctx, batch, l.leakArguments)
	if err != nil {
		return err
	}
	for i, answer := range answers {
		if answer[0] == "taken" {
			if err := l.leakWithout(ctx, batch[i], answer[1:]); err != nil {
				return err
			}
		}
	}
	return nil
}

// leakWithout writes a leak without the keys that lead to another.
func (l *loading) leakWithout(ctx context.Context, d scanner.Dumped, taken []string) error {
	l.loaded.Keys += len(taken)
	leak := *d.Leak
	leak.Keys, leak.Leak.Keys = scanner.FreeKeys(leak.Keys, taken), scanner.FreeKeys(leak.Leak.Keys, taken)
	if len(leak.Leak.Keys) == 0 {
		return fmt.Errorf("all keys of leak %s lead to others: %w", leak.Leak.ID, scanner.ErrBadValue)
	}
	answers, err := l.each(ctx, []scanner.Dumped{{Org: d.Org, Leak: &leak}}, l.leakArguments)
	if err == nil && answers[0][0] != "ok" {
		err = fmt.Errorf("keys of leak %s: %w", leak.Leak.ID, scanner.ErrBadValue)
	}
	return err
}

func (l *loading) leakArguments(d scanner.Dumped, a *arguments) error {
	leak := d.Leak.Leak
	leak.Version-- // it is raised when it is written
	a.add("leak")
	if err := a.leak(scanner.LeakWrite{Leak: leak, Wake: d.Leak.Wake}); err != nil {
		return err
	}
	others := scanner.FreeKeys(d.Leak.Keys, leak.Keys)
	a.add(len(others))
	for _, key := range others {
		a.add(key)
	}
	return nil
}

// belongings writes sightings and deliveries.
func (l *loading) belongings(ctx context.Context, batch []scanner.Dumped) error {
	batch = slices.DeleteFunc(slices.Clone(batch), func(d scanner.Dumped) bool { return d.Sighting == nil && d.Delivery == nil })
	answers, err := l.each(ctx, batch, func(d scanner.Dumped, a *arguments) error {
		if d.Sighting != nil {
			a.add("sighting", scanner.MaxSightings)
			return a.sighting(*d.Sighting)
		}
		a.add("delivery", d.Delivery.Delivery.ID, d.Delivery.Fence)
		return a.row(*d.Delivery)
	})
	for _, answer := range answers {
		if answer[0] != "ok" {
			return fmt.Errorf("a sighting of a leak that did not come before: %w", scanner.ErrBadValue)
		}
	}
	return err
}

// each runs load.lua for each record, and returns its answers, none of them empty.
func (l *loading) each(ctx context.Context, batch []scanner.Dumped, fill func(scanner.Dumped, *arguments) error) ([][]string, error) {
	calls := make([]call, len(batch))
	for i, d := range batch {
		at := l.orgs[d.Org]
		a := arguments{at.tag}
		if err := fill(d, &a); err != nil {
			return nil, err
		}
		calls[i] = call{at.partition, a}
	}
	answers, failed := l.runAll(ctx, "load", calls)
	out := make([][]string, len(answers))
	for i, answer := range answers {
		err := failed[i]
		if err == nil {
			out[i], err = texts(answer)
		}
		if err == nil && len(out[i]) == 0 {
			err = errBroken
		}
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// audits appends entries in their order.
func (l *loading) audits(ctx context.Context, batch []scanner.Dumped) error {
	var calls []call
	for _, d := range batch {
		if d.Audit == nil {
			continue
		}
		at := orgSpot(d.Org)
		a := arguments{at.tag, nonce(), 0}
		if err := a.audits([]scanner.Audit{*d.Audit}); err != nil {
			return err
		}
		calls = append(calls, call{at.partition, a})
	}
	_, failed := l.runAll(ctx, "audit", calls)
	return errors.Join(failed...)
}

// finish writes ledgers and keys: from then on the organisations are there.
func (l *loading) finish(ctx context.Context) error {
	for _, org := range l.orgs {
		_, pending, err := l.ledger(ctx, org.spot)
		if err != nil {
			return err
		}
		if org.books == nil {
			org.books = &scanner.Ledger{}
		}
		books, mended := org.books.Recounted(pending)
		if mended {
			l.loaded.Ledgers++
		}
		if _, err := l.Store.run(ctx, "load", call{org.partition, endArguments(org, books)}); err != nil {
			return err
		}
	}
	return nil
}

func endArguments(org *loadedOrg, b scanner.Ledger) []any {
	a := []any{org.tag, "end", org.key}
	sums := map[string]int64{"found": b.Found, string(scanner.AccountAlerted): b.Alerted, string(scanner.AccountPending): b.Pending}
	for reason, n := range b.Suppressed {
		sums[suppressedField+string(reason)] = n
	}
	for field, n := range sums {
		if n != 0 {
			a = append(a, field, n)
		}
	}
	return a
}
