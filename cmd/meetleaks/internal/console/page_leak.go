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
	Days      days
	Choices   []placeChoice // where it can be public on purpose
	Unlisted  bool          // there are other places than the choices
}

// days bound, and propose, the day on which a mute or what is public on purpose ends.
type days struct{ Earliest, Latest, Usual, Zone string }

type waitingView struct {
	Words, By, Then, Asked string
	Place                  string // that is meant, in words; "" when none is
	Public                 bool   // it asks for an end
	moment
}

// placeChoice is a place that can be chosen in a form.
type placeChoice struct{ ID, Place, Where string }

type placeView struct {
	Place, Source, Where, Via string
	Seen, Gone                moment
	Public                    bool
}

// eventView is a line of the timeline. Kind is "seen", "told", "answer" or "gone".
type eventView struct {
	moment
	Kind, Who, What, Detail, Reason string

	at time.Time
}

// acts says which forms are shown.
type acts struct{ Ack, Close, ByWord, Mute, Public, Assign, Unmute, Reopen, Decide bool }

// givenForm is what was typed into a form that could not be carried out.
type givenForm struct{ Act, Reason, Until, As, Place, Email, Asked string }

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
	l, c := d.Leak, w.clock(d.Leak.Org)
	v := leakView{
		frame: w.frame(s, w.meetingWords(l)+" "+l.MaskedID, "queue"), queueRow: w.queueRow(l), Exposed: exposed(l), Since: c.at(l.Since),
		Advice: l.Advice(c.now), First: c.at(l.FirstSeen), Last: c.at(l.LastSeen),
		Events: timeline(d, c), Acts: actsOf(l), Audiences: audiences(l.Ladder), Days: daysOf(c), Waiting: waitingOfPage(d, c),
	}
	if l.By != "" && l.By != string(scanner.RolePage) {
		v.By = roleWords(l.By)
	}
	if l.Ladder.SnoozedUntil.After(c.now) {
		v.Snoozed = c.at(l.Ladder.SnoozedUntil)
	}
	for _, one := range d.Sightings {
		v.Places = append(v.Places, placeOfSighting(one, c))
	}
	v.Choices, v.Unlisted = placeChoices(d)
	if lost := l.DistinctPlaces - len(d.Sightings); lost > 0 {
		v.More = several(int64(lost), "more place")
	}
	v.Cut = d.More || len(v.Events) > maxEvents
	v.Events = v.Events[:min(len(v.Events), maxEvents)]
	return v
}

// daysOf are the days on which a silence may end, in the zone of the organisation.
func daysOf(c clock) days {
	const day = 24 * time.Hour
	return days{c.today(0), c.today(int(scanner.MaxQuietEnd/day) - 1), c.today(int(usualPublic/day) - 1), c.zone.String()}
}

// waitingOfPage is what waits for an analyst, nil when nothing does.
func waitingOfPage(d LeakDetails, c clock) *waitingView {
	w := d.Leak.Waiting
	if w == nil {
		return nil
	}
	v := &waitingView{
		Words: WaitWords(w.What), By: roleWords(w.By), Then: thenWords(w.What), Asked: w.At.UTC().Format(time.RFC3339Nano),
		Public: isPublic(scanner.EventKind(w.What)), moment: c.at(w.At),
	}
	if w.Place != "" {
		v.Place = "a place that is only counted"
	}
	for _, one := range d.Sightings {
		if w.Place != "" && one.ID == w.Place {
			v.Place = one.Place
		}
	}
	return v
}

// maxChoices bounds the places that a form offers.
const maxChoices = 20

// placeChoices are the places that can still be called public, the newest first; more says that there are others.
func placeChoices(d LeakDetails) (list []placeChoice, more bool) {
	for _, one := range d.Sightings {
		switch {
		case one.ID == "" || one.Public || !one.Gone.IsZero():
		case len(list) == maxChoices:
			return list, true
		default:
			list = append(list, placeChoice{one.ID, one.Place, whereIn(one)})
		}
	}
	return list, d.Leak.DistinctPlaces > len(d.Sightings)
}

func placeOfSighting(s Sighting, c clock) placeView {
	v := placeView{Place: s.Place, Source: s.Source, Where: whereIn(s), Seen: c.at(s.SeenAt), Gone: c.at(s.Gone), Public: s.Public}
	for i, via := range s.Via {
		if i > 0 {
			v.Via += ", "
		}
		v.Via += via
	}
	return v
}

// whereIn is where in a document it stands.
func whereIn(s Sighting) string {
	switch {
	case s.Line > 0:
		return "line " + strconv.Itoa(s.Line)
	case s.Page > 0:
		return "page " + strconv.Itoa(s.Page)
	}
	return ""
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
func timeline(d LeakDetails, c clock) []eventView {
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
		list[i].moment = c.at(list[i].at)
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
		return "it is public on purpose there until the day you choose; when it stands nowhere else, nobody is told until a secret, a new place or raid words show"
	case scanner.PublicSeries:
		return "it is public on purpose until the day you choose, and nobody is told until a secret, a new place or raid words show"
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
		a.Ack, a.Close, a.ByWord, a.Assign, a.Mute, a.Public = true, true, true, true, mayMute(l.Class), mayMute(l.Class)
	case scanner.StateRemoved:
		a.Close, a.ByWord, a.Reopen, a.Assign, a.Mute, a.Public = true, true, true, true, mayMute(l.Class), mayMute(l.Class)
	case scanner.StateMuted, scanner.StatePublic:
		a.Close, a.Unmute = true, true
	default:
		a.Reopen = true
	}
	return a
}
