package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"meetleaks/scanner"
)

func claimTests() map[string]func(*suite) {
	return map[string]func(*suite){
		"a claim comes back as it was":                            claimRound,
		"a claim is changed only by who knows it":                 claimVersions,
		"of one domain one claim is held, whoever tries at once":  claimHeld,
		"claims are listed in pages, each once":                   claimPages,
		"there are no more claims than may be":                    claimFull,
		"a claim needs an organisation":                           claimNeedsOrg,
		"claims of an organisation that is erased are taken away": claimErased,
		"what breaks a bound is no claim":                         claimBounds,
	}
}

// aClaim is a claim that is new.
func aClaim(org, domain string) scanner.DomainClaim {
	return scanner.DomainClaim{
		Org: org, Domain: domain, Nonce: "4f1c77", State: scanner.ClaimPending, Since: Start(), Made: Start(), Next: Start().Add(time.Hour),
		By: scanner.Actor{Role: scanner.RoleAnalyst, Ref: "cli:" + org},
	}
}

// claimed reads one that must be there.
func (s *suite) claimed(org, domain string) scanner.DomainClaim {
	s.t.Helper()
	c, err := s.Claim(s.ctx, org, domain)
	s.must(err)
	return c
}

func claimRound(s *suite) {
	s.org("acme")
	c := aClaim("acme", "acme.example")
	s.must(s.SaveClaim(s.ctx, c))
	c.Version = 1
	s.same("new", s.claimed("acme", "acme.example"), c)
	c.State, c.Proved, c.Looked, c.Failed = scanner.ClaimProved, Start().Add(7), Start().Add(8), 3
	c.Seen = []scanner.ClaimSeen{{Resolver: "127.0.0.1:53", Right: true, What: "saw it"}}
	c.Said, c.Owed = []string{"proved"}, []scanner.Audit{{At: Start(), Reason: "acme.example proved"}}
	s.must(s.SaveClaim(s.ctx, c))
	c.Version = 2
	s.same("changed", s.claimed("acme", "acme.example"), c)
	s.must(s.ForgetClaim(s.ctx, c))
	_, err := s.Claim(s.ctx, "acme", "acme.example")
	s.wants("of a forgotten one", err, scanner.ErrNotFound)
	s.wants("forget twice", s.ForgetClaim(s.ctx, c), scanner.ErrNotFound)
	s.org("globex")
	other := aClaim("globex", "acme.example")
	other.State = scanner.ClaimProved
	s.must(s.SaveClaim(s.ctx, other)) // what was forgotten holds nothing
}

func claimVersions(s *suite) {
	s.org("acme")
	c := aClaim("acme", "acme.example")
	s.must(s.SaveClaim(s.ctx, c))
	s.wants("made twice", s.SaveClaim(s.ctx, c), scanner.ErrConflict)
	s.wants("forgotten at an older version", s.ForgetClaim(s.ctx, c), scanner.ErrConflict)
	ghost := aClaim("acme", "other.acme.example")
	ghost.Version = 4
	s.wants("changed and not there", s.SaveClaim(s.ctx, ghost), scanner.ErrConflict)
	var won atomic.Int64
	s.race(6, func(st scanner.Store, i int) error {
		mine := c
		mine.Version, mine.Failed = 1, i
		err := st.SaveClaim(s.ctx, mine)
		if err == nil {
			won.Add(1)
		} else if errors.Is(err, scanner.ErrConflict) {
			err = nil
		}
		return err
	})
	if won.Load() != 1 || s.claimed("acme", "acme.example").Version != 2 {
		s.t.Errorf("%d wrote it", won.Load())
	}
}

func claimHeld(s *suite) {
	var orgs []string
	for n := range 6 {
		orgs = append(orgs, fmt.Sprint("org-", n))
		s.org(orgs[n])
		s.must(s.SaveClaim(s.ctx, aClaim(orgs[n], "acme.example")))
	}
	var won, lost atomic.Int64
	s.race(len(orgs), func(st scanner.Store, i int) error {
		c := aClaim(orgs[i], "acme.example")
		c.Version, c.State = 1, scanner.ClaimProved
		err := st.SaveClaim(s.ctx, c)
		switch {
		case err == nil:
			won.Add(1)
		case errors.Is(err, scanner.ErrDomainTaken) && errors.Is(err, scanner.ErrConflict):
			lost.Add(1)
			err = nil
		}
		return err
	})
	if won.Load() != 1 || lost.Load() != int64(len(orgs)-1) {
		s.t.Fatalf("%d hold the domain, %d were refused", won.Load(), lost.Load())
	}
	for _, org := range orgs {
		if c := s.claimed(org, "acme.example"); c.State.Held() {
			for _, state := range []scanner.ClaimState{scanner.ClaimWarned, scanner.ClaimFrozen, scanner.ClaimStopped} {
				c.State = state
				s.must(s.SaveClaim(s.ctx, c))
				c = s.claimed(org, "acme.example")
			}
		}
	}
	c := s.claimed("org-3", "acme.example") // the holder gave up
	c.State = scanner.ClaimProved
	s.must(s.SaveClaim(s.ctx, c))
}

