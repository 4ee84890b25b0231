package console

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"meetleaks/matchers"
	"meetleaks/scanner"
)

// hostileText tries to be markup, to turn the writing around, and to give a meeting away.
const hostileText = "</title></code>\"'><script>alert(1)</script><img src=http://leak.example/a.png onerror=alert(1)>\u202egnp\u2066 \x1b[31m " +
	"https://acme.zoom.us/j/84930275116?pwd=Qx7Lm2Rt9 {{.Form}} javascript:alert(1)"

// furnish gives a rig what a working day has.
func furnish(t testing.TB, hostile bool) *rig {
	t.Helper()
	say := func(fine string) string {
		if hostile {
			return fine + " " + hostileText
		}
		return fine
	}
	o := Options{
		Config: func() ([]byte, error) {
			return []byte("store: sqlite:/var/lib/meetleaks/meetleaks.db # default\nconsole:\n  listen: 127.0.0.1:8470 # default\n  token_file: /etc/meetleaks/token # meetleaks.yaml:3\n" +
				"organisations:\n  - name: acme # meetleaks.yaml:5\n    domains: [acme.example] # meetleaks.yaml:6\n    # " + say("a note, and a line that is as long as lines of such files are now and then, or longer still") + "\n"), nil
		},
		Domains: func(context.Context) ([]Domain, error) { return sampleDomains(say), nil },
	}
	r := newRigWith(t, ownLimits(), o)
	r.web.c.o.Outlooks = func() []scanner.Outlook {
		return []scanner.Outlook{
			{Source: "own-site", Kind: scanner.Poll, Next: r.now.Add(time.Hour), Passed: r.now.Add(-5 * time.Minute)},
			{Source: "partner", Kind: scanner.Poll, Blind: say("rate limited by the site"), Since: r.now.Add(-26 * time.Hour), Passed: r.now.Add(-26 * time.Hour)},
			{Source: "stream", Kind: scanner.Poll, Blind: scanner.BlindQuiet, Since: r.now.Add(-2 * time.Hour), Passed: r.now.Add(-time.Minute), Running: r.now.Add(-time.Minute)},
		}
	}
	r.web.c.o.Sources = func() []Watched { return sampleWatched(r.web.c.o.Outlooks(), r.now, say) }
	r.web.c.o.Coverage = sampleCoverage(r.now, say)
	r.reasons = []string{say("a hosts' file is not in use as it is: hosts.csv")}
	r.ledger = scanner.Ledger{Found: 1207, Alerted: 1101, Pending: 4, Suppressed: map[scanner.Withheld]int64{scanner.WithheldMuted: 90, scanner.WithheldOver: 12}}
	r.pending = 4
	r.addSamples(t, say)
	return r
}

func sampleDomains(say func(string) string) []Domain {
	since := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	return []Domain{
		{Org: "acme", Domain: "acme.example", State: StateVouched},
		{
			Org: "globex", Domain: "globex.example", State: string(scanner.ClaimPending), Since: since, RecordName: "_meetleaks.globex.example",
			Record: "meetleaks-verification=4e1f09c7a2d35b8861f0c3d97be2a45c", Explanation: []string{say("Two of three resolvers have seen no such name.")},
		},
		{
			Org: "globex", Domain: "globex-events.example", State: string(scanner.ClaimFrozen), Since: since, RecordName: "_meetleaks.globex-events.example",
			Record: "meetleaks-verification=b07d1e6f92c84a35917fe0d2c6a83b14", Explanation: []string{"The record was there until four days ago."},
		},
		{
			Org: "globex", Domain: "initech.example", State: string(scanner.ClaimProved), Since: since, RecordName: "_meetleaks.initech.example",
			Record: "meetleaks-verification=27c4d90be1a86f53027de4b19c6f8a30",
		},
	}
}

// sampleLeak is one of the furnished leaks.
type sampleLeak struct {
	id, platform, masked string
	kind                 matchers.Kind
	class                matchers.Class
	state                scanner.State
	score                int
	level                string
	in                   time.Duration // of its start; 0: not known
	by                   scanner.Role
	raid                 bool
}

