package scanner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// A canary is a meeting link that leads nowhere. It is planted where a source should find it, goes the whole way of every other link up
// to the point where it would become a leak, and is noted there instead. A source that does not find it in time is as good as blind,
// whatever it says of itself.

// Canary is one planted link.
type Canary struct {
	Name string // at most MaxName bytes
	// Keys are those by which findings of it are known, see [matchers.KeyID].
	Keys []string
	// Sources should find it, each within Every: sources of kind [Poll] while it stands, by reading its place again; of kind [Stream],
	// as it is posted anew.
	Sources []string
	Every   time.Duration
}

// MaxCanaries is the most canaries of a deployment.
const MaxCanaries = 100

// canaryVisits is the name under which the store keeps what is known of canaries. No configured source has it.
const canaryVisits = "\u200acanaries"

// canaryAgain is how often what is known of a canary is written again though nothing changed: what nobody writes is forgotten one day.
const canaryAgain = 30 * 24 * time.Hour

// CanarySighting is what is kept of a canary at a source.
type CanarySighting struct {
	Canary string `json:"canary"`
	Source string `json:"source"`
	// Since is when it was first looked for, Found when it was found last, Posted when that had been posted by the place's own word.
	Since  time.Time `json:"since"`
	Found  time.Time `json:"found,omitzero"`
	Posted time.Time `json:"posted,omitzero"`
	// Stands says that its place has not changed since: reading it again unchanged is finding it.
	Stands bool `json:"stands,omitempty"`
	// Place tells the place at which it was found last from others.
	Place uint64 `json:"place,omitempty"`
}

// Missed is how many times in a row the source did not find it, by now. passed is when the source last made a pass that did not fail.
func (s CanarySighting) Missed(every time.Duration, passed, now time.Time) int {
	last := s.last(passed)
	if every <= 0 || !now.After(last) {
		return 0
	}
	return int(min(now.Sub(last)/every, 1000))
}

// MissedSince is when it was missed CanariesMissed times in a row: whoever asks, and whenever, is told the same.
func (s CanarySighting) MissedSince(every time.Duration, passed time.Time) time.Time {
	return s.last(passed).Add(CanariesMissed * every)
}

// last is when the source is known to have seen it, or to have begun to look for it.
func (s CanarySighting) last(passed time.Time) time.Time {
	last := s.Since
	if s.Found.After(last) {
		last = s.Found
	}
	if s.Stands && passed.After(last) {
		last = passed
	}
	return last
}

// CanariesMissed is how many times in a row make an alert.
const CanariesMissed = 2

// Canaries knows the canaries of a deployment. Of several processes on one store all know the same. It is safe for concurrent use.
type Canaries struct {
	list   []Canary
	byKey  map[string]int
	visits Visits
}

// NewCanaries makes it. All that is wrong is told at once, wrapping ErrBadValue.
func NewCanaries(list []Canary, visits Visits) (*Canaries, error) {
	c := &Canaries{list: list, byKey: map[string]int{}, visits: visits}
	var mistakes []error
	if len(list) > MaxCanaries || visits == nil {
		mistakes = append(mistakes, fmt.Errorf("canaries: at most %d, and a store: %w", MaxCanaries, ErrBadValue))
	}
	for i, one := range list {
		if err := CheckName("canary", one.Name); err != nil {
			mistakes = append(mistakes, err)
		}
		if len(one.Keys) == 0 || len(one.Sources) == 0 || one.Every <= 0 {
			mistakes = append(mistakes, fmt.Errorf("canary %q: needs a link, sources and a time: %w", one.Name, ErrBadValue))
		}
		for _, key := range one.Keys {
			c.byKey[key] = i
		}
	}
	return c, errors.Join(mistakes...)
}

// of is the canary that a finding names; nil: none. alone says that it names nothing else: a canary stands in public, and whoever writes
// it beside another link, as if both were one meeting, must not hide that.
func (c *Canaries) of(keys []string) (canary *Canary, alone bool) {
	alone = true
	for _, key := range keys {
		i, found := c.byKey[key]
		switch {
		case !found:
			alone = false
		case canary == nil:
			canary = &c.list[i]
		}
	}
	return canary, alone
}

// at are the canaries that a source should find.
func (c *Canaries) at(source string) []*Canary {
	if c == nil {
		return nil
	}
	var list []*Canary
	for i := range c.list {
		if slices.Contains(c.list[i].Sources, source) {
			list = append(list, &c.list[i])
		}
	}
	return list
}

func canaryPage(canary, source string) string {
	return fmt.Sprintf("%d %s %s", len(canary), canary, source)
}

// found notes that a source found a canary.
func (c *Canaries) found(ctx context.Context, canary, source string, place uint64, at, posted time.Time) error {
	return c.change(ctx, canary, source, at, func(s *CanarySighting) bool {
		if s.Stands && at.Sub(s.Found) < time.Second {
			return false
		}
		s.Found, s.Posted, s.Stands, s.Place = at, posted, true, place
		return true
	})
}

// lost notes that a canary does not stand any more where it was found.
func (c *Canaries) lost(ctx context.Context, canary, source string, place uint64, at time.Time) error {
	return c.change(ctx, canary, source, at, func(s *CanarySighting) bool {
		was := s.Stands && s.Place == place
		s.Stands = s.Stands && !was
		return was
	})
}

