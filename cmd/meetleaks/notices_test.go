package main

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/notify"
	"meetleaks/scanner"
	"meetleaks/scanner/store/sqlitestore"
)

func testPrivacy() config.Privacy {
	return config.Privacy{Purpose: "acme keeps its meetings safe", Authority: "the works agreement of May", Contact: "privacy@acme.example"}
}

// noticer is a process of the service as far as notices go: its own teller, on a store that others have open too.
type noticer struct {
	*teller
	slack *fakeChannel
	store *sqlitestore.Store
	log   *bytes.Buffer
}

func startNoticer(t *testing.T, path string) *noticer {
	t.Helper()
	store, err := sqlitestore.Open(t.Context(), sqlitestore.Options{Path: path})
	must(t, err)
	t.Cleanup(func() { _ = store.Close() })
	p := &noticer{slack: &fakeChannel{name: channelSlack, give: "slack1:D1:1.2"}, store: store, log: new(bytes.Buffer)}
	p.teller = testTeller(p.slack, &fakeChannel{name: "webhook:soc", give: "webhook1:soc:dl1:0a1b"})
	p.teller.o.Notices, err = newNotices(testPrivacy(), []byte(strings.Repeat("k7", 16)), store, slog.New(slog.NewTextHandler(p.log, nil)))
	must(t, err)
	return p
}

// tell tells a person of acme, and returns the notice that came with it.
func (p *noticer) tell(t *testing.T, change func(*scanner.Telling)) []string {
	t.Helper()
	what := testTelling()
	change(&what)
	_, err := p.Tell(t.Context(), what)
	must(t, err)
	return p.slack.alerts[len(p.slack.alerts)-1].Notice
}

func asItIs(*scanner.Telling) {}

func toPerson(email string) func(*scanner.Telling) {
	return func(what *scanner.Telling) { what.To.Email = email }
}

func ofKind(kind scanner.DeliveryKind, email string) func(*scanner.Telling) {
	return func(what *scanner.Telling) {
		what.Delivery.Kind, what.To.Email, what.Items = kind, email, []scanner.Leak{what.Leak}
	}
}

// TestTheNoticeComesWithThePersonsFirstMessage, whatever kind of message it is; not with the leak's.
func TestTheNoticeComesWithThePersonsFirstMessage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m.db")
	p := startNoticer(t, path)
	want := []string{"Why you get this: acme keeps its meetings safe", "On the ground of: the works agreement of May", "Questions and objections: privacy@acme.example"}
	for name, change := range map[string]func(*scanner.Telling){
		"first": asItIs, "another's": toPerson("pa@acme.example"), "a digest": ofKind(scanner.DeliveryDigest, "eve@acme.example"),
		"a reminder":             ofKind(scanner.DeliveryReminder, "bob@acme.example"),
		"another organisation's": func(what *scanner.Telling) { what.Delivery.Org = "globex" },
	} {
		if got := p.tell(t, change); !slices.Equal(got, want) {
			t.Errorf("%s: %q", name, got)
		}
	}
	other := startNoticer(t, path) // beside it, or after a restart
	for name, change := range map[string]func(*scanner.Telling){
		"the next":           func(what *scanner.Telling) { what.Delivery.ID, what.Leak.ID = "dl1:0a2c", "lk1:77ab" },
		"of a digest before": toPerson("EVE@acme.example"), "of a reminder before": toPerson("bob@acme.example"),
		"a fault": ofKind(scanner.DeliveryFault, "new@acme.example"),
		"a room": func(what *scanner.Telling) {
			what.To = scanner.Recipient{Audience: scanner.ToChannel, Room: scanner.Room{ID: "C0SECOPS"}}
		},
	} {
		for _, one := range []*noticer{p, other} {
			if got := one.tell(t, change); got != nil {
				t.Errorf("%s: %q", name, got)
			}
		}
	}
	if got := p.tell(t, toPerson("new@acme.example")); len(got) != 3 {
		t.Errorf("after a fault, which has no notice: %q", got)
	}
	if p.log.Len()+other.log.Len() != 0 {
		t.Errorf("logged %s%s", p.log, other.log)
	}
}

