package extract

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"meetleaks/matchers"
	"meetleaks/scanner"
)

// pageSource is a page as a server gives it.
type pageSource struct {
	bytesSource
	contentType string
}

func (pageSource) Host() string          { return "www.acme.example" }
func (p pageSource) ContentType() string { return p.contentType }

// readPage reads a source that holds one document.
func readPage(t testing.TB, s Source) (doc scanner.Document, text string, outline scanner.Outline) {
	t.Helper()
	documents := 0
	outline, err := New(Options{}).Read(t.Context(), s, func(d scanner.Document) error {
		documents++
		b, err := io.ReadAll(d.Text)
		must(t, err)
		doc, text = d, string(b)
		doc.Where = placesOf(d.Where, len(b))
		return nil
	}, func(s scanner.Skip) { t.Errorf("skipped: %+v", s) })
	must(t, err)
	if documents != 1 {
		t.Fatalf("%d documents", documents)
	}
	return doc, text, outline
}

// htmlTextOf is the text of a stretch of HTML.
func htmlTextOf(page string) string {
	v := &view{}
	v.begin("", "", []byte(page))
	v.html([]byte(page), nil)
	return string(v.text)
}

func TestHTMLTextIsWhatAReaderSees(t *testing.T) {
	for _, c := range []struct{ name, page, text string }{
		{"a number whole though part of it is bold", "Meeting ID: 849 <b>3027</b> <i>51</i>16", "Meeting ID: 849 3027 5116"},
		{"a link whole though a tag splits it", "https://acme.zoom<wbr>.us/j/849<span>3027</span>5116 x", "https://acme.zoom.us/j/84930275116 x https://acme.zoom.us/j/849... https://acme.zoom.us/j/8493027..."},
		{"hyphens that cannot be seen", "849&shy;30&#8203;275&zwnj;116", "84930275116"},
		{"comments between texts, as React writes them", "ID: <!-- -->849<!-- -->3027", "ID: 8493027"},
		{"blocks on lines of their own", "<div>a</div><div>b</div><p>c<p>d<br>e<ul><li>f<li>g</ul>h", "a\nb\nc\nd\ne\nf\ng\nh"},
		{"two breaks make a blank line", "a<br><br />b", "a\n\nb"},
		{"headings begin blocks", "a<h2>b</h2>c<hr>d", "a\n\nb\nc\n\nd"},
		{"rows are lines, cells are separated by tabs", "x<table>\n<tr>\n <th>link</th>\n<th><p>pass\ncode</p></th>\n</tr><tr><td></td><td>b</td></tr></table>y", "x\n\nlink\tpass code\n\tb\n\ny"},
		{"text set as it is written, in a row", "<table><tr><td>a<td><pre>b\n  c</pre>d\ne</table>", "a\tb\n  c\nd e"},
		{"lines of the source", "one\n  two\n\n\n\n  three          four", "one\n  two\n\n\n\n  three four"},
		{"entities", "&lt;a&gt; &amp;amp; &AMP &eacute;&#233;&#xE9; &unknown; &notit; A&B &", "<a> &amp; & ééé &unknown; ¬it; A&B &"},
		{"link behind its text", `Join <a href="https://acme.zoom.us/j/84930275116?pwd=a&amp;b=1">here</a>. Passcode: x7`, "Join here <https://acme.zoom.us/j/84930275116?pwd=a&b=1>. Passcode: x7"},
		{"link not written twice", `<a href="https://acme.zoom.us/j/84930275116"> https://acme.zoom.us/j/84930275116</a>, ok`, "https://acme.zoom.us/j/84930275116, ok"},
		{"link in front of the next line", `<a href="https://a.example/x"><div>Join</div><div>Code: x</div></a>`, "Join <https://a.example/x>\nCode: x"},
		{"link without text", `a<a href="https://a.example/x"></a>b`, "a <https://a.example/x>b"},
		{"link never closed", `<a href="https://a.example/x">Join<p>b`, "Join <https://a.example/x>\nb"},
		{"line breaks in an address", "<a href=' https://a.example/\n  x '>J</a>", "J <https://a.example/  x>"},
		{"pages of the same site are no text", `<a href="../b/c.html#d">b</a> <a href="#x">x</a>`, "b x"},
		{"what is shown in fields", `ID <input value="849 3027 5116"><img alt="Zoom" src="logo.png">.`, "ID 849 3027 5116 Zoom ."},
		{"a time behind its text", `<time datetime="2026-12-01T10:00Z">Tuesday</time>: <a href="https://a.example/j">J</a>`, "Tuesday (2026-12-01T10:00Z): J <https://a.example/j>"},
		{"microdata", `<span itemprop="startDate" content="2026-12-01T10:00">Tuesday</span> x<p>y`, "Tuesday x (2026-12-01T10:00)\ny"},
		{"a button's program behind its text", `<button onclick="location='https://a.example/j'">Join</button> Code: x`, `Join onclick="location='https://a.example/j'" Code: x`},
		{"a block's program in front of it", `a<div data-go="https://a.example/j">b</div>`, "a\n" + `data-go="https://a.example/j"` + "\nb"},
		{"other attributes behind the block", `<p class="x" title="Acme Board" data-passcode="x7Y"><b>a</b><p>b`, "a\nb\n\n" + `title="Acme Board"` + "\n" + `data-passcode="x7Y"`},
		{"scripts and comments behind the block", `<p>a<script>var u="https:\/\/a.example"</script> b<!-- see c.example --><style>p{}</style><h1>c</h1>`, "a b\n\nvar u=\"https:\\/\\/a.example\"\n see c.example \np{}\n\nc"},
		{"noscript, template", "<noscript>a <b>c</b></noscript><template>d</template>", "a c\n\nd"},
		{"title and textarea hold no markup", "<title>a <b> &amp; c</title><textarea>x <i></textarea>y", "a <b> & c\n\nx <i>\ny"},
		{"CDATA", "<p>a<![CDATA[ b > https://c.example ]]>d", "ad\n\n b > https://c.example "},
		{"hidden elements are read", `<p hidden>a</p><p style="display:none">b</p>`, "a\nb"},
		{"tags that are none", "<https://a.example/j> 1 < 2 <3 & <joe@a.example>", "<https://a.example/j> 1 < 2 <3 & <joe@a.example>"},
		{"an end tag that was forgotten", "<title>a<p>b<script>c", "a\nbc"},
		{"a quote that was forgotten", `a <a href="https://a.example/j>J</a> b`, "a\n" + `<a href="https://a.example/j>J</a> b`},
		{"a comment that was forgotten", "a <!-- b.c <p>d", "a\n\n b.c <p>d"},
		{"two words that only looks set apart", "<span>5116</span><span>Passcode: x</span> <a href='#1'>one</a>two", "5116 Passcode: x one two"},
		{"pictures in the page are no text", `a<img src="data:image/png;base64,AAAA1234567890">b`, "a b"},
	} {
		if got := htmlTextOf(c.page); got != c.text {
			t.Errorf("%s: %s\n got %q\nwant %q", c.name, c.page, got, c.text)
		}
	}
}