func sampleLeaks() []sampleLeak {
	return []sampleLeak{
		{"lk1:0a91", "zoom", "731•••••408", matchers.PersonalRoom, matchers.PermanentRoom, scanner.StateOpen, 71, "high", 0, "", false},
		{"lk1:1b82", "teams", "19:•••", matchers.Meeting, matchers.JoinWithSecret, scanner.StateOpen, 88, "critical", 12 * time.Minute, scanner.RoleCalendar, true},
		{"lk1:2c73", "google-meet", "kp••", matchers.Meeting, matchers.JoinWithSecret, scanner.StateOpen, 54, "medium", -20 * time.Minute, scanner.RolePage, false},
		{"lk1:3d64", "webex", "264•••••193", matchers.Meeting, matchers.HostCredential, scanner.StateOpen, 93, "critical", 30 * time.Hour, scanner.RoleInventory, false},
		{"lk1:4e55", "zoom", "905•••••627", matchers.Recording, matchers.PastContent, scanner.StateMuted, 30, "low", 0, "", false},
		{"lk1:6a37", "jitsi", "ac••", matchers.Meeting, matchers.JoinWithSecret, scanner.StatePublic, 22, "low", 50 * time.Hour, scanner.RoleInventory, false},
		{"lk1:5f46", "whatsapp", "Kd•", matchers.GroupInvite, matchers.ChatInvite, scanner.StateOver, 41, "medium", -80 * time.Hour, scanner.RoleHost, false},
	}
}

func (r *rig) addSamples(t testing.TB, say func(string) string) {
	t.Helper()
	for i, s := range sampleLeaks() {
		r.addLeak(t, s.id)
		l := r.leaks[s.id]
		l.Platform, l.MaskedID, l.Kind, l.Class, l.State, l.Raid = s.platform, s.masked, s.kind, s.class, s.state, s.raid
		l.Risk = scanner.Risk{Score: s.score, Level: s.level, Reasons: []string{say("the passcode is in the link"), "it stands on a page that many read", "it recurs every week"}}
		if s.in != 0 {
			l.When = scanner.When{Start: scanner.Start{Time: r.now.Add(s.in)}, By: s.by}
		}
		l.FirstSeen, l.LastSeen = r.now.Add(-time.Duration(i+3)*time.Hour), r.now.Add(-time.Hour)
		l.Distinct, l.Reach = i+1, int64(i)*1900
		if s.state == scanner.StateMuted {
			l.Until, l.Reason, l.By = r.now.Add(20*24*time.Hour), say("a public lecture"), scanner.Actor{Role: scanner.RoleAnalyst, Ref: "cli:anna"}
			l.Since = r.now.Add(-30 * time.Minute)
		}
		if s.state == scanner.StatePublic {
			l.Reason, l.By, l.Hid, l.Since = "public by configuration", scanner.Actor{Role: scanner.RoleConfig}, 14, r.now.Add(-400*time.Hour)
		}
		r.leaks[s.id] = l
	}
	l := r.leaks[rigLeak]
	l.Ask = scanner.Ask{What: scanner.PublicSeries, By: scanner.Actor{Role: scanner.RoleHost}, At: r.now.Add(-10 * time.Minute)}
	l.FirstSeen = r.now.Add(-50 * time.Hour)
	l.When = scanner.When{Start: scanner.Start{Time: r.now.Add(49 * time.Minute)}, By: scanner.RoleCalendar, Series: true}
	l.Distinct, l.Reason = 4, say("")
	l.Risk.Reasons = []string{say("the passcode is in the link"), "many can see it"}
	r.leaks[rigLeak] = l
	r.sightings = []scanner.Sighting{
		{Leak: rigLeak, PlaceKey: "pk1:0c4d", Place: say("www.acme.example/community/council/agenda-of-the-public-session-in-november-2026.pdf"), Page: 3, Source: "own-site", SeenAt: r.now.Add(-50 * time.Hour), Via: []string{"safelinks"}},
		{Leak: rigLeak, PlaceKey: "pk1:77b0", Place: "partner.example/acme/jobs", Line: 9, Source: "partner", SeenAt: r.now.Add(-40 * time.Hour)},
		{Leak: rigLeak, PlaceKey: "pk1:5e12", Place: "partner.example/acme/events", Line: 118, Source: "partner", SeenAt: r.now.Add(-30 * time.Hour), Gone: r.now.Add(-3 * time.Hour)},
	}
	r.deliveries = []scanner.OutboxRow{
		{Delivery: scanner.Delivery{ID: "dl1:09", To: scanner.ToHost, Channel: "slack", Kind: scanner.DeliveryReminder, Rung: scanner.RungDay, State: scanner.DeliveryPending, Made: r.now.Add(-time.Hour), Due: r.now.Add(time.Hour)}},
		{Delivery: scanner.Delivery{ID: "dl1:08", To: scanner.ToHost, Channel: "slack", Kind: scanner.DeliveryNew, State: scanner.DeliveryAccepted, Made: r.now.Add(-50 * time.Hour), Done: r.now.Add(-49 * time.Hour), Attempts: 2}},
		{Delivery: scanner.Delivery{ID: "dl1:07", To: scanner.ToChannel, Channel: "mail", Kind: scanner.DeliveryNew, State: scanner.DeliveryGivenUp, Made: r.now.Add(-50 * time.Hour), Done: r.now.Add(-48 * time.Hour), Attempts: 9, LastError: say("timeout")}},
	}
	r.audit = []scanner.AuditEntry{
		{Seq: 2, Audit: scanner.Audit{At: r.now.Add(-10 * time.Minute), Leak: rigLeak, By: scanner.Actor{Role: scanner.RoleHost, Ref: "U0HOST7"}, What: scanner.PublicSeries, From: scanner.StateOpen, To: scanner.StateOpen, Reason: say("the lecture is for all")}},
		{Seq: 1, Audit: scanner.Audit{At: r.now.Add(-50 * time.Hour), Leak: rigLeak, By: scanner.Actor{Role: scanner.RolePage}, What: scanner.Sighted, To: scanner.StateOpen}},
	}
}

