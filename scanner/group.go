package scanner

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"meetleaks/matchers"
)

// meetings collects the sightings of one document and joins those of one meeting. The zero value is ready. It is used
// by one goroutine at a time; only wantsNear and takeTurn are called beside it.
type meetings struct {
	bytes  int64
	watch  func(bytes int64) // is told of them; may be nil
	lines  int               // line breaks in the pieces so far
	column int               // characters since the last of them
	err    error

	possible int64 // wrappers that cannot be decoded

	names  map[string]string // hosts, paths and the like, each kept once
	where  Locator           // of the document, may be nil
	events []Event           // of the document, those that lie before the last sighting taken off
	parts  []part            // of the document, in which sightings were

	byKey    map[string]*meeting // by every key and alias; a value may have been joined with another, see root
	all      []*meeting          // in the order of discovery, with those that were joined
	sorted   []*meeting          // the result of order
	beside   *beside             // sorted, for the findings
	live     int                 // meetings that were not joined with another
	places   int                 // kept, of all meetings
	near     int                 // bytes of text kept
	further  int                 // the same, of places beyond the first three
	held     int                 // bytes of ids, names and keys kept
	lost     int                 // sightings of meetings for which there was no room
	blind    int                 // first places without their text
	sated    sync.Map            // keys of the meetings that are sated
	chapters chapters            // chapters that were handed over
	turns    turns
	hasTurn  bool // takeTurn's, by one goroutine at a time, until the document was read
}

// meeting is one meeting of a document.
type meeting struct {
	link   matchers.Link
	joined *meeting // the one it was joined with, or nil
	at     int64    // the first place, in bytes
	places []spot
	more   int
	near   []Window
	sated  bool   // near has no more added
	heard  *heard // what events say of it; nil: none does
}

// spot is a place in the least memory.
type spot struct {
	offset       int64
	line, column int
	page, part   int32 // part is an index in meetings.parts, -1 for the document itself
	via          []string
}

// isAt: both stand in the same place, as it is shown.
func (p spot) isAt(other spot) bool {
	return p.line > 0 && p.line == other.line && p.column == other.column && p.page == other.page && p.part == other.part
}

// part is a part of a document.
type part struct{ name, media string }

// maxParts bounds the parts that are told apart; places in further ones are shown in the document itself.
const maxParts = 10_000

// maxNearPlaces is how many places of a meeting keep the text around them. What those beyond firstPlaces keep is bounded by
// maxFurther, so that it does not take the room of other meetings' first places.
const (
	maxNearPlaces = 20
	firstPlaces   = 3
)

// add takes in the next piece of the document. Pieces come in order.
func (s *meetings) add(p piece) {
	for i := range p.sightings {
		s.see(&p.sightings[i], p.places[i], p.near[i])
	}
	s.bytes += p.bytes
	if s.watch != nil {
		s.watch(p.bytes)
	}
	s.possible += int64(p.possible)
	s.lines += p.lines
	if p.lines > 0 {
		s.column = 0
	}
	s.column += p.tail
	s.endChapter()
}

// see takes in one sighting.
func (s *meetings) see(p *matchers.Sighting, at pieceSpot, near Window) {
	spot := s.spot(p, at) // first: the locator goes with the sightings
	key := p.Key()
	if s.chapters.knows(key, p.Aliases) {
		s.chapters.seeAgain(key, p.Aliases)
		return
	}
	g := s.meetingOf(p.Link, key)
	if g == nil {
		s.lost++
		return
	}
	if event := s.eventAt(at.offset); event != nil {
		near.event = &event.Start
		g.hear(event)
	}
	if len(g.places) == 0 {
		g.at = at.offset
	}
	if s.keep(g, spot) {
		s.keepNear(g, near)
	}
}

// spot says where a sighting stands.
func (s *meetings) spot(p *matchers.Sighting, at pieceSpot) spot {
	if s.where != nil {
		in := s.where.Locate(at.offset)
		return spot{offset: at.offset, page: int32(in.Page), line: in.Line, column: in.Column, part: s.part(in), via: p.Via}
	}
	stands := spot{offset: at.offset, line: s.lines + at.line + 1, column: at.column + 1, part: -1, via: p.Via}
	if at.line == 0 {
		stands.column += s.column
	}
	return stands
}

