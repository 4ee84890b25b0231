package zoom

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"meetleaks/matchers"
	"meetleaks/scanner"
	"meetleaks/scanner/meetings/zoom/fakezoom"
)

const (
	board  = 84930275116 // numbers are made up: no run, no repetition
	room   = 4938160725
	talk   = 93615048227
	secret = "s3cr3t-Of-The-App-Qz81"
	pass   = "Kd93xZ"
)

func testNow() time.Time { return time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC) }

// rig is a client of a fake account, on a clock that is moved.
type rig struct {
	t    *testing.T
	zoom *fakezoom.Server
	c    *Client
	mu   sync.Mutex
	now  time.Time
}

func (r *rig) clock() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.now
}

func (r *rig) wait(d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.now = r.now.Add(d)
}

func newRig(t *testing.T, textIDs bool) *rig {
	t.Helper()
	r := &rig{t: t, now: testNow()}
	r.zoom = fakezoom.New(fakezoom.Options{
		AccountID: "acct-7Hq", ClientID: "cl13nt", ClientSecret: secret, TextIDs: textIDs, Now: r.clock,
	})
	r.zoom.AddUser(fakezoom.User{ID: "KdYx", Email: "jdoe@acme.example", PMI: room, Vanity: "jdoe.acme"})
	r.zoom.AddMeeting(fakezoom.Meeting{
		Number: board, HostID: "KdYx", Host: "JDoe@acme.example", Topic: "Board\nthird quarter", Type: 2, Start: testNow().Add(3 * time.Hour),
		Duration: 60, Passcode: pass, Settings: fakezoom.Settings{Approval: 2, AlternativeHosts: "pa@acme.example;u8Kx;PA@acme.example"},
	})
	r.zoom.AddMeeting(fakezoom.Meeting{
		Number: room, HostID: "KdYx", Host: "jdoe@acme.example", Topic: "Room", Type: 4, Passcode: pass, Settings: fakezoom.Settings{Approval: 2},
	})
	r.zoom.AddMeeting(fakezoom.Meeting{
		Number: talk, HostID: "KdYx", Host: "jdoe@acme.example", Type: 9, Duration: 30, Webinar: true, Settings: fakezoom.Settings{Approval: 0},
		Starts: []time.Time{testNow().Add(-100 * time.Hour), testNow().Add(68 * time.Hour), testNow().Add(20 * time.Hour)},
	})
	server := httptest.NewServer(r.zoom)
	t.Cleanup(server.Close)
	r.c = clientOf(t, server.URL, r.clock)
	return r
}

