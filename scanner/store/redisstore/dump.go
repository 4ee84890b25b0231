package redisstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/redis/go-redis/v9"

	"meetleaks/scanner"
)

var _ scanner.Dumper = (*Store)(nil)

// Kind and Schema name what a dump was made of.
const (
	Kind   = "redis"
	Schema = 1
)

// What is read in one step.
const (
	scanAtOnce  = 1000
	leaksAtOnce = 10 // with all that belongs to them
	maxCursors  = 1_000_000
)

// Dump implements [scanner.Dumper]. Others may write meanwhile, but it is of one moment only when nobody does. Otherwise what
// holds is this: each leak is of one moment with its sightings and deliveries; every leak that a cursor or visit of the dump has
// passed is in it; a leak that was merged meanwhile may be there beside that into which it was merged, and they are merged anew
// when they are seen again; a digest, the audit and the ledger may be a little newer than the leaks. So some alerts
// may be told again after a restore, and none is missed. It reads the names of all keys of the servers, of others, too.
func (s *Store) Dump(ctx context.Context, write func(scanner.Dumped) error) error {
	d := dumping{Store: s}
	d.write = func(record scanner.Dumped) error {
		d.stopped = write(record)
		return d.stopped
	}
	err := d.run(ctx)
	if d.stopped != nil {
		return d.stopped // the caller's own, which is no outage of the store
	}
	return failure(ctx, "dump", err)
}

// dumping is a dump on its way.
type dumping struct {
	*Store
	write   func(scanner.Dumped) error
	stopped error // what write returned
}

// dumpedOrg is an organisation that has a key, or the deployment ("").
type dumpedOrg struct {
	spot
	name string
}

func (d *dumping) run(ctx context.Context) error {
	if err := errors.Join(d.open(ctx), d.cursors(ctx), d.visits(ctx)); err != nil {
		return err
	}
	orgs, err := d.keys(ctx)
	if err != nil {
		return err
	}
	if err := d.claims(ctx, orgs); err != nil {
		return err
	}
	for _, part := range []func(context.Context, dumpedOrg) error{d.leaks, d.rest, d.audits, d.ledgerOf} {
		for _, org := range orgs {
			if err := part(ctx, org); err != nil {
				return err
			}
		}
	}
	return d.audits(ctx, dumpedOrg{spot: orgSpot("")})
}

// eachKey visits the names of all keys of this store that fit, on this goroutine. It may meet one twice.
func (s *Store) eachKey(ctx context.Context, pattern string, visit func(key string) error) error {
	var masters []redis.Cmdable
	if cluster, ok := s.client.(*redis.ClusterClient); ok {
		var mu sync.Mutex
		if err := cluster.ForEachMaster(ctx, func(_ context.Context, master *redis.Client) error {
			mu.Lock()
			defer mu.Unlock()
			masters = append(masters, master)
			return nil
		}); err != nil {
			return err
		}
	} else {
		masters = append(masters, s.client)
	}
	for _, master := range masters {
		keys := master.Scan(ctx, 0, s.layout.prefix+":{?}:"+pattern, scanAtOnce).Iterator()
		for keys.Next(ctx) {
			if err := visit(keys.Val()); err != nil {
				return err
			}
		}
		if err := keys.Err(); err != nil {
			return err
		}
	}
	return nil
}

