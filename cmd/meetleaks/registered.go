package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/cmd/meetleaks/internal/console"
	"meetleaks/matchers"
	"meetleaks/scanner"
	"meetleaks/scanner/claims"
)

// claimsEvery is how often a process looks how registered domains stand.
const claimsEvery = time.Minute

// rhythm is how often this process looks.
func (s *service) rhythm() time.Duration { return cmp.Or(s.options.claimsEvery, claimsEvery) }

// joinRegistered takes in the organisations that were registered and proved their domains: they are watched like those of the file, their
// domains as sites of their own. One whose proofs are all frozen is known, so that its open leaks are told and answered, and nothing is
// looked for. What is registered later makes another service take over, see keepClaims. The file goes first: of an organisation that it
// names only its word counts, and nothing that is registered can keep the service from starting.
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
	s.searched = slices.Clone(own.Organisations)
	for _, name := range s.claims.Organisations() {
		if !s.inFile(name) {
			s.takeIn(name)
		}
	}
	s.registered = s.standing()
	return s.rewrapRegistered(ctx)
}

// takeIn adds an organisation that was registered. The sites of frozen domains stay sources, which are blind.
func (s *service) takeIn(name string) {
	watched := s.claims.Watched(name)
	known := append(slices.Clone(watched), s.claims.Frozen(name)...)
	s.loaded.Organisations = append(s.loaded.Organisations, config.Organisation{Name: name, Domains: known})
	if len(watched) > 0 {
		s.searched = append(s.searched, config.Organisation{Name: name, Domains: watched})
	}
	s.watchDomains(name, known)
}

// judged are the organisations that links can belong to, with the domains that are theirs: those of the file, and those that were
// registered without what is frozen. A command knows the file's alone.
func (s *service) judged() []config.Organisation {
	if s.claims == nil {
		return s.loaded.Organisations
	}
	return s.searched
}

// searches says whether anything may be looked for on behalf of an organisation at present: proofs lapse while the service runs.
func (s *service) searches(org string) bool {
	return s.claims == nil || s.inFile(org) || s.claims.Proved(org)
}

// inFile says whether the operator's file names an organisation.
func (s *service) inFile(org string) bool {
	return slices.ContainsFunc(s.file.Organisations, func(o config.Organisation) bool { return o.Name == org })
}

// registeredEvery is how often a domain that was registered is read, at least.
const registeredEvery = config.Duration(6 * time.Hour)

// watchDomains adds the sites of domains, as far as there is room for sources.
func (s *service) watchDomains(org string, domains []string) {
	for _, domain := range domains {
		if len(s.loaded.Sources) >= scanner.MaxWatches {
			s.log.Warn("a registered domain is not watched: there are too many sources", "organisation", org, "domain", domain)
			continue
		}
		s.loaded.Sources = append(s.loaded.Sources, config.Source{
			Name: s.sourceName(domain), Kind: sourceWeb, Start: []string{"https://" + domain + "/"}, Every: registeredEvery,
		})
	}
}

// sourceName is a name for the source of a domain that no other source has, and that is short enough.
func (s *service) sourceName(domain string) string {
	sum := sha256.Sum256([]byte(domain))
	name := "domain " + domain
	if len(name) > scanner.MaxSource {
		name = "domain " + hex.EncodeToString(sum[:8])
	}
	for slices.ContainsFunc(s.loaded.Sources, func(source config.Source) bool { return source.Name == name }) {
		name = fmt.Sprintf("domain %x %d", sum[:8], len(s.loaded.Sources))
	}
	return name
}

// isRegistered says whether the source of that number was not in the file.
func (s *service) isRegistered(source int) bool { return source >= len(s.file.Sources) }

// lapsed says that a proof was lost since the start.
type lapsed struct{}

// Error implements error.
func (lapsed) Error() string { return "the domain is not proved any more" }

// Reason is what people are told.
func (lapsed) Reason() string { return "not proved any more" }

// whileProved reads the site of a registered domain only as long as its claim is proved: proofs lapse while the service runs. Then the
// source is shown as blind, and nothing that was found on it counts as gone.
func (s *service) whileProved(number int, source config.Source, read passReader) passReader {
	if !s.isRegistered(number) {
		return read
	}
	return func(ctx context.Context, p scanner.Pass) (scanner.Outcome, error) {
		for _, start := range source.Start {
			if !s.watches(start) {
				return scanner.Outcome{}, lapsed{}
			}
		}
		return read(ctx, p)
	}
}