func clientOf(t testing.TB, at string, now func() time.Time) *Client {
	t.Helper()
	api, err := url.Parse(at + "/v2/")
	if err != nil {
		t.Fatal(err)
	}
	oauth, err := url.Parse(at + "/oauth/token")
	if err != nil {
		t.Fatal(err)
	}
	plain := &http.Client{Transport: &http.Transport{}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	t.Cleanup(plain.CloseIdleConnections)
	c, err := New(Options{
		Org: "acme", AccountID: "acct-7Hq", Credentials: func() (string, string, error) { return "cl13nt", secret, nil },
		API: api, OAuth: oauth, APIClient: plain, OAuthClient: plain, Now: now,
		Everybodys: func(domain string) bool { return strings.HasSuffix(domain, "freemail.example") },
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func linkTo(number int) matchers.Link {
	return matchers.Link{Platform: "zoom", Realm: "commercial", ID: fmt.Sprint(number)}
}

func wayTo(number int) scanner.LeakedWay {
	return scanner.LeakedWay{Org: "acme", Link: linkTo(number), Class: matchers.JoinWithSecret, Secrets: []string{"pwd"}, Host: "jdoe@acme.example"}
}

func (r *rig) prove(way scanner.LeakedWay) scanner.Proof {
	r.t.Helper()
	proof, err := r.c.Prove(r.t.Context(), way, r.clock())
	if err != nil {
		r.t.Fatal(err)
	}
	return proof
}

func TestFacts(t *testing.T) {
	for _, textIDs := range []bool{false, true} {
		r := newRig(t, textIDs)
		got, found, err := r.c.Meeting(t.Context(), "acme", linkTo(board), testNow())
		if err != nil || !found {
			t.Fatal(found, err)
		}
		start := testNow().Add(3 * time.Hour)
		want := scanner.MeetingFacts{
			Exists: true, Ours: true, Host: "jdoe@acme.example", Delegates: []string{"pa@acme.example"}, Topic: "Board third quarter",
			When:     scanner.When{Start: scanner.Start{Time: start}, Ends: start.Add(time.Hour), By: scanner.RolePlatform},
			Settings: []string{"waiting room off", "no registration", "no sign-in", "a passcode"},
		}
		if got.Topic != want.Topic || got.Host != want.Host || !slices.Equal(got.Delegates, want.Delegates) || got.When != want.When ||
			!slices.Equal(got.Settings, want.Settings) || !got.Exists || !got.Ours {
			t.Errorf("%#v", []any{got.Topic, got.Host, got.Delegates, got.When, got.Settings})
		}
		if text := fmt.Sprintf("%v %+v %#v %s", got, got, got, wayTo(board)); strings.Contains(text, "jdoe") || strings.Contains(text, "8493") {
			t.Errorf("facts are printed: %s", text)
		}
	}
}

func TestTheNextInstanceOfAWebinar(t *testing.T) {
	r := newRig(t, false)
	got, found, err := r.c.Meeting(t.Context(), "acme", linkTo(talk), testNow())
	if err != nil || !found || !got.When.Series || !got.When.Start.Time.Equal(testNow().Add(20*time.Hour)) {
		t.Fatalf("%v %v %+v", found, err, got.When)
	}
	calls := r.zoom.Calls()
	if len(calls) != 3 || !strings.HasPrefix(calls[1], "GET /v2/meetings/") || !strings.HasPrefix(calls[2], "GET /v2/webinars/") {
		t.Errorf("calls %q", calls)
	}
}

func TestWhatGuards(t *testing.T) {
	with := func(change func(*fakezoom.Meeting)) func(*rig) {
		return func(r *rig) { r.zoom.Change(board, change) }
	}
	class := func(c matchers.Class) func(*scanner.LeakedWay) { return func(w *scanner.LeakedWay) { w.Class = c } }
	noSecret := func(w *scanner.LeakedWay) { w.Secrets = nil }
	waiting := with(func(m *fakezoom.Meeting) { m.Settings.WaitingRoom = true })
	approved := with(func(m *fakezoom.Meeting) { m.Settings.Approval = 1 })
	for name, test := range map[string]struct {
		given func(*rig)
		way   func(*scanner.LeakedWay)
		want  scanner.Verdict
		bare  bool
	}{
		"as it leaked":                     {want: scanner.WayOpen},
		"without a passcode":               {given: with(func(m *fakezoom.Meeting) { m.Passcode = "" }), want: scanner.WayOpen, bare: true},
		"a new passcode":                   {given: with(func(m *fakezoom.Meeting) { m.Passcode = "Vw82Lq" }), want: scanner.WayOpen},
		"no secret leaked":                 {way: noSecret, want: scanner.WayGuarded},
		"waiting room":                     {given: waiting, want: scanner.WayGuarded},
		"waiting room, registrant":         {given: waiting, way: class(matchers.AttendeePersonal), want: scanner.WayGuarded},
		"waiting room, host's own link":    {given: waiting, way: class(matchers.HostCredential), want: scanner.WayOpen},
		"waiting room, running":            {given: with(func(m *fakezoom.Meeting) { m.Settings.WaitingRoom, m.Running = true, true }), want: scanner.WayUnknown},
		"running":                          {given: with(func(m *fakezoom.Meeting) { m.Running = true }), want: scanner.WayOpen},
		"approved by the host":             {given: approved, want: scanner.WayGuarded},
		"approved by the host, registrant": {given: approved, way: class(matchers.AttendeePersonal), want: scanner.WayOpen},
		"approved by itself":               {given: with(func(m *fakezoom.Meeting) { m.Settings.Approval, m.Passcode = 0, "" }), want: scanner.WayOpen},
		"sign-in":                          {given: with(func(m *fakezoom.Meeting) { m.Settings.SignIn = true }), want: scanner.WayOpen},
		"sign-in, named domains": {given: with(func(m *fakezoom.Meeting) {
			m.Settings.SignIn, m.Settings.Domains = true, "acme.example"
		}), want: scanner.WayGuarded},
		"sign-in, all domains": {given: with(func(m *fakezoom.Meeting) { m.Settings.SignIn, m.Settings.Domains = true, "acme.example, *" }), want: scanner.WayOpen},
		"sign-in, free mail": {given: with(func(m *fakezoom.Meeting) {
			m.Settings.SignIn, m.Settings.Domains = true, "acme.example;*.freemail.example"
		}), want: scanner.WayOpen},
		"domains without sign-in": {given: with(func(m *fakezoom.Meeting) {
			m.Settings.Domains = "acme.example"
		}), want: scanner.WayOpen},
		"deleted":               {given: func(r *rig) { r.zoom.Delete(board) }, want: scanner.WayMissing},
		"its host left":         {given: func(r *rig) { r.zoom.RemoveUser("KdYx") }, want: scanner.WayUnknown},
		"deleted, nobody's":     {given: func(r *rig) { r.zoom.Delete(board) }, way: func(w *scanner.LeakedWay) { w.Host = "" }, want: scanner.WayUnknown},
		"of another cloud":      {given: waiting, way: func(w *scanner.LeakedWay) { w.Link.Realm = "gov" }, want: scanner.WayUnknown},
		"a registration's form": {given: waiting, way: func(w *scanner.LeakedWay) { w.Link.Space = "register" }, want: scanner.WayUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, false)
			way := wayTo(board)
			if test.given != nil {
				test.given(r)
			}
			if test.way != nil {
				test.way(&way)
			}
			got := r.prove(way)
			if got.Verdict != test.want || got.Bare != test.bare || got.Words == "" || got.Account == "" {
				t.Errorf("%+v, want %s, bare %v", got, test.want, test.bare)
			}
		})
	}
}

func TestAWebinarHasNoWaitingRoom(t *testing.T) {
	r := newRig(t, false)
	r.zoom.Change(talk, func(m *fakezoom.Meeting) { m.Settings.WaitingRoom = true })
	if got := r.prove(wayTo(talk)); got.Verdict != scanner.WayOpen {
		t.Errorf("%+v", got)
	}
	r.zoom.Change(talk, func(m *fakezoom.Meeting) { m.Settings.Approval = 1 })
	if got := r.prove(wayTo(talk)); got.Verdict != scanner.WayGuarded || got.Words != "registration that the host approves" {
		t.Errorf("%+v", got)
	}
}

func TestAPersonalRoomIsFoundByItsHost(t *testing.T) {
	r := newRig(t, false)
	way := wayTo(board)
	way.Link.Space, way.Link.ID, way.Class = "my", "JDoe.Acme", matchers.PermanentRoom
	if got := r.prove(way); got.Verdict != scanner.WayOpen {
		t.Errorf("%+v", got)
	}
	r.zoom.Change(room, func(m *fakezoom.Meeting) { m.Settings.WaitingRoom = true })
	if got := r.prove(way); got.Verdict != scanner.WayGuarded {
		t.Errorf("%+v", got)
	}
	for _, stranger := range []func(*scanner.LeakedWay){
		func(w *scanner.LeakedWay) { w.Link.ID = "jdoe" }, func(w *scanner.LeakedWay) { w.Host = "" },
		func(w *scanner.LeakedWay) { w.Host = "else@acme.example" },
	} {
		other := way
		stranger(&other)
		if got := r.prove(other); got.Verdict != scanner.WayUnknown {
			t.Errorf("%+v", got)
		}
	}
}

func TestNobodyElsesNumberIsSent(t *testing.T) {
	r := newRig(t, false)
	way := wayTo(board)
	way.Org = "globex"
	if _, err := r.c.Prove(t.Context(), way, testNow()); err == nil {
		t.Error("a meeting of globex is asked about in acme's account")
	}
	if _, _, err := r.c.Meeting(t.Context(), "globex", linkTo(board), testNow()); err == nil {
		t.Error("a meeting of globex is looked up in acme's account")
	}
	if calls := r.zoom.Calls(); len(calls) != 0 {
		t.Errorf("calls %q", calls)
	}
	if r.c.Provable("globex", "zoom") || r.c.Provable("acme", "teams") || !r.c.Provable("acme", "zoom") {
		t.Error("what is provable")
	}
}

func TestTokensAreSharedAndRenewed(t *testing.T) {
	r := newRig(t, false)
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			if _, err := r.c.Prove(t.Context(), wayTo(board), testNow()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := r.zoom.Granted(); n != 1 {
		t.Errorf("%d tokens for 16 questions at once", n)
	}
	r.wait(58 * time.Minute)
	r.prove(wayTo(board))
	if n := r.zoom.Granted(); n != 1 {
		t.Errorf("%d tokens within an hour", n)
	}
	r.wait(2 * time.Minute) // less than a minute before its end
	r.prove(wayTo(board))
	r.zoom.EndTokens()
	r.prove(wayTo(board))
	if n := r.zoom.Granted(); n != 3 {
		t.Errorf("%d tokens, want a new one before the end and one after a refusal", n)
	}
}

// TestNoErrorIsAVerdict plays every fault, against a meeting that is guarded: none may say safe, open, or gone.
func TestNoErrorIsAVerdict(t *testing.T) {
	for _, test := range []struct {
		name  string
		fault fakezoom.Fault
		class Class
	}{
		{"server", fakezoom.Fault{Path: "/v2", Status: 500, Times: -1}, Temporary},
		{"locked", fakezoom.Fault{Path: "/v2", Status: 423, Times: -1}, Temporary},
		{"expired again and again", fakezoom.Fault{Path: "/v2", Status: 401, Code: 124, Times: -1}, Auth},
		{"scope", fakezoom.Fault{Path: "/v2", Status: 400, Code: 4711, Times: -1}, Scope},
		{"old scope", fakezoom.Fault{Path: "/v2", Status: 401, Code: 4700, Times: -1}, Scope},
		{"not allowed", fakezoom.Fault{Path: "/v2", Status: 403, Code: 2306, Times: -1}, Policy},
		{"may not host", fakezoom.Fault{Path: "/v2", Status: 400, Code: 3161, Times: -1}, Policy},
		{"validation", fakezoom.Fault{Path: "/v2", Status: 400, Code: 300, Times: -1}, Rejected},
		{"no such route", fakezoom.Fault{Path: "/v2", Status: 404, Code: 64041, Times: -1}, Config},
		{"bare 404", fakezoom.Fault{Path: "/v2", Status: 404, Body: "not here", Times: -1}, Config},
		{"3001 under 403", fakezoom.Fault{Path: "/v2", Status: 403, Code: 3001, Times: -1}, Scope},
		{"3001 under 200", fakezoom.Fault{Path: "/v2", Status: 200, Code: 3001, Times: -1}, Rejected},
		{"user's 404", fakezoom.Fault{Path: "/v2/meetings", Status: 404, Code: 1001, Times: -1}, Broken},
		{"moved", fakezoom.Fault{Path: "/v2", Status: 302, Times: -1, Header: map[string]string{"Location": "/elsewhere"}}, Config},
		{"rate", fakezoom.Fault{Path: "/v2", Status: 429, Code: 429, Times: -1}, Throttled},
		{"empty", fakezoom.Fault{Path: "/v2", Status: 200, Body: " ", Times: -1}, Broken},
		{"no object", fakezoom.Fault{Path: "/v2", Status: 200, Body: `[]`, Times: -1}, Broken},
		{"empty object", fakezoom.Fault{Path: "/v2", Status: 200, Body: `{}`, Times: -1}, Broken},
		{"no settings", fakezoom.Fault{Path: "/v2", Status: 200, Body: `{"id":84930275116}`, Times: -1}, Broken},
		{"empty settings", fakezoom.Fault{Path: "/v2", Status: 200, Body: `{"id":84930275116,"settings":{}}`, Times: -1}, Broken},
		{"another meeting", fakezoom.Fault{Path: "/v2", Status: 200, Body: `{"id":93615048227,"settings":{"waiting_room":true}}`, Times: -1}, Broken},
		{"a text for a switch", fakezoom.Fault{Path: "/v2", Status: 200, Body: `{"id":84930275116,"settings":{"waiting_room":"true"}}`, Times: -1}, Broken},
		{"unknown approval", fakezoom.Fault{Path: "/v2", Status: 200, Body: `{"id":84930275116,"settings":{"waiting_room":true,"approval_type":7}}`, Times: -1}, Broken},
		{"cut off", fakezoom.Fault{Path: "/v2", Status: 200, Body: `{"id":84930275116,"settings":{"waiting_room":true}`, Times: -1}, Broken},
		{"huge", fakezoom.Fault{Path: "/v2", Status: 200, Body: strings.Repeat(" ", maxAnswer+1), Times: -1}, Broken},
		{"no token", fakezoom.Fault{Path: "/oauth", Status: 200, Body: `{"token_type":"bearer"}`, Times: -1}, Broken},
		{"a token that breaks the header", fakezoom.Fault{Path: "/oauth", Status: 200, Body: `{"access_token":"a\r\nb","token_type":"bearer"}`, Times: -1}, Broken},
		{"wrong secret", fakezoom.Fault{Path: "/oauth", Status: 400, Body: `{"reason":"Invalid client_id or client_secret","error":"invalid_client"}`, Times: -1}, Auth},
		{"token server", fakezoom.Fault{Path: "/oauth", Status: 503, Times: -1}, Temporary},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := newRig(t, false)
			r.zoom.Change(board, func(m *fakezoom.Meeting) { m.Settings.WaitingRoom = true })
			r.zoom.Break(test.fault)
			proof, err := r.c.Prove(t.Context(), wayTo(board), testNow())
			var e *Error
			if !errors.As(err, &e) || e.Class != test.class || proof != (scanner.Proof{}) {
				t.Fatalf("%+v, %v, want class %s", proof, err, test.class)
			}
			if _, found, err := r.c.Meeting(t.Context(), "acme", linkTo(board), testNow()); err == nil || found {
				t.Errorf("found %v, %v", found, err)
			}
			for _, hidden := range []string{"8493", "acct-7Hq", secret, "ordered", "fake."} {
				if strings.Contains(err.Error(), hidden) {
					t.Errorf("the error shows %q: %v", hidden, err)
				}
			}
		})
	}
}

func TestSlowAndCutOff(t *testing.T) {
	r := newRig(t, false)
	r.zoom.Break(fakezoom.Fault{Path: "/v2", Delay: time.Minute, Times: -1})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if proof, err := r.c.Prove(ctx, wayTo(board), testNow()); err == nil || proof != (scanner.Proof{}) {
		t.Errorf("%+v, %v", proof, err)
	}
}

func TestLimitsAreKept(t *testing.T) {
	for name, test := range map[string]struct {
		header map[string]string
		least  time.Duration
	}{
		"says nothing": {nil, time.Second},
		"seconds":      {map[string]string{"Retry-After": "30"}, 30 * time.Second},
		"an instant":   {map[string]string{"Retry-After": "2026-11-23T11:00:00Z", "X-RateLimit-Type": "Daily-limit"}, 2 * time.Hour},
		"daily":        {map[string]string{"X-RateLimit-Type": "Daily-limit"}, 15 * time.Hour},
		"absurd":       {map[string]string{"Retry-After": "2999-01-01T00:00:00Z"}, 24 * time.Hour},
		"the past":     {map[string]string{"Retry-After": "2001-01-01T00:00:00Z"}, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, false)
			r.zoom.Break(fakezoom.Fault{Path: "/v2", Status: 429, Code: 429, Times: 1, Header: test.header})
			_, err := r.c.Prove(t.Context(), wayTo(board), testNow())
			var e *Error
			if !errors.As(err, &e) || e.Class != Throttled || !e.Until.Equal(testNow().Add(test.least)) {
				t.Fatalf("%v until %v", err, e.Until)
			}
			r.zoom.Calls()
			r.wait(test.least - time.Millisecond)
			if _, err := r.c.Prove(t.Context(), wayTo(board), testNow()); err == nil || len(r.zoom.Calls()) != 0 {
				t.Error("the limit is not kept")
			}
			r.wait(time.Millisecond)
			r.prove(wayTo(board))
		})
	}
}

