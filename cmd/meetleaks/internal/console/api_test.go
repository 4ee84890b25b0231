package console

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"meetleaks/scanner"
)

func TestListOrganisations(t *testing.T) {
	r := newRig(t)
	got := decodeInto[OrganisationList](t, r.ask("GET", "/api/v1/organisations", ""), 200)
	want := []Organisation{
		{"acme", Ledger{Found: 1, Pending: 1, Suppressed: map[string]int64{}, Balanced: true}},
		{"globex", Ledger{Suppressed: map[string]int64{}, Balanced: true}},
	}
	if !reflect.DeepEqual(got.Organisations, want) {
		t.Errorf("organisations %+v", got)
	}
}

func TestLedgerTellsWhatDoesNotAddUp(t *testing.T) {
	r := newRig(t)
	r.ledger = scanner.Ledger{Found: 9, Alerted: 4, Suppressed: map[scanner.Withheld]int64{scanner.WithheldMuted: 3}, Pending: 2}
	r.pending = 2
	got := decodeInto[Ledger](t, r.ask("GET", "/api/v1/ledger", ""), 200)
	if !reflect.DeepEqual(got, Ledger{Found: 9, Alerted: 4, Suppressed: map[string]int64{"muted": 3}, Pending: 2, Balanced: true}) {
		t.Errorf("ledger %+v", got)
	}
	r.pending = 1
	got = decodeInto[Ledger](t, r.ask("GET", "/api/v1/ledger", ""), 200)
	if got.Balanced || !strings.Contains(got.Fault, "acme") || !strings.Contains(got.Fault, "2 pending, but the store knows 1") {
		t.Errorf("ledger %+v", got)
	}
}

// A sum with an organisation left out would look right.
func TestLedgerIsWholeOrNone(t *testing.T) {
	r := newRig(t)
	r.fail = fmt.Errorf("dial 10.1.2.3: %w", scanner.ErrUnavailable)
	for _, path := range []string{"/api/v1/ledger", "/api/v1/organisations"} {
		rec := r.ask("GET", path, "")
		wantProblem(t, rec, 503, "the store does not answer")
		if strings.Contains(rec.Body.String(), "10.1.2.3") {
			t.Errorf("answer %s", rec.Body)
		}
	}
}

func TestListSources(t *testing.T) {
	r := newRig(t)
	rec := r.ask("GET", "/api/v1/sources", "")
	got := decodeInto[SourceList](t, rec, 200)
	want := []Source{
		{Name: "partner", Kind: "poll", State: "blind", Blind: "rate limited", Since: r.now.Add(-time.Hour)},
		{Name: "own-site", Kind: "poll", State: "seen", Next: r.now.Add(time.Hour), Passed: r.now.Add(-time.Minute)},
	}
	if !reflect.DeepEqual(got.Sources, want) {
		t.Errorf("sources %+v", got)
	}
	if strings.Contains(rec.Body.String(), "0001-01-01") {
		t.Errorf("a time that is none was sent: %s", rec.Body)
	}
}

func TestSourcesAreInert(t *testing.T) {
	r := newRigWith(t, ownLimits(), Options{Outlooks: func() []scanner.Outlook {
		return []scanner.Outlook{{Source: hostile, Blind: hostile}}
	}})
	body := r.ask("GET", "/api/v1/sources", "").Body.String()
	for _, secret := range []string{"84930275116", "Qx7Lm2", "\\u001b", "\u202e", "<script>"} {
		if strings.Contains(body, secret) {
			t.Errorf("%q is told: %s", secret, body)
		}
	}
}

func TestListLeaks(t *testing.T) {
	r := newRig(t)
	path := "/api/v1/organisations/acme/leaks"
	got := decodeInto[LeakList](t, r.ask("GET", path+"?state=open,muted,open&since=2026-11-01T00:00:00Z&after=16.lk1&limit=7", ""), 200)
	if len(got.Leaks) != 1 || got.Leaks[0].ID != rigLeak || got.Next != "17.lk1" {
		t.Errorf("list %+v", got)
	}
	want := scanner.LeakQuery{
		Org: "acme", States: []scanner.State{scanner.StateOpen, scanner.StateMuted}, After: "16.lk1", Limit: 7,
		Since: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC),
	}
	if !reflect.DeepEqual(r.query, want) {
		t.Errorf("query %+v, want %+v", r.query, want)
	}
	r.ask("GET", path, "")
	if r.query.Limit != 50 || r.query.States != nil {
		t.Errorf("query %+v, want a page of 50", r.query)
	}
	if got := decodeInto[LeakList](t, r.ask("GET", "/api/v1/organisations/globex/leaks", ""), 200); got.Leaks == nil || len(got.Leaks) != 0 {
		t.Errorf("list %+v, want an empty one", got)
	}
}

