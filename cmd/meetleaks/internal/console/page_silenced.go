package console

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"

	"meetleaks/scanner"
)

// The bounds of the page of what is silenced.
const (
	silencedRows = 50
	maxSilenced  = 2000 // leaks that are read and put in order
)

type silencedView struct {
	frame
	Org         string // as chosen
	Orgs        []string
	TypeOrg     bool
	SeveralOrgs bool
	Rows        []silencedRow
	Headline    string
	Found       int
	Cut         bool
	From, To    string
	Newer       string // addresses
	Older       string
}

// silencedRow is a leak of which nobody is told.
type silencedRow struct {
	queueRow
	Owner string
	Since moment
}

// silencedStates are the states that somebody brought about so that nobody is told.
func silencedStates() []scanner.State {
	return []scanner.State{scanner.StateMuted, scanner.StatePublic}
}

// Silenced says whether somebody wants nobody to be told: it is muted, or public on purpose.
func (l Leak) Silenced() bool { return slices.Contains(silencedStates(), scanner.State(l.State)) }

// HidNothing says of what is silenced that it was not seen in public since: to end the silence would tell nobody of anything.
func (l Leak) HidNothing() bool { return l.Hid == 0 && !l.LastSeen.After(l.Since) }

// HidWords is what a silence hid.
func (l Leak) HidWords() string {
	switch {
	case l.Hid > 0:
		return several(int64(l.Hid), "sighting")
	case l.HidNothing():
		return "nothing"
	}
	return "nothing new, it stands where it stood"
}

// BySilence sorts what is silenced: what hid nothing first, as that can be ended; then by the end, the soonest first; then the newest.
func BySilence(list []Leak) {
	slices.SortStableFunc(list, func(a, b Leak) int {
		return cmp.Or(
			cmp.Compare(b2i(!a.HidNothing()), b2i(!b.HidNothing())), cmp.Compare(b2i(a.Until.IsZero()), b2i(b.Until.IsZero())),
			a.Until.Compare(b.Until), b.Since.Compare(a.Since), strings.Compare(a.ID, b.ID),
		)
	})
}

// showSilenced is what mutes and public marks hid.
func (w *web) showSilenced(rw http.ResponseWriter, r *http.Request, s session) {
	query := r.URL.Query()
	org, page := query.Get("org"), pageNumber(query.Get("page"))
	names := w.c.o.Organisations()
	if org != "" {
		if !slices.Contains(names, org) {
			w.sorry(rw, s, http.StatusNotFound, "There is no such organisation.")
			return
		}
		names = []string{org}
	}
	list, cut, err := w.c.silenced(r.Context(), names)
	if err != nil {
		w.failed(rw, s, w.c.problemOf("read what is silenced", "", err))
		return
	}
	BySilence(list)
	w.render(rw, http.StatusOK, "silenced", w.silencedView(s, list, cut, org, page))
}

// silenced reads the leaks that are silenced, at most maxSilenced; cut says that there are others.
func (c *Console) silenced(ctx context.Context, orgs []string) (list []Leak, cut bool, err error) {
	seen := make(map[string]bool) // one that changes meanwhile comes twice
	for _, org := range orgs {
		q := scanner.LeakQuery{Org: org, States: silencedStates(), Limit: maxPage}
		for {
			page, err := c.o.Store.ListLeaks(ctx, q)
			if err != nil {
				return nil, false, err
			}
			for _, l := range page.Leaks {
				if one := c.leakOf(l); one.Silenced() && !seen[one.ID] {
					seen[one.ID] = true
					list = append(list, one)
				}
			}
			if len(list) > maxSilenced {
				return list[:maxSilenced], true, nil
			}
			if page.Next == "" || page.Next == q.After {
				break
			}
			q.After = page.Next
		}
	}
	return list, false, nil
}

func (w *web) silencedView(s session, list []Leak, cut bool, org string, page int) silencedView {
	v := silencedView{frame: w.frame(s, "Silenced", "silenced"), Org: shown(org), Found: len(list), Cut: cut}
	names := w.c.o.Organisations()
	v.SeveralOrgs = len(names) > 1
	if v.TypeOrg = len(names) > queueOrgs; !v.TypeOrg {
		v.Orgs = shownAll(names)
	}
	v.Headline = silencedHeadline(list)
	from := min((page-1)*silencedRows, len(list))
	to := min(from+silencedRows, len(list))
	for _, l := range list[from:to] {
		v.Rows = append(v.Rows, w.silencedRow(l))
	}
	v.From, v.To = number(int64(from+1)), number(int64(to))
	if page > 1 {
		v.Newer = "/silenced" + strings.TrimPrefix(queueLink(org, string(scanner.StateOpen), page-1), "/")
	}
	if to < len(list) {
		v.Older = "/silenced" + strings.TrimPrefix(queueLink(org, string(scanner.StateOpen), page+1), "/")
	}
	return v
}

func silencedHeadline(list []Leak) string {
	idle := 0
	for _, l := range list {
		idle += b2i(l.HidNothing())
	}
	switch {
	case len(list) == 0:
		return "Nothing is silenced"
	case idle > 0:
		return several(int64(len(list)), "silenced meeting") + ", " + number(int64(idle)) + " hid nothing"
	}
	return several(int64(len(list)), "silenced meeting")
}

func (w *web) silencedRow(l Leak) silencedRow {
	row := silencedRow{queueRow: w.queueRow(l), Owner: roleWords(l.By), Since: w.clock(l.Org).at(l.Since)}
	if l.ByRef != "" {
		row.Owner += " (" + l.ByRef + ")"
	}
	return row
}