func TestHTMLIsKnownByItsBeginning(t *testing.T) {
	for _, c := range []struct {
		start, name, declared string
		want                  bool
	}{
		{"<!DOCTYPE html><p>x", "a", "", true},
		{"\xef\xbb\xbf \n<HTML lang=en>", "a.txt", "", true},
		{"<!-- saved --> <!doctype HTML PUBLIC x>", "a", "", true},
		{"<?xml version='1.0'?>\n<!-- x --><html xmlns='y'>", "a", "", true},
		{"<head><title>x", "a", "", true},
		{"<body>x", "a", "", true},
		{"<header>x", "a.md", "", false},
		{"<div align=center>", "README.md", "", false},
		{"<!-- lint off -->\n# Title", "README.md", "", false},
		{"<div align=center>", "a.HTM", "", true},
		{"<!-- x -->\n<p>x", "page.php", "", true},
		{"<p>x", "page", "text/html; charset=utf-8", true},
		{"<p>x", "page", "text/plain", false},
		{"plain", "page.html", "text/html", false},
		{"<?php echo 1;", "page.php", "", false},
		{"<?xml version='1.0'?><rss>", "feed", "text/html", false},
		{"<", "a.html", "", false},
		{"", "a.html", "text/html", false},
	} {
		got := isHTML(textStart([]byte(c.start)), content{name: c.name, declared: c.declared})
		if got != c.want {
			t.Errorf("%q as %q, called %q: %v", c.start, c.name, c.declared, got)
		}
	}
}