func TestBadQueries(t *testing.T) {
	r := newRig(t)
	for _, c := range []struct {
		query, words string
		status       int
	}{
		{"?limit=0", "limit", 422}, {"?limit=201", "limit", 422}, {"?limit=ten", "limit", 422},
		{"?state=opened", "state", 422}, {"?since=yesterday", "since", 422}, {"?sate=open", "unknown query parameter", 422},
		{"?after=" + strings.Repeat("a", 1025), "after", 422},
	} {
		wantProblem(t, r.ask("GET", "/api/v1/organisations/acme/leaks"+c.query, ""), c.status, c.words)
	}
	r.fail = fmt.Errorf("list leaks: no such page: %w", scanner.ErrBadValue)
	wantProblem(t, r.ask("GET", "/api/v1/organisations/acme/leaks?after=x", ""), 400, "no such page")
}

func TestUnknownPathsAreProblems(t *testing.T) {
	r := newRig(t)
	wantProblem(t, r.ask("GET", "/api/v1/none", ""), 404, "nothing at this path")
	rec := r.ask("DELETE", "/api/v1/ledger", "")
	wantProblem(t, rec, 405, "other methods")
	if !strings.Contains(rec.Header().Get("Allow"), "GET") {
		t.Errorf("headers %v", rec.Header())
	}
	wantProblem(t, r.ask("GET", "/api/v1/organisations/initech/leaks", ""), 404, "no such organisation")
	wantProblem(t, r.ask("GET", "/api/v1/organisations/acme/leaks/lk1:none", ""), 404, "no such leak")
	wantProblem(t, r.ask("GET", "/api/v1/organisations/globex/leaks/"+rigLeak, ""), 404, "no such leak")
}

// hostile is what pages, topics and others might have put into stored texts.
const hostile = "agenda\x1b]0;evil\x07 \u202ehttps://acme.zoom.us/j/84930275116?pwd=Qx7Lm2 <script>\r\nX: y"

// Keys, receipts, recipients, sealed ids and references stay where they are; texts come out inert.
func TestNothingThatIsKeptIsTold(t *testing.T) {
	r := newRig(t)
	l := r.leaks[rigLeak]
	l.Reason, l.Risk.Reasons, l.Secrets = hostile, []string{hostile}, []string{hostile}
	l.NotHosts, l.By = []scanner.HostRef{"hr1:other-host-reference"}, scanner.Actor{Role: scanner.RoleHost, Ref: "U0HOST99"}
	l.Ask = scanner.Ask{What: scanner.NotMine, By: scanner.Actor{Role: scanner.RoleDelegate, Ref: "U0DELEGATE"}, At: r.now, Place: "pk1:0c4d"}
	r.leaks[rigLeak] = l
	r.sightings = []scanner.Sighting{{Leak: rigLeak, Place: hostile, PlaceKey: "pk1:0c4d", Line: 3, Source: "own-site", SeenAt: r.now, Via: []string{hostile}}}
	r.deliveries = []scanner.OutboxRow{{
		Delivery: scanner.Delivery{ID: "dl1:7f", Leak: rigLeak, Org: rigOrg, To: scanner.ToHost, Recipient: "person:jdoe@acme.example", Kind: scanner.DeliveryNew,
			State: scanner.DeliveryPending, LastError: hostile, Made: r.now, Due: r.now},
		Receipt: []byte("receipt-of-the-card"),
	}}
	r.audit = []scanner.AuditEntry{{Seq: 4, Audit: scanner.Audit{At: r.now, Leak: rigLeak, By: l.By, What: scanner.Done, To: scanner.StateByWord, Reason: hostile}}}
	rec := r.ask("GET", leakPath(""), "")
	details := decodeInto[LeakDetails](t, rec, 200)
	all := rec.Body.String() + r.ask("GET", "/api/v1/organisations/acme/leaks", "").Body.String() + r.ask("POST", leakPath("/ack"), "").Body.String()
	for _, secret := range []string{
		"84930275116", "Qx7Lm2", "mk1:", "pk1:", "sk1:", "hr1:", "sealed", "receipt", "jdoe", "U0DELEGATE",
		"\\u001b", "\x1b", "\\u202e", "\u202e", "\\r", "\\n", "<script>",
	} {
		if strings.Contains(all, secret) {
			t.Errorf("%q is told: %s", secret, all)
		}
	}
	if !details.Leak.HostKnown || details.Leak.Waiting == nil || details.Leak.Waiting.What != "not-mine" || details.Audit[0].Ref != "U0HOST99" {
		t.Errorf("details %+v", details)
	}
	if !strings.Contains(details.Sightings[0].Place, "849•••••116") {
		t.Errorf("place %q, want it masked", details.Sightings[0].Place)
	}
}

