package matchers

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"sync"

	"meetleaks/matchers/unwrap"
)

// Finder finds the links of a list of platforms. It is read-only after construction and safe for concurrent use.
type Finder struct {
	platforms []Platform
	hosts     map[string]int  // host (see Platform.Hosts) to platform
	wrapping  map[string]bool // hosts of platforms at or below which a wrapper's host lies
	labels    map[string]bool // words around the dots of all hosts
	set       *literalSet
	targets   []target // by tag of the set
	short     []shortAnchor
	rooms     sync.Pool // *room
}

type targetKind int

const (
	hostTarget targetKind = iota
	anchorTarget
	bareTarget
	wrapperTarget
	wrapperPathTarget
	labelTarget
	ownTarget
	tapTarget
	h323Target
	signTarget
	calendarTarget
	cueTarget
)

type target struct {
	kind     targetKind
	platform int
	literal  string
}

// shortAnchor is the separator of a dial string: too short for the sweep, and read only near other hits, because alone nobody
// could say whose it is.
type shortAnchor struct {
	literal string
	tag     int
}

// shortReach is how far from another hit a dial string is looked for, in bytes.
const shortReach = 2 << 10

const (
	maxLayers       = 8 // wrappers around wrappers
	maxInside       = 4 // hits looked at inside one candidate that was rejected
	maxUnwraps      = 8 // wrappers taken off for one candidate, side by side and one in the other
	maxRecursedText = 16 << 10
)

// standard is the Finder for All, built on first use.
var standard = sync.OnceValue(func() *Finder { return NewFinder(All()) }) //nolint:gochecknoglobals // immutable after first use

// Find returns the meeting links in text, ordered by place. Sightings of one meeting share their Key, or name each
// other's Key among their Aliases.
func Find(text []byte) []Sighting {
	return slices.DeleteFunc(standard().FindIn(text, 0, len(text)), func(s Sighting) bool { return s.Possible })
}

// Standard is the Finder that Find uses.
func Standard() *Finder { return standard() }

// Promising reports whether text holds anything that a link or an invitation can begin with. Where it says no, FindIn finds nothing.
// It is a fraction of that work, for streams of which nearly nothing holds a link.
func (f *Finder) Promising(text []byte) bool {
	s := f.search()
	spots := hiddenSpots(text)
	promising := len(f.set.find(s.room.hits, text, 0, len(text))) > 0 || len(spots) > 0 && len(s.telling(text, mergeSpots(spots), nil)) > 0
	s.end()
	return promising
}

// Reach is how far around a place lies what decides about it: the id below a heading, the link above a passcode.
const Reach = 4 << 10

// FindIn is Find for a stretch of a longer text: it looks at what stands in [from, to), and what lies outside is context. A
// sighting may start before from. Who cuts a text into pieces looks Reach further on both sides of each, and keeps the
// sightings that start in the piece itself: so neighbours come to the same sightings, and each is kept once. Unlike Find it also
// returns what is only possible (see Sighting.Possible).
func (f *Finder) FindIn(text []byte, from, to int) []Sighting {
	s := f.search()
	found := s.run(text, from, to)
	s.end()
	return found
}

// search is one call of FindIn: not shared, thrown away.
type search struct {
	f         *Finder
	depth     int
	fuel      *int // wrappers that may still be taken off for this candidate
	apart     bool // for Mask: nothing is joined or dropped
	plain     int  // see mayWrap
	possibles []Sighting
	trace     func(Step) // for Explain
	room      *room
}

func (s *search) run(text []byte, from, to int) []Sighting {
	spots := hiddenSpots(text)
	hits, spots := s.sweep(s.room.hits, text, from, to, spots)
	defer func() { s.room.hits = emptied(hits) }()
	if spots = s.telling(text, mergeSpots(spots), hits); len(spots) == 0 {
		return s.judged(text, hits)
	}
	v := s.clean(text, spots)
	defer v.leave()
	moved := s.resweep(v, hits, from, to)
	defer func() { s.room.moved = emptied(moved) }()
	found := s.judged(v.text, moved)
	for i := range found {
		found[i].Start, found[i].End = v.offset(found[i].Start), v.offset(found[i].End)
		for j, span := range found[i].Secret {
			found[i].Secret[j] = Span{v.offset(span.Start), v.offset(span.End)}
		}
	}
	return found
}

