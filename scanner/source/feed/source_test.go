package feed

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

	"meetleaks/scanner"
	"meetleaks/scanner/source/feed/fakefeed"
	"meetleaks/scanner/source/polled"
	"meetleaks/scanner/source/sourcetest"
	"meetleaks/scanner/source/web/webtest"
)

func TestAnItemIsOnThePageOfItsFeed(t *testing.T) {
	r := newRig(t, nil)
	it := r.item("one", `<p>Join <a href="`+link1+`">here</a></p>`, time.Hour)
	it.Link = "https://globex.example/agenda"
	r.site.Add(it)
	out := r.Must(time.Hour)
	got := r.Calls(sourcetest.WasTaken)
	if len(got) != 2 || out.Documents != 2 || out.News != 1 {
		t.Fatalf("%d readings, %+v; want the feed itself and its item", len(got), out)
	}
	one := got[1]
	if one.URI != r.uri("one") || one.Reading.Host != "127.0.0.1" || one.Reading.Shown != it.Link || !strings.Contains(one.Text, link1) {
		t.Errorf("the item was taken as %+v: %q", one.Reading, one.Text)
	}
	if strings.Contains(one.URI, "globex") {
		t.Error("an item names the place of another's page")
	}
	if !one.Reading.Posted.Equal(it.Posted) || r.Health().Heard != 1 || r.Health().Lag != time.Hour {
		t.Errorf("posted %v; health %+v", one.Reading.Posted, r.Health())
	}
	if again := r.Must(0); again.News != 0 || len(r.Calls(sourcetest.WasTaken)) != 2 {
		t.Errorf("the second pass: %+v", again)
	}
	if full, unchanged, _ := r.site.Counts(); full != 1 || unchanged != 1 {
		t.Errorf("%d answers in full and %d times nothing changed", full, unchanged)
	}
}

func TestNothingOfAFeedIsKeptInClear(t *testing.T) {
	r := newRig(t, nil)
	it := r.item(link1+"?pwd=Zx81kQ", "<p>Quillbert: "+link1+"</p>", time.Hour)
	it.Link = link1
	r.site.Add(it)
	r.Must(0)
	for _, text := range r.Visits.Kept() {
		if strings.Contains(text, "84930275116") || strings.Contains(text, "Zx81kQ") || strings.Contains(text, "acme") {
			t.Errorf("kept: %s", text)
		}
	}
}

func TestVanished(t *testing.T) {
	at := func(text string) (out []entry) { // letters are items, digits behind them their ages: the older, the larger
		for field := range strings.FieldsSeq(text) {
			e := entry{Key: uint64(field[0])}
			if len(field) > 1 {
				e.At = 1000 - int64(field[1]-'0')
			}
			out = append(out, e)
		}
		return out
	}
	for _, c := range []struct{ name, before, now, want string }{
		{"in the midst", "c1 b2 a3", "c1 a3", "b"},
		{"the newest", "c1 b2 a3", "b2 a3", "c"},
		{"off the end", "c1 b2 a3", "d0 c1 b2", ""},
		{"off the end and in the midst", "c1 b2 a3", "d0 b2", "c"},
		{"the end alone", "c1 b2 a3", "c1 b2", ""},
		{"all of them", "c1 b2 a3", "e0 d0", ""},
		{"off the end, out of its order", "d1 c9 b2 a3", "d1 b2 a3", ""},
		{"an old one is kept in front", "p9 c1 b2 a3", "p9 d0 c1 b2", ""},
		{"the newest stands last", "a3 b2 c1", "a3 b2", "c"},
		{"off the front", "a3 b2 c1", "b2 c1 d0", ""},
		{"undated in the midst", "c b a", "c a", "b"},
		{"undated off the end", "c b a", "d c b", ""},
		{"undated off the front", "c b a", "b a d", ""},
	} {
		before, now := at(c.before), at(c.now)
		listed := map[uint64]bool{}
		for _, e := range now {
			listed[e.Key] = true
		}
		got := ""
		for _, e := range vanished(before, now, listed) {
			got += string(rune(e.Key))
		}
		if got != c.want {
			t.Errorf("%s: %q vanished, want %q", c.name, got, c.want)
		}
	}
}

