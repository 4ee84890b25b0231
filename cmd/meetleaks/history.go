package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"meetleaks/scanner"
)

// The rhythm of looks at the store.
const (
	historyEvery = 5 * time.Second
	historyBound = 3 * time.Second     // of one look
	historyFresh = 30 * time.Second    // how often it is written down that all is as before
	readyBound   = time.Second         // of one look that somebody waits for, who asks whether the service is ready
	overlap      = time.Minute         // read again before what may be lost: clocks differ
	maxDoubts    = 16                  // stretches of time that are remembered
	doubtsKept   = 45 * 24 * time.Hour // every page is looked at within this time
	historyName  = "store/history"     // of the lease and the cursor
	bootID       = "/proc/sys/kernel/random/boot_id"
)

// history watches the store: whether it answers, whether its history is gone, and of which times something may be lost although it was
// acknowledged: after a failover of Redis, or when the machine of an embedded store lost its power. Sources read again what
// they recorded in such times. It is safe for concurrent use.
type history struct {
	store  scanner.Store
	holder string
	log    *slog.Logger

	mu     sync.Mutex
	health scanner.Health
	err    error     // of the last look
	asked  time.Time // when it began; zero: never
	doubts []stretch
	ahead  time.Duration // of the store's clock
	lost   bool          // a service before in this process saw that the history was lost, see follow
}

// stretch is a time, both ends included.
type stretch struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// chronicle is what the store itself keeps of its servers.
type chronicle struct {
	Incarnation string    `json:"incarnation"`
	Seen        time.Time `json:"seen"` // when all was last as before
	Doubts      []stretch `json:"doubts,omitempty"`
}

// look asks the store once. It is a step of [scanner.Every].
func (h *history) look(ctx context.Context) (bool, error) {
	_, _ = h.ask(ctx, historyBound) // it is noted, and told when that is news
	return false, nil
}

// ask looks at the store, for no longer than that. It returns what is known of it, and why no more is.
func (h *history) ask(ctx context.Context, bound time.Duration) (scanner.Health, error) {
	ctx, cancel := context.WithTimeout(ctx, bound)
	defer cancel()
	asked := time.Now()
	health, err := h.store.Health(ctx)
	answered := time.Now()
	if err == nil {
		err = h.chronicle(ctx)
	}
	if err != nil && ctx.Err() == context.Canceled {
		return h.known(), err // nobody waits for the answer any more
	}
	lost, before := h.note(health, err, asked, answered)
	switch {
	case err != nil && before == nil:
		h.log.Error("the store does not answer", "error", err)
	case err == nil && before != nil:
		h.log.Info("the store answers again")
	}
	if err == nil && health.Lost && !lost {
		h.log.Error("the store has lost its history: what can be read is read and alerted again", "since", health.Since)
	}
	return h.known(), err
}

// note keeps what a look saw, and returns what the one before it did. One that began before that, and waited longer, says nothing new:
// it is not kept, and what it saw itself is returned, as if that had been known.
func (h *history) note(health scanner.Health, err error, asked, answered time.Time) (lost bool, before error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if asked.Before(h.asked) {
		return health.Lost, err
	}
	lost, before = h.health.Lost, h.err
	h.err, h.asked = err, asked
	if err == nil {
		h.health, h.ahead = health, aheadOf(health.Now, asked, answered)
	}
	return lost, before
}

// known is what the last look saw that the store answered.
func (h *history) known() scanner.Health {
	h.mu.Lock()
	defer h.mu.Unlock()
	health := h.health
	health.Lost = health.Lost || h.lost
	return health
}

// incarnation names what answers now: another one than before may have lost what was acknowledged last.
func (h *history) incarnation(ctx context.Context) (string, error) {
	if servers, ok := h.store.(interface {
		Incarnation(ctx context.Context) (string, error)
	}); ok {
		return servers.Incarnation(ctx)
	}
	boot, err := os.ReadFile(bootID)
	if err != nil {
		return "machine", nil //nolint:nilerr // a system that does not tell: then nothing is known to be doubtful
	}
	return strings.TrimSpace(string(boot)), nil
}