// sitePages are all pages that somebody who has signed in can see.
func sitePages() []string {
	return []string{"/", "/?state=all&org=acme", "/?state=safe", rigLeakPage, "/leaks/acme/lk1:4e55", "/leaks/acme/lk1:none", "/silenced", "/sources", "/coverage", "/coverage?org=acme&day=2026-11-20", "/ledger", "/config", "/domains"}
}

func TestPagesAreWhole(t *testing.T) {
	v := signedIn(t, furnish(t, false))
	for path, words := range map[string][]string{
		"/": {
			"<h1>5 open leaks, 3 running or within the hour</h1>", `aria-current="page">Queue`, "2 blind", "may be running", "as a page claims",
			"in 12 min", "says the organisation&#39;s calendar", "raid words", "Microsoft Teams meeting", "asks you", `<th role="columnheader" scope="col">Risk</th>`, "muted (1)",
		},
		"/?state=muted": {"Zoom recording", "ends in 20 days"},
		"/?state=safe":  {"Nothing here."},
		"/?state=open&org=globex": {
			"No open leak", "only as good as the", "2 of them are blind",
		},
		rigLeakPage: {
			"<h1>Zoom meeting <code>849•••••116</code></h1>", "The host asks you to decide", "public on purpose, the whole series", "anyone with the link gets in",
			"the passcode is in the link", "<li>", "page 3", "via safelinks", "<strong>gone</strong> since", "alert to the host by slack: accepted, 2 attempts",
			"alert to the channel by mail: given up, 9 attempts, the last failed: timeout", "host (U0HOST7)", "the lecture is for all", "1 more place only counted",
			rigLeakPage + "/ack", rigLeakPage + "/close", rigLeakPage + "/mute", rigLeakPage + "/confirm", `max="2027-05-19"`,
			rigLeakPage + "/public", "The series: wherever it stands now", `name="place" value="` + placeID("pk1:77b0") + `"`, rigLeakPage + "/assign", "days of UTC",
			`name="asked" value="2026-11-21T09:20:00Z"`, `value="2027-02-18"`,
		},
		"/leaks/acme/lk1:3d64": {"A host credential cannot be muted, nor be public on purpose.", "Why it matters"},
		"/leaks/acme/lk1:4e55": {"muted until", "a public lecture", "by the word of: analyst (cli:anna)", "/unmute", "Hid since</dt><dd>nothing</dd>"},
		"/silenced": {
			"<h1>2 silenced meetings, 1 hid nothing</h1>", "Zoom recording", "905•••••627", "analyst (cli:anna)", "<q>a public lecture</q>", `<time datetime="2026-12-11T09:30:00Z">`, ">nothing<",
			"1 to 2 of 2", "14 sightings", "not by itself", "Jitsi Meet",
		},
		"/leaks/acme/lk1:5f46": {"/reopen", "start has passed"},
		"/sources":             {"2 of 4 sources blind, 1 off", "rate limited by the site", "too quiet", "26 h ago", "The service is not ready", "hosts.csv"},
		"/ledger":              {"1,207", "1,101", "102", "muted", "over before anybody was told", "The sum holds.", "All organisations", "globex"},
		"/config":              {"token_file: /etc/meetleaks/token # meetleaks.yaml:3", "  listen:"},
		"/domains": {
			"globex.example", "_meetleaks.globex.example", "meetleaks-verification=4e1f", "meetleaks domain verify globex.example", "Two of three resolvers",
			"vouched for in the configuration", "frozen: nothing new is watched", "The record that proves it",
		},
	} {
		wantPage(t, v.get(path, http.StatusOK), words...)
	}
}