// cursors writes cursors by their tags: their names are not stored.
func (d *dumping) cursors(ctx context.Context) error {
	var keys []string
	err := d.eachKey(ctx, "u:*", func(key string) error {
		if len(keys) >= maxCursors {
			return fmt.Errorf("more than %d cursors: %w", maxCursors, scanner.ErrFull)
		}
		keys = append(keys, key)
		return nil
	})
	if err != nil {
		return err
	}
	slices.Sort(keys)
	for _, key := range slices.Compact(keys) {
		value, err := d.get(ctx, key)
		if errors.Is(err, scanner.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		c, err := decodeCursor("", value)
		if err != nil {
			return err
		}
		dumped := scanner.DumpedCursor{Tag: d.cursorTag(key), Value: c.Value, Next: c.Next, Saved: c.Saved}
		if err := d.write(scanner.Dumped{Cursor: &dumped}); err != nil {
			return err
		}
	}
	return nil
}

// cursorTag is the part of a cursor's key that names it: "P:TAG".
func (s *Store) cursorTag(key string) string {
	return strings.Replace(strings.TrimPrefix(key, s.layout.prefix+":{"), "}:u:", ":", 1)
}

func (d *dumping) visits(ctx context.Context) error {
	sources, err := d.names(ctx, "sources")
	if err != nil {
		return err
	}
	for partition, names := range sources {
		for tag, name := range names {
			if err := d.visitsOf(ctx, d.layout.key(partition, "v:"+tag+":data"), name); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *dumping) visitsOf(ctx context.Context, key, source string) error {
	pairs := d.client.HScan(ctx, key, 0, "", valuesAtOnce).Iterator()
	for pairs.Next(ctx) {
		page := pairs.Val()
		if !pairs.Next(ctx) {
			break
		}
		v, err := decodeVisit(page, pairs.Val())
		if err != nil {
			return err
		}
		if err := d.write(scanner.Dumped{Visit: &scanner.DumpedVisit{Source: source, Page: page, Next: v.Next, Data: v.Data}}); err != nil {
			return err
		}
	}
	return pairs.Err()
}

// keys writes the data keys, and returns whose they are. Who has none is being erased.
func (d *dumping) keys(ctx context.Context) ([]dumpedOrg, error) {
	names, err := d.names(ctx, "orgs")
	if err != nil {
		return nil, err
	}
	var orgs []dumpedOrg
	for partition, tags := range names {
		for tag, name := range tags {
			org := dumpedOrg{spot{partition, tag}, name}
			wrapped, err := d.get(ctx, d.layout.ofOrg(org.spot, "key"))
			if errors.Is(err, scanner.ErrNotFound) {
				continue
			}
			if err == nil {
				err = d.write(scanner.Dumped{Org: name, Key: []byte(wrapped)})
			}
			if err != nil {
				return nil, err
			}
			orgs = append(orgs, org)
		}
	}
	return orgs, nil
}

// claims leaves out those of organisations that have no key.
func (d *dumping) claims(ctx context.Context, orgs []dumpedOrg) error {
	there := make(map[string]bool, len(orgs))
	for _, org := range orgs {
		there[org.name] = true
	}
	q := scanner.ClaimQuery{Limit: valuesAtOnce}
	for range scanner.MaxClaims { // each page brings one at least
		page, err := d.listClaims(ctx, q)
		if err != nil {
			return err
		}
		for _, c := range page.Claims {
			if !there[c.Org] {
				continue
			}
			if err := d.write(scanner.Dumped{Org: c.Org, Claim: &c}); err != nil {
				return err
			}
		}
		if q.After = page.Next; q.After == "" {
			break
		}
	}
	return nil
}

// leaks goes from the newest to the oldest: a leak whose first sighting turns out to be older moves ahead, and is met still.
func (d *dumping) leaks(ctx context.Context, org dumpedOrg) error {
	by := redis.ZRangeBy{Min: "-", Max: "+", Count: leaksAtOnce}
	for {
		members, err := d.client.ZRevRangeByLex(ctx, d.layout.ofOrg(org.spot, "first"), &by).Result()
		if err != nil || len(members) == 0 {
			return err
		}
		by.Max = "(" + members[len(members)-1]
		calls := make([]call, len(members))
		for i, member := range members {
			calls[i] = call{org.partition, []any{org.tag, member[min(sortableLength, len(member)):], scanner.MaxBatch}}
		}
		answers, failed := d.runAll(ctx, "dumpleak", calls)
		for i, answer := range answers {
			err := failed[i]
			if err == nil {
				err = d.leak(org.name, answer)
			}
			if err != nil {
				return err
			}
		}
	}
}

// leak writes what dumpleak.lua has read.
func (d *dumping) leak(org string, answer any) error {
	values, err := texts(answer)
	if err != nil || len(values) == 0 {
		return err
	}
	if len(values) < 3 {
		return fmt.Errorf("a leak in %d parts: %w", len(values), errBroken)
	}
	l, err := decodeDumpedLeak(values[0], values[1])
	if err != nil {
		return err
	}
	if err := d.write(scanner.Dumped{Org: org, Leak: &l}); err != nil {
		return err
	}
	seen, err := strconv.Atoi(values[2])
	if err != nil || seen < 0 || seen > len(values)-3 {
		return fmt.Errorf("number of sightings: %w", errBroken)
	}
	for _, value := range values[3 : 3+seen] {
		sighting := scanner.Sighting{}
		if err := decode(value, &sighting); err != nil {
			return err
		}
		sighting.Leak = l.Leak.ID // those of a merged leak came with its id
		if err := d.write(scanner.Dumped{Org: org, Sighting: &sighting}); err != nil {
			return err
		}
	}
	return d.rows(org, values[3+seen:])
}

// decodeDumpedLeak reads a leak's value with the keys in its first line, and its next look.
func decodeDumpedLeak(value, wake string) (scanner.DumpedLeak, error) {
	var l scanner.DumpedLeak
	if err := decode(value, &l.Leak); err != nil {
		return l, err
	}
	first, _, _ := strings.Cut(value, "\n")
	if fields := strings.Split(first, "\t"); len(fields) > 5 {
		l.Keys = fields[5:]
	}
	if wake == "" {
		return l, nil
	}
	at, err := integer(wake)
	l.Wake = fromMS(at)
	return l, err
}

func (d *dumping) rows(org string, values []string) error {
	for _, value := range values {
		row, err := decodeRow(value)
		if err != nil {
			return err
		}
		row.Lease = fromMS(0)
		if err := d.write(scanner.Dumped{Org: org, Delivery: &row}); err != nil {
			return err
		}
	}
	return nil
}

// rest writes the deliveries that came with no leak. What is settled meanwhile goes from the first queue to the second.
func (d *dumping) rest(ctx context.Context, org dumpedOrg) error {
	for _, queue := range []string{"due", "done"} {
		cursor := uint64(0)
		for {
			pairs, next, err := d.client.ZScan(ctx, d.layout.ofOrg(org.spot, queue), cursor, "", valuesAtOnce).Result()
			if err != nil {
				return err
			}
			if err := d.restOf(ctx, org, pairs); err != nil {
				return err
			}
			if cursor = next; cursor == 0 {
				break
			}
		}
	}
	return nil
}

// restOf takes ids and scores by turns.
func (d *dumping) restOf(ctx context.Context, org dumpedOrg, pairs []string) error {
	args := []any{org.tag, scanner.MaxBatch}
	for pair := range slices.Chunk(pairs, 2) {
		args = append(args, pair[0])
	}
	if len(pairs) == 0 {
		return nil
	}
	answer, err := d.Store.run(ctx, "dumprest", call{org.partition, args})
	if err != nil {
		return err
	}
	values, err := texts(answer)
	if err != nil {
		return err
	}
	return d.rows(org.name, values)
}

func (d *dumping) audits(ctx context.Context, org dumpedOrg) error {
	by := redis.ZRangeBy{Min: "-inf", Max: "+inf", Count: valuesAtOnce}
	for {
		values, err := d.client.ZRangeByScore(ctx, d.layout.ofOrg(org.spot, "audit"), &by).Result()
		if err != nil || len(values) == 0 {
			return err
		}
		for _, value := range values {
			seq, _, _ := strings.Cut(value, "\t")
			by.Min = "(" + seq
			entry := scanner.Audit{}
			if err := decode(value, &entry); err != nil {
				return err
			}
			if err := d.write(scanner.Dumped{Org: org.name, Audit: &entry}); err != nil {
				return err
			}
		}
	}
}

func (d *dumping) ledgerOf(ctx context.Context, org dumpedOrg) error {
	books, _, err := d.ledger(ctx, org.spot)
	if err != nil {
		return err
	}
	return d.write(scanner.Dumped{Org: org.name, Ledger: &books})
}
