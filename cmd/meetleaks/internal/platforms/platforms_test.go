package platforms

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/matchers"
	"meetleaks/scanner"
)

func testNow() time.Time { return time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC) }

// book is an inventory: meetings by key, people by address.
type book struct {
	meetings map[string]scanner.KnownMeeting
	people   map[string]scanner.Contact
}

func (b book) Resolve(_ context.Context, _ string, l matchers.Link, _ time.Time) (scanner.KnownMeeting, bool, error) {
	m, ok := b.meetings[l.Key()]
	return m, ok, nil
}

func (b book) Contact(_ context.Context, _, email string) (scanner.Contact, bool, error) {
	c, ok := b.people[email]
	return c, ok, nil
}

// reader is an account that counts questions.
type reader struct {
	asked []string
	facts map[string]scanner.MeetingFacts
	err   error
}

func (r *reader) Meeting(_ context.Context, org string, l matchers.Link, _ time.Time) (scanner.MeetingFacts, bool, error) {
	r.asked = append(r.asked, org+" "+l.Key())
	f, ok := r.facts[l.Key()]
	return f, ok && r.err == nil, r.err
}

func link(id string) matchers.Link {
	return matchers.Link{Platform: "zoom", Realm: "commercial", ID: id}
}

func newResolver() (*Resolver, *reader) {
	jane := scanner.Contact{Email: "jane@acme.example", Delegates: []string{"pa@acme.example"}}
	b := book{
		meetings: map[string]scanner.KnownMeeting{link("95301748226").Key(): {Contact: jane}},
		people:   map[string]scanner.Contact{"jane@acme.example": jane},
	}
	when := scanner.When{Start: scanner.Start{Time: testNow().Add(time.Hour)}, By: scanner.RolePlatform}
	r := &reader{facts: map[string]scanner.MeetingFacts{
		link("84930275116").Key(): {Exists: true, Ours: true, Host: "jane@acme.example", Topic: "Board", When: when},
		link("93615048227").Key(): {Exists: true, Ours: true, Host: "joe@elsewhere.example", Topic: "see https://acme.zoom.us/j/93615048227", When: when},
		link("91750462839").Key(): {Exists: true, Ours: false, Host: "jane@acme.example"},
	}}
	return NewResolver(b, r, []byte("key")), r
}

func TestTheInventoryGoesFirst(t *testing.T) {
	r, asked := newResolver()
	m, found, err := r.Resolve(t.Context(), "acme", link("95301748226"), testNow())
	if err != nil || !found || m.Email != "jane@acme.example" || len(asked.asked) != 0 {
		t.Errorf("%v %v, asked %d times", found, err, len(asked.asked))
	}
}

func TestAnAccountNamesTheHost(t *testing.T) {
	r, asked := newResolver()
	for range 3 {
		m, found, err := r.Resolve(t.Context(), "acme", link("84930275116"), testNow())
		if err != nil || !found || m.Email != "jane@acme.example" || len(m.Delegates) != 1 || m.Topic != "Board" || m.When.By != scanner.RolePlatform {
			t.Fatalf("%v %v %+v", found, err, m.When)
		}
	}
	if len(asked.asked) != 1 {
		t.Errorf("asked %d times", len(asked.asked))
	}
	if _, _, err := r.Resolve(t.Context(), "acme", link("84930275116"), testNow().Add(keptFor)); err != nil || len(asked.asked) != 2 {
		t.Errorf("%v, asked %d times after a while", err, len(asked.asked))
	}
}

func TestStrangersAreNobodysHost(t *testing.T) {
	r, _ := newResolver()
	m, found, err := r.Resolve(t.Context(), "acme", link("93615048227"), testNow())
	if err != nil || !found || m.Email != "" || m.Topic != "" || !m.When.Known() {
		t.Errorf("%v %v: a host outside the domains, or a topic with a link, is taken over", found, err)
	}
	if _, found, err = r.Resolve(t.Context(), "acme", link("91750462839"), testNow()); found || err != nil {
		t.Errorf("%v %v: of another account", found, err)
	}
	if _, found, err = r.Resolve(t.Context(), "acme", link("97260518344"), testNow()); found || err != nil {
		t.Errorf("%v %v: unknown", found, err)
	}
}