func TestHTMLPagesTellPlacesInTheirSource(t *testing.T) {
	page := "<!doctype html><title>é</title>\n<p>Join <b>é</b> <a title='none' href='https://acme.zoom.us/j/84930275116?a=1&amp;pwd=Qx7'>now</a>\n" +
		"<p>é&nbsp;<i>https://meet.google.com/</i>hvw-qkzr-tbn</p>\n<script>go('https:\\/\\/acme.zoom.us\\/j\\/96120483375?pwd=Qx7')</script>"
	doc, text, _ := readPage(t, pageSource{bytesSource{name: "https://www.acme.example/x", data: []byte(page)}, "text/html"})
	if doc.MediaType != "text/html" || doc.Host != "www.acme.example" {
		t.Errorf("%q of %q", doc.MediaType, doc.Host)
	}
	var got []string
	for _, s := range matchers.Find([]byte(text)) {
		spot := doc.Where.Locate(int64(s.Start))
		got = append(got, fmt.Sprintf("%s %d:%d %s", s.Platform, spot.Line, spot.Column, s.Secrets))
	}
	want := []string{"zoom 2:40 [pwd]", "google-meet 3:14 []", "zoom 4:13 [pwd]"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s\n%q", diff, text)
	}
}

// judged reads a source and matches it, as the program does. It gives "platform id secrets @line:column,… start".
func judged(t testing.TB, s Source) (findings []string) {
	t.Helper()
	starts := map[string]string{}
	m := scanner.NewMatcher(matchers.Standard(), func(f *scanner.Finding, c scanner.Context) {
		for _, near := range c.Near {
			if start, ok := near.EventStart(); ok {
				starts[f.Link.Key()] = fmt.Sprintf(" %s all-day:%v floating:%v", start.Time.Format(time.RFC3339), start.AllDay, start.Floating)
			}
		}
	})
	_, err := New(Options{}).Read(t.Context(), s, func(d scanner.Document) error {
		found, _, skips := m.Match(t.Context(), d)
		for _, f := range found {
			line := fmt.Sprintf("%s %s %s", f.Link.Platform, f.Link.ID, f.Link.Secrets)
			for _, p := range f.Places {
				line += fmt.Sprintf(" %d:%d", p.Line, p.Column)
			}
			findings = append(findings, line+starts[f.Link.Key()])
		}
		for _, s := range skips {
			t.Errorf("%+v", s)
		}
		return nil
	}, func(s scanner.Skip) { t.Errorf("%+v", s) })
	must(t, err)
	return findings
}

