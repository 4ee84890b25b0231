package scanner

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"meetleaks/matchers"
)

// Reading is a document that a source read.
type Reading struct {
	Document
	Source string    // the configured name; at most MaxName bytes
	At     time.Time // when it was read; zero: now. The same reading given again has the same time
	Posted time.Time // when it was posted or last changed, by the place's own word; zero: not known
	Reach  int64     // people who may have seen it, as far as the source knows
	// Version changes whenever the text may have changed (a hash, a validator). Nil: not known, it is always matched.
	Version []byte
	// Shown is how people may be told the place, without anybody's name: "mastodon.example". "": the masked URI.
	Shown string
	// Reference is what a social place is found again by (its whole address): it is kept only encrypted under the data key of the
	// organisation whose meeting stands there, see [Pipeline.Where]. Not set: the place is no secret. One of more than
	// MaxClearBytes is not kept. With it URI still tells places apart, and is kept as a keyed hash alone; Shown must be given.
	Reference Secret
	// First says that the source is read for the first time: above Caps.Burst leaks of an organisation become one digest.
	First bool
}

// Taken is what came of a reading.
type Taken struct {
	Unchanged bool // it was read before: its text was not read again
	Bytes     int64
	Meetings  int // in the document
	Nobodys   int // of these, of no registered organisation: forgotten
	Claimed   int // sightings of leaks; a meeting of two organisations is two
	Unjudged  int // leaks that stood there, and of which this reading says nothing: see PipelineOptions.Judges
	New       int // of these, leaks that were not known
	// Skips says what was not read, or could not be kept. A Failure among them makes the reading incomplete, not clean; then the
	// document is matched again next time.
	Skips []Skip
}

// CrowdFirstRun is the Delivery.Crowd of leaks that were found with many others when a source was read for the first time.
const CrowdFirstRun = "first-run"

// place is a reading as leaks know it.
type place struct {
	Reading
	site  string
	shown string // masked, but for the ids of the document's own meetings: see Finding.Hide
	print uint64 // of this version
	known uint64 // remembered while leaks stand at the place
	again uint64 // remembered when something was gone from the place: then every version is matched
	lives uint64 // of these days, see standsEvery
	found []Finding
}

// standsEvery is how often the leaks at a place that is read unchanged are told that they stand there still. They are then kept as
// what is in public, so that an end that was reached is not forgotten, found anew on the same page and alerted again.
const standsEvery = 5 * 24 * time.Hour

// Take takes a document's findings to the leaks they belong to: when it returns without an error, all that the document brought is
// durable, with the alerts that are owed. With an error, or after a crash, the source keeps its cursor and gives the document
// again: nothing is counted twice that has the same time, and nothing alerted twice. What belongs to nobody is counted and
// forgotten. Meetings that stood in the document before and do not any more are gone from it.
func (p *Pipeline) Take(ctx context.Context, r Reading) (Taken, error) {
	at, err := p.placeOf(r)
	if err != nil {
		return Taken{}, fmt.Errorf("take document: %w", err)
	}
	seen, err := p.store.SeenItems(ctx, []uint64{at.print, at.known, at.again, at.lives})
	if err != nil {
		return Taken{}, fmt.Errorf("take document: %w", err)
	}
	p.counts.documents.Add(1)
	known := seen[1]
	if seen[0] && !seen[2] && r.Version != nil {
		p.counts.unchanged.Add(1)
		if !known {
			return Taken{Unchanged: true}, nil
		}
		return Taken{Unchanged: true}, p.unchanged(ctx, at, seen[3])
	}
	findings, read, skips := p.o.Matcher.Match(ctx, r.Document)
	if err := ctx.Err(); err != nil {
		return Taken{}, fmt.Errorf("take document: %w", err)
	}
	if findings, err = p.canaries(ctx, at, findings); err != nil {
		return Taken{}, fmt.Errorf("take document: %w", err)
	}
	at.found = findings
	t := Taken{Bytes: read, Meetings: len(findings), Skips: shownSkips(at, findings, skips)}
	ids, err := p.claimAll(ctx, at, findings, &t)
	if err != nil {
		return t, fmt.Errorf("take document: %w", err)
	}
	if t.Claimed > 0 {
		p.observe(at)
	}
	err = p.remember(ctx, at, ids, known, &t)
	return t, err
}

