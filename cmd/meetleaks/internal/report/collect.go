package report

import (
	"cmp"
	"slices"
	"strings"

	"meetleaks/scanner"
)

// The bounds of a grouped report.
const (
	maxMeetings = 10_000 // meetings kept to be grouped and sorted
	maxKeys     = 4 * maxMeetings
	shownPlaces = 5       // places shown for each meeting
	maxNamed    = 8 << 20 // bytes of the names of places that are kept as they are
	shortName   = 200     // bytes kept of those beyond
	maxOrgs     = 5       // organisations shown for each meeting
)

// meeting is one meeting over all documents: the record of its worst sighting, and where it stands.
type meeting struct {
	record             // Places holds the first shownPlaces of all documents
	orgs      []string // whose it is
	total     int      // places in all
	documents int      // documents that name it
	folders   []int    // html: folders of the tree its documents lie in, each once
	order     int      // of arrival, so that sorting is stable
}

// collector brings findings of one meeting together. Memory: at most maxMeetings meetings of a few hundred bytes, and the names of their
// places.
type collector struct {
	meetings []*meeting
	byKey    map[string]*meeting // by the link's key and its aliases, in clear: in memory only
	limit    int                 // of meetings
	beyond   int                 // findings that were not kept
	named    int                 // bytes of places' names
	last     string              // the last name that was given, and as it is kept: the next place may share it
	lastKept string
}

func newCollector() *collector {
	return &collector{byKey: make(map[string]*meeting), limit: maxMeetings}
}

// add notes a finding. It returns nil when the meeting is new and there is no room for it.
func (c *collector) add(f scanner.Finding, rec record) *meeting {
	m := c.find(f)
	switch {
	case m == nil && len(c.meetings) >= c.limit:
		c.beyond++
		return nil
	case m == nil:
		m = &meeting{record: rec, order: len(c.meetings)}
		m.Places = nil
		c.meetings = append(c.meetings, m)
	}
	c.learn(f, m)
	places := rec.Places[:min(len(rec.Places), shownPlaces-len(m.Places))]
	for i := range places {
		places[i].URI = c.name(places[i].URI)
	}
	m.merge(rec)
	return m
}

// name is the name of a place as it is kept: when there is no room for long ones, of such a one the beginning and the end.
func (c *collector) name(uri string) string {
	if uri == c.last {
		return c.lastKept
	}
	c.last = uri
	if len(uri) > shortName && c.named+len(uri) > maxNamed {
		uri = strings.ToValidUTF8(uri[:shortName/4], "") + " … " + strings.ToValidUTF8(uri[len(uri)-shortName*3/4:], "")
	}
	c.named += len(uri)
	c.lastKept = uri
	return uri
}

func (c *collector) find(f scanner.Finding) *meeting {
	if m := c.byKey[f.Link.Key()]; m != nil {
		return m
	}
	for _, alias := range f.Link.Aliases {
		if m := c.byKey[alias]; m != nil {
			return m
		}
	}
	return nil
}

// learn remembers the keys of a meeting. Beyond maxKeys a meeting known by many names may be listed twice.
func (c *collector) learn(f scanner.Finding, m *meeting) {
	for _, key := range append([]string{f.Link.Key()}, f.Link.Aliases...) {
		if _, known := c.byKey[key]; !known && len(c.byKey) < maxKeys {
			c.byKey[key] = m
		}
	}
}

// merge takes the worst of two sightings and the places of both.
func (m *meeting) merge(rec record) {
	places := slices.Concat(m.Places, rec.Places[:min(len(rec.Places), shownPlaces-len(m.Places))])
	secrets := union(m.Secrets, rec.Secrets)
	if rec.Risk.Score > m.Risk.Score {
		m.record = rec
	}
	m.Places, m.Secrets = places, secrets
	if rec.Org != "" && len(m.orgs) < maxOrgs {
		m.orgs = union(m.orgs, []string{rec.Org})
	}
	m.total += rec.places()
	m.documents++
}

// more is the number of places that are not shown.
func (m *meeting) more() int { return m.total - len(m.Places) }

// sorted returns the meetings, the highest risk first, and their places by document: documents come in the order in
// which they are done, which differs from run to run.
func (c *collector) sorted() []*meeting {
	for _, m := range c.meetings {
		slices.SortStableFunc(m.Places, func(a, b placeRecord) int { return cmp.Compare(a.URI, b.URI) })
	}
	slices.SortFunc(c.meetings, func(a, b *meeting) int {
		return cmp.Or(cmp.Compare(b.Risk.Score, a.Risk.Score), cmp.Compare(a.Class, b.Class), cmp.Compare(a.firstURI(), b.firstURI()), cmp.Compare(a.order, b.order))
	})
	return c.meetings
}

func (m *meeting) firstURI() string {
	if len(m.Places) == 0 {
		return ""
	}
	return m.Places[0].URI
}

// union returns a fresh sorted set.
func union(a, b []string) []string {
	set := slices.Concat(a, b)
	slices.Sort(set)
	return slices.Compact(set)
}