func TestAnItemThatVanishesIsLookedForTwice(t *testing.T) {
	r := newRig(t, nil)
	r.site.Add(r.item("old", "x", 48*time.Hour))
	r.site.Add(r.item("gone", link1, time.Hour))
	r.Must(10 * time.Minute)
	r.site.Remove("gone")
	for look := 1; look <= 4; look++ {
		r.Must(31 * time.Minute)
		want := min(look, 3) // at 0, 31 and 62 minutes
		if got := len(r.Calls(sourcetest.WasGone)); got != want {
			t.Fatalf("after look %d: told %d times, want %d", look, got, want)
		}
	}
	if got := r.Calls(sourcetest.WasGone)[0].URI; got != r.uri("gone") {
		t.Errorf("gone is %s", got)
	}
	if r.Health().Deleted != 0 {
		t.Errorf("the last pass told of deletions: %+v", r.Health())
	}
}

func TestAnItemThatComesBackIsTakenAgain(t *testing.T) {
	r := newRig(t, nil)
	r.site.Add(r.item("old", "x", 48*time.Hour))
	it := r.item("shy", link1, time.Hour)
	r.site.Add(it)
	r.Must(10 * time.Minute)
	r.site.Remove("shy")
	r.Must(10 * time.Minute)
	r.site.Add(it)
	before := len(r.Calls(sourcetest.WasTaken))
	r.Must(2 * time.Hour)
	r.Must(0)
	if got := r.Calls(sourcetest.WasTaken)[before:]; !slices.ContainsFunc(got, func(k sourcetest.Took) bool { return k.URI == r.uri("shy") }) {
		t.Error("it was not taken again")
	}
	if got := len(r.Calls(sourcetest.WasGone)); got != 1 {
		t.Errorf("told gone %d times, want once", got)
	}
}

func TestAnEmptiedFeedSaysNothing(t *testing.T) {
	r := newRig(t, nil)
	r.site.Add(r.item("old", "x", 48*time.Hour))
	r.Must(time.Hour)
	r.site.Remove("old")
	r.Must(time.Hour)
	if len(r.Calls(sourcetest.WasGone)) != 0 || !strings.Contains(strings.Join(r.Health().Notes, "\n"), "lists nothing") {
		t.Errorf("gone: %v; notes %q", r.Calls(sourcetest.WasGone), r.Health().Notes)
	}
}

func TestAnEditIsReadOnceMoreAnHourLater(t *testing.T) {
	r := newRig(t, nil)
	r.site.Add(r.item("one", link1, time.Hour))
	r.Must(10 * time.Minute)
	r.site.Edit("one", "nothing")
	r.Must(20 * time.Minute)
	r.Must(50 * time.Minute)
	full, _, _ := r.site.Counts()
	r.Must(10 * time.Minute)
	r.Must(0)
	after, _, _ := r.site.Counts()
	if full != 2 || after != 3 {
		t.Errorf("read in full %d times, then %d: want 2, and once more after an hour", full, after)
	}
	if got := r.Calls(sourcetest.WasTaken); got[len(got)-1].URI != r.uri("one") {
		t.Errorf("the last reading is of %s", got[len(got)-1].URI)
	}
}

func TestAFeedThatIsGoneForGood(t *testing.T) {
	r := newRig(t, nil)
	r.site.Add(r.item("one", link1, time.Hour))
	r.Must(time.Minute)
	r.site.Break(sourcetest.Answers(http.StatusGone))
	for range 3 {
		_, err := r.Pass(62 * time.Minute)
		var reason interface{ Reason() string }
		if !errors.As(err, &reason) || !strings.Contains(reason.Reason(), "410") {
			t.Fatalf("a pass over a feed that is gone: %v", err)
		}
	}
	if got := r.Calls(sourcetest.WasGone); len(got) != 4 { // the item and the feed itself, in two looks
		t.Errorf("told %d times", len(got))
	}
}

