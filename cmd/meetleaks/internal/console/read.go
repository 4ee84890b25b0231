package console

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"meetleaks/scanner"
)

// body is an answer.
type body[T any] struct{ Body T }

type nothing struct{}

type listInput struct {
	Org   string    `path:"org" maxLength:"512"`
	State []string  `query:"state" enum:"open,safe,safe-by-word,over,removed,muted,not-ours,public" maxItems:"8" nullable:"false" doc:"Any of these, divided by commas; left out: all"`
	Since time.Time `query:"since" doc:"First seen then or later"`
	After string    `query:"after" maxLength:"1024" doc:"What next of the page before said"`
	Limit int       `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type showInput struct {
	Org string `path:"org" maxLength:"512"`
	ID  string `path:"id" maxLength:"512"`
}

func (c *Console) registerReads(api huma.API) {
	huma.Register(api, c.operation("list-organisations", http.MethodGet, "/organisations", "The configured organisations and their ledgers"),
		c.listOrganisations)
	huma.Register(api, c.operation("get-ledger", http.MethodGet, "/ledger", "The ledger of all organisations together"), c.getLedger)
	huma.Register(api, c.operation("list-sources", http.MethodGet, "/sources", "The sources of the configuration and how they are doing, blind ones first"), c.listSources)
	huma.Register(api, c.operation("list-coverage", http.MethodGet, "/coverage", "What was looked at for organisations, and what was not: a record a day",
		http.StatusNotFound), c.listCoverage)
	huma.Register(api, c.operation("list-leaks", http.MethodGet, "/organisations/{org}/leaks", "An organisation's leaks, the newest first",
		http.StatusBadRequest, http.StatusNotFound), c.listLeaks)
	huma.Register(api, c.operation("show-leak", http.MethodGet, "/organisations/{org}/leaks/{id}",
		"A leak with its places, what was told about it, and who did what", http.StatusNotFound), c.showLeak)
}

func (c *Console) listOrganisations(ctx context.Context, _ *nothing) (*body[OrganisationList], error) {
	list := OrganisationList{Organisations: []Organisation{}}
	err := c.eachLedger(ctx, func(org string, b scanner.Ledger, pending int64) {
		list.Organisations = append(list.Organisations, Organisation{Name: shown(org), Ledger: ledgerOf(b, pending)})
	})
	if err != nil {
		return nil, err
	}
	return &body[OrganisationList]{list}, nil
}

// getLedger adds up. The books of one organisation that do not balance are not hidden by those of others.
func (c *Console) getLedger(ctx context.Context, _ *nothing) (*body[Ledger], error) {
	var sum scanner.Ledger
	pending, fault := int64(0), ""
	err := c.eachLedger(ctx, func(org string, b scanner.Ledger, n int64) {
		sum, pending = sum.Plus(b), pending+n
		if one := ledgerOf(b, n); !one.Balanced && fault == "" {
			fault = shown(org) + ": " + one.Fault
		}
	})
	if err != nil {
		return nil, err
	}
	all := ledgerOf(sum, pending)
	if fault != "" {
		all.Balanced, all.Fault = false, fault
	}
	return &body[Ledger]{all}, nil
}

// eachLedger reads the ledger of each organisation, or fails as a whole: a sum with one left out would look right.
func (c *Console) eachLedger(ctx context.Context, yield func(org string, b scanner.Ledger, pending int64)) error {
	names := c.o.Organisations()
	if len(names) > maxLedgers {
		return newProblem(http.StatusServiceUnavailable, "there are too many organisations to read all their ledgers at once").err()
	}
	for _, org := range names {
		b, pending, err := c.o.Store.Ledger(ctx, org)
		if err != nil {
			return c.problemOf("read a ledger", "", err)
		}
		yield(org, b, pending)
	}
	return nil
}

func (c *Console) listLeaks(ctx context.Context, in *listInput) (*body[LeakList], error) {
	if err := c.known(in.Org); err != nil {
		return nil, err
	}
	q := scanner.LeakQuery{Org: in.Org, Since: in.Since, After: in.After, Limit: in.Limit}
	for _, state := range in.State {
		if !slices.Contains(q.States, scanner.State(state)) {
			q.States = append(q.States, scanner.State(state))
		}
	}
	page, err := c.o.Store.ListLeaks(ctx, q)
	if err != nil {
		return nil, c.problemOf("list leaks", "", err)
	}
	return &body[LeakList]{LeakList{Leaks: mapped(page.Leaks, c.leakOf), Next: page.Next}}, nil
}

func (c *Console) showLeak(ctx context.Context, in *showInput) (*body[LeakDetails], error) {
	if err := c.checked(in.Org, in.ID); err != nil {
		return nil, err
	}
	leak, err := c.o.Store.Leak(ctx, in.Org, in.ID)
	if err != nil {
		return nil, c.problemOf("show a leak", in.ID, err)
	}
	details := LeakDetails{Leak: c.leakOf(leak)}
	if err := c.addDetails(ctx, in.Org, in.ID, &details); err != nil {
		return nil, c.problemOf("show a leak", in.ID, err)
	}
	details.markPublic(leak)
	return &body[LeakDetails]{details}, nil
}

// markPublic marks the places where it stands on purpose.
func (d *LeakDetails) markPublic(l scanner.Leak) {
	marked := make(map[string]bool, len(l.Places))
	for _, m := range l.Places {
		marked[placeID(m.Key)] = m.Public
	}
	for i := range d.Sightings {
		d.Sightings[i].Public = marked[d.Sightings[i].ID]
	}
}

func (c *Console) addDetails(ctx context.Context, org, id string, to *LeakDetails) error {
	sightings, err := c.o.Store.Sightings(ctx, org, id)
	if err != nil {
		return err
	}
	rows, err := c.o.Store.Deliveries(ctx, org, id)
	if err != nil {
		return err
	}
	entries, err := c.o.Store.ListAudit(ctx, scanner.AuditQuery{Org: org, Leak: id, Limit: maxRows + 1})
	if err != nil {
		return err
	}
	to.More = len(rows) > maxRows || len(entries) > maxRows
	to.Sightings = mapped(sightings[:min(len(sightings), scanner.MaxSightings)], sightingOf)
	to.Deliveries = mapped(rows[:min(len(rows), maxRows)], deliveryOf)
	to.Audit = mapped(entries[:min(len(entries), maxRows)], auditOf)
	return nil
}
