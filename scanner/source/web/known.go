package web

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"time"
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

// promise makes a page that was not known before due, so that it is read in a later pass if this one does not come to it: the page
// that leads to it may not change for a long time.
func (p *pass) promise(ctx context.Context, e entry) error {
	if p.memory == nil || e.Class == classStart || e.Class == classDue {
		return nil
	}
	v, known, err := p.recall(ctx, e.Address)
	if err != nil || known {
		return err
	}
	v.Depth, v.Next = e.Depth, p.started
	if err := p.memory.Save(ctx, v); err != nil {
		return fmt.Errorf("keep what is known of a page: %w", err)
	}
	return nil
}

// remember keeps what a look came to.
func (p *pass) remember(ctx context.Context, v Visit, result Result) {
	if p.memory == nil {
		return
	}
	// Whether an open leak still stands on a page that changed is for who keeps leaks to say: until then it does.
	look := Look{At: p.options.Now(), Result: result, LeakSeen: v.LeakOpen && (result == Unchanged || result == Changed)}
	if err := p.memory.Save(ctx, p.options.Recrawl.After(v, look)); err != nil {
		p.stop(fmt.Errorf("keep what is known of a page: %w", err))
	}
}

// learn keeps what was read of a page. One that was not read to its end is asked for in full the next time.
func (p *pass) learn(ctx context.Context, j *job, v Visit, a answer, r *reading) {
	if p.memory == nil {
		return
	}
	if r.broken {
		v.ETag, v.LastModified, v.Length, v.BodyHash, v.TextHash = "", "", 0, 0, 0
		p.remember(ctx, v, Failed)
		return
	}
	before := v
	sum := sha256.Sum256(a.body)
	v.BodyHash, v.TextHash = binary.LittleEndian.Uint64(sum[:]), r.sum()
	v.ETag, v.LastModified, v.Length = a.header.Get("ETag"), a.header.Get("Last-Modified"), a.wire
	same := v.BodyHash == before.BodyHash || v.TextHash != 0 && v.TextHash == before.TextHash
	changed := before.At.IsZero() || !same
	if at := p.newsAt(j.Address); !at.IsZero() {
		v.LastMod = at
		if !before.LastMod.IsZero() {
			p.trust.note(j.Address.Host(), changed)
		}
	}
	if changed {
		p.remember(ctx, v, Changed)
		return
	}
	p.count(func(s *Stats) { s.Unchanged++ })
	p.remember(ctx, v, Unchanged)
}

// unchanged keeps that a server says so.
func (p *pass) unchanged(ctx context.Context, j *job, v Visit) {
	if at := p.newsAt(j.Address); !at.IsZero() {
		if !v.LastMod.IsZero() {
			p.trust.note(j.Address.Host(), false)
		}
		v.LastMod = at
	}
	p.remember(ctx, v, Unchanged)
}

// newsworthy says whether a page that a sitemap or feed names is to be read in this pass.
func (p *pass) newsworthy(ctx context.Context, a Address, at time.Time) bool {
	v, known, err := p.recall(ctx, a)
	if err != nil {
		p.stop(err)
		return false
	}
	if known && !v.news(at, p.trust.trusted(a.Host())) && v.Next.After(p.started) {
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
