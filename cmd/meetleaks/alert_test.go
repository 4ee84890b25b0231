package main

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"meetleaks/matchers"
	"meetleaks/notify"
	"meetleaks/scanner"
)

func alertNow() time.Time { return time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC) }

func zoneOf(t *testing.T, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// fakeChannel keeps what it is told.
type fakeChannel struct {
	name   string
	to     notify.Recipient
	alerts []notify.Alert
	on     notify.Receipt // of the last update
	give   notify.Receipt
	err    error
}

func (c *fakeChannel) Name() string { return c.name }

func (c *fakeChannel) Send(_ context.Context, to notify.Recipient, a notify.Alert) (notify.Receipt, error) {
	c.to, c.alerts = to, append(c.alerts, a)
	return c.give, c.err
}

func (c *fakeChannel) Update(_ context.Context, r notify.Receipt, a notify.Alert) error {
	c.on, c.alerts = r, append(c.alerts, a)
	return c.err
}

func testTeller(channels ...notify.Channel) *teller {
	o := tellerOptions{
		Channels: map[string]notify.Channel{}, Now: alertNow,
		Domains: func(org string) []string { return []string{org + ".example"} },
		Kind:    func(string) string { return "web" },
	}
	for _, c := range channels {
		o.Channels[c.Name()] = c
	}
	return newTeller(o)
}

// testTelling is a first alert to a host. The number is made up: no run, no repetition.
func testTelling() scanner.Telling {
	starts := alertNow().Add(30 * time.Hour)
	return scanner.Telling{
		Delivery: scanner.Delivery{ID: "dl1:0a1b", Leak: "lk1:77aa", Org: "acme", To: scanner.ToHost, Kind: scanner.DeliveryNew, Rung: scanner.RungFirst},
		To:       scanner.Recipient{Audience: scanner.ToHost, Email: "jdoe@acme.example"},
		Leak: scanner.Leak{
			ID: "lk1:77aa", Org: "acme", Platform: "zoom", Kind: matchers.Meeting, Class: matchers.JoinWithSecret, MaskedID: "849•••••116",
			State: scanner.StateOpen, FirstSeen: alertNow().Add(-time.Minute), Sightings: 4, Distinct: 3, Reach: 1200,
			When: scanner.When{Start: scanner.Start{Time: starts}, By: scanner.RoleInventory},
		},
		Topic: "Board, third quarter",
		Sightings: []scanner.Sighting{
			{Place: "https://www.acme.example/events", Source: "own-site"}, {Place: "https://www.acme.example/events", Source: "own-site"},
			{Place: "social.example", Source: "feed"},
		},
	}
}

func TestATellingBecomesAnAlert(t *testing.T) {
	slack := &fakeChannel{name: "slack", give: "slack1:D1:1.2"}
	what := testTelling()
	what.Zone = zoneOf(t, "Europe/Berlin")
	what.Earlier = []byte("slack slack1:D1:1.1")
	receipt, err := testTeller(slack).Tell(t.Context(), what)
	if err != nil || string(receipt) != "slack slack1:D1:1.2" {
		t.Fatalf("receipt %q, %v", receipt, err)
	}
	if diff := cmp.Diff(notify.Recipient{Email: "jdoe@acme.example", Domains: []string{"acme.example"}}, slack.to); diff != "" {
		t.Error(diff)
	}
	want := notify.Alert{
		Delivery: "dl1:0a1b", Leak: "lk1:77aa", Organisation: "acme", Platform: "zoom", Service: "Zoom", MaskedID: "849•••••116",
		Class: "B", Topic: "Board, third quarter",
		Starts: alertNow().Add(30 * time.Hour).In(what.Zone), Urgency: notify.StartsInWeek,
		Places: []string{"https://www.acme.example/events", "social.example"}, MorePlaces: 1, Sightings: 4, Reach: 1200,
		FoundOn: "web", FoundAt: alertNow().Add(-time.Minute), Kind: notify.New, Audience: "host", Reason: "you host this meeting",
		Earlier: "slack1:D1:1.1",
	}
	if diff := cmp.Diff(want, slack.alerts[0]); diff != "" {
		t.Error(diff)
	}
	text := notify.Compose(slack.alerts[0].Cleaned()).Text()
	if text != strings.Join([]string{
		"A Zoom meeting of acme is public: anyone with the link gets in.",
		"“Board, third quarter” 849•••••116: starts Tue 24 Nov 16:00 CET.",
		"Schedule it anew with a generated ID, delete the old one; send it to those invited only, each registered.",
		"Seen at www[.]acme[.]example/events, social[.]example and 1 other place.",
		"You are told because you host this meeting.",
	}, "\n") {
		t.Errorf("got\n%s", text)
	}
}

func TestEveryClassAndPhaseHasWordsThatFit(t *testing.T) {
	classes := []matchers.Class{
		matchers.HostCredential, matchers.JoinWithSecret, matchers.PermanentRoom, matchers.AttendeePersonal, matchers.PublicForm,
		matchers.ChatInvite, matchers.PastContent, matchers.NumberOnly, "",
	}
	phases := map[notify.Urgency]time.Duration{
		notify.StartsLater: 200 * time.Hour, notify.StartsInDay: 20 * time.Hour, notify.StartsInHour: 50 * time.Minute,
		notify.StartsAtOnce: 10 * time.Minute, notify.Running: -10 * time.Minute,
	}
	seen := map[string]bool{}
	for _, class := range classes {
		for urgency, left := range phases {
			for _, raid := range []bool{false, true} {
				what := testTelling()
				what.Leak.Class, what.Leak.Raid, what.Leak.Platform = class, raid, "skype-for-business"
				what.Leak.When.Start.Time = alertNow().Add(left)
				a := testTeller().alert(what).Cleaned()
				if a.Urgency != urgency {
					t.Errorf("%s, %s: %+v", class, urgency, a)
				}
				text := notify.Compose(a).Text()
				if strings.Contains(text, "…") || notify.Words(text) > notify.MaxWords || strings.Count(text, "\n") < 2 {
					t.Errorf("%s, %s: cut off:\n%s", class, urgency, text)
				}
				seen[text[:strings.IndexByte(text, '\n')]] = true
			}
		}
	}
	if len(seen) < len(classes) {
		t.Errorf("%d kinds of headlines", len(seen))
	}
}

func TestACardFollowsTheLeak(t *testing.T) {
	what := testTelling()
	tell := testTeller()
	what.Earlier = nil
	if a := tell.alert(what); a.Closed || a.Decide {
		t.Errorf("the first card of a host: %+v", a)
	}
	what.Earlier = []byte("slack D1:1.1")
	what.Leak.State, what.Leak.Ask.What = scanner.StateOver, scanner.NotMine
	if a := tell.alert(what); !a.Closed || a.Decide {
		t.Errorf("a later card of a host: %+v", a)
	}
	what.To = scanner.Recipient{Audience: scanner.Analysts, Room: scanner.Room{Channel: channelSlack, ID: "C0SECOPS"}}
	what.Leak.Ask.At = alertNow().Add(-time.Hour)
	if a := tell.alert(what); !a.Decide || !a.Asked.Equal(what.Leak.Ask.At) {
		t.Errorf("the card of who decides: %+v", a)
	}
}

// TestAMessageThatWasFollowedIsAnsweredNoMore: in Slack it loses its buttons; other channels cannot change what they sent, and are not
// told that there is nothing new.
func TestAMessageThatWasFollowedIsAnsweredNoMore(t *testing.T) {
	slack, soc := &fakeChannel{name: "slack"}, &fakeChannel{name: "webhook:soc"}
	what := testTelling()
	what.Delivery.Kind, what.Past = scanner.DeliveryUpdate, true
	for _, receipt := range []string{"slack+ slack1:D1:1.1", "webhook:soc webhook1:soc:dl1:0a1b"} {
		what.Receipt = []byte(receipt)
		if kept, err := testTeller(slack, soc).Tell(t.Context(), what); err != nil || string(kept) != receipt {
			t.Errorf("%q, %v", kept, err)
		}
	}
	if len(slack.alerts) != 1 || !slack.alerts[0].Closed || !strings.Contains(slack.alerts[0].Status, "came after this one") || len(soc.alerts) != 0 {
		t.Errorf("slack %+v, webhook %+v", slack.alerts, soc.alerts)
	}
}

func TestReasonsAreFourWords(t *testing.T) {
	for _, to := range []scanner.Audience{scanner.ToHost, scanner.ToDelegate, scanner.ToChannel, scanner.Analysts} {
		for _, rung := range []scanner.Rung{scanner.RungFirst, scanner.RungHelp, scanner.RungDecide} {
			for _, gaveUp := range []bool{false, true} {
				what := testTelling()
				what.To.Audience, what.Delivery.To, what.Delivery.Rung, what.Leak.Ladder.Host.GaveUp = to, to, rung, gaveUp
				if reason := testTeller().reason(what); notify.Words(reason) > 4 || reason == "" {
					t.Errorf("%s, %s: %q", to, rung, reason)
				}
			}
		}
	}
}

func TestAStartIsToldAsFarAsItIsBelieved(t *testing.T) {
	tokyo := zoneOf(t, "Asia/Tokyo")
	in := func(d time.Duration) scanner.Start { return scanner.Start{Time: alertNow().Add(d)} }
	wall := time.Date(2026, 11, 23, 18, 30, 0, 0, time.UTC) // in Tokyo it is 18:00
	for name, test := range map[string]struct {
		when    scanner.When
		starts  time.Time
		urgency notify.Urgency
	}{
		"unknown":          {scanner.When{By: scanner.RoleInventory}, time.Time{}, notify.StartUnknown},
		"in a month":       {scanner.When{Start: in(700 * time.Hour), By: scanner.RoleHost}, alertNow().Add(700 * time.Hour), notify.StartsLater},
		"in a week":        {scanner.When{Start: in(168 * time.Hour), By: scanner.RoleHost}, alertNow().Add(168 * time.Hour), notify.StartsInWeek},
		"in a day":         {scanner.When{Start: in(24 * time.Hour), By: scanner.RoleHost}, alertNow().Add(24 * time.Hour), notify.StartsInDay},
		"in an hour":       {scanner.When{Start: in(time.Hour), By: scanner.RoleHost}, alertNow().Add(time.Hour), notify.StartsInHour},
		"in a quarter":     {scanner.When{Start: in(15 * time.Minute), By: scanner.RoleHost}, alertNow().Add(15 * time.Minute), notify.StartsAtOnce},
		"now":              {scanner.When{Start: in(0), By: scanner.RoleHost}, alertNow(), notify.Running},
		"overrun":          {scanner.When{Start: in(-3 * time.Hour), Ends: alertNow().Add(-30 * time.Minute), By: scanner.RoleHost}, alertNow().Add(-3 * time.Hour), notify.Running},
		"over":             {scanner.When{Start: in(-9 * time.Hour), By: scanner.RoleHost}, time.Time{}, notify.StartUnknown},
		"claimed for soon": {scanner.When{Start: in(time.Hour), By: scanner.RolePage}, alertNow().Add(time.Hour), notify.StartsInHour},
		"claimed for late": {scanner.When{Start: in(100 * time.Hour), By: scanner.RolePage}, time.Time{}, notify.StartUnknown},
		"by the wall":      {scanner.When{Start: scanner.Start{Time: wall, Floating: true}, By: scanner.RoleHost}, alertNow().Add(30 * time.Minute), notify.StartsInHour},
		"all day": {scanner.When{Start: scanner.Start{Time: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC), AllDay: true}, By: scanner.RoleHost},
			time.Date(2026, 11, 23, 0, 0, 0, 0, tokyo), notify.StartsInDay},
	} {
		what := testTelling()
		what.Zone = tokyo
		starts, urgency := testTeller().start(what, test.when, alertNow())
		if !starts.Equal(test.starts) || urgency != test.urgency || !starts.IsZero() && starts.Location() != tokyo {
			t.Errorf("%s: %v, %s", name, starts, urgency)
		}
	}
}

