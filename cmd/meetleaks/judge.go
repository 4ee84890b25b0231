package main

import (
	"crypto/rand"
	"slices"
	"strings"
	"time"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/matchers"
	"meetleaks/scanner"
)

// indexKey gives the key under which findings get their `key`: the configured one, which is stable, else a new one that
// is forgotten with this run.
func indexKey(keys config.Keys) (key []byte, stable bool, err error) {
	key, stable, err = keys.IndexKey()
	if err != nil {
		return nil, false, usage("", "%w", err)
	}
	if stable {
		return key, true, nil
	}
	key = make([]byte, 32)
	if _, err := rand.Read(key); err != nil {
		return nil, false, failed("", "make a key: %w", err)
	}
	return key, false, nil
}

// How much is read for words and dates: the text around so many places, so many bytes on each side of the link.
const (
	judgedPlaces = 3
	judgedSide   = 600
)

// newJudge makes the function that completes findings: whose they are, then how bad. It is safe for concurrent use. Findings
// on pages of the network are an organisation's only where may says that it may see them there.
func newJudge(organisations []config.Organisation, key []byte, now time.Time, may func(org, page string) bool) (scanner.Judge, error) {
	index, err := config.Index(organisations, key)
	if err != nil {
		return nil, usage("", "%w", err)
	}
	assessor := scanner.NewAssessor()
	retired := map[string]string{}
	for _, p := range matchers.All() {
		retired[p.Name] = p.Retired
	}
	return func(f *scanner.Finding, c scanner.Context) {
		if len(organisations) > 0 {
			attribute(f, index, c, may)
		}
		near := scanner.Near{Now: now, Retired: retired[f.Link.Platform]}
		for _, window := range c.Near[:min(len(c.Near), judgedPlaces)] {
			near.Texts = append(near.Texts, window.Narrow(judgedSide).Text)
			if start, ok := window.EventStart(); ok {
				near.Starts = append(near.Starts, start)
			}
		}
		f.Risk = assessor.Assess(f, near)
	}, nil
}

// attribute says whose the finding is. Organisations of the same rank are all named, divided by commas; it is public on
// purpose only when all of them say so.
func attribute(f *scanner.Finding, index *matchers.Index, c scanner.Context, may func(org, page string) bool) {
	at := matchers.Whereabouts{Host: c.Host}
	if c.Host != "" {
		at.URL = c.URI
	}
	for _, window := range c.Near {
		at.Around = append(at.Around, matchers.Near(window.Text, window.Start, window.End))
	}
	owners := index.Owners(f.Link, at)
	if c.Host != "" {
		owners = slices.DeleteFunc(owners, func(o matchers.Owner) bool { return may == nil || !may(o.Org, c.URI) })
	}
	var names, patterns []string
	f.Public = len(owners) > 0
	for _, owner := range owners {
		names, patterns = append(names, owner.Org), append(patterns, owner.Pattern)
		f.Public = f.Public && owner.Public
	}
	f.Org, f.MatchedBy = strings.Join(names, ","), strings.Join(patterns, ",")
}