func TestWhatCannotBeUnderstoodIsReadAsOneDocument(t *testing.T) {
	r := newRig(t, nil)
	r.site.Serve(`<rss version="2.0"><channel><item><title>` + link1 + `</ti`)
	r.Must(time.Hour)
	if got := r.Calls(sourcetest.WasTaken); len(got) != 1 || !strings.Contains(got[0].Text, link1) {
		t.Errorf("taken: %+v", got)
	}
	if r.Health().Failed != 1 || len(r.Health().Notes) != 1 {
		t.Errorf("health %+v", r.Health())
	}
}

func TestAnotherGenerationReadsEverythingAgain(t *testing.T) {
	r := newRig(t, nil)
	r.site.Add(r.item("one", link1, time.Hour))
	r.Must(time.Hour)
	r.open(func(o *Options) { o.Generation = "globex joined" })
	r.Must(time.Hour)
	if got := len(r.Calls(sourcetest.WasTaken)); got != 4 {
		t.Errorf("%d readings, want the feed and its item twice", got)
	}
}

func TestTheTakersErrorKeepsNothing(t *testing.T) {
	r := newRig(t, nil)
	r.site.Add(r.item("one", link1, time.Hour))
	down := fmt.Errorf("the store: %w", scanner.ErrUnavailable)
	r.Taker.Fail(down)
	if _, err := r.Pass(time.Minute); !errors.Is(err, down) || r.Cursor != "" || len(r.Visits.Kept()) != 0 {
		t.Fatalf("error %v, cursor %q, %d kept", err, r.Cursor, len(r.Visits.Kept()))
	}
}

func TestFeedsRestAsTheyAsk(t *testing.T) {
	monday := time.Date(2026, 11, 23, 10, 30, 0, 0, time.UTC)
	for _, c := range []struct {
		name, feed string
		header     [2]string
		want       time.Duration
	}{
		{"says nothing", "", [2]string{}, 0},
		{"max-age", "", [2]string{"Cache-Control", "public, max-age=1800"}, 30 * time.Minute},
		{"no-cache", "", [2]string{"Cache-Control", "max-age=1800, no-cache"}, 0},
		{"for a year", "", [2]string{"Cache-Control", "max-age=31536000"}, 4 * time.Hour},
		{"ttl", "<ttl>90</ttl>", [2]string{"Cache-Control", "max-age=60"}, 90 * time.Minute},
		{"skipHours", "<skipHours><hour>10</hour><hour>11</hour></skipHours>", [2]string{}, 90 * time.Minute},
		{"all hours", "<skipHours>" + hours(24) + "</skipHours>", [2]string{}, 0},
		{"skipDays", "<skipDays><day>Monday</day></skipDays>", [2]string{}, 4 * time.Hour},
		{"another day", "<skipDays><day>Sunday</day></skipDays>", [2]string{}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, nil)
			r.site.Serve(`<rss version="2.0"><channel><title>T</title>` + c.feed + `<item><guid>a</guid></item></channel></rss>`)
			if c.header[0] != "" {
				r.site.Header(c.header[0], c.header[1])
			}
			out := r.Must(0)
			if c.want == 0 && !out.Next.IsZero() || c.want != 0 && !out.Next.Equal(monday.Add(c.want)) {
				t.Fatalf("next at %v, want %v from %v", out.Next, c.want, monday)
			}
			r.Clock.Move(c.want / 2)
			if out := r.Must(0); out.Documents == 0 {
				t.Error("a feed that rests looks empty")
			}
			full, unchanged, _ := r.site.Counts()
			if asked := full + unchanged; c.want > 0 && asked != 1 {
				t.Errorf("asked %d times", asked)
			}
		})
	}
}

func hours(n int) string {
	var out strings.Builder
	for i := range n {
		fmt.Fprintf(&out, "<hour>%d</hour>", i)
	}
	return out.String()
}

