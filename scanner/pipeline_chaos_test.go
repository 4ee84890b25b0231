package scanner

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"meetleaks/matchers"
)

var chaosSeeds = flag.Uint64("chaos", 8, "how many seeds the chaos test tries")

// errDead is what a process gets that was killed: it can do nothing any more.
var errDead = errors.New("killed")

// chaos decides, call by call, what goes wrong: nothing, a failure before or after the effect, or the death of the process.
type chaos struct {
	mu       sync.Mutex
	rng      *rand.Rand
	calm     bool
	dead     bool
	accepted map[string]int  // messages by delivery, those that were not in place
	inFlight map[string]bool // told, and not recorded
	told     map[string]bool // leaks
	most     int             // repeats that faults may have caused
	faults   map[string]int
}

// around calls do, or does not, and says what the caller sees.
func (c *chaos) around(unavailable error, do func() error, told string) error {
	c.mu.Lock()
	dead, calm, dice := c.dead, c.calm, c.rng.IntN(1000)
	c.mu.Unlock()
	switch {
	case dead:
		return errDead
	case calm || dice >= 60:
		return do()
	case dice < 20:
		c.note("before")
		return unavailable
	case dice < 40:
		err := do()
		if err == nil {
			c.note("after")
			err = unavailable
			c.mayRepeat(told)
		}
		return err
	case dice < 50:
		c.die("killed before")
		return errDead
	}
	if err := do(); err != nil {
		return err
	}
	c.die("killed after")
	return errDead
}

func (c *chaos) note(what string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults[what]++
}

// mayRepeat counts a message that was accepted, but not to the sender's knowledge.
func (c *chaos) mayRepeat(told string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if told != "" && c.inFlight[told] {
		delete(c.inFlight, told)
		c.most++
	}
}

func (c *chaos) die(what string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.dead = true
	c.faults[what]++
	c.most += len(c.inFlight)
	clear(c.inFlight)
}

func (c *chaos) Tell(_ context.Context, t Telling) ([]byte, error) {
	id := ""
	if t.Receipt == nil {
		id = t.Delivery.ID
	}
	err := c.around(&TellError{Class: TellRetry, Reason: "timeout", Unsure: true}, func() error {
		c.mu.Lock()
		defer c.mu.Unlock()
		if id != "" {
			c.accepted[id]++
			c.inFlight[id] = true
		}
		c.told[t.Leak.ID] = true
		for _, l := range t.Items {
			c.told[l.ID] = true
		}
		return nil
	}, id)
	return []byte("receipt"), err
}

// chaosStore lets things go wrong around each call of a store.
type chaosStore struct {
	PipelineStore
	c *chaos
}

func broken[T any](c *chaos, do func() (T, error)) (T, error) {
	var out T
	err := c.around(fmt.Errorf("chaos: %w", ErrUnavailable), func() (err error) {
		out, err = do()
		return err
	}, "")
	if err != nil {
		var none T
		return none, err
	}
	return out, nil
}

func (s chaosStore) Commit(ctx context.Context, change Change) error {
	_, err := broken(s.c, func() (bool, error) {
		err := s.PipelineStore.Commit(ctx, change)
		if err == nil {
			s.c.mu.Lock()
			defer s.c.mu.Unlock()
			for _, row := range change.Settled {
				delete(s.c.inFlight, row.Delivery.ID)
			}
		}
		return true, err
	})
	return err
}

func (s chaosStore) FindLeaks(ctx context.Context, org string, keys []string) ([]Leak, error) {
	return broken(s.c, func() ([]Leak, error) { return s.PipelineStore.FindLeaks(ctx, org, keys) })
}

func (s chaosStore) Leak(ctx context.Context, org, id string) (Leak, error) {
	return broken(s.c, func() (Leak, error) { return s.PipelineStore.Leak(ctx, org, id) })
}

func (s chaosStore) ClaimDeliveries(ctx context.Context, n int, lease time.Duration) ([]OutboxRow, error) {
	return broken(s.c, func() ([]OutboxRow, error) { return s.PipelineStore.ClaimDeliveries(ctx, n, lease) })
}

func (s chaosStore) Deliveries(ctx context.Context, org, leak string) ([]OutboxRow, error) {
	return broken(s.c, func() ([]OutboxRow, error) { return s.PipelineStore.Deliveries(ctx, org, leak) })
}

func (s chaosStore) Delivery(ctx context.Context, org, id string) (OutboxRow, error) {
	return broken(s.c, func() (OutboxRow, error) { return s.PipelineStore.Delivery(ctx, org, id) })
}

func (s chaosStore) ClaimWakes(ctx context.Context, n int, lease time.Duration) ([]LeakRef, error) {
	return broken(s.c, func() ([]LeakRef, error) { return s.PipelineStore.ClaimWakes(ctx, n, lease) })
}

func (s chaosStore) SeenItems(ctx context.Context, prints []uint64) ([]bool, error) {
	return broken(s.c, func() ([]bool, error) { return s.PipelineStore.SeenItems(ctx, prints) })
}

func (s chaosStore) RememberItems(ctx context.Context, prints []uint64) error {
	_, err := broken(s.c, func() (bool, error) { return true, s.PipelineStore.RememberItems(ctx, prints) })
	return err
}