// passReader makes a pass, as [scanner.Watch] has it.
type passReader = func(ctx context.Context, p scanner.Pass) (scanner.Outcome, error)

// watches says whether a start is the site of a domain that is proved now.
func (s *service) watches(start string) bool {
	u, err := url.Parse(start)
	return err == nil && slices.ContainsFunc(s.claims.Organisations(), func(org string) bool {
		return !s.inFile(org) && slices.Contains(s.claims.Watched(org), u.Hostname())
	})
}

// blindWatch stands for the source of a registered domain that cannot be read: it is shown as blind, and holds nothing else up.
func blindWatch(source config.Source, why error) scanner.Watch {
	return scanner.Watch{
		Source: source.Name, Kind: scanner.Poll, Every: time.Duration(source.Every),
		Read: func(context.Context, scanner.Pass) (scanner.Outcome, error) { return scanner.Outcome{}, why },
	}
}

// alerted says whether anybody may be told of an organisation's meetings: of the file's always, of one that was registered while its
// proof is not lost for good. A command knows the file's alone, and tells nobody.
func (s *service) alerted(org string) bool {
	return s.claims == nil || s.inFile(org) || s.claims.Alerted(org)
}

// mayTell is a pilot that tells nobody of an organisation whose proof is lost.
func (s *service) mayTell(takesPart func(org, email string) bool) func(org, email string) bool {
	return func(org, email string) bool { return s.alerted(org) && (takesPart == nil || takesPart(org, email)) }
}

// standing is how all that is registered stands at present, as far as a service is made of it: one entry a domain.
func (s *service) standing() []string {
	var list []string
	for _, org := range s.claims.Organisations() {
		if s.inFile(org) {
			continue
		}
		for _, domain := range s.claims.Watched(org) {
			list = append(list, scanner.ClaimKey(org, domain))
		}
		for _, domain := range s.claims.Frozen(org) {
			list = append(list, scanner.ClaimKey(org, domain)+" frozen")
		}
	}
	return list
}

// rewrapRegistered wraps the data keys of registered organisations by the newest master key, as those of the file are: else they could
// not be read any more when the older key is taken away. It makes none.
func (s *service) rewrapRegistered(ctx context.Context) error {
	names, err := s.opened.store.Organisations(ctx)
	if err != nil {
		return failed("", "read what is registered: %w", err)
	}
	for _, org := range names {
		if s.inFile(org) {
			continue
		}
		if err := s.rewrap(ctx, org); err != nil {
			s.log.Error("the data key of a registered organisation cannot be read", "organisation", org, "error", err)
		}
	}
	return ctx.Err()
}

func (s *service) rewrap(ctx context.Context, org string) error {
	wrapped, err := s.opened.store.OrgKey(ctx, org)
	if errors.Is(err, scanner.ErrNotFound) {
		return nil // it is being erased
	}
	if err != nil {
		return err
	}
	again, changed, err := s.keys.ring.Rewrap(org, wrapped)
	if err != nil || !changed {
		return err
	}
	err = s.opened.store.ReplaceOrgKey(ctx, org, wrapped, again)
	if errors.Is(err, scanner.ErrConflict) || errors.Is(err, scanner.ErrNotFound) {
		return nil // another process did it, or it was erased
	}
	return err
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
			Org: c.Org, Domain: c.Domain, State: string(c.State), Since: c.Since, RecordName: record.Name, Record: record.Value,
			Explanation: s.explained(c),
		})
	}
	return list, nil
}

// explained is what there is to say of a claim: what the last look found, and when the domain is watched.
func (s *service) explained(c scanner.DomainClaim) []string {
	named := s.inFile(c.Org)
	said := c.Said
	if watch := watchWords(c.State, watchedFrom(c, named), named, s.app.now()); watch != "" {
		said = append([]string{"It is " + watch + "."}, said...)
	}
	return said
}

// shownConfig is the effective configuration, as `config show` prints it.
func (s *service) shownConfig() ([]byte, error) {
	text, err := s.file.YAML()
	if err != nil {
		return nil, err
	}
	return []byte(matchers.Mask(string(text))), nil
}

// keepClaims proves claims again each day, in one process of those that schedule; the others read how they stand. When what a service is
// made of has changed, it is time for another one: see relieve.
func (s *service) keepClaims(ctx context.Context) (more bool, err error) {
	if s.roles.has(roleSchedule) {
		more, err = s.claims.Step(ctx)
	} else {
		err = s.claims.Refresh(ctx)
	}
	if err == nil && !slices.Equal(s.standing(), s.registered) {
		s.relieve(ctx)
	}
	return more, err
}