// unchanged keeps the memory of a place alive at which leaks stand, and takes a higher reach over.
func (p *Pipeline) unchanged(ctx context.Context, at place, lives bool) error {
	prints := []uint64{at.known}
	if !lives {
		if err := p.Back(ctx, at.URI); err != nil {
			return fmt.Errorf("take document: %w", err)
		}
		prints = append(prints, at.lives)
	}
	if err := p.store.RememberItems(ctx, prints); err != nil {
		return fmt.Errorf("take document: %w", err)
	}
	if at.Reach > 0 {
		return p.Reposted(ctx, at.URI, at.Reach)
	}
	return nil
}

// remember comes last: what the document brought is durable.
func (p *Pipeline) remember(ctx context.Context, at place, ids map[string][]string, known bool, t *Taken) error {
	whole := !slices.ContainsFunc(t.Skips, func(s Skip) bool { return s.Cause == Failure })
	if known && whole {
		if err := p.missing(ctx, at, ids, t); err != nil {
			return fmt.Errorf("take document: %w", err)
		}
	}
	var prints []uint64
	if len(ids) > 0 || known {
		prints = append(prints, at.known)
	}
	if whole && at.Version != nil {
		prints = append(prints, at.print)
	}
	if len(prints) == 0 {
		return nil
	}
	if err := p.store.RememberItems(ctx, prints); err != nil {
		return fmt.Errorf("take document: %w", err)
	}
	return nil
}

func (p *Pipeline) placeOf(r Reading) (place, error) {
	if r.URI == "" {
		return place{}, fmt.Errorf("a document without a place: %w", ErrBadValue)
	}
	if err := CheckName("source", r.Source); err != nil {
		return place{}, err
	}
	if r.Reference.IsSet() && r.Shown == "" {
		return place{}, fmt.Errorf("a place with a reference, and nothing to be shown: %w", ErrBadValue)
	}
	if r.At.IsZero() {
		r.At = p.now()
	}
	by := ""
	if r.MediaType == mediaCalendar {
		by = r.Source // one may be believed more than another, see CalendarTrust
	}
	at := place{Reading: r, site: r.Host, shown: shownPlace(r)}
	if at.site == "" {
		at.site = "source " + r.Source
	}
	at.print = p.print("version", p.o.Generation, r.URI, string(r.Version), by)
	at.known, at.again = p.print("known place", r.URI), p.print("look again", r.URI)
	at.lives = p.print("stands", r.URI, p.now().Truncate(standsEvery).UTC().Format(time.DateOnly))
	return at, nil
}

// maxShown bounds a place as people are shown it, in characters.
const maxShown = 300

// shownPlace masks the name of a document before anything is kept of it. It is whole: of an id that is cut in half nothing could be
// hidden, so that callers cut it when they have hidden the ids that stand in the document.
func shownPlace(r Reading) string {
	text := r.Shown
	if text == "" {
		text = r.URI
	}
	return oneLine(matchers.Mask(text))
}

// clipped is a text of one line, without control characters and invisible ones, cut to maxShown characters.
func clipped(text string) string { return cut(oneLine(text)) }

// oneLine takes control characters and invisible ones away.
func oneLine(text string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsControl(c) || unicode.Is(unicode.Cf, c) || c == unicode.ReplacementChar {
			return -1
		}
		return c
	}, text)
}

// cut leaves maxShown characters.
func cut(text string) string {
	n := 0
	for i := range text {
		if n++; n > maxShown {
			return text[:i] + "…"
		}
	}
	return text
}

// shownSkips masks what was not read as places are: callers show it.
func shownSkips(at place, findings []Finding, skips []Skip) []Skip {
	shown := at.shown
	if len(findings) > 0 {
		shown = findings[0].Hide(shown)
	}
	for i := range skips {
		skips[i].URI, skips[i].Reason = cut(shown), clipped(matchers.Mask(skips[i].Reason))
	}
	return skips
}