// chronicle compares who answers with who did, and writes down what follows.
func (h *history) chronicle(ctx context.Context) error {
	now := time.Now()
	incarnation, err := h.incarnation(ctx)
	if err != nil {
		return err
	}
	kept, err := h.kept(ctx)
	if err != nil {
		return err
	}
	next := kept
	switch {
	case kept.Incarnation == "":
		next = chronicle{Incarnation: incarnation, Seen: now}
	case kept.Incarnation != incarnation:
		next.Incarnation, next.Seen = incarnation, now
		doubt := between(kept.Seen, now)
		next.Doubts = withDoubt(kept.Doubts, doubt, now)
		h.log.Warn("the store's servers have changed: what was recorded just before is read again", "since", doubt.From)
	case now.Sub(kept.Seen).Abs() >= historyFresh: // a clock that was set back counts, too
		next.Seen = now
	default:
		h.believe(kept.Doubts)
		return nil
	}
	if err := h.write(ctx, next); err != nil {
		return err
	}
	h.believe(next.Doubts)
	return nil
}

// between is the time from when all was last as before until now, whichever of the two clocks was ahead, and a little more.
func between(seen, now time.Time) stretch {
	if now.Before(seen) {
		seen, now = now, seen
	}
	return stretch{seen.Add(-overlap), now.Add(time.Second)}
}

// withDoubt adds a doubt and drops those that are over. When there are too many the oldest become one: what is in doubt stays so.
func withDoubt(doubts []stretch, doubt stretch, now time.Time) []stretch {
	all := append(slices.Clone(doubts), doubt)
	all = slices.DeleteFunc(all, func(d stretch) bool { return now.Sub(d.To) >= doubtsKept })
	for len(all) > maxDoubts {
		if all[1].From.After(all[0].From) {
			all[1].From = all[0].From
		}
		if all[1].To.Before(all[0].To) {
			all[1].To = all[0].To
		}
		all = all[1:]
	}
	return all
}

func (h *history) kept(ctx context.Context) (chronicle, error) {
	cursors, err := h.store.Cursors(ctx, []string{historyName})
	if err != nil {
		return chronicle{}, err
	}
	var kept chronicle
	if value := cursors[historyName].Value; len(value) > 0 {
		if err := json.Unmarshal(value, &kept); err != nil {
			return chronicle{}, fmt.Errorf("read what is known of the store's servers: %w", err)
		}
	}
	return kept, nil
}

// write keeps the chronicle, unless another process is about to.
func (h *history) write(ctx context.Context, c chronicle) error {
	value, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("write down the store's servers: %w", err)
	}
	lease, err := h.store.Acquire(ctx, historyName, h.holder, historyBound)
	if errors.Is(err, scanner.ErrHeld) {
		return nil
	}
	if err != nil {
		return err
	}
	err = h.store.SaveCursor(ctx, lease, scanner.Cursor{Value: value})
	return errors.Join(err, h.store.Release(ctx, lease))
}

func (h *history) believe(doubts []stretch) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.doubts = doubts
}

// doubtful says whether what was recorded at a time may be lost.
func (h *history) doubtful(at time.Time) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if at.IsZero() {
		return false
	}
	if at.Before(h.health.Since) {
		return true // one part of a cluster has forgotten what another remembers
	}
	for _, d := range h.doubts {
		if !at.Before(d.From) && !at.After(d.To) && time.Since(d.To) < doubtsKept {
			return true
		}
	}
	return false
}

// follow takes over from the service before that the history was lost: its handle on the store saw that, a new one does not.
func (h *history) follow(before *history) {
	before.mu.Lock()
	lost := before.lost || before.health.Lost
	before.mu.Unlock()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.lost = h.lost || lost
}

// epoch names the store's history: another one than before when it was lost.
func (h *history) epoch() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.health.Since.IsZero() {
		return ""
	}
	return ":" + strconv.FormatInt(h.health.Since.UnixMilli(), 36)
}

// offset is how far the store's clock is ahead of this machine's, as the last look saw it; 0 when they agree, as far as that can be seen.
// What is due is decided by the store's clock: a process whose own is wrong would else wait, or spin, by the difference.
func (h *history) offset() time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.ahead
}

// aheadOf compares the store's clock with ours, between which a question took its time.
func aheadOf(store, asked, answered time.Time) time.Duration {
	took := answered.Sub(asked)
	ahead := store.Sub(asked.Add(took / 2))
	if store.IsZero() || ahead.Abs() <= took+time.Second {
		return 0
	}
	return ahead
}
