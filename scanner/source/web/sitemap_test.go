package web

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode/utf16"
)

const sitemapHead = `<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">`

// read collects what a list yields, as "address date", with "sitemap " in front of sitemaps.
func readAll(t *testing.T, read func(io.Reader, func(listed) error) (listing, error), text io.Reader) ([]string, listing) {
	t.Helper()
	var got []string
	list, err := read(text, func(l listed) error {
		line := l.URL
		if l.Sitemap {
			line = "sitemap " + line
		}
		if !l.At.IsZero() {
			line += " " + l.At.Format(time.RFC3339)
		}
		got = append(got, line)
		return nil
	})
	if err != nil {
		t.Fatalf("error %v", err)
	}
	return got, list
}

func gzipText(t testing.TB, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func utf16Text(text string, mark bool) string {
	var b strings.Builder
	if mark {
		b.WriteString("\xff\xfe")
	}
	for _, u := range utf16.Encode([]rune(text)) {
		b.WriteByte(byte(u))
		b.WriteByte(byte(u >> 8))
	}
	return b.String()
}

func TestSitemapsAreReadHoweverTheyAreWritten(t *testing.T) {
	one := sitemapHead + `<url><loc>https://acme.example/a</loc></url></urlset>`
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"plain", sitemapHead + `
			<url><loc> https://acme.example/a?x=1&amp;y=2 </loc><lastmod>2026-11-20</lastmod><changefreq>daily</changefreq></url>
			<url><lastmod>2026-11-20T10:00:00+02:00</lastmod><loc><![CDATA[https://acme.example/b?x=1&y=2]]></loc></url>
			</urlset>`, []string{"https://acme.example/a?x=1&y=2 2026-11-20T00:00:00Z", "https://acme.example/b?x=1&y=2 2026-11-20T08:00:00Z"}},
		{"index", `<sitemapindex><sitemap><loc>/s1.xml.gz</loc><lastmod>2026-11</lastmod></sitemap><sitemap><loc>/s2.xml</loc></sitemap></sitemapindex>`,
			[]string{"sitemap /s1.xml.gz 2026-11-01T00:00:00Z", "sitemap /s2.xml"}},
		{"prefix", `<s:urlset xmlns:s="x"><s:url><s:loc>/a</s:loc></s:url></s:urlset>`, []string{"/a"}},
		{"images", sitemapHead + `<url><loc>/a</loc><image:image><image:loc>/a.png</image:loc><image:title/></image:image></url></urlset>`, []string{"/a"}},
		{"not closed", `<urlset><url><loc>/a</loc><url><loc>/b</loc></urlset>`, []string{"/a", "/b"}},
		{"upper case", `<URLSET><URL><LOC>/a</LOC></URL></URLSET>`, []string{"/a"}},
		{"comments", `<urlset><!-- <url><loc>/no</loc></url> --><url><loc>/a<!-- x --></loc></url></urlset>`, []string{"/a"}},
		{"empty", `<urlset><url><loc></loc></url><url/><url><loc/></url></urlset>`, nil},
		{"too long", `<urlset><url><loc>/` + strings.Repeat("a", maxWritten) + `</loc></url><url><loc>/a</loc></url></urlset>`, []string{"/a"}},
		{"gzip", gzipText(t, one), []string{"https://acme.example/a"}},
		{"two gzip members", gzipText(t, one[:50]) + gzipText(t, one[50:]), []string{"https://acme.example/a"}},
		{"byte order mark", "\ufeff" + one, []string{"https://acme.example/a"}},
		{"UTF-16", utf16Text(one, true), []string{"https://acme.example/a"}},
		{"UTF-16 without mark", utf16Text(one, false), []string{"https://acme.example/a"}},
		{"text", "https://acme.example/a\r\n\nnonsense\n http://acme.example/b ", []string{"https://acme.example/a", "http://acme.example/b"}},
		{"text with a long line", "https://acme.example/a\n" + strings.Repeat("x", 3*listBuffer) + "\nhttps://acme.example/b\n",
			[]string{"https://acme.example/a", "https://acme.example/b"}},
		{"a feed in place of one", `<rss><channel><link>/no</link><item><link>/a</link></item></channel></rss>`, []string{"/a"}},
	} {
		got, list := readAll(t, readSitemap, iotest.OneByteReader(strings.NewReader(c.text)))
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
		if list.Truncated != "" || list.Unknown || list.Pages+list.Sitemaps != len(c.want) {
			t.Errorf("%s: %+v", c.name, list)
		}
	}
}

