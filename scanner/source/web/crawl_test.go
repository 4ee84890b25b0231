package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"meetleaks/scanner"
	"meetleaks/scanner/fetch"
	"meetleaks/scanner/source/sourcetest"
	"meetleaks/scanner/source/web/webtest"
)

// The invented meetings of the site.
const (
	zoomLink  = "https://acme.zoom.us/j/84930275116?pwd=b2Zm93kQxLw7"
	teamsLink = "https://teams.microsoft.com/l/meetup-join/19%3ameeting_QmVyZ2Zlc3Q3%40thread.v2/0"
)

// bigSite has a home page, ten sections of nineteen pages each, and what a crawler meets besides.
func bigSite() map[string][]byte {
	files := map[string][]byte{}
	var home []string
	for s := range 10 {
		home = append(home, fmt.Sprintf("/s%d/", s))
		section := []string{"/", "../", "/styles.css", "mailto:board@acme.example", "#top"}
		for p := range 19 {
			name := fmt.Sprintf("s%d/p%d.html", s, p)
			section = append(section, "/"+name, fmt.Sprintf("p%d.html#part", p), fmt.Sprintf("/s%d/./p%d.html?utm_source=news", s, p))
			files[name] = links("/", "./", fmt.Sprintf("/s%d/p%d.html", (s+1)%10, p), zoomLink, "/private/board.html", "https://partner.example/")
			files[name] = append(files[name], fmt.Sprintf("<p>Page %d of section %d is about %s.", p, s, strings.Repeat(fmt.Sprint("word", s*31+p, " "), 40))...)
		}
		files[fmt.Sprintf("s%d/index.html", s)] = links(section...)
	}
	files["index.html"] = links(append(home, "/private/board.html", "/film.mp4", "/gone.html", teamsLink)...)
	files["robots.txt"] = []byte("User-agent: *\nDisallow: /private/\n")
	files["private/board.html"] = links(zoomLink)
	return files
}

func TestAWholeSiteIsReadOnceAndNothingElse(t *testing.T) {
	server := webtest.Start(t, bigSite(), "", "")
	got := crawl(t.Context(), t, newCrawler(t, server.Addr, Options{Depth: 5}), nil)

	want := []string{"/"}
	for s := range 10 {
		want = append(want, fmt.Sprintf("/s%d/", s))
		for p := range 19 {
			want = append(want, fmt.Sprintf("/s%d/p%d.html", s, p))
		}
	}
	equal(t, "read", got.read(), want)
	equal(t, "requested", server.Asked(t), append(want, "/gone.html", "/sitemap.xml"))
	got.tells("/private/board.html", scanner.Policy, "robots")
	got.tells("/styles.css", scanner.Policy, "kind not read")
	got.tells("/film.mp4", scanner.Policy, "kind not read")
	got.tells("/gone.html", scanner.Policy, "404")
	got.tells("/", scanner.Policy, "lead outside")
	if len(got.skips) != 6 {
		t.Errorf("%d skips:\n%s", len(got.skips), strings.Join(got.told(), "\n"))
	}
	if got.stats.Pages != 201 || got.stats.Refused == 0 || got.stats.Outside == 0 || got.stats.Ignored == 0 {
		t.Errorf("%+v", got.stats)
	}
	noMeetings(t, "told", got.told())
}

func TestRequestsNeverShowWhereWeComeFrom(t *testing.T) {
	server := webtest.Start(t, bigSite(), "", `add_header Set-Cookie "id=1; Path=/" always;`)
	got := crawl(t.Context(), t, newCrawler(t, server.Addr, Options{MaxPages: 30}), nil)
	if n := len(got.read()); n != 29 { // and one that is not there
		t.Errorf("%d pages", n)
	}
	var uris []string
	for _, line := range server.Log(t) {
		uris = append(uris, line.URI)
		if line.Method != "GET" || line.Referer != "-" && line.Referer != "" || line.Cookie != "-" && line.Cookie != "" || line.Host != server.Addr ||
			line.Agent != "meetleaks/dev (+https://acme.example/bot)" {
			t.Errorf("%+v", line)
		}
	}
	noMeetings(t, "requested", uris)
}

