package redisstore

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"meetleaks/scanner"
)

// storedRow is an outbox row as it is kept behind its first line.
type storedRow struct {
	Delivery scanner.Delivery `json:"delivery"`
	Receipt  []byte           `json:"receipt,omitempty"`
}

func encodeRow(row scanner.OutboxRow) ([]byte, error) {
	body, err := json.Marshal(storedRow{row.Delivery, row.Receipt})
	if err != nil {
		return nil, fmt.Errorf("encode delivery: %w: %w", scanner.ErrBadValue, err)
	}
	return body, nil
}

// decodeRow reads a value: fence, end of the claim, leak in the first line.
func decodeRow(value string) (scanner.OutboxRow, error) {
	var kept storedRow
	if err := decode(value, &kept); err != nil {
		return scanner.OutboxRow{}, err
	}
	first, _, _ := strings.Cut(value, "\n")
	fields := strings.Split(first, "\t")
	if len(fields) != 3 {
		return scanner.OutboxRow{}, fmt.Errorf("a delivery with %d fields: %w", len(fields), errBroken)
	}
	fence, err := strconv.ParseInt(fields[0], 10, 64)
	if err != nil {
		return scanner.OutboxRow{}, fmt.Errorf("fence of a delivery: %w", errBroken)
	}
	lease, err := strconv.ParseInt(fields[1], 10, 64)
	if err != nil {
		return scanner.OutboxRow{}, fmt.Errorf("claim of a delivery: %w", errBroken)
	}
	return scanner.OutboxRow{Delivery: kept.Delivery, Receipt: kept.Receipt, Fence: fence, Lease: fromMS(lease)}, nil
}

// dueRow is a delivery that a partition proposes to be claimed.
type dueRow struct {
	partition     int
	round, served int64
	due           float64
	tag, id       string
}

// ClaimDeliveries implements [scanner.Outbox]. Each partition proposes what is due; the rows that come first over all of them
// are claimed, as far as nobody else was faster.
func (s *Store) ClaimDeliveries(ctx context.Context, limit int, lease time.Duration) ([]scanner.OutboxRow, error) {
	if err := scanner.CheckSpan(lease); err != nil {
		return nil, fmt.Errorf("claim deliveries: %w", err)
	}
	var answers []string
	err := s.claimFirst(ctx, func() (lost bool, err error) {
		rows, err := s.dueRows(ctx, scanner.PageLimit(limit))
		if err != nil {
			return false, err
		}
		answers, err = s.claim(ctx, "dueclaim", lease, rows)
		return nothing(answers), err
	})
	if err != nil {
		return nil, failure(ctx, "claim deliveries", err)
	}
	claimed, err := readable(answers)
	if err != nil {
		return nil, failure(ctx, "claim deliveries", err)
	}
	return claimed, nil
}

// readable reads claimed rows. One that cannot be read holds back no others: it is told once no other is left beside it, and
// waits, for all to see in Health, until somebody mends it.
func readable(answers []string) ([]scanner.OutboxRow, error) {
	var claimed []scanner.OutboxRow
	var broken error
	for _, value := range answers {
		if value == "" {
			continue
		}
		row, err := decodeRow(value)
		if err != nil {
			broken = cmp.Or(broken, err)
			continue
		}
		claimed = append(claimed, row)
	}
	if len(claimed) > 0 {
		broken = nil
	}
	return claimed, broken
}