// part returns the index of the part that a spot names, which is mostly the last.
func (s *meetings) part(at Spot) int32 {
	named := part{at.Part, at.MediaType}
	if named == (part{}) {
		return -1
	}
	if n := len(s.parts); n > 0 && s.parts[n-1] == named {
		return int32(n - 1)
	}
	if len(s.parts) >= maxParts {
		return -1
	}
	s.parts = append(s.parts, named)
	return int32(len(s.parts) - 1)
}

// hear takes in what an event says of the meeting that stands in it.
func (g *meeting) hear(e *Event) {
	if e.Word == nil {
		return
	}
	if g.heard == nil {
		g.heard = &heard{}
	}
	g.heard.hear(e)
}

// eventAt returns the event to which a byte belongs, nil without one. Offsets rise.
func (s *meetings) eventAt(offset int64) *Event {
	for len(s.events) > 0 && s.events[0].To <= offset {
		s.events = s.events[1:]
	}
	if len(s.events) == 0 || s.events[0].From > offset {
		return nil
	}
	return &s.events[0]
}

// keep notes a place, within the bounds of a meeting and of the document, and says whether it did.
// Where a view shows the same stretch of its document twice, it is one place.
func (s *meetings) keep(g *meeting, p spot) bool {
	if s.where != nil && slices.ContainsFunc(g.places, p.isAt) {
		return false
	}
	if len(g.places) > 0 && (len(g.places) >= MaxPlaces || s.places >= maxPlaces) {
		g.more++
		return false
	}
	if len(g.places) > 0 {
		s.places++
	}
	g.places = append(g.places, p)
	return true
}

// keepNear keeps the text around a place. Once half of what may be kept is, it is only that of first places, and less and
// less.
func (s *meetings) keepNear(g *meeting, w Window) {
	if len(g.near) >= firstPlaces {
		s.keepFurther(g, w)
		return
	}
	if s.near > maxNear/2 && len(g.near) > 0 {
		return
	}
	switch {
	case s.near > maxNear*3/4:
		w = w.Narrow(nearSide / 4)
	case s.near > maxNear/2:
		w = w.Narrow(nearSide / 2)
	}
	switch {
	case s.near+len(w.Text) <= maxNear:
		s.near += len(w.Text)
		w.Text = strings.Clone(w.Text) // it may be part of a whole piece
		g.near = append(g.near, w)
	case len(g.near) == 0:
		s.blind++
	}
}

// keepFurther keeps the text around a place that is not among the first. A meeting whose text did not fit once has no more kept, also
// where there would be room for a shorter one: so nobody cuts text out for nothing.
func (s *meetings) keepFurther(g *meeting, w Window) {
	if g.sated {
		return
	}
	if s.further+len(w.Text) <= maxFurther {
		s.further += len(w.Text)
		w.Text = strings.Clone(w.Text)
		g.near = append(g.near, w)
		g.sated = len(g.near) >= maxNearPlaces
	} else {
		g.sated = true
	}
	if g.sated {
		s.sated.Store(g.link.Key(), true)
	}
}

// wantsNear: the text around a further place of a meeting may be kept. Where it says no, it is not, whatever stands between: pieces
// are added in order, so a meeting that has enough now had it before the place. It may be called by several goroutines.
func (s *meetings) wantsNear(l matchers.Link) bool {
	_, sated := s.sated.Load(l.Key())
	return !sated
}

// meetingOf returns the meeting of a link with that key, joined with all that the link's aliases name; nil when there are too many.
func (s *meetings) meetingOf(link matchers.Link, key string) *meeting {
	g := s.known(key)
	for _, alias := range link.Aliases {
		if other := s.known(alias); other != nil && other != g {
			g = s.join(g, other)
		}
	}
	if g == nil {
		if s.live >= MaxMeetings || s.chapters.full() || len(s.byKey) >= maxKeys || !s.room(weight(link)) {
			return nil
		}
		g = &meeting{link: s.lean(link)}
		s.all = append(s.all, g)
		s.live++
	} else {
		if adds(g.link, link) && s.room(weight(link)) {
			g.link = stronger(g.link, s.lean(link))
		}
	}
	s.name(g, key)
	for _, alias := range link.Aliases {
		s.name(g, alias)
	}
	return g
}