func TestAHostThatAsksUsToStayAway(t *testing.T) {
	r := newRig(t, nil)
	r.site.Break(sourcetest.Answers(http.StatusServiceUnavailable, "Retry-After", "7200"))
	_, err := r.Pass(time.Hour)
	var later interface{ RetryAfter() time.Duration }
	if !errors.As(err, &later) || later.RetryAfter() != 2*time.Hour {
		t.Fatalf("error %v", err)
	}
	r.site.Break(nil)
	if _, err := r.Pass(2 * time.Hour); !errors.As(err, &later) || later.RetryAfter() != time.Hour {
		t.Errorf("a feed that is not asked for yet looks read: %v", err)
	}
	r.Must(0)
}

func TestHalfOfTheFeedsBroken(t *testing.T) {
	other := fakefeed.Start()
	defer other.Close()
	r := newRig(t, nil)
	open := func(broken ...string) {
		r.open(func(o *Options) {
			o.Client = r.Clock.Client(t, r.site.Addr(), other.Addr())
			for _, at := range broken {
				o.URLs = append(o.URLs, sourcetest.Address(t, at))
			}
		})
	}
	open(other.URL() + "x")
	r.Must(time.Hour)
	if notes := strings.Join(r.Health().Notes, "\n"); notes != "feed 2: cannot be read: the server answered 404" {
		t.Errorf("notes %q", notes)
	}
	open(other.URL()+"x", other.URL()+"y")
	if _, err := r.Pass(0); err == nil || !strings.Contains(err.Error(), "2 of 3 feeds") {
		t.Errorf("error %v", err)
	}
}

func TestOptionsSayEveryMistake(t *testing.T) {
	r := newRig(t, nil)
	_, err := NewSource(Options{Callback: &url.URL{}, Options: polled.Options{
		Name: "a\nb", Client: r.Clock.Client(t), Key: []byte("short"), Parallel: 99, MaxRest: time.Hour * 99,
		URLs: []*url.URL{sourcetest.Address(t, "ftp://acme.example/"), sourcetest.Address(t, link1), sourcetest.Address(t, "https://acme.example/f"), sourcetest.Address(t, "https://acme.example/f"), nil},
	}})
	for _, want := range []string{"name", "key", "taker", "99", "feed 1", "feed 2", "feed 4: it stands there twice", "feed 5", "callback", "rest"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("no word of %q in: %v", want, err)
		}
	}
	if strings.Contains(fmt.Sprint(err), "84930275116") {
		t.Errorf("an address is printed: %v", err)
	}
}

func TestByNginx(t *testing.T) {
	feed := []byte(`<rss version="2.0"><channel><title>T</title><item><guid>a</guid><description>` + link1 + `</description></item></channel></rss>`)
	n := webtest.Start(t, map[string][]byte{"feed.rss": feed, "moved.rss": feed}, "limit_req_zone $binary_remote_addr zone=one:1m rate=1r/m;", `
		gzip on; gzip_types application/rss+xml; gzip_min_length 1;
		location = /old.rss { return 301 http://127.0.0.1:PORT/moved.rss; }
		location = /for-now.rss { return 302 http://127.0.0.1:PORT/feed.rss; }
		location = /inside.rss { return 302 http://169.254.169.254/feed.rss; }
		location = /slow.rss { try_files /feed.rss =404; limit_req zone=one; limit_req_status 429; add_header Retry-After 7 always; }`)
	r := newRig(t, nil)
	read := func(path string) (scanner.Outcome, error) {
		t.Helper()
		r.open(func(o *Options) {
			o.URLs = []*url.URL{sourcetest.Address(t, "http://"+n.Addr+path)}
			o.Client = r.Clock.Client(t, n.Addr)
		})
		return r.Pass(time.Hour)
	}
	for range 3 {
		if _, err := read("/feed.rss"); err != nil {
			t.Fatal(err)
		}
	}
	if got := n.Statuses(t, "/feed.rss"); !slices.Equal(got, []string{"200", "304", "304"}) {
		t.Errorf("a feed that does not change was answered %v", got)
	}
	for range 2 {
		if _, err := read("/old.rss"); err != nil {
			t.Fatal(err)
		}
		if len(r.Health().Notes) != 1 || !strings.Contains(r.Health().Notes[0], "moved for good") {
			t.Errorf("notes %q", r.Health().Notes)
		}
	}
	if old, moved := n.Statuses(t, "/old.rss"), n.Statuses(t, "/moved.rss"); len(old) != 1 || !slices.Equal(moved, []string{"200", "304"}) {
		t.Errorf("the old address was asked for %d times, the new one answered %v", len(old), moved)
	}
	if _, err := read("/for-now.rss"); err != nil || len(r.Health().Notes) != 0 {
		t.Errorf("a redirect for now: %v, notes %q", err, r.Health().Notes)
	}
	if _, err := read("/inside.rss"); err == nil || !strings.Contains(err.Error(), "not of the public internet") {
		t.Errorf("a redirect inside: %v", err)
	}
	if _, err := read("/slow.rss"); err != nil {
		t.Fatal(err)
	}
	var later interface{ RetryAfter() time.Duration }
	if _, err := read("/slow.rss"); !errors.As(err, &later) || later.RetryAfter() <= 0 {
		t.Errorf("a throttled feed: %v", err)
	}
}

