package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"meetleaks/cmd/meetleaks/internal/console"
	"meetleaks/scanner"
)

// fakeDesk is a desk with made-up leaks, by organisation.
type fakeDesk struct {
	leaks map[string][]console.Leak
	err   error
}

func (f *fakeDesk) orgs(context.Context) ([]string, error) {
	var names []string
	for name := range f.leaks {
		names = append(names, name)
	}
	return names, f.err
}

// list gives pages of q.Limit; After is the number of the first.
func (f *fakeDesk) list(_ context.Context, org string, q console.Query) (console.LeakList, error) {
	from := 0
	_, _ = fmt.Sscan(q.After, &from)
	all := f.leaks[org]
	to := min(from+q.Limit, len(all))
	page := console.LeakList{Leaks: all[from:to]}
	if to < len(all) {
		page.Next = fmt.Sprint(to)
	}
	return page, f.err
}

func (f *fakeDesk) show(_ context.Context, org, id string) (console.LeakDetails, error) {
	for _, l := range f.leaks[org] {
		if l.ID == id {
			return console.LeakDetails{Leak: l}, f.err
		}
	}
	return console.LeakDetails{}, scanner.ErrNotFound
}

func (f *fakeDesk) act(context.Context, string, string, console.Action) (console.Outcome, error) {
	return console.Outcome{}, scanner.ErrNotAllowed
}

func (*fakeDesk) close() error { return nil }

// leakWithID has the id of these digits, filled up.
func leakWithID(digits string) console.Leak {
	return console.Leak{ID: leakPrefix + digits + strings.Repeat("7", leakDigits-len(digits)), Org: "acme", Platform: "zoom", MaskedID: "849•••••116", State: "open"}
}

func TestFindTakesAnyBeginningThatIsOfOne(t *testing.T) {
	q := &queue{names: []string{"acme"}, desk: &fakeDesk{leaks: map[string][]console.Leak{
		"acme": {leakWithID("1f3a9c02d4"), leakWithID("1f3a9c02e5"), leakWithID("80b1")},
	}}}
	for _, test := range []struct{ given, want, fault string }{
		{"80b1", "80b1", ""},
		{"lk1:8", "80b1", ""},
		{"80B1", "80b1", ""},
		{"1f3a9c02d", "1f3a9c02d4", ""},
		{leakWithID("1f3a9c02e5").ID, "1f3a9c02e5", ""},
		{"1f3a9c02", "", "1f3a9c02 is the beginning of 2 leaks:\n  1f3a9c02d  zoom 849•••••116 [?] of acme, open\n  1f3a9c02e"},
		{"9", "", "there is no leak 9"},
		{leakWithID("9").ID, "", "there is no leak"},
		{"", "", "is not the id"}, {"lk1:", "", "is not the id"}, {"xyz", "", "is not the id"},
		{strings.Repeat("1", 33), "", "is not the id"}, {"../etc", "", "is not the id"},
	} {
		got, err := q.find(t.Context(), test.given)
		switch {
		case test.fault == "" && (err != nil || got.ID != leakWithID(test.want).ID):
			t.Errorf("%q: %s, %v", test.given, got.ID, err)
		case test.fault != "" && (err == nil || !strings.Contains(err.Error(), test.fault) || conclude(err, &bytes.Buffer{}) != exitUsage):
			t.Errorf("%q: %s, %v; want %q", test.given, got.ID, err, test.fault)
		}
	}
}

// TestABeginningIsNotBelievedBeyondWhatWasRead: another leak may begin so too.
func TestABeginningIsNotBelievedBeyondWhatWasRead(t *testing.T) {
	many := []console.Leak{leakWithID("80b1")}
	for i := range maxGathered {
		many = append(many, leakWithID(fmt.Sprintf("1f%06x", i)))
	}
	q := &queue{names: []string{"acme"}, desk: &fakeDesk{leaks: map[string][]console.Leak{"acme": many}}}
	list, more, err := q.gather(t.Context(), nil, time.Time{})
	if len(list) != maxGathered || !more || err != nil {
		t.Errorf("%d leaks, more %v, %v", len(list), more, err)
	}
	if _, err := q.find(t.Context(), "80b1"); err == nil || !strings.Contains(err.Error(), "more than 10000") {
		t.Errorf("found among too many: %v", err)
	}
	if l, err := q.find(t.Context(), many[maxGathered].ID); err != nil || l.ID != many[maxGathered].ID {
		t.Errorf("the whole id: %v", err)
	}
}