// The structure that screen readers and keyboards go by.
func TestPagesHaveLandmarks(t *testing.T) {
	v := signedIn(t, furnish(t, false))
	for _, path := range append(sitePages(), "/sign-in?x") {
		if strings.HasPrefix(path, "/sign-in") {
			v = newVisitor(t, v.r)
		}
		page := v.do(http.MethodGet, path, nil).Body.String()
		for _, one := range []string{`<html lang="en">`, "<title>", "<h1>", `<main id="main"`, "<header>", "<footer>", `href="#main"`, "viewport"} {
			if strings.Count(page, one) != 1 {
				t.Errorf("%s: %d times %s", path, strings.Count(page, one), one)
			}
		}
		ids := regexp.MustCompile(` id="([^"]+)"`).FindAllStringSubmatch(page, -1)
		seen := map[string]bool{}
		for _, id := range ids {
			if seen[id[1]] {
				t.Errorf("%s: id %s twice", path, id[1])
			}
			seen[id[1]] = true
		}
		for _, ref := range regexp.MustCompile(`aria-(?:labelledby|describedby)="([^"]+)"`).FindAllStringSubmatch(page, -1) {
			if !seen[ref[1]] {
				t.Errorf("%s: nothing has the id %s", path, ref[1])
			}
		}
		for _, form := range regexp.MustCompile(`(?s)<form[^>]*method="post".*?</form>`).FindAllString(page, -1) {
			if !strings.Contains(form, `name="form"`) && !strings.Contains(form, `action="/sign-in"`) {
				t.Errorf("%s: a form without its token: %s", path, form)
			}
		}
		if strings.Contains(page, "style=") || strings.Contains(page, "<script") || strings.Contains(page, " on") && regexp.MustCompile(`<[^>]* on\w+=`).MatchString(page) {
			t.Errorf("%s: inline style or script", path)
		}
	}
}

func TestHeadersOfPages(t *testing.T) {
	v := signedIn(t, furnish(t, false))
	const want = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
	for _, path := range append(sitePages(), "/sign-in", "/style.css") {
		h := v.do(http.MethodGet, path, nil).Header()
		if h.Get("Content-Security-Policy") != want || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("X-Frame-Options") != "DENY" || h.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%s: headers %v", path, h)
		}
		if path != "/style.css" && h.Get("Cache-Control") != "no-store" {
			t.Errorf("%s may be kept", path)
		}
	}
}

// Texts from outside are text on every page: no markup, nothing that turns the writing around, no meeting.
func TestHostileTextsAreInert(t *testing.T) {
	r := furnish(t, true)
	v := signedIn(t, r)
	for _, path := range append(sitePages(), "/?org="+url.QueryEscape(hostileText), "/?state="+url.QueryEscape(hostileText), rigLeakPage+"?did="+url.QueryEscape(hostileText)) {
		page := v.do(http.MethodGet, path, nil).Body.String()
		for _, bad := range []string{"<script", "<img", "\u202e", "\u2066", "\x1b", "84930275116", "Qx7Lm2Rt9", `href="javascript`, "onerror=alert(1)>"} {
			if strings.Contains(page, bad) {
				t.Errorf("%s holds %q", path, bad)
			}
		}
	}
	wantPage(t, v.get(rigLeakPage, http.StatusOK), "&lt;script&gt;", "{{.Form}}")
	rec := v.post(rigLeakPage+"/close", url.Values{"reason": {hostileText}, "as": {hostileText}})
	if rec.Code != http.StatusUnprocessableEntity || strings.Contains(rec.Body.String(), "<script") || strings.Contains(rec.Body.String(), "Qx7Lm2Rt9") {
		t.Errorf("a hostile form: %d %s", rec.Code, rec.Body)
	}
}