// change loads what is known of a canary at a source, and keeps it when f says that it changed, or when nothing was known.
func (c *Canaries) change(ctx context.Context, canary, source string, now time.Time, f func(*CanarySighting) bool) error {
	page := canaryPage(canary, source)
	v, known, err := c.visits.LoadVisit(ctx, canaryVisits, page)
	if err != nil {
		return fmt.Errorf("canary: %w", err)
	}
	s := CanarySighting{Canary: canary, Source: source, Since: now}
	if known && json.Unmarshal(v.Data, &s) != nil {
		s, known = CanarySighting{Canary: canary, Source: source, Since: now}, false
	}
	if !f(&s) && known && now.Sub(v.Next) < canaryAgain {
		return nil
	}
	data, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("canary: %w", err)
	}
	if err := c.visits.SaveVisit(ctx, canaryVisits, Visit{Page: page, Data: data, Next: now}); err != nil {
		return fmt.Errorf("canary: %w", err)
	}
	return nil
}

// Look is what is known of all canaries at all their sources. Those that were never looked for are from now on.
func (c *Canaries) Look(ctx context.Context, now time.Time) ([]CanarySighting, error) {
	var all []CanarySighting
	for _, canary := range c.list {
		for _, source := range canary.Sources {
			err := c.change(ctx, canary.Name, source, now, func(s *CanarySighting) bool {
				all = append(all, *s)
				return false
			})
			if err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

// Known is what is known of canaries at their sources, without those that nobody looked for yet. It writes nothing.
func (c *Canaries) Known(ctx context.Context) ([]CanarySighting, error) {
	var all []CanarySighting
	for _, canary := range c.list {
		for _, source := range canary.Sources {
			v, known, err := c.visits.LoadVisit(ctx, canaryVisits, canaryPage(canary.Name, source))
			if err != nil {
				return nil, fmt.Errorf("canary: %w", err)
			}
			var s CanarySighting
			if known && json.Unmarshal(v.Data, &s) == nil {
				all = append(all, s)
			}
		}
	}
	return all, nil
}

// Every is how often a canary must be found, 0 when there is none of that name.
func (c *Canaries) Every(canary string) time.Duration {
	for _, one := range c.list {
		if one.Name == canary {
			return one.Every
		}
	}
	return 0
}

// canaryPrint is remembered of a place at which a canary stands.
func (p *Pipeline) canaryPrint(canary, uri string) uint64 { return p.print("canary at", canary, uri) }

// canaries takes the canaries of a document out of its findings, and notes them, and those that stood there and do not any more.
func (p *Pipeline) canaries(ctx context.Context, at place, findings []Finding) ([]Finding, error) {
	expected := p.o.Canaries.at(at.Source)
	if p.o.Canaries == nil {
		return findings, nil
	}
	here := map[string]bool{}
	rest := findings[:0]
	for i := range findings {
		canary, alone := p.o.Canaries.of(p.meetingKeys(findings[i].Link))
		if canary == nil || !alone {
			rest = append(rest, findings[i])
		}
		if canary == nil {
			continue
		}
		if here[canary.Name] || !slices.Contains(canary.Sources, at.Source) {
			continue // planted for another source, and seen by this one
		}
		here[canary.Name] = true
		if err := p.canaryHere(ctx, canary.Name, at); err != nil {
			return nil, err
		}
	}
	expected = slices.DeleteFunc(expected, func(c *Canary) bool { return here[c.Name] })
	return rest, p.canariesGone(ctx, expected, at.URI)
}

func (p *Pipeline) canaryHere(ctx context.Context, canary string, at place) error {
	print := p.canaryPrint(canary, at.URI)
	if err := p.o.Canaries.found(ctx, canary, at.Source, print, at.At, at.Posted); err != nil {
		return err
	}
	p.observe(at)
	return p.store.RememberItems(ctx, []uint64{print})
}

// canariesGone notes of canaries that they are not at a place, if they were.
func (p *Pipeline) canariesGone(ctx context.Context, list []*Canary, uri string) error {
	if len(list) == 0 {
		return nil
	}
	prints := make([]uint64, len(list))
	for i, canary := range list {
		prints[i] = p.canaryPrint(canary.Name, uri)
	}
	seen, err := p.store.SeenItems(ctx, prints)
	if err != nil {
		return err
	}
	for i, canary := range list {
		if !seen[i] {
			continue
		}
		for _, source := range canary.Sources {
			if err := p.o.Canaries.lost(ctx, canary.Name, source, prints[i], p.now()); err != nil {
				return err
			}
		}
	}
	return nil
}

// canariesLost notes that a place is gone at which canaries may have stood.
func (p *Pipeline) canariesLost(ctx context.Context, uri string) error {
	if p.o.Canaries == nil {
		return nil
	}
	all := make([]*Canary, len(p.o.Canaries.list))
	for i := range all {
		all[i] = &p.o.Canaries.list[i]
	}
	return p.canariesGone(ctx, all, uri)
}

// observe tells how long after it was posted something was found.
func (p *Pipeline) observe(at place) {
	if p.o.Found == nil || at.Posted.IsZero() {
		return
	}
	p.o.Found(at.Source, max(at.At.Sub(at.Posted), 0))
}
