package x

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"meetleaks/scanner"
	"meetleaks/scanner/source/x/internal/postid"
)

// The bounds of looking again.
const (
	pathPosts = "/2/tweets"
	maxLooks  = scanner.MaxReferences
)

// look is one round of looking up the posts at which leaks stand: X tells of no deletion.
type look struct {
	began time.Time
	asked map[uint64]uint64 // ids to be asked for, and the first of their history
	order []uint64
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
	size := int(min(r.purse.left(now), mostPage, int64(len(r.look.order))))
	if size == 0 {
		return
	}
	ids := r.look.order[:size]
	r.send(ctx, func(ctx context.Context) func(context.Context) error {
		got, err := r.lookUp(ctx, ids)
		return func(ctx context.Context) error { return r.lookedUp(ctx, ids, got, err) }
	})
}

// gather lists what is to be looked up.
func (r *pass) gather(ctx context.Context) func(context.Context) error {
	l := &look{began: r.o.Now(), asked: map[uint64]uint64{}}
	err := r.o.References.References(ctx, r.p.Source, func(reference scanner.Secret) bool {
		if id, ok := postid.Of(reference.Text()); ok {
			l.want(id, id)
		}
		return len(l.order) < maxLooks
	})
	return func(context.Context) error {
		if err != nil {
			return fmt.Errorf("gather what to look up: %w", err)
		}
		r.look = l
		return nil
	}
}

func (l *look) want(id, first uint64) {
	if _, known := l.asked[id]; !known {
		l.asked[id] = first
		l.order = append(l.order, id)
	}
}

// lookUp asks for posts by their ids, without what they quote.
func (s *Source) lookUp(ctx context.Context, ids []uint64) (*page, error) {
	o := s.o
	o.NoQuoted = true
	values := o.fields(o.Search)
	text := make([]string, len(ids))
	for i, id := range ids {
		text[i] = postid.Format(id)
	}
	values["ids"] = strings.Join(text, ",")
	return s.page(ctx, "look posts up", pathPosts, values)
}

// lookedUp applies an answer: what X shows is there, what it says it cannot show is gone, and of the rest nothing is known.
func (r *pass) lookedUp(ctx context.Context, ids []uint64, got *page, err error) error {
	if err != nil {
		r.notes.look = reasonOf(err)
		r.errand.look = r.o.Now().Add(r.waitAfter(err, max(r.o.Tick, min(r.o.LookAgain, time.Minute))))
		return nil
	}
	r.look.order = r.look.order[len(ids):]
	for _, raw := range got.Data {
		if err := r.there(ctx, raw, &got.Includes); err != nil {
			return err
		}
	}
	for _, p := range got.problems {
		if err := r.missing(ctx, p); err != nil {
			return err
		}
	}
	return r.afford(r.o.Now())
}

// missing deals with a post that X does not show: deleted, protected by its author, or of an account that is gone.
func (r *pass) missing(ctx context.Context, p problem) error {
	id, ok := postid.Parse(p.ResourceID)
	if !ok {
		id, ok = postid.Parse(p.Value)
	}
	first, asked := r.look.asked[id]
	kind := p.kind()
	if !ok || !asked || kind != "resource-not-found" && kind != "not-authorized-for-resource" {
		return nil
	}
	return r.gone(ctx, first)
}

func (r *pass) gone(ctx context.Context, first uint64) error {
	r.health.Deleted++
	if err := r.o.Taker.Gone(ctx, postid.URI(first)); err != nil {
		return fmt.Errorf("tell of a post that is gone: %w", err)
	}
	delete(r.mem.versions.latest, first)
	return nil
}

// there deals with a post that X shows. An edited one is read again, in its latest version.
func (r *pass) there(ctx context.Context, raw json.RawMessage, in *includes) error {
	var p post
	if _, err := decodeInto(raw, &p); err != nil {
		r.health.Failed++
		return nil //nolint:nilerr // one post; it is counted
	}
	_, own, latest, ok := p.history()
	first, asked := r.askedAs(&p)
	if !ok || !asked {
		return nil
	}
	r.purse.charge(own, r.o.Now())
	switch {
	case p.hidden():
		return r.gone(ctx, first)
	case own < latest:
		r.look.want(latest, first)
	case p.edited() && p.refersTo("quoted") == "": // what it quotes did not come with it
		if err := r.take(ctx, &p, in, true); err != nil {
			return err
		}
	}
	if err := r.o.Taker.Back(ctx, postid.URI(first)); err != nil {
		return fmt.Errorf("tell of a post that is there: %w", err)
	}
	return nil
}

// askedAs finds the post among those that were asked for, by any id of its history.
func (r *pass) askedAs(p *post) (first uint64, ok bool) {
	for _, ids := range [][]string{{p.ID}, p.EditTweets, p.EditPosts} {
		for _, text := range ids[:min(len(ids), maxIncluded)] {
			id, _ := postid.Parse(text)
			if first, ok = r.look.asked[id]; ok {
				return first, true
			}
		}
	}
	return 0, false
}
