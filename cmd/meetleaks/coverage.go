package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/cmd/meetleaks/internal/console"
	"meetleaks/notify"
	"meetleaks/scanner"
	"meetleaks/scanner/source/web"
)

// coverage says what was looked at for organisations.
type coverage struct {
	sources []config.Source
	allow   []string // host:port, see config.Fetch
	proved  func(org string) bool
	domains func(org string) []string
}

// of is the record of a day, by how the sources are doing.
func (c coverage) of(org string, day string, outlooks map[string]scanner.Outlook) scanner.Coverage {
	record := scanner.Coverage{Org: org, Day: day, Looked: []scanner.CoverageOf{}, Unseen: []scanner.Unseen{}}
	unseen := func(what, why string, args ...any) {
		record.Unseen = append(record.Unseen, scanner.Unseen{What: what, Why: fmt.Sprintf(why, args...)})
	}
	for _, source := range c.sources {
		if why := c.notFor(org, source); why != "" {
			unseen(console.SourcePrefix+plain(source.Name), "%s", why)
			continue
		}
		o, known := outlooks[source.Name]
		i := slices.IndexFunc(o.Days, func(d scanner.CoverageDay) bool { return d.Day == day })
		if i >= 0 {
			record.Looked = append(record.Looked, scanner.CoverageOf{Source: plain(source.Name), Kind: source.Kind, CoverageDay: o.Days[i]})
		}
		switch {
		case o.Blind != "" && (o.Since.IsZero() || o.Since.UTC().Format(time.DateOnly) <= day):
			unseen(console.SourcePrefix+plain(source.Name), scanner.BlindWhy+"%s", plain(o.Blind))
		case i < 0 && kindNamed(source.Kind).pass == "":
			unseen(console.SourcePrefix+plain(source.Name), "what a feeder hands in is counted by the feeder")
		case i < 0 || !known:
			unseen(console.SourcePrefix+plain(source.Name), "nothing was read of it that day")
		}
	}
	for _, u := range unwatchables() {
		unseen(u.What, "%s", u.Why)
	}
	return record
}

// notFor says why a source does not look for an organisation's meetings; "": it does.
func (c coverage) notFor(org string, source config.Source) string {
	switch {
	case source.Off:
		return "switched off"
	case c.proved(org):
		return ""
	case kindNamed(source.Kind).isService():
		if u, err := url.Parse(serviceAddress(source)); err == nil && notify.IsPrivate(u) {
			return ""
		}
		return "the organisation has proved no domain by DNS"
	case kindNamed(source.Kind).pass == "":
		return ""
	}
	if slices.ContainsFunc(source.Start, func(start string) bool { return c.ownPage(org, start) }) {
		return ""
	}
	return "under none of its domains, of which it has proved none by DNS"
}

func (c coverage) ownPage(org, start string) bool {
	u, err := url.Parse(start)
	if err != nil {
		return false
	}
	if slices.Contains(c.allow, hostPort(u)) {
		return true
	}
	host := strings.ToLower(u.Hostname())
	return slices.ContainsFunc(c.domains(org), func(domain string) bool { return web.IsBelow(host, strings.ToLower(domain)) })
}

func newCoverage(c config.Config, proved func(string) bool) coverage {
	made := coverage{sources: c.Sources, proved: proved, domains: func(org string) []string {
		for _, o := range c.Organisations {
			if o.Name == org {
				return o.Domains
			}
		}
		return nil
	}}
	for _, entry := range c.Fetch.Allow {
		made.allow = append(made.allow, strings.ToLower(entry))
	}
	return made
}

// keepCoverage writes the records of today and, as their last state, of yesterday.
func (s *service) keepCoverage(ctx context.Context) (bool, error) {
	by := map[string]scanner.Outlook{}
	for _, o := range s.outlooks() {
		by[o.Source] = o
	}
	c := newCoverage(s.loaded.Config, s.claims.Proved)
	var failed []error
	for _, org := range s.organisations() {
		for _, day := range slices.Compact([]string{dayOf(s.now().Add(-2 * coverageEvery)), dayOf(s.now())}) {
			failed = append(failed, scanner.SaveCoverage(ctx, s.opened.store, c.of(org, day, by)))
		}
	}
	return false, errors.Join(failed...)
}

// coverageEvery is how often records of coverage are written, so that a day's last is at most that much short.
const coverageEvery = time.Minute

func dayOf(at time.Time) string { return at.UTC().Format(time.DateOnly) }

// mostCoverage is the most days that are shown.
const mostCoverage = 90