// telling keeps the spots that hold a hit, as they stand or cleaned. The others hide nothing.
func (s *search) telling(text []byte, spots []Span, hits []literalHit) []Span {
	kept, next := spots[:0], 0
	for _, spot := range spots {
		for next < len(hits) && hits[next].start < spot.Start {
			next++
		}
		if next < len(hits) && hits[next].start < spot.End || s.uncovers(text[spot.Start:spot.End]) {
			kept = append(kept, spot)
		}
	}
	return kept
}

func (s *search) uncovers(raw []byte) bool {
	v := s.clean(raw, []Span{{0, len(raw)}})
	defer v.leave()
	hits, _ := s.sweep(s.room.tried, v.text, 0, len(v.text), nil)
	s.room.tried = emptied(hits)
	return len(hits) > 0
}

// clean builds the search's view. It has one at a time.
func (s *search) clean(raw []byte, spots []Span) *view {
	s.room.view.clean(raw, spots, s.f.labels)
	return &s.room.view
}

// sweep collects the literals' hits in order, in the room of hits, and adds the surroundings of signs of hidden text to spots.
func (s *search) sweep(hits []literalHit, text []byte, from, to int, spots []Span) ([]literalHit, []Span) {
	hits = s.f.set.find(hits[:0], text, max(0, from-spotRadius), min(len(text), to+spotRadius))
	kept := hits[:0]
	unfolded := 0
	for _, h := range hits {
		switch kind := s.f.targets[h.tag].kind; {
		case kind == signTarget:
			spots = addSpot(spots, h.start, len(text))
		case kind == calendarTarget:
			spots, unfolded = addFolds(spots, text, h.start, unfolded)
		case h.start >= from && h.start < to:
			kept = append(kept, h)
		}
	}
	n := len(kept)
	done := from
	for _, h := range kept[:n] {
		if !s.f.dialled(h) {
			continue
		}
		start, end := max(done, h.start-shortReach), min(to, h.end+shortReach)
		kept = s.f.appendShort(kept, text, start, end)
		done = max(done, end)
	}
	if len(kept) > n {
		slices.SortStableFunc(kept, byStart)
	}
	return kept, spots
}

// dialled: a dial string may belong to what was hit, which is no wrapper.
func (f *Finder) dialled(h literalHit) bool {
	kind := f.targets[h.tag].kind
	return kind != wrapperTarget && kind != wrapperPathTarget
}

// resweep leads the hits outside the cleaned spots into the view and looks for new ones inside them.
func (s *search) resweep(v *view, hits []literalHit, from, to int) []literalHit {
	moved := s.room.moved
	next, shift := 0, 0
	for i, spot := range v.spots {
		for ; next < len(hits) && hits[next].start < spot.raw.Start; next++ {
			moved = append(moved, hits[next].moved(-shift))
		}
		limit := len(v.text)
		if i+1 < len(v.spots) {
			limit = v.spots[i+1].clean.Start
		}
		found, _ := s.sweep(s.room.tried, v.text[:limit], max(spot.clean.Start, v.inverse(from)), min(spot.clean.End, v.inverse(to)), nil)
		moved = append(moved, found...)
		s.room.tried = emptied(found)
		for ; next < len(hits) && hits[next].start < spot.raw.End; next++ {
		}
		shift = spot.raw.End - spot.clean.End
	}
	for ; next < len(hits); next++ {
		moved = append(moved, hits[next].moved(-shift))
	}
	return moved
}

func byStart(a, b literalHit) int { return a.start - b.start }

func (h literalHit) moved(by int) literalHit {
	h.start, h.end = h.start+by, h.end+by
	return h
}