// Of a stored leak nothing is shown that the API does not show.
func TestPagesKeepSecrets(t *testing.T) {
	r := furnish(t, false)
	v := signedIn(t, r)
	for _, path := range sitePages() {
		page := v.do(http.MethodGet, path, nil).Body.String()
		for _, secret := range []string{"sealed-bytes", "hr1:secret", "mk1:", "pk1:", "sk1:", rigToken, v.cookies["meetleaks"].Value} {
			if strings.Contains(page, secret) {
				t.Errorf("%s holds %q", path, secret)
			}
		}
	}
}

func TestForms(t *testing.T) {
	tests := []struct {
		act    string
		form   url.Values
		state  scanner.State
		did    string
		reason string
	}{
		{"ack", url.Values{"until": {"4"}}, scanner.StateOpen, "Noted: reminders wait.", ""},
		{"close", url.Values{"as": {"over"}, "reason": {"held already"}}, scanner.StateOver, "Closed.", "held already"},
		{"close", url.Values{"as": {"safe-by-word"}, "reason": {"new passcode"}}, scanner.StateByWord, "Closed.", "new passcode"},
		{"close", url.Values{"as": {"not-ours"}, "reason": {"another acme"}}, scanner.StateNotOurs, "Closed.", "another acme"},
		{"mute", url.Values{"until": {"2026-12-01"}, "reason": {"see https://acme.zoom.us/j/84930275116?pwd=Qx7Lm2"}}, scanner.StateMuted, "Muted.", "see https://acme.zoom.us/j/849"},
		{"reopen", url.Values{"reason": {"again"}}, scanner.StateOpen, "It is open again.", "again"},
		{"unmute", url.Values{}, scanner.StateOpen, "It is open again: the mute has ended.", ""},
	}
	for _, c := range tests {
		t.Run(c.act+" "+string(c.state), func(t *testing.T) {
			r := newRig(t)
			v := signedIn(t, r)
			v.get("/", http.StatusOK) // the queue is in order before
			rec := v.post(rigLeakPage+"/"+c.act, c.form)
			if rec.Code != http.StatusSeeOther || !strings.HasPrefix(rec.Header().Get("Location"), rigLeakPage+"?did=") {
				t.Fatalf("%d to %q: %s", rec.Code, rec.Header().Get("Location"), rec.Body)
			}
			wantPage(t, v.get(rec.Header().Get("Location"), http.StatusOK), c.did)
			l := r.leaks[rigLeak]
			if l.State != c.state || strings.Contains(l.Reason, "84930275116") {
				t.Errorf("state %s, reason %q", l.State, l.Reason)
			}
			ev := r.events[0]
			if ev.By != (scanner.Actor{Role: scanner.RoleAnalyst, Ref: "console"}) || !strings.HasPrefix(ev.Reason, c.reason) {
				t.Errorf("event %+v", ev)
			}
			if got := strings.Contains(v.get("/", http.StatusOK), rigLeakPage); got != (c.state == scanner.StateOpen) {
				t.Errorf("in the queue of open leaks: %v", got)
			}
		})
	}
}

