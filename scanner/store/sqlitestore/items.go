package sqlitestore

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"meetleaks/scanner"
)

// Items lie in buckets by the time at which they were remembered last. A bucket is forgotten whole: what is in it is between
// ItemsKept and ItemsKept and a bucket's width old then.
const bucketWidth = int64(5 * 24 * time.Hour / time.Millisecond)

// bucket is the present one; oldest, the oldest that still counts.
func (s *Store) bucket() (now, oldest int64) {
	at := s.nowMS()
	return at / bucketWidth, (at - scanner.ItemsKept.Milliseconds()) / bucketWidth
}

// SeenItems implements [scanner.Items].
func (s *Store) SeenItems(ctx context.Context, prints []uint64) ([]bool, error) {
	if err := scanner.CheckBatch(len(prints)); err != nil {
		return nil, fmt.Errorf("seen items: %w", err)
	}
	seen := make([]bool, len(prints))
	err := s.view(ctx, "seen items", func(t *tx) error {
		now, oldest := s.bucket()
		known, err := t.buckets(prints, now, oldest)
		for i, print := range prints {
			_, seen[i] = known[print]
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return seen, nil
}

// buckets finds the newest bucket of each fingerprint that is in one.
func (t *tx) buckets(prints []uint64, now, oldest int64) (map[uint64]int64, error) {
	found := make(map[uint64]int64, len(prints))
	if len(prints) == 0 {
		return found, nil
	}
	signed := make([]int64, len(prints))
	for i, print := range prints {
		signed[i] = int64(print) //nolint:gosec // the same 64 bits
	}
	wanted, err := list(signed)
	if err != nil {
		return nil, err
	}
	for bucket := oldest; bucket <= now; bucket++ {
		err := t.each(func(rows *sql.Rows) error {
			var print int64
			err := rows.Scan(&print)
			found[uint64(print)] = bucket //nolint:gosec // the same 64 bits
			return err
		}, "SELECT print FROM item WHERE bucket = ? AND print IN (SELECT value FROM json_each(?))", bucket, wanted)
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

// RememberItems implements [scanner.Items]. What was remembered in an older bucket moves, so that it takes its room once.
func (s *Store) RememberItems(ctx context.Context, prints []uint64) error {
	if err := scanner.CheckBatch(len(prints)); err != nil {
		return fmt.Errorf("remember items: %w", err)
	}
	return s.change(ctx, "remember items", func(t *tx) error {
		now, oldest := s.bucket()
		known, err := t.buckets(prints, now, oldest)
		if err != nil {
			return err
		}
		for _, print := range prints {
			old, was := known[print]
			if was && old == now {
				continue
			}
			if was {
				err = t.exec("DELETE FROM item WHERE bucket = ? AND print = ?", old, int64(print)) //nolint:gosec // the same 64 bits
			}
			if err == nil {
				err = t.exec("INSERT OR IGNORE INTO item VALUES (?, ?)", now, int64(print)) //nolint:gosec // the same 64 bits
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}
