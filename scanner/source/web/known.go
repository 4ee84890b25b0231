package web

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"meetleaks/scanner"
)

// maxLastmod bounds the pages of one pass whose news are checked against what is then found.
const maxLastmod = 10_000

// recall is what is known of a page.
func (p *pass) recall(ctx context.Context, a Address) (Visit, bool, error) {
	if p.memory == nil {
		return Visit{URL: a.String()}, false, nil
	}
	v, known, err := p.memory.Load(ctx, a.String())
	if err != nil {
		return Visit{}, false, fmt.Errorf("ask what is known of a page: %w", err)
	}
	v.URL = a.String()
	return v, known, nil
}

// promisesPerPage is how many pages a pass makes due at most, for each page that it may read.
const promisesPerPage = 4

// promise makes a page that was not known before due, so that it is read in a later pass if this one does not come to it: the page
// that leads to it may not change for a long time. It is made before the page can be read, or it would overwrite what was learned of it.
// The error may be a refusal: what is never requested is not remembered.
func (p *pass) promise(ctx context.Context, e entry) error {
	if p.memory == nil || e.Class == classStart || e.Class == classDue {
		return nil
	}
	if err := p.client.Admit(e.Address.URL()); err != nil {
		return err
	}
	v, known, err := p.recall(ctx, e.Address)
	if err != nil || known {
		return err
	}
	if p.promises.Add(1) > promisesPerPage*int64(p.options.MaxPages) {
		p.lost.Add(1)
		return nil
	}
	v.Depth, v.Next = e.Depth, p.started.Truncate(time.Millisecond)
	p.save(ctx, v)
	return nil
}

// save keeps a visit. One for which there is no room is counted, and the pass goes on.
func (p *pass) save(ctx context.Context, v Visit) {
	err := p.memory.Save(ctx, v)
	switch {
	case err == nil:
	case errors.Is(err, scanner.ErrFull) || errors.Is(err, scanner.ErrBadValue):
		p.lost.Add(1)
	default:
		p.stop(fmt.Errorf("keep what is known of a page: %w", err))
	}
}

// remember keeps what a look came to. seen says whether what was claimed on the page still stands there, as far as the look tells.
func (p *pass) remember(ctx context.Context, j *job, v Visit, result Result, seen bool) {
	if p.memory == nil {
		return
	}
	switch {
	case result == Changed || result == Unchanged:
		v.Generation = p.watch.generation()
		p.watch.looked(result)
	case j.outdated:
		v.Generation = 0 // it still has to be read
	}
	p.save(ctx, p.options.Recrawl.After(v, Look{At: p.options.Now(), Began: j.began, Result: result, LeakSeen: seen}))
}

// learn keeps what was read of a page, and of the one that redirected to it: what is claimed belongs to the page where it stands.
func (p *pass) learn(ctx context.Context, j *job, v Visit, a answer, r *reading) {
	if p.memory == nil {
		return
	}
	to := j.to(a)
	if to == "" || p.watch == nil {
		p.learnPage(ctx, j, v, a, r)
		return
	}
	target := r.known
	if !target.At.IsZero() || r.claims.n > 0 {
		p.learnPage(ctx, j, target, a, r)
	}
	if ctx.Err() != nil {
		return
	}
	before := v
	v, result := r.learned(v, a)
	v = p.dated(j, v, before, result)
	v.To = to
	if p.moved(ctx, j, v, a) {
		p.remember(ctx, j, v, result, a.temporary)
	}
}

// learnPage keeps what was read of the page itself.
func (p *pass) learnPage(ctx context.Context, j *job, v Visit, a answer, r *reading) {
	before := v
	v, result := r.learned(v, a)
	v.To = ""
	if p.watch == nil {
		v.To = j.to(a)
	}
	if v.URL == j.Address.String() {
		v = p.dated(j, v, before, result)
	}
	v, seen, err := p.watch.settle(ctx, v, r, result)
	switch {
	case err != nil:
		p.untold(ctx, j, before, err)
		return
	case result == Unchanged:
		p.count(func(s *Stats) { s.Unchanged++ })
	}
	p.remember(ctx, j, v, result, seen)
}

// dated takes over what a sitemap or feed says of the page, and learns how far it is to be trusted.
func (p *pass) dated(j *job, v, before Visit, result Result) Visit {
	at := p.newsAt(j.Address)
	if at.IsZero() || result == Failed {
		return v
	}
	v.LastMod = at
	if !before.LastMod.IsZero() {
		p.trust.note(j.Address.Host(), result == Changed)
	}
	return v
}

