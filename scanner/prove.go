package scanner

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"
)

// Files: prove.go says what one leak's proof does, prove_due.go when a leak is read, prove_round.go walks over all leaks.

// ProvingStore is what proving needs of a store.
type ProvingStore interface {
	LeakStore
	LeakLists
	Leases
	Cursors
	Items
	OrgKeys
}

// ProvingOptions is what proving is made of. Store, Keys, Prover, Do and Holder must be given; all must be safe for concurrent use.
type ProvingOptions struct {
	Store  ProvingStore
	Keys   *Keyring
	Prover Prover
	// Do lets an event happen to a leak: [Pipeline.Do].
	Do func(ctx context.Context, org, id string, ev LeakEvent) (Leak, error)
	// Holder names this process among all that share the store.
	Holder string
	Now    func() time.Time // nil: time.Now
	Log    *slog.Logger     // nil: nothing is logged
}

// The bounds of proving.
const (
	proveQueue = 256              // leaks that wait to be read at once; others wait for the next round
	proveBound = 20 * time.Second // for one leak
	proveAgain = 3                // readings of one leak, when it changes while it is read
	proveBlind = 1000             // accounts that are remembered as blind
)

// Proving re-reads the settings of meetings whose links leaked, and tells the leak what came of it. A leak is read at once when
// something asks for it (see [Proving.Ask]), and again at the times of provingSlot. What was read when is remembered in the store,
// so that any number of processes share the work and a restart loses nothing; the queue of Ask is only a shorter way. An error is
// never taken for an answer: the leak stays as it is, is read again, and its platform is shown as blind.
type Proving struct {
	o     ProvingOptions
	key   []byte // of fingerprints
	queue chan LeakRef

	mu    sync.Mutex
	blind map[account]BlindAccount
}

// account is an organisation's account at a platform.
type account struct{ org, platform string }

// BlindAccount is an organisation's account at a platform of which nothing is known at present.
type BlindAccount struct {
	Org, Platform string
	Since         time.Time
	Reason        string // the client's error: no id, no name, no token
}

// NewProving makes it; it starts nothing.
func NewProving(o ProvingOptions) (*Proving, error) {
	if o.Store == nil || o.Keys == nil || o.Prover == nil || o.Do == nil || o.Holder == "" {
		return nil, errors.New("make proving: store, keys, prover, do and holder are needed")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	base, err := o.Keys.LeakKey()
	if err != nil {
		return nil, fmt.Errorf("make proving: %w", err)
	}
	key, err := subKey(base, "meetleaks proving v1")
	if err != nil {
		return nil, fmt.Errorf("make proving: %w", err)
	}
	return &Proving{o: o, key: key, queue: make(chan LeakRef, proveQueue), blind: map[account]BlindAccount{}}, nil
}

// Ask wants a leak to be read soon; it is what PipelineOptions.Prove is. It never waits: when too many wait the round finds the leak.
func (p *Proving) Ask(ref LeakRef) {
	select {
	case p.queue <- ref:
	default:
	}
}

// Run reads what is asked for, and walks over all leaks again and again, until ctx is done. pause is the time between two looks at
// what is due; half a minute is enough. Any number of processes may run it.
func (p *Proving) Run(ctx context.Context, pause time.Duration) {
	var both sync.WaitGroup
	both.Go(func() { p.answerAll(ctx) })
	both.Go(func() { Every(ctx, "look at meetings that may be safe", pause, p.o.Log, p.Round) })
	both.Wait()
}

// answerAll reads what is asked for.
func (p *Proving) answerAll(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case ref := <-p.queue:
			if err := p.Prove(ctx, ref); err != nil && ctx.Err() == nil {
				p.o.Log.Warn("a meeting could not be read; it is tried again", "organisation", ref.Org, "leak", ref.ID, "error", err.Error())
			}
		}
	}
}

