package console

import (
	"context"
	"errors"
	"fmt"
	"html"
	"math"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"meetleaks/scanner"
)

// sampleWatched is the furnished sources: three that the outlooks are of, a stream, and one that is off.
func sampleWatched(outlooks []scanner.Outlook, now time.Time, say func(string) string) []Watched {
	var list []Watched
	for _, o := range outlooks {
		list = append(list, Watched{
			Outlook: o, What: "web", Reads: "a site, crawled again and again: pages, calendars, PDF and office files", Costs: "free",
			Deletions: "pages that answer 404 or 410, or lose the link", Places: []string{say("https://www.acme.example/")}, Every: time.Hour,
		})
	}
	posts := scanner.Outlook{
		Source: say("posts"), Kind: scanner.Stream, Passed: now.Add(-2 * time.Second), Running: now.Add(-90 * time.Minute),
		Health: scanner.SourceHealth{
			Heard: 120_408, Read: 120_400, Deleted: 37, Refused: 2, Truncated: 1, Failed: 5, Posted: now.Add(-14 * time.Second), Lag: 12 * time.Second,
			Used: []scanner.Usage{
				{What: say("posts read this month"), Used: 9_412, Limit: 10_000, Unit: "posts", Until: now.Add(9 * 24 * time.Hour)},
				{What: "spent today", Used: 12.5, Limit: 12.5, Unit: "USD"}, {What: "requests", Used: 3},
			},
			Notes: []string{say("posts of accounts that are protected are not seen")},
		},
		Volume: scanner.Volume{Usual: 81_200.4, Hours: 6, Last: 79_344, Now: 12},
	}
	off := scanner.Outlook{Source: "old-feed", Blind: scanner.BlindUnread}
	return append(list,
		Watched{
			Outlook: posts, What: "x", Reads: "posts that match rules", Costs: "paid for each post", Deletions: "looked up again", Permission: say("X, by letter of 3 March 2026"),
			Canaries: []WatchedCanary{
				{Name: say("bird"), Every: time.Hour, Since: now.Add(-100 * time.Hour), Seen: now.Add(-5 * time.Hour), Missed: 5},
				{Name: "wren", Every: time.Hour, Since: now.Add(-100 * time.Hour), Seen: now.Add(-20 * time.Minute)},
				{Name: "owl", Every: 48 * time.Hour, Since: now.Add(-3 * time.Hour)},
			},
		},
		Watched{Outlook: off, Off: true, What: "feed", Reads: "RSS, Atom and JSON feeds", Costs: "free", Deletions: "items that vanish"},
	)
}

// sampleCoverage has a record of each day but the one before yesterday.
func sampleCoverage(now time.Time, say func(string) string) func(context.Context, string, string) (scanner.Coverage, bool, error) {
	return func(_ context.Context, org, day string) (scanner.Coverage, bool, error) {
		if day == now.AddDate(0, 0, -2).Format(time.DateOnly) || org != rigOrg {
			return scanner.Coverage{}, false, nil
		}
		c := scanner.Coverage{Org: org, Day: day, Looked: []scanner.CoverageOf{
			{Source: "own-site", Kind: "web", CoverageDay: scanner.CoverageDay{Day: day, Passes: 24, Failures: 1, Documents: 412}},
			{Source: say("posts"), Kind: "x", CoverageDay: scanner.CoverageDay{
				Day: day, Passes: 3, Documents: 80, Heard: 1_200_408, Read: 1_200_400, Deleted: 37, Refused: 2, Truncated: 1, Failed: 5, MostLag: 80 * time.Second,
			}},
		}}
		c.Unseen = []scanner.Unseen{
			{What: SourcePrefix + "partner", Why: say("blind: rate limited by the site")},
			{What: SourcePrefix + "old-feed", Why: "switched off"},
			{What: SourcePrefix + "posts", Why: "for a time blind: the connection was lost"}, {What: SourcePrefix + "posts", Why: "blind: too quiet"},
			{What: say("closed groups: WhatsApp, Telegram, Signal"), Why: "encrypted or by invitation"},
		}
		return c, true, nil
	}
}