func (s chaosStore) OrgKey(ctx context.Context, org string) ([]byte, error) {
	return broken(s.c, func() ([]byte, error) { return s.PipelineStore.OrgKey(ctx, org) })
}

func (s chaosStore) CountAlert(ctx context.Context, org, to, id string, most Load) (bool, error) {
	return broken(s.c, func() (bool, error) { return s.PipelineStore.CountAlert(ctx, org, to, id, most) })
}

func (s chaosStore) AlertLoads(ctx context.Context, org string, to []string) (map[string]Load, error) {
	return broken(s.c, func() (map[string]Load, error) { return s.PipelineStore.AlertLoads(ctx, org, to) })
}

// chaosRun is one run: pages are read, alerts sent, the clock moves, and processes die and are started again.
type chaosRun struct {
	*rig
	c     *chaos
	pages []string
	next  int
}

func newChaosRun(t *testing.T, seed uint64) *chaosRun {
	r := &chaosRun{rig: newRig(t, nil), c: &chaos{
		rng: rand.New(rand.NewPCG(seed, 5)), accepted: map[string]int{}, inFlight: map[string]bool{}, told: map[string]bool{}, faults: map[string]int{},
	}}
	for n := range 24 {
		links := forgedFrom(int(seed)*31+n*7, 1+n%3)
		if n == 11 {
			links = forgedFrom(9000+int(seed), 25) // more than a burst
		}
		r.pages = append(r.pages, links)
	}
	r.hosts.knows(r.pages[3], jane(), When{})
	r.hosts.knows(r.pages[7], jane(), When{})
	r.start()
	return r
}

func forgedFrom(from, n int) string {
	var page strings.Builder
	for i := from; i < from+n; i++ {
		fmt.Fprintf(&page, "<li>https://acme.zoom.us/j/9%03d%07d\n", 100+i%871, (i*7919+3014159)%10_000_000)
	}
	return page.String()
}

// start starts a process.
func (r *chaosRun) start() {
	r.t.Helper()
	o := rigOptions(r.t, r.rig)
	o.Store = chaosStore{r.store, r.c}
	var err error
	if r.p, err = NewPipeline(o); err != nil {
		r.t.Fatal(err)
	}
	r.s = NewSender(r.p, r.c, SenderOptions{Batch: 8, PerChannel: 2})
	r.c.mu.Lock()
	defer r.c.mu.Unlock()
	r.c.dead = false
}

// step does one thing; whatever comes of it, the cursor moves only when a page was taken.
func (r *chaosRun) step() (idle bool) {
	ctx := r.t.Context()
	switch dice := r.c.rng.IntN(10); {
	case dice < 3 && r.next < len(r.pages):
		if _, err := r.p.Take(ctx, r.page(fmt.Sprintf("%s/%d", rigHome, r.next), r.pages[r.next])); err == nil {
			r.next++
		}
	case dice < 8:
		n, err := r.s.Once(ctx)
		idle = n == 0 && err == nil
	default:
		n, err := r.p.Tick(ctx)
		idle = n == 0 && err == nil
	}
	r.c.mu.Lock()
	dead := r.c.dead
	r.c.mu.Unlock()
	if dead {
		r.start()
	}
	return idle
}

func TestWhateverBreaksEveryLeakIsAlertedAndTheLedgerBalances(t *testing.T) {
	t.Parallel()
	faults := map[string]int{}
	for seed := range *chaosSeeds {
		r := newChaosRun(t, seed)
		for n := range 400 {
			if r.step(); n%3 == 0 {
				r.clock.advance(time.Duration(r.c.rng.IntN(40)) * time.Second)
			}
		}
		r.c.calm = true
		for r.next < len(r.pages) {
			r.step()
		}
		for range 240 {
			for idle := 0; idle < 12; idle++ {
				if !r.step() {
					idle = 0
				}
			}
			r.clock.advance(30 * time.Second)
		}
		r.check(seed)
		for what, n := range r.c.faults {
			faults[what] += n
		}
	}
	for _, what := range []string{"before", "after", "killed before", "killed after"} {
		if faults[what] == 0 {
			t.Errorf("nothing went wrong of the kind %q: the test tests nothing", what)
		}
	}
	t.Logf("faults: %v", faults)
}

func (r *chaosRun) check(seed uint64) {
	r.t.Helper()
	books := r.balanced()
	leaks := r.store.leaksOf(rigOrg)
	if books.Pending != 0 || int64(len(leaks)) != books.Found {
		r.t.Errorf("seed %d: %d leaks, ledger %+v", seed, len(leaks), books)
	}
	found := map[string]bool{}
	for _, l := range leaks {
		found[l.Keys[0]] = true
		if !r.c.told[l.ID] {
			r.t.Errorf("seed %d: nobody was told of %s", seed, l.ID)
		}
	}
	for _, link := range matchers.Find([]byte(strings.Join(r.pages, ""))) {
		if !found[matchers.KeyID(r.p.indexKey, link.Link)] {
			r.t.Errorf("seed %d: %s was lost", seed, link.MaskedID())
		}
	}
	repeats := 0
	for _, n := range r.c.accepted {
		repeats += n - 1
	}
	if repeats > r.c.most {
		r.t.Errorf("seed %d: %d repeats, at most %d were in flight when something broke", seed, repeats, r.c.most)
	}
}