func TestFaultsInARowAreLeftAlone(t *testing.T) {
	r := newRig(t, false)
	r.zoom.Break(fakezoom.Fault{Path: "/v2", Status: 502, Times: -1})
	for range 10 {
		if _, err := r.c.Prove(t.Context(), wayTo(board), testNow()); err == nil {
			t.Fatal("no error")
		}
	}
	if n := len(r.zoom.Calls()); n != 1+restFaults {
		t.Errorf("%d calls", n)
	}
	r.zoom.Mend()
	r.wait(restMost)
	r.prove(wayTo(board))
}

func TestSegment(t *testing.T) {
	for id, want := range map[string]string{
		"84930275116": "84930275116", "aB3+cd==": "aB3+cd==", "/aB3==": "%252FaB3==", "a//b": "a%252F%252Fb", "a/b": "a%2Fb", "..": "..", "a?b": "a%3Fb",
	} {
		if got := segment(id); got != want {
			t.Errorf("%s: %s, want %s", id, got, want)
		}
	}
}

func TestNewWantsEverything(t *testing.T) {
	if _, err := New(Options{Org: "acme"}); err == nil {
		t.Error("a client without an account")
	}
	for host, want := range map[string]string{"api.zoom.us": "commercial", "api.zoomgov.com": "gov", "api.zoom.com.cn": "cn", "127.0.0.1": "commercial"} {
		if got := realmOf(host); got != want {
			t.Errorf("%s: %s", host, got)
		}
	}
}