// appendShort finds the separators of dial strings that begin in text[from:to).
func (f *Finder) appendShort(hits []literalHit, text []byte, from, to int) []literalHit {
	for from = max(from, 1); from < to; {
		skipped, ahead := vectorPairs(text[from:min(len(text), to+1)])
		from += skipped
		hits = f.appendShortIn(hits, text, from, min(from+ahead, to))
		from += ahead
	}
	return hits
}

func (f *Finder) appendShortIn(hits []literalHit, text []byte, from, to int) []literalHit {
	for _, a := range f.short {
		part := text[:min(len(text), to+len(a.literal)-1)]
		for i := from; i < len(part); i++ {
			n := bytes.Index(part[i:], []byte(a.literal))
			if n < 0 {
				break
			}
			i += n
			if end := i + len(a.literal); end < len(text) && isDigit(text[i-1]) && isDigit(text[end]) {
				hits = append(hits, literalHit{start: i, end: end, tag: a.tag})
			}
		}
	}
	return hits
}

// judged turns hits into sightings: joined, or each for itself.
func (s *search) judged(text []byte, hits []literalHit) []Sighting {
	links, numbers := s.judge(text, hits)
	defer func() { s.room.links = emptied(s.room.links) }()
	switch {
	case s.apart:
		return slices.Concat(links, apart(numbers))
	case len(links) == 0 && len(numbers) == 0:
		return s.possibles
	}
	found := join(s.room.joiner, text, links, numbers)
	s.explainNumbers(numbers, found)
	return append(found, s.possibles...)
}

// explainNumbers says which numbers nobody took.
func (s *search) explainNumbers(numbers []number, found []Sighting) {
	if s.trace == nil {
		return
	}
	for _, n := range numbers {
		taken := slices.ContainsFunc(found, func(f Sighting) bool {
			return f.Start == n.start || strings.HasSuffix(f.Key(), ":"+n.digits) || slices.ContainsFunc(f.Aliases, func(alias string) bool { return strings.HasSuffix(alias, ":"+n.digits) })
		})
		if !taken {
			s.step(func() Step {
				return Step{Start: n.start, End: n.end, Platform: n.platform, Outcome: "dropped", Shown: maskDigits(n.digits),
					Reason: "a number, but nothing near it says which service's, or it belongs to a link that names another"}
			})
		}
	}
}

// explainLabel says why no number was read behind a label.
func (s *search) explainLabel(text []byte, h literalHit) {
	if s.trace == nil {
		return
	}
	behind := text[h.end:min(len(text), h.end+40)]
	var digits []byte
	for _, c := range behind {
		if isDigit(c) {
			digits = append(digits, c)
		} else if isAlpha(c) || c == '\n' && len(digits) > 0 {
			break // the next word: what is behind it is not this label's
		}
	}
	if len(digits) < 6 {
		return
	}
	reason := "digits behind a label, but not in the shape of a meeting's number"
	if placeholderDigits(string(digits)) {
		reason = Placeholder.Error()
	}
	s.step(func() Step {
		return Step{Start: h.start, End: h.end, Outcome: "dropped", Shown: maskDigits(string(digits)), Reason: reason}
	})
}

// apart makes a sighting of every number, whoever it may belong to.
func apart(numbers []number) []Sighting {
	found := make([]Sighting, 0, len(numbers))
	for _, n := range numbers {
		l := Link{Platform: n.platform, Kind: n.kind, Class: NumberOnly, ID: n.digits}
		found = append(found, Sighting{Link: l, Start: n.start, End: n.end, Secret: n.secretSpans})
	}
	return found
}

