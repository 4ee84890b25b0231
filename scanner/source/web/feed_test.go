package web

import (
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
)

func TestFeedsAreReadHoweverTheyAreWritten(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"RSS", `<?xml version="1.0"?><rss version="2.0"><channel><title>News</title><link>https://acme.example/</link>
			<image><link>/no</link></image>
			<item><title>One</title><link>https://acme.example/1?a=1&amp;b=2</link><pubDate>Sat, 21 Nov 2026 10:20:30 GMT</pubDate>
			<enclosure url="https://acme.example/1.ics" type="text/calendar"/><guid>https://acme.example/no</guid></item>
			<item><title/><link><![CDATA[/2]]></link><atom:link href="/no"/></item></channel></rss>`,
			[]string{"https://acme.example/1?a=1&b=2 2026-11-21T10:20:30Z", "https://acme.example/1.ics 2026-11-21T10:20:30Z", "/2"}},
		{"RSS with permanent ids only", `<rss><item><guid>https://acme.example/1</guid></item><item><guid isPermaLink="false">https://acme.example/no</guid></item>
			<item><guid>tag:acme.example,2026:3</guid></item></rss>`, []string{"https://acme.example/1"}},
		{"RSS 1.0", `<rdf:RDF xmlns:rdf="x"><channel rdf:about="/no"><link>/no</link></channel><item rdf:about="https://acme.example/1"><dc:date>2026-11-21</dc:date></item>
			<item rdf:about="/no"><link>/2</link></item></rdf:RDF>`, []string{"https://acme.example/1 2026-11-21T00:00:00Z", "/2"}},
		{"Atom", `<feed xmlns="http://www.w3.org/2005/Atom"><link href="/no"/><updated>2026-11-21T00:00:00Z</updated>
			<entry><title type="html">&lt;b&gt;</title><published>2026-11-19T00:00:00Z</published><updated>2026-11-20T00:00:00Z</updated>
			<link rel="edit" href="/no"/><link href="/1"/><link rel="enclosure" href="/1.pdf"/><link rel="ALTERNATE" href="/1.txt"></link>
			<source><link href="/no"/><updated>2026-11-22T00:00:00Z</updated></source>
			<content type="xhtml"><div><a href="/no">x</a></div></content></entry>
			<entry><title/><link href="/2"/></entry></feed>`,
			[]string{"/1 2026-11-20T00:00:00Z", "/1.pdf 2026-11-20T00:00:00Z", "/1.txt 2026-11-20T00:00:00Z", "/2"}},
		{"Atom with a prefix", `<a:feed><a:entry><a:link href="/1"/></a:entry></a:feed>`, []string{"/1"}},
		{"JSON Feed", `{"version":"https://jsonfeed.org/version/1.1","home_page_url":"/no","author":{"url":"/no","x":[[{}]]},"items":[
			{"id":"7","url":"/1","date_published":"2026-11-20T00:00:00Z","tags":["a"],"attachments":[{"url":"/1.pdf","size":3},7]},
			{"external_url":"/2","url":null,"attachments":"x","x":{"url":"/no"}}, 5, "x", [{"url":"/no"}]], "next_url":"/no"}`,
			[]string{"/1 2026-11-20T00:00:00Z", "/1.pdf 2026-11-20T00:00:00Z", "/2"}},
		{"many links in one item", `<rss><item>` + strings.Repeat(`<enclosure url="/x"/>`, 50) + `</item></rss>`, strings.Split(strings.Repeat("/x,", maxItemLinks-1)+"/x", ",")},
		{"gzip", gzipText(t, `<rss><item><link>/1</link></item></rss>`), []string{"/1"}},
	} {
		got, list := readAll(t, readFeed, iotest.HalfReader(strings.NewReader(c.text)))
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
		if list.Truncated != "" || list.Unknown {
			t.Errorf("%s: %+v", c.name, list)
		}
	}
}

func TestFeedsThatAreCutShortAreTold(t *testing.T) {
	for _, c := range []struct {
		name, text string
		pages      int
	}{
		{"RSS", `<rss><item><link>/1</link></item><item><link>/2</li`, 1},
		{"too many", `<rss>` + strings.Repeat(`<item><link>/1</link></item>`, maxFeedItems+1) + `</rss>`, maxFeedItems},
		{"JSON", `{"items":[{"url":"/1"},{"url":"/2"`, 1},
		{"broken JSON", `{"items":[{"url":"/1"},{"url":"/2"}}`, 2},
		{"JSON nested deep", `{"items":[{"url":"/1"},{"x":` + strings.Repeat("[", 100_000), 1},
		{"many in JSON", `{"items":[` + strings.Repeat(`{"url":"/1"},`, maxFeedItems+1) + `7]}`, maxFeedItems},
		{"too large", `{"x":"` + strings.Repeat("y", maxFeedBytes) + `"}`, 0},
	} {
		got, list := readAll(t, readFeed, strings.NewReader(c.text))
		if len(got) != c.pages || list.Truncated == "" {
			t.Errorf("%s: %d pages, %+v; want %d and why", c.name, len(got), list, c.pages)
		}
	}
}

func TestPagesAreNoFeeds(t *testing.T) {
	for _, text := range []string{"", "hello", "https://acme.example/\n", "<html><item><link>/a</link></item></html>", `{"url":"/a"}`, `{"items":[]`, "[]"} {
		got, list := readAll(t, readFeed, strings.NewReader(text))
		if got != nil || !list.Unknown && list.Truncated == "" {
			t.Errorf("%q: %q, %+v", text, got, list)
		}
	}
}
