package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"meetleaks/scanner"
	"meetleaks/scanner/claims"
)

// domainRecord is what is to be published for a domain.
type domainRecord struct {
	Org    string `json:"org"`
	Domain string `json:"domain"`
	State  string `json:"state"`
	Name   string `json:"name"`
	Host   string `json:"host"` // the name within its zone, as forms want it that add the zone by themselves
	Type   string `json:"type"`
	TTL    int    `json:"ttl"` // seconds
	Value  string `json:"value"`
}

func recordRow(r claims.Record) domainRecord {
	return domainRecord{r.Org, r.Domain, string(r.State), r.Name, r.Host, "TXT", claims.RecordTTL, r.Value}
}

func recordRows(records []claims.Record) []domainRecord {
	rows := make([]domainRecord, 0, len(records))
	for _, r := range records {
		rows = append(rows, recordRow(r))
	}
	return rows
}

// zoneLine is a record as a line of a zone file.
func zoneLine(r claims.Record) string {
	return fmt.Sprintf("%s. %d IN TXT %q", r.Name, claims.RecordTTL, r.Value)
}

// recordsText is records for a form, then as lines of a zone file.
func (a *app) recordsText(records []claims.Record) string {
	var b strings.Builder
	i := a.ink()
	b.WriteString("Publish in DNS:\n")
	for _, r := range records {
		fmt.Fprintf(&b, "\n%s\n", i.bold(r.Domain))
		fmt.Fprintf(&b, "  %s  %s\n", i.dim("name "), r.Name)
		fmt.Fprintf(&b, "  %s  %s\n", i.dim("host "), r.Host+"   (instead of the name, in forms that add "+r.Zone+" by themselves)")
		fmt.Fprintf(&b, "  %s  TXT\n", i.dim("type "))
		fmt.Fprintf(&b, "  %s  %s\n", i.dim("value"), r.Value)
	}
	b.WriteString("\nAs lines of a zone file:\n\n")
	for _, r := range records {
		b.WriteString(zoneLine(r) + "\n")
	}
	b.WriteString("\nThen: meetleaks domain verify --all\n")
	return b.String()
}

// domainRow is a domain in `domain list --format json`.
type domainRow struct {
	Org     string    `json:"org"`
	Domain  string    `json:"domain"`
	State   string    `json:"state"` // of the claim; "vouched" of a domain that stands in the configuration alone
	Vouched bool      `json:"vouched"`
	Since   time.Time `json:"since,omitzero"`
	Proved  time.Time `json:"proved,omitzero"`
	Next    time.Time `json:"next,omitzero"`
	// WatchedFrom is when each running service watches the domain, at the latest; zero when none does because of the claim.
	WatchedFrom time.Time `json:"watched_from,omitzero"`
}

const vouchedState = "vouched"

// domainRows is claims and the domains of the configuration, by organisation and domain; of one organisation when org is given.
func domainRows(list []scanner.DomainClaim, vouched []claims.Vouched, org string) []domainRow {
	rows := make([]domainRow, 0, len(list))
	for _, c := range list {
		rows = append(rows, rowOf(c, vouched))
	}
	for _, o := range vouched {
		for _, domain := range o.Domains {
			known := slices.ContainsFunc(rows, func(r domainRow) bool { return r.Org == o.Name && r.Domain == domain })
			if !known && (org == "" || org == o.Name) {
				rows = append(rows, domainRow{Org: o.Name, Domain: domain, State: vouchedState, Vouched: true})
			}
		}
	}
	slices.SortFunc(rows, func(a, b domainRow) int { return cmp.Or(cmp.Compare(a.Org, b.Org), cmp.Compare(a.Domain, b.Domain)) })
	return rows
}

func rowOf(c scanner.DomainClaim, vouched []claims.Vouched) domainRow {
	return domainRow{
		Org: c.Org, Domain: c.Domain, State: string(c.State), Vouched: isVouched(vouched, c.Org, c.Domain), Since: c.Since, Proved: c.Proved, Next: c.Next,
		WatchedFrom: watchedFrom(c, isNamed(vouched, c.Org)),
	}
}

// watchedWithin is how long it takes until a domain that was proved is watched by each service that runs: it looks every minute, and is
// made anew once a minute at most.
const watchedWithin = 2 * claimsEvery

// watchedFrom is when a claim's domain is watched, at the latest; zero when it is not, or not because of the claim: of an organisation that
// the configuration names only what stands there counts. Of a proof that is missing since today that it was watched before is all that is
// known.
func watchedFrom(c scanner.DomainClaim, named bool) time.Time {
	if named || !c.State.Watched() {
		return time.Time{}
	}
	if c.State == scanner.ClaimWarned {
		return c.Since
	}
	return c.Since.Add(watchedWithin)
}

// watchWords says in a sentence when a domain is watched, "" when there is nothing to say.
func watchWords(state scanner.ClaimState, from time.Time, named bool, now time.Time) string {
	switch {
	case !state.Watched():
		return ""
	case named:
		return "watched as the configuration says, which names the organisation; by this proof it is looked for beyond its own pages too"
	case now.Before(from):
		return "watched from " + from.Local().Format("15:04") + " on, by each service that runs"
	}
	return "watched"
}

func isNamed(vouched []claims.Vouched, org string) bool {
	return slices.ContainsFunc(vouched, func(o claims.Vouched) bool { return o.Name == org })
}