// claimAll claims the document's meetings for their owners: those that an organisation knows come first, so that a page full of
// forged ones does not hold them up. ids are the leaks by organisation.
func (p *Pipeline) claimAll(ctx context.Context, at place, findings []Finding, t *Taken) (ids map[string][]string, err error) {
	p.counts.findings.Add(int64(len(findings)))
	byOrg := make(map[string][]*claim)
	for i := range findings {
		f := &findings[i]
		if len(f.Owners) == 0 {
			t.Nobodys++
			continue
		}
		for _, owner := range f.Owners {
			byOrg[owner.Org] = append(byOrg[owner.Org], &claim{place: at, f: f, owner: owner})
		}
	}
	p.counts.nobodys.Add(int64(t.Nobodys))
	ids = make(map[string][]string, len(byOrg))
	var failed []error
	for org, claims := range byOrg {
		var err error
		if ids[org], err = p.claimOrg(ctx, org, claims, t); err != nil {
			failed = append(failed, err)
		}
		if errors.Is(err, ErrUnavailable) || ctx.Err() != nil {
			break
		}
	}
	return ids, errors.Join(failed...)
}

// claimOrg claims for one organisation.
func (p *Pipeline) claimOrg(ctx context.Context, org string, claims []*claim, t *Taken) (ids []string, err error) {
	key, err := p.dataKey(ctx, org)
	if err != nil {
		return nil, err
	}
	for _, c := range claims {
		if err := p.lookUp(ctx, key, c); err != nil {
			return nil, err
		}
	}
	if err := p.hear(ctx, key, claims, t); err != nil {
		return nil, err
	}
	slices.SortStableFunc(claims, func(a, b *claim) int { return worth(b) - worth(a) })
	crowds, err := p.crowd(ctx, org, claims)
	if err != nil {
		return nil, err
	}
	for _, c := range claims {
		c.crowd = crowds.of(c)
		parts, err := p.apart(ctx, c)
		if err != nil {
			return ids, err
		}
		for _, part := range parts {
			id, isNew, err := p.claim(ctx, key, part)
			switch {
			case errors.Is(err, ErrBadValue) || errors.Is(err, ErrBadEvent):
				t.Skips = append(t.Skips, Skip{URI: c.shownAt(), Reason: "a meeting could not be kept", Cause: Failure})
				continue
			case err != nil:
				return ids, err
			}
			ids = append(ids, id)
			t.Claimed++
			if isNew {
				t.New++
				crowds.found++
			}
		}
	}
	return ids, nil
}

// worth orders claims: what an organisation knows by itself, then by risk.
func worth(c *claim) int {
	if c.who.known {
		return 1000 + c.f.Risk.Score
	}
	return c.f.Risk.Score
}

// crowds says which new leaks of a reading are too many to be told one by one.
type crowds struct {
	page  string // the page's key, when there are too many on it
	first bool
	found int // by the organisation so far; counted of a first reading only
	burst int
}

func (c crowds) of(one *claim) string {
	switch {
	case one.who.known:
		return ""
	case c.page != "":
		return c.page
	case c.first && c.found >= c.burst:
		return CrowdFirstRun
	}
	return ""
}

// crowd counts what is new, as far as it matters.
func (p *Pipeline) crowd(ctx context.Context, org string, claims []*claim) (crowds, error) {
	at := claims[0].place
	c := crowds{first: at.First, burst: p.o.Caps.Burst}
	if c.first {
		books, _, err := p.store.Ledger(ctx, org)
		if err != nil {
			return c, fmt.Errorf("count leaks: %w", err)
		}
		c.found = int(min(books.Found, int64(c.burst)))
	}
	if len(claims) <= c.burst {
		return c, nil
	}
	fresh := 0
	for _, one := range claims {
		leaks, err := p.store.FindLeaks(ctx, org, one.keys)
		if err != nil {
			return c, fmt.Errorf("count leaks: %w", err)
		}
		if len(leaks) == 0 {
			fresh++
		}
		if fresh > c.burst {
			c.page = PlaceKey(p.placeKey, org, at.URI)
			break
		}
	}
	return c, nil
}