// TestTheFakeKeepsToTheDescription compares what the fake writes with the description's names and types, and with the values it allows.
func TestTheFakeKeepsToTheDescription(t *testing.T) {
	r := newRig(t, false)
	r.zoom.Change(board, func(m *fakezoom.Meeting) { m.Settings.SignIn, m.Settings.Domains = true, "acme.example" })
	body := rawMeeting(t, r, board)
	shape := map[string]string{
		"uuid": "string", "id": "number", "host_id": "string", "host_email": "string", "assistant_id": "string", "topic": "string",
		"type": "number", "status": "string", "duration": "number", "timezone": "string", "agenda": "string", "created_at": "string",
		"start_url": "string", "join_url": "string", "creation_source": "string", "settings": "object", "password": "string",
		"encrypted_password": "string", "h323_password": "string", "start_time": "string", "occurrences": "array", "recurrence": "object",
	}
	set := map[string]string{
		"approval_type": "number", "meeting_authentication": "bool", "alternative_hosts": "string", "registration_type": "number",
		"audio": "string", "auto_recording": "string", "host_video": "bool", "authentication_domains": "string",
		"authentication_option": "string", "authentication_name": "string", "waiting_room": "bool", "join_before_host": "bool",
		"jbh_time": "number", "use_pmi": "bool", "encryption_type": "string",
	}
	if diff := cmp.Diff([]string(nil), strangers(body, shape)); diff != "" {
		t.Error(diff)
	}
	inner, ok := body["settings"].(map[string]any)
	if !ok {
		t.Fatal("no settings")
	}
	if diff := cmp.Diff([]string(nil), strangers(inner, set)); diff != "" {
		t.Error(diff)
	}
	if body["status"] != "waiting" || !slices.Contains([]any{1.0, 2.0, 3.0, 4.0, 8.0, 10.0}, body["type"]) {
		t.Errorf("status %v, type %v", body["status"], body["type"])
	}
}