func isVouched(vouched []claims.Vouched, org, domain string) bool {
	return slices.ContainsFunc(vouched, func(o claims.Vouched) bool { return o.Name == org && slices.Contains(o.Domains, domain) })
}

func (a *app) domainsText(rows []domainRow, vouched []claims.Vouched) string {
	var b strings.Builder
	i := a.ink()
	orgs, domains := 0, 0
	for _, row := range rows {
		orgs, domains = max(orgs, len(row.Org)), max(domains, len(row.Domain))
	}
	for _, row := range rows {
		words := claimWords(scanner.ClaimState(row.State), row.Since)
		if row.State == vouchedState {
			words = "vouched for in the configuration, not proved"
		}
		if watch := watchWords(scanner.ClaimState(row.State), row.WatchedFrom, isNamed(vouched, row.Org), a.now()); watch != "" {
			words += "; " + watch
		}
		fmt.Fprintf(&b, "%-*s  %s  %s\n", orgs, row.Org, i.bold(fmt.Sprintf("%-*s", domains, row.Domain)), i.claim(row.State, words))
	}
	return b.String()
}

// claim colours words by a claim's state.
func (i ink) claim(state, words string) string {
	switch scanner.ClaimState(state) {
	case scanner.ClaimProved:
		return i.with("32", words)
	case scanner.ClaimWarned, scanner.ClaimFrozen:
		return i.with("33", words)
	case scanner.ClaimStopped, scanner.ClaimPurged:
		return i.with("1;31", words)
	}
	return words
}

// claimWords is how far a claim has come.
func claimWords(state scanner.ClaimState, since time.Time) string {
	at := since.Local().Format(time.DateOnly)
	switch state {
	case scanner.ClaimPending:
		return "not proved yet, claimed " + at
	case scanner.ClaimProved:
		return "proved since " + at
	case scanner.ClaimWarned:
		return "warned: the record is missing since " + at
	case scanner.ClaimFrozen:
		return "frozen since " + at + ": nothing new is watched"
	case scanner.ClaimStopped:
		return "stopped since " + at + ": nothing is watched and nobody told"
	case scanner.ClaimPurged:
		return "over: it is being taken away"
	}
	return plain(string(state))
}

// claimView is a claim in `domain show` and `domain verify`.
type claimView struct {
	domainRow
	Made      time.Time       `json:"made"`
	Looked    time.Time       `json:"looked,omitzero"`
	Failed    int             `json:"failed"` // looks without the record in a row
	Record    domainRecord    `json:"record"`
	Resolvers []claimViewSeen `json:"resolvers"`
	Said      []string        `json:"said"` // why it is not proved, and what to do
	named     bool            // the configuration names the organisation
}

// claimViewSeen is what one resolver said.
type claimViewSeen struct {
	Resolver string `json:"resolver"`
	Right    bool   `json:"right"`
	What     string `json:"what"`
}

func (t domainTask) view(c scanner.DomainClaim) claimView {
	v := claimView{
		domainRow: rowOf(c, vouchedFor(t.loaded.Config)), named: isNamed(vouchedFor(t.loaded.Config), c.Org),
		Made: c.Made, Looked: c.Looked, Failed: c.Failed, Record: recordRow(t.registry.Record(c)), Resolvers: []claimViewSeen{}, Said: []string{},
	}
	for _, seen := range c.Seen {
		v.Resolvers = append(v.Resolvers, claimViewSeen{stripped(seen.Resolver), seen.Right, stripped(seen.What)})
	}
	for _, text := range c.Said {
		v.Said = append(v.Said, stripped(text))
	}
	return v
}

// showClaims prints claims with all that is known of them.
func (a *app) showClaims(t domainTask, list []scanner.DomainClaim) error {
	views := make([]claimView, 0, len(list))
	for _, c := range list {
		views = append(views, t.view(c))
	}
	if t.json {
		return a.writeJSON(map[string][]claimView{"claims": views})
	}
	var b strings.Builder
	for n, v := range views {
		if n > 0 {
			b.WriteString("\n")
		}
		a.claimText(&b, v)
	}
	return a.print("%s", b.String())
}

func (a *app) claimText(b *strings.Builder, v claimView) {
	i := a.ink()
	fmt.Fprintf(b, "%s of %s: %s\n", i.bold(v.Domain), v.Org, i.claim(v.State, claimWords(scanner.ClaimState(v.State), v.Since)))
	if watch := watchWords(scanner.ClaimState(v.State), v.WatchedFrom, v.named, a.now()); watch != "" {
		fmt.Fprintf(b, "  %s\n", watch)
	}
	fmt.Fprintf(b, "  %s  %s. %d IN TXT %q\n", i.dim("record"), v.Record.Name, v.Record.TTL, v.Record.Value)
	if v.Looked.IsZero() {
		fmt.Fprintf(b, "  nobody has looked for it yet: meetleaks domain verify %s\n", v.Domain)
		return
	}
	for _, seen := range v.Resolvers {
		mark := i.with("31", "no ")
		if seen.Right {
			mark = i.with("32", "yes")
		}
		fmt.Fprintf(b, "  %s  %s  %s\n", mark, seen.Resolver, seen.What)
	}
	for _, text := range v.Said {
		fmt.Fprintf(b, "  %s %s\n", i.with("33", "→"), text)
	}
}
