package feed

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"meetleaks/scanner/source/polled"
)

const link1, link2 = "https://acme.zoom.us/j/84930275116", "https://acme.zoom.us/j/81537094628"

// all joins the texts of an item.
func (it *item) all() string {
	var out []string
	for _, p := range it.parts {
		out = append(out, p.text)
	}
	return strings.Join(out, "\n")
}

func TestParseReadsEveryFormat(t *testing.T) {
	for _, c := range []struct {
		name, body, charset string
		items               int
		id, link, posted    string
		holds               []string
		lacks               []string
	}{
		{
			name: "RSS 2.0", items: 2, id: "g1", link: "https://acme.example/n/1", posted: "2026-11-21T10:00:00Z",
			body: `<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
				xmlns:media="http://search.yahoo.com/mrss/" xmlns:ev="http://purl.org/rss/1.0/modules/event/"
				xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>T</title><item><title>Board</title><link>https://acme.example/n/1</link>
				<guid isPermaLink="false">g1</guid><pubDate>Sat, 21 Nov 2026 10:00:00 +0000</pubDate><dc:creator>Quillbert</dc:creator>
				<description>short &amp;amp; sweet</description><content:encoded><![CDATA[<p><a href="` + link1 + `">join</a></p>]]></content:encoded>
				<enclosure url="https://acme.example/a.mp3" type="audio/mpeg"/><media:group><media:description>described ` + link2 + `</media:description></media:group>
				<ev:location>https://acme.zoom.us/j/89164027355</ev:location><joinUrl>https://acme.zoom.us/j/86205917438</joinUrl></item>
				<item><title>b</title></item></channel></rss>`,
			holds: []string{link1, link2, "https://acme.example/a.mp3", "89164027355", "86205917438", "short"}, lacks: []string{"Quillbert"},
		},
		{
			name: "RSS 1.0", items: 1, link: "https://acme.example/r", posted: "2026-11-21T10:00:00Z",
			body: `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
				<channel rdf:about="x"><title>T</title></channel><item rdf:about="y"><title>R</title><link>https://acme.example/r</link>
				<description>` + link1 + `</description><dc:date>2026-11-21T10:00:00Z</dc:date></item></rdf:RDF>`,
			holds: []string{link1},
		},
		{
			name: "RSS 0.91", items: 1, body: `<rss version="0.91"><channel><title>T</title><item><title>` + link1 + `</title></item></channel></rss>`,
			holds: []string{link1},
		},
		{
			name: "Atom", items: 1, id: "urn:x", link: "https://acme.example/a", posted: "2026-11-22T09:00:00Z",
			body: `<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><entry><id>urn:x</id><title type="html">A &lt;b&gt;</title>
				<author><name>Quillbert</name></author><published>2026-11-21T10:00:00Z</published><updated>2026-11-22T09:00:00Z</updated>
				<link href="https://acme.example/a"/><link rel="enclosure" href="` + link2 + `"/>
				<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><a href="` + link1 + `">here</a></div></content></entry></feed>`,
			holds: []string{link1, link2}, lacks: []string{"Quillbert"},
		},
		{
			name: "JSON Feed", items: 2, id: "7", link: "https://acme.example/j", posted: "2026-11-21T10:00:00Z",
			body: `{"version":"https://jsonfeed.org/version/1.1","title":"T","items":[{"id":7,"url":"https://acme.example/j","content_html":"<a href=\"` + link1 +
				`\">x</a>","date_published":"2026-11-21T10:00:00Z","author":{"name":"Quillbert"},"attachments":[{"url":"` + link2 +
				`"}],"_zoom":{"join":["https:\/\/acme.zoom.us\/j\/89164027355"]}},{"id":[],"title":5}]}`,
			holds: []string{link1, link2, link3}, lacks: []string{"Quillbert"},
		},
		{
			name: "Latin 1 by the header", charset: "iso-8859-1", items: 1,
			body: "<rss version=\"2.0\"><channel><item><title>B\xfcro " + link1 + "</title></item></channel></rss>", holds: []string{"Büro " + link1},
		},
		{
			name: "Latin 1 by itself", items: 1, holds: []string{"Büro " + link1},
			body: "<?xml version='1.0' encoding='ISO-8859-1'?><rss version=\"2.0\"><channel><item><title>B\xfcro " + link1 + "</title></item></channel></rss>",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			l, err := parse([]byte(c.body), c.charset, false)
			if err != nil || len(l.items) != c.items {
				t.Fatalf("parse: %v, %+v", err, l)
			}
			it := &l.items[0]
			posted := ""
			if !it.posted.IsZero() {
				posted = it.posted.Format(time.RFC3339)
			}
			if it.id != c.id || it.link != c.link || posted != c.posted {
				t.Errorf("id %q, link %q, posted %q", it.id, it.link, posted)
			}
			for _, want := range c.holds {
				if !strings.Contains(it.all(), want) {
					t.Errorf("%q is missing of %q", want, it.all())
				}
			}
			for _, bad := range c.lacks {
				if strings.Contains(it.all(), bad) {
					t.Errorf("%q stands in %q", bad, it.all())
				}
			}
		})
	}
}

const link3 = "https://acme.zoom.us/j/89164027355"