func TestFormsThatCannotBeCarriedOut(t *testing.T) {
	tests := map[string]struct {
		act    string
		form   url.Values
		status int
		words  string
	}{
		"no hours":          {"ack", url.Values{}, 422, "24 at most"},
		"too many hours":    {"ack", url.Values{"until": {"25"}}, 422, "24 at most"},
		"no end":            {"close", url.Values{"reason": {"kept words"}}, 422, "Choose how it ended."},
		"proved by a form":  {"close", url.Values{"reason": {"kept words"}, "as": {"safe"}}, 422, "Choose how it ended."},
		"no reason":         {"close", url.Values{"as": {"over"}}, 422, "Say why"},
		"an unseen reason":  {"mute", url.Values{"until": {"2026-12-01"}, "reason": {"\u200b\u202e"}}, 422, "Say why"},
		"a long reason":     {"reopen", url.Values{"reason": {strings.Repeat("ä", 501)}}, 422, "longer than 500"},
		"no day":            {"mute", url.Values{"reason": {"kept words"}, "until": {"soon"}}, 422, "Choose the day"},
		"a day gone by":     {"mute", url.Values{"reason": {"kept words"}, "until": {"2026-11-20"}}, 422, "has passed"},
		"a day too far":     {"mute", url.Values{"reason": {"kept words"}, "until": {"2027-05-21"}}, 422, "180 days"},
		"nothing waits":     {"confirm", url.Values{}, 409, "othing waits"},
		"no such act":       {"prove", url.Values{"reason": {"x"}}, 404, "nothing like that"},
		"an act of the API": {"safe", url.Values{"reason": {"x"}}, 404, "nothing like that"},
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			v := signedIn(t, r)
			rec := v.post(rigLeakPage+"/"+c.act, c.form)
			if rec.Code != c.status || !strings.Contains(rec.Body.String(), c.words) || r.leaks[rigLeak].State != scanner.StateOpen {
				t.Errorf("%d, want %d and %q: %s", rec.Code, c.status, c.words, rec.Body)
			}
			if strings.Contains(c.form.Get("reason"), "kept") && !strings.Contains(rec.Body.String(), `value="kept words"`) {
				t.Errorf("what was typed in is lost: %s", rec.Body)
			}
		})
	}
	r := newRig(t)
	v := signedIn(t, r)
	if rec := v.post("/leaks/acme/lk1:none/ack", url.Values{"until": {"4"}}); rec.Code != http.StatusNotFound {
		t.Errorf("a leak that is not there: %d", rec.Code)
	}
	if rec := v.post("/leaks/none/"+rigLeak+"/ack", url.Values{"until": {"4"}}); rec.Code != http.StatusNotFound {
		t.Errorf("an organisation that is not there: %d", rec.Code)
	}
	r.doFail = scanner.ErrUnavailable
	if rec := v.post(rigLeakPage+"/ack", url.Values{"until": {"4"}}); rec.Code != http.StatusServiceUnavailable || !strings.Contains(rec.Body.String(), "role=\"alert\"") {
		t.Errorf("a store that does not answer: %d %s", rec.Code, rec.Body)
	}
}

func TestAnalystsDecide(t *testing.T) {
	for act, want := range map[string]scanner.State{"confirm": scanner.StatePublic, "refuse": scanner.StateOpen} {
		r := furnish(t, false)
		v := signedIn(t, r)
		if rec := v.post(rigLeakPage+"/"+act, url.Values{}); rec.Code != http.StatusSeeOther {
			t.Errorf("%s: %d %s", act, rec.Code, rec.Body)
		}
		if l := r.leaks[rigLeak]; l.State != want || l.Ask.What != "" {
			t.Errorf("%s: state %s, still waits: %q", act, l.State, l.Ask.What)
		}
	}
}

func TestQueueOrder(t *testing.T) {
	v := signedIn(t, furnish(t, false))
	page := v.get("/", http.StatusOK)
	var got []string
	for _, found := range regexp.MustCompile(`href="/leaks/acme/(lk1:\w{4})`).FindAllStringSubmatch(page, -1) {
		got = append(got, found[1])
	}
	if want := []string{"lk1:2c73", "lk1:1b82", "lk1:5b1f", "lk1:3d64", "lk1:0a91"}; !slices.Equal(got, want) {
		t.Errorf("order %v, want %v", got, want)
	}
}

func TestQueueRefusesWhatThereIsNot(t *testing.T) {
	v := signedIn(t, furnish(t, false))
	v.get("/?org=hooli", http.StatusNotFound)
	v.get("/?state=new", http.StatusBadRequest)
	v.get("/?state=%00", http.StatusBadRequest)
	wantPage(t, v.get("/?page=7", http.StatusOK), "Nothing is left on this page")
	wantPage(t, v.get("/?page=-1", http.StatusOK), "1 to 5 of 5")
}

// A store that does not answer is never an empty queue.
func TestAStoreThatDoesNotAnswerIsSaid(t *testing.T) {
	r := furnish(t, false)
	v := signedIn(t, r)
	r.fail = scanner.ErrUnavailable
	for _, path := range []string{"/", rigLeakPage, "/ledger"} {
		if page := v.get(path, http.StatusServiceUnavailable); !strings.Contains(page, "store") || strings.Contains(page, "Nothing here") {
			t.Errorf("%s: %s", path, page)
		}
	}
	r.fail = nil
	wantPage(t, v.get("/", http.StatusOK), "5 open leaks")
	r.fail = scanner.ErrUnavailable
	r.now = r.now.Add(time.Minute)
	v.get("/", http.StatusServiceUnavailable)
	wantPage(t, v.get("/?state=safe", http.StatusOK), "The store does not answer: this order is of 1 min ago")
}