func TestShowIsBounded(t *testing.T) {
	r := newRig(t)
	r.deliveries = make([]scanner.OutboxRow, 900)
	r.audit = make([]scanner.AuditEntry, 900)
	r.sightings = make([]scanner.Sighting, 900)
	got := decodeInto[LeakDetails](t, r.ask("GET", leakPath(""), ""), 200)
	if len(got.Deliveries) != 200 || len(got.Audit) != 200 || len(got.Sightings) != 100 || !got.More {
		t.Errorf("%d deliveries, %d entries, %d sightings, more %v", len(got.Deliveries), len(got.Audit), len(got.Sightings), got.More)
	}
	r.deliveries = nil
	if got := decodeInto[LeakDetails](t, r.ask("GET", leakPath(""), ""), 200); !got.More {
		t.Error("older entries are not told of")
	}
	r.audit = r.audit[:200]
	if got := decodeInto[LeakDetails](t, r.ask("GET", leakPath(""), ""), 200); got.More || len(got.Audit) != 200 {
		t.Errorf("more %v, %d entries", got.More, len(got.Audit))
	}
}

// What somebody does through the API has the meaning that the life of a leak gives it.
func TestActs(t *testing.T) {
	tests := []struct {
		name, verb, body string
		before           []scanner.LeakEvent
		state            string
		effect           bool
		event            scanner.EventKind
	}{
		{"ack without a body", "ack", ``, nil, "open", true, scanner.Snooze},
		{"ack", "ack", `{"reason":"on it","until":"2026-11-21T15:00:00Z"}`, nil, "open", true, scanner.Snooze},
		{"ack of what is over", "ack", `{}`, []scanner.LeakEvent{byAnalyst(scanner.Ended)}, "over", false, scanner.Snooze},
		{"close as over", "close", `{"as":"over","reason":"it was last week"}`, nil, "over", true, scanner.Ended},
		{"close as not ours", "close", `{"as":"not-ours"}`, nil, "not-ours", true, scanner.Disowned},
		{"close as safe by word", "close", `{"as":"safe-by-word","reason":"locked"}`, nil, "safe-by-word", true, scanner.Done},
		{"close what is not ours as over", "close", `{"as":"over"}`, []scanner.LeakEvent{byAnalyst(scanner.Disowned)}, "not-ours", false, scanner.Ended},
		{"mute", "mute", `{"until":"2026-12-21T15:00:00Z","reason":"open lecture"}`, nil, "muted", true, scanner.Mute},
		{"reopen", "reopen", `{"reason":"it goes on"}`, []scanner.LeakEvent{byAnalyst(scanner.Ended)}, "open", true, scanner.Reopen},
		{"reopen without a body", "reopen", ``, []scanner.LeakEvent{byAnalyst(scanner.Ended)}, "open", true, scanner.Reopen},
		{"unmute what is over", "unmute", ``, []scanner.LeakEvent{byAnalyst(scanner.Ended)}, "over", false, scanner.Unmute},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			for _, ev := range c.before {
				if _, err := r.do(t.Context(), rigOrg, rigLeak, ev); err != nil {
					t.Fatal(err)
				}
			}
			got := decodeInto[Outcome](t, r.ask("POST", leakPath("/"+c.verb), c.body), 200)
			if got.Leak.State != c.state || got.TookEffect != c.effect {
				t.Errorf("state %q, took effect %v; want %q, %v", got.Leak.State, got.TookEffect, c.state, c.effect)
			}
			last := r.events[len(r.events)-1]
			if last.Kind != c.event || last.By != (scanner.Actor{Role: scanner.RoleAnalyst, Ref: "api"}) {
				t.Errorf("event %+v", last)
			}
		})
	}
}

func byAnalyst(kind scanner.EventKind) scanner.LeakEvent {
	return scanner.LeakEvent{Kind: kind, By: scanner.Actor{Role: scanner.RoleAnalyst, Ref: "U0SECOPS1"}}
}