func TestHTMLFindingsHavePlacesAndSecrets(t *testing.T) {
	page := "<html>\n<p><a href=\"https://acme.zoom.us/j/84930275116?pwd=Qx7\">Join</a>\n<p>Meeting ID: 849 <b>3027</b> 5116<br>Passcode: 771204</html>"
	got := judged(t, bytesSource{name: "a", data: []byte(page)})
	want := []string{"zoom 84930275116 [passcode pwd] 2:13 3:16"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestHTMLEventsOfLinkedDataAreDated(t *testing.T) {
	page := `<html><script type="application/ld+json">{"@context":"https://schema.org","@graph":[
{"@type":["Thing","BusinessEvent"],"name":"A","startDate":"2026-12-01T10:00:00+01:00","location":{"@type":"VirtualLocation","url":"https:\/\/acme.zoom.us\/j\/84930275116?pwd=Qx7"}},
{"@type":"EventSeries","startDate":"2026-12-02","location":{"url":"https://acme.zoom.us/j/96120483375"},
 "subEvent":[{"@type":"Event","startDate":"2026-12-03T18:30","potentialAction":{"target":"https://meet.google.com/hvw-qkzr-tbn"}},{"@type":"Event","url":"https://acme.zoom.us/j/93847102265"}],
 "url":"https://acme.zoom.us/j/97310284466"},
{"@type":"Person","startDate":"2026-12-09","url":"https://acme.zoom.us/j/98120473365"}]}
</script><p>https://acme.zoom.us/j/95510283374</p></html>`
	got := judged(t, bytesSource{name: "a", data: []byte(page)})
	want := []string{
		"zoom 95510283374 [] 7:13",
		"zoom 84930275116 [pwd] 2:132 2026-12-01T09:00:00Z all-day:false floating:false",
		"zoom 96120483375 [] 3:68 2026-12-02T00:00:00Z all-day:true floating:false",
		"google-meet hvw-qkzr-tbn [] 4:91 2026-12-03T18:30:00Z all-day:false floating:true",
		"zoom 93847102265 [] 4:155 2026-12-02T00:00:00Z all-day:true floating:false",
		"zoom 97310284466 [] 5:9 2026-12-02T00:00:00Z all-day:true floating:false",
		"zoom 98120473365 [] 6:51",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestHTMLBrokenLinkedDataHidesNothing(t *testing.T) {
	link := `"url":"https://acme.zoom.us/j/84930275116"`
	for _, script := range []string{
		`{"@type":"Event","startDate":"2026-12-01",` + link,
		`{"@type":"Event","startDate":"2026-12-01",,` + link + `]}}}`,
		`//<![CDATA[` + "\n" + `{"@type":"Event","startDate":"2026-12-01","name":"a` + "\n" + `b",` + link + `}` + "\n//]]>",
		strings.Repeat("[", 200) + `{"@type":"Event","startDate":"2026-12-01",` + link + `}`,
		`{"@type":"Event","startDate":"soon",` + link + `}`,
		`{"@type":"Event","startDate":{"a":1},` + link,
		`"`, `{"a`, `\`, `}`,
	} {
		got := judged(t, bytesSource{name: "a", data: []byte(`<html><script type="application/ld+json">` + script + "</script>")})
		if want := strings.Contains(script, link); (len(got) == 1) != want {
			t.Errorf("%q: %q", script, got)
		}
	}
}

func TestHTMLOutline(t *testing.T) {
	page := `<html><head><base href="/docs/"><base href="/no/">
<link rel="Canonical" href="https://www.acme.example/x?a=1&amp;b=2"><link rel="alternate" type="application/rss+xml; charset=utf-8" href=feed.xml>
<link rel=alternate type=text/calendar href=c.ics><link rel=alternate hreflang=de href=/de><link rel="stylesheet next" href=2.html>
<meta name=Robots content="noindex, nofollow"><meta name=meetleaks content=none><meta http-equiv=refresh content="5; URL='go.html'">
</head><a href=" a.html
 ">a</a><a rel="ugc NoFollow" href='b.html'>b</a><a name=c>c</a><a href="#d">d</a><a href="mailto:x@acme.example">e</a><a href="JavaScript:void(0)">f</a>
<area href=g><iframe src="h"></iframe><frame src=i><a rel=prev href=1.html>back</a><!-- <a href=hidden> --><script>"<a href=scripted>"</script>
<a href="` + strings.Repeat("x", maxPageURL+1) + `">long</a></html>`
	_, _, got := readPage(t, bytesSource{name: "a", data: []byte(page)})
	want := scanner.Outline{
		Base: "/docs/", Canonical: "https://www.acme.example/x?a=1&b=2", Robots: []string{"noindex, nofollow", "none"},
		Links: []scanner.PageLink{
			{URL: "feed.xml", Kind: scanner.LinkFeed}, {URL: "c.ics", Kind: scanner.LinkFeed}, {URL: "2.html", Kind: scanner.LinkNext},
			{URL: "go.html"}, {URL: "a.html"}, {URL: "b.html", NoFollow: true}, {URL: "g"}, {URL: "h"}, {URL: "i"},
			{URL: "1.html", Kind: scanner.LinkNext},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	many := "<html>" + strings.Repeat("<a href=a.html>", scanner.MaxPageLinks+7) + strings.Repeat("<meta name=robots content=x>", 2*maxRobots)
	if _, _, got = readPage(t, bytesSource{name: "a", data: []byte(many)}); len(got.Links) != scanner.MaxPageLinks || got.More != 7 || len(got.Robots) != maxRobots {
		t.Errorf("%d links, %d more, %d times robots", len(got.Links), got.More, len(got.Robots))
	}
	packed := zipped(t, file{"a.html", page})
	if _, _, got = readPage(t, bytesSource{name: "a.zip", data: packed}); len(got.Links) > 0 {
		t.Errorf("the outline of a page in an archive is not that of the archive: %+v", got)
	}
}

func TestHTMLInEveryCharset(t *testing.T) {
	utf16 := func(s string) string {
		b := []byte{0xff, 0xfe}
		for _, u := range utf16.Encode([]rune(s)) {
			b = append(b, byte(u), byte(u>>8))
		}
		return string(b)
	}
	for _, c := range []struct{ name, page, declared, text string }{
		{"called HTML", "<p>x", "text/html", "x"},
		{"UTF-8", "<html>é", "", "é"},
		{"a mark", "\xef\xbb\xbf<html>é", "text/html; charset=windows-1252", "é"},
		{"UTF-16", utf16("<html><p>é<b>x</b>"), "", "éx"},
		{"declared", "<html>\xe9 \xa4", "text/html; charset=ISO-8859-15", "é €"},
		{"declared, and badly written", "<html>\xe9 \xa4", "text/html; charset='iso-8859-15'; ;", "é €"},
		{"declared wrongly", "<html>é", "text/html; charset=iso-8859-1", "é"},
		{"meta", "<html><meta charset=koi8-r>\xd0\xc1\xd2\xcf\xcc\xd8", "", "пароль"},
		{"http-equiv", "<html><meta http-equiv=content-type content='text/html; charset=shift_jis'>\x83p\x83X", "", "text/html; charset=shift_jis\nパス"},
		{"ISO-2022-JP", "<html><meta charset=iso-2022-jp>\x1b$B%Q%9\x1b(B", "", "パス"},
		{"nothing said", "<html>caf\xe9 \x80", "", "café €"},
		{"nearly UTF-8", "<html>éèü \xe9", "", "éèü \xe9"},
		{"not known", "<html>\xe9", "text/html; charset=klingon", "é"},
	} {
		doc, text, _ := readPage(t, pageSource{bytesSource{name: "a", data: []byte(c.page)}, c.declared})
		if text != c.text || doc.MediaType != "text/html" {
			t.Errorf("%s: %q, want %q; %s", c.name, text, c.text, doc.MediaType)
		}
	}
}

func TestTextInADeclaredCharset(t *testing.T) {
	long := strings.Repeat("some text ", 20_000)
	for _, c := range []struct{ text, declared, want string }{
		{"caf\xe9", "text/plain; charset=iso-8859-1", "café"},
		{long + "caf\xe9", "text/plain; charset=iso-8859-1", long + "café"},
		{"café", "text/plain; charset=iso-8859-1", "café"},
		{"caf\xe9", "text/plain; charset=utf-8", "caf\xe9"},
		{"caf\xe9", "text/plain", "caf\xe9"},
		{"caf\xe9", "text/plain; charset=klingon", "caf\xe9"},
		{"\xef\xbb\xbfcaf\xe9", "text/plain; charset=iso-8859-1", "caf\xe9"},
	} {
		for _, stream := range []bool{false, true} {
			_, text, _ := readPage(t, pageSource{bytesSource{"a.txt", []byte(c.text), stream}, c.declared})
			if text != c.want {
				t.Errorf("%.20q as %q: %.20q", c.text, c.declared, text)
			}
		}
	}
}

func TestHTMLTooLongIsReadAsText(t *testing.T) {
	page := "<html><b>x</b>" + strings.Repeat(" ", maxHTML)
	for _, stream := range []bool{false, true} {
		if _, text, _ := readPage(t, bytesSource{"a.html", []byte(page), stream}); text != page {
			t.Errorf("%d bytes: %.20q", len(text), text)
		}
		if _, text, _ := readPage(t, bytesSource{"a.html", []byte(page[:maxHTML]), stream}); text != "x" {
			t.Errorf("%d bytes: %.20q", len(text), text)
		}
	}
}
