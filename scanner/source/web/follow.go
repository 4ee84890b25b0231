package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"strings"
	"sync/atomic"
	"time"

	"meetleaks/scanner"
	"meetleaks/scanner/fetch"
)

// link is an address that something names.
type link struct {
	ref   string // as it is written there
	class class
	depth int
	at    time.Time // when it changed, by the word of a sitemap or feed; zero: not said
}

// follow looks at all links of a page.
func (p *pass) follow(ctx context.Context, page Address, depth int, outline scanner.Outline) {
	base := page
	if outline.Base != "" {
		if b, err := canonical(page, outline.Base); err == nil {
			base = b
		}
	}
	for _, l := range outline.Links {
		if l.NoFollow {
			p.count(func(s *Stats) { s.NoFollow++ })
			continue
		}
		next := link{ref: l.URL, class: classFound, depth: depth + 1}
		if l.Kind == scanner.LinkFeed {
			next.class = classNews
		}
		p.consider(ctx, base, next)
	}
	if outline.More > 0 {
		reason := fmt.Sprintf("budget: the page has %d links more than are followed of one page", outline.More)
		p.unread.add(scanner.Skip{URI: page.String(), Reason: reason, Cause: scanner.Policy})
	}
}

// consider decides whether a link is to be read, and remembers it.
func (p *pass) consider(ctx context.Context, base Address, l link) {
	if !p.recent.isNew(base, l.ref, l.depth > p.options.Depth) {
		return
	}
	a, err := canonical(base, l.ref)
	if err != nil {
		p.unusable(base, err)
		return
	}
	err = p.scope.admit(a, min(l.depth, maxDepth))
	if err == nil {
		err = p.traps.shape(a)
	}
	if err != nil {
		p.leave(a, err)
		return
	}
	if l.class == classNews && p.memory != nil && !p.newsworthy(ctx, a, l.at) {
		return
	}
	p.add(ctx, entry{Address: a, Class: l.class, Depth: min(l.depth, maxDepth)})
}

// unusable is told of links that are no addresses.
func (p *pass) unusable(page Address, err error) {
	if errors.Is(err, tooLong) {
		p.unread.tell(page.String(), refusal("a link is not followed: "+string(tooLong)))
	}
	p.count(func(s *Stats) { s.Ignored++ })
}

// leave tells of an address that is not wanted: each once, and those that are many as a number.
func (p *pass) leave(a Address, err error) {
	switch {
	case errors.Is(err, tooDeep):
		p.count(func(s *Stats) { s.TooDeep++ })
		return
	case errors.Is(err, outside):
		never := p.client.Admit(a.URL()) != nil
		p.count(func(s *Stats) {
			if never {
				s.Refused++
			} else {
				s.Outside++
			}
		})
		return
	}
	isNew, broken := p.visited.add(a)
	switch {
	case causeOf(broken) == scanner.Policy && broken != nil:
		p.unread.tell(a.String(), broken)
	case broken != nil:
		p.stop(broken)
	case isNew:
		p.refused(a, err)
	}
}

// add puts an address into the frontier, unless it was met before.
func (p *pass) add(ctx context.Context, e entry) {
	isNew, err := p.visited.add(e.Address)
	if err == nil && !isNew {
		return
	}
	if err == nil && e.Class != classStart {
		err = p.traps.count(e.Address)
	}
	if err == nil {
		err = p.promise(ctx, e)
	}
	if err == nil {
		err = p.frontier.push(e)
	}
	switch {
	case err == nil:
	case causeOf(err) == scanner.Policy:
		p.refused(e.Address, err)
	default:
		p.stop(err)
	}
	if err != nil && e.Class == classStart {
		p.watch.unseen(e.Class, err, 0)
	}
}

// refused tells of an address that is never read. Meeting links and their like are counted only: naming them is not for a list
// of what was not read.
func (p *pass) refused(a Address, err error) {
	if outer, ok := errors.AsType[*fetch.Error](err); ok && outer.Class == fetch.Refused {
		p.count(func(s *Stats) { s.Refused++ })
		return
	}
	p.unread.tell(a.String(), err)
}

// feed follows the items of a feed, if the page is one.
func (p *pass) feed(ctx context.Context, j *job, at Address, page *Page) {
	if !isFeed(page.body) {
		return
	}
	p.count(func(s *Stats) { s.Feeds++ })
	list, err := readFeed(bytes.NewReader(page.body), func(l listed) error {
		p.consider(ctx, at, link{ref: l.URL, class: classNews, depth: j.Depth + 1, at: l.At})
		return nil
	})
	if err == nil && list.Truncated != "" {
		err = errors.New("truncated: " + list.Truncated)
	}
	if err != nil {
		p.unread.tell(page.uri, err)
	}
}

// isFeed looks at the start of a body only: a feed names itself there.
func isFeed(body []byte) bool {
	head := strings.ToLower(string(body[:min(len(body), 1024)]))
	for _, sign := range []string{"<rss", "<feed", "<rdf:rdf", `"https://jsonfeed.org/version/`} {
		if strings.Contains(head, sign) {
			return true
		}
	}
	return false
}

// recentSize is how many links are remembered; the memory is eight bytes for each.
const recentSize = 1 << 16

// recent remembers links that were looked at lately, so that what stands on every page costs little. It forgets, and never takes one
// link for another but with a chance of 2^-64. Safe for concurrent use.
type recent struct {
	seed  maphash.Seed
	slots [recentSize]atomic.Uint64
}

func newRecent() *recent { return &recent{seed: maphash.MakeSeed()} }

// isNew says whether a link was not looked at lately. deep keeps apart those that are too deep: the same link may be met again
// where it is not.
func (r *recent) isNew(base Address, ref string, deep bool) bool {
	if at := strings.IndexByte(ref, '#'); at >= 0 && !strings.HasPrefix(ref[at:], "#!") {
		ref = ref[:at]
	}
	from := base.String()
	if ref != "" && ref[0] != '?' {
		from = from[:strings.LastIndexByte(strings.SplitN(from, "?", 2)[0], '/')+1] // what is relative to one page is so to all of its folder
	}
	var h maphash.Hash
	h.SetSeed(r.seed)
	h.WriteString(from)
	h.WriteByte(0)
	h.WriteString(ref)
	if deep {
		h.WriteByte(1)
	}
	sum := h.Sum64()
	slot := &r.slots[sum%recentSize]
	return slot.Swap(sum) != sum
}