func TestShortIDsTellLeaksApart(t *testing.T) {
	for _, test := range []struct {
		ids  []string
		want int
	}{
		{nil, shortID},
		{[]string{"1f3a", "80b1"}, shortID},
		{[]string{"1f3a9c02d4", "80b1", "1f3a9c02e5"}, 9},
		{[]string{"1f3a", "1f3a"}, shortID},
		{[]string{strings.Repeat("7", 31) + "1", strings.Repeat("7", 31) + "2"}, leakDigits},
	} {
		var list []console.Leak
		for _, id := range test.ids {
			list = append(list, leakWithID(id))
		}
		if got := shortLength(list); got != test.want {
			t.Errorf("%q: %d digits, want %d", test.ids, got, test.want)
		}
	}
}

// queueNow is the present of tests of texts.
func queueNow() time.Time { return time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC) }

func TestWhatDoesHarmFirstComesFirst(t *testing.T) {
	leak := func(id string, score int, seen time.Duration, when *console.When) console.Leak {
		l := leakWithID(id)
		l.Risk.Score, l.FirstSeen, l.When = score, queueNow().Add(-seen), when
		return l
	}
	in := func(d time.Duration) *console.When { return &console.When{Start: queueNow().Add(d)} }
	list := []console.Leak{
		leak("a1", 90, time.Hour, in(-48*time.Hour)), leak("b1", 20, time.Hour, in(time.Hour)), leak("c1", 95, time.Hour, in(24*time.Hour)),
		leak("d1", 30, 2*time.Hour, nil), leak("e1", 30, time.Hour, nil), leak("f1", 10, time.Hour, in(-time.Hour)), leak("a2", 50, time.Hour, in(-2*time.Hour)),
	}
	byHarm(list, queueNow())
	var got []string
	for _, l := range list {
		got = append(got, short(l.ID, 2))
	}
	if want := "a2 f1 b1 c1 a1 e1 d1"; strings.Join(got, " ") != want {
		t.Errorf("order %v, want %s", got, want)
	}
}

func TestStartsInWords(t *testing.T) {
	now := queueNow()
	for _, test := range []struct {
		when scanner.When
		want string
	}{
		{scanner.When{}, "unknown"},
		{scanner.When{Series: true}, "a series, start unknown"},
		{scanner.When{Start: scanner.Start{Time: now.Add(3 * time.Hour)}}, "in 3 h, " + momentText(now.Add(3*time.Hour), now)},
		{scanner.When{Start: scanner.Start{Time: now.Add(-10 * time.Minute)}}, "running since " + momentText(now.Add(-10*time.Minute), now)},
		{scanner.When{Start: scanner.Start{Time: now.Add(-10 * time.Hour)}}, "passed, " + momentText(now.Add(-10*time.Hour), now)},
		{scanner.When{Start: scanner.Start{Time: now.Truncate(24 * time.Hour), AllDay: true}}, "may be running, Mon 23 Nov"},
		{scanner.When{Start: scanner.Start{Time: now.AddDate(0, 0, 4).Truncate(24 * time.Hour), AllDay: true}}, "in 3 days, Fri 27 Nov"},
		{scanner.When{Start: scanner.Start{Time: now, Floating: true}}, "may be running, Mon 23 Nov 09:00 (zone?)"},
	} {
		if got := startWords(test.when, now); got != test.want {
			t.Errorf("%+v: %q, want %q", test.when, got, test.want)
		}
	}
}

// hostileDetails is a leak whose every text is hostile.
func hostileDetails() console.LeakDetails {
	const bad = "=1+1\x1b[2J\u202e\nhttps://acme.zoom.us/j/84930275116?pwd=Zk1FaWx5"
	at := queueNow().Add(-time.Hour)
	l := leakWithID("1f3a9c02")
	l.Org, l.Platform, l.Kind, l.Class, l.MaskedID, l.State, l.Reason, l.By = bad, bad, bad, bad, bad, bad, bad, bad
	l.Secrets, l.Risk.Reasons, l.Risk.Level, l.Account.Kind, l.Account.Reason = []string{bad}, []string{bad}, bad, bad, bad
	l.When, l.Waiting = &console.When{Start: at, By: bad}, &console.Waiting{What: bad, By: bad, At: at}
	l.Until, l.Since = at, at
	return console.LeakDetails{
		Leak:       l,
		Sightings:  []console.Sighting{{Place: bad, Source: bad, Via: []string{bad}, SeenAt: at, Gone: at, Line: 3, Page: 2, Reach: 9}},
		Deliveries: []console.Delivery{{To: bad, Channel: bad, Kind: bad, Rung: bad, State: bad, Reason: bad, LastError: bad, Attempts: 2, Done: at}},
		Audit:      []console.AuditEntry{{By: bad, Ref: bad, What: bad, From: bad, To: "open", Reason: bad, At: at}},
	}
}

