package web

import "sync"

const (
	maxSitemaps     = 500 // of one pass
	maxSitemapDepth = 2   // an index, and an index in an index

	manySitemaps refusal = "budget: more than 500 sitemaps"
	deepSitemap  refusal = "depth: sitemaps more than two indexes deep"
)

// sitemapQueue orders the sitemaps of one pass: each once, at most 500, those of robots.txt and /sitemap.xml (depth 0) and what they
// name, at most two deep. The zero queue is ready. Not safe for concurrent use.
type sitemapQueue struct {
	known map[Address]bool
	queue []queuedSitemap
}

type queuedSitemap struct {
	address Address
	depth   int
}

// add takes a sitemap. It returns nil (also for one that it knows) or a refusal.
func (q *sitemapQueue) add(a Address, depth int) error {
	switch {
	case q.known[a]:
		return nil
	case depth > maxSitemapDepth:
		return deepSitemap
	case len(q.known) >= maxSitemaps:
		return manySitemaps
	}
	if q.known == nil {
		q.known = map[Address]bool{}
	}
	q.known[a] = true
	q.queue = append(q.queue, queuedSitemap{a, depth})
	return nil
}

// next is the sitemap to read; false: there is none.
func (q *sitemapQueue) next() (a Address, depth int, ok bool) {
	if len(q.queue) == 0 {
		return Address{}, 0, false
	}
	first := q.queue[0]
	q.queue = q.queue[1:]
	return first.address, first.depth, true
}

const (
	maxTrustHosts = 10_000
	maxTrustMoves = 1_000 // after which the count is halved, so that a host can mend its ways
)

// lastmodTrust keeps, for each host, how often a page had changed when its sitemap said so. It knows at most 10,000 hosts, and forgets
// some when there are more. Safe for concurrent use, the zero value is ready.
type lastmodTrust struct {
	mu    sync.Mutex
	hosts map[string]trust
}

// trust is how often lastmod moved, and how often the page had changed then.
type trust struct{ moves, changes int }

// note is told each time that a sitemap's lastmod moved and the page was read: had it changed?
func (l *lastmodTrust) note(host string, changed bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.hosts == nil {
		l.hosts = map[string]trust{}
	}
	t, known := l.hosts[host]
	for other := range l.hosts {
		if known || len(l.hosts) < maxTrustHosts {
			break
		}
		delete(l.hosts, other)
	}
	if t.moves++; changed {
		t.changes++
	}
	if t.moves >= maxTrustMoves {
		t.moves, t.changes = t.moves/2, t.changes/2
	}
	l.hosts[host] = t
}

// trusted says whether a host's lastmod is to be believed: unless it was wrong more often than right.
func (l *lastmodTrust) trusted(host string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	t := l.hosts[host]
	return 2*t.changes >= t.moves
}