func TestTheZoneIsTheReadersOrTheOrganisations(t *testing.T) {
	what := testTelling()
	quiet := testTeller()
	if got := quiet.zone(what); got != time.UTC {
		t.Errorf("nobody's: %v", got)
	}
	quiet.o.Zone = func(string) *time.Location { return nil }
	if got := quiet.zone(what); got != time.UTC {
		t.Errorf("not known: %v", got)
	}
	berlin := zoneOf(t, "Europe/Berlin")
	quiet.o.Zone = func(string) *time.Location { return berlin }
	if got := quiet.zone(what); got != berlin {
		t.Errorf("the organisation's: %v", got)
	}
}

func TestTheStatusSaysWhatBecameOfIt(t *testing.T) {
	host, analyst := scanner.Actor{Role: scanner.RoleHost, Ref: "U0HOST"}, scanner.Actor{Role: scanner.RoleAnalyst, Ref: "U0SEC"}
	end := time.Date(2026, 12, 24, 12, 0, 0, 0, time.UTC)
	for name, test := range map[string]struct {
		change func(*scanner.Telling)
		want   string
	}{
		"open": {func(*scanner.Telling) {}, ""},
		"safe": {func(w *scanner.Telling) {
			w.Leak.State, w.Leak.Reason = scanner.StateSafe, "waiting room on, read 03:10 UTC"
		}, "Safe: waiting room on, read 03:10 UTC."},
		"safe, somehow": {func(w *scanner.Telling) { w.Leak.State, w.Leak.Reason = scanner.StateSafe, "" }, "Safe: the platform was asked again."},
		"by word":       {func(w *scanner.Telling) { w.Leak.State, w.Leak.By = scanner.StateByWord, host }, "Secured, says the host. It is open again when the next meeting is due."},
		"over":          {func(w *scanner.Telling) { w.Leak.State = scanner.StateOver }, "Over: nothing more is to be done."},
		"removed":       {func(w *scanner.Telling) { w.Leak.State = scanner.StateRemoved }, "The posts are gone. Who saw the link can still use it: give the meeting a new ID."},
		"muted":         {func(w *scanner.Telling) { w.Leak.State, w.Leak.Until = scanner.StateMuted, end }, "Muted by an analyst until 24 Dec 2026."},
		"not ours":      {func(w *scanner.Telling) { w.Leak.State = scanner.StateNotOurs }, "Not ours, says an analyst."},
		"public":        {func(w *scanner.Telling) { w.Leak.State = scanner.StatePublic }, "Public on purpose."},
		"for an analyst": {func(w *scanner.Telling) {
			w.To.Audience, w.Leak.Ask = scanner.Analysts, scanner.Ask{What: scanner.NotMine, By: host}
		}, "Please decide: the host says that it is somebody else's meeting."},
		"decided": {func(w *scanner.Telling) {
			w.To.Audience, w.Delivery.Kind = scanner.Analysts, scanner.DeliveryUpdate
		}, "Decided: nothing waits here any more."},
		"help": {func(w *scanner.Telling) {
			w.To.Audience, w.Delivery.Rung = scanner.Analysts, scanner.RungHelp
		}, "The host of a public meeting asks for help."},
		"disowned": {func(w *scanner.Telling) {
			w.To.Audience, w.Leak.Ask = scanner.Analysts, scanner.Ask{What: scanner.Disowned, By: analyst}
		}, "Please decide: an analyst says that it is not of this organisation."},
		"waits": {func(w *scanner.Telling) {
			w.Delivery.Kind, w.Leak.Ask = scanner.DeliveryUpdate, scanner.Ask{What: scanner.PublicPage, By: scanner.Actor{Role: scanner.RoleDelegate}}
		}, "Security operations decide: the delegate says that it is public on purpose."},
		"snoozed": {func(w *scanner.Telling) {
			w.Delivery.Kind, w.Leak.Ladder.Snooze = scanner.DeliveryUpdate, alertNow().Add(time.Hour)
		}, "No reminder before Mon 23 Nov 10:00 UTC."},
		"a snooze that is over": {func(w *scanner.Telling) {
			w.Delivery.Kind, w.Leak.Ladder.Snooze = scanner.DeliveryUpdate, alertNow()
		}, ""},
	} {
		what := testTelling()
		test.change(&what)
		got := testTeller().status(what, alertNow())
		if got != test.want || notify.Words(got) > 20 {
			t.Errorf("%s: %q", name, got)
		}
	}
	for _, state := range scanner.States() {
		what := testTelling()
		what.Leak.State = state
		if state.End() && (testTeller().status(what, alertNow()) == "" || itemStatus(state) == "") {
			t.Errorf("%s: no words", state)
		}
	}
}

