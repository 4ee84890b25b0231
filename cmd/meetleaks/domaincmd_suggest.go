package main

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/scanner"
	"meetleaks/scanner/claims"
)

func (a *app) domainSuggestCommand(o *domainOptions) *cobra.Command {
	return &cobra.Command{
		Use: "suggest", Short: "List domains that the configuration speaks of and nobody has registered", Args: cobra.NoArgs,
		RunE: a.domainRun(o, false, func(ctx context.Context, t domainTask) error {
			list, err := claims.List(ctx, t.opened.store, "")
			if err != nil {
				return err
			}
			rows := suggestions(t.loaded.Config, list)
			if t.json {
				return a.writeJSON(map[string][]suggestion{"suggestions": rows})
			}
			if len(rows) == 0 {
				fmt.Fprintln(a.stderr, "meetleaks: the configuration speaks of no domain that is not registered")
			}
			return a.print("%s", suggestText(rows))
		}),
	}
}

// suggestion is a domain that an organisation might register.
type suggestion struct {
	Org     string   `json:"org"`
	Domain  string   `json:"domain"`
	Because []string `json:"because"`
}

// domainHint is a host that the configuration speaks of. Addresses of people are not repeated.
type domainHint struct{ host, because string }

// suggestions gathers what is not registered, in the order of the configuration.
func suggestions(c config.Config, list []scanner.DomainClaim) []suggestion {
	rows := []suggestion{}
	for _, o := range c.Organisations {
		for _, hint := range domainHints(o) {
			for _, domain := range claims.Claimable(o.Name, []string{hint.host}, vouchedFor(c)) {
				if !isRegistered(c, list, o.Name, domain) {
					rows = addSuggestion(rows, o.Name, domain, hint.because)
				}
			}
		}
	}
	return rows
}

func addSuggestion(rows []suggestion, org, domain, because string) []suggestion {
	at := slices.IndexFunc(rows, func(s suggestion) bool { return s.Org == org && s.Domain == domain })
	if at < 0 {
		return append(rows, suggestion{org, domain, []string{because}})
	}
	if !slices.Contains(rows[at].Because, because) {
		rows[at].Because = append(rows[at].Because, because)
	}
	return rows
}

// isRegistered says whether a domain, or one that it lies under or that lies under it, is registered to the organisation.
func isRegistered(c config.Config, list []scanner.DomainClaim, org, domain string) bool {
	near := func(other string) bool {
		return domain == other || strings.HasSuffix(domain, "."+other) || strings.HasSuffix(other, "."+domain)
	}
	for _, claim := range list {
		if claim.Org == org && near(claim.Domain) {
			return true
		}
	}
	for _, o := range c.Organisations {
		if o.Name == org && slices.ContainsFunc(o.Domains, near) {
			return true
		}
	}
	return false
}

// domainHints are the hosts that an entry of the configuration speaks of.
func domainHints(o config.Organisation) []domainHint {
	var hints []domainHint
	add := func(because string, hosts ...string) {
		for _, host := range hosts {
			if host != "" {
				hints = append(hints, domainHint{host, because})
			}
		}
	}
	for _, p := range o.Patterns {
		add("pattern host", p.Host)
		add("pattern s4b_domain", p.S4BDomain)
		add("pattern page", hostOfGlob(p.Page))
		add("pattern public", hostOfGlob(p.Public))
	}
	for _, h := range o.Hosts {
		add("e-mail of hosts", domainOfMail(h.Email))
		for _, delegate := range h.Delegates {
			add("e-mail of delegates", domainOfMail(delegate))
		}
	}
	add("e-mail of the fallback", domainOfMail(o.Fallback.Email))
	return hints
}

// hostOfGlob is the host of a page pattern, "" when it is a pattern itself.
func hostOfGlob(glob string) string {
	u, err := url.Parse(glob)
	if err != nil || strings.ContainsAny(u.Host, "*?[{") {
		return ""
	}
	return u.Hostname()
}

func domainOfMail(address string) string {
	_, domain, _ := strings.Cut(address, "@")
	return domain
}

func suggestText(rows []suggestion) string {
	var b strings.Builder
	for _, s := range rows {
		fmt.Fprintf(&b, "%s  %s  (%s)\n", plain(s.Org), plain(s.Domain), strings.Join(s.Because, ", "))
	}
	if len(rows) > 0 {
		fmt.Fprintf(&b, "\nIf they are yours: meetleaks domain add %s %s\n", plain(rows[0].Org), plain(rows[0].Domain))
	}
	return b.String()
}