func (s *Store) dueRows(ctx context.Context, limit int) ([]dueRow, error) {
	var rows []dueRow
	err := s.everywhere(ctx, "duepeek", []any{limit}, func(partition int, answer any) error {
		items, err := list(answer)
		if err != nil {
			return err
		}
		for _, item := range items {
			f, err := texts(item)
			if err != nil || len(f) != 5 {
				return fmt.Errorf("a proposal with %d fields: %w", len(f), errBroken)
			}
			row := dueRow{partition: partition, tag: f[3], id: f[4]}
			row.round, _ = strconv.ParseInt(f[0], 10, 64)
			row.served, _ = strconv.ParseInt(f[1], 10, 64)
			row.due, _ = strconv.ParseFloat(f[2], 64)
			rows = append(rows, row)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return s.turns.first(rows, limit), nil
}

// claimTries is how often a claim is tried again when others were faster with all that was proposed.
const claimTries = 5

// claimFirst tries until something was claimed, or nothing was proposed.
func (s *Store) claimFirst(ctx context.Context, try func() (lost bool, err error)) error {
	for range claimTries {
		if lost, err := try(); err != nil || !lost {
			return err
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	return nil
}

// nothing says whether there were answers, and all are empty.
func nothing(answers []string) bool {
	return len(answers) > 0 && !slices.ContainsFunc(answers, func(a string) bool { return a != "" })
}

// turns remembers when this handle was last given something of each partition, so that those with the longest wait come first.
type turns struct {
	mu     sync.Mutex
	count  uint64
	served [partitions]uint64
}

// first returns the first rows, at most limit: by round, within one by how long their partition waits, and within that as it
// proposed them. It takes them for served.
func (t *turns) first(rows []dueRow, limit int) []dueRow {
	t.mu.Lock()
	defer t.mu.Unlock()
	slices.SortStableFunc(rows, func(a, b dueRow) int {
		return cmp.Or(cmp.Compare(a.round, b.round), cmp.Compare(t.served[a.partition], t.served[b.partition]),
			cmp.Compare(a.partition, b.partition), cmp.Compare(a.served, b.served))
	})
	rows = rows[:min(len(rows), limit)]
	t.count++
	for _, row := range rows {
		t.served[row.partition] = t.count
	}
	return rows
}

// claim claims rows with a script that takes pairs of tag and id, and returns its answers in the order of rows. A partition that fails takes
// nothing from the others: their claims stand.
func (s *Store) claim(ctx context.Context, script string, lease time.Duration, rows []dueRow) ([]string, error) {
	var calls []call
	var at [][]int
	for partition := range partitions {
		c := call{partition, []any{lease.Milliseconds()}}
		var places []int
		for i, row := range rows {
			if row.partition == partition {
				c.args, places = append(c.args, row.tag, row.id), append(places, i)
			}
		}
		if len(places) > 0 {
			calls, at = append(calls, c), append(at, places)
		}
	}
	answers, failed := s.runAll(ctx, script, calls)
	out := make([]string, len(rows))
	won, first := false, error(nil)
	for i := range calls {
		err := failed[i]
		var values []string
		if err == nil {
			values, err = texts(answers[i])
		}
		if err == nil && len(values) != len(at[i]) {
			err = fmt.Errorf("%d claims, not %d: %w", len(values), len(at[i]), errBroken)
		}
		if err != nil {
			first = cmp.Or(first, err)
			continue
		}
		for j, value := range values {
			out[at[i][j]], won = value, won || value != ""
		}
	}
	if !won && first != nil {
		return nil, first
	}
	return out, nil
}

// everywhere runs a script in all partitions. All must answer: a part would be taken for the whole.
func (s *Store) everywhere(ctx context.Context, script string, args []any, take func(partition int, answer any) error) error {
	calls := make([]call, partitions)
	for i := range calls {
		calls[i] = call{i, args}
	}
	answers, failed := s.runAll(ctx, script, calls)
	for i, err := range failed {
		if err == nil {
			err = take(i, answers[i])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Deliveries implements [scanner.Outbox].
func (s *Store) Deliveries(ctx context.Context, org, leak string) ([]scanner.OutboxRow, error) {
	rows, err := s.deliveries(ctx, orgSpot(org), leak)
	if err != nil {
		return nil, failure(ctx, "deliveries of a leak", err)
	}
	return rows, nil
}

func (s *Store) deliveries(ctx context.Context, o spot, leak string) ([]scanner.OutboxRow, error) {
	if err := s.open(ctx); err != nil {
		return nil, err
	}
	ids, err := s.client.ZRevRange(ctx, s.layout.ofOrg(o, "dl:"+leak), 0, scanner.MaxBatch-1).Result()
	if err != nil {
		return nil, err
	}
	rows := make([]scanner.OutboxRow, 0, len(ids))
	for part := range slices.Chunk(ids, valuesAtOnce) {
		keys := make([]string, len(part))
		for i, id := range part {
			keys[i] = s.layout.ofOrg(o, "d:"+id)
		}
		values, err := s.values(ctx, keys)
		if err != nil {
			return nil, err
		}
		for _, value := range values {
			row, err := decodeRow(value)
			if err != nil {
				return nil, err
			}
			rows = append(rows, row)
		}
	}
	return rows, nil
}

// Delivery implements [scanner.Outbox].
func (s *Store) Delivery(ctx context.Context, org, id string) (scanner.OutboxRow, error) {
	value, err := s.get(ctx, s.layout.ofOrg(orgSpot(org), "d:"+id))
	if err != nil {
		return scanner.OutboxRow{}, failure(ctx, "delivery", err)
	}
	row, err := decodeRow(value)
	if err != nil {
		return scanner.OutboxRow{}, failure(ctx, "delivery", err)
	}
	return row, nil
}