// loadCoverage reads the records of the last days, the newest first.
func loadCoverage(ctx context.Context, store scanner.Visits, organisations []string, days int, now time.Time) ([]scanner.Coverage, error) {
	list := []scanner.Coverage{}
	for _, org := range organisations {
		for n := range min(days, mostCoverage) {
			day := now.UTC().AddDate(0, 0, -n).Format(time.DateOnly)
			c, found, err := scanner.LoadCoverage(ctx, store, org, day)
			if err != nil {
				return nil, err
			}
			if found {
				list = append(list, c)
			}
		}
	}
	return list, nil
}

// coverageText is the records for people.
func (a *app) coverageText(list []scanner.Coverage) string {
	s := a.newSheet()
	for _, c := range list {
		s.head(fmt.Sprintf("%s, %s", plain(c.Org), c.Day))
		for _, of := range c.Looked {
			s.item(of.Source, coverageWords(of))
		}
		if len(c.Looked) == 0 {
			s.line("nothing was looked at")
		}
		for _, u := range c.Unseen {
			s.item("not seen", plain(u.What)+": "+plain(u.Why))
		}
	}
	if len(list) == 0 {
		s.line("no record yet: a running service writes one each day for each organisation")
	}
	return strings.TrimPrefix(s.String(), "\n")
}

// coverageWords is a source's day in a line.
func coverageWords(of scanner.CoverageOf) string {
	parts := []string{of.Kind}
	for _, n := range []struct {
		count int64
		what  string
	}{
		{of.Documents, "documents"}, {of.Heard, "items heard"}, {of.Read, "read"}, {of.Deleted, "deletions"}, {of.Refused, "refused"},
		{of.Truncated, "cut"}, {of.Failed, "not understood"}, {of.Passes, "passes"}, {of.Failures, "failed passes"},
	} {
		if n.count > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n.count, n.what))
		}
	}
	if of.MostLag > 0 {
		parts = append(parts, "at most "+of.MostLag.Round(time.Millisecond).String()+" behind")
	}
	return strings.Join(parts, ", ")
}

// coveredDay is the record of a day, and whether there is one.
func (s *service) coveredDay(ctx context.Context, org, day string) (scanner.Coverage, bool, error) {
	return scanner.LoadCoverage(ctx, s.opened.store, org, day)
}

// watched is the sources of the configuration with all that is told of them, whichever process reads them.
func (s *service) watched() []console.Watched {
	by := map[string]scanner.Outlook{}
	for _, o := range s.outlooks() {
		by[o.Source] = o
	}
	sightings := s.aviary.sightings()
	list := make([]console.Watched, 0, len(s.loaded.Sources))
	for _, source := range s.loaded.Sources {
		o, known := by[source.Name]
		if !known {
			o = scanner.Outlook{Source: source.Name, Blind: scanner.BlindUnread}
		}
		kind := kindNamed(source.Kind)
		one := console.Watched{
			Outlook: o, Off: source.Off, What: source.Kind, Reads: kind.Reads, Costs: kind.Costs, Deletions: kind.Tells, Every: time.Duration(source.Every),
			Permission: source.Permission, Canaries: canariesAt(s.loaded.Canaries, sightings, o, s.now()),
		}
		if kind.passOf(source) == scanner.Poll {
			one.Every = cmp.Or(one.Every, defaultEvery)
		}
		if address := serviceAddress(source); address != "" {
			one.Places = append(one.Places, address)
		}
		one.Places = append(one.Places, source.Start...)
		list = append(list, one)
	}
	return list
}

// canariesAt is what is known of the canaries that a source should find.
func canariesAt(canaries []config.Canary, sightings []scanner.CanarySighting, o scanner.Outlook, now time.Time) []console.WatchedCanary {
	var list []console.WatchedCanary
	for _, canary := range canaries {
		if !slices.Contains(canary.Sources, o.Source) {
			continue
		}
		one := console.WatchedCanary{Name: canary.Name, Every: cmp.Or(time.Duration(canary.Every), canaryEvery)}
		for _, seen := range sightings {
			if seen.Canary != canary.Name || seen.Source != o.Source {
				continue
			}
			var passed time.Time // of streams what stands is not read again
			if o.Kind == scanner.Poll {
				passed = o.Passed
			}
			one.Since, one.Seen, one.Posted, one.Missed = seen.Since, seen.Found, seen.Posted, seen.Missed(one.Every, passed, now)
			if seen.Stands && passed.After(seen.Found) {
				one.Seen = passed
			}
		}
		list = append(list, one)
	}
	return list
}