func TestLinksAreFollowedAsFarAsAskedFor(t *testing.T) {
	files := map[string][]byte{"index.html": links("/1.html")}
	for i := 1; i < 8; i++ {
		files[fmt.Sprintf("%d.html", i)] = links(fmt.Sprintf("/%d.html", i+1), fmt.Sprintf("/%d.html?again", i+2))
	}
	server := webtest.Start(t, files, "", "")
	for depth, want := range map[int][]string{
		-1: {"/"},
		0:  {"/", "/1.html", "/2.html", "/3.html?again"},
		1:  {"/", "/1.html"},
		3:  {"/", "/1.html", "/2.html", "/3.html", "/3.html?again", "/4.html", "/4.html?again", "/5.html?again"},
	} {
		got := crawl(t.Context(), t, newCrawler(t, server.Addr, Options{Depth: depth}), nil)
		equal(t, fmt.Sprintf("depth %d", depth), got.read(), want)
		got.tells("/", scanner.Policy, "deeper than")
	}
}

func TestThePageBudgetIsKeptAndTold(t *testing.T) {
	server := webtest.Start(t, bigSite(), "", "")
	for _, most := range []int{1, 7, 50} {
		got := crawl(t.Context(), t, newCrawler(t, server.Addr, Options{MaxPages: most}), nil)
		if n := len(got.read()); n > most || n < most-1 { // one may have been the page that is not there
			t.Errorf("%d pages were read of %d", n, most)
		}
		got.tells("/", scanner.Policy, fmt.Sprintf("because %d pages are the most", most))
	}
}

func TestTheTimeOfAPassIsBoundedAndTold(t *testing.T) {
	server := webtest.Start(t, bigSite(), "", "")
	var asked atomic.Int64
	begin := time.Now()
	now := func() time.Time { // an hour goes by with each look at the clock
		return begin.Add(time.Duration(asked.Add(1)) * time.Hour)
	}
	got := crawl(t.Context(), t, newCrawler(t, server.Addr, Options{MaxPages: 1000, Parallel: 1, Within: 12 * time.Hour, Now: now}), nil)
	if n := len(got.read()); n == 0 || n > 12 {
		t.Errorf("%d pages were read", n)
	}
	got.tells("/", scanner.Policy, "because a pass takes 12h0m0s at most")
}

func TestAnswersThatAreNoPagesAreTold(t *testing.T) {
	files := map[string][]byte{
		"index.html": links("/broken", "/members", "/forbidden", "/gone", "/nowhere", "/loop", "/metadata", "/elsewhere", "/townhall", "/moved", "/teapot"),
		"there.html": links("/"),
	}
	server := webtest.Start(t, files, "", `
		location = /broken { return 500; }
		location = /members { return 401; }
		location = /forbidden { return 403; }
		location = /gone { return 410; }
		location = /teapot { return 418; }
		location = /loop { return 302 /loop; }
		location = /metadata { return 302 http://169.254.169.254/latest/meta-data/; }
		location = /elsewhere { return 302 https://partner.example/; }
		location = /townhall { return 302 `+zoomLink+`; }
		location = /moved { return 301 /there.html; }
	`)
	got := crawl(t.Context(), t, newCrawler(t, server.Addr, Options{}), nil)
	equal(t, "read", got.read(), []string{"/", "/there.html", "/townhall"})
	got.tells("/broken", scanner.Failure, "500")
	got.tells("/members", scanner.Policy, "401")
	got.tells("/forbidden", scanner.Failure, "403")
	got.tells("/gone", scanner.Policy, "410")
	got.tells("/nowhere", scanner.Policy, "404")
	got.tells("/teapot", scanner.Failure, "418")
	got.tells("/loop", scanner.Failure, "redirect")
	got.tells("/metadata", scanner.Policy, "blocked")
	got.tells("/elsewhere", scanner.Policy, "leads outside")
	got.tells("/", scanner.Policy, "links to meetings")
	if len(got.skips) != 10 {
		t.Errorf("%d skips:\n%s", len(got.skips), strings.Join(got.told(), "\n"))
	}
	if text := got.docs["http://"+server.Addr+"/townhall"]; !strings.Contains(text, zoomLink) {
		t.Errorf("the redirect to a meeting reads %q", text)
	}
	tries := 0
	for _, uri := range server.Asked(t) {
		if uri == "/broken" {
			tries++
		}
	}
	if tries != maxTries || got.stats.Retries != maxTries-1 {
		t.Errorf("%d tries, %d of them counted as more than the first", tries, got.stats.Retries)
	}
}

