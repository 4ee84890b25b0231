package scanner

import (
	"cmp"
	"slices"
	"strings"

	"meetleaks/matchers"
)

// meetings collects the sightings of one document and joins those of one meeting. The zero value is ready. It is used
// by one goroutine.
type meetings struct {
	bytes  int64
	lines  int // line breaks in the pieces so far
	column int // characters since the last of them
	err    error

	byKey  map[string]*meeting // by every key and alias; a value may have been joined with another, see root
	all    []*meeting          // in the order of discovery, with those that were joined
	sorted []*meeting          // the result of order
	live   int                 // meetings that were not joined with another
	places int                 // kept, of all meetings
	near   int                 // bytes of text kept
	lost   int                 // sightings beyond MaxMeetings
	blind  int                 // first places without their text
}

// meeting is one meeting of a document.
type meeting struct {
	link   matchers.Link
	joined *meeting // the one it was joined with, or nil
	at     int64    // the first place, in bytes
	places []spot
	more   int
	near   []Window
}

// spot is a place in the least memory.
type spot struct {
	offset       int64
	line, column int
	via          []string
}

// maxNearPlaces is how many places of a meeting keep the text around them.
const maxNearPlaces = 3

// add takes in the next piece of the document. Pieces come in order.
func (s *meetings) add(p piece) {
	for i := range p.sightings {
		s.see(&p.sightings[i])
	}
	s.bytes += p.bytes
	s.lines += p.lines
	if p.lines > 0 {
		s.column = 0
	}
	s.column += p.tail
}

// see takes in one sighting.
func (s *meetings) see(p *placed) {
	g := s.meetingOf(p.Link)
	if g == nil {
		s.lost++
		return
	}
	spot := spot{offset: p.offset, line: s.lines + p.line + 1, column: p.column + 1, via: p.Via}
	if p.line == 0 {
		spot.column += s.column
	}
	if len(g.places) == 0 {
		g.at = p.offset
	}
	s.keep(g, spot, p.near)
}

// keep notes a place, within the bounds of a meeting and of the document.
func (s *meetings) keep(g *meeting, p spot, near Window) {
	if len(g.places) > 0 && (len(g.places) >= MaxPlaces || s.places >= maxPlaces) {
		g.more++
		return
	}
	if len(g.places) > 0 {
		s.places++
	}
	g.places = append(g.places, p)
	switch {
	case len(g.near) >= maxNearPlaces:
	case s.near+len(near.Text) <= maxNear:
		s.near += len(near.Text)
		near.Text = strings.Clone(near.Text) // it may be part of a whole piece
		g.near = append(g.near, near)
	case len(g.near) == 0:
		s.blind++
	}
}

// meetingOf returns the meeting of a link, joined with all that the link's aliases name; nil when there are too many.
func (s *meetings) meetingOf(link matchers.Link) *meeting {
	key := link.Key()
	g := s.known(key)
	for _, alias := range link.Aliases {
		if other := s.known(alias); other != nil && other != g {
			g = s.join(g, other)
		}
	}
	if g == nil {
		if s.live >= MaxMeetings || len(s.byKey) >= maxKeys {
			return nil
		}
		g = &meeting{link: link}
		s.all = append(s.all, g)
		s.live++
	} else {
		g.link = stronger(g.link, link)
	}
	s.name(g, key)
	for _, alias := range link.Aliases {
		s.name(g, alias)
	}
	return g
}

// name lets a key lead to g.
func (s *meetings) name(g *meeting, key string) {
	if s.byKey == nil {
		s.byKey = make(map[string]*meeting)
	}
	if _, ok := s.byKey[key]; ok || len(s.byKey) < maxKeys {
		s.byKey[key] = g
	}
}

// known returns the meeting of a key, or nil.
func (s *meetings) known(key string) *meeting {
	g := s.byKey[key]
	if g == nil {
		return nil
	}
	root := g
	for root.joined != nil {
		root = root.joined
	}
	for g != root { // so that the next walk is short
		g, g.joined = g.joined, root
	}
	return root
}

// join makes two meetings one and returns it. Either may be nil.
func (s *meetings) join(a, b *meeting) *meeting {
	if a == nil || a == b {
		return b
	}
	if len(a.places) < len(b.places) {
		a, b = b, a
	}
	if a.at > b.at {
		a.link = stronger(b.link, a.link)
		a.at = b.at
	} else {
		a.link = stronger(a.link, b.link)
	}
	before := len(a.places) + len(b.places)
	a.places = append(a.places, b.places...)
	slices.SortStableFunc(a.places, func(x, y spot) int { return cmp.Compare(x.offset, y.offset) })
	a.places = a.places[:min(len(a.places), MaxPlaces)]
	a.more += b.more + before - len(a.places)
	a.near = append(a.near, b.near[:min(len(b.near), maxNearPlaces-len(a.near))]...)
	*b = meeting{joined: a}
	s.live--
	return a
}

// stronger unites two links of one meeting. The stronger kind names it, the first of equals; secrets, aliases, and what
// only the other knows of organisation and host are added.
func stronger(a, b matchers.Link) matchers.Link {
	if b.Kind.Rank() < a.Kind.Rank() {
		a, b = b, a
	}
	if len(b.Secrets) > 0 {
		a.AddSecret(b.Secrets...)
	}
	if a.Org == "" {
		a.Org = b.Org
	}
	if a.Owner == "" {
		a.Owner = b.Owner
	}
	if key, other := a.Key(), b.Key(); key != other && len(a.Aliases) < maxAliases {
		a.AddAlias(other)
	}
	for _, alias := range b.Aliases {
		if len(a.Aliases) < maxAliases && alias != a.Key() {
			a.AddAlias(alias)
		}
	}
	return a
}

// maxAliases bounds the other keys kept with one meeting: no service has more than a few.
const maxAliases = 64

// order returns the meetings by their first places. No piece is added afterwards.
func (s *meetings) order() []*meeting {
	if s.sorted != nil || s.live == 0 {
		return s.sorted
	}
	s.byKey = nil
	s.sorted = slices.DeleteFunc(s.all, func(g *meeting) bool { return g.joined != nil })
	s.all = nil
	slices.SortStableFunc(s.sorted, func(a, b *meeting) int { return cmp.Compare(a.at, b.at) })
	return s.sorted
}

// finding gives the meeting the form that leaves the package.
func (g *meeting) finding(doc Document) Finding {
	f := Finding{Link: g.link, Places: make([]Place, len(g.places)), MorePlaces: g.more}
	for i, p := range g.places {
		f.Places[i] = Place{URI: doc.URI, Line: p.line, Column: p.column, MediaType: doc.MediaType, Via: p.via}
	}
	return f
}
