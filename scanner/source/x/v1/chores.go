package v1

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"meetleaks/scanner/source/x/internal/aside"
)

// errand is what is to be asked of the gateway besides the stream.
type errand struct {
	aside.Errand
	gap, look time.Time // when each is due
}

const sulk = time.Hour // after a refusal that only a person can mend

func (r *pass) send(ctx context.Context, ask func(ctx context.Context) aside.Apply) {
	r.errand.Ask(ctx, "the gateway", ask)
}

// chores settles, saves and tells when that is due, and asks the next question. Before the stream is open there is nothing to do.
func (r *pass) chores(ctx context.Context) error {
	if r.began.IsZero() {
		return nil
	}
	now := r.o.Now()
	items := r.settle()
	if now.Sub(r.savedAt) >= r.o.saveEvery || items-r.savedAtItem >= saveItems {
		if err := r.save(ctx); err != nil {
			return err
		}
	}
	if now.Sub(r.told) >= r.o.tellEvery {
		r.tell()
	}
	if now.Sub(r.synced) >= r.o.Sync {
		if err := r.sync(ctx, now); err != nil {
			return err
		}
	}
	if !r.errand.Busy() {
		r.ask(ctx, now)
	}
	return nil
}

// ask asks what is most urgent.
func (r *pass) ask(ctx context.Context, now time.Time) {
	switch {
	case r.gap != nil && !now.Before(r.errand.gap):
		r.searchNext(ctx, now)
	case !r.o.NoLookup && !now.Before(r.errand.look) && now.Sub(r.looked) >= r.o.LookAgain:
		r.lookNext(ctx, now)
	}
}

// sync ends the pass when something else is to be looked for.
func (r *pass) sync(ctx context.Context, now time.Time) error {
	r.synced = now
	ctx, cancel := context.WithTimeout(ctx, r.o.Call)
	defer cancel()
	terms, err := r.o.Terms(ctx)
	if err != nil {
		r.notes.terms = "what is to be looked for is not known anew"
		return nil //nolint:nilerr // it is noted; the stream goes on with what was looked for
	}
	r.notes.terms = ""
	if p := planFor(terms, r.shared, r.o); !slices.Equal(p.track, r.plan.track) {
		return errChanged
	}
	return nil
}

// settle takes over what the body tells. It returns how many items there were so far.
func (r *pass) settle() int64 {
	open, t, _ := r.gate.state()
	if !open {
		return 0
	}
	r.health.Heard = t.posts + r.searched
	r.health.Failed = r.failed + t.larger + r.lost
	if at := timeOf(t.latest); t.latest > 0 && at.After(r.health.Posted) {
		r.health.Posted, r.health.Lag = at, t.lag
	}
	if r.handled >= t.served { // what was passed over lies between frames that were handed on
		r.reached(t.high)
	}
	return r.health.Heard
}

// reached notes that all posts of the stream up to an id were handed on.
func (r *pass) reached(id int64) {
	r.high = max(r.high, id)
	if r.gap == nil {
		r.whole = r.high
	}
}

// save keeps the cursor when it moved, and at first.
func (r *pass) save(ctx context.Context) error {
	text, err := cursor{Whole: formatID(r.whole), Backwards: r.gap != nil && r.gap.backwards, Looked: r.looked}.encode()
	if err != nil {
		return err
	}
	r.savedAt, r.savedAtItem = r.o.Now(), r.health.Heard
	if text == r.saved || r.p.Save == nil {
		return nil
	}
	if err := r.p.Save(ctx, text); err != nil {
		return fmt.Errorf("save the cursor: %w", err)
	}
	r.saved = text
	return nil
}

// tell tells how the pass is doing.
func (r *pass) tell() {
	r.told = r.o.Now()
	if r.p.Tell == nil {
		return
	}
	if !r.began.IsZero() {
		r.settle()
	}
	h := r.health
	h.Notes = r.notes.lines(r)
	r.p.Tell(h)
}

// notes are what people are told beside numbers.
type notes struct {
	gap, lost, look, terms string
	accounts               int  // that are withheld
	stalling               bool // the service says that it is read too slowly
}

func (n notes) lines(r *pass) []string {
	var out []string
	say := func(when bool, format string, args ...any) {
		if when {
			out = append(out, fmt.Sprintf(format, args...))
		}
	}
	say(r.plan.refused > 0, "terms not looked for, as they cannot be expressed or would find what is others': %d", r.plan.refused)
	say(r.plan.crowded > 0, "phrases for which there is no room, as the gateway allows %d: %d", r.o.MaxTrack, r.plan.crowded)
	say(n.terms != "", "%s", n.terms)
	say(n.lost != "", "%s", n.lost)
	say(r.lost > 0, "posts that the gateway held back, as more matched than it sends: %d", r.lost)
	say(r.gap != nil && !r.o.NoSearch, "posts since %s may be missing yet: %s", timeOf(r.whole).Format("2006-01-02 15:04"),
		cmp.Or(n.gap, "they are searched for soon"))
	say(n.look != "", "whether posts are deleted is not known: %s", n.look)
	say(n.stalling, "the gateway says that it is read too slowly")
	say(n.accounts > 0, "accounts that are withheld, whose posts are found gone by looking: %d", n.accounts)
	return out
}

// waitAfter is how long an errand is left alone after it failed.
func (r *pass) waitAfter(err error, least time.Duration) time.Duration {
	var own *Error
	if !errors.As(err, &own) {
		return least
	}
	if refusal(own.Status) {
		r.health.Refused++
	}
	return min(max(own.After, least), sulk)
}

// reasonOf is what people are told of an errand that failed.
func reasonOf(err error) string {
	var own *Error
	if errors.As(err, &own) {
		return own.Why
	}
	return "failed"
}
