package web

import (
	"cmp"
	"encoding/binary"
	"hash/maphash"
	"strings"
	"sync"
	"time"
)

// The bounds of what is believed of a site.
const (
	maxSegments   = 12 // of a path
	maxSame       = 2  // times the same segment in one path
	maxSignatures = 50 // combinations of names in the queries of one page
	maxClosed     = 10_000
	maxHosts      = 1_000 // that links lead to: each is asked for its robots.txt, and names under a domain cost nothing
)

// trapOptions bound what a crawl believes of a site. Zero fields stand for the defaults.
type trapOptions struct {
	Now      time.Time // what calendar pages are judged by
	PerHost  int       // 1,000,000 addresses of one host
	SameText int       // 20 addresses of one pattern, or of one host, with the same text
}

// traps finds sites without end. Memory is bounded by about one and a half megabytes, whatever the site. Safe for concurrent use.
type traps struct {
	options trapOptions
	seed    maphash.Seed

	mu     sync.Mutex
	tally  tally
	closed map[uint64]bool // patterns of which no more are read
	hosts  map[uint64]bool
}

func newTraps(o trapOptions) *traps {
	o.PerHost = cmp.Or(o.PerHost, defaultMax)
	o.SameText = cmp.Or(o.SameText, 20)
	return &traps{options: o, seed: maphash.MakeSeed(), closed: map[uint64]bool{}, hosts: map[uint64]bool{}}
}

// shape judges an address by its look alone; the same answer each time. It returns nil or a refusal.
func (t *traps) shape(a Address) error {
	segments := strings.Split(strings.Trim(a.Path(), "/"), "/")
	switch {
	case len(segments) > maxSegments:
		return manySegments
	case repeats(segments):
		return sameSegment
	case goesRound(segments):
		return sameSteps
	case isFarCalendar(a, segments, t.options.Now):
		return farCalendar
	}
	return nil
}

// repeats reports whether a segment stands in a path three times. Digits alone do not count: numbers are often equal by chance.
func repeats(segments []string) bool {
	for i, s := range segments {
		n := 1
		for _, other := range segments[i+1:] {
			if s == other {
				n++
			}
		}
		if n > maxSame && (s == "" || strings.Trim(s, "0123456789") != "") {
			return true
		}
	}
	return false
}

// goesRound reports whether two or more steps come twice in a row, as in a/b/a/b: what a relative link to a folder that does
// not exist makes of a server that answers everything.
func goesRound(segments []string) bool {
	for size := 2; size*2 <= len(segments); size++ {
		run := 0 // segments that are equal to the one that stands size before
		for i := size; i < len(segments); i++ {
			if segments[i] != segments[i-size] {
				run = 0
			} else if run++; run == size {
				return true
			}
		}
	}
	return false
}

// count judges a new address by how many of its kind there were, and is called once for each: after visited.add. It returns nil
// or a refusal.
func (t *traps) count(a Address) error {
	pattern := t.hash("pattern", patternOf(a))
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed[pattern] {
		return sameText
	}
	host := t.hash("host", a.Host())
	if !t.hosts[host] && len(t.hosts) >= maxHosts {
		return manyHosts
	}
	t.hosts[host] = true
	if t.tally.add(host) > t.options.PerHost {
		return manyOfHost
	}
	return t.countQuery(a)
}

// countQuery bounds the queries of one page: the more parameters, the more likely it is that they can be combined without end. A
// single one is what pages are often told apart by, and is left to the budgets.
func (t *traps) countQuery(a Address) error {
	names, n := queryNames(a.Query())
	if n == 0 {
		return nil
	}
	page := a.text[:a.query]
	of := t.tally.add(t.hash("query", page+"?"+names))
	if of == 1 && t.tally.add(t.hash("names", page)) > maxSignatures {
		return manyQueries
	}
	if most := maxQueries(n); most > 0 && of > most {
		return manyQueries
	}
	return nil
}

// maxQueries is how many queries with so many parameters are read of one page, 0: all.
func maxQueries(parameters int) int {
	switch parameters {
	case 1:
		return 0
	case 2:
		return 500
	}
	return 50
}

// queryNames are the names of a query, and how many there are.
func queryNames(query string) (names string, n int) {
	if query == "" {
		return "", 0
	}
	var b strings.Builder
	for parameter := range strings.SplitSeq(query, "&") {
		name, _, _ := strings.Cut(parameter, "=")
		b.WriteString(name)
		b.WriteByte('&')
		n++
	}
	return b.String(), n
}

// patternOf is the address without what varies among the pages of one kind: numbers in the path, and the values of the query.
func patternOf(a Address) string {
	var b strings.Builder
	b.WriteString(a.Host())
	number := false
	for _, c := range []byte(a.Path()) {
		if isDigit(c) {
			if !number {
				b.WriteByte('#')
			}
			number = true
			continue
		}
		number = false
		b.WriteByte(c)
	}
	names, _ := queryNames(a.Query())
	b.WriteByte('?')
	b.WriteString(names)
	return b.String()
}

// hash keys a table. Kinds keep the keys of one table apart.
func (t *traps) hash(kind, text string) uint64 {
	var h maphash.Hash
	h.SetSeed(t.seed)
	h.WriteString(kind)
	h.WriteByte(0)
	h.WriteString(text)
	return max(h.Sum64(), 1)
}

// text is told what was read at an address, see sketch. A refusal says that many addresses had this very text, those of one pattern
// (then no more of it are read), or any of the host, as when a server answers everything: what was found on the page holds, its
// links are not worth following. Texts that differ in a single number are different: it may be the number of a meeting.
func (t *traps) text(a Address, sum uint64) error {
	if sum == 0 {
		return nil
	}
	text := string(binary.LittleEndian.AppendUint64(nil, sum))
	pattern := patternOf(a)
	mark := t.hash("pattern", pattern)
	ofPattern, ofHost := t.hash("text of pattern", text+pattern), t.hash("text of host", text+a.Host())
	t.mu.Lock()
	defer t.mu.Unlock()
	switch n := t.tally.add(ofHost); {
	case t.tally.add(ofPattern) > t.options.SameText:
		if len(t.closed) < maxClosed {
			t.closed[mark] = true
		}
		return sameText
	case n > t.options.SameText:
		return sameText
	}
	return nil
}

const (
	tallySets = 1 << 14
	tallyWays = 4
)

// tally counts keys in a fixed room of one megabyte. When a set is full, the key with the lowest count gives way, and the new one
// starts at one: what is counted often stays. Keys are hashes other than 0. The zero tally is ready.
type tally struct {
	sets *[tallySets][tallyWays]counter
}

type counter struct {
	key uint64
	n   int
}

// add counts a key and returns how often it was counted.
func (t *tally) add(key uint64) int {
	if t.sets == nil {
		t.sets = new([tallySets][tallyWays]counter)
	}
	set := &t.sets[key%tallySets]
	least := 0
	for i := range set {
		if set[i].key == key {
			set[i].n++
			return set[i].n
		}
		if set[i].n < set[least].n {
			least = i
		}
	}
	set[least] = counter{key, 1}
	return 1
}