// maxNames bounds the names that are kept once.
const maxNames = 4096

// lean copies a link so that it keeps no text alive beyond its own letters, and shares what many links have in common.
func (s *meetings) lean(l matchers.Link) matchers.Link {
	l.ID = strings.Clone(l.ID)
	for _, part := range []*string{&l.Platform, &l.Realm, &l.Space, &l.Org, &l.Owner, &l.Host, &l.Path} {
		*part = s.once(*part)
	}
	l.Secrets = cloneAll(l.Secrets)
	l.Aliases = cloneAll(l.Aliases)
	return l
}

// once returns the copy of a name that is kept.
func (s *meetings) once(name string) string {
	if name == "" {
		return ""
	}
	if kept, ok := s.names[name]; ok {
		return kept
	}
	name = strings.Clone(name)
	if s.names == nil {
		s.names = make(map[string]string)
	}
	if len(s.names) < maxNames {
		s.names[name] = name
	}
	return name
}

func cloneAll(list []string) []string {
	if len(list) == 0 {
		return nil
	}
	out := make([]string, len(list))
	for i, item := range list {
		out[i] = strings.Clone(item)
	}
	return out
}

// name lets a key lead to g.
func (s *meetings) name(g *meeting, key string) {
	if s.byKey == nil {
		s.byKey = make(map[string]*meeting)
	}
	if _, ok := s.byKey[key]; ok || len(s.byKey) < maxKeys && s.room(len(key)) {
		s.byKey[key] = g
	}
}

// room takes n bytes of what may be held, if there are so many.
func (s *meetings) room(n int) bool {
	if s.held+n > maxHeld {
		return false
	}
	s.held += n
	return true
}

// weight is how many bytes a link's own letters take.
func weight(l matchers.Link) int {
	n := len(l.ID) + len(l.Org) + len(l.Owner) + len(l.Host) + len(l.Path)
	for _, list := range [...][]string{l.Secrets, l.Aliases} {
		for _, item := range list {
			n += len(item) + 16 // and the slice's own part
		}
	}
	return n
}

// adds says whether a further link of a meeting tells something new.
func adds(known, link matchers.Link) bool {
	return link.Kind.Rank() < known.Kind.Rank() || link.ID != known.ID ||
		known.Org == "" && link.Org != "" || known.Owner == "" && link.Owner != "" ||
		!includes(known.Secrets, link.Secrets) || !includes(known.Aliases, link.Aliases)
}

func includes(all, some []string) bool {
	for _, item := range some {
		if !slices.Contains(all, item) {
			return false
		}
	}
	return true
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
	a.sated = a.sated || b.sated
	a.heard = a.heard.with(b.heard)
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
	s.byKey, s.names = nil, nil
	s.sorted = slices.DeleteFunc(s.all, func(g *meeting) bool { return g.joined != nil })
	s.all = nil
	slices.SortStableFunc(s.sorted, func(a, b *meeting) int { return cmp.Compare(a.at, b.at) })
	return s.sorted
}

// finding gives the meeting the form that leaves the package.
func (g *meeting) finding(doc Document, parts []part) Finding {
	f := Finding{Link: g.link, Places: make([]Place, len(g.places)), MorePlaces: g.more, heard: g.heard}
	for i, p := range g.places {
		at := Place{URI: doc.URI, Page: int(p.page), Line: p.line, Column: p.column, MediaType: doc.MediaType, Via: p.via}
		if p.part >= 0 {
			in := parts[p.part]
			at.MediaType = cmp.Or(in.media, at.MediaType)
			if in.name != "" {
				at.URI += "!" + in.name
			}
		}
		f.Places[i] = at
	}
	return f
}
