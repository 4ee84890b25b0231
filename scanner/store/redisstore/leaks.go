package redisstore

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/redis/go-redis/v9"

	"meetleaks/scanner"
)

// decode reads the record behind the first line of a value.
func decode(value string, record any) error {
	_, body, found := strings.Cut(value, "\n")
	if !found {
		return fmt.Errorf("a value without its first line: %w", errBroken)
	}
	if err := json.NewDecoder(strings.NewReader(body)).Decode(record); err != nil {
		return fmt.Errorf("%w: %w", errBroken, err)
	}
	return nil
}

// FindLeaks implements [scanner.LeakStore].
func (s *Store) FindLeaks(ctx context.Context, org string, keys []string) ([]scanner.Leak, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	if len(keys) > scanner.MaxLeakKeys {
		return nil, fmt.Errorf("find leaks: %d keys, %d at most: %w", len(keys), scanner.MaxLeakKeys, scanner.ErrBadValue)
	}
	o := orgSpot(org)
	args := []any{o.tag}
	for _, key := range keys {
		args = append(args, key)
	}
	answer, err := s.run(ctx, "find", call{o.partition, args})
	if err != nil {
		return nil, failure(ctx, "find leaks", err)
	}
	values, err := texts(answer)
	if err != nil {
		return nil, failure(ctx, "find leaks", err)
	}
	leaks := make([]scanner.Leak, len(values))
	for i, value := range values {
		if err := decode(value, &leaks[i]); err != nil {
			return nil, failure(ctx, "find leaks", err)
		}
	}
	slices.SortFunc(leaks, func(a, b scanner.Leak) int {
		return cmp.Or(a.FirstSeen.Compare(b.FirstSeen), strings.Compare(a.ID, b.ID))
	})
	return leaks, nil
}

// Leak implements [scanner.LeakStore].
func (s *Store) Leak(ctx context.Context, org, id string) (scanner.Leak, error) {
	value, err := s.get(ctx, s.layout.ofOrg(orgSpot(org), "l:"+id))
	if err != nil {
		return scanner.Leak{}, failure(ctx, "leak", err)
	}
	var l scanner.Leak
	if err := decode(value, &l); err != nil {
		return scanner.Leak{}, failure(ctx, "leak", err)
	}
	return l, nil
}

// get reads a value, or ErrNotFound.
func (s *Store) get(ctx context.Context, key string) (string, error) {
	if err := s.open(ctx); err != nil {
		return "", err
	}
	value, err := s.client.Get(ctx, key).Result()
	if errors.Is(err, redis.Nil) {
		err = scanner.ErrNotFound
	}
	return value, err
}

// ListLeaks implements [scanner.LeakLists]. It reads an index for each state asked for, then the leaks of the page.
func (s *Store) ListLeaks(ctx context.Context, q scanner.LeakQuery) (scanner.LeakPage, error) {
	page, err := s.listLeaks(ctx, q)
	if err != nil {
		return scanner.LeakPage{}, failure(ctx, "list leaks", err)
	}
	return page, nil
}

func (s *Store) listLeaks(ctx context.Context, q scanner.LeakQuery) (scanner.LeakPage, error) {
	limit := scanner.PageLimit(q.Limit)
	members, err := s.members(ctx, q, limit+1)
	if err != nil {
		return scanner.LeakPage{}, err
	}
	var page scanner.LeakPage
	if len(members) > limit {
		members = members[:limit]
		page.Next = base64.RawURLEncoding.EncodeToString([]byte(members[limit-1]))
	}
	values, err := s.leakValues(ctx, orgSpot(q.Org), members)
	if err != nil {
		return scanner.LeakPage{}, err
	}
	page.Leaks = make([]scanner.Leak, 0, len(values))
	for _, value := range values {
		var l scanner.Leak
		if err := decode(value, &l); err != nil {
			return scanner.LeakPage{}, err
		}
		if len(q.States) == 0 || slices.Contains(q.States, l.State) { // it may have changed since the index was read
			page.Leaks = append(page.Leaks, l)
		}
	}
	return page, nil
}

