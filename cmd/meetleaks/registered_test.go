package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/scanner"
)

// proveDomain registers a domain as if its record had been seen.
func proveDomain(t *testing.T, store scanner.Store, ring *scanner.Keyring, org, domain string, state scanner.ClaimState) {
	t.Helper()
	if _, err := store.OrgKey(t.Context(), org); errors.Is(err, scanner.ErrNotFound) {
		_, wrapped, err := ring.NewDataKey(org)
		must(t, err)
		_, err = store.AddOrgKey(t.Context(), org, wrapped)
		must(t, err)
	}
	old, err := store.Claim(t.Context(), org, domain)
	if !errors.Is(err, scanner.ErrNotFound) {
		must(t, err)
	}
	now := time.Now()
	must(t, store.SaveClaim(t.Context(), scanner.DomainClaim{
		Org: org, Domain: domain, Nonce: "0a1b2c", State: state, Since: now, Made: now, Proved: now, Next: now.Add(time.Hour), Version: old.Version,
	}))
}

// registering is a service with a file, on a store in which others have registered.
func registering(t *testing.T, file config.Config) (*service, *scanner.Keyring) {
	t.Helper()
	ring := ringOf(t, 1, 2)
	file.DNS.Resolvers = []string{"127.0.0.1:1"}
	s := &service{
		app: &app{now: time.Now}, loaded: &config.Loaded{Config: file}, opened: &openedStore{store: testStore(t)}, log: slog.New(slog.DiscardHandler),
	}
	s.keys.ring = ring
	return s, ring
}

func sourceNames(list []config.Source) (names []string) {
	for _, source := range list {
		names = append(names, source.Name)
	}
	return names
}

// TestTheFileGoesBeforeWhatIsRegistered: names, domains and sources of the file are never taken over or run into.
func TestTheFileGoesBeforeWhatIsRegistered(t *testing.T) {
	file := config.Default()
	file.Organisations = []config.Organisation{{Name: "acme", Domains: []string{"acme.example"}}}
	file.Sources = []config.Source{{Name: "domain hooli.example", Kind: sourceHook}}
	s, ring := registering(t, file)
	long := strings.Repeat("a1b2c3d4e.", 22) + "hooli.example" // longer than the name of a source may be
	for _, claim := range []struct{ org, domain string }{
		{"acme", "initech.example"}, {"globex", "team.acme.example"}, {"vandelay", "acme.example"}, {"hooli", "hooli.example"}, {"hooli", long},
	} {
		proveDomain(t, s.opened.store, ring, claim.org, claim.domain, scanner.ClaimProved)
	}
	must(t, s.joinRegistered(t.Context()))
	want := []string{"acme", "hooli"}
	if got := s.organisations(); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if got := s.loaded.Organisations[0].Domains; !slices.Equal(got, []string{"acme.example"}) {
		t.Errorf("the file's organisation has %q", got)
	}
	names := sourceNames(s.loaded.Sources)
	for i, name := range names {
		if len(name) > scanner.MaxSource || slices.Contains(names[:i], name) {
			t.Errorf("source %d is called %q", i, name)
		}
	}
	if len(names) != 3 || len(s.file.Sources) != 1 || s.isRegistered(0) || !s.isRegistered(1) {
		t.Errorf("%d sources, %d of the file", len(names), len(s.file.Sources))
	}
}

// TestThousandsOfDomainsFindRoom: no more are watched than can be.
func TestThousandsOfDomainsFindRoom(t *testing.T) {
	file := config.Default()
	for i := range scanner.MaxWatches - 1 {
		file.Sources = append(file.Sources, config.Source{Name: fmt.Sprint("s", i), Kind: sourceHook})
	}
	s, ring := registering(t, file)
	proveDomain(t, s.opened.store, ring, "hooli", "hooli.example", scanner.ClaimProved)
	proveDomain(t, s.opened.store, ring, "hooli", "hooli-events.example", scanner.ClaimProved)
	must(t, s.joinRegistered(t.Context()))
	if len(s.loaded.Sources) != scanner.MaxWatches {
		t.Errorf("%d sources", len(s.loaded.Sources))
	}
}

// TestAProofThatLapsesEndsTheWatch while the service runs: blind, not clean; and nobody is told once it is lost for good.
func TestAProofThatLapsesEndsTheWatch(t *testing.T) {
	s, ring := registering(t, config.Default())
	proveDomain(t, s.opened.store, ring, "hooli", "hooli.example", scanner.ClaimProved)
	proveDomain(t, s.opened.store, ring, "hooli", "hooli-events.example", scanner.ClaimProved)
	must(t, s.joinRegistered(t.Context()))
	passes := 0
	read := s.whileProved(0, s.loaded.Sources[0], func(context.Context, scanner.Pass) (scanner.Outcome, error) {
		passes++
		return scanner.Outcome{}, nil
	})
	tell := s.mayTell(nil)
	at := slices.IndexFunc(s.loaded.Organisations[0].Domains, func(d string) bool { return strings.Contains(s.loaded.Sources[0].Start[0], "/"+d+"/") })
	domain := s.loaded.Organisations[0].Domains[at]
	for _, step := range []struct {
		state         scanner.ClaimState
		watched, told bool
	}{
		{scanner.ClaimProved, true, true}, {scanner.ClaimWarned, true, true}, {scanner.ClaimFrozen, false, true}, {scanner.ClaimStopped, false, false},
		{scanner.ClaimProved, true, true},
	} {
		for _, d := range s.loaded.Organisations[0].Domains {
			if d == domain || step.state == scanner.ClaimStopped || step.state == scanner.ClaimProved {
				proveDomain(t, s.opened.store, ring, "hooli", d, step.state)
			}
		}
		must(t, s.claims.Refresh(t.Context()))
		before := passes
		_, err := read(t.Context(), scanner.Pass{})
		if (err == nil) != step.watched || (passes > before) != step.watched {
			t.Errorf("%s: %d passes, %v", step.state, passes-before, err)
		}
		if tell("hooli", "jdoe@hooli.example") != step.told {
			t.Errorf("%s: told %v", step.state, !step.told)
		}
	}
	if s.mayTell(func(_, email string) bool { return email == "a@hooli.example" })("hooli", "b@hooli.example") {
		t.Error("the pilot does not count")
	}
}

// TestKeysOfTheRegisteredAreWrappedAnew, those of whom nothing is watched now too.
func TestKeysOfTheRegisteredAreWrappedAnew(t *testing.T) {
	s, _ := registering(t, config.Default())
	store := s.opened.store
	old := ringOf(t, 1, 2)
	proveDomain(t, store, old, "hooli", "hooli.example", scanner.ClaimProved)
	proveDomain(t, store, old, "globex", "globex.example", scanner.ClaimFrozen)
	newest, oldest := make([]byte, scanner.MasterBytes), make([]byte, scanner.MasterBytes)
	index := make([]byte, 32)
	for i := range newest {
		newest[i], oldest[i], index[i] = 200-byte(i), 2+byte(i), 1+byte(i)
	}
	first, err := scanner.NewMaster(newest)
	must(t, err)
	second, err := scanner.NewMaster(oldest)
	must(t, err)
	s.keys.ring, err = scanner.NewKeyring(index, first, second)
	must(t, err)
	must(t, s.joinRegistered(t.Context()))
	alone, err := scanner.NewKeyring(index, first)
	must(t, err)
	for _, org := range []string{"hooli", "globex"} {
		wrapped, err := store.OrgKey(t.Context(), org)
		must(t, err)
		if _, err := alone.Unwrap(org, wrapped); err != nil {
			t.Errorf("%s: %v", org, err)
		}
	}
}