func TestSourcesTellHowTheyDo(t *testing.T) {
	v := signedIn(t, furnish(t, false))
	page := v.get("/sources", http.StatusOK)
	text := plainText(page)
	for _, want := range []string{
		"posts x What it reads", "Costs: paid for each post. Deletions: looked up again.", "Allowed by: X, by letter of 3 March 2026",
		"nearly used up posts read this month: 9,412 of 10,000 posts, until Mon 30 Nov 09:30 UTC (in 9 days)", "used up spent today: 12.50 of 12.50 USD", "requests: 3",
		"Canary bird: missed 5 times , last found Sat 21 Nov 04:30 UTC", "Canary wren: found Sat 21 Nov 09:10 UTC", "Canary owl: not found yet, looked for since",
		"posts of accounts that are protected are not seen", "79,344 in the last hour, usually 81,200",
		"Last pass: 120,408 heard, 120,400 read, 37 deleted, 2 refused, 1 cut, 5 not understood", "12 s behind", "off The configuration switches it off.",
		"every 60 min at the latest", "https://www.acme.example/",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in %s", want, text)
		}
	}
	var order []string
	for _, name := range regexp.MustCompile(`<td role="cell" class="what"><strong>([^<]+)`).FindAllStringSubmatch(page, -1) {
		order = append(order, name[1])
	}
	if want := []string{"partner", "stream", "own-site", "posts", "old-feed"}; !slices.Equal(order, want) {
		t.Errorf("order %v, want %v", order, want)
	}
}

// plainText is what a page says, without its markup.
func plainText(page string) string {
	return strings.Join(strings.Fields(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(page, " ")), " ")
}

func TestAPITellsHowSourcesDo(t *testing.T) {
	r := furnish(t, false)
	rec := r.ask("GET", "/api/v1/sources", "")
	got := decodeInto[SourceList](t, rec, 200).Sources
	if len(got) != 5 || got[0].State != "blind" || got[1].State != "blind" || got[4].State != "off" || got[4].Blind != "" {
		t.Fatalf("sources %+v", got)
	}
	posts := got[3]
	if posts.Pass == nil || posts.Pass.Heard != 120_408 || posts.Pass.Lag != 12 || posts.Volume == nil || posts.Volume.Last != 79_344 ||
		len(posts.Budgets) != 3 || posts.Budgets[0].Limit != 10_000 || len(posts.Notes) != 1 || len(posts.Canaries) != 3 || posts.Canaries[0].Missed != 5 {
		t.Errorf("posts %+v", posts)
	}
	if got[2].Every != 3600 || !reflect.DeepEqual(got[2].Places, []string{"https://www.acme.example/"}) {
		t.Errorf("own-site %+v", got[2])
	}
	if strings.Contains(rec.Body.String(), "0001-01-01") {
		t.Errorf("a time that is none was sent: %s", rec.Body)
	}
}

// Numbers that JSON cannot say do not take the whole list away.
func TestSourcesOfStrangeNumbers(t *testing.T) {
	r := newRig(t)
	r.web.c.o.Sources = func() []Watched {
		used := []scanner.Usage{{What: "a", Used: math.NaN(), Limit: math.Inf(1)}, {What: "b", Used: 1e300, Limit: -1}}
		return []Watched{{Outlook: scanner.Outlook{Source: "odd", Health: scanner.SourceHealth{Used: used, Lag: -time.Hour, Heard: -4}}}}
	}
	decodeInto[SourceList](t, r.ask("GET", "/api/v1/sources", ""), 200)
	signedIn(t, r).get("/sources", http.StatusOK)
}

// mostPageSize is what a page and its style may weigh, in bytes: that comes at once also where the network is slow.
const mostPageSize = 60 << 10

func TestManySourcesArePaged(t *testing.T) {
	r := furnish(t, false)
	sample := r.web.c.o.Sources()[3]
	r.web.c.o.Sources = func() []Watched {
		var list []Watched
		for i := range 200 {
			one := sample
			one.Outlook.Source = fmt.Sprintf("source-of-many-%03d", i)
			one.Outlook.Blind = []string{"", "rate limited by the site"}[i%2]
			list = append(list, one)
		}
		return list
	}
	v := signedIn(t, r)
	seen := map[string]bool{}
	path, pages := "/sources", 0
	for ; path != "" && pages < 50; pages++ {
		page := v.get(path, http.StatusOK)
		if size := len(page) + len(r.web.style); size > mostPageSize {
			t.Errorf("%s: %d bytes", path, size)
		}
		wantPage(t, page, "100 of 200 sources blind")
		for _, name := range regexp.MustCompile(`source-of-many-\d+`).FindAllString(page, -1) {
			seen[name] = true
		}
		path = ""
		if next := regexp.MustCompile(`href="([^"]+)" rel="next"`).FindStringSubmatch(page); next != nil {
			path = next[1]
		}
	}
	if len(seen) != 200 || pages < 2 {
		t.Errorf("%d sources on %d pages", len(seen), pages)
	}
	wantPage(t, v.get("/sources?page=77", http.StatusOK), "Nothing is left on this page")
}