// members is the next part of the list, as its index has it: first seen and id.
func (s *Store) members(ctx context.Context, q scanner.LeakQuery, limit int) ([]string, error) {
	if err := s.open(ctx); err != nil {
		return nil, err
	}
	below, err := pageAfter(q.After)
	if err != nil {
		return nil, err
	}
	names := []string{"first"}
	if len(q.States) > 0 {
		names = names[:0]
		for _, state := range slices.Compact(slices.Sorted(slices.Values(q.States))) {
			names = append(names, "s:"+string(state))
		}
	}
	if len(names) > len(scanner.States()) {
		return nil, fmt.Errorf("%d states: %w", len(names), scanner.ErrBadValue)
	}
	by := redis.ZRangeBy{Min: "-", Max: below, Count: int64(limit)}
	if !q.Since.IsZero() {
		by.Min = "[" + sortable(q.Since)
	}
	pipe := s.client.TxPipeline() // all of one moment: a leak whose state changes is in one of them
	parts := make([]*redis.StringSliceCmd, len(names))
	for i, name := range names {
		parts[i] = pipe.ZRevRangeByLex(ctx, s.layout.ofOrg(orgSpot(q.Org), name), &by)
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, err
	}
	var all []string
	for _, part := range parts {
		all = append(all, part.Val()...)
	}
	slices.SortFunc(all, func(a, b string) int { return strings.Compare(b, a) })
	all = slices.Compact(all) // states given twice
	return all[:min(len(all), limit)], nil
}

// pageAfter reads LeakPage.Next: the bound below which the page lies.
func pageAfter(text string) (string, error) {
	if text == "" {
		return "+", nil
	}
	member, err := base64.RawURLEncoding.DecodeString(text)
	ok := err == nil && len(member) > sortableLength && scanner.CheckName("leak id", string(member[sortableLength:])) == nil &&
		len(bytes.Trim(member[:sortableLength], "0123456789abcdef")) == 0
	if !ok {
		return "", fmt.Errorf("no page begins there: %w", scanner.ErrBadValue)
	}
	return "(" + string(member), nil
}

// valuesAtOnce bounds what is read in one command: 100 leaks of 64 KiB are 6 MB.
const valuesAtOnce = 100

// leakValues reads the leaks of members. Those that were taken away since the index was read are left out.
func (s *Store) leakValues(ctx context.Context, o spot, members []string) ([]string, error) {
	values := make([]string, 0, len(members))
	for part := range slices.Chunk(members, valuesAtOnce) {
		keys := make([]string, len(part))
		for i, member := range part {
			keys[i] = s.layout.ofOrg(o, "l:"+member[min(sortableLength, len(member)):])
		}
		found, err := s.values(ctx, keys)
		if err != nil {
			return nil, err
		}
		values = append(values, found...)
	}
	return values, nil
}

// values reads keys of one partition; those that are not there are left out.
func (s *Store) values(ctx context.Context, keys []string) ([]string, error) {
	found, err := s.client.MGet(ctx, keys...).Result()
	if err != nil {
		return nil, err
	}
	values := make([]string, 0, len(found))
	for _, value := range found {
		if text, there := value.(string); there {
			values = append(values, text)
		}
	}
	return values, nil
}

// Sightings implements [scanner.LeakLists].
func (s *Store) Sightings(ctx context.Context, org, leak string) ([]scanner.Sighting, error) {
	if err := s.open(ctx); err != nil {
		return nil, failure(ctx, "sightings", err)
	}
	values, err := s.client.HVals(ctx, s.layout.ofOrg(orgSpot(org), "x:"+leak)).Result()
	if err != nil {
		return nil, failure(ctx, "sightings", err)
	}
	kept := make([]scanner.Sighting, len(values))
	for i, value := range values {
		if err := decode(value, &kept[i]); err != nil {
			return nil, failure(ctx, "sightings", err)
		}
		kept[i].Leak = leak // those of a merged leak came with its id
	}
	slices.SortFunc(kept, func(a, b scanner.Sighting) int {
		return cmp.Or(b.SeenAt.Compare(a.SeenAt), strings.Compare(a.PlaceKey, b.PlaceKey))
	})
	return kept, nil
}

// LeaksAt implements [scanner.LeakLists].
func (s *Store) LeaksAt(ctx context.Context, org, place, after string) ([]string, string, error) {
	if err := s.open(ctx); err != nil {
		return nil, "", failure(ctx, "leaks at a place", err)
	}
	by := redis.ZRangeBy{Min: "-", Max: "+", Count: scanner.MaxBatch + 1}
	if after != "" {
		by.Min = "(" + after
	}
	ids, err := s.client.ZRangeByLex(ctx, s.layout.ofOrg(orgSpot(org), "p:"+place), &by).Result()
	if err != nil {
		return nil, "", failure(ctx, "leaks at a place", err)
	}
	if len(ids) <= scanner.MaxBatch {
		return ids, "", nil
	}
	return ids[:scanner.MaxBatch], ids[scanner.MaxBatch-1], nil
}
