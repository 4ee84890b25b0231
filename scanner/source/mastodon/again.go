package mastodon

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"meetleaks/scanner"
)

// A stream tells of deletions and edits while it is listened to. What is deleted meanwhile is found by looking again at the posts in
// which something was claimed, one after the other, at a pace that leaves most of the server's rate limit alone.

const (
	lookPace  = 2 * time.Second // between two looks while a stream is listened to
	lookSpare = 60              // requests that are left alone
	pollLooks = 200             // at most in one pass that polls
)

// dueLooks lists the posts of this round that were not looked at yet, in the order of their ids as texts.
func (p *passing) dueLooks(ctx context.Context) error {
	if p.cursor.Looked.IsZero() && p.cursor.Last == "" {
		p.cursor.Looked, p.moved = p.now(), true // nothing is older than this
	}
	if p.source.o.LookAgain < 0 || p.listed || p.now().Sub(p.cursor.Looked) < p.source.o.LookAgain {
		return nil
	}
	p.listed = true
	err := p.source.o.Taker.References(ctx, p.pass.Source, func(reference scanner.Secret) bool {
		if id := idOf(reference); id != "" && id > p.cursor.Last {
			p.looks = append(p.looks, id)
		}
		return len(p.looks) < maxLooks
	})
	if err != nil {
		return fmt.Errorf("mastodon: look again: %w", err)
	}
	slices.Sort(p.looks)
	p.looks = slices.Compact(p.looks)
	if len(p.looks) == 0 {
		p.endRound()
	}
	return nil
}

func (p *passing) endRound() {
	p.cursor.Looked, p.cursor.Last = p.now(), ""
	p.listed, p.moved = false, true
}

// look looks at the next post, if it may. It says whether it did.
func (p *passing) look(ctx context.Context) (bool, error) {
	if err := p.dueLooks(ctx); err != nil {
		return false, err
	}
	if len(p.looks) == 0 || p.rest.limit.wait(p.now(), lookSpare) > 0 || p.now().Before(p.noLooks) {
		return false, nil
	}
	id := p.looks[0]
	if err := p.lookAt(ctx, id); err != nil {
		return false, err
	}
	if p.now().Before(p.noLooks) {
		return false, nil
	}
	p.looks = p.looks[1:]
	p.cursor.Last, p.moved = id, true
	if len(p.looks) == 0 {
		p.endRound()
	}
	return true, nil
}

// lookAt looks at one post. Only the taker's errors and the context's are errors of the pass.
func (p *passing) lookAt(ctx context.Context, id string) error {
	body, _, err := p.rest.get(ctx, "/api/v1/statuses/"+id, nil)
	var why *failure
	switch {
	case err == nil:
		return p.stands(ctx, body, id)
	case !errors.As(err, &why):
		return err
	case why.status == http.StatusNotFound || why.status == http.StatusGone:
		return p.vanished(ctx, id)
	case why.status == http.StatusUnauthorized || why.status == http.StatusForbidden:
		p.health.Refused++
		p.note("posts cannot be looked at again: " + why.reason)
		return nil
	default: // later
		p.refused(err)
		p.noLooks = p.now().Add(max(why.after, time.Minute))
		return nil
	}
}

func (p *passing) vanished(ctx context.Context, id string) error {
	if err := p.source.o.Taker.Gone(ctx, p.source.uri(id)); err != nil {
		return fmt.Errorf("mastodon: look again: %w", err)
	}
	return nil
}

// stands takes a post that was found: an edit may have been missed. One that is not for everybody any more is gone.
func (p *passing) stands(ctx context.Context, body []byte, id string) error {
	st, err := decodeStatus(valid(body), id)
	if err != nil {
		p.health.Failed++
		return nil //nolint:nilerr // the server's answer says nothing of the post
	}
	if !st.public() {
		return p.vanished(ctx, id)
	}
	p.last = scanner.Taken{}
	if _, err := p.post(ctx, &st.post, st.quoted(), 0); err != nil {
		return err
	}
	if !p.last.Unchanged {
		return nil // read anew, which says more
	}
	if err := p.source.o.Taker.Back(ctx, p.source.uri(id)); err != nil {
		return fmt.Errorf("mastodon: look again: %w", err)
	}
	return nil
}
