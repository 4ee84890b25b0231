package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"meetleaks/cmd/meetleaks/internal/config"
	"meetleaks/matchers"
	"meetleaks/scanner"
)

func TestWhichRoomsAreTold(t *testing.T) {
	index := []byte("0123456789abcdef0123456789abcdef")
	channels := config.Channels{
		Slack: config.Slack{Token: config.NewSecret(botToken)}, Mail: config.Mail{URL: config.NewSecret("smtp://m.example")},
		Webhook: []config.Webhook{{Name: "soc"}}, SIEM: []config.SIEM{{}, {}},
	}
	meeting := func(text string) config.ClearID {
		id, err := config.ParseClearID(text)
		must(t, err)
		return id
	}
	acme := config.Organisation{Name: "acme", Fallback: config.Fallback{SlackChannel: "C0SECOPS", Email: "soc@acme.example"}, Routes: []config.Route{
		{Page: "https://www.acme.example/board/*", To: []string{"slack:C0BOARD", "siem"}},
		{Pattern: meeting("zoom:849-3027-5116"), To: []string{"mail:board@acme.example"}},
		{Pattern: meeting("https://whereby.com/acme-Board"), To: []string{"siem:1"}},
		{Pattern: meeting("teams:9384756102837"), To: []string{"siem:0"}},
		{Platform: "zoom", Class: "A", To: []string{"webhook:soc", "siem:1"}},
	}}
	at := func(pages ...string) func() []string { return func() []string { return pages } }
	room := func(channel, id string) scanner.Room { return scanner.Room{Channel: channel, ID: id} }
	usual := []scanner.Room{room("slack", "C0SECOPS"), room("mail", "soc@acme.example"), room("webhook:soc", ""), room("siem:0", ""), room("siem:1", "")}
	key := func(text string) []string {
		found := matchers.Find([]byte(text))
		if len(found) != 1 {
			t.Fatalf("%s: %d links", text, len(found))
		}
		return []string{"mk1:alias", matchers.KeyID(index, found[0].Link)}
	}
	r := newRouter([]config.Organisation{acme, {Name: "globex"}}, channels, index)
	for name, test := range map[string]struct {
		org  string
		what scanner.LeakFacts
		want []scanner.Room
	}{
		"none fits":         {"acme", scanner.LeakFacts{Platform: "webex", Class: "B"}, usual},
		"a page":            {"acme", scanner.LeakFacts{Pages: at("https://other.example/", "https://WWW.acme.example/board/2026/")}, []scanner.Room{room("slack", "C0BOARD"), room("siem:0", ""), room("siem:1", "")}},
		"beside the page":   {"acme", scanner.LeakFacts{Pages: at("https://www.acme.example/boards")}, usual},
		"another host":      {"acme", scanner.LeakFacts{Pages: at("https://www.acme.example.evil.example/board/x")}, usual},
		"a number":          {"acme", scanner.LeakFacts{Platform: "zoom", Class: "A", Keys: key("https://acme.zoom.us/j/84930275116?pwd=x")}, []scanner.Room{room("mail", "board@acme.example")}},
		"another number":    {"acme", scanner.LeakFacts{Platform: "zoom", Class: "B", Keys: key("https://acme.zoom.us/j/93615048227")}, usual},
		"a whole link":      {"acme", scanner.LeakFacts{Keys: key("https://whereby.com/acme-Board")}, []scanner.Room{room("siem:1", "")}},
		"a number at home":  {"acme", scanner.LeakFacts{Keys: key("https://teams.live.com/meet/9384756102837?p=x")}, []scanner.Room{room("siem:0", "")}},
		"the same at work":  {"acme", scanner.LeakFacts{Keys: key("https://teams.microsoft.com/meet/9384756102837?p=x")}, []scanner.Room{room("siem:0", "")}},
		"platform, class":   {"acme", scanner.LeakFacts{Platform: "zoom", Class: "A"}, []scanner.Room{room("webhook:soc", ""), room("siem:1", "")}},
		"only the platform": {"acme", scanner.LeakFacts{Platform: "zoom", Class: "B"}, usual},
		"the first":         {"acme", scanner.LeakFacts{Platform: "zoom", Class: "A", Pages: at("https://www.acme.example/board/x")}, []scanner.Room{room("slack", "C0BOARD"), room("siem:0", ""), room("siem:1", "")}},
		"no routes":         {"globex", scanner.LeakFacts{Platform: "zoom", Class: "A"}, usual[2:]},
		"nobody":            {"initech", scanner.LeakFacts{Platform: "zoom"}, nil},
	} {
		if test.what.Pages == nil {
			test.what.Pages = at()
		}
		if diff := cmp.Diff(test.want, r.roomsFor(test.org, test.what)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	all := append(append([]scanner.Room(nil), usual...), room("slack", "C0BOARD"), room("mail", "board@acme.example"))
	if diff := cmp.Diff(all, r.rooms("acme")); diff != "" {
		t.Errorf("all: %s", diff)
	}
}

// What cannot be read must not become a route for everything.
func TestMeetingsThatCannotBeRead(t *testing.T) {
	if keys := meetingKeys([]byte("0123456789abcdef0123456789abcdef"), "yonder:84930275116"); keys == nil || len(keys) > 0 {
		t.Errorf("%v", keys)
	}
}

func TestPagesFit(t *testing.T) {
	for _, test := range []struct {
		pattern, page string
		want          bool
	}{
		{"https://a.example/x", "https://A.example/x/", true}, {"https://a.example", "https://a.example/", true}, {"https://a.example/x", "https://a.example/X", false},
		{"https://a.example/*/b/*", "https://a.example/1/2/b/", false}, {"https://a.example/*/b/*", "https://a.example/1/2/b/c", true},
		{"https://a.example/*b", "https://a.example/b", true}, {"https://a.example/b*b", "https://a.example/b", false}, {"https://a.example/*", "social.example", false},
	} {
		if got := fitsPage(test.pattern, test.page); got != test.want {
			t.Errorf("%s, %s: %v", test.pattern, test.page, got)
		}
	}
}