// TestWhoeverWaitsIsNotKeptWaiting: with Patience a page that fails is tried again as long as that is soon, and who asked is told how
// soon: not before the server wants it.
func TestWhoeverWaitsIsNotKeptWaiting(t *testing.T) {
	server := webtest.Start(t, map[string][]byte{"index.html": links("/broken", "/soon", "/later")}, "", `
		location = /broken { return 500; }
		location = /soon { add_header Retry-After 3 always; return 500; }
		location = /later { add_header Retry-After 11 always; return 500; }
	`)
	clock := sourcetest.ClockAt(time.Now()) // the pauses that the server asks for
	client := testClientWith(t, fetch.Options{
		Pace: fetch.None, Allow: []string{server.Addr},
		Now: clock.Now, Sleep: clock.Sleep,
	})
	told := make(chan time.Duration, 10)
	c := newCrawlerBy(t, client, server.Addr, Options{Patience: 10 * time.Second, Again: func(host string, why error, in time.Duration) {
		if told <- in; host != server.Addr || !strings.Contains(why.Error(), "500") {
			t.Errorf("told of %q: %v", host, why)
		}
	}})
	c.retryDelay = func(tries int) time.Duration {
		if tries > 1 {
			return retryDelay(tries)
		}
		return time.Millisecond
	}
	got := crawl(t.Context(), t, c, nil)
	for _, uri := range []string{"/broken", "/soon", "/later"} {
		got.tells(uri, scanner.Failure, "500")
	}
	tries := map[string]int{}
	for _, uri := range server.Asked(t) {
		tries[uri]++
	}
	if tries["/broken"] != 2 || tries["/soon"] != 2 || tries["/later"] != 1 {
		t.Errorf("tried %v", tries)
	}
	close(told)
	var soon time.Duration
	for in := range told {
		soon += in
	}
	if soon != 3*time.Second+time.Millisecond {
		t.Errorf("told of tries within %v together", soon)
	}
}

// TestPatienceEndsWhereItSays: the first pause of a page that fails is within the patience of a person, the second is not. A crawler
// whom nobody waits for has them all, and those that a server asks for.
func TestPatienceEndsWhereItSays(t *testing.T) {
	const patience = 10 * time.Second
	for _, test := range []struct {
		patience, in time.Duration
		want         bool
	}{
		{patience, retryDelay(1), true}, {patience, patience, true}, {patience, patience + 1, false}, {patience, retryDelay(2), false},
		{0, retryDelay(1), true}, {0, retryDelay(2), true}, {0, time.Hour, true},
	} {
		if p := (&pass{Crawler: &Crawler{options: Options{Patience: test.patience}}}); p.waits(test.in) != test.want {
			t.Errorf("with a patience of %v a pause of %v: %v", test.patience, test.in, !test.want)
		}
	}
}