func TestPagesOfWhatIsNotConfigured(t *testing.T) {
	r := newRigWith(t, ownLimits(), Options{Outlooks: func() []scanner.Outlook { return nil }})
	v := signedIn(t, r)
	wantPage(t, v.get("/config", http.StatusOK), "meetleaks config show")
	wantPage(t, v.get("/domains", http.StatusOK), "meetleaks domain add")
	wantPage(t, v.get("/sources", http.StatusOK), "No sources", "Nothing is watched")
	r.web.c.o.Config = func() ([]byte, error) { return nil, errors.New("read https://acme.zoom.us/j/84930275116") }
	v.get("/config", http.StatusInternalServerError)
	if strings.Contains(r.log.String(), "84930275116") {
		t.Errorf("log: %s", r.log)
	}
	r.web.c.o.Domains = func(context.Context) ([]Domain, error) { return nil, scanner.ErrUnavailable }
	v.get("/domains", http.StatusServiceUnavailable)
}

// What is too much is cut, and that is said.
func TestLongListsAreCut(t *testing.T) {
	r := furnish(t, false)
	v := signedIn(t, r)
	r.web.c.o.Config = func() ([]byte, error) { return []byte(strings.Repeat("# a line of a file\n", 20_000)), nil }
	if page := v.get("/config", http.StatusOK); len(page) > maxConfig+10_000 || !strings.Contains(page, "longer than is shown") {
		t.Errorf("%d bytes of configuration", len(page))
	}
	r.web.c.o.Domains = func(context.Context) ([]Domain, error) { return make([]Domain, maxDomains+2), nil }
	wantPage(t, v.get("/domains", http.StatusOK), "And 2 more domains")
	for i := range 400 {
		r.audit = append(r.audit, scanner.AuditEntry{Seq: int64(i), Audit: scanner.Audit{At: r.now, Leak: rigLeak, What: scanner.Tick}})
	}
	page := v.get(rigLeakPage, http.StatusOK)
	if n := strings.Count(page, `<li class="answer"`); n > maxEvents || !strings.Contains(page, "Older entries are not shown") {
		t.Errorf("%d entries", n)
	}
}

func TestLedgerThatDoesNotAddUp(t *testing.T) {
	r := furnish(t, false)
	r.pending = 5
	page := signedIn(t, r).get("/ledger", http.StatusOK)
	if strings.Count(page, "The sum does not hold") != 2 || strings.Count(page, "The sum holds.") != 1 {
		t.Errorf("page: %s", page)
	}
}

func TestManyOrganisationsAreTypedIn(t *testing.T) {
	r := furnish(t, false)
	var names []string
	for i := range 150 {
		names = append(names, fmt.Sprint("org-", i))
	}
	r.web.c.o.Organisations = func() []string { return append(names, "acme") }
	page := signedIn(t, r).get("/?org=acme", http.StatusOK)
	wantPage(t, page, `<input name="org" value="acme"`)
	if strings.Contains(page, "org-7") {
		t.Error("all names are in the page")
	}
}

func TestWords(t *testing.T) {
	now := time.Date(2026, 11, 21, 9, 30, 0, 0, time.UTC)
	for got, want := range map[string]string{
		number(0): "0", number(999): "999", number(1000): "1,000", number(-1234567): "-1,234,567", number(-12): "-12",
		several(1, "place"): "1 place", several(2000, "place"): "2,000 places",
		away(now, now): "now", away(now.Add(3*time.Minute), now): "in 3 min", away(now.Add(-80*time.Minute), now): "80 min ago",
		away(now.Add(30*time.Hour), now): "in 30 h", away(now.Add(-72*time.Hour), now): "3 days ago",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	for _, kind := range scanner.EventKinds() {
		if kind != scanner.Reposted && kind != scanner.Accepted && eventWords(string(kind)) == string(kind) {
			t.Errorf("event %s has no words", kind)
		}
	}
}
