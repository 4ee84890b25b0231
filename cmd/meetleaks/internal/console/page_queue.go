package console

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"meetleaks/scanner"
)

// The bounds of the queue's page.
const (
	queueRows   = 50
	queueAtOnce = 4   // leaks read at the same time
	queueOrgs   = 100 // organisations to choose from; of more the name is typed in
)

type queueView struct {
	frame
	Headline          string
	Org, State        string // as chosen; State "all" is every state
	Orgs              []string
	TypeOrg           bool // there are too many to choose from
	States            []stateChoice
	Rows              []queueRow
	Found, From, To   string
	Newer, Older      string // addresses
	Notes             []string
	SeveralOrgs, None bool
}

type stateChoice struct{ Name, Words, Count string }

// queueRow is a line of the queue.
type queueRow struct {
	Leak
	Link, Meeting, Class, StateWords, Told, Seen string
	Starts                                       starting
	Until                                        moment
}

// showQueue is the front page.
func (w *web) showQueue(rw http.ResponseWriter, r *http.Request, s session) {
	query := r.URL.Query()
	org, state, page := query.Get("org"), query.Get("state"), pageNumber(query.Get("page"))
	if state == "" {
		state = string(scanner.StateOpen)
	}
	if org != "" && !slices.Contains(w.c.o.Organisations(), org) {
		w.sorry(rw, s, http.StatusNotFound, "There is no such organisation.")
		return
	}
	index := slices.Index(scanner.States(), scanner.State(state))
	if state == "all" {
		index = everyState
	} else if index < 1 {
		w.sorry(rw, s, http.StatusBadRequest, "There is no such state.")
		return
	}
	o, err := w.queue.get(r.Context())
	if err != nil {
		w.failed(rw, s, w.c.problemOf("read the queue", "", err))
		return
	}
	from := (page - 1) * queueRows
	found := o.pick(org, index, from, queueRows, w.c.o.Now())
	rows, err := w.queueRows(r.Context(), found.page, index)
	if err != nil {
		w.failed(rw, s, w.c.problemOf("read the queue", "", err))
		return
	}
	w.render(rw, http.StatusOK, "queue", w.queueView(s, o, found, rows, org, state, page))
}

// pageNumber is the number of a page from 1; what is none is the first.
func pageNumber(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > 1_000_000 {
		return 1
	}
	return n
}

// queueRows reads the leaks of a page as they are now. What has gone, or is not in the state any more, is left out.
func (w *web) queueRows(ctx context.Context, page []placed, state int) ([]queueRow, error) {
	leaks, err := w.readLeaks(ctx, page)
	if err != nil {
		return nil, err
	}
	rows := make([]queueRow, 0, len(leaks))
	var moved []scanner.Leak
	for i, l := range leaks {
		at := slices.Index(scanner.States(), l.State)
		if at != page[i].state && l.ID != "" {
			moved = append(moved, l)
		}
		if l.ID != "" && (state == everyState || at == state) {
			rows = append(rows, w.queueRow(w.c.leakOf(l)))
		}
	}
	w.queue.note(moved...)
	return rows, nil
}

// readLeaks reads leaks, a few at a time; those that are not there any more are empty.
func (w *web) readLeaks(ctx context.Context, page []placed) ([]scanner.Leak, error) {
	leaks, errs := make([]scanner.Leak, len(page)), make([]error, len(page))
	next := make(chan int)
	var readers sync.WaitGroup
	for range min(queueAtOnce, len(page)) {
		readers.Go(func() {
			for i := range next {
				leaks[i], errs[i] = w.c.o.Store.Leak(ctx, page[i].org, page[i].id)
				if errors.Is(errs[i], scanner.ErrNotFound) {
					leaks[i], errs[i] = scanner.Leak{}, nil
				}
			}
		})
	}
	for i := range page {
		next <- i
	}
	close(next)
	readers.Wait()
	return leaks, errors.Join(errs...)
}

func (w *web) queueRow(l Leak) queueRow {
	c := w.clock(l.Org)
	row := queueRow{
		Leak: l, Link: leakLink(l.Org, l.ID), Meeting: w.meetingWords(l), Class: classWords(l.Class), StateWords: stateWords(l.State),
		Told: toldWords(l.Account), Seen: several(int64(l.DistinctPlaces), "place"), Starts: startOf(l.When, c), Until: c.at(l.Until),
	}
	if l.Reach > 0 {
		row.Seen += ", reach " + number(l.Reach)
	}
	return row
}

// leakLink is the address of a leak's page.
func leakLink(org, id string) string {
	return "/leaks/" + url.PathEscape(org) + "/" + url.PathEscape(id)
}

func (w *web) queueView(s session, o *order, found picked, rows []queueRow, org, state string, page int) queueView {
	v := queueView{
		frame: w.frame(s, "Queue", "queue"), Org: shown(org), State: state, Rows: rows, Found: number(int64(found.found)),
		None: found.found == 0, States: stateChoices(found),
	}
	names := w.c.o.Organisations()
	v.SeveralOrgs = len(names) > 1
	if v.TypeOrg = len(names) > queueOrgs; !v.TypeOrg {
		v.Orgs = shownAll(names)
	}
	v.Headline = queueHeadline(found)
	from := (page - 1) * queueRows
	v.From, v.To = number(int64(from+1)), number(int64(from+len(found.page)))
	if page > 1 {
		v.Newer = queueLink(org, state, page-1)
	}
	if from+queueRows < found.found {
		v.Older = queueLink(org, state, page+1)
	}
	v.Notes = w.queueNotes(o)
	return v
}

func queueHeadline(found picked) string {
	open := found.counts[slices.Index(scanner.States(), scanner.StateOpen)]
	switch {
	case open == 0:
		return "No open leak"
	case found.soon > 0:
		return several(int64(open), "open leak") + ", " + number(int64(found.soon)) + " running or within the hour"
	}
	return several(int64(open), "open leak")
}

func stateChoices(found picked) []stateChoice {
	all := 0
	var list []stateChoice
	for i, s := range scanner.States()[1:] {
		n := found.counts[i+1]
		all += n
		list = append(list, stateChoice{string(s), stateWords(string(s)), number(int64(n))})
	}
	return append(list, stateChoice{"all", "all", number(int64(all))})
}

// queueNotes say when the order is not the whole truth.
func (w *web) queueNotes(o *order) []string {
	var notes []string
	if o.err != nil {
		notes = append(notes, "The store does not answer: this order is of "+away(o.at, w.c.o.Now())+", and newer leaks are missing.")
	}
	if !o.complete {
		notes = append(notes, "The queue is still being read. Only "+several(int64(len(o.leaks)), "leak")+", the newest, are in order so far: load the page again in a moment.")
	}
	if o.left {
		notes = append(notes, "There are more leaks than can be put in order: of each organisation only the newest are here, "+number(int64(len(o.leaks)))+" in all.")
	}
	return notes
}

func queueLink(org, state string, page int) string {
	var parts []string
	if org != "" {
		parts = append(parts, "org="+url.QueryEscape(org))
	}
	if state != string(scanner.StateOpen) {
		parts = append(parts, "state="+url.QueryEscape(state))
	}
	if page > 1 {
		parts = append(parts, "page="+strconv.Itoa(page))
	}
	if len(parts) == 0 {
		return "/"
	}
	return "/?" + strings.Join(parts, "&")
}