func claimPages(s *suite) {
	var want []string
	for _, org := range []string{"acme", "acme-b", "globex"} {
		s.org(org)
		for n := range 25 {
			domain := fmt.Sprintf("d%02d.%s.example", n, org)
			want = append(want, scanner.ClaimKey(org, domain))
			s.must(s.SaveClaim(s.ctx, aClaim(org, domain)))
		}
	}
	read := func(org string, limit int) (keys []string) {
		q := scanner.ClaimQuery{Org: org, Limit: limit}
		for {
			page, err := s.ListClaims(s.ctx, q)
			s.must(err)
			for _, c := range page.Claims {
				keys = append(keys, scanner.ClaimKey(c.Org, c.Domain))
				if c.Version != 1 {
					s.t.Errorf("%s at version %d", c.Domain, c.Version)
				}
			}
			if q.After = page.Next; q.After == "" {
				return keys
			}
		}
	}
	for _, limit := range []int{1, 7, 25, 75, 1000} {
		s.same("all", read("", limit), want)
		s.same("of one", read("acme", limit), want[:25])
		s.same("of nobody", read("initech", limit), []string(nil))
	}
	_, err := s.ListClaims(s.ctx, scanner.ClaimQuery{After: "made up", Limit: 3})
	s.wants("a page that was made up", err, scanner.ErrBadValue)
}

func claimFull(s *suite) {
	s.org("acme")
	for n := range scanner.MaxOrgClaims {
		s.must(s.SaveClaim(s.ctx, aClaim("acme", fmt.Sprintf("d%d.example", n))))
	}
	s.wants("one more", s.SaveClaim(s.ctx, aClaim("acme", "more.example")), scanner.ErrFull)
	c := s.claimed("acme", "d7.example")
	c.Failed = 1
	s.must(s.SaveClaim(s.ctx, c)) // what is there can be changed
	s.org("globex")
	s.must(s.SaveClaim(s.ctx, aClaim("globex", "more.example")))
}

func claimNeedsOrg(s *suite) {
	s.wants("of nobody", s.SaveClaim(s.ctx, aClaim("acme", "acme.example")), scanner.ErrNoOrganisation)
	page, err := s.ListClaims(s.ctx, scanner.ClaimQuery{Limit: 5})
	s.must(err)
	if len(page.Claims) > 0 {
		s.t.Errorf("%+v", page.Claims)
	}
}

func claimErased(s *suite) {
	for _, org := range []string{"acme", "globex"} {
		s.org(org)
		for n := range 3 {
			c := aClaim(org, fmt.Sprintf("d%d.%s.example", n, org))
			c.State = scanner.ClaimProved
			s.must(s.SaveClaim(s.ctx, c))
		}
	}
	_, err := s.EraseOrganisation(s.ctx, "acme")
	s.must(err)
	if dump := s.Dump(s.t); bytes.Contains(dump, []byte("acme.example")) || !bytes.Contains(dump, []byte("globex.example")) {
		s.t.Error("claims of the erased are left, or the other's are gone")
	}
	page, err := s.ListClaims(s.ctx, scanner.ClaimQuery{Limit: 9})
	s.must(err)
	if len(page.Claims) != 3 || page.Claims[0].Org != "globex" {
		s.t.Errorf("%+v", page.Claims)
	}
	s.org("globex")
	c := aClaim("globex", "d1.acme.example")
	c.State = scanner.ClaimProved
	s.must(s.SaveClaim(s.ctx, c)) // nobody holds it any more
}

func claimBounds(s *suite) {
	s.org("acme")
	for name, spoil := range map[string]func(*scanner.DomainClaim){
		"no domain":       func(c *scanner.DomainClaim) { c.Domain = "" },
		"a long domain":   func(c *scanner.DomainClaim) { c.Domain = string(bytes.Repeat([]byte("a"), scanner.MaxClaimDomain+1)) },
		"a control sign":  func(c *scanner.DomainClaim) { c.Domain = "acme\t.example" },
		"no state":        func(c *scanner.DomainClaim) { c.State = "" },
		"another state":   func(c *scanner.DomainClaim) { c.State = "owned" },
		"a long text":     func(c *scanner.DomainClaim) { c.Said = []string{string(make([]byte, 400))} },
		"a long list":     func(c *scanner.DomainClaim) { c.Seen = make([]scanner.ClaimSeen, scanner.MaxClaimSeen+1) },
		"a version below": func(c *scanner.DomainClaim) { c.Version = -1 },
	} {
		c := aClaim("acme", "acme.example")
		spoil(&c)
		s.wants(name, s.SaveClaim(s.ctx, c), scanner.ErrBadValue)
	}
}