// What does not fit is said to be left out.
func TestLongListsOfASourceAreCut(t *testing.T) {
	r := furnish(t, false)
	r.web.c.o.Sources = func() []Watched {
		one := Watched{Outlook: scanner.Outlook{Source: "one"}, Reads: "much", Places: make([]string, maxPlaces+5)}
		one.Outlook.Health.Notes = []string{"1", "2", "3", "4", "5", "6"}
		one.Canaries = make([]WatchedCanary, 7)
		return []Watched{one}
	}
	wantPage(t, signedIn(t, r).get("/sources", http.StatusOK), "And 5 more lines", "and 5 more")
}

func TestCoverageSaysWhatWasLookedAt(t *testing.T) {
	v := signedIn(t, furnish(t, false))
	page := v.get("/coverage", http.StatusOK)
	if n := strings.Count(page, `class="blind"`); n != 2 { // a source, and a day; what is switched off is no alarm
		t.Errorf("%d blind rows", n)
	}
	text := plainText(page)
	for _, want := range []string{
		"What was looked at for acme", "Of 1 of these 7 days there is no record", "own-site web 2,472 documents on 6 days 6 failed passes -",
		"posts x 480 documents, 7,202,448 items heard, 7,202,400 read, 222 deletions on 6 days 12 refused, 6 cut, 30 not understood, at most 80 s behind for a time blind: the connection was lost; blind: too quiet (6 days)",
		"partner nothing - blind: rate limited by the site (6 days)", "old-feed nothing - switched off (6 days)",
		"closed groups: WhatsApp, Telegram, Signal : encrypted or by invitation", "Sat 21 Nov 2026 so far 2 sources: 492 documents, 1,200,408 items heard",
		"Thu 19 Nov 2026 no record", "2 sources did not look, 1 source was blind for a time, 2 refused, 1 cut",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in %s", want, text)
		}
	}
	if strings.Index(text, "old-feed") > strings.Index(text, "own-site") {
		t.Error("what did not look does not stand first")
	}
	text = plainText(v.get("/coverage?org=acme&day=2026-11-20", http.StatusOK))
	for _, want := range []string{"What was looked at for acme on Fri 20 Nov 2026", "own-site web 412 documents 1 failed pass -", "All days"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in %s", want, text)
		}
	}
	wantPage(t, v.get("/coverage?org=globex", http.StatusOK), "There is no record of these days: nothing is known")
	wantPage(t, v.get("/coverage?org=acme&day=2026-11-19", http.StatusOK), "There is no record of this day: nothing is known")
	wantPage(t, v.get("/coverage?days=90", http.StatusOK), "Of 1 of these 90 days", `<option value="90" selected>`)
	wantPage(t, v.get("/coverage?days=4000", http.StatusOK), "Of 1 of these 90 days")
	wantPage(t, v.get("/coverage?days=x", http.StatusOK), "Of 1 of these 7 days")
	v.get("/coverage?org=hooli", http.StatusNotFound)
	for _, day := range []string{"2026-11-22", "2026-08-01", "yesterday", "2026-11-20%00"} {
		v.get("/coverage?day="+day, http.StatusBadRequest)
	}
}

// A store that does not answer is no day without a record, and no day on which nothing was seen.
func TestCoverageThatCannotBeRead(t *testing.T) {
	r := furnish(t, false)
	for _, c := range []struct {
		err    error
		status int
	}{{scanner.ErrUnavailable, 503}, {errors.New("read coverage: unexpected end of https://acme.zoom.us/j/84930275116"), 500}} {
		r.web.c.o.Coverage = func(_ context.Context, _, day string) (scanner.Coverage, bool, error) {
			if day == "2026-11-18" {
				return scanner.Coverage{}, false, c.err
			}
			return scanner.Coverage{}, true, nil
		}
		signedIn(t, r).get("/coverage", c.status)
		wantProblem(t, r.ask("GET", "/api/v1/coverage", ""), c.status, "")
	}
	if strings.Contains(r.log.String(), "84930275116") {
		t.Errorf("log: %s", r.log)
	}
}

