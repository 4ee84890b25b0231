package console

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"meetleaks/matchers"
	"meetleaks/scanner"
)

// decideRig is a rig in Berlin, with a host who can be named.
func decideRig(t testing.TB) *rig {
	t.Helper()
	return newRigWith(t, ownLimits(), Options{
		HostOf: func(_ context.Context, org, email string) (scanner.HostRef, error) {
			if org != rigOrg || !strings.HasSuffix(email, "@acme.example") {
				return "", fmt.Errorf("name a host: %w", scanner.ErrNoContact)
			}
			return scanner.HostRef("hr1:" + email[:2]), nil
		},
		Zone: func(org string) *time.Location {
			if org != rigOrg {
				return nil
			}
			return zoneNamed(t, "Europe/Berlin")
		},
	})
}

func zoneNamed(t testing.TB, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// asks lets the host of the rig's leak say something that waits.
func (r *rig) asks(t testing.TB, what scanner.EventKind, place string) {
	t.Helper()
	l := r.leaks[rigLeak]
	l.Ask = scanner.Ask{What: what, By: scanner.Actor{Role: scanner.RoleHost}, At: r.now.Add(-time.Minute), Place: place}
	r.leaks[rigLeak] = l
}

// stands lets the rig's leak stand at other places too.
func (r *rig) stands(places ...string) {
	l := r.leaks[rigLeak]
	r.sightings = append(r.sightings, scanner.Sighting{Leak: rigLeak, Place: "www.acme.example/first", PlaceKey: "pk1:0c4d", SeenAt: r.now})
	for _, key := range places {
		l.Places = append(l.Places, scanner.PlaceMark{Key: key, Seen: r.now})
		r.sightings = append(r.sightings, scanner.Sighting{Leak: rigLeak, Place: "www.acme.example/" + key[4:], PlaceKey: key, SeenAt: r.now})
	}
	l.Distinct = len(l.Places)
	r.leaks[rigLeak] = l
}

func TestDecisions(t *testing.T) {
	for _, c := range []struct {
		act, body string
		asked     scanner.EventKind
		status    int
		words     string
		state     scanner.State
	}{
		{"confirm", "", "", 409, "nothing waits", scanner.StateOpen},
		{"refuse", `{"reason":"no"}`, "", 409, "nothing waits", scanner.StateOpen},
		{"confirm", "", scanner.PublicSeries, 200, `"took_effect":true`, scanner.StatePublic},
		{"confirm", `{"asked_at":"2026-11-21T09:29:00Z","until":"2026-12-21T00:00:00Z"}`, scanner.PublicSeries, 200, `"until":"2026-12-21T00:00:00Z"`, scanner.StatePublic},
		{"confirm", `{"asked_at":"2026-11-21T10:29:00+01:00"}`, scanner.Disowned, 200, `"took_effect":true`, scanner.StateNotOurs},
		{"confirm", `{"asked_at":"2026-11-21T09:20:00Z"}`, scanner.PublicSeries, 409, "has changed since", scanner.StateOpen},
		{"refuse", `{"asked_at":"2026-11-21T09:20:00Z"}`, scanner.PublicSeries, 409, "has changed since", scanner.StateOpen},
		{"refuse", `{"asked_at":"2026-11-21T09:29:00Z"}`, scanner.PublicSeries, 200, `"took_effect":true`, scanner.StateOpen},
		{"confirm", `{"until":"2027-05-21T00:00:00Z"}`, scanner.PublicSeries, 422, "180 days", scanner.StateOpen},
		{"confirm", `{"until":"2026-11-20T00:00:00Z"}`, scanner.PublicSeries, 422, "has passed", scanner.StateOpen},
		{"confirm", `{"who":"me"}`, scanner.PublicSeries, 422, "", scanner.StateOpen},
	} {
		r := decideRig(t)
		if c.asked != "" {
			r.asks(t, c.asked, "")
		}
		rec := r.ask(http.MethodPost, leakPath("/"+c.act), c.body)
		l := r.leaks[rigLeak]
		if rec.Code != c.status || !strings.Contains(rec.Body.String(), c.words) || l.State != c.state {
			t.Errorf("%s %s of %q: %d, %s: %s", c.act, c.body, c.asked, rec.Code, l.State, rec.Body)
		}
		if c.status == 200 && (l.Ask.What != "" || r.audit[0].By != scanner.Actor{Role: scanner.RoleAnalyst, Ref: "api"}) {
			t.Errorf("%s: %q waits, audit %+v", c.act, l.Ask.What, r.audit[0])
		}
	}
}

// Between the look and the step something else may be asked: the step itself holds what was meant.
func TestDecisionsSayWhatTheyAnswer(t *testing.T) {
	for _, act := range []string{"confirm", "refuse"} {
		r := decideRig(t)
		r.asks(t, scanner.NotMine, "")
		r.ask(http.MethodPost, leakPath("/"+act), `{"asked_at":"2026-11-21T09:29:00Z"}`)
		if len(r.events) != 1 || !r.events[0].Asked.Equal(r.now.Add(-time.Minute)) {
			t.Errorf("%s: %+v", act, r.events)
		}
	}
}

func TestOnlyPlace(t *testing.T) {
	one, two := scanner.PlaceMark{Key: "pk1:0c4d"}, scanner.PlaceMark{Key: "pk1:77b0"}
	public, gone := scanner.PlaceMark{Key: "pk1:5e12", Public: true}, scanner.PlaceMark{Key: "pk1:9a01", Gone: 1}
	for name, c := range map[string]struct {
		places []scanner.PlaceMark
		more   int
		want   string
	}{
		"none": {}, "one": {[]scanner.PlaceMark{one}, 0, one.Key}, "two": {[]scanner.PlaceMark{one, two}, 0, ""},
		"beside others": {[]scanner.PlaceMark{public, one, gone}, 0, one.Key}, "only counted ones": {[]scanner.PlaceMark{one}, 3, ""},
		"all public": {[]scanner.PlaceMark{public}, 0, ""},
	} {
		if got := OnlyPlace(scanner.Leak{Places: c.places, MorePlaces: c.more}); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// What is confirmed without an end lasts as long as after a press in Slack.
func TestPublicOnPurposeHasAnEnd(t *testing.T) {
	r := decideRig(t)
	r.asks(t, scanner.PublicSeries, "")
	r.ask(http.MethodPost, leakPath("/confirm"), "")
	if l := r.leaks[rigLeak]; !l.Until.Equal(r.now.Add(usualPublic)) {
		t.Errorf("until %s", l.Until)
	}
}

func TestAssign(t *testing.T) {
	r := decideRig(t)
	for body, status := range map[string]int{
		`{"email":"pa@globex.example"}`: 422, `{"email":""}`: 422, `{}`: 422, `{"email":"` + strings.Repeat("a", 330) + `@acme.example"}`: 422,
	} {
		rec := r.ask(http.MethodPost, leakPath("/assign"), body)
		if rec.Code != status || strings.Contains(rec.Body.String()+r.log.String(), "pa@") || len(r.events) > 0 {
			t.Errorf("%s: %d %s, log %s", body, rec.Code, rec.Body, r.log)
		}
	}
	rec := r.ask(http.MethodPost, leakPath("/assign"), `{"email":"pa@acme.example","reason":"she took over"}`)
	if l := r.leaks[rigLeak]; rec.Code != 200 || l.Host != "hr1:pa" || !l.Assigned || strings.Contains(rec.Body.String(), "hr1:") || !strings.Contains(rec.Body.String(), `"took_effect":true`) {
		t.Errorf("%d %s, host %q", rec.Code, rec.Body, l.Host)
	}
	none := newRig(t)
	if rec := none.ask(http.MethodPost, leakPath("/assign"), `{"email":"pa@acme.example"}`); rec.Code != 409 {
		t.Errorf("without a way to name hosts: %d %s", rec.Code, rec.Body)
	}
}

func TestPublic(t *testing.T) {
	second := placeID("pk1:77b0")
	for _, c := range []struct {
		name, body string
		places     []string
		status     int
		words      string
		state      scanner.State
		marked     int
	}{
		{"the series", `{"what":"series","reason":"x"}`, []string{"pk1:77b0"}, 200, `"took_effect":true`, scanner.StatePublic, 2},
		{"the only place", `{"what":"page","reason":"x"}`, nil, 200, `"took_effect":true`, scanner.StatePublic, 1},
		{"one of two", `{"what":"page","place":"` + second + `","reason":"x"}`, []string{"pk1:77b0"}, 200, `"took_effect":true`, scanner.StateOpen, 1},
		{"which of two", `{"what":"page","reason":"x"}`, []string{"pk1:77b0"}, 422, "say which one is meant", scanner.StateOpen, 0},
		{"no such place", `{"what":"page","place":"0011","reason":"x"}`, nil, 422, "no such place", scanner.StateOpen, 0},
		{"a place's key", `{"what":"page","place":"pk1:0c4d","reason":"x"}`, nil, 422, "no such place", scanner.StateOpen, 0},
		{"no reason", `{"what":"series","reason":"\u200b"}`, nil, 422, "needs a reason", scanner.StateOpen, 0},
		{"nothing", `{"what":"all","reason":"x"}`, nil, 422, "what", scanner.StateOpen, 0},
		{"for too long", `{"what":"series","reason":"x","until":"2027-05-21T00:00:00Z"}`, nil, 422, "180 days", scanner.StateOpen, 0},
	} {
		r := decideRig(t)
		r.stands(c.places...)
		rec := r.ask(http.MethodPost, leakPath("/public"), c.body)
		l := r.leaks[rigLeak]
		if rec.Code != c.status || !strings.Contains(rec.Body.String(), c.words) || l.State != c.state || publicPlaces(l) != c.marked {
			t.Errorf("%s: %d, %s at %d places: %s", c.name, rec.Code, l.State, publicPlaces(l), rec.Body)
		}
	}
	r := decideRig(t)
	l := r.leaks[rigLeak]
	l.Class = matchers.HostCredential
	r.leaks[rigLeak] = l
	if rec := r.ask(http.MethodPost, leakPath("/public"), `{"what":"series","reason":"x"}`); rec.Code != 409 || !strings.Contains(rec.Body.String(), "controls the meeting") {
		t.Errorf("a host credential: %d %s", rec.Code, rec.Body)
	}
}

// The places of a leak are told apart by ids that are not the store's keys, and those on purpose are marked.
func TestShowMarksPublicPlaces(t *testing.T) {
	r := decideRig(t)
	r.stands("pk1:77b0")
	r.ask(http.MethodPost, leakPath("/public"), `{"what":"page","place":"`+placeID("pk1:77b0")+`","reason":"x"}`)
	r.asks(t, scanner.PublicPage, "pk1:0c4d")
	rec := r.ask(http.MethodGet, leakPath(""), "")
	got := decodeInto[LeakDetails](t, rec, 200)
	if len(got.Sightings) != 2 || got.Sightings[0].Public || !got.Sightings[1].Public || got.Leak.PublicPlaces != 1 || got.Leak.Timezone != "Europe/Berlin" {
		t.Errorf("%+v", got)
	}
	if got.Leak.Waiting.Place != got.Sightings[0].ID || strings.Contains(rec.Body.String(), "pk1:") {
		t.Errorf("what is meant: %+v; keys: %s", got.Leak.Waiting, rec.Body)
	}
}

func TestFormsOfDecisions(t *testing.T) {
	second := placeID("pk1:77b0")
	for _, c := range []struct {
		act    string
		form   url.Values
		status int
		words  string
		state  scanner.State
	}{
		{"public", url.Values{"place": {"series"}, "until": {"2026-12-01"}, "reason": {"a lecture"}}, 303, "", scanner.StatePublic},
		{"public", url.Values{"place": {second}, "until": {"2026-12-01"}, "reason": {"a lecture"}}, 303, "", scanner.StateOpen},
		{"public", url.Values{"until": {"2026-12-01"}, "reason": {"kept words"}}, 422, "Choose where", scanner.StateOpen},
		{"public", url.Values{"place": {"0011"}, "until": {"2026-12-01"}, "reason": {"kept words"}}, 422, "no such place", scanner.StateOpen},
		{"public", url.Values{"place": {"series"}, "until": {"2026-12-01"}}, 422, "Say why", scanner.StateOpen},
		{"public", url.Values{"place": {"series"}, "reason": {"kept words"}}, 422, "Choose the day", scanner.StateOpen},
		{"assign", url.Values{"email": {"pa@acme.example"}}, 303, "", scanner.StateOpen},
		{"assign", url.Values{"email": {"pa@globex.example"}, "reason": {"kept words"}}, 422, "no address under", scanner.StateOpen},
		{"assign", url.Values{"reason": {"kept words"}}, 422, "e-mail address", scanner.StateOpen},
		{"confirm", url.Values{"asked": {"2026-11-21T09:29:00Z"}, "until": {"2026-11-30"}}, 303, "", scanner.StatePublic},
		{"confirm", url.Values{"asked": {"2026-11-21T09:28:00Z"}}, 409, "has changed since", scanner.StateOpen},
		{"confirm", url.Values{"asked": {"just now"}}, 422, "look at it again", scanner.StateOpen},
	} {
		r := decideRig(t)
		r.stands("pk1:77b0")
		r.asks(t, scanner.PublicSeries, "")
		v := signedIn(t, r)
		rec := v.post(rigLeakPage+"/"+c.act, c.form)
		if l := r.leaks[rigLeak]; rec.Code != c.status || !strings.Contains(rec.Body.String(), c.words) || l.State != c.state {
			t.Errorf("%s %v: %d, %s: %s", c.act, c.form, rec.Code, l.State, rec.Body)
		}
		if strings.Contains(c.form.Get("reason"), "kept") && !strings.Contains(rec.Body.String(), `value="kept words"`) {
			t.Errorf("%s %v: what was typed in is lost", c.act, c.form)
		}
	}
}

// The pages show times where the organisation is, with the zone, and to machines in UTC; days end there too.
func TestTimesOfTheOrganisation(t *testing.T) {
	r := decideRig(t)
	l := r.leaks[rigLeak]
	l.When = scanner.When{Start: scanner.Start{Time: r.now.Add(49 * time.Minute)}, By: scanner.RoleCalendar}
	r.leaks[rigLeak] = l
	v := signedIn(t, r)
	for _, path := range []string{"/", rigLeakPage} {
		page := v.get(path, http.StatusOK)
		wantPage(t, page, `<time datetime="2026-11-21T10:19:00Z">Sat 21 Nov 11:19 CET</time>`)
		if strings.Contains(page, " UTC<") {
			t.Errorf("%s has times in UTC:\n%s", path, page)
		}
	}
	wantPage(t, v.get(rigLeakPage, http.StatusOK), "days of Europe/Berlin")
	wantPage(t, v.get("/sources", http.StatusOK), "09:29 UTC") // two organisations in two zones
	v.post(rigLeakPage+"/mute", url.Values{"until": {"2026-12-01"}, "reason": {"a rehearsal"}})
	if until := r.leaks[rigLeak].Until; !until.Equal(time.Date(2026, 12, 1, 23, 0, 0, 0, time.UTC)) {
		t.Errorf("muted until %s", until)
	}
	wantPage(t, v.get("/silenced", http.StatusOK), "Wed 2 Dec 00:00 CET")
}

func TestZoneNames(t *testing.T) {
	at := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	for name, want := range map[string]string{"Europe/Berlin": "CEST", "UTC": "UTC", "America/Sao_Paulo": "UTC-03:00", "Asia/Kolkata": "IST"} {
		if got := ZoneName(at.In(zoneNamed(t, name))); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

// What people are shown of the start is one thing, whatever the page said when it was found.
func TestReasonsDoNotContradictTheStart(t *testing.T) {
	r := newRig(t)
	l := r.leaks[rigLeak]
	l.Risk.Reasons = []string{"the passcode is in the link", "the start is unknown: it may be live now"}
	l.When = scanner.When{Start: scanner.Start{Time: r.now.Add(49 * time.Minute)}, By: scanner.RoleInventory}
	r.leaks[rigLeak] = l
	page := signedIn(t, r).get(rigLeakPage, http.StatusOK)
	if strings.Contains(page, "unknown") || !strings.Contains(page, "it starts within a day") {
		t.Error(page)
	}
	if body := r.ask(http.MethodGet, leakPath(""), "").Body.String(); strings.Contains(body, "unknown") {
		t.Error(body)
	}
}

func TestSilencedOrder(t *testing.T) {
	now := time.Date(2026, 11, 21, 9, 30, 0, 0, time.UTC)
	list := []Leak{
		{ID: "hid late", Hid: 3, Until: now.Add(90 * time.Hour), Since: now}, {ID: "never ends", Since: now},
		{ID: "hid soon", Hid: 1, Until: now.Add(9 * time.Hour), Since: now}, {ID: "stands", Until: now.Add(10 * time.Hour), Since: now, LastSeen: now.Add(time.Hour)},
		{ID: "idle", Until: now.Add(95 * time.Hour), Since: now, LastSeen: now.Add(-time.Hour)},
	}
	BySilence(list)
	var got, words []string
	for _, l := range list {
		got, words = append(got, l.ID), append(words, l.HidWords())
	}
	if text := strings.Join(got, ", "); text != "idle, never ends, hid soon, stands, hid late" {
		t.Errorf("%s", text)
	}
	if words[0] != "nothing" || words[2] != "1 sighting" || !strings.Contains(words[3], "stands") {
		t.Errorf("%q", words)
	}
}

// Pages of what is silenced are bounded, and lead to each other.
func TestSilencedPages(t *testing.T) {
	r := newRig(t)
	for n := range 120 {
		l := r.leaks[rigLeak]
		l.ID, l.State, l.Hid = fmt.Sprintf("lk1:%04x", n), scanner.StateMuted, n
		l.Reason, l.By, l.Until = strings.Repeat("words ", 50), scanner.Actor{Role: scanner.RoleAnalyst, Ref: "console"}, r.now.Add(time.Hour)
		r.leaks[l.ID] = l
	}
	v := signedIn(t, r)
	page := v.get("/silenced", http.StatusOK)
	wantPage(t, page, "1 to 50 of 120", `href="/silenced?page=2"`, "120 silenced meetings, 1 hid nothing")
	if len(page) > 60_000 {
		t.Errorf("%d bytes", len(page))
	}
	wantPage(t, v.get("/silenced?org=acme&page=3", http.StatusOK), "101 to 120 of 120", `href="/silenced?org=acme&amp;page=2"`)
	wantPage(t, v.get("/silenced?page=9", http.StatusOK), "Nothing is left on this page")
	wantPage(t, v.get("/silenced?org=globex", http.StatusOK), "No leak is muted")
	v.get("/silenced?org=none", http.StatusNotFound)
	r.fail = scanner.ErrUnavailable
	v.get("/silenced", http.StatusServiceUnavailable)
}