// TestNobodyWaitsForASiteThatAsksForMoreTime: of a host of which nothing was read yet nothing more is asked, and it is told why.
func TestNobodyWaitsForASiteThatAsksForMoreTime(t *testing.T) {
	server := webtest.Start(t, map[string][]byte{"index.html": links()}, "", `
		location = / { add_header Retry-After 11 always; return 429; }
	`)
	clock := sourcetest.ClockAt(time.Now())
	began := clock.Now()
	c := newCrawlerBy(t, impatient(t, server.Addr, clock), server.Addr, Options{
		Start: []string{"http://" + server.Addr + "/", "http://" + server.Addr + "/index.html"}, Patience: 10 * time.Second, Now: clock.Now, PerHost: 1,
		Waits: func(host string, in time.Duration) { t.Errorf("%s is waited for, %v", host, in) },
	})
	got := crawl(t.Context(), t, c, nil)
	got.tells("/", scanner.Failure, "429, and the site asks to wait 11s")
	got.tells("/index.html", scanner.Failure, "asks to wait 11s")
	equal(t, "asked", server.Asked(t), []string{"/"})
	if took := clock.Now().Sub(began); took > 10*time.Second {
		t.Errorf("it took %s", took)
	}
}

// TestTheRestOfASiteIsWorthTheWait: in the midst of its pages a host gets the time that it asks for, and whoever waits is told.
func TestTheRestOfASiteIsWorthTheWait(t *testing.T) {
	server := webtest.Start(t, map[string][]byte{"index.html": links("/busy", "/after.html"), "after.html": links()}, "", `
		location = /busy { add_header Retry-After 11 always; return 503; }
	`)
	clock := sourcetest.ClockAt(time.Now())
	var told atomic.Int64
	c := newCrawlerBy(t, impatient(t, server.Addr, clock), server.Addr, Options{
		Patience: 10 * time.Second, Now: clock.Now,
		Waits: func(host string, in time.Duration) {
			told.Add(1)
			if host != server.Addr || in != 11*time.Second {
				t.Errorf("told of %s: %s", host, in)
			}
		},
	})
	got := crawl(t.Context(), t, c, nil)
	equal(t, "read", got.read(), []string{"/", "/after.html"})
	got.tells("/busy", scanner.Failure, "asks to wait 11s")
	if told.Load() != 1 {
		t.Errorf("told %d times", told.Load())
	}
}

// impatient is a client whose waits take no time.
func impatient(t *testing.T, addr string, clock *sourcetest.Clock) *fetch.Client {
	t.Helper()
	return testClientWith(t, fetch.Options{
		Pace: fetch.None, Allow: []string{addr}, Now: clock.Now, Sleep: clock.Sleep,
	})
}

func TestAThrottledSiteIsReadInTheEnd(t *testing.T) {
	files := map[string][]byte{"index.html": links("/1.html", "/2.html", "/3.html", "/4.html", "/5.html", "/6.html")}
	for i := range 6 {
		files[fmt.Sprintf("%d.html", i+1)] = links()
	}
	server := webtest.Start(t, files, "limit_req_zone $binary_remote_addr zone=z:1m rate=4r/s; limit_req_status 429;", `
		add_header Retry-After 1 always;
		location ~ html$ { limit_req zone=z burst=2 nodelay; }
	`)
	c := newCrawler(t, server.Addr, Options{PerHost: 2})
	c.retryDelay = func(tries int) time.Duration { return time.Duration(tries) * 500 * time.Millisecond }
	got := crawl(t.Context(), t, c, nil)
	if n := len(got.read()); n != 7 {
		t.Errorf("%d pages:\n%s", n, strings.Join(got.told(), "\n"))
	}
	if got.stats.Retries == 0 {
		t.Error("nothing was tried again: the test shows nothing")
	}
}

func TestPagesThatStallAreReadAsFarAsTheyCame(t *testing.T) {
	slow := append(links("/after.html"), bytes.Repeat([]byte("x"), 100_000)...)
	server := webtest.Start(t, map[string][]byte{"index.html": links("/slow.html"), "slow.html": slow, "after.html": links()}, "", `
		location = /slow.html { limit_rate 1000; }
	`)
	clock := sourcetest.ClockAt(time.Now()) // a host in trouble is left alone for some seconds
	client := testClientWith(t, fetch.Options{
		Pace: fetch.None, Allow: []string{server.Addr}, Limits: fetch.Limits{Total: 1500 * time.Millisecond},
		Now: clock.Now, Sleep: clock.Sleep,
	})
	got := crawl(t.Context(), t, newCrawlerBy(t, client, server.Addr, Options{}), nil)
	equal(t, "read", got.read(), []string{"/", "/slow.html", "/after.html"})
	got.tells("/slow.html", scanner.Failure, "truncated")
}

