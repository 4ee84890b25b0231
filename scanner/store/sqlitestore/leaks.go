package sqlitestore

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"meetleaks/scanner"
)

// FindLeaks implements [scanner.LeakStore].
func (s *Store) FindLeaks(ctx context.Context, org string, keys []string) ([]scanner.Leak, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	if len(keys) > scanner.MaxLeakKeys {
		return nil, fmt.Errorf("find leaks: %d keys, %d at most: %w", len(keys), scanner.MaxLeakKeys, scanner.ErrBadValue)
	}
	wanted, err := list(keys)
	if err != nil {
		return nil, fmt.Errorf("find leaks: %w", err)
	}
	var leaks []scanner.Leak
	err = s.view(ctx, "find leaks", func(t *tx) (err error) {
		leaks, err = t.leaksWhere(`WHERE row IN (SELECT leak FROM leak_key k
			WHERE org = (SELECT id FROM org WHERE name = ?) AND key IN (SELECT value FROM json_each(?))
			AND episode = (SELECT MAX(episode) FROM leak_key n WHERE n.org = k.org AND n.key = k.key))`, org, wanted)
		return err
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(leaks, func(a, b scanner.Leak) int {
		return cmp.Or(a.FirstSeen.Compare(b.FirstSeen), strings.Compare(a.ID, b.ID))
	})
	return leaks, nil
}

// Leak implements [scanner.LeakStore].
func (s *Store) Leak(ctx context.Context, org, id string) (scanner.Leak, error) {
	var leaks []scanner.Leak
	err := s.view(ctx, "leak", func(t *tx) (err error) {
		leaks, err = t.leaksWhere("WHERE org = (SELECT id FROM org WHERE name = ?) AND id = ?", org, id)
		if err == nil && len(leaks) == 0 {
			err = scanner.ErrNotFound
		}
		return err
	})
	if err != nil {
		return scanner.Leak{}, err
	}
	return leaks[0], nil
}

func (t *tx) leaksWhere(where string, args ...any) ([]scanner.Leak, error) {
	var leaks []scanner.Leak
	err := t.each(func(rows *sql.Rows) error {
		var body []byte
		if err := rows.Scan(&body); err != nil {
			return err
		}
		leaks = append(leaks, scanner.Leak{})
		return decode(body, &leaks[len(leaks)-1])
	}, "SELECT body FROM leak "+where, args...)
	return leaks, err
}

// ListLeaks implements [scanner.LeakLists]. It takes a step in an index for each leak of the page and each state asked for.
func (s *Store) ListLeaks(ctx context.Context, q scanner.LeakQuery) (scanner.LeakPage, error) {
	after, err := parsePage(q.After)
	if err != nil {
		return scanner.LeakPage{}, fmt.Errorf("list leaks: %w", err)
	}
	limit := scanner.PageLimit(q.Limit)
	var page scanner.LeakPage
	err = s.view(ctx, "list leaks", func(t *tx) error {
		places, err := t.placesOfPage(q, after, limit+1)
		if err != nil {
			return err
		}
		if len(places) > limit {
			places = places[:limit]
			page.Next = places[limit-1].String()
		}
		for _, p := range places {
			leaks, err := t.leaksWhere("WHERE row = ?", p.row)
			if err != nil {
				return err
			}
			page.Leaks = append(page.Leaks, leaks...)
		}
		return nil
	})
	if err != nil {
		return scanner.LeakPage{}, err
	}
	return page, nil
}

// pagePlace is a leak's place in the list.
type pagePlace struct {
	first int64
	id    string
	row   int64
}

func (p pagePlace) String() string { return strconv.FormatInt(p.first, 10) + " " + p.id }

// parsePage reads a place; "" is the one before all others.
func parsePage(text string) (pagePlace, error) {
	if text == "" {
		return pagePlace{first: 1<<63 - 1, id: "\U0010ffff"}, nil
	}
	first, id, ok := strings.Cut(text, " ")
	n, err := strconv.ParseInt(first, 10, 64)
	if !ok || err != nil || scanner.CheckName("leak id", id) != nil {
		return pagePlace{}, fmt.Errorf("no page begins there: %w", scanner.ErrBadValue)
	}
	return pagePlace{first: n, id: id}, nil
}

func (t *tx) placesOfPage(q scanner.LeakQuery, after pagePlace, limit int) ([]pagePlace, error) {
	since := int64(-1 << 63)
	if !q.Since.IsZero() {
		since = ms(q.Since)
	}
	states := slices.Compact(slices.Sorted(slices.Values(q.States)))
	if len(states) > len(scanner.States()) {
		return nil, fmt.Errorf("%d states: %w", len(states), scanner.ErrBadValue)
	}
	const rest = ` first >= ? AND (first, id) < (?, ?) ORDER BY first DESC, id DESC LIMIT ?`
	const base = `SELECT first, id, row FROM leak WHERE org = (SELECT id FROM org WHERE name = ?) AND`
	if len(states) == 0 {
		return t.places(base+rest, q.Org, since, after.first, after.id, limit)
	}
	var all []pagePlace
	for _, state := range states {
		some, err := t.places(base+" state = ? AND"+rest, q.Org, state, since, after.first, after.id, limit)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	slices.SortFunc(all, func(a, b pagePlace) int {
		return cmp.Or(cmp.Compare(b.first, a.first), strings.Compare(b.id, a.id))
	})
	return all[:min(len(all), limit)], nil
}

func (t *tx) places(query string, args ...any) ([]pagePlace, error) {
	var out []pagePlace
	err := t.each(func(rows *sql.Rows) error {
		var p pagePlace
		err := rows.Scan(&p.first, &p.id, &p.row)
		out = append(out, p)
		return err
	}, query, args...)
	return out, err
}

// Sightings implements [scanner.LeakLists].
func (s *Store) Sightings(ctx context.Context, org, leak string) ([]scanner.Sighting, error) {
	var kept []scanner.Sighting
	err := s.view(ctx, "sightings", func(t *tx) error {
		var row int64
		err := t.row("SELECT row FROM leak WHERE org = (SELECT id FROM org WHERE name = ?) AND id = ?", org, leak).Scan(&row)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err == nil {
			kept, err = t.sightingsOf(row)
		}
		return err
	})
	slices.SortFunc(kept, func(a, b scanner.Sighting) int {
		return cmp.Or(b.SeenAt.Compare(a.SeenAt), strings.Compare(a.PlaceKey, b.PlaceKey))
	})
	return kept, err
}

// sightingsOf returns those of a leak's row, in no order.
func (t *tx) sightingsOf(row int64) ([]scanner.Sighting, error) {
	var kept []scanner.Sighting
	err := t.each(func(rows *sql.Rows) error {
		var body []byte
		if err := rows.Scan(&body); err != nil {
			return err
		}
		kept = append(kept, scanner.Sighting{})
		return decode(body, &kept[len(kept)-1])
	}, "SELECT body FROM sighting WHERE leak = ? LIMIT ?", row, scanner.MaxSightings)
	return kept, err
}

// LeaksAt implements [scanner.LeakLists].
func (s *Store) LeaksAt(ctx context.Context, org, place, after string) ([]string, string, error) {
	var ids []string
	err := s.view(ctx, "leaks at a place", func(t *tx) error {
		return t.each(func(rows *sql.Rows) error {
			var id string
			err := rows.Scan(&id)
			ids = append(ids, id)
			return err
		}, `SELECT leak.id FROM sighting JOIN leak ON leak.row = sighting.leak
			WHERE sighting.org = (SELECT id FROM org WHERE name = ?) AND sighting.place = ? AND sighting.gone IS NULL AND leak.id > ?
			ORDER BY leak.id LIMIT ?`, org, place, after, scanner.MaxBatch+1)
	})
	if err != nil {
		return nil, "", err
	}
	if len(ids) <= scanner.MaxBatch {
		return ids, "", nil
	}
	return ids[:scanner.MaxBatch], ids[scanner.MaxBatch-1], nil
}