func TestWhatIsCutShortIsToldAndReadAsFarAsItGoes(t *testing.T) {
	whole := sitemapHead + strings.Repeat(`<url><loc>https://acme.example/a</loc></url>`, 100) + `</urlset>`
	packed := gzipText(t, whole)
	many := sitemapHead + strings.Repeat(`<url><loc>/a</loc></url>`, maxSitemapURLs+5) + `</urlset>`
	for _, c := range []struct {
		name, text string
		pages      int // at least
	}{
		{"cut in an address", whole[:len(whole)-30], 99},
		{"cut between lines", whole[:len(whole)-9], 100},
		{"cut gzip", packed[:len(packed)-20], 1},
		{"broken gzip", packed[:len(packed)/2] + "\xff\xff\xff" + packed[len(packed)/2+3:], 0},
		{"odd gzip", "\x1f\x8bxxxxxxxxxxxxxxxxx", 0},
		{"too many", many, maxSitemapURLs},
		{"endless tag", sitemapHead + `<url><loc>/a</loc></url><x y="` + strings.Repeat("z", maxToken+1), 1},
	} {
		got, list := readAll(t, readSitemap, strings.NewReader(c.text))
		if list.Truncated == "" {
			t.Errorf("%s: not told", c.name)
		}
		if len(got) < c.pages || len(got) > maxSitemapURLs {
			t.Errorf("%s: %d pages, want %d", c.name, len(got), c.pages)
		}
	}
}

func TestBytesAreCountedWhenTheyAreDecompressed(t *testing.T) {
	large := sitemapHead + strings.Repeat(`<url><loc>/a</loc></url>`, 1000) + `</urlset>`
	for _, text := range []string{large, gzipText(t, large)} {
		for _, most := range []int64{10_000, int64(len(large))} {
			got, list := readAll(t, func(r io.Reader, yield func(listed) error) (listing, error) {
				return lister{yield: yield, most: maxSitemapURLs}.read(r, most, (*lister).readLines)
			}, strings.NewReader(text))
			if whole := most == int64(len(large)); whole != (list.Truncated == "") || whole != (len(got) == 1000) || len(got) < 300 {
				t.Errorf("%d bytes: %d pages, %+v", most, len(got), list)
			}
		}
	}
}

func TestWhatIsNoSitemapIsTold(t *testing.T) {
	for _, text := range []string{"", "   ", "Not found", "<!DOCTYPE html><html><url><loc>/a</loc></url></html>", "{}", `{"items":7`, "\x00\x01\x02"} {
		got, list := readAll(t, readSitemap, strings.NewReader(text))
		if got != nil || !list.Unknown && list.Truncated == "" {
			t.Errorf("%q: %q, %+v", text, got, list)
		}
	}
}

func TestErrorsOfReaderAndYieldAreReturned(t *testing.T) {
	stop := errors.New("stop")
	for name, read := range map[string]func(io.Reader, func(listed) error) (listing, error){"sitemap": readSitemap, "feed": readFeed} {
		for _, text := range []string{`<urlset><url><loc>/a</loc></url><url><loc>/b</loc></url></urlset>`, `{"items":[{"url":"/a"},{"url":"/b"}]}`} {
			n := 0
			list, err := read(strings.NewReader(text), func(listed) error { n++; return stop })
			if !errors.Is(err, stop) || n != 1 {
				t.Errorf("%s: error of yield: %v after %d, %+v", name, err, n, list)
			}
			broken := io.MultiReader(strings.NewReader(text[:len(text)/2]), iotest.ErrReader(stop))
			if _, err := read(broken, func(listed) error { return nil }); !errors.Is(err, stop) {
				t.Errorf("%s of %.8s: error of the reader: %v", name, text, err)
			}
		}
		if _, err := read(iotest.ErrReader(stop), func(listed) error { return nil }); !errors.Is(err, stop) {
			t.Errorf("%s: error at the start: %v", name, err)
		}
	}
}