func TestHostileTextsAreHarmless(t *testing.T) {
	a := &app{now: queueNow, stdout: &bytes.Buffer{}}
	d := hostileDetails()
	for name, got := range map[string]string{
		"show": a.leakText(d), "list": a.leakTable([]console.Leak{d.Leak}, shortID), "csv": leakCSV([]console.Leak{d.Leak}),
		"candidates": ambiguousText(d.Leak),
	} {
		for _, bad := range []string{"\x1b", "\u202e", "84930275116", "Zk1FaWx5"} {
			if strings.Contains(got, bad) {
				t.Errorf("%s shows %q:\n%s", name, bad, got)
			}
		}
		if !strings.Contains(got, "1f3a9c02") {
			t.Errorf("%s shows no id:\n%s", name, got)
		}
	}
	for _, field := range strings.Split(leakCSV([]console.Leak{d.Leak}), ",") {
		if strings.HasPrefix(strings.TrimLeft(field, `"`), "=") {
			t.Errorf("a field can be read as a formula: %s", field)
		}
	}
}

func ambiguousText(l console.Leak) string {
	var out bytes.Buffer
	conclude(ambiguous("1f", []console.Leak{l, leakWithID("1f44")}), &out)
	return out.String()
}

// TestShowSaysAllThereIs holds one leak with everything.
func TestShowSaysAllThereIs(t *testing.T) {
	now := queueNow()
	l := leakWithID("1f3a9c02")
	l.Kind, l.Class, l.Secrets, l.Since, l.FirstSeen, l.LastSeen = "meeting", "B", []string{"pwd"}, now.Add(-time.Hour), now.Add(-2*time.Hour), now
	l.DistinctPlaces, l.Sightings, l.HostKnown, l.Raid = 3, 7, true, true
	l.Risk = console.Risk{Score: 85, Level: "critical", Reasons: []string{"the passcode is in the link", "starts within 24 hours"}}
	l.When = &console.When{Start: now.Add(3 * time.Hour), By: "inventory", Trusted: true, Series: true}
	l.Account = console.Account{Kind: "pending"}
	l.Ladder = console.Ladder{Round: 2, Host: console.Told{At: now, GaveUp: true}, Channel: console.Told{At: now}, SnoozedUntil: now.Add(time.Hour)}
	l.Waiting = &console.Waiting{What: "not-mine", By: "host", At: now.Add(-20 * time.Minute)}
	d := console.LeakDetails{
		Leak: l, More: true,
		Sightings: []console.Sighting{
			{Place: "https://www.acme.example/board", Line: 12, Source: "own-site", SeenAt: now.Add(-2 * time.Hour), Via: []string{"safelinks"}},
			{Place: "https://www.acme.example/minutes.pdf", Page: 4, Source: "own-site", SeenAt: now.Add(-2 * time.Hour), Gone: now.Add(-time.Hour)},
		},
		Deliveries: []console.Delivery{
			{To: "host", Kind: "new", Rung: "first", State: "given-up", Attempts: 3, LastError: "no-such-user", Done: now.Add(-time.Hour)},
			{To: "channel", Channel: "slack", Kind: "reminder", Rung: "hour", State: "pending", Due: now.Add(5 * time.Minute)},
		},
		Audit: []console.AuditEntry{{At: now.Add(-20 * time.Minute), By: "host", Ref: "U0HOST", What: "not-mine", From: "open", To: "open"}},
	}
	got := (&app{now: queueNow, stdout: &bytes.Buffer{}}).leakText(d)
	for _, want := range []string{
		"zoom meeting 849•••••116 of acme", "lk1:1f3a9c02", "open, reminders wait until", "says: inventory; one of a series",
		"critical (85 of 100): the passcode is in the link; starts within 24 hours", "join link (class B), published with its pwd", "call for a raid",
		"pending, round 2; host: given up; channel: under way", "it is somebody else's meeting, said by: host", "An analyst decides",
		"Places (3, seen 7 times)", "https://www.acme.example/board:12  (own-site", "via safelinks", "minutes.pdf, page 4", "GONE since", "and 1 place that is only counted",
		"host: new (first), given-up", "3 attempts, the last failed: no-such-user", "channel by slack: reminder (hour), pending, due", "host U0HOST: not-mine",
		"older entries are not shown", "meetleaks leak ack 1f3a9c02 --for 4h", "meetleaks leak mute 1f3a9c02",
	} {
		if !strings.Contains(strings.Join(strings.Fields(got), " "), strings.Join(strings.Fields(want), " ")) {
			t.Errorf("want %q in:\n%s", want, got)
		}
	}
	for _, line := range strings.Split(got, "\n") {
		if n := len([]rune(line)); n > sheetWidth+4 {
			t.Errorf("a line of %d characters: %s", n, line)
		}
	}
	l.Class = "A"
	if next := strings.Join(nextCommands(l), " "); strings.Contains(next, "mute") {
		t.Errorf("a host credential cannot be muted: %s", next)
	}
}