func TestAPITellsCoverage(t *testing.T) {
	r := furnish(t, false)
	got := decodeInto[CoverageList](t, r.ask("GET", "/api/v1/coverage?org=acme", ""), 200)
	if len(got.Coverage) != 6 || !reflect.DeepEqual(got.Missing, []CoverageGap{{"acme", "2026-11-19"}}) {
		t.Fatalf("coverage %+v", got)
	}
	first := got.Coverage[0]
	want := Covered{
		Source: "posts", Kind: "x", Documents: 80, Heard: 1_200_408, Read: 1_200_400, Deleted: 37, Refused: 2, Truncated: 1, Failed: 5, Passes: 3, MostLag: 80,
	}
	if first.Day != "2026-11-21" || len(first.Looked) != 2 || first.Looked[1] != want {
		t.Errorf("looked %+v", first)
	}
	if !reflect.DeepEqual(first.Unseen[:2], []Unseen{{"partner", "source partner", "blind: rate limited by the site"}, {"old-feed", "source old-feed", "switched off"}}) ||
		first.Unseen[4].Source != "" {
		t.Errorf("unseen %+v", first.Unseen)
	}
	if all := decodeInto[CoverageList](t, r.ask("GET", "/api/v1/coverage?days=2", ""), 200); len(all.Coverage) != 2 || len(all.Missing) != 2 {
		t.Errorf("of all organisations %+v", all)
	}
	wantProblem(t, r.ask("GET", "/api/v1/coverage?org=hooli", ""), 404, "no such organisation")
	for _, days := range []string{"0", "91", "x"} {
		wantProblem(t, r.ask("GET", "/api/v1/coverage?days="+days, ""), 422, "days")
	}
	r.web.c.o.Organisations = func() []string { return slices.Repeat([]string{"acme"}, 5) }
	wantProblem(t, r.ask("GET", "/api/v1/coverage?days=90", ""), 422, "too many records")
}

// A record may have as many sources as a record can, of 90 days: each page stays small, and all together have them all.
func TestCoverageOfManyIsPaged(t *testing.T) {
	r := furnish(t, false)
	one := sampleCoverage(r.now, func(s string) string { return s })
	r.web.c.o.Coverage = func(ctx context.Context, _, day string) (scanner.Coverage, bool, error) {
		c, _, err := one(ctx, rigOrg, r.now.Format(time.DateOnly))
		many := make([]scanner.CoverageOf, 0, 150)
		for i := range cap(many) {
			of := c.Looked[1]
			of.Source, of.Day = fmt.Sprintf("site-of-many-%03d", i), day
			many = append(many, of)
		}
		c.Looked = many
		return c, true, err
	}
	v := signedIn(t, r)
	seen := map[string]bool{}
	path, pages := "/coverage?days=90", 0
	for ; path != "" && pages < 50; pages++ {
		page := v.get(path, http.StatusOK)
		if size := len(page) + len(r.web.style); size > mostPageSize {
			t.Errorf("%s: %d bytes", path, size)
		}
		wantPage(t, page, "of 153", "site-of-many-")
		for _, name := range regexp.MustCompile(`site-of-many-\d+`).FindAllString(page, -1) {
			seen[name] = true
		}
		path = ""
		if next := regexp.MustCompile(`href="([^"]+)" rel="next"`).FindStringSubmatch(page); next != nil {
			path = html.UnescapeString(next[1])
		}
	}
	if len(seen) != 150 || pages < 2 {
		t.Errorf("%d sources on %d pages", len(seen), pages)
	}
	v.get("/coverage?page=77", http.StatusOK)
}

func TestPagesWithoutSourcesAndOrganisations(t *testing.T) {
	r := newRig(t)
	r.web.c.o.Organisations = func() []string { return nil }
	v := signedIn(t, r)
	wantPage(t, v.get("/coverage", http.StatusOK), "No organisation is configured")
	for got, want := range map[string]string{
		sourcesHeadline(0, 0, 0): "No sources", sourcesHeadline(0, 0, 2): "No source is read: 2 off", sourcesHeadline(3, 0, 0): "All sources are read",
		sourcesHeadline(3, 0, 1): "All sources are read, 1 off", sourcesHeadline(1, 1, 0): "1 of 1 source blind",
		lagWords(0.4): "", lagWords(7.9): "7 s", lagWords(600): "10 min", amount(3, ""): "3", amount(0.127, "USD"): "0.13 USD", amount(1e18, ""): "1000000000000000000.00",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
