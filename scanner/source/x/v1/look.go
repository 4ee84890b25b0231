package v1

import (
	"context"
	"fmt"
	"time"

	"github.com/dghubble/go-twitter/twitter" //nolint:staticcheck // nobody develops it any more: it is for what speaks v1.1 alone

	"meetleaks/scanner"
)

// look is one round of looking up the posts at which leaks stand.
type look struct {
	began time.Time
	order []int64 // ids that are still to be asked for
}

// lookNext asks for the next posts of the round.
func (r *pass) lookNext(ctx context.Context, now time.Time) {
	if r.look == nil {
		r.send(ctx, r.gather)
		return
	}
	if len(r.look.order) == 0 {
		r.looked, r.look, r.notes.look = r.look.began, nil, ""
		return
	}
	ids := r.look.order[:min(len(r.look.order), mostPage)]
	r.send(ctx, func(ctx context.Context) func(context.Context) error {
		there, err := r.lookUp(ctx, ids)
		return func(ctx context.Context) error { return r.lookedUp(ctx, ids, there, err) }
	})
}

// gather lists what is to be looked up.
func (r *pass) gather(ctx context.Context) func(context.Context) error {
	l := &look{began: r.o.Now()}
	known := map[int64]bool{}
	err := r.o.Keeper.References(ctx, r.p.Source, func(reference scanner.Secret) bool {
		if id, ok := idOf(reference.Text()); ok && !known[id] {
			known[id] = true
			l.order = append(l.order, id)
		}
		return len(l.order) < scanner.MaxReferences
	})
	return func(context.Context) error {
		if err != nil {
			return fmt.Errorf("gather what to look up: %w", err)
		}
		r.look = l
		return nil
	}
}

// lookUp asks which of at most mostPage posts are there. What is withheld everywhere is not.
func (r *pass) lookUp(ctx context.Context, ids []int64) (map[int64]bool, error) {
	params := &twitter.StatusLookupParams{TrimUser: twitter.Bool(true), TweetMode: "extended"}
	got, _, err := r.client.Statuses.Lookup(ids, params) //nolint:bodyclose // the library does
	if err = r.answered(ctx, theLookup, err); err != nil {
		return nil, err
	}
	there := make(map[int64]bool, len(got))
	for i := range got {
		id, ok := idFrom(got[i].IDStr, got[i].ID)
		if !ok { // it may be any of them: none of the others may be taken for gone
			return nil, &Error{What: theLookup, Why: whyStrange, After: r.fails.Again(theLookup, false)}
		}
		there[id] = !everywhere(got[i].WithheldInCountries)
	}
	return there, nil
}

// lookedUp applies an answer: the service leaves out what is deleted, protected, or of an account that is gone.
func (r *pass) lookedUp(ctx context.Context, ids []int64, there map[int64]bool, err error) error {
	if err != nil {
		r.notes.look = reasonOf(err)
		r.errand.look = r.o.Now().Add(r.waitAfter(err, max(r.o.Tick, min(r.o.LookAgain, time.Minute))))
		return nil
	}
	r.look.order = r.look.order[len(ids):]
	for _, id := range ids {
		if there[id] {
			if err := r.o.Keeper.Back(ctx, uriOf(id)); err != nil {
				return fmt.Errorf("tell of a post that is there: %w", err)
			}
			continue
		}
		r.health.Deleted++
		if err := r.o.Keeper.Gone(ctx, uriOf(id)); err != nil {
			return fmt.Errorf("tell of a post that is gone: %w", err)
		}
	}
	return nil
}