func TestASiteWithoutReadableRobotsIsNotRead(t *testing.T) {
	server := webtest.Start(t, bigSite(), "", `location = /robots.txt { return 503; }`)
	got := crawl(t.Context(), t, newCrawler(t, server.Addr, Options{}), nil)
	equal(t, "read", got.read(), nil)
	equal(t, "requested", server.Asked(t), nil)
	got.tells("/", scanner.Failure, "robots")
}

func TestRobotsMayKeepUsOutOfAll(t *testing.T) {
	files := bigSite()
	files["robots.txt"] = []byte("User-agent: meetleaks\nDisallow: /\n")
	server := webtest.Start(t, files, "", "")
	got := crawl(t.Context(), t, newCrawler(t, server.Addr, Options{}), nil)
	equal(t, "requested", server.Asked(t), nil)
	got.tells("/", scanner.Policy, "robots")
}

func TestPagesMayAskNotToBeFollowed(t *testing.T) {
	meta := []byte(`<meta name=robots content="noindex, nofollow">`)
	files := map[string][]byte{
		"index.html": append(links("/a.html", "/b.html", "/c.html"), `<a rel=nofollow href=/d.html>d</a>`...),
		"a.html":     append(meta, links("/from-a.html", zoomLink)...), "b.html": links("/from-b.html"), "c.html": links("/from-c.html"),
		"from-a.html": nil, "from-b.html": nil, "from-c.html": nil, "d.html": nil,
	}
	server := webtest.Start(t, files, "", `location = /b.html { add_header X-Robots-Tag nofollow; }`)
	got := crawl(t.Context(), t, newCrawler(t, server.Addr, Options{}), nil)
	equal(t, "read", got.read(), []string{"/", "/a.html", "/b.html", "/c.html", "/from-c.html"})
	if got.stats.NoIndex != 1 || got.stats.NoFollow != 4 {
		t.Errorf("%+v", got.stats)
	}
	got.tells("/", scanner.Policy, "ask robots not to")
}

func TestRedirectsToOnePageAreReadOnce(t *testing.T) {
	server := webtest.Start(t, map[string][]byte{"index.html": links("/1", "/2", "/3", "/there.html"), "there.html": links()}, "", `
		location = /1 { return 302 /there.html; }
		location = /2 { return 302 /1; }
		location = /3 { return 302 /there.html; }
	`)
	got := crawl(t.Context(), t, newCrawler(t, server.Addr, Options{}), nil)
	equal(t, "read", got.read(), []string{"/", "/there.html"})
	if len(got.skips) != 0 {
		t.Errorf("told:\n%s", strings.Join(got.told(), "\n"))
	}
}

func TestAFailureBehindARedirectIsTriedAgain(t *testing.T) {
	var n atomic.Int64
	addr, _ := testServer(t, map[string]http.HandlerFunc{
		"/": text(`<a href="/moved">x</a>`), "/moved": redirect("/there"),
		"/there": func(w http.ResponseWriter, r *http.Request) {
			if n.Add(1) == 1 {
				w.WriteHeader(http.StatusInternalServerError)
				return
			}
			text("here")(w, r)
		},
	})
	got := crawl(t.Context(), t, newCrawler(t, addr, Options{}), nil)
	equal(t, "read", got.read(), []string{"/", "/there"})
}