func TestAckLastsADayAtMost(t *testing.T) {
	r := newRig(t)
	got := decodeInto[Outcome](t, r.ask("POST", leakPath("/ack"), ""), 200)
	if want := r.now.Add(24 * time.Hour); !got.Leak.Ladder.SnoozedUntil.Equal(want) {
		t.Errorf("snoozed until %v, want %v", got.Leak.Ladder.SnoozedUntil, want)
	}
	wantProblem(t, r.ask("POST", leakPath("/ack"), `{"until":"2026-11-23T09:00:00Z"}`), 422, "24 hours")
	wantProblem(t, r.ask("POST", leakPath("/ack"), `{"until":"2026-11-21T09:00:00Z"}`), 422, "has passed")
}

// The reason goes into store and audit: a link that somebody pastes into it is masked before.
func TestReasonsAreMaskedBeforeTheyAreKept(t *testing.T) {
	r := newRig(t)
	decodeInto[Outcome](t, r.ask("POST", leakPath("/close"), `{"as":"over","reason":"was https://acme.zoom.us/j/84930275116?pwd=Qx7Lm2\u001b[2J"}`), 200)
	kept := r.events[0].Reason + r.leaks[rigLeak].Reason + fmt.Sprint(r.audit)
	if !strings.Contains(kept, "was ") || strings.Contains(kept, "84930275116") || strings.Contains(kept, "Qx7Lm2") || strings.Contains(kept, "\x1b") {
		t.Errorf("kept %q", kept)
	}
}

func TestBadBodies(t *testing.T) {
	r := newRig(t)
	tests := []struct {
		name, verb, body, words string
		status                  int
	}{
		{"none", "close", ``, "body is required", 400},
		{"no JSON", "close", `as=over`, "body", 400},
		{"cut", "close", `{"as":"ov`, "body", 400},
		{"two", "close", `{"as":"over"}{"as":"over"}`, "body", 400},
		{"null", "close", `null`, "object", 422},
		{"list", "close", `[]`, "object", 422},
		{"without as", "close", `{"reason":"x"}`, "as", 422},
		{"as safe", "close", `{"as":"safe"}`, "as", 422},
		{"as a number", "close", `{"as":7}`, "as", 422},
		{"unknown field", "close", `{"as":"over","state":"safe"}`, "unexpected property", 422},
		{"long reason", "close", `{"as":"over","reason":"` + strings.Repeat("é", 501) + `"}`, "reason", 422},
		{"too large", "close", `{"as":"over","reason":"` + strings.Repeat("a", 65<<10) + `"}`, "too large", 413},
		{"deep", "close", strings.Repeat("[", 30_000), "body", 400},
		{"mute without a reason", "mute", `{"until":"2026-12-21T15:00:00Z"}`, "reason", 422},
		{"mute for an empty reason", "mute", `{"until":"2026-12-21T15:00:00Z","reason":""}`, "reason", 422},
		{"mute for what cannot be seen", "mute", `{"until":"2026-12-21T15:00:00Z","reason":"\u0007"}`, "needs a reason", 422},
		{"mute for ever", "mute", `{"reason":"x"}`, "until", 422},
		{"mute until when", "mute", `{"until":"soon","reason":"x"}`, "until", 422},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) { wantProblem(t, r.ask("POST", leakPath("/"+c.verb), c.body), c.status, c.words) })
	}
	if len(r.events) != 0 {
		t.Errorf("something happened: %+v", r.events)
	}
}

func TestOtherContentTypesAreRefused(t *testing.T) {
	r := newRig(t)
	for _, kind := range []string{"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "\x00", "application/cbor"} {
		req := httptest.NewRequest("POST", leakPath("/close"), strings.NewReader(`{"as":"over"}`))
		req.Header.Set("Authorization", "Bearer "+rigToken)
		req.Header.Set("Content-Type", kind)
		rec := httptest.NewRecorder()
		r.Private().ServeHTTP(rec, req)
		if rec.Code != 415 && rec.Code != 400 {
			t.Errorf("%q: %d %s", kind, rec.Code, rec.Body)
		}
	}
}

