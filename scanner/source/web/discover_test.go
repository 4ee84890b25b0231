package web

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"meetleaks/scanner"
	"meetleaks/scanner/source/web/webtest"
)

// sitemapOf lists addresses, or sitemaps.
func sitemapOf(kind, addr string, paths ...string) []byte {
	outer, inner := "urlset", "url"
	if kind == "index" {
		outer, inner = "sitemapindex", "sitemap"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<%s xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n", outer)
	for _, p := range paths {
		fmt.Fprintf(&b, "<%s><loc>http://%s%s</loc></%s>\n", inner, addr, strings.ReplaceAll(p, "&", "&amp;"), inner)
	}
	fmt.Fprintf(&b, "</%s>\n", outer)
	return []byte(b.String())
}

func TestPagesThatOnlySitemapsNameAreRead(t *testing.T) {
	server := webtest.Start(t, map[string][]byte{"index.html": links()}, "", "")
	server.Write(t, map[string][]byte{
		"robots.txt":     []byte("User-agent: *\nDisallow: /private/\nSitemap: http://" + server.Addr + "/maps/index.xml\nSitemap: https://partner.example/sitemap.xml\n"),
		"maps/index.xml": sitemapOf("index", server.Addr, "/maps/1.xml.gz", "/maps/2.xml"),
		"maps/1.xml.gz":  zipped(t, sitemapOf("urls", server.Addr, "/hidden/1.html", "/hidden/2.html?a=1&b=2", "/private/3.html")),
		"maps/2.xml":     sitemapOf("urls", server.Addr, "/hidden/4.html"),
		"hidden/1.html":  links("/hidden/linked.html"), "hidden/2.html": links(zoomLink), "hidden/4.html": nil, "hidden/linked.html": nil,
		"private/3.html": links(zoomLink),
		"sitemap.xml":    append(sitemapOf("urls", server.Addr, "/usual.html"), "\n<!-- "+zoomLink+" -->"...), "usual.html": nil,
	})
	got := crawl(t.Context(), t, newCrawler(t, server.Addr, Options{}), nil)
	equal(t, "read", got.read(), []string{"/", "/hidden/1.html", "/hidden/2.html?a=1&b=2", "/hidden/4.html", "/hidden/linked.html", "/usual.html"})
	got.tells("/private/3.html", scanner.Policy, "robots")
	got.tells("/sitemap.xml", scanner.Policy, "outside")
	got.tells("/", scanner.Policy, "links to meetings")
	if got.stats.Sitemaps != 4 || len(got.skips) != 3 {
		t.Errorf("%d sitemaps; told:\n%s", got.stats.Sitemaps, strings.Join(got.told(), "\n"))
	}
}

func TestSitemapsThatCannotBeReadAreTold(t *testing.T) {
	server := webtest.Start(t, map[string][]byte{"index.html": links()}, "", `location = /broken.xml { return 500; }`)
	server.Write(t, map[string][]byte{
		"robots.txt": []byte("Sitemap: http://" + server.Addr + "/broken.xml\nSitemap: http://" + server.Addr + "/nowhere.xml\n"),
	})
	got := crawl(t.Context(), t, newCrawler(t, server.Addr, Options{}), nil)
	got.tells("/broken.xml", scanner.Failure, "500")
	got.tells("/nowhere.xml", scanner.Failure, "404")
	if len(got.skips) != 2 { // nobody promised that there is a /sitemap.xml
		t.Errorf("told:\n%s", strings.Join(got.told(), "\n"))
	}
}

func TestFeedsLeadToTheirItems(t *testing.T) {
	rss := `<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>
		<item><title>One</title><link>/news/1.html</link></item>
		<item><title>Two</title><link>%s</link></item></channel></rss>`
	atom := `<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><entry><link href="/news/2.html"/></entry></feed>`
	server := webtest.Start(t, map[string][]byte{
		"index.html": append([]byte(`<link rel=alternate type="application/rss+xml" href="/news.rss">`), links("/atom.xml")...),
		"news.rss":   []byte(fmt.Sprintf(rss, zoomLink)), "atom.xml": []byte(atom),
		"news/1.html": nil, "news/2.html": nil,
	}, "", "")
	got := crawl(t.Context(), t, newCrawler(t, server.Addr, Options{}), nil)
	equal(t, "read", got.read(), []string{"/", "/atom.xml", "/news.rss", "/news/1.html", "/news/2.html"})
	if got.stats.Feeds != 2 || got.stats.Refused != 1 {
		t.Errorf("%+v", got.stats)
	}
}

func TestASecondPassAsksWhetherSitemapsChanged(t *testing.T) {
	server := webtest.Start(t, map[string][]byte{"index.html": links(), "a.html": nil, "b.html": nil}, "", "")
	server.Write(t, map[string][]byte{"sitemap.xml": sitemapOf("urls", server.Addr, "/a.html")})
	p := newPasses(t, server.Addr, Options{})
	p.pass(t, 0)
	if got := p.pass(t, 0); got.stats.Sitemaps != 0 || got.err != nil {
		t.Errorf("an unchanged sitemap was read: %+v, %v", got.stats, got.err)
	}
	change(t, server, map[string][]byte{"sitemap.xml": sitemapOf("urls", server.Addr, "/a.html", "/b.html")})
	if got := p.pass(t, 0); got.stats.Sitemaps != 1 || len(got.docs) != 1 {
		t.Errorf("%+v, read: %q", got.stats, got.read())
	}
}

// Endless sites end, and say why.
func TestTrapsAreLeft(t *testing.T) {
	server := webtest.Start(t, map[string][]byte{"index.html": links("/a/b/", "/calendar?month=2026-11")}, "", `
		location /a/b/ { default_type text/html; return 200 "<a href=b/>deeper $request_uri</a> $request_id"; }
		location /calendar { default_type text/html; return 200 "<a href='/calendar?month=2031-01'>later</a><a href='?session=$request_id&a=$request_id&b=$request_id'>again</a> $request_id"; }
	`)
	got := crawl(t.Context(), t, newCrawler(t, server.Addr, Options{Depth: 200, MaxPages: 5000}), nil)
	if got.err != nil || len(got.docs) > 500 {
		t.Errorf("%d pages, %v", len(got.docs), got.err)
	}
	endless := 0
	for _, s := range got.skips {
		if strings.Contains(s.Reason, "looks endless") && s.Cause == scanner.Policy {
			endless++
		}
	}
	if endless < 2 {
		t.Errorf("told:\n%s", strings.Join(got.told(), "\n"))
	}
}

// What is on disk during a pass are addresses of pages.
func TestNoMeetingLinkIsOnDisk(t *testing.T) {
	server := webtest.Start(t, bigSite(), "", "")
	c := newCrawler(t, server.Addr, Options{Depth: 1})
	p := &pass{Crawler: c, unread: newUnread(func(scanner.Skip) {}), recent: newRecent(), texts: newTexts()}
	if err := p.open(); err != nil {
		t.Fatal(err)
	}
	for i := range 5000 {
		for _, ref := range []string{zoomLink, fmt.Sprintf("/p%d.html", i), "/go?to=" + zoomLink, fmt.Sprintf("https://acme.zoom.us/j/8493%07d", 271_000+i)} {
			p.consider(t.Context(), c.starts[0], link{ref: ref, class: classFound, depth: 1})
		}
	}
	if n := p.frontier.len(); n != 5000 {
		t.Errorf("%d addresses wait", n)
	}
	for {
		e, ok, err := p.frontier.pop(func(string) bool { return true })
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			break
		}
		noMeetings(t, "the frontier", []string{e.Address.String()})
	}
	if err := p.close(); err != nil {
		t.Error(err)
	}
	left, err := os.ReadDir(filepath.Clean(c.options.Dir))
	if err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// FuzzLinks looks for texts of links that bring a meeting link into the frontier, or a pass to its end.
func FuzzLinks(f *testing.F) {
	for _, ref := range []string{zoomLink, teamsLink, "/a?to=" + zoomLink, "//acme.zoom.us/j/84930275116", "HTTPS:\\\\acme.zoom.us/j/84930275116", "/ok", "?q=%zz", "http://[::1]:80/", "\x00", "mailto:x"} {
		f.Add(ref)
	}
	f.Fuzz(func(t *testing.T, ref string) {
		c := newCrawler(t, "127.0.0.1:8088", Options{})
		p := &pass{Crawler: c, unread: newUnread(func(scanner.Skip) {}), recent: newRecent(), texts: newTexts(), cancel: func(err error) { t.Errorf("ended the pass: %v", err) }}
		if err := p.open(); err != nil {
			t.Fatal(err)
		}
		defer p.close()
		p.consider(t.Context(), c.starts[0], link{ref: ref, class: classFound, depth: 1})
		if e, ok, err := p.frontier.pop(func(string) bool { return true }); err != nil {
			t.Fatal(err)
		} else if ok {
			noMeetings(t, "the frontier", []string{e.Address.String()})
		}
	})
}

func TestAnIndexThatDidNotChangeStillLeadsToItsSitemaps(t *testing.T) {
	server := webtest.Start(t, map[string][]byte{"index.html": links(), "a.html": nil, "b.html": nil}, "", "")
	server.Write(t, map[string][]byte{
		"sitemap.xml": sitemapOf("index", server.Addr, "/part.xml"), "part.xml": sitemapOf("urls", server.Addr, "/a.html"),
	})
	p := newPasses(t, server.Addr, Options{})
	p.pass(t, 0)
	change(t, server, map[string][]byte{"part.xml": sitemapOf("urls", server.Addr, "/a.html", "/b.html")})
	equal(t, "read", p.pass(t, 0).read(), []string{"/b.html"})
}

func TestASitemapThatNotAllWasTakenOfIsReadAgain(t *testing.T) {
	server := webtest.Start(t, map[string][]byte{"index.html": links()}, "", "")
	server.Write(t, map[string][]byte{"sitemap.xml": sitemapOf("urls", server.Addr, "/a.html", "/b.html", "/c.html")})
	p := newPasses(t, server.Addr, Options{MaxURLs: 2})
	for _, left := range []string{"/b.html", "/c.html"} { // in the second pass the first is known
		got := p.pass(t, 0)
		got.tells(left, scanner.Policy, "more addresses than one pass may remember")
		if got.stats.Sitemaps != 1 {
			t.Errorf("%+v", got.stats)
		}
	}
}

func TestASitemapThatRedirectsElsewhereIsNotFollowed(t *testing.T) {
	elsewhere := webtest.Start(t, map[string][]byte{"index.html": nil, "map.xml": nil}, "", "")
	server := webtest.Start(t, map[string][]byte{"index.html": links()}, "", "location = /map.xml { return 302 http://"+elsewhere.Addr+"/map.xml; }")
	server.Write(t, map[string][]byte{"robots.txt": []byte("Sitemap: http://" + server.Addr + "/map.xml\n")})
	client := testClient(t, server.Addr, elsewhere.Addr)
	got := crawl(t.Context(), t, newCrawlerBy(t, client, server.Addr, Options{}), nil)
	got.tells("/map.xml", scanner.Policy, "leads outside")
	if n := client.Stats().Hosts[elsewhere.Addr].Requests; n != 0 {
		t.Errorf("%d requests to another site", n)
	}
}

func TestAFeedThatIsASitemapIsReadAsAPageToo(t *testing.T) {
	server := webtest.Start(t, map[string][]byte{"index.html": links("/feed.xml"), "one.html": nil}, "", "")
	server.Write(t, map[string][]byte{
		"robots.txt": []byte("Sitemap: http://" + server.Addr + "/feed.xml\n"),
		"feed.xml":   []byte(`<rss><channel><item><link>/one.html</link><description>` + zoomLink + `</description></item></channel></rss>`),
	})
	equal(t, "read", newPasses(t, server.Addr, Options{}).pass(t, 0).read(), []string{"/", "/feed.xml", "/one.html"})
}

func TestWhatIsPromisedAsASitemapAndIsNoneIsTold(t *testing.T) {
	server := webtest.Start(t, map[string][]byte{"index.html": links(), "sitemap.xml": links()}, "", "")
	server.Write(t, map[string][]byte{"robots.txt": []byte("Sitemap: http://" + server.Addr + "/map.xml\n"), "map.xml": links()})
	got := crawl(t.Context(), t, newCrawler(t, server.Addr, Options{}), nil)
	got.tells("/map.xml", scanner.Failure, "no sitemap")
	if len(got.skips) != 1 {
		t.Errorf("told:\n%s", strings.Join(got.told(), "\n"))
	}
}
