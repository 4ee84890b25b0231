package x

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"meetleaks/scanner/source/x/internal/aside"
	"meetleaks/scanner/source/x/internal/postid"
)

// errand is what is to be asked of X besides the stream.
type errand struct {
	aside.Errand
	sync, gap, look, usage time.Time // when each is due
}

const (
	usageEvery = time.Hour
	sulk       = time.Hour // after a refusal that only a person can mend
)

func (e *errand) start(now time.Time, o Options) {
	e.sync, e.gap, e.usage = now.Add(o.Sync), now.Add(o.Settle), now
}

// chores saves and tells when that is due, and asks the next question.
func (r *pass) chores(ctx context.Context, c *conn) error {
	now := r.o.Now()
	if larger := c.larger.Swap(0); larger > 0 {
		r.health.Failed += larger
		r.health.Truncated += larger
	}
	if now.Sub(r.savedAt) >= r.o.saveEvery || r.unsaved >= saveItems {
		if err := r.save(ctx); err != nil {
			return err
		}
	}
	if now.Sub(r.told) >= r.o.tellEvery {
		r.tell()
	}
	if !r.errand.Busy() {
		r.ask(ctx, now)
	}
	return nil
}

// ask asks what is most urgent.
func (r *pass) ask(ctx context.Context, now time.Time) {
	e := &r.errand
	switch {
	case !now.Before(e.usage):
		e.usage = now.Add(usageEvery)
		r.send(ctx, r.usageErrand)
	case !now.Before(e.sync):
		e.sync = now.Add(r.o.Sync)
		r.send(ctx, r.syncErrand)
	case r.gap != nil && !now.Before(e.gap):
		r.searchNext(ctx, now)
	case !now.Before(e.look) && now.Sub(r.looked) >= r.o.LookAgain:
		r.lookNext(ctx, now)
	}
}

func (r *pass) send(ctx context.Context, ask func(ctx context.Context) aside.Apply) {
	r.errand.Ask(ctx, "X", ask)
}

func (r *pass) usageErrand(ctx context.Context) func(context.Context) error {
	got, err := r.askUsage(ctx)
	return func(context.Context) error {
		if err != nil {
			r.notes.usage = reasonOf(err)
			return nil //nolint:nilerr // it is noted; the stream goes on
		}
		r.notes.usage = ""
		now := r.o.Now()
		r.purse.hear(got, now)
		return r.afford(now)
	}
}

func (r *pass) syncErrand(ctx context.Context) func(context.Context) error {
	before := r.rules
	got, err := r.syncRules(ctx, before)
	return func(context.Context) error {
		if err != nil {
			r.notes.rules = reasonOf(err)
			r.errand.sync = r.o.Now().Add(r.waitAfter(err, r.o.Sync))
			return nil //nolint:nilerr // it is noted; the stream goes on
		}
		r.notes.rules = ""
		if got.robbed > 0 {
			r.o.Log.Warn("rules at X were deleted by somebody else: does another deployment use the same app?", "source", r.p.Source, "rules", got.robbed)
		}
		r.rules = got
		return r.anything()
	}
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

// save keeps the cursor when it moved, and at first.
func (r *pass) save(ctx context.Context) error {
	now := r.o.Now()
	r.purse.turn(now)
	text, err := cursor{
		Whole: postid.Format(r.whole), Backwards: r.gap != nil && r.gap.backwards, Day: r.purse.day, Today: r.purse.today, Month: r.purse.month,
		Looked: r.looked,
	}.encode()
	if err != nil {
		return err
	}
	r.savedAt, r.unsaved = now, 0
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
	now := r.o.Now()
	r.told = now
	if r.p.Tell == nil {
		return
	}
	h := r.health
	h.Used, h.Notes = r.purse.used(now), r.notes.lines(r)
	r.p.Tell(h)
}

// notes are what people are told beside numbers.
type notes struct{ budget, rules, usage, gap, lost, look string }

func (n notes) lines(r *pass) []string {
	var out []string
	say := func(when bool, format string, args ...any) {
		if when {
			out = append(out, fmt.Sprintf(format, args...))
		}
	}
	say(n.budget != "", "%s", n.budget)
	say(r.rules.refused > 0, "terms not looked for, as X cannot or as they would find what is others': %d", r.rules.refused)
	say(r.rules.invalid > 0, "rules that X refuses: %d", r.rules.invalid)
	say(r.rules.crowded > 0, "rules for which there is no room, as X allows %d: %d", r.o.MaxRules, r.rules.crowded)
	say(r.rules.robbed > 0, "rules that somebody else deleted at X, and that stand there again: %d; give each deployment an app of its own", r.rules.robbed)
	say(n.rules != "", "what is looked for is not kept in step: %s", n.rules)
	say(n.lost != "", "%s", n.lost)
	say(r.gap != nil, "posts since %s may be missing yet: %s", postid.Time(r.whole).Format("2006-01-02 15:04"), cmp.Or(n.gap, "they are searched for soon"))
	say(n.look != "", "whether posts are deleted is not known: %s", n.look)
	say(n.usage != "", "X does not say what it counts: %s", n.usage)
	return out
}