// judge turns hits into links and numbers, in order.
func (s *search) judge(text []byte, hits []literalHit) (links []Sighting, numbers []number) {
	links = s.room.links
	consumed, looked, inside := 0, 0, 0
	var heads columns
	for _, h := range hits {
		if h.start < consumed {
			continue
		}
		if h.start < looked {
			if inside++; inside > maxInside {
				continue
			}
		} else {
			inside = 0
		}
		var found []Sighting
		var end int
		switch t := s.f.targets[h.tag]; t.kind {
		case hostTarget, wrapperTarget:
			found, end = s.atHost(text, h)
		case wrapperPathTarget:
			found, end = s.atWrapperPath(text, h)
		case anchorTarget:
			found, end = s.atAnchor(text, h, t)
		case ownTarget:
			found, end = s.atOwnHost(text, h, t)
		case bareTarget:
			found, end = s.atBare(text, h, t)
		case labelTarget, tapTarget, h323Target:
			if n, ok := s.number(text, h, t.kind); ok {
				numbers = append(numbers, n)
				s.step(func() Step {
					return Step{Start: n.start, End: n.end, Platform: n.platform, Outcome: "number", Shown: maskDigits(n.digits)}
				})
			} else if t.kind == labelTarget {
				numbers = s.column(text, h, &heads, numbers)
			}
		}
		looked = max(looked, end)
		if len(found) > 0 {
			links = append(links, found...)
			consumed = max(consumed, end)
		}
	}
	s.room.links = links
	return withoutCutEnd(text, links), numbers
}

// withoutCutEnd drops a number at the very end of a text that is the beginning of another one in it: the text was cut there.
func withoutCutEnd(text []byte, links []Sighting) []Sighting {
	if len(links) == 0 || links[len(links)-1].End < len(text) {
		return links
	}
	last := links[len(links)-1]
	for _, other := range links[:len(links)-1] {
		if other.Platform == last.Platform && completes(last.ID, other.ID) {
			return links[:len(links)-1]
		}
	}
	return links
}

func (s *search) number(text []byte, h literalHit, kind targetKind) (number, bool) {
	switch kind {
	case labelTarget:
		return readLabel(text, h.start, h.end-h.start)
	case tapTarget:
		return readTap(text, h.start)
	default:
		return readH323(text, h.start)
	}
}

// atHost judges the URL around a known host.
func (s *search) atHost(text []byte, h literalHit) ([]Sighting, int) {
	wrapper := s.f.targets[h.tag].kind == wrapperTarget
	if !leadsOn(text, h) || wrapper && !s.mayWrap(text, h) {
		return nil, h.end
	}
	if !wrapper && s.trace == nil && headedElsewhere(text[h.end:], s.f.platforms[s.f.targets[h.tag].platform].Heads) {
		return nil, h.end
	}
	c, ok := cutCandidate(text, h.start, wrapper, s.room.text[:])
	if !ok {
		return nil, h.end
	}
	u := s.room.url.read(c.text)
	index, base := s.f.platformOf(u.Host)
	if base == "" || base != u.Host && s.f.wrapping[base] { // a platform's own host is no wrapper, whatever its parent domain is
		if found, ok := s.unwrapped(c); ok {
			return found, c.end
		}
	}
	if base == "" {
		return nil, c.end
	}
	u.Base = base
	return s.parse(text, c, u, &s.f.platforms[index])
}

// leadsOn reports whether something stands behind the host that can be part of a link, or a user before it: a host in prose
// is none.
func leadsOn(text []byte, h literalHit) bool {
	if bytes.ContainsAny(text[h.start:h.end], "/?%\\&") || text[h.end-1] == '.' {
		return true // the literal holds the beginning of a path or query ("t.me/", "t.me%2f", "t.me?v"), or the host goes on ("google.")
	}
	if h.end < len(text) && strings.IndexByte("/?#:%\\&=.<", text[h.end]) >= 0 {
		return true
	}
	i := h.start
	for i > 0 && h.start-i < 64 && isHostByte(text[i-1]) {
		i--
	}
	return i > 0 && text[i-1] == '@'
}

