package console

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"time"

	"meetleaks/cmd/meetleaks/internal/report"
	"meetleaks/scanner"
)

// maxEvents bounds the timeline of a leak's page.
const maxEvents = 250

type leakView struct {
	frame
	queueRow
	Advice    []string
	Exposed   string
	Since     moment
	Snoozed   moment
	By        string
	Waiting   *waitingView
	First     moment
	Last      moment
	Places    []placeView
	More      string // places that are only counted
	Events    []eventView
	Cut       bool // there is more in the timeline
	Audiences []string
	Did       string
	Problem   string
	Acts      acts
	Given     givenForm
	Earliest  string // of a mute's end
	Latest    string
}

type waitingView struct {
	Words, By, Then string
	moment
}

type placeView struct {
	Place, Source, Where, Via string
	Seen, Gone                moment
}

// eventView is a line of the timeline. Kind is "seen", "told", "answer" or "gone".
type eventView struct {
	moment
	Kind, Who, What, Detail, Reason string

	at time.Time
}

// acts says which forms are shown.
type acts struct{ Ack, Close, ByWord, Mute, Unmute, Reopen, Decide bool }

// givenForm is what was typed into a form that could not be carried out.
type givenForm struct{ Act, Reason, Until, As string }

func classWords(class string) string { return report.ClassWords(class) }

// showLeakPage is all about one leak.
func (w *web) showLeakPage(rw http.ResponseWriter, r *http.Request, s session) {
	w.leakPage(rw, r, s, http.StatusOK, givenForm{}, "")
}

// leakPage is the page of the leak in the path, with what is wrong with a form.
func (w *web) leakPage(rw http.ResponseWriter, r *http.Request, s session, status int, given givenForm, problem string) {
	details, err := w.c.showLeak(r.Context(), &showInput{Org: r.PathValue("org"), ID: r.PathValue("id")})
	if err != nil {
		w.failed(rw, s, err)
		return
	}
	v := w.leakView(s, details.Body)
	v.Given, v.Problem = given, problem
	if problem == "" {
		v.Did = didWords(r.URL.Query().Get("did"))
	}
	w.render(rw, status, "leak", v)
}

func (w *web) leakView(s session, d LeakDetails) leakView {
	l, now := d.Leak, w.c.o.Now()
	v := leakView{
		frame: w.frame(s, w.meetingWords(l)+" "+l.MaskedID, "queue"), queueRow: w.queueRow(l), Exposed: exposed(l), Since: at(l.Since, now),
		Advice: l.Advice(now), First: at(l.FirstSeen, now), Last: at(l.LastSeen, now),
		Events: timeline(d, now), Acts: actsOf(l), Audiences: audiences(l.Ladder),
		Earliest: now.UTC().Format(time.DateOnly), Latest: now.Add(scanner.MaxQuietEnd).UTC().AddDate(0, 0, -1).Format(time.DateOnly),
	}
	if l.By != "" && l.By != string(scanner.RolePage) {
		v.By = roleWords(l.By)
	}
	if l.Ladder.SnoozedUntil.After(now) {
		v.Snoozed = at(l.Ladder.SnoozedUntil, now)
	}
	if l.Waiting != nil {
		v.Waiting = &waitingView{WaitWords(l.Waiting.What), roleWords(l.Waiting.By), thenWords(l.Waiting.What), at(l.Waiting.At, now)}
	}
	for _, one := range d.Sightings {
		v.Places = append(v.Places, placeOfSighting(one, now))
	}
	if lost := l.DistinctPlaces - len(d.Sightings); lost > 0 {
		v.More = several(int64(lost), "more place")
	}
	v.Cut = d.More || len(v.Events) > maxEvents
	v.Events = v.Events[:min(len(v.Events), maxEvents)]
	return v
}