// Blind lists the accounts of which nothing is known at present, as this process sees it, sorted.
func (p *Proving) Blind() []BlindAccount {
	p.mu.Lock()
	defer p.mu.Unlock()
	var list []BlindAccount
	for _, b := range p.blind {
		list = append(list, b)
	}
	slices.SortFunc(list, func(a, b BlindAccount) int {
		return cmp.Or(cmp.Compare(a.Org, b.Org), cmp.Compare(a.Platform, b.Platform))
	})
	return list
}

// note keeps whether an account answers.
func (p *Proving) note(at account, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	before, was := p.blind[at]
	switch {
	case err == nil:
		delete(p.blind, at)
	case was:
		before.Reason = err.Error()
		p.blind[at] = before
	case len(p.blind) < proveBlind:
		p.blind[at] = BlindAccount{at.org, at.platform, p.o.Now(), err.Error()}
	}
}

// readable says whether a leak in this state is read at all.
func readable(s State) bool { return s == StateOpen || s == StateSafe || s == StateByWord }

// Prove reads one leak now and tells it what came of it. A leak that cannot be read (of another platform, its clear id not kept, or
// in a state that nothing can change) is no error. Its error is of the platform, or of the store.
func (p *Proving) Prove(ctx context.Context, ref LeakRef) error {
	bounded, cancel := context.WithTimeout(ctx, proveBound)
	defer cancel()
	for range proveAgain {
		l, err := p.o.Store.Leak(bounded, ref.Org, ref.ID)
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("prove: %w", err)
		}
		if !p.may(l) {
			return nil
		}
		changed, err := p.proveLeak(bounded, l, func(err error) {
			if ctx.Err() == nil {
				p.note(account{l.Org, l.Platform}, err)
			}
		})
		if err != nil {
			return fmt.Errorf("prove: %w", err)
		}
		if !changed {
			return nil
		}
	}
	return nil // it is due still, and comes in the next round
}

// proveLeak reads a leak and tells it. changed says that it changed meanwhile: then what was read may not fit it, because a new
// secret may have made the guard none. note is told whether the platform answered.
func (p *Proving) proveLeak(ctx context.Context, l Leak, note func(error)) (changed bool, err error) {
	way, err := p.way(ctx, l)
	if err != nil {
		return false, err
	}
	now := p.o.Now()
	if way.Link.ID == "" {
		return false, p.read(ctx, l, now)
	}
	proof, err := p.o.Prover.Prove(ctx, way, now)
	if err == nil && !proof.valid() {
		err = errors.New("the platform's client gave no verdict")
	}
	if note(err); err != nil {
		return false, err
	}
	if proof, err = p.weigh(ctx, l, proof); err != nil {
		return false, err
	}
	after, changed, err := p.tell(ctx, l, proof, now)
	if err != nil || changed {
		return changed, err
	}
	return false, p.read(ctx, after, now)
}

func (p Proof) valid() bool {
	switch p.Verdict {
	case WayUnknown, WayGuarded, WayOpen, WayMissing:
		return true
	}
	return false
}

// may says whether a leak is worth reading.
func (p *Proving) may(l Leak) bool {
	return readable(l.State) && len(l.Sealed) > 0 && p.o.Prover.Provable(l.Org, l.Platform)
}

// way is the leaked way in, with a link without an id when the clear id cannot be read.
func (p *Proving) way(ctx context.Context, l Leak) (LeakedWay, error) {
	way := LeakedWay{Org: l.Org, Class: l.Class, Secrets: l.Secrets}
	wrapped, err := p.o.Store.OrgKey(ctx, l.Org)
	if errors.Is(err, ErrNotFound) {
		return way, nil // it is being erased
	}
	if err != nil {
		return way, err
	}
	key, err := p.o.Keys.Unwrap(l.Org, wrapped)
	if err != nil {
		return way, err
	}
	clear, err := key.Open(l.ID, SealedMeeting, l.Sealed)
	if err != nil {
		return way, nil //nolint:nilerr // of a key that is gone: nothing is known of it any more
	}
	way.Link, _ = LinkOfKey(clear)
	way.Link.Kind, way.Link.Class = l.Kind, l.Class
	if host, err := key.OpenHost(l.Host); err == nil {
		way.Host = host
	}
	return way, nil
}