// headedElsewhere reports whether a path begins, as it stands, with another segment than the given ones; false when none are given.
func headedElsewhere(path []byte, heads []string) bool {
	if len(heads) == 0 || len(path) == 0 || path[0] != '/' {
		return false
	}
	n := 1
	for n < len(path) && n < 32 && (isAlnum(path[n]) || path[n] == '_' || path[n] == '-') {
		n++
	}
	if n == len(path) || path[n] != '/' {
		return false
	}
	return !slices.ContainsFunc(heads, func(head string) bool { return len(head) == n-1 && equalFold(path[1:n], head) })
}

// mayWrap reports whether what follows a wrapper's host can hold another link, or is a short code. What it has gone through in vain
// it does not read again for the next host.
func (s *search) mayWrap(text []byte, h literalHit) bool {
	if bytes.IndexByte(text[h.start:h.end], ':') >= 0 {
		return true // a scheme says so: "data:text/"
	}
	i := max(h.end, s.plain)
	for ; i < len(text) && i-h.end < maxCandidate; i++ {
		c := text[i]
		if c == '=' || c == '%' || c == ':' {
			return true
		}
		if c <= ' ' || c == '"' || c == '<' || c == '>' || c >= 0x80 {
			break
		}
	}
	s.plain = i
	return false
}

// atWrapperPath takes the wrapper off whose path was hit: one of Google's, whose name stands before it. Other hosts have such paths,
// too; what stands behind those is looked at for itself.
func (s *search) atWrapperPath(text []byte, h literalHit) ([]Sighting, int) {
	const name, reach = "google.", 48
	at := h.start - len(name)
	for at >= max(0, h.start-reach) && !equalFold(text[at:at+len(name)], name) {
		at--
	}
	if at < max(0, h.start-reach) {
		return nil, h.end
	}
	c, ok := cutCandidate(text, at, true, s.room.text[:])
	if !ok {
		return nil, h.end
	}
	found, _ := s.unwrapped(c)
	return found, c.end
}

// platformOf finds the platform of a host by its longest known suffix.
func (f *Finder) platformOf(host string) (int, string) {
	for rest := host; ; {
		if i, ok := f.hosts[rest]; ok {
			return i, rest
		}
		dot := strings.IndexByte(rest, '.')
		if dot < 0 {
			return 0, ""
		}
		rest = rest[dot+1:]
	}
}

// atAnchor judges the URL around a telling path or scheme, on whatever host.
func (s *search) atAnchor(text []byte, h literalHit, t target) ([]Sighting, int) {
	var c candidate
	var ok bool
	if strings.Contains(t.literal, ":") {
		c, ok = cutCandidate(text, h.start+leadingSeparator(t.literal), false, s.room.text[:])
	} else {
		c, ok = anchorURL(text, h.start, s.room.text[:])
	}
	if !ok {
		return nil, h.end
	}
	u := s.room.url.read(c.text)
	if _, base := s.f.platformOf(u.Host); base != "" {
		return nil, c.end // a known host speaks for itself
	}
	u.Anchor = t.literal
	return s.parse(text, c, u, &s.f.platforms[t.platform])
}

// atOwnHost judges the URL on a host that an organisation registered for a service of its own: by the telling paths of the
// platforms, and else as a room of Jitsi, which has none.
func (s *search) atOwnHost(text []byte, h literalHit, t target) ([]Sighting, int) {
	c, ok := cutCandidate(text, h.start, false, s.room.text[:])
	if !ok {
		return nil, h.end
	}
	u := s.room.url.read(c.text)
	if u.Host != t.literal || u.User != "" {
		return nil, c.end
	}
	u.Scheme = "https"
	lower := lowerASCII(c.text)
	for i := range s.f.platforms {
		for _, anchor := range s.f.platforms[i].Anchors {
			if !strings.Contains(anchor, ":") && strings.Contains(lower, anchor) {
				u.Anchor = anchor
				return s.parse(text, c, u, &s.f.platforms[i])
			}
		}
	}
	if t.platform < 0 {
		return nil, c.end
	}
	return s.parse(text, c, u, &s.f.platforms[t.platform])
}

