package redisstore

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"meetleaks/scanner"
)

// What one run of a script takes away at most, of each kind, and what one step of the Keeper does, about.
const (
	dropAtOnce = 500
	dropInStep = 5000
)

// Expire implements [scanner.Keeper]. It goes over all organisations and sources, each a run of a script or two.
func (s *Store) Expire(ctx context.Context, r scanner.Retention, now time.Time) (scanner.Removed, error) {
	var out scanner.Removed
	for _, part := range []func(context.Context, scanner.Retention, time.Time, *scanner.Removed) error{
		s.expireOrgs, s.expireVisits, s.expireItems,
	} {
		if err := part(ctx, r, now, &out); err != nil {
			return out, failure(ctx, "expire", err)
		}
	}
	return out, nil
}

// cut is up to when things are taken away, "" for none.
func cut(now time.Time, kept time.Duration) any {
	if kept <= 0 {
		return ""
	}
	return ms(now.Add(-kept))
}

func (s *Store) expireOrgs(ctx context.Context, r scanner.Retention, now time.Time, out *scanner.Removed) error {
	orgs, err := s.names(ctx, "orgs")
	if err != nil {
		return err
	}
	orgs[orgSpot("").partition][orgSpot("").tag] = "" // the deployment's own audit
	for partition, tags := range orgs {
		for tag := range tags {
			if sum(*out) >= dropInStep {
				out.More = true
				return nil
			}
			answer, err := s.run(ctx, "expire", call{partition, []any{
				tag, cut(now, r.Sighting), cut(now, r.Leak), cut(now, r.Answer), cut(now, r.Audit), dropAtOnce,
			}})
			if err == nil {
				err = tally(answer, out)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// tally adds what expire.lua or erase.lua took away.
func tally(answer any, out *scanner.Removed) error {
	n, err := integers(answer, 5)
	if err != nil {
		return err
	}
	out.Leaks += n[0]
	out.Sightings += n[1]
	out.Deliveries += n[2]
	out.Audits += n[3]
	out.More = out.More || n[4] != 0
	return nil
}

func sum(r scanner.Removed) int64 {
	return r.Leaks + r.Sightings + r.Deliveries + r.Audits + r.Visits + r.Items
}

func (s *Store) expireVisits(ctx context.Context, r scanner.Retention, now time.Time, out *scanner.Removed) error {
	if r.Visit <= 0 {
		return nil
	}
	sources, err := s.names(ctx, "sources")
	if err != nil {
		return err
	}
	before := sortableMS(ms(now.Add(-r.Visit)) + 1)
	for partition, tags := range sources {
		for tag := range tags {
			n, err := s.dropVisits(ctx, spot{partition, tag}, before, dropAtOnce)
			if err != nil {
				return err
			}
			out.Visits += n
			out.More = out.More || n == dropAtOnce
		}
	}
	return nil
}

// expireItems goes by the store's clock.
func (s *Store) expireItems(ctx context.Context, _ scanner.Retention, _ time.Time, out *scanner.Removed) error {
	args := []any{window.Milliseconds(), scanner.ItemsKept.Milliseconds(), dropAtOnce}
	return s.everywhere(ctx, "itemsend", args, func(_ int, answer any) error {
		n, err := integers(answer, 2)
		if err != nil {
			return err
		}
		out.Items += n[0]
		out.More = out.More || n[1] != 0
		return nil
	})
}

// EraseOrganisation implements [scanner.Keeper].
func (s *Store) EraseOrganisation(ctx context.Context, org string) (scanner.Removed, error) {
	var out scanner.Removed
	if org == "" { // the deployment is no organisation
		return out, nil
	}
	o := orgSpot(org)
	for range dropInStep / dropAtOnce {
		answer, err := s.run(ctx, "erase", call{o.partition, []any{o.tag, dropAtOnce}})
		if err != nil {
			return out, failure(ctx, "erase organisation", err)
		}
		out.More = false // the last run tells
		err = tally(answer, &out)
		if err == nil && !out.More {
			err = s.dropClaims(ctx, org) // the last: who erases because of a claim finds it until then
		}
		if err != nil || !out.More {
			return out, failure(ctx, "erase organisation", err)
		}
	}
	return out, nil
}

// part is how one partition is.
type part struct {
	epoch       string
	since       int64
	run         string
	now         int64
	due, oldest int64
}

// parts asks all partitions. Where there is no epoch one begins.
func (s *Store) parts(ctx context.Context) ([partitions]part, error) {
	var out [partitions]part
	err := s.everywhere(ctx, "health", []any{nonce()}, func(i int, answer any) error {
		f, err := texts(answer)
		if err != nil || len(f) != 6 {
			return fmt.Errorf("health with %d fields: %w", len(f), errBroken)
		}
		p := part{epoch: f[0], run: f[2]}
		for field, to := range map[int]*int64{1: &p.since, 3: &p.now, 4: &p.due} {
			if *to, err = integer(f[field]); err != nil {
				return err
			}
		}
		if f[5] != "" {
			oldest, err := strconv.ParseFloat(f[5], 64)
			if err != nil {
				return fmt.Errorf("first delivery that is due: %w", errBroken)
			}
			p.oldest = int64(oldest)
		}
		out[i] = p
		return nil
	})
	return out, err
}

// Health implements [scanner.Keeper]. Since is the latest over all partitions: where one master of a Cluster lost its part, the
// history as a whole begins then. Bytes are those of the servers, which others may share.
func (s *Store) Health(ctx context.Context) (scanner.Health, error) {
	parts, err := s.parts(ctx)
	if err != nil {
		return scanner.Health{}, failure(ctx, "health", err)
	}
	h := scanner.Health{}
	var since, oldest int64
	for i, p := range parts {
		if p.epoch != s.epochs[i] {
			s.lost.Store(true)
		}
		since = max(since, p.since)
		h.Due += p.due
		if p.oldest != 0 && (oldest == 0 || p.oldest < oldest) {
			oldest = p.oldest
		}
		h.Now = later(h.Now, fromMS(p.now))
	}
	h.Since, h.OldestDue, h.Lost = fromMS(since), fromMS(oldest), s.lost.Load()
	if h.Bytes, err = s.bytes(ctx); err != nil {
		return scanner.Health{}, failure(ctx, "health", err)
	}
	return h, nil
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// Incarnation names the servers that answer now. It is another one after a restart or a failover: then acknowledged writes may
// be lost (see the package), and sources read an overlap again.
func (s *Store) Incarnation(ctx context.Context) (string, error) {
	parts, err := s.parts(ctx)
	if err != nil {
		return "", failure(ctx, "incarnation", err)
	}
	var runs strings.Builder
	for _, p := range parts {
		runs.WriteString(p.run)
		runs.WriteByte(' ')
	}
	return spotOf("runs", runs.String()).tag, nil
}

// bytes is the memory of all masters.
func (s *Store) bytes(ctx context.Context) (int64, error) {
	cluster, ok := s.client.(*redis.ClusterClient)
	if !ok {
		return usedMemory(s.client.Info(ctx, "memory").Result())
	}
	var mu sync.Mutex
	total := int64(0)
	err := cluster.ForEachMaster(ctx, func(ctx context.Context, master *redis.Client) error {
		n, err := usedMemory(master.Info(ctx, "memory").Result())
		mu.Lock()
		total += n
		mu.Unlock()
		return err
	})
	return total, err
}

// usedMemory finds the figure in INFO.
func usedMemory(info string, err error) (int64, error) {
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(info) {
		if value, found := strings.CutPrefix(line, "used_memory:"); found {
			return integer(strings.TrimSpace(value))
		}
	}
	return 0, nil
}
