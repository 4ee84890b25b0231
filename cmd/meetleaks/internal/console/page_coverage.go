package console

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"meetleaks/scanner"
)

// coverageRows is how many sources a page of coverage shows.
const coverageRows = 30

type coverageView struct {
	frame
	Org, Day    string // Day "": of several
	Orgs        []string
	TypeOrg     bool
	Days        int
	Choices     []int
	Rows        []dayRow
	Sources     []coveredRow
	From, To    string
	Total       int    // sources
	Newer       string // addresses
	Older       string
	Never       []Unseen
	Gaps        int // days without a record
	NoneAtAll   bool
	SeveralOrgs bool
}

// dayRow is a day, the sources of which are added up.
type dayRow struct {
	Text, Link      string
	Known           bool
	Looked, Trouble string
	Today           bool
}

// coveredRow is a source, the days of which are added up.
type coveredRow struct {
	Covered
	Name            string
	Looked, Trouble string
	DaysLooked      int // on which it did
	DaysUnseen      int // on which it did not, or not all the time
	Why             string
	whys            []string // the newest first
	Blind           bool     // it should have looked, and did not at all
}

// showCoverage is what was looked at for an organisation, and what was not.
func (w *web) showCoverage(rw http.ResponseWriter, r *http.Request, s session) {
	query := r.URL.Query()
	names := w.c.o.Organisations()
	org := query.Get("org")
	if org == "" && len(names) > 0 {
		org = names[0]
	}
	if org != "" && !slices.Contains(names, org) {
		w.sorry(rw, s, http.StatusNotFound, "There is no such organisation.")
		return
	}
	days, ok := w.coverageDays(query.Get("days"), query.Get("day"))
	if !ok {
		w.sorry(rw, s, http.StatusBadRequest, "There is no record of such a day: the last "+strconv.Itoa(mostCoverage)+" are kept.")
		return
	}
	if org == "" {
		days = nil
	}
	v, err := w.coverageView(r.Context(), s, org, days)
	if err != nil {
		w.failed(rw, s, err)
		return
	}
	if len(days) == 1 {
		v.Day = dayWords(days[0])
	}
	v.cut(pageNumber(query.Get("page")), query)
	v.Org, v.SeveralOrgs = shown(org), len(names) > 1
	if v.TypeOrg = len(names) > queueOrgs; !v.TypeOrg {
		v.Orgs = shownAll(names)
	}
	w.render(rw, http.StatusOK, "coverage", v)
}

// coverageDays are the days that are asked for, today or the one first: one, or the last ones.
func (w *web) coverageDays(days, day string) ([]string, bool) {
	n, err := strconv.Atoi(days)
	if err != nil || n < 1 {
		n = usualCoverage
	}
	if day != "" {
		n = mostCoverage
	}
	var list []string
	for ago := range min(n, mostCoverage) {
		list = append(list, w.c.day(ago))
	}
	if day == "" {
		return list, true
	}
	return []string{day}, slices.Contains(list, day)
}

func (w *web) coverageView(ctx context.Context, s session, org string, days []string) (coverageView, error) {
	v := coverageView{frame: w.frame(s, "Coverage", "coverage"), Days: len(days), Choices: []int{1, usualCoverage, 30, mostCoverage}}
	var records []Coverage
	for _, day := range days {
		one, found, err := w.c.coverage(ctx, org, day)
		if err != nil {
			return v, err
		}
		if found {
			records = append(records, one)
		} else {
			v.Gaps++
		}
		v.Rows = append(v.Rows, w.dayRow(org, day, one, found))
	}
	v.NoneAtAll = len(records) == 0
	v.Sources = coveredRows(records)
	if len(records) > 0 {
		v.Never = nobodyCan(records[0])
	}
	return v, nil
}

// maxNever is how much of what nobody can watch is shown.
const maxNever = 10

// nobodyCan is what nobody can watch, and what has no room in a record.
func nobodyCan(c Coverage) (list []Unseen) {
	for _, u := range c.Unseen {
		if u.Source == "" && len(list) < maxNever {
			list = append(list, u)
		}
	}
	return list
}

// cut leaves a page of the sources. The days stand on the first.
func (v *coverageView) cut(page int, query url.Values) {
	v.Total = len(v.Sources)
	from := min((page-1)*coverageRows, v.Total)
	to := min(from+coverageRows, v.Total)
	link := func(to int) string {
		other := url.Values{"page": {strconv.Itoa(to)}}
		for _, name := range []string{"org", "days", "day"} {
			if query.Has(name) {
				other.Set(name, query.Get(name))
			}
		}
		return "/coverage?" + other.Encode()
	}
	if page > 1 {
		v.Newer, v.Rows = link(page-1), nil
	}
	if to < v.Total {
		v.Older = link(page + 1)
	}
	v.Sources, v.From, v.To = v.Sources[from:to], number(int64(from+1)), number(int64(to))
}

