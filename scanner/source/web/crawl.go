package web

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"meetleaks/scanner"
)

// Stats is what a pass did. What was not read stands in skips.
type Stats struct {
	Pages     int64 // read, by whatever status they came
	Unchanged int64 // 304, or the same bytes as before
	NotDue    int64 // known, and not yet to be looked at again
	Gone      int64 // 404 and 410
	Retries   int64
	Sitemaps  int64 // read
	Feeds     int64

	Wire  int64 // bytes received for pages and sitemaps
	Saved int64 // bytes that 304 answers spared

	Refused  int64 // links to meetings, meeting services and wrappers, and odd addresses: never requested, not listed
	Outside  int64 // links that lead outside
	TooDeep  int64 // links deeper than Options.Depth
	NoFollow int64 // links that were not followed because the page asks so
	Ignored  int64 // mailto: and what else is no address of the web
	NoIndex  int64 // pages that ask not to be indexed; what was found on them holds, and no copy is ever kept
}

// pass is one reading of the site.
type pass struct {
	*Crawler
	memory   Memory        // nil: none
	watch    *watching     // nil: what is found is of nobody's concern here
	within   time.Duration // see Options.Within
	yield    func(scanner.Unit) error
	handing  sync.Mutex // held while yield is called
	cancel   context.CancelCauseFunc
	started  time.Time
	unread   *unread
	frontier *frontier
	visited  *visited
	traps    *traps
	schedule *schedule
	recent   *recent
	texts    *texts
	sitemaps sitemaps
	resting  resting

	promises atomic.Int64 // pages that were made due, see promise
	lost     atomic.Int64 // addresses and visits that could not be remembered

	mu      sync.Mutex
	stats   Stats
	lastmod map[Address]time.Time // of pages that a sitemap or feed says are new; only with a memory, at most maxLastmod
}

// Crawl makes one pass: it yields a unit for each page, and calls skip for what is not read. memory may be nil: then every page is
// read in full.
//
// yield may block, which slows the pass down, and is called by one goroutine at a time, skip by several. Units may be run in any
// order and by any goroutine, also while yield is called. Crawl returns when all units were run and all that they lead to was
// read; when ctx is cancelled; or at the first error of yield, a unit, memory, or the frontier's disk, and returns that error. A
// failure to read a page is no error of Crawl. A unit that is run after Crawl has returned is read, and leads nowhere.
func (c *Crawler) Crawl(ctx context.Context, memory Memory, yield func(scanner.Unit) error, skip func(scanner.Skip)) (Stats, error) {
	return c.pass(ctx, &pass{memory: memory, within: c.options.Within}, yield, skip)
}

// pass makes the pass p, of which the memory, the watching and the time are given.
func (c *Crawler) pass(ctx context.Context, p *pass, yield func(scanner.Unit) error, skip func(scanner.Skip)) (Stats, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	p.Crawler, p.yield, p.cancel, p.started = c, yield, cancel, c.options.Now()
	p.unread, p.recent, p.texts, p.lastmod = newUnread(skip), newRecent(), newTexts(), map[Address]time.Time{}
	err := p.open()
	if err == nil {
		err = p.run(ctx)
	}
	if err = errors.Join(err, p.close()); err != nil {
		err = fmt.Errorf("web %s: %w", c.options.Name, err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stats, err
}

// open makes what lies on disk.
func (p *pass) open() error {
	var err error
	p.traps = newTraps(trapOptions{Now: p.started})
	if p.visited, err = newVisited(visitedOptions{Dir: p.options.Dir, Max: p.options.MaxURLs}); err != nil {
		return err
	}
	p.frontier, err = newFrontier(frontierOptions{
		Dir: p.options.Dir, Max: p.options.MaxURLs,
		Admit: func(a Address) error { return p.client.Admit(a.URL()) },
	})
	p.schedule = newSchedule(p.frontier, p.options, p.within)
	return err
}

func (p *pass) close() error {
	var err error
	if p.frontier != nil {
		err = p.frontier.close()
	}
	if p.visited != nil {
		err = errors.Join(err, p.visited.close())
	}
	return err
}

// run reads until there is nothing more. When it returns nobody works for the pass any more, but for units that were not run.
func (p *pass) run(ctx context.Context) error {
	probing, enough := context.WithCancel(ctx)
	var probe, workers sync.WaitGroup
	probe.Go(func() { p.probe(probing) })
	p.seed(ctx)
	for range p.options.Parallel {
		workers.Go(func() { p.work(ctx) })
	}
	workers.Wait()
	left, err := p.schedule.left(ctx)
	enough()
	probe.Wait()
	p.sum(left)
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

// seed puts in where the pass starts: the start pages, and what is known and due.
func (p *pass) seed(ctx context.Context) {
	for _, a := range p.starts {
		p.add(ctx, entry{Address: a, Class: classStart})
	}
	if p.memory == nil {
		return
	}
	err := p.memory.Due(ctx, p.until(), func(v Visit) bool {
		if v.forgotten() || strings.HasSuffix(v.URL, sitemapMark) {
			return ctx.Err() == nil
		}
		a, err := canonical(Address{}, v.URL)
		if err == nil && p.scope.admit(a, v.Depth) == nil && (!v.Next.After(p.started) || p.watch.sweep(v)) {
			p.add(ctx, entry{Address: a, Class: classDue, Depth: v.Depth})
		}
		return ctx.Err() == nil
	})
	if err != nil {
		p.stop(fmt.Errorf("ask what is due: %w", err))
	}
}

// until is up to when visits are asked for: all of them, where some may be outdated, or kept in clear.
func (p *pass) until() time.Time {
	if p.watch != nil && p.watch.sweeps {
		return p.started.Add(2 * never)
	}
	return p.started
}

// sum tells what was not read, as far as it is counted and not listed.
func (p *pass) sum(left int) {
	uri := p.starts[0].String()
	p.unread.sum(uri)
	tell := func(n int64, what string) {
		if n > 0 {
			p.unread.add(scanner.Skip{URI: uri, Reason: fmt.Sprintf("%s: %d", what, n), Cause: scanner.Policy})
		}
	}
	why := fmt.Sprintf("%d pages are the most for one pass", p.options.MaxPages)
	if p.schedule.late() {
		why = fmt.Sprintf("a pass takes %s at most", p.within)
	}
	p.watch.leaves(left)
	tell(p.lost.Load(), "budget: not remembered for later passes, because there was no room, or an address holds what is not kept")
	tell(int64(left), "budget: addresses that were not read, because "+why)
	p.mu.Lock()
	s := p.stats
	p.mu.Unlock()
	tell(s.TooDeep, fmt.Sprintf("depth: links deeper than %d were not followed", p.options.Depth))
	tell(s.Outside, "links that lead outside were not followed")
	tell(s.Refused, "links to meetings, meeting services, wrappers and odd addresses were not requested")
	tell(s.NoFollow, "links were not followed because their pages ask robots not to")
}

// stop ends the pass with an error; only the first counts.
func (p *pass) stop(err error) { p.cancel(err) }

func (p *pass) count(add func(*Stats)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	add(&p.stats)
}