func TestParseRefusesOrMendsWhatIsBroken(t *testing.T) {
	one := `<item><guid>a</guid><title>` + link1 + `</title></item>`
	rss := `<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>T</title>`
	for _, c := range []struct {
		name, body string
		cut        bool
		want       error
		items      int
		broken     int
	}{
		{name: "cut in RSS", body: rss + one + `<item><title>half`, cut: true, items: 1},
		{name: "broken in RSS", body: rss + one + `<item><title>half <`, items: 1, broken: 1},
		{name: "control characters in front of a break", body: rss + "\x01\x02" + one + `<item a`, items: 1, broken: 1},
		{name: "cut in Atom", body: `<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>a</id></entry><entry>`, cut: true, items: 1},
		{name: "cut in RDF", body: `<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">` + one + `<item>`, cut: true, items: 1},
		{name: "broken before the first item", body: rss + "<item><title>x</ti<", want: errParse},
		{name: "very deep", body: rss + "<item>" + strings.Repeat("<a:b>", 1000) + strings.Repeat("</a:b>", 1000) + "</item></channel></rss>", want: errParse},
		{name: "so deep that a stack would end", body: rss + "<item>" + strings.Repeat("<a:b>", 900_000), want: errParse},
		{name: "a text in very many pieces", body: rss + "<item><a:b>" + strings.Repeat("x<!---->", 300_000) + "</a:b></item></channel></rss>", want: errParse},
		{name: "namespaces without end", body: rss + "<item>" + strings.Repeat(`<a:b xmlns:c="d"/>`, 5000) + "</item></channel></rss>", want: errParse},
		{name: "a page", body: "<!DOCTYPE html><html><body>x</body></html>", want: errNoFeed},
		{name: "nothing", body: "", want: errNoFeed},
		{name: "words", body: "it works", want: errNoFeed},
		{name: "other JSON", body: `{"items":[]}`, want: errNoFeed},
		{name: "cut JSON Feed", body: `{"version":"https://jsonfeed.org/version/1","items":[{"id":"a"},`, want: errParse},
	} {
		t.Run(c.name, func(t *testing.T) {
			l, err := parse([]byte(c.body), "", c.cut)
			if !errors.Is(err, c.want) {
				t.Fatalf("parse: %v, want %v", err, c.want)
			}
			if err == nil && (len(l.items) != c.items || l.broken != c.broken || l.cut != c.cut) {
				t.Errorf("%d items, %d broken, cut %v", len(l.items), l.broken, l.cut)
			}
		})
	}
}

func TestParseBoundsItems(t *testing.T) {
	var body strings.Builder
	body.WriteString(`<rss version="2.0"><channel>`)
	for i := range MaxItems + 5 {
		fmt.Fprintf(&body, "<item><guid>%d</guid></item>", i)
	}
	body.WriteString("</channel></rss>")
	l, err := parse([]byte(body.String()), "", false)
	if err != nil || len(l.items) != MaxItems || l.more != 5 || !l.cut {
		t.Fatalf("parse: %v; %d items, %d more, cut %v", err, len(l.items), l.more, l.cut)
	}
	var it item
	it.markup(strings.Repeat("é", MaxItemText))
	if !it.cut || it.size > MaxItemText+100 {
		t.Errorf("an item of %d bytes, cut %v", it.size, it.cut)
	}
	data := packed(make([]entry, MaxItems))
	if len(data)*4/3 > 48<<10 {
		t.Errorf("%d bytes of items do not fit into a record", len(data))
	}
}

func TestDiscoverPrefersTheHeader(t *testing.T) {
	body := `<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><atom:link rel="hub" href="https://hub.initech.example/"/>
		<atom:link rel="self" href="https://acme.example/feed"/></channel></rss>`
	for _, c := range []struct{ header, hub, topic string }{
		{"", "https://hub.initech.example/", "https://acme.example/feed"},
		{`<https://hub.globex.example/a,b>; rel="hub other", <https://acme.example/f2>; title="a, <b>"; rel=self`, "https://hub.globex.example/a,b", "https://acme.example/f2"},
		{`broken <`, "https://hub.initech.example/", "https://acme.example/feed"},
	} {
		l, err := parse([]byte(body), "", false)
		if err != nil {
			t.Fatal(err)
		}
		l.discover(http.Header{"Link": {c.header}})
		if l.hub != c.hub || l.topic != c.topic {
			t.Errorf("Link %q: hub %q, topic %q", c.header, l.hub, l.topic)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`<rss version="2.0"><channel><item><guid>a</guid><title>b</title></item></channel></rss>`,
		`<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>a</id><link href="b"/></entry></feed>`,
		`{"version":"https://jsonfeed.org/version/1","items":[{"id":"a","content_html":"<p>"}],"hubs":[{"type":"WebSub","url":"x"}]}`,
		`<?xml version="1.0" encoding="utf-16"?><rdf:RDF xmlns:rdf="x"><item/></rdf:RDF>`, "\xff\xfe<\x00r\x00", `<rss><channel><item><a:b><c/>`,
	} {
		f.Add([]byte(seed), "", false)
		f.Add([]byte(seed), "utf-8", true)
	}
	f.Fuzz(func(t *testing.T, body []byte, charset string, cut bool) {
		l, err := parse(bytes.Clone(body), charset, cut)
		if err != nil {
			return
		}
		if len(l.items) > MaxItems {
			t.Errorf("%d items", len(l.items))
		}
		l.discover(http.Header{"Link": {string(body[:min(len(body), 2000)])}})
		s := &Source{o: Options{Options: polled.Options{Key: []byte("0123456789abcdef")}}}
		keys := map[uint64]bool{}
		for _, e := range s.entries(l) {
			if keys[e.Key] {
				t.Error("two items of one key")
			}
			keys[e.Key] = true
		}
		for i := range l.items {
			if l.items[i].size > MaxItemText+100 {
				t.Errorf("an item of %d bytes", l.items[i].size)
			}
		}
	})
}
