package main

import (
	"context"
	"slices"
	"time"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/cmd/meetleaks/internal/console"
	"meetleaks/matchers"
	"meetleaks/scanner/claims"
)

// claimsEvery is how often a process looks how registered domains stand.
const claimsEvery = time.Minute

// joinRegistered takes in the organisations that were registered while the service ran and proved their domains: they are watched like
// those of the file, their domains as sites of their own. What is registered later counts from the next start.
func (s *service) joinRegistered(ctx context.Context) error {
	registry, err := newRegistry(s.loaded.Config, s.opened.store, s.keys.ring, s.app.now, s.log)
	if err != nil {
		return err
	}
	s.registry, s.claims = registry, claims.NewKeeper(registry)
	if err := s.claims.Refresh(ctx); err != nil {
		return failed("", "read what is registered: %w", err)
	}
	own := *s.loaded // what is added is not the file's
	own.Organisations, own.Sources = slices.Clone(own.Organisations), slices.Clone(own.Sources)
	s.file, s.loaded = s.loaded, &own
	for _, name := range s.claims.Organisations() {
		domains := s.claims.Watched(name)
		if slices.Contains(s.organisations(), name) || len(domains) == 0 {
			continue
		}
		s.loaded.Organisations = append(s.loaded.Organisations, config.Organisation{Name: name, Domains: domains})
		for _, domain := range domains {
			s.loaded.Sources = append(s.loaded.Sources, config.Source{
				Name: "domain " + domain, Kind: sourceWeb, Start: []string{"https://" + domain + "/"}, Every: config.Duration(6 * time.Hour),
			})
		}
	}
	s.registered = s.claims.Organisations()
	return nil
}

// listDomains lists the domains that the configuration vouches for and those that were registered, for the console.
func (s *service) listDomains(ctx context.Context) ([]console.Domain, error) {
	var list []console.Domain
	for _, o := range s.file.Organisations {
		for _, domain := range o.Domains {
			list = append(list, console.Domain{Org: o.Name, Domain: domain, State: console.StateVouched})
		}
	}
	registered, err := s.registry.List(ctx, "")
	if err != nil {
		return nil, err
	}
	for _, c := range registered {
		record := s.registry.Record(c)
		list = append(list, console.Domain{
			Org: c.Org, Domain: c.Domain, State: string(c.State), Since: c.Since, RecordName: record.Name, Record: record.Value, Explanation: c.Said,
		})
	}
	return list, nil
}

// shownConfig is the effective configuration, as `config show` prints it.
func (s *service) shownConfig() ([]byte, error) {
	text, err := s.file.YAML()
	if err != nil {
		return nil, err
	}
	return []byte(matchers.Mask(string(text))), nil
}

// keepClaims proves claims again each day, in one process of those that schedule; the others read how they stand.
func (s *service) keepClaims(ctx context.Context) (more bool, err error) {
	if s.roles.has(roleSchedule) {
		more, err = s.claims.Step(ctx)
	} else {
		err = s.claims.Refresh(ctx)
	}
	if now := s.claims.Organisations(); err == nil && !slices.Equal(now, s.registered) {
		s.log.Warn("organisations were proved, or are proved no longer: start the service anew to watch what is theirs now",
			"before", len(s.registered), "now", len(now))
		s.registered = now
	}
	return more, err
}