// parse asks the platform; when the link stopped at a line's end, it asks for the continued link too and takes the better.
func (s *search) parse(text []byte, c candidate, u *URL, p *Platform) ([]Sighting, int) {
	u.head, u.tail = headOf(text, c.start), tailOf(text, c.end)
	link, err := p.Parse(u)
	end := c.end
	if c.wrapped != "" {
		whole := parseURL(c.wrapped)
		whole.Base, whole.Anchor, whole.head, whole.tail = u.Base, u.Anchor, u.head, tailOf(text, c.wrappedEnd)
		if longer, wrappedErr := p.Parse(whole); wrappedErr == nil && (err != nil && !stopsAtLine(text, c, err, longer) || err == nil && (extends(text, c, link, longer) || p.completed(link, longer))) {
			link, err, end = longer, nil, c.wrappedEnd
		}
	}
	if err == nil && c.cut && strings.HasSuffix(strings.TrimRight(c.text, "#"), lastBytes(link.ID, 4)) && (p.Whole == nil || !p.Whole(link)) {
		err = Incomplete
	}
	var via []string
	if c.layers > 0 {
		via = []string{"percent-encoding"}
	}
	if err != nil {
		s.step(func() Step {
			return Step{Start: c.start, End: end, Platform: p.Name, Via: via, Outcome: "dropped", Reason: err.Error(), Shown: maskLoose(c.text)}
		})
		if s.apart && c.cut && !bytes.HasPrefix(text[c.end:], []byte("•")) { // what was cut off may be most of an id
			return s.room.only(Sighting{Link: Link{Platform: p.Name, Path: maskLoose(c.text)}, Start: c.start, End: end}), end
		}
		return nil, end
	}
	link.Platform = p.Name
	s.step(func() Step {
		return Step{Start: c.start, End: end, Platform: p.Name, Via: via, Outcome: "kept", Shown: link.MaskedURL()}
	})
	return s.room.only(Sighting{Link: link, Start: c.start, End: end, Via: via}), end
}

// extends reports whether the link that was joined from two lines says more than the one that ends with its line (a longer number, a
// secret, the organisation), and is no number before a sentence that begins with a count ("12 people came").
func extends(text []byte, c candidate, short, long Link) bool {
	if completes(short.ID, long.ID) {
		prose, goesOn := proseAt(text, c.wrappedAt)
		return !prose || !goesOn
	}
	return short.ID == long.ID && (len(long.Secrets) > len(short.Secrets) || short.Org == "" && long.Org != "")
}

// completed reports whether the longer id is as long as such ids can be and begins with the shorter one, which is not. A dot and what has no
// capitals but the first are the end of a sentence and the next one's first word.
func (p *Platform) completed(short, long Link) bool {
	if p.Whole == nil || short.Space != long.Space || !strings.HasPrefix(long.ID, short.ID) {
		return false
	}
	if rest, dot := strings.CutPrefix(long.ID[len(short.ID):], "."); dot && rest != "" && rest[1:] == strings.ToLower(rest[1:]) {
		return false
	}
	return !p.Whole(short) && p.Whole(long) && !all(long.ID, isDigit)
}

// stopsAtLine reports whether a link that was judged to be none ends with its line all the same: a sample room, or an address without a
// room, before a sentence that goes on below ("…/my-room" and "then press join"). Any word behind a sample makes a name of a room. A path
// that ends in a slash ("…/my/") promises a name, and no sentence begins with a dot or a hyphen.
func stopsAtLine(text []byte, c candidate, err error, joined Link) bool {
	prose, goesOn := proseAt(text, c.wrappedAt)
	_, path, _ := strings.Cut(strings.TrimPrefix(c.text, "https://"), "/")
	switch bare := strings.IndexByte("/=", c.text[len(c.text)-1]) >= 0; {
	case bare: // the mark that ends a sentence ends the address
		return path == "" && prose && goesOn || c.end < len(text) && strings.IndexByte(".,;:!?)", text[c.end]) >= 0
	case errors.Is(err, Incomplete), c.wrappedAt < len(text) && strings.IndexByte(".-_", text[c.wrappedAt]) >= 0:
		return false
	case joined.Kind == PersonalRoom && !all(joined.ID, isDigit) && !joinedAsWritten(text, c.wrappedAt):
		return true
	}
	return prose
}