// TestANoticeThatDidNotArriveComesAgain: nobody counts as told before a channel has accepted it, or when the store does not answer.
func TestANoticeThatDidNotArriveComesAgain(t *testing.T) {
	p := startNoticer(t, filepath.Join(t.TempDir(), "m.db"))
	p.slack.err = &notify.Error{Class: notify.Retry, Reason: "timeout", Unsure: true}
	if _, err := p.Tell(t.Context(), testTelling()); err == nil || len(p.slack.alerts[0].Notice) != 3 {
		t.Fatalf("%v, %+v", err, p.slack.alerts)
	}
	p.slack.err = nil
	if got := p.tell(t, asItIs); len(got) != 3 {
		t.Errorf("after a failure: %q", got)
	}
	must(t, p.store.Close())
	if got := p.tell(t, asItIs); len(got) != 3 {
		t.Errorf("without a store: %q", got)
	}
	for _, want := range []string{"not known who has had the privacy notice", "may come twice"} {
		if !strings.Contains(p.log.String(), want) || strings.Contains(p.log.String(), "jdoe") {
			t.Errorf("without %q: %s", want, p.log)
		}
	}
}

// TestAChangedCardKeepsItsNotice: the first card may change before its reader has seen it.
func TestAChangedCardKeepsItsNotice(t *testing.T) {
	p := startNoticer(t, filepath.Join(t.TempDir(), "m.db"))
	first, err := p.Tell(t.Context(), testTelling())
	must(t, err)
	second, err := p.Tell(t.Context(), testTelling())
	must(t, err)
	if string(first) != "slack+ slack1:D1:1.2" || string(second) != "slack slack1:D1:1.2" {
		t.Errorf("receipts %q and %q", first, second)
	}
	for receipt, want := range map[string]int{string(first): 3, string(second): 0} {
		what := testTelling()
		what.Delivery.Kind, what.Receipt = scanner.DeliveryUpdate, []byte(receipt)
		got, err := p.Tell(t.Context(), what)
		must(t, err)
		if a := p.slack.alerts[len(p.slack.alerts)-1]; string(got) != receipt || p.slack.on != "slack1:D1:1.2" || len(a.Notice) != want {
			t.Errorf("%s: %q, on %q, %q", receipt, got, p.slack.on, a.Notice)
		}
	}
	below := testTelling()
	below.Earlier = first
	if _, err := p.Tell(t.Context(), below); err != nil || p.slack.alerts[len(p.slack.alerts)-1].Earlier != "slack1:D1:1.2" {
		t.Errorf("%v: it is no thread", err)
	}
}

// TestTheMemoryOfNoticesHoldsNobody: a fingerprint under a key, which is another for each deployment.
func TestTheMemoryOfNoticesHoldsNobody(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m.db")
	p := startNoticer(t, path)
	p.tell(t, asItIs)
	one := p.o.Notices
	two, err := newNotices(testPrivacy(), []byte(strings.Repeat("x3", 16)), p.store, slog.New(slog.DiscardHandler))
	must(t, err)
	if one.print("acme", "jdoe@acme.example") == two.print("acme", "jdoe@acme.example") || len(two.owed(t.Context(), "acme", "jdoe@acme.example")) == 0 {
		t.Error("the fingerprint is the same under every key")
	}
	if one.print("acme", "x@acme.example") == one.print("globex", "x@acme.example") {
		t.Error("the fingerprint is the same in every organisation")
	}
	must(t, p.store.Close())
	for _, file := range []string{path, path + "-wal"} {
		content, err := os.ReadFile(file)
		if err == nil && bytes.Contains(bytes.ToLower(content), []byte("jdoe")) {
			t.Errorf("%s holds a name", file)
		}
	}
}

func TestWithoutPrivacyThereIsNoNotice(t *testing.T) {
	var items scanner.Items
	n, err := newNotices(config.Privacy{}, []byte(strings.Repeat("k7", 16)), items, nil)
	if n != nil || err != nil || n.all() != nil || n.owed(t.Context(), "acme", "jdoe@acme.example") != nil || n.remember(context.Background(), "acme", "x@acme.example") != nil {
		t.Errorf("%v, %v", n, err)
	}
	if got := privacyNotice(config.Privacy{Contact: "privacy@acme.example"}); len(got) != 2 || got[0] != "Why you get this: "+usualPurpose {
		t.Errorf("%q", got)
	}
}

func TestThePrivacyNoticeHasThreeLinesAtMost(t *testing.T) {
	if full := privacyNotice(testPrivacy()); len(full) != notify.MaxNotice || len(privacyNotice(config.Privacy{})) != 0 {
		t.Errorf("%q", full)
	}
}