func TestADigestNamesItsLeaks(t *testing.T) {
	slack := &fakeChannel{name: "slack"}
	what := testTelling()
	one := what.Leak
	two := one
	two.ID, two.Platform, two.State, two.When = "lk1:88bb", "webex", scanner.StateSafe, scanner.When{}
	what.Leak, what.Items, what.More = scanner.Leak{}, []scanner.Leak{one, two}, 7
	what.Delivery.Kind, what.Delivery.Leak = scanner.DeliveryDigest, ""
	if _, err := testTeller(slack).Tell(t.Context(), what); err != nil {
		t.Fatal(err)
	}
	a := slack.alerts[0]
	if a.Kind != notify.Digest || a.Leak != "" || a.MoreItems != 7 || a.Valid() != nil {
		t.Errorf("%+v", a)
	}
	want := []notify.Item{
		{Organisation: "acme", Leak: "lk1:77aa", Service: "Zoom", MaskedID: "849•••••116", Starts: alertNow().Add(30 * time.Hour)},
		{Organisation: "acme", Leak: "lk1:88bb", Service: "Cisco Webex", MaskedID: "849•••••116", Status: "safe"},
	}
	want[1].Service = testTeller().services["webex"]
	if diff := cmp.Diff(want, a.Items); diff != "" {
		t.Error(diff)
	}
}