func TestReadingCanBeInterrupted(t *testing.T) {
	file, _, _ := fieldHere(t, boardPage)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, args := range [][]string{
		{"leak", "list", "--config", file}, {"leak", "show", "1", "--config", file}, {"leak", "reopen", "1", "--reason", "x", "--config", file},
		{"organisation", "list", "--config", file},
	} {
		var out, diagnostics bytes.Buffer
		if code := run(ctx, args, nil, strings.NewReader(""), &out, &diagnostics); code != exitInterrupted {
			t.Errorf("%q: exit code %d, %s", args, code, diagnostics.String())
		}
	}
}

func TestQueueCommandsFailWhenNothingCanBeWritten(t *testing.T) {
	file, _, ids := fieldHere(t, boardPage)
	for _, args := range [][]string{
		{"leak", "list"}, {"leak", "list", "--format", "json"}, {"leak", "list", "--format", "jsonl"}, {"leak", "list", "--format", "csv"},
		{"leak", "show", ids[0]}, {"leak", "show", ids[0], "--format", "json"}, {"leak", "ack", ids[0]},
		{"sources"}, {"sources", "--format", "json"}, {"organisation", "list"}, {"organisation", "list", "--format", "json"},
	} {
		var diagnostics bytes.Buffer
		code := run(t.Context(), append(args, "--config", file), nil, strings.NewReader(""), brokenWriter{}, &diagnostics)
		if code != exitIncomplete || !strings.Contains(diagnostics.String(), "no space left") {
			t.Errorf("%q: exit code %d, %s", args, code, diagnostics.String())
		}
	}
}

func TestQueueCommandsRepeatNothingHostile(t *testing.T) {
	file, _, ids := fieldHere(t, boardPage)
	const hostile = "a\x1b[2J\u202e" + leak
	for _, args := range [][]string{
		{"leak", hostile}, {"leak", "list", "--org", hostile}, {"leak", "list", "--state", hostile}, {"leak", "list", "--since", hostile},
		{"leak", "list", "--format", hostile}, {"leak", "show", hostile}, {"leak", "list", "--server", hostile, "--token-file", file},
		{"leak", "list", "--server", "https://acme.example", "--token-file", hostile}, {"leak", "ack", ids[0], "--for", hostile},
		{"leak", "close", ids[0], "--as", hostile, "--reason", "x"}, {"leak", "mute", ids[0], "--until", hostile, "--reason", "x"},
		{"leak", "reopen", ids[0], "--reason", hostile}, {"leak", "mute", ids[0], "--until", "3d", "--reason", hostile}, {"leak", "show", ids[0]},
		{"sources", hostile}, {"sources", "--format", hostile}, {"organisation", "erase", hostile, "--yes"}, {"organisation", hostile},
	} {
		_, out, diagnostics := carryOut(t, "", append(args, "--config", file)...)
		for _, bad := range []string{"\x1b", "\u202e", "84930275116", "Zk1FaWx5"} {
			if strings.Contains(out+diagnostics, bad) {
				t.Errorf("%q prints %q:\n%s%s", args, bad, out, diagnostics)
			}
		}
	}
}

// TestErasingIsNotBelievedWhenItCameBack: a running service gives the organisation a key again.
func TestErasingIsNotBelievedWhenItCameBack(t *testing.T) {
	_, p, _ := fieldHere(t, globexPage)
	if err := staysAway(t.Context(), p.opened.store, "globex"); err == nil || conclude(err, &bytes.Buffer{}) != exitIncomplete {
		t.Errorf("it is there: %v", err)
	}
	if _, err := erase(t.Context(), p.opened.store, "globex"); err != nil {
		t.Fatal(err)
	}
	if err := staysAway(t.Context(), p.opened.store, "globex"); err != nil {
		t.Errorf("it is gone: %v", err)
	}
}

// TestReadingChangesNothing holds that looking at a store writes no key and no row.
func TestReadingChangesNothing(t *testing.T) {
	file, _, ids := fieldHere(t, boardPage)
	key := filepath.Join(filepath.Dir(file), masterKeyName)
	if err := os.Remove(key); err != nil {
		t.Fatal(err)
	}
	_, before, _ := carryOut(t, "", "leak", "show", ids[0], "--format", "json", "--config", file)
	for _, args := range [][]string{{"leak", "list"}, {"leak", "show", ids[0]}, {"sources"}, {"organisation", "list"}} {
		if code, _, diagnostics := carryOut(t, "", append(args, "--config", file)...); code != exitFine {
			t.Errorf("%q: exit code %d, %s", args, code, diagnostics)
		}
	}
	if _, after, _ := carryOut(t, "", "leak", "show", ids[0], "--format", "json", "--config", file); before != after || before == "" {
		t.Errorf("it was\n%s\nand is\n%s", before, after)
	}
	if _, err := os.Stat(key); err == nil {
		t.Error("looking made a master key")
	}
}