// A problem never repeats what was sent: it may hold a passcode, and may be much.
func TestProblemsDoNotRepeatTheRequest(t *testing.T) {
	r := newRig(t)
	for _, body := range []string{
		`{"as":"https://acme.zoom.us/j/84930275116?pwd=Qx7Lm2"}`, `"https://acme.zoom.us/j/84930275116?pwd=Qx7Lm2`,
		`{"as":"over","https://acme.zoom.us/j/84930275116?pwd=Qx7Lm2":1}`,
	} {
		rec := r.ask("POST", leakPath("/close"), body)
		if strings.Contains(rec.Body.String(), "84930275116") || strings.Contains(rec.Body.String(), "Qx7Lm2") {
			t.Errorf("answer %s", rec.Body)
		}
	}
	var many strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&many, `"x%d":1,`, i)
	}
	rec := r.ask("POST", leakPath("/close"), `{`+many.String()+`"as":"over"}`)
	if p := wantProblem(t, rec, 422, "more"); len(p.Errors) != maxDetails+1 || rec.Body.Len() > 8<<10 {
		t.Errorf("%d details in %d bytes", len(p.Errors), rec.Body.Len())
	}
}

func TestErrorsAndTheirStatus(t *testing.T) {
	wrapped := func(err error) error {
		return fmt.Errorf("over: leak %s: over: it is because: %w", rigLeak, err)
	}
	tests := []struct {
		err    error
		status int
		words  string
		retry  string
	}{
		{wrapped(scanner.ErrNotFound), 404, "no such leak", ""},
		{wrapped(scanner.ErrNoLeak), 404, "no such leak", ""},
		{wrapped(scanner.ErrNoOrganisation), 404, "no such organisation", ""},
		{wrapped(scanner.ErrNotAllowed), 409, "it is because: not allowed", ""},
		{wrapped(scanner.ErrNothingAsked), 409, "nothing waits", ""},
		{wrapped(scanner.ErrConflict), 409, "try again", "1"},
		{wrapped(scanner.ErrBadValue), 400, "it is because", ""},
		{wrapped(scanner.ErrBadEvent), 400, "incomplete", ""},
		{wrapped(scanner.ErrUnavailable), 503, "the store does not answer", "5"},
		{wrapped(context.DeadlineExceeded), 503, "took too long", "5"},
		{wrapped(context.Canceled), 503, "took too long", "5"},
		{errors.New("secret inside: Qx7Lm2"), 500, "the log says more", ""},
	}
	for _, c := range tests {
		r := newRig(t)
		r.doFail = c.err
		rec := r.ask("POST", leakPath("/close"), `{"as":"over"}`)
		p := wantProblem(t, rec, c.status, c.words)
		if rec.Header().Get("Retry-After") != c.retry {
			t.Errorf("%v: retry after %q, want %q", c.err, rec.Header().Get("Retry-After"), c.retry)
		}
		if strings.Contains(p.Detail, rigLeak) || strings.Contains(p.Detail, "Qx7Lm2") {
			t.Errorf("%v: detail %q", c.err, p.Detail)
		}
		if logged := r.log.String(); (c.status >= 500) != strings.Contains(logged, `"level":"ERROR"`) {
			t.Errorf("%v: log %q", c.err, logged)
		}
	}
}

// The words of what is refused reach who asked.
func TestRefusalsSayWhy(t *testing.T) {
	r := newRig(t)
	p := wantProblem(t, r.ask("POST", leakPath("/mute"), `{"until":"2027-11-21T15:00:00Z","reason":"open lecture"}`), 409, "180 days")
	if p.Detail != "the end is more than 180 days away: not allowed" {
		t.Errorf("detail %q", p.Detail)
	}
}

// More requests than may run wait, and not for ever.
func TestRequestsAtOnceAreBounded(t *testing.T) {
	l := ownLimits()
	l.atOnce = 2
	r := newRigWith(t, l, Options{})
	r.block = make(chan struct{})
	done := make(chan *httptest.ResponseRecorder, 2)
	for range 2 {
		go func() { done <- r.ask("GET", "/api/v1/ledger", "") }()
	}
	<-r.entered
	<-r.entered
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	req := httptest.NewRequest("GET", "/api/v1/sources", nil).WithContext(ctx)
	req.Header.Set("Authorization", "Bearer "+rigToken)
	rec := httptest.NewRecorder()
	r.Private().ServeHTTP(rec, req)
	wantProblem(t, rec, 503, "too many requests")
	close(r.block)
	for range 2 {
		decodeInto[Ledger](t, <-done, 200)
	}
	if code := r.ask("GET", "/api/v1/sources", "").Code; code != http.StatusOK {
		t.Errorf("afterwards: %d", code)
	}
}

// A store that hangs holds a request for its time and no longer.
func TestRequestsEnd(t *testing.T) {
	l := ownLimits()
	l.request = 20 * time.Millisecond
	r := newRigWith(t, l, Options{})
	r.block = make(chan struct{})
	wantProblem(t, r.ask("GET", "/api/v1/ledger", ""), 503, "took too long")
}