// weigh turns a missing meeting into a dead one, where the same account had it before, and remembers that an account has one.
func (p *Proving) weigh(ctx context.Context, l Leak, proof Proof) (Proof, error) {
	had := []uint64{p.print("had", l.Org, l.ID, l.Platform, proof.Account)}
	if proof.Verdict != WayMissing {
		return proof, p.o.Store.RememberItems(ctx, had)
	}
	seen, err := p.o.Store.SeenItems(ctx, had)
	if err != nil {
		return proof, err
	}
	proof.Verdict, proof.Words = WayUnknown, "the account has no such meeting, and was never seen to have it"
	if len(seen) == 1 && seen[0] {
		proof.Verdict, proof.Words = WayGuarded, "the meeting is gone from the account: the link leads nowhere"
		return proof, p.o.Store.RememberItems(ctx, had)
	}
	return proof, nil
}

// tell lets the leak know, when it changes anything. after is the leak as it then is; changed says that somebody else changed it
// since it was read.
func (p *Proving) tell(ctx context.Context, l Leak, proof Proof, now time.Time) (after Leak, changed bool, err error) {
	after = l
	for _, ev := range p.events(l, proof, now) {
		before := after.Version
		if after, err = p.o.Do(ctx, l.Org, l.ID, ev); err != nil {
			return l, false, err
		}
		if after.Version != before+1 {
			return after, true, nil
		}
	}
	return after, false, nil
}

// events is what a proof means for a leak: the platform's start, if it is taken over, and whether the way in is open.
func (p *Proving) events(l Leak, proof Proof, now time.Time) []LeakEvent {
	by := Actor{Role: RolePlatform}
	var list []LeakEvent
	if w := proof.When; w.Known() && w.By == RolePlatform && newStart(l, w, now) {
		list = append(list, LeakEvent{Kind: Resolved, By: by, When: w})
	}
	if kind, ok := eventOf(l, proof, now); ok {
		words := fmt.Sprintf("%s, read %s UTC", proof.Words, now.UTC().Format("15:04"))
		list = append(list, LeakEvent{Kind: kind, By: by, Reason: words})
	}
	return list
}

// newStart says whether the platform's start is taken over: not over what the organisation itself says, and only when it is news.
func newStart(l Leak, w When, now time.Time) bool {
	if l.When.Trusted() && l.When.By != RolePlatform || l.When.same(w) {
		return false
	}
	if w.Over().After(now) {
		return true
	}
	return !w.Series && !l.recurs()
}

// wordHolds is how long a host's word is not doubted: settings may come through late.
const wordHolds = 10 * time.Minute

// eventOf is what a proof means for a leak; ok is false when it means nothing.
func eventOf(l Leak, proof Proof, now time.Time) (kind EventKind, ok bool) {
	switch proof.Verdict {
	case WayGuarded:
		return Proved, l.State == StateOpen || l.State == StateByWord
	case WayOpen:
		if l.State == StateSafe {
			return Drifted, true
		}
		return Drifted, l.State == StateByWord && proof.Bare && now.Sub(l.Since) >= wordHolds
	}
	return "", false
}

// read remembers that the leak was read, for all that was due until now, and for what it became by it.
func (p *Proving) read(ctx context.Context, l Leak, now time.Time) error {
	if l.Since.After(now) {
		now = l.Since
	}
	slot, ok := provingSlot(l, now)
	if !ok {
		return nil
	}
	if err := p.o.Store.RememberItems(ctx, []uint64{p.slotPrint(l, slot)}); err != nil {
		return fmt.Errorf("prove: %w", err)
	}
	return nil
}

func (p *Proving) slotPrint(l Leak, slot time.Time) uint64 {
	return p.print("read", l.Org, l.ID, string(l.State), slot.UTC().Format(time.RFC3339))
}

// print is a fingerprint for the store's memory of items.
func (p *Proving) print(parts ...string) uint64 {
	mac := hmac.New(sha256.New, p.key)
	mac.Write(sealContext(nil, parts))
	return binary.BigEndian.Uint64(mac.Sum(nil))
}