func TestAFaultIsTold(t *testing.T) {
	slack := &fakeChannel{name: "slack"}
	what := scanner.Telling{
		Delivery: scanner.Delivery{ID: "dl1:f", Org: "acme", Kind: scanner.DeliveryFault, Rung: scanner.RungLedger},
		To:       scanner.Recipient{Audience: scanner.ToChannel, Room: scanner.Room{Channel: "slack", ID: "C0SECOPS"}},
	}
	if _, err := testTeller(slack).Tell(t.Context(), what); err != nil {
		t.Fatal(err)
	}
	if err := slack.alerts[0].Valid(); err != nil {
		t.Error(err)
	}
	text := notify.Compose(slack.alerts[0].Cleaned()).Text()
	if text != "This service's own books do not add up: an alert may be missing. Look at its readiness.\nYou are told because you are security operations." {
		t.Errorf("got\n%s", text)
	}
}

func TestEachRecipientHasItsChannel(t *testing.T) {
	slack, soc := &fakeChannel{name: "slack"}, &fakeChannel{name: "webhook:soc"}
	for name, test := range map[string]struct {
		to       scanner.Recipient
		channels []notify.Channel
		want     notify.Recipient
		by       *fakeChannel
		class    scanner.TellClass
	}{
		"person":             {scanner.Recipient{Email: "a@acme.example"}, []notify.Channel{slack, soc}, notify.Recipient{Email: "a@acme.example"}, slack, ""},
		"room":               {scanner.Recipient{Room: scanner.Room{Channel: "slack", ID: "C0SEC"}}, []notify.Channel{slack}, notify.Recipient{ID: "C0SEC"}, slack, ""},
		"default":            {scanner.Recipient{Room: scanner.Room{ID: "C0SEC"}}, []notify.Channel{slack}, notify.Recipient{ID: "C0SEC"}, slack, ""},
		"webhook":            {scanner.Recipient{Room: scanner.Room{Channel: "webhook:soc"}}, []notify.Channel{slack, soc}, notify.Recipient{Ref: "soc"}, soc, ""},
		"nobody for persons": {scanner.Recipient{Email: "a@acme.example"}, []notify.Channel{soc}, notify.Recipient{}, nil, scanner.TellPermanent},
		"a room that went":   {scanner.Recipient{Room: scanner.Room{Channel: "webhook:old"}}, []notify.Channel{soc}, notify.Recipient{}, nil, scanner.TellPermanent},
		"no channel at all":  {scanner.Recipient{Email: "a@acme.example"}, nil, notify.Recipient{}, nil, scanner.TellConfig},
	} {
		what := testTelling()
		what.To = test.to
		slack.to, soc.to = notify.Recipient{}, notify.Recipient{}
		_, err := testTeller(test.channels...).Tell(t.Context(), what)
		var e *scanner.TellError
		if errors.As(err, &e); test.class != "" && (e == nil || e.Class != test.class) || test.class == "" && err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if test.by == nil {
			continue
		}
		test.want.Domains = []string{"acme.example"}
		if diff := cmp.Diff(test.want, test.by.to); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestAMessageIsChangedByWhoSentIt(t *testing.T) {
	slack, soc := &fakeChannel{name: "slack"}, &fakeChannel{name: "webhook:soc"}
	what := testTelling()
	what.Delivery.Kind = scanner.DeliveryUpdate
	what.Receipt = []byte("webhook:soc webhook1:soc:dl1:0a1b")
	receipt, err := testTeller(slack, soc).Tell(t.Context(), what)
	if err != nil || string(receipt) != string(what.Receipt) || soc.on != "webhook1:soc:dl1:0a1b" || len(slack.alerts) != 0 {
		t.Errorf("%q, %v; %+v", receipt, err, soc)
	}
	if soc.alerts[0].Kind != notify.Update {
		t.Errorf("kind %s", soc.alerts[0].Kind)
	}
	for _, kept := range []string{"webhook:gone webhook1:gone:dl1:0a1b", "no-blank", " ", "\x00\xff"} {
		what.Receipt = []byte(kept)
		_, err := testTeller(slack, soc).Tell(t.Context(), what)
		var e *scanner.TellError
		if !errors.As(err, &e) || e.Class != scanner.TellGone {
			t.Errorf("%q: %v", kept, err)
		}
	}
	// What another channel sent is no thread for this one.
	what.Receipt, what.Earlier = nil, []byte("webhook:soc webhook1:soc:dl1:0a1b")
	if _, err := testTeller(slack, soc).Tell(t.Context(), what); err != nil || slack.alerts[0].Earlier != "" {
		t.Errorf("%v, earlier %q", err, slack.alerts[0].Earlier)
	}
	if got := makeReceipt("slack", notify.Receipt(strings.Repeat("x", scanner.MaxReceipt))); got != nil {
		t.Error("a receipt that is too long is kept")
	}
}

func TestFailuresKeepTheirMeaning(t *testing.T) {
	for name, test := range map[string]struct {
		err  error
		want scanner.TellError
	}{
		"retry":     {&notify.Error{Class: notify.Retry, Reason: "rate-limited", After: 7 * time.Second, Unsure: true}, scanner.TellError{Class: scanner.TellRetry, Reason: "rate-limited", After: 7 * time.Second, Unsure: true}},
		"permanent": {&notify.Error{Class: notify.Permanent, Reason: "guest"}, scanner.TellError{Class: scanner.TellPermanent, Reason: "guest"}},
		"config":    {&notify.Error{Class: notify.Config, Reason: "refused"}, scanner.TellError{Class: scanner.TellConfig, Reason: "refused"}},
		"rejected":  {&notify.Error{Class: notify.Rejected, Reason: "not-accepted"}, scanner.TellError{Class: scanner.TellRejected, Reason: "not-accepted"}},
		"gone":      {&notify.Error{Class: notify.Gone, Reason: "bad-receipt"}, scanner.TellError{Class: scanner.TellPermanent, Reason: "bad-receipt"}},
		"alien":     {errors.New("token xoxb-hunter2 refused"), scanner.TellError{Class: scanner.TellRetry, Reason: "unknown"}},
		"other":     {&notify.Error{Class: "new-class", Reason: "x"}, scanner.TellError{Class: scanner.TellRetry, Reason: "x"}},
	} {
		slack := &fakeChannel{name: "slack", err: test.err}
		calls := ""
		told := testTeller(slack)
		told.o.Called = func(channel, outcome string, _ time.Duration) { calls += channel + " " + outcome }
		_, err := told.Tell(t.Context(), testTelling())
		var e *scanner.TellError
		if !errors.As(err, &e) || *e != test.want || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", name, err)
		}
		if !strings.HasPrefix(calls, "slack ") {
			t.Errorf("%s: counted %q", name, calls)
		}
		what := testTelling()
		what.Receipt = []byte("slack slack1:D1:1.2")
		_, err = told.Tell(t.Context(), what)
		if errors.As(err, &e); name == "gone" && e.Class != scanner.TellGone {
			t.Errorf("gone, of an update: %v", err)
		}
	}
}

// Nothing that can be recognised comes out, whatever is planted in whichever text.
func TestNoIDAndNoPasscodeComesOut(t *testing.T) {
	secrets := []string{"84930275116", "849 3027 5116", "Zk3mQ9xWvT7bLr2s", "482917"}
	plants := []string{
		"https://acme.zoom.us/j/84930275116?pwd=Zk3mQ9xWvT7bLr2s", "x\u200b84930275116", "Meeting ID: 849 3027 5116 Passcode: 482917",
		"hxxps://acme[.]zoom[.]us/j/84930275116?pwd=Zk3mQ9xWvT7bLr2s", "84930275116",
	}
	for _, plant := range plants {
		for _, kind := range []scanner.DeliveryKind{scanner.DeliveryNew, scanner.DeliveryUpdate, scanner.DeliveryReminder, scanner.DeliveryDigest, scanner.DeliveryFault} {
			slack := &fakeChannel{name: "slack"}
			what := planted(plant)
			what.Delivery.Kind = kind
			if _, err := testTeller(slack).Tell(t.Context(), what); err != nil {
				t.Fatal(err)
			}
			shown, err := json.Marshal(slack.alerts[0].Cleaned())
			if err != nil {
				t.Fatal(err)
			}
			text := string(shown) + notify.Compose(slack.alerts[0].Cleaned()).Text()
			if i := slices.IndexFunc(secrets, func(s string) bool { return strings.Contains(text, s) }); i >= 0 {
				t.Errorf("%s: %q shows %q:\n%s", kind, plant, secrets[i], text)
			}
		}
	}
}

// planted has a text wherever a text can be.
func planted(text string) scanner.Telling {
	what := testTelling()
	leak := &what.Leak
	leak.Platform, leak.MaskedID, leak.Reason, leak.Class = text, text, text, matchers.Class(text)
	leak.Secrets, leak.Risk.Reasons, leak.Kind = []string{text}, []string{text}, matchers.Kind(text)
	leak.By.Ref, leak.Ask = text, scanner.Ask{What: scanner.NotMine, By: scanner.Actor{Ref: text}, Place: text}
	what.Topic, what.Delivery.Org, what.Delivery.LastError = text, text, text
	what.Sightings = []scanner.Sighting{{Place: text, PlaceKey: text, Source: text, Via: []string{text}}}
	what.Items = []scanner.Leak{*leak}
	return what
}

func FuzzAlert(f *testing.F) {
	f.Add("https://acme.zoom.us/j/84930275116?pwd=Zk3m", "zoom", "B", uint8(0))
	f.Add("<!channel> | `x` \x1b[2J \u202e", "webex", "Q", uint8(3))
	f.Fuzz(func(t *testing.T, text, platform, class string, kind uint8) {
		kinds := []scanner.DeliveryKind{scanner.DeliveryNew, scanner.DeliveryUpdate, scanner.DeliveryDigest, scanner.DeliveryFault}
		what := planted(text)
		what.Leak.Platform, what.Leak.Class, what.Delivery.Kind = platform, matchers.Class(class), kinds[int(kind)%len(kinds)]
		a := testTeller().alert(what)
		if err := a.Valid(); err != nil {
			t.Fatal(err)
		}
		if m := notify.Compose(a.Cleaned()); len(a.Items) == 0 && notify.Words(m.Text()) > notify.MaxWords || m.Headline == "" {
			t.Fatalf("%d words: %s", notify.Words(m.Text()), m.Text())
		}
	})
}