func (w *web) dayRow(org, day string, record Coverage, found bool) dayRow {
	row := dayRow{Text: dayWords(day), Known: found, Link: coverageLink(org, day), Today: day == w.c.day(0)}
	var sum Covered
	for _, one := range record.Looked {
		sum = sum.plus(one)
	}
	row.Looked, row.Trouble = sum.looked(), sum.trouble()
	if n := len(record.Looked); found {
		row.Looked = several(int64(n), "source") + ": " + cmp.Or(row.Looked, "nothing")
	}
	row.Trouble = strings.Join(slices.DeleteFunc(append(record.unseenWords(), row.Trouble), func(text string) bool { return text == "" }), ", ")
	return row
}

// unseenWords says how many sources did not look on a day, and how many did not all the time.
func (c Coverage) unseenWords() []string {
	looked, names := map[string]bool{}, map[string]bool{}
	for _, one := range c.Looked {
		looked[one.Source] = true
	}
	atAll, always := int64(0), int64(0)
	for _, u := range c.Unseen {
		switch {
		case u.Source == "" || names[u.Source]:
		case looked[u.Source]:
			always++
		default:
			atAll++
		}
		names[u.Source] = true
	}
	return tallyWords(tally{atAll, "source did not look", "sources did not look"}, tally{always, "source was blind for a time", "sources were blind for a time"})
}

// dayWords is "2026-11-22" as people write it.
func dayWords(day string) string {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return at.Format("Mon 2 Jan 2006")
}

func coverageLink(org, day string) string {
	return "/coverage?org=" + url.QueryEscape(org) + "&day=" + url.QueryEscape(day)
}

// looked says what was looked at, "" for nothing.
func (c Covered) looked() string {
	return strings.Join(tallyWords(
		tally{c.Documents, "document", "documents"}, tally{c.Heard, "item heard", "items heard"}, tally{n: c.Read, one: "read"},
		tally{c.Deleted, "deletion", "deletions"},
	), ", ")
}

// trouble says what was not looked at of it, and how late it was.
func (c Covered) trouble() string {
	parts := tallyWords(
		tally{n: c.Refused, one: "refused"}, tally{n: c.Truncated, one: "cut"}, tally{n: c.Failed, one: "not understood"},
		tally{c.Failures, "failed pass", "failed passes"},
	)
	if lag := lagWords(c.MostLag); lag != "" {
		parts = append(parts, "at most "+lag+" behind")
	}
	return strings.Join(parts, ", ")
}

// maxWhys is how many reasons are shown of a source.
const maxWhys = 3

// missed counts a reason why it did not look, on a day that was counted or not.
func (r *coveredRow) missed(why string, newDay bool) {
	r.DaysUnseen += b2i(newDay)
	if len(r.whys) < maxWhys && !slices.Contains(r.whys, why) {
		r.whys = append(r.whys, why)
	}
}

// coveredRows adds up each source over records, the newest first: those that did not look first.
func coveredRows(records []Coverage) []coveredRow {
	rows := make(map[string]*coveredRow)
	at := func(name string) *coveredRow {
		if rows[name] == nil {
			rows[name] = &coveredRow{Name: name}
		}
		return rows[name]
	}
	for _, record := range records {
		for _, one := range record.Looked {
			row := at(one.Source)
			row.Kind = cmp.Or(row.Kind, one.Kind)
			row.Covered = row.plus(one)
			row.DaysLooked++
		}
		on := map[string]bool{}
		for _, u := range record.Unseen {
			if u.Source != "" {
				at(u.Source).missed(u.Why, !on[u.Source])
				on[u.Source] = true
			}
		}
	}
	list := make([]coveredRow, 0, len(rows))
	for _, row := range rows {
		row.Looked, row.Trouble = row.looked(), row.trouble()
		row.Why = strings.Join(row.whys, "; ")
		row.Blind = row.DaysLooked == 0 && (strings.Contains(row.Why, scanner.BlindWhy) || strings.Contains(row.Why, "nothing was read"))
		list = append(list, *row)
	}
	slices.SortFunc(list, func(a, b coveredRow) int {
		return cmp.Or(cmp.Compare(b2i(b.Blind), b2i(a.Blind)), cmp.Compare(b2i(a.DaysLooked > 0), b2i(b.DaysLooked > 0)),
			cmp.Compare(b.DaysUnseen, a.DaysUnseen), strings.Compare(a.Name, b.Name))
	})
	return list
}