func TestAPoliteCrawlAsksOneThingAtATime(t *testing.T) {
	var under, most atomic.Int64
	handlers := map[string]http.HandlerFunc{}
	count := func(h http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			most.Store(max(most.Load(), under.Add(1)))
			h(w, r)
			under.Add(-1)
		}
	}
	var refs []string
	for i := range 20 {
		ref := fmt.Sprintf("/p%d", i)
		refs = append(refs, ref)
		handlers[ref] = count(text("p"))
	}
	handlers["/"] = count(text(string(links(refs...))))
	addr, _ := testServer(t, handlers)
	clock := sourcetest.ClockAt(time.Now())
	var mu sync.Mutex
	var slept time.Duration
	client := testClientWith(t, fetch.Options{Allow: []string{addr}, Now: clock.Now, Sleep: func(ctx context.Context, d time.Duration) error {
		mu.Lock()
		defer mu.Unlock()
		slept += d
		clock.Move(d)
		return ctx.Err()
	}})
	got := crawl(t.Context(), t, newCrawlerBy(t, client, addr, Options{}), nil)
	if n := len(got.read()); n != 21 {
		t.Errorf("%d pages", n)
	}
	if most.Load() != 1 || slept < 20*time.Second {
		t.Errorf("%d requests at a time, with pauses of %s in all", most.Load(), slept)
	}
}

// What a pass cannot finish must not keep it for ever.
func TestAPassEndsWhenNobodyTakesItsUnits(t *testing.T) {
	server := webtest.Start(t, bigSite(), "", "")
	enough := errors.New("nobody reads any more")
	for _, taken := range []int64{0, 1, 5} {
		var n atomic.Int64
		c := newCrawler(t, server.Addr, Options{})
		_, err := c.Crawl(t.Context(), nil, func(u scanner.Unit) error {
			switch i := n.Add(1); {
			case i < taken:
				return u(t.Context(), func(scanner.Document) error { return nil }, func(scanner.Skip) {})
			case i == taken:
				return nil // and it is never run
			}
			return enough
		}, func(scanner.Skip) {})
		if !errors.Is(err, enough) {
			t.Errorf("%d taken: %v", taken, err)
		}
	}
}

func TestAUnitThatFailsEndsThePass(t *testing.T) {
	server := webtest.Start(t, bigSite(), "", "")
	broken := errors.New("the sink is full")
	c := newCrawler(t, server.Addr, Options{})
	c.pulse = time.Hour
	_, err := c.Crawl(t.Context(), nil, func(u scanner.Unit) error {
		err := u(t.Context(), func(scanner.Document) error { return broken }, func(scanner.Skip) {})
		if !errors.Is(err, broken) {
			t.Errorf("the unit returned %v", err)
		}
		return nil
	}, func(scanner.Skip) {})
	if !errors.Is(err, broken) {
		t.Errorf("the pass ended with %v", err)
	}
}

func TestACancelledPassEndsAtOnceAndLeavesNothing(t *testing.T) {
	addr, _ := testServer(t, map[string]http.HandlerFunc{
		"/": text(string(links("/stalls"))),
		"/stalls": func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusOK)
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		},
	})
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("the operator asked to stop")
	c := newCrawler(t, addr, Options{})
	read := c.read
	c.read = func(ctx context.Context, page *Page, yield func(scanner.Document) error, skip func(scanner.Skip)) (scanner.Outline, error) {
		defer cancel(why)
		return read(ctx, page, yield, skip)
	}
	got := crawl(ctx, t, c, nil)
	if !errors.Is(got.err, why) {
		t.Errorf("ended with %v", got.err)
	}
	left, err := os.ReadDir(c.options.Dir)
	if err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// Readers that are slow must slow the fetching down, not fill the memory.