func TestDatesOfSitemapsAndFeeds(t *testing.T) {
	for text, want := range map[string]string{
		"2026":                            "2026-01-01T00:00:00Z",
		"2026-11":                         "2026-11-01T00:00:00Z",
		" 2026-11-21 ":                    "2026-11-21T00:00:00Z",
		"2026-11-21T10:20+01:00":          "2026-11-21T09:20:00Z",
		"2026-11-21T10:20:30Z":            "2026-11-21T10:20:30Z",
		"2026-11-21T10:20:30.45+01:00":    "2026-11-21T09:20:30Z",
		"2026-11-21T10:20:30+0100":        "2026-11-21T09:20:30Z",
		"2026-11-21T10:20:30":             "2026-11-21T10:20:30Z",
		"2026-11-21 10:20:30":             "2026-11-21T10:20:30Z",
		"Sat, 21 Nov 2026 10:20:30 GMT":   "2026-11-21T10:20:30Z",
		"Sat, 21 Nov 2026 10:20:30 +0200": "2026-11-21T08:20:30Z",
		"Sat, 7 Nov 2026 10:20 -0500":     "2026-11-07T15:20:00Z",
		"21 Nov 2026":                     "2026-11-21T00:00:00Z",
		"yesterday":                       "",
		"2026-13-01":                      "",
		"1889-01-01":                      "",
		"9999-01-01":                      "",
		"":                                "",
		"202":                             "",
		strings.Repeat("2", 100):          "",
	} {
		got := ""
		if at := parseWhen(text); !at.IsZero() {
			got = at.Truncate(time.Second).Format(time.RFC3339)
		}
		if got != want {
			t.Errorf("parseWhen(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestSitemapsAreReadOnceAndNotWithoutEnd(t *testing.T) {
	var q sitemapQueue
	for i := range maxSitemaps {
		for range 2 {
			if err := q.add(numbered(i), i%3); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := q.add(numbered(maxSitemaps), 0); !errors.Is(err, manySitemaps) {
		t.Errorf("one more: %v", err)
	}
	if err := q.add(numbered(7), 9); err != nil {
		t.Errorf("a known one: %v", err)
	}
	for i := range maxSitemaps {
		if a, depth, ok := q.next(); !ok || a != numbered(i) || depth != i%3 {
			t.Fatalf("the %d. is %s, %d, %t", i, a, depth, ok)
		}
	}
	if _, _, ok := q.next(); ok {
		t.Error("there is no end")
	}
	var deep sitemapQueue
	if err := deep.add(numbered(1), maxSitemapDepth+1); !errors.Is(err, deepSitemap) {
		t.Errorf("too deep: %v", err)
	}
}

func TestLastmodIsBelievedWhileItIsMostlyRight(t *testing.T) {
	var l lastmodTrust
	if !l.trusted("acme.example") {
		t.Error("a host of which nothing is known is not trusted")
	}
	for i := range 10 {
		l.note("acme.example", i%2 == 0)
		l.note("globex.example", i%3 == 0)
	}
	if !l.trusted("acme.example") || l.trusted("globex.example") {
		t.Error("half right must be trusted, a third must not")
	}
	for range 10 * maxTrustMoves {
		l.note("hooli.example", false)
	}
	for range maxTrustMoves {
		l.note("hooli.example", true)
	}
	if !l.trusted("hooli.example") {
		t.Error("a host cannot mend its ways")
	}
	for i := range 2 * maxTrustHosts {
		l.note(fmt.Sprint("h", i), true)
	}
	if len(l.hosts) > maxTrustHosts {
		t.Errorf("%d hosts are kept", len(l.hosts))
	}
}

func TestMemoryOfALargeSitemapIsSmall(t *testing.T) {
	r := &endless{text: []byte(`<url><loc>https://acme.example/a</loc><x y="z">text</x></url>`), left: maxSitemapBytes}
	before := heap()
	var most int64
	n := 0
	list, err := readSitemap(io.MultiReader(strings.NewReader("<urlset>"), r), func(listed) error {
		if n++; n%10_000 == 0 {
			most = max(most, heap()-before)
		}
		return nil
	})
	if err != nil || list.Pages != maxSitemapURLs {
		t.Fatalf("%+v, %v", list, err)
	}
	if most > 2<<20 {
		t.Errorf("took %d bytes of memory", most)
	}
}

// endless repeats a text.
type endless struct {
	text []byte
	at   int
	left int
}

func (e *endless) Read(p []byte) (int, error) {
	if e.left <= 0 {
		return 0, io.EOF
	}
	n := copy(p, e.text[e.at:])
	e.at = (e.at + n) % len(e.text)
	e.left -= n
	return n, nil
}

func FuzzSitemapAndFeed(f *testing.F) {
	for _, seed := range []string{sitemapHead + `<url><loc>/a</loc><lastmod>2026-11-20</lastmod></url></urlset>`, `<a:feed><a:entry><a:link href="/a"/></a:entry></a:feed>`,
		`{"items":[{"url":"/a","attachments":[{"url":"/b"}]}]}`, "https://acme.example/\n", gzipText(f, "<urlset><url>"), utf16Text("<rss><item><guid>http://a", true),
		`<rdf:RDF><item rdf:about="http://a/"><link/><title/></item>`, "\x1f\x8b", `{"items":[[[[[[[[`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, read := range []func(io.Reader, func(listed) error) (listing, error){readSitemap, readFeed} {
			n := 0
			list, err := read(bytes.NewReader(data), func(l listed) error {
				if n++; l.URL == "" || len(l.URL) > maxWritten {
					t.Fatalf("yields %q", l.URL)
				}
				return nil
			})
			if err != nil || n != list.Pages+list.Sitemaps {
				t.Fatalf("%d, %+v, %v", n, list, err)
			}
		}
	})
}

func BenchmarkReadSitemap(b *testing.B) {
	text := sitemapHead + strings.Repeat(`<url><loc>https://acme.example/docs/page.html</loc><lastmod>2026-11-20</lastmod></url>`, 10_000) + `</urlset>`
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := readSitemap(strings.NewReader(text), func(listed) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
}