func placeOfSighting(s Sighting, now time.Time) placeView {
	v := placeView{Place: s.Place, Source: s.Source, Seen: at(s.SeenAt, now), Gone: at(s.Gone, now)}
	if s.Page > 0 {
		v.Where = "page " + strconv.Itoa(s.Page)
	}
	if s.Line > 0 {
		v.Where = "line " + strconv.Itoa(s.Line)
	}
	for i, via := range s.Via {
		if i > 0 {
			v.Via += ", "
		}
		v.Via += via
	}
	return v
}

// audiences says who was told in the present round.
func audiences(l Ladder) []string {
	var list []string
	for _, told := range []struct {
		who string
		Told
	}{{"host", l.Host}, {"delegate", l.Delegate}, {"channel", l.Channel}} {
		switch {
		case told.GaveUp:
			list = append(list, told.who+": given up")
		case !told.Accepted.IsZero():
			list = append(list, told.who+": told")
		case !told.At.IsZero():
			list = append(list, told.who+": under way")
		}
	}
	return list
}

// timeline is what happened to a leak, the newest first.
func timeline(d LeakDetails, now time.Time) []eventView {
	var list []eventView
	for _, s := range d.Sightings {
		list = append(list, eventView{Kind: "seen", Who: s.Source, What: "saw it", Detail: s.Place, at: s.SeenAt})
		if !s.Gone.IsZero() {
			list = append(list, eventView{Kind: "gone", Who: s.Source, What: "found it gone", Detail: s.Place, at: s.Gone})
		}
	}
	for _, row := range d.Deliveries {
		when := row.Made
		if !row.Done.IsZero() {
			when = row.Done
		}
		list = append(list, eventView{Kind: "told", Who: "meetleaks", What: deliveryWords(row), at: when})
	}
	for _, e := range d.Audit {
		list = append(list, auditEvent(e))
	}
	slices.SortStableFunc(list, func(a, b eventView) int { return b.at.Compare(a.at) })
	for i := range list {
		list[i].moment = at(list[i].at, now)
	}
	return list
}

func auditEvent(e AuditEntry) eventView {
	v := eventView{Kind: "answer", Who: roleWords(e.By), What: eventWords(e.What), Reason: e.Reason, at: e.At}
	if e.Ref != "" {
		v.Who += " (" + e.Ref + ")"
	}
	if e.From != e.To && e.To != "" {
		v.Detail = cmp.Or(stateWords(e.From), "new") + " → " + stateWords(e.To)
	}
	return v
}

// WaitWords says what an answer says that waits for an analyst.
func WaitWords(what string) string {
	switch scanner.EventKind(what) {
	case scanner.NotMine:
		return "it is somebody else's meeting"
	case scanner.Disowned:
		return "it is not a meeting of this organisation"
	case scanner.PublicPage:
		return "it is public on purpose on this page"
	case scanner.PublicSeries:
		return "it is public on purpose, the whole series"
	case scanner.Help:
		return "help is wanted"
	}
	return what
}

// thenWords says what follows when an analyst says that it is so.
func thenWords(what string) string {
	switch scanner.EventKind(what) {
	case scanner.NotMine:
		return "another host is looked for, and this one is not told again"
	case scanner.Disowned:
		return "it is closed as not ours"
	case scanner.PublicPage:
		return "it is public on purpose there for 180 days, and nobody is told"
	case scanner.PublicSeries:
		return "it is public on purpose for 180 days, and nobody is told until a secret, a new place or raid words show"
	case scanner.Help:
		return "it is opened again, and security operations are told"
	}
	return "it is done"
}

// actsOf says what an analyst can do with a leak.
func actsOf(l Leak) acts {
	a := acts{Decide: l.Waiting != nil}
	switch scanner.State(l.State) {
	case scanner.StateOpen:
		a.Ack, a.Close, a.ByWord, a.Mute = true, true, true, mayMute(l.Class)
	case scanner.StateRemoved:
		a.Close, a.ByWord, a.Reopen, a.Mute = true, true, true, mayMute(l.Class)
	case scanner.StateMuted, scanner.StatePublic:
		a.Close, a.Unmute = true, true
	default:
		a.Reopen = true
	}
	return a
}