// completes reports whether a number that could stand for itself is the beginning of the longer one. Of other ids the one that
// needs no line joined is believed.
func completes(short, long string) bool {
	return len(long) > len(short) && strings.HasPrefix(long, short) && all(long, isDigit)
}

func lastBytes(s string, n int) string { return s[max(0, len(s)-n):] }

func headOf(text []byte, start int) []byte { return text[max(0, start-maxHead):start] }

func tailOf(text []byte, end int) []byte { return text[end:min(len(text), end+maxTail)] }

// atBare judges an id that stands without a URL (a Teams thread in a calendar property).
func (s *search) atBare(text []byte, h literalHit, t target) ([]Sighting, int) {
	p := &s.f.platforms[t.platform]
	link, span, err := p.Bare(text, h.start)
	if err != nil {
		s.step(func() Step {
			return Step{Start: h.start, End: h.end, Platform: p.Name, Outcome: "dropped", Reason: err.Error()}
		})
		return nil, h.end
	}
	link.Platform = p.Name
	s.step(func() Step {
		return Step{Start: span.Start, End: span.End, Platform: p.Name, Outcome: "kept", Shown: link.MaskedURL()}
	})
	return s.room.only(Sighting{Link: link, Start: span.Start, End: span.End}), span.End
}

// unwrapped takes one wrapper off and searches what was inside.
func (s *search) unwrapped(c candidate) ([]Sighting, bool) {
	if len(c.text) > maxRecursedText {
		return nil, false
	}
	layer, ok := unwrap.Unwrap(c.text)
	if !ok {
		return nil, false
	}
	if s.depth == 0 {
		fuel := maxUnwraps
		s.fuel = &fuel
	}
	*s.fuel--
	if layer.Opaque || s.depth >= maxLayers || *s.fuel < 0 {
		s.opaque(c, layer)
		return nil, true
	}
	inner := s.f.search()
	inner.depth, inner.fuel, inner.apart = s.depth+1, s.fuel, s.apart
	if s.trace != nil {
		inner.trace = func(step Step) {
			step.Start, step.End, step.Via = c.start, c.end, append([]string{layer.Name}, step.Via...)
			s.trace(step)
		}
	}
	var found []Sighting
	for _, text := range layer.Texts[:min(len(layer.Texts), 8)] {
		for _, sighting := range inner.run([]byte(text), 0, len(text)) {
			sighting.Via = append([]string{layer.Name}, sighting.Via...)
			sighting.Start, sighting.End, sighting.Secret = c.start, c.end, nil
			found = append(found, sighting)
		}
	}
	inner.end()
	return found, true
}

// opaque notes a wrapper that cannot be decoded. When it names a meeting service's host, a meeting link is possible there.
func (s *search) opaque(c candidate, layer unwrap.Layer) {
	platform := s.possible(layer.Domain)
	s.step(func() Step {
		return Step{Start: c.start, End: c.end, Outcome: "opaque", Via: []string{layer.Name}, Reason: "cannot be decoded offline",
			Possible: platform, Shown: maskLoose(c.text)}
	})
	if platform != "" && s.depth == 0 && !s.apart {
		s.possibles = append(s.possibles, Sighting{Link: Link{Platform: platform, Host: layer.Domain}, Start: c.start, End: c.end,
			Via: []string{layer.Name}, Possible: true})
	}
}

// possible names the platform of a host that an opaque wrapper gives away.
func (s *search) possible(domain string) string {
	if domain == "" {
		return ""
	}
	if i, base := s.f.platformOf(strings.ToLower(domain)); base != "" {
		return s.f.platforms[i].Name
	}
	return ""
}

// step tells an explanation, if one was asked for. What it shows is made only then.
func (s *search) step(told func() Step) {
	if s.trace != nil {
		s.trace(told())
	}
}