// learned is a visit with what was read of its page, and what that means. A page that was not read to its end is asked for in full the
// next time.
func (r *reading) learned(v Visit, a answer) (Visit, Result) {
	if r.broken {
		return v.unread(), Failed
	}
	before := v
	v.BodyHash, v.TextHash, v.Partial = bodySum(a.body), r.sum(), r.partial
	v.ETag, v.LastModified, v.Length = a.header.Get("ETag"), a.header.Get("Last-Modified"), a.wire
	same := v.BodyHash == before.BodyHash || v.TextHash != 0 && v.TextHash == before.TextHash
	if before.At.IsZero() || !same {
		return v, Changed
	}
	return v, Unchanged
}

func bodySum(body []byte) uint64 {
	sum := sha256.Sum256(body)
	return binary.LittleEndian.Uint64(sum[:])
}

// learnText keeps what was read of redirects that led to a meeting.
func (p *pass) learnText(ctx context.Context, j *job, v Visit, r *reading) {
	if p.memory == nil {
		return
	}
	result := Unchanged
	if v.TextHash != r.sum() {
		result = Changed
	}
	if r.broken {
		result = Failed
	}
	before := v
	v = v.unread()
	v.To, v.TextHash = "", r.sum()
	v, seen, err := p.watch.settle(ctx, v, r, result)
	if err != nil {
		p.untold(ctx, j, before, err)
		return
	}
	p.remember(ctx, j, v, result, seen)
}

// unchanged keeps that a page is what it was.
func (p *pass) unchanged(ctx context.Context, j *job, v Visit) {
	p.count(func(s *Stats) { s.Unchanged++ })
	p.watch.seen(j.Class)
	if at := p.newsAt(j.Address); !at.IsZero() {
		if !v.LastMod.IsZero() {
			p.trust.note(j.Address.Host(), false)
		}
		v.LastMod = at
	}
	told, err := p.watch.back(ctx, v)
	if err != nil {
		p.untold(ctx, j, v, err)
		return
	}
	p.remember(ctx, j, told, Unchanged, true)
}

// target is what is known of the page that was read: of another one than was asked for, behind a redirect, where somebody cares.
func (p *pass) target(ctx context.Context, j *job, visit Visit, at Address) (Visit, error) {
	if p.watch == nil || at == j.Address {
		return visit, nil
	}
	v, known, err := p.recall(ctx, at)
	if !known {
		v.Depth = j.Depth
	}
	return v, err
}

// elsewhere is an answer that leads to a page which is read by itself.
func (p *pass) elsewhere(ctx context.Context, j *job, v Visit, a answer) {
	if len(v.Claims) > 0 && !a.temporary {
		v = v.unread() // should it come back, its text tells
	}
	if p.moved(ctx, j, v, a) {
		p.remember(ctx, j, v, Unchanged, a.temporary)
	}
}

// moved tells that what was claimed on a page is not there any more, when the page has moved for good: what it leads to has claims of
// its own. A redirect for the time being says nothing. False: that could not be told, and is settled.
func (p *pass) moved(ctx context.Context, j *job, v Visit, a answer) bool {
	if a.temporary {
		return true
	}
	if err := p.watch.gone(ctx, v); err != nil {
		p.untold(ctx, j, v, err)
		return false
	}
	return true
}

// untold ends the pass when what was seen could not be told to who keeps the leaks, because nothing can; otherwise the page counts as
// not read, and is read in full the next time.
func (p *pass) untold(ctx context.Context, j *job, v Visit, err error) {
	if ends(ctx, err) {
		p.stop(err)
		return
	}
	p.unread.tell(j.Address.String(), errUntold)
	p.watch.failed()
	p.remember(ctx, j, v.unread(), Failed, false)
}

// to is where redirects led, "" for none.
func (j *job) to(a answer) string {
	if at := j.final(a); at != j.Address {
		return at.String()
	}
	return ""
}

// final is the page that answered.
func (j *job) final(a answer) Address {
	if a.url != nil {
		if at, err := canonical(Address{}, a.url.String()); err == nil {
			return at
		}
	}
	return j.Address
}

// same says whether an answer is what was read before, byte by byte.
func (j *job) same(v Visit, a answer) bool {
	return !j.full && a.truncated == "" && v.BodyHash != 0 && v.To == j.to(a) && v.BodyHash == bodySum(a.body)
}

// newsworthy says whether a page that a sitemap or feed names is to be read in this pass.
func (p *pass) newsworthy(ctx context.Context, a Address, at time.Time) bool {
	v, known, err := p.recall(ctx, a)
	if err != nil {
		p.stop(err)
		return false
	}
	if known && !v.news(at, p.trust.trusted(a.Host())) && v.Next.After(p.started) && !p.watch.outdated(v) {
		p.count(func(s *Stats) { s.NotDue++ })
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if !at.IsZero() && len(p.lastmod) < maxLastmod {
		p.lastmod[a] = at
	}
	return true
}

// newsAt is when a sitemap or feed of this pass says that a page changed.
func (p *pass) newsAt(a Address) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.lastmod[a]
}
