package console

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"meetleaks/scanner"
)

// The bounds of the page of sources. The API tells all.
const (
	sourceRows   = 30
	shownOfLists = 4 // notes, budgets and canaries of one source
)

type sourcesView struct {
	frame
	Headline string
	Ready    bool
	Reasons  []string
	Sources  []sourceView
	Dark     int // blind
	Total    int
	From, To string
	Newer    string // addresses
	Older    string
}

type sourceView struct {
	Source
	Running, Next, Passed, Since moment
	Why, Every, Volume           string
	Quiet, IsOff                 bool
	Told                         []string // of the last pass
	Lag                          string
	Budgets                      []budgetView
	Notes                        []string
	Canaries                     []canaryView
	More                         string // what is left out
}

type budgetView struct {
	Words, Level string // Level is "", "warn" or "alarm"
	Until        moment
}

type canaryView struct {
	Name, Level string // Level is "", "warn" or "alarm"
	Seen, Since moment
	Missed      string
}

// showSources is the health of the service: blind sources first.
func (w *web) showSources(rw http.ResponseWriter, r *http.Request, s session) {
	ready := w.c.ready.answer(r.Context())
	list := w.c.sources()
	v := sourcesView{frame: w.frame(s, "Sources", "sources"), Ready: ready.Ready, Reasons: ready.Reasons, Total: len(list)}
	off := 0
	for _, one := range list {
		v.Dark += b2i(one.State == sourceBlind)
		off += b2i(one.State == sourceOff)
	}
	v.Headline = sourcesHeadline(len(list)-off, v.Dark, off)
	page := pageNumber(r.URL.Query().Get("page"))
	from := min((page-1)*sourceRows, len(list))
	to := min(from+sourceRows, len(list))
	c := w.houseClock()
	for _, one := range list[from:to] {
		v.Sources = append(v.Sources, sourceViewOf(one, c))
	}
	v.From, v.To = number(int64(from+1)), number(int64(to))
	if page > 1 {
		v.Newer = sourcesLink(page - 1)
	}
	if to < len(list) {
		v.Older = sourcesLink(page + 1)
	}
	w.render(rw, http.StatusOK, "sources", v)
}

func sourcesLink(page int) string {
	if page <= 1 {
		return "/sources"
	}
	return "/sources?page=" + strconv.Itoa(page)
}

func sourcesHeadline(on, dark, off int) string {
	text := "All sources are read"
	switch {
	case on == 0 && off == 0:
		return "No sources"
	case on == 0:
		return "No source is read: " + number(int64(off)) + " off"
	case dark > 0:
		text = number(int64(dark)) + " of " + several(int64(on), "source") + " blind"
	}
	if off > 0 {
		text += ", " + number(int64(off)) + " off"
	}
	return text
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func sourceViewOf(s Source, c clock) sourceView {
	v := sourceView{
		Source: s, Running: c.at(s.Running), Next: c.at(s.Next), Passed: c.at(s.Passed), Since: c.at(s.Since), Why: blindWords(s.Blind),
		Quiet: s.Blind == scanner.BlindQuiet, IsOff: s.State == sourceOff, Told: passWords(s.Pass), Volume: volumeWords(s.Volume),
		Notes: s.Notes[:min(len(s.Notes), shownOfLists)],
	}
	if s.Every > 0 {
		v.Every = span(time.Duration(s.Every) * time.Second)
	}
	if s.Pass != nil {
		v.Lag = lagWords(s.Pass.Lag)
	}
	for _, b := range s.Budgets[:min(len(s.Budgets), shownOfLists)] {
		v.Budgets = append(v.Budgets, budgetViewOf(b, c))
	}
	for _, one := range s.Canaries[:min(len(s.Canaries), shownOfLists)] {
		v.Canaries = append(v.Canaries, canaryViewOf(one, c))
	}
	left := max(len(s.Notes)-shownOfLists, 0) + max(len(s.Budgets)-shownOfLists, 0) + max(len(s.Canaries)-shownOfLists, 0)
	if left > 0 {
		v.More = several(int64(left), "more line")
	}
	return v
}

// blindWords says why nothing is known of a source.
func blindWords(blind string) string {
	switch blind {
	case scanner.BlindUnread:
		return "It has not been read yet."
	case scanner.BlindOverdue:
		return "Nobody reads it: its pass is overdue. Is a process with the role “read” running?"
	case scanner.BlindQuiet:
		return "It is too quiet: it answers, but nothing, or far too little, has come from it for longer than is usual."
	}
	return blind
}

// tally is a number and what it counts; many stands for one of what is said otherwise of several.
type tally struct {
	n         int64
	one, many string
}

// tallyWords are those that are not zero, in words.
func tallyWords(list ...tally) []string {
	var out []string
	for _, t := range list {
		switch {
		case t.n == 1 || t.n > 0 && t.many == "":
			out = append(out, number(t.n)+" "+t.one)
		case t.n > 0:
			out = append(out, number(t.n)+" "+t.many)
		}
	}
	return out
}

// passWords is what came of the last pass.
func passWords(p *PassTold) []string {
	if p == nil {
		return nil
	}
	return tallyWords(
		tally{n: p.Heard, one: "heard"}, tally{n: p.Read, one: "read"}, tally{n: p.Deleted, one: "deleted"}, tally{n: p.Refused, one: "refused"},
		tally{n: p.Truncated, one: "cut"}, tally{n: p.Failed, one: "not understood"},
	)
}

func volumeWords(v *Volume) string {
	if v == nil {
		return ""
	}
	if v.Usual == 0 {
		return number(v.Now) + " this hour; what is usual is not known yet"
	}
	return number(v.Last) + " in the last hour, usually " + number(int64(math.Round(v.Usual)))
}

// lagWords is how far behind something is, "" below a second.
func lagWords(seconds float64) string {
	lag := time.Duration(seconds * float64(time.Second))
	switch {
	case lag < time.Second:
		return ""
	case lag < 90*time.Second:
		return strconv.Itoa(int(lag.Seconds())) + " s"
	}
	return span(lag)
}

// nearlyUsed is the share of a budget from which on people should know.
const nearlyUsed = 0.9

func budgetViewOf(b Budget, c clock) budgetView {
	v := budgetView{Words: b.What + ": " + amount(b.Used, b.Unit)}
	if b.Limit > 0 {
		v.Words = b.What + ": " + amount(b.Used, "") + " of " + amount(b.Limit, b.Unit)
	}
	if b.Until.After(c.now) {
		v.Until = c.at(b.Until)
	}
	switch {
	case b.Limit > 0 && b.Used >= b.Limit:
		v.Level = "alarm"
	case b.Limit > 0 && b.Used >= nearlyUsed*b.Limit:
		v.Level = "warn"
	}
	return v
}

// amount is a number with its unit, without digits that say nothing.
func amount(n float64, unit string) string {
	text := strconv.FormatFloat(n, 'f', 2, 64)
	if n == math.Trunc(n) && math.Abs(n) < 1e15 {
		text = number(int64(n))
	}
	return strings.TrimSpace(text + " " + unit)
}

func canaryViewOf(one Canary, c clock) canaryView {
	v := canaryView{Name: one.Name, Seen: c.at(one.Seen), Since: c.at(one.Since)}
	if one.Missed > 0 {
		v.Level, v.Missed = "warn", several(int64(one.Missed), "time")
	}
	if one.Missed >= scanner.CanariesMissed {
		v.Level = "alarm"
	}
	return v
}