func TestBodiesThatWaitAreBounded(t *testing.T) {
	const pages, size = 20, 4_000_000
	files := map[string][]byte{}
	var refs []string
	for i := range pages {
		refs = append(refs, fmt.Sprintf("/p%d.html", i))
		files[fmt.Sprintf("p%d.html", i)] = bytes.Repeat([]byte{byte('a' + i%26)}, size)
	}
	files["index.html"] = links(refs...)
	server := webtest.Start(t, files, "", "")
	c := newCrawler(t, server.Addr, Options{})
	c.pulse = time.Hour
	c.read = func(_ context.Context, page *Page, _ func(scanner.Document) error, _ func(scanner.Skip)) (scanner.Outline, error) {
		return outlineOf(page.body[:min(len(page.body), 5_000)]), nil
	}
	units := make(chan scanner.Unit, pages+1)
	full := make(chan struct{})
	var waits atomic.Int64
	var readers sync.WaitGroup
	readers.Go(func() {
		for i := 0; ; i++ {
			if i == 1 {
				<-full // the home page was read; nothing else is until no more would come
			}
			u, open := <-units
			if !open {
				return
			}
			if err := u(t.Context(), nil, func(scanner.Skip) {}); err != nil {
				t.Error(err)
			}
		}
	})
	_, err := c.Crawl(t.Context(), nil, func(u scanner.Unit) error {
		units <- u
		if waits.Add(1) == MaxHeld/size+1 { // and the home page
			time.AfterFunc(300*time.Millisecond, func() {
				if n := waits.Load(); n > MaxHeld/size+1 {
					t.Errorf("%d bodies wait, more than %d", n-1, MaxHeld/size)
				}
				close(full)
			})
		}
		return nil
	}, func(scanner.Skip) {})
	close(units)
	readers.Wait()
	if err != nil || waits.Load() != pages+1 {
		t.Fatalf("%d pages, %v", waits.Load(), err)
	}
}

func TestLinksBeyondThoseOfOnePageAreTold(t *testing.T) {
	server := webtest.Start(t, map[string][]byte{"index.html": nil, "a.html": nil}, "", "")
	c := newCrawler(t, server.Addr, Options{})
	c.read = func(_ context.Context, page *Page, _ func(scanner.Document) error, _ func(scanner.Skip)) (scanner.Outline, error) {
		return scanner.Outline{Links: []scanner.PageLink{{URL: "/a.html"}}, More: 990_000}, nil
	}
	got := crawl(t.Context(), t, c, nil)
	got.tells("/", scanner.Policy, "990000 links more")
	equal(t, "requested", server.Asked(t), []string{"/", "/a.html", "/sitemap.xml"})
}

// What is told is bounded, and nothing is lost without a word.
func TestManySkipsAreToldInOneLine(t *testing.T) {
	var told []scanner.Skip
	u := newUnread(func(s scanner.Skip) { told = append(told, s) })
	for i := range maxListed + 500 {
		u.tell(fmt.Sprint("https://acme.example/", i), refusal("excluded"))
	}
	for i := range 3 * maxReasons {
		u.tell("https://acme.example/x", fmt.Errorf("failed in way %d of %s", i, zoomLink))
	}
	u.sum("https://acme.example/")
	if len(told) > maxListed+3*maxReasons+2 || !strings.Contains(told[len(told)-1].Reason, "500 more: excluded") {
		t.Errorf("%d skips, the last is %+v", len(told), told[len(told)-1])
	}
	for _, s := range told {
		noMeetings(t, "told", []string{s.Reason})
	}
}

func TestStartsThatAreNeverRequestedAreMistakes(t *testing.T) {
	client := testClient(t, "127.0.0.1:8088")
	for _, starts := range [][]string{
		nil, {""}, {"ftp://acme.example/"}, {zoomLink}, {"https://user:secret@acme.example/"}, {"http://10.0.0.1/"}, {"http://acme.example:25/"},
	} {
		_, err := New(client, readPlainly, Options{Name: "own-site", Start: starts})
		if err == nil || !strings.Contains(err.Error(), "own-site") {
			t.Errorf("%q: %v", starts, err)
		}
		if err != nil && (strings.Contains(err.Error(), "84930275116") || strings.Contains(err.Error(), "secret")) {
			t.Errorf("%q: the error shows what must not be shown", starts)
		}
	}
	if _, err := New(client, readPlainly, Options{Start: []string{"http://127.0.0.1:8088/"}, Parallel: 1000, MaxPages: -1}); err == nil {
		t.Error("odd numbers were taken")
	}
}