func TestAnErrorIsNotNobody(t *testing.T) {
	r, asked := newResolver()
	asked.err = errors.New("no answer")
	for range 2 {
		if _, found, err := r.Resolve(t.Context(), "acme", link("84930275116"), testNow()); found || err == nil {
			t.Errorf("%v %v", found, err)
		}
	}
	asked.err = nil
	if _, found, err := r.Resolve(t.Context(), "acme", link("84930275116"), testNow()); !found || err != nil {
		t.Errorf("an error was kept: %v %v", found, err)
	}
}

func TestAliasesAreAskedToo(t *testing.T) {
	r, asked := newResolver()
	room := matchers.Link{Platform: "zoom", Realm: "commercial", Space: "my", ID: "jdoe.acme"}
	room.AddAlias(link("84930275116").Key())
	if _, found, err := r.Resolve(t.Context(), "acme", room, testNow()); !found || err != nil || len(asked.asked) != 2 {
		t.Errorf("%v %v, asked %d times", found, err, len(asked.asked))
	}
}

func TestAnswersAreBounded(t *testing.T) {
	r, _ := newResolver()
	for i := range keptMost + 50 {
		if _, _, err := r.Resolve(t.Context(), "acme", link(fmt.Sprint(90_000_000_000+i*7919)), testNow()); err != nil {
			t.Fatal(err)
		}
	}
	if len(r.known) > keptMost {
		t.Errorf("%d answers are kept", len(r.known))
	}
}

func TestToldIsBoundedAndEnds(t *testing.T) {
	now := testNow()
	told := NewTold([]byte("key"), func() time.Time { return now })
	told.Tell("acme", link("84930275116"))
	told.Tell("globex", link("84930275116"))
	told.Tell("acme", link("84930275116"))
	if got := told.Owners(link("84930275116")); !slices.Equal(got, []string{"acme", "globex"}) {
		t.Errorf("%v", got)
	}
	if got := told.Owners(link("93615048227")); got != nil {
		t.Errorf("%v", got)
	}
	now = now.Add(toldFor + time.Second)
	if got := told.Owners(link("84930275116")); got != nil {
		t.Errorf("after 30 days: %v", got)
	}
	for i := range toldMost + 3 {
		told.Tell("acme", link(fmt.Sprint(90_000_000_000+i*7919)))
	}
	if len(told.known) != toldMost {
		t.Errorf("%d are kept", len(told.known))
	}
}

func TestOpen(t *testing.T) {
	var bases []string
	client := func(base *url.URL) (*http.Client, error) {
		bases = append(bases, base.String())
		return &http.Client{Transport: http.NewFileTransport(nil)}, nil
	}
	list := []config.Organisation{
		{Name: "acme", Platforms: config.Platforms{Zoom: config.ZoomAccount{AccountID: "a", ClientID: "c", ClientSecret: config.NewSecret("s")}}},
		{Name: "globex"},
		{Name: "initech", Platforms: config.Platforms{Zoom: config.ZoomAccount{WebhookSecret: config.NewSecret("w")}}},
	}
	a, err := Open(list, client, testNow)
	if err != nil || !slices.Equal(a.Organisations(), []string{"acme"}) || !a.Provable("acme", "zoom") || a.Provable("acme", "teams") || a.Provable("globex", "zoom") {
		t.Fatal(err, a.Organisations())
	}
	if !slices.Equal(bases, []string{"https://api.zoom.us/v2", "https://zoom.us/oauth/token"}) {
		t.Errorf("%q", bases)
	}
	proof, err := a.Prove(t.Context(), scanner.LeakedWay{Org: "globex", Link: link("84930275116")}, testNow())
	if err != nil || proof.Verdict != scanner.WayUnknown {
		t.Errorf("%+v %v", proof, err)
	}
	if _, found, err := a.Meeting(t.Context(), "globex", link("84930275116"), testNow()); found || err != nil {
		t.Errorf("%v %v", found, err)
	}
	list[0].Platforms.Zoom.APIURL, list[0].Platforms.Zoom.OAuthURL = "http://api.elsewhere.example/v2", "https://zoom.us/oauth/token"
	if _, err := Open(list, client, testNow); err == nil || !strings.Contains(err.Error(), "organisations[0].platforms.zoom: api_url") {
		t.Errorf("plain http to the internet: %v", err)
	}
}