func TestAPassEndsWithItsContext(t *testing.T) {
	r := newRig(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.source.Read(ctx, scanner.Pass{Source: "news"}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestItemsThatNeverChangeAreHandedOnNowAndThen(t *testing.T) {
	r := newRig(t, nil)
	r.site.Add(r.item("one", link1, time.Hour))
	for day, want := range []int{1, 1, 1, 1, 2, 2, 2, 2, 3, 3} {
		r.Must(24 * time.Hour)
		got := 0
		for _, took := range r.Calls(sourcetest.WasTaken) {
			if took.URI == r.uri("one") {
				got++
			}
		}
		if got != want {
			t.Errorf("on day %d: handed on %d times, want %d", day, got, want)
		}
	}
}

func TestAClockThatJumpedLetsNoFeedRest(t *testing.T) {
	r := newRig(t, nil)
	r.site.Header("Cache-Control", "max-age=7200")
	r.site.Add(r.item("one", link1, time.Hour))
	r.Clock.Move(365 * 24 * time.Hour)
	r.Must(-365 * 24 * time.Hour)
	r.Must(2 * time.Hour)
	if got := len(r.Calls(sourcetest.WasTaken)); got != 4 { // the feed and its item, twice
		t.Fatalf("after the clock went back: taken %d times", got)
	}
	r.Must(0)
	if full, unchanged, _ := r.site.Counts(); full != 2 || unchanged != 1 {
		t.Errorf("then: read in full %d times, unchanged %d times", full, unchanged)
	}
}

func TestWhatWasNotReadToItsEndIsAskedForInFull(t *testing.T) {
	item := func(i int) string {
		return fmt.Sprintf("<item><guid>%d</guid><title>number %x</title></item>", i, i*104729)
	}
	large := item(1) + "<item><guid>2</guid><title>" + strings.Repeat("All are welcome. ", MaxBody/16) + "</title></item>"
	for _, c := range []struct {
		name, items, end string
		full             int
	}{
		{"whole", item(1), "</channel></rss>", 1},
		{"broken off", item(1) + item(2), "<item><guid>3</guid><ti", 2},
		{"too large", large, "</channel></rss>", 2},
	} {
		r := newRig(t, nil)
		r.site.Serve(`<rss version="2.0"><channel><title>T</title>` + c.items + c.end)
		r.Must(time.Minute)
		r.Must(0)
		if full, unchanged, _ := r.site.Counts(); full != c.full || unchanged != 2-c.full {
			t.Errorf("%s: read in full %d times, unchanged %d times", c.name, full, unchanged)
		}
	}
}
